/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_awk.c - the awk of one-liners: [CONDITION] [{ print ITEMS }], fields and numbers of lines.
 *
 *     CONDITION  /regex/  !/regex/  $2 == "x"  $2 ~ /regex/  NR > 1  NF == 4  $3 > 100; joined by && or ||
 *     ITEM       $1  $NF  NR  NF  "text"  12; side by side they are joined, commas put a blank between
 */
#include "models/host/commands.h"

#include <string.h>

enum { MAX_TESTS = 8, MAX_ITEMS = 64 };

enum value_kind { VALUE_FIELD, VALUE_LAST_FIELD, VALUE_NR, VALUE_NF, VALUE_TEXT, VALUE_NUMBER };

struct value {
    enum value_kind kind;
    unsigned field;
    char *text;
};

enum test_kind { TEST_TRUE, TEST_REGEX, TEST_NOT_REGEX, TEST_EQ, TEST_NE, TEST_LT, TEST_GT, TEST_LE, TEST_GE };

struct test {
    enum test_kind kind;
    struct value left, right;
    GRegex *regex;
    bool is_or;        /* joined to those before by || */
};

struct item {
    struct value value;
    bool has_blank;    /* a comma stands before it */
};

struct awk {
    struct command_run *run;
    const char *program, *at;
    char *separator;   /* NULL: blanks */
    struct test tests[MAX_TESTS];
    struct item items[MAX_ITEMS];
    unsigned n_tests, n_items;
    char **fields;
    unsigned n_fields;
    uint64_t nr;
    const char *line;
};

/* ---- the program ---- */

static bool unknown(struct awk *a)
{
    return command_unsupported(a->run, "awk: '%s': not modelled from \"%.20s\" on (it has: /regex/, NR, NF, $N compared; print $N, $NF, \"text\")",
                               a->program, a->at);
}

static void skip_blank(struct awk *a)
{
    a->at += strspn(a->at, " \t\n;");
}

static bool take(struct awk *a, const char *token)
{
    skip_blank(a);
    if (!g_str_has_prefix(a->at, token)) return false;
    a->at += strlen(token);
    return true;
}

static bool read_string(struct awk *a, struct value *v)
{
    GString *text = g_string_new(NULL);
    for (; *a->at && *a->at != '"'; a->at++) {
        if (*a->at != '\\' || !a->at[1]) {
            g_string_append_c(text, *a->at);
            continue;
        }
        const char *place = strchr("nt\\\"/", *++a->at);
        if (place) g_string_append_c(text, "\n\t\\\"/"[place - "nt\\\"/"]);
        else g_string_append_printf(text, "\\%c", *a->at);
    }
    *v = (struct value){ .kind = VALUE_TEXT, .text = g_string_free(text, FALSE) };
    if (*a->at != '"') return unknown(a);
    a->at++;
    return true;
}

static bool read_value(struct awk *a, struct value *v)
{
    *v = (struct value){ 0 };
    if (take(a, "\"")) return read_string(a, v);
    if (take(a, "$NF")) v->kind = VALUE_LAST_FIELD;
    else if (*a->at == '$' && g_ascii_isdigit(a->at[1])) {
        char *end;
        v->field = (unsigned) MIN(g_ascii_strtoull(a->at + 1, &end, 10), (guint64) UINT32_MAX);
        a->at = end;
    } else if (take(a, "NR")) v->kind = VALUE_NR;
    else if (take(a, "NF")) v->kind = VALUE_NF;
    else if (g_ascii_isdigit(*a->at) || (*a->at == '-' && g_ascii_isdigit(a->at[1]))) {
        size_t n = 1 + strspn(a->at + 1, "0123456789.");
        v->kind = VALUE_NUMBER;
        v->text = g_strndup(a->at, n);
        a->at += n;
    } else return unknown(a);
    return !is_name_char(*a->at) || unknown(a);
}

