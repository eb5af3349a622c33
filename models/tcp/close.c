/* SPDX-License-Identifier: GPL-3.0-or-later */
/* close.c - the end of a connection: FIN, RST, orphans (net/ipv4/tcp.c, RFC 9293 s3.6). */
#include "models/tcp/tcp.h"

void tcp_set_state(struct tcp_sock *tp, int state)
{
    struct net *net = tp->sk.net;
    int old = tp->sk.state;
    bool was_current = old == TCP_ESTABLISHED || old == TCP_CLOSE_WAIT;
    bool is_current = state == TCP_ESTABLISHED || state == TCP_CLOSE_WAIT;
    if (is_current && !was_current) NET_INC_STATS(net, TCP_CURRESTAB);
    else if (was_current && !is_current) NET_DEC_STATS(net, TCP_CURRESTAB);
    if (state == TCP_CLOSE) {
        if (was_current) NET_INC_STATS(net, TCP_ESTABRESETS);
        tcp_unhash(tp);
        if (tp->bind && !tp->is_bound) tcp_put_port(tp);
    }
    TRACE(net->sim, INET_SOCK_SET_STATE, net->node.name, tp->sk.serial, (uint64_t) old, (uint64_t) state, tp->sk.sport,
          tp->sk.dport, TRACE_AF_INET, PROTO_TCP, tp->sk.saddr, tp->sk.daddr);
    tp->sk.state = (uint8_t) state;
    if ((state == TCP_ESTABLISHED || state == TCP_FIN_WAIT1) && tp->ss_state == SS_CONNECTING) tp->ss_state = SS_SUCCEEDED;
    fingerprint_mix(&tp->sk.fp, net->sim->now, FP_STATE, (uint64_t) state);
}

void tcp_write_queue_purge(struct tcp_sock *tp)
{
    while (tp->rtx_head) {
        struct tcp_skb *skb = tp->rtx_head;
        tcp_rtx_unlink(tp, skb);
        tcp_skb_free(tp, skb);
    }
    for (struct tcp_skb *skb = tp->send_head, *next; skb; skb = next) {
        next = skb->next;
        tcp_skb_free(tp, skb);
    }
    tp->send_head = tp->send_tail = NULL;
    tp->retransmit_skb_hint = tp->sack_hint = NULL;
    tp->packets_out = tp->sacked_out = tp->lost_out = tp->retrans_out = 0;
    tp->backoff = 0;
    tcp_chrono_set(tp, TCP_CHRONO_NONE);
}

void tcp_done(struct tcp_sock *tp)
{
    if (tp->sk.state == TCP_CLOSE && (tp->sk.shutdown & SHUTDOWN_MASK) == SHUTDOWN_MASK) return;
    if (tp->sk.state == TCP_SYN_SENT || tp->sk.state == TCP_SYN_RECV) NET_INC_STATS(tp->sk.net, TCP_ATTEMPTFAILS);
    tcp_set_state(tp, TCP_CLOSE);
    tcp_clear_xmit_timers(tp);
    tp->sk.shutdown = SHUTDOWN_MASK;
    if (!tp->is_dead) sock_wake(&tp->sk, NETSIM_POLLIN | NETSIM_POLLOUT | NETSIM_POLLHUP | NETSIM_POLLRDHUP);
}

void tcp_reap(struct tcp_sock *tp)
{
    if (ns_unlikely(tp->is_dead && tp->sk.state == TCP_CLOSE)) tcp_sock_destroy(tp);
}

void tcp_reset_err(struct tcp_sock *tp, int err)
{
    tp->sk.err = err;
    tcp_write_queue_purge(tp);
    tcp_done(tp);
    if (!tp->is_dead) sock_error_report(&tp->sk, NETSIM_POLLERR | NETSIM_POLLIN | NETSIM_POLLOUT);
}

/* Retransmissions or probes were in vain. */
void tcp_write_err(struct tcp_sock *tp)
{
    tcp_reset_err(tp, tp->err_soft ? tp->err_soft : ETIMEDOUT);
    NET_INC_STATS(tp->sk.net, TCPEXT_TCPABORTONTIMEOUT);
}

uint32_t tcp_fin_time(const struct tcp_sock *tp)
{
    int32_t fin = tp->rare->set.linger2 ? tp->rare->set.linger2 : tp->tn->knobs.fin_timeout_s * (int32_t) tcp_hz(tp);
    uint32_t least = (tp->rto << 2) - (tp->rto >> 1); /* 3.5 RTO */
    return (uint32_t) ns_max(fin, (int32_t) least);
}

/* tcp_fin(): the peer has sent all. */
void tcp_fin_received(struct tcp_sock *tp)
{
    tp->ack_pending |= ICSK_ACK_SCHED;
    tp->sk.shutdown |= RCV_SHUTDOWN;
    switch (tp->sk.state) {
    case TCP_SYN_RECV:
    case TCP_ESTABLISHED:
        tcp_set_state(tp, TCP_CLOSE_WAIT);
        tp->ack_pingpong = (uint16_t) tp->tn->knobs.pingpong_thresh;
        break;
    case TCP_FIN_WAIT1: /* simultaneous close */
        tcp_send_ack(tp);
        tcp_set_state(tp, TCP_CLOSING);
        break;
    case TCP_FIN_WAIT2:
        tcp_send_ack(tp);
        tcp_time_wait(tp, TCP_TIME_WAIT, 0);
        break;
    default: break; /* a repeat */
    }
    tcp_purge_ofo(tp);
    if (!tp->is_dead) sock_wake(&tp->sk, NETSIM_POLLIN | NETSIM_POLLRDHUP);
}

