/* SPDX-License-Identifier: GPL-3.0-or-later */
/* snmp_rows.h - the counters of a host: one row each, in the order and the groups in which the kernel prints them in
 * /proc/net/snmp and /proc/net/netstat (net/ipv4/proc.c).  Included by snmp.h and snmp.c with the macros defined, so
 * there is no guard.
 *
 *   H, T, C (id, group, name, meaning, where the kernel counts)  a counter; H: moved by every forwarded packet,
 *                                                                T: by every packet of a transport, C: the others
 *   G (...)  a gauge that is kept like a counter        V (...)  the same count as the row of that id
 *   K (group, name, ...)  a setting, not a counter      N (group, name, ...)  no model moves it: always 0
 *
 * .since and .until are kernels, major * 1000 + minor (2.6.32: 2032): the first that has the row, the first that has it
 * no more.  InType and OutType are printed only when they are not 0.
 */

/* /proc/net/snmp */

K(Ip, Forwarding, "1: packets of others are forwarded; 2: not", "snmp_seq_show_ipstats()")
K(Ip, DefaultTTL, "net.ipv4.ip_default_ttl", "snmp_seq_show_ipstats()")
H(IP_INRECEIVES, Ip, InReceives, "packets received by IP", "ip_rcv_core()")
C(IP_INHDRERRORS, Ip, InHdrErrors, "malformed headers, TTL exceeded", "ip_rcv_core(), ip_forward()")
C(IP_INADDRERRORS, Ip, InAddrErrors, "not for us and not to be forwarded", "ip_error()")
H(IP_FORWDATAGRAMS, Ip, ForwDatagrams, "forwarded", "ip_forward()")
C(IP_INUNKNOWNPROTOS, Ip, InUnknownProtos, "no such transport", "ip_protocol_deliver_rcu()")
N(Ip, InDiscards, "discarded for lack of memory", "ip_rcv_core()")
T(IP_INDELIVERS, Ip, InDelivers, "handed to a transport", "ip_protocol_deliver_rcu()")
T(IP_OUTREQUESTS, Ip, OutRequests, "handed to IP by transports; a GSO packet counts once", "ip_local_out()")
C(IP_OUTDISCARDS, Ip, OutDiscards, "not sent: the socket had an error or was shut down", "ip_append_data()")
C(IP_OUTNOROUTES, Ip, OutNoRoutes, "no route from here", "__ip_queue_xmit()")
C(IP_REASMTIMEOUT, Ip, ReasmTimeout, "datagrams given up: fragments were missing", "ip_expire()")
C(IP_REASMREQDS, Ip, ReasmReqds, "fragments received", "ip_defrag()")
C(IP_REASMOKS, Ip, ReasmOKs, "datagrams put together", "ip_frag_reasm()")
C(IP_REASMFAILS, Ip, ReasmFails, "datagrams that could not be put together", "ip_frag_queue(), ip_expire()")
C(IP_FRAGOKS, Ip, FragOKs, "datagrams cut into fragments", "ip_do_fragment()")
C(IP_FRAGFAILS, Ip, FragFails, "too large, and may not be cut", "ip_fragment()")
C(IP_FRAGCREATES, Ip, FragCreates, "fragments sent", "ip_do_fragment()")
H(IP_OUTTRANSMITS, Ip, OutTransmits, "handed to a device", "ip_finish_output2()", .since = 6007)

C(ICMP_INMSGS, Icmp, InMsgs, "ICMP messages received", "icmp_rcv()")
C(ICMP_INERRORS, Icmp, InErrors, "too short, wrong checksum, or about no packet", "icmp_rcv(), icmp_unreach()")
C(ICMP_CSUMERRORS, Icmp, InCsumErrors, "wrong checksum", "icmp_rcv()", .since = 3010)
V(ICMPMSG_INTYPE3, Icmp, InDestUnreachs, "destination unreachable received", "icmp_put()")
V(ICMPMSG_INTYPE11, Icmp, InTimeExcds, "time exceeded received", "icmp_put()")
V(ICMPMSG_INTYPE12, Icmp, InParmProbs, "parameter problem received", "icmp_put()")
V(ICMPMSG_INTYPE4, Icmp, InSrcQuenchs, "source quench received", "icmp_put()")
V(ICMPMSG_INTYPE5, Icmp, InRedirects, "redirect received", "icmp_put()")
V(ICMPMSG_INTYPE8, Icmp, InEchos, "echo request received", "icmp_put()")
V(ICMPMSG_INTYPE0, Icmp, InEchoReps, "echo reply received", "icmp_put()")
V(ICMPMSG_INTYPE13, Icmp, InTimestamps, "timestamp request received", "icmp_put()")
V(ICMPMSG_INTYPE14, Icmp, InTimestampReps, "timestamp reply received", "icmp_put()")
V(ICMPMSG_INTYPE17, Icmp, InAddrMasks, "address mask request received", "icmp_put()")
V(ICMPMSG_INTYPE18, Icmp, InAddrMaskReps, "address mask reply received", "icmp_put()")
C(ICMP_OUTMSGS, Icmp, OutMsgs, "ICMP messages sent", "icmp_out_count()")
N(Icmp, OutErrors, "could not be sent", "icmp_push_reply()")
C(ICMP_RATELIMITGLOBAL, Icmp, OutRateLimitGlobal, "not sent: net.ipv4.icmp_msgs_per_sec", "icmp_global_allow()", .since = 6001)
C(ICMP_RATELIMITHOST, Icmp, OutRateLimitHost,
  "not sent: net.ipv4.icmp_ratelimit for that peer", "icmpv4_xrlim_allow()", .since = 6001)
