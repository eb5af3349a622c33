/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/host/host.h"

#include "models/tcp/tcp.h"
#include <netsim/netsim.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static NetsimSim *sim;

static int setup(void **state)
{
    (void) state;
    sim = netsim_sim_new(NULL);
    for (const char *const *name = netsim_kernel_names(); *name; name++) assert_non_null(netsim_host_new(sim, *name, *name, NULL));
    return 0;
}

static int teardown(void **state)
{
    (void) state;
    netsim_sim_free(sim);
    return 0;
}

static NetsimHost *host(const char *kernel)
{
    return netsim_host_find(sim, kernel, NULL);
}

static void assert_value(const char *kernel, const char *name, const char *value)
{
    GError *error = NULL;
    g_autofree char *got = netsim_host_sysctl_get(host(kernel), name, &error);
    if (!got) fail_msg("%s", error->message);
    assert_string_equal(got, value);
}

/* From the sheet of kernel semantics and the recorded hosts (kernel 6.18). */
static void defaults_are_the_kernels(void **state)
{
    (void) state;
    static const struct {
        const char *name, *rhel62, *rhel7, *linux61, *linux618;
    } known[] = {
        { "net.ipv4.tcp_rmem", "4096\t87380\t4194304", "4096\t87380\t6291456", "4096\t131072\t6291456", "4096\t131072\t33554432" },
        { "net.ipv4.tcp_wmem", "4096\t16384\t4194304", "4096\t16384\t4194304", "4096\t16384\t4194304", "4096\t16384\t4194304" },
        { "net.core.rmem_max", "124928", "212992", "212992", "4194304" },
        { "net.core.rmem_default", "124928", "212992", "212992", "212992" },
        { "net.core.somaxconn", "128", "128", "4096", "4096" },
        { "net.core.optmem_max", "20480", "20480", "20480", "131072" },
        { "net.ipv4.tcp_syn_retries", "5", "6", "6", "6" },
        { "net.ipv4.tcp_adv_win_scale", "2", "1", "1", "1" },
        { "net.ipv4.tcp_tw_reuse", "0", "0", "2", "2" },
        { "net.ipv4.tcp_limit_output_bytes", NULL, "131072", "1048576", "4194304" },
        { "net.ipv4.tcp_syn_linear_timeouts", NULL, NULL, NULL, "4" },
        { "net.ipv4.tcp_tw_reuse_delay", NULL, NULL, NULL, "1000" },
        { "net.ipv4.tcp_rto_min_us", NULL, NULL, NULL, "200000" },
        { "net.ipv4.tcp_tw_recycle", "0", "0", NULL, NULL },
        { "net.ipv4.tcp_notsent_lowat", NULL, NULL, "4294967295", "4294967295" },
        { "net.ipv4.ip_local_port_range", "32768\t61000", "32768\t61000", "32768\t60999", "32768\t60999" },
        { "net.ipv4.tcp_congestion_control", "cubic", "cubic", "cubic", "cubic" },
        { "net.ipv4.tcp_fin_timeout", "60", "60", "60", "60" },
    };
    static const char *const kernels[] = { "rhel6.2", "rhel7", "linux6.1", "linux6.18" };
    for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
        const char *const values[] = { known[i].rhel62, known[i].rhel7, known[i].linux61, known[i].linux618 };
        for (int k = 0; k < 4; k++) {
            if (values[k]) assert_value(kernels[k], known[i].name, values[k]);
            else assert_null(netsim_host_sysctl_get(host(kernels[k]), known[i].name, NULL));
        }
    }
}

/* The row whose value covers the four bytes at @at, or a long that begins behind them, so that they are padding. */
static bool is_covered(struct host *h, const unsigned char *at)
{
    static const size_t sizes[] = { [KNOB_INT] = 4, [KNOB_UINT] = 4, [KNOB_LONG] = 8, [KNOB_STRING] = 1 };
    unsigned n, n_rows = 0;
    bool is_padding = false;
    const struct knob *rows = host_knob_rows(&n);
    for (unsigned i = 0; i < n; i++) {
        const unsigned char *field = host_knob_field(h, &rows[i]);
        n_rows += at >= field && at < field + sizes[rows[i].type] * rows[i].count;
        is_padding |= rows[i].type == KNOB_LONG && at + 4 == field;
    }
    assert_true(n_rows <= 1); /* two rows with one place */
    return n_rows || is_padding;
}

