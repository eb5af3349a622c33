/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_receive.c - when a receiver acknowledges and what its SACK blocks say. */
#include "tests/support/peer_test.h"

enum { SEGMENT = 1000 };

/* The peer's n-th segment of 1000 bytes, from 0. */
static void data(unsigned n)
{
    g_autofree char *text = g_strdup_printf(". %u:%u(%u) ack 1 win 1000", 1 + n * SEGMENT, 1 + (n + 1) * SEGMENT, SEGMENT);
    peer_send(&t, text);
}

static NetsimSocket *accepted(void)
{
    return peer_accept(&t, "mss 1000,sackOK,wscale 7");
}

/* Quick ACKs are over: 16 of them, RFC 1122 s4.2.3.2's second segment from then on. */
static unsigned end_quick_acks(NetsimSocket *s)
{
    unsigned n = 0;
    for (; n < 40; n++) {
        data(n);
        if (!peer_skip(&t)) break;
        netsim_recv(s, NULL, 1 << 20, 0);
        peer_skip(&t);
    }
    return n;
}

static void the_first_16_segments_are_acknowledged_at_once(void **state)
{
    (void) state;
    NetsimSocket *s = accepted();
    unsigned n = end_quick_acks(s);
    assert_in_range(n, 16, 17); /* each growth of the window keeps one more quick ACK alive */
}

/* 40 ms = 10 ticks, which level 0 of the wheel runs at the eleventh: 40 to 44 ms (captured: 42.2 to 44.0). */
static void then_a_lone_segment_waits_40_ms_on_the_wheel(void **state)
{
    (void) state;
    NetsimSocket *s = accepted();
    netsim_setsockopt(s, "quickack", 0);
    data(0);
    peer_expect(&t, peer_wheel_ms(&t, 10), ". 1:1(0) ack 1001");
    assert_int_equal(peer_counter(&t, "TcpExtDelayedACKs"), 1);
}

/* The reader keeps up; the ACK leaves when the window that it offers is as large as before: at the read. */
static void every_second_full_segment_is_acknowledged(void **state)
{
    (void) state;
    NetsimSocket *s = accepted();
    unsigned n = end_quick_acks(s); /* one is waiting */
    netsim_recv(s, NULL, 1 << 20, 0);
    for (unsigned i = 1; i < 9; i++) {
        data(n + i);
        netsim_recv(s, NULL, 1 << 20, 0);
        g_autofree char *ack = g_strdup_printf(". 1:1(0) ack %u", 1 + (n + i + 1) * SEGMENT);
        if (i % 2) peer_expect(&t, 0, ack);
        else peer_expect_nothing(&t, 5);
    }
}

/* A reply carries the ACK (RFC 1122 s4.2.3.2). */
static void a_reply_within_the_delay_carries_the_ack(void **state)
{
    (void) state;
    NetsimSocket *s = accepted();
    netsim_setsockopt(s, "quickack", 0);
    data(0);
    peer_wait(&t, 30);
    netsim_send(s, NULL, 100, 0);
    peer_expect(&t, 0, "P. 1:101(100) ack 1001");
    peer_send(&t, ". ack 101 win 1000");
    peer_expect_nothing(&t, 300);
}

/* RFC 2018 s4: the block of the segment that came now stands first, then the others as they were told last. */
static void sack_blocks_tell_the_newest_first(void **state)
{
    (void) state;
    accepted();
    data(0);
    peer_expect(&t, 0, ". 1:1(0) ack 1001 <>");
    data(2);
    peer_expect(&t, 0, ". 1:1(0) ack 1001 <sack 2001:3001>");
    data(4);
    peer_expect(&t, 0, ". 1:1(0) ack 1001 <sack 4001:5001 2001:3001>");
    data(6);
    peer_expect(&t, 0, ". 1:1(0) ack 1001 <sack 6001:7001 4001:5001 2001:3001>");
    data(8);
    peer_expect(&t, 0, ". 1:1(0) ack 1001 <sack 8001:9001 6001:7001 4001:5001 2001:3001>");
    data(10); /* a fifth: the oldest falls out */
    peer_expect_between(&t, 0, 2, ". 1:1(0) ack 1001 <sack 10001:11001 8001:9001 6001:7001 4001:5001>");
}

