/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gauge.c - numbers by name: counters, settings, and the gauges of devices and sockets (netsim/stats.h). */
#include "models/host/host.h"
#include "models/netdev/netdev.h"
#include "models/wire/snmp.h"

#include "core/suggest.h"
#include <netsim/stats.h>
#include <stdlib.h>
#include <string.h>

enum gauge_kind { GAUGE_COUNTER, GAUGE_KNOB, GAUGE_DEVICE, GAUGE_PROCESS };

struct netsim_gauge {
    enum gauge_kind kind;
    struct host *host;
    struct netdev *dev;
    char *name, *what;       /* what: the setting, the process */
    const char *unit;
    const struct gauge *row; /* of a device or a socket */
    unsigned i;              /* of the counter; of the value of a setting */
};

static void gauge_free(gpointer data)
{
    struct netsim_gauge *g = data;
    g_free(g->name);
    g_free(g->what);
    g_free(g);
}

const char *netsim_gauge_name(const NetsimGauge *gauge)
{
    if (!gauge) return NULL;
    return gauge->name;
}

const char *netsim_gauge_unit(const NetsimGauge *gauge)
{
    if (!gauge) return NULL;
    return gauge->unit;
}

/* ---- reading ---- */

/* The @i-th number of "4096\t131072\t6291456". @return false: there is none */
static bool nth_number(const char *text, unsigned i, int64_t *value)
{
    char *end;
    for (;; i--) {
        *value = g_ascii_strtoll(text, &end, 10);
        if (end == text || (*end && !g_ascii_isspace(*end))) return false;
        if (!i) return true;
        text = end;
    }
}

/* The newest connection of the processes of that name. */
static const struct sock *find_socket(const struct netsim_gauge *g)
{
    const struct sock *newest = NULL;
    for (const struct process *p = g->host->net.sock->processes; p; p = p->next) {
        if (strcmp(p->name, g->what)) continue;
        for (const struct sock *sk = p->socks; sk; sk = sk->proc_next)
            if (sk->state != TCP_LISTEN && (!newest || sk->serial > newest->serial)) newest = sk;
    }
    return newest;
}

bool netsim_gauge_read(const NetsimGauge *g, int64_t *value)
{
    if (!g || !value) return false;
    switch (g->kind) {
    case GAUGE_COUNTER: return netsim_host_counter(g->host, g->what, (uint64_t *) value, NULL);
    case GAUGE_KNOB: {
        g_autofree char *text = netsim_host_sysctl_get(g->host, g->what, NULL);
        return text && nth_number(text, g->i, value);
    }
    case GAUGE_DEVICE: *value = g->row->read(g->dev); return true;
    case GAUGE_PROCESS: break;
    }
    const struct sock *sk = find_socket(g);
    if (sk) *value = g->row->read(sk);
    return sk;
}

/* ---- finding ---- */

static struct netsim_gauge *add(GPtrArray *all, enum gauge_kind kind, struct host *host, const char *name)
{
    struct netsim_gauge *g = g_new0(struct netsim_gauge, 1);
    *g = (struct netsim_gauge){ .kind = kind, .host = host, .name = g_strdup(name) };
    g_ptr_array_add(all, g);
    return g;
}

static const struct gauge *find_row(const struct gauge *rows, const char *name, const char *whose, GError **error)
{
    struct suggest near = suggest_for(name);
    for (const struct gauge *row = rows; row->name; row++) {
        if (!strcmp(row->name, name)) return row;
        suggest_offer(&near, row->name);
    }
    struct suggest_text mend = suggest_text(&near);
    g_autoptr(GString) list = g_string_new(NULL);
    for (const struct gauge *row = rows; row->name; row++) g_string_append_printf(list, "%s%s", list->len ? ", " : "; there are ", row->name);
    g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_NAME, "%s has no gauge \"%s\"%s", whose, name, *mend.text ? mend.text : list->str);
    return NULL;
}

