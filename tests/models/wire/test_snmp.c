/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows of counters against what kernels print, and against the models that are said to move them. */
#include "models/wire/snmp.h"

#include <glib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* The lines of names in /proc/net/snmp and /proc/net/netstat of a 6.18 host (IcmpMsg depends on what was counted). */
static const char linux_6_18[] =
    "Ip: Forwarding DefaultTTL InReceives InHdrErrors InAddrErrors ForwDatagrams InUnknownProtos InDiscards "
    "InDelivers OutRequests OutDiscards OutNoRoutes ReasmTimeout ReasmReqds ReasmOKs ReasmFails FragOKs "
    "FragFails FragCreates OutTransmits\n"
    "Icmp: InMsgs InErrors InCsumErrors InDestUnreachs InTimeExcds InParmProbs InSrcQuenchs InRedirects "
    "InEchos InEchoReps InTimestamps InTimestampReps InAddrMasks InAddrMaskReps OutMsgs OutErrors "
    "OutRateLimitGlobal OutRateLimitHost OutDestUnreachs OutTimeExcds OutParmProbs OutSrcQuenchs OutRedirects "
    "OutEchos OutEchoReps OutTimestamps OutTimestampReps OutAddrMasks OutAddrMaskReps\n"
    "Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets CurrEstab "
    "InSegs OutSegs RetransSegs InErrs OutRsts InCsumErrors\n"
    "Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors IgnoredMulti "
    "MemErrors\n"
    "UdpLite: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors IgnoredMulti "
    "MemErrors\n"
    "TcpExt: SyncookiesSent SyncookiesRecv SyncookiesFailed EmbryonicRsts PruneCalled RcvPruned OfoPruned "
    "OutOfWindowIcmps LockDroppedIcmps ArpFilter TW TWRecycled TWKilled PAWSActive PAWSEstab BeyondWindow "
    "TSEcrRejected PAWSOldAck PAWSTimewait DelayedACKs DelayedACKLocked DelayedACKLost ListenOverflows "
    "ListenDrops TCPHPHits TCPPureAcks TCPHPAcks TCPRenoRecovery TCPSackRecovery TCPSACKReneging "
    "TCPSACKReorder TCPRenoReorder TCPTSReorder TCPFullUndo TCPPartialUndo TCPDSACKUndo TCPLossUndo "
    "TCPLostRetransmit TCPRenoFailures TCPSackFailures TCPLossFailures TCPFastRetrans TCPSlowStartRetrans "
    "TCPTimeouts TCPLossProbes TCPLossProbeRecovery TCPRenoRecoveryFail TCPSackRecoveryFail TCPRcvCollapsed "
    "TCPBacklogCoalesce TCPDSACKOldSent TCPDSACKOfoSent TCPDSACKRecv TCPDSACKOfoRecv TCPAbortOnData "
    "TCPAbortOnClose TCPAbortOnMemory TCPAbortOnTimeout TCPAbortOnLinger TCPAbortFailed TCPMemoryPressures "
    "TCPMemoryPressuresChrono TCPSACKDiscard TCPDSACKIgnoredOld TCPDSACKIgnoredNoUndo TCPSpuriousRTOs "
    "TCPMD5NotFound TCPMD5Unexpected TCPMD5Failure TCPSackShifted TCPSackMerged TCPSackShiftFallback "
    "TCPBacklogDrop PFMemallocDrop TCPMinTTLDrop TCPDeferAcceptDrop IPReversePathFilter TCPTimeWaitOverflow "
    "TCPReqQFullDoCookies TCPReqQFullDrop TCPRetransFail TCPRcvCoalesce TCPOFOQueue TCPOFODrop TCPOFOMerge "
    "TCPChallengeACK TCPSYNChallenge TCPFastOpenActive TCPFastOpenActiveFail TCPFastOpenPassive "
    "TCPFastOpenPassiveFail TCPFastOpenListenOverflow TCPFastOpenCookieReqd TCPFastOpenBlackhole "
    "TCPSpuriousRtxHostQueues BusyPollRxPackets TCPAutoCorking TCPFromZeroWindowAdv TCPToZeroWindowAdv "
    "TCPWantZeroWindowAdv TCPSynRetrans TCPOrigDataSent TCPHystartTrainDetect TCPHystartTrainCwnd "
    "TCPHystartDelayDetect TCPHystartDelayCwnd TCPACKSkippedSynRecv TCPACKSkippedPAWS TCPACKSkippedSeq "
    "TCPACKSkippedFinWait2 TCPACKSkippedTimeWait TCPACKSkippedChallenge TCPWinProbe TCPKeepAlive TCPMTUPFail "
    "TCPMTUPSuccess TCPDelivered TCPDeliveredCE TCPAckCompressed TCPZeroWindowDrop TCPRcvQDrop "
    "TCPWqueueTooBig TCPFastOpenPassiveAltKey TcpTimeoutRehash TcpDuplicateDataRehash TCPDSACKRecvSegs "
    "TCPDSACKIgnoredDubious TCPMigrateReqSuccess TCPMigrateReqFailure TCPPLBRehash TCPAORequired TCPAOBad "
    "TCPAOKeyNotFound TCPAOGood TCPAODroppedIcmps\n"
    "IpExt: InNoRoutes InTruncatedPkts InMcastPkts OutMcastPkts InBcastPkts OutBcastPkts InOctets OutOctets "
    "InMcastOctets OutMcastOctets InBcastOctets OutBcastOctets InCsumErrors InNoECTPkts InECT1Pkts InECT0Pkts "
    "InCEPkts ReasmOverlaps\n";

