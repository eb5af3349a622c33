/* SPDX-License-Identifier: GPL-3.0-or-later */
/* receive.c - arriving data: receive queue, out-of-order queue, SACK blocks, and when to acknowledge (net/ipv4/tcp_input.c). */
#include "models/tcp/tcp.h"

/* RFC 2018 s3: up to four blocks. */
enum { TCP_NUM_SACKS = 4, TCP_SACK_BLOCKS_EXPECTED = 2 };

static uint32_t ato_min(const struct tcp_sock *tp)
{
    return tcp_hz(tp) / 25;
}

/* ---- queues of runs ---- */

static struct tcp_rcv_skb *rcv_skb_new(struct tcp_sock *tp, struct pkt *p)
{
    struct tcp_rcv_skb *r = pool_get(&tp->tn->rcv_skbs);
    uint32_t len = pkt_payload_len(p);
    *r = (struct tcp_rcv_skb){ .seq = p->seq, .end_seq = p->seq + len, .truesize = p->truesize, .fin = p->tcp_flags & TCPHDR_FIN };
    if (p->ext && p->ext->bytes && len) { /* the content moves over; what it lacks is zeros */
        r->bytes = p->ext->bytes;
        if (ns_unlikely(p->ext->n_bytes < len)) {
            r->bytes = g_realloc(r->bytes, len);
            memset(r->bytes + p->ext->n_bytes, 0, len - p->ext->n_bytes);
        }
        p->ext->bytes = NULL;
        p->ext->n_bytes = 0;
    }
    tp->sk.rmem_alloc += (int32_t) r->truesize;
    tcp_mem_charge(tp, (int32_t) r->truesize);
    return r;
}

void tcp_rcv_skb_free(struct tcp_sock *tp, struct tcp_rcv_skb *r)
{
    tp->sk.rmem_alloc -= (int32_t) r->truesize;
    tcp_mem_uncharge(tp, (int32_t) r->truesize);
    g_free(r->bytes);
    pool_put(&tp->tn->rcv_skbs, r);
}

void tcp_eat_rcv_skb(struct tcp_sock *tp)
{
    struct tcp_rcv_skb *r = tp->rcv_head;
    tp->rcv_head = r->next;
    if (r->next) r->next->prev = NULL;
    else tp->rcv_tail = NULL;
    tcp_rcv_skb_free(tp, r);
}

static void rcv_append(struct tcp_sock *tp, struct tcp_rcv_skb *r)
{
    r->next = NULL;
    r->prev = tp->rcv_tail;
    if (tp->rcv_tail) tp->rcv_tail->next = r;
    else tp->rcv_head = r;
    tp->rcv_tail = r;
}

void tcp_rcv_queues_free(struct tcp_sock *tp)
{
    while (tp->rcv_head) tcp_eat_rcv_skb(tp);
    tcp_purge_ofo(tp);
}

void tcp_purge_ofo(struct tcp_sock *tp)
{
    while (tp->ofo_head) {
        struct tcp_rcv_skb *r = tp->ofo_head;
        tp->ofo_head = r->next;
        tcp_rcv_skb_free(tp, r);
    }
    tcp_rare(tp)->ofo_tail = NULL;
    tp->n_sacks = tp->n_dsack = 0;
}

static void ofo_unlink(struct tcp_sock *tp, struct tcp_rcv_skb *r)
{
    if (r->prev) r->prev->next = r->next;
    else tp->ofo_head = r->next;
    if (r->next) r->next->prev = r->prev;
    else tcp_rare(tp)->ofo_tail = r->prev;
}

/* The stack must hand over the peer's stream in order, each byte once. */
static void check_stream(struct tcp_sock *tp, const struct pkt *p)
{
    if (!p->stream) return;
    if (!tp->peer_stream) tp->peer_stream = p->stream;
    int64_t expected = (int64_t) tp->rcv_offset + (int32_t) (p->seq - tp->rcv_nxt);
    if (ns_likely(p->stream == tp->peer_stream && (int64_t) p->offset == expected)) return;
    netsim_sim_fail(tp->sk.net->sim, g_error_new(NETSIM_ERROR, NETSIM_ERROR_INVARIANT,
                    "host %s: a TCP segment carries stream offset %" G_GUINT64_FORMAT ", expected %" G_GINT64_FORMAT,
                    tp->sk.net->node.name, p->offset, expected));
}

