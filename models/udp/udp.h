/* SPDX-License-Identifier: GPL-3.0-or-later */
/* udp.h - UDP over IPv4 (net/ipv4/udp.c; RFC 768).
 *
 *   udp.c    the protocol: look-up, receive queue, errors
 *   port.c   which sockets are where: the two hash tables, bind, the choice of ports
 *   sock.c   the socket calls
 */
#pragma once
#include "models/sock/sock.h"

/* A place in one of the tables. */
struct udp_link {
    struct udp_link *next, **pprev; /* pprev NULL: not in the table */
    uint32_t hash;
};

struct udp_sock {
    struct sock sk;              /* first */
    struct udp_link by_port;     /* when bound: for bind() */
    struct udp_link by_tuple;    /* when bound: local address and port, and the peer's if connected; for packets */
    uint32_t rcv_saddr;          /* only packets to this address; 0: to any of ours */
    struct dst dst;              /* of dst_daddr */
    uint32_t dst_daddr;
    uint16_t inet_id;            /* IP id of a connected socket's next packet */
    uint8_t tos, ttl;            /* ttl 0: the host's */
    uint8_t pmtudisc;            /* IP_PMTUDISC_* */
    bool recverr;                /* soft errors, and errors of unconnected sockets, are told too */
    struct pkt *queue, **queue_tail;
    uint32_t n_queued;
    uint32_t n_reader;           /* of these, how many the reader has taken over (reader_queue) */
    int32_t forward_deficit;     /* read, but not yet taken off rmem_alloc (udp_rmem_release()) */
    uint64_t bytes_sent;         /* stream offset of the next datagram */
    uint64_t n_drops;            /* receive buffer full */
};

enum { UDP_HDR_BYTES = 28 }; /* IP and UDP header */

struct udp_table {
    struct udp_link **slots;     /* NULL until the first socket */
    uint32_t mask, n;
};

struct udp_net {
    struct net *net;
    struct udp_table by_port, by_tuple;
    struct pool socks;
};

void udp_net_init(struct net *net);   /* makes net->udp, registers the protocol and socket type */
void udp_net_free(struct net *net);

static inline struct udp_sock *udp_sk(struct sock *sk)
{
    return (struct udp_sock *) sk;
}

/* ---- sock.c ---- */

struct sock *udp_create(struct process *process);
/** Free an orphan and what its queue holds. */
void udp_destroy(struct udp_sock *us);

/* ---- udp.c ---- */

/** The next datagram to be read; those with a wrong checksum are dropped on the way.  NULL: none. */
struct pkt *udp_first_packet(struct udp_sock *us);
/** Take it off the queue; the caller consumes or drops it. */
struct pkt *udp_dequeue(struct udp_sock *us);
/** truesize of a datagram of @len payload bytes as __ip_append_data() allocates it, which loopback keeps. */
uint32_t udp_tx_truesize(const struct net *net, uint32_t len);

/* ---- port.c ---- */

/** Give an unbound socket @port (0: one of ip_local_port_range) at address @addr.  @return 0 or -EADDRINUSE */
int udp_get_port(struct udp_sock *us, uint32_t addr, uint16_t port);
/** Its addresses changed: find its place for packets again. */
void udp_rehash(struct udp_sock *us);
void udp_unhash(struct udp_sock *us);
/** The socket for a packet from (saddr, sport) to (daddr, dport). */
struct udp_sock *udp_lookup(struct udp_net *un, uint32_t saddr, uint16_t sport, uint32_t daddr, uint16_t dport);
/** The socket after @previous (NULL: the first) that gets a copy of a broadcast. */
struct udp_sock *udp_next_receiver(struct udp_net *un, struct udp_sock *previous, const struct pkt *p);
void udp_tables_free(struct udp_net *un);

/** What an operator sees of UDP: face.c. */
extern const struct face udp_face;
/** Its settings, up to a row without a name: sysctl.c. */
extern const struct knob udp_sysctls[];
