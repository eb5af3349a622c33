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
