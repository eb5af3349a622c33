/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_sysctl.c - sysctl(8) as procps-ng 4.0.2 has it: it goes on after a failure and tells of it by its exit status.
 *
 * A file is one that the host's scripts wrote; if there is none of that name, one from outside (netsim_sim_on_file()).
 * Differs: writing a read-only setting fails (procps 4.0.2 prints a message and exits with 0); hints follow the messages,
 * and of a file the line.
 */
#include "models/host/settings.h"
#include "models/host/shell.h"

#include "models/netdev/options.h"
#include <errno.h>
#include <regex.h>
#include <string.h>

struct sysctl_run {
    struct command_run *run;
    bool quiet, values_only, names_only, binary, all, write, ignore_unknown, load, system, dry_run, has_file, has_failed;
    regex_t *pattern; /* NULL: none */
    struct settings settings; /* of all files, which are read before any is written */
    GPtrArray *files;         /* their names */
    const char *file;         /* --load=FILE; NULL: words name the files */
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

/* What follows a message: the mend, and of a file the line.  @value: NULL without one */
static char *hint(struct sysctl_run *s, const char *name, const char *value, const struct setting *from, int err)
{
    g_autofree char *mend = host_knob_hint(s->run->shell->host, name, value, err);
    return from && from->file ? g_strdup_printf("%s (%s:%u)", mend, from->file, from->line) : g_steal_pointer(&mend);
}

static void complain_unknown(struct sysctl_run *s, const char *name, const struct setting *from)
{
    if (s->ignore_unknown) return;
    g_autofree char *path = setting_path(name), *mend = hint(s, name, NULL, from, -ENOENT);
    complain(s, "cannot stat %s: No such file or directory%s", path, mend);
}

/* ---- writing ---- */

/* @from: what says so; its name may be a pattern, and NULL is the command line */
static void write_one(struct sysctl_run *s, const char *name, const char *value, const struct setting *from)
{
    struct host *host = s->run->shell->host;
    struct host_knob at;
    if (host_knob_absence(host, name) == KNOB_ELSEWHERE) { /* so that the rest of a script for whole machines runs */
        host_warn(host, "%s is taken, but changes nothing: only net is modelled", name);
        if (!s->quiet) command_print(s->run, "%s = %s\n", name, value);
        return;
    }
    if (!host_knob_find(host, name, &at)) {
        complain_unknown(s, name, from);
        return;
    }
    g_autoptr(GString) dotted = g_string_new(NULL);
    host_knob_name(&at, dotted);
    int err = s->dry_run ? 0 : host_knob_write(host, &at, value);
    if (err) {
        s->run->is_unsupported |= err == -EOPNOTSUPP;
        g_autofree char *mend = hint(s, name, value, from, err);
        complain(s, "setting key \"%s\": %s%s", dotted->str, g_strerror(err == -EACCES ? EINVAL : -err), mend);
        return;
    }
    if (s->quiet) return;
    if (!s->values_only && !s->names_only) command_print(s->run, "%s = ", dotted->str);
    command_print(s->run, "%s%s", value, s->binary ? "" : "\n");
}

/* "name=value" of the command line. */
static void write_argument(struct sysctl_run *s, const char *text)
{
    const char *equals = strchr(text, '=');
    if (!equals) {
        g_autofree char *mend = strpbrk(text, "./") ? g_strdup_printf("; write %s=VALUE, without blanks around the =", text) : g_strdup("");
        complain(s, "command line(0): invalid syntax, continuing...%s", mend);
        return;
    }
    bool was_failed = s->has_failed, is_optional = *text == '-';
    text += is_optional;
    g_autofree char *name = g_strndup(text, (gsize) (equals - text)), *value = g_strdup(equals + 1);
    g_strstrip(value);
    if (*g_strstrip(name)) write_one(s, name, value, NULL);
    else complain(s, "Path is not under /proc/sys/: /proc/sys/");
    if (is_optional) s->has_failed = was_failed;
}

/* "-name = value": failures are forgiven, but told. */
static void write_settings(struct sysctl_run *s)
{
    struct shell *sh = s->run->shell;
    for (guint i = 0; i < s->settings.list->len; i++) {
        const struct setting *from = settings_nth(&s->settings, i);
        bool was_failed = s->has_failed;
        if (!from->value) continue;
        sh->conf_file = from->file;
        sh->conf_line = from->line;
        if (!*from->name) {
            complain(s, "Path is not under /proc/sys/: /proc/sys/ (%s:%u)", from->file, from->line);
        } else if (!setting_is_pattern(from)) {
            write_one(s, from->name, from->value, from);
        } else {
            g_auto(GStrv) paths = setting_paths(sh->host, &s->settings, from, NULL);
            for (char **path = paths; *path; path++) write_one(s, *path, from->value, from);
        }
        if (from->is_optional) s->has_failed = was_failed;
    }
    sh->conf_file = NULL;
}

/* ---- files ---- */

struct fault_place {
    struct sysctl_run *s;
    const char *file;
};

static bool complain_of_line(unsigned line, const char *fault, void *data)
{
    struct fault_place *place = data;
    if (line) complain(place->s, "%s(%u): invalid syntax, continuing...; %s", place->file, line, fault);
    else complain(place->s, "%s: %s", place->file, fault);
    return true;
}

static void load_text(struct sysctl_run *s, const char *text, gsize length, const char *file)
{
    char *kept = g_strdup(file);
    g_ptr_array_add(s->files, kept);
    struct fault_place place = { s, file };
    settings_read(&s->settings, text, length, kept, complain_of_line, &place);
}

static void load_outside(struct sysctl_run *s, const char *file)
{
    gsize length;
    g_autoptr(GError) error = NULL;
    g_autofree char *text = sim_read_file(s->run->net->sim, file, &length, &error);
    if (text) load_text(s, text, length, file);
    else complain(s, "cannot open \"%s\": No such file or directory; this host has none%s%s", file, error ? ", and " : "",
                  error ? error->message : "");
}

static void load_file(struct sysctl_run *s, const char *file)
{
    g_autoptr(GString) text = g_string_new(NULL);
    s->has_file = true;
    int err = strcmp(file, "-") ? shell_read(s->run->shell->host, file, text) : 0;
    if (!strcmp(file, "-")) load_text(s, s->run->in, strlen(s->run->in), "-");
    else if (!err) load_text(s, text->str, text->len, file);
    else if (err == -ENOENT) load_outside(s, file);
    else complain(s, "cannot open \"%s\": %s", file, g_strerror(-err));
}

static const char *base_name(const char *path)
{
    return strrchr(path, '/') + 1;
}

static int by_base_name(gconstpointer a, gconstpointer b)
{
    return strcmp(base_name(*(char *const *) a), base_name(*(char *const *) b));
}

/* The folder's files whose names no earlier folder has. */
static void add_folder(struct host *host, GPtrArray *paths, const char *folder)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    shell_list(host, folder, names);
    for (guint i = 0; i < names->len; i++) {
        const char *name = names->pdata[i];
        bool is_hidden = !g_str_has_suffix(name, ".conf");
        for (guint n = 0; n < paths->len; n++) is_hidden |= !strcmp(base_name(paths->pdata[n]), name);
        if (!is_hidden) g_ptr_array_add(paths, g_strconcat(folder, "/", name, NULL));
    }
}

