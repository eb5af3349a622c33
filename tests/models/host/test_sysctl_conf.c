/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/host/host.h"

#include "tests/support/kernels_test.h"

static void write_verdict(const NetsimSysctlLine *line, void *data)
{
    g_string_append_printf(data, "%u %s", line->line, netsim_sysctl_verdict_name(line->verdict));
    if (line->other_line) g_string_append_printf(data, " %u", line->other_line);
    g_string_append_c(data, '\n');
}

static char *verdicts(const char *kernel, const char *text, size_t length)
{
    GString *out = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    if (!netsim_host_load_sysctl(host(kernel), text, length, write_verdict, out, &error)) fail_msg("%s", error->message);
    return g_string_free(out, FALSE);
}

static void assert_verdicts(const char *kernel, const char *text, const char *wanted)
{
    g_autofree char *got = verdicts(kernel, text, strlen(text));
    assert_string_equal(got, wanted);
}

static void assert_value(const char *kernel, const char *name, const char *value)
{
    g_autofree char *got = netsim_host_sysctl_get(host(kernel), name, NULL);
    assert_string_equal(got, value);
}

/* One line of the article, its verdict by 6.18 and by RHEL 6.2, and what the reason has to mention. */
static const struct {
    unsigned line;
    const char *linux618, *rhel62, *reason;
} article[] = {
    { 5, "ok", "ok", NULL },
    { 6, "ok", "ok", NULL },
    { 7, "contradicts 6", "contradicts 6", "line 6" },
    { 8, "contradicts 5", "contradicts 5", "line 5" },
    { 9, "ok", "ok", NULL },
    { 10, "contradicts 9", "contradicts 9", "net.core.rmem_default 31457280 is above net.core.rmem_max 12582912" },
    { 11, "ok", "ok", NULL },
    { 12, "contradicts 11", "contradicts 11", "net.core.wmem_default 31457280 is above net.core.wmem_max 12582912" },
    { 13, "ok", "ok", NULL },
    { 14, "no model", "no model", "backlog" },
    { 15, "ok", "ok", NULL },
    { 16, "no model", "no model", "memory" },
    { 17, "no model", "no model", "memory" },
    { 18, "no model", "no model", "memory" },
    { 19, "no model", "no model", "memory" },
    { 20, "ok", "ok", NULL },
    { 21, "ok", "ok", NULL },
    { 22, "ok", "ok", NULL },
    { 23, "ok", "ok", NULL },
    { 24, "ok", "ok", NULL },
    { 25, "ok", "ok", NULL },
    { 26, "ok", "ok", NULL },
    { 27, "dead", "no model", "route cache" },
    { 28, "unknown", "unknown", "did you mean \"net.core.rps_sock_flow_entries\"?" },
    { 31, "ok", "ok", NULL },
    { 32, "ok", "ok", NULL },
    { 33, "dead", "ok", NULL },
    { 34, "ok", "ok", NULL },
    { 35, "ok", "ok", NULL },
    { 36, "contradicts 35", "contradicts 35", "line 35" },
    { 37, "ok", "ok", NULL },
    { 40, "no model", "no model", "not tracked" },
    { 41, "no model", "no model", "not tracked" },
    { 42, "no model", "no model", "not tracked" },
    { 43, "no model", "no model", "IP options" },
    { 44, "read-only", "read-only", "Permission denied" },
    { 45, "read-only", "read-only", "Permission denied" },
    { 46, "no model", "no model", "redirects" },
    { 47, "no model", "no model", "IPv6" },
};

struct checked {
    bool is_old;
    unsigned n;
};

static void check_line(const NetsimSysctlLine *line, void *data)
{
    struct checked *c = data;
    assert_true(c->n < G_N_ELEMENTS(article));
    assert_int_equal(line->line, article[c->n].line);
    g_autofree char *got = line->other_line
        ? g_strdup_printf("%s %u", netsim_sysctl_verdict_name(line->verdict), line->other_line)
        : g_strdup(netsim_sysctl_verdict_name(line->verdict));
    const char *wanted = c->is_old ? article[c->n].rhel62 : article[c->n].linux618, *reason = article[c->n].reason;
    if (strcmp(got, wanted)) fail_msg("line %u, %s: %s, not %s (%s)", line->line, line->name, got, wanted, line->reason);
    if (reason && !strstr(line->reason, reason)) fail_msg("line %u: \"%s\" does not say \"%s\"", line->line, line->reason, reason);
    c->n++;
}

