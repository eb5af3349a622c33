/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bind_shell.c - host:sh: shell scripts on a host, which may wait in simulated time. */
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
    bool is_checked;
    char *error;         /* of the output function before the call waits; freed when the call is over */
};

/* ---- errors ---- */

/* The place of the @n-th line of @script in the script file: the first line from the call on that holds its text. */
static int line_in_file(const char *file, int from, const char *script, int n)
{
    char **lines = g_strsplit(script, "\n", -1), *text = NULL;
    int found = 0;
    if (n >= 1 && (unsigned) n <= g_strv_length(lines) && g_file_get_contents(file, &text, NULL, NULL)) {
        char **source = g_strsplit(text, "\n", -1);
        const char *wanted = g_strstrip(lines[n - 1]);
        int length = (int) g_strv_length(source);
        for (int i = from > n ? from - n : 1; !found && *wanted && i <= length; i++)
            if (i >= from && strstr(source[i - 1], wanted)) found = i;
        g_strfreev(source);
    }
    g_free(text);
    g_strfreev(lines);
    return found;
}

/* host:sh names the line of its own text; the user looks for the line of the file. */
static _Noreturn void raise_shell(lua_State *L, const char *script, GError *error)
{
    lua_Debug ar;
    char *end;
    if (!g_str_has_prefix(error->message, "line ") || !lua_getstack(L, 1, &ar)) lua_raise(L, error);
    int n = (int) strtol(error->message + 5, &end, 10);
    if (strncmp(end, ": ", 2) || !lua_getinfo(L, "Sl", &ar) || ar.source[0] != '@') lua_raise(L, error);
    int line = line_in_file(ar.source + 1, ar.currentline, script, n);
    if (!line) lua_raise(L, error);
    lua_pushfstring(L, "%s:%d: %s", ar.source + 1, line, end + 2);
    g_error_free(error);
    lua_error(L);
    __builtin_unreachable();
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

/* What commands said on standard error is shown there. */
static void say_messages(const char *host, const char *messages)
{
    char **lines = g_strsplit(messages, "\n", -1);
    for (char **line = lines; *line; line++)
        if (**line) say("%s: %s", host, *line);
    g_strfreev(lines);
}

/* The shell goes, and the anchor; the userdata stays on the stack of the caller. */
static void drop(lua_State *L, struct call *call)
{
    netsim_shell_free(call->shell);
    call->shell = NULL;
    handle_forget(L, call->scene, call);
}

/* -> output; raises if it failed.  Unchecked: -> output, status, messages */
static int finish(lua_State *L, struct call *call, NetsimHost *host)
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
        handle_find(L, call->scene, call);
        lua_getiuservalue(L, -1, VALUE_TEXT);
        drop(L, call);
        raise_shell(L, lua_tostring(L, -1), error);
    }
    int n = call->is_checked ? 1 : 3;
    if (call->is_checked) say_messages(netsim_host_name(host), netsim_shell_messages(shell));
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
    struct handle *h = handle_check(L, 1, &host_class);
    return finish(L, call, h->ptr);
}

/* It waits: the process does, too, or the simulation runs. */
static int wait_for(lua_State *L, struct call *call, NetsimHost *host)
{
    struct scene *scene = call->scene;
    struct task *t = scene->run->task;
    if (t && t->co == L && lua_isyieldable(L)) {
        call->task = t;
        return task_wait_for_call(L, "host:sh", (lua_KContext) call, after_wait);
    }
    if (scene->run->sim) {
        drop(L, call);
        lua_raisef(L, "host:sh: a command waits, which it can in the script itself and in a process (host:spawn), not in %s",
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
    return finish(L, call, host);
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
    *call = (struct call){ .scene = h->scene, .L = L, .is_checked = is_checked };
    lua_pushvalue(L, 2);
    lua_setiuservalue(L, -2, VALUE_TEXT);
    lua_pushvalue(L, -2);
    lua_setiuservalue(L, -2, VALUE_OUTPUT);
    handle_anchor(L, h->scene, call, lua_gettop(L));
    NetsimShellConfig config = { .goes_on = !is_checked, .variables = (const char *const *) run->params_shell->pdata,
                                 .output = has_output ? on_output : NULL, .done = on_done, .data = call };
    GError *error = NULL;
    run->caller = L;
    call->shell = netsim_host_sh_start(h->ptr, text, &config, &error);
    run->caller = NULL;
    call->L = NULL;
    if (!call->shell) {
        handle_forget(L, h->scene, call);
        raise_shell(L, text, error);
    }
    return netsim_shell_is_done(call->shell) || call->error ? finish(L, call, h->ptr) : wait_for(L, call, h->ptr);
}
