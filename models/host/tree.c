/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tree.c - the files under /proc and /sys: look-up of a path, folders, patterns, reading, writing.
 *
 * A file is a row of a room (struct face_file) or a setting (struct knob).  A simulation keeps one tree of the names of all
 * rows' paths; what a host has of it hangs on its kernel, and on the names that nth() tells for a '*'.
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
};

typedef const char *(*nth_func)(struct net *net, const char *const star[], unsigned which, unsigned i);

/* A name of paths.  "rx-*" of rows whose '*' stand for different things are different nodes. */
struct tree_node {
    char *name;
    int prefix;           /* letters before the '*', which ends the name; -1: there is none */
    nth_func nth;         /* what the '*' can be */
    GArray *rows;         /* struct row: paths that end here */
    GHashTable *children; /* name -> struct tree_node: those without a '*' */
    GPtrArray *stars;     /* ... and with one */
};

/* Names of a path and what they stand for. */
struct match {
    struct net *net;
    struct row row; /* of a file */
    const char *star[FACE_MAX_STARS];
    unsigned n_stars;
};

/* ---- the tree of a simulation: sim->data "tree" ---- */

static void node_free(void *data)
{
    struct tree_node *node = data;
    g_array_free(node->rows, TRUE);
    g_hash_table_destroy(node->children);
    g_ptr_array_free(node->stars, TRUE);
    g_free(node->name);
    g_free(node);
}

static struct tree_node *node_new(const char *name, nth_func nth)
{
    struct tree_node *node = g_new(struct tree_node, 1);
    const char *star = strchr(name, '*');
    *node = (struct tree_node){ .name = g_strdup(name), .prefix = star ? (int) (star - name) : -1, .nth = nth,
                                .rows = g_array_new(FALSE, FALSE, sizeof(struct row)),
                                .children = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, node_free),
                                .stars = g_ptr_array_new_with_free_func(node_free) };
    return node;
}

static struct tree_node *child_of(struct tree_node *node, const char *name, nth_func nth)
{
    struct tree_node *child = g_hash_table_lookup(node->children, name);
    for (guint i = 0; !child && i < node->stars->len; i++) {
        struct tree_node *star = node->stars->pdata[i];
        if (!strcmp(star->name, name) && star->nth == nth) child = star;
    }
    if (child) return child;
    child = node_new(name, nth);
    if (child->prefix < 0) g_hash_table_insert(node->children, child->name, child);
    else g_ptr_array_add(node->stars, child);
    return child;
}

static void add_row(struct tree_node *node, const char *path, nth_func nth, struct row row)
{
    g_auto(GStrv) names = g_strsplit(path + 1, "/", -1);
    for (char **name = names; *name; name++) node = child_of(node, *name, nth);
    g_array_append_val(node->rows, row);
}

static void add_knob(struct tree_node *root, const struct knob *k)
{
    nth_func nth = k->place ? k->place->nth : NULL;
    g_autofree char *path = *k->name == '/' ? g_strdup(k->name) : g_strconcat(proc_sys, k->name, NULL);
    if (*k->name != '/') g_strdelimit(path + strlen(proc_sys), ".", '/');
    if (!k->how) add_row(root, path, nth, (struct row){ .knob = k });
}

static const struct tree_node *tree_of(struct host *host)
{
    struct sim *sim = host->net.sim;
    struct tree_node *root = g_hash_table_lookup(sim->data, "tree");
    if (root) return root;
    root = node_new("", NULL);
    const struct face_file *file;
    for (unsigned i = 0; (file = face_nth_file(i)); i++) add_row(root, file->path, file->nth, (struct row){ .file = file });
    unsigned n_knobs;
    const struct knob *const *knobs = host_knob_rows(host, &n_knobs);
    for (unsigned i = 0; i < n_knobs; i++) add_knob(root, knobs[i]);
    g_hash_table_insert(sim->data, (gpointer) "tree", root);
    sim_add_part(sim, (struct sim_part){ .free = node_free, .owner = root });
    return root;
}

/* ---- what a host has of it ---- */