/* PreloadSystem() of procps */
static void load_system(struct sysctl_run *s)
{
    static const char *const folders[] = { "/run/sysctl.d", "/etc/sysctl.d", "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d", "/lib/sysctl.d" };
    struct host *host = s->run->shell->host;
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    for (size_t i = 0; i < G_N_ELEMENTS(folders); i++) add_folder(host, paths, folders[i]);
    g_ptr_array_sort(paths, by_base_name);
    if (shell_file_kind(host, "/etc/sysctl.conf") == 1) g_ptr_array_add(paths, g_strdup("/etc/sysctl.conf"));
    for (guint i = 0; i < paths->len; i++) {
        if (!s->quiet) command_print(s->run, "* Applying %s ...\n", (char *) paths->pdata[i]);
        load_file(s, paths->pdata[i]);
    }
    if (!paths->len)
        host_warn(host, "--system has found nothing: a host's files are those which its scripts wrote, such as"
                  " /etc/sysctl.d/99-tune.conf; sysctl -p FILE and host:load_sysctl read one beside the scenario");
}

/* ---- reading ---- */

static void print_setting(struct sysctl_run *s, const struct host_knob *at)
{
    if (at->row->is_write_only) return; /* passed over in silence */
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
    if (!folder.n_shown) complain_unknown(s, name, NULL);
}

