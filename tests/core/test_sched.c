/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The event queue against an array that is searched for its least (time, id). */
#include "core/sched.h"

#include "core/rng.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { N_EVENTS = 400 };

struct model {
    struct sched q;
    struct rng_stream rng;
    uint32_t node[N_EVENTS];
    uint64_t id[N_EVENTS];
    netsim_time at[N_EVENTS]; /* EVENT_IDLE: not armed */
    netsim_time clock;
};

static void nothing(NetsimSim *sim, NetsimEvent event, void *data)
{
    (void) sim;
    (void) event;
    (void) data;
}

static void make_event(struct model *m, int i)
{
    /* Ids in no relation to the node's index; some are background. */
    m->id[i] = ((uint64_t) rng_u32(&m->rng) << 16 | (uint64_t) i) << 8 | (rng_below(&m->rng, 4) ? 0 : EVENT_BACKGROUND);
    m->node[i] = sched_node_new(&m->q, m->id[i], nothing, &m->at[i]);
    m->at[i] = EVENT_IDLE;
}

static void model_init(struct model *m, uint64_t seed)
{
    *m = (struct model){ 0 };
    sched_init(&m->q);
    rng_stream_init(&m->rng, seed, "test", "sched");
    for (int i = 0; i < N_EVENTS; i++) make_event(m, i);
}

/* The event that must come next, or -1. */
static int least(const struct model *m)
{
    int best = -1;
    for (int i = 0; i < N_EVENTS; i++)
        if (m->at[i] != EVENT_IDLE &&
            (best < 0 || m->at[i] < m->at[best] || (m->at[i] == m->at[best] && m->id[i] < m->id[best])))
            best = i;
    return best;
}

static uint64_t n_foreground(const struct model *m)
{
    uint64_t n = 0;
    for (int i = 0; i < N_EVENTS; i++) n += m->at[i] != EVENT_IDLE && !(m->id[i] & EVENT_BACKGROUND);
    return n;
}

/* Distances of every size, with many equal times. */
static netsim_time draw_time(struct model *m)
{
    switch (rng_below(&m->rng, 4)) {
    case 0: return m->clock;
    case 1: return (m->clock / 1000 + 1 + rng_below(&m->rng, 3)) * 1000;
    case 2: return m->clock + (netsim_time) (rng_u64(&m->rng) >> (16 + rng_below(&m->rng, 48)));
    default: return m->clock + rng_below(&m->rng, 70000);
    }
}

static void arm_one(struct model *m)
{
    int i = (int) rng_below(&m->rng, N_EVENTS);
    if (m->at[i] != EVENT_IDLE) sched_disarm(&m->q, m->node[i]);
    m->at[i] = draw_time(m);

    sched_arm(&m->q, m->node[i], m->at[i]);
}

/* Pop up to @until: the right event, or none if none is due. @return  whether there was one */
static bool pop_one(struct model *m, netsim_time until)
{
    int want = least(m);
    if (want >= 0 && m->at[want] > until) want = -1;
    uint32_t got = sched_pop(&m->q, until);
    assert_int_equal(got, want < 0 ? 0 : m->node[want]);
    if (want < 0) return false;
    assert_true(m->q.nodes[got].at == m->at[want]);
    assert_ptr_equal(m->q.nodes[got].arg, &m->at[want]);
    m->clock = m->at[want];
    m->q.nodes[got].at = m->at[want] = EVENT_IDLE; /* as the run loop does */
    return true;
}

