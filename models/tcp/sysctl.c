/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sysctl.c - settings of TCP: net.ipv4.tcp_*.
 *
 * Defaults are those of a machine with 24 GiB of memory, as the kernel computes them; a row's first default also
 * stands for what older kernels did where the setting did not exist yet.
 */
#include "models/netdev/sysctl.h"

#include "models/tcp/tcp.h"
#include <errno.h>
#include <stdio.h>

static void *tcp_base(struct net *net, const char *const star[])
{
    (void) star;
    return &net->tcp->knobs;
}

static const struct knob_place tcp_place = { .base = tcp_base, .size = sizeof(struct tcp_knobs) };

#define KEPT(why) .inert = (why), IPS
#define NO_FASTOPEN KEPT("fast open is not modelled")
#define NO_PLB KEPT("protective load balancing is not modelled")
#define NO_ACCECN KEPT("AccECN is not modelled")
#define NO_DEVICE_QUEUE KEPT("a light host's device holds no packets")
#define NO_PRESSURE KEPT("sockets are not short of memory")
#define ALGORITHMS .nth_word = tcp_ca_nth, .word_since = tcp_ca_since, .words_are = "netsim has no model of it yet, only of"
#define TCP(field) .place = &tcp_place, .offset = offsetof(struct tcp_knobs, field)

/* proc_tcp_congestion_control() */
static int check_congestion_control(struct net *net, struct knob_value *v)
{
    return tcp_ca_find(net, v->text) ? 0 : -ENOENT;
}

/* proc_allowed_congestion_control(): names of algorithms, between blanks. */
static int check_allowed(struct net *net, struct knob_value *v)
{
    g_auto(GStrv) names = g_strsplit(v->text, " ", -1);
    for (char **name = names; *name; name++)
        if (**name && !tcp_ca_find(net, *name)) return -ENOENT;
    return 0;
}

/* proc_tcp_fastopen_key(): one key or two, each four hexadecimal words; shown with all their digits. */
static int check_fastopen_key(struct net *net, struct knob_value *v)
{
    (void) net;
    uint32_t w[8];
    int end = 0;
    char shown[80];
    int n = sscanf(v->text, "%x-%x-%x-%x%n", &w[0], &w[1], &w[2], &w[3], &end);
    if (n != 4) return -EINVAL;
    int len = g_snprintf(shown, sizeof shown, "%08x-%08x-%08x-%08x", w[0], w[1], w[2], w[3]);
    if (v->text[end] == ',') {
        if (sscanf(v->text + end + 1, "%x-%x-%x-%x", &w[4], &w[5], &w[6], &w[7]) != 4) return -EINVAL;
        g_snprintf(shown + len, sizeof shown - (size_t) len, ",%08x-%08x-%08x-%08x", w[4], w[5], w[6], w[7]);
    }
    g_strlcpy(v->text, shown, sizeof v->text);
    return 0;
}

/* Bounded by tcp_max_reordering in later kernels. */
static int check_reordering(struct net *net, struct knob_value *v)
{
    return net->profile->version < 6018 || v->n[0] <= net->tcp->knobs.max_reordering ? 0 : -EINVAL;
}

