/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sandbox.c - the Lua state of a scenario: which globals it sees, how much memory and how many instructions it has.
 *
 * Scripts are not trusted, and a run is a function of (script, arguments, seed).  So nothing here reads a clock, the
 * environment or an address, runs a program, or touches a file but those beside the script (read) and those under
 * the output directory (write).  pairs() goes through keys in order: Lua's own order depends on a random number that
 * is drawn when the state is made.
 */
#include "core/rng.h"
#include "core/suggest.h"
#include "core/unit.h"
#include "scripts/bind.h"
#include "scripts/prelude.h"
#include "scripts/task.h"

#include <errno.h>
#include <lualib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { HOOK_INSTRUCTIONS = 1000000 };

/* ---- limits ---- */

static void *limited_alloc(void *data, void *old, size_t old_size, size_t new_size)
{
    struct run *run = data;
    size_t before = old ? old_size : 0;
    if (new_size > before && run->memory_bytes + (new_size - before) > run->options->limit_memory_bytes) {
        run->is_out_of_memory = true;
        return NULL;
    }
    void *now = NULL;
    if (new_size == 0) free(old);
    else if (!(now = realloc(old, new_size))) return NULL;
    run->memory_bytes += new_size - before;
    return now;
}

/* Raises at every instruction once a limit is passed, so that pcall() only delays the end. */
static void count_hook(lua_State *L, lua_Debug *ar)
{
    (void) ar;
    struct run *run = run_of(L);
    run->instructions += HOOK_INSTRUCTIONS;
    if (run->is_interrupted) {
        lua_sethook(L, count_hook, LUA_MASKCOUNT, 1);
        luaL_error(L, "interrupted");
    }
    if (run->instructions < run->options->limit_instructions && !run->is_over_limit) return;
    run->is_over_limit = true;
    lua_sethook(L, count_hook, LUA_MASKCOUNT, 1);
    lua_raisef(L, "a script that never yields: %.3g instructions without waiting (in a process: os.sleep, recv ...; "
                  "--limit-instructions sets the limit)", (double) run->options->limit_instructions);
}

/* ---- order ---- */

/* Numbers, then strings, then booleans; other keys have no order of their own. */
static int key_rank(lua_State *L, int index)
{
    switch (lua_type(L, index)) {
    case LUA_TNUMBER: return 0;
    case LUA_TSTRING: return 1;
    case LUA_TBOOLEAN: return 2;
    default: return 3;
    }
}

static void check_key(lua_State *L, int index)
{
    if (key_rank(L, index) == 3)
        lua_raisef(L, "pairs: a %s as key has no order that is the same in every run; loop over a list with ipairs",
                   luaL_typename(L, index));
}

static bool key_before(lua_State *L, int x, int y)
{
    int a = key_rank(L, x), b = key_rank(L, y);
    if (a != b) return a < b;
    if (a == 2) return lua_toboolean(L, x) < lua_toboolean(L, y);
    return lua_compare(L, x, y, LUA_OPLT);
}

/* Less-than of table.sort() for keys. */
static int key_less(lua_State *L)
{
    lua_pushboolean(L, key_before(L, 1, 2));
    return 1;
}

/* Push the sorted list of the keys of the table at 1. Upvalue 1 of the caller is table.sort. */
static void push_keys(lua_State *L)
{
    lua_newtable(L);
    int list = lua_gettop(L);
    lua_Integer n = 0, last = 0;
    bool is_sequence = true;
    for (lua_pushnil(L); lua_next(L, 1); lua_pop(L, 1)) {
        check_key(L, -2);
        is_sequence = is_sequence && lua_isinteger(L, -2) && lua_tointeger(L, -2) > last;
        last = lua_tointeger(L, -2);
        lua_pushvalue(L, -2);
        lua_rawseti(L, list, ++n);
    }
    if (is_sequence) return;
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_pushvalue(L, list);
    lua_pushcfunction(L, key_less);
    lua_call(L, 2, 0);
}

