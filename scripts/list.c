/* SPDX-License-Identifier: GPL-3.0-or-later */
/* list.c - what can be set and what is counted, with sources: the rows that the models themselves use. */
#include "scripts/list.h"

#include "models/host/host.h"
#include "scripts/run.h"
#include <fnmatch.h>
#include <string.h>

static bool matches(const char *pattern, const char *name)
{
    if (!pattern) return true;
    return strpbrk(pattern, "*?[") ? fnmatch(pattern, name, 0) == 0 : strstr(name, pattern) != NULL;
}

static int say_none(const char *what, const char *pattern, const struct kernel_profile *kernel)
{
    if (kernel) say("no %s of %s matches \"%s\"; without --kernel all are looked at", what, kernel->name, pattern);
    else say("no %s matches \"%s\"; netsim %ss lists all", what, pattern, what);
    return EXIT_USAGE;
}

/* "3.15" of 3015 */
static const char *version_text(unsigned version, char text[16])
{
    if (version / 1000 == 2) g_snprintf(text, 16, "2.6.%u", version % 1000);
    else g_snprintf(text, 16, "%u.%u", version / 1000, version % 1000);
    return text;
}

static void print_counter(const struct snmp_row *row)
{
    char since[16], until[16];
    printf("%s\n    %s%s\n    %s %s", row->full, row->text,
           row->kind == SNMP_STILL ? " [no model does this: always 0]" : "", row->group, row->name);
    if (row->since) printf("; since %s", version_text(row->since, since));
    if (row->until) printf("; gone in %s", version_text(row->until, until));
    printf("; %s\n", row->source);
}

int list_counters(const char *pattern, const struct kernel_profile *kernel)
{
    unsigned n_rows, n = 0;
    const struct snmp_row *rows = snmp_rows(&n_rows);
    for (unsigned i = 0; i < n_rows; i++)
        if (matches(pattern, rows[i].full) && (!kernel || snmp_row_exists(&rows[i], kernel->version))) {
            print_counter(&rows[i]);
            n++;
        }
    return n || !pattern ? EXIT_HELD : say_none("counter", pattern, kernel);
}

/* "4096 131072 6291456 (linux6.1 linux6.18), 4096 87380 4194304 (rhel6.1 rhel6.2)": equal ones together. */
static void print_defaults(const struct knob *k)
{
    GString *lists[KNOB_MAX_DEFAULTS + 1] = { NULL };
    const char *texts[KNOB_MAX_DEFAULTS + 1];
    unsigned n = 0;
    for (const char *const *name = netsim_kernel_names(); *name; name++) {
        unsigned version = kernel_profile_find(*name, NULL)->version, i = 0;
        const char *text = knob_exists(k, version) ? knob_default(k, version) : "absent";
        while (i < n && strcmp(texts[i], text)) i++;
        if (i == n) {
            texts[n] = text;
            lists[n++] = g_string_new(NULL);
        }
        g_string_append_printf(lists[i], "%s%s", lists[i]->len ? " " : "", *name);
    }
    printf("    default ");
    for (unsigned i = 0; i < n; i++) {
        char *text = g_strdelimit(g_strdup(texts[i]), "\t", ' ');
        if (n == 1) printf("%s", *text ? text : "empty");
        else printf("%s%s (%s)", i ? ", " : "", *text ? text : "empty", lists[i]->str);
        g_free(text);
        g_string_free(lists[i], TRUE);
    }
    printf("\n");
}

static void print_type(const struct knob *k)
{
    static const char *const types[] = { "int", "uint", "long", "text", "CPUs" }, *const scopes[] = { "host", "device", "queue",
                                                                                                   "route", "socket" };
    printf("    %s, of a %s", types[k->type], scopes[k->scope]);
    if (k->type == KNOB_STRING) printf(": up to %d characters", k->count - 1);
    else if (k->type == KNOB_CPUS) printf(": groups of 8 hexadecimal digits, commas between");
    else printf(": %s%" G_GINT64_FORMAT " to %" G_GINT64_FORMAT "%s%s", k->count > 1 ? "values of " : "", k->min, k->lacks ? k->lacks_above : k->max,
                k->unit ? " " : "", k->unit ? k->unit : "");
    printf("%s%s%s; %s\n", k->is_read_only ? "; read-only" : k->is_write_only ? "; write-only" : "", k->how ? "; set by " : "", k->how ? k->how : "",
           k->source ? k->source : "net/ipv4/sysctl_net_ipv4.c");
}

static void print_default(const struct knob *k, const struct kernel_profile *kernel)
{
    g_autofree char *text = g_strdelimit(g_strdup(knob_default(k, kernel->version)), "\t", ' ');
    printf("    default %s\n", *text ? text : "empty");
}

static void print_knob(const struct knob *k, const struct kernel_profile *kernel)
{
    char since[16];
    printf("%s\n    %s\n", k->name, k->doc);
    if (k->inert) printf("    acts: no, %s\n", k->inert);
    else printf("    acts: yes\n");
    if (kernel ? knob_is_dead(k, kernel->version) : k->dead_since)
        printf("    the kernel makes no use of it since %s: %s\n", version_text(k->dead_since, since), k->dead);
    if (kernel) print_default(k, kernel);
    else print_defaults(k);
    print_type(k);
}

int list_knobs(const char *pattern, const struct kernel_profile *kernel)
{
    unsigned n_rows, n = 0;
    g_autofree const struct knob **rows = host_knob_all(&n_rows);
    for (unsigned i = 0; i < n_rows; i++)
        if (matches(pattern, rows[i]->name) && (!kernel || knob_exists(rows[i], kernel->version))) {
            print_knob(rows[i], kernel);
            n++;
        }
    return n || !pattern ? EXIT_HELD : say_none("knob", pattern, kernel);
}

int list_probes(const char *pattern)
{
    static const char *const ready[][2] = {
        { "nettop", "what each process sends and receives: sim:probe(\"nettop\", \"5s\"), --probe=nettop:5s" },
        { "dropwatch", "where packets die: sim:probe(\"dropwatch\", \"5s\"), --probe=dropwatch" },
        { "socket-trace", "the functions of net/socket.c as they are called: sim:probe \"socket-trace\", --probe=socket-trace" },
    };
    const char *const *names = netsim_tracepoint_names();
    unsigned n = 0;
    for (unsigned i = 0; names[i]; i++) {
        if (!matches(pattern, names[i])) continue;
        g_autofree char *args = netsim_tracepoint_args(i);
        printf("%-32s %s\n", names[i], args);
        n++;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(ready); i++)
        if (matches(pattern, ready[i][0])) {
            printf("%-32s %s\n", ready[i][0], ready[i][1]);
            n++;
        }
    return n || !pattern ? EXIT_HELD : say_none("probe", pattern, NULL);
}
