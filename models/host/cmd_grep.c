/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_grep.c - grep, egrep, fgrep (GNU grep). */
#include "models/host/commands.h"

#include <string.h>

struct grep {
    bool is_fixed, is_extended, ignores_case, inverts, counts, only_matching, numbers, is_quiet, is_silent, names, lists, word, line;
    bool lists_others, is_recursive, hides_names;
    GRegex *regex;
    const char *path;   /* of the present file */
    int64_t most;       /* -m */
    int64_t n_before, n_after;
    uint64_t n_line, n_found;
    GQueue before;      /* the last lines that were not printed, at most n_before */
    int64_t n_to_print; /* lines behind the last match */
    uint64_t last_line; /* that was printed; 0: none of this file */
    bool has_printed;   /* of any file */
};

/* A basic expression as an extended one: there "\(" groups and "(" is a letter. A star at the start is one, too. */
static char *from_basic(const char *basic)
{
    GString *e = g_string_new(NULL);
    bool at_start = true;
    for (const char *c = basic; *c; c++) {
        if (*c == '\\' && c[1] && strchr("(){}|+?", c[1])) {
            g_string_append_c(e, *++c);
            at_start = *c == '(' || *c == '|';
            continue;
        }
        if (*c == '\\' && c[1]) {
            g_string_append_len(e, c++, 2);
        } else if (*c == '[') {
            const char *end = c + 1 + (c[1] == '^');
            if (*end == ']') end++; /* a letter */
            for (; *end && *end != ']'; end++)
                if (end[0] == '[' && end[1] == ':') end = strstr(end + 2, ":]") ? strstr(end + 2, ":]") + 1 : end;
            if (!*end) end--;
            g_string_append_len(e, c, end - c + 1);
            c = end;
        } else {
            if (strchr("(){}|+?", *c) || (*c == '*' && at_start)) g_string_append_c(e, '\\');
            g_string_append_c(e, *c);
        }
        at_start = *c == '^' && at_start;
    }
    return g_string_free(e, FALSE);
}

/* \< and \> as GRegex has them. */
static char *word_ends(const char *e)
{
    GString *out = g_string_new(NULL);
    for (; *e; e++) {
        if (*e == '\\' && e[1] == '<') g_string_append(out, "\\b(?=\\w)"), e++;
        else if (*e == '\\' && e[1] == '>') g_string_append(out, "\\b(?<=\\w)"), e++;
        else if (*e == '\\' && e[1]) g_string_append_len(out, e++, 2);
        else g_string_append_c(out, *e);
    }
    return g_string_free(out, FALSE);
}

static const char *regex_trouble(const GError *error)
{
    switch (error->code) {
    case G_REGEX_ERROR_UNTERMINATED_CHARACTER_CLASS: return "Unmatched [, [^, [:, [., or [=";
    case G_REGEX_ERROR_UNMATCHED_PARENTHESIS: return "Unmatched ( or \\(";
    case G_REGEX_ERROR_STRAY_BACKSLASH: return "Trailing backslash";
    case G_REGEX_ERROR_NOTHING_TO_REPEAT: return "Invalid preceding regular expression";
    case G_REGEX_ERROR_UNKNOWN_POSIX_CLASS_NAME: return "Invalid character class name";
    case G_REGEX_ERROR_RANGE_OUT_OF_ORDER: return "Invalid range end";
    default: return "Invalid regular expression";
    }
}

/* A pattern has a line for each alternative. */
static bool compile(struct command_run *run, struct grep *g, const char *patterns)
{
    g_auto(GStrv) lines = g_strsplit(patterns, "\n", -1);
    g_autoptr(GString) all = g_string_new(NULL);
    for (char **line = lines; *line; line++) {
        g_autofree char *fixed = g_regex_escape_string(*line, -1), *basic = from_basic(*line);
        g_autofree char *e = word_ends(g->is_extended ? *line : basic);
        const char *one = g->is_fixed ? fixed : e;
        g_string_append_printf(all, g->line ? "%s^(?:%s)$" : g->word ? "%s(?<!\\w)(?:%s)(?!\\w)" : "%s(?:%s)", line > lines ? "|" : "", one);
    }
    GError *error = NULL;
    GRegexCompileFlags flags = G_REGEX_RAW | (g->ignores_case ? G_REGEX_CASELESS : 0);
    g->regex = g_regex_new(*patterns || g->line ? all->str : "", flags, 0, &error);
    if (g->regex) return true;
    command_fail_status(run, 2, "grep: %s", regex_trouble(error));
    g_error_free(error);
    return false;
}

/* @mark: ':' of a match, '-' of a line around it */
static void print_head(struct command_run *run, const struct grep *g, uint64_t n_line, char mark)
{
    if (g->names) command_print(run, "%s%c", g->path, mark);
    if (g->numbers) command_print(run, "%" G_GUINT64_FORMAT "%c", n_line, mark);
}