static void every_knob_of_the_models_has_a_row(void **state)
{
    (void) state;
    struct host *h = host("linux6.18");
    struct {
        const char *name;
        void *place;
        size_t size;
    } places[] = { { "tcp_knobs", &h->net.tcp->knobs, sizeof(struct tcp_knobs) },
                   { "ip_knobs", &h->net.ip->knobs, sizeof(struct ip_knobs) },
                   { "sock_knobs", &h->net.sock->knobs, sizeof(struct sock_knobs) },
                   { "host_knobs", &h->knobs, sizeof(struct host_knobs) } };
    for (size_t p = 0; p < G_N_ELEMENTS(places); p++)
        for (size_t at = 0; at < places[p].size - (p == 3 ? 4 : 0); at += 4) /* host_knobs ends in padding */
            if (!is_covered(h, (unsigned char *) places[p].place + at))
                fail_msg("no row for the value at byte %zu of struct %s", at, places[p].name);
}

static void rows_are_in_order_and_complete(void **state)
{
    (void) state;
    unsigned n;
    const struct knob *rows = host_knob_rows(&n);
    for (unsigned i = 0; i < n; i++) {
        if (i && strcmp(rows[i - 1].name, rows[i].name) >= 0) fail_msg("%s is out of order", rows[i].name);
        assert_non_null(rows[i].doc);
        assert_non_null(rows[i].source);
        assert_non_null(rows[i].defaults[0].text);
        for (int d = 1; d < KNOB_MAX_DEFAULTS && rows[i].defaults[d].text; d++)
            assert_true(rows[i].defaults[d].since > rows[i].defaults[d - 1].since);
    }
}

