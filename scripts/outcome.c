/* SPDX-License-Identifier: GPL-3.0-or-later */
/* outcome.c - the closing table and the JSON of a run. */
#include "scripts/outcome.h"

#include "core/unit.h"
#include "scripts/task.h"
#include <netsim/json.h>
#include <string.h>

struct flow_row {
    unsigned run;
    struct flow flow;    /* its strings are ours */
};
struct link_row {
    unsigned run;
    char *name;          /* "client:eth0 -> server:eth0" */
    double use;          /* of the time up to the end, 0..1 */
    NetsimLinkStats stats;
};
struct fate_row {
    char *where, *reason;
    uint64_t pkts, bytes;
};
struct counter_row {
    char *host, *name;
    uint64_t value;
};

struct outcome {
    GArray *flows, *links, *fates, *counters; /* rows in the order in which they were met */
    GHashTable *fate_of, *counter_of;         /* "where\nreason", "host\ncounter" -> place + 1 */
    GPtrArray *waiting;                       /* "client/fetch in recv (x.lua:30)" */
    NetsimFateTotals totals;
    unsigned n_runs;
    uint64_t seed;       /* of the first run */
    uint64_t fingerprint, events;
    netsim_time simulated;
};

struct outcome *outcome_new(void)
{
    struct outcome *r = g_new0(struct outcome, 1);
    r->flows = g_array_new(FALSE, FALSE, sizeof(struct flow_row));
    r->links = g_array_new(FALSE, FALSE, sizeof(struct link_row));
    r->fates = g_array_new(FALSE, FALSE, sizeof(struct fate_row));
    r->counters = g_array_new(FALSE, FALSE, sizeof(struct counter_row));
    r->fate_of = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    r->counter_of = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    r->waiting = g_ptr_array_new_with_free_func(g_free);
    return r;
}

#define EACH(array, type, row)                                                                                      \
    for (struct type *row = (struct type *) (array)->data; row < (struct type *) (array)->data + (array)->len; row++)

void outcome_free(struct outcome *r)
{
    EACH (r->flows, flow_row, f) {
        g_free(f->flow.host);
        g_free(f->flow.name);
        g_free(f->flow.result_json);
    }
    EACH (r->links, link_row, l) g_free(l->name);
    EACH (r->fates, fate_row, f) {
        g_free(f->where);
        g_free(f->reason);
    }
    EACH (r->counters, counter_row, c) {
        g_free(c->host);
        g_free(c->name);
    }
    g_array_free(r->flows, TRUE);
    g_array_free(r->links, TRUE);
    g_array_free(r->fates, TRUE);
    g_array_free(r->counters, TRUE);
    g_hash_table_destroy(r->fate_of);
    g_hash_table_destroy(r->counter_of);
    g_ptr_array_free(r->waiting, TRUE);
    g_free(r);
}

/* ---- taking ---- */

/* The place of the row that is known by two names: made by appending @row (of @size bytes) if it is new. */
static guint find_row(GHashTable *places, GArray *rows, const char *a, const char *b, gconstpointer row, bool *is_new)
{
    char *key = g_strconcat(a, "\n", b, NULL);
    guint place = GPOINTER_TO_UINT(g_hash_table_lookup(places, key));
    *is_new = !place;
    if (place) {
        g_free(key);
        return place - 1;
    }
    g_array_append_vals(rows, row, 1);
    g_hash_table_insert(places, key, GUINT_TO_POINTER(rows->len));
    return rows->len - 1;
}

static void take_fate(const NetsimFate *fate, void *data)
{
    struct outcome *r = data;
    bool is_new;
    guint i = find_row(r->fate_of, r->fates, fate->where, fate->reason, &(struct fate_row){ 0 }, &is_new);
    struct fate_row *row = &g_array_index(r->fates, struct fate_row, i);
    if (is_new) {
        row->where = g_strdup(fate->where);
        row->reason = g_strdup(fate->reason);
    }
    row->pkts += fate->pkts;
    row->bytes += fate->bytes;
}

struct counter_context {
    struct outcome *outcome;
    const char *host;
};

