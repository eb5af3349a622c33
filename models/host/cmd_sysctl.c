/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_sysctl.c - sysctl(8) as procps-ng has it. */
#include "models/host/shell.h"

#include <string.h>

struct sysctl_options {
    bool quiet, values_only, names_only, all, write, ignore_unknown;
};

static bool fail_unknown(struct command_run *run, const char *name)
{
    g_autofree char *path = g_strdup(name);
    if (strcspn(name, ".") <= strcspn(name, "/")) g_strdelimit(path, ".", '/');
    g_autofree char *hint = host_knob_hint(run->shell->host, name, -ENOENT);
    return command_fail(run, "sysctl: cannot stat /proc/sys/%s: No such file or directory%s", path, hint);
}

static bool write_setting(struct command_run *run, const struct sysctl_options *o, const char *assignment)
{
    const char *equals = strchr(assignment, '=');
    g_autofree char *name = g_strndup(assignment, (gsize) (equals - assignment)), *value = g_strdup(equals + 1);
    g_strchomp(name);
    g_strstrip(value);
    if (!*name || !*value) return command_fail(run, "sysctl: malformed setting \"%s\"", assignment);
    struct host_knob at;
    if (!host_knob_find(run->shell->host, name, &at)) return o->ignore_unknown || fail_unknown(run, name);
    int err = host_knob_write(run->shell->host, &at, value);
    if (err) {
        g_autofree char *hint = host_knob_hint(run->shell->host, name, err);
        return command_fail(run, "sysctl: setting key \"%s\": %s%s", name, g_strerror(-err), hint);
    }
    if (o->quiet) return true;
    if (o->values_only) command_print(run, "%s\n", value);
    else {
        host_knob_name(&at, run->out);
        command_print(run, " = %s\n", value);
    }
    return true;
}

static void print_setting(struct command_run *run, const struct sysctl_options *o, const struct host_knob *at)
{
    if (!o->values_only) host_knob_name(at, run->out);
    if (!o->values_only && !o->names_only) g_string_append(run->out, " = ");
    if (!o->names_only) host_knob_read(run->shell->host, at, run->out);
    g_string_append_c(run->out, '\n');
}

/* A folder shows all that is in it: "sysctl net.ipv4". */
struct folder {
    struct command_run *run;
    const struct sysctl_options *options;
    char *path;
    unsigned n_shown;
};

static void print_if_inside(struct host *host, const struct host_knob *at, const char *path, void *data)
{
    struct folder *folder = data;
    (void) host;
    if (!g_str_has_prefix(path, folder->path)) return;
    print_setting(folder->run, folder->options, at);
    folder->n_shown++;
}

static bool read_setting(struct command_run *run, const struct sysctl_options *o, const char *name)
{
    struct host_knob at;
    if (host_knob_find(run->shell->host, name, &at)) {
        print_setting(run, o, &at);
        return true;
    }
    g_autofree char *path = g_strconcat("/proc/sys/", name, "/", NULL);
    g_strdelimit(path, ".", '/');
    struct folder folder = { .run = run, .options = o, .path = path };
    host_knob_each(run->shell->host, print_if_inside, &folder);
    return folder.n_shown || o->ignore_unknown || fail_unknown(run, name);
}

static bool parse_options(struct command_run *run, char ***argv, struct sysctl_options *o)
{
    for (; **argv && ***argv == '-' && (**argv)[1]; ++*argv)
        for (const char *c = **argv + 1; *c; c++) switch (*c) {
            case 'a': o->all = true; break;
            case 'e': o->ignore_unknown = true; break;
            case 'n': o->values_only = true; break;
            case 'N': o->names_only = true; break;
            case 'q': o->quiet = true; break;
            case 'w': o->write = true; break;
            case 'p': return command_unsupported(run, "sysctl -p: there are no files here; give the lines to sysctl -w");
            default: return command_fail(run, "sysctl: invalid option -- '%c'", *c);
            }
    return true;
}

bool cmd_sysctl(struct command_run *run)
{
    struct sysctl_options o = { 0 };
    char **argv = run->argv + 1;
    if (!parse_options(run, &argv, &o)) return false;
    if (o.all) return read_setting(run, &o, "net");
    if (!*argv) return command_fail(run, "sysctl: no variables specified");
    for (; *argv; argv++) {
        bool is_write = strchr(*argv, '=');
        if (!is_write && o.write) return command_fail(run, "sysctl: \"%s\" must be of the form name=value", *argv);
        if (is_write ? !write_setting(run, &o, *argv) : !read_setting(run, &o, *argv)) return false;
    }
    return true;
}
