/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/netdev/netdev.h"

#include "models/wire/emit.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

/* Two namespaces with nothing above their devices but these notes. */
static struct {
    NetsimSim *sim;
    struct net a, b;
    struct netdev *a0, *b0;
    NetsimLink *link;
    unsigned n_ip4, n_arp, n_changed;
    struct netdev *last_dev;
    struct pkt last;
} t;

static void note(struct netdev *dev, struct pkt *p)
{
    t.last_dev = dev;
    t.last = *p;
    pkt_consume(dev->net->sim, p);
}
static void ip4_rcv(struct netdev *dev, struct pkt *p)
{
    t.n_ip4++;
    note(dev, p);
}
static void arp_rcv(struct netdev *dev, struct pkt *p)
{
    t.n_arp++;
    note(dev, p);
}
static void dev_event(struct netdev *dev, enum netdev_event event)
{
    (void) dev;
    (void) event;
    t.n_changed++;
}
static const struct netdev_upper upper = { .ip4_rcv = ip4_rcv, .arp_rcv = arp_rcv, .dev_event = dev_event };

static NetsimDeviceStats stats_of(const NetsimDevice *device)
{
    NetsimDeviceStats stats;
    netsim_device_stats(device, &stats);
    return stats;
}

static void net_open(struct net *net, const char *name)
{
    node_init(&net->node, t.sim, name);
    net->sim = t.sim;
    net->upper = &upper;
    net->devices_tail = &net->devices;
    net->drops.name = net->node.name;
    netdev_new(net, "lo");
}

static void net_close(struct net *net)
{
    for (struct netdev *dev = net->devices, *next; dev; dev = next) {
        next = dev->next;
        netdev_free(dev);
    }
    g_free(net->drops.counts);
    node_clear(&net->node);
}

static const NetsimLinkConfig wire = { .rate_bps = 1000000000, .delay = NETSIM_MS, .overhead = NETSIM_OVERHEAD_ETHERNET };

static int set_up(void **state)
{
    (void) state;
    memset(&t, 0, sizeof t);
    t.sim = netsim_sim_new(NULL);
    net_open(&t.a, "a");
    net_open(&t.b, "b");
    t.a0 = netdev_new(&t.a, "eth0");
    t.b0 = netdev_new(&t.b, "eth0");
    t.link = netsim_link_new(t.a0, t.b0, &wire, NULL, NULL);
    return t.link ? 0 : -1;
}

static int tear_down(void **state)
{
    (void) state;
    GError *error = NULL;
    bool conserved = netsim_sim_run(t.sim, NETSIM_TIME_MAX, &error);
    if (!conserved) print_message("%s\n", error->message);
    uint64_t live = t.sim->pkts.live;
    net_close(&t.a);
    net_close(&t.b);
    netsim_sim_free(t.sim);
    return conserved && !live ? 0 : -1;
}

static struct pkt *packet(enum pkt_kind kind, uint32_t len)
{
    struct pkt *p = pkt_new(t.sim);
    p->kind = (uint8_t) kind;
    p->proto = PROTO_UDP;
    p->hdr_len = 28;
    p->len = len;
    return p;
}

static void run(void)
{
    assert_true(netsim_sim_run(t.sim, NETSIM_TIME_MAX, NULL));
}

static void a_packet_goes_up_at_the_other_end(void **state)
{
    (void) state;
    netdev_xmit(t.a0, packet(PKT_IP4, 1000), t.b0->mac);
    netdev_xmit(t.a0, packet(PKT_ARP, 28), t.b0->mac);
    run();
    assert_int_equal(t.n_ip4, 1);
    assert_int_equal(t.n_arp, 1);
    assert_ptr_equal(t.last_dev, t.b0);
    assert_int_equal(t.sim->now, NETSIM_MS + (1038 + 66) * 8 * NETSIM_NS);
    NetsimDeviceStats tx, rx;
    netsim_device_stats(t.a0, &tx);
    netsim_device_stats(t.b0, &rx);
    assert_int_equal(tx.tx_packets, 2);
    assert_int_equal(tx.tx_bytes, 1014 + 42); /* with their Ethernet headers */
    assert_int_equal(rx.rx_packets, 2);
    assert_int_equal(rx.rx_bytes, 1014 + 42);
    assert_int_equal(tx.rx_packets + rx.tx_packets, 0);
}

