/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tree.c - the files under /proc and /sys: look-up of a path, folders, patterns, reading, writing.
 *
 * A file is a row of a room (struct face_file) or a setting (struct knob); nothing else is kept.  Folders are what the
 * rows' paths have in common, and a '*' of a row is replaced by the names that its nth() tells.
 */
#include "models/host/host.h"

#include "core/suggest.h"
#include "models/netdev/face.h"
#include <fnmatch.h>
#include <string.h>

static const char proc_sys[] = "/proc/sys/";

/* A row of either kind. */
struct row {
    const struct face_file *file; /* NULL: a setting, */
    const struct knob *knob;
    char path[128];
};

/* How the names of a path fit a row. */
struct match {
    struct net *net;
    const struct row *row;
    const char *star[FACE_MAX_STARS];
    unsigned n_stars;
    const char *rest; /* of the row's path; "": the path is the row's file */
};

/* "rx-*" and the like: the letters before the '*', which ends the name; -1: there is none. */
static int star_in(const char *name)
{
    size_t n = strcspn(name, "*/");
    return name[n] == '*' ? (int) n : -1;
}

static const char *nth_name(const struct match *m, unsigned i)
{
    const struct row *row = m->row;
    return row->file ? row->file->nth(m->net, m->star, m->n_stars, i) : row->knob->place->nth(m->net, m->star, m->n_stars, i);
}

static bool match_star(struct match *m, const char *name)
{
    const char *known;
    for (unsigned i = 0; (known = nth_name(m, i)); i++)
        if (!strcmp(known, name)) {
            m->star[m->n_stars++] = known;
            return true;
        }
    return false;
}

/* Do the names lead to the row's file, or to a folder above it? */
static bool match_row(struct match *m, struct net *net, const struct row *row, char *const *names)
{
    *m = (struct match){ .net = net, .row = row, .rest = row->path };
    for (; *names; names++) {
        if (*m->rest != '/') return false;
        const char *want = m->rest + 1;
        size_t n = strcspn(want, "/");
        int prefix = star_in(want);
        if (prefix >= 0 ? strncmp(*names, want, (size_t) prefix) || !match_star(m, *names + prefix)
                        : strlen(*names) != n || memcmp(*names, want, n))
            return false;
        m->rest = want + n;
    }
    return true;
}

static bool kernel_has(const struct host *host, uint16_t since, uint16_t until)
{
    unsigned version = host->net.profile->version;
    return version >= since && (!until || version < until);
}

/* The @i-th of all rows that the host's kernel has; false past the last. *skip: it does not have this one. */
static bool nth_row(struct host *host, unsigned i, struct row *row, bool *skip)
{
    *row = (struct row){ .file = face_nth_file(i) };
    if (row->file) {
        *skip = !kernel_has(host, row->file->since, row->file->until);
        g_strlcpy(row->path, row->file->path, sizeof row->path);
        return true;
    }
    unsigned n_knobs;
    const struct knob *const *knobs = host_knob_rows(host, &n_knobs);
    i -= face_n_files();
    if (i >= n_knobs) return false;
    row->knob = knobs[i];
    *skip = knobs[i]->how || !kernel_has(host, knobs[i]->since, knobs[i]->until);
    if (knobs[i]->name[0] == '/') {
        g_strlcpy(row->path, knobs[i]->name, sizeof row->path);
    } else {
        g_snprintf(row->path, sizeof row->path, "%s%s", proc_sys, knobs[i]->name);
        g_strdelimit(row->path + strlen(proc_sys), ".", '/');
    }
    return true;
}

/* "/sys//class/./net/" -> "sys", "class", "net" */
static char **split_path(const char *path)
{
    char **all = g_strsplit(path, "/", -1);
    GPtrArray *names = g_ptr_array_new();
    for (char **name = all; *name; name++) {
        if (!strcmp(*name, "..") && names->len) g_free(g_ptr_array_remove_index(names, names->len - 1));
        if (!**name || !strcmp(*name, ".") || !strcmp(*name, "..")) g_free(*name);
        else g_ptr_array_add(names, *name);
    }
    g_free(all);
    g_ptr_array_add(names, NULL);
    return (char **) g_ptr_array_free(names, FALSE);
}

static int look_up_names(struct host *host, char *const *names, struct match *m, struct row *row)
{
    bool is_folder = false, skip;
    for (unsigned i = 0; nth_row(host, i, row, &skip); i++) {
        if (skip || !match_row(m, &host->net, row, names)) continue;
        if (!*m->rest) return 0;
        is_folder = true;
    }
    return is_folder ? -EISDIR : -ENOENT;
}

