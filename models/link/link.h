/* SPDX-License-Identifier: GPL-3.0-or-later */
/* link.h - a full-duplex wire between two ports.
 *
 *   link_send() -> [queue limit] -> [serialiser: rate, overhead] -> [delay] -> [impairments] -> port->receive()
 *
 * One pending event a direction, which belongs to the receiving port: in-flight packets wait in a FIFO ordered by
 * arrival and only the head's arrival is in the event queue.  A direction that may change the order (jitter, reorder,
 * delay rules) keeps a small heap instead.
 * No transmit-done event: departures are computed when a packet is handed over; occupancy of the queue is derived
 * from a ring of departure times when somebody asks.
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
    struct drop_place *drops; /* the device's */
    const char *name;        /* "server:eth0", owned by the device */
};

struct link_impair;          /* rules, probabilities, heap: impair.c; NULL when the direction has none */

struct link_dir {
    struct sim *sim;
    struct port *to;
    uint32_t event;          /* arrival of the head of the FIFO */
    struct pkt *head, **tail;
    netsim_time free_at;     /* the serialiser is busy until then */
    uint64_t ps_per_byte;    /* whole picoseconds a byte ... */
    uint32_t ps_num, ps_den; /* ... and the rest as a fraction, carried in ps_rest (0/1 when the rate divides) */
    uint32_t ps_rest;
    uint32_t overhead;
    netsim_time delay;
    uint32_t queue_pkts;     /* waiting limit; UINT32_MAX = none */
    uint64_t queue_bytes;    /* UINT64_MAX = none */
    struct link_backlog *backlog; /* departures of queued packets; NULL when no limit, threshold or statistic needs it */
    struct link_impair *impair;
    uint32_t n_flying;
    struct fingerprint fp;
    uint64_t entity_id;
    struct drop_place drops; /* "client:eth0 -> server:eth0" */
    NetsimLinkStats stats;
};

struct link {
    struct link_dir a2b, b2a;
    NetsimDevice *a, *b;
    struct link *next;
};

/**
 * Hand one wire packet (gso_segs 1) to the wire, now.
 * @return  0: taken.  Else -1 and *why: not taken, the wire counted the drop, but @p is still the caller's:
 *          it may capture it, then must pkt_free() it.
 */
int link_send(struct link_dir *l, struct pkt *p, enum drop_reason *why);

/** Packets waiting or in service now. */
uint32_t link_queue_len(struct link_dir *l);

/** Join two ports; used by netdev's netsim_link_new(). The configurations have been checked by link_config_check(). */
struct link *link_new(struct port *a, struct port *b, const NetsimLinkConfig *a2b, const NetsimLinkConfig *b2a);
bool link_config_check(const NetsimLinkConfig *config, GError **error);
