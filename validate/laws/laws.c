/* SPDX-License-Identifier: GPL-3.0-or-later */
/* laws.c - replications on all processors, their mean and Student's interval, the table. */
#include "validate/laws/laws.h"

#include <netsim/json.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { EXIT_MISS = 1, EXIT_IO = 4, EXIT_INVARIANT = 5 };

/* ---- replications ---- */

struct replication {
    const struct law *law;
    uint64_t seed;
    double measured;
    GError *error;
};

static void replicate(gpointer data, gpointer unused)
{
    struct replication *x = data;
    struct law_sample sample;
    (void) unused;
    if (law_replicate(&x->law->lab, x->seed, &sample, &x->error)) x->measured = x->law->measured(&sample);
}

/* Student: independent replications are a sample of one distribution, whatever happens inside of one. */
static void judge(struct law_result *r, const struct replication *all)
{
    double sum = 0, squares = 0, n = r->n;
    for (unsigned i = 0; i < r->n; i++) sum += all[i].measured;
    r->mean = sum / n;
    for (unsigned i = 0; i < r->n; i++) squares += (all[i].measured - r->mean) * (all[i].measured - r->mean);
    r->half_width = gsl_cdf_tdist_Pinv(0.995, n - 1) * sqrt(squares / (n - 1) / n);
    r->predicted = r->law->predicted(&r->law->lab);
    r->error = r->mean / r->predicted - 1;
    double miss = r->law->kind == LAW_AT_LEAST ? -r->error : r->law->kind == LAW_AT_MOST ? r->error : fabs(r->error);
    r->holds = miss <= r->law->tolerance && r->half_width <= r->law->tolerance * r->predicted / 3;
}

static bool run_law(struct law_result *r, GError **error)
{
    g_autofree struct replication *all = g_new0(struct replication, r->n);
    GThreadPool *pool = g_thread_pool_new(replicate, NULL, (int) g_get_num_processors(), FALSE, error);
    if (!pool) return false;
    for (unsigned i = 0; i < r->n; i++) {
        all[i] = (struct replication){ .law = r->law, .seed = i + 1 };
        g_thread_pool_push(pool, &all[i], NULL);
    }
    g_thread_pool_free(pool, FALSE, TRUE); /* when they are all done */
    bool good = true;
    for (unsigned i = 0; i < r->n; i++) {
        if (good && all[i].error) g_propagate_error(error, g_steal_pointer(&all[i].error));
        good &= !all[i].error && !(error && *error);
        g_clear_error(&all[i].error);
    }
    if (good) judge(r, all);
    return good;
}

/* ---- the table ---- */

static const char *const kinds[] = { "=", ">=", "<=" };

static void print_row(const struct law_result *r, bool verbose)
{
    const struct law *law = r->law;
    printf("%-6s %-28s %2s %10.4g %10.4g %9.2g %+6.1f %% %5.0f %%  %s\n", law->lab.algorithm, law->name, kinds[law->kind], r->predicted,
           r->mean, r->half_width, r->error * 100, law->tolerance * 100, r->holds ? "holds" : "MISS");
    if (verbose || !r->holds) {
        printf("       %s%s%s\n", law->text, *law->unit ? ", in " : "", law->unit);
        if (law->note) printf("       %s\n", law->note);
    }
    fflush(stdout);
}

static void append_number(GString *out, const char *key, double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append_printf(out, ",\"%s\":%s", key, g_ascii_formatd(text, sizeof text, "%.6g", value));
}

static void append_text(GString *out, const char *key, const char *text)
{
    g_string_append_printf(out, ",\"%s\":", key);
    netsim_json_string(out, text, -1);
}

static void append_json(GString *out, const struct law_result *r)
{
    const struct law *law = r->law;
    g_string_append(out, out->len > 1 ? ",\n{\"law\":" : "{\"law\":");
    netsim_json_string(out, law->name, -1);
    append_text(out, "algorithm", law->lab.algorithm);
    append_text(out, "formula", law->text);
    append_text(out, "kind", kinds[law->kind]);
    append_text(out, "unit", law->unit);
    append_number(out, "predicted", r->predicted);
    append_number(out, "mean", r->mean);
    append_number(out, "half_width", r->half_width);
    append_number(out, "error", r->error);
    append_number(out, "tolerance", law->tolerance);
    g_string_append_printf(out, ",\"replications\":%u,\"holds\":%s", r->n, r->holds ? "true" : "false");
    if (law->note) append_text(out, "note", law->note);
    g_string_append_c(out, '}');
}

static bool matches(const struct law *law, const char *pattern)
{
    return !pattern || strstr(law->name, pattern) || !strcmp(law->lab.algorithm, pattern);
}

int laws_validate(const char *pattern, unsigned n, bool json, bool verbose)
{
    g_autoptr(GString) out = g_string_new("[");
    unsigned n_run = 0, n_missed = 0;
    for (unsigned i = 0; i < n_laws; i++) {
        g_autoptr(GError) error = NULL;
        struct law_result r = { .law = &laws[i], .n = n };
        if (!matches(r.law, pattern)) continue;
        if (!n_run && !json)
            printf("%-6s %-28s %2s %10s %10s %9s %8s %7s\n", "", "law", "", "predicted", "mean", "+-99 %", "error", "allowed");
        if (!run_law(&r, &error)) {
            fprintf(stderr, "netsim validate: law %s of %s: %s\n", r.law->name, r.law->lab.algorithm, error->message);
            return EXIT_INVARIANT;
        }
        n_run++;
        n_missed += !r.holds;
        if (json) append_json(out, &r);
        else print_row(&r, verbose);
    }
    if (!n_run) {
        fprintf(stderr, "netsim validate: laws/%s: no such law or algorithm; `netsim validate laws` shows all\n", pattern);
        return EXIT_IO;
    }
    if (json) printf("{\"laws\":%s],\n\"totals\":{\"laws\":%u,\"missed\":%u}}\n", out->str, n_run, n_missed);
    else printf("%u laws, %u replications each (seeds 1 to %u): %u hold, %u missed\n", n_run, n, n, n_run - n_missed, n_missed);
    return n_missed ? EXIT_MISS : 0;
}
