/* SPDX-License-Identifier: GPL-3.0-or-later */
/* shell_lex.c - characters to words (POSIX.1 XCU 2.2 quoting, 2.6 expansions, 2.7.4 here-documents). */
#include "models/host/shell_script.h"

#include <string.h>

/* How far a word goes, and what quotes mean in it. */
enum mode {
    MODE_WORD,   /* to a blank or an operator */
    MODE_DOUBLE, /* to the double quote */
    MODE_HERE,   /* to the end of the text */
    MODE_BRACE,  /* to the } of ${x:-word}, quoted or not as the word around it */
    MODE_SUM,    /* to the )) of $((sum)) */
    MODE_REGEX,  /* to a blank */
};

struct builder {
    struct shell_parser *p;
    GArray *parts;
    GString *text;    /* that is not yet a part */
    bool is_quoted;   /* the text */
    bool is_inside;   /* double quotes: of ${} */
};

bool is_name_char(char c)
{
    return g_ascii_isalnum(c) || c == '_';
}

static const char *keep(struct shell_parser *p, const char *text, size_t n)
{
    g_autofree char *copy = g_strndup(text, n);
    return g_string_chunk_insert(p->script->text, copy);
}

void shell_lex_newline(struct shell_parser *p)
{
    p->line++;
    if (p->at != p->skip_from) {
        p->at++;
        return;
    }
    p->at = p->skip_to;
    p->line += p->skip_lines;
    p->skip_from = NULL;
}

void shell_lex_skip_blank(struct shell_parser *p)
{
    while (true) {
        if (*p->at == ' ' || *p->at == '\t' || *p->at == '\r') p->at++;
        else if (p->at[0] == '\\' && p->at[1] == '\n') {
            p->at++;
            shell_lex_newline(p);
            p->is_open = p->is_open || (!*p->at && !p->n_inner);
        } else if (*p->at == '#') {
            p->at += strcspn(p->at, "\n");
        } else return;
    }
}

/* ---- parts ---- */

static void flush(struct builder *b, bool even_empty)
{
    if (!b->text->len && !even_empty) return;
    struct part part = { .kind = PART_TEXT, .is_quoted = b->is_quoted, .text = keep(b->p, b->text->str, b->text->len) };
    g_array_append_val(b->parts, part);
    g_string_truncate(b->text, 0);
}

static void add_char(struct builder *b, char c, bool is_quoted)
{
    if (b->text->len && b->is_quoted != is_quoted) flush(b, false);
    b->is_quoted = is_quoted;
    g_string_append_c(b->text, c);
}

static void add_part(struct builder *b, struct part part)
{
    flush(b, false);
    g_array_append_val(b->parts, part);
}

static bool read_parts(struct builder *b, enum mode mode);

/* A word of its own inside another, or a whole one. */
static bool read_word(struct shell_parser *p, enum mode mode, bool is_quoted, uint32_t *word)
{
    struct builder b = { .p = p, .parts = g_array_new(FALSE, FALSE, sizeof(struct part)), .text = g_string_new(NULL), .is_inside = is_quoted };
    bool good = read_parts(&b, mode);
    flush(&b, false);
    struct word w = { p->script->parts->len, b.parts->len };
    g_array_append_vals(p->script->parts, b.parts->data, b.parts->len);
    *word = p->script->words->len;
    g_array_append_val(p->script->words, w);
    g_array_free(b.parts, TRUE);
    g_string_free(b.text, TRUE);
    return good;
}

/* ---- expansions ---- */

/* $(commands), `commands`: p->at stands at the first of them; @until: what ends them. */
static bool read_commands(struct builder *b, bool is_quoted, unsigned until)
{
    struct shell_parser *p = b->p;
    uint32_t before = p->n_values;
    if (!shell_parse_enter(p)) return false;
    uint32_t capture = shell_parse_emit(p, STEP_CAPTURE);
    p->n_values = 0;
    unsigned end;
    if (!shell_parse_list(p, until, &end)) return false;
    uint32_t captured = shell_parse_emit(p, STEP_CAPTURED);
    shell_parse_step(p, capture)->to = captured;
    p->depth--;
    p->n_values = before + 1;
    add_part(b, (struct part){ .kind = PART_OUTPUT, .is_quoted = is_quoted, .word = before });
    return true;
}