static void print_line(struct command_run *run, struct grep *g, const char *line, uint64_t n_line, char mark)
{
    if (g->has_printed && (g->n_before || g->n_after) && (!g->last_line || n_line > g->last_line + 1)) g_string_append(run->out, "--\n");
    if (!g->only_matching) {
        print_head(run, g, n_line, mark);
        command_print(run, "%s\n", line);
    }
    g->last_line = n_line;
    g->has_printed = true;
}

static void print_matches(struct command_run *run, const struct grep *g, GMatchInfo *info)
{
    for (; g_match_info_matches(info); g_match_info_next(info, NULL)) {
        g_autofree char *match = g_match_info_fetch(info, 0);
        if (!*match) continue;
        print_head(run, g, g->n_line, ':');
        command_print(run, "%s\n", match);
    }
}

static void print_context(struct command_run *run, struct grep *g)
{
    uint64_t n = g->n_line - g_queue_get_length(&g->before);
    for (char *line; (line = g_queue_pop_head(&g->before)); g_free(line)) print_line(run, g, line, n++, '-');
}

static void on_match(struct command_run *run, struct grep *g, const char *line, GMatchInfo *info)
{
    print_context(run, g);
    print_line(run, g, line, g->n_line, ':');
    if (g->only_matching && !g->inverts) print_matches(run, g, info);
    g->n_to_print = g->n_after;
}

/* A line that does not match: it may be near one that does. */
static void on_other(struct command_run *run, struct grep *g, const char *line)
{
    if (g->n_to_print) {
        g->n_to_print--;
        print_line(run, g, line, g->n_line, '-');
        return;
    }
    if (!g->n_before) return;
    g_queue_push_tail(&g->before, g_strdup(line));
    if (g_queue_get_length(&g->before) > (guint) g->n_before) g_free(g_queue_pop_head(&g->before));
}

static bool grep_line(struct command_run *run, const char *line, void *data)
{
    struct grep *g = data;
    GMatchInfo *info;
    bool is_over = g->n_found == (uint64_t) g->most; /* what follows is only printed as context of the last match */
    bool only_tells = g->counts || g->is_quiet || g->lists || g->lists_others;
    g->n_line++;
    bool matches = g_regex_match(g->regex, line, 0, &info) != g->inverts && !is_over;
    if (matches) g->n_found++;
    if (matches && !only_tells) on_match(run, g, line, info);
    else if (!only_tells) on_other(run, g, line);
    g_match_info_free(info);
    if (g->n_found && (g->is_quiet || g->lists || g->lists_others)) return false;
    return g->n_found < (uint64_t) g->most || g->n_to_print;
}

enum { NO_IGNORE_CASE = 1, COLOR, LINE_BUFFERED };

static const struct command_option rows[] = {
    { 'E', "extended-regexp" }, { 'F', "fixed-strings" }, { 'G', "basic-regexp" }, { 'e', "regexp=" }, { 'i', "ignore-case" }, { 'y', NULL },
    { NO_IGNORE_CASE, "no-ignore-case" }, { 'w', "word-regexp" }, { 'x', "line-regexp" }, { 's', "no-messages" }, { 'v', "invert-match" },
    { 'm', "max-count=" }, { 'n', "line-number" }, { LINE_BUFFERED, "line-buffered" }, { 'H', "with-filename" }, { 'h', "no-filename" },
    { 'o', "only-matching" }, { 'q', "quiet" }, { 'q', "silent" }, { 'a', "text" }, { 'I', NULL }, { 'U', "binary" }, { 'r', "recursive" },
    { 'R', "dereference-recursive" }, { 'L', "files-without-match" }, { 'l', "files-with-matches" }, { 'c', "count" },
    { 'A', "after-context=" }, { 'B', "before-context=" }, { 'C', "context=" }, { COLOR, "color[=]" }, { COLOR, "colour[=]" },
};
static const char missing[] = "-P --perl-regexp -f --file -z --null-data -V --version --help -b --byte-offset --label --binary-files "
                              "-d --directories -D --devices --include --exclude --exclude-from --exclude-dir -T --initial-tab -Z --null "
                              "--group-separator --no-group-separator";

static bool read_context(struct command_run *run, const char *text, int64_t *n)
{
    return command_number(text, 0, INT32_MAX, n) || command_fail_status(run, 2, "grep: %s: invalid context length argument", text);
}

