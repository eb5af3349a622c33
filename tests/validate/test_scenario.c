/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "validate/trace/scenario.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

static const char good[] =
    "{ \"format\": 1, \"what\": \"two hosts\", \"kernel\": \"6.18.44\", \"machine\": \"x86_64, HZ=250\", \"limit_ms\": 1000,"
    "  \"linger_ms\": 300, \"captures\": [\"a-w0.pcap.gz\"],"
    "  \"hosts\": { \"a\": { \"setup\": [\"ip link set w0 up\"], \"sysctl_set\": { \"net.ipv4.tcp_sack\": 0 },"
    "               \"congestion_control\": \"reno\" }, \"b\": {} },"
    "  \"links\": [ { \"a\": { \"host\": \"a\", \"dev\": \"w0\" }, \"b\": { \"host\": \"b\", \"dev\": \"w0\" },"
    "    \"a2b\": { \"delay_ms\": 25.0, \"rate_kbit\": 1000, \"queue_pkts\": 1 },"
    "    \"b2a\": { \"delay_ms\": 0.5, \"rate_kbit\": 0, \"queue_pkts\": 25, \"ce_threshold_pkts\": 20 },"
    "    \"rules\": [ { \"dir\": \"b2a\", \"match\": \"retx\", \"k\": [3, 4], \"nth\": [1, 2], \"action\": \"drop\" } ],"
    "    \"cuts\": [ { \"dir\": \"both\", \"match\": \"new\", \"k\": 9, \"trigger_dir\": \"a2b\", \"for_ms\": 3500 } ] } ],"
    "  \"actors\": [ { \"name\": \"client\", \"host\": \"a\", \"steps\": ["
    "    { \"op\": \"socket\", \"s\": \"c\" },"
    "    { \"op\": \"opt\", \"s\": \"c\", \"name\": \"linger\", \"value\": [1, 0] },"
    "    { \"op\": \"connect\", \"s\": \"c\", \"addr\": \"10.1.0.2\", \"port\": 80, \"timeout_ms\": 8000 },"
    "    { \"op\": \"repeat\", \"n\": 5, \"steps\": [ { \"op\": \"send\", \"s\": \"c\", \"bytes\": 50, \"flags\": [\"more\"] } ] },"
    "    { \"op\": \"recv\", \"s\": \"c\" } ] } ] }";

static struct scenario *parse(const char *text, GError **error)
{
    return scenario_parse("x.json", text, strlen(text), error);
}

static void a_scenario_is_read_with_its_units(void **state)
{
    (void) state;
    g_autoptr(GError) error = NULL;
    struct scenario *s = parse(good, &error);
    assert_null(error);
    assert_string_equal(s->profile, "linux6.18");
    assert_int_equal(s->hz, 250);
    assert_int_equal(s->limit, NETSIM_S);
    assert_string_equal(s->captures->pdata[0], "a-w0");
    const struct scenario_link *link = &g_array_index(s->links, struct scenario_link, 0);
    assert_int_equal(link->direction[0].delay, 25 * NETSIM_MS);
    assert_int_equal(link->direction[0].rate_bps, 1000000);
    assert_int_equal(link->direction[1].delay, NETSIM_MS / 2);
    assert_int_equal(link->direction[1].ce_threshold_pkts, 20);
    assert_int_equal(link->direction[1].overhead, 0);
    const struct scenario_actor *actor = &g_array_index(s->actors, struct scenario_actor, 0);
    const struct step *steps = (const struct step *) actor->steps->data;
    assert_int_equal(steps[1].value, 0);
    assert_int_equal(steps[2].address.addr, 0x0a010002);
    assert_int_equal(steps[2].address.port, 80);
    assert_int_equal(steps[2].timeout, 8 * NETSIM_S);
    assert_int_equal(steps[3].count, 5);
    assert_int_equal(g_array_index(steps[3].steps, struct step, 0).flags, NETSIM_MSG_MORE);
    assert_int_equal(steps[4].bytes, -1);
    assert_int_equal(steps[4].chunk, 65536);
    assert_int_equal(steps[4].timeout, NETSIM_TIME_MAX);
    scenario_free(s);
}

