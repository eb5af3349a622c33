/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cong.c - the congestion window: who may write it, when it may grow, its validation (net/ipv4/tcp_cong.c). */
#include "models/tcp/tcp.h"

static const struct tcp_congestion_ops *const algorithms[] = { &tcp_cubic, &tcp_reno, &tcp_bbr, &tcp_dctcp };

const struct tcp_congestion_ops *tcp_ca_find(const struct net *net, const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(algorithms); i++)
        if (!strcmp(algorithms[i]->name, name) && net->profile->version >= algorithms[i]->since) return algorithms[i];
    return tcp_custom_find(net, name);
}

const char *tcp_ca_nth(unsigned i)
{
    return i < G_N_ELEMENTS(algorithms) ? algorithms[i]->name : NULL;
}

unsigned tcp_ca_since(unsigned i)
{
    return algorithms[i]->since;
}

void tcp_cwnd_set(struct tcp_sock *tp, uint32_t segs, enum tcp_cwnd_why why)
{
    ns_assert(segs >= 1);
    (void) why;
    tp->snd_cwnd = segs;
}

void tcp_ca_init(struct tcp_sock *tp)
{
    tcp_ca_release(tp);
    if (tp->rare->prior_ssthresh) tcp_rare(tp)->prior_ssthresh = 0;
    if (tp->ca_ops->init) tp->ca_ops->init(tp);
}

void tcp_ca_release(struct tcp_sock *tp)
{
    if (tp->ca_ops->release) tp->ca_ops->release(tp);
    memset(tp->ca_priv, 0, sizeof tp->ca_priv);
}

int tcp_get_congestion_info(const struct sock *sk, NetsimCongestionInfo *info)
{
    const struct tcp_sock *tp = (const struct tcp_sock *) sk;
    *info = (NetsimCongestionInfo){ .algorithm = tp->ca_ops->name };
    if (tp->ca_ops->get_info) tp->ca_ops->get_info(tp, info);
    return 0;
}

/* tcp_init_cwnd(): the route's initcwnd, else the kernel's rule (RFC 6928, or RFC 3390 before 2.6.39). */
uint32_t tcp_init_cwnd(const struct tcp_sock *tp)
{
    uint32_t cwnd = tp->dst.route ? tp->dst.route->metrics.initcwnd : 0;
    if (!cwnd) cwnd = tp->sk.net->profile->init_cwnd_segs;
    if (!cwnd) cwnd = tp->mss_cache > 1460 ? 2 : tp->mss_cache > 1095 ? 3 : 4; /* rfc3390_bytes_to_packets() */
    return ns_min(cwnd, tp->snd_cwnd_clamp);
}

/* tcp_is_cwnd_limited(): may the window grow? */
bool tcp_is_cwnd_limited(const struct tcp_sock *tp)
{
    if (tp->is_cwnd_limited) return true;
    if (tcp_in_slow_start(tp)) return tp->snd_cwnd < 2 * tp->max_packets_out;
    return false;
}

/* RFC 2861: the application did not use the window for an RTO. */
static void cwnd_application_limited(struct tcp_sock *tp)
{
    if (tp->ca_state == TCP_CA_Open && !tp->wants_space) {
        uint32_t win_used = ns_max(tp->snd_cwnd_used, tcp_init_cwnd(tp));
        if (win_used < tp->snd_cwnd) {
            tp->snd_ssthresh = tcp_current_ssthresh(tp);
            tcp_cwnd_set(tp, (tp->snd_cwnd + win_used) >> 1, CWND_APP_LIMITED);
        }
        tp->snd_cwnd_used = 0;
    }
    tp->snd_cwnd_stamp = tcp_jiffies(tp);
}

void tcp_cwnd_validate(struct tcp_sock *tp, bool is_cwnd_limited)
{
    if (!seq_before(tp->snd_una, tp->cwnd_usage_seq) || is_cwnd_limited
        || (!tp->is_cwnd_limited && tp->packets_out > tp->max_packets_out)) {
        tp->is_cwnd_limited = is_cwnd_limited;
        tp->max_packets_out = tp->packets_out;
        tp->cwnd_usage_seq = tp->snd_nxt;
    }
    if (tcp_is_cwnd_limited(tp)) {
        tp->snd_cwnd_used = 0;
        tp->snd_cwnd_stamp = tcp_jiffies(tp);
        return;
    }
    if (tp->packets_out > tp->snd_cwnd_used) tp->snd_cwnd_used = tp->packets_out;
    if (tp->tn->knobs.slow_start_after_idle && (int32_t) (tcp_jiffies(tp) - tp->snd_cwnd_stamp) >= (int32_t) tp->rto
        && !tp->ca_ops->cong_control)
        cwnd_application_limited(tp);
    if (!tp->send_head && tp->wants_space && !tp->is_dead && (tp->sk.state == TCP_ESTABLISHED || tp->sk.state == TCP_CLOSE_WAIT))
        tcp_chrono_start(tp, TCP_CHRONO_SNDBUF_LIMITED); /* the window would allow more than the buffer holds */
}

