/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sample.c - sim:sample(): numbers by name, read at equal distances of simulated time, as CSV or JSON.
 *
 * A sample shows the state in which all earlier events have left the simulation; those of the same time come after it.
 * An empty field (null) is something that is not there, such as the window of a connection that has not begun.
 */
#include "scripts/observe.h"

#include <netsim/json.h>
#include <netsim/stats.h>
#include <string.h>

struct sampler {
    struct observer observer;
    struct out_file *file;
    netsim_time period;
    GPtrArray *gauges;   /* NetsimGauge */
    bool is_json;
    uint64_t n_rows;
};

static void write_header(struct sampler *s)
{
    FILE *out = s->file->stream;
    if (s->is_json) fprintf(out, "{\"v\":1,\"period\":%.12g,\"series\":[{\"name\":\"time\",\"unit\":\"s\"}", netsim_to_seconds(s->period));
    else fputs("time [s]", out);
    for (guint i = 0; i < s->gauges->len; i++) {
        const NetsimGauge *g = s->gauges->pdata[i];
        const char *name = netsim_gauge_name(g);
        g_autoptr(GString) quoted = g_string_new(NULL);
        netsim_json_string(quoted, name, -1);
        fprintf(out, s->is_json ? ",{\"name\":%s,\"unit\":\"%s\"}" : ",%s [%s]", s->is_json ? quoted->str : name, netsim_gauge_unit(g));
    }
    fputs(s->is_json ? "],\"rows\":[" : "\n", out);
}

static void write_row(struct sampler *s, netsim_time now)
{
    FILE *out = s->file->stream;
    if (s->is_json) fputs(s->n_rows ? ",\n[" : "\n[", out);
    fprintf(out, "%" G_GINT64_FORMAT ".%09" G_GINT64_FORMAT, (gint64) (now / NETSIM_S), (gint64) (now % NETSIM_S / NETSIM_NS));
    for (guint i = 0; i < s->gauges->len; i++) {
        int64_t value;
        if (netsim_gauge_read(s->gauges->pdata[i], &value)) fprintf(out, ",%" G_GINT64_FORMAT, (gint64) value);
        else fputs(s->is_json ? ",null" : ",", out);
    }
    fputs(s->is_json ? "]" : "\n", out);
    s->n_rows++;
}

static void on_time(NetsimSim *sim, NetsimEvent event, void *data)
{
    struct sampler *s = data;
    write_row(s, netsim_sim_now(sim));
    if (out_file_check(s->file, sim)) netsim_event_at(sim, event, scene_after(s->observer.scene, s->period));
}

static void sampler_close(struct observer *o)
{
    struct sampler *s = (struct sampler *) o;
    if (s->is_json) fputs("\n]}\n", s->file->stream);
    out_file_close(s->file, o->scene->run);
    g_ptr_array_unref(s->gauges);
    g_free(s);
}

/* The list at @index -> gauges. */
static GPtrArray *find_gauges(lua_State *L, int index, struct scene *scene)
{
    GError *error = NULL;
    GPtrArray *all = NULL;
    lua_Integer n = (lua_Integer) lua_rawlen(L, index);
    for (lua_Integer i = 1; i <= n && !error; i++) {
        if (lua_rawgeti(L, index, i) != LUA_TSTRING)
            g_set_error(&error, NETSIM_ERROR, NETSIM_ERROR_SYNTAX, "sim:sample: series %d is a %s; write its name: \"server.TcpRetransSegs\"",
                        (int) i, luaL_typename(L, -1));
        GPtrArray *some = error ? NULL : netsim_gauges_find(scene->sim, lua_tostring(L, -1), &error);
        lua_pop(L, 1);
        if (all && some) g_ptr_array_extend_and_steal(all, some);
        else if (some) all = some;
    }
    if (!error && all) return all;
    if (all) g_ptr_array_unref(all);
    if (!error) lua_raisef(L, "sim:sample: give a list of names: { \"server.TcpRetransSegs\", \"server:eth0.queue_pkts\" }");
    lua_raise(L, error);
}

/** sim:sample(period, { names }, [file]): write their values each period, from now on; "samples.csv" unless named (.csv or .json) */
int bind_sample(lua_State *L)
{
    struct scene *scene = ((struct handle *) handle_check(L, 1, &scene_class))->scene;
    netsim_time period = lua_to_time(L, 2, "sim:sample: the period");
    const char *name = lua_isnoneornil(L, 4) ? "samples.csv" : lua_check_text(L, 4, "sim:sample: the file name");
    bool is_json = g_str_has_suffix(name, ".json");
    if (period <= 0) lua_raisef(L, "sim:sample: the period must be more than nothing");
    if (!lua_istable(L, 3)) lua_raisef(L, "sim:sample: the second argument is the list of names, not a %s", luaL_typename(L, 3));
    if (!is_json && !g_str_has_suffix(name, ".csv")) lua_raisef(L, "sim:sample: \"%s\" ends neither in .csv nor in .json", name);
    GPtrArray *gauges = find_gauges(L, 3, scene);
    GError *error = NULL;
    struct out_file *file = out_file_new(scene, name, &error);
    if (!file) {
        g_ptr_array_unref(gauges);
        lua_raise(L, error);
    }
    struct sampler *s = g_new0(struct sampler, 1);
    *s = (struct sampler){ .observer.close = sampler_close, .file = file, .period = period, .gauges = gauges, .is_json = is_json };
    observer_add(scene, &s->observer);
    write_header(s);
    s->observer.event = netsim_event_new_background(scene->sim, on_time, s);
    netsim_event_at(scene->sim, s->observer.event, netsim_sim_now(scene->sim));
    return 0;
}
