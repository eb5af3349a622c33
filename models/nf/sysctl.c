/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sysctl.c - settings of Netfilter: net.netfilter, net.bridge. */
#include "models/netdev/sysctl.h"

#include "models/nf/nf.h"

#define CONNTRACK .inert = "connections are not tracked", .source = "nf_conntrack-sysctl.rst"
#define BRIDGE .inert = "bridges are not modelled", IPS

static const struct knob rows[] = {
    { "net.bridge.bridge-nf-call-arptables", SWITCH, ALWAYS("1"), BRIDGE, .doc = "bridged ARP goes through arptables" },
    { "net.bridge.bridge-nf-call-ip6tables", SWITCH, ALWAYS("1"), BRIDGE,
      .doc = "bridged IPv6 goes through ip6tables" },
    { "net.bridge.bridge-nf-call-iptables", SWITCH, ALWAYS("1"), BRIDGE, .doc = "bridged IPv4 goes through iptables" },
    { "net.netfilter.nf_conntrack_acct", SWITCH, ALWAYS("0"), .since = 2027, CONNTRACK,
      .doc = "count packets and bytes of connections" },
    { "net.netfilter.nf_conntrack_buckets", RANGE(0, INT_MAX), ALWAYS("262144"), CONNTRACK, .doc = "hash buckets" },
    { "net.netfilter.nf_conntrack_checksum", SWITCH, ALWAYS("1"), CONNTRACK, .doc = "verify checksums" },
    { "net.netfilter.nf_conntrack_count", ANY, ALWAYS("0"), .is_read_only = true, CONNTRACK,
      .doc = "connections known" },
    { "net.netfilter.nf_conntrack_events", RANGE(0, 2), DEFAULT({ 0, "1" }, { 5019, "2" }), .since = 2031, CONNTRACK,
      .doc = "tell programs of events" },
    { "net.netfilter.nf_conntrack_expect_max", ANY, ALWAYS("4096"), CONNTRACK, .doc = "expected connections" },
    { "net.netfilter.nf_conntrack_generic_timeout", SECONDS, ALWAYS("600"), CONNTRACK,
      .doc = "life of other protocols' entries" },
    { "net.netfilter.nf_conntrack_helper", SWITCH, DEFAULT({ 0, "1" }, { 4007, "0" }), .since = 3005, .until = 6000,
      CONNTRACK, .doc = "assign helpers by port" },
    { "net.netfilter.nf_conntrack_icmp_timeout", SECONDS, ALWAYS("30"), CONNTRACK, .doc = "life of an echo's entry" },
    { "net.netfilter.nf_conntrack_log_invalid", U8, ALWAYS("0"), CONNTRACK,
      .doc = "log invalid packets of a protocol" },
    { "net.netfilter.nf_conntrack_max", ANY, DEFAULT({ 0, "65536" }, { 5015, "262144" }), CONNTRACK,
      .doc = "most connections; more packets are dropped" },
    { "net.netfilter.nf_conntrack_tcp_be_liberal", SWITCH, ALWAYS("0"), CONNTRACK,
      .doc = "packets out of the window are not invalid" },
    { "net.netfilter.nf_conntrack_tcp_ignore_invalid_rst", SWITCH, ALWAYS("0"), .since = 5014, CONNTRACK,
      .doc = "resets out of the window are not invalid" },
    { "net.netfilter.nf_conntrack_tcp_loose", SWITCH, ALWAYS("1"), CONNTRACK,
      .doc = "pick up connections in their middle" },
    { "net.netfilter.nf_conntrack_tcp_max_retrans", U8, ALWAYS("3"), CONNTRACK,
      .doc = "repetitions before the shorter time-out" },
    { "net.netfilter.nf_conntrack_tcp_timeout_close", SECONDS, ALWAYS("10"), CONNTRACK, .doc = "life in CLOSE" },
    { "net.netfilter.nf_conntrack_tcp_timeout_close_wait", SECONDS, ALWAYS("60"), CONNTRACK,
      .doc = "life in CLOSE_WAIT" },
    { "net.netfilter.nf_conntrack_tcp_timeout_established", SECONDS, ALWAYS("432000"), CONNTRACK,
      .doc = "life of an idle connection: five days" },
    { "net.netfilter.nf_conntrack_tcp_timeout_fin_wait", SECONDS, ALWAYS("120"), CONNTRACK, .doc = "life in FIN_WAIT" },
    { "net.netfilter.nf_conntrack_tcp_timeout_last_ack", SECONDS, ALWAYS("30"), CONNTRACK, .doc = "life in LAST_ACK" },
    { "net.netfilter.nf_conntrack_tcp_timeout_max_retrans", SECONDS, ALWAYS("300"), CONNTRACK,
      .doc = "life after tcp_max_retrans" },
    { "net.netfilter.nf_conntrack_tcp_timeout_syn_recv", SECONDS, ALWAYS("60"), CONNTRACK, .doc = "life in SYN_RECV" },
    { "net.netfilter.nf_conntrack_tcp_timeout_syn_sent", SECONDS, ALWAYS("120"), CONNTRACK, .doc = "life in SYN_SENT" },
    { "net.netfilter.nf_conntrack_tcp_timeout_time_wait", SECONDS, ALWAYS("120"), CONNTRACK,
      .doc = "life in TIME_WAIT; the socket's is 60 s" },
    { "net.netfilter.nf_conntrack_tcp_timeout_unacknowledged", SECONDS, ALWAYS("300"), CONNTRACK,
      .doc = "life of unacknowledged data" },
    { "net.netfilter.nf_conntrack_timestamp", SWITCH, ALWAYS("0"), .since = 2038, CONNTRACK,
      .doc = "note when connections began" },
    { "net.netfilter.nf_conntrack_udp_timeout", SECONDS, ALWAYS("30"), CONNTRACK, .doc = "life of a datagram's entry" },
    { "net.netfilter.nf_conntrack_udp_timeout_stream", SECONDS, DEFAULT({ 0, "180" }, { 5001, "120" }), CONNTRACK,
      .doc = "life of a stream's entry" },
    { "net.nf_conntrack_max", ANY, DEFAULT({ 0, "65536" }, { 5015, "262144" }), CONNTRACK,
      .doc = "net.netfilter.nf_conntrack_max" },
    { .name = NULL },
};

const struct face nf_face = { .knobs = rows };
