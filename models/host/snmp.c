/* SPDX-License-Identifier: GPL-3.0-or-later */
/* snmp.c - a host's counters under nstat's names. */
#include "models/host/host.h"

#include "core/suggest.h"
#include "models/ip/ip.h"
#include <string.h>

/* The fields of /proc/net/snmp that are no counters. */
static int64_t setting(const struct net *net, const struct snmp_row *row)
{
    static const struct {
        const char *name;
        int value;
    } constants[] = { { "TcpRtoAlgorithm", 1 }, { "TcpRtoMin", 200 }, { "TcpRtoMax", 120000 }, { "TcpMaxConn", -1 } };
    for (size_t i = 0; i < G_N_ELEMENTS(constants); i++)
        if (!strcmp(row->full, constants[i].name)) return constants[i].value;
    const struct ip_knobs *knobs = &net->ip->knobs;
    return strcmp(row->full, "IpForwarding") ? knobs->ip_default_ttl : net->ip->conf_all.forwarding ? 1 : 2;
}

int64_t host_counter(const struct host *host, const struct snmp_row *row)
{
    const struct net *net = &host->net;
    switch (row->kind) {
    case SNMP_COUNTER:
    case SNMP_GAUGE: return (int64_t) net_count(net, row->slot);
    case SNMP_SETTING: return setting(net, row);
    case SNMP_STILL: return 0;
    }
    return 0;
}

bool host_counter_is_shown(const struct host *host, const struct snmp_row *row)
{
    if (!snmp_row_exists(row, host->net.profile->version)) return false;
    return strcmp(row->group, "IcmpMsg") || host_counter(host, row); /* icmpmsg_put() */
}

/* "TCPTimeouts" for "TcpExtTCPTimeouts": the name inside its group, as /proc/net/netstat and ss show it. */
static bool is_short_name(const struct snmp_row *row, const char *name)
{
    return g_str_has_suffix(row->group, "Ext") && !strcmp(row->name, name);
}

bool netsim_host_counter(NetsimHost *host, const char *name, uint64_t *value, GError **error)
{
    if (!ns_given(host, error) || !ns_given(name, error) || !ns_given(value, error)) return false;
    struct suggest near = suggest_for(name);
    unsigned n;
    const struct snmp_row *rows = snmp_rows(&n);
    for (int pass = 0; pass < 2; pass++)
        for (unsigned i = 0; i < n; i++) {
            if (!snmp_row_exists(&rows[i], host->net.profile->version)) continue;
            if (pass ? is_short_name(&rows[i], name) : !strcmp(rows[i].full, name)) {
                *value = (uint64_t) host_counter(host, &rows[i]);
                return true;
            }
            suggest_offer(&near, rows[i].full);
        }
    g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_NAME, "no counter \"%s\"%s", name, suggest_text(&near).text);
    return false;
}

bool netsim_counter_is_modelled(const char *name)
{
    if (!name) return false;
    unsigned n;
    const struct snmp_row *rows = snmp_rows(&n);
    for (unsigned i = 0; i < n; i++)
        if (!strcmp(rows[i].full, name)) return rows[i].kind == SNMP_COUNTER;
    return false;
}

void netsim_host_each_counter(NetsimHost *host, void (*func)(const char *name, uint64_t value, void *data), void *data)
{
    if (!host || !func) return;
    unsigned n;
    const struct snmp_row *rows = snmp_rows(&n);
    for (unsigned i = 0; i < n; i++) {
        if (rows[i].kind != SNMP_COUNTER || !host_counter_is_shown(host, &rows[i])) continue;
        int64_t value = host_counter(host, &rows[i]);
        if (value) func(rows[i].full, (uint64_t) value, data);
    }
}
