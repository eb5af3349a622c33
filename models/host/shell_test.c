/* SPDX-License-Identifier: GPL-3.0-or-later */
/* shell_test.c - the tests of [[ ]], as bash has them: words are not split, == has a pattern, numbers are sums. */
#include "models/host/commands.h"

#include <regex.h>
#include <string.h>

enum { HOLDS, HOLDS_NOT, FAILS };

static int fail(struct shell *sh, const char *what, const char *text)
{
    shell_fail(sh, g_error_new(NETSIM_ERROR, NETSIM_ERROR_COMMAND, "line %u: [[: %s: \"%s\"", sh->line, what, text));
    return FAILS;
}

static int test_regex(struct shell *sh, const char *text, const char *pattern)
{
    regex_t regex;
    if (regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB)) return fail(sh, "not a regular expression", pattern);
    int status = regexec(&regex, text, 0, NULL, 0) ? HOLDS_NOT : HOLDS;
    regfree(&regex);
    return status;
}

static int test_numbers(struct shell *sh, const char *left, const char *op, const char *right)
{
    static const char *const orders[] = { "-eq", "-ne", "-lt", "-le", "-gt", "-ge" };
    int64_t a, b = 0;
    g_autofree char *wrong = shell_sum(sh, left, &a);
    if (wrong) return fail(sh, wrong, left);
    g_autofree char *also = shell_sum(sh, right, &b);
    if (also) return fail(sh, also, right);
    const bool holds[] = { a == b, a != b, a < b, a <= b, a > b, a >= b };
    for (size_t i = 0; i < G_N_ELEMENTS(orders); i++)
        if (!strcmp(op, orders[i])) return holds[i] ? HOLDS : HOLDS_NOT;
    return HOLDS_NOT;
}

static int test_two(struct shell *sh, const char *left, const char *op, const char *right)
{
    bool holds;
    if (*op == '-') return test_numbers(sh, left, op, right);
    if (!strcmp(op, "=~")) return test_regex(sh, left, right);
    if (*op == '<') holds = strcmp(left, right) < 0;
    else if (*op == '>') holds = strcmp(left, right) > 0;
    else holds = shell_match(right, left) == (*op == '=');
    return holds ? HOLDS : HOLDS_NOT;
}

int shell_test(struct shell *sh, const struct step *s, char *const *values)
{
    const struct word *words = &g_array_index(sh->script->words, struct word, s->first);
    const char *op = s->name;
    g_autofree char *left = NULL, *right = NULL;
    if (!shell_expand(sh, &words[0], values, &left)) return FAILS;
    if (s->n == 1 && op[1] == 'v') return shell_variable(sh, left) ? HOLDS : HOLDS_NOT;
    if (s->n == 1) return command_test_file(sh->host, op[1], left) ? HOLDS : HOLDS_NOT;
    bool is_pattern = !strcmp(op, "==") || !strcmp(op, "=") || !strcmp(op, "!="), is_regex = !strcmp(op, "=~");
    bool good = is_pattern || is_regex ? shell_expand_pattern(sh, &words[1], values, is_regex ? PATTERN_REGEX : PATTERN_GLOB, &right)
                                       : shell_expand(sh, &words[1], values, &right);
    return good ? test_two(sh, left, op, right) : FAILS;
}
