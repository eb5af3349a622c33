/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_print.c - echo, printf, seq (bash, GNU coreutils). */
#include "models/host/commands.h"

#include <math.h>
#include <string.h>

/* The character that the escape behind a backslash means; *at moves behind it.  -1: none, -2: \c */
static int escaped(const char **at)
{
    static const char from[] = "abefnrtv\\", to[] = "\a\b\033\f\n\r\t\v\\";
    char c = **at;
    const char *place = c ? strchr(from, c) : NULL;
    if (place) {
        ++*at;
        return (unsigned char) to[place - from];
    }
    if (c == 'c') return -2;
    if (c < '0' || c > '7') return -1;
    int value = 0;
    for (int i = 0; i < 3 && **at >= '0' && **at <= '7'; i++) value = value * 8 + *(*at)++ - '0';
    return (value & 255) ? value & 255 : -1; /* zero bytes cannot be in texts here */
}

/* @return false: \c ends all output */
static bool print_escaped(GString *out, const char *text)
{
    while (*text) {
        if (*text != '\\') {
            g_string_append_c(out, *text++);
            continue;
        }
        text++;
        if (text[0] == '0' && text[1] >= '0' && text[1] <= '7') text++; /* echo's \0nnn */
        int c = escaped(&text);
        if (c == -2) return false;
        g_string_append_c(out, c < 0 ? '\\' : (char) c);
    }
    return true;
}

bool cmd_echo(struct command_run *run)
{
    bool newline = true, escapes = false;
    char **word = run->argv + 1;
    for (; *word && **word == '-' && (*word)[1] && !(*word)[1 + strspn(*word + 1, "neE")]; word++)
        for (const char *c = *word + 1; *c; c++) {
            if (*c == 'n') newline = false;
            else escapes = *c == 'e';
        }
    for (char **first = word; *word; word++) {
        if (word > first) g_string_append_c(run->out, ' ');
        if (!escapes) g_string_append(run->out, *word);
        else if (!print_escaped(run->out, *word)) return true;
    }
    if (newline) g_string_append_c(run->out, '\n');
    return true;
}

/* ---- printf ---- */

struct format {
    char spec[40];  /* "%-10" */
    char letter;
};

