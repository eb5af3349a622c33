/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/ends.h"

#include "core/rng.h"
#include <math.h>
#include <netsim/trace.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static const NetsimLinkConfig gigabit = { .rate_bps = 1000000000, .delay = 5 * NETSIM_MS };

/* ---- time ---- */

static void a_packet_arrives_after_serialisation_and_delay(void **state)
{
    (void) state;
    struct ends e;
    NetsimLinkConfig c = { .rate_bps = 10000000000, .delay = 10 * NETSIM_US, .overhead = NETSIM_OVERHEAD_ETHERNET };
    ends_open(&e, 1, &c, NULL);
    assert_int_equal(ends_send(&e, 1500), N_DROP_REASONS);
    ends_drain(&e);
    assert_int_equal(ends_n(&e), 1);
    assert_int_equal(ends_arrival(&e, 0)->at, 1538 * 800 + 10 * NETSIM_US); /* 800 ps a byte at 10 Gbit/s */
    ends_close(&e);
}

static void a_rate_that_does_not_divide_never_drifts(void **state)
{
    (void) state;
    static const uint64_t rates[] = { 7, 3000, 1544000, 2048000, 7000000, 33333333, 999999937, 7000000000, 99999999977 };
    for (unsigned r = 0; r < G_N_ELEMENTS(rates); r++) {
        struct ends e;
        NetsimLinkConfig c = { .rate_bps = rates[r] };
        ends_open(&e, 1, &c, NULL);
        for (unsigned i = 0; i < 1000; i++) ends_send(&e, 41 + i % 7);
        ends_drain(&e);
        unsigned __int128 bits = 0;
        for (unsigned i = 0; i < 1000; i++) { /* the i-th last bit leaves at floor(bits / rate), exactly */
            bits += 8 * (41 + i % 7);
            assert_int_equal(ends_arrival(&e, i)->at, (netsim_time) (bits * 1000000000000ull / rates[r]));
        }
        assert_int_equal(ends_stats(&e).busy, ends_arrival(&e, 999)->at);
        ends_close(&e);
    }
}

static void what_was_owed_of_a_picosecond_is_forgotten_when_idle(void **state)
{
    (void) state;
    struct ends e;
    NetsimLinkConfig c = { .rate_bps = 3 }; /* a byte takes 2666666666666 2/3 ps */
    ends_open(&e, 1, &c, NULL);
    ends_send(&e, 1);
    ends_run(&e, 10 * NETSIM_S);
    ends_send(&e, 1);
    ends_send(&e, 1); /* back to back: 5333333333333 1/3 */
    ends_drain(&e);
    assert_int_equal(ends_arrival(&e, 0)->at, 2666666666666);
    assert_int_equal(ends_arrival(&e, 1)->at, 10 * NETSIM_S + 2666666666666);
    assert_int_equal(ends_arrival(&e, 2)->at, 10 * NETSIM_S + 5333333333333);
    ends_close(&e);
}

static void packets_arrive_in_the_order_of_sending(void **state)
{
    (void) state;
    struct ends e;
    ends_open(&e, 1, &gigabit, NULL);
    for (unsigned i = 0; i < 500; i++) {
        ends_send(&e, 40 + i * 7 % 1400);
        if (i % 10 == 0) ends_run(&e, e.sim->now + 20 * NETSIM_US);
    }
    ends_drain(&e);
    assert_int_equal(ends_n(&e), 500);
    for (unsigned i = 0; i < 500; i++) assert_int_equal(ends_arrival(&e, i)->id, i + 1);
    ends_close(&e);
}

static void a_queue_of_none_loses_what_finds_another_in_service(void **state)
{
    (void) state;
    struct ends e;
    NetsimLinkConfig c = gigabit;
    c.queue_pkts = NETSIM_QUEUE_NONE;
    ends_open(&e, 1, &c, NULL);
    assert_int_equal(ends_send(&e, 1500), N_DROP_REASONS);
    assert_int_equal(ends_send(&e, 1500), DROP_LINK_QUEUE);
    ends_run(&e, e.sim->now + 12 * NETSIM_US); /* 1500 bytes at 1 Gbit/s */
    assert_int_equal(ends_send(&e, 1500), N_DROP_REASONS);
    ends_drain(&e);
    assert_int_equal(ends_n(&e), 2);
    ends_close(&e);
}

