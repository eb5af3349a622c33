/* SPDX-License-Identifier: GPL-3.0-or-later */
/* shell_parse_test.c - [[ ]] to steps, as bash reads it: each test is a step, && and || between them are jumps. */
#include "models/host/shell_script.h"

#include <string.h>

static bool parse_or(struct shell_parser *p);

static void skip(struct shell_parser *p)
{
    for (shell_lex_skip_blank(p); *p->at == '\n'; shell_lex_skip_blank(p)) shell_lex_newline(p);
}

static bool is_at_end(const struct shell_parser *p)
{
    return p->at[0] == ']' && p->at[1] == ']' && strchr(" \t\r\n;&|<>()", p->at[2]);
}

static bool unexpected(struct shell_parser *p)
{
    if (!*p->at) return shell_parse_error(p, "Syntax error: end of file unexpected (expecting \"]]\")");
    return shell_parse_error(p, "Syntax error: \"%.*s\" unexpected in [[ ]]", (int) MAX(strcspn(p->at, " \t\r\n"), 1), p->at);
}

/* The operator that comes next, NULL: none. */
static const char *binary_operator(const struct shell_parser *p)
{
    static const char *const operators[] = { "==", "=~", "=", "!=", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge" };
    size_t n = strcspn(p->at, " \t\r\n");
    for (size_t i = 0; i < G_N_ELEMENTS(operators); i++)
        if (strlen(operators[i]) == n && !strncmp(p->at, operators[i], n)) return operators[i];
    return NULL;
}

static bool is_unary(const struct shell_parser *p)
{
    return p->at[0] == '-' && g_ascii_isalpha(p->at[1]) && strchr(" \t", p->at[2]) && p->at[2];
}

static bool read_operand(struct shell_parser *p, bool is_regex, uint32_t *word)
{
    skip(p);
    if (!*p->at || is_at_end(p) || (!is_regex && strchr(";&|<>()", *p->at))) return unexpected(p);
    return is_regex ? shell_lex_regex(p, word) : shell_lex_word(p, word);
}

/* -n WORD, WORD, WORD == PATTERN */
static bool parse_test(struct shell_parser *p)
{
    char unary[] = "-n";
    const char *op = unary;
    uint32_t before = p->n_values, words[2];
    p->n_values = 0;
    if (is_unary(p)) {
        if (!strchr("nzvefdrwxsLh", p->at[1])) return shell_parse_error(p, "[[ -%c ]]: this test is not modelled", p->at[1]);
        unary[1] = p->at[1];
        p->at += 2;
    }
    if (!read_operand(p, false, &words[0])) return false;
    skip(p);
    const char *binary = binary_operator(p);
    if (binary) {
        op = binary;
        p->at += strlen(binary);
        if (!read_operand(p, !strcmp(op, "=~"), &words[1])) return false;
    }
    struct step *s = shell_parse_step(p, shell_parse_emit(p, STEP_TEST));
    s->name = g_string_chunk_insert(p->script->text, op);
    s->first = p->script->words->len; /* side by side, as a command's */
    s->n = binary ? 2 : 1;
    s->n_values = p->n_values;
    for (unsigned i = 0; i < s->n; i++) {
        struct word w = g_array_index(p->script->words, struct word, words[i]);
        g_array_append_val(p->script->words, w);
    }
    p->n_values = before;
    return true;
}

static bool parse_not(struct shell_parser *p)
{
    bool is_negated = false, good;
    for (skip(p); *p->at == '!' && strchr(" \t\r\n(", p->at[1]); skip(p)) {
        is_negated = !is_negated;
        p->at++;
    }
    if (*p->at == '(') {
        p->at++;
        good = shell_parse_enter(p) && parse_or(p);
        p->depth--;
        if (good && *p->at != ')') return unexpected(p);
        p->at += good;
    } else good = parse_test(p);
    if (good && is_negated) shell_parse_emit(p, STEP_NOT);
    skip(p);
    return good;
}

static bool parse_and(struct shell_parser *p)
{
    if (!parse_not(p)) return false;
    while (p->at[0] == '&' && p->at[1] == '&') {
        uint32_t over = shell_parse_emit(p, STEP_IF_BAD);
        p->at += 2;
        if (!parse_not(p)) return false;
        shell_parse_step(p, over)->to = shell_parse_here(p);
    }
    return true;
}

static bool parse_or(struct shell_parser *p)
{
    if (!parse_and(p)) return false;
    while (p->at[0] == '|' && p->at[1] == '|') {
        uint32_t over = shell_parse_emit(p, STEP_IF_GOOD);
        p->at += 2;
        if (!parse_and(p)) return false;
        shell_parse_step(p, over)->to = shell_parse_here(p);
    }
    return true;
}

bool shell_parse_test(struct shell_parser *p)
{
    if (!parse_or(p)) return false;
    if (!is_at_end(p)) return unexpected(p);
    p->at += 2;
    shell_parse_emit(p, STEP_CHECK);
    return true;
}
