/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sysctl.c - the rows of the settings under /proc/sys/net, in order of name; knobs.c reads and writes them.
 *
 * Defaults are those of a machine with 24 GiB of memory, as the kernel computes them; a row's first default also
 * stands for what older kernels did where the setting did not exist yet.  Sources: Documentation/networking/ip-sysctl.rst,
 * Documentation/admin-guide/sysctl/net.rst, net/ipv4/sysctl_net_ipv4.c.
 */
#include "models/host/host.h"

#include "models/tcp/tcp.h"
#include <limits.h>

enum { PLACE_HOST, PLACE_IP, PLACE_SOCK, PLACE_TCP };

void *host_knob_field(struct host *host, const struct knob *k)
{
    void *place[] = { [PLACE_HOST] = &host->knobs, [PLACE_IP] = &host->net.ip->knobs, [PLACE_SOCK] = &host->net.sock->knobs,
                      [PLACE_TCP] = &host->net.tcp->knobs };
    return (char *) place[k->place] + k->offset;
}

static int check_congestion_control(const int64_t *values, const char *name)
{
    (void) values;
    return tcp_ca_find(name) ? 0 : -ENOENT;
}

/* ipv4_local_port_range(): in order, and above the privileged ports. */
static int check_port_range(const int64_t *values, const char *text)
{
    (void) text;
    return values[0] <= values[1] && values[0] >= 1024 ? 0 : -EINVAL;
}

#define HOST(field) .place = PLACE_HOST, .offset = offsetof(struct host_knobs, field), .is_inert = true
#define FIXED(field) .place = PLACE_HOST, .offset = offsetof(struct host_knobs, field), .is_fixed = true
#define IP(field) .place = PLACE_IP, .offset = offsetof(struct ip_knobs, field)
#define SOCK(field) .place = PLACE_SOCK, .offset = offsetof(struct sock_knobs, field)
#define TCP(field) .place = PLACE_TCP, .offset = offsetof(struct tcp_knobs, field)
#define INERT(field) TCP(field), .is_inert = true
#define RANGE(low, high) .min = (low), .max = (high), .count = 1
#define U8 RANGE(0, 255)     /* proc_dou8vec_minmax() */
#define ANY RANGE(INT_MIN, INT_MAX)
#define POSITIVE RANGE(0, INT_MAX)
#define SECONDS .unit = "s", RANGE(0, INT_MAX / 1000)
#define PAGES3 .type = KNOB_LONG, .unit = "pages", .min = 0, .max = INT64_MAX, .count = 3
#define BYTES3 .unit = "bytes", .min = 1, .max = INT_MAX, .count = 3
#define DEFAULT(...) .defaults = { __VA_ARGS__ }
#define ALWAYS(text) DEFAULT({ 0, text })
#define IPS .source = "ip-sysctl.rst"
#define NET .source = "sysctl/net.rst"

