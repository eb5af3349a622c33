/* SPDX-License-Identifier: GPL-3.0-or-later */
/* match.c - packets of the script against packets on the wire: the two sequence spaces, and what is compared. */
#include "validate/packetdrill/runner.h"

#include <string.h>

/* How long the script waits for a packet that does not come, beyond its time. */
#define PATIENCE (10 * NETSIM_S)

/* ---- connections ---- */

/* live - script, of the host's sequence numbers and of the peer's. */
static uint32_t local_offset(const struct connection *c, uint16_t flags)
{
    return flags & FLAG_SYN ? c->local_isn - c->local_script_isn : c->local_isn;
}

static uint32_t remote_offset(const struct connection *c, uint16_t flags)
{
    return flags & FLAG_SYN ? 0 : c->remote_isn;
}

static struct connection *child_of(struct runner *r, const struct connection *listener)
{
    struct connection *c = g_new0(struct connection, 1);
    c->state = CONNECTION_TALKING;
    c->ends = listener->ends;
    c->ends.remote_addr = r->options->remote_ip;
    c->ends.remote_port = r->next_port++;
    c->stamps = g_array_new(FALSE, FALSE, sizeof(struct time_stamp));
    g_ptr_array_add(r->connections, c);
    r->current = c;
    return c;
}

static bool is_same(const struct endpoints *a, const struct endpoints *b)
{
    return a->local_port == b->local_port && a->remote_port == b->remote_port && a->remote_addr == b->remote_addr;
}

/* The connection that a sent packet belongs to; a SYN gives a connecting one its ports. */
static struct connection *connection_of(struct runner *r, const struct sent *p)
{
    struct connection *c = r->current;
    if (c && c->state == CONNECTION_CONNECTING && (p->segment.flags & (FLAG_SYN | FLAG_ACK)) == FLAG_SYN &&
        c->ends.remote_port == p->ends.remote_port) {
        c->ends = p->ends;
        c->state = CONNECTION_TALKING;
        return c;
    }
    for (guint i = r->connections->len; i--;) {
        c = r->connections->pdata[i];
        if (is_same(&c->ends, &p->ends)) return c;
    }
    return NULL;
}

/* ---- inbound ---- */

static bool live_stamp(struct runner *r, const struct connection *c, uint32_t script, uint32_t *live)
{
    *live = script;
    if (script == 0) return true;
    for (guint i = c->stamps->len; i--;) {
        const struct time_stamp *t = &g_array_index(c->stamps, struct time_stamp, i);
        if (t->script != script) continue;
        *live = t->live;
        return true;
    }
    return runner_fail(r, "TS ecr %u: the host has sent no such TS val", script);
}

static bool inject(struct runner *r, uint8_t *bytes, size_t length)
{
    GError *error = NULL;
    bool good = netsim_device_inject_gso(r->device, bytes, length, r->options->mss, &error);
    g_free(bytes);
    if (good) return true;
    runner_fail(r, "%s", error->message);
    g_error_free(error);
    return false;
}

static bool inject_icmp(struct runner *r, const struct connection *c, const struct segment *s)
{
    uint32_t seq = s->has_ack ? s->seq : 1; /* the first byte, unless a range was given */
    size_t length;
    uint8_t *bytes = packet_emit_icmp(s, &c->ends, r->options->remote_ip, seq + c->local_isn, &length);
    return inject(r, bytes, length);
}

