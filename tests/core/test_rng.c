/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/rng.h"

#include <gsl/gsl_randist.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* Random123's kat_vectors, philox4x32 with 10 rounds. */
static void philox_gives_the_published_answers(void **state)
{
    (void) state;
    static const struct {
        uint32_t counter[4], key[2], out[4];
    } known[] = {
        { { 0 }, { 0 }, { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
        { { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff }, { 0xffffffff, 0xffffffff },
          { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
        { { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 }, { 0xa4093822, 0x299f31d0 },
          { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } },
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        uint32_t out[4];
        rng_philox4x32(known[i].counter, known[i].key, out);
        assert_memory_equal(out, known[i].out, sizeof out);
    }
}

static void a_stream_is_philox_of_a_counter_from_zero(void **state)
{
    (void) state;
    struct rng_stream s;
    rng_stream_init(&s, 7, "server:eth0", "loss");
    for (uint32_t block = 0; block < 5; block++) {
        uint32_t out[4];
        rng_philox4x32((uint32_t[4]){ block }, s.key, out);
        for (int i = 0; i < 4; i++) assert_int_equal(rng_u32(&s), out[i]);
    }
}

static void the_counter_carries_over_all_its_words(void **state)
{
    (void) state;
    struct rng_stream s;
    rng_stream_init(&s, 1, "a", "b");
    memset(s.counter, 0xff, sizeof s.counter);
    s.counter[3] = 5;
    rng_u32(&s);
    static const uint32_t next[4] = { 0, 0, 0, 6 };
    assert_memory_equal(s.counter, next, sizeof next);
}

static void streams_differ_by_seed_entity_and_purpose(void **state)
{
    (void) state;
    static const struct {
        uint64_t seed;
        const char *entity, *purpose;
    } names[] = { { 1, "ab", "c" }, { 2, "ab", "c" }, { 1, "a", "bc" }, { 1, "abc", "" }, { 1, "", "abc" }, { 1, "ab", "d" },
                  { 1ull << 32, "ab", "c" } };
    enum { N = sizeof names / sizeof *names };
    uint64_t first[N];
    for (int i = 0; i < N; i++) {
        struct rng_stream s, again;
        rng_stream_init(&s, names[i].seed, names[i].entity, names[i].purpose);
        rng_stream_init(&again, names[i].seed, names[i].entity, names[i].purpose);
        first[i] = rng_u64(&s);
        assert_true(first[i] == rng_u64(&again));
        for (int j = 0; j < i; j++) assert_true(first[i] != first[j]);
    }
}

static void unit_is_inside_the_open_interval_and_even(void **state)
{
    (void) state;
    enum { N = 200000, BINS = 64 };
    struct rng_stream s;
    rng_stream_init(&s, 3, "x", "unit");
    unsigned bins[BINS] = { 0 };
    for (int i = 0; i < N; i++) {
        double u = rng_unit(&s);
        assert_true(u > 0);
        assert_true(u < 1);
        bins[(int) (u * BINS)]++;
    }
    double chi2 = 0, expected = (double) N / BINS;
    for (int i = 0; i < BINS; i++) chi2 += (bins[i] - expected) * (bins[i] - expected) / expected;
    assert_true(chi2 < 103.4); /* 63 degrees of freedom, 0.999 quantile */
}

static void below_is_unbiased_where_a_remainder_would_not_be(void **state)
{
    (void) state;
    enum { N = 300000 };
    struct rng_stream s;
    rng_stream_init(&s, 3, "x", "below");
    uint32_t n = 3u << 30; /* u32 % n would draw the lower third twice as often as the others */
    unsigned thirds[3] = { 0 };
    for (int i = 0; i < N; i++) {
        uint32_t v = rng_below(&s, n);
        assert_true(v < n);
        thirds[v >> 30]++;
    }
    for (int i = 0; i < 3; i++) assert_true(fabs(thirds[i] - N / 3.0) < 5 * sqrt(N * 2.0 / 9));
    for (int i = 0; i < 100; i++) assert_int_equal(rng_below(&s, 1), 0);
}

static void gsl_draws_from_the_stream(void **state)
{
    (void) state;
    struct rng_stream s, twin;
    rng_stream_init(&s, 9, "client", "think");
    twin = s; /* streams may be copied */
    assert_int_equal(gsl_rng_get(rng_stream_gsl(&s)), rng_u32(&twin));
    assert_true(gsl_rng_uniform(rng_stream_gsl(&s)) == rng_unit(&twin));
    double sum = 0;
    for (int i = 0; i < 100000; i++) sum += gsl_ran_exponential(rng_stream_gsl(&s), 2.0);
    assert_true(fabs(sum / 100000 - 2) < 5 * 2 / sqrt(100000.0));
    gsl_rng *again = rng_stream_gsl(&s); /* a stream may be given another seed through GSL, and stays a generator */
    gsl_rng_set(again, 4);
    uint32_t fourth = (uint32_t) gsl_rng_get(again);
    gsl_rng *own = gsl_rng_alloc(rng_gsl_type);
    gsl_rng_set(own, 4);
    uint32_t a = (uint32_t) gsl_rng_get(own);
    assert_int_equal(a, fourth);
    gsl_rng_set(own, 4);
    assert_int_equal(gsl_rng_get(own), a);
    gsl_rng_free(own);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(philox_gives_the_published_answers),
        cmocka_unit_test(a_stream_is_philox_of_a_counter_from_zero),
        cmocka_unit_test(the_counter_carries_over_all_its_words),
        cmocka_unit_test(streams_differ_by_seed_entity_and_purpose),
        cmocka_unit_test(unit_is_inside_the_open_interval_and_even),
        cmocka_unit_test(below_is_unbiased_where_a_remainder_would_not_be),
        cmocka_unit_test(gsl_draws_from_the_stream),
    };
    return cmocka_run_group_tests_name("core/rng", tests, NULL, NULL);
}
