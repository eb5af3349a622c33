/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_netstat_stat.c - netstat -s: the counters of /proc/net/snmp and /proc/net/netstat, many of them as sentences. */
#include "models/host/cmd_netstat.h"

#include <string.h>

enum how {
    WHEN_MOVED, /* shown if it is not 0, as are counters without a row here */
    ALWAYS,
    NEVER,
    INPUT_TYPE, OUTPUT_TYPE, /* one row of a histogram of ICMP messages; shown if it is not 0 */
};

struct sentence {
    const char *name; /* with its group: "TcpTCPHPHits" is not one, "TcpExtTCPHPHits" is */
    enum how how;
    const char *text; /* with % for the number */
};

static const struct sentence sentences[] = {
    { "IpDefaultTTL", NEVER, NULL },
    { "IpInReceives", ALWAYS, "% total packets received" },
    { "IpInHdrErrors", WHEN_MOVED, "% with invalid headers" },
    { "IpInAddrErrors", WHEN_MOVED, "% with invalid addresses" },
    { "IpForwDatagrams", ALWAYS, "% forwarded" },
    { "IpInUnknownProtos", WHEN_MOVED, "% with unknown protocol" },
    { "IpInDiscards", ALWAYS, "% incoming packets discarded" },
    { "IpInDelivers", ALWAYS, "% incoming packets delivered" },
    { "IpOutRequests", ALWAYS, "% requests sent out" },
    { "IpOutDiscards", WHEN_MOVED, "% outgoing packets dropped" },
    { "IpOutNoRoutes", WHEN_MOVED, "% dropped because of missing route" },
    { "IpReasmTimeout", WHEN_MOVED, "% fragments dropped after timeout" },
    { "IpReasmReqds", WHEN_MOVED, "% reassemblies required" },
    { "IpReasmOKs", WHEN_MOVED, "% packets reassembled ok" },
    { "IpReasmFails", WHEN_MOVED, "% packet reassemblies failed" },
    { "IpFragOKs", WHEN_MOVED, "% outgoing packets fragmented ok" },
    { "IpFragFails", WHEN_MOVED, "% outgoing packets failed fragmentation" },
    { "IpFragCreates", WHEN_MOVED, "% fragments created" },
    { "IcmpInMsgs", ALWAYS, "% ICMP messages received" },
    { "IcmpInErrors", ALWAYS, "% input ICMP message failed" },
    { "IcmpInDestUnreachs", INPUT_TYPE, "destination unreachable: %" },
    { "IcmpInTimeExcds", INPUT_TYPE, "timeout in transit: %" },
    { "IcmpInParmProbs", INPUT_TYPE, "wrong parameters: %" },
    { "IcmpInSrcQuenchs", INPUT_TYPE, "source quenches: %" },
    { "IcmpInRedirects", INPUT_TYPE, "redirects: %" },
    { "IcmpInEchos", INPUT_TYPE, "echo requests: %" },
    { "IcmpInEchoReps", INPUT_TYPE, "echo replies: %" },
    { "IcmpInTimestamps", INPUT_TYPE, "timestamp request: %" },
    { "IcmpInTimestampReps", INPUT_TYPE, "timestamp reply: %" },
    { "IcmpInAddrMasks", INPUT_TYPE, "address mask request: %" },
    { "IcmpInAddrMaskReps", INPUT_TYPE, "address mask replies: %" },
    { "IcmpOutMsgs", ALWAYS, "% ICMP messages sent" },
    { "IcmpOutErrors", ALWAYS, "% ICMP messages failed" },
    { "IcmpOutDestUnreachs", OUTPUT_TYPE, "destination unreachable: %" },
    { "IcmpOutTimeExcds", OUTPUT_TYPE, "time exceeded: %" },
    { "IcmpOutParmProbs", OUTPUT_TYPE, "wrong parameters: %" },
    { "IcmpOutSrcQuenchs", OUTPUT_TYPE, "source quench: %" },
    { "IcmpOutRedirects", OUTPUT_TYPE, "redirect: %" },
    { "IcmpOutEchos", OUTPUT_TYPE, "echo requests: %" },
    { "IcmpOutEchoReps", OUTPUT_TYPE, "echo replies: %" },
    { "IcmpOutTimestamps", OUTPUT_TYPE, "timestamp requests: %" },
    { "IcmpOutTimestampReps", OUTPUT_TYPE, "timestamp replies: %" },
    { "IcmpOutAddrMasks", OUTPUT_TYPE, "address mask requests: %" },
    { "IcmpOutAddrMaskReps", OUTPUT_TYPE, "address mask replies: %" },
    { "TcpRtoAlgorithm", NEVER, NULL },
    { "TcpRtoMin", NEVER, NULL },
    { "TcpRtoMax", NEVER, NULL },
    { "TcpMaxConn", NEVER, NULL },
    { "TcpActiveOpens", ALWAYS, "% active connection openings" },
    { "TcpPassiveOpens", ALWAYS, "% passive connection openings" },
    { "TcpAttemptFails", ALWAYS, "% failed connection attempts" },
    { "TcpEstabResets", ALWAYS, "% connection resets received" },
    { "TcpCurrEstab", ALWAYS, "% connections established" },
    { "TcpInSegs", ALWAYS, "% segments received" },
    { "TcpOutSegs", ALWAYS, "% segments sent out" },
    { "TcpRetransSegs", ALWAYS, "% segments retransmitted" },
    { "TcpInErrs", ALWAYS, "% bad segments received" },
    { "TcpOutRsts", ALWAYS, "% resets sent" },
    { "UdpInDatagrams", ALWAYS, "% packets received" },
    { "UdpNoPorts", ALWAYS, "% packets to unknown port received" },
    { "UdpInErrors", ALWAYS, "% packet receive errors" },
    { "UdpOutDatagrams", ALWAYS, "% packets sent" },
    { "UdpRcvbufErrors", ALWAYS, "% receive buffer errors" },
    { "UdpSndbufErrors", ALWAYS, "% send buffer errors" },
    { "TcpExtSyncookiesSent", WHEN_MOVED, "% SYN cookies sent" },
    { "TcpExtSyncookiesRecv", WHEN_MOVED, "% SYN cookies received" },
    { "TcpExtSyncookiesFailed", WHEN_MOVED, "% invalid SYN cookies received" },
    { "TcpExtEmbryonicRsts", WHEN_MOVED, "% resets received for embryonic SYN_RECV sockets" },
    { "TcpExtPruneCalled", WHEN_MOVED, "% packets pruned from receive queue because of socket buffer overrun" },
    { "TcpExtRcvPruned", WHEN_MOVED, "% packets pruned from receive queue" },
    { "TcpExtOfoPruned", WHEN_MOVED, "% packets dropped from out-of-order queue because of socket buffer overrun" },
    { "TcpExtOutOfWindowIcmps", WHEN_MOVED, "% ICMP packets dropped because they were out-of-window" },
    { "TcpExtLockDroppedIcmps", WHEN_MOVED, "% ICMP packets dropped because socket was locked" },
    { "TcpExtTW", WHEN_MOVED, "% TCP sockets finished time wait in fast timer" },
    { "TcpExtTWRecycled", WHEN_MOVED, "% time wait sockets recycled by time stamp" },
    { "TcpExtPAWSPassive", WHEN_MOVED, "% passive connections rejected because of time stamp" },
    { "TcpExtPAWSActive", WHEN_MOVED, "% active connections rejected because of time stamp" },
    { "TcpExtPAWSEstab", WHEN_MOVED, "% packets rejected in established connections because of timestamp" },
    { "TcpExtDelayedACKs", WHEN_MOVED, "% delayed acks sent" },
    { "TcpExtDelayedACKLocked", WHEN_MOVED, "% delayed acks further delayed because of locked socket" },
    { "TcpExtDelayedACKLost", WHEN_MOVED, "Quick ack mode was activated % times" },
    { "TcpExtListenOverflows", WHEN_MOVED, "% times the listen queue of a socket overflowed" },
    { "TcpExtListenDrops", WHEN_MOVED, "% SYNs to LISTEN sockets dropped" },
    { "TcpExtTCPPrequeued", WHEN_MOVED, "% packets directly queued to recvmsg prequeue" },
    { "TcpExtTCPDirectCopyFromBacklog", WHEN_MOVED, "% bytes directly in process context from backlog" },
    { "TcpExtTCPHPHits", ALWAYS, "% packet headers predicted" },
    { "TcpExtTCPHPHitsToUser", WHEN_MOVED, "% packet headers predicted and directly queued to user" },
    { "TcpExtTCPPureAcks", WHEN_MOVED, "% acknowledgments not containing data payload received" },
    { "TcpExtTCPHPAcks", WHEN_MOVED, "% predicted acknowledgments" },
    { "TcpExtTCPRenoRecovery", WHEN_MOVED, "% times recovered from packet loss due to fast retransmit" },
    { "TcpExtTCPFACKReorder", WHEN_MOVED, "Detected reordering % times using FACK" },
    { "TcpExtTCPSACKReorder", WHEN_MOVED, "Detected reordering % times using SACK" },
    { "TcpExtTCPRenoReorder", WHEN_MOVED, "Detected reordering % times using reno fast retransmit" },
    { "TcpExtTCPTSReorder", WHEN_MOVED, "Detected reordering % times using time stamp" },
    { "TcpExtTCPFullUndo", WHEN_MOVED, "% congestion windows fully recovered without slow start" },
    { "TcpExtTCPPartialUndo", WHEN_MOVED, "% congestion windows partially recovered using Hoe heuristic" },
    { "TcpExtTCPLossUndo", WHEN_MOVED, "% congestion windows recovered without slow start after partial ack" },
    { "TcpExtTCPRenoFailures", WHEN_MOVED, "% timeouts after reno fast retransmit" },
    { "TcpExtTCPLossFailures", WHEN_MOVED, "% timeouts in loss state" },
    { "TcpExtTCPFastRetrans", WHEN_MOVED, "% fast retransmits" },
    { "TcpExtTCPForwardRetrans", WHEN_MOVED, "% forward retransmits" },
    { "TcpExtTCPSlowStartRetrans", WHEN_MOVED, "% retransmits in slow start" },
    { "TcpExtTCPSchedulerFailed", WHEN_MOVED, "% times receiver scheduled too late for direct processing" },
    { "TcpExtTCPRcvCollapsed", WHEN_MOVED, "% packets collapsed in receive queue due to low socket buffer" },
    { "TcpExtTCPAbortOnSyn", WHEN_MOVED, "% connections reset due to unexpected SYN" },
    { "TcpExtTCPAbortOnData", WHEN_MOVED, "% connections reset due to unexpected data" },
    { "TcpExtTCPAbortOnClose", WHEN_MOVED, "% connections reset due to early user close" },
    { "TcpExtTCPAbortOnMemory", WHEN_MOVED, "% connections aborted due to memory pressure" },
    { "TcpExtTCPAbortOnTimeout", WHEN_MOVED, "% connections aborted due to timeout" },
    { "TcpExtTCPAbortOnLinger", WHEN_MOVED, "% connections aborted after user close in linger timeout" },
    { "TcpExtTCPAbortFailed", WHEN_MOVED, "% times unable to send RST due to no memory" },
    { "TcpExtTCPMemoryPressures", WHEN_MOVED, "TCP ran low on memory % times" },
};

