/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_time.c - what waits in simulated time: sleep, watch, timeout; date; scripts inside scripts: sh -c. */
#include "models/host/commands.h"

#include <math.h>
#include <string.h>
#include <time.h>

enum { MAX_SAMPLES = 100000 /* of a watch that nobody stops */, MAX_SHELLS = 8 }; /* inside each other */

/* "1.5", "2m", "infinity" as coreutils read it. */
static bool read_duration(const char *text, netsim_time *duration)
{
    char *end;
    double seconds = g_ascii_strtod(text, &end);
    if (end == text || !(seconds >= 0)) return false;
    switch (*end) {
    case 'm': seconds *= 60; break;
    case 'h': seconds *= 3600; break;
    case 'd': seconds *= 86400; break;
    case 's': case '\0': break;
    default: return false;
    }
    if (*end && end[1]) return false;
    *duration = isfinite(seconds) ? netsim_seconds(MIN(seconds, 9e6)) : NETSIM_TIME_MAX;
    return true;
}

static netsim_time after(netsim_time from, netsim_time duration)
{
    return duration > NETSIM_TIME_MAX - from ? NETSIM_TIME_MAX : from + duration;
}

/* ---- sleep ---- */

static bool sleep_over(struct command_run *run)
{
    (void) run;
    return true;
}

bool cmd_sleep(struct command_run *run)
{
    netsim_time total = 0, one;
    struct command_options o = { .run = run, .missing = "--help --version" };
    if (command_next_option(&o) == COMMAND_BAD_OPTION) return false;
    if (!*o.words) return command_fail(run, "sleep: missing operand");
    for (char **word = o.words; *word; word++) {
        if (!read_duration(*word, &one)) return command_fail(run, "sleep: invalid time interval '%s'", *word);
        total = after(total, one);
    }
    if (total == NETSIM_TIME_MAX && !command_may_be_endless(run, "sleep 10")) return false;
    run->step = sleep_over;
    command_wait(run, after(run->net->sim->now, total));
    return true;
}

/* ---- commands inside commands ---- */

struct inner {
    struct command_run *run;
    struct shell *shell;   /* that runs now; NULL: none */
    char *script;
    char *file;            /* that it was read from; NULL: none */
    /* watch */
    netsim_time interval, due; /* due: of timeout, too, ... */
    bool has_deadline;         /* ... which this is */
    bool is_collected;         /* the output is kept in the shell */
    unsigned n_samples;
    bool has_title, stops_on_error, stops_on_change, is_precise;
    char *before;          /* the last output */
    char *title;
};

static void inner_free(void *state)
{
    struct inner *in = state;
    shell_free(in->shell);
    g_free(in->script);
    g_free(in->file);
    g_free(in->before);
    g_free(in->title);
    g_free(in);
}

static void inner_done(NetsimShell *shell, void *data)
{
    (void) shell;
    struct inner *in = data;
    command_wake(in->run);
}

/* It prints: so does the command, at once. */
static void inner_output(NetsimShell *shell, const char *text, void *data)
{
    (void) shell;
    struct inner *in = data;
    struct shell *outer = in->run->shell;
    if (outer->is_done) return;
    g_string_append(in->run->out, text);
    shell_flush(outer);
    if (outer->is_done) command_wake(in->run); /* it was too much */
}

/* Start the inner script. @return false: the command fails */
static bool inner_start(struct inner *in)
{
    struct command_run *run = in->run;
    if (run->shell->depth >= MAX_SHELLS) return command_fail(run, "%s: shells inside shells: at most %d", run->argv[0], MAX_SHELLS);
    g_autoptr(GError) error = NULL;
    bool has_end = in->has_deadline && in->due < NETSIM_TIME_MAX;
    NetsimShellConfig config = { .goes_on = true, .output = in->is_collected ? NULL : inner_output, .must_end = run->must_end && !has_end, .done = inner_done, .data = in };
    in->shell = shell_start(run->shell->host, in->script, in->file, &config, run->shell, &error);
    if (in->shell) return true;
    g_autofree char *message = shell_name_file(in->file, error->message);
    return command_fail_status(run, 2, "%s", message);
}

static bool inner_end(struct inner *in);

/* Ctrl-C ends the inner script first. */
static bool inner_interrupt(struct command_run *run)
{
    struct inner *in = run->state;
    shell_interrupt(in->shell);
    return inner_end(in);
}

/* The inner script's end is the command's. */
static bool inner_end(struct inner *in)
{
    const struct shell *sh = in->shell;
    in->run->shell->inner = in->run->err->len ? NULL : sh;
    if (sh->messages->len) g_string_append(in->run->err, sh->messages->str);
    if (!sh->status) return true;
    if (sh->error && !sh->messages->len) return command_fail_status(in->run, sh->status, "%s", sh->error->message);
    return command_fail_status(in->run, sh->status, "%s", "");
}

