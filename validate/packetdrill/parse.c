/* SPDX-License-Identifier: GPL-3.0-or-later */
/* parse.c - a script: its options, times, events, and the arguments of calls. */
#include "validate/packetdrill/script.h"

#include <string.h>

enum { MAX_DEPTH = 32, MAX_EVENTS = 1000000 };

/* ---- arguments ---- */

void expr_free(struct expr *e)
{
    if (!e) return;
    g_free(e->text);
    if (e->items) g_ptr_array_free(e->items, TRUE);
    g_free(e);
}

static struct expr *expr_new(enum expr_kind kind)
{
    struct expr *e = g_new0(struct expr, 1);
    e->kind = kind;
    if (kind >= EXPR_LIST) e->items = g_ptr_array_new_with_free_func((GDestroyNotify) expr_free);
    return e;
}

static struct expr *parse_or(struct reader *r, unsigned depth);

/* Items up to @close, separated by commas. */
static bool parse_items(struct reader *r, struct expr *e, const char *close, unsigned depth)
{
    while (!reader_take(r, close)) {
        struct expr *item = parse_or(r, depth);
        if (!item) return false;
        g_ptr_array_add(e->items, item);
        if (!reader_take(r, ",")) return reader_expect(r, close);
    }
    return true;
}

static bool parse_string(struct reader *r, GString *text)
{
    unsigned line = r->line;
    for (r->at++; r->at < r->end && *r->at != '"'; r->at++) {
        r->line += *r->at == '\n';
        if (*r->at == '\\' && r->at + 1 < r->end) r->at++;
        g_string_append_c(text, *r->at);
    }
    if (r->at < r->end) {
        r->at++;
        return true;
    }
    r->line = line;
    return reader_fail(r, "a string begins here and does not end");
}

/* A field of a struct: "events=POLLIN", "msg_iov(1)=[...]", or a value alone. */
static struct expr *parse_field(struct reader *r, unsigned depth)
{
    struct expr *value = parse_or(r, depth);
    if (!value || !reader_take(r, "=")) return value;
    if (value->kind != EXPR_NAME && value->kind != EXPR_CALL) {
        reader_fail(r, "a field's name is expected before \"=\"");
        expr_free(value);
        return NULL;
    }
    struct expr *field = expr_new(EXPR_STRUCT);
    field->text = g_strdup(value->text);
    expr_free(value);
    struct expr *content = parse_or(r, depth);
    if (!content) {
        expr_free(field);
        return NULL;
    }
    g_ptr_array_add(field->items, content);
    return field;
}

static struct expr *parse_struct(struct reader *r, unsigned depth)
{
    struct expr *e = expr_new(EXPR_STRUCT);
    while (!reader_take(r, "}")) {
        struct expr *field = parse_field(r, depth);
        if (!field) {
            expr_free(e);
            return NULL;
        }
        g_ptr_array_add(e->items, field);
        if (reader_peek(r) != '}' && !reader_expect(r, ",")) {
            expr_free(e);
            return NULL;
        }
    }
    return e;
}

static struct expr *parse_one(struct reader *r, unsigned depth)
{
    if (depth > MAX_DEPTH) {
        reader_fail(r, "nested more than %d deep", MAX_DEPTH);
        return NULL;
    }
    char c = reader_peek(r);
    if (reader_take(r, "...")) return expr_new(EXPR_ELLIPSIS);
    if (reader_take(r, "{")) return parse_struct(r, depth + 1);
    struct expr *e = NULL;
    bool good = true;
    if (reader_take(r, "[")) {
        e = expr_new(EXPR_LIST);
        good = parse_items(r, e, "]", depth + 1);
    } else if (c == '"') {
        e = expr_new(EXPR_STRING);
        GString *text = g_string_new(NULL);
        good = parse_string(r, text);
        e->text = g_string_free(text, FALSE);
    } else if (g_ascii_isdigit(c) || c == '-') {
        e = expr_new(EXPR_NUMBER);
        good = reader_number(r, &e->number);
    } else {
        char *name = reader_word(r);
        if (!name) {
            reader_fail(r, "an argument is expected");
            return NULL;
        }
        bool is_call = reader_take(r, "(");
        e = expr_new(is_call ? EXPR_CALL : EXPR_NAME);
        e->text = name;
        if (is_call) good = parse_items(r, e, ")", depth + 1);
    }
    if (good) return e;
    expr_free(e);
    return NULL;
}

