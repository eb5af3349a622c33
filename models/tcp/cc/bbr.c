/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bbr.c - BBR version 1 (Cardwell, Cheng, Gunn, Yeganeh, Jacobson: "BBR: Congestion-Based Congestion Control", ACM Queue
 * 2016) in the integers of net/ipv4/tcp_bbr.c.
 *
 * Two numbers model the path: the largest delivery rate of the last ten round trips and the least round-trip time of the
 * last ten seconds.  Segments are paced at a gain times the first; the window is a gain times their product.
 *
 *      STARTUP ----> DRAIN ----> PROBE_BW <----> PROBE_RTT
 *      doubles until  empties     8 phases of     4 segments for 200 ms,
 *      the rate stops the queue   an RTT each     when no RTT was as low
 *      growing                    5/4 3/4 1...    for 10 s
 */
#include "models/tcp/tcp.h"

enum {
    BW_SCALE = 24,              /* bandwidth: segments/us << 24 */
    BW_UNIT = 1 << BW_SCALE,
    BBR_SCALE = 8,              /* gains: 256 is 1 */
    BBR_UNIT = 1 << BBR_SCALE,
    CYCLE_LEN = 8,
    CYCLE_RAND = 7,             /* phases in which a cycle may begin: all but the draining one */
    BW_WINDOW_ROUNDS = CYCLE_LEN + 2,
    MIN_RTT_WINDOW_S = 10,
    PROBE_RTT_MS = 200,
    CWND_MIN_TARGET = 4,
    HIGH_GAIN = BBR_UNIT * 2885 / 1000 + 1, /* 2/ln 2: the rate can double every round */
    DRAIN_GAIN = BBR_UNIT * 1000 / 2885,
    CWND_GAIN = BBR_UNIT * 2,
    PACING_MARGIN_PERCENT = 1,  /* slower than the estimate: no queue on average */
    MIN_TSO_RATE_BPS = 1200000,
    FULL_BW_THRESH = BBR_UNIT * 5 / 4,
    FULL_BW_ROUNDS = 3,
    EXTRA_ACKED_ROUNDS = 5,     /* of each of two slots */
    EXTRA_ACKED_MAX_US = 100000,
    ACK_EPOCH_MAX = 1 << 20,    /* segments */
    LT_INTERVAL_MIN_ROUNDS = 4,
    LT_LOSS_THRESH = 50,        /* of 256: a fifth */
    LT_BW_RATIO = BBR_UNIT / 8,
    LT_BW_DIFF_BYTES = 4000 / 8, /* bytes/s */
    LT_BW_MAX_ROUNDS = 48,
};
static const uint16_t cycle_gains[CYCLE_LEN] = { BBR_UNIT * 5 / 4, BBR_UNIT * 3 / 4, BBR_UNIT, BBR_UNIT,
                                                 BBR_UNIT,         BBR_UNIT,         BBR_UNIT, BBR_UNIT };

enum bbr_mode { BBR_STARTUP, BBR_DRAIN, BBR_PROBE_BW, BBR_PROBE_RTT };

/* What struct bbr packs into ICSK_CA_PRIV_SIZE; here it is in a pool of its own, and ca_priv[0] points to it. */
struct bbr {
    uint32_t min_rtt_us, min_rtt_stamp;  /* jiffies */
    uint32_t probe_rtt_done_stamp;       /* jiffies; 0: the flight is still too large */
    struct minmax bw;
    uint32_t rtt_cnt, next_rtt_delivered; /* rounds; the one after this begins when so much is delivered */
    uint64_t cycle_mstamp;
    uint8_t mode, prev_ca_state, cycle_idx, full_bw_cnt;
    bool packet_conservation, round_start, idle_restart, probe_rtt_round_done, full_bw_reached, has_seen_rtt, is_started;
    uint16_t pacing_gain, cwnd_gain;
    uint32_t prior_cwnd, full_bw;
    /* long-term sampling: is a policer there? */
    bool lt_is_sampling, lt_use_bw;
    uint8_t lt_rtt_cnt;
    uint32_t lt_bw, lt_last_delivered, lt_last_stamp, lt_last_lost; /* stamp: ms */
    /* aggregation of ACKs */
    uint64_t ack_epoch_mstamp;
    uint32_t ack_epoch_acked;
    uint16_t extra_acked[2];
    uint8_t extra_acked_win_rtts, extra_acked_win_idx;
};

