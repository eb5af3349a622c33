/* SPDX-License-Identifier: GPL-3.0-or-later */
/* timer.c - a socket's three timers: retransmission (RTO, probe, RACK, window probe share one), delayed ACK, keepalive
 * (net/ipv4/tcp_timer.c).
 */
#include "models/tcp/tcp.h"

enum { TCP_RTO_MIN_MS = 200, TCP_THIN_LINEAR_RETRIES = 6, TCP_TIMEWAIT_LEN_S = 60 };

/* ---- arming ---- */

void tcp_reset_xmit_timer(struct tcp_sock *tp, enum tcp_pending what, uint32_t when)
{
    struct timer_wheel *w = &tp->sk.net->wheel;
    tp->pending = (uint8_t) what;
    timer_mod(w, &tp->rtx_timer, timer_jiffies(w) + ns_min(when, tcp_rto_max(tp)));
}

void tcp_clear_retrans_timer(struct tcp_sock *tp)
{
    if (tp->pending == ICSK_TIME_NONE) return;
    tp->pending = ICSK_TIME_NONE;
    timer_del(&tp->sk.net->wheel, &tp->rtx_timer);
}

uint32_t tcp_rto_delta_us(const struct tcp_sock *tp)
{
    const struct tcp_skb *head = tp->rtx_head;
    uint32_t rto_us = (uint32_t) timer_jiffies_to_usecs(&tp->sk.net->wheel, tp->rto);
    if (!head) return rto_us;
    return (uint32_t) (skb_mstamp_us(head) + rto_us - tp->tcp_mstamp);
}

/* ---- giving up ---- */

/* tcp_model_timeout(): how long @boundary exponential retries take, ms. */
static uint32_t model_timeout(const struct tcp_sock *tp, unsigned boundary, uint32_t base_ms)
{
    uint32_t max = (uint32_t) tp->tn->knobs.rto_max_ms, thresh = 0;
    for (uint32_t r = max / base_ms; r > 1; r >>= 1) thresh++;
    if (boundary <= thresh) return ((2u << boundary) - 1) * base_ms;
    return ((2u << thresh) - 1) * base_ms + (boundary - thresh) * max;
}

static bool is_opening(const struct tcp_sock *tp)
{
    return tp->sk.state == TCP_SYN_SENT || tp->sk.state == TCP_SYN_RECV;
}

static bool retransmits_timed_out(const struct tcp_sock *tp, unsigned boundary, uint32_t timeout_ms)
{
    if (!tp->retransmits) return false;
    if (!timeout_ms) timeout_ms = model_timeout(tp, boundary, is_opening(tp) ? tp->sk.net->profile->init_rto_ms : TCP_RTO_MIN_MS);
    return (int32_t) (tcp_time_stamp(tp) - tp->retrans_stamp - timeout_ms) >= 0;
}

/* tcp_orphan_retries(): 0 means 8, about 100 s, while the peer may be alive; an ICMP error says that it is not. */
static unsigned orphan_retries(const struct tcp_sock *tp, bool alive)
{
    unsigned retries = tp->err_soft && !alive ? 0 : (unsigned) tp->tn->knobs.orphan_retries;
    return !retries && alive ? 8 : retries;
}

static bool write_timeout(struct tcp_sock *tp)
{
    const struct tcp_knobs *k = &tp->tn->knobs;
    unsigned retry_until;
    bool expired = false;
    if (is_opening(tp)) {
        retry_until = tp->syn_retries_left ? tp->syn_retries_left : (unsigned) k->syn_retries;
        unsigned max = retry_until;
        if (tp->sk.state == TCP_SYN_SENT) max += (unsigned) k->syn_linear_timeouts;
        expired = tp->retransmits >= max;
    } else {
        if (retransmits_timed_out(tp, (unsigned) k->retries1, 0)) tcp_mtup_black_hole(tp);
        retry_until = (unsigned) k->retries2;
        if (tp->is_dead) retry_until = orphan_retries(tp, tp->rto < tcp_rto_max(tp));
    }
    if (!expired) expired = retransmits_timed_out(tp, retry_until, tp->rare->set.user_timeout);
    if (expired) {
        tcp_write_err(tp);
        return true;
    }
    if (tp->sk.net->profile->version >= 5006) { /* sk_rethink_txhash() */
        tcp_rare(tp)->timeout_rehash++;
        NET_INC_STATS(tp->sk.net, TCPEXT_TCPTIMEOUTREHASH);
    }
    return false;
}

