/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/timer.h"

#include "core/check.h"
#include <string.h>

/* WHEEL_TIMEOUT_CUTOFF, WHEEL_TIMEOUT_MAX: the last level's granule is 8^8 jiffies, what is later than its reach is cut to it. */
enum { LAST_GRANULE = 1 << 3 * (WHEEL_LEVELS - 1), TIMEOUT_CUTOFF = 63 * LAST_GRANULE, TIMEOUT_MAX = TIMEOUT_CUTOFF - LAST_GRANULE };

struct wheel_buckets {
    uint64_t map[WHEEL_LEVELS];
    struct timer *head[WHEEL_LEVELS][WHEEL_BUCKETS];
};

static void wheel_run(NetsimSim *sim, NetsimEvent event, void *data);

void timer_wheel_init(struct timer_wheel *w, struct node *node, unsigned hz, netsim_time uptime)
{
    *w = (struct timer_wheel){ .sim = node->sim, .hz = (uint16_t) hz, .tick = NETSIM_S / hz };
    ns_assert(uptime >= 0 && uptime / w->tick < INT32_MAX);
    w->origin = -uptime;
    timer_wheel_refresh(w);
    w->event = sched_node_new(&node->sim->sched, node_event_id(node, node_serial(node), EVENT_BACKGROUND), wheel_run, w);
}

void timer_wheel_free(struct timer_wheel *w)
{
    sched_node_free(&w->sim->sched, w->event);
    g_free(w->buckets);
    w->buckets = NULL;
    w->event = 0;
}

uint32_t timer_wheel_refresh(struct timer_wheel *w)
{
    uint64_t ticks = (uint64_t) (w->sim->now - w->origin) / (uint64_t) w->tick;
    w->jiffies = (uint32_t) ticks;
    w->tick_start = w->origin + (netsim_time) ticks * w->tick;
    return w->jiffies;
}

uint32_t timer_wheel_fire_tick(uint32_t now, uint32_t expires)
{
    int32_t d = (int32_t) (expires - now);
    if (d < 0) return now + 1; /* already due: the next tick */
    if (d >= TIMEOUT_CUTOFF) expires = now + TIMEOUT_MAX;
    unsigned level = 0;
    while (level < WHEEL_LEVELS - 1 && (uint64_t) d >= 63ull << (3 * level)) level++;
    return ((expires >> (3 * level)) + 1) << (3 * level);
}

/* Put t into the bucket that runs exactly at tick t->queued (a multiple of its level's granule by construction). */
static void enqueue(struct timer_wheel *w, struct timer *t, uint32_t from)
{
    uint32_t d = t->queued - from;
    unsigned level = 0;
    while (level < WHEEL_LEVELS - 1 && d >= 63ull << (3 * level)) level++;
    while (level && t->queued & ((1u << (3 * level)) - 1)) level--; /* a requeue may be nearer than its granule */
    unsigned b = (t->queued >> (3 * level)) & 63;
    struct wheel_buckets *k = w->buckets;
    t->next = k->head[level][b];
    t->pprev = &k->head[level][b];
    if (t->next) t->next->pprev = &t->next;
    k->head[level][b] = t;
    k->map[level] |= 1ull << b;
    w->n_queued++;
}

static void dequeue(struct timer_wheel *w, struct timer *t)
{
    *t->pprev = t->next;
    if (t->next) t->next->pprev = t->pprev;
    t->pprev = NULL;
    w->n_queued--; /* an emptied bucket keeps its map bit until it is looked at */
}

static netsim_time tick_time(const struct timer_wheel *w, uint32_t tick)
{
    return w->tick_start + (netsim_time) (int32_t) (tick - w->jiffies) * w->tick;
}

/* The earliest tick >= clk at which an occupied bucket runs. */
static bool next_tick(struct timer_wheel *w, uint32_t *tick)
{
    struct wheel_buckets *k = w->buckets;
    bool found = false;
    for (unsigned level = 0; level < WHEEL_LEVELS; level++) {
        while (k->map[level]) {
            uint32_t now = (w->clk + (1u << (3 * level)) - 1) >> (3 * level); /* first granule that starts at or after clk */
            unsigned from = now & 63;
            uint64_t m = k->map[level] >> from | (from ? k->map[level] << (64 - from) : 0);
            unsigned off = (unsigned) __builtin_ctzll(m), b = (from + off) & 63;
            if (!k->head[level][b]) {
                k->map[level] &= ~(1ull << b);
                continue;
            }
            uint32_t at = (now + off) << (3 * level);
            if (!found || (int32_t) (at - *tick) < 0) *tick = at;
            found = true;
            break;
        }
    }
    return found;
}

