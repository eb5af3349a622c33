/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_text.c - cat, head, tail, wc, tee, cut, tr (GNU coreutils). */
#include "models/host/commands.h"

#include <string.h>

/* ---- cat, tee ---- */

struct cat {
    bool numbers, numbers_filled, ends, tabs, squeezes, others;
    unsigned n_line, n_empty;  /* n_empty: lines without a letter that came last */
    bool in_line;
};

/* cat -v: "^I", "M-a" */
static void print_visible(GString *out, const struct cat *c, unsigned char byte)
{
    if (byte == '\t' ? !c->tabs : !c->others) {
        g_string_append_c(out, (char) byte);
        return;
    }
    if (byte >= 0x80) g_string_append(out, "M-");
    byte &= 0x7f;
    if (byte < 0x20 || byte == 0x7f) g_string_append_printf(out, "^%c", byte ^ 0x40);
    else g_string_append_c(out, (char) byte);
}

static void print_formatted(GString *out, struct cat *c, const char *text)
{
    for (; *text; text++) {
        bool is_empty = !c->in_line && *text == '\n';
        c->n_empty = is_empty ? c->n_empty + 1 : 0;
        if (c->squeezes && c->n_empty > 1) continue;
        if (!c->in_line && (c->numbers_filled ? !is_empty : c->numbers)) g_string_append_printf(out, "%6u\t", ++c->n_line);
        c->in_line = *text != '\n';
        if (c->in_line) print_visible(out, c, (unsigned char) *text);
        else g_string_append(out, c->ends ? "$\n" : "\n");
    }
}

static bool cat_options(struct command_options *o, struct cat *c)
{
    for (int option; (option = command_next_option(o));) {
        if (option == COMMAND_BAD_OPTION) return false;
        c->numbers |= option == 'n';
        c->numbers_filled |= option == 'b';
        c->squeezes |= option == 's';
        c->ends |= strchr("AeE", option) != NULL;
        c->tabs |= strchr("AtT", option) != NULL;
        c->others |= strchr("Aetv", option) != NULL;
    }
    return true;
}

bool cmd_cat(struct command_run *run)
{
    static const struct command_option rows[] = { { 'A', "show-all" }, { 'b', "number-nonblank" }, { 'e', NULL }, { 'E', "show-ends" },
                                                  { 'n', "number" }, { 's', "squeeze-blank" }, { 't', NULL }, { 'T', "show-tabs" },
                                                  { 'u', NULL }, { 'v', "show-nonprinting" } };
    struct command_options o = { .run = run, COMMAND_OPTIONS(rows), .missing = "--help --version" };
    struct cat c = { 0 };
    g_autoptr(GString) buffer = g_string_new(NULL);
    if (!cat_options(&o, &c)) return false;
    bool good = true;
    do {
        const char *text = command_input(run, *o.words, buffer);
        if (text) print_formatted(run->out, &c, text);
        else {
            good = false;
            if (o.words[1]) g_string_append_c(run->err, '\n'); /* the next file is tried all the same */
        }
    } while (*o.words && *++o.words);
    return good;
}

bool cmd_tee(struct command_run *run)
{
    static const struct command_option rows[] = { { 'a', "append" }, { 'i', "ignore-interrupts" }, { 'p', NULL } };
    struct command_options o = { .run = run, COMMAND_OPTIONS(rows), .missing = "--output-error --help --version" };
    bool is_append = false, good = true;
    for (int option; (option = command_next_option(&o));) {
        if (option == COMMAND_BAD_OPTION) return false;
        is_append = is_append || option == 'a';
    }
    g_string_append(run->out, run->in);
    for (; *o.words; o.words++)
        if (!shell_write_file(run, *o.words, run->in, is_append)) good = false;
    return good;
}

/* ---- head, tail ---- */

struct ends {
    int64_t n;
    bool from_other_end; /* head -n -5: all but the last; tail -n +5: from the fifth on */
    bool is_bytes;
    enum { TITLES_IF_SEVERAL, TITLES_ALWAYS, TITLES_NEVER } titles; /* "==> FILE <==" */
};

