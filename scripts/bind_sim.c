/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bind_sim.c - netsim.new() and the simulation: hosts, links, the run, its clock. */
#include "core/unit.h"
#include "scripts/observe.h"
#include "scripts/outcome.h"
#include "scripts/task.h"

#include <string.h>

/* ---- calls at a time ---- */

struct timed_call {
    struct timed_call *next, **pprev; /* scene->calls */
    struct scene *scene;
    NetsimEvent event;
};

static int with_traceback(lua_State *L)
{
    struct run *run = run_of(L);
    lua_name_error(L, L);
    luaL_traceback(L, L, NULL, 1);
    run_keep_traceback(run, lua_tostring(L, 1), lua_tostring(L, -1));
    lua_pop(L, 1);
    return 1;
}

void scene_call(struct scene *scene, lua_State *L, int n_args, bool is_fresh)
{
    int base = lua_gettop(L) - n_args;
    lua_pushcfunction(L, with_traceback);
    lua_insert(L, base);
    if (is_fresh) scene->run->instructions = 0;
    if (lua_pcall(L, n_args, 0, base) != LUA_OK) {
        scene->has_failed = true;
        const char *message = lua_tostring(L, -1);
        netsim_sim_fail(scene->sim, g_error_new_literal(NETSIM_ERROR, NETSIM_ERROR_STATE, message ? message : "an error in an error handler"));
    }
    lua_settop(L, base - 1);
}

static void call_now(NetsimSim *sim, NetsimEvent event, void *data)
{
    struct timed_call *call = data;
    struct scene *scene = call->scene;
    lua_State *L = scene->running;
    if (scene->has_failed || scene->run->is_interrupted) return;
    handle_find(L, scene, call);
    handle_forget(L, scene, call);
    netsim_event_free(sim, event);
    *call->pprev = call->next;
    if (call->next) call->next->pprev = call->pprev;
    g_free(call);
    scene_call(scene, L, 0, true);
}

void scene_refuse_in_probe(lua_State *L, const struct scene *scene, const char *what)
{
    if (scene->n_probing)
        lua_raisef(L, "%s in a probe: a probe looks on while something happens; sim:at(sim.now, function) does it right after", what);
}

/** sim:at(time, function): call it then; it cannot wait */
static int scene_at(lua_State *L)
{
    struct scene *scene = ((struct handle *) handle_check(L, 1, &scene_class))->scene;
    netsim_time at = lua_to_time(L, 2, "sim:at"), now = netsim_sim_now(scene->sim);
    if (!lua_isfunction(L, 3)) lua_raisef(L, "sim:at: the second argument is the function to call");
    if (at < now) lua_raisef(L, "sim:at: %s is past; it is %s now", unit_time(at).text, unit_time(now).text);
    struct timed_call *call = g_new0(struct timed_call, 1);
    *call = (struct timed_call){ .next = scene->calls, .pprev = &scene->calls, .scene = scene };
    if (call->next) call->next->pprev = &call->next;
    scene->calls = call;
    call->event = netsim_event_new(scene->sim, call_now, call);
    netsim_event_at(scene->sim, call->event, at);
    handle_anchor(L, scene, call, 3);
    return 0;
}

/* ---- the run ---- */

netsim_time scene_after(const struct scene *scene, netsim_time period)
{
    netsim_time now = netsim_sim_now(scene->sim);
    return period > NETSIM_TIME_MAX - now ? NETSIM_TIME_MAX : now + period;
}

netsim_time scene_limit(const struct scene *scene)
{
    const struct run_options *o = scene->run->options;
    return MAX(o->has_at ? MIN(o->until, o->at) : o->until, netsim_sim_now(scene->sim));
}

