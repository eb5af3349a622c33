/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rules.c - explicit impairments: "the k-th data segment is dropped", "dead for 3 s from the 200th new segment on".
 *
 * Every packet that is handed to the wire is classified and counted, whatever happens to it afterwards.
 */
#include "models/link/impair.h"

enum { N_MATCHES = NETSIM_MATCH_ICMP + 1 };

/* A first transmission of payload, in sequence space without wrap. */
struct segment {
    uint64_t start, end;
    uint32_t k;      /* it was the k-th new segment of this direction */
    uint32_t n_retx;
};

struct flow {
    uint32_t saddr, daddr;
    uint16_t sport, dport;
    uint32_t isn;      /* first sequence number after the SYN: another one is another connection */
    uint64_t highest;  /* end of all that was sent, without wrap */
    GArray *segments;  /* struct segment in order; NULL unless some rule asks for retransmissions */
};

struct cut {
    struct cut *next;          /* of the direction that is cut */
    struct cut *next_triggered; /* of the direction in which packets trigger */
    NetsimMatch match;
    uint32_t k;                /* 0: by time */
    netsim_time from, until;   /* [from, until) */
    netsim_time duration;
};

struct rule {
    struct rule *next;
    NetsimLinkRule r;
};

struct link_rules {
    struct rule *rules, **rules_tail;
    struct cut *cuts;      /* of this direction; owned */
    struct cut *triggered; /* by packets of this direction */
    bool has_retx;
    uint32_t count[N_MATCHES];
    GHashTable *flows;
};

/* ---- which packet is it ---- */

static guint flow_hash(gconstpointer key)
{
    const struct flow *f = key;
    uint64_t x = ((uint64_t) f->saddr << 32 | f->daddr) * 0x9e3779b97f4a7c15ull;
    x = (x ^ x >> 29) + ((uint32_t) f->sport << 16 | f->dport);
    return (guint) (x * 0xd6e8feb86659fd93ull >> 32);
}

static gboolean flow_equal(gconstpointer a, gconstpointer b)
{
    const struct flow *x = a, *y = b;
    return x->saddr == y->saddr && x->daddr == y->daddr && x->sport == y->sport && x->dport == y->dport;
}

static void flow_free(gpointer key)
{
    struct flow *f = key;
    if (f->segments) g_array_free(f->segments, TRUE);
    g_free(f);
}

static struct flow *flow_of(struct link_rules *s, const struct pkt *p)
{
    struct flow key = { .saddr = p->saddr, .daddr = p->daddr, .sport = p->sport, .dport = p->dport };
    struct flow *f = g_hash_table_lookup(s->flows, &key);
    if (f) return f;
    f = g_memdup2(&key, sizeof key);
    f->isn = p->seq;
    f->highest = 1ull << 32 | p->seq; /* room below for what is older than the first that was seen */
    if (s->has_retx) f->segments = g_array_new(FALSE, FALSE, sizeof(struct segment));
    g_hash_table_add(s->flows, f);
    return f;
}

/* The first of @f's segments that ends after @start. */
static guint segment_find(const struct flow *f, uint64_t start)
{
    guint low = 0, high = f->segments->len;
    while (low < high) {
        guint mid = (low + high) / 2;
        if (g_array_index(f->segments, struct segment, mid).end > start) high = mid;
        else low = mid + 1;
    }
    return low;
}

/* What the rules know of one packet. */
struct sight {
    uint32_t kinds;      /* bit NETSIM_MATCH_x */
    struct flow *flow;   /* of payload that was sent before ... */
    uint64_t start, end; /* ... and which */
};

static inline bool is_kind(const struct sight *s, NetsimMatch m)
{
    return s->kinds >> m & 1;
}

/* New payload or a retransmission? By the highest sequence number that the flow has sent on this wire. */
static void see_payload(struct link_rules *s, const struct pkt *p, struct sight *sight)
{
    struct flow *f = flow_of(s, p);
    bool is_syn = p->tcp_flags & TCPHDR_SYN;
    uint32_t seq = p->seq + is_syn, payload = pkt_payload_len(p);
    if (is_syn && seq != f->isn) { /* a new connection: beyond all that the old one can have sent */
        f->isn = seq;
        f->highest = ((f->highest >> 32) + 2) << 32 | seq;
    }
    if (!payload) return;
    sight->start = f->highest + (uint64_t) (int64_t) (int32_t) (seq - (uint32_t) f->highest);
    sight->end = sight->start + payload;
    sight->flow = f;
    if (sight->end > f->highest) {
        f->highest = sight->end;
        sight->kinds |= 1u << NETSIM_MATCH_DATA | 1u << NETSIM_MATCH_NEW;
    } else {
        sight->kinds |= 1u << NETSIM_MATCH_DATA | 1u << NETSIM_MATCH_RETX;
    }
}

