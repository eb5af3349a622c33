/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_listen.c - the SYN queue and the accept queue. */
#include "tests/support/peer_test.h"

static void syn_from(uint16_t port)
{
    t.peer_port = port;
    peer_send(&t, "S 0:0(0) win 65535 <mss 1000,sackOK,wscale 7>");
}

/* The three-way handshake of a client that the host knows nothing of yet. */
static bool connects(uint16_t port)
{
    peer_skip(&t);
    t.knows_isn = false;
    syn_from(port);
    if (!peer_skip(&t)) return false;
    peer_send(&t, ". 1:1(0) ack 1 win 1000");
    return true;
}

/* RFC 6298 s5.7: 1, 2, 4, 8, 16 s on the wheel (captured: 1.0, 2.0, 4.1); five of them, then it is forgotten. */
static void a_syn_ack_is_repeated_five_times(void **state)
{
    (void) state;
    peer_listen(&t, 5);
    syn_from(4000);
    peer_expect(&t, 0, "S. 0:0(0) ack 1");
    for (unsigned n = 0, s = 1; n < 5; n++, s *= 2) {
        assert_int_equal(t.net->tcp->requests.live, 1);
        peer_expect(&t, peer_wheel_ms(&t, s * 250), "S. 0:0(0) ack 1");
    }
    peer_expect_nothing(&t, peer_wheel_ms(&t, 32 * 250) + 1);
    assert_int_equal(t.net->tcp->requests.live, 0);
    peer_send(&t, ". 1:1(0) ack 1 win 1000");
    peer_expect(&t, 0, "R 1:1(0)"); /* too late */
}

static void a_repeated_syn_is_answered_at_once_twice_a_second_at_most(void **state)
{
    (void) state;
    peer_listen(&t, 5);
    syn_from(4000);
    peer_expect(&t, 0, "S. 0:0(0) ack 1");
    peer_wait(&t, 100);
    syn_from(4000);
    peer_expect(&t, 0, "S. 0:0(0) ack 1");
    peer_wait(&t, 100);
    syn_from(4000);
    peer_expect_nothing(&t, 10);
    assert_int_equal(peer_counter(&t, "TcpExtTCPACKSkippedSynRecv"), 1);
}

/* sk_acceptq_is_full() is strict: a backlog of n holds n + 1. */
static void a_backlog_of_n_holds_n_plus_one(void **state)
{
    (void) state;
    peer_listen(&t, 2);
    for (uint16_t port = 4000; port < 4003; port++) assert_true(connects(port));
    assert_false(connects(4003));
    assert_int_equal(peer_counter(&t, "TcpExtListenOverflows"), 1);
    assert_int_equal(peer_counter(&t, "TcpExtListenDrops"), 1);
    NetsimSocket *s = NULL;
    for (unsigned i = 0; i < 3; i++) {
        NetsimAddress peer;
        assert_int_equal(netsim_accept(t.listener, &s, &peer), 0);
        assert_int_equal(peer.port, 4000 + i); /* in order of arrival */
    }
    assert_int_equal(netsim_accept(t.listener, &s, NULL), -EAGAIN);
    assert_true(connects(4004));
}

/* Two others take the room of the listener before the handshake of port 4000, who speaks now, is complete. */
static void fill_the_accept_queue(void)
{
    peer_listen(&t, 1);
    syn_from(4000);
    peer_expect(&t, 0, "S. 0:0(0) ack 1");
    uint32_t isn = t.host_isn;
    assert_true(connects(4001));
    assert_true(connects(4002));
    t.peer_port = 4000;
    t.host_isn = isn;
}

/* Captured (acceptq-overflow): the ACK is dropped and SYN-ACKs go on until somebody accepts. */
static void a_full_accept_queue_drops_the_last_ack_and_asks_again(void **state)
{
    (void) state;
    fill_the_accept_queue();
    peer_send(&t, ". 1:1(0) ack 1 win 1000");
    assert_int_equal(peer_counter(&t, "TcpExtListenOverflows"), 1);
    peer_expect_between(&t, 900, 1100, "S. 0:0(0) ack 1");
    NetsimSocket *s = NULL;
    assert_int_equal(netsim_accept(t.listener, &s, NULL), 0);
    peer_send(&t, ". 1:1(0) ack 1 win 1000");
    assert_int_equal(netsim_accept(t.listener, &s, NULL), 0);
}

