/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ack.c - an acknowledgement: cleaning the retransmit queue, window updates, what follows from it (tcp_ack()). */
#include "models/tcp/tcp.h"

static void count_delivered(struct tcp_sock *tp, uint32_t n, bool ece)
{
    tp->delivered += n;
    if (ece) tp->delivered_ce += n;
}

void tcp_snd_una_update(struct tcp_sock *tp, uint32_t ack)
{
    uint32_t delta = ack - tp->snd_una;
    tp->snd_offset += delta;
    tp->snd_una = ack;
}

void tcp_rearm_rto(struct tcp_sock *tp)
{
    if (!tp->packets_out) {
        tcp_clear_retrans_timer(tp);
        return;
    }
    uint32_t rto = tp->rto;
    if (tp->pending == ICSK_TIME_REO_TIMEOUT || tp->pending == ICSK_TIME_LOSS_PROBE) { /* count from the head's transmission */
        int32_t delta_us = (int32_t) tcp_rto_delta_us(tp);
        rto = timer_usecs_to_jiffies(&tp->sk.net->wheel, (uint64_t) ns_max(delta_us, 1));
    }
    tcp_reset_xmit_timer(tp, ICSK_TIME_RETRANS, rto + tcp_pacing_delay(tp));
}

/* tcp_tso_acked(): the first segments of a run are acknowledged. */
static uint32_t tso_acked(struct tcp_sock *tp, struct tcp_skb *skb)
{
    uint32_t packets = skb->pcount;
    tcp_skb_trim_head(tp, skb, tp->snd_una - skb->seq);
    return packets - skb->pcount;
}

