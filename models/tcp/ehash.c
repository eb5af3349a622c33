/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ehash.c - finding connections (net/ipv4/inet_hashtables.c: the established table).
 *
 * Open addressing with linear probing, at most two thirds full.  A slot holds the entry's address and, in the bits that
 * addresses leave free, what saves a look at an entry that is not meant, for each look is a cache miss:
 *
 *      63        54   53   52      48 47                     0
 *     | hash bits | sock | distance  | address                |
 *
 * distance: from the slot where the entry's search begins, so that removal can close the gap; FAR: ask the entry.
 */
#include "models/tcp/tcp.h"

enum { EHASH_START = 16, ADDRESS_BITS = 48, DISTANCE_BITS = 5, FAR = (1 << DISTANCE_BITS) - 1, SOCK_BIT = 53, TAG_SHIFT = 54 };

static inline uint64_t tuple_hash(uint32_t saddr, uint16_t sport, uint32_t daddr, uint16_t dport)
{
    uint64_t x = ((uint64_t) saddr << 32 | daddr) * 0x9e3779b97f4a7c15ull;
    x ^= ((uint64_t) sport << 16 | dport) * 0xd6e8feb86659fd93ull;
    return x * 0xff51afd7ed558ccdull;
}

static uint64_t entry_hash(const struct sock_hashed *h)
{
    return tuple_hash(h->saddr, h->sport, h->daddr, h->dport);
}

/* Where its search begins. */
static inline uint32_t home(const struct tcp_hash_table *t, uint64_t hash)
{
    return (uint32_t) (hash >> 32) & (t->n_slots - 1);
}

static inline struct sock_hashed *entry(uint64_t slot)
{
    return (struct sock_hashed *) (uintptr_t) (slot & ((1ull << ADDRESS_BITS) - 1));
}

/* @slot at another distance. */
static uint64_t at_distance(uint64_t slot, uint32_t distance)
{
    return (slot & ~((uint64_t) FAR << ADDRESS_BITS)) | (uint64_t) ns_min(distance, (uint32_t) FAR) << ADDRESS_BITS;
}

static uint32_t distance_of(const struct tcp_hash_table *t, uint32_t i)
{
    uint32_t distance = t->slots[i] >> ADDRESS_BITS & FAR;
    return distance < FAR ? distance : (i - home(t, entry_hash(entry(t->slots[i])))) & (t->n_slots - 1);
}

/* With many connections the control block is in no near cache: ask for all lines that a segment touches at once,
 * rather than waiting for one after the other. */
static inline void prefetch_sock(const struct sock_hashed *h, const struct pkt *p)
{
    const char *line = (const char *) ns_container_of(h, struct tcp_sock, sk.hashed);
    size_t data = offsetof(struct tcp_sock, rcv_offset), acks = offsetof(struct tcp_sock, rtx_head);
    size_t end = offsetof(struct tcp_sock, rare);
    for (size_t i = 64; i < data; i += 64) __builtin_prefetch(line + i);
    if (pkt_payload_len(p)) {
        __builtin_prefetch(line); /* its owner will be woken */
        for (size_t i = data; i < acks; i += 64) __builtin_prefetch(line + i);
    } else {
        for (size_t i = acks; i < end; i += 64) __builtin_prefetch(line + i);
    }
}

/* @p  the packet that asks, NULL: none */
static inline __attribute__((always_inline)) struct sock_hashed *find(const struct tcp_hash_table *t, uint32_t saddr, uint16_t sport,
                                                                      uint32_t daddr, uint16_t dport, const struct pkt *p)
{
    if (ns_unlikely(!t->n_slots)) return NULL;
    uint64_t hash = tuple_hash(saddr, sport, daddr, dport), slot;
    for (uint32_t i = home(t, hash); (slot = t->slots[i]); i = (i + 1) & (t->n_slots - 1)) {
        if ((slot ^ hash) >> TAG_SHIFT) continue;
        struct sock_hashed *h = entry(slot);
        if (p && slot >> SOCK_BIT & 1) prefetch_sock(h, p);
        if (h->dport == dport && h->daddr == daddr && h->sport == sport && h->saddr == saddr) return h;
    }
    return NULL;
}

struct sock_hashed *tcp_ehash_lookup(const struct tcp_net *tn, uint32_t saddr, uint16_t sport, uint32_t daddr, uint16_t dport)
{
    return find(&tn->ehash, saddr, sport, daddr, dport, NULL);
}

struct sock_hashed *tcp_ehash_lookup_pkt(const struct tcp_net *tn, const struct pkt *p)
{
    return find(&tn->ehash, p->daddr, p->dport, p->saddr, p->sport, p);
}

