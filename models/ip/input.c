/* SPDX-License-Identifier: GPL-3.0-or-later */
/* input.c - packets from devices to transports (net/ipv4/ip_input.c, ip_route_input()). */
#include "models/ip/fib.h"

static void drop(struct net *net, struct pkt *p, enum drop_reason reason)
{
    pkt_drop(net->sim, &net->drops, p, reason);
}

/* ip_local_deliver(), ip_protocol_deliver_rcu() */
static void local_deliver(struct net *net, struct netdev *dev, struct pkt *p)
{
    if (!dev->is_loopback || !p->truesize) p->truesize = ip_truesize(p->len);
    if (ns_unlikely(p->flags & (PKT_FRAGMENT | PKT_LONG_HEAD))) {
        if (p->flags & PKT_LONG_HEAD) p->truesize = ip_truesize_long_head(p->len);
        if ((p->flags & PKT_FRAGMENT) && !(p = ip_defrag(net, p))) return;
    }
    const struct net_protocol *proto = net->protocols[p->proto];
    if (ns_unlikely(p->daddr >> 24 == 127 && !dev->is_loopback && !IN_DEV_ORCONF(dev, route_localnet))) { /* a martian */
        drop(net, p, DROP_IP_INADDRERRORS);
        return;
    }
    if (ns_unlikely(!proto)) {
        NET_INC_STATS(net, IP_INUNKNOWNPROTOS);
        icmp_send(net, p, ICMP_DEST_UNREACH, ICMP_PROT_UNREACH, 0);
        drop(net, p, DROP_IP_NOPROTO);
        return;
    }
    NET_INC_STATS(net, IP_INDELIVERS);
    proto->handler(net, dev, p);
}

/* fib_validate_source(), rp_filter: 1 strict, 2 loose */
static bool source_is_valid(struct net *net, struct netdev *dev, const struct pkt *p)
{
    int mode = IN_DEV_MAXCONF(dev, rp_filter);
    if (dev->is_loopback || !mode) return true;
    const struct route *r = ip_route_lookup(net, p->saddr);
    if (!r || r->type != ROUTE_UNICAST) return p->saddr == 0;
    return mode == 2 || r->dev == dev;
}

void ip_error(struct net *net, struct netdev *dev, struct pkt *p, const struct input_route *to)
{
    enum drop_reason reason = DROP_IP_INNOROUTES;
    if (!dev->ip_ptr->conf.forwarding) {
        NET_INC_STATS(net, IP_INADDRERRORS);
        reason = DROP_IP_INADDRERRORS;
    } else if (!to->route) {
        NET_INC_STATS(net, IPEXT_INNOROUTES);
        icmp_send(net, p, ICMP_DEST_UNREACH, ICMP_NET_UNREACH, 0);
    } else if (to->type == ROUTE_UNREACHABLE) {
        icmp_send(net, p, ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0);
    } else if (to->type == ROUTE_PROHIBIT) {
        icmp_send(net, p, ICMP_DEST_UNREACH, ICMP_PKT_FILTERED, 0);
    }
    drop(net, p, reason);
}

/* The first half of ip_rcv_core(), for frames of others and headers that are wrong. */
static void reject(struct net *net, struct pkt *p)
{
    if (p->flags & PKT_OTHERHOST) {
        drop(net, p, DROP_OTHERHOST);
        return;
    }
    enum drop_reason reason = p->kind == PKT_RAW ? p->raw_why : DROP_IP_CSUM;
    NET_INC_STATS(net, IP_INRECEIVES);
    NET_ADD_STATS(net, IPEXT_INOCTETS, p->len);
    if (reason == DROP_IP_CSUM) NET_INC_STATS(net, IPEXT_INCSUMERRORS);
    if (reason == DROP_PKT_TOO_SMALL) NET_INC_STATS(net, IPEXT_INTRUNCATEDPKTS);
    else NET_INC_STATS(net, IP_INHDRERRORS);
    drop(net, p, reason);
}

static inline bool forwards_some(const struct netdev *dev)
{
    return dev->net->ip->forwards == IP_FORWARDS_SOME && dev->ip_ptr->conf.forwarding;
}

void ip4_rcv(struct netdev *dev, struct pkt *p)
{
    struct net *net = dev->net;
    if (ns_unlikely(p->kind != PKT_IP4 || p->flags & (PKT_OTHERHOST | PKT_BAD_IPCSUM))) {
        reject(net, p);
        return;
    }
    NET_INC_STATS(net, IP_INRECEIVES);
    NET_ADD_STATS(net, IPEXT_INOCTETS, p->len);
    net->mib[SNMP_IPEXT_INNOECTPKTS + (p->tos & INET_ECN_MASK)] += p->gso_segs;

    struct input_route *to = ip_input_route(net, p->daddr);
    if (ns_likely(to->wire != NULL)) {
        ip_forward(net, dev, p, to);
        return;
    }
    __builtin_prefetch(&p->sport); /* the second line, for the transport */
    if (ns_unlikely(net->ip->has_rp_filter) && !source_is_valid(net, dev, p)) {
        NET_INC_STATS(net, TCPEXT_IPREVERSEPATHFILTER);
        drop(net, p, DROP_IP_RPFILTER);
        return;
    }
    if (to->type == ROUTE_LOCAL) {
        local_deliver(net, dev, p);
    } else if (ns_likely(to->type == ROUTE_UNICAST && (net->ip->forwards == IP_FORWARDS_ALL || forwards_some(dev)))) {
        ip_forward(net, dev, p, to);
    } else if (to->type == ROUTE_BROADCAST) {
        p->flags |= PKT_BROADCAST;
        NET_INC_STATS(net, IPEXT_INBCASTPKTS);
        NET_ADD_STATS(net, IPEXT_INBCASTOCTETS, p->len);
        local_deliver(net, dev, p);
    } else {
        ip_error(net, dev, p, to);
    }
}
_Static_assert(SNMP_IPEXT_INECT1PKTS == SNMP_IPEXT_INNOECTPKTS + INET_ECN_ECT_1, "rows in the order of the ECN field");
_Static_assert(SNMP_IPEXT_INECT0PKTS == SNMP_IPEXT_INNOECTPKTS + INET_ECN_ECT_0, "rows in the order of the ECN field");
_Static_assert(SNMP_IPEXT_INCEPKTS == SNMP_IPEXT_INNOECTPKTS + INET_ECN_CE, "rows in the order of the ECN field");

/* ---- the host's part ---- */

static const struct netdev_upper upper = {
    .ip4_rcv = ip4_rcv, .arp_rcv = arp_rcv, .dev_new = ip_dev_new, .dev_free = ip_dev_free,
    .dev_event = ip_dev_event, .addr_each = ip_addr_each,
};

void ip_net_init(struct net *net)
{
    struct ip_net *ip = g_aligned_alloc0(1, sizeof *ip, _Alignof(struct ip_net));
    ip->net = net;
    ip->rng = g_new0(struct rng_stream, 1);
    rng_stream_init(ip->rng, net->sim->seed, net->node.name, "ip");
    ip->id = (uint16_t) rng_u32(ip->rng);
    net->ip = ip;
    net->upper = &upper;
    route_init(ip);
    neigh_init(ip);
    icmp_init(net);
    frag_init(ip);
}

void ip_net_free(struct net *net)
{
    struct ip_net *ip = net->ip;
    frag_free(ip);
    neigh_free(ip);
    icmp_free(ip);
    route_free(ip);
    g_free(ip->rng);
    g_aligned_free(ip);
    net->ip = NULL;
}
