/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cases that the simulator itself recorded: it must agree with them, and must not when something was changed. */
#include "validate/trace/case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <glib/gstdio.h>
#include <string.h>

/* Three datagrams of @bytes, 10 ms apart, from a to b. */
static char *scenario_text(int bytes)
{
    return g_strdup_printf(
        "{ \"format\": 1, \"kernel\": \"6.18.44\", \"limit_ms\": 2000, \"linger_ms\": 100,"
        "  \"captures\": [\"a-w0.pcapng\", \"b-w0.pcapng\"],"
        "  \"hosts\": { \"a\": { \"setup\": [\"ip link set w0 up\", \"ip addr add 10.1.0.1/24 dev w0\"] },"
        "               \"b\": { \"setup\": [\"ip link set w0 up\", \"ip addr add 10.1.0.2/24 dev w0\"] } },"
        "  \"links\": [ { \"a\": { \"host\": \"a\", \"dev\": \"w0\" }, \"b\": { \"host\": \"b\", \"dev\": \"w0\" },"
        "    \"a2b\": { \"delay_ms\": 5, \"rate_kbit\": 0, \"queue_pkts\": 0 },"
        "    \"b2a\": { \"delay_ms\": 5, \"rate_kbit\": 0, \"queue_pkts\": 0 } } ],"
        "  \"actors\": [ { \"name\": \"reader\", \"host\": \"b\", \"steps\": ["
        "    { \"op\": \"socket\", \"s\": \"u\", \"type\": \"dgram\" }, { \"op\": \"bind\", \"s\": \"u\", \"port\": 7000 },"
        "    { \"op\": \"signal\", \"name\": \"up\" }, { \"op\": \"recvfrom\", \"s\": \"u\", \"timeout_ms\": 100 } ] },"
        "  { \"name\": \"writer\", \"host\": \"a\", \"steps\": ["
        "    { \"op\": \"wait\", \"name\": \"up\" }, { \"op\": \"sleep\", \"ms\": 20 },"
        "    { \"op\": \"socket\", \"s\": \"u\", \"type\": \"dgram\" },"
        "    { \"op\": \"send_many\", \"s\": \"u\", \"count\": 3, \"bytes\": %d, \"addr\": \"10.1.0.2\", \"port\": 7000,"
        "      \"gap_ms\": 10 } ] } ] }", bytes);
}

static char *folder; /* of the collection that a test makes: folder/udp/three */
static char *the_case;

