/* SPDX-License-Identifier: GPL-3.0-or-later */
/* case.c - one case of the trace collection: play it, compare it, judge it. */
#include "validate/trace/case.h"

#include "validate/trace/counters.h"
#include "validate/trace/expect.h"
#include "validate/trace/lateness.h"
#include "validate/trace/player.h"
#include "validate/trace/ticks.h"

#include <glib/gstdio.h>
#include <string.h>

enum { TOLERANCE_MS = 5 }; /* for what the recording machine's scheduler adds to every wake-up */

/* What a case is made of while it runs. */
struct case_run {
    const char *folder;
    struct scenario *scenario;
    struct expect *expect;
    struct record *real, *simulated;
    struct case_result *result;
    const struct case_options *options;
};

/* ---- files ---- */

static struct scenario *read_scenario(const char *folder, GError **error)
{
    g_autofree char *path = g_build_filename(folder, "scenario.json", NULL);
    g_autofree char *text = NULL;
    gsize length;
    g_autoptr(GError) why = NULL;
    if (g_file_get_contents(path, &text, &length, &why)) return scenario_parse(path, text, length, error);
    g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_IO, "%s", why->message);
    return NULL;
}

static struct flows *read_flows(const char *folder, const char *stem, GError **error)
{
    g_autoptr(Capture) capture = capture_find(folder, stem, error);
    return capture ? flows_new(capture) : NULL;
}

static void remove_folder(const char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    for (const char *name; dir && (name = g_dir_read_name(dir));) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_unlink(path);
    }
    g_rmdir(folder);
}

/* ---- judging ---- */

/* The pure ACKs that @host sent and received, as @flows of one of its devices have them. */
static void add_acks(const struct flows *flows, const struct scenario_host *host, struct record *record)
{
    struct record_acks *acks = &record_host(record, host->name, true)->acks;
    for (unsigned i = 0; i < flows->all->len; i++) {
        const struct flow *flow = flows->all->pdata[i];
        g_autofree char *source = flow_address(&flow->key, false);
        bool is_out = strcmp(source, host->address) == 0;
        *(is_out ? &acks->n_out : &acks->n_in) += flow->n_pure_acks;
        *(is_out ? &acks->bytes_out : &acks->bytes_in) += flow->pure_ack_bytes;
    }
}

static void count_acks(struct case_run *run, const char *stem, const struct flows *real, const struct flows *simulated)
{
    for (unsigned i = 0; i < run->scenario->hosts->len; i++) {
        const struct scenario_host *host = &g_array_index(run->scenario->hosts, struct scenario_host, i);
        gsize n = strlen(host->name);
        if (!host->address || !g_str_has_prefix(stem, host->name) || stem[n] != '-') continue;
        add_acks(real, host, run->real);
        add_acks(simulated, host, run->simulated);
    }
}

static bool compare_capture(struct case_run *run, const char *played, const char *stem, GError **error)
{
    g_autoptr(Flows) real = read_flows(run->folder, stem, error);
    g_autoptr(Flows) simulated = real ? read_flows(played, stem, error) : NULL;
    if (!simulated) return false;
    double tolerance_ms = run->expect->tolerance_ms > 0 ? run->expect->tolerance_ms : TOLERANCE_MS;
    struct case_capture c = { .name = g_strdup(stem) };
    compare_captures(real, simulated, (int64_t) (tolerance_ms * 1e6), run->scenario->hz, &c.result);
    g_array_append_val(run->result->captures, c);
    count_acks(run, stem, real, simulated);

    struct case_result *r = run->result;
    if (c.result.note && (!r->note || c.result.verdict > r->verdict)) {
        g_free(r->note);
        r->note = g_strdup_printf("%s: %s", stem, c.result.note);
    }
    r->verdict = MAX(r->verdict, c.result.verdict);
    r->n_segments += c.result.n_segments;
    r->worst_ms = MAX(r->worst_ms, c.result.worst_ms);
    for (int i = 0; i < 2; i++) r->n_pure_acks[i] += c.result.n_pure_acks[i];
    return true;
}

static bool same_flights(const struct case_result *r)
{
    for (unsigned i = 0; i < r->captures->len; i++)
        if (!g_array_index(r->captures, struct case_capture, i).result.same_flights) return false;
    return true;
}

