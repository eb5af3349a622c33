/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench_hold.c - the event queue alone: n pending events, each arms one successor. */
#include "scripts/bench.h"

#include <math.h>

enum { EXP, CONST, UNIFORM, BIMODAL, LINK };
static const char *const distributions[] = { "exp", "const", "uniform", "bimodal", "link", NULL };
static const char *const schedulers[] = { "wheel", NULL };
enum { TABLE = 65536 };

struct hold {
    uint64_t done, warm, target, counter;
    uint64_t order;            /* hash of who fired when */
    struct bench_run *run;
    netsim_time increment[TABLE];
};

static double draw(int distribution, uint64_t *state)
{
    static const double classes[] = { 1200, 5e3, 1e4, 5e4, 1e5, 1e6, 1e7, 4e7 };
    switch (distribution) {
    case EXP: return -1e6 * log(bench_random_unit(state));
    case CONST: return 1e6;
    case UNIFORM: return 2e6 * bench_random_unit(state);
    case BIMODAL: {
        double scale = bench_random_unit(state) < 0.9 ? -1e3 : -2e8;
        return scale * log(bench_random_unit(state));
    }
    default: return classes[bench_random(state) & 7];
    }
}

static void hold_fire(NetsimSim *sim, NetsimEvent event, void *data)
{
    struct hold *h = data;
    netsim_time now = netsim_sim_now(sim);
    h->order = h->order * 0x9e3779b97f4a7c15 + ((uint64_t) now ^ event);
    if (++h->done == h->warm) h->run->from = bench_now(); /* everything has been turned over once */
    if (h->done >= h->target) netsim_sim_stop(sim);
    else netsim_event_at(sim, event, now + h->increment[h->counter++ % TABLE]);
}

static bool hold_run(struct bench_run *run, GError **error)
{
    uint64_t n = (uint64_t) run->value[0], ops = (uint64_t) run->value[3];
    if (!ops) ops = n <= 10000 ? 1000000 : 500000;
    g_autofree struct hold *h = g_new0(struct hold, 1);
    h->run = run;
    h->warm = MIN(n, ops);
    h->target = h->warm + ops;
    uint64_t state = 1;
    for (int i = 0; i < TABLE; i++) {
        double ns = draw((int) run->value[1], &state);
        h->increment[i] = (netsim_time) CLAMP(ns, 1, 4e9) * NETSIM_NS;
    }
    g_autoptr(NetsimSim) sim = netsim_sim_new(NULL);
    run->rss_before = bench_rss();
    state = 2;
    for (uint64_t i = 0; i < n; i++) {
        double r = bench_random_unit(&state);
        double ns = (double) (h->increment[bench_random(&state) % TABLE] / NETSIM_NS);
        netsim_event_at(sim, netsim_event_new(sim, hold_fire, h), (netsim_time) (r * ns) * NETSIM_NS);
    }
    if (!netsim_sim_run(sim, NETSIM_TIME_MAX, error)) return false;
    run->to = bench_now();
    run->rss_after = bench_rss();
    run->events = ops;
    run->units = n;
    run->time = netsim_sim_now(sim);
    run->fingerprint = h->order;
    return true;
}

const struct bench bench_hold = {
    .name = "hold",
    .text = "the event queue: n pending events, each arms one successor",
    .params = {
        { "n", 1000, 1, 1e8, .text = "pending events" },
        { "dist", EXP, .choices = distributions, .text = "increments" },
        { "sched", 0, .choices = schedulers, .text = "event queue" },
        { "ops", 0, 0, 1e10, .is_quiet = true, .text = "timed events; 0: 1e6, above 1e4 pending 5e5" },
    },
    .run = hold_run,
};