/* Read a conversion behind its percent sign. @return false: there is none */
static bool read_conversion(const char **at, struct format *f)
{
    size_t n = strspn(*at, "-+ #0"), width = strspn(*at + n, "0123456789"), precision = 0;
    size_t length = n + width;
    if ((*at)[length] == '.') {
        precision = strspn(*at + length + 1, "0123456789");
        length += 1 + precision;
    }
    f->letter = (*at)[length];
    if (!f->letter || !strchr("diouxXcsbeEfFgG", f->letter) || length > 30 || width > 4 || precision > 4) return false;
    g_snprintf(f->spec, sizeof f->spec, "%%%.*s", (int) length, *at);
    *at += length + 1;
    return true;
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static bool print_number(struct command_run *run, struct format *f, const char *word)
{
    char *end;
    bool is_real = strchr("eEfFgG", f->letter);
    g_autofree char *spec = g_strdup_printf("%s%s%c", f->spec, is_real ? "" : "l", f->letter);
    if (*word == '"' || *word == '\'') { /* the character's number */
        g_string_append_printf(run->out, spec, (long) (unsigned char) word[1]);
        return true;
    }
    if (is_real) g_string_append_printf(run->out, spec, g_ascii_strtod(word, &end));
    else if (f->letter == 'd' || f->letter == 'i') g_string_append_printf(run->out, spec, (long) g_ascii_strtoll(word, &end, 0));
    else g_string_append_printf(run->out, spec, (unsigned long) g_ascii_strtoull(word, &end, 0));
    return !*end || command_fail(run, "printf: %s: invalid number", word);
}

static bool print_conversion(struct command_run *run, struct format *f, const char *word)
{
    g_autofree char *spec = g_strconcat(f->spec, "s", NULL);
    switch (f->letter) {
    case 's': g_string_append_printf(run->out, spec, word); return true;
    case 'b': print_escaped(run->out, word); return true;
    case 'c': if (*word) g_string_append_c(run->out, *word); return true;
    default: return print_number(run, f, word);
    }
}
#pragma GCC diagnostic pop

/* The format once. @return false: stop */
static bool print_format(struct command_run *run, const char *at, char ***word)
{
    while (*at) {
        char c = *at++;
        struct format f;
        if (c == '\\') {
            int code = escaped(&at);
            if (code == -2) return false;
            g_string_append_c(run->out, code < 0 ? '\\' : (char) code);
        } else if (c != '%') {
            g_string_append_c(run->out, c);
        } else if (*at == '%') {
            g_string_append_c(run->out, *at++);
        } else if (!read_conversion(&at, &f)) {
            return command_fail(run, "printf: `%%%.*s': invalid format character", *at ? 1 : 0, at);
        } else if (!print_conversion(run, &f, **word ? *(*word)++ : "")) {
            return false;
        }
    }
    return true;
}

bool cmd_printf(struct command_run *run)
{
    char **word = run->argv + 1;
    if (*word && !strcmp(*word, "--")) word++;
    const char *format = *word++;
    if (!format) return command_fail_status(run, 2, "printf: usage: printf [-v var] format [arguments]");
    char **before;
    do { /* again for words that are left over */
        before = word;
        if (!print_format(run, format, &word)) return !run->err->len;
    } while (*word && word > before && run->out->len <= SHELL_MAX_BYTES);
    return true;
}

/* ---- seq ---- */

static bool real_number(const char *text, double *value)
{
    char *end;
    *value = g_ascii_strtod(text, &end);
    return end != text && !*end && isfinite(*value);
}

static int decimals(const char *text)
{
    const char *point = strchr(text, '.');
    return point ? (int) MIN(strlen(point + 1), (size_t) 9) : 0;
}

bool cmd_seq(struct command_run *run)
{
    enum { MOST = 1000000 };
    const char *separator = "\n";
    static const struct command_option rows[] = { { 's', "separator=" }, { 'w', "equal-width" } };
    struct command_options o = { .run = run, COMMAND_OPTIONS(rows), .missing = "-f --format --help --version", .numbers = NUMBERS_ARE_WORDS, .stops = true };
    bool is_wide = false;
    double value[3];
    for (int option; (option = command_next_option(&o));) {
        if (option == COMMAND_BAD_OPTION) return false;
        if (option == 'w') is_wide = true;
        else separator = o.argument;
    }
    char **argv = o.words;
    unsigned n = g_strv_length(argv);
    int digits = 0;
    if (!n) return command_fail(run, "seq: missing operand");
    if (n > 3) return command_fail(run, "seq: extra operand '%s'", argv[3]);
    for (unsigned i = 0; i < n; i++) {
        if (!real_number(argv[i], &value[i])) return command_fail(run, "seq: invalid floating point argument: '%s'", argv[i]);
        if (i < 2) digits = MAX(digits, decimals(argv[i]));
    }
    double first = n > 1 ? value[0] : 1, step = n > 2 ? value[1] : 1, last = value[n - 1];
    if (step == 0) return command_fail(run, "seq: invalid Zero increment value: '%s'", argv[1]);
    double steps = floor((last - first) / step + 1e-9);
    if (steps > MOST) return command_unsupported(run, "seq: more than %d numbers", MOST);
    int width = is_wide ? (int) MAX(strlen(argv[0]), strlen(argv[n - 1])) : 0;
    for (double i = 0; i <= steps && run->out->len <= SHELL_MAX_BYTES; i++)
        g_string_append_printf(run->out, "%s%0*.*f", i > 0 ? separator : "", width, digits, first + i * step);
    if (steps >= 0) g_string_append_c(run->out, '\n');
    return true;
}