size_t tcp_bbr_size(void)
{
    return sizeof(struct bbr);
}

/* Zeroes before init has run, as in the kernel: a SYN may time out first. */
static struct bbr *bbr_of(struct tcp_sock *tp)
{
    if (ns_unlikely(!tp->ca_priv[0])) {
        struct bbr *b = pool_get(&tp->tn->bbrs);
        memset(b, 0, sizeof *b);
        tp->ca_priv[0] = (uintptr_t) b;
    }
    return (struct bbr *) (uintptr_t) tp->ca_priv[0];
}

static void bbr_release(struct tcp_sock *tp)
{
    if (tp->ca_priv[0]) pool_put(&tp->tn->bbrs, (void *) (uintptr_t) tp->ca_priv[0]);
}

/* ---- the model's numbers ---- */

static uint32_t max_bw(const struct bbr *b)
{
    return b->bw.s[0].v;
}

static uint32_t bw_estimate(const struct bbr *b)
{
    return b->lt_use_bw ? b->lt_bw : max_bw(b);
}

/* The order of the steps keeps 2.9 Tbit/s within 64 bits. */
static uint64_t bytes_per_s(const struct tcp_sock *tp, uint64_t bw, uint32_t gain)
{
    uint64_t rate = bw * tp->mss_cache * gain >> BBR_SCALE;
    return rate * (1000000 / 100 * (100 - PACING_MARGIN_PERCENT)) >> BW_SCALE;
}

static uint64_t bw_to_pacing_rate(const struct tcp_sock *tp, uint64_t bw, uint32_t gain)
{
    return ns_min(bytes_per_s(tp, (uint32_t) bw, gain), tcp_max_pacing_rate(tp));
}

static void init_pacing_rate_from_rtt(struct tcp_sock *tp, struct bbr *b)
{
    uint32_t rtt_us = 1000; /* nothing measured: a nominal value */
    if (tp->srtt_us) {
        rtt_us = ns_max(tp->srtt_us >> 3, 1u);
        b->has_seen_rtt = true;
    }
    tp->pacing_rate = bw_to_pacing_rate(tp, (uint64_t) tp->snd_cwnd * BW_UNIT / rtt_us, HIGH_GAIN);
}

/* Before the pipe is full the rate only rises: an early sample may be too small. */
static void set_pacing_rate(struct tcp_sock *tp, struct bbr *b, uint32_t bw, uint32_t gain)
{
    uint64_t rate = bw_to_pacing_rate(tp, bw, gain);
    if (ns_unlikely(!b->has_seen_rtt && tp->srtt_us)) init_pacing_rate_from_rtt(tp, b);
    if (b->full_bw_reached || rate > tp->pacing_rate) tp->pacing_rate = rate;
}

static uint32_t bbr_min_tso_segs(const struct tcp_sock *tp)
{
    return tp->pacing_rate < MIN_TSO_RATE_BPS >> 3 ? 1 : 2;
}

static uint32_t tso_segs_goal(const struct tcp_sock *tp)
{
    uint32_t bytes = (uint32_t) ns_min(tp->pacing_rate >> 10, (uint64_t) (GSO_MAX_SIZE - 1 - MAX_TCP_HEADER));
    return ns_min(ns_max(bytes / tp->mss_cache, bbr_min_tso_segs(tp)), 0x7fu);
}

static uint32_t bdp(const struct bbr *b, uint32_t bw, uint32_t gain)
{
    if (ns_unlikely(b->min_rtt_us == UINT32_MAX)) return TCP_INIT_CWND; /* no RTT yet: all was retransmitted */
    uint64_t w = (uint64_t) bw * b->min_rtt_us;
    return (uint32_t) (((w * gain >> BBR_SCALE) + BW_UNIT - 1) / BW_UNIT);
}

