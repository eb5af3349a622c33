/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bind_host.c - hosts and their devices: the shell, settings, counters, processes. */
#include "models/wire/snmp.h"
#include "scripts/task.h"

#include <string.h>

/* ---- devices ---- */

int device_push(lua_State *L, struct scene *scene, NetsimDevice *device)
{
    handle_push(L, scene, &device_class, device, sizeof(struct handle));
    return 1;
}

/** device:stats() -> table: rx_packets, tx_packets, rx_bytes, tx_bytes, rx_dropped, tx_dropped, rx_crc_errors */
static int device_stats(lua_State *L)
{
    struct handle *h = handle_check(L, 1, &device_class);
    NetsimDeviceStats stats;
    netsim_device_stats(h->ptr, &stats);
    lua_createtable(L, 0, 8);
#define PUSH(name)                                                                                                  \
    lua_pushinteger(L, (lua_Integer) stats.name);                                                                   \
    lua_setfield(L, -2, #name);
    PUSH(rx_packets) PUSH(tx_packets) PUSH(rx_bytes) PUSH(tx_bytes)
    PUSH(rx_dropped) PUSH(tx_dropped) PUSH(rx_crc_errors)
#undef PUSH
    return 1;
}

static const char *const device_properties[] = { "name", "host", "mtu", NULL };

static void device_get(lua_State *L, struct handle *h, unsigned i)
{
    switch (i) {
    case 0: lua_pushstring(L, netsim_device_name(h->ptr)); break;
    case 1: host_push(L, h->scene, netsim_device_host(h->ptr)); break;
    default: lua_pushinteger(L, netsim_device_mtu(h->ptr));
    }
}

static const luaL_Reg device_methods[] = { { "stats", device_stats }, { NULL, NULL } };

const struct handle_class device_class = {
    .kind = KIND_DEVICE, .name = "device", .methods = device_methods, .properties = device_properties,
    .get = device_get,
};

/* ---- hosts ---- */

int host_push(lua_State *L, struct scene *scene, NetsimHost *host)
{
    handle_push(L, scene, &host_class, host, sizeof(struct handle));
    return 1;
}

/** host:nic "eth0" -> device, made if it does not exist */
static int host_nic(lua_State *L)
{
    struct handle *h = handle_check(L, 1, &host_class);
    scene_refuse_in_probe(L, h->scene, "host:nic");
    const char *name = lua_check_text(L, 2, "host:nic: the name");
    GError *error = NULL;
    NetsimDevice *device = netsim_host_nic(h->ptr, name, &error);
    if (!device) lua_raise(L, error);
    return device_push(L, h->scene, device);
}

/* Push the value at @arg as text: a number, a string, or a boolean as 1 and 0. */
static void push_setting(lua_State *L, int arg, const char *name)
{
    lua_Integer n;
    if (lua_isboolean(L, arg)) lua_pushstring(L, lua_toboolean(L, arg) ? "1" : "0");
    else if (lua_to_whole(L, arg, &n)) lua_pushinteger(L, n);
    else if (lua_type(L, arg) == LUA_TNUMBER || lua_type(L, arg) == LUA_TSTRING) lua_pushvalue(L, arg);
    else lua_raisef(L, "%s: give a number or a string, not a %s", name, luaL_typename(L, arg));
    lua_tostring(L, -1);
    lua_check_text(L, -1, name);
}

struct conf_report {
    lua_State *L;      /* the list is on top */
    const char *path;
    struct run *run;
    int n, n_of[NETSIM_SYSCTL_CONTRADICTS + 1];
};

/* "-name = value", and the kernel does not take it. */
static bool is_forgiven(const NetsimSysctlLine *line)
{
    bool is_refused = line->verdict == NETSIM_SYSCTL_UNKNOWN || line->verdict == NETSIM_SYSCTL_READ_ONLY || line->verdict == NETSIM_SYSCTL_RANGE;
    return line->is_optional && is_refused;
}

/* The list's next entry; a line for everything that is not simply good. */
static void report_line(const NetsimSysctlLine *line, void *data)
{
    struct conf_report *r = data;
    lua_State *L = r->L;
    r->n_of[line->verdict]++;
    lua_createtable(L, 0, 6);
    lua_pushinteger(L, line->line);
    lua_setfield(L, -2, "line");
    lua_pushstring(L, line->name);
    lua_setfield(L, -2, "name");
    lua_pushstring(L, line->value);
    lua_setfield(L, -2, "value");
    lua_pushstring(L, netsim_sysctl_verdict_name(line->verdict));
    lua_setfield(L, -2, "verdict");
    lua_pushstring(L, line->reason);
    lua_setfield(L, -2, "reason");
    if (line->other_line) {
        lua_pushinteger(L, line->other_line);
        lua_setfield(L, -2, "contradicts");
    }
    lua_rawseti(L, -2, ++r->n);
    if (line->verdict == NETSIM_SYSCTL_OK || is_forgiven(line)) return;
    fprintf(r->run->print_to, "%s:%u: %s = %s: %s", r->path, line->line, line->name, line->value,
            netsim_sysctl_verdict_name(line->verdict));
    if (line->other_line) fprintf(r->run->print_to, " line %u", line->other_line);
    fprintf(r->run->print_to, ": %s\n", line->reason);
}

static void report_sum(const struct conf_report *r)
{
    if (r->run->options->quiet) return;
    fprintf(r->run->print_to, "%s: %d settings", r->path, r->n);
    for (int v = 0; v <= NETSIM_SYSCTL_CONTRADICTS; v++)
        if (r->n_of[v]) fprintf(r->run->print_to, ", %d %s", r->n_of[v], netsim_sysctl_verdict_name((NetsimSysctlVerdict) v));
    fprintf(r->run->print_to, "\n");
}

/** host:load_sysctl "sysctl.conf" -> list of { line, name, value, verdict, reason, contradicts }: a file in the format of
 *  sysctl.conf(5), beside the script; prints what is not simply good */
static int host_load_sysctl(lua_State *L)
{
    struct handle *h = handle_check(L, 1, &host_class);
    scene_refuse_in_probe(L, h->scene, "host:load_sysctl");
    GError *error = NULL;
    gsize length = 0;
    char *path = sandbox_input_path(run_of(L), lua_check_text(L, 2, "load_sysctl: the name"), &error), *text = NULL;
    luaL_checkstack(L, 8, NULL);
    lua_newtable(L);
    struct conf_report report = { .L = L, .path = path, .run = run_of(L) };
    bool good = path && g_file_get_contents(path, &text, &length, &error);
    if (good) {
        report.run->caller = L;
        good = netsim_host_load_sysctl(h->ptr, text, length, report_line, &report, &error);
        report.run->caller = NULL;
        if (!good) g_prefix_error(&error, "%s: ", path);
        else report_sum(&report);
    }
    g_free(text);
    g_free(path);
    if (!good) lua_raise(L, error);
    return 1;
}

/** host:read(path) -> the content of a file under /proc or /sys */
static int host_read(lua_State *L)
{
    struct handle *h = handle_check(L, 1, &host_class);
    GError *error = NULL;
    char *text = netsim_host_read(h->ptr, lua_check_text(L, 2, "host:read: the path"), &error);
    if (!text) lua_raise(L, error);
    lua_pushstring(L, text);
    g_free(text);
    return 1;
}

/** host:write(path, value): echo VALUE > PATH */
static int host_write(lua_State *L)
{
    struct handle *h = handle_check(L, 1, &host_class);
    scene_refuse_in_probe(L, h->scene, "host:write");
    const char *path = lua_check_text(L, 2, "host:write: the path");
    push_setting(L, 3, path);
    GError *error = NULL;
    run_of(L)->caller = L;
    bool good = netsim_host_write(h->ptr, path, lua_tostring(L, -1), &error);
    run_of(L)->caller = NULL;
    if (!good) lua_raise(L, error);
    return 0;
}

/** host:spawn(name, function(os) ... end, ...) -> process: runs as a process of the host, from the present moment */
int bind_spawn(lua_State *L)
{
    struct handle *h = handle_check(L, 1, &host_class);
    scene_refuse_in_probe(L, h->scene, "host:spawn");
    const char *name = lua_check_text(L, 2, "host:spawn: the name");
    if (!lua_isfunction(L, 3))
        lua_raisef(L, "spawn(\"%s\", ...): the second argument is the function that the process runs", name);
    if (!*name || strlen(name) > 64) lua_raisef(L, "spawn: a process name has 1 to 64 characters");
    task_new(L, h->scene, h->ptr, name, NULL, 3, lua_gettop(L) - 3);
    return 1;
}

/* ---- counters ---- */

static void push_counter(const char *name, uint64_t value, void *data)
{
    lua_State *L = data;
    lua_pushinteger(L, (lua_Integer) value);
    lua_setfield(L, -2, name);
}

/* Of any kernel. */
static bool is_counter(const char *name)
{
    unsigned n;
    const struct snmp_row *rows = snmp_rows(&n);
    for (unsigned i = 0; i < n; i++)
        if (!strcmp(rows[i].full, name) || !strcmp(rows[i].name, name)) return true;
    return false;
}

/* "TcpExt" and "IpExt" may be left out, as netsim_host_counter() allows. */
static bool find_short_name(lua_State *L, const char *name)
{
    static const char *const groups[] = { "TcpExt", "IpExt" };
    for (size_t i = 0; i < G_N_ELEMENTS(groups); i++) {
        lua_pushfstring(L, "%s%s", groups[i], name);
        if (lua_rawget(L, 1) != LUA_TNIL) return true;
        lua_pop(L, 1);
    }
    return false;
}

/* A counter that is absent was 0 when the table was made; upvalue 1 is the host, for the names, as long as it lives. */
static int counters_index(lua_State *L)
{
    const struct handle *h = lua_touserdata(L, lua_upvalueindex(1));
    const char *name = lua_push_key(L, 2);
    uint64_t value;
    GError *error = NULL;
    if (h->scene->sim && !netsim_host_counter(h->ptr, name, &value, &error)) lua_raise(L, error);
    if (!h->scene->sim && !is_counter(name)) lua_raisef(L, "no counter \"%s\"", name);
    if (!find_short_name(L, name)) lua_pushinteger(L, 0);
    return 1;
}

/** host:nstat() -> table of the counters as they are now, under nstat's names; one that is absent reads 0 */
static int host_nstat(lua_State *L)
{
    struct handle *h = handle_check(L, 1, &host_class);
    luaL_checkstack(L, 8, NULL);
    lua_createtable(L, 0, 64);
    netsim_host_each_counter(h->ptr, push_counter, L);
    lua_createtable(L, 0, 1);
    lua_pushvalue(L, 1);
    lua_pushcclosure(L, counters_index, 1);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
    return 1;
}

/* ---- sockets ---- */

static void set_text(lua_State *L, const char *name, const char *text)
{
    lua_pushstring(L, text);
    lua_setfield(L, -2, name);
}

static void set_number(lua_State *L, const char *name, uint32_t n)
{
    lua_pushinteger(L, n);
    lua_setfield(L, -2, name);
}

static const char entry_of_ss[] = "an entry of host:ss()";

static void push_ss_names(lua_State *L)
{
    static const char *const names[] = { "netid", "state", "local", "peer", "recv_q", "send_q", "process", "timer", "timer_ms" };
    tcp_info_push_names(L);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        lua_pushboolean(L, true);
        lua_setfield(L, -2, names[i]);
    }
}

