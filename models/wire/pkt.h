/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pkt.h - the packet descriptor: two cache lines of fields instead of bytes.
 *
 * The first line is all that a forwarding hop touches.  Bytes with right checksums are made only when a capture,
 * a TAP or a test asks (emit.c); bytes from outside are parsed at the door (parse.c).  What the descriptor cannot hold
 * hangs off an extension.  Payload has no bytes unless the application gave some: it is named by (stream, offset),
 * so a receiver notices when the stack loses, repeats or swaps data.
 *
 * All numbers are in host byte order.  Descriptors come from the simulation's pool and are consumed by whoever they
 * are passed to.
 */
#pragma once
#include "core/check.h"
#include "core/sim.h"
#include "core/zero.h"
#include <string.h>

enum pkt_kind {
    PKT_RAW,  /* not understood: only ext->bytes */
    PKT_ARP,
    PKT_IP4,
    PKT_IP6,
};

/* pkt->flags */
enum {
    PKT_DF = 1 << 0,           /* IPv4 don't fragment */
    PKT_BAD_FCS = 1 << 1,      /* the frame's check sequence is wrong */
    PKT_BAD_CSUM = 1 << 2,     /* the transport checksum is wrong */
    PKT_BAD_IPCSUM = 1 << 3,   /* the IPv4 header checksum is wrong */
    PKT_BROADCAST = 1 << 4,    /* link-layer broadcast */
    PKT_OTHERHOST = 1 << 5,    /* link-layer address of another host */
    PKT_HAS_TS = 1 << 6,       /* TCP timestamps option */
    PKT_SACK_OK = 1 << 7,      /* TCP SACK-permitted option (SYN) */
    PKT_HAS_MSS = 1 << 8,      /* TCP MSS option (SYN) */
    PKT_HAS_WSCALE = 1 << 9,   /* TCP window-scale option (SYN) */
    PKT_RETRANS = 1 << 10,     /* sent again (for reports; not on the wire) */
    PKT_FRAGMENT = 1 << 11,    /* IP fragment: see ext */
    PKT_NO_CSUM = 1 << 12,     /* UDP without checksum */
    PKT_BAD_HDR = 1 << 13,     /* the transport header is cut off or contradicts itself: the transport drops it
                                  (PKT_TOO_SMALL); hdr_len is the IP header's, the rest is in ext->bytes */
    PKT_LONG_HEAD = 1 << 14,   /* TUN was not told where the headers end: a page of it stands in the skb's head */
};

/* TCP header flags, as on the wire. */
enum {
    TCPHDR_FIN = 0x01, TCPHDR_SYN = 0x02, TCPHDR_RST = 0x04, TCPHDR_PSH = 0x08,
    TCPHDR_ACK = 0x10, TCPHDR_URG = 0x20, TCPHDR_ECE = 0x40, TCPHDR_CWR = 0x80,
};

enum { PROTO_ICMP = 1, PROTO_TCP = 6, PROTO_UDP = 17 };
enum { INET_ECN_MASK = 3, INET_ECN_NOT_ECT = 0, INET_ECN_ECT_1 = 1, INET_ECN_ECT_0 = 2, INET_ECN_CE = 3 };

struct tcp_sack_block {
    uint32_t start, end;
};

/* What the descriptor has no room for; from g_malloc, freed with the packet. Copied for a duplicate. */
struct pkt_ext {
    uint8_t *bytes;          /* payload given by the application or from outside; PKT_RAW: the whole frame; PKT_IP6: from the IP header on.  Owned. */
    uint32_t n_bytes;        /* may be less than the payload: the rest is zeros */
    struct tcp_sack_block sack[3]; /* blocks 2 to 4 */
    uint8_t ip_options[40], n_ip_options;
    uint16_t frag_offset;    /* bytes */
    bool more_fragments;
    uint16_t urg_ptr;
    uint8_t tcp_options[40], n_tcp_options; /* > 0: written as they are instead of what flags and fields say; from outside,
                                               when they are not laid out as Linux does */
    uint8_t tcp_res;         /* the four bits between header length and flags */
    struct pkt *quoted;      /* from pkt_quote().  ICMP error: the packet that caused it.  Fragment: the whole datagram, of which
                                it carries len - header bytes from frag_offset on, unless bytes has them */
    uint8_t src_mac[6], dst_mac[6]; /* ARP */
};

struct pkt {
    /* ---- first cache line: what a forwarding hop touches ---- */
    _Alignas(64) netsim_time time; /* on a link: when the packet behind it arrives at the far end */
    struct pkt *next;   /* in whatever queue holds it */
    uint32_t len;       /* bytes from the IP header on (ARP: 28; RAW: all after the Ethernet header) */
    uint8_t kind;       /* enum pkt_kind */
    uint8_t proto;      /* IP protocol */
    uint8_t ttl;
    uint8_t tos;
    uint16_t flags;
    uint16_t gso_segs;  /* > 1: a super-packet inside a host; wires carry 1 */
    uint32_t gso_size;  /* payload bytes of each segment but the last, when gso_segs > 1 */
    uint32_t hash;      /* flow hash, for steering and fair queues; 0 = not computed */
    uint32_t digest;    /* identity for the fingerprint: mixed from the content by the sender */
    uint32_t daddr, saddr; /* IPv4; ARP: target and sender protocol address */
    uint32_t truesize;  /* bytes charged to the socket that receives it */
    struct pkt_ext *ext;

