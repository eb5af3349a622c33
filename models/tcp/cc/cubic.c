/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cubic.c - RFC 9438 in the kernel's integers (net/ipv4/tcp_cubic.c), with HyStart. */
#include "models/tcp/tcp.h"

enum {
    BICTCP_BETA_SCALE = 1024,
    BETA = 717,                 /* 0.7 */
    BICTCP_HZ = 10,             /* time unit of the cubic function: 1/1024 s */
    BETA_SCALE = 8 * (BICTCP_BETA_SCALE + BETA) / 3 / (BICTCP_BETA_SCALE - BETA), /* 15 */
    CUBE_RTT_SCALE = 41 * 10,
    HYSTART_LOW_WINDOW = 16,
    HYSTART_MIN_SAMPLES = 8,
    HYSTART_ACK_DELTA_US = 2000,
};
static const uint64_t cube_factor = (1ull << (10 + 3 * BICTCP_HZ)) / CUBE_RTT_SCALE;

struct bictcp {
    uint32_t cnt, last_max_cwnd, last_cwnd, last_time;
    uint32_t bic_origin_point, bic_K;
    uint32_t delay_min;         /* us */
    uint32_t epoch_start;       /* jiffies; 0: none */
    uint32_t ack_cnt, tcp_cwnd;
    uint8_t sample_cnt, found;
    uint32_t round_start, end_seq, last_ack, curr_rtt; /* us */
};
_Static_assert(sizeof(struct bictcp) <= sizeof(((struct tcp_sock *) 0)->ca_priv), "fits into the socket");

static struct bictcp *bictcp(struct tcp_sock *tp)
{
    return (struct bictcp *) tp->ca_priv;
}

/* The nearest integer below the cube root. Differs: the kernel's table and one Newton step are off by up to
 * 0.15 %, which moves a K of 4.3 s by at most 6 ms. */
static uint32_t cubic_root(uint64_t a)
{
    uint64_t lo = 0, hi = 2642245; /* cbrt(2^64) */
    while (lo < hi) {
        uint64_t mid = (lo + hi + 1) >> 1;
        if (mid * mid * mid <= a) lo = mid;
        else hi = mid - 1;
    }
    return (uint32_t) lo;
}

static void hystart_reset(struct tcp_sock *tp)
{
    struct bictcp *ca = bictcp(tp);
    ca->round_start = ca->last_ack = (uint32_t) tp->tcp_mstamp;
    ca->end_seq = tp->snd_nxt;
    ca->curr_rtt = UINT32_MAX;
    ca->sample_cnt = 0;
}

static void cubic_init(struct tcp_sock *tp)
{
    memset(bictcp(tp), 0, sizeof(struct bictcp));
    hystart_reset(tp);
}

static void cubic_cwnd_event(struct tcp_sock *tp, enum tcp_ca_event event)
{
    if (event != CA_EVENT_TX_START) return;
    struct bictcp *ca = bictcp(tp);
    uint32_t now = tcp_jiffies(tp);
    int32_t delta = (int32_t) (now - tp->lsndtime);
    if (ca->epoch_start && delta > 0) { /* the curve does not grow while the application is idle */
        ca->epoch_start += (uint32_t) delta;
        if ((int32_t) (ca->epoch_start - now) > 0) ca->epoch_start = now;
    }
}

static void cubic_update(struct tcp_sock *tp, uint32_t acked)
{
    struct bictcp *ca = bictcp(tp);
    uint32_t cwnd = tp->snd_cwnd, now = tcp_jiffies(tp), hz = tcp_hz(tp);
    ca->ack_cnt += acked;
    if (ca->last_cwnd == cwnd && (int32_t) (now - ca->last_time) <= (int32_t) (hz / 32)) return;
    if (!(ca->epoch_start && now == ca->last_time)) {
        ca->last_cwnd = cwnd;
        ca->last_time = now;
        if (!ca->epoch_start) {
            ca->epoch_start = now;
            ca->ack_cnt = acked;
            ca->tcp_cwnd = cwnd;
            if (ca->last_max_cwnd <= cwnd) {
                ca->bic_K = 0;
                ca->bic_origin_point = cwnd;
            } else {
                ca->bic_K = cubic_root(cube_factor * (ca->last_max_cwnd - cwnd));
                ca->bic_origin_point = ca->last_max_cwnd;
            }
        }
        uint64_t t = (uint32_t) (now - ca->epoch_start);
        t += timer_usecs_to_jiffies(&tp->sk.net->wheel, ca->delay_min);
        t = (t << BICTCP_HZ) / hz;
        uint64_t offs = t < ca->bic_K ? ca->bic_K - t : t - ca->bic_K;
        uint32_t delta = (uint32_t) ((CUBE_RTT_SCALE * offs * offs * offs) >> (10 + 3 * BICTCP_HZ));
        uint32_t target = t < ca->bic_K ? ca->bic_origin_point - delta : ca->bic_origin_point + delta;
        ca->cnt = target > cwnd ? cwnd / (target - cwnd) : 100 * cwnd;
        if (ca->last_max_cwnd == 0 && ca->cnt > 20) ca->cnt = 20; /* at least 5 % an RTT before the first loss */
    }
    /* TCP friendliness: what Reno would have, RFC 9438 s4.3 */
    uint32_t delta = (cwnd * BETA_SCALE) >> 3;
    while (delta && ca->ack_cnt > delta) {
        ca->ack_cnt -= delta;
        ca->tcp_cwnd++;
    }
    if (ca->tcp_cwnd > cwnd) ca->cnt = ns_min(ca->cnt, cwnd / (ca->tcp_cwnd - cwnd));
    ca->cnt = ns_max(ca->cnt, 2u);
}

