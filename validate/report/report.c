/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report.c - the results of cases as text and as JSON. */
#include "validate/report/report.h"

#include <netsim/json.h>

/* ---- text ---- */

void report_heading(GString *out)
{
    g_string_append_printf(out, "%-40s %-8s %8s %9s  %s\n", "case", "verdict", "segments", "worst ms", "note");
}

static void report_list(GString *out, const char *what, const GPtrArray *lines)
{
    for (unsigned i = 0; i < lines->len; i++) g_string_append_printf(out, "    %s: %s\n", what, (char *) lines->pdata[i]);
}

static void report_details(GString *out, const struct case_result *r)
{
    for (unsigned i = 0; i < r->captures->len; i++) {
        const struct case_capture *c = &g_array_index(r->captures, struct case_capture, i);
        g_string_append_printf(out, "    %s: %s, %u segments, %u late, worst %.3f ms, pure ACKs real %u, simulated %u\n", c->name,
                               verdict_name(c->result.verdict), c->result.n_segments, c->result.n_late, c->result.worst_ms,
                               c->result.n_pure_acks[0], c->result.n_pure_acks[1]);
        if (c->result.note) g_string_append_printf(out, "      %s\n", c->result.note);
        if (c->result.flights) g_string_append_printf(out, "      %s\n", c->result.flights);
    }
    if (r->late.n_holds)
        g_string_append_printf(out, "    replayed: %u times an application owned its socket while segments came\n", r->late.n_holds);
    report_list(out, "application", r->applications);
    report_list(out, "counter", r->counters);
    report_list(out, "note", r->notes);
}

/* The flights of the first capture in which they differ. */
static const char *flights_of(const struct case_result *r)
{
    for (unsigned i = 0; i < r->captures->len; i++) {
        const struct case_capture *c = &g_array_index(r->captures, struct case_capture, i);
        if (c->result.flights) return c->result.flights;
    }
    return NULL;
}

void report_case(GString *out, const struct case_result *r, bool verbose)
{
    g_string_append_printf(out, "%-40s %-8s ", r->name, verdict_name(r->verdict));
    if (r->verdict == VERDICT_NOT_RUN) g_string_append_printf(out, "%8s %9s ", "-", "-");
    else g_string_append_printf(out, "%8u %9.3f ", r->n_segments, r->worst_ms);
    if (r->is_miss) g_string_append(out, " MISS:");
    if (r->reason) g_string_append_printf(out, " known: %s;", r->reason);
    if (r->note) g_string_append_printf(out, " %s", r->note);
    if (flights_of(r)) g_string_append_printf(out, "; %s", flights_of(r));
    if (r->n_late_packets)
        g_string_append_printf(out, " [the recorded wire was up to %.1f ms late with %u packets, so is the simulated one]", r->late_ms,
                               r->n_late_packets);
    if (r->late.n_steps)
        g_string_append_printf(out, " [recorded applications were up to %.1f ms late in %u steps, so are the simulated ones]",
                               r->late.worst_ms, r->late.n_steps);
    if (r->stale) g_string_append_printf(out, " (what expect.lua says of \"%s\" no longer happens: take it out)", r->stale);
    while (out->str[out->len - 1] == ' ') g_string_truncate(out, out->len - 1);
    g_string_append_c(out, '\n');
    if (verbose) report_details(out, r);
}

struct report_totals report_count(const GPtrArray *results)
{
    struct report_totals t = { .n_cases = results->len };
    for (unsigned i = 0; i < results->len; i++) {
        const struct case_result *r = results->pdata[i];
        unsigned *by_verdict[] = { &t.n_same, &t.n_order, &t.n_differ, &t.n_not_run };
        (*by_verdict[r->verdict])++;
        t.n_known += r->is_known;
        t.n_missed += r->is_miss;
        t.n_stale += r->stale != NULL;
    }
    return t;
}

