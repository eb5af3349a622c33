/* SPDX-License-Identifier: GPL-3.0-or-later */
/* main.c - the command: which subcommand, and the options of one table. */
#include "models/host/host.h"
#include "scripts/bench.h"
#include "scripts/list.h"
#include "scripts/myths.h"
#include "scripts/run.h"
#include "validate/packetdrill/packetdrill.h"
#include "validate/validate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What the option table fills in, before it is checked. */
static struct {
    char *seed, *until, *out_dir, *kernel, *capture, *progress, *limit_memory, *limit_instructions, *trace, *probe, *host, *at;
    char **sets, **traces, **probes;
    gboolean perfetto, json, fingerprint, check, quiet, verbose, version, shell;
} given;

static const GOptionEntry entries[] = {
    { "seed", 0, 0, G_OPTION_ARG_STRING, &given.seed, "Seed of every random stream (default 1)", "N" },
    { "until", 0, 0, G_OPTION_ARG_STRING, &given.until, "End each run at this simulated time", "TIME" },
    { "set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &given.sets, "Override a parameter of the script", "NAME=VALUE" },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &given.out_dir, "Where files are written (default out)", "DIR" },
    { "kernel", 0, 0, G_OPTION_ARG_STRING, &given.kernel, "Profile of hosts that name none", "PROFILE" },
    { "capture", 0, 0, G_OPTION_ARG_STRING, &given.capture, "Write a pcapng file of a device, or of all", "[HOST:DEV]" },
    { "trace", 0, 0, G_OPTION_ARG_STRING, &given.trace, "Write passages of tracepoints to trace.jsonl (tcp:*,skb:kfree_skb)", "PATTERN[,PATTERN]" },
    { "perfetto", 0, 0, G_OPTION_ARG_NONE, &given.perfetto, "Write perfetto.json: lanes of packets and connections for ui.perfetto.dev", NULL },
    { "probe", 0, 0, G_OPTION_ARG_STRING, &given.probe, "Print as nettop, dropwatch, socket-trace do", "NAME[:EVERY]" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &given.json, "Results as one JSON object on standard output", NULL },
    { "fingerprint", 0, 0, G_OPTION_ARG_NONE, &given.fingerprint, "Print the run's fingerprint: 16 hexadecimal digits", NULL },
    { "check", 0, 0, G_OPTION_ARG_NONE, &given.check, "Parse the script, do not run it", NULL },
    { "limit-memory", 0, 0, G_OPTION_ARG_STRING, &given.limit_memory, "Memory of the script (default 4GiB)", "SIZE" },
    { "limit-instructions", 0, 0, G_OPTION_ARG_STRING, &given.limit_instructions, "Lua instructions without a wait (default 1e9; looked at every million)", "N" },
    { "progress", 0, 0, G_OPTION_ARG_STRING, &given.progress, "bar, plain or none", "HOW" },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &given.quiet, "No closing table", NULL },
    { "verbose", 'v', 0, G_OPTION_ARG_NONE, &given.verbose, "The closing table even if the script printed its own", NULL },
    { "host", 0, 0, G_OPTION_ARG_STRING, &given.host, "Of `shell`: the host where the prompt begins", "NAME" },
    { "at", 0, 0, G_OPTION_ARG_STRING, &given.at, "Of `shell`: pause the run at this simulated time", "TIME" },
    { "version", 'V', 0, G_OPTION_ARG_NONE, &given.version, "Print the version", NULL },
    G_OPTION_ENTRY_NULL,
};