static void every_line_of_the_tuning_article_has_its_verdict(void **state)
{
    (void) state;
    g_autofree char *text = NULL;
    gsize length;
    assert_true(g_file_get_contents(NETSIM_SOURCE_DIR "/tests/data/tuning-article.conf", &text, &length, NULL));
    for (int old = 0; old < 2; old++) {
        struct checked c = { .is_old = old };
        assert_true(netsim_host_load_sysctl(host(old ? "rhel6.2" : "linux6.18"), text, length, check_line, &c, NULL));
        assert_int_equal(c.n, G_N_ELEMENTS(article));
    }
    assert_value("linux6.18", "net.ipv4.tcp_rmem", "8192\t87380\t16777216");
    assert_value("linux6.18", "net.core.rmem_default", "31457280");
    assert_value("linux6.18", "net.ipv4.tcp_keepalive_intvl", "15");
    assert_value("rhel6.2", "net.ipv4.tcp_tw_recycle", "1");
}

static void values_are_judged_as_the_kernel_would(void **state)
{
    (void) state;
    assert_verdicts("linux6.18", "net.ipv4.tcp_sack = 256\nnet.ipv4.tcp_rto_max_ms=5000", "1 out of range\n2 ok\n");
    assert_verdicts("linux6.1", "net.ipv4.tcp_rto_max_ms=5000", "1 unknown\n"); /* new in 6.15 */
    assert_verdicts("linux6.18", "net.ipv4.tcp_congestion_control = cubik", "1 no model\n");
    assert_verdicts("linux6.18", "vm.swappiness = 10", "1 no model\n");
    assert_verdicts("linux6.18", "net.ipv4.tcp_fack = 1\nnet.ipv4.tcp_low_latency=1", "1 dead\n2 dead\n");
    assert_verdicts("linux6.18", "net.core.rmem_default = 8000000", "1 contradicts\n"); /* above what the host has */
    assert_verdicts("linux6.18", "net.core.rmem_max = 9000000\nnet.core.rmem_default = 8000000", "1 ok\n2 ok\n");
    assert_verdicts("linux6.18", "net.ipv4.tcp_rmem = 4096\t87380 90000\nnet.ipv4.tcp_rmem = 4096 87380\t90000", "1 ok\n2 ok\n");
}

static void one_setting_has_one_key_however_it_is_written(void **state)
{
    (void) state;
    assert_verdicts("linux6.18", "net.ipv4.tcp_sack = 1\nnet/ipv4/tcp_sack = 0", "1 ok\n2 contradicts 1\n");
    assert_verdicts("linux6.18", "net.ipv4.tcp_sack = 1\nnet/ipv4/tcp_sack = 0x1", "1 ok\n2 ok\n");
    assert_verdicts("linux6.18", "net.core.rmem_max = 100000\nnet/core/rmem_default = 200000", "1 ok\n2 contradicts 1\n");
    assert_verdicts("linux6.18", "net.ipv4.ip_forward = 1\nnet/ipv4/conf/all/forwarding = 0", "1 ok\n2 contradicts 1\n");
    assert_verdicts("linux6.18", "net.ipv4.neigh.default.base_reachable_time_ms = 20000\n"
                    "net.ipv4.neigh.default.base_reachable_time = 20", "1 ok\n2 ok\n");
    assert_verdicts("linux6.18", "net.ipv4.tcp_sack = 1\nnet.ipv4.tcp_sack = 999\nnet.ipv4.tcp_sack = 1",
                    "1 ok\n2 out of range\n3 ok\n"); /* what is refused is not there to be contradicted */
}

static void patterns_set_what_no_other_line_names(void **state)
{
    (void) state;
    assert_non_null(netsim_host_nic(host("linux6.18"), "eth0", NULL));
    assert_non_null(netsim_host_nic(host("linux6.18"), "eth1", NULL));
    assert_verdicts("linux6.18", "net.ipv4.conf.*.arp_ignore = 2\nnet.ipv4.conf.eth1.arp_ignore = 3\n-net.ipv4.conf.lo.arp_ignore",
                    "1 ok\n2 ok\n");
    assert_value("linux6.18", "net.ipv4.conf.all.arp_ignore", "2");
    assert_value("linux6.18", "net.ipv4.conf.eth0.arp_ignore", "2");
    assert_value("linux6.18", "net.ipv4.conf.eth1.arp_ignore", "3");
    assert_value("linux6.18", "net.ipv4.conf.lo.arp_ignore", "0");
    assert_verdicts("linux6.18", "net/ipv4/conf/eth[01]/rp_filter = 2\nnet.ipv4.conf.wlan*.rp_filter = 2", "1 ok\n2 unknown\n");
    assert_value("linux6.18", "net.ipv4.conf.eth1.rp_filter", "2");
    assert_value("linux6.18", "net.ipv4.conf.default.rp_filter", "0");
    assert_verdicts("linux6.18", "net.ipv4.tcp_sac? = 999", "1 out of range\n");
    assert_verdicts("linux6.18", "net.ipv4.conf.*.mc_forwarding = 1", "1 read-only\n");
}

