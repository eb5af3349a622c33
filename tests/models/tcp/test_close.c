/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_close.c - how connections end. */
#include "tests/support/peer_test.h"

static NetsimSocket *open_one(void)
{
    return peer_connect(&t, "mss 1000,sackOK,wscale 7", 10);
}

/* TIME_WAIT on the wheel: 15000 jiffies are of level 3, granule 512 jiffies. */
static double timewait_ms(void)
{
    return peer_wheel_ms(&t, 60 * 250);
}

static uint64_t n_timewaits(void)
{
    return t.net->tcp->timewaits.live;
}

/* RFC 9293 s3.6 figure 12 */
static void the_side_that_closes_first_waits_60_s(void **state)
{
    (void) state;
    NetsimSocket *s = open_one();
    netsim_close(s);
    peer_expect(&t, 0, "F. 1:1(0) ack 1");
    peer_send(&t, ". 1:1(0) ack 2 win 1000");
    assert_int_equal(n_timewaits(), 1); /* an orphan's FIN_WAIT_2 is a mini socket, too */
    peer_wait(&t, 100);
    peer_send(&t, "F. 1:1(0) ack 2 win 1000");
    peer_expect(&t, 0, ". 2:2(0) ack 2");
    double wait = timewait_ms();
    assert_in_range((unsigned) wait, 60000, 62048);
    peer_wait(&t, wait - 1);
    assert_int_equal(n_timewaits(), 1);
    peer_wait(&t, 2);
    assert_int_equal(n_timewaits(), 0);
    tcp_check_empty(t.net, 0);
}

static void the_side_that_closes_second_does_not_wait(void **state)
{
    (void) state;
    NetsimSocket *s = open_one();
    peer_send(&t, "F. 1:1(0) ack 1 win 1000");
    peer_expect(&t, peer_wheel_ms(&t, 0), ". 1:1(0) ack 2"); /* no data came before, so ato is 0: the next tick */
    assert_int_equal(s->state, TCP_CLOSE_WAIT);
    assert_int_equal(netsim_recv(s, NULL, 10, 0), 0);
    assert_int_equal(netsim_send(s, NULL, 100, 0), 100); /* half closed */
    peer_expect(&t, 0, "P. 1:101(100) ack 2");
    netsim_close(s);
    peer_expect(&t, 0, "F. 101:101(0) ack 2");
    peer_send(&t, ". ack 102 win 1000");
    tcp_check_empty(t.net, 0);
}

/* The one that was made last. */
static const struct tcp_sock *newest_sock(void)
{
    struct pool_place at;
    const struct tcp_sock *newest = tcp_first(t.net->tcp, &at);
    for (const struct tcp_sock *tp = newest; tp; tp = tcp_next(&at))
        if (tp->sk.serial > newest->sk.serial) newest = tp;
    return newest;
}

/* RFC 9293 s3.6 figure 13 */
static void both_may_close_at_once(void **state)
{
    (void) state;
    NetsimSocket *s = open_one();
    netsim_close(s);
    peer_expect(&t, 0, "F. 1:1(0) ack 1");
    peer_send(&t, "F. 1:1(0) ack 1 win 1000");
    peer_expect(&t, 0, ". 2:2(0) ack 2");
    assert_int_equal(n_timewaits(), 0);
    assert_int_equal(newest_sock()->sk.state, TCP_CLOSING);
    peer_send(&t, ". 2:2(0) ack 2 win 1000");
    assert_int_equal(n_timewaits(), 1);
    peer_expect_nothing(&t, timewait_ms() + 1);
    tcp_check_empty(t.net, 0);
}

/* tcp_fin_timeout: an orphan does not wait for ever for the peer's FIN. */
static void an_orphan_stays_60_s_in_fin_wait_2(void **state)
{
    (void) state;
    netsim_close(open_one());
    peer_expect(&t, 0, "F. 1:1(0) ack 1");
    peer_send(&t, ". 1:1(0) ack 2 win 1000");
    assert_int_equal(n_timewaits(), 1);
    peer_expect_nothing(&t, timewait_ms() - 1);
    assert_int_equal(n_timewaits(), 1);
    peer_expect_nothing(&t, 2);
    tcp_check_empty(t.net, 0);
    peer_send(&t, "F. 1:1(0) ack 2 win 1000"); /* too late */
    peer_expect(&t, 0, "R 2:2(0)");
}