static char *quote_words(char **words)
{
    GString *all = g_string_new(NULL);
    for (; *words; words++) {
        g_autofree char *quoted = g_shell_quote(*words);
        g_string_append_printf(all, "%s%s", all->len ? " " : "", quoted);
    }
    return g_string_free(all, FALSE);
}

static struct inner *inner_new(struct command_run *run, char *script, bool (*step)(struct command_run *run))
{
    struct inner *in = g_new0(struct inner, 1);
    *in = (struct inner){ .run = run, .script = script };
    run->state = in;
    run->state_free = inner_free;
    run->step = step;
    run->interrupt = inner_interrupt;
    return in;
}

/* ---- sh -c ---- */

static bool sh_step(struct command_run *run)
{
    return inner_end(run->state);
}

bool cmd_sh(struct command_run *run)
{
    const char *script;
    g_autoptr(GString) buffer = g_string_new(NULL);
    if (run->argv[1] && !strcmp(run->argv[1], "-c") && run->argv[2] && !run->argv[3]) script = run->argv[2];
    else if (run->argv[1] && (*run->argv[1] == '-' || run->argv[2])) return command_unsupported(run, "%s: only -c 'COMMANDS' or a file without arguments", run->argv[0]);
    else if (!(script = command_input(run, run->argv[1], buffer))) return command_fail_status(run, 127, "%s", "");
    struct inner *in = inner_new(run, g_strdup(script), sh_step);
    if (run->argv[1] && !run->argv[2]) in->file = g_strdup(run->argv[1]);
    if (!inner_start(in)) return false;
    if (in->shell->is_done) return inner_end(in);
    command_wait(run, NETSIM_TIME_MAX);
    return true;
}

/* ---- timeout ---- */

static bool timeout_step(struct command_run *run)
{
    struct inner *in = run->state;
    if (in->shell->is_done) return inner_end(in);
    if (run->net->sim->now < in->due) {
        command_wait(run, in->due);
        return true;
    }
    return command_fail_status(run, 124, "%s", "");
}

bool cmd_timeout(struct command_run *run)
{
    netsim_time duration;
    static const struct command_option rows[] = { { 'k', "kill-after=" }, { 's', "signal=" } };
    struct command_options o = { .run = run, COMMAND_OPTIONS(rows), .missing = "--preserve-status --foreground -v --verbose --help --version",
                                 .bad_status = 125, .stops = true };
    for (int option; (option = command_next_option(&o));) { /* a command ends at once, whatever the signal */
        if (option == COMMAND_BAD_OPTION) return false;
        if (option == 'k' && !read_duration(o.argument, &duration))
            return command_fail_status(run, 125, "timeout: invalid time interval '%s'", o.argument);
    }
    char **argv = o.words;
    if (!argv[0] || !argv[1]) return command_fail_status(run, 125, "timeout: missing operand");
    if (!read_duration(argv[0], &duration)) return command_fail_status(run, 125, "timeout: invalid time interval '%s'", argv[0]);
    struct inner *in = inner_new(run, quote_words(argv + 1), timeout_step);
    in->has_deadline = true;
    in->due = duration ? after(run->net->sim->now, duration) : NETSIM_TIME_MAX;
    if (!inner_start(in)) return false;
    if (in->shell->is_done) return inner_end(in);
    command_wait(run, in->due);
    return true;
}

/* ---- date ---- */

/* The simulation begins with the Unix epoch, in captures too. */
void command_date(struct command_run *run, const char *format, GString *out)
{
    netsim_time now = run->net->sim->now;
    gint64 seconds = now / NETSIM_S;
    time_t t = (time_t) seconds;
    struct tm tm;
    gmtime_r(&t, &tm);
    char text[128];
    for (; *format; format++) {
        if (*format != '%' || !format[1]) {
            g_string_append_c(out, *format);
            continue;
        }
        char spec[3] = { '%', *++format, '\0' };
        if (*format == 'N') g_string_append_printf(out, "%09d", (int) (now % NETSIM_S / 1000));
        else if (*format == 's') g_string_append_printf(out, "%" G_GINT64_FORMAT, seconds);
        else if (*format == '%') g_string_append_c(out, '%');
        else if (!strchr("aAbBcCdDeFHIjklmMnprRStTuUVwWyYzZ", *format)) g_string_append(out, spec);
        else if (*format == 'Z') g_string_append(out, "UTC");
        else {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
            if (strftime(text, sizeof text, spec, &tm)) g_string_append(out, text);
#pragma GCC diagnostic pop
        }
    }
}