V(ICMPMSG_OUTTYPE3, Icmp, OutDestUnreachs, "destination unreachable sent", "icmp_put()")
V(ICMPMSG_OUTTYPE11, Icmp, OutTimeExcds, "time exceeded sent", "icmp_put()")
N(Icmp, OutParmProbs, "parameter problem sent", "icmp_put()")
N(Icmp, OutSrcQuenchs, "source quench sent", "icmp_put()")
N(Icmp, OutRedirects, "redirect sent", "icmp_put()")
V(ICMPMSG_OUTTYPE8, Icmp, OutEchos, "echo request sent", "icmp_put()")
V(ICMPMSG_OUTTYPE0, Icmp, OutEchoReps, "echo reply sent", "icmp_put()")
N(Icmp, OutTimestamps, "timestamp request sent", "icmp_put()")
N(Icmp, OutTimestampReps, "timestamp reply sent", "icmp_put()")
N(Icmp, OutAddrMasks, "address mask request sent", "icmp_put()")
N(Icmp, OutAddrMaskReps, "address mask reply sent", "icmp_put()")

C(ICMPMSG_INTYPE0, IcmpMsg, InType0, "echo reply received", "icmp_rcv()")
C(ICMPMSG_INTYPE1, IcmpMsg, InType1, "type 1 received", "icmp_rcv()")
C(ICMPMSG_INTYPE2, IcmpMsg, InType2, "type 2 received", "icmp_rcv()")
C(ICMPMSG_INTYPE3, IcmpMsg, InType3, "destination unreachable received", "icmp_rcv()")
C(ICMPMSG_INTYPE4, IcmpMsg, InType4, "source quench received", "icmp_rcv()")
C(ICMPMSG_INTYPE5, IcmpMsg, InType5, "redirect received", "icmp_rcv()")
C(ICMPMSG_INTYPE6, IcmpMsg, InType6, "type 6 received", "icmp_rcv()")
C(ICMPMSG_INTYPE7, IcmpMsg, InType7, "type 7 received", "icmp_rcv()")
C(ICMPMSG_INTYPE8, IcmpMsg, InType8, "echo request received", "icmp_rcv()")
C(ICMPMSG_INTYPE9, IcmpMsg, InType9, "router advertisement received", "icmp_rcv()")
C(ICMPMSG_INTYPE10, IcmpMsg, InType10, "router solicitation received", "icmp_rcv()")
C(ICMPMSG_INTYPE11, IcmpMsg, InType11, "time exceeded received", "icmp_rcv()")
C(ICMPMSG_INTYPE12, IcmpMsg, InType12, "parameter problem received", "icmp_rcv()")
C(ICMPMSG_INTYPE13, IcmpMsg, InType13, "timestamp request received", "icmp_rcv()")
C(ICMPMSG_INTYPE14, IcmpMsg, InType14, "timestamp reply received", "icmp_rcv()")
C(ICMPMSG_INTYPE15, IcmpMsg, InType15, "information request received", "icmp_rcv()")
C(ICMPMSG_INTYPE16, IcmpMsg, InType16, "information reply received", "icmp_rcv()")
C(ICMPMSG_INTYPE17, IcmpMsg, InType17, "address mask request received", "icmp_rcv()")
C(ICMPMSG_INTYPE18, IcmpMsg, InType18, "address mask reply received", "icmp_rcv()")
C(ICMPMSG_OUTTYPE0, IcmpMsg, OutType0, "echo reply sent", "icmp_out_count()")
C(ICMPMSG_OUTTYPE3, IcmpMsg, OutType3, "destination unreachable sent", "icmp_out_count()")
C(ICMPMSG_OUTTYPE8, IcmpMsg, OutType8, "echo request sent", "icmp_out_count()")
C(ICMPMSG_OUTTYPE11, IcmpMsg, OutType11, "time exceeded sent", "icmp_out_count()")

K(Tcp, RtoAlgorithm, "1: RFC 6298 (Van Jacobson)", "snmp_seq_show_tcp_udp()")
K(Tcp, RtoMin, "shortest retransmission time-out, ms", "TCP_RTO_MIN")
K(Tcp, RtoMax, "longest retransmission time-out, ms", "TCP_RTO_MAX")
K(Tcp, MaxConn, "-1: connections have no fixed limit", "RFC 4022")
C(TCP_ACTIVEOPENS, Tcp, ActiveOpens, "connections opened by connect()", "tcp_connect()")
C(TCP_PASSIVEOPENS, Tcp, PassiveOpens, "connections accepted from a SYN", "tcp_create_openreq_child()")
C(TCP_ATTEMPTFAILS, Tcp, AttemptFails,
  "connections that died before they were established", "tcp_done(), tcp_check_req()")
