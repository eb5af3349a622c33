/* SPDX-License-Identifier: GPL-3.0-or-later */
/* expect.c - what a case is known to do differently, and why: its expect.lua. */
#include "validate/trace/expect.h"

#include <lauxlib.h>
#include <lua.h>
#include <netsim/sim.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_INSTRUCTIONS = 100000, MAX_MEMORY_BYTES = 1 << 20, MAX_TOLERANCE_MS = 10000 };

static void *allocate(void *used_bytes, void *old, size_t old_size, size_t size)
{
    size_t *used = used_bytes;
    if (!old) old_size = 0; /* then it says what kind of object is made */
    if (size == 0) {
        free(old);
        *used -= old_size;
        return NULL;
    }
    if (size > old_size && *used + (size - old_size) > MAX_MEMORY_BYTES) return NULL;
    void *block = realloc(old, size);
    if (block) *used += size - old_size;
    return block;
}

static void stop(lua_State *L, lua_Debug *ar)
{
    (void) ar;
    luaL_error(L, "runs too long; it should only return a table");
}

/* The string at @index, which may not be empty: a reason has to be given. */
static char *reason(lua_State *L, int index, const char *key)
{
    size_t length;
    const char *text = lua_type(L, index) == LUA_TSTRING ? lua_tolstring(L, index, &length) : NULL;
    if (!text || length == 0) luaL_error(L, "%s: must be a string that says why", key);
    return g_strdup(text);
}

static void read_counters(lua_State *L, struct expect *e)
{
    if (!lua_istable(L, -1)) luaL_error(L, "counters: must be a table { NAME = \"why\" }");
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING) luaL_error(L, "counters: must be a table { NAME = \"why\" }");
        const char *name = lua_tostring(L, -2);
        char *why = reason(L, -1, name);
        g_hash_table_replace(e->counters, g_strdup(name), why);
    }
}

static void read_key(lua_State *L, struct expect *e, const char *key)
{
    if (strcmp(key, "differs") == 0) {
        e->differs = reason(L, -1, key);
    } else if (strcmp(key, "flights") == 0) {
        e->flights = reason(L, -1, key);
    } else if (strcmp(key, "not_run") == 0) {
        e->not_run = reason(L, -1, key);
    } else if (strcmp(key, "application") == 0) {
        e->application = reason(L, -1, key);
    } else if (strcmp(key, "counters") == 0) {
        read_counters(L, e);
    } else if (strcmp(key, "tolerance_ms") == 0) {
        e->tolerance_ms = lua_tonumber(L, -1);
        if (!(e->tolerance_ms > 0 && e->tolerance_ms <= MAX_TOLERANCE_MS))
            luaL_error(L, "tolerance_ms: must be a number above 0, at most %d", MAX_TOLERANCE_MS);
        lua_getfield(L, 1, "why");
        g_free(reason(L, -1, "why (of tolerance_ms)"));
        lua_pop(L, 1);
    } else if (strcmp(key, "why") != 0) {
        luaL_error(L, "%s: unknown; known are differs, flights, not_run, tolerance_ms, why, application and counters", key);
    }
}

/* Runs protected: whatever raises an error in here becomes a message. */
static int read_protected(lua_State *L)
{
    struct expect *e = lua_touserdata(L, lua_upvalueindex(1));
    lua_call(L, 0, 1);
    if (!lua_istable(L, 1)) return luaL_error(L, "must return a table");
    for (lua_pushnil(L); lua_next(L, 1); lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING) return luaL_error(L, "must return a table of named values");
        read_key(L, e, lua_tostring(L, -2));
    }
    return 0;
}

static struct expect *read_text(const char *path, const char *text, gsize length, GError **error)
{
    struct expect *e = g_new0(struct expect, 1);
    e->counters = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_autofree char *chunk = g_strconcat("@", path, NULL);
    size_t used_bytes = 0;
    lua_State *L = lua_newstate(allocate, &used_bytes);
    lua_sethook(L, stop, LUA_MASKCOUNT, MAX_INSTRUCTIONS);
    lua_pushlightuserdata(L, e);
    lua_pushcclosure(L, read_protected, 1);
    if (luaL_loadbufferx(L, text, length, chunk, "t") == LUA_OK && lua_pcall(L, 1, 0, 0) == LUA_OK) {
        lua_close(L);
        return e;
    }
    const char *why = lua_tostring(L, -1);
    if (why && g_str_has_prefix(why, path)) g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_SYNTAX, "%s", why);
    else g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_SYNTAX, "%s: %s", path, why ? why : "not Lua");
    lua_close(L);
    expect_free(e);
    return NULL;
}

struct expect *expect_read(const char *path, GError **error)
{
    g_autofree char *text = NULL;
    gsize length = 0;
    if (!g_file_test(path, G_FILE_TEST_EXISTS)) return read_text(path, "return {}", strlen("return {}"), error);
    if (!g_file_get_contents(path, &text, &length, error)) return NULL;
    return read_text(path, text, length, error);
}

void expect_free(struct expect *expect)
{
    if (!expect) return;
    g_free(expect->differs);
    g_free(expect->flights);
    g_free(expect->not_run);
    g_free(expect->application);
    g_hash_table_unref(expect->counters);
    g_free(expect);
}
