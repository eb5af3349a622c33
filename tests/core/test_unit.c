/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/unit.h"

#include "core/suggest.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void times_are_read_in_every_unit(void **state)
{
    (void) state;
    static const struct {
        const char *text;
        netsim_time ps;
    } good[] = {
        { "25ms", 25 * NETSIM_MS }, { "1.5s", 1500 * NETSIM_MS }, { "200us", 200 * NETSIM_US }, { "10ns", 10 * NETSIM_NS },
        { "2min", 120 * NETSIM_S }, { "1h", 3600 * NETSIM_S },    { "3", 3 * NETSIM_S },        { "0", 0 },
        { " 7 ps ", 7 },            { "1e-3", NETSIM_MS },        { ".5s", NETSIM_S / 2 },      { "2.3us", 2300000 },
        { "+1s", NETSIM_S },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
        netsim_time t = -1;
        GError *error = NULL;
        assert_true(netsim_parse_time(good[i].text, &t, &error));
        assert_true(t == good[i].ps);
    }
}

static void times_that_cannot_be_are_refused(void **state)
{
    (void) state;
    static const struct {
        const char *text;
        NetsimErrorCode code;
        const char *says;
    } bad[] = {
        { "10 parsecs", NETSIM_ERROR_UNIT, "unknown unit \"parsecs\" (known: s, ms, us" },
        { "-1s", NETSIM_ERROR_RANGE, "must not be negative" },
        { "nan", NETSIM_ERROR_UNIT, "must begin with a decimal number" },
        { "inf", NETSIM_ERROR_UNIT, "must begin with a decimal number" },
        { "0x10s", NETSIM_ERROR_UNIT, "must begin with a decimal number" },
        { "", NETSIM_ERROR_UNIT, "must begin with a decimal number" },
        { "ms", NETSIM_ERROR_UNIT, "must begin with a decimal number" },
        { "1e300s", NETSIM_ERROR_RANGE, "too large" },
        { "1e999", NETSIM_ERROR_RANGE, "too large" },
        { "2600h", NETSIM_ERROR_RANGE, "too large" },
        { "1.5.2s", NETSIM_ERROR_UNIT, "unknown unit" },
        { "1 S", NETSIM_ERROR_UNIT, "unknown unit \"S\"" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        netsim_time t = 42;
        g_autoptr(GError) error = NULL;
        assert_false(netsim_parse_time(bad[i].text, &t, &error));
        assert_true(g_error_matches(error, NETSIM_ERROR, (gint) bad[i].code));
        assert_non_null(strstr(error->message, bad[i].says));
        assert_int_equal(t, 42);
    }
}

static void rates_are_bits_a_second(void **state)
{
    (void) state;
    static const struct {
        const char *text;
        uint64_t bps;
    } good[] = {
        { "10Mbit", 10000000 },     { "1.5Gbit", 1500000000 }, { "100kbit", 100000 }, { "10Gbps", 10000000000 },
        { "9600bit", 9600 },        { "1MB/s", 8000000 },      { "10gbit", 10000000000 }, { "64000", 64000 },
        { "10 Gbit/s", 10000000000 }, { "1KiB/s", 8192 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
        uint64_t bps = 0;
        assert_true(netsim_parse_rate(good[i].text, &bps, NULL));
        assert_true(bps == good[i].bps);
    }
    static const char *const bad[] = { "0", "0.1bit", "-5Mbit", "1mB/s", "10Mbits", "1e30Gbit", "fast" };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        uint64_t bps;
        g_autoptr(GError) error = NULL;
        assert_false(netsim_parse_rate(bad[i], &bps, &error));
        assert_non_null(error);
    }
}

static void sizes_are_whole_bytes(void **state)
{
    (void) state;
    static const struct {
        const char *text;
        uint64_t bytes;
    } good[] = {
        { "1500", 1500 }, { "15KiB", 15360 }, { "64kB", 64000 }, { "1MB", 1000000 }, { "2MiB", 2097152 }, { "1500B", 1500 },
        { "1GiB", 1u << 30 }, { "1.5KiB", 1536 }, { "0", 0 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
        uint64_t bytes = 1;
        assert_true(netsim_parse_size(good[i].text, &bytes, NULL));
        assert_true(bytes == good[i].bytes);
    }
    static const char *const bad[] = { "0.5", "1.0001KiB", "-1", "10m", "10M", "99999999TB" };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        uint64_t bytes;
        assert_false(netsim_parse_size(bad[i], &bytes, NULL));
    }
}

static void a_queue_is_packets_or_bytes(void **state)
{
    (void) state;
    uint32_t pkts = 1;
    uint64_t bytes = 1;
    assert_true(netsim_parse_queue("100p", &pkts, &bytes, NULL));
    assert_int_equal(pkts, 100);
    assert_int_equal(bytes, 0);
    assert_true(netsim_parse_queue("250 pkts", &pkts, &bytes, NULL));
    assert_int_equal(pkts, 250);
    assert_true(netsim_parse_queue("64KiB", &pkts, &bytes, NULL));
    assert_int_equal(pkts, 0);
    assert_int_equal(bytes, 65536);
    assert_true(netsim_parse_queue("3000", &pkts, &bytes, NULL));
    assert_int_equal(bytes, 3000);
    static const char *const bad[] = { "1.5p", "-1p", "5000000000p", "p", "10 lorries", "" };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        assert_false(netsim_parse_queue(bad[i], &pkts, &bytes, &error));
        assert_non_null(error);
    }
}