static bool read_backquoted(struct builder *b, bool is_quoted)
{
    struct shell_parser *p = b->p;
    g_autoptr(GString) text = g_string_new(NULL);
    unsigned lines = 0;
    const char *c = p->at;
    for (; *c && *c != '`'; c++) {
        lines += *c == '\n';
        if (*c == '\\' && c[1] && strchr(is_quoted ? "$`\\\"" : "$`\\", c[1])) c++;
        g_string_append_c(text, *c);
    }
    if (!*c) {
        p->is_open = !p->n_inner;
        return shell_parse_error(p, "Syntax error: EOF in backquote substitution");
    }
    struct shell_parser saved = *p;
    p->at = text->str;
    p->skip_from = NULL;
    p->n_inner++;
    bool good = read_commands(b, is_quoted, UNTIL_EOF);
    p->n_inner--;
    p->at = c + 1;
    p->skip_from = saved.skip_from;
    p->skip_to = saved.skip_to;
    p->skip_lines = saved.skip_lines;
    if (good) p->line = saved.line + lines;
    return good;
}

static bool read_sum(struct builder *b, bool is_quoted)
{
    struct shell_parser *p = b->p;
    struct part part = { .kind = PART_SUM, .is_quoted = is_quoted };
    if (!shell_parse_enter(p) || !read_word(p, MODE_SUM, true, &part.word)) return false;
    p->depth--;
    add_part(b, part);
    return true;
}

/* The word of ${x:-word}: its commands are run only if it is needed. */
static bool read_brace_word(struct builder *b, struct part *part)
{
    struct shell_parser *p = b->p;
    uint32_t start = shell_parse_emit(p, STEP_NOTHING), before = p->n_values;
    bool is_pattern = part->op == '#' || part->op == '%';
    if (!shell_parse_enter(p) || !read_word(p, MODE_BRACE, part->is_quoted && !is_pattern, &part->word)) return false;
    p->depth--;
    if (p->n_values > before && !is_pattern) {
        struct step *s = shell_parse_step(p, start);
        *s = (struct step){ .kind = STEP_IF_UNUSED, .line = s->line, .to = shell_parse_here(p), .op = part->op,
                            .is_last = part->has_colon, .n_values = p->n_values - before, .name = part->text };
    }
    return true;
}

static bool bad_substitution(struct shell_parser *p)
{
    return shell_parse_error(p, "Syntax error: Bad substitution (this shell has ${x} ${#x} ${x:-y} ${x:=y} ${x:+y} ${x:?y} ${x#y} ${x##y} "
                                "${x%%y} ${x%%%%y}; cut, tr and awk do the rest)");
}

/* ${...}; p->at stands behind the brace. */
static bool read_brace(struct builder *b, bool is_quoted)
{
    struct shell_parser *p = b->p;
    struct part part = { .kind = PART_VARIABLE, .is_quoted = is_quoted };
    if (p->at[0] == '#' && is_name_char(p->at[1])) {
        part.op = 'l';
        p->at++;
    }
    const char *name = p->at;
    if (*p->at == '?') p->at++;
    else while (is_name_char(*p->at)) p->at++;
    if (p->at == name || g_ascii_isdigit(*name)) return bad_substitution(p);
    part.text = keep(p, name, (size_t) (p->at - name));
    if (!part.op && *p->at != '}') {
        if (*p->at == ':' && strchr("-=+?", p->at[1] ? p->at[1] : ':')) {
            part.has_colon = true;
            p->at++;
        }
        if (!*p->at || !strchr("-=+?#%", *p->at)) return bad_substitution(p);
        part.op = *p->at++;
        if ((part.op == '#' || part.op == '%') && *p->at == part.op) {
            part.is_greedy = true;
            p->at++;
        }
        if (!read_brace_word(b, &part)) return false;
    } else if (*p->at++ != '}') {
        p->at--;
        return bad_substitution(p);
    }
    add_part(b, part);
    return true;
}

/* p->at stands behind the dollar sign. */
static bool read_dollar(struct builder *b, bool is_quoted)
{
    struct shell_parser *p = b->p;
    const char *start = p->at;
    if (start[0] == '(' && start[1] == '(') {
        p->at += 2;
        return read_sum(b, is_quoted);
    }
    if (*start == '(') {
        p->at++;
        return read_commands(b, is_quoted, UNTIL_PAREN);
    }
    if (*start == '{') {
        p->at++;
        return read_brace(b, is_quoted);
    }
    if (*start && (strchr("@*#!$-", *start) || g_ascii_isdigit(*start)))
        return shell_parse_error(p, "$%c: a script here has no arguments and no processes; variables (x=1; $x) it has", *start);
    if ((*start == '\'' || *start == '"') && !is_quoted)
        return shell_parse_error(p, "$%c...%c is not in this shell; write $(printf 'a\\tb')", *start, *start);
    if (*start == '?') p->at++;
    else while (is_name_char(*p->at)) p->at++;
    if (p->at == start) add_char(b, '$', is_quoted);
    else add_part(b, (struct part){ .kind = PART_VARIABLE, .is_quoted = is_quoted, .text = keep(p, start, (size_t) (p->at - start)) });
    return true;
}

