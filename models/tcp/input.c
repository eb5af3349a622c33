/* SPDX-License-Identifier: GPL-3.0-or-later */
/* input.c - an arriving segment: whose it is, whether it is acceptable, what it does to the state (RFC 9293 s3.10.7,
 * RFC 5961, RFC 7323; net/ipv4/tcp_ipv4.c, tcp_input.c).
 */
#include "models/tcp/metrics.h"
#include "models/tcp/request.h"

enum { TCP_PAWS_WINDOW = 1, TCP_PAWS_WRAP_S = 2147 };

static inline uint32_t seg_end(const struct pkt *p)
{
    return p->seq + pkt_payload_len(p) + !!(p->tcp_flags & TCPHDR_SYN) + !!(p->tcp_flags & TCPHDR_FIN);
}

static void discard(struct tcp_sock *tp, struct pkt *p, enum drop_reason why)
{
    pkt_drop(tp->sk.net->sim, &tp->sk.net->drops, p, why);
}

static inline void parse_timestamp(struct tcp_sock *tp, const struct pkt *p)
{
    tp->saw_tstamp = (p->flags & PKT_HAS_TS) && tp->tstamp_ok;
    if (!tp->saw_tstamp) return;
    tp->rcv_tsval = p->tsval;
    tp->rcv_tsecr = p->tsecr ? p->tsecr - tp->ts_offset : 0;
}

/* ---- RFC 5961: answers that make an attacker's guess useless ---- */

bool tcp_any_rate_limited(struct tcp_net *tn, enum snmp_counter skipped, uint32_t *last)
{
    struct net *net = tn->net;
    uint32_t now = net_jiffies(net);
    if (*last && now - *last < timer_msecs_to_jiffies(&net->wheel, (uint32_t) tn->knobs.invalid_ratelimit_ms)) {
        ++*net_counter(net, skipped);
        return true;
    }
    *last = now;
    return false;
}

bool tcp_oow_rate_limited(struct tcp_net *tn, const struct pkt *p, enum snmp_counter skipped, uint32_t *last)
{
    bool is_data = pkt_payload_len(p) || (p->tcp_flags & TCPHDR_FIN);
    return !(is_data && !(p->tcp_flags & TCPHDR_SYN)) && tcp_any_rate_limited(tn, skipped, last); /* data is no part of an ACK loop */
}

void tcp_send_challenge_ack(struct tcp_sock *tp)
{
    if (tcp_any_rate_limited(tp->tn, SNMP_TCPEXT_TCPACKSKIPPEDCHALLENGE, &tcp_rare(tp)->last_oow_ack_time)) return;
    NET_INC_STATS(tp->sk.net, TCPEXT_TCPCHALLENGEACK);
    tcp_send_ack(tp);
}

/* A pure duplicate ACK that was overtaken is not a PAWS violation. */
static bool disordered_ack(const struct tcp_sock *tp, const struct pkt *p)
{
    uint32_t nwin = (uint32_t) p->window << tp->snd_wscale;
    uint32_t replay_ms = tp->rto * 1200u / tcp_hz(tp);
    return (p->tcp_flags & TCPHDR_ACK) && p->seq == seg_end(p) && p->seq == tp->rcv_nxt && p->ack == tp->snd_una
           && !tcp_may_update_window(tp, p->ack, p->seq, nwin)
           && (int32_t) (tp->ts_recent - tp->rcv_tsval) <= (int32_t) replay_ms;
}

/* RFC 7323 s5.2 */
static bool paws_discard(const struct tcp_sock *tp, const struct pkt *p)
{
    if (!tp->saw_tstamp || (int32_t) (tp->ts_recent - tp->rcv_tsval) <= TCP_PAWS_WINDOW || !tp->ts_recent) return false;
    if ((uint32_t) (tp->tcp_mstamp / 1000000) - tp->ts_recent_stamp >= TCP_PAWS_WRAP_S) return false;
    return !disordered_ack(tp, p);
}

/* Since 6.14 an old pure ACK, which is common, draws no duplicate ACK (tcp_disordered_ack_check()). */
static bool old_ack(const struct tcp_sock *tp, const struct pkt *p)
{
    return tp->sk.net->profile->version >= 6014 && (p->tcp_flags & TCPHDR_ACK) && p->seq == seg_end(p) && seq_before(p->seq, tp->rcv_nxt);
}

