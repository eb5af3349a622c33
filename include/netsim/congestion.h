/* SPDX-License-Identifier: GPL-3.0-or-later */
/* congestion.h - a congestion control algorithm of one's own.
 *
 * It becomes one of its host's, as a module becomes one of a kernel's, and is chosen by name: with the sysctl
 * net.ipv4.tcp_congestion_control or with netsim_set_congestion_control().  Loss detection, recovery and what else
 * surrounds an algorithm stay Linux's.
 */
#pragma once
#include <netsim/sock.h>

G_BEGIN_DECLS

/** A connection, as its algorithm sees it.  Lives as long as the algorithm governs it. */
typedef struct {
    netsim_time now;             /* since the simulation began */
    netsim_time srtt, min_rtt;   /* 0: no sample yet */
    netsim_time rtt;             /* of this ACK; -1: none */
    uint32_t mss;                /* bytes */
    uint32_t in_flight;          /* segments */
    uint32_t delivered, lost;    /* segments, so far */
    uint64_t delivery_rate;      /* bytes/s, of the latest ACK that gave one; 0: none yet */
    bool is_cwnd_limited;        /* the window is what holds the sender back: else it should not grow */
    /* What the algorithm decides. */
    uint32_t cwnd, ssthresh;     /* segments */
    uint64_t pacing_rate;        /* bytes/s; 0: not paced.  Only with control() */
    void *state;                 /* its own; NULL at first */
} NetsimCongestion;

/** Either ack() or control() must be there, the others may be NULL. */
typedef struct {
    const char *name;            /* 1 to 15 letters, digits, "_" and "-" */
    /** A connection is established, or has chosen the algorithm. */
    void (*init)(NetsimCongestion *c, void *data);
    /** @acked segments were delivered and the window may grow; in recovery Linux reduces it to ssthresh (RFC 6937). */
    void (*ack)(NetsimCongestion *c, uint32_t acked, void *data);
    /** In the place of ack(): after every ACK, also in recovery, where the window is the algorithm's own. */
    void (*control)(NetsimCongestion *c, uint32_t acked, uint32_t newly_lost, void *data);
    /** A loss or an ECN echo: the new ssthresh, at least 2.  NULL: half of the window */
    uint32_t (*ssthresh)(NetsimCongestion *c, void *data);
    /** A retransmission time-out: Linux begins again with one segment. */
    void (*timeout)(NetsimCongestion *c, void *data);
    /** The connection ends, or has chosen another; to free c->state. */
    void (*release)(NetsimCongestion *c, void *data);
} NetsimCongestionOps;

/**
 * Give @host an algorithm.
 * @ops    copied
 * @data   passed to each function
 * @return false with NETSIM_ERROR_RANGE (a name or functions that do not do) or NETSIM_ERROR_STATE (the host has one of
 *         that name)
 */
NETSIM_API bool netsim_host_add_congestion_control(NetsimHost *host, const NetsimCongestionOps *ops, void *data, GError **error);

G_END_DECLS
