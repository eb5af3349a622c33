/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/unit.h"

#include "core/check.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* A way to write a unit.  The first row is what a bare number means. */
struct unit {
    const char *name;
    double factor;
    bool any_case; /* "10gbit" as tc takes it; not where b and B differ */
};

static const struct unit times[] = {
    { "s", 1e12, false },  { "ms", 1e9, false },   { "us", 1e6, false },    { "\302\265s", 1e6, false },
    { "ns", 1e3, false },  { "ps", 1, false },     { "min", 60e12, false }, { "h", 3600e12, false },
    { NULL, 0, false },
};
static const struct unit rates[] = {
    { "bit", 1, true },      { "kbit", 1e3, true },     { "Mbit", 1e6, true },     { "Gbit", 1e9, true },
    { "Tbit", 1e12, true },  { "bit/s", 1, true },      { "kbit/s", 1e3, true },   { "Mbit/s", 1e6, true },
    { "Gbit/s", 1e9, true }, { "Tbit/s", 1e12, true },  { "bps", 1, false },       { "kbps", 1e3, false },
    { "Mbps", 1e6, false },  { "Gbps", 1e9, false },    { "Tbps", 1e12, false },   { "B/s", 8, false },
    { "kB/s", 8e3, false },  { "MB/s", 8e6, false },    { "GB/s", 8e9, false },    { "KiB/s", 8192, false },
    { "MiB/s", 8388608, false }, { "GiB/s", 8589934592, false }, { NULL, 0, false },
};
static const struct unit sizes[] = {
    { "B", 1, false },       { "kB", 1e3, false },      { "KB", 1e3, false },      { "MB", 1e6, false },
    { "GB", 1e9, false },    { "TB", 1e12, false },     { "KiB", 1024, true },     { "MiB", 1048576, true },
    { "GiB", 1073741824, true }, { "TiB", 1099511627776, true }, { NULL, 0, false },
};
static const struct unit packets[] = {
    { "p", 1, false }, { "pkts", 1, false }, { "pkt", 1, false }, { "packets", 1, false }, { NULL, 0, false },
};

static const struct unit *find_unit(const struct unit *units, const char *name)
{
    if (!*name) return units;
    for (const struct unit *u = units; u->name; u++)
        if (!(u->any_case ? g_ascii_strcasecmp(u->name, name) : strcmp(u->name, name))) return u;
    return NULL;
}

static void set_unknown_unit(const struct unit *units, const char *what, const char *text, const char *unit,
                             GError **error)
{
    GString *list = g_string_new(NULL);
    for (const struct unit *u = units; u->name; u++) g_string_append_printf(list, "%s%s", u > units ? ", " : "", u->name);
    g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_UNIT, "\"%s\" is not a %s: unknown unit \"%s\" (known: %s)", text, what,
                unit, list->str);
    g_string_free(list, TRUE);
}

/* A decimal number; *end is where the unit begins.  Not strtod()'s hexadecimal, "inf" and "nan". */
static bool read_number(const char *text, const char *what, double *number, const char **end, GError **error)
{
    const char *p = text;
    while (g_ascii_isspace(*p)) p++;
    const char *digits = *p == '-' || *p == '+' ? p + 1 : p;
    bool is_number = g_ascii_isdigit(*digits) || (*digits == '.' && g_ascii_isdigit(digits[1]));
    if (!is_number || (*digits == '0' && (digits[1] | 32) == 'x')) {
        g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_UNIT, "\"%s\" is not a %s: it must begin with a decimal number", text,
                    what);
        return false;
    }
    char *rest;
    *number = g_ascii_strtod(p, &rest);
    while (g_ascii_isspace(*rest)) rest++;
    *end = rest;
    if (*p != '-') return true;
    g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_RANGE, "\"%s\" is not a %s: it must not be negative", text, what);
    return false;
}

/* @max  the largest value, exact as a double */
static bool read_quantity(const char *text, const char *what, const struct unit *units, double max, double *value,
                          GError **error)
{
    const char *name;
    double number;
    if (!read_number(text, what, &number, &name, error)) return false;
    g_autofree char *unit_name = g_strchomp(g_strdup(name));
    const struct unit *u = find_unit(units, unit_name);
    if (!u) {
        set_unknown_unit(units, what, text, unit_name, error);
        return false;
    }
    *value = number * u->factor;
    if (*value <= max) return true; /* false for infinity */
    g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_RANGE, "\"%s\" is not a %s: it is too large (at most %.4g %s)", text, what,
                max / units->factor, units->name);
    return false;
}