static const char description[] =
    "Commands:\n"
    "  run SCRIPT.lua [ARG...]    run a scenario (`run` may be left out); ARGs reach the script as `arg`\n"
    "  validate [PATH...]         compare with captures of real kernels\n"
    "  shell SCRIPT.lua [--host=NAME] [--at=TIME]\n"
    "                             a prompt on the hosts of a run that is finished, or paused at TIME;\n"
    "                             ends with the status of the last command\n"
    "  packetdrill FILE.pkt...    run packetdrill scripts against a host\n"
    "  bench [NAME] [--k=8 ...]   measure the simulator\n"
    "  knobs [--kernel=PROFILE] [PATTERN]\n"
    "                             every setting of a host: name, default, range, meaning, source\n"
    "  counters [--kernel=PROFILE] [PATTERN]\n"
    "                             every counter of a host\n"
    "  probes [PATTERN]           every tracepoint with its arguments\n"
    "  myths [NAME]               what is said about tuning Linux, and what a run says to that\n"
    "\n"
    "Exit codes: 0 all held; 1 an expectation failed; 2 usage; 3 the script is wrong; 4 input or output;\n"
    "5 an internal invariant broke; 130 interrupted.\n"
    "\n"
    "Example: netsim examples/iw10_vs_iw3.lua\n";

/* Commands of the plan that are not in this version. */
static const char *const later[] = { "sweep", "whatif", "report", "costs",
                                     NULL };
static const char *const commands[] = { "run", "shell", "validate", "bench", "knobs", "counters", "probes", "myths", "packetdrill", "help", NULL };

/* ---- options ---- */

/* "--capture" takes its value only behind '='; GOption would take the next word. */
static char **separate_capture(char **argv)
{
    GPtrArray *words = g_ptr_array_new();
    bool is_option = true;
    for (; *argv; argv++) {
        if (!strcmp(*argv, "--")) is_option = false;
        g_ptr_array_add(words, g_strdup(is_option && !strcmp(*argv, "--capture") ? "--capture=" : *argv));
    }
    g_ptr_array_add(words, NULL);
    return (char **) g_ptr_array_free(words, FALSE);
}

static bool parse_number(const char *option, const char *text, uint64_t most, uint64_t *value)
{
    char *end;
    double x = g_ascii_strtod(text, &end);
    bool is_number = end != text && !*end && !strpbrk(text, "xX") && x >= 1 && x <= 0x1p63 && x == floor(x);
    if (is_number) *value = strpbrk(text, "eE.") ? (uint64_t) x : g_ascii_strtoull(text, NULL, 10); /* exact beyond 2^53 */
    if (is_number && *value <= most) return true;
    say("%s %s: must be a whole number from 1 to %" G_GUINT64_FORMAT, option, text, most);
    return false;
}

static bool say_error(const char *option, GError *error)
{
    say("%s: %s", option, error->message);
    g_error_free(error);
    return false;
}

static bool check_kernel(const char *kernel)
{
    const char *const *names = netsim_kernel_names();
    if (!kernel || g_strv_contains(names, kernel)) return true;
    const char *near = nearest_name(kernel, names);
    char *list = g_strjoinv(", ", (char **) names);
    say("--kernel %s: no such profile%s%s%s (there are %s)", kernel, near ? ", did you mean " : "", near ? near : "",
        near ? "?" : "", list);
    g_free(list);
    return false;
}

static bool check_sets(char **sets)
{
    for (; sets && *sets; sets++)
        if (!strchr(*sets, '=') || **sets == '=') {
            say("--set %s: write --set NAME=VALUE", *sets);
            return false;
        }
    return true;
}

static bool check_capture(const char *capture)
{
    if (!capture || !*capture || (strchr(capture, ':') && *capture != ':' && !g_str_has_suffix(capture, ":"))) return true;
    say("--capture=%s: write --capture=HOST:DEV, for example --capture=server:eth0, or --capture alone for all", capture);
    return false;
}

static bool check_trace(char **patterns)
{
    const char *const *names = netsim_tracepoint_names();
    for (; patterns && *patterns; patterns++) {
        bool matches = false;
        for (unsigned i = 0; names[i]; i++) matches |= g_pattern_match_simple(*patterns, names[i]);
        if (matches) continue;
        const char *near = nearest_name(*patterns, names);
        say("--trace=%s: no such tracepoint%s%s%s (netsim probes lists them)", *patterns, near ? ", did you mean " : "", near ? near : "",
            near ? "?" : "");
        return false;
    }
    return true;
}