/* The list's next entry.  `state` is ss's word, not tcp_info's number. */
static void push_ss_entry(const NetsimSsEntry *e, void *data)
{
    lua_State *L = data;
    lua_createtable(L, 0, e->has_info ? 72 : 9);
    if (e->has_info) tcp_info_set_fields(L, &e->info);
    set_text(L, "netid", e->netid);
    set_text(L, "state", e->state);
    lua_push_address(L, e->local);
    lua_setfield(L, -2, "local");
    lua_push_address(L, e->peer);
    lua_setfield(L, -2, "peer");
    set_number(L, "recv_q", e->recv_q);
    set_number(L, "send_q", e->send_q);
    set_text(L, "process", e->process);
    set_text(L, "timer", e->timer);
    if (e->timer) set_number(L, "timer_ms", e->timer_ms);
    lua_guard_fields(L, entry_of_ss, push_ss_names);
    lua_rawseti(L, -2, (lua_Integer) lua_rawlen(L, -2) + 1);
}

/** host:ss(["-tn state established 'dport = :80'"]) -> list of tables: netid, state, local, peer, recv_q, send_q, process,
 *  timer, timer_ms, of a TCP socket also what socket:info() has; all sockets (-tuan) unless told */
static int host_ss(lua_State *L)
{
    struct handle *h = handle_check(L, 1, &host_class);
    const char *words = lua_isnoneornil(L, 2) ? NULL : lua_check_text(L, 2, "host:ss: the options and the filter");
    GError *error = NULL;
    luaL_checkstack(L, 8, NULL);
    lua_newtable(L);
    if (!netsim_host_ss(h->ptr, words, push_ss_entry, L, &error)) lua_raise(L, error);
    return 1;
}

