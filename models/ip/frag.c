/* SPDX-License-Identifier: GPL-3.0-or-later */
/* frag.c - datagrams cut into fragments and put together again (net/ipv4/ip_output.c, ip_fragment.c; RFC 791 s3.2).
 *
 * A fragment names its bytes by quoting the whole datagram, so nothing is copied while it travels; fragments from
 * outside have bytes.  A queue of fragments is killed by its timer, or by an overlap (RFC 5722 s3, which Linux applies
 * to IPv4, too); an exact repetition is only dropped.
 */
#include "models/ip/fib.h"

#include "models/wire/emit.h"
#include "models/wire/ip4.h"
#include <endian.h>

/* ---- cutting ---- */

/* Payload bytes that a fragment carries on behalf of its quotation. */
static void take_bytes(struct pkt *f, const struct pkt *p, uint32_t from, uint32_t n)
{
    const struct pkt_ext *e = p->ext;
    struct pkt_ext *fe = pkt_ext(f);
    if (p->flags & PKT_FRAGMENT && e->quoted && !e->bytes) {
        fe->quoted = pkt_quote(e->quoted);
    } else if (p->flags & PKT_FRAGMENT) {
        fe->bytes = g_malloc0(n);
        fe->n_bytes = n;
        if (from < e->n_bytes) memcpy(fe->bytes, e->bytes + from, ns_min(n, e->n_bytes - from));
    } else {
        fe->quoted = pkt_quote(p);
    }
}

static struct pkt *cut(struct sim *sim, const struct pkt *p, uint32_t from, uint32_t n, bool is_last)
{
    struct pkt *f = pkt_new(sim);
    *f = *p;
    f->next = NULL;
    f->ext = NULL;
    f->hdr_len = 20;
    f->len = 20 + n;
    f->truesize = 0;
    f->flags |= PKT_FRAGMENT;
    f->digest = p->digest + from * 0x9e3779b1u;
    struct pkt_ext *e = pkt_ext(f);
    bool again = p->flags & PKT_FRAGMENT; /* a fragment is cut once more */
    e->frag_offset = (uint16_t) (from + (again ? p->ext->frag_offset : 0));
    e->more_fragments = !is_last || (again && p->ext->more_fragments);
    take_bytes(f, p, from, n);
    return f;
}

void ip_fragment(struct net *net, struct netdev *dev, struct neighbour *neigh, struct pkt *p, uint32_t mtu)
{
    uint32_t payload = p->len - ip4_hdr_len(p), step = (mtu - 20) & ~7u;
    for (uint32_t from = 0; from < payload; from += step) {
        bool is_last = payload - from <= step;
        struct pkt *f = cut(net->sim, p, from, is_last ? payload - from : step, is_last);
        NET_INC_STATS(net, IP_FRAGCREATES);
        NET_INC_STATS(net, IP_OUTTRANSMITS);
        NET_ADD_STATS(net, IPEXT_OUTOCTETS, f->len);
        neigh_output(net, dev, neigh, f);
    }
    NET_INC_STATS(net, IP_FRAGOKS);
    pkt_consume(net->sim, p);
}

/* ---- putting together ---- */

struct frag_queue {
    struct timer timer;
    struct net *net;
    struct frag_queue *next; /* of the same hash */
    uint32_t saddr, daddr;
    uint16_t id;
    uint8_t proto;
    bool has_last;           /* the fragment without MF has come: len is the datagram's */
    uint32_t len, meat;      /* payload bytes: up to the furthest end seen, and received */
    struct pkt *frags;       /* in the order of their offsets */
};

enum { QUEUE_BYTES = 208 }; /* sizeof(struct ipq), charged with the fragments' truesize */

struct frag_table {
    int64_t mem;             /* bytes: at ipfrag_high_thresh no new queue is made */
    struct map queues;       /* hash of the four -> struct frag_queue */
};

static uint64_t queue_key(const struct frag_queue *q)
{
    return ((uint64_t) q->saddr << 32 | q->daddr) * 0x9e3779b97f4a7c15ull ^ ((uint64_t) q->id << 8 | q->proto);
}

static void drop_frags(struct frag_queue *q, enum drop_reason reason)
{
    for (struct pkt *p; (p = q->frags) != NULL;) {
        q->frags = p->next;
        q->net->sim->pkts_held--;
        q->net->ip->frags->mem -= p->truesize;
        pkt_drop(q->net->sim, &q->net->drops, p, reason);
    }
}

