/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ping.h - who waits for echo replies (net/ipv4/ping.c): the command ping. */
#pragma once
#include "models/netdev/face.h"

/** An echo reply, or an ICMP error about an echo request, has arrived.  Neither consumes. */
void ping_rcv(struct net *net, const struct pkt *p);
void ping_err(struct net *net, const struct pkt *icmp);

bool cmd_ping(struct command_run *run);
