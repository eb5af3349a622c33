/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/host/host.h"

#include "models/tcp/tcp.h"
#include "tests/support/kernels_test.h"

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

static size_t size_of(const struct knob *k)
{
    return k->count * (k->type == KNOB_STRING ? 1 : k->type == KNOB_LONG ? sizeof(int64_t) : sizeof(int));
}

/* A model's struct of settings that has a byte without a row is one that nobody can set; two rows with one are a slip. */
static void every_knob_of_the_models_has_one_row(void **state)
{
    (void) state;
    unsigned n;
    g_autofree const struct knob **rows = host_knob_all(&n);
    for (unsigned i = 0; i < n; i++) {
        const struct knob_place *place = rows[i]->place;
        if (!place || !place->size) continue;
        for (size_t at = 0; at < place->size; at += sizeof(int)) {
            unsigned owners = 0;
            for (unsigned j = 0; j < n; j++)
                owners += rows[j]->place == place && !rows[j]->is_alias && at >= rows[j]->offset &&
                          at < rows[j]->offset + size_of(rows[j]);
            if (owners != 1) fail_msg("%u rows for byte %zu of the struct that has %s", owners, at, rows[i]->name);
        }
    }
}

static void rows_are_complete(void **state)
{
    (void) state;
    unsigned n;
    g_autofree const struct knob **rows = host_knob_all(&n);
    for (unsigned i = 0; i < n; i++) {
        const struct knob *k = rows[i];
        if (i && !strcmp(rows[i - 1]->name, k->name)) fail_msg("%s is there twice", k->name);
        assert_non_null(k->doc);
        assert_non_null(k->source);
        if (!k->is_alias) assert_non_null(k->defaults[0].text);
        for (int d = 1; d < KNOB_MAX_DEFAULTS && k->defaults[d].text; d++)
            assert_true(k->defaults[d].since > k->defaults[d - 1].since);
        bool has_star = strchr(k->name, '*') != NULL;
        assert_int_equal(has_star, k->place && k->place->nth);
        if (!k->how && !k->is_write_only && !(k->place && k->place->base) && !k->inert) fail_msg("%s: no model reads it, and the row does not say why", k->name);
        if (k->dead_since) assert_non_null(k->dead);
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
        { "net.ipv4.tcp_rmem", "4096 87380 6291456 8", "4096\t87380\t6291456" }, /* values in excess are ignored */
        { "net.ipv4.tcp_rmem", "4096 65536 16777216", "4096\t65536\t16777216" },
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
        { "net.ipv4.tcp_rmem", "0 1 2" },          { "net.ipv4.tcp_rmem", "4096 many 16384" },
        { "net.ipv4.tcp_rmem", "" },               { "net.ipv4.tcp_sack", "256" },             { "net.ipv4.tcp_sack", "-1" },
        { "net.ipv4.tcp_sack", "1k" },             { "net.ipv4.tcp_ecn", "3" },                { "net.ipv4.tcp_adv_win_scale", "32" },
        { "net.ipv4.tcp_syn_retries", "0" },       { "net.ipv4.tcp_syn_retries", "128" },      { "net.ipv4.ip_local_port_range", "5000 4000" },
        { "net.ipv4.ip_local_port_range", "80 5000" }, { "net.ipv4.tcp_notsent_lowat", "4294967296" },
        { "net.ipv4.tcp_mem", "99999999999999999999 1 1" }, { "net.core.somaxconn", "-1" },
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
    assert_true(g_str_has_prefix(error->message, "net.ipv4.tcp_congestion_control = \"cubik\": No such file or directory; "
                                                 "netsim has no model of it yet, only of "));
    assert_non_null(strstr(error->message, "reno"));
    g_clear_error(&error);
    assert_false(netsim_host_sysctl_set(host("linux6.18"), "net.core.default_qdisc", "fq_codl", &error));
    assert_non_null(strstr(error->message, "No such file or directory; there are bfifo, "));
    g_clear_error(&error);
    assert_false(netsim_host_sysctl_set(host("linux6.18"), "net.ipv4.tcp_allowed_congestion_control", "reno cubik", &error));
    assert_non_null(strstr(error->message, "No such file or directory; netsim has no model of it yet"));
    assert_value("linux6.18", "net.ipv4.tcp_congestion_control", "cubic");
}

static void assert_refused(const char *kernel, const char *name, const char *value, const char *words)
{
    g_autoptr(GError) error = NULL;
    assert_false(netsim_host_sysctl_set(host(kernel), name, value, &error));
    if (!strstr(error->message, words)) fail_msg("%s", error->message);
}

static void what_is_refused_is_told_with_the_reason(void **state)
{
    (void) state;
    assert_refused("rhel7", "net.ipv4.tcp_congestion_control", "bbr", "rhel7 does not have bbr: new in 4.9");
    assert_refused("rhel7", "net.ipv4.tcp_congestion_control", "vegas", "netsim has no model of it yet, only of cubic, reno");
    assert_refused("linux6.18", "net.ipv4.ip_local_port_range", "65535 1024", "the first port must not be above the last one");
    assert_refused("linux6.18", "net.ipv4.ip_local_port_range", "0 70000", "numbers of 1 to 65535");
    assert_refused("linux6.18", "net.ipv4.tcp_wmem", "4096, 65536, 67108864", "blanks stand between the numbers, not commas");
    assert_refused("linux6.18", "rmem_max", "5", "did you mean \"net.core.rmem_max\"?");
}

/* As sysctl of procps-ng 4.0.2 and cat found it on 6.18: mode 0200, and any text is taken. */
static void a_setting_that_is_only_written_shows_nothing(void **state)
{
    (void) state;
    static const char flush[] = "net.ipv4.route.flush";
    NetsimHost *h = host("linux6.18");
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) out = g_string_new(NULL);
    if (!netsim_host_sh(h, "sysctl -w net.ipv4.route.flush=1; sysctl net.ipv4.route.flush; sysctl -a", out, &error)) fail_msg("%s", error->message);
    assert_true(g_str_has_prefix(out->str, "net.ipv4.route.flush = 1\n"));
    assert_null(strstr(out->str + 1, flush));
    assert_null(netsim_host_sysctl_get(h, flush, &error));
    assert_string_equal(error->message, "sysctl net.ipv4.route.flush: Permission denied; it is write-only");
    g_clear_error(&error);
    assert_null(netsim_host_read(h, "/proc/sys/net/ipv4/route/flush", &error));
    assert_non_null(strstr(error->message, "Permission denied"));
    g_clear_error(&error);
    assert_true(netsim_host_write(h, "/proc/sys/net/ipv4/route/flush", "abc\n", NULL));
    assert_true(netsim_host_sysctl_set(host("rhel6.2"), flush, "1", NULL));
}

