/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/udp/udp.h"

#include "tests/support/light.h"
#include <netsim/trace.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct world {
    NetsimSim *sim;
    struct net *a, *b;
    NetsimProcess *pa, *pb;
} w;

enum { A = IP4(10, 0, 0, 1), B = IP4(10, 0, 0, 2), PORT = 9 };

static void open_world(const char *kernel)
{
    w.sim = netsim_sim_new(NULL);
    w.a = light_host(w.sim, "a", kernel);
    w.b = light_host(w.sim, "b", kernel);
    struct netdev *a0 = light_nic(w.a, "eth0", A, 24), *b0 = light_nic(w.b, "eth0", B, 24);
    light_link(a0, b0);
    w.pa = light_process(w.a);
    w.pb = light_process(w.b);
}

static int setup(void **state)
{
    (void) state;
    open_world(NULL);
    return 0;
}

static int teardown(void **state)
{
    (void) state;
    light_run(w.sim, NETSIM_TIME_MAX);
    netsim_sim_free(w.sim);
    return 0;
}

static NetsimSocket *udp(NetsimProcess *p, uint32_t addr, uint16_t port)
{
    NetsimSocket *s = netsim_socket(p, NETSIM_SOCK_DGRAM);
    if (port) assert_int_equal(netsim_bind(s, (NetsimAddress){ addr, port }), 0);
    return s;
}

static int64_t send_to(NetsimSocket *s, size_t len, uint32_t addr)
{
    return netsim_sendto(s, NULL, len, 0, (NetsimAddress){ addr, PORT });
}

static unsigned count(NetsimSocket *s)
{
    unsigned n = 0;
    while (netsim_recv(s, NULL, 65536, 0) >= 0) n++;
    return n;
}

/* ---- how much fits into 212992 bytes: linux-semantics section 9, measured on 6.18's loopback ---- */

static unsigned held(uint32_t payload)
{
    NetsimSocket *s = udp(w.pa, 0, 0), *r = udp(w.pa, 0, PORT);
    for (unsigned i = 0; i < 400; i++) {
        assert_int_equal(send_to(s, payload, IP4(127, 0, 0, 1)), payload);
        light_run(w.sim, NETSIM_TIME_MAX);
    }
    unsigned n = count(r);
    assert_int_equal(net_count(w.a, SNMP_UDP_RCVBUFERRORS), 400 - n);
    assert_int_equal(net_count(w.a, SNMP_UDP_INERRORS), 400 - n);
    assert_int_equal(light_drops(w.a, DROP_SOCKET_RCVBUFF), 400 - n);
    netsim_close(r);
    netsim_close(s);
    return n;
}

static void as_many_datagrams_fit_as_were_measured(void **state)
{
    (void) state;
    static const unsigned table[][2] = { { 1, 256 }, { 128, 256 }, { 256, 166 }, { 512, 166 }, { 1000, 92 }, { 1472, 92 },
                                         { 4096, 25 }, { 9000, 12 }, { 32000, 6 } };
    for (unsigned i = 0; i < G_N_ELEMENTS(table); i++) {
        assert_int_equal(held(table[i][0]), table[i][1]);
        teardown(NULL);
        setup(NULL);
    }
}

static void note_trace(const NetsimTraceEvent *event, void *data)
{
    g_autofree char *text = netsim_trace_format(event);
    g_string_assign(data, text);
}

static void a_probe_sees_who_was_refused(void **state)
{
    (void) state;
    g_autoptr(GString) seen = g_string_new(NULL);
    assert_true(netsim_trace_attach(w.sim, "udp:*", note_trace, seen, NULL));
    NetsimSocket *s = udp(w.pa, 0, 7777), *r = udp(w.pb, 0, PORT);
    netsim_setsockopt(r, "rcvbuf", 1);
    send_to(s, 1, B);
    light_run(w.sim, NETSIM_TIME_MAX);
    assert_string_equal(seen->str, "");
    send_to(s, 2000, B);
    light_run(w.sim, NETSIM_TIME_MAX);
    assert_string_equal(seen->str, "rc=-12 sport=7777 dport=9 family=AF_INET saddr=10.0.0.1 daddr=10.0.0.2");
    netsim_trace_detach(w.sim, note_trace, seen);
}

