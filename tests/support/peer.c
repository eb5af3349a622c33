/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/peer.h"

#include "tests/support/light.h"
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

/* ---- the wire ---- */

static void receive(struct port *port, struct pkt *p)
{
    struct peer *t = ns_container_of(port, struct peer, port);
    struct peer_sent s = { .at = t->sim->now, .p = *p };
    if (p->ext) s.ext = *p->ext;
    s.p.ext = NULL;
    s.ext.bytes = NULL;
    if (!t->knows_isn && (p->tcp_flags & TCPHDR_SYN)) {
        t->host_isn = p->seq;
        t->knows_isn = true;
    }
    if (p->flags & PKT_HAS_TS) t->last_tsval = p->tsval;
    g_array_append_val(t->sent, s);
    pkt_consume(t->sim, p);
}

static void nothing(NetsimSim *sim, NetsimEvent event, void *data)
{
    (void) sim, (void) event, (void) data;
}

void peer_open(struct peer *t, const char *kernel)
{
    *t = (struct peer){ .sim = netsim_sim_new(NULL), .host_addr = IP4(10, 0, 0, 1), .peer_addr = IP4(10, 0, 0, 2),
                        .peer_port = PEER_PORT, .host_port = HOST_PORT };
    t->net = light_host(t->sim, "host", kernel);
    t->dev = netdev_new(t->net, "eth0");
    t->dev->raw_ip = true;
    node_init(&t->node, t->sim, "peer");
    t->drops.name = t->node.name;
    t->port = (struct port){ .receive = receive, .node = &t->node, .name = t->node.name };
    NetsimLinkConfig wire = { 0 };
    assert_true(ip_addr_add(t->dev, t->host_addr, 24, NULL));
    t->dev->link = link_new(&t->dev->port, &t->port, &wire, &wire);
    if (t->net->upper->dev_event) t->net->upper->dev_event(t->dev, NETDEV_UP);
    t->sent = g_array_new(FALSE, TRUE, sizeof(struct peer_sent));
    t->process = light_process(t->net);
    t->alarm = netsim_event_new(t->sim, nothing, NULL);
    peer_wait(t, 0);
}

void peer_close(struct peer *t)
{
    peer_wait(t, 0);
    tcp_check_host(t->net);
    netsim_event_free(t->sim, t->alarm);
    netsim_sim_free(t->sim);
    g_array_free(t->sent, TRUE);
    node_clear(&t->node);
}

void peer_close_clean(struct peer *t)
{
    netsim_process_exit(t->process);
    peer_wait(t, 1000e3);
    tcp_check_empty(t->net, 0);
    peer_close(t);
}

/* ---- time ---- */

static void run_until(struct peer *t, netsim_time until)
{
    netsim_event_at(t->sim, t->alarm, until);
    tcp_check_run(t->sim, until, &t->net, 1);
}

static netsim_time from_now(const struct peer *t, double ms)
{
    return t->sim->now + (netsim_time) (ms * 1e9 + 0.5);
}

void peer_wait(struct peer *t, double ms)
{
    run_until(t, from_now(t, ms));
}

double peer_wheel_ms(const struct peer *t, uint32_t jiffies)
{
    const struct timer_wheel *w = &t->net->wheel;
    uint64_t now = (uint64_t) ((t->sim->now - w->origin) / w->tick), expires = now + jiffies, limit = 63;
    unsigned level = 0;
    for (; jiffies >= limit && level < 8; level++) limit *= 8;
    uint64_t fires = ((expires >> 3 * level) + 1) << 3 * level;
    return (double) (w->origin + (netsim_time) fires * w->tick - t->sim->now) / 1e9;
}

uint32_t peer_jiffies(const struct peer *t, double us)
{
    double tick_us = 1e6 / t->net->wheel.hz;
    uint32_t j = (uint32_t) (us / tick_us);
    return j * tick_us < us ? j + 1 : j;
}

/* ---- text ---- */

/* A segment as written; has_*: it was. */
struct text {
    uint8_t flags;
    bool has_seq, has_ack, has_win, has_options, has_ts, ecr_last;
    uint32_t seq, len, ack, win;
    uint8_t tos;
    uint16_t options; /* PKT_HAS_* */
    uint32_t mss, wscale, tsval, tsecr, n_sack;
    struct tcp_sack_block sack[4];
};

