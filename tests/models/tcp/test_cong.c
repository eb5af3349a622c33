/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_cong.c - how the window grows: slow start, reno, cubic against RFC 9438's function, idle times. */
#include "tests/support/path.h"
#include "tests/support/peer_test.h"

#include <math.h>

enum { MSS = 1000, RTT_MS = 100 };

static NetsimSocket *open_one(const char *algorithm)
{
    NetsimSocket *s = peer_connect(&t, "mss 1000,sackOK,wscale 10", RTT_MS);
    assert_int_equal(netsim_set_congestion_control(s, algorithm), 0);
    peer_send(&t, ". 1:1(0) ack 1 win 60000");
    return s;
}

static void ack_up_to(uint32_t end, const char *sack)
{
    g_autofree char *text = g_strdup_printf(". 1:1(0) ack %u win 60000%s%s%s", end, sack ? " <sack " : "", sack ? sack : "", sack ? ">" : "");
    peer_send(&t, text);
}

static void feed(NetsimSocket *s)
{
    while (netsim_send(s, NULL, 1 << 20, 0) > 0)
        ;
}

/* A round trip passes, then everything that was out is acknowledged, segment by segment, while the writer never stops. */
static void round_trip(NetsimSocket *s)
{
    struct tcp_sock *tp = peer_tcp(s);
    uint32_t una = tp->snd_una - t.host_isn, end = tp->snd_nxt - t.host_isn;
    peer_wait(&t, RTT_MS);
    for (uint32_t at = una + MSS; !seq_after(at, end); at += MSS) {
        ack_up_to(at, NULL);
        feed(s);
    }
    peer_skip(&t);
}

/* The first outstanding segment is lost, the others are SACKed one by one; a round trip later all is well. */
static void lose_one(NetsimSocket *s)
{
    struct tcp_sock *tp = peer_tcp(s);
    uint32_t una = tp->snd_una - t.host_isn, end = tp->snd_nxt - t.host_isn;
    peer_wait(&t, RTT_MS);
    for (uint32_t at = una + 2 * MSS; !seq_after(at, end); at += MSS) {
        g_autofree char *block = g_strdup_printf("%u:%u", una + MSS, at);
        ack_up_to(una, block);
        feed(s);
    }
    peer_wait(&t, RTT_MS);
    ack_up_to(tp->snd_nxt - t.host_isn, NULL);
    feed(s);
    peer_skip(&t);
}

/* RFC 5681 s3.1 */
static void slow_start_doubles_every_round_trip(void **state)
{
    (void) state;
    NetsimSocket *s = open_one("reno");
    feed(s);
    for (unsigned cwnd = 10; cwnd <= 160; cwnd *= 2) {
        assert_int_equal(info_of(s).snd_cwnd, cwnd);
        round_trip(s);
    }
}

static void reno_adds_one_segment_every_round_trip_after_a_loss(void **state)
{
    (void) state;
    NetsimSocket *s = open_one("reno");
    feed(s);
    round_trip(s);
    round_trip(s);
    lose_one(s);
    /* Before the third SACK two more segments went out and nothing grew: half of 40. */
    assert_int_equal(info_of(s).snd_ssthresh, 20);
    assert_in_range(info_of(s).snd_cwnd, 20, 21); /* the ACK that ends recovery counts already */
    round_trip(s); /* what went out during recovery is acknowledged */
    uint32_t cwnd = info_of(s).snd_cwnd;
    assert_in_range(cwnd, 21, 22);
    for (unsigned i = 1; i <= 20; i++) {
        round_trip(s);
        assert_in_range(info_of(s).snd_cwnd, cwnd + i - 1, cwnd + i);
    }
}

/* RFC 5681 s3.1: a window that is not used does not grow. */
static void an_unused_window_does_not_grow(void **state)
{
    (void) state;
    NetsimSocket *s = open_one("reno");
    for (unsigned i = 0; i < 20; i++) {
        netsim_send(s, NULL, 3 * MSS, 0);
        peer_wait(&t, RTT_MS);
        ack_up_to(peer_tcp(s)->snd_nxt - t.host_isn, NULL);
    }
    assert_int_equal(info_of(s).snd_cwnd, 10);
}

