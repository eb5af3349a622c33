/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bind_shell.c - host:sh: shell scripts on a host, which may wait in simulated time. */
#include "models/host/shell.h"
#include "scripts/task.h"

#include <stdlib.h>
#include <string.h>

enum { VALUE_TEXT = 1, VALUE_OUTPUT }; /* user values of a call: the script, the function that gets its output */

/* A call of host:sh; a userdata that is anchored under its own address until it is over. */
struct call {
    struct scene *scene;
    NetsimShell *shell;
    struct task *task;   /* the process that waits for it; NULL: the script itself */
    lua_State *L;        /* where Lua code can run now; NULL: scene->running */
    NetsimHost *host;
    const char *text;    /* the script; the userdata keeps it */
    const char *file;    /* where it is called; NULL: not in a file */
    int line;
    int base;            /* of the script's first line in the file; -1: it stands there in pieces; 0: not looked for yet */
    bool is_checked;
    char *error;         /* of the output function before the call waits; freed when the call is over */
};

/* ---- errors ---- */

/* Does a Lua literal without escapes begin before @text in the @source, and end behind its @length? */
static bool is_literal(const char *source, const char *text, size_t length)
{
    const char *start = text, *end = text + length;
    if (start > source && start[-1] == '\n') start--; /* Lua drops a newline behind [[ */
    if (start == source) return false;
    if (start[-1] == '"' || start[-1] == '\'') return start == text && *end == start[-1];
    if (*--start != '[' || *end != ']') return false;
    size_t level = 0;
    while (start > source && start[-1] == '=') level++, start--;
    return start > source && start[-1] == '[' && strspn(end + 1, "=") == level && end[level + 1] == ']';
}

static int count_lines(const char *from, const char *to)
{
    int n = 0;
    for (; from < to; from++) n += *from == '\n';
    return n;
}

/* The line at which the whole @script stands as a literal in the file: the one that line @from calls, else the nearest
 * before, else behind it.  0: it was put together from pieces. */
static int base_in_file(const char *file, int from, const char *script)
{
    g_autofree char *text = NULL;
    if (!*script || !g_file_get_contents(file, &text, NULL, NULL)) return 0;
    g_auto(GStrv) lines = g_strsplit(text, "\r\n", -1); /* Lua reads them as newlines */
    g_autofree char *source = g_strjoinv("\n", lines);
    size_t length = strlen(script);
    int best = 0, line = 1;
    const char *counted = source;
    for (const char *at = source; (at = strstr(at, script)); at++) {
        if (!is_literal(source, at, length)) continue;
        line += count_lines(counted, at);
        counted = at;
        int last = line + count_lines(at, at + length);
        int first = at > source && at[-1] == '\n' ? line - 1 : line;
        if (first <= from && from <= last) return line;
        if (line <= from || !best) best = line;
    }
    return best;
}

/* Where in the script file line @n of the text stands that @call runs: "s.lua:12"; where the call is, with the line in it:
 * "s.lua:10: line 3"; "line 3" if that is in no file.  Free with g_free(). */
static char *place_of(struct call *call, int n)
{
    if (!call->file) return g_strdup_printf("line %d", n);
    if (!call->base) call->base = base_in_file(call->file, call->line, call->text);
    if (call->base > 0) return g_strdup_printf("%s:%d", call->file, call->base + n - 1);
    call->base = -1;
    return g_strdup_printf("%s:%d: line %d", call->file, call->line, n);
}

/* What was printed until then, the last of it, as lines behind the error's. */
static void add_output(GString *message, const char *output)
{
    enum { MOST_LINES = 200 };
    g_auto(GStrv) lines = g_strsplit(output, "\n", -1);
    unsigned n = g_strv_length(lines);
    if (n && !*lines[n - 1]) n--;
    if (!n) return;
    unsigned first = n > MOST_LINES ? n - MOST_LINES : 0;
    g_string_append(message, first ? "\n  before that it printed, at the end:" : "\n  before that it printed:");
    for (unsigned i = first; i < n; i++) g_string_append_printf(message, "\n    %s", lines[i]);
}

/* 3 of "line 3: ..."; 0: none */
static int line_of(const char *message)
{
    char *end;
    long n = g_str_has_prefix(message, "line ") ? strtol(message + strlen("line "), &end, 10) : 0;
    return n > 0 && *end == ':' ? (int) n : 0;
}

