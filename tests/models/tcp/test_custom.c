/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_custom.c - algorithms that the library's user brings: what they see, what they decide, what is refused. */
#include "tests/support/path.h"

#include <netsim/congestion.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

/* RFC 5681 in the kernel's steps: a copy of the built-in one, seen from outside. */
static void reno_ack(NetsimCongestion *c, uint32_t acked, void *data)
{
    uint32_t *count = c->state;
    (void) data;
    if (!c->is_cwnd_limited) return;
    if (c->cwnd < c->ssthresh) {
        uint32_t room = c->ssthresh - c->cwnd, more = acked < room ? acked : room;
        c->cwnd += more;
        acked -= more;
        if (!acked) return;
    }
    uint32_t w = c->cwnd;
    if (*count >= w) {
        *count = 0;
        c->cwnd++;
    }
    *count += acked;
    if (*count >= w) {
        c->cwnd += *count / w;
        *count %= w;
    }
}

static unsigned n_open;

static void reno_init(NetsimCongestion *c, void *data)
{
    assert_string_equal(data, "data");
    assert_null(c->state);
    c->state = g_new0(uint32_t, 1);
    n_open++;
}

static uint32_t reno_ssthresh(NetsimCongestion *c, void *data)
{
    (void) data;
    *(uint32_t *) c->state = 0; /* snd_cwnd_cnt */
    return c->cwnd / 2;
}

static void reno_timeout(NetsimCongestion *c, void *data)
{
    (void) data;
    *(uint32_t *) c->state = 0;
}

static void reno_release(NetsimCongestion *c, void *data)
{
    (void) data;
    if (c->state) n_open--;
    g_free(c->state);
}

static const NetsimCongestionOps copy = { .name = "copy", .init = reno_init, .ack = reno_ack, .ssthresh = reno_ssthresh,
                                          .timeout = reno_timeout, .release = reno_release };

static void a_copy_of_reno_sends_what_reno_sends(void **state)
{
    (void) state;
    uint64_t bytes[2], repeated[2];
    for (unsigned i = 0; i < 2; i++) {
        struct path p;
        NetsimLinkConfig line = { .rate_bps = 20000000, .delay = 20 * NETSIM_MS, .queue_pkts = 40, .overhead = NETSIM_OVERHEAD_ETHERNET,
                                  .loss = 0.0005 };
        path_open(&p, 1, &line, NULL);
        GError *error = NULL;
        assert_true(netsim_host_add_congestion_control(p.sender, &copy, "data", &error));
        path_flow(&p, i ? "copy" : "reno", 0);
        path_run(&p, 60 * NETSIM_S);
        assert_int_equal(n_open, i);
        bytes[i] = path_bytes(&p, 0);
        assert_true(netsim_host_counter(p.sender, "TcpRetransSegs", &repeated[i], NULL));
        path_close(&p);
        assert_int_equal(n_open, 0);
    }
    assert_true(repeated[0] > 50);
    assert_int_equal(bytes[0], bytes[1]);
    assert_int_equal(repeated[0], repeated[1]);
}

/* ---- rates ---- */

static void half_control(NetsimCongestion *c, uint32_t acked, uint32_t newly_lost, void *data)
{
    (void) acked, (void) newly_lost, (void) data;
    c->cwnd = 1000;
    c->pacing_rate = 500000; /* 4 Mbit/s */
}

static void control_may_pace(void **state)
{
    (void) state;
    struct path p;
    NetsimLinkConfig line = { .rate_bps = 10000000, .delay = 20 * NETSIM_MS, .queue_pkts = 100, .overhead = NETSIM_OVERHEAD_ETHERNET };
    path_open(&p, 1, &line, NULL);
    assert_true(netsim_host_add_congestion_control(p.sender, &(NetsimCongestionOps){ .name = "half", .control = half_control }, NULL, NULL));
    path_flow(&p, "half", 0);
    path_run(&p, 2 * NETSIM_S);
    uint64_t before = path_bytes(&p, 0);
    path_run(&p, 12 * NETSIM_S);
    assert_in_range(path_bytes(&p, 0) - before, 495000 * 10, 501000 * 10);
    NetsimTcpInfo info;
    netsim_tcp_info(path_socket(&p, 0), &info);
    assert_int_equal(info.pacing_rate, 500000);
    assert_in_range(info.rtt, 40000, 44000); /* no queue */
    path_close(&p);
}