/* A user timeout makes the timer fire at the limit. */
static uint32_t clamp_rto_to_user_timeout(const struct tcp_sock *tp)
{
    if (!tp->rare->set.user_timeout) return tp->rto;
    int32_t remaining = (int32_t) (tp->rare->set.user_timeout - (tcp_time_stamp(tp) - tp->retrans_stamp));
    if (remaining <= 0) return 1;
    return ns_min(tp->rto, timer_msecs_to_jiffies(&tp->sk.net->wheel, (uint32_t) remaining));
}

/* tcp_rtx_probe0_timed_out(): the peer closed its window over sent data; a user timeout does not care that it answers. */
static bool rtx_probe0_timed_out(const struct tcp_sock *tp, const struct tcp_skb *skb)
{
    uint32_t since_ms = tcp_time_stamp(tp) - (tp->retrans_stamp ? tp->retrans_stamp : (uint32_t) (skb_mstamp_us(skb) / 1000));
    struct timer_wheel *w = &tp->sk.net->wheel;
    uint32_t timeout = 2 * tcp_rto_max(tp);
    if (tp->rare->set.user_timeout) {
        if (since_ms > tp->rare->set.user_timeout) return true;
        timeout = ns_min(timeout, timer_msecs_to_jiffies(w, tp->rare->set.user_timeout));
    }
    int32_t silent = (int32_t) (tp->rtx_timer.expires - tp->rcv_tstamp);
    return silent > (int32_t) timeout && timer_msecs_to_jiffies(w, since_ms) > timeout;
}

/* ---- retransmission ---- */

/* tcp_update_rto_stats() */
static void update_rto_stats(struct tcp_sock *tp)
{
    if (!tp->retransmits) {
        tcp_rare(tp)->total_rto_recoveries++;
        tcp_rare(tp)->rto_stamp = tcp_time_stamp(tp);
    }
    if (tp->retransmits < UINT8_MAX) tp->retransmits++;
    tcp_rare(tp)->total_rto++;
}

void tcp_retransmit_timer(struct tcp_sock *tp)
{
    struct net *net = tp->sk.net;
    struct tcp_skb *skb = tp->rtx_head;
    if (!tp->packets_out || !skb) return;
    if (!tp->snd_wnd && !tp->is_dead && !is_opening(tp)) { /* the peer closed its window over sent data: a probe */
        if (rtx_probe0_timed_out(tp, skb)) {
            tcp_write_err(tp);
            return;
        }
        tcp_enter_loss(tp);
        tcp_retransmit_skb(tp, skb, 1);
    } else {
        NET_INC_STATS(net, TCPEXT_TCPTIMEOUTS);
        if (write_timeout(tp)) return;
        if (!tp->retransmits) {
            if (tp->ca_state == TCP_CA_Recovery) {
                if (tp->sack_ok) NET_INC_STATS(net, TCPEXT_TCPSACKRECOVERYFAIL);
                else NET_INC_STATS(net, TCPEXT_TCPRENORECOVERYFAIL);
            } else if (tp->ca_state == TCP_CA_Loss) {
                NET_INC_STATS(net, TCPEXT_TCPLOSSFAILURES);
            } else if (tp->ca_state == TCP_CA_Disorder || tp->sacked_out) {
                if (tp->sack_ok) NET_INC_STATS(net, TCPEXT_TCPSACKFAILURES);
                else NET_INC_STATS(net, TCPEXT_TCPRENOFAILURES);
            }
        }
        tcp_enter_loss(tp);
        update_rto_stats(tp);
        tcp_retransmit_skb(tp, tp->rtx_head, 1);
    }
    const struct tcp_knobs *k = &tp->tn->knobs;
    if (tp->sk.state == TCP_ESTABLISHED && k->thin_linear_timeouts && tp->packets_out < 4 && !tcp_in_initial_slowstart(tp)
        && tp->retransmits <= TCP_THIN_LINEAR_RETRIES) {
        tp->backoff = 0;
        tcp_set_rto(tp);
    } else if (tp->sk.state != TCP_SYN_SENT || tp->retransmits > k->syn_linear_timeouts) {
        tp->backoff++;
        tp->rto = ns_min(tp->rto << 1, tcp_rto_max(tp)); /* RFC 6298 s5.5 */
    }
    tcp_reset_xmit_timer(tp, ICSK_TIME_RETRANS, clamp_rto_to_user_timeout(tp));
}

