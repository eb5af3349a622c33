/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rcvbuf.c - how much the peer may send, how large the buffers get: window selection, its slow opening, dynamic right-sizing. */
#include "models/tcp/tcp.h"

enum { TCP_RMEM_TO_WIN_SCALE = 8 };

/* ---- space and window ---- */

int32_t tcp_win_from_space(const struct tcp_sock *tp, int32_t space)
{
    if (!tp->sk.net->profile->adv_win_scale) return (int32_t) (((int64_t) space * tp->scaling_ratio) >> TCP_RMEM_TO_WIN_SCALE);
    int scale = tp->tn->knobs.adv_win_scale;
    return scale <= 0 ? space >> -scale : space - (space >> scale);
}

int32_t tcp_space_from_win(const struct tcp_sock *tp, int32_t win)
{
    int64_t space = ((int64_t) win << TCP_RMEM_TO_WIN_SCALE) / tp->scaling_ratio;
    return (int32_t) ns_min(space, (int64_t) INT32_MAX);
}

static int32_t full_space(const struct tcp_sock *tp)
{
    return tcp_win_from_space(tp, tp->sk.rcvbuf);
}

static int32_t free_space(const struct tcp_sock *tp)
{
    return tcp_win_from_space(tp, tp->sk.rcvbuf - tp->sk.rmem_alloc);
}

/* ---- at the start ---- */

static unsigned ilog2(uint32_t x)
{
    return x ? 31u - (unsigned) __builtin_clz(x) : 0;
}

void tcp_select_initial_window(const struct tcp_net *tn, int32_t space_bytes, uint32_t mss, uint32_t *rcv_wnd,
                               uint32_t *window_clamp, bool wscale_ok, uint8_t *rcv_wscale, uint32_t init_rcv_wnd)
{
    const struct kernel_profile *kp = tn->net->profile;
    uint32_t space = space_bytes < 0 ? 0 : (uint32_t) space_bytes, clamp = *window_clamp;
    if (!clamp) clamp = 65535u << TCP_MAX_WSCALE;
    space = ns_min(clamp, space);
    if (space > mss) space -= space % mss;
    *rcv_wnd = kp->adv_win_scale ? ns_min(space, 65535u) : space;
    if (!init_rcv_wnd) init_rcv_wnd = kp->init_rwnd_segs;
    if (init_rcv_wnd) *rcv_wnd = ns_min(*rcv_wnd, init_rcv_wnd * mss);
    *rcv_wscale = 0;
    if (wscale_ok) {
        space = ns_max(space, (uint32_t) tn->knobs.rmem[2]);
        space = ns_max(space, (uint32_t) tn->net->sock->knobs.rmem_max);
        space = ns_min(space, clamp);
        int scale = (int) ilog2(space) - 15;
        *rcv_wscale = (uint8_t) ns_min(ns_max(scale, 0), TCP_MAX_WSCALE);
    }
    *window_clamp = ns_min(65535u << *rcv_wscale, clamp);
}

/* tcp_init_buffer_space(): the connection is established. */
void tcp_init_buffer_space(struct tcp_sock *tp)
{
    int app_win = tp->tn->knobs.app_win;
    if (!(tp->sk.opts & SOCK_SNDBUF_LOCK)) tcp_sndbuf_expand(tp);
    tcp_mstamp_refresh(tp);
    tp->rcvq_time = (uint32_t) tp->tcp_mstamp;
    tp->rcvq_seq = tp->copied_seq;
    uint32_t maxwin = (uint32_t) full_space(tp), advmss = tp->advmss;
    if (tp->window_clamp >= maxwin) {
        tp->window_clamp = maxwin;
        if (app_win && maxwin > 4 * advmss) tp->window_clamp = ns_max(maxwin - (maxwin >> app_win), 4 * advmss);
    }
    if (app_win && tp->window_clamp > 2 * advmss && tp->window_clamp + advmss > maxwin) /* one segment is reserved */
        tp->window_clamp = ns_max(2 * advmss, maxwin - advmss);
    tp->rcv_ssthresh = ns_min(tp->rcv_ssthresh, tp->window_clamp);
    tp->snd_cwnd_stamp = tcp_jiffies(tp);
    tp->rcvq_space = ns_min(ns_min(tp->rcv_ssthresh, tp->rcv_wnd), (uint32_t) TCP_INIT_CWND * advmss);
}

