/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_tcp_input.c - segments without sense for a host whose application has no manners: no crash, and the books of every
 * socket stay right.
 *
 * An input is a list of steps, each an opcode byte and its arguments; what is missing at the end is 0.  Numbers that must fit the
 * connection to do harm (sequence, ack, SACK edges) are given relative to what the host expects.
 */
#include "models/link/link.h"
#include "tests/support/tcp_check.h"
#include <stdarg.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HOST = 0x0a000001, PEER = 0x0a000002, MAX_STEPS = 400, MAX_SOCKETS = 4 };

struct world {
    const uint8_t *at, *end;
    struct sim *sim;
    struct net *net;
    struct netdev *dev;
    struct port port;
    struct node node;
    NetsimProcess *process;
    NetsimEvent alarm;
    NetsimSocket *listener, *s[MAX_SOCKETS];
    struct aim {
        uint16_t host_port, peer_port;
        uint32_t seq, ack; /* what would be an answer */
    } last;                /* the segment that the host sent last */
};

/* g_error() ends with a signal of which the driver does not save the input. */
static void G_GNUC_PRINTF(1, 2) broken(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    g_printerr("%s\n", text);
    abort();
}

static uint32_t u8(struct world *w)
{
    return w->at < w->end ? *w->at++ : 0;
}

static uint32_t u16(struct world *w)
{
    uint32_t high = u8(w);
    return high << 8 | u8(w);
}

static void check(struct world *w)
{
    struct pool_place at;
    for (const struct tcp_sock *tp = tcp_first(w->net->tcp, &at); tp; tp = tcp_next(&at)) {
        const char *wrong = tcp_check_sock(tp);
        if (wrong) broken("socket %u in state %u: %s", tp->sk.serial, tp->sk.state, wrong);
    }
}

static void nothing(NetsimSim *sim, NetsimEvent event, void *data)
{
    (void) sim, (void) event, (void) data;
}

static void run(struct world *w, netsim_time duration)
{
    GError *error = NULL;
    netsim_event_at(w->sim, w->alarm, w->sim->now + duration);
    if (!netsim_sim_run(w->sim, w->sim->now + duration, &error)) broken("%s", error->message);
    check(w);
}

/* The socket that segments are aimed at: the last one that was made and is not a listener. */
static struct tcp_sock *target(struct world *w)
{
    struct pool_place at;
    struct tcp_sock *last = NULL;
    for (struct tcp_sock *tp = tcp_first(w->net->tcp, &at); tp; tp = tcp_next(&at))
        if (tp->sk.state != TCP_LISTEN && (!last || tp->sk.serial > last->sk.serial)) last = tp;
    return last;
}

static void see(struct port *port, struct pkt *p)
{
    struct world *w = ns_container_of(port, struct world, port);
    uint32_t len = p->len - p->hdr_len + !!(p->tcp_flags & TCPHDR_SYN) + !!(p->tcp_flags & TCPHDR_FIN);
    if (p->proto == PROTO_TCP) w->last = (struct aim){ p->sport, p->dport, p->ack, p->seq + len };
    pkt_consume(w->sim, p);
}

/* Near what is right, at an edge, or far away. */
static uint32_t near(struct world *w, uint32_t right, uint32_t low, uint32_t high)
{
    uint32_t how = u8(w);
    switch (how & 7) {
    case 0: return right;
    case 1: return right + (how >> 3);
    case 2: return right - (how >> 3);
    case 3: return high;
    case 4: return low;
    case 5: return low + (how >> 3) * 536;
    case 6: return right + u16(w);
    default: return right + (u16(w) << 16);
    }
}

static void add_sacks(struct world *w, struct pkt *p, const struct tcp_sock *tp)
{
    p->n_sack = (uint8_t) (u8(w) & 3);
    for (unsigned i = 0; i < p->n_sack; i++) {
        uint32_t una = tp ? tp->snd_una : 0, nxt = tp ? tp->snd_nxt : 0;
        uint32_t start = near(w, una, una, nxt), end = near(w, nxt, start, nxt);
        struct tcp_sack_block b = { start, end };
        if (i) pkt_ext(p)->sack[i - 1] = b;
        else p->sack0 = b;
    }
}

