/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/light.h"

#include "models/ip/fib.h"
#include <netsim/app.h>
#include <netsim/net.h>
#include <netsim/packet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* Two hosts on an Ethernet; a tap on the first one's device notes ARP. */
static struct world {
    NetsimSim *sim;
    struct net *a, *b;
    struct netdev *a0, *b0;
    NetsimProcess *pa, *pb;
    GString *arp;    /* "request 10.0.0.2 broadcast at MS" ... */
    GArray *times;   /* of requests sent by a */
} w;

static void note_arp(NetsimDevice *dev, bool sent, netsim_time when, const void *bytes, size_t length, const char *comment, void *data)
{
    (void) dev, (void) comment, (void) data;
    const uint8_t *b = bytes;
    if (length < 42 || b[12] != 8 || b[13] != 6) return;
    bool is_request = b[21] == 1;
    g_string_append_printf(w.arp, "%s%s%s ", sent ? ">" : "<", is_request ? "request" : "reply", b[0] & 1 ? "*" : "");
    if (sent && is_request) g_array_append_val(w.times, when);
}

static int setup(void **state)
{
    (void) state;
    w.sim = netsim_sim_new(NULL);
    w.a = light_host(w.sim, "a", NULL);
    w.b = light_host(w.sim, "b", NULL);
    w.a0 = light_nic(w.a, "eth0", IP4(10, 0, 0, 1), 24);
    w.b0 = light_nic(w.b, "eth0", IP4(10, 0, 0, 2), 24);
    light_link(w.a0, w.b0);
    w.pa = light_process(w.a);
    w.pb = light_process(w.b);
    w.arp = g_string_new(NULL);
    w.times = g_array_new(FALSE, FALSE, sizeof(netsim_time));
    netsim_device_tap(w.a0, note_arp, NULL);
    light_run(w.sim, 0);
    return 0;
}

static int teardown(void **state)
{
    (void) state;
    netsim_sim_free(w.sim);
    g_string_free(w.arp, TRUE);
    g_array_free(w.times, TRUE);
    return 0;
}

static NetsimSocket *udp(NetsimProcess *p, uint16_t port)
{
    NetsimSocket *s = netsim_socket(p, NETSIM_SOCK_DGRAM);
    if (port) assert_int_equal(netsim_bind(s, (NetsimAddress){ 0, port }), 0);
    return s;
}

static void send_to(NetsimSocket *s, uint32_t addr)
{
    assert_int_equal(netsim_sendto(s, NULL, 100, 0, (NetsimAddress){ addr, 9 }), 100);
}

static uint8_t state_of(struct net *net, struct netdev *dev, uint32_t addr)
{
    return neigh_lookup(net, dev, addr)->nud_state;
}

/* The clock moves on even if nothing happens. */
static void nothing(NetsimSim *sim, NetsimEvent event, void *data)
{
    (void) sim, (void) event, (void) data;
}

static void let_pass(netsim_time until)
{
    NetsimEvent e = netsim_event_new(w.sim, nothing, NULL);
    netsim_event_at(w.sim, e, until);
    light_run(w.sim, until);
    netsim_event_free(w.sim, e);
}

static void the_first_packet_asks_and_waits_for_the_answer(void **state)
{
    (void) state;
    NetsimSocket *s = udp(w.pa, 0), *r = udp(w.pb, 9);
    send_to(s, IP4(10, 0, 0, 2));
    send_to(s, IP4(10, 0, 0, 2));
    light_run(w.sim, NETSIM_TIME_MAX);
    assert_string_equal(w.arp->str, ">request* <reply ");
    assert_int_equal(netsim_recv(r, NULL, 1000, 0), 100);
    assert_int_equal(netsim_recv(r, NULL, 1000, 0), 100);
    assert_int_equal(netsim_recv(r, NULL, 1000, 0), -EAGAIN);
    assert_int_equal(state_of(w.a, w.a0, IP4(10, 0, 0, 2)), NUD_REACHABLE);
    assert_int_equal(state_of(w.b, w.b0, IP4(10, 0, 0, 1)), NUD_STALE); /* learned from the request */
    assert_int_equal(netsim_sim_now(w.sim), 3 * NETSIM_US);              /* and nothing in the background keeps the run alive */
}

