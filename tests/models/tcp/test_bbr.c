/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_bbr.c - BBR version 1 against what its paper says of throughput, queue, round-trip probes and competition. */
#include "tests/support/light.h"
#include "tests/support/path.h"
#include "tests/support/peer.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

enum { WIRE = 1538, PAYLOAD = 1448 };

static NetsimLinkConfig bottleneck(double rate_bps, double rtt_ms, double buffer_bdp)
{
    double bdp = rate_bps / 8 * rtt_ms / 1e3;
    return (NetsimLinkConfig){ .rate_bps = (uint64_t) rate_bps, .delay = (netsim_time) (rtt_ms / 2 * 1e3) * NETSIM_US,
                               .queue_pkts = (uint32_t) (bdp * buffer_bdp / WIRE), .overhead = NETSIM_OVERHEAD_ETHERNET };
}

static NetsimTcpInfo info_of(struct path *p, unsigned i)
{
    NetsimTcpInfo info;
    assert_int_equal(netsim_tcp_info(path_socket(p, i), &info), 0);
    return info;
}

static NetsimCongestionInfo model_of(struct path *p, unsigned i)
{
    NetsimCongestionInfo info;
    assert_int_equal(netsim_congestion_info(path_socket(p, i), &info), 0);
    assert_string_equal(info.algorithm, "bbr");
    assert_int_equal(info.kind, NETSIM_CONGESTION_BBR);
    return info;
}

/* Goodput of flow @i between two times, as a share of what the line can carry. */
static double share(struct path *p, unsigned i, double from_s, double to_s, double rate_bps)
{
    path_run(p, (netsim_time) (from_s * 1e3) * NETSIM_MS);
    uint64_t before = path_bytes(p, i);
    path_run(p, (netsim_time) (to_s * 1e3) * NETSIM_MS);
    return (double) (path_bytes(p, i) - before) * 8 / (to_s - from_s) / (rate_bps * PAYLOAD / WIRE);
}

/* ---- arithmetic, against a scripted peer ---- */

static struct peer t;

/* 2/ln 2 times the initial window a round trip, less the margin of 1 %. */
static void it_starts_at_the_initial_window_a_round_trip_times_2_89(void **state)
{
    (void) state;
    peer_open(&t, NULL);
    NetsimSocket *s = peer_connect(&t, "mss 1000,sackOK,wscale 10", 100);
    assert_int_equal(netsim_set_congestion_control(s, "bbr"), 0);
    NetsimTcpInfo info;
    netsim_tcp_info(s, &info);
    double rate = 739 / 256.0 * 10 * 1000 / 0.1 * 0.99;
    assert_true(fabs((double) info.pacing_rate - rate) < rate * 1e-3);
    assert_true(fabs(739 / 256.0 - 2 / log(2)) < 2e-3); /* the same number, rounded up */
    assert_int_equal(info.snd_ssthresh, 0x7fffffff);
    /* Ten at once, then one burst of two each 2 * mss / rate; the first of them half as late, since nothing was sent lately. */
    peer_send(&t, ". 1:1(0) ack 1 win 1000");
    netsim_setsockopt(s, "sndbuf", 1 << 20);
    netsim_send(s, NULL, 100000, 0);
    peer_wait(&t, 100);
    assert_int_equal(peer_skip(&t), 10);
    for (unsigned at = 2001; at <= 10001; at += 2000) {
        g_autofree char *ack = g_strdup_printf(". 1:1(0) ack %u win 1000", at);
        peer_send(&t, ack);
    }
    assert_int_equal(peer_tcp(s)->snd_cwnd, 20);
    peer_wait(&t, 0);
    double gap_ms = 2000 / rate * 1e3;
    unsigned first = peer_skip(&t);
    assert_int_equal(first, 2);
    peer_wait(&t, gap_ms * 0.5 + 0.05);
    assert_int_equal(peer_skip(&t), 2);
    for (unsigned i = 0; i < 8; i++) {
        peer_wait(&t, gap_ms - 0.1);
        assert_int_equal(peer_skip(&t), 0);
        peer_wait(&t, 0.1);
        assert_int_equal(peer_skip(&t), 2);
    }
    peer_expect_nothing(&t, 50); /* the window of 20 is full */
    peer_close(&t);
}