void scene_advance(lua_State *L, struct scene *scene, netsim_time until)
{
    struct run *run = scene->run;
    if (scene->is_over)
        lua_raisef(L, "an error has ended this simulation at %s: it can be looked at, but not go on",
                   unit_time(netsim_sim_now(scene->sim)).text);
    luaL_checkstack(L, 16, NULL);
    if (!scene->has_run) {
        capture_as_asked(L, scene);
        observe_as_asked(L, scene);
    }
    scene->has_run = true;
    GError *error = NULL;
    scene->running = L;
    run->sim = scene->sim;
    progress_start(run, until);
    bool good = !run->is_interrupted && netsim_sim_run(scene->sim, until, &error);
    progress_stop();
    run->sim = NULL;
    scene->running = NULL;
    run->instructions = 0;
    if (run->is_interrupted) {
        g_clear_error(&error);
        luaL_error(L, "interrupted");
    }
    if (good) return;
    scene->is_over = true;
    if (!scene->has_failed) lua_raise(L, error);
    lua_pushstring(L, error->message); /* a script's error has its place already */
    g_error_free(error);
    lua_error(L);
}

/** sim:run([until]) -> "idle", "until" or "stopped" */
static int scene_run(lua_State *L)
{
    static const char *const ends[] = { "idle", "until", "stopped" };
    struct scene *scene = ((struct handle *) handle_check(L, 1, &scene_class))->scene;
    scene_refuse_in_probe(L, scene, "sim:run");
    if (scene->run->sim) lua_raisef(L, "sim:run inside a simulation that runs; call it from the script itself");
    if (scene->n_shells) lua_raisef(L, "sim:run in the output function of host:sh; call it when host:sh has returned");
    netsim_time until = lua_isnoneornil(L, 2) ? NETSIM_TIME_MAX : lua_to_time(L, 2, "sim:run");
    if (until < netsim_sim_now(scene->sim))
        lua_raisef(L, "sim:run(%s): it is %s already", unit_time(until).text,
                   unit_time(netsim_sim_now(scene->sim)).text);
    until = MIN(until, scene_limit(scene));
    scene->is_unlimited = until == NETSIM_TIME_MAX;
    scene_advance(L, scene, until);
    scene->is_unlimited = false;
    scene->running = L;
    observers_run_ended(scene);
    scene->running = NULL;
    if (scene->has_failed) scene_advance(L, scene, netsim_sim_now(scene->sim)); /* raises what a probe has raised */
    lua_pushstring(L, ends[netsim_sim_end(scene->sim)]);
    return 1;
}

/** sim:stop(): end the run after the present event */
static int scene_stop(lua_State *L)
{
    struct handle *h = handle_check(L, 1, &scene_class);
    netsim_sim_stop(h->scene->sim);
    return 0;
}

/* ---- making and freeing ---- */

/* The place is that of the script's statement that runs now. */
static void print_warning(NetsimSim *sim, const char *message, void *data)
{
    const struct scene *scene = data;
    struct run *run = scene->run;
    lua_State *L = run->caller ? run->caller : scene->running ? scene->running : run->L;
    lua_Debug ar;
    (void) sim;
    if (lua_find_place(L, &ar)) say("warning: %s:%d: %s", ar.source + 1, ar.currentline, message);
    else say("warning: %s: %s", run->script, message);
}

/* What `sysctl -p FILE` on a host may read: what host:load_sysctl may. */
static char *read_file(NetsimSim *sim, const char *name, size_t *length, void *data, GError **error)
{
    (void) sim;
    char *path = sandbox_input_path(data, name, error), *text = NULL;
    gsize size = 0;
    g_autoptr(GError) why = NULL;
    if (path && g_file_get_contents(path, &text, &size, &why)) *length = size;
    else if (g_error_matches(why, G_FILE_ERROR, G_FILE_ERROR_NOENT)) g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_IO, "none is beside the script");
    else if (why) g_propagate_error(error, g_steal_pointer(&why));
    g_free(path);
    return text;
}

