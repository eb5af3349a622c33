/* SPDX-License-Identifier: GPL-3.0-or-later */
/* args.c - arguments that scripts give, and the errors that they get: one line, at the script's line, with the mend. */
#include "core/suggest.h"
#include "scripts/bind.h"

#include <math.h>
#include <string.h>

struct run *run_of(lua_State *L)
{
    void *run;
    lua_getallocf(L, &run);
    return run;
}

/* ---- errors ---- */

bool lua_find_place(lua_State *from, lua_Debug *ar)
{
    for (int level = 0; lua_getstack(from, level, ar); level++)
        if (lua_getinfo(from, "Sl", ar) && ar->source[0] == '@' && ar->currentline > 0) return true;
    return false;
}

static void push_where_of(lua_State *L, lua_State *from)
{
    lua_Debug ar;
    if (lua_find_place(from, &ar)) lua_pushfstring(L, "%s:%d: ", ar.source + 1, ar.currentline);
    else lua_pushliteral(L, "");
}

void lua_push_where(lua_State *L)
{
    push_where_of(L, L);
}

void lua_name_error(lua_State *L, lua_State *from)
{
    enum { MOST = 200 };
    if (lua_type(L, -1) == LUA_TSTRING) return;
    push_where_of(L, from);
    if (luaL_getmetafield(L, -2, "__tostring") != LUA_TNIL) {
        lua_pop(L, 1);
        luaL_tolstring(L, -2, NULL);
    } else {
        GString *json = g_string_new(NULL);
        bool shows = !json_lua_value(L, -2, json) && json->len <= MOST;
        lua_pushfstring(L, "the error is a %s, not a text%s%s", luaL_typename(L, -2), shows ? ": " : "", shows ? json->str : "");
        g_string_free(json, TRUE);
    }
    lua_concat(L, 2);
    lua_replace(L, -2);
}

static int exit_code_of(const GError *error)
{
    if (error->domain != NETSIM_ERROR) return EXIT_IO;
    switch (error->code) {
    case NETSIM_ERROR_IO: return EXIT_IO;
    case NETSIM_ERROR_INVARIANT: return EXIT_INVARIANT;
    default: return EXIT_SCRIPT;
    }
}

void lua_raise(lua_State *L, GError *error)
{
    struct run *run = run_of(L);
    int code = exit_code_of(error);
    lua_push_where(L);
    lua_pushstring(L, error->message);
    g_error_free(error);
    lua_concat(L, 2);
    g_free(run->raised);
    run->raised = g_strdup(lua_tostring(L, -1));
    run->raised_code = code;
    lua_error(L);
    __builtin_unreachable();
}

void lua_raisef(lua_State *L, const char *format, ...)
{
    lua_push_where(L);
    va_list args;
    va_start(args, format);
    char *text = g_strdup_vprintf(format, args);
    va_end(args);
    lua_pushstring(L, text); /* may raise for memory, which leaks one string of a run that ends */
    g_free(text);
    lua_concat(L, 2);
    lua_error(L);
    __builtin_unreachable();
}

const char *lua_check_text(lua_State *L, int index, const char *what)
{
    size_t length;
    if (lua_type(L, index) != LUA_TSTRING) lua_raisef(L, "%s must be a string, not a %s", what, luaL_typename(L, index));
    const char *text = lua_tolstring(L, index, &length);
    if (strlen(text) != length) lua_raisef(L, "%s has a zero byte in it", what);
    return text;
}

const char *lua_push_key(lua_State *L, int index)
{
    if (lua_type(L, index) == LUA_TNUMBER || lua_type(L, index) == LUA_TSTRING) lua_pushvalue(L, index);
    else lua_pushstring(L, luaL_typename(L, index)); /* an address is not the same in every run */
    return lua_tostring(L, -1);
}

/* ---- names spelt wrong ---- */

const char *nearest_name(const char *word, const char *const *names)
{
    struct suggest s = suggest_for(word);
    for (; *names; names++) suggest_offer(&s, *names);
    return s.best;
}

const char *lua_push_suggestion(lua_State *L, const char *word, const char *const *names)
{
    struct suggest s = suggest_for(word);
    for (; *names; names++) suggest_offer(&s, *names);
    return lua_pushstring(L, suggest_text(&s).text);
}

/* ---- quantities ---- */

static _Noreturn void raise_quantity(lua_State *L, const char *what, GError *error)
{
    lua_pushfstring(L, "%s = %s", what, error->message);
    g_free(error->message);
    error->message = g_strdup(lua_tostring(L, -1));
    lua_raise(L, error);
}

