/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/netdev/netdev.h"

#include "models/netdev/capture.h"
#include "models/wire/eth.h"
#include <errno.h>

enum { ETH_HLEN = 14, IPV4_MIN_MTU = 68, IP_MAX_MTU = 65535, LOOPBACK_MTU = 65536 };

uint64_t *net_cold_counter(struct net *net, enum snmp_counter id)
{
    uint64_t **block = &net->mib_blocks[(id - N_SNMP_HOT) / SNMP_BLOCK];
    if (!*block) *block = g_new0(uint64_t, SNMP_BLOCK);
    return &(*block)[(id - N_SNMP_HOT) % SNMP_BLOCK];
}

/* ---- transmit ---- */

/* Who will think that a frame to @dst is his?  On a wire between two: the peer, unless it is for all or for a stranger. */
static inline void address_frame(const struct netdev *dev, struct pkt *p, const uint8_t dst[6])
{
    p->flags &= (uint16_t) ~(PKT_BROADCAST | PKT_OTHERHOST);
    if (ns_likely(!memcmp(dst, dev->peer_mac, 6))) return;
    p->flags |= dst[0] & 1 ? PKT_BROADCAST : PKT_OTHERHOST;
}

static inline void xmit_one(struct netdev *dev, struct pkt *p, const uint8_t dst[6])
{
    if (!dev->raw_ip) address_frame(dev, p, dst);
    enum drop_reason why;
    if (ns_unlikely(link_send(dev->port.out, p, &why))) pkt_free(dev->net->sim, p);
}

/* Out of line, so that single packets need not save its registers. */
__attribute__((noinline)) static void xmit_segments(struct netdev *dev, struct pkt *p, const uint8_t dst[6])
{
    for (struct pkt *seg = gso_segment(dev->net->sim, p), *next; seg; seg = next) {
        next = seg->next;
        xmit_one(dev, seg, dst);
    }
}

static void drop(struct netdev *dev, struct pkt *p, enum drop_reason why)
{
    struct sim *sim = dev->net->sim;
    fingerprint_mix(&dev->fp, sim->now, FP_DROPPED, p->digest ^ (uint64_t) why << 32);
    pkt_drop(sim, &dev->drops, p, why);
}

/* Down, without a link, or "lo". */
static void xmit_special(struct netdev *dev, struct pkt *p)
{
    if (dev->is_up && dev->is_loopback) {
        loopback_xmit(dev, p);
        return;
    }
    dev->own.tx_dropped += p->gso_segs;
    drop(dev, p, DROP_DEV_READY);
}

/* ---- transmit, and somebody looks on: captures, taps, probes ---- */

static uint64_t in_ns(netsim_time t)
{
    return (uint64_t) (t / NETSIM_NS);
}

/* link:link_xmit: what the wire did with the packet that was @p, and how it was before. */
static void trace_link(struct netdev *dev, const struct pkt *p, netsim_time free_at, uint32_t queue_pkts, int err)
{
    struct link_dir *l = dev->port.out;
    netsim_time start = ns_max(free_at, l->sim->now), end = ns_max(l->free_at, start);
    TRACE(l->sim, LINK_XMIT, dev->net->node.name, trace_text(dev->name), p->digest, p->len, (uint64_t) err, queue_pkts, in_ns(start),
          in_ns(end), in_ns(end + l->delay), p->seq, p->ack, p->tcp_flags, TRACE_FLOW_OF(p));
}

static void xmit_one_watched(struct netdev *dev, struct pkt *p, const uint8_t dst[6])
{
    struct link_header h = { .present = !dev->raw_ip };
    if (h.present) {
        memcpy(h.dst, dst, 6);
        memcpy(h.src, dev->mac, 6);
        address_frame(dev, p, dst);
    }
    struct link_dir *l = dev->port.out;
    struct pkt before = *p; /* the wire may mark or corrupt it */
    netsim_time free_at = l->free_at;
    uint32_t queue_pkts = link_queue_len(l);
    enum drop_reason why;
    int err = link_send(l, p, &why);
    trace_link(dev, &before, free_at, queue_pkts, err);
    capture_packet(dev->capture, dev, true, &before, &h, err ? capture_drop_comment(why) : NULL);
    if (err) pkt_free(l->sim, p);
}

/* __dev_queue_xmit(), dev_hard_start_xmit(), and the driver that is done with a packet.  Lengths are with the Ethernet
 * header here, as in the kernel. */