static bool is_named(const struct command_run *run, const char *name)
{
    const char *slash = strrchr(run->argv[0], '/');
    return !strcmp(slash ? slash + 1 : run->argv[0], name);
}

static bool ends_options(struct command_run *run, struct command_options *o, struct ends *e)
{
    bool is_head = is_named(run, "head");
    *e = (struct ends){ .n = 10 };
    for (int option; (option = command_next_option(o));) {
        const char *text = o->argument;
        if (option == COMMAND_BAD_OPTION) return false;
        if (option == 'q' || option == 'v') e->titles = option == 'v' ? TITLES_ALWAYS : TITLES_NEVER;
        if (option == '0') { /* head -5 */
            if (!command_number(text, 0, INT64_MAX, &e->n)) return command_fail(run, "%s: invalid trailing option -- %s", run->argv[0], text);
            e->from_other_end = e->is_bytes = false;
        }
        if (option != 'n' && option != 'c') continue;
        e->is_bytes = option == 'c';
        e->from_other_end = *text == (is_head ? '-' : '+');
        if (!command_number(text + (*text == '-' || *text == '+'), 0, INT64_MAX, &e->n))
            return command_fail(run, "%s: invalid number of %s: '%s'", run->argv[0], e->is_bytes ? "bytes" : "lines", text);
    }
    return true;
}

static int64_t count_units(const char *text, bool is_bytes)
{
    int64_t n = 0;
    if (is_bytes) return (int64_t) strlen(text);
    for (; *text; text++) n += *text == '\n' || !text[1];
    return n;
}

static const char *skip_units(const char *text, bool is_bytes, int64_t n)
{
    if (is_bytes) return text + MIN(n, (int64_t) strlen(text));
    for (; n > 0 && *text; n--) {
        text += strcspn(text, "\n");
        text += *text == '\n';
    }
    return text;
}

static void print_end(struct command_run *run, const struct ends *e, const char *text)
{
    bool is_head = is_named(run, "head");
    int64_t total = count_units(text, e->is_bytes), head; /* units before the cut */
    if (is_head) head = e->from_other_end ? MAX(total - e->n, 0) : MIN(e->n, total);
    else head = e->from_other_end ? MIN(MAX(e->n - 1, 0), total) : MAX(total - e->n, 0);
    const char *cut = skip_units(text, e->is_bytes, head);
    if (is_head) g_string_append_len(run->out, text, cut - text);
    else g_string_append(run->out, cut);
}

static bool print_ends(struct command_run *run, const char *missing)
{
    static const struct command_option rows[] = { { 'n', "lines=" }, { 'c', "bytes=" }, { 'q', "quiet" }, { 'q', "silent" }, { 'v', "verbose" } };
    struct command_options o = { .run = run, COMMAND_OPTIONS(rows), .missing = missing, .numbers = NUMBERS_ARE_OPTIONS };
    struct ends e;
    bool good = true, is_first = true;
    g_autoptr(GString) buffer = g_string_new(NULL);
    if (!ends_options(run, &o, &e)) return false;
    bool has_titles = e.titles == TITLES_ALWAYS || (e.titles == TITLES_IF_SEVERAL && *o.words && o.words[1]);
    do {
        const char *path = *o.words && strcmp(*o.words, "-") ? *o.words : NULL;
        g_string_truncate(buffer, 0);
        int err = path ? shell_read(run->shell->host, path, buffer) : 0;
        if (err) {
            if (!good) g_string_append_c(run->err, '\n');
            good = command_fail(run, "%s: cannot open '%s' for reading: %s", run->argv[0], path, g_strerror(-err));
            continue;
        }
        if (has_titles) command_print(run, "%s==> %s <==\n", is_first ? "" : "\n", path ? path : "standard input");
        print_end(run, &e, path ? buffer->str : run->in);
        is_first = false;
    } while (*o.words && *++o.words);
    return good;
}