static void rcv_nxt_update(struct tcp_sock *tp, uint32_t seq)
{
    uint32_t delta = seq - tp->rcv_nxt;
    tp->rcv_offset += delta;
    tp->rcv_nxt = seq;
}

/* rcv_nxt has just counted the FIN, which is no byte of the stream. */
static void fin_counted(struct tcp_sock *tp)
{
    tp->rcv_offset--;
    tp->fin_in_queue = true;
}

/* @p comes while there is unread data. */
static void __attribute__((noinline)) queue_behind(struct tcp_sock *tp, struct pkt *p)
{
    if (!tcp_try_coalesce(tp, tp->rcv_tail, p) && pkt_payload_len(p)) rcv_append(tp, rcv_skb_new(tp, p));
}

/* tcp_queue_rcv(): in order (perhaps with a head that was received before). */
void tcp_queue_rcv(struct tcp_sock *tp, struct pkt *p)
{
    check_stream(tp, p);
    uint32_t end = p->seq + pkt_payload_len(p);
    if (tp->rcv_tail) queue_behind(tp, p);
    else if (end != p->seq) tp->rcv_head = tp->rcv_tail = rcv_skb_new(tp, p);
    rcv_nxt_update(tp, end + !!(p->tcp_flags & TCPHDR_FIN));
    if (p->tcp_flags & TCPHDR_FIN) fin_counted(tp);
}

/* ---- estimates ---- */

void tcp_incr_quickack(struct tcp_sock *tp, uint32_t max_quickacks)
{
    uint32_t n = tp->rcv_wnd / (2 * tp->ack_rcv_mss);
    if (!n) n = 2;
    n = ns_min(n, max_quickacks);
    if (n > tp->ack_quick) tp->ack_quick = (uint16_t) n;
}

void tcp_enter_quickack_mode(struct tcp_sock *tp, uint32_t max_quickacks)
{
    tcp_incr_quickack(tp, max_quickacks);
    tp->ack_pingpong = 0;
    tp->ack_ato = ato_min(tp);
}

static bool in_quickack_mode(const struct tcp_sock *tp)
{
    return tp->rcv_quickack || (tp->ack_quick && !tcp_is_pingpong(tp));
}

void tcp_initialize_rcv_mss(struct tcp_sock *tp)
{
    uint32_t hint = ns_min((uint32_t) tp->advmss, tp->mss_cache);
    hint = ns_min(hint, tp->rcv_wnd / 2);
    hint = ns_min(hint, (uint32_t) TCP_MSS_DEFAULT);
    tp->ack_rcv_mss = (uint16_t) ns_max(hint, (uint32_t) TCP_MIN_MSS);
}

/* The window as the new scaling ratio wants it. */
static void rescale_window_clamp(struct tcp_sock *tp)
{
    uint32_t clamp = (uint32_t) tcp_win_from_space(tp, tp->sk.rcvbuf);
    if (tp->sk.net->profile->version >= 7000) tp->window_clamp = clamp; /* before: rcv_ssthresh goes with it (seen on 6.18.44) */
    else tcp_set_window_clamp(tp, clamp);
    if (tp->sk.net->profile->version >= 6012) tp->rcvq_space = ns_min(tp->rcvq_space, tp->window_clamp);
}