/* RFC 2861 s3.1, kernel: halved for each RTO of idleness, not below the initial window; ssthresh keeps 3/4. */
static void idleness_halves_the_window_every_rto(void **state)
{
    (void) state;
    for (int restarts = 1; restarts >= 0; restarts--) {
        netsim_host_sysctl_set((NetsimHost *) t.net, "net.ipv4.tcp_slow_start_after_idle", restarts ? "1" : "0", NULL);
        NetsimSocket *s = open_one("reno");
        netsim_setsockopt(s, "sndbuf", 4 << 20);
        netsim_send(s, NULL, 150 * MSS, 0); /* 10 + 20 + 40 + 80: all of it out, nothing left */
        for (int i = 0; i < 3; i++) {
            uint32_t una = peer_tcp(s)->snd_una - t.host_isn, end = peer_tcp(s)->snd_nxt - t.host_isn;
            peer_wait(&t, RTT_MS);
            for (uint32_t at = una + MSS; !seq_after(at, end); at += MSS) ack_up_to(at, NULL);
        }
        peer_wait(&t, RTT_MS);
        ack_up_to(1 + 150 * MSS, NULL);
        uint32_t cwnd = info_of(s).snd_cwnd, rto_ms = info_of(s).rto / 1000;
        assert_true(cwnd >= 80);
        peer_wait(&t, 2.5 * rto_ms - RTT_MS); /* the clock runs from the last data sent, an RTT ago */
        netsim_send(s, NULL, MSS, 0);
        peer_skip(&t);
        assert_int_equal(info_of(s).snd_cwnd, restarts ? cwnd / 4 : cwnd); /* two whole RTOs */
        if (restarts) assert_int_equal(info_of(s).snd_ssthresh, 0x7fffffff);
        t.peer_port = PEER_PORT;
        t.host_port = HOST_PORT;
    }
}

/* RFC 9438 s4.2: W(t) = C (t - K)^3 + Wmax, K = cbrt(Wmax (1 - beta) / C), C 0.4, beta 0.7. */
static void cubic_follows_its_function(void **state)
{
    (void) state;
    NetsimSocket *s = open_one("cubic");
    feed(s);
    for (int i = 0; i < 4; i++) round_trip(s);
    uint32_t w_max = info_of(s).snd_cwnd;
    assert_int_equal(w_max, 160);
    lose_one(s);
    assert_int_equal(info_of(s).snd_ssthresh, w_max * 717 / 1024);
    assert_in_range(info_of(s).snd_cwnd, w_max * 717 / 1024, w_max * 717 / 1024 + 3); /* the ACK that ends recovery counts already */
    double k = cbrt(w_max * (1 - 717.0 / 1024) / 0.4);
    assert_true(fabs(k - 4.93) < 0.01);
    for (unsigned i = 1; i < 90; i++) { /* the epoch began with that ACK */
        round_trip(s);
        double since = i * RTT_MS / 1e3, w = 0.4 * pow(since - k, 3) + w_max;
        double got = info_of(s).snd_cwnd;
        if (fabs(got - w) > 3 + 0.02 * w) fail_msg("%.1f s: window %.0f, expected %.1f", since, got, w);
    }
    assert_true(info_of(s).snd_cwnd > w_max); /* convex by now */
}

/* RFC 9438 s4.7: a loss below the last maximum gives way: (1 + beta) / 2. */
static void cubic_converges_fast_after_two_losses(void **state)
{
    (void) state;
    NetsimSocket *s = open_one("cubic");
    feed(s);
    for (int i = 0; i < 4; i++) round_trip(s);
    lose_one(s);
    assert_int_equal(info_of(s).snd_ssthresh, 160 * 717 / 1024);
    round_trip(s);
    uint32_t cwnd = info_of(s).snd_cwnd;
    assert_true(cwnd < 160);
    lose_one(s);
    assert_int_equal(info_of(s).snd_ssthresh, cwnd * 717 / 1024);
    round_trip(s);
    /* Growth is flat around 0.85 of where it was; without that rule the window would be there again by then. */
    double plateau = cwnd * (1024 + 717) / 2048.0, k = cbrt((plateau - cwnd * 0.7) / 0.4);
    for (double since = 0; since < k; since += RTT_MS / 1e3) round_trip(s);
    assert_true(fabs(info_of(s).snd_cwnd - plateau) <= 4);
}

/* HyStart (Ha, Rhee 2011): the RTT of a round is more than an eighth above the least: slow start ends without a loss. */
static void hystart_leaves_slow_start_when_the_rtt_grows(void **state)
{
    (void) state;
    NetsimSocket *s = open_one("cubic");
    feed(s);
    round_trip(s);
    uint32_t cwnd = info_of(s).snd_cwnd;
    assert_int_equal(info_of(s).snd_ssthresh, 0x7fffffff);
    peer_wait(&t, 20); /* a queue of 20 ms */
    round_trip(s);
    assert_int_equal(peer_counter(&t, "TcpExtTCPHystartDelayDetect"), 1);
    assert_in_range(info_of(s).snd_ssthresh, cwnd + 8, cwnd + 10); /* at the ninth sample of the round */
}