const struct knob tcp_sysctls[] = {
    { "net.ipv4.tcp_abc", RANGE(0, 2), ALWAYS("0"), .until = 3009, KEPT("byte counting is not modelled"),
      .doc = "appropriate byte counting (RFC 3465)" },
    { "net.ipv4.tcp_abort_on_overflow", U8, ALWAYS("0"), TCP(abort_on_overflow), IPS,
      .doc = "accept queue full: 0 ignores the last ACK of the handshake, 1 resets" },
    { "net.ipv4.tcp_adv_win_scale", RANGE(-31, 31), DEFAULT({ 0, "2" }, { 3004, "1" }), TCP(adv_win_scale), IPS,
      .dead_since = 6006, .dead = "the share is measured",
      .doc = "share of the receive buffer that is not window, as a shift" },
    { "net.ipv4.tcp_allowed_congestion_control", TEXT(128), DEFAULT({ 0, "reno cubic" }, { 4009, "reno cubic bbr" }),
      ALGORITHMS, .check = check_allowed,
      KEPT("processes are root, who may choose any"), .doc = "algorithms that any process may choose" },
    { "net.ipv4.tcp_app_win", RANGE(0, 31), ALWAYS("31"), TCP(app_win), IPS,
      .doc = "part of the window kept for the application" },
    { "net.ipv4.tcp_autocorking", RANGE(0, 1), DEFAULT({ 0, "0" }, { 3014, "1" }), .since = 3014, NO_DEVICE_QUEUE,
      .doc = "hold back small writes while earlier packets are in the device" },
    { "net.ipv4.tcp_available_congestion_control", TEXT(128), DEFAULT({ 0, "reno cubic" },
      { 3018, "reno cubic dctcp" }, { 4009, "reno cubic bbr dctcp" }), .is_read_only = true,
      TCP(available_congestion_control), IPS, .doc = "algorithms that there are" },
    { "net.ipv4.tcp_available_ulp", TEXT(64), ALWAYS("mptcp"), .since = 4013, .is_read_only = true,
      KEPT("it tells what there is"), .doc = "protocols that may stand above TCP" },
    { "net.ipv4.tcp_backlog_ack_defer", RANGE(0, 1), ALWAYS("1"), .since = 6007,
      TCP(backlog_ack_defer), IPS,
      .doc = "merge ACKs of a socket's backlog" },
    { "net.ipv4.tcp_base_mss", ANY, .unit = "bytes", DEFAULT({ 0, "512" }, { 4001, "1024" }), TCP(base_mss), IPS,
      .doc = "first size of path MTU probing" },
    { "net.ipv4.tcp_challenge_ack_limit", ANY, .unit = "a second", DEFAULT({ 0, "100" }, { 4007, "1000" },
      { 6000, "2147483647" }), .since = 3006, KEPT("only tcp_invalid_ratelimit limits them"),
      .doc = "challenge ACKs of the host (RFC 5961)" },
    { "net.ipv4.tcp_child_ehash_entries", .type = KNOB_UINT, .count = 1, ALWAYS("0"), .since = 6001,
      KEPT("a host has one namespace"),
      .max = 16 << 20, .doc = "hash buckets of a new namespace's own" },
    { "net.ipv4.tcp_comp_sack_delay_ns", POSITIVE, .unit = "ns", ALWAYS("1000000"), .since = 4018,
      TCP(comp_sack_delay_ns), IPS, .doc = "longest delay of a compressed SACK" },
    { "net.ipv4.tcp_comp_sack_nr", U8, DEFAULT({ 0, "0" }, { 4018, "44" }), .since = 4018, TCP(comp_sack_nr), IPS,
      .doc = "SACKs that may be merged into one; 0: no compression" },
    { "net.ipv4.tcp_comp_sack_slack_ns", POSITIVE, .unit = "ns", ALWAYS("100000"), .since = 5008,
      TCP(comp_sack_slack_ns), IPS, .doc = "slack of the compression timer" },
    { "net.ipv4.tcp_congestion_control", .type = KNOB_STRING, .count = 16, ALWAYS("cubic"),
      ALGORITHMS, .check = check_congestion_control, TCP(congestion_control), IPS, .doc = "algorithm of new connections" },
    { "net.ipv4.tcp_cookie_size", RANGE(0, INT_MAX), .unit = "bytes", ALWAYS("0"), .since = 2033, .until = 3010,
      KEPT("cookie transactions are not modelled"), .doc = "TCP cookie transactions" },
    { "net.ipv4.tcp_dma_copybreak", ANY, .unit = "bytes", ALWAYS("4096"), .until = 3018,
      KEPT("there are no DMA engines"),
      .doc = "copies above this size are given to a DMA engine" },
    { "net.ipv4.tcp_dsack", U8, ALWAYS("1"), TCP(dsack), IPS, .doc = "send duplicate SACKs (RFC 2883)" },
    { "net.ipv4.tcp_early_demux", U8, ALWAYS("1"), .since = 4012, KEPT("looking up costs no time here"),
      .doc = "look for the socket before routing" },
    { "net.ipv4.tcp_early_retrans", RANGE(0, 4), DEFAULT({ 0, "0" }, { 3005, "2" }, { 3010, "3" }), .since = 3005, TCP(early_retrans),
      IPS, .doc = "3 and 4: tail loss probes; up to 4.11 1, 2, 3: early retransmit (RFC 5827), at once or after a quarter of the RTT" },
    { "net.ipv4.tcp_ecn", RANGE(0, 5), .lacks_above = 2, .lacks_since = 7000, .lacks = "AccECN is not modelled", ALWAYS("2"), TCP(ecn), IPS,
      .doc = "0: off, 1: ask for and accept it, 2: accept it (RFC 3168); since 7.0 3, 4, 5: as AccECN" },
    { "net.ipv4.tcp_ecn_fallback", SWITCH, DEFAULT({ 0, "0" }, { 4002, "1" }), .since = 4002, TCP(ecn_fallback), IPS,
      .doc = "repeat a SYN without ECN" },
    { "net.ipv4.tcp_ecn_option", RANGE(0, 2), ALWAYS("2"), .since = 6018, NO_ACCECN, .doc = "send the AccECN option" },
    { "net.ipv4.tcp_ecn_option_beacon", RANGE(0, 3), ALWAYS("3"), .since = 6018, NO_ACCECN,
      .doc = "least number of AccECN options a round trip" },
    { "net.ipv4.tcp_ehash_entries", ANY, ALWAYS("262144"), .since = 6001, .is_read_only = true,
      KEPT("the hash table grows"), .doc = "hash buckets of connections" },
    { "net.ipv4.tcp_fack", U8, DEFAULT({ 0, "1" }, { 4015, "0" }), .dead_since = 4015, .dead = "RACK has replaced it",
      TCP(fack), IPS, .doc = "forward acknowledgment: what lies below the highest SACK has left the network" },
    { "net.ipv4.tcp_fastopen", ANY, DEFAULT({ 0, "0" }, { 3013, "1" }), .since = 3006, NO_FASTOPEN,
      .doc = "bits: 1 client, 2 server ... (RFC 7413)" },
    { "net.ipv4.tcp_fastopen_blackhole_timeout_sec", POSITIVE, .unit = "s", DEFAULT({ 0, "3600" }, { 5014, "0" }),
      .since = 4012,
      NO_FASTOPEN, .doc = "time without fast open after a black hole" },
    { "net.ipv4.tcp_fastopen_key", TEXT(80), ALWAYS("00000000-00000000-00000000-00000000"), .since = 3007,
      .check = check_fastopen_key,
      NO_FASTOPEN, .doc = "key of the cookies, and a second one after a comma" },
    { "net.ipv4.tcp_fin_timeout", ANY, .unit = "s", .ticks_per = 1, ALWAYS("60"), TCP(fin_timeout_s), IPS,
      .doc = "life of an orphan in FIN_WAIT_2; not of TIME_WAIT" },
    { "net.ipv4.tcp_frto", U8, ALWAYS("2"), TCP(frto), IPS, .doc = "detect needless time-outs (RFC 5682)" },
    { "net.ipv4.tcp_frto_response", RANGE(0, 2), ALWAYS("0"), .until = 3010, KEPT("the response is the later kernels'"),
      .doc = "after a needless time-out: 0 halve carefully, 1 halve, 2 undo" },
    { "net.ipv4.tcp_fwmark_accept", U8, ALWAYS("0"), .since = 3016, KEPT("packets have no marks"),
      .doc = "connections have their SYN's mark" },
    { "net.ipv4.tcp_invalid_ratelimit", MILLISECONDS, DEFAULT({ 0, "0" }, { 4000, "500" }), .since = 4000,
      TCP(invalid_ratelimit_ms), IPS, .doc = "least time between two ACKs that answer invalid segments" },
    { "net.ipv4.tcp_keepalive_intvl", SECONDS, ALWAYS("75"), TCP(keepalive_intvl_s), IPS,
      .doc = "time between keepalive probes" },
    { "net.ipv4.tcp_keepalive_probes", U8, ALWAYS("9"), TCP(keepalive_probes), IPS,
      .doc = "unanswered probes that end a connection" },
    { "net.ipv4.tcp_keepalive_time", ANY, .unit = "s", .ticks_per = 1, ALWAYS("7200"), TCP(keepalive_time_s), IPS,
      .doc = "idle time before the first keepalive probe" },
    { "net.ipv4.tcp_l3mdev_accept", SWITCH, ALWAYS("0"), .since = 4005, KEPT("routing domains are not modelled"),
      .doc = "a listener accepts from all domains" },
    { "net.ipv4.tcp_limit_output_bytes", ANY, .unit = "bytes", DEFAULT({ 0, "2147483647" }, { 3006, "131072" },
      { 4001, "262144" }, { 4020, "1048576" }, { 6016, "4194304" }), .since = 3006, NO_DEVICE_QUEUE,
      .doc = "bytes of a socket that may wait in the device (TCP small queues)" },
    { "net.ipv4.tcp_low_latency", ANY, ALWAYS("0"), .dead_since = 4014, .dead = "there is no prequeue",
      KEPT("the prequeue is not modelled"), .doc = "no prequeue: ACK from the softirq" },
    { "net.ipv4.tcp_max_orphans", POSITIVE, .unit = "sockets", ALWAYS("131072"), TCP(max_orphans), IPS,
      .doc = "sockets without a process; more are reset" },
    { "net.ipv4.tcp_max_reordering", RANGE(1, INT_MAX), .unit = "segments", DEFAULT({ 0, "127" }, { 3019, "300" }),
      .since = 3019, TCP(max_reordering), IPS, .doc = "limit of the measured reordering" },
    { "net.ipv4.tcp_max_ssthresh", ANY, ALWAYS("0"), .until = 3013, KEPT("limited slow start is not modelled"),
      .doc = "limited slow start (RFC 3742)" },
    { "net.ipv4.tcp_max_syn_backlog", ANY, ALWAYS("2048"), TCP(max_syn_backlog), IPS,
      .doc = "requests, before unproven peers are refused when there are no cookies" },
    { "net.ipv4.tcp_max_tw_buckets", ANY, .unit = "sockets", DEFAULT({ 0, "262144" }, { 4000, "131072" }),
      TCP(max_tw_buckets), IPS, .doc = "TIME_WAIT sockets; more are closed at once" },
    { "net.ipv4.tcp_mem", PAGES3, ALWAYS("287901 383868 575802"), NO_PRESSURE,
      .doc = "memory of all sockets: no pressure below, pressure above, limit" },
    { "net.ipv4.tcp_migrate_req", SWITCH, ALWAYS("0"), .since = 5014, TCP(migrate_req), IPS,
      .doc = "requests move to another listener of the port" },
    { "net.ipv4.tcp_min_rtt_wlen", RANGE(0, 86400), .unit = "s", ALWAYS("300"), .since = 4004, TCP(min_rtt_wlen_s), IPS,
      .doc = "window of the least round-trip time" },
    { "net.ipv4.tcp_min_snd_mss", RANGE(48, 65535), .unit = "bytes", ALWAYS("48"), .since = 5002, TCP(min_snd_mss), IPS,
      .doc = "least segment size that a peer can bring about" },
    { "net.ipv4.tcp_min_tso_segs", RANGE(1, 255), .unit = "segments", ALWAYS("2"), .since = 3012, TCP(min_tso_segs),
      IPS, .doc = "least size of a segmentation-offload packet" },
    { "net.ipv4.tcp_moderate_rcvbuf", U8, ALWAYS("1"), TCP(moderate_rcvbuf), IPS, .doc = "tune the receive buffer" },
    { "net.ipv4.tcp_mtu_probe_floor", RANGE(48, 65535), .unit = "bytes", ALWAYS("48"), .since = 5004, TCP(mtu_probe_floor),
      IPS,
      .doc = "least size of path MTU probing" },
    { "net.ipv4.tcp_mtu_probing", U8, ALWAYS("0"), TCP(mtu_probing), IPS,
      .doc = "path MTU probing (RFC 4821): 0 never, 1 after a black hole, 2 always" },
    { "net.ipv4.tcp_no_metrics_save", U8, ALWAYS("0"), TCP(no_metrics_save), IPS,
      .doc = "do not remember what a path was like" },
    { "net.ipv4.tcp_no_ssthresh_metrics_save", SWITCH, DEFAULT({ 0, "0" }, { 5006, "1" }), .since = 5006,
      TCP(no_ssthresh_metrics_save), IPS, .doc = "do not remember ssthresh" },
    { "net.ipv4.tcp_notsent_lowat", .type = KNOB_UINT, RANGE(0, UINT32_MAX), .unit = "bytes", ALWAYS("4294967295"),
      .since = 3012, TCP(notsent_lowat), IPS, .doc = "unsent bytes above which a socket is not writable" },
    { "net.ipv4.tcp_orphan_retries", U8, ALWAYS("0"), TCP(orphan_retries), IPS,
      .doc = "retransmissions of an orphan; 0 means 8 while the peer is alive" },
    { "net.ipv4.tcp_pacing_ca_ratio", RANGE(0, 1000), .unit = "%", ALWAYS("120"), .since = 4003, TCP(pacing_ca_ratio),
      IPS, .doc = "pacing rate in congestion avoidance, of cwnd / srtt" },
    { "net.ipv4.tcp_pacing_ss_ratio", RANGE(0, 1000), .unit = "%", ALWAYS("200"), .since = 4003, TCP(pacing_ss_ratio),
      IPS, .doc = "pacing rate in slow start, of cwnd / srtt" },
    { "net.ipv4.tcp_pingpong_thresh", RANGE(1, 255), DEFAULT({ 0, "1" }, { 5001, "3" }, { 6001, "1" }), .since = 6007,
      TCP(pingpong_thresh), IPS, .doc = "answers after which a connection counts as interactive" },
    { "net.ipv4.tcp_plb_cong_thresh", RANGE(0, 256), ALWAYS("128"), .since = 6002, NO_PLB,
      .doc = "share of marked packets, of 256" },
    { "net.ipv4.tcp_plb_enabled", SWITCH, ALWAYS("0"), .since = 6002, NO_PLB,
      .doc = "change the path when it is congested" },
    { "net.ipv4.tcp_plb_idle_rehash_rounds", RANGE(0, 31), ALWAYS("3"), .since = 6002, NO_PLB,
      .doc = "congested rounds, idle" },
    { "net.ipv4.tcp_plb_rehash_rounds", RANGE(0, 31), ALWAYS("12"), .since = 6002, NO_PLB, .doc = "congested rounds" },
    { "net.ipv4.tcp_plb_suspend_rto_sec", U8, .unit = "s", ALWAYS("60"), .since = 6002, NO_PLB,
      .doc = "pause after a time-out" },
    { "net.ipv4.tcp_probe_interval", .type = KNOB_UINT, RANGE(0, 17179869), .unit = "s", ALWAYS("600"), .since = 4001,
      TCP(probe_interval_s), IPS,
      .doc = "time after which path MTU probing starts again" },
    { "net.ipv4.tcp_probe_threshold", ANY, .unit = "bytes", ALWAYS("8"), .since = 4001, TCP(probe_threshold), IPS,
      .doc = "size of the range at which path MTU probing stops" },
    { "net.ipv4.tcp_recovery", U8, DEFAULT({ 0, "0" }, { 4004, "1" }), .since = 4004, TCP(recovery), IPS,
      .doc = "bits: 1 RACK (RFC 8985), 2 static reordering window, 4 no duplicate-ACK threshold" },
    { "net.ipv4.tcp_reflect_tos", SWITCH, ALWAYS("0"), .since = 5010, KEPT("answers have no TOS of their own"),
      .doc = "connections have their SYN's TOS" },
    { "net.ipv4.tcp_reordering", RANGE(1, INT_MAX), .check = check_reordering, .rule = "must not be above tcp_max_reordering", .unit = "segments", ALWAYS("3"),
      TCP(reordering), IPS,
      .doc = "initial duplicate-ACK threshold" },
    { "net.ipv4.tcp_retrans_collapse", U8, ALWAYS("1"), TCP(retrans_collapse), IPS,
      .doc = "merge small segments when repeating them" },
    { "net.ipv4.tcp_retries1", U8, ALWAYS("3"), TCP(retries1), IPS,
      .doc = "time-outs after which the route is doubted" },
    { "net.ipv4.tcp_retries2", U8, ALWAYS("15"), TCP(retries2), IPS,
      .doc = "time-outs after which a connection is given up: 15 is 924.6 s" },
    { "net.ipv4.tcp_rfc1337", U8, ALWAYS("0"), TCP(rfc1337), IPS, .doc = "ignore resets in TIME_WAIT" },
    { "net.ipv4.tcp_rmem", BYTES3, DEFAULT({ 0, "4096 87380 4194304" }, { 3004, "4096 87380 6291456" },
      { 4020, "4096 131072 6291456" }, { 6016, "4096 131072 33554432" }), TCP(rmem), IPS,
      .doc = "receive buffer: least, initial, largest by autotuning" },
    { "net.ipv4.tcp_rto_max_ms", RANGE(1000, 120000), .unit = "ms", ALWAYS("120000"), .since = 6015, TCP(rto_max_ms),
      IPS, .doc = "largest retransmission time-out" },
    { "net.ipv4.tcp_rto_min_us", RANGE(1, INT_MAX), .unit = "us", ALWAYS("200000"), .since = 6011, TCP(rto_min_us), IPS,
      .doc = "least deviation term of the retransmission time-out" },
    { "net.ipv4.tcp_sack", U8, ALWAYS("1"), TCP(sack), IPS, .doc = "selective acknowledgment (RFC 2018)" },
    { "net.ipv4.tcp_shrink_window", RANGE(0, 1), ALWAYS("0"), .since = 6001, TCP(shrink_window), IPS,
      .doc = "let the window's right edge move back under memory pressure" },
    { "net.ipv4.tcp_slow_start_after_idle", U8, ALWAYS("1"), TCP(slow_start_after_idle), IPS,
      .doc = "reduce the congestion window after an idle time (RFC 2861)" },
    { "net.ipv4.tcp_stdurg", U8, ALWAYS("0"), KEPT("urgent data is not modelled"),
      .doc = "urgent pointer of RFC 1122" },
    { "net.ipv4.tcp_syn_linear_timeouts", RANGE(0, 127), DEFAULT({ 0, "0" }, { 6005, "4" }), .since = 6005,
      TCP(syn_linear_timeouts), IPS, .doc = "time-outs of a SYN before they double" },
    { "net.ipv4.tcp_syn_retries", RANGE(1, 127), DEFAULT({ 0, "5" }, { 3007, "6" }), TCP(syn_retries), IPS,
      .doc = "repetitions of a SYN" },
    { "net.ipv4.tcp_synack_retries", U8, ALWAYS("5"), TCP(synack_retries), IPS, .doc = "repetitions of a SYN-ACK" },
    { "net.ipv4.tcp_syncookies", U8, ALWAYS("1"), TCP(syncookies), IPS,
      .doc = "SYN cookies: 0 never, 1 when the SYN queue is full, 2 for every SYN" },
    { "net.ipv4.tcp_thin_dupack", U8, ALWAYS("0"), .since = 2034, .until = 4011, TCP(thin_dupack), IPS,
      .doc = "one duplicate ACK is enough on a thin stream" },
    { "net.ipv4.tcp_thin_linear_timeouts", U8, ALWAYS("0"), .since = 2034, TCP(thin_linear_timeouts), IPS,
      .doc = "do not double the first six time-outs of a thin stream" },
    { "net.ipv4.tcp_timestamps", U8, ALWAYS("1"), TCP(timestamps), IPS,
      .doc = "0: off, 1: with a random offset for each peer, 2: without (RFC 7323)" },
    { "net.ipv4.tcp_tso_rtt_log", U8, DEFAULT({ 0, "0" }, { 5018, "9" }), .since = 5018, TCP(tso_rtt_log), IPS,
      .doc = "larger offload packets on short paths: as a shift of the RTT in us" },
    { "net.ipv4.tcp_tso_win_divisor", U8, ALWAYS("3"), TCP(tso_win_divisor), IPS,
      .doc = "share of the window that one offload packet may take" },
    { "net.ipv4.tcp_tw_recycle", ANY, ALWAYS("0"), .until = 4012, TCP(tw_recycle), IPS,
      .doc = "short TIME_WAIT and time-stamp checks by peer; loses connections behind NAT" },
    { "net.ipv4.tcp_tw_reuse", RANGE(0, 2), DEFAULT({ 0, "0" }, { 4019, "2" }), TCP(tw_reuse), IPS,
      .doc = "connect() may take a port in TIME_WAIT: 1 always, 2 on loopback" },
    { "net.ipv4.tcp_tw_reuse_delay", RANGE(1, 60000), .unit = "ms", ALWAYS("1000"), .since = 6014,
      TCP(tw_reuse_delay_ms), IPS, .doc = "least age of a port in TIME_WAIT that is taken" },
    { "net.ipv4.tcp_window_scaling", U8, ALWAYS("1"), TCP(window_scaling), IPS,
      .doc = "window scale option (RFC 7323)" },
    { "net.ipv4.tcp_wmem", BYTES3, ALWAYS("4096 16384 4194304"), TCP(wmem), IPS,
      .doc = "send buffer: least, initial, largest by autotuning" },
    { "net.ipv4.tcp_workaround_signed_windows", U8, ALWAYS("0"), KEPT("all peers take it for unsigned"),
      .doc = "for peers that take the window for a signed number" },
    /* ---- options of a socket ---- */
#define OPTION .scope = KNOB_SOCKET, .how = "setsockopt", .source = "tcp(7)"
    { "TCP_CONGESTION", TEXT(16), ALWAYS("cubic"), OPTION,
      .doc = "congestion control algorithm; new sockets: tcp_congestion_control" },
    { "TCP_NODELAY", SWITCH, ALWAYS("0"), OPTION, .doc = "send small segments at once: no Nagle algorithm" },
    { .name = NULL },
};
