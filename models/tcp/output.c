/* SPDX-License-Identifier: GPL-3.0-or-later */
/* output.c - what may be sent, in which pieces, now (net/ipv4/tcp_output.c). */
#include "models/tcp/tcp.h"

enum { IP_TCP_HEADERS = 40 };

/* ---- segment size ---- */

/* Never more than half of the largest window the peer offered (RFC 9293 s3.8.6.2.1 for tiny windows). */
static uint32_t bound_to_half_wnd(const struct tcp_sock *tp, uint32_t size)
{
    uint32_t cutoff = tp->max_window > TCP_MSS_DEFAULT ? tp->max_window >> 1 : tp->max_window;
    if (cutoff && size > cutoff) return ns_max(cutoff, 68u - 20u - (tp->tstamp_ok ? 12u : 0));
    return size;
}

uint32_t tcp_sync_mss(struct tcp_sock *tp, uint32_t pmtu)
{
    uint32_t mss = tcp_mtup_bound(tp, pmtu, bound_to_half_wnd(tp, tcp_mtu_to_mss(tp, pmtu)));
    tp->pmtu_cookie = pmtu;
    tp->mss_cache = mss;
    return mss;
}

uint32_t tcp_current_mss(struct tcp_sock *tp)
{
    uint32_t mss = tp->mss_cache;
    if (ns_unlikely(tp->dst.mtu != tp->pmtu_cookie)) mss = tcp_sync_mss(tp, tp->dst.mtu);
    if (ns_unlikely(tp->n_sacks + tp->n_dsack)) /* SACK blocks take payload's room in this segment */
        mss -= tcp_established_options_len(tp) - (tp->tstamp_ok ? TCPOLEN_TSTAMP_ALIGNED : 0);
    return mss;
}

static const uint32_t gso_max_size = GSO_MAX_SIZE - (MAX_TCP_HEADER + 1);

uint32_t tcp_send_mss(struct tcp_sock *tp, uint32_t *size_goal)
{
    uint32_t mss = tcp_current_mss(tp), most = bound_to_half_wnd(tp, gso_max_size), goal = tp->gso_segs * mss;
    if (ns_unlikely(most < goal || most >= goal + mss)) { /* tcp_xmit_size_goal() tries hard to avoid divisions, too */
        tp->gso_segs = (uint16_t) (most / mss);
        goal = tp->gso_segs * mss;
    }
    *size_goal = ns_max(goal, mss);
    return mss;
}

/* tcp_tso_autosize(): about a millisecond of data at the pacing rate, more on short paths. */
uint32_t tcp_tso_segs(const struct tcp_sock *tp, uint32_t mss)
{
    const struct tcp_knobs *k = &tp->tn->knobs;
    uint64_t bytes = tp->pacing_rate >> 10;
    uint32_t r = k->tso_rtt_log ? tcp_min_rtt(tp) >> (k->tso_rtt_log & 31) : 32; /* as x86 shifts */
    if (r < 32) bytes += gso_max_size >> r;
    bytes = ns_min(bytes, (uint64_t) gso_max_size);
    uint32_t min = (uint32_t) k->min_tso_segs;
    if (ns_unlikely(tp->is_paced) && tp->ca_ops->min_tso_segs) min = tp->ca_ops->min_tso_segs(tp);
    return ns_min((uint32_t) ns_max(bytes / mss, (uint64_t) min), (uint32_t) GSO_MAX_SEGS);
}

/* ---- one segment (or super-packet) ---- */

static void event_data_sent(struct tcp_sock *tp)
{
    uint32_t now = tcp_jiffies(tp);
    if (!tcp_packets_in_flight(tp)) tcp_ca_event(tp, CA_EVENT_TX_START);
    tp->lsndtime = now;
    /* A reply within the delayed-ACK time: interactive. */
    if (now - tp->ack_lrcvtime < tp->ack_ato && tp->ack_pingpong < UINT16_MAX) tp->ack_pingpong++;
}

/* IP_TOS, IP_TTL, IP_MTU_DISCOVER */
void tcp_ip_options(const struct tcp_sock *tp, struct pkt *p)
{
    if (!(tp->ecn_flags & TCP_HAS_IP_OPTIONS)) return;
    p->tos = tp->rare->set.tos;
    p->ttl = tp->rare->set.ttl;
    if (tp->rare->set.pmtudisc != IP_PMTUDISC_WANT && tp->rare->set.pmtudisc != IP_PMTUDISC_DO) p->flags &= ~PKT_DF; /* ip_dont_fragment() */
}

