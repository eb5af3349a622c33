/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fragments; the counters are those of recorded kernels where a test says so. */
#include "tests/support/light.h"

#include "models/ip/fib.h"
#include <netsim/net.h>
#include <netsim/packet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* a --1500-- r --mtu-- b, all raw IP */
static struct world {
    NetsimSim *sim;
    struct net *a, *r, *b;
    struct netdev *a0, *r1, *b0;
    NetsimLink *wire; /* a to r */
    NetsimSocket *s, *l;
    GPtrArray *frames; /* GBytes that a sent */
} w;

enum { PORT = 9 };

static struct netdev *tun(struct net *net, const char *name, uint32_t addr)
{
    struct netdev *dev = light_nic(net, name, addr, 24);
    netsim_device_set_raw_ip(dev, true);
    return dev;
}

static void default_route(struct net *net, uint32_t via)
{
    struct route r = { .via = via };
    assert_true(ip_route_add(net, &r, false, NULL));
}

static void keep_frame(NetsimDevice *dev, bool sent, netsim_time when, const void *bytes, size_t n, const char *comment, void *data)
{
    (void) dev, (void) when, (void) comment, (void) data;
    if (sent) g_ptr_array_add(w.frames, g_bytes_new(bytes, n));
}

static int setup(void **state)
{
    (void) state;
    w.sim = netsim_sim_new(NULL);
    w.a = light_host(w.sim, "a", NULL);
    w.r = light_host(w.sim, "r", NULL);
    w.b = light_host(w.sim, "b", NULL);
    w.a0 = tun(w.a, "w0", IP4(10, 0, 1, 1));
    struct netdev *r0 = tun(w.r, "w0", IP4(10, 0, 1, 254));
    w.r1 = tun(w.r, "w1", IP4(10, 0, 2, 254));
    w.b0 = tun(w.b, "w0", IP4(10, 0, 2, 1));
    NetsimLinkConfig c = { .delay = NETSIM_MS };
    w.wire = netsim_link_new(w.a0, r0, &c, NULL, NULL);
    light_link(w.r1, w.b0);
    default_route(w.a, IP4(10, 0, 1, 254));
    default_route(w.b, IP4(10, 0, 2, 254));
    light_sysctl(w.r, "net.ipv4.ip_forward", "1");
    w.s = netsim_socket(light_process(w.a), NETSIM_SOCK_DGRAM);
    w.l = netsim_socket(light_process(w.b), NETSIM_SOCK_DGRAM);
    assert_int_equal(netsim_bind(w.l, (NetsimAddress){ 0, PORT }), 0);
    w.frames = g_ptr_array_new_with_free_func((GDestroyNotify) g_bytes_unref);
    netsim_device_tap(w.a0, keep_frame, NULL);
    light_run(w.sim, 0);
    return 0;
}

static int teardown(void **state)
{
    (void) state;
    light_run(w.sim, NETSIM_TIME_MAX);
    netsim_sim_free(w.sim);
    g_ptr_array_free(w.frames, TRUE);
    return 0;
}

static int64_t send_bytes(const uint8_t *data, size_t n)
{
    return netsim_sendto(w.s, data, n, 0, (NetsimAddress){ IP4(10, 0, 2, 1), PORT });
}

static void fill(uint8_t *data, size_t n)
{
    for (size_t i = 0; i < n; i++) data[i] = (uint8_t) (i * 31 + i / 256);
}

/* The next datagram must be as it was sent. */
static void assert_received(const uint8_t *data, size_t n)
{
    g_autofree uint8_t *got = g_malloc(65536);
    assert_int_equal(netsim_recv(w.l, got, 65536, 0), n);
    assert_memory_equal(got, data, n);
}

static void add_rule(NetsimRuleAction action, uint32_t k, netsim_time arg)
{
    NetsimLinkRule rule = { .match = NETSIM_MATCH_ANY, .first = k, .last = k, .action = action, .arg = arg };
    assert_true(netsim_link_add_rule(w.wire, false, &rule, NULL));
}

static void idle(NetsimSim *sim, NetsimEvent event, void *data)
{
    (void) sim, (void) event, (void) data;
}

static void let_pass(netsim_time until)
{
    NetsimEvent e = netsim_event_new(w.sim, idle, NULL);
    netsim_event_at(w.sim, e, until);
    light_run(w.sim, until);
    netsim_event_free(w.sim, e);
}