static void arm_event(struct timer_wheel *w, uint32_t tick)
{
    struct sched *q = &w->sim->sched;
    if (sched_is_armed(q, w->event)) {
        if ((int32_t) (tick - w->event_tick) >= 0) return;
        sched_disarm(q, w->event);
    }
    w->event_tick = tick;
    sched_arm(q, w->event, tick_time(w, tick));
}

static inline void set_armed(struct timer_wheel *w, struct timer *t, bool armed)
{
    if (t->is_armed == armed) return;
    t->is_armed = armed;
    if (!t->is_background) w->sim->sched.n_foreground += armed ? 1 : (uint64_t) -1;
}

void timer_mod(struct timer_wheel *w, struct timer *t, uint32_t expires)
{
    if (t->is_armed && t->expires == expires) return; /* as __mod_timer(): it keeps its bucket */
    t->expires = expires;
    uint32_t now = timer_jiffies(w);
    t->fires = timer_wheel_fire_tick(now, expires);
    set_armed(w, t, true);
    if (t->pprev) {
        if ((int32_t) (t->fires - t->queued) >= 0) return; /* later: it will be queued again when it comes up */
        dequeue(w, t);
    }
    if (ns_unlikely(!w->buckets)) w->buckets = g_new0(struct wheel_buckets, 1);
    if (!w->n_queued) w->clk = now + 1;
    t->queued = t->fires;
    enqueue(w, t, now);
    if (!w->running) arm_event(w, t->queued);
}

void timer_del(struct timer_wheel *w, struct timer *t)
{
    set_armed(w, t, false);
}

void timer_kill(struct timer_wheel *w, struct timer *t)
{
    set_armed(w, t, false);
    if (t->pprev) dequeue(w, t);
}

/* Sort a singly linked list of timers by (id, place). */
static struct timer *sort_timers(struct timer *list)
{
    if (!list || !list->next) return list;
    struct timer *slow = list, *fast = list->next;
    while (fast && fast->next) {
        slow = slow->next;
        fast = fast->next->next;
    }
    struct timer *b = slow->next;
    slow->next = NULL;
    struct timer *a = sort_timers(list), *out = NULL, **link = &out;
    b = sort_timers(b);
    while (a && b) {
        bool first = a->id != b->id ? a->id < b->id : a->place <= b->place;
        struct timer **pick = first ? &a : &b;
        *link = *pick;
        link = &(*pick)->next;
        *pick = *link;
    }
    *link = a ? a : b;
    return out;
}

static void wheel_run(NetsimSim *sim, NetsimEvent event, void *data)
{
    struct timer_wheel *w = data;
    (void) sim;
    (void) event;
    uint32_t tick = w->event_tick;
    timer_wheel_refresh(w);
    struct wheel_buckets *k = w->buckets;
    struct timer *due = NULL, *list;
    for (unsigned level = 0; level < WHEEL_LEVELS; level++) {
        if (tick & ((1u << (3 * level)) - 1)) break;
        unsigned b = (tick >> (3 * level)) & 63;
        for (struct timer *t = k->head[level][b], *next; t; t = next) {
            next = t->next;
            if (t->queued != tick) continue;
            dequeue(w, t);
            t->next = due;
            due = t;
        }
    }
    w->clk = tick + 1;
    w->running++;
    /* Early entries go back to the tick they were moved to; the others form the list of this tick.  A handler may
     * kill any of them, so they stay linked with pprev until their turn. */
    list = NULL;
    while (due) {
        struct timer *t = due;
        due = t->next;
        if (t->is_armed && t->fires != tick) {
            t->queued = t->fires;
            enqueue(w, t, tick);
        } else if (t->is_armed) {
            t->next = list;
            list = t;
        }
    }
    list = sort_timers(list);
    for (struct timer **link = &list, *t = list; t; link = &t->next, t = t->next) {
        t->pprev = link;
        w->n_queued++;
    }
    while (list) {
        struct timer *t = list;
        dequeue(w, t);
        if (!t->is_armed) continue;
        if (t->fires != tick) { /* an earlier handler of this tick moved it */
            t->queued = t->fires;
            enqueue(w, t, tick);
            continue;
        }
        set_armed(w, t, false);
        t->fn(t);
    }
    w->running--;
    uint32_t next = 0;
    if (w->n_queued && next_tick(w, &next)) arm_event(w, next);
}
