/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The timer wheel against a list of (tick, id), with the tick of calc_wheel_index() (kernel/time/timer.c). */
#include "core/timer.h"

#include "core/rng.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* The kernel's comment, as numbers: level l takes timers of less than 63 * 8^l jiffies, its granule is 8^l, and a timer
 * goes into the granule after the one that it expires in. */
static uint64_t naive_fire_tick(uint64_t now, uint64_t expires)
{
    uint64_t granule = 1;
    for (int level = 0; level < 8 && expires - now >= 63 * granule; level++) granule *= 8;
    return (expires / granule + 1) * granule;
}

/* kernel/time/timer.c: WHEEL_TIMEOUT_CUTOFF is LVL_START(9), 63 granules of the last level; what is later is cut to one granule
 * less (WHEEL_TIMEOUT_MAX). */
static void what_is_beyond_the_wheel_is_cut_to_its_reach(void **state)
{
    (void) state;
    const uint32_t granule = 1u << 24, cutoff = 63 * granule;
    for (uint32_t now = 0; now < 3 * granule; now += granule / 3) {
        uint32_t longest = ((now + cutoff - granule) / granule + 1) * granule;
        assert_int_equal(timer_wheel_fire_tick(now, now + cutoff - 1), ((now + cutoff - 1) / granule + 1) * granule);
        assert_int_equal(timer_wheel_fire_tick(now, now + cutoff), longest);
        assert_int_equal(timer_wheel_fire_tick(now, now + INT32_MAX), longest);
    }
}

/* jiffies_to_usecs() is exact to the microsecond, also where HZ does not divide a million. */
static void jiffies_are_microseconds_at_any_hz(void **state)
{
    (void) state;
    assert_int_equal(timer_jiffies_to_usecs(&(struct timer_wheel){ .hz = 300 }, 300), 1000000);
    assert_int_equal(timer_jiffies_to_usecs(&(struct timer_wheel){ .hz = 300 }, 1), 3333);
    assert_int_equal(timer_jiffies_to_usecs(&(struct timer_wheel){ .hz = 250 }, UINT32_MAX), UINT32_MAX * 4000ull);
}

static void the_fire_tick_is_the_kernels(void **state)
{
    (void) state;
    struct rng_stream rng;
    rng_stream_init(&rng, 1, "test", "tick");
    for (int i = 0; i < 200000; i++) {
        uint64_t now = rng_below(&rng, 1u << 30), d = rng_u32(&rng) >> (3 + rng_below(&rng, 29));
        assert_int_equal(timer_wheel_fire_tick((uint32_t) now, (uint32_t) (now + d)), (uint32_t) naive_fire_tick(now, now + d));
    }
    assert_int_equal(timer_wheel_fire_tick(100, 99), 101); /* overdue: the next tick */
}

/* Granules as the trace collection's notes give them: never early, late by at most one granule. */
static void rounding_is_up_and_less_than_a_granule(void **state)
{
    (void) state;
    static const struct {
        unsigned hz, below_ms, granule_ms;
    } known[] = { { 250, 252, 4 },  { 250, 2000, 32 },  { 250, 16000, 256 },  { 250, 129000, 2048 },
                  { 1000, 63, 1 },  { 1000, 504, 8 },   { 1000, 4000, 64 },   { 1000, 32000, 512 },
                  { 100, 630, 10 }, { 100, 5000, 80 } };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        uint32_t d = (known[i].below_ms - 1) * known[i].hz / 1000, granule = known[i].granule_ms * known[i].hz / 1000;
        for (uint32_t now = 0; now < 5000; now += 7) {
            uint32_t fires = timer_wheel_fire_tick(now, now + d);
            assert_in_range(fires, now + d + 1, now + d + granule);
        }
    }
}

/* ---- random use of a whole wheel ---- */

enum { N_TIMERS = 64 };

struct model {
    NetsimSim *sim;
    struct node node;
    struct timer_wheel wheel;
    struct timer timers[N_TIMERS];
    struct rng_stream rng;
    netsim_time uptime, tick;
    netsim_time due[N_TIMERS]; /* -1: not armed */
    uint64_t expires[N_TIMERS];
    netsim_time last_time;
    uint32_t last_id;
    unsigned last_place;
    uint64_t n_fired;
    bool is_eager;             /* take it out of the wheel at every change */
    NetsimEvent driver;
    int steps;
};

static struct model *model; /* timers have no argument but themselves */

static uint64_t naive_jiffies(const struct model *m)
{
    return (uint64_t) (m->sim->now + m->uptime) / (uint64_t) m->tick;
}

static uint32_t draw_distance(struct model *m)
{
    return rng_u32(&m->rng) >> (11 + rng_below(&m->rng, 21)); /* up to 2^21 jiffies */
}

