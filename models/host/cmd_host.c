/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_host.c - ls, hostname, uname: what a host is. */
#include "models/host/commands.h"

#include <string.h>

/* ---- ls ---- */

struct ls {
    struct command_run *run;
    bool itself, is_long, is_reverse;
    enum { HIDDEN_NOT, HIDDEN_NAMES, HIDDEN_ALL } hidden; /* -A; -a: with "." and ".." */
};

/* What a file has in `ls -l`: the kernel's files are empty in /proc, and pages in /sys. */
static size_t file_size(struct host *host, const char *path)
{
    enum { SYSFS_BYTES = 4096 };
    if (shell_file_kind(host, path) != 1 || g_str_has_prefix(path, "/proc/") || g_str_has_prefix(path, "/dev/")) return 0;
    if (g_str_has_prefix(path, "/sys/")) return SYSFS_BYTES;
    g_autoptr(GString) text = g_string_new(NULL);
    shell_read(host, path, text);
    return text->len;
}

static const char *file_mode(struct host *host, const char *path)
{
    bool is_proc = g_str_has_prefix(path, "/proc");
    if (!strcmp(path, "/dev/null")) return "crw-rw-rw-";
    if (shell_file_kind(host, path) == 2) return is_proc ? "dr-xr-xr-x" : "drwxr-xr-x";
    bool is_tree = is_proc || g_str_has_prefix(path, "/sys/");
    return !is_tree || tree_is_writable(host, path) ? "-rw-r--r--" : "-r--r--r--";
}

/* @names as they are printed; @folder: where they are, NULL: they are paths */
static void print_names(const struct ls *ls, const char *folder, const GPtrArray *names)
{
    struct command_run *run = ls->run;
    struct host *host = run->shell->host;
    int width = 1;
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *joined = folder ? g_build_filename(folder, names->pdata[i], NULL) : g_strdup(names->pdata[i]);
        char *path = g_canonicalize_filename(joined, "/root");
        g_ptr_array_add(paths, path);
        if (ls->is_long) width = MAX(width, g_snprintf(NULL, 0, "%zu", file_size(host, path)));
    }
    for (guint i = 0; i < names->len; i++) {
        guint n = ls->is_reverse ? names->len - 1 - i : i;
        if (ls->is_long) {
            command_print(run, "%s 1 root root %*zu ", file_mode(host, paths->pdata[n]), width, file_size(host, paths->pdata[n]));
            command_date(run, "%b %e %H:%M", run->out);
            g_string_append_c(run->out, ' ');
        }
        command_print(run, "%s\n", (char *) names->pdata[n]);
    }
}

static void print_folder(const struct ls *ls, const char *path)
{
    enum { PAGE = 4096 };
    struct host *host = ls->run->shell->host;
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(g_free), shown = g_ptr_array_new();
    if (ls->hidden == HIDDEN_ALL) {
        g_ptr_array_add(all, g_strdup("."));
        g_ptr_array_add(all, g_strdup(".."));
    }
    shell_list(host, path, all);
    size_t pages = 0;
    for (guint i = 0; i < all->len; i++) {
        const char *name = all->pdata[i];
        if (*name == '.' && !ls->hidden) continue;
        g_ptr_array_add(shown, all->pdata[i]);
        g_autofree char *inside = g_build_filename(path, name, NULL);
        if (!g_str_has_prefix(path, "/sys")) pages += (file_size(host, inside) + PAGE - 1) / PAGE;
    }
    if (ls->is_long) command_print(ls->run, "total %zu\n", pages * PAGE / 1024);
    print_names(ls, path, shown);
}

static bool ls_options(struct command_options *o, struct ls *ls)
{
    for (int option; (option = command_next_option(o));) {
        if (option == COMMAND_BAD_OPTION) return false;
        ls->itself |= option == 'd';
        ls->is_long |= option == 'l';
        ls->is_reverse |= option == 'r';
        if (option == 'a' || option == 'A') ls->hidden = option == 'a' ? HIDDEN_ALL : HIDDEN_NAMES;
    }
    return true;
}