C(TCP_ESTABRESETS, Tcp, EstabResets, "established connections ended by a reset", "tcp_set_state()")
G(TCP_CURRESTAB, Tcp, CurrEstab, "connections in ESTABLISHED or CLOSE_WAIT, now", "tcp_set_state()")
T(TCP_INSEGS, Tcp, InSegs, "segments received", "tcp_v4_rcv()")
T(TCP_OUTSEGS, Tcp, OutSegs, "segments sent, without retransmissions", "__tcp_transmit_skb()")
C(TCP_RETRANSSEGS, Tcp, RetransSegs, "segments retransmitted", "__tcp_retransmit_skb()")
C(TCP_INERRS, Tcp, InErrs, "segments received with errors", "tcp_v4_rcv(), tcp_validate_incoming()")
C(TCP_OUTRSTS, Tcp, OutRsts, "resets sent", "tcp_v4_send_reset(), tcp_send_active_reset()")
C(TCP_CSUMERRORS, Tcp, InCsumErrors, "wrong checksum", "tcp_v4_rcv()", .since = 3010)

T(UDP_INDATAGRAMS, Udp, InDatagrams, "datagrams read by applications", "udp_recvmsg()")
C(UDP_NOPORTS, Udp, NoPorts, "no socket on the port", "__udp4_lib_rcv()")
C(UDP_INERRORS, Udp, InErrors, "could not be delivered", "__udp_queue_rcv_skb(), udp_recvmsg()")
T(UDP_OUTDATAGRAMS, Udp, OutDatagrams, "datagrams sent", "udp_send_skb()")
C(UDP_RCVBUFERRORS, Udp, RcvbufErrors, "receive buffer full", "__udp_queue_rcv_skb()")
N(Udp, SndbufErrors, "send buffer or device queue full", "udp_sendmsg(), udp_send_skb()")
C(UDP_CSUMERRORS, Udp, InCsumErrors, "wrong checksum", "udp_recvmsg(), udp_lib_checksum_complete()", .since = 3010)
C(UDP_IGNOREDMULTI, Udp, IgnoredMulti,
  "broadcasts and multicasts without a socket", "__udp4_lib_mcast_deliver()", .since = 3019)
N(Udp, MemErrors, "net.ipv4.udp_mem exceeded", "__udp_enqueue_schedule_skb()", .since = 5011)

N(UdpLite, InDatagrams, "UDP-Lite: datagrams read by applications", "udp_recvmsg()", .until = 7001)
N(UdpLite, NoPorts, "UDP-Lite: no socket on the port", "__udp4_lib_rcv()", .until = 7001)
N(UdpLite, InErrors, "UDP-Lite: could not be delivered", "__udp_queue_rcv_skb(), udp_recvmsg()", .until = 7001)
N(UdpLite, OutDatagrams, "UDP-Lite: datagrams sent", "udp_send_skb()", .until = 7001)
N(UdpLite, RcvbufErrors, "UDP-Lite: receive buffer full", "__udp_queue_rcv_skb()", .until = 7001)
N(UdpLite, SndbufErrors, "UDP-Lite: send buffer or device queue full", "udp_sendmsg(), udp_send_skb()", .until = 7001)
N(UdpLite, InCsumErrors,
  "UDP-Lite: wrong checksum", "udp_recvmsg(), udp_lib_checksum_complete()", .since = 3010, .until = 7001)
N(UdpLite, IgnoredMulti,
  "UDP-Lite: broadcasts and multicasts without a socket", "__udp4_lib_mcast_deliver()", .since = 3019, .until = 7001)
N(UdpLite, MemErrors,
  "UDP-Lite: net.ipv4.udp_mem exceeded", "__udp_enqueue_schedule_skb()", .since = 5011, .until = 7001)

/* /proc/net/netstat */

C(TCPEXT_SYNCOOKIESSENT, TcpExt, SyncookiesSent, "SYN cookies sent", "cookie_init_sequence()")
C(TCPEXT_SYNCOOKIESRECV, TcpExt, SyncookiesRecv, "valid SYN cookies received", "cookie_v4_check()")
C(TCPEXT_SYNCOOKIESFAILED, TcpExt, SyncookiesFailed, "ACKs without a connection that carried no valid SYN cookie", "cookie_v4_check()")
C(TCPEXT_EMBRYONICRSTS, TcpExt, EmbryonicRsts, "resets received in SYN_RECV", "tcp_check_req()")
C(TCPEXT_PRUNECALLED, TcpExt, PruneCalled, "receive buffer overrun: pruning was tried", "tcp_prune_queue()")
C(TCPEXT_RCVPRUNED, TcpExt, RcvPruned, "packets dropped because pruning did not help", "tcp_prune_queue()")
C(TCPEXT_OFOPRUNED, TcpExt, OfoPruned, "packets dropped from the out-of-order queue", "tcp_prune_ofo_queue()")
C(TCPEXT_OUTOFWINDOWICMPS, TcpExt, OutOfWindowIcmps,
  "ICMP errors about a segment that is not in flight", "tcp_v4_err()")
