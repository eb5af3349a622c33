/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON that we write is read back by json-glib, which we did not write. */
#include "scripts/bind.h"

#include <json-glib/json-glib.h>
#include <lualib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>

#include <cmocka.h>

/* The value of a Lua expression, through our writer and json-glib's reader; free with json_node_unref(). */
static JsonNode *through(const char *expression)
{
    lua_State *L = luaL_newstate();
    luaL_openlibs(L);
    char *chunk = g_strconcat("return ", expression, NULL);
    assert_int_equal(luaL_dostring(L, chunk), LUA_OK);
    GString *json = g_string_new(NULL);
    assert_null(json_lua_value(L, -1, json));
    assert_int_equal(lua_gettop(L), 1);
    GError *error = NULL;
    JsonNode *node = json_from_string(json->str, &error);
    if (error) fail_msg("%s: %s", json->str, error->message);
    g_string_free(json, TRUE);
    g_free(chunk);
    lua_close(L);
    return node;
}

static void strings_survive(void **state)
{
    (void) state;
    JsonNode *node = through("'a \"quoted\" \\\\ back\\nnew\\ttab \\1\\127 \\xc3\\xa9'");
    assert_string_equal(json_node_get_string(node), "a \"quoted\" \\ back\nnew\ttab \1\177 \xc3\xa9");
    json_node_unref(node);
}

static void bytes_that_are_not_utf8_do_not_spoil_the_text(void **state)
{
    (void) state;
    JsonNode *node = through("'\\xff\\xfe x'");
    assert_true(g_str_has_suffix(json_node_get_string(node), " x"));
    json_node_unref(node);
}

static void numbers_survive_to_the_last_bit(void **state)
{
    static const char *const numbers[] = { "0.1", "1/3", "1e-300", "123456789.123456789", "-2.5e17", "0.0", "3.141592653589793" };
    (void) state;
    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
        JsonNode *node = through(numbers[i]);
        lua_State *L = luaL_newstate();
        char *chunk = g_strconcat("return ", numbers[i], NULL);
        assert_int_equal(luaL_dostring(L, chunk), LUA_OK);
        assert_true(json_node_get_double(node) == lua_tonumber(L, -1));
        lua_close(L);
        g_free(chunk);
        json_node_unref(node);
    }
    JsonNode *node = through("9007199254740993");
    assert_true(json_node_get_int(node) == 9007199254740993);
    json_node_unref(node);
}

static void numbers_that_json_lacks_become_null(void **state)
{
    (void) state;
    JsonNode *node = through("{ 0/0, 1/0, -1/0 }");
    for (unsigned i = 0; i < 3; i++) assert_true(json_array_get_null_element(json_node_get_array(node), i));
    json_node_unref(node);
}

static void tables_become_lists_and_objects(void **state)
{
    (void) state;
    JsonNode *node = through("{ b = { 1, { x = true } }, a = 'x', ['key \"q\"'] = {} }");
    JsonObject *o = json_node_get_object(node);
    assert_int_equal(json_object_get_size(o), 3);
    assert_string_equal(json_object_get_string_member(o, "a"), "x");
    assert_true(json_object_has_member(o, "key \"q\""));
    JsonArray *list = json_object_get_array_member(o, "b");
    assert_int_equal(json_array_get_length(list), 2);
    assert_true(json_object_get_boolean_member(json_array_get_object_element(list, 1), "x"));
    json_node_unref(node);
}

static void what_json_cannot_hold_is_named(void **state)
{
    static const char *const odd[] = { "print", "{ a = { b = print } }", "{ [1.5] = 1 }", "{ 1, { [{}] = 2 } }",
                                       "(function() local t = {} t.t = t return t end)()" };
    (void) state;
    for (size_t i = 0; i < G_N_ELEMENTS(odd); i++) {
        lua_State *L = luaL_newstate();
        luaL_openlibs(L);
        char *chunk = g_strconcat("return ", odd[i], NULL);
        assert_int_equal(luaL_dostring(L, chunk), LUA_OK);
        GString *json = g_string_new(NULL);
        assert_non_null(json_lua_value(L, -1, json));
        assert_int_equal(lua_gettop(L), 1);
        g_string_free(json, TRUE);
        g_free(chunk);
        lua_close(L);
    }
}

/* `netsim --json`: one object with the members of schema 1, and nothing else on standard output. */
static void a_run_prints_one_object(void **state)
{
    static const char *const members[] = { "version", "script", "seed", "parameters", "result", "flows", "links", "packets",
                                           "fates", "hosts", "fingerprint", "events", "sim_s" };
    static const char script[] =
        "local netsim = require 'netsim' local p = netsim.params { n = 3 } local sim = netsim.new {}\n"
        "local a, b = sim:host 'a', sim:host 'b' sim:link(a:nic 'eth0', b:nic 'eth0', { delay = '1ms' })\n"
        "a:sh 'ip addr add 10.0.0.1/24 dev eth0' b:sh 'ip addr add 10.0.0.2/24 dev eth0'\n"
        "a:spawn('p', function(os) local s = os.socket 'udp' for i = 1, p.n do s:sendto(10, '10.0.0.2:7') end return { 1.5 } end)\n"
        "print 'not on standard output' sim:run() return { list = { 1, 2 }, text = 'x' }\n";
    (void) state;
    const char *netsim = g_getenv("NETSIM");
    if (!netsim || !g_file_test(netsim, G_FILE_TEST_IS_EXECUTABLE)) skip();
    char *path = g_build_filename(g_get_tmp_dir(), "netsim-test-json-XXXXXX", NULL), *out = NULL;
    int fd = g_mkstemp(path), status = 0;
    assert_true(fd >= 0);
    assert_true(g_file_set_contents(path, script, -1, NULL));
    const char *argv[] = { netsim, "--json", path, NULL };
    assert_true(g_spawn_sync(NULL, (char **) argv, NULL, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &out, NULL, &status, NULL));
    assert_int_equal(status, 0);
    GError *error = NULL;
    JsonNode *node = json_from_string(out, &error);
    if (error) fail_msg("%s: %s", error->message, out);
    JsonObject *o = json_node_get_object(node);
    assert_int_equal(json_object_get_int_member(o, "netsim"), 1);
    for (size_t i = 0; i < G_N_ELEMENTS(members); i++)
        if (!json_object_has_member(o, members[i])) fail_msg("no member %s in %s", members[i], out);
    JsonObject *flow = json_array_get_object_element(json_object_get_array_member(o, "flows"), 0);
    assert_int_equal(json_object_get_int_member(flow, "bytes_out"), 30);
    assert_int_equal(json_array_get_length(json_object_get_array_member(flow, "result")), 1);
    JsonObject *b = json_object_get_object_member(json_object_get_object_member(o, "hosts"), "b");
    assert_int_equal(json_object_get_int_member(b, "UdpNoPorts"), 3);
    json_node_unref(node);
    unlink(path);
    close(fd);
    g_free(path);
    g_free(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strings_survive),
        cmocka_unit_test(bytes_that_are_not_utf8_do_not_spoil_the_text),
        cmocka_unit_test(numbers_survive_to_the_last_bit),
        cmocka_unit_test(numbers_that_json_lacks_become_null),
        cmocka_unit_test(tables_become_lists_and_objects),
        cmocka_unit_test(what_json_cannot_hold_is_named),
        cmocka_unit_test(a_run_prints_one_object),
    };
    return cmocka_run_group_tests_name("scripts/test_json", tests, NULL, NULL);
}