/* inet_frag_kill(): out of the table; the caller has taken or drops the fragments. */
static void kill_queue(struct frag_queue *q)
{
    struct map *m = &q->net->ip->frags->queues;
    struct frag_queue *first = map_get(m, queue_key(q)), **link = &first;
    while (*link != q) link = &(*link)->next;
    *link = q->next;
    if (first) map_set(m, queue_key(q), first);
    else map_del(m, queue_key(q));
    timer_kill(&q->net->wheel, &q->timer);
    q->net->ip->frags->mem -= QUEUE_BYTES;
}

static void fail_queue(struct frag_queue *q, enum drop_reason reason)
{
    NET_INC_STATS(q->net, IP_REASMFAILS);
    kill_queue(q);
    drop_frags(q, reason);
    g_free(q);
}

/* ip_expire() */
static void frag_timer(struct timer *timer)
{
    struct frag_queue *q = ns_container_of(timer, struct frag_queue, timer);
    NET_INC_STATS(q->net, IP_REASMTIMEOUT);
    if (q->frags && q->frags->ext->frag_offset == 0) icmp_send(q->net, q->frags, ICMP_TIME_EXCEEDED, ICMP_EXC_FRAGTIME, 0);
    fail_queue(q, DROP_FRAG_REASM_TIMEOUT);
}

static struct frag_queue *find_queue(struct net *net, const struct pkt *p)
{
    struct map *m = &net->ip->frags->queues;
    struct frag_queue key = { .net = net, .saddr = p->saddr, .daddr = p->daddr, .id = p->ip_id, .proto = p->proto };
    struct frag_queue *first = map_get(m, queue_key(&key)), *q = first;
    while (q && (q->saddr != p->saddr || q->daddr != p->daddr || q->id != p->ip_id || q->proto != p->proto)) q = q->next;
    if (q) return q;
    if (net->ip->frags->mem > net->ip->knobs.ipfrag_high_thresh) return NULL;
    net->ip->frags->mem += QUEUE_BYTES;
    q = g_memdup2(&key, sizeof key);
    q->next = first;
    timer_init(&q->timer, frag_timer, node_serial(&net->node), 0, true);
    timer_mod(&net->wheel, &q->timer, net_jiffies(net) + (uint32_t) net->ip->knobs.ipfrag_time * net->wheel.hz);
    map_set(m, queue_key(q), q);
    return q;
}

static uint32_t frag_start(const struct pkt *f)
{
    return f->ext->frag_offset;
}

static uint32_t frag_end(const struct pkt *f)
{
    return f->ext->frag_offset + f->len - ip4_hdr_len(f);
}

enum verdict { FRAG_TAKEN, FRAG_REPEATED, FRAG_IMPOSSIBLE };

/* ip_frag_queue(), inet_frag_queue_insert() */
static enum verdict insert_frag(struct frag_queue *q, struct pkt *f)
{
    uint32_t start = frag_start(f), end = frag_end(f);
    if (!f->ext->more_fragments) {
        if (end < q->len || (q->has_last && end != q->len)) return FRAG_IMPOSSIBLE;
        q->has_last = true;
        q->len = end;
    } else {
        if (end & 7 || (end > q->len && q->has_last)) return FRAG_IMPOSSIBLE;
        q->len = ns_max(q->len, end);
    }
    if (start == end || q->len > 65515) return FRAG_IMPOSSIBLE;
    struct pkt **link = &q->frags;
    while (*link && frag_end(*link) <= start) link = &(*link)->next;
    if (*link && frag_start(*link) < end) return start >= frag_start(*link) && end <= frag_end(*link) ? FRAG_REPEATED : FRAG_IMPOSSIBLE;
    f->next = *link;
    *link = f;
    q->meat += end - start;
    q->net->sim->pkts_held++;
    q->net->ip->frags->mem += f->truesize;
    return FRAG_TAKEN;
}

/* The quotation is the datagram.  Differing ones under one IP id make one that its checksum will refuse. */
static struct pkt *join_quotations(struct frag_queue *q)
{
    struct pkt *first = q->frags, *w = pkt_new(q->net->sim), *whole = first->ext->quoted;
    uint16_t flags = 0;
    for (const struct pkt *f = first; f; f = f->next) {
        flags |= f->flags & PKT_BAD_CSUM;
        if (f->ext->quoted->digest != whole->digest) flags |= PKT_BAD_CSUM;
    }
    *w = *whole;
    w->flags |= flags;
    w->next = NULL;
    w->gso_segs = 1;
    whole->ext = NULL; /* it is w's now */
    return w;
}

