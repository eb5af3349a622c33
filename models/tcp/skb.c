/* SPDX-License-Identifier: GPL-3.0-or-later */
/* skb.c - the runs of the send side: one queue not yet sent, one sent (the kernel's rb-tree, here a list in sequence
 * order with hints), and the sent ones once more in order of transmission.
 */
#include "models/tcp/tcp.h"

struct tcp_skb *tcp_skb_new(struct tcp_sock *tp)
{
    struct tcp_skb *skb = pool_get(&tp->tn->skbs);
    zero_words(skb, sizeof *skb);
    return skb;
}

void tcp_skb_free(struct tcp_sock *tp, struct tcp_skb *skb)
{
    tp->sk.wmem_queued -= (int32_t) skb->truesize;
    tcp_mem_uncharge(tp, (int32_t) skb->truesize);
    if (skb->bytes) g_free(skb->bytes);
    pool_put(&tp->tn->skbs, skb);
}

/* tcp_set_skb_tso_segs() */
void tcp_set_skb_tso_segs(struct tcp_skb *skb, uint32_t mss)
{
    uint32_t len = skb_len(skb);
    if (len <= mss) {
        skb->pcount = 1;
        skb->gso_size = 0;
    } else {
        skb->pcount = (uint16_t) ((len + mss - 1) / mss);
        skb->gso_size = (uint16_t) mss;
    }
}

void tcp_queue_skb(struct tcp_sock *tp, struct tcp_skb *skb)
{
    skb->next = NULL;
    skb->prev = tp->send_tail;
    if (tp->send_tail) tp->send_tail->next = skb;
    else tp->send_head = skb;
    tp->send_tail = skb;
    tp->write_seq = skb->end_seq;
    tp->sk.wmem_queued += (int32_t) skb->truesize;
    tcp_mem_charge(tp, (int32_t) skb->truesize);
}

void tcp_rtx_queue_append(struct tcp_sock *tp, struct tcp_skb *skb)
{
    tp->send_head = skb->next;
    if (tp->send_head) tp->send_head->prev = NULL;
    else tp->send_tail = NULL;
    skb->next = NULL;
    skb->prev = tp->rtx_tail;
    if (tp->rtx_tail) tp->rtx_tail->next = skb;
    else tp->rtx_head = skb;
    tp->rtx_tail = skb;
}

void tcp_tsorted_append(struct tcp_sock *tp, struct tcp_skb *skb)
{
    skb->ts_next = NULL;
    skb->ts_prev = tp->ts_tail;
    if (tp->ts_tail) tp->ts_tail->ts_next = skb;
    else tp->ts_head = skb;
    tp->ts_tail = skb;
    skb->in_tsorted = true;
}

void tcp_tsorted_remove(struct tcp_sock *tp, struct tcp_skb *skb)
{
    if (!skb->in_tsorted) return;
    if (skb->ts_prev) skb->ts_prev->ts_next = skb->ts_next;
    else tp->ts_head = skb->ts_next;
    if (skb->ts_next) skb->ts_next->ts_prev = skb->ts_prev;
    else tp->ts_tail = skb->ts_prev;
    skb->in_tsorted = false;
}

void tcp_rtx_unlink(struct tcp_sock *tp, struct tcp_skb *skb)
{
    tcp_tsorted_remove(tp, skb);
    if (skb->prev) skb->prev->next = skb->next;
    else tp->rtx_head = skb->next;
    if (skb->next) skb->next->prev = skb->prev;
    else tp->rtx_tail = skb->prev;
    if (tp->retransmit_skb_hint == skb) tp->retransmit_skb_hint = NULL;
    if (tp->sack_hint == skb) tp->sack_hint = skb->prev;
}

/* tcp_adjust_pcount(): @decr segments of @skb are no longer counted. */
void tcp_adjust_pcount(struct tcp_sock *tp, const struct tcp_skb *skb, int decr)
{
    tp->packets_out -= (uint32_t) decr;
    if (skb->sacked & TCPCB_SACKED_ACKED) tp->sacked_out -= (uint32_t) decr;
    if (skb->sacked & TCPCB_SACKED_RETRANS) tp->retrans_out -= (uint32_t) decr;
    if (skb->sacked & TCPCB_LOST) tp->lost_out -= (uint32_t) decr;
    if (!tp->sack_ok && decr > 0) tp->sacked_out -= ns_min(tp->sacked_out, (uint32_t) decr);
}

/* Give a run content, so that bytes can be joined to it: simulated ones become zeros. */
static void skb_materialise(struct tcp_skb *skb, uint32_t len)
{
    if (!skb->bytes && len) skb->bytes = g_malloc0(len);
}

void tcp_skb_append_bytes(struct tcp_skb *skb, uint32_t old_len, const uint8_t *bytes, uint32_t n)
{
    if (!bytes && !skb->bytes) return;
    skb_materialise(skb, old_len);
    skb->bytes = g_realloc(skb->bytes, old_len + n);
    if (bytes) memcpy(skb->bytes + old_len, bytes, n);
    else memset(skb->bytes + old_len, 0, n);
}