/* Three bursts more, for those that wait in the two hosts; even, since ACKs come for two; the probe must be felt. */
static uint32_t quantization_budget(const struct tcp_sock *tp, const struct bbr *b, uint32_t cwnd)
{
    cwnd += 3 * tso_segs_goal(tp);
    cwnd = (cwnd + 1) & ~1u;
    return b->mode == BBR_PROBE_BW && b->cycle_idx == 0 ? cwnd + 2 : cwnd;
}

static uint32_t target_inflight(const struct tcp_sock *tp, const struct bbr *b, uint32_t gain)
{
    return quantization_budget(tp, b, bdp(b, max_bw(b), gain));
}

/* What will be in the network when the next segment may leave. */
static uint32_t packets_in_net_at_edt(const struct tcp_sock *tp, const struct bbr *b, uint32_t inflight)
{
    uint64_t now_ns = tcp_clock_ns(tp), edt_ns = ns_max(tp->rare->wstamp_ns, now_ns);
    uint32_t delivered = (uint32_t) (bw_estimate(b) * ((edt_ns - now_ns) / 1000) >> BW_SCALE);
    if (b->pacing_gain > BBR_UNIT) inflight += tso_segs_goal(tp);
    return delivered >= inflight ? 0 : inflight - delivered;
}

/* ---- long-term sampling: a token-bucket policer gives a constant rate and much loss (Flach et al., SIGCOMM 2016) ---- */

static void reset_mode(struct tcp_sock *tp, struct bbr *b);

static void lt_reset_interval(const struct tcp_sock *tp, struct bbr *b)
{
    b->lt_last_stamp = (uint32_t) (tp->delivered_mstamp / 1000);
    b->lt_last_delivered = tp->delivered;
    b->lt_last_lost = tp->lost;
    b->lt_rtt_cnt = 0;
}

static void lt_reset(const struct tcp_sock *tp, struct bbr *b)
{
    b->lt_bw = 0;
    b->lt_use_bw = b->lt_is_sampling = false;
    lt_reset_interval(tp, b);
}

/* Two intervals with about the same rate are a policer. */
static void lt_interval_done(const struct tcp_sock *tp, struct bbr *b, uint32_t bw)
{
    if (b->lt_bw) {
        uint32_t diff = bw > b->lt_bw ? bw - b->lt_bw : b->lt_bw - bw;
        if ((uint32_t) (diff * BBR_UNIT) <= LT_BW_RATIO * b->lt_bw || bytes_per_s(tp, diff, BBR_UNIT) <= LT_BW_DIFF_BYTES) {
            b->lt_bw = (bw + b->lt_bw) >> 1;
            b->lt_use_bw = true;
            b->pacing_gain = BBR_UNIT;
            b->lt_rtt_cnt = 0;
            return;
        }
    }
    b->lt_bw = bw;
    lt_reset_interval(tp, b);
}

/* May the interval end with this ACK?  From loss to loss: then the bucket was empty at both ends. */
static bool lt_interval_ends(const struct tcp_sock *tp, struct bbr *b, int32_t losses, bool is_app_limited)
{
    if (!b->lt_is_sampling) {
        if (!losses) return false;
        lt_reset_interval(tp, b);
        b->lt_is_sampling = true;
    }
    if (is_app_limited) {
        lt_reset(tp, b);
        return false;
    }
    if (b->round_start) b->lt_rtt_cnt++;
    if (b->lt_rtt_cnt < LT_INTERVAL_MIN_ROUNDS) return false;
    if (b->lt_rtt_cnt > 4 * LT_INTERVAL_MIN_ROUNDS) {
        lt_reset(tp, b);
        return false;
    }
    return losses;
}

