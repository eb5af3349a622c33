/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/pool.h"

#include "core/fingerprint.h"
#include "core/rng.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include <cmocka.h>

enum { N = 5000 };

static void objects_do_not_overlap_and_are_aligned(void **state)
{
    (void) state;
    static const size_t sizes[] = { 8, 24, 64, 100, 128, 1000, 5000 };
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        struct pool p;
        pool_init(&p, "test", sizes[k]);
        unsigned char *objects[300];
        for (int i = 0; i < 300; i++) {
            objects[i] = pool_get(&p);
            assert_int_equal((uintptr_t) objects[i] % (sizes[k] % 64 ? 8 : 64), 0);
            memset(objects[i], i, sizes[k]);
        }
        for (int i = 0; i < 300; i++)
            for (size_t b = 0; b < sizes[k]; b++) assert_int_equal(objects[i][b], (unsigned char) i);
        assert_int_equal(p.live, 300);
        pool_free(&p);
    }
}

/* Against a set: what is taken was free, what was given back comes again before the pool grows. */
static void taking_and_giving_keeps_count(void **state)
{
    (void) state;
    struct pool p;
    struct rng_stream rng;
    rng_stream_init(&rng, 1, "test", "pool");
    pool_init(&p, "test", 48);
    static void *taken[N];
    unsigned n = 0;
    for (int step = 0; step < 100000; step++) {
        if (n < N && (n == 0 || rng_below(&rng, 2))) {
            void *x = pool_get(&p);
            memset(x, 0xa5, 48);
            *(unsigned *) x = n;
            taken[n++] = x;
        } else {
            unsigned i = rng_below(&rng, n);
            assert_int_equal(*(unsigned *) taken[i], i);
            pool_put(&p, taken[i]);
            taken[i] = taken[--n];
            if (i < n) *(unsigned *) taken[i] = i;
        }
        assert_int_equal(p.live, n);
    }
    while (n) pool_put(&p, taken[--n]);
    assert_int_equal(p.live, 0);
    void *chunks = p.chunks;
    for (int i = 0; i < 100; i++) pool_get(&p);
    assert_ptr_equal(p.chunks, chunks);
    pool_free(&p);
}

/* ---- fingerprint ---- */

static uint64_t of(const int64_t *times, const unsigned *kinds, const uint64_t *what, int n, uint64_t entity)
{
    struct fingerprint f = { 0 };
    for (int i = 0; i < n; i++) fingerprint_mix(&f, times[i], kinds[i], what[i]);
    return fingerprint_final(entity, &f);
}

static void a_walk_meets_all_objects_that_were_ever_taken(void **state)
{
    (void) state;
    struct pool p;
    pool_init(&p, "test", 96);
    struct pool_place at = pool_begin(&p);
    assert_null(pool_next(&at));
    struct object { void *link; unsigned number; bool is_met; } *objects[N];
    for (unsigned i = 0; i < N; i++) {
        objects[i] = pool_get(&p);
        *objects[i] = (struct object){ .number = i };
        if (i == 0 || i == N / 2 || i == N - 1) { /* in the first chunk, in the midst and at the end of others */
            at = pool_begin(&p);
            unsigned n = 0;
            for (struct object *x; (x = pool_next(&at)); n++) assert_ptr_equal(x, objects[x->number]);
            assert_int_equal(n, i + 1);
        }
    }
    for (unsigned i = 0; i < N; i += 3) pool_put(&p, objects[i]);
    at = pool_begin(&p);
    for (struct object *x; (x = pool_next(&at)); x->is_met = true) {
        assert_ptr_equal(x, objects[x->number]);
        assert_false(x->is_met);
    }
    for (unsigned i = 0; i < N; i++) assert_true(objects[i]->is_met);
    pool_free(&p);
}

static void a_fingerprint_tells_time_kind_content_order_and_entity(void **state)
{
    (void) state;
    const int64_t times[] = { 1000, 2000 }, late[] = { 1000, 2001 };
    const unsigned kinds[] = { FP_ARRIVED, FP_DELIVERED }, other_kinds[] = { FP_ARRIVED, FP_DROPPED };
    const uint64_t what[] = { 7, 8 }, swapped[] = { 8, 7 };
    uint64_t all[] = {
        of(times, kinds, what, 2, 1), of(late, kinds, what, 2, 1), of(times, other_kinds, what, 2, 1),
        of(times, kinds, swapped, 2, 1), of(times, kinds, what, 1, 1), of(times, kinds, what, 2, 2),
    };
    for (int i = 0; i < 6; i++)
        for (int j = 0; j < i; j++) assert_true(all[i] != all[j]);
    assert_true(all[0] == of(times, kinds, what, 2, 1));
}

/* One bit of what is mixed in changes about half of the bits of the result. */
static void a_fingerprint_spreads_single_bits(void **state)
{
    (void) state;
    unsigned flips = 0, trials = 0;
    for (int bit = 0; bit < 64; bit++)
        for (uint64_t what = 1; what < 50; what++, trials++) {
            const int64_t time = 123456789;
            const unsigned kind = FP_ARRIVED;
            const uint64_t flipped = what ^ 1ull << bit;
            flips += (unsigned) __builtin_popcountll(of(&time, &kind, &what, 1, 9) ^ of(&time, &kind, &flipped, 1, 9));
        }
    assert_in_range(flips / trials, 30, 34);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects_do_not_overlap_and_are_aligned),
        cmocka_unit_test(taking_and_giving_keeps_count),
        cmocka_unit_test(a_walk_meets_all_objects_that_were_ever_taken),
        cmocka_unit_test(a_fingerprint_tells_time_kind_content_order_and_entity),
        cmocka_unit_test(a_fingerprint_spreads_single_bits),
    };
    return cmocka_run_group_tests_name("core/pool", tests, NULL, NULL);
}