/* tcp_reset_check(): a RST one below, after our FIN was answered by a middle box. */
static bool reset_check(const struct tcp_sock *tp, const struct pkt *p)
{
    return p->seq == tp->rcv_nxt - 1
           && (tp->sk.state == TCP_CLOSE_WAIT || tp->sk.state == TCP_LAST_ACK || tp->sk.state == TCP_CLOSING);
}

static void rst_received(struct tcp_sock *tp)
{
    TRACE(tp->sk.net->sim, TCP_RECEIVE_RESET, tp->sk.net->node.name, TRACE_SK_OF(&tp->sk));
    switch (tp->sk.state) {
    case TCP_SYN_SENT: tcp_reset_err(tp, ECONNREFUSED); break;
    case TCP_CLOSE_WAIT: tcp_reset_err(tp, EPIPE); break;
    case TCP_CLOSE: break;
    default: tcp_reset_err(tp, ECONNRESET);
    }
}

/* tcp_sequence(): RFC 9293 s3.10.7.4; N_DROP_REASONS: acceptable. */
static enum drop_reason check_sequence(const struct tcp_sock *tp, const struct pkt *p)
{
    int version = tp->sk.net->profile->version;
    uint32_t end = seg_end(p), limit = tp->rcv_nxt + (version >= 7000 ? tcp_max_receive_window(tp) : tcp_receive_window(tp));
    if (seq_before(end, tp->rcv_wup)) return DROP_TCP_OLD_SEQUENCE;
    if (version >= 6017 && !seq_after(end - !!(p->tcp_flags & TCPHDR_FIN), limit)) return N_DROP_REASONS; /* a FIN may lie beyond */
    if (seq_after(p->seq, limit)) return DROP_TCP_INVALID_SEQUENCE;
    /* More than was offered is taken only by a reader who has nothing to read (since 6.17). */
    if (seq_after(end, limit) && tp->rcv_head && version >= 6017) return DROP_TCP_INVALID_END_SEQUENCE;
    return N_DROP_REASONS;
}

/* The other half of a simultaneous open (RFC 9293 s3.5): its ACK counts, its SYN has been received. */
static bool crossed_syn_ack(const struct tcp_sock *tp, const struct pkt *p)
{
    return tp->sk.state == TCP_SYN_RECV && (p->tcp_flags & TCPHDR_ACK) && !pkt_payload_len(p) && !(p->tcp_flags & TCPHDR_FIN)
           && p->seq + 1 == tp->rcv_nxt && p->ack == tp->snd_nxt;
}

/* tcp_validate_incoming(): false: the segment was dealt with and consumed. */
static bool validate_incoming(struct tcp_sock *tp, struct pkt *p)
{
    struct net *net = tp->sk.net;
    bool rst = p->tcp_flags & TCPHDR_RST, syn = p->tcp_flags & TCPHDR_SYN;
    if (paws_discard(tp, p) && !rst) {
        if (syn) goto syn_challenge;
        if (old_ack(tp, p)) {
            NET_INC_STATS(net, TCPEXT_PAWSOLDACK);
            discard(tp, p, DROP_TCP_RFC7323_PAWS);
            return false;
        }
        NET_INC_STATS(net, TCPEXT_PAWSESTAB);
        if (!tcp_oow_rate_limited(tp->tn, p, SNMP_TCPEXT_TCPACKSKIPPEDPAWS, &tcp_rare(tp)->last_oow_ack_time)) tcp_send_dupack(tp, p);
        discard(tp, p, DROP_TCP_RFC7323_PAWS);
        return false;
    }
    enum drop_reason why = check_sequence(tp, p);
    if (why != N_DROP_REASONS) {
        if (!rst) {
            if (syn) goto syn_challenge;
            if (why != DROP_TCP_OLD_SEQUENCE) NET_INC_STATS(net, TCPEXT_BEYONDWINDOW);
            if (!tcp_oow_rate_limited(tp->tn, p, SNMP_TCPEXT_TCPACKSKIPPEDSEQ, &tcp_rare(tp)->last_oow_ack_time)) tcp_send_dupack(tp, p);
        } else if (reset_check(tp, p)) {
            goto reset;
        }
        discard(tp, p, why);
        return false;
    }
    if (rst) {
        if (p->seq == tp->rcv_nxt || reset_check(tp, p)) goto reset;
        uint32_t max_sack = 0;
        for (unsigned i = 0; i < tp->n_sacks; i++)
            if (!i || seq_after(tp->rare->selective_acks[i].end, max_sack)) max_sack = tp->rare->selective_acks[i].end;
        if (tp->n_sacks && p->seq == max_sack) goto reset;
        tcp_send_challenge_ack(tp); /* RFC 5961 s3.2 */
        discard(tp, p, DROP_TCP_RESET);
        return false;
    }
    if (syn && !crossed_syn_ack(tp, p)) goto syn_challenge;
    return true;

syn_challenge: /* RFC 5961 s4.2 */
    if (tp->sk.state == TCP_ESTABLISHED) NET_INC_STATS(net, TCP_INERRS);
    NET_INC_STATS(net, TCPEXT_TCPSYNCHALLENGE);
    tcp_send_challenge_ack(tp);
    discard(tp, p, DROP_TCP_INVALID_SYN);
    return false;
reset:
    rst_received(tp);
    pkt_consume(net->sim, p);
    return false;
}

