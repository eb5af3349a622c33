/* SPDX-License-Identifier: GPL-3.0-or-later */
/* laws.h - closed-form laws of congestion control against replicated runs. */
#pragma once
#include <netsim/netsim.h>

/* A law is judged by independent replications: seeds 1, 2, ... */
enum { LAW_REPLICATIONS = 20, LAW_MAX_REPLICATIONS = 1000 };

/* What one replication is made of: @n_flows bulk flows over one line, from a sender to a receiver. */
struct law_lab {
    const char *algorithm;
    double rate_bps, rtt_s;
    double loss;              /* share of the data segments lost by chance ... */
    bool is_periodic;         /* ... or every 1/loss-th new one, from a place that the seed draws */
    double queue_bdp;         /* packets that may wait, in bandwidth-delay products; 0: no limit */
    unsigned n_flows;
    double window_bytes;      /* of the receiver; 0: more than is ever needed */
    unsigned initcwnd, segments; /* a transfer of so many segments instead of an endless one */
    double warm_s, run_s;     /* what is measured begins after @warm_s and lasts for @run_s */
};

/* What it has shown. */
struct law_sample {
    double goodput_bps;       /* of all flows */
    double window;            /* segments a round trip, of all flows */
    double cwnd;              /* mean of the congestion windows, segments */
    double queued;            /* mean number of packets that wait, from the round-trip times; in bandwidth-delay products */
    double of_window;         /* goodput, of what the receiver's window allows a round trip */
    double jain;              /* of the flows' goodputs */
    double segments_a_loss;   /* new segments from one recovery to the next */
    double transfer_rtts;     /* time of a transfer, in round trips */
};

struct law {
    const char *name, *text;  /* "Mathis", the formula */
    struct law_lab lab;
    double (*predicted)(const struct law_lab *lab);
    double (*measured)(const struct law_sample *sample);
    double tolerance;         /* relative; the half width may be a third of it */
    const char *unit, *note;  /* note: what the law leaves out, and why the tolerance is what it is */
    enum { LAW_EQUALS, LAW_AT_LEAST, LAW_AT_MOST } kind;
};

struct law_result {
    const struct law *law;
    double predicted, mean, half_width, error; /* half width of the 99 % interval; error relative */
    unsigned n;
    bool holds;
};

extern const struct law laws[];
extern const unsigned n_laws;

/** One replication. @return  false with NETSIM_ERROR_INVARIANT and others */
bool law_replicate(const struct law_lab *lab, uint64_t seed, struct law_sample *sample, GError **error);

/**
 * netsim validate laws: @n replications of each law whose name or algorithm contains @pattern (NULL: all), on all processors.
 * @return  the exit code of netsim validate
 */
int laws_validate(const char *pattern, unsigned n, bool json, bool verbose);
