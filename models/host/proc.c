/* SPDX-License-Identifier: GPL-3.0-or-later */
/* proc.c - files of the host itself, and those that several rooms fill: counters, sums over all sockets. */
#include "models/host/host.h"

#include "models/netdev/face.h"
#include "models/tcp/diag.h"
#include <string.h>

/* ---- /proc/net/snmp, /proc/net/netstat (net/ipv4/proc.c) ---- */

static bool is_of_netstat(const struct snmp_row *row)
{
    return g_str_has_suffix(row->group, "Ext");
}

/* A group's names in one line and its values in the next; a group of which nothing is shown has no lines. */
static void print_group(const struct host *host, const struct snmp_row *first, const struct snmp_row *end, GString *out)
{
    g_autoptr(GString) names = g_string_new(NULL), values = g_string_new(NULL);
    for (const struct snmp_row *row = first; row < end; row++) {
        if (!host_counter_is_shown(host, row)) continue;
        g_string_append_printf(names, " %s", row->name);
        g_string_append_printf(values, " %" G_GINT64_FORMAT, host_counter(host, row));
    }
    if (names->len) g_string_append_printf(out, "%s:%s\n%s:%s\n", first->group, names->str, first->group, values->str);
}

static void print_groups(struct net *net, bool of_netstat, GString *out)
{
    const struct host *host = ns_container_of(net, struct host, net);
    unsigned n;
    const struct snmp_row *rows = snmp_rows(&n);
    for (unsigned i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && !strcmp(rows[end].group, rows[i].group); end++) {}
        if (is_of_netstat(&rows[i]) == of_netstat) print_group(host, &rows[i], &rows[end], out);
    }
}

static int show_snmp(struct net *net, const char *const star[], GString *out)
{
    (void) star;
    print_groups(net, false, out);
    return 0;
}

static int show_netstat(struct net *net, const char *const star[], GString *out)
{
    (void) star;
    print_groups(net, true, out);
    return 0;
}

/* ---- /proc/net/sockstat ---- */

/* sockstat_seq_show() */
static int show_sockstat(struct net *net, const char *const star[], GString *out)
{
    (void) star;
    struct inet_diag_sums s = inet_diag_sums(net);
    g_string_append_printf(out, "sockets: used %u\nTCP: inuse %u orphan %u tw %u alloc %u mem %" G_GUINT64_FORMAT "\n",
                           s.tcp + s.udp, s.tcp_hashed, net->tcp->n_orphans, net->tcp->n_timewait, s.tcp, s.tcp_pages);
    g_string_append_printf(out, "UDP: inuse %u mem %" G_GUINT64_FORMAT "\n", s.udp_hashed, s.udp_pages);
    if (net->profile->version < 7001) g_string_append(out, "UDPLITE: inuse 0\n");
    g_string_append_printf(out, "RAW: inuse 0\nFRAG: inuse %u memory %" G_GUINT64_FORMAT "\n", ip_n_frag_queues(net->ip),
                           ip_frag_bytes(net->ip));
    return 0;
}

/* ---- the host ---- */

static int show_version(struct net *net, const char *const star[], GString *out)
{
    (void) star;
    unsigned version = net->profile->version;
    if (version < 3000) g_string_append_printf(out, "Linux version 2.6.%u", version % 1000);
    else g_string_append_printf(out, "Linux version %u.%u.0", version / 1000, version % 1000);
    g_string_append_printf(out, "-%s (netsim %s)\n", net->profile->name, netsim_version());
    return 0;
}

/* uptime_proc_show(); the CPUs of a light host are always idle */
static int show_uptime(struct net *net, const char *const star[], GString *out)
{
    (void) star;
    uint64_t up = (uint64_t) (net->sim->now - net->wheel.origin) / (NETSIM_S / 100);
    for (int i = 0; i < 2; i++, up *= HOST_LIGHT_CPUS)
        g_string_append_printf(out, "%" G_GUINT64_FORMAT ".%02u%c", up / 100, (unsigned) (up % 100), i ? '\n' : ' ');
    return 0;
}

static int show_null(struct net *net, const char *const star[], GString *out)
{
    (void) net;
    (void) star;
    (void) out;
    return 0;
}

static int store_null(struct net *net, const char *const star[], const char *text)
{
    (void) net;
    (void) star;
    (void) text;
    return 0;
}

static const struct face_file files[] = {
    { "/dev/null", 0, 0, NULL, show_null, store_null, "takes everything" },
    { "/proc/net/netstat", 0, 0, NULL, show_netstat, NULL, "counters of TCP and IP beyond the standards" },
    { "/proc/net/snmp", 0, 0, NULL, show_snmp, NULL, "counters of IP, ICMP, TCP and UDP (RFC 4293, 4022, 4113)" },
    { "/proc/net/sockstat", 0, 0, NULL, show_sockstat, NULL, "sockets in use, by protocol, and their memory" },
    { "/proc/uptime", 0, 0, NULL, show_uptime, NULL, "seconds since the host was booted; those in which its CPUs were idle" },
    { "/proc/version", 0, 0, NULL, show_version, NULL, "the kernel" },
};

const struct face proc_face = { FACE_FILES(files) };
