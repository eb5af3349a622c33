/* SPDX-License-Identifier: GPL-3.0-or-later */
/* route.c - the routing tables (net/ipv4/fib_*.c, route.c).
 *
 * Two tables, local before main, each a map of prefixes and a bit set of the lengths that occur: a look-up probes once
 * for each length, longest first.  Packets that come in meet a direct-mapped cache of destinations before that, sockets
 * keep their struct dst; both are valid while the generation is the same.
 */
#include "models/ip/fib.h"

#include <errno.h>
#include <stdlib.h>

enum {
    CACHE_MIN = 4, CACHE_MAX = 4096, /* entries of the input cache */
    MIN_PMTU = 552,                  /* net.ipv4.route.min_pmtu */
    RT_TABLE_MAIN = 254, RT_TABLE_LOCAL = 255,
    PMTU_EXPIRES_S = 600,            /* net.ipv4.route.mtu_expires */
};

static uint64_t prefix_key(uint32_t dst, unsigned plen)
{
    return (uint64_t) plen << 32 | dst;
}

bool ip_fail(GError **error, const char *text)
{
    g_set_error_literal(error, NETSIM_ERROR, NETSIM_ERROR_COMMAND, text);
    return false;
}

bool ip_has_extack(const struct net *net)
{
    return !net->profile || net->profile->version >= 4012;
}

static bool fail_either(const struct net *net, GError **error, const char *extack, const char *rtnetlink)
{
    return ip_fail(error, ip_has_extack(net) ? extack : rtnetlink);
}

/* ---- the tables ---- */

static struct fib_table *table_of(struct fib *fib, const struct route *r)
{
    return r->type == ROUTE_LOCAL || r->type == ROUTE_BROADCAST ? &fib->local : &fib->main;
}

static const struct route *table_lookup(const struct fib_table *t, uint32_t daddr)
{
    for (uint64_t left = t->plens; left;) {
        unsigned plen = 63 - (unsigned) __builtin_clzll(left);
        left ^= 1ull << plen;
        struct fib_node *n = map_get(&t->prefixes, prefix_key(daddr & ip_mask(plen), plen));
        if (n) return &n->route;
    }
    return NULL;
}

static inline void trace_lookup(struct net *net, unsigned table, uint32_t daddr, const struct route *r)
{
    TRACE(net->sim, FIB_TABLE_LOOKUP, net->node.name, table, r ? 0 : (uint64_t) -EAGAIN, daddr, r ? r->via : 0,
          trace_text(r && r->dev ? r->dev->name : "-"));
}

const struct route *ip_route_lookup(struct net *net, uint32_t daddr)
{
    struct fib *fib = net->ip->fib;
    const struct route *r = table_lookup(&fib->local, daddr);
    trace_lookup(net, RT_TABLE_LOCAL, daddr, r);
    if (r) return r;
    r = table_lookup(&fib->main, daddr);
    trace_lookup(net, RT_TABLE_MAIN, daddr, r);
    return r;
}

static void bury(struct fib *fib, struct fib_node *n)
{
    n->next = fib->removed;
    fib->removed = n;
}

bool fib_insert(struct net *net, const struct route *route, bool replace)
{
    struct fib *fib = net->ip->fib;
    struct fib_table *t = table_of(fib, route);
    uint64_t key = prefix_key(route->dst, route->plen);
    struct fib_node *first = map_get(&t->prefixes, key), **link = &first;
    while (*link && (*link)->route.priority < route->priority) link = &(*link)->next;
    struct fib_node *same = *link && (*link)->route.priority == route->priority ? *link : NULL;
    if (same && !replace) return false;

    struct fib_node *n = g_new(struct fib_node, 1);
    *n = (struct fib_node){ .route = *route, .next = same ? same->next : *link };
    *link = n;
    map_set(&t->prefixes, key, first);
    if (same) {
        bury(fib, same);
    } else {
        t->n_of_plen[route->plen]++;
        t->plens |= 1ull << route->plen;
    }
    ip_routes_changed(net);
    return true;
}

static void remove_node(struct net *net, struct fib_table *t, struct fib_node *n)
{
    unsigned plen = n->route.plen;
    uint64_t key = prefix_key(n->route.dst, plen);
    struct fib_node *first = map_get(&t->prefixes, key), **link = &first;
    while (*link != n) link = &(*link)->next;
    *link = n->next;
    if (first) map_set(&t->prefixes, key, first);
    else map_del(&t->prefixes, key);
    if (--t->n_of_plen[plen] == 0) t->plens &= ~(1ull << plen);
    bury(net->ip->fib, n);
    ip_routes_changed(net);
}

/* As fib_trie lists them: by prefix, of equal ones the longest first, then by priority. */
static int compare_routes(const void *a, const void *b)
{
    const struct route *x = *(const struct route *const *) a, *y = *(const struct route *const *) b;
    if (x->dst != y->dst) return x->dst < y->dst ? -1 : 1;
    if (x->plen != y->plen) return x->plen > y->plen ? -1 : 1;
    return x->priority < y->priority ? -1 : x->priority > y->priority;
}

