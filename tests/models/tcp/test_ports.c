/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_ports.c - which local port a connection gets. */
#include "tests/support/peer_test.h"

static void port_range(const char *range)
{
    assert_true(netsim_host_sysctl_set((NetsimHost *) t.net, "net.ipv4.ip_local_port_range", range, NULL));
}

static int connect_to(NetsimSocket *s, uint16_t port)
{
    return netsim_connect(s, (NetsimAddress){ t.peer_addr, port });
}

static unsigned port_of(NetsimSocket *s)
{
    return netsim_sock_local(s).port;
}

/* Measured: 100 connects to one destination give even ports with steps of 2 to 16. */
static void connect_takes_even_ports_in_small_steps(void **state)
{
    (void) state;
    unsigned last = 0;
    for (int i = 0; i < 100; i++) {
        NetsimSocket *s = peer_socket(&t);
        assert_int_equal(connect_to(s, 80), -EINPROGRESS);
        unsigned port = port_of(s);
        assert_in_range(port, 32768, 60999);
        assert_int_equal(port % 2, 0);
        if (last) assert_in_range((port + 28232 - last) % 28232, 2, 16);
        last = port;
    }
}

static void bind_0_takes_an_odd_port_of_an_even_range(void **state)
{
    (void) state;
    for (int i = 0; i < 100; i++) {
        NetsimSocket *s = peer_socket(&t);
        assert_int_equal(netsim_bind(s, (NetsimAddress){ 0, 0 }), 0);
        assert_in_range(port_of(s), 32768, 60999);
        assert_int_equal(port_of(s) % 2, 1);
    }
}

static void even_ports_then_odd_ones_then_none(void **state)
{
    (void) state;
    port_range("40000 40009");
    for (int i = 0; i < 10; i++) {
        NetsimSocket *s = peer_socket(&t);
        assert_int_equal(connect_to(s, 80), -EINPROGRESS);
        assert_int_equal(port_of(s) % 2, i >= 5);
    }
    NetsimSocket *s = peer_socket(&t);
    assert_int_equal(connect_to(s, 80), -EADDRNOTAVAIL);
    assert_int_equal(connect_to(s, 81), -EINPROGRESS); /* another 4-tuple is free */
}

static void bind_0_finds_every_port_then_none(void **state)
{
    (void) state;
    port_range("40000 40009");
    unsigned seen = 0;
    for (int i = 0; i < 10; i++) {
        NetsimSocket *s = peer_socket(&t);
        assert_int_equal(netsim_bind(s, (NetsimAddress){ 0, 0 }), 0);
        seen |= 1u << (port_of(s) - 40000);
    }
    assert_int_equal(seen, 0x3ff);
    assert_int_equal(netsim_bind(peer_socket(&t), (NetsimAddress){ 0, 0 }), -EADDRINUSE);
}

static void a_bound_port_is_not_chosen_by_connect(void **state)
{
    (void) state;
    port_range("40000 40003");
    NetsimSocket *b = peer_socket(&t);
    assert_int_equal(netsim_bind(b, (NetsimAddress){ 0, 40002 }), 0);
    for (int i = 0; i < 3; i++) {
        NetsimSocket *s = peer_socket(&t);
        assert_int_equal(connect_to(s, 80), -EINPROGRESS);
        assert_int_not_equal(port_of(s), 40002);
    }
    assert_int_equal(connect_to(peer_socket(&t), 80), -EADDRNOTAVAIL);
}

static void two_sockets_share_a_port_only_with_reuse(void **state)
{
    (void) state;
    NetsimSocket *a = peer_socket(&t), *b = peer_socket(&t), *c = peer_socket(&t), *d = peer_socket(&t);
    assert_int_equal(netsim_bind(a, (NetsimAddress){ 0, 5000 }), 0);
    assert_int_equal(netsim_bind(b, (NetsimAddress){ 0, 5000 }), -EADDRINUSE);
    assert_int_equal(netsim_bind(b, (NetsimAddress){ t.host_addr, 5000 }), -EADDRINUSE);
    netsim_setsockopt(c, "reuseaddr", 1);
    netsim_setsockopt(d, "reuseaddr", 1);
    assert_int_equal(netsim_bind(c, (NetsimAddress){ 0, 5000 }), -EADDRINUSE); /* both must want it */
    assert_int_equal(netsim_bind(c, (NetsimAddress){ 0, 5001 }), 0);
    assert_int_equal(netsim_bind(d, (NetsimAddress){ 0, 5001 }), 0);
    assert_int_equal(netsim_listen(c, 5), 0);
    assert_int_equal(netsim_listen(d, 5), -EADDRINUSE); /* but not listen there */
}