/* proc_dointvec() and proc_dointvec_jiffies(): on 6.18 -1 reads back; -2000000000 s are more ticks than an int holds. */
static void numbers_that_the_kernel_does_not_bound_may_be_negative(void **state)
{
    (void) state;
    static const char *const names[] = { "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_time",
                                         "net.ipv4.tcp_max_syn_backlog", "net.ipv4.tcp_max_tw_buckets" };
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        assert_true(netsim_host_sysctl_set(host("linux6.18"), names[i], "-1", NULL));
        assert_value("linux6.18", names[i], "-1");
        bool is_time = i < 2;
        assert_int_equal(netsim_host_sysctl_set(host("linux6.18"), names[i], "-2000000000", NULL), !is_time);
    }
}

static void what_is_not_modelled_is_kept(void **state)
{
    (void) state;
    g_autoptr(GError) error = NULL;
    assert_true(netsim_host_sysctl_set(host("linux6.18"), "net.ipv4.tcp_fastopen", "3", NULL));
    assert_value("linux6.18", "net.ipv4.tcp_fastopen", "3");
    assert_value("linux7.2", "net.ipv4.tcp_fastopen", "1");
    assert_false(netsim_host_sysctl_set(host("linux6.18"), "net.ipv6.conf.all.hop_limit", "1", &error));
    assert_non_null(strstr(error->message, "IPv6 is not modelled"));
    g_clear_error(&error);
    assert_false(netsim_host_sysctl_set(host("linux6.18"), "vm.swappiness", "1", &error));
    assert_non_null(strstr(error->message, "only net is modelled"));
}

