/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/ip/map.h"

#include "core/rng.h"
#include <glib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void it_agrees_with_a_hash_table_through_random_changes(void **state)
{
    (void) state;
    struct rng_stream rng;
    rng_stream_init(&rng, 1, "map", "test");
    struct map m = { 0 };
    g_autoptr(GHashTable) truth = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    for (unsigned i = 0; i < 200000; i++) {
        uint64_t key = (uint64_t) rng_below(&rng, 3) << 32 | rng_below(&rng, i < 100000 ? 500 : 20);
        void *value = GUINT_TO_POINTER(i + 1);
        if (rng_below(&rng, 2)) {
            map_set(&m, key, value);
            g_hash_table_insert(truth, g_memdup2(&key, sizeof key), value);
        } else {
            map_del(&m, key);
            g_hash_table_remove(truth, &key);
        }
        key = (uint64_t) rng_below(&rng, 3) << 32 | rng_below(&rng, 500);
        assert_ptr_equal(map_get(&m, key), g_hash_table_lookup(truth, &key));
        assert_int_equal(m.n, g_hash_table_size(truth));
    }
    map_free(&m);
    assert_null(map_get(&m, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_agrees_with_a_hash_table_through_random_changes),
    };
    return cmocka_run_group_tests_name("models/ip/map", tests, NULL, NULL);
}