static void a_frame_is_for_us_for_all_or_for_another(void **state)
{
    (void) state;
    static const uint8_t all[6] = { 255, 255, 255, 255, 255, 255 }, stranger[6] = { 2, 9, 9, 9, 9, 9 };
    const struct {
        const uint8_t *dst;
        uint16_t flags;
    } cases[] = { { t.b0->mac, 0 }, { all, PKT_BROADCAST }, { stranger, PKT_OTHERHOST }, { t.b0->mac, 0 } };
    for (unsigned i = 0; i < 4; i++) {
        struct pkt *p = packet(PKT_IP4, 100);
        p->flags = PKT_DF | PKT_BROADCAST | PKT_OTHERHOST; /* of an earlier hop */
        netdev_xmit(t.a0, p, cases[i].dst);
        run();
        assert_int_equal(t.last.flags, PKT_DF | cases[i].flags);
        struct link_header h = { .present = true };
        memcpy(h.dst, cases[i].dst, 6);
        netdev_receive(t.b0, packet(PKT_IP4, 100), &h); /* injected */
        assert_int_equal(t.last.flags, cases[i].flags);
    }
}

static void a_super_packet_becomes_frames(void **state)
{
    (void) state;
    struct pkt *p = packet(PKT_IP4, 28 + 2500);
    pkt_set_gso(t.sim, p, 3, 1000);
    netdev_xmit(t.a0, p, t.b0->mac);
    run();
    assert_int_equal(t.n_ip4, 3);
    assert_int_equal(netsim_sim_hops(t.sim), 3);
    assert_int_equal(stats_of(t.a0).tx_packets, 3);
    assert_int_equal(stats_of(t.a0).tx_bytes, 2500 + 3 * 42);
    assert_int_equal(t.sim->now, NETSIM_MS + (2500 + 3 * (28 + 38)) * 8 * NETSIM_NS);
}

static void what_the_wire_refuses_is_freed(void **state)
{
    (void) state;
    assert_true(netsim_link_add_rule(t.link, false, &(NetsimLinkRule){ .first = 2, .last = 2 }, NULL));
    for (unsigned i = 0; i < 3; i++) netdev_xmit(t.a0, packet(PKT_IP4, 100), t.b0->mac);
    run();
    assert_int_equal(t.n_ip4, 2);
    assert_int_equal(stats_of(t.a0).tx_packets, 3); /* the device handed it over */
}

static void a_bad_fcs_is_counted_and_dropped(void **state)
{
    (void) state;
    struct pkt *p = packet(PKT_IP4, 100);
    p->flags |= PKT_BAD_FCS;
    netdev_xmit(t.a0, p, t.b0->mac);
    run();
    assert_int_equal(t.n_ip4, 0);
    assert_int_equal(stats_of(t.b0).rx_crc_errors, 1);
    assert_int_equal(stats_of(t.b0).rx_packets, 0);
    assert_int_equal(t.b0->drops.counts->pkts[DROP_DEV_HDR], 1);
}

static void a_device_that_is_down_neither_sends_nor_receives(void **state)
{
    (void) state;
    netdev_xmit(t.a0, packet(PKT_IP4, 100), t.b0->mac); /* will find the other end down */
    netdev_set_up(t.b0, false);
    struct pkt *p = packet(PKT_IP4, 28 + 200);
    pkt_set_gso(t.sim, p, 2, 100);
    netdev_xmit(t.b0, p, t.a0->mac);
    run();
    assert_int_equal(t.n_ip4, 0);
    assert_int_equal(stats_of(t.b0).tx_dropped, 2); /* in wire segments */
    assert_int_equal(t.b0->drops.counts->pkts[DROP_DEV_READY], 3);
    netdev_set_up(t.b0, true);
    netdev_xmit(t.b0, packet(PKT_IP4, 100), t.a0->mac);
    run();
    assert_int_equal(t.n_ip4, 1);
}