/* The setting of a match: "all" or "lo" may have a row of its own. */
static struct host_knob knob_of(struct host *host, const struct match *m)
{
    struct host_knob at = { .row = m->row->knob };
    for (unsigned i = 0; i < m->n_stars; i++) g_strlcpy(at.star[i], m->star[i], sizeof at.star[i]);
    g_autoptr(GString) path = g_string_new(NULL);
    host_knob_path(&at, path);
    host_knob_find(host, path->str, &at);
    return at;
}

/* 0: the file of *row and m->star is at @path; -EISDIR, -ENOTDIR (something behind a file), -ENOENT */
static int look_up(struct host *host, const char *path, struct match *m, struct row *row)
{
    if (*path != '/') return -ENOENT; /* there is no working folder */
    g_auto(GStrv) names = split_path(path);
    int err = look_up_names(host, names, m, row);
    unsigned n = g_strv_length(names);
    if (!err && g_str_has_suffix(path, "/")) return -ENOTDIR;
    while (err == -ENOENT && n > 1) {
        g_clear_pointer(&names[--n], g_free);
        if (!look_up_names(host, names, m, row)) return -ENOTDIR;
    }
    return err;
}

int tree_read(struct host *host, const char *path, GString *out)
{
    struct match m;
    struct row row;
    int err = look_up(host, path, &m, &row);
    if (err) return err;
    if (row.file) return row.file->show(&host->net, m.star, out);
    const struct host_knob at = knob_of(host, &m);
    host_knob_read(host, &at, out);
    g_string_append_c(out, '\n');
    return 0;
}

int tree_write(struct host *host, const char *path, const char *text)
{
    struct match m;
    struct row row;
    int err = look_up(host, path, &m, &row);
    if (err == -ENOENT && g_str_has_prefix(path, "/sys/")) { /* nobody may make a file there */
        g_autofree char *folder = g_path_get_dirname(path);
        return tree_is_folder(host, folder) ? -EACCES : -ENOENT;
    }
    if (err) return err;
    if (!row.file) {
        const struct host_knob at = knob_of(host, &m);
        return host_knob_write(host, &at, text);
    }
    return row.file->store ? row.file->store(&host->net, m.star, text) : -EACCES;
}

/* ---- folders ---- */

static int compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *) a, *(char *const *) b);
}

static void add_names(GHashTable *set, const struct match *m)
{
    const char *name = m->rest + 1;
    int prefix = star_in(name);
    if (prefix < 0) {
        g_hash_table_add(set, g_strndup(name, strcspn(name, "/")));
        return;
    }
    const char *star;
    for (unsigned i = 0; (star = nth_name(m, i)); i++) g_hash_table_add(set, g_strdup_printf("%.*s%s", prefix, name, star));
}

/* The names in a folder, sorted; NULL: there is no such folder. */
static GPtrArray *list_names(struct host *host, char *const *names)
{
    g_autoptr(GHashTable) set = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    struct match m;
    struct row row;
    bool skip;
    for (unsigned i = 0; nth_row(host, i, &row, &skip); i++)
        if (!skip && match_row(&m, &host->net, &row, names) && *m.rest) add_names(set, &m);
    if (!g_hash_table_size(set)) return NULL;
    GPtrArray *list = g_ptr_array_new_with_free_func(g_free);
    GHashTableIter iter;
    gpointer name;
    g_hash_table_iter_init(&iter, set);
    while (g_hash_table_iter_next(&iter, &name, NULL)) {
        g_ptr_array_add(list, name);
        g_hash_table_iter_steal(&iter);
    }
    g_ptr_array_sort(list, compare_names);
    return list;
}

bool tree_is_folder(struct host *host, const char *path)
{
    struct match m;
    struct row row;
    return look_up(host, path, &m, &row) == -EISDIR;
}

bool tree_is_file(struct host *host, const char *path)
{
    struct match m;
    struct row row;
    return !look_up(host, path, &m, &row);
}

char **tree_list(struct host *host, const char *path)
{
    if (*path != '/') return NULL;
    g_auto(GStrv) names = split_path(path);
    GPtrArray *list = list_names(host, names);
    if (!list) return NULL;
    g_ptr_array_add(list, NULL);
    return (char **) g_ptr_array_free(list, FALSE);
}

/* Everything below the folder of names[0 .. depth-1] that fits the pattern's names from @depth on. */
static void glob(struct host *host, GPtrArray *names, char *const *pattern, GPtrArray *paths)
{
    g_autoptr(GPtrArray) list = list_names(host, (char *const *) names->pdata);
    for (guint i = 0; list && i < list->len; i++) {
        char *name = g_ptr_array_index(list, i);
        if (fnmatch(*pattern, name, FNM_PERIOD)) continue;
        g_ptr_array_insert(names, (gint) names->len - 1, name);
        if (pattern[1]) {
            glob(host, names, pattern + 1, paths);
        } else {
            g_autofree char *path = g_strjoinv("/", (char **) names->pdata);
            g_ptr_array_add(paths, g_strconcat("/", path, NULL));
        }
        g_ptr_array_remove_index(names, names->len - 2);
    }
}