/* Upvalues: the list of keys, the place of the last. Those that were removed meanwhile are left out. */
static int pairs_next(lua_State *L)
{
    lua_Integer i = lua_tointeger(L, lua_upvalueindex(2));
    for (;;) {
        if (lua_rawgeti(L, lua_upvalueindex(1), ++i) == LUA_TNIL) return 1;
        lua_pushinteger(L, i);
        lua_replace(L, lua_upvalueindex(2));
        lua_pushvalue(L, -1);
        if (lua_rawget(L, 1) != LUA_TNIL) return 2;
        lua_pop(L, 2);
    }
}

static int ordered_pairs(lua_State *L)
{
    luaL_checkany(L, 1);
    lua_settop(L, 1);
    if (luaL_getmetafield(L, 1, "__pairs") != LUA_TNIL) {
        lua_pushvalue(L, 1);
        lua_call(L, 1, 3);
        return 3;
    }
    luaL_checktype(L, 1, LUA_TTABLE);
    push_keys(L);
    lua_pushinteger(L, 0);
    lua_pushcclosure(L, pairs_next, 2);
    lua_pushvalue(L, 1);
    lua_pushnil(L);
    return 3;
}

/* next(t), next(t, key): in the same order; the key may have been removed meanwhile. */
static int ordered_next(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 2);
    if (!lua_isnil(L, 2)) check_key(L, 2);
    lua_pushnil(L); /* 3, 4: the least key behind it so far, and its value */
    lua_pushnil(L);
    for (lua_pushnil(L); lua_next(L, 1); lua_pop(L, 1)) {
        check_key(L, -2);
        if (!lua_isnil(L, 2) && !key_before(L, 2, -2)) continue;
        if (!lua_isnil(L, 3) && !key_before(L, -2, 3)) continue;
        lua_copy(L, -2, 3);
        lua_copy(L, -1, 4);
    }
    return lua_isnil(L, 3) ? 1 : 2;
}

/* ---- chance ---- */

/* The stream of the script, or of the process that draws. Upvalue 1: table process name -> stream. */
static struct rng_stream *stream_of(lua_State *L)
{
    struct run *run = run_of(L);
    const struct task *t = run->task;
    if (t) lua_pushfstring(L, "%d/%s/%s", (int) t->handle.scene->number, t->flow->host, t->name);
    else lua_pushliteral(L, "script");
    lua_pushvalue(L, -1);
    if (lua_rawget(L, lua_upvalueindex(1)) == LUA_TNIL) {
        const char *name = lua_tostring(L, -2);
        const char *entity = t ? strchr(name, '/') + 1 : name;
        struct rng_stream *s = lua_newuserdatauv(L, sizeof *s, 0);
        rng_stream_init(s, t ? netsim_sim_seed(t->handle.scene->sim) : run->options->seed, entity, "math.random");
        lua_pushvalue(L, -3);
        lua_pushvalue(L, -2);
        lua_rawset(L, lua_upvalueindex(1));
    }
    return lua_touserdata(L, -1);
}

/** math.random([m [, n]]): as Lua's, from a stream that the seed and the process name decide */
static int seeded_random(lua_State *L)
{
    int n_args = lua_gettop(L);
    lua_Integer low = 1, high = 1;
    if (n_args > 2) return luaL_error(L, "wrong number of arguments");
    if (n_args >= 1) high = luaL_checkinteger(L, 1);
    if (n_args == 2) {
        low = high;
        high = luaL_checkinteger(L, 2);
    } else if (high == 0) { /* all integers */
        low = LUA_MININTEGER;
        high = LUA_MAXINTEGER;
    }
    luaL_argcheck(L, low <= high, n_args, "interval is empty");
    struct rng_stream *s = stream_of(L);
    if (n_args == 0) {
        lua_pushnumber(L, rng_unit(s));
        return 1;
    }
    uint64_t range = (uint64_t) high - (uint64_t) low, mask = range, x;
    for (unsigned shift = 1; shift < 64; shift *= 2) mask |= mask >> shift;
    do x = rng_u64(s) & mask;
    while (x > range);
    lua_pushinteger(L, (lua_Integer) ((uint64_t) low + x));
    return 1;
}

static int no_randomseed(lua_State *L)
{
    lua_raisef(L, "math.randomseed: the seed is that of the run: netsim.new { seed = 7 } or --seed 7");
}

