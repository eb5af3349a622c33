/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/knob.h"

#include "core/check.h"
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

const char *knob_default(const struct knob *k, unsigned version)
{
    const char *text = k->defaults[0].text;
    for (int i = 1; i < KNOB_MAX_DEFAULTS && k->defaults[i].text && k->defaults[i].since <= version; i++)
        text = k->defaults[i].text;
    return text;
}

/* ---- fields ---- */

static int64_t multiple(const struct knob *k)
{
    return k->multiple ? k->multiple : 1;
}

void knob_load(const struct knob *k, const void *field, struct knob_value *v)
{
    if (k->type == KNOB_STRING) {
        g_strlcpy(v->text, field, sizeof v->text);
    } else if (k->type == KNOB_CPUS) {
        memcpy(v->cpus, field, sizeof v->cpus);
    } else {
        for (unsigned i = 0; i < k->count; i++) {
            v->n[i] = k->type == KNOB_INT    ? ((const int *) field)[i]
                      : k->type == KNOB_UINT ? ((const uint32_t *) field)[i]
                                             : ((const int64_t *) field)[i];
            v->n[i] /= multiple(k);
        }
    }
}

void knob_store(const struct knob *k, void *field, const struct knob_value *v)
{
    if (k->type == KNOB_STRING) {
        memset(field, 0, k->count);
        memcpy(field, v->text, strlen(v->text));
    } else if (k->type == KNOB_CPUS) {
        memcpy(field, v->cpus, sizeof v->cpus);
    } else {
        for (unsigned i = 0; i < k->count; i++) {
            int64_t n = v->n[i] * multiple(k);
            switch (k->type) {
            case KNOB_INT: ((int *) field)[i] = (int) n; break;
            case KNOB_UINT: ((uint32_t *) field)[i] = (uint32_t) n; break;
            default: ((int64_t *) field)[i] = n; break;
            }
        }
    }
}

/* ---- numbers ---- */

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

/* A time that the kernel keeps in ticks is rounded to whole ones, and their number has to fit. */
static int round_to_ticks(const struct knob *k, const struct knob_env *env, int64_t *n)
{
    if (!k->ticks_per) return 0;
    int64_t most = INT_MAX / env->hz * (int64_t) k->ticks_per;
    if (*n > most || *n < -most) return -EINVAL;
    if (*n <= 0) return 0;
    bool is_user_hz = k->ticks_per == 100; /* clock_t_to_jiffies() rounds down */
    int64_t ticks = (*n * env->hz + (is_user_hz ? 0 : k->ticks_per - 1)) / k->ticks_per;
    *n = ns_min(ticks * k->ticks_per / env->hz, k->max);
    return 0;
}

/* kstrtoint(), kstrtoul(): a file of sysfs takes one number, and nothing behind it but a newline. */
static int parse_sysfs(const struct knob *k, const char *text, struct knob_value *v)
{
    int64_t n;
    const char *end = text;
    errno = 0;
    if (!next_number(&end, &n)) return errno == ERANGE ? -ERANGE : -EINVAL;
    size_t len = strcspn(text, " \t\n");
    if (text[len] && strcmp(text + len, "\n")) return -EINVAL;
    if (n < k->min || n > k->max / multiple(k)) return k->type == KNOB_INT && k->max == INT_MAX ? -ERANGE : -EINVAL;
    v->n[0] = n;
    return 0;
}

static int parse_numbers(const struct knob *k, const struct knob_env *env, const char *text, struct knob_value *v)
{
    int64_t values[KNOB_MAX_VALUES];
    ns_assert(k->count <= KNOB_MAX_VALUES);
    memcpy(values, v->n, sizeof values);
    while (g_ascii_isspace(*text)) text++;
    unsigned n = 0;
    for (const char *s = text; n < k->count && (n == 0 || *s); n++) {
        if (!next_number(&s, &values[n]) || values[n] < k->min || values[n] > k->max / multiple(k)) return -EINVAL;
        if (k->lacks && values[n] > k->lacks_above) return env->version >= k->lacks_since ? -EOPNOTSUPP : -EINVAL;
        int err = round_to_ticks(k, env, &values[n]);
        if (err) return err;
    }
    memcpy(v->n, values, sizeof values);
    return 0;
}

/* ---- words ---- */