static GPtrArray *sorted_routes(const struct fib_table *t)
{
    GPtrArray *all = g_ptr_array_new();
    for (uint32_t i = 0; t->prefixes.slots && i <= t->prefixes.mask; i++)
        for (struct fib_node *n = t->prefixes.slots[i].value; n; n = n->next) g_ptr_array_add(all, n);
    if (all->len) qsort(all->pdata, all->len, sizeof *all->pdata, compare_routes);
    return all;
}

void ip_route_each(struct net *net, void (*func)(const struct route *r, void *data), void *data)
{
    g_autoptr(GPtrArray) all = sorted_routes(&net->ip->fib->main);
    for (guint i = 0; i < all->len; i++) func(all->pdata[i], data);
}

void fib_remove(struct net *net, struct fib_table *table, bool (*match)(const struct route *r, const void *data), const void *data)
{
    g_autoptr(GPtrArray) all = sorted_routes(table);
    for (guint i = 0; i < all->len; i++)
        if (match(all->pdata[i], data)) remove_node(net, table, all->pdata[i]);
}

/* ---- ip route add, replace, del ---- */

/* fib_check_nh_v4_gw(): the gateway must be on a link of ours.  Fills the device. */
static bool check_gateway(struct net *net, struct route *r)
{
    struct fib *fib = net->ip->fib;
    if (table_lookup(&fib->local, r->via)) return false;
    for (int plen = 32; plen >= 0; plen--) {
        struct fib_node *n = map_get(&fib->main.prefixes, prefix_key(r->via & ip_mask((unsigned) plen), (unsigned) plen));
        while (n && r->dev && n->route.dev != r->dev) n = n->next;
        if (!n) continue;
        if (n->route.type != ROUTE_UNICAST || n->route.via) return false;
        r->dev = n->route.dev;
        return true;
    }
    return false;
}

static bool check_route(struct net *net, struct route *r, GError **error)
{
    if (r->plen > 32 || r->dst & ~ip_mask(r->plen))
        return fail_either(net, error, "Error: Invalid prefix for given prefix length.", "RTNETLINK answers: Invalid argument");
    if (r->type == ROUTE_UNICAST) {
        if (!r->via && !r->dev) return ip_fail(error, "RTNETLINK answers: No such device");
        if (r->via && !check_gateway(net, r))
            return fail_either(net, error, "Error: Nexthop has invalid gateway.", "RTNETLINK answers: Network is unreachable");
        if (!r->dev->is_up)
            return fail_either(net, error, "Error: Device for nexthop is not up.", "RTNETLINK answers: Network is down");
    }
    if (r->prefsrc && !ip_addr_is_local(net, r->prefsrc))
        return fail_either(net, error, "Error: Invalid prefsrc address.", "RTNETLINK answers: Invalid argument");
    if (!r->scope) r->scope = r->type == ROUTE_LOCAL ? 'h' : r->type == ROUTE_UNICAST && !r->via ? 'l' : 'g';
    return true;
}

bool ip_route_add(struct net *net, const struct route *route, bool replace, GError **error)
{
    struct route r = *route;
    if (!check_route(net, &r, error)) return false;
    if (!fib_insert(net, &r, replace)) return ip_fail(error, "RTNETLINK answers: File exists");
    return true;
}

bool ip_route_del(struct net *net, const struct route *route, GError **error)
{
    struct fib_table *t = table_of(net->ip->fib, route);
    struct fib_node *n = map_get(&t->prefixes, prefix_key(route->dst, route->plen));
    for (; n; n = n->next) {
        const struct route *r = &n->route;
        if (route->type != ROUTE_UNICAST && route->type != r->type) continue;
        if (route->priority && route->priority != r->priority) continue;
        if (route->via && route->via != r->via) continue;
        if (route->dev && route->dev != r->dev) continue;
        if (route->prefsrc && route->prefsrc != r->prefsrc) continue;
        remove_node(net, t, n);
        return true;
    }
    return ip_fail(error, "RTNETLINK answers: No such process");
}

/* ---- what a socket keeps ---- */

static uint32_t path_mtu(struct net *net, const struct route *r, const struct netdev *dev, uint32_t daddr)
{
    uint32_t mtu = r->metrics.mtu ? r->metrics.mtu : dev->mtu;
    if (r->metrics.mtu_locked) return mtu;
    const struct pmtu_exception *e = map_get(&net->ip->fib->pmtu, daddr);
    return e && net->sim->now < e->expires ? ns_min(mtu, e->mtu) : mtu;
}

/* ip_dst_mtu_maybe_forward(): what was learned from ICMP concerns routers only if they are told so. */
static uint32_t forward_mtu(struct net *net, const struct route *r, uint32_t daddr)
{
    if (net->ip->knobs.ip_forward_use_pmtu) return path_mtu(net, r, r->dev, daddr);
    return r->metrics.mtu ? r->metrics.mtu : r->dev->mtu;
}

