/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sysctl_conf.c - a sysctl.conf(5): every line gets a verdict, and what the host's kernel would take is applied. */
#include "models/host/host.h"

#include <errno.h>
#include <string.h>

enum { MAX_FILE_BYTES = 1 << 20, MAX_LINE_BYTES = 4096 };

struct setting {
    char *name, *value; /* as written, without blanks around them */
    unsigned line;
    unsigned other;     /* line of an earlier one with another value; 0: none */
};

static void setting_clear(void *data)
{
    struct setting *s = data;
    g_free(s->name);
    g_free(s->value);
}

/* ---- reading ---- */

static bool refuse(GError **error, unsigned line, const char *why)
{
    if (line) g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_SYNTAX, "line %u: %s; nothing was set", line, why);
    else g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_SYNTAX, "%s; nothing was set", why);
    return false;
}

/* "name = value", "-name = value"; comments and empty lines are good. */
static bool read_line(GArray *settings, const char *start, size_t length, unsigned number, GError **error)
{
    if (length > MAX_LINE_BYTES) return refuse(error, number, "longer than 4096 bytes");
    if (memchr(start, '\0', length)) return refuse(error, number, "a NUL byte: this is not a text file");
    if (!g_utf8_validate(start, (gssize) length, NULL)) return refuse(error, number, "bytes that are not text");
    g_autofree char *line = g_strstrip(g_strndup(start, length));
    if (!*line || *line == '#' || *line == ';') return true;
    char *equals = strchr(line, '='), *name = line + (*line == '-');
    if (!equals) {
        g_autofree char *why = g_strdup_printf("\"%.40s\": write name = value", line);
        return refuse(error, number, why);
    }
    *equals = '\0';
    struct setting s = { g_strdup(g_strstrip(name)), g_strdup(g_strstrip(equals + 1)), number, 0 };
    g_array_append_val(settings, s);
    return *s.name && *s.value ? true : refuse(error, number, *s.name ? "the value is missing" : "the name is missing");
}

static bool read_text(GArray *settings, const char *text, size_t length, GError **error)
{
    if (length > MAX_FILE_BYTES) return refuse(error, 0, "the file is larger than 1 MiB");
    const char *end = text + length;
    for (unsigned number = 1; text < end; number++) {
        const char *newline = memchr(text, '\n', (size_t) (end - text));
        size_t n = (size_t) ((newline ? newline : end) - text);
        if (!read_line(settings, text, n, number, error)) return false;
        text += n + (newline != NULL);
    }
    return true;
}

/* ---- verdicts ---- */

/* Which of the names that follow each other may not be the larger one. */
static const struct {
    const char *lower, *upper, *why;
} orders[] = {
    { "net.core.rmem_default", "net.core.rmem_max", "who asks for more by SO_RCVBUF gets less than who does not ask" },
    { "net.core.wmem_default", "net.core.wmem_max", "who asks for more by SO_SNDBUF gets less than who does not ask" },
};

struct load {
    struct host *host;
    GArray *settings;
    GHashTable *last; /* name -> struct setting: the last one of the file */
    netsim_sysctl_line_func func;
    void *data;
};

/* Values are compared as the kernel reads them: "1 2" is "1\t2". */
static bool same_value(const char *a, const char *b)
{
    g_autofree char *x = g_strdelimit(g_strdup(a), "\t", ' '), *y = g_strdelimit(g_strdup(b), "\t", ' ');
    return !strcmp(x, y);
}

static void find_repetitions(struct load *l)
{
    for (guint i = 0; i < l->settings->len; i++) {
        struct setting *s = &g_array_index(l->settings, struct setting, i), *before = g_hash_table_lookup(l->last, s->name);
        if (before && !same_value(before->value, s->value)) s->other = before->line;
        g_hash_table_insert(l->last, s->name, s);
    }
}

/* The value that @name will have after the file. */
static int64_t final_value(struct load *l, const char *name, unsigned *line)
{
    const struct setting *s = g_hash_table_lookup(l->last, name);
    g_autofree char *now = s ? g_strdup(s->value) : netsim_host_sysctl_get(l->host, name, NULL);
    *line = s ? s->line : 0;
    return now ? g_ascii_strtoll(now, NULL, 0) : 0;
}