static void naive_mod(struct model *m, int i, uint32_t distance)
{
    uint64_t now = naive_jiffies(m);
    bool is_same = m->due[i] >= 0 && m->expires[i] == now + distance; /* __mod_timer(): it keeps its bucket */
    if (m->is_eager && !is_same) timer_kill(&m->wheel, &m->timers[i]);
    timer_mod(&m->wheel, &m->timers[i], (uint32_t) (now + distance));
    m->expires[i] = now + distance;
    if (!is_same) m->due[i] = (netsim_time) naive_fire_tick(now, now + distance) * m->tick - m->uptime;
    assert_true(timer_when(&m->wheel, &m->timers[i]) == m->due[i]);
}

static void random_step(struct model *m)
{
    int i = (int) rng_below(&m->rng, N_TIMERS);
    assert_int_equal(timer_jiffies(&m->wheel), naive_jiffies(m));
    switch (rng_below(&m->rng, 5)) {
    case 0:
        timer_del(&m->wheel, &m->timers[i]);
        m->due[i] = -1;
        break;
    case 1:
        timer_kill(&m->wheel, &m->timers[i]);
        m->due[i] = -1;
        break;
    default: naive_mod(m, i, draw_distance(m));
    }
    assert_int_equal(timer_is_armed(&m->timers[i]), m->due[i] >= 0);
}

static void on_timer(struct timer *t)
{
    struct model *m = model;
    int i = (int) (t - m->timers);
    assert_true(m->due[i] == m->sim->now);
    assert_false(timer_is_armed(t));
    if (m->last_time == m->sim->now)
        assert_true(m->last_id < t->id || (m->last_id == t->id && m->last_place < t->place));
    m->last_time = m->sim->now;
    m->last_id = t->id;
    m->last_place = t->place;
    m->due[i] = -1;
    m->n_fired++;
    for (unsigned n = rng_below(&m->rng, 3); n > 0; n--) random_step(m);
}

static void drive(NetsimSim *sim, NetsimEvent event, void *data)
{
    struct model *m = data;
    for (int i = 0; i < N_TIMERS; i++) assert_true(m->due[i] < 0 || m->due[i] >= sim->now); /* none was forgotten */
    for (unsigned n = rng_below(&m->rng, 8); n > 0; n--) random_step(m);
    if (--m->steps) netsim_event_at(sim, event, sim->now + (netsim_time) (rng_u64(&m->rng) >> (16 + rng_below(&m->rng, 12))));
}

/* @return  the time of the last firing and the number of them, as one number */
static uint64_t run_model(unsigned hz, netsim_time uptime, bool is_eager, uint64_t seed)
{
    struct model m = { .sim = netsim_sim_new(NULL), .uptime = uptime, .tick = NETSIM_S / hz, .is_eager = is_eager, .steps = 3000,
                       .last_time = -1 };
    model = &m;
    rng_stream_init(&m.rng, seed, "test", "timer");
    node_init(&m.node, m.sim, "host");
    timer_wheel_init(&m.wheel, &m.node, hz, uptime);
    for (int i = 0; i < N_TIMERS; i++) { /* ids against the order of the array; two places each */
        timer_init(&m.timers[i], on_timer, 1000 - (unsigned) i / 2, (unsigned) i % 2, i % 5 == 0);
        m.due[i] = -1;
    }
    m.driver = netsim_event_new(m.sim, drive, &m);
    netsim_event_at(m.sim, m.driver, 0);
    assert_true(netsim_sim_run(m.sim, NETSIM_TIME_MAX, NULL));
    for (int i = 0; i < N_TIMERS; i++) assert_true(m.due[i] < 0 || i % 5 == 0); /* only background timers are left */
    assert_true(m.n_fired > 1000);
    uint64_t result = (uint64_t) m.last_time * 31 + m.n_fired;
    for (int i = 0; i < N_TIMERS; i++) timer_kill(&m.wheel, &m.timers[i]);
    timer_wheel_free(&m.wheel);
    node_clear(&m.node);
    netsim_sim_free(m.sim);
    return result;
}

static void timers_run_when_and_in_the_order_that_the_formula_says(void **state)
{
    (void) state;
    static const unsigned hz[] = { 100, 250, 1000 };
    for (int i = 0; i < 3; i++)
        for (uint64_t seed = 1; seed <= 3; seed++) {
            run_model(hz[i], 0, false, seed);
            run_model(hz[i], NETSIM_S / hz[i] / 3, false, seed);
            run_model(hz[i], 123456789 * NETSIM_MS / hz[i], false, seed);
        }
}

static void a_timer_left_in_place_runs_as_one_that_was_queued_anew(void **state)
{
    (void) state;
    for (uint64_t seed = 20; seed <= 24; seed++)
        assert_true(run_model(250, 12345, false, seed) == run_model(250, 12345, true, seed));
}