/* A number >= 0, or raises. */
static double to_number(lua_State *L, int index, const char *what, const char *example)
{
    if (lua_type(L, index) != LUA_TNUMBER)
        lua_raisef(L, "%s: a %s is not a quantity; write %s", what, luaL_typename(L, index), example);
    double x = lua_tonumber(L, index);
    if (!(x >= 0) || isinf(x)) lua_raisef(L, "%s = %.14g: must not be negative or infinite", what, x);
    return x;
}

/* "5" may mean ms as well as s; 0 needs no unit. */
static void refuse_bare_number(lua_State *L, int index, const char *what, const char *unit, const char *number)
{
    const char *text = lua_tostring(L, index);
    char *end;
    double x = g_ascii_strtod(text, &end);
    if (end == text || end[strspn(end, " \t")] || !(x > 0)) return;
    lua_raisef(L, "%s = \"%s\": of which unit? write \"%.14g%s\", or %.14g without quotes for %s", what, text, x, unit, x, number);
}

netsim_time lua_to_time(lua_State *L, int index, const char *what)
{
    if (lua_type(L, index) != LUA_TSTRING) {
        double s = to_number(L, index, what, "\"25ms\", or a number of seconds");
        if (s > 9e6) lua_raisef(L, "%s = %.14g s: at most 9e6 seconds (104 days)", what, s);
        return netsim_seconds(s);
    }
    netsim_time time;
    GError *error = NULL;
    refuse_bare_number(L, index, what, "ms", "seconds");
    if (!netsim_parse_time(lua_tostring(L, index), &time, &error)) raise_quantity(L, what, error);
    return time;
}

uint64_t lua_to_rate(lua_State *L, int index, const char *what)
{
    if (lua_type(L, index) != LUA_TSTRING) {
        double rate = to_number(L, index, what, "\"10Mbit\", or a number of bit/s");
        if (rate < 1 || rate > 1e15)
            lua_raisef(L, "%s = %.14g bit/s: must be 1 to 1e15; a link without a rate is infinitely fast", what, rate);
        return (uint64_t) (rate + 0.5);
    }
    uint64_t rate;
    GError *error = NULL;
    refuse_bare_number(L, index, what, "Mbit", "bit/s");
    if (!netsim_parse_rate(lua_tostring(L, index), &rate, &error)) raise_quantity(L, what, error);
    return rate;
}

uint64_t lua_to_size(lua_State *L, int index, const char *what)
{
    if (lua_type(L, index) != LUA_TSTRING) {
        double size = to_number(L, index, what, "\"15KiB\", or a number of bytes");
        if (size > 9e15) lua_raisef(L, "%s = %.14g: at most 9e15 bytes", what, size);
        if (size != floor(size)) lua_raisef(L, "%s = %.14g: must be a whole number of bytes", what, size);
        return (uint64_t) size;
    }
    uint64_t size;
    GError *error = NULL;
    if (!netsim_parse_size(lua_tostring(L, index), &size, &error)) raise_quantity(L, what, error);
    return size;
}

bool lua_to_whole(lua_State *L, int index, lua_Integer *n)
{
    if (lua_isinteger(L, index)) *n = lua_tointeger(L, index);
    else if (lua_type(L, index) != LUA_TNUMBER || !lua_numbertointeger(lua_tonumber(L, index), n)) return false;
    else return lua_tonumber(L, index) == (lua_Number) *n;
    return true;
}

/* 0.01 or "1%". */
static double to_probability(lua_State *L, int index, const char *what)
{
    double p;
    if (lua_type(L, index) == LUA_TSTRING) {
        const char *text = lua_tostring(L, index);
        char *end;
        p = g_ascii_strtod(text, &end);
        if (end == text || strcmp(end, "%")) lua_raisef(L, "%s = \"%s\": write \"1%%\" or 0.01", what, text);
        p /= 100;
    } else if (lua_type(L, index) == LUA_TNUMBER) p = lua_tonumber(L, index);
    else lua_raisef(L, "%s: a %s is not a probability; write \"1%%\" or 0.01", what, luaL_typename(L, index));
    if (!(p >= 0 && p <= 1)) lua_raisef(L, "%s = %.14g: a probability is 0 to 1 (\"1%%\" is 0.01)", what, p);
    return p;
}

