/* SPDX-License-Identifier: GPL-3.0-or-later */
/* udp.c - the protocol: which socket, is there room, what went wrong (net/ipv4/udp.c). */
#include "models/udp/udp.h"

/* ---- memory ---- */

enum {
    SIZEOF_SK_BUFF = 256, SIZEOF_SHARED_INFO = 320,
    ALLOC_EXTRA = 16 + 15,                   /* LL_RESERVED_SPACE(lo) + 15 */
    MAX_LINEAR = 4 * 4096 - SIZEOF_SHARED_INFO, /* SKB_MAX_ALLOC */
};

uint32_t udp_tx_truesize(const struct net *net, uint32_t len)
{
    uint32_t small = net->profile->version >= 6003 ? 576 : 512; /* with or without the cache of small heads */
    uint32_t head = len + UDP_HDR_BYTES + ALLOC_EXTRA;
    if (head >= MAX_LINEAR) return SIZEOF_SK_BUFF + small + len; /* headers in a small head, the payload in pages */
    head += SIZEOF_SHARED_INFO;
    if (head <= small) return SIZEOF_SK_BUFF + small;
    return SIZEOF_SK_BUFF + (1u << (32 - __builtin_clz(head - 1)));
}

/*
 * __udp_enqueue_schedule_skb().  Up to 6.17 a packet is taken as long as what is there does not exceed the buffer;
 * 6.18 counts it in, but an empty queue takes one of any size.
 */
static bool has_room(const struct udp_sock *us, uint32_t truesize)
{
    const struct sock *sk = &us->sk;
    if (sk->net->profile->version < 6018) return sk->rmem_alloc <= sk->rcvbuf;
    return sk->rmem_alloc == 0 || (int64_t) sk->rmem_alloc + truesize <= sk->rcvbuf;
}

/* udp_rmem_release(): while the reader works through what it took over, memory is given back in quarters of the buffer. */
static void rmem_release(struct udp_sock *us, uint32_t truesize)
{
    us->forward_deficit += (int32_t) truesize;
    bool is_lazy = us->sk.net->profile->version >= 4010;
    if (is_lazy && us->n_reader && us->forward_deficit < us->sk.rcvbuf >> 2) return;
    us->sk.rmem_alloc -= us->forward_deficit;
    us->forward_deficit = 0;
    us->n_reader = us->n_queued; /* while the lock is held, the reader takes over what has come meanwhile */
}

struct pkt *udp_dequeue(struct udp_sock *us)
{
    struct pkt *p = us->queue;
    us->queue = p->next;
    if (!us->queue) us->queue_tail = &us->queue;
    p->next = NULL;
    if (!us->n_reader) us->n_reader = us->n_queued; /* the reader takes over all that is there */
    us->n_queued--;
    us->n_reader--;
    us->sk.net->sim->pkts_held--;
    rmem_release(us, p->truesize);
    return p;
}

static void csum_error(struct net *net, struct pkt *p)
{
    NET_INC_STATS(net, UDP_CSUMERRORS);
    NET_INC_STATS(net, UDP_INERRORS);
    pkt_drop(net->sim, &net->drops, p, DROP_UDP_CSUM);
}

/* The checksum is looked at when the datagram is read (first_packet_length(), udp_recvmsg()). */
struct pkt *udp_first_packet(struct udp_sock *us)
{
    while (us->queue && ns_unlikely(us->queue->flags & PKT_BAD_CSUM)) csum_error(us->sk.net, udp_dequeue(us));
    return us->queue;
}

/* ---- input ---- */