/* The buffers of @skb from @seq on follow it as a run of their own, which takes @truesize of its charge. */
static void cut_bundle(struct tcp_sock *tp, struct tcp_skb *skb, uint32_t seq, uint32_t truesize)
{
    struct tcp_skb *rest = tcp_skb_new(tp);
    rest->seq = seq;
    rest->end_seq = skb->end_seq;
    rest->tcp_flags = skb->tcp_flags; /* PSH, FIN: at the end */
    rest->eor = skb->eor;
    rest->truesize = truesize;
    if (seq != skb->last_seq) {
        rest->bundle = skb->bundle;
        rest->last_seq = skb->last_seq;
    }
    skb->last_seq = seq - skb->bundle;
    if (skb->last_seq == skb->seq) {
        skb->bundle = 0;
        skb->last_seq = 0; /* a single buffer: the place is delivered's */
    }
    skb->end_seq = seq;
    skb->tcp_flags = TCPHDR_ACK;
    skb->eor = false;
    skb->truesize -= truesize;
    rest->prev = skb;
    rest->next = skb->next;
    if (rest->next) rest->next->prev = rest;
    else tp->send_tail = rest;
    skb->next = rest;
}

void tcp_skb_unbundle(struct tcp_sock *tp, struct tcp_skb *skb)
{
    if (ns_likely(!skb->bundle)) return;
    cut_bundle(tp, skb, skb->seq + skb->bundle, skb->truesize - skb->bundle - SKB_HEAD_TRUESIZE);
}

struct tcp_skb *tcp_skb_unbundle_last(struct tcp_sock *tp)
{
    struct tcp_skb *skb = tp->send_tail;
    cut_bundle(tp, skb, skb->last_seq, SKB_HEAD_TRUESIZE + (skb->end_seq - skb->last_seq));
    return tp->send_tail;
}

/* tcp_fragment(), tso_fragment() */
struct tcp_skb *tcp_fragment(struct tcp_sock *tp, struct tcp_skb *skb, uint32_t len, uint32_t mss, bool in_rtx)
{
    uint32_t old_len = skb_len(skb);
    int old_factor = skb->pcount;
    ns_debug_assert(len > 0 && len < old_len && !skb->bundle);
    struct tcp_skb *buff = tcp_skb_new(tp);
    buff->seq = skb->seq + len;
    buff->end_seq = skb->end_seq;
    skb->end_seq = buff->seq;
    /* PSH and FIN are cleared on the first part. */
    buff->tcp_flags = skb->tcp_flags;
    skb->tcp_flags &= (uint8_t) ~(TCPHDR_FIN | TCPHDR_PSH);
    buff->sacked = skb->sacked;
    buff->eor = skb->eor;
    skb->eor = false;
    uint32_t moved = old_len - len;
    buff->truesize = moved + SKB_HEAD_TRUESIZE;
    skb->truesize = skb->truesize > moved ? skb->truesize - moved : 0;
    tp->sk.wmem_queued += (int32_t) SKB_HEAD_TRUESIZE;
    tcp_mem_charge(tp, (int32_t) SKB_HEAD_TRUESIZE);
    if (skb->bytes) buff->bytes = g_memdup2(skb->bytes + len, moved);
    buff->xmit_ns = skb->xmit_ns;
    /* skb_get_tx sample state is inherited by both */
    buff->delivered_mstamp = skb->delivered_mstamp;
    buff->first_tx_mstamp = skb->first_tx_mstamp;
    buff->delivered = skb->delivered;
    buff->delivered_ce = skb->delivered_ce;
    buff->is_app_limited = skb->is_app_limited;

    tcp_set_skb_tso_segs(skb, mss);
    tcp_set_skb_tso_segs(buff, mss);
    if (!seq_before(tp->snd_nxt, buff->end_seq)) {
        int diff = old_factor - skb->pcount - buff->pcount;
        if (diff) tcp_adjust_pcount(tp, skb, diff);
    }
    buff->prev = skb;
    buff->next = skb->next;
    if (skb->next) skb->next->prev = buff;
    else if (in_rtx) tp->rtx_tail = buff;
    else tp->send_tail = buff;
    skb->next = buff;
    if (in_rtx && skb->in_tsorted) {
        buff->ts_prev = skb;
        buff->ts_next = skb->ts_next;
        if (skb->ts_next) skb->ts_next->ts_prev = buff;
        else tp->ts_tail = buff;
        skb->ts_next = buff;
        buff->in_tsorted = true;
    }
    return buff;
}

/* tcp_trim_head(): the first @n bytes were acknowledged. */
void tcp_skb_trim_head(struct tcp_sock *tp, struct tcp_skb *skb, uint32_t n)
{
    skb->seq += n;
    if (skb->bytes) {
        uint32_t left = skb_len(skb);
        memmove(skb->bytes, skb->bytes + n, left);
    }
    uint32_t delta = ns_min(n, skb->truesize);
    skb->truesize -= delta;
    tp->sk.wmem_queued -= (int32_t) delta;
    tcp_mem_uncharge(tp, (int32_t) delta);
    if (skb->pcount > 1) tcp_set_skb_tso_segs(skb, skb->gso_size);
}
