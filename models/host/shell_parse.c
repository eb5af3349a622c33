/* SPDX-License-Identifier: GPL-3.0-or-later */
/* shell_parse.c - words to steps (POSIX.1 XCU 2.9 shell commands, 2.10 grammar).
 *
 * A jump whose target is not known yet is emitted as STEP_NOTHING and made later; so is what depends on an operator
 * behind the command.
 */
#include "models/host/shell_script.h"

#include <netsim/sim.h>
#include <string.h>

bool shell_parse_error(struct shell_parser *p, const char *format, ...)
{
    va_list args;
    if (p->error) return false;
    p->is_open = p->is_open || (!*p->at && !p->n_inner);
    va_start(args, format);
    p->error = g_error_new_valist(NETSIM_ERROR, NETSIM_ERROR_SYNTAX, format, args);
    va_end(args);
    g_prefix_error(&p->error, "line %u: ", p->line);
    return false;
}

bool shell_parse_enter(struct shell_parser *p)
{
    if (++p->depth <= SCRIPT_MAX_DEPTH) return true;
    return shell_parse_error(p, "substitutions, groups and loops are nested too deeply: at most %d levels", SCRIPT_MAX_DEPTH);
}

uint32_t shell_parse_emit(struct shell_parser *p, enum step_kind kind)
{
    struct step s = { .kind = (uint8_t) kind, .line = p->line };
    g_array_append_val(p->script->steps, s);
    return p->script->steps->len - 1;
}

static uint32_t emit_to(struct shell_parser *p, enum step_kind kind, uint32_t to)
{
    uint32_t i = shell_parse_emit(p, kind);
    shell_parse_step(p, i)->to = to;
    return i;
}

/* ---- what comes next ---- */

static bool unexpected(struct shell_parser *p)
{
    static const char *const operators[] = { "&&", "||", ";;", "&", "|", ";", "(", ")", "<", ">", NULL };
    if (!*p->at) return shell_parse_error(p, "Syntax error: end of file unexpected");
    if (*p->at == '\n') return shell_parse_error(p, "Syntax error: newline unexpected");
    for (const char *const *op = operators; *op; op++)
        if (g_str_has_prefix(p->at, *op)) return shell_parse_error(p, "Syntax error: \"%s\" unexpected", *op);
    return shell_parse_error(p, "Syntax error: \"%.*s\" unexpected", (int) strcspn(p->at, " \t\r\n;&|<>()"), p->at);
}

/* Is the next word @reserved?  It is taken then. */
static bool take_reserved(struct shell_parser *p, const char *reserved)
{
    size_t n = strlen(reserved);
    if (strncmp(p->at, reserved, n) || !strchr(" \t\r\n;&|<>()", p->at[n])) return false;
    p->at += n;
    return true;
}

static void skip_newlines(struct shell_parser *p)
{
    for (shell_lex_skip_blank(p); *p->at == '\n'; shell_lex_skip_blank(p)) shell_lex_newline(p);
}

static const struct {
    const char *word;
    unsigned end;
} ends[] = {
    { "then", UNTIL_THEN }, { "else", UNTIL_ELSE }, { "elif", UNTIL_ELSE }, { "fi", UNTIL_FI },
    { "do", UNTIL_DO }, { "done", UNTIL_DONE }, { "}", UNTIL_BRACE }, { "esac", UNTIL_ESAC }, { "in", 0 },
};

/* One of @until is next: taken, *end tells which; `elif` is not taken. */
static bool take_end(struct shell_parser *p, unsigned until, unsigned *end)
{
    *end = 0;
    if (!*p->at) *end = UNTIL_EOF;
    else if (p->at[0] == ';' && p->at[1] == ';') {
        if (until & UNTIL_CLAUSE) p->at += 2;
        *end = UNTIL_CLAUSE;
    } else if (*p->at == ')') {
        if (until & UNTIL_PAREN) p->at++;
        *end = UNTIL_PAREN;
    }
    for (size_t i = 0; !*end && i < G_N_ELEMENTS(ends); i++) {
        const char *before = p->at;
        if (!ends[i].end || !take_reserved(p, ends[i].word)) continue;
        *end = ends[i].end;
        if (!(until & *end) || !strcmp(ends[i].word, "elif")) p->at = before;
    }
    return *end != 0;
}