static void a_host_that_does_not_answer_is_asked_three_times_and_given_up(void **state)
{
    (void) state;
    NetsimSocket *s = udp(w.pa, 0);
    assert_int_equal(netsim_connect(s, (NetsimAddress){ IP4(10, 0, 0, 7), 9 }), 0);
    assert_int_equal(netsim_send(s, NULL, 100, 0), 100);
    light_run(w.sim, NETSIM_TIME_MAX);
    assert_string_equal(w.arp->str, ">request* >request* >request* ");
    for (unsigned i = 1; i < 3; i++) { /* retrans_time 1 s, as the wheel rounds: a granule of 32 ms at most */
        netsim_time gap = g_array_index(w.times, netsim_time, i) - g_array_index(w.times, netsim_time, i - 1);
        assert_in_range(gap, NETSIM_S, NETSIM_S + 36 * NETSIM_MS);
    }
    assert_in_range(netsim_sim_now(w.sim), 3 * NETSIM_S, 3 * NETSIM_S + 108 * NETSIM_MS);
    assert_int_equal(light_drops(w.a, DROP_NEIGH_FAILED), 1);
    assert_int_equal(state_of(w.a, w.a0, IP4(10, 0, 0, 7)), NUD_FAILED);
    /* the host told itself; EHOSTUNREACH is no fatal error for UDP */
    assert_int_equal(net_count(w.a, SNMP_ICMPMSG_INTYPE3), 1);
    assert_int_equal(netsim_sock_error(s), 0);
    assert_int_equal(netsim_setsockopt(s, "recverr", 1), 0);
    assert_int_equal(netsim_send(s, NULL, 100, 0), 100);
    light_run(w.sim, NETSIM_TIME_MAX);
    assert_int_equal(netsim_sock_error(s), EHOSTUNREACH);
}

static void the_queue_of_an_unresolved_neighbour_drops_the_oldest(void **state)
{
    (void) state;
    NetsimSocket *s = udp(w.pa, 0);
    for (unsigned i = 0; i < 400; i++) assert_int_equal(netsim_sendto(s, NULL, 1400, 0, (NetsimAddress){ IP4(10, 0, 0, 7), 9 }), 1400);
    uint64_t held = 400 - light_drops(w.a, DROP_NEIGH_QUEUEFULL);
    assert_int_equal(held, 212992 / (1428 + 576));
    light_run(w.sim, NETSIM_TIME_MAX);
    assert_int_equal(light_drops(w.a, DROP_NEIGH_FAILED), held);
}

static void rhel6_keeps_three_packets(void **state)
{
    (void) state;
    struct net *old = light_host(w.sim, "old", "rhel6.2");
    struct netdev *o0 = light_nic(old, "eth0", IP4(10, 5, 0, 1), 24);
    light_link(o0, light_nic(w.b, "eth1", IP4(10, 5, 0, 2), 24));
    light_sysctl(old, "net.ipv4.neigh.eth0.unres_qlen", "3");
    NetsimSocket *s = udp(light_process(old), 0);
    for (unsigned i = 0; i < 10; i++) send_to(s, IP4(10, 5, 0, 7));
    assert_int_equal(light_drops(old, DROP_NEIGH_QUEUEFULL), 7);
}

static void an_idle_entry_goes_stale_and_is_confirmed_by_a_unicast_when_used(void **state)
{
    (void) state;
    NetsimSocket *s = udp(w.pa, 0);
    udp(w.pb, 9);
    send_to(s, IP4(10, 0, 0, 2));
    light_run(w.sim, NETSIM_TIME_MAX);
    let_pass(14 * NETSIM_S);
    assert_int_equal(state_of(w.a, w.a0, IP4(10, 0, 0, 2)), NUD_REACHABLE); /* at least half of 30 s */
    let_pass(50 * NETSIM_S);
    assert_int_equal(state_of(w.a, w.a0, IP4(10, 0, 0, 2)), NUD_STALE);
    g_string_truncate(w.arp, 0);
    send_to(s, IP4(10, 0, 0, 2));
    assert_int_equal(state_of(w.a, w.a0, IP4(10, 0, 0, 2)), NUD_DELAY);
    let_pass(54 * NETSIM_S);
    assert_string_equal(w.arp->str, "");
    let_pass(56 * NETSIM_S);
    assert_string_equal(w.arp->str, ">request <reply "); /* delay_first_probe_time 5 s, then to the known address */
    assert_int_equal(state_of(w.a, w.a0, IP4(10, 0, 0, 2)), NUD_REACHABLE);
}

static void a_confirmation_from_above_spares_the_probe(void **state)
{
    (void) state;
    NetsimSocket *s = udp(w.pa, 0);
    udp(w.pb, 9);
    send_to(s, IP4(10, 0, 0, 2));
    let_pass(50 * NETSIM_S);
    g_string_truncate(w.arp, 0);
    send_to(s, IP4(10, 0, 0, 2));
    let_pass(52 * NETSIM_S);
    struct dst dst;
    assert_int_equal(ip_route_connect(w.a, IP4(10, 0, 0, 2), 0, &dst), 0);
    ip_dst_confirm(w.a, &dst);
    let_pass(56 * NETSIM_S);
    assert_string_equal(w.arp->str, "");
    assert_int_equal(dst.neigh->nud_state, NUD_REACHABLE);
}

