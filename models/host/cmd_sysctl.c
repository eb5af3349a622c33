/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_sysctl.c - sysctl(8) as procps-ng 4.0.2 has it: it goes on after a failure and tells of it by its exit status.
 *
 * Differs: writing a read-only setting fails (procps 4.0.2 prints a message and exits with 0); hints follow the messages.
 */
#include "models/host/shell.h"

#include <errno.h>
#include <regex.h>
#include <string.h>

struct sysctl_run {
    struct command_run *run;
    bool quiet, values_only, names_only, binary, all, write, ignore_unknown, load, dry_run, has_failed;
    regex_t *pattern; /* NULL: none */
};

static void complain(struct sysctl_run *s, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void complain(struct sysctl_run *s, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_string_append(s->run->err, s->run->err->len ? "\nsysctl: " : "sysctl: ");
    g_string_append_vprintf(s->run->err, format, args);
    va_end(args);
    s->has_failed = true;
}

static void complain_unknown(struct sysctl_run *s, const char *name)
{
    if (s->ignore_unknown) return;
    g_autofree char *path = g_strdup(name);
    if (strcspn(name, ".") <= strcspn(name, "/")) g_strdelimit(path, ".", '/');
    g_autofree char *hint = host_knob_hint(s->run->shell->host, name, -ENOENT);
    complain(s, "cannot stat /proc/sys/%s: No such file or directory%s", path, hint);
}

/* ---- writing ---- */

/* Scripts for whole machines also set what is none of a network's: taken with a warning, so that the rest of them runs. */
static bool is_elsewhere(const char *name)
{
    static const char *const folders[] = { "abi", "debug", "dev", "fs", "kernel", "user", "vm" };
    size_t n = strcspn(name, "./");
    for (size_t i = 0; name[n] && i < G_N_ELEMENTS(folders); i++)
        if (strlen(folders[i]) == n && !strncmp(name, folders[i], n)) return true;
    return false;
}

static void write_one(struct sysctl_run *s, const char *name, const char *value)
{
    struct host *host = s->run->shell->host;
    struct host_knob at;
    if (is_elsewhere(name)) {
        sim_warn(host->net.sim, "%s: %s is taken, but changes nothing: only net is modelled", netsim_host_name(host), name);
        if (!s->quiet) command_print(s->run, "%s = %s\n", name, value);
        return;
    }
    if (!host_knob_find(host, name, &at)) {
        complain_unknown(s, name);
        return;
    }
    int err = s->dry_run ? 0 : host_knob_write(host, &at, value);
    if (err) {
        g_autofree char *hint = host_knob_hint(host, name, err);
        complain(s, "setting key \"%s\": %s%s", name, g_strerror(err == -EACCES ? EINVAL : -err), hint);
        return;
    }
    if (s->quiet) return;
    if (!s->values_only && !s->names_only) {
        host_knob_name(&at, s->run->out);
        g_string_append(s->run->out, " = ");
    }
    command_print(s->run, "%s%s", value, s->binary ? "" : "\n");
}

/* "net.ipv4.conf.*.rp_filter" in a file means all of them. */
static void write_setting(struct sysctl_run *s, const char *name, const char *value)
{
    if (!strpbrk(name, "*?[")) {
        write_one(s, name, value);
        return;
    }
    g_autofree char *pattern = g_strconcat("/proc/sys/", name, NULL);
    if (strcspn(name, ".") <= strcspn(name, "/")) g_strdelimit(pattern, ".", '/');
    g_auto(GStrv) paths = tree_glob(s->run->shell->host, pattern);
    if (!*paths) complain_unknown(s, name);
    for (char **path = paths; *path; path++) write_one(s, *path, value);
}

/* "name=value", "name = value"; @place: "command line(0)", "FILE(3)" */
static bool split_and_write(struct sysctl_run *s, const char *text, const char *place, unsigned line)
{
    const char *equals = strchr(text, '=');
    if (!equals) {
        complain(s, "%s(%u): invalid syntax, continuing...", place, line);
        return false;
    }
    g_autofree char *name = g_strndup(text, (gsize) (equals - text)), *value = g_strdup(equals + 1);
    g_strstrip(name);
    g_strstrip(value);
    if (!*name) complain(s, "Path is not under /proc/sys/: /proc/sys/");
    else write_setting(s, name, value);
    return true;
}

/* "-name = value": failures are forgiven; "-name" alone keeps a name out of a pattern, and there is nothing to do. */
static void load_text(struct sysctl_run *s, const char *text, const char *file)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (unsigned i = 0; lines[i]; i++) {
        char *line = g_strstrip(lines[i]);
        if (!*line || *line == '#' || *line == ';') continue;
        bool was_failed = s->has_failed, is_optional = *line == '-';
        if (is_optional && !strchr(line, '=')) continue;
        split_and_write(s, line + is_optional, file, i + 1);
        if (is_optional) s->has_failed = was_failed;
    }
}

static void load_file(struct sysctl_run *s, const char *file)
{
    struct host *host = s->run->shell->host;
    const GString *written = host->files ? g_hash_table_lookup(host->files, file) : NULL;
    if (!strcmp(file, "-")) load_text(s, s->run->in, "-");
    else if (written) load_text(s, written->str, file);
    else complain(s, "cannot open \"%s\": No such file or directory; files beside the script: host:load_sysctl", file);
}

/* ---- reading ---- */

