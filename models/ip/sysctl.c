/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sysctl.c - settings of IP: net.ipv4, without the transports'. */
#include "models/netdev/sysctl.h"

#include "models/ip/fib.h"
#include <errno.h>
#include <string.h>

/* ---- of the host ---- */

static void *ip_base(struct net *net, const char *const star[])
{
    (void) star;
    return &net->ip->knobs;
}

static const struct knob_place ip_place = { .base = ip_base, .size = sizeof(struct ip_knobs) };

/* ---- of a device, of "all", and of "default" which later devices inherit ---- */

static const char *device_or(struct net *net, const char *const names[], unsigned i)
{
    for (; *names; names++)
        if (i-- == 0) return *names;
    const struct netdev *dev = net->devices;
    while (dev && i--) dev = dev->next;
    return dev ? dev->name : NULL;
}

static const char *conf_nth(struct net *net, const char *const star[], unsigned which, unsigned i)
{
    (void) star;
    (void) which;
    return device_or(net, (const char *const[]){ "all", "default", NULL }, i);
}

static void *conf_base(struct net *net, const char *const star[])
{
    if (!strcmp(star[0], "all")) return &net->ip->conf_all;
    if (!strcmp(star[0], "default")) return &net->ip->conf_default;
    struct netdev *dev = netdev_by_name(net, star[0]);
    return dev ? &dev->ip_ptr->conf : NULL;
}

static const struct knob_place conf_place = { .base = conf_base, .size = sizeof(struct ip_conf), .nth = conf_nth };
static const struct knob_place conf_kept = { .nth = conf_nth };

/* net.ipv4.ip_forward is net.ipv4.conf.all.forwarding. */
static void *conf_all_base(struct net *net, const char *const star[])
{
    (void) star;
    return &net->ip->conf_all;
}

static const struct knob_place conf_all_place = { .base = conf_all_base };

static const char *neigh_nth(struct net *net, const char *const star[], unsigned which, unsigned i)
{
    (void) star;
    (void) which;
    return device_or(net, (const char *const[]){ "default", NULL }, i);
}

static void *neigh_base(struct net *net, const char *const star[])
{
    if (!strcmp(star[0], "default")) return &net->ip->parms_default;
    struct netdev *dev = netdev_by_name(net, star[0]);
    return dev ? &dev->ip_ptr->parms : NULL;
}

static const struct knob_place neigh_place = { .base = neigh_base, .size = sizeof(struct neigh_parms), .nth = neigh_nth };

#define IP(field) .place = &ip_place, .offset = offsetof(struct ip_knobs, field)
#define CONF(field, func) .place = &conf_place, .offset = offsetof(struct ip_conf, field), .scope = KNOB_DEVICE, \
    .changed = func, IPS
#define CONF_KEPT .place = &conf_kept, .scope = KNOB_DEVICE, IPS
#define NEIGH(field) .place = &neigh_place, .offset = offsetof(struct neigh_parms, field), .scope = KNOB_DEVICE, IPS

/* ---- rules ---- */

/* ipv4_local_port_range(): in order, and above the privileged ports. */
static int check_port_range(struct net *net, struct knob_value *v)
{
    (void) net;
    return v->n[0] <= v->n[1] && v->n[0] >= 1024 ? 0 : -EINVAL;
}

