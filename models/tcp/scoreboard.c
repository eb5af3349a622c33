/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scoreboard.c - what is lost where RACK does not say: by the number of segments that arrived behind it (RFC 6675, FACK;
 * tcp_time_to_recover(), tcp_update_scoreboard() of kernels up to 6.14).
 */
#include "models/tcp/tcp.h"

enum { TCP_RACK_LOSS_DETECTION = 1, EARLY_RETRANSMIT_PACKETS = 4 };

bool tcp_is_rack(const struct tcp_sock *tp)
{
    return tp->sk.net->profile->version >= 6015 || (tp->tn->knobs.recovery & TCP_RACK_LOSS_DETECTION);
}

/* Forward acknowledgment: holes below the highest SACK have left the network, too.  Not after reordering was seen. */
bool tcp_is_fack(const struct tcp_sock *tp)
{
    const struct tcp_knobs *k = &tp->tn->knobs;
    return tp->sack_ok && k->fack && tp->sk.net->profile->version < 4015 && tp->reordering <= (uint32_t) k->reordering;
}

/* The first segment of the queue. */
static void mark_head(struct tcp_sock *tp)
{
    struct tcp_skb *skb = tp->rtx_head;
    if (skb->sacked & TCPCB_LOST) return;
    if (skb->pcount > 1 && skb_len(skb) > skb->gso_size) tcp_fragment(tp, skb, skb->gso_size, skb->gso_size, true);
    tcp_mark_skb_lost(tp, skb);
}

static struct tcp_skb *highest_sacked(const struct tcp_sock *tp)
{
    struct tcp_skb *skb = tp->sacked_out ? tp->rtx_tail : NULL;
    while (skb && skb != tp->rtx_head && !(skb->sacked & TCPCB_SACKED_ACKED)) skb = skb->prev;
    return skb && (skb->sacked & TCPCB_SACKED_ACKED) ? skb : NULL;
}

/* What @skb counts for those in front of it: SACKed segments, with FACK the holes between them as well. */
static uint32_t counts(const struct tcp_skb *skb, bool is_fack)
{
    return is_fack || (skb->sacked & TCPCB_SACKED_ACKED) ? skb->pcount : 0;
}

/* tcp_dupack_heuristics(): have `reordering` segments arrived behind the head? */
static bool head_is_overtaken(const struct tcp_sock *tp)
{
    bool is_fack = tcp_is_fack(tp);
    uint32_t behind = 0;
    for (const struct tcp_skb *skb = highest_sacked(tp); skb && behind < tp->reordering; skb = skb->prev) {
        behind += counts(skb, is_fack);
        if (skb == tp->rtx_head) return behind > tp->reordering;
    }
    return behind >= tp->reordering;
}

/* tcp_mark_head_lost(), from behind: of the hole @skb with @behind arrived segments after it, what has been overtaken. */
static void mark_hole(struct tcp_sock *tp, struct tcp_skb *skb, uint32_t behind, bool is_fack)
{
    uint32_t spared = behind < tp->reordering ? tp->reordering - behind : 0;
    if (spared && (!is_fack || skb->pcount <= spared)) return;
    if (spared) tcp_fragment(tp, skb, (skb->pcount - spared) * skb->gso_size, skb->gso_size, true);
    tcp_mark_skb_lost(tp, skb);
}

/* tcp_update_scoreboard() */
static void update(struct tcp_sock *tp)
{
    bool is_fack = tcp_is_fack(tp);
    uint32_t behind = 0;
    for (struct tcp_skb *skb = highest_sacked(tp), *prev; skb; skb = prev) {
        prev = skb == tp->rtx_head ? NULL : skb->prev;
        uint32_t n = counts(skb, is_fack);
        if (skb->sacked & TCPCB_LOST) break; /* so are those in front of it */
        if (!(skb->sacked & TCPCB_SACKED_ACKED)) mark_hole(tp, skb, behind, is_fack);
        behind += n;
    }
}