/* Flags joined by '|'. */
static struct expr *parse_or(struct reader *r, unsigned depth)
{
    struct expr *first = parse_one(r, depth);
    if (!first || reader_peek(r) != '|') return first;
    struct expr *e = expr_new(EXPR_OR);
    g_ptr_array_add(e->items, first);
    while (reader_take(r, "|")) {
        struct expr *next = parse_one(r, depth);
        if (!next) {
            expr_free(e);
            return NULL;
        }
        g_ptr_array_add(e->items, next);
    }
    return e;
}

struct expr *parse_expr(struct reader *r)
{
    return parse_or(r, 0);
}

/* ---- times ---- */

/* "1.5", ".1", "0"; not the dots of "0...0.2" */
static bool parse_time(struct reader *r, netsim_time *t)
{
    reader_skip(r);
    int64_t seconds = 0, fraction = 0, unit = NETSIM_S;
    const char *start = r->at;
    for (; r->at < r->end && g_ascii_isdigit(*r->at); r->at++) {
        seconds = seconds * 10 + (*r->at - '0');
        if (seconds > 1000000) return reader_fail(r, "a time must be below 1000000 s");
    }
    if (r->at + 1 < r->end && *r->at == '.' && g_ascii_isdigit(r->at[1]))
        for (r->at++; r->at < r->end && g_ascii_isdigit(*r->at); r->at++) {
            unit /= 10;
            fraction += unit * (*r->at - '0');
        }
    if (r->at == start) return reader_fail(r, "a time is expected: 0.1, +.1, or *");
    *t = seconds * NETSIM_S + fraction;
    return true;
}

static bool parse_times(struct reader *r, struct event *e)
{
    if (reader_take(r, "*")) {
        e->time_kind = TIME_ANY;
        return true;
    }
    e->time_kind = reader_take(r, "+") ? TIME_RELATIVE : TIME_ABSOLUTE;
    if (!parse_time(r, &e->at)) return false;
    e->is_blocking = reader_take(r, "...");
    e->is_range = !e->is_blocking && reader_take(r, "~");
    if (!e->is_blocking && !e->is_range) return true;
    bool is_relative = reader_take(r, "+"); /* the second time has the base of the first */
    if (is_relative && e->time_kind != TIME_RELATIVE) return reader_fail(r, "both times must be relative, or none");
    if (!parse_time(r, &e->until)) return false;
    return e->until >= e->at || reader_fail(r, "the second time is before the first");
}

/* ---- events ---- */

static void event_free(struct event *e)
{
    g_free(e->text);
    g_free(e->error);
    if (e->args) g_ptr_array_free(e->args, TRUE);
    expr_free(e->result);
    g_free(e);
}

/* Text up to @close, which is taken. */
static char *parse_until(struct reader *r, const char *close, const char *what)
{
    unsigned line = r->line;
    const char *start = r->at;
    size_t n = strlen(close);
    while ((size_t) (r->end - r->at) >= n && memcmp(r->at, close, n)) r->line += *r->at++ == '\n';
    if ((size_t) (r->end - r->at) < n) {
        r->line = line;
        reader_fail(r, "%s begins here and does not end", what);
        return NULL;
    }
    char *text = g_strndup(start, (gsize) (r->at - start));
    r->at += n;
    return text;
}

static bool parse_call(struct reader *r, struct event *e)
{
    e->kind = EVENT_CALL;
    e->text = reader_word(r);
    if (!e->text) return reader_fail(r, "an event is expected: <, >, a system call, a command in `...` or code in %%{ }%%");
    if (!reader_expect(r, "(")) return false;
    e->args = g_ptr_array_new_with_free_func((GDestroyNotify) expr_free);
    struct expr list = { .kind = EXPR_LIST, .items = e->args };
    if (!parse_items(r, &list, ")", 0) || !reader_expect(r, "=")) return false;
    e->result = parse_expr(r);
    if (!e->result) return false;
    char c = reader_peek(r);
    if (g_ascii_isupper(c)) e->error = reader_word(r);
    if (!reader_take(r, "(")) return true;
    g_free(parse_until(r, ")", "a remark")); /* "(Operation now in progress)" */
    return r->error == NULL;
}

