/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_timer.c - when timers fire: RTO and its back-off on the wheel, loss probes, window probes, keepalive, giving up. */
#include "tests/support/peer_test.h"

static void sysctl(const char *name, const char *value)
{
    g_autofree char *full = g_strconcat("net.ipv4.", name, NULL);
    assert_true(netsim_host_sysctl_set((NetsimHost *) t.net, full, value, NULL));
}

/* RFC 6298 s5.5: doubled each time; kernel: on the wheel, at most 120 s, dead at the first expiry 924.6 s after the first repeat. */
static void the_rto_doubles_up_to_120_s_until_924_6_s_have_passed(void **state)
{
    (void) state;
    sysctl("tcp_early_retrans", "0");
    NetsimSocket *s = peer_connect(&t, "mss 1460,sackOK,wscale 7", 0.2);
    assert_int_equal(netsim_send(s, NULL, 1000, 0), 1000);
    peer_expect(&t, 0, "P. 1:1001(1000) ack 1");
    uint32_t rto = 51;
    double since_first = 0;
    for (unsigned n = 0;; n++) {
        double after = peer_wheel_ms(&t, rto);
        if (n && since_first + after >= 924600) { /* the next expiry ends it */
            peer_expect_nothing(&t, after - 1);
            assert_int_equal(netsim_poll(s) & NETSIM_POLLERR, 0);
            peer_expect_nothing(&t, 2);
            assert_int_equal(netsim_sock_error(s), ETIMEDOUT);
            assert_int_equal(peer_counter(&t, "TcpExtTCPAbortOnTimeout"), 1);
            assert_int_equal(n, 15);
            return;
        }
        peer_expect(&t, after, "P. 1:1001(1000) ack 1");
        if (n) since_first += after;
        rto = ns_min(2 * rto, 120u * 250);
    }
}

/* A timer of level 1 (63 to 503 jiffies) moves to the next granule of 8 even when it is due on one. */
static void a_timer_is_late_by_up_to_a_granule_never_early(void **state)
{
    (void) state;
    sysctl("tcp_early_retrans", "0");
    NetsimSocket *s = peer_connect(&t, "mss 1460,sackOK,wscale 7", 100); /* RTO 300 ms = 75 jiffies */
    assert_int_equal(info_of(s).rto, 300000);
    for (int i = 0; i < 10; i++) {
        peer_wait(&t, 1.7);
        assert_int_equal(netsim_send(s, NULL, 10, 0), 10);
        peer_skip(&t);
        double nominal = 300, at = peer_expect_between(&t, nominal, nominal + 36.001, "P.");
        assert_true(at > nominal - 4);
        g_autofree char *ack = g_strdup_printf(". 1:1(0) ack %u win 1000", peer_tcp(s)->snd_nxt - t.host_isn);
        peer_send(&t, ack);
        peer_tcp(s)->rto = 75; /* the back-off of Karn's rule is not what this is about */
    }
}

/* RFC 8985 s7.2: two RTTs, and the worst delayed ACK of a lone segment; the kernel takes rto_min for that. */
static void a_lone_segment_is_probed_after_2_rtt_and_200_ms(void **state)
{
    (void) state;
    NetsimSocket *s = peer_connect(&t, "mss 1000,sackOK,wscale 7", 300); /* so that the probe comes before the RTO of 900 ms */
    assert_int_equal(info_of(s).rto, 900000);
    assert_int_equal(netsim_send(s, NULL, 1000, 0), 1000);
    peer_expect(&t, 0, "P. 1:1001(1000) ack 1");
    peer_expect(&t, peer_wheel_ms(&t, peer_jiffies(&t, 2 * 300000 + 200000)), "P. 1:1001(1000) ack 1");
    assert_int_equal(peer_counter(&t, "TcpExtTCPLossProbes"), 1);
    assert_int_equal(peer_counter(&t, "TcpExtTCPTimeouts"), 0);
    /* The RTO starts anew with the probe. */
    peer_expect(&t, peer_wheel_ms(&t, 225), "P. 1:1001(1000) ack 1");
    assert_int_equal(peer_counter(&t, "TcpExtTCPTimeouts"), 1);
}

static void two_segments_are_probed_after_2_rtt_with_the_last_one(void **state)
{
    (void) state;
    NetsimSocket *s = peer_connect(&t, "mss 1000,sackOK,wscale 7", 50);
    assert_int_equal(netsim_send(s, NULL, 2000, 0), 2000);
    peer_expect(&t, 0, ". 1:1001(1000) ack 1");
    peer_expect(&t, 0, "P. 1001:2001(1000) ack 1");
    peer_expect(&t, peer_wheel_ms(&t, peer_jiffies(&t, 2 * 50000 + 2000)), "P. 1001:2001(1000) ack 1");
    /* RFC 8985 s7.4.2: D-SACK says both arrived: no reduction. */
    peer_send(&t, ". 1:1(0) ack 2001 win 1000 <sack 1001:2001>");
    assert_int_equal(info_of(s).snd_cwnd, 10);
    assert_int_equal(peer_counter(&t, "TcpExtTCPLossProbeRecovery"), 0);
}

