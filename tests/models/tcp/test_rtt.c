/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_rtt.c - round-trip time and retransmission time-out against the formulas of RFC 6298 and of the kernel, computed here. */
#include "tests/support/peer_test.h"

/* tcp_rtt_estimator() in words of RFC 6298 and net/ipv4/tcp_input.c: fixed point, srtt << 3, mdev << 2. */
struct estimator {
    int64_t srtt, mdev, mdev_max, rttvar, rmin;
};

static void first_sample(struct estimator *e, int64_t m)
{
    e->srtt = 8 * m;
    e->mdev = 2 * m;
    e->rttvar = e->mdev_max = ns_max(2 * m, e->rmin);
}

static void next_sample(struct estimator *e, int64_t m, bool a_round_has_passed)
{
    int64_t err = m - (e->srtt >> 3);
    e->srtt += err;
    if (err < 0) {
        err = -err - (e->mdev >> 2);
        if (err > 0) err >>= 3;
    } else {
        err -= e->mdev >> 2;
    }
    e->mdev += err;
    if (e->mdev > e->mdev_max) e->mdev_max = e->mdev;
    if (e->mdev_max > e->rttvar) e->rttvar = e->mdev_max;
    if (!a_round_has_passed) return;
    if (e->mdev_max < e->rttvar) e->rttvar -= (e->rttvar - e->mdev_max) >> 2;
    e->mdev_max = e->rmin;
}

/* Rounded up to ticks of 4 ms. */
static int64_t rto_us(const struct estimator *e)
{
    return ((e->srtt >> 3) + e->rttvar + 3999) / 4000 * 4000;
}

static void send_and_ack(NetsimSocket *s, double rtt_ms)
{
    uint32_t before = peer_tcp(s)->snd_nxt - t.host_isn;
    assert_int_equal(netsim_send(s, NULL, 1000, 0), 1000);
    peer_wait(&t, rtt_ms);
    peer_skip(&t);
    g_autofree char *ack = g_strdup_printf(". 1:1(0) ack %u win 1000", before + 1000);
    peer_send(&t, ack);
}

/* RFC 6298 s2.2, and the floor of 200 ms under the variance: 0.2 ms away the RTO is 204 ms. */
static void a_short_path_has_an_rto_of_204_ms(void **state)
{
    (void) state;
    NetsimSocket *s = peer_connect(&t, "mss 1460,sackOK,wscale 7", 0.2);
    assert_int_equal(info_of(s).rtt, 200);
    assert_int_equal(info_of(s).rttvar, 100);
    assert_int_equal(info_of(s).rto, 204000);
}

static void the_estimator_follows_the_formula(void **state)
{
    (void) state;
    static const double rtts_ms[] = { 100, 100, 300, 80, 80, 80, 20, 20, 150, 150, 10, 10, 10, 10, 10, 40, 1, 1, 500, 50 };
    NetsimSocket *s = peer_connect(&t, "mss 1460,sackOK,wscale 7", 60);
    struct estimator e = { .rmin = 200000 };
    first_sample(&e, 60000);
    assert_int_equal(info_of(s).rtt, 60000);
    assert_int_equal(info_of(s).rto, rto_us(&e));
    for (size_t i = 0; i < G_N_ELEMENTS(rtts_ms); i++) {
        /* rtt_seq was set to snd_nxt at the last round's end, so each flight of its own is a round. */
        send_and_ack(s, ns_min(rtts_ms[i], 190));
        next_sample(&e, (int64_t) (ns_min(rtts_ms[i], 190) * 1000), true);
        NetsimTcpInfo info = info_of(s);
        assert_int_equal(info.rtt, e.srtt >> 3);
        assert_int_equal(info.rttvar, e.mdev >> 2);
        assert_int_equal(info.rto, rto_us(&e));
    }
}