static void abort_on_overflow_resets_instead(void **state)
{
    (void) state;
    netsim_host_sysctl_set((NetsimHost *) t.net, "net.ipv4.tcp_abort_on_overflow", "1", NULL);
    fill_the_accept_queue();
    peer_skip(&t);
    peer_send(&t, ". 1:1(0) ack 1 win 1000");
    peer_expect(&t, 0, "R 1:1(0)");
    assert_int_equal(t.net->tcp->requests.live, 0);
}

/* RFC 9293 s3.10.7.2 and s3.10.7.1 */
static void what_is_no_syn_is_reset_by_a_listener(void **state)
{
    (void) state;
    peer_listen(&t, 5);
    peer_send(&t, ". 1:1(0) ack 77");
    peer_expect(&t, 0, "R 77:77(0)");
    peer_send(&t, "R 1:1(0)");
    peer_expect_nothing(&t, 1);
    t.host_port = 81; /* nobody there */
    peer_send(&t, "S 0:0(0) win 1000");
    peer_wait(&t, 0);
    assert_int_equal(peer_last(&t)->p.tcp_flags, TCPHDR_RST | TCPHDR_ACK);
    assert_int_equal(peer_last(&t)->p.seq, 0);
    assert_int_equal(peer_last(&t)->p.ack, PEER_ISN + 1);
    t.host_port = HOST_PORT;
}

/* RFC 9293 s3.10.7.4: the third segment may carry data, even with the end of it. */
static void the_third_segment_may_carry_data_and_fin(void **state)
{
    (void) state;
    peer_listen(&t, 5);
    syn_from(4000);
    peer_expect(&t, 0, "S. 0:0(0) ack 1");
    peer_send(&t, "FP. 1:101(100) ack 1 win 1000");
    peer_expect_between(&t, 0, 45, ". 1:1(0) ack 102");
    NetsimSocket *s = NULL;
    assert_int_equal(netsim_accept(t.listener, &s, NULL), 0);
    assert_int_equal(s->state, TCP_CLOSE_WAIT);
    assert_int_equal(netsim_recv(s, NULL, 1000, 0), 100);
    assert_int_equal(netsim_recv(s, NULL, 1000, 0), 0);
}

/* A listener that closes resets those whom nobody accepted, and forgets the half-open ones. */
static void closing_the_listener_leaves_nothing_behind(void **state)
{
    (void) state;
    peer_listen(&t, 5);
    assert_true(connects(4000));
    t.knows_isn = false;
    syn_from(4001);
    peer_skip(&t);
    netsim_close(t.listener);
    peer_wait(&t, 0);
    assert_int_equal(peer_last(&t)->p.tcp_flags, TCPHDR_RST | TCPHDR_ACK);
    assert_int_equal(peer_last(&t)->p.dport, 4000);
    tcp_check_empty(t.net, 0);
}

static int accepted_at_the_end;

static void accept_at_the_end(NetsimProcess *process, void *state)
{
    (void) process;
    (void) state;
    NetsimSocket *s = t.listener;
    accepted_at_the_end = netsim_accept(t.listener, &s, NULL);
    assert_null(s);
}

/* exit_files() closes what is open; the connection is reset with its listener. */
static void an_exiting_process_accepts_nothing(void **state)
{
    (void) state;
    static const NetsimApp app = { .name = "exiting", .end = accept_at_the_end };
    NetsimProcess *process = netsim_spawn((NetsimHost *) t.net, NULL, &app, NULL);
    netsim_sock_set_process(peer_listen(&t, 5), process);
    assert_true(connects(4000));
    peer_skip(&t);
    netsim_process_exit(process);
    assert_int_equal(accepted_at_the_end, -ESRCH);
    peer_expect(&t, 0, "R. 1:1(0) ack 1");
    tcp_check_empty(t.net, 0);
}