/* What the socket says about the IP header, and ECN's part of both headers (tcp_ecn_send()); a SYN is only ECN-capable if
 * the algorithm needs it (RFC 8257 s3.5). */
static void ip_and_ecn(struct tcp_sock *tp, struct pkt *p, uint32_t seq, uint32_t payload)
{
    if (ns_likely(!(tp->ecn_flags & (TCP_ECN_OK | TCP_HAS_IP_OPTIONS)))) return;
    tcp_ip_options(tp, p);
    if (!(tp->ecn_flags & TCP_ECN_OK)) return;
    if (tp->ca_ops->needs_ecn) p->tos |= INET_ECN_ECT_0;
    if (payload && !seq_before(seq, tp->snd_nxt)) { /* RFC 3168 s6.1.5: not on retransmissions */
        p->tos |= INET_ECN_ECT_0;
        if (tp->ecn_flags & TCP_ECN_QUEUE_CWR) {
            tp->ecn_flags &= (uint8_t) ~TCP_ECN_QUEUE_CWR;
            p->tcp_flags |= TCPHDR_CWR;
        }
    }
    if (tp->ecn_flags & TCP_ECN_DEMAND_CWR) p->tcp_flags |= TCPHDR_ECE;
}

static struct pkt *make_pkt(struct tcp_sock *tp, uint32_t seq, uint8_t flags)
{
    struct sock *sk = &tp->sk;
    struct pkt *p = pkt_new(sk->net->sim);
    p->kind = PKT_IP4;
    p->proto = PROTO_TCP;
    p->flags = PKT_DF;
    p->saddr = sk->saddr;
    p->daddr = sk->daddr;
    p->sport = sk->sport;
    p->dport = sk->dport;
    p->tcp_flags = flags;
    p->seq = seq;
    p->ip_id = ++tp->ip_id;
    return p;
}

static void syn_options(struct tcp_sock *tp, struct pkt *p)
{
    const struct tcp_knobs *k = &tp->tn->knobs;
    p->flags |= PKT_HAS_MSS;
    p->mss = tp->advmss;
    if (k->timestamps) {
        p->flags |= PKT_HAS_TS;
        p->tsval = tcp_time_stamp(tp) + tp->ts_offset;
        p->tsecr = tp->ts_recent;
    }
    if (k->window_scaling) {
        p->flags |= PKT_HAS_WSCALE;
        p->wscale = tp->rcv_wscale;
    }
    if (k->sack) p->flags |= PKT_SACK_OK;
    p->hdr_len = (uint16_t) (IP_TCP_HEADERS + tcp_syn_options_len(p));
}

int tcp_transmit_skb(struct tcp_sock *tp, struct tcp_skb *skb)
{
    struct net *net = tp->sk.net;
    uint32_t payload = skb_len(skb), segs = skb->pcount;
    int err = ip_dst_check(net, tp->sk.daddr, tp->sk.saddr, &tp->dst);
    if (ns_unlikely(err)) return err;
    /* Segments that leave in one instant keep their order, as they do where sending takes time: a nanosecond apart. */
    skb->xmit_ns = tcp_clock_ns(tp);
    if (tp->ts_tail) skb->xmit_ns = ns_max(skb->xmit_ns, tp->ts_tail->xmit_ns + 1);

    struct pkt *p = make_pkt(tp, skb->seq, skb->tcp_flags);
    if (ns_unlikely(skb->tcp_flags & TCPHDR_SYN)) {
        syn_options(tp, p);
        p->window = (uint16_t) ns_min(tp->rcv_wnd, 65535u);
        tcp_ip_options(tp, p);
        if (tp->ca_ops->needs_ecn) p->tos |= INET_ECN_ECT_0;
    } else {
        ip_and_ecn(tp, p, skb->seq, payload);
        p->hdr_len = (uint16_t) (IP_TCP_HEADERS + tcp_established_options(tp, p));
        p->window = tcp_select_window(tp);
        /* So that GRO hands a burst over as it was sent; not when it is cut later.  Since 5.4 */
        if (segs > 1 && net->profile->version >= 5004) p->tcp_flags |= TCPHDR_PSH;
    }
    p->ack = tp->rcv_nxt;
    p->len = p->hdr_len + payload;
    if (skb->sacked & TCPCB_RETRANS) p->flags |= PKT_RETRANS;
    if (segs > 1) {
        pkt_set_gso(net->sim, p, segs, skb->gso_size);
        tp->ip_id = (uint16_t) (tp->ip_id + segs - 1);
    }
    if (payload) {
        p->stream = sock_entity(&tp->sk);
        p->offset = tp->snd_offset + (uint32_t) (skb->seq - tp->snd_una);
        if (seq_before(skb->seq, tp->snd_una)) p->offset -= 1ull << 32;
        if (skb->bytes) {
            struct pkt_ext *e = pkt_ext(p);
            e->bytes = g_memdup2(skb->bytes, payload);
            e->n_bytes = payload;
        }
    }
    if (skb->tcp_flags & TCPHDR_ACK) tcp_event_ack_sent(tp, tp->rcv_nxt);
    if (payload) {
        event_data_sent(tp);
        tp->data_segs_out += segs;
        tp->bytes_sent += payload;
    }
    if (ns_unlikely(tp->is_paced)) tcp_pacing_sent(tp, skb);
    if (seq_after(skb->end_seq, tp->snd_nxt) || skb->seq == skb->end_seq) NET_ADD_STATS(net, TCP_OUTSEGS, segs);
    tp->segs_out += segs;

    tcp_tsorted_remove(tp, skb);
    tcp_tsorted_append(tp, skb);
    tcp_rate_skb_sent(tp, skb);
    ip_queue_xmit(net, &tp->dst, p);
    return 0;
}

