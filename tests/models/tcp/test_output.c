/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_output.c - what is sent when: Nagle, cork, PSH, segment sizes, the window's edge. */
#include "tests/support/peer_test.h"

static NetsimSocket *open_one(void)
{
    return peer_connect(&t, "mss 1000,sackOK,wscale 0", 50);
}

/* RFC 9293 s3.7.4 with Minshall's change: a small segment waits only for another small one. */
static void nagle_holds_a_second_small_segment(void **state)
{
    (void) state;
    NetsimSocket *s = open_one();
    netsim_send(s, NULL, 100, 0);
    peer_expect(&t, 0, "P. 1:101(100) ack 1");
    netsim_send(s, NULL, 100, 0);
    netsim_send(s, NULL, 100, 0);
    peer_expect_nothing(&t, 49);
    peer_send(&t, ". 1:1(0) ack 101");
    peer_expect(&t, 0, "P. 101:301(200) ack 1");
}

static void a_small_segment_does_not_wait_for_full_ones(void **state)
{
    (void) state;
    NetsimSocket *s = open_one();
    netsim_send(s, NULL, 1000, 0);
    peer_expect(&t, 0, "P. 1:1001(1000) ack 1");
    netsim_send(s, NULL, 100, 0);
    peer_expect(&t, 0, "P. 1001:1101(100) ack 1");
}

static void nodelay_holds_nothing(void **state)
{
    (void) state;
    NetsimSocket *s = open_one();
    netsim_setsockopt(s, "nodelay", 1);
    for (unsigned i = 0; i < 5; i++) {
        netsim_send(s, NULL, 10, 0);
        g_autofree char *text = g_strdup_printf("P. %u:%u(10) ack 1", 1 + 10 * i, 11 + 10 * i);
        peer_expect(&t, 0, text);
    }
}

static void full_segments_are_never_held(void **state)
{
    (void) state;
    NetsimSocket *s = open_one();
    netsim_send(s, NULL, 100, 0);
    peer_expect(&t, 0, "P. 1:101(100) ack 1");
    netsim_send(s, NULL, 1500, 0);
    peer_expect(&t, 0, ". 101:1101(1000) ack 1");
    peer_expect_nothing(&t, 20);
    peer_send(&t, ". 1:1(0) ack 101");
    peer_expect(&t, 0, "P. 1101:1601(500) ack 1");
}

/* No 200 ms timer of its own: the probe timer, max(RTO, 200 ms), lets it go. */
static void a_cork_holds_partial_segments_until_it_is_pulled(void **state)
{
    (void) state;
    NetsimSocket *s = open_one();
    netsim_setsockopt(s, "cork", 1);
    netsim_send(s, NULL, 300, 0);
    netsim_send(s, NULL, 300, 0);
    peer_expect_nothing(&t, 150);
    netsim_setsockopt(s, "cork", 0);
    peer_expect(&t, 0, "P. 1:601(600) ack 1");
    peer_send(&t, ". 1:1(0) ack 601");
    netsim_send(s, NULL, 300, NETSIM_MSG_MORE);
    netsim_send(s, NULL, 100, 0);
    peer_expect(&t, 0, "P. 601:1001(400) ack 1");
}

static void a_forgotten_cork_opens_after_the_rto(void **state)
{
    (void) state;
    NetsimSocket *s = open_one();
    netsim_setsockopt(s, "cork", 1);
    netsim_send(s, NULL, 300, 0);
    peer_expect(&t, peer_wheel_ms(&t, 63), "P. 1:301(300) ack 1"); /* RTO 252 ms: 50 + 200, rounded up */
}

static void no_segment_is_larger_than_the_peer_allows(void **state)
{
    (void) state;
    NetsimSocket *s = peer_connect(&t, "mss 1000,sackOK,TS val 1 ecr last,wscale 7", 50);
    netsim_send(s, NULL, 2976, 0); /* 1000 - 12 of timestamps, three times; and 12 more */
    peer_expect(&t, 0, ". 1:989(988) ack 1 <TS>");
    peer_expect(&t, 0, "P. 989:1977(988) ack 1 <TS>");
    peer_expect(&t, 0, ". 1977:2965(988) ack 1 <TS>");
    peer_skip(&t);
    assert_int_equal(peer_last(&t)->p.len - peer_last(&t)->p.hdr_len, 12);
}