static bool is_word(const struct knob *k, const char *name)
{
    const char *word;
    for (unsigned i = 0; (word = k->nth_word(i)); i++)
        if (!strcmp(word, name)) return true;
    return false;
}

/* Names that no module is loaded for. */
static bool has_unknown(const struct knob *k, const char *text)
{
    g_auto(GStrv) names = g_strsplit_set(text, " \t\n", -1);
    for (char **name = names; *name; name++)
        if (**name && !is_word(k, *name)) return true;
    return false;
}

/* proc_dostring() */
static int parse_string(const struct knob *k, const char *text, struct knob_value *v)
{
    size_t len = strcspn(text, "\n"); /* up to the end of the line or of the room */
    _Static_assert(sizeof v->text > UINT8_MAX, "as long as a row can say");
    char value[KNOB_MAX_TEXT];
    g_strlcpy(value, text, ns_min(len + 1, (size_t) k->count));
    if (k->nth_word && !k->check && has_unknown(k, value)) return -ENOENT;
    memcpy(v->text, value, sizeof v->text);
    return 0;
}

/* ---- sets of CPUs ---- */

/* One group of at most 8 hexadecimal digits that ends at *end, exclusive; *end moves in front of it. */
static int group_before(const char *start, const char **end, uint32_t *bits)
{
    uint64_t value = 0;
    const char *p = *end;
    for (unsigned shift = 0; p > start && g_ascii_isxdigit(p[-1]); p--, shift += 4) {
        if (shift >= 32) return -EOVERFLOW;
        value |= (uint64_t) g_ascii_xdigit_value(p[-1]) << shift;
    }
    if (p > start && p[-1] != ',' && !g_ascii_isspace(p[-1])) return -EINVAL;
    *end = p;
    *bits = (uint32_t) value;
    return 0;
}

/* bitmap_parse(): groups of 32 bits from the right, between commas or white space. */
static int parse_cpus(const struct knob_env *env, const char *text, struct knob_value *v)
{
    uint64_t cpus[KNOB_MAX_CPUS / 64] = { 0 };
    const char *end = text + strcspn(text, "\n");
    unsigned n_groups = (env->n_cpus + 31) / 32;
    for (unsigned i = 0;; i++) {
        while (end > text && (end[-1] == ',' || g_ascii_isspace(end[-1]))) end--;
        if (end == text) break;
        if (i == n_groups) return -EOVERFLOW;
        uint32_t bits;
        int err = group_before(text, &end, &bits);
        if (err) return err;
        unsigned left = env->n_cpus - i * 32;
        if (left < 32 && bits >> left) return -EOVERFLOW;
        cpus[i / 2] |= (uint64_t) bits << i % 2 * 32;
    }
    memcpy(v->cpus, cpus, sizeof cpus);
    return 0;
}

/* "%*pb": groups of eight digits; the first has as many as it needs to show all CPUs. */
static void print_cpus(const struct knob_env *env, const struct knob_value *v, GString *out)
{
    for (unsigned left = env->n_cpus, first = (left - 1) / 32, i = first + 1; i-- > 0;) {
        uint32_t bits = (uint32_t) (v->cpus[i / 2] >> i % 2 * 32);
        int digits = i == first ? (int) (left - i * 32 + 3) / 4 : 8;
        g_string_append_printf(out, "%s%0*x", i == first ? "" : ",", digits, bits);
    }
}

/* ---- all ---- */

int knob_parse(const struct knob *k, const struct knob_env *env, const char *text, struct knob_value *v)
{
    switch (k->type) {
    case KNOB_STRING: return parse_string(k, text, v);
    case KNOB_CPUS: return parse_cpus(env, text, v);
    default: return k->name[0] == '/' ? parse_sysfs(k, text, v) : parse_numbers(k, env, text, v);
    }
}

void knob_print(const struct knob *k, const struct knob_env *env, const struct knob_value *v, GString *out)
{
    if (k->type == KNOB_STRING) {
        g_string_append(out, v->text);
    } else if (k->type == KNOB_CPUS) {
        print_cpus(env, v, out);
    } else {
        for (unsigned i = 0; i < k->count; i++) g_string_append_printf(out, "%s%" G_GINT64_FORMAT, i ? "\t" : "", v->n[i]);
    }
}
