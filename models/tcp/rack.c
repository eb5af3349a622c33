/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rack.c - RACK-TLP loss detection (RFC 8985; net/ipv4/tcp_recovery.c, tcp_output.c). */
#include "models/tcp/tcp.h"

/* tcp_recovery knob */
enum { TCP_RACK_STATIC_REO_WND = 2, TCP_RACK_NO_DUPTHRESH = 4 };

static bool sent_after(uint64_t t1, uint64_t t2, uint32_t seq1, uint32_t seq2)
{
    return t1 > t2 || (t1 == t2 && seq_after(seq1, seq2));
}

/* RFC 8985 s6.2 step 2: the latest sent segment that was delivered. */
void tcp_rack_advance(struct tcp_sock *tp, uint8_t sacked, uint32_t end_seq, uint64_t xmit_ns)
{
    uint32_t rtt_us = tcp_stamp_us_delta(tp->tcp_mstamp, xmit_ns / 1000);
    if (rtt_us < tcp_min_rtt(tp) && (sacked & TCPCB_RETRANS)) return; /* it answers the original, not the repeat */
    tp->rack_advanced = 1;
    tp->rack_rtt_us = rtt_us;
    if (sent_after(xmit_ns, tp->rack_mstamp_ns, end_seq, tp->rack_end_seq)) {
        tp->rack_mstamp_ns = xmit_ns;
        tp->rack_end_seq = end_seq;
    }
}

static uint32_t reo_wnd(struct tcp_sock *tp)
{
    if (!tp->rare->reord_seen) { /* no reordering so far: be quick */
        if (tp->ca_state >= TCP_CA_Recovery) return 0;
        if (tp->sacked_out >= tp->reordering && !(tp->tn->knobs.recovery & TCP_RACK_NO_DUPTHRESH)) return 0;
    }
    return ns_min((tcp_min_rtt(tp) >> 2) * tp->rack_reo_wnd_steps, tp->srtt_us >> 3);
}

int32_t tcp_rack_skb_timeout(struct tcp_sock *tp, const struct tcp_skb *skb, uint32_t wnd)
{
    return (int32_t) (tp->rack_rtt_us + wnd - tcp_stamp_us_delta(tp->tcp_mstamp, skb_mstamp_us(skb)));
}

void tcp_mark_skb_lost(struct tcp_sock *tp, struct tcp_skb *skb)
{
    if (skb->sacked & TCPCB_SACKED_ACKED) return;
    tcp_verify_retransmit_hint(tp, skb);
    if (skb->sacked & TCPCB_LOST) {
        if (skb->sacked & TCPCB_SACKED_RETRANS) { /* the retransmission is lost as well */
            skb->sacked &= (uint8_t) ~TCPCB_SACKED_RETRANS;
            tp->retrans_out -= skb->pcount;
            NET_ADD_STATS(tp->sk.net, TCPEXT_TCPLOSTRETRANSMIT, skb->pcount);
            tp->lost += skb->pcount;
        }
    } else {
        tp->lost_out += skb->pcount;
        skb->sacked |= TCPCB_LOST;
        tp->lost += skb->pcount;
    }
}

/* RFC 8985 s6.2 step 5: in order of transmission, up to the latest delivered one. @return us until the last of the rest. */
static uint32_t detect_loss(struct tcp_sock *tp)
{
    uint32_t wnd = reo_wnd(tp), timeout = 0;
    for (struct tcp_skb *skb = tp->ts_head, *next; skb; skb = next) {
        next = skb->ts_next;
        if ((skb->sacked & TCPCB_LOST) && !(skb->sacked & TCPCB_SACKED_RETRANS)) continue;
        if (!sent_after(tp->rack_mstamp_ns, skb->xmit_ns, tp->rack_end_seq, skb->end_seq)) break;
        int32_t remaining = tcp_rack_skb_timeout(tp, skb, wnd);
        if (remaining <= 0) {
            tcp_mark_skb_lost(tp, skb);
            tcp_tsorted_remove(tp, skb);
        } else {
            timeout = ns_max(timeout, (uint32_t) remaining);
        }
    }
    return timeout;
}

bool tcp_rack_mark_lost(struct tcp_sock *tp)
{
    if (!tp->rack_advanced) return false;
    tp->rack_advanced = 0;
    uint32_t timeout = detect_loss(tp);
    if (timeout)
        tcp_reset_xmit_timer(tp, ICSK_TIME_REO_TIMEOUT,
                             ns_min(timer_usecs_to_jiffies(&tp->sk.net->wheel, timeout + TCP_TIMEOUT_MIN_US), tp->rto));
    return timeout != 0;
}

void tcp_rack_reo_timeout(struct tcp_sock *tp)
{
    if (!tcp_is_rack(tp)) {
        tcp_resume_early_retransmit(tp);
        return;
    }
    uint32_t prior_inflight = tcp_packets_in_flight(tp), lost = tp->lost;
    detect_loss(tp);
    if (prior_inflight != tcp_packets_in_flight(tp)) {
        if (tp->ca_state != TCP_CA_Recovery) {
            tcp_enter_recovery(tp, false);
            if (!tp->ca_ops->cong_control) tcp_cwnd_reduction(tp, 1, (int) (tp->lost - lost), 0);
        }
        tcp_xmit_retransmit_queue(tp);
    }
    if (tp->pending != ICSK_TIME_RETRANS) tcp_rearm_rto(tp);
}