static void a_hole_that_is_filled_joins_blocks(void **state)
{
    (void) state;
    accepted();
    data(0);
    peer_skip(&t);
    data(2);
    data(4);
    peer_skip(&t);
    data(3);
    peer_expect(&t, 0, ". 1:1(0) ack 1001 <sack 2001:5001>");
    data(1);
    peer_expect(&t, 0, ". 1:1(0) ack 5001 <>");
}

/* RFC 2883 s4 */
static void a_repeat_is_reported_as_d_sack(void **state)
{
    (void) state;
    accepted();
    data(0);
    data(1);
    peer_skip(&t);
    data(0);
    peer_expect(&t, 0, ". 1:1(0) ack 2001 <sack 1:1001>");
    assert_int_equal(peer_counter(&t, "TcpExtTCPDSACKOldSent"), 1);
    data(3);
    peer_expect(&t, 0, ". 1:1(0) ack 2001 <sack 3001:4001>");
    data(3); /* twice out of order: D-SACK, then the block that has it */
    peer_expect(&t, 0, ". 1:1(0) ack 2001 <sack 3001:4001 3001:4001>");
    assert_int_equal(peer_counter(&t, "TcpExtTCPDSACKOfoSent"), 1);
}

static void without_tcp_dsack_a_repeat_is_only_acknowledged(void **state)
{
    (void) state;
    netsim_host_sysctl_set((NetsimHost *) t.net, "net.ipv4.tcp_dsack", "0", NULL);
    accepted();
    data(0);
    peer_skip(&t);
    data(0);
    peer_expect(&t, 0, ". 1:1(0) ack 1001 <>");
}

static void half_a_repeat_is_reported_and_the_rest_taken(void **state)
{
    (void) state;
    NetsimSocket *s = accepted();
    data(0);
    peer_skip(&t);
    peer_send(&t, ". 501:1501(1000) ack 1 win 1000");
    peer_expect(&t, 0, ". 1:1(0) ack 1501 <sack 501:1001>");
    assert_int_equal(netsim_recv(s, NULL, 9999, 0), 1500);
}

/* Three duplicates at once, so that the sender can begin; then compressed: min(1 ms, 5 % of the RTT) and 100 us of slack. */
static void more_than_three_duplicate_acks_are_compressed(void **state)
{
    (void) state;
    NetsimSocket *s = peer_connect(&t, "mss 1000,sackOK,wscale 7", 10); /* 5 % of 10 ms: 0.5 ms */
    (void) s;
    data(0);
    peer_expect(&t, 0, ". 1:1(0) ack 1001");
    peer_tcp(s)->rcv_rtt_us = 10000 << 3;
    peer_tcp(s)->ack_quick = 0;                                 /* quick ACKs are used up, */
    peer_tcp(s)->window_clamp = peer_tcp(s)->rcv_ssthresh;      /* and a growing window does not renew them */
    for (unsigned i = 2; i < 5; i++) {
        data(i);
        peer_expect(&t, 0, ". 1:1(0) ack 1001");
    }
    for (unsigned i = 5; i < 9; i++) data(i);
    peer_expect(&t, 0.6, ". 1:1(0) ack 1001 <sack 2001:9001>");
    assert_int_equal(peer_counter(&t, "TcpExtTCPAckCompressed"), 3);
}

/* Without SACK the sender counts duplicates: none may be missing (RFC 5681 s4.2). */
static void without_sack_every_duplicate_is_sent(void **state)
{
    (void) state;
    peer_accept(&t, "mss 1000,wscale 7");
    data(0);
    peer_skip(&t);
    for (unsigned i = 2; i < 12; i++) {
        data(i);
        peer_expect(&t, 0, ". 1:1(0) ack 1001 <>");
    }
    data(1);
    peer_expect(&t, 0, ". 1:1(0) ack 12001");
}

