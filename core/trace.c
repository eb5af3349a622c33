/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/trace.h"

#include "core/sim.h"
#include "core/suggest.h"
#include <string.h>

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
    uint64_t points[TRACE_WORDS]; /* bits */
    NetsimTraceFunc func;
    void *data;
    uint64_t serial; /* of its attachment */
};

/* A simulation's probes, and the rows of the tracepoints taken apart. */
struct trace_probes {
    GArray *probes;
    uint64_t n_attached; /* since the beginning */
    char **words[N_TRACEPOINTS]; /* argument names */
    char kinds[N_TRACEPOINTS][TRACE_MAX_ARGS + 1];
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
        for (unsigned k = 0; k < t->n_args[i]; k++) {
            char *slash = strchr(t->words[i][k], '/');
            t->kinds[i][k] = slash[1];
            *slash = '\0';
        }
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
    memset(sim->traced, 0, sizeof sim->traced);
}

static bool has_point(const uint64_t *points, enum tracepoint point)
{
    return points[point / 64] >> point % 64 & 1;
}

enum { HOST_BYTES = 64 };

/* "server" of "server:eth0". */
static const char *host_of(const char *where, char host[HOST_BYTES])
{
    size_t n = strcspn(where, ":");
    if (!where[n]) return where;
    g_strlcpy(host, where, ns_min(n + 1, (size_t) HOST_BYTES));
    return host;
}

void trace_emit(struct sim *sim, enum tracepoint point, const char *where, const uint64_t *args)
{
    struct trace_probes *t = sim->probes;
    char host[HOST_BYTES]; /* a probe may do what other hosts' probes are told */
    NetsimTraceEvent e = { .name = names[point], .host = host_of(where, host), .where = where,
                           .comm = sim->comm ? sim->comm : "swapper/0", .pid = sim->comm ? sim->pid : 0, .time = sim->now,
                           .n_args = t->n_args[point], .arg_names = (const char *const *) t->words[point],
                           .arg_kinds = t->kinds[point], .args = args };
    uint64_t end = t->n_attached; /* those that are attached meanwhile are told of the next passage */
    for (guint i = 0; i < t->probes->len;) {
        const struct probe p = g_array_index(t->probes, struct probe, i);
        if (p.serial >= end) break;
        if (has_point(p.points, point)) p.func(&e, p.data);
        /* it may have detached itself: another is in its place */
        i += i < t->probes->len && g_array_index(t->probes, struct probe, i).serial == p.serial;
    }
}

const char *const *netsim_tracepoint_names(void)
{
    return names;
}

static void refresh_bits(struct sim *sim)
{
    memset(sim->traced, 0, sizeof sim->traced);
    for (guint i = 0; i < sim->probes->probes->len; i++)
        for (unsigned w = 0; w < TRACE_WORDS; w++)
            sim->traced[w] |= g_array_index(sim->probes->probes, struct probe, i).points[w];
    for (guint i = 0; i < sim->parts->len; i++) {
        const struct sim_part *part = &g_array_index(sim->parts, struct sim_part, i);
        if (part->probes_changed) part->probes_changed(part->owner);
    }
}

static bool add_points(struct probe *p, const char *pattern, GError **error)
{
    struct suggest near = suggest_for(pattern);
    bool matches = false;
    for (int i = 0; i < N_TRACEPOINTS; i++) {
        if (g_pattern_match_simple(pattern, names[i])) {
            p->points[i / 64] |= 1ull << i % 64;
            matches = true;
        }
        suggest_offer(&near, names[i]);
    }
    if (!matches)
        g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_NAME, "no tracepoint \"%s\"%s", pattern, suggest_text(&near).text);
    return matches;
}

bool netsim_trace_attach_list(NetsimSim *sim, const char *const *patterns, NetsimTraceFunc func, void *data, GError **error)
{
    if (!ns_given(sim, error) || !ns_given(patterns, error) || !ns_given(func, error)) return false;
    struct probe p = { .func = func, .data = data };
    for (; *patterns; patterns++)
        if (!add_points(&p, *patterns, error)) return false;
    if (!sim->probes) sim->probes = probes_new();
    p.serial = sim->probes->n_attached++;
    g_array_append_val(sim->probes->probes, p);
    refresh_bits(sim);
    return true;
}

