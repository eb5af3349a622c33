/* SPDX-License-Identifier: GPL-3.0-or-later */
/* task.c - processes whose code is a Lua coroutine.
 *
 * A blocking call tries; if that would block it notes what it waits for and yields.  The library's ready and timer
 * callbacks resume the coroutine, the call tries again.  A fork is a process of its own that is given the sockets
 * among the upvalues and arguments of its function; its parent exits, as far as the host is concerned, when it has
 * returned and all its forks are gone, so that a listener which they share stays open.
 */
#include "scripts/task.h"

#include "core/unit.h"
#include <math.h>
#include <string.h>

enum { VALUE_COROUTINE = 2, VALUE_RESULT = 3 };

/* ---- the end of a process ---- */

static void process_gone(struct task *t)
{
    while (t && !t->co && !t->n_children && t->handle.ptr) {
        struct task *parent = t->parent;
        netsim_process_exit(t->handle.ptr); /* ends in on_end() */
        if (parent) parent->n_children--;
        t = parent;
    }
}

/* The error at the top of @L ends the run. */
static void task_fail(struct task *t, lua_State *L)
{
    struct scene *scene = t->handle.scene;
    lua_name_error(L, t->co);
    char *text = g_strdup(lua_tostring(L, -1));
    if (t->last_errno && strstr(text, "a nil value")) {
        char *longer = g_strdup_printf("%s; the call before it failed with %s (%s)", text, strerrorname_np(t->last_errno),
                                       strerror(t->last_errno));
        g_free(text);
        text = longer;
    }
    luaL_traceback(L, t->co, NULL, 0);
    char *frames = g_strdup_printf("in process %s/%s at %s:\n%s", t->flow->host, t->name,
                                   unit_time(netsim_sim_now(scene->sim)).text, lua_tostring(L, -1));
    run_keep_traceback(scene->run, text, frames);
    g_free(frames);
    scene->has_failed = true;
    netsim_sim_fail(scene->sim, g_error_new_literal(NETSIM_ERROR, NETSIM_ERROR_STATE, text));
    g_free(text);
}

/* The top of @L is the task's first returned value. */
static void keep_result(lua_State *L, struct task *t)
{
    struct flow *flow = t->flow;
    if (t->parent || lua_isnil(L, -1)) return;
    GString *json = g_string_new(NULL);
    const char *odd = json_lua_value(L, -1, json);
    if (odd) {
        g_string_free(json, TRUE);
        return; /* the script can still use it */
    }
    g_free(flow->result_json);
    flow->result_json = g_string_free(json, FALSE);
    if (!lua_istable(L, -1)) return;
    lua_pushliteral(L, "latency");
    if (lua_rawget(L, -2) == LUA_TNUMBER) flow->latency_s = lua_tonumber(L, -1);
    lua_pop(L, 1);
}

/* os.exit(): its to-be-closed variables are closed as its own code. */
static void close_variables(struct task *t, lua_State *L)
{
    struct run *run = t->handle.scene->run;
    struct task *before = run->task;
    run->task = t;
    int status = lua_resetthread(t->co);
    run->task = before;
    if (status == LUA_OK) return;
    lua_xmove(t->co, L, 1);
    task_fail(t, L);
}

/* It has returned, or called os.exit(), with @n_results values. */
static void task_finish(struct task *t, lua_State *L, int n_results)
{
    lua_State *co = t->co;
    int top = lua_gettop(L);
    handle_find(L, t->handle.scene, t);
    lua_getiuservalue(L, top + 1, VALUE_COROUTINE); /* both stay on the stack: nobody else may refer to them any more */
    if (n_results > 0) {
        lua_pushvalue(co, -n_results);
        lua_xmove(co, L, 1);
        keep_result(L, t);
        lua_setiuservalue(L, top + 1, VALUE_RESULT);
    }
    if (t->is_exiting) close_variables(t, L);
    t->co = NULL;
    lua_pushnil(L);
    lua_setiuservalue(L, top + 1, VALUE_COROUTINE);
    process_gone(t);
}

/* ---- running ---- */

struct stop {
    struct task *task;
    int status, n_results;
};