static bool expected(struct shell_parser *p, unsigned until)
{
    if (until & UNTIL_PAREN) return shell_parse_error(p, "Syntax error: end of file unexpected (expecting \")\")");
    for (size_t i = 0; i < G_N_ELEMENTS(ends); i++)
        if (ends[i].end & until) {
            const char *word = until & UNTIL_FI ? "fi" : ends[i].word;
            return shell_parse_error(p, "Syntax error: end of file unexpected (expecting \"%s\")", word);
        }
    return unexpected(p);
}

/* ---- redirections ---- */

static const struct {
    const char *text;
    char op;
    uint8_t fd;
} operators[] = { /* the longer ones first */
    { "<<<", 's', 0 }, { "<<-", '-', 0 }, { "<<", 'h', 0 }, { "<&", 0, 0 }, { "<>", 0, 0 }, { "<(", 0, 0 }, { "<", '<', 0 },
    { ">>", 'a', 1 }, { ">&", '&', 1 }, { ">|", '>', 1 }, { ">(", 0, 0 }, { ">", '>', 1 },
};

/* Is a redirection next, with its descriptor? */
static bool is_redirect(const struct shell_parser *p)
{
    const char *c = p->at;
    if (c[0] == '&' && c[1] == '>') return true;
    while (g_ascii_isdigit(*c)) c++;
    return *c == '>' || *c == '<';
}

static bool duplicate(struct shell_parser *p, struct redirect *r)
{
    size_t n = strcspn(p->at, " \t\r\n;&|<>()");
    if (n != 1 || (*p->at != '1' && *p->at != '2' && *p->at != '-'))
        return shell_parse_error(p, "%.*s: only 1>&2 and 2>&1 are here", (int) n, p->at);
    r->op = *p->at == '-' ? 'c' : '&';
    r->word = *p->at == '2' ? 2 : 1;
    p->at++;
    return true;
}

/* @redirects: those of this command. */
static bool read_redirect(struct shell_parser *p, GArray *redirects)
{
    struct redirect r = { 0 };
    bool both = *p->at == '&', has_fd = g_ascii_isdigit(*p->at);
    if (both) p->at++;
    unsigned fd = has_fd ? (unsigned) g_ascii_digit_value(*p->at++) : 0;
    size_t i = 0;
    while (i < G_N_ELEMENTS(operators) && !g_str_has_prefix(p->at, operators[i].text)) i++;
    if (i == G_N_ELEMENTS(operators) || fd > 2) return shell_parse_error(p, "only the descriptors 0, 1 and 2 are here");
    if (!operators[i].op || (operators[i].fd == 0 && fd))
        return shell_parse_error(p, "%s is not in this shell; write < FILE, > FILE, a pipe or a here-document", operators[i].text);
    r.fd = both ? 3 : has_fd ? (uint8_t) fd : operators[i].fd;
    if (has_fd && !fd != !operators[i].fd) return shell_parse_error(p, "%u%s: descriptor 0 is for reading, 1 and 2 for writing", fd, operators[i].text);
    r.op = operators[i].op;
    p->at += strlen(operators[i].text);
    shell_lex_skip_blank(p);
    if (r.op == '&' && !both) {
        if (!duplicate(p, &r)) return false;
    } else if (!*p->at || strchr("\n;&|<>()", *p->at)) {
        return shell_parse_error(p, "Syntax error: a file name must follow \"%s\"", operators[i].text);
    } else if (r.op == 'h' || r.op == '-') {
        if (!shell_lex_here_document(p, r.op == '-', &r.word)) return false;
        r.op = 'h';
    } else if (r.op == 's') {
        if (!shell_lex_here_string(p, &r.word)) return false;
        r.op = 'h';
    } else if (!shell_lex_word(p, &r.word)) {
        return false;
    }
    g_array_append_val(redirects, r);
    return true;
}

