/* SPDX-License-Identifier: GPL-3.0-or-later */
/* diag.c - the dump of a host's sockets (net/ipv4/inet_diag.c, udp_diag.c). */
#include "models/tcp/diag.h"

#include "models/udp/udp.h"

enum { FIRST_PID = 1000, FIRST_DESCRIPTOR = 3, FIRST_INODE = 10000, PAGE_BYTES = 4096 };

/* jiffies_delta_to_msecs() */
uint32_t inet_diag_expires_ms(const struct net *net, const struct inet_diag *d)
{
    int32_t delta = (int32_t) (d->expires - net_jiffies((struct net *) net));
    return delta <= 0 ? 0 : (uint32_t) (timer_jiffies_to_usecs(&net->wheel, (uint32_t) delta) / 1000);
}

static struct inet_diag of_sock(struct sock *sk, unsigned protocol)
{
    return (struct inet_diag){ .sk = sk, .local = { sk->saddr, sk->sport }, .peer = { sk->daddr, sk->dport },
                               .serial = sk->serial, .protocol = (uint8_t) protocol, .state = sk->state };
}

/* inet_sk_diag_fill() */
static struct inet_diag of_tcp(struct tcp_sock *tp)
{
    struct inet_diag d = of_sock(&tp->sk, PROTO_TCP);
    if (tp->sk.state == TCP_LISTEN) {
        tcp_listen_queue(tp, &d.rqueue, &d.wqueue);
        return d;
    }
    int32_t unread = (int32_t) (tp->rcv_nxt - tp->copied_seq);
    d.rqueue = unread > 0 ? (uint32_t) unread : 0;
    d.wqueue = tp->write_seq - tp->snd_una;
    switch (tp->pending) {
    case ICSK_TIME_RETRANS:
    case ICSK_TIME_REO_TIMEOUT:
    case ICSK_TIME_LOSS_PROBE:
        d.timer = DIAG_TIMER_ON;
        d.retrans = tp->retransmits;
        d.expires = tp->rtx_timer.expires;
        break;
    case ICSK_TIME_PROBE0:
        d.timer = DIAG_TIMER_PERSIST;
        d.retrans = tp->probes_out;
        d.expires = tp->rtx_timer.expires;
        break;
    default:
        if (!timer_is_armed(&tp->rare->keepalive_timer)) break;
        d.timer = DIAG_TIMER_KEEPALIVE;
        d.retrans = tp->probes_out;
        d.expires = tp->rare->keepalive_timer.expires;
    }
    return d;
}

/* inet_req_diag_fill(), inet_twsk_diag_fill() */
static struct inet_diag of_mini(struct sock_hashed *h)
{
    struct inet_diag d = { .hashed = h, .local = { h->saddr, h->sport }, .peer = { h->daddr, h->dport }, .protocol = PROTO_TCP };
    if (h->kind == HASHED_REQUEST) tcp_request_diag(h, &d);
    else tcp_timewait_diag(h, &d);
    return d;
}

static void dump_tcp(struct net *net, GArray *all)
{
    struct tcp_net *tn = net->tcp;
    struct pool_place at;
    for (struct tcp_sock *tp = tcp_first(tn, &at); tp; tp = tcp_next(&at)) {
        if (tp->sk.state != TCP_LISTEN && !tp->sk.hash_kind) continue; /* in no table: nobody can find it */
        struct inet_diag d = of_tcp(tp);
        g_array_append_val(all, d);
    }
    uint32_t i = 0;
    for (struct sock_hashed *h; (h = tcp_ehash_next(tn, &i));) {
        if (h->kind == HASHED_SOCK) continue;
        struct inet_diag d = of_mini(h);
        g_array_append_val(all, d);
    }
}

static void dump_udp(struct net *net, GArray *all)
{
    const struct udp_table *t = &net->udp->by_port;
    for (uint32_t i = 0; t->slots && i <= t->mask; i++)
        for (struct udp_link *l = t->slots[i]; l; l = l->next) {
            struct udp_sock *us = ns_container_of(l, struct udp_sock, by_port);
            struct inet_diag d = of_sock(&us->sk, PROTO_UDP);
            d.rqueue = (uint32_t) (us->sk.rmem_alloc - us->forward_deficit); /* udp_rqueue_get() */
            g_array_append_val(all, d);
        }
}

static int compare(gconstpointer a, gconstpointer b)
{
    const struct inet_diag *x = a, *y = b;
    if (x->protocol != y->protocol) return x->protocol == PROTO_UDP ? -1 : 1;
    bool lx = x->state == TCP_LISTEN, ly = y->state == TCP_LISTEN;
    if (lx != ly) return lx ? -1 : 1;
    return x->serial < y->serial ? -1 : x->serial > y->serial;
}