/* ---- new data ---- */

void tcp_event_new_data_sent(struct tcp_sock *tp, struct tcp_skb *skb)
{
    uint32_t prior_packets = tp->packets_out;
    tp->snd_nxt = skb->end_seq;
    tcp_rtx_queue_append(tp, skb);
    tp->packets_out += skb->pcount;
    if (!prior_packets || tp->pending == ICSK_TIME_LOSS_PROBE) tcp_rearm_rto(tp);
    NET_ADD_STATS(tp->sk.net, TCPEXT_TCPORIGDATASENT, skb->pcount);
    tcp_check_space(tp);
}

/* Minshall's variant of Nagle's algorithm: hold a partial segment while another one is unacknowledged. */
static bool minshall_check(const struct tcp_sock *tp)
{
    return seq_after(tp->snd_sml, tp->snd_una) && !seq_after(tp->snd_sml, tp->snd_nxt);
}

static bool nagle_check(bool partial, const struct tcp_sock *tp, int nonagle)
{
    return partial && ((nonagle & TCP_NAGLE_CORK) || (!nonagle && tp->packets_out && minshall_check(tp)));
}

static bool nagle_test(const struct tcp_sock *tp, const struct tcp_skb *skb, uint32_t mss, int nonagle)
{
    if (nonagle & TCP_NAGLE_PUSH) return true;
    if (skb->tcp_flags & TCPHDR_FIN) return true;
    return !nagle_check(skb_len(skb) < mss, tp, nonagle);
}

static uint32_t cwnd_test(const struct tcp_sock *tp)
{
    uint32_t in_flight = tcp_packets_in_flight(tp), cwnd = tp->snd_cwnd;
    if (in_flight >= cwnd) return 0;
    return ns_min(ns_max(cwnd >> 1, 1u), cwnd - in_flight); /* leave room for the other half of the ACK clock */
}

static bool snd_wnd_test(const struct tcp_sock *tp, const struct tcp_skb *skb, uint32_t mss)
{
    uint32_t end = skb_len(skb) > mss ? skb->seq + mss : skb->end_seq;
    return !seq_after(end, tcp_wnd_end(tp));
}