bool netsim_parse_time(const char *text, netsim_time *time, GError **error)
{
    if (!ns_given(text, error) || !ns_given(time, error)) return false;
    double ps;
    if (!read_quantity(text, "time", times, 9223372036854773760.0, &ps, error)) return false;
    *time = (netsim_time) floor(ps + 0.5);
    return true;
}

bool netsim_parse_rate(const char *text, uint64_t *bits_per_s, GError **error)
{
    if (!ns_given(text, error) || !ns_given(bits_per_s, error)) return false;
    double bps;
    if (!read_quantity(text, "rate", rates, 1e15, &bps, error)) return false;
    if (bps < 0.5) {
        g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_RANGE, "\"%s\" is not a rate: it must be at least 1 bit/s", text);
        return false;
    }
    *bits_per_s = (uint64_t) (bps + 0.5);
    return true;
}

static bool read_whole(const char *text, const char *what, const struct unit *units, double max, const char *noun,
                       double *value, GError **error)
{
    if (!read_quantity(text, what, units, max, value, error)) return false;
    if (floor(*value) == *value) return true;
    g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_RANGE, "\"%s\" is not a %s: not a whole number of %s", text, what, noun);
    return false;
}

bool netsim_parse_size(const char *text, uint64_t *bytes, GError **error)
{
    if (!ns_given(text, error) || !ns_given(bytes, error)) return false;
    double b;
    if (!read_whole(text, "size", sizes, 9007199254740992.0, "bytes", &b, error)) return false;
    *bytes = (uint64_t) b;
    return true;
}

bool netsim_parse_queue(const char *text, uint32_t *pkts, uint64_t *bytes, GError **error)
{
    if (!ns_given(text, error) || !ns_given(pkts, error) || !ns_given(bytes, error)) return false;
    const char *unit = text + strlen(text);
    while (unit > text && !g_ascii_isdigit(unit[-1]) && unit[-1] != '.' && !g_ascii_isspace(unit[-1])) unit--;
    uint64_t b = 0;
    double p = 0;
    bool is_pkts = *unit && find_unit(packets, unit);
    if (is_pkts ? !read_whole(text, "queue length", packets, UINT32_MAX, "packets", &p, error)
                : !netsim_parse_size(text, &b, error)) {
        if (error && *error && (*error)->code == NETSIM_ERROR_UNIT)
            g_prefix_error_literal(error, "a queue is packets (\"100p\") or bytes (\"64KiB\"): ");
        return false;
    }
    *pkts = (uint32_t) p;
    *bytes = b;
    return true;
}

/* At most three decimals, no trailing zeros. */
static struct unit_text format(double value, const char *unit)
{
    struct unit_text t;
    int n = snprintf(t.text, sizeof t.text, "%.3f", value);
    while (t.text[n - 1] == '0') n--;
    if (t.text[n - 1] == '.') n--;
    snprintf(t.text + n, sizeof t.text - (size_t) n, " %s", unit);
    return t;
}

struct unit_text unit_time(netsim_time t)
{
    static const struct unit steps[] = {
        { "s", 1e12, false }, { "ms", 1e9, false }, { "us", 1e6, false }, { "ns", 1e3, false }, { "ps", 1, false },
    };
    if (t == 0) return format(0, "s");
    const struct unit *u = steps;
    while (u->factor > 1 && fabs((double) t) < u->factor) u++;
    return format((double) t / u->factor, u->name);
}

static struct unit_text scaled(uint64_t v, unsigned base, const char *const *names, unsigned n)
{
    unsigned i = 0;
    uint64_t factor = 1;
    while (i + 1 < n && v / factor >= base) {
        factor *= base;
        i++;
    }
    return format((double) v / (double) factor, names[i]);
}

struct unit_text unit_rate(uint64_t bits_per_s)
{
    static const char *const names[] = { "bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s" };
    return scaled(bits_per_s, 1000, names, 5);
}

struct unit_text unit_size(uint64_t bytes)
{
    static const char *const decimal[] = { "B", "kB", "MB", "GB", "TB" }, *const binary[] = { "B", "KiB", "MiB", "GiB", "TiB" };
    return bytes && bytes % 1024 == 0 ? scaled(bytes, 1024, binary, 5) : scaled(bytes, 1000, decimal, 5);
}
