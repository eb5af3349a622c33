/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_sort.c - sort, uniq (GNU coreutils, in the C locale). */
#include "models/host/commands.h"

#include <stdlib.h>
#include <string.h>

/* ---- sort ---- */

enum { MAX_KEYS = 8 };

struct flags {
    bool numeric, reverse, fold, skip_blanks;
};

/* -k FROM[.CHAR][,TO[.CHAR]][flags]; 0 = not given */
struct key {
    unsigned from, from_char, to, to_char;
    struct flags flags;
    bool has_flags;
};

struct sort {
    struct key keys[MAX_KEYS];
    unsigned n_keys;
    struct flags flags;
    char separator;    /* '\0': blanks, which belong to the field behind them */
    bool is_unique, is_stable, is_check;
    GPtrArray *lines;
};

/* The @n-th field (from 1) begins here. */
static const char *field_start(const struct sort *s, const char *line, unsigned n)
{
    while (--n && *line) {
        if (s->separator) {
            line = strchrnul(line, s->separator);
            line += *line != '\0';
        } else {
            line += strspn(line, " \t");
            line += strcspn(line, " \t");
        }
    }
    return line;
}

static const char *field_end(const struct sort *s, const char *line, unsigned n)
{
    const char *start = field_start(s, line, n);
    if (s->separator) return strchrnul(start, s->separator);
    start += strspn(start, " \t");
    return start + strcspn(start, " \t");
}

/* What @key looks at, a copy. */
static char *key_text(const struct sort *s, const struct key *key, const struct flags *flags, const char *line)
{
    const char *start = field_start(s, line, key->from), *end = line + strlen(line);
    if (flags->skip_blanks) start += strspn(start, " \t");
    if (key->from_char) start += MIN((size_t) key->from_char - 1, strlen(start));
    if (key->to && !key->to_char) end = field_end(s, line, key->to);
    else if (key->to) {
        const char *last = field_start(s, line, key->to);
        end = last + MIN((size_t) key->to_char, strlen(last));
    }
    return end > start ? g_strndup(start, (gsize) (end - start)) : g_strdup("");
}

/* sort -n: an optional minus, digits, a fraction; anything else is 0. */
static double number(const char *text)
{
    text += strspn(text, " \t");
    size_t n = (*text == '-') + strspn(text + (*text == '-'), "0123456789.");
    g_autofree char *digits = g_strndup(text, n);
    return g_ascii_strtod(digits, NULL);
}

static int compare_texts(const char *a, const char *b, const struct flags *flags)
{
    int order;
    if (flags->numeric) {
        double x = number(a), y = number(b);
        order = (x > y) - (x < y);
    } else {
        order = flags->fold ? g_ascii_strcasecmp(a, b) : strcmp(a, b);
    }
    return flags->reverse ? -order : order;
}

static int compare_keys(const struct sort *s, const char *a, const char *b)
{
    if (!s->n_keys) {
        const struct flags *f = &s->flags;
        return compare_texts(a + (f->skip_blanks ? strspn(a, " \t") : 0), b + (f->skip_blanks ? strspn(b, " \t") : 0), f);
    }
    for (unsigned i = 0; i < s->n_keys; i++) {
        const struct key *key = &s->keys[i];
        const struct flags *flags = key->has_flags ? &key->flags : &s->flags;
        g_autofree char *x = key_text(s, key, flags, a), *y = key_text(s, key, flags, b);
        int order = compare_texts(x, y, flags);
        if (order) return order;
    }
    return 0;
}

static int compare_lines(const void *a, const void *b, void *data)
{
    const struct sort *s = data;
    const char *x = *(const char *const *) a, *y = *(const char *const *) b;
    int order = compare_keys(s, x, y);
    if (order || s->is_unique || s->is_stable) return order;
    order = strcmp(x, y); /* the last resort */
    return s->flags.reverse ? -order : order;
}

static bool read_flags(const char **at, struct flags *flags)
{
    bool any = false;
    for (; **at && strchr("nrfbg", **at); ++*at) {
        any = true;
        switch (**at) {
        case 'r': flags->reverse = true; break;
        case 'f': flags->fold = true; break;
        case 'b': flags->skip_blanks = true; break;
        default: flags->numeric = true;
        }
    }
    return any;
}

static bool read_place(struct command_run *run, const char **at, const char *what, unsigned *field, unsigned *character)
{
    char *end;
    const char *start = *at;
    if (!g_ascii_isdigit(*start)) return command_fail_status(run, 2, "sort: invalid number %s: invalid count at start of '%s'", what, start);
    *field = (unsigned) MIN(strtoul(start, &end, 10), 100000ul);
    if (!*field) return command_fail_status(run, 2, "sort: field number is zero: invalid field specification '%s'", start);
    if (*end == '.') *character = (unsigned) MIN(strtoul(end + 1, &end, 10), 100000ul);
    *at = end;
    return true;
}