N(TcpExt, LockDroppedIcmps, "ICMP errors ignored: the application held the socket", "tcp_v4_err()")
N(TcpExt, ArpFilter, "ARP requests ignored by net.ipv4.conf.*.arp_filter", "arp_filter()")
C(TCPEXT_TW, TcpExt, TW, "TIME_WAIT and FIN_WAIT_2 begun, for more than 4 s", "__inet_twsk_schedule()")
C(TCPEXT_TWRECYCLED, TcpExt, TWRecycled, "TIME_WAIT sockets reused by time stamp", "__inet_check_established()")
C(TCPEXT_TWKILLED, TcpExt, TWKilled,
  "TIME_WAIT and FIN_WAIT_2 begun, for up to 4 s", "__inet_twsk_schedule()")
C(TCPEXT_PAWSPASSIVE, TcpExt, PAWSPassive,
  "SYNs rejected by a time stamp of the peer (tcp_tw_recycle)", "tcp_v4_conn_request()", .until = 4012)
C(TCPEXT_PAWSACTIVE, TcpExt, PAWSActive, "SYN-ACKs rejected by time stamp", "tcp_rcv_synsent_state_process()")
C(TCPEXT_PAWSESTAB, TcpExt, PAWSEstab, "segments rejected by time stamp", "tcp_validate_incoming()")
C(TCPEXT_BEYONDWINDOW, TcpExt, BeyondWindow,
  "segments rejected: they end beyond the window", "tcp_sequence()", .since = 6017)
N(TcpExt, TSEcrRejected,
  "ACKs in SYN_RECV that echo a time stamp never sent", "tcp_check_req()", .since = 6015)
C(TCPEXT_PAWSOLDACK, TcpExt, PAWSOldAck,
  "old pure ACKs ignored by time stamp", "tcp_disordered_ack_check()", .since = 6014)
C(TCPEXT_PAWSTIMEWAIT, TcpExt, PAWSTimewait,
  "segments to TIME_WAIT rejected by time stamp", "tcp_timewait_state_process()", .since = 6015)
C(TCPEXT_DELAYEDACKS, TcpExt, DelayedACKs, "delayed ACKs sent", "tcp_delack_timer_handler()")
C(TCPEXT_DELAYEDACKLOCKED, TcpExt, DelayedACKLocked, "delayed further: the application held the socket", "tcp_delack_timer()")
C(TCPEXT_DELAYEDACKLOST, TcpExt, DelayedACKLost, "duplicates received: the ACK was lost or late", "tcp_send_dupack()")
C(TCPEXT_LISTENOVERFLOWS, TcpExt, ListenOverflows, "accept queue full", "tcp_conn_request(), tcp_v4_syn_recv_sock()")
C(TCPEXT_LISTENDROPS, TcpExt, ListenDrops,
  "SYNs and final ACKs dropped by a listener", "tcp_conn_request(), tcp_v4_syn_recv_sock()")
N(TcpExt, TCPPrequeued, "segments queued for a waiting reader", "tcp_prequeue()", .until = 4014)
N(TcpExt, TCPDirectCopyFromBacklog, "bytes read directly from the backlog", "tcp_recvmsg()", .until = 4014)
N(TcpExt, TCPDirectCopyFromPrequeue, "bytes read directly from the prequeue", "tcp_recvmsg()", .until = 4014)
N(TcpExt, TCPPrequeueDropped, "prequeue too large: processed in softirq", "tcp_prequeue()", .until = 4014)
T(TCPEXT_TCPHPHITS, TcpExt, TCPHPHits, "data received by header prediction", "tcp_rcv_established()")
N(TcpExt, TCPHPHitsToUser, "of these copied directly to the reader", "tcp_rcv_established()", .until = 4014)
T(TCPEXT_TCPPUREACKS, TcpExt, TCPPureAcks, "ACKs without data that header prediction did not take", "tcp_ack()")
T(TCPEXT_TCPHPACKS, TcpExt, TCPHPAcks, "ACKs received by header prediction", "tcp_ack()")
C(TCPEXT_TCPRENORECOVERY, TcpExt, TCPRenoRecovery, "recoveries without SACK", "tcp_enter_recovery()")
C(TCPEXT_TCPSACKRECOVERY, TcpExt, TCPSackRecovery, "recoveries by SACK", "tcp_enter_recovery()")
C(TCPEXT_TCPSACKRENEGING, TcpExt, TCPSACKReneging, "the receiver dropped SACKed data", "tcp_enter_loss()")
C(TCPEXT_TCPFACKREORDER, TcpExt, TCPFACKReorder, "reordering seen by FACK", "tcp_update_reordering()", .until = 4015)
C(TCPEXT_TCPSACKREORDER, TcpExt, TCPSACKReorder, "reordering seen by SACK", "tcp_check_sack_reordering()")
C(TCPEXT_TCPRENOREORDER, TcpExt, TCPRenoReorder, "reordering seen without SACK", "tcp_check_reno_reordering()")
C(TCPEXT_TCPTSREORDER, TcpExt, TCPTSReorder, "reordering seen by time stamp", "tcp_check_sack_reordering()")
C(TCPEXT_TCPFULLUNDO, TcpExt, TCPFullUndo, "reductions undone at the end of a recovery", "tcp_try_undo_recovery()")
C(TCPEXT_TCPPARTIALUNDO, TcpExt, TCPPartialUndo, "reductions undone by a partial ACK", "tcp_try_undo_partial()")
C(TCPEXT_TCPDSACKUNDO, TcpExt, TCPDSACKUndo, "reductions undone by D-SACK", "tcp_try_undo_dsack()")
C(TCPEXT_TCPLOSSUNDO, TcpExt, TCPLossUndo,
  "reductions of a time-out undone", "tcp_try_undo_loss(), tcp_try_undo_recovery()")
