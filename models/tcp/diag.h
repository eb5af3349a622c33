/* SPDX-License-Identifier: GPL-3.0-or-later */
/* diag.h - every internet socket of a host, as the kernel's sock_diag reports it (net/ipv4/inet_diag.c, udp_diag.c).
 *
 * What ss(8), netstat(8), /proc/net/tcp and host:ss() show.  A dump is a picture of one moment: its entries point to
 * sockets and are worthless once the simulation goes on.
 */
#pragma once
#include "models/tcp/tcp.h"

/* inet_diag.timer; iproute2's names are in cmd_ss.c */
enum { DIAG_TIMER_OFF, DIAG_TIMER_ON, DIAG_TIMER_KEEPALIVE, DIAG_TIMER_TIMEWAIT, DIAG_TIMER_PERSIST };

struct inet_diag {
    struct sock *sk;           /* NULL: a request or a TIME_WAIT entry */
    struct sock_hashed *hashed; /* of these */
    NetsimAddress local, peer;
    uint32_t rqueue, wqueue;   /* bytes; LISTEN: connections waiting for accept(), and how many may */
    uint32_t expires;          /* jiffy at which the timer is due */
    uint32_t serial;           /* the socket's number on its host: never used again */
    uint8_t protocol;          /* PROTO_TCP, PROTO_UDP */
    uint8_t state;             /* TCP_* */
    uint8_t timer, retrans;
};

/** Until the timer is due, ms. */
uint32_t inet_diag_expires_ms(const struct net *net, const struct inet_diag *d);

/** All sockets that have a port: UDP, then TCP; listeners first, then by age.  Free with g_array_free(). */
GArray *inet_diag_dump(struct net *net);

/* SK_MEMINFO_*, bytes */
struct inet_diag_meminfo {
    uint32_t rmem_alloc, rcvbuf, wmem_alloc, sndbuf, fwd_alloc, wmem_queued, optmem, backlog, drops;
};
struct inet_diag_meminfo inet_diag_meminfo(const struct sock *sk);

/* What /proc/net/sockstat and the summary of ss(8) count. */
struct inet_diag_sums {
    uint32_t tcp, tcp_hashed, tcp_established; /* without TIME_WAIT and requests; hashed: listeners and those with a peer */
    uint32_t udp, udp_hashed;                  /* hashed: with a port */
    uint64_t tcp_pages, udp_pages;
};
struct inet_diag_sums inet_diag_sums(const struct net *net);

/** The inode that the operator sees; 0: no process has it. */
uint32_t inet_diag_inode(const struct sock *sk);
/** The process's number: the first of a host has 1000. */
unsigned process_pid(const struct process *process);
/** sock -> descriptor, of all that are open: from 3 on in the order of opening.  Free with g_hash_table_destroy(). */
GHashTable *process_descriptors(struct net *net);

/** Can the kernel close it for an operator?  Not before 4.5, TIME_WAIT not before 6.10.  Differs: UDP never. */
bool inet_diag_is_destroyable(const struct net *net, const struct inet_diag *d);
/** sock_diag_destroy(): close one that is_destroyable; the process is told ECONNABORTED, the peer is reset. */
void inet_diag_destroy(struct net *net, const struct inet_diag *d);

/* ---- what listen.c and timewait.c tell ---- */
void tcp_request_diag(const struct sock_hashed *h, struct inet_diag *d);
void tcp_timewait_diag(const struct sock_hashed *h, struct inet_diag *d);
