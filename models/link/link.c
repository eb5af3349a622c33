/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/link/link.h"

#include "models/link/impair.h"

/* No serialiser is asked to work more than this ahead.  Keeps departures within the range of netsim_time. */
#define BACKLOG_MAX LINK_DELAY_MAX

/* What identifies a packet in the fingerprint, with what the network may have changed. */
static inline uint64_t identity(const struct pkt *p)
{
    return p->digest ^ (uint64_t) p->tos << 32 ^ (uint64_t) p->len << 40;
}

/* ---- waiting for the serialiser ---- */

/* Drop from the ring what is in service by now. */
static inline void settle(struct link_dir *l)
{
    while (l->n_waiting) {
        const struct link_waiting *w = &l->waiting[l->first_waiting & (l->waiting_size - 1)];
        if (w->start > l->sim->now) break;
        l->waiting_bytes -= w->len;
        l->first_waiting++;
        l->n_waiting--;
    }
}

static void grow(struct link_dir *l)
{
    uint32_t size = l->waiting_size ? l->waiting_size * 2 : 16;
    struct link_waiting *ring = g_new(struct link_waiting, size);
    for (uint32_t i = 0; i < l->n_waiting; i++) ring[i] = l->waiting[(l->first_waiting + i) & (l->waiting_size - 1)];
    g_free(l->waiting);
    l->waiting = ring;
    l->waiting_size = size;
    l->first_waiting = 0;
}

/* The serialiser is busy: join the queue, if it has room. */
static bool join_queue(struct link_dir *l, uint32_t len)
{
    settle(l);
    if (l->n_waiting >= l->queue_pkts) return false;
    if (l->waiting_bytes + len > l->queue_bytes) return false;
    if (l->free_at - l->sim->now > BACKLOG_MAX) return false;
    if (l->n_waiting == l->waiting_size) grow(l);
    uint32_t i = (l->first_waiting + l->n_waiting++) & (l->waiting_size - 1);
    l->waiting[i] = (struct link_waiting){ .start = l->free_at, .len = len };
    l->waiting_bytes += len;
    if (l->n_waiting > l->rare.max_queue_pkts) l->rare.max_queue_pkts = l->n_waiting;
    return true;
}

uint32_t link_queue_len(struct link_dir *l)
{
    settle(l);
    return l->n_waiting + (l->free_at > l->sim->now);
}

/* ---- a packet's way ---- */

/* What is left when whole picoseconds a byte have been counted. */
static netsim_time fraction(struct link_dir *l, uint64_t bytes)
{
    uint64_t part = bytes * l->ps_num + l->ps_rest;
    netsim_time t = (netsim_time) (part / l->ps_den);
    l->ps_rest = part % l->ps_den;
    l->fractions += t;
    return t;
}

static inline bool serialise(struct link_dir *l, const struct pkt *p)
{
    netsim_time now = l->sim->now, start = l->free_at;
    if (start > now) {
        if (ns_unlikely(!join_queue(l, p->len))) return false;
    } else {
        if (ns_unlikely(l->has_fraction) && start < now) l->ps_rest = 0; /* idle: what was owed has passed */
        start = now;
    }
    uint64_t bytes = p->len + l->overhead;
    netsim_time t = (netsim_time) (bytes * l->ps_per_byte);
    if (ns_unlikely(l->has_fraction)) t += fraction(l, bytes);
    l->free_at = start + t;
    fingerprint_mix(&l->fp, now, FP_ENTERED_WIRE, identity(p));
    return true;
}

bool link_serialise(struct link_dir *l, const struct pkt *p)
{
    return serialise(l, p);
}

int link_refuse(struct link_dir *l, const struct pkt *p, enum drop_reason reason, enum drop_reason *why)
{
    fingerprint_mix(&l->fp, l->sim->now, FP_DROPPED, identity(p) ^ (uint64_t) reason << 58);
    pkt_count_drop(l->sim, &l->drops, p, reason);
    if (reason == DROP_LINK_QUEUE) l->rare.queue_drops++;
    else if (reason == DROP_LINK_LOSS) l->rare.loss_drops++;
    else l->rare.rule_drops++;
    *why = reason;
    return -1;
}

int link_send(struct link_dir *l, struct pkt *p, enum drop_reason *why)
{
    ns_debug_assert(p->gso_segs == 1);
    l->in_pkts++;
    l->in_bytes += p->len;
    if (ns_unlikely(l->impair != NULL)) return link_impair_send(l, p, why);
    if (ns_unlikely(!serialise(l, p))) return link_refuse(l, p, DROP_LINK_QUEUE, why);
    l->sim->pkts_held++;
    link_append(l, p, l->free_at + l->delay);
    return 0;
}

