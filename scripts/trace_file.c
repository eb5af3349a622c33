/* SPDX-License-Identifier: GPL-3.0-or-later */
/* trace_file.c - --trace: the passages of tracepoints as JSON Lines, one object a line, every one with "v":1.
 *
 *   {"v":1,"header":{"netsim":"0.1.0","seed":1,"patterns":["tcp:*"],"time_unit":"ns"}}
 *   {"v":1,"time":50000123,"host":"server","event":"tcp:tcp_probe","pid":0,"comm":"swapper/0","args":{"saddr":"10.0.0.1",...}}
 *   {"v":1,"summary":{"events":812,"end":2000000000,"partial":false}}
 *
 * "place" follows "host" where it says more: a device, a wire.
 */
#include "scripts/observe.h"

#include <netsim/json.h>
#include <string.h>

struct trace_file {
    struct observer observer;
    struct out_file *file;
    GString *line;
    uint64_t n_events;
};

static void member_text(GString *out, const char *name, const char *value)
{
    g_string_append_printf(out, ",\"%s\":", name);
    netsim_json_string(out, value, -1);
}

static void append_args(GString *out, const NetsimTraceEvent *e)
{
    char buffer[NETSIM_TRACE_ARG_BYTES];
    for (unsigned i = 0; i < e->n_args; i++) {
        g_string_append_printf(out, "%s\"%s\":", i ? "," : "", e->arg_names[i]);
        const char *text = netsim_trace_arg(e, i, buffer);
        if (e->arg_kinds[i] == 'x') g_string_append_printf(out, "%" G_GUINT64_FORMAT, e->args[i]);
        else if (strchr("ud", e->arg_kinds[i])) g_string_append(out, text);
        else netsim_json_string(out, text, -1);
    }
}

static void on_event(const NetsimTraceEvent *e, void *data)
{
    struct trace_file *t = data;
    GString *line = t->line;
    g_string_printf(line, "{\"v\":1,\"time\":%" G_GINT64_FORMAT, (gint64) (e->time / NETSIM_NS));
    member_text(line, "host", e->host);
    if (e->where != e->host) member_text(line, "place", e->where);
    member_text(line, "event", e->name);
    g_string_append_printf(line, ",\"pid\":%u", e->pid);
    member_text(line, "comm", e->comm);
    g_string_append(line, ",\"args\":{");
    append_args(line, e);
    g_string_append(line, "}}\n");
    t->n_events++;
    fwrite(line->str, 1, line->len, t->file->stream);
    if (!out_file_check(t->file, t->observer.scene->sim)) netsim_trace_detach(t->observer.scene->sim, on_event, t);
}

static void trace_close(struct observer *o)
{
    struct trace_file *t = (struct trace_file *) o;
    struct run *run = o->scene->run;
    fprintf(t->file->stream, "{\"v\":1,\"summary\":{\"events\":%" G_GUINT64_FORMAT ",\"end\":%" G_GINT64_FORMAT ",\"partial\":%s}}\n",
            t->n_events, (gint64) (netsim_sim_now(o->scene->sim) / NETSIM_NS),
            run->is_interrupted || o->scene->has_failed ? "true" : "false");
    out_file_close(t->file, run);
    g_string_free(t->line, TRUE);
    g_free(t);
}

void trace_file_start(lua_State *L, struct scene *scene, char **patterns)
{
    GError *error = NULL;
    struct out_file *file = out_file_new(scene, "trace.jsonl", &error);
    if (!file) lua_raise(L, error);
    struct trace_file *t = g_new0(struct trace_file, 1);
    *t = (struct trace_file){ .observer.close = trace_close, .file = file, .line = g_string_new(NULL) };
    g_string_printf(t->line, "{\"v\":1,\"header\":{\"netsim\":\"%s\",\"seed\":%" G_GUINT64_FORMAT ",\"patterns\":[", netsim_version(),
                    netsim_sim_seed(scene->sim));
    for (char **p = patterns; *p; p++) {
        if (p != patterns) g_string_append_c(t->line, ',');
        netsim_json_string(t->line, *p, -1);
    }
    g_string_append(t->line, "],\"time_unit\":\"ns\"}}\n");
    fputs(t->line->str, file->stream);
    observer_add(scene, &t->observer);
    if (!netsim_trace_attach_list(scene->sim, (const char *const *) patterns, on_event, t, &error)) lua_raise(L, error);
}