ns_cold static void xmit_watched(struct netdev *dev, struct pkt *p, const uint8_t dst[6])
{
    struct net *net = dev->net;
    struct sim *sim = net->sim;
    const struct pkt before = *p;
    const char *host = net->node.name;
    uint32_t len = p->len + dev->hard_header_len;
    bool has_wire = dev->is_up && dev->port.out, is_ready = has_wire || (dev->is_up && dev->is_loopback);
    TRACE(sim, NET_DEV_QUEUE, host, before.digest, len, trace_text(dev->name), TRACE_FLOW_OF(&before));
    if (is_ready)
        TRACE(sim, NET_DEV_START_XMIT, host, trace_text(dev->name), before.digest, pkt_ethertype(&before), len,
              before.gso_segs > 1 ? before.gso_size : 0, before.gso_segs > 1 ? before.gso_segs : 0u, TRACE_FLOW_OF(&before));
    p->next = NULL;
    if (!has_wire) xmit_special(dev, p);
    else
        for (struct pkt *seg = gso_segment(sim, p), *next; seg; seg = next) {
            next = seg->next;
            xmit_one_watched(dev, seg, dst);
        }
    if (!is_ready) return;
    TRACE(sim, NET_DEV_XMIT, host, before.digest, len, 0, trace_text(dev->name), TRACE_FLOW_OF(&before));
    if (has_wire) TRACE_CONSUME_SKB(sim, host, &before, "napi_consume_skb");
}

void netdev_xmit(struct netdev *dev, struct pkt *p, const uint8_t dst[6])
{
    if (ns_unlikely(dev_is_watched(dev))) xmit_watched(dev, p, dst);
    else if (ns_unlikely(!dev->is_up || !dev->port.out)) xmit_special(dev, p);
    else if (p->gso_segs > 1) xmit_segments(dev, p, dst);
    else xmit_one(dev, p, dst);
}

/* ---- receive ---- */

static void address_received(const struct netdev *dev, struct pkt *p, const struct link_header *h)
{
    p->flags &= (uint16_t) ~(PKT_BROADCAST | PKT_OTHERHOST);
    if (!h->present || !memcmp(h->dst, dev->mac, 6)) return;
    p->flags |= h->dst[0] & 1 ? PKT_BROADCAST : PKT_OTHERHOST;
}

static void unhandled(struct netdev *dev, struct pkt *p)
{
    dev->own.rx_dropped++;
    drop(dev, p, DROP_UNHANDLED_PROTO);
}

/* What parse() could not read: IPv4 counts it itself, for the rest there is no handler to do so. */
static void raw_received(struct netdev *dev, struct pkt *p)
{
    if (p->raw_type == ETH_P_IP) {
        dev->upper->ip4_rcv(dev, p);
        return;
    }
    dev->own.rx_dropped++;
    drop(dev, p, p->raw_type == ETH_P_IPV6 ? DROP_UNHANDLED_PROTO : p->raw_why);
}

/* __netif_receive_skb_core(): to the handler of its Ethernet type. */
static inline void pass_up(struct netdev *dev, struct pkt *p)
{
    const struct netdev_upper *upper = dev->upper;
    if (ns_likely(p->kind == PKT_IP4)) upper->ip4_rcv(dev, p);
    else if (p->kind == PKT_ARP && upper->arp_rcv) upper->arp_rcv(dev, p);
    else if (p->kind == PKT_IP6 && upper->ip6_rcv) upper->ip6_rcv(dev, p);
    else if (p->kind == PKT_RAW) raw_received(dev, p);
    else unhandled(dev, p);
}

/* @return false: the device does not take it, @p has been dropped */
static inline bool accept(struct netdev *dev, struct pkt *p)
{
    if (ns_unlikely(!dev->is_up)) {
        dev->own.rx_dropped++;
        drop(dev, p, DROP_DEV_READY);
        return false;
    }
    if (ns_unlikely(p->flags & PKT_BAD_FCS)) {
        dev->own.rx_crc_errors++;
        drop(dev, p, DROP_DEV_HDR);
        return false;
    }
    return true;
}

/* netif_receive_skb_internal() traces what the driver has taken. */
ns_cold static void watch_received(struct netdev *dev, const struct pkt *p, const struct link_header *h)
{
    capture_packet(dev->capture, dev, false, p, h, NULL);
    if (dev->is_up && !(p->flags & PKT_BAD_FCS))
        TRACE(dev->net->sim, NETIF_RECEIVE_SKB, dev->net->node.name, p->digest, p->len, trace_text(dev->name), TRACE_FLOW_OF(p));
}