/* RFC 6298 s3: Karn's algorithm; the back-off stays until an unambiguous sample. */
static void repeated_data_without_timestamps_gives_no_sample(void **state)
{
    (void) state;
    netsim_host_sysctl_set((NetsimHost *) t.net, "net.ipv4.tcp_early_retrans", "0", NULL);
    NetsimSocket *s = peer_connect(&t, "mss 1460,sackOK,wscale 7", 20);
    NetsimTcpInfo before = info_of(s);
    assert_int_equal(netsim_send(s, NULL, 1000, 0), 1000);
    peer_expect(&t, 0, "P. 1:1001(1000) ack 1");
    peer_expect(&t, peer_wheel_ms(&t, before.rto / 4000), "P. 1:1001(1000) ack 1");
    assert_int_equal(info_of(s).rto, 2 * before.rto);
    peer_wait(&t, 100);
    peer_send(&t, ". 1:1(0) ack 1001 win 1000");
    assert_int_equal(info_of(s).rtt, before.rtt);
    assert_int_equal(info_of(s).rto, 2 * before.rto);
    send_and_ack(s, 20);
    assert_int_equal(info_of(s).backoff, 0);
    assert_true(info_of(s).rto < 2 * before.rto);
}

/* RFC 7323 s4: with timestamps the echo tells which one was answered; 1 ms units. */
static void repeated_data_with_timestamps_gives_a_sample(void **state)
{
    (void) state;
    netsim_host_sysctl_set((NetsimHost *) t.net, "net.ipv4.tcp_early_retrans", "0", NULL);
    NetsimSocket *s = peer_connect(&t, "mss 1460,sackOK,TS val 1 ecr last,wscale 7", 20);
    NetsimTcpInfo before = info_of(s);
    struct estimator e = { .rmin = 200000 };
    first_sample(&e, 20000);
    assert_int_equal(netsim_send(s, NULL, 1000, 0), 1000);
    peer_expect(&t, 0, "P. 1:1001(1000) ack 1");
    peer_expect(&t, peer_wheel_ms(&t, before.rto / 4000), "P. 1:1001(1000) ack 1");
    peer_wait(&t, 30);
    peer_send(&t, ". 1:1(0) ack 1001 win 1000 <TS val 2 ecr last>");
    next_sample(&e, 30000, true);
    assert_in_range(info_of(s).rtt, (e.srtt >> 3) - 125, (e.srtt >> 3) + 125); /* the stamp was up to 1 ms old */
}

/* A SACKed segment that was sent once is a sample, too. */
static void a_sack_gives_a_sample(void **state)
{
    (void) state;
    NetsimSocket *s = peer_connect(&t, "mss 1000,sackOK,wscale 7", 20);
    struct estimator e = { .rmin = 200000 };
    first_sample(&e, 20000);
    assert_int_equal(netsim_send(s, NULL, 3000, 0), 3000);
    peer_wait(&t, 36);
    peer_send(&t, ". 1:1(0) ack 1 win 1000 <sack 2001:3001>");
    next_sample(&e, 36000, false);
    assert_int_equal(info_of(s).rtt, e.srtt >> 3);
}

/* tcp_rto_min_us, also on a route (RFC 6298 s2.4 would have 1 s). */
static void the_floor_is_a_setting(void **state)
{
    (void) state;
    netsim_host_sysctl_set((NetsimHost *) t.net, "net.ipv4.tcp_rto_min_us", "40000", NULL);
    NetsimSocket *s = peer_connect(&t, "mss 1460,sackOK,wscale 7", 0.2);
    assert_int_equal(info_of(s).rto, 44000);
}

/* lib/win_minmax.c in words: the least of the last five minutes. */
static void the_least_rtt_is_remembered(void **state)
{
    (void) state;
    /* Whole segments: a lone runt that takes longer may have met a delayed ACK. */
    NetsimSocket *s = peer_connect(&t, "mss 1000,sackOK,wscale 7", 50);
    send_and_ack(s, 30);
    send_and_ack(s, 70);
    assert_int_equal(info_of(s).min_rtt, 30000);
    for (int i = 0; i < 8; i++) {
        peer_wait(&t, 50e3);
        send_and_ack(s, 80);
        send_and_ack(s, 90);
    }
    assert_int_equal(info_of(s).min_rtt, 80000);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(a_short_path_has_an_rto_of_204_ms),
        T(the_estimator_follows_the_formula),
        T(repeated_data_without_timestamps_gives_no_sample),
        T(repeated_data_with_timestamps_gives_a_sample),
        T(a_sack_gives_a_sample),
        T(the_floor_is_a_setting),
        T(the_least_rtt_is_remembered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
