/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/host/settings.h"

#include <fnmatch.h>
#include <string.h>

static void setting_clear(void *data)
{
    struct setting *s = data;
    g_free(s->name);
    g_free(s->value);
}

void settings_init(struct settings *all)
{
    *all = (struct settings){ .list = g_array_new(FALSE, FALSE, sizeof(struct setting)) };
    g_array_set_clear_func(all->list, setting_clear);
}

void settings_clear(struct settings *all)
{
    g_array_free(all->list, TRUE);
    if (all->named) g_hash_table_destroy(all->named);
    if (all->known) g_ptr_array_free(all->known, TRUE);
}

/* ---- lines ---- */

static char *stripped(const char *start, const char *end)
{
    return g_strstrip(g_strndup(start, (gsize) (end - start)));
}

/* "name = value", "-name = value", "-name"; comments and empty lines are good. @return what is wrong, or NULL */
static const char *read_line(struct settings *all, const char *line, struct setting s)
{
    if (!*line || *line == '#' || *line == ';') return NULL;
    s.is_optional = *line == '-';
    line += s.is_optional;
    const char *equals = strchr(line, '=');
    if (!equals && !s.is_optional) return "write name = value";
    s.name = stripped(line, equals ? equals : line + strlen(line));
    s.value = equals ? g_strstrip(g_strdup(equals + 1)) : NULL;
    g_array_append_val(all->list, s);
    return NULL;
}

static const char *fault_of(const char *start, size_t length)
{
    if (length > SETTINGS_MAX_LINE_BYTES) return "longer than 4096 bytes";
    if (memchr(start, '\0', length)) return "a NUL byte: this is not a text file";
    if (!g_utf8_validate(start, (gssize) length, NULL)) return "bytes that are not text";
    return NULL;
}

bool settings_read(struct settings *all, const char *text, size_t length, const char *file, settings_fault_func func, void *data)
{
    if (length > SETTINGS_MAX_BYTES) return func(0, "the file is larger than 1 MiB", data);
    const char *end = text + length;
    for (unsigned number = 1; text < end; number++) {
        const char *newline = memchr(text, '\n', (size_t) (end - text)), *stop = newline ? newline : end;
        const char *fault = fault_of(text, (size_t) (stop - text));
        g_autofree char *line = fault ? NULL : stripped(text, stop), *told = NULL;
        if (line) fault = read_line(all, line, (struct setting){ .file = file, .line = number });
        if (line && fault) fault = told = g_strdup_printf("\"%.40s\": %s", line, fault);
        if (fault && !func(number, fault, data)) return false;
        text = stop + (newline != NULL);
    }
    return true;
}

/* ---- names ---- */

char *setting_path(const char *name)
{
    if (g_str_has_prefix(name, "/proc/sys/")) return g_strdup(name);
    char *path = g_strconcat("/proc/sys/", name, NULL), *rest = path + strlen("/proc/sys/");
    bool is_dotted = rest[strcspn(rest, "./")] == '.';
    for (char *c = rest; is_dotted && *c; c++) /* procps' rule: see path_of_name() of knobs.c */
        if (*c == '/' || *c == '.') *c = *c == '/' ? '.' : '/';
    return path;
}

bool setting_is_pattern(const struct setting *s)
{
    return strpbrk(s->name, "*?[");
}

static void add_known(struct host *host, const struct host_knob *at, const char *path, void *data)
{
    struct settings *all = data;
    (void) host, (void) at;
    g_ptr_array_add(all->known, g_strdup(path));
}

static void prepare_patterns(struct host *host, struct settings *all)
{
    all->named = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < all->list->len; i++)
        if (!setting_is_pattern(settings_nth(all, i))) g_hash_table_add(all->named, setting_path(settings_nth(all, i)->name));
    all->known = g_ptr_array_new_with_free_func(g_free);
    host_knob_each(host, add_known, all);
}

char **setting_paths(struct host *host, struct settings *all, const struct setting *s, unsigned *n_fitting)
{
    g_autofree char *path = setting_path(s->name);
    GPtrArray *paths = g_ptr_array_new();
    unsigned n = 0;
    if (!setting_is_pattern(s)) g_ptr_array_add(paths, g_strdup(path));
    else if (!all->named) prepare_patterns(host, all);
    for (guint i = 0; setting_is_pattern(s) && i < all->known->len; i++) {
        if (fnmatch(path, all->known->pdata[i], FNM_PATHNAME | FNM_PERIOD)) continue;
        n++;
        if (!g_hash_table_contains(all->named, all->known->pdata[i])) g_ptr_array_add(paths, g_strdup(all->known->pdata[i]));
    }
    if (n_fitting) *n_fitting = n;
    g_ptr_array_add(paths, NULL);
    return (char **) g_ptr_array_free(paths, FALSE);
}