void netdev_receive(struct netdev *dev, struct pkt *p, const struct link_header *h)
{
    if (ns_unlikely(dev_is_watched(dev))) watch_received(dev, p, h);
    if (h) address_received(dev, p, h);
    uint32_t len = p->len + dev->hard_header_len;
    if (!accept(dev, p)) return;
    dev->own.rx_packets++;
    dev->own.rx_bytes += len;
    pass_up(dev, p);
}

/* From the wire: the link has counted it. */
static void port_receive(struct port *port, struct pkt *p)
{
    struct netdev *dev = (struct netdev *) port;
    if (ns_unlikely(dev_is_watched(dev))) watch_received(dev, p, NULL);
    uint32_t len = p->len;
    if (ns_likely(accept(dev, p))) {
        pass_up(dev, p);
        return;
    }
    dev->own.rx_packets--; /* modulo 2^64 */
    dev->own.rx_bytes -= len + dev->hard_header_len;
}

void netdev_stats(const struct netdev *dev, NetsimDeviceStats *stats)
{
    *stats = dev->own;
    if (!dev->link) return;
    NetsimLinkStats tx, rx;
    link_stats(dev->port.out, &tx);
    link_stats(netdev_wire_in(dev), &rx);
    stats->tx_packets += tx.in_pkts;
    stats->tx_bytes += tx.in_bytes + tx.in_pkts * dev->hard_header_len;
    stats->rx_packets += rx.out_pkts;
    stats->rx_bytes += rx.out_bytes + rx.out_pkts * dev->hard_header_len;
}

/* ---- devices ---- */

void netdev_free(struct netdev *dev)
{
    const struct netdev_upper *upper = dev->net->upper;
    if (upper && upper->dev_free) upper->dev_free(dev);
    if (dev->loopback) loopback_free(dev->loopback);
    g_free(dev->drops.counts);
    g_free(dev->label);
    g_aligned_free(dev);
}

static uint64_t netdev_fingerprint(void *owner)
{
    const struct netdev *dev = owner;
    return fingerprint_final(dev->entity_id, &dev->fp);
}

/* Locally administered, the same in every run: 02, the host's number, the device's. */
static void make_mac(struct netdev *dev)
{
    uint32_t host = dev->net->node.id;
    uint8_t mac[6] = { 0x02, (uint8_t) (host >> 16), (uint8_t) (host >> 8), (uint8_t) host, (uint8_t) (dev->ifindex >> 8),
                       (uint8_t) dev->ifindex };
    memcpy(dev->mac, mac, 6);
}

void netdev_watch(struct netdev *dev)
{
    dev->is_watched = dev->capture || dev->tap_func || trace_any(dev->net->sim, TRACE_NET_DEV_QUEUE, TRACE_NETIF_RECEIVE_SKB);
    net_input_changed(dev->net);
}

static void probes_changed(void *owner)
{
    netdev_watch(owner);
}

struct netdev *netdev_new(struct net *net, const char *name)
{
    struct netdev *dev = g_aligned_alloc0(1, (sizeof *dev + 63) & ~(size_t) 63, 64);
    dev->net = net;
    dev->upper = net->upper;
    g_strlcpy(dev->name, name, sizeof dev->name);
    dev->label = g_strdup_printf("%s:%s", net->node.name, name);
    dev->ifindex = ++net->n_devices;
    dev->mtu = 1500;
    dev->txqueuelen = 1000;
    dev->hard_header_len = ETH_HLEN;
    dev->is_up = true;
    dev->entity_id = node_event_id(&net->node, node_serial(&net->node), 0);
    dev->drops.name = dev->label;
    dev->port = (struct port){ .receive = port_receive, .node = &net->node, .name = dev->label };
    if (!strcmp(name, "lo")) {
        dev->is_loopback = true;
        dev->mtu = LOOPBACK_MTU;
        dev->loopback = loopback_new(dev);
    } else {
        make_mac(dev);
    }
    if (!net->devices_tail) net->devices_tail = &net->devices;
    *net->devices_tail = dev;
    net->devices_tail = &dev->next;
    if (net->upper && net->upper->dev_new) net->upper->dev_new(dev);
    sim_add_part(net->sim, (struct sim_part){ .fingerprint = netdev_fingerprint, .probes_changed = probes_changed, .owner = dev });
    return dev;
}

struct netdev *netdev_by_name(struct net *net, const char *name)
{
    struct netdev *dev = net->devices;
    while (dev && strcmp(dev->name, name)) dev = dev->next;
    return dev;
}

struct netdev *netdev_by_index(struct net *net, unsigned ifindex)
{
    struct netdev *dev = net->devices;
    while (dev && dev->ifindex != ifindex) dev = dev->next;
    return dev;
}