/* ---- established ---- */

/* tcp_ecn_check_ce's counterpart: the sender has reduced. */
static void ecn_accept_cwr(struct tcp_sock *tp, const struct pkt *p)
{
    if (!(p->tcp_flags & TCPHDR_CWR)) return;
    tp->ecn_flags &= (uint8_t) ~TCP_ECN_DEMAND_CWR;
    if (pkt_payload_len(p)) tp->ack_pending |= ICSK_ACK_NOW;
}

/* Header prediction: in order, nothing but ACK and PSH, window unchanged, timestamps not older. */
static inline bool predicted(const struct tcp_sock *tp, const struct pkt *p)
{
    return (p->tcp_flags & ~TCPHDR_PSH) == TCPHDR_ACK && p->seq == tp->rcv_nxt && !seq_after(p->ack, tp->snd_nxt)
           && !seq_before(p->ack, tp->snd_una) && (uint32_t) p->window << tp->snd_wscale == tp->snd_wnd && !p->n_sack
           && !tp->ofo_head && tp->rcv_wnd && tp->sk.rmem_alloc < tp->sk.rcvbuf
           && (!tp->tstamp_ok || (tp->saw_tstamp && (int32_t) (tp->rcv_tsval - tp->ts_recent) >= 0));
}

static inline void store_ts_recent(struct tcp_sock *tp)
{
    tp->ts_recent = tp->rcv_tsval;
    tp->ts_recent_stamp = (uint32_t) (tp->tcp_mstamp / 1000000);
}

void tcp_rcv_established(struct tcp_sock *tp, struct pkt *p)
{
    struct net *net = tp->sk.net;
    TRACE(net->sim, TCP_PROBE, net->node.name, tp->sk.saddr, tp->sk.daddr, tp->sk.sport, tp->sk.dport, TRACE_AF_INET,
          pkt_payload_len(p), tp->snd_nxt, tp->snd_una, tp->snd_cwnd, tcp_current_ssthresh(tp), tp->snd_wnd, tp->srtt_us >> 3,
          tp->rcv_wnd, p->digest, tp->sk.serial);
    tcp_mstamp_refresh(tp);
    parse_timestamp(tp, p);
    uint32_t len = pkt_payload_len(p);
    if (predicted(tp, p)) {
        if (tp->saw_tstamp && tp->rcv_nxt == tp->rcv_wup) store_ts_recent(tp);
        if (!len) { /* bulk data: the sender's side */
            tcp_ack(tp, p, 0);
            pkt_consume(net->sim, p);
            tcp_data_snd_check(tp);
            tp->rcv_rtt_last_tsecr = tp->rcv_tsecr;
            return;
        }
        uint32_t end = p->seq + len;
        if (seq_after(end, tp->rcv_nxt + tcp_receive_window(tp))) goto validate; /* more than was offered */
        tcp_rcv_rtt_measure_ts(tp, len);
        /* Linux leaves the fast path when the packet needs another page; the effect is the same, but it does not count. */
        if ((int32_t) p->truesize <= tp->forward_alloc) NET_INC_STATS(net, TCPEXT_TCPHPHITS);
        tcp_queue_rcv(tp, p);
        tcp_event_data_recv(tp, p);
        bool no_ack = false;
        if (p->ack != tp->snd_una) {
            tcp_ack(tp, p, FLAG_DATA);
            tcp_data_snd_check(tp);
            no_ack = !(tp->ack_pending & ICSK_ACK_SCHED);
        } else {
            tp->snd_wl1 = p->seq;
        }
        if (!no_ack) tcp_ack_snd_check(tp, false);
        pkt_consume(net->sim, p);
        tcp_data_ready(tp);
        return;
    }
    if (!(p->tcp_flags & (TCPHDR_ACK | TCPHDR_RST | TCPHDR_SYN))) {
        discard(tp, p, DROP_TCP_FLAGS);
        return;
    }
validate:
    if (!validate_incoming(tp, p)) return;
    int r = tcp_ack(tp, p, FLAG_SLOWPATH | FLAG_UPDATE_TS_RECENT);
    if (r < 0) {
        discard(tp, p, (enum drop_reason) -r);
        return;
    }
    ecn_accept_cwr(tp, p);
    if (tp->saw_tstamp) tcp_rcv_rtt_measure_ts(tp, len);
    tcp_data_queue(tp, p);
    tcp_data_snd_check(tp);
    tcp_ack_snd_check(tp, true);
}