/* A shutdown is not a close: FIN_WAIT_2 has no limit and data is still read. */
static void after_shutdown_the_other_direction_goes_on(void **state)
{
    (void) state;
    NetsimSocket *s = open_one();
    netsim_shutdown(s, NETSIM_SHUT_WR);
    peer_expect(&t, 0, "F. 1:1(0) ack 1");
    assert_int_equal(netsim_send(s, NULL, 1, 0), -EPIPE);
    peer_send(&t, ". 1:1(0) ack 2 win 1000");
    assert_int_equal(s->state, TCP_FIN_WAIT2);
    peer_expect_nothing(&t, 200e3);
    peer_send(&t, "P. 1:501(500) ack 2 win 1000");
    peer_expect_between(&t, 0, 45, ". 2:2(0) ack 501");
    assert_int_equal(netsim_recv(s, NULL, 1000, 0), 500);
    peer_send(&t, "F. 501:501(0) ack 2 win 1000");
    peer_expect(&t, 0, ". 2:2(0) ack 502");
    assert_int_equal(netsim_recv(s, NULL, 1000, 0), 0);
    netsim_close(s);
    assert_int_equal(t.net->tcp->socks.live, 0);
}

/* RFC 2525 s2.17 */
static void close_with_unread_data_resets(void **state)
{
    (void) state;
    NetsimSocket *s = open_one();
    peer_send(&t, "P. 1:501(500) ack 1 win 1000");
    peer_skip(&t);
    netsim_close(s);
    peer_expect(&t, 0, "R. 1:1(0) ack 501");
    assert_int_equal(peer_counter(&t, "TcpExtTCPAbortOnClose"), 1);
    tcp_check_empty(t.net, 0);
}

static void close_after_everything_was_read_does_not_reset(void **state)
{
    (void) state;
    NetsimSocket *s = open_one();
    peer_send(&t, "P. 1:501(500) ack 1 win 1000");
    peer_send(&t, "F. 501:501(0) ack 1 win 1000");
    peer_skip(&t);
    assert_int_equal(netsim_recv(s, NULL, 1000, 0), 500);
    netsim_close(s);
    peer_expect(&t, 0, "F. 1:1(0) ack 502");
}

static void linger_0_resets(void **state)
{
    (void) state;
    NetsimSocket *s = open_one();
    netsim_setsockopt(s, "linger", 0);
    netsim_send(s, NULL, 100, 0);
    peer_expect(&t, 0, "P. 1:101(100) ack 1");
    netsim_close(s);
    peer_expect(&t, 0, "R. 101:101(0) ack 1");
    tcp_check_empty(t.net, 0);
}

/* RFC 9293 s3.6.1: data for a process that is gone. */
static void data_for_an_orphan_is_reset(void **state)
{
    (void) state;
    netsim_close(open_one());
    peer_expect(&t, 0, "F. 1:1(0) ack 1");
    peer_send(&t, "P. 1:501(500) ack 2 win 1000");
    peer_expect(&t, 0, "R 2:2(0)");
    tcp_check_empty(t.net, 0);
    assert_int_equal(peer_counter(&t, "TcpExtTCPAbortOnData"), 1);
}

static void data_sent_before_close_goes_out_before_the_fin(void **state)
{
    (void) state;
    NetsimSocket *s = open_one();
    assert_int_equal(netsim_send(s, NULL, 2500, 0), 2500);
    netsim_close(s);
    peer_expect(&t, 0, ". 1:1001(1000) ack 1");
    peer_expect(&t, 0, "P. 1001:2001(1000) ack 1");
    peer_skip(&t); /* the rest and the FIN: together or apart */
    assert_int_equal(peer_last(&t)->p.tcp_flags & TCPHDR_FIN, TCPHDR_FIN);
    assert_int_equal(newest_sock()->snd_nxt - t.host_isn, 2502);
    peer_send(&t, "F. 1:1(0) ack 2502 win 1000");
    peer_expect(&t, 0, ". 2502:2502(0) ack 2");
}

