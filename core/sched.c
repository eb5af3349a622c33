/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sched.h"

#include "core/check.h"
#include <string.h>

enum { FEW = 4 }; /* events whose least is found faster than they are spread */

void sched_init(struct sched *q)
{
    memset(q, 0, sizeof *q);
}

void sched_free(struct sched *q)
{
    g_free(q->nodes);
    g_free(q->ids);
    g_free(q->keys);
    memset(q, 0, sizeof *q);
}

static void sched_grow(struct sched *q)
{
    uint32_t old = q->n_nodes, n = old ? old * 2 : 256;
    ns_assert(n < 1u << 31);
    q->nodes = g_renew(struct event_node, q->nodes, n);
    q->ids = g_renew(uint64_t, q->ids, n);
    memset(q->nodes + old, 0, (n - old) * sizeof *q->nodes);
    for (uint32_t i = n - 1; i > old || (i == old && old); i--) { /* index 0 stays nil */
        q->nodes[i].next = q->free;
        q->free = i;
    }
    q->n_nodes = n;
}

uint32_t sched_node_new(struct sched *q, uint64_t id, NetsimEventFunc fn, void *arg)
{
    if (!q->free) sched_grow(q);
    uint32_t i = q->free;
    q->free = q->nodes[i].next;
    q->nodes[i] = (struct event_node){ .at = EVENT_IDLE, .fn = fn, .arg = arg, .is_background = !!(id & EVENT_BACKGROUND) };
    q->ids[i] = id;
    return i;
}

void sched_node_free(struct sched *q, uint32_t i)
{
    if (!i) return;
    if (sched_is_armed(q, i)) sched_disarm(q, i);
    q->nodes[i].fn = NULL;
    q->nodes[i].next = q->free;
    q->free = i;
}

static inline unsigned level_of(const struct sched *q, netsim_time at)
{
    uint64_t d = ((uint64_t) at ^ q->clock) >> SCHED_DIGIT | 1;
    return (63u - (unsigned) __builtin_clzll(d)) / SCHED_DIGIT;
}

static inline unsigned slot_of(netsim_time at, unsigned level)
{
    return (unsigned) ((uint64_t) at >> (SCHED_DIGIT * (level + 1))) & (SCHED_SLOTS - 1);
}

static inline void set_empty(struct sched *q, unsigned l, unsigned s)
{
    if (q->map[l][s / 64] &= ~(1ull << s % 64)) return;
    if (q->words[l] &= (uint8_t) ~(1u << s / 64)) return;
    q->levels &= ~(1u << l);
}

static inline bool is_before(netsim_time a, uint64_t a_id, netsim_time b, uint64_t b_id)
{
    return a < b || (a == b && a_id < b_id);
}

/* Sort @n keys: runs of 8 by insertion, then merges to and fro. @return  where the result is, @a or @b */
static struct sched_key *sort_keys(struct sched_key *a, struct sched_key *b, size_t n)
{
    enum { RUN = 8 };
    for (size_t from = 0; from < n; from += RUN)
        for (size_t i = from + 1; i < ns_min(from + RUN, n); i++) {
            struct sched_key k = a[i];
            size_t j = i;
            for (; j > from && is_before(k.at, k.id, a[j - 1].at, a[j - 1].id); j--) a[j] = a[j - 1];
            a[j] = k;
        }
    for (size_t width = RUN; width < n; width *= 2) {
        struct sched_key *out = b;
        for (size_t from = 0; from < n; from += 2 * width) {
            struct sched_key *x = a + from, *x_end = a + ns_min(from + width, n), *y = x_end, *y_end = a + ns_min(from + 2 * width, n);
            while (x < x_end && y < y_end) {
                bool second = (y->at < x->at) | ((y->at == x->at) & (y->id < x->id));
                *out++ = *(second ? y : x);
                x += !second;
                y += second;
            }
            while (x < x_end) *out++ = *x++;
            while (y < y_end) *out++ = *y++;
        }
        struct sched_key *swap = a;
        a = b;
        b = swap;
    }
    return a;
}

/* Sort the level-0 list of slot s. */
static __attribute__((noinline)) void slot_sort(struct sched *q, unsigned s)
{
    struct event_node *nodes = q->nodes;
    size_t n = 0;
    for (uint32_t i = q->head[0][s]; i; i = nodes[i].next) {
        if (n == q->n_keys) {
            q->n_keys = q->n_keys ? q->n_keys * 2 : 64;
            q->keys = g_renew(struct sched_key, q->keys, q->n_keys * 2);
        }
        q->keys[n++] = (struct sched_key){ nodes[i].at, q->ids[i], i };
    }
    struct sched_key *k = sort_keys(q->keys, q->keys + q->n_keys, n);
    uint32_t prev = 0;
    for (size_t i = 0; i < n; prev = k[i++].node) {
        nodes[k[i].node].prev = prev;
        nodes[k[i].node].next = i + 1 < n ? k[i + 1].node : 0;
    }
    q->head[0][s] = k[0].node;
    q->tail[0][s] = prev;
    q->unsorted[s / 64] &= ~(1ull << s % 64);
}

/* Whether node @a comes before node @b; ids are looked at only if they must. */
static inline bool node_before(const struct sched *q, uint32_t a, uint32_t b)
{
    netsim_time x = q->nodes[a].at, y = q->nodes[b].at;
    return x < y || (x == y && q->ids[a] < q->ids[b]);
}