bool cmd_head(struct command_run *run)
{
    return print_ends(run, "-z --zero-terminated --help --version");
}

bool cmd_tail(struct command_run *run)
{
    return print_ends(run, "-f --follow -F --max-unchanged-stats --pid --retry -s --sleep-interval -z --zero-terminated --help --version");
}

/* ---- wc ---- */

struct counts {
    uint64_t lines, words, bytes;
};

static struct counts count(const char *text)
{
    struct counts c = { 0 };
    bool in_word = false;
    for (; *text; text++) {
        bool is_blank = g_ascii_isspace(*text);
        c.bytes++;
        c.lines += *text == '\n';
        c.words += !is_blank && !in_word;
        in_word = !is_blank;
    }
    return c;
}

/* @which: bits 1 lines, 2 words, 4 bytes */
static void print_counts(struct command_run *run, struct counts c, unsigned which, const char *path, int width)
{
    const uint64_t values[] = { c.lines, c.words, c.bytes };
    const char *gap = "";
    for (int i = 0; i < 3; i++) {
        if (!(which >> i & 1)) continue;
        command_print(run, "%s%*" G_GUINT64_FORMAT, gap, width, values[i]);
        gap = " ";
    }
    command_print(run, "%s%s\n", path ? " " : "", path ? path : "");
}

static int digits(uint64_t n)
{
    int d = 1;
    while (n >= 10) n /= 10, d++;
    return d;
}

bool cmd_wc(struct command_run *run)
{
    static const struct command_option rows[] = { { 'c', "bytes" }, { 'm', "chars" }, { 'l', "lines" }, { 'w', "words" } };
    struct command_options o = { .run = run, COMMAND_OPTIONS(rows), .missing = "-L --max-line-length --files0-from --help --version" };
    unsigned which = 0, n_files;
    g_autoptr(GString) buffer = g_string_new(NULL);
    for (int option; (option = command_next_option(&o));) {
        if (option == COMMAND_BAD_OPTION) return false;
        which |= option == 'l' ? 1 : option == 'w' ? 2 : 4;
    }
    bool is_single = which && !(which & (which - 1));
    if (!which) which = 7;
    if (!(n_files = g_strv_length(o.words))) {
        print_counts(run, count(run->in), which, NULL, is_single ? 1 : 7);
        return true;
    }
    struct counts total = { 0 };
    g_autofree struct counts *each = g_new0(struct counts, n_files);
    for (unsigned i = 0; i < n_files; i++) {
        const char *text = command_input(run, o.words[i], buffer);
        if (!text) return false;
        each[i] = count(text);
        total.lines += each[i].lines;
        total.words += each[i].words;
        total.bytes += each[i].bytes;
    }
    int width = is_single && n_files == 1 ? 1 : digits(total.bytes);
    for (unsigned i = 0; i < n_files; i++) print_counts(run, each[i], which, o.words[i], width);
    if (n_files > 1) print_counts(run, total, which, "total", width);
    return true;
}

/* ---- cut ---- */

struct cut {
    char kind;        /* 'f', or 'c' and 'b': characters are bytes */
    char delimiter;
    bool only_delimited;
    const char *list, *between;
};

enum { OUTPUT_DELIMITER = 1 };

/* Is the @n-th one (from 1) in a list like "1,3-5,7-"? */
static bool in_list(const char *list, unsigned n)
{
    while (*list) {
        char *end;
        unsigned long from = 1, to = ULONG_MAX;
        if (*list != '-') from = strtoul(list, &end, 10);
        else end = (char *) list;
        if (*end == '-') {
            if (g_ascii_isdigit(end[1])) to = strtoul(end + 1, &end, 10);
            else end++;
        } else to = from;
        if (n >= from && n <= to) return true;
        list = end + (*end == ',');
    }
    return false;
}