static void progress_of_tcp_confirms_the_next_hop(void **state)
{
    (void) state;
    struct netdev *a1 = light_nic(w.a, "eth1", IP4(10, 2, 0, 1), 24), *b1 = light_nic(w.b, "eth1", IP4(10, 2, 0, 2), 24);
    NetsimLinkConfig slow = { .rate_bps = 1000000, .delay = 10 * NETSIM_MS, .queue_pkts = 10 };
    assert_non_null(netsim_link_new(a1, b1, &slow, NULL, NULL));
    netsim_device_tap(a1, note_arp, NULL);
    NetsimSinkConfig sink = { .type = NETSIM_SOCK_STREAM, .local = { 0, 80 } };
    NetsimBulkConfig bulk = { .to = { IP4(10, 2, 0, 2), 80 }, .write_size = 1000 };
    netsim_spawn((NetsimHost *) w.b, NULL, &netsim_app_sink, &sink);
    netsim_spawn((NetsimHost *) w.a, NULL, &netsim_app_bulk, &bulk);
    light_run(w.sim, 120 * NETSIM_S);
    assert_int_equal(w.times->len, 1); /* the sender never asks again; the receiver, whom nobody acknowledges, does */
    assert_non_null(strstr(w.arp->str, "<request "));
    assert_int_equal(state_of(w.a, a1, IP4(10, 2, 0, 2)), NUD_REACHABLE);
}

static void arp_ignore_1_answers_only_for_the_devices_own_address(void **state)
{
    (void) state;
    assert_true(ip_addr_add(w.b->devices, IP4(10, 0, 0, 99), 32, NULL)); /* on lo */
    NetsimSocket *s = udp(w.pa, 0);
    send_to(s, IP4(10, 0, 0, 99));
    light_run(w.sim, NETSIM_TIME_MAX);
    assert_string_equal(w.arp->str, ">request* <reply ");
    assert_int_equal(ip_neigh_del(w.a0, IP4(10, 0, 0, 99)), 0);
    assert_int_equal(ip_neigh_del(w.a0, IP4(10, 0, 0, 99)), -ENOENT);
    light_sysctl(w.b, "net.ipv4.conf.all.arp_ignore", "1");
    g_string_truncate(w.arp, 0);
    send_to(s, IP4(10, 0, 0, 99));
    light_run(w.sim, NETSIM_TIME_MAX);
    assert_string_equal(w.arp->str, ">request* >request* >request* ");
}

static void a_permanent_entry_asks_nobody(void **state)
{
    (void) state;
    NetsimSocket *r = udp(w.pb, 9);
    assert_int_equal(ip_neigh_set(w.a0, IP4(10, 0, 0, 2), w.b0->mac, NUD_PERMANENT, NEIGH_ADD), 0);
    send_to(udp(w.pa, 0), IP4(10, 0, 0, 2));
    light_run(w.sim, NETSIM_TIME_MAX);
    assert_string_equal(w.arp->str, "");
    assert_int_equal(netsim_recv(r, NULL, 1000, 0), 100);
}

static void a_raw_ip_device_needs_no_addresses(void **state)
{
    (void) state;
    struct netdev *a1 = light_nic(w.a, "tun0", IP4(10, 1, 0, 1), 24), *b1 = light_nic(w.b, "tun0", IP4(10, 1, 0, 2), 24);
    netsim_device_set_raw_ip(a1, true);
    netsim_device_set_raw_ip(b1, true);
    light_link(a1, b1);
    NetsimSocket *r = udp(w.pb, 9);
    send_to(udp(w.pa, 0), IP4(10, 1, 0, 2));
    light_run(w.sim, NETSIM_TIME_MAX);
    assert_int_equal(netsim_recv(r, NULL, 1000, 0), 100);
    NetsimDeviceStats stats;
    netsim_device_stats(a1, &stats);
    assert_int_equal(stats.tx_packets, 1);
    assert_int_equal(stats.rx_packets, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(the_first_packet_asks_and_waits_for_the_answer),
        TEST(a_host_that_does_not_answer_is_asked_three_times_and_given_up),
        TEST(the_queue_of_an_unresolved_neighbour_drops_the_oldest),
        TEST(rhel6_keeps_three_packets),
        TEST(an_idle_entry_goes_stale_and_is_confirmed_by_a_unicast_when_used),
        TEST(a_confirmation_from_above_spares_the_probe),
        TEST(progress_of_tcp_confirms_the_next_hop),
        TEST(arp_ignore_1_answers_only_for_the_devices_own_address),
        TEST(a_permanent_entry_asks_nobody),
        TEST(a_raw_ip_device_needs_no_addresses),
    };
    return cmocka_run_group_tests_name("models/ip/neigh", tests, NULL, NULL);
}