static bool eat(const char **at, const char *word)
{
    while (**at == ' ' || **at == ',') (*at)++;
    size_t n = strlen(word);
    if (strncmp(*at, word, n)) return false;
    *at += n;
    return true;
}

static uint32_t number(const char **at, const char *all)
{
    while (**at == ' ') (*at)++;
    char *end;
    uint32_t x = (uint32_t) strtoll(*at, &end, 10);
    if (end == *at) fail_msg("a number is missing before \"%s\" in \"%s\"", *at, all);
    *at = end;
    return x;
}

static void read_sack(struct text *x, const char **at, const char *all)
{
    while (isdigit((unsigned char) **at) || (**at == ' ' && isdigit((unsigned char) (*at)[1]))) {
        assert_true(x->n_sack < 4);
        struct tcp_sack_block *b = &x->sack[x->n_sack++];
        b->start = number(at, all);
        if (!eat(at, ":")) fail_msg("\"%s\": a SACK block is START:END", all);
        b->end = number(at, all);
    }
}

static void read_options(struct text *x, const char **at, const char *all)
{
    x->has_options = true;
    while (!eat(at, ">")) {
        if (eat(at, "mss ")) {
            x->options |= PKT_HAS_MSS;
            x->mss = number(at, all);
        } else if (eat(at, "sackOK")) {
            x->options |= PKT_SACK_OK;
        } else if (eat(at, "wscale ")) {
            x->options |= PKT_HAS_WSCALE;
            x->wscale = number(at, all);
        } else if (eat(at, "sack ")) {
            read_sack(x, at, all);
        } else if (eat(at, "TS val ")) {
            x->options |= PKT_HAS_TS;
            x->has_ts = true;
            x->tsval = number(at, all);
            if (!eat(at, "ecr ")) fail_msg("\"%s\": TS val N ecr N", all);
            x->ecr_last = eat(at, "last");
            if (!x->ecr_last) x->tsecr = number(at, all);
        } else if (eat(at, "TS")) { /* expected, whatever it says */
            x->options |= PKT_HAS_TS;
        } else {
            fail_msg("\"%s\": what is \"%s\"?", all, *at);
        }
    }
}

static struct text read_text(const char *all)
{
    static const char letters[] = "FSRP.UEW";
    struct text x = { 0 };
    const char *at = all;
    for (const char *l; *at && *at != ' '; at++) {
        if (!(l = strchr(letters, *at))) fail_msg("\"%s\": '%c' is no flag", all, *at);
        x.flags |= (uint8_t) (1 << (l - letters));
    }
    while (*at == ' ') at++;
    if (isdigit((unsigned char) *at)) {
        x.has_seq = true;
        x.seq = number(&at, all);
        if (!eat(&at, ":")) fail_msg("\"%s\": a sequence is SEQ:END(LENGTH)", all);
        uint32_t end = number(&at, all);
        if (!eat(&at, "(")) fail_msg("\"%s\": a sequence is SEQ:END(LENGTH)", all);
        x.len = number(&at, all);
        if (end != x.seq + x.len || !eat(&at, ")")) fail_msg("\"%s\": END is not SEQ + LENGTH", all);
    }
    for (; *at; at += strspn(at, " ")) {
        if (eat(&at, "ack ")) x.has_ack = true, x.ack = number(&at, all);
        else if (eat(&at, "win ")) x.has_win = true, x.win = number(&at, all);
        else if (eat(&at, "ce")) x.tos = INET_ECN_CE;
        else if (eat(&at, "ect0")) x.tos = INET_ECN_ECT_0;
        else if (eat(&at, "<")) read_options(&x, &at, all);
        else fail_msg("\"%s\": what is \"%s\"?", all, at);
    }
    return x;
}

/* ---- sending ---- */