/* ---- what to offer ---- */

uint32_t tcp_select_window_raw(struct tcp_sock *tp)
{
    int32_t mss = (int32_t) tp->ack_rcv_mss, space = free_space(tp), allowed = full_space(tp);
    int32_t full = ns_min((int32_t) tp->window_clamp, allowed), granule = 1 << tp->rcv_wscale;
    if (mss > full) {
        mss = full;
        if (mss <= 0) return 0;
    }
    bool may_shrink = tp->tn->knobs.shrink_window && tp->rcv_wscale;
    if (space < full >> 1) {
        tp->ack_quick = 0;
        if (space < 0) space = 0;
        space &= -granule;
        /* Under 1/16 of the buffer or one segment: close. */
        if (space < allowed >> 4 || space < mss) return 0;
    }
    if (may_shrink && space <= (int32_t) tp->rcv_ssthresh) return (uint32_t) (space & -granule); /* what there is, no more */
    if (space > (int32_t) tp->rcv_ssthresh) space = (int32_t) tp->rcv_ssthresh;
    if (tp->rcv_wscale) return (uint32_t) ((space + granule - 1) & -granule);
    int32_t window = (int32_t) tp->rcv_wnd;
    if (window <= space - mss || window > space) window = space / mss * mss;
    else if (mss == full && space > window + (full >> 1)) window = space;
    return (uint32_t) window;
}

/* tcp_update_max_rcv_wnd_seq(): the edge moves left from here. */
static void window_shrinks(struct tcp_sock *tp)
{
    uint32_t edge = tp->rcv_wup + tp->rcv_wnd;
    if (tp->has_shrunk && !seq_after(edge, tp->rare->rcv_mwnd_seq)) return;
    tp->has_shrunk = true;
    tcp_rare(tp)->rcv_mwnd_seq = edge;
}

/* tcp_select_window(): the window field; the right edge never moves left unless tcp_shrink_window says so. */
uint16_t tcp_select_window(struct tcp_sock *tp)
{
    if (ns_unlikely(tp->ack_pending & ICSK_ACK_NOMEM)) { /* data could not be queued: nothing more */
        window_shrinks(tp);
        tp->rcv_wnd = 0;
        tp->rcv_wup = tp->rcv_nxt;
        return 0;
    }
    uint32_t old_win = tp->rcv_wnd, cur_win = tcp_receive_window(tp), new_win = tcp_select_window_raw(tp);
    uint32_t granule = 1u << tp->rcv_wscale;
    if (new_win < cur_win && tp->tn->knobs.shrink_window && tp->rcv_wscale) {
        window_shrinks(tp);
    } else if (new_win < cur_win) {
        if (!new_win) NET_INC_STATS(tp->sk.net, TCPEXT_TCPWANTZEROWINDOWADV);
        new_win = (cur_win + granule - 1) & -granule;
    }
    tp->rcv_wnd = new_win;
    tp->rcv_wup = tp->rcv_nxt;
    new_win = ns_min(new_win, 65535u << tp->rcv_wscale) >> tp->rcv_wscale;
    if (!new_win && old_win) NET_INC_STATS(tp->sk.net, TCPEXT_TCPTOZEROWINDOWADV);
    else if (new_win && !old_win) NET_INC_STATS(tp->sk.net, TCPEXT_TCPFROMZEROWINDOWADV);
    return (uint16_t) new_win;
}

/* ---- opening the window as packets show that they are worth their memory ---- */

/* __tcp_grow_window(): halve until the packet's share of memory fits; small packets open the window slowly or not at all. */
static int32_t grow_slowly(const struct tcp_sock *tp, int32_t len, int32_t truesize)
{
    int32_t t = tcp_win_from_space(tp, truesize) >> 1, w = tcp_win_from_space(tp, tp->tn->knobs.rmem[2]) >> 1;
    while ((int32_t) tp->rcv_ssthresh <= w) {
        if (t <= len) return (int32_t) (2 * tp->ack_rcv_mss);
        t >>= 1;
        w >>= 1;
    }
    return 0;
}