static uint32_t to_count(lua_State *L, int index, const char *what)
{
    int is_whole;
    lua_Integer n = lua_tointegerx(L, index, &is_whole);
    if (!is_whole || lua_type(L, index) != LUA_TNUMBER) lua_raisef(L, "%s must be a whole number", what);
    if (n < 0 || n > UINT32_MAX) lua_raisef(L, "%s = %lld: must be 0 to 4294967295", what, (long long) n);
    return (uint32_t) n;
}

/* ---- tables that are given ---- */

/* Upvalues: what it is, the names that it may have. */
static int guarded_index(lua_State *L)
{
    if (lua_type(L, 2) != LUA_TSTRING) return 0;
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(2)) != LUA_TNIL) return 0;
    struct suggest near = suggest_for(lua_tostring(L, 2));
    for (lua_pushnil(L); lua_next(L, 1); lua_pop(L, 1))
        if (lua_type(L, -2) == LUA_TSTRING) suggest_offer(&near, lua_tostring(L, -2));
    lua_raisef(L, "%s has no \"%s\"%s", lua_tostring(L, lua_upvalueindex(1)), lua_tostring(L, 2), suggest_text(&near).text);
}

void lua_guard_fields(lua_State *L, const char *what, void (*push_names)(lua_State *L))
{
    luaL_checkstack(L, 8, NULL);
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, what) == LUA_TNIL) {
        lua_pop(L, 1);
        lua_createtable(L, 0, 2);
        lua_pushstring(L, what);
        push_names(L);
        lua_pushcclosure(L, guarded_index, 2);
        lua_setfield(L, -2, "__index");
        lua_pushboolean(L, 0);
        lua_setfield(L, -2, "__metatable");
        lua_pushvalue(L, -1);
        lua_rawsetp(L, LUA_REGISTRYINDEX, what);
    }
    lua_setmetatable(L, -2);
}

/* ---- tables of options ---- */

static const struct option *find_option(const struct option *options, const char *name)
{
    for (; options->name; options++)
        if (!strcmp(options->name, name)) return options;
    return NULL;
}

static _Noreturn void raise_unknown(lua_State *L, const char *what, const char *key, const struct option *options)
{
    GPtrArray *names = g_ptr_array_new();
    for (; options->name; options++) g_ptr_array_add(names, (void *) options->name);
    g_ptr_array_add(names, NULL);
    const char *near = nearest_name(key, (const char *const *) names->pdata);
    char *list = g_strjoinv(", ", (char **) names->pdata);
    lua_pushstring(L, list);
    g_free(list);
    g_ptr_array_free(names, TRUE);
    if (near) lua_raisef(L, "%s has no \"%s\", did you mean \"%s\"?", what, key, near);
    lua_raisef(L, "%s has no \"%s\"; it takes %s", what, key, lua_tostring(L, -1));
}

static void read_option(lua_State *L, const struct option *o, const char *what)
{
    char name[96];
    g_snprintf(name, sizeof name, "%s: %s", what, o->name);
    switch (o->kind) {
    case OPTION_TIME: *(netsim_time *) o->to = lua_to_time(L, -1, name); break;
    case OPTION_RATE: *(uint64_t *) o->to = lua_to_rate(L, -1, name); break;
    case OPTION_PROBABILITY: *(double *) o->to = to_probability(L, -1, name); break;
    case OPTION_COUNT: *(uint32_t *) o->to = to_count(L, -1, name); break;
    case OPTION_BOOL:
        if (!lua_isboolean(L, -1)) lua_raisef(L, "%s must be true or false", name);
        *(bool *) o->to = lua_toboolean(L, -1);
        break;
    case OPTION_STRING:
        if (lua_type(L, -1) != LUA_TSTRING) lua_raisef(L, "%s must be a string, not a %s", name, luaL_typename(L, -1));
        *(const char **) o->to = lua_tostring(L, -1);
        break;
    case OPTION_OTHER: break;
    }
}

void lua_read_options(lua_State *L, int index, const char *what, const struct option *options)
{
    index = lua_absindex(L, index);
    if (!lua_istable(L, index)) lua_raisef(L, "%s: a table is expected, not a %s", what, luaL_typename(L, index));
    luaL_checkstack(L, 8, what);
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING) lua_raisef(L, "%s: give options by name: { delay = \"10ms\" }", what);
        const char *key = lua_tostring(L, -2);
        const struct option *o = find_option(options, key);
        if (!o) raise_unknown(L, what, key, options);
        read_option(L, o, what);
    }
}