static void set_redirects(struct shell_parser *p, uint32_t step, const GArray *redirects)
{
    struct step *s = shell_parse_step(p, step);
    s->kind = STEP_REDIRECT;
    s->first = p->script->redirects->len;
    s->n = redirects->len;
    s->n_values = p->n_values;
    g_array_append_vals(p->script->redirects, redirects->data, redirects->len);
}

/* ---- simple commands ---- */

struct simple {
    GArray *words, *redirects;
    uint32_t line;
    bool has_assignment;
};

static size_t assignment_length(const char *at)
{
    size_t n = 0;
    while (is_name_char(at[n])) n++;
    return n && at[n] == '=' && !g_ascii_isdigit(*at) ? n : 0;
}

/* NAME=value. Before a command it does not outlast it, and commands have no environment: only its errors count. */
static bool read_assignment(struct shell_parser *p, size_t length, uint32_t *subshell)
{
    g_autofree char *name = g_strndup(p->at, length);
    p->at += length + 1;
    if (*p->at == '(') return shell_parse_error(p, "arrays are not in this shell; write the words into one variable: %s=\"a b\", for i in $%s", name, name);
    uint32_t before = p->n_values, word;
    p->n_values = 0;
    *subshell = shell_parse_emit(p, STEP_NOTHING);
    if (!shell_lex_word(p, &word)) return false;
    struct step *s = shell_parse_step(p, shell_parse_emit(p, STEP_ASSIGN));
    s->name = g_string_chunk_insert(p->script->text, name);
    s->first = word;
    s->n = 1;
    s->n_values = p->n_values;
    p->n_values = before;
    return true;
}

/* A command follows the assignments that begin at @start. */
static void end_assignments(struct shell_parser *p, uint32_t start)
{
    struct step *s = shell_parse_step(p, start);
    s->kind = STEP_SUBSHELL;
    uint32_t end = shell_parse_emit(p, STEP_SUBSHELL_END);
    shell_parse_step(p, start)->to = end;
}

static bool no_functions(struct shell_parser *p)
{
    return shell_parse_error(p, "functions are not in this shell; write the commands where they are called, or a Lua function that calls host:sh");
}

static bool read_word(struct shell_parser *p, struct simple *s)
{
    uint32_t word;
    bool is_first = !s->words->len;
    if (!shell_lex_word(p, &word)) return false;
    g_array_append_val(s->words, word);
    if (*p->at == '(' && is_first)
        return no_functions(p);
    if (*p->at == '(') return unexpected(p);
    if (is_first && g_strcmp0(shell_script_literal(p->script, word), "set") == 0) p->script->has_set = true;
    return true;
}

static bool read_simple(struct shell_parser *p, struct simple *s)
{
    uint32_t first_assignment = 0, subshell;
    while (true) {
        shell_lex_skip_blank(p);
        size_t length = s->words->len ? 0 : assignment_length(p->at);
        if (is_redirect(p)) {
            if (!read_redirect(p, s->redirects)) return false;
        } else if (!*p->at || strchr("\n;&|()", *p->at)) {
            break;
        } else if (length) {
            if (!read_assignment(p, length, &subshell)) return false;
            if (!s->has_assignment) first_assignment = subshell;
            s->has_assignment = true;
        } else {
            if (!s->words->len && s->has_assignment) end_assignments(p, first_assignment);
            if (!read_word(p, s)) return false;
        }
    }
    return s->words->len || s->redirects->len || s->has_assignment || unexpected(p);
}

static void emit_simple(struct shell_parser *p, const struct simple *s)
{
    uint32_t redirect = 0;
    if (s->redirects->len) {
        redirect = shell_parse_emit(p, STEP_REDIRECT);
        set_redirects(p, redirect, s->redirects);
        shell_parse_step(p, redirect)->keeps_values = true;
        shell_parse_step(p, redirect)->line = s->line;
    }
    if (s->words->len || s->redirects->len) {
        struct step *run = shell_parse_step(p, shell_parse_emit(p, STEP_RUN));
        run->first = p->script->words->len; /* its words again, side by side: others stand between them */
        run->n = s->words->len;
        run->n_values = p->n_values;
        run->line = s->line;
        for (guint i = 0; i < s->words->len; i++) {
            struct word w = g_array_index(p->script->words, struct word, g_array_index(s->words, uint32_t, i));
            g_array_append_val(p->script->words, w);
        }
    }
    if (s->redirects->len) {
        uint32_t end = shell_parse_emit(p, STEP_REDIRECT_END);
        shell_parse_step(p, redirect)->to = end;
        shell_parse_step(p, end)->line = s->line;
    }
}