/* trace udp/fragments: 5 datagrams of 4000 bytes */
static void a_large_datagram_travels_in_fragments(void **state)
{
    (void) state;
    uint8_t data[4000];
    fill(data, sizeof data);
    for (unsigned i = 0; i < 5; i++) assert_int_equal(send_bytes(data, sizeof data), 4000);
    light_run(w.sim, NETSIM_TIME_MAX);
    for (unsigned i = 0; i < 5; i++) assert_received(data, sizeof data);
    assert_int_equal(net_count(w.a, SNMP_IP_OUTREQUESTS), 5);
    assert_int_equal(net_count(w.a, SNMP_IP_FRAGOKS), 5);
    assert_int_equal(net_count(w.a, SNMP_IP_FRAGCREATES), 15);
    assert_int_equal(net_count(w.a, SNMP_IP_OUTTRANSMITS), 15);
    assert_int_equal(net_count(w.a, SNMP_IPEXT_OUTOCTETS), 20340);
    assert_int_equal(net_count(w.b, SNMP_IP_INRECEIVES), 15);
    assert_int_equal(net_count(w.b, SNMP_IP_INDELIVERS), 5);
    assert_int_equal(net_count(w.b, SNMP_IP_REASMREQDS), 15);
    assert_int_equal(net_count(w.b, SNMP_IP_REASMOKS), 5);
    assert_int_equal(net_count(w.b, SNMP_IPEXT_INOCTETS), 20340);
    static const uint16_t frag_off[] = { 0x2000, 0x20b9, 0x0172 }; /* as recorded */
    static const size_t length[] = { 1500, 1500, 1068 };
    for (unsigned i = 0; i < 15; i++) {
        gsize n;
        const uint8_t *ip = g_bytes_get_data(w.frames->pdata[i], &n);
        assert_int_equal(n, length[i % 3]);
        assert_int_equal(ip[6] << 8 | ip[7], frag_off[i % 3]);
    }
}

/* trace udp/fragment-lost: the fifth fragment of nine is lost, ipfrag_time 2 */
static void what_is_not_complete_in_time_is_given_up(void **state)
{
    (void) state;
    w.b->ip->knobs.ipfrag_time = 2;
    add_rule(NETSIM_RULE_DROP, 5, 0);
    for (unsigned i = 0; i < 3; i++) assert_int_equal(send_bytes(NULL, 4000), 4000);
    let_pass(2 * NETSIM_S);
    assert_int_equal(net_count(w.b, SNMP_IP_REASMTIMEOUT), 0);
    let_pass(2 * NETSIM_S + 300 * NETSIM_MS);
    assert_int_equal(net_count(w.b, SNMP_IP_INRECEIVES), 8);
    assert_int_equal(net_count(w.b, SNMP_IP_INDELIVERS), 2);
    assert_int_equal(net_count(w.b, SNMP_IP_REASMTIMEOUT), 1);
    assert_int_equal(net_count(w.b, SNMP_IP_REASMREQDS), 8);
    assert_int_equal(net_count(w.b, SNMP_IP_REASMOKS), 2);
    assert_int_equal(net_count(w.b, SNMP_IP_REASMFAILS), 1);
    assert_int_equal(net_count(w.b, SNMP_ICMPMSG_OUTTYPE11), 1);
    assert_int_equal(net_count(w.b, SNMP_IPEXT_OUTOCTETS), 576);
    assert_int_equal(net_count(w.a, SNMP_ICMPMSG_INTYPE11), 1);
    assert_int_equal(light_drops(w.b, DROP_FRAG_REASM_TIMEOUT), 2);
}

/* trace udp/fragments-reordered: the first fragment of one overtaken, one of another repeated when all was done */
static void the_order_does_not_matter_and_a_late_repetition_waits_in_vain(void **state)
{
    (void) state;
    uint8_t data[4000];
    fill(data, sizeof data);
    add_rule(NETSIM_RULE_DELAY, 4, 10 * NETSIM_MS);
    add_rule(NETSIM_RULE_DUP, 8, 2 * NETSIM_MS);
    for (unsigned i = 0; i < 4; i++) {
        send_bytes(data, sizeof data);
        let_pass((i + 1) * 30 * NETSIM_MS);
    }
    for (unsigned i = 0; i < 4; i++) assert_received(data, sizeof data);
    assert_int_equal(net_count(w.b, SNMP_IP_INRECEIVES), 13);
    assert_int_equal(net_count(w.b, SNMP_IP_REASMREQDS), 13);
    assert_int_equal(net_count(w.b, SNMP_IP_REASMOKS), 4);
    assert_int_equal(net_count(w.b, SNMP_IP_REASMFAILS), 0);
    let_pass(33 * NETSIM_S); /* without its first fragment nobody is told */
    assert_int_equal(net_count(w.b, SNMP_IP_REASMFAILS), 1);
    assert_int_equal(net_count(w.b, SNMP_ICMP_OUTMSGS), 0);
}