/* Into the ordered list of level-0 slot s, before its tail: at the front, or a few places back; else leave it to
 * slot_sort().  @return  false: append */
static __attribute__((noinline)) bool insert_in_order(struct sched *q, uint32_t i, unsigned s)
{
    struct event_node *nodes = q->nodes;
    uint32_t next = q->tail[0][s], prev = nodes[next].prev;
    if (q->unsorted[s / 64] >> s % 64 & 1) return false;
    if (prev && node_before(q, i, q->head[0][s])) {
        next = q->head[0][s];
        prev = 0;
    }
    for (int steps = 8; prev && node_before(q, i, prev); prev = nodes[prev].prev) {
        if (!--steps) {
            q->unsorted[s / 64] |= 1ull << s % 64;
            return false;
        }
        next = prev;
    }
    nodes[i].next = next;
    nodes[i].prev = prev;
    nodes[next].prev = i;
    if (prev) nodes[prev].next = i;
    else q->head[0][s] = i;
    return true;
}

static inline __attribute__((always_inline)) void insert(struct sched *q, uint32_t i)
{
    struct event_node *nodes = q->nodes, *n = &nodes[i];
    unsigned l = level_of(q, n->at), s = slot_of(n->at, l);
    uint64_t *map = &q->map[l][s / 64], bit = 1ull << s % 64;
    n->next = 0;
    if (!(*map & bit)) {
        *map |= bit;
        q->words[l] |= (uint8_t) (1u << s / 64);
        q->levels |= 1u << l;
        q->head[l][s] = q->tail[l][s] = i;
        n->prev = 0;
        return;
    }
    uint32_t t = q->tail[l][s];
    if (l == 0 && node_before(q, i, t) && insert_in_order(q, i, s)) return;
    n->prev = t;
    nodes[t].next = i;
    q->tail[l][s] = i;
}

void sched_arm(struct sched *q, uint32_t i, netsim_time at)
{
    struct event_node *n = &q->nodes[i];
    ns_assert(at >= q->now);
    ns_debug_assert(n->at == EVENT_IDLE);
    n->at = at;
    q->n_foreground += !n->is_background;
    insert(q, i);
}

static inline void unlink_node(struct sched *q, uint32_t i, unsigned l, unsigned s)
{
    struct event_node *n = &q->nodes[i];
    if (n->prev) q->nodes[n->prev].next = n->next;
    else q->head[l][s] = n->next;
    if (n->next) q->nodes[n->next].prev = n->prev;
    else q->tail[l][s] = n->prev;
    if (!q->head[l][s]) {
        set_empty(q, l, s);
        if (!l) q->unsorted[s / 64] &= ~(1ull << s % 64);
    }
    q->n_foreground -= !n->is_background;
}

void sched_disarm(struct sched *q, uint32_t i)
{
    struct event_node *n = &q->nodes[i];
    unsigned l = level_of(q, n->at);
    unlink_node(q, i, l, slot_of(n->at, l));
    n->at = EVENT_IDLE;
}

/* The least of a list that is not in order; 0 if the list is long. */
static inline uint32_t least_of_few(const struct sched *q, uint32_t i)
{
    uint32_t least = i;
    for (int left = FEW; (i = q->nodes[i].next);) {
        if (!--left) return 0;
        if (node_before(q, i, least)) least = i;
    }
    return least;
}

/* Spread a slot one level down, where its start becomes the clock. */
static void spread(struct sched *q, unsigned l, unsigned s, uint64_t start)
{
    struct event_node *nodes = q->nodes;
    uint32_t i = q->head[l][s];
    set_empty(q, l, s);
    q->clock = start;
    while (i) {
        uint32_t next = nodes[i].next;
        if (next) __builtin_prefetch(&nodes[next]);
        insert(q, i);
        i = next;
    }
}

uint32_t sched_pop(struct sched *q, netsim_time until)
{
    struct event_node *nodes = q->nodes;
    while (q->levels) {
        unsigned l = (unsigned) __builtin_ctz(q->levels), w = (unsigned) __builtin_ctz(q->words[l]);
        unsigned s = w * 64 + (unsigned) __builtin_ctzll(q->map[l][w]);
        if (l == 0 && ns_unlikely(q->unsorted[w] >> s % 64 & 1)) slot_sort(q, s);
        uint32_t i = q->head[l][s];
        if (l) i = least_of_few(q, i);
        if (ns_likely(i)) {
            if (nodes[i].at > until) return 0;
            q->now = nodes[i].at;
            unlink_node(q, i, l, s);
            if (!q->head[l][s]) q->clock = (uint64_t) q->now;
            uint64_t rest = q->map[l][w]; /* what probably follows is fetched meanwhile */
            if (rest) __builtin_prefetch(nodes[q->head[l][w * 64 + (unsigned) __builtin_ctzll(rest)]].arg);
            return i;
        }
        uint64_t start = (uint64_t) nodes[q->head[l][s]].at >> (SCHED_DIGIT * (l + 1)) << (SCHED_DIGIT * (l + 1));
        if (start > (uint64_t) until) return 0;
        spread(q, l, s, start);
    }
    return 0;
}