void peer_send(struct peer *t, const char *text)
{
    struct text x = read_text(text);
    struct pkt *p = pkt_new(t->sim);
    p->kind = PKT_IP4;
    p->proto = PROTO_TCP;
    p->ttl = 64;
    p->tos = x.tos;
    p->flags = PKT_DF | x.options;
    p->saddr = t->peer_addr;
    p->daddr = t->host_addr;
    p->sport = t->peer_port;
    p->dport = t->host_port;
    p->tcp_flags = x.flags;
    p->seq = PEER_ISN + (x.has_seq ? x.seq : t->snd_nxt);
    if (x.flags & TCPHDR_ACK) p->ack = x.has_ack ? t->host_isn + x.ack : t->host_isn;
    p->window = (uint16_t) (x.has_win ? x.win : 65535);
    p->mss = (uint16_t) x.mss;
    p->wscale = (uint8_t) x.wscale;
    p->tsval = x.tsval;
    p->tsecr = x.ecr_last ? t->last_tsval : x.tsecr;
    p->n_sack = (uint8_t) x.n_sack;
    for (unsigned i = 0; i < x.n_sack; i++) {
        struct tcp_sack_block b = { t->host_isn + x.sack[i].start, t->host_isn + x.sack[i].end };
        if (i) pkt_ext(p)->sack[i - 1] = b;
        else p->sack0 = b;
    }
    p->hdr_len = (uint16_t) (40 + tcp_check_options_len(p));
    p->len = p->hdr_len + x.len;
    uint32_t end = p->seq - PEER_ISN + x.len + !!(x.flags & TCPHDR_SYN) + !!(x.flags & TCPHDR_FIN);
    if (seq_after(end, t->snd_nxt) || (x.flags & TCPHDR_SYN)) t->snd_nxt = end;
    netdev_receive(t->dev, p, NULL);
    peer_wait(t, 0);
}

/* ---- expecting ---- */

static char *describe(const struct peer *t, const struct peer_sent *s)
{
    const struct pkt *p = &s->p;
    GString *o = g_string_new(NULL);
    static const char letters[] = "FSRP.UEW";
    for (unsigned i = 0; i < 8; i++)
        if (p->tcp_flags >> i & 1) g_string_append_c(o, letters[i]);
    uint32_t seq = p->seq - t->host_isn, len = p->len - p->hdr_len;
    g_string_append_printf(o, " %u:%u(%u)", seq, seq + len, len);
    if (p->tcp_flags & TCPHDR_ACK) g_string_append_printf(o, " ack %u", p->ack - PEER_ISN);
    g_string_append_printf(o, " win %u <", p->window);
    if (p->flags & PKT_HAS_MSS) g_string_append_printf(o, "mss %u,", p->mss);
    if (p->flags & PKT_SACK_OK) g_string_append(o, "sackOK,");
    if (p->flags & PKT_HAS_TS) g_string_append_printf(o, "TS val %u ecr %u,", p->tsval, p->tsecr);
    if (p->flags & PKT_HAS_WSCALE) g_string_append_printf(o, "wscale %u,", p->wscale);
    for (unsigned i = 0; i < p->n_sack; i++) {
        struct tcp_sack_block b = i ? s->ext.sack[i - 1] : p->sack0;
        g_string_append_printf(o, "%s%u:%u", i ? " " : "sack ", b.start - PEER_ISN, b.end - PEER_ISN);
    }
    g_string_append(o, ">");
    return g_string_free(o, FALSE);
}

static bool matches(const struct peer *t, const struct text *x, const struct peer_sent *s)
{
    const struct pkt *p = &s->p;
    enum { OPTIONS = PKT_HAS_MSS | PKT_SACK_OK | PKT_HAS_TS | PKT_HAS_WSCALE };
    if (p->tcp_flags != x->flags) return false;
    if (x->has_seq && (p->seq - t->host_isn != x->seq || p->len - p->hdr_len != x->len)) return false;
    if (x->has_ack && p->ack - PEER_ISN != x->ack) return false;
    if (x->has_win && p->window != x->win) return false;
    if (x->tos && p->tos != x->tos) return false;
    if (!x->has_options) return true;
    if ((p->flags & OPTIONS) != x->options || p->n_sack != x->n_sack) return false;
    if ((x->options & PKT_HAS_MSS) && p->mss != x->mss) return false;
    if ((x->options & PKT_HAS_WSCALE) && p->wscale != x->wscale) return false;
    if (x->has_ts && (p->tsval != x->tsval || p->tsecr != x->tsecr)) return false;
    for (unsigned i = 0; i < x->n_sack; i++) {
        struct tcp_sack_block b = i ? s->ext.sack[i - 1] : p->sack0;
        if (b.start - PEER_ISN != x->sack[i].start || b.end - PEER_ISN != x->sack[i].end) return false;
    }
    return true;
}

