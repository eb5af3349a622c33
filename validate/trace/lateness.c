/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lateness.c - where the wire of a recording was late. */
#include "validate/trace/lateness.h"

#include "validate/trace/flows.h"

#include <string.h>

/* Ordinary wake-ups of the recording machine stay below; half the tolerance of the comparison. */
#define LATE_NS INT64_C(2500000)
/* Nothing waits longer in a wire and its queue: what looks like the same packet and comes later is its retransmission. */
#define LOST_NS INT64_C(190000000)
/* The program that is the wire is seldom longer away. */
#define NAP_NS INT64_C(1000000)

/* What makes a packet the same at both ends. */
struct identity {
    struct flow_key flow;
    uint32_t seq, len;
    uint16_t ip_id;
    uint8_t flags, proto;
};

static struct identity *identity_of(const struct packet_summary *p)
{
    struct identity *id = g_new0(struct identity, 1);
    id->flow = p->key;
    id->seq = p->segment.seq;
    id->len = p->segment.len;
    id->ip_id = p->ip_id;
    id->flags = p->segment.flags;
    id->proto = p->segment.proto;
    return id;
}

static guint identity_hash(gconstpointer key)
{
    guint hash = 2166136261u;
    for (gsize i = 0; i < sizeof(struct identity); i++) hash = (hash ^ ((const uint8_t *) key)[i]) * 16777619u;
    return hash;
}

static gboolean identity_equal(gconstpointer a, gconstpointer b)
{
    return memcmp(a, b, sizeof(struct identity)) == 0;
}

static void arrivals_free(gpointer queue)
{
    g_queue_free_full(queue, g_free);
}

/* When each packet was seen at the far end: identity -> queue of int64_t ns. */
static GHashTable *index_arrivals(const struct capture *to)
{
    GHashTable *arrivals = g_hash_table_new_full(identity_hash, identity_equal, g_free, arrivals_free);
    for (unsigned i = 0; i < to->packets->len; i++) {
        struct packet_summary p;
        if (!packet_summarise(to, i, &p)) continue;
        struct identity *id = identity_of(&p);
        GQueue *queue = g_hash_table_lookup(arrivals, id);
        if (!queue) {
            queue = g_queue_new();
            g_hash_table_insert(arrivals, id, queue);
        } else {
            g_free(id);
        }
        int64_t at_ns = to->first_ns + p.segment.at_ns;
        g_queue_push_tail(queue, g_memdup2(&at_ns, sizeof at_ns));
    }
    return arrivals;
}

enum { LOST = -1, OPPOSITE = -2 };

/* The arrival of a packet that was seen here at @sent_ns; LOST, or OPPOSITE if it came from the other end. */
static int64_t take_arrival(GHashTable *arrivals, const struct packet_summary *p, int64_t sent_ns, int64_t latest_ns)
{
    g_autofree struct identity *id = identity_of(p);
    GQueue *queue = g_hash_table_lookup(arrivals, id);
    const int64_t *first_ns = queue ? g_queue_peek_head(queue) : NULL;
    if (!first_ns || *first_ns > latest_ns) return LOST;
    g_autofree int64_t *at_ns = g_queue_pop_head(queue);
    return *at_ns >= sent_ns ? *at_ns : OPPOSITE;
}

static int by_time(gconstpointer a, gconstpointer b)
{
    const NetsimLinkMoment *x = a, *y = b;
    return x->at < y->at ? -1 : x->at > y->at;
}

void lateness_measure(const struct capture *from, const struct capture *to, const NetsimLinkConfig *direction, bool is_scripted,
                      struct lateness *late)
{
    g_autoptr(GHashTable) arrivals = index_arrivals(to);
    double ns_per_byte = direction->rate_bps ? 8e9 / (double) direction->rate_bps : 0, free_at_ns = 0;
    int64_t delay_ns = direction->delay / NETSIM_NS;
    for (unsigned i = 0; i < from->packets->len; i++) {
        struct packet_summary p;
        if (!packet_summarise(from, i, &p)) continue;
        int64_t sent_ns = from->first_ns + p.segment.at_ns;
        int64_t arrived_ns = take_arrival(arrivals, &p, sent_ns, MAX(sent_ns, (int64_t) free_at_ns) + delay_ns + LOST_NS);
        if (arrived_ns == OPPOSITE) continue;
        NetsimLinkMoment taken = { (sent_ns - NAP_NS) * NETSIM_NS, sent_ns * NETSIM_NS };
        g_array_append_val(late->taken, taken);
        if (arrived_ns == LOST) continue;
        free_at_ns = MAX(free_at_ns, (double) sent_ns) + ns_per_byte * g_array_index(from->packets, struct capture_packet, i).n_wire;
        int64_t due_ns = (int64_t) free_at_ns + delay_ns, ready_ns = arrived_ns - NAP_NS;
        if (!is_scripted && arrived_ns - due_ns > LATE_NS) {
            late->n_packets++;
            late->worst_ms = MAX(late->worst_ms, (double) (arrived_ns - due_ns) / 1e6);
        }
        if (!is_scripted) ready_ns = MIN(ready_ns, due_ns);
        NetsimLinkMoment delivered = { ready_ns * NETSIM_NS, arrived_ns * NETSIM_NS };
        g_array_append_val(late->delivered, delivered);
    }
    g_array_sort(late->delivered, by_time);
    for (unsigned i = late->delivered->len; i-- > 1;) { /* what waited when this one was due could have gone at that moment, too */
        NetsimLinkMoment *m = &g_array_index(late->delivered, NetsimLinkMoment, i);
        m[-1].from = MIN(m[-1].from, m->from);
    }
}
