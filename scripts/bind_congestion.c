/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bind_congestion.c - host:congestion_control(): an algorithm whose decisions are Lua functions. */
#include "scripts/task.h"

#include <netsim/congestion.h>
#include <string.h>

/* Its address is the anchor of the script's table; a connection's, a NetsimCongestion, of the table that its functions see. */
struct lua_algorithm {
    struct scene *scene;
    char name[16];
};

/* One call of one of the functions. */
struct decision {
    struct lua_algorithm *algorithm;
    NetsimCongestion *connection;
    const char *function;
    uint32_t args[2];
    unsigned n_args;
    bool has_result;
    uint32_t result;
};

static const char *const functions[] = { "init", "ack", "control", "ssthresh", "timeout", NULL };

/* ---- the connection's table ---- */

static void set_seconds(lua_State *L, const char *name, netsim_time t, bool is_known)
{
    if (is_known) lua_pushnumber(L, netsim_to_seconds(t));
    else lua_pushnil(L);
    lua_setfield(L, -2, name);
}

/* Push it, as the connection is now. What else is in it is the script's. */
static void push_connection(lua_State *L, struct scene *scene, NetsimCongestion *c)
{
    handle_find(L, scene, c);
    if (lua_isnil(L, -1)) {
        lua_pop(L, 1);
        lua_newtable(L);
        handle_anchor(L, scene, c, -1);
    }
    set_seconds(L, "now", c->now, true);
    set_seconds(L, "srtt", c->srtt, c->srtt);
    set_seconds(L, "min_rtt", c->min_rtt, c->min_rtt);
    set_seconds(L, "rtt", c->rtt, c->rtt >= 0);
    const struct { const char *name; uint64_t value; } numbers[] = {
        { "mss", c->mss }, { "in_flight", c->in_flight }, { "delivered", c->delivered }, { "lost", c->lost },
        { "delivery_rate", c->delivery_rate }, { "cwnd", c->cwnd }, { "ssthresh", c->ssthresh },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
        lua_pushinteger(L, (lua_Integer) numbers[i].value);
        lua_setfield(L, -2, numbers[i].name);
    }
    lua_pushboolean(L, c->is_cwnd_limited);
    lua_setfield(L, -2, "is_cwnd_limited");
}

/* The number at the top, which is popped: fractions are cut off, at most @max. */
static uint64_t take_number(lua_State *L, const struct decision *d, const char *what, uint64_t max)
{
    lua_Number n = lua_tonumber(L, -1);
    if (lua_type(L, -1) != LUA_TNUMBER || !(n >= 0))
        lua_raisef(L, "congestion_control %s: %s: %s must be a number, 0 or more, not %s", d->algorithm->name, d->function, what,
                   luaL_tolstring(L, -1, NULL));
    lua_pop(L, 1);
    return n >= (lua_Number) max ? max : (uint64_t) n;
}

/* (decision): call the function, read what it has decided */
static int perform(lua_State *L)
{
    struct decision *d = lua_touserdata(L, 1);
    NetsimCongestion *c = d->connection;
    struct scene *scene = d->algorithm->scene;
    handle_find(L, scene, d->algorithm);
    lua_getfield(L, -1, d->function);
    push_connection(L, scene, c);
    lua_pushvalue(L, -1);
    lua_insert(L, 2); /* below the function */
    for (unsigned i = 0; i < d->n_args; i++) lua_pushinteger(L, d->args[i]);
    lua_call(L, 1 + (int) d->n_args, d->has_result ? 1 : 0);
    if (d->has_result) {
        d->result = (uint32_t) take_number(L, d, "what it returns", INT32_MAX);
        return 0;
    }
    lua_settop(L, 2);
    lua_getfield(L, 2, "cwnd");
    c->cwnd = (uint32_t) take_number(L, d, "cwnd", INT32_MAX);
    lua_getfield(L, 2, "ssthresh");
    c->ssthresh = (uint32_t) take_number(L, d, "ssthresh", INT32_MAX);
    if (lua_getfield(L, 2, "pacing_rate") != LUA_TNIL) c->pacing_rate = take_number(L, d, "pacing_rate", INT64_MAX);
    return 0;
}

/* ---- the hooks ---- */

