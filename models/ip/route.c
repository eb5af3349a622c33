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
    IP_MAX_MTU = 65535,
    MAX_METRIC_MTU = 65535 - 15, MAX_METRIC_ADVMSS = 65535 - 40, /* ip_metrics_convert() */
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

static bool fail_rtnetlink(GError **error, int err)
{
    g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_COMMAND, "RTNETLINK answers: %s", g_strerror(err));
    return false;
}

bool ip_fail_extack(const struct net *net, GError **error, const char *extack, int err)
{
    if (!ip_has_extack(net)) return fail_rtnetlink(error, err);
    g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_COMMAND, "Error: %s", extack);
    return false;
}

/* ---- the tables ---- */

static bool is_in_local(const struct route *r)
{
    return r->table ? r->table == RT_TABLE_LOCAL : r->type == ROUTE_LOCAL || r->type == ROUTE_BROADCAST;
}

static struct fib_table *table_of(struct fib *fib, const struct route *r)
{
    return is_in_local(r) ? &fib->local : &fib->main;
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

static bool same_metrics(const struct route_metrics *a, const struct route_metrics *b)
{
    return a->given == b->given && a->locked == b->locked && a->initcwnd == b->initcwnd && a->initrwnd == b->initrwnd &&
           a->mtu == b->mtu && a->advmss == b->advmss && a->window == b->window && a->rto_min_us == b->rto_min_us &&
           a->quickack == b->quickack;
}

/* Of the same prefix, table and priority: also the same type, scope and fib_info? */
static bool same_route(const struct route *a, const struct route *b)
{
    return a->type == b->type && a->scope == b->scope && a->protocol == b->protocol && a->is_onlink == b->is_onlink &&
           a->via == b->via && a->dev == b->dev && a->prefsrc == b->prefsrc && same_metrics(&a->metrics, &b->metrics);
}

/* Where @how puts @route: at *at; *old is replaced.  fib_table_insert() */
static int find_place(struct fib_node **first, const struct route *route, enum route_how how, struct fib_node ***at, struct fib_node **old)
{
    struct fib_node **link = first;
    while (*link && (*link)->route.priority < route->priority) link = &(*link)->next;
    struct fib_node *same = *link && (*link)->route.priority == route->priority ? *link : NULL, *match = NULL;
    *at = link;
    *old = NULL;
    if (!same) return how == ROUTE_CHANGE || how == ROUTE_TEST ? -ENOENT : 0;
    if (how == ROUTE_ADD || how == ROUTE_TEST) return -EEXIST;
    for (; *link && (*link)->route.priority == route->priority; link = &(*link)->next)
        if (!match && same_route(&(*link)->route, route)) match = *link;
    if (how == ROUTE_REPLACE || how == ROUTE_CHANGE) {
        *old = same;
        return !match || match == same ? 0 : -EEXIST;
    }
    if (how == ROUTE_APPEND) *at = link;
    return match ? -EEXIST : 0;
}

int fib_insert(struct net *net, const struct route *route, enum route_how how)
{
    struct fib *fib = net->ip->fib;
    struct fib_table *t = table_of(fib, route);
    uint64_t key = prefix_key(route->dst, route->plen);
    struct fib_node *first = map_get(&t->prefixes, key), **at, *old;
    int err = find_place(&first, route, how, &at, &old);
    if (err) return err;

    struct fib_node *n = g_new(struct fib_node, 1);
    *n = (struct fib_node){ .route = *route, .next = old ? old->next : *at };
    *at = n;
    map_set(&t->prefixes, key, first);
    if (old) {
        bury(fib, old);
    } else {
        t->n_of_plen[route->plen]++;
        t->plens |= 1ull << route->plen;
    }
    ip_routes_changed(net);
    return 0;
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

/* As fib_trie lists them: by prefix, of equal ones the longest first; those of one prefix by priority, as they are linked. */
static int compare_prefixes(const void *a, const void *b)
{
    const struct route *x = *(const struct route *const *) a, *y = *(const struct route *const *) b;
    if (x->dst != y->dst) return x->dst < y->dst ? -1 : 1;
    return (int) y->plen - (int) x->plen;
}

static GPtrArray *sorted_routes(const struct fib_table *t)
{
    g_autoptr(GPtrArray) firsts = g_ptr_array_new();
    GPtrArray *all = g_ptr_array_new();
    for (uint32_t i = 0; t->prefixes.slots && i <= t->prefixes.mask; i++)
        if (t->prefixes.slots[i].value) g_ptr_array_add(firsts, t->prefixes.slots[i].value);
    if (firsts->len) qsort(firsts->pdata, firsts->len, sizeof *firsts->pdata, compare_prefixes);
    for (guint i = 0; i < firsts->len; i++)
        for (struct fib_node *n = firsts->pdata[i]; n; n = n->next) g_ptr_array_add(all, n);
    return all;
}

void ip_route_each(struct net *net, uint8_t table, void (*func)(const struct route *r, void *data), void *data)
{
    struct fib *fib = net->ip->fib;
    g_autoptr(GPtrArray) all = sorted_routes(table == RT_TABLE_LOCAL ? &fib->local : &fib->main);
    for (guint i = 0; i < all->len; i++) func(all->pdata[i], data);
}

void fib_remove(struct net *net, struct fib_table *table, bool (*match)(const struct route *r, const void *data), const void *data)
{
    g_autoptr(GPtrArray) all = sorted_routes(table);
    for (guint i = 0; i < all->len; i++)
        if (match(all->pdata[i], data)) remove_node(net, table, all->pdata[i]);
}

/* ---- ip route add, replace, del ---- */

/* fib_lookup() with flowi4_scope and flowi4_oif. */
static const struct route *lookup_scoped(const struct fib_table *t, uint32_t daddr, uint8_t scope, const struct netdev *dev)
{
    for (int plen = 32; plen >= 0; plen--) {
        struct fib_node *n = map_get(&t->prefixes, prefix_key(daddr & ip_mask((unsigned) plen), (unsigned) plen));
        while (n && (n->route.scope < scope || (dev && n->route.dev != dev))) n = n->next;
        if (n) return &n->route;
    }
    return NULL;
}

/* fib_check_nh_v4_gw(): the gateway must be on a link of ours.  Fills the device. */
static bool check_gateway(struct net *net, struct route *r, GError **error)
{
    struct fib *fib = net->ip->fib;
    if (r->is_onlink && r->scope >= RT_SCOPE_LINK) return ip_fail_extack(net, error, "Nexthop has invalid scope.", EINVAL);
    if (r->is_onlink && !r->dev) return ip_fail_extack(net, error, "Nexthop device required for onlink.", ENODEV);
    if (r->is_onlink && !r->dev->is_up) return ip_fail_extack(net, error, "Nexthop device is not up.", ENETDOWN);
    if (r->is_onlink)
        return !lookup_scoped(&fib->local, r->via, 0, NULL) || ip_fail_extack(net, error, "Nexthop has invalid gateway.", EINVAL);
    uint8_t scope = r->scope < RT_SCOPE_LINK ? RT_SCOPE_LINK : (uint8_t) MIN(r->scope + 1, RT_SCOPE_NOWHERE);
    const struct route *way = lookup_scoped(&fib->local, r->via, scope, r->dev);
    if (!way) way = lookup_scoped(&fib->main, r->via, scope, r->dev);
    if (!way) return ip_fail_extack(net, error, "Nexthop has invalid gateway.", ENETUNREACH);
    if (way->type != ROUTE_UNICAST && way->type != ROUTE_LOCAL)
        return ip_fail_extack(net, error, "Nexthop has invalid gateway.", EINVAL);
    r->dev = way->dev;
    return r->dev->is_up || fail_rtnetlink(error, ENETDOWN);
}

/* fib_create_info() */
static bool check_nexthop(struct net *net, struct route *r, GError **error)
{
    if (r->type >= ROUTE_BLACKHOLE)
        return (!r->via && !r->dev) ||
               ip_fail_extack(net, error, "Gateway, device and multipath can not be specified for this route type.", EINVAL);
    if (r->scope == RT_SCOPE_HOST && r->via) return ip_fail_extack(net, error, "Route with host scope can not have a gateway.", EINVAL);
    if (r->via) return check_gateway(net, r, error);
    if (!r->dev) return fail_rtnetlink(error, ENODEV);
    if (r->is_onlink) return ip_fail_extack(net, error, "Invalid flags for nexthop - PERVASIVE and ONLINK can not be set.", EINVAL);
    if (r->scope == RT_SCOPE_HOST || r->dev->is_up) return true;
    return ip_fail_extack(net, error, "Device for nexthop is not up.", ENETDOWN);
}

static bool check_route(struct net *net, struct route *r, GError **error)
{
    if (r->plen > 32 || r->dst & ~ip_mask(r->plen))
        return ip_fail_extack(net, error, "Invalid prefix for given prefix length.", EINVAL);
    if (!check_nexthop(net, r, error)) return false;
    if (r->prefsrc && !ip_addr_is_local(net, r->prefsrc) && (r->type != ROUTE_LOCAL || r->prefsrc != r->dst))
        return ip_fail_extack(net, error, "Invalid prefsrc address.", EINVAL);
    r->metrics.mtu = ns_min(r->metrics.mtu, (uint32_t) MAX_METRIC_MTU);
    r->metrics.advmss = ns_min(r->metrics.advmss, (uint32_t) MAX_METRIC_ADVMSS);
    return true;
}

bool ip_route_add(struct net *net, const struct route *route, enum route_how how, GError **error)
{
    struct route r = *route;
    if (!check_route(net, &r, error)) return false;
    r.table = is_in_local(&r) ? RT_TABLE_LOCAL : RT_TABLE_MAIN;
    int err = fib_insert(net, &r, how);
    return !err || fail_rtnetlink(error, -err);
}

/* fib_table_delete(), fib_nh_match(), fib_metrics_match() */
static bool is_meant(const struct route *r, const struct route_match *match)
{
    const struct route *want = &match->route;
    if (match->has_type && want->type != r->type) return false;
    if (match->has_scope && want->scope != r->scope) return false;
    if (want->priority && want->priority != r->priority) return false;
    if (want->via && want->via != r->via) return false;
    if (want->dev && want->dev != r->dev) return false;
    if (want->prefsrc && want->prefsrc != r->prefsrc) return false;
    if (want->protocol && want->protocol != r->protocol) return false;
    return !want->metrics.given || same_metrics(&want->metrics, &r->metrics);
}

bool ip_route_del(struct net *net, const struct route_match *match, GError **error)
{
    const struct route *want = &match->route;
    struct fib_table *t = table_of(net->ip->fib, want);
    if (want->plen > 32 || want->dst & ~ip_mask(want->plen))
        return ip_fail_extack(net, error, "Invalid prefix for given prefix length.", EINVAL);
    struct fib_node *n = map_get(&t->prefixes, prefix_key(want->dst, want->plen));
    while (n && !is_meant(&n->route, match)) n = n->next;
    if (!n) return fail_rtnetlink(error, ESRCH);
    remove_node(net, t, n);
    return true;
}

/* ---- what a socket keeps ---- */

static uint32_t path_mtu(struct net *net, const struct route *r, const struct netdev *dev, uint32_t daddr)
{
    uint32_t mtu = ns_min(r->metrics.mtu ? r->metrics.mtu : dev->mtu, (uint32_t) IP_MAX_MTU);
    if (r->metrics.locked >> RTAX_MTU & 1) return mtu;
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
    case ROUTE_THROW: return -ENETUNREACH; /* no table comes after main */
    case ROUTE_BLACKHOLE: return -EINVAL;
    case ROUTE_UNREACHABLE: return -EHOSTUNREACH;
    case ROUTE_PROHIBIT: return -EACCES;
    default: return 0;
    }
}

/* Fill *dst for @r. */
static void take_route(struct net *net, const struct route *r, struct netdev *dev, uint32_t daddr, uint32_t saddr, struct dst *dst)
{
    dst->route = r;
    dst->dev = dev;
    dst->mtu = path_mtu(net, r, dev, daddr);
    if (saddr) dst->saddr = saddr;
    else if (r->prefsrc) dst->saddr = r->prefsrc;
    else if (r->type == ROUTE_LOCAL) dst->saddr = daddr;
    else dst->saddr = ip_select_addr(net, dev, r->via, r->scope); /* fib_info_update_nhc_saddr() */
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
    take_route(net, r, dev, daddr, saddr, dst);
    dst->neigh = next_hop(net, dev, r, daddr);
    dst->generation = net->ip->generation;
    return 0;
}

int ip_route_output(struct net *net, uint32_t daddr, uint32_t saddr, struct netdev *oif, struct dst *dst, struct route *on_link)
{
    struct fib *fib = net->ip->fib;
    *dst = (struct dst){ 0 };
    const struct route *r = oif ? lookup_scoped(&fib->local, daddr, 0, oif) : ip_route_lookup(net, daddr);
    if (!r && oif) r = lookup_scoped(&fib->main, daddr, 0, oif);
    if (!r && oif) { /* "routing tables are wrong": it is taken to be on the link */
        *on_link = (struct route){ .dst = daddr, .plen = 32, .dev = oif, .scope = RT_SCOPE_LINK, .table = RT_TABLE_MAIN };
        r = on_link;
    }
    int err = route_errno(r);
    if (err) return err;
    struct netdev *dev = r->type == ROUTE_LOCAL ? net->devices : r->dev;
    if (!dev->is_up) return -ENETUNREACH;
    take_route(net, r, dev, daddr, saddr, dst);
    return 0;
}

uint32_t ip_learned_mtu(struct net *net, const struct route *r, uint32_t daddr, struct route_metrics *metrics)
{
    const struct pmtu_exception *e = map_get(&net->ip->fib->pmtu, daddr);
    if (!e || net->sim->now >= e->expires || metrics->locked >> RTAX_MTU & 1 || !r->dev || e->mtu >= r->dev->mtu) return 0;
    metrics->mtu = e->mtu;
    metrics->given |= 1u << RTAX_MTU;
    return (uint32_t) ((e->expires - net->sim->now) / NETSIM_S);
}

/* fnhe_genid_bump() */
void ip_flush_pmtu(struct net *net)
{
    struct map *m = &net->ip->fib->pmtu;
    for (uint32_t i = 0; m->slots && i <= m->mask; i++) g_free(m->slots[i].value);
    map_free(m);
}

void ip_update_pmtu(struct net *net, uint32_t daddr, uint32_t mtu)
{
    struct map *m = &net->ip->fib->pmtu;
    struct pmtu_exception *e = map_get(m, daddr);
    mtu = ns_max(mtu, (uint32_t) net->ip->knobs.min_pmtu);
    if (!e) map_set(m, daddr, e = g_new0(struct pmtu_exception, 1));
    else if (net->sim->now < e->expires && mtu >= e->mtu) return;
    *e = (struct pmtu_exception){ mtu, net->sim->now + net->ip->knobs.mtu_expires * NETSIM_S };
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
    } else if ((e->route = ip_route_lookup(net, daddr)) != NULL && e->route->type == ROUTE_THROW) {
        e->route = NULL;
    } else if (e->route) {
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
    ip_flush_pmtu(ip->net);
    g_free(fib->addrs);
    g_free(fib);
    g_aligned_free(ip->net->input_cache);
}
