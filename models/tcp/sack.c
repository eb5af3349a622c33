/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sack.c - what SACK and D-SACK blocks say about the retransmit queue (RFC 2018, RFC 2883; tcp_sacktag_write_queue()). */
#include "models/tcp/tcp.h"

uint32_t tcp_highest_sack_seq(struct tcp_sock *tp)
{
    return tp->sacked_out ? tp->highest_sack : tp->snd_una;
}

/* The queue was reordered by up to (highest SACK - low_seq). */
void tcp_check_sack_reordering(struct tcp_sock *tp, uint32_t low_seq, bool ts)
{
    uint32_t fack = tcp_highest_sack_seq(tp), mss = tp->mss_cache;
    if (!seq_before(low_seq, fack)) return;
    uint32_t metric = fack - low_seq;
    bool is_fack = tcp_is_fack(tp);
    if (mss && metric > tp->reordering * mss)
        tp->reordering = ns_min((metric + mss - 1) / mss, (uint32_t) tp->tn->knobs.max_reordering);
    tcp_rare(tp)->reord_seen++;
    if (ts) NET_INC_STATS(tp->sk.net, TCPEXT_TCPTSREORDER);
    else if (is_fack) NET_INC_STATS(tp->sk.net, TCPEXT_TCPFACKREORDER);
    else NET_INC_STATS(tp->sk.net, TCPEXT_TCPSACKREORDER);
}

/* tcp_is_sackblock_valid() */
static bool block_is_valid(const struct tcp_sock *tp, bool is_dsack, uint32_t start, uint32_t end)
{
    if (seq_after(end, tp->snd_nxt) || !seq_before(start, end) || !seq_before(start, tp->snd_nxt)) return false;
    if (seq_after(start, tp->snd_una)) return true;
    if (!is_dsack || !tp->rare->undo_marker) return false;
    if (seq_after(end, tp->snd_una)) return false; /* a D-SACK lies below snd_una as a whole */
    if (!seq_before(start, tp->rare->undo_marker)) return true;
    if (!seq_after(end, tp->rare->undo_marker)) return false;
    return !seq_before(start, end - tp->max_window);
}

/* tcp_dsack_seen(): count needless repeats; 0 = this report is not to be believed. */
static uint32_t dsack_seen(struct tcp_sock *tp, uint32_t start, uint32_t end, struct tcp_ack *state)
{
    if (!seq_before(start, end)) return 0;
    uint32_t len = end - start, dup_segs = 1;
    if (len > tp->max_window) return 0;
    if (len > tp->mss_cache) dup_segs = (len + tp->mss_cache - 1) / tp->mss_cache;
    else if (tp->tlp_high_seq && tp->tlp_high_seq == end) state->flag |= FLAG_DSACK_TLP;
    tcp_rare(tp)->dsack_dups += dup_segs;
    if (tp->rare->dsack_dups > tp->rare->total_retrans) return 0; /* we never repeated that much */
    if (tp->rare->reord_seen && !(state->flag & FLAG_DSACK_TLP)) tp->rack_dsack_seen = 1;
    state->flag |= FLAG_DSACKING_ACK;
    state->sack_delivered += dup_segs; /* a needless repeat was delivered */
    return dup_segs;
}

static bool check_dsack(struct tcp_sock *tp, const struct pkt *p, uint32_t prior_snd_una, struct tcp_ack *state)
{
    struct net *net = tp->sk.net;
    struct tcp_sack_block first = pkt_sack(p, 0);
    if (seq_before(first.start, p->ack)) {
        NET_INC_STATS(net, TCPEXT_TCPDSACKRECV);
    } else if (p->n_sack > 1) {
        struct tcp_sack_block second = pkt_sack(p, 1);
        if (seq_after(first.end, second.end) || seq_before(first.start, second.start)) return false;
        NET_INC_STATS(net, TCPEXT_TCPDSACKOFORECV);
    } else {
        return false;
    }
    uint32_t dup_segs = dsack_seen(tp, first.start, first.end, state);
    if (!dup_segs) {
        NET_INC_STATS(net, TCPEXT_TCPDSACKIGNOREDDUBIOUS);
        return false;
    }
    NET_ADD_STATS(net, TCPEXT_TCPDSACKRECVSEGS, dup_segs);
    if (tp->rare->undo_marker && tp->rare->undo_retrans > 0 && !seq_after(first.end, prior_snd_una)
        && seq_after(first.end, tp->rare->undo_marker))
        tcp_rare(tp)->undo_retrans = ns_max(0, tp->rare->undo_retrans - (int) dup_segs);
    return true;
}

