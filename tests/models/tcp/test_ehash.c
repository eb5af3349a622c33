/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_ehash.c - the table of connections against a list of them. */
#include "models/tcp/tcp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

enum { MANY = 3000, CLUSTER = 70, SLOTS = 256 };

struct world {
    struct tcp_net tn;
    struct sock_hashed entries[MANY];
    bool is_in[MANY];
    uint64_t random;
};

static uint32_t draw(struct world *w, uint32_t n)
{
    w->random = w->random * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t) (w->random >> 33) % n;
}

static int setup(void **state)
{
    *state = g_new0(struct world, 1);
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    g_free(w->tn.ehash.slots);
    g_free(w);
    return 0;
}

static struct sock_hashed *look(const struct world *w, const struct sock_hashed *h)
{
    return tcp_ehash_lookup(&w->tn, h->saddr, h->sport, h->daddr, h->dport);
}

static void insert(struct world *w, uint32_t i)
{
    assert_true(tcp_ehash_insert(&w->tn, &w->entries[i]));
    w->is_in[i] = true;
}

static void take_out(struct world *w, uint32_t i)
{
    tcp_ehash_remove(&w->tn, &w->entries[i]);
    w->is_in[i] = false;
}

/* Each of the first @n is found if it is in, and only then; a walk meets each once. */
static void check(const struct world *w, uint32_t n)
{
    uint32_t n_in = 0, n_met = 0, at = 0;
    for (uint32_t i = 0; i < n; i++) {
        assert_ptr_equal(look(w, &w->entries[i]), w->is_in[i] ? &w->entries[i] : NULL);
        n_in += w->is_in[i];
    }
    for (const struct sock_hashed *h; (h = tcp_ehash_next(&w->tn, &at)); n_met++) assert_true(w->is_in[h - w->entries]);
    assert_int_equal(n_met, n_in);
    assert_int_equal(w->tn.ehash.n_used, n_in);
}

static void the_table_holds_what_was_put_into_it(void **state)
{
    struct world *w = *state;
    for (uint32_t i = 0; i < MANY; i++)
        w->entries[i] = (struct sock_hashed){ .saddr = 0x0a000001 + i % 7, .daddr = 0x0a010002, .sport = (uint16_t) (i / 7), .dport = 80,
                                              .kind = HASHED_REQUEST };
    assert_null(look(w, &w->entries[0]));
    for (uint32_t step = 0; step < 40 * MANY; step++) {
        uint32_t i = draw(w, MANY);
        bool wants_in = draw(w, 100) < (step / MANY % 2 ? 20u : 80u); /* it fills, and empties */
        if (wants_in && !w->is_in[i]) insert(w, i);
        else if (!wants_in && w->is_in[i]) take_out(w, i);
        if (step % (MANY / 2) == 0) check(w, MANY);
    }
    check(w, MANY);
}

static void a_connection_is_in_the_table_once(void **state)
{
    struct world *w = *state;
    w->entries[0] = w->entries[1] = (struct sock_hashed){ .saddr = 1, .daddr = 2, .sport = 3, .dport = 4, .kind = HASHED_REQUEST };
    insert(w, 0);
    assert_false(tcp_ehash_insert(&w->tn, &w->entries[1]));
    tcp_ehash_remove(&w->tn, &w->entries[1]); /* it is not in: nothing happens */
    assert_ptr_equal(look(w, &w->entries[0]), &w->entries[0]);
    take_out(w, 0);
    assert_null(look(w, &w->entries[0]));
}

/* The slot of the only entry of a table is where its search begins. */
static uint32_t home_of(struct world *w, uint32_t i)
{
    insert(w, i);
    uint32_t slot = 0;
    while (!w->tn.ehash.slots[slot]) slot++;
    take_out(w, i);
    return slot;
}

/* More of them than the distances of a slot can tell, at the end of the table, so that they go on at its beginning. */
static void entries_that_begin_at_one_slot_are_all_found(void **state)
{
    struct world *w = *state;
    for (uint32_t i = 0; i < SLOTS / 2; i++) {
        w->entries[i] = (struct sock_hashed){ .saddr = i, .kind = HASHED_REQUEST };
        insert(w, i);
    }
    for (uint32_t i = 0; i < SLOTS / 2; i++) take_out(w, i);
    assert_int_equal(w->tn.ehash.n_slots, SLOTS);
    uint32_t n = 0;
    for (uint32_t port = 0; n < CLUSTER; port++) {
        w->entries[n] = (struct sock_hashed){ .saddr = port >> 8, .daddr = 9, .sport = (uint16_t) (port & 255), .dport = 80, .kind = HASHED_REQUEST };
        uint32_t home = home_of(w, n);
        if (home == SLOTS - 2 || (home < 3 && n % 5 == 0)) n++; /* and some that stand in their way */
    }
    for (uint32_t round = 0; round < 20; round++) {
        for (uint32_t i = 0; i < CLUSTER; i++) {
            insert(w, i);
            check(w, CLUSTER);
        }
        for (uint32_t left = CLUSTER; left;) {
            uint32_t i = draw(w, CLUSTER);
            if (!w->is_in[i]) continue;
            take_out(w, i);
            left--;
            check(w, CLUSTER);
        }
    }
    assert_int_equal(w->tn.ehash.n_slots, SLOTS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_table_holds_what_was_put_into_it, setup, teardown),
        cmocka_unit_test_setup_teardown(a_connection_is_in_the_table_once, setup, teardown),
        cmocka_unit_test_setup_teardown(entries_that_begin_at_one_slot_are_all_found, setup, teardown),
    };
    return cmocka_run_group_tests_name("models/tcp/ehash", tests, NULL, NULL);
}