/* ---- functions that are there, with less power ---- */

/* As luaL_tolstring(), but an address is no part of a run: "table", not "table: 0x55d0c8a0". */
static const char *push_text(lua_State *L, int index, size_t *length)
{
    int type = lua_type(L, index);
    bool is_ours = luaL_getmetafield(L, index, "__tostring") != LUA_TNIL;
    if (is_ours) lua_pop(L, 1);
    if (!is_ours && (type == LUA_TTABLE || type == LUA_TFUNCTION || type == LUA_TTHREAD)) {
        lua_pushstring(L, lua_typename(L, type));
        return lua_tolstring(L, -1, length);
    }
    return luaL_tolstring(L, index, length);
}

/* string.format(): "%s" as tostring() here, and no "%p". Upvalue 1: Lua's own. */
static int safe_format(lua_State *L)
{
    size_t length;
    const char *c = luaL_checklstring(L, 1, &length), *end = c + length;
    int n = lua_gettop(L);
    for (int arg = 2; (c = memchr(c, '%', (size_t) (end - c))); c++) {
        c += 1 + strspn(c + 1, "-+ #0123456789.");
        if (c == end) break;
        if (*c == 'p') lua_raisef(L, "string.format: %%p: an address is not the same in every run");
        if (*c == 's' && arg <= n && lua_type(L, arg) > LUA_TSTRING) {
            push_text(L, arg, NULL);
            lua_replace(L, arg);
        }
        arg += *c != '%';
    }
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    if (lua_pcall(L, n, 1, 0) == LUA_OK) return 1;
    const char *message = lua_tostring(L, -1);
    if (!message || !(g_str_has_prefix(message, "bad argument") || g_str_has_prefix(message, "invalid "))) return lua_error(L);
    const char *unnamed = strstr(message, "'?'"); /* Lua saw a call from C, not the script's */
    if (unnamed) lua_raisef(L, "%.*s'format'%s", (int) (unnamed - message), message, unnamed + strlen("'?'"));
    lua_raisef(L, "%s", message);
}

static int safe_tostring(lua_State *L)
{
    luaL_checkany(L, 1);
    push_text(L, 1, NULL);
    return 1;
}

static int safe_print(lua_State *L)
{
    struct run *run = run_of(L);
    int n = lua_gettop(L);
    for (int i = 1; i <= n; i++) {
        size_t length;
        const char *text = push_text(L, i, &length);
        if (i > 1) fputc('\t', run->print_to);
        fwrite(text, 1, length, run->print_to);
        lua_pop(L, 1);
    }
    fputc('\n', run->print_to);
    run->has_printed = true;
    return 0;
}

static int safe_write(lua_State *L)
{
    struct run *run = run_of(L);
    int n = lua_gettop(L);
    for (int i = 1; i <= n; i++) {
        size_t length;
        const char *text = luaL_checklstring(L, i, &length);
        fwrite(text, 1, length, run->print_to);
    }
    run->has_printed = true;
    return 0;
}

/* load(text [, name [, mode [, env]]]): text only; a precompiled chunk could do anything. */
static int safe_load(lua_State *L)
{
    size_t length;
    if (lua_type(L, 1) != LUA_TSTRING) lua_raisef(L, "load: give the text of the chunk");
    const char *text = lua_tolstring(L, 1, &length);
    lua_settop(L, 4);
    if (luaL_loadbufferx(L, text, length, luaL_optstring(L, 2, "=load"), "t") != LUA_OK) {
        lua_pushnil(L);
        lua_insert(L, -2);
        return 2;
    }
    if (!lua_isnil(L, 4)) {
        lua_pushvalue(L, 4);
        if (!lua_setupvalue(L, -2, 1)) lua_pop(L, 1);
    }
    return 1;
}

/* A message handler does not run once a limit is passed: no hook would stop it. Upvalue 1: the script's handler. */
static int guarded_handler(lua_State *L)
{
    struct run *run = run_of(L);
    if (run->is_over_limit || run->is_interrupted) return 1;
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, 1);
    return 1;
}

static int xpcall_done(lua_State *L, int status, lua_KContext context)
{
    (void) status;
    (void) context;
    return lua_gettop(L);
}

