/* SPDX-License-Identifier: GPL-3.0-or-later */
/* link.h - a full-duplex wire between two ports.
 *
 *   link_send() -> [queue limit] -> [serialiser: rate, overhead] -> [delay] -> [impairments] -> port->receive()
 *
 * One pending event a direction, which belongs to the receiving port: in-flight packets wait in a FIFO ordered by
 * arrival and only the head's arrival is in the event queue.  A direction that may change the order (jitter, reorder,
 * delay rules) keeps a small heap instead.
 * No transmit-done event: departures are computed when a packet is handed over; occupancy of the queue is derived
 * from a ring of service times when somebody asks.  A packet whose service begins now does not wait any more.
 */
#pragma once
#include "models/wire/pkt.h"
#include <netsim/net.h>

struct port;
struct link_dir;

/* Where a device and a wire meet.  The device owns it. */
struct port {
    struct link_dir *out;    /* NULL: no link */
    void (*receive)(struct port *port, struct pkt *p); /* a packet's last bit has arrived; consumes p */
    struct node *node;
    const char *name;        /* "server:eth0", owned by the device */
};

/* 11 days: a longer delay would leave no room in the 106 days of netsim_time. */
#define LINK_DELAY_MAX (1000000 * NETSIM_S)

struct link_impair; /* probabilities, rules, heap: impair.h; NULL when the direction has none */

/* When a packet that waits for the serialiser will begin its service, and how large it is. */
struct link_waiting {
    netsim_time start;
    uint32_t len;
};

struct link_dir {
    /* ---- sending touches these two cache lines, an arrival the first ---- */
    _Alignas(64) struct port *to;
    struct pkt *head, *tail; /* in flight, in order of arrival: link_append(); unused when the direction has a heap */
    struct fingerprint fp;
    const void *ahead[3];    /* what the receiver of an arrival will probably touch: link_look_ahead() */
    struct sim *sim;

    netsim_time free_at;     /* the serialiser is busy until then */
    uint64_t in_pkts, in_bytes; /* as in NetsimLinkStats */
    struct link_impair *impair;
    uint64_t ps_per_byte;    /* whole picoseconds a byte; ... */
    netsim_time delay;
    uint32_t event;          /* arrival of the head of the FIFO */
    uint16_t overhead;
    bool has_fraction;       /* ... the rate does not divide: a byte takes ps_num / ps_den more */

    /* ---- only when the serialiser is busy: what waits behind the packet in service, settle() ---- */
    uint32_t n_waiting, first_waiting; /* in the ring, oldest first */
    uint64_t waiting_bytes;
    struct link_waiting *waiting; /* ring; its size is a power of two */
    uint32_t waiting_size;
    uint32_t queue_pkts;     /* limit; UINT32_MAX = none */

    uint64_t queue_bytes;    /* UINT64_MAX = none */

    /* ---- the rest ---- */
    uint64_t ps_num, ps_den, ps_rest; /* ps_rest / ps_den of a picosecond is owed to the next packet */
    netsim_time fractions;   /* time spent serialising beyond ps_per_byte a byte */
    uint64_t entity_id;
    struct drop_place drops; /* "client:eth0 -> server:eth0" */
    uint64_t duplicate_bytes;
    NetsimLinkStats rare;    /* drops, marks, copies, the longest queue; link_stats() has all */
};
_Static_assert(offsetof(struct link_dir, free_at) == 64 && offsetof(struct link_dir, waiting_bytes) == 128, "two cache lines");

struct link {
    struct link_dir a2b, b2a;
    NetsimDevice *a, *b;
};

/**
 * Hand one wire packet (gso_segs 1) to the wire, now.
 * @return  0: taken.  Else -1 and *why: not taken, the wire counted the drop, but @p is still the caller's:
 *          it may capture it, then must pkt_free() it.
 */
int link_send(struct link_dir *l, struct pkt *p, enum drop_reason *why);

/** The receiver will look at these cache lines one after the other when a packet arrives: they are fetched together.
 * Only a guess: they may be of another flow, or be free()d meanwhile. */
static inline void link_look_ahead(struct link_dir *l, const void *first, const void *second, const void *third)
{
    l->ahead[0] = first;
    l->ahead[1] = second;
    l->ahead[2] = third;
}

/** Packets waiting or in service now. */
uint32_t link_queue_len(struct link_dir *l);

void link_stats(const struct link_dir *l, NetsimLinkStats *stats);
/** NetsimLinkConfig.rate_bps: 0 is infinite. */
static inline uint64_t link_rate_bps(const struct link_dir *l)
{
    return l->ps_den;
}
/** Packets that have been taken and will arrive: in the queue and on the wire. */
uint64_t link_n_flying(const struct link_dir *l);

/** For impair.c: @p is behind all others in flight and arrives at @at.  A packet in flight knows when the one behind it
 * will arrive, so that arming the next arrival does not have to touch that one. */
static inline void link_append(struct link_dir *l, struct pkt *p, netsim_time at)
{
    p->next = NULL;
    if (l->head) {
        l->tail->next = p;
        l->tail->time = at;
    } else {
        l->head = p;
        sched_arm(&l->sim->sched, l->event, at);
    }
    l->tail = p;
}

/** For impair.c: @p takes its turn at the serialiser; false: the queue is full (counted by link_refuse()). */
bool link_serialise(struct link_dir *l, const struct pkt *p);
/** For impair.c: count a packet that the wire does not deliver. @return -1 */
int link_refuse(struct link_dir *l, const struct pkt *p, enum drop_reason reason, enum drop_reason *why);
/** For impair.c: a packet's last bit arrives now; consumes p. */
void link_deliver(struct link_dir *l, struct pkt *p);

/** Join two ports; used by netdev's netsim_link_new(). The configurations have been checked by link_config_check(). */
struct link *link_new(struct port *a, struct port *b, const NetsimLinkConfig *a2b, const NetsimLinkConfig *b2a);
/** NETSIM_ERROR_RANGE names the field. */
bool link_config_check(const NetsimLinkConfig *config, GError **error);
