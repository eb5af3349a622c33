/* SPDX-License-Identifier: GPL-3.0-or-later */
/* recovery.c - the congestion states Open, Disorder, CWR, Recovery, Loss: who enters, what is sent, who leaves, what is undone
 * (tcp_fastretrans_alert() and what belongs to it; RFC 6582, RFC 6937, RFC 5682).
 */
#include "models/tcp/tcp.h"

void tcp_set_ca_state(struct tcp_sock *tp, enum tcp_ca_state state)
{
    TRACE(tp->sk.net->sim, TCP_CONG_STATE_SET, tp->sk.net->node.name, TRACE_SK_OF(&tp->sk), state);
    if (tp->ca_ops->set_state) tp->ca_ops->set_state(tp, state);
    tp->ca_state = state;
}

/** Retransmission goes on at the lowest lost segment. */
void tcp_verify_retransmit_hint(struct tcp_sock *tp, struct tcp_skb *skb)
{
    if ((!tp->retransmit_skb_hint && tp->retrans_out >= tp->lost_out)
        || (tp->retransmit_skb_hint && seq_before(skb->seq, tp->retransmit_skb_hint->seq)))
        tp->retransmit_skb_hint = skb;
}

bool tcp_any_retrans_done(const struct tcp_sock *tp)
{
    return tp->retrans_out || (tp->rtx_head && tp->rtx_head->sacked & TCPCB_EVER_RETRANS);
}

void tcp_try_keep_open(struct tcp_sock *tp)
{
    enum tcp_ca_state state = tcp_left_out(tp) || tcp_any_retrans_done(tp) ? TCP_CA_Disorder : TCP_CA_Open;
    if (tp->ca_state != state) {
        tcp_set_ca_state(tp, state);
        tp->high_seq = tp->snd_nxt;
    }
}

static void try_to_open(struct tcp_sock *tp, int flag)
{
    if (!tcp_any_retrans_done(tp)) tp->retrans_stamp = 0;
    if (flag & FLAG_ECE) tcp_enter_cwr(tp);
    if (tp->ca_state != TCP_CA_CWR) tcp_try_keep_open(tp);
}

/* ---- reductions ---- */

static void init_undo(struct tcp_sock *tp)
{
    tcp_rare(tp)->undo_marker = tp->snd_una;
    tcp_rare(tp)->undo_retrans = (int32_t) tp->retrans_out;
    if (tp->tlp_high_seq && tp->tlp_retrans) tcp_rare(tp)->undo_retrans++;
    if (!tp->rare->undo_retrans) tcp_rare(tp)->undo_retrans = -1; /* 0 would mean: undo now */
}

void tcp_init_cwnd_reduction(struct tcp_sock *tp)
{
    tp->high_seq = tp->snd_nxt;
    tp->tlp_high_seq = 0;
    tp->snd_cwnd_cnt = 0;
    tcp_rare(tp)->prior_cwnd = tp->snd_cwnd;
    tcp_rare(tp)->prr_delivered = tcp_rare(tp)->prr_out = 0;
    tp->snd_ssthresh = tp->ca_ops->ssthresh(tp);
    if (tp->ecn_flags & TCP_ECN_OK) tp->ecn_flags |= TCP_ECN_QUEUE_CWR;
}

/* tcp_cwnd_down() of kernels before 3.2: one segment less for every second ACK, and never more than one above the flight. */
static void halve_rate(struct tcp_sock *tp)
{
    uint32_t decr = tp->snd_cwnd_cnt + 1, cwnd = tp->snd_cwnd;
    uint32_t least = tp->ca_ops == &tcp_reno ? tp->snd_ssthresh / 2 : tp->snd_ssthresh; /* tcp_cwnd_min() */
    tp->snd_cwnd_cnt = decr & 1;
    if (cwnd > least) cwnd -= decr >> 1;
    tcp_cwnd_set(tp, ns_max(ns_min(cwnd, tcp_packets_in_flight(tp) + 1), 1u), CWND_REDUCE);
    tp->snd_cwnd_stamp = tcp_jiffies(tp);
}