static void lt_sampling(struct tcp_sock *tp, struct bbr *b, int32_t losses, bool is_app_limited)
{
    if (b->lt_use_bw) {
        if (b->mode == BBR_PROBE_BW && b->round_start && ++b->lt_rtt_cnt >= LT_BW_MAX_ROUNDS) { /* perhaps it has gone */
            lt_reset(tp, b);
            reset_mode(tp, b);
        }
        return;
    }
    if (!lt_interval_ends(tp, b, losses, is_app_limited)) return;
    uint32_t lost = tp->lost - b->lt_last_lost, delivered = tp->delivered - b->lt_last_delivered;
    if (!delivered || lost << BBR_SCALE < LT_LOSS_THRESH * delivered) return;
    uint32_t t_ms = (uint32_t) (tp->delivered_mstamp / 1000) - b->lt_last_stamp;
    if ((int32_t) t_ms < 1) return;
    if (t_ms >= UINT32_MAX / 1000) {
        lt_reset(tp, b);
        return;
    }
    lt_interval_done(tp, b, (uint32_t) ((uint64_t) delivered * BW_UNIT / (t_ms * 1000)));
}

/* ---- what an ACK says of the path ---- */

static void update_bw(struct tcp_sock *tp, struct bbr *b, const struct tcp_rate_sample *rs)
{
    b->round_start = false;
    if (rs->delivered < 0 || rs->interval_us <= 0) return;
    if (!seq_before(rs->prior_delivered, b->next_rtt_delivered)) { /* what was sent in this round comes back */
        b->next_rtt_delivered = tp->delivered;
        b->rtt_cnt++;
        b->round_start = true;
        b->packet_conservation = false;
    }
    lt_sampling(tp, b, rs->losses, rs->is_app_limited);
    uint64_t bw = (uint64_t) rs->delivered * BW_UNIT / (uint64_t) rs->interval_us;
    if (!rs->is_app_limited || bw >= max_bw(b)) minmax_running_max(&b->bw, BW_WINDOW_ROUNDS, b->rtt_cnt, (uint32_t) bw);
}

/* How much more than the rate would allow is acknowledged in a burst: so much more must be in flight. */
static void update_ack_aggregation(const struct tcp_sock *tp, struct bbr *b, const struct tcp_rate_sample *rs)
{
    if (!rs->acked_sacked || rs->delivered < 0 || rs->interval_us <= 0) return;
    if (b->round_start && ++b->extra_acked_win_rtts >= EXTRA_ACKED_ROUNDS) {
        b->extra_acked_win_rtts = 0;
        b->extra_acked_win_idx ^= 1;
        b->extra_acked[b->extra_acked_win_idx] = 0;
    }
    uint32_t epoch_us = tcp_stamp_us_delta(tp->delivered_mstamp, b->ack_epoch_mstamp);
    uint32_t expected = (uint32_t) ((uint64_t) bw_estimate(b) * epoch_us / BW_UNIT);
    if (b->ack_epoch_acked <= expected || b->ack_epoch_acked + rs->acked_sacked >= ACK_EPOCH_MAX) {
        b->ack_epoch_acked = 0;
        b->ack_epoch_mstamp = tp->delivered_mstamp;
        expected = 0;
    }
    b->ack_epoch_acked = ns_min(b->ack_epoch_acked + rs->acked_sacked, (uint32_t) ACK_EPOCH_MAX - 1);
    uint32_t extra = ns_min(b->ack_epoch_acked - expected, tp->snd_cwnd);
    uint16_t *slot = &b->extra_acked[b->extra_acked_win_idx];
    if (extra > *slot) *slot = (uint16_t) extra;
}

static void advance_cycle_phase(const struct tcp_sock *tp, struct bbr *b)
{
    b->cycle_idx = (b->cycle_idx + 1) & (CYCLE_LEN - 1);
    b->cycle_mstamp = tp->delivered_mstamp;
}

static void reset_mode(struct tcp_sock *tp, struct bbr *b)
{
    if (!b->full_bw_reached) {
        b->mode = BBR_STARTUP;
        return;
    }
    b->mode = BBR_PROBE_BW;
    b->cycle_idx = (uint8_t) (CYCLE_LEN - 1 - rng_below(&tp->tn->bbr_rng, CYCLE_RAND));
    advance_cycle_phase(tp, b);
}