static void segment(struct world *w)
{
    const struct tcp_sock *tp = target(w);
    uint32_t options = u8(w);
    if (options & 128) tp = NULL;
    uint32_t una = tp ? tp->snd_una : w->last.ack, nxt = tp ? tp->snd_nxt : w->last.ack, rcv = tp ? tp->rcv_nxt : w->last.seq;
    struct pkt *p = pkt_new(w->sim);
    p->kind = PKT_IP4;
    p->proto = PROTO_TCP;
    p->ttl = 64;
    p->saddr = PEER;
    p->daddr = HOST;
    p->sport = tp ? tp->sk.dport : w->last.peer_port;
    p->dport = tp ? tp->sk.sport : w->last.host_port;
    if (options & 1) p->sport = (uint16_t) (4000 + (u8(w) & 3)), p->dport = 80;
    p->tcp_flags = (uint8_t) u8(w);
    if (options & 2) p->tcp_flags = TCPHDR_ACK;
    p->seq = near(w, rcv, tp ? tp->rcv_wup : rcv, rcv + (tp ? tp->rcv_wnd : 0));
    p->ack = near(w, nxt, una, tp ? tp->write_seq : nxt);
    p->window = (uint16_t) (options & 4 ? u16(w) : 65535);
    uint32_t len = options & 8 ? u16(w) % 1461 : 0;
    if (options & 16) {
        p->flags |= PKT_HAS_TS;
        p->tsval = near(w, tp ? tp->ts_recent : 1, 0, UINT32_MAX);
        p->tsecr = near(w, tp ? (uint32_t) (tp->tcp_mstamp / 1000) + tp->ts_offset : 1, 0, UINT32_MAX);
    }
    if ((options & 32) && !(p->tcp_flags & TCPHDR_SYN)) add_sacks(w, p, tp);
    if (p->tcp_flags & TCPHDR_SYN) {
        uint32_t syn = u8(w);
        if (syn & 1) p->flags |= PKT_HAS_MSS, p->mss = (uint16_t) u16(w);
        if (syn & 2) p->flags |= PKT_HAS_WSCALE, p->wscale = (uint8_t) (u8(w) % 15);
        if (syn & 4) p->flags |= PKT_SACK_OK;
        if (syn & 8) p->flags |= PKT_HAS_TS, p->tsval = u8(w);
    }
    if (p->flags & PKT_HAS_MSS && !p->mss) p->mss = 1;
    if (options & 64) p->tos = (uint8_t) u8(w) & 3;
    p->hdr_len = (uint16_t) (40 + tcp_check_options_len(p));
    if (p->hdr_len > 80) p->n_sack = 2, p->hdr_len = (uint16_t) (40 + tcp_check_options_len(p));
    p->len = p->hdr_len + len;
    netdev_receive(w->dev, p, NULL);
}

static void icmp(struct world *w)
{
    const struct tcp_sock *tp = target(w);
    if (!tp) return;
    struct pkt *quoted = pkt_new(w->sim), *p = pkt_new(w->sim);
    *quoted = (struct pkt){ .kind = PKT_IP4, .proto = PROTO_TCP, .saddr = HOST, .daddr = PEER, .sport = tp->sk.sport, .dport = tp->sk.dport,
                            .gso_segs = 1, .len = 40, .hdr_len = 40, .seq = near(w, tp->snd_una, tp->snd_una, tp->snd_nxt) };
    p->kind = PKT_IP4;
    p->proto = PROTO_ICMP;
    p->ttl = 64;
    p->saddr = PEER;
    p->daddr = HOST;
    p->icmp_type = (uint8_t) (u8(w) & 1 ? 3 : 11);
    p->icmp_code = (uint8_t) (u8(w) % 16);
    p->icmp_mtu = u16(w);
    p->hdr_len = 28;
    p->len = 28 + 28;
    pkt_ext(p)->quoted = pkt_quote(quoted);
    pkt_consume(w->sim, quoted);
    netdev_receive(w->dev, p, NULL);
}

static void connect_one(struct world *w, unsigned i)
{
    if (w->s[i]) return;
    w->s[i] = netsim_socket(w->process, NETSIM_SOCK_STREAM);
    netsim_connect(w->s[i], (NetsimAddress){ PEER, (uint16_t) (4000 + i) });
}