N(TcpExt, TCPLoss, "segments marked lost after a retransmission", "tcp_mark_head_lost()", .until = 3001)
C(TCPEXT_TCPLOSTRETRANSMIT, TcpExt, TCPLostRetransmit, "retransmissions that were lost", "tcp_mark_skb_lost()")
C(TCPEXT_TCPRENOFAILURES, TcpExt, TCPRenoFailures, "time-outs in Disorder without SACK", "tcp_retransmit_timer()")
C(TCPEXT_TCPSACKFAILURES, TcpExt, TCPSackFailures, "time-outs in Disorder with SACK", "tcp_retransmit_timer()")
C(TCPEXT_TCPLOSSFAILURES, TcpExt, TCPLossFailures, "time-outs in Loss", "tcp_retransmit_timer()")
C(TCPEXT_TCPFASTRETRANS, TcpExt, TCPFastRetrans, "fast retransmissions", "tcp_xmit_retransmit_queue()")
N(TcpExt, TCPForwardRetrans,
  "retransmissions of segments above the SACKed ones, not yet lost", "tcp_xmit_retransmit_queue()", .until = 4014)
C(TCPEXT_TCPSLOWSTARTRETRANS, TcpExt, TCPSlowStartRetrans, "retransmissions in Loss", "tcp_xmit_retransmit_queue()")
C(TCPEXT_TCPTIMEOUTS, TcpExt, TCPTimeouts, "retransmission time-outs", "tcp_retransmit_timer(), tcp_syn_ack_timeout()")
C(TCPEXT_TCPLOSSPROBES, TcpExt, TCPLossProbes, "tail loss probes sent", "tcp_send_loss_probe()", .since = 3010)
C(TCPEXT_TCPLOSSPROBERECOVERY, TcpExt, TCPLossProbeRecovery,
  "losses repaired by a probe", "tcp_process_tlp_ack()", .since = 3010)
C(TCPEXT_TCPRENORECOVERYFAIL, TcpExt, TCPRenoRecoveryFail,
  "time-outs in a recovery without SACK", "tcp_retransmit_timer()")
C(TCPEXT_TCPSACKRECOVERYFAIL, TcpExt, TCPSackRecoveryFail, "time-outs in a recovery by SACK", "tcp_retransmit_timer()")
N(TcpExt, TCPSchedulerFailed, "delayed ACK timer met a full backlog", "tcp_delack_timer_handler()", .until = 4014)
C(TCPEXT_TCPRCVCOLLAPSED, TcpExt, TCPRcvCollapsed, "packets merged to save memory", "tcp_collapse_one()")
N(TcpExt, TCPBacklogCoalesce,
  "packets merged while the application held the socket", "tcp_add_backlog()", .since = 5000)
C(TCPEXT_TCPDSACKOLDSENT, TcpExt, TCPDSACKOldSent, "D-SACKs sent for old data", "tcp_dsack_set()")
C(TCPEXT_TCPDSACKOFOSENT, TcpExt, TCPDSACKOfoSent, "D-SACKs sent for out-of-order data", "tcp_dsack_set()")
C(TCPEXT_TCPDSACKRECV, TcpExt, TCPDSACKRecv, "D-SACKs received", "tcp_check_dsack()")
C(TCPEXT_TCPDSACKOFORECV, TcpExt, TCPDSACKOfoRecv, "D-SACKs received for out-of-order data", "tcp_check_dsack()")
N(TcpExt, TCPAbortOnSyn, "reset: a SYN inside the window", "tcp_validate_incoming()", .until = 3006)
C(TCPEXT_TCPABORTONDATA, TcpExt, TCPAbortOnData,
  "reset: data after close, or linger time 0", "tcp_rcv_state_process(), tcp_close()")
C(TCPEXT_TCPABORTONCLOSE, TcpExt, TCPAbortOnClose, "reset: closed with unread data", "tcp_close()")
C(TCPEXT_TCPABORTONMEMORY, TcpExt, TCPAbortOnMemory,
  "reset: too many orphans, or no memory", "tcp_close(), tcp_out_of_resources()")
C(TCPEXT_TCPABORTONTIMEOUT, TcpExt, TCPAbortOnTimeout, "gave up after retransmissions or probes", "tcp_write_err()")
C(TCPEXT_TCPABORTONLINGER, TcpExt, TCPAbortOnLinger,
  "reset: FIN_WAIT_2 of an orphan with TCP_LINGER2 below 0", "tcp_close()")
