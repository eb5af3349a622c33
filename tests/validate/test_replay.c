/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_replay.c - what of a recording is replayed: read by hand from the captures, found by the player. */
#include "validate/trace/arrivals.h"
#include "validate/trace/holds.h"
#include "validate/trace/ticks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define CASES NETSIM_SOURCE_DIR "/validate/cases/"

static struct scenario *read_case(const char *folder)
{
    g_autofree char *path = g_build_filename(folder, "scenario.json", NULL), *text = NULL;
    gsize length;
    assert_true(g_file_get_contents(path, &text, &length, NULL));
    struct scenario *s = scenario_parse(path, text, length, NULL);
    assert_non_null(s);
    return s;
}

/* ---- ticks ---- */

static netsim_time uptime_of(const char *folder)
{
    struct scenario *s = read_case(folder);
    g_autoptr(Record) real = record_new();
    assert_true(record_read(real, folder, NULL));
    netsim_time uptime = ticks_uptime(s, real, folder);
    scenario_free(s);
    return uptime;
}

/* At which time a tick of @granule comes, ms, as the case's captures show it. */
static double phase_of(const char *folder, netsim_time granule)
{
    netsim_time uptime = uptime_of(folder);
    assert_true(uptime > 0);
    return netsim_to_seconds((granule - uptime % granule) % granule) * 1e3;
}

static void the_phase_of_ticks_is_that_of_what_timers_sent(void **state)
{
    (void) state;
    double once = phase_of(CASES "handshake/syn-lost1", 32 * NETSIM_MS); /* the SYN is repeated at 1043.82 ms */
    assert_true(once > 19.7 && once < 19.9);
    double thrice = phase_of(CASES "close/orphan-giveup", 32 * NETSIM_MS); /* data at 565.1, 821.1 (4 ms ticks), 1337.13 and 2361.06 ms */
    assert_true(thrice > 25.0 && thrice < 25.2);
    assert_int_equal(uptime_of(CASES "flow/request-response"), 0); /* no timer sent anything */
}

/* ---- holds ---- */

/* The client's capture: 8441 is acknowledged at 141.854 ms; 1448 bytes each came at 141.845 and 141.854; then ACK 11337. */
static void who_answers_several_segments_at_once_owned_the_socket(void **state)
{
    (void) state;
    const char *folder = CASES "iw/fetch64k-chunked-writes";
    struct scenario *s = read_case(folder);
    g_autoptr(Record) real = record_new();
    assert_true(record_read(real, folder, NULL));
    const struct record_actor *client = record_find_actor(real, "client");
    uint16_t port = 0;
    for (unsigned i = 0; i < client->steps->len; i++) port = MAX(port, g_array_index(client->steps, struct record_step, i).port);
    g_autoptr(GArray) holds = holds_find(s, folder, "client", port, 8080);
    assert_true(holds->len >= 5);
    const struct hold *first = &g_array_index(holds, struct hold, 0);
    double from_ms = netsim_to_seconds(first->from) * 1e3, until_ms = netsim_to_seconds(first->until) * 1e3;
    assert_true(from_ms > 141.842 && from_ms < 141.846);
    assert_true(until_ms > 141.853 && until_ms < 141.856);
    g_autoptr(GArray) none = holds_find(s, folder, "client", port, 8081);
    assert_int_equal(none->len, 0);
    scenario_free(s);
}

/* ---- arrivals ---- */

static void the_last_packet_before_a_call_ended_is_found(void **state)
{
    (void) state;
    const char *folder = CASES "iw/fetch64k-chunked-writes";
    struct scenario *s = read_case(folder);
    struct arrivals *arrivals = arrivals_read(s, folder, "client");
    struct arrival_query query = { .kind = ARRIVAL_BYTE, .peer_port = 8080, .byte = 1448, .after = 0, .until = 150 * NETSIM_MS };
    double at_ms = netsim_to_seconds(arrivals_last(arrivals, &query)) * 1e3;
    assert_true(at_ms > 141.82 && at_ms < 141.84); /* bytes 1449 to 2896 */
    query.until = 141 * NETSIM_MS;
    assert_true(arrivals_last(arrivals, &query) < 0); /* not yet */
    query.kind = ARRIVAL_RESET;
    query.until = NETSIM_S;
    assert_true(arrivals_last(arrivals, &query) < 0);
    arrivals_free(arrivals);
    scenario_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_phase_of_ticks_is_that_of_what_timers_sent),
        cmocka_unit_test(who_answers_several_segments_at_once_owned_the_socket),
        cmocka_unit_test(the_last_packet_before_a_call_ended_is_found),
    };
    return cmocka_run_group_tests_name("validate/replay", tests, NULL, NULL);
}