/* Differs: one name a line, as into a pipe; /sys/class/net has folders, not links to them; a folder's links are not counted. */
bool cmd_ls(struct command_run *run)
{
    static const struct command_option rows[] = { { '1', NULL }, { 'a', "all" }, { 'A', "almost-all" }, { 'd', "directory" }, { 'l', NULL },
                                                  { 'r', "reverse" }, { 'L', "dereference" }, { 'H', "dereference-command-line" } };
    static const char missing[] = "--author -b --escape --block-size -B --ignore-backups -c -C --color -D --dired -f -F --classify --file-type "
                                  "--format --full-time -g --group-directories-first -G --no-group -h --human-readable --hide --hyperlink "
                                  "--indicator-style -i --inode -I --ignore -k --kibibytes -m -n --numeric-uid-gid -N --literal -o -p -q "
                                  "--hide-control-chars --show-control-chars -Q --quote-name --quoting-style -R --recursive -s --size -S "
                                  "--sort --time --time-style -t -T --tabsize -u -U -v -w --width -x -X -Z --context --zero --help --version";
    struct command_options o = { .run = run, COMMAND_OPTIONS(rows), .missing = missing, .bad_status = 2 };
    struct ls ls = { .run = run };
    struct host *host = run->shell->host;
    if (!ls_options(&o, &ls)) return false;
    static char *here[] = { (char *) ".", NULL };
    char **paths = *o.words ? o.words : here;
    g_autoptr(GPtrArray) files = g_ptr_array_new();
    bool good = true, has_title = paths[1] != NULL;
    for (char **path = paths; *path; path++) {
        int kind = shell_file_kind(host, *path);
        if (kind == 1 || (kind && ls.itself)) g_ptr_array_add(files, *path);
        if (kind) continue;
        if (run->err->len) g_string_append_c(run->err, '\n');
        good = command_fail_status(run, 2, "ls: cannot access '%s': No such file or directory", *path);
    }
    print_names(&ls, NULL, files);
    for (char **path = paths; *path && !ls.itself; path++) {
        if (shell_file_kind(host, *path) != 2) continue;
        g_autofree char *whole = g_canonicalize_filename(*path, "/root");
        if (has_title) command_print(run, "%s%s:\n", run->out->len ? "\n" : "", *path);
        print_folder(&ls, whole);
    }
    return good;
}

/* ---- names ---- */

bool cmd_hostname(struct command_run *run)
{
    static const struct command_option rows[] = { { 'f', "fqdn" }, { 'f', "long" }, { 's', "short" } };
    struct command_options o = { .run = run, COMMAND_OPTIONS(rows), .bad_status = 255,
                                 .missing = "-a --alias -A --all-fqdns -b --boot -d --domain -F --file -i --ip-address "
                                            "-I --all-ip-addresses -y --yp --nis -h --help -V --version" };
    const char *name = run->net->node.name;
    int n = (int) strlen(name);
    for (int option; (option = command_next_option(&o));) {
        if (option == COMMAND_BAD_OPTION) return false;
        n = option == 's' ? (int) strcspn(name, ".") : (int) strlen(name);
    }
    if (*o.words) return command_unsupported(run, "hostname %s: a host's name stays as the scenario gave it", *o.words);
    command_print(run, "%.*s\n", n, name);
    return true;
}

/* "6.18.0", the version of the profile: 2032 was called 2.6.32. */
static void print_release(struct command_run *run)
{
    unsigned version = run->net->profile->version;
    if (version < 3000) command_print(run, "2.6.%u", version % 1000);
    else command_print(run, "%u.%u.0", version / 1000, version % 1000);
}

bool cmd_uname(struct command_run *run)
{
    static const struct command_option rows[] = { { 'a', "all" }, { 's', "kernel-name" }, { 'n', "nodename" }, { 'r', "kernel-release" },
                                                  { 'v', "kernel-version" }, { 'm', "machine" }, { 'p', "processor" },
                                                  { 'i', "hardware-platform" }, { 'o', "operating-system" } };
    struct command_options o = { .run = run, COMMAND_OPTIONS(rows), .missing = "--help --version" };
    static const char order[] = "snrvmpio";
    unsigned which = 0;
    for (int option; (option = command_next_option(&o));) {
        if (option == COMMAND_BAD_OPTION) return false;
        which |= option == 'a' ? 0x9f : 1u << (strchr(order, option) - order);
    }
    if (*o.words) return command_fail(run, "uname: extra operand '%s'", *o.words);
    if (!which) which = 1;
    const char *gap = "";
    for (unsigned i = 0; order[i]; i++) {
        if (!(which >> i & 1)) continue;
        g_string_append(run->out, gap);
        gap = " ";
        switch (order[i]) {
        case 's': g_string_append(run->out, "Linux"); break;
        case 'n': g_string_append(run->out, run->net->node.name); break;
        case 'r': print_release(run); break;
        case 'v': g_string_append(run->out, "#1 SMP"); break;
        case 'o': g_string_append(run->out, "GNU/Linux"); break;
        default: g_string_append(run->out, "x86_64");
        }
    }
    g_string_append_c(run->out, '\n');
    return true;
}