static void older_kernels_let_one_more_in(void **state)
{
    (void) state;
    teardown(NULL);
    open_world("linux6.1");
    /* without the cache of small heads: 768 bytes a datagram; 277 x 768 <= 212992, and one over */
    assert_int_equal(held(100), 278);
}

static void an_empty_queue_takes_a_datagram_of_any_size(void **state)
{
    (void) state;
    NetsimSocket *s = udp(w.pa, 0, 0), *r = udp(w.pa, 0, PORT);
    netsim_setsockopt(r, "rcvbuf", 1);
    send_to(s, 60000, A);
    send_to(s, 1, A);
    light_run(w.sim, NETSIM_TIME_MAX);
    assert_int_equal(netsim_recv(r, NULL, 65536, 0), 60000);
    assert_int_equal(count(r), 0);
}

/* udp_rmem_release(): a reader that is in the middle of a batch gives memory back by quarters. */
static void memory_comes_back_in_quarters_while_the_reader_is_behind(void **state)
{
    (void) state;
    NetsimSocket *s = udp(w.pa, 0, 0), *r = udp(w.pa, 0, PORT);
    for (unsigned i = 0; i < 256; i++) send_to(s, 100, A);
    light_run(w.sim, NETSIM_TIME_MAX);
    for (unsigned i = 0; i < 63; i++) netsim_recv(r, NULL, 100, 0);
    assert_int_equal(r->rmem_alloc, 256 * 832);
    netsim_recv(r, NULL, 100, 0); /* the 64th makes a quarter */
    assert_int_equal(r->rmem_alloc, 192 * 832);
    assert_int_equal(count(r), 192);
    assert_int_equal(r->rmem_alloc, 0);
}

/* Trace udp/slow-reader: 150 datagrams of 700 bytes, one each 2.0786 ms, into SO_RCVBUF 20000; one read each 8.085 ms. */
static struct slow {
    NetsimSocket *from, *to;
    unsigned n_sent, n_read;
    NetsimEvent send, read;
} slow;

static void slow_send(NetsimSim *sim, NetsimEvent event, void *data)
{
    (void) data;
    assert_int_equal(netsim_sendto(slow.from, NULL, 700, 0, (NetsimAddress){ B, PORT }), 700);
    if (++slow.n_sent < 150) netsim_event_at(sim, event, netsim_sim_now(sim) + netsim_seconds(0.0020786));
}

static void slow_read(NetsimSim *sim, NetsimEvent event, void *data)
{
    (void) data;
    if (netsim_recv(slow.to, NULL, 65536, 0) < 0) return;
    slow.n_read++;
    netsim_event_at(sim, event, netsim_sim_now(sim) + netsim_seconds(0.008085));
}

static void a_slow_reader_gets_what_was_recorded(void **state)
{
    (void) state;
    slow = (struct slow){ .from = udp(w.pa, 0, 0), .to = udp(w.pb, 0, PORT) };
    netsim_setsockopt(slow.to, "rcvbuf", 20000);
    slow.send = netsim_event_new(w.sim, slow_send, NULL);
    slow.read = netsim_event_new(w.sim, slow_read, NULL);
    netsim_event_at(w.sim, slow.send, 0);
    netsim_event_at(w.sim, slow.read, 70 * NETSIM_US);
    light_run(w.sim, NETSIM_TIME_MAX);
    assert_int_equal(slow.n_read, 53);
    assert_int_equal(net_count(w.b, SNMP_UDP_RCVBUFERRORS), 97);
}

/* ---- bind ---- */