/* tcp_sacktag_one(): the new tags of @pcount segments that a block covers. */
static uint8_t sacktag_one(struct tcp_sock *tp, struct tcp_ack *state, const struct tcp_skb *skb, bool dup_sack)
{
    uint8_t sacked = skb->sacked;
    uint32_t pcount = skb->pcount;
    uint64_t xmit_us = skb_mstamp_us(skb);
    if (dup_sack && (sacked & TCPCB_RETRANS)) {
        if (tp->rare->undo_marker && tp->rare->undo_retrans > 0 && seq_after(skb->end_seq, tp->rare->undo_marker))
            tcp_rare(tp)->undo_retrans = ns_max(0, tp->rare->undo_retrans - (int) pcount);
        if ((sacked & TCPCB_SACKED_ACKED) && seq_before(skb->seq, state->reord)) state->reord = skb->seq;
    }
    if (!seq_after(skb->end_seq, tp->snd_una)) return sacked; /* about to be dropped */
    if (!(sacked & TCPCB_SACKED_ACKED)) {
        tcp_rack_advance(tp, sacked, skb->end_seq, skb->xmit_ns);
        if (sacked & TCPCB_SACKED_RETRANS) {
            /* Not marked lost again: the retransmission is believed to be in flight still. */
            if (sacked & TCPCB_LOST) {
                sacked &= (uint8_t) ~(TCPCB_LOST | TCPCB_SACKED_RETRANS);
                tp->lost_out -= pcount;
                tp->retrans_out -= pcount;
            }
        } else {
            if (!(sacked & TCPCB_RETRANS)) {
                if (seq_before(skb->seq, tcp_highest_sack_seq(tp)) && seq_before(skb->seq, state->reord))
                    state->reord = skb->seq; /* it filled a hole: reordering */
                if (!seq_after(skb->end_seq, tp->high_seq)) state->flag |= FLAG_ORIG_SACK_ACKED;
                if (!state->first_sackt) state->first_sackt = xmit_us;
                state->last_sackt = xmit_us;
            }
            if (sacked & TCPCB_LOST) {
                sacked &= (uint8_t) ~TCPCB_LOST;
                tp->lost_out -= pcount;
            }
        }
        sacked |= TCPCB_SACKED_ACKED;
        state->flag |= FLAG_DATA_SACKED;
        tp->sacked_out += pcount;
        state->sack_delivered += pcount;
    }
    if (dup_sack && (sacked & TCPCB_SACKED_RETRANS)) {
        sacked &= (uint8_t) ~TCPCB_SACKED_RETRANS;
        tp->retrans_out -= pcount;
    }
    return sacked;
}

/* tcp_match_skb_to_sack(): is @skb inside the block?  Splits a run that is partly inside, at segment boundaries. */
static bool match_to_sack(struct tcp_sock *tp, struct tcp_skb *skb, uint32_t start, uint32_t end)
{
    bool in_sack = !seq_after(start, skb->seq) && !seq_before(end, skb->end_seq);
    if (in_sack || skb->pcount <= 1 || !seq_after(skb->end_seq, start)) return in_sack;
    uint32_t mss = skb->gso_size, len;
    in_sack = !seq_after(start, skb->seq);
    if (!in_sack) {
        len = start - skb->seq;
        if (len < mss) len = mss;
    } else {
        len = end - skb->seq;
        if (len < mss) return false;
    }
    if (len > mss) {
        uint32_t whole = len / mss * mss;
        if (!in_sack && whole < len) whole += mss;
        len = whole;
    }
    if (len >= skb_len(skb)) return in_sack;
    tcp_fragment(tp, skb, len, mss, true);
    return in_sack;
}

/* tcp_skb_seglen() */
static uint32_t seglen(const struct tcp_skb *skb)
{
    return skb->pcount == 1 ? skb_len(skb) : skb->gso_size;
}

/* tcp_shift_skb_data(): a SACKed run joins the SACKed run before it, so that look-ups skip holes, not packets.
 * @is_part  it was the beginning of a longer one */
