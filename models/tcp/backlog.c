/* SPDX-License-Identifier: GPL-3.0-or-later */
/* backlog.c - segments that arrive while the application is inside a call on their socket.
 *
 * Light hosts' calls take no time, so that happens only between netsim_sock_lock() and netsim_sock_release().
 */
#include "models/tcp/tcp.h"

enum { BACKLOG_EXTRA_BYTES = 64 * 1024 };

/* sk_rcvqueues_full() with the limit of tcp_add_backlog(). */
static bool is_full(const struct tcp_sock *tp)
{
    int64_t limit = (int64_t) tp->sk.rcvbuf + tp->sk.sndbuf + BACKLOG_EXTRA_BYTES;
    return (int64_t) tp->rare->backlog_len + tp->sk.rmem_alloc > limit;
}

void tcp_add_backlog(struct tcp_sock *tp, struct pkt *p)
{
    struct net *net = tp->sk.net;
    struct tcp_rare *r = tcp_rare(tp);
    if (is_full(tp)) {
        NET_INC_STATS(net, TCPEXT_TCPBACKLOGDROP);
        pkt_drop(net->sim, &net->drops, p, DROP_SOCKET_BACKLOG);
        return;
    }
    p->next = NULL;
    if (r->backlog_head) r->backlog_tail->next = p;
    else r->backlog_head = p;
    r->backlog_tail = p;
    r->backlog_len += p->truesize;
    net->sim->pkts_held++;
}

static struct pkt *take(struct tcp_sock *tp)
{
    if (!tp->rare->backlog_head) return NULL;
    struct tcp_rare *r = tcp_rare(tp);
    struct pkt *p = r->backlog_head;
    r->backlog_head = p->next;
    r->backlog_len -= p->truesize;
    tp->sk.net->sim->pkts_held--;
    return p;
}

void tcp_flush_backlog(struct tcp_sock *tp)
{
    for (struct pkt *p; (p = take(tp));) tcp_sock_rcv(tp, p);
}

void tcp_purge_backlog(struct tcp_sock *tp)
{
    for (struct pkt *p; (p = take(tp));) pkt_free(tp->sk.net->sim, p);
}

/* release_sock(), tcp_release_cb() */
void tcp_release_sock(struct sock *sk)
{
    struct tcp_sock *tp = tcp_sk(sk);
    tcp_flush_backlog(tp);
    sk->is_owned = false;
    unsigned deferred = tp->rare->deferred;
    if (!deferred) return;
    tcp_rare(tp)->deferred = 0;
    tcp_mstamp_refresh(tp);
    if (deferred & TCP_WRITE_TIMER_DEFERRED) tcp_write_timer_handler(tp);
    if (deferred & TCP_DELACK_TIMER_DEFERRED) tcp_delack_timer_handler(tp);
    if (deferred & TCP_ACK_DEFERRED && tp->ack_pending & ICSK_ACK_SCHED) tcp_send_ack(tp);
}