/* ---- establishing ---- */

/* tcp_try_undo_spurious_syn(): the answer echoes the first SYN, so its repeat was needless. */
static void try_undo_spurious_syn(struct tcp_sock *tp)
{
    if (tp->rare->undo_marker && tp->retrans_stamp && tp->saw_tstamp && tp->retrans_stamp == tp->rcv_tsecr) tcp_rare(tp)->undo_marker = 0;
}

void tcp_init_transfer(struct tcp_sock *tp)
{
    tcp_mtup_init(tp);
    tcp_init_metrics(tp);
    if (tp->rare->total_retrans > 1 && tp->rare->undo_marker) tcp_cwnd_set(tp, 1, CWND_INIT);
    else tcp_cwnd_set(tp, tcp_init_cwnd(tp), CWND_INIT);
    tp->snd_cwnd_stamp = tcp_jiffies(tp);
    tcp_ca_init(tp);
    tcp_init_buffer_space(tp);
}

void tcp_finish_connect(struct tcp_sock *tp, struct pkt *p)
{
    (void) p;
    tcp_set_state(tp, TCP_ESTABLISHED);
    tp->ack_lrcvtime = tcp_jiffies(tp);
    tcp_init_transfer(tp);
    tp->lsndtime = tcp_jiffies(tp);
    if (tp->sk.opts & SOCK_KEEPOPEN) tcp_set_keepalive(tp, true);
}

/* The options of the peer's SYN against ours. */
static void take_syn_options(struct tcp_sock *tp, const struct pkt *p)
{
    const struct tcp_knobs *k = &tp->tn->knobs;
    tp->tstamp_ok = (p->flags & PKT_HAS_TS) && k->timestamps;
    tp->sack_ok = (p->flags & PKT_SACK_OK) && k->sack;
    tp->wscale_ok = (p->flags & PKT_HAS_WSCALE) && k->window_scaling;
    tp->snd_wscale = tp->wscale_ok ? (uint8_t) ns_min(p->wscale, TCP_MAX_WSCALE) : 0;
    if (!tp->wscale_ok) {
        tp->rcv_wscale = 0;
        tp->window_clamp = ns_min(tp->window_clamp, 65535u);
    }
    uint32_t mss = p->flags & PKT_HAS_MSS ? p->mss : TCP_MSS_DEFAULT;
    if (tp->rare->set.user_mss) mss = ns_min(mss, tp->rare->set.user_mss);
    tp->rx_opt_mss_clamp = mss;
    parse_timestamp(tp, p);
}