/* call_netdevice_notifiers() */
static void notify(struct netdev *dev, enum netdev_event event)
{
    const struct netdev_upper *upper = dev->net->upper;
    if (upper && upper->dev_event) upper->dev_event(dev, event);
}

void netdev_set_up(struct netdev *dev, bool is_up)
{
    if (dev->is_up == is_up) return;
    dev->is_up = is_up;
    notify(dev, is_up ? NETDEV_UP : NETDEV_DOWN);
}

bool netdev_mtu_is_valid(const struct netdev *dev, uint32_t mtu)
{
    return mtu >= IPV4_MIN_MTU && mtu <= (dev->is_loopback ? LOOPBACK_MTU : IP_MAX_MTU);
}

int netdev_set_mtu(struct netdev *dev, uint32_t mtu)
{
    if (!netdev_mtu_is_valid(dev, mtu)) return -EINVAL;
    dev->mtu = mtu;
    notify(dev, NETDEV_CHANGEMTU);
    return 0;
}

void netdev_set_mac(struct netdev *dev, const uint8_t mac[6])
{
    memcpy(dev->mac, mac, 6);
    if (dev->link) {
        struct netdev *peer = dev->link->a == dev ? dev->link->b : dev->link->a;
        memcpy(peer->peer_mac, mac, 6);
        net_input_changed(peer->net);
    }
    notify(dev, NETDEV_CHANGEADDR);
}

void netdev_set_arp(struct netdev *dev, bool is_on)
{
    if (dev->no_arp == !is_on) return;
    dev->no_arp = !is_on;
    notify(dev, NETDEV_CHANGEADDR); /* neighbours are asked for anew, as when the address changes */
}

/* ---- host.h ---- */

const char *netsim_device_name(const NetsimDevice *device)
{
    if (!device) return NULL;
    return device->name;
}

NetsimHost *netsim_device_host(const NetsimDevice *device)
{
    if (!device) return NULL;
    return (NetsimHost *) (void *) device->net; /* see host_net() */
}

unsigned netsim_device_mtu(const NetsimDevice *device)
{
    if (!device) return 0;
    return device->mtu;
}

void netsim_device_set_raw_ip(NetsimDevice *device, bool raw_ip)
{
    if (!device) return;
    NetsimDeviceStats before, after;
    netdev_stats(device, &before);
    device->raw_ip = raw_ip;
    device->hard_header_len = raw_ip ? 0 : ETH_HLEN;
    netdev_stats(device, &after);
    device->own.rx_bytes += before.rx_bytes - after.rx_bytes; /* headers that were counted stay counted */
    device->own.tx_bytes += before.tx_bytes - after.tx_bytes;
    net_input_changed(device->net);
}

void netsim_device_stats(const NetsimDevice *device, NetsimDeviceStats *stats)
{
    if (!device || !stats) return;
    netdev_stats(device, stats);
}

/* ---- net.h ---- */

static bool check_end(const struct netdev *dev, GError **error)
{
    if (dev->is_loopback) {
        g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_STATE, "%s loops back and takes no link", dev->label);
        return false;
    }
    if (dev->link) {
        const struct netdev *peer = dev->link->a == dev ? dev->link->b : dev->link->a;
        g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_STATE, "%s has a link already, to %s: use another device name",
                    dev->label, peer->label);
        return false;
    }
    return true;
}

NetsimLink *netsim_link_new(NetsimDevice *a, NetsimDevice *b, const NetsimLinkConfig *a2b, const NetsimLinkConfig *b2a,
                            GError **error)
{
    if (!ns_given(a, error) || !ns_given(b, error) || !ns_given(a2b, error)) return NULL;
    if (!b2a) b2a = a2b;
    if (a == b) {
        g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_STATE, "a link from %s to itself: give two devices", a->label);
        return NULL;
    }
    if (a->net->sim != b->net->sim) {
        g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_STATE, "%s and %s are in different simulations", a->label, b->label);
        return NULL;
    }
    if (!check_end(a, error) || !check_end(b, error)) return NULL;
    if (!link_config_check(a2b, error) || !link_config_check(b2a, error)) return NULL;
    struct link *link = link_new(&a->port, &b->port, a2b, b2a);
    link->a = a;
    link->b = b;
    a->link = b->link = link;
    memcpy(a->peer_mac, b->mac, 6);
    memcpy(b->peer_mac, a->mac, 6);
    notify(a, NETDEV_CHANGE);
    notify(b, NETDEV_CHANGE);
    return link;
}

NetsimDevice *netsim_link_end(const NetsimLink *link, bool b)
{
    if (!link) return NULL;
    return b ? link->b : link->a;
}