static int bind_to(NetsimProcess *p, const char *option, uint32_t addr, uint16_t port)
{
    NetsimSocket *s = netsim_socket(p, NETSIM_SOCK_DGRAM);
    if (option) assert_int_equal(netsim_setsockopt(s, option, 1), 0);
    return netsim_bind(s, (NetsimAddress){ addr, port });
}

static void a_port_is_taken_once_unless_both_share(void **state)
{
    (void) state;
    assert_int_equal(bind_to(w.pa, NULL, 0, 80), 0);
    assert_int_equal(bind_to(w.pa, NULL, 0, 80), -EADDRINUSE);
    assert_int_equal(bind_to(w.pa, NULL, A, 80), -EADDRINUSE); /* the wildcard covers it */
    assert_int_equal(bind_to(w.pa, "reuseaddr", A, 80), -EADDRINUSE); /* both must want it */
    assert_int_equal(bind_to(w.pa, NULL, A, 81), 0);
    assert_int_equal(bind_to(w.pa, NULL, IP4(127, 0, 0, 1), 81), 0); /* another address */
    assert_int_equal(bind_to(w.pa, NULL, 0, 81), -EADDRINUSE);
    assert_int_equal(bind_to(w.pa, "reuseaddr", 0, 82), 0);
    assert_int_equal(bind_to(w.pa, "reuseaddr", 0, 82), 0);
    assert_int_equal(bind_to(w.pa, "reuseport", 0, 82), -EADDRINUSE);
    assert_int_equal(bind_to(w.pa, "reuseport", 0, 83), 0);
    assert_int_equal(bind_to(w.pa, "reuseport", 0, 83), 0);
    assert_int_equal(bind_to(w.pa, NULL, B, 84), -EADDRNOTAVAIL);
    assert_int_equal(bind_to(w.pa, NULL, IP4(10, 0, 0, 255), 84), 0); /* a broadcast may be listened to */
    NetsimSocket *s = udp(w.pa, 0, 85);
    assert_int_equal(netsim_bind(s, (NetsimAddress){ 0, 86 }), -EINVAL);
    netsim_close(s);
    assert_int_equal(bind_to(w.pa, NULL, 0, 85), 0);
}

static void a_port_is_drawn_from_the_range_until_none_is_left(void **state)
{
    (void) state;
    w.a->ip->knobs.ip_local_port_range[0] = 5000;
    w.a->ip->knobs.ip_local_port_range[1] = 5099;
    bool seen[100] = { false };
    unsigned n_odd = 0;
    for (unsigned i = 0; i < 100; i++) {
        NetsimSocket *s = udp(w.pa, 0, 0);
        assert_int_equal(netsim_bind(s, (NetsimAddress){ 0, 0 }), 0);
        uint16_t port = netsim_sock_local(s).port;
        assert_in_range(port, 5000, 5099);
        assert_false(seen[port - 5000]);
        seen[port - 5000] = true;
        if (i < 40) n_odd += port & 1;
    }
    assert_in_range(n_odd, 8, 32); /* unlike TCP, no parity */
    NetsimSocket *s = udp(w.pa, 0, 0);
    assert_int_equal(netsim_bind(s, (NetsimAddress){ 0, 0 }), -EADDRINUSE);
    assert_int_equal(send_to(s, 1, B), -EAGAIN); /* inet_autobind() */
}

/* ---- which socket ---- */