/* What has become of a coroutine that does not wait now. */
static int after_stop(lua_State *L)
{
    struct stop *s = lua_touserdata(L, 1);
    struct task *t = s->task;
    if (s->status == LUA_OK || (s->status == LUA_YIELD && t->is_exiting)) {
        task_finish(t, L, s->n_results);
        return 0;
    }
    lua_Debug ar;
    if (s->status != LUA_YIELD) lua_xmove(t->co, L, 1);
    else if (lua_find_place(t->co, &ar))
        lua_pushfstring(L, "%s:%d: a process called coroutine.yield(), but nobody resumes it; use os.sleep()", ar.source + 1, ar.currentline);
    else lua_pushliteral(L, "a process called coroutine.yield(), but nobody resumes it; use os.sleep()");
    task_fail(t, L);
    return 0;
}

static void task_resume(struct task *t, int n_args)
{
    struct scene *scene = t->handle.scene;
    struct run *run = scene->run;
    lua_State *L = scene->running;
    if (scene->has_failed || run->is_interrupted) return;
    struct task *before = run->task;
    struct stop stop = { .task = t };
    run->task = t;
    run->instructions = 0;
    t->waits_in = NULL;
    stop.status = lua_resume(t->co, L, n_args, &stop.n_results);
    run->task = before;
    if (stop.status == LUA_YIELD && t->waits_in) return;
    lua_pushcfunction(L, after_stop);
    lua_pushlightuserdata(L, &stop);
    scene_call(scene, L, 1, false);
}

static void stop_waiting(struct task *t)
{
    struct socket_handle *s = t->waits_on;
    if (!s) return;
    struct task **link = &s->waiting;
    while (*link != t) link = &(*link)->wait_next;
    *link = t->wait_next;
    t->waits_on = NULL;
    t->wait_next = NULL;
}

static struct task *first_waiting(struct socket_handle *socket, unsigned events)
{
    struct task *t = socket->waiting;
    while (t && !(t->wait_events & events)) t = t->wait_next;
    return t;
}

/* Resume those who wait for @socket and some of @events, in the order in which they began to wait. */
static void wake(struct socket_handle *socket, unsigned events)
{
    struct scene *scene = socket->handle.scene;
    unsigned n = 0;
    for (struct task *t = socket->waiting; t; t = t->wait_next) n += (t->wait_events & events) != 0;
    handle_find(scene->running, scene, socket); /* keeps it while they may close and forget it */
    for (struct task *t; n-- && (t = first_waiting(socket, events));) {
        stop_waiting(t);
        netsim_process_cancel_sleep(t->handle.ptr);
        task_resume(t, 0);
    }
    lua_pop(scene->running, 1);
}

/* Not now: another process is running. */
void task_wake_all(struct socket_handle *socket)
{
    for (struct task *t; (t = socket->waiting);) {
        stop_waiting(t);
        netsim_process_sleep(t->handle.ptr, 0);
    }
}

/* ---- the library's callbacks ---- */

static void on_start(NetsimProcess *process, void *state, const void *config)
{
    struct task *t = (struct task *) config;
    *(struct task **) state = t;
    (void) process;
    task_resume(t, (int) t->n_args);
}

static void on_ready(NetsimProcess *process, void *state, NetsimSocket *socket, unsigned events)
{
    (void) process;
    (void) state;
    struct socket_handle *s = netsim_sock_data(socket);
    if (s && s->waiting) wake(s, events);
}

static void on_timer(NetsimProcess *process, void *state)
{
    (void) process;
    struct task *t = *(struct task **) state;
    if (!t->co || !t->waits_in) return;
    t->has_timed_out = true;
    stop_waiting(t);
    task_resume(t, 0);
}

static void on_end(NetsimProcess *process, void *state)
{
    (void) process;
    struct task *t = *(struct task **) state;
    if (!t) return; /* the simulation ends before the process began */
    while (t->sockets) socket_forget(t->sockets);
    *t->pprev = t->next;
    if (t->next) t->next->pprev = t->pprev;
    t->handle.ptr = NULL;
    if (t->flow->task == t) t->flow->task = NULL;
    if (!t->handle.scene->is_closing) handle_forget(t->handle.scene->running, t->handle.scene, t);
}

static const NetsimApp lua_app = {
    .name = "lua", .state_size = sizeof(struct task *), .start = on_start, .ready = on_ready, .timer = on_timer,
    .end = on_end,
};

/* ---- making ---- */