/* ---- window probes ---- */

uint32_t tcp_probe0_base(const struct tcp_sock *tp)
{
    return ns_max(tp->rto, tcp_hz(tp) / 5);
}

uint32_t tcp_probe0_when(const struct tcp_sock *tp, uint32_t max_when)
{
    unsigned backoff = ns_min(tp->backoff, 10);
    uint64_t when = (uint64_t) tcp_probe0_base(tp) << backoff;
    return (uint32_t) ns_min(when, (uint64_t) max_when);
}

/* tcp_clamp_probe0_to_user_timeout(): a user timeout makes the timer fire at the limit. */
uint32_t tcp_clamp_probe0(const struct tcp_sock *tp, uint32_t when)
{
    if (!tp->rare->set.user_timeout || !tp->is_probing) return when;
    uint32_t limit = timer_msecs_to_jiffies(&tp->sk.net->wheel, tp->rare->set.user_timeout);
    uint32_t remaining = limit - (tcp_jiffies(tp) - tp->rare->probes_tstamp);
    return ns_min(when, ns_max(remaining, (uint32_t) TCP_TIMEOUT_MIN));
}

void tcp_check_probe_timer(struct tcp_sock *tp)
{
    if (!tp->packets_out && tp->pending == ICSK_TIME_NONE) tcp_reset_xmit_timer(tp, ICSK_TIME_PROBE0, tcp_probe0_base(tp) + tcp_pacing_delay(tp));
}

static void probe_timer(struct tcp_sock *tp)
{
    if (tp->packets_out || !tp->send_head) {
        tp->probes_out = 0;
        tp->is_probing = false;
        return;
    }
    /* Without a user timeout we probe for as long as the peer answers, RFC 9293 s3.8.6.1. */
    uint32_t now = tcp_jiffies(tp);
    if (!tp->is_probing) {
        tp->is_probing = true;
        tcp_rare(tp)->probes_tstamp = now;
    } else if (tp->rare->set.user_timeout && now - tp->rare->probes_tstamp >= timer_msecs_to_jiffies(&tp->sk.net->wheel, tp->rare->set.user_timeout)) {
        tcp_write_err(tp);
        return;
    }
    unsigned max_probes = (unsigned) tp->tn->knobs.retries2;
    if (tp->is_dead) {
        bool alive = tcp_probe0_when(tp, UINT32_MAX) < tcp_rto_max(tp);
        max_probes = orphan_retries(tp, alive);
        if (!alive && tp->backoff >= max_probes) {
            tcp_write_err(tp);
            return;
        }
    }
    if (tp->probes_out >= max_probes) tcp_write_err(tp);
    else tcp_send_probe0(tp);
}

