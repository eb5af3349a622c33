/* SPDX-License-Identifier: GPL-3.0-or-later */
/* addr.c - addresses of devices, and the routes that come with them (net/ipv4/devinet.c, fib_frontend.c). */
#include "models/ip/fib.h"

#include <errno.h>

/* inet_ifa_match() */
static bool is_in_subnet(uint32_t addr, const struct ip_addr *ifa)
{
    return ((addr ^ ifa->address) & ip_mask(ifa->plen)) == 0;
}

static bool same_subnet(const struct ip_addr *a, const struct ip_addr *b)
{
    return a->dev == b->dev && a->plen == b->plen && is_in_subnet(a->address, b);
}

/* ---- routes ---- */

/* The primary address of the subnet of @ifa: what its routes prefer as source. */
static uint32_t primary_of(const struct fib *fib, const struct ip_addr *ifa)
{
    for (unsigned i = 0; ifa->is_secondary && i < fib->n_addrs; i++)
        if (!fib->addrs[i].is_secondary && same_subnet(&fib->addrs[i], ifa)) return fib->addrs[i].local;
    return ifa->local;
}

/* fib_magic() */
static struct route kernel_route(const struct ip_addr *ifa, uint32_t prefsrc, enum route_type type, uint32_t dst, unsigned plen)
{
    return (struct route){
        .dst = dst, .plen = (uint8_t) plen, .type = type, .dev = ifa->dev, .prefsrc = prefsrc, .protocol = RTPROT_KERNEL,
        .table = type == ROUTE_UNICAST ? RT_TABLE_MAIN : RT_TABLE_LOCAL,
        .scope = type == ROUTE_LOCAL ? RT_SCOPE_HOST : RT_SCOPE_LINK,
    };
}

static bool has_prefix_route(const struct ip_addr *ifa)
{
    uint32_t prefix = ifa->address & ip_mask(ifa->plen);
    return !ifa->is_secondary && prefix >> 24 != 0 && (prefix != ifa->local || ifa->plen < 32);
}

static struct route prefix_route(const struct ip_addr *ifa)
{
    struct route r = kernel_route(ifa, ifa->local, ifa->dev->is_loopback ? ROUTE_LOCAL : ROUTE_UNICAST,
                                  ifa->address & ip_mask(ifa->plen), ifa->plen);
    r.priority = ifa->rt_priority;
    return r;
}

/* fib_add_ifaddr(): the local route always; the subnet and its broadcasts while the device is up. */
static void add_routes(struct net *net, const struct ip_addr *ifa)
{
    uint32_t prefsrc = primary_of(net->ip->fib, ifa);
    struct route r = kernel_route(ifa, prefsrc, ROUTE_LOCAL, ifa->local, 32);
    fib_insert(net, &r, ROUTE_APPEND);
    if (!ifa->dev->is_up) return;
    if (ifa->broadcast && ifa->broadcast != UINT32_MAX) {
        r = kernel_route(ifa, prefsrc, ROUTE_BROADCAST, ifa->broadcast, 32);
        fib_insert(net, &r, ROUTE_APPEND);
    }
    if (!has_prefix_route(ifa)) return;
    if (!ifa->no_prefix_route) {
        r = prefix_route(ifa);
        fib_insert(net, &r, ROUTE_APPEND);
    }
    if (ifa->plen < 31) {
        r = kernel_route(ifa, prefsrc, ROUTE_BROADCAST, ifa->address | ~ip_mask(ifa->plen), 32);
        fib_insert(net, &r, ROUTE_APPEND);
    }
}

static bool is_kernels(const struct route *r, const void *data)
{
    const struct route *want = data;
    return r->protocol == RTPROT_KERNEL && r->type == want->type && r->dst == want->dst && r->plen == want->plen &&
           r->dev == want->dev && r->prefsrc == want->prefsrc && r->priority == want->priority;
}

static void del_route(struct net *net, const struct route *r)
{
    struct fib *fib = net->ip->fib;
    fib_remove(net, r->table == RT_TABLE_LOCAL ? &fib->local : &fib->main, is_kernels, r);
}

static bool needs_broadcast(const struct ip_addr *ifa, uint32_t broadcast)
{
    return ifa->broadcast == broadcast || (ifa->plen < 31 && has_prefix_route(ifa) && (ifa->address | ~ip_mask(ifa->plen)) == broadcast);
}

static void del_broadcast(struct net *net, const struct ip_addr *ifa, uint32_t prefsrc, uint32_t broadcast)
{
    const struct fib *fib = net->ip->fib;
    for (unsigned i = 0; i < fib->n_addrs; i++)
        if (fib->addrs[i].dev == ifa->dev && needs_broadcast(&fib->addrs[i], broadcast)) return;
    struct route r = kernel_route(ifa, prefsrc, ROUTE_BROADCAST, broadcast, 32);
    del_route(net, &r);
}

static bool prefers(const struct route *r, const void *data)
{
    return r->prefsrc == *(const uint32_t *) data;
}

