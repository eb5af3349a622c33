/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ends.h - two bare ports with a wire between them: what a test of models/link needs of a host. */
#pragma once
#include "models/link/link.h"

struct arrival {
    netsim_time at;
    uint32_t id;    /* the packet's digest */
    uint32_t len;
    uint16_t flags;
    uint8_t tos;
};

/* A port that notes what arrives and consumes it. */
struct end {
    struct port port; /* first */
    struct node node;
    struct drop_place drops;
    GArray *arrivals; /* struct arrival */
};

struct ends {
    NetsimSim *sim;
    struct end a, b;
    struct link *link;
    uint32_t n_sent;  /* digest of the next packet */
};

void ends_open(struct ends *e, uint64_t seed, const NetsimLinkConfig *a2b, const NetsimLinkConfig *b2a);
/** Asserts that nothing was lost out of sight, then frees all. */
void ends_close(struct ends *e);

/** A packet of @len IP bytes, not sent. */
struct pkt *ends_packet(struct ends *e, uint32_t len);
/** Hand @p over from a to b, now. @return its drop reason, freed then; N_DROP_REASONS when it was taken */
enum drop_reason ends_hand(struct ends *e, struct pkt *p);
enum drop_reason ends_send(struct ends *e, uint32_t len);

/** Let time pass until @until: runs events; an idle simulation's clock moves, too. */
void ends_run(struct ends *e, netsim_time until);
/** Run until nothing is in flight. */
void ends_drain(struct ends *e);

/** What the direction from a to b has done. */
static inline NetsimLinkStats ends_stats(const struct ends *e)
{
    NetsimLinkStats stats;
    netsim_link_stats(e->link, false, &stats);
    return stats;
}
static inline unsigned ends_n(const struct ends *e)
{
    return e->b.arrivals->len;
}
static inline const struct arrival *ends_arrival(const struct ends *e, unsigned i)
{
    return &g_array_index(e->b.arrivals, struct arrival, i);
}
