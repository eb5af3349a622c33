/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Input, forwarding and ICMP: a router between two hosts. */
#include "tests/support/light.h"

#include "models/ip/fib.h"
#include <netsim/packet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct world {
    NetsimSim *sim;
    struct net *a, *r, *b;
    struct netdev *r0, *r1;
    NetsimProcess *pa, *pb;
    NetsimSocket *s; /* on a, connected to b */
} w;

enum { PORT = 9 };

static void default_route(struct net *net, uint32_t via)
{
    struct route r = { .via = via };
    assert_true(ip_route_add(net, &r, false, NULL));
}

static int setup(void **state)
{
    (void) state;
    w.sim = netsim_sim_new(NULL);
    w.a = light_host(w.sim, "a", NULL);
    w.r = light_host(w.sim, "r", NULL);
    w.b = light_host(w.sim, "b", NULL);
    w.r0 = light_nic(w.r, "eth0", IP4(10, 0, 1, 254), 24);
    w.r1 = light_nic(w.r, "eth1", IP4(10, 0, 2, 254), 24);
    light_link(light_nic(w.a, "eth0", IP4(10, 0, 1, 1), 24), w.r0);
    light_link(light_nic(w.b, "eth0", IP4(10, 0, 2, 1), 24), w.r1);
    default_route(w.a, IP4(10, 0, 1, 254));
    default_route(w.b, IP4(10, 0, 2, 254));
    light_sysctl(w.r, "net.ipv4.ip_forward", "1");
    w.pa = light_process(w.a);
    w.pb = light_process(w.b);
    w.s = netsim_socket(w.pa, NETSIM_SOCK_DGRAM);
    assert_int_equal(netsim_connect(w.s, (NetsimAddress){ IP4(10, 0, 2, 1), PORT }), 0);
    light_run(w.sim, 0);
    return 0;
}

static int teardown(void **state)
{
    (void) state;
    netsim_sim_free(w.sim);
    return 0;
}

static NetsimSocket *listener(void)
{
    NetsimSocket *s = netsim_socket(w.pb, NETSIM_SOCK_DGRAM);
    assert_int_equal(netsim_bind(s, (NetsimAddress){ 0, PORT }), 0);
    return s;
}

static void a_datagram_crosses_a_router_and_is_counted_on_its_way(void **state)
{
    (void) state;
    NetsimSocket *l = listener();
    assert_int_equal(netsim_send(w.s, "hello", 5, 0), 5);
    light_run(w.sim, NETSIM_TIME_MAX);
    char text[8] = "";
    NetsimAddress from;
    assert_int_equal(netsim_recvfrom(l, text, sizeof text, 0, &from), 5);
    assert_string_equal(text, "hello");
    assert_true(netsim_recv_had_content(l));
    assert_int_equal(from.addr, IP4(10, 0, 1, 1));
    assert_int_equal(net_count(w.a, SNMP_IP_OUTREQUESTS), 1);
    assert_int_equal(net_count(w.a, SNMP_IPEXT_OUTOCTETS), 33);
    assert_int_equal(net_count(w.r, SNMP_IP_INRECEIVES), 1);
    assert_int_equal(net_count(w.r, SNMP_IP_FORWDATAGRAMS), 1);
    assert_int_equal(net_count(w.r, SNMP_IP_OUTTRANSMITS), 1);
    assert_int_equal(net_count(w.r, SNMP_IP_OUTREQUESTS), 0);
    assert_int_equal(net_count(w.r, SNMP_IP_INDELIVERS), 0);
    assert_int_equal(net_count(w.b, SNMP_IP_INDELIVERS), 1);
    assert_int_equal(net_count(w.b, SNMP_IPEXT_INNOECTPKTS), 1);
    assert_int_equal(net_count(w.b, SNMP_UDP_INDATAGRAMS), 1);
}

static void a_host_that_does_not_forward_counts_an_address_error(void **state)
{
    (void) state;
    light_sysctl(w.r, "net.ipv4.ip_forward", "0");
    netsim_send(w.s, NULL, 5, 0);
    light_run(w.sim, NETSIM_TIME_MAX);
    assert_int_equal(net_count(w.r, SNMP_IP_INADDRERRORS), 1);
    assert_int_equal(light_drops(w.r, DROP_IP_INADDRERRORS), 1);
    assert_int_equal(net_count(w.r, SNMP_ICMP_OUTMSGS), 0);
}