/* ---- SO_REUSEPORT ---- */

static NetsimSocket *sharing_listener(void)
{
    NetsimSocket *s = peer_socket(&t);
    assert_int_equal(netsim_setsockopt(s, "reuseport", 1), 0);
    assert_int_equal(netsim_bind(s, (NetsimAddress){ 0, HOST_PORT }), 0);
    assert_int_equal(netsim_listen(s, 1000), 0);
    return s;
}

static unsigned n_waiting(NetsimSocket *listener)
{
    return info_of(listener).unacked;
}

/* socket(7): "distributes incoming connections evenly"; 4 standard deviations of 500 drawn with 1/4 */
static void listeners_of_one_port_share_its_connections(void **state)
{
    (void) state;
    NetsimSocket *member[4];
    for (unsigned i = 0; i < 4; i++) member[i] = sharing_listener();
    for (uint16_t port = 4000; port < 4500; port++) assert_true(connects(port));
    for (unsigned i = 0; i < 4; i++) assert_in_range(n_waiting(member[i]), 125 - 40, 125 + 40);
    /* one that closes loses what it had, and its share goes to the others */
    unsigned lost = n_waiting(member[1]);
    netsim_close(member[1]);
    assert_int_equal(peer_skip(&t), lost); /* resets */
    for (uint16_t port = 5000; port < 5300; port++) assert_true(connects(port));
    assert_int_equal(n_waiting(member[0]) + n_waiting(member[2]) + n_waiting(member[3]), 800 - lost);
    assert_int_equal(peer_counter(&t, "TcpExtTCPMigrateReqFailure"), lost);
}

static void who_has_no_reuseport_is_not_joined(void **state)
{
    (void) state;
    sharing_listener();
    NetsimSocket *other = peer_socket(&t);
    assert_int_equal(netsim_bind(other, (NetsimAddress){ 0, HOST_PORT }), -EADDRINUSE);
    assert_int_equal(netsim_setsockopt(other, "reuseaddr", 1), 0);
    assert_int_equal(netsim_bind(other, (NetsimAddress){ 0, HOST_PORT }), -EADDRINUSE);
}

/* ip-sysctl: tcp_migrate_req */
static void connections_of_a_closing_listener_migrate(void **state)
{
    (void) state;
    netsim_host_sysctl_set((NetsimHost *) t.net, "net.ipv4.tcp_migrate_req", "1", NULL);
    NetsimSocket *first = sharing_listener();
    for (uint16_t port = 4000; port < 4010; port++) assert_true(connects(port)); /* accepted by nobody yet */
    peer_skip(&t);
    t.knows_isn = false;
    syn_from(4500); /* half way */
    peer_expect(&t, 0, "S. 0:0(0) ack 1");
    NetsimSocket *second = sharing_listener();
    netsim_close(first);
    peer_expect_nothing(&t, 1);
    assert_int_equal(n_waiting(second), 10);
    peer_send(&t, ". 1:1(0) ack 1 win 1000");
    assert_int_equal(n_waiting(second), 11);
    assert_int_equal(peer_counter(&t, "TcpExtTCPMigrateReqSuccess"), 11);
    for (unsigned i = 0; i < 11; i++) {
        NetsimSocket *s = NULL;
        assert_int_equal(netsim_accept(second, &s, NULL), 0);
    }
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(a_syn_ack_is_repeated_five_times),
        T(a_repeated_syn_is_answered_at_once_twice_a_second_at_most),
        T(a_backlog_of_n_holds_n_plus_one),
        T(a_full_accept_queue_drops_the_last_ack_and_asks_again),
        T(abort_on_overflow_resets_instead),
        T(what_is_no_syn_is_reset_by_a_listener),
        T(the_third_segment_may_carry_data_and_fin),
        T(closing_the_listener_leaves_nothing_behind),
        T(an_exiting_process_accepts_nothing),
        T(listeners_of_one_port_share_its_connections),
        T(who_has_no_reuseport_is_not_joined),
        T(connections_of_a_closing_listener_migrate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