static bool is_next_cycle_phase(const struct tcp_sock *tp, const struct bbr *b, const struct tcp_rate_sample *rs)
{
    bool is_full_length = tcp_stamp_us_delta(tp->delivered_mstamp, b->cycle_mstamp) > b->min_rtt_us;
    if (b->pacing_gain == BBR_UNIT) return is_full_length;
    uint32_t inflight = packets_in_net_at_edt(tp, b, rs->prior_in_flight);
    if (b->pacing_gain > BBR_UNIT) /* until the extra queue is there, or does not fit */
        return is_full_length && (rs->losses || inflight >= target_inflight(tp, b, b->pacing_gain));
    return is_full_length || inflight <= target_inflight(tp, b, BBR_UNIT); /* until it is gone */
}

static void check_full_bw_reached(struct bbr *b, const struct tcp_rate_sample *rs)
{
    if (b->full_bw_reached || !b->round_start || rs->is_app_limited) return;
    if (max_bw(b) >= (uint32_t) ((uint64_t) b->full_bw * FULL_BW_THRESH >> BBR_SCALE)) {
        b->full_bw = max_bw(b);
        b->full_bw_cnt = 0;
        return;
    }
    b->full_bw_reached = ++b->full_bw_cnt >= FULL_BW_ROUNDS;
}

static void check_drain(struct tcp_sock *tp, struct bbr *b)
{
    if (b->mode == BBR_STARTUP && b->full_bw_reached) {
        b->mode = BBR_DRAIN;
        tp->snd_ssthresh = target_inflight(tp, b, BBR_UNIT);
    }
    if (b->mode == BBR_DRAIN
        && packets_in_net_at_edt(tp, b, tcp_packets_in_flight(tp)) <= target_inflight(tp, b, BBR_UNIT))
        reset_mode(tp, b);
}

/* The window to come back to. */
static void save_cwnd(const struct tcp_sock *tp, struct bbr *b)
{
    bool is_whole = b->prev_ca_state < TCP_CA_Recovery && b->mode != BBR_PROBE_RTT;
    b->prior_cwnd = is_whole ? tp->snd_cwnd : ns_max(b->prior_cwnd, tp->snd_cwnd);
}

static void check_probe_rtt_done(struct tcp_sock *tp, struct bbr *b)
{
    uint32_t now = tcp_jiffies(tp);
    if (!b->probe_rtt_done_stamp || !seq_after(now, b->probe_rtt_done_stamp)) return;
    b->min_rtt_stamp = now;
    tcp_cwnd_set(tp, ns_max(tp->snd_cwnd, b->prior_cwnd), CWND_GROW);
    reset_mode(tp, b);
}

static void probe_rtt(struct tcp_sock *tp, struct bbr *b)
{
    uint32_t in_flight = tcp_packets_in_flight(tp), limit = tp->delivered + in_flight;
    tp->app_limited = limit ? limit : 1; /* the low rate is our doing */
    if (!b->probe_rtt_done_stamp && in_flight <= CWND_MIN_TARGET) {
        b->probe_rtt_done_stamp = tcp_jiffies(tp) + timer_msecs_to_jiffies(&tp->sk.net->wheel, PROBE_RTT_MS);
        b->probe_rtt_round_done = false;
        b->next_rtt_delivered = tp->delivered;
    } else if (b->probe_rtt_done_stamp) {
        if (b->round_start) b->probe_rtt_round_done = true;
        if (b->probe_rtt_round_done) check_probe_rtt_done(tp, b);
    }
}

static void update_min_rtt(struct tcp_sock *tp, struct bbr *b, const struct tcp_rate_sample *rs)
{
    uint32_t now = tcp_jiffies(tp);
    bool is_expired = seq_after(now, b->min_rtt_stamp + MIN_RTT_WINDOW_S * tcp_hz(tp));
    if (rs->rtt_us >= 0 && ((uint32_t) rs->rtt_us <= b->min_rtt_us || (is_expired && !rs->is_ack_delayed))) {
        b->min_rtt_us = (uint32_t) rs->rtt_us;
        b->min_rtt_stamp = now;
    }
    if (is_expired && !b->idle_restart && b->mode != BBR_PROBE_RTT) {
        b->mode = BBR_PROBE_RTT;
        save_cwnd(tp, b);
        b->probe_rtt_done_stamp = 0;
    }
    if (b->mode == BBR_PROBE_RTT) probe_rtt(tp, b);
    if (rs->delivered > 0) b->idle_restart = false;
}