/* tcp_measure_rcv_mss(): what segment size does the peer use? */
static void measure_rcv_mss(struct tcp_sock *tp, const struct pkt *p)
{
    uint32_t lss = tp->ack_last_seg_size, payload = pkt_payload_len(p);
    uint32_t len = p->gso_segs > 1 ? p->gso_size : payload;
    tp->ack_last_seg_size = 0;
    if (len >= tp->ack_rcv_mss) {
        if (len != tp->ack_rcv_mss && !tp->sk.net->profile->adv_win_scale) {
            uint32_t old = tp->scaling_ratio, val = (uint32_t) (((uint64_t) payload << 8) / p->truesize);
            tp->scaling_ratio = (uint8_t) ns_min(ns_max(val, 1u), 255u);
            if (old != tp->scaling_ratio) rescale_window_clamp(tp);
        }
        tp->ack_rcv_mss = (uint16_t) ns_min(len, (uint32_t) tp->advmss);
        if (p->tcp_flags & TCPHDR_PSH) tp->ack_pending |= ICSK_ACK_PUSHED;
        return;
    }
    uint32_t header = p->hdr_len - 20u, with_header = len + header;
    bool remnant = p->tcp_flags & (TCPHDR_FIN | TCPHDR_URG | TCPHDR_SYN | TCPHDR_PSH);
    if (with_header >= TCP_MSS_DEFAULT + 20 || (with_header >= TCP_MIN_MSS + 20 && !remnant)) {
        len = with_header - 20 - (tp->tstamp_ok ? TCPOLEN_TSTAMP_ALIGNED : 0);
        tp->ack_last_seg_size = (uint16_t) len;
        if (len == lss) {
            tp->ack_rcv_mss = (uint16_t) len;
            return;
        }
    }
    if (tp->ack_pending & ICSK_ACK_PUSHED) tp->ack_pending |= ICSK_ACK_PUSHED2;
    tp->ack_pending |= ICSK_ACK_PUSHED;
}

/* RFC 3168 s6.1.3: echo CE until the sender reacts. */
static void data_ecn_check(struct tcp_sock *tp, const struct pkt *p)
{
    if (!(tp->ecn_flags & TCP_ECN_OK)) return;
    switch (p->tos & INET_ECN_MASK) {
    case INET_ECN_NOT_ECT:
        if (tp->ecn_flags & TCP_ECN_SEEN) tcp_enter_quickack_mode(tp, 2);
        break;
    case INET_ECN_CE:
        if (tp->ca_ops->needs_ecn) tcp_ca_event(tp, CA_EVENT_ECN_IS_CE);
        if (!(tp->ecn_flags & TCP_ECN_DEMAND_CWR)) {
            tcp_enter_quickack_mode(tp, 2);
            tp->ecn_flags |= TCP_ECN_DEMAND_CWR;
        }
        tp->ecn_flags |= TCP_ECN_SEEN;
        break;
    default:
        if (tp->ca_ops->needs_ecn) tcp_ca_event(tp, CA_EVENT_ECN_NO_CE);
        tp->ecn_flags |= TCP_ECN_SEEN;
    }
}

void tcp_event_data_recv(struct tcp_sock *tp, const struct pkt *p)
{
    uint32_t min = ato_min(tp), len = pkt_payload_len(p);
    tp->ack_pending |= ICSK_ACK_SCHED;
    measure_rcv_mss(tp, p);
    tcp_rcv_rtt_measure(tp);
    uint32_t now = tcp_jiffies(tp);
    if (!tp->ack_ato) { /* the first data */
        tcp_incr_quickack(tp, TCP_MAX_QUICKACKS);
        tp->ack_ato = min;
    } else {
        uint32_t m = now - tp->ack_lrcvtime;
        if (m <= min / 2) {
            tp->ack_ato = (tp->ack_ato >> 1) + min / 2;
        } else if (m < tp->ack_ato) {
            tp->ack_ato = ns_min((tp->ack_ato >> 1) + m, tp->rto);
            if (tp->sk.net->profile->version >= 6012) tp->ack_ato = ns_min(tp->ack_ato, tcp_hz(tp) / 5);
        } else if (m > tp->rto) { /* a long gap: the sender may have restarted its window */
            tcp_incr_quickack(tp, TCP_MAX_QUICKACKS);
        }
    }
    tp->ack_lrcvtime = now;
    data_ecn_check(tp, p);
    if (len >= 128) tcp_grow_window(tp, len, p->truesize);
}

/* ---- SACK blocks to tell ---- */

void tcp_dsack_set(struct tcp_sock *tp, uint32_t seq, uint32_t end_seq)
{
    if (!tp->sack_ok || !tp->tn->knobs.dsack) return;
    if (seq_before(seq, tp->rcv_nxt)) NET_INC_STATS(tp->sk.net, TCPEXT_TCPDSACKOLDSENT);
    else NET_INC_STATS(tp->sk.net, TCPEXT_TCPDSACKOFOSENT);
    tp->n_dsack = 1;
    tcp_rare(tp)->duplicate_sack = (struct tcp_sack_block){ seq, end_seq };
}