/* ---- the command ---- */

enum { DEPRECATED = 1, DRY_RUN, SYSTEM };

static const struct command_option options[] = {
    { 'a', "all" }, { 'A', NULL }, { 'X', NULL }, { 'b', "binary" }, { 'o', NULL }, { 'x', NULL }, { DEPRECATED, "deprecated" }, { DRY_RUN, "dry-run" },
    { 'e', "ignore" }, { 'p', "load[=]" }, { 'f', NULL }, { 'n', "values" }, { 'N', "names" }, { 'q', "quiet" }, { 'r', "pattern=" },
    { 'w', "write" }, { 'V', "version" }, { SYSTEM, "system" },
};

static bool set_pattern(struct sysctl_run *s, const char *text)
{
    s->pattern = g_new0(regex_t, 1);
    if (!regcomp(s->pattern, text, REG_EXTENDED | REG_NOSUB)) return true;
    g_clear_pointer(&s->pattern, g_free);
    return command_fail(s->run, "sysctl: \"%s\" is not a regular expression", text);
}

static bool set_option(struct sysctl_run *s, int option, const char *argument)
{
    switch (option) {
    case 'a': case 'A': case 'X': s->all = true; break;
    case 'b': s->binary = s->values_only = true; break;
    case DRY_RUN: s->dry_run = true; break;
    case 'e': s->ignore_unknown = true; break;
    case 'n': s->values_only = true; break;
    case 'N': s->names_only = true; break;
    case 'p': case 'f':
        s->load = true;
        if (argument) s->file = argument;
        break;
    case 'q': s->quiet = true; break;
    case 'r': return set_pattern(s, argument);
    case 'w': s->write = true; break;
    case 'V': command_print(s->run, "sysctl from procps-ng 4.0.2\n"); break;
    case SYSTEM: s->system = true; break;
    default: break; /* -o, -x do nothing, and none is deprecated */
    }
    return true;
}

static void run_all(struct sysctl_run *s, char **argv)
{
    if (s->all) {
        read_setting(s, "net");
        return;
    }
    if (s->file) load_file(s, s->file);
    if (s->system) load_system(s);
    else if (s->load && !*argv && !s->has_file) load_file(s, "/etc/sysctl.conf");
    for (; *argv && !s->system; argv++) {
        if (s->load) load_file(s, *argv);
        else if (strchr(*argv, '=') || s->write) write_argument(s, *argv);
        else read_setting(s, *argv);
    }
    write_settings(s);
}

bool cmd_sysctl(struct command_run *run)
{
    struct sysctl_run s = { .run = run, .files = g_ptr_array_new_with_free_func(g_free) };
    struct command_options o = { .run = run, COMMAND_OPTIONS(options), .missing = "-d -h --help" };
    settings_init(&s.settings);
    bool good = true;
    for (int option; good && (option = command_next_option(&o));) good = option != COMMAND_BAD_OPTION && set_option(&s, option, o.argument);
    char **argv = o.words;
    if (good && !*argv && !s.all && !s.load && !s.system && !run->out->len) good = command_fail(run, "sysctl: no variables specified");
    else if (good) run_all(&s, argv);
    if (s.pattern) {
        regfree(s.pattern);
        g_free(s.pattern);
    }
    settings_clear(&s.settings);
    g_ptr_array_free(s.files, TRUE);
    if (good && s.has_failed) run->status = 1;
    return good && !s.has_failed;
}