/* Proportional rate reduction, RFC 6937. */
void tcp_cwnd_reduction(struct tcp_sock *tp, int newly_acked_sacked, int newly_lost, int flag)
{
    if (newly_acked_sacked <= 0 || !tp->rare->prior_cwnd) return;
    if (!tp->sk.net->profile->has_prr) {
        halve_rate(tp);
        return;
    }
    int pipe = (int) tcp_packets_in_flight(tp), delta = (int) tp->snd_ssthresh - pipe, sndcnt;
    tcp_rare(tp)->prr_delivered += (uint32_t) newly_acked_sacked;
    if (delta < 0) {
        uint64_t dividend = (uint64_t) tp->snd_ssthresh * tp->rare->prr_delivered + tp->rare->prior_cwnd - 1;
        sndcnt = (int) (dividend / tp->rare->prior_cwnd) - (int) tp->rare->prr_out;
    } else {
        sndcnt = ns_max((int) (tp->rare->prr_delivered - tp->rare->prr_out), newly_acked_sacked);
        if ((flag & FLAG_SND_UNA_ADVANCED) && !newly_lost) sndcnt++;
        sndcnt = ns_min(delta, sndcnt);
    }
    sndcnt = ns_max(sndcnt, tp->rare->prr_out ? 0 : 1); /* the first retransmission is always allowed */
    tcp_cwnd_set(tp, (uint32_t) ns_max(pipe + sndcnt, 1), CWND_REDUCE);
}

void tcp_end_cwnd_reduction(struct tcp_sock *tp)
{
    if (tp->ca_ops->cong_control) return;
    if (tp->snd_ssthresh < TCP_INFINITE_SSTHRESH && (tp->ca_state == TCP_CA_CWR || tp->rare->undo_marker)) {
        bool has_prr = tp->sk.net->profile->has_prr; /* tcp_complete_cwr() only lowered it */
        tcp_cwnd_set(tp, has_prr ? tp->snd_ssthresh : ns_min(tp->snd_cwnd, tp->snd_ssthresh), CWND_REDUCE);
        tp->snd_cwnd_stamp = tcp_jiffies(tp);
    }
    tcp_ca_event(tp, CA_EVENT_COMPLETE_CWR);
}

void tcp_enter_cwr(struct tcp_sock *tp)
{
    tcp_rare(tp)->prior_ssthresh = 0;
    if (tp->ca_state < TCP_CA_CWR) {
        tcp_rare(tp)->undo_marker = 0;
        tcp_init_cwnd_reduction(tp);
        tcp_set_ca_state(tp, TCP_CA_CWR);
    }
}

void tcp_enter_recovery(struct tcp_sock *tp, bool ece_ack)
{
    /* tcp_retrans_stamp_cleanup(): the clock of undo starts with our retransmission, unless an earlier one is on its way. */
    if (tp->sk.net->profile->version >= 6012 && !tcp_any_retrans_done(tp)) tp->retrans_stamp = 0;
    if (tp->sack_ok) NET_INC_STATS(tp->sk.net, TCPEXT_TCPSACKRECOVERY);
    else NET_INC_STATS(tp->sk.net, TCPEXT_TCPRENORECOVERY);
    tcp_rare(tp)->prior_ssthresh = 0;
    init_undo(tp);
    if (!tcp_in_cwnd_reduction(tp)) {
        if (!ece_ack) tcp_rare(tp)->prior_ssthresh = tcp_current_ssthresh(tp);
        tcp_init_cwnd_reduction(tp);
    }
    tcp_set_ca_state(tp, TCP_CA_Recovery);
}

/* tcp_timeout_mark_lost(): the head, and with RACK all that were not sent within the last RTT. */
void tcp_timeout_mark_lost(struct tcp_sock *tp)
{
    struct tcp_skb *head = tp->rtx_head;
    bool is_reneg = head && (head->sacked & TCPCB_SACKED_ACKED), is_rack = tp->sack_ok && tcp_is_rack(tp);
    if (is_reneg) {
        NET_INC_STATS(tp->sk.net, TCPEXT_TCPSACKRENEGING);
        tp->sacked_out = 0;
        tp->is_sack_reneg = true;
    } else if (!tp->sack_ok) {
        tcp_reset_reno_sack(tp);
    }
    for (struct tcp_skb *skb = head; skb; skb = skb->next) {
        if (is_reneg) skb->sacked &= (uint8_t) ~TCPCB_SACKED_ACKED;
        else if (is_rack && skb != head && tcp_rack_skb_timeout(tp, skb, 0) > 0) continue;
        tcp_mark_skb_lost(tp, skb);
    }
    tp->retransmit_skb_hint = NULL;
}

