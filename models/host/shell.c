/* SPDX-License-Identifier: GPL-3.0-or-later */
/* shell.c - command lines as a POSIX shell reads them: words, quotes, variables, lists, redirections.
 *
 * No pipes, no control structures: those belong to the scenario's own language.  The script stops at the first command
 * that fails, as under `set -e`, unless `||` follows it.
 */
#include "models/host/shell.h"

#include "core/suggest.h"
#include <string.h>

/* ---- words ---- */

enum token { TOKEN_WORD, TOKEN_REDIRECT, TOKEN_END /* newline, ';' */, TOKEN_AND, TOKEN_OR, TOKEN_EOF };

struct lexer {
    struct shell *sh;
    const char *at;
    unsigned line;    /* of @at */
    GString *word;    /* TOKEN_WORD: its text; TOKEN_REDIRECT: the operator */
    GError *error;
};

static enum token syntax_error(struct lexer *x, const char *format, ...) G_GNUC_PRINTF(2, 3);
static enum token syntax_error(struct lexer *x, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_clear_error(&x->error);
    x->error = g_error_new_valist(NETSIM_ERROR, NETSIM_ERROR_SYNTAX, format, args);
    va_end(args);
    return TOKEN_EOF;
}

static bool is_name_char(char c)
{
    return g_ascii_isalnum(c) || c == '_';
}

/* $NAME or ${NAME}; x->at stands behind the dollar sign. */
static bool expand_variable(struct lexer *x)
{
    const char *p = x->at;
    bool braces = *p == '{';
    const char *start = p += braces;
    while (is_name_char(*p)) p++;
    if (p == start || (braces && *p != '}')) {
        if (!braces && p == start) { /* a lone dollar sign stands for itself */
            g_string_append_c(x->word, '$');
            return true;
        }
        syntax_error(x, "bad substitution");
        return false;
    }
    g_autofree char *name = g_strndup(start, (gsize) (p - start));
    x->at = p + braces;
    const char *value = g_hash_table_lookup(x->sh->variables, name);
    if (!value) {
        syntax_error(x, "%s: parameter not set", name);
        return false;
    }
    g_string_append(x->word, value);
    return true;
}

static bool read_quoted(struct lexer *x, char quote)
{
    unsigned first_line = x->line;
    while (*x->at && *x->at != quote) {
        char c = *x->at++;
        if (c == '\n') x->line++;
        if (quote == '"' && c == '\\' && *x->at && strchr("$\"\\", *x->at)) c = *x->at++;
        else if (quote == '"' && c == '$') {
            if (!expand_variable(x)) return false;
            continue;
        }
        g_string_append_c(x->word, c);
    }
    if (!*x->at) {
        x->line = first_line;
        syntax_error(x, "Syntax error: Unterminated quoted string");
        return false;
    }
    x->at++;
    return true;
}

static enum token read_word(struct lexer *x)
{
    while (*x->at && !strchr(" \t\r\n;&|<>", *x->at)) {
        char c = *x->at++;
        if (c == '\'' || c == '"') {
            if (!read_quoted(x, c)) return TOKEN_EOF;
        } else if (c == '$') {
            if (!expand_variable(x)) return TOKEN_EOF;
        } else if (c == '\\' && *x->at == '\n') {
            x->at++;
            x->line++;
        } else if (strchr("`(){}", c)) {
            return syntax_error(x, "Syntax error: \"%c\" unexpected (this shell has lists, quotes and variables only)", c);
        } else {
            g_string_append_c(x->word, c == '\\' && *x->at ? *x->at++ : c);
        }
    }
    return TOKEN_WORD;
}

static void skip_blank(struct lexer *x)
{
    while (true) {
        if (*x->at == ' ' || *x->at == '\t' || *x->at == '\r') x->at++;
        else if (x->at[0] == '\\' && x->at[1] == '\n') {
            x->at += 2;
            x->line++;
        } else if (*x->at == '#') {
            while (*x->at && *x->at != '\n') x->at++;
        } else return;
    }
}

/* ">", ">>", "1>", "2>", "2>&1": the operator goes to x->word. */
static bool read_redirect(struct lexer *x)
{
    const char *p = x->at + (g_ascii_isdigit(x->at[0]) && x->at[1] == '>');
    if (*p != '>') return false;
    p += p[1] == '>' || p[1] == '&' ? 2 : 1;
    g_string_append_len(x->word, x->at, p - x->at);
    x->at = p;
    return true;
}