static struct sight see(struct link_rules *s, const struct pkt *p)
{
    struct sight sight = { .kinds = 1u << NETSIM_MATCH_ANY };
    if (p->kind != PKT_IP4 || (p->flags & PKT_FRAGMENT)) return sight;
    if (p->proto == PROTO_UDP) sight.kinds |= 1u << NETSIM_MATCH_UDP;
    if (p->proto == PROTO_ICMP) sight.kinds |= 1u << NETSIM_MATCH_ICMP;
    if (p->proto != PROTO_TCP || (p->flags & PKT_BAD_HDR)) return sight;
    sight.kinds |= 1u << NETSIM_MATCH_TCP;
    unsigned flags = p->tcp_flags;
    if (flags & TCPHDR_SYN) sight.kinds |= 1u << (flags & TCPHDR_ACK ? NETSIM_MATCH_SYNACK : NETSIM_MATCH_SYN);
    if (flags & TCPHDR_FIN) sight.kinds |= 1u << NETSIM_MATCH_FIN;
    if (flags & TCPHDR_RST) sight.kinds |= 1u << NETSIM_MATCH_RST;
    see_payload(s, p, &sight);
    bool is_bare = !(flags & (TCPHDR_SYN | TCPHDR_FIN | TCPHDR_RST)) && !is_kind(&sight, NETSIM_MATCH_DATA);
    if (is_bare && (flags & TCPHDR_ACK)) sight.kinds |= 1u << NETSIM_MATCH_ACK;
    return sight;
}

/* Count @sight in; note first transmissions and count the repeats of what they sent. */
static void count(struct link_rules *s, const struct sight *sight)
{
    for (unsigned m = 0; m < N_MATCHES; m++) s->count[m] += is_kind(sight, m);
    if (!s->has_retx || !sight->flow || !sight->flow->segments) return;
    GArray *segments = sight->flow->segments;
    if (is_kind(sight, NETSIM_MATCH_NEW)) {
        struct segment x = { sight->start, sight->end, s->count[NETSIM_MATCH_NEW], 0 };
        g_array_append_val(segments, x);
        return;
    }
    for (guint i = segment_find(sight->flow, sight->start); i < segments->len; i++) {
        struct segment *x = &g_array_index(segments, struct segment, i);
        if (x->start >= sight->end) break;
        x->n_retx++;
    }
}

/* Does the rule mean this retransmission? */
static bool retx_hits(const NetsimLinkRule *r, const struct sight *sight)
{
    if (!sight->flow->segments) return false;
    uint32_t nth_last = r->nth_last ? r->nth_last : r->nth;
    for (guint i = segment_find(sight->flow, sight->start); i < sight->flow->segments->len; i++) {
        const struct segment *x = &g_array_index(sight->flow->segments, struct segment, i);
        if (x->start >= sight->end) break;
        bool is_nth = !r->nth || (x->n_retx >= r->nth && x->n_retx <= nth_last);
        if (x->k >= r->first && x->k <= r->last && is_nth) return true;
    }
    return false;
}

static bool rule_hits(const struct link_rules *s, const NetsimLinkRule *r, const struct sight *sight)
{
    if (!is_kind(sight, r->match)) return false;
    if (r->match == NETSIM_MATCH_RETX) return retx_hits(r, sight);
    uint32_t k = s->count[r->match];
    return k >= r->first && k <= r->last;
}

static void pull_triggers(struct link_dir *l, const struct sight *sight)
{
    struct link_rules *s = l->impair->rules;
    for (struct cut *c = s->triggered; c; c = c->next_triggered) {
        if (!is_kind(sight, c->match) || s->count[c->match] != c->k) continue;
        c->from = l->sim->now;
        c->until = c->duration < NETSIM_TIME_MAX - c->from ? c->from + c->duration : NETSIM_TIME_MAX;
    }
}