static void take_counter(const char *name, uint64_t value, void *data)
{
    const struct counter_context *c = data;
    struct outcome *r = c->outcome;
    bool is_new;
    guint i = find_row(r->counter_of, r->counters, c->host, name, &(struct counter_row){ 0 }, &is_new);
    struct counter_row *row = &g_array_index(r->counters, struct counter_row, i);
    if (is_new) {
        row->host = g_strdup(c->host);
        row->name = g_strdup(name);
    }
    row->value += value;
}

static void take_link(struct outcome *r, const struct scene *scene, const NetsimLink *link, bool b2a)
{
    const NetsimDevice *from = netsim_link_end(link, b2a), *to = netsim_link_end(link, !b2a);
    netsim_time now = netsim_sim_now(scene->sim);
    struct link_row row = { .run = scene->number };
    netsim_link_stats(link, b2a, &row.stats);
    row.name = g_strdup_printf("%s:%s -> %s:%s", netsim_host_name(netsim_device_host(from)), netsim_device_name(from),
                               netsim_host_name(netsim_device_host(to)), netsim_device_name(to));
    row.use = now ? MIN(1, (double) row.stats.busy / (double) now) : 0;
    g_array_append_val(r->links, row);
}

/* Where the coroutine stands in the script. */
static void append_place(GString *text, lua_State *co)
{
    lua_Debug ar;
    for (int level = 0; co && lua_getstack(co, level, &ar); level++) {
        lua_getinfo(co, "Sl", &ar);
        if (ar.source[0] != '@') continue;
        g_string_append_printf(text, " (%s:%d)", ar.source + 1, ar.currentline);
        return;
    }
}

/* The run has ended by itself: a listener that waits in accept() is at rest, anybody else waits for what does not come. */
static void take_waiting(struct outcome *r, const struct task *t)
{
    if (!t->waits_in || !strcmp(t->waits_in, "accept") || !strcmp(t->waits_in, "recvfrom")) return;
    GString *text = g_string_new(NULL);
    g_string_printf(text, "%s/%s in %s", t->flow->host, t->name, t->waits_in);
    append_place(text, t->co);
    g_ptr_array_add(r->waiting, g_string_free(text, FALSE));
}

static void take_flows(struct outcome *r, struct scene *scene)
{
    for (struct flow *f = scene->flows; f; f = f->next) {
        struct flow_row row = { .run = scene->number, .flow = *f };
        f->host = g_strdup(f->host); /* the processes still use it */
        f->name = NULL;
        f->result_json = NULL;
        g_array_append_val(r->flows, row);
    }
}

void outcome_add(struct outcome *r, struct scene *scene)
{
    NetsimFateTotals totals = { 0 };
    NetsimSim *sim = scene->sim;
    NetsimHost *host;
    NetsimLink *link;
    if (scene->has_run && netsim_sim_end(sim) == NETSIM_END_IDLE)
        for (const struct task *t = scene->tasks; t; t = t->next) take_waiting(r, t);
    take_flows(r, scene);
    netsim_sim_fates(sim, &totals, take_fate, r);
    r->totals.made += totals.made;
    r->totals.copied += totals.copied;
    r->totals.delivered += totals.delivered;
    r->totals.dropped += totals.dropped;
    r->totals.held += totals.held;
    for (unsigned i = 0; (host = netsim_host_nth(sim, i)); i++)
        netsim_host_each_counter(host, take_counter, &(struct counter_context){ r, netsim_host_name(host) });
    for (unsigned i = 0; (link = netsim_link_nth(sim, i)); i++)
        for (int b2a = 0; b2a < 2; b2a++) take_link(r, scene, link, b2a);
    r->n_runs++;
    if (scene->number == 1) r->seed = netsim_sim_seed(sim);
    r->events += netsim_sim_events(sim);
    r->simulated += netsim_sim_now(sim);
    /* The order in which simulations are collected must not matter, their numbers must. */
    uint64_t f = netsim_sim_fingerprint(sim);
    r->fingerprint += scene->number == 1 ? f : (f ^ scene->number) * (2 * (uint64_t) scene->number + 1);
}

/* Simulations may be collected in any order; what is printed has one. */
static gint by_run(gconstpointer a, gconstpointer b)
{
    unsigned x = *(const unsigned *) a, y = *(const unsigned *) b; /* the first member of both rows */
    return x < y ? -1 : x > y;
}

