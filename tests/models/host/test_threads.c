/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Simulations on several threads at once: there are no globals.  The thread sanitizer looks on in the preset tsan. */
#include "tests/support/network.h"
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { N_THREADS = 3, N_ROUNDS = 3, N_SLICES = 50 };

struct worker {
    pthread_barrier_t *barrier; /* NULL: alone */
    uint64_t seed;
    uint64_t fingerprints[N_ROUNDS];
    char *report;               /* of the last round */
    unsigned n_errors;
};

static void count_up(const NetsimTraceEvent *event, void *data)
{
    g_autofree char *text = netsim_trace_format(event);
    *(uint64_t *) data += strlen(text);
}

/* User errors too are made on every thread: their texts, suggestions and quark. */
static void make_errors(struct worker *w, struct network *n)
{
    const char *const wrong[][2] = { { "net.ipv4.tcp_sak", "1" }, { "net.ipv4.tcp_sack", "many" } };
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;
        if (!netsim_host_sysctl_set(n->client, wrong[i][0], wrong[i][1], &error) && error->domain == NETSIM_ERROR) w->n_errors++;
    }
    g_autoptr(GError) error = NULL;
    if (!netsim_host_sh(n->client, "ip route add nonsense", NULL, &error) && error->domain == NETSIM_ERROR) w->n_errors++;
}

static void *work(void *data)
{
    struct worker *w = data;
    for (unsigned round = 0; round < N_ROUNDS; round++) {
        struct network n;
        uint64_t n_traced = 0;
        if (w->barrier) pthread_barrier_wait(w->barrier);
        network_open(&n, w->seed + round, false);
        make_errors(w, &n);
        netsim_trace_attach(n.sim, "*", count_up, &n_traced, NULL);
        for (unsigned i = 1; i <= N_SLICES; i++) network_run(&n, NETWORK_END * i / N_SLICES);
        w->fingerprints[round] = netsim_sim_fingerprint(n.sim) + n_traced;
        g_free(w->report);
        w->report = network_report(&n);
        network_close(&n);
    }
    return NULL;
}

static void simulations_on_several_threads_are_those_of_one(void **state)
{
    (void) state;
    struct worker alone[N_THREADS], at_once[N_THREADS];
    pthread_t threads[N_THREADS];
    pthread_barrier_t barrier;
    pthread_barrier_init(&barrier, NULL, N_THREADS);
    for (unsigned i = 0; i < N_THREADS; i++) { /* first, so that nothing has been initialised yet */
        at_once[i] = (struct worker){ .barrier = &barrier, .seed = 1 + i };
        assert_int_equal(pthread_create(&threads[i], NULL, work, &at_once[i]), 0);
    }
    for (unsigned i = 0; i < N_THREADS; i++) pthread_join(threads[i], NULL);
    for (unsigned i = 0; i < N_THREADS; i++) {
        alone[i] = (struct worker){ .seed = 1 + i };
        work(&alone[i]);
        assert_memory_equal(at_once[i].fingerprints, alone[i].fingerprints, sizeof alone[i].fingerprints);
        assert_string_equal(at_once[i].report, alone[i].report);
        assert_int_equal(at_once[i].n_errors, 3 * N_ROUNDS);
        g_free(at_once[i].report);
        g_free(alone[i].report);
    }
    assert_true(alone[0].fingerprints[1] == alone[1].fingerprints[0]); /* both of seed 2 */
    assert_true(alone[0].fingerprints[0] != alone[1].fingerprints[0]);
    pthread_barrier_destroy(&barrier);
}

static void again(NetsimSim *sim, NetsimEvent event, void *data)
{
    __atomic_store_n((bool *) data, true, __ATOMIC_RELAXED);
    netsim_event_at(sim, event, netsim_sim_now(sim) + NETSIM_NS);
}

struct stopper {
    NetsimSim *sim;
    bool is_running;
};

static void *stop(void *data)
{
    struct stopper *s = data;
    while (!__atomic_load_n(&s->is_running, __ATOMIC_RELAXED)) g_usleep(100);
    netsim_sim_stop(s->sim);
    return NULL;
}

static void another_thread_may_stop_a_run(void **state)
{
    (void) state;
    struct stopper s = { .sim = netsim_sim_new(NULL) };
    netsim_event_at(s.sim, netsim_event_new(s.sim, again, &s.is_running), 0);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, stop, &s), 0);
    assert_true(netsim_sim_run(s.sim, NETSIM_TIME_MAX, NULL));
    assert_int_equal(netsim_sim_end(s.sim), NETSIM_END_STOPPED);
    pthread_join(thread, NULL);
    netsim_sim_free(s.sim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(simulations_on_several_threads_are_those_of_one),
        cmocka_unit_test(another_thread_may_stop_a_run),
    };
    return cmocka_run_group_tests_name("models/host/threads", tests, NULL, NULL);
}