static void call(struct world *w, unsigned op, unsigned i)
{
    static const char *const names[] = { "nodelay", "cork", "quickack", "maxseg", "keepalive", "linger", "linger2", "rcvbuf", "sndbuf",
                                         "rcvlowat", "window_clamp", "user_timeout", "keepidle" };
    static uint8_t buffer[65536];
    NetsimSocket *s = w->s[i];
    if (op == 0) connect_one(w, i);
    else if (op == 1 && !s) netsim_accept(w->listener, &w->s[i], NULL);
    if (!s) return;
    switch (op) {
    case 2: netsim_send(s, u8(w) & 1 ? buffer : NULL, u16(w), u8(w) & (NETSIM_MSG_MORE | NETSIM_MSG_EOR)); break;
    case 3: netsim_recv(s, buffer, u16(w), u8(w) & (NETSIM_MSG_PEEK | NETSIM_MSG_TRUNC)); break;
    case 4: netsim_shutdown(s, (int) (u8(w) % 3)); break;
    case 5:
        netsim_close(s);
        w->s[i] = NULL;
        break;
    case 6: netsim_setsockopt(s, names[u8(w) % G_N_ELEMENTS(names)], (int64_t) u16(w) - 1); break;
    default: netsim_connect(s, (NetsimAddress){ PEER, 4000 });
    }
}

static void step(struct world *w)
{
    static const netsim_time times[] = { 1, 1000, 40000, 200000, 1000000, 10000000, 70000000, 130000000 }; /* us */
    uint32_t op = u8(w);
    switch (op >> 5) {
    case 0:
    case 1:
    case 2:
    case 3: segment(w); break;
    case 4:
    case 5: call(w, op & 7, op >> 3 & 3); break;
    case 6: run(w, times[op & 7] * NETSIM_US); break;
    default: icmp(w);
    }
    run(w, 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct world w = { .at = data, .end = data + size, .sim = netsim_sim_new(NULL) };
    static const NetsimApp app = { .name = "fuzz" };
    uint32_t knobs = u8(&w);
    NetsimHost *host = netsim_host_new(w.sim, "host", knobs & 128 ? "rhel6.2" : NULL, NULL);
    w.dev = netsim_host_nic(host, "eth0", NULL);
    netsim_device_set_raw_ip(w.dev, true);
    if (!netsim_host_sh(host, "ip addr add 10.0.0.1/24 dev eth0", NULL, NULL)) broken("no address");
    w.net = host_net(host);
    struct tcp_knobs *k = &w.net->tcp->knobs;
    if (knobs & 1) k->sack = 0;
    if (knobs & 2) k->timestamps = 0;
    if (knobs & 4) k->window_scaling = 0;
    if (knobs & 8) k->ecn = 1;
    if (knobs & 16) k->shrink_window = 1;
    if (knobs & 32) k->tw_reuse = 1;
    if (knobs & 64) k->max_tw_buckets = 1, k->max_orphans = 1;
    NetsimLinkConfig wire = { 0 };
    node_init(&w.node, w.sim, "peer");
    w.port = (struct port){ .receive = see, .node = &w.node, .name = w.node.name };
    w.dev->link = link_new(&w.dev->port, &w.port, &wire, &wire);
    w.alarm = netsim_event_new(w.sim, nothing, NULL);
    w.process = netsim_spawn(host, NULL, &app, NULL);
    run(&w, 0);
    w.listener = netsim_socket(w.process, NETSIM_SOCK_STREAM);
    netsim_bind(w.listener, (NetsimAddress){ 0, 80 });
    netsim_listen(w.listener, 2);
    for (unsigned i = 0; i < MAX_STEPS && w.at < w.end; i++) step(&w);
    netsim_process_exit(w.process);
    run(&w, 2000 * NETSIM_S); /* orphans give up, TIME_WAIT passes */
    struct tcp_net *tn = w.net->tcp;
    if (tn->socks.live || tn->skbs.live || tn->rcv_skbs.live || tn->requests.live || tn->timewaits.live || tn->n_buckets)
        broken("left behind: %" G_GUINT64_FORMAT " sockets, %" G_GUINT64_FORMAT " send runs, %" G_GUINT64_FORMAT " receive runs, %" G_GUINT64_FORMAT
                " requests, %" G_GUINT64_FORMAT " TIME_WAITs, %u ports", tn->socks.live, tn->skbs.live, tn->rcv_skbs.live, tn->requests.live,
                tn->timewaits.live, tn->n_buckets);
    netsim_sim_free(w.sim);
    node_clear(&w.node);
    return 0;
}