bool cmd_date(struct command_run *run)
{
    static const struct command_option rows[] = { { 'R', "rfc-email" }, { 'u', "utc" }, { 'u', "universal" } };
    struct command_options o = { .run = run, COMMAND_OPTIONS(rows),
                                 .missing = "-d --date --debug -f --file -I --iso-8601 --resolution --rfc-3339 -r --reference -s --set --help --version" };
    const char *format = "%a %b %e %H:%M:%S UTC %Y";
    for (int option; (option = command_next_option(&o));) {
        if (option == COMMAND_BAD_OPTION) return false;
        if (option == 'R') format = "%a, %d %b %Y %H:%M:%S +0000";
    }
    if (*o.words && o.words[1]) return command_fail(run, "date: extra operand '%s'", o.words[1]);
    if (*o.words && **o.words != '+') return command_unsupported(run, "date %s: the clock is the simulation's and is not set", *o.words);
    command_date(run, *o.words ? *o.words + 1 : format, run->out);
    g_string_append_c(run->out, '\n');
    return true;
}

/* ---- watch ---- */

/* "Every 1.0s: nstat", the host and the time at the right end of 80 columns, an empty line. */
static void print_title(struct command_run *run, const struct inner *in)
{
    enum { COLUMNS = 80 };
    g_autoptr(GString) date = g_string_new(NULL);
    command_date(run, "%a %b %e %H:%M:%S %Y", date);
    g_autofree char *left = g_strdup_printf("Every %.1fs: %s", netsim_to_seconds(in->interval), in->title);
    g_autofree char *right = g_strdup_printf("%s: %s", run->net->node.name, date->str);
    int room = COLUMNS - (int) strlen(right) - 1;
    command_print(run, "%-*.*s %s\n\n", room, room, left, right);
}

/* A sample is there: show it, wait for the next.  Differs: nothing is cleared, samples follow each other. */
static bool watch_show(struct command_run *run, struct inner *in)
{
    const struct shell *sh = in->shell;
    bool has_changed = in->before && strcmp(in->before, sh->output->str);
    if (in->has_title) print_title(run, in);
    command_print(run, "%s%s", sh->output->str, sh->messages->str);
    int status = sh->status;
    g_free(in->before);
    in->before = g_strdup(sh->output->str);
    shell_free(in->shell);
    in->shell = NULL;
    if (status && in->stops_on_error) return command_fail_status(run, 8, "watch: command exit with a non-zero status");
    if (has_changed && in->stops_on_change) return true;
    in->due = after(in->is_precise ? in->due : run->net->sim->now, in->interval);
    command_wait(run, in->due);
    return true;
}

static bool watch_step(struct command_run *run)
{
    struct inner *in = run->state;
    if (run->must_end && in->n_samples++ == MAX_SAMPLES)
        return command_unsupported(run, "watch: %d samples, and no end; bound it: timeout 10 watch ..., or the run: --until TIME", MAX_SAMPLES);
    if (!in->shell && !inner_start(in)) return false;
    if (in->shell->is_done) return watch_show(run, in);
    command_wait(run, NETSIM_TIME_MAX);
    return true;
}

static const struct command_option watch_rows[] = {
    { 'b', "beep" }, { 'c', "color" }, { 'd', "differences[=]" }, { 'e', "errexit" }, { 'g', "chgexit" }, { 'n', "interval=" },
    { 'p', "precise" }, { 't', "no-title" }, { 'w', "no-wrap" }, { 'x', "exec" },
};

static bool watch_options(struct command_run *run, struct inner *in, struct command_options *o)
{
    for (int option; (option = command_next_option(o));) {
        char *end;
        double seconds;
        switch (option) {
        case 'n':
            seconds = g_ascii_strtod(o->argument, &end);
            if (end == o->argument || *end || !isfinite(seconds)) return command_fail(run, "watch: failed to parse argument: '%s'", o->argument);
            in->interval = netsim_seconds(CLAMP(seconds, 0.1, 2678400)); /* watch's own limits */
            break;
        case 't': in->has_title = false; break;
        case 'e': in->stops_on_error = true; break;
        case 'g': in->stops_on_change = true; break;
        case 'p': in->is_precise = true; break;
        case 'b': case 'c': case 'd': case 'w': case 'x': break;
        default: return false;
        }
    }
    return true;
}

bool cmd_watch(struct command_run *run)
{
    struct command_options o = { .run = run, COMMAND_OPTIONS(watch_rows), .missing = "-q --equexit -h --help -v --version", .stops = true };
    struct inner *in = inner_new(run, NULL, watch_step);
    in->interval = 2 * NETSIM_S;
    in->has_title = in->is_collected = true;
    in->due = run->net->sim->now;
    if (!watch_options(run, in, &o)) return false;
    if (!*o.words) return command_fail(run, "watch: no command");
    if (!in->stops_on_error && !in->stops_on_change && !command_may_be_endless(run, "timeout 10 watch ...")) return false;
    run->interrupt = sleep_over; /* it ends well, as the real one */
    in->script = g_strjoinv(" ", o.words); /* watch gives it to sh -c */
    in->title = g_strdup(in->script);
    return watch_step(run);
}