static void complain(struct case_result *r, const char *what)
{
    r->is_miss = true;
    if (!r->note) r->note = g_strdup(what);
}

/* Is a difference of a counter ("host: NAME ...") announced? Marks it as seen. */
static bool is_announced(const struct expect *e, const char *difference, GHashTable *seen)
{
    const char *name = strstr(difference, ": ") + 2;
    g_autofree char *counter = g_strndup(name, strcspn(name, " "));
    gpointer key = NULL;
    if (!g_hash_table_lookup_extended(e->counters, counter, &key, NULL)) return false;
    g_hash_table_add(seen, key);
    return true;
}

/* Counters must agree where the segments do. */
static void judge_counters(const struct expect *e, struct case_result *r)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (unsigned i = 0; i < r->counters->len; i++)
        if (!is_announced(e, r->counters->pdata[i], seen)) complain(r, r->counters->pdata[i]);
    if (g_hash_table_size(seen) < g_hash_table_size(e->counters)) r->stale = g_strdup("some of counters");
}

static void judge(const struct expect *e, struct case_result *r)
{
    if (r->verdict != VERDICT_SAME) {
        r->is_known = e->differs && (e->flights || same_flights(r));
        r->is_miss = !r->is_known;
        r->reason = r->is_known ? g_strdup(e->differs) : NULL;
    } else if (e->differs) {
        r->stale = g_strdup("differs");
    } else if (e->not_run) {
        r->stale = g_strdup("not_run");
    }
    if (r->verdict < VERDICT_DIFFER) judge_counters(e, r);
    if (r->applications->len > 0 && !e->application) complain(r, r->applications->pdata[0]);
    if (r->applications->len == 0 && e->application && !r->stale) r->stale = g_strdup("application");
}

/* ---- the recorded wire ---- */

/* Scripted delays cannot be told from lateness. */
static bool has_scripted_delays(const struct scenario_link *link)
{
    for (unsigned i = 0; i < link->rules->len; i++) {
        NetsimRuleAction action = g_array_index(link->rules, struct scenario_rule, i).rule.action;
        if (action == NETSIM_RULE_DELAY || action == NETSIM_RULE_DUP) return true;
    }
    return false;
}

/* If both ends of a link were captured, its simulated wire is made as late as the recorded one was. */
static void apply_lateness(struct case_run *run)
{
    struct lateness late = { 0 };
    for (unsigned i = 0; i < run->scenario->links->len; i++) {
        struct scenario_link *link = &g_array_index(run->scenario->links, struct scenario_link, i);
        struct capture *end[2];
        for (int k = 0; k < 2; k++) {
            g_autofree char *stem = g_strdup_printf("%s-%s", link->host[k], link->device[k]);
            end[k] = capture_find(run->folder, stem, NULL);
        }
        for (int k = 0; k < 2 && end[0] && end[1]; k++) {
            late.taken = link->taken[k] = g_array_new(FALSE, FALSE, sizeof(NetsimLinkMoment));
            late.delivered = link->delivered[k] = g_array_new(FALSE, FALSE, sizeof(NetsimLinkMoment));
            lateness_measure(end[k], end[!k], &link->direction[k], has_scripted_delays(link), &late);
        }
        capture_free(end[0]);
        capture_free(end[1]);
    }
    run->result->n_late_packets = late.n_packets;
    run->result->late_ms = late.worst_ms;
}

/* ---- a run ---- */

/* A few ms behind the last recorded packet: how long the recording went on is not written anywhere. */
static netsim_time end_of_recording(const struct case_run *run)
{
    int64_t last_ns = 0;
    for (unsigned i = 0; i < run->scenario->captures->len; i++) {
        g_autoptr(Capture) c = capture_find(run->folder, run->scenario->captures->pdata[i], NULL);
        if (!c || c->packets->len == 0) continue;
        int64_t at_ns = c->first_ns + g_array_index(c->packets, struct capture_packet, c->packets->len - 1).at_ns;
        /* a file whose time does not begin at the start of the actors says nothing */
        if (at_ns < run->scenario->limit / NETSIM_NS * 2) last_ns = MAX(last_ns, at_ns);
    }
    return (last_ns + TOLERANCE_MS * INT64_C(1000000)) * NETSIM_NS;
}