/* The slash before it is taken. */
static bool read_regex(struct awk *a, GRegex **regex)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (; *a->at && *a->at != '/'; a->at++) {
        if (*a->at == '\\' && a->at[1]) g_string_append_c(text, *a->at++);
        g_string_append_c(text, *a->at);
    }
    if (*a->at++ != '/') return command_fail_status(a->run, 2, "awk: regular expression is not closed: '%s'", a->program);
    g_autoptr(GError) error = NULL;
    *regex = g_regex_new(text->str, G_REGEX_RAW, 0, &error);
    return *regex || command_fail_status(a->run, 2, "awk: invalid regular expression /%s/", text->str);
}

static bool read_test(struct awk *a, struct test *t)
{
    static const struct { const char *text; enum test_kind kind; } operators[] = {
        { "==", TEST_EQ }, { "!=", TEST_NE }, { "<=", TEST_LE }, { ">=", TEST_GE }, { "<", TEST_LT }, { ">", TEST_GT },
    };
    bool is_not = take(a, "!/");
    if (is_not || take(a, "/")) {
        t->kind = is_not ? TEST_NOT_REGEX : TEST_REGEX;
        return read_regex(a, &t->regex);
    }
    if (!read_value(a, &t->left)) return false;
    bool is_negated = take(a, "!~");
    if (is_negated || take(a, "~")) {
        t->kind = is_negated ? TEST_NOT_REGEX : TEST_REGEX;
        return take(a, "/") ? read_regex(a, &t->regex) : unknown(a);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(operators); i++)
        if (take(a, operators[i].text)) {
            t->kind = operators[i].kind;
            return read_value(a, &t->right);
        }
    t->kind = TEST_TRUE;
    return true;
}

static bool read_condition(struct awk *a)
{
    bool is_or = false;
    do {
        if (a->n_tests == MAX_TESTS) return unknown(a);
        struct test *t = &a->tests[a->n_tests++];
        t->is_or = is_or;
        if (!read_test(a, t)) return false;
        is_or = take(a, "||");
    } while (is_or || take(a, "&&"));
    return true;
}

static bool read_print(struct awk *a)
{
    bool has_blank = false;
    if (!take(a, "print") || is_name_char(*a->at)) return unknown(a);
    bool in_parentheses = take(a, "(");
    while (!take(a, "}") && !(in_parentheses && take(a, ")"))) {
        if (!*a->at || a->n_items == MAX_ITEMS) return unknown(a);
        struct item *item = &a->items[a->n_items++];
        item->has_blank = has_blank;
        if (!read_value(a, &item->value)) return false;
        has_blank = take(a, ",");
    }
    if (has_blank) return unknown(a);
    return !in_parentheses || take(a, "}") || unknown(a);
}

static bool read_program(struct awk *a)
{
    skip_blank(a);
    if (!*a->at) return unknown(a);
    if (*a->at != '{' && !read_condition(a)) return false;
    if (take(a, "{") && !read_print(a)) return false;
    skip_blank(a);
    return !*a->at || unknown(a);
}

/* ---- lines ---- */

static void split(struct awk *a, const char *line)
{
    g_strfreev(a->fields);
    a->line = line;
    if (a->separator) {
        a->fields = g_strsplit(line, a->separator, -1);
    } else {
        g_autoptr(GPtrArray) fields = g_ptr_array_new();
        for (line += strspn(line, " \t"); *line; line += strspn(line, " \t")) {
            size_t n = strcspn(line, " \t");
            g_ptr_array_add(fields, g_strndup(line, n));
            line += n;
        }
        g_ptr_array_add(fields, NULL);
        a->fields = (char **) g_ptr_array_free(g_steal_pointer(&fields), FALSE);
    }
    a->n_fields = g_strv_length(a->fields);
}

static const char *value_text(const struct awk *a, const struct value *v, char buffer[24])
{
    switch (v->kind) {
    case VALUE_FIELD: return !v->field ? a->line : v->field <= a->n_fields ? a->fields[v->field - 1] : "";
    case VALUE_LAST_FIELD: return a->n_fields ? a->fields[a->n_fields - 1] : a->line;
    case VALUE_NR: g_snprintf(buffer, 24, "%" G_GUINT64_FORMAT, a->nr); return buffer;
    case VALUE_NF: g_snprintf(buffer, 24, "%u", a->n_fields); return buffer;
    default: return v->text;
    }
}