N(TcpExt, TCPAbortFailed, "a reset could not be sent", "tcp_send_active_reset()")
N(TcpExt, TCPMemoryPressures, "times that net.ipv4.tcp_mem was exceeded", "tcp_enter_memory_pressure()")
N(TcpExt, TCPMemoryPressuresChrono, "ms spent under memory pressure", "tcp_leave_memory_pressure()", .since = 4013)
C(TCPEXT_TCPSACKDISCARD, TcpExt, TCPSACKDiscard, "SACK blocks that made no sense", "tcp_sacktag_write_queue()")
C(TCPEXT_TCPDSACKIGNOREDOLD, TcpExt, TCPDSACKIgnoredOld, "D-SACKs ignored: too old", "tcp_sacktag_write_queue()")
C(TCPEXT_TCPDSACKIGNOREDNOUNDO, TcpExt, TCPDSACKIgnoredNoUndo,
  "D-SACKs ignored: nothing to undo", "tcp_sacktag_write_queue()")
C(TCPEXT_TCPSPURIOUSRTOS, TcpExt, TCPSpuriousRTOs, "time-outs found needless by F-RTO", "tcp_try_undo_loss()")
N(TcpExt, TCPMD5NotFound, "segments without the MD5 signature that was expected", "tcp_inbound_md5_hash()")
N(TcpExt, TCPMD5Unexpected, "segments with an unexpected MD5 signature", "tcp_inbound_md5_hash()")
N(TcpExt, TCPMD5Failure, "segments with a wrong MD5 signature", "tcp_inbound_md5_hash()", .since = 4009)
C(TCPEXT_TCPSACKSHIFTED, TcpExt, TCPSackShifted, "SACKed data shifted to the packet before", "tcp_shifted_skb()")
C(TCPEXT_TCPSACKMERGED, TcpExt, TCPSackMerged, "SACKed packets merged with the one before", "tcp_shifted_skb()")
C(TCPEXT_TCPSACKSHIFTFALLBACK, TcpExt, TCPSackShiftFallback, "SACKed packets that could not be merged", "tcp_shift_skb_data()")
C(TCPEXT_TCPBACKLOGDROP, TcpExt, TCPBacklogDrop, "dropped: the backlog of a socket was full", "tcp_add_backlog()", .since = 2034)
N(TcpExt, PFMemallocDrop, "dropped: memory is reserved for swapping", "sk_filter_trim_cap()", .since = 4011)
N(TcpExt, TCPMinTTLDrop, "dropped: TTL below IP_MINTTL", "tcp_v4_rcv()", .since = 2034)
C(TCPEXT_TCPDEFERACCEPTDROP, TcpExt, TCPDeferAcceptDrop, "ACKs without data dropped: TCP_DEFER_ACCEPT", "tcp_check_req()", .since = 2034)
C(TCPEXT_IPREVERSEPATHFILTER, TcpExt, IPReversePathFilter,
  "dropped by net.ipv4.conf.*.rp_filter", "ip_rcv_finish_core()", .since = 2036)
C(TCPEXT_TCPTIMEWAITOVERFLOW, TcpExt, TCPTimeWaitOverflow,
  "TIME_WAIT skipped: net.ipv4.tcp_max_tw_buckets", "tcp_time_wait()", .since = 2037)
C(TCPEXT_TCPREQQFULLDOCOOKIES, TcpExt, TCPReqQFullDoCookies, "SYN queue full: cookie sent", "tcp_syn_flood_action()", .since = 3002)
C(TCPEXT_TCPREQQFULLDROP, TcpExt, TCPReqQFullDrop, "SYN queue full: dropped", "tcp_syn_flood_action()", .since = 3002)
C(TCPEXT_TCPRETRANSFAIL, TcpExt, TCPRetransFail,
  "retransmissions refused below TCP", "tcp_retransmit_skb()", .since = 3004)
C(TCPEXT_TCPRCVCOALESCE, TcpExt, TCPRcvCoalesce,
  "received segments merged into the one before", "tcp_try_coalesce()", .since = 3004)
C(TCPEXT_TCPOFOQUEUE, TcpExt, TCPOFOQueue, "segments queued out of order", "tcp_data_queue_ofo()", .since = 3005)
C(TCPEXT_TCPOFODROP, TcpExt, TCPOFODrop,
  "out-of-order segments dropped for lack of room", "tcp_data_queue_ofo()", .since = 3005)
C(TCPEXT_TCPOFOMERGE, TcpExt, TCPOFOMerge,
  "out-of-order segments that overlapped", "tcp_data_queue_ofo()", .since = 3005)
C(TCPEXT_TCPCHALLENGEACK, TcpExt, TCPChallengeACK, "challenge ACKs sent", "tcp_send_challenge_ack()", .since = 3006)
C(TCPEXT_TCPSYNCHALLENGE, TcpExt, TCPSYNChallenge,
  "SYNs in the window, answered by a challenge ACK", "tcp_validate_incoming()", .since = 3006)
N(TcpExt, TCPFastOpenActive, "Fast Open: data in a SYN acknowledged", "tcp_rcv_fastopen_synack()", .since = 3006)
N(TcpExt, TCPFastOpenActiveFail,
  "Fast Open: data in a SYN not acknowledged", "tcp_rcv_fastopen_synack()", .since = 3015)
