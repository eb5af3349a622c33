/* SPDX-License-Identifier: GPL-3.0-or-later */
/* snmp.c - a host's counters under nstat's names. */
#include "models/host/host.h"

#include "core/suggest.h"
#include <string.h>

/* "TCPTimeouts" for "TcpExtTCPTimeouts": the name inside its group, as /proc/net/netstat and ss show it. */
static bool is_short_name(const char *full, const char *name)
{
    static const char *const groups[] = { "TcpExt", "IpExt" };
    for (size_t i = 0; i < G_N_ELEMENTS(groups); i++)
        if (g_str_has_prefix(full, groups[i]) && !strcmp(full + strlen(groups[i]), name)) return true;
    return false;
}

bool netsim_host_counter(NetsimHost *host, const char *name, uint64_t *value, GError **error)
{
    struct suggest near = suggest_for(name);
    for (int pass = 0; pass < 2; pass++)
        for (unsigned i = 0; i < N_SNMP_COUNTERS; i++) {
            const char *full = snmp_name(i);
            if (pass ? is_short_name(full, name) : !strcmp(full, name)) {
                *value = host->net.mib[i];
                return true;
            }
            suggest_offer(&near, full);
        }
    g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_NAME, "no counter \"%s\"%s", name, suggest_text(&near).text);
    return false;
}

void netsim_host_each_counter(NetsimHost *host, void (*func)(const char *name, uint64_t value, void *data), void *data)
{
    for (unsigned i = 0; i < N_SNMP_COUNTERS; i++) {
        enum snmp_counter c = snmp_nth(i);
        if (host->net.mib[c]) func(snmp_name(c), host->net.mib[c], data);
    }
}