bool match_inbound(struct runner *r, const struct segment *s)
{
    struct connection *c = r->current;
    if (!c) return runner_fail(r, "there is no socket yet that the packet could be for");
    if (c->state == CONNECTION_LISTENING && s->kind == SEGMENT_TCP) c = child_of(r, c);
    if (c->state == CONNECTION_INIT) return runner_fail(r, "the socket neither listens nor connects: no packet can be for it");
    if (s->kind == SEGMENT_ICMP) return inject_icmp(r, c, s);
    struct segment live = *s;
    if ((s->flags & FLAG_SYN) && !c->has_remote_isn) {
        c->remote_isn = s->seq;
        c->has_remote_isn = true;
    }
    live.seq += remote_offset(c, s->flags);
    if (s->flags & FLAG_ACK) live.ack += local_offset(c, s->flags);
    for (unsigned i = 0; i < live.n_options; i++) {
        struct tcp_option *o = &live.options[i];
        if (o->kind == OPTION_TS && s->flags & FLAG_ACK && !live_stamp(r, c, o->ecr, &o->ecr)) return false;
        for (unsigned k = 0; k < o->n_sacks; k++) {
            o->sacks[k][0] += local_offset(c, s->flags);
            o->sacks[k][1] += local_offset(c, s->flags);
        }
    }
    size_t length;
    uint8_t *bytes = packet_emit(&live, &c->ends, &length);
    if (!bytes) return runner_fail(r, "%zu bytes with headers: longer than an IPv4 packet can be", length);
    return inject(r, bytes, length) && runner_advance(r, netsim_sim_now(r->sim));
}

/* ---- outbound ---- */

/* A packet of the connection that the script deals with now; those of others, as the FIN of one that was closed before, are
 * not compared. */
static struct sent *next_sent(struct runner *r, struct connection **c, netsim_time limit)
{
    for (;;) {
        if (!runner_wait_sent(r, limit)) return NULL;
        struct sent *p = g_queue_pop_head(&r->sent);
        *c = p->is_tcp ? connection_of(r, p) : NULL;
        if (!*c || *c == r->current) return p;
        g_free(p);
    }
}

/* What was sent, in the script's numbers. */
static struct segment as_script(const struct connection *c, const struct sent *p)
{
    struct segment s = p->segment;
    s.seq -= local_offset(c, s.flags);
    if (s.flags & FLAG_ACK) s.ack -= remote_offset(c, s.flags);
    for (unsigned i = 0; i < s.n_options; i++)
        for (unsigned k = 0; k < s.options[i].n_sacks; k++) {
            s.options[i].sacks[k][0] -= remote_offset(c, s.flags);
            s.options[i].sacks[k][1] -= remote_offset(c, s.flags);
        }
    return s;
}

static bool same_option(const struct tcp_option *a, const struct tcp_option *b)
{
    if (a->kind != b->kind || a->n_sacks != b->n_sacks) return false;
    if (a->kind == OPTION_TS) return true; /* its clock has a check of its own */
    return a->value == b->value && !memcmp(a->sacks, b->sacks, sizeof a->sacks[0] * a->n_sacks);
}

static const char *first_difference(const struct segment *want, const struct segment *got)
{
    if (want->flags != got->flags) return "flags";
    if (want->seq != got->seq) return "sequence number";
    if (want->length != got->length) return "length";
    if ((want->flags & FLAG_ACK) && want->ack != got->ack) return "acknowledgment number";
    if (want->has_window && want->window != got->window) return "window";
    if ((want->flags & FLAG_URG) && want->urgent != got->urgent) return "urgent pointer";
    if (want->ecn != ECN_ANY && want->ecn != got->ecn) return "ECN field of the IP header";
    if (want->tos >= 0 && want->tos != got->tos) return "TOS field of the IP header";
    if (want->ttl >= 0 && want->ttl != got->ttl) return "time to live";
    if (want->has_any_options) return NULL;
    if (want->n_options != got->n_options) return "options";
    for (unsigned i = 0; i < want->n_options; i++)
        if (!same_option(&want->options[i], &got->options[i])) return "options";
    return NULL;
}

/* The host's clock at "TS val N", against the first one of the connection. */
static bool check_stamp(struct runner *r, struct connection *c, const struct segment *want, const struct segment *got)
{
    for (unsigned i = 0; i < want->n_options && i < got->n_options; i++) {
        if (want->options[i].kind != OPTION_TS || got->options[i].kind != OPTION_TS) continue;
        struct time_stamp now = { want->options[i].value, got->options[i].value };
        if (r->options->ts_tick && c->stamps->len) {
            const struct time_stamp *first = &g_array_index(c->stamps, struct time_stamp, 0);
            netsim_time wanted = (netsim_time) (int32_t) (now.script - first->script) * r->options->ts_tick;
            netsim_time given = (netsim_time) (int32_t) (now.live - first->live) * NETSIM_MS;
            netsim_time off = wanted > given ? wanted - given : given - wanted, share = netsim_sim_now(r->sim) / 8;
            if (off > r->options->tolerance && off > share)
                return runner_fail(r, "TS val is %.6f s after the first one, expected %.6f s", (double) given / NETSIM_S,
                                   (double) wanted / NETSIM_S);
        }
        g_array_append_val(c->stamps, now);
    }
    return true;
}