static enum token next_token(struct lexer *x)
{
    g_string_truncate(x->word, 0);
    skip_blank(x);
    if (!*x->at) return TOKEN_EOF;
    if (*x->at == '\n' || *x->at == ';') {
        x->line += *x->at++ == '\n';
        return TOKEN_END;
    }
    if (g_str_has_prefix(x->at, "&&") || g_str_has_prefix(x->at, "||")) {
        enum token t = *x->at == '&' ? TOKEN_AND : TOKEN_OR;
        x->at += 2;
        return t;
    }
    if (read_redirect(x)) return TOKEN_REDIRECT;
    if (strchr("&|<", *x->at)) return syntax_error(x, "Syntax error: \"%c\" unexpected (no pipes, input files and jobs here)", *x->at);
    return read_word(x);
}

/* ---- commands ---- */

static bool cmd_echo(struct command_run *run)
{
    bool newline = true;
    char **argv = run->argv + 1;
    if (*argv && !strcmp(*argv, "-n")) {
        newline = false;
        argv++;
    }
    for (char **word = argv; *word; word++) command_print(run, "%s%s", word > argv ? " " : "", *word);
    if (newline) g_string_append_c(run->out, '\n');
    return true;
}

static bool cmd_true(struct command_run *run)
{
    (void) run;
    return true;
}

static bool cmd_false(struct command_run *run)
{
    return command_fail(run, "false: exit status 1");
}

static bool cmd_cat(struct command_run *run)
{
    for (char **path = run->argv + 1; *path; path++)
        if (!shell_read_file(run, "cat", *path)) return false;
    return true;
}

static bool cmd_set(struct command_run *run)
{
    for (char **word = run->argv + 1; *word; word++) /* scripts begin with `set -e`, which is how this shell works anyway */
        if (strcmp(*word, "-e") && strcmp(*word, "-u") && strcmp(*word, "-eu") && strcmp(*word, "-ex") && strcmp(*word, "-x"))
            return command_unsupported(run, "set %s: not modelled", *word);
    return true;
}

static const struct command commands[] = {
    { ":", cmd_true, "do nothing" },
    { "cat", cmd_cat, "print files" },
    { "echo", cmd_echo, "print words" },
    { "false", cmd_false, "fail" },
    { "netstat", cmd_netstat, "show sockets, routes, devices, counters: netstat [-tulan] [-r] [-i] [-s]" },
    { "nstat", cmd_nstat, "show what counters have grown by: nstat [-aznsrjp] [PATTERN ...]" },
    { "set", cmd_set, "accepted: a script stops at the first failure in any case" },
    { "sysctl", cmd_sysctl, "show and change settings" },
    { "true", cmd_true, "do nothing" },
    { "arping", NULL, NULL }, { "bridge", NULL, NULL }, { "conntrack", NULL, NULL }, { "ethtool", NULL, NULL },
    { "ifconfig", NULL, NULL }, { "ipset", NULL, NULL }, { "iptables", NULL, NULL }, { "irqbalance", NULL, NULL },
    { "modprobe", NULL, NULL }, { "nft", NULL, NULL }, { "numactl", NULL, NULL },
    { "ping", NULL, NULL }, { "route", NULL, NULL }, { "systemctl", NULL, NULL },
    { "taskset", NULL, NULL }, { "tc", NULL, NULL }, { "tuned-adm", NULL, NULL },
};

const struct face host_face = { FACE_COMMANDS(commands) };

static bool find_and_run(struct command_run *run)
{
    const char *name = strrchr(run->argv[0], '/') ? strrchr(run->argv[0], '/') + 1 : run->argv[0]; /* /sbin/ip */
    const struct command *c = face_command(name);
    if (c) return c->run ? c->run(run) : command_unsupported(run, "%s: not modelled", name);
    struct suggest near = suggest_for(name);
    for (unsigned i = 0; (c = face_nth_command(i)); i++)
        if (c->run) suggest_offer(&near, c->name);
    return command_fail_status(run, 127, "%s: command not found%s", run->argv[0], suggest_text(&near).text);
}

static bool run_command(struct shell *sh, char **argv, const char *redirect)
{
    g_autoptr(GString) err = g_string_new(NULL), out = g_string_new(NULL);
    struct command_run run = { .net = &sh->host->net, .shell = sh, .argv = argv, .in = "", .out = out, .err = err };
    bool good = find_and_run(&run);
    if (good && redirect) good = shell_write_file(&run, redirect, out->str);
    else g_string_append(sh->out, out->str);
    if (!good) {
        g_clear_error(&sh->error);
        sh->error = g_error_new_literal(NETSIM_ERROR, run.is_unsupported ? NETSIM_ERROR_UNSUPPORTED : NETSIM_ERROR_COMMAND, err->str);
    }
    return good;
}