static void the_last_hop_of_a_ttl_is_answered_with_time_exceeded(void **state)
{
    (void) state;
    netsim_setsockopt(w.s, "ttl", 1);
    netsim_setsockopt(w.s, "recverr", 1);
    netsim_send(w.s, NULL, 5, 0);
    light_run(w.sim, NETSIM_TIME_MAX);
    assert_int_equal(light_drops(w.r, DROP_IP_TTL), 1);
    assert_int_equal(net_count(w.r, SNMP_IP_INHDRERRORS), 1);
    assert_int_equal(net_count(w.r, SNMP_ICMPMSG_OUTTYPE11), 1);
    assert_int_equal(net_count(w.a, SNMP_ICMPMSG_INTYPE11), 1);
    assert_int_equal(netsim_sock_error(w.s), EHOSTUNREACH);
    netsim_setsockopt(w.s, "ttl", 2); /* just enough */
    NetsimSocket *l = listener();
    netsim_send(w.s, NULL, 5, 0);
    light_run(w.sim, NETSIM_TIME_MAX);
    assert_int_equal(netsim_recv(l, NULL, 100, 0), 5);
}

static void a_narrow_link_tells_the_sender_its_mtu(void **state)
{
    (void) state;
    NetsimSocket *l = listener();
    assert_int_equal(netdev_set_mtu(w.r1, 1000), 0);
    assert_int_equal(netsim_send(w.s, NULL, 1400, 0), 1400);
    light_run(w.sim, NETSIM_TIME_MAX);
    assert_int_equal(light_drops(w.r, DROP_PKT_TOO_BIG), 1);
    assert_int_equal(net_count(w.r, SNMP_ICMPMSG_OUTTYPE3), 1);
    assert_int_equal(netsim_send(w.s, NULL, 1400, 0), -EMSGSIZE); /* the error that waits */
    struct dst dst;
    assert_int_equal(ip_route_connect(w.a, IP4(10, 0, 2, 1), 0, &dst), 0);
    assert_int_equal(dst.mtu, 1000);
    assert_int_equal(netsim_setsockopt(w.s, "mtu_discover", 2), 0);
    assert_int_equal(netsim_send(w.s, NULL, 973, 0), -EMSGSIZE);
    assert_int_equal(netsim_send(w.s, NULL, 972, 0), 972);
    light_run(w.sim, NETSIM_TIME_MAX);
    assert_int_equal(netsim_recv(l, NULL, 2000, 0), 972);
}

static void a_routes_mtu_holds_for_forwarded_packets_too(void **state)
{
    (void) state;
    NetsimSocket *l = listener();
    struct route narrow = { .dst = IP4(10, 0, 2, 1), .plen = 32, .dev = w.r1, .metrics = { .mtu = 900 } };
    assert_true(ip_route_add(w.r, &narrow, false, NULL));
    netsim_send(w.s, NULL, 872, 0);
    netsim_send(w.s, NULL, 873, 0);
    light_run(w.sim, NETSIM_TIME_MAX);
    assert_int_equal(netsim_recv(w.s, NULL, 2000, 0), -EMSGSIZE);
    assert_int_equal(netsim_recv(l, NULL, 2000, 0), 872);
    assert_int_equal(net_count(w.r, SNMP_IP_FRAGFAILS), 1);
    narrow.metrics.mtu = 0;
    assert_true(ip_route_add(w.r, &narrow, true, NULL));
    ip_update_pmtu(w.r, IP4(10, 0, 2, 1), 800); /* what it learned concerns what it sends itself */
    assert_int_equal(ip_input_route(w.r, IP4(10, 0, 2, 1))->mtu, 1500);
    w.r->ip->knobs.ip_forward_use_pmtu = 1;
    ip_update_pmtu(w.r, IP4(10, 0, 2, 1), 799);
    assert_int_equal(ip_input_route(w.r, IP4(10, 0, 2, 1))->mtu, 799);
}