static inline void deliver(struct sim *sim, struct link_dir *l, struct pkt *p)
{
    sim->pkts_held--;
    sim->n_hops++;
    fingerprint_mix(&l->fp, sim->now, FP_ARRIVED, identity(p));
    l->to->receive(l->to, p);
}

void link_deliver(struct link_dir *l, struct pkt *p)
{
    deliver(l->sim, l, p);
}

static void arrive(NetsimSim *sim, NetsimEvent event, void *data)
{
    struct link_dir *l = data;
    struct pkt *p = l->head, *next = p->next;
    for (int i = 0; i < 3; i++) __builtin_prefetch(l->ahead[i]);
    __builtin_prefetch(l->to);
    l->head = next;
    if (next) {
        sched_arm(&sim->sched, event, p->time);
        __builtin_prefetch(next);
    }
    deliver(sim, l, p);
}

/* ---- what has been ---- */

/* Packets and bytes that have been taken and will arrive. */
static uint64_t flying(const struct link_dir *l, uint64_t *bytes)
{
    uint64_t n = 0;
    *bytes = 0;
    if (l->impair) n = link_impair_flying(l->impair, bytes);
    for (const struct pkt *p = l->head; p; p = p->next, n++) *bytes += p->len;
    return n;
}

uint64_t link_n_flying(const struct link_dir *l)
{
    uint64_t bytes;
    return flying(l, &bytes);
}

static uint64_t dropped_bytes(const struct link_dir *l)
{
    uint64_t bytes = 0;
    for (unsigned i = 0; l->drops.counts && i < N_DROP_REASONS; i++) bytes += l->drops.counts->bytes[i];
    return bytes;
}

/* Everything that was handed over and neither refused by the queue nor by rules was serialised. */
static netsim_time busy_time(const struct link_dir *l)
{
    uint64_t n = l->in_pkts - l->rare.queue_drops - l->rare.rule_drops, bytes = l->in_bytes;
    if (l->drops.counts) {
        static const enum drop_reason before[] = { DROP_LINK_QUEUE, DROP_LINK_RULE, DROP_LINK_CUT };
        for (unsigned i = 0; i < G_N_ELEMENTS(before); i++) bytes -= l->drops.counts->bytes[before[i]];
    }
    return (netsim_time) ((bytes + n * l->overhead) * l->ps_per_byte) + l->fractions;
}

void link_stats(const struct link_dir *l, NetsimLinkStats *stats)
{
    *stats = l->rare;
    stats->in_pkts = l->in_pkts;
    stats->in_bytes = l->in_bytes;
    /* What was taken and is not in flight any more has arrived: no packet is counted twice on its way. */
    uint64_t flying_bytes, n = flying(l, &flying_bytes);
    stats->out_pkts = l->in_pkts + l->rare.duplicates - l->rare.queue_drops - l->rare.loss_drops - l->rare.rule_drops - n;
    stats->out_bytes = l->in_bytes + l->duplicate_bytes - dropped_bytes(l) - flying_bytes;
    stats->busy = busy_time(l);
}

/* ---- making and unmaking ---- */

static void dir_init(struct link_dir *l, struct port *from, struct port *to, const NetsimLinkConfig *c)
{
    struct sim *sim = to->node->sim;
    uint64_t id = node_event_id(to->node, node_serial(to->node), 0);
    *l = (struct link_dir){ .sim = sim, .to = to, .delay = c->delay, .overhead = (uint16_t) c->overhead,
                            .entity_id = id };
    l->event = sched_node_new(&sim->sched, id, arrive, l);
    l->queue_pkts = c->queue_pkts == NETSIM_QUEUE_NONE ? 0 : c->queue_pkts ? c->queue_pkts : UINT32_MAX;
    l->queue_bytes = c->queue_bytes ? c->queue_bytes : UINT64_MAX;
    if (c->rate_bps) {
        uint64_t ps = 8 * (uint64_t) NETSIM_S;
        l->ps_per_byte = ps / c->rate_bps;
        l->ps_num = ps % c->rate_bps;
        l->ps_den = c->rate_bps;
        l->has_fraction = l->ps_num != 0;
    }
    l->drops.name = g_strdup_printf("%s -> %s", from->name, to->name);
    l->impair = link_impair_new(l, c);
    from->out = l;
}

static void dir_clear(struct link_dir *l)
{
    if (l->impair) link_impair_free(l);
    while (l->head) {
        struct pkt *p = l->head;
        l->head = p->next;
        pkt_free(l->sim, p);
    }
    sched_node_free(&l->sim->sched, l->event);
    g_free(l->waiting);
    g_free(l->drops.counts);
    g_free((char *) l->drops.name);
}