void tcp_enter_loss(struct tcp_sock *tp)
{
    bool new_recovery = tp->ca_state < TCP_CA_Recovery;
    tcp_timeout_mark_lost(tp);
    if (tp->ca_state <= TCP_CA_Disorder || !seq_after(tp->high_seq, tp->snd_una)
        || (tp->ca_state == TCP_CA_Loss && !tp->retransmits)) { /* not yet reduced in this window */
        tcp_rare(tp)->prior_ssthresh = tcp_current_ssthresh(tp);
        tcp_rare(tp)->prior_cwnd = tp->snd_cwnd;
        tp->snd_ssthresh = tp->ca_ops->ssthresh(tp);
        tcp_ca_event(tp, CA_EVENT_LOSS);
        init_undo(tp);
    }
    tcp_cwnd_set(tp, tcp_packets_in_flight(tp) + 1, CWND_RTO);
    tp->snd_cwnd_cnt = 0;
    tp->snd_cwnd_stamp = tcp_jiffies(tp);
    uint32_t reordering = (uint32_t) tp->tn->knobs.reordering;
    if (tp->ca_state <= TCP_CA_Disorder && tp->sacked_out >= reordering) tp->reordering = ns_min(tp->reordering, reordering);
    tcp_set_ca_state(tp, TCP_CA_Loss);
    tp->high_seq = tp->snd_nxt;
    tp->tlp_high_seq = 0;
    if (tp->ecn_flags & TCP_ECN_OK) tp->ecn_flags |= TCP_ECN_QUEUE_CWR;
    tp->frto = tp->tn->knobs.frto && (new_recovery || tp->retransmits) && !tp->rare->mtup_size;
}

/* ---- undo: what was taken needlessly (RFC 3522, RFC 3708, RFC 4015) ---- */

bool tcp_packet_delayed(const struct tcp_sock *tp)
{
    if (tp->retrans_stamp && tp->saw_tstamp && tp->rcv_tsecr && seq_before(tp->rcv_tsecr, tp->retrans_stamp)) return true;
    if (tp->retrans_stamp) return false;
    /* is_non_sack_preventing_reopen() has cleared it: something was retransmitted (told apart since 6.16) */
    if (!tp->sack_ok && !seq_before(tp->snd_una, tp->high_seq) && tp->sk.net->profile->version >= 6016) return false;
    return tp->sk.state != TCP_SYN_SENT; /* nothing was retransmitted */
}

static bool may_undo(const struct tcp_sock *tp)
{
    return tp->rare->undo_marker && (!tp->rare->undo_retrans || tcp_packet_delayed(tp));
}

static void undo_cwnd_reduction(struct tcp_sock *tp, bool unmark_loss)
{
    if (unmark_loss) {
        for (struct tcp_skb *skb = tp->rtx_head; skb; skb = skb->next) skb->sacked &= (uint8_t) ~TCPCB_LOST;
        tp->lost_out = 0;
        tp->retransmit_skb_hint = NULL;
    }
    if (tp->rare->prior_ssthresh) {
        tcp_cwnd_set(tp, tp->ca_ops->undo_cwnd(tp), CWND_UNDO);
        if (tp->rare->prior_ssthresh > tp->snd_ssthresh) {
            tp->snd_ssthresh = tp->rare->prior_ssthresh;
            tp->ecn_flags &= (uint8_t) ~TCP_ECN_QUEUE_CWR;
        }
    }
    tp->snd_cwnd_stamp = tcp_jiffies(tp);
    tcp_rare(tp)->undo_marker = 0;
    tp->rack_advanced = 1; /* RACK looks again */
}

/* Without SACK hold the state until something above high_seq is acknowledged: false fast retransmits, RFC 6582 s4.1. */
static bool is_non_sack_preventing_reopen(struct tcp_sock *tp)
{
    if (tp->snd_una != tp->high_seq || tp->sack_ok) return false;
    if (!tcp_any_retrans_done(tp)) tp->retrans_stamp = 0;
    return true;
}