static void print_setting(struct sysctl_run *s, const struct host_knob *at)
{
    GString *out = s->run->out;
    g_autoptr(GString) name = g_string_new(NULL);
    host_knob_name(at, name);
    if (s->pattern && regexec(s->pattern, name->str, 0, NULL, 0)) return;
    if (!s->values_only) g_string_append(out, name->str);
    if (!s->values_only && !s->names_only) g_string_append(out, " = ");
    if (!s->names_only) host_knob_read(s->run->shell->host, at, out);
    if (!s->binary) g_string_append_c(out, '\n');
}

/* A folder shows all that is in it: "sysctl net.ipv4". */
struct folder {
    struct sysctl_run *s;
    char *path;
    unsigned n_shown;
};

static void print_if_inside(struct host *host, const struct host_knob *at, const char *path, void *data)
{
    struct folder *folder = data;
    (void) host;
    if (!g_str_has_prefix(path, folder->path)) return;
    print_setting(folder->s, at);
    folder->n_shown++;
}

static void read_setting(struct sysctl_run *s, const char *name)
{
    struct host_knob at;
    if (host_knob_find(s->run->shell->host, name, &at)) {
        print_setting(s, &at);
        return;
    }
    g_autofree char *path = g_strconcat("/proc/sys/", name, "/", NULL);
    g_strdelimit(path, ".", '/');
    struct folder folder = { .s = s, .path = path };
    host_knob_each(s->run->shell->host, print_if_inside, &folder);
    if (!folder.n_shown) complain_unknown(s, name);
}

/* ---- the command ---- */

static const struct {
    const char *name;
    char letter;
} long_options[] = {
    { "all", 'a' }, { "binary", 'b' }, { "deprecated", 'o' }, { "dry-run", 'D' }, { "ignore", 'e' }, { "load", 'p' }, { "names", 'N' },
    { "pattern", 'r' }, { "quiet", 'q' }, { "system", 'S' }, { "values", 'n' }, { "version", 'V' }, { "write", 'w' },
};

static bool set_pattern(struct sysctl_run *s, const char *text)
{
    if (!text) return command_fail(s->run, "sysctl: option requires an argument -- 'r'");
    s->pattern = g_new0(regex_t, 1);
    if (!regcomp(s->pattern, text, REG_EXTENDED | REG_NOSUB)) return true;
    g_clear_pointer(&s->pattern, g_free);
    return command_fail(s->run, "sysctl: \"%s\" is not a regular expression", text);
}

/* @rest: what follows the letter in its word; NULL after `--name`.  *used: the rest was its argument. */
static bool set_option(struct sysctl_run *s, char letter, char ***argv, const char *rest, bool *used)
{
    switch (letter) {
    case 'a': case 'A': case 'X': s->all = true; break;
    case 'b': s->binary = s->values_only = true; break;
    case 'D': s->dry_run = true; break;
    case 'e': s->ignore_unknown = true; break;
    case 'n': s->values_only = true; break;
    case 'N': s->names_only = true; break;
    case 'o': case 'x': break;
    case 'p': case 'f': s->load = true; break;
    case 'q': s->quiet = true; break;
    case 'w': s->write = true; break;
    case 'V': command_print(s->run, "sysctl from procps-ng 4.0.2\n"); break;
    case 'S': return command_unsupported(s->run, "sysctl --system: a host has no files of its own; host:load_sysctl reads one");
    case 'r':
        *used = rest && *rest;
        return set_pattern(s, *used ? rest : *++*argv);
    default: return command_fail(s->run, "sysctl: invalid option -- '%c'", letter);
    }
    return true;
}

static bool set_long_option(struct sysctl_run *s, char ***argv)
{
    const char *name = **argv + 2, *equals = strchr(name, '=');
    size_t length = equals ? (size_t) (equals - name) : strlen(name);
    bool used = false;
    for (size_t i = 0; length && i < G_N_ELEMENTS(long_options); i++)
        if (!strncmp(long_options[i].name, name, length)) {
            if (!set_option(s, long_options[i].letter, argv, equals ? equals + 1 : NULL, &used)) return false;
            if (equals && long_options[i].letter == 'p') load_file(s, equals + 1);
            return true;
        }
    return command_fail(s->run, "sysctl: unrecognized option '%s'", **argv);
}

static bool parse_options(struct sysctl_run *s, char ***argv)
{
    for (; **argv && ***argv == '-' && (**argv)[1]; ++*argv) {
        if (!strcmp(**argv, "--")) {
            ++*argv;
            break;
        }
        if ((**argv)[1] == '-') {
            if (!set_long_option(s, argv)) return false;
            continue;
        }
        bool used = false;
        for (const char *c = **argv + 1; *c && !used; c++)
            if (!set_option(s, *c, argv, c + 1, &used)) return false;
            else if (*c == 'r') break;
        if (!**argv) break;
    }
    return true;
}

static void run_all(struct sysctl_run *s, char **argv)
{
    if (s->all) {
        read_setting(s, "net");
        return;
    }
    for (; *argv; argv++) {
        if (s->load) load_file(s, *argv);
        else if (strchr(*argv, '=') || s->write) split_and_write(s, *argv, "command line", 0);
        else read_setting(s, *argv);
    }
}

bool cmd_sysctl(struct command_run *run)
{
    struct sysctl_run s = { .run = run };
    char **argv = run->argv + 1;
    bool good = parse_options(&s, &argv);
    if (good && !*argv && !s.all && !s.load && !run->out->len) good = command_fail(run, "sysctl: no variables specified");
    else if (good && s.load && !*argv && !run->out->len && !run->err->len) load_file(&s, "/etc/sysctl.conf");
    else if (good) run_all(&s, argv);
    if (s.pattern) {
        regfree(s.pattern);
        g_free(s.pattern);
    }
    if (good && s.has_failed) run->status = 1;
    return good && !s.has_failed;
}