static void the_most_exact_socket_gets_the_datagram(void **state)
{
    (void) state;
    NetsimSocket *any = udp(w.pb, 0, 0), *bound = udp(w.pb, 0, 0), *connected = udp(w.pb, 0, 0);
    NetsimSocket *list[] = { any, bound, connected };
    for (unsigned i = 0; i < 3; i++) netsim_setsockopt(list[i], "reuseaddr", 1);
    assert_int_equal(netsim_bind(any, (NetsimAddress){ 0, PORT }), 0);
    assert_int_equal(netsim_bind(bound, (NetsimAddress){ B, PORT }), 0);
    assert_int_equal(netsim_bind(connected, (NetsimAddress){ B, PORT }), 0);
    assert_int_equal(netsim_connect(connected, (NetsimAddress){ A, 7777 }), 0);
    NetsimSocket *s = udp(w.pa, 0, 7777), *t = udp(w.pa, 0, 7778);
    for (unsigned left = 3; left; left--) {
        send_to(s, 10, B);
        send_to(t, 20, B);
        light_run(w.sim, NETSIM_TIME_MAX);
        if (left == 3) assert_int_equal(netsim_recv(connected, NULL, 100, 0), 10);
        else assert_int_equal(netsim_recv(left == 2 ? bound : any, NULL, 100, 0), 10);
        assert_int_equal(netsim_recv(left >= 2 ? bound : any, NULL, 100, 0), 20);
        for (unsigned i = 0; i < left; i++) assert_int_equal(count(list[i]), 0);
        netsim_close(list[left - 1]);
    }
}

static void a_reuseport_group_shares_the_flows(void **state)
{
    (void) state;
    NetsimSocket *r[4];
    for (unsigned i = 0; i < 4; i++) {
        r[i] = udp(w.pb, 0, 0);
        netsim_setsockopt(r[i], "reuseport", 1);
        assert_int_equal(netsim_bind(r[i], (NetsimAddress){ 0, PORT }), 0);
    }
    for (unsigned i = 0; i < 400; i++) {
        NetsimSocket *s = udp(w.pa, 0, 0);
        send_to(s, 1, B);
        send_to(s, 1, B); /* a flow stays with its socket */
        light_run(w.sim, NETSIM_TIME_MAX);
        netsim_close(s);
    }
    unsigned sum = 0;
    for (unsigned i = 0; i < 4; i++) {
        unsigned n = count(r[i]);
        assert_int_equal(n % 2, 0);
        assert_in_range(n, 120, 280);
        sum += n;
    }
    assert_int_equal(sum, 800);
}

static void a_broadcast_reaches_every_socket_and_needs_permission(void **state)
{
    (void) state;
    NetsimSocket *r1 = udp(w.pb, 0, 0), *r2 = udp(w.pb, 0, 0), *s = udp(w.pa, 0, 0);
    netsim_setsockopt(r1, "reuseaddr", 1);
    netsim_setsockopt(r2, "reuseaddr", 1);
    netsim_bind(r1, (NetsimAddress){ 0, PORT });
    netsim_bind(r2, (NetsimAddress){ 0, PORT });
    assert_int_equal(send_to(s, 5, IP4(10, 0, 0, 255)), -EACCES);
    netsim_setsockopt(s, "broadcast", 1);
    assert_int_equal(send_to(s, 5, IP4(10, 0, 0, 255)), 5);
    light_run(w.sim, NETSIM_TIME_MAX);
    assert_int_equal(count(r1), 1);
    assert_int_equal(count(r2), 1);
    assert_int_equal(net_count(w.b, SNMP_IPEXT_INBCASTPKTS), 1);
    assert_int_equal(net_count(w.a, SNMP_IPEXT_OUTBCASTPKTS), 1);
}

static void sockets_by_the_thousand_are_found(void **state)
{
    (void) state;
    enum { N = 3000 };
    static NetsimSocket *s[N];
    for (unsigned i = 0; i < N; i++) s[i] = udp(w.pb, 0, (uint16_t) (1000 + i));
    NetsimSocket *c = udp(w.pa, 0, 0);
    send_to(c, 1, B); /* ARP first: its queue would not hold so many */
    light_run(w.sim, NETSIM_TIME_MAX);
    for (unsigned i = 0; i < N; i += 7) netsim_close(s[i]);
    for (unsigned i = 0; i < N; i++) netsim_sendto(c, NULL, i % 1400, 0, (NetsimAddress){ B, (uint16_t) (1000 + i) });
    light_run(w.sim, NETSIM_TIME_MAX);
    for (unsigned i = 0; i < N; i++)
        if (i % 7) assert_int_equal(netsim_recv(s[i], NULL, 65536, 0), i % 1400);
    assert_int_equal(net_count(w.b, SNMP_UDP_NOPORTS), (N + 6) / 7 + 1);
}