/* Upvalue 1: Lua's own xpcall. */
static int safe_xpcall(lua_State *L)
{
    luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_pushvalue(L, 2);
    lua_pushcclosure(L, guarded_handler, 1);
    lua_replace(L, 2);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_callk(L, lua_gettop(L) - 1, LUA_MULTRET, 0, xpcall_done);
    return lua_gettop(L);
}

/* Finalizers run at times that depend on the collector, and no hook reaches them. Upvalue 1: Lua's setmetatable. */
static int safe_setmetatable(lua_State *L)
{
    lua_settop(L, 2);
    if (lua_istable(L, 2)) {
        lua_pushliteral(L, "__gc");
        if (lua_rawget(L, 2) != LUA_TNIL)
            lua_raisef(L, "setmetatable: a scenario has no finalizers (__gc); use __close, or close things yourself");
        lua_pop(L, 1);
    }
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, 2, 1);
    return 1;
}

static int safe_collectgarbage(lua_State *L)
{
    static const char *const options[] = { "collect", "count", NULL };
    if (luaL_checkoption(L, 1, "collect", options) == 1) lua_pushnumber(L, (lua_Number) lua_gc(L, LUA_GCCOUNT));
    else lua_pushinteger(L, lua_gc(L, LUA_GCCOLLECT));
    return 1;
}

/* ---- require ---- */

/* Read a text file of Lua. @return its text, without a first line that begins with '#'; NULL and the reason */
char *sandbox_read_script(const char *path, gsize *length, GError **error)
{
    char *text;
    if (!g_file_get_contents(path, &text, length, error)) return NULL;
    const char *end = text;
    const char *odd = text[0] == LUA_SIGNATURE[0]   ? "a precompiled chunk; give the Lua text"
                      : memchr(text, 0, *length)    ? "binary data, not Lua text"
                      : !g_utf8_validate(text, (gssize) *length, &end) ? "not UTF-8 text" : NULL;
    if (odd) {
        unsigned line = 1;
        for (const char *c = text; c < end; c++) line += *c == '\n';
        g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_SYNTAX, "%s:%u: %s", path, line, odd);
        g_free(text);
        return NULL;
    }
    char *first = text;
    if (g_str_has_prefix(text, "\xef\xbb\xbf")) { /* an editor's byte order mark */
        memset(text, ' ', 3);
        first += 3;
    }
    if (*first == '#') /* "#!/usr/bin/env netsim": a comment of the same length keeps the line numbers */
        for (char *c = first; *c && *c != '\n'; c++) *c = ' ';
    return text;
}

static int safe_require(lua_State *L);

/* Does a file that requires @name execute this? */
static bool is_being_required(lua_State *L, const char *name)
{
    lua_Debug ar;
    bool is = false;
    for (int level = 1; !is && lua_getstack(L, level, &ar); level++) {
        lua_getinfo(L, "f", &ar);
        if (lua_tocfunction(L, -1) == safe_require && lua_getlocal(L, &ar, 1)) {
            is = !strcmp(lua_tostring(L, -1), name);
            lua_pop(L, 1);
        }
        lua_pop(L, 1);
    }
    return is;
}

/* require "topology": topology.lua beside the script. Upvalue 1: the modules that are loaded, by name. */
static int safe_require(lua_State *L)
{
    const char *name = lua_check_text(L, 1, "require: the name");
    lua_settop(L, 1);
    lua_pushvalue(L, 1);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL) return 1;
    if (is_being_required(L, name))
        lua_raisef(L, "require \"%s\": that file is being executed, and waits for this one; require one of them later", name);
    if (strspn(name, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "_-.") != strlen(name) || strstr(name, "..") || *name == '.')
        lua_raisef(L, "require \"%s\": \"netsim\", or the name of a file beside the script, without .lua", name);
    char *file = g_strconcat(name, ".lua", NULL);
    for (size_t i = 0; i < strlen(name); i++)
        if (file[i] == '.') file[i] = '/';
    GError *error = NULL;
    gsize length;
    char *path = sandbox_input_path(run_of(L), file, &error), *text = path ? sandbox_read_script(path, &length, &error) : NULL;
    lua_pushfstring(L, "@%s", path ? path : "");
    g_free(file);
    g_free(path);
    if (!text && (!strcmp(name, "io") || !strcmp(name, "os"))) {
        g_error_free(error);
        lua_raisef(L, "require \"%s\": a scenario has no %s of Lua: it prints, and writes with netsim.write(name, text)", name, name);
    }
    if (!text) lua_raise(L, error);
    int status = luaL_loadbufferx(L, text, length, lua_tostring(L, -1), "t");
    g_free(text);
    if (status != LUA_OK) return lua_error(L);
    lua_pushvalue(L, 1);
    lua_call(L, 1, 1);
    if (lua_isnil(L, -1)) {
        lua_pop(L, 1);
        lua_pushboolean(L, true);
    }
    lua_pushvalue(L, 1);
    lua_pushvalue(L, -2);
    lua_rawset(L, lua_upvalueindex(1));
    return 1;
}

