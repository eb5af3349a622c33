/* SPDX-License-Identifier: GPL-3.0-or-later */
/* json.c - JSON (RFC 8259) from Lua values. */
#include "scripts/bind.h"

#include <netsim/json.h>
#include <string.h>

enum { MAX_DEPTH = 32 };
static const char *write_value(lua_State *L, int index, GString *out, int depth);

/* Are its keys 1 to @n, but for nil values, and no others? */
static bool is_list(lua_State *L, int index, lua_Integer n)
{
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1))
        if (!lua_isinteger(L, -2) || lua_tointeger(L, -2) < 1 || lua_tointeger(L, -2) > n) {
            lua_pop(L, 2);
            return false;
        }
    return true;
}

static const char *write_list(lua_State *L, int index, GString *out, int depth)
{
    const char *odd = NULL;
    lua_Integer n = (lua_Integer) lua_rawlen(L, index);
    if (!is_list(L, index, n)) return "a table that is both a list and a table of names";
    g_string_append_c(out, '[');
    for (lua_Integer i = 1; !odd && i <= n; i++) {
        if (i > 1) g_string_append_c(out, ',');
        lua_rawgeti(L, index, i);
        odd = write_value(L, lua_gettop(L), out, depth);
        lua_pop(L, 1);
    }
    g_string_append_c(out, ']');
    return odd;
}

static int by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *) a, *(char *const *) b);
}

/* Keys in order, so that equal tables give equal text. */
static const char *write_object(lua_State *L, int index, GString *out, int depth)
{
    GPtrArray *keys = g_ptr_array_new_with_free_func(g_free);
    const char *odd = NULL;
    for (lua_pushnil(L); !odd && lua_next(L, index); lua_pop(L, 1)) {
        if (lua_type(L, -2) == LUA_TSTRING && strlen(lua_tostring(L, -2)) == lua_rawlen(L, -2))
            g_ptr_array_add(keys, g_strdup(lua_tostring(L, -2)));
        else odd = "a table whose keys are neither names nor 1, 2, 3 ...";
        if (odd) lua_pop(L, 1); /* lua_next() is not called again */
    }
    g_ptr_array_sort(keys, by_name);
    g_string_append_c(out, '{');
    for (guint i = 0; !odd && i < keys->len; i++) {
        const char *key = keys->pdata[i];
        if (i) g_string_append_c(out, ',');
        netsim_json_string(out, key, -1);
        g_string_append_c(out, ':');
        lua_pushstring(L, key);
        lua_rawget(L, index);
        odd = write_value(L, lua_gettop(L), out, depth);
        lua_pop(L, 1);
    }
    g_string_append_c(out, '}');
    g_ptr_array_free(keys, TRUE);
    return odd;
}

static const char *write_value(lua_State *L, int index, GString *out, int depth)
{
    size_t length;
    const char *text;
    switch (lua_type(L, index)) {
    case LUA_TNIL: g_string_append(out, "null"); return NULL;
    case LUA_TBOOLEAN: g_string_append(out, lua_toboolean(L, index) ? "true" : "false"); return NULL;
    case LUA_TSTRING:
        text = lua_tolstring(L, index, &length);
        netsim_json_string(out, text, (gssize) length);
        return NULL;
    case LUA_TNUMBER:
        if (lua_isinteger(L, index)) g_string_append_printf(out, "%" G_GINT64_FORMAT, (gint64) lua_tointeger(L, index));
        else netsim_json_number(out, lua_tonumber(L, index));
        return NULL;
    case LUA_TTABLE:
        if (depth >= MAX_DEPTH || !lua_checkstack(L, 8)) return "a table that contains itself, or is nested too deeply";
        return (lua_rawlen(L, index) ? write_list : write_object)(L, index, out, depth + 1);
    default: return "a function, a handle or a coroutine";
    }
}

const char *json_lua_value(lua_State *L, int index, GString *out)
{
    return write_value(L, lua_absindex(L, index), out, 0);
}