static bool read_key(struct command_run *run, struct sort *s, const char *text)
{
    if (s->n_keys == MAX_KEYS) return command_unsupported(run, "sort: more than %d keys", MAX_KEYS);
    struct key *key = &s->keys[s->n_keys++];
    const char *at = text;
    if (!read_place(run, &at, "at field start", &key->from, &key->from_char)) return false;
    key->has_flags = read_flags(&at, &key->flags);
    if (*at == ',') {
        at++;
        if (!read_place(run, &at, "after ','", &key->to, &key->to_char)) return false;
        key->has_flags = read_flags(&at, &key->flags) || key->has_flags;
    }
    return !*at || command_fail_status(run, 2, "sort: stray character in field spec: invalid field specification '%s'", text);
}

static bool sort_options(struct command_run *run, struct short_options *o, struct sort *s)
{
    for (int option; (option = short_option(o, "bcfgk:nrst:u"));) {
        char letter[2] = { (char) option, '\0' };
        const char *at = letter;
        if (option < 0) return command_fail_status(run, 2, "%s", ""); /* has said why */
        if (option == 'k') {
            if (!read_key(run, s, o->value)) return false;
        } else if (option == 't') {
            if (strlen(o->value) != 1) return command_fail_status(run, 2, "sort: multi-character tab '%s'", o->value);
            s->separator = *o->value;
        } else if (option == 'u') s->is_unique = true;
        else if (option == 's') s->is_stable = true;
        else if (option == 'c') s->is_check = true;
        else read_flags(&at, &s->flags);
    }
    return true;
}

static bool keep_line(struct command_run *run, const char *line, void *data)
{
    (void) run;
    g_ptr_array_add(data, g_strdup(line));
    return true;
}

bool cmd_sort(struct command_run *run)
{
    struct short_options o = { .run = run };
    struct sort s = { 0 };
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    if (!sort_options(run, &o, &s)) return false;
    for (char **path = o.next; *path; path++)
        if (strcmp(*path, "-") && shell_file_kind(run->shell->host, *path) != 1)
            return command_fail_status(run, 2, "sort: cannot read: %s: No such file or directory", *path);
    if (!command_each_line(run, o.next, keep_line, lines)) return false;
    for (guint i = 1; s.is_check && i < lines->len; i++)
        if (compare_lines(&lines->pdata[i - 1], &lines->pdata[i], &s) > 0)
            return command_fail(run, "sort: -:%u: disorder: %s", i + 1, (char *) lines->pdata[i]);
    if (s.is_check) return true;
    g_qsort_with_data(lines->pdata, (gint) lines->len, sizeof(gpointer), compare_lines, &s);
    for (guint i = 0; i < lines->len; i++)
        if (!i || !s.is_unique || compare_keys(&s, lines->pdata[i - 1], lines->pdata[i])) command_print(run, "%s\n", (char *) lines->pdata[i]);
    return true;
}

/* ---- uniq ---- */

struct uniq {
    bool counts, only_repeated, only_unique, ignores_case;
    GString *line;
    uint64_t n;       /* times that it came; 0: none yet */
};

static void end_group(struct command_run *run, const struct uniq *u)
{
    if (!u->n || (u->only_repeated && u->n < 2) || (u->only_unique && u->n > 1)) return;
    if (u->counts) command_print(run, "%7" G_GUINT64_FORMAT " ", u->n);
    command_print(run, "%s\n", u->line->str);
}

static bool uniq_line(struct command_run *run, const char *line, void *data)
{
    struct uniq *u = data;
    bool same = u->n && !(u->ignores_case ? g_ascii_strcasecmp(u->line->str, line) : strcmp(u->line->str, line));
    if (same) {
        u->n++;
        return true;
    }
    end_group(run, u);
    g_string_assign(u->line, line);
    u->n = 1;
    return true;
}

bool cmd_uniq(struct command_run *run)
{
    struct short_options o = { .run = run };
    g_autoptr(GString) line = g_string_new(NULL);
    struct uniq u = { .line = line };
    for (int option; (option = short_option(&o, "cdiu"));) {
        if (option < 0) return false;
        if (option == 'c') u.counts = true;
        else if (option == 'd') u.only_repeated = true;
        else if (option == 'i') u.ignores_case = true;
        else u.only_unique = true;
    }
    if (*o.next && o.next[1]) return command_unsupported(run, "uniq: an output file is not modelled");
    if (!command_each_line(run, o.next, uniq_line, &u)) return false;
    end_group(run, &u);
    return true;
}
