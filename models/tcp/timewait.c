/* SPDX-License-Identifier: GPL-3.0-or-later */
/* timewait.c - TIME_WAIT and orphaned FIN_WAIT_2 as mini sockets (net/ipv4/tcp_minisocks.c, inet_timewait_sock.c). */
#include "models/tcp/diag.h"
#include "models/tcp/metrics.h"

enum { TCP_TIMEWAIT_LEN_S = 60 };

struct tcp_timewait {
    struct sock_hashed hashed;  /* first */
    uint8_t substate;          /* TCP_TIME_WAIT or TCP_FIN_WAIT2 */
    uint8_t rcv_wscale;
    bool tstamp_ok;
    uint8_t port_opts;         /* SOCK_REUSEADDR, SOCK_REUSEPORT */
    uint32_t timeout;          /* tw_timeout: of TIME_WAIT, jiffies */
    struct tcp_net *tn;
    struct timer timer;
    uint32_t rcv_nxt, snd_nxt, rcv_wnd;
    uint32_t ts_recent, ts_recent_stamp, ts_offset; /* stamp: seconds */
    uint32_t last_oow_ack;     /* jiffies */
    uint32_t entry_ms;         /* tw_entry_stamp: when TIME_WAIT began */
};
_Static_assert(sizeof(struct tcp_timewait) <= 112, "a million TIME_WAIT entries and their places in the table: 128 MiB");

static uint32_t clock_ms(const struct tcp_net *tn)
{
    return (uint32_t) (tcp_net_clock_us(tn->net) / 1000);
}

static void timewait_free(struct tcp_timewait *tw)
{
    struct tcp_net *tn = tw->tn;
    timer_kill(&tn->net->wheel, &tw->timer);
    tcp_ehash_remove(tn, &tw->hashed);
    tcp_bucket_put(tn, tw->hashed.sport, tw->port_opts);
    tn->n_timewait--;
    pool_put(&tn->timewaits, tw);
}

static void timewait_timer(struct timer *t)
{
    struct tcp_timewait *tw = ns_container_of(t, struct tcp_timewait, timer);
    timewait_free(tw);
}

static void schedule(struct tcp_timewait *tw, uint32_t timeo)
{
    struct net *net = tw->tn->net;
    timer_mod(&net->wheel, &tw->timer, net_jiffies(net) + timeo);
}

void tcp_timewait_diag(const struct sock_hashed *h, struct inet_diag *d)
{
    const struct tcp_timewait *tw = (const struct tcp_timewait *) h;
    d->state = tw->substate;
    d->timer = DIAG_TIMER_TIMEWAIT;
    d->expires = tw->timer.expires;
    d->serial = tw->timer.id;
}

/* The connection becomes a mini socket; tp ends up in CLOSE, with its unread data. */
void tcp_time_wait(struct tcp_sock *tp, int state, uint32_t timeo)
{
    struct tcp_net *tn = tp->tn;
    struct net *net = tn->net;
    uint32_t timewait_len = TCP_TIMEWAIT_LEN_S * tcp_hz(tp);
    if (tn->n_timewait >= (uint32_t) tn->knobs.max_tw_buckets) {
        NET_INC_STATS(net, TCPEXT_TCPTIMEWAITOVERFLOW);
        tcp_update_metrics(tp);
        tcp_done(tp);
        return;
    }
    struct tcp_timewait *tw = pool_get(&tn->timewaits);
    *tw = (struct tcp_timewait){ .hashed = tp->sk.hashed, .substate = (uint8_t) state, .tn = tn, .rcv_nxt = tp->rcv_nxt, .snd_nxt = tp->snd_nxt,
                                 .rcv_wnd = tcp_receive_window(tp), .rcv_wscale = tp->rcv_wscale, .tstamp_ok = tp->tstamp_ok,
                                 .ts_recent = tp->ts_recent, .ts_recent_stamp = tp->ts_recent_stamp, .ts_offset = tp->ts_offset,
                                 .last_oow_ack = tp->rare->last_oow_ack_time, .entry_ms = clock_ms(tn) };
    tw->hashed.kind = HASHED_TIMEWAIT;
    timer_init(&tw->timer, timewait_timer, tp->sk.serial, TCP_TIMER_KEEPALIVE + 1, true);
    uint32_t rto = (tp->rto << 2) - (tp->rto >> 1);
    if (timeo < rto) timeo = rto;
    bool may_recycle = tn->knobs.tw_recycle && tw->ts_recent_stamp;
    tw->timeout = may_recycle ? rto : timewait_len;
    if (may_recycle) tcp_remember_stamp(tn, tw->hashed.saddr, tw->hashed.daddr, tw->ts_recent, tw->ts_recent_stamp);
    else if (state == TCP_TIME_WAIT) timeo = timewait_len;
    tcp_unhash(tp);
    tcp_ehash_insert(tn, &tw->hashed);
    tw->port_opts = tp->sk.opts;
    tcp_bucket_get(tn, tw->hashed.sport, tw->port_opts);
    tn->n_timewait++;
    if (timeo <= 4 * net->wheel.hz) NET_INC_STATS(net, TCPEXT_TWKILLED);
    else NET_INC_STATS(net, TCPEXT_TW);
    schedule(tw, timeo);
    tcp_update_metrics(tp);
    tcp_done(tp);
}