char **tree_glob(struct host *host, const char *pattern)
{
    GPtrArray *paths = g_ptr_array_new();
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    g_auto(GStrv) wanted = split_path(pattern);
    g_ptr_array_add(names, NULL);
    if (*pattern == '/' && *wanted) glob(host, names, wanted, paths);
    g_ptr_array_add(paths, NULL);
    return (char **) g_ptr_array_free(paths, FALSE);
}

/* ---- errors ---- */

/* Files that every Linux has and no model writes. */
static const char *not_modelled(const char *path)
{
    static const struct {
        const char *beginning, *why;
    } files[] = {
        { "/proc/net/softnet_stat", "a light host has no backlog" }, { "/proc/interrupts", "a light host has no interrupts" },
        { "/proc/irq/", "a light host has no interrupts" }, { "/proc/softirqs", "a light host has no softirqs" },
        { "/proc/cpuinfo", "a light host has no cores" }, { "/proc/stat", "a light host has no cores" },
        { "/proc/loadavg", "a light host has no cores" }, { "/proc/meminfo", "memory is not modelled" },
        { "/proc/sys/vm/", "only net is modelled" }, { "/proc/sys/kernel/", "only net is modelled" },
        { "/proc/sys/fs/", "only net is modelled" }, { "/proc/net/tcp6", "IPv6 is not modelled" },
        { "/proc/net/udp6", "IPv6 is not modelled" }, { "/proc/net/if_inet6", "IPv6 is not modelled" },
        { "/sys/module/", "this module has no parameters here" }, { "/sys/devices/", "hardware is not modelled" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++)
        if (g_str_has_prefix(path, files[i].beginning)) return files[i].why;
    return NULL;
}

/* The nearest name in the last folder of @path that exists; at the root there are few. */
static char *near_path(struct host *host, const char *path)
{
    const char *why = not_modelled(path);
    g_autofree char *folder_of = g_path_get_dirname(path);
    bool has_neighbours = why && g_str_has_prefix(path, "/sys/module/") && tree_is_folder(host, folder_of);
    if (why && !has_neighbours) return g_strconcat("; ", why, NULL);
    g_auto(GStrv) names = split_path(path);
    for (unsigned n = g_strv_length(names); n-- > 0;) {
        g_autofree char *word = g_steal_pointer(&names[n]);
        g_autoptr(GPtrArray) list = list_names(host, names);
        if (!list) continue;
        struct suggest near = suggest_for(word);
        for (guint i = 0; i < list->len; i++) suggest_offer(&near, g_ptr_array_index(list, i));
        g_autofree char *folder = g_strjoinv("/", names);
        if (!near.best) return g_strdup(n ? "" : "; only /dev/null, /proc and /sys are here");
        return g_strdup_printf(", did you mean \"/%s%s%s\"?", folder, *folder ? "/" : "", near.best);
    }
    return g_strdup("");
}

char *tree_hint(struct host *host, const char *path, int err)
{
    enum knob_absence why = host_knob_absence(host, path);
    bool is_knob = g_str_has_prefix(path, proc_sys) || why == KNOB_PRESENT || why == KNOB_REMOVED || why == KNOB_NEWER;
    if (is_knob && err != -EISDIR && err != -ENOTDIR) return host_knob_hint(host, path, err);
    if (*path != '/') return g_strdup("; a path begins with \"/\"");
    struct match m;
    struct row row;
    return look_up(host, path, &m, &row) == -ENOENT ? near_path(host, path) : g_strdup("");
}

/* ---- host.h ---- */

static void set_error(GError **error, NetsimHost *host, const char *path, int err)
{
    g_autofree char *hint = tree_hint(host, path, err);
    NetsimErrorCode code = err == -ENOENT ? NETSIM_ERROR_NAME
                         : err == -EOPNOTSUPP ? NETSIM_ERROR_UNSUPPORTED
                         : err == -EISDIR || err == -ENOTDIR || err == -EACCES ? NETSIM_ERROR_STATE : NETSIM_ERROR_RANGE;
    g_set_error(error, NETSIM_ERROR, code, "%s: %s%s", path, g_strerror(-err), hint);
}

char *netsim_host_read(NetsimHost *host, const char *path, GError **error)
{
    GString *out = g_string_new(NULL);
    int err = tree_read(host, path, out);
    if (!err) return g_string_free(out, FALSE);
    g_string_free(out, TRUE);
    set_error(error, host, path, err);
    return NULL;
}

bool netsim_host_write(NetsimHost *host, const char *path, const char *value, GError **error)
{
    int err = tree_write(host, path, value);
    if (err) set_error(error, host, path, err);
    return !err;
}