static void a_closed_port_refuses_connected_sockets(void **state)
{
    (void) state;
    assert_int_equal(netsim_send(w.s, NULL, 5, 0), 5);
    light_run(w.sim, NETSIM_TIME_MAX);
    assert_int_equal(net_count(w.b, SNMP_UDP_NOPORTS), 1);
    assert_int_equal(light_drops(w.b, DROP_NO_SOCKET), 1);
    assert_int_equal(netsim_poll(w.s) & NETSIM_POLLERR, NETSIM_POLLERR);
    assert_int_equal(netsim_recv(w.s, NULL, 10, 0), -ECONNREFUSED);
    assert_int_equal(netsim_recv(w.s, NULL, 10, 0), -EAGAIN);

    for (unsigned i = 0; i < 8; i++) { /* trace udp/closed-port: every other send is told of the one before */
        assert_int_equal(netsim_send(w.s, NULL, 64, 0), i & 1 ? -ECONNREFUSED : 64);
        light_run(w.sim, NETSIM_TIME_MAX);
    }
    assert_int_equal(net_count(w.a, SNMP_IP_OUTDISCARDS), 4);
    assert_int_equal(net_count(w.a, SNMP_UDP_OUTDATAGRAMS), 5);

    NetsimSocket *u = netsim_socket(w.pa, NETSIM_SOCK_DGRAM); /* not connected: nobody is told */
    assert_int_equal(netsim_sendto(u, NULL, 5, 0, (NetsimAddress){ IP4(10, 0, 2, 1), PORT }), 5);
    light_run(w.sim, NETSIM_TIME_MAX);
    assert_int_equal(netsim_sock_error(u), 0);
}

/* inet_peer_xrlim_allow(): six at once, then one a second. */
static void errors_to_one_peer_are_limited(void **state)
{
    (void) state;
    for (unsigned i = 0; i < 20; i++) {
        netsim_send(w.s, NULL, 5, 0);
        netsim_sock_error(w.s);
    }
    light_run(w.sim, NETSIM_TIME_MAX);
    assert_int_equal(net_count(w.b, SNMP_UDP_NOPORTS), 20);
    assert_int_equal(net_count(w.b, SNMP_ICMPMSG_OUTTYPE3), 6);
    w.b->ip->knobs.icmp_ratemask = 0;
    netsim_sock_error(w.s);
    netsim_send(w.s, NULL, 5, 0);
    light_run(w.sim, NETSIM_TIME_MAX);
    assert_int_equal(net_count(w.b, SNMP_ICMPMSG_OUTTYPE3), 7);
}

static void a_router_without_a_route_says_so(void **state)
{
    (void) state;
    NetsimSocket *u = netsim_socket(w.pa, NETSIM_SOCK_DGRAM);
    netsim_setsockopt(u, "recverr", 1);
    netsim_sendto(u, NULL, 5, 0, (NetsimAddress){ IP4(99, 0, 0, 1), PORT });
    light_run(w.sim, NETSIM_TIME_MAX);
    assert_int_equal(net_count(w.r, SNMP_IPEXT_INNOROUTES), 1);
    assert_int_equal(netsim_sock_error(u), ENETUNREACH);
}

static void rp_filter_drops_what_came_the_wrong_way(void **state)
{
    (void) state;
    NetsimSocket *l = listener();
    light_sysctl(w.r, "net.ipv4.conf.all.rp_filter", "1");
    netsim_send(w.s, NULL, 5, 0);
    light_run(w.sim, NETSIM_TIME_MAX);
    assert_int_equal(netsim_recv(l, NULL, 10, 0), 5);
    struct route back = { .dst = IP4(10, 0, 1, 1), .plen = 32, .dev = w.r1 };
    assert_true(ip_route_add(w.r, &back, false, NULL));
    netsim_send(w.s, NULL, 5, 0);
    light_run(w.sim, NETSIM_TIME_MAX);
    assert_int_equal(light_drops(w.r, DROP_IP_RPFILTER), 1);
    light_sysctl(w.r, "net.ipv4.conf.all.rp_filter", "2"); /* loose: any way back will do */
    netsim_send(w.s, NULL, 5, 0);
    light_run(w.sim, NETSIM_TIME_MAX);
    assert_int_equal(netsim_recv(l, NULL, 10, 0), 5);
}

