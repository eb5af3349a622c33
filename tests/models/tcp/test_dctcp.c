/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_dctcp.c - RFC 8257: what is ECN-capable, how marks are echoed, and the queue that follows from the sender's alpha. */
#include "tests/support/light.h"
#include "tests/support/path.h"
#include "tests/support/peer.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static struct peer t;

static int setup(void **state)
{
    (void) state;
    peer_open(&t, NULL);
    light_sysctl(t.net, "net.ipv4.tcp_congestion_control", "dctcp");
    return 0;
}

static int teardown(void **state)
{
    (void) state;
    peer_close(&t);
    return 0;
}

/* ---- who is ECN-capable ---- */

/* The host connects, the peer answers with @flags. */
static NetsimSocket *open_to(const char *flags)
{
    NetsimSocket *s = peer_socket(&t);
    t.knows_isn = false;
    assert_int_equal(netsim_connect(s, (NetsimAddress){ t.peer_addr, PEER_PORT }), -EINPROGRESS);
    peer_wait(&t, 0);
    t.host_port = netsim_sock_local(s).port;
    peer_expect(&t, 0, "SEW ect0"); /* RFC 8257 s3.5: without tcp_ecn = 1, and the SYN itself may be marked */
    peer_wait(&t, 10);
    g_autofree char *answer = g_strdup_printf("%s 0:0(0) ack 1 win 65535 <mss 1000,sackOK,wscale 10>", flags);
    peer_send(&t, answer);
    return s;
}

static NetsimCongestionInfo info_of(NetsimSocket *s)
{
    NetsimCongestionInfo info;
    assert_int_equal(netsim_congestion_info(s, &info), 0);
    assert_int_equal(info.kind, NETSIM_CONGESTION_DCTCP);
    return info;
}

static void all_its_segments_are_ecn_capable(void **state)
{
    (void) state;
    NetsimSocket *s = open_to("SE.");
    peer_expect(&t, 0, ". 1:1(0) ack 1 ect0"); /* a bare ACK */
    assert_true(info_of(s).dctcp.enabled);
    assert_int_equal(info_of(s).dctcp.alpha, 1024); /* RFC 8257 s3.3: as if all had been marked */
    netsim_send(s, NULL, 2000, 0);
    peer_expect(&t, 0, ". 1:1001(1000) ect0");
    peer_expect(&t, 0, "P. 1001:2001(1000) ect0");
    peer_send(&t, ". 1:1(0) ack 1 win 1000 <sack 1001:2001>");
    peer_wait(&t, 40);
    const struct peer_sent *last = peer_last(&t);
    assert_int_equal(last->p.seq - t.host_isn, 1); /* a repetition */
    assert_int_equal(last->p.tos & INET_ECN_MASK, INET_ECN_ECT_0);
}

static void a_peer_without_ecn_gets_reno(void **state)
{
    (void) state;
    NetsimSocket *s = open_to("S.");
    peer_expect(&t, 0, ". 1:1(0) ack 1");
    netsim_send(s, NULL, 1000, 0);
    peer_wait(&t, 0);
    assert_int_equal(peer_last(&t)->p.tos & INET_ECN_MASK, INET_ECN_NOT_ECT);
    NetsimCongestionInfo info = info_of(s);
    assert_string_equal(info.algorithm, "dctcp-reno");
    assert_false(info.dctcp.enabled);
}

/* A listener takes ECN from a SYN that is ECN-capable itself, which RFC 3168 forbids and other listeners refuse. */
static void its_listener_accepts_a_marked_syn(void **state)
{
    (void) state;
    static const struct { const char *algorithm; bool accepts; } cases[] = { { "cubic", false }, { "dctcp", true } };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        light_sysctl(t.net, "net.ipv4.tcp_congestion_control", cases[i].algorithm);
        NetsimSocket *listener = peer_socket(&t);
        t.host_port = (uint16_t) (1000 + i);
        t.knows_isn = false;
        netsim_bind(listener, (NetsimAddress){ 0, t.host_port });
        netsim_listen(listener, 1);
        peer_skip(&t);
        peer_send(&t, "SEW 0:0(0) win 65535 ect0 <mss 1000>");
        peer_expect(&t, 0, cases[i].accepts ? "SE. ect0" : "S.");
    }
}

/* ---- the receiver ---- */