/* ---- calls ---- */

static void errors_are_those_of_the_system_calls(void **state)
{
    (void) state;
    NetsimSocket *s = udp(w.pa, 0, 0);
    assert_int_equal(netsim_send(s, NULL, 1, 0), -EDESTADDRREQ);
    assert_int_equal(netsim_sendto(s, NULL, 1, 0, (NetsimAddress){ B, 0 }), -EINVAL);
    assert_int_equal(send_to(s, 65508, B), -EMSGSIZE);
    assert_int_equal(send_to(s, 65536, B), -EMSGSIZE);
    assert_int_equal(send_to(s, 1, IP4(99, 0, 0, 1)), -ENETUNREACH);
    assert_int_equal(net_count(w.a, SNMP_IP_OUTNOROUTES), 1);
    assert_int_equal(netsim_connect(s, (NetsimAddress){ IP4(99, 0, 0, 1), 1 }), -ENETUNREACH);
    assert_int_equal(netsim_recv(s, NULL, 1, 0), -EAGAIN);
    assert_int_equal(netsim_shutdown(s, NETSIM_SHUT_RD), -ENOTCONN);
    assert_int_equal(netsim_recv(s, NULL, 1, 0), 0); /* shut down all the same */
    assert_int_equal(netsim_connect(s, (NetsimAddress){ B, PORT }), 0);
    assert_int_equal(netsim_sock_local(s).addr, A);
    assert_int_equal(netsim_sock_peer(s).addr, B);
    assert_int_equal(netsim_sock_peer(s).port, PORT);
    assert_int_equal(netsim_shutdown(s, NETSIM_SHUT_WR), 0);
    assert_int_equal(netsim_send(s, NULL, 1, 0), -EPIPE);
    assert_int_equal(netsim_poll(s) & (NETSIM_POLLHUP | NETSIM_POLLRDHUP), NETSIM_POLLHUP | NETSIM_POLLRDHUP);
}

static void a_datagram_is_peeked_at_cut_and_measured(void **state)
{
    (void) state;
    NetsimSocket *s = udp(w.pa, 0, 0), *r = udp(w.pb, 0, PORT);
    char buffer[16] = "";
    netsim_sendto(s, "hello, world", 12, 0, (NetsimAddress){ B, PORT });
    netsim_sendto(s, NULL, 0, 0, (NetsimAddress){ B, PORT });
    netsim_sendto(s, NULL, 3, 0, (NetsimAddress){ B, PORT });
    light_run(w.sim, NETSIM_TIME_MAX);
    assert_int_equal(netsim_sock_inq(r), 12);
    assert_int_equal(netsim_recv(r, buffer, 5, NETSIM_MSG_PEEK), 5);
    assert_memory_equal(buffer, "hello", 5);
    assert_int_equal(net_count(w.b, SNMP_UDP_INDATAGRAMS), 0);
    assert_int_equal(netsim_recv(r, buffer, 5, NETSIM_MSG_PEEK | NETSIM_MSG_TRUNC), 12);
    assert_int_equal(netsim_recv(r, buffer, 5, 0), 5); /* the rest is gone */
    assert_true(netsim_recv_had_content(r));
    assert_int_equal(netsim_poll(r) & NETSIM_POLLIN, NETSIM_POLLIN);
    assert_int_equal(netsim_recv(r, buffer, 16, 0), 0); /* an empty datagram */
    memset(buffer, 'x', sizeof buffer);
    assert_int_equal(netsim_recv(r, buffer, 16, 0), 3);
    assert_memory_equal(buffer, "\0\0\0x", 4);
    assert_false(netsim_recv_had_content(r));
    assert_int_equal(netsim_recv(r, buffer, 16, 0), -EAGAIN);
}