static bool parse_simple(struct shell_parser *p)
{
    struct simple s = { .words = g_array_new(FALSE, FALSE, sizeof(uint32_t)), .redirects = g_array_new(FALSE, FALSE, sizeof(struct redirect)) };
    uint32_t before = p->n_values;
    p->n_values = 0;
    s.line = p->line;
    bool good = read_simple(p, &s);
    if (good) emit_simple(p, &s);
    p->n_values = before;
    g_array_free(s.words, TRUE);
    g_array_free(s.redirects, TRUE);
    return good;
}

/* ---- compound commands ---- */

static bool parse_if(struct shell_parser *p);

static void forgive(struct shell_parser *p, uint32_t from)
{
    for (uint32_t i = from; i < shell_parse_here(p); i++) shell_parse_step(p, i)->is_forgiven = true;
}

/* Behind `if`, `elif`, `while`: up to the word that ends the condition. */
static bool parse_condition(struct shell_parser *p, unsigned until)
{
    unsigned end;
    uint32_t start = shell_parse_here(p);
    if (!shell_parse_list(p, until, &end)) return false;
    forgive(p, start);
    return true;
}

static bool parse_else(struct shell_parser *p, unsigned end)
{
    if (end == UNTIL_FI) {
        shell_parse_emit(p, STEP_GOOD);
        return true;
    }
    if (take_reserved(p, "elif")) return parse_if(p);
    return shell_parse_list(p, UNTIL_FI, &end);
}

static bool parse_if(struct shell_parser *p)
{
    unsigned end;
    if (!shell_parse_enter(p) || !parse_condition(p, UNTIL_THEN)) return false;
    uint32_t skip = shell_parse_emit(p, STEP_IF_BAD);
    if (!shell_parse_list(p, UNTIL_ELSE | UNTIL_FI, &end)) return false;
    uint32_t over = shell_parse_emit(p, STEP_JUMP);
    shell_parse_step(p, skip)->to = shell_parse_here(p);
    if (!parse_else(p, end)) return false;
    shell_parse_step(p, over)->to = shell_parse_here(p);
    p->depth--;
    return true;
}

/* The first word of step @i, a command; "": not known before it runs; NULL: no command */
static const char *command_at(const struct shell_parser *p, uint32_t i)
{
    const struct step *s = &g_array_index(p->script->steps, struct step, i);
    if (s->kind != STEP_RUN || !s->n) return NULL;
    const char *name = shell_script_literal(p->script, s->first);
    return name ? name : "";
}

/* while true, until false: with a body that nothing leaves, as far as one can see. */
static bool is_endless(const struct shell_parser *p, uint32_t start, uint32_t body, bool is_negated)
{
    static const char *const leaving[] = { "break", "exit", "", NULL };
    unsigned n = 0;
    for (uint32_t i = start; i < body - 1; i++) {
        const char *name = command_at(p, i);
        uint8_t kind = g_array_index(p->script->steps, struct step, i).kind;
        bool holds = name && (is_negated ? !strcmp(name, "false") : !strcmp(name, "true") || !strcmp(name, ":"));
        if (kind != STEP_NOTHING && !holds) return false;
        n += holds;
    }
    for (uint32_t i = body; i < shell_parse_here(p); i++) {
        const char *name = command_at(p, i);
        if (name && g_strv_contains(leaving, name)) return false;
    }
    return n == 1;
}