static void an_infinite_rate_only_delays(void **state)
{
    (void) state;
    struct ends e;
    NetsimLinkConfig c = { .delay = 3 * NETSIM_MS, .queue_pkts = 1 };
    ends_open(&e, 1, &c, NULL);
    for (unsigned i = 0; i < 100; i++) assert_int_equal(ends_send(&e, 1500), N_DROP_REASONS); /* nothing ever waits */
    ends_drain(&e);
    for (unsigned i = 0; i < 100; i++) assert_int_equal(ends_arrival(&e, i)->at, 3 * NETSIM_MS);
    assert_int_equal(ends_stats(&e).busy, 0);
    ends_close(&e);
}

static void the_directions_do_not_disturb_each_other(void **state)
{
    (void) state;
    struct ends e;
    NetsimLinkConfig slow = { .rate_bps = 8000000 };
    ends_open(&e, 1, &gigabit, &slow);
    ends_send(&e, 1000);
    struct pkt *p = ends_packet(&e, 1000);
    enum drop_reason why;
    assert_int_equal(link_send(e.b.port.out, p, &why), 0);
    ends_drain(&e);
    assert_int_equal(ends_arrival(&e, 0)->at, 5 * NETSIM_MS + 8 * NETSIM_US);
    assert_int_equal(g_array_index(e.a.arrivals, struct arrival, 0).at, NETSIM_MS);
    assert_int_equal(netsim_sim_hops(e.sim), 2);
    ends_close(&e);
}

/* ---- the queue ---- */

static void a_packet_that_finds_the_serialiser_idle_is_never_refused(void **state)
{
    (void) state;
    struct ends e;
    NetsimLinkConfig c = { .rate_bps = 8000000, .queue_pkts = 1, .queue_bytes = 100 }; /* 1 us a byte */
    ends_open(&e, 1, &c, NULL);
    assert_int_equal(ends_send(&e, 1500), N_DROP_REASONS); /* in service */
    assert_int_equal(ends_send(&e, 101), DROP_LINK_QUEUE); /* too large to wait */
    assert_int_equal(ends_send(&e, 100), N_DROP_REASONS);
    assert_int_equal(ends_send(&e, 1), DROP_LINK_QUEUE);
    assert_int_equal(link_queue_len(&e.link->a2b), 2);
    ends_run(&e, 1500 * NETSIM_US); /* the second goes into service now, so one more may wait */
    assert_int_equal(link_queue_len(&e.link->a2b), 1);
    assert_int_equal(ends_send(&e, 40), N_DROP_REASONS);
    assert_int_equal(ends_send(&e, 40), DROP_LINK_QUEUE);
    ends_run(&e, 1640 * NETSIM_US);
    assert_int_equal(link_queue_len(&e.link->a2b), 0);
    assert_int_equal(ends_send(&e, 1500), N_DROP_REASONS);
    assert_int_equal(e.link->a2b.drops.counts->pkts[DROP_LINK_QUEUE], 3);
    assert_int_equal(e.link->a2b.drops.counts->bytes[DROP_LINK_QUEUE], 101 + 1 + 40);
    assert_int_equal(ends_stats(&e).queue_drops, 3);
    assert_int_equal(ends_stats(&e).max_queue_pkts, 1);
    ends_drain(&e);
    ends_close(&e);
}

/* The queue as a list that is looked through from end to end. */
struct naive {
    netsim_time start[4000], departure[4000];
    uint32_t len[4000];
    unsigned n;
};

static bool naive_takes(struct naive *q, netsim_time now, uint32_t len, const NetsimLinkConfig *c)
{
    uint32_t n_waiting = 0;
    uint64_t waiting_bytes = 0;
    netsim_time start = now;
    for (unsigned i = 0; i < q->n; i++) {
        if (q->departure[i] > start) start = q->departure[i];
        if (q->start[i] <= now) continue;
        n_waiting++;
        waiting_bytes += q->len[i];
    }
    if (start > now) {
        if (c->queue_pkts && n_waiting >= c->queue_pkts) return false;
        if (c->queue_bytes && waiting_bytes + len > c->queue_bytes) return false;
    }
    q->start[q->n] = start;
    q->departure[q->n] = start + (netsim_time) (len + c->overhead) * NETSIM_US;
    q->len[q->n++] = len;
    return true;
}