/* The row that ends here, if the host's kernel has it. */
static bool has_file(struct match *m, const struct tree_node *node)
{
    unsigned version = m->net->profile->version;
    for (guint i = 0; i < node->rows->len; i++) {
        m->row = g_array_index(node->rows, struct row, i);
        const struct face_file *file = m->row.file;
        if (file ? version >= file->since && (!file->until || version < file->until) : knob_exists(m->row.knob, version)) return true;
    }
    return false;
}

static const char *nth_name(const struct match *m, const struct tree_node *star, unsigned i)
{
    return star->nth(m->net, m->star, m->n_stars, i);
}

/* Is there a file here or below? */
static bool has_any(struct match *m, const struct tree_node *node)
{
    if (has_file(m, node)) return true;
    GHashTableIter iter;
    gpointer child;
    g_hash_table_iter_init(&iter, node->children);
    while (g_hash_table_iter_next(&iter, NULL, &child))
        if (has_any(m, child)) return true;
    for (guint s = 0; s < node->stars->len; s++) {
        const char *name;
        for (unsigned i = 0; (name = nth_name(m, node->stars->pdata[s], i)); i++) {
            m->star[m->n_stars++] = name;
            bool has = has_any(m, node->stars->pdata[s]);
            m->n_stars--;
            if (has) return true;
        }
    }
    return false;
}

/* Does @name fit the '*'?  Then it is in m->star. */
static bool enter_star(struct match *m, const struct tree_node *star, const char *name)
{
    const char *known;
    if (strncmp(name, star->name, (size_t) star->prefix)) return false;
    for (unsigned i = 0; (known = nth_name(m, star, i)); i++)
        if (!strcmp(known, name + star->prefix)) {
            m->star[m->n_stars++] = known;
            return true;
        }
    return false;
}

/* 0: m->row and m->star are those of the file; -EISDIR, -ENOENT */
static int find(struct match *m, const struct tree_node *node, char *const *names)
{
    if (!*names) return has_file(m, node) ? 0 : has_any(m, node) ? -EISDIR : -ENOENT;
    const struct tree_node *child = g_hash_table_lookup(node->children, *names);
    int err = child ? find(m, child, names + 1) : -ENOENT;
    for (guint s = 0; err && s < node->stars->len; s++) {
        unsigned n = m->n_stars;
        int e = enter_star(m, node->stars->pdata[s], *names) ? find(m, node->stars->pdata[s], names + 1) : -ENOENT;
        if (e) m->n_stars = n;
        if (e != -ENOENT) err = e;
    }
    return err;
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

static int look_up_names(struct host *host, char *const *names, struct match *m)
{
    *m = (struct match){ .net = &host->net };
    return find(m, tree_of(host), names);
}

/* The setting of a match: "all" or "lo" may have a row of its own. */
static struct host_knob knob_of(struct host *host, const struct match *m)
{
    struct host_knob at = { .row = m->row.knob };
    for (unsigned i = 0; i < m->n_stars; i++) g_strlcpy(at.star[i], m->star[i], sizeof at.star[i]);
    g_autoptr(GString) path = g_string_new(NULL);
    host_knob_path(&at, path);
    host_knob_find(host, path->str, &at);
    return at;
}

/* 0: the file of m->row and m->star is at @path; -EISDIR, -ENOTDIR (something behind a file), -ENOENT */
static int look_up(struct host *host, const char *path, struct match *m)
{
    if (*path != '/') return -ENOENT; /* there is no working folder */
    g_auto(GStrv) names = split_path(path);
    int err = look_up_names(host, names, m);
    unsigned n = g_strv_length(names);
    if (!err && g_str_has_suffix(path, "/")) return -ENOTDIR;
    while (err == -ENOENT && n > 1) {
        g_clear_pointer(&names[--n], g_free);
        if (!look_up_names(host, names, m)) return -ENOTDIR;
    }
    return err;
}

int tree_read(struct host *host, const char *path, GString *out)
{
    struct match m;
    int err = look_up(host, path, &m);
    if (err) return err;
    if (m.row.file) return m.row.file->show(&host->net, m.star, out);
    const struct host_knob at = knob_of(host, &m);
    if (at.row->is_write_only) return -EACCES;
    host_knob_read(host, &at, out);
    g_string_append_c(out, '\n');
    return 0;
}

int tree_write(struct host *host, const char *path, const char *text)
{
    struct match m;
    int err = look_up(host, path, &m);
    if (err == -ENOENT && g_str_has_prefix(path, "/sys/")) { /* nobody may make a file there */
        g_autofree char *folder = g_path_get_dirname(path);
        return tree_is_folder(host, folder) ? -EACCES : -ENOENT;
    }
    if (err) return err;
    if (!m.row.file) {
        const struct host_knob at = knob_of(host, &m);
        return host_knob_write(host, &at, text);
    }
    return m.row.file->store ? m.row.file->store(&host->net, m.star, text) : -EACCES;
}

/* ---- folders ---- */

static int compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *) a, *(char *const *) b);
}