/* ---- names ---- */

static void it_is_chosen_by_name(void **state)
{
    (void) state;
    struct path p;
    NetsimLinkConfig line = { .rate_bps = 10000000, .delay = NETSIM_MS };
    path_open(&p, 1, &line, NULL);
    GError *error = NULL;
    assert_false(netsim_host_sysctl_set(p.sender, "net.ipv4.tcp_congestion_control", "copy", &error));
    assert_non_null(strstr(error->message, "No such file or directory"));
    g_clear_error(&error);
    assert_true(netsim_host_add_congestion_control(p.sender, &copy, "data", NULL));
    g_autofree char *available = path_sh(&p, "sysctl -n net.ipv4.tcp_available_congestion_control");
    assert_string_equal(available, "reno cubic bbr dctcp copy\n");
    assert_true(netsim_host_sysctl_set(p.sender, "net.ipv4.tcp_congestion_control", "copy", &error));
    assert_false(netsim_host_sysctl_set(p.receiver, "net.ipv4.tcp_congestion_control", "copy", &error)); /* another host's kernel */
    g_clear_error(&error);
    path_flow(&p, NULL, 0);
    path_run(&p, NETSIM_S);
    g_autofree char *shown = path_sh(&p, "ss -tinH state established");
    assert_non_null(strstr(shown, " copy wscale:"));
    path_close(&p);
}

static void what_is_wrong_is_refused(void **state)
{
    (void) state;
    static const struct { NetsimCongestionOps ops; const char *says; } cases[] = {
        { { .name = "cubic", .ack = reno_ack }, "congestion control cubic: sender has one of that name" },
        { { .name = "", .ack = reno_ack }, "congestion control \"\": a name has 1 to 15 letters, digits, \"_\" and \"-\"" },
        { { .ack = reno_ack }, "congestion control \"\": a name has 1 to 15 letters, digits, \"_\" and \"-\"" },
        { { .name = "a b", .ack = reno_ack }, "congestion control \"a b\": a name has 1 to 15 letters, digits, \"_\" and \"-\"" },
        { { .name = "sixteen-letters-", .ack = reno_ack },
          "congestion control \"sixteen-letters-\": a name has 1 to 15 letters, digits, \"_\" and \"-\"" },
        { { .name = "none" }, "congestion control none: needs either ack or control" },
        { { .name = "both", .ack = reno_ack, .control = half_control }, "congestion control both: needs either ack or control" },
    };
    struct path p;
    NetsimLinkConfig line = { .rate_bps = 10000000, .delay = NETSIM_MS };
    path_open(&p, 1, &line, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GError *error = NULL;
        assert_false(netsim_host_add_congestion_control(p.sender, &cases[i].ops, NULL, &error));
        assert_string_equal(error->message, cases[i].says);
        g_clear_error(&error);
    }
    for (unsigned i = 0; i < 20; i++) { /* until the sysctl's text is full */
        g_autofree char *name = g_strdup_printf("algorithm-%u", i);
        GError *error = NULL;
        if (netsim_host_add_congestion_control(p.sender, &(NetsimCongestionOps){ .name = name, .ack = reno_ack }, NULL, &error)) continue;
        assert_true(i >= 5);
        assert_non_null(strstr(error->message, ": sender has no room for more"));
        g_clear_error(&error);
        path_close(&p);
        return;
    }
    fail_msg("there is room for everything");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_copy_of_reno_sends_what_reno_sends),
        cmocka_unit_test(control_may_pace),
        cmocka_unit_test(it_is_chosen_by_name),
        cmocka_unit_test(what_is_wrong_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
