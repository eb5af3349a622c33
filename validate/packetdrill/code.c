/* SPDX-License-Identifier: GPL-3.0-or-later */
/* code.c - %{ assert tcpi_snd_cwnd == 10 }%: integers, names, Python's operators, assert, print and assignment.
 *
 * Names are the fields of struct tcp_info and of TCP_CC_INFO (bbr_min_rtt, dctcp_alpha) of the socket that the script last
 * used, constants, and the script's own.
 */
#include "validate/packetdrill/runner.h"

#include "validate/packetdrill/constants.h"
#include <stdio.h>
#include <string.h>

struct code {
    struct runner *runner;
    const char *at;
    NetsimSocket *socket;
    NetsimTcpInfo info;
    NetsimCongestionInfo congestion;
    bool has_info;
    unsigned depth;
};

enum { MAX_DEPTH = 64 };

/* SO_MEMINFO's numbers that are options of their own, too. */
static bool memory_value(const struct code *c, const char *name, int64_t *value)
{
    const char *option = !strcmp(name, "SK_MEMINFO_RCVBUF") ? "rcvbuf" : !strcmp(name, "SK_MEMINFO_SNDBUF") ? "sndbuf" : NULL;
    return option && c->socket && netsim_getsockopt(c->socket, option, value) == 0;
}

/* struct tcp_bbr_info, struct tcp_dctcp_info */
static bool congestion_value(const struct code *c, const char *name, int64_t *value)
{
    const NetsimCongestionInfo *i = &c->congestion;
    const struct { const char *name; NetsimCongestionKind kind; int64_t value; } fields[] = {
        { "bbr_bw_lo", NETSIM_CONGESTION_BBR, (uint32_t) i->bbr.bw },
        { "bbr_bw_hi", NETSIM_CONGESTION_BBR, (int64_t) (i->bbr.bw >> 32) },
        { "bbr_min_rtt", NETSIM_CONGESTION_BBR, i->bbr.min_rtt },
        { "bbr_pacing_gain", NETSIM_CONGESTION_BBR, i->bbr.pacing_gain },
        { "bbr_cwnd_gain", NETSIM_CONGESTION_BBR, i->bbr.cwnd_gain },
        { "dctcp_enabled", NETSIM_CONGESTION_DCTCP, i->dctcp.enabled },
        { "dctcp_ce_state", NETSIM_CONGESTION_DCTCP, i->dctcp.ce_state },
        { "dctcp_alpha", NETSIM_CONGESTION_DCTCP, i->dctcp.alpha },
        { "dctcp_ab_ecn", NETSIM_CONGESTION_DCTCP, i->dctcp.ab_ecn },
        { "dctcp_ab_tot", NETSIM_CONGESTION_DCTCP, i->dctcp.ab_tot },
    };
    for (size_t n = 0; n < G_N_ELEMENTS(fields); n++) {
        if (fields[n].kind != i->kind || strcmp(fields[n].name, name)) continue;
        *value = fields[n].value;
        return true;
    }
    return false;
}