/* The reason for SO_REUSEADDR: a server that starts again while its old connections are in TIME_WAIT; both need it. */
static void a_port_in_time_wait_is_bound_with_reuseaddr_only(void **state)
{
    (void) state;
    netsim_setsockopt(peer_listen(&t, 10), "reuseaddr", 1);
    NetsimSocket *s = peer_accept(&t, "mss 1000,sackOK,wscale 7");
    netsim_close(s);
    peer_expect(&t, 0, "F. 1:1(0) ack 1");
    peer_send(&t, "F. 1:1(0) ack 2 win 1000");
    netsim_close(t.listener);
    NetsimSocket *again = peer_socket(&t);
    assert_int_equal(netsim_bind(again, (NetsimAddress){ 0, HOST_PORT }), -EADDRINUSE);
    netsim_setsockopt(again, "reuseaddr", 1);
    assert_int_equal(netsim_bind(again, (NetsimAddress){ 0, HOST_PORT }), 0);
    assert_int_equal(netsim_listen(again, 5), 0);
}

/* tcp_tw_reuse 1: after a second of the timestamp clock, with a new ISN above the old sequence numbers. */
static void tw_reuse_takes_a_port_after_a_second(void **state)
{
    (void) state;
    port_range("40000 40000");
    assert_true(netsim_host_sysctl_set((NetsimHost *) t.net, "net.ipv4.tcp_tw_reuse", "1", NULL));
    NetsimSocket *s = peer_connect(&t, "mss 1000,sackOK,TS val 1 ecr last,wscale 7", 10);
    netsim_close(s);
    peer_expect(&t, 0, "F. 1:1(0) ack 1");
    peer_send(&t, "F. 1:1(0) ack 2 win 1000 <TS val 3 ecr last>");
    peer_expect(&t, 0, ". 2:2(0) ack 2");
    uint32_t old_isn = t.host_isn;
    assert_int_equal(connect_to(peer_socket(&t), PEER_PORT), -EADDRNOTAVAIL);
    peer_wait(&t, 2100);
    NetsimSocket *again = peer_socket(&t);
    assert_int_equal(connect_to(again, PEER_PORT), -EINPROGRESS);
    t.knows_isn = false;
    peer_expect(&t, 0, "S 0:0(0)");
    assert_int_equal(t.host_isn - old_isn, 2 + 65537);
}

static void all_ports_come_back(void **state)
{
    (void) state;
    for (int i = 0; i < 20; i++) netsim_close(peer_connect(&t, "mss 1000,sackOK,wscale 7", 1));
    netsim_bind(peer_socket(&t), (NetsimAddress){ 0, 0 });
    peer_close_clean(&t);
    peer_open(&t, NULL);
}

/* Measured on Linux 6.18: a listener, a connection that it accepted, the listener closes; may another socket have its name? */
static void who_shares_a_port_is_as_measured(void **state)
{
    (void) state;
    enum { NONE, REUSE, PORT };
    static const char *const options[] = { NULL, "reuseaddr", "reuseport" };
    static const struct {
        int first, second;
        bool is_timewait, may;
    } rows[] = {
        { NONE, REUSE, false, false }, { REUSE, REUSE, false, true }, { REUSE, NONE, false, false }, { PORT, PORT, false, true },
        { PORT, REUSE, false, false }, { NONE, REUSE, true, false }, { REUSE, REUSE, true, true }, { REUSE, NONE, true, false },
        { PORT, PORT, true, true },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct peer p;
        peer_open(&p, NULL);
        p.listener = peer_socket(&p);
        if (rows[i].first) assert_int_equal(netsim_setsockopt(p.listener, options[rows[i].first], 1), 0);
        assert_int_equal(netsim_bind(p.listener, (NetsimAddress){ 0, HOST_PORT }), 0);
        assert_int_equal(netsim_listen(p.listener, 5), 0);
        NetsimSocket *child = peer_accept(&p, "mss 1460");
        netsim_close(p.listener);
        if (rows[i].is_timewait) {
            netsim_close(child);
            peer_send(&p, "F. 1:1(0) ack 2 win 1000");
            assert_int_equal(p.net->tcp->timewaits.live, 1);
        }
        NetsimSocket *s = peer_socket(&p);
        if (rows[i].second) assert_int_equal(netsim_setsockopt(s, options[rows[i].second], 1), 0);
        int err = netsim_bind(s, (NetsimAddress){ 0, HOST_PORT });
        if (err != (rows[i].may ? 0 : -EADDRINUSE)) fail_msg("row %zu: %d", i, err);
        peer_close(&p);
    }
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(connect_takes_even_ports_in_small_steps),
        T(bind_0_takes_an_odd_port_of_an_even_range),
        T(even_ports_then_odd_ones_then_none),
        T(bind_0_finds_every_port_then_none),
        T(a_bound_port_is_not_chosen_by_connect),
        T(two_sockets_share_a_port_only_with_reuse),
        T(a_port_in_time_wait_is_bound_with_reuseaddr_only),
        T(tw_reuse_takes_a_port_after_a_second),
        T(all_ports_come_back),
        cmocka_unit_test(who_shares_a_port_is_as_measured),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
