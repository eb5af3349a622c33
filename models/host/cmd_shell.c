/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_shell.c - commands that act on the shell which runs them, or that run other commands. */
#include "models/host/commands.h"

#include <string.h>

bool cmd_true(struct command_run *run)
{
    (void) run;
    return true;
}

bool cmd_false(struct command_run *run)
{
    return command_fail(run, "%s", "");
}

bool cmd_exit(struct command_run *run)
{
    struct shell *sh = run->shell;
    int64_t status = sh->status;
    if (run->argv[1] && !command_number(run->argv[1], 0, 255, &status))
        return command_fail_status(run, 2, "exit: Illegal number: %s", run->argv[1]);
    sh->leave = LEAVE_EXIT;
    run->status = (int) status;
    return !status;
}

bool cmd_break(struct command_run *run)
{
    struct shell *sh = run->shell;
    int64_t levels = 1;
    if (run->argv[1] && !command_number(run->argv[1], 1, 1000, &levels))
        return command_fail_status(run, 2, "%s: Illegal number: %s", run->argv[0], run->argv[1]);
    unsigned open = 0;
    for (guint i = sh->frames->len; i--;) {
        const struct frame *f = &g_array_index(sh->frames, struct frame, i);
        if (f->kind < FRAME_REDIRECT) break;
        open += f->kind == FRAME_LOOP;
    }
    if (!open) return command_fail(run, "%s: only meaningful in a loop", run->argv[0]);
    sh->leave = *run->argv[0] == 'b' ? LEAVE_BREAK : LEAVE_CONTINUE;
    sh->leave_levels = (unsigned) MIN(levels, open);
    return true;
}

/* `set -o NAME`; NULL: there is no such option here. */
static bool *option_of(struct scope *scope, const char *name)
{
    if (!g_strcmp0(name, "errexit")) return &scope->errexit;
    if (!g_strcmp0(name, "nounset")) return &scope->nounset;
    if (!g_strcmp0(name, "pipefail")) return &scope->pipefail;
    return NULL;
}

bool cmd_set(struct command_run *run)
{
    struct scope *scope = run->shell->scope;
    for (char **word = run->argv + 1; *word; word++) {
        bool on = **word == '-', is_option = on || **word == '+';
        const char *letters = *word + 1;
        if (!is_option || !*letters || letters[strspn(letters, "euxo")])
            return command_unsupported(run, "set %s: not modelled (-e, -u, -x, -o errexit, nounset, pipefail are)", *word);
        if (strchr(letters, 'e')) scope->errexit = on;
        if (strchr(letters, 'u')) scope->nounset = on;
        if (!strchr(letters, 'o')) continue;
        bool *option = option_of(scope, word[1]);
        if (!option) return command_unsupported(run, "set %s %s: not modelled (errexit, nounset, pipefail are)", *word, word[1] ? word[1] : "");
        *option = on;
        word++;
    }
    return true;
}

bool cmd_unset(struct command_run *run)
{
    static const struct command_option rows[] = { { 'v', NULL } };
    struct command_options o = { .run = run, COMMAND_OPTIONS(rows), .missing = "-f -n", .bad_status = 2, .stops = true };
    while (command_next_option(&o))
        if (run->err->len) return false;
    for (char **word = o.words; *word; word++) shell_assign(run->shell, *word, NULL);
    return true;
}

/* export NAME[=VALUE]: commands have no environment here. */
bool cmd_export(struct command_run *run)
{
    struct command_options o = { .run = run, .missing = "-f -n -p", .bad_status = 2, .stops = true };
    if (command_next_option(&o) == COMMAND_BAD_OPTION) return false;
    for (char **word = o.words; *word; word++) {
        char *equals = strchr(*word, '=');
        if (!equals) continue;
        *equals = '\0';
        shell_assign(run->shell, *word, equals + 1);
    }
    return true;
}

/* read A B ...: a line of the input, its words; the last takes the rest. */
bool cmd_read(struct command_run *run)
{
    struct shell *sh = run->shell;
    static const struct command_option rows[] = { { 'r', NULL } };
    struct command_options o = { .run = run, COMMAND_OPTIONS(rows), .missing = "-a -d -e -i -n -N -p -s -t -u", .bad_status = 2, .stops = true };
    while (command_next_option(&o))
        if (run->err->len) return false;
    char **name = o.words;
    if (!*name) return command_fail_status(run, 2, "read: arg count");
    size_t n = strcspn(sh->in, "\n");
    bool is_line = sh->in[n] == '\n';
    g_autofree char *line = g_strndup(sh->in, n);
    sh->in += n + is_line;
    char *at = g_strstrip(line);
    for (; *name; name++) {
        size_t length = name[1] ? strcspn(at, " \t") : strlen(at);
        g_autofree char *value = g_strndup(at, length);
        shell_assign(sh, *name, value);
        at += length;
        at += strspn(at, " \t");
    }
    return is_line || command_fail(run, "%s", "");
}

enum { MAX_PREFIXES = 50 };

/* sudo, command, nohup: the host has one user, and no processes. */
bool cmd_prefix(struct command_run *run)
{
    char **argv = run->argv + 1;
    if (*argv && **argv == '-') return command_unsupported(run, "%s %s: not modelled", run->argv[0], *argv);
    if (argv - run->words > MAX_PREFIXES) return command_unsupported(run, "%s: no command among the first %d words", run->argv[0], MAX_PREFIXES);
    return !*argv || shell_dispatch(run, argv);
}

/* command -v NAME, which NAME, type NAME */
bool cmd_command(struct command_run *run)
{
    char **argv = run->argv + 1;
    bool is_which = strcmp(run->argv[0], "command") != 0;
    if (!is_which && (!*argv || strcmp(*argv, "-v"))) return cmd_prefix(run);
    for (argv += !is_which; *argv; argv++) {
        const struct command *c = face_command(*argv);
        if (!c || !c->run) return command_fail(run, "%s", "");
        command_print(run, "/usr/bin/%s\n", *argv);
    }
    return true;
}