/* ---- what kernels did before ---- */

/* The first @n_lost segments of the window are lost, the others SACKed; their repetitions arrive a round trip later.
 * @return  the window at the end of recovery, before the ACK that ends it and may make it grow */
static uint32_t lose_first(NetsimSocket *s, unsigned n_lost)
{
    struct tcp_sock *tp = peer_tcp(s);
    uint32_t una = tp->snd_una - t.host_isn, end = tp->snd_nxt - t.host_isn, hole_end = una + n_lost * MSS;
    peer_wait(&t, RTT_MS);
    for (uint32_t at = hole_end + MSS; !seq_after(at, end); at += MSS) {
        g_autofree char *block = g_strdup_printf("%u:%u", hole_end, at);
        ack_up_to(una, block);
    }
    while (una < hole_end) {
        unsigned n_repeated = tp->retrans_out;
        assert_true(n_repeated > 0);
        peer_wait(&t, RTT_MS);
        for (; n_repeated && una < hole_end; n_repeated--) {
            una += MSS;
            g_autofree char *block = g_strdup_printf("%u:%u", hole_end, end);
            if (una < hole_end) ack_up_to(una, block);
        }
    }
    uint32_t cwnd = tp->snd_cwnd;
    ack_up_to(tp->snd_nxt - t.host_isn, NULL);
    peer_skip(&t);
    return cwnd;
}

/* RFC 6937 s1: rate halving keeps the window at the flight plus one, which heavy loss makes small; PRR ends at ssthresh. */
static void rate_halving_leaves_less_than_ssthresh_after_heavy_loss(void **state)
{
    for (int is_old = 0; is_old < 2; is_old++) {
        if (is_old) {
            teardown(state);
            peer_open(&t, "rhel6.2");
        }
        NetsimSocket *s = open_one("reno");
        feed(s);
        round_trip(s);
        assert_int_equal(info_of(s).snd_cwnd, 20);
        uint32_t cwnd = lose_first(s, 12);
        assert_int_equal(info_of(s).ca_state, TCP_CA_Open);
        assert_int_equal(info_of(s).snd_ssthresh, 10);
        if (is_old) assert_in_range(cwnd, 5, 8); /* 20 - 12 - 2: what was in flight when recovery began */
        else assert_in_range(cwnd, 10, 11);
    }
}

/* Halving takes half of the window in one round trip when little is lost. */
static void rate_halving_halves_for_every_second_ack(void **state)
{
    teardown(state);
    peer_open(&t, "rhel6.2");
    NetsimSocket *s = open_one("reno");
    feed(s);
    round_trip(s);
    round_trip(s);
    assert_int_equal(info_of(s).snd_cwnd, 40);
    lose_one(s);
    assert_int_equal(info_of(s).snd_ssthresh, 20);
    assert_in_range(info_of(s).snd_cwnd, 20, 21);
}

/* ---- /sys/module/tcp_cubic/parameters: what the kernel's module documents of them ---- */

static void set_parameter(const char *name, const char *value)
{
    g_autofree char *path = g_strconcat("/sys/module/tcp_cubic/parameters/", name, NULL);
    assert_true(netsim_host_write((NetsimHost *) t.net, path, value, NULL));
}

static void hystart_detect_chooses_what_ends_slow_start(void **state)
{
    (void) state;
    set_parameter("hystart_detect", "1"); /* trains of ACKs: the round's first comes 20 ms late, and they are as close as ever */
    NetsimSocket *s = open_one("cubic");
    feed(s);
    round_trip(s);
    peer_wait(&t, 20);
    round_trip(s);
    assert_int_equal(peer_counter(&t, "TcpExtTCPHystartDelayDetect"), 0);
}

static void a_higher_low_window_or_no_hystart_keeps_slow_start(void **state)
{
    static const char *const ways[][2] = { { "hystart", "0" }, { "hystart_low_window", "1000" }, { "hystart_detect", "0" } };
    for (size_t i = 0; i < G_N_ELEMENTS(ways); i++) {
        if (i) {
            teardown(state);
            setup(state);
        }
        set_parameter(ways[i][0], ways[i][1]);
        NetsimSocket *s = open_one("cubic");
        feed(s);
        round_trip(s);
        peer_wait(&t, 20);
        round_trip(s);
        assert_int_equal(info_of(s).snd_ssthresh, 0x7fffffff);
        assert_int_equal(info_of(s).snd_cwnd, 40);
    }
}