/* tcp_tso_should_defer(): wait a little when the next ACK will allow a larger burst. */
static bool tso_should_defer(const struct tcp_sock *tp, const struct tcp_skb *skb, bool *cwnd_limited, bool *rwnd_limited,
                             uint32_t max_segs)
{
    if (tp->ca_state >= TCP_CA_Recovery) return false;
    uint64_t now_ns = tcp_clock_ns(tp);
    uint64_t last_ns = tp->is_paced ? tp->rare->wstamp_ns : tp->ts_tail ? tp->ts_tail->xmit_ns : 0;
    if (now_ns - ns_min(last_ns, now_ns) > 1000000) return false; /* more than 1 ms since the last send */
    uint32_t in_flight = tcp_packets_in_flight(tp), mss = tp->mss_cache;
    uint32_t send_win = tcp_wnd_end(tp) - skb->seq, cong_win = (tp->snd_cwnd - in_flight) * mss;
    uint32_t limit = ns_min(send_win, cong_win), len = skb_len(skb);
    if (limit >= max_segs * mss) return false;
    if (skb->next && limit >= len) return false; /* not the last one: all of it may go */
    uint32_t win_divisor = (uint32_t) tp->tn->knobs.tso_win_divisor;
    if (win_divisor) {
        uint32_t chunk = ns_min(tp->snd_wnd, tp->snd_cwnd * mss) / win_divisor;
        if (limit >= chunk) return false;
    } else if (limit > 3 * mss) {
        return false;
    }
    const struct tcp_skb *head = tp->rtx_head;
    if (!head) return false;
    int64_t delta_ns = (int64_t) (now_ns - head->xmit_ns) - (int64_t) (tp->srtt_us >> 3) * 1000;
    int64_t srtt_in_ns = (int64_t) (tp->srtt_us >> 3) * 1000, how_far = ns_min(srtt_in_ns >> 1, (int64_t) 1000000);
    if (-delta_ns > how_far) return false; /* the next ACK is too far away */
    if (cong_win < send_win) {
        if (cong_win <= len) {
            *cwnd_limited = true;
            return true;
        }
    } else if (send_win <= len) {
        *rwnd_limited = true;
        return true;
    }
    return !((skb->tcp_flags & TCPHDR_FIN) || skb->eor);
}

/* tcp_mss_split_point(): how much of a multi-segment run may go now. */
static uint32_t mss_split_point(const struct tcp_sock *tp, const struct tcp_skb *skb, uint32_t mss, uint32_t max_segs, int nonagle)
{
    uint32_t window = tcp_wnd_end(tp) - skb->seq, max_len = mss * max_segs, len = skb_len(skb);
    if (max_len <= window && skb->next) return max_len;
    uint32_t needed = ns_min(len, window);
    if (max_len <= needed) return max_len;
    uint32_t partial = needed % mss;
    /* The last, partial segment is held if Nagle's rule says so. */
    return nagle_check(partial != 0, tp, nonagle) ? needed - partial : needed;
}

void tcp_grow_skb(struct tcp_sock *tp, struct tcp_skb *skb, uint32_t amount)
{
    struct tcp_skb *next = skb->next;
    tcp_skb_unbundle(tp, next);
    uint32_t next_len = skb_len(next), n = ns_min(amount, next_len), old_len = skb_len(skb);
    tcp_skb_append_bytes(skb, old_len, next->bytes, n);
    skb->end_seq += n;
    skb->truesize += n;
    if (n == next_len) {
        skb->tcp_flags |= next->tcp_flags;
        skb->end_seq = next->end_seq;
        skb->eor = next->eor;
        skb->next = next->next;
        if (next->next) next->next->prev = skb;
        else tp->send_tail = skb;
        next->truesize -= n; /* moved, not freed */
        tcp_skb_free(tp, next);
        return;
    }
    next->seq += n;
    next->truesize -= n;
    if (next->bytes) memmove(next->bytes, next->bytes + n, next_len - n);
}

/* Take bytes from the next run so that a whole burst leaves.  Since 6.10 */
static void fill_burst(struct tcp_sock *tp, struct tcp_skb *skb, uint32_t amount)
{
    if (tp->sk.net->profile->version < 6010 || skb->eor || (skb->tcp_flags & (TCPHDR_SYN | TCPHDR_FIN))) return;
    tcp_grow_skb(tp, skb, amount);
}