void tcp_grow_window(struct tcp_sock *tp, uint32_t len, uint32_t truesize)
{
    int32_t room = ns_min((int32_t) tp->window_clamp, free_space(tp)) - (int32_t) tp->rcv_ssthresh;
    if (room <= 0) return;
    int32_t incr = tcp_win_from_space(tp, (int32_t) truesize) <= (int32_t) len ? 2 * tp->advmss : grow_slowly(tp, (int32_t) len, (int32_t) truesize);
    if (!incr) return;
    incr = ns_max(incr, (int32_t) (2 * len));
    tp->rcv_ssthresh += (uint32_t) ns_min(room, incr);
    tp->ack_quick |= 1;
}

/* ---- the receiver's RTT ---- */

static void rcv_rtt_update(struct tcp_sock *tp, uint32_t sample, bool win_dep)
{
    uint32_t old = tp->rcv_rtt_us, m = sample << 3;
    bool is_new = tp->sk.net->profile->version >= 6016;
    if (!old || (is_new && m < old)) {
        tp->rcv_rtt_us = m;
    } else if (win_dep) { /* only a minimum */
        if (m < old) tp->rcv_rtt_us = m;
    } else {
        if (is_new && tp->rcv_nxt != tp->copied_seq) return; /* the reader is late, not the network */
        tp->rcv_rtt_us = old - (old >> 3) + sample;
    }
}

/* Without timestamps: how long a window takes to turn over. */
void tcp_rcv_rtt_measure(struct tcp_sock *tp)
{
    if (tp->rcv_rtt_time) {
        if (seq_before(tp->rcv_nxt, tp->rcv_rtt_seq)) return;
        uint32_t delta = (uint32_t) tp->tcp_mstamp - tp->rcv_rtt_time;
        rcv_rtt_update(tp, delta ? delta : 1, true);
    }
    tp->rcv_rtt_seq = tp->rcv_nxt + tp->rcv_wnd;
    tp->rcv_rtt_time = (uint32_t) tp->tcp_mstamp;
}

void tcp_rcv_rtt_measure_ts(struct tcp_sock *tp, uint32_t payload)
{
    if (tp->rcv_tsecr == tp->rcv_rtt_last_tsecr) return;
    tp->rcv_rtt_last_tsecr = tp->rcv_tsecr;
    if (payload < tp->ack_rcv_mss) return;
    uint32_t delta = tcp_time_stamp(tp) - tp->rcv_tsecr;
    if (delta >= INT32_MAX / 1000) return;
    if (!delta) {
        if (tp->sk.net->profile->version >= 6016) return;
        delta = 1;
    }
    rcv_rtt_update(tp, delta * 1000, false);
}

/* ---- dynamic right-sizing ---- */

void tcp_set_window_clamp(struct tcp_sock *tp, uint32_t clamp)
{
    clamp = ns_max((uint32_t) SOCK_MIN_RCVBUF / 2, clamp);
    if (clamp < tp->window_clamp) tp->rcv_ssthresh = ns_min(tp->rcv_ssthresh, clamp);
    else if (clamp > tp->window_clamp) tp->rcv_ssthresh = ns_max(ns_min(tp->rcv_wnd, clamp), tp->rcv_ssthresh);
    tp->window_clamp = clamp;
}

static void set_rcvbuf(struct tcp_sock *tp, int32_t rcvbuf)
{
    rcvbuf = ns_min(rcvbuf, tp->tn->knobs.rmem[2]);
    if (rcvbuf <= tp->sk.rcvbuf) return;
    tp->sk.rcvbuf = rcvbuf;
    tp->window_clamp = (uint32_t) tcp_win_from_space(tp, rcvbuf);
}

/* The buffer that one segment needs in kernels that measure the window in bytes of buffer (before 6.6). */
static int32_t rcvmem_per_mss(const struct tcp_sock *tp)
{
    int32_t rcvmem = SKB_TRUESIZE(tp->advmss + 320);
    while (tcp_win_from_space(tp, rcvmem) < tp->advmss) rcvmem += 128;
    return rcvmem;
}

