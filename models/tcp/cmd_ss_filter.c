/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_ss_filter.c - the expressions of ss(8): read into postfix order, tried on one socket.
 *
 * `and`, `or` and a mere blank bind equally, from left to right, as in iproute2's grammar; `not` binds tighter.
 */
#include "models/ip/cmd_ip.h"
#include "models/tcp/cmd_ss.h"

#include <stdlib.h>

enum { MAX_DEPTH = 60 }; /* of parentheses and `not` */

enum token { T_END, T_NOT, T_AND, T_OR, T_OPEN, T_CLOSE, T_DST, T_SRC, T_DPORT, T_SPORT, T_DEV, T_FWMARK, T_CGROUP,
             T_GE, T_LE, T_NE, T_EQ, T_GT, T_LT, T_AUTOBOUND, T_VALUE };

static const struct {
    const char *word;
    enum token token;
} keywords[] = {
    { "!", T_NOT }, { "not", T_NOT }, { "&", T_AND }, { "&&", T_AND }, { "and", T_AND }, { "|", T_OR }, { "||", T_OR },
    { "or", T_OR }, { "(", T_OPEN }, { ")", T_CLOSE }, { "dst", T_DST }, { "src", T_SRC }, { "dport", T_DPORT },
    { "sport", T_SPORT }, { "dev", T_DEV }, { "fwmark", T_FWMARK }, { "cgroup", T_CGROUP }, { ">=", T_GE }, { "ge", T_GE },
    { "geq", T_GE }, { "<=", T_LE }, { "le", T_LE }, { "leq", T_LE }, { "!=", T_NE }, { "ne", T_NE }, { "neq", T_NE },
    { "=", T_EQ }, { "==", T_EQ }, { "eq", T_EQ }, { ">", T_GT }, { "gt", T_GT }, { "<", T_LT }, { "lt", T_LT },
    { "autobound", T_AUTOBOUND },
};

struct parser {
    struct command_run *run;
    struct ss_filter *filter;
    GPtrArray *words; /* ends with NULL */
    unsigned at;
};

static enum token peek(const struct parser *p)
{
    const char *word = g_ptr_array_index(p->words, p->at);
    if (!word) return T_END;
    for (size_t i = 0; i < G_N_ELEMENTS(keywords); i++)
        if (!strcmp(keywords[i].word, word)) return keywords[i].token;
    return T_VALUE;
}

static bool syntax_error(struct parser *p)
{
    const char *word = g_ptr_array_index(p->words, p->at);
    return command_fail_status(p->run, 255, "ss: bison bellows (while parsing filter): \"syntax error!\" Sorry. (at %s%s%s)",
                               word ? "\"" : "the end", word ? word : "", word ? "\"" : "");
}

static void emit(struct parser *p, struct ss_term term)
{
    g_array_append_val(p->filter->terms, term);
}

static void emit_op(struct parser *p, enum ss_op op)
{
    emit(p, (struct ss_term){ .op = op });
}

/* ---- "10.0.0.0/8:80", ":http", "*:22" ---- */

static bool parse_port(struct parser *p, const char *text, int *port)
{
    if (!*text || *text == '*') return true;
    char *end;
    unsigned long n = strtoul(text, &end, 0);
    if (g_ascii_isdigit(*text) && !*end && n <= G_MAXINT) {
        *port = (int) n;
        return true;
    }
    int udp = p->filter->has_ports_of_udp ? service_port(text, PROTO_UDP) : -1;
    int tcp = p->filter->has_ports_of_tcp ? service_port(text, PROTO_TCP) : -1;
    if (udp > 0 && tcp > 0 && udp != tcp) return command_fail(p->run, "Error: ambiguous port \"%s\".\nCannot parse dst/src address.\n", text);
    *port = udp > 0 ? udp : tcp;
    return *port > 0 || command_fail(p->run, "Error: \"%s\" does not look like a port.\nCannot parse dst/src address.\n", text);
}

static bool parse_mask(const char *text, uint32_t *mask)
{
    if (strchr(text, '.')) return ip_parse_addr(text, mask) && !(~*mask & (~*mask + 1));
    char *end;
    unsigned long plen = strtoul(text, &end, 10);
    if (!g_ascii_isdigit(*text) || *end || plen > 32) return false;
    *mask = plen ? UINT32_MAX << (32 - plen) : 0;
    return true;
}