static gint by_fate(gconstpointer a, gconstpointer b)
{
    const struct fate_row *x = a, *y = b;
    int order = strcmp(x->where, y->where);
    return order ? order : strcmp(x->reason, y->reason);
}

static gint by_counter(gconstpointer a, gconstpointer b)
{
    const struct counter_row *x = a, *y = b;
    int order = strcmp(x->host, y->host);
    return order ? order : strcmp(x->name, y->name);
}

static gint by_text(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *) a, *(char *const *) b);
}

void outcome_sort(struct outcome *r)
{
    g_array_sort(r->flows, by_run);
    g_array_sort(r->links, by_run);
    g_array_sort(r->fates, by_fate);
    g_array_sort(r->counters, by_counter);
    g_ptr_array_sort(r->waiting, by_text);
}

uint64_t outcome_fingerprint(const struct outcome *r)
{
    return r->fingerprint;
}

/* ---- for people ---- */

/* The rate at which it read, for those that read more than they wrote: a writer only fills its send buffer.  Else 0. */
static double goodput(const struct flow *f)
{
    if (f->first < 0 || f->last == f->first || f->bytes_in < f->bytes_out) return 0;
    return (double) f->bytes_in * 8 / netsim_to_seconds(f->last - f->first);
}

enum { MOST_ROWS = 40 };

/* false once enough rows are printed; then says so. */
static bool has_room(guint printed, guint rows, const char *what)
{
    if (printed == MOST_ROWS) printf("... and %u more %s (--json has all)\n", rows - printed, what);
    return printed < MOST_ROWS;
}

static void print_flows(const struct outcome *r)
{
    guint n = 0;
    if (!r->flows->len) return;
    printf("\n%-24s %6s %12s %12s %14s %8s %12s\n", "process", "conns", "bytes in", "bytes out", "goodput", "retrans",
           "latency");
    EACH (r->flows, flow_row, row) {
        if (!has_room(n++, r->flows->len, "processes")) break;
        const struct flow *f = &row->flow;
        char *name = g_strconcat(f->host, "/", f->name, NULL);
        double rate = goodput(f);
        bool has_latency = f->latency_s >= 0; /* not if it is NaN */
        printf("%-24s %6" G_GUINT64_FORMAT " %12s %12s %14s %8" G_GUINT64_FORMAT " %12s\n", name, f->n_connections,
               unit_size(f->bytes_in).text, unit_size(f->bytes_out).text, rate >= 1 ? unit_rate((uint64_t) rate).text : "-",
               f->retransmits, has_latency ? unit_time(netsim_seconds(f->latency_s)).text : "-");
        g_free(name);
    }
}

static void print_links(const struct outcome *r)
{
    guint n = 0;
    if (!r->links->len) return;
    printf("\n%-34s %7s %10s %10s %8s %9s\n", "link", "use", "packets", "arrived", "dropped", "max queue");
    EACH (r->links, link_row, l) {
        if (!has_room(n++, r->links->len, "directions")) break;
        const NetsimLinkStats *s = &l->stats;
        printf("%-34s %6.1f%% %10" G_GUINT64_FORMAT " %10" G_GUINT64_FORMAT " %8" G_GUINT64_FORMAT " %9u\n", l->name,
               l->use * 100, s->in_pkts, s->out_pkts, s->queue_drops + s->loss_drops + s->rule_drops, s->max_queue_pkts);
    }
}

static void print_fates(const struct outcome *r)
{
    const NetsimFateTotals *t = &r->totals;
    printf("\npackets: %" G_GUINT64_FORMAT " made + %" G_GUINT64_FORMAT " copied = %" G_GUINT64_FORMAT
           " delivered + %" G_GUINT64_FORMAT " dropped + %" G_GUINT64_FORMAT " held\n",
           t->made, t->copied, t->delivered, t->dropped, t->held);
    if (!r->fates->len) return;
    printf("%-34s %-22s %10s %12s\n", "dropped at", "reason", "packets", "bytes");
    guint n = 0;
    EACH (r->fates, fate_row, f) {
        if (!has_room(n++, r->fates->len, "places")) break;
        printf("%-34s %-22s %10" G_GUINT64_FORMAT " %12s\n", f->where, f->reason, f->pkts, unit_size(f->bytes).text);
    }
}