/* RFC 9293 s3.10.7.4: what lies outside the window is answered with an ACK; RFC 5961 s4 and s3: SYN and RST too. */
static void segments_outside_the_window_are_answered_and_dropped(void **state)
{
    (void) state;
    NetsimSocket *s = accepted();
    peer_send(&t, ". 900001:901001(1000) ack 1 win 1000");
    peer_expect(&t, 0, ". 1:1(0) ack 1");
    peer_wait(&t, 600);
    peer_send(&t, "S 1:1(0) win 1000");
    peer_expect(&t, 0, ". 1:1(0) ack 1");
    assert_int_equal(peer_counter(&t, "TcpExtTCPSYNChallenge"), 1);
    peer_send(&t, "R 5:5(0)"); /* in the window but not at its edge */
    peer_expect_nothing(&t, 0); /* challenge ACKs: one in 500 ms */
    assert_int_equal(peer_counter(&t, "TcpExtTCPACKSkippedChallenge"), 1);
    peer_wait(&t, 600);
    peer_send(&t, "R 5:5(0)");
    peer_expect(&t, 0, ". 1:1(0) ack 1");
    assert_int_equal(s->state, TCP_ESTABLISHED);
    peer_send(&t, "R 1:1(0)");
    assert_int_equal(s->state, TCP_CLOSE);
    assert_int_equal(netsim_sock_error(s), ECONNRESET);
}

/* RFC 7323 s5.3 R1 */
static void an_old_timestamp_is_rejected(void **state)
{
    (void) state;
    NetsimSocket *s = peer_accept(&t, "mss 1000,sackOK,TS val 1 ecr 0,wscale 7");
    peer_send(&t, ". 1:1001(1000) ack 1 win 1000 <TS val 5000 ecr last>");
    peer_expect(&t, 0, ". 1:1(0) ack 1001");
    peer_send(&t, ". 1001:2001(1000) ack 1 win 1000 <TS val 4000 ecr last>");
    peer_expect(&t, 0, ". 1:1(0) ack 1001");
    assert_int_equal(peer_counter(&t, "TcpExtPAWSEstab"), 1);
    assert_int_equal(netsim_recv(s, NULL, 9999, 0), 1000);
    peer_send(&t, ". 1001:2001(1000) ack 1 win 1000 <TS val 5001 ecr last>");
    assert_int_equal(netsim_recv(s, NULL, 9999, 0), 1000);
}

/* RFC 3168 s6.1.3 */
static void congestion_experienced_is_echoed_until_cwr(void **state)
{
    (void) state;
    peer_listen(&t, 5);
    peer_send(&t, "SEW 0:0(0) win 65535 <mss 1000,sackOK,wscale 7>");
    peer_expect(&t, 0, "S.E 0:0(0) ack 1");
    peer_send(&t, ". 1:1(0) ack 1 win 1000");
    peer_send(&t, ". 1:1001(1000) ack 1 win 1000 ect0");
    peer_expect(&t, 0, ". 1:1(0) ack 1001");
    peer_send(&t, ". 1001:2001(1000) ack 1 win 1000 ce");
    peer_expect(&t, 0, ".E 1:1(0) ack 2001");
    peer_send(&t, ". 2001:3001(1000) ack 1 win 1000 ect0");
    peer_expect(&t, 0, ".E 1:1(0) ack 3001");
    peer_send(&t, ".W 3001:4001(1000) ack 1 win 1000 ect0");
    peer_expect(&t, 0, ". 1:1(0) ack 4001");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(the_first_16_segments_are_acknowledged_at_once),
        T(then_a_lone_segment_waits_40_ms_on_the_wheel),
        T(every_second_full_segment_is_acknowledged),
        T(a_reply_within_the_delay_carries_the_ack),
        T(sack_blocks_tell_the_newest_first),
        T(a_hole_that_is_filled_joins_blocks),
        T(a_repeat_is_reported_as_d_sack),
        T(without_tcp_dsack_a_repeat_is_only_acknowledged),
        T(half_a_repeat_is_reported_and_the_rest_taken),
        T(more_than_three_duplicate_acks_are_compressed),
        T(without_sack_every_duplicate_is_sent),
        T(segments_outside_the_window_are_answered_and_dropped),
        T(an_old_timestamp_is_rejected),
        T(congestion_experienced_is_echoed_until_cwr),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