/* tcp_clean_rtx_queue() */
static int clean_rtx_queue(struct tcp_sock *tp, struct tcp_ack *a, uint32_t prior_fack)
{
    uint64_t first_ackt = 0, last_ackt = 0;
    uint32_t prior_sacked = tp->sacked_out, reord = tp->snd_nxt, pkts_acked = 0;
    bool fully_acked = true, ece = a->flag & FLAG_ECE;
    int flag = 0;
    struct tcp_skb *skb = tp->rtx_head, *next;
    for (; skb; skb = next) {
        uint32_t start_seq = skb->seq, acked_pcount;
        uint8_t sacked = skb->sacked;
        if (seq_after(skb->end_seq, tp->snd_una)) {
            if (skb->pcount == 1 || !seq_after(tp->snd_una, skb->seq)) break;
            acked_pcount = tso_acked(tp, skb);
            if (!acked_pcount) break;
            fully_acked = false;
        } else {
            acked_pcount = skb->pcount;
        }
        if (ns_unlikely(sacked & TCPCB_RETRANS)) {
            if (sacked & TCPCB_SACKED_RETRANS) tp->retrans_out -= acked_pcount;
            flag |= FLAG_RETRANS_DATA_ACKED;
        } else if (!(sacked & TCPCB_SACKED_ACKED)) {
            last_ackt = skb_mstamp_us(skb);
            if (!first_ackt) first_ackt = last_ackt;
            if (seq_before(start_seq, reord)) reord = start_seq;
            if (!seq_after(skb->end_seq, tp->high_seq)) flag |= FLAG_ORIG_SACK_ACKED;
        }
        if (sacked & TCPCB_SACKED_ACKED) {
            tp->sacked_out -= acked_pcount;
        } else if (tp->sack_ok) {
            count_delivered(tp, acked_pcount, ece);
            if (!tcp_skb_spurious_retrans(tp, skb)) tcp_rack_advance(tp, sacked, skb->end_seq, skb->xmit_ns);
        }
        if (sacked & TCPCB_LOST) tp->lost_out -= acked_pcount;
        tp->packets_out -= acked_pcount;
        pkts_acked += acked_pcount;
        tcp_rate_skb_delivered(tp, skb, &a->rate);
        if (ns_likely(!(skb->tcp_flags & TCPHDR_SYN))) {
            flag |= FLAG_DATA_ACKED;
        } else {
            flag |= FLAG_SYN_ACKED;
            tp->retrans_stamp = 0;
        }
        if (!fully_acked) break;
        next = skb->next;
        tcp_rtx_unlink(tp, skb);
        tcp_skb_free(tp, skb);
    }
    if (!tp->rtx_head) tcp_chrono_stop(tp, TCP_CHRONO_BUSY);
    if (skb && (skb->sacked & TCPCB_SACKED_ACKED)) flag |= FLAG_SACK_RENEGING;

    int64_t seq_rtt_us = -1, ca_rtt_us = -1, sack_rtt_us = -1;
    if (first_ackt && !(flag & FLAG_RETRANS_DATA_ACKED)) {
        seq_rtt_us = tcp_stamp_us_delta(tp->tcp_mstamp, first_ackt);
        ca_rtt_us = tcp_stamp_us_delta(tp->tcp_mstamp, last_ackt);
        if (pkts_acked == 1 && fully_acked && !prior_sacked && tp->snd_una - a->prior_snd_una < tp->mss_cache
            && a->rate.prior_delivered + 1 == tp->delivered && !((a->flag | flag) & (FLAG_CA_ALERT | FLAG_SYN_ACKED)))
            flag |= FLAG_ACK_MAYBE_DELAYED; /* a lone runt: perhaps a delayed ACK */
    }
    if (a->first_sackt) {
        sack_rtt_us = tcp_stamp_us_delta(tp->tcp_mstamp, a->first_sackt);
        ca_rtt_us = tcp_stamp_us_delta(tp->tcp_mstamp, a->last_sackt);
    }
    bool rtt_update = tcp_ack_update_rtt(tp, flag, seq_rtt_us, sack_rtt_us, ca_rtt_us, &a->rate);

    if (flag & FLAG_ACKED) {
        flag |= FLAG_SET_XMIT_TIMER;
        if (ns_unlikely(tp->mtup_enabled)) tcp_mtup_acked(tp);
        if (!tp->sack_ok) {
            tcp_remove_reno_sacks(tp, (int) pkts_acked, ece);
            if (flag & FLAG_RETRANS_DATA_ACKED) flag &= ~FLAG_ORIG_SACK_ACKED; /* cannot tell original from repeat */
        } else if (seq_before(reord, prior_fack)) { /* a hole was filled without retransmission */
            tcp_check_sack_reordering(tp, reord, false);
        }
    } else if (skb && rtt_update && sack_rtt_us >= 0
               && sack_rtt_us > (int64_t) tcp_stamp_us_delta(tp->tcp_mstamp, skb_mstamp_us(skb))) {
        flag |= FLAG_SET_XMIT_TIMER; /* the sample is older than the head: the RTO may move */
    }
    if (tp->ca_ops->pkts_acked) {
        struct tcp_ack_sample sample = { .pkts_acked = pkts_acked, .rtt_us = (int32_t) a->rate.rtt_us,
                                         .in_flight = tp->mss_cache * (tp->delivered - a->rate.prior_delivered) };
        tp->ca_ops->pkts_acked(tp, &sample);
    }
    return flag;
}

/* RFC 9293 s3.10.7.4; Linux also takes a window that closes to 0. */
bool tcp_may_update_window(const struct tcp_sock *tp, uint32_t ack, uint32_t seq, uint32_t nwin)
{
    return seq_after(ack, tp->snd_una) || seq_after(seq, tp->snd_wl1)
           || (seq == tp->snd_wl1 && (nwin > tp->snd_wnd || !nwin));
}

static int ack_update_window(struct tcp_sock *tp, const struct tcp_ack *a)
{
    int flag = 0;
    uint32_t nwin = a->p->window;
    if (!(a->p->tcp_flags & TCPHDR_SYN)) nwin <<= tp->snd_wscale;
    if (tcp_may_update_window(tp, a->ack, a->seq, nwin)) {
        flag |= FLAG_WIN_UPDATE;
        tp->snd_wl1 = a->seq;
        if (tp->snd_wnd != nwin) {
            tp->snd_wnd = nwin;
            if (tp->send_head) tcp_slow_start_after_idle_check(tp);
            if (nwin > tp->max_window) {
                bool was_small = tp->max_window >> 1 < tp->pmtu_cookie; /* then half of it may have bound the MSS */
                tp->max_window = nwin;
                if (was_small) tcp_sync_mss(tp, tp->pmtu_cookie);
            }
        }
    }
    tcp_snd_una_update(tp, a->ack);
    return flag;
}