static void add_names(GHashTable *set, struct match *m, const struct tree_node *node)
{
    GHashTableIter iter;
    gpointer child;
    g_hash_table_iter_init(&iter, node->children);
    while (g_hash_table_iter_next(&iter, NULL, &child))
        if (has_any(m, child)) g_hash_table_add(set, g_strdup(((struct tree_node *) child)->name));
    for (guint s = 0; s < node->stars->len; s++) {
        const struct tree_node *star = node->stars->pdata[s];
        const char *name;
        for (unsigned i = 0; (name = nth_name(m, star, i)); i++) {
            m->star[m->n_stars++] = name;
            if (has_any(m, star)) g_hash_table_add(set, g_strdup_printf("%.*s%s", star->prefix, star->name, name));
            m->n_stars--;
        }
    }
}

static void collect_names(GHashTable *set, struct match *m, const struct tree_node *node, char *const *names)
{
    if (!*names) {
        add_names(set, m, node);
        return;
    }
    const struct tree_node *child = g_hash_table_lookup(node->children, *names);
    if (child) collect_names(set, m, child, names + 1);
    for (guint s = 0; s < node->stars->len; s++) {
        if (!enter_star(m, node->stars->pdata[s], *names)) continue;
        collect_names(set, m, node->stars->pdata[s], names + 1);
        m->n_stars--;
    }
}

/* The names in a folder, sorted; NULL: there is no such folder. */
static GPtrArray *list_names(struct host *host, char *const *names)
{
    g_autoptr(GHashTable) set = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    struct match m = { .net = &host->net };
    collect_names(set, &m, tree_of(host), names);
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
    return look_up(host, path, &m) == -EISDIR;
}

bool tree_is_file(struct host *host, const char *path)
{
    struct match m;
    return !look_up(host, path, &m);
}

bool tree_is_writable(struct host *host, const char *path)
{
    struct match m;
    if (look_up(host, path, &m)) return false;
    return m.row.file ? m.row.file->store != NULL : !knob_of(host, &m).row->is_read_only;
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
        { "/proc/stat", "the CPUs of a light host take no time" },
        { "/proc/loadavg", "the CPUs of a light host take no time" }, { "/proc/meminfo", "memory is not modelled" },
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
    if (is_knob && err != -EISDIR && err != -ENOTDIR) return host_knob_hint(host, path, NULL, err);
    if (*path != '/') return g_strdup("; a path begins with \"/\"");
    struct match m;
    return look_up(host, path, &m) == -ENOENT ? near_path(host, path) : g_strdup("");
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
    if (!ns_given(host, error) || !ns_given(path, error)) return NULL;
    GString *out = g_string_new(NULL);
    int err = tree_read(host, path, out);
    if (!err) return g_string_free(out, FALSE);
    g_string_free(out, TRUE);
    set_error(error, host, path, err);
    return NULL;
}

bool netsim_host_write(NetsimHost *host, const char *path, const char *value, GError **error)
{
    if (!ns_given(host, error) || !ns_given(path, error) || !ns_given(value, error)) return false;
    int err = tree_write(host, path, value);
    if (err) set_error(error, host, path, err);
    return !err;
}