/* ... of a 2.6.32 host, the first line of /proc/net/netstat. */
static const char linux_2_6_32[] =
    "TcpExt: SyncookiesSent SyncookiesRecv SyncookiesFailed EmbryonicRsts PruneCalled RcvPruned OfoPruned "
    "OutOfWindowIcmps LockDroppedIcmps ArpFilter TW TWRecycled TWKilled PAWSPassive PAWSActive PAWSEstab "
    "DelayedACKs DelayedACKLocked DelayedACKLost ListenOverflows ListenDrops TCPPrequeued "
    "TCPDirectCopyFromBacklog TCPDirectCopyFromPrequeue TCPPrequeueDropped TCPHPHits TCPHPHitsToUser "
    "TCPPureAcks TCPHPAcks TCPRenoRecovery TCPSackRecovery TCPSACKReneging TCPFACKReorder TCPSACKReorder "
    "TCPRenoReorder TCPTSReorder TCPFullUndo TCPPartialUndo TCPDSACKUndo TCPLossUndo TCPLoss "
    "TCPLostRetransmit TCPRenoFailures TCPSackFailures TCPLossFailures TCPFastRetrans TCPForwardRetrans "
    "TCPSlowStartRetrans TCPTimeouts TCPRenoRecoveryFail TCPSackRecoveryFail TCPSchedulerFailed "
    "TCPRcvCollapsed TCPDSACKOldSent TCPDSACKOfoSent TCPDSACKRecv TCPDSACKOfoRecv TCPAbortOnSyn "
    "TCPAbortOnData TCPAbortOnClose TCPAbortOnMemory TCPAbortOnTimeout TCPAbortOnLinger TCPAbortFailed "
    "TCPMemoryPressures TCPSACKDiscard TCPDSACKIgnoredOld TCPDSACKIgnoredNoUndo TCPSpuriousRTOs "
    "TCPMD5NotFound TCPMD5Unexpected TCPSackShifted TCPSackMerged TCPSackShiftFallback\n";

/* As the kernel prints the names of a version's rows; @only: one group, NULL: all but IcmpMsg. */
static char *names(unsigned version, const char *only)
{
    GString *out = g_string_new(NULL);
    unsigned n;
    const struct snmp_row *rows = snmp_rows(&n);
    const char *group = NULL;
    for (unsigned i = 0; i < n; i++) {
        if (!snmp_row_exists(&rows[i], version) || !strcmp(rows[i].group, "IcmpMsg")) continue;
        if (only && strcmp(rows[i].group, only)) continue;
        if (!group || strcmp(group, rows[i].group)) g_string_append_printf(out, "%s%s:", group ? "\n" : "", rows[i].group);
        group = rows[i].group;
        g_string_append_printf(out, " %s", rows[i].name);
    }
    g_string_append_c(out, '\n');
    return g_string_free(out, FALSE);
}