/* ---- host.sysctl["net.ipv4.tcp_fin_timeout"] ---- */

static int sysctl_index(lua_State *L)
{
    struct handle *h = handle_check(L, lua_upvalueindex(1), &host_class);
    GError *error = NULL;
    char *value = netsim_host_sysctl_get(h->ptr, lua_check_text(L, 2, "the name of a sysctl"), &error);
    if (!value) lua_raise(L, error);
    lua_pushstring(L, value);
    lua_pushinteger(L, g_ascii_strtoll(value, NULL, 10));
    lua_pushvalue(L, -1);
    if (strcmp(lua_tostring(L, -1), value)) lua_pop(L, 2); /* "4096 131072 6291456", "00ff": the text */
    else lua_pop(L, 1);
    g_free(value);
    return 1;
}

static int sysctl_newindex(lua_State *L)
{
    struct handle *h = handle_check(L, lua_upvalueindex(1), &host_class);
    scene_refuse_in_probe(L, h->scene, "host.sysctl[...] = value");
    const char *name = lua_check_text(L, 2, "the name of a sysctl");
    push_setting(L, 3, name);
    GError *error = NULL;
    run_of(L)->caller = L;
    bool good = netsim_host_sysctl_set(h->ptr, name, lua_tostring(L, -1), &error);
    run_of(L)->caller = NULL;
    if (!good) lua_raise(L, error);
    return 0;
}