    /* ---- second cache line: what end hosts touch ---- */
    union {
        struct {
            uint16_t sport, dport;
            uint32_t seq, ack;
            uint16_t window;         /* as on the wire, unscaled */
            uint8_t tcp_flags;
            uint8_t n_sack;          /* blocks: the first here, 2 to 4 in ext */
            uint32_t tsval, tsecr;
            struct tcp_sack_block sack0;
            uint16_t mss;
            uint8_t wscale;
        };
        struct {
            uint16_t arp_op;         /* 1 request, 2 reply */
        };
        struct {
            uint8_t icmp_type, icmp_code;
            uint16_t icmp_id, icmp_seq;
            uint32_t icmp_mtu;       /* fragmentation needed */
        };
        struct {                     /* PKT_RAW */
            uint16_t raw_type;       /* Ethernet type (raw-IP device: what the version says); 0: none */
            uint8_t raw_why;         /* enum drop_reason with which that protocol's input drops it */
        };
    };
    uint16_t ip_id;
    uint16_t hdr_len;    /* IP + transport header bytes, options included: payload = len - hdr_len (of a super-packet too) */
    uint64_t stream;     /* the sender's stream identity: its socket's entity id; 0: no identity */
    uint64_t offset;     /* of the first payload byte in that stream */
};
_Static_assert(sizeof(struct pkt) == 128, "two cache lines");
_Static_assert(offsetof(struct pkt, sport) == 64, "second line");

/** A new packet, counted as made.  Every field is zero but gso_segs 1. */
static inline struct pkt *pkt_new(struct sim *sim)
{
    struct pkt *p = pool_get(&sim->pkts);
    zero_words(p, sizeof *p);
    p->gso_segs = 1;
    sim->pkts_made++;
    return p;
}

/** Make p a super-packet of @segs wire segments of @size payload bytes (the last may have fewer). */
static inline void pkt_set_gso(struct sim *sim, struct pkt *p, uint32_t segs, uint32_t size)
{
    sim->pkts_made += segs - p->gso_segs; /* conservation counts wire segments: gso_segment() makes none */
    p->gso_segs = (uint16_t) segs;
    p->gso_size = size;
}

void pkt_ext_free(struct pkt *p);

/** Give the descriptor back; the caller has counted the packet. */
static inline void pkt_free(struct sim *sim, struct pkt *p)
{
    if (ns_unlikely(p->ext != NULL)) pkt_ext_free(p);
    pool_put(&sim->pkts, p);
}

/** The packet reached its end: a socket or a protocol took it. */
static inline void pkt_consume(struct sim *sim, struct pkt *p)
{
    sim->pkts_delivered += p->gso_segs;
    pkt_free(sim, p);
}

/** Ports, of packets that have them; else 0. */
static inline uint16_t pkt_sport(const struct pkt *p)
{
    return p->kind == PKT_IP4 && (p->proto == PROTO_TCP || p->proto == PROTO_UDP) ? p->sport : 0;
}
static inline uint16_t pkt_dport(const struct pkt *p)
{
    return p->kind == PKT_IP4 && (p->proto == PROTO_TCP || p->proto == PROTO_UDP) ? p->dport : 0;
}
static inline uint16_t pkt_ethertype(const struct pkt *p)
{
    return p->kind == PKT_ARP ? 0x806 : p->kind == PKT_IP6 ? 0x86dd : p->kind == PKT_RAW ? p->raw_type : 0x800;
}

/* The arguments TRACE_FLOW of tracepoints. */
#define TRACE_FLOW_OF(p) (p)->kind == PKT_IP4 ? (p)->proto : 0u, (p)->saddr, (p)->daddr, pkt_sport(p), pkt_dport(p)

/** skb:consume_skb: a packet that @host no longer needs, in the kernel's function @location. */
#define TRACE_CONSUME_SKB(sim, host, p, location) \
    TRACE(sim, CONSUME_SKB, host, (p)->digest, trace_text(location), TRACE_FLOW_OF(p))

/** Count a packet that dies here, and tell the probes; the caller frees it. */
void pkt_count_drop(struct sim *sim, struct drop_place *place, const struct pkt *p, enum drop_reason reason);
/** The packet dies here. */
void pkt_drop(struct sim *sim, struct drop_place *place, struct pkt *p, enum drop_reason reason);

/** The extension, made zeroed if there is none yet. */
struct pkt_ext *pkt_ext(struct pkt *p);

/** A second packet with the same content (payload bytes are copied); counted as copied, not as made. */
struct pkt *pkt_copy(struct sim *sim, const struct pkt *p);

/** A copy of the descriptor and its extension that is no packet of its own: to be quoted, or cut into fragments. Not counted. */
struct pkt *pkt_quote(const struct pkt *p);
/** For quotations that no extension owns. */
void pkt_quote_free(struct pkt *quoted);

static inline uint32_t pkt_payload_len(const struct pkt *p)
{
    return p->len - p->hdr_len;
}

/** SACK block @i < n_sack. */
static inline struct tcp_sack_block pkt_sack(const struct pkt *p, unsigned i)
{
    return i ? p->ext->sack[i - 1] : p->sack0;
}