/* The collection counts the packet in service, the link does not. */
static void the_queue_is_one_shorter_than_written(void **state)
{
    (void) state;
    struct scenario *s = parse(good, NULL);
    const struct scenario_link *link = &g_array_index(s->links, struct scenario_link, 0);
    assert_int_equal(link->direction[0].queue_pkts, NETSIM_QUEUE_NONE);
    assert_int_equal(link->direction[1].queue_pkts, 24);
    scenario_free(s);
}

static void a_cut_of_both_directions_becomes_two(void **state)
{
    (void) state;
    struct scenario *s = parse(good, NULL);
    const struct scenario_link *link = &g_array_index(s->links, struct scenario_link, 0);
    const struct scenario_rule *rule = &g_array_index(link->rules, struct scenario_rule, 0);
    assert_int_equal(link->rules->len, 1);
    assert_true(rule->b2a);
    assert_int_equal(rule->rule.first, 3);
    assert_int_equal(rule->rule.last, 4);
    assert_int_equal(rule->rule.nth, 1);
    assert_int_equal(rule->rule.nth_last, 2);
    assert_int_equal(link->cuts->len, 2);
    assert_false(g_array_index(link->cuts, struct scenario_cut, 0).b2a);
    assert_true(g_array_index(link->cuts, struct scenario_cut, 1).b2a);
    assert_int_equal(g_array_index(link->cuts, struct scenario_cut, 1).cut.k, 9);
    scenario_free(s);
}

static void every_recorded_scenario_can_be_read(void **state)
{
    (void) state;
    const char *area = NETSIM_SOURCE_DIR "/validate/cases/iw";
    g_autoptr(GDir) dir = g_dir_open(area, 0, NULL);
    unsigned n = 0;
    for (const char *name; (name = g_dir_read_name(dir)); n++) {
        g_autofree char *path = g_build_filename(area, name, "scenario.json", NULL), *text = NULL;
        gsize length;
        assert_true(g_file_get_contents(path, &text, &length, NULL));
        g_autoptr(GError) error = NULL;
        struct scenario *s = scenario_parse(path, text, length, &error);
        if (!s) fail_msg("%s", error->message);
        scenario_free(s);
    }
    assert_int_equal(n, 20);
}

/* ---- what is wrong is told with its place ---- */

/* @from is replaced by @to in the good scenario; the message is @message. */
static void becomes(const char *from, const char *to, int code, const char *message)
{
    g_auto(GStrv) parts = g_strsplit(good, from, 2);
    assert_non_null(parts[1]);
    g_autofree char *text = g_strjoinv(to, parts);
    g_autoptr(GError) error = NULL;
    struct scenario *s = parse(text, &error);
    assert_null(s);
    assert_string_equal(error->message, message);
    assert_true(g_error_matches(error, NETSIM_ERROR, code));
}

static void a_wrong_value_is_told_with_the_path_of_its_key(void **state)
{
    (void) state;
    becomes("25.0", "\"25ms\"", NETSIM_ERROR_SYNTAX, "x.json: links[0].a2b.delay_ms: must be a number");
    becomes("25.0", "-1", NETSIM_ERROR_RANGE, "x.json: links[0].a2b.delay_ms: -1: must be 0..1000000000000");
    becomes("\"retx\"", "\"lost\"", NETSIM_ERROR_SYNTAX, "x.json: links[0].rules[0].match: \"lost\" is no kind of packet");
    becomes("[3, 4]", "[0, 4]", NETSIM_ERROR_SYNTAX, "x.json: links[0].rules[0].k: must be [first, last], counted from 1");
    becomes("\"both\"", "\"c2d\"", NETSIM_ERROR_SYNTAX, "x.json: links[0].cuts[0].dir: \"c2d\": must be a2b, b2a or both");
    becomes("\"bytes\": 50", "\"bytes\": true", NETSIM_ERROR_SYNTAX, "x.json: actors[0].steps[3].steps[0].bytes: must be a number");
    becomes("\"10.1.0.2\"", "\"10.1.0.256\"", NETSIM_ERROR_SYNTAX,
            "x.json: actors[0].steps[2].addr: \"10.1.0.256\" is not an IPv4 address");
    becomes("\"port\": 80,", "", NETSIM_ERROR_SYNTAX, "x.json: actors[0].steps[2].port: is missing; \"connect\" needs it");
    becomes("\"a-w0.pcap.gz\"", "\"../x.pcap\"", NETSIM_ERROR_SYNTAX, "x.json: captures: \"../x\" is not the name of a file");
    becomes("\"a-w0.pcap.gz\"", "", NETSIM_ERROR_SYNTAX, "x.json: captures: there is none, so nothing can be compared");
    becomes("\"client\"", "\"../client\"", NETSIM_ERROR_SYNTAX,
            "x.json: actors[0].name: \"../client\": only letters, digits, '-' and '_'");
}

