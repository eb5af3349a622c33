/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cpu.c - the CPUs that a host tells of.  A light host models none: work takes no time.  It says that it has HOST_LIGHT_CPUS,
 * all online and idle, so that scripts for large machines run as they stand: one number for nproc, /proc/cpuinfo,
 * /sys/devices/system/cpu and the width of CPU masks. */
#include "models/host/commands.h"

static const char *nth_cpu(struct net *net, const char *const star[], unsigned which, unsigned i)
{
    static const char *const names[] = {
        "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15",
        "16", "17", "18", "19", "20", "21", "22", "23", "24", "25", "26", "27", "28", "29", "30", "31",
        "32", "33", "34", "35", "36", "37", "38", "39", "40", "41", "42", "43", "44", "45", "46", "47",
        "48", "49", "50", "51", "52", "53", "54", "55", "56", "57", "58", "59", "60", "61", "62", "63",
    };
    _Static_assert(G_N_ELEMENTS(names) == HOST_LIGHT_CPUS, "a name for each");
    (void) net;
    (void) star;
    (void) which;
    return i < HOST_LIGHT_CPUS ? names[i] : NULL;
}

static int show_cpuinfo(struct net *net, const char *const star[], GString *out)
{
    (void) net;
    (void) star;
    for (unsigned i = 0; i < HOST_LIGHT_CPUS; i++)
        g_string_append_printf(out, "processor\t: %u\nmodel name\t: netsim light host, whose work takes no time\nsiblings\t: %u\n"
                                    "core id\t\t: %u\ncpu cores\t: %u\n\n", i, HOST_LIGHT_CPUS, i, HOST_LIGHT_CPUS);
    return 0;
}

/* show_cpus_attr() */
static int show_all(struct net *net, const char *const star[], GString *out)
{
    (void) net;
    (void) star;
    g_string_append_printf(out, "0-%u\n", HOST_LIGHT_CPUS - 1);
    return 0;
}

static int show_none(struct net *net, const char *const star[], GString *out)
{
    (void) net;
    (void) star;
    g_string_append_c(out, '\n');
    return 0;
}

static int show_one(struct net *net, const char *const star[], GString *out)
{
    (void) net;
    (void) star;
    g_string_append(out, "1\n");
    return 0;
}

static const struct face_file files[] = {
    { "/proc/cpuinfo", 0, 0, NULL, show_cpuinfo, NULL, "the host's CPUs" },
    { "/sys/devices/system/cpu/cpu*/online", 0, 0, nth_cpu, show_one, NULL, "is this CPU online?" },
    { "/sys/devices/system/cpu/isolated", 4002, 0, NULL, show_none, NULL, "CPUs that the scheduler leaves alone" },
    { "/sys/devices/system/cpu/offline", 0, 0, NULL, show_none, NULL, "CPUs that are not online" },
    { "/sys/devices/system/cpu/online", 0, 0, NULL, show_all, NULL, "CPUs that are online" },
    { "/sys/devices/system/cpu/possible", 0, 0, NULL, show_all, NULL, "CPUs that could be" },
    { "/sys/devices/system/cpu/present", 0, 0, NULL, show_all, NULL, "CPUs that are there" },
};

const struct face cpu_face = { FACE_FILES(files) };

/* ---- nproc ---- */

bool cmd_nproc(struct command_run *run)
{
    enum { ALL = 1, IGNORE };
    static const struct command_option rows[] = { { ALL, "all" }, { IGNORE, "ignore=" } };
    struct command_options o = { .run = run, COMMAND_OPTIONS(rows), .missing = "--help --version" };
    int64_t ignored = 0;
    for (int option; (option = command_next_option(&o));) {
        if (option == COMMAND_BAD_OPTION) return false;
        if (option == IGNORE && !command_number(o.argument, 0, INT64_MAX, &ignored))
            return command_fail(run, "nproc: invalid number: '%s'", o.argument);
    }
    if (*o.words) return command_fail(run, "nproc: extra operand '%s'", *o.words);
    command_print(run, "%d\n", (int) MAX(HOST_LIGHT_CPUS - MIN(ignored, HOST_LIGHT_CPUS), 1));
    return true;
}