static void a_repetition_in_time_is_dropped(void **state)
{
    (void) state;
    uint8_t data[4000];
    fill(data, sizeof data);
    add_rule(NETSIM_RULE_DUP, 1, 0);
    send_bytes(data, sizeof data);
    light_run(w.sim, NETSIM_TIME_MAX);
    assert_received(data, sizeof data);
    assert_int_equal(light_drops(w.b, DROP_DUP_FRAG), 1);
}

static void a_router_cuts_once_more_unless_df_forbids(void **state)
{
    (void) state;
    uint8_t data[4000];
    fill(data, sizeof data);
    assert_int_equal(netdev_set_mtu(w.r1, 700), 0);
    send_bytes(data, sizeof data); /* 1500 + 1500 + 1068 become 3 + 3 + 2 */
    light_run(w.sim, NETSIM_TIME_MAX);
    assert_received(data, sizeof data);
    assert_int_equal(net_count(w.r, SNMP_IP_FRAGOKS), 3);
    assert_int_equal(net_count(w.r, SNMP_IP_FRAGCREATES), 8);
    assert_int_equal(net_count(w.b, SNMP_IP_REASMREQDS), 8);
    send_bytes(data, 1000); /* fits the first wire, so it has DF */
    light_run(w.sim, NETSIM_TIME_MAX);
    assert_int_equal(net_count(w.r, SNMP_IP_FRAGFAILS), 1);
    assert_int_equal(net_count(w.r, SNMP_IP_FORWDATAGRAMS), 4); /* it counts all the same (trace pmtu/frag-needed) */
    send_bytes(data, 1000); /* the path's MTU is known now */
    light_run(w.sim, NETSIM_TIME_MAX);
    assert_received(data, 1000);
    assert_int_equal(net_count(w.a, SNMP_IP_FRAGOKS), 2);
}

static void fragments_from_outside_are_put_together_from_their_bytes(void **state)
{
    (void) state;
    uint8_t data[3000];
    fill(data, sizeof data);
    assert_int_equal(netdev_set_mtu(w.a0, 620), 0);
    add_rule(NETSIM_RULE_DROP, 1, 0);
    add_rule(NETSIM_RULE_DROP, 2, 0);
    add_rule(NETSIM_RULE_DROP, 4, 0);
    send_bytes(data, sizeof data);
    light_run(w.sim, NETSIM_TIME_MAX);
    assert_int_equal(w.frames->len, 6);
    static const unsigned missing[] = { 3, 0, 1 }; /* any order; the others came over the wire */
    for (unsigned i = 0; i < 3; i++) {
        gsize n;
        const uint8_t *bytes = g_bytes_get_data(w.frames->pdata[missing[i]], &n);
        assert_true(netsim_device_inject(w.b0, bytes, n, NULL));
        light_run(w.sim, NETSIM_TIME_MAX);
    }
    assert_received(data, sizeof data); /* with the right checksum: the reader would have dropped it */
    assert_int_equal(net_count(w.b, SNMP_IP_REASMOKS), 1);
}

static void an_overlap_kills_the_datagram(void **state)
{
    (void) state;
    send_bytes(NULL, 2000);
    light_run(w.sim, NETSIM_TIME_MAX);
    assert_int_equal(netsim_recv(w.l, NULL, 65536, 0), 2000);
    gsize n;
    const uint8_t *first = g_bytes_get_data(w.frames->pdata[0], &n);
    g_autofree uint8_t *forged = g_memdup2(first, n);
    assert_true(netsim_device_inject(w.b0, first, n, NULL));
    forged[7] = 1; /* eight bytes on: half old, half new */
    unsigned sum = 0;
    forged[10] = forged[11] = 0;
    for (unsigned i = 0; i < 20; i += 2) sum += (unsigned) (forged[i] << 8 | forged[i + 1]);
    sum = ~((sum & 0xffff) + (sum >> 16));
    forged[10] = (uint8_t) (sum >> 8);
    forged[11] = (uint8_t) sum;
    assert_true(netsim_device_inject(w.b0, forged, n, NULL));
    light_run(w.sim, NETSIM_TIME_MAX);
    assert_int_equal(net_count(w.b, SNMP_IP_REASMFAILS), 1);
    assert_int_equal(light_drops(w.b, DROP_NOT_SPECIFIED), 2);
}

