/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run.c - `netsim run`: a scenario from its file to the exit code. */
#include "scripts/run.h"

#include "core/unit.h"
#include "scripts/bind.h"
#include "scripts/outcome.h"
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void say(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = g_strdup_vprintf(format, args);
    va_end(args);
    fflush(stdout);
    fprintf(stderr, "netsim: %s\n", text);
    g_free(text);
}

void run_keep_traceback(struct run *run, const char *message, const char *traceback)
{
    g_free(run->traceback_of);
    g_free(run->traceback);
    run->traceback_of = g_strdup(message);
    run->traceback = g_strdup(traceback);
}

/* ---- Ctrl-C ---- */

static struct run *interruptible; /* for the signal handler alone */

static void on_interrupt(int signal)
{
    (void) signal;
    struct run *run = interruptible;
    if (!run) return;
    run->is_interrupted = 1;
    if (run->sim) netsim_sim_stop(run->sim);
}

/* The second Ctrl-C ends the process at once. */
void run_catch_interrupts(struct run *run)
{
    run->is_interrupted = 0;
    interruptible = run;
    struct sigaction action = { .sa_handler = on_interrupt, .sa_flags = (int) SA_RESETHAND };
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

/* ---- errors ---- */

/* coroutine.wrap() puts the place of the resumption before a message that has its own; the innermost counts. */
static const char *innermost_place(const char *message)
{
    const char *start = message, *end;
    while ((end = strstr(start, ": ")) && end > start && g_ascii_isdigit(end[-1])) {
        const char *rest = end + 2, *colon = strstr(rest, ": ");
        size_t word = strcspn(rest, " ");
        if (!colon || rest + word != colon + 1 || !g_ascii_isdigit(colon[-1])) break;
        start = rest;
    }
    return start;
}

/* Lua shortens "long/path/script.lua" in its messages to "...path/script.lua". */
static char *with_whole_path(const struct run *run, const char *message)
{
    const char *colon = strchr(message, ':');
    if (!g_str_has_prefix(message, "...") || !colon) return g_strdup(message);
    char *tail = g_strndup(message + 3, (gsize) (colon - message - 3));
    char *whole = g_str_has_suffix(run->script, tail) ? g_strconcat(run->script, colon, NULL) : g_strdup(message);
    g_free(tail);
    return whole;
}

/* The script's own frames of a traceback, if there are several: one says no more than the message. */
static void print_traceback(const char *traceback)
{
    enum { MOST = 12 };
    char **lines = g_strsplit(traceback, "\n", -1);
    GPtrArray *frames = g_ptr_array_new();
    char *process = NULL;
    for (char **line = lines; *line; line++) {
        if (g_str_has_prefix(*line, "in process ")) process = *line;
        else if (**line == '\t' && !strstr(*line, "[C]:") && !g_str_has_prefix(*line, "\tnetsim:")
                 && !g_str_has_prefix(*line, "\t(...tail"))
            g_ptr_array_add(frames, *line + 1);
    }
    if (process) fprintf(stderr, "  %.*s\n", (int) strlen(process) - 1, process); /* without its colon */
    for (guint i = 0; frames->len > 1 && i < frames->len && i < MOST; i++)
        fprintf(stderr, "  %s\n", (char *) frames->pdata[i]);
    g_ptr_array_free(frames, TRUE);
    g_strfreev(lines);
}

/* lua_pcall()'s handler: keep the frames, unless the error is that of a process, which has kept its own. */
static int on_error(lua_State *L)
{
    struct run *run = run_of(L);
    if (run->is_over_limit || run->is_interrupted) return 1;
    lua_name_error(L, L);
    if (g_strcmp0(run->traceback_of, lua_tostring(L, 1))) {
        luaL_traceback(L, L, NULL, 1);
        run_keep_traceback(run, lua_tostring(L, 1), lua_tostring(L, -1));
        lua_pop(L, 1);
    }
    return 1;
}

/* `netsim shell --at`: sim:run has returned before the script's processes had their results. */
static bool is_paused(const struct run *run)
{
    bool is = false;
    for (guint i = 0; run->options->shell && run->options->has_at && i < run->scenes->len; i++)
        is |= netsim_sim_now(((struct scene *) run->scenes->pdata[i])->sim) == run->options->at;
    return is;
}

/* The script has failed; its message is on the stack. @return the exit code */
static int explain_error(struct run *run, int status)
{
    if (run->is_interrupted) return EXIT_INTERRUPTED;
    const char *text = lua_tostring(run->L, -1);
    if (run->is_out_of_memory && (status == LUA_ERRMEM || (text && strstr(text, "not enough memory")))) {
        say("%s: the script needs more than %s of memory (--limit-memory sets the limit)", run->script,
            unit_size(run->options->limit_memory_bytes).text);
        return EXIT_SCRIPT;
    }
    char *message = with_whole_path(run, innermost_place(text ? text : "an error in an error handler"));
    if (is_paused(run)) {
        struct unit_text at = unit_time(run->options->at);
        if (strstr(message, "a nil value (field 'result')")) say("the run is paused at %s; the script's lines after sim:run are not run", at.text);
        else say("the run is paused at %s, and the script's lines after sim:run ended with: %s", at.text, message);
        g_free(message);
        return EXIT_SCRIPT;
    }
    bool is_early = strstr(message, "a nil value (field 'result')");
    say("%s%s", message, is_early ? "; a process has a result when its function has returned, which it did not before the end of the run" : "");
    if (run->traceback) print_traceback(run->traceback);
    int code = run->raised && strstr(message, run->raised) ? run->raised_code : EXIT_SCRIPT;
    g_free(message);
    return code;
}

/* ---- the run ---- */

static bool load_script(struct run *run, int *code)
{
    GError *error = NULL;
    gsize length;
    char *text = sandbox_read_script(run->script, &length, &error);
    if (!text) {
        bool is_io = error->domain == G_FILE_ERROR;
        if (is_io && error->code == G_FILE_ERROR_NOENT) say("cannot read %s: no such file", run->script);
        else say("%s", error->message);
        *code = is_io ? EXIT_IO : EXIT_SCRIPT;
        g_error_free(error);
        return false;
    }
    char *chunk = g_strconcat("@", run->script, NULL);
    int status = luaL_loadbufferx(run->L, text, length, chunk, "t");
    g_free(text);
    g_free(chunk);
    if (status == LUA_OK) return true;
    *code = explain_error(run, status);
    return false;
}

static int push_arguments(lua_State *L, const char *script, char **args)
{
    int n = 0;
    lua_newtable(L);
    lua_pushstring(L, script);
    lua_rawseti(L, -2, 0);
    for (; args && args[n]; n++) {
        lua_pushstring(L, args[n]);
        lua_rawseti(L, -2, n + 1);
    }
    lua_setglobal(L, "arg");
    luaL_checkstack(L, n + 4, "too many arguments");
    for (int i = 0; i < n; i++) lua_pushstring(L, args[i]);
    return n;
}

/* What the script returned, as JSON; NULL: nothing, or nothing that JSON can hold. */
static char *result_json(const struct run *run, lua_State *L)
{
    if (lua_isnil(L, -1)) return NULL;
    GString *json = g_string_new(NULL);
    const char *odd = json_lua_value(L, -1, json);
    if (!odd) return g_string_free(json, FALSE);
    if (run->options->json) say("%s: the script returns %s, which JSON cannot hold; result is null", run->script, odd);
    g_string_free(json, TRUE);
    return NULL;
}

static void print_results(const struct run *run, const char *result, bool is_partial)
{
    outcome_sort(run->outcome);
    if (run->options->json) {
        GString *out = g_string_new(NULL);
        outcome_json(run, result, is_partial, out);
        fputs(out->str, stdout);
        g_string_free(out, TRUE);
    } else if (run->options->fingerprint) {
        printf("%016" G_GINT64_MODIFIER "x\n", outcome_fingerprint(run->outcome));
    } else if (!run->options->quiet) {
        outcome_print(run, is_partial);
    }
}

/* What is done with the script under lua_pcall(): want of memory is an error at any of its places. */
struct call {
    struct run *run;
    char **args;
    char *result; /* as JSON; NULL: none */
};

/* The chunk, then a struct call. */
static int call_chunk(lua_State *L)
{
    struct call *call = lua_touserdata(L, 2);
    lua_settop(L, 1);
    lua_call(L, push_arguments(L, call->run->script, call->args), 1);
    call->result = result_json(call->run, L);
    return 0;
}

/* The chunk is on the stack. */
static int execute(struct run *run, char **args)
{
    lua_State *L = run->L;
    struct call call = { .run = run, .args = args };
    lua_pushcfunction(L, on_error);
    lua_pushcfunction(L, call_chunk);
    lua_rotate(L, 1, 2); /* the chunk becomes its argument */
    lua_pushlightuserdata(L, &call);
    int status = lua_pcall(L, 2, 0, 1), code = status == LUA_OK ? EXIT_HELD : explain_error(run, status);
    if (run->options->shell && (run->scenes->len || code == EXIT_HELD) && !run->is_interrupted) code = prompt(run);
    while (run->scenes->len) scene_close(run->scenes->pdata[0]);
    bool is_partial = run->is_interrupted;
    if (is_partial) {
        say("interrupted: the results are partial");
        code = EXIT_INTERRUPTED;
    }
    if (run->options->kernel && run->is_kernel_left && !run->is_kernel_taken)
        say("--kernel=%s: no host took it: they all name their own", run->options->kernel);
    if (run->io_error) say("%s", run->io_error);
    if (run->io_error && code == EXIT_HELD) code = EXIT_IO;
    if (code == EXIT_HELD && run->n_failed_expectations) code = EXIT_EXPECTATION;
    bool has_results = code == EXIT_HELD || code == EXIT_EXPECTATION || is_partial;
    if (has_results && !run->options->shell) print_results(run, call.result, is_partial);
    g_free(call.result);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        say("cannot write to standard output: %s", g_strerror(errno));
        code = EXIT_IO;
    }
    return code;
}

int run_script(const struct run_options *options, const char *path, char **args)
{
    struct run run = {
        .options = options, .script = path, .print_to = options->json || options->fingerprint ? stderr : stdout,
        .outcome = outcome_new(), .scenes = g_ptr_array_new(), .files = g_ptr_array_new_with_free_func(g_free),
        .params_shell = g_ptr_array_new_with_free_func(g_free), .buffer = g_byte_array_new(),
    };
    int code = EXIT_SCRIPT;
    run.L = sandbox_new(&run);
    if (run.L) {
        run_catch_interrupts(&run);
        if (load_script(&run, &code)) code = options->check ? EXIT_HELD : execute(&run, args);
        lua_close(run.L);
        interruptible = NULL;
    }
    outcome_free(run.outcome);
    g_ptr_array_free(run.scenes, TRUE);
    g_ptr_array_free(run.files, TRUE);
    g_ptr_array_free(run.params_shell, TRUE);
    g_byte_array_free(run.buffer, TRUE);
    g_free(run.params_json);
    g_free(run.io_error);
    g_free(run.raised);
    g_free(run.traceback_of);
    g_free(run.traceback);
    return code;
}