void report_totals(GString *out, const GPtrArray *results)
{
    struct report_totals t = report_count(results);
    unsigned pure_acks[2] = { 0, 0 };
    for (unsigned i = 0; i < results->len; i++)
        for (int k = 0; k < 2; k++) pure_acks[k] += ((const struct case_result *) results->pdata[i])->n_pure_acks[k];
    g_string_append_printf(out, "%u cases: %u same, %u order, %u differ, %u not run; %u known differences, %u missed\n", t.n_cases,
                           t.n_same, t.n_order, t.n_differ, t.n_not_run, t.n_known, t.n_missed);
    g_string_append_printf(out,
                           "pure ACKs: real %u, simulated %u; not judged, because their number within a flight depends on how "
                           "promptly the real reader ran and does not repeat\n",
                           pure_acks[0], pure_acks[1]);
}

/* ---- JSON ---- */

static void json_text(GString *out, const char *key, const char *text)
{
    if (!text) return;
    g_string_append_printf(out, ",\"%s\":", key);
    netsim_json_string(out, text, -1);
}

static void json_list(GString *out, const char *key, const GPtrArray *lines)
{
    g_string_append_printf(out, ",\"%s\":[", key);
    for (unsigned i = 0; i < lines->len; i++) {
        if (i) g_string_append_c(out, ',');
        netsim_json_string(out, lines->pdata[i], -1);
    }
    g_string_append_c(out, ']');
}

/* g_ascii_formatd: a comma of some locale has no place in JSON. */
static void json_ms(GString *out, const char *key, double ms)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append_printf(out, ",\"%s\":%s", key, g_ascii_formatd(text, sizeof text, "%.3f", ms));
}

static void json_capture(GString *out, const struct case_capture *c)
{
    g_string_append(out, "{\"capture\":");
    netsim_json_string(out, c->name, -1);
    json_text(out, "verdict", verdict_name(c->result.verdict));
    g_string_append_printf(out, ",\"segments\":%u,\"late\":%u,\"pure_acks\":[%u,%u]", c->result.n_segments, c->result.n_late,
                           c->result.n_pure_acks[0], c->result.n_pure_acks[1]);
    json_ms(out, "worst_ms", c->result.worst_ms);
    json_text(out, "note", c->result.note);
    json_text(out, "flights", c->result.flights);
    g_string_append_c(out, '}');
}

static void json_case(GString *out, const struct case_result *r)
{
    g_string_append(out, "{\"case\":");
    netsim_json_string(out, r->name, -1);
    json_text(out, "verdict", verdict_name(r->verdict));
    g_string_append_printf(out, ",\"known\":%s,\"miss\":%s,\"segments\":%u", r->is_known ? "true" : "false",
                           r->is_miss ? "true" : "false", r->n_segments);
    json_ms(out, "worst_ms", r->worst_ms);
    g_string_append_printf(out, ",\"late_packets\":%u", r->n_late_packets);
    json_ms(out, "late_ms", r->late_ms);
    g_string_append_printf(out, ",\"late_steps\":%u,\"holds\":%u", r->late.n_steps, r->late.n_holds);
    json_ms(out, "late_steps_ms", r->late.worst_ms);
    json_text(out, "note", r->note);
    json_text(out, "reason", r->reason);
    json_text(out, "stale", r->stale);
    g_string_append(out, ",\"captures\":[");
    for (unsigned i = 0; i < r->captures->len; i++) {
        if (i) g_string_append_c(out, ',');
        json_capture(out, &g_array_index(r->captures, struct case_capture, i));
    }
    g_string_append_c(out, ']');
    json_list(out, "application", r->applications);
    json_list(out, "counters", r->counters);
    json_list(out, "notes", r->notes);
    g_string_append_c(out, '}');
}

void report_json(GString *out, const GPtrArray *results)
{
    struct report_totals t = report_count(results);
    g_string_append(out, "{\"cases\":[");
    for (unsigned i = 0; i < results->len; i++) {
        if (i) g_string_append(out, ",\n");
        json_case(out, results->pdata[i]);
    }
    g_string_append_printf(out,
                           "],\n\"totals\":{\"cases\":%u,\"same\":%u,\"order\":%u,\"differ\":%u,\"not_run\":%u,\"known\":%u,"
                           "\"missed\":%u,\"stale\":%u}}\n",
                           t.n_cases, t.n_same, t.n_order, t.n_differ, t.n_not_run, t.n_known, t.n_missed, t.n_stale);
}
