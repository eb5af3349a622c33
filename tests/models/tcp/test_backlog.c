/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_backlog.c - what arrives while the application is inside a call on its socket. */
#include "tests/support/peer_test.h"

static NetsimSocket *accepted(void)
{
    return peer_accept(&t, "mss 1000,sackOK,wscale 7");
}

static void an_owned_socket_answers_when_its_owner_lets_go_and_once(void **state)
{
    (void) state;
    NetsimSocket *s = accepted();
    netsim_sock_lock(s);
    for (unsigned i = 0; i < 5; i++) {
        g_autofree char *text = g_strdup_printf(". %u:%u(1000) ack 1 win 1000", 1 + i * 1000, 1001 + i * 1000);
        peer_send(&t, text);
    }
    peer_expect_nothing(&t, 0.05);
    assert_int_equal(netsim_sock_inq(s), 0);
    netsim_sock_release(s);
    peer_expect(&t, 0, ". 1:1(0) ack 5001"); /* tcp_backlog_ack_defer */
    peer_expect_nothing(&t, 0.05);
    assert_int_equal(netsim_sock_inq(s), 5000);
}

static void with_tcp_backlog_ack_defer_0_each_segment_of_the_backlog_is_answered(void **state)
{
    (void) state;
    NetsimSocket *s = accepted();
    assert_true(netsim_host_sysctl_set((NetsimHost *) t.net, "net.ipv4.tcp_backlog_ack_defer", "0", NULL));
    netsim_sock_lock(s);
    peer_send(&t, ". 1:1001(1000) ack 1 win 1000");
    peer_send(&t, ". 1001:2001(1000) ack 1 win 1000");
    netsim_sock_release(s);
    peer_expect(&t, 0, ". 1:1(0) ack 1001");
    peer_expect(&t, 0, ". 1:1(0) ack 2001");
}

/* tcp_recvmsg() processes the backlog before it would sleep. */
static void who_reads_and_owns_the_socket_reads_the_backlog_too(void **state)
{
    (void) state;
    NetsimSocket *s = accepted();
    netsim_sock_lock(s);
    peer_send(&t, ". 1:1001(1000) ack 1 win 1000");
    peer_send(&t, ". 1001:2001(1000) ack 1 win 1000");
    assert_int_equal(netsim_recv(s, NULL, 9999, 0), 2000);
    netsim_sock_release(s);
    peer_expect(&t, 0, ". 1:1(0) ack 2001");
}

static void timers_wait_until_the_owner_lets_go(void **state)
{
    (void) state;
    NetsimSocket *s = accepted();
    assert_int_equal(netsim_send(s, NULL, 500, 0), 500);
    peer_expect(&t, 0, "P. 1:501(500) ack 1");
    netsim_sock_lock(s);
    peer_expect_nothing(&t, 2000); /* neither loss probe nor time-out */
    netsim_sock_release(s);
    peer_expect(&t, 0, "P. 1:501(500) ack 1");
}

static void a_full_backlog_drops(void **state)
{
    (void) state;
    NetsimSocket *s = accepted();
    netsim_sock_lock(s);
    for (unsigned i = 0; i < 3000; i++) peer_send(&t, ". 1:1001(1000) ack 1 win 1000");
    uint64_t dropped = peer_counter(&t, "TcpExtTCPBacklogDrop");
    assert_true(dropped > 0 && dropped < 3000);
    netsim_close(s); /* lets go first */
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(an_owned_socket_answers_when_its_owner_lets_go_and_once),
        T(with_tcp_backlog_ack_defer_0_each_segment_of_the_backlog_is_answered),
        T(who_reads_and_owns_the_socket_reads_the_backlog_too),
        T(timers_wait_until_the_owner_lets_go),
        T(a_full_backlog_drops),
    };
    return cmocka_run_group_tests_name("tcp/backlog", tests, NULL, NULL);
}