static void a_wrong_checksum_is_found_by_the_reader(void **state)
{
    (void) state;
    NetsimSim *sim = netsim_sim_new(NULL);
    struct net *a = light_host(sim, "a", NULL), *b = light_host(sim, "b", NULL);
    NetsimLinkConfig c = { .corrupt = 1, .corrupt_payload = true };
    struct netdev *a0 = light_nic(a, "eth0", A, 24), *b0 = light_nic(b, "eth0", B, 24);
    netsim_device_set_raw_ip(a0, true);
    netsim_device_set_raw_ip(b0, true);
    netsim_link_new(a0, b0, &c, NULL, NULL);
    NetsimSocket *s = udp(light_process(a), 0, 0), *r = udp(light_process(b), 0, PORT);
    send_to(s, 10, B);
    send_to(s, 10, B);
    light_run(sim, NETSIM_TIME_MAX);
    assert_int_equal(net_count(b, SNMP_UDP_CSUMERRORS), 0);
    assert_int_equal(netsim_recv(r, NULL, 10, 0), -EAGAIN);
    assert_int_equal(net_count(b, SNMP_UDP_CSUMERRORS), 2);
    assert_int_equal(net_count(b, SNMP_UDP_INERRORS), 2);
    assert_int_equal(light_drops(b, DROP_UDP_CSUM), 2);
    netsim_close(r);
    send_to(s, 10, B); /* no socket, no ICMP either */
    light_run(sim, NETSIM_TIME_MAX);
    assert_int_equal(net_count(b, SNMP_UDP_CSUMERRORS), 3);
    assert_int_equal(net_count(b, SNMP_UDP_NOPORTS), 0);
    netsim_sim_free(sim);
}

static void close_purges_what_nobody_read(void **state)
{
    (void) state;
    NetsimSocket *s = udp(w.pa, 0, 0), *r = udp(w.pb, 0, PORT);
    netsim_sendto(s, "abc", 3, 0, (NetsimAddress){ B, PORT });
    netsim_sendto(s, "abc", 3, 0, (NetsimAddress){ B, PORT });
    light_run(w.sim, NETSIM_TIME_MAX);
    netsim_close(r);
    assert_int_equal(light_drops(w.b, DROP_QUEUE_PURGE), 2);
}

static void only_datagrams_that_fit_may_not_be_fragmented(void **state)
{
    (void) state;
    NetsimSocket *s = udp(w.pa, 0, 0);
    struct udp_sock *us = udp_sk(s);
    assert_int_equal(us->pmtudisc, IP_PMTUDISC_WANT);
    netsim_setsockopt(s, "mtu_discover", IP_PMTUDISC_DO);
    assert_int_equal(send_to(s, 1473, B), -EMSGSIZE);
    assert_int_equal(send_to(s, 1472, B), 1472);
    assert_int_equal(netsim_setsockopt(s, "mtu_discover", 9), -EINVAL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(as_many_datagrams_fit_as_were_measured),
        TEST(a_probe_sees_who_was_refused),
        TEST(older_kernels_let_one_more_in),
        TEST(an_empty_queue_takes_a_datagram_of_any_size),
        TEST(memory_comes_back_in_quarters_while_the_reader_is_behind),
        TEST(a_slow_reader_gets_what_was_recorded),
        TEST(a_port_is_taken_once_unless_both_share),
        TEST(a_port_is_drawn_from_the_range_until_none_is_left),
        TEST(the_most_exact_socket_gets_the_datagram),
        TEST(a_reuseport_group_shares_the_flows),
        TEST(a_broadcast_reaches_every_socket_and_needs_permission),
        TEST(sockets_by_the_thousand_are_found),
        TEST(errors_are_those_of_the_system_calls),
        TEST(a_datagram_is_peeked_at_cut_and_measured),
        TEST(a_wrong_checksum_is_found_by_the_reader),
        TEST(close_purges_what_nobody_read),
        TEST(only_datagrams_that_fit_may_not_be_fragmented),
    };
    return cmocka_run_group_tests_name("models/udp/udp", tests, NULL, NULL);
}