/* RFC 8985 s6.2 step 4: widen the reordering window in rounds that saw D-SACKs. */
void tcp_rack_update_reo_wnd(struct tcp_sock *tp, const struct tcp_rate_sample *rs)
{
    if ((tp->tn->knobs.recovery & TCP_RACK_STATIC_REO_WND) || !rs->prior_delivered) return;
    if (seq_before(rs->prior_delivered, tp->rack_last_delivered)) tp->rack_dsack_seen = 0;
    if (tp->rack_dsack_seen) {
        if (tp->rack_reo_wnd_steps < 255) tp->rack_reo_wnd_steps++;
        tp->rack_dsack_seen = 0;
        tp->rack_last_delivered = tp->delivered;
        tp->rack_reo_wnd_persist = TCP_RACK_RECOVERY_THRESH;
    } else if (!tp->rack_reo_wnd_persist) {
        tp->rack_reo_wnd_steps = 1;
    }
}

/* Without SACK: the head is lost after `reordering` duplicate ACKs, then at every partial ACK (RFC 6582). */
void tcp_newreno_mark_lost(struct tcp_sock *tp, bool snd_una_advanced)
{
    if (!((tp->ca_state < TCP_CA_Recovery && tp->sacked_out >= tp->reordering)
          || (tp->ca_state == TCP_CA_Recovery && snd_una_advanced)))
        return;
    struct tcp_skb *skb = tp->rtx_head;
    if (skb->sacked & TCPCB_LOST) return;
    if (skb->pcount > 1 && skb_len(skb) > skb->gso_size) tcp_fragment(tp, skb, skb->gso_size, skb->gso_size, true);
    tcp_mark_skb_lost(tp, skb);
}

/* ---- tail loss probe, RFC 8985 s7 ---- */

bool tcp_schedule_loss_probe(struct tcp_sock *tp, bool advancing_rto)
{
    int early = tp->tn->knobs.early_retrans;
    if ((early != 3 && early != 4) || !tp->packets_out || !tp->sack_ok
        || (tp->ca_state != TCP_CA_Open && tp->ca_state != TCP_CA_CWR))
        return false;
    struct timer_wheel *w = &tp->sk.net->wheel;
    uint32_t timeout;
    if (tp->srtt_us) {
        uint64_t us = tp->srtt_us >> 2;
        us += tp->packets_out == 1 ? timer_jiffies_to_usecs(w, tcp_rto_min(tp)) : TCP_TIMEOUT_MIN_US; /* a lone segment may meet a delayed ACK */
        timeout = timer_usecs_to_jiffies(w, us);
    } else {
        timeout = (uint32_t) w->hz * tp->sk.net->profile->init_rto_ms / 1000;
    }
    uint32_t rto_us = advancing_rto ? (uint32_t) timer_jiffies_to_usecs(w, tp->rto) : tcp_rto_delta_us(tp);
    if ((int32_t) rto_us > 0) timeout = ns_min(timeout, timer_usecs_to_jiffies(w, rto_us));
    tcp_reset_xmit_timer(tp, ICSK_TIME_LOSS_PROBE, timeout + tcp_pacing_delay(tp));
    return true;
}

/* Returns true when a probe left. */
static bool send_probe(struct tcp_sock *tp)
{
    uint32_t mss = tcp_current_mss(tp);
    struct tcp_skb *skb = tp->send_head;
    if (skb) {
        uint32_t end = skb->end_seq;
        if (skb_len(skb) > mss) end = skb->seq + mss;
        if (!seq_after(end, tcp_wnd_end(tp))) {
            uint32_t out = tp->packets_out;
            tcp_write_xmit(tp, mss, TCP_NAGLE_OFF, 2);
            return tp->packets_out > out;
        }
    }
    skb = tp->rtx_tail;
    if (skb->pcount > 1 && skb_len(skb) > (skb->pcount - 1u) * mss)
        skb = tcp_fragment(tp, skb, (skb->pcount - 1u) * mss, mss, true);
    if (tcp_retransmit_skb_raw(tp, skb, 1)) return false;
    tp->tlp_retrans = true;
    return true;
}

void tcp_send_loss_probe(struct tcp_sock *tp)
{
    if (!tp->rtx_tail && !tp->send_head) {
        tp->pending = ICSK_TIME_NONE;
        return;
    }
    if (!tp->tlp_high_seq) {
        tp->tlp_retrans = false;
        if (send_probe(tp)) {
            tp->tlp_high_seq = tp->snd_nxt;
            NET_INC_STATS(tp->sk.net, TCPEXT_TCPLOSSPROBES);
            tp->pending = ICSK_TIME_NONE; /* so that the RTO starts from now */
        }
    }
    tcp_rearm_rto(tp);
}

/* RFC 8985 s7.4: did the probe repair a loss? */
void tcp_process_tlp_ack(struct tcp_sock *tp, uint32_t ack, int flag)
{
    if (seq_before(ack, tp->tlp_high_seq)) return;
    if (!tp->tlp_retrans) {
        tp->tlp_high_seq = 0; /* it was new data */
    } else if (flag & FLAG_DSACK_TLP) {
        tp->tlp_high_seq = 0; /* original and probe arrived */
    } else if (seq_after(ack, tp->tlp_high_seq)) {
        tcp_init_cwnd_reduction(tp);
        tcp_set_ca_state(tp, TCP_CA_CWR);
        tcp_end_cwnd_reduction(tp);
        tcp_try_keep_open(tp);
        NET_INC_STATS(tp->sk.net, TCPEXT_TCPLOSSPROBERECOVERY);
    } else if (!(flag & (FLAG_SND_UNA_ADVANCED | FLAG_NOT_DUP | FLAG_DATA_SACKED))) {
        tp->tlp_high_seq = 0; /* pure duplicate ACK: both arrived */
    }
}
