/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_moments.c - a wire that is a program takes and delivers packets when it runs. */
#include "tests/support/ends.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static const NetsimLinkConfig wire = { .delay = 10 * NETSIM_MS };

#define MOMENT(from_ms, at_ms) { (from_ms) * NETSIM_MS, (at_ms) * NETSIM_MS }

static void packets_are_taken_and_delivered_at_their_moments(void **state)
{
    (void) state;
    static const NetsimLinkMoment taken[] = { MOMENT(0, 1), MOMENT(0, 2) }, delivered[] = { MOMENT(10, 13), MOMENT(12, 14) };
    struct ends e;
    ends_open(&e, 1, &wire, NULL);
    assert_true(netsim_link_set_moments(e.link, false, taken, 2, delivered, 2, NULL));
    for (unsigned i = 0; i < 3; i++) assert_int_equal(ends_send(&e, 100), N_DROP_REASONS);
    assert_int_equal(link_n_flying(&e.link->a2b), 3);
    ends_drain(&e);
    assert_int_equal(ends_n(&e), 3);
    assert_int_equal(ends_arrival(&e, 0)->at, 13 * NETSIM_MS); /* taken at 1, due at 11 */
    assert_int_equal(ends_arrival(&e, 1)->at, 14 * NETSIM_MS); /* taken at 2, due at 12 */
    assert_int_equal(ends_arrival(&e, 2)->at, 14 * NETSIM_MS); /* there is no moment for it, but it overtakes nobody */
    ends_close(&e);
}

static void a_moment_serves_only_who_is_ready_in_its_time(void **state)
{
    (void) state;
    static const NetsimLinkMoment delivered[] = { MOMENT(5, 9), MOMENT(20, 30) };
    struct ends e;
    ends_open(&e, 1, &wire, NULL);
    assert_true(netsim_link_set_moments(e.link, false, NULL, 0, delivered, 2, NULL));
    ends_send(&e, 100); /* due at 10: after the first, too early for the second */
    ends_run(&e, 12 * NETSIM_MS);
    ends_send(&e, 100); /* due at 22 */
    ends_drain(&e);
    assert_int_equal(ends_arrival(&e, 0)->at, 10 * NETSIM_MS);
    assert_int_equal(ends_arrival(&e, 1)->at, 30 * NETSIM_MS);
    ends_close(&e);
}

static void who_is_held_back_by_a_rule_may_be_overtaken(void **state)
{
    (void) state;
    static const NetsimLinkMoment delivered[] = { MOMENT(10, 11), MOMENT(49, 51) };
    NetsimLinkRule rule = { .match = NETSIM_MATCH_ANY, .first = 1, .last = 1, .action = NETSIM_RULE_DELAY, .arg = 40 * NETSIM_MS };
    struct ends e;
    ends_open(&e, 1, &wire, NULL);
    assert_true(netsim_link_add_rule(e.link, false, &rule, NULL));
    assert_true(netsim_link_set_moments(e.link, false, NULL, 0, delivered, 2, NULL));
    ends_send(&e, 100);
    ends_send(&e, 200);
    ends_drain(&e);
    assert_int_equal(ends_arrival(&e, 0)->len, 200);
    assert_int_equal(ends_arrival(&e, 0)->at, 11 * NETSIM_MS);
    assert_int_equal(ends_arrival(&e, 1)->at, 51 * NETSIM_MS);
    ends_close(&e);
}

static void what_was_not_taken_when_all_ends_is_freed(void **state)
{
    (void) state;
    static const NetsimLinkMoment taken[] = { MOMENT(0, 500) };
    struct ends e;
    ends_open(&e, 1, &wire, NULL);
    assert_true(netsim_link_set_moments(e.link, false, taken, 1, NULL, 0, NULL));
    ends_send(&e, 100);
    ends_run(&e, NETSIM_MS);
    ends_close(&e); /* which asserts that nothing is lost out of sight */
}

static void wrong_moments_are_refused(void **state)
{
    (void) state;
    static const NetsimLinkMoment backwards[] = { MOMENT(0, 2), MOMENT(0, 1) }, inverted[] = { MOMENT(2, 1) }, good[] = { MOMENT(0, 1) };
    struct ends e;
    ends_open(&e, 1, &wire, NULL);
    g_autoptr(GError) order = NULL, inside = NULL, twice = NULL;
    assert_false(netsim_link_set_moments(e.link, false, backwards, 2, NULL, 0, &order));
    assert_true(g_error_matches(order, NETSIM_ERROR, NETSIM_ERROR_RANGE));
    assert_false(netsim_link_set_moments(e.link, false, NULL, 0, inverted, 1, &inside));
    assert_true(g_error_matches(inside, NETSIM_ERROR, NETSIM_ERROR_RANGE));
    assert_true(netsim_link_set_moments(e.link, false, good, 1, good, 1, NULL));
    assert_false(netsim_link_set_moments(e.link, false, good, 1, good, 1, &twice));
    assert_true(g_error_matches(twice, NETSIM_ERROR, NETSIM_ERROR_STATE));
    ends_close(&e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packets_are_taken_and_delivered_at_their_moments),
        cmocka_unit_test(a_moment_serves_only_who_is_ready_in_its_time),
        cmocka_unit_test(who_is_held_back_by_a_rule_may_be_overtaken),
        cmocka_unit_test(what_was_not_taken_when_all_ends_is_freed),
        cmocka_unit_test(wrong_moments_are_refused),
    };
    return cmocka_run_group_tests_name("link/moments", tests, NULL, NULL);
}