/* A zero window opened, or the probe was answered. */
void tcp_ack_probe(struct tcp_sock *tp)
{
    struct tcp_skb *head = tp->send_head;
    if (!head) return;
    if (!seq_after(head->end_seq, tcp_wnd_end(tp))) {
        tp->backoff = 0;
        tp->is_probing = false;
        tcp_clear_retrans_timer(tp);
    } else {
        uint32_t when = tcp_clamp_probe0(tp, tcp_probe0_when(tp, tcp_rto_max(tp)));
        tcp_reset_xmit_timer(tp, ICSK_TIME_PROBE0, when + tcp_pacing_delay(tp));
    }
}

static bool is_dubious(const struct tcp_sock *tp, int flag)
{
    return !(flag & FLAG_NOT_DUP) || (flag & FLAG_CA_ALERT) || tp->ca_state != TCP_CA_Open;
}

static uint32_t newly_delivered(struct tcp_sock *tp, uint32_t prior_delivered, int flag)
{
    uint32_t delivered = tp->delivered - prior_delivered;
    NET_ADD_STATS(tp->sk.net, TCPEXT_TCPDELIVERED, delivered);
    if (flag & FLAG_ECE) NET_ADD_STATS(tp->sk.net, TCPEXT_TCPDELIVEREDCE, delivered);
    return delivered;
}

/* tcp_replace_ts_recent(): RFC 7323 s4.3, only from segments that do not lie beyond the last ACK. */
static void replace_ts_recent(struct tcp_sock *tp, uint32_t seq)
{
    if (!tp->saw_tstamp || seq_after(seq, tp->rcv_wup)) return;
    if ((int32_t) (tp->rcv_tsval - tp->ts_recent) >= 0 || !tp->ts_recent) {
        tp->ts_recent = tp->rcv_tsval;
        tp->ts_recent_stamp = (uint32_t) (tp->tcp_mstamp / 1000000);
    }
}

static void old_ack(struct tcp_sock *tp, struct tcp_ack *a, uint32_t delivered)
{
    if (!a->p->n_sack || !tp->sack_ok) return;
    a->flag |= tcp_sacktag_write_queue(tp, a->p, a->prior_snd_una, a);
    if (a->sack_delivered) count_delivered(tp, a->sack_delivered, false);
    tcp_fastretrans_alert(tp, a->prior_snd_una, 0, &a->flag, &a->rexmit);
    newly_delivered(tp, delivered, a->flag);
    tcp_xmit_recovery(tp, a->rexmit);
}