static struct tcp_skb *merge_sacked(struct tcp_sock *tp, struct tcp_skb *skb, bool is_part)
{
    struct tcp_skb *prev = skb->prev;
    if (!prev || (prev->sacked & TCPCB_TAGBITS) != TCPCB_SACKED_ACKED || (skb->sacked & TCPCB_TAGBITS) != TCPCB_SACKED_ACKED
        || (prev->tcp_flags | skb->tcp_flags) & (TCPHDR_SYN | TCPHDR_FIN) || prev->pcount + skb->pcount > 60000)
        return skb;
    uint32_t mss = seglen(prev);
    if (seglen(skb) != mss || skb_len(prev) % mss) return skb; /* only whole segments of one size shift */
    if (is_part) NET_INC_STATS(tp->sk.net, TCPEXT_TCPSACKSHIFTED);
    else NET_INC_STATS(tp->sk.net, TCPEXT_TCPSACKMERGED);
    tcp_skb_append_bytes(prev, skb_len(prev), skb->bytes, skb_len(skb));
    prev->end_seq = skb->end_seq;
    prev->pcount = (uint16_t) (prev->pcount + skb->pcount);
    prev->gso_size = (uint16_t) mss;
    prev->tcp_flags |= skb->tcp_flags;
    prev->sacked |= skb->sacked & TCPCB_EVER_RETRANS;
    prev->delivered_mstamp = 0;
    prev->truesize += skb->truesize;
    skb->truesize = 0;
    if (tp->retransmit_skb_hint == skb) tp->retransmit_skb_hint = prev;
    tcp_rtx_unlink(tp, skb);
    tcp_skb_free(tp, skb);
    return prev;
}

/* tcp_shift_skb_data(), its way out "fallback": what a block newly covers of @skb cannot join the run before it.  What it does
 * not cover, or not to a whole segment, is another matter. */
static bool cannot_shift(const struct tcp_sock *tp, const struct tcp_skb *skb, struct tcp_sack_block b, bool dup_sack)
{
    const struct tcp_skb *prev = skb->prev;
    if (!dup_sack && (skb->sacked & (TCPCB_LOST | TCPCB_SACKED_RETRANS)) == TCPCB_SACKED_RETRANS) return true;
    if (!skb_len(skb) || !seq_after(skb->end_seq, tp->snd_una)) return true;
    if (!prev || (prev->sacked & TCPCB_TAGBITS) != TCPCB_SACKED_ACKED || prev->eor) return true;
    if (!seq_after(b.start, skb->seq) && !seq_before(b.end, skb->end_seq)) return seglen(skb) != seglen(prev);
    if (!seq_after(skb->end_seq, b.start) || skb->pcount <= 1) return false;
    return seq_after(b.start, skb->seq) || skb->gso_size != seglen(prev);
}

/* The first run that ends after @seq: from the last place looked at, or from either end. */
static struct tcp_skb *skip_to(struct tcp_sock *tp, uint32_t seq)
{
    struct tcp_skb *skb = tp->sack_hint;
    if (!skb) {
        skb = tp->rtx_head;
        if (skb && tp->rtx_tail && tp->rtx_tail->end_seq - seq < seq - skb->seq) skb = tp->rtx_tail;
    }
    while (skb && skb->prev && seq_after(skb->prev->end_seq, seq)) skb = skb->prev;
    while (skb && !seq_after(skb->end_seq, seq)) skb = skb->next;
    return skb;
}

static void walk_block(struct tcp_sock *tp, struct tcp_ack *state, struct tcp_sack_block b, bool dup_sack)
{
    struct tcp_skb *skb = skip_to(tp, b.start), *last = NULL;
    while (skb && seq_before(skb->seq, b.end)) {
        last = skb;
        if ((skb->sacked & TCPCB_SACKED_ACKED) && !dup_sack) { /* known already */
            skb = skb->next;
            continue;
        }
        bool is_part = seq_after(skb->end_seq, b.end);
        if (cannot_shift(tp, skb, b, dup_sack)) NET_INC_STATS(tp->sk.net, TCPEXT_TCPSACKSHIFTFALLBACK);
        if (match_to_sack(tp, skb, b.start, b.end)) {
            uint8_t before = skb->sacked;
            skb->sacked = sacktag_one(tp, state, skb, dup_sack);
            tcp_rate_skb_delivered(tp, skb, &state->rate);
            if (skb->sacked & TCPCB_SACKED_ACKED) tcp_tsorted_remove(tp, skb);
            if (!seq_before(skb->end_seq, tcp_highest_sack_seq(tp)) && tp->sacked_out) tp->highest_sack = skb->end_seq;
            if (!(before & TCPCB_SACKED_ACKED)) last = skb = merge_sacked(tp, skb, is_part);
        }
        skb = skb->next;
    }
    if (last && last->next && last->next->sacked & TCPCB_SACKED_ACKED && (last->sacked & TCPCB_TAGBITS) == TCPCB_SACKED_ACKED)
        last = merge_sacked(tp, last->next, false);
    tp->sack_hint = last;
}