static struct flow *flow_new(struct scene *scene, NetsimHost *host, const char *name, struct task *t)
{
    struct flow *flow = g_new0(struct flow, 1);
    *flow = (struct flow){ .host = g_strdup(netsim_host_name(host)), .name = g_strdup(name), .first = -1,
                           .latency_s = NAN, .task = t };
    *scene->flows_tail = flow;
    scene->flows_tail = &flow->next;
    return flow;
}

struct task *task_new(lua_State *L, struct scene *scene, NetsimHost *host, const char *name, struct task *parent,
                      int function, int n_args)
{
    luaL_checkstack(L, n_args + 4, "too many arguments");
    struct task *t = handle_new(L, scene, &process_class, sizeof *t + strlen(name) + 1, 3);
    int self = lua_gettop(L);
    memcpy(t->name, name, strlen(name) + 1);
    t->co = lua_newthread(L);
    if (!lua_checkstack(t->co, n_args + 4)) luaL_error(L, "too many arguments");
    lua_setiuservalue(L, self, VALUE_COROUTINE);
    lua_pushvalue(L, function);
    t->n_args = (unsigned) n_args;
    if (!parent) {
        sandbox_push_os(L);
        t->n_args++;
    }
    for (int i = 1; i <= n_args; i++) lua_pushvalue(L, function + i);
    lua_xmove(L, t->co, (int) t->n_args + 1);
    t->parent = parent;
    if (parent) parent->n_children++;
    t->flow = parent ? parent->flow : flow_new(scene, host, name, t);
    t->next = scene->tasks;
    t->pprev = &scene->tasks;
    if (t->next) t->next->pprev = &t->next;
    scene->tasks = t;
    t->handle.ptr = netsim_spawn(host, name, &lua_app, t);
    return t;
}

/* ---- what processes call ---- */

struct task *task_current(lua_State *L, const char *what)
{
    struct task *t = run_of(L)->task;
    if (!t || t->co != L)
        lua_raisef(L, "%s works only in the function given to host:spawn or os.fork (not in %s)", what,
                   t ? "a coroutine of the script's own" : "the script itself or sim:at");
    if (t->is_exiting) lua_raisef(L, "%s after os.exit: the process ends, it cannot wait", what);
    if (!lua_isyieldable(L))
        lua_raisef(L, "%s in a function that Lua's own code calls (for table.sort, string.gsub, a metamethod, the output of "
                      "host:sh): a process cannot wait or end there; call it outside", what);
    return t;
}

int task_wait(lua_State *L, struct socket_handle *socket, unsigned events, netsim_time timeout, const char *what,
              lua_KContext context, lua_KFunction k)
{
    struct task *t = task_current(L, what);
    t->waits_in = what;
    t->waits_on = socket;
    t->wait_events = events | NETSIM_POLLERR | NETSIM_POLLHUP;
    t->has_timed_out = false;
    struct task **link = &socket->waiting;
    while (*link) link = &(*link)->wait_next;
    *link = t;
    if (timeout) netsim_process_sleep(t->handle.ptr, timeout);
    return lua_yieldk(L, 0, context, k);
}

int task_wait_for_call(lua_State *L, const char *what, lua_KContext context, lua_KFunction k)
{
    struct task *t = task_current(L, what);
    t->waits_in = what;
    return lua_yieldk(L, 0, context, k);
}

void task_wake(struct task *t)
{
    task_resume(t, 0);
}

int task_sleep(lua_State *L)
{
    struct task *t = task_current(L, "os.sleep");
    netsim_time duration = lua_to_time(L, 1, "os.sleep");
    t->waits_in = "sleep";
    netsim_process_sleep(t->handle.ptr, duration);
    return lua_yield(L, 0);
}

int task_exit(lua_State *L)
{
    struct task *t = task_current(L, "os.exit");
    t->is_exiting = true;
    return lua_yield(L, lua_gettop(L));
}

/* ---- the handle ---- */

static const char *const properties[] = { "name", "host", "result", "has_exited", NULL };

static void get(lua_State *L, struct handle *handle, unsigned i)
{
    struct task *t = (struct task *) handle;
    switch (i) {
    case 0: lua_pushstring(L, t->name); break;
    case 1: lua_pushstring(L, t->flow->host); break;
    case 2: lua_getiuservalue(L, 1, VALUE_RESULT); break;
    default: lua_pushboolean(L, !t->co);
    }
}

static const luaL_Reg methods[] = { { NULL, NULL } };

const struct handle_class process_class = {
    .kind = KIND_PROCESS, .name = "process", .methods = methods, .properties = properties, .get = get,
};