static void write_file(const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(the_case, name, NULL);
    assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void write_scenario(int bytes)
{
    g_autofree char *text = scenario_text(bytes);
    write_file("scenario.json", text);
}

static struct case_result *run(void)
{
    return case_run(the_case, &(struct case_options){ 0 });
}

/* The first run has nothing to compare with; what it keeps becomes the recorded case. */
static int record(void **state)
{
    (void) state;
    folder = g_dir_make_tmp("netsim-test-XXXXXX", NULL);
    the_case = g_build_filename(folder, "udp", "three", NULL);
    g_mkdir_with_parents(the_case, 0777);
    write_scenario(500);
    struct case_result *r = case_run(the_case, &(struct case_options){ .keep = folder });
    assert_int_equal(r->verdict, VERDICT_SAME); /* with itself: KEEP/AREA/NAME is the case's own folder */
    case_result_free(r);
    return 0;
}

static int forget(void **state)
{
    (void) state;
    g_autoptr(GDir) dir = g_dir_open(the_case, 0, NULL);
    for (const char *name; (name = g_dir_read_name(dir));) {
        g_autofree char *path = g_build_filename(the_case, name, NULL);
        g_unlink(path);
    }
    g_rmdir(the_case);
    g_autofree char *area = g_path_get_dirname(the_case);
    g_rmdir(area);
    assert_int_equal(g_rmdir(folder), 0);
    g_free(the_case);
    g_free(folder);
    return 0;
}

static void a_simulated_case_is_the_same_when_it_is_played_again(void **state)
{
    (void) state;
    struct case_result *r = run();
    assert_int_equal(r->verdict, VERDICT_SAME);
    assert_false(r->is_miss);
    assert_int_equal(r->n_segments, 6);
    assert_true(r->worst_ms == 0);
    assert_true(g_str_has_suffix(r->name, "udp/three"));
    case_result_free(r);
}

static void another_workload_is_a_miss(void **state)
{
    (void) state;
    write_scenario(501);
    struct case_result *r = run();
    assert_int_equal(r->verdict, VERDICT_DIFFER);
    assert_true(r->is_miss);
    assert_non_null(strstr(r->note, "a-w0: 10.1.0.1 to 10.1.0.2: segment 0: real protocol 17, 508 bytes"));
    case_result_free(r);
}

static void another_result_of_a_step_is_a_miss_though_the_wire_is_the_same(void **state)
{
    (void) state;
    write_file("events.jsonl", "{\"t\": 0, \"t_end\": 0, \"actor\": \"reader\", \"op\": \"socket\", \"err\": \"EMFILE\"}\n");
    struct case_result *r = run();
    assert_int_equal(r->verdict, VERDICT_SAME);
    assert_true(r->is_miss);
    assert_string_equal(r->note, "reader: step 1: real socket: EMFILE, simulated socket");
    case_result_free(r);
}

static void another_counter_is_a_miss_unless_it_is_announced(void **state)
{
    (void) state;
    write_file("nstat-b.txt", "# counter before after\nUdpInDatagrams 1 5\nIpInReceives 0 3\nIpInDelivers 0 3\n"
                               "IpExtInOctets 0 1584\nIpExtInNoECTPkts 7 10\n");
    struct case_result *r = run();
    assert_true(r->is_miss);
    assert_string_equal(r->note, "b: UdpInDatagrams real 4, simulated 3");
    case_result_free(r);
    write_file("expect.lua", "return { counters = { UdpInDatagrams = \"a test\" } }");
    r = run();
    assert_false(r->is_miss);
    assert_null(r->stale);
    case_result_free(r);
}

static void a_difference_that_ended_is_reported(void **state)
{
    (void) state;
    write_file("expect.lua", "return { differs = \"it was so once\" }");
    struct case_result *r = run();
    assert_int_equal(r->verdict, VERDICT_SAME);
    assert_false(r->is_known);
    assert_false(r->is_miss);
    assert_string_equal(r->stale, "differs");
    case_result_free(r);
}

static void a_known_difference_must_keep_its_flights(void **state)
{
    (void) state;
    write_file("expect.lua", "return { differs = \"a test\" }");
    write_scenario(501); /* other bytes: that is more than was announced */
    struct case_result *r = run();
    assert_int_equal(r->verdict, VERDICT_DIFFER);
    assert_false(r->is_known);
    assert_true(r->is_miss);
    case_result_free(r);
}

static void what_cannot_be_played_is_a_miss_with_its_cause(void **state)
{
    (void) state;
    g_autofree char *text = scenario_text(500);
    g_auto(GStrv) parts = g_strsplit(text, "ip addr add 10.1.0.2", 2);
    g_autofree char *changed = g_strjoinv("ip adr add 10.1.0.2", parts);
    write_file("scenario.json", changed);
    struct case_result *r = run();
    assert_int_equal(r->verdict, VERDICT_NOT_RUN);
    assert_true(r->is_miss);
    assert_true(g_error_matches(r->error, NETSIM_ERROR, NETSIM_ERROR_UNSUPPORTED));
    assert_non_null(strstr(r->note, "host b: setup \"ip adr add 10.1.0.2/24 dev w0\""));
    case_result_free(r);
}

static void a_damaged_capture_stops_the_case(void **state)
{
    (void) state;
    write_file("b-w0.pcapng", "\x0a\x0d\x0d\x0agarbage");
    struct case_result *r = run();
    assert_int_equal(r->verdict, VERDICT_NOT_RUN);
    assert_true(g_error_matches(r->error, NETSIM_ERROR, NETSIM_ERROR_SYNTAX));
    case_result_free(r);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, record, forget)
    const struct CMUnitTest tests[] = {
        TEST(a_simulated_case_is_the_same_when_it_is_played_again),
        TEST(another_workload_is_a_miss),
        TEST(another_result_of_a_step_is_a_miss_though_the_wire_is_the_same),
        TEST(another_counter_is_a_miss_unless_it_is_announced),
        TEST(a_difference_that_ended_is_reported),
        TEST(a_known_difference_must_keep_its_flights),
        TEST(what_cannot_be_played_is_a_miss_with_its_cause),
        TEST(a_damaged_capture_stops_the_case),
    };
    return cmocka_run_group_tests_name("validate/case", tests, NULL, NULL);
}
