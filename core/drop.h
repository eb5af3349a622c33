/* SPDX-License-Identifier: GPL-3.0-or-later */
/* drop.h - why packets die, and where: one list, the kernel's names (include/net/dropreason-core.h); LINK_* are the wire's.
 *
 * X(reason, text, the function of the kernel that drops; empty: see drop_location())
 */
#pragma once
#include <stdint.h>

#define DROP_REASONS(X)                                                                                              \
    X(NOT_SPECIFIED, "no reason was given", "ip_defrag")                                                             \
    X(NO_SOCKET, "no socket listens on the port", "")                                                                \
    X(PKT_TOO_SMALL, "shorter than its headers say", "")                                                             \
    X(TCP_CSUM, "wrong TCP checksum", "tcp_v4_rcv")                                                                  \
    X(UDP_CSUM, "wrong UDP checksum", "__udp4_lib_rcv")                                                              \
    X(SOCKET_RCVBUFF, "the socket's receive buffer is full", "__udp_queue_rcv_skb")                                  \
    X(SOCKET_BACKLOG, "the backlog of a socket that is owned is full", "tcp_v4_rcv")                                 \
    X(PROTO_MEM, "the protocol's memory limit", "tcp_data_queue")                                                    \
    X(OTHERHOST, "the MAC address is another host's", "ip_rcv_core")                                                 \
    X(IP_CSUM, "wrong IPv4 header checksum", "ip_rcv_core")                                                          \
    X(IP_INHDR, "malformed IP header", "ip_rcv_core")                                                                \
    X(IP_RPFILTER, "reverse path filter", "ip_rcv_finish_core")                                                      \
    X(IP_NOPROTO, "no such transport protocol", "ip_protocol_deliver_rcu")                                           \
    X(IP_INADDRERRORS, "forwarding is off, or the address is not ours", "ip_error")                                  \
    X(IP_INNOROUTES, "no route to the destination", "ip_error")                                                      \
    X(IP_OUTNOROUTES, "no route from here", "__ip_queue_xmit")                                                       \
    X(IP_TTL, "time to live exceeded", "ip_forward")                                                                 \
    X(PKT_TOO_BIG, "larger than the path's MTU and DF is set", "ip_forward")                                         \
    X(NEIGH_FAILED, "ARP had no answer", "arp_error_report")                                                         \
    X(NEIGH_QUEUEFULL, "too many packets wait for ARP", "__neigh_event_send")                                        \
    X(DEV_READY, "the device is down or has no link", "__dev_queue_xmit")                                            \
    X(DEV_HDR, "frame with a bad FCS or header", "")                                                                 \
    X(UNHANDLED_PROTO, "no handler for the Ethernet type", "__netif_receive_skb_core")                               \
    X(ICMP_CSUM, "wrong ICMP checksum", "icmp_rcv")                                                                  \
    X(TCP_FLAGS, "flags that the state does not allow", "tcp_rcv_state_process")                                     \
    X(TCP_ZEROWINDOW, "data into a closed window", "tcp_data_queue")                                                 \
    X(TCP_OLD_DATA, "data that was received before", "tcp_data_queue")                                               \
    X(TCP_OVERWINDOW, "data beyond the window", "tcp_data_queue")                                                    \
    X(TCP_OFOMERGE, "out-of-order data that was queued before", "tcp_data_queue_ofo")                                \
    X(TCP_RFC7323_PAWS, "old timestamp", "tcp_validate_incoming")                                                    \
    X(TCP_OLD_SEQUENCE, "sequence number below the window", "tcp_validate_incoming")                                 \
    X(TCP_INVALID_SEQUENCE, "sequence number outside the window", "tcp_validate_incoming")                           \
    X(TCP_INVALID_END_SEQUENCE, "ends beyond the window, and there is unread data", "tcp_validate_incoming")         \
    X(TCP_INVALID_ACK_SEQUENCE, "acknowledges what was never sent", "tcp_rcv_state_process")                         \
    X(TCP_RESET, "valid reset", "tcp_validate_incoming")                                                             \
    X(TCP_INVALID_SYN, "SYN on an established connection", "tcp_validate_incoming")                                  \
    X(TCP_CLOSE, "the socket was closed", "tcp_rcv_state_process")                                                   \
    X(TCP_TOO_OLD_ACK, "acknowledges data older than the window", "tcp_rcv_established")                             \
    X(TCP_ABORT_ON_DATA, "data for a socket that nobody reads any more", "tcp_rcv_state_process")                    \
    X(TCP_LISTEN_OVERFLOW, "the accept queue is full", "tcp_v4_rcv")                                                 \
    X(TCP_REQQFULL, "the SYN queue is full", "tcp_conn_request")                                                     \
    X(NOMEM, "no memory left for fragments", "ip_defrag")                                                            \
    X(DUP_FRAG, "a fragment that was received before", "ip_defrag")                                                  \
    X(FRAG_REASM_TIMEOUT, "fragments were missing when the time was over", "ip_expire")                              \
    X(QUEUE_PURGE, "the queue was emptied: its socket was closed", "skb_queue_purge_reason")                         \
    X(LINK_QUEUE, "the link's queue is full", "")                                                                    \
    X(LINK_LOSS, "lost on the wire by chance", "")                                                                   \
    X(LINK_RULE, "lost on the wire by a rule", "")                                                                   \
    X(LINK_CUT, "the link is cut", "")

enum drop_reason {
#define X(name, text, location) DROP_##name,
    DROP_REASONS(X)
#undef X
    N_DROP_REASONS
};

/** "NO_SOCKET" */
const char *drop_reason_name(enum drop_reason reason);
/** "no socket listens on the port" */
const char *drop_reason_text(enum drop_reason reason);
/** Where Linux 6.18 drops a packet of IP protocol @proto for @reason: "tcp_v4_rcv"; "" if it died outside hosts. */
const char *drop_location(enum drop_reason reason, unsigned proto);

/* A place where packets die: a host, a device, a link direction.  Its counts are made at the first drop. */
struct drop_place {
    const char *name;           /* borrowed from the owner */
    struct drop_counts *counts; /* NULL until the first drop */
    struct drop_place *next;    /* in the simulation's list of places with drops */
};
struct drop_counts {
    uint64_t pkts[N_DROP_REASONS], bytes[N_DROP_REASONS];
};

struct sim;
/** Count a drop of @n wire packets, @bytes bytes together. */
void drop_count(struct sim *sim, struct drop_place *place, enum drop_reason reason, uint32_t n, uint64_t bytes);