/* ---- quotes ---- */

static bool unterminated(struct shell_parser *p, unsigned line)
{
    p->line = line;
    return shell_parse_error(p, "Syntax error: Unterminated quoted string");
}

static bool read_single(struct builder *b)
{
    struct shell_parser *p = b->p;
    unsigned line = p->line;
    flush(b, false);
    b->is_quoted = true;
    while (*p->at && *p->at != '\'') {
        g_string_append_c(b->text, *p->at);
        if (*p->at == '\n') shell_lex_newline(p);
        else p->at++;
    }
    if (!*p->at) return unterminated(p, line);
    p->at++;
    flush(b, true);
    return true;
}

static bool read_double(struct builder *b)
{
    struct shell_parser *p = b->p;
    unsigned line = p->line;
    guint before = (flush(b, false), b->parts->len);
    b->is_quoted = true;
    bool good = read_parts(b, MODE_DOUBLE);
    if (good && !*p->at) return unterminated(p, line);
    p->at++;
    flush(b, b->parts->len == before);
    return good;
}

/* p->at stands behind the backslash. */
static void read_escaped(struct builder *b, enum mode mode, bool is_quoted)
{
    struct shell_parser *p = b->p;
    if (*p->at == '\n') {
        shell_lex_newline(p);
        p->is_open = p->is_open || (!*p->at && !p->n_inner);
        return;
    }
    const char *special = mode == MODE_HERE || mode == MODE_SUM ? "$`\\" : mode == MODE_BRACE ? "$`\"\\}" : "$`\"\\";
    if (!*p->at || (is_quoted && !strchr(special, *p->at))) add_char(b, '\\', true);
    else add_char(b, *p->at++, true);
}

/* Does the word end here?  @depth: of parentheses in a sum. */
static bool is_end(struct builder *b, enum mode mode, unsigned *depth)
{
    const char *at = b->p->at;
    switch (mode) {
    case MODE_WORD: return strchr(" \t\r\n;&|<>()", *at);
    case MODE_REGEX: return strchr(" \t\r\n", *at);
    case MODE_DOUBLE: return *at == '"';
    case MODE_HERE: return false;
    case MODE_BRACE: return *at == '}';
    case MODE_SUM:
        if (*at == ')' && !*depth) return true;
        *depth += (unsigned) (*at == '(') - (unsigned) (*at == ')');
        return false;
    }
    return true;
}

/* What ends ${} and $(()) is taken. */
static bool finish(struct builder *b, enum mode mode)
{
    struct shell_parser *p = b->p;
    if (mode == MODE_SUM) {
        if (p->at[0] != ')' || p->at[1] != ')') return shell_parse_error(p, "Syntax error: Missing '))'");
        p->at += 2;
    } else if (mode == MODE_BRACE) {
        if (*p->at != '}') return shell_parse_error(p, "Syntax error: Missing '}'");
        p->at++;
    }
    return true;
}

/* bash's {a,b} and {1..4}, which sh takes literally: whoever writes it means the words.  @at stands behind the brace. */
static bool is_brace_expansion(const char *at)
{
    const char *end = at + strcspn(at, " \t\r\n;&|<>()'\"{}");
    g_autofree char *inside = g_strndup(at, (size_t) (end - at));
    return *end == '}' && (strchr(inside, ',') || strstr(inside, ".."));
}

static bool read_parts(struct builder *b, enum mode mode)
{
    struct shell_parser *p = b->p;
    bool is_quoted = mode == MODE_DOUBLE || mode == MODE_HERE || mode == MODE_SUM || (mode == MODE_BRACE && b->is_inside);
    unsigned depth = 0;
    while (*p->at && !is_end(b, mode, &depth)) {
        char c = *p->at;
        if (c == '\n') {
            add_char(b, c, is_quoted);
            shell_lex_newline(p);
            continue;
        }
        p->at++;
        bool good = true;
        if (c == '$') good = read_dollar(b, is_quoted);
        else if (c == '`') good = read_backquoted(b, is_quoted);
        else if (c == '\\') read_escaped(b, mode, is_quoted);
        else if (c == '\'' && !is_quoted) good = read_single(b);
        else if (c == '"' && (!is_quoted || mode == MODE_BRACE)) good = read_double(b);
        else if (c == '{' && mode == MODE_WORD && is_brace_expansion(p->at))
            good = shell_parse_error(p, "{a,b} and {1..4} are not modelled; write the words, or $(seq 1 4)");
        else add_char(b, c, is_quoted);
        if (!good) return false;
    }
    return finish(b, mode);
}