static void a_device_without_a_link_drops(void **state)
{
    (void) state;
    struct netdev *dev = netdev_new(&t.a, "eth1");
    netdev_xmit(dev, packet(PKT_IP4, 100), t.b0->mac);
    assert_int_equal(dev->drops.counts->pkts[DROP_DEV_READY], 1);
}

static void what_has_no_handler_is_dropped(void **state)
{
    (void) state;
    netdev_xmit(t.a0, packet(PKT_IP6, 100), t.b0->mac);
    run();
    assert_int_equal(t.b0->drops.counts->pkts[DROP_UNHANDLED_PROTO], 1);
    assert_int_equal(stats_of(t.b0).rx_dropped, 1);
}

static void raw_ip_devices_count_no_link_header(void **state)
{
    (void) state;
    netsim_device_set_raw_ip(t.a0, true);
    netsim_device_set_raw_ip(t.b0, true);
    netdev_xmit(t.a0, packet(PKT_IP4, 100), NULL);
    run();
    assert_int_equal(t.n_ip4, 1);
    assert_int_equal(t.last.flags, 0);
    assert_int_equal(stats_of(t.a0).tx_bytes, 100);
    assert_int_equal(stats_of(t.b0).rx_bytes, 100);
}

/* ---- lo ---- */

static void loopback_receives_whole_after_the_present_event(void **state)
{
    (void) state;
    struct netdev *lo = t.a.devices;
    assert_true(lo->is_loopback);
    assert_int_equal(lo->mtu, 65536);
    struct pkt *p = packet(PKT_IP4, 28 + 2500);
    pkt_set_gso(t.sim, p, 3, 1000);
    netdev_xmit(lo, p, NULL);
    netdev_xmit(lo, packet(PKT_IP4, 77), NULL);
    assert_int_equal(t.n_ip4, 0); /* no recursion */
    assert_int_equal(t.sim->pkts_held, 4);
    run();
    assert_int_equal(t.n_ip4, 2);
    assert_int_equal(t.last.len, 77); /* in order */
    assert_int_equal(t.sim->now, 0);
    assert_int_equal(netsim_sim_hops(t.sim), 0); /* no wire */
    assert_int_equal(t.sim->pkts_delivered, 4);
}

static void packets_on_loopback_are_freed_with_the_simulation(void **state)
{
    (void) state;
    set_up(NULL);
    struct pkt *p = packet(PKT_IP4, 100);
    pkt_ext(p)->bytes = g_malloc(10); /* noticed by the leak checker */
    netdev_xmit(t.a.devices, p, NULL);
    net_close(&t.a);
    net_close(&t.b);
    netsim_sim_free(t.sim);
}

/* ---- devices and links ---- */

static void mac_addresses_are_local_unique_and_the_same_in_every_run(void **state)
{
    (void) state;
    static const uint8_t a0[6] = { 2, 0, 0, 1, 0, 2 };
    assert_memory_equal(t.a0->mac, a0, 6); /* host 1, device 2 */
    assert_memory_not_equal(t.a0->mac, t.b0->mac, 6);
    assert_memory_not_equal(t.a0->mac, netdev_new(&t.a, "eth1")->mac, 6);
}

static void devices_are_found_by_name_and_index(void **state)
{
    (void) state;
    assert_ptr_equal(netdev_by_name(&t.a, "eth0"), t.a0);
    assert_ptr_equal(netdev_by_index(&t.a, 2), t.a0);
    assert_ptr_equal(netdev_by_index(&t.a, 1), t.a.devices);
    assert_null(netdev_by_name(&t.a, "eth1"));
    assert_null(netdev_by_index(&t.a, 3));
}

static void the_mtu_has_bounds(void **state)
{
    (void) state;
    t.n_changed = 0;
    assert_int_equal(netdev_set_mtu(t.a0, 67), -EINVAL);
    assert_int_equal(netdev_set_mtu(t.a0, 65536), -EINVAL);
    assert_int_equal(netdev_set_mtu(t.a0, 9000), 0);
    assert_int_equal(netsim_device_mtu(t.a0), 9000);
    assert_int_equal(t.n_changed, 1);
    assert_int_equal(netdev_set_mtu(t.a.devices, 65536), 0);
}