static bool parse_prefix(struct parser *p, const char *text, struct ss_term *t)
{
    if (!strcmp(text, "default") || !strcmp(text, "any") || !strcmp(text, "all")) return true;
    g_autofree char *addr = g_strdup(text);
    char *slash = strchr(addr, '/');
    if (slash) *slash = '\0';
    t->mask = UINT32_MAX;
    if (ip_parse_addr(addr, &t->addr) && (!slash || parse_mask(slash + 1, &t->mask))) return true;
    return command_fail(p->run, "Error: an inet prefix is expected rather than \"%s\".\nCannot parse dst/src address.\n", text);
}

/* parse_hostcond() */
static bool parse_host(struct parser *p, enum ss_op op, bool is_port)
{
    if (peek(p) != T_VALUE) return syntax_error(p);
    static const char *const others[] = { "unix:", "link:", "netlink:", "vsock:", "inet6:" };
    struct ss_term t = { .op = op, .port = -1 };
    const char *word = g_ptr_array_index(p->words, p->at);
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++) p->filter->is_other_family |= g_str_has_prefix(word, others[i]);
    if (g_str_has_prefix(word, "inet:")) word += 5;
    bool is_v6 = *word == '[' && !is_port;
    if (p->filter->is_other_family || is_v6) { /* no socket here has such an address */
        emit_op(p, SS_NOTHING);
        p->at++;
        return true;
    }
    g_autofree char *text = g_strdup(word);
    char *slash = strchr(text, '/');
    char *port = is_port ? text : *text == '*' ? text + 1 : strrchr(slash ? slash : text, ':');
    if (port && *port == ':') *port++ = '\0';
    if (port && !parse_port(p, port, &t.port)) return false;
    if (!is_port && *text && *text != '*' && !parse_prefix(p, text, &t)) return false;
    emit(p, t);
    p->at++;
    return true;
}

/* ---- conditions ---- */

static bool port_condition(struct parser *p, bool is_dst)
{
    enum token comparison = peek(p);
    enum ss_op equal = is_dst ? SS_DCOND : SS_SCOND, ge = is_dst ? SS_D_GE : SS_S_GE, le = is_dst ? SS_D_LE : SS_S_LE;
    enum ss_op op = comparison == T_GE || comparison == T_LT ? ge : comparison == T_LE || comparison == T_GT ? le : equal;
    if (comparison >= T_GE && comparison <= T_LT) p->at++;
    if (!parse_host(p, op, true)) return false;
    if (comparison == T_LT || comparison == T_GT || comparison == T_NE) emit_op(p, SS_NOT);
    return true;
}

/* Sockets are bound to no device and have no mark. */
static bool zero_condition(struct parser *p, bool is_device)
{
    bool is_not = peek(p) == T_NE;
    if (is_not || peek(p) == T_EQ) p->at++;
    const char *word = g_ptr_array_index(p->words, p->at);
    if (peek(p) != T_VALUE) return syntax_error(p);
    bool is_known = false, is_zero = false;
    if (is_device) {
        for (const struct netdev *dev = p->run->net->devices; dev; dev = dev->next) is_known |= !strcmp(dev->name, word);
        if (!is_known) return command_fail(p->run, "Cannot parse device.\n");
    } else {
        char *end;
        unsigned long mark = strtoul(word, &end, 0), mask = ~0ul;
        if (*end == '/') mask = strtoul(end + 1, &end, 0);
        if (!g_ascii_isdigit(*word) || *end) return command_fail(p->run, "Cannot parse mark %s.\n", word);
        is_zero = !mark || !mask;
    }
    p->at++;
    emit_op(p, is_zero ? SS_EVERYTHING : SS_NOTHING);
    if (is_not) emit_op(p, SS_NOT);
    return true;
}

static bool expression_list(struct parser *p, unsigned depth);

