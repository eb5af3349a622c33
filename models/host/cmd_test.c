/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_test.c - test, [ (POSIX.1, as bash says what is wrong). */
#include "models/host/commands.h"

#include <string.h>

struct reader {
    struct command_run *run;
    char **at, **end;
    bool failed;       /* has said why */
    unsigned depth;
};

static bool complain(struct reader *r, const char *format, const char *word)
{
    if (r->failed) return false;
    r->failed = true;
    g_autofree char *what = g_strdup_printf("%s: %s%s", r->run->argv[0], word, format);
    command_fail_status(r->run, 2, "%s", what);
    return false;
}

static bool number(struct reader *r, const char *word, int64_t *value)
{
    g_autofree char *trimmed = g_strstrip(g_strdup(word));
    if (command_number(trimmed, INT64_MIN, INT64_MAX, value)) return true;
    return complain(r, ": integer expression expected", word);
}

bool command_test_file(struct host *host, char letter, const char *word)
{
    int kind;
    switch (letter) {
    case 'n': return *word;
    case 'z': return !*word;
    case 'e': case 'r': case 'w': return shell_file_kind(host, word) != 0;
    case 'f': return shell_file_kind(host, word) == 1;
    case 'd': return shell_file_kind(host, word) == 2;
    case 'x': { /* a command, or a directory */
        const char *slash = strrchr(word, '/');
        const struct command *c = face_command(slash ? slash + 1 : word);
        kind = shell_file_kind(host, word);
        return kind == 2 || (!kind && slash && c && c->run);
    }
    case 's': {
        g_autoptr(GString) text = g_string_new(NULL);
        return !shell_read(host, word, text) && text->len;
    }
    default: return false; /* -L, -h, -t ...: there are none */
    }
}

static bool binary(struct reader *r, const char *left, const char *op, const char *right)
{
    static const char *const orders[] = { "-eq", "-ne", "-lt", "-le", "-gt", "-ge" };
    if (!strcmp(op, "=") || !strcmp(op, "==")) return !strcmp(left, right);
    if (!strcmp(op, "!=")) return strcmp(left, right) != 0;
    if (!strcmp(op, "<")) return strcmp(left, right) < 0;
    if (!strcmp(op, ">")) return strcmp(left, right) > 0;
    for (size_t i = 0; i < G_N_ELEMENTS(orders); i++) {
        int64_t a, b;
        if (strcmp(op, orders[i])) continue;
        if (!number(r, left, &a) || !number(r, right, &b)) return false;
        const bool holds[] = { a == b, a != b, a < b, a <= b, a > b, a >= b };
        return holds[i];
    }
    return complain(r, ": binary operator expected", op);
}

static bool is_binary(const char *op)
{
    static const char *const all[] = { "=", "==", "!=", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", NULL };
    return g_strv_contains(all, op);
}

static bool read_or(struct reader *r);

static bool read_primary(struct reader *r)
{
    long n = r->end - r->at;
    if (!n) return complain(r, "argument expected", "");
    char **word = r->at;
    if (n >= 3 && is_binary(word[1])) {
        r->at += 3;
        return binary(r, word[0], word[1], word[2]);
    }
    if (!strcmp(word[0], "(") && n > 1) {
        if (++r->depth > 50) return complain(r, "nested too deeply", "");
        r->at++;
        bool value = read_or(r);
        if (r->at == r->end || strcmp(*r->at, ")")) return complain(r, "`)' expected", "");
        r->at++;
        r->depth--;
        return value;
    }
    if (word[0][0] == '-' && word[0][1] && !word[0][2] && n >= 2) {
        if (!strchr("nzerwfdxsLhtbcpSugkOG", word[0][1])) return complain(r, ": unary operator expected", word[0]);
        r->at += 2;
        return command_test_file(r->run->shell->host, word[0][1], word[1]);
    }
    r->at++;
    return *word[0];
}

static bool read_not(struct reader *r)
{
    bool is_negated = false;
    for (; r->at < r->end && !strcmp(*r->at, "!") && r->end - r->at > 1; r->at++) is_negated = !is_negated;
    return read_primary(r) != is_negated;
}

static bool read_and(struct reader *r)
{
    bool value = read_not(r);
    while (!r->failed && r->at < r->end && !strcmp(*r->at, "-a")) {
        r->at++;
        value = read_not(r) && value;
    }
    return value;
}

static bool read_or(struct reader *r)
{
    bool value = read_and(r);
    while (!r->failed && r->at < r->end && !strcmp(*r->at, "-o")) {
        r->at++;
        value = read_and(r) || value;
    }
    return value;
}

bool cmd_test(struct command_run *run)
{
    unsigned n = g_strv_length(run->argv);
    if (!strcmp(run->argv[0], "[")) {
        if (strcmp(run->argv[n - 1], "]") || n < 2) return command_fail_status(run, 2, "[: missing `]'");
        n--;
    }
    if (n == 1) return command_fail(run, "%s", "");
    struct reader r = { .run = run, .at = run->argv + 1, .end = run->argv + n };
    bool value = read_or(&r);
    if (r.failed) return false;
    if (r.at < r.end) {
        unsigned left = (unsigned) (r.end - r.at);
        if (n == 3 || left == 1) return complain(&r, ": unary operator expected", run->argv[1]);
        return complain(&r, n == 4 ? ": binary operator expected" : "too many arguments", n == 4 ? run->argv[2] : "");
    }
    return value || command_fail(run, "%s", "");
}