static void send_ack(struct tcp_timewait *tw)
{
    struct tcp_bare_ack a = { .seq = tw->snd_nxt, .ack = tw->rcv_nxt, .window = tw->rcv_wnd >> tw->rcv_wscale,
                              .tstamp_ok = tw->tstamp_ok, .ts_offset = tw->ts_offset, .ts_recent = tw->ts_recent };
    tcp_v4_send_ack(tw->tn->net, &tw->hashed, &a);
}

enum verdict { TW_SUCCESS, TW_RST, TW_ACK, TW_SYN };

/* tcp_timewait_check_oow_rate_limit() */
static enum verdict oow_ack(struct tcp_timewait *tw, const struct pkt *p, enum snmp_counter skipped)
{
    return tcp_oow_rate_limited(tw->tn, p, skipped, &tw->last_oow_ack) ? TW_SUCCESS : TW_ACK;
}

/* FIN_WAIT_2 of an orphan: only a FIN is welcome. */
static enum verdict fin_wait2(struct tcp_timewait *tw, const struct pkt *p, bool paws_reject, uint32_t end_seq)
{
    if (paws_reject || !tcp_in_window(p->seq, end_seq, tw->rcv_nxt, tw->rcv_nxt + tw->rcv_wnd))
        return oow_ack(tw, p, SNMP_TCPEXT_TCPACKSKIPPEDFINWAIT2);
    if (p->tcp_flags & TCPHDR_RST) {
        timewait_free(tw);
        return TW_SUCCESS;
    }
    if ((p->tcp_flags & TCPHDR_SYN) && !seq_before(p->seq, tw->rcv_nxt)) return TW_RST;
    if (!(p->tcp_flags & TCPHDR_ACK) || !seq_after(end_seq, tw->rcv_nxt) || end_seq == p->seq) return TW_SUCCESS;
    if (!(p->tcp_flags & TCPHDR_FIN) || end_seq != tw->rcv_nxt + 1) return TW_RST; /* new data for nobody */
    tw->substate = TCP_TIME_WAIT;
    tw->rcv_nxt = end_seq;
    if (p->flags & PKT_HAS_TS) {
        tw->ts_recent_stamp = (uint32_t) (tcp_net_clock_us(tw->tn->net) / 1000000);
        tw->ts_recent = p->tsval;
        tw->entry_ms = clock_ms(tw->tn);
    }
    bool may_recycle = tw->tn->knobs.tw_recycle && tw->ts_recent_stamp;
    if (may_recycle) tcp_remember_stamp(tw->tn, tw->hashed.saddr, tw->hashed.daddr, tw->ts_recent, tw->ts_recent_stamp);
    schedule(tw, may_recycle ? tw->timeout : TCP_TIMEWAIT_LEN_S * tw->tn->net->wheel.hz);
    return TW_ACK;
}