/** netsim.new { seed = 1 } -> sim */
static int netsim_new(lua_State *L)
{
    struct run *run = run_of(L);
    const struct run_options *o = run->options;
    lua_Integer seed = (lua_Integer) o->seed;
    if (!lua_isnoneornil(L, 1)) {
        lua_read_options(L, 1, "netsim.new", (struct option[]){ { "seed", OPTION_OTHER, NULL }, { NULL, 0, NULL } });
        if (lua_getfield(L, 1, "seed") != LUA_TNIL) {
            int is_whole;
            seed = lua_tointegerx(L, -1, &is_whole);
            if (!is_whole || seed < 1) lua_raisef(L, "netsim.new: seed must be a whole number from 1");
            if (o->has_seed && seed != (lua_Integer) o->seed && !run->has_own_seeds)
                say("the script sets seeds of its own: --seed %" G_GUINT64_FORMAT " does not reach them (seed = params.seed would)",
                    o->seed);
            run->has_own_seeds |= seed != (lua_Integer) o->seed;
        }
    }
    if (run->scenes->len >= 4) lua_gc(L, LUA_GCCOLLECT); /* what a simulation holds is invisible to the collector */
    struct scene *scene = scene_push_new(L);
    scene->run = run;
    scene->number = ++run->n_scenes;
    scene->sim = netsim_sim_new(&(NetsimSimConfig){ .seed = (uint64_t) seed });
    netsim_sim_on_warning(scene->sim, print_warning, scene);
    netsim_sim_on_file(scene->sim, read_file, run);
    g_ptr_array_add(run->scenes, scene);
    return 1;
}

static void free_flows(struct scene *scene)
{
    for (struct flow *f = scene->flows, *next; f; f = next) {
        next = f->next;
        g_free(f->host);
        g_free(f->name);
        g_free(f->result_json);
        g_free(f);
    }
    scene->flows = NULL;
}

void scene_close(struct scene *scene)
{
    struct run *run = scene->run;
    GError *error = NULL;
    if (!scene->sim) return;
    scene->is_closing = true;
    if (scene->has_captures && !netsim_capture_close(scene->sim, &error)) {
        if (!run->io_error) run->io_error = g_strdup(error->message);
        g_error_free(error);
    }
    observers_close(scene);
    outcome_add(run->outcome, scene);
    netsim_sim_free(scene->sim);
    scene->sim = NULL;
    for (struct timed_call *c = scene->calls, *next; c; c = next) {
        next = c->next;
        g_free(c);
    }
    scene->calls = NULL;
    free_flows(scene);
    g_ptr_array_remove(run->scenes, scene);
}

/** sim:close(): free it; its handles cannot be used any more. Also at the end of the script, or when it is collected. */
static int scene_close_call(lua_State *L)
{
    struct handle *h = handle_test(L, 1, &scene_class);
    if (!h) lua_raisef(L, "close is called with a colon: sim:close()");
    if (h->scene->running || h->scene->n_probing) lua_raisef(L, "sim:close() while it runs; call it when sim:run has returned");
    if (h->scene->n_shells) lua_raisef(L, "sim:close() in the output function of host:sh; call it when host:sh has returned");
    scene_close(h->scene);
    return 0;
}

/* ---- what it is made of ---- */

/** sim:host(name, { kernel = "rhel6.2", wakeup = "50us" }) -> host */
static int scene_host(lua_State *L)
{
    struct handle *h = handle_check(L, 1, &scene_class);
    scene_refuse_in_probe(L, h->scene, "sim:host");
    const char *name = lua_check_text(L, 2, "sim:host: the name"), *kernel = h->scene->run->options->kernel, *costs = NULL;
    uint32_t n_cpus = 0;
    NetsimHostConfig config = { 0 };
    GError *error = NULL;
    if (!lua_isnoneornil(L, 3))
        lua_read_options(L, 3, "host", (struct option[]){
            { "kernel", OPTION_STRING, &kernel }, { "cpus", OPTION_COUNT, &n_cpus }, { "costs", OPTION_STRING, &costs },
            { "wakeup", OPTION_TIME, &config.wakeup }, { NULL, 0, NULL } });
    if (n_cpus || costs)
        lua_raisef(L, "host %s: this version has light hosts only, without cores, rings and interrupts; "
                      "leave cpus and costs out", name);
    config.kernel = kernel;
    NetsimHost *host = netsim_host_new_config(h->scene->sim, name, &config, &error);
    if (!host) lua_raise(L, error);
    struct run *run = run_of(L);
    if (kernel == run->options->kernel) run->is_kernel_taken = true;
    else run->is_kernel_left = true;
    return host_push(L, h->scene, host);
}