static bool try_undo_recovery(struct tcp_sock *tp)
{
    if (may_undo(tp)) {
        undo_cwnd_reduction(tp, false);
        if (tp->ca_state == TCP_CA_Loss) NET_INC_STATS(tp->sk.net, TCPEXT_TCPLOSSUNDO);
        else NET_INC_STATS(tp->sk.net, TCPEXT_TCPFULLUNDO);
    } else if (tp->rack_reo_wnd_persist) {
        tp->rack_reo_wnd_persist--;
    }
    if (is_non_sack_preventing_reopen(tp)) return true;
    tcp_set_ca_state(tp, TCP_CA_Open);
    tp->is_sack_reneg = false;
    return false;
}

static bool try_undo_dsack(struct tcp_sock *tp)
{
    if (!tp->rare->undo_marker || tp->rare->undo_retrans) return false;
    tp->rack_reo_wnd_persist = (uint8_t) ns_min(TCP_RACK_RECOVERY_THRESH, tp->rack_reo_wnd_persist + 1);
    undo_cwnd_reduction(tp, false);
    NET_INC_STATS(tp->sk.net, TCPEXT_TCPDSACKUNDO);
    return true;
}

static bool try_undo_loss(struct tcp_sock *tp, bool frto_undo)
{
    if (!frto_undo && !may_undo(tp)) return false;
    undo_cwnd_reduction(tp, true);
    NET_INC_STATS(tp->sk.net, TCPEXT_TCPLOSSUNDO);
    if (frto_undo) NET_INC_STATS(tp->sk.net, TCPEXT_TCPSPURIOUSRTOS);
    tp->retransmits = 0;
    if (is_non_sack_preventing_reopen(tp)) return true;
    if (frto_undo || tp->sack_ok) {
        tcp_set_ca_state(tp, TCP_CA_Open);
        tp->is_sack_reneg = false;
    }
    return true;
}

/* true: retransmissions are out and the echoed timestamp says that the original arrived: send new data only. */
static bool try_undo_partial(struct tcp_sock *tp, uint32_t prior_snd_una)
{
    if (!tp->rare->undo_marker || !tcp_packet_delayed(tp)) return false;
    tcp_check_sack_reordering(tp, prior_snd_una, true);
    if (tp->retrans_out) return true;
    if (!tcp_any_retrans_done(tp)) tp->retrans_stamp = 0;
    undo_cwnd_reduction(tp, true);
    NET_INC_STATS(tp->sk.net, TCPEXT_TCPPARTIALUNDO);
    tcp_try_keep_open(tp);
    return false;
}

/* ---- the state machine ---- */

/* F-RTO (RFC 5682 s3.1, with SACK) and conventional recovery after a time-out. */
static void process_loss(struct tcp_sock *tp, int flag, int num_dupack, int *rexmit)
{
    bool recovered = !seq_before(tp->snd_una, tp->high_seq);
    if ((flag & FLAG_SND_UNA_ADVANCED) && try_undo_loss(tp, false)) return;
    if (tp->frto) {
        if ((flag & FLAG_ORIG_SACK_ACKED) && try_undo_loss(tp, true)) return; /* step 3.b: spurious */
        if (seq_after(tp->snd_nxt, tp->high_seq)) {
            if ((flag & FLAG_DATA_SACKED) || num_dupack) tp->frto = 0; /* step 3.a: the loss was real */
        } else if ((flag & FLAG_SND_UNA_ADVANCED) && !recovered) {
            tp->high_seq = tp->snd_nxt;
            if (tp->send_head && seq_after(tcp_wnd_end(tp), tp->snd_nxt)) { /* step 2.b: new data */
                *rexmit = REXMIT_NEW;
                return;
            }
            tp->frto = 0;
        }
    }
    if (recovered) {
        try_undo_recovery(tp);
        return;
    }
    if (!tp->sack_ok) {
        if (seq_after(tp->snd_nxt, tp->high_seq) && num_dupack) tcp_add_reno_sack(tp, num_dupack, flag & FLAG_ECE);
        else if (flag & FLAG_SND_UNA_ADVANCED) tcp_reset_reno_sack(tp);
    }
    *rexmit = REXMIT_LOST;
}