static const struct sentence *find_sentence(const char *group, const char *name)
{
    size_t n = strlen(group);
    for (size_t i = 0; i < G_N_ELEMENTS(sentences); i++) {
        const char *full = sentences[i].name;
        if (!strncmp(full, group, n) && !strcmp(full + n, name)) return &sentences[i];
    }
    return NULL;
}

/* Which histogram of ICMP messages is being shown; counters without a sentence stand as far in as what is above them. */
enum histogram { NO_HISTOGRAM, INPUT_HISTOGRAM, OUTPUT_HISTOGRAM };

static void show_counter(GString *out, const char *group, const char *name, const char *value, enum histogram *histogram)
{
    static const char *const titles[] = { [INPUT_HISTOGRAM] = "ICMP input histogram:", [OUTPUT_HISTOGRAM] = "ICMP output histogram:" };
    const struct sentence *s = find_sentence(group, name);
    bool is_zero = !strcmp(value, "0");
    if (s) {
        enum histogram now = s->how == INPUT_TYPE ? INPUT_HISTOGRAM : s->how == OUTPUT_TYPE ? OUTPUT_HISTOGRAM : NO_HISTOGRAM;
        if (now && now != *histogram) g_string_append_printf(out, "    %s\n", titles[now]);
        *histogram = now;
        if (s->how == NEVER || (s->how != ALWAYS && is_zero)) return;
    } else if (is_zero) {
        return;
    }
    g_string_append(out, *histogram ? "        " : "    ");
    if (!s) {
        g_string_append_printf(out, "%s: %s\n", name, value);
        return;
    }
    size_t before = strcspn(s->text, "%");
    g_string_append_printf(out, "%.*s%s%s\n", (int) before, s->text, value, s->text + before + 1);
}

