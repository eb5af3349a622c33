/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/knob.h"

#include "core/check.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *knob_default(const struct knob *k, unsigned version)
{
    const char *text = k->defaults[0].text;
    for (int i = 1; i < KNOB_MAX_DEFAULTS && k->defaults[i].text && k->defaults[i].since <= version; i++)
        text = k->defaults[i].text;
    return text;
}

static int64_t get_value(const struct knob *k, const void *field, unsigned i)
{
    switch (k->type) {
    case KNOB_INT: return ((const int *) field)[i];
    case KNOB_UINT: return ((const uint32_t *) field)[i];
    default: return ((const int64_t *) field)[i];
    }
}

static void set_value(const struct knob *k, void *field, unsigned i, int64_t v)
{
    switch (k->type) {
    case KNOB_INT: ((int *) field)[i] = (int) v; break;
    case KNOB_UINT: ((uint32_t *) field)[i] = (uint32_t) v; break;
    default: ((int64_t *) field)[i] = v; break;
    }
}

/* The next number of *s, as proc_get_long() reads it: decimal, 0x hexadecimal or 0 octal, then white space or the end. */
static bool next_number(const char **s, int64_t *v)
{
    const char *p = *s, *digits = *p == '-' ? p + 1 : p;
    if (!g_ascii_isdigit(*digits)) return false;
    char *end;
    errno = 0;
    *v = strtoll(p, &end, 0);
    if (errno || (*end && !g_ascii_isspace(*end))) return false;
    while (g_ascii_isspace(*end)) end++;
    *s = end;
    return true;
}

static int parse_numbers(const struct knob *k, const char *text, void *field)
{
    int64_t values[KNOB_MAX_VALUES];
    ns_assert(k->count <= KNOB_MAX_VALUES);
    for (unsigned i = 0; i < k->count; i++) values[i] = get_value(k, field, i);
    while (g_ascii_isspace(*text)) text++;
    unsigned n = 0;
    for (const char *s = text; n == 0 || *s; n++) {
        int64_t v;
        if (n == k->count || !next_number(&s, &v) || v < k->min || v > k->max) return -EINVAL;
        values[n] = v;
    }
    int err = k->check ? k->check(values, text) : 0;
    if (err) return err;
    for (unsigned i = 0; i < n; i++) set_value(k, field, i, values[i]);
    return 0;
}

static int parse_string(const struct knob *k, const char *text, char *field)
{
    g_autofree char *word = g_strstrip(g_strdup(text));
    if (strlen(word) >= k->count) return -EINVAL;
    int err = k->check ? k->check(NULL, word) : 0;
    if (err) return err;
    memset(field, 0, k->count);
    memcpy(field, word, strlen(word));
    return 0;
}

int knob_parse(const struct knob *k, const char *text, void *field)
{
    return k->type == KNOB_STRING ? parse_string(k, text, field) : parse_numbers(k, text, field);
}

void knob_print(const struct knob *k, const void *field, GString *out)
{
    if (k->type == KNOB_STRING) {
        g_string_append(out, field);
        return;
    }
    for (unsigned i = 0; i < k->count; i++)
        g_string_append_printf(out, "%s%" G_GINT64_FORMAT, i ? "\t" : "", get_value(k, field, i));
}
