/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sysctl.c - settings of devices and of the path from them: net.core. */
#include "models/netdev/sysctl.h"

#include "models/netdev/netdev.h"

const struct knob netdev_sysctls[] = {
    { "net.core.busy_poll", RANGE(0, INT_MAX), .unit = "us", ALWAYS("0"), .since = 3011, NET,
      .inert = "a light host has nothing to poll", .doc = "busy polling of poll() and select()" },
    { "net.core.busy_read", RANGE(0, INT_MAX), .unit = "us", ALWAYS("0"), .since = 3011, NET,
      .inert = "a light host has nothing to poll", .doc = "SO_BUSY_POLL of new sockets" },
    { "net.core.default_qdisc", .type = KNOB_STRING, .count = 16, ALWAYS("pfifo_fast"), .since = 3012, NET,
      .inert = "a light host's device has no queue", .doc = "queue discipline of new devices" },
    { "net.core.dev_weight", RANGE(1, INT_MAX), .unit = "packets", ALWAYS("64"), NET,
      .inert = "a light host has no backlog", .doc = "packets a backlog poll may take" },
    { "net.core.netdev_budget", ANY, .unit = "packets", ALWAYS("300"), NET, .inert = "a light host has no softirq",
      .doc = "packets a receive softirq may take" },
    { "net.core.netdev_budget_usecs", ANY, .unit = "us", DEFAULT({ 0, "2000" }, { 4019, "8000" }), .since = 4012, NET,
      .inert = "a light host has no softirq", .doc = "time a receive softirq may take" },
    { "net.core.netdev_max_backlog", ANY, .unit = "packets", ALWAYS("1000"), NET, .inert = "a light host has none",
      .doc = "limit of a core's input queue" },
    { "net.core.rps_sock_flow_entries", RANGE(0, 1 << 29), ALWAYS("0"), .since = 2032, NET,
      .inert = "a light host has one core", .doc = "flow table of RFS" },
    { .name = NULL },
};