/* RFC 9293 s3.7.1: 536 when the SYN said nothing. */
static void without_an_mss_option_segments_have_536_bytes(void **state)
{
    (void) state;
    peer_listen(&t, 5);
    peer_send(&t, "S 0:0(0) win 5000");
    peer_skip(&t);
    peer_send(&t, ". 1:1(0) ack 1 win 5000");
    NetsimSocket *s = NULL;
    assert_int_equal(netsim_accept(t.listener, &s, NULL), 0);
    netsim_send(s, NULL, 1000, 0);
    peer_expect(&t, 0, ". 1:537(536) ack 1");
}

/* Nothing beyond the offered window; the last segment ends exactly at its edge when no small one is out. */
static void the_window_is_filled_to_its_edge(void **state)
{
    (void) state;
    NetsimSocket *s = open_one();
    peer_send(&t, ". 1:1(0) ack 1 win 5300");
    netsim_send(s, NULL, 9000, 0);
    peer_wait(&t, 0);
    uint32_t end = 0;
    for (unsigned i = t.next; i < t.sent->len; i++) {
        const struct pkt *p = &g_array_index(t.sent, struct peer_sent, i).p;
        end = p->seq - t.host_isn + p->len - p->hdr_len;
        assert_true(end <= 5301);
    }
    assert_int_equal(end, 5301);
    peer_skip(&t);
    peer_send(&t, ". 1:1(0) ack 2001 win 5300");
    peer_wait(&t, 0);
    assert_true(peer_tcp(s)->snd_nxt - t.host_isn <= 7301);
}

/* RFC 6928: ten segments, and no more before an ACK. */
static void the_first_flight_has_ten_segments(void **state)
{
    (void) state;
    NetsimSocket *s = open_one();
    netsim_send(s, NULL, 30000, 0);
    assert_int_equal(peer_skip(&t), 10);
    peer_wait(&t, 50);
    peer_skip(&t);
    peer_send(&t, ". 1:1(0) ack 2001"); /* slow start: two acknowledged, four new ones */
    assert_int_equal(peer_skip(&t), 4);
}

/* RFC 3390 before 2.6.39: min(4 mss, max(2 mss, 4380)): 4 of 1000. */
static void kernels_before_2_6_39_begin_with_four(void **state)
{
    (void) state;
    peer_close(&t);
    peer_open(&t, "rhel6.1");
    NetsimSocket *s = open_one();
    netsim_send(s, NULL, 30000, 0);
    assert_int_equal(peer_skip(&t), 4);
}

/* The last byte of each write is pushed. */
static void the_end_of_a_write_is_pushed(void **state)
{
    (void) state;
    NetsimSocket *s = open_one();
    netsim_send(s, NULL, 1500, NETSIM_MSG_MORE);
    peer_expect(&t, 0, ". 1:1001(1000) ack 1");
    netsim_send(s, NULL, 1000, 0);
    peer_skip(&t);
    assert_int_equal(peer_last(&t)->p.tcp_flags & TCPHDR_PSH, TCPHDR_PSH);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(nagle_holds_a_second_small_segment),
        T(a_small_segment_does_not_wait_for_full_ones),
        T(nodelay_holds_nothing),
        T(full_segments_are_never_held),
        T(a_cork_holds_partial_segments_until_it_is_pulled),
        T(a_forgotten_cork_opens_after_the_rto),
        T(no_segment_is_larger_than_the_peer_allows),
        T(without_an_mss_option_segments_have_536_bytes),
        T(the_window_is_filled_to_its_edge),
        T(the_first_flight_has_ten_segments),
        T(kernels_before_2_6_39_begin_with_four),
        T(the_end_of_a_write_is_pushed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
