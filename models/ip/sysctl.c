/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sysctl.c - settings of IP: net.ipv4, without the transports'. */
#include "models/netdev/sysctl.h"

#include "models/ip/fib.h"
#include <errno.h>
#include <stdlib.h>
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

static const struct knob_place neigh_kept = { .nth = neigh_nth };

#define IP(field) .place = &ip_place, .offset = offsetof(struct ip_knobs, field)
#define CONF(field, func) .place = &conf_place, .offset = offsetof(struct ip_conf, field), .scope = KNOB_DEVICE, \
    .changed = func, IPS
#define CONF_KEPT(why) .place = &conf_kept, .scope = KNOB_DEVICE, .inert = (why), IPS
#define KEPT(why) .inert = (why), IPS
#define NO_REDIRECTS "no redirects are sent here"
#define NO_MULTICAST "multicast is not modelled"
#define NO_XFRM "IPsec is not modelled"
#define NO_VRF "routing domains are not modelled"
#define NO_MULTIPATH "multipath routes are not modelled"
#define NO_CACHE .dead_since = 3006, .dead = "there is no route cache", KEPT("the route cache is not modelled")
#define NEIGH_KEPT(why) .place = &neigh_kept, .scope = KNOB_DEVICE, .inert = (why), IPS
#define NEIGH(field) .place = &neigh_place, .offset = offsetof(struct neigh_parms, field), .scope = KNOB_DEVICE, IPS

/* ---- rules ---- */

/* proc_do_large_bitmap(): "8080,9000-9100" */
static int check_port_list(struct net *net, struct knob_value *v)
{
    (void) net;
    for (char *p = v->text; *p;) {
        unsigned long first = strtoul(p, &p, 10), last = first;
        if (*p == '-') last = strtoul(p + 1, &p, 10);
        if (first > last || last > 65535 || (*p && *p != ',') || !g_ascii_isdigit(p[-1])) return -EINVAL;
        p += *p == ',';
    }
    return 0;
}

/* ipv4_privileged_ports(): not into the range that connect() chooses from. */
static int check_unprivileged(struct net *net, struct knob_value *v)
{
    return v->n[0] <= net->ip->knobs.ip_local_port_range[0] ? 0 : -EINVAL;
}

static int check_frag_high(struct net *net, struct knob_value *v)
{
    return v->n[0] >= net->ip->knobs.ipfrag_low_thresh ? 0 : -EINVAL;
}

static int check_frag_low(struct net *net, struct knob_value *v)
{
    return v->n[0] <= net->ip->knobs.ipfrag_high_thresh ? 0 : -EINVAL;
}

/* ipv4_local_port_range(): in order, and since 4.11 above the privileged ports. */
static int check_port_range(struct net *net, struct knob_value *v)
{
    bool is_clear = net->profile->version < 4011 || v->n[0] >= net->ip->knobs.ip_unprivileged_port_start;
    return v->n[0] <= v->n[1] && is_clear ? 0 : -EINVAL;
}

/* ipv4_sysctl_rtcache_flush(): whatever is written. */
static void flush_routes(struct net *net, const char *const star[])
{
    (void) star;
    ip_flush_pmtu(net);
}

