/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bind_probe.c - sim:probe(): Lua functions on tracepoints, and the ready probes of prelude/probes.lua. */
#include "core/suggest.h"
#include "scripts/observe.h"
#include "scripts/task.h"

#include <stdlib.h>
#include <string.h>

/* One condition: an argument, or host, pid, comm, that must have this value. */
struct condition {
    char *name, *text;
};

struct lua_probe {
    struct observer observer; /* its address is the anchor of the function */
    GArray *conditions;
};

/* ---- telling ---- */

static const char args_of_event[] = "e.args";

static bool has_value(const NetsimTraceEvent *e, const struct condition *c)
{
    char buffer[NETSIM_TRACE_ARG_BYTES];
    if (!strcmp(c->name, "host")) return !strcmp(c->text, e->host);
    if (!strcmp(c->name, "comm")) return !strcmp(c->text, e->comm);
    if (!strcmp(c->name, "pid")) return strtoul(c->text, NULL, 10) == e->pid;
    for (unsigned i = 0; i < e->n_args; i++)
        if (!strcmp(c->name, e->arg_names[i])) {
            if (e->arg_kinds[i] == 'x') return strtoull(c->text, NULL, 0) == e->args[i];
            return !strcmp(c->text, netsim_trace_arg(e, i, buffer));
        }
    return false;
}

/* Of all tracepoints: a probe on several may ask one for another's. */
static void push_arg_names(lua_State *L)
{
    const char *const *points = netsim_tracepoint_names();
    lua_newtable(L);
    for (unsigned i = 0; points[i]; i++) {
        char *args = netsim_tracepoint_args(i), **names = g_strsplit(args, " ", -1);
        for (char **name = names; *name; name++) {
            lua_pushboolean(L, true);
            lua_setfield(L, -2, *name);
        }
        g_strfreev(names);
        g_free(args);
    }
}

static void push_event(lua_State *L, const NetsimTraceEvent *e)
{
    char buffer[NETSIM_TRACE_ARG_BYTES];
    lua_createtable(L, 0, 7);
    lua_pushstring(L, e->name);
    lua_setfield(L, -2, "name");
    lua_pushstring(L, e->host);
    lua_setfield(L, -2, "host");
    lua_pushstring(L, e->where);
    lua_setfield(L, -2, "where");
    lua_pushstring(L, e->comm);
    lua_setfield(L, -2, "comm");
    lua_pushinteger(L, e->pid);
    lua_setfield(L, -2, "pid");
    lua_pushnumber(L, netsim_to_seconds(e->time));
    lua_setfield(L, -2, "time");
    lua_createtable(L, 0, (int) e->n_args);
    for (unsigned i = 0; i < e->n_args; i++) {
        if (strchr("udx", e->arg_kinds[i])) lua_pushinteger(L, (lua_Integer) e->args[i]);
        else lua_pushstring(L, netsim_trace_arg(e, i, buffer));
        lua_setfield(L, -2, e->arg_names[i]);
    }
    lua_guard_fields(L, args_of_event, push_arg_names);
    lua_setfield(L, -2, "args");
}

struct passage {
    struct lua_probe *probe;
    const NetsimTraceEvent *event;
};

static int tell(lua_State *L)
{
    const struct passage *p = lua_touserdata(L, 1);
    handle_find(L, p->probe->observer.scene, p->probe);
    push_event(L, p->event);
    lua_call(L, 1, 0);
    return 0;
}

static void on_event(const NetsimTraceEvent *e, void *data)
{
    struct lua_probe *p = data;
    struct scene *scene = p->observer.scene;
    for (guint i = 0; i < p->conditions->len; i++)
        if (!has_value(e, &g_array_index(p->conditions, struct condition, i))) return;
    lua_State *L = scene->running ? scene->running : scene->run->L;
    if (scene->has_failed || scene->n_probing >= 8 || !lua_checkstack(L, 16)) return;
    struct task *task = scene->run->task;
    scene->run->task = NULL; /* a probe is no part of the process that it interrupts */
    scene->n_probing++;
    lua_pushcfunction(L, tell);
    lua_pushlightuserdata(L, &(struct passage){ p, e });
    scene_call(scene, L, 1, task == NULL);
    scene->n_probing--;
    scene->run->task = task;
}

/* ---- attaching ---- */

