/* SPDX-License-Identifier: GPL-3.0-or-later */
/* flows.h - a capture as what is compared: per TCP connection and direction the list of segments, per pair of hosts the
 * list of other packets.
 */
#pragma once
#include "validate/trace/capture.h"

#include <stdbool.h>

/* Flags of a segment that are compared; the rest (ACK, PSH, ECE, CWR) is not. */
enum { SEGMENT_FIN = 1, SEGMENT_SYN = 2, SEGMENT_RST = 4 };

/* A TCP segment with payload, SYN, FIN or RST; or another packet. */
struct segment {
    int64_t at_ns;   /* since the first packet of the capture */
    uint32_t seq;    /* relative to the SYN's (or the first segment's) */
    uint32_t len;    /* payload; other packets: bytes behind the IP header */
    uint8_t flags;   /* SEGMENT_*; other packets: 0 */
    uint8_t proto;   /* 6 TCP, 17 UDP, 1 ICMP ... */
    bool is_fragment;
};

/* Where packets come from and go to.  Bytes of IPv4 and IPv6 addresses, zero-filled. */
struct flow_key {
    uint8_t family;  /* 4, 6 */
    uint8_t is_tcp;
    uint16_t sport, dport; /* 0 unless TCP */
    uint8_t source[16], destination[16];
};
guint flow_key_hash(gconstpointer key);
gboolean flow_key_equal(gconstpointer a, gconstpointer b);

/* One packet. */
struct packet_summary {
    struct flow_key key;
    struct segment segment; /* its seq is not relative */
    uint16_t ip_id;
    uint32_t ip_bytes;   /* with the header */
    uint32_t ack;        /* TCP; 0 without ACK flag */
    bool is_pure_ack, is_syn_only, has_sack;
};

/** What stands in the @i-th packet; false if it is not IP, or cut too short to be read. */
bool packet_summarise(const struct capture *capture, unsigned i, struct packet_summary *out);

/* One direction. */
struct flow {
    struct flow_key key;
    GArray *segments;    /* struct segment */
    unsigned n_pure_acks;/* TCP segments that are not in the list */
    uint64_t pure_ack_bytes; /* ... with IP headers */
    uint32_t isn;
    int64_t syn_ns, rtt_ns; /* last SYN without ACK; from there to what followed it: the handshake's round trip, 0 = not seen */
};

/* A TCP connection (both directions, the lower address first; NULL: nothing in that direction), or the packets that are
 * not TCP of a pair of hosts. */
struct conversation {
    struct flow *way[2];
    int64_t first_ns;
};

struct flows {
    GPtrArray *all;            /* struct flow */
    GArray *connections;       /* struct conversation, TCP, in order of appearance */
    GArray *others;            /* struct conversation, not TCP, in order of the addresses */
    unsigned n_skipped;        /* packets that are not IP, or cut too short to be read */
};

struct flows *flows_new(const struct capture *capture);
void flows_free(struct flows *flows);
typedef struct flows Flows;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Flows, flows_free)

/** "10.1.0.2" of a flow's source or destination; free with g_free(). */
char *flow_address(const struct flow_key *key, bool destination);

/* What a flow of data looked like, as the collection's tables tell it. */
struct flight_summary {
    unsigned n_segments;  /* with payload */
    uint64_t bytes;       /* different bytes of payload */
    unsigned first_flight;/* segments */
    GArray *flights;      /* unsigned: segments of each; one ends where no data was sent for half a round trip */
};

/** The flights of @flow; @rtt_ns, the connection's round-trip time, may be 0: then all is one flight. */
void flight_summarise(const struct flow *flow, int64_t rtt_ns, struct flight_summary *summary);
void flight_summary_clear(struct flight_summary *summary);
