/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench.c - the command line and the output of `netsim bench`. */
#include "scripts/bench.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { EXIT_USAGE = 2, EXIT_RUN = 5 };

static const struct bench *const benches[] = {
    &bench_hold, &bench_chain, &bench_dumbbell, &bench_churn, &bench_idle, &bench_timewait, &bench_scale,
};

/* What `netsim bench` alone runs. */
static const char *const standard_set[] = {
    "hold --n=1e3",   "hold --n=1e5",     "hold --n=1e6",      "chain --k=1",        "chain --k=8",        "chain --k=48",
    "dumbbell --n=1", "dumbbell --n=10",  "dumbbell --n=100",  "dumbbell --n=1000",  "churn --conns=1000", "churn --conns=4000",
    "idle --conns=1000", "idle --conns=4000", "timewait",
};

/* ---- clocks and memory ---- */

struct bench_clock bench_now(void)
{
    struct timespec wall;
    struct rusage use;
    clock_gettime(CLOCK_MONOTONIC, &wall);
    getrusage(RUSAGE_SELF, &use);
    return (struct bench_clock){
        .wall = (double) wall.tv_sec + (double) wall.tv_nsec * 1e-9,
        .user = (double) use.ru_utime.tv_sec + (double) use.ru_utime.tv_usec * 1e-6,
        .sys = (double) use.ru_stime.tv_sec + (double) use.ru_stime.tv_usec * 1e-6,
    };
}

uint64_t bench_rss(void)
{
    unsigned long size = 0, resident = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (f) {
        if (fscanf(f, "%lu %lu", &size, &resident) != 2) resident = 0;
        fclose(f);
    }
    return (uint64_t) resident * (uint64_t) sysconf(_SC_PAGESIZE);
}

/* VmHWM: unlike ru_maxrss it starts anew with the process. */
static uint64_t peak_rss(void)
{
    char line[128];
    unsigned long long kib = 0;
    FILE *f = fopen("/proc/self/status", "r");
    if (!f) return 0;
    while (fgets(line, sizeof line, f) && sscanf(line, "VmHWM: %llu", &kib) != 1) {}
    fclose(f);
    return kib * 1024;
}

bool bench_measure(struct bench_run *run, NetsimSim *sim, netsim_time until, GError **error)
{
    if (!run->rss_before) run->rss_before = bench_rss();
    run->from = bench_now();
    bool ok = netsim_sim_run(sim, until, error);
    run->to = bench_now();
    run->rss_after = bench_rss();
    run->events = netsim_sim_events(sim);
    run->hops = netsim_sim_hops(sim);
    run->time = netsim_sim_now(sim);
    run->fingerprint = netsim_sim_fingerprint(sim);
    return ok;
}

uint64_t bench_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

double bench_random_unit(uint64_t *state)
{
    return ((double) (bench_random(state) >> 11) + 0.5) * 0x1p-53;
}

/* ---- output ---- */

static void append_params(GString *s, const struct bench_run *run)
{
    const char *comma = "";
    for (unsigned i = 0; run->bench->params[i].name; i++) {
        const struct bench_param *p = &run->bench->params[i];
        double v = run->value[i];
        if (p->is_quiet && v == p->value) continue;
        g_string_append_printf(s, "%s\"%s\":", comma, p->name);
        if (!p->choices) g_string_append_printf(s, p->is_real ? "%g" : "%.0f", v);
        else if (g_ascii_isdigit(p->choices[0][0])) g_string_append(s, p->choices[(int) v]);
        else g_string_append_printf(s, "\"%s\"", p->choices[(int) v]);
        comma = ",";
    }
}

static double per(double amount, uint64_t n)
{
    return n ? amount / (double) n : 0;
}