static bool sack_extend(struct tcp_sack_block *b, uint32_t seq, uint32_t end_seq)
{
    if (seq_after(seq, b->end) || seq_after(b->start, end_seq)) return false;
    if (seq_before(seq, b->start)) b->start = seq;
    if (seq_after(end_seq, b->end)) b->end = end_seq;
    return true;
}

static void dsack_extend(struct tcp_sock *tp, uint32_t seq, uint32_t end_seq)
{
    if (!tp->n_dsack) tcp_dsack_set(tp, seq, end_seq);
    else sack_extend(&tcp_rare(tp)->duplicate_sack, seq, end_seq);
}

static void sack_zap(struct tcp_sock *tp, unsigned i)
{
    tp->n_sacks--;
    for (; i < tp->n_sacks; i++) tcp_rare(tp)->selective_acks[i] = tp->rare->selective_acks[i + 1];
}

/* tcp_sack_new_ofo_skb(): newest first. */
static void sack_new_ofo(struct tcp_sock *tp, uint32_t seq, uint32_t end_seq)
{
    struct tcp_sack_block *sp = tcp_rare(tp)->selective_acks;
    unsigned i;
    for (i = 0; i < tp->n_sacks; i++) {
        if (!sack_extend(&sp[i], seq, end_seq)) continue;
        if (i >= TCP_SACK_BLOCKS_EXPECTED) tcp_sack_compress_send(tp);
        for (; i > 0; i--) { /* to the front */
            struct tcp_sack_block t = sp[i];
            sp[i] = sp[i - 1];
            sp[i - 1] = t;
        }
        for (i = 1; i < tp->n_sacks;) /* it may touch others now */
            if (sack_extend(&sp[0], sp[i].start, sp[i].end)) sack_zap(tp, i);
            else i++;
        return;
    }
    if (i >= TCP_SACK_BLOCKS_EXPECTED) tcp_sack_compress_send(tp);
    if (tp->n_sacks < TCP_NUM_SACKS) tp->n_sacks++;
    for (i = tp->n_sacks - 1u; i > 0; i--) sp[i] = sp[i - 1];
    sp[0] = (struct tcp_sack_block){ seq, end_seq };
}

static void sack_remove(struct tcp_sock *tp)
{
    if (!tp->ofo_head) {
        tp->n_sacks = 0;
        return;
    }
    for (unsigned i = 0; i < tp->n_sacks;)
        if (!seq_before(tp->rcv_nxt, tp->rare->selective_acks[i].start)) sack_zap(tp, i);
        else i++;
}

/* ---- out of order ---- */

/* tcp_ofo_queue(): move what is in order now. */
static void ofo_queue(struct tcp_sock *tp)
{
    uint32_t dsack_high = tp->rcv_nxt; /* what lies below was in the packet just taken, too */
    while (tp->ofo_head) {
        struct tcp_rcv_skb *r = tp->ofo_head;
        if (seq_after(r->seq, tp->rcv_nxt)) break;
        if (seq_before(r->seq, dsack_high)) dsack_extend(tp, r->seq, seq_before(r->end_seq, dsack_high) ? r->end_seq : dsack_high);
        ofo_unlink(tp, r);
        uint32_t end = r->end_seq + r->fin;
        if (!seq_after(end, tp->rcv_nxt)) {
            tcp_rcv_skb_free(tp, r);
            continue;
        }
        bool fin = r->fin;
        rcv_nxt_update(tp, end);
        if (fin) fin_counted(tp);
        rcv_append(tp, r);
        if (fin) {
            tcp_fin_received(tp);
            break;
        }
    }
}