/* RFC 8257 s3.2: while the marks stay the same ACKs are delayed; at a change one for the old state goes at once. */
static void a_change_of_the_marks_is_told_at_once(void **state)
{
    (void) state;
    NetsimSocket *s = open_to("SE.");
    peer_expect(&t, 0, ". 1:1(0) ack 1");
    netsim_setsockopt(s, "quickack", 0); /* delay ACKs from now on */
    netsim_setsockopt(s, "rcvbuf", 1 << 20);
    peer_send(&t, ". 1:1001(1000) ack 1 win 1000 ect0");
    peer_expect_nothing(&t, 1);
    peer_send(&t, ". 1001:2001(1000) ack 1 win 1000 ce");
    peer_expect(&t, 0, ". 1:1(0) ack 1001");   /* the first: not marked */
    peer_expect(&t, 0, "E. 1:1(0) ack 2001");  /* the second was */
    assert_int_equal(info_of(s).dctcp.ce_state, 1);
    peer_wait(&t, 1);
    peer_send(&t, "W. 2001:3001(1000) ack 1 win 1000 ce"); /* CWR clears nothing: the next segment is marked again */
    peer_expect(&t, 0, "E. 1:1(0) ack 3001");
    peer_send(&t, ". 3001:4001(1000) ack 1 win 1000 ect0");
    peer_expect(&t, 0, ". 1:1(0) ack 4001");
    assert_int_equal(info_of(s).dctcp.ce_state, 0);
}

/* ---- the sender ---- */

/* RFC 8257 s3.3: alpha is an average of the marked share with weight 1/16, and the window shrinks by half of it. */
static void alpha_follows_the_marked_share(void **state)
{
    (void) state;
    NetsimSocket *s = open_to("SE.");
    netsim_setsockopt(s, "sndbuf", 4 << 20);
    peer_send(&t, ". 1:1(0) ack 1 win 1000");
    netsim_send(s, NULL, 2 << 20, 0);
    double alpha = 15 / 16.0, all = 0, marked = 0; /* the first ACK ended a round of nothing */
    uint32_t next = 1, sent;
    for (unsigned i = 0; i < 300; i++) { /* every 5 ms half of what is out is acknowledged; every second ACK echoes marks */
        netsim_send(s, NULL, 1 << 20, 0);
        peer_wait(&t, 5);
        struct tcp_sock *tp = peer_tcp(s);
        uint32_t una = tp->snd_una - t.host_isn, half = ns_max((tp->snd_nxt - tp->snd_una) / 2000 * 1000, 1000u);
        bool is_marked = (i < 60 || i >= 180) && i % 2;
        sent = tp->snd_nxt - t.host_isn;
        g_autofree char *ack = g_strdup_printf("%s. 1:1(0) ack %u win 1000", is_marked ? "E" : "", una + half);
        peer_send(&t, ack);
        all += half;
        if (is_marked) marked += half;
        if (una + half < next) continue;
        alpha = alpha * 15 / 16 + marked / all / 16;
        next = sent;
        all = marked = 0;
        double got = info_of(s).dctcp.alpha / 1024.0;
        if (fabs(got - alpha) > 0.02) fail_msg("ACK %u: alpha %.3f, expected %.3f", i, got, alpha);
        if (i == 179 || i == 178) assert_true(alpha < 0.15);
    }
    if (alpha < 0.3 || alpha > 0.6) fail_msg("alpha ends at %.3f", alpha);
}

static void a_loss_halves_the_window_whatever_alpha_is(void **state)
{
    (void) state;
    NetsimSocket *s = open_to("SE.");
    peer_send(&t, ". 1:1(0) ack 1 win 1000");
    netsim_setsockopt(s, "sndbuf", 4 << 20);
    netsim_send(s, NULL, 2 << 20, 0);
    for (unsigned round = 0; round < 3; round++) {
        peer_wait(&t, 10);
        g_autofree char *ack = g_strdup_printf(". 1:1(0) ack %u win 1000", peer_tcp(s)->snd_nxt - t.host_isn);
        peer_send(&t, ack);
    }
    uint32_t cwnd = peer_tcp(s)->snd_cwnd, una = peer_tcp(s)->snd_una - t.host_isn;
    assert_true(info_of(s).dctcp.alpha < 1024);
    peer_wait(&t, 10);
    g_autofree char *hole = g_strdup_printf(". 1:1(0) ack %u win 1000 <sack %u:%u>", una, una + 1000, una + 5000);
    peer_send(&t, hole);
    assert_int_equal(peer_tcp(s)->snd_ssthresh, cwnd / 2);
}

/* ---- laws ---- */

/* The queue stays near the threshold (Alizadeh et al., SIGCOMM 2010): below K + n, above K + n less the saw's height,
 * sqrt(2 n (C RTT + K)) / 2; the share of marks is alpha, sqrt(2 / W) with W the window at which marking begins. */