static bool parse_while(struct shell_parser *p, bool is_negated)
{
    unsigned end;
    uint32_t loop = shell_parse_emit(p, STEP_WHILE), start = shell_parse_here(p);
    if (!shell_parse_enter(p) || !parse_condition(p, UNTIL_DO)) return false;
    uint32_t leave = shell_parse_emit(p, is_negated ? STEP_IF_GOOD : STEP_IF_BAD);
    if (!shell_parse_list(p, UNTIL_DONE, &end)) return false;
    shell_parse_step(p, loop)->is_endless = is_endless(p, start, leave + 1, is_negated);
    emit_to(p, STEP_JUMP, start);
    uint32_t loop_end = shell_parse_emit(p, STEP_LOOP_END);
    shell_parse_step(p, leave)->to = shell_parse_step(p, loop)->to = loop_end;
    p->depth--;
    return true;
}

/* The words behind `in`, up to ';' or the newline. */
static bool read_for_words(struct shell_parser *p, GArray *words)
{
    for (shell_lex_skip_blank(p); *p->at && !strchr("\n;", *p->at); shell_lex_skip_blank(p)) {
        uint32_t word;
        if (strchr("&|<>()", *p->at)) return unexpected(p);
        if (!shell_lex_word(p, &word)) return false;
        g_array_append_val(words, word);
    }
    return true;
}

static bool parse_for(struct shell_parser *p)
{
    shell_lex_skip_blank(p);
    size_t n = 0;
    while (is_name_char(p->at[n])) n++;
    if (g_str_has_prefix(p->at, "((")) return shell_parse_error(p, "for ((...)) is not in this shell; write for i in $(seq 0 3)");
    if (!n || g_ascii_isdigit(*p->at)) return shell_parse_error(p, "Syntax error: Bad for loop variable");
    g_autofree char *name = g_strndup(p->at, n);
    p->at += n;
    skip_newlines(p);
    if (!take_reserved(p, "in")) return shell_parse_error(p, "Syntax error: for %s: \"in\" expected (a script here has no arguments)", name);
    uint32_t before = p->n_values;
    p->n_values = 0;
    g_autoptr(GArray) words = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    if (!read_for_words(p, words)) return false;
    if (*p->at == ';') p->at++;
    skip_newlines(p);
    if (!take_reserved(p, "do")) return *p->at ? unexpected(p) : expected(p, UNTIL_DO);
    uint32_t loop = shell_parse_emit(p, STEP_FOR);
    struct step *s = shell_parse_step(p, loop);
    s->name = g_string_chunk_insert(p->script->text, name);
    s->first = p->script->words->len;
    s->n = words->len;
    s->n_values = p->n_values;
    for (guint i = 0; i < words->len; i++) {
        struct word w = g_array_index(p->script->words, struct word, g_array_index(words, uint32_t, i));
        g_array_append_val(p->script->words, w);
    }
    p->n_values = before;
    uint32_t next = shell_parse_emit(p, STEP_NEXT);
    shell_parse_step(p, next)->name = shell_parse_step(p, loop)->name;
    unsigned end;
    if (!shell_parse_enter(p) || !shell_parse_list(p, UNTIL_DONE, &end)) return false;
    emit_to(p, STEP_JUMP, next);
    uint32_t loop_end = shell_parse_emit(p, STEP_LOOP_END);
    shell_parse_step(p, loop)->to = loop_end;
    p->depth--;
    return true;
}

/* One clause: its patterns, its commands; @leaves: jumps to the end of all. */
static bool parse_clause(struct shell_parser *p, GArray *leaves, unsigned *end)
{
    g_autoptr(GArray) matches = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    uint32_t before = p->n_values, word;
    p->at += *p->at == '(';
    while (true) {
        shell_lex_skip_blank(p);
        if (!*p->at || strchr("\n;&|<>()", *p->at)) return unexpected(p);
        p->n_values = 0;
        if (!shell_lex_word(p, &word)) return false;
        uint32_t match = shell_parse_emit(p, STEP_MATCH);
        shell_parse_step(p, match)->first = word;
        shell_parse_step(p, match)->n_values = p->n_values;
        g_array_append_val(matches, match);
        shell_lex_skip_blank(p);
        if (*p->at != '|') break;
        p->at++;
    }
    p->n_values = before;
    if (*p->at != ')') return unexpected(p);
    p->at++;
    uint32_t over = shell_parse_emit(p, STEP_JUMP), body = shell_parse_here(p);
    for (guint i = 0; i < matches->len; i++) shell_parse_step(p, g_array_index(matches, uint32_t, i))->to = body;
    if (!shell_parse_enter(p) || !shell_parse_list(p, UNTIL_CLAUSE | UNTIL_ESAC, end)) return false;
    p->depth--;
    if (*end == UNTIL_CLAUSE && *p->at == '&') return shell_parse_error(p, ";;& is not in this shell; write the commands in both clauses, and ;;");
    if (shell_parse_here(p) == body) shell_parse_emit(p, STEP_GOOD);
    uint32_t leave = shell_parse_emit(p, STEP_JUMP);
    g_array_append_val(leaves, leave);
    shell_parse_step(p, over)->to = shell_parse_here(p);
    return true;
}

