/* SPDX-License-Identifier: GPL-3.0-or-later */
/* arrivals.h - when packets reached the hosts of a recording.
 *
 * What a blocking call waited for is a packet that its host's capture has, so the capture tells how late the application
 * ran after its socket had woken it.
 */
#pragma once
#include "validate/trace/scenario.h"

typedef enum {
    ARRIVAL_ANY,   /* a packet of the connection */
    ARRIVAL_BYTE,  /* payload or FIN at a place in the stream */
    ARRIVAL_RESET, /* RST or ICMP */
} ArrivalKind;

struct arrival_query {
    ArrivalKind kind;
    uint16_t local_port, peer_port; /* 0: any */
    uint64_t byte;                  /* ARRIVAL_BYTE: counted from 0, the first behind the SYN */
    netsim_time after, until;       /* (after, until] */
};

/* The packets that one host received. */
struct arrivals;

/** What the captures of @host in @folder have; without captures, or of a host that has no address, nothing. */
struct arrivals *arrivals_read(const struct scenario *scenario, const char *folder, const char *host);
void arrivals_free(struct arrivals *arrivals);

/** The last that @query asks for, since the start of the actors; -1: none. */
netsim_time arrivals_last(const struct arrivals *arrivals, const struct arrival_query *query);