void tcp_write_timer_handler(struct tcp_sock *tp)
{
    if (tp->sk.state == TCP_CLOSE || tp->sk.state == TCP_LISTEN || !tp->pending) return;
    tcp_mstamp_refresh(tp);
    switch (tp->pending) {
    case ICSK_TIME_REO_TIMEOUT: tcp_rack_reo_timeout(tp); break;
    case ICSK_TIME_LOSS_PROBE: tcp_send_loss_probe(tp); break;
    case ICSK_TIME_RETRANS:
        tp->pending = ICSK_TIME_NONE;
        tcp_retransmit_timer(tp);
        break;
    case ICSK_TIME_PROBE0:
        tp->pending = ICSK_TIME_NONE;
        probe_timer(tp);
        break;
    }
    tcp_reap(tp);
}

static void write_timer(struct timer *t)
{
    struct tcp_sock *tp = ns_container_of(t, struct tcp_sock, rtx_timer);
    if (ns_unlikely(tp->sk.is_owned)) tcp_rare(tp)->deferred |= TCP_WRITE_TIMER_DEFERRED;
    else tcp_write_timer_handler(tp);
}

/* ---- delayed ACK ---- */

void tcp_delack_timer_handler(struct tcp_sock *tp)
{
    if (tp->compressed_ack) { /* tcp_delack_timer_handler(): more is waiting than this timer knows */
        tcp_mstamp_refresh(tp);
        tcp_sack_compress_send(tp);
        return;
    }
    if (tp->sk.state == TCP_CLOSE || tp->sk.state == TCP_LISTEN || !(tp->ack_pending & ICSK_ACK_TIMER)) return;
    tp->ack_pending &= (uint8_t) ~ICSK_ACK_TIMER;
    if (!(tp->ack_pending & ICSK_ACK_SCHED)) return;
    uint32_t hz = tcp_hz(tp);
    if (!tcp_is_pingpong(tp)) { /* the peer waits for more: be slower */
        uint32_t limit = tp->sk.net->profile->version >= 6012 ? ns_min(tp->rto, hz / 5) : tp->rto;
        tp->ack_ato = ns_min(tp->ack_ato << 1, limit);
    } else { /* no reply came: leave interactive mode */
        tp->ack_pingpong = 0;
        tp->ack_ato = hz / 25;
    }
    tcp_mstamp_refresh(tp);
    tcp_send_ack(tp);
    NET_INC_STATS(tp->sk.net, TCPEXT_DELAYEDACKS);
}

static void delack_timer(struct timer *t)
{
    struct tcp_sock *tp = ns_container_of(t, struct tcp_sock, delack_timer);
    if (!ns_unlikely(tp->sk.is_owned)) {
        tcp_delack_timer_handler(tp);
        return;
    }
    NET_INC_STATS(tp->sk.net, TCPEXT_DELAYEDACKLOCKED);
    tcp_rare(tp)->deferred |= TCP_DELACK_TIMER_DEFERRED;
}

/* ---- keepalive, and the life of an orphan in FIN_WAIT_2 ---- */

void tcp_reset_keepalive_timer(struct tcp_sock *tp, uint32_t jiffies)
{
    struct timer_wheel *w = &tp->sk.net->wheel;
    uint32_t delta = ns_min(jiffies, (uint32_t) INT32_MAX); /* a negative tcp_keepalive_time is as good as never */
    timer_mod(w, &tcp_rare(tp)->keepalive_timer, timer_jiffies(w) + delta);
}

static uint32_t keepalive_time_when(const struct tcp_sock *tp)
{
    return (tp->rare->set.keepalive_time ? tp->rare->set.keepalive_time : (uint32_t) tp->tn->knobs.keepalive_time_s) * tcp_hz(tp);
}

void tcp_set_keepalive(struct tcp_sock *tp, bool on)
{
    if (tp->sk.state == TCP_CLOSE || tp->sk.state == TCP_LISTEN) return;
    if (on) tcp_reset_keepalive_timer(tp, keepalive_time_when(tp));
    else if (tcp_has_rare(tp)) timer_del(&tp->sk.net->wheel, &tcp_rare(tp)->keepalive_timer);
}

