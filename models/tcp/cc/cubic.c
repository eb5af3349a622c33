/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cubic.c - RFC 9438 in the kernel's integers (net/ipv4/tcp_cubic.c), with HyStart, and the module's parameters. */
#include "models/tcp/tcp.h"

#include "models/netdev/face.h"
#include "models/netdev/sysctl.h"

enum {
    BICTCP_BETA_SCALE = 1024,
    BETA = 717,                 /* 0.7: what cubictcp_register() computes with, whatever the parameter becomes */
    BICTCP_HZ = 10,             /* time unit of the cubic function: 1/1024 s */
    BETA_SCALE = 8 * (BICTCP_BETA_SCALE + BETA) / 3 / (BICTCP_BETA_SCALE - BETA), /* 15 */
    CUBE_RTT_SCALE = 41 * 10,
    HYSTART_MIN_SAMPLES = 8,
    HYSTART_ACK_TRAIN = 1, HYSTART_DELAY = 2, /* bits of hystart_detect */
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

static const struct cubic_params *params(const struct tcp_sock *tp)
{
    return &tp->sk.net->tcp->cubic;
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
    if (params(tp)->hystart) hystart_reset(tp);
    else if (params(tp)->initial_ssthresh) tp->snd_ssthresh = (uint32_t) params(tp)->initial_ssthresh;
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

/* TCP friendliness: what Reno would have, RFC 9438 s4.3 */
static void be_friendly(struct bictcp *ca, uint32_t cwnd)
{
    uint32_t delta = (cwnd * BETA_SCALE) >> 3;
    while (delta && ca->ack_cnt > delta) {
        ca->ack_cnt -= delta;
        ca->tcp_cwnd++;
    }
    if (ca->tcp_cwnd > cwnd) ca->cnt = ns_min(ca->cnt, cwnd / (ca->tcp_cwnd - cwnd));
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
    if (params(tp)->tcp_friendliness) be_friendly(ca, cwnd);
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
    uint32_t beta = (uint32_t) params(tp)->beta;
    ca->epoch_start = 0;
    if (tp->snd_cwnd < ca->last_max_cwnd && params(tp)->fast_convergence) /* RFC 9438 s4.7 */
        ca->last_max_cwnd = (tp->snd_cwnd * (BICTCP_BETA_SCALE + beta)) / (2 * BICTCP_BETA_SCALE);
    else
        ca->last_max_cwnd = tp->snd_cwnd;
    return ns_max((tp->snd_cwnd * beta) / BICTCP_BETA_SCALE, 2u);
}

static void cubic_set_state(struct tcp_sock *tp, enum tcp_ca_state state)
{
    if (state != TCP_CA_Loss) return;
    memset(bictcp(tp), 0, sizeof(struct bictcp));
    hystart_reset(tp);
}

static void hystart_found(struct tcp_sock *tp)
{
    bictcp(tp)->found = 1;
    tp->snd_ssthresh = tp->snd_cwnd;
}

/* Is the train of ACKs that came close together as long as half the path? */
static void hystart_ack_train(struct tcp_sock *tp)
{
    struct bictcp *ca = bictcp(tp);
    uint32_t now = (uint32_t) tp->tcp_mstamp;
    if ((int32_t) (now - ca->last_ack) > params(tp)->hystart_ack_delta_us) return;
    ca->last_ack = now;
    uint64_t rate = tp->pacing_rate;
    uint32_t ack_delay = rate && rate != UINT64_MAX ? (uint32_t) ns_min((uint64_t) 1000, (uint64_t) GSO_MAX_SIZE * 4 * 1000000 / rate) : 0;
    uint32_t threshold = ca->delay_min + ack_delay;
    if (!tp->is_paced) threshold >>= 1;
    if ((int32_t) (now - ca->round_start) <= (int32_t) threshold) return;
    hystart_found(tp);
    NET_INC_STATS(tp->sk.net, TCPEXT_TCPHYSTARTTRAINDETECT);
    NET_ADD_STATS(tp->sk.net, TCPEXT_TCPHYSTARTTRAINCWND, tp->snd_cwnd);
}

/* Does the least RTT of a round's first ACKs exceed the path's? */
static void hystart_delay(struct tcp_sock *tp, uint32_t delay)
{
    struct bictcp *ca = bictcp(tp);
    if (ca->curr_rtt > delay) ca->curr_rtt = delay;
    if (ca->sample_cnt < HYSTART_MIN_SAMPLES) {
        ca->sample_cnt++;
    } else if (ca->curr_rtt > ca->delay_min + ns_min(ns_max(ca->delay_min >> 3, 4000u), 16000u)) {
        hystart_found(tp);
        NET_INC_STATS(tp->sk.net, TCPEXT_TCPHYSTARTDELAYDETECT);
        NET_ADD_STATS(tp->sk.net, TCPEXT_TCPHYSTARTDELAYCWND, tp->snd_cwnd);
    }
}

/* Ha and Rhee 2011 */
static void hystart_update(struct tcp_sock *tp, uint32_t delay)
{
    const struct cubic_params *p = params(tp);
    if (seq_after(tp->snd_una, bictcp(tp)->end_seq)) hystart_reset(tp);
    if (tp->snd_cwnd < (uint32_t) p->hystart_low_window) return;
    if (p->hystart_detect & HYSTART_ACK_TRAIN) hystart_ack_train(tp);
    if (p->hystart_detect & HYSTART_DELAY) hystart_delay(tp, delay);
}

static void cubic_pkts_acked(struct tcp_sock *tp, const struct tcp_ack_sample *sample)
{
    struct bictcp *ca = bictcp(tp);
    if (sample->rtt_us < 0) return;
    if (ca->epoch_start && (int32_t) (tcp_jiffies(tp) - ca->epoch_start) < (int32_t) tcp_hz(tp)) return; /* just after a loss */
    uint32_t delay = sample->rtt_us ? (uint32_t) sample->rtt_us : 1;
    if (!ca->delay_min || ca->delay_min > delay) ca->delay_min = delay;
    if (!ca->found && tcp_in_slow_start(tp) && params(tp)->hystart) hystart_update(tp, delay);
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

/* ---- /sys/module/tcp_cubic/parameters ---- */

static void *cubic_base(struct net *net, const char *const star[])
{
    (void) star;
    return &net->tcp->cubic;
}

static const struct knob_place cubic_place = { .base = cubic_base, .size = sizeof(struct cubic_params) };

#define PARAM(field) "/sys/module/tcp_cubic/parameters/" #field, ANY, .place = &cubic_place, \
    .offset = offsetof(struct cubic_params, field), .source = "net/ipv4/tcp_cubic.c"

static const struct knob rows[] = {
    { PARAM(beta), ALWAYS("717"), .doc = "what a loss leaves of the window, of 1024; Reno's share keeps to 717" },
    { PARAM(bic_scale), ALWAYS("41"), .is_read_only = true, .doc = "C of the cubic function, of 1024" },
    { PARAM(fast_convergence), ALWAYS("1"), .doc = "give way to new connections after a second loss (RFC 9438 s4.7)" },
    { PARAM(hystart), ALWAYS("1"), .since = 2029, .doc = "leave slow start before the first loss" },
    { "/sys/module/tcp_cubic/parameters/hystart_ack_delta", ANY, .unit = "ms", ALWAYS("2"), .since = 2039, .until = 5006,
      .place = &cubic_place, .offset = offsetof(struct cubic_params, hystart_ack_delta_us), .multiple = 1000, .is_alias = true,
      .source = "net/ipv4/tcp_cubic.c", .doc = "time between two ACKs of a train" },
    { PARAM(hystart_ack_delta_us), .unit = "us", ALWAYS("2000"), .since = 5006, .doc = "time between two ACKs of a train" },
    { PARAM(hystart_detect), ALWAYS("3"), .since = 2029, .doc = "bits of what ends slow start: 1 trains of ACKs, 2 the RTT" },
    { PARAM(hystart_low_window), .unit = "segments", ALWAYS("16"), .since = 2029, .doc = "window below which slow start goes on" },
    { PARAM(initial_ssthresh), .unit = "segments", ALWAYS("0"), .doc = "of new connections when hystart is 0; 0: none" },
    { PARAM(tcp_friendliness), ALWAYS("1"), .doc = "grow no slower than Reno (RFC 9438 s4.3)" },
    { .name = NULL },
};

const struct face tcp_cubic_face = { .knobs = rows };