/* Returns true when the caller must answer with a RST. */
static bool rcv_synsent(struct tcp_sock *tp, struct pkt *p)
{
    struct net *net = tp->sk.net;
    bool ack = p->tcp_flags & TCPHDR_ACK, rst = p->tcp_flags & TCPHDR_RST, syn = p->tcp_flags & TCPHDR_SYN;
    if (ack) {
        if (!seq_after(p->ack, tp->snd_una) || seq_after(p->ack, tp->snd_nxt)) {
            if (!tp->retransmits) tcp_reset_xmit_timer(tp, ICSK_TIME_RETRANS, TCP_TIMEOUT_MIN);
            return true;
        }
        if ((p->flags & PKT_HAS_TS) && tp->tn->knobs.timestamps && p->tsecr) {
            uint32_t ecr = p->tsecr - tp->ts_offset;
            if (!seq_between(ecr, tp->retrans_stamp, tcp_time_stamp(tp))) {
                NET_INC_STATS(net, TCPEXT_PAWSACTIVE);
                return true;
            }
        }
        if (rst) {
            rst_received(tp);
            pkt_consume(net->sim, p);
            return false;
        }
        if (!syn) {
            discard(tp, p, DROP_TCP_FLAGS);
            return false;
        }
        take_syn_options(tp, p);
        if ((p->tcp_flags & (TCPHDR_ECE | TCPHDR_CWR)) != TCPHDR_ECE) tp->ecn_flags &= TCP_HAS_IP_OPTIONS;
        tp->snd_wl1 = p->seq;
        try_undo_spurious_syn(tp);
        tcp_ack(tp, p, FLAG_SLOWPATH);
        tp->snd_offset = 0; /* the stream begins behind the SYN */
        tp->has_syn_acked = true;
        tp->rcv_nxt = tp->rcv_wup = p->seq + 1;
        tp->snd_wnd = p->window;
        if (tp->saw_tstamp) {
            tp->advmss = (uint16_t) (tp->advmss - TCPOLEN_TSTAMP_ALIGNED);
            store_ts_recent(tp);
        }
        tcp_sync_mss(tp, tp->pmtu_cookie);
        tcp_initialize_rcv_mss(tp);
        tp->copied_seq = tp->rcv_nxt;
        tp->rcvq_seq = tp->rcv_nxt;
        tcp_finish_connect(tp, p);
        if (!tp->is_dead) sock_wake(&tp->sk, NETSIM_POLLOUT);
        pkt_consume(net->sim, p);
        if (tcp_is_pingpong(tp) || tp->rare->defer_accept) { /* TCP_QUICKACK 0, TCP_DEFER_ACCEPT: save one ACK, data will carry it */
            tp->ack_pending |= ICSK_ACK_SCHED | ICSK_ACK_TIMER;
            tcp_enter_quickack_mode(tp, TCP_MAX_QUICKACKS);
            timer_mod(&net->wheel, &tp->delack_timer, tcp_jiffies(tp) + tcp_hz(tp) / 5);
        } else {
            tcp_send_ack(tp);
        }
        return false;
    }
    if (!rst && syn) { /* simultaneous open, RFC 9293 s3.5 */
        take_syn_options(tp, p);
        tcp_set_state(tp, TCP_SYN_RECV);
        if (tp->saw_tstamp) store_ts_recent(tp);
        tp->rcv_nxt = tp->rcv_wup = tp->copied_seq = tp->rcvq_seq = p->seq + 1;
        tp->snd_wnd = tp->max_window = p->window;
        tp->snd_wl1 = p->seq;
        tcp_mtup_init(tp);
        tcp_sync_mss(tp, tp->pmtu_cookie);
        tcp_initialize_rcv_mss(tp);
        pkt_consume(net->sim, p);
        struct tcp_skb *skb = tp->rtx_head;
        if (skb && (skb->tcp_flags & TCPHDR_SYN)) {
            skb->tcp_flags |= TCPHDR_ACK;
            tcp_transmit_skb(tp, skb);
        }
        return false;
    }
    discard(tp, p, DROP_TCP_FLAGS);
    return false;
}

/* ---- the other states ---- */

