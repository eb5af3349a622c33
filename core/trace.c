/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/trace.h"

#include "core/sim.h"
#include "core/suggest.h"
#include <string.h>

_Static_assert(N_TRACEPOINTS <= 32, "bits of sim->traced");

static const char *const names[N_TRACEPOINTS + 1] = {
#define X(id, name, args) name,
    TRACEPOINTS(X)
#undef X
};
static const char *const rows[N_TRACEPOINTS] = {
#define X(id, name, args) args,
    TRACEPOINTS(X)
#undef X
};

struct probe {
    uint32_t points; /* bits */
    NetsimTraceFunc func;
    void *data;
};

/* A simulation's probes, and the rows of the tracepoints taken apart. */
struct trace_probes {
    GArray *probes;
    char **words[N_TRACEPOINTS]; /* argument names */
    unsigned n_args[N_TRACEPOINTS];
};

static struct trace_probes *probes_new(void)
{
    struct trace_probes *t = g_new0(struct trace_probes, 1);
    t->probes = g_array_new(FALSE, FALSE, sizeof(struct probe));
    for (int i = 0; i < N_TRACEPOINTS; i++) {
        t->words[i] = g_strsplit(rows[i], " ", -1);
        t->n_args[i] = g_strv_length(t->words[i]);
        ns_assert(t->n_args[i] <= TRACE_MAX_ARGS);
        for (char **word = t->words[i]; *word; word++) *strchr(*word, '/') = '\0';
    }
    return t;
}

void trace_free(struct sim *sim)
{
    struct trace_probes *t = sim->probes;
    if (!t) return;
    for (int i = 0; i < N_TRACEPOINTS; i++) g_strfreev(t->words[i]);
    g_array_free(t->probes, TRUE);
    g_free(t);
    sim->probes = NULL;
    sim->traced = 0;
}

void trace_emit(struct sim *sim, enum tracepoint point, const char *where, const uint64_t *args)
{
    const struct trace_probes *t = sim->probes;
    NetsimTraceEvent e = { .name = names[point], .where = where, .time = sim->now, .n_args = t->n_args[point],
                           .arg_names = (const char *const *) t->words[point], .args = args };
    for (guint i = 0; i < t->probes->len; i++) {
        struct probe p = g_array_index(t->probes, struct probe, i); /* a probe may detach itself */
        if (p.points >> point & 1) p.func(&e, p.data);
    }
}

const char *const *netsim_tracepoint_names(void)
{
    return names;
}

static void refresh_bits(struct sim *sim)
{
    sim->traced = 0;
    for (guint i = 0; i < sim->probes->probes->len; i++)
        sim->traced |= g_array_index(sim->probes->probes, struct probe, i).points;
}

bool netsim_trace_attach(NetsimSim *sim, const char *pattern, NetsimTraceFunc func, void *data, GError **error)
{
    struct probe p = { .func = func, .data = data };
    struct suggest near = suggest_for(pattern);
    for (int i = 0; i < N_TRACEPOINTS; i++) {
        if (g_pattern_match_simple(pattern, names[i])) p.points |= 1u << i;
        suggest_offer(&near, names[i]);
    }
    if (!p.points) {
        g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_NAME, "no tracepoint \"%s\"%s", pattern, suggest_text(&near).text);
        return false;
    }
    if (!sim->probes) sim->probes = probes_new();
    g_array_append_val(sim->probes->probes, p);
    refresh_bits(sim);
    return true;
}

void netsim_trace_detach(NetsimSim *sim, NetsimTraceFunc func, void *data)
{
    if (!sim->probes) return;
    GArray *all = sim->probes->probes;
    for (guint i = all->len; i--;) {
        struct probe *p = &g_array_index(all, struct probe, i);
        if (p->func == func && p->data == data) g_array_remove_index(all, i);
    }
    refresh_bits(sim);
}

/* ---- text ---- */

static const char *const tcp_states[] = { "TCP_NONE", "TCP_ESTABLISHED", "TCP_SYN_SENT", "TCP_SYN_RECV", "TCP_FIN_WAIT1",
                                          "TCP_FIN_WAIT2", "TCP_TIME_WAIT", "TCP_CLOSE", "TCP_CLOSE_WAIT", "TCP_LAST_ACK",
                                          "TCP_LISTEN", "TCP_CLOSING", "TCP_NEW_SYN_RECV" };

static void append_value(GString *out, char kind, uint64_t v)
{
    switch (kind) {
    case 'a':
        g_string_append_printf(out, "%u.%u.%u.%u", (unsigned) (v >> 24 & 255), (unsigned) (v >> 16 & 255),
                               (unsigned) (v >> 8 & 255), (unsigned) (v & 255));
        break;
    case 's': g_string_append(out, v < G_N_ELEMENTS(tcp_states) ? tcp_states[v] : "TCP_?"); break;
    case 'r': g_string_append(out, drop_reason_name((enum drop_reason) v)); break;
    case 'x': g_string_append_printf(out, "%#" G_GINT64_MODIFIER "x", v); break;
    case 'd': g_string_append_printf(out, "%" G_GINT64_FORMAT, (int64_t) v); break;
    default: g_string_append_printf(out, "%" G_GUINT64_FORMAT, v);
    }
}

char *netsim_trace_format(const NetsimTraceEvent *event)
{
    GString *out = g_string_new(NULL);
    int point = 0;
    while (strcmp(names[point], event->name)) point++;
    const char *row = rows[point];
    for (unsigned i = 0; i < event->n_args; i++) {
        row = strchr(row, '/') + 1;
        g_string_append_printf(out, "%s%s=", i ? " " : "", event->arg_names[i]);
        append_value(out, *row, event->args[i]);
    }
    return g_string_free(out, FALSE);
}
