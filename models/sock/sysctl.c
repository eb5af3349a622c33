/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sysctl.c - settings of all sockets: net.core. */
#include "models/netdev/sysctl.h"

#include "models/sock/sock.h"
#include <errno.h>

static void *sock_base(struct net *net, const char *const star[])
{
    (void) star;
    return &net->sock->knobs;
}

static const struct knob_place sock_place = { .base = sock_base, .size = sizeof(struct sock_knobs) };

#define SOCK(field) .place = &sock_place, .offset = offsetof(struct sock_knobs, field)

/* sk_max_ack_backlog had 16 bits. */
static int check_somaxconn(struct net *net, struct knob_value *v)
{
    return net->profile->version >= 5004 || v->n[0] <= UINT16_MAX ? 0 : -EINVAL;
}

#define OPTION .scope = KNOB_SOCKET, .how = "setsockopt", .source = "socket(7)"

const struct knob sock_sysctls[] = {
    { "SO_BUSY_POLL", POSITIVE, .unit = "us", ALWAYS("0"), .since = 3010, OPTION,
      .inert = "a light host has nothing to poll",
      .doc = "poll the device for so long before sleeping; raising it needs a privilege" },
    { "SO_RCVBUF", POSITIVE, .unit = "bytes", ALWAYS("212992"), OPTION,
      .doc = "receive buffer: clamped to rmem_max, then doubled; ends TCP's autotuning of it" },
    { "SO_SNDBUF", POSITIVE, .unit = "bytes", ALWAYS("212992"), OPTION,
      .doc = "send buffer: clamped to wmem_max, then doubled; ends TCP's autotuning of it" },
    { "net.core.optmem_max", POSITIVE, .unit = "bytes", DEFAULT({ 0, "20480" }, { 6008, "131072" }), SOCK(optmem_max),
      NET, .doc = "ancillary memory of a socket" },
    { "net.core.rmem_default", RANGE(2304, INT_MAX), .unit = "bytes", DEFAULT({ 0, "124928" }, { 3002, "212992" }),
      SOCK(rmem_default), NET, .doc = "receive buffer of new sockets that are not TCP" },
    { "net.core.rmem_max", RANGE(2304, INT_MAX), .unit = "bytes", DEFAULT({ 0, "124928" }, { 3002, "212992" },
      { 6018, "4194304" }), SOCK(rmem_max), NET, .doc = "largest SO_RCVBUF; does not limit TCP's autotuning" },
    { "net.core.somaxconn", POSITIVE, DEFAULT({ 0, "128" }, { 5004, "4096" }), .check = check_somaxconn,
      SOCK(somaxconn), IPS,
      .doc = "upper limit of listen()'s backlog" },
    { "net.core.wmem_default", RANGE(4608, INT_MAX), .unit = "bytes", DEFAULT({ 0, "124928" }, { 3002, "212992" }),
      SOCK(wmem_default), NET, .doc = "send buffer of new sockets that are not TCP" },
    { "net.core.wmem_max", RANGE(4608, INT_MAX), .unit = "bytes", DEFAULT({ 0, "124928" }, { 3002, "212992" },
      { 6018, "4194304" }), SOCK(wmem_max), NET, .doc = "largest SO_SNDBUF" },
    { "net.core.txrehash", SWITCH, ALWAYS("1"), .since = 5018, .inert = "paths do not depend on a hash", NET,
      .doc = "choose another hash after a time-out" },
    { "net.unix.max_dgram_qlen", ANY, ALWAYS("10"), .inert = "local sockets are not modelled", IPS,
      .doc = "datagrams that a local socket may hold" },
    { .name = NULL },
};