static struct pkt *join_bytes(struct frag_queue *q)
{
    uint8_t *bytes = g_malloc0(20 + q->len);
    for (struct pkt *f = q->frags; f; f = f->next) {
        g_autofree uint8_t *one = g_malloc(emit_room(f));
        size_t length = emit(f, NULL, one), ihl = ip4_hdr_len(f);
        memcpy(bytes + 20 + frag_start(f), one + ihl, length - ihl);
        if (f == q->frags) memcpy(bytes, one, 20);
    }
    struct ip4_hdr h;
    memcpy(&h, bytes, sizeof h);
    h.version_ihl = 4 << 4 | 5;
    h.tot_len = htobe16((uint16_t) (20 + q->len));
    h.frag_off = h.check = 0;
    memcpy(bytes, &h, sizeof h);
    h.check = htobe16(checksum_fold(checksum_add(0, bytes, sizeof h)));
    memcpy(bytes, &h, sizeof h);
    struct link_header header;
    enum drop_reason why;
    struct pkt *w = parse(q->net->sim, false, bytes, 20 + q->len, &header, &why);
    w->digest = q->frags->digest;
    g_free(bytes);
    return w;
}

/* ip_frag_reasm() */
static struct pkt *reassemble(struct frag_queue *q)
{
    struct net *net = q->net;
    const struct pkt *first = q->frags;
    uint8_t ttl = first->ttl, tos = first->tos;
    uint16_t flags = first->flags & (PKT_BROADCAST | PKT_OTHERHOST);
    uint32_t truesize = 0;
    bool all_quoted = true, is_marked = false;
    for (const struct pkt *f = first; f; f = f->next) {
        all_quoted &= f->ext->quoted && !f->ext->bytes;
        is_marked |= (f->tos & INET_ECN_MASK) == INET_ECN_CE; /* RFC 3168 s5.3 */
        truesize += f->truesize;
    }
    struct pkt *w = all_quoted ? join_quotations(q) : join_bytes(q);
    w->ttl = ttl;
    w->tos = is_marked ? tos | INET_ECN_CE : tos;
    w->flags |= flags;
    w->truesize = truesize;
    kill_queue(q);
    for (struct pkt *p; (p = q->frags) != NULL;) {
        q->frags = p->next;
        net->sim->pkts_held--;
        net->ip->frags->mem -= p->truesize;
        pkt_consume(net->sim, p);
    }
    g_free(q);
    NET_INC_STATS(net, IP_REASMOKS);
    return w;
}

struct pkt *ip_defrag(struct net *net, struct pkt *p)
{
    NET_INC_STATS(net, IP_REASMREQDS);
    struct frag_queue *q = find_queue(net, p);
    if (!q) {
        NET_INC_STATS(net, IP_REASMFAILS);
        pkt_drop(net->sim, &net->drops, p, DROP_NOMEM);
        return NULL;
    }
    switch (insert_frag(q, p)) {
    case FRAG_REPEATED:
        pkt_drop(net->sim, &net->drops, p, DROP_DUP_FRAG);
        return NULL;
    case FRAG_IMPOSSIBLE:
        fail_queue(q, DROP_NOT_SPECIFIED);
        pkt_drop(net->sim, &net->drops, p, DROP_NOT_SPECIFIED);
        return NULL;
    case FRAG_TAKEN: break;
    }
    return q->has_last && q->meat == q->len ? reassemble(q) : NULL;
}

void frag_init(struct ip_net *ip)
{
    ip->frags = g_new0(struct frag_table, 1);
}

uint64_t ip_frag_bytes(const struct ip_net *ip)
{
    return (uint64_t) ip->frags->mem;
}

unsigned ip_n_frag_queues(const struct ip_net *ip)
{
    const struct map *m = &ip->frags->queues;
    unsigned n = 0;
    for (uint32_t i = 0; m->slots && i <= m->mask; i++)
        for (const struct frag_queue *q = m->slots[i].value; q; q = q->next) n++;
    return n;
}

void frag_free(struct ip_net *ip)
{
    struct map *m = &ip->frags->queues;
    for (uint32_t i = 0; m->slots && i <= m->mask; i++)
        for (struct frag_queue *q = m->slots[i].value, *next; q; q = next) {
            next = q->next;
            timer_kill(&ip->net->wheel, &q->timer);
            drop_frags(q, DROP_QUEUE_PURGE);
            g_free(q);
        }
    map_free(m);
    g_free(ip->frags);
}