bool netsim_trace_attach(NetsimSim *sim, const char *pattern, NetsimTraceFunc func, void *data, GError **error)
{
    if (!ns_given(sim, error) || !ns_given(pattern, error) || !ns_given(func, error)) return false;
    return netsim_trace_attach_list(sim, (const char *const[]){ pattern, NULL }, func, data, error);
}

void netsim_trace_detach(NetsimSim *sim, NetsimTraceFunc func, void *data)
{
    if (!sim) return;
    if (!sim->probes) return;
    GArray *all = sim->probes->probes;
    for (guint i = all->len; i--;) {
        struct probe *p = &g_array_index(all, struct probe, i);
        if (p->func == func && p->data == data) g_array_remove_index(all, i);
    }
    refresh_bits(sim);
}

/* ---- text ---- */

const char *trace_tcp_state(uint64_t state)
{
    static const char *const states[] = { "TCP_NONE", "TCP_ESTABLISHED", "TCP_SYN_SENT", "TCP_SYN_RECV", "TCP_FIN_WAIT1",
                                          "TCP_FIN_WAIT2", "TCP_TIME_WAIT", "TCP_CLOSE", "TCP_CLOSE_WAIT", "TCP_LAST_ACK",
                                          "TCP_LISTEN", "TCP_CLOSING", "TCP_NEW_SYN_RECV" };
    return state < G_N_ELEMENTS(states) ? states[state] : "TCP_?";
}

static const char *neigh_state_str(uint64_t state)
{
    static const char *const states[] = { "incomplete", "reachable", "stale", "delay", "probe", "failed", "noarp", "permanent" };
    for (unsigned i = 0; i < G_N_ELEMENTS(states); i++)
        if (state == 1u << i) return states[i];
    return "none";
}

const char *netsim_trace_arg(const NetsimTraceEvent *event, unsigned i, char *buffer)
{
    if (!event || !buffer || i >= event->n_args) return NULL;
    enum { SIZE = NETSIM_TRACE_ARG_BYTES };
    uint64_t v = event->args[i];
    switch (event->arg_kinds[i]) {
    case 'a':
        g_snprintf(buffer, SIZE, "%u.%u.%u.%u", (unsigned) (v >> 24 & 255), (unsigned) (v >> 16 & 255),
                   (unsigned) (v >> 8 & 255), (unsigned) (v & 255));
        break;
    case 'f': return v == TRACE_AF_INET ? "AF_INET" : "AF_INET6";
    case 'p': return v == 6 ? "IPPROTO_TCP" : v == 17 ? "IPPROTO_UDP" : "IPPROTO_IP";
    case 's': return trace_tcp_state(v);
    case 'r': return drop_reason_name((enum drop_reason) v);
    case 'N': return neigh_state_str(v);
    case 'm': g_snprintf(buffer, SIZE, "%012" G_GINT64_MODIFIER "x", v); break;
    case 'n': return (const char *) (uintptr_t) v;
    case 'x': g_snprintf(buffer, SIZE, "%#" G_GINT64_MODIFIER "x", v); break;
    case 'd': g_snprintf(buffer, SIZE, "%" G_GINT64_FORMAT, (int64_t) v); break;
    default: g_snprintf(buffer, SIZE, "%" G_GUINT64_FORMAT, v);
    }
    return buffer;
}

char *netsim_trace_format(const NetsimTraceEvent *event)
{
    if (!event) return NULL;
    GString *out = g_string_new(NULL);
    char buffer[NETSIM_TRACE_ARG_BYTES];
    for (unsigned i = 0; i < event->n_args; i++)
        g_string_append_printf(out, "%s%s=%s", i ? " " : "", event->arg_names[i], netsim_trace_arg(event, i, buffer));
    return g_string_free(out, FALSE);
}

char *netsim_tracepoint_args(unsigned i)
{
    if (i >= N_TRACEPOINTS) return NULL;
    GString *out = g_string_new(NULL);
    for (const char *c = rows[i]; *c; c++) {
        if (*c == '/') c++; /* and its letter */
        else g_string_append_c(out, *c);
    }
    return g_string_free(out, FALSE);
}