/* The links of a simulation, in the order of their making. */
static void links_free(void *owner)
{
    GPtrArray *links = owner;
    for (guint i = 0; i < links->len; i++) {
        struct link *link = links->pdata[i];
        dir_clear(&link->a2b);
        dir_clear(&link->b2a);
        g_aligned_free(link);
    }
    g_ptr_array_free(links, TRUE);
}

static uint64_t links_fingerprint(void *owner)
{
    GPtrArray *links = owner;
    uint64_t sum = 0;
    for (guint i = 0; i < links->len; i++) {
        struct link *link = links->pdata[i];
        sum += fingerprint_final(link->a2b.entity_id, &link->a2b.fp) + fingerprint_final(link->b2a.entity_id, &link->b2a.fp);
    }
    return sum;
}

static const char links_key[] = "link.links";

struct link *link_new(struct port *a, struct port *b, const NetsimLinkConfig *a2b, const NetsimLinkConfig *b2a)
{
    struct sim *sim = a->node->sim;
    GPtrArray *links = g_hash_table_lookup(sim->data, links_key);
    if (!links) {
        links = g_ptr_array_new();
        g_hash_table_insert(sim->data, (char *) links_key, links);
        sim_add_part(sim, (struct sim_part){ .free = links_free, .fingerprint = links_fingerprint, .owner = links });
    }
    struct link *link = g_aligned_alloc0(1, sizeof *link, _Alignof(struct link));
    g_ptr_array_add(links, link);
    dir_init(&link->a2b, a, b, a2b);
    dir_init(&link->b2a, b, a, b2a);
    return link;
}

static bool check_probability(const char *name, double p, GError **error)
{
    if (p >= 0 && p <= 1) return true; /* not NaN either */
    g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_RANGE, "link: %s = %g: a probability is 0 to 1", name, p);
    return false;
}

static bool check_delay(const char *name, netsim_time t, GError **error)
{
    if (t >= 0 && t <= LINK_DELAY_MAX) return true;
    g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_RANGE, "link: %s = %g s: must be 0 to 1e6 s", name, (double) t * 1e-12);
    return false;
}

#define RATE_MAX UINT64_C(1000000000000000)

bool link_config_check(const NetsimLinkConfig *c, GError **error)
{
    if (!check_delay("delay", c->delay, error) || !check_delay("jitter", c->jitter, error) ||
        !check_delay("reorder_delay", c->reorder_delay, error) || !check_probability("loss", c->loss, error) ||
        !check_probability("duplicate", c->duplicate, error) || !check_probability("corrupt", c->corrupt, error) ||
        !check_probability("ce", c->ce, error) || !check_probability("reorder", c->reorder, error) ||
        !check_probability("gilbert.p", c->gilbert.p, error) || !check_probability("gilbert.r", c->gilbert.r, error) ||
        !check_probability("gilbert.loss_good", c->gilbert.loss_good, error) ||
        !check_probability("gilbert.loss_bad", c->gilbert.loss_bad, error)) {
        return false;
    }
    if (c->overhead > 65535) {
        g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_RANGE, "link: overhead = %u bytes: must be 0 to 65535", c->overhead);
        return false;
    }
    if (c->rate_bps > RATE_MAX) {
        g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_RANGE, "link: rate = %" G_GUINT64_FORMAT " bit/s: at most 1e15, or 0: infinite",
                    c->rate_bps);
        return false;
    }
    if (c->gilbert.p > 0 && c->gilbert.r == 0) {
        g_set_error_literal(error, NETSIM_ERROR, NETSIM_ERROR_RANGE,
                            "link: gilbert.r = 0: the bad state would never end; r is the chance to leave it at each packet "
                            "(0.25: it lasts 4 packets on average)");
        return false;
    }
    if (c->reorder > 0 && !c->reorder_delay) {
        g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_RANGE,
                    "link: reorder = %g needs a reorder_delay: how long a packet is held back", c->reorder);
        return false;
    }
    return true;
}

/* ---- net.h ---- */

void netsim_link_stats(const NetsimLink *link, bool b2a, NetsimLinkStats *stats)
{
    if (!link || !stats) return;
    link_stats(b2a ? &link->b2a : &link->a2b, stats);
}

NetsimLink *netsim_link_nth(NetsimSim *sim, unsigned i)
{
    if (!sim) return NULL;
    GPtrArray *links = g_hash_table_lookup(sim->data, links_key);
    return links && i < links->len ? links->pdata[i] : NULL;
}