static void a_6_18_host_has_its_fields_in_their_order(void **state)
{
    (void) state;
    g_autofree char *ours = names(6018, NULL);
    assert_string_equal(ours, linux_6_18);
}

static void a_2_6_32_host_has_its_fields_in_their_order(void **state)
{
    (void) state;
    g_autofree char *ours = names(2032, "TcpExt");
    assert_string_equal(ours, linux_2_6_32);
}

static void full_names_are_group_and_name(void **state)
{
    (void) state;
    unsigned n;
    const struct snmp_row *rows = snmp_rows(&n);
    for (unsigned i = 0; i < n; i++) {
        g_autofree char *full = g_strconcat(rows[i].group, rows[i].name, NULL);
        assert_string_equal(rows[i].full, full);
        assert_true(*rows[i].text && *rows[i].source);
        assert_true(!rows[i].until || rows[i].since < rows[i].until);
        for (unsigned j = 0; j < i; j++) assert_string_not_equal(rows[i].full, rows[j].full);
    }
}

/* All sources below models/, one after the other. */
static void read_sources(const char *folder, GString *all)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    for (const char *name; dir && (name = g_dir_read_name(dir));) {
        g_autofree char *path = g_build_filename(folder, name, NULL), *text = NULL;
        if (g_file_test(path, G_FILE_TEST_IS_DIR)) read_sources(path, all);
        else if (g_str_has_suffix(name, ".c") && g_file_get_contents(path, &text, NULL, NULL)) g_string_append(all, text);
    }
}

static void counters_said_to_move_are_counted_somewhere(void **state)
{
    (void) state;
    static const char *const moved[] = {
#define H(id, ...) #id,
#define T H
#define C H
#define G H
#define V(...)
#define K(...)
#define N(...)
#include "models/wire/snmp_rows.h"
    };
    g_autoptr(GString) sources = g_string_new(NULL);
    read_sources(NETSIM_SOURCE_DIR "/models", sources);
    assert_true(sources->len > 100000);
    for (unsigned i = 0; i < G_N_ELEMENTS(moved); i++) {
        if (g_str_has_prefix(moved[i], "ICMPMSG_INTYPE")) continue; /* counted by number */
        g_autofree char *macro = g_strdup_printf(", %s", moved[i]), *id = g_strdup_printf("SNMP_%s", moved[i]);
        const char *at = strstr(sources->str, macro);
        bool is_counted = strstr(sources->str, id) || g_str_has_prefix(moved[i], "IPEXT_IN"); /* by the ECN field */
        for (; at && !is_counted; at = strstr(at + 1, macro)) is_counted = strchr(",)", at[strlen(macro)]) != NULL;
        if (!is_counted) fail_msg("%s has a place and nothing counts it", moved[i]);
    }
}

/* The list of what no model moves only shrinks: a smaller number here goes with a counter that is moved. */
static void few_counters_of_6_18_are_not_moved(void **state)
{
    (void) state;
    unsigned n, n_still = 0;
    const struct snmp_row *rows = snmp_rows(&n);
    for (unsigned i = 0; i < n; i++)
        n_still += rows[i].kind == SNMP_STILL && snmp_row_exists(&rows[i], 6018) && strcmp(rows[i].group, "UdpLite");
    assert_int_equal(n_still, 47);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_6_18_host_has_its_fields_in_their_order),
        cmocka_unit_test(a_2_6_32_host_has_its_fields_in_their_order),
        cmocka_unit_test(full_names_are_group_and_name),
        cmocka_unit_test(counters_said_to_move_are_counted_somewhere),
        cmocka_unit_test(few_counters_of_6_18_are_not_moved),
    };
    return cmocka_run_group_tests_name("models/wire/snmp", tests, NULL, NULL);
}