static struct neighbour *next_hop(struct net *net, struct netdev *dev, const struct route *r, uint32_t daddr)
{
    if (dev->raw_ip || dev->is_loopback) return NULL;
    return neigh_lookup(net, dev, r->via ? r->via : daddr);
}

/* What a route type does to a packet that takes it (fib_props). */
static int route_errno(const struct route *r)
{
    if (!r) return -ENETUNREACH;
    switch (r->type) {
    case ROUTE_BLACKHOLE: return -EINVAL;
    case ROUTE_UNREACHABLE: return -EHOSTUNREACH;
    case ROUTE_PROHIBIT: return -EACCES;
    default: return 0;
    }
}

int ip_route_connect(struct net *net, uint32_t daddr, uint32_t saddr, struct dst *dst)
{
    *dst = (struct dst){ 0 };
    const struct route *r = ip_route_lookup(net, daddr);
    int err = route_errno(r);
    if (err) return err;
    if (saddr && !ip_addr_is_local(net, saddr)) return -EINVAL;
    struct netdev *dev = r->type == ROUTE_LOCAL ? net->devices : r->dev;
    if (!dev->is_up) return -ENETUNREACH;
    dst->route = r;
    dst->dev = dev;
    dst->neigh = next_hop(net, dev, r, daddr);
    dst->mtu = path_mtu(net, r, dev, daddr);
    dst->generation = net->ip->generation;
    if (saddr) dst->saddr = saddr;
    else if (r->prefsrc) dst->saddr = r->prefsrc;
    else if (r->type == ROUTE_LOCAL) dst->saddr = daddr;
    else dst->saddr = ip_select_addr(net, dev, r->via ? r->via : daddr);
    return 0;
}

void ip_update_pmtu(struct net *net, uint32_t daddr, uint32_t mtu)
{
    struct map *m = &net->ip->fib->pmtu;
    struct pmtu_exception *e = map_get(m, daddr);
    mtu = ns_max(mtu, (uint32_t) MIN_PMTU);
    if (!e) map_set(m, daddr, e = g_new0(struct pmtu_exception, 1));
    else if (net->sim->now < e->expires && mtu >= e->mtu) return;
    *e = (struct pmtu_exception){ mtu, net->sim->now + PMTU_EXPIRES_S * NETSIM_S };
    ip_routes_changed(net);
}

/* ---- what input keeps ---- */

static void cache_grow(struct net *net, uint32_t n)
{
    g_aligned_free(net->input_cache);
    net->input_cache = g_aligned_alloc0(n, sizeof *net->input_cache, _Alignof(struct input_route));
    net->input_mask = n - 1;
    net->ip->cache_misses = 0;
}

struct input_route *ip_input_route_fill(struct net *net, struct input_route *e, uint32_t daddr)
{
    bool is_conflict = e->generation == net->input_generation;
    if (is_conflict && ++net->ip->cache_misses > 4 * net->input_mask && net->input_mask + 1 < CACHE_MAX) {
        cache_grow(net, 2 * (net->input_mask + 1));
        return ip_input_route(net, daddr);
    }
    *e = (struct input_route){ .daddr = daddr, .generation = net->input_generation, .type = ROUTE_UNREACHABLE };
    if (daddr == UINT32_MAX || daddr == 0) {
        e->type = ROUTE_BROADCAST;
    } else if (ip_is_multicast(daddr)) {
        e->type = ROUTE_BLACKHOLE;
    } else if ((e->route = ip_route_lookup(net, daddr)) != NULL) {
        e->type = e->route->type;
        e->dev = e->route->dev;
        if (e->type == ROUTE_UNICAST) e->mtu = forward_mtu(net, e->route, daddr);
    }
    return e;
}

void route_init(struct ip_net *ip)
{
    ip->fib = g_new0(struct fib, 1);
    ip->generation = 1;
    net_input_changed(ip->net);
    cache_grow(ip->net, CACHE_MIN);
}

static void free_table(struct fib_table *t)
{
    g_autoptr(GPtrArray) all = sorted_routes(t);
    for (guint i = 0; i < all->len; i++) g_free(all->pdata[i]);
    map_free(&t->prefixes);
}

void route_free(struct ip_net *ip)
{
    struct fib *fib = ip->fib;
    free_table(&fib->local);
    free_table(&fib->main);
    for (struct fib_node *n = fib->removed, *next; n; n = next) {
        next = n->next;
        g_free(n);
    }
    for (uint32_t i = 0; fib->pmtu.slots && i <= fib->pmtu.mask; i++) g_free(fib->pmtu.slots[i].value);
    map_free(&fib->pmtu);
    g_free(fib->addrs);
    g_free(fib);
    g_aligned_free(ip->net->input_cache);
}