/* Below 1.2 Mbit/s a burst is one segment: bbr_min_tso_segs(). */
static void slow_paths_get_one_segment_at_a_time(void **state)
{
    (void) state;
    static const struct { double rtt_ms; unsigned burst; } cases[] = { { 100, 2 }, { 400, 1 } };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        peer_open(&t, NULL);
        NetsimSocket *s = peer_connect(&t, "mss 1000,sackOK,wscale 10", cases[i].rtt_ms);
        netsim_set_congestion_control(s, "bbr");
        NetsimTcpInfo info;
        netsim_tcp_info(s, &info);
        assert_int_equal(info.pacing_rate * 8 < 1200000, cases[i].burst == 1);
        peer_send(&t, ". 1:1(0) ack 1 win 1000");
        netsim_send(s, NULL, 100000, 0);
        peer_wait(&t, cases[i].rtt_ms);
        peer_skip(&t);
        peer_send(&t, ". 1:1(0) ack 10001 win 1000");
        peer_wait(&t, 0);
        assert_int_equal(peer_skip(&t), cases[i].burst);
        peer_close(&t);
    }
}

static void older_kernels_do_not_have_it(void **state)
{
    (void) state;
    static const struct { const char *kernel; int bbr, dctcp; } cases[] = {
        { "linux6.18", 0, 0 }, { "rhel7", -ENOENT, -ENOENT }, { "rhel6.2", -ENOENT, -ENOENT },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        peer_open(&t, cases[i].kernel);
        NetsimSocket *s = peer_socket(&t);
        assert_int_equal(netsim_set_congestion_control(s, "bbr"), cases[i].bbr);
        assert_int_equal(netsim_set_congestion_control(s, "dctcp"), cases[i].dctcp);
        peer_close(&t);
    }
}

/* The state comes from a pool and goes back there whichever way the algorithm ends. */
static void its_state_is_given_back(void **state)
{
    (void) state;
    peer_open(&t, NULL);
    NetsimSocket *s = peer_connect(&t, "mss 1000,sackOK,wscale 10", 100);
    struct pool *pool = &t.net->tcp->bbrs;
    netsim_set_congestion_control(s, "bbr");
    assert_int_equal(pool->live, 1);
    netsim_set_congestion_control(s, "cubic");
    assert_int_equal(pool->live, 0);
    netsim_set_congestion_control(s, "bbr");
    peer_send(&t, "R. 1:1(0) ack 1 win 1000");
    netsim_close(s);
    peer_wait(&t, 1);
    assert_int_equal(pool->live, 0);
    /* A SYN that times out asks the algorithm before it was initialised. */
    s = peer_socket(&t);
    netsim_set_congestion_control(s, "bbr");
    assert_int_equal(netsim_connect(s, (NetsimAddress){ t.peer_addr, 99 }), -EINPROGRESS);
    peer_wait(&t, 200e3);
    assert_int_equal(netsim_sock_error(s), ETIMEDOUT);
    netsim_close(s);
    peer_wait(&t, 1);
    assert_int_equal(pool->live, 0);
    peer_close(&t);
}

/* ---- laws ---- */

