/* SPDX-License-Identifier: GPL-3.0-or-later */
/* prompt.c - `netsim shell`: commands on the hosts of a scenario that is paused or finished.
 *
 * A line is a script of its own; its variables stay.  Commands that wait let the simulation go on.
 */
#include "scripts/bind.h"

#include "core/unit.h"
#include "models/host/shell.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct prompt {
    struct run *run;
    struct scene *scene;
    NetsimHost *host;
    bool is_terminal;
    GPtrArray *variables; /* "x=1", NULL */
    int status;           /* $? */
};

enum { SYNTAX_STATUS = 2 };

/* ---- one line ---- */

static void show(NetsimShell *shell, const char *text, void *data)
{
    (void) shell;
    (void) data;
    fputs(text, stdout);
    fflush(stdout);
}

static void done(NetsimShell *shell, void *data)
{
    (void) shell;
    struct prompt *p = data;
    netsim_sim_stop(p->scene->sim);
}

/* lua_pcall()s this: an error of a process comes up here. */
static int advance(lua_State *L)
{
    struct prompt *p = lua_touserdata(L, 1);
    scene_advance(L, p->scene, MAX(p->run->options->until, netsim_sim_now(p->scene->sim)));
    return 0;
}

static void wait_for(struct prompt *p, NetsimShell *shell)
{
    lua_State *L = p->run->L;
    lua_pushcfunction(L, advance);
    lua_pushlightuserdata(L, p);
    if (lua_pcall(L, 1, 0, 0) != LUA_OK) {
        if (!p->run->is_interrupted) say("%s", lua_tostring(L, -1));
        lua_pop(L, 1);
        p->scene->is_over = false; /* the hosts can go on without the script */
    }
    if (p->run->is_interrupted) { /* Ctrl-C ends the command, not the shell */
        run_catch_interrupts(p->run);
        shell_interrupt(shell);
    } else if (!netsim_shell_is_done(shell)) say("the run ended while a command waited");
}

/* What the line has assigned is there for the next. */
static void keep_variables(struct prompt *p, const NetsimShell *shell)
{
    if (!shell->scope->variables) return;
    g_ptr_array_set_size(p->variables, 0);
    g_autoptr(GList) names = g_list_sort(g_hash_table_get_keys(shell->scope->variables), (GCompareFunc) g_strcmp0);
    for (GList *n = names; n; n = n->next) {
        const char *value = shell_variable(shell, n->data);
        if (value) g_ptr_array_add(p->variables, g_strconcat(n->data, "=", value, NULL));
    }
    g_ptr_array_add(p->variables, NULL);
}

static void print_errors(const NetsimShell *shell)
{
    const GError *error = netsim_shell_error(shell);
    const char *said = netsim_shell_messages(shell), *text = error ? strstr(error->message, ": ") : NULL;
    fflush(stdout);
    fputs(said, stderr);
    if (text && !*said && !strstr(text, ": exit status ")) fprintf(stderr, "%s\n", text + 2);
}

static void warn(NetsimShell *shell, unsigned line, const char *message, void *data)
{
    (void) shell;
    (void) line; /* there is one */
    struct prompt *p = data;
    say("warning: %s: %s", netsim_host_name(p->host), message);
}

/* @return false: `exit` ends the prompt */
static bool run_line(struct prompt *p, const char *text)
{
    GError *error = NULL;
    bool must_end = !p->is_terminal && p->run->options->until == NETSIM_TIME_MAX; /* at a terminal there is Ctrl-C */
    NetsimShellConfig config = { .goes_on = true, .must_end = must_end, .status = p->status, .output = show, .warning = warn, .done = done,
                                 .variables = (const char *const *) p->variables->pdata, .data = p };
    NetsimShell *shell = netsim_host_sh_start(p->host, text, &config, &error);
    if (!shell) {
        fprintf(stderr, "%s\n", error->message);
        g_error_free(error);
        p->status = SYNTAX_STATUS;
        return true;
    }
    if (!netsim_shell_is_done(shell)) wait_for(p, shell);
    bool goes_on = !shell->has_exited;
    print_errors(shell);
    keep_variables(p, shell);
    p->status = netsim_shell_status(shell);
    netsim_shell_free(shell);
    return goes_on;
}

/* ---- words of the prompt's own ---- */

