/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sysctl_conf.c - a sysctl.conf(5): every line gets a verdict, and what the host's kernel would take is applied. */
#include "models/host/sysctl_conf.h"

#include <errno.h>
#include <string.h>

/* ---- reading ---- */

static bool refuse(unsigned line, const char *why, void *data)
{
    GError **error = data;
    if (line) g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_SYNTAX, "line %u: %s; nothing was set", line, why);
    else g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_SYNTAX, "%s; nothing was set", why);
    return false;
}

static bool are_whole(const struct settings *all, GError **error)
{
    for (guint i = 0; i < all->list->len; i++) {
        const struct setting *s = settings_nth(all, i);
        if (!*s->name) return refuse(s->line, "the name is missing", error);
        if (s->value && !*s->value) return refuse(s->line, "the value is missing", error);
    }
    return true;
}

/* ---- what lines set ---- */

static void item_clear(void *data)
{
    struct conf_item *item = data;
    g_free(item->path);
    g_free(item->name);
    g_free(item->key);
}

static void look_up(struct conf *c, struct conf_item *item)
{
    if (!host_knob_find(c->host, item->path, &item->at) || item->at.row->name[0] == '/') return;
    GString *name = g_string_new(NULL);
    host_knob_name(&item->at, name);
    item->name = g_string_free(name, FALSE);
    if (!host_knob_parse(c->host, &item->at, item->setting->value, &item->value)) item->key = host_knob_key(c->host, &item->at);
}

/* Two rows may show one field: ip_forward and conf.all.forwarding, base_reachable_time and base_reachable_time_ms. */
static bool is_same(const struct conf_item *a, const struct conf_item *b)
{
    const struct knob *k = a->at.row, *l = b->at.row;
    if (k != l) return a->value.n[0] * MAX(k->multiple, 1) == b->value.n[0] * MAX(l->multiple, 1);
    if (k->type == KNOB_STRING) return !strcmp(a->value.text, b->value.text);
    if (k->type == KNOB_CPUS) return !memcmp(a->value.cpus, b->value.cpus, sizeof a->value.cpus);
    return !memcmp(a->value.n, b->value.n, k->count * sizeof a->value.n[0]);
}

static void make_items(struct conf *c)
{
    for (guint i = 0; i < c->settings.list->len; i++) {
        const struct setting *s = settings_nth(&c->settings, i);
        g_autofree char **paths = s->value ? setting_paths(c->host, &c->settings, s, NULL) : NULL;
        for (char **path = paths; path && *path; path++) {
            struct conf_item item = { .setting = s, .path = *path };
            look_up(c, &item);
            g_array_append_val(c->items, item);
        }
    }
    for (guint i = 0; i < c->items->len; i++) {
        struct conf_item *item = &g_array_index(c->items, struct conf_item, i), *before;
        if (!item->key) continue;
        before = g_hash_table_lookup(c->last, item->key);
        if (before && before->setting != item->setting && !is_same(before, item)) item->repeats = before->setting->line;
        g_hash_table_insert(c->last, item->key, item);
    }
}

/* ---- verdicts ---- */

static NetsimSysctlVerdict judge_missing(struct conf *c, const char *path, char **reason)
{
    const char *name = path + strlen("/proc/sys/");
    g_autofree char *hint = host_knob_hint(c->host, path, NULL, -ENOENT);
    *reason = g_strdup_printf("No such file or directory%s", hint);
    switch (host_knob_absence(c->host, name)) {
    case KNOB_REMOVED: return NETSIM_SYSCTL_DEAD;
    case KNOB_ELSEWHERE:
        g_free(*reason);
        *reason = g_strdup("only net is modelled");
        return NETSIM_SYSCTL_NO_MODEL;
    default: return NETSIM_SYSCTL_UNKNOWN;
    }
}

static NetsimSysctlVerdict judge_refused(struct conf *c, const struct conf_item *item, int err, char **reason)
{
    g_autofree char *hint = host_knob_hint(c->host, item->path, item->setting->value, err);
    *reason = g_strdup_printf("%s%s", g_strerror(-err), hint);
    return err == -EACCES ? NETSIM_SYSCTL_READ_ONLY : err == -ENOENT ? NETSIM_SYSCTL_NO_MODEL : NETSIM_SYSCTL_RANGE;
}