/* ---- one simple command: assignments, words, redirections ---- */

struct simple {
    GPtrArray *words;
    char *redirect; /* target of ">"; NULL: the script's output */
    unsigned line;
};

static bool is_assignment(const char *word)
{
    const char *c = word;
    while (is_name_char(*c)) c++;
    return c > word && *c == '=' && !g_ascii_isdigit(*word);
}

static bool add_redirect(struct lexer *x, struct simple *s)
{
    g_autofree char *op = g_strdup(x->word->str);
    bool is_stderr = op[0] == '2', is_dup = g_str_has_suffix(op, "&");
    if (next_token(x) != TOKEN_WORD) {
        if (!x->error) syntax_error(x, "Syntax error: a file name must follow \"%s\"", op);
        return false;
    }
    if (is_stderr || is_dup) return true; /* messages become errors in any case */
    g_free(s->redirect);
    s->redirect = g_strdup(x->word->str);
    return true;
}

/* Reads up to the operator that ends the command, which is returned. */
static enum token read_simple(struct lexer *x, struct simple *s)
{
    s->words = g_ptr_array_new_with_free_func(g_free);
    s->redirect = NULL;
    skip_blank(x);
    s->line = x->line;
    enum token t;
    while ((t = next_token(x)) == TOKEN_WORD || t == TOKEN_REDIRECT) {
        if (t == TOKEN_WORD) g_ptr_array_add(s->words, g_strdup(x->word->str));
        else if (!add_redirect(x, s)) return TOKEN_EOF;
    }
    g_ptr_array_add(s->words, NULL);
    return t;
}

static void simple_clear(struct simple *s)
{
    g_ptr_array_free(s->words, TRUE);
    g_free(s->redirect);
}

static bool run_simple(struct shell *sh, struct simple *s)
{
    char **argv = (char **) s->words->pdata;
    while (*argv && is_assignment(*argv)) { /* for the rest of the script; commands have no environment */
        const char *equals = strchr(*argv, '=');
        g_hash_table_replace(sh->variables, g_strndup(*argv, (gsize) (equals - *argv)), g_strdup(equals + 1));
        argv++;
    }
    return !*argv || run_command(sh, argv, s->redirect);
}

/* true: go on. A failed command is forgiven when `||` follows it; then the command behind runs. */
static bool run_list(struct lexer *x)
{
    struct shell *sh = x->sh;
    bool skip = false; /* the other side of an || whose left side went well */
    while (true) {
        struct simple s;
        enum token t = read_simple(x, &s);
        unsigned line = s.line;
        if (!x->error && (t == TOKEN_AND || t == TOKEN_OR) && s.words->len == 1)
            syntax_error(x, "Syntax error: \"%s\" unexpected", t == TOKEN_AND ? "&&" : "||");
        bool good = !x->error && (skip || run_simple(sh, &s));
        simple_clear(&s);
        if (x->error) {
            g_prefix_error(&x->error, "line %u: ", x->line);
            return false;
        }
        if (!good && t != TOKEN_OR) {
            g_prefix_error(&sh->error, "line %u: ", line);
            return false;
        }
        if (t == TOKEN_EOF) return true;
        if (t == TOKEN_OR) skip = skip || good;
        else if (t == TOKEN_END) skip = false;
        else skip = skip && t != TOKEN_AND;
        g_clear_error(&sh->error);
        while (t == TOKEN_AND || t == TOKEN_OR) { /* the list may go on in the next line */
            skip_blank(x);
            if (*x->at != '\n') break;
            x->at++;
            x->line++;
        }
    }
}

bool netsim_host_sh(NetsimHost *host, const char *script, GString *output, GError **error)
{
    g_autoptr(GString) word = g_string_new(NULL), dropped = g_string_new(NULL);
    struct shell sh = { .host = host, .out = output ? output : dropped };
    sh.variables = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    struct lexer x = { .sh = &sh, .at = script, .line = 1, .word = word };
    bool good = run_list(&x);
    g_hash_table_destroy(sh.variables);
    if (good) return true;
    g_propagate_error(error, x.error ? g_steal_pointer(&x.error) : g_steal_pointer(&sh.error));
    g_clear_error(&sh.error);
    return false;
}