/* ---- files ---- */

static bool leads_elsewhere(const char *name)
{
    return !*name || g_path_is_absolute(name) || strstr(name, "..") || name[strlen(name) - 1] == '/';
}

char *sandbox_input_path(struct run *run, const char *name, GError **error)
{
    if (leads_elsewhere(name)) {
        g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_SYNTAX, "\"%s\": files are read beside the script; give a %s", name,
                    g_path_is_absolute(name) ? "relative path, from there" : "path from there, without \"..\"");
        return NULL;
    }
    char *folder = g_path_get_dirname(run->script);
    char *path = strcmp(folder, ".") ? g_build_filename(folder, name, NULL) : g_strdup(name);
    g_free(folder);
    return path;
}

char *sandbox_output_path(struct run *run, const char *name, GError **error)
{
    if (leads_elsewhere(name)) {
        g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_SYNTAX, "\"%s\": files are written under the output directory (-o DIR); give a %s",
                    name, g_path_is_absolute(name) ? "relative name" : "name without \"..\"");
        return NULL;
    }
    char *path = g_build_filename(run->options->out_dir, name, NULL), *folder = g_path_get_dirname(path);
    if (g_mkdir_with_parents(folder, 0777) != 0) {
        g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_IO, "cannot make the folder %s: %s", folder, strerror(errno));
        g_clear_pointer(&path, g_free);
    }
    g_free(folder);
    return path;
}

/** netsim.write(name, text): a file under the output directory, whole or not at all */
static int write_file(lua_State *L)
{
    struct run *run = run_of(L);
    size_t length;
    const char *name = lua_check_text(L, 1, "write: the name"), *text = luaL_checklstring(L, 2, &length);
    GError *error = NULL;
    char *path = sandbox_output_path(run, name, &error);
    if (!path) lua_raise(L, error);
    if (!g_file_set_contents(path, text, (gssize) length, &error)) {
        g_free(path);
        lua_raise(L, error);
    }
    if (g_ptr_array_find_with_equal_func(run->files, path, g_str_equal, NULL)) g_free(path);
    else g_ptr_array_add(run->files, path);
    return 0;
}

/* ---- what is not there ---- */

/* os.execute, io.popen ...: say why, not only that it is nil. Upvalue 1: the table's name. */
static int raise_missing(lua_State *L)
{
    const char *table = lua_tostring(L, lua_upvalueindex(1)), *key = lua_push_key(L, 2);
    if (!strcmp(table, "os") && (!strcmp(key, "time") || !strcmp(key, "clock") || !strcmp(key, "date")))
        lua_raisef(L, "os.%s: a scenario has simulated time only: sim.now, or os.clock() of the os that a process is given",
                   key);
    if (!strcmp(table, "os"))
        for (const luaL_Reg *f = os_functions; f->name; f++)
            if (!strcmp(key, f->name))
                lua_raisef(L, "os.%s belongs to processes: host:spawn(name, function(os) ... end)", key);
    if (!strcmp(table, "io"))
        lua_raisef(L, "io.%s is not there: a scenario prints, and writes with netsim.write(name, text)", key);
    lua_raisef(L, "%s.%s is not there: a scenario reaches nothing outside of its simulation", table, key);
}

