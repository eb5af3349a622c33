/* SPDX-License-Identifier: GPL-3.0-or-later */
/* impair.h - what a direction of a link does to packets besides carrying them, within the room. */
#pragma once
#include "core/rng.h"
#include "models/link/link.h"

struct link_rules; /* rules.c */
struct link_moments; /* moments.c */

/* Something that happens with a probability: a draw below the threshold, in units of 2^-32. */
struct chance {
    uint64_t threshold; /* 0: never, and nothing is drawn */
    struct rng_stream rng;
};

/* Packets in flight that may overtake each other: a binary heap by (arrival, sequence). */
struct flight {
    netsim_time at;
    uint64_t sequence;
    struct pkt *p;
};
struct flights {
    struct flight *heap;
    uint32_t n, size;
    uint64_t sequence; /* of the next */
};

struct link_impair {
    struct chance loss, duplicate, corrupt, ce, reorder;
    struct chance good_to_bad, bad_to_good; /* Gilbert-Elliott */
    uint64_t loss_good, loss_bad;           /* thresholds of draws from gilbert_loss */
    struct rng_stream gilbert_loss;
    bool has_gilbert, is_bad;
    bool corrupt_payload;
    netsim_time reorder_delay, jitter;
    struct rng_stream jitter_rng;
    uint32_t ce_threshold_pkts; /* 0: never */
    struct link_rules *rules;   /* NULL: none */
    struct link_moments *moments; /* NULL: packets are taken and arrive without a pause */
    bool has_heap;
    struct flights flights;
};

/** What @config asks for; NULL when the direction only carries. */
struct link_impair *link_impair_new(struct link_dir *l, const NetsimLinkConfig *config);
void link_impair_free(struct link_dir *l);
/* Not inlined: a link without impairments shall not carry its code through the caches. */
__attribute__((noinline)) int link_impair_send(struct link_dir *l, struct pkt *p, enum drop_reason *why);

/** What link_impair_send() does when the packet is taken. */
int link_impair_take(struct link_dir *l, struct pkt *p, enum drop_reason *why);

/** The direction's impairments, made without effect if there are none: for rules that are added later. */
struct link_impair *link_impair_get(struct link_dir *l);
/** Packets in the heap; adds their bytes. */
uint64_t link_impair_flying(const struct link_impair *m, uint64_t *bytes);
/** From now on packets may overtake each other. */
void link_impair_use_heap(struct link_dir *l);

/* ---- moments.c ---- */

/** Keep @p until it is taken by link_impair_take(); false: it is taken now. */
bool link_moments_hold(struct link_dir *l, struct pkt *p);
/** When a packet arrives that is due at @due; unless it may overtake others, not before the last such. */
netsim_time link_moments_delivered(struct link_dir *l, netsim_time due, bool may_overtake);
/** Packets that have not yet been taken; adds their bytes. */
uint64_t link_moments_held(const struct link_moments *m, uint64_t *bytes);
void link_moments_free(struct link_dir *l);

/* ---- rules.c ---- */

/* What the rules and cuts say about one packet. */
struct verdict {
    enum drop_reason drop;    /* NOT_SPECIFIED: none */
    bool ce;
    unsigned n_copies;
    netsim_time delay;        /* added to the arrival */
    netsim_time copy_delay;   /* of the copies, over the packet's own arrival without @delay */
};
struct verdict link_rules_judge(struct link_dir *l, const struct pkt *p);
void link_rules_free(struct link_rules *rules);