bool tcp_write_xmit(struct tcp_sock *tp, uint32_t mss, int nonagle, int push_one)
{
    uint32_t sent_pkts = 0, max_segs = 0;
    bool is_cwnd_limited = false, is_rwnd_limited = false, is_paced = tp->is_paced;
    struct tcp_skb *skb;
    tcp_mstamp_refresh(tp);
    if (ns_unlikely(tp->mtup_enabled) && !push_one && tp->send_head) {
        enum tcp_mtu_probe probe = tcp_mtu_probe(tp);
        if (probe == MTU_PROBE_WAIT) return false;
        sent_pkts = probe == MTU_PROBE_SENT;
    }
    while ((skb = tp->send_head)) {
        if (ns_unlikely(is_paced) && tcp_pacing_wait(tp)) break;
        uint32_t quota = cwnd_test(tp);
        if (!quota) {
            if (push_one != 2) break;
            quota = 1; /* a loss probe ignores the window */
        }
        tcp_skb_unbundle(tp, skb);
        if (!max_segs) max_segs = tcp_tso_segs(tp, mss);
        quota = ns_min(quota, max_segs);
        if (quota * mss > skb_len(skb) && skb->next) fill_burst(tp, skb, quota * mss - skb_len(skb));
        tcp_set_skb_tso_segs(skb, mss);
        if (!snd_wnd_test(tp, skb, mss)) {
            is_rwnd_limited = true;
            break;
        }
        uint32_t limit = mss;
        if (skb->pcount == 1) {
            if (!nagle_test(tp, skb, mss, skb->next ? TCP_NAGLE_PUSH : nonagle)) break;
        } else {
            if (!push_one && tso_should_defer(tp, skb, &is_cwnd_limited, &is_rwnd_limited, max_segs)) break;
            limit = mss_split_point(tp, skb, mss, quota, nonagle);
        }
        if (skb_len(skb) > limit) tcp_fragment(tp, skb, limit, mss, false);
        if (skb->seq == skb->end_seq) break;
        if (tcp_transmit_skb(tp, skb)) break;
        tcp_event_new_data_sent(tp, skb);
        if (skb_len(skb) < skb->pcount * mss) tp->snd_sml = skb->end_seq; /* tcp_minshall_update() */
        sent_pkts += skb->pcount;
        if (push_one) break;
    }
    if (is_rwnd_limited) tcp_chrono_start(tp, TCP_CHRONO_RWND_LIMITED);
    else tcp_chrono_stop(tp, TCP_CHRONO_RWND_LIMITED);
    is_cwnd_limited |= tcp_packets_in_flight(tp) >= tp->snd_cwnd;
    if (sent_pkts || is_cwnd_limited) tcp_cwnd_validate(tp, is_cwnd_limited);
    if (sent_pkts) {
        if (tcp_in_cwnd_reduction(tp)) tcp_rare(tp)->prr_out += sent_pkts;
        if (push_one != 2) tcp_schedule_loss_probe(tp, false);
        return false;
    }
    return !tp->packets_out && tp->send_head;
}

void tcp_push_pending_frames(struct tcp_sock *tp, uint32_t mss, int nonagle)
{
    if (tp->sk.state == TCP_CLOSE) return;
    if (tcp_write_xmit(tp, mss, nonagle, 0)) tcp_check_probe_timer(tp);
}

void tcp_push_one(struct tcp_sock *tp, uint32_t mss)
{
    tcp_write_xmit(tp, mss, TCP_NAGLE_PUSH, 1);
}

/** After an ACK: send what it allows, wake a writer. */
void tcp_data_snd_check(struct tcp_sock *tp)
{
    if (tp->send_head) tcp_push_pending_frames(tp, tcp_current_mss(tp), tp->nonagle);
    tcp_check_space(tp);
}

/* ---- again ---- */

/* tcp_retrans_try_collapse(): small neighbours go out in one segment. */
static void retrans_try_collapse(struct tcp_sock *tp, struct tcp_skb *to, int space)
{
    if (!tp->tn->knobs.retrans_collapse || (to->tcp_flags & (TCPHDR_SYN | TCPHDR_FIN)) || to->pcount != 1
        || (to->sacked & TCPCB_SACKED_ACKED))
        return;
    space -= (int) skb_len(to);
    for (struct tcp_skb *skb = to->next; skb; skb = to->next) {
        if (skb->pcount != 1 || (skb->sacked & TCPCB_SACKED_ACKED) || (skb->tcp_flags & TCPHDR_SYN) || to->eor) return;
        space -= (int) skb_len(skb);
        if (space < 0 || seq_after(skb->end_seq, tcp_wnd_end(tp))) return;
        tcp_skb_append_bytes(to, skb_len(to), skb->bytes, skb_len(skb));
        to->end_seq = skb->end_seq;
        to->tcp_flags |= skb->tcp_flags;
        to->sacked |= skb->sacked & TCPCB_EVER_RETRANS;
        to->eor = skb->eor;
        to->truesize += skb_len(skb);
        tp->sk.wmem_queued += (int32_t) skb_len(skb);
        tcp_mem_charge(tp, (int32_t) skb_len(skb));
        if (tp->retransmit_skb_hint == skb) tp->retransmit_skb_hint = to;
        tcp_adjust_pcount(tp, skb, skb->pcount);
        tcp_rtx_unlink(tp, skb);
        tcp_skb_free(tp, skb);
        if (to->tcp_flags & TCPHDR_FIN) return;
    }
}

