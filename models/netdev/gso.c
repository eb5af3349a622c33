/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gso.c - super-packets become wire segments (net/core/gso.c, tcp_gso_segment(), __udp_gso_segment()). */
#include "models/netdev/netdev.h"

/* @seg's share of the payload bytes that the application gave with @whole, from @offset on. */
static void segment_bytes(struct pkt *seg, const struct pkt_ext *whole, uint32_t offset)
{
    struct pkt_ext *e = g_memdup2(whole, sizeof *whole);
    uint32_t payload = pkt_payload_len(seg), left = whole->n_bytes > offset ? whole->n_bytes - offset : 0;
    e->n_bytes = ns_min(payload, left);
    e->bytes = e->n_bytes ? g_memdup2(whole->bytes + offset, e->n_bytes) : NULL;
    e->quoted = NULL;
    seg->ext = e;
}

struct pkt *gso_segment(struct sim *sim, struct pkt *p)
{
    uint32_t n = p->gso_segs, size = p->gso_size, payload = pkt_payload_len(p);
    if (n <= 1) return p;
    ns_assert(size > 0);
    ns_assert(n == (payload + size - 1) / size);
    struct pkt whole = *p, *first = p, **link = &first;
    for (uint32_t i = 0, offset = 0; i < n; i++, offset += size) {
        struct pkt *seg = i ? pool_get(&sim->pkts) : p;
        *seg = whole;
        seg->gso_segs = 1;
        seg->gso_size = 0;
        seg->len = whole.hdr_len + ns_min(size, payload - offset);
        seg->truesize = whole.truesize / n;
        seg->digest = whole.digest + i * 0x9e3779b9u; /* each has its own identity */
        seg->ip_id = (uint16_t) (whole.ip_id + i);
        seg->offset = whole.offset + offset;
        if (whole.proto == PROTO_TCP) {
            seg->seq = whole.seq + offset;
            if (i) seg->tcp_flags &= (uint8_t) ~TCPHDR_CWR;
            if (i + 1 < n) seg->tcp_flags &= (uint8_t) ~(TCPHDR_FIN | TCPHDR_PSH);
        }
        if (whole.ext) segment_bytes(seg, whole.ext, offset);
        *link = seg;
        link = &seg->next;
    }
    *link = NULL;
    if (whole.ext) pkt_ext_free(&whole);
    return first;
}
