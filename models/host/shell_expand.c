/* SPDX-License-Identifier: GPL-3.0-or-later */
/* shell_expand.c - words to arguments (POSIX.1 XCU 2.6): variables, splitting into fields, patterns for file names. */
#include "models/host/shell.h"

#include "core/suggest.h"
#include <string.h>

enum { MAX_FIELD_BYTES = 8 << 20, MAX_FIELDS = 1 << 16, MAX_TRIMMED_BYTES = 16 << 10 };

/* ---- variables ---- */

void shell_push_scope(struct shell *sh)
{
    struct scope *s = g_new0(struct scope, 1);
    s->parent = sh->scope;
    s->errexit = sh->scope && sh->scope->errexit;
    s->nounset = !sh->scope || sh->scope->nounset;
    sh->scope = s;
}

void shell_pop_scope(struct shell *sh)
{
    struct scope *s = sh->scope;
    sh->scope = s->parent;
    if (s->variables) g_hash_table_destroy(s->variables);
    g_free(s);
}

const char *shell_variable(const struct shell *sh, const char *name)
{
    gpointer value;
    for (const struct scope *s = sh->scope; s; s = s->parent)
        if (s->variables && g_hash_table_lookup_extended(s->variables, name, NULL, &value)) return value;
    return NULL;
}

void shell_assign(struct shell *sh, const char *name, const char *value)
{
    struct scope *s = sh->scope;
    if (!s->variables) s->variables = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_hash_table_replace(s->variables, g_strdup(name), g_strdup(value));
}

static void offer_variables(const struct shell *sh, struct suggest *near)
{
    for (const struct scope *s = sh->scope; s; s = s->parent) {
        if (!s->variables) continue;
        g_autoptr(GList) names = g_list_sort(g_hash_table_get_keys(s->variables), (GCompareFunc) g_strcmp0);
        for (GList *n = names; n; n = n->next) suggest_offer(near, n->data);
    }
}

static bool fail_unset(struct shell *sh, const char *name, const char *why)
{
    struct suggest near = suggest_for(name);
    if (!*why) offer_variables(sh, &near);
    shell_fail(sh, g_error_new(NETSIM_ERROR, NETSIM_ERROR_SYNTAX, "line %u: %s: %s%s", sh->line, name,
                               *why ? why : "parameter not set",
                               near.best || *why ? suggest_text(&near).text : "; neither a variable of the shell nor a parameter of the scenario"));
    return false;
}

/* ---- patterns ---- */

/* "[a-z]", "[!0-9]": does it match @c?  *pattern moves behind it; NULL: there is no closing bracket. */
static const char *match_set(const char *p, char c, bool *matches)
{
    bool is_negated = *p == '!' || *p == '^', found = false;
    if (is_negated) p++;
    for (const char *first = p; *p && (*p != ']' || p == first); p++) {
        if (*p == '\\' && p[1]) p++;
        if (p[1] == '-' && p[2] && p[2] != ']') {
            found = found || (*p <= c && c <= p[2]);
            p += 2;
        } else {
            found = found || *p == c;
        }
    }
    *matches = found != is_negated;
    return *p ? p + 1 : NULL;
}

bool shell_match(const char *pattern, const char *text)
{
    const char *star = NULL, *star_text = NULL; /* where to try again with a longer star */
    while (*text) {
        bool matches = false;
        const char *next = NULL;
        if (*pattern == '*') {
            star = ++pattern;
            star_text = text;
            continue;
        }
        if (*pattern == '[') next = match_set(pattern + 1, *text, &matches);
        if (!next && *pattern) {
            const char *literal = *pattern == '\\' && pattern[1] ? pattern + 1 : pattern;
            matches = *pattern == '?' || *literal == *text;
            next = literal + 1;
        }
        if (matches) {
            pattern = next;
            text++;
        } else if (star) {
            pattern = star;
            text = ++star_text;
        } else return false;
    }
    while (*pattern == '*') pattern++;
    return !*pattern;
}

static char *unescape(const char *pattern)
{
    GString *text = g_string_new(NULL);
    for (; *pattern; pattern++) {
        if (*pattern == '\\' && pattern[1]) pattern++;
        g_string_append_c(text, *pattern);
    }
    return g_string_free(text, FALSE);
}