int tcp_retransmit_skb_raw(struct tcp_sock *tp, struct tcp_skb *skb, int segs)
{
    struct net *net = tp->sk.net;
    if (tp->has_mtup) tcp_rare(tp)->mtup_size = 0; /* no probing in the midst of losses */
    if (seq_before(skb->seq, tp->snd_una)) tcp_skb_trim_head(tp, skb, tp->snd_una - skb->seq);
    int err = ip_dst_check(net, tp->sk.daddr, tp->sk.saddr, &tp->dst);
    if (err) return err;
    uint32_t mss = tcp_current_mss(tp);
    int32_t avail = (int32_t) (tcp_wnd_end(tp) - skb->seq);
    if (avail <= 0) { /* the peer shrank its window: only its first byte is a probe */
        if (skb->seq != tp->snd_una) return -EAGAIN;
        avail = (int32_t) mss;
    }
    uint32_t len = mss * (uint32_t) segs;
    if (len > (uint32_t) avail) {
        len = (uint32_t) avail / mss * mss;
        if (!len) len = (uint32_t) avail;
    }
    if (skb_len(skb) > len) {
        tcp_fragment(tp, skb, len, mss, true);
    } else {
        int diff = skb->pcount;
        tcp_set_skb_tso_segs(skb, mss);
        diff -= skb->pcount;
        if (diff) tcp_adjust_pcount(tp, skb, diff);
        avail = ns_min(avail, (int32_t) mss);
        if ((int32_t) skb_len(skb) < avail) retrans_try_collapse(tp, skb, avail);
    }
    if ((skb->tcp_flags & TCPHDR_SYN) && tp->tn->knobs.ecn_fallback) /* RFC 3168 s6.1.1.1 */
        skb->tcp_flags &= (uint8_t) ~(TCPHDR_ECE | TCPHDR_CWR);
    NET_ADD_STATS(net, TCP_RETRANSSEGS, skb->pcount);
    if (skb->tcp_flags & TCPHDR_SYN) NET_INC_STATS(net, TCPEXT_TCPSYNRETRANS);
    tcp_rare(tp)->total_retrans += skb->pcount;
    if (tp->rare->retransmits) *tp->rare->retransmits += skb->pcount;
    tcp_rare(tp)->bytes_retrans += skb_len(skb);
    uint8_t sacked = skb->sacked;
    skb->sacked |= TCPCB_EVER_RETRANS;
    err = tcp_transmit_skb(tp, skb);
    skb->sacked = sacked | TCPCB_EVER_RETRANS;
    TRACE(net->sim, TCP_RETRANSMIT_SKB, net->node.name, tp->sk.serial, tp->sk.state, tp->sk.sport, tp->sk.dport, TRACE_AF_INET,
          tp->sk.saddr, tp->sk.daddr, (uint64_t) err);
    if (err) NET_ADD_STATS(net, TCPEXT_TCPRETRANSFAIL, skb->pcount);
    return err;
}

int tcp_retransmit_skb(struct tcp_sock *tp, struct tcp_skb *skb, int segs)
{
    int err = tcp_retransmit_skb_raw(tp, skb, segs);
    if (!err) { /* Differs: a repeat that was SACKed, then reneged, leaks a count of retrans_out in the kernel */
        if (!(skb->sacked & TCPCB_SACKED_RETRANS)) tp->retrans_out += skb->pcount;
        skb->sacked |= TCPCB_RETRANS;
    }
    if (!tp->retrans_stamp) tp->retrans_stamp = (uint32_t) (skb_mstamp_us(skb) / 1000);
    if (tp->rare->undo_retrans < 0) tcp_rare(tp)->undo_retrans = 0;
    tcp_rare(tp)->undo_retrans += skb->pcount;
    return err;
}

/** tcp_skb_spurious_retrans(): the echoed timestamp is older than the last transmission of @skb. */
bool tcp_skb_spurious_retrans(const struct tcp_sock *tp, const struct tcp_skb *skb)
{
    return (skb->sacked & TCPCB_RETRANS) && tp->saw_tstamp && tp->rcv_tsecr
           && seq_before(tp->rcv_tsecr, (uint32_t) (skb_mstamp_us(skb) / 1000));
}

/* ---- control segments ---- */

/* tcp_acceptable_seq(): the peer takes an ACK only inside the window it offered. */
static uint32_t acceptable_seq(const struct tcp_sock *tp)
{
    uint32_t end = tcp_wnd_end(tp);
    if (!seq_before(end, tp->snd_nxt) || (tp->wscale_ok && tp->snd_nxt - end < 1u << tp->rcv_wscale)) return tp->snd_nxt;
    return end;
}