static void queue_rcv(struct udp_sock *us, struct pkt *p)
{
    struct net *net = us->sk.net;
    if (ns_unlikely(!has_room(us, p->truesize))) {
        us->n_drops++;
        if (net->profile->version < 4010) /* then it was sock_queue_rcv_skb() that said no */
            TRACE(net->sim, SOCK_RCVQUEUE_FULL, net->node.name, (uint64_t) us->sk.rmem_alloc, p->truesize, (uint64_t) us->sk.rcvbuf);
        TRACE(net->sim, UDP_FAIL_QUEUE_RCV_SKB, net->node.name, (uint64_t) -ENOMEM, p->sport, p->dport, TRACE_AF_INET, p->saddr,
              p->daddr);
        NET_INC_STATS(net, UDP_RCVBUFERRORS);
        NET_INC_STATS(net, UDP_INERRORS);
        pkt_drop(net->sim, &net->drops, p, DROP_SOCKET_RCVBUFF);
        return;
    }
    us->sk.rmem_alloc += (int32_t) p->truesize;
    p->next = NULL;
    *us->queue_tail = p;
    us->queue_tail = &p->next;
    us->n_queued++;
    net->sim->pkts_held++;
    fingerprint_mix(&us->sk.fp, net->sim->now, FP_DELIVERED, p->digest);
    sock_wake(&us->sk, NETSIM_POLLIN);
}

/* __udp4_lib_mcast_deliver(): a copy for each, the original for the last. */
static void broadcast_deliver(struct net *net, struct pkt *p)
{
    struct udp_sock *us = udp_next_receiver(net->udp, NULL, p);
    if (!us) {
        NET_INC_STATS(net, UDP_IGNOREDMULTI);
        pkt_drop(net->sim, &net->drops, p, DROP_NO_SOCKET);
        return;
    }
    for (struct udp_sock *next; (next = udp_next_receiver(net->udp, us, p)) != NULL; us = next)
        queue_rcv(us, pkt_copy(net->sim, p));
    queue_rcv(us, p);
}

static void udp_rcv(struct net *net, struct netdev *dev, struct pkt *p)
{
    (void) dev;
    if (ns_unlikely(p->flags & (PKT_BAD_HDR | PKT_BROADCAST))) {
        if (!(p->flags & PKT_BAD_HDR)) {
            broadcast_deliver(net, p);
            return;
        }
        NET_INC_STATS(net, UDP_INERRORS);
        pkt_drop(net->sim, &net->drops, p, DROP_PKT_TOO_SMALL);
        return;
    }
    struct udp_sock *us = udp_lookup(net->udp, p->saddr, p->sport, p->daddr, p->dport);
    if (ns_likely(us != NULL)) {
        queue_rcv(us, p);
    } else if (p->flags & PKT_BAD_CSUM) {
        csum_error(net, p);
    } else {
        NET_INC_STATS(net, UDP_NOPORTS);
        icmp_send(net, p, ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, 0);
        pkt_drop(net->sim, &net->drops, p, DROP_NO_SOCKET);
    }
}

/* __udp4_lib_err() */
static void udp_err(struct net *net, const struct pkt *icmp)
{
    const struct pkt *sent = icmp->ext->quoted;
    struct udp_sock *us = udp_lookup(net->udp, sent->daddr, sent->dport, sent->saddr, sent->sport);
    if (!us) {
        NET_INC_STATS(net, ICMP_INERRORS);
        return;
    }
    struct icmp_err e = icmp_err_convert(icmp->icmp_type, icmp->icmp_code);
    if (e.err == EMSGSIZE) e.is_fatal = us->pmtudisc != IP_PMTUDISC_DONT;
    if (!e.err || (!us->recverr && (!e.is_fatal || us->sk.state != TCP_ESTABLISHED))) return;
    us->sk.err = e.err;
    sock_error_report(&us->sk, NETSIM_POLLERR);
}

/* ---- the host's part ---- */

static const struct net_protocol udp_protocol = { .handler = udp_rcv, .err_handler = udp_err };

void udp_net_init(struct net *net)
{
    struct udp_net *un = g_new0(struct udp_net, 1);
    un->net = net;
    pool_init(&un->socks, "udp sockets", sizeof(struct udp_sock));
    net->udp = un;
    net->protocols[PROTO_UDP] = &udp_protocol;
    net->sock->create[NETSIM_SOCK_DGRAM] = udp_create;
}

void udp_net_free(struct net *net)
{
    struct udp_net *un = net->udp;
    udp_tables_free(un);
    pool_free(&un->socks);
    g_free(un);
    net->udp = NULL;
}