GArray *inet_diag_dump(struct net *net)
{
    GArray *all = g_array_new(FALSE, FALSE, sizeof(struct inet_diag));
    dump_udp(net, all);
    dump_tcp(net, all);
    g_array_sort(all, compare);
    return all;
}

/* ---- sums ---- */

/* Differs: the kernel reserves whole pages for a socket and keeps some of each processor's in reserve. */
static uint64_t pages_of(const struct sock *sk)
{
    return ((uint64_t) sk->rmem_alloc + (uint64_t) sk->wmem_queued + PAGE_BYTES - 1) / PAGE_BYTES;
}

struct inet_diag_sums inet_diag_sums(const struct net *net)
{
    const struct udp_table *t = &net->udp->by_port;
    struct inet_diag_sums s = { .udp = (uint32_t) net->udp->socks.live, .udp_hashed = t->n };
    struct pool_place at;
    for (const struct tcp_sock *tp = tcp_first(net->tcp, &at); tp; tp = tcp_next(&at)) {
        s.tcp++;
        s.tcp_hashed += tp->sk.state == TCP_LISTEN || tp->sk.hash_kind;
        s.tcp_established += tp->sk.state == TCP_ESTABLISHED || tp->sk.state == TCP_CLOSE_WAIT;
        s.tcp_pages += pages_of(&tp->sk);
    }
    for (uint32_t i = 0; t->slots && i <= t->mask; i++)
        for (struct udp_link *l = t->slots[i]; l; l = l->next) s.udp_pages += pages_of(&ns_container_of(l, struct udp_sock, by_port)->sk);
    return s;
}

/* ---- what else is asked of a socket ---- */

/* sk_get_meminfo().  Differs: nothing waits in a light host's devices, so wmem_alloc is 0, and memory is reserved in whole
 * pages of what is used. */
struct inet_diag_meminfo inet_diag_meminfo(const struct sock *sk)
{
    struct inet_diag_meminfo m = { .rmem_alloc = (uint32_t) sk->rmem_alloc, .rcvbuf = (uint32_t) sk->rcvbuf,
                                   .sndbuf = (uint32_t) sk->sndbuf, .wmem_queued = (uint32_t) sk->wmem_queued };
    uint32_t used = (m.rmem_alloc + m.wmem_queued) % PAGE_BYTES;
    m.fwd_alloc = used ? PAGE_BYTES - used : 0;
    if (sk->type == NETSIM_SOCK_DGRAM) m.drops = (uint32_t) ((const struct udp_sock *) sk)->n_drops;
    return m;
}

uint32_t inet_diag_inode(const struct sock *sk)
{
    return sk && sk->process ? FIRST_INODE + sk->serial : 0;
}

unsigned process_pid(const struct process *process)
{
    return FIRST_PID + process->serial;
}

GHashTable *process_descriptors(struct net *net)
{
    GHashTable *table = g_hash_table_new(NULL, NULL);
    for (struct process *p = net->sock->processes; p; p = p->next) {
        unsigned n = 0;
        for (struct sock *sk = p->socks; sk; sk = sk->proc_next) n++;
        for (struct sock *sk = p->socks; sk; sk = sk->proc_next) /* newest first */
            g_hash_table_insert(table, sk, GUINT_TO_POINTER(FIRST_DESCRIPTOR + --n));
    }
    return table;
}

/* tcp_need_reset() */
static bool needs_reset(unsigned state)
{
    return state == TCP_ESTABLISHED || state == TCP_CLOSE_WAIT || state == TCP_FIN_WAIT1 || state == TCP_FIN_WAIT2 || state == TCP_SYN_RECV;
}

/* tcp_abort() */
static void abort_tcp(struct tcp_sock *tp)
{
    tcp_mstamp_refresh(tp);
    if (tp->sk.state == TCP_LISTEN) {
        tcp_set_state(tp, TCP_CLOSE);
        tcp_listen_stop(tp);
    }
    if (needs_reset(tp->sk.state)) tcp_send_active_reset(tp, "TCP_STATE");
    tcp_reset_err(tp, ECONNABORTED);
    tcp_reap(tp);
}

bool inet_diag_is_destroyable(const struct net *net, const struct inet_diag *d)
{
    if (net->profile->version < 4005 || d->protocol != PROTO_TCP) return false;
    return d->sk || d->hashed->kind == HASHED_REQUEST || net->profile->version >= 6010;
}

void inet_diag_destroy(struct net *net, const struct inet_diag *d)
{
    if (d->sk) abort_tcp(tcp_sk(d->sk));
    else if (d->hashed->kind == HASHED_REQUEST) tcp_request_drop(net->tcp, d->hashed);
    else tcp_timewait_kill(net->tcp, d->hashed);
}