static NetsimSysctlVerdict judge(struct conf *c, const struct conf_item *item, char **reason, unsigned *other)
{
    if (!item->name) return judge_missing(c, item->path, reason);
    int err = host_knob_write_quietly(c->host, &item->at, item->setting->value);
    if (err) return judge_refused(c, item, err, reason);
    if ((*reason = conf_contradiction(c, item, other))) return NETSIM_SYSCTL_CONTRADICTS;
    if (!(*reason = host_knob_no_effect(c->host, item->at.row))) return NETSIM_SYSCTL_OK;
    return knob_is_dead(item->at.row, c->host->net.profile->version) ? NETSIM_SYSCTL_DEAD : NETSIM_SYSCTL_NO_MODEL;
}

/* Of the files that a pattern sets, the one with most to say speaks. */
static int weight(NetsimSysctlVerdict verdict)
{
    static const int weights[] = { [NETSIM_SYSCTL_NO_MODEL] = 1, [NETSIM_SYSCTL_DEAD] = 2, [NETSIM_SYSCTL_CONTRADICTS] = 3,
                                   [NETSIM_SYSCTL_UNKNOWN] = 4, [NETSIM_SYSCTL_READ_ONLY] = 5, [NETSIM_SYSCTL_RANGE] = 6 };
    return weights[verdict];
}

/* @return the index behind the line's last item */
static guint judge_line(struct conf *c, guint i, NetsimSysctlLine *line, char **reason)
{
    const struct setting *s = g_array_index(c->items, struct conf_item, i).setting;
    for (; i < c->items->len && g_array_index(c->items, struct conf_item, i).setting == s; i++) {
        const struct conf_item *item = &g_array_index(c->items, struct conf_item, i);
        g_autofree char *why = NULL;
        unsigned other = 0;
        NetsimSysctlVerdict verdict = judge(c, item, &why, &other);
        if (weight(verdict) <= weight(line->verdict)) continue;
        line->verdict = verdict;
        line->other_line = other;
        g_free(*reason);
        *reason = setting_is_pattern(s) ? g_strdup_printf("%s: %s", item->name, why) : g_steal_pointer(&why);
    }
    return i;
}

/* A pattern without an item, with the reason why. */
static void judge_empty(struct conf *c, const struct setting *s, NetsimSysctlLine *line, char **reason)
{
    unsigned n_fitting;
    g_strfreev(setting_paths(c->host, &c->settings, s, &n_fitting));
    if (n_fitting) return; /* all of them have lines of their own */
    line->verdict = NETSIM_SYSCTL_UNKNOWN;
    *reason = g_strdup("no setting of this host fits the pattern");
}

static void apply(struct conf *c)
{
    guint i_item = 0;
    for (guint i = 0; i < c->settings.list->len; i++) {
        const struct setting *s = settings_nth(&c->settings, i);
        if (!s->value) continue;
        g_autofree char *reason = NULL;
        NetsimSysctlLine line = { .line = s->line, .name = s->name, .value = s->value, .is_optional = s->is_optional };
        if (i_item < c->items->len && g_array_index(c->items, struct conf_item, i_item).setting == s)
            i_item = judge_line(c, i_item, &line, &reason);
        else judge_empty(c, s, &line, &reason);
        line.reason = reason ? reason : "";
        if (c->func) c->func(&line, c->data);
    }
}

bool netsim_host_load_sysctl(NetsimHost *host, const char *text, size_t length, netsim_sysctl_line_func func, void *data,
                             GError **error)
{
    if (!ns_given(host, error) || !ns_given(text, error)) return false;
    struct conf c = { .host = host, .func = func, .data = data };
    g_autoptr(GError) fault = NULL;
    settings_init(&c.settings);
    c.items = g_array_new(FALSE, FALSE, sizeof(struct conf_item));
    g_array_set_clear_func(c.items, item_clear);
    c.last = g_hash_table_new(g_str_hash, g_str_equal);
    bool good = settings_read(&c.settings, text, length, NULL, refuse, &fault) && are_whole(&c.settings, &fault);
    if (good) {
        make_items(&c);
        apply(&c);
    }
    g_hash_table_destroy(c.last);
    g_array_free(c.items, TRUE);
    settings_clear(&c.settings);
    if (fault) g_propagate_error(error, g_steal_pointer(&fault));
    return good;
}

const char *netsim_sysctl_verdict_name(NetsimSysctlVerdict verdict)
{
    static const char *const names[] = { "ok", "unknown", "dead", "read-only", "out of range", "no model", "contradicts" };
    return (unsigned) verdict < G_N_ELEMENTS(names) ? names[verdict] : NULL;
}
