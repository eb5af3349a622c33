/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/ends.h"

#include "core/rng.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

enum { N = 100000 };

/* @n packets of 1000 bytes, back to back at 8 Gbit/s: one every microsecond. */
static void send_many(struct ends *e, const NetsimLinkConfig *config, unsigned n, uint8_t tos)
{
    NetsimLinkConfig c = *config;
    c.rate_bps = 8000000000;
    ends_open(e, 1, &c, NULL);
    for (unsigned i = 0; i < n; i++) {
        struct pkt *p = ends_packet(e, 1000);
        p->tos = tos;
        ends_hand(e, p);
    }
    ends_drain(e);
    assert_int_equal(ends_stats(e).in_pkts, n);
    assert_int_equal(ends_stats(e).busy, n * NETSIM_US); /* what is lost was sent all the same */
}

/* Is @count of @n a plausible outcome of probability @p?  4.5 standard deviations. */
static void assert_share(uint64_t count, uint64_t n, double p)
{
    double sigma = sqrt((double) n * p * (1 - p));
    assert_true(fabs((double) count - (double) n * p) <= 4.5 * sigma);
}

static void losses_are_as_frequent_as_asked_for(void **state)
{
    (void) state;
    static const double ps[] = { 0.001, 0.01, 0.3, 1 };
    for (unsigned i = 0; i < G_N_ELEMENTS(ps); i++) {
        struct ends e;
        send_many(&e, &(NetsimLinkConfig){ .loss = ps[i] }, N, 0);
        NetsimLinkStats s = ends_stats(&e);
        assert_share(s.loss_drops, N, ps[i]);
        assert_int_equal(s.loss_drops + s.out_pkts, N);
        assert_int_equal(s.loss_drops, e.link->a2b.drops.counts->pkts[DROP_LINK_LOSS]);
        ends_close(&e);
    }
}

/* Gaps between losses of an independent process are geometric: mean 1/p, variance (1-p)/p^2. */
static void losses_do_not_depend_on_each_other(void **state)
{
    (void) state;
    const double p = 0.05;
    struct ends e;
    send_many(&e, &(NetsimLinkConfig){ .loss = p }, N, 0);
    uint32_t expected = 1;
    unsigned n_pairs = 0, n_lost = 0;
    bool lost_before = false;
    for (unsigned i = 0; i < ends_n(&e); i++) {
        for (; expected < ends_arrival(&e, i)->id; expected++) {
            n_lost++;
            n_pairs += lost_before;
            lost_before = true;
        }
        lost_before = false;
        expected++;
    }
    assert_share(n_pairs, n_lost, p);
    ends_close(&e);
}

static void duplicates_arrive_right_behind(void **state)
{
    (void) state;
    struct ends e;
    send_many(&e, &(NetsimLinkConfig){ .duplicate = 0.2, .delay = NETSIM_MS }, N, 0);
    NetsimLinkStats s = ends_stats(&e);
    assert_share(s.duplicates, N, 0.2);
    assert_int_equal(s.out_pkts, N + s.duplicates);
    assert_int_equal(netsim_sim_hops(e.sim), N + s.duplicates);
    assert_int_equal(e.sim->pkts_copied, s.duplicates);
    uint32_t id = 0;
    for (unsigned i = 0; i < ends_n(&e); i++) {
        const struct arrival *a = ends_arrival(&e, i);
        if (a->id == id) assert_int_equal(a->at, ends_arrival(&e, i - 1)->at);
        else assert_int_equal(a->id, ++id);
    }
    ends_close(&e);
}

static void corruption_is_noticed_by_whom_the_user_said(void **state)
{
    (void) state;
    for (int payload = 0; payload < 2; payload++) {
        struct ends e;
        send_many(&e, &(NetsimLinkConfig){ .corrupt = 0.1, .corrupt_payload = payload }, N, 0);
        unsigned n = 0;
        for (unsigned i = 0; i < ends_n(&e); i++) {
            uint16_t flags = ends_arrival(&e, i)->flags;
            assert_int_equal(flags & (payload ? PKT_BAD_FCS : PKT_BAD_CSUM), 0);
            n += !!(flags & (payload ? PKT_BAD_CSUM : PKT_BAD_FCS));
        }
        assert_share(n, N, 0.1);
        assert_int_equal(ends_stats(&e).corrupted, n);
        ends_close(&e);
    }
}

static void only_ecn_capable_packets_are_marked(void **state)
{
    (void) state;
    for (uint8_t ecn = 0; ecn < 4; ecn++) {
        struct ends e;
        send_many(&e, &(NetsimLinkConfig){ .ce = 0.25 }, N, 0xa8 | ecn);
        unsigned n = 0;
        for (unsigned i = 0; i < ends_n(&e); i++) {
            uint8_t tos = ends_arrival(&e, i)->tos;
            assert_int_equal(tos & 0xfc, 0xa8);
            n += (tos & 3) == INET_ECN_CE;
        }
        if (ecn == INET_ECN_ECT_0 || ecn == INET_ECN_ECT_1) assert_share(n, N, 0.25);
        else assert_int_equal(n, ecn == INET_ECN_CE ? N : 0);
        assert_int_equal(ends_stats(&e).ce_marks, ecn == INET_ECN_CE ? 0 : n);
        ends_close(&e);
    }
}

