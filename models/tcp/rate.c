/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rate.c - delivery rate samples (net/ipv4/tcp_rate.c; draft-cheng-iccrg-delivery-rate-estimation). */
#include "models/tcp/tcp.h"

void tcp_rate_skb_sent(struct tcp_sock *tp, struct tcp_skb *skb)
{
    if (!tp->packets_out) { /* nothing is out: a new interval starts with this one */
        tp->first_tx_mstamp = skb_mstamp_us(skb);
        tp->delivered_mstamp = skb_mstamp_us(skb);
    }
    skb->first_tx_mstamp = tp->first_tx_mstamp;
    skb->delivered_mstamp = tp->delivered_mstamp;
    skb->delivered = tp->delivered;
    skb->delivered_ce = tp->delivered_ce;
    skb->is_app_limited = tp->app_limited != 0;
}

/* tcp_rate_skb_sent_after(): sent later, or in one burst but later in sequence. */
static bool sent_after(uint64_t t1, uint64_t t2, uint32_t seq1, uint32_t seq2)
{
    return t1 > t2 || (t1 == t2 && seq_after(seq1, seq2));
}

void tcp_rate_skb_delivered(struct tcp_sock *tp, struct tcp_skb *skb, struct tcp_rate_sample *rs)
{
    if (!skb->delivered_mstamp) return;
    uint64_t tx = skb_mstamp_us(skb);
    if (!rs->prior_mstamp || sent_after(tx, tp->first_tx_mstamp, skb->end_seq, rs->last_end_seq)) {
        rs->prior_delivered = skb->delivered;
        rs->prior_mstamp = skb->delivered_mstamp;
        rs->is_app_limited = skb->is_app_limited;
        rs->is_retrans = skb->sacked & TCPCB_RETRANS;
        rs->last_end_seq = skb->end_seq;
        tp->first_tx_mstamp = tx; /* the send time of the latest sent segment that was delivered */
        rs->snd_interval_us = tcp_stamp_us_delta(tp->first_tx_mstamp, skb->first_tx_mstamp);
    }
    if (skb->sacked & TCPCB_SACKED_ACKED) skb->delivered_mstamp = 0; /* counted now: not again when it is acknowledged */
}

void tcp_rate_gen(struct tcp_sock *tp, uint32_t delivered, uint32_t lost, bool is_sack_reneg, struct tcp_rate_sample *rs)
{
    if (tp->app_limited && seq_after(tp->delivered, tp->app_limited)) tp->app_limited = 0;
    if (delivered) tp->delivered_mstamp = tp->tcp_mstamp;
    rs->acked_sacked = delivered;
    rs->losses = (int32_t) lost;
    if (!rs->prior_mstamp || is_sack_reneg) {
        rs->delivered = -1;
        rs->interval_us = -1;
        return;
    }
    rs->delivered = (int32_t) (tp->delivered - rs->prior_delivered);
    uint32_t snd_us = rs->snd_interval_us;
    uint32_t ack_us = tcp_stamp_us_delta(tp->tcp_mstamp, rs->prior_mstamp);
    rs->interval_us = ns_max(snd_us, ack_us);
    rs->rcv_interval_us = ack_us;
    if (rs->interval_us < tcp_min_rtt(tp)) { /* a stretched ACK or a clock that ran ahead: no valid sample */
        rs->interval_us = -1;
        return;
    }
    if (!rs->is_app_limited || ((uint64_t) rs->delivered * tp->rate_interval_us >= (uint64_t) tp->rate_delivered * (uint64_t) rs->interval_us)) {
        tp->rate_delivered = (uint32_t) rs->delivered;
        tp->rate_interval_us = (uint32_t) rs->interval_us;
        tp->rate_app_limited = rs->is_app_limited;
    }
}

void tcp_rate_check_app_limited(struct tcp_sock *tp)
{
    if (tp->write_seq - tp->snd_nxt < tp->mss_cache && tcp_packets_in_flight(tp) < tp->snd_cwnd
        && tp->lost_out <= tp->retrans_out) {
        uint32_t v = tp->delivered + tcp_packets_in_flight(tp);
        tp->app_limited = v ? v : 1;
    }
}
