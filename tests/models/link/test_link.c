/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/ends.h"

#include "core/rng.h"
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
        assert_int_equal(e.link->a2b.stats.busy, ends_arrival(&e, 999)->at);
        ends_close(&e);
    }
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_packet_arrives_after_serialisation_and_delay),
        cmocka_unit_test(a_rate_that_does_not_divide_never_drifts),
        cmocka_unit_test(packets_arrive_in_the_order_of_sending),
        cmocka_unit_test(a_queue_of_none_loses_what_finds_another_in_service),
    };
    return cmocka_run_group_tests_name("models/link/link", tests, NULL, NULL);
}