static char *contradiction(struct load *l, const struct setting *s, unsigned *other)
{
    if (s->other) {
        *other = s->other;
        return g_strdup_printf("line %u sets another value; this one counts", s->other);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(orders); i++) {
        bool is_lower = !strcmp(s->name, orders[i].lower);
        if (!is_lower && strcmp(s->name, orders[i].upper)) continue;
        unsigned line, ignored;
        int64_t low = final_value(l, orders[i].lower, is_lower ? &ignored : &line);
        int64_t high = final_value(l, orders[i].upper, is_lower ? &line : &ignored);
        if (low <= high || line > s->line) continue; /* the later of two lines is told */
        *other = line;
        return g_strdup_printf("%s %" G_GINT64_FORMAT " is above %s %" G_GINT64_FORMAT ": %s", orders[i].lower, low,
                               orders[i].upper, high, orders[i].why);
    }
    return NULL;
}

static bool is_of_other_subsystem(const char *name)
{
    static const char *const folders[] = { "abi", "debug", "dev", "fs", "kernel", "sunrpc", "user", "vm" };
    size_t n = strcspn(name, "./");
    for (size_t i = 0; i < G_N_ELEMENTS(folders); i++)
        if (strlen(folders[i]) == n && !strncmp(folders[i], name, n)) return true;
    return false;
}

static NetsimSysctlVerdict judge_missing(struct load *l, const struct setting *s, char **reason)
{
    if (is_of_other_subsystem(s->name)) {
        *reason = g_strdup("only net is modelled");
        return NETSIM_SYSCTL_NO_MODEL;
    }
    g_autofree char *hint = host_knob_hint(l->host, s->name, -ENOENT);
    *reason = g_strdup_printf("No such file or directory%s", hint);
    return strstr(hint, "removed in") ? NETSIM_SYSCTL_DEAD : NETSIM_SYSCTL_UNKNOWN;
}

static NetsimSysctlVerdict judge_refused(struct load *l, const struct setting *s, int err, char **reason)
{
    g_autofree char *hint = host_knob_hint(l->host, s->name, err);
    *reason = g_strdup_printf("%s%s", g_strerror(-err), hint);
    return err == -EACCES ? NETSIM_SYSCTL_READ_ONLY : NETSIM_SYSCTL_RANGE;
}

static NetsimSysctlVerdict judge(struct load *l, const struct setting *s, char **reason, unsigned *other)
{
    struct host_knob at;
    if (!host_knob_find(l->host, s->name, &at) || at.row->name[0] == '/') return judge_missing(l, s, reason);
    int err = host_knob_write_quietly(l->host, &at, s->value);
    if (err) return judge_refused(l, s, err, reason);
    if ((*reason = contradiction(l, s, other))) return NETSIM_SYSCTL_CONTRADICTS;
    if (!(*reason = host_knob_no_effect(l->host, at.row))) return NETSIM_SYSCTL_OK;
    return knob_is_dead(at.row, l->host->net.profile->version) ? NETSIM_SYSCTL_DEAD : NETSIM_SYSCTL_NO_MODEL;
}

static void apply(struct load *l)
{
    for (guint i = 0; i < l->settings->len; i++) {
        const struct setting *s = &g_array_index(l->settings, struct setting, i);
        g_autofree char *reason = NULL;
        NetsimSysctlLine line = { .line = s->line, .name = s->name, .value = s->value };
        line.verdict = judge(l, s, &reason, &line.other_line);
        line.reason = reason ? reason : "";
        if (l->func) l->func(&line, l->data);
    }
}

bool netsim_host_load_sysctl(NetsimHost *host, const char *text, size_t length, netsim_sysctl_line_func func, void *data,
                             GError **error)
{
    struct load l = { .host = host, .settings = g_array_new(FALSE, FALSE, sizeof(struct setting)), .func = func, .data = data };
    g_array_set_clear_func(l.settings, setting_clear);
    bool good = read_text(l.settings, text, length, error);
    if (good) {
        l.last = g_hash_table_new(g_str_hash, g_str_equal);
        find_repetitions(&l);
        apply(&l);
        g_hash_table_destroy(l.last);
    }
    g_array_free(l.settings, TRUE);
    return good;
}

const char *netsim_sysctl_verdict_name(NetsimSysctlVerdict verdict)
{
    static const char *const names[] = { "ok", "unknown", "dead", "read-only", "out of range", "no model", "contradicts" };
    return names[verdict];
}
