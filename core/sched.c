/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sched.h"

#include "core/check.h"
#include <string.h>

void sched_init(struct sched *q)
{
    memset(q, 0, sizeof *q);
}

void sched_free(struct sched *q)
{
    g_free(q->nodes);
    memset(q, 0, sizeof *q);
}

static void sched_grow(struct sched *q)
{
    uint32_t old = q->n_nodes, n = old ? old * 2 : 256;
    ns_assert(n > old); /* 2^32 events */
    q->nodes = g_renew(struct event_node, q->nodes, n);
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
    q->nodes[i] = (struct event_node){ .at = EVENT_IDLE, .id = id, .fn = fn, .arg = arg };
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
    uint64_t d = (uint64_t) at ^ q->clock;
    return d ? (63u - (unsigned) __builtin_clzll(d)) / 6 : 0;
}

static inline unsigned slot_of(netsim_time at, unsigned level)
{
    return (unsigned) ((uint64_t) at >> (6 * level)) & 63;
}

static inline void set_empty(struct sched *q, unsigned l, unsigned s)
{
    if (!(q->map[l] &= ~(1ull << s))) q->levels &= ~(1u << l);
}

/* Sort the level-0 list of slot s by id: bottom-up merge of runs, O(n log n), O(n) when nearly in order. */
static void slot_sort(struct sched *q, unsigned s)
{
    struct event_node *nodes = q->nodes;
    uint32_t bins[32] = { 0 }, i = q->head[0][s];
    int top = 0;
    while (i) {
        uint32_t run = i, last = i;
        while (nodes[last].next && nodes[nodes[last].next].id > nodes[last].id) last = nodes[last].next;
        i = nodes[last].next;
        nodes[last].next = 0;
        int b = 0;
        for (; b < 31 && bins[b]; b++) { /* merge run with bins[b] */
            uint32_t a = bins[b], c = run, first = 0, *link = &first;
            while (a && c) {
                uint32_t *pick = nodes[a].id < nodes[c].id ? &a : &c;
                *link = *pick;
                link = &nodes[*pick].next;
                *pick = *link;
            }
            *link = a ? a : c;
            run = first;
            bins[b] = 0;
        }
        bins[b] = run;
        if (b > top) top = b;
    }
    uint32_t all = 0;
    for (int b = 0; b <= top; b++) {
        uint32_t a = bins[b], c = all, first = 0, *link = &first;
        while (a && c) {
            uint32_t *pick = nodes[a].id < nodes[c].id ? &a : &c;
            *link = *pick;
            link = &nodes[*pick].next;
            *pick = *link;
        }
        *link = a ? a : c;
        all = first;
    }
    q->head[0][s] = all;
    uint32_t prev = 0;
    for (i = all; i; prev = i, i = nodes[i].next) nodes[i].prev = prev;
    q->tail[0][s] = prev;
    q->unsorted &= ~(1ull << s);
}

static inline void insert(struct sched *q, uint32_t i)
{
    struct event_node *nodes = q->nodes, *n = &nodes[i];
    unsigned l = level_of(q, n->at), s = slot_of(n->at, l);
    n->next = 0;
    if (!(q->map[l] >> s & 1)) {
        q->map[l] |= 1ull << s;
        q->levels |= 1u << l;
        q->head[l][s] = q->tail[l][s] = i;
        n->prev = 0;
        return;
    }
    uint32_t t = q->tail[l][s];
    if (l == 0 && nodes[t].id > n->id) { /* equal times in id order: look a few places back, else sort when popped */
        int steps = 8;
        uint32_t p = nodes[t].prev;
        while (p && nodes[p].id > n->id && --steps) {
            t = p;
            p = nodes[p].prev;
        }
        if (steps && !(q->unsorted >> s & 1)) { /* between p and t */
            n->next = t;
            n->prev = p;
            nodes[t].prev = i;
            if (p) nodes[p].next = i;
            else q->head[l][s] = i;
            return;
        }
        q->unsorted |= 1ull << s;
        t = q->tail[l][s];
    }
    n->prev = t;
    nodes[t].next = i;
    q->tail[l][s] = i;
}

void sched_arm(struct sched *q, uint32_t i, netsim_time at)
{
    struct event_node *n = &q->nodes[i];
    ns_assert(at >= 0 && (uint64_t) at >= q->clock);
    ns_debug_assert(n->at == EVENT_IDLE);
    n->at = at;
    q->n_armed++;
    if (!(n->id & EVENT_BACKGROUND)) q->n_foreground++;
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
        if (!l) q->unsorted &= ~(1ull << s);
    }
    q->n_armed--;
    if (!(n->id & EVENT_BACKGROUND)) q->n_foreground--;
}

void sched_disarm(struct sched *q, uint32_t i)
{
    struct event_node *n = &q->nodes[i];
    unsigned l = level_of(q, n->at);
    unlink_node(q, i, l, slot_of(n->at, l));
    n->at = EVENT_IDLE;
}

uint32_t sched_pop(struct sched *q, netsim_time until)
{
    struct event_node *nodes = q->nodes;
    while (q->levels) {
        unsigned l = (unsigned) __builtin_ctz(q->levels), s = (unsigned) __builtin_ctzll(q->map[l]);
        if (l == 0 && ns_unlikely(q->unsorted >> s & 1)) slot_sort(q, s);
        uint32_t i = q->head[l][s];
        if (l == 0 || !nodes[i].next) { /* exact slot, or alone in the earliest one: the minimum */
            if (nodes[i].at > until) return 0;
            q->clock = (uint64_t) nodes[i].at;
            unlink_node(q, i, l, s);
            return i;
        }
        /* Spread the slot one level down, where its start becomes the clock. */
        uint64_t start = l == 10 ? (uint64_t) s << 60 : ((q->clock >> (6 * l + 6)) << (6 * l + 6)) | ((uint64_t) s << (6 * l));
        if (start > (uint64_t) until) return 0;
        set_empty(q, l, s);
        q->clock = start;
        while (i) {
            uint32_t next = nodes[i].next;
            if (next) __builtin_prefetch(&nodes[next]);
            insert(q, i);
            i = next;
        }
    }
    return 0;
}
