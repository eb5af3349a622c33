/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/wire/pkt.h"

void pkt_ext_free(struct pkt *p)
{
    struct pkt_ext *e = p->ext;
    if (e->quoted) pkt_quote_free(e->quoted);
    g_free(e->bytes);
    g_free(e);
    p->ext = NULL;
}

void pkt_count_drop(struct sim *sim, struct drop_place *place, const struct pkt *p, enum drop_reason reason)
{
    TRACE(sim, KFREE_SKB, place->name, p->digest, trace_text(drop_location(reason, p->proto)), pkt_ethertype(p), reason, p->len,
          TRACE_FLOW_OF(p));
    drop_count(sim, place, reason, p->gso_segs, p->len);
}

void pkt_drop(struct sim *sim, struct drop_place *place, struct pkt *p, enum drop_reason reason)
{
    pkt_count_drop(sim, place, p, reason);
    pkt_free(sim, p);
}

struct pkt_ext *pkt_ext(struct pkt *p)
{
    if (!p->ext) p->ext = g_new0(struct pkt_ext, 1);
    return p->ext;
}

static struct pkt_ext *ext_copy(const struct pkt_ext *e)
{
    struct pkt_ext *c = g_memdup2(e, sizeof *e);
    if (e->bytes) c->bytes = g_memdup2(e->bytes, e->n_bytes);
    if (e->quoted) c->quoted = pkt_quote(e->quoted);
    return c;
}

struct pkt *pkt_copy(struct sim *sim, const struct pkt *p)
{
    struct pkt *c = pool_get(&sim->pkts);
    *c = *p;
    c->next = NULL;
    if (p->ext) c->ext = ext_copy(p->ext);
    sim->pkts_copied += p->gso_segs;
    return c;
}

struct pkt *pkt_quote(const struct pkt *p)
{
    struct pkt *q = g_aligned_alloc(1, sizeof *q, _Alignof(struct pkt));
    *q = *p;
    q->next = NULL;
    if (p->ext) q->ext = ext_copy(p->ext);
    return q;
}

void pkt_quote_free(struct pkt *quoted)
{
    if (quoted->ext) pkt_ext_free(quoted);
    g_aligned_free(quoted);
}
