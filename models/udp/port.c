/* SPDX-License-Identifier: GPL-3.0-or-later */
/* port.c - which sockets are where: two hash tables that grow with the sockets.
 *
 * by_port    every bound socket by its port: bind() looks for conflicts there, broadcasts for receivers
 * by_tuple   the same sockets by (local address, port, remote address, port), remote 0 when not connected; a packet
 *            probes for a connected socket, then for one bound to its destination, then to any address
 */
#include "models/udp/udp.h"

static uint32_t mix(uint64_t a, uint64_t b)
{
    uint64_t h = (a * 0x9e3779b97f4a7c15ull ^ b) * 0xd6e8feb86659fd93ull;
    return (uint32_t) (h >> 32);
}

static uint32_t tuple_hash(uint32_t laddr, uint16_t lport, uint32_t raddr, uint16_t rport)
{
    return mix((uint64_t) laddr << 32 | raddr, (uint32_t) lport << 16 | rport);
}

static uint32_t port_hash(uint16_t port)
{
    return mix(port, 0);
}

/* ---- tables: newest first in a chain, as hlist_add_head_rcu() ---- */

static void link_in(struct udp_link **head, struct udp_link *l)
{
    l->next = *head;
    l->pprev = head;
    if (l->next) l->next->pprev = &l->next;
    *head = l;
}

static void table_grow(struct udp_table *t)
{
    uint32_t n_old = t->slots ? t->mask + 1 : 0, n_new = n_old ? 2 * n_old : 4;
    struct udp_link **old = t->slots;
    t->slots = g_new0(struct udp_link *, n_new);
    t->mask = n_new - 1;
    for (uint32_t i = 0; i < n_old; i++) {
        struct udp_link *oldest = NULL, *next;
        for (struct udp_link *l = old[i]; l; l = next) { /* turn round, so that the order stays */
            next = l->next;
            l->next = oldest;
            oldest = l;
        }
        for (struct udp_link *l = oldest; l; l = next) {
            next = l->next;
            link_in(&t->slots[l->hash & t->mask], l);
        }
    }
    g_free(old);
}

static void table_add(struct udp_table *t, struct udp_link *l, uint32_t hash)
{
    if (!t->slots || t->n > t->mask) table_grow(t);
    l->hash = hash;
    link_in(&t->slots[hash & t->mask], l);
    t->n++;
}

static void table_del(struct udp_table *t, struct udp_link *l)
{
    if (!l->pprev) return;
    *l->pprev = l->next;
    if (l->next) l->next->pprev = l->pprev;
    l->pprev = NULL;
    t->n--;
}

static inline struct udp_link *table_first(const struct udp_table *t, uint32_t hash)
{
    return t->slots ? t->slots[hash & t->mask] : NULL;
}

static inline struct udp_sock *of_port(struct udp_link *l)
{
    return ns_container_of(l, struct udp_sock, by_port);
}

static inline struct udp_sock *of_tuple(struct udp_link *l)
{
    return ns_container_of(l, struct udp_sock, by_tuple);
}

/* ---- bind ---- */

/* inet_rcv_saddr_equal() with match_wildcard; udp_lib_lport_inuse() */
static bool in_conflict(const struct udp_sock *us, const struct udp_sock *other, uint32_t addr)
{
    if (us->sk.opts & other->sk.opts & SOCK_REUSEADDR) return false;
    if (addr && other->rcv_saddr && addr != other->rcv_saddr) return false;
    return !(us->sk.opts & other->sk.opts & SOCK_REUSEPORT);
}

static bool port_is_free(struct udp_net *un, const struct udp_sock *us, uint32_t addr, uint16_t port)
{
    uint32_t h = port_hash(port);
    for (struct udp_link *l = table_first(&un->by_port, h); l; l = l->next)
        if (l->hash == h && of_port(l)->sk.sport == port && of_port(l) != us && in_conflict(us, of_port(l), addr)) return false;
    return true;
}

/* udp_lib_get_port(): a random start, then on until one is free.  Even and odd alike, unlike TCP. */
static uint16_t choose_port(struct udp_net *un, const struct udp_sock *us, uint32_t addr)
{
    const int *range = un->net->ip->knobs.ip_local_port_range;
    uint32_t n = (uint32_t) (range[1] - range[0] + 1), first = rng_below(un->net->ip->rng, n);
    for (uint32_t i = 0; i < n; i++) {
        uint16_t port = (uint16_t) ((uint32_t) range[0] + (first + i) % n);
        if (port_is_free(un, us, addr, port)) return port;
    }
    return 0;
}