static void cubic_cong_avoid(struct tcp_sock *tp, uint32_t ack, uint32_t acked)
{
    (void) ack;
    if (!tcp_is_cwnd_limited(tp)) return;
    if (tcp_in_slow_start(tp)) {
        acked = tcp_slow_start(tp, acked);
        if (!acked) return;
    }
    cubic_update(tp, acked);
    tcp_cong_avoid_ai(tp, bictcp(tp)->cnt, acked);
}

static uint32_t cubic_ssthresh(struct tcp_sock *tp)
{
    struct bictcp *ca = bictcp(tp);
    ca->epoch_start = 0;
    if (tp->snd_cwnd < ca->last_max_cwnd) /* fast convergence, RFC 9438 s4.7 */
        ca->last_max_cwnd = (tp->snd_cwnd * (BICTCP_BETA_SCALE + BETA)) / (2 * BICTCP_BETA_SCALE);
    else
        ca->last_max_cwnd = tp->snd_cwnd;
    return ns_max((tp->snd_cwnd * BETA) / BICTCP_BETA_SCALE, 2u);
}

static void cubic_set_state(struct tcp_sock *tp, enum tcp_ca_state state)
{
    if (state != TCP_CA_Loss) return;
    memset(bictcp(tp), 0, sizeof(struct bictcp));
    hystart_reset(tp);
}

/* RTT minimum of the first ACKs against the path's, and the length of ACK trains (Ha and Rhee 2011). */
static void hystart_update(struct tcp_sock *tp, uint32_t delay)
{
    struct bictcp *ca = bictcp(tp);
    uint32_t now = (uint32_t) tp->tcp_mstamp;
    if (seq_after(tp->snd_una, ca->end_seq)) hystart_reset(tp);
    if (tp->snd_cwnd < HYSTART_LOW_WINDOW) return;
    if ((int32_t) (now - ca->last_ack) <= HYSTART_ACK_DELTA_US) {
        ca->last_ack = now;
        uint64_t rate = tp->pacing_rate;
        uint32_t ack_delay = rate && rate != UINT64_MAX ? (uint32_t) ns_min((uint64_t) 1000, (uint64_t) GSO_MAX_SIZE * 4 * 1000000 / rate) : 0;
        uint32_t threshold = ca->delay_min + ack_delay;
        threshold >>= 1; /* not paced */
        if ((int32_t) (now - ca->round_start) > (int32_t) threshold) {
            ca->found = 1;
            tp->snd_ssthresh = tp->snd_cwnd;
            NET_INC_STATS(tp->sk.net, TCPEXT_TCPHYSTARTTRAINDETECT);
            NET_ADD_STATS(tp->sk.net, TCPEXT_TCPHYSTARTTRAINCWND, tp->snd_cwnd);
        }
    }
    if (ca->curr_rtt > delay) ca->curr_rtt = delay;
    if (ca->sample_cnt < HYSTART_MIN_SAMPLES) {
        ca->sample_cnt++;
    } else if (ca->curr_rtt > ca->delay_min + ns_min(ns_max(ca->delay_min >> 3, 4000u), 16000u)) {
        ca->found = 1;
        tp->snd_ssthresh = tp->snd_cwnd;
        NET_INC_STATS(tp->sk.net, TCPEXT_TCPHYSTARTDELAYDETECT);
        NET_ADD_STATS(tp->sk.net, TCPEXT_TCPHYSTARTDELAYCWND, tp->snd_cwnd);
    }
}

static void cubic_pkts_acked(struct tcp_sock *tp, const struct tcp_ack_sample *sample)
{
    struct bictcp *ca = bictcp(tp);
    if (sample->rtt_us < 0) return;
    if (ca->epoch_start && (int32_t) (tcp_jiffies(tp) - ca->epoch_start) < (int32_t) tcp_hz(tp)) return; /* just after a loss */
    uint32_t delay = sample->rtt_us ? (uint32_t) sample->rtt_us : 1;
    if (!ca->delay_min || ca->delay_min > delay) ca->delay_min = delay;
    if (!ca->found && tcp_in_slow_start(tp)) hystart_update(tp, delay);
}

const struct tcp_congestion_ops tcp_cubic = {
    .name = "cubic",
    .source = "RFC 9438, net/ipv4/tcp_cubic.c",
    .ssthresh = cubic_ssthresh,
    .cong_avoid = cubic_cong_avoid,
    .undo_cwnd = tcp_reno_undo_cwnd,
    .init = cubic_init,
    .set_state = cubic_set_state,
    .cwnd_event = cubic_cwnd_event,
    .pkts_acked = cubic_pkts_acked,
    .sndbuf_factor = 2,
};