static void the_threshold_marks_packets_that_find_that_many(void **state)
{
    (void) state;
    struct ends e;
    NetsimLinkConfig c = { .rate_bps = 8000000, .ce_threshold_pkts = 3, .queue_pkts = 5 };
    ends_open(&e, 1, &c, NULL);
    for (unsigned i = 0; i < 8; i++) {
        struct pkt *p = ends_packet(&e, 1000);
        p->tos = INET_ECN_ECT_0;
        assert_int_equal(ends_hand(&e, p), i < 6 ? N_DROP_REASONS : DROP_LINK_QUEUE);
    }
    ends_drain(&e);
    for (unsigned i = 0; i < 6; i++) assert_int_equal(ends_arrival(&e, i)->tos, i < 3 ? INET_ECN_ECT_0 : INET_ECN_CE);
    assert_int_equal(ends_stats(&e).ce_marks, 3);
    ends_close(&e);
}

/* Loss rate p/(p+r) and mean burst 1/r when the bad state loses all and the good one nothing (Gilbert 1960). */
static void gilbert_losses_come_in_bursts(void **state)
{
    (void) state;
    const double p = 0.01, r = 0.2;
    struct ends e;
    enum { MANY = 500000 };
    send_many(&e, &(NetsimLinkConfig){ .gilbert = { .p = p, .r = r, .loss_bad = 1 } }, MANY, 0);
    unsigned n_bursts = 0;
    uint64_t n_lost = ends_stats(&e).loss_drops;
    uint32_t expected = 1;
    for (unsigned i = 0; i < ends_n(&e); i++) {
        uint32_t id = ends_arrival(&e, i)->id;
        n_bursts += id != expected;
        expected = id + 1;
    }
    double mean = (double) n_lost / n_bursts, sigma = sqrt((1 - r) / (r * r) / n_bursts);
    assert_true(fabs(mean - 1 / r) < 4.5 * sigma);
    /* The number of bursts is a renewal process: its mean per packet is pr/(p+r), variance as the sum of two geometrics. */
    double gap_var = (1 - p) / (p * p) + (1 - r) / (r * r), gap = 1 / p + 1 / r;
    assert_true(fabs(n_bursts - MANY / gap) < 4.5 * sqrt(MANY * gap_var / (gap * gap * gap)));
    ends_close(&e);
}

static void elliott_states_have_their_own_losses(void **state)
{
    (void) state;
    struct ends e;
    double p = 0.5, r = 0.5, good = 0.1, bad = 0.4; /* states of successive packets are independent */
    send_many(&e, &(NetsimLinkConfig){ .gilbert = { p, r, good, bad } }, N, 0);
    assert_share(ends_stats(&e).loss_drops, N, (good + bad) / 2);
    ends_close(&e);
}

/* ... also if the bad state is never entered. */
static void a_state_that_is_never_left_has_its_own_loss(void **state)
{
    (void) state;
    struct ends e;
    send_many(&e, &(NetsimLinkConfig){ .gilbert = { .p = 0, .r = 0.5, .loss_good = 0.2, .loss_bad = 1 } }, N, 0);
    assert_share(ends_stats(&e).loss_drops, N, 0.2);
    ends_close(&e);
}

