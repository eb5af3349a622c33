/* SPDX-License-Identifier: GPL-3.0-or-later */
/* addr.c - addresses of devices, and the routes that come with them (net/ipv4/devinet.c, fib_frontend.c). */
#include "models/ip/fib.h"

static struct ip_addr *find_addr(struct fib *fib, const struct netdev *dev, uint32_t addr, unsigned plen)
{
    for (unsigned i = 0; i < fib->n_addrs; i++) {
        struct ip_addr *a = &fib->addrs[i];
        if (a->dev == dev && a->addr == addr && a->plen == plen) return a;
    }
    return NULL;
}

static bool same_subnet(const struct ip_addr *a, const struct ip_addr *b)
{
    return a->dev == b->dev && a->plen == b->plen && ((a->addr ^ b->addr) & ip_mask(a->plen)) == 0;
}

/* fib_add_ifaddr(): the local route always; the subnet and its broadcast while the device is up. */
static void add_routes(struct net *net, const struct ip_addr *a)
{
    uint32_t mask = ip_mask(a->plen), prefix = a->addr & mask;
    struct route r = { .dst = a->addr, .plen = 32, .type = ROUTE_LOCAL, .dev = a->dev, .prefsrc = a->addr, .scope = 'h', .is_kernel = true };
    fib_insert(net, &r, false);
    if (!a->dev->is_up || a->is_secondary) return;
    if (prefix != a->addr || a->plen < 32) {
        r.dst = prefix;
        r.plen = a->plen;
        r.type = a->dev->is_loopback ? ROUTE_LOCAL : ROUTE_UNICAST;
        r.scope = a->dev->is_loopback ? 'h' : 'l';
        fib_insert(net, &r, false);
    }
    if (a->plen < 31) {
        r = (struct route){ .dst = prefix | ~mask, .plen = 32, .type = ROUTE_BROADCAST, .dev = a->dev, .prefsrc = a->addr,
                            .scope = 'l', .is_kernel = true };
        fib_insert(net, &r, false);
    }
}

bool ip_addr_add(struct netdev *dev, uint32_t addr, unsigned plen, GError **error)
{
    struct net *net = dev->net;
    struct fib *fib = net->ip->fib;
    if (plen > 32 || ip_is_multicast(addr) || addr == 0) return ip_fail(error, "RTNETLINK answers: Invalid argument");
    if (find_addr(fib, dev, addr, plen))
        return ip_fail(error, ip_has_extack(net) ? "Error: ipv4: Address already assigned." : "RTNETLINK answers: File exists");
    struct ip_addr a = { .dev = dev, .addr = addr, .plen = (uint8_t) plen };
    for (unsigned i = 0; i < fib->n_addrs; i++) a.is_secondary |= same_subnet(&fib->addrs[i], &a);
    if ((fib->n_addrs & (fib->n_addrs - 1)) == 0) fib->addrs = g_renew(struct ip_addr, fib->addrs, ns_max(2 * fib->n_addrs, 1u));
    fib->addrs[fib->n_addrs++] = a;
    add_routes(net, &a);
    ip_routes_changed(net);
    return true;
}

static bool came_with(const struct route *r, const void *data)
{
    const struct ip_addr *a = data;
    return r->is_kernel && r->dev == a->dev && r->prefsrc == a->addr;
}

static bool prefers(const struct route *r, const void *data)
{
    return r->prefsrc == ((const struct ip_addr *) data)->addr;
}

static void remove_addr(struct net *net, unsigned i)
{
    struct fib *fib = net->ip->fib;
    struct ip_addr a = fib->addrs[i];
    memmove(&fib->addrs[i], &fib->addrs[i + 1], (fib->n_addrs - i - 1) * sizeof a);
    fib->n_addrs--;
    fib_remove(net, &fib->local, came_with, &a);
    fib_remove(net, &fib->main, came_with, &a);
    /* fib_sync_down_addr(): routes that were told to use the address go with it, unless another device still has it. */
    if (!ip_addr_is_local(net, a.addr)) fib_remove(net, &fib->main, prefers, &a);
}

bool ip_addr_del(struct netdev *dev, uint32_t addr, unsigned plen, GError **error)
{
    struct net *net = dev->net;
    struct fib *fib = net->ip->fib;
    struct ip_addr *found = find_addr(fib, dev, addr, plen);
    if (!found)
        return ip_fail(error, ip_has_extack(net) ? "Error: ipv4: Address not found." : "RTNETLINK answers: Cannot assign requested address");
    struct ip_addr a = *found;
    remove_addr(net, (unsigned) (found - fib->addrs));
    if (!a.is_secondary) /* without promote_secondaries they go with their primary */
        for (unsigned i = fib->n_addrs; i--;)
            if (same_subnet(&fib->addrs[i], &a)) remove_addr(net, i);
    for (unsigned i = 0; i < fib->n_addrs; i++) add_routes(net, &fib->addrs[i]); /* what another address had a claim to as well */
    ip_routes_changed(net);
    return true;
}

uint32_t ip_addr_primary(const struct netdev *dev)
{
    const struct fib *fib = dev->net->ip->fib;
    for (unsigned i = 0; i < fib->n_addrs; i++)
        if (fib->addrs[i].dev == dev) return fib->addrs[i].addr;
    return 0;
}

bool ip_addr_is_local(struct net *net, uint32_t addr)
{
    const struct route *r = ip_route_lookup(net, addr);
    return r && r->type == ROUTE_LOCAL;
}

uint32_t ip_select_addr(const struct net *net, const struct netdev *dev, uint32_t daddr)
{
    const struct fib *fib = net->ip->fib;
    uint32_t first = 0, other = 0;
    for (unsigned i = 0; i < fib->n_addrs; i++) {
        const struct ip_addr *a = &fib->addrs[i];
        if (a->dev == dev && !a->is_secondary && ((a->addr ^ daddr) & ip_mask(a->plen)) == 0) return a->addr;
        if (a->dev == dev && !first) first = a->addr;
        if (!a->dev->is_loopback && !other) other = a->addr;
    }
    return first ? first : other;
}

void ip_addr_each(struct netdev *dev, void (*func)(uint32_t addr, unsigned plen, void *data), void *data)
{
    const struct fib *fib = dev->net->ip->fib;
    for (unsigned i = 0; i < fib->n_addrs; i++)
        if (fib->addrs[i].dev == dev) func(fib->addrs[i].addr, fib->addrs[i].plen, data);
}

/* fib_sync_down_dev(): all that leads out of the device; local addresses stay ours. */
static bool leads_out(const struct route *r, const void *data)
{
    return r->dev == data && r->type != ROUTE_LOCAL;
}

void ip_dev_changed(struct netdev *dev)
{
    struct net *net = dev->net;
    struct fib *fib = net->ip->fib;
    if (dev->is_up) {
        if (dev->is_loopback && !ip_addr_primary(dev)) ip_addr_add(dev, 0x7f000001, 8, NULL); /* inetdev_event() */
        for (unsigned i = 0; i < fib->n_addrs; i++)
            if (fib->addrs[i].dev == dev) add_routes(net, &fib->addrs[i]);
    } else {
        fib_remove(net, &fib->main, leads_out, dev);
        fib_remove(net, &fib->local, leads_out, dev);
        neigh_ifdown(net, dev);
    }
    ip_routes_changed(net);
}