/* Insert at its place; what it covers or what covers it is told as D-SACK.  Returns false when nothing of it is new. */
static bool ofo_insert(struct tcp_sock *tp, struct pkt *p, uint32_t seq, uint32_t end_seq)
{
    struct net *net = tp->sk.net;
    struct tcp_rcv_skb *prev = tp->rare->ofo_tail;
    while (prev && !seq_before(prev->seq, seq) && prev->seq != seq) prev = prev->prev; /* the last that starts at or before seq */
    if (prev && prev->end_seq == seq && tcp_try_coalesce(tp, prev, p)) return true;
    if (prev && seq_before(seq, prev->end_seq)) {
        if (!seq_after(end_seq, prev->end_seq)) { /* known already */
            NET_INC_STATS(net, TCPEXT_TCPOFOMERGE);
            tcp_dsack_set(tp, seq, end_seq);
            return false;
        }
        if (seq_after(seq, prev->seq)) {
            tcp_dsack_set(tp, seq, prev->end_seq); /* partial overlap */
        } else { /* it covers prev */
            dsack_extend(tp, prev->seq, prev->end_seq);
            NET_INC_STATS(net, TCPEXT_TCPOFOMERGE);
            struct tcp_rcv_skb *covered = prev;
            prev = prev->prev;
            ofo_unlink(tp, covered);
            tcp_rcv_skb_free(tp, covered);
        }
    }
    struct tcp_rcv_skb *r = rcv_skb_new(tp, p);
    r->prev = prev;
    r->next = prev ? prev->next : tp->ofo_head;
    if (r->next) r->next->prev = r;
    else tcp_rare(tp)->ofo_tail = r;
    if (prev) prev->next = r;
    else tp->ofo_head = r;
    for (struct tcp_rcv_skb *n; (n = r->next) && seq_after(end_seq, n->seq);) { /* what it covers to the right */
        if (seq_before(end_seq, n->end_seq)) {
            dsack_extend(tp, n->seq, end_seq);
            break;
        }
        dsack_extend(tp, n->seq, n->end_seq);
        NET_INC_STATS(net, TCPEXT_TCPOFOMERGE);
        ofo_unlink(tp, n);
        tcp_rcv_skb_free(tp, n);
    }
    return true;
}

/* tcp_data_queue_ofo() */
static void data_queue_ofo(struct tcp_sock *tp, struct pkt *p)
{
    struct net *net = tp->sk.net;
    uint32_t seq = p->seq, len = pkt_payload_len(p), end_seq = seq + len + !!(p->tcp_flags & TCPHDR_FIN);
    data_ecn_check(tp, p);
    if (!tcp_try_rmem_schedule(tp, seq)) {
        NET_INC_STATS(net, TCPEXT_TCPOFODROP);
        sock_wake(&tp->sk, NETSIM_POLLIN);
        pkt_drop(net->sim, &net->drops, p, DROP_PROTO_MEM);
        return;
    }
    if (net->profile->version >= 6016) measure_rcv_mss(tp, p);
    check_stream(tp, p);
    tp->ack_pending |= ICSK_ACK_SCHED;
    tcp_rare(tp)->rcv_ooopack++;
    NET_INC_STATS(net, TCPEXT_TCPOFOQUEUE);
    if (!tp->ofo_head) {
        if (tp->sack_ok) {
            tp->n_sacks = 1;
            tcp_rare(tp)->selective_acks[0] = (struct tcp_sack_block){ seq, end_seq };
        }
        ofo_insert(tp, p, seq, end_seq);
        if (tp->sack_ok) tcp_grow_window(tp, len, p->truesize);
    } else {
        bool is_new = ofo_insert(tp, p, seq, end_seq);
        if (tp->sack_ok) {
            sack_new_ofo(tp, seq, end_seq);
            if (is_new) tcp_grow_window(tp, len, p->truesize);
        }
        if (!is_new) {
            pkt_drop(net->sim, &net->drops, p, DROP_TCP_OFOMERGE);
            return;
        }
    }
    pkt_consume(net->sim, p);
    if (tp->sk.process && net->profile->version >= 6016) tcp_rcvbuf_grow(tp, tp->rcvq_space);
}

/* ---- the entry ---- */