static void print_json(const struct bench_run *run)
{
    double user = run->to.user - run->from.user, rate = user > 0 ? 1 / user : 0;
    uint64_t grown = run->rss_after > run->rss_before ? run->rss_after - run->rss_before : 0;
    g_autoptr(GString) s = g_string_new("{\"tool\":\"netsim\"");
    g_string_append_printf(s, ",\"bench\":\"%s\",\"params\":{", run->bench->name);
    append_params(s, run);
    g_string_append_printf(s, "},\"events\":%" G_GUINT64_FORMAT ",\"delivered\":%" G_GUINT64_FORMAT ",\"packet_hops\":%" G_GUINT64_FORMAT
                           ",\"payload_bytes\":%" G_GUINT64_FORMAT, run->events, run->delivered, run->hops, run->bytes);
    g_string_append_printf(s, ",\"sim_s\":%.6g,\"wall_s\":%.4f,\"user_s\":%.4f,\"sys_s\":%.4f,\"peak_rss\":%" G_GUINT64_FORMAT,
                           netsim_to_seconds(run->time), run->to.wall - run->from.wall, user, run->to.sys - run->from.sys, peak_rss());
    g_string_append_printf(s, ",\"events_per_s\":%.0f,\"packets_per_s\":%.0f,\"hops_per_s\":%.0f", (double) run->events * rate,
                           (double) run->delivered * rate, (double) run->hops * rate);
    g_string_append_printf(s, ",\"ns_per_event\":%.2f,\"ns_per_hop\":%.2f,\"events_per_hop\":%.3f", per(user * 1e9, run->events),
                           per(user * 1e9, run->hops), per((double) run->events, run->hops));
    g_string_append_printf(s, ",\"units\":%" G_GUINT64_FORMAT ",\"bytes_per_unit\":%.0f%s", run->units, per((double) grown, run->units),
                           run->extra->str);
    g_string_append_printf(s, ",\"host\":\"light\",\"trains\":0,\"fingerprint\":\"%016" G_GINT64_MODIFIER "x\"}\n", run->fingerprint);
    fputs(s->str, stdout);
    fflush(stdout);
}

/* A line for people, beside the JSON. */
static void print_row(const struct bench_run *run)
{
    double user = run->to.user - run->from.user;
    g_autoptr(GString) params = g_string_new(NULL);
    append_params(params, run);
    g_string_replace(params, "\"", "", 0);
    g_string_replace(params, ",", " ", 0);
    g_string_replace(params, ":", "=", 0);
    fprintf(stderr, "%-9s %-46s %9.3f %10.1f", run->bench->name, params->str, user, per(user * 1e9, run->events));
    if (run->hops) fprintf(stderr, " %10.1f %8.2f", per(user * 1e9, run->hops), per((double) run->events, run->hops));
    else fprintf(stderr, " %10s %8s", "-", "-");
    if (run->units && run->rss_after > run->rss_before)
        fprintf(stderr, " %10.0f", per((double) (run->rss_after - run->rss_before), run->units));
    fputc('\n', stderr);
}

static void print_heading(void)
{
    fprintf(stderr, "%-9s %-46s %9s %10s %10s %8s %10s\n", "benchmark", "parameters", "user s", "ns/event", "ns/hop", "ev/hop",
            "bytes/unit");
}

/* ---- command line ---- */

static void print_help(FILE *out)
{
    fputs("Usage: netsim bench [NAME [--PARAMETER=VALUE ...]] [--reps=N]\n"
          "One JSON object a run on the standard output. Without NAME: the standard set.\n",
          out);
    for (unsigned b = 0; b < G_N_ELEMENTS(benches); b++) {
        fprintf(out, "\n%-10s %s\n", benches[b]->name, benches[b]->text);
        for (const struct bench_param *p = benches[b]->params; p->name; p++) {
            if (p->choices) {
                g_autofree char *choices = g_strjoinv(", ", (char **) p->choices);
                fprintf(out, "  --%-8s %s: %s\n", p->name, p->text, choices);
            } else {
                fprintf(out, "  --%-8s %s (%g)\n", p->name, p->text, p->value);
            }
        }
    }
}

G_GNUC_PRINTF(1, 2) static bool usage(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    fprintf(stderr, "netsim bench: %s\n", message);
    return false;
}

static const struct bench *find_bench(const char *name)
{
    g_autoptr(GString) names = g_string_new(NULL);
    for (unsigned i = 0; i < G_N_ELEMENTS(benches); i++) {
        if (!strcmp(benches[i]->name, name)) return benches[i];
        g_string_append_printf(names, "%s%s", i ? ", " : "", benches[i]->name);
    }
    usage("there is no benchmark \"%s\"; there are %s", name, names->str);
    return NULL;
}

static bool read_choice(const struct bench_param *p, const char *text, double *value)
{
    for (unsigned i = 0; p->choices[i]; i++)
        if (!strcmp(p->choices[i], text)) {
            *value = i;
            return true;
        }
    g_autofree char *choices = g_strjoinv(", ", (char **) p->choices);
    return usage("--%s=%s: must be one of: %s", p->name, text, choices);
}