static void help(void)
{
    const struct command *c;
    for (unsigned i = 0; (c = face_nth_command(i)); i++)
        if (c->run) printf("%-10s %s\n", c->name, c->doc);
    printf("%-10s %s\n%-10s %s\n", "host", "go to another host: host NAME, ssh NAME", "exit", "end; so does Ctrl-D");
}

static void change_host(struct prompt *p, const char *name)
{
    GError *error = NULL;
    NetsimHost *host = netsim_host_find(p->scene->sim, name, &error);
    if (host) p->host = host;
    else fprintf(stderr, "%s\n", error->message);
    g_clear_error(&error);
}

/* @return true: it was one */
static bool own_word(struct prompt *p, const char *line)
{
    g_auto(GStrv) words = g_strsplit_set(line, " \t\n", -1);
    unsigned n = 0;
    for (char **w = words; *w; w++) /* empty ones go */
        if (**w) words[n++] = *w;
        else g_free(*w);
    words[n] = NULL;
    if (n == 1 && !strcmp(words[0], "help")) help();
    else if (n == 2 && (!strcmp(words[0], "host") || !strcmp(words[0], "ssh"))) change_host(p, words[1]);
    else return false;
    return true;
}

/* ---- the prompt ---- */

/* The next line, or NULL at the end; Ctrl-C gives up what was typed so far: an empty line, and *text. */
static const char *read_line(struct prompt *p, GString *text, char **line, size_t *size)
{
    if (p->is_terminal && text->len) fputs("> ", stdout);
    else if (p->is_terminal) printf("%s %.3fs $ ", netsim_host_name(p->host), netsim_to_seconds(netsim_sim_now(p->scene->sim)));
    fflush(stdout);
    ssize_t length = getline(line, size, stdin);
    if (length < 0 && p->run->is_interrupted && !feof(stdin)) {
        clearerr(stdin);
        run_catch_interrupts(p->run);
        putchar('\n');
        g_string_truncate(text, 0);
        return "\n";
    }
    if (length < 0) return NULL;
    if (strlen(*line) == (size_t) length) return *line;
    fprintf(stderr, "this is no text: a zero byte\n");
    return "\n";
}

static void read_lines(struct prompt *p)
{
    g_autoptr(GString) text = g_string_new(NULL);
    char *buffer = NULL;
    const char *line;
    size_t size = 0;
    bool goes_on = true;
    while (goes_on && (line = read_line(p, text, &buffer, &size))) {
        g_autofree char *stripped = g_strstrip(g_strdup(line));
        if (!text->len && !strcmp(stripped, "logout")) line = "exit\n";
        if (!text->len && (!*stripped || own_word(p, stripped))) continue;
        g_string_append(text, line);
        if (shell_script_wants_more(text->str)) continue;
        goes_on = run_line(p, text->str);
        g_string_truncate(text, 0);
    }
    if (text->len) run_line(p, text->str);
    else if (goes_on && p->is_terminal && feof(stdin)) putchar('\n');
    free(buffer);
}

int prompt(struct run *run)
{
    if (!run->scenes->len) {
        say("%s: there is no simulation left: the script made none, or has closed it", run->script);
        return EXIT_SCRIPT;
    }
    struct prompt p = { .run = run, .scene = run->scenes->pdata[run->scenes->len - 1], .is_terminal = isatty(STDIN_FILENO) };
    GError *error = NULL;
    const char *name = run->options->shell_host;
    p.host = name ? netsim_host_find(p.scene->sim, name, &error) : netsim_host_nth(p.scene->sim, 0);
    if (!p.host) {
        say("%s", error ? error->message : "the simulation has no host");
        g_clear_error(&error);
        return EXIT_USAGE;
    }
    p.variables = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i + 1 < run->params_shell->len; i++) g_ptr_array_add(p.variables, g_strdup(run->params_shell->pdata[i]));
    g_ptr_array_add(p.variables, NULL);
    p.scene->has_failed = p.scene->is_over = false; /* a script that failed has left its hosts as they were */
    if (p.is_terminal) printf("%s at %s; help lists the commands\n", netsim_host_name(p.host), unit_time(netsim_sim_now(p.scene->sim)).text);
    read_lines(&p);
    g_ptr_array_free(p.variables, TRUE);
    return p.status;
}