static void update_gains(struct bbr *b)
{
    switch ((enum bbr_mode) b->mode) {
    case BBR_STARTUP: b->pacing_gain = b->cwnd_gain = HIGH_GAIN; break;
    case BBR_DRAIN:
        b->pacing_gain = DRAIN_GAIN;
        b->cwnd_gain = HIGH_GAIN;
        break;
    case BBR_PROBE_BW:
        b->pacing_gain = b->lt_use_bw ? BBR_UNIT : cycle_gains[b->cycle_idx];
        b->cwnd_gain = CWND_GAIN;
        break;
    case BBR_PROBE_RTT: b->pacing_gain = b->cwnd_gain = BBR_UNIT; break;
    }
}

/* ---- what follows for the window ---- */

static uint32_t ack_aggregation_cwnd(const struct bbr *b)
{
    if (!b->full_bw_reached) return 0;
    uint32_t most = (uint32_t) ((uint64_t) bw_estimate(b) * EXTRA_ACKED_MAX_US / BW_UNIT);
    return ns_min((uint32_t) ns_max(b->extra_acked[0], b->extra_acked[1]), most);
}

/* Into recovery and out of it.  true: one segment for each that is delivered, no more. */
static bool recover_or_restore(const struct tcp_sock *tp, struct bbr *b, const struct tcp_rate_sample *rs, uint32_t *cwnd)
{
    uint32_t conserved = tcp_packets_in_flight(tp) + rs->acked_sacked;
    if (rs->losses > 0) *cwnd = (uint32_t) ns_max((int32_t) *cwnd - rs->losses, 1);
    if (tp->ca_state == TCP_CA_Recovery && b->prev_ca_state != TCP_CA_Recovery) {
        b->packet_conservation = true; /* for one round */
        b->next_rtt_delivered = tp->delivered;
        *cwnd = conserved;
    } else if (b->prev_ca_state >= TCP_CA_Recovery && tp->ca_state < TCP_CA_Recovery) {
        *cwnd = ns_max(*cwnd, b->prior_cwnd);
        b->packet_conservation = false;
    }
    b->prev_ca_state = tp->ca_state;
    if (b->packet_conservation) *cwnd = ns_max(*cwnd, conserved);
    return b->packet_conservation;
}

static void set_cwnd(struct tcp_sock *tp, struct bbr *b, const struct tcp_rate_sample *rs, uint32_t bw)
{
    uint32_t cwnd = tp->snd_cwnd, acked = rs->acked_sacked;
    if (acked && !recover_or_restore(tp, b, rs, &cwnd)) {
        uint32_t target = quantization_budget(tp, b, bdp(b, bw, b->cwnd_gain) + ack_aggregation_cwnd(b));
        if (b->full_bw_reached) cwnd = ns_min(cwnd + acked, target);
        else if (cwnd < target || tp->delivered < TCP_INIT_CWND) cwnd += acked;
        cwnd = ns_max(cwnd, (uint32_t) CWND_MIN_TARGET);
    }
    cwnd = ns_min(cwnd, tp->snd_cwnd_clamp);
    if (b->mode == BBR_PROBE_RTT) cwnd = ns_min(cwnd, (uint32_t) CWND_MIN_TARGET);
    tcp_cwnd_set(tp, cwnd, cwnd < tp->snd_cwnd ? CWND_REDUCE : CWND_GROW);
}

/* ---- the hooks ---- */

