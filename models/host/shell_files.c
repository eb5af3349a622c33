/* SPDX-License-Identifier: GPL-3.0-or-later */
/* shell_files.c - what a path means to a script: /proc and /sys (tree.c), /dev/null, and what its host's scripts wrote. */
#include "models/host/shell.h"

#include <errno.h>
#include <string.h>

/* Scripts run in root's home. */
static char *absolute(const char *path)
{
    return g_canonicalize_filename(path, "/root");
}

static bool is_kernel_path(const char *path)
{
    static const char *const roots[] = { "/proc", "/sys", "/dev" };
    for (size_t i = 0; i < G_N_ELEMENTS(roots); i++) {
        size_t n = strlen(roots[i]);
        if (!strncmp(path, roots[i], n) && (!path[n] || path[n] == '/')) return true;
    }
    return false;
}

/* ---- reading ---- */

int shell_read(struct host *host, const char *path, GString *out)
{
    g_autofree char *whole = absolute(path);
    if (!strcmp(whole, "/dev/null")) return 0;
    if (is_kernel_path(whole)) return tree_read(host, whole, out);
    const GString *text = host->files ? g_hash_table_lookup(host->files, whole) : NULL;
    if (!text) return shell_file_kind(host, whole) == 2 ? -EISDIR : -ENOENT;
    g_string_append_len(out, text->str, (gssize) text->len);
    return 0;
}

char *shell_file_hint(struct host *host, const char *path, int err)
{
    g_autofree char *whole = absolute(path);
    return is_kernel_path(whole) ? tree_hint(host, whole, err) : g_strdup("");
}

/* ---- writing ---- */

static void free_text(gpointer text)
{
    g_string_free(text, TRUE);
}

static int write_own(struct host *host, const char *path, const char *text, bool is_append)
{
    if (!host->files) host->files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_text);
    GString *file = g_hash_table_lookup(host->files, path);
    if (!file) g_hash_table_insert(host->files, g_strdup(path), file = g_string_new(NULL));
    if (!is_append) g_string_truncate(file, 0);
    if (file->len + strlen(text) > SHELL_MAX_BYTES) return -ENOSPC;
    g_string_append(file, text);
    return 0;
}

/* A write() of nothing does not happen: the file was only opened. */
static int write_kernel(struct host *host, const char *path, const char *text)
{
    return !*text && tree_is_file(host, path) ? 0 : tree_write(host, path, text);
}

bool shell_write_file(struct command_run *run, const char *path, const char *text, bool is_append)
{
    struct host *host = run->shell->host;
    g_autofree char *whole = absolute(path);
    bool is_kernel = is_kernel_path(whole);
    if (!strcmp(whole, "/dev/null")) return true;
    int err = is_kernel ? write_kernel(host, whole, text) : shell_file_kind(host, whole) == 2 ? -EISDIR : 0;
    if (!err && !is_kernel) err = write_own(host, whole, text, is_append);
    if (!err) return true;
    g_autofree char *hint = shell_file_hint(host, whole, err);
    bool has_opened = err == -ENOSPC || (tree_is_file(host, whole) && err != -EACCES);
    return command_fail(run, "%s %s: %s%s", has_opened ? "write error:" : "cannot create", path, g_strerror(-err), hint);
}

/* ---- directories ---- */

static bool is_own_directory(struct host *host, const char *path)
{
    static const char *const always[] = { "/", "/dev", "/etc", "/proc", "/root", "/sys", "/tmp", NULL };
    if (g_strv_contains(always, path)) return true;
    GHashTableIter iter;
    gpointer file;
    size_t n = strlen(path);
    if (!host->files) return false;
    g_hash_table_iter_init(&iter, host->files);
    while (g_hash_table_iter_next(&iter, &file, NULL))
        if (!strncmp(file, path, n) && ((char *) file)[n] == '/') return true;
    return false;
}

int shell_file_kind(struct host *host, const char *path)
{
    g_autofree char *whole = absolute(path);
    if (!strcmp(whole, "/dev/null") || tree_is_file(host, whole) || (host->files && g_hash_table_contains(host->files, whole))) return 1;
    return is_own_directory(host, whole) || tree_is_folder(host, whole) ? 2 : 0;
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *) a, *(char *const *) b);
}

/* @file lies below @path, which ends with a slash: the name there. */
static void add_name(GHashTable *set, const char *path, const char *file)
{
    size_t n = strlen(path);
    if (!strncmp(file, path, n) && file[n]) g_hash_table_add(set, g_strndup(file + n, strcspn(file + n, "/")));
}

bool shell_list(struct host *host, const char *path, GPtrArray *names)
{
    static const char *const always[] = { "/dev/null", "/etc/", "/proc/", "/root/", "/sys/", "/tmp/" };
    if (shell_file_kind(host, path) != 2) return false;
    g_autofree char *whole = absolute(path), *below = g_strconcat(whole, whole[1] ? "/" : "", NULL);
    g_autoptr(GHashTable) set = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_auto(GStrv) tree = tree_list(host, whole);
    for (char **name = tree; name && *name; name++) g_hash_table_add(set, g_strdup(*name));
    for (size_t i = 0; i < G_N_ELEMENTS(always); i++) add_name(set, below, always[i]);
    GHashTableIter iter;
    gpointer name;
    if (host->files) {
        g_hash_table_iter_init(&iter, host->files);
        while (g_hash_table_iter_next(&iter, &name, NULL)) add_name(set, below, name);
    }
    g_hash_table_iter_init(&iter, set);
    while (g_hash_table_iter_next(&iter, &name, NULL)) {
        g_ptr_array_add(names, name);
        g_hash_table_iter_steal(&iter);
    }
    g_ptr_array_sort(names, compare);
    return true;
}

void shell_files_free(struct host *host)
{
    if (host->files) g_hash_table_destroy(host->files);
}