static void random_operations(uint64_t seed, unsigned arm_weight)
{
    struct model m;
    model_init(&m, seed);
    for (int step = 0; step < 20000; step++) {
        unsigned what = rng_below(&m.rng, 10);
        int i = (int) rng_below(&m.rng, N_EVENTS);
        if (what < arm_weight) {
            arm_one(&m);
        } else if (what == 8) {
            if (m.at[i] != EVENT_IDLE) sched_disarm(&m.q, m.node[i]);
            m.at[i] = EVENT_IDLE;
        } else if (what == 9) { /* a run that is cut: the clock goes on to the cut */
            netsim_time until = m.clock + (netsim_time) rng_below(&m.rng, 100000);
            while (pop_one(&m, until)) continue;
            m.clock = until;
        } else {
            pop_one(&m, NETSIM_TIME_MAX);
        }
        if (step % 64 == 0) {
            assert_true(m.q.n_foreground == n_foreground(&m));
            assert_int_equal(sched_is_armed(&m.q, m.node[i]), m.at[i] != EVENT_IDLE);
        }
        if (step % 1000 == 0) { /* nodes may be freed while they are armed */
            sched_node_free(&m.q, m.node[i]);
            make_event(&m, i);
        }
    }
    while (pop_one(&m, NETSIM_TIME_MAX)) continue;
    assert_true(m.q.n_foreground == 0);
    sched_free(&m.q);
}

static void a_nearly_empty_queue_pops_what_a_sorted_array_would(void **state)
{
    (void) state;
    for (uint64_t seed = 1; seed <= 5; seed++) random_operations(seed, 4);
}

static void a_crowded_queue_pops_what_a_sorted_array_would(void **state)
{
    (void) state;
    for (uint64_t seed = 11; seed <= 15; seed++) random_operations(seed, 7);
}

static void equal_times_come_in_the_order_of_their_ids(void **state)
{
    (void) state;
    struct model m;
    model_init(&m, 3);
    for (int round = 0; round < 20; round++) {
        netsim_time at = m.clock + 1 + (netsim_time) (rng_u64(&m.rng) >> (10 + round));
        for (int i = 0; i < N_EVENTS; i++) sched_arm(&m.q, m.node[i], m.at[i] = at);
        for (int i = 0; i < N_EVENTS; i++) assert_true(pop_one(&m, at));
    }
    sched_free(&m.q);
}

static void armed_for_now_runs_among_those_still_due(void **state)
{
    (void) state;
    struct model m;
    model_init(&m, 4);
    for (int i = 0; i < N_EVENTS; i += 2) sched_arm(&m.q, m.node[i], m.at[i] = 5000);
    for (int i = 1; i < N_EVENTS; i += 2) {
        assert_true(pop_one(&m, NETSIM_TIME_MAX));
        sched_arm(&m.q, m.node[i], m.at[i] = m.clock);
    }
    while (pop_one(&m, NETSIM_TIME_MAX)) assert_true(m.clock == 5000);
    sched_free(&m.q);
}

static void the_last_moment_can_be_armed(void **state)
{
    (void) state;
    struct model m;
    model_init(&m, 5);
    sched_arm(&m.q, m.node[0], m.at[0] = NETSIM_TIME_MAX);
    sched_arm(&m.q, m.node[1], m.at[1] = NETSIM_TIME_MAX - 1);
    sched_arm(&m.q, m.node[2], m.at[2] = 0);
    assert_false(pop_one(&m, -1));
    assert_true(pop_one(&m, 0));
    assert_false(pop_one(&m, NETSIM_TIME_MAX - 2));
    assert_true(pop_one(&m, NETSIM_TIME_MAX));
    assert_true(pop_one(&m, NETSIM_TIME_MAX));
    assert_false(pop_one(&m, NETSIM_TIME_MAX));
    sched_free(&m.q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_nearly_empty_queue_pops_what_a_sorted_array_would),
        cmocka_unit_test(a_crowded_queue_pops_what_a_sorted_array_would),
        cmocka_unit_test(equal_times_come_in_the_order_of_their_ids),
        cmocka_unit_test(armed_for_now_runs_among_those_still_due),
        cmocka_unit_test(the_last_moment_can_be_armed),
    };
    return cmocka_run_group_tests_name("core/sched", tests, NULL, NULL);
}
