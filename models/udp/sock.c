/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sock.c - the socket calls on a UDP socket (net/ipv4/udp.c, datagram.c, af_inet.c). */
#include "models/udp/udp.h"

enum { INADDR_LOOPBACK = 0x7f000001, MAX_PAYLOAD = 65507 };

static int udp_bind(struct sock *sk, NetsimAddress a)
{
    struct udp_sock *us = udp_sk(sk);
    const struct route *r = a.addr ? ip_route_lookup(sk->net, a.addr) : NULL;
    bool is_broadcast = a.addr == UINT32_MAX || (r && r->type == ROUTE_BROADCAST);
    bool is_special = is_broadcast || a.addr >> 28 == 14;
    if (a.addr && !is_special && !(r && r->type == ROUTE_LOCAL)) return -EADDRNOTAVAIL;
    if (sk->sport) return -EINVAL;
    us->rcv_saddr = a.addr;
    sk->saddr = is_special ? 0 : a.addr; /* to receive on, not to send from */
    int err = udp_get_port(us, a.addr, a.port);
    if (err) us->rcv_saddr = sk->saddr = 0;
    return err;
}

static int autobind(struct sock *sk)
{
    return sk->sport || !udp_get_port(udp_sk(sk), udp_sk(sk)->rcv_saddr, 0) ? 0 : -EAGAIN;
}

/* Find the way to @daddr; the socket remembers the last one. */
static int route_to(struct udp_sock *us, uint32_t daddr)
{
    struct net *net = us->sk.net;
    if (ns_likely(us->dst_daddr == daddr && us->dst.generation == net->ip->generation)) return 0;
    us->dst_daddr = 0;
    int err = ip_route_connect(net, daddr, us->sk.saddr, &us->dst);
    if (err) {
        us->dst = (struct dst){ 0 };
        if (err == -ENETUNREACH) NET_INC_STATS(net, IP_OUTNOROUTES);
        return err;
    }
    us->dst_daddr = daddr;
    return 0;
}

static bool may_send_to(const struct udp_sock *us, uint32_t daddr)
{
    return us->sk.opts & SOCK_BROADCAST_OPT || !ip_dst_is_broadcast(&us->dst, daddr);
}

/* ip4_datagram_connect() */
static int udp_connect(struct sock *sk, NetsimAddress a)
{
    struct udp_sock *us = udp_sk(sk);
    if (!a.addr) a.addr = sk->saddr ? sk->saddr : INADDR_LOOPBACK;
    int err = autobind(sk);
    if (!err) err = route_to(us, a.addr);
    if (err) return err;
    if (!may_send_to(us, a.addr)) return -EACCES;
    if (!sk->saddr) sk->saddr = us->dst.saddr;
    if (!us->rcv_saddr) us->rcv_saddr = us->dst.saddr;
    sk->daddr = a.addr;
    sk->dport = a.port;
    sk->state = TCP_ESTABLISHED;
    us->inet_id = (uint16_t) rng_u32(sk->net->ip->rng);
    udp_rehash(us);
    return 0;
}

static struct pkt *make_packet(struct udp_sock *us, const void *data, uint32_t len, NetsimAddress to)
{
    struct sock *sk = &us->sk;
    struct pkt *p = pkt_new(sk->net->sim);
    p->len = UDP_HDR_BYTES + len;
    p->hdr_len = UDP_HDR_BYTES;
    p->proto = PROTO_UDP;
    p->tos = us->tos;
    p->ttl = us->ttl;
    p->saddr = sk->saddr ? sk->saddr : us->dst.saddr;
    p->daddr = to.addr;
    p->sport = sk->sport;
    p->dport = to.port;
    p->stream = sock_entity(sk);
    p->offset = us->bytes_sent;
    us->bytes_sent += len;
    /* ip_select_ident(): with DF set only a connected socket counts */
    if (us->pmtudisc != IP_PMTUDISC_DONT && p->len <= us->dst.mtu) {
        p->flags |= PKT_DF;
        if (sk->state == TCP_ESTABLISHED) p->ip_id = us->inet_id++;
    }
    if (us->dst.dev->is_loopback) p->truesize = udp_tx_truesize(sk->net, len);
    if (data && len) {
        struct pkt_ext *e = pkt_ext(p);
        e->bytes = g_memdup2(data, len);
        e->n_bytes = len;
    }
    return p;
}

static int64_t udp_sendmsg(struct sock *sk, const void *data, size_t len, unsigned flags, const NetsimAddress *to)
{
    struct udp_sock *us = udp_sk(sk);
    if (len > 0xffff) return -EMSGSIZE;
    if (flags & (NETSIM_MSG_OOB | NETSIM_MSG_MORE)) return -EOPNOTSUPP; /* Differs: UDP is not corked */
    if (!to && sk->state != TCP_ESTABLISHED) return -EDESTADDRREQ;
    NetsimAddress a = to ? *to : (NetsimAddress){ sk->daddr, sk->dport };
    if (!a.port) return -EINVAL;
    if (!a.addr) a.addr = sk->saddr ? sk->saddr : INADDR_LOOPBACK;
    int err = autobind(sk);
    if (!err) err = route_to(us, a.addr);
    if (ns_unlikely(err)) return err;
    if (ns_unlikely(!may_send_to(us, a.addr))) return -EACCES;
    if (len > MAX_PAYLOAD) return -EMSGSIZE;
    if (us->pmtudisc >= IP_PMTUDISC_DO && len + UDP_HDR_BYTES > us->dst.mtu) return -EMSGSIZE;
    if (ns_unlikely(sk->err || sk->shutdown & SEND_SHUTDOWN)) { /* sock_alloc_send_skb() */
        NET_INC_STATS(sk->net, IP_OUTDISCARDS);
        return sk->err ? -netsim_sock_error(sk) : -EPIPE;
    }
    NET_INC_STATS(sk->net, UDP_OUTDATAGRAMS);
    ip_queue_xmit(sk->net, &us->dst, make_packet(us, data, (uint32_t) len, a));
    return (int64_t) len;
}