static void add_condition(lua_State *L, GArray *conditions)
{
    static const char *const kinds = "a condition is name = number or name = \"text\": { host = \"server\", dport = 80 }";
    if (lua_type(L, -2) != LUA_TSTRING || (lua_type(L, -1) != LUA_TSTRING && !lua_isinteger(L, -1))) lua_raisef(L, "sim:probe: %s", kinds);
    if (!strcmp(lua_tostring(L, -2), "pid") && !lua_isinteger(L, -1)) lua_raisef(L, "sim:probe: pid = %s: must be a number", lua_tostring(L, -1));
    lua_pushvalue(L, -1);
    struct condition c = { g_strdup(lua_tostring(L, -3)), g_strdup(lua_tostring(L, -1)) };
    lua_pop(L, 1);
    g_array_append_val(conditions, c);
}

/* The tracepoints that match must have that argument. */
static void check_condition(lua_State *L, struct scene *scene, const char *pattern, const char *name)
{
    GError *error = NULL;
    if (!strcmp(name, "host")) { /* made before the probe */
        if (lua_type(L, -1) == LUA_TSTRING && !netsim_host_find(scene->sim, lua_tostring(L, -1), &error)) lua_raise(L, error);
        return;
    }
    const char *const *points = netsim_tracepoint_names();
    if (!strcmp(name, "comm") || !strcmp(name, "pid")) return;
    struct suggest near = suggest_for(name);
    suggest_offer(&near, "host");
    suggest_offer(&near, "comm");
    suggest_offer(&near, "pid");
    char **kept[128];
    unsigned n = 0;
    bool is_known = false;
    for (unsigned i = 0; points[i] && n < G_N_ELEMENTS(kept); i++) {
        if (!g_pattern_match_simple(pattern, points[i])) continue;
        char *args = netsim_tracepoint_args(i);
        kept[n] = g_strsplit(args, " ", -1);
        g_free(args);
        for (char **arg = kept[n]; *arg; arg++) {
            is_known |= !strcmp(*arg, name);
            suggest_offer(&near, *arg);
        }
        n++;
    }
    struct suggest_text mend = suggest_text(&near);
    while (n--) g_strfreev(kept[n]);
    if (!is_known) lua_raisef(L, "sim:probe: %s has no argument \"%s\"%s", pattern, name, mend.text);
}

static void free_condition(gpointer data)
{
    struct condition *c = data;
    g_free(c->name);
    g_free(c->text);
}

static void probe_close(struct observer *o)
{
    struct lua_probe *p = (struct lua_probe *) o;
    g_array_free(p->conditions, TRUE);
    g_free(p);
}

/* Upvalue: the probe.  Its memory stays with the scene. */
static int probe_stop(lua_State *L)
{
    struct lua_probe *p = lua_touserdata(L, lua_upvalueindex(1));
    struct handle *h = lua_touserdata(L, lua_upvalueindex(2));
    if (h->scene->sim) netsim_trace_detach(h->scene->sim, on_event, p);
    return 0;
}

/* sim:probe("dropwatch", "5s" | { every =, host = }) */
static int ready_probe(lua_State *L)
{
    lua_settop(L, 3);
    lua_getfield(L, LUA_REGISTRYINDEX, "netsim.ready_probe");
    lua_insert(L, 1);
    lua_call(L, 3, 0);
    return 0;
}

/* "tcp:tcp_probe" of "tcp_probe"; NULL: there is none */
static const char *point_with_tail(const char *name)
{
    const char *const *points = netsim_tracepoint_names();
    for (unsigned i = 0; points[i]; i++)
        if (!strcmp(strchr(points[i], ':') + 1, name)) return points[i];
    return NULL;
}

/**
 * sim:probe(pattern, [conditions,] function(e) ... end) -> function that ends it: call it when a tracepoint is passed
 * sim:probe(name, [every | { every =, host = }]): a ready probe: nettop, dropwatch, socket-trace
 */
