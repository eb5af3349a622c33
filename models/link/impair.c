/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/link/impair.h"

/* ---- chance ---- */

static uint64_t threshold_of(double p)
{
    return (uint64_t) (p * 4294967296.0 + 0.5);
}

static void chance_init(struct chance *c, struct link_dir *l, const char *purpose, double p)
{
    c->threshold = threshold_of(p);
    if (c->threshold) rng_stream_init(&c->rng, l->sim->seed, l->drops.name, purpose);
}

static inline bool happens(struct chance *c)
{
    return c->threshold && rng_u32(&c->rng) < c->threshold;
}

/* Gilbert (1960), Elliott (1963): the state may change at every packet, then the packet meets that state's loss. */
static bool gilbert_loses(struct link_impair *m)
{
    if (happens(m->is_bad ? &m->bad_to_good : &m->good_to_bad)) m->is_bad = !m->is_bad;
    uint64_t threshold = m->is_bad ? m->loss_bad : m->loss_good;
    return rng_u32(&m->gilbert_loss) < threshold;
}

/* ---- packets that may overtake ---- */

static inline bool flight_before(const struct flight *a, const struct flight *b)
{
    return a->at != b->at ? a->at < b->at : a->sequence < b->sequence;
}

static void flights_push(struct flights *f, struct pkt *p, netsim_time at)
{
    if (f->n == f->size) {
        f->size = f->size ? f->size * 2 : 64;
        f->heap = g_renew(struct flight, f->heap, f->size);
    }
    struct flight x = { .at = at, .sequence = f->sequence++, .p = p };
    uint32_t i = f->n++;
    while (i && flight_before(&x, &f->heap[(i - 1) / 2])) {
        f->heap[i] = f->heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    f->heap[i] = x;
}

static struct pkt *flights_pop(struct flights *f)
{
    struct pkt *first = f->heap[0].p;
    struct flight x = f->heap[--f->n];
    uint32_t i = 0;
    for (uint32_t child; (child = 2 * i + 1) < f->n; i = child) {
        if (child + 1 < f->n && flight_before(&f->heap[child + 1], &f->heap[child])) child++;
        if (!flight_before(&f->heap[child], &x)) break;
        f->heap[i] = f->heap[child];
    }
    f->heap[i] = x;
    return first;
}

static void arrive_from_heap(NetsimSim *sim, NetsimEvent event, void *data)
{
    struct link_dir *l = data;
    struct flights *f = &l->impair->flights;
    struct pkt *p = flights_pop(f);
    if (f->n) sched_arm(&sim->sched, event, f->heap[0].at);
    link_deliver(l, p);
}

void link_impair_use_heap(struct link_dir *l)
{
    struct link_impair *m = l->impair;
    if (m->has_heap) return;
    m->has_heap = true;
    netsim_time at = l->sim->sched.nodes[l->event].at;
    for (struct pkt *p = l->head; p; p = p->next) {
        flights_push(&m->flights, p, at);
        at = p->time; /* of the next */
    }
    l->head = NULL;
    l->sim->sched.nodes[l->event].fn = arrive_from_heap;
}

/* @p is on its way and will arrive at @at. */
static void take_off(struct link_dir *l, struct pkt *p, netsim_time at)
{
    struct link_impair *m = l->impair;
    l->sim->pkts_held++;
    if (!m->has_heap) {
        link_append(l, p, at);
        return;
    }
    p->next = NULL;
    flights_push(&m->flights, p, at);
    if (m->flights.heap[0].p == p) sim_event_at(l->sim, l->event, at);
}

/* ---- one packet ---- */

/* RFC 3168 s5: only packets that say they are ECN-capable. */
static void mark_ce(struct link_dir *l, struct pkt *p)
{
    unsigned ecn = p->tos & INET_ECN_MASK;
    if (p->kind < PKT_IP4 || ecn == INET_ECN_NOT_ECT || ecn == INET_ECN_CE) return;
    p->tos |= INET_ECN_CE;
    l->rare.ce_marks++;
}

static bool is_lost(struct link_impair *m)
{
    bool lost = happens(&m->loss); /* both are drawn, so that neither depends on the other */
    if (m->has_gilbert && gilbert_loses(m)) lost = true;
    return lost;
}

int link_impair_send(struct link_dir *l, struct pkt *p, enum drop_reason *why)
{
    if (l->impair->moments && link_moments_hold(l, p)) return 0;
    return link_impair_take(l, p, why);
}

int link_impair_take(struct link_dir *l, struct pkt *p, enum drop_reason *why)
{
    struct link_impair *m = l->impair;
    struct verdict v = { 0 };
    if (m->rules) {
        v = link_rules_judge(l, p);
        if (v.drop) return link_refuse(l, p, v.drop, why);
    }
    bool is_congested = m->ce_threshold_pkts && link_queue_len(l) >= m->ce_threshold_pkts;
    if (!link_serialise(l, p)) return link_refuse(l, p, DROP_LINK_QUEUE, why);
    if (v.ce || is_congested) mark_ce(l, p);
    if (is_lost(m)) return link_refuse(l, p, DROP_LINK_LOSS, why);
    if (happens(&m->ce)) mark_ce(l, p);
    if (happens(&m->corrupt)) {
        p->flags |= m->corrupt_payload ? PKT_BAD_CSUM : PKT_BAD_FCS;
        l->rare.corrupted++;
    }
    netsim_time arrival = l->free_at + l->delay;
    if (happens(&m->reorder)) arrival += m->reorder_delay;
    if (m->jitter) arrival += (netsim_time) (rng_unit(&m->jitter_rng) * (double) m->jitter);
    if (happens(&m->duplicate)) v.n_copies++;
    netsim_time first = arrival + v.delay;
    if (m->moments) first = link_moments_delivered(l, first, v.delay > 0);
    take_off(l, p, first);
    for (; v.n_copies; v.n_copies--) {
        struct pkt *copy = pkt_copy(l->sim, p);
        l->rare.duplicates++;
        l->duplicate_bytes += copy->len;
        take_off(l, copy, ns_max(first, arrival + v.copy_delay));
    }
    return 0;
}

uint64_t link_impair_flying(const struct link_impair *m, uint64_t *bytes)
{
    for (uint32_t i = 0; i < m->flights.n; i++) *bytes += m->flights.heap[i].p->len;
    return m->flights.n + (m->moments ? link_moments_held(m->moments, bytes) : 0);
}

/* ---- making and unmaking ---- */

struct link_impair *link_impair_get(struct link_dir *l)
{
    if (!l->impair) l->impair = g_new0(struct link_impair, 1);
    return l->impair;
}

static void gilbert_init(struct link_impair *m, struct link_dir *l, const NetsimLinkConfig *c)
{
    m->has_gilbert = true;
    chance_init(&m->good_to_bad, l, "gilbert good to bad", c->gilbert.p);
    chance_init(&m->bad_to_good, l, "gilbert bad to good", c->gilbert.r);
    m->loss_good = threshold_of(c->gilbert.loss_good);
    m->loss_bad = threshold_of(c->gilbert.loss_bad);
    rng_stream_init(&m->gilbert_loss, l->sim->seed, l->drops.name, "gilbert loss");
}

struct link_impair *link_impair_new(struct link_dir *l, const NetsimLinkConfig *c)
{
    bool reorders = c->reorder > 0 || c->jitter > 0, has_gilbert = c->gilbert.p > 0 || c->gilbert.loss_good > 0;
    if (!(c->loss > 0 || c->duplicate > 0 || c->corrupt > 0 || c->ce > 0 || has_gilbert || reorders ||
          c->ce_threshold_pkts)) {
        return NULL;
    }
    struct link_impair *m = link_impair_get(l);
    chance_init(&m->loss, l, "loss", c->loss);
    chance_init(&m->duplicate, l, "duplicate", c->duplicate);
    chance_init(&m->corrupt, l, "corrupt", c->corrupt);
    chance_init(&m->ce, l, "ce", c->ce);
    chance_init(&m->reorder, l, "reorder", c->reorder);
    if (has_gilbert) gilbert_init(m, l, c);
    m->corrupt_payload = c->corrupt_payload;
    m->reorder_delay = c->reorder_delay;
    m->jitter = c->jitter;
    if (m->jitter) rng_stream_init(&m->jitter_rng, l->sim->seed, l->drops.name, "jitter");
    m->ce_threshold_pkts = c->ce_threshold_pkts;
    if (reorders) link_impair_use_heap(l);
    return m;
}

void link_impair_free(struct link_dir *l)
{
    struct link_impair *m = l->impair;
    for (uint32_t i = 0; i < m->flights.n; i++) pkt_free(l->sim, m->flights.heap[i].p);
    g_free(m->flights.heap);
    if (m->rules) link_rules_free(m->rules);
    if (m->moments) link_moments_free(l);
    g_free(m);
    l->impair = NULL;
}
