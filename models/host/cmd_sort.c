/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_sort.c - sort, uniq (GNU coreutils, in the C locale). */
#include "models/host/commands.h"

#include <stdlib.h>
#include <string.h>

/* ---- sort ---- */

enum { MAX_KEYS = 8 };

struct flags {
    bool numeric, human, version, reverse, fold, skip_blanks;
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
    bool is_unique, is_stable, is_check, is_silent;
    const char *path;  /* -o */
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

/* sort -h: the sign counts first, then the letter behind the number, then the number; 0 has no letter. */
static int compare_human(const char *a, const char *b)
{
    static const char letters[] = "KMGTPEZY";
    const char *const texts[] = { a, b };
    double value[2];
    int rank[2] = { 0 };
    for (int i = 0; i < 2; i++) {
        const char *text = texts[i] + strspn(texts[i], " \t");
        value[i] = number(text);
        char letter = text[strspn(text, "-0123456789.")];
        const char *place = letter && value[i] != 0 ? strchr(letters, letter == 'k' ? 'K' : letter) : NULL;
        if (place) rank[i] = (value[i] < 0 ? -1 : 1) * (int) (place - letters + 1);
    }
    int sign[2] = { (value[0] > 0) - (value[0] < 0), (value[1] > 0) - (value[1] < 0) };
    if (sign[0] != sign[1]) return sign[0] - sign[1];
    return rank[0] != rank[1] ? rank[0] - rank[1] : (value[0] > value[1]) - (value[0] < value[1]);
}

static int compare_texts(const char *a, const char *b, const struct flags *flags)
{
    int order;
    if (flags->numeric) {
        double x = number(a), y = number(b);
        order = (x > y) - (x < y);
    } else if (flags->human) {
        order = compare_human(a, b);
    } else if (flags->version) {
        order = strverscmp(a, b);
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
    for (; **at && strchr("nrfbghV", **at); ++*at) {
        any = true;
        switch (**at) {
        case 'r': flags->reverse = true; break;
        case 'f': flags->fold = true; break;
        case 'b': flags->skip_blanks = true; break;
        case 'h': flags->human = true; break;
        case 'V': flags->version = true; break;
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

enum { CHECK = 1 };

static const struct command_option sort_rows[] = {
    { 'b', "ignore-leading-blanks" }, { 'c', NULL }, { CHECK, "check[=]" }, { 'C', NULL }, { 'f', "ignore-case" }, { 'g', "general-numeric-sort" },
    { 'h', "human-numeric-sort" }, { 'k', "key=" }, { 'm', "merge" }, { 'n', "numeric-sort" }, { 'o', "output=" }, { 'r', "reverse" },
    { 's', "stable" }, { 't', "field-separator=" }, { 'u', "unique" }, { 'V', "version-sort" },
};
static const char sort_missing[] = "-d --dictionary-order -i --ignore-nonprinting -M --month-sort -R --random-sort --random-source --sort "
                                   "--batch-size --compress-program --debug --files0-from -S --buffer-size -T --temporary-directory "
                                   "--parallel -z --zero-terminated --help --version";

static bool sort_options(struct command_run *run, struct command_options *o, struct sort *s)
{
    for (int option; (option = command_next_option(o));) {
        char letter[2] = { (char) option, '\0' };
        const char *at = letter;
        if (option == COMMAND_BAD_OPTION) return false;
        if (option == 'k') {
            if (!read_key(run, s, o->argument)) return false;
        } else if (option == 't') {
            if (strlen(o->argument) != 1) return command_fail_status(run, 2, "sort: multi-character tab '%s'", o->argument);
            s->separator = *o->argument;
        } else if (option == 'u') s->is_unique = true;
        else if (option == 's') s->is_stable = true;
        else if (option == 'o') s->path = o->argument;
        else if (option == 'c' || option == 'C' || option == CHECK) {
            s->is_check = true;
            s->is_silent = option == 'C' || (o->argument && *o->argument != 'd');
        } else if (option == 'm') continue; /* merging sorted files is sorting */
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

static bool check_order(struct command_run *run, struct sort *s, const GPtrArray *lines, const char *path)
{
    for (guint i = 1; i < lines->len; i++) {
        int order = compare_lines(&lines->pdata[i - 1], &lines->pdata[i], s);
        if (order < 0 || (!order && !s->is_unique)) continue;
        if (s->is_silent) return command_fail(run, "%s", "");
        return command_fail(run, "sort: %s:%u: disorder: %s", path, i + 1, (char *) lines->pdata[i]);
    }
    return true;
}

bool cmd_sort(struct command_run *run)
{
    struct command_options o = { .run = run, COMMAND_OPTIONS(sort_rows), .missing = sort_missing, .bad_status = 2 };
    struct sort s = { 0 };
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    if (!sort_options(run, &o, &s)) return false;
    for (char **path = o.words; *path; path++)
        if (strcmp(*path, "-") && shell_file_kind(run->shell->host, *path) != 1)
            return command_fail_status(run, 2, "sort: cannot read: %s: No such file or directory", *path);
    if (!command_each_line(run, o.words, keep_line, lines)) return false;
    if (s.is_check) return check_order(run, &s, lines, *o.words ? *o.words : "-");
    g_qsort_with_data(lines->pdata, (gint) lines->len, sizeof(gpointer), compare_lines, &s);
    for (guint i = 0; i < lines->len; i++)
        if (!i || !s.is_unique || compare_keys(&s, lines->pdata[i - 1], lines->pdata[i])) command_print(run, "%s\n", (char *) lines->pdata[i]);
    if (!s.path) return true;
    bool good = shell_write_file(run, s.path, run->out->str, false);
    g_string_truncate(run->out, 0);
    return good;
}

/* ---- uniq ---- */

struct uniq {
    bool counts, only_repeated, only_unique, ignores_case;
    int64_t skip_fields, skip_chars, most_chars;
    GString *line;
    uint64_t n;       /* times that it came; 0: none yet */
};

static void end_group(struct command_run *run, const struct uniq *u)
{
    if (!u->n || (u->only_repeated && u->n < 2) || (u->only_unique && u->n > 1)) return;
    if (u->counts) command_print(run, "%7" G_GUINT64_FORMAT " ", u->n);
    command_print(run, "%s\n", u->line->str);
}

/* What is compared of a line. */
static const char *compared(const struct uniq *u, const char *line)
{
    for (int64_t i = 0; i < u->skip_fields && *line; i++) {
        line += strspn(line, " \t");
        line += strcspn(line, " \t");
    }
    return line + MIN((size_t) u->skip_chars, strlen(line));
}

static bool is_same(const struct uniq *u, const char *a, const char *b)
{
    size_t most = (size_t) u->most_chars;
    a = compared(u, a);
    b = compared(u, b);
    return !(u->ignores_case ? g_ascii_strncasecmp(a, b, most) : strncmp(a, b, most));
}

static bool uniq_line(struct command_run *run, const char *line, void *data)
{
    struct uniq *u = data;
    if (u->n && is_same(u, u->line->str, line)) {
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
    static const struct command_option rows[] = { { 'c', "count" }, { 'd', "repeated" }, { 'f', "skip-fields=" }, { 'i', "ignore-case" },
                                                  { 's', "skip-chars=" }, { 'u', "unique" }, { 'w', "check-chars=" } };
    struct command_options o = { .run = run, COMMAND_OPTIONS(rows), .missing = "-D --all-repeated --group -z --zero-terminated --help --version" };
    g_autoptr(GString) line = g_string_new(NULL);
    struct uniq u = { .line = line, .most_chars = INT64_MAX };
    for (int option; (option = command_next_option(&o));) {
        if (option == COMMAND_BAD_OPTION) return false;
        if (strchr("fsw", option)) {
            int64_t *number = option == 'f' ? &u.skip_fields : option == 's' ? &u.skip_chars : &u.most_chars;
            const char *what = option == 'f' ? "fields to skip" : option == 's' ? "bytes to skip" : "bytes to compare";
            if (!command_number(o.argument, 0, INT64_MAX, number)) return command_fail(run, "uniq: %s: invalid number of %s", o.argument, what);
        } else if (option == 'c') u.counts = true;
        else if (option == 'd') u.only_repeated = true;
        else if (option == 'i') u.ignores_case = true;
        else u.only_unique = true;
    }
    if (*o.words && o.words[1]) return command_unsupported(run, "uniq: an output file is not modelled");
    if (!command_each_line(run, o.words, uniq_line, &u)) return false;
    end_group(run, &u);
    return true;
}