/* The line is full, whatever the buffer, and the queue is bounded by the window's gain: one BDP and three bursts. */
static void the_line_is_full_and_the_queue_bounded(void **state)
{
    (void) state;
    static const struct { double rate, rtt_ms, buffer; } cases[] = {
        { 10e6, 40, 1 }, { 10e6, 40, 4 }, { 100e6, 40, 1 }, { 100e6, 20, 4 }, { 1e9, 10, 1 }, { 1e9, 10, 4 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct path p;
        NetsimLinkConfig line = bottleneck(cases[i].rate, cases[i].rtt_ms, cases[i].buffer);
        path_open(&p, 1, &line, NULL);
        path_flow(&p, "bbr", 0);
        double got = share(&p, 0, 2, 9, cases[i].rate);
        if (got < 0.9 || got > 1.001) fail_msg("%g Mbit/s, buffer %g: %.3f of the line", cases[i].rate / 1e6, cases[i].buffer, got);
        NetsimCongestionInfo m = model_of(&p, 0);
        double bw = (double) m.bbr.bw * 8 / (cases[i].rate * PAYLOAD / WIRE);
        if (fabs(bw - 1) > 0.05) fail_msg("%g Mbit/s: estimated as %.3f of it", cases[i].rate / 1e6, bw);
        assert_in_range(m.bbr.min_rtt, cases[i].rtt_ms * 1e3, cases[i].rtt_ms * 1.1e3 + 2 * WIRE * 8 / cases[i].rate * 1e6);
        NetsimTcpInfo info = info_of(&p, 0);
        double bdp = (double) m.bbr.bw * m.bbr.min_rtt / 1e6 / PAYLOAD;
        double bursts = 3 * fmax(2, (double) info.pacing_rate / 1024 / PAYLOAD);
        assert_true(info.snd_cwnd <= 2 * bdp + bursts + 0.05 * bdp + 6); /* with what the ACKs' aggregation adds */
        assert_true(info.rtt <= 2.2 * m.bbr.min_rtt + 5000);
        path_close(&p);
    }
}

/* Ten seconds without a lower RTT: four segments for 200 ms and a round trip. */
static void it_probes_the_round_trip_every_ten_seconds(void **state)
{
    (void) state;
    struct path p;
    NetsimLinkConfig line = bottleneck(50e6, 30, 2);
    path_open(&p, 1, &line, NULL);
    path_flow(&p, "bbr", 0);
    double began[8] = { 0 }, lasted[8] = { 0 };
    unsigned n = 0;
    bool is_low = false;
    for (unsigned ms = 3000; ms < 45000; ms += 5) {
        path_run(&p, ms * NETSIM_MS);
        bool was_low = is_low;
        is_low = info_of(&p, 0).snd_cwnd <= 4;
        if (is_low) assert_int_equal(info_of(&p, 0).snd_cwnd, 4);
        if (is_low && !was_low) began[n] = ms;
        if (!is_low && was_low) lasted[n] = ms - began[n], n++;
    }
    assert_in_range(n, 3, 4);
    for (unsigned i = 0; i < n; i++) {
        if (lasted[i] < 200 || lasted[i] > 200 + 3 * 60 + 10) fail_msg("probe %u lasted %.0f ms", i, lasted[i]);
        if (i && (began[i] - began[i - 1] < 10000 || began[i] - began[i - 1] > 10600))
            fail_msg("probe %u came %.0f ms after the one before", i, began[i] - began[i - 1]);
    }
    path_close(&p);
}

/* Chance losses say nothing of the path: 1 % costs bbr little and cubic nearly all. */
static void chance_losses_do_not_slow_it(void **state)
{
    (void) state;
    for (unsigned i = 0; i < 2; i++) {
        struct path p;
        NetsimLinkConfig line = bottleneck(100e6, 40, 1);
        line.loss = 0.01;
        path_open(&p, 1, &line, NULL);
        path_flow(&p, i ? "cubic" : "bbr", 0);
        double got = share(&p, 0, 2, 9, 100e6);
        if (i ? got > 0.1 : got < 0.85) fail_msg("%s: %.3f of the line", i ? "cubic" : "bbr", got);
        path_close(&p);
    }
}

static void equal_flows_get_equal_shares(void **state)
{
    (void) state;
    struct path p;
    NetsimLinkConfig line = bottleneck(100e6, 40, 2);
    path_open(&p, 1, &line, NULL);
    for (unsigned i = 0; i < 4; i++) path_flow(&p, "bbr", i * 300 * NETSIM_MS);
    path_run(&p, 20 * NETSIM_S);
    double before[4], sum = 0, squares = 0;
    for (unsigned i = 0; i < 4; i++) before[i] = (double) path_bytes(&p, i);
    path_run(&p, 50 * NETSIM_S);
    for (unsigned i = 0; i < 4; i++) {
        double got = ((double) path_bytes(&p, i) - before[i]) * 8 / 30 / (100e6 * PAYLOAD / WIRE);
        sum += got;
        squares += got * got;
    }
    double jain = sum * sum / (4 * squares);
    if (sum < 0.9 || sum > 1) fail_msg("together %.3f of the line", sum);
    if (jain < 0.9) fail_msg("Jain's index %.3f", jain);
    path_close(&p);
}

/* A policer is a constant rate with much loss: then the rate is not probed for 48 rounds. */
static void heavy_constant_loss_is_taken_for_a_policer(void **state)
{
    (void) state;
    struct path p;
    NetsimLinkConfig line = bottleneck(20e6, 20, 2);
    line.loss = 0.25;
    path_open(&p, 1, &line, NULL);
    path_flow(&p, "bbr", 0);
    unsigned n_steady = 0, longest = 0;
    for (unsigned ms = 1000; ms < 20000; ms += 5) {
        path_run(&p, ms * NETSIM_MS);
        if (ms < 3000) continue; /* a SYN may be lost, too */
        n_steady = model_of(&p, 0).bbr.pacing_gain == 256 ? n_steady + 1 : 0;
        if (n_steady > longest) longest = n_steady;
    }
    /* Six phases of a cycle are 6 rounds; 40 rounds of 20 ms are many more. */
    assert_true(longest * 5 > 40 * 20);
    path_close(&p);
}

/* ---- chance ---- */

/* The gains of the first second after the start. */
static char *gains(uint64_t seed)
{
    struct path p;
    NetsimLinkConfig line = bottleneck(10e6, 40, 2);
    path_open(&p, seed, &line, NULL);
    path_flow(&p, "bbr", 0);
    GString *text = g_string_new(NULL);
    for (unsigned ms = 500; ms < 2500; ms += 20) {
        path_run(&p, ms * NETSIM_MS);
        g_string_append_printf(text, "%u ", model_of(&p, 0).bbr.pacing_gain);
    }
    path_close(&p);
    return g_string_free(text, FALSE);
}

static void the_phase_of_the_first_cycle_hangs_on_the_seed_alone(void **state)
{
    (void) state;
    g_autofree char *one = gains(1), *again = gains(1);
    assert_string_equal(one, again);
    unsigned n_different = 0;
    for (uint64_t seed = 2; seed < 8; seed++) {
        g_autofree char *other = gains(seed);
        n_different += strcmp(one, other) != 0;
    }
    assert_true(n_different >= 3); /* of 6 draws among 7 phases */
}

/* ---- what the operator sees ---- */

/* As iproute2 6.1 prints a captured connection: "bbr:(bw:9832840bps,mrtt:40.25,pacing_gain:1.25,cwnd_gain:2)". */
static void ss_tells_the_model(void **state)
{
    (void) state;
    struct path p;
    NetsimLinkConfig line = bottleneck(10e6, 40, 2);
    path_open(&p, 1, &line, NULL);
    path_flow(&p, "bbr", 0);
    path_run(&p, 5 * NETSIM_S);
    NetsimCongestionInfo m = model_of(&p, 0);
    g_autofree char *words = g_strdup_printf(" bbr:(bw:%" G_GUINT64_FORMAT "bps,mrtt:%g,pacing_gain:%g,cwnd_gain:2) send ", m.bbr.bw * 8,
                                             m.bbr.min_rtt / 1e3, m.bbr.pacing_gain / 256.0);
    g_autofree char *shown = path_sh(&p, "ss -tinH state established");
    if (!strstr(shown, words)) fail_msg("no \"%s\" in: %s", words, shown);
    assert_non_null(strstr(shown, " bbr wscale:"));
    path_close(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_starts_at_the_initial_window_a_round_trip_times_2_89),
        cmocka_unit_test(slow_paths_get_one_segment_at_a_time),
        cmocka_unit_test(older_kernels_do_not_have_it),
        cmocka_unit_test(its_state_is_given_back),
        cmocka_unit_test(the_line_is_full_and_the_queue_bounded),
        cmocka_unit_test(it_probes_the_round_trip_every_ten_seconds),
        cmocka_unit_test(chance_losses_do_not_slow_it),
        cmocka_unit_test(equal_flows_get_equal_shares),
        cmocka_unit_test(heavy_constant_loss_is_taken_for_a_policer),
        cmocka_unit_test(the_phase_of_the_first_cycle_hangs_on_the_seed_alone),
        cmocka_unit_test(ss_tells_the_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