static void note_optional(const NetsimSysctlLine *line, void *data)
{
    g_string_append_printf(data, "%u %d\n", line->line, line->is_optional);
}

static void a_dash_in_front_forgives(void **state)
{
    (void) state;
    g_autoptr(GString) out = g_string_new(NULL);
    static const char text[] = "-net.ipv4.no_such_thing = 1\nnet.ipv4.tcp_sack = 1\n-net.ipv4.tcp_dsack = 0";
    assert_true(netsim_host_load_sysctl(host("linux6.18"), text, sizeof text - 1, note_optional, out, NULL));
    assert_string_equal(out->str, "1 1\n2 0\n3 1\n");
    assert_verdicts("linux6.18", text, "1 unknown\n2 ok\n3 ok\n");
}

static void what_makes_no_sense_together_contradicts(void **state)
{
    (void) state;
    static const struct {
        const char *kernel, *text, *wanted;
    } cases[] = {
        /* the maxima of net.core limit what programs ask for, not TCP: ip-sysctl.rst, tcp_rmem */
        { "linux6.18", "net.core.rmem_max = 212992\nnet.ipv4.tcp_rmem = 4096 131072 33554432", "1 ok\n2 ok\n" },
        { "linux6.1", "net.core.rmem_max = 212992\nnet.ipv4.tcp_rmem = 4096 262144 33554432", "1 ok\n2 ok\n" },
        { "linux6.1", "net.ipv4.tcp_rmem = 4096 131072 65536", "1 contradicts\n" },
        { "linux6.1", "net.ipv4.tcp_wmem = 20000 16384 65536", "1 contradicts\n" },
        { "linux6.1", "net.ipv4.tcp_mem = 300000 200000 400000", "1 contradicts\n" },
        { "linux6.1", "net.ipv4.udp_mem = 100 200 150", "1 contradicts\n" },
        { "linux6.1", "net.ipv4.neigh.default.gc_thresh2 = 4096\nnet.ipv4.neigh.default.gc_thresh3 = 8192", "1 no model\n2 no model\n" },
        { "linux6.1", "net.ipv4.neigh.default.gc_thresh3 = 256", "1 contradicts\n" },
        { "linux6.1", "net.ipv4.ip_local_port_range = 60000 2000", "1 out of range\n" },
        { "rhel6.2", "net.ipv4.tcp_timestamps = 0\nnet.ipv4.tcp_tw_recycle = 1", "1 ok\n2 contradicts 1\n" },
        { "rhel6.2", "net.ipv4.tcp_tw_recycle = 1\nnet.ipv4.tcp_timestamps = 0", "1 ok\n2 contradicts 1\n" },
        { "linux6.18", "net.ipv4.tcp_timestamps = 0\nnet.ipv4.tcp_tw_reuse = 1", "1 ok\n2 contradicts 1\n" },
        { "linux7.2", "net.ipv4.tcp_timestamps = 0", "1 ok\n" },
        { "linux7.2", "net.ipv4.tcp_window_scaling = 0\nnet.ipv4.tcp_rmem = 4096 65536 65535000", "1 ok\n2 contradicts 1\n" },
        { "rhel7", "net.ipv4.tcp_sack = 0\nnet.ipv4.tcp_dsack = 1", "1 ok\n2 contradicts 1\n" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        teardown(NULL);
        setup(NULL);
        assert_verdicts(cases[i].kernel, cases[i].text, cases[i].wanted);
    }
}

/* include/linux/inetdevice.h: IN_DEV_MAXCONF, IN_DEV_ORCONF, IN_DEV_ANDCONF */
static void all_and_a_device_are_taken_together(void **state)
{
    (void) state;
    assert_non_null(netsim_host_nic(host("linux6.1"), "eth0", NULL));
    assert_verdicts("linux6.1", "net.ipv4.conf.all.rp_filter = 1\nnet.ipv4.conf.eth0.rp_filter = 2", "1 ok\n2 ok\n");
    assert_verdicts("linux6.1", "net.ipv4.conf.all.rp_filter = 1\nnet.ipv4.conf.eth0.rp_filter = 0", "1 ok\n2 contradicts 1\n");
    assert_verdicts("linux6.1", "net.ipv4.conf.eth0.rp_filter = 0\nnet.ipv4.conf.all.rp_filter = 1", "1 ok\n2 contradicts 1\n");
    assert_verdicts("linux6.1", "net.ipv4.conf.all.rp_filter = 0\nnet.ipv4.conf.default.rp_filter = 1", "1 ok\n2 ok\n");
    assert_verdicts("linux6.1", "net.ipv4.conf.all.rp_filter = 2\nnet.ipv4.conf.default.rp_filter = 1", "1 ok\n2 contradicts 1\n");
    /* a host believes redirects if one of both says so, and eth0 does */
    assert_verdicts("linux6.1", "net.ipv4.conf.all.accept_redirects = 0", "1 contradicts\n");
    assert_verdicts("linux6.1", "net.ipv4.conf.*.accept_redirects = 0", "1 no model\n");
    assert_verdicts("linux6.1", "net.ipv4.ip_forward = 1\nnet.ipv4.conf.eth0.accept_redirects = 1\n"
                    "net.ipv4.conf.all.accept_redirects = 0", "1 ok\n2 no model\n3 contradicts 2\n");
    assert_verdicts("linux6.1", "net.ipv4.conf.eth0.accept_source_route = 1", "1 contradicts\n");
}

static void a_file_is_read_as_procps_reads_it(void **state)
{
    (void) state;
    assert_verdicts("linux6.18", "# c\r\n; d\r\n\r\n -net.ipv4.tcp_sack=0 \r\nnet/ipv4/tcp_dsack = 0", "4 ok\n5 ok\n");
    assert_value("linux6.18", "net.ipv4.tcp_sack", "0");
    assert_value("linux6.18", "net.ipv4.tcp_dsack", "0");
    assert_verdicts("linux6.18", "", "");
}

static void assert_refused(const char *text, size_t length, const char *why)
{
    g_autoptr(GError) error = NULL;
    assert_false(netsim_host_load_sysctl(host("linux6.18"), text, length, NULL, NULL, &error));
    if (!strstr(error->message, why)) fail_msg("\"%s\" does not say \"%s\"", error->message, why);
    assert_value("linux6.18", "net.ipv4.tcp_sack", "1"); /* that a good line before would have changed */
}

static void a_broken_file_changes_nothing(void **state)
{
    (void) state;
    static const char good[] = "net.ipv4.tcp_sack = 0\n", nul[] = "net.ipv4.tcp_sack = 0\nnet.\0 = 1\n";
    assert_refused("net.ipv4.tcp_sack = 0\nnonsense", strlen("net.ipv4.tcp_sack = 0\nnonsense"), "line 2: \"nonsense\"");
    assert_refused("net.ipv4.tcp_sack = 0\nx =", strlen("net.ipv4.tcp_sack = 0\nx ="), "line 2: the value is missing");
    assert_refused("net.ipv4.tcp_sack = 0\n= 1", strlen("net.ipv4.tcp_sack = 0\n= 1"), "line 2: the name is missing");
    assert_refused(nul, sizeof nul - 1, "line 2: a NUL byte");
    assert_refused("net.ipv4.tcp_sack = 0\n\xff\xfe", strlen("net.ipv4.tcp_sack = 0\n\xff\xfe"), "line 2: bytes that are not text");
    GString *big = g_string_new(good);
    for (int i = 0; i < 5000; i++) g_string_append_c(big, 'x');
    assert_refused(big->str, big->len, "line 2: longer than 4096 bytes");
    while (big->len < 10 << 20) g_string_append(big, good);
    assert_refused(big->str, big->len, "larger than 1 MiB");
    g_string_free(big, TRUE);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(every_line_of_the_tuning_article_has_its_verdict), T(values_are_judged_as_the_kernel_would),
        T(a_file_is_read_as_procps_reads_it),                T(a_broken_file_changes_nothing),
        T(one_setting_has_one_key_however_it_is_written),    T(patterns_set_what_no_other_line_names),
        T(a_dash_in_front_forgives),                         T(what_makes_no_sense_together_contradicts),
        T(all_and_a_device_are_taken_together),
    };
    return cmocka_run_group_tests_name("models/host/sysctl_conf", tests, NULL, NULL);
}