static void quantities_are_written_with_the_fitting_unit(void **state)
{
    (void) state;
    assert_string_equal(unit_time(25 * NETSIM_MS).text, "25 ms");
    assert_string_equal(unit_time(61440 * NETSIM_MS).text, "61.44 s");
    assert_string_equal(unit_time(800).text, "800 ps");
    assert_string_equal(unit_time(0).text, "0 s");
    assert_string_equal(unit_time(-1500 * NETSIM_US).text, "-1.5 ms");
    assert_string_equal(unit_rate(10000000000).text, "10 Gbit/s");
    assert_string_equal(unit_rate(1500000).text, "1.5 Mbit/s");
    assert_string_equal(unit_rate(0).text, "0 bit/s");
    assert_string_equal(unit_size(15360).text, "15 KiB");
    assert_string_equal(unit_size(1460).text, "1.46 kB");
    assert_string_equal(unit_size(999).text, "999 B");
    assert_string_equal(unit_size(UINT64_MAX).text, "18446744.074 TB");
}

static void distance_counts_single_edits(void **state)
{
    (void) state;
    assert_int_equal(suggest_distance("", ""), 0);
    assert_int_equal(suggest_distance("abc", ""), 3);
    assert_int_equal(suggest_distance("kitten", "sitting"), 3);
    assert_int_equal(suggest_distance("eth0", "eht0"), 1);
    assert_int_equal(suggest_distance("flaw", "lawn"), 2);
}

static void the_nearest_name_is_suggested_and_nothing_far_off(void **state)
{
    (void) state;
    struct suggest s = suggest_for("servr");
    suggest_offer(&s, "client");
    suggest_offer(&s, "server2");
    suggest_offer(&s, "server");
    assert_string_equal(suggest_text(&s).text, ", did you mean \"server\"?");
    s = suggest_for("router");
    suggest_offer(&s, "client");
    assert_string_equal(suggest_text(&s).text, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_read_in_every_unit),
        cmocka_unit_test(times_that_cannot_be_are_refused),
        cmocka_unit_test(rates_are_bits_a_second),
        cmocka_unit_test(sizes_are_whole_bytes),
        cmocka_unit_test(a_queue_is_packets_or_bytes),
        cmocka_unit_test(quantities_are_written_with_the_fitting_unit),
        cmocka_unit_test(distance_counts_single_edits),
        cmocka_unit_test(the_nearest_name_is_suggested_and_nothing_far_off),
    };
    return cmocka_run_group_tests_name("core/unit", tests, NULL, NULL);
}
