/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_nstat.c - nstat(8) as iproute2 6.1 has it: what the counters have grown by since it was last asked. */
#include "models/host/shell.h"

#include "models/netdev/options.h"
#include <fnmatch.h>
#include <stdlib.h>

enum { BAD_STATUS = 255 };

struct nstat {
    struct command_run *run;
    bool ignore_history, reset, no_update, no_output, zeros, json, pretty;
    char **patterns; /* ends with NULL; none: all */
};

static const struct command_option options[] = {
    { 'a', "ignore" }, { 'h', "help" }, { '?', NULL }, { 'j', "json" }, { 'n', "nooutput" }, { 'p', "pretty" },
    { 'r', "reset" }, { 's', "noupdate" }, { 't', "interval=" }, { 'v', NULL }, { 'V', "version" }, { 'z', "zeros" },
};

static bool apply(struct nstat *o, int id, const char *argument)
{
    switch (id) {
    case 'a': o->ignore_history = true; break;
    case 'j': o->json = true; break;
    case 'n': o->no_output = true; break;
    case 'p': o->pretty = true; break;
    case 'r': o->reset = true; break;
    case 's': o->no_update = true; break;
    case 't': /* only a daemon's averages depend on it */
        if (atoi(argument) <= 0) return command_fail_status(o->run, BAD_STATUS, "nstat: invalid time constant divisor");
        break;
    case 'v': case 'V':
        command_print(o->run, "nstat utility, iproute2-6.1.0\n");
        break;
    case 'z': o->zeros = true; break;
    default: return command_fail_status(o->run, BAD_STATUS, "Usage: nstat [OPTION] [ PATTERN [ PATTERN ] ]");
    }
    return true;
}

static bool is_wanted(const struct nstat *o, const char *name)
{
    for (char **pattern = o->patterns; *pattern; pattern++)
        if (!fnmatch(*pattern, name, FNM_CASEFOLD)) return true;
    return !*o->patterns;
}

static void print_json(const struct nstat *o, const char *name, uint64_t value, bool is_first)
{
    command_print(o->run, "%s%s\"%s\":%s%" G_GUINT64_FORMAT, is_first ? "" : ",", o->pretty ? "\n        " : "", name,
                  o->pretty ? " " : "", value);
}

static void print_counters(const struct nstat *o, const uint64_t *history)
{
    GString *out = o->run->out;
    unsigned n, n_shown = 0;
    const struct snmp_row *rows = snmp_rows(&n);
    g_string_append(out, !o->json ? "#kernel\n" : o->pretty ? "{\n    \"kernel\": {" : "{\"kernel\":{");
    for (unsigned i = 0; i < n; i++) {
        const struct snmp_row *row = &rows[i];
        if (row->kind == SNMP_SETTING || row->kind == SNMP_GAUGE) continue; /* nstat leaves out what only looks like a counter */
        if (!host_counter_is_shown(o->run->shell->host, row) || !is_wanted(o, row->full)) continue;
        uint64_t value = (uint64_t) host_counter(o->run->shell->host, row) - (history ? history[i] : 0);
        if (!value && !o->zeros) continue;
        if (o->json) print_json(o, row->full, value, !n_shown);
        else command_print(o->run, "%-32s%-16" G_GUINT64_FORMAT "%6.1f\n", row->full, value, 0.0);
        n_shown++;
    }
    if (o->json && o->pretty) g_string_append(out, n_shown ? "\n    }\n}\n" : "}\n}\n");
    else if (o->json) g_string_append(out, "}}\n");
}

static void update_history(struct host *host)
{
    unsigned n;
    const struct snmp_row *rows = snmp_rows(&n);
    if (!host->nstat_history) host->nstat_history = g_new(uint64_t, n);
    for (unsigned i = 0; i < n; i++) host->nstat_history[i] = (uint64_t) host_counter(host, &rows[i]);
}

static void run_nstat(const struct nstat *o)
{
    struct host *host = o->run->shell->host;
    if (o->reset) g_clear_pointer(&host->nstat_history, g_free);
    if (!o->no_output) print_counters(o, o->ignore_history ? NULL : host->nstat_history);
    if (!o->no_update) update_history(host);
}

bool cmd_nstat(struct command_run *run)
{
    struct nstat o = { .run = run };
    struct command_options parser = { .run = run, COMMAND_OPTIONS(options), .missing = "-d --scan", .bad_status = BAD_STATUS };
    bool good = true;
    for (int id; good && (id = command_next_option(&parser));) good = id != COMMAND_BAD_OPTION && apply(&o, id, parser.argument);
    o.patterns = parser.words;
    if (good && !run->out->len) run_nstat(&o); /* unless --version has answered */
    return good;
}