/* devinet.c: "default" is what later devices begin with; forwarding of "all" is that of every device. */
static void settings_of_devices_are_inherited(void **state)
{
    (void) state;
    NetsimHost *h = host("linux6.18");
    netsim_host_nic(h, "eth0", NULL);
    assert_true(netsim_host_sysctl_set(h, "net.ipv4.conf.default.rp_filter", "2", NULL));
    assert_true(netsim_host_sysctl_set(h, "net.ipv4.conf.eth0.arp_ignore", "1", NULL));
    assert_true(netsim_host_sysctl_set(h, "net.ipv4.neigh.default.gc_stale_time", "90", NULL));
    netsim_host_nic(h, "eth1.5", NULL);
    assert_value("linux6.18", "net.ipv4.conf.eth0.rp_filter", "0");
    assert_value("linux6.18", "net.ipv4.conf.eth1/5.rp_filter", "2");
    assert_value("linux6.18", "net/ipv4/conf/eth1.5/rp_filter", "2");
    assert_value("linux6.18", "net.ipv4.conf.all.rp_filter", "0");
    assert_value("linux6.18", "net.ipv4.conf.eth1/5.arp_ignore", "0");
    assert_value("linux6.18", "net.ipv4.neigh.eth0.gc_stale_time", "60");
    assert_value("linux6.18", "net.ipv4.neigh.eth1/5.gc_stale_time", "90");
    assert_true(netsim_host_sysctl_set(h, "net.ipv4.conf.eth0.send_redirects", "0", NULL));
    assert_value("linux6.18", "net.ipv4.conf.eth1/5.send_redirects", "1");
    assert_true(netsim_host_sysctl_set(h, "net.ipv4.ip_forward", "1", NULL));
    assert_value("linux6.18", "net.ipv4.conf.eth0.forwarding", "1");
    assert_value("linux6.18", "net.ipv4.conf.default.forwarding", "1");
    assert_true(netsim_host_sysctl_set(h, "net.ipv4.conf.eth0.forwarding", "0", NULL));
    assert_value("linux6.18", "net.ipv4.ip_forward", "1");
    assert_null(netsim_host_sysctl_get(h, "net.ipv4.conf.eth2.rp_filter", NULL));
}

/* net/ipv4/sysctl_net_ipv4.c of 2.6.32, 3.10 and 6.18 */
static void names_come_and_go_with_versions(void **state)
{
    (void) state;
    static const struct {
        const char *kernel, *name;
        bool is_there;
    } cases[] = {
        { "rhel6.2", "net.ipv4.inet_peer_gc_mintime", true }, { "rhel7", "net.ipv4.inet_peer_gc_mintime", false },
        { "rhel6.2", "net.ipv4.tcp_abc", true }, { "rhel7", "net.ipv4.tcp_abc", false },
        { "rhel6.2", "net.ipv4.tcp_max_ssthresh", true }, { "rhel7", "net.ipv4.tcp_max_ssthresh", true },
        { "linux6.1", "net.ipv4.tcp_max_ssthresh", false }, { "rhel7", "net.ipv4.tcp_frto_response", false },
        { "rhel7", "net.ipv4.tcp_thin_dupack", true }, { "linux6.1", "net.ipv4.tcp_thin_dupack", false },
        { "rhel7", "net.ipv4.tcp_early_retrans", true }, { "rhel6.2", "net.ipv4.tcp_early_retrans", false },
        { "rhel7", "net.ipv4.tcp_limit_output_bytes", true }, { "rhel7", "net.ipv4.tcp_min_tso_segs", false },
        { "rhel6.2", "net.ipv4.rt_cache_rebuild_count", true }, { "rhel7", "net.ipv4.rt_cache_rebuild_count", false },
        { "rhel7", "net.ipv4.ip_unprivileged_port_start", false }, { "linux6.1", "net.core.txrehash", true },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *value = netsim_host_sysctl_get(host(cases[i].kernel), cases[i].name, NULL);
        if ((value != NULL) != cases[i].is_there) fail_msg("%s: %s", cases[i].kernel, cases[i].name);
    }
}

/* ipv4_local_port_range(), ipv4_privileged_ports() */
static void ports_are_chosen_above_the_privileged_ones(void **state)
{
    (void) state;
    assert_true(netsim_host_sysctl_set(host("rhel6.2"), "net.ipv4.ip_local_port_range", "500 65535", NULL)); /* 4.11 began to look */
    assert_false(netsim_host_sysctl_set(host("linux6.18"), "net.ipv4.ip_local_port_range", "500 65535", NULL));
    assert_true(netsim_host_sysctl_set(host("linux6.18"), "net.ipv4.ip_unprivileged_port_start", "80", NULL));
    assert_true(netsim_host_sysctl_set(host("linux6.18"), "net.ipv4.ip_local_port_range", "500 65535", NULL));
    assert_false(netsim_host_sysctl_set(host("linux6.18"), "net.ipv4.ip_unprivileged_port_start", "501", NULL));
    assert_value("linux6.18", "net.ipv4.ip_unprivileged_port_start", "80");
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(defaults_are_the_kernels),      T(every_knob_of_the_models_has_one_row),
        T(rows_are_complete), T(what_is_written_is_read_back),
        T(what_the_kernel_refuses_changes_nothing), T(unknown_names_and_algorithms_say_what_would_be_right),
        T(what_is_refused_is_told_with_the_reason), T(a_setting_that_is_only_written_shows_nothing),
        T(numbers_that_the_kernel_does_not_bound_may_be_negative), T(what_is_not_modelled_is_kept),
        T(names_come_and_go_with_versions),
        T(ports_are_chosen_above_the_privileged_ones), T(settings_of_devices_are_inherited),
    };
    return cmocka_run_group_tests_name("models/host/sysctl", tests, NULL, NULL);
}