/* Bytes that the sender did not give are zeros. */
static void copy_payload(const struct pkt *p, uint8_t *buffer, size_t n)
{
    size_t given = p->ext && p->ext->bytes ? ns_min(n, (size_t) p->ext->n_bytes) : 0;
    if (given) memcpy(buffer, p->ext->bytes, given);
    memset(buffer + given, 0, n - given);
}

static int64_t udp_recvmsg(struct sock *sk, void *buffer, size_t len, unsigned flags, NetsimAddress *from)
{
    struct udp_sock *us = udp_sk(sk);
    if (flags & NETSIM_MSG_OOB) return -EOPNOTSUPP;
    if (ns_unlikely(sk->err)) return -netsim_sock_error(sk);
    struct pkt *p = udp_first_packet(us);
    if (!p) return sk->shutdown & RCV_SHUTDOWN ? 0 : -EAGAIN;

    uint32_t size = pkt_payload_len(p);
    size_t n = ns_min(len, (size_t) size);
    if (buffer && n) copy_payload(p, buffer, n);
    sk->content = p->ext && p->ext->bytes;
    if (from) *from = (NetsimAddress){ p->saddr, p->sport };
    if (!(flags & NETSIM_MSG_PEEK)) {
        NET_INC_STATS(sk->net, UDP_INDATAGRAMS);
        udp_dequeue(us);
        TRACE_CONSUME_SKB(sk->net->sim, sk->net->node.name, p, "skb_consume_udp");
        pkt_consume(sk->net->sim, p);
    }
    return flags & NETSIM_MSG_TRUNC ? (int64_t) size : (int64_t) n;
}

/* inet_shutdown() */
static int udp_shutdown(struct sock *sk, int how)
{
    sk->shutdown |= (uint8_t) (how + 1);
    sock_wake(sk, sk->ops->poll(sk));
    return sk->state == TCP_ESTABLISHED ? 0 : -ENOTCONN;
}

static unsigned udp_poll(struct sock *sk)
{
    unsigned events = NETSIM_POLLOUT;
    if (sk->err) events |= NETSIM_POLLERR;
    if (sk->shutdown & RCV_SHUTDOWN) events |= NETSIM_POLLRDHUP | NETSIM_POLLIN;
    if (sk->shutdown == SHUTDOWN_MASK) events |= NETSIM_POLLHUP;
    if (udp_first_packet(udp_sk(sk))) events |= NETSIM_POLLIN;
    return events;
}

static uint64_t udp_inq(const struct sock *sk)
{
    const struct pkt *p = ((const struct udp_sock *) sk)->queue;
    return p ? pkt_payload_len(p) : 0;
}

static int udp_setsockopt(struct sock *sk, const char *name, int64_t value)
{
    struct udp_sock *us = udp_sk(sk);
    if (!strcmp(name, "tos")) {
        us->tos = (uint8_t) value;
    } else if (!strcmp(name, "ttl")) {
        if (value != -1 && (value < 1 || value > 255)) return -EINVAL;
        us->ttl = value == -1 ? 0 : (uint8_t) value;
    } else if (!strcmp(name, "mtu_discover")) {
        if (value < IP_PMTUDISC_DONT || value > IP_PMTUDISC_PROBE) return -EINVAL;
        us->pmtudisc = (uint8_t) value;
    } else if (!strcmp(name, "recverr")) {
        us->recverr = value != 0;
    } else {
        return -ENOPROTOOPT;
    }
    return 0;
}

static int udp_getsockopt(struct sock *sk, const char *name, int64_t *value)
{
    const struct udp_sock *us = udp_sk(sk);
    if (!strcmp(name, "tos")) *value = us->tos;
    else if (!strcmp(name, "ttl")) *value = us->ttl ? us->ttl : sk->net->ip->knobs.ip_default_ttl;
    else if (!strcmp(name, "mtu_discover")) *value = us->pmtudisc;
    else if (!strcmp(name, "recverr")) *value = us->recverr;
    else if (!strcmp(name, "drops")) *value = (int64_t) us->n_drops;
    else return -ENOPROTOOPT;
    return 0;
}

void udp_destroy(struct udp_sock *us)
{
    struct net *net = us->sk.net;
    while (us->queue) pkt_drop(net->sim, &net->drops, udp_dequeue(us), DROP_QUEUE_PURGE);
    udp_unhash(us);
    sock_release(&us->sk);
    pool_put(&net->udp->socks, us);
}

static void udp_close(struct sock *sk)
{
    udp_destroy(udp_sk(sk));
}

static const struct sock_ops udp_ops = {
    .name = "udp",
    .bind = udp_bind,
    .connect = udp_connect,
    .sendmsg = udp_sendmsg,
    .recvmsg = udp_recvmsg,
    .shutdown = udp_shutdown,
    .close = udp_close,
    .poll = udp_poll,
    .setsockopt = udp_setsockopt,
    .getsockopt = udp_getsockopt,
    .inq = udp_inq,
};

struct sock *udp_create(struct process *process)
{
    struct udp_sock *us = pool_get(&process->net->udp->socks);
    *us = (struct udp_sock){ .queue_tail = &us->queue };
    sock_init(&us->sk, process->net, &udp_ops, NETSIM_SOCK_DGRAM, process);
    us->pmtudisc = process->net->ip->knobs.ip_no_pmtu_disc ? IP_PMTUDISC_DONT : IP_PMTUDISC_WANT;
    return &us->sk;
}
