/* SPDX-License-Identifier: GPL-3.0-or-later */
/* moments.c - a wire that is a program: it takes and delivers packets when it runs. */
#include "models/link/impair.h"

/* Moments that are still to come. */
struct schedule {
    NetsimLinkMoment *moments;
    bool *is_used;
    size_t n, next; /* those before next are over */
};

struct link_moments {
    struct schedule taken, delivered;
    netsim_time last;        /* delivery: packets do not overtake each other */
    struct pkt *head, *tail; /* handed over and not yet taken; pkt->time: when */
    uint64_t n, bytes;
    uint32_t event;          /* the head is taken */
};

/* The moment for a packet that is ready at @at, which is @now or later. */
static netsim_time take_moment(struct schedule *s, netsim_time now, netsim_time at)
{
    while (s->next < s->n && s->moments[s->next].at < now) s->next++;
    for (size_t i = s->next; i < s->n && s->moments[i].from <= at; i++) {
        if (s->moments[i].at < at || s->is_used[i]) continue;
        s->is_used[i] = true;
        return s->moments[i].at;
    }
    return at;
}

netsim_time link_moments_delivered(struct link_dir *l, netsim_time due, bool may_overtake)
{
    struct link_moments *m = l->impair->moments;
    netsim_time at = take_moment(&m->delivered, l->sim->now, may_overtake ? due : ns_max(due, m->last));
    if (!may_overtake) m->last = at;
    return at;
}

static void take_head(NetsimSim *sim, NetsimEvent event, void *data)
{
    struct link_dir *l = data;
    struct link_moments *m = l->impair->moments;
    struct pkt *p = m->head;
    m->head = p->next;
    m->n--;
    m->bytes -= p->len;
    sim->pkts_held--;
    if (m->head) sched_arm(&sim->sched, event, m->head->time);
    enum drop_reason why;
    if (link_impair_take(l, p, &why) < 0) pkt_free(sim, p);
}

bool link_moments_hold(struct link_dir *l, struct pkt *p)
{
    struct link_moments *m = l->impair->moments;
    netsim_time at = take_moment(&m->taken, l->sim->now, l->sim->now);
    if (m->head) at = ns_max(at, m->tail->time);
    else if (at == l->sim->now) return false;
    p->next = NULL;
    p->time = at;
    if (m->head) m->tail->next = p;
    else sched_arm(&l->sim->sched, m->event, at);
    if (!m->head) m->head = p;
    m->tail = p;
    m->n++;
    m->bytes += p->len;
    l->sim->pkts_held++;
    return true;
}

uint64_t link_moments_held(const struct link_moments *m, uint64_t *bytes)
{
    *bytes += m->bytes;
    return m->n;
}

static void schedule_clear(struct schedule *s)
{
    g_free(s->moments);
    g_free(s->is_used);
}

void link_moments_free(struct link_dir *l)
{
    struct link_moments *m = l->impair->moments;
    while (m->head) {
        struct pkt *p = m->head;
        m->head = p->next;
        pkt_free(l->sim, p);
    }
    sched_node_free(&l->sim->sched, m->event);
    schedule_clear(&m->taken);
    schedule_clear(&m->delivered);
    g_free(m);
}

static bool check(const NetsimLinkMoment *moments, size_t n, GError **error)
{
    for (size_t i = 0; i < n; i++) {
        const NetsimLinkMoment *x = &moments[i];
        if (x->from <= x->at && x->at >= 0 && (i == 0 || (x[-1].at <= x->at && x[-1].from <= x->from))) continue;
        g_set_error_literal(error, NETSIM_ERROR, NETSIM_ERROR_RANGE, "link: moments: in order of time, from <= at");
        return false;
    }
    return true;
}

static struct schedule schedule_of(const NetsimLinkMoment *moments, size_t n)
{
    return (struct schedule){ .moments = g_memdup2(moments, n * sizeof *moments), .is_used = g_new0(bool, n), .n = n };
}

bool netsim_link_set_moments(NetsimLink *link, bool b2a, const NetsimLinkMoment *taken, size_t n_taken,
                             const NetsimLinkMoment *delivered, size_t n_delivered, GError **error)
{
    if (!ns_given(link, error) || !check(taken, n_taken, error) || !check(delivered, n_delivered, error)) return false;
    struct link_dir *l = b2a ? &link->b2a : &link->a2b;
    struct link_impair *impair = link_impair_get(l);
    if (impair->moments || l->in_pkts) {
        g_set_error_literal(error, NETSIM_ERROR, NETSIM_ERROR_STATE, "link: moments: once, before the first packet");
        return false;
    }
    struct link_moments *m = impair->moments = g_new0(struct link_moments, 1);
    m->taken = schedule_of(taken, n_taken);
    m->delivered = schedule_of(delivered, n_delivered);
    m->event = sched_node_new(&l->sim->sched, l->entity_id, take_head, l);
    return true;
}