/* tcp_close_state(): the next state after close() or shutdown(); true: a FIN is due. */
static bool close_state(struct tcp_sock *tp)
{
    switch (tp->sk.state) {
    case TCP_ESTABLISHED:
    case TCP_SYN_RECV: tcp_set_state(tp, TCP_FIN_WAIT1); return true;
    case TCP_CLOSE_WAIT: tcp_set_state(tp, TCP_LAST_ACK); return true;
    case TCP_SYN_SENT: tcp_set_state(tp, TCP_CLOSE); return false;
    default: return false;
    }
}

int tcp_shutdown(struct sock *sk, int how)
{
    struct tcp_sock *tp = tcp_sk(sk);
    if (how < NETSIM_SHUT_RD || how > NETSIM_SHUT_RDWR) return -EINVAL;
    how++; /* now a mask: RCV_SHUTDOWN, SEND_SHUTDOWN */
    if (sk->state == TCP_LISTEN) {
        if (how & RCV_SHUTDOWN) {
            tcp_listen_stop(tp);
            tcp_set_state(tp, TCP_CLOSE);
        }
        return 0;
    }
    if (sk->state == TCP_CLOSE || sk->state == TCP_SYN_SENT) {
        if (sk->state == TCP_CLOSE) return -ENOTCONN;
        tcp_write_queue_purge(tp);
        tcp_clear_xmit_timers(tp);
        tcp_set_state(tp, TCP_CLOSE);
        sk->err = ECONNRESET;
        sock_error_report(sk, NETSIM_POLLERR | NETSIM_POLLHUP | NETSIM_POLLIN | NETSIM_POLLOUT);
        return 0;
    }
    sk->shutdown |= (uint8_t) how;
    if ((how & SEND_SHUTDOWN) && close_state(tp)) tcp_send_fin(tp);
    sock_wake(sk, how & RCV_SHUTDOWN ? NETSIM_POLLIN | NETSIM_POLLRDHUP : 0u);
    return 0;
}

/* After close(): FIN_WAIT_2 has a limited life. */
static void orphan_fin_wait2(struct tcp_sock *tp)
{
    if (tp->rare->set.linger2 < 0) {
        tcp_set_state(tp, TCP_CLOSE);
        tcp_send_active_reset(tp, "TCP_ABORT_ON_LINGER");
        NET_INC_STATS(tp->sk.net, TCPEXT_TCPABORTONLINGER);
        return;
    }
    uint32_t tmo = tcp_fin_time(tp), timewait_len = 60 * tcp_hz(tp);
    if (tmo > timewait_len) tcp_reset_keepalive_timer(tp, tmo - timewait_len);
    else tcp_time_wait(tp, TCP_FIN_WAIT2, tmo);
}

/* tcp_disconnect(): must the peer be told?  Not if its FIN came and all that we had to say was sent. */
static bool needs_reset(const struct tcp_sock *tp)
{
    switch (tp->sk.state) {
    case TCP_ESTABLISHED:
    case TCP_CLOSE_WAIT:
    case TCP_FIN_WAIT1:
    case TCP_FIN_WAIT2:
    case TCP_SYN_RECV: return true;
    case TCP_CLOSING:
    case TCP_LAST_ACK: return tp->snd_nxt != tp->write_seq;
    default: return false;
    }
}

void tcp_close(struct sock *sk)
{
    struct tcp_sock *tp = tcp_sk(sk);
    struct net *net = sk->net;
    if (sk->is_owned) tcp_release_sock(sk);
    sk->shutdown = SHUTDOWN_MASK;
    tcp_mstamp_refresh(tp);
    if (sk->state == TCP_LISTEN) {
        tcp_listen_stop(tp);
        tcp_set_state(tp, TCP_CLOSE);
    } else {
        bool unread = tcp_inq(tp) > (tp->fin_in_queue ? 1u : 0u);
        tcp_rcv_queues_free(tp);
        if (sk->state == TCP_CLOSE) {
            /* reset before: nothing to say */
        } else if (unread) { /* RFC 2525 s2.17: data is lost, say so */
            NET_INC_STATS(net, TCPEXT_TCPABORTONCLOSE);
            tcp_set_state(tp, TCP_CLOSE);
            tcp_send_active_reset(tp, "TCP_ABORT_ON_CLOSE");
        } else if ((sk->opts & SOCK_LINGER) && sk->linger_s == 0) {
            if (needs_reset(tp)) tcp_send_active_reset(tp, "TCP_STATE");
            tcp_set_state(tp, TCP_CLOSE);
            NET_INC_STATS(net, TCPEXT_TCPABORTONDATA);
        } else if (close_state(tp)) {
            tcp_send_fin(tp);
        }
    }
    sock_orphan(sk);
    tp->is_dead = tp->is_orphan = true;
    tp->tn->n_orphans++;
    if (sk->state == TCP_FIN_WAIT2) orphan_fin_wait2(tp);
    if (sk->state != TCP_CLOSE && tp->tn->n_orphans > (uint32_t) tp->tn->knobs.max_orphans) {
        tcp_set_state(tp, TCP_CLOSE);
        tcp_send_active_reset(tp, "TCP_ABORT_ON_MEMORY");
        NET_INC_STATS(net, TCPEXT_TCPABORTONMEMORY);
    }
    tcp_reap(tp);
}