/* A segment without payload that is not kept. */
static void transmit_control(struct tcp_sock *tp, uint32_t seq, uint32_t ack, uint8_t flags)
{
    struct net *net = tp->sk.net;
    if (ip_dst_check(net, tp->sk.daddr, tp->sk.saddr, &tp->dst)) return;
    struct pkt *p = make_pkt(tp, seq, flags);
    p->hdr_len = (uint16_t) (IP_TCP_HEADERS + tcp_established_options(tp, p));
    p->len = p->hdr_len;
    p->window = tcp_select_window(tp);
    p->ack = ack;
    ip_and_ecn(tp, p, seq, 0);
    if (flags & TCPHDR_ACK) tcp_event_ack_sent(tp, ack);
    NET_INC_STATS(net, TCP_OUTSEGS);
    tp->segs_out++;
    if (ns_unlikely(tp->is_paced)) tcp_pacing_sent(tp, NULL);
    ip_queue_xmit(net, &tp->dst, p);
}

void tcp_send_ack_of(struct tcp_sock *tp, uint32_t rcv_nxt)
{
    if (tp->sk.state == TCP_CLOSE) return;
    tcp_mstamp_refresh(tp);
    transmit_control(tp, acceptable_seq(tp), rcv_nxt, TCPHDR_ACK);
}

void tcp_send_ack(struct tcp_sock *tp)
{
    tcp_send_ack_of(tp, tp->rcv_nxt);
}

void tcp_send_active_reset(struct tcp_sock *tp, const char *reason)
{
    const struct sock *sk = &tp->sk;
    NET_INC_STATS(tp->sk.net, TCP_OUTRSTS);
    tcp_mstamp_refresh(tp);
    transmit_control(tp, acceptable_seq(tp), tp->rcv_nxt, TCPHDR_ACK | TCPHDR_RST);
    TRACE(sk->net->sim, TCP_SEND_RESET, sk->net->node.name, 0, sk->serial, sk->state, trace_text(reason), sk->saddr, sk->daddr,
          sk->sport, sk->dport);
}

void tcp_xmit_probe_skb(struct tcp_sock *tp)
{
    tcp_mstamp_refresh(tp);
    transmit_control(tp, tp->snd_una - 1, tp->rcv_nxt, TCPHDR_ACK);
}

void tcp_v4_send_ack(struct net *net, const struct sock_hashed *h, const struct tcp_bare_ack *a)
{
    struct dst dst = { 0 };
    if (ip_route_connect(net, h->daddr, h->saddr, &dst)) return;
    struct pkt *p = tcp_make_control(net, h->saddr, h->sport, h->daddr, h->dport, TCPHDR_ACK);
    p->seq = a->seq;
    p->ack = a->ack;
    p->window = (uint16_t) ns_min(a->window, 65535u);
    if (a->tstamp_ok) {
        p->flags |= PKT_HAS_TS;
        p->tsval = (uint32_t) (tcp_net_clock_us(net) / 1000) + a->ts_offset;
        p->tsecr = a->ts_recent;
        p->hdr_len = (uint16_t) (p->hdr_len + TCPOLEN_TSTAMP_ALIGNED);
        p->len = p->hdr_len;
    }
    NET_INC_STATS(net, TCP_OUTSEGS);
    ip_queue_xmit(net, &dst, p);
}

/* @sk  the socket that refuses @p, or NULL */
void tcp_v4_send_reset(struct net *net, const struct sock *sk, const struct pkt *p, const char *reason)
{
    if (p->tcp_flags & TCPHDR_RST) return;
    struct dst dst = { 0 };
    if (ip_route_connect(net, p->saddr, p->daddr, &dst)) return;
    bool has_ack = p->tcp_flags & TCPHDR_ACK;
    struct pkt *r = tcp_make_control(net, p->daddr, p->dport, p->saddr, p->sport, has_ack ? TCPHDR_RST : TCPHDR_RST | TCPHDR_ACK);
    if (has_ack) r->seq = p->ack;
    else r->ack = p->seq + !!(p->tcp_flags & TCPHDR_SYN) + !!(p->tcp_flags & TCPHDR_FIN) + pkt_payload_len(p);
    TRACE(net->sim, TCP_SEND_RESET, net->node.name, p->digest, sk ? sk->serial : 0, sk ? sk->state : 0, trace_text(reason), p->daddr,
          p->saddr, p->dport, p->sport);
    NET_INC_STATS(net, TCP_OUTSEGS);
    NET_INC_STATS(net, TCP_OUTRSTS);
    ip_queue_xmit(net, &dst, r);
}