/* Times are multiples of 1 us, so that arrivals and departures coincide often. */
static void the_queue_agrees_with_a_naive_one(void **state)
{
    (void) state;
    struct rng_stream rng;
    rng_stream_init(&rng, 1, "test", "queue");
    unsigned n_refused = 0;
    for (unsigned run = 0; run < 40; run++) {
        struct ends e;
        NetsimLinkConfig c = { .rate_bps = 8000000, .overhead = rng_below(&rng, 3) * 10, .delay = rng_below(&rng, 50) * NETSIM_US };
        if (run % 2) c.queue_pkts = 1 + rng_below(&rng, 40);
        if (run % 3) c.queue_bytes = 10 + rng_below(&rng, 400);
        ends_open(&e, 1, &c, NULL);
        struct naive *q = g_new0(struct naive, 1);
        for (unsigned i = 0; i < 1000; i++) {
            uint32_t len = 1 + rng_below(&rng, 40);
            bool takes = naive_takes(q, e.sim->now, len, &c);
            assert_int_equal(ends_send(&e, len) == N_DROP_REASONS, takes);
            n_refused += !takes;
            unsigned in_system = 0;
            for (unsigned j = 0; j < q->n; j++) in_system += q->departure[j] > e.sim->now;
            assert_int_equal(link_queue_len(&e.link->a2b), in_system);
            ends_run(&e, e.sim->now + rng_below(&rng, 60) * NETSIM_US);
        }
        ends_drain(&e);
        assert_int_equal(ends_n(&e), q->n);
        for (unsigned i = 0; i < q->n; i++) assert_int_equal(ends_arrival(&e, i)->at, q->departure[i] + c.delay);
        g_free(q);
        ends_close(&e);
    }
    assert_in_range(n_refused, 1000, 30000); /* the limits mattered */
}

static void keep_reason(const NetsimTraceEvent *event, void *data)
{
    g_string_append_printf(data, "%s %s;", event->where, drop_reason_name((enum drop_reason) event->args[3]));
}

static void probes_see_what_the_wire_drops(void **state)
{
    (void) state;
    struct ends e;
    ends_open(&e, 1, &(NetsimLinkConfig){ .rate_bps = 1000, .queue_pkts = NETSIM_QUEUE_NONE }, NULL);
    GString *seen = g_string_new(NULL);
    assert_true(netsim_trace_attach(e.sim, "skb:kfree_skb", keep_reason, seen, NULL));
    ends_send(&e, 100);
    ends_send(&e, 100);
    assert_string_equal(seen->str, "a:eth0 -> b:eth0 LINK_QUEUE;");
    g_string_free(seen, TRUE);
    ends_drain(&e);
    ends_close(&e);
}

/* ---- laws ---- */

/* Poisson arrivals at a link; the mean wait before service in units of the mean service time. */
struct poisson {
    struct ends e;
    struct rng_stream rng;
    NetsimEvent next;
    double mean_gap;    /* ps */
    double mean_bytes;
    bool exponential;   /* packet sizes; else all alike */
    unsigned left;
    GArray *sent;       /* netsim_time */
};

static void poisson_send(NetsimSim *sim, NetsimEvent event, void *data)
{
    struct poisson *x = data;
    double bytes = x->exponential ? -log(rng_unit(&x->rng)) * x->mean_bytes : x->mean_bytes;
    ends_send(&x->e, (uint32_t) (bytes + 0.5));
    g_array_append_val(x->sent, sim->now);
    if (--x->left) netsim_event_at(sim, event, sim->now + (netsim_time) (-log(rng_unit(&x->rng)) * x->mean_gap));
}

/* Mean wait over service, and its standard error from the means of 50 batches. */
static void poisson_wait(bool exponential, double rho, unsigned n, double *mean, double *standard_error)
{
    enum { BATCHES = 50 };
    struct poisson x = { .exponential = exponential, .mean_bytes = 10000, .left = n };
    NetsimLinkConfig c = { .rate_bps = 8000000000 }; /* 1 ns a byte */
    ends_open(&x.e, 1, &c, NULL);
    rng_stream_init(&x.rng, 1, "test", "poisson");
    x.sent = g_array_new(FALSE, FALSE, sizeof(netsim_time));
    x.mean_gap = x.mean_bytes * 1000 / rho;
    x.next = netsim_event_new(x.e.sim, poisson_send, &x);
    netsim_event_at(x.e.sim, x.next, 0);
    ends_drain(&x.e);
    assert_int_equal(ends_n(&x.e), n);
    double batch[BATCHES] = { 0 }, sum = 0, squares = 0;
    for (unsigned i = 0; i < n; i++) {
        const struct arrival *a = ends_arrival(&x.e, i);
        double wait = (double) (a->at - g_array_index(x.sent, netsim_time, i)) - a->len * 1000.0;
        batch[i / (n / BATCHES)] += wait / (x.mean_bytes * 1000) / (n / BATCHES);
    }
    for (unsigned b = 0; b < BATCHES; b++) {
        sum += batch[b];
        squares += batch[b] * batch[b];
    }
    *mean = sum / BATCHES;
    *standard_error = sqrt((squares / BATCHES - *mean * *mean) / (BATCHES - 1));
    g_array_free(x.sent, TRUE);
    ends_close(&x.e);
}

