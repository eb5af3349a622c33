/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sched.h - the event queue: what happens next.
 *
 * An exact hierarchical wheel: 7 levels of 256 slots, level 0 of 256 ps each.  An event lies at
 * level = highest base-256 digit in which its time differs from the clock, in the slot of that digit; this
 * stays true while the clock advances, so position is never stored.  The earliest occupied slot of the lowest
 * occupied level holds the minimum: the least of a few events is popped from any level (the clock then stands still,
 * for the others' sake), a crowd is spread one level down.
 * The lists of level 0 are kept in the total order (time, id).
 *
 * Nodes stand in one contiguous array and are linked by 32-bit indices; an object holds its node's index.
 * Node 0 is nil.  A node keeps id, function and argument for its life, so arming writes only time and links.
 * Nodes are 32 bytes, two to a cache line; the ids, which only equal times need, stand apart.
 */
#pragma once
#include <netsim/sim.h>
#include <stddef.h>

enum { SCHED_DIGIT = 8, SCHED_LEVELS = 64 / SCHED_DIGIT - 1, SCHED_SLOTS = 1 << SCHED_DIGIT, SCHED_WORDS = SCHED_SLOTS / 64 };

struct event_node {
    netsim_time at; /* when armed, else EVENT_IDLE */
    NetsimEventFunc fn;
    void *arg;
    uint32_t next;  /* in the slot's list, and in the free list */
    uint32_t prev : 31, is_background : 1;
};
_Static_assert(sizeof(struct event_node) == 32, "two to a cache line");

#define EVENT_IDLE ((netsim_time) -1)

/* Places with this bit do not keep a run alive: TIME_WAIT, keepalive, samplers ... */
enum { EVENT_BACKGROUND = 0x80 };

/* The order of events; scratch for sorting. */
struct sched_key {
    netsim_time at;
    uint64_t id;
    uint32_t node;
};

struct sched {
    struct event_node *nodes;
    uint64_t *ids;               /* of the nodes: owner's host (24 bits), its serial number of the object (32), place in the object (8) */
    uint32_t n_nodes, free;
    struct sched_key *keys;      /* scratch: 2 * n_keys */
    size_t n_keys;
    uint32_t levels;             /* bit l: level l is not empty */
    uint64_t clock;              /* what levels are reckoned from; <= now */
    netsim_time now;             /* of the last event taken out; all pending times are >= now */
    uint64_t n_foreground;       /* armed and not background; includes the wheels' foreground timers */
    uint64_t unsorted[SCHED_WORDS]; /* level-0 slots whose list is not in order yet */
    uint8_t words[SCHED_LEVELS]; /* bit w: map[l][w] != 0 */
    uint64_t map[SCHED_LEVELS][SCHED_WORDS]; /* bit s: slot s is occupied */
    uint32_t head[SCHED_LEVELS][SCHED_SLOTS], tail[SCHED_LEVELS][SCHED_SLOTS];
};

void sched_init(struct sched *q);
void sched_free(struct sched *q);

/** A new, idle node.  @id must differ from every other live event's. */
uint32_t sched_node_new(struct sched *q, uint64_t id, NetsimEventFunc fn, void *arg);
void sched_node_free(struct sched *q, uint32_t i);

/** Arm an idle node.  @at >= clock (asserted). */
void sched_arm(struct sched *q, uint32_t i, netsim_time at);
/** Disarm an armed node. */
void sched_disarm(struct sched *q, uint32_t i);

/**
 * Take the next event out of the queue, if it is due at or before @until.
 * @return  its index, its node's `at` still holding the time; 0 if there is none
 */
uint32_t sched_pop(struct sched *q, netsim_time until);

static inline bool sched_is_armed(const struct sched *q, uint32_t i)
{
    return q->nodes[i].at != EVENT_IDLE;
}