static bool is_list(const char *list)
{
    for (const char *c = list; *c; c++) {
        bool is_digit = g_ascii_isdigit(*c);
        if (!is_digit && *c != ',' && *c != '-') return false;
        if (*c == '-' && !g_ascii_isdigit(c[1]) && (c == list || !g_ascii_isdigit(c[-1]))) return false;
        if (*c == '-' && c[1 + strspn(c + 1, "0123456789")] == '-') return false;
        if (*c == ',' && (c == list || !c[1] || c[1] == ',')) return false;
        if (*c == '0' && (c == list || !g_ascii_isdigit(c[-1])) && !g_ascii_isdigit(c[1])) return false;
    }
    return *list;
}

static bool cut_line(struct command_run *run, const char *line, void *data)
{
    const struct cut *c = data;
    GString *out = run->out;
    if (c->kind != 'f') {
        for (unsigned i = 0; line[i]; i++)
            if (in_list(c->list, i + 1)) g_string_append_c(out, line[i]);
    } else if (!strchr(line, c->delimiter)) {
        if (c->only_delimited) return true;
        g_string_append(out, line);
    } else {
        bool is_first = true;
        for (unsigned n = 1;; n++) {
            const char *end = strchrnul(line, c->delimiter);
            if (in_list(c->list, n)) {
                if (!is_first) g_string_append(out, c->between);
                g_string_append_len(out, line, end - line);
                is_first = false;
            }
            if (!*end) break;
            line = end + 1;
        }
    }
    g_string_append_c(out, '\n');
    return true;
}

bool cmd_cut(struct command_run *run)
{
    static const struct command_option rows[] = { { 'b', "bytes=" }, { 'c', "characters=" }, { 'd', "delimiter=" }, { 'f', "fields=" },
                                                  { 'n', NULL }, { 's', "only-delimited" }, { OUTPUT_DELIMITER, "output-delimiter=" } };
    struct command_options o = { .run = run, COMMAND_OPTIONS(rows), .missing = "--complement -z --zero-terminated --help --version" };
    struct cut c = { .delimiter = '\t' };
    for (int option; (option = command_next_option(&o));) {
        if (option == COMMAND_BAD_OPTION) return false;
        if (option == 'd') {
            if (strlen(o.argument) != 1) return command_fail(run, "cut: the delimiter must be a single character");
            c.delimiter = *o.argument;
        } else if (option == OUTPUT_DELIMITER) {
            c.between = o.argument;
        } else if (option == 's') {
            c.only_delimited = true;
        } else if (option != 'n') {
            if (c.kind) return command_fail(run, "cut: only one list may be specified");
            c.kind = (char) option;
            c.list = o.argument;
        }
    }
    if (!c.kind) return command_fail(run, "cut: you must specify a list of bytes, characters, or fields");
    if (!is_list(c.list)) return command_fail(run, "cut: invalid %s value '%s'", c.kind == 'f' ? "field" : "byte/character position", c.list);
    if (c.between && c.kind != 'f') return command_unsupported(run, "cut --output-delimiter: only with -f");
    char same[2] = { c.delimiter, '\0' };
    if (!c.between) c.between = same;
    return command_each_line(run, o.words, cut_line, &c);
}

/* ---- tr ---- */

/* What a backslash stands before: a letter, or up to three octal digits. @return false: a zero byte */
static bool read_escape(const char **at, char *c)
{
    static const char letters[] = "abfnrtv", codes[] = "\a\b\f\n\r\t\v";
    unsigned value = 0, n = 0;
    for (; n < 3 && **at >= '0' && **at <= '7'; n++) value = value * 8 + (unsigned) (*(*at)++ - '0');
    if (n) {
        *c = (char) value;
        return *c;
    }
    const char *place = strchr(letters, **at);
    *c = place ? codes[place - letters] : **at;
    ++*at;
    return true;
}

