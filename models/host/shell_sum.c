/* SPDX-License-Identifier: GPL-3.0-or-later */
/* shell_sum.c - $((sums)) of 64-bit integers, as POSIX.1 XCU 2.6.4 has them: C's operators without assignments. */
#include "models/host/shell.h"

#include <string.h>

enum { MAX_OPEN = 64 };

struct reader {
    struct shell *sh;
    const char *at;
    const char *wrong;  /* NULL: nothing yet */
    unsigned open;
};

static const struct {
    const char *text;
    unsigned rank;      /* higher binds tighter */
} operators[] = {
    { "||", 1 }, { "&&", 2 }, { "==", 6 }, { "!=", 6 }, { "<<", 8 }, { ">>", 8 }, { "<=", 7 }, { ">=", 7 }, { "|", 3 },
    { "^", 4 }, { "&", 5 }, { "<", 7 }, { ">", 7 }, { "+", 9 }, { "-", 9 }, { "*", 10 }, { "/", 10 }, { "%", 10 },
};

static int64_t read_operand(struct reader *r);
static int64_t read_sum(struct reader *r, unsigned least_rank);

static void skip_blank(struct reader *r)
{
    r->at += strspn(r->at, " \t\n\r");
}

static int64_t complain(struct reader *r, const char *what)
{
    if (!r->wrong) r->wrong = what;
    return 0;
}

/* The kernel's machines wrap around, and so does this. */
static int64_t apply(struct reader *r, const char *op, int64_t a, int64_t b)
{
    uint64_t ua = (uint64_t) a, ub = (uint64_t) b;
    if (strchr("/%", *op) && !b) return complain(r, "division by zero");
    if (strchr("/%", *op) && b == -1) return *op == '/' ? (int64_t) -ua : 0;
    switch (*op) {
    case '+': return (int64_t) (ua + ub);
    case '-': return (int64_t) (ua - ub);
    case '*': return (int64_t) (ua * ub);
    case '/': return a / b;
    case '%': return a % b;
    case '^': return a ^ b;
    case '=': return a == b;
    case '!': return a != b;
    case '|': return op[1] ? a || b : a | b;
    case '&': return op[1] ? a && b : a & b;
    case '<': return op[1] == '<' ? (int64_t) (ua << (ub & 63)) : op[1] ? a <= b : a < b;
    default: return op[1] == '>' ? a >> (ub & 63) : op[1] ? a >= b : a > b;
    }
}

static int64_t read_number(struct reader *r)
{
    char *end;
    int64_t value = (int64_t) g_ascii_strtoull(r->at, &end, 0);
    if (end == r->at || is_name_char(*end)) return complain(r, "expecting a number");
    r->at = end;
    return value;
}

static int64_t read_name(struct reader *r)
{
    size_t n = 0;
    while (is_name_char(r->at[n])) n++;
    g_autofree char *name = g_strndup(r->at, n);
    r->at += n;
    const char *text = shell_variable(r->sh, name);
    if (!text || !*text) return text || !r->sh->scope->nounset ? 0 : complain(r, "parameter not set");
    char *end;
    int64_t value = g_ascii_strtoll(text, &end, 0);
    return *end ? complain(r, "a variable's value is no number") : value;
}

static int64_t read_operand(struct reader *r)
{
    int64_t value;
    if (r->wrong) return 0;
    if (++r->open > MAX_OPEN) return complain(r, "nested too deeply");
    skip_blank(r);
    switch (*r->at) {
    case '(':
        r->at++;
        value = read_sum(r, 0);
        if (*r->at != ')') return complain(r, "expecting ')'");
        r->at++;
        break;
    case '-': r->at++; value = (int64_t) -(uint64_t) read_operand(r); break;
    case '+': r->at++; value = read_operand(r); break;
    case '~': r->at++; value = ~read_operand(r); break;
    case '!': r->at++; value = !read_operand(r); break;
    default: value = is_name_char(*r->at) && !g_ascii_isdigit(*r->at) ? read_name(r) : read_number(r);
    }
    r->open--;
    skip_blank(r);
    return value;
}

static size_t next_operator(const struct reader *r)
{
    for (size_t i = 0; i < G_N_ELEMENTS(operators); i++)
        if (g_str_has_prefix(r->at, operators[i].text)) return i;
    return G_N_ELEMENTS(operators);
}

/* Operators of at least this rank; 0 takes ?: too. */
static int64_t read_sum(struct reader *r, unsigned least_rank)
{
    if (++r->open > MAX_OPEN) return complain(r, "nested too deeply");
    int64_t value = read_operand(r);
    for (size_t i; !r->wrong && (i = next_operator(r)) < G_N_ELEMENTS(operators) && operators[i].rank >= least_rank;) {
        r->at += strlen(operators[i].text);
        int64_t right = read_sum(r, operators[i].rank + 1);
        value = apply(r, operators[i].text, value, right);
    }
    if (!least_rank && !r->wrong && *r->at == '?') {
        r->at++;
        int64_t yes = read_sum(r, 0);
        if (*r->at != ':') return complain(r, "expecting ':'");
        r->at++;
        int64_t no = read_sum(r, 0);
        value = value ? yes : no;
    }
    r->open--;
    return value;
}

char *shell_sum(struct shell *sh, const char *text, int64_t *value)
{
    struct reader r = { .sh = sh, .at = text };
    skip_blank(&r);
    *value = *r.at ? read_sum(&r, 0) : 0;
    if (!r.wrong && *r.at) r.wrong = "not understood";
    return r.wrong ? g_strdup(r.wrong) : NULL;
}