/* Behind `case`.     CASE  MATCH a, MATCH b, JUMP 2   a: b: commands  JUMP end   2: ... GOOD   end: CASE_END */
static bool parse_case(struct shell_parser *p)
{
    g_autoptr(GArray) leaves = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    uint32_t before = p->n_values, word;
    unsigned end = UNTIL_CLAUSE;
    p->n_values = 0;
    shell_lex_skip_blank(p);
    if (!*p->at || strchr("\n;&|<>()", *p->at)) return unexpected(p);
    if (!shell_lex_word(p, &word)) return false;
    uint32_t start = shell_parse_emit(p, STEP_CASE);
    shell_parse_step(p, start)->first = word;
    shell_parse_step(p, start)->n_values = p->n_values;
    p->n_values = before;
    skip_newlines(p);
    if (!take_reserved(p, "in")) return *p->at ? unexpected(p) : shell_parse_error(p, "Syntax error: end of file unexpected (expecting \"in\")");
    while (end == UNTIL_CLAUSE) {
        skip_newlines(p);
        if (take_reserved(p, "esac")) break;
        if (!*p->at) return expected(p, UNTIL_ESAC);
        if (!parse_clause(p, leaves, &end)) return false;
    }
    shell_parse_emit(p, STEP_GOOD);
    uint32_t case_end = shell_parse_emit(p, STEP_CASE_END);
    shell_parse_step(p, start)->to = case_end;
    for (guint i = 0; i < leaves->len; i++) shell_parse_step(p, g_array_index(leaves, uint32_t, i))->to = case_end;
    return true;
}

static bool parse_group(struct shell_parser *p, unsigned until)
{
    unsigned end;
    uint32_t start = until == UNTIL_PAREN ? shell_parse_emit(p, STEP_SUBSHELL) : 0;
    if (!shell_parse_enter(p) || !shell_parse_list(p, until, &end)) return false;
    if (until == UNTIL_PAREN) {
        uint32_t subshell_end = shell_parse_emit(p, STEP_SUBSHELL_END);
        shell_parse_step(p, start)->to = subshell_end;
    }
    p->depth--;
    return true;
}

/* The redirections behind a compound command that begins at @entry: they are evaluated before it.
 *     entry: JUMP r   body ...   JUMP end   r: values  REDIRECT  JUMP body   end: REDIRECT_END */
static bool parse_compound_redirects(struct shell_parser *p, uint32_t entry)
{
    shell_lex_skip_blank(p);
    if (!is_redirect(p)) return true;
    g_autoptr(GArray) redirects = g_array_new(FALSE, FALSE, sizeof(struct redirect));
    uint32_t over = shell_parse_emit(p, STEP_JUMP), before = p->n_values;
    shell_parse_step(p, entry)->kind = STEP_JUMP;
    shell_parse_step(p, entry)->to = shell_parse_here(p);
    p->n_values = 0;
    for (; is_redirect(p); shell_lex_skip_blank(p))
        if (!read_redirect(p, redirects)) return false;
    uint32_t r = shell_parse_emit(p, STEP_REDIRECT);
    set_redirects(p, r, redirects);
    p->n_values = before;
    emit_to(p, STEP_JUMP, entry + 1);
    uint32_t end = shell_parse_emit(p, STEP_REDIRECT_END);
    shell_parse_step(p, over)->to = shell_parse_step(p, r)->to = end;
    return true;
}