/* "a-z0-9", "\n", "[:upper:]": the characters in order. */
static bool read_set(struct command_run *run, const char *text, GString *set)
{
    static const struct { const char *name, *set; } classes[] = {
        { "[:upper:]", "ABCDEFGHIJKLMNOPQRSTUVWXYZ" }, { "[:lower:]", "abcdefghijklmnopqrstuvwxyz" }, { "[:digit:]", "0123456789" },
        { "[:alpha:]", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" }, { "[:space:]", "\t\n\v\f\r " }, { "[:blank:]", "\t " },
        { "[:alnum:]", "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" }, { "[:xdigit:]", "0123456789ABCDEFabcdef" },
        { "[:punct:]", "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~" },
    };
    while (*text) {
        size_t i = 0;
        while (i < G_N_ELEMENTS(classes) && !g_str_has_prefix(text, classes[i].name)) i++;
        if (i < G_N_ELEMENTS(classes)) {
            g_string_append(set, classes[i].set);
            text += strlen(classes[i].name);
            continue;
        }
        if (g_str_has_prefix(text, "[:") && strstr(text, ":]")) return command_unsupported(run, "tr: '%s': this class is not modelled", text);
        char c = *text++;
        if (c == '\\' && *text) {
            if (!read_escape(&text, &c)) return command_unsupported(run, "tr: '\\0': texts have no zero bytes here");
        }
        if (*text != '-' || !text[1]) {
            g_string_append_c(set, c);
            continue;
        }
        if ((unsigned char) text[1] < (unsigned char) c)
            return command_fail(run, "tr: range-endpoints of '%c-%c' are in reverse collating sequence order", c, text[1]);
        for (int x = (unsigned char) c; x <= (unsigned char) text[1]; x++) g_string_append_c(set, (char) x);
        text += 2;
    }
    return true;
}

struct tr {
    bool deletes, squeezes, complements;
    GString *from, *to;
};

static bool in_set(const GString *set, char c)
{
    return memchr(set->str, c, set->len);
}

static void translate(struct command_run *run, const struct tr *t)
{
    char last = '\0';
    const GString *squeezed = t->to->len ? t->to : t->from;
    for (const char *c = run->in; *c; c++) {
        bool is_in = in_set(t->from, *c) != t->complements;
        char now = *c;
        if (is_in && t->deletes) continue;
        if (is_in && t->to->len) {
            const char *place = t->complements ? NULL : memchr(t->from->str, *c, t->from->len);
            size_t i = place ? (size_t) (place - t->from->str) : t->to->len;
            now = t->to->str[MIN(i, t->to->len - 1)];
        }
        bool is_squeezed = t->squeezes && (t->to->len ? in_set(squeezed, now) : is_in);
        if (is_squeezed && now == last) continue;
        last = is_squeezed ? now : '\0';
        g_string_append_c(run->out, now);
    }
}

bool cmd_tr(struct command_run *run)
{
    static const struct command_option rows[] = { { 'c', "complement" }, { 'C', NULL }, { 'd', "delete" }, { 's', "squeeze-repeats" } };
    struct command_options o = { .run = run, COMMAND_OPTIONS(rows), .missing = "-t --truncate-set1 --help --version", .stops = true };
    g_autoptr(GString) from = g_string_new(NULL), to = g_string_new(NULL);
    struct tr t = { .from = from, .to = to };
    for (int option; (option = command_next_option(&o));) {
        if (option == COMMAND_BAD_OPTION) return false;
        if (option == 'd') t.deletes = true;
        else if (option == 's') t.squeezes = true;
        else t.complements = true;
    }
    unsigned n = g_strv_length(o.words), most = t.deletes ? 1 : 2, least = t.deletes || t.squeezes ? 1 : 2;
    if (!n) return command_fail(run, "tr: missing operand");
    if (n < least) return command_fail(run, "tr: missing operand after '%s'\nTwo strings must be given when translating.", o.words[0]);
    if (n > most) return command_fail(run, "tr: extra operand '%s'", o.words[most]);
    if (!read_set(run, o.words[0], from) || (n > 1 && !read_set(run, o.words[1], to))) return false;
    if (n > 1 && !to->len) return command_fail(run, "tr: when not truncating set1, string2 must be non-empty");
    translate(run, &t);
    return true;
}