static void fin_wait2_timeout(struct tcp_sock *tp)
{
    if (tp->rare->set.linger2 >= 0) {
        int32_t tmo = (int32_t) tcp_fin_time(tp) - TCP_TIMEWAIT_LEN_S * (int32_t) tcp_hz(tp);
        if (tmo > 0) {
            tcp_time_wait(tp, TCP_FIN_WAIT2, (uint32_t) tmo);
            return;
        }
    }
    tcp_send_active_reset(tp, "TCP_STATE");
    tcp_done(tp);
}

static void keepalive_timer(struct timer *t)
{
    struct tcp_sock *tp = ns_container_of(t, struct tcp_rare, keepalive_timer)->tp;
    const struct tcp_knobs *k = &tp->tn->knobs;
    uint32_t hz = tcp_hz(tp);
    if (tp->sk.state == TCP_LISTEN) return;
    tcp_mstamp_refresh(tp);
    if (ns_unlikely(tp->sk.is_owned)) { /* later again */
        tcp_reset_keepalive_timer(tp, hz / 20);
        return;
    }
    if (tp->sk.state == TCP_FIN_WAIT2 && tp->is_dead) {
        fin_wait2_timeout(tp);
        tcp_reap(tp);
        return;
    }
    if (!(tp->sk.opts & SOCK_KEEPOPEN) || tp->sk.state == TCP_CLOSE || tp->sk.state == TCP_SYN_SENT) return;
    uint32_t elapsed = keepalive_time_when(tp), now = tcp_jiffies(tp);
    if (!tp->packets_out && !tp->send_head) {
        uint32_t idle = ns_min(now - tp->ack_lrcvtime, now - tp->rcv_tstamp);
        if (idle >= elapsed) {
            unsigned max_probes = tp->rare->set.keepalive_probes ? tp->rare->set.keepalive_probes : (unsigned) k->keepalive_probes;
            uint32_t user = timer_msecs_to_jiffies(&tp->sk.net->wheel, tp->rare->set.user_timeout);
            if (tp->rare->set.user_timeout ? idle >= user && tp->probes_out > 0 : tp->probes_out >= max_probes) {
                tcp_send_active_reset(tp, "TCP_KEEPALIVE_TIMEOUT");
                tcp_write_err(tp);
                tcp_reap(tp);
                return;
            }
            tcp_xmit_probe_skb(tp);
            NET_INC_STATS(tp->sk.net, TCPEXT_TCPKEEPALIVE);
            tp->probes_out++;
            elapsed = (tp->rare->set.keepalive_intvl ? tp->rare->set.keepalive_intvl : (uint32_t) k->keepalive_intvl_s) * hz;
        } else {
            elapsed -= idle; /* something was heard: that much later */
        }
    }
    tcp_reset_keepalive_timer(tp, elapsed);
}

void tcp_init_xmit_timers(struct tcp_sock *tp)
{
    timer_init(&tp->rtx_timer, write_timer, tp->sk.serial, TCP_TIMER_RTX, false);
    timer_init(&tp->delack_timer, delack_timer, tp->sk.serial, TCP_TIMER_DELACK, false);
}

void tcp_init_keepalive_timer(struct tcp_rare *r)
{
    timer_init(&r->keepalive_timer, keepalive_timer, r->tp->sk.serial, TCP_TIMER_KEEPALIVE, true);
}

void tcp_clear_xmit_timers(struct tcp_sock *tp)
{
    struct timer_wheel *w = &tp->sk.net->wheel;
    tp->pending = ICSK_TIME_NONE;
    tp->ack_pending = 0;
    timer_kill(w, &tp->rtx_timer);
    timer_kill(w, &tp->delack_timer);
    if (tcp_has_rare(tp)) timer_kill(w, &tcp_rare(tp)->keepalive_timer);
    tcp_pacing_cancel(tp);
    tcp_sack_compress_cancel(tp);
    tp->compressed_ack = 0;
}
