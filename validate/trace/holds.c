/* SPDX-License-Identifier: GPL-3.0-or-later */
/* holds.c - when the applications of a recording owned their sockets. */
#include "validate/trace/holds.h"

#include "validate/trace/flows.h"

#include <string.h>

/* Segments that are answered together after a longer time waited for the timer of delayed ACKs. */
#define LONGEST_HOLD NETSIM_MS
/* From a moment just before the first arrival to one just after the last. */
#define MARGIN (300 * NETSIM_NS)

/* Data in order that has not been acknowledged yet. */
struct arrived {
    netsim_time at;
    uint32_t end;
};

struct receiver {
    GArray *waiting; /* struct arrived */
    uint32_t next;   /* rcv_nxt, as far as it can be seen */
    bool is_known;
    GArray *holds;
};

static void data_came(struct receiver *r, const struct segment *s, netsim_time at)
{
    uint32_t end = s->seq + s->len + (s->flags & (SEGMENT_SYN | SEGMENT_FIN) ? 1 : 0);
    if (!r->is_known || s->flags & SEGMENT_SYN) r->next = s->seq;
    r->is_known = true;
    if ((int32_t) (s->seq - r->next) > 0 || (int32_t) (end - r->next) <= 0) return; /* out of order, or old */
    r->next = end;
    struct arrived arrived = { .at = at, .end = end };
    g_array_append_val(r->waiting, arrived);
}

static void ack_left(struct receiver *r, uint32_t ack, bool has_sack)
{
    unsigned n = 0;
    const struct arrived *first = (const struct arrived *) r->waiting->data;
    while (n < r->waiting->len && (int32_t) (ack - first[n].end) >= 0) n++;
    if (n >= 2 && !has_sack && first[n - 1].at - first->at <= LONGEST_HOLD) {
        struct hold hold = { .from = first->at - MARGIN, .until = first[n - 1].at + MARGIN };
        g_array_append_val(r->holds, hold);
    }
    g_array_remove_range(r->waiting, 0, n);
    if ((int32_t) (ack - r->next) > 0) r->next = ack;
}

static void read_device(struct receiver *r, const char *folder, const char *stem, uint16_t local_port, uint16_t peer_port)
{
    g_autoptr(Capture) capture = capture_find(folder, stem, NULL);
    for (unsigned i = 0; capture && i < capture->packets->len; i++) {
        struct packet_summary p;
        if (!packet_summarise(capture, i, &p) || !p.key.is_tcp) continue;
        bool is_in = p.key.dport == local_port && p.key.sport == peer_port;
        if (!is_in && !(p.key.sport == local_port && p.key.dport == peer_port)) continue;
        if (is_in && (p.segment.len || p.segment.flags)) data_came(r, &p.segment, (capture->first_ns + p.segment.at_ns) * NETSIM_NS);
        if (!is_in && r->is_known) ack_left(r, p.ack, p.has_sack);
    }
}

GArray *holds_find(const struct scenario *scenario, const char *folder, const char *host, uint16_t local_port, uint16_t peer_port)
{
    struct receiver r = { .waiting = g_array_new(FALSE, FALSE, sizeof(struct arrived)),
                          .holds = g_array_new(FALSE, FALSE, sizeof(struct hold)) };
    for (unsigned i = 0; i < scenario->links->len; i++) {
        const struct scenario_link *link = &g_array_index(scenario->links, struct scenario_link, i);
        for (int end = 0; end < 2; end++) {
            g_autofree char *stem = g_strdup_printf("%s-%s", link->host[end], link->device[end]);
            if (strcmp(link->host[end], host) == 0) read_device(&r, folder, stem, local_port, peer_port);
        }
    }
    g_array_unref(r.waiting);
    return r.holds;
}