/* Signs of trouble, where they are not 0. */
static void print_counters(const struct outcome *r)
{
    static const char *const interesting[] = {
        "TcpRetransSegs", "TcpExtTCPTimeouts", "TcpExtTCPLossProbes", "TcpExtTCPSpuriousRTOs", "TcpExtListenOverflows",
        "TcpExtListenDrops", "TcpExtTCPAbortOnTimeout", "TcpEstabResets", "TcpOutRsts", "UdpRcvbufErrors", "UdpNoPorts",
        "UdpInCsumErrors", "TcpInCsumErrors", "IpInAddrErrors", "IpOutNoRoutes", NULL,
    };
    guint n = 0;
    EACH (r->counters, counter_row, c) {
        if (!g_strv_contains(interesting, c->name)) continue;
        if (n == 0) printf("\n%-24s %-24s %10s\n", "host", "counter", "value");
        if (n++ == MOST_ROWS) {
            printf("... (--json has all)\n");
            return;
        }
        printf("%-24s %-24s %10" G_GUINT64_FORMAT "\n", c->host, c->name, c->value);
    }
}

/* A script that prints has its own tables, and those of many simulations are long. */
static bool shows_all(const struct run *run)
{
    return run->options->verbose || (run->outcome->n_runs == 1 && !run->has_printed);
}

static void print_end(const struct run *run, bool is_partial)
{
    const struct outcome *r = run->outcome;
    for (guint i = 0; i < r->waiting->len && i < 5; i++) printf("still waiting: %s\n", (char *) r->waiting->pdata[i]);
    if (r->waiting->len > 5) printf("still waiting: %u more\n", r->waiting->len - 5);
    for (guint i = 0; i < run->files->len && i < 10; i++) printf("wrote %s\n", (char *) run->files->pdata[i]);
    if (run->files->len > 10) printf("wrote %u more files\n", run->files->len - 10);
    if (!r->n_runs) return;
    printf("seed %" G_GUINT64_FORMAT ", run 1 of 1", r->seed);
    if (r->n_runs > 1) printf(", %u simulations", r->n_runs);
    printf(": %s simulated, %" G_GUINT64_FORMAT " events%s%s\n", unit_time(r->simulated).text, r->events,
           is_partial ? " (partial: the run was interrupted)" : "", shows_all(run) ? "" : " (-v: all tables)");
}

void outcome_print(const struct run *run, bool is_partial)
{
    const struct outcome *r = run->outcome;
    if (r->n_runs && (!run->has_printed || run->options->verbose)) {
        if (shows_all(run)) {
            print_flows(r);
            print_links(r);
        }
        print_fates(r);
        print_counters(r);
        printf("\n");
    }
    print_end(run, is_partial);
}

/* ---- for programs ---- */

static void begin_list(GString *out, const char *name)
{
    g_string_append_printf(out, ",\"%s\":[", name);
}

static void end_list(GString *out, char bracket)
{
    if (out->str[out->len - 1] == ',') g_string_truncate(out, out->len - 1);
    g_string_append_c(out, bracket);
}

static void member_string(GString *out, const char *name, const char *value)
{
    g_string_append_printf(out, "\"%s\":", name);
    netsim_json_string(out, value, -1);
    g_string_append_c(out, ',');
}

static void member_number(GString *out, const char *name, double value)
{
    g_string_append_printf(out, "\"%s\":", name);
    netsim_json_number(out, value);
    g_string_append_c(out, ',');
}

static void member_count(GString *out, const char *name, uint64_t value)
{
    g_string_append_printf(out, "\"%s\":%" G_GUINT64_FORMAT ",", name, value);
}

static void json_flows(GString *out, const struct outcome *r)
{
    begin_list(out, "flows");
    EACH (r->flows, flow_row, row) {
        const struct flow *f = &row->flow;
        g_string_append_c(out, '{');
        member_count(out, "run", row->run);
        member_string(out, "host", f->host);
        member_string(out, "process", f->name);
        member_count(out, "connections", f->n_connections);
        member_count(out, "bytes_in", f->bytes_in);
        member_count(out, "bytes_out", f->bytes_out);
        member_number(out, "goodput_bps", goodput(f));
        member_count(out, "retransmits", f->retransmits);
        g_string_append_printf(out, "\"result\":%s},", f->result_json ? f->result_json : "null");
    }
    end_list(out, ']');
}

