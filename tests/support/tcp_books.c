/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tcp_books.c - the invariants of one socket; without cmocka, so that fuzz targets can use them. */
#include "tests/support/tcp_check.h"

#define MUST(condition)                                    \
    do {                                                   \
        if (!(condition)) return "not so: " #condition;    \
    } while (0)

/* Sums over the retransmit queue. */
struct tally {
    uint32_t packets, sacked, lost, retrans, n_sorted;
    int64_t truesize;
};

/* tcp_verify_left_out() and the books of packets_out, sacked_out, lost_out, retrans_out. */
static const char *check_rtx_queue(const struct tcp_sock *tp, struct tally *t)
{
    const struct tcp_skb *prev = NULL;
    for (const struct tcp_skb *skb = tp->rtx_head; skb; prev = skb, skb = skb->next) {
        MUST(skb->prev == prev);
        MUST(seq_before(skb->seq, skb->end_seq));
        MUST(!prev || prev->end_seq == skb->seq);
        MUST(seq_after(skb->end_seq, tp->snd_una));
        MUST(skb->pcount >= 1);
        MUST(skb->pcount == 1 || skb->gso_size);
        MUST(skb->pcount == 1 || skb->pcount == (skb_len(skb) + skb->gso_size - 1) / skb->gso_size);
        MUST(!(skb->sacked & TCPCB_SACKED_ACKED) || !(skb->sacked & TCPCB_LOST));
        MUST(!(skb->sacked & TCPCB_SACKED_ACKED) || tp->sack_ok);
        /* in_tsorted says little of these marks, in Linux too: a loss probe repeats a SACKED tail, an undo forgets LOST. */
        t->packets += skb->pcount;
        if (skb->sacked & TCPCB_SACKED_ACKED) t->sacked += skb->pcount;
        if (skb->sacked & TCPCB_LOST) t->lost += skb->pcount;
        if (skb->sacked & TCPCB_SACKED_RETRANS) t->retrans += skb->pcount;
        t->n_sorted += skb->in_tsorted;
        t->truesize += skb->truesize;
    }
    MUST(tp->rtx_tail == prev);
    if (!tp->rtx_head) {
        MUST(tp->snd_una == tp->snd_nxt);
    } else {
        MUST(!seq_after(tp->rtx_head->seq, tp->snd_una));
        MUST(tp->rtx_head->seq == tp->snd_una || tp->rtx_head->pcount == 1);
        MUST(tp->rtx_tail->end_seq == tp->snd_nxt);
    }
    MUST(tp->packets_out == t->packets);
    MUST(tp->lost_out == t->lost);
    MUST(tp->retrans_out == t->retrans);
    MUST(!tp->sack_ok || tp->sacked_out == t->sacked);
    MUST(tcp_left_out(tp) <= tp->packets_out);
    MUST(tp->retrans_out <= tp->packets_out);
    return NULL;
}

static const char *check_sent_order(const struct tcp_sock *tp, uint32_t n_sorted)
{
    const struct tcp_skb *prev = NULL;
    uint32_t n = 0;
    for (const struct tcp_skb *skb = tp->ts_head; skb; prev = skb, skb = skb->ts_next, n++) {
        MUST(skb->in_tsorted);
        MUST(skb->ts_prev == prev);
        MUST(!prev || prev->xmit_ns <= skb->xmit_ns);
        MUST(n <= n_sorted);
    }
    MUST(tp->ts_tail == prev);
    MUST(n == n_sorted);
    return NULL;
}

static const char *check_send_queue(const struct tcp_sock *tp, struct tally *t)
{
    const struct tcp_skb *prev = NULL;
    uint32_t at = tp->snd_nxt;
    for (const struct tcp_skb *skb = tp->send_head; skb; prev = skb, skb = skb->next) {
        MUST(skb->prev == prev);
        MUST(skb->seq == at);
        MUST(seq_before(skb->seq, skb->end_seq));
        MUST(!skb->sacked);
        MUST(!skb->in_tsorted);
        at = skb->end_seq;
        t->truesize += skb->truesize;
    }
    MUST(tp->send_tail == prev);
    MUST(at == tp->write_seq);
    return NULL;
}

static bool hint_is_queued(const struct tcp_sock *tp, const struct tcp_skb *hint)
{
    const struct tcp_skb *skb = tp->rtx_head;
    while (skb && skb != hint) skb = skb->next;
    return skb == hint;
}