static bool check_options(struct run_options *o)
{
    static const char *const styles[] = { [PROGRESS_BAR] = "bar", [PROGRESS_PLAIN] = "plain", [PROGRESS_NONE] = "none" };
    GError *error = NULL;
    *o = (struct run_options){
        .seed = 1, .has_seed = given.seed, .until = NETSIM_TIME_MAX, .sets = given.sets,
        .out_dir = given.out_dir ? given.out_dir : "out", .kernel = given.kernel, .capture = given.capture,
        .perfetto = given.perfetto, .json = given.json, .fingerprint = given.fingerprint, .check = given.check, .quiet = given.quiet,
        .verbose = given.verbose, .limit_memory_bytes = (uint64_t) 4 << 30, .limit_instructions = 1000000000,
        .shell = given.shell, .shell_host = given.host, .has_at = given.at,
    };
    if (given.trace) o->trace = given.traces = g_strsplit(given.trace, ",", -1); /* as long as the process */
    if (given.probe) o->probes = given.probes = g_strsplit(given.probe, ",", -1);
    if (given.seed && !parse_number("--seed", given.seed, INT64_MAX, &o->seed)) return false;
    if (given.limit_instructions &&
        !parse_number("--limit-instructions", given.limit_instructions, INT64_MAX, &o->limit_instructions))
        return false;
    if (given.limit_memory && !netsim_parse_size(given.limit_memory, &o->limit_memory_bytes, &error))
        return say_error("--limit-memory", error);
    if (given.until && !netsim_parse_time(given.until, &o->until, &error)) return say_error("--until", error);
    if (given.at && !netsim_parse_time(given.at, &o->at, &error)) return say_error("--at", error);
    if (!given.shell && (given.at || given.host)) {
        say("--%s belongs to `netsim shell SCRIPT.lua`", given.at ? "at" : "host");
        return false;
    }
    if (given.progress) {
        for (enum progress_style i = PROGRESS_BAR; i <= PROGRESS_NONE; i++)
            if (!strcmp(given.progress, styles[i])) o->progress = i;
        if (o->progress == PROGRESS_AUTO) {
            say("--progress=%s: must be bar, plain or none", given.progress);
            return false;
        }
    }
    return check_kernel(o->kernel) && check_sets(o->sets) && check_capture(o->capture) && check_trace(o->trace);
}

/* GOption knows the option that it does not know; its name is the mend. */
static int say_usage(GError *error)
{
    const char *option = strstr(error->message, "--"), *names[G_N_ELEMENTS(entries)];
    size_t n = 0;
    for (const GOptionEntry *e = entries; e->long_name; e++) names[n++] = e->long_name;
    names[n] = NULL;
    char *word = g_strndup(option ? option + 2 : "", option ? strcspn(option + 2, " =") : 0);
    const char *near = error->code == G_OPTION_ERROR_UNKNOWN_OPTION && *word ? nearest_name(word, names) : NULL;
    if (near) say("%s, did you mean --%s?", error->message, near);
    else say("%s (netsim --help lists the options)", error->message);
    g_free(word);
    g_error_free(error);
    return EXIT_USAGE;
}

static int print_version(void)
{
    char *kernels = g_strjoinv(" ", (char **) netsim_kernel_names());
    printf("netsim %s\nkernel profiles: %s\n%s, GLib %u.%u.%u, compiler %s\n", netsim_version(), kernels, LUA_RELEASE,
           glib_major_version, glib_minor_version, glib_micro_version, __VERSION__);
    g_free(kernels);
    return fflush(stdout) ? EXIT_IO : EXIT_HELD;
}

/* ---- commands ---- */