int bind_probe(lua_State *L)
{
    struct scene *scene = ((struct handle *) handle_check(L, 1, &scene_class))->scene;
    scene_refuse_in_probe(L, scene, "sim:probe");
    const char *pattern = lua_check_text(L, 2, "sim:probe: the pattern");
    int function = lua_isfunction(L, 3) ? 3 : 4;
    const char *point = point_with_tail(pattern);
    if (!lua_isfunction(L, function) && point)
        lua_raisef(L, "sim:probe: \"%s\" is no ready probe, did you mean the tracepoint? sim:probe(\"%s\", function)", pattern, point);
    if (!lua_isfunction(L, function) && !strchr(pattern, ':')) return ready_probe(L);
    if (!lua_isfunction(L, function)) lua_raisef(L, "sim:probe(\"%s\", ...): the last argument is the function to call", pattern);
    if (function == 4 && !lua_istable(L, 3)) lua_raisef(L, "sim:probe(\"%s\", conditions, function): conditions are a table", pattern);
    if (function == 4)
        for (lua_pushnil(L); lua_next(L, 3); lua_pop(L, 1))
            if (lua_type(L, -2) == LUA_TSTRING) check_condition(L, scene, pattern, lua_tostring(L, -2));
    struct lua_probe *p = g_new0(struct lua_probe, 1);
    p->observer.close = probe_close;
    p->conditions = g_array_new(FALSE, FALSE, sizeof(struct condition));
    g_array_set_clear_func(p->conditions, free_condition);
    observer_add(scene, &p->observer);
    if (function == 4)
        for (lua_pushnil(L); lua_next(L, 3); lua_pop(L, 1)) add_condition(L, p->conditions);
    GError *error = NULL;
    handle_anchor(L, scene, p, function);
    if (!netsim_trace_attach(scene->sim, pattern, on_event, p, &error)) lua_raise(L, error);
    lua_pushlightuserdata(L, p);
    lua_pushvalue(L, 1);
    lua_pushcclosure(L, probe_stop, 2);
    return 1;
}

/* ---- for the prelude ---- */

struct ticker {
    struct observer observer;
    netsim_time period;
};

static void tick(struct ticker *t, bool is_end)
{
    struct scene *scene = t->observer.scene;
    lua_State *L = scene->running;
    if (!L || scene->has_failed || scene->run->is_interrupted || !lua_checkstack(L, 8)) return;
    scene->n_probing++;
    handle_find(L, scene, t);
    lua_pushboolean(L, is_end);
    scene_call(scene, L, 1, true);
    scene->n_probing--;
}

static void on_time(NetsimSim *sim, NetsimEvent event, void *data)
{
    struct ticker *t = data;
    netsim_event_at(sim, event, scene_after(t->observer.scene, t->period));
    tick(t, false);
}

static void ticker_run_ended(struct observer *o)
{
    tick((struct ticker *) o, true);
}

static void ticker_close(struct observer *o)
{
    g_free(o);
}

/* every(sim, period or nil, function(is_end)): call it each period of simulated time, and when the run ends */
int probe_every(lua_State *L)
{
    struct scene *scene = ((struct handle *) handle_check(L, 1, &scene_class))->scene;
    netsim_time period = lua_isnil(L, 2) ? 0 : lua_to_time(L, 2, "sim:probe: every");
    if (!lua_isnil(L, 2) && period <= 0) lua_raisef(L, "sim:probe: every must be more than nothing");
    struct ticker *t = g_new0(struct ticker, 1);
    *t = (struct ticker){ .observer = { .run_ended = ticker_run_ended, .close = ticker_close }, .period = period };
    observer_add(scene, &t->observer);
    handle_anchor(L, scene, t, 3);
    if (!period) return 0;
    t->observer.event = netsim_event_new_background(scene->sim, on_time, t);
    netsim_event_at(scene->sim, t->observer.event, scene_after(scene, period));
    return 0;
}

/* write(text): to standard output, besides the closing table (print() would replace it) */
int probe_write(lua_State *L)
{
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length);
    fwrite(text, 1, length, run_of(L)->print_to);
    return 0;
}

/* ---- the command line ---- */

/* "dropwatch", "nettop:1s" */
static void start_ready(lua_State *L, struct scene *scene, const char *asked)
{
    const char *colon = strchr(asked, ':');
    lua_pushcfunction(L, bind_probe);
    scene_push(L, scene);
    lua_pushlstring(L, asked, colon ? (size_t) (colon - asked) : strlen(asked));
    if (colon) lua_pushstring(L, colon + 1);
    lua_call(L, colon ? 3 : 2, 0);
}

void observe_as_asked(lua_State *L, struct scene *scene)
{
    const struct run_options *o = scene->run->options;
    if (o->trace) trace_file_start(L, scene, o->trace);
    if (o->perfetto) perfetto_start(L, scene);
    for (char **asked = o->probes; asked && *asked; asked++) start_ready(L, scene, *asked);
}