N(TcpExt, TCPFastOpenPassive, "Fast Open: data accepted with a SYN", "tcp_try_fastopen()", .since = 3007)
N(TcpExt, TCPFastOpenPassiveFail, "Fast Open: wrong cookie received", "tcp_try_fastopen()", .since = 3007)
N(TcpExt, TCPFastOpenListenOverflow, "Fast Open: queue full", "tcp_fastopen_queue_check()", .since = 3007)
N(TcpExt, TCPFastOpenCookieReqd, "Fast Open: cookies asked for", "tcp_try_fastopen()", .since = 3007)
N(TcpExt, TCPFastOpenBlackhole,
  "Fast Open switched off: SYNs with data get lost", "tcp_fastopen_active_disable()", .since = 4012)
N(TcpExt, TCPSpuriousRtxHostQueues,
  "not retransmitted: the original is still in a queue of this host", "skb_still_in_host_queue()", .since = 3010)
N(TcpExt, BusyPollRxPackets, "packets received by busy polling", "sk_busy_loop()", .since = 3011)
N(TcpExt, TCPAutoCorking, "sends held back by net.ipv4.tcp_autocorking", "tcp_push()", .since = 3014)
C(TCPEXT_TCPFROMZEROWINDOWADV, TcpExt, TCPFromZeroWindowAdv,
  "window opened from zero", "tcp_select_window()", .since = 3015)
C(TCPEXT_TCPTOZEROWINDOWADV, TcpExt, TCPToZeroWindowAdv, "window closed to zero", "tcp_select_window()", .since = 3015)
C(TCPEXT_TCPWANTZEROWINDOWADV, TcpExt, TCPWantZeroWindowAdv,
  "window would be zero, but must not shrink", "tcp_select_window()", .since = 3015)
C(TCPEXT_TCPSYNRETRANS, TcpExt, TCPSynRetrans,
  "SYN and SYN-ACK retransmissions", "__tcp_retransmit_skb(), tcp_rtx_synack()", .since = 3015)
T(TCPEXT_TCPORIGDATASENT, TcpExt, TCPOrigDataSent,
  "data segments sent, without retransmissions", "tcp_event_new_data_sent()", .since = 3015)
C(TCPEXT_TCPHYSTARTTRAINDETECT, TcpExt, TCPHystartTrainDetect,
  "slow start ended by an ACK train", "hystart_update()", .since = 3019)
C(TCPEXT_TCPHYSTARTTRAINCWND, TcpExt, TCPHystartTrainCwnd, "sum of the windows then", "hystart_update()", .since = 3019)
C(TCPEXT_TCPHYSTARTDELAYDETECT, TcpExt, TCPHystartDelayDetect,
  "slow start ended by delay", "hystart_update()", .since = 3019)
C(TCPEXT_TCPHYSTARTDELAYCWND, TcpExt, TCPHystartDelayCwnd, "sum of the windows then", "hystart_update()", .since = 3019)
C(TCPEXT_TCPACKSKIPPEDSYNRECV, TcpExt, TCPACKSkippedSynRecv,
  "ACKs not sent (tcp_invalid_ratelimit): SYN_RECV", "tcp_check_req()", .since = 4000)
C(TCPEXT_TCPACKSKIPPEDPAWS, TcpExt, TCPACKSkippedPAWS, "... old time stamp", "tcp_validate_incoming()", .since = 4000)
C(TCPEXT_TCPACKSKIPPEDSEQ, TcpExt, TCPACKSkippedSeq,
  "... sequence number outside the window", "tcp_validate_incoming()", .since = 4000)
C(TCPEXT_TCPACKSKIPPEDFINWAIT2, TcpExt, TCPACKSkippedFinWait2,
  "... FIN_WAIT_2", "tcp_timewait_state_process()", .since = 4000)
C(TCPEXT_TCPACKSKIPPEDTIMEWAIT, TcpExt, TCPACKSkippedTimeWait,
  "... TIME_WAIT", "tcp_timewait_state_process()", .since = 4000)
C(TCPEXT_TCPACKSKIPPEDCHALLENGE, TcpExt, TCPACKSkippedChallenge,
  "... challenge ACK", "tcp_send_challenge_ack()", .since = 4000)
C(TCPEXT_TCPWINPROBE, TcpExt, TCPWinProbe, "window probes sent", "tcp_write_wakeup()", .since = 4002)
C(TCPEXT_TCPKEEPALIVE, TcpExt, TCPKeepAlive, "keepalive probes sent", "tcp_keepalive_timer()", .since = 4002)
C(TCPEXT_TCPMTUPFAIL, TcpExt, TCPMTUPFail, "MTU probes that were lost", "tcp_mtup_probe_failed()", .since = 4002)
C(TCPEXT_TCPMTUPSUCCESS, TcpExt, TCPMTUPSuccess, "MTU probes that arrived", "tcp_mtup_probe_success()", .since = 4002)
T(TCPEXT_TCPDELIVERED, TcpExt, TCPDelivered,
  "segments delivered, as the sender learns", "tcp_newly_delivered()", .since = 4018)
C(TCPEXT_TCPDELIVEREDCE, TcpExt, TCPDeliveredCE, "of these with CE", "tcp_newly_delivered()", .since = 4018)
C(TCPEXT_TCPACKCOMPRESSED, TcpExt, TCPAckCompressed,
  "SACKs held back by compression", "tcp_send_ack(), tcp_sack_compress_send_ack()", .since = 4018)
