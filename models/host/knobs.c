/* SPDX-License-Identifier: GPL-3.0-or-later */
/* knobs.c - reading and writing the settings whose rows are in sysctl.c. */
#include "models/host/host.h"

#include "core/check.h"
#include "core/suggest.h"
#include "models/tcp/tcp.h"
#include <string.h>

/* procps' rule: the first of '.' and '/' separates; if it is '/', a '.' is part of a name ("conf/eth0.1/rp_filter"). */
static char *dotted_name(const char *name)
{
    char *dotted = g_strdup(name);
    const char *first = strpbrk(name, "./");
    if (first && *first == '/')
        for (char *c = dotted; *c; c++)
            if (*c == '/' || *c == '.') *c = *c == '/' ? '.' : '/';
    return dotted;
}

/* In any version; *dotted is free()d by the caller. */
static const struct knob *find_row(const char *name, char **dotted)
{
    *dotted = dotted_name(name);
    unsigned n;
    const struct knob *rows = host_knob_rows(&n);
    unsigned low = 0, high = n;
    while (low < high) {
        unsigned mid = (low + high) / 2;
        int c = strcmp(*dotted, rows[mid].name);
        if (!c) return &rows[mid];
        if (c < 0) high = mid;
        else low = mid + 1;
    }
    return NULL;
}

const struct knob *host_knob_find(struct host *host, const char *name)
{
    g_autofree char *dotted = NULL;
    const struct knob *k = find_row(name, &dotted);
    return k && knob_exists(k, host->net.profile->version) ? k : NULL;
}

/* A kernel's defaults, parsed once in a simulation: sim->data under the profile's name. */
struct knob_values {
    struct host_knobs host;
    struct ip_knobs ip;
    struct sock_knobs sock;
    struct tcp_knobs tcp;
};

static void parse_defaults(struct host *host)
{
    unsigned n;
    const struct knob *rows = host_knob_rows(&n);
    for (unsigned i = 0; i < n; i++) {
        int err = knob_parse(&rows[i], knob_default(&rows[i], host->net.profile->version), host_knob_field(host, &rows[i]));
        ns_assert(!err);
    }
}

void host_knobs_reset(struct host *host)
{
    struct net *net = &host->net;
    struct knob_values *v = g_hash_table_lookup(net->sim->data, net->profile->name);
    if (v) {
        host->knobs = v->host;
        net->ip->knobs = v->ip;
        net->sock->knobs = v->sock;
        net->tcp->knobs = v->tcp;
        return;
    }
    parse_defaults(host);
    v = g_new(struct knob_values, 1);
    *v = (struct knob_values){ host->knobs, net->ip->knobs, net->sock->knobs, net->tcp->knobs };
    g_hash_table_insert(net->sim->data, (gpointer) net->profile->name, v);
    sim_add_part(net->sim, (struct sim_part){ .free = g_free, .owner = v });
}

/* A fixed setting takes the value that it has. */
static int set_fixed(const struct knob *k, const char *value, void *field)
{
    g_autoptr(GString) before = g_string_new(NULL), after = g_string_new(NULL);
    knob_print(k, field, before);
    int err = knob_parse(k, value, field);
    if (err) return err;
    knob_print(k, field, after);
    if (g_string_equal(before, after)) return 0;
    knob_parse(k, before->str, field);
    return -EOPNOTSUPP;
}

int host_knob_set(struct host *host, const char *name, const char *value, const struct knob **k)
{
    *k = host_knob_find(host, name);
    if (!*k) return -ENOENT;
    void *field = host_knob_field(host, *k);
    int err = (*k)->is_fixed ? set_fixed(*k, value, field) : knob_parse(*k, value, field);
    if (!err) ip_routes_changed(&host->net); /* what is cached may depend on it */
    return err;
}

static void append_version(GString *text, unsigned version)
{
    if (version < 3000) g_string_append_printf(text, "2.6.%u", version % 1000);
    else g_string_append_printf(text, "%u.%u", version / 1000, version % 1000);
}

static void hint_missing(struct host *host, const char *name, GString *text)
{
    g_autofree char *dotted = NULL;
    const struct knob *k = find_row(name, &dotted);
    unsigned version = host->net.profile->version;
    if (k) {
        bool is_gone = k->until && version >= k->until;
        g_string_append_printf(text, "; %s does not have it: %s ", host->net.profile->name, is_gone ? "removed in" : "new in");
        append_version(text, is_gone ? k->until : k->since);
        return;
    }
    if (g_str_has_prefix(dotted, "net.ipv6.")) {
        g_string_append(text, "; IPv6 is not modelled");
        return;
    }
    if (!g_str_has_prefix(dotted, "net.") && strchr(dotted, '.')) {
        g_string_append(text, "; only net.core and net.ipv4 are modelled");
        return;
    }
    unsigned n;
    const struct knob *rows = host_knob_rows(&n);
    struct suggest near = suggest_for(dotted);
    for (unsigned i = 0; i < n; i++)
        if (knob_exists(&rows[i], version)) suggest_offer(&near, rows[i].name);
    g_string_append(text, suggest_text(&near).text);
}

char *host_knob_hint(struct host *host, const char *name, int err)
{
    GString *text = g_string_new(NULL);
    const struct knob *k = host_knob_find(host, name);
    if (!k) {
        hint_missing(host, name, text);
    } else if (err == -ENOENT) { /* the row is there, so it is an algorithm that is not */
        g_string_append_printf(text, "; available: %s", host->knobs.tcp_available_congestion_control);
    } else if (err == -EOPNOTSUPP) {
        g_string_append_printf(text, "; only the default is modelled: %s", knob_default(k, host->net.profile->version));
    } else if (err == -EINVAL && k->type == KNOB_STRING) {
        g_string_append_printf(text, "; at most %d characters", k->count - 1);
    } else if (err == -EINVAL) {
        g_string_append_printf(text, "; %s %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT,
                               k->count > 1 ? "numbers of" : "must be", k->min, k->max);
        if (k->unit) g_string_append_printf(text, " %s", k->unit);
        if (k->count > 1) g_string_append_printf(text, ", at most %d of them", k->count);
    }
    return g_string_free(text, FALSE);
}

bool netsim_host_sysctl_set(NetsimHost *host, const char *name, const char *value, GError **error)
{
    const struct knob *k;
    int err = host_knob_set(host, name, value, &k);
    if (!err) return true;
    g_autofree char *hint = host_knob_hint(host, name, err);
    if (k)
        g_set_error(error, NETSIM_ERROR, err == -EOPNOTSUPP ? NETSIM_ERROR_UNSUPPORTED : NETSIM_ERROR_RANGE, "%s = \"%s\": %s%s",
                    k->name, value, g_strerror(-err), hint);
    else g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_NAME, "sysctl %s: %s%s", name, g_strerror(-err), hint);
    return false;
}

char *netsim_host_sysctl_get(NetsimHost *host, const char *name, GError **error)
{
    const struct knob *k = host_knob_find(host, name);
    if (k) {
        GString *text = g_string_new(NULL);
        knob_print(k, host_knob_field(host, k), text);
        return g_string_free(text, FALSE);
    }
    g_autofree char *hint = host_knob_hint(host, name, -ENOENT);
    g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_NAME, "sysctl %s: %s%s", name, g_strerror(ENOENT), hint);
    return NULL;
}