/* Add to @found the paths below @base that match the rest of a pattern: "/queues/rx-*\/rps_cpus". Depth: its slashes. */
static void glob_below(struct host *host, const char *base, char **components, GPtrArray *found)
{
    if (!*components) {
        g_ptr_array_add(found, g_strdup(base));
        return;
    }
    if (found->len >= MAX_FIELDS) return;
    if (!strpbrk(*components, "*?[")) {
        g_autofree char *name = unescape(*components), *path = g_strconcat(base, "/", name, NULL);
        if (shell_file_kind(host, path)) glob_below(host, path, components + 1, found);
        return;
    }
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    if (!shell_list(host, *base ? base : "/", names)) return;
    for (guint i = 0; i < names->len; i++) {
        const char *name = names->pdata[i];
        if ((*name == '.' && **components != '.') || !shell_match(*components, name)) continue;
        g_autofree char *path = g_strconcat(base, "/", name, NULL);
        glob_below(host, path, components + 1, found);
    }
}

/* ---- fields ---- */

struct fields {
    struct shell *sh;
    char *const *values;
    GPtrArray *done;     /* NULL: all becomes one string, nothing is split */
    GString *text;
    GString *pattern;    /* the same, but what is quoted and special has a backslash; NULL: none is made */
    const char *special; /* in patterns */
    bool has_field;      /* also an empty one, of "" */
    bool is_glob;
};

static void end_field(struct fields *f)
{
    if (!f->has_field) return;
    guint before = f->done->len;
    if (f->is_glob && *f->text->str == '/') {
        g_auto(GStrv) components = g_strsplit(f->pattern->str + 1, "/", 32);
        glob_below(f->sh->host, "", components, f->done);
    }
    if (f->done->len == before) g_ptr_array_add(f->done, g_strdup(f->text->str));
    g_string_truncate(f->text, 0);
    g_string_truncate(f->pattern, 0);
    f->has_field = f->is_glob = false;
}

static void add(struct fields *f, const char *text, bool is_quoted)
{
    f->has_field = f->has_field || is_quoted || *text;
    g_string_append(f->text, text);
    for (; f->pattern && *text; text++) {
        bool is_special = strchr(f->special, *text);
        if (is_special && is_quoted) g_string_append_c(f->pattern, '\\');
        f->is_glob = f->is_glob || (is_special && !is_quoted && *text != '\\');
        g_string_append_c(f->pattern, *text);
    }
}

/* The value of an expansion: blanks end fields, unless it is quoted. */
static void add_value(struct fields *f, const char *text, bool is_quoted)
{
    if (is_quoted || !f->done) {
        add(f, text, is_quoted);
        return;
    }
    while (*text) {
        size_t n = strcspn(text, " \t\n");
        g_autofree char *piece = g_strndup(text, n);
        add(f, piece, false);
        text += n;
        if (*text) end_field(f);
        text += strspn(text, " \t\n");
    }
}

/* ---- parts ---- */

static bool add_part(struct fields *f, const struct part *part);

static bool fail_too_long(struct shell *sh)
{
    shell_fail(sh, g_error_new(NETSIM_ERROR, NETSIM_ERROR_COMMAND, "line %u: Argument list too long", sh->line));
    return false;
}

static bool add_word(struct fields *f, const struct word *w)
{
    for (uint32_t i = 0; i < w->n; i++) {
        if (!add_part(f, &g_array_index(f->sh->script->parts, struct part, w->first + i))) return false;
        if (f->text->len > MAX_FIELD_BYTES || (f->done && f->done->len > MAX_FIELDS)) return fail_too_long(f->sh);
    }
    f->sh->n_steps += (uint32_t) f->text->len / 64; /* copying is work, too */
    return true;
}

static const struct word *word_of(struct fields *f, const struct part *part)
{
    return &g_array_index(f->sh->script->words, struct word, part->word);
}

/* ${x#pattern}, ${x%pattern} */
static bool add_trimmed(struct fields *f, const struct part *part, const char *value)
{
    g_autofree char *pattern = NULL;
    bool good = strlen(value) > MAX_TRIMMED_BYTES ? fail_too_long(f->sh) : shell_expand_pattern(f->sh, word_of(f, part), f->values, PATTERN_GLOB, &pattern);
    g_autofree char *text = g_strdup(value), *kept = g_strdup(value);
    size_t n = strlen(value);
    for (size_t i = 0; good && i <= n; i++) { /* the cuts from the shortest to the longest, or the other way */
        size_t length = part->is_greedy ? n - i : i;
        g_autofree char *cut = part->op == '#' ? g_strndup(text, length) : g_strdup(text + n - length);
        if (!shell_match(pattern, cut)) continue;
        g_free(kept);
        kept = part->op == '#' ? g_strdup(text + length) : g_strndup(text, n - length);
        break;
    }
    if (good) add_value(f, kept, part->is_quoted);
    return good;
}

