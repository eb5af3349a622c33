/* SPDX-License-Identifier: GPL-3.0-or-later */
/* net.h - links between devices and what they do to packets.
 *
 * A direction of a link is: queue limit -> serialiser (rate, overhead a packet) -> delay -> impairments.
 */
#pragma once
#include <netsim/host.h>

G_BEGIN_DECLS

typedef struct link NetsimLink;

/** Overhead of Ethernet on the wire: 14 header + 4 FCS + 8 preamble + 12 gap bytes a packet. */
#define NETSIM_OVERHEAD_ETHERNET 38

/** Nothing may wait: a packet that finds another in service is lost. */
#define NETSIM_QUEUE_NONE UINT32_MAX

/** One direction.  Probabilities are 0..1 and compared as integers of 2^-32. */
typedef struct {
    uint64_t rate_bps;     /* bit/s, up to 1e15; 0 = infinite */
    netsim_time delay;     /* propagation, ps; this, jitter and reorder_delay are 0 to 1e6 s */
    uint32_t queue_pkts;   /* packets that may wait behind the one in service; 0 = unlimited, NETSIM_QUEUE_NONE = none */
    uint64_t queue_bytes;  /* IP bytes that may wait; 0 = unlimited */
    uint32_t overhead;     /* bytes added to every IP packet on the wire: NETSIM_OVERHEAD_ETHERNET, or 0 for raw IP */
    double loss;           /* probability that a packet is lost after serialisation */
    double duplicate;      /* ... that a second copy arrives right behind it */
    double corrupt;        /* ... that bits flip; @corrupt_payload says who notices */
    bool corrupt_payload;  /* false: the Ethernet FCS (rx_crc_errors); true: the transport checksum (InCsumErrors) */
    double ce;             /* ... that an ECN-capable packet is marked CE */
    double reorder;        /* ... that a packet is held back by @reorder_delay and so overtaken */
    netsim_time reorder_delay;
    netsim_time jitter;    /* uniform extra delay 0..jitter a packet; order is not kept */
    uint32_t ce_threshold_pkts; /* mark ECN-capable packets that find this many in queue and service; 0 = never */
    /* Gilbert-Elliott loss, used when p or loss_good is > 0: state changes are tested at every packet. */
    struct {
        double p;         /* good -> bad */
        double r;         /* bad -> good */
        double loss_good; /* loss probability in the good state */
        double loss_bad;  /* ... in the bad state */
    } gilbert;
} NetsimLinkConfig;

/** Which packets a rule counts, as the trace collection's scenarios name them. */
typedef enum {
    NETSIM_MATCH_ANY, NETSIM_MATCH_TCP, NETSIM_MATCH_DATA, NETSIM_MATCH_NEW, NETSIM_MATCH_RETX, NETSIM_MATCH_SYN,
    NETSIM_MATCH_SYNACK, NETSIM_MATCH_FIN, NETSIM_MATCH_RST, NETSIM_MATCH_ACK, NETSIM_MATCH_UDP, NETSIM_MATCH_ICMP,
} NetsimMatch;
typedef enum { NETSIM_RULE_DROP, NETSIM_RULE_DUP, NETSIM_RULE_DELAY, NETSIM_RULE_CE } NetsimRuleAction;

/** "The k-th data segment is dropped": an explicit impairment, tested when a packet is handed to the wire. */
typedef struct {
    NetsimMatch match;
    uint32_t first, last; /* of the packets of that kind in this direction, counted from 1, both included */
    uint32_t nth, nth_last; /* NETSIM_MATCH_RETX: of the first..last-th new segment only the nth to nth_last-th retransmission;
                               nth 0 = every, nth_last 0 = nth */
    NetsimRuleAction action;
    netsim_time arg;      /* how long NETSIM_RULE_DELAY holds the packet back, NETSIM_RULE_DUP the copy: 0 to 1e6 s, also
                             the delays of several rules together */
} NetsimLinkRule;

/** The link is dead in one direction for a while; packets handed to it are lost. */
typedef struct {
    bool by_packet;          /* false: starts at @at; true: starts with the @k-th packet of @match in the trigger direction */
    netsim_time at;
    NetsimMatch match;
    uint32_t k;
    bool trigger_b2a;        /* the direction in which packets are counted */
    netsim_time duration;
} NetsimLinkCut;

/**
 * Join two devices of two hosts.
 * @a2b, @b2a  what each direction does; not kept.  @b2a may be NULL: as @a2b
 * @return     borrowed until netsim_sim_free(); NULL: NETSIM_ERROR_STATE (device has a link, link to itself) or
 *             NETSIM_ERROR_RANGE
 */
