/* SPDX-License-Identifier: GPL-3.0-or-later */
/* light.h - light hosts as tests of models/ip, sock and udp want them. */
#pragma once
#include "models/sock/sock.h"

/** @kernel  a profile; NULL: linux6.18 */
struct net *light_host(NetsimSim *sim, const char *name, const char *kernel);
/** A device with an address. */
struct netdev *light_nic(struct net *net, const char *name, uint32_t addr, unsigned plen);
/** `sysctl -w NAME=VALUE` */
void light_sysctl(struct net *net, const char *name, const char *value);
/** A wire; 1 us, infinitely fast. */
void light_link(struct netdev *a, struct netdev *b);
/** A process that does nothing on its own; it starts with the run. */
NetsimProcess *light_process(struct net *net);
/** Run until @until or idleness and assert that packets are conserved. */
void light_run(NetsimSim *sim, netsim_time until);
/** Drops of @net for @reason so far, in packets. */
uint64_t light_drops(const struct net *net, enum drop_reason reason);

#define IP4(a, b, c, d) ((uint32_t) (a) << 24 | (uint32_t) (b) << 16 | (uint32_t) (c) << 8 | (uint32_t) (d))
