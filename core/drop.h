/* SPDX-License-Identifier: GPL-3.0-or-later */
/* drop.h - why packets die, and where: one list, the kernel's names (include/net/dropreason-core.h); LINK_* are the wire's. */
#pragma once
#include <stdint.h>

#define DROP_REASONS(X)                                                                              \
    X(NOT_SPECIFIED, "no reason was given")                                                          \
    X(NO_SOCKET, "no socket listens on the port")                                                    \
    X(PKT_TOO_SMALL, "shorter than its headers say")                                                 \
    X(TCP_CSUM, "wrong TCP checksum")                                                                \
    X(UDP_CSUM, "wrong UDP checksum")                                                                \
    X(SOCKET_RCVBUFF, "the socket's receive buffer is full")                                         \
    X(PROTO_MEM, "the protocol's memory limit")                                                      \
    X(SOCKET_BACKLOG, "the socket's backlog is full")                                                \
    X(OTHERHOST, "the MAC address is another host's")                                                \
    X(IP_CSUM, "wrong IPv4 header checksum")                                                         \
    X(IP_INHDR, "malformed IP header")                                                               \
    X(IP_RPFILTER, "reverse path filter")                                                            \
    X(IP_NOPROTO, "no such transport protocol")                                                      \
    X(IP_INADDRERRORS, "forwarding is off, or the address is not ours")                              \
    X(IP_INNOROUTES, "no route to the destination")                                                  \
    X(IP_OUTNOROUTES, "no route from here")                                                          \
    X(IP_TTL, "time to live exceeded")                                                               \
    X(PKT_TOO_BIG, "larger than the path's MTU and DF is set")                                       \
    X(NEIGH_FAILED, "ARP had no answer")                                                             \
    X(NEIGH_QUEUEFULL, "too many packets wait for ARP")                                              \
    X(DEV_READY, "the device is down or has no link")                                                \
    X(DEV_HDR, "frame with a bad FCS or header")                                                     \
    X(UNHANDLED_PROTO, "no handler for the Ethernet type")                                           \
    X(ICMP_CSUM, "wrong ICMP checksum")                                                              \
    X(TCP_FLAGS, "flags that the state does not allow")                                              \
    X(TCP_ZEROWINDOW, "data into a closed window")                                                   \
    X(TCP_OLD_DATA, "data that was received before")                                                 \
    X(TCP_OVERWINDOW, "data beyond the window")                                                      \
    X(TCP_OFOMERGE, "out-of-order data that was queued before")                                      \
    X(TCP_OFO_DROP, "the out-of-order queue has no room")                                            \
    X(TCP_OFO_QUEUE_PRUNE, "pruned from the out-of-order queue")                                     \
    X(TCP_RFC7323_PAWS, "old timestamp")                                                             \
    X(TCP_OLD_SEQUENCE, "sequence number below the window")                                          \
    X(TCP_INVALID_SEQUENCE, "sequence number outside the window")                                    \
    X(TCP_INVALID_END_SEQUENCE, "ends beyond the window, and there is unread data")                  \
    X(TCP_INVALID_ACK_SEQUENCE, "acknowledges what was never sent")                                  \
    X(TCP_RESET, "valid reset")                                                                      \
    X(TCP_INVALID_SYN, "SYN on an established connection")                                           \
    X(TCP_CLOSE, "the socket was closed")                                                            \
    X(TCP_OLD_ACK, "acknowledges what was acknowledged before")                                      \
    X(TCP_TOO_OLD_ACK, "acknowledges data older than the window")                                    \
    X(TCP_ABORT_ON_DATA, "data for a socket that nobody reads any more")                             \
    X(TCP_MINTTL, "TTL below IP_MINTTL")                                                             \
    X(TCP_LISTEN_OVERFLOW, "the accept queue is full")                                               \
    X(TCP_REQQFULL, "the SYN queue is full")                                                         \
    X(QDISC_DROP, "the queue discipline's limit")                                                    \
    X(NOMEM, "no memory left for fragments")                                                         \
    X(DUP_FRAG, "a fragment that was received before")                                               \
    X(FRAG_REASM_TIMEOUT, "fragments were missing when the time was over")                           \
    X(QUEUE_PURGE, "the queue was emptied: its socket was closed")                                   \
    X(LINK_QUEUE, "the link's queue is full")                                                        \
    X(LINK_LOSS, "lost on the wire by chance")                                                       \
    X(LINK_RULE, "lost on the wire by a rule")                                                       \
    X(LINK_CUT, "the link is cut")

enum drop_reason {
#define X(name, text) DROP_##name,
    DROP_REASONS(X)
#undef X
    N_DROP_REASONS
};

/** "NO_SOCKET" */
const char *drop_reason_name(enum drop_reason reason);
/** "no socket listens on the port" */
const char *drop_reason_text(enum drop_reason reason);

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
