/* SPDX-License-Identifier: GPL-3.0-or-later */
/* neigh.c - the neighbour cache and ARP (net/core/neighbour.c, net/ipv4/arp.c; RFC 826).
 *
 *   NONE, FAILED -> INCOMPLETE -> REACHABLE -> STALE -> DELAY -> PROBE -> REACHABLE or FAILED
 *
 * Packets meet one compare while an entry is REACHABLE.  Timers are the kernel's; only INCOMPLETE keeps a run alive:
 * somebody waits for its answer.  Entries are never freed before the host, so everybody may keep pointers to them.
 * Differs: no garbage collection (the kernel's starts at gc_thresh1, 128 entries).
 */
#include "models/ip/fib.h"

#include <errno.h>

enum {
    RAND_INTERVAL_S = 300,   /* the reachable time is drawn again (neigh_periodic_work()) */
    SKB_OVERHEAD = 256 + 320, /* SKB_TRUESIZE(0) */
    ARP_LEN = 28,
    F_OVERRIDE = 1,          /* NEIGH_UPDATE_F_*: the address may change */
    F_ADMIN = 1u << 31,      /* so may what an administrator has set */
    ARP_REQUEST = 1, ARP_REPLY = 2,
};

struct neigh_table {
    struct map entries;      /* (ifindex, address) -> struct neighbour */
    struct neighbour *all, **tail;
};