bool shell_lex_word(struct shell_parser *p, uint32_t *word)
{
    return read_word(p, MODE_WORD, false, word);
}

bool shell_lex_regex(struct shell_parser *p, uint32_t *word)
{
    return read_word(p, MODE_REGEX, false, word);
}

/* ---- here-documents ---- */

/* The end mark, unquoted; is any of it quoted? */
static char *read_mark(struct shell_parser *p, bool *is_quoted)
{
    GString *mark = g_string_new(NULL);
    for (; *p->at && !strchr(" \t\r\n;&|<>()", *p->at); p->at++) {
        if (strchr("'\"\\", *p->at)) *is_quoted = true;
        else g_string_append_c(mark, *p->at);
    }
    return g_string_free(mark, FALSE);
}

/* The lines up to the mark; *at moves behind its line. NULL: no mark */
static GString *take_lines(const char **at, const char *mark, bool strip_tabs, unsigned *n_lines)
{
    GString *body = g_string_new(NULL);
    while (**at) {
        const char *line = *at, *end = line + strcspn(line, "\n");
        *at = *end ? end + 1 : end;
        ++*n_lines;
        while (strip_tabs && *line == '\t') line++;
        size_t n = (size_t) (end - line);
        if (n && line[n - 1] == '\r') n--;
        if (n == strlen(mark) && !memcmp(line, mark, n)) return body;
        g_string_append_len(body, line, (gssize) n);
        g_string_append_c(body, '\n');
    }
    g_string_free(body, TRUE);
    return NULL;
}

static bool expand_body(struct shell_parser *p, const char *body, bool is_quoted, unsigned line, uint32_t *word)
{
    struct shell_parser saved = *p;
    bool good = true;
    p->at = body;
    p->line = line;
    p->skip_from = NULL;
    if (is_quoted) {
        struct part part = { .kind = PART_TEXT, .is_quoted = true, .text = keep(p, body, strlen(body)) };
        struct word w = { p->script->parts->len, 1 };
        g_array_append_val(p->script->parts, part);
        *word = p->script->words->len;
        g_array_append_val(p->script->words, w);
    } else {
        p->n_inner++;
        good = read_word(p, MODE_HERE, true, word);
        p->n_inner--;
    }
    p->at = saved.at;
    p->skip_from = saved.skip_from;
    p->skip_to = saved.skip_to;
    p->skip_lines = saved.skip_lines;
    if (good) p->line = saved.line;
    return good;
}

bool shell_lex_here_document(struct shell_parser *p, bool strip_tabs, uint32_t *word)
{
    bool is_quoted = false;
    g_autofree char *mark = read_mark(p, &is_quoted);
    if (!*mark && !is_quoted) return shell_parse_error(p, "Syntax error: a word must follow \"<<\"");
    bool is_first = !p->skip_from;
    const char *newline = is_first ? strchrnul(p->at, '\n') : p->skip_from;
    const char *at = is_first ? newline + (*newline == '\n') : p->skip_to;
    unsigned n_lines = is_first ? 0 : p->skip_lines, first_line = p->line + 1 + n_lines;
    g_autoptr(GString) body = take_lines(&at, mark, strip_tabs, &n_lines);
    if (!body) {
        p->is_open = !p->n_inner;
        return shell_parse_error(p, "Syntax error: here-document without its end \"%s\"", mark);
    }
    p->skip_from = newline;
    p->skip_to = at;
    p->skip_lines = n_lines;
    return expand_body(p, body->str, is_quoted, first_line, word);
}

bool shell_lex_here_string(struct shell_parser *p, uint32_t *word)
{
    shell_lex_skip_blank(p);
    if (!shell_lex_word(p, word)) return false;
    struct word *w = &g_array_index(p->script->words, struct word, *word);
    struct part part = { .kind = PART_TEXT, .is_quoted = true, .text = "\n" };
    g_array_append_val(p->script->parts, part); /* behind the word's own, which are the last */
    w->n++;
    return true;
}