/* Pollaczek-Khinchine: M/D/1 waits rho / (2 (1 - rho)) service times, M/M/1 twice that. */
static void poisson_arrivals_wait_as_queueing_theory_says(void **state)
{
    (void) state;
    static const double rhos[] = { 0.5, 0.8 };
    for (unsigned i = 0; i < G_N_ELEMENTS(rhos); i++) {
        double rho = rhos[i], mean, se;
        poisson_wait(false, rho, 200000, &mean, &se);
        assert_true(se < 0.03 * mean);
        assert_true(fabs(mean - rho / (2 * (1 - rho))) < 3.5 * se);
        poisson_wait(true, rho, 200000, &mean, &se);
        assert_true(se < 0.03 * mean);
        assert_true(fabs(mean - rho / (1 - rho)) < 3.5 * se);
    }
}

/* ---- configuration ---- */

static void impossible_configurations_are_refused_by_name(void **state)
{
    (void) state;
    const struct {
        NetsimLinkConfig c;
        const char *field;
    } bad[] = {
        { { .loss = -0.1 }, "loss" },           { { .loss = 1.01 }, "loss" },
        { { .duplicate = NAN }, "duplicate" },  { { .corrupt = INFINITY }, "corrupt" },
        { { .ce = -1 }, "ce" },                 { { .reorder = 2, .reorder_delay = 1 }, "reorder" },
        { { .reorder = 0.1 }, "reorder_delay" }, { { .delay = -1 }, "delay" },
        { { .jitter = -1 }, "jitter" },         { { .gilbert = { .p = 0.1, .loss_bad = NAN } }, "gilbert.loss_bad" },
        { { .gilbert = { .p = 1.5 } }, "gilbert.p" }, { { .overhead = 1000000 }, "overhead" },
        { { .rate_bps = UINT64_MAX }, "rate" },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(bad); i++) {
        GError *error = NULL;
        assert_false(link_config_check(&bad[i].c, &error));
        assert_true(g_error_matches(error, NETSIM_ERROR, NETSIM_ERROR_RANGE));
        assert_non_null(strstr(error->message, bad[i].field));
        g_error_free(error);
    }
    assert_true(link_config_check(&gigabit, NULL));
}

static void the_fingerprint_tells_order_time_and_content(void **state)
{
    (void) state;
    uint64_t seen[5];
    for (unsigned v = 0; v < 5; v++) {
        struct ends e;
        NetsimLinkConfig c = gigabit;
        if (v == 1) c.delay += 1;
        ends_open(&e, 1, &c, NULL);
        for (unsigned i = 0; i < 10; i++) ends_send(&e, v == 2 && i == 9 ? 1001 : 1000);
        if (v == 3) ends_send(&e, 1000);
        ends_drain(&e);
        seen[v] = netsim_sim_fingerprint(e.sim); /* v == 4: as v == 0 */
        ends_close(&e);
    }
    for (unsigned v = 1; v < 4; v++) assert_true(seen[v] != seen[0]);
    assert_true(seen[4] == seen[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_packet_arrives_after_serialisation_and_delay),
        cmocka_unit_test(a_rate_that_does_not_divide_never_drifts),
        cmocka_unit_test(what_was_owed_of_a_picosecond_is_forgotten_when_idle),
        cmocka_unit_test(packets_arrive_in_the_order_of_sending),
        cmocka_unit_test(a_queue_of_none_loses_what_finds_another_in_service),
        cmocka_unit_test(an_infinite_rate_only_delays),
        cmocka_unit_test(the_directions_do_not_disturb_each_other),
        cmocka_unit_test(a_packet_that_finds_the_serialiser_idle_is_never_refused),
        cmocka_unit_test(the_queue_agrees_with_a_naive_one),
        cmocka_unit_test(probes_see_what_the_wire_drops),
        cmocka_unit_test(poisson_arrivals_wait_as_queueing_theory_says),
        cmocka_unit_test(impossible_configurations_are_refused_by_name),
        cmocka_unit_test(the_fingerprint_tells_order_time_and_content),
    };
    return cmocka_run_group_tests_name("models/link/link", tests, NULL, NULL);
}
