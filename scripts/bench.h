/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench.h - `netsim bench`: what an event, a packet-hop and a connection cost on this machine.
 *
 * A benchmark builds its network over the public API, runs it between bench_start() and bench_stop(), and leaves its
 * figures in the run; bench.c reads the command line and prints.  Random numbers are splitmix64 with fixed seeds, so
 * that other simulators can run the same load.
 */
#pragma once
#include <netsim/netsim.h>

/** The subcommand: argv[0] is its name. @return the exit code: 0, 2 usage, 5 a run failed */
int bench_main(int argc, char **argv);

enum { BENCH_MAX_PARAMS = 10 };

struct bench_param {
    const char *name;
    double value, min, max;      /* default, range */
    bool is_real;                /* else a whole number */
    bool is_quiet;               /* in the output's params only if it is not the default */
    const char *const *choices;  /* a word instead of a number: the value is its index */
    const char *text;
};

struct bench_clock {
    double wall, user, sys; /* s */
};

struct bench_run {
    const struct bench *bench;
    double value[BENCH_MAX_PARAMS]; /* as bench->params */
    uint64_t events, delivered, hops, bytes, units, fingerprint, rss_before, rss_after;
    netsim_time time;               /* simulated */
    struct bench_clock from, to;    /* measured phase */
    GString *extra;                 /* further JSON members: ,"name":value */
};

struct bench {
    const char *name, *text;
    struct bench_param params[BENCH_MAX_PARAMS + 1]; /* up to the first without name */
    bool (*run)(struct bench_run *run, GError **error);
};

extern const struct bench bench_hold, bench_chain, bench_dumbbell, bench_churn, bench_idle, bench_timewait, bench_scale;

/** User and system CPU time of the process, and the wall clock. */
struct bench_clock bench_now(void);
/** Resident memory, bytes. */
uint64_t bench_rss(void);

/** The measured phase: run @sim until @until, take clocks, memory and counters. */
bool bench_measure(struct bench_run *run, NetsimSim *sim, netsim_time until, GError **error);

/** splitmix64; @state is the seed at first. */
uint64_t bench_random(uint64_t *state);
/** ... as a real number, 0 < u < 1 */
double bench_random_unit(uint64_t *state);