int tcp_ack(struct tcp_sock *tp, const struct pkt *p, int flag)
{
    struct net *net = tp->sk.net;
    struct tcp_ack a = { .p = p, .ack = p->ack, .seq = p->seq, .prior_snd_una = tp->snd_una, .flag = flag, .rexmit = REXMIT_NONE };
    uint32_t prior_packets = tp->packets_out, delivered = tp->delivered, lost = tp->lost;
    bool is_sack_reneg = tp->is_sack_reneg;
    int num_dupack = 0;

    if (ns_unlikely(seq_before(a.ack, a.prior_snd_una))) {
        uint32_t max_window = (uint32_t) ns_min((uint64_t) tp->max_window, tcp_bytes_acked(tp));
        if (seq_before(a.ack, a.prior_snd_una - max_window)) { /* RFC 5961 s5.2 */
            if (!(flag & FLAG_NO_CHALLENGE_ACK)) tcp_send_challenge_ack(tp);
            return -DROP_TCP_TOO_OLD_ACK;
        }
        old_ack(tp, &a, delivered);
        return 0;
    }
    if (ns_unlikely(seq_after(a.ack, tp->snd_nxt))) { /* RFC 9293 s3.10.7.4: say so; Linux does since 7.0 */
        if (!(flag & FLAG_NO_CHALLENGE_ACK) && net->profile->version >= 7000) tcp_send_challenge_ack(tp);
        return -DROP_TCP_INVALID_ACK_SEQUENCE;
    }
    if (seq_after(a.ack, a.prior_snd_una)) {
        a.flag |= FLAG_SND_UNA_ADVANCED;
        tp->retransmits = 0;
    }
    uint32_t prior_fack = tp->sack_ok ? tcp_highest_sack_seq(tp) : tp->snd_una;
    a.rate.prior_in_flight = tcp_packets_in_flight(tp);
    if (a.flag & FLAG_UPDATE_TS_RECENT) replace_ts_recent(tp, a.seq);

    if ((a.flag & (FLAG_SLOWPATH | FLAG_SND_UNA_ADVANCED)) == FLAG_SND_UNA_ADVANCED) {
        tp->snd_wl1 = a.seq; /* the window is constant: nothing but forward */
        tcp_snd_una_update(tp, a.ack);
        a.flag |= FLAG_WIN_UPDATE;
        NET_INC_STATS(net, TCPEXT_TCPHPACKS);
    } else {
        if (pkt_payload_len(p) || (p->tcp_flags & (TCPHDR_FIN | TCPHDR_SYN))) a.flag |= FLAG_DATA;
        else NET_INC_STATS(net, TCPEXT_TCPPUREACKS);
        a.flag |= ack_update_window(tp, &a);
        if (p->n_sack && tp->sack_ok) a.flag |= tcp_sacktag_write_queue(tp, p, a.prior_snd_una, &a);
        if ((tp->ecn_flags & TCP_ECN_OK) && (p->tcp_flags & TCPHDR_ECE) && !(p->tcp_flags & TCPHDR_SYN)) a.flag |= FLAG_ECE;
        if (a.sack_delivered) count_delivered(tp, a.sack_delivered, a.flag & FLAG_ECE);
    }
    tp->err_soft = 0;
    tp->probes_out = 0;
    tp->rcv_tstamp = tcp_jiffies(tp);
    if (!prior_packets) {
        if (tp->ca_ops->in_ack_event) tp->ca_ops->in_ack_event(tp, a.flag);
        if (a.flag & FLAG_DSACKING_ACK) {
            tcp_fastretrans_alert(tp, a.prior_snd_una, num_dupack, &a.flag, &a.rexmit);
            newly_delivered(tp, delivered, a.flag);
        }
        tcp_ack_probe(tp);
        if (tp->tlp_high_seq) tcp_process_tlp_ack(tp, a.ack, a.flag);
        return 1;
    }
    a.flag |= clean_rtx_queue(tp, &a, prior_fack);
    tcp_rack_update_reo_wnd(tp, &a.rate);
    if (tp->ca_ops->in_ack_event) tp->ca_ops->in_ack_event(tp, a.flag);
    if (tp->tlp_high_seq) tcp_process_tlp_ack(tp, a.ack, a.flag);
    if (is_dubious(tp, a.flag)) {
        if (!(a.flag & (FLAG_SND_UNA_ADVANCED | FLAG_NOT_DUP | FLAG_DSACKING_ACK))) num_dupack = 1;
        tcp_fastretrans_alert(tp, a.prior_snd_una, num_dupack, &a.flag, &a.rexmit);
    }
    if (a.flag & FLAG_FORWARD_PROGRESS || !(a.flag & FLAG_NOT_DUP)) ip_dst_confirm(net, &tp->dst);
    if ((a.flag & FLAG_SET_XMIT_TIMER) && !tcp_schedule_loss_probe(tp, true)) tcp_rearm_rto(tp);
    delivered = newly_delivered(tp, delivered, a.flag);
    lost = tp->lost - lost;
    a.rate.is_ack_delayed = a.flag & FLAG_ACK_MAYBE_DELAYED;
    tcp_rate_gen(tp, delivered, lost, is_sack_reneg, &a.rate);
    tcp_cong_control(tp, a.ack, delivered, a.flag, &a.rate);
    tcp_xmit_recovery(tp, a.rexmit);
    return 1;
}
