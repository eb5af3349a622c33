/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sysctl.c - settings of all sockets: net.core. */
#include "models/netdev/sysctl.h"

#include "models/sock/sock.h"

static void *sock_base(struct net *net, const char *const star[])
{
    (void) star;
    return &net->sock->knobs;
}

static const struct knob_place sock_place = { .base = sock_base, .size = sizeof(struct sock_knobs) };

#define SOCK(field) .place = &sock_place, .offset = offsetof(struct sock_knobs, field)

const struct knob sock_sysctls[] = {
    { "net.core.optmem_max", POSITIVE, .unit = "bytes", DEFAULT({ 0, "20480" }, { 6007, "131072" }), SOCK(optmem_max),
      NET, .doc = "ancillary memory of a socket" },
    { "net.core.rmem_default", RANGE(2304, INT_MAX), .unit = "bytes", DEFAULT({ 0, "124928" }, { 3002, "212992" }),
      SOCK(rmem_default), NET, .doc = "receive buffer of new sockets that are not TCP" },
    { "net.core.rmem_max", RANGE(2304, INT_MAX), .unit = "bytes", DEFAULT({ 0, "124928" }, { 3002, "212992" },
      { 6017, "4194304" }), SOCK(rmem_max), NET, .doc = "largest SO_RCVBUF; does not limit TCP's autotuning" },
    { "net.core.somaxconn", RANGE(0, 65535), DEFAULT({ 0, "128" }, { 5004, "4096" }), SOCK(somaxconn), IPS,
      .doc = "upper limit of listen()'s backlog" },
    { "net.core.wmem_default", RANGE(4608, INT_MAX), .unit = "bytes", DEFAULT({ 0, "124928" }, { 3002, "212992" }),
      SOCK(wmem_default), NET, .doc = "send buffer of new sockets that are not TCP" },
    { "net.core.wmem_max", RANGE(4608, INT_MAX), .unit = "bytes", DEFAULT({ 0, "124928" }, { 3002, "212992" },
      { 6017, "4194304" }), SOCK(wmem_max), NET, .doc = "largest SO_SNDBUF" },
    { .name = NULL },
};