struct verdict link_rules_judge(struct link_dir *l, const struct pkt *p)
{
    struct link_rules *s = l->impair->rules;
    struct verdict v = { 0 };
    struct sight sight = see(s, p);
    count(s, &sight);
    pull_triggers(l, &sight);
    for (const struct cut *c = s->cuts; c; c = c->next) {
        if (l->sim->now >= c->from && l->sim->now < c->until) return (struct verdict){ .drop = DROP_LINK_CUT };
    }
    for (const struct rule *x = s->rules; x; x = x->next) {
        if (!rule_hits(s, &x->r, &sight)) continue;
        switch (x->r.action) {
        case NETSIM_RULE_DROP: return (struct verdict){ .drop = DROP_LINK_RULE };
        case NETSIM_RULE_DELAY: v.delay = ns_min(v.delay + x->r.arg, LINK_DELAY_MAX); break;
        case NETSIM_RULE_CE: v.ce = true; break;
        case NETSIM_RULE_DUP:
            v.n_copies++;
            v.copy_delay = x->r.arg;
            break;
        }
    }
    return v;
}

/* ---- adding ---- */

static struct link_rules *rules_of(struct link_dir *l)
{
    struct link_impair *m = link_impair_get(l);
    if (m->rules) return m->rules;
    struct link_rules *s = g_new0(struct link_rules, 1);
    s->rules_tail = &s->rules;
    s->flows = g_hash_table_new_full(flow_hash, flow_equal, flow_free, NULL);
    return m->rules = s;
}

void link_rules_free(struct link_rules *s)
{
    for (struct rule *x = s->rules, *next; x; x = next) {
        next = x->next;
        g_free(x);
    }
    for (struct cut *c = s->cuts, *next; c; c = next) {
        next = c->next;
        g_free(c);
    }
    g_hash_table_destroy(s->flows);
    g_free(s);
}

static bool refuse(GError **error, const char *what)
{
    g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_RANGE, "link: %s", what);
    return false;
}

bool netsim_link_add_rule(NetsimLink *link, bool b2a, const NetsimLinkRule *rule, GError **error)
{
    if (!ns_given(link, error) || !ns_given(rule, error)) return false;
    if ((unsigned) rule->match >= N_MATCHES) return refuse(error, "rule: no such match");
    if ((unsigned) rule->action > NETSIM_RULE_CE) return refuse(error, "rule: no such action");
    if (!rule->first || rule->last < rule->first) return refuse(error, "rule: packets are counted from 1, first <= last");
    if (rule->nth_last && rule->nth_last < rule->nth) return refuse(error, "rule: nth <= nth_last");
    if (rule->nth && rule->match != NETSIM_MATCH_RETX) return refuse(error, "rule: nth goes with match = retx");
    if (rule->arg < 0 || rule->arg > LINK_DELAY_MAX) return refuse(error, "rule: a delay is 0 to 1e6 s");
    struct link_dir *l = b2a ? &link->b2a : &link->a2b;
    struct link_rules *s = rules_of(l);
    struct rule *x = g_new0(struct rule, 1);
    x->r = *rule;
    *s->rules_tail = x;
    s->rules_tail = &x->next;
    if (rule->match == NETSIM_MATCH_RETX) s->has_retx = true;
    if (rule->action == NETSIM_RULE_DELAY || rule->action == NETSIM_RULE_DUP) link_impair_use_heap(l);
    return true;
}

bool netsim_link_add_cut(NetsimLink *link, bool b2a, const NetsimLinkCut *cut, GError **error)
{
    if (!ns_given(link, error) || !ns_given(cut, error)) return false;
    if (cut->duration <= 0) return refuse(error, "cut: must last longer than 0 s");
    if (cut->by_packet && (unsigned) cut->match >= N_MATCHES) return refuse(error, "cut: no such match");
    if (cut->by_packet && !cut->k) return refuse(error, "cut: packets are counted from 1");
    if (!cut->by_packet && cut->at < 0) return refuse(error, "cut: starts at 0 s or later");
    struct link_rules *s = rules_of(b2a ? &link->b2a : &link->a2b);
    struct cut *c = g_new0(struct cut, 1);
    c->duration = cut->duration;
    if (cut->by_packet) {
        struct link_rules *trigger = rules_of(cut->trigger_b2a ? &link->b2a : &link->a2b);
        c->match = cut->match;
        c->k = cut->k;
        c->from = c->until = NETSIM_TIME_MAX;
        c->next_triggered = trigger->triggered;
        trigger->triggered = c;
    } else {
        c->from = cut->at;
        c->until = cut->duration < NETSIM_TIME_MAX - cut->at ? cut->at + cut->duration : NETSIM_TIME_MAX;
    }
    c->next = s->cuts;
    s->cuts = c;
    return true;
}
