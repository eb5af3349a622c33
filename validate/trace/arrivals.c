/* SPDX-License-Identifier: GPL-3.0-or-later */
/* arrivals.c - when packets reached the hosts of a recording. */
#include "validate/trace/arrivals.h"

#include "validate/trace/flows.h"

#include <string.h>

struct arrival {
    netsim_time at;
    uint32_t seq, len; /* from the stream's first byte on, modulo 2^32; len with the FIN */
    uint16_t local_port, peer_port;
    bool is_tcp, is_reset;
};

struct arrivals {
    GArray *all; /* struct arrival, in order of time */
};

static int by_time(gconstpointer a, gconstpointer b)
{
    const struct arrival *x = a, *y = b;
    return x->at < y->at ? -1 : x->at > y->at;
}

/* @starts: struct flow_key -> its first byte's sequence number, of the last SYN so far. */
static void add(struct arrivals *arrivals, GHashTable *starts, const struct packet_summary *p, int64_t at_ns)
{
    const struct segment *s = &p->segment;
    bool is_syn = s->flags & SEGMENT_SYN;
    uint32_t first = s->seq + is_syn;
    if (is_syn || !g_hash_table_contains(starts, &p->key))
        g_hash_table_replace(starts, g_memdup2(&p->key, sizeof p->key), GUINT_TO_POINTER(first));
    struct arrival arrival = {
        .at = at_ns * NETSIM_NS,
        .seq = first - GPOINTER_TO_UINT(g_hash_table_lookup(starts, &p->key)),
        .len = s->len + (s->flags & SEGMENT_FIN ? 1 : 0),
        .local_port = p->key.dport,
        .peer_port = p->key.sport,
        .is_tcp = p->key.is_tcp,
        .is_reset = p->key.is_tcp ? s->flags & SEGMENT_RST : s->proto == 1,
    };
    g_array_append_val(arrivals->all, arrival);
}

static void read_device(struct arrivals *arrivals, const char *folder, const char *stem, const char *address)
{
    g_autoptr(Capture) capture = capture_find(folder, stem, NULL);
    g_autoptr(GHashTable) starts = g_hash_table_new_full(flow_key_hash, flow_key_equal, g_free, NULL);
    for (unsigned i = 0; capture && i < capture->packets->len; i++) {
        struct packet_summary p;
        if (!packet_summarise(capture, i, &p)) continue;
        g_autofree char *to = flow_address(&p.key, true);
        if (strcmp(to, address) == 0) add(arrivals, starts, &p, capture->first_ns + p.segment.at_ns);
    }
}

struct arrivals *arrivals_read(const struct scenario *scenario, const char *folder, const char *host)
{
    struct arrivals *arrivals = g_new0(struct arrivals, 1);
    arrivals->all = g_array_new(FALSE, FALSE, sizeof(struct arrival));
    const char *address = NULL;
    for (unsigned i = 0; i < scenario->hosts->len; i++) {
        const struct scenario_host *h = &g_array_index(scenario->hosts, struct scenario_host, i);
        if (strcmp(h->name, host) == 0) address = h->address;
    }
    for (unsigned i = 0; address && i < scenario->links->len; i++) {
        const struct scenario_link *link = &g_array_index(scenario->links, struct scenario_link, i);
        for (int end = 0; end < 2; end++) {
            g_autofree char *stem = g_strdup_printf("%s-%s", link->host[end], link->device[end]);
            if (strcmp(link->host[end], host) == 0) read_device(arrivals, folder, stem, address);
        }
    }
    g_array_sort(arrivals->all, by_time);
    return arrivals;
}

void arrivals_free(struct arrivals *arrivals)
{
    if (!arrivals) return;
    g_array_unref(arrivals->all);
    g_free(arrivals);
}

static bool matches(const struct arrival *a, const struct arrival_query *q)
{
    if (!a->is_tcp) return q->kind == ARRIVAL_RESET && a->is_reset;
    if (q->local_port && a->local_port != q->local_port) return false;
    if (q->peer_port && a->peer_port != q->peer_port) return false;
    if (q->kind == ARRIVAL_RESET) return a->is_reset;
    return q->kind == ARRIVAL_ANY || (uint32_t) q->byte - a->seq < a->len;
}

netsim_time arrivals_last(const struct arrivals *arrivals, const struct arrival_query *query)
{
    unsigned low = 0, high = arrivals->all->len;
    while (low < high) {
        unsigned mid = (low + high) / 2;
        if (g_array_index(arrivals->all, struct arrival, mid).at <= query->until) low = mid + 1;
        else high = mid;
    }
    while (low-- > 0) {
        const struct arrival *a = &g_array_index(arrivals->all, struct arrival, low);
        if (a->at <= query->after) break;
        if (matches(a, query)) return a->at;
    }
    return -1;
}