static void a_probe_that_repaired_a_loss_halves_the_window_once(void **state)
{
    (void) state;
    NetsimSocket *s = peer_connect(&t, "mss 1000,sackOK,wscale 7", 50);
    assert_int_equal(netsim_set_congestion_control(s, "reno"), 0);
    assert_int_equal(netsim_send(s, NULL, 10000, 0), 10000);
    peer_wait(&t, 50);
    peer_skip(&t);
    peer_send(&t, ". 1:1(0) ack 9001 win 1000");
    assert_int_equal(info_of(s).snd_cwnd, 19);
    peer_expect_between(&t, 100, 400, "P. 9001:10001(1000) ack 1");
    peer_wait(&t, 50);
    netsim_send(s, NULL, 1000, 0);
    peer_expect(&t, 0, "P. 10001:11001(1000) ack 1");
    peer_send(&t, ". 1:1(0) ack 10001 win 1000");
    uint32_t cwnd = info_of(s).snd_cwnd;
    assert_int_equal(cwnd, 20);
    peer_send(&t, ". 1:1(0) ack 11001 win 1000");
    assert_int_equal(peer_counter(&t, "TcpExtTCPLossProbeRecovery"), 1);
    assert_int_equal(info_of(s).snd_ssthresh, cwnd / 2);
}

/* RFC 9293 s3.8.6.1 */
static void a_closed_window_is_probed_with_back_off_for_ever(void **state)
{
    (void) state;
    NetsimSocket *s = peer_connect(&t, "mss 1000,sackOK,wscale 7", 0.2);
    peer_send(&t, ". 1:1(0) ack 1 win 0");
    assert_int_equal(netsim_send(s, NULL, 500, 0), 500);
    uint32_t when = 51;
    for (int i = 0; i < 12; i++) {
        peer_expect(&t, peer_wheel_ms(&t, when), ". 0:0(0) ack 1");
        peer_send(&t, ". 1:1(0) ack 1 win 0"); /* answered: the peer lives */
        when = ns_min(2 * when, 120u * 250);
    }
    peer_wait(&t, 3);
    peer_send(&t, ". 1:1(0) ack 1 win 10");
    peer_expect(&t, 0, "P. 1:501(500) ack 1");
    peer_send(&t, ". 1:1(0) ack 501 win 10");
}

static void an_unanswered_window_probe_ends_the_connection_after_15(void **state)
{
    (void) state;
    NetsimSocket *s = peer_connect(&t, "mss 1000,sackOK,wscale 7", 0.2);
    peer_send(&t, ". 1:1(0) ack 1 win 0");
    assert_int_equal(netsim_send(s, NULL, 500, 0), 500);
    for (int i = 0; i < 15; i++) peer_expect_between(&t, 0, 130e3, ". 0:0(0) ack 1");
    peer_expect_nothing(&t, 130e3);
    assert_int_equal(netsim_sock_error(s), ETIMEDOUT);
    assert_int_equal(peer_counter(&t, "TcpExtTCPWinProbe"), 15);
}

/* RFC 9293 s3.8.4 */
static void keepalive_asks_after_its_time_and_gives_up(void **state)
{
    (void) state;
    NetsimSocket *s = peer_connect(&t, "mss 1000,sackOK,wscale 7", 0.2);
    netsim_setsockopt(s, "keepidle", 10);
    netsim_setsockopt(s, "keepintvl", 2);
    netsim_setsockopt(s, "keepcnt", 3);
    netsim_setsockopt(s, "keepalive", 1);
    peer_expect(&t, peer_wheel_ms(&t, 2500), ". 0:0(0) ack 1");
    peer_send(&t, ". 1:1(0) ack 1 win 100");
    double first = peer_expect_between(&t, 9900, 11000, ". 0:0(0) ack 1");
    assert_true(first >= 9996);
    for (int i = 0; i < 2; i++) peer_expect(&t, peer_wheel_ms(&t, 500), ". 0:0(0) ack 1");
    peer_expect(&t, peer_wheel_ms(&t, 500), "R. 1:1(0) ack 1");
    assert_int_equal(netsim_sock_error(s), ETIMEDOUT);
}

/* RFC 5482 */
static void a_user_timeout_ends_it_at_its_time(void **state)
{
    (void) state;
    sysctl("tcp_early_retrans", "0");
    NetsimSocket *s = peer_connect(&t, "mss 1000,sackOK,wscale 7", 0.2);
    netsim_setsockopt(s, "user_timeout", 2000);
    netsim_send(s, NULL, 100, 0);
    peer_expect(&t, 0, "P. 1:101(100) ack 1");
    double at = peer_expect_between(&t, 200, 212, "P. 1:101(100) ack 1"), waited = 0;
    while (!(netsim_poll(s) & NETSIM_POLLERR) && waited < 5000) {
        peer_wait(&t, 4);
        waited += 4;
    }
    assert_true(at > 0);
    assert_in_range((unsigned) waited, 1990, 2100); /* from the first repeat */
    assert_int_equal(netsim_sock_error(s), ETIMEDOUT);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(the_rto_doubles_up_to_120_s_until_924_6_s_have_passed),
        T(a_timer_is_late_by_up_to_a_granule_never_early),
        T(a_lone_segment_is_probed_after_2_rtt_and_200_ms),
        T(two_segments_are_probed_after_2_rtt_with_the_last_one),
        T(a_probe_that_repaired_a_loss_halves_the_window_once),
        T(a_closed_window_is_probed_with_back_off_for_ever),
        T(an_unanswered_window_probe_ends_the_connection_after_15),
        T(keepalive_asks_after_its_time_and_gives_up),
        T(a_user_timeout_ends_it_at_its_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