/* Our FIN was acknowledged: FIN_WAIT_2.  true: p was consumed. */
static bool fin_acked(struct tcp_sock *tp, struct pkt *p)
{
    struct net *net = tp->sk.net;
    bool fin = p->tcp_flags & TCPHDR_FIN;
    tcp_set_state(tp, TCP_FIN_WAIT2);
    tp->sk.shutdown |= SEND_SHUTDOWN;
    if (!tp->is_dead) {
        sock_wake(&tp->sk, NETSIM_POLLOUT);
        return false;
    }
    if (tp->rare->set.linger2 < 0 || (pkt_payload_len(p) && seq_after(p->seq + pkt_payload_len(p), tp->rcv_nxt))) {
        tcp_done(tp);
        NET_INC_STATS(net, TCPEXT_TCPABORTONDATA);
        tcp_v4_send_reset(net, &tp->sk, p, "TCP_ABORT_ON_DATA");
        discard(tp, p, DROP_TCP_ABORT_ON_DATA);
        return true;
    }
    uint32_t tmo = tcp_fin_time(tp), timewait_len = 60 * tcp_hz(tp);
    if (tmo > timewait_len) {
        tcp_reset_keepalive_timer(tp, tmo - timewait_len);
    } else if (fin) {
        tcp_reset_keepalive_timer(tp, tmo); /* the FIN is processed below */
    } else {
        tcp_time_wait(tp, TCP_FIN_WAIT2, tmo);
        pkt_consume(net->sim, p);
        return true;
    }
    return false;
}

static void established_from_syn_recv(struct tcp_sock *tp, const struct pkt *p)
{
    tp->delivered++; /* the SYN-ACK */
    try_undo_spurious_syn(tp);
    tp->retrans_stamp = 0;
    if (tp->tstamp_ok) tp->advmss = (uint16_t) (tp->advmss - TCPOLEN_TSTAMP_ALIGNED);
    tcp_init_transfer(tp);
    tp->copied_seq = tp->rcvq_seq = tp->rcv_nxt;
    tcp_set_state(tp, TCP_ESTABLISHED);
    sock_wake(&tp->sk, NETSIM_POLLOUT);
    tp->snd_una = p->ack;
    tp->snd_offset = 0;
    tp->snd_wnd = (uint32_t) p->window << tp->snd_wscale;
    tp->max_window = ns_max(tp->max_window, tp->snd_wnd);
    tp->snd_wl1 = p->seq;
    if (!tp->ca_ops->cong_control) tcp_update_pacing_rate(tp);
    tp->lsndtime = tcp_jiffies(tp);
    tcp_initialize_rcv_mss(tp);
    if (tp->sk.opts & SOCK_KEEPOPEN) tcp_set_keepalive(tp, true);
    if (tp->sk.shutdown & SEND_SHUTDOWN) {
        tcp_set_state(tp, TCP_FIN_WAIT1);
        tcp_send_fin(tp);
    }
}

bool tcp_rcv_state_process(struct tcp_sock *tp, struct pkt *p)
{
    struct net *net = tp->sk.net;
    uint32_t len = pkt_payload_len(p);
    switch (tp->sk.state) {
    case TCP_CLOSE: discard(tp, p, DROP_TCP_CLOSE); return false;
    case TCP_LISTEN:
        if (tcp_cookie_check(tp, p)) return false;
        if (p->tcp_flags & TCPHDR_ACK) return true;
        if ((p->tcp_flags & (TCPHDR_RST | TCPHDR_FIN | TCPHDR_SYN)) == TCPHDR_SYN) tcp_conn_request(tp, p, 0);
        else discard(tp, p, DROP_TCP_FLAGS);
        return false;
    case TCP_SYN_SENT:
        tp->saw_tstamp = false;
        tcp_mstamp_refresh(tp);
        if (rcv_synsent(tp, p)) return true;
        if (tp->sk.state != TCP_CLOSE) tcp_data_snd_check(tp);
        return false;
    default: break;
    }
    tcp_mstamp_refresh(tp);
    parse_timestamp(tp, p);
    if (!(p->tcp_flags & (TCPHDR_ACK | TCPHDR_RST | TCPHDR_SYN))) {
        discard(tp, p, DROP_TCP_FLAGS);
        return false;
    }
    if (!validate_incoming(tp, p)) return false;
    int r = tcp_ack(tp, p, FLAG_SLOWPATH | FLAG_UPDATE_TS_RECENT | FLAG_NO_CHALLENGE_ACK);
    if (r <= 0) {
        if (tp->sk.state == TCP_SYN_RECV) return true;
        if (r < 0) {
            tcp_send_challenge_ack(tp);
            discard(tp, p, (enum drop_reason) -r);
            return false;
        }
    }
    switch (tp->sk.state) {
    case TCP_SYN_RECV: established_from_syn_recv(tp, p); break;
    case TCP_FIN_WAIT1:
        if (tp->snd_una == tp->write_seq && fin_acked(tp, p)) return false;
        break;
    case TCP_CLOSING:
        if (tp->snd_una == tp->write_seq) {
            tcp_time_wait(tp, TCP_TIME_WAIT, 0);
            pkt_consume(net->sim, p);
            return false;
        }
        break;
    case TCP_LAST_ACK:
        if (tp->snd_una == tp->write_seq) {
            tcp_update_metrics(tp);
            tcp_done(tp);
            pkt_consume(net->sim, p);
            return false;
        }
        break;
    default: break;
    }
    ecn_accept_cwr(tp, p);
    bool queued = false;
    switch (tp->sk.state) {
    case TCP_CLOSE_WAIT:
    case TCP_CLOSING:
    case TCP_LAST_ACK:
        if (!seq_before(p->seq, tp->rcv_nxt)) break;
        /* fall through */
    case TCP_FIN_WAIT1:
    case TCP_FIN_WAIT2:
        if ((tp->sk.shutdown & RCV_SHUTDOWN) && len && seq_after(p->seq + len, tp->rcv_nxt)) { /* RFC 9293 s3.6.1 */
            NET_INC_STATS(net, TCPEXT_TCPABORTONDATA);
            rst_received(tp);
            return true;
        }
        /* fall through */
    case TCP_ESTABLISHED:
        tcp_data_queue(tp, p);
        queued = true;
        break;
    default: break;
    }
    if (tp->sk.state != TCP_CLOSE) {
        tcp_data_snd_check(tp);
        tcp_ack_snd_check(tp, true);
    }
    if (!queued) pkt_consume(net->sim, p);
    return false;
}