/* ---- small rules ---- */

static unsigned n_ran;

static void count(struct timer *t)
{
    (void) t;
    n_ran++;
}

static void a_background_timer_does_not_keep_the_run_alive(void **state)
{
    (void) state;
    NetsimSim *sim = netsim_sim_new(NULL);
    struct node node;
    struct timer_wheel w;
    struct timer fore, back;
    node_init(&node, sim, "host");
    timer_wheel_init(&w, &node, 1000, 0);
    timer_init(&fore, count, 1, 0, false);
    timer_init(&back, count, 2, 0, true);
    n_ran = 0;
    timer_mod(&w, &back, 5000);
    assert_true(netsim_sim_run(sim, NETSIM_TIME_MAX, NULL));
    assert_int_equal(n_ran, 0);
    timer_mod(&w, &fore, 10000);
    assert_true(netsim_sim_run(sim, NETSIM_TIME_MAX, NULL));
    assert_int_equal(n_ran, 2);
    assert_int_equal(netsim_sim_end(sim), NETSIM_END_IDLE);
    timer_wheel_free(&w);
    node_clear(&node);
    netsim_sim_free(sim);
}

static void moving_a_timer_later_costs_no_second_entry(void **state)
{
    (void) state;
    NetsimSim *sim = netsim_sim_new(NULL);
    struct node node;
    struct timer_wheel w;
    struct timer t;
    node_init(&node, sim, "host");
    timer_wheel_init(&w, &node, 1000, 0);
    timer_init(&t, count, 1, 0, false);
    n_ran = 0;
    for (uint32_t i = 0; i < 1000; i++) timer_mod(&w, &t, 200 + i);
    assert_int_equal(w.n_queued, 1);
    assert_true(netsim_sim_run(sim, NETSIM_TIME_MAX, NULL));
    assert_int_equal(n_ran, 1);
    assert_true(sim->now == (netsim_time) naive_fire_tick(0, 1199) * NETSIM_MS);
    assert_true(netsim_sim_events(sim) <= 3);
    timer_wheel_free(&w);
    node_clear(&node);
    netsim_sim_free(sim);
}

/* __mod_timer(): although a finer granule would be chosen by now. */
static void arming_for_the_same_jiffy_changes_nothing(void **state)
{
    (void) state;
    assert_true(timer_wheel_fire_tick(0, 100) != timer_wheel_fire_tick(60, 100));
    NetsimSim *sim = netsim_sim_new(NULL);
    struct node node;
    struct timer_wheel w;
    struct timer t;
    node_init(&node, sim, "host");
    timer_wheel_init(&w, &node, 1000, 0);
    timer_init(&t, count, 1, 0, false);
    timer_mod(&w, &t, 100);
    netsim_time first = timer_when(&w, &t);
    assert_true(netsim_sim_run(sim, 60 * NETSIM_MS, NULL));
    timer_mod(&w, &t, 100);
    assert_true(timer_when(&w, &t) == first);
    timer_mod(&w, &t, 101);
    assert_true(timer_when(&w, &t) == (netsim_time) timer_wheel_fire_tick(60, 101) * NETSIM_MS);
    timer_kill(&w, &t);
    timer_wheel_free(&w);
    node_clear(&node);
    netsim_sim_free(sim);
}

static void times_become_jiffies_rounded_up(void **state)
{
    (void) state;
    struct timer_wheel w = { .hz = 250 };
    assert_int_equal(timer_msecs_to_jiffies(&w, 200), 50);
    assert_int_equal(timer_msecs_to_jiffies(&w, 201), 51);
    assert_int_equal(timer_usecs_to_jiffies(&w, 1), 1);
    assert_int_equal(timer_usecs_to_jiffies(&w, 0), 0);
    assert_int_equal(timer_jiffies_to_usecs(&w, 50), 200000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_fire_tick_is_the_kernels),
        cmocka_unit_test(what_is_beyond_the_wheel_is_cut_to_its_reach),
        cmocka_unit_test(jiffies_are_microseconds_at_any_hz),
        cmocka_unit_test(rounding_is_up_and_less_than_a_granule),
        cmocka_unit_test(timers_run_when_and_in_the_order_that_the_formula_says),
        cmocka_unit_test(a_timer_left_in_place_runs_as_one_that_was_queued_anew),
        cmocka_unit_test(a_background_timer_does_not_keep_the_run_alive),
        cmocka_unit_test(moving_a_timer_later_costs_no_second_entry),
        cmocka_unit_test(arming_for_the_same_jiffy_changes_nothing),
        cmocka_unit_test(times_become_jiffies_rounded_up),
    };
    return cmocka_run_group_tests_name("core/timer", tests, NULL, NULL);
}
