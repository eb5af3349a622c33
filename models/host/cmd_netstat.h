/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_netstat.h - netstat(8) as net-tools 2.10 has it: it reads the files under /proc/net that the real one reads.
 *
 *   cmd_netstat.c        options, sockets, routes        cmd_netstat_link.c   -i, and ifconfig's layout of -ie
 *   cmd_netstat_stat.c   -s: counters as sentences
 */
#pragma once
#include "models/host/shell.h"

struct netstat {
    struct command_run *run;
    bool all, listening, tcp, udp, udplite, raw, sctp, local, inet, inet6;
    bool statistics, interfaces, routes, cache, programs, timers;
    bool numeric_hosts, numeric_ports, numeric_users;
    unsigned extend; /* how many -e */
    GHashTable *programs_by_inode; /* of -p */
};

/** The lines of a file, without newlines; free with g_strfreev(); NULL: the host has no such file. */
char **netstat_lines(const struct netstat *o, const char *path);

void netstat_show_statistics(const struct netstat *o);
void netstat_show_interfaces(const struct netstat *o);
