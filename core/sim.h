/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sim.h - struct sim, the root of everything in one simulation. */
#pragma once
#include "core/drop.h"
#include "core/fingerprint.h"
#include "core/node.h"
#include "core/pool.h"
#include "core/sched.h"
#include "core/trace.h"

/* Something that has to be visited at the end: freed, or asked for its share of the fingerprint. */
struct sim_part {
    void (*free)(void *owner);                  /* may be NULL */
    uint64_t (*fingerprint)(void *owner);       /* the owner's entities, already summed; may be NULL */
    void *owner;
    void (*probes_changed)(void *owner);        /* a probe has come or gone; may be NULL */
};

/* Woken things of the current event; run when its handler returns (see sim_wake()). */
struct sim_wake {
    struct sim_wake *next;
    void (*fn)(struct sim_wake *wake);
    bool is_queued;
};

struct sim {
    struct sched sched;
    netsim_time now;
    uint64_t traced[TRACE_WORDS]; /* bit of every tracepoint that has a probe: trace.h */
    struct sim_wake *wake_head, **wake_tail;
    uint64_t n_events, n_hops;

    struct pool pkts;          /* packet descriptors; models/wire gives them meaning */
    /* Conservation, in wire segments: made + copied = delivered + dropped + held. */
    uint64_t pkts_made, pkts_copied, pkts_delivered, pkts_dropped;
    uint64_t pkts_held;        /* in link queues and flight, socket queues, waiting for ARP: kept by those who hold them */

    uint64_t seed;
    bool is_running, is_stopped;
    NetsimEnd end;
    GError *failure;
    struct node self;          /* owner of the user's events */
    uint32_t n_nodes;
    struct drop_place *places; /* with drops */
    uint64_t retired;          /* fingerprints of entities that are gone */
    GArray *parts;             /* struct sim_part, freed in reverse order */
    struct trace_probes *probes; /* NULL: nothing was ever traced */
    const char *comm;          /* whose system call runs, while there are probes; NULL: none, so it is the softirq's work */
    uint32_t pid;
    NetsimWarningFunc warning_func; /* NULL: nobody wants to know */
    void *warning_data;
    NetsimFileFunc file_func;  /* NULL: there are no files */
    void *file_data;
    GHashTable *data;          /* name -> pointer: what a room keeps per simulation */
};

/* The only cost of a tracepoint without a probe.  scripts/dev/probe-cost counts what these three functions' lines cost. */
static inline bool trace_is_on(const struct sim *sim, enum tracepoint point)
{
    return sim->traced[point / 64] >> point % 64 & 1;
}

/** Was a probe ever attached? */
static inline bool trace_is_used(const struct sim *sim)
{
    return sim->probes != NULL;
}

/** Has any of the tracepoints from @first to @last a probe?  They stand in one word. */
static inline bool trace_any(const struct sim *sim, enum tracepoint first, enum tracepoint last)
{
    return sim->traced[first / 64] & (UINT64_MAX >> (63 - (last - first)) << first % 64);
}

/** Tell the user; one line, without a newline. */
void sim_warn(struct sim *sim, const char *format, ...) G_GNUC_PRINTF(2, 3);
/** netsim_sim_on_file(); NULL also without @error: nobody gives files */
char *sim_read_file(struct sim *sim, const char *path, size_t *length, GError **error);

/** Have @part visited at the end. */
void sim_add_part(struct sim *sim, struct sim_part part);

/** Queue @wake to run after the current handler (at once before the next event if none runs). */
static inline void sim_wake(struct sim *sim, struct sim_wake *wake)
{
    if (wake->is_queued) return;
    wake->is_queued = true;
    wake->next = NULL;
    *sim->wake_tail = wake;
    sim->wake_tail = &wake->next;
}
/** Forget a queued wake-up, before its owner is freed. */
void sim_unwake(struct sim *sim, struct sim_wake *wake);

/** An entity dies: its hash stays in the run's fingerprint. */
static inline void sim_retire(struct sim *sim, uint64_t entity_id, const struct fingerprint *f)
{
    sim->retired += fingerprint_final(entity_id, f);
}

/** Arm or move. */
static inline void sim_event_at(struct sim *sim, uint32_t event, netsim_time at)
{
    if (sched_is_armed(&sim->sched, event)) sched_disarm(&sim->sched, event);
    sched_arm(&sim->sched, event, at);
}