static struct pkt *echo_request(uint32_t from, uint32_t to)
{
    struct pkt *p = pkt_new(w.sim);
    p->kind = PKT_IP4;
    p->proto = PROTO_ICMP;
    p->ttl = 64;
    p->hdr_len = 28;
    p->len = 84;
    p->saddr = from;
    p->daddr = to;
    p->icmp_type = ICMP_ECHO;
    return p;
}

static void an_echo_is_answered_unless_told_otherwise(void **state)
{
    (void) state;
    struct dst dst;
    assert_int_equal(ip_route_connect(w.a, IP4(10, 0, 2, 1), 0, &dst), 0);
    ip_queue_xmit(w.a, &dst, echo_request(IP4(10, 0, 1, 1), IP4(10, 0, 2, 1)));
    light_run(w.sim, NETSIM_TIME_MAX);
    assert_int_equal(net_count(w.b, SNMP_ICMPMSG_INTYPE8), 1);
    assert_int_equal(net_count(w.b, SNMP_ICMPMSG_OUTTYPE0), 1);
    assert_int_equal(net_count(w.a, SNMP_ICMPMSG_INTYPE0), 1);
    w.b->ip->knobs.icmp_echo_ignore_all = 1;
    ip_queue_xmit(w.a, &dst, echo_request(IP4(10, 0, 1, 1), IP4(10, 0, 2, 1)));
    light_run(w.sim, NETSIM_TIME_MAX);
    assert_int_equal(net_count(w.b, SNMP_ICMPMSG_OUTTYPE0), 1);
}

/* RFC 1122 s3.2.2 */
static void no_error_is_sent_about_an_error_or_a_broadcast(void **state)
{
    (void) state;
    struct pkt *p = echo_request(IP4(10, 0, 1, 1), IP4(10, 0, 1, 254));
    p->icmp_type = ICMP_DEST_UNREACH;
    icmp_send(w.r, p, ICMP_TIME_EXCEEDED, 0, 0);
    p->icmp_type = ICMP_ECHO;
    p->daddr = IP4(10, 0, 1, 255);
    icmp_send(w.r, p, ICMP_TIME_EXCEEDED, 0, 0);
    p->daddr = IP4(10, 0, 1, 254);
    p->flags = PKT_BROADCAST;
    icmp_send(w.r, p, ICMP_TIME_EXCEEDED, 0, 0);
    assert_int_equal(net_count(w.r, SNMP_ICMP_OUTMSGS), 0);
    p->flags = 0;
    icmp_send(w.r, p, ICMP_TIME_EXCEEDED, 0, 0);
    assert_int_equal(net_count(w.r, SNMP_ICMP_OUTMSGS), 1);
    pkt_consume(w.sim, p);
    light_run(w.sim, NETSIM_TIME_MAX);
}

static void wrong_checksums_die_where_the_kernel_looks_at_them(void **state)
{
    (void) state;
    struct pkt *p = echo_request(IP4(10, 0, 1, 1), IP4(10, 0, 1, 254));
    p->flags = PKT_BAD_IPCSUM;
    ip4_rcv(w.r0, p);
    assert_int_equal(light_drops(w.r, DROP_IP_CSUM), 1);
    assert_int_equal(net_count(w.r, SNMP_IP_INHDRERRORS), 1);
    p = echo_request(IP4(10, 0, 1, 1), IP4(10, 0, 1, 254));
    p->flags = PKT_BAD_CSUM;
    ip4_rcv(w.r0, p);
    assert_int_equal(light_drops(w.r, DROP_ICMP_CSUM), 1);
    assert_int_equal(net_count(w.r, SNMP_ICMP_INERRORS), 1);
    p = echo_request(IP4(10, 0, 1, 1), IP4(10, 0, 1, 254));
    p->proto = 77;
    ip4_rcv(w.r0, p);
    assert_int_equal(net_count(w.r, SNMP_IP_INUNKNOWNPROTOS), 1);
    light_run(w.sim, NETSIM_TIME_MAX);
}

static void count_frame(NetsimDevice *device, bool sent, netsim_time when, const void *bytes, size_t length, const char *comment,
                        void *data)
{
    (void) device, (void) when, (void) bytes, (void) length, (void) comment;
    if (sent) ++*(unsigned *) data;
}

static void say(unsigned n)
{
    for (unsigned i = 0; i < n; i++) assert_int_equal(netsim_send(w.s, NULL, 5, 0), 5);
    light_run(w.sim, NETSIM_TIME_MAX);
}