static int sysctl_pairs(lua_State *L)
{
    lua_raisef(L, "host.sysctl is no list; host:sh \"sysctl -a\" prints all, `netsim knobs` explains them");
}

/* host.sysctl.net.ipv4 is a slip: names have dots and stand in brackets. */
static void push_sysctl(lua_State *L)
{
    lua_newtable(L);
    lua_createtable(L, 0, 3);
    lua_pushcfunction(L, sysctl_pairs);
    lua_setfield(L, -2, "__pairs");
    lua_pushvalue(L, 1);
    lua_pushcclosure(L, sysctl_index, 1);
    lua_setfield(L, -2, "__index");
    lua_pushvalue(L, 1);
    lua_pushcclosure(L, sysctl_newindex, 1);
    lua_setfield(L, -2, "__newindex");
    lua_setmetatable(L, -2);
}

static const char *const host_properties[] = { "name", "kernel", "sysctl", NULL };

static void host_get(lua_State *L, struct handle *h, unsigned i)
{
    switch (i) {
    case 0: lua_pushstring(L, netsim_host_name(h->ptr)); break;
    case 1: lua_pushstring(L, netsim_host_kernel(h->ptr)); break;
    default: push_sysctl(L);
    }
}

static const luaL_Reg host_methods[] = {
    { "nic", host_nic }, { "sh", bind_sh }, { "load_sysctl", host_load_sysctl }, { "spawn", bind_spawn },
    { "nstat", host_nstat }, { "ss", host_ss }, { "read", host_read }, { "write", host_write },
    { "congestion_control", bind_congestion_control }, { NULL, NULL },
};

const struct handle_class host_class = {
    .kind = KIND_HOST, .name = "host", .methods = host_methods, .properties = host_properties, .get = host_get,
};