static bool expression(struct parser *p, unsigned depth)
{
    if (depth > MAX_DEPTH) return command_fail(p->run, "ss: more than %d parentheses in each other", MAX_DEPTH);
    enum token token = peek(p);
    if (token != T_END) p->at++;
    switch (token) {
    case T_OPEN:
        if (!expression_list(p, depth + 1)) return false;
        if (peek(p) != T_CLOSE) return syntax_error(p);
        p->at++;
        return true;
    case T_NOT:
        if (!expression(p, depth + 1)) return false;
        emit_op(p, SS_NOT);
        return true;
    case T_DST:
    case T_SRC:
        if (peek(p) == T_EQ) p->at++;
        return parse_host(p, token == T_DST ? SS_DCOND : SS_SCOND, false);
    case T_DPORT:
    case T_SPORT: return port_condition(p, token == T_DPORT);
    case T_DEV:
    case T_FWMARK: return zero_condition(p, token == T_DEV);
    case T_CGROUP: return command_unsupported(p->run, "ss: cgroup: not modelled");
    case T_AUTOBOUND: emit_op(p, SS_AUTOBOUND); return true;
    case T_VALUE:
        return command_fail(p->run, "Error: an inet prefix is expected rather than \"%s\".\nCannot parse dst/src address.\n",
                            (char *) g_ptr_array_index(p->words, p->at - 1));
    default:
        if (token != T_END) p->at--;
        return syntax_error(p);
    }
}

static bool expression_list(struct parser *p, unsigned depth)
{
    if (!expression(p, depth)) return false;
    while (peek(p) != T_END && peek(p) != T_CLOSE) {
        enum ss_op op = peek(p) == T_OR ? SS_OR : SS_AND;
        if (peek(p) == T_OR || peek(p) == T_AND) p->at++;
        if (!expression(p, depth)) return false;
        emit_op(p, op);
    }
    return true;
}

/* Each word of the command line may hold several; a backslash protects what follows. */
static void split(GPtrArray *words, const char *text)
{
    while (*text) {
        text += strspn(text, " \t");
        if (!*text) return;
        GString *word = g_string_new(NULL);
        for (; *text && *text != ' ' && *text != '\t'; text++) {
            if (*text == '\\' && text[1]) text++;
            g_string_append_c(word, *text);
        }
        g_ptr_array_add(words, g_string_free(word, FALSE));
    }
}

bool ss_filter_parse(struct command_run *run, struct ss_filter *f, char **words)
{
    f->terms = g_array_new(FALSE, FALSE, sizeof(struct ss_term));
    struct parser p = { .run = run, .filter = f, .words = g_ptr_array_new_with_free_func(g_free) };
    for (char **word = words; *word; word++) split(p.words, *word);
    g_ptr_array_add(p.words, NULL);
    bool good = peek(&p) == T_END || (expression_list(&p, 0) && (peek(&p) == T_END || syntax_error(&p)));
    g_ptr_array_free(p.words, TRUE);
    return good;
}

void ss_filter_clear(struct ss_filter *f)
{
    if (f->terms) g_array_free(f->terms, TRUE);
    f->terms = NULL;
}

/* ---- trying ---- */

static bool is_term(const struct ss_term *t, const struct net *net, const struct inet_diag *d)
{
    const NetsimAddress *a = t->op == SS_DCOND || t->op == SS_D_GE || t->op == SS_D_LE ? &d->peer : &d->local;
    const int *range = net->ip->knobs.ip_local_port_range;
    switch (t->op) {
    case SS_DCOND:
    case SS_SCOND: return (t->port < 0 || t->port == a->port) && (a->addr & t->mask) == (t->addr & t->mask);
    case SS_D_GE:
    case SS_S_GE: return a->port >= t->port;
    case SS_D_LE:
    case SS_S_LE: return a->port <= t->port;
    case SS_AUTOBOUND: return d->local.port >= range[0] && d->local.port <= range[1];
    case SS_EVERYTHING: return true;
    default: return false;
    }
}

bool ss_filter_match(const struct ss_filter *f, const struct net *net, const struct inet_diag *d)
{
    bool stack[MAX_DEPTH + 2] = { false };
    unsigned top = 0;
    if (!f->terms || !f->terms->len) return true;
    for (guint i = 0; i < f->terms->len; i++) {
        const struct ss_term *t = &g_array_index(f->terms, struct ss_term, i);
        if (t->op == SS_NOT) {
            stack[top - 1] = !stack[top - 1];
        } else if (t->op == SS_AND || t->op == SS_OR) {
            top--;
            stack[top - 1] = t->op == SS_AND ? stack[top - 1] && stack[top] : stack[top - 1] || stack[top];
        } else {
            ns_assert(top < G_N_ELEMENTS(stack));
            stack[top++] = is_term(t, net, d);
        }
    }
    return stack[0];
}
