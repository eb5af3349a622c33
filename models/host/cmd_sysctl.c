/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_sysctl.c - sysctl(8) as procps-ng has it, nstat(8), and the files behind them. */
#include "models/host/shell.h"

#include <string.h>

struct sysctl_options {
    bool quiet, values_only, names_only, all, write, ignore_unknown;
};

static bool fail_unknown(struct shell *sh, const char *name)
{
    g_autofree char *path = g_strdup(name);
    if (strcspn(name, ".") <= strcspn(name, "/")) g_strdelimit(path, ".", '/');
    g_autofree char *hint = host_knob_hint(sh->host, name, -ENOENT);
    return shell_fail(sh, "sysctl: cannot stat /proc/sys/%s: No such file or directory%s", path, hint);
}

static bool write_setting(struct shell *sh, const struct sysctl_options *o, const char *assignment)
{
    const char *equals = strchr(assignment, '=');
    g_autofree char *name = g_strndup(assignment, (gsize) (equals - assignment)), *value = g_strdup(equals + 1);
    g_strchomp(name);
    g_strstrip(value);
    if (!*name || !*value) return shell_fail(sh, "sysctl: malformed setting \"%s\"", assignment);
    const struct knob *k;
    int err = host_knob_set(sh->host, name, value, &k);
    if (!k) return o->ignore_unknown || fail_unknown(sh, name);
    if (err) {
        g_autofree char *hint = host_knob_hint(sh->host, name, err);
        if (err == -EOPNOTSUPP) return shell_unsupported(sh, "sysctl: setting key \"%s\": not modelled%s", name, hint);
        return shell_fail(sh, "sysctl: setting key \"%s\": %s%s", name, g_strerror(-err), hint);
    }
    if (o->quiet) return true;
    if (o->values_only) shell_print(sh, "%s\n", value);
    else shell_print(sh, "%s = %s\n", k->name, value);
    return true;
}

static void print_setting(struct shell *sh, const struct sysctl_options *o, const struct knob *k)
{
    if (!o->values_only) g_string_append(sh->out, k->name);
    if (!o->values_only && !o->names_only) g_string_append(sh->out, " = ");
    if (!o->names_only) knob_print(k, host_knob_field(sh->host, k), sh->out);
    g_string_append_c(sh->out, '\n');
}

static bool read_setting(struct shell *sh, const struct sysctl_options *o, const char *name)
{
    const struct knob *k = host_knob_find(sh->host, name);
    if (k) {
        print_setting(sh, o, k);
        return true;
    }
    /* A folder shows all that is in it: "sysctl net.ipv4". */
    unsigned n, shown = 0;
    const struct knob *rows = host_knob_rows(&n);
    g_autofree char *folder = g_strconcat(name, ".", NULL);
    g_strdelimit(folder, "/", '.');
    for (unsigned i = 0; i < n; i++)
        if (g_str_has_prefix(rows[i].name, folder) && knob_exists(&rows[i], sh->host->net.profile->version)) {
            print_setting(sh, o, &rows[i]);
            shown++;
        }
    return shown || o->ignore_unknown || fail_unknown(sh, name);
}

static bool parse_options(struct shell *sh, char ***argv, struct sysctl_options *o)
{
    for (; **argv && ***argv == '-' && (**argv)[1]; ++*argv)
        for (const char *c = **argv + 1; *c; c++) switch (*c) {
            case 'a': o->all = true; break;
            case 'e': o->ignore_unknown = true; break;
            case 'n': o->values_only = true; break;
            case 'N': o->names_only = true; break;
            case 'q': o->quiet = true; break;
            case 'w': o->write = true; break;
            case 'p': return shell_unsupported(sh, "sysctl -p: there are no files here; give the lines to sysctl -w");
            default: return shell_fail(sh, "sysctl: invalid option -- '%c'", *c);
            }
    return true;
}

bool cmd_sysctl(struct shell *sh, char **argv)
{
    struct sysctl_options o = { 0 };
    argv++;
    if (!parse_options(sh, &argv, &o)) return false;
    if (o.all) return read_setting(sh, &o, "net");
    if (!*argv) return shell_fail(sh, "sysctl: no variables specified");
    for (; *argv; argv++) {
        bool is_write = strchr(*argv, '=');
        if (!is_write && o.write) return shell_fail(sh, "sysctl: \"%s\" must be of the form name=value", *argv);
        if (is_write ? !write_setting(sh, &o, *argv) : !read_setting(sh, &o, *argv)) return false;
    }
    return true;
}

/* ---- nstat ---- */

static void print_counter(struct shell *sh, const char *name, uint64_t value)
{
    shell_print(sh, "%-32s%-16" G_GUINT64_FORMAT "%6.1f\n", name, value, 0.0);
}

bool cmd_nstat(struct shell *sh, char **argv)
{
    bool zeros = false;
    for (argv++; *argv && **argv == '-'; argv++)
        for (const char *c = *argv + 1; *c; c++) switch (*c) {
            case 'a': case 's': break; /* always absolute: there is no history file */
            case 'z': zeros = true; break;
            default: return shell_fail(sh, "nstat: invalid option -- '%c'", *c);
            }
    g_string_append(sh->out, "#kernel\n");
    for (unsigned i = 0; i < N_SNMP_COUNTERS; i++) {
        enum snmp_counter c = snmp_nth(i);
        uint64_t value = sh->host->net.mib[c];
        bool wanted = !*argv;
        for (char **pattern = argv; *pattern && !wanted; pattern++) wanted = g_pattern_match_simple(*pattern, snmp_name(c));
        if (wanted && (value || zeros || *argv)) print_counter(sh, snmp_name(c), value);
    }
    return true;
}

/* ---- files ---- */

static const char proc_sys[] = "/proc/sys/";

bool shell_read_file(struct shell *sh, const char *command, const char *path)
{
    const struct knob *k = g_str_has_prefix(path, proc_sys) ? host_knob_find(sh->host, path + strlen(proc_sys)) : NULL;
    if (!k) return shell_fail(sh, "%s: %s: No such file or directory", command, path);
    knob_print(k, host_knob_field(sh->host, k), sh->out);
    g_string_append_c(sh->out, '\n');
    return true;
}

bool shell_write_file(struct shell *sh, const char *path, const char *text)
{
    if (!strcmp(path, "/dev/null")) return true;
    const char *name = g_str_has_prefix(path, proc_sys) ? path + strlen(proc_sys) : NULL;
    if (!name) return shell_fail(sh, "cannot create %s: only /dev/null and /proc/sys are here", path);
    const struct knob *k;
    int err = host_knob_set(sh->host, name, text, &k);
    if (!err) return true;
    g_autofree char *hint = host_knob_hint(sh->host, name, err);
    if (!k) return shell_fail(sh, "cannot create %s: %s%s", path, g_strerror(-err), hint);
    return shell_fail(sh, "write error: %s: %s%s", path, g_strerror(-err), hint);
}
