/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sysctl.c - settings of UDP: net.ipv4.udp_*. */
#include "models/netdev/sysctl.h"

#include "models/udp/udp.h"

#define KEPT(why) .inert = (why), IPS
#define NO_PRESSURE KEPT("sockets are not short of memory")

const struct knob udp_sysctls[] = {
    { "net.ipv4.udp_child_hash_entries", .type = KNOB_UINT, RANGE(0, 65536), ALWAYS("0"), .since = 6002,
      KEPT("a host has one namespace"), .doc = "hash buckets of a new namespace's own" },
    { "net.ipv4.udp_early_demux", U8, ALWAYS("1"), .since = 4012, KEPT("looking up costs no time here"),
      .doc = "look for the socket before routing" },
    { "net.ipv4.udp_hash_entries", ANY, ALWAYS("16384"), .since = 6002, .is_read_only = true,
      KEPT("the hash table grows"),
      .doc = "hash buckets of sockets" },
    { "net.ipv4.udp_l3mdev_accept", SWITCH, ALWAYS("0"), .since = 4014, KEPT("routing domains are not modelled"),
      .doc = "sockets of all domains" },
    { "net.ipv4.udp_mem", PAGES3, ALWAYS("575802 767736 1151604"), NO_PRESSURE, .doc = "memory of all UDP sockets" },
    { "net.ipv4.udp_rmem_min", RANGE(1, INT_MAX), .unit = "bytes", ALWAYS("4096"), NO_PRESSURE,
      .doc = "receive memory that a UDP socket has under pressure" },
    { "net.ipv4.udp_wmem_min", RANGE(1, INT_MAX), .unit = "bytes", ALWAYS("4096"), NO_PRESSURE,
      .doc = "send memory that a UDP socket has under pressure" },
    { .name = NULL },
};