static void what_is_written_is_read_back(void **state)
{
    (void) state;
    NetsimHost *h = host("linux6.18");
    static const struct {
        const char *name, *value, *shown;
    } good[] = {
        { "net.ipv4.tcp_rmem", "8192 87380 16777216", "8192\t87380\t16777216" },
        { "net.ipv4.tcp_rmem", "  4096\t65536 ", "4096\t65536\t16777216" }, /* fewer values: the rest stays */
        { "net/ipv4/tcp_sack", "0", "0" },
        { "net.ipv4.tcp_sack", "0x1", "1" },
        { "net.ipv4.tcp_mem", "65536 131072 262144", "65536\t131072\t262144" },
        { "net.ipv4.udp_mem", "65536 131072 262144", "65536\t131072\t262144" },
        { "net.core.rmem_default", "31457280", "31457280" },
        { "net.core.optmem_max", "25165824", "25165824" },
        { "net.core.netdev_max_backlog", "65536", "65536" },
        { "net.ipv4.tcp_max_tw_buckets", "1440000", "1440000" },
        { "net.ipv4.ip_local_port_range", "2000 65535", "2000\t65535" },
        { "net.ipv4.ip_local_port_range", "40000 40000", "40000\t40000" },
        { "net.ipv4.tcp_notsent_lowat", "4294967295", "4294967295" },
        { "net.ipv4.tcp_congestion_control", "reno\n", "reno" },
        { "net.ipv4.tcp_adv_win_scale", "-2", "-2" },
        { "net.ipv4.tcp_fin_timeout", "15", "15" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
        g_autoptr(GError) error = NULL;
        if (!netsim_host_sysctl_set(h, good[i].name, good[i].value, &error)) fail_msg("%s", error->message);
        assert_value("linux6.18", good[i].name, good[i].shown);
    }
    assert_int_equal(h->net.tcp->knobs.rmem[1], 65536);
    assert_int_equal(h->net.sock->knobs.optmem_max, 25165824);
    assert_int_equal(h->net.ip->knobs.ip_local_port_range[1], 40000);
    assert_string_equal(h->net.tcp->knobs.congestion_control, "reno");
    assert_value("linux6.1", "net.ipv4.tcp_fin_timeout", "60"); /* other hosts keep theirs */
}

static void what_the_kernel_refuses_changes_nothing(void **state)
{
    (void) state;
    static const struct {
        const char *name, *value;
    } bad[] = {
        { "net.ipv4.tcp_rmem", "0 1 2" },          { "net.ipv4.tcp_rmem", "4096 many 16384" }, { "net.ipv4.tcp_rmem", "1 2 3 4" },
        { "net.ipv4.tcp_rmem", "" },               { "net.ipv4.tcp_sack", "256" },             { "net.ipv4.tcp_sack", "-1" },
        { "net.ipv4.tcp_sack", "1k" },             { "net.ipv4.tcp_ecn", "3" },                { "net.ipv4.tcp_adv_win_scale", "32" },
        { "net.ipv4.tcp_syn_retries", "0" },       { "net.ipv4.tcp_syn_retries", "128" },      { "net.ipv4.ip_local_port_range", "5000 4000" },
        { "net.ipv4.ip_local_port_range", "80 5000" }, { "net.ipv4.tcp_notsent_lowat", "4294967296" },
        { "net.ipv4.tcp_mem", "99999999999999999999 1 1" }, { "net.core.somaxconn", "65536" },
        { "net.ipv4.tcp_max_orphans", "2147483648" }, { "net.ipv4.ip_default_ttl", "0" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *before = netsim_host_sysctl_get(host("linux6.18"), bad[i].name, NULL);
        if (netsim_host_sysctl_set(host("linux6.18"), bad[i].name, bad[i].value, &error))
            fail_msg("%s took \"%s\"", bad[i].name, bad[i].value);
        assert_true(g_error_matches(error, NETSIM_ERROR, NETSIM_ERROR_RANGE));
        assert_non_null(strstr(error->message, "Invalid argument"));
        assert_value("linux6.18", bad[i].name, before);
    }
}

static void unknown_names_and_algorithms_say_what_would_be_right(void **state)
{
    (void) state;
    g_autoptr(GError) error = NULL;
    assert_false(netsim_host_sysctl_set(host("linux6.18"), "net.ipv4.tcp_rnem", "1 2 3", &error));
    assert_true(g_error_matches(error, NETSIM_ERROR, NETSIM_ERROR_NAME));
    assert_string_equal(error->message, "sysctl net.ipv4.tcp_rnem: No such file or directory, did you mean \"net.ipv4.tcp_rmem\"?");
    g_clear_error(&error);
    assert_false(netsim_host_sysctl_set(host("linux6.18"), "net.ipv4.tcp_tw_recycle", "1", &error));
    assert_non_null(strstr(error->message, "linux6.18 does not have it: removed in 4.12"));
    g_clear_error(&error);
    assert_null(netsim_host_sysctl_get(host("rhel6.2"), "net.ipv4.tcp_rto_min_us", &error));
    assert_non_null(strstr(error->message, "rhel6.2 does not have it: new in 6.11"));
    g_clear_error(&error);
    assert_false(netsim_host_sysctl_set(host("linux6.18"), "net.ipv4.tcp_congestion_control", "cubik", &error));
    assert_string_equal(error->message, "net.ipv4.tcp_congestion_control = \"cubik\": No such file or directory; available: reno cubic");
}

static void what_is_not_modelled_is_shown_but_not_changed(void **state)
{
    (void) state;
    g_autoptr(GError) error = NULL;
    assert_true(netsim_host_sysctl_set(host("linux6.18"), "net.ipv4.tcp_fastopen", "1", NULL));
    assert_false(netsim_host_sysctl_set(host("linux6.18"), "net.ipv4.tcp_fastopen", "3", &error));
    assert_true(g_error_matches(error, NETSIM_ERROR, NETSIM_ERROR_UNSUPPORTED));
    assert_value("linux6.18", "net.ipv4.tcp_fastopen", "1");
    g_clear_error(&error);
    assert_false(netsim_host_sysctl_set(host("linux6.18"), "net.ipv6.conf.all.forwarding", "1", &error));
    assert_non_null(strstr(error->message, "IPv6 is not modelled"));
    g_clear_error(&error);
    assert_false(netsim_host_sysctl_set(host("linux6.18"), "vm.swappiness", "1", &error));
    assert_non_null(strstr(error->message, "only net.core and net.ipv4 are modelled"));
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(defaults_are_the_kernels),      T(every_knob_of_the_models_has_a_row),
        T(rows_are_in_order_and_complete), T(what_is_written_is_read_back),
        T(what_the_kernel_refuses_changes_nothing), T(unknown_names_and_algorithms_say_what_would_be_right),
        T(what_is_not_modelled_is_shown_but_not_changed),
    };
    return cmocka_run_group_tests_name("models/host/sysctl", tests, NULL, NULL);
}