static void initial_ssthresh_is_for_those_without_hystart(void **state)
{
    (void) state;
    set_parameter("initial_ssthresh", "30");
    assert_int_equal(info_of(open_one("cubic")).snd_ssthresh, 0x7fffffff);
    teardown(state);
    setup(state);
    set_parameter("initial_ssthresh", "30");
    set_parameter("hystart", "0");
    assert_int_equal(info_of(open_one("cubic")).snd_ssthresh, 30);
}

static void beta_is_what_a_loss_leaves(void **state)
{
    (void) state;
    set_parameter("beta", "512");
    NetsimSocket *s = open_one("cubic");
    feed(s);
    for (int i = 0; i < 4; i++) round_trip(s);
    lose_one(s);
    assert_int_equal(info_of(s).snd_ssthresh, 80);
}

/* The window that Reno would have is the lower bound of growth: after a loss at 20 of 100 ms, t^3 is long below it. */
static void friendliness_keeps_up_with_reno(void **state)
{
    uint32_t cwnd[2];
    for (int is_friendly = 0; is_friendly < 2; is_friendly++) {
        if (is_friendly) {
            teardown(state);
            setup(state);
        }
        set_parameter("tcp_friendliness", is_friendly ? "1" : "0");
        NetsimSocket *s = open_one("cubic");
        feed(s);
        round_trip(s);
        lose_one(s);
        for (int i = 0; i < 20; i++) round_trip(s);
        cwnd[is_friendly] = info_of(s).snd_cwnd;
    }
    assert_true(cwnd[1] > cwnd[0]);
}

static void without_fast_convergence_the_window_goes_back_to_where_it_was(void **state)
{
    (void) state;
    set_parameter("fast_convergence", "0");
    NetsimSocket *s = open_one("cubic");
    feed(s);
    for (int i = 0; i < 4; i++) round_trip(s);
    lose_one(s);
    round_trip(s);
    uint32_t cwnd = info_of(s).snd_cwnd;
    lose_one(s);
    round_trip(s);
    double k = cbrt(cwnd * (1 - 717.0 / 1024) / 0.4);
    for (double since = 0; since < k; since += RTT_MS / 1e3) round_trip(s);
    assert_true(fabs(info_of(s).snd_cwnd - (double) cwnd) <= 4); /* with it: 0.85 of that */
}

/* On a line that keeps the order, no ACK of one recovery may be taken for an echo from before it: retransmissions of the
 * recovery before may still be under way. */
static void a_line_that_keeps_the_order_never_looks_reordered(void **state)
{
    (void) state;
    static const char *const algorithms[] = { "reno", "cubic", "bbr" };
    for (unsigned i = 0; i < 3 * G_N_ELEMENTS(algorithms); i++) {
        struct path p;
        NetsimLinkConfig line = { .rate_bps = 20000000, .delay = 20 * NETSIM_MS, .queue_pkts = 1000, .loss = 0.01 };
        path_open(&p, 1 + i / 3, &line, NULL);
        path_flow(&p, algorithms[i % 3], 0);
        path_run(&p, 3 * NETSIM_S);
        g_autofree char *counters = path_sh(&p, "nstat -as TcpRetransSegs; nstat -asz TcpExtTCPTSReorder TcpExtTCPPartialUndo");
        assert_non_null(strstr(counters, "TcpRetransSegs"));
        static const char *const never[] = { "TcpExtTCPTSReorder", "TcpExtTCPPartialUndo" };
        for (unsigned k = 0; k < G_N_ELEMENTS(never); k++) {
            const char *row = strstr(counters, never[k]);
            assert_non_null(row);
            if (strtoul(row + strlen(never[k]), NULL, 10)) fail_msg("%s, seed %u: %s", algorithms[i % 3], 1 + i / 3, row);
        }
        path_close(&p);
    }
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(slow_start_doubles_every_round_trip),
        T(reno_adds_one_segment_every_round_trip_after_a_loss),
        T(an_unused_window_does_not_grow),
        T(idleness_halves_the_window_every_rto),
        T(cubic_follows_its_function),
        T(cubic_converges_fast_after_two_losses),
        T(hystart_leaves_slow_start_when_the_rtt_grows),
        T(rate_halving_leaves_less_than_ssthresh_after_heavy_loss),
        T(rate_halving_halves_for_every_second_ack),
        T(hystart_detect_chooses_what_ends_slow_start),
        T(a_higher_low_window_or_no_hystart_keeps_slow_start),
        T(initial_ssthresh_is_for_those_without_hystart),
        T(beta_is_what_a_loss_leaves),
        T(friendliness_keeps_up_with_reno),
        T(without_fast_convergence_the_window_goes_back_to_where_it_was),
        cmocka_unit_test(a_line_that_keeps_the_order_never_looks_reordered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