static void guard_table(lua_State *L, const char *name)
{
    lua_createtable(L, 0, 1);
    lua_pushstring(L, name);
    lua_pushcclosure(L, raise_missing, 1);
    lua_setfield(L, -2, "__index");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
}

/* ---- making ---- */

static const char os_key; /* registry: the os of processes */

void sandbox_push_os(lua_State *L)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &os_key);
}

/* What is wrong with a name that the os of a process does not have. */
static int os_missing(lua_State *L)
{
    static const char *const of_lua[] = { "execute", "getenv", "remove", "rename", "tmpname", NULL };
    const char *names[32], *key = lua_push_key(L, 2);
    unsigned n = 0;
    for (const luaL_Reg *f = os_functions; f->name && n < G_N_ELEMENTS(names) - 1; f++) names[n++] = f->name;
    names[n] = NULL;
    if (g_strv_contains(of_lua, key))
        lua_raisef(L, "os.%s is not there: a scenario reaches nothing outside of its simulation", key);
    lua_raisef(L, "os has no \"%s\"%s", key, lua_push_suggestion(L, key, names));
}

static void make_os(lua_State *L)
{
    lua_newtable(L);
    luaL_setfuncs(L, os_functions, 0);
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, os_missing);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &os_key);
}

static void clear(lua_State *L, int table, const char *const *names)
{
    for (; *names; names++) {
        lua_pushnil(L);
        lua_setfield(L, table, *names);
    }
}

static void open_libraries(lua_State *L)
{
    static const luaL_Reg libraries[] = {
        { LUA_GNAME, luaopen_base }, { LUA_COLIBNAME, luaopen_coroutine }, { LUA_TABLIBNAME, luaopen_table },
        { LUA_STRLIBNAME, luaopen_string }, { LUA_MATHLIBNAME, luaopen_math }, { LUA_UTF8LIBNAME, luaopen_utf8 },
        { LUA_DBLIBNAME, luaopen_debug }, { NULL, NULL },
    };
    for (const luaL_Reg *l = libraries; l->name; l++) {
        luaL_requiref(L, l->name, l->func, 1);
        lua_pop(L, 1);
    }
}

/* Replace a global by @function with the old one as its upvalue. */
static void wrap(lua_State *L, const char *name, lua_CFunction function)
{
    lua_getglobal(L, name);
    lua_pushcclosure(L, function, 1);
    lua_setglobal(L, name);
}

static void restrict_globals(lua_State *L)
{
    static const char *const unsafe[] = { "dofile", "loadfile", "load", "warn", NULL };
    static const char *const dump[] = { "dump", NULL };
    static const luaL_Reg replaced[] = {
        { "print", safe_print }, { "tostring", safe_tostring }, { "load", safe_load },
        { "collectgarbage", safe_collectgarbage }, { "next", ordered_next }, { NULL, NULL },
    };
    lua_pushglobaltable(L);
    clear(L, lua_gettop(L), unsafe);
    luaL_setfuncs(L, replaced, 0);
    wrap(L, "xpcall", safe_xpcall);
    wrap(L, "setmetatable", safe_setmetatable);
    lua_getglobal(L, "table");
    lua_getfield(L, -1, "sort");
    lua_pushcclosure(L, ordered_pairs, 1);
    lua_setglobal(L, "pairs");
    lua_getglobal(L, "string");
    clear(L, lua_gettop(L), dump);
    lua_getfield(L, -1, "format");
    lua_pushcclosure(L, safe_format, 1);
    lua_setfield(L, -2, "format");
    lua_getglobal(L, "math");
    lua_newtable(L);
    lua_pushcclosure(L, seeded_random, 1);
    lua_setfield(L, -2, "random");
    lua_pushcfunction(L, no_randomseed);
    lua_setfield(L, -2, "randomseed");
    lua_getglobal(L, "debug"); /* keep traceback() only */
    lua_getfield(L, -1, "traceback");
    lua_newtable(L);
    lua_insert(L, -2);
    lua_setfield(L, -2, "traceback");
    guard_table(L, "debug");
    lua_setglobal(L, "debug");
    lua_settop(L, 0);
}