static bool grep_option(struct command_run *run, struct grep *g, int option, const char *argument)
{
    switch (option) {
    case 'E': g->is_extended = true; break;
    case 'F': g->is_fixed = true; break;
    case 'G': g->is_extended = g->is_fixed = false; break;
    case 'H': g->names = true; break;
    case 'c': g->counts = true; break;
    case 'h': g->hides_names = true; break;
    case 'i': case 'y': g->ignores_case = true; break;
    case NO_IGNORE_CASE: g->ignores_case = false; break;
    case 'l': g->lists = true; break;
    case 'L': g->lists_others = true; break;
    case 'n': g->numbers = true; break;
    case 'o': g->only_matching = true; break;
    case 'q': g->is_quiet = true; break;
    case 'r': case 'R': g->is_recursive = true; break;
    case 's': g->is_silent = true; break;
    case 'v': g->inverts = true; break;
    case 'w': g->word = true; break;
    case 'x': g->line = true; break;
    case 'A': return read_context(run, argument, &g->n_after);
    case 'B': return read_context(run, argument, &g->n_before);
    case 'C': case '0': return read_context(run, argument, &g->n_after) && read_context(run, argument, &g->n_before);
    case 'm': return command_number(argument, 0, INT64_MAX, &g->most) || command_fail_status(run, 2, "grep: invalid max count");
    case COLOR:
        if (!g_strcmp0(argument, "always")) return command_unsupported(run, "grep --color=always: output has no colours here");
        break;
    default: break; /* -a, -I, -U, --line-buffered: all is text, and printed at once */
    }
    return true;
}

/* -e may come several times; patterns then go into @patterns. */
static bool grep_options(struct command_run *run, struct command_options *o, struct grep *g, GString *patterns, bool *has_pattern)
{
    g->is_extended = *run->argv[0] == 'e';
    g->is_fixed = *run->argv[0] == 'f';
    for (int option; (option = command_next_option(o));) {
        if (option == COMMAND_BAD_OPTION || !grep_option(run, g, option, o->argument)) return false;
        if (option != 'e') continue;
        g_string_append_printf(patterns, "%s%s", *has_pattern ? "\n" : "", o->argument);
        *has_pattern = true;
    }
    return true;
}

static bool grep_file(struct command_run *run, struct grep *g, char *path)
{
    char *one[] = { path, NULL };
    gsize n_said = run->err->len;
    if (n_said && !g->is_silent) g_string_append_c(run->err, '\n');
    g->path = path ? path : "(standard input)";
    g->n_line = g->n_found = g->last_line = 0;
    g->n_to_print = 0;
    bool good = command_each_line(run, one, grep_line, g);
    g_queue_clear_full(&g->before, g_free);
    if (good || g->is_silent) g_string_truncate(run->err, n_said);
    if (!good) return false;
    if (g->is_quiet) return true;
    if (g->lists || g->lists_others) {
        if (g->lists ? g->n_found : !g->n_found) command_print(run, "%s\n", g->path);
    } else if (g->counts) {
        if (g->names) command_print(run, "%s:", g->path);
        command_print(run, "%" G_GUINT64_FORMAT "\n", g->n_found);
    }
    return true;
}

/* The files below @path. What cannot be read is told, and the others are looked at. @return false: there was such a one */
static bool grep_below(struct command_run *run, struct grep *g, char *path, bool *found, unsigned depth)
{
    enum { MAX_DEPTH = 32 };
    struct host *host = run->shell->host;
    bool good = true;
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    if (depth == MAX_DEPTH || !path || shell_file_kind(host, path) != 2 || !g->is_recursive || !shell_list(host, path, names)) {
        good = grep_file(run, g, path);
        *found = *found || g->n_found;
        return good;
    }
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *inside = g_strconcat(path, *path && !g_str_has_suffix(path, "/") ? "/" : "", names->pdata[i], NULL);
        good = grep_below(run, g, inside, found, depth + 1) && good;
    }
    return good;
}

bool cmd_grep(struct command_run *run)
{
    struct command_options o = { .run = run, COMMAND_OPTIONS(rows), .missing = missing, .numbers = NUMBERS_ARE_OPTIONS, .bad_status = 2 };
    struct grep g = { .before = G_QUEUE_INIT, .most = INT64_MAX };
    bool has_pattern = false, good = true, found = false;
    g_autoptr(GString) patterns = g_string_new(NULL);
    if (!grep_options(run, &o, &g, patterns, &has_pattern)) return false;
    if (!has_pattern && !*o.words) return command_fail_status(run, 2, "Usage: grep [OPTION]... PATTERNS [FILE]...");
    if (!has_pattern) g_string_append(patterns, *o.words++);
    if (!g.most) return command_fail(run, "%s", "");
    static char *here[] = { (char *) "", NULL };
    char **paths = g.is_recursive && !*o.words ? here : o.words;
    bool is_many = *paths && (paths[1] || (g.is_recursive && shell_file_kind(run->shell->host, *paths) == 2));
    g.names = (g.names || is_many) && !g.hides_names;
    if (!compile(run, &g, patterns->str)) return false;
    do {
        good = grep_below(run, &g, *paths, &found, 0) && good;
    } while (*paths && *++paths);
    g_regex_unref(g.regex);
    if (!good && !(g.is_quiet && found)) return command_fail_status(run, 2, "%s", "");
    return found || command_fail(run, "%s", "");
}