/* bbr_main() */
static void bbr_cong_control(struct tcp_sock *tp, uint32_t ack, int flag, const struct tcp_rate_sample *rs)
{
    struct bbr *b = bbr_of(tp);
    (void) ack;
    (void) flag;
    if (ns_unlikely(!b->is_started)) { /* the SYN-ACK: with all state zero the RTT filter has expired, which leaves only this */
        uint32_t limit = tp->delivered + tcp_packets_in_flight(tp);
        tp->app_limited = limit ? limit : 1;
        return;
    }
    update_bw(tp, b, rs);
    update_ack_aggregation(tp, b, rs);
    if (b->mode == BBR_PROBE_BW && is_next_cycle_phase(tp, b, rs)) advance_cycle_phase(tp, b);
    check_full_bw_reached(b, rs);
    check_drain(tp, b);
    update_min_rtt(tp, b, rs);
    update_gains(b);
    uint32_t bw = bw_estimate(b);
    set_pacing_rate(tp, b, bw, b->pacing_gain);
    set_cwnd(tp, b, rs, bw);
}

static void bbr_init(struct tcp_sock *tp)
{
    struct bbr *b = bbr_of(tp);
    memset(b, 0, sizeof *b);
    b->is_started = true;
    tp->snd_ssthresh = TCP_INFINITE_SSTHRESH;
    b->next_rtt_delivered = tp->delivered;
    b->prev_ca_state = TCP_CA_Open;
    b->min_rtt_us = tcp_min_rtt(tp);
    b->min_rtt_stamp = tcp_jiffies(tp);
    init_pacing_rate_from_rtt(tp, b);
    lt_reset(tp, b);
    b->ack_epoch_mstamp = tp->tcp_mstamp;
    tcp_pacing_start(tp);
}

static uint32_t bbr_ssthresh(struct tcp_sock *tp)
{
    save_cwnd(tp, bbr_of(tp));
    return tp->snd_ssthresh;
}

/* The loss was none: the pipe may not have been full. */
static uint32_t bbr_undo_cwnd(struct tcp_sock *tp)
{
    struct bbr *b = bbr_of(tp);
    b->full_bw = 0;
    b->full_bw_cnt = 0;
    lt_reset(tp, b);
    return tp->snd_cwnd;
}

static void bbr_set_state(struct tcp_sock *tp, enum tcp_ca_state state)
{
    struct bbr *b = bbr_of(tp);
    if (state != TCP_CA_Loss) return;
    b->prev_ca_state = TCP_CA_Loss;
    b->full_bw = 0;
    b->round_start = true; /* a time-out ends a round */
    lt_sampling(tp, b, 1, false);
}

/* After an idle time, pace at the estimate: more speed is not needed. */
static void bbr_cwnd_event(struct tcp_sock *tp, enum tcp_ca_event event)
{
    struct bbr *b = bbr_of(tp);
    if (event != CA_EVENT_TX_START || !tp->app_limited) return;
    b->idle_restart = true;
    b->ack_epoch_mstamp = tp->tcp_mstamp;
    b->ack_epoch_acked = 0;
    if (b->mode == BBR_PROBE_BW) set_pacing_rate(tp, b, bw_estimate(b), BBR_UNIT);
    else if (b->mode == BBR_PROBE_RTT) check_probe_rtt_done(tp, b);
}

static void bbr_get_info(const struct tcp_sock *tp, NetsimCongestionInfo *info)
{
    const struct bbr *b = (const struct bbr *) (uintptr_t) tp->ca_priv[0];
    if (!b) return;
    info->kind = NETSIM_CONGESTION_BBR;
    info->bbr.bw = (uint64_t) bw_estimate(b) * tp->mss_cache * 1000000 >> BW_SCALE;
    info->bbr.min_rtt = b->min_rtt_us;
    info->bbr.pacing_gain = b->pacing_gain;
    info->bbr.cwnd_gain = b->cwnd_gain;
}

const struct tcp_congestion_ops tcp_bbr = {
    .name = "bbr",
    .source = "Cardwell et al. 2016, net/ipv4/tcp_bbr.c",
    .since = 4009,
    .ssthresh = bbr_ssthresh,
    .cong_control = bbr_cong_control,
    .undo_cwnd = bbr_undo_cwnd,
    .init = bbr_init,
    .release = bbr_release,
    .set_state = bbr_set_state,
    .cwnd_event = bbr_cwnd_event,
    .min_tso_segs = bbr_min_tso_segs,
    .get_info = bbr_get_info,
    .sndbuf_factor = 3,
};