static void json_links(GString *out, const struct outcome *r)
{
    begin_list(out, "links");
    EACH (r->links, link_row, l) {
        const NetsimLinkStats *s = &l->stats;
        g_string_append_c(out, '{');
        member_count(out, "run", l->run);
        member_string(out, "link", l->name);
        member_number(out, "use", l->use);
        member_count(out, "in_pkts", s->in_pkts);
        member_count(out, "in_bytes", s->in_bytes);
        member_count(out, "out_pkts", s->out_pkts);
        member_count(out, "out_bytes", s->out_bytes);
        member_count(out, "queue_drops", s->queue_drops);
        member_count(out, "loss_drops", s->loss_drops);
        member_count(out, "rule_drops", s->rule_drops);
        member_count(out, "ce_marks", s->ce_marks);
        member_count(out, "max_queue_pkts", s->max_queue_pkts);
        end_list(out, '}');
        g_string_append_c(out, ',');
    }
    end_list(out, ']');
}

static void json_fates(GString *out, const struct outcome *r)
{
    const NetsimFateTotals *t = &r->totals;
    g_string_append(out, ",\"packets\":{");
    member_count(out, "made", t->made);
    member_count(out, "copied", t->copied);
    member_count(out, "delivered", t->delivered);
    member_count(out, "dropped", t->dropped);
    member_count(out, "held", t->held);
    end_list(out, '}');
    begin_list(out, "fates");
    EACH (r->fates, fate_row, f) {
        g_string_append_c(out, '{');
        member_string(out, "where", f->where);
        member_string(out, "reason", f->reason);
        member_count(out, "pkts", f->pkts);
        member_count(out, "bytes", f->bytes);
        end_list(out, '}');
        g_string_append_c(out, ',');
    }
    end_list(out, ']');
}

/* Rows of one host follow each other. */
static void json_hosts(GString *out, const struct outcome *r)
{
    const char *host = NULL;
    g_string_append(out, ",\"hosts\":{");
    EACH (r->counters, counter_row, c) {
        if (!host || strcmp(host, c->host)) {
            if (host) end_list(out, '}');
            if (host) g_string_append_c(out, ',');
            host = c->host;
            netsim_json_string(out, host, -1);
            g_string_append(out, ":{");
        }
        member_count(out, c->name, c->value);
    }
    if (host) end_list(out, '}');
    g_string_append_c(out, '}');
}

static void json_strings(GString *out, const char *name, const GPtrArray *strings)
{
    begin_list(out, name);
    for (guint i = 0; i < strings->len; i++) {
        netsim_json_string(out, strings->pdata[i], -1);
        g_string_append_c(out, ',');
    }
    end_list(out, ']');
}

void outcome_json(const struct run *run, const char *result_json, bool is_partial, GString *out)
{
    const struct outcome *r = run->outcome;
    g_string_append(out, "{\"netsim\":1,");
    member_string(out, "version", netsim_version());
    member_string(out, "script", run->script);
    member_count(out, "seed", r->n_runs ? r->seed : run->options->seed);
    member_count(out, "simulations", r->n_runs);
    g_string_append_printf(out, "\"partial\":%s,", is_partial ? "true" : "false");
    g_string_append_printf(out, "\"parameters\":%s,", run->params_json ? run->params_json : "{}");
    g_string_append_printf(out, "\"result\":%s", result_json ? result_json : "null");
    json_flows(out, r);
    json_links(out, r);
    json_fates(out, r);
    json_hosts(out, r);
    json_strings(out, "waiting", r->waiting);
    json_strings(out, "files", run->files);
    g_string_append_c(out, ',');
    g_string_append_printf(out, "\"fingerprint\":\"%016" G_GINT64_MODIFIER "x\",", outcome_fingerprint(r));
    member_count(out, "events", r->events);
    g_string_append(out, "\"sim_s\":");
    netsim_json_number(out, netsim_to_seconds(r->simulated));
    g_string_append(out, "}\n");
}
