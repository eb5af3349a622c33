/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rtt.c - round-trip time and retransmission time-out (RFC 6298 as tcp_rtt_estimator() does it). */
#include "models/tcp/tcp.h"

/* The variance floor is inside rttvar: RTO >= srtt + rto_min. */
void tcp_rtt_estimator(struct tcp_sock *tp, int64_t mrtt_us)
{
    int64_t m = mrtt_us, srtt = tp->srtt_us;
    uint32_t rto_min_us = (uint32_t) timer_jiffies_to_usecs(&tp->sk.net->wheel, tcp_rto_min(tp));
    if (srtt) {
        m -= srtt >> 3;
        srtt += m;
        if (m < 0) {
            m = -m - (tp->mdev_us >> 2);
            if (m > 0) m >>= 3; /* a falling RTT must not inflate the variance */
        } else {
            m -= tp->mdev_us >> 2;
        }
        tp->mdev_us = (uint32_t) ((int64_t) tp->mdev_us + m);
        if (tp->mdev_us > tp->mdev_max_us) {
            tp->mdev_max_us = tp->mdev_us;
            if (tp->mdev_max_us > tp->rttvar_us) tp->rttvar_us = tp->mdev_max_us;
        }
        if (seq_after(tp->snd_una, tp->rtt_seq)) {
            if (tp->mdev_max_us < tp->rttvar_us) tp->rttvar_us -= (tp->rttvar_us - tp->mdev_max_us) >> 2;
            tp->rtt_seq = tp->snd_nxt;
            tp->mdev_max_us = rto_min_us;
        }
    } else {
        srtt = m << 3;
        tp->mdev_us = (uint32_t) (m << 1);
        tp->rttvar_us = ns_max(tp->mdev_us, rto_min_us);
        tp->mdev_max_us = tp->rttvar_us;
        tp->rtt_seq = tp->snd_nxt;
    }
    tp->srtt_us = (uint32_t) ns_max((int64_t) 1, srtt);
}

void tcp_set_rto(struct tcp_sock *tp)
{
    tp->rto = timer_usecs_to_jiffies(&tp->sk.net->wheel, (tp->srtt_us >> 3) + tp->rttvar_us);
    tp->rto = ns_min(tp->rto, tcp_rto_max(tp));
}

/* lib/win_minmax.c minmax_subwin_update(): age the second and third choices. */
static uint32_t subwin_update(struct minmax *m, uint32_t win, struct minmax_sample val)
{
    uint32_t dt = val.t - m->s[0].t;
    if (dt > win) {
        m->s[0] = m->s[1];
        m->s[1] = m->s[2];
        m->s[2] = val;
        if (val.t - m->s[0].t > win) {
            m->s[0] = m->s[1];
            m->s[1] = m->s[2];
            m->s[2] = val;
        }
    } else if (m->s[1].t == m->s[0].t && dt > win / 4) {
        m->s[2] = m->s[1] = val;
    } else if (m->s[2].t == m->s[1].t && dt > win / 2) {
        m->s[2] = val;
    }
    return m->s[0].v;
}

uint32_t minmax_running_min(struct minmax *m, uint32_t win, uint32_t t, uint32_t v)
{
    struct minmax_sample val = { t, v };
    if (v <= m->s[0].v || val.t - m->s[2].t > win) return minmax_reset(m, t, v);
    if (v <= m->s[1].v) m->s[2] = m->s[1] = val;
    else if (v <= m->s[2].v) m->s[2] = val;
    return subwin_update(m, win, val);
}

uint32_t minmax_running_max(struct minmax *m, uint32_t win, uint32_t t, uint32_t v)
{
    struct minmax_sample val = { t, v };
    if (v >= m->s[0].v || val.t - m->s[2].t > win) return minmax_reset(m, t, v);
    if (v >= m->s[1].v) m->s[2] = m->s[1] = val;
    else if (v >= m->s[2].v) m->s[2] = val;
    return subwin_update(m, win, val);
}

static void update_rtt_min(struct tcp_sock *tp, int64_t rtt_us, int flag)
{
    uint32_t wlen = (uint32_t) tp->tn->knobs.min_rtt_wlen_s * tcp_hz(tp);
    if ((flag & FLAG_ACK_MAYBE_DELAYED) && rtt_us > tcp_min_rtt(tp)) return; /* may be the peer's delayed ACK */
    uint32_t v = rtt_us ? (uint32_t) rtt_us : (uint32_t) timer_jiffies_to_usecs(&tp->sk.net->wheel, 1);
    minmax_running_min(&tp->rtt_min, wlen, tcp_jiffies(tp), v);
}

/* Karn's algorithm, timestamps where it cannot say: RFC 6298 s3, RFC 7323 s4. */
bool tcp_ack_update_rtt(struct tcp_sock *tp, int flag, int64_t seq_rtt_us, int64_t sack_rtt_us, int64_t ca_rtt_us,
                        struct tcp_rate_sample *rs)
{
    if (seq_rtt_us < 0) seq_rtt_us = sack_rtt_us;
    if (seq_rtt_us < 0 && tp->saw_tstamp && tp->rcv_tsecr && (flag & FLAG_ACKED)) {
        int32_t delta = (int32_t) (tcp_time_stamp(tp) - tp->rcv_tsecr);
        if (delta >= 0 && delta < INT32_MAX / 1000) seq_rtt_us = ca_rtt_us = (int64_t) ns_max(delta, 1) * 1000;
    }
    rs->rtt_us = ca_rtt_us; /* RTT of the last segment, or of the timestamp */
    if (seq_rtt_us < 0) return false;
    update_rtt_min(tp, ca_rtt_us, flag);
    tcp_rtt_estimator(tp, seq_rtt_us);
    tcp_set_rto(tp);
    tp->backoff = 0;
    return true;
}