/* SACK reneging: the head is SACKed, yet snd_una moved to it. Give the peer half an RTT to explain. */
bool tcp_check_sack_reneging(struct tcp_sock *tp, int *ack_flag)
{
    if (!(*ack_flag & FLAG_SACK_RENEGING) || !(*ack_flag & FLAG_SND_UNA_ADVANCED)) return false;
    struct timer_wheel *w = &tp->sk.net->wheel;
    uint32_t delay = ns_max(timer_usecs_to_jiffies(w, tp->srtt_us >> 4), timer_msecs_to_jiffies(w, 10));
    tcp_reset_xmit_timer(tp, ICSK_TIME_RETRANS, delay);
    *ack_flag &= ~FLAG_SET_XMIT_TIMER;
    return true;
}

static void identify_packet_loss(struct tcp_sock *tp, int *ack_flag)
{
    if (!tp->rtx_head) return;
    if (!tp->sack_ok) {
        tcp_newreno_mark_lost(tp, *ack_flag & FLAG_SND_UNA_ADVANCED);
        return;
    }
    uint32_t prior_retrans = tp->retrans_out;
    if (!tcp_is_rack(tp)) tcp_scoreboard_mark_lost(tp, ack_flag);
    else if (tcp_rack_mark_lost(tp)) *ack_flag &= ~FLAG_SET_XMIT_TIMER;
    if (prior_retrans > tp->retrans_out) *ack_flag |= FLAG_LOST_RETRANS;
}

void tcp_fastretrans_alert(struct tcp_sock *tp, uint32_t prior_snd_una, int num_dupack, int *ack_flag, int *rexmit)
{
    int flag = *ack_flag;
    bool ece_ack = flag & FLAG_ECE;
    if (!tp->packets_out && tp->sacked_out) tp->sacked_out = 0;
    if (ece_ack) tcp_rare(tp)->prior_ssthresh = 0;
    if (tcp_check_sack_reneging(tp, ack_flag)) return;

    /* Leave a state when high_seq is acknowledged. */
    if (tp->ca_state == TCP_CA_Open) {
        tp->retrans_stamp = 0;
    } else if (!seq_before(tp->snd_una, tp->high_seq)) {
        switch (tp->ca_state) {
        case TCP_CA_CWR: /* one above, so that the effect of the reduction has been seen */
            if (tp->snd_una != tp->high_seq) {
                tcp_end_cwnd_reduction(tp);
                tcp_set_ca_state(tp, TCP_CA_Open);
            }
            break;
        case TCP_CA_Recovery:
            if (!tp->sack_ok) tcp_reset_reno_sack(tp);
            if (try_undo_recovery(tp)) return;
            tcp_end_cwnd_reduction(tp);
            break;
        default: break;
        }
    }

    switch (tp->ca_state) {
    case TCP_CA_Recovery:
        if (!(flag & FLAG_SND_UNA_ADVANCED)) {
            if (!tp->sack_ok) tcp_add_reno_sack(tp, num_dupack, ece_ack);
        } else if (try_undo_partial(tp, prior_snd_una)) {
            return;
        }
        if (try_undo_dsack(tp)) try_to_open(tp, flag);
        identify_packet_loss(tp, ack_flag);
        if (tp->ca_state != TCP_CA_Recovery) { /* it was undone; a loss that is still evident starts a new one */
            if (!tp->lost_out) return;
            tcp_enter_recovery(tp, ece_ack);
        }
        break;
    case TCP_CA_Loss:
        process_loss(tp, flag, num_dupack, rexmit);
        if (tp->ca_state != TCP_CA_Loss && tp->rare->rto_stamp) { /* tcp_update_rto_time() */
            tcp_rare(tp)->total_rto_time += tcp_time_stamp(tp) - tp->rare->rto_stamp;
            tcp_rare(tp)->rto_stamp = 0;
        }
        identify_packet_loss(tp, ack_flag);
        if (!(tp->ca_state == TCP_CA_Open || (*ack_flag & FLAG_LOST_RETRANS))) return;
        /* Undone, or retransmissions were lost: as in the states below. */
        /* fall through */
    default:
        if (!tp->sack_ok) {
            if (flag & FLAG_SND_UNA_ADVANCED) tcp_reset_reno_sack(tp);
            tcp_add_reno_sack(tp, num_dupack, ece_ack);
        }
        if (tp->ca_state <= TCP_CA_Disorder) try_undo_dsack(tp);
        identify_packet_loss(tp, ack_flag);
        if (!tp->lost_out) {
            try_to_open(tp, flag);
            return;
        }
        if (tcp_mtup_lost(tp)) return;
        tcp_enter_recovery(tp, ece_ack);
    }
    *rexmit = REXMIT_LOST;
}

