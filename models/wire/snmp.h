/* SPDX-License-Identifier: GPL-3.0-or-later */
/* snmp.h - the counters of a host, under nstat's names: one row each (include/uapi/linux/snmp.h, net/ipv4/proc.c).
 *
 * X(enum, nstat's name, meaning), in the order in which nstat prints them.
 */
#pragma once
#include <stdint.h>

#define SNMP_LIST(X, H)                                                                              \
    H(IP_INRECEIVES, "IpInReceives", "packets received by IP")                                        \
    X(IP_INHDRERRORS, "IpInHdrErrors", "malformed headers, TTL exceeded")                             \
    X(IP_INADDRERRORS, "IpInAddrErrors", "not for us and not to be forwarded")                        \
    H(IP_FORWDATAGRAMS, "IpForwDatagrams", "forwarded")                                               \
    X(IP_INUNKNOWNPROTOS, "IpInUnknownProtos", "no such transport")                                   \
    X(IP_INDISCARDS, "IpInDiscards", "discarded for lack of resources")                               \
    X(IP_INDELIVERS, "IpInDelivers", "handed to a transport")                                         \
    X(IP_OUTREQUESTS, "IpOutRequests", "handed to IP by transports")                                  \
    X(IP_OUTDISCARDS, "IpOutDiscards", "discarded on output for lack of resources")                   \
    X(IP_OUTNOROUTES, "IpOutNoRoutes", "no route from here")                                          \
    X(IP_REASMTIMEOUT, "IpReasmTimeout", "datagrams given up: fragments were missing")                \
    X(IP_REASMREQDS, "IpReasmReqds", "fragments received")                                            \
    X(IP_REASMOKS, "IpReasmOKs", "datagrams put together")                                            \
    X(IP_REASMFAILS, "IpReasmFails", "datagrams that could not be put together")                      \
    X(IP_FRAGOKS, "IpFragOKs", "datagrams cut into fragments")                                        \
    X(IP_FRAGFAILS, "IpFragFails", "too large, and may not be cut")                                   \
    X(IP_FRAGCREATES, "IpFragCreates", "fragments sent")                                              \
    H(IP_OUTTRANSMITS, "IpOutTransmits", "handed to a device")                                        \
    X(ICMP_INMSGS, "IcmpInMsgs", "ICMP messages received")                                            \
    X(ICMP_INERRORS, "IcmpInErrors", "with errors")                                                   \
    X(ICMP_INDESTUNREACHS, "IcmpInDestUnreachs", "destination unreachable received")                  \
    X(ICMP_INTIMEEXCDS, "IcmpInTimeExcds", "time exceeded received")                                  \
    X(ICMP_INECHOS, "IcmpInEchos", "echo requests received")                                          \
    X(ICMP_INECHOREPS, "IcmpInEchoReps", "echo replies received")                                     \
    X(ICMP_OUTMSGS, "IcmpOutMsgs", "ICMP messages sent")                                              \
    X(ICMP_OUTDESTUNREACHS, "IcmpOutDestUnreachs", "destination unreachable sent")                    \
    X(ICMP_OUTTIMEEXCDS, "IcmpOutTimeExcds", "time exceeded sent")                                    \
    X(ICMP_OUTECHOS, "IcmpOutEchos", "echo requests sent")                                            \
    X(ICMP_OUTECHOREPS, "IcmpOutEchoReps", "echo replies sent")                                       \
    X(ICMPMSG_INTYPE0, "IcmpMsgInType0", "echo replies received")                                     \
    X(ICMPMSG_INTYPE3, "IcmpMsgInType3", "destination unreachable received")                          \
    X(ICMPMSG_INTYPE8, "IcmpMsgInType8", "echo requests received")                                    \
    X(ICMPMSG_INTYPE11, "IcmpMsgInType11", "time exceeded received")                                  \
    X(ICMPMSG_OUTTYPE0, "IcmpMsgOutType0", "echo replies sent")                                       \
    X(ICMPMSG_OUTTYPE3, "IcmpMsgOutType3", "destination unreachable sent")                            \
    X(ICMPMSG_OUTTYPE11, "IcmpMsgOutType11", "time exceeded sent")                                    \
    X(TCP_ACTIVEOPENS, "TcpActiveOpens", "connections opened by connect()")                           \
    X(TCP_PASSIVEOPENS, "TcpPassiveOpens", "connections accepted from a SYN")                         \
    X(TCP_ATTEMPTFAILS, "TcpAttemptFails", "connections that died before they were established")      \
    X(TCP_ESTABRESETS, "TcpEstabResets", "established connections ended by a reset")                  \
    X(TCP_INSEGS, "TcpInSegs", "segments received")                                                   \
    X(TCP_OUTSEGS, "TcpOutSegs", "segments sent, without retransmissions")                            \
    X(TCP_RETRANSSEGS, "TcpRetransSegs", "segments retransmitted")                                    \
    X(TCP_INERRS, "TcpInErrs", "segments received with errors")                                       \
    X(TCP_OUTRSTS, "TcpOutRsts", "resets sent")                                                       \
    X(TCP_CSUMERRORS, "TcpInCsumErrors", "wrong checksum")                                            \
    X(UDP_INDATAGRAMS, "UdpInDatagrams", "datagrams delivered")                                       \
    X(UDP_NOPORTS, "UdpNoPorts", "no socket on the port")                                             \
    X(UDP_INERRORS, "UdpInErrors", "could not be delivered")                                          \
    X(UDP_OUTDATAGRAMS, "UdpOutDatagrams", "datagrams sent")                                          \
    X(UDP_RCVBUFERRORS, "UdpRcvbufErrors", "receive buffer full")                                     \
    X(UDP_SNDBUFERRORS, "UdpSndbufErrors", "send buffer full")                                        \
    X(UDP_CSUMERRORS, "UdpInCsumErrors", "wrong checksum")                                            \
    X(TCPEXT_EMBRYONICRSTS, "TcpExtEmbryonicRsts", "resets for SYN_RECV sockets")                     \
    X(TCPEXT_PRUNECALLED, "TcpExtPruneCalled", "receive buffer overrun: pruning was tried")           \
    X(TCPEXT_RCVPRUNED, "TcpExtRcvPruned", "packets dropped because pruning did not help")            \
    X(TCPEXT_OFOPRUNED, "TcpExtOfoPruned", "packets dropped from the out-of-order queue")             \
    X(TCPEXT_TW, "TcpExtTW", "TIME_WAIT sockets entered, slow timer")                                 \
    X(TCPEXT_TWRECYCLED, "TcpExtTWRecycled", "TIME_WAIT sockets reused by time stamp")                \
    X(TCPEXT_TWKILLED, "TcpExtTWKilled", "TIME_WAIT sockets entered, fast timer")                     \
    X(TCPEXT_PAWSACTIVE, "TcpExtPAWSActive", "active connections rejected by time stamp")             \
    X(TCPEXT_PAWSESTAB, "TcpExtPAWSEstab", "segments rejected by time stamp")                         \
    X(TCPEXT_DELAYEDACKS, "TcpExtDelayedACKs", "delayed ACKs sent")                                   \
    X(TCPEXT_DELAYEDACKLOCKED, "TcpExtDelayedACKLocked", "delayed further because the socket was locked") \
    X(TCPEXT_DELAYEDACKLOST, "TcpExtDelayedACKLost", "quick ACK mode was turned on by duplicates")    \
    X(TCPEXT_LISTENOVERFLOWS, "TcpExtListenOverflows", "accept queue full")                           \
    X(TCPEXT_LISTENDROPS, "TcpExtListenDrops", "SYNs dropped by a listener")                          \
    X(TCPEXT_TCPHPHITS, "TcpExtTCPHPHits", "segments received by header prediction")                  \
    X(TCPEXT_TCPPUREACKS, "TcpExtTCPPureAcks", "pure ACKs received on the slow path")                 \
    X(TCPEXT_TCPHPACKS, "TcpExtTCPHPAcks", "ACKs received by header prediction")                      \
    X(TCPEXT_TCPRENORECOVERY, "TcpExtTCPRenoRecovery", "recoveries without SACK")                     \
    X(TCPEXT_TCPSACKRECOVERY, "TcpExtTCPSackRecovery", "recoveries by SACK")                          \
    X(TCPEXT_TCPSACKRENEGING, "TcpExtTCPSACKReneging", "the receiver dropped SACKed data")            \
    X(TCPEXT_TCPSACKREORDER, "TcpExtTCPSACKReorder", "reordering seen by SACK")                       \
    X(TCPEXT_TCPRENOREORDER, "TcpExtTCPRenoReorder", "reordering seen without SACK")                  \
    X(TCPEXT_TCPTSREORDER, "TcpExtTCPTSReorder", "reordering seen by time stamp")                     \
    X(TCPEXT_TCPFULLUNDO, "TcpExtTCPFullUndo", "reductions undone at the end of a recovery")          \
    X(TCPEXT_TCPPARTIALUNDO, "TcpExtTCPPartialUndo", "undone during a recovery")                      \
    X(TCPEXT_TCPDSACKUNDO, "TcpExtTCPDSACKUndo", "undone by D-SACK")                                  \
    X(TCPEXT_TCPLOSSUNDO, "TcpExtTCPLossUndo", "time-outs undone")                                    \
    X(TCPEXT_TCPLOSTRETRANSMIT, "TcpExtTCPLostRetransmit", "retransmissions that were lost")          \
    X(TCPEXT_TCPRENOFAILURES, "TcpExtTCPRenoFailures", "time-outs in recovery without SACK")          \
    X(TCPEXT_TCPSACKFAILURES, "TcpExtTCPSackFailures", "time-outs in SACK recovery")                  \
    X(TCPEXT_TCPLOSSFAILURES, "TcpExtTCPLossFailures", "time-outs in the Loss state")                 \
    X(TCPEXT_TCPFASTRETRANS, "TcpExtTCPFastRetrans", "fast retransmissions")                          \
    X(TCPEXT_TCPSLOWSTARTRETRANS, "TcpExtTCPSlowStartRetrans", "retransmissions in slow start")       \
    X(TCPEXT_TCPTIMEOUTS, "TcpExtTCPTimeouts", "retransmission time-outs")                            \
    X(TCPEXT_TCPLOSSPROBES, "TcpExtTCPLossProbes", "tail loss probes sent")                           \
    X(TCPEXT_TCPLOSSPROBERECOVERY, "TcpExtTCPLossProbeRecovery", "losses repaired by a probe")        \
    X(TCPEXT_TCPRENORECOVERYFAIL, "TcpExtTCPRenoRecoveryFail", "Reno recoveries that failed")         \
    X(TCPEXT_TCPSACKRECOVERYFAIL, "TcpExtTCPSackRecoveryFail", "SACK recoveries that failed")         \
    X(TCPEXT_TCPRCVCOLLAPSED, "TcpExtTCPRcvCollapsed", "packets collapsed in the receive queue")      \
    X(TCPEXT_TCPBACKLOGCOALESCE, "TcpExtTCPBacklogCoalesce", "packets merged in a socket's backlog")  \
    X(TCPEXT_TCPDSACKOLDSENT, "TcpExtTCPDSACKOldSent", "D-SACKs sent for old data")                   \
    X(TCPEXT_TCPDSACKOFOSENT, "TcpExtTCPDSACKOfoSent", "D-SACKs sent for out-of-order data")          \
    X(TCPEXT_TCPDSACKRECV, "TcpExtTCPDSACKRecv", "D-SACKs received")                                  \
    X(TCPEXT_TCPDSACKOFORECV, "TcpExtTCPDSACKOfoRecv", "D-SACKs received for out-of-order data")      \
    X(TCPEXT_TCPABORTONDATA, "TcpExtTCPAbortOnData", "reset: data after close")                       \
    X(TCPEXT_TCPABORTONCLOSE, "TcpExtTCPAbortOnClose", "reset: closed with unread data")              \
    X(TCPEXT_TCPABORTONMEMORY, "TcpExtTCPAbortOnMemory", "reset: orphan or memory limit")             \
    X(TCPEXT_TCPABORTONTIMEOUT, "TcpExtTCPAbortOnTimeout", "gave up after retransmissions")           \
    X(TCPEXT_TCPABORTONLINGER, "TcpExtTCPAbortOnLinger", "reset: linger time over")                   \
    X(TCPEXT_TCPABORTFAILED, "TcpExtTCPAbortFailed", "a reset could not be sent")                     \
    X(TCPEXT_TCPMEMORYPRESSURES, "TcpExtTCPMemoryPressures", "entered memory pressure")               \
    X(TCPEXT_TCPSACKDISCARD, "TcpExtTCPSACKDiscard", "SACK blocks that made no sense")                \
    X(TCPEXT_TCPDSACKIGNOREDOLD, "TcpExtTCPDSACKIgnoredOld", "old D-SACKs ignored")                   \
    X(TCPEXT_TCPDSACKIGNOREDNOUNDO, "TcpExtTCPDSACKIgnoredNoUndo", "D-SACKs ignored: nothing to undo") \
    X(TCPEXT_TCPSPURIOUSRTOS, "TcpExtTCPSpuriousRTOs", "time-outs found needless by F-RTO")           \
    X(TCPEXT_TCPSACKSHIFTED, "TcpExtTCPSackShifted", "SACKed runs shifted together")                  \
    X(TCPEXT_TCPSACKMERGED, "TcpExtTCPSackMerged", "SACKed runs merged")                              \
    X(TCPEXT_TCPSACKSHIFTFALLBACK, "TcpExtTCPSackShiftFallback", "SACKed runs that could not be merged") \
    X(TCPEXT_TCPBACKLOGDROP, "TcpExtTCPBacklogDrop", "socket backlog full")                           \
    X(TCPEXT_TCPRCVQDROP, "TcpExtTCPRcvQDrop", "receive queue full")                                  \
    X(TCPEXT_TCPTIMEWAITOVERFLOW, "TcpExtTCPTimeWaitOverflow", "TIME_WAIT skipped: too many buckets") \
    X(TCPEXT_TCPREQQFULLDOCOOKIES, "TcpExtTCPReqQFullDoCookies", "SYN queue full: cookie sent")       \
    X(TCPEXT_TCPREQQFULLDROP, "TcpExtTCPReqQFullDrop", "SYN queue full: dropped")                     \
    X(TCPEXT_TCPRETRANSFAIL, "TcpExtTCPRetransFail", "retransmissions refused below TCP")             \
    X(TCPEXT_TCPRCVCOALESCE, "TcpExtTCPRcvCoalesce", "received segments merged into the one before")  \
    X(TCPEXT_TCPOFOQUEUE, "TcpExtTCPOFOQueue", "segments queued out of order")                        \
    X(TCPEXT_TCPOFODROP, "TcpExtTCPOFODrop", "out-of-order segments dropped for lack of room")        \
    X(TCPEXT_TCPOFOMERGE, "TcpExtTCPOFOMerge", "out-of-order segments that overlapped")               \
    X(TCPEXT_TCPCHALLENGEACK, "TcpExtTCPChallengeACK", "challenge ACKs sent")                         \
    X(TCPEXT_TCPSYNCHALLENGE, "TcpExtTCPSYNChallenge", "challenge ACKs for a SYN")                    \
    X(TCPEXT_TCPAUTOCORKING, "TcpExtTCPAutoCorking", "sends held back by autocorking")                \
    X(TCPEXT_TCPFROMZEROWINDOWADV, "TcpExtTCPFromZeroWindowAdv", "window opened from zero")           \
    X(TCPEXT_TCPTOZEROWINDOWADV, "TcpExtTCPToZeroWindowAdv", "window closed to zero")                 \
    X(TCPEXT_TCPWANTZEROWINDOWADV, "TcpExtTCPWantZeroWindowAdv", "wanted to close the window")        \
    X(TCPEXT_TCPSYNRETRANS, "TcpExtTCPSynRetrans", "SYN and SYN-ACK retransmissions")                 \
    X(TCPEXT_TCPORIGDATASENT, "TcpExtTCPOrigDataSent", "data segments sent, without retransmissions") \
    X(TCPEXT_TCPHYSTARTTRAINDETECT, "TcpExtTCPHystartTrainDetect", "slow start ended by an ACK train") \
    X(TCPEXT_TCPHYSTARTTRAINCWND, "TcpExtTCPHystartTrainCwnd", "sum of the windows then")             \
    X(TCPEXT_TCPHYSTARTDELAYDETECT, "TcpExtTCPHystartDelayDetect", "slow start ended by delay")       \
    X(TCPEXT_TCPHYSTARTDELAYCWND, "TcpExtTCPHystartDelayCwnd", "sum of the windows then")             \
    X(TCPEXT_TCPACKSKIPPEDSYNRECV, "TcpExtTCPACKSkippedSynRecv", "ACKs skipped by the rate limit in SYN_RECV") \
    X(TCPEXT_TCPACKSKIPPEDPAWS, "TcpExtTCPACKSkippedPAWS", "... for old time stamps")                 \
    X(TCPEXT_TCPACKSKIPPEDSEQ, "TcpExtTCPACKSkippedSeq", "... for sequence numbers outside the window") \
    X(TCPEXT_TCPACKSKIPPEDFINWAIT2, "TcpExtTCPACKSkippedFinWait2", "... in FIN_WAIT_2")               \
    X(TCPEXT_TCPACKSKIPPEDTIMEWAIT, "TcpExtTCPACKSkippedTimeWait", "... in TIME_WAIT")                \
    X(TCPEXT_TCPACKSKIPPEDCHALLENGE, "TcpExtTCPACKSkippedChallenge", "... for challenge ACKs")        \
    X(TCPEXT_TCPWINPROBE, "TcpExtTCPWinProbe", "window probes sent")                                  \
    X(TCPEXT_TCPKEEPALIVE, "TcpExtTCPKeepAlive", "keepalive probes sent")                             \
    X(TCPEXT_TCPDELIVERED, "TcpExtTCPDelivered", "segments delivered, as the sender learns")          \
    X(TCPEXT_TCPDELIVEREDCE, "TcpExtTCPDeliveredCE", "of these with CE")                              \
    X(TCPEXT_TCPACKCOMPRESSED, "TcpExtTCPAckCompressed", "SACKs held back by compression")            \
    X(TCPEXT_TCPZEROWINDOWDROP, "TcpExtTCPZeroWindowDrop", "data dropped: window closed")             \
    X(TCPEXT_TCPWQUEUETOOBIG, "TcpExtTCPWqueueTooBig", "write queue too big")                             \
    X(TCPEXT_TCPTIMEOUTREHASH, "TcpExtTcpTimeoutRehash", "new flow hash after a time-out")            \
    X(TCPEXT_TCPDUPLICATEDATAREHASH, "TcpExtTcpDuplicateDataRehash", "new flow hash after duplicates") \
    X(TCPEXT_TCPDSACKRECVSEGS, "TcpExtTCPDSACKRecvSegs", "segments named by received D-SACKs")        \
    X(TCPEXT_TCPDSACKIGNOREDDUBIOUS, "TcpExtTCPDSACKIgnoredDubious", "D-SACKs ignored: more than was repeated") \
    X(IPEXT_INNOROUTES, "IpExtInNoRoutes", "no route for a packet to be forwarded")                   \
    X(IPEXT_INTRUNCATEDPKTS, "IpExtInTruncatedPkts", "shorter than their headers say")                \
    X(IPEXT_INBCASTPKTS, "IpExtInBcastPkts", "broadcasts received")                                   \
    X(IPEXT_OUTBCASTPKTS, "IpExtOutBcastPkts", "broadcasts sent")                                     \
    H(IPEXT_INOCTETS, "IpExtInOctets", "bytes received")                                              \
    H(IPEXT_OUTOCTETS, "IpExtOutOctets", "bytes sent")                                                \
    H(IPEXT_INNOECTPKTS, "IpExtInNoECTPkts", "received without ECN")                                  \
    H(IPEXT_INECT1PKTS, "IpExtInECT1Pkts", "received with ECT(1)")                                    \
    H(IPEXT_INECT0PKTS, "IpExtInECT0Pkts", "received with ECT(0)")                                    \
    H(IPEXT_INCEPKTS, "IpExtInCEPkts", "received with CE")

/* The rows in the order of printing. */
#define SNMP_COUNTERS(X) SNMP_LIST(X, X)

/* Rows marked H are moved by every forwarded packet: they are numbered first and share a cache line. */
enum snmp_counter {
#define NONE(id, name, text)
#define NUMBER(id, name, text) SNMP_##id,
    SNMP_LIST(NONE, NUMBER) SNMP_LIST(NUMBER, NONE)
#undef NUMBER
#undef NONE
    N_SNMP_COUNTERS
};

/** The counter that is printed as the @i-th; @i < N_SNMP_COUNTERS */
enum snmp_counter snmp_nth(unsigned i);
/** "TcpRetransSegs"; @i < N_SNMP_COUNTERS */
const char *snmp_name(unsigned i);
/** its meaning */
const char *snmp_text(unsigned i);