/* After the first packets a router knows the way by heart; whatever changes it has to be noticed at once. */
static void what_changes_on_the_way_is_noticed_by_the_next_packet(void **state)
{
    (void) state;
    listener();
    say(3);
    assert_int_equal(net_count(w.b, SNMP_IP_INDELIVERS), 3);

    unsigned n_frames = 0;
    netsim_device_tap(w.r1, count_frame, &n_frames);
    say(2);
    assert_int_equal(n_frames, 2);
    netsim_device_tap(w.r1, NULL, NULL);
    say(2);
    assert_int_equal(n_frames, 2);
    assert_int_equal(net_count(w.b, SNMP_IP_INDELIVERS), 7);

    const uint8_t nobody[6] = { 2, 0xff, 0, 0, 0, 1 };
    assert_int_equal(ip_neigh_set(w.r1, IP4(10, 0, 2, 1), nobody, NUD_PERMANENT, NEIGH_REPLACE), 0);
    say(1);
    assert_int_equal(light_drops(w.b, DROP_OTHERHOST), 1);
    struct netdev *b0 = w.r1->link->a == w.r1 ? w.r1->link->b : w.r1->link->a;
    netdev_set_mac(b0, nobody); /* now the entry is right: nothing was looked up again, but the wire */
    say(1);
    assert_int_equal(light_drops(w.b, DROP_OTHERHOST), 1);
    netdev_set_mac(b0, (const uint8_t[]){ 2, 0xff, 0, 0, 0, 2 });
    say(1);
    assert_int_equal(light_drops(w.b, DROP_OTHERHOST), 2);

    assert_int_equal(netdev_set_mtu(w.r1, 68), 0);
    assert_int_equal(netsim_send(w.s, NULL, 500, 0), 500);
    light_run(w.sim, NETSIM_TIME_MAX);
    assert_int_equal(net_count(w.r, SNMP_IP_FRAGFAILS), 1);
    assert_int_equal(netsim_sock_error(w.s), EMSGSIZE);

    netdev_set_up(w.r1, false);
    say(1);
    assert_int_equal(net_count(w.r, SNMP_IPEXT_INNOROUTES), 1);
    NetsimDeviceStats stats;
    netsim_device_stats(w.r1, &stats);
    assert_int_equal(stats.tx_packets, stats.rx_packets + 8 + 2); /* ARP asks and is answered */
}

/* The table of TUN's memory, computed by hand: 256 + slab class of (len + 64 + 320), or pages. */
static void truesize_follows_the_slab_classes(void **state)
{
    (void) state;
    static const uint32_t table[][2] = { { 40, 832 }, { 192, 832 }, { 193, 1280 }, { 640, 1280 }, { 641, 2304 }, { 1500, 2304 },
                                         { 1664, 2304 }, { 1665, 4352 }, { 3712, 4352 }, { 4000, 8448 }, { 4032, 832 + 4096 },
                                         { 9000, 832 + 12288 }, { 65535, 832 + 65536 } };
    for (unsigned i = 0; i < G_N_ELEMENTS(table); i++) assert_int_equal(ip_truesize(table[i][0]), table[i][1]);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_datagram_crosses_a_router_and_is_counted_on_its_way),
        TEST(a_host_that_does_not_forward_counts_an_address_error),
        TEST(the_last_hop_of_a_ttl_is_answered_with_time_exceeded),
        TEST(a_narrow_link_tells_the_sender_its_mtu),
        TEST(a_routes_mtu_holds_for_forwarded_packets_too),
        TEST(a_closed_port_refuses_connected_sockets),
        TEST(errors_to_one_peer_are_limited),
        TEST(a_router_without_a_route_says_so),
        TEST(rp_filter_drops_what_came_the_wrong_way),
        TEST(an_echo_is_answered_unless_told_otherwise),
        TEST(no_error_is_sent_about_an_error_or_a_broadcast),
        TEST(wrong_checksums_die_where_the_kernel_looks_at_them),
        TEST(what_changes_on_the_way_is_noticed_by_the_next_packet),
        TEST(truesize_follows_the_slab_classes),
    };
    return cmocka_run_group_tests_name("models/ip/forward", tests, NULL, NULL);
}