/* Texts that look like numbers are compared as such, unless one was written in quotes. */
static int compare(const struct awk *a, const struct test *t)
{
    char x[24], y[24], *end_l, *end_r;
    const char *left = value_text(a, &t->left, x), *right = value_text(a, &t->right, y);
    double l = g_ascii_strtod(left, &end_l), r = g_ascii_strtod(right, &end_r);
    bool numeric = t->left.kind != VALUE_TEXT && t->right.kind != VALUE_TEXT && end_l != left && end_r != right && !*end_l && !*end_r;
    return numeric ? (l > r) - (l < r) : strcmp(left, right);
}

/* A value alone: not empty, not 0; what was written in quotes is no number. */
static bool is_true(const struct awk *a, const struct value *v)
{
    char buffer[24], *end;
    const char *text = value_text(a, v, buffer);
    return *text && (v->kind == VALUE_TEXT || g_ascii_strtod(text, &end) != 0 || *end);
}

static bool holds(const struct awk *a, const struct test *t)
{
    char buffer[24];
    if (t->regex) return g_regex_match(t->regex, value_text(a, &t->left, buffer), 0, NULL) == (t->kind == TEST_REGEX);
    if (t->kind == TEST_TRUE) return is_true(a, &t->left);
    int order = compare(a, t);
    switch (t->kind) {
    case TEST_EQ: return order == 0;
    case TEST_NE: return order != 0;
    case TEST_LT: return order < 0;
    case TEST_GT: return order > 0;
    case TEST_LE: return order <= 0;
    default: return order >= 0;
    }
}

static bool awk_line(struct command_run *run, const char *line, void *data)
{
    struct awk *a = data;
    char buffer[24];
    a->nr++;
    split(a, line);
    bool all = true; /* && binds tighter than || */
    for (unsigned i = 0; i < a->n_tests; i++) {
        if (a->tests[i].is_or && all) break;
        all = (a->tests[i].is_or || all) && holds(a, &a->tests[i]);
    }
    if (!all) return true;
    if (!a->n_items) g_string_append(run->out, line);
    for (unsigned i = 0; i < a->n_items; i++)
        command_print(run, "%s%s", a->items[i].has_blank ? " " : "", value_text(a, &a->items[i].value, buffer));
    g_string_append_c(run->out, '\n');
    return true;
}

bool cmd_awk(struct command_run *run)
{
    static const struct command_option rows[] = { { 'F', "field-separator=" } };
    struct command_options o = { .run = run, COMMAND_OPTIONS(rows), .missing = "-f --file -v --assign -W --version --help", .bad_status = 2, .stops = true };
    struct awk a = { .run = run };
    for (int option; (option = command_next_option(&o));) {
        const char *text = o.argument;
        if (option == COMMAND_BAD_OPTION) return false;
        bool is_plain = strlen(text) == 1 || !strpbrk(text, "\\[]().*+?^$|{}");
        if (!is_plain && strcmp(text, "\\t")) return command_unsupported(run, "awk -F '%s': only a text without regular expression is modelled", text);
        if (!strcmp(text, " ")) continue;
        a.separator = !strcmp(text, "\\t") || !strcmp(text, "t") ? "\t" : (char *) text;
    }
    if (!*o.words) return command_fail_status(run, 2, "awk: no program");
    a.program = a.at = *o.words++;
    bool good = read_program(&a) && command_each_line(run, o.words, awk_line, &a);
    for (unsigned i = 0; i < a.n_tests; i++) {
        if (a.tests[i].regex) g_regex_unref(a.tests[i].regex);
        g_free(a.tests[i].left.text);
        g_free(a.tests[i].right.text);
    }
    for (unsigned i = 0; i < a.n_items; i++) g_free(a.items[i].value.text);
    g_strfreev(a.fields);
    if (!good && !run->is_unsupported) run->status = 2;
    return good;
}