static int by_time_then_id(const void *a, const void *b)
{
    const struct arrival *x = a, *y = b;
    if (x->at != y->at) return x->at < y->at ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

/* Held back for as long as ten others take, it meets another: the one that was sent first is first. */
static void a_reordered_packet_is_overtaken(void **state)
{
    (void) state;
    struct ends e;
    send_many(&e, &(NetsimLinkConfig){ .reorder = 0.1, .reorder_delay = 10 * NETSIM_US, .delay = NETSIM_MS }, N, 0);
    unsigned n_late = 0;
    for (unsigned i = 0; i < ends_n(&e); i++) {
        const struct arrival *a = ends_arrival(&e, i);
        if (i) assert_true(by_time_then_id(a - 1, a) < 0);
        netsim_time due = a->id * NETSIM_US + NETSIM_MS;
        assert_true(a->at == due || a->at == due + 10 * NETSIM_US);
        n_late += a->at != due;
    }
    assert_int_equal(ends_n(&e), N);
    assert_share(n_late, N, 0.1);
    ends_close(&e);
}

/* The heap against qsort(): arrivals are in order of (time, sequence); jitter is uniform. */
static void jitter_is_uniform_and_arrivals_are_in_order_of_time(void **state)
{
    (void) state;
    struct ends e;
    const netsim_time jitter = 5 * NETSIM_MS;
    send_many(&e, &(NetsimLinkConfig){ .jitter = jitter, .delay = NETSIM_MS }, N, 0);
    assert_int_equal(ends_n(&e), N);
    struct arrival *sorted = g_memdup2(e.b.arrivals->data, N * sizeof *sorted);
    qsort(sorted, N, sizeof *sorted, by_time_then_id);
    assert_memory_equal(sorted, e.b.arrivals->data, N * sizeof *sorted);
    g_free(sorted);
    unsigned tenths[10] = { 0 };
    for (unsigned i = 0; i < N; i++) {
        netsim_time extra = ends_arrival(&e, i)->at - ends_arrival(&e, i)->id * NETSIM_US - NETSIM_MS;
        assert_in_range(extra, 0, jitter - 1);
        tenths[extra * 10 / jitter]++;
    }
    for (unsigned i = 0; i < 10; i++) assert_share(tenths[i], N, 0.1);
    ends_close(&e);
}

/* Draws depend on the seed and on the link's name, not on what else is in the simulation. */
static void the_same_seed_loses_the_same_packets(void **state)
{
    (void) state;
    GString *lost[3];
    for (unsigned v = 0; v < 3; v++) {
        struct ends e;
        NetsimLinkConfig c = { .rate_bps = 8000000000, .loss = 0.1 };
        if (v == 1) c.duplicate = 0.3; /* another purpose draws from another stream */
        ends_open(&e, v == 2 ? 2 : 1, &c, NULL);
        lost[v] = g_string_new(NULL);
        for (unsigned i = 0; i < 1000; i++) g_string_append_c(lost[v], ends_send(&e, 1000) == DROP_LINK_LOSS ? 'x' : '.');
        ends_drain(&e);
        ends_close(&e);
    }
    assert_string_equal(lost[0]->str, lost[1]->str);
    assert_string_not_equal(lost[0]->str, lost[2]->str);
    for (unsigned v = 0; v < 3; v++) g_string_free(lost[v], TRUE);
}

/* Everything at once, cut off in the middle: nothing is lost out of sight (netsim_sim_run() checks the sums). */
static void packets_are_conserved(void **state)
{
    (void) state;
    struct rng_stream rng;
    rng_stream_init(&rng, 1, "test", "conservation");
    for (unsigned run = 0; run < 30; run++) {
        struct ends e;
        NetsimLinkConfig c = { .rate_bps = 1000000 + rng_below(&rng, 100000000), .delay = rng_below(&rng, 100) * NETSIM_MS,
                               .queue_pkts = rng_below(&rng, 50), .loss = rng_unit(&rng) / 2, .duplicate = rng_unit(&rng),
                               .corrupt = rng_unit(&rng), .reorder = run % 2 ? 0.5 : 0, .reorder_delay = NETSIM_MS,
                               .jitter = run % 3 ? NETSIM_MS : 0, .gilbert = { 0.1, 0.1, 0, 0.5 } };
        ends_open(&e, run + 1, &c, NULL);
        for (unsigned i = 0; i < 1000; i++) {
            struct pkt *p = ends_packet(&e, 40 + rng_below(&rng, 1460));
            if (i % 7 == 0) pkt_ext(p)->bytes = g_malloc0(20);
            ends_hand(&e, p);
            if (i % 16 == 0) ends_run(&e, e.sim->now + rng_below(&rng, 3000) * NETSIM_US);
        }
        NetsimLinkStats s = ends_stats(&e);
        assert_int_equal(s.in_pkts, 1000);
        assert_int_equal(s.in_pkts + s.duplicates,
                         s.out_pkts + s.queue_drops + s.loss_drops + link_n_flying(&e.link->a2b));
        assert_int_equal(s.out_pkts, ends_n(&e));
        if (run % 2) ends_drain(&e);
        ends_close(&e);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(losses_are_as_frequent_as_asked_for),
        cmocka_unit_test(losses_do_not_depend_on_each_other),
        cmocka_unit_test(duplicates_arrive_right_behind),
        cmocka_unit_test(corruption_is_noticed_by_whom_the_user_said),
        cmocka_unit_test(only_ecn_capable_packets_are_marked),
        cmocka_unit_test(the_threshold_marks_packets_that_find_that_many),
        cmocka_unit_test(gilbert_losses_come_in_bursts),
        cmocka_unit_test(elliott_states_have_their_own_losses),
        cmocka_unit_test(a_state_that_is_never_left_has_its_own_loss),
        cmocka_unit_test(a_reordered_packet_is_overtaken),
        cmocka_unit_test(jitter_is_uniform_and_arrivals_are_in_order_of_time),
        cmocka_unit_test(the_same_seed_loses_the_same_packets),
        cmocka_unit_test(packets_are_conserved),
    };
    return cmocka_run_group_tests_name("models/link/impair", tests, NULL, NULL);
}