/* host:sh names the line of its own text; the user looks for the line of the file. */
static _Noreturn void raise_shell(lua_State *L, struct call *call, GError *error, const char *output)
{
    GString *message = g_string_new(NULL);
    int n = line_of(error->message);
    if (n > 0 && call->file) {
        char *place = place_of(call, n);
        g_string_append_printf(message, "%s%s", place, strchr(error->message, ':'));
        g_free(place);
    } else {
        luaL_where(L, 1);
        g_string_append_printf(message, "%s%s", lua_tostring(L, -1), error->message);
    }
    add_output(message, output);
    lua_pushlstring(L, message->str, message->len);
    g_string_free(message, TRUE);
    g_error_free(error);
    lua_error(L);
    __builtin_unreachable();
}

static void on_warning(NetsimShell *shell, unsigned line, const char *message, void *data)
{
    (void) shell;
    struct call *call = data;
    char *place = place_of(call, (int) line);
    say("warning: %s: %s: %s", place, netsim_host_name(call->host), message);
    g_free(place);
}

/* ---- output as it comes ---- */

struct piece {
    struct call *call;
    const char *text;
};

static int give_output(lua_State *L)
{
    const struct piece *piece = lua_touserdata(L, 1);
    handle_find(L, piece->call->scene, piece->call);
    lua_getiuservalue(L, -1, VALUE_OUTPUT);
    lua_pushstring(L, piece->text);
    lua_call(L, 1, 0);
    return 0;
}

static int name_error(lua_State *L)
{
    lua_name_error(L, L);
    return 1;
}

static void on_output(NetsimShell *shell, const char *text, void *data)
{
    (void) shell;
    struct call *call = data;
    struct scene *scene = call->scene;
    lua_State *L = call->L ? call->L : scene->running;
    if (call->error || scene->has_failed || !L || !lua_checkstack(L, 4)) return;
    struct piece piece = { call, text };
    scene->n_shells++;
    if (call->L) lua_pushcfunction(L, name_error);
    lua_pushcfunction(L, give_output);
    lua_pushlightuserdata(L, &piece);
    if (!call->L) {
        scene_call(scene, L, 1, true); /* in an event: the run ends with an error */
    } else {
        scene->run->instructions = 0;
        if (lua_pcall(L, 1, 0, -3) != LUA_OK) {
            call->error = g_strdup(lua_tostring(L, -1));
            lua_pop(L, 1);
        }
        lua_pop(L, 1);
    }
    scene->n_shells--;
}

static void on_done(NetsimShell *shell, void *data)
{
    (void) shell;
    struct call *call = data;
    if (call->task) task_wake(call->task);
    else netsim_sim_stop(call->scene->sim);
}

/* ---- the end of a call ---- */

/* What commands said on standard error is shown there, with its place, but for the words of the @error that is raised. */
static void say_messages(struct call *call, const char *error)
{
    const struct shell *sh = call->shell;
    const struct shell_place *places = (const struct shell_place *) sh->places->data, *p = places;
    const char *text = sh->messages->str;
    for (const char *at = text, *end; *at; at = *end ? end + 1 : end) {
        end = strchrnul(at, '\n');
        while (p + 1 < places + sh->places->len && p[1].from <= (gsize) (at - text)) p++;
        g_autofree char *line = g_strndup(at, (gsize) (end - at));
        bool is_raised = strstr(error, line) && (!line_of(error) || line_of(error) == (int) p->line || line_of(line));
        if (!*line || is_raised) continue;
        g_autofree char *place = place_of(call, (int) p->line);
        const char *where = p->where && !g_str_has_prefix(line, p->where) ? p->where : NULL;
        say("%s: %s: %s%s%s%s%s", place, netsim_host_name(call->host), where ? where : "", where ? ": " : "",
            p->command ? p->command : "", p->command ? ": " : "", line);
    }
}

/* The shell goes, and the anchor; the userdata stays on the stack of the caller. */
static void drop(lua_State *L, struct call *call)
{
    netsim_shell_free(call->shell);
    call->shell = NULL;
    handle_forget(L, call->scene, call);
}

/* -> output; raises if it failed.  Unchecked: -> output, status, messages */
static int finish(lua_State *L, struct call *call)
{
    const NetsimShell *shell = call->shell;
    const GError *why = netsim_shell_error(shell);
    if (call->error) {
        lua_pushstring(L, call->error);
        g_free(call->error);
        drop(L, call);
        return lua_error(L);
    }
    if (why && call->is_checked) {
        GError *error = g_error_copy(why);
        say_messages(call, why->message);
        lua_pushstring(L, netsim_shell_output(shell));
        handle_find(L, call->scene, call); /* it lives until the error is raised */
        drop(L, call);
        raise_shell(L, call, error, lua_tostring(L, -2));
    }
    int n = call->is_checked ? 1 : 3;
    if (call->is_checked) say_messages(call, "");
    lua_pushstring(L, netsim_shell_output(shell));
    lua_pushinteger(L, netsim_shell_status(shell));
    lua_pushstring(L, netsim_shell_messages(shell));
    drop(L, call);
    lua_pop(L, 3 - n);
    return n;
}

