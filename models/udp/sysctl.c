/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sysctl.c - settings of UDP: net.ipv4.udp_*. */
#include "models/netdev/sysctl.h"

#include "models/udp/udp.h"

const struct knob udp_sysctls[] = {
    { "net.ipv4.udp_mem", PAGES3, ALWAYS("575802 767736 1151604"), IPS, .inert = "not limited here",
      .doc = "memory of all UDP sockets" },
    { "net.ipv4.udp_rmem_min", RANGE(1, INT_MAX), .unit = "bytes", ALWAYS("4096"), IPS, .inert = "there is none here",
      .doc = "receive memory that a UDP socket has under pressure" },
    { "net.ipv4.udp_wmem_min", RANGE(1, INT_MAX), .unit = "bytes", ALWAYS("4096"), IPS, .inert = "no effect",
      .doc = "send memory that a UDP socket has under pressure" },
    { .name = NULL },
};