int udp_get_port(struct udp_sock *us, uint32_t addr, uint16_t port)
{
    struct udp_net *un = us->sk.net->udp;
    if (!port) port = choose_port(un, us, addr);
    else if (!port_is_free(un, us, addr, port)) return -EADDRINUSE;
    if (!port) return -EADDRINUSE;
    us->sk.sport = port;
    table_add(&un->by_port, &us->by_port, port_hash(port));
    udp_rehash(us);
    return 0;
}

void udp_rehash(struct udp_sock *us)
{
    struct udp_table *t = &us->sk.net->udp->by_tuple;
    table_del(t, &us->by_tuple);
    table_add(t, &us->by_tuple, tuple_hash(us->rcv_saddr, us->sk.sport, us->sk.daddr, us->sk.dport));
}

void udp_unhash(struct udp_sock *us)
{
    table_del(&us->sk.net->udp->by_port, &us->by_port);
    table_del(&us->sk.net->udp->by_tuple, &us->by_tuple);
}

/* ---- packets ---- */

static inline bool is_at(const struct udp_sock *us, uint32_t laddr, uint16_t lport, uint32_t raddr, uint16_t rport)
{
    return us->rcv_saddr == laddr && us->sk.sport == lport && us->sk.daddr == raddr && us->sk.dport == rport;
}

static struct udp_link *find(const struct udp_table *t, uint32_t h, uint32_t laddr, uint16_t lport, uint32_t raddr, uint16_t rport)
{
    for (struct udp_link *l = table_first(t, h); l; l = l->next)
        if (l->hash == h && is_at(of_tuple(l), laddr, lport, raddr, rport)) return l;
    return NULL;
}

/* reuseport_select_sock(): one of the group, by the hash of the flow, counted in the order of bind(). */
static struct udp_sock *select_reuseport(struct udp_link *first, uint32_t laddr, uint16_t lport, uint32_t flow)
{
    uint32_t n = 0, h = first->hash;
    for (struct udp_link *l = first; l; l = l->next) n += l->hash == h && is_at(of_tuple(l), laddr, lport, 0, 0);
    uint32_t newer = n - 1 - (uint32_t) ((uint64_t) flow * n >> 32);
    for (struct udp_link *l = first;; l = l->next)
        if (l->hash == h && is_at(of_tuple(l), laddr, lport, 0, 0) && newer-- == 0) return of_tuple(l);
}

struct udp_sock *udp_lookup(struct udp_net *un, uint32_t saddr, uint16_t sport, uint32_t daddr, uint16_t dport)
{
    const struct udp_table *t = &un->by_tuple;
    uint32_t flow = tuple_hash(daddr, dport, saddr, sport), laddr = daddr;
    struct udp_link *l = find(t, flow, daddr, dport, saddr, sport);
    if (l) return of_tuple(l);
    l = find(t, tuple_hash(daddr, dport, 0, 0), daddr, dport, 0, 0);
    if (!l) l = find(t, tuple_hash(0, dport, 0, 0), laddr = 0, dport, 0, 0);
    if (!l) return NULL;
    if (ns_unlikely(of_tuple(l)->sk.opts & SOCK_REUSEPORT) && l->next) return select_reuseport(l, laddr, dport, flow);
    return of_tuple(l);
}

/* __udp_is_mcast_sock() */
struct udp_sock *udp_next_receiver(struct udp_net *un, struct udp_sock *previous, const struct pkt *p)
{
    uint32_t h = port_hash(p->dport);
    for (struct udp_link *l = previous ? previous->by_port.next : table_first(&un->by_port, h); l; l = l->next) {
        struct udp_sock *us = of_port(l);
        if (us->sk.sport != p->dport || (us->rcv_saddr && us->rcv_saddr != p->daddr)) continue;
        if (us->sk.daddr && (us->sk.daddr != p->saddr || us->sk.dport != p->sport)) continue;
        return us;
    }
    return NULL;
}

void udp_tables_free(struct udp_net *un)
{
    for (uint32_t i = 0; un->by_port.slots && i <= un->by_port.mask; i++)
        while (un->by_port.slots[i]) udp_destroy(of_port(un->by_port.slots[i]));
    g_free(un->by_port.slots);
    g_free(un->by_tuple.slots);
}