static void decide(struct decision *d)
{
    struct scene *scene = d->algorithm->scene;
    lua_State *L = scene->running ? scene->running : scene->run->L;
    if (scene->has_failed || scene->is_closing || !lua_checkstack(L, 16)) return;
    struct task *task = scene->run->task;
    scene->run->task = NULL; /* it is the kernel's, not of the process that called it */
    scene->n_probing++;
    lua_pushcfunction(L, perform);
    lua_pushlightuserdata(L, d);
    scene_call(scene, L, 1, task == NULL);
    scene->n_probing--;
    scene->run->task = task;
}

static void on_init(NetsimCongestion *c, void *data)
{
    decide(&(struct decision){ .algorithm = data, .connection = c, .function = "init" });
}

static void on_ack(NetsimCongestion *c, uint32_t acked, void *data)
{
    decide(&(struct decision){ .algorithm = data, .connection = c, .function = "ack", .args = { acked }, .n_args = 1 });
}

static void on_control(NetsimCongestion *c, uint32_t acked, uint32_t newly_lost, void *data)
{
    decide(&(struct decision){ .algorithm = data, .connection = c, .function = "control", .args = { acked, newly_lost }, .n_args = 2 });
}

static uint32_t on_ssthresh(NetsimCongestion *c, void *data)
{
    struct decision d = { .algorithm = data, .connection = c, .function = "ssthresh", .has_result = true, .result = c->cwnd / 2 };
    decide(&d);
    return d.result;
}

static void on_timeout(NetsimCongestion *c, void *data)
{
    decide(&(struct decision){ .algorithm = data, .connection = c, .function = "timeout" });
}

static void on_release(NetsimCongestion *c, void *data)
{
    struct scene *scene = ((struct lua_algorithm *) data)->scene;
    lua_State *L = scene->running ? scene->running : scene->run->L;
    if (!scene->is_closing && lua_checkstack(L, 8)) handle_forget(L, scene, c);
}

/* ---- adding ---- */

static bool has_function(lua_State *L, int index, const char *name, const char *function)
{
    int type = lua_getfield(L, index, function);
    lua_pop(L, 1);
    if (type != LUA_TNIL && type != LUA_TFUNCTION) lua_raisef(L, "congestion_control %s: %s must be a function", name, function);
    return type == LUA_TFUNCTION;
}

static void check_keys(lua_State *L, int index, const char *name)
{
    static const char *const known[] = { "name", "init", "ack", "control", "ssthresh", "timeout", NULL };
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
        const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "";
        if (g_strv_contains(known, key)) continue;
        const char *shown = lua_push_key(L, -2), *mend = lua_push_suggestion(L, key, known);
        lua_raisef(L, "congestion_control %s: there is no \"%s\"%s", name, shown, mend);
    }
}

/**
 * host:congestion_control { name =, init =, ack = | control =, ssthresh =, timeout = }: an algorithm of that host, chosen by
 * name: with sysctl net.ipv4.tcp_congestion_control or socket:setsockopt("congestion", name)
 */
int bind_congestion_control(lua_State *L)
{
    struct handle *h = handle_check(L, 1, &host_class);
    scene_refuse_in_probe(L, h->scene, "host:congestion_control");
    if (!lua_istable(L, 2)) lua_raisef(L, "host:congestion_control: give a table: { name = \"mine\", ack = function(c, acked) ... end }");
    lua_getfield(L, 2, "name");
    const char *name = lua_check_text(L, -1, "host:congestion_control: the name");
    check_keys(L, 2, name);
    bool has[G_N_ELEMENTS(functions)];
    for (unsigned i = 0; functions[i]; i++) has[i] = has_function(L, 2, name, functions[i]);
    NetsimCongestionOps ops = {
        .name = name, .init = has[0] ? on_init : NULL, .ack = has[1] ? on_ack : NULL, .control = has[2] ? on_control : NULL,
        .ssthresh = has[3] ? on_ssthresh : NULL, .timeout = has[4] ? on_timeout : NULL, .release = on_release,
    };
    struct lua_algorithm *a = lua_newuserdatauv(L, sizeof *a, 0);
    a->scene = h->scene;
    g_strlcpy(a->name, name, sizeof a->name);
    GError *error = NULL;
    if (!netsim_host_add_congestion_control(h->ptr, &ops, a, &error)) lua_raise(L, error);
    handle_anchor(L, h->scene, a->name, -1); /* our memory, for as long as there is the scene */
    handle_anchor(L, h->scene, a, 2);
    return 0;
}