static int after_wait(lua_State *L, int status, lua_KContext context)
{
    (void) status;
    struct call *call = (struct call *) context;
    return finish(L, call);
}

/* It waits: the process does, too, or the simulation runs. */
static int wait_for(lua_State *L, struct call *call)
{
    struct scene *scene = call->scene;
    struct task *t = scene->run->task;
    if (t && t->co == L && lua_isyieldable(L)) {
        call->task = t;
        return task_wait_for_call(L, "host:sh", (lua_KContext) call, after_wait);
    }
    if (scene->run->sim) {
        const char *command = lua_pushstring(L, call->shell->is_in_command ? call->shell->run.argv[0] : "a command");
        drop(L, call);
        lua_raisef(L, "host:sh: %s waits, which it can in the script itself and in a process (host:spawn), not in %s", command,
                   !t ? "sim:at" : t->co == L ? "a function that Lua's own code calls" : "a coroutine of the script's own");
    }
    if (scene->n_shells) {
        drop(L, call);
        lua_raisef(L, "host:sh: a command waits, which it cannot in the output function of another host:sh");
    }
    scene_advance(L, scene, scene_limit(scene));
    if (!netsim_shell_is_done(call->shell)) {
        drop(L, call);
        lua_raisef(L, "host:sh: the run ended, by --until or sim:stop(), while a command waited");
    }
    return finish(L, call);
}

/* Will nothing end the run in which the commands wait? */
static bool is_unlimited(const struct scene *scene)
{
    return scene->run->sim ? scene->is_unlimited : scene_limit(scene) == NETSIM_TIME_MAX;
}

/* The statement that called host:sh. */
static void find_caller(lua_State *L, struct call *call)
{
    lua_Debug ar;
    if (!lua_getstack(L, 1, &ar) || !lua_getinfo(L, "Sl", &ar) || ar.source[0] != '@') return;
    call->file = ar.source + 1; /* the caller's, which lives at least as long */
    call->line = ar.currentline;
}

static void read_options(lua_State *L, bool *is_checked)
{
    lua_read_options(L, 3, "host:sh", (struct option[]){ { "check", OPTION_BOOL, is_checked }, { "output", OPTION_OTHER, NULL }, { NULL, 0, NULL } });
    if (lua_getfield(L, 3, "output") != LUA_TNIL && !lua_isfunction(L, -1))
        lua_raisef(L, "host:sh: output must be a function, which is called with what the commands print");
}

/** host:sh([[ commands ]], { output = function }) -> output; parameters are variables: ${iw}
 *  host:sh([[ commands ]], { check = false }) -> output, exit status, messages; a failure stops nothing, as without `set -e` */
int bind_sh(lua_State *L)
{
    struct handle *h = handle_check(L, 1, &host_class);
    scene_refuse_in_probe(L, h->scene, "host:sh");
    const char *text = lua_check_text(L, 2, "host:sh: the commands");
    struct run *run = run_of(L);
    bool is_checked = true, has_output = false;
    if (!lua_isnoneornil(L, 3)) {
        read_options(L, &is_checked);
        has_output = !lua_isnil(L, -1);
    } else lua_pushnil(L);
    struct call *call = lua_newuserdatauv(L, sizeof *call, 2);
    *call = (struct call){ .scene = h->scene, .L = L, .is_checked = is_checked, .host = h->ptr, .text = text };
    find_caller(L, call);
    lua_pushvalue(L, 2);
    lua_setiuservalue(L, -2, VALUE_TEXT);
    lua_pushvalue(L, -2);
    lua_setiuservalue(L, -2, VALUE_OUTPUT);
    handle_anchor(L, h->scene, call, lua_gettop(L));
    NetsimShellConfig config = { .goes_on = !is_checked, .must_end = !has_output && is_unlimited(h->scene),
                                 .warning = on_warning, .variables = (const char *const *) run->params_shell->pdata,
                                 .output = has_output ? on_output : NULL, .done = on_done, .data = call };
    GError *error = NULL;
    run->caller = L;
    call->shell = netsim_host_sh_start(h->ptr, text, &config, &error);
    run->caller = NULL;
    call->L = NULL;
    if (!call->shell) {
        handle_forget(L, h->scene, call);
        raise_shell(L, call, error, "");
    }
    return netsim_shell_is_done(call->shell) || call->error ? finish(L, call) : wait_for(L, call);
}
