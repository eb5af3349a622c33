/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_nstat.c - nstat(8). */
#include "models/host/shell.h"

static void print_counter(struct command_run *run, const char *name, uint64_t value)
{
    command_print(run, "%-32s%-16" G_GUINT64_FORMAT "%6.1f\n", name, value, 0.0);
}

bool cmd_nstat(struct command_run *run)
{
    bool zeros = false;
    char **argv = run->argv + 1;
    for (; *argv && **argv == '-'; argv++)
        for (const char *c = *argv + 1; *c; c++) switch (*c) {
            case 'a': case 's': break; /* always absolute: there is no history file */
            case 'z': zeros = true; break;
            default: return command_fail(run, "nstat: invalid option -- '%c'", *c);
            }
    g_string_append(run->out, "#kernel\n");
    const struct host *host = (const struct host *) (void *) run->net;
    unsigned n;
    const struct snmp_row *row = snmp_rows(&n);
    for (const struct snmp_row *end = row + n; row < end; row++) {
        if (row->kind == SNMP_SETTING || row->kind == SNMP_GAUGE) continue; /* nstat's useless_numbers[] */
        if (!host_counter_is_shown(host, row)) continue;
        uint64_t value = (uint64_t) host_counter(host, row);
        bool wanted = !*argv;
        for (char **pattern = argv; *pattern && !wanted; pattern++) wanted = g_pattern_match_simple(*pattern, row->full);
        if (wanted && (value || zeros || *argv)) print_counter(run, row->full, value);
    }
    return true;
}