static const char *check_sender(const struct tcp_sock *tp)
{
    struct tally t = { 0 };
    const char *wrong = check_rtx_queue(tp, &t);
    if (!wrong) wrong = check_sent_order(tp, t.n_sorted);
    if (!wrong) wrong = check_send_queue(tp, &t);
    if (wrong) return wrong;
    MUST(tp->sk.wmem_queued == t.truesize);
    MUST(!seq_after(tp->snd_una, tp->snd_nxt));
    MUST(!seq_after(tp->snd_nxt, tp->write_seq));
    MUST(hint_is_queued(tp, tp->retransmit_skb_hint));
    MUST(hint_is_queued(tp, tp->sack_hint));
    MUST(tp->snd_cwnd >= 1);
    MUST(tp->snd_cwnd <= tp->snd_cwnd_clamp);
    MUST(tp->snd_ssthresh >= 2);
    MUST(tp->ca_state != TCP_CA_Open || !tp->lost_out);
    MUST(tp->mss_cache >= 1);
    MUST(tp->rto >= 1);
    MUST(tp->rto <= tcp_rto_max(tp));
    /* Somebody must wake us when the network forgets: what is out or waits has a timer. */
    MUST(!tp->packets_out || tp->pending != ICSK_TIME_NONE);
    MUST(!tp->send_head || tp->packets_out || tp->pending != ICSK_TIME_NONE);
    MUST(tp->pending == ICSK_TIME_NONE || timer_is_armed(&tp->rtx_timer) || tp->rare->deferred);
    return NULL;
}

static const char *check_blocks(const struct tcp_sock *tp)
{
    MUST(tp->n_sacks <= 4);
    MUST(!tp->n_sacks || tp->ofo_head);
    for (unsigned i = 0; i < tp->n_sacks; i++) {
        const struct tcp_sack_block *b = &tp->rare->selective_acks[i];
        MUST(seq_before(b->start, b->end));
        MUST(seq_after(b->start, tp->rcv_nxt));
        for (unsigned j = 0; j < i; j++) {
            const struct tcp_sack_block *c = &tp->rare->selective_acks[j];
            MUST(seq_before(b->end, c->start) || seq_after(b->start, c->end));
        }
    }
    return NULL;
}

static const char *check_receiver(const struct tcp_sock *tp)
{
    int64_t truesize = 0;
    uint32_t at = tp->copied_seq;
    const struct tcp_rcv_skb *prev = NULL;
    for (const struct tcp_rcv_skb *r = tp->rcv_head; r; prev = r, r = r->next) {
        MUST(r->prev == prev);
        MUST(!seq_after(r->seq, at)); /* no hole */
        MUST(seq_after(r->end_seq, at) || (r->fin && r->end_seq == at));
        at = r->end_seq;
        truesize += r->truesize;
    }
    MUST(tp->rcv_tail == prev);
    MUST(at + tp->fin_in_queue == tp->rcv_nxt || tp->is_dead);
    prev = NULL;
    for (const struct tcp_rcv_skb *r = tp->ofo_head; r; prev = r, r = r->next) {
        MUST(r->prev == prev);
        MUST(seq_after(r->seq, tp->rcv_nxt));
        MUST(!prev || !seq_after(prev->seq, r->seq));
        MUST(!prev || seq_before(prev->end_seq, r->end_seq + r->fin));
        truesize += r->truesize;
    }
    MUST(tp->rare->ofo_tail == prev);
    MUST(tp->sk.rmem_alloc == truesize);
    MUST(!seq_after(tp->rcv_wup, tp->rcv_nxt));
    MUST(!seq_after(tp->copied_seq, tp->rcv_nxt));
    MUST(tp->ack_rcv_mss >= 1);
    MUST(!(tp->ack_pending & ICSK_ACK_TIMER) || timer_is_armed(&tp->delack_timer));
    return check_blocks(tp);
}

const char *tcp_check_sock(const struct tcp_sock *tp)
{
    MUST(!(tp->sk.state == TCP_CLOSE && tp->is_dead)); /* should have been freed */
    if (tp->sk.state == TCP_CLOSE || tp->sk.state == TCP_LISTEN) {
        MUST(tp->pending == ICSK_TIME_NONE);
        MUST(!tp->sk.hash_kind);
        return NULL;
    }
    MUST(tp->sk.hash_kind == HASHED_SOCK);
    MUST(tcp_ehash_lookup(tp->tn, tp->sk.saddr, tp->sk.sport, tp->sk.daddr, tp->sk.dport) == &tp->sk.hashed);
    const char *wrong = check_sender(tp);
    return wrong || tp->sk.state == TCP_SYN_SENT ? wrong : check_receiver(tp);
}