NETSIM_API NetsimLink *netsim_link_new(NetsimDevice *a, NetsimDevice *b, const NetsimLinkConfig *a2b,
                                       const NetsimLinkConfig *b2a, GError **error);

/**
 * Add a rule or a cut to one direction (@b2a: from b to a), for packets that are handed to the wire from now on.  Copied.
 * @error  NETSIM_ERROR_RANGE: no such match or action, packets not counted from 1, a delay out of range
 */
NETSIM_API bool netsim_link_add_rule(NetsimLink *link, bool b2a, const NetsimLinkRule *rule, GError **error);
NETSIM_API bool netsim_link_add_cut(NetsimLink *link, bool b2a, const NetsimLinkCut *cut, GError **error);

/** One packet that is ready in [from, at] goes on at @at. */
typedef struct {
    netsim_time from, at;
} NetsimLinkMoment;

/**
 * Make one direction (@b2a: from b to a) as irregular as a program that forwards packets: at each of the moments @taken it
 * takes one packet from the sender, at each of @delivered one that is due arrives; the first moment that fits is used up.
 * Packets for which there is none are taken when they are handed over and arrive when they are due.  Copied.
 * @error  NETSIM_ERROR_RANGE: not in order of time (neither from nor at), or from behind at;
 *         NETSIM_ERROR_STATE: the direction has moments already, or a packet has been sent
 */
NETSIM_API bool netsim_link_set_moments(NetsimLink *link, bool b2a, const NetsimLinkMoment *taken, size_t n_taken,
                                        const NetsimLinkMoment *delivered, size_t n_delivered, GError **error);

typedef struct {
    uint64_t in_pkts, in_bytes;   /* handed to the wire */
    uint64_t out_pkts, out_bytes; /* arrived at the far end (a duplicate counts) */
    netsim_time busy;             /* time spent serialising */
    uint64_t queue_drops, loss_drops, rule_drops; /* full queue; probability; rules and cuts */
    uint64_t ce_marks, duplicates, corrupted;
    uint32_t max_queue_pkts;      /* most that waited at once behind the one in service */
} NetsimLinkStats;
/** Of one direction, as they are now, into *@stats. */
NETSIM_API void netsim_link_stats(const NetsimLink *link, bool b2a, NetsimLinkStats *stats);

/** Links in the order of their making, @i from 0; NULL past the last. */
NETSIM_API NetsimLink *netsim_link_nth(NetsimSim *sim, unsigned i);
/** The device at its end a, or @b. */
NETSIM_API NetsimDevice *netsim_link_end(const NetsimLink *link, bool b);

/* ---- captures ---- */

/**
 * Write a pcapng file of what @device sends (at the time it is handed to the wire, before queue and serialiser,
 * including what the wire then drops, with the reason as a comment) and receives (at arrival).
 * Nanosecond time stamps, right checksums.  The file appears under @path when the simulation is freed or the capture closed;
 * until then it is written to a temporary name beside it.  A device may be captured into several files; into one that it is
 * being captured into already, nothing changes.
 * @error  NETSIM_ERROR_IO; NETSIM_ERROR_STATE: @path is another device's
 */
NETSIM_API bool netsim_capture(NetsimDevice *device, const char *path, GError **error);

/** Finish every capture of the simulation: flush, rename into place.  The first failure is reported. */
NETSIM_API bool netsim_capture_close(NetsimSim *sim, GError **error);

/* ---- where packets went ---- */

/** Every packet that was not delivered, by place and reason. */
typedef struct {
    const char *where;   /* "server:eth0", "client:eth0 -> server:eth0", "server" */
    const char *reason;  /* the kernel's drop-reason name ("NO_SOCKET", "TCP_CSUM"), or LINK_QUEUE, LINK_LOSS, LINK_RULE, LINK_CUT */
    const char *text;    /* "no socket listens on the port" */
    uint64_t pkts, bytes;
} NetsimFate;

/** All packets of the run: made + copied = delivered + dropped + held. */
typedef struct {
    uint64_t made;      /* by transport, ARP and ICMP, in wire segments */
    uint64_t copied;    /* duplicates made by links */
    uint64_t delivered; /* consumed by a socket or a protocol */
    uint64_t dropped;
    uint64_t held;      /* in queues and on wires at the end */
} NetsimFateTotals;

/** Calls @func for every (place, reason) with drops, in order of place.  Strings are valid during the call. */
NETSIM_API void netsim_sim_fates(NetsimSim *sim, NetsimFateTotals *totals, void (*func)(const NetsimFate *fate, void *data),
                                 void *data);

G_END_DECLS