/* @return true: it was one, good or not (see *good) */
static bool parse_compound(struct shell_parser *p, bool *good)
{
    uint32_t entry = shell_parse_here(p);
    shell_parse_emit(p, STEP_NOTHING);
    if (*p->at == '(' && p->at[1] == '(') *good = shell_parse_error(p, "((sum)) is not in this shell; write x=$((sum)), or [ $((sum)) -ne 0 ]");
    else if (*p->at == '(') {
        p->at++;
        *good = parse_group(p, UNTIL_PAREN);
    } else if (take_reserved(p, "{")) *good = parse_group(p, UNTIL_BRACE);
    else if (take_reserved(p, "if")) *good = parse_if(p);
    else if (take_reserved(p, "while")) *good = parse_while(p, false);
    else if (take_reserved(p, "until")) *good = parse_while(p, true);
    else if (take_reserved(p, "for")) *good = parse_for(p);
    else if (take_reserved(p, "case")) *good = parse_case(p);
    else if (take_reserved(p, "[[")) *good = shell_parse_test(p);
    else if (take_reserved(p, "function")) *good = no_functions(p);
    else if (take_reserved(p, "select")) *good = shell_parse_error(p, "select is not in this shell, as nobody answers; write for, or set the variable");
    else if (take_reserved(p, "coproc")) *good = shell_parse_error(p, "coproc is not in this shell; host:spawn makes processes");
    else return false;
    *good = *good && parse_compound_redirects(p, entry);
    return true;
}

/* ---- pipelines and lists ---- */

static bool parse_command(struct shell_parser *p)
{
    bool good;
    shell_lex_skip_blank(p);
    for (size_t i = 0; i < G_N_ELEMENTS(ends); i++)
        if (take_reserved(p, ends[i].word)) return shell_parse_error(p, "Syntax error: \"%s\" unexpected", ends[i].word);
    return parse_compound(p, &good) ? good : parse_simple(p);
}

static bool parse_pipe(struct shell_parser *p, uint32_t start)
{
    shell_parse_step(p, start)->kind = STEP_PIPE;
    while (p->at[0] == '|' && p->at[1] != '|') {
        if (p->at[1] == '&') return shell_parse_error(p, "Syntax error: \"|&\" unexpected (write 2>&1 |)");
        p->at++;
        skip_newlines(p);
        uint32_t piped = shell_parse_emit(p, STEP_PIPED);
        shell_parse_step(p, start)->to = piped;
        start = piped;
        if (!parse_command(p)) return false;
        shell_lex_skip_blank(p);
    }
    shell_parse_step(p, start)->is_last = true;
    uint32_t end = shell_parse_emit(p, STEP_PIPE_END);
    shell_parse_step(p, start)->to = end;
    return true;
}

static bool parse_pipeline(struct shell_parser *p)
{
    bool is_negated = false;
    uint32_t start = shell_parse_here(p);
    for (shell_lex_skip_blank(p); take_reserved(p, "!"); shell_lex_skip_blank(p)) is_negated = !is_negated;
    uint32_t pipe = shell_parse_emit(p, STEP_NOTHING);
    if (!parse_command(p)) return false;
    shell_lex_skip_blank(p);
    if (p->at[0] == '|' && p->at[1] != '|' && !parse_pipe(p, pipe)) return false;
    if (is_negated) {
        shell_parse_emit(p, STEP_NOT);
        forgive(p, start);
    }
    return true;
}

static bool parse_and_or(struct shell_parser *p)
{
    uint32_t start = shell_parse_here(p);
    if (!parse_pipeline(p)) return false;
    for (shell_lex_skip_blank(p); g_str_has_prefix(p->at, "&&") || g_str_has_prefix(p->at, "||"); shell_lex_skip_blank(p)) {
        forgive(p, start);
        start = shell_parse_here(p);
        uint32_t over = shell_parse_emit(p, *p->at == '&' ? STEP_IF_BAD : STEP_IF_GOOD);
        p->at += 2;
        skip_newlines(p);
        if (!parse_pipeline(p)) return false;
        shell_parse_step(p, over)->to = shell_parse_here(p);
    }
    return true;
}