/* ---- what to send then ---- */

void tcp_xmit_retransmit_queue(struct tcp_sock *tp)
{
    if (!tp->packets_out) return;
    struct tcp_skb *head = tp->rtx_head, *skb = tp->retransmit_skb_hint ? tp->retransmit_skb_hint : head, *hole = NULL;
    uint32_t max_segs = tcp_tso_segs(tp, tcp_current_mss(tp));
    bool rearm_timer = false;
    for (; skb; skb = skb->next) {
        if (tcp_pacing_check(tp)) break;
        if (!hole) tp->retransmit_skb_hint = skb;
        int segs = (int) tp->snd_cwnd - (int) tcp_packets_in_flight(tp);
        if (segs <= 0) break;
        uint8_t sacked = skb->sacked;
        segs = ns_min(segs, (int) max_segs);
        if (tp->retrans_out >= tp->lost_out) break;
        if (!(sacked & TCPCB_LOST)) {
            if (!hole && !(sacked & (TCPCB_SACKED_RETRANS | TCPCB_SACKED_ACKED))) hole = skb;
            continue;
        }
        if (sacked & (TCPCB_SACKED_ACKED | TCPCB_SACKED_RETRANS)) continue;
        if (tcp_retransmit_skb(tp, skb, segs)) break;
        if (tp->ca_state != TCP_CA_Loss) NET_ADD_STATS(tp->sk.net, TCPEXT_TCPFASTRETRANS, skb->pcount);
        else NET_ADD_STATS(tp->sk.net, TCPEXT_TCPSLOWSTARTRETRANS, skb->pcount);
        if (tcp_in_cwnd_reduction(tp)) tcp_rare(tp)->prr_out += skb->pcount;
        if (skb == head && tp->pending != ICSK_TIME_REO_TIMEOUT) rearm_timer = true;
    }
    if (rearm_timer) tcp_reset_xmit_timer(tp, ICSK_TIME_RETRANS, tp->rto + tcp_pacing_delay(tp));
}

void tcp_xmit_recovery(struct tcp_sock *tp, int rexmit)
{
    if (rexmit == REXMIT_NONE || tp->sk.state == TCP_SYN_SENT) return;
    if (rexmit == REXMIT_NEW) {
        tcp_push_pending_frames(tp, tcp_current_mss(tp), TCP_NAGLE_OFF);
        if (seq_after(tp->snd_nxt, tp->high_seq)) return;
        tp->frto = 0;
    }
    tcp_xmit_retransmit_queue(tp);
}

/* The path got narrower: what was larger than the new mss is lost, without blaming congestion (RFC 1191 s6.5). */
void tcp_simple_retransmit(struct tcp_sock *tp)
{
    uint32_t mss = tcp_current_mss(tp);
    for (struct tcp_skb *skb = tp->rtx_head; skb; skb = skb->next)
        if (ns_min(skb_len(skb), skb->gso_size ? skb->gso_size : skb_len(skb)) > mss) tcp_mark_skb_lost(tp, skb);
    if (!tp->lost_out) return;
    if (!tp->sack_ok) tcp_limit_reno_sacked(tp);
    if (tp->ca_state != TCP_CA_Loss) {
        tp->high_seq = tp->snd_nxt;
        tp->snd_ssthresh = tcp_current_ssthresh(tp);
        tcp_rare(tp)->prior_ssthresh = 0;
        tcp_rare(tp)->undo_marker = 0;
        tcp_set_ca_state(tp, TCP_CA_Loss);
    }
    tcp_xmit_retransmit_queue(tp);
}