static bool field_value(struct code *c, const char *name, int64_t *value)
{
    if (memory_value(c, name, value) || congestion_value(c, name, value)) return true;
    if (!g_str_has_prefix(name, "tcpi_")) return false;
#define X(field)                                            \
    if (!strcmp(name + strlen("tcpi_"), #field)) {          \
        *value = (int64_t) c->info.field;                   \
        return true;                                        \
    }
    NETSIM_TCP_INFO_FIELDS(X)
#undef X
    return false;
}

static bool or_expression(struct code *c, int64_t *v);

/* ---- words ---- */

static void skip(struct code *c)
{
    while (*c->at == ' ' || *c->at == '\t' || *c->at == '\r' || (*c->at == '\\' && c->at[1] == '\n')) c->at += *c->at == '\\' ? 2 : 1;
}

static bool take(struct code *c, const char *text)
{
    skip(c);
    size_t n = strlen(text);
    if (strncmp(c->at, text, n)) return false;
    if (g_ascii_isalpha(*text) && (g_ascii_isalnum(c->at[n]) || c->at[n] == '_')) return false;
    c->at += n;
    return true;
}

static bool odd(struct code *c)
{
    return runner_lack(c->runner, "code: \"%.20s\"", *c->at ? c->at : "the end");
}

static char *word(struct code *c)
{
    skip(c);
    const char *start = c->at;
    if (!g_ascii_isalpha(*start) && *start != '_') return NULL;
    while (g_ascii_isalnum(*c->at) || *c->at == '_') c->at++;
    return g_strndup(start, (gsize) (c->at - start));
}

/* ---- expressions, from the tightest operator to the loosest ---- */

static bool name_value(struct code *c, const char *name, int64_t *v)
{
    const int64_t *own = g_hash_table_lookup(c->runner->variables, name);
    if (own) {
        *v = *own;
        return true;
    }
    if (constant_value(name, v)) return true;
    if (!field_value(c, name, v)) return runner_lack(c->runner, "code: the name %s", name);
    return c->has_info || runner_fail(c->runner, "%s: the script's last socket has no tcp_info", name);
}

static bool primary(struct code *c, int64_t *v)
{
    if (c->depth++ > MAX_DEPTH) return runner_fail(c->runner, "code: nested more than %d deep", MAX_DEPTH);
    bool good;
    skip(c);
    if (take(c, "(")) {
        good = or_expression(c, v) && (take(c, ")") || odd(c));
    } else if (take(c, "-")) {
        good = primary(c, v);
        if (good) *v = (int64_t) -(uint64_t) *v;
    } else if (g_ascii_isdigit(*c->at)) {
        char *end;
        *v = g_ascii_strtoll(c->at, &end, 0);
        c->at = end;
        good = true;
    } else {
        g_autofree char *name = word(c);
        good = name ? name_value(c, name, v) : odd(c);
    }
    c->depth--;
    return good;
}

/* Python's: the quotient is rounded down, the rest has the divisor's sign. */
static int64_t divide(int64_t a, int64_t b, bool wants_rest)
{
    if (b == -1) return wants_rest ? 0 : (int64_t) -(uint64_t) a; /* C has no INT64_MIN / -1 */
    bool is_below = a % b != 0 && (a < 0) != (b < 0);
    return wants_rest ? a % b + (is_below ? b : 0) : a / b - is_below;
}

static bool product(struct code *c, int64_t *v)
{
    if (!primary(c, v)) return false;
    while (true) {
        int64_t b;
        bool is_times = take(c, "*"), is_over = !is_times && take(c, "//"), is_rest = !is_times && !is_over && take(c, "%");
        if (!is_times && !is_over && !is_rest) return true;
        if (!primary(c, &b)) return false;
        if (!is_times && b == 0) return runner_fail(c->runner, "code: a division by zero");
        *v = is_times ? (int64_t) ((uint64_t) *v * (uint64_t) b) : divide(*v, b, is_rest);
    }
}

static bool sum(struct code *c, int64_t *v)
{
    if (!product(c, v)) return false;
    while (true) {
        int64_t b;
        bool is_plus = take(c, "+");
        if (!is_plus && !take(c, "-")) return true;
        if (!product(c, &b)) return false;
        *v = (int64_t) (is_plus ? (uint64_t) *v + (uint64_t) b : (uint64_t) *v - (uint64_t) b);
    }
}

static bool bits_and(struct code *c, int64_t *v)
{
    if (!sum(c, v)) return false;
    while (take(c, "&")) {
        int64_t b;
        if (!sum(c, &b)) return false;
        *v &= b;
    }
    return true;
}

static bool bits_or(struct code *c, int64_t *v)
{
    if (!bits_and(c, v)) return false;
    while (take(c, "|")) {
        int64_t b;
        if (!bits_and(c, &b)) return false;
        *v |= b;
    }
    return true;
}

static const char *comparison(struct code *c)
{
    static const char *const operators[] = { "==", "!=", "<=", ">=", "<", ">" };
    for (size_t i = 0; i < G_N_ELEMENTS(operators); i++)
        if (take(c, operators[i])) return operators[i];
    return NULL;
}

/* "5000 <= tcpi_rtt <= 20000": each with its neighbour. */
static bool compare(struct code *c, int64_t *v)
{
    int64_t left, right;
    if (!bits_or(c, &left)) return false;
    const char *o = comparison(c);
    *v = left;
    for (bool holds = true; o; o = comparison(c), left = right) {
        if (!bits_or(c, &right)) return false;
        int order = left < right ? -1 : left > right;
        bool is_true = !strcmp(o, "==") ? order == 0 : !strcmp(o, "!=") ? order != 0 : !strcmp(o, "<=") ? order <= 0
                     : !strcmp(o, ">=") ? order >= 0 : !strcmp(o, "<") ? order < 0 : order > 0;
        holds = holds && is_true;
        *v = holds;
    }
    return true;
}

static bool not_expression(struct code *c, int64_t *v)
{
    bool is_not = take(c, "not");
    if (!compare(c, v)) return false;
    if (is_not) *v = !*v;
    return true;
}

static bool and_expression(struct code *c, int64_t *v)
{
    if (!not_expression(c, v)) return false;
    while (take(c, "and")) {
        int64_t b;
        if (!not_expression(c, &b)) return false;
        *v = *v && b;
    }
    return true;
}

static bool or_expression(struct code *c, int64_t *v)
{
    if (!and_expression(c, v)) return false;
    while (take(c, "or")) {
        int64_t b;
        if (!and_expression(c, &b)) return false;
        *v = *v || b;
    }
    return true;
}

/* ---- statements ---- */

static void skip_statement(struct code *c)
{
    for (char quote = '\0'; *c->at && (quote || (*c->at != '\n' && *c->at != ';')); c->at++) {
        if (*c->at == '\\' && c->at[1]) c->at++;
        else if (quote ? *c->at == quote : *c->at == '\'' || *c->at == '"') quote = quote ? '\0' : *c->at;
    }
}

/* The names of @text with their values. */
static char *values_in(struct code *c, const char *text)
{
    GString *out = g_string_new(NULL);
    struct code names = *c;
    for (names.at = text; *names.at;) {
        g_autofree char *name = word(&names);
        int64_t v;
        if (!name) {
            if (*names.at) names.at++;
            continue;
        }
        const int64_t *own = g_hash_table_lookup(c->runner->variables, name);
        if (own || field_value(c, name, &v)) g_string_append_printf(out, "%s%s is %" G_GINT64_FORMAT, out->len ? ", " : "", name, own ? *own : v);
    }
    return g_string_free(out, FALSE);
}

static bool assert_statement(struct code *c)
{
    skip(c);
    const char *start = c->at;
    int64_t v;
    if (!or_expression(c, &v)) return false;
    g_autofree char *text = g_strchomp(g_strndup(start, (gsize) (c->at - start)));
    if (!v) {
        g_autofree char *values = values_in(c, text);
        return runner_fail(c->runner, "assert %s: %s", text, values);
    }
    if (take(c, ",")) skip_statement(c); /* the message */
    return true;
}

/* Prints the values that the text names; Python's formatting is not known here. */
static bool print_statement(struct code *c)
{
    const char *start = c->at;
    skip_statement(c);
    g_autofree char *text = g_strndup(start, (gsize) (c->at - start));
    g_autofree char *values = values_in(c, text);
    const struct runner *r = c->runner;
    printf("%s:%u: %s\n", r->script->path, r->event->line, values);
    return true;
}

static bool assignment(struct code *c)
{
    g_autofree char *name = word(c);
    if (!name) return odd(c);
    static const char *const operators[] = { "+=", "-=", "=" };
    const char *o = NULL;
    for (size_t i = 0; !o && i < G_N_ELEMENTS(operators); i++)
        if (take(c, operators[i])) o = operators[i];
    int64_t v;
    if (!o) return odd(c);
    if (!or_expression(c, &v)) return false;
    int64_t *own = g_hash_table_lookup(c->runner->variables, name);
    if (!own && *o != '=') return runner_fail(c->runner, "code: %s has no value yet", name);
    if (!own) g_hash_table_insert(c->runner->variables, g_strdup(name), own = g_new0(int64_t, 1));
    *own = (int64_t) (*o == '+' ? (uint64_t) *own + (uint64_t) v : *o == '-' ? (uint64_t) *own - (uint64_t) v : (uint64_t) v);
    return true;
}

static bool statement(struct code *c)
{
    if (take(c, "assert")) return assert_statement(c);
    if (take(c, "print")) return print_statement(c);
    if (take(c, "pass")) return true;
    return assignment(c);
}

bool code_perform(struct runner *r, const char *text)
{
    struct code c = { .runner = r, .at = text };
    struct connection *k = r->current;
    c.socket = k ? k->socket : NULL;
    c.has_info = k && k->socket && netsim_tcp_info(k->socket, &c.info) == 0;
    if (c.has_info) netsim_congestion_info(k->socket, &c.congestion);
    while (true) {
        skip(&c);
        if (*c.at == '\n' || *c.at == ';') c.at++;
        else if (*c.at == '#') while (*c.at && *c.at != '\n') c.at++;
        else if (!*c.at) return true;
        else {
            if (!statement(&c)) return false;
            skip(&c);
            if (*c.at && *c.at != '\n' && *c.at != ';' && *c.at != '#') return odd(&c);
        }
    }
}