static const uint8_t mac_broadcast[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
static const uint8_t mac_none[6];

static inline const struct neigh_parms *parms_of(const struct neighbour *n)
{
    return &n->dev->ip_ptr->parms;
}

static uint32_t base_reachable_time(const struct netdev *dev)
{
    return timer_msecs_to_jiffies(&dev->net->wheel, (uint64_t) dev->ip_ptr->parms.base_reachable_time_ms);
}

static uint32_t reachable_time(struct netdev *dev)
{
    struct net *net = dev->net;
    struct in_device *in_dev = dev->ip_ptr;
    uint32_t now = net_jiffies(net), base = base_reachable_time(dev);
    if (!in_dev->reachable_time || now - in_dev->last_rand > RAND_INTERVAL_S * net->wheel.hz) { /* neigh_rand_reach_time() */
        in_dev->reachable_time = base ? base / 2 + rng_below(net->ip->rng, base) : 1;
        in_dev->last_rand = now;
    }
    return in_dev->reachable_time;
}

static uint32_t retrans_time(const struct neighbour *n)
{
    const struct timer_wheel *wheel = &n->dev->net->wheel;
    return ns_max(timer_msecs_to_jiffies(wheel, (uint64_t) parms_of(n)->retrans_time_ms), (uint32_t) wheel->hz / 100);
}

static uint32_t delay_time(const struct neighbour *n)
{
    return (uint32_t) parms_of(n)->delay_first_probe_time * n->dev->net->wheel.hz;
}

/* Before the state or the address of an entry changes: forwarding may count on it. */
static inline void will_change(struct net *net, const struct neighbour *n)
{
    if (n->nud_state & NUD_CONNECTED) net_input_changed(net);
}

static void add_timer(struct net *net, struct neighbour *n, uint32_t expires)
{
    timer_del(&net->wheel, &n->timer);
    n->timer.is_background = n->nud_state != NUD_INCOMPLETE;
    timer_mod(&net->wheel, &n->timer, expires);
}

/* ---- tracepoints ---- */

static uint64_t mac_number(const uint8_t mac[6])
{
    uint64_t n = 0;
    for (int i = 0; i < 6; i++) n = n << 8 | mac[i];
    return n;
}

#define TRACE_NEIGH_OF(n) \
    TRACE_AF_INET, trace_text((n)->dev->name), mac_number((n)->mac), 6, (n)->nud_state, (n)->addr, (n)->confirmed, (n)->updated, (n)->used

/* ---- sending ARP ---- */

static void arp_send(struct netdev *dev, uint16_t op, uint32_t target, uint32_t sender, const uint8_t to[6], const uint8_t target_mac[6])
{
    struct net *net = dev->net;
    struct pkt *p = pkt_new(net->sim);
    p->kind = PKT_ARP;
    p->len = p->hdr_len = ARP_LEN;
    p->arp_op = op;
    p->daddr = target;
    p->saddr = sender;
    struct pkt_ext *e = pkt_ext(p);
    memcpy(e->src_mac, dev->mac, 6);
    memcpy(e->dst_mac, target_mac, 6);
    p->digest = (uint32_t) ++net->n_pkts * 0x9e3779b1u ^ target * 0x85ebca6bu ^ sender ^ op;
    netdev_xmit(dev, p, to);
}

/* arp_solicit(): the source address of a question. */
static uint32_t arp_source(struct net *net, const struct neighbour *n)
{
    int announce = IN_DEV_MAXCONF(n->dev, arp_announce);
    uint32_t own = n->queue && ip_addr_is_local(net, n->queue->saddr) ? n->queue->saddr : 0;
    bool is_good = own && (announce == 0 || (announce == 1 && ip_is_onlink(n->dev, n->addr, own)));
    return is_good ? own : ip_select_addr(net, n->dev, n->addr, RT_SCOPE_LINK);
}

static void neigh_probe(struct net *net, struct neighbour *n)
{
    uint32_t sender = arp_source(net, n);
    bool is_unicast = n->probes < parms_of(n)->ucast_solicit;
    n->probes++;
    arp_send(n->dev, ARP_REQUEST, n->addr, sender, is_unicast ? n->mac : mac_broadcast, mac_none);
}

/* ---- the queue of an unresolved entry ---- */

static struct pkt *dequeue(struct net *net, struct neighbour *n)
{
    struct pkt *p = n->queue;
    if (!p) return NULL;
    n->queue = p->next;
    if (!n->queue) n->queue_tail = &n->queue;
    p->next = NULL;
    n->n_queued--;
    n->queued_bytes -= p->truesize;
    net->sim->pkts_held -= p->gso_segs;
    return p;
}

/* The oldest ones make room.  Before 3.3 the limit was in packets. */
static bool has_room(const struct net *net, const struct neighbour *n, uint32_t truesize)
{
    uint32_t bytes = (uint32_t) parms_of(n)->unres_qlen_bytes;
    if (net->profile && net->profile->version < 3003) return n->n_queued < bytes / NEIGH_QUEUED_PKT_BYTES;
    return n->queued_bytes + truesize <= bytes;
}

static void enqueue(struct net *net, struct neighbour *n, struct pkt *p)
{
    if (!p->truesize) p->truesize = SKB_OVERHEAD + p->len;
    while (n->queue && !has_room(net, n, p->truesize)) pkt_drop(net->sim, &net->drops, dequeue(net, n), DROP_NEIGH_QUEUEFULL);
    p->next = NULL;
    *n->queue_tail = p;
    n->queue_tail = &p->next;
    n->n_queued++;
    n->queued_bytes += p->truesize;
    net->sim->pkts_held += p->gso_segs;
}

static void flush_queue(struct net *net, struct neighbour *n)
{
    struct pkt *p;
    while (n->nud_state & NUD_VALID && (p = dequeue(net, n)) != NULL) netdev_xmit(n->dev, p, n->mac);
}

/* neigh_invalidate(): whoever sent what waits here learns that the host cannot be reached (arp_error_report()). */
static void invalidate(struct net *net, struct neighbour *n)
{
    n->nud_state = NUD_FAILED;
    n->updated = net_jiffies(net);
    struct pkt *p;
    while (n->nud_state == NUD_FAILED && (p = dequeue(net, n)) != NULL) {
        icmp_send(net, p, ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0);
        pkt_drop(net->sim, &net->drops, p, DROP_NEIGH_FAILED);
    }
}

/* ---- states ---- */

/* neigh_timer_handler() */
static void neigh_timer(struct timer *timer)
{
    struct neighbour *n = ns_container_of(timer, struct neighbour, timer);
    struct net *net = n->dev->net;
    uint32_t now = net_jiffies(net), next = now + retrans_time(n);

    if (n->nud_state == NUD_REACHABLE) {
        if ((int32_t) (n->confirmed + reachable_time(n->dev) - now) >= 0) {
            next = n->confirmed + reachable_time(n->dev);
        } else {
            bool in_use = (int32_t) (n->used + delay_time(n) - now) >= 0;
            will_change(net, n);
            n->nud_state = in_use ? NUD_DELAY : NUD_STALE;
            n->updated = now;
            next = now + delay_time(n);
        }
    } else if (n->nud_state == NUD_DELAY) {
        n->updated = now;
        if ((int32_t) (n->confirmed + delay_time(n) - now) >= 0) {
            n->nud_state = NUD_REACHABLE;
            next = n->confirmed + reachable_time(n->dev);
        } else {
            n->nud_state = NUD_PROBE;
            n->probes = 0;
        }
    }
    if (n->nud_state & (NUD_INCOMPLETE | NUD_PROBE)) {
        int max = parms_of(n)->ucast_solicit + (n->nud_state == NUD_INCOMPLETE ? parms_of(n)->mcast_solicit : parms_of(n)->mcast_resolicit);
        if (n->probes >= max) {
            invalidate(net, n);
            TRACE(net->sim, NEIGH_TIMER_HANDLER, net->node.name, TRACE_NEIGH_OF(n), 0);
            return;
        }
    }
    if (n->nud_state & NUD_IN_TIMER) {
        uint32_t soonest = now + net->wheel.hz / 100u;
        add_timer(net, n, (int32_t) (next - soonest) < 0 ? soonest : next);
    }
    if (n->nud_state & (NUD_INCOMPLETE | NUD_PROBE)) neigh_probe(net, n);
    TRACE(net->sim, NEIGH_TIMER_HANDLER, net->node.name, TRACE_NEIGH_OF(n), 0);
}

/* neigh_resolve_output(), __neigh_event_send() */
void neigh_resolve_output(struct net *net, struct neighbour *n, struct pkt *p)
{
    uint32_t now = net_jiffies(net);
    n->used = now;
    if (n->nud_state == NUD_STALE) {
        n->nud_state = NUD_DELAY;
        n->updated = now;
        add_timer(net, n, now + delay_time(n));
    }
    if (n->nud_state & NUD_VALID) {
        TRACE(net->sim, NEIGH_EVENT_SEND_DONE, net->node.name, TRACE_NEIGH_OF(n), 0);
        netdev_xmit(n->dev, p, n->mac);
        return;
    }
    bool is_first = n->nud_state != NUD_INCOMPLETE;
    if (is_first) {
        n->probes = (uint8_t) parms_of(n)->ucast_solicit;
        n->nud_state = NUD_INCOMPLETE;
        n->updated = now;
        add_timer(net, n, now + retrans_time(n));
    }
    enqueue(net, n, p);
    if (is_first) neigh_probe(net, n);
    TRACE(net->sim, NEIGH_EVENT_SEND_DONE, net->node.name, TRACE_NEIGH_OF(n), 1);
}

/* To a valid state. */
static void update(struct net *net, struct neighbour *n, const uint8_t mac[6], uint8_t new, unsigned flags)
{
    uint32_t now = net_jiffies(net);
    uint8_t old = n->nud_state;
    bool is_same = old & NUD_VALID && !memcmp(mac, n->mac, 6);
    if (!(flags & F_ADMIN) && old & (NUD_NOARP | NUD_PERMANENT)) return;
    if (new & NUD_CONNECTED) n->confirmed = now;
    if (old & NUD_VALID) {
        if (!is_same && !(flags & F_OVERRIDE)) return;
        if (is_same && new == NUD_STALE && !(flags & F_ADMIN)) new = old;
    }
    if (new != old || !is_same) {
        will_change(net, n);
        n->updated = now;
    }
    if (new != old) {
        n->nud_state = new;
        timer_del(&net->wheel, &n->timer);
        if (new == NUD_PROBE) n->probes = 0;
        if (new & NUD_IN_TIMER) add_timer(net, n, now + (new == NUD_REACHABLE ? reachable_time(n->dev) : 0));
    }
    if (!is_same) {
        memcpy(n->mac, mac, 6);
        if (!(new & NUD_CONNECTED)) n->confirmed = now - 2 * base_reachable_time(n->dev);
    }
    if (!(old & NUD_VALID)) flush_queue(net, n);
}

static void neigh_update(struct net *net, struct neighbour *n, const uint8_t mac[6], uint8_t new, unsigned flags)
{
    TRACE(net->sim, NEIGH_UPDATE, net->node.name, TRACE_NEIGH_OF(n), mac_number(mac), new, flags);
    update(net, n, mac, new, flags);
    TRACE(net->sim, NEIGH_UPDATE_DONE, net->node.name, TRACE_NEIGH_OF(n), 0);
}

void neigh_confirm(struct net *net, struct neighbour *n)
{
    n->confirmed = net_jiffies(net);
}

/* ---- entries ---- */

static uint64_t entry_key(const struct netdev *dev, uint32_t addr)
{
    return (uint64_t) dev->ifindex << 32 | addr;
}

/* arp_constructor(): some addresses need no question. */
static void construct(struct net *net, struct neighbour *n)
{
    const struct route *r = ip_route_lookup(net, n->addr);
    if (ip_is_multicast(n->addr)) {
        n->nud_state = NUD_NOARP;
        memcpy(n->mac, (uint8_t[]){ 0x01, 0x00, 0x5e, n->addr >> 16 & 0x7f, n->addr >> 8 & 0xff, n->addr & 0xff }, 6);
    } else if (n->addr == UINT32_MAX || (r && r->type == ROUTE_BROADCAST)) {
        n->nud_state = NUD_NOARP;
        memcpy(n->mac, mac_broadcast, 6);
    } else if (n->dev->no_arp) {
        n->nud_state = NUD_NOARP;
        memcpy(n->mac, n->dev->mac, 6);
    }
}

struct neighbour *neigh_lookup(struct net *net, struct netdev *dev, uint32_t addr)
{
    struct neigh_table *t = net->ip->neigh;
    struct neighbour *n = map_get(&t->entries, entry_key(dev, addr));
    if (n) return n;
    n = g_new0(struct neighbour, 1);
    n->addr = addr;
    n->dev = dev;
    n->queue_tail = &n->queue;
    n->used = n->updated = net_jiffies(net);
    n->confirmed = n->used - 2 * base_reachable_time(n->dev);
    timer_init(&n->timer, neigh_timer, node_serial(&net->node), 0, true);
    construct(net, n);
    map_set(&t->entries, entry_key(dev, addr), n);
    *t->tail = n;
    t->tail = &n->next;
    TRACE(net->sim, NEIGH_CREATE, net->node.name, TRACE_AF_INET, trace_text(dev->name), t->entries.n, 1, 0, addr);
    return n;
}

static void forget(struct net *net, struct neighbour *n)
{
    TRACE(net->sim, NEIGH_CLEANUP_AND_RELEASE, net->node.name, TRACE_NEIGH_OF(n), 0);
    timer_kill(&net->wheel, &n->timer);
    will_change(net, n);
    n->nud_state = NUD_NONE;
    n->probes = 0;
    for (struct pkt *p; (p = dequeue(net, n)) != NULL;) pkt_drop(net->sim, &net->drops, p, DROP_NEIGH_FAILED);
    construct(net, n);
}

void neigh_flush_dev(struct netdev *dev)
{
    for (struct neighbour *n = dev->net->ip->neigh->all; n; n = n->next)
        if (n->dev == dev) forget(dev->net, n);
}

/* ---- receiving ARP ---- */

/* arp_ignore(); 4 to 7 are reserved. */
static bool has_addr(struct net *net, struct netdev *dev, uint32_t addr, uint32_t sender)
{
    const struct route *r = ip_route_lookup(net, addr);
    if (!r || r->type != ROUTE_LOCAL) return false;
    switch (IN_DEV_MAXCONF(dev, arp_ignore)) {
    case 1: return r->dev == dev;
    case 2: return r->dev == dev && ip_is_onlink(dev, sender, addr);
    case 8: return false;
    default: return true;
    }
}

/* arp_process() */
void arp_rcv(struct netdev *dev, struct pkt *p)
{
    struct net *net = dev->net;
    if (p->flags & PKT_OTHERHOST || dev->raw_ip || dev->is_loopback || dev->no_arp || !p->ext) {
        pkt_drop(net->sim, &net->drops, p, DROP_OTHERHOST);
        return;
    }
    uint8_t sender_mac[6];
    memcpy(sender_mac, p->ext->src_mac, 6);
    uint32_t sender = p->saddr, target = p->daddr;
    bool is_broadcast = p->flags & PKT_BROADCAST;
    unsigned op = p->arp_op;
    TRACE_CONSUME_SKB(net->sim, net->node.name, p, "arp_process");
    pkt_consume(net->sim, p);

    if (op == ARP_REQUEST && has_addr(net, dev, target, sender)) {
        if (sender) neigh_update(net, neigh_lookup(net, dev, sender), sender_mac, NUD_STALE, F_OVERRIDE); /* neigh_event_ns() */
        arp_send(dev, ARP_REPLY, sender, target, sender_mac, sender_mac);
        return;
    }
    struct neighbour *n = map_get(&net->ip->neigh->entries, entry_key(dev, sender)); /* arp_accept 0: nothing is learned unasked */
    if (!n) return;
    uint32_t lock = timer_msecs_to_jiffies(&net->wheel, (uint64_t) parms_of(n)->locktime_ms);
    bool override = (int32_t) (net_jiffies(net) - (n->updated + lock)) > 0;
    neigh_update(net, n, sender_mac, op == ARP_REPLY && !is_broadcast ? NUD_REACHABLE : NUD_STALE, override ? F_OVERRIDE : 0);
}

/* ---- ip neigh ---- */

void ip_neigh_each(struct net *net, void (*func)(struct neighbour *n, void *data), void *data)
{
    for (struct neighbour *n = net->ip->neigh->all; n; n = n->next)
        if (n->nud_state != NUD_NONE) func(n, data);
}

struct neighbour *ip_neigh_find(struct netdev *dev, uint32_t addr)
{
    struct neighbour *n = map_get(&dev->net->ip->neigh->entries, entry_key(dev, addr));
    return n && n->nud_state != NUD_NONE ? n : NULL;
}

/* neigh_add(), __neigh_update() with NEIGH_UPDATE_F_ADMIN */
int ip_neigh_set(struct netdev *dev, uint32_t addr, const uint8_t *mac, uint8_t state, enum neigh_how how)
{
    struct net *net = dev->net;
    struct neighbour *n = ip_neigh_find(dev, addr);
    if (n && how == NEIGH_ADD) return -EEXIST;
    if (!n && how == NEIGH_CHANGE) return -ENOENT;
    uint8_t old = n ? n->nud_state : NUD_NONE;
    if (state & NUD_VALID) {
        if (!mac && !(old & NUD_VALID)) return -EINVAL;
        if (!n) n = neigh_lookup(net, dev, addr);
        uint8_t copy[6];
        memcpy(copy, mac ? mac : n->mac, 6);
        neigh_update(net, n, copy, state, F_OVERRIDE | F_ADMIN);
        return 0;
    }
    if (!n) n = neigh_lookup(net, dev, addr);
    timer_del(&net->wheel, &n->timer);
    will_change(net, n);
    n->nud_state = state;
    if (old & (NUD_INCOMPLETE | NUD_PROBE) && state == NUD_FAILED) invalidate(net, n);
    return 0;
}

/* neigh_delete() */
int ip_neigh_del(struct netdev *dev, uint32_t addr)
{
    struct neighbour *n = ip_neigh_find(dev, addr);
    if (!n) return -ENOENT;
    ip_neigh_set(dev, addr, NULL, NUD_FAILED, NEIGH_CHANGE);
    forget(dev->net, n);
    return 0;
}

void neigh_init(struct ip_net *ip)
{
    ip->neigh = g_new0(struct neigh_table, 1);
    ip->neigh->tail = &ip->neigh->all;
}

void neigh_free(struct ip_net *ip)
{
    struct neigh_table *t = ip->neigh;
    for (struct neighbour *n = t->all, *next; n; n = next) {
        next = n->next;
        forget(ip->net, n);
        g_free(n);
    }
    map_free(&t->entries);
    g_free(t);
}
