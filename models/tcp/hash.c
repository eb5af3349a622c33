/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hash.c - local ports and listeners (net/ipv4/inet_hashtables.c, inet_connection_sock.c). */
#include "models/tcp/tcp.h"

enum { BHASH_START = 16 };

static struct tcp_bind_bucket *bucket_find(const struct tcp_net *tn, uint16_t port)
{
    if (!tn->n_bhash) return NULL;
    struct tcp_bind_bucket *b = tn->bhash[port & (tn->n_bhash - 1)];
    while (b && b->port != port) b = b->next;
    return b;
}

static void bhash_grow(struct tcp_net *tn)
{
    uint32_t n = tn->n_bhash ? tn->n_bhash * 2 : BHASH_START;
    struct tcp_bind_bucket **slots = g_new0(struct tcp_bind_bucket *, n);
    for (uint32_t i = 0; i < tn->n_bhash; i++)
        for (struct tcp_bind_bucket *b = tn->bhash[i], *next; b; b = next) {
            next = b->next;
            b->next = slots[b->port & (n - 1)];
            slots[b->port & (n - 1)] = b;
        }
    g_free(tn->bhash);
    tn->bhash = slots;
    tn->n_bhash = n;
}

struct tcp_bind_bucket *tcp_bucket_get(struct tcp_net *tn, uint16_t port, uint8_t opts)
{
    struct tcp_bind_bucket *b = bucket_find(tn, port);
    if (!b) {
        if (tn->n_buckets >= tn->n_bhash && tn->n_bhash < 65536) bhash_grow(tn);
        b = pool_get(&tn->buckets);
        struct tcp_bind_bucket **slot = &tn->bhash[port & (tn->n_bhash - 1)];
        *b = (struct tcp_bind_bucket){ .port = port, .next = *slot };
        *slot = b;
        tn->n_buckets++;
    }
    b->n_users++;
    b->n_no_reuse += !(opts & SOCK_REUSEADDR);
    b->n_no_reuseport += !(opts & SOCK_REUSEPORT);
    return b;
}

void tcp_bucket_put(struct tcp_net *tn, uint16_t port, uint8_t opts)
{
    struct tcp_bind_bucket **link = &tn->bhash[port & (tn->n_bhash - 1)], *b;
    while ((b = *link)->port != port) link = &b->next;
    b->n_no_reuse -= !(opts & SOCK_REUSEADDR);
    b->n_no_reuseport -= !(opts & SOCK_REUSEPORT);
    if (--b->n_users) return;
    *link = b->next;
    tn->n_buckets--;
    pool_put(&tn->buckets, b);
}

enum { PORT_OWNER = SOCK_REUSEADDR | SOCK_REUSEPORT }; /* is asked itself, see bind_conflict() */

void tcp_inherit_port(struct tcp_sock *tp, uint16_t port)
{
    tp->port_reuse = tp->sk.opts & SOCK_REUSEADDR;
    tp->port_reuseport = (tp->sk.opts & SOCK_REUSEPORT) != 0;
    tp->bind = tcp_bucket_get(tp->tn, port, tp->sk.opts);
}

/** inet_put_port() */
void tcp_put_port(struct tcp_sock *tp)
{
    struct tcp_bind_bucket *b = tp->bind;
    if (!b) return;
    for (struct tcp_sock **link = &b->owners; *link; link = &(*link)->bind_next)
        if (*link == tp) {
            *link = tp->bind_next;
            break;
        }
    uint8_t opts = (uint8_t) ((tp->port_reuse ? SOCK_REUSEADDR : 0) | (tp->port_reuseport ? SOCK_REUSEPORT : 0));
    tcp_bucket_put(tp->tn, b->port, tp->is_bound ? (uint8_t) PORT_OWNER : opts);
    tp->bind = NULL;
    tp->is_bound = false;
}