bool tcp_epollin_ready(const struct tcp_sock *tp)
{
    int32_t avail = (int32_t) (tcp_inq(tp) - tp->fin_in_queue), rcvbuf = tp->sk.rcvbuf;
    return avail > 0
           && (avail >= tp->rcvlowat || tp->sk.rmem_alloc > rcvbuf - (rcvbuf >> 3) /* tcp_rmem_pressure() */
               || tcp_receive_window(tp) <= tp->ack_rcv_mss);
}

void tcp_data_ready(struct tcp_sock *tp)
{
    if (tcp_epollin_ready(tp) || (tp->sk.shutdown & RCV_SHUTDOWN)) sock_wake(&tp->sk, NETSIM_POLLIN);
}

static void out_of_window(struct tcp_sock *tp, struct pkt *p, enum drop_reason why)
{
    tcp_enter_quickack_mode(tp, TCP_MAX_QUICKACKS);
    tp->ack_pending |= ICSK_ACK_SCHED;
    pkt_drop(tp->sk.net->sim, &tp->sk.net->drops, p, why);
}

void tcp_data_queue(struct tcp_sock *tp, struct pkt *p)
{
    struct net *net = tp->sk.net;
    uint32_t len = pkt_payload_len(p), seq = p->seq;
    uint32_t end_seq = seq + len + !!(p->tcp_flags & TCPHDR_FIN) + !!(p->tcp_flags & TCPHDR_SYN);
    if (seq == end_seq) {
        pkt_consume(net->sim, p);
        return;
    }
    tp->n_dsack = 0;
    if (!seq_after(seq, tp->rcv_nxt) && seq_after(end_seq, tp->rcv_nxt)) {
        if (seq != tp->rcv_nxt) tcp_dsack_set(tp, seq, tp->rcv_nxt); /* its head was received before */
        if (!tcp_receive_window(tp) && !(seq == tp->rcv_nxt && !len)) { /* a bare FIN is taken even now */
            NET_INC_STATS(net, TCPEXT_TCPZEROWINDOWDROP);
            out_of_window(tp, p, DROP_TCP_ZEROWINDOW);
            return;
        }
        if (!tcp_try_rmem_schedule(tp, seq)) {
            tp->ack_pending |= ICSK_ACK_NOW | ICSK_ACK_SCHED;
            if (net->profile->version >= 6006) tp->ack_pending |= ICSK_ACK_NOMEM;
            sock_wake(&tp->sk, NETSIM_POLLIN);
            if (tp->rcv_head && len) {
                NET_INC_STATS(net, TCPEXT_TCPRCVQDROP);
                pkt_drop(net->sim, &net->drops, p, DROP_PROTO_MEM);
                return;
            }
        }
        tcp_queue_rcv(tp, p);
        if (len) tcp_event_data_recv(tp, p);
        if (p->tcp_flags & TCPHDR_FIN) tcp_fin_received(tp);
        if (tp->ofo_head) {
            ofo_queue(tp);
            if (!tp->ofo_head) tp->ack_pending |= ICSK_ACK_NOW; /* RFC 5681 s4.2: the gap is filled */
        }
        if (tp->n_sacks) sack_remove(tp);
        pkt_consume(net->sim, p);
        tcp_data_ready(tp);
        return;
    }
    if (!seq_after(end_seq, tp->rcv_nxt)) { /* a repeat: say so at once */
        NET_INC_STATS(net, TCPEXT_DELAYEDACKLOST);
        tcp_dsack_set(tp, seq, end_seq);
        out_of_window(tp, p, DROP_TCP_OLD_DATA);
        return;
    }
    if (!seq_before(seq, tp->rcv_nxt + tcp_receive_window(tp))) {
        if (net->profile->version >= 6017) NET_INC_STATS(net, TCPEXT_BEYONDWINDOW);
        out_of_window(tp, p, DROP_TCP_OVERWINDOW);
        return;
    }
    data_queue_ofo(tp, p);
}

/* ---- acknowledging ---- */

void tcp_sack_compress_cancel(struct tcp_sock *tp)
{
    if (tp->rare->comp_sack_event) netsim_event_cancel(tp->sk.net->sim, tp->rare->comp_sack_event);
}