/* RFC 1337 s3, hazard 1: Linux lets a RST kill TIME_WAIT unless tcp_rfc1337. */
static void a_reset_ends_time_wait_unless_rfc1337(void **state)
{
    (void) state;
    for (int rfc1337 = 0; rfc1337 < 2; rfc1337++) {
        netsim_host_sysctl_set((NetsimHost *) t.net, "net.ipv4.tcp_rfc1337", rfc1337 ? "1" : "0", NULL);
        netsim_close(open_one());
        peer_expect(&t, 0, "F. 1:1(0) ack 1");
        peer_send(&t, "F. 1:1(0) ack 2 win 1000");
        peer_expect(&t, 0, ". 2:2(0) ack 2");
        peer_send(&t, "R 2:2(0)");
        assert_int_equal(n_timewaits(), rfc1337);
    }
}

/* RFC 9293 s3.6.1: a repeated FIN is acknowledged again and the wait begins anew. */
static void a_repeated_fin_restarts_time_wait(void **state)
{
    (void) state;
    netsim_close(open_one());
    peer_expect(&t, 0, "F. 1:1(0) ack 1");
    peer_send(&t, "F. 1:1(0) ack 2 win 1000");
    peer_expect(&t, 0, ". 2:2(0) ack 2");
    peer_wait(&t, 50e3);
    peer_send(&t, "F. 1:1(0) ack 2 win 1000");
    peer_expect(&t, 0, ". 2:2(0) ack 2");
    double wait = timewait_ms();
    peer_wait(&t, wait - 1);
    assert_int_equal(n_timewaits(), 1);
    peer_wait(&t, 2);
    assert_int_equal(n_timewaits(), 0);
}

/* RFC 6191: a SYN above what was received opens anew, with a sequence number well above the old ones. */
static void a_new_syn_ends_time_wait_of_a_server(void **state)
{
    (void) state;
    NetsimSocket *s = peer_accept(&t, "mss 1000,sackOK,wscale 7");
    netsim_close(s);
    peer_expect(&t, 0, "F. 1:1(0) ack 1");
    peer_send(&t, "F. 1:1(0) ack 2 win 1000");
    peer_expect(&t, 0, ". 2:2(0) ack 2");
    assert_int_equal(n_timewaits(), 1);
    peer_wait(&t, 1000);
    peer_send(&t, "S 100:100(0) win 1000 <mss 1000>");
    peer_expect(&t, 0, "S. 65539:65539(0) ack 101"); /* snd_nxt 2 + 65535 + 2 */
    assert_int_equal(n_timewaits(), 0);
}

/* A retransmitted FIN goes on while nobody answers: 8 retries of an orphan, about 102 s at an RTO of 200 ms. */
static void an_orphan_gives_up_after_tcp_orphan_retries(void **state)
{
    (void) state;
    netsim_close(peer_connect(&t, "mss 1000,sackOK,wscale 7", 0.2));
    peer_expect(&t, 0, "F. 1:1(0) ack 1");
    unsigned n = 0;
    double total = 0;
    while (t.net->tcp->socks.live && total < 400e3) {
        peer_wait(&t, 1000);
        total += 1000;
    }
    n = peer_skip(&t);
    assert_in_range(n, 9, 11); /* a loss probe, and repeats until 102.2 s after the first */
    assert_in_range((unsigned) total, 100000, 125000);
    tcp_check_empty(t.net, 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(the_side_that_closes_first_waits_60_s),
        T(the_side_that_closes_second_does_not_wait),
        T(both_may_close_at_once),
        T(an_orphan_stays_60_s_in_fin_wait_2),
        T(after_shutdown_the_other_direction_goes_on),
        T(close_with_unread_data_resets),
        T(close_after_everything_was_read_does_not_reset),
        T(linger_0_resets),
        T(data_for_an_orphan_is_reset),
        T(data_sent_before_close_goes_out_before_the_fin),
        T(a_reset_ends_time_wait_unless_rfc1337),
        T(a_repeated_fin_restarts_time_wait),
        T(a_new_syn_ends_time_wait_of_a_server),
        T(an_orphan_gives_up_after_tcp_orphan_retries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