/* tcp_mark_lost_retrans(): something was SACKed that was sent after a repetition; with FACK the repetition is lost. */
static void mark_lost_retrans(struct tcp_sock *tp)
{
    uint32_t left = tp->retrans_out;
    for (struct tcp_skb *skb = tp->rtx_head; skb && left; skb = skb->next) {
        if (!(skb->sacked & TCPCB_SACKED_RETRANS)) continue;
        left -= ns_min(left, (uint32_t) skb->pcount);
        if (tp->rack_mstamp_ns > skb->xmit_ns && seq_after(tp->rack_end_seq, skb->end_seq)) tcp_mark_skb_lost(tp, skb);
    }
}

/* ---- is it time? ---- */

/* tcp_may_send_now() */
static bool may_send_now(const struct tcp_sock *tp)
{
    const struct tcp_skb *skb = tp->send_head;
    if (!skb || tcp_packets_in_flight(tp) >= tp->snd_cwnd) return false;
    uint32_t len = ns_min(skb_len(skb), tp->mss_cache);
    if (seq_after(skb->seq + len, tcp_wnd_end(tp))) return false;
    return len >= tp->mss_cache || (tp->nonagle & TCP_NAGLE_OFF); /* Nagle: there are packets out */
}

static bool has_early_retransmit(const struct tcp_sock *tp)
{
    const struct tcp_knobs *k = &tp->tn->knobs;
    unsigned version = tp->sk.net->profile->version;
    return version >= 3005 && version < 4012 && k->early_retrans > 0 && k->early_retrans < 4 && !k->thin_dupack && k->reordering == 3
           && !tp->rare->reord_seen;
}

/* tcp_pause_early_retransmit(): RFC 5827 s3.2, mitigation of a small reordering: a quarter of the RTT. @return false: now */
static bool pause_early_retransmit(struct tcp_sock *tp, int *ack_flag)
{
    struct timer_wheel *w = &tp->sk.net->wheel;
    int early = tp->tn->knobs.early_retrans;
    if (early < 2 || early > 3 || (*ack_flag & FLAG_ECE) || !tp->srtt_us) return false;
    uint32_t delay = ns_max(timer_usecs_to_jiffies(w, tp->srtt_us >> 5), timer_msecs_to_jiffies(w, 2));
    if ((int32_t) (tp->rtx_timer.expires - (tcp_jiffies(tp) + delay)) <= 0) return false;
    tcp_reset_xmit_timer(tp, ICSK_TIME_REO_TIMEOUT, delay);
    *ack_flag &= ~FLAG_SET_XMIT_TIMER;
    return true;
}

static bool time_to_recover(struct tcp_sock *tp, int *ack_flag)
{
    const struct tcp_knobs *k = &tp->tn->knobs;
    uint32_t out = tp->packets_out;
    if (tp->lost_out || head_is_overtaken(tp)) return true;
    if (out <= tp->reordering && tp->sacked_out >= ns_max(out / 2, (uint32_t) k->reordering) && !may_send_now(tp)) return true;
    bool is_thin = out < 4 && !tcp_in_initial_slowstart(tp);
    if (k->thin_dupack && is_thin && tp->sacked_out >= 1 && !tp->send_head) return true;
    if (has_early_retransmit(tp) && !tp->retrans_out && tp->sacked_out && out >= tp->sacked_out + 1 && out < EARLY_RETRANSMIT_PACKETS
        && !may_send_now(tp))
        return !pause_early_retransmit(tp, ack_flag);
    return false;
}

void tcp_scoreboard_mark_lost(struct tcp_sock *tp, int *ack_flag)
{
    if (tp->ca_state == TCP_CA_Loss || !tp->sacked_out) return; /* after a time-out all is lost already */
    bool is_new = tp->ca_state < TCP_CA_Recovery;
    if (is_new && !time_to_recover(tp, ack_flag)) return;
    update(tp);
    if (is_new && !tp->lost_out) mark_head(tp);
    if (!is_new && tcp_is_fack(tp) && tp->retrans_out) mark_lost_retrans(tp);
}

void tcp_resume_early_retransmit(struct tcp_sock *tp)
{
    tcp_rearm_rto(tp);
    if (!has_early_retransmit(tp) || !tp->rtx_head || tp->ca_state >= TCP_CA_Recovery) return;
    tcp_enter_recovery(tp, false);
    update(tp);
    if (!tp->lost_out) mark_head(tp);
    tcp_xmit_retransmit_queue(tp);
}