/* tcp_sack_compress_send_ack(): more than two blocks, so the first is about to fall out of the option. */
void tcp_sack_compress_send(struct tcp_sock *tp)
{
    if (!tp->compressed_ack) return;
    NET_ADD_STATS(tp->sk.net, TCPEXT_TCPACKCOMPRESSED, tp->compressed_ack - 1u);
    tp->compressed_ack = 0;
    tcp_sack_compress_cancel(tp);
    tcp_send_ack(tp);
}

static void compressed_ack_kick(NetsimSim *sim, NetsimEvent event, void *data)
{
    struct tcp_sock *tp = data;
    (void) sim;
    (void) event;
    if (!tp->compressed_ack) return;
    if (ns_unlikely(tp->sk.is_owned)) {
        tcp_rare(tp)->deferred |= TCP_DELACK_TIMER_DEFERRED;
        return;
    }
    tp->compressed_ack--; /* one is sent after all */
    tcp_send_ack(tp);
}

static void compress_ack(struct tcp_sock *tp)
{
    const struct tcp_knobs *k = &tp->tn->knobs;
    struct sim *sim = tp->sk.net->sim;
    tp->compressed_ack++;
    if (!tp->rare->comp_sack_event)
        tcp_rare(tp)->comp_sack_event = sched_node_new(&sim->sched, node_event_id(&tp->sk.net->node, tp->sk.serial, TCP_EVENT_COMP_SACK),
                                             compressed_ack_kick, tp);
    if (sched_is_armed(&sim->sched, tp->rare->comp_sack_event)) return;
    uint32_t rtt = tp->rcv_rtt_us;
    if (tp->srtt_us && tp->srtt_us < rtt) rtt = tp->srtt_us;
    uint64_t delay_ns = ns_min((uint64_t) k->comp_sack_delay_ns, (uint64_t) rtt * (1000 >> 3) / 20); /* 5 % of the RTT */
    sched_arm(&sim->sched, tp->rare->comp_sack_event, sim->now + (netsim_time) (delay_ns + (uint64_t) k->comp_sack_slack_ns) * NETSIM_NS);
}

static void ack_snd_check(struct tcp_sock *tp, bool ofo_possible)
{
    if ((tp->rcv_nxt - tp->rcv_wup > tp->ack_rcv_mss
         && ((int32_t) tcp_inq(tp) < tp->rcvlowat || tcp_select_window_raw(tp) >= tp->rcv_wnd))
        || in_quickack_mode(tp) || (tp->ack_pending & ICSK_ACK_NOW)) {
        if (ns_unlikely(tp->sk.is_owned) && tp->tn->knobs.backlog_ack_defer) tcp_rare(tp)->deferred |= TCP_ACK_DEFERRED;
        else tcp_send_ack(tp);
        return;
    }
    if (!ofo_possible || !tp->ofo_head) {
        tcp_send_delayed_ack(tp);
        return;
    }
    if (!tp->sack_ok || tp->compressed_ack >= tp->tn->knobs.comp_sack_nr) {
        tcp_send_ack(tp);
        return;
    }
    if (tp->rare->compressed_ack_rcv_nxt != tp->rcv_nxt) {
        tcp_rare(tp)->compressed_ack_rcv_nxt = tp->rcv_nxt;
        tp->dup_ack_counter = 0;
    }
    if (tp->dup_ack_counter < TCP_FASTRETRANS_THRESH) { /* the first three start the peer's recovery */
        tp->dup_ack_counter++;
        tcp_send_ack(tp);
        return;
    }
    compress_ack(tp);
}

void tcp_ack_snd_check(struct tcp_sock *tp, bool ofo_possible)
{
    if (tp->ack_pending & ICSK_ACK_SCHED) ack_snd_check(tp, ofo_possible);
}