static bool read_number(const struct bench_param *p, const char *text, double *value)
{
    char *end = NULL;
    double v = g_ascii_strtod(text, &end);
    if (end == text || *end || isnan(v)) return usage("--%s=%s: not a number", p->name, text);
    if (v < p->min || v > p->max) return usage("--%s=%s: must be %g..%g", p->name, text, p->min, p->max);
    if (!p->is_real && v != floor(v)) return usage("--%s=%s: must be a whole number", p->name, text);
    *value = v;
    return true;
}

/* "--k=8"; @name_length tells where its '=' is. */
static bool read_param(struct bench_run *run, const char *argument)
{
    const char *equals = strchr(argument, '=');
    if (strncmp(argument, "--", 2) || !equals) return usage("\"%s\": parameters are written --name=value", argument);
    size_t length = (size_t) (equals - argument) - 2;
    g_autoptr(GString) names = g_string_new(NULL);
    for (unsigned i = 0; run->bench->params[i].name; i++) {
        const struct bench_param *p = &run->bench->params[i];
        if (strlen(p->name) == length && !strncmp(p->name, argument + 2, length))
            return p->choices ? read_choice(p, equals + 1, &run->value[i]) : read_number(p, equals + 1, &run->value[i]);
        g_string_append_printf(names, " --%s", p->name);
    }
    return usage("%s has no parameter \"%.*s\"; it has%s", run->bench->name, (int) length + 2, argument, names->str);
}

static bool prepare(struct bench_run *run, const struct bench *bench, int n, char **arguments)
{
    *run = (struct bench_run){ .bench = bench };
    for (unsigned i = 0; bench->params[i].name; i++) run->value[i] = bench->params[i].value;
    for (int i = 0; i < n; i++)
        if (!read_param(run, arguments[i])) return false;
    return true;
}

static int execute(struct bench_run *run, bool show)
{
    g_autoptr(GError) error = NULL;
    run->extra = g_string_new(NULL);
    bool ok = run->bench->run(run, &error);
    if (ok) {
        print_json(run);
        if (show) print_row(run);
    } else {
        fprintf(stderr, "netsim bench: %s: %s\n", run->bench->name, error ? error->message : "failed");
    }
    g_string_free(run->extra, TRUE);
    return ok ? 0 : EXIT_RUN;
}

/* Each run in a process of its own: memory that an earlier one has used would hide what this one needs. */
static int execute_apart(struct bench_run *run, bool show)
{
    fflush(stdout);
    pid_t child = fork();
    if (child < 0) return execute(run, show);
    if (child == 0) {
        int code = execute(run, show);
        fflush(stderr);
        _exit(code);
    }
    int status = 0;
    if (waitpid(child, &status, 0) < 0 || !WIFEXITED(status)) return EXIT_RUN;
    return WEXITSTATUS(status);
}

static int run_set(double reps, bool show)
{
    int code = 0;
    for (int rep = 0; rep < reps; rep++)
        for (unsigned i = 0; i < G_N_ELEMENTS(standard_set); i++) {
            g_auto(GStrv) words = g_strsplit(standard_set[i], " ", -1);
            struct bench_run run;
            if (!prepare(&run, find_bench(words[0]), (int) g_strv_length(words) - 1, words + 1)) return EXIT_USAGE;
            int result = execute_apart(&run, show);
            if (result) code = result;
        }
    return code;
}

int bench_main(int argc, char **argv)
{
    static const struct bench_param reps_param = { .name = "reps", .min = 1, .max = 1e6 };
    double reps = 1;
    const char *name = NULL;
    int n = 0;
    g_autofree char **arguments = g_new0(char *, argc + 1);
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
            print_help(stdout);
            return 0;
        }
        if (!strncmp(argv[i], "--reps=", 7)) {
            if (!read_number(&reps_param, argv[i] + 7, &reps)) return EXIT_USAGE;
        } else if (!name && argv[i][0] != '-') {
            name = argv[i];
        } else {
            arguments[n++] = argv[i];
        }
    }
    bool show = isatty(STDERR_FILENO);
    if (!name) {
        if (n) {
            usage("%s: name the benchmark first (netsim bench --help)", arguments[0]);
            return EXIT_USAGE;
        }
        if (show) print_heading();
        return run_set(reps, show);
    }
    const struct bench *bench = find_bench(name);
    struct bench_run run;
    if (!bench || !prepare(&run, bench, n, arguments)) return EXIT_USAGE;
    if (show) print_heading();
    int code = 0;
    for (int rep = 0; rep < reps; rep++) {
        struct bench_run one = run;
        int result = reps > 1 ? execute_apart(&one, show) : execute(&one, show);
        if (result) code = result;
    }
    return code;
}