static void the_queue_stays_near_the_threshold(void **state)
{
    (void) state;
    enum { K = 65, FROM_MS = 5000, TO_MS = 25000 };
    const double rate = 20e6, rtt = 10e-3, wire = 1538;
    for (unsigned n_flows = 1; n_flows <= 4; n_flows *= 2) {
        struct path p;
        NetsimLinkConfig line = { .rate_bps = (uint64_t) rate, .delay = 5 * NETSIM_MS, .queue_pkts = 1000,
                                  .overhead = NETSIM_OVERHEAD_ETHERNET, .ce_threshold_pkts = K };
        path_open(&p, 1, &line, "net.ipv4.tcp_congestion_control=dctcp net.ipv4.tcp_tso_rtt_log=0"); /* small bursts */
        for (unsigned i = 0; i < n_flows; i++) path_flow(&p, "dctcp", i * 5 * NETSIM_MS);
        path_run(&p, FROM_MS * NETSIM_MS);
        uint64_t before = 0, after = 0;
        for (unsigned i = 0; i < n_flows; i++) before += path_bytes(&p, i);
        double alpha = 0, queue = 0, most = 0, in_pipe = rate / 8 * rtt / wire;
        unsigned n = 0;
        for (unsigned ms = FROM_MS; ms < TO_MS; ms += 7, n++) {
            path_run(&p, ms * NETSIM_MS);
            double now = -in_pipe;
            for (unsigned i = 0; i < n_flows; i++) {
                NetsimSocket *s = path_socket(&p, i);
                NetsimTcpInfo info;
                netsim_tcp_info(s, &info);
                alpha += info_of(s).dctcp.alpha / 1024.0 / n_flows;
                now += info.unacked;
            }
            queue += now;
            most = fmax(most, now);
        }
        for (unsigned i = 0; i < n_flows; i++) after += path_bytes(&p, i);
        double goodput = (double) (after - before) * 8e3 / (TO_MS - FROM_MS) / (rate * 1448 / wire);
        double saw = sqrt(2 * n_flows * (in_pipe + K)) / 2, law = sqrt(2 / ((in_pipe + K) / n_flows));
        alpha /= n;
        queue /= n;
        if (goodput < 0.98 || goodput > 1.01) fail_msg("%u flows: %.3f of the line", n_flows, goodput);
        if (queue > K + n_flows || queue < K - saw)
            fail_msg("%u flows: %.1f packets wait on average, threshold %d, saw %.1f", n_flows, queue, K, saw);
        if (most > K + 4 * n_flows) fail_msg("%u flows: up to %.1f packets wait", n_flows, most);
        if (alpha < law * 0.6 || alpha > law * 1.25) fail_msg("%u flows: alpha %.3f, expected about %.3f", n_flows, alpha, law);
        uint64_t retransmitted = 1;
        assert_true(netsim_host_counter(p.sender, "TcpRetransSegs", &retransmitted, NULL));
        assert_int_equal(retransmitted, 0);
        path_close(&p);
    }
}

static void ss_tells_alpha(void **state)
{
    (void) state;
    struct path p;
    NetsimLinkConfig line = { .rate_bps = 100000000, .delay = NETSIM_MS, .queue_pkts = 1000, .ce_threshold_pkts = 20 };
    path_open(&p, 1, &line, "net.ipv4.tcp_congestion_control=dctcp");
    path_flow(&p, "dctcp", 0);
    path_run(&p, NETSIM_S);
    NetsimCongestionInfo m = info_of(path_socket(&p, 0));
    g_autofree char *words = g_strdup_printf(" dctcp:(ce_state:0,alpha:%u,ab_ecn:%u,ab_tot:%u) send ", m.dctcp.alpha, m.dctcp.ab_ecn,
                                             m.dctcp.ab_tot);
    g_autofree char *shown = path_sh(&p, "ss -tinH state established");
    if (!strstr(shown, words)) fail_msg("no \"%s\" in: %s", words, shown);
    path_close(&p);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(all_its_segments_are_ecn_capable),
        T(a_peer_without_ecn_gets_reno),
        T(its_listener_accepts_a_marked_syn),
        T(a_change_of_the_marks_is_told_at_once),
        T(alpha_follows_the_marked_share),
        T(a_loss_halves_the_window_whatever_alpha_is),
        cmocka_unit_test(the_queue_stays_near_the_threshold),
        cmocka_unit_test(ss_tells_alpha),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