double peer_expect_between(struct peer *t, double from_ms, double to_ms, const char *text)
{
    struct text x = read_text(text);
    netsim_time now = t->sim->now, from = from_now(t, from_ms), to = from_now(t, to_ms);
    while (t->next == t->sent->len && t->sim->now < to) { /* no further than to the packet: the test answers it there */
        struct sched *q = &t->sim->sched;
        netsim_event_at(t->sim, t->alarm, to);
        uint32_t i = sched_pop(q, to);
        netsim_time at = q->nodes[i].at;
        q->nodes[i].at = EVENT_IDLE;
        sched_arm(q, i, at);
        tcp_check_run(t->sim, at, &t->net, 1);
    }
    if (t->next == t->sent->len) fail_msg("\"%s\" was not sent up to %.6f ms (%.3f ms of the run)", text, to_ms, (double) t->sim->now / 1e9);
    const struct peer_sent *s = &g_array_index(t->sent, struct peer_sent, t->next++);
    g_autofree char *got = describe(t, s);
    if (!matches(t, &x, s)) fail_msg("\n  sent      %s\n  expected  %s", got, text);
    if (s->at < from || s->at > to)
        fail_msg("%s: sent after %.6f ms, expected %.6f to %.6f", got, (double) (s->at - now) / 1e9, from_ms, to_ms);
    return (double) (s->at - now) / 1e9;
}

void peer_expect(struct peer *t, double after_ms, const char *text)
{
    peer_expect_between(t, after_ms - 0.001, after_ms + 0.001, text);
}

void peer_expect_nothing(struct peer *t, double ms)
{
    peer_wait(t, ms);
    if (t->next == t->sent->len) return;
    g_autofree char *got = describe(t, &g_array_index(t->sent, struct peer_sent, t->next));
    fail_msg("sent: %s", got);
}

unsigned peer_skip(struct peer *t)
{
    peer_wait(t, 0);
    unsigned n = t->sent->len - t->next;
    t->next = t->sent->len;
    return n;
}

const struct peer_sent *peer_last(const struct peer *t)
{
    assert_true(t->sent->len > 0);
    return &g_array_index(t->sent, struct peer_sent, t->sent->len - 1);
}

/* ---- connections ---- */

NetsimSocket *peer_socket(struct peer *t)
{
    NetsimSocket *s = netsim_socket(t->process, NETSIM_SOCK_STREAM);
    assert_non_null(s);
    return s;
}

NetsimSocket *peer_listen(struct peer *t, int backlog)
{
    if (!t->listener) {
        t->listener = peer_socket(t);
        assert_int_equal(netsim_bind(t->listener, (NetsimAddress){ 0, HOST_PORT }), 0);
    }
    assert_int_equal(netsim_listen(t->listener, backlog), 0);
    return t->listener;
}

/* The options of segments after the SYN. */
static void send_with_ts(struct peer *t, const char *options, const char *text)
{
    g_autofree char *s = strstr(options, "TS val") ? g_strdup_printf("%s <TS val 2 ecr last>", text) : g_strdup(text);
    peer_send(t, s);
}

NetsimSocket *peer_accept(struct peer *t, const char *options)
{
    if (!t->listener) peer_listen(t, 10);
    t->knows_isn = false;
    g_autofree char *syn = g_strdup_printf("S 0:0(0) win 65535 <%s>", options);
    peer_send(t, syn);
    peer_expect(t, 0, "S. 0:0(0) ack 1");
    send_with_ts(t, options, ". 1:1(0) ack 1");
    NetsimSocket *s = NULL;
    assert_int_equal(netsim_accept(t->listener, &s, NULL), 0);
    return s;
}

NetsimSocket *peer_connect(struct peer *t, const char *options, double rtt_ms)
{
    NetsimSocket *s = peer_socket(t);
    t->knows_isn = false;
    assert_int_equal(netsim_connect(s, (NetsimAddress){ t->peer_addr, PEER_PORT }), -EINPROGRESS);
    peer_wait(t, 0);
    t->host_port = netsim_sock_local(s).port;
    peer_skip(t);
    peer_wait(t, rtt_ms);
    g_autofree char *syn = g_strdup_printf("S. 0:0(0) ack 1 win 65535 <%s>", options);
    if (strstr(options, "TS val")) { /* echo our stamp */
        assert_non_null(strstr(options, "ecr last"));
    }
    peer_send(t, syn);
    peer_expect(t, 0, ". 1:1(0) ack 1");
    return s;
}

uint64_t peer_counter(const struct peer *t, const char *name)
{
    uint64_t value = 0;
    if (!netsim_host_counter((NetsimHost *) t->net, name, &value, NULL)) fail_msg("no counter \"%s\"", name);
    return value;
}