void tcp_send_delayed_ack(struct tcp_sock *tp)
{
    struct timer_wheel *w = &tp->sk.net->wheel;
    uint32_t hz = w->hz, ato = tp->ack_ato, now = timer_jiffies(w);
    if (ato > ato_min(tp)) {
        uint32_t max_ato = tcp_is_pingpong(tp) || (tp->ack_pending & ICSK_ACK_PUSHED) ? hz / 5 : hz / 2;
        if (tp->srtt_us) max_ato = ns_min(max_ato, ns_max(timer_usecs_to_jiffies(w, tp->srtt_us >> 3), ato_min(tp)));
        ato = ns_min(ato, max_ato);
    }
    uint32_t delack_max = hz / 5;
    if (tp->sk.net->profile->version >= 6012) delack_max = ns_min(delack_max, ns_max(tcp_rto_min(tp), 2u) - 1); /* tcp_delack_max() */
    ato = ns_min(ato, delack_max);
    uint32_t timeout = now + ato;
    if (tp->ack_pending & ICSK_ACK_TIMER) { /* never moved later; soon due: now */
        if ((int32_t) (tp->delack_timer.expires - (now + (ato >> 2))) <= 0) {
            tcp_send_ack(tp);
            return;
        }
        if ((int32_t) (timeout - tp->delack_timer.expires) >= 0) timeout = tp->delack_timer.expires;
    }
    tp->ack_pending |= ICSK_ACK_SCHED | ICSK_ACK_TIMER;
    timer_mod(w, &tp->delack_timer, timeout);
}

/* An ACK for rcv_nxt leaves: whatever was waiting to be acknowledged is. */
void tcp_event_ack_sent(struct tcp_sock *tp, uint32_t rcv_nxt)
{
    if (ns_unlikely(tp->compressed_ack)) {
        NET_ADD_STATS(tp->sk.net, TCPEXT_TCPACKCOMPRESSED, tp->compressed_ack);
        tp->compressed_ack = 0;
        tcp_sack_compress_cancel(tp);
    }
    if (rcv_nxt != tp->rcv_nxt) return;
    if (tp->ack_quick) { /* tcp_dec_quickack_mode() */
        uint32_t pkts = tp->ack_pending & ICSK_ACK_SCHED ? 1 : 0;
        if (pkts >= tp->ack_quick) {
            tp->ack_quick = 0;
            tp->ack_ato = ato_min(tp);
        } else {
            tp->ack_quick = (uint16_t) (tp->ack_quick - pkts);
        }
    }
    if (tp->ack_pending & ICSK_ACK_TIMER) timer_del(&tp->sk.net->wheel, &tp->delack_timer);
    tp->ack_pending = 0;
}

/* A segment that is not acceptable is answered at once, with a D-SACK if it carried old data. */
void tcp_send_dupack(struct tcp_sock *tp, const struct pkt *p)
{
    uint32_t end_seq = p->seq + pkt_payload_len(p) + !!(p->tcp_flags & TCPHDR_FIN) + !!(p->tcp_flags & TCPHDR_SYN);
    if (end_seq != p->seq && seq_before(p->seq, tp->rcv_nxt)) {
        NET_INC_STATS(tp->sk.net, TCPEXT_DELAYEDACKLOST);
        tcp_enter_quickack_mode(tp, TCP_MAX_QUICKACKS);
        if (tp->sack_ok && tp->tn->knobs.dsack) tcp_dsack_set(tp, p->seq, seq_after(end_seq, tp->rcv_nxt) ? tp->rcv_nxt : end_seq);
    }
    tcp_send_ack(tp);
}

/* __tcp_cleanup_rbuf(): the application has read; does the peer have to know? */
void tcp_cleanup_rbuf(struct tcp_sock *tp, int64_t copied)
{
    bool time_to_ack = false;
    if (tp->ack_pending & ICSK_ACK_SCHED)
        time_to_ack = tp->rcv_nxt - tp->rcv_wup > tp->ack_rcv_mss
                      || (copied > 0
                          && ((tp->ack_pending & ICSK_ACK_PUSHED2)
                              || ((tp->ack_pending & ICSK_ACK_PUSHED) && !tcp_is_pingpong(tp)))
                          && !tp->rcv_head);
    if (copied > 0 && !time_to_ack && !(tp->sk.shutdown & RCV_SHUTDOWN)) {
        uint32_t now = tcp_receive_window(tp);
        if (2 * now <= tp->window_clamp) { /* only when there is much to gain */
            uint32_t new_window = tcp_select_window_raw(tp);
            if (new_window && new_window >= 2 * now) time_to_ack = true;
        }
    }
    if (time_to_ack) tcp_send_ack(tp);
}