/* tcp_cwnd_restart(): after an idle time longer than the RTO the window decays, RFC 2861 s3.1. */
static void cwnd_restart(struct tcp_sock *tp, int32_t delta)
{
    uint32_t restart_cwnd = tcp_init_cwnd(tp), cwnd = tp->snd_cwnd;
    tcp_ca_event(tp, CA_EVENT_CWND_RESTART);
    tp->snd_ssthresh = tcp_current_ssthresh(tp);
    restart_cwnd = ns_min(restart_cwnd, cwnd);
    while ((delta -= (int32_t) tp->rto) > 0 && cwnd > restart_cwnd) cwnd >>= 1;
    tcp_cwnd_set(tp, ns_max(cwnd, restart_cwnd), CWND_IDLE);
    tp->snd_cwnd_stamp = tcp_jiffies(tp);
    tp->snd_cwnd_used = 0;
}

void tcp_slow_start_after_idle_check(struct tcp_sock *tp)
{
    if (!tp->tn->knobs.slow_start_after_idle || tp->packets_out || tp->ca_ops->cong_control) return;
    int32_t delta = (int32_t) (tcp_jiffies(tp) - tp->lsndtime);
    if (delta > (int32_t) tp->rto) cwnd_restart(tp, delta);
}

uint32_t tcp_slow_start(struct tcp_sock *tp, uint32_t acked)
{
    uint32_t cwnd = ns_min(tp->snd_cwnd + acked, tp->snd_ssthresh);
    acked -= cwnd - tp->snd_cwnd;
    tcp_cwnd_set(tp, ns_min(cwnd, tp->snd_cwnd_clamp), CWND_GROW);
    return acked;
}

/* One more segment every @w acknowledged. */
void tcp_cong_avoid_ai(struct tcp_sock *tp, uint32_t w, uint32_t acked)
{
    if (tp->snd_cwnd_cnt >= w) {
        tp->snd_cwnd_cnt = 0;
        tcp_cwnd_set(tp, tp->snd_cwnd + 1, CWND_GROW);
    }
    tp->snd_cwnd_cnt += acked;
    if (tp->snd_cwnd_cnt >= w) {
        uint32_t delta = tp->snd_cwnd_cnt / w;
        tp->snd_cwnd_cnt -= delta * w;
        tcp_cwnd_set(tp, tp->snd_cwnd + delta, CWND_GROW);
    }
    tcp_cwnd_set(tp, ns_min(tp->snd_cwnd, tp->snd_cwnd_clamp), CWND_GROW);
}

/* tcp_may_raise_cwnd(): with much reordering any forward progress counts, else only cumulative ACKs. */
static bool may_raise_cwnd(const struct tcp_sock *tp, int flag)
{
    if (tp->reordering > (uint32_t) tp->tn->knobs.reordering) return flag & FLAG_FORWARD_PROGRESS;
    return flag & FLAG_DATA_ACKED;
}

void tcp_cong_control(struct tcp_sock *tp, uint32_t ack, uint32_t acked_sacked, int flag, const struct tcp_rate_sample *rs)
{
    if (tp->ca_ops->cong_control) {
        tp->ca_ops->cong_control(tp, ack, flag, rs);
        return;
    }
    if (tcp_in_cwnd_reduction(tp)) {
        tcp_cwnd_reduction(tp, (int) acked_sacked, rs->losses, flag);
    } else if (may_raise_cwnd(tp, flag)) {
        tp->ca_ops->cong_avoid(tp, ack, acked_sacked);
        tp->snd_cwnd_stamp = tcp_jiffies(tp);
    }
    tcp_update_pacing_rate(tp);
}

/* mss * cwnd / srtt, times 200 % in slow start, 120 % later. Used for TSO sizing even without pacing. */
void tcp_update_pacing_rate(struct tcp_sock *tp)
{
    uint64_t rate = (uint64_t) tp->mss_cache * ((1000000 / 100) << 3);
    rate *= (uint64_t) (tp->snd_cwnd < tp->snd_ssthresh / 2 ? tp->tn->knobs.pacing_ss_ratio : tp->tn->knobs.pacing_ca_ratio);
    rate *= ns_max(tp->snd_cwnd, tp->packets_out);
    if (tp->srtt_us) rate /= tp->srtt_us;
    tp->pacing_rate = ns_min(rate, tcp_max_pacing_rate(tp));
}

uint32_t tcp_reno_undo_cwnd(struct tcp_sock *tp)
{
    return ns_max(tp->snd_cwnd, tp->rare->prior_cwnd);
}

uint32_t tcp_reno_ssthresh(struct tcp_sock *tp)
{
    return ns_max(tp->snd_cwnd >> 1, 2u);
}
