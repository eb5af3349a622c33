/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_pacing.c - segments leave at their departure times: intervals are lengths over rates, computed here. */
#include "tests/support/peer_test.h"

enum { MSS = 1000, RATE = 100000, SEGMENT_MS = 10, RTT_MS = 100 };

/* The peer's window is large; the first ten segments are out and acknowledged, so the eleventh is the first that is paced. */
static void send_ten(NetsimSocket *s)
{
    netsim_setsockopt(s, "sndbuf", 1 << 20);
    peer_send(&t, ". 1:1(0) ack 1 win 1000");
    assert_int_equal(netsim_send(s, NULL, 10 * MSS, 0), 10 * MSS);
    peer_wait(&t, RTT_MS);
    assert_int_equal(peer_skip(&t), 10); /* at once: nothing is spaced yet */
    peer_send(&t, ". 1:1(0) ack 10001 win 1000");
    peer_wait(&t, 0);
}

static NetsimSocket *open_paced(int64_t rate)
{
    NetsimSocket *s = peer_connect(&t, "mss 1000,sackOK,wscale 10", RTT_MS);
    if (rate) assert_int_equal(netsim_setsockopt(s, "max_pacing_rate", rate), 0);
    send_ten(s);
    return s;
}

static void a_rate_limit_spaces_segments_by_their_length(void **state)
{
    (void) state;
    NetsimSocket *s = open_paced(RATE);
    assert_int_equal(netsim_send(s, NULL, 8 * MSS, 0), 8 * MSS);
    /* Bursts of two segments, the least that TSO makes.  The departure time of the first was 80 ms ago: half is made good. */
    for (unsigned i = 0; i < 4; i++) {
        unsigned at = 10001 + i * 2 * MSS;
        g_autofree char *first = g_strdup_printf(". %u:%u(1000)", at, at + MSS), *second = g_strdup_printf("P. %u:%u(1000)", at + MSS, at + 2 * MSS);
        peer_expect(&t, i == 0 ? 0 : i == 1 ? SEGMENT_MS : 2 * SEGMENT_MS, first);
        peer_expect(&t, 0, second);
    }
}

static void without_a_limit_nothing_waits(void **state)
{
    (void) state;
    for (int64_t unlimited = -1; unlimited <= UINT32_MAX; unlimited += (int64_t) UINT32_MAX + 1) { /* ~0UL, ~0U */
        NetsimSocket *s = open_paced(unlimited);
        assert_int_equal(netsim_send(s, NULL, 8 * MSS, 0), 8 * MSS);
        peer_wait(&t, 0.001);
        assert_int_equal(peer_skip(&t), 8);
        t.host_port = HOST_PORT;
    }
}

static void the_limit_bounds_the_rate_that_is_told(void **state)
{
    (void) state;
    NetsimSocket *s = open_paced(RATE);
    NetsimTcpInfo info;
    netsim_tcp_info(s, &info);
    assert_int_equal(info.max_pacing_rate, RATE);
    assert_int_equal(info.pacing_rate, RATE);
    int64_t value = 0;
    assert_int_equal(netsim_getsockopt(s, "max_pacing_rate", &value), 0);
    assert_int_equal(value, RATE);
}

/* What waits for its time is not lost with the socket, and not sent after a reset. */
static void a_reset_cancels_what_waits(void **state)
{
    (void) state;
    NetsimSocket *s = open_paced(RATE);
    netsim_send(s, NULL, 8 * MSS, 0);
    peer_wait(&t, 5);
    assert_int_equal(peer_skip(&t), 2);
    peer_send(&t, "R. 1:1(0) ack 10001 win 1000");
    peer_expect_nothing(&t, 300);
    assert_int_equal(netsim_sock_error(s), ECONNRESET);
}

static void a_close_lets_what_waits_leave_in_its_time(void **state)
{
    (void) state;
    NetsimSocket *s = open_paced(RATE);
    netsim_send(s, NULL, 4 * MSS, 0);
    netsim_close(s);
    peer_wait(&t, 5);
    assert_int_equal(peer_skip(&t), 2);
    peer_expect(&t, SEGMENT_MS - 5, ". 12001:13001(1000)");
    peer_expect(&t, 0, "FP. 13001:14001(1000)");
}

/* A child of a paced listener is paced: sk_clone() copies sk_pacing_status and the limit. */
static void connections_inherit_the_limit(void **state)
{
    (void) state;
    NetsimSocket *listener = peer_listen(&t, 5);
    assert_int_equal(netsim_setsockopt(listener, "max_pacing_rate", RATE), 0);
    NetsimSocket *s = peer_accept(&t, "mss 1000,sackOK,wscale 10");
    int64_t value = 0;
    netsim_getsockopt(s, "max_pacing_rate", &value);
    assert_int_equal(value, RATE);
    peer_skip(&t);
    peer_send(&t, ". 1:1(0) ack 1 win 1000");
    netsim_send(s, NULL, 20 * MSS, 0);
    peer_wait(&t, 0.1);
    assert_int_equal(peer_skip(&t), 10);
    peer_send(&t, ". 1:1(0) ack 10001 win 1000");
    peer_expect_nothing(&t, 1.9 * SEGMENT_MS); /* the last two of the ten count */
    peer_wait(&t, 0.2 * SEGMENT_MS);
    assert_true(peer_skip(&t) > 0);
}

/* tcp_xmit_retransmit_queue() waits as well. */
static void repetitions_are_spaced(void **state)
{
    (void) state;
    NetsimSocket *s = open_paced(RATE);
    netsim_send(s, NULL, 8 * MSS, 0);
    peer_wait(&t, RTT_MS);
    assert_int_equal(peer_skip(&t), 8);
    peer_send(&t, ". 1:1(0) ack 10001 win 1000 <sack 14001:18001>"); /* four are lost at once */
    peer_wait(&t, 0);
    assert_int_equal(peer_skip(&t), 2);
    peer_wait(&t, 2 * SEGMENT_MS);
    assert_int_equal(peer_skip(&t), 2);
    assert_int_equal(peer_counter(&t, "TcpRetransSegs"), 4);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(a_rate_limit_spaces_segments_by_their_length),
        T(without_a_limit_nothing_waits),
        T(the_limit_bounds_the_rate_that_is_told),
        T(a_reset_cancels_what_waits),
        T(a_close_lets_what_waits_leave_in_its_time),
        T(connections_inherit_the_limit),
        T(repetitions_are_spaced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