/* fib_sync_down_dev(): all that leads out of the device. */
static bool leads_out(const struct route *r, const void *data)
{
    return r->dev == data && r->type != ROUTE_LOCAL;
}

/* fib_disable_ip(); local addresses stay ours. */
static void disable(struct netdev *dev)
{
    struct fib *fib = dev->net->ip->fib;
    fib_remove(dev->net, &fib->main, leads_out, dev);
    fib_remove(dev->net, &fib->local, leads_out, dev);
    neigh_flush_dev(dev);
}

/* fib_del_ifaddr(): what @ifa, which is no more in the list, has brought; but not what another one needs as well. */
static void del_routes(struct net *net, const struct ip_addr *ifa, uint32_t prefsrc)
{
    struct fib *fib = net->ip->fib;
    bool is_still_ours = false;
    if (has_prefix_route(ifa)) {
        struct route r = prefix_route(ifa);
        del_route(net, &r);
    }
    if (ifa->broadcast) del_broadcast(net, ifa, prefsrc, ifa->broadcast);
    if (ifa->plen < 31) del_broadcast(net, ifa, prefsrc, ifa->address | ~ip_mask(ifa->plen));
    for (unsigned i = 0; i < fib->n_addrs; i++) is_still_ours |= fib->addrs[i].dev == ifa->dev && fib->addrs[i].local == ifa->local;
    if (!is_still_ours) {
        struct route r = kernel_route(ifa, prefsrc, ROUTE_LOCAL, ifa->local, 32);
        del_route(net, &r);
        /* fib_sync_down_addr(): routes that were told to use the address go with it, unless another device has it too */
        if (!ip_addr_is_local(net, ifa->local)) fib_remove(net, &fib->main, prefers, &ifa->local);
    }
    if (!ip_addr_primary(ifa->dev)) disable(ifa->dev);
}

/* ---- ip address ---- */

/* Behind the primary addresses of the same or a wider scope; secondary ones at the end. */
static void insert(struct fib *fib, const struct ip_addr *ifa)
{
    unsigned at = fib->n_addrs;
    bool is_placed = ifa->is_secondary;
    for (unsigned i = fib->n_addrs; i-- && !is_placed;) {
        const struct ip_addr *other = &fib->addrs[i];
        if (other->dev != ifa->dev) continue;
        is_placed = !other->is_secondary && ifa->scope <= other->scope;
        at = is_placed ? i + 1 : i;
    }
    if ((fib->n_addrs & (fib->n_addrs - 1)) == 0) fib->addrs = g_renew(struct ip_addr, fib->addrs, ns_max(2 * fib->n_addrs, 1u));
    memmove(&fib->addrs[at + 1], &fib->addrs[at], (fib->n_addrs - at) * sizeof *ifa);
    fib->addrs[at] = *ifa;
    fib->n_addrs++;
}

/* inet_rtm_newaddr() of one that is there. */
static bool change(struct net *net, struct ip_addr *old, const struct ip_addr *ifa, bool may_replace, GError **error)
{
    if (!may_replace) return ip_fail_extack(net, error, "ipv4: Address already assigned.", EEXIST);
    if (old->rt_priority == ifa->rt_priority) return true;
    struct route was = prefix_route(old);
    old->rt_priority = ifa->rt_priority;
    if (!has_prefix_route(old) || old->no_prefix_route) return true;
    struct route is = prefix_route(old);
    fib_insert(net, &is, ROUTE_APPEND);
    del_route(net, &was);
    return true;
}

bool ip_ifa_add(const struct ip_addr *address, bool may_replace, GError **error)
{
    struct ip_addr ifa = *address;
    struct net *net = ifa.dev->net;
    struct fib *fib = net->ip->fib;
    if (ifa.local == 0) return true; /* inet_insert_ifa() */
    for (unsigned i = 0; i < fib->n_addrs; i++) {
        struct ip_addr *other = &fib->addrs[i];
        if (!same_subnet(other, &ifa)) continue;
        if (other->local == ifa.local) return change(net, other, &ifa, may_replace, error);
        if (other->scope != ifa.scope) return ip_fail_extack(net, error, "ipv4: Invalid scope value.", EINVAL);
        ifa.is_secondary = true;
    }
    insert(fib, &ifa);
    add_routes(net, &ifa);
    ip_routes_changed(net);
    return true;
}

bool ip_addr_add(struct netdev *dev, uint32_t addr, unsigned plen, GError **error)
{
    struct ip_addr ifa = { .dev = dev, .local = addr, .address = addr, .plen = (uint8_t) plen };
    if (plen > 32 || ip_is_multicast(addr) || addr == 0) return ip_fail(error, "RTNETLINK answers: Invalid argument");
    ifa.scope = addr >> 24 == 127 ? RT_SCOPE_HOST : RT_SCOPE_UNIVERSE;
    g_strlcpy(ifa.label, dev->name, sizeof ifa.label);
    return ip_ifa_add(&ifa, false, error);
}