static int say_no_command(const char *word)
{
    if (g_strv_contains(later, word)) {
        say("this version has no `%s` yet; netsim --help lists what it has", word);
        return EXIT_USAGE;
    }
    const char *near = nearest_name(word, commands);
    say("%s: no such command or script%s%s%s", word, near ? ", did you mean " : " (netsim --help lists the commands)",
        near ? near : "", near ? "?" : "");
    return EXIT_USAGE;
}

/* A word without a dot or slash that is no file was meant as a command. */
static bool is_command_word(const char *word)
{
    return !strpbrk(word, "./") && !g_file_test(word, G_FILE_TEST_EXISTS);
}

/* What `netsim knobs`, `counters`, `probes` and `myths` take. */
static const struct {
    const char *name, *help;
    bool has_kernel;
} lists[] = {
    { "knobs", "Usage: netsim knobs [--kernel=PROFILE] [PATTERN]\n"
      "Every setting of a host: default, range, meaning, source, and whether a model reads it (acts: yes or no).\n"
      "PATTERN is a part of the name, or a shell pattern: netsim knobs 'net.ipv4.tcp_*'\n", true },
    { "counters", "Usage: netsim counters [--kernel=PROFILE] [PATTERN]\n"
      "Every counter of a host under nstat's name: what it counts, which kernels have it, where Linux counts it.\n"
      "PATTERN is a part of the name, or a shell pattern: netsim counters 'TcpExtTCPSack*'\n", true },
    { "probes", "Usage: netsim probes [PATTERN]\n"
      "Every tracepoint with its arguments, and the ready probes: for sim:probe(), --trace and --probe.\n"
      "PATTERN is a part of the name, or a shell pattern: netsim probes 'tcp:*'\n", false },
    { "myths", "Usage: netsim myths [NAME]\n"
      "What is said about tuning Linux, and what a run says to that. NAME is one of them, or a part of its name.\n", false },
};

static size_t find_list(const char *word)
{
    size_t i = 0;
    while (i < G_N_ELEMENTS(lists) && strcmp(lists[i].name, word)) i++;
    return i;
}

static int say_list_option(size_t list, const char *option)
{
    const char *const known[] = { "--help", lists[list].has_kernel ? "--kernel" : NULL, NULL };
    g_autofree char *word = g_strndup(option, strcspn(option, "="));
    const char *near = nearest_name(word, known);
    say("%s %s: no such option%s%s%s", lists[list].name, option, near ? ", did you mean " : "; netsim ", near ? near : lists[list].name,
        near ? "?" : " --help says which there are");
    return EXIT_USAGE;
}

/* The options behind the word; the others stay. @return EXIT_HELD, or what the command ends with; *has_ended: it does */
static int take_list_options(size_t list, char **words, bool *has_ended)
{
    char **to = words;
    *has_ended = true;
    for (; *words; words++) {
        bool is_kernel = lists[list].has_kernel && g_str_has_prefix(*words, "--kernel") && strchr("=", (*words)[strlen("--kernel")]);
        if (!strcmp(*words, "--help") || !strcmp(*words, "-h")) {
            fputs(lists[list].help, stdout);
            return fflush(stdout) ? EXIT_IO : EXIT_HELD;
        }
        if (is_kernel) given.kernel = (*words)[strlen("--kernel")] ? *words + strlen("--kernel=") : words[1] ? *++words : (char *) "";
        else if (**words == '-') return say_list_option(list, *words);
        else *to++ = *words;
    }
    *to = NULL;
    *has_ended = !check_kernel(given.kernel);
    return *has_ended ? EXIT_USAGE : EXIT_HELD;
}