const struct knob ip_sysctls[] = {
    { "net.ipv4.conf.*.accept_redirects", ANY, ALWAYS("1"), CONF_KEPT, .inert = "no redirects are sent here",
      .doc = "believe ICMP redirects" },
    { "net.ipv4.conf.*.accept_source_route", ANY, ALWAYS("0"), CONF_KEPT, .inert = "IP options are not modelled",
      .doc = "accept source-routed packets" },
    { "net.ipv4.conf.*.arp_ignore", ANY, ALWAYS("0"), CONF(arp_ignore, NULL),
      .doc = "0: answer ARP for any local address, 1: only for the receiving device's; the larger of all and DEV" },
    { "net.ipv4.conf.*.forwarding", ANY, ALWAYS("0"), CONF(forwarding, ip_forward_changed),
      .doc = "forward what the device receives; all: writes all devices" },
    { "net.ipv4.conf.*.rp_filter", RANGE(0, 2), DEFAULT({ 0, "1" }, { 4000, "0" }), CONF(rp_filter, ip_conf_changed),
      .doc = "0: off, 1: strict, 2: loose reverse path filter; the larger of all and DEV" },
    { "net.ipv4.conf.*.secure_redirects", ANY, ALWAYS("1"), CONF_KEPT, .inert = "no redirects are sent here",
      .doc = "redirects only to known gateways" },
    { "net.ipv4.conf.*.send_redirects", ANY, ALWAYS("1"), CONF_KEPT, .inert = "no redirects are sent here",
      .doc = "send redirects" },
    { "net.ipv4.icmp_echo_ignore_all", U8, ALWAYS("0"), IP(icmp_echo_ignore_all), IPS,
      .doc = "do not answer echo requests" },
    { "net.ipv4.icmp_ratelimit", POSITIVE, .unit = "ms", ALWAYS("1000"), IP(icmp_ratelimit), IPS,
      .doc = "least time between two ICMP errors to one host" },
    { "net.ipv4.icmp_ratemask", POSITIVE, ALWAYS("6168"), IP(icmp_ratemask), IPS,
      .doc = "ICMP types that are limited, as bits" },
    { "net.ipv4.igmp_max_memberships", POSITIVE, ALWAYS("20"), IPS, .inert = "multicast is not modelled",
      .doc = "groups that a socket may join" },
    { "net.ipv4.ip_default_ttl", RANGE(1, 255), ALWAYS("64"), IP(ip_default_ttl), IPS,
      .doc = "time to live of packets sent" },
    { "net.ipv4.ip_early_demux", U8, ALWAYS("1"), .since = 3006, IPS, .inert = "costs no time here",
      .doc = "look for the socket before routing" },
    { "net.ipv4.ip_forward", ANY, ALWAYS("0"), .place = &conf_all_place, .offset = offsetof(struct ip_conf, forwarding),
      .changed = ip_forward_changed, IPS, .doc = "forward packets between devices" },
    { "net.ipv4.ip_forward_use_pmtu", U8, ALWAYS("0"), .since = 3014, IP(ip_forward_use_pmtu), IPS,
      .doc = "forward by the learnt path MTU, not the device's" },
    { "net.ipv4.ip_local_port_range", .min = 1, .max = 65535, .count = 2, DEFAULT({ 0, "32768 61000" },
      { 4002, "32768 60999" }), .check = check_port_range, IP(ip_local_port_range), IPS,
      .doc = "first and last port that connect() and bind() choose" },
    { "net.ipv4.ip_no_pmtu_disc", RANGE(0, 3), ALWAYS("0"), IP(ip_no_pmtu_disc), IPS,
      .doc = "1: send without DF and ignore fragmentation needed" },
    { "net.ipv4.ipfrag_high_thresh", POSITIVE, .unit = "bytes", DEFAULT({ 0, "262144" }, { 3009, "4194304" }),
      IP(ipfrag_high_thresh), IPS, .doc = "memory of fragments at which no new datagram is begun" },
    { "net.ipv4.ipfrag_time", SECONDS, ALWAYS("30"), IP(ipfrag_time), IPS,
      .doc = "how long fragments wait for the rest" },
    { "net.ipv4.neigh.*.base_reachable_time_ms", POSITIVE, .unit = "ms", ALWAYS("30000"),
      NEIGH(base_reachable_time_ms), .doc = "life of a confirmed neighbour, 0.5 to 1.5 times" },
    { "net.ipv4.neigh.*.delay_first_probe_time", SECONDS, ALWAYS("5"), NEIGH(delay_first_probe_time),
      .doc = "wait for a hint from above before the first probe" },
    { "net.ipv4.neigh.*.gc_stale_time", SECONDS, ALWAYS("60"), NEIGH(gc_stale_time),
      .doc = "age at which an unused neighbour may be forgotten" },
    { "net.ipv4.neigh.*.mcast_solicit", POSITIVE, ALWAYS("3"), NEIGH(mcast_solicit),
      .doc = "broadcast ARP requests before a neighbour has failed" },
    { "net.ipv4.neigh.*.retrans_time_ms", RANGE(1, INT_MAX), .unit = "ms", ALWAYS("1000"),
      NEIGH(retrans_time_ms), .doc = "time between two ARP requests" },
    { "net.ipv4.neigh.*.ucast_solicit", POSITIVE, ALWAYS("3"), NEIGH(ucast_solicit),
      .doc = "unicast probes of a stale neighbour" },
    { "net.ipv4.neigh.*.unres_qlen", POSITIVE, .unit = "packets", DEFAULT({ 0, "3" }, { 3003, "31" },
      { 4004, "101" }), NEIGH(unres_qlen), .doc = "packets that may wait for ARP" },
    { "net.ipv4.route.gc_timeout", ANY, .unit = "s", ALWAYS("300"), IPS, .inert = "not modelled",
      .doc = "no effect since 3.6: there is no route cache" },
    { .name = NULL },
};