/* inet_csk_bind_conflict(): others on this port exclude @tp. */
static bool bind_conflict(const struct tcp_sock *tp, const struct tcp_bind_bucket *b, uint32_t addr)
{
    bool reuse = tp->sk.opts & SOCK_REUSEADDR, reuseport = tp->sk.opts & SOCK_REUSEPORT;
    uint32_t n_owners = 0;
    for (const struct tcp_sock *o = b->owners; o; o = o->bind_next) {
        n_owners++;
        if (o->sk.saddr && addr && o->sk.saddr != addr) continue;
        if (reuse && (o->sk.opts & SOCK_REUSEADDR) && o->sk.state != TCP_LISTEN) continue;
        if (reuseport && (o->sk.opts & SOCK_REUSEPORT)) continue;
        return true;
    }
    /* connections and TIME_WAITs without an owner's bind() */
    return b->n_users > n_owners && !(reuse && !b->n_no_reuse) && !(reuseport && !b->n_no_reuseport);
}

static void take_port(struct tcp_sock *tp, uint16_t port)
{
    tp->bind = tcp_bucket_get(tp->tn, port, PORT_OWNER);
    tp->bind_next = tp->bind->owners;
    tp->bind->owners = tp;
    tp->is_bound = true;
    tp->sk.sport = port;
}

int tcp_get_port(struct tcp_sock *tp, uint32_t addr, uint16_t port)
{
    struct tcp_net *tn = tp->tn;
    if (port) {
        struct tcp_bind_bucket *b = bucket_find(tn, port);
        if (b && bind_conflict(tp, b, addr)) return -EADDRINUSE;
        take_port(tp, port);
        return 0;
    }
    /* bind(0): random start, odd offsets first, then even (inet_csk_find_open_port()) */
    const int *range = tp->sk.net->ip->knobs.ip_local_port_range;
    uint32_t low = (uint32_t) range[0], n = (uint32_t) (range[1] - range[0] + 1);
    if (n > 1) n &= ~1u;
    uint32_t offset = rng_below(&tn->rng, n) | 1;
    for (int pass = 0; pass < 2; pass++, offset--) {
        uint32_t at = offset;
        for (uint32_t i = 0; i < n; i += 2, at += 2) {
            if (at >= n) at -= n;
            struct tcp_bind_bucket *b = bucket_find(tn, (uint16_t) (low + at));
            if (b && bind_conflict(tp, b, addr)) continue;
            take_port(tp, (uint16_t) (low + at));
            return 0;
        }
    }
    return -EADDRINUSE;
}

/** A keyed hash of a connection's addresses: ISN in the low half, timestamp offset in the high one. */
uint64_t tcp_secret_hash(const struct tcp_net *tn, uint32_t saddr, uint32_t daddr, uint32_t ports)
{
    uint64_t x = tn->secret[0] ^ ((uint64_t) saddr << 32 | daddr);
    x *= 0x9e3779b97f4a7c15ull;
    x ^= x >> 29;
    x += tn->secret[1] ^ ports;
    x *= 0xbf58476d1ce4e5b9ull;
    x ^= x >> 32;
    x *= 0x94d049bb133111ebull;
    return x ^ (x >> 29);
}

/* Is (address, @port) -> peer free?  A TIME_WAIT entry may be taken over; *@in_time_wait: perhaps later. */
static bool check_established(struct tcp_sock *tp, uint16_t port, bool *in_time_wait)
{
    struct sock_hashed *h = tcp_ehash_lookup(tp->tn, tp->sk.saddr, port, tp->sk.daddr, tp->sk.dport);
    if (h) {
        if (h->kind == HASHED_TIMEWAIT) *in_time_wait = true;
        if (h->kind != HASHED_TIMEWAIT || !tcp_twsk_unique(tp, h)) return false;
        tcp_timewait_kill(tp->tn, h);
        NET_INC_STATS(tp->sk.net, TCPEXT_TWRECYCLED);
    }
    tp->sk.sport = port;
    tcp_hash(tp);
    return true;
}

/* __inet_hash_connect(): even ports first, from an offset that differs by destination and moves on.  When the even
 * ones are used up Linux tries them all before every odd one; here a destination is remembered as long as no
 * connection ends. */