static bool find_counter(GPtrArray *all, struct host *host, const char *name, const char *rest, GError **error)
{
    uint64_t value;
    if (!netsim_host_counter(host, rest, &value, error)) return false;
    struct netsim_gauge *g = add(all, GAUGE_COUNTER, host, name);
    g->what = g_strdup(rest);
    g->unit = "count";
    return true;
}

/* "net.ipv4.tcp_rmem", "net.ipv4.tcp_rmem[1]" */
static bool find_knob(GPtrArray *all, struct host *host, const char *name, const char *rest, GError **error)
{
    g_autofree char *knob = g_strdup(rest);
    char *bracket = g_str_has_suffix(knob, "]") ? strrchr(knob, '[') : NULL, *end;
    unsigned long only = bracket ? strtoul(bracket + 1, &end, 10) : 0;
    if (bracket) *bracket = '\0';
    g_autofree char *text = netsim_host_sysctl_get(host, knob, error);
    if (!text) return false;
    struct host_knob at;
    const char *unit = host_knob_find(host, knob, &at) && at.row->unit ? at.row->unit : "number";
    int64_t value;
    unsigned n = 0;
    while (n < 64 && nth_number(text, n, &value)) n++;
    if (!n) g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_UNSUPPORTED, "%s is \"%s\": a series is made of numbers", knob, text);
    else if (only >= n) g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_RANGE, "%s has values [0] to [%u]", knob, n - 1);
    if (only >= n) return false;
    for (unsigned i = bracket ? (unsigned) only : 0; i < (bracket ? (unsigned) only + 1 : n); i++) {
        g_autofree char *full = bracket || n == 1 ? g_strdup(name) : g_strdup_printf("%s[%u]", name, i);
        struct netsim_gauge *g = add(all, GAUGE_KNOB, host, full);
        g->what = g_strdup(knob);
        g->unit = unit;
        g->i = i;
    }
    return true;
}

/* "eth0.rx_bytes", "httpd.cwnd": whose, and which gauge. */
static bool split(const char *name, const char *rest, char **whose, const char **gauge, GError **error)
{
    const char *dot = strrchr(rest, '.');
    *whose = g_strndup(rest, dot ? (gsize) (dot - rest) : strlen(rest));
    *gauge = dot ? dot + 1 : NULL;
    if (!dot) g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_SYNTAX, "\"%s\": which gauge? write \"%s.GAUGE\"", name, name);
    return dot;
}

static bool find_device_gauge(GPtrArray *all, struct host *host, const char *name, const char *rest, GError **error)
{
    g_autofree char *whose = NULL;
    const char *gauge;
    if (!split(name, rest, &whose, &gauge, error)) return false;
    struct netdev *dev = netdev_by_name(&host->net, whose);
    if (!dev) {
        struct suggest near = suggest_for(whose);
        for (dev = host->net.devices; dev; dev = dev->next) suggest_offer(&near, dev->name);
        g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_NAME, "host %s has no device \"%s\"%s", netsim_host_name(host), whose,
                    suggest_text(&near).text);
        return false;
    }
    const struct gauge *row = find_row(netdev_gauges, gauge, "a device", error);
    if (!row) return false;
    struct netsim_gauge *g = add(all, GAUGE_DEVICE, host, name);
    g->dev = dev;
    g->row = row;
    g->unit = row->unit;
    return true;
}

static bool find_process_gauge(GPtrArray *all, struct host *host, const char *name, const char *rest, GError **error)
{
    g_autofree char *whose = NULL;
    const char *gauge;
    if (!split(name, rest, &whose, &gauge, error)) return false;
    struct suggest near = suggest_for(whose);
    const struct process *p = host->net.sock->processes;
    for (; p && strcmp(p->name, whose); p = p->next) suggest_offer(&near, p->name);
    if (!p) {
        g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_NAME, "host %s has no process \"%s\"%s", netsim_host_name(host), whose,
                    suggest_text(&near).text);
        return false;
    }
    const struct gauge *row = find_row(sock_gauges, gauge, "a socket", error);
    if (!row) return false;
    struct netsim_gauge *g = add(all, GAUGE_PROCESS, host, name);
    g->what = g_steal_pointer(&whose);
    g->row = row;
    g->unit = row->unit;
    return true;
}