const struct knob ip_sysctls[] = {
    { "net.ipv4.cipso_cache_bucket_size", ANY, ALWAYS("10"), KEPT("CIPSO is not modelled"),
      .doc = "labels that a bucket holds" },
    { "net.ipv4.cipso_cache_enable", ANY, ALWAYS("1"), KEPT("CIPSO is not modelled"), .doc = "remember labels" },
    { "net.ipv4.cipso_rbm_optfmt", ANY, ALWAYS("0"), KEPT("CIPSO is not modelled"),
      .doc = "option format of restricted bitmaps" },
    { "net.ipv4.cipso_rbm_strictvalid", ANY, ALWAYS("1"), KEPT("CIPSO is not modelled"),
      .doc = "check options strictly" },
    { "net.ipv4.conf.*.accept_local", ANY, ALWAYS("0"), CONF_KEPT("a source address of this host is not looked for"),
      .since = 2033,
      .doc = "accept packets whose source address is one of this host's" },
    { "net.ipv4.conf.*.accept_redirects", ANY, ALWAYS("1"), CONF_KEPT(NO_REDIRECTS),
      .doc = "believe ICMP redirects; forwarding: all and DEV, else all or DEV" },
    { "net.ipv4.conf.*.accept_source_route", ANY, ALWAYS("1"), CONF_KEPT("IP options are not modelled"),
      .doc = "accept source-routed packets; all and DEV" },
    { "net.ipv4.conf.*.arp_accept", ANY, ALWAYS("0"), CONF_KEPT("no gratuitous ARP is sent"),
      .doc = "learn a neighbour from gratuitous ARP; the larger of all and DEV" },
    { "net.ipv4.conf.*.arp_announce", ANY, ALWAYS("0"), CONF(arp_announce, NULL),
      .doc = "source of ARP requests: 0 the packet's, 1 of the target's subnet, 2 the device's best; the larger of all and DEV" },
    { "net.ipv4.conf.*.arp_evict_nocarrier", ANY, ALWAYS("1"), CONF_KEPT("carriers do not go"), .since = 5016,
      .doc = "forget neighbours when the carrier goes" },
    { "net.ipv4.conf.*.arp_filter", ANY, ALWAYS("0"), CONF_KEPT("the way back is not looked at"),
      .doc = "answer ARP only if the way back to the asker leads through the device; all or DEV" },
    { "net.ipv4.conf.*.arp_ignore", ANY, ALWAYS("0"), CONF(arp_ignore, NULL),
      .doc = "answer ARP 0: for any local address, 1: only for the device's, 2: and its subnet, 8: never; the larger of all and DEV" },
    { "net.ipv4.conf.*.arp_notify", ANY, ALWAYS("0"), CONF_KEPT("no gratuitous ARP is sent"),
      .doc = "announce new addresses" },
    { "net.ipv4.conf.*.bc_forwarding", ANY, ALWAYS("0"), CONF_KEPT("directed broadcasts are not forwarded"),
      .since = 4019,
      .doc = "forward directed broadcasts" },
    { "net.ipv4.conf.*.bootp_relay", ANY, ALWAYS("0"), CONF_KEPT("Linux does not implement it"), .dead_since = 2000,
      .dead = "it was never implemented", .doc = "relay packets from 0.b.c.d" },
    { "net.ipv4.conf.*.disable_policy", ANY, ALWAYS("0"), CONF_KEPT(NO_XFRM), .doc = "no IPsec policy" },
    { "net.ipv4.conf.*.disable_xfrm", ANY, ALWAYS("0"), CONF_KEPT(NO_XFRM), .doc = "no IPsec encryption" },
    { "net.ipv4.conf.*.drop_gratuitous_arp", ANY, ALWAYS("0"), CONF_KEPT("no gratuitous ARP is sent"), .since = 4006,
      .doc = "drop gratuitous ARP; all or DEV" },
    { "net.ipv4.conf.*.drop_unicast_in_l2_multicast", ANY, ALWAYS("0"),
      CONF_KEPT("the kind of frame is not looked at"), .since = 4006,
      .doc = "drop unicast IP in link-layer broadcasts; all or DEV" },
    { "net.ipv4.conf.*.force_igmp_version", ANY, ALWAYS("0"), CONF_KEPT(NO_MULTICAST), .doc = "IGMP version" },
    { "net.ipv4.conf.*.forwarding", ANY, ALWAYS("0"), CONF(forwarding, ip_forward_changed),
      .doc = "forward what the device receives; all: writes all devices" },
    { "net.ipv4.conf.*.igmpv2_unsolicited_report_interval", MILLISECONDS, ALWAYS("10000"), CONF_KEPT(NO_MULTICAST),
      .since = 3012,
      .doc = "time to the second report" },
    { "net.ipv4.conf.*.igmpv3_unsolicited_report_interval", MILLISECONDS, ALWAYS("1000"), CONF_KEPT(NO_MULTICAST),
      .since = 3012,
      .doc = "time to the second report" },
    { "net.ipv4.conf.*.ignore_routes_with_linkdown", ANY, ALWAYS("0"), CONF_KEPT("carriers do not go"), .since = 4002,
      .doc = "pass over routes whose device has no carrier" },
    { "net.ipv4.conf.*.log_martians", ANY, ALWAYS("0"), CONF_KEPT("there is no kernel log"),
      .doc = "log impossible addresses" },
    { "net.ipv4.conf.*.mc_forwarding", ANY, ALWAYS("0"), CONF_KEPT(NO_MULTICAST), .is_read_only = true,
      .doc = "a multicast routing daemon is at work; hosts receive in any case" },
    { "net.ipv4.conf.*.medium_id", ANY, ALWAYS("0"), CONF_KEPT("proxy ARP is not modelled"),
      .doc = "which devices share a medium" },
    { "net.ipv4.conf.*.promote_secondaries", ANY, ALWAYS("0"), CONF_KEPT("secondary addresses go with the primary one"),
      .doc = "1: the next address follows when the primary one is deleted" },
    { "net.ipv4.conf.*.proxy_arp", ANY, ALWAYS("0"), CONF_KEPT("proxy ARP is not modelled"),
      .doc = "answer ARP for others" },
    { "net.ipv4.conf.*.proxy_arp_pvlan", ANY, ALWAYS("0"), CONF_KEPT("proxy ARP is not modelled"), .since = 2034,
      .doc = "answer ARP for hosts behind the same device" },
    { "net.ipv4.conf.*.route_localnet", ANY, ALWAYS("0"), CONF(route_localnet, ip_conf_changed), .since = 3006,
      .doc = "127/8 is not special outside of lo; all or DEV" },
    { "net.ipv4.conf.*.rp_filter", ANY, DEFAULT({ 0, "1" }, { 4000, "0" }), CONF(rp_filter, ip_conf_changed),
      .doc = "0: off, 1: strict, 2: loose reverse path filter; the larger of all and DEV" },
    { "net.ipv4.conf.*.secure_redirects", ANY, ALWAYS("1"), CONF_KEPT(NO_REDIRECTS),
      .doc = "redirects only to known gateways" },
    { "net.ipv4.conf.*.send_redirects", ANY, ALWAYS("1"), CONF_KEPT(NO_REDIRECTS),
      .doc = "send redirects; all or DEV" },
    { "net.ipv4.conf.*.shared_media", ANY, ALWAYS("1"), CONF_KEPT(NO_REDIRECTS),
      .doc = "the medium has several subnets" },
    { "net.ipv4.conf.*.src_valid_mark", ANY, ALWAYS("0"), CONF_KEPT("packets have no marks"), .since = 2033,
      .doc = "look at marks in reverse path filtering" },
    { "net.ipv4.conf.*.tag", ANY, ALWAYS("0"), CONF_KEPT("Linux does nothing with it"), .dead_since = 2000,
      .dead = "it is a number for programs", .doc = "any number" },
    { "net.ipv4.conf.all.accept_source_route", ANY, ALWAYS("0"), .scope = KNOB_DEVICE,
      KEPT("IP options are not modelled"),
      .doc = "accept source-routed packets; all and DEV" },
    { "net.ipv4.conf.lo.disable_policy", ANY, ALWAYS("1"), .scope = KNOB_DEVICE, KEPT(NO_XFRM),
      .doc = "no IPsec policy" },
    { "net.ipv4.conf.lo.disable_xfrm", ANY, ALWAYS("1"), .scope = KNOB_DEVICE, KEPT(NO_XFRM),
      .doc = "no IPsec encryption" },
    { "net.ipv4.fib_multipath_hash_fields", RANGE(1, 4095), ALWAYS("7"), .since = 5014, KEPT(NO_MULTIPATH),
      .doc = "bits: fields that count" },
    { "net.ipv4.fib_multipath_hash_policy", RANGE(0, 3), ALWAYS("0"), .since = 4012, KEPT(NO_MULTIPATH),
      .doc = "0: addresses, 1: ports too, 2: inner addresses, 3: fib_multipath_hash_fields" },
    { "net.ipv4.fib_multipath_hash_seed", UINT, ALWAYS("0"), .since = 6011, KEPT(NO_MULTIPATH), .doc = "of the hash" },
    { "net.ipv4.fib_multipath_use_neigh", SWITCH, ALWAYS("0"), .since = 4007, KEPT(NO_MULTIPATH),
      .doc = "look at neighbours" },
    { "net.ipv4.fib_notify_on_flag_change", RANGE(0, 2), ALWAYS("0"), .since = 5012, KEPT("routes are not offloaded"),
      .doc = "tell programs of offloaded routes" },
    { "net.ipv4.fib_sync_mem", UINT, .unit = "bytes", ALWAYS("524288"), .since = 5002,
      KEPT("route changes cost no time"),
      .doc = "removed routes before memory is freed" },
    { "net.ipv4.fwmark_reflect", U8, ALWAYS("0"), .since = 3016, KEPT("packets have no marks"),
      .doc = "answers have the mark" },
    { "net.ipv4.icmp_echo_enable_probe", SWITCH, ALWAYS("0"), .since = 5013, KEPT("RFC 8335 is not modelled"),
      .doc = "answer PROBE" },
    { "net.ipv4.icmp_echo_ignore_all", SWITCH, ALWAYS("0"), IP(icmp_echo_ignore_all), IPS,
      .doc = "do not answer echo requests" },
    { "net.ipv4.icmp_echo_ignore_broadcasts", SWITCH, ALWAYS("1"), IP(icmp_echo_ignore_broadcasts), IPS,
      .doc = "do not answer echo requests to broadcast addresses" },
    { "net.ipv4.icmp_errors_use_inbound_ifaddr", SWITCH, ALWAYS("0"), KEPT("errors have the address of the way back"),
      .doc = "source address of ICMP errors" },
    { "net.ipv4.icmp_ignore_bogus_error_responses", SWITCH, ALWAYS("1"), KEPT("there is no kernel log"),
      .doc = "no messages of wrong answers to broadcasts" },
    { "net.ipv4.icmp_msgs_burst", POSITIVE, ALWAYS("50"), .since = 3018, IP(icmp_msgs_burst), IPS,
      .doc = "ICMP errors that the host may send at once" },
    { "net.ipv4.icmp_msgs_per_sec", POSITIVE, ALWAYS("1000"), .since = 3018, IP(icmp_msgs_per_sec), IPS,
      .doc = "ICMP errors that the host may send in a second" },
    { "net.ipv4.icmp_ratelimit", MILLISECONDS, ALWAYS("1000"), IP(icmp_ratelimit), IPS,
      .doc = "least time between two ICMP errors to one host" },
    { "net.ipv4.icmp_ratemask", ANY, ALWAYS("6168"), IP(icmp_ratemask), IPS,
      .doc = "ICMP types that are limited, as bits" },
    { "net.ipv4.igmp_link_local_mcast_reports", U8, ALWAYS("1"), .since = 4003, KEPT(NO_MULTICAST),
      .doc = "report 224.0.0.0/24 too" },
    { "net.ipv4.igmp_max_memberships", ANY, ALWAYS("20"), KEPT(NO_MULTICAST), .doc = "groups that a socket may join" },
    { "net.ipv4.igmp_max_msf", ANY, ALWAYS("10"), KEPT(NO_MULTICAST), .doc = "sources of a group's filter" },
    { "net.ipv4.igmp_qrv", RANGE(1, INT_MAX), ALWAYS("2"), .since = 3018, KEPT(NO_MULTICAST),
      .doc = "robustness of IGMP" },
    { "net.ipv4.inet_peer_gc_maxtime", SECONDS, ALWAYS("120"), .until = 3001, KEPT("peers are not remembered"),
      .doc = "time between collections, no pressure" },
    { "net.ipv4.inet_peer_gc_mintime", SECONDS, ALWAYS("10"), .until = 3001, KEPT("peers are not remembered"),
      .doc = "time between collections, pressure" },
    { "net.ipv4.inet_peer_maxttl", SECONDS, ALWAYS("600"), KEPT("peers are not remembered"),
      .doc = "life of a peer's entry, no pressure" },
    { "net.ipv4.inet_peer_minttl", SECONDS, ALWAYS("120"), KEPT("peers are not remembered"),
      .doc = "life of a peer's entry, pressure" },
    { "net.ipv4.inet_peer_threshold", ANY, ALWAYS("65664"), KEPT("peers are not remembered"),
      .doc = "entries before there is pressure" },
    { "net.ipv4.ip_autobind_reuse", SWITCH, ALWAYS("0"), .since = 5007, KEPT("bind() shares no ports by itself"),
      .doc = "bind(0) may share ports between SO_REUSEADDR sockets" },
    { "net.ipv4.ip_default_ttl", RANGE(1, 255), ALWAYS("64"), IP(ip_default_ttl), IPS,
      .doc = "time to live of packets sent" },
    { "net.ipv4.ip_dynaddr", U8, ALWAYS("0"), KEPT("addresses do not change by dialling"),
      .doc = "rewrite the source of a SYN" },
    { "net.ipv4.ip_early_demux", U8, ALWAYS("1"), .since = 3006, KEPT("looking up costs no time here"),
      .doc = "look for the socket before routing" },
    { "net.ipv4.ip_forward", ANY, ALWAYS("0"), .place = &conf_all_place, .offset = offsetof(struct ip_conf, forwarding),
      .is_alias = true, .changed = ip_forward_changed, IPS, .doc = "forward packets between devices" },
    { "net.ipv4.ip_forward_update_priority", SWITCH, ALWAYS("1"), .since = 4019, KEPT("packets have no priority"),
      .doc = "priority of forwarded packets from their TOS" },
    { "net.ipv4.ip_forward_use_pmtu", U8, ALWAYS("0"), .since = 3014, IP(ip_forward_use_pmtu), IPS,
      .doc = "forward by the learnt path MTU, not the device's" },
    { "net.ipv4.ip_local_port_range", .min = 1, .max = 65535, .count = 2, DEFAULT({ 0, "32768 61000" }, { 4002,
      "32768 60999" }),
      .check = check_port_range,
      .rule = "the first port must not be above the last one, nor, since 4.11, below ip_unprivileged_port_start", IP(ip_local_port_range), IPS,
      .doc = "first and last port that connect() and bind() choose" },
    { "net.ipv4.ip_local_reserved_ports", TEXT(200), ALWAYS(""), .since = 2032, .check = check_port_list,
      .rule = "ports and upward ranges of them, with commas between: 8080,9000-9100",
      KEPT("no ports are left out"), .doc = "ports that connect() and bind(0) do not choose: \"8080,9000-9100\"" },
    { "net.ipv4.ip_no_pmtu_disc", U8, ALWAYS("0"), IP(ip_no_pmtu_disc), IPS,
      .doc = "1: send without DF and ignore fragmentation needed" },
    { "net.ipv4.ip_nonlocal_bind", U8, ALWAYS("0"), KEPT("bind() wants an address of the host"),
      .doc = "bind to foreign addresses" },
    { "net.ipv4.ip_unprivileged_port_start", .type = KNOB_LONG, RANGE(0, 65535), ALWAYS("1024"), .since = 4011,
      IP(ip_unprivileged_port_start), .check = check_unprivileged,
      .rule = "must not be above the first port of ip_local_port_range", IPS,
      .doc = "first port that anybody may bind (processes here are root); ip_local_port_range begins above" },
    { "net.ipv4.ipfrag_high_thresh", .type = KNOB_LONG, RANGE(0, INT_MAX), .unit = "bytes", DEFAULT({ 0, "262144" },
      { 3009, "4194304" }),
      IP(ipfrag_high_thresh), .check = check_frag_high, .rule = "must not be below ipfrag_low_thresh", IPS,
      .doc = "memory of fragments at which no new datagram is begun" },
    { "net.ipv4.ipfrag_low_thresh", .type = KNOB_LONG, RANGE(0, INT_MAX), .unit = "bytes", DEFAULT({ 0, "196608" },
      { 3009, "3145728" }),
      IP(ipfrag_low_thresh), .check = check_frag_low, .rule = "must not be above ipfrag_high_thresh", .dead_since = 4017, .dead = "fragments are evicted by time only",
      KEPT("fragments are evicted by time only"),
      .doc = "memory down to which fragments were evicted" },
    { "net.ipv4.ipfrag_max_dist", POSITIVE, ALWAYS("64"), KEPT("reassembly does not count other packets"),
      .doc = "packets of a peer that may come between fragments" },
    { "net.ipv4.ipfrag_secret_interval", SECONDS, DEFAULT({ 0, "600" }, { 3017, "0" }), .dead_since = 3017,
      .dead = "the hash is keyed for good", KEPT("there is no hash to attack"), .doc = "time between new hash keys" },
    { "net.ipv4.ipfrag_time", SECONDS, ALWAYS("30"), IP(ipfrag_time), IPS,
      .doc = "how long fragments wait for the rest" },
    { "net.ipv4.neigh.*.anycast_delay", .unit = "10 ms", .ticks_per = 100, POSITIVE, ALWAYS("100"),
      NEIGH_KEPT("IPv6 is not modelled"),
      .doc = "delay of answers for anycast addresses" },
    { "net.ipv4.neigh.*.app_solicit", POSITIVE, ALWAYS("0"), NEIGH_KEPT("no program resolves neighbours"),
      .doc = "questions to a program before broadcasts" },
    { "net.ipv4.neigh.*.base_reachable_time", SECONDS, ALWAYS("30"), NEIGH(base_reachable_time_ms), .multiple = 1000,
      .is_alias = true,
      .doc = "base_reachable_time_ms in seconds" },
    { "net.ipv4.neigh.*.base_reachable_time_ms", MILLISECONDS, ALWAYS("30000"), NEIGH(base_reachable_time_ms),
      .doc = "life of a confirmed neighbour, 0.5 to 1.5 times" },
    { "net.ipv4.neigh.*.delay_first_probe_time", SECONDS, ALWAYS("5"), NEIGH(delay_first_probe_time),
      .doc = "wait for a hint from above before the first probe" },
    { "net.ipv4.neigh.*.gc_stale_time", SECONDS, ALWAYS("60"), NEIGH_KEPT("neighbours are not forgotten"),
      .doc = "age at which an unused neighbour may be forgotten" },
    { "net.ipv4.neigh.*.interval_probe_time_ms", .unit = "ms", .ticks_per = 1000, RANGE(1, INT_MAX), ALWAYS("5000"),
      .since = 6000,
      NEIGH_KEPT("managed neighbours are not modelled"), .doc = "time between probes of managed neighbours" },
    { "net.ipv4.neigh.*.locktime", .unit = "10 ms", .ticks_per = 100, POSITIVE, ALWAYS("100"), NEIGH(locktime_ms),
      .multiple = 10,
      .doc = "time before another answer may replace an address" },
    { "net.ipv4.neigh.*.mcast_resolicit", POSITIVE, ALWAYS("0"), .since = 4001, NEIGH(mcast_resolicit),
      .doc = "broadcast probes after ucast_solicit has failed" },
    { "net.ipv4.neigh.*.mcast_solicit", POSITIVE, ALWAYS("3"), NEIGH(mcast_solicit),
      .doc = "broadcast ARP requests before a neighbour has failed" },
    { "net.ipv4.neigh.*.proxy_delay", .unit = "10 ms", .ticks_per = 100, POSITIVE, ALWAYS("80"),
      NEIGH_KEPT("proxy ARP is not modelled"),
      .doc = "delay of proxy answers" },
    { "net.ipv4.neigh.*.proxy_qlen", POSITIVE, ALWAYS("64"), NEIGH_KEPT("proxy ARP is not modelled"),
      .doc = "proxy answers that may wait" },
    { "net.ipv4.neigh.*.retrans_time", .unit = "10 ms", .ticks_per = 100, POSITIVE, ALWAYS("100"),
      NEIGH(retrans_time_ms), .multiple = 10,
      .is_alias = true, .doc = "retrans_time_ms in hundredths of a second" },
    { "net.ipv4.neigh.*.retrans_time_ms", MILLISECONDS, ALWAYS("1000"), NEIGH(retrans_time_ms),
      .doc = "time between two ARP requests" },
    { "net.ipv4.neigh.*.ucast_solicit", POSITIVE, ALWAYS("3"), NEIGH(ucast_solicit),
      .doc = "unicast probes of a stale neighbour" },
    { "net.ipv4.neigh.*.unres_qlen", POSITIVE, .unit = "packets", DEFAULT({ 0, "3" }, { 3003, "31" }, { 4014, "101" }),
      NEIGH(unres_qlen_bytes), .multiple = NEIGH_QUEUED_PKT_BYTES,
      .is_alias = true, .doc = "unres_qlen_bytes in packets of 2090 bytes; before 3.3 the limit itself" },
    { "net.ipv4.neigh.*.unres_qlen_bytes", POSITIVE, .unit = "bytes", DEFAULT({ 0, "6270" }, { 3003, "65536" },
      { 4014, "212992" }),
      .since = 3003, NEIGH(unres_qlen_bytes), .doc = "memory of packets that wait for ARP" },
    { "net.ipv4.neigh.default.gc_interval", SECONDS, ALWAYS("30"), KEPT("neighbours are not forgotten"),
      .doc = "time between collections" },
    { "net.ipv4.neigh.default.gc_thresh1", ANY, ALWAYS("128"), KEPT("neighbours are not forgotten"),
      .doc = "neighbours that stay" },
    { "net.ipv4.neigh.default.gc_thresh2", ANY, ALWAYS("512"), KEPT("neighbours are not forgotten"),
      .doc = "neighbours above which those older than 5 s go" },
    { "net.ipv4.neigh.default.gc_thresh3", ANY, ALWAYS("1024"), KEPT("neighbours are not limited"),
      .doc = "most neighbours" },
    { "net.ipv4.nexthop_compat_mode", SWITCH, ALWAYS("1"), .since = 5008, KEPT("next hop objects are not modelled"),
      .doc = "show next hops in routes" },
    { "net.ipv4.ping_group_range", .type = KNOB_LONG, .min = 0, .max = UINT32_MAX, .count = 2, ALWAYS("1 0"),
      .since = 3000,
      KEPT("processes are root"), .doc = "groups that may open ICMP echo sockets" },
    { "net.ipv4.raw_l3mdev_accept", SWITCH, ALWAYS("1"), .since = 5000, KEPT(NO_VRF),
      .doc = "raw sockets of all domains" },
    { "net.ipv4.route.error_burst", ANY, .unit = "ticks", DEFAULT({ 0, "5000" }, { 4000, "1250" }),
      KEPT("unreachable errors are limited by icmp_ratelimit"),
      .doc = "unreachable errors at once" },
    { "net.ipv4.route.error_cost", ANY, .unit = "ticks", DEFAULT({ 0, "1000" }, { 4000, "250" }),
      KEPT("unreachable errors are limited by icmp_ratelimit"),
      .doc = "least time between unreachable errors" },
    { "net.ipv4.route.flush", TEXT(64), ALWAYS(""), .is_write_only = true, .changed = flush_routes, IPS,
      .doc = "forget the path MTUs that were learnt" },
    { "net.ipv4.route.gc_elasticity", ANY, ALWAYS("8"), NO_CACHE, .doc = "length of a bucket before routes go" },
    { "net.ipv4.route.gc_interval", SECONDS, ALWAYS("60"), NO_CACHE, .doc = "time between collections" },
    { "net.ipv4.route.gc_min_interval", SECONDS, ALWAYS("0"), NO_CACHE, .doc = "least time between collections" },
    { "net.ipv4.route.gc_min_interval_ms", MILLISECONDS, ALWAYS("500"), NO_CACHE,
      .doc = "least time between collections" },
    { "net.ipv4.route.gc_thresh", ANY, DEFAULT({ 0, "131072" }, { 3006, "-1" }), NO_CACHE,
      .doc = "routes before collections begin" },
    { "net.ipv4.route.gc_timeout", SECONDS, ALWAYS("300"), NO_CACHE, .doc = "life of an unused route" },
    { "net.ipv4.route.max_size", ANY, DEFAULT({ 0, "2097152" }, { 3006, "2147483647" }), NO_CACHE,
      .doc = "most routes" },
    { "net.ipv4.route.min_adv_mss", ANY, .unit = "bytes", ALWAYS("256"), KEPT("routes have a larger MTU"),
      .doc = "least MSS of a route" },
    { "net.ipv4.route.min_pmtu", RANGE(68, INT_MAX), .unit = "bytes", ALWAYS("552"), IP(min_pmtu), IPS,
      .doc = "a smaller path MTU is not believed" },
    { "net.ipv4.route.mtu_expires", SECONDS, ALWAYS("600"), IP(mtu_expires), IPS, .doc = "life of a learnt path MTU" },
    { "net.ipv4.route.redirect_load", ANY, .unit = "ticks", DEFAULT({ 0, "20" }, { 4000, "5" }), KEPT(NO_REDIRECTS),
      .doc = "least time between redirects" },
    { "net.ipv4.route.redirect_number", ANY, ALWAYS("9"), KEPT(NO_REDIRECTS),
      .doc = "redirects to a host that does not listen" },
    { "net.ipv4.route.redirect_silence", ANY, .unit = "ticks", DEFAULT({ 0, "20480" }, { 4000, "5120" }),
      KEPT(NO_REDIRECTS), .doc = "time until redirects begin anew" },
    { "net.ipv4.route.secret_interval", SECONDS, ALWAYS("600"), .until = 3006, NO_CACHE,
      .doc = "time between new hash keys" },
    { "net.ipv4.rt_cache_rebuild_count", ANY, ALWAYS("4"), .since = 2029, .until = 3006, NO_CACHE,
      .doc = "new hash keys before the cache is given up" },
    { "net.ipv4.xfrm4_gc_thresh", ANY, ALWAYS("32768"), .since = 2032, .dead_since = 4014,
      .dead = "there is no flow cache",
      KEPT(NO_XFRM), .doc = "IPsec routes before collections begin" },
    /* IPv6 is not modelled, but tuning scripts set these. */
#define IP6_KEPT .place = &conf_kept, .scope = KNOB_DEVICE, KEPT("IPv6 is not modelled")
    { "net.ipv6.conf.*.accept_ra", ANY, ALWAYS("1"), IP6_KEPT, .doc = "believe router advertisements" },
    { "net.ipv6.conf.*.accept_redirects", ANY, ALWAYS("1"), IP6_KEPT, .doc = "believe redirects" },
    { "net.ipv6.conf.*.accept_source_route", ANY, ALWAYS("0"), IP6_KEPT, .doc = "accept routing headers" },
    { "net.ipv6.conf.*.disable_ipv6", SWITCH, ALWAYS("0"), IP6_KEPT, .doc = "no IPv6" },
    { "net.ipv6.conf.*.forwarding", ANY, ALWAYS("0"), IP6_KEPT, .doc = "forward packets" },
    { "net.ipv6.conf.*.mc_forwarding", ANY, ALWAYS("0"), IP6_KEPT, .is_read_only = true,
      .doc = "a multicast routing daemon is at work" },
    /* ---- attributes of a route ---- */
#define ROUTE .scope = KNOB_ROUTE, .how = "ip route", .source = "ip-route(8)"
    { "ip route advmss", RANGE(0, INT_MAX), .unit = "bytes", ALWAYS("0"), ROUTE,
      .doc = "MSS that is told to the peer; 0: from the MTU" },
    { "ip route initcwnd", RANGE(0, INT_MAX), .unit = "segments", ALWAYS("0"), ROUTE,
      .doc = "initial congestion window; 0: the kernel's" },
    { "ip route initrwnd", RANGE(0, INT_MAX), .unit = "segments", ALWAYS("0"), ROUTE,
      .doc = "initial receive window; 0: the kernel's" },
    { "ip route mtu", RANGE(0, 65535), .unit = "bytes", ALWAYS("0"), ROUTE, .doc = "of the path; 0: the device's" },
    { "ip route quickack", SWITCH, ALWAYS("0"), ROUTE, .doc = "no delayed acknowledgments" },
    { "ip route rto_min", POSITIVE, .unit = "ms", ALWAYS("0"), ROUTE, .doc = "as tcp_rto_min_us, for one route" },
    { .name = NULL },
};