static int run_list(size_t list, char **given_words)
{
    bool has_ended;
    g_autofree char **words = g_memdup2(given_words, (g_strv_length(given_words) + 1) * sizeof *words); /* the caller's own stay whole */
    const char *name = lists[list].name;
    int code = take_list_options(list, words + 1, &has_ended);
    if (has_ended) return code;
    if (words[1] && words[2]) {
        say("%s takes one pattern; quote it: netsim %s 'net.ipv4.tcp_*'", name, name);
        return EXIT_USAGE;
    }
    const struct kernel_profile *kernel = given.kernel ? kernel_profile_find(given.kernel, NULL) : NULL;
    if (!strcmp(name, "knobs")) code = list_knobs(words[1], kernel);
    else if (!strcmp(name, "counters")) code = list_counters(words[1], kernel);
    else if (!strcmp(name, "probes")) code = list_probes(words[1]);
    else code = myths_main(words[1]);
    return fflush(stdout) ? EXIT_IO : code;
}

/* They are the script's; who meant netsim would not notice. */
static void warn_of_options(const char *script, char **args)
{
    for (; *args && strcmp(*args, "--"); args++)
        for (const GOptionEntry *e = entries; g_str_has_prefix(*args, "--") && e->long_name; e++) {
            size_t length = strlen(e->long_name);
            if (strncmp(*args + 2, e->long_name, length) || ((*args)[2 + length] && (*args)[2 + length] != '=')) continue;
            say("warning: %s is an argument of the script; options of netsim stand before %s", *args, script);
        }
}

static int run_words(char **words)
{
    struct run_options options;
    if (!check_options(&options)) return EXIT_USAGE;
    if (words[0] && !strcmp(words[0], "run")) words++;
    if (!words[0]) {
        say("which script? netsim [run] SCRIPT.lua (netsim --help says more)");
        return EXIT_USAGE;
    }
    if (find_list(words[0]) < G_N_ELEMENTS(lists)) return run_list(find_list(words[0]), words);
    if (is_command_word(words[0])) return say_no_command(words[0]);
    warn_of_options(words[0], words + 1);
    return run_script(&options, words[0], words + 1);
}

/* "netsim shell SCRIPT.lua --host=NAME --at=TIME": behind the script, too. */
static void take_shell_options(char **words)
{
    char **to = words;
    for (; *words; words++) {
        if (g_str_has_prefix(*words, "--host=")) given.host = *words + 7;
        else if (g_str_has_prefix(*words, "--at=")) given.at = *words + 5;
        else *to++ = *words;
    }
    *to = NULL;
}

static int run_options_and_words(char **argv)
{
    GOptionContext *context = g_option_context_new("[run] SCRIPT.lua [ARG...]");
    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_set_summary(context, "Simulate Linux hosts and the network between them.");
    g_option_context_set_description(context, description);
    g_option_context_set_strict_posix(context, TRUE); /* options after the script are the script's */
    GError *error = NULL;
    char **words = separate_capture(argv);
    int code;
    if (!g_option_context_parse_strv(context, &words, &error)) code = say_usage(error);
    else if (given.version) code = print_version();
    else if (words[1] && !strcmp(words[1], "help")) {
        char *help = g_option_context_get_help(context, TRUE, NULL);
        fputs(help, stdout);
        g_free(help);
        code = EXIT_HELD;
    } else code = run_words(words + (words[1] && !strcmp(words[1], "--") ? 2 : 1));
    g_option_context_free(context);
    g_strfreev(words);
    return code;
}

int main(int argc, char **argv)
{
    signal(SIGXFSZ, SIG_IGN); /* a file that grows too large is an error of write(), which has a message */
    if (argc > 1 && !strcmp(argv[1], "bench")) return bench_main(argc - 1, argv + 1);
    if (argc > 1 && !strcmp(argv[1], "validate")) return validate_main(argc - 1, argv + 1);
    if (argc > 1 && !strcmp(argv[1], "packetdrill")) return packetdrill_main(argc - 1, argv + 1);
    given.shell = argc > 1 && !strcmp(argv[1], "shell");
    if (given.shell) take_shell_options(argv + 1);
    if (argc > 1 && (given.shell || !strcmp(argv[1], "run"))) {
        argv[1] = argv[0];
        argv++;
    }
    return run_options_and_words(argv);
}