static void fragments_take_no_more_than_their_memory(void **state)
{
    (void) state;
    w.b->ip->knobs.ipfrag_high_thresh = 10000;
    w.b->ip->knobs.ipfrag_time = 1;
    for (uint32_t k = 2; k <= 100; k += 2) add_rule(NETSIM_RULE_DROP, k, 0); /* every second fragment */
    for (unsigned i = 0; i < 50; i++) send_bytes(NULL, 2000);
    light_run(w.sim, NETSIM_TIME_MAX);
    assert_int_equal(net_count(w.b, SNMP_IP_REASMFAILS), 50 - 4); /* 4 x (2304 + 208) = 10048 */
    assert_int_equal(light_drops(w.b, DROP_NOMEM), 46);
    let_pass(3 * NETSIM_S);
    assert_int_equal(net_count(w.b, SNMP_IP_REASMFAILS), 50);
    send_bytes(NULL, 2000); /* there is room again */
    light_run(w.sim, NETSIM_TIME_MAX);
    assert_int_equal(netsim_recv(w.l, NULL, 65536, 0), 2000);
}

/* Random sizes, losses, repetitions and delays: what arrives is what was sent, and nothing leaks. */
static void only_whole_datagrams_arrive_whatever_the_wire_does(void **state)
{
    (void) state;
    NetsimLinkConfig bad = { .delay = NETSIM_MS, .jitter = 5 * NETSIM_MS, .loss = 0.02, .duplicate = 0.05 };
    struct net *c = light_host(w.sim, "c", NULL), *d = light_host(w.sim, "d", NULL);
    assert_non_null(netsim_link_new(tun(c, "w0", IP4(10, 7, 0, 1)), tun(d, "w0", IP4(10, 7, 0, 2)), &bad, NULL, NULL));
    NetsimSocket *s = netsim_socket(light_process(c), NETSIM_SOCK_DGRAM), *l = netsim_socket(light_process(d), NETSIM_SOCK_DGRAM);
    netsim_bind(l, (NetsimAddress){ 0, PORT });
    d->ip->knobs.ipfrag_time = 1;
    struct rng_stream rng;
    rng_stream_init(&rng, 3, "frag", "test");
    g_autofree uint8_t *data = g_malloc(65536), *got = g_malloc(65536);
    fill(data, 65536);
    unsigned n_received = 0;
    for (unsigned i = 0; i < 300; i++) {
        size_t n = rng_below(&rng, 20000);
        assert_int_equal(netsim_sendto(s, data, n, 0, (NetsimAddress){ IP4(10, 7, 0, 2), PORT }), n);
        let_pass((i + 1) * 10 * NETSIM_MS);
        for (int64_t r; (r = netsim_recv(l, got, 65536, 0)) >= 0; n_received++) assert_memory_equal(got, data, (size_t) r);
    }
    assert_in_range(n_received, 200, 320);
    assert_true(net_count(d, SNMP_IP_REASMFAILS) > 10);
    let_pass(10 * NETSIM_S);
    assert_int_equal(w.sim->pkts.live, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_large_datagram_travels_in_fragments),
        TEST(what_is_not_complete_in_time_is_given_up),
        TEST(the_order_does_not_matter_and_a_late_repetition_waits_in_vain),
        TEST(a_repetition_in_time_is_dropped),
        TEST(a_router_cuts_once_more_unless_df_forbids),
        TEST(fragments_from_outside_are_put_together_from_their_bytes),
        TEST(an_overlap_kills_the_datagram),
        TEST(fragments_take_no_more_than_their_memory),
        TEST(only_whole_datagrams_arrive_whatever_the_wire_does),
    };
    return cmocka_run_group_tests_name("models/ip/frag", tests, NULL, NULL);
}