static bool parse_event(struct reader *r, struct event *e)
{
    reader_skip(r);
    e->line = r->line;
    if (!parse_times(r, e)) return false;
    reader_skip(r);
    e->line = r->line;
    if (e->is_range && reader_peek(r) != '>') return reader_fail(r, "a range of times is for packets that are sent (>)");
    bool is_inbound = reader_take(r, "<");
    char next = reader_peek(r);
    if (e->is_blocking && (is_inbound || next == '>' || next == '`' || next == '%'))
        return reader_fail(r, "an end (...) is for system calls: only they can block");
    if (is_inbound || reader_take(r, ">")) {
        e->kind = is_inbound ? EVENT_INBOUND : EVENT_OUTBOUND;
        return parse_segment(r, &e->segment);
    }
    if (reader_take(r, "`")) {
        e->kind = EVENT_COMMAND;
        return (e->text = parse_until(r, "`", "a command")) != NULL;
    }
    if (reader_take(r, "%{")) {
        e->kind = EVENT_CODE;
        return (e->text = parse_until(r, "}%", "code")) != NULL;
    }
    return parse_call(r, e);
}

static bool parse_option_lines(struct reader *r)
{
    while (reader_peek(r) == '-' && r->at + 1 < r->end && r->at[1] == '-') {
        const char *start = r->at;
        while (r->at < r->end && !g_ascii_isspace(*r->at)) r->at++;
        g_ptr_array_add(r->script->options, g_strndup(start, (gsize) (r->at - start)));
    }
    return r->error == NULL;
}

static bool parse_all(struct reader *r)
{
    struct script *s = r->script;
    if (!parse_option_lines(r)) return false;
    if (reader_take(r, "`")) {
        s->init_line = r->line;
        if (!(s->init = parse_until(r, "`", "a command"))) return false;
    }
    while (reader_peek(r) && !r->error) {
        if (reader_take(r, "`")) { /* without a time: at the end */
            s->cleanup_line = r->line;
            g_free(s->cleanup);
            if (!(s->cleanup = parse_until(r, "`", "a command"))) return false;
            continue;
        }
        if (s->cleanup) return reader_fail(r, "nothing may follow the closing command");
        if (s->events->len == MAX_EVENTS) return reader_fail(r, "more than %d events", MAX_EVENTS);
        struct event *e = g_new0(struct event, 1);
        g_ptr_array_add(s->events, e);
        if (!parse_event(r, e)) return false;
    }
    if (!r->error && s->events->len == 0) reader_fail(r, "the script has no events");
    return r->error == NULL;
}

struct script *script_parse(const char *path, const char *text, size_t length, GHashTable *defines, GError **error)
{
    struct script *s = g_new0(struct script, 1);
    s->path = g_strdup(path);
    s->options = g_ptr_array_new_with_free_func(g_free);
    s->events = g_ptr_array_new_with_free_func((GDestroyNotify) event_free);
    struct reader r = { .script = s, .at = text, .end = text + length, .line = 1, .defines = defines };
    const char *nul = memchr(text, '\0', length);
    if (nul) {
        for (const char *c = text; c < nul; c++) r.line += *c == '\n';
        reader_fail(&r, "a NUL byte: this is no script");
    } else if (parse_all(&r)) return s;
    g_propagate_error(error, r.error);
    script_free(s);
    return NULL;
}

void script_free(struct script *s)
{
    if (!s) return;
    g_free(s->path);
    g_ptr_array_free(s->options, TRUE);
    g_ptr_array_free(s->events, TRUE);
    g_free(s->init);
    g_free(s->cleanup);
    g_free(s->unsupported);
    g_free(s);
}