static void assert_refused(NetsimDevice *a, NetsimDevice *b, const char *words)
{
    GError *error = NULL;
    assert_null(netsim_link_new(a, b, &wire, NULL, &error));
    assert_true(g_error_matches(error, NETSIM_ERROR, NETSIM_ERROR_STATE));
    assert_non_null(strstr(error->message, words));
    g_error_free(error);
}

static void impossible_links_are_refused(void **state)
{
    (void) state;
    struct netdev *free_dev = netdev_new(&t.a, "eth1");
    assert_refused(free_dev, t.b0, "b:eth0 has a link already, to a:eth0");
    assert_refused(t.a0, free_dev, "a:eth0 has a link already, to b:eth0");
    assert_refused(free_dev, free_dev, "itself");
    assert_refused(free_dev, t.b.devices, "b:lo loops back");
    struct netdev *other = netdev_new(&t.b, "eth1");
    assert_null(netsim_link_new(free_dev, other, &wire, &(NetsimLinkConfig){ .loss = 2 }, NULL));
    assert_null(free_dev->link);
    assert_non_null(netsim_link_new(free_dev, other, &wire, &(NetsimLinkConfig){ 0 }, NULL));
    assert_ptr_equal(netsim_link_nth(t.sim, 0), t.link);
    assert_ptr_equal(netsim_link_nth(t.sim, 1), free_dev->link);
    assert_null(netsim_link_nth(t.sim, 2));
    assert_ptr_equal(netsim_link_end(free_dev->link, false), free_dev);
    assert_ptr_equal(netsim_link_end(free_dev->link, true), other);
}

static void add_fate(const NetsimFate *fate, void *data)
{
    g_string_append_printf(data, "%s %s %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT "\n", fate->where, fate->reason, fate->pkts,
                           fate->bytes);
}

static void fates_are_in_order_of_place(void **state)
{
    (void) state;
    netdev_set_up(t.b0, false);
    assert_true(netsim_link_add_rule(t.link, false, &(NetsimLinkRule){ .first = 2, .last = 3 }, NULL));
    for (unsigned i = 0; i < 3; i++) netdev_xmit(t.a0, packet(PKT_IP4, 100), t.b0->mac);
    run();
    pkt_drop(t.sim, &t.a.drops, packet(PKT_IP4, 50), DROP_NO_SOCKET);
    pkt_drop(t.sim, &t.a.drops, packet(PKT_IP4, 60), DROP_IP_TTL);
    GString *text = g_string_new(NULL);
    NetsimFateTotals totals;
    netsim_sim_fates(t.sim, &totals, add_fate, text);
    assert_string_equal(text->str, "a NO_SOCKET 1 50\na IP_TTL 1 60\na:eth0 -> b:eth0 LINK_RULE 2 200\nb:eth0 DEV_READY 1 100\n");
    g_string_free(text, TRUE);
    assert_int_equal(totals.made, 5);
    assert_int_equal(totals.dropped, 5);
    assert_int_equal(totals.copied + totals.delivered + totals.held, 0);
}

#define WITH_WIRE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_WIRE(a_packet_goes_up_at_the_other_end),
        WITH_WIRE(a_frame_is_for_us_for_all_or_for_another),
        WITH_WIRE(a_super_packet_becomes_frames),
        WITH_WIRE(what_the_wire_refuses_is_freed),
        WITH_WIRE(a_bad_fcs_is_counted_and_dropped),
        WITH_WIRE(a_device_that_is_down_neither_sends_nor_receives),
        WITH_WIRE(a_device_without_a_link_drops),
        WITH_WIRE(what_has_no_handler_is_dropped),
        WITH_WIRE(raw_ip_devices_count_no_link_header),
        WITH_WIRE(loopback_receives_whole_after_the_present_event),
        cmocka_unit_test(packets_on_loopback_are_freed_with_the_simulation),
        WITH_WIRE(mac_addresses_are_local_unique_and_the_same_in_every_run),
        WITH_WIRE(devices_are_found_by_name_and_index),
        WITH_WIRE(the_mtu_has_bounds),
        WITH_WIRE(impossible_links_are_refused),
        WITH_WIRE(fates_are_in_order_of_place),
    };
    return cmocka_run_group_tests_name("models/netdev/netdev", tests, NULL, NULL);
}
