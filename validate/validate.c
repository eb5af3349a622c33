/* SPDX-License-Identifier: GPL-3.0-or-later */
/* validate.c - netsim validate: is the simulator what real kernels are? */
#include "validate/validate.h"

#include "validate/laws/laws.h"
#include "validate/report/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_MISS = 1, EXIT_USAGE = 2, EXIT_INPUT = 3, EXIT_IO = 4, EXIT_INVARIANT = 5 };

/* ---- finding cases ---- */

static bool is_case(const char *folder)
{
    g_autofree char *path = g_build_filename(folder, "scenario.json", NULL);
    return g_file_test(path, G_FILE_TEST_IS_REGULAR);
}

static int by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *) a, *(char *const *) b);
}

/* Cases in @folder, its folders and theirs: a case, an area, a collection. In order of name. */
static void find_cases(const char *folder, int depth, GPtrArray *cases)
{
    if (is_case(folder)) {
        g_ptr_array_add(cases, g_strdup(folder));
        return;
    }
    g_autoptr(GDir) dir = depth > 0 ? g_dir_open(folder, 0, NULL) : NULL;
    g_autoptr(GPtrArray) below = g_ptr_array_new_with_free_func(g_free);
    for (const char *name; dir && (name = g_dir_read_name(dir));) g_ptr_array_add(below, g_build_filename(folder, name, NULL));
    g_ptr_array_sort(below, by_name);
    for (unsigned i = 0; i < below->len; i++) find_cases(below->pdata[i], depth - 1, cases);
}

char *find_beside_program(const char *in_sources, const char *installed)
{
    const char *const places[] = { in_sources, installed };
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    char *folder = program ? g_path_get_dirname(program) : g_get_current_dir();
    for (;;) {
        for (unsigned i = 0; i < G_N_ELEMENTS(places); i++) {
            char *path = g_build_filename(folder, places[i], NULL);
            if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
                g_free(folder);
                return path;
            }
            g_free(path);
        }
        char *parent = g_path_get_dirname(folder);
        bool is_root = strcmp(parent, folder) == 0;
        g_free(folder);
        folder = parent;
        if (!is_root) continue;
        g_free(folder);
        return NULL;
    }
}

static char *own_collection(void)
{
    return find_beside_program("validate/cases", "share/netsim/validate/cases");
}

/* @name is an area or a case of our own collection, or a path. */
static bool resolve(const char *name, GPtrArray *cases)
{
    unsigned before = cases->len;
    g_autofree char *own = own_collection();
    g_autofree char *path = own ? g_build_filename(own, name, NULL) : NULL;
    if (path && !g_path_is_absolute(name) && *name != '.') find_cases(path, 1, cases);
    if (cases->len == before) find_cases(name, 2, cases);
    if (cases->len > before) return true;
    if (!g_file_test(name, G_FILE_TEST_EXISTS)) fprintf(stderr, "netsim validate: %s: no such area, case or folder\n", name);
    else fprintf(stderr, "netsim validate: %s: no scenario.json in it or below it\n", name);
    return false;
}

static bool collect(char **names, GPtrArray *cases)
{
    if (names) {
        for (; *names; names++)
            if (!resolve(*names, cases)) return false;
        return true;
    }
    g_autofree char *own = own_collection();
    if (own) find_cases(own, 2, cases);
    if (cases->len == 0) fprintf(stderr, "netsim validate: validate/cases not found beside the program; name a folder\n");
    return cases->len > 0;
}

/* ---- running them ---- */

static int exit_code(const GPtrArray *results)
{
    int code = 0;
    for (unsigned i = 0; i < results->len; i++) {
        const struct case_result *r = results->pdata[i];
        int mine = r->is_miss ? EXIT_MISS : 0;
        if (r->error && r->error->domain == NETSIM_ERROR) {
            if (r->error->code == NETSIM_ERROR_SYNTAX || r->error->code == NETSIM_ERROR_RANGE) mine = EXIT_INPUT;
            if (r->error->code == NETSIM_ERROR_IO) mine = EXIT_IO;
            if (r->error->code == NETSIM_ERROR_INVARIANT) mine = EXIT_INVARIANT;
        } else if (r->error) {
            mine = EXIT_IO; /* GLib's file functions */
        }
        code = MAX(code, mine);
    }
    return code;
}