bool shell_parse_list(struct shell_parser *p, unsigned until, unsigned *end)
{
    bool is_empty = true;
    while (true) {
        skip_newlines(p);
        if (take_end(p, until, end)) break;
        if (!parse_and_or(p)) return false;
        is_empty = false;
        shell_lex_skip_blank(p);
        if (*p->at == '&') return shell_parse_error(p, "Syntax error: \"&\" unexpected (no jobs in the background here; host:spawn makes processes)");
        if (p->at[0] == ';' && p->at[1] == '&')
            return shell_parse_error(p, ";& is not in this shell; write the commands in both clauses, and ;;");
        if (p->at[0] == ';' && p->at[1] == ';') {
            if (!(until & UNTIL_CLAUSE)) return unexpected(p);
            continue;
        }
        if (*p->at == ';') p->at++;
        else if (*p->at && *p->at != '\n' && *p->at != ')') return unexpected(p);
    }
    if (!(*end & until)) return *end == UNTIL_EOF ? expected(p, until) : unexpected(p);
    bool may_be_empty = until & (UNTIL_EOF | UNTIL_PAREN | UNTIL_CLAUSE);
    if (is_empty && !may_be_empty) return shell_parse_error(p, "Syntax error: a command is missing");
    return true;
}

/* ---- whole scripts ---- */

static bool check_characters(struct shell_parser *p)
{
    size_t n = strlen(p->at);
    if (n > SCRIPT_MAX_BYTES)
        return shell_parse_error(p, "the script has %zu bytes, at most %d are read", n, SCRIPT_MAX_BYTES);
    const char *bad = NULL, *c = p->at;
    if (g_utf8_validate(p->at, (gssize) n, &bad)) bad = NULL;
    for (; *c && c != bad; c++) {
        if (*c == '\n') p->line++;
        if (g_ascii_iscntrl(*c) && !strchr("\n\t\r", *c)) break;
    }
    if (*c) return shell_parse_error(p, "this is no text: byte 0x%02x", (unsigned char) *c);
    p->line = 1;
    return true;
}

static struct shell_script *parse(const char *text, bool *is_open, GError **error)
{
    struct shell_script *s = g_new0(struct shell_script, 1);
    s->steps = g_array_new(FALSE, FALSE, sizeof(struct step));
    s->words = g_array_new(FALSE, FALSE, sizeof(struct word));
    s->parts = g_array_new(FALSE, FALSE, sizeof(struct part));
    s->redirects = g_array_new(FALSE, FALSE, sizeof(struct redirect));
    s->text = g_string_chunk_new(256);
    struct shell_parser p = { .script = s, .at = text, .line = 1 };
    unsigned end;
    bool good = check_characters(&p) && shell_parse_list(&p, UNTIL_EOF, &end);
    *is_open = p.is_open;
    if (good) {
        shell_parse_emit(&p, STEP_END);
        return s;
    }
    g_propagate_error(error, p.error);
    shell_script_free(s);
    return NULL;
}

struct shell_script *shell_script_parse(const char *text, GError **error)
{
    bool is_open;
    return parse(text, &is_open, error);
}

bool shell_script_wants_more(const char *text)
{
    bool is_open;
    shell_script_free(parse(text, &is_open, NULL));
    return is_open;
}

void shell_script_free(struct shell_script *s)
{
    if (!s) return;
    g_array_free(s->steps, TRUE);
    g_array_free(s->words, TRUE);
    g_array_free(s->parts, TRUE);
    g_array_free(s->redirects, TRUE);
    g_string_chunk_free(s->text);
    g_free(s);
}

const char *shell_script_literal(const struct shell_script *s, uint32_t word)
{
    const struct word *w = &g_array_index(s->words, struct word, word);
    const struct part *part = &g_array_index(s->parts, struct part, w->first);
    return w->n == 1 && part->kind == PART_TEXT ? part->text : NULL;
}