/* ---- SYN, FIN ---- */

void tcp_send_syn(struct tcp_sock *tp)
{
    struct tcp_skb *skb = tcp_skb_new(tp);
    skb->tcp_flags = TCPHDR_SYN;
    if (tp->tn->knobs.ecn == 1 || tp->ca_ops->needs_ecn) {
        skb->tcp_flags |= TCPHDR_ECE | TCPHDR_CWR;
        tp->ecn_flags |= TCP_ECN_OK;
    }
    skb->seq = tp->write_seq;
    skb->end_seq = tp->write_seq + 1;
    skb->pcount = 1;
    skb->truesize = SKB_HEAD_TRUESIZE;
    tcp_mstamp_refresh(tp);
    tp->retrans_stamp = tcp_time_stamp(tp);
    tcp_queue_skb(tp, skb);
    tcp_rtx_queue_append(tp, skb);
    tp->packets_out = 1;
    tcp_transmit_skb(tp, skb);
    tp->snd_nxt = tp->write_seq;
    NET_INC_STATS(tp->sk.net, TCP_ACTIVEOPENS);
    tcp_reset_xmit_timer(tp, ICSK_TIME_RETRANS, tp->rto);
}

/* The FIN rides on the last run that was not sent, or goes alone. */
void tcp_send_fin(struct tcp_sock *tp)
{
    struct tcp_skb *tail = tp->send_tail;
    if (tail) {
        tail->tcp_flags |= TCPHDR_FIN;
        tail->end_seq++;
        tp->write_seq++;
    } else {
        struct tcp_skb *skb = tcp_skb_new(tp);
        skb->tcp_flags = TCPHDR_ACK | TCPHDR_FIN;
        skb->seq = tp->write_seq;
        skb->end_seq = tp->write_seq + 1;
        skb->pcount = 1;
        skb->truesize = SKB_HEAD_TRUESIZE;
        tcp_queue_skb(tp, skb);
        tcp_chrono_start(tp, TCP_CHRONO_BUSY);
    }
    tcp_push_pending_frames(tp, tcp_current_mss(tp), TCP_NAGLE_OFF);
}

/* ---- window probes ---- */

/* tcp_write_wakeup(): what fits into the window, or a bare probe. */
static void write_wakeup(struct tcp_sock *tp)
{
    struct tcp_skb *skb = tp->send_head;
    if (tp->sk.state == TCP_CLOSE) return;
    if (skb && seq_before(skb->seq, tcp_wnd_end(tp))) {
        tcp_skb_unbundle(tp, skb);
        uint32_t mss = tcp_current_mss(tp), seg = tcp_wnd_end(tp) - skb->seq;
        if (seq_before(tp->pushed_seq, skb->end_seq)) tp->pushed_seq = skb->end_seq;
        if (seg < skb->end_seq - skb->seq || skb_len(skb) > mss) {
            seg = ns_min(seg, mss);
            skb->tcp_flags |= TCPHDR_PSH;
            if (seg < skb_len(skb)) tcp_fragment(tp, skb, seg, mss, false);
        } else if (!skb->pcount) {
            tcp_set_skb_tso_segs(skb, mss);
        }
        skb->tcp_flags |= TCPHDR_PSH;
        tcp_mstamp_refresh(tp);
        if (!tcp_transmit_skb(tp, skb)) tcp_event_new_data_sent(tp, skb);
    } else {
        tcp_xmit_probe_skb(tp);
    }
}

void tcp_send_probe0(struct tcp_sock *tp)
{
    write_wakeup(tp);
    if (tp->packets_out || !tp->send_head) { /* data went out: an ordinary timer from here */
        tp->probes_out = tp->backoff = 0;
        tp->is_probing = false;
        return;
    }
    tp->probes_out++;
    NET_INC_STATS(tp->sk.net, TCPEXT_TCPWINPROBE);
    if (tp->backoff < tp->tn->knobs.retries2) tp->backoff++;
    uint32_t when = tcp_clamp_probe0(tp, tcp_probe0_when(tp, tcp_rto_max(tp)));
    tcp_reset_xmit_timer(tp, ICSK_TIME_PROBE0, when + tcp_pacing_delay(tp));
}