static void what_the_player_lacks_is_named(void **state)
{
    (void) state;
    becomes("\"op\": \"recv\"", "\"op\": \"frobnicate\"", NETSIM_ERROR_UNSUPPORTED,
            "x.json: actors[0].steps[4].op: the player lacks the step \"frobnicate\"");
    becomes("\"op\": \"recv\",", "\"op\": \"recv\", \"peek\": true,", NETSIM_ERROR_UNSUPPORTED,
            "x.json: actors[0].steps[4].peek: the player does not know this key of \"recv\"");
    becomes("\"op\": \"recv\",", "\"op\": \"recv\", \"\": 1,", NETSIM_ERROR_UNSUPPORTED,
            "x.json: actors[0].steps[4].: the player does not know this key of \"recv\"");
    becomes("\"more\"", "\"fastopen\"", NETSIM_ERROR_UNSUPPORTED,
            "x.json: actors[0].steps[3].steps[0].flags: \"fastopen\" is not modelled");
    becomes("\"format\": 1", "\"format\": 2", NETSIM_ERROR_UNSUPPORTED,
            "x.json: format: only scenarios of format 1 can be played");
    becomes("\"format\": 1", "\"family\": \"inet6\", \"format\": 1", NETSIM_ERROR_UNSUPPORTED,
            "x.json: family: \"inet6\" is not modelled");
    becomes("6.18.44", "2.4.1", NETSIM_ERROR_UNSUPPORTED, "x.json: kernel: there is no profile \"linux2.4\"");
}

static void text_that_is_not_json_is_refused(void **state)
{
    (void) state;
    g_autoptr(GError) error = NULL;
    assert_null(parse("{ \"format\": 1,\n  \"what\": }", &error));
    assert_true(g_str_has_prefix(error->message, "x.json: not JSON: line 2"));
    g_clear_error(&error);
    assert_null(parse("", &error));
    assert_non_null(error);
    g_clear_error(&error);
    assert_null(parse("[1]", &error));
    assert_string_equal(error->message, "x.json: must be an object {...}");
    g_clear_error(&error);
    assert_null(parse("\"\xff\"", &error));
    assert_string_equal(error->message, "x.json: not UTF-8 text");
}

static void deep_nesting_is_refused_before_it_is_parsed(void **state)
{
    (void) state;
    g_autofree char *deep = g_strnfill(1000000, '[');
    g_autoptr(GError) error = NULL;
    assert_null(parse(deep, &error));
    assert_string_equal(error->message, "x.json: nested deeper than 64 levels");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_scenario_is_read_with_its_units),
        cmocka_unit_test(the_queue_is_one_shorter_than_written),
        cmocka_unit_test(a_cut_of_both_directions_becomes_two),
        cmocka_unit_test(every_recorded_scenario_can_be_read),
        cmocka_unit_test(a_wrong_value_is_told_with_the_path_of_its_key),
        cmocka_unit_test(what_the_player_lacks_is_named),
        cmocka_unit_test(text_that_is_not_json_is_refused),
        cmocka_unit_test(deep_nesting_is_refused_before_it_is_parsed),
    };
    return cmocka_run_group_tests_name("validate/scenario", tests, NULL, NULL);
}