/* tcp_timewait_state_process() */
static enum verdict process(struct tcp_timewait *tw, const struct pkt *p, uint32_t *isn)
{
    struct net *net = tw->tn->net;
    uint32_t payload = pkt_payload_len(p);
    uint32_t end_seq = p->seq + payload + !!(p->tcp_flags & TCPHDR_FIN) + !!(p->tcp_flags & TCPHDR_SYN);
    bool saw_ts = (p->flags & PKT_HAS_TS) && tw->tstamp_ok, rst = p->tcp_flags & TCPHDR_RST;
    bool paws_reject = saw_ts && tw->ts_recent_stamp && (int32_t) (tw->ts_recent - p->tsval) > 0 && !rst;
    if (tw->substate == TCP_FIN_WAIT2) return fin_wait2(tw, p, paws_reject, end_seq);
    if (!paws_reject && p->seq == tw->rcv_nxt && (p->seq == end_seq || rst)) { /* in window, without data */
        if (rst) {
            if (!tw->tn->knobs.rfc1337) timewait_free(tw); /* assassination, RFC 1337 */
            return TW_SUCCESS;
        }
        schedule(tw, TCP_TIMEWAIT_LEN_S * net->wheel.hz);
        if (saw_ts) {
            tw->ts_recent = p->tsval;
            tw->ts_recent_stamp = (uint32_t) (tcp_net_clock_us(net) / 1000000);
        }
        return TW_SUCCESS;
    }
    if ((p->tcp_flags & TCPHDR_SYN) && !rst && !(p->tcp_flags & TCPHDR_ACK) && !paws_reject
        && (seq_after(p->seq, tw->rcv_nxt) || (saw_ts && (int32_t) (tw->ts_recent - p->tsval) < 0))) {
        *isn = tw->snd_nxt + 65535 + 2;
        if (!*isn) ++*isn;
        return TW_SYN;
    }
    if (paws_reject && net->profile->version >= 6015) NET_INC_STATS(net, TCPEXT_PAWSTIMEWAIT);
    else if (paws_reject) NET_INC_STATS(net, TCPEXT_PAWSESTAB);
    if (rst) return TW_SUCCESS;
    if (paws_reject || (p->tcp_flags & TCPHDR_ACK)) schedule(tw, TCP_TIMEWAIT_LEN_S * net->wheel.hz);
    return oow_ack(tw, p, SNMP_TCPEXT_TCPACKSKIPPEDTIMEWAIT);
}

void tcp_timewait_rcv(struct tcp_net *tn, struct sock_hashed *h, struct pkt *p)
{
    struct tcp_timewait *tw = (struct tcp_timewait *) h;
    struct net *net = tn->net;
    uint32_t isn = 0;
    switch (process(tw, p, &isn)) {
    case TW_SYN: {
        struct tcp_sock *listener = tcp_listener_lookup(tn, &(struct tcp_tuple){ p->daddr, p->saddr, p->dport, p->sport });
        if (listener) {
            timewait_free(tw);
            tcp_conn_request(listener, p, isn);
            return;
        }
        send_ack(tw);
        break;
    }
    case TW_ACK: send_ack(tw); break;
    case TW_RST:
        tcp_v4_send_reset(net, NULL, p, "TCP_TIMEWAIT_SOCKET");
        timewait_free(tw);
        break;
    case TW_SUCCESS: break;
    }
    pkt_consume(net->sim, p);
}

/* tcp_twsk_unique(): connect() may take the 4-tuple when the timestamp clock has moved on. */
bool tcp_twsk_unique(struct tcp_sock *tp, struct sock_hashed *h)
{
    struct tcp_timewait *tw = (struct tcp_timewait *) h;
    const struct tcp_knobs *k = &tp->tn->knobs;
    int reuse = k->tw_reuse;
    if (reuse == 2) reuse = (h->daddr >> 24) == 127 || (h->saddr >> 24) == 127;
    if (!reuse || !tw->ts_recent_stamp || tw->substate != TCP_TIME_WAIT) return false;
    if (tp->tn->net->profile->version < 6014) { /* the next second */
        if ((uint32_t) (tcp_net_clock_us(tp->tn->net) / 1000000) <= tw->ts_recent_stamp) return false;
    } else if ((int32_t) (clock_ms(tp->tn) - tw->entry_ms - (uint32_t) k->tw_reuse_delay_ms) <= 0) {
        return false;
    }
    tp->write_seq = tw->snd_nxt + 65535 + 2;
    if (!tp->write_seq) tp->write_seq = 1;
    tp->ts_recent = tw->ts_recent;
    tp->ts_recent_stamp = tw->ts_recent_stamp;
    return true;
}

void tcp_timewait_kill(struct tcp_net *tn, struct sock_hashed *h)
{
    (void) tn;
    ns_assert(h->kind == HASHED_TIMEWAIT);
    timewait_free((struct tcp_timewait *) h);
}

size_t tcp_timewait_size(void)
{
    return sizeof(struct tcp_timewait);
}
