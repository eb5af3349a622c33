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
    for (unsigned i = 0; i < N_SNMP_COUNTERS; i++) {
        enum snmp_counter c = snmp_nth(i);
        uint64_t value = run->net->mib[c];
        bool wanted = !*argv;
        for (char **pattern = argv; *pattern && !wanted; pattern++) wanted = g_pattern_match_simple(*pattern, snmp_name(c));
        if (wanted && (value || zeros || *argv)) print_counter(run, snmp_name(c), value);
    }
    return true;
}