int tcp_sacktag_write_queue(struct tcp_sock *tp, const struct pkt *p, uint32_t prior_snd_una, struct tcp_ack *state)
{
    struct tcp_sack_block sp[4];
    unsigned used = 0;
    int first = 0; /* where the first block of the option, perhaps a D-SACK, ended up */
    state->reord = tp->snd_nxt;
    if (!tp->sacked_out) tp->highest_sack = tp->snd_una;
    bool found_dup_sack = check_dsack(tp, p, prior_snd_una, state);
    if (seq_before(p->ack, prior_snd_una - tp->max_window)) return 0; /* too old */
    if (!tp->packets_out) goto out;
    for (unsigned i = 0; i < p->n_sack; i++) {
        bool dup_sack = !i && found_dup_sack;
        sp[used] = pkt_sack(p, i);
        bool valid = block_is_valid(tp, dup_sack, sp[used].start, sp[used].end);
        if (!valid) {
            if (!dup_sack) NET_INC_STATS(tp->sk.net, TCPEXT_TCPSACKDISCARD);
            else if (tp->rare->undo_marker) NET_INC_STATS(tp->sk.net, TCPEXT_TCPDSACKIGNOREDOLD);
            else NET_INC_STATS(tp->sk.net, TCPEXT_TCPDSACKIGNOREDNOUNDO);
        }
        if (!valid || !seq_after(sp[used].end, prior_snd_una)) {
            if (!i) first = -1;
            continue;
        }
        used++;
    }
    for (unsigned i = used; i-- > 1;) /* in sequence order */
        for (unsigned j = 0; j < i; j++)
            if (seq_after(sp[j].start, sp[j + 1].start)) {
                struct tcp_sack_block t = sp[j];
                sp[j] = sp[j + 1];
                sp[j + 1] = t;
                if ((int) j == first) first = (int) j + 1;
                else if ((int) j + 1 == first) first = (int) j;
            }
    for (unsigned i = 0; i < used; i++) walk_block(tp, state, sp[i], found_dup_sack && (int) i == first);
    if (tp->ca_state != TCP_CA_Loss || tp->rare->undo_marker) tcp_check_sack_reordering(tp, state->reord, false);
out:
    ns_debug_assert(tcp_left_out(tp) <= tp->packets_out);
    return state->flag;
}

/* ---- without SACK: duplicate ACKs stand for SACKed segments ---- */

bool tcp_limit_reno_sacked(struct tcp_sock *tp)
{
    uint32_t holes = ns_min(ns_max(tp->lost_out, 1u), tp->packets_out);
    if (tp->sacked_out + holes > tp->packets_out) {
        tp->sacked_out = tp->packets_out - holes;
        return true;
    }
    return false;
}

static void check_reno_reordering(struct tcp_sock *tp, int addend)
{
    if (!tcp_limit_reno_sacked(tp)) return;
    tp->reordering = ns_min(tp->packets_out + (uint32_t) addend, (uint32_t) tp->tn->knobs.max_reordering);
    tcp_rare(tp)->reord_seen++;
    NET_INC_STATS(tp->sk.net, TCPEXT_TCPRENOREORDER);
}

void tcp_add_reno_sack(struct tcp_sock *tp, int num_dupack, bool ece_ack)
{
    if (!num_dupack) return;
    uint32_t prior = tp->sacked_out;
    tp->sacked_out += (uint32_t) num_dupack;
    check_reno_reordering(tp, 0);
    int32_t delivered = (int32_t) (tp->sacked_out - prior);
    if (delivered > 0) {
        tp->delivered += (uint32_t) delivered;
        if (ece_ack) tp->delivered_ce += (uint32_t) delivered;
    }
}

void tcp_remove_reno_sacks(struct tcp_sock *tp, int acked, bool ece_ack)
{
    if (acked > 0) { /* one ACKed packet was the head of the hole, the rest were counted as SACKed */
        uint32_t n = (uint32_t) ns_max(acked - (int) tp->sacked_out, 1);
        tp->delivered += n;
        if (ece_ack) tp->delivered_ce += n;
        if ((uint32_t) acked - 1 >= tp->sacked_out) tp->sacked_out = 0;
        else tp->sacked_out -= (uint32_t) acked - 1;
    }
    check_reno_reordering(tp, acked);
}

void tcp_reset_reno_sack(struct tcp_sock *tp)
{
    tp->sacked_out = 0;
}