/* The socket that @p is probably for, without a look at it; or NULL. */
static const struct sock_hashed *guess(const struct tcp_hash_table *t, const struct pkt *p)
{
    if (ns_unlikely(!t->n_slots)) return NULL;
    uint64_t hash = tuple_hash(p->daddr, p->dport, p->saddr, p->sport), slot;
    uint32_t i = home(t, hash);
    while ((slot = t->slots[i]) && (slot ^ hash) >> TAG_SHIFT) i = (i + 1) & (t->n_slots - 1);
    return slot >> SOCK_BIT & 1 ? entry(slot) : NULL;
}

/* While other hosts have their turn, the control block of the packet after the next is fetched; and what hangs on that of
 * the next, which was fetched one packet ago. */
void tcp_ehash_look_ahead(const struct tcp_net *tn, const struct pkt *next)
{
    const struct sock_hashed *h = guess(&tn->ehash, next);
    if (h) {
        const struct tcp_sock *tp = ns_container_of(h, const struct tcp_sock, sk.hashed);
        if (pkt_payload_len(next)) {
            __builtin_prefetch(tp->sk.process);
        } else {
            __builtin_prefetch(tp->rtx_head);
            __builtin_prefetch((const char *) tp->rtx_head + 64);
            __builtin_prefetch(tp->send_head);
        }
    }
    next = next->next;
    h = next ? guess(&tn->ehash, next) : NULL;
    if (h) prefetch_sock(h, next);
}

/* Into the first free slot from its home. */
static void put(struct tcp_hash_table *t, struct sock_hashed *h, uint64_t hash)
{
    uint32_t i = home(t, hash), distance = 0;
    for (; t->slots[i]; distance++) i = (i + 1) & (t->n_slots - 1);
    uint64_t address = (uintptr_t) h;
    ns_assert(!(address >> ADDRESS_BITS));
    uint64_t slot = (hash >> TAG_SHIFT << TAG_SHIFT) | (uint64_t) (h->kind == HASHED_SOCK) << SOCK_BIT | address;
    t->slots[i] = at_distance(slot, distance);
}

static void grow(struct tcp_hash_table *t)
{
    uint64_t *old = t->slots;
    uint32_t n_old = t->n_slots;
    t->n_slots = n_old ? n_old * 2 : EHASH_START;
    t->slots = g_new0(uint64_t, t->n_slots);
    for (uint32_t i = 0; i < n_old; i++)
        if (old[i]) put(t, entry(old[i]), entry_hash(entry(old[i])));
    g_free(old);
}

bool tcp_ehash_insert(struct tcp_net *tn, struct sock_hashed *h)
{
    struct tcp_hash_table *t = &tn->ehash;
    if (tcp_ehash_lookup(tn, h->saddr, h->sport, h->daddr, h->dport)) return false;
    if ((uint64_t) t->n_used * 3 >= (uint64_t) t->n_slots * 2) grow(t);
    put(t, h, entry_hash(h));
    t->n_used++;
    return true;
}

/* The entries behind the gap move up, those that may: none then stands before its home. */
static void close_gap(struct tcp_hash_table *t, uint32_t gap)
{
    uint32_t mask = t->n_slots - 1;
    for (uint32_t i = (gap + 1) & mask; t->slots[i]; i = (i + 1) & mask) {
        uint32_t distance = distance_of(t, i), step = (i - gap) & mask;
        if (distance < step) continue;
        t->slots[gap] = at_distance(t->slots[i], distance - step);
        gap = i;
    }
    t->slots[gap] = 0;
}

void tcp_ehash_remove(struct tcp_net *tn, struct sock_hashed *h)
{
    struct tcp_hash_table *t = &tn->ehash;
    if (!t->n_slots) return;
    uint32_t i = home(t, entry_hash(h));
    while (t->slots[i] && entry(t->slots[i]) != h) i = (i + 1) & (t->n_slots - 1);
    if (!t->slots[i]) return;
    close_gap(t, i);
    t->n_used--;
    t->n_removed++;
}

struct sock_hashed *tcp_ehash_next(const struct tcp_net *tn, uint32_t *i)
{
    const struct tcp_hash_table *t = &tn->ehash;
    while (*i < t->n_slots) {
        uint64_t slot = t->slots[(*i)++];
        if (slot) return entry(slot);
    }
    return NULL;
}

void tcp_hash(struct tcp_sock *tp)
{
    tp->sk.hash_kind = HASHED_SOCK;
    tcp_ehash_insert(tp->tn, &tp->sk.hashed);
}

void tcp_unhash(struct tcp_sock *tp)
{
    if (!tp->sk.hash_kind) return;
    tcp_ehash_remove(tp->tn, &tp->sk.hashed);
    tp->sk.hash_kind = 0;
}
