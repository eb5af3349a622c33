/* SPDX-License-Identifier: GPL-3.0-or-later */
/* read.c - characters, words and numbers of a script. */
#include "validate/packetdrill/script.h"

#include <errno.h>
#include <netsim/sim.h>
#include <stdlib.h>
#include <string.h>

bool reader_fail(struct reader *r, const char *format, ...)
{
    if (r->error) return false;
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    r->error = g_error_new(NETSIM_ERROR, NETSIM_ERROR_SYNTAX, "%s:%u: %s", r->script->path, r->line, text);
    return false;
}

void reader_unsupported(struct reader *r, const char *format, ...)
{
    if (r->script->unsupported) return;
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    r->script->unsupported = g_strdup_printf("%s:%u: %s", r->script->path, r->line, text);
}

static bool starts_with(const struct reader *r, const char *text)
{
    size_t n = strlen(text);
    return (size_t) (r->end - r->at) >= n && !memcmp(r->at, text, n);
}

static void skip_line(struct reader *r)
{
    while (r->at < r->end && *r->at != '\n') r->at++;
}

void reader_skip(struct reader *r)
{
    while (r->at < r->end) {
        if (g_ascii_isspace(*r->at)) {
            r->line += *r->at++ == '\n';
        } else if (*r->at == '#' || starts_with(r, "//")) {
            skip_line(r);
        } else if (starts_with(r, "/*")) {
            unsigned line = r->line;
            for (r->at += 2; r->at < r->end && !starts_with(r, "*/"); r->at++) r->line += *r->at == '\n';
            if (r->at == r->end) {
                r->line = line;
                reader_fail(r, "a comment begins here and does not end");
                return;
            }
            r->at += 2;
        } else return;
    }
}

char reader_peek(struct reader *r)
{
    reader_skip(r);
    return r->at < r->end ? *r->at : '\0';
}

bool reader_take(struct reader *r, const char *text)
{
    reader_skip(r);
    if (!starts_with(r, text)) return false;
    r->at += strlen(text);
    return true;
}

/* What stands here, for messages. */
static char *here(struct reader *r)
{
    if (reader_peek(r) == '\0') return g_strdup("the end of the script");
    size_t n = 0;
    while (r->at + n < r->end && n < 24 && r->at[n] != '\n') n++;
    g_autofree char *text = g_strndup(r->at, n);
    g_autofree char *safe = g_strescape(text, NULL);
    return g_strdup_printf("\"%s\"", safe);
}

bool reader_expect(struct reader *r, const char *text)
{
    if (reader_take(r, text)) return true;
    g_autofree char *found = here(r);
    return reader_fail(r, "\"%s\" is expected, here is %s", text, found);
}

char *reader_word(struct reader *r)
{
    char c = reader_peek(r);
    if (!g_ascii_isalpha(c) && c != '_') return NULL;
    const char *start = r->at;
    while (r->at < r->end && (g_ascii_isalnum(*r->at) || *r->at == '_')) r->at++;
    char *word = g_strndup(start, (gsize) (r->at - start));
    const char *defined = r->defines ? g_hash_table_lookup(r->defines, word) : NULL;
    if (!defined) return word;
    g_free(word);
    return g_strdup(defined);
}

bool reader_number(struct reader *r, int64_t *value)
{
    reader_skip(r);
    char text[32];
    size_t n = 0;
    while (r->at + n < r->end && n < sizeof text - 1 && (g_ascii_isalnum(r->at[n]) || (n == 0 && r->at[n] == '-'))) n++;
    memcpy(text, r->at, n);
    text[n] = '\0';
    char *end;
    errno = 0;
    const char *digits = text + (*text == '-');
    bool is_hex = digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X');
    *value = g_ascii_isdigit(*digits) ? (int64_t) g_ascii_strtoll(text, &end, is_hex ? 16 : 10) : 0;
    if (!g_ascii_isdigit(*digits) || errno) {
        g_autofree char *found = here(r);
        return reader_fail(r, "a number is expected, here is %s", found);
    }
    r->at += end - text;
    return true;
}