/* Names of hosts may have dots: the longest that fits counts. */
static struct host *find_host(NetsimSim *sim, const char *name, const char **rest, GError **error)
{
    struct host *found = NULL;
    size_t length = 0;
    for (unsigned i = 0;; i++) {
        struct host *host = netsim_host_nth(sim, i);
        if (!host) break;
        const char *own = netsim_host_name(host);
        size_t n = strlen(own);
        if (n <= length || strncmp(name, own, n) || !name[n] || !strchr(".:/", name[n])) continue;
        found = host;
        length = n;
    }
    *rest = name + length;
    if (found) return found;
    size_t n = strcspn(name, ".:/");
    g_autofree char *word = g_strndup(name, n);
    if (!name[n] && netsim_host_nth(sim, 0) && netsim_host_counter(netsim_host_nth(sim, 0), name, &(uint64_t){ 0 }, NULL)) {
        g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_SYNTAX, "\"%s\": of which host? write \"%s.%s\"", name,
                    netsim_host_name(netsim_host_nth(sim, 0)), name);
        return NULL;
    }
    if (!name[n]) {
        g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_SYNTAX,
                    "\"%s\": write \"HOST.COUNTER\", \"HOST.net.ipv4.SETTING\", \"HOST:DEVICE.GAUGE\" or \"HOST/PROCESS.GAUGE\"", name);
        return NULL;
    }
    return netsim_host_find(sim, word, error);
}

/* "server.eth0.rx_bytes" means "server:eth0.rx_bytes", and "server:httpd.cwnd" the process. */
static bool has_separator(struct host *host, const char *name, const char *rest, GError **error)
{
    const char *dot = strrchr(rest + 1, '.');
    g_autofree char *whose = g_strndup(rest + 1, dot ? (gsize) (dot - rest - 1) : strlen(rest + 1));
    const struct process *p = host->net.sock->processes;
    while (p && strcmp(p->name, whose)) p = p->next;
    bool is_device = netdev_by_name(&host->net, whose);
    if ((!is_device && !p) || (is_device && *rest == ':') || (p && *rest == '/')) return true;
    g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_NAME, "\"%s\": %s is a %s, did you mean \"%s%c%s\"?", name, whose,
                is_device ? "device" : "process", netsim_host_name(host), is_device ? ':' : '/', rest + 1);
    return false;
}

GPtrArray *netsim_gauges_find(NetsimSim *sim, const char *name, GError **error)
{
    if (!ns_given(sim, error) || !ns_given(name, error)) return NULL;
    const char *rest;
    struct host *host = find_host(sim, name, &rest, error);
    if (!host || !has_separator(host, name, rest, error)) return NULL;
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(gauge_free);
    const char *what = rest + 1;
    bool good = *rest == ':'           ? find_device_gauge(all, host, name, what, error)
                : *rest == '/'         ? find_process_gauge(all, host, name, what, error)
                : strpbrk(what, "./") ? find_knob(all, host, name, what, error)
                                       : find_counter(all, host, name, what, error);
    return good ? g_steal_pointer(&all) : NULL;
}

bool netsim_sock_gauge(const NetsimSocket *socket, const char *name, int64_t *value, const char **unit, GError **error)
{
    if (!ns_given(socket, error) || !ns_given(name, error) || !ns_given(value, error)) return false;
    const struct gauge *row = find_row(sock_gauges, name, "a socket", error);
    if (!row) return false;
    *value = row->read(socket);
    if (unit) *unit = row->unit;
    return true;
}