/* ${x:=word}, ${x:?word}: the word as one string. */
static bool with_string(struct fields *f, const struct part *part)
{
    g_autofree char *text = NULL;
    if (!shell_expand(f->sh, word_of(f, part), f->values, &text)) return false;
    if (part->op == '?') return fail_unset(f->sh, part->text, *text ? text : "parameter not set");
    shell_assign(f->sh, part->text, text);
    add_value(f, text, part->is_quoted);
    return true;
}

static bool add_variable(struct fields *f, const struct part *part)
{
    char status[16];
    g_snprintf(status, sizeof status, "%d", f->sh->status);
    const char *value = strcmp(part->text, "?") ? shell_variable(f->sh, part->text) : status;
    bool is_there = value && (*value || !part->has_colon);
    if (part->op == '+') return !is_there || add_word(f, word_of(f, part));
    if (!is_there && part->op == '-') return add_word(f, word_of(f, part));
    if (!is_there && (part->op == '=' || part->op == '?')) return with_string(f, part);
    if (!value && f->sh->scope->nounset) return fail_unset(f->sh, part->text, "");
    if (!value) value = "";
    if (part->op == 'l') {
        char length[24];
        g_snprintf(length, sizeof length, "%zu", strlen(value));
        add_value(f, length, part->is_quoted);
        return true;
    }
    if (part->op == '#' || part->op == '%') return add_trimmed(f, part, value);
    add_value(f, value, part->is_quoted);
    return true;
}

static bool add_sum(struct fields *f, const struct part *part)
{
    g_autofree char *text = NULL, *wrong = NULL;
    int64_t value;
    if (!shell_expand(f->sh, word_of(f, part), f->values, &text)) return false;
    if ((wrong = shell_sum(f->sh, text, &value))) {
        shell_fail(f->sh, g_error_new(NETSIM_ERROR, NETSIM_ERROR_SYNTAX, "line %u: arithmetic expression: %s: \"%s\"", f->sh->line, wrong, text));
        return false;
    }
    char digits[24];
    g_snprintf(digits, sizeof digits, "%" G_GINT64_FORMAT, value);
    add_value(f, digits, part->is_quoted);
    return true;
}

static bool add_part(struct fields *f, const struct part *part)
{
    switch ((enum part_kind) part->kind) {
    case PART_TEXT: add(f, part->text, part->is_quoted); return true;
    case PART_OUTPUT: add_value(f, f->values[part->word], part->is_quoted); return true;
    case PART_SUM: return add_sum(f, part);
    case PART_VARIABLE: return add_variable(f, part);
    }
    return true;
}

bool shell_expand(struct shell *sh, const struct word *w, char *const *values, char **text)
{
    struct fields f = { .sh = sh, .values = values, .text = g_string_new(NULL) };
    bool good = add_word(&f, w);
    *text = g_string_free(f.text, FALSE);
    return good;
}

bool shell_expand_pattern(struct shell *sh, const struct word *w, char *const *values, enum shell_pattern kind, char **pattern)
{
    static const char *const special[] = { [PATTERN_GLOB] = "*?[\\", [PATTERN_REGEX] = ".*?+^$|()[]{}\\" };
    struct fields f = { .sh = sh, .values = values, .text = g_string_new(NULL), .pattern = g_string_new(NULL), .special = special[kind] };
    bool good = add_word(&f, w);
    g_string_free(f.text, TRUE);
    *pattern = g_string_free(f.pattern, FALSE);
    return good;
}

bool shell_expand_fields(struct shell *sh, const struct word *w, char *const *values, GPtrArray *fields)
{
    struct fields f = { .sh = sh, .values = values, .done = fields, .text = g_string_new(NULL), .pattern = g_string_new(NULL), .special = "*?[\\" };
    bool good = add_word(&f, w);
    if (good) end_field(&f);
    g_string_free(f.text, TRUE);
    g_string_free(f.pattern, TRUE);
    return good;
}