static bool check_time(struct runner *r, const struct event *e, netsim_time at)
{
    if (e->time_kind == TIME_ANY) return true;
    netsim_time base = e->time_kind == TIME_ABSOLUTE ? 0 : r->base;
    netsim_time from = base + e->at, to = base + (e->is_range ? e->until : e->at);
    if (at >= from - runner_tolerance(r, from) && at <= to + runner_tolerance(r, to)) return true;
    GString *when = g_string_new(NULL);
    g_string_append_printf(when, "%.6f", (double) from / NETSIM_S);
    if (e->is_range) g_string_append_printf(when, "~%.6f", (double) to / NETSIM_S);
    runner_fail(r, "timing: sent at %.6f s, expected at %s s", (double) at / NETSIM_S, when->str);
    g_string_free(when, TRUE);
    return false;
}

static bool fail_packet(struct runner *r, const char *what, const struct segment *want, const struct segment *got)
{
    g_autoptr(GString) wanted = g_string_new(NULL), given = g_string_new(NULL);
    segment_print(want, wanted);
    segment_print(got, given);
    return runner_fail(r, "%s: expected %s, sent %s", what, wanted->str, given->str);
}

/* Take segments until they carry what the script says in one; the header is the last one's, seq and CWR the first one's. */
static void gather(struct runner *r, struct connection *c, const struct segment *want, struct segment *sum, netsim_time *at, netsim_time limit)
{
    while (!r->options->strict_segments && sum->length < want->length && want->length && !(sum->flags & (FLAG_SYN | FLAG_RST))) {
        if (!runner_wait_sent(r, limit)) return; /* too short: the comparison says so */
        struct sent *next = g_queue_peek_head(&r->sent);
        if (!next->is_tcp || connection_of(r, next) != c || !next->segment.length) return;
        struct segment s = as_script(c, next);
        if (s.seq != sum->seq + sum->length) return;
        s.seq = sum->seq;
        s.length += sum->length;
        s.flags = (uint16_t) ((s.flags & ~FLAG_CWR) | (sum->flags & FLAG_CWR));
        *sum = s;
        *at = next->at;
        g_free(g_queue_pop_head(&r->sent));
    }
}

bool match_outbound(struct runner *r, const struct event *e)
{
    const struct segment *want = &e->segment;
    if (want->kind == SEGMENT_ICMP) return runner_lack(r, "outbound ICMP packets");
    netsim_time base = e->time_kind == TIME_ABSOLUTE ? 0 : r->base;
    netsim_time limit = (e->time_kind == TIME_ANY ? netsim_sim_now(r->sim) + 1000 * NETSIM_S : base + (e->is_range ? e->until : e->at)) + PATIENCE;
    struct connection *c;
    struct sent *p = next_sent(r, &c, limit);
    if (!p) {
        g_autoptr(GString) wanted = g_string_new(NULL);
        segment_print(want, wanted);
        return runner_fail(r, "no packet was sent; expected %s", wanted->str);
    }
    if (!c) {
        fail_packet(r, "a packet of no connection of the script", want, &p->segment);
        g_free(p);
        return false;
    }
    if (p->segment.flags & want->flags & FLAG_SYN) {
        c->local_isn = p->segment.seq;
        c->local_script_isn = want->seq;
    }
    struct segment got = as_script(c, p);
    netsim_time at = p->at;
    g_free(p);
    gather(r, c, want, &got, &at, limit);
    const char *difference = first_difference(want, &got);
    if (difference) return fail_packet(r, difference, want, &got);
    if (!check_stamp(r, c, want, &got) || !check_time(r, e, at)) return false;
    if (at > r->base) r->base = at; /* or else it was sent before, and is taken now */
    return true;
}
