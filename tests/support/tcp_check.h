/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tcp_check.h - what must hold for every TCP socket between any two events. */
#pragma once
#include "models/tcp/tcp.h"

/** The first invariant that @tp violates, in words; NULL: all hold.  Static text. */
const char *tcp_check_sock(const struct tcp_sock *tp);

/** Check every socket of @net; fails the running test with the socket's state when one is wrong. */
void tcp_check_host(struct net *net);

/**
 * Like netsim_sim_run(), but stops at every moment at which something happens and checks @n hosts there, and that
 * packets are conserved.
 * @return  false when the run was cut by @until
 */
bool tcp_check_run(NetsimSim *sim, netsim_time until, struct net *const *nets, unsigned n);

/** Close what is left: after this nothing of TCP lives in @net but its listeners: sockets, runs, requests, TIME_WAIT entries, ports. */
void tcp_check_empty(struct net *net, unsigned n_listeners);

/** Bytes of the options that the flags and SACK blocks of @p ask for. */
static inline unsigned tcp_check_options_len(const struct pkt *p)
{
    unsigned n = p->n_sack ? 4u + 8u * p->n_sack : 0;
    if (p->flags & PKT_HAS_MSS) n += 4;
    if (p->flags & PKT_HAS_TS) n += 12;
    else if (p->flags & PKT_SACK_OK) n += 4;
    return n + (p->flags & PKT_HAS_WSCALE ? 4 : 0);
}