/* ---- the entry ---- */

void tcp_sock_rcv(struct tcp_sock *tp, struct pkt *p)
{
    struct net *net = tp->sk.net;
    tp->segs_in++;
    if (pkt_payload_len(p)) tp->data_segs_in++;
    if (ns_likely(tp->sk.state == TCP_ESTABLISHED)) {
        tcp_rcv_established(tp, p);
    } else if (tcp_rcv_state_process(tp, p)) {
        tcp_v4_send_reset(net, &tp->sk, p, "TCP_FLAGS");
        pkt_drop(net->sim, &net->drops, p, DROP_TCP_FLAGS);
    }
    tcp_reap(tp);
}

void tcp_v4_rcv(struct net *net, struct netdev *dev, struct pkt *p)
{
    struct tcp_net *tn = net->tcp;
    NET_INC_STATS(net, TCP_INSEGS);
    if (ns_unlikely(p->flags & PKT_BAD_CSUM)) {
        TRACE(net->sim, TCP_BAD_CSUM, net->node.name, p->digest, p->saddr, p->daddr, p->sport, p->dport);
        NET_INC_STATS(net, TCP_CSUMERRORS);
        NET_INC_STATS(net, TCP_INERRS);
        pkt_drop(net->sim, &net->drops, p, DROP_TCP_CSUM);
        return;
    }
    struct sock_hashed *h = tcp_ehash_lookup_pkt(tn, p);
    if (ns_likely(h && h->kind == HASHED_SOCK)) {
        struct tcp_sock *tp = ns_container_of(h, struct tcp_sock, sk.hashed);
        const struct pkt *next = netdev_next_arrival(dev);
        if (next && next->next) {
            __builtin_prefetch(next->next);
            __builtin_prefetch(&next->next->sport);
        }
        if (ns_unlikely(tp->sk.is_owned)) tcp_add_backlog(tp, p);
        else tcp_sock_rcv(tp, p);
        next = netdev_next_arrival(dev);
        if (next) tcp_ehash_look_ahead(tn, next);
        return;
    }
    if (h && h->kind == HASHED_REQUEST) {
        tcp_request_rcv(tn, tcp_request_of(h), p);
        return;
    }
    if (h) {
        tcp_timewait_rcv(tn, h, p);
        return;
    }
    struct tcp_sock *listener = tcp_listener_lookup(tn, &(struct tcp_tuple){ p->daddr, p->saddr, p->dport, p->sport });
    if (listener) {
        tcp_sock_rcv(listener, p);
        return;
    }
    tcp_v4_send_reset(net, NULL, p, "NO_SOCKET");
    pkt_drop(net->sim, &net->drops, p, DROP_NO_SOCKET);
}