static const struct knob rows[] = {
    { "net.core.busy_poll", RANGE(0, INT_MAX), .unit = "us", ALWAYS("0"), .since = 3011, HOST(busy_poll), NET,
      .doc = "busy polling of poll() and select(); a light host has nothing to poll" },
    { "net.core.busy_read", RANGE(0, INT_MAX), .unit = "us", ALWAYS("0"), .since = 3011, HOST(busy_read), NET,
      .doc = "SO_BUSY_POLL of new sockets; a light host has nothing to poll" },
    { "net.core.default_qdisc", .type = KNOB_STRING, .count = 16, ALWAYS("pfifo_fast"), .since = 3012, HOST(default_qdisc), NET,
      .doc = "queue discipline of new devices; a light host's device has no queue" },
    { "net.core.dev_weight", RANGE(1, INT_MAX), .unit = "packets", ALWAYS("64"), HOST(dev_weight), NET,
      .doc = "packets a backlog poll may take; a light host has no backlog" },
    { "net.core.netdev_budget", ANY, .unit = "packets", ALWAYS("300"), HOST(netdev_budget), NET,
      .doc = "packets a receive softirq may take; a light host has no softirq" },
    { "net.core.netdev_budget_usecs", ANY, .unit = "us", DEFAULT({ 0, "2000" }, { 4019, "8000" }), .since = 4012,
      HOST(netdev_budget_usecs), NET, .doc = "time a receive softirq may take; a light host has no softirq" },
    { "net.core.netdev_max_backlog", ANY, .unit = "packets", ALWAYS("1000"), HOST(netdev_max_backlog), NET,
      .doc = "limit of a core's input queue; a light host has none" },
    { "net.core.optmem_max", POSITIVE, .unit = "bytes", DEFAULT({ 0, "20480" }, { 6007, "131072" }), SOCK(optmem_max), NET,
      .doc = "ancillary memory of a socket" },
    { "net.core.rmem_default", RANGE(2304, INT_MAX), .unit = "bytes", DEFAULT({ 0, "124928" }, { 3002, "212992" }),
      SOCK(rmem_default), NET, .doc = "receive buffer of new sockets that are not TCP" },
    { "net.core.rmem_max", RANGE(2304, INT_MAX), .unit = "bytes",
      DEFAULT({ 0, "124928" }, { 3002, "212992" }, { 6017, "4194304" }), SOCK(rmem_max), NET,
      .doc = "largest SO_RCVBUF; does not limit TCP's autotuning" },
    { "net.core.rps_sock_flow_entries", RANGE(0, 1 << 29), ALWAYS("0"), .since = 2032, HOST(rps_sock_flow_entries), NET,
      .doc = "flow table of RFS; a light host has one core" },
    { "net.core.somaxconn", RANGE(0, 65535), DEFAULT({ 0, "128" }, { 5004, "4096" }), SOCK(somaxconn), IPS,
      .doc = "upper limit of listen()'s backlog" },
    { "net.core.wmem_default", RANGE(4608, INT_MAX), .unit = "bytes", DEFAULT({ 0, "124928" }, { 3002, "212992" }),
      SOCK(wmem_default), NET, .doc = "send buffer of new sockets that are not TCP" },
    { "net.core.wmem_max", RANGE(4608, INT_MAX), .unit = "bytes",
      DEFAULT({ 0, "124928" }, { 3002, "212992" }, { 6017, "4194304" }), SOCK(wmem_max), NET, .doc = "largest SO_SNDBUF" },
    { "net.ipv4.conf.all.accept_redirects", ANY, ALWAYS("1"), HOST(accept_redirects), IPS,
      .doc = "believe ICMP redirects; none are sent here" },
    { "net.ipv4.conf.all.accept_source_route", ANY, ALWAYS("0"), HOST(accept_source_route), IPS,
      .doc = "accept source-routed packets; options are not modelled" },
    { "net.ipv4.conf.all.arp_ignore", ANY, ALWAYS("0"), IP(arp_ignore), IPS,
      .doc = "0: answer ARP for any local address, 1: only for the receiving device's" },
    { "net.ipv4.conf.all.rp_filter", RANGE(0, 2), DEFAULT({ 0, "1" }, { 4000, "0" }), IP(rp_filter), IPS,
      .doc = "0: off, 1: strict, 2: loose reverse path filter" },
    { "net.ipv4.conf.all.secure_redirects", ANY, ALWAYS("1"), HOST(secure_redirects), IPS,
      .doc = "redirects only to known gateways; none are sent here" },
    { "net.ipv4.conf.all.send_redirects", ANY, ALWAYS("1"), HOST(send_redirects), IPS, .doc = "send redirects; none are sent here" },
    { "net.ipv4.conf.default.rp_filter", RANGE(0, 2), DEFAULT({ 0, "1" }, { 4000, "0" }), HOST(conf_default_rp_filter), IPS,
      .doc = "rp_filter of new devices; conf.all decides here" },
    { "net.ipv4.icmp_echo_ignore_all", U8, ALWAYS("0"), IP(icmp_echo_ignore_all), IPS, .doc = "do not answer echo requests" },
    { "net.ipv4.icmp_ratelimit", POSITIVE, .unit = "ms", ALWAYS("1000"), IP(icmp_ratelimit), IPS,
      .doc = "least time between two ICMP errors to one host" },
    { "net.ipv4.icmp_ratemask", POSITIVE, ALWAYS("6168"), IP(icmp_ratemask), IPS,
      .doc = "ICMP types that are limited, as bits" },
    { "net.ipv4.igmp_max_memberships", POSITIVE, ALWAYS("20"), FIXED(igmp_max_memberships), IPS,
      .doc = "groups that a socket may join; multicast is not modelled" },
    { "net.ipv4.ip_default_ttl", RANGE(1, 255), ALWAYS("64"), IP(ip_default_ttl), IPS, .doc = "time to live of packets sent" },
    { "net.ipv4.ip_early_demux", U8, ALWAYS("1"), .since = 3006, HOST(ip_early_demux), IPS,
      .doc = "look for the socket before routing; costs no time here" },
    { "net.ipv4.ip_forward", ANY, ALWAYS("0"), IP(ip_forward), IPS, .doc = "forward packets between devices" },
    { "net.ipv4.ip_forward_use_pmtu", U8, ALWAYS("0"), .since = 3014, IP(ip_forward_use_pmtu), IPS,
      .doc = "forward by the learnt path MTU, not the device's" },
    { "net.ipv4.ip_local_port_range", .min = 1, .max = 65535, .count = 2,
      DEFAULT({ 0, "32768 61000" }, { 4002, "32768 60999" }), .check = check_port_range, IP(ip_local_port_range), IPS,
      .doc = "first and last port that connect() and bind() choose" },
    { "net.ipv4.ip_no_pmtu_disc", RANGE(0, 3), ALWAYS("0"), IP(ip_no_pmtu_disc), IPS,
      .doc = "1: send without DF and ignore fragmentation needed" },
    { "net.ipv4.ipfrag_high_thresh", POSITIVE, .unit = "bytes", DEFAULT({ 0, "262144" }, { 3009, "4194304" }), IP(ipfrag_high_thresh),
      IPS, .doc = "memory of fragments at which no new datagram is begun" },
    { "net.ipv4.ipfrag_time", SECONDS, ALWAYS("30"), IP(ipfrag_time), IPS, .doc = "how long fragments wait for the rest" },
    { "net.ipv4.neigh.default.base_reachable_time_ms", POSITIVE, .unit = "ms", ALWAYS("30000"),
      IP(neigh_base_reachable_time_ms), IPS, .doc = "life of a confirmed neighbour, 0.5 to 1.5 times" },
    { "net.ipv4.neigh.default.delay_first_probe_time", SECONDS, ALWAYS("5"), IP(neigh_delay_first_probe_time), IPS,
      .doc = "wait for a hint from above before the first probe" },
    { "net.ipv4.neigh.default.gc_stale_time", SECONDS, ALWAYS("60"), IP(neigh_gc_stale_time), IPS,
      .doc = "age at which an unused neighbour may be forgotten" },
    { "net.ipv4.neigh.default.mcast_solicit", POSITIVE, ALWAYS("3"), IP(neigh_mcast_solicit), IPS,
      .doc = "broadcast ARP requests before a neighbour has failed" },
    { "net.ipv4.neigh.default.retrans_time_ms", RANGE(1, INT_MAX), .unit = "ms", ALWAYS("1000"), IP(neigh_retrans_time_ms), IPS,
      .doc = "time between two ARP requests" },
    { "net.ipv4.neigh.default.ucast_solicit", POSITIVE, ALWAYS("3"), IP(neigh_ucast_solicit), IPS,
      .doc = "unicast probes of a stale neighbour" },
    { "net.ipv4.neigh.default.unres_qlen", POSITIVE, .unit = "packets", DEFAULT({ 0, "3" }, { 3003, "31" }, { 4004, "101" }),
      IP(neigh_unres_qlen), IPS, .doc = "packets that may wait for ARP" },
    { "net.ipv4.route.gc_timeout", ANY, .unit = "s", ALWAYS("300"), HOST(route_gc_timeout), IPS,
      .doc = "no effect since 3.6: there is no route cache" },
    { "net.ipv4.tcp_abc", RANGE(0, 2), ALWAYS("0"), .until = 3009, HOST(tcp_abc), IPS,
      .doc = "appropriate byte counting (RFC 3465); not modelled" },
    { "net.ipv4.tcp_abort_on_overflow", U8, ALWAYS("0"), TCP(abort_on_overflow), IPS,
      .doc = "accept queue full: 0 ignores the last ACK of the handshake, 1 resets" },
    { "net.ipv4.tcp_adv_win_scale", RANGE(-31, 31), DEFAULT({ 0, "2" }, { 3004, "1" }), TCP(adv_win_scale), IPS,
      .doc = "share of the receive buffer that is not window, as a shift; ignored from 6.6" },
    { "net.ipv4.tcp_allowed_congestion_control", .type = KNOB_STRING, .count = 32, ALWAYS("reno cubic"),
      FIXED(tcp_allowed_congestion_control), IPS, .doc = "algorithms that any process may choose" },
    { "net.ipv4.tcp_app_win", RANGE(0, 31), ALWAYS("31"), TCP(app_win), IPS, .doc = "part of the window kept for the application" },
    { "net.ipv4.tcp_autocorking", RANGE(0, 1), DEFAULT({ 0, "0" }, { 3014, "1" }), .since = 3014, INERT(autocorking), IPS,
      .doc = "hold back small writes while earlier packets are in the device; a light host's holds none" },
    { "net.ipv4.tcp_available_congestion_control", .type = KNOB_STRING, .count = 32, ALWAYS("reno cubic"),
      FIXED(tcp_available_congestion_control), IPS, .doc = "algorithms that there are" },
    { "net.ipv4.tcp_backlog_ack_defer", RANGE(0, 1), ALWAYS("1"), .since = 6007, HOST(tcp_backlog_ack_defer), IPS,
      .doc = "merge ACKs of a socket's backlog; a light host has none" },
    { "net.ipv4.tcp_base_mss", POSITIVE, .unit = "bytes", DEFAULT({ 0, "512" }, { 4001, "1024" }), INERT(base_mss), IPS,
      .doc = "first size of path MTU probing; not modelled" },
    { "net.ipv4.tcp_challenge_ack_limit", POSITIVE, .unit = "a second",
      DEFAULT({ 0, "100" }, { 4007, "1000" }, { 5018, "2147483647" }), .since = 3006, INERT(challenge_ack_limit), IPS,
      .doc = "challenge ACKs of the host (RFC 5961); here only tcp_invalid_ratelimit limits them" },
    { "net.ipv4.tcp_comp_sack_delay_ns", POSITIVE, .unit = "ns", ALWAYS("1000000"), .since = 4018, TCP(comp_sack_delay_ns), IPS,
      .doc = "longest delay of a compressed SACK" },
    { "net.ipv4.tcp_comp_sack_nr", U8, DEFAULT({ 0, "0" }, { 4018, "44" }), .since = 4018, TCP(comp_sack_nr), IPS,
      .doc = "SACKs that may be merged into one; 0: no compression" },
    { "net.ipv4.tcp_comp_sack_slack_ns", POSITIVE, .unit = "ns", ALWAYS("100000"), .since = 5008, TCP(comp_sack_slack_ns), IPS,
      .doc = "slack of the compression timer" },
    { "net.ipv4.tcp_congestion_control", .type = KNOB_STRING, .count = 16, ALWAYS("cubic"), .check = check_congestion_control,
      TCP(congestion_control), IPS, .doc = "algorithm of new connections" },
    { "net.ipv4.tcp_dma_copybreak", ANY, .unit = "bytes", ALWAYS("4096"), .until = 3018, HOST(tcp_dma_copybreak), IPS,
      .doc = "copies above this size are given to a DMA engine; not modelled" },
    { "net.ipv4.tcp_dsack", U8, ALWAYS("1"), TCP(dsack), IPS, .doc = "send duplicate SACKs (RFC 2883)" },
    { "net.ipv4.tcp_early_demux", U8, ALWAYS("1"), .since = 4013, HOST(tcp_early_demux), IPS,
      .doc = "look for the socket before routing; costs no time here" },
    { "net.ipv4.tcp_early_retrans", RANGE(0, 4), DEFAULT({ 0, "0" }, { 3010, "3" }), .since = 3005, TCP(early_retrans), IPS,
      .doc = "3 and 4: tail loss probes" },
    { "net.ipv4.tcp_ecn", RANGE(0, 2), ALWAYS("2"), TCP(ecn), IPS, .doc = "0: off, 1: ask for and accept it, 2: accept it (RFC 3168)" },
    { "net.ipv4.tcp_ecn_fallback", U8, DEFAULT({ 0, "0" }, { 4002, "1" }), .since = 4002, TCP(ecn_fallback), IPS,
      .doc = "repeat a SYN without ECN" },
    { "net.ipv4.tcp_ecn_option", RANGE(0, 2), ALWAYS("2"), .since = 6018, FIXED(tcp_ecn_option), IPS,
      .doc = "the AccECN option; AccECN is not modelled" },
    { "net.ipv4.tcp_fack", ANY, DEFAULT({ 0, "1" }, { 4015, "0" }), HOST(tcp_fack), IPS,
      .doc = "forward acknowledgment; no effect since 4.15" },
    { "net.ipv4.tcp_fastopen", ANY, DEFAULT({ 0, "0" }, { 3013, "1" }), .since = 3006, FIXED(tcp_fastopen), IPS,
      .doc = "bits: 1 client, 2 server ... (RFC 7413); not modelled" },
    { "net.ipv4.tcp_fin_timeout", SECONDS, ALWAYS("60"), TCP(fin_timeout_s), IPS,
      .doc = "life of an orphan in FIN_WAIT_2; not of TIME_WAIT" },
    { "net.ipv4.tcp_frto", U8, ALWAYS("2"), TCP(frto), IPS, .doc = "detect needless time-outs (RFC 5682)" },
    { "net.ipv4.tcp_invalid_ratelimit", POSITIVE, .unit = "ms", DEFAULT({ 0, "0" }, { 4000, "500" }), .since = 4000,
      TCP(invalid_ratelimit_ms), IPS, .doc = "least time between two ACKs that answer invalid segments" },
    { "net.ipv4.tcp_keepalive_intvl", SECONDS, ALWAYS("75"), TCP(keepalive_intvl_s), IPS, .doc = "time between keepalive probes" },
    { "net.ipv4.tcp_keepalive_probes", U8, ALWAYS("9"), TCP(keepalive_probes), IPS,
      .doc = "unanswered probes that end a connection" },
    { "net.ipv4.tcp_keepalive_time", SECONDS, ALWAYS("7200"), TCP(keepalive_time_s), IPS,
      .doc = "idle time before the first keepalive probe" },
    { "net.ipv4.tcp_limit_output_bytes", POSITIVE, .unit = "bytes",
      DEFAULT({ 0, "2147483647" }, { 3006, "131072" }, { 4001, "262144" }, { 4020, "1048576" }, { 6017, "4194304" }),
      .since = 3006, INERT(limit_output_bytes), IPS,
      .doc = "bytes of a socket that may wait in the device (TCP small queues); a light host's holds none" },
    { "net.ipv4.tcp_low_latency", ANY, ALWAYS("0"), HOST(tcp_low_latency), IPS, .doc = "no effect since 4.14" },
    { "net.ipv4.tcp_max_orphans", POSITIVE, .unit = "sockets", ALWAYS("131072"), TCP(max_orphans), IPS,
      .doc = "sockets without a process; more are reset" },
    { "net.ipv4.tcp_max_reordering", POSITIVE, .unit = "segments", DEFAULT({ 0, "127" }, { 3018, "300" }), .since = 3018,
      TCP(max_reordering), IPS, .doc = "limit of the measured reordering" },
    { "net.ipv4.tcp_max_ssthresh", ANY, ALWAYS("0"), .until = 3010, HOST(tcp_max_ssthresh), IPS,
      .doc = "limited slow start (RFC 3742); not modelled" },
    { "net.ipv4.tcp_max_syn_backlog", POSITIVE, ALWAYS("2048"), TCP(max_syn_backlog), IPS,
      .doc = "requests, before unproven peers are refused when there are no cookies" },
    { "net.ipv4.tcp_max_tw_buckets", POSITIVE, .unit = "sockets", DEFAULT({ 0, "262144" }, { 4000, "131072" }),
      TCP(max_tw_buckets), IPS, .doc = "TIME_WAIT sockets; more are closed at once" },
    { "net.ipv4.tcp_mem", PAGES3, ALWAYS("287901 383868 575802"), INERT(mem), IPS,
      .doc = "memory of all sockets: no pressure below, pressure above, limit; not modelled" },
    { "net.ipv4.tcp_min_rtt_wlen", RANGE(0, 86400), .unit = "s", ALWAYS("300"), .since = 4004, TCP(min_rtt_wlen_s), IPS,
      .doc = "window of the least round-trip time" },
    { "net.ipv4.tcp_min_snd_mss", RANGE(48, 65535), .unit = "bytes", ALWAYS("48"), .since = 5002, TCP(min_snd_mss), IPS,
      .doc = "least segment size that a peer can bring about" },
    { "net.ipv4.tcp_min_tso_segs", RANGE(1, 255), .unit = "segments", ALWAYS("2"), .since = 3012, TCP(min_tso_segs), IPS,
      .doc = "least size of a segmentation-offload packet" },
    { "net.ipv4.tcp_moderate_rcvbuf", U8, ALWAYS("1"), TCP(moderate_rcvbuf), IPS, .doc = "tune the receive buffer" },
    { "net.ipv4.tcp_mtu_probe_floor", RANGE(48, 65535), .unit = "bytes", ALWAYS("48"), .since = 5003, HOST(tcp_mtu_probe_floor), IPS,
      .doc = "least size of path MTU probing; not modelled" },
    { "net.ipv4.tcp_mtu_probing", U8, ALWAYS("0"), INERT(mtu_probing), IPS,
      .doc = "path MTU probing (RFC 4821): 0 never, 1 after a black hole, 2 always; not modelled" },
    { "net.ipv4.tcp_no_metrics_save", U8, ALWAYS("0"), INERT(no_metrics_save), IPS,
      .doc = "do not remember what a path was like; here nothing is remembered" },
    { "net.ipv4.tcp_notsent_lowat", .type = KNOB_UINT, RANGE(0, UINT32_MAX), .unit = "bytes", ALWAYS("4294967295"), .since = 3012,
      TCP(notsent_lowat), IPS, .doc = "unsent bytes above which a socket is not writable" },
    { "net.ipv4.tcp_orphan_retries", U8, ALWAYS("0"), TCP(orphan_retries), IPS,
      .doc = "retransmissions of an orphan; 0 means 8 while the peer is alive" },
    { "net.ipv4.tcp_pacing_ca_ratio", RANGE(0, 1000), .unit = "%", ALWAYS("120"), .since = 4003, TCP(pacing_ca_ratio), IPS,
      .doc = "pacing rate in congestion avoidance, of cwnd / srtt" },
    { "net.ipv4.tcp_pacing_ss_ratio", RANGE(0, 1000), .unit = "%", ALWAYS("200"), .since = 4003, TCP(pacing_ss_ratio), IPS,
      .doc = "pacing rate in slow start, of cwnd / srtt" },
    { "net.ipv4.tcp_pingpong_thresh", RANGE(1, 255), DEFAULT({ 0, "1" }, { 5001, "3" }, { 6001, "1" }), .since = 6007,
      TCP(pingpong_thresh), IPS, .doc = "answers after which a connection counts as interactive" },
    { "net.ipv4.tcp_probe_interval", POSITIVE, .unit = "s", ALWAYS("600"), .since = 4001, HOST(tcp_probe_interval), IPS,
      .doc = "time after which path MTU probing starts again; not modelled" },
    { "net.ipv4.tcp_probe_threshold", POSITIVE, .unit = "bytes", ALWAYS("8"), .since = 4001, HOST(tcp_probe_threshold), IPS,
      .doc = "size of the range at which path MTU probing stops; not modelled" },
    { "net.ipv4.tcp_recovery", U8, DEFAULT({ 0, "0" }, { 4004, "1" }), .since = 4004, TCP(recovery), IPS,
      .doc = "bits: 1 RACK (RFC 8985), 2 static reordering window, 4 no duplicate-ACK threshold" },
    { "net.ipv4.tcp_reordering", RANGE(1, INT_MAX), .unit = "segments", ALWAYS("3"), TCP(reordering), IPS,
      .doc = "initial duplicate-ACK threshold" },
    { "net.ipv4.tcp_retrans_collapse", U8, ALWAYS("1"), TCP(retrans_collapse), IPS, .doc = "merge small segments when repeating them" },
    { "net.ipv4.tcp_retries1", U8, ALWAYS("3"), INERT(retries1), IPS,
      .doc = "time-outs after which the route is doubted; there is only one here" },
    { "net.ipv4.tcp_retries2", U8, ALWAYS("15"), TCP(retries2), IPS,
      .doc = "time-outs after which a connection is given up: 15 is 924.6 s" },
    { "net.ipv4.tcp_rfc1337", U8, ALWAYS("0"), TCP(rfc1337), IPS, .doc = "ignore resets in TIME_WAIT" },
    { "net.ipv4.tcp_rmem", BYTES3, DEFAULT({ 0, "4096 87380 4194304" }, { 3004, "4096 87380 6291456" },
      { 4020, "4096 131072 6291456" }, { 6017, "4096 131072 33554432" }), TCP(rmem), IPS,
      .doc = "receive buffer: least, initial, largest by autotuning" },
    { "net.ipv4.tcp_rto_max_ms", RANGE(1000, 120000), .unit = "ms", ALWAYS("120000"), .since = 6015, TCP(rto_max_ms), IPS,
      .doc = "largest retransmission time-out" },
    { "net.ipv4.tcp_rto_min_us", RANGE(1, INT_MAX), .unit = "us", ALWAYS("200000"), .since = 6011, TCP(rto_min_us), IPS,
      .doc = "least deviation term of the retransmission time-out" },
    { "net.ipv4.tcp_sack", U8, ALWAYS("1"), TCP(sack), IPS, .doc = "selective acknowledgment (RFC 2018)" },
    { "net.ipv4.tcp_shrink_window", RANGE(0, 1), ALWAYS("0"), .since = 6001, TCP(shrink_window), IPS,
      .doc = "let the window's right edge move back under memory pressure" },
    { "net.ipv4.tcp_slow_start_after_idle", U8, ALWAYS("1"), TCP(slow_start_after_idle), IPS,
      .doc = "reduce the congestion window after an idle time (RFC 2861)" },
    { "net.ipv4.tcp_stdurg", ANY, ALWAYS("0"), HOST(tcp_stdurg), IPS, .doc = "urgent pointer of RFC 1122; not modelled" },
    { "net.ipv4.tcp_syn_linear_timeouts", RANGE(0, 127), DEFAULT({ 0, "0" }, { 6005, "4" }), .since = 6005,
      TCP(syn_linear_timeouts), IPS, .doc = "time-outs of a SYN before they double" },
    { "net.ipv4.tcp_syn_retries", RANGE(1, 127), DEFAULT({ 0, "5" }, { 3007, "6" }), TCP(syn_retries), IPS,
      .doc = "repetitions of a SYN" },
    { "net.ipv4.tcp_synack_retries", U8, ALWAYS("5"), TCP(synack_retries), IPS, .doc = "repetitions of a SYN-ACK" },
    { "net.ipv4.tcp_syncookies", U8, ALWAYS("1"), TCP(syncookies), IPS,
      .doc = "0: the last quarter of tcp_max_syn_backlog is kept; "
             "cookies are not modelled: a full SYN queue drops" },
    { "net.ipv4.tcp_thin_linear_timeouts", U8, ALWAYS("0"), .since = 2034, TCP(thin_linear_timeouts), IPS,
      .doc = "do not double the first six time-outs of a thin stream" },
    { "net.ipv4.tcp_timestamps", U8, ALWAYS("1"), TCP(timestamps), IPS,
      .doc = "0: off, 1: with a random offset for each peer, 2: without (RFC 7323)" },
    { "net.ipv4.tcp_tso_rtt_log", U8, DEFAULT({ 0, "0" }, { 5018, "9" }), .since = 5018, TCP(tso_rtt_log), IPS,
      .doc = "larger offload packets on short paths: as a shift of the RTT in us" },
    { "net.ipv4.tcp_tso_win_divisor", U8, ALWAYS("3"), TCP(tso_win_divisor), IPS,
      .doc = "share of the window that one offload packet may take" },
    { "net.ipv4.tcp_tw_recycle", ANY, ALWAYS("0"), .until = 4012, HOST(tcp_tw_recycle), IPS,
      .doc = "short TIME_WAIT and time-stamp checks by peer; not modelled" },
    { "net.ipv4.tcp_tw_reuse", RANGE(0, 2), DEFAULT({ 0, "0" }, { 4019, "2" }), TCP(tw_reuse), IPS,
      .doc = "connect() may take a port in TIME_WAIT: 1 always, 2 on loopback" },
    { "net.ipv4.tcp_tw_reuse_delay", RANGE(1, INT_MAX), .unit = "ms", ALWAYS("1000"), .since = 6014, TCP(tw_reuse_delay_ms), IPS,
      .doc = "least age of a port in TIME_WAIT that is taken" },
    { "net.ipv4.tcp_window_scaling", U8, ALWAYS("1"), TCP(window_scaling), IPS, .doc = "window scale option (RFC 7323)" },
    { "net.ipv4.tcp_wmem", BYTES3, ALWAYS("4096 16384 4194304"), TCP(wmem), IPS,
      .doc = "send buffer: least, initial, largest by autotuning" },
    { "net.ipv4.tcp_workaround_signed_windows", U8, ALWAYS("0"), HOST(tcp_workaround_signed_windows), IPS,
      .doc = "for peers that take the window for a signed number; not modelled" },
    { "net.ipv4.udp_mem", PAGES3, ALWAYS("575802 767736 1151604"), HOST(udp_mem), IPS,
      .doc = "memory of all UDP sockets; not limited here" },
    { "net.ipv4.udp_rmem_min", RANGE(1, INT_MAX), .unit = "bytes", ALWAYS("4096"), HOST(udp_rmem_min), IPS,
      .doc = "receive memory that a UDP socket has under pressure; there is none here" },
    { "net.ipv4.udp_wmem_min", RANGE(1, INT_MAX), .unit = "bytes", ALWAYS("4096"), HOST(udp_wmem_min), IPS,
      .doc = "send memory that a UDP socket has under pressure; no effect" },
};

const struct knob *host_knob_rows(unsigned *n)
{
    *n = G_N_ELEMENTS(rows);
    return rows;
}