static void flush(GString *out)
{
    fputs(out->str, stdout);
    fflush(stdout);
    g_string_truncate(out, 0);
}

static int run(const GPtrArray *cases, const struct case_options *options, bool json, bool verbose)
{
    g_autoptr(GPtrArray) results = g_ptr_array_new_with_free_func(case_result_free);
    g_autoptr(GString) out = g_string_new(NULL);
    if (!json) report_heading(out);
    for (unsigned i = 0; i < cases->len; i++) {
        struct case_result *result = case_run(cases->pdata[i], options);
        g_ptr_array_add(results, result);
        if (!json) report_case(out, result, verbose);
        flush(out);
    }
    if (json) report_json(out, results);
    else report_totals(out, results);
    flush(out);
    return exit_code(results);
}

/* "laws" or "laws/NAME", which no area has */
static bool is_law(const char *name)
{
    return !strcmp(name, "laws") || g_str_has_prefix(name, "laws/");
}

int validate_main(int argc, char **argv)
{
    g_autofree char *keep = NULL, *wake_up = NULL;
    int reps = LAW_REPLICATIONS;
    struct case_options options = { 0 };
    gboolean json = FALSE, verbose = FALSE, ideal_wire = FALSE, ideal_applications = FALSE, ideal_ticks = FALSE;
    g_auto(GStrv) names = NULL;
    const GOptionEntry entries[] = {
        { "keep", 0, 0, G_OPTION_ARG_FILENAME, &keep, "Keep the simulated captures as DIR/AREA/NAME/HOST-DEV.pcapng", "DIR" },
        { "json", 0, 0, G_OPTION_ARG_NONE, &json, "Print one JSON object instead of a table", NULL },
        { "verbose", 'v', 0, G_OPTION_ARG_NONE, &verbose, "Tell every difference, of counters and applications too", NULL },
        { "ideal-wire", 0, 0, G_OPTION_ARG_NONE, &ideal_wire, "Keep to the scripted delays where the recorded wire was late", NULL },
        { "ideal-applications", 0, 0, G_OPTION_ARG_NONE, &ideal_applications,
          "Let applications take no time and sleep exactly where the recorded ones were late", NULL },
        { "ideal-ticks", 0, 0, G_OPTION_ARG_NONE, &ideal_ticks, "Let the kernels' ticks come at any phase, not at the recorded one", NULL },
        { "wake-up", 0, 0, G_OPTION_ARG_STRING, &wake_up, "Let applications run so long after their sockets woke them (100us)", "TIME" },
        { "reps", 0, 0, G_OPTION_ARG_INT, &reps, "Replications of each law (20)", "N" },
        { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &names, NULL, "[PATH...]" },
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_option_context_set_summary(context, "Play recorded scenarios on simulated hosts and compare the wire, segment by segment, with captures of real\n"
                                          "kernels. PATH is an area (iw), a case (iw/fetch64k-iw10) or a folder in the format of the trace collection;\n"
                                          "without PATH all cases that come with the program are run. Exit 1 if a case misses.\n\n"
                                          "laws, or laws/NAME: replicate closed-form laws of reno, cubic and bbr (laws/cubic, laws/Mathis).");
    g_option_context_add_main_entries(context, entries, NULL);
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) args = g_new0(char *, (gsize) argc + 1);
    for (int i = 0; i < argc; i++) args[i] = g_strdup(argv[i]);
    if (!g_option_context_parse_strv(context, &args, &error) || (wake_up && !netsim_parse_time(wake_up, &options.wake_up, &error))) {
        fprintf(stderr, "netsim validate: %s\n", error->message);
        return EXIT_USAGE;
    }
    if (reps < 2 || reps > LAW_MAX_REPLICATIONS) {
        fprintf(stderr, "netsim validate: --reps=%d: must be 2..%d\n", reps, LAW_MAX_REPLICATIONS);
        return EXIT_USAGE;
    }
    if (names && names[0] && !names[1] && is_law(names[0])) return laws_validate(names[0][4] ? names[0] + 5 : NULL, (unsigned) reps, json, verbose);
    g_autoptr(GPtrArray) cases = g_ptr_array_new_with_free_func(g_free);
    if (!collect(names, cases)) return EXIT_IO;
    options.keep = keep;
    options.ideal_wire = ideal_wire;
    options.ideal_applications = ideal_applications;
    options.ideal_ticks = ideal_ticks;
    return run(cases, &options, json, verbose);
}