/* The list at the top gets a row. */
static void push_fate(const NetsimFate *fate, void *data)
{
    lua_State *L = data;
    lua_createtable(L, 0, 4);
    lua_pushstring(L, fate->where);
    lua_setfield(L, -2, "where");
    lua_pushstring(L, fate->reason);
    lua_setfield(L, -2, "reason");
    lua_pushstring(L, fate->text);
    lua_setfield(L, -2, "text");
    lua_pushinteger(L, (lua_Integer) fate->pkts);
    lua_setfield(L, -2, "pkts");
    lua_pushinteger(L, (lua_Integer) fate->bytes);
    lua_setfield(L, -2, "bytes");
    lua_rawseti(L, -2, (lua_Integer) lua_rawlen(L, -2) + 1);
}

/** sim:fates() -> list of { where, reason, text, pkts, bytes }, with made, copied, delivered, dropped, held */
static int scene_fates(lua_State *L)
{
    struct handle *h = handle_check(L, 1, &scene_class);
    NetsimFateTotals totals;
    lua_newtable(L);
    netsim_sim_fates(h->scene->sim, &totals, push_fate, L);
#define PUSH(name)                                                                                                  \
    lua_pushinteger(L, (lua_Integer) totals.name);                                                                  \
    lua_setfield(L, -2, #name);
    PUSH(made) PUSH(copied) PUSH(delivered) PUSH(dropped) PUSH(held)
#undef PUSH
    return 1;
}

static const char *const properties[] = { "now", "seed", "events", "hops", "fingerprint", NULL };

static void get(lua_State *L, struct handle *h, unsigned i)
{
    NetsimSim *sim = h->scene->sim;
    char hex[20];
    switch (i) {
    case 0: lua_pushnumber(L, netsim_to_seconds(netsim_sim_now(sim))); break;
    case 1: lua_pushinteger(L, (lua_Integer) netsim_sim_seed(sim)); break;
    case 2: lua_pushinteger(L, (lua_Integer) netsim_sim_events(sim)); break;
    case 3: lua_pushinteger(L, (lua_Integer) netsim_sim_hops(sim)); break;
    default:
        g_snprintf(hex, sizeof hex, "%016" G_GINT64_MODIFIER "x", netsim_sim_fingerprint(sim));
        lua_pushstring(L, hex);
    }
}

static const luaL_Reg methods[] = {
    { "host", scene_host }, { "link", bind_link }, { "capture", bind_capture }, { "run", scene_run },
    { "at", scene_at }, { "probe", bind_probe }, { "sample", bind_sample },
    { "fates", scene_fates }, { "stop", scene_stop }, { "close", scene_close_call }, { NULL, NULL },
};

const struct handle_class scene_class = {
    .kind = KIND_SIM, .name = "sim", .methods = methods, .properties = properties, .get = get,
};

/* ---- the module ---- */

/* quantity(text) -> number in SI units, kind; or nil, message: what netsim.params{} reads */
static int quantity(lua_State *L)
{
    const char *text = luaL_checkstring(L, 1);
    netsim_time time;
    uint64_t n;
    uint32_t pkts;
    if (netsim_parse_time(text, &time, NULL)) {
        lua_pushnumber(L, netsim_to_seconds(time));
        lua_pushliteral(L, "time");
    } else if (netsim_parse_rate(text, &n, NULL)) {
        lua_pushinteger(L, (lua_Integer) n);
        lua_pushliteral(L, "rate");
    } else if (netsim_parse_size(text, &n, NULL)) {
        lua_pushinteger(L, (lua_Integer) n);
        lua_pushliteral(L, "size");
    } else if (netsim_parse_queue(text, &pkts, &n, NULL)) {
        lua_pushstring(L, text);
        lua_pushliteral(L, "queue");
    } else {
        lua_pushnil(L);
        GError *error = NULL;
        if (!netsim_parse_rate(text, &n, &error) && error->code == NETSIM_ERROR_RANGE) lua_pushstring(L, error->message); /* "0bit" */
        g_clear_error(&error);
        if (lua_type(L, -1) == LUA_TSTRING) return 2;
        lua_pushfstring(L, "\"%s\" is no quantity: times are ns, us, ms, s, min, h (\"25ms\"), rates bit, kbit, Mbit, Gbit "
                           "(\"10Mbit\"), sizes B, kB, KiB, MiB (\"15KiB\"), queues p (\"100p\")", text);
    }
    return 2;
}

/* settings() -> the seed, whether --seed gave it, the list of --set: what netsim.params{} reads */
static int run_settings(lua_State *L)
{
    const struct run_options *o = run_of(L)->options;
    lua_pushinteger(L, (lua_Integer) o->seed);
    lua_pushboolean(L, o->has_seed);
    lua_newtable(L);
    for (unsigned i = 0; o->sets && o->sets[i]; i++) {
        lua_pushstring(L, o->sets[i]);
        lua_rawseti(L, -2, (lua_Integer) i + 1);
    }
    return 3;
}

/* nearest(word, list) -> ", did you mean ...?" or "" */
static int nearest(lua_State *L)
{
    const char *names[256];
    unsigned n = 0;
    for (; n < 255 && lua_rawgeti(L, 2, (lua_Integer) n + 1) == LUA_TSTRING; n++) {
        names[n] = lua_tostring(L, -1); /* kept by the table */
        lua_pop(L, 1);
    }
    names[n] = NULL;
    lua_push_suggestion(L, luaL_checkstring(L, 1), names);
    return 1;
}

/* set_params(table of values in force, list of names in order) */
static int set_params(lua_State *L)
{
    struct run *run = run_of(L);
    GString *json = g_string_new(NULL);
    json_lua_value(L, 1, json);
    g_free(run->params_json);
    run->params_json = g_string_free(json, FALSE);
    g_ptr_array_set_size(run->params_shell, 0);
    for (lua_Integer i = 1; lua_rawgeti(L, 2, i) == LUA_TSTRING; i++) {
        const char *name = lua_tostring(L, -1);
        lua_rawget(L, 1);
        lua_Integer n;
        if (lua_to_whole(L, -1, &n))
            g_ptr_array_add(run->params_shell, g_strdup_printf("%s=%" G_GINT64_FORMAT, name, (gint64) n));
        else {
            g_ptr_array_add(run->params_shell, g_strdup_printf("%s=%s", name, luaL_tolstring(L, -1, NULL)));
            lua_pop(L, 1);
        }
        lua_pop(L, 1);
    }
    g_ptr_array_add(run->params_shell, NULL);
    return 0;
}

/* set_ready_probe(function(sim, name, options)): what sim:probe(name) calls */
static int set_ready_probe(lua_State *L)
{
    lua_setfield(L, LUA_REGISTRYINDEX, "netsim.ready_probe");
    return 0;
}

/* where() -> "FILE:LINE: " of the script's innermost function */
static int where(lua_State *L)
{
    lua_push_where(L);
    return 1;
}

/* failed(message): an expectation did not hold */
static int expectation_failed(lua_State *L)
{
    run_of(L)->n_failed_expectations++;
    say("%s", luaL_checkstring(L, 1));
    return 0;
}

const luaL_Reg netsim_functions[] = { { "new", netsim_new }, { NULL, NULL } };
const luaL_Reg prelude_functions[] = {
    { "quantity", quantity }, { "settings", run_settings }, { "nearest", nearest }, { "set_params", set_params },
    { "where", where }, { "failed", expectation_failed }, { "every", probe_every }, { "write", probe_write },
    { "set_ready_probe", set_ready_probe }, { NULL, NULL },
};