static bool play(struct case_run *run, const char *to, GError **error)
{
    struct player_options options = { .folder = to, .recording = run->folder, .late = &run->result->late,
                                      .recorded = run->options->ideal_applications ? NULL : run->real, .series = run->options->keep != NULL,
                                      .until = end_of_recording(run), .wake_up = run->options->wake_up };
    if (!run->options->ideal_ticks) options.uptime = ticks_uptime(run->scenario, run->real, run->folder);
    if (!player_run(run->scenario, &options, run->simulated, run->result->notes, error)) return false;
    for (unsigned i = 0; i < run->scenario->captures->len; i++)
        if (!compare_capture(run, to, run->scenario->captures->pdata[i], error)) return false;
    compare_applications(run->real, run->simulated, run->result->applications);
    compare_counters(run->real, run->simulated, run->result->counters);
    judge(run->expect, run->result);
    return true;
}

static bool read_and_play(struct case_run *run, GError **error)
{
    g_autofree char *expect_path = g_build_filename(run->folder, "expect.lua", NULL);
    run->expect = expect_read(expect_path, error);
    if (!run->expect) return false;
    run->scenario = read_scenario(run->folder, error);
    if (!run->scenario || !record_read(run->real, run->folder, error)) return false;
    if (!run->options->ideal_wire) apply_lateness(run);
    if (!run->options->keep) {
        g_autofree char *to = g_dir_make_tmp("netsim-validate-XXXXXX", error);
        bool good = to && play(run, to, error);
        if (to) remove_folder(to);
        return good;
    }
    g_autofree char *to = g_build_filename(run->options->keep, run->result->name, NULL);
    if (g_mkdir_with_parents(to, 0777) == 0) return play(run, to, error);
    g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_IO, "cannot make the folder %s", to);
    return false;
}

static void capture_clear(gpointer data)
{
    struct case_capture *c = data;
    g_free(c->name);
    compare_result_clear(&c->result);
}

/* AREA/NAME: the last two folders of a path. */
static char *case_name(const char *folder)
{
    g_autofree char *absolute = g_canonicalize_filename(folder, NULL);
    g_autofree char *parent = g_path_get_dirname(absolute);
    g_autofree char *area = g_path_get_basename(parent), *name = g_path_get_basename(absolute);
    return g_strcmp0(area, "/") == 0 ? g_strdup(name) : g_strdup_printf("%s/%s", area, name);
}

struct case_result *case_run(const char *folder, const struct case_options *options)
{
    struct case_result *r = g_new0(struct case_result, 1);
    r->name = case_name(folder);
    r->captures = g_array_new(FALSE, TRUE, sizeof(struct case_capture));
    g_array_set_clear_func(r->captures, capture_clear);
    r->applications = g_ptr_array_new_with_free_func(g_free);
    r->counters = g_ptr_array_new_with_free_func(g_free);
    r->notes = g_ptr_array_new_with_free_func(g_free);

    struct case_run run = { .folder = folder, .real = record_new(), .simulated = record_new(), .result = r, .options = options };
    if (!read_and_play(&run, &r->error)) {
        r->verdict = VERDICT_NOT_RUN;
        r->is_known = run.expect && run.expect->not_run && g_error_matches(r->error, NETSIM_ERROR, NETSIM_ERROR_UNSUPPORTED);
        r->is_miss = !r->is_known;
        if (r->is_known) r->reason = g_strdup(run.expect->not_run);
        g_free(r->note);
        r->note = g_strdup(r->error->message);
    }
    record_free(run.real);
    record_free(run.simulated);
    scenario_free(run.scenario);
    expect_free(run.expect);
    return r;
}

void case_result_free(gpointer result)
{
    struct case_result *r = result;
    g_free(r->name);
    g_free(r->note);
    g_free(r->reason);
    g_free(r->stale);
    g_clear_error(&r->error);
    g_array_unref(r->captures);
    g_ptr_array_unref(r->applications);
    g_ptr_array_unref(r->counters);
    g_ptr_array_unref(r->notes);
    g_free(r);
}