/* -t, -u and -w choose among the groups that they know; the others are always shown. */
static bool is_wanted(const struct netstat *o, const char *group)
{
    if (!o->tcp && !o->udp && !o->raw) return true;
    if (!strcmp(group, "Tcp") || !strcmp(group, "TcpExt")) return o->tcp;
    if (!strcmp(group, "Udp")) return o->udp;
    if (!strcmp(group, "Ip") || !strcmp(group, "Icmp")) return o->raw;
    return true;
}

/* Pairs of lines: "Tcp: RtoAlgorithm RtoMin", "Tcp: 1 200". */
static void show_file(const struct netstat *o, const char *path)
{
    g_auto(GStrv) lines = netstat_lines(o, path);
    enum histogram histogram = NO_HISTOGRAM;
    for (char **line = lines; line && line[0] && line[1]; line += 2) {
        g_auto(GStrv) names = g_strsplit(line[0], " ", -1);
        g_auto(GStrv) values = g_strsplit(line[1], " ", -1);
        char *colon = strchr(names[0], ':');
        if (!colon) continue;
        *colon = '\0';
        if (!is_wanted(o, names[0])) continue;
        command_print(o->run, "%s:\n", names[0]);
        if (strcmp(names[0], "IcmpMsg")) histogram = NO_HISTOGRAM;
        for (unsigned i = 1; names[i] && values[i]; i++) show_counter(o->run->out, names[0], names[i], values[i], &histogram);
    }
}

void netstat_show_statistics(const struct netstat *o)
{
    show_file(o, "/proc/net/snmp");
    show_file(o, "/proc/net/netstat");
}
