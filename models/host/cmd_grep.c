/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_grep.c - grep, egrep, fgrep (GNU grep). */
#include "models/host/commands.h"

#include <string.h>

struct grep {
    bool is_fixed, is_extended, ignores_case, inverts, counts, only_matching, numbers, is_quiet, names, lists, word, line;
    GRegex *regex;
    const char *path;   /* of the present file */
    int64_t most;       /* -m */
    uint64_t n_line, n_found;
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

static void print_head(struct command_run *run, const struct grep *g)
{
    if (g->names) command_print(run, "%s:", g->path);
    if (g->numbers) command_print(run, "%" G_GUINT64_FORMAT ":", g->n_line);
}

static void print_matches(struct command_run *run, const struct grep *g, GMatchInfo *info)
{
    for (; g_match_info_matches(info); g_match_info_next(info, NULL)) {
        g_autofree char *match = g_match_info_fetch(info, 0);
        if (!*match) continue;
        print_head(run, g);
        command_print(run, "%s\n", match);
    }
}

static bool grep_line(struct command_run *run, const char *line, void *data)
{
    struct grep *g = data;
    GMatchInfo *info;
    g->n_line++;
    bool matches = g_regex_match(g->regex, line, 0, &info);
    if (matches != g->inverts) {
        g->n_found++;
        if (g->only_matching && !g->counts && !g->is_quiet && !g->inverts) print_matches(run, g, info);
        else if (!g->counts && !g->is_quiet && !g->only_matching && !g->lists) {
            print_head(run, g);
            command_print(run, "%s\n", line);
        }
    }
    g_match_info_free(info);
    return !(g->n_found && (g->is_quiet || g->lists)) && (!g->most || g->n_found < (uint64_t) g->most);
}

/* -e may come several times; patterns then go into @patterns. */
static bool grep_options(struct command_run *run, struct short_options *o, struct grep *g, GString *patterns, bool *has_pattern, bool *hides)
{
    g->is_extended = *run->argv[0] == 'e';
    g->is_fixed = *run->argv[0] == 'f';
    for (int option; (option = short_option(o, "EFGHce:hilm:noqsvwx"));) {
        switch (option) {
        case 'E': g->is_extended = true; break;
        case 'F': g->is_fixed = true; break;
        case 'G': g->is_extended = g->is_fixed = false; break;
        case 'H': g->names = true; break;
        case 'c': g->counts = true; break;
        case 'h': *hides = true; break;
        case 'i': g->ignores_case = true; break;
        case 'l': g->lists = true; break;
        case 'n': g->numbers = true; break;
        case 'o': g->only_matching = true; break;
        case 'q': case 's': g->is_quiet = g->is_quiet || option == 'q'; break;
        case 'v': g->inverts = true; break;
        case 'w': g->word = true; break;
        case 'x': g->line = true; break;
        case 'm':
            if (!command_number(o->value, 1, INT64_MAX, &g->most)) return command_fail_status(run, 2, "grep: invalid max count");
            break;
        case 'e':
            g_string_append_printf(patterns, "%s%s", *has_pattern ? "\n" : "", o->value);
            *has_pattern = true;
            break;
        default: return command_fail_status(run, 2, "%s", "");
        }
    }
    return true;
}

static bool grep_file(struct command_run *run, struct grep *g, char *path)
{
    char *one[] = { path, NULL };
    g->path = path ? path : "(standard input)";
    g->n_line = g->n_found = 0;
    if (!command_each_line(run, one, grep_line, g)) return false;
    if (g->lists && g->n_found) command_print(run, "%s\n", g->path);
    else if (g->counts && !g->is_quiet && !g->lists) {
        if (g->names) command_print(run, "%s:", g->path);
        command_print(run, "%" G_GUINT64_FORMAT "\n", g->n_found);
    }
    return true;
}

bool cmd_grep(struct command_run *run)
{
    struct short_options o = { .run = run };
    struct grep g = { 0 };
    bool has_pattern = false, hides = false, good = true, found = false;
    g_autoptr(GString) patterns = g_string_new(NULL);
    if (!grep_options(run, &o, &g, patterns, &has_pattern, &hides)) return false;
    if (!has_pattern && !*o.next) return command_fail_status(run, 2, "Usage: grep [OPTION]... PATTERNS [FILE]...");
    if (!has_pattern) g_string_append(patterns, *o.next++);
    g.names = (g.names || (*o.next && o.next[1])) && !hides;
    if (!compile(run, &g, patterns->str)) return false;
    do {
        good = grep_file(run, &g, *o.next) && good;
        found = found || g.n_found;
    } while (*o.next && *++o.next);
    g_regex_unref(g.regex);
    if (!good) return command_fail_status(run, 2, "%s", "");
    return found || command_fail(run, "%s", "");
}