C(TCPEXT_TCPZEROWINDOWDROP, TcpExt, TCPZeroWindowDrop, "data dropped: window closed", "tcp_data_queue()", .since = 4019)
C(TCPEXT_TCPRCVQDROP, TcpExt, TCPRcvQDrop,
  "data dropped: no memory for the receive queue", "tcp_data_queue()", .since = 4019)
N(TcpExt, TCPWqueueTooBig,
  "not cut: too many small packets in the write queue", "tcp_fragment()", .since = 5002)
N(TcpExt, TCPFastOpenPassiveAltKey,
  "Fast Open: cookies made with the former key", "tcp_fastopen_cookie_gen_check()", .since = 5003)
C(TCPEXT_TCPTIMEOUTREHASH, TcpExt, TcpTimeoutRehash,
  "new flow hash after a time-out (IPv6 flow label, ECMP)", "tcp_write_timeout()", .since = 5006)
N(TcpExt, TcpDuplicateDataRehash, "new flow hash after duplicates", "tcp_rcv_spurious_retrans()", .since = 5006)
C(TCPEXT_TCPDSACKRECVSEGS, TcpExt, TCPDSACKRecvSegs,
  "segments named by received D-SACKs", "tcp_check_dsack()", .since = 5010)
C(TCPEXT_TCPDSACKIGNOREDDUBIOUS, TcpExt, TCPDSACKIgnoredDubious,
  "D-SACKs ignored: more than was repeated", "tcp_check_dsack()", .since = 5010)
C(TCPEXT_TCPMIGRATEREQSUCCESS, TcpExt, TCPMigrateReqSuccess,
  "SYN_RECV moved to another listener (SO_REUSEPORT)", "reqsk_timer_handler()", .since = 5014)
C(TCPEXT_TCPMIGRATEREQFAILURE, TcpExt, TCPMigrateReqFailure, "... in vain", "reqsk_timer_handler()", .since = 5014)
N(TcpExt, TCPPLBRehash, "new flow hash by protective load balancing", "tcp_plb_check_rehash()", .since = 6002)
N(TcpExt, TCPAORequired, "segments without TCP-AO that needed it", "tcp_inbound_hash()", .since = 6007)
N(TcpExt, TCPAOBad, "segments with a wrong TCP-AO signature", "tcp_ao_verify_hash()", .since = 6007)
N(TcpExt, TCPAOKeyNotFound, "segments with an unknown TCP-AO key", "tcp_inbound_ao_hash()", .since = 6007)
N(TcpExt, TCPAOGood, "segments with a right TCP-AO signature", "tcp_ao_verify_hash()", .since = 6007)
N(TcpExt, TCPAODroppedIcmps, "ICMP errors ignored on connections with TCP-AO", "tcp_ao_ignore_icmp()", .since = 6007)

C(IPEXT_INNOROUTES, IpExt, InNoRoutes, "no route for a packet to be forwarded", "ip_error()")
C(IPEXT_INTRUNCATEDPKTS, IpExt, InTruncatedPkts, "shorter than their headers say", "ip_rcv_core()")
N(IpExt, InMcastPkts, "multicasts received", "ip_rcv_finish_core()")
N(IpExt, OutMcastPkts, "multicasts sent", "ip_finish_output2()")
C(IPEXT_INBCASTPKTS, IpExt, InBcastPkts, "broadcasts received", "ip_rcv_finish_core()")
C(IPEXT_OUTBCASTPKTS, IpExt, OutBcastPkts, "broadcasts sent", "ip_finish_output2()")
H(IPEXT_INOCTETS, IpExt, InOctets, "bytes received, with IP headers", "ip_rcv_core()", .since = 2031)
H(IPEXT_OUTOCTETS, IpExt, OutOctets,
  "bytes sent, with IP headers; a GSO packet has one header", "ip_finish_output2()", .since = 2031)
N(IpExt, InMcastOctets, "bytes of multicasts received", "ip_rcv_finish_core()", .since = 2031)
N(IpExt, OutMcastOctets, "bytes of multicasts sent", "ip_finish_output2()", .since = 2031)
C(IPEXT_INBCASTOCTETS, IpExt, InBcastOctets, "bytes of broadcasts received", "ip_rcv_finish_core()", .since = 2031)
C(IPEXT_OUTBCASTOCTETS, IpExt, OutBcastOctets, "bytes of broadcasts sent", "ip_finish_output2()", .since = 2031)
C(IPEXT_INCSUMERRORS, IpExt, InCsumErrors, "wrong checksum of the IP header", "ip_rcv_core()", .since = 3010)
H(IPEXT_INNOECTPKTS, IpExt, InNoECTPkts, "received without ECN; counted per segment", "ip_rcv_core()", .since = 3012)
H(IPEXT_INECT1PKTS, IpExt, InECT1Pkts, "received with ECT(1)", "ip_rcv_core()", .since = 3012)
H(IPEXT_INECT0PKTS, IpExt, InECT0Pkts, "received with ECT(0)", "ip_rcv_core()", .since = 3012)
H(IPEXT_INCEPKTS, IpExt, InCEPkts, "received with CE", "ip_rcv_core()", .since = 3012)
N(IpExt, ReasmOverlaps, "datagrams dropped: fragments overlapped", "ip_frag_queue()", .since = 4019)