int tcp_hash_connect(struct tcp_sock *tp)
{
    struct tcp_net *tn = tp->tn;
    bool may_free = false;
    if (tp->bind) return check_established(tp, tp->sk.sport, &may_free) ? 0 : -EADDRNOTAVAIL;
    const int *range = tp->sk.net->ip->knobs.ip_local_port_range;
    uint32_t low = (uint32_t) range[0], remaining = (uint32_t) (range[1] - range[0] + 1);
    if (remaining > 1) remaining &= ~1u;
    uint64_t h = tcp_secret_hash(tn, tp->sk.saddr, tp->sk.daddr, tp->sk.dport);
    uint16_t *perturb = &tn->port_table[h & (G_N_ELEMENTS(tn->port_table) - 1)];
    uint32_t offset = (uint32_t) ((*perturb + (h >> 32)) % remaining) & ~1u;
    struct tcp_port_memo *memo = &tn->port_memo[h & (G_N_ELEMENTS(tn->port_memo) - 1)];
    const struct tcp_port_memo key = { tp->sk.saddr, tp->sk.daddr, tp->sk.dport, low, remaining, tn->ehash.n_removed };
    bool is_known = !memcmp(memo, &key, sizeof key);
    for (int pass = is_known; pass < 2; pass++) {
        uint32_t port = low + offset + (uint32_t) pass;
        if (pass && !may_free) *memo = key;
        for (uint32_t i = 0; i < remaining; i += 2, port += 2) {
            if (port >= low + remaining) port -= remaining;
            struct tcp_bind_bucket *b = bucket_find(tn, (uint16_t) port);
            if (b && b->owners) { /* somebody's by bind() */
                may_free = true;
                continue;
            }
            if (!check_established(tp, (uint16_t) port, &may_free)) continue;
            uint32_t step = ns_max(i, 2 * rng_below(&tn->rng, 8)) + 2;
            *perturb = (uint16_t) (*perturb + step);
            tcp_inherit_port(tp, (uint16_t) port);
            return 0;
        }
    }
    return -EADDRNOTAVAIL;
}

/* Do both share the port by SO_REUSEPORT? */
static bool is_in_group(const struct tcp_sock *tp, const struct tcp_sock *like)
{
    return tp->sk.state == TCP_LISTEN && tp->sk.saddr == like->sk.saddr && (tp->sk.opts & SOCK_REUSEPORT);
}

/* reuseport_select_sock(): a hash of the connection chooses, so that all its segments find one listener. */
static struct tcp_sock *select_of_group(const struct tcp_sock *like, const struct tcp_sock *but, const struct tcp_tuple *c)
{
    struct tcp_sock *owners = like->bind->owners, *found = NULL;
    uint32_t n = 0;
    for (struct tcp_sock *o = owners; o; o = o->bind_next) n += o != but && is_in_group(o, like);
    uint32_t hash = (uint32_t) (tcp_secret_hash(like->tn, c->saddr, c->daddr, (uint32_t) c->sport << 16 | c->dport) >> 24);
    uint32_t left = (uint32_t) ((uint64_t) hash * n >> 32);
    for (struct tcp_sock *o = owners; o && n; o = o->bind_next) {
        if (o == but || !is_in_group(o, like)) continue;
        found = o;
        if (!left--) break;
    }
    return found;
}

struct tcp_sock *tcp_listener_lookup(struct tcp_net *tn, const struct tcp_tuple *c)
{
    struct tcp_bind_bucket *b = bucket_find(tn, c->sport);
    struct tcp_sock *best = NULL;
    for (struct tcp_sock *o = b ? b->owners : NULL; o; o = o->bind_next) {
        if (o->sk.state != TCP_LISTEN) continue;
        if (o->sk.saddr == c->saddr) {
            best = o;
            break;
        }
        if (!o->sk.saddr && !best) best = o;
    }
    return best && (best->sk.opts & SOCK_REUSEPORT) ? select_of_group(best, NULL, c) : best;
}

struct tcp_sock *tcp_migrate_target(const struct tcp_sock *listener, const struct tcp_tuple *c)
{
    if (!(listener->sk.opts & SOCK_REUSEPORT)) return NULL;
    struct tcp_sock *to = listener->tn->knobs.migrate_req ? select_of_group(listener, listener, c) : NULL;
    if (to) NET_INC_STATS(listener->sk.net, TCPEXT_TCPMIGRATEREQSUCCESS);
    else NET_INC_STATS(listener->sk.net, TCPEXT_TCPMIGRATEREQFAILURE);
    return to;
}