static void make_guarded_libraries(lua_State *L)
{
    static const char *const names[] = { "os", "io", "package" };
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        lua_newtable(L);
        if (!strcmp(names[i], "io")) {
            lua_pushcfunction(L, safe_write);
            lua_setfield(L, -2, "write");
        }
        guard_table(L, names[i]);
        lua_setglobal(L, names[i]);
    }
}

static int module_missing(lua_State *L)
{
    const char *names[32], *key = lua_push_key(L, 2);
    unsigned n = 0;
    for (lua_pushnil(L); n < 31 && lua_next(L, 1); lua_pop(L, 1))
        if (lua_type(L, -2) == LUA_TSTRING) names[n++] = lua_tostring(L, -2);
    names[n] = NULL;
    lua_raisef(L, "netsim has no \"%s\"%s", key, lua_push_suggestion(L, key, names));
}

/* A local's name; Lua calls those that the script cannot write "(temporary)" and the like. */
static void offer_local(lua_State *L, struct suggest *near, const char *name)
{
    if (*name && *name != '(') suggest_offer(near, name);
    lua_pop(L, 1);
}

/* __index of the globals: a variable that nobody has set is a typo; rawget(_G, name) may ask.  Locals are near, too. */
static int no_variable(lua_State *L)
{
    const char *key = lua_push_key(L, 2), *name;
    struct suggest near = suggest_for(key);
    lua_Debug ar;
    if (lua_getstack(L, 1, &ar)) {
        for (int i = 1; (name = lua_getlocal(L, &ar, i)); i++) offer_local(L, &near, name);
        lua_getinfo(L, "f", &ar);
        for (int i = 1; (name = lua_getupvalue(L, -1, i)); i++) offer_local(L, &near, name);
        lua_pop(L, 1);
    }
    for (lua_pushnil(L); lua_next(L, 1); lua_pop(L, 1))
        if (lua_type(L, -2) == LUA_TSTRING) suggest_offer(&near, lua_tostring(L, -2));
    lua_raisef(L, "no variable \"%s\"%s", key, suggest_text(&near).text);
}

static void guard_globals(lua_State *L)
{
    lua_pushglobaltable(L);
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, no_variable);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
    lua_pop(L, 1);
}

/* The module, and `require` which knows it. */
static void make_module(lua_State *L)
{
    lua_newtable(L);
    lua_newtable(L);
    luaL_setfuncs(L, netsim_functions, 0);
    lua_pushcfunction(L, write_file);
    lua_setfield(L, -2, "write");
    lua_pushstring(L, netsim_version());
    lua_setfield(L, -2, "version");
    lua_newtable(L);
    luaL_setfuncs(L, prelude_functions, 0);
    for (const struct prelude_file *f = prelude_files; f->name; f++) {
        if (luaL_loadbufferx(L, f->text, strlen(f->text), "=netsim", "t") != LUA_OK) lua_error(L);
        lua_pushvalue(L, 2);
        lua_pushvalue(L, 3);
        lua_pushglobaltable(L);
        lua_call(L, 3, 0);
    }
    lua_pop(L, 1);
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, module_missing);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, 2);
    lua_setfield(L, 1, "netsim");
    lua_pushcclosure(L, safe_require, 1);
    lua_setglobal(L, "require");
}

static int make_all(lua_State *L)
{
    open_libraries(L);
    restrict_globals(L);
    make_guarded_libraries(L);
    make_os(L);
    handle_register_classes(L);
    make_module(L);
    guard_globals(L);
    return 0;
}

lua_State *sandbox_new(struct run *run)
{
    lua_State *L = lua_newstate(limited_alloc, run);
    if (!L || (lua_pushcfunction(L, make_all), lua_pcall(L, 0, 0, 0) != LUA_OK)) {
        if (run->is_out_of_memory)
            say("--limit-memory: a script needs more than %s", unit_size(run->options->limit_memory_bytes).text);
        else say("%s", L ? lua_tostring(L, -1) : "no memory for a script");
        if (L) lua_close(L);
        return NULL;
    }
    lua_sethook(L, count_hook, LUA_MASKCOUNT, HOOK_INSTRUCTIONS);
    return L;
}