static void remove_addr(struct net *net, unsigned i)
{
    struct fib *fib = net->ip->fib;
    struct ip_addr ifa = fib->addrs[i];
    uint32_t prefsrc = primary_of(fib, &ifa);
    memmove(&fib->addrs[i], &fib->addrs[i + 1], (fib->n_addrs - i - 1) * sizeof ifa);
    fib->n_addrs--;
    del_routes(net, &ifa, prefsrc);
}

bool ip_ifa_del(const struct ip_addr *like, bool any_prefix, GError **error)
{
    struct net *net = like->dev->net;
    struct fib *fib = net->ip->fib;
    unsigned i = 0;
    for (; i < fib->n_addrs; i++) {
        const struct ip_addr *ifa = &fib->addrs[i];
        if (ifa->dev != like->dev || ifa->local != like->local) continue;
        if (*like->label && strcmp(like->label, ifa->label)) continue;
        if (any_prefix || (ifa->plen == like->plen && is_in_subnet(like->address, ifa))) break;
    }
    if (i == fib->n_addrs) return ip_fail_extack(net, error, "ipv4: Address not found.", EADDRNOTAVAIL);
    struct ip_addr ifa = fib->addrs[i];
    if (!ifa.is_secondary) /* __inet_del_ifa(): without promote_secondaries they go before their primary */
        for (unsigned j = fib->n_addrs; j--;)
            if (fib->addrs[j].is_secondary && same_subnet(&fib->addrs[j], &ifa)) remove_addr(net, j);
    for (i = 0; fib->addrs[i].dev != ifa.dev || fib->addrs[i].local != ifa.local || !same_subnet(&fib->addrs[i], &ifa);) i++;
    remove_addr(net, i);
    ip_routes_changed(net);
    return true;
}

bool ip_addr_del(struct netdev *dev, uint32_t addr, unsigned plen, GError **error)
{
    return ip_ifa_del(&(struct ip_addr){ .dev = dev, .local = addr, .address = addr, .plen = (uint8_t) plen }, false, error);
}

/* ---- questions ---- */

uint32_t ip_addr_primary(const struct netdev *dev)
{
    const struct fib *fib = dev->net->ip->fib;
    for (unsigned i = 0; i < fib->n_addrs; i++)
        if (fib->addrs[i].dev == dev) return fib->addrs[i].local;
    return 0;
}

bool ip_addr_is_local(struct net *net, uint32_t addr)
{
    const struct route *r = ip_route_lookup(net, addr);
    return r && r->type == ROUTE_LOCAL;
}

uint32_t ip_select_addr(const struct net *net, const struct netdev *dev, uint32_t daddr, uint8_t scope)
{
    const struct fib *fib = net->ip->fib;
    uint32_t first = 0, other = 0;
    for (unsigned i = 0; i < fib->n_addrs; i++) {
        const struct ip_addr *ifa = &fib->addrs[i];
        if (ifa->is_secondary || ifa->scope > scope) continue;
        if (ifa->dev == dev && (!daddr || is_in_subnet(daddr, ifa))) return ifa->local;
        if (ifa->dev == dev && !first) first = ifa->local;
        if (ifa->scope != RT_SCOPE_LINK && !other) other = ifa->local;
    }
    return first ? first : other;
}

bool ip_is_onlink(const struct netdev *dev, uint32_t a, uint32_t b)
{
    const struct fib *fib = dev->net->ip->fib;
    for (unsigned i = 0; i < fib->n_addrs; i++) {
        const struct ip_addr *own = &fib->addrs[i];
        uint32_t mask = ip_mask(own->plen);
        if (own->dev == dev && !((own->address ^ a) & mask) && !((own->address ^ b) & mask)) return true;
    }
    return false;
}

void ip_addr_each(struct netdev *dev, void (*func)(uint32_t addr, unsigned plen, void *data), void *data)
{
    const struct fib *fib = dev->net->ip->fib;
    for (unsigned i = 0; i < fib->n_addrs; i++)
        if (fib->addrs[i].dev == dev) func(fib->addrs[i].local, fib->addrs[i].plen, data);
}

/* ---- devices ---- */

/* inetdev_event(), fib_inetaddr_event() */
static void device_is_up(struct netdev *dev)
{
    struct fib *fib = dev->net->ip->fib;
    if (dev->is_loopback && !ip_addr_primary(dev)) ip_addr_add(dev, 0x7f000001, 8, NULL);
    for (unsigned i = 0; i < fib->n_addrs; i++)
        if (fib->addrs[i].dev == dev) add_routes(dev->net, &fib->addrs[i]);
}

void ip_dev_event(struct netdev *dev, enum netdev_event event)
{
    switch (event) {
    case NETDEV_UP: device_is_up(dev); break;
    case NETDEV_DOWN: disable(dev); break;
    case NETDEV_CHANGEADDR: /* arp_netdev_event() */
    case NETDEV_CHANGE: neigh_flush_dev(dev); break;
    case NETDEV_CHANGEMTU: break;
    }
    ip_routes_changed(dev->net);
}