/* tcp_rcvbuf_grow(): @copied bytes were read in the last RTT, which may double in the next. */
void tcp_rcvbuf_grow(struct tcp_sock *tp, uint32_t copied)
{
    const struct kernel_profile *kp = tp->sk.net->profile;
    uint32_t old = ns_max(tp->rcvq_space, 1u);
    tp->rcvq_space = copied;
    if (!tp->tn->knobs.moderate_rcvbuf || (tp->sk.opts & SOCK_RCVBUF_LOCK)) return;
    uint64_t rcvwin = (uint64_t) copied << 1;
    if (kp->version < 6016) rcvwin += 16 * tp->advmss;
    rcvwin += rcvwin * (copied - old) / old << 1;
    if (kp->version >= 6016 && tp->ofo_head) rcvwin += tp->rare->ofo_tail->end_seq - tp->rcv_nxt;
    rcvwin = ns_min(rcvwin, (uint64_t) INT32_MAX / 2);
    if (kp->adv_win_scale) {
        uint64_t bytes = rcvwin / tp->advmss * (uint64_t) rcvmem_per_mss(tp);
        set_rcvbuf(tp, (int32_t) ns_min(bytes, (uint64_t) INT32_MAX));
    } else {
        set_rcvbuf(tp, tcp_space_from_win(tp, (int32_t) rcvwin));
    }
}

/* After each read. */
void tcp_rcv_space_adjust(struct tcp_sock *tp)
{
    TRACE(tp->sk.net->sim, TCP_RCV_SPACE_ADJUST, tp->sk.net->node.name, TRACE_SK_OF(&tp->sk));
    tcp_mstamp_refresh(tp);
    uint32_t time = (uint32_t) tp->tcp_mstamp - tp->rcvq_time;
    if (!tp->rcv_rtt_us || time < tp->rcv_rtt_us >> 3) return;
    int32_t copied = (int32_t) (tp->copied_seq - tp->rcvq_seq);
    if (tp->sk.net->profile->version >= 6012) copied -= (int32_t) tcp_inq(tp);
    if (copied > (int32_t) tp->rcvq_space) tcp_rcvbuf_grow(tp, (uint32_t) copied);
    tp->rcvq_seq = tp->copied_seq;
    tp->rcvq_time = (uint32_t) tp->tcp_mstamp;
}

/* ---- the send buffer ---- */

/* tcp_sndbuf_expand(): room for twice the window in memory. */
void tcp_sndbuf_expand(struct tcp_sock *tp)
{
    uint32_t per_mss = ns_max(tp->rx_opt_mss_clamp, tp->mss_cache) + MAX_TCP_HEADER + 320;
    per_mss = (1u << (32 - __builtin_clz(per_mss - 1))) + 256; /* roundup_pow_of_two() + struct sk_buff */
    uint32_t nr_segs = ns_max(ns_max((uint32_t) TCP_INIT_CWND, tp->snd_cwnd), tp->reordering + 1);
    uint64_t sndmem = (uint64_t) tp->ca_ops->sndbuf_factor * nr_segs * per_mss;
    if ((uint64_t) tp->sk.sndbuf < sndmem) tp->sk.sndbuf = (int32_t) ns_min(sndmem, (uint64_t) tp->tn->knobs.wmem[2]);
}

/* tcp_should_expand_sndbuf() */
static bool should_expand_sndbuf(const struct tcp_sock *tp)
{
    return !(tp->sk.opts & SOCK_SNDBUF_LOCK) && tcp_packets_in_flight(tp) < tp->snd_cwnd;
}

void tcp_check_space(struct tcp_sock *tp)
{
    if (!tp->wants_space) return;
    if (should_expand_sndbuf(tp)) {
        tcp_sndbuf_expand(tp);
        tp->snd_cwnd_stamp = tcp_jiffies(tp);
    }
    tcp_write_space(tp);
    if (!tp->wants_space) tcp_chrono_stop(tp, TCP_CHRONO_SNDBUF_LIMITED);
}
