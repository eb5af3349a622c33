/* SPDX-License-Identifier: GPL-3.0-or-later */
/* knobs.c - a host's settings: finding, reading and writing what the rooms' rows (their sysctl.c) describe. */
#include "models/host/host.h"

#include "core/check.h"
#include "core/suggest.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A struct with values, as it is when a host of this kernel is made. */
struct knob_image {
    const struct knob_place *place;
    char *bytes;
};

/* What a simulation knows of the rows: sim->data "knobs". */
struct knob_index {
    const struct knob **rows;  /* in order of name */
    unsigned n;
    GPtrArray *families;       /* those with a '*' */
    GHashTable *images;        /* struct kernel_profile -> GArray of struct knob_image */
};

/* ---- rows ---- */

static int by_name(const void *a, const void *b)
{
    return strcmp((*(const struct knob *const *) a)->name, (*(const struct knob *const *) b)->name);
}

const struct knob **host_knob_all(unsigned *n)
{
    GPtrArray *rows = g_ptr_array_new();
    const struct knob *k;
    for (unsigned i = 0; (k = face_nth_knobs(i)); i++)
        for (; k->name; k++) g_ptr_array_add(rows, (gpointer) k);
    qsort(rows->pdata, rows->len, sizeof rows->pdata[0], by_name);
    *n = rows->len;
    return (const struct knob **) g_ptr_array_free(rows, FALSE);
}

static void images_free(void *data)
{
    GArray *images = data;
    for (guint i = 0; i < images->len; i++) g_free(g_array_index(images, struct knob_image, i).bytes);
    g_array_free(images, TRUE);
}

static void index_free(void *owner)
{
    struct knob_index *index = owner;
    g_hash_table_destroy(index->images);
    g_ptr_array_free(index->families, TRUE);
    g_free(index->rows);
    g_free(index);
}

static struct knob_index *index_of(struct sim *sim)
{
    struct knob_index *index = g_hash_table_lookup(sim->data, "knobs");
    if (index) return index;
    index = g_new(struct knob_index, 1);
    index->rows = host_knob_all(&index->n);
    index->families = g_ptr_array_new();
    for (unsigned i = 0; i < index->n; i++)
        if (strchr(index->rows[i]->name, '*')) g_ptr_array_add(index->families, (gpointer) index->rows[i]);
    index->images = g_hash_table_new_full(NULL, NULL, NULL, images_free);
    g_hash_table_insert(sim->data, (gpointer) "knobs", index);
    sim_add_part(sim, (struct sim_part){ .free = index_free, .owner = index });
    return index;
}

const struct knob *const *host_knob_rows(struct host *host, unsigned *n)
{
    const struct knob_index *index = index_of(host->net.sim);
    *n = index->n;
    return index->rows;
}

static unsigned version_of(const struct host *host)
{
    return host->net.profile->version;
}

static struct knob_env env_of(const struct host *host)
{
    return (struct knob_env){ .version = version_of(host), .hz = host->net.profile->hz, .n_cpus = HOST_LIGHT_CPUS };
}

/* ---- names ---- */

/* procps' rule: the first of '.' and '/' separates; if it is '.', a '/' is part of a name ("conf.eth0/1.rp_filter"). */
static char *path_of_name(const char *name)
{
    char *path = g_strdup(name);
    const char *first = strpbrk(name, "./");
    if (first && *first == '.')
        for (char *c = path; *c; c++)
            if (*c == '/' || *c == '.') *c = *c == '/' ? '.' : '/';
    return path;
}

static const char proc_sys[] = "/proc/sys/";

/* "net/ipv4/tcp_sack" or "/sys/class/net/..." of any way to write it. */
static char *canonical_path(const char *name)
{
    if (g_str_has_prefix(name, proc_sys)) return g_strdup(name + strlen(proc_sys));
    return *name == '/' ? g_strdup(name) : path_of_name(name);
}

/* Does @path belong to the row's name?  Then at->star receives what its '*' stand for. */
static bool matches(const struct knob *k, const char *path, struct host_knob *at)
{
    unsigned n = 0;
    const char *p = k->name;
    bool has_dots = *p != '/';
    for (; *p; p++) {
        if (*p != '*') {
            if (*path++ != (*p == '.' && has_dots ? '/' : *p)) return false;
            continue;
        }
        size_t len = strcspn(path, "/");
        if (!len || len >= sizeof at->star[n]) return false;
        memcpy(at->star[n], path, len);
        at->star[n++][len] = '\0';
        path += len;
    }
    return !*path;
}

static struct knob_stars stars_of(const struct host_knob *at)
{
    struct knob_stars stars = { { NULL } };
    for (int i = 0; i < KNOB_MAX_STARS; i++) stars.star[i] = at->star[i][0] ? at->star[i] : NULL;
    return stars;
}

/* Are there such devices and queues? */
static bool has_instance(struct host *host, const struct host_knob *at)
{
    const struct knob_place *place = at->row->place;
    struct knob_stars stars = stars_of(at);
    for (unsigned which = 0; which < KNOB_MAX_STARS && stars.star[which]; which++) {
        const char *name;
        unsigned i = 0;
        while ((name = place->nth(&host->net, stars.star, which, i)) && strcmp(name, stars.star[which])) i++;
        if (!name) return false;
    }
    return true;
}

/* By halving; as a path in the index's order: '/' for '.'. */
static const struct knob *find_single(const struct knob_index *index, const char *path)
{
    if (*path != '/' && strchr(path, '.')) return NULL;
    g_autofree char *name = g_strdelimit(g_strdup(path), *path == '/' ? "" : "/", '.');
    const struct knob wanted = { .name = name }, *key = &wanted;
    const struct knob **found = bsearch(&key, index->rows, index->n, sizeof index->rows[0], by_name);
    return found && !strchr(name, '*') && !(*found)->how ? *found : NULL;
}

/* The row of @path in any version, without a look at devices. */
static const struct knob *find_row(struct host *host, const char *path, struct host_knob *at)
{
    const struct knob_index *index = index_of(host->net.sim);
    *at = (struct host_knob){ .row = find_single(index, path) };
    for (guint i = 0; !at->row && i < index->families->len; i++) {
        const struct knob *k = g_ptr_array_index(index->families, i);
        if (matches(k, path, at)) at->row = k;
    }
    return at->row;
}

bool host_knob_find(struct host *host, const char *name, struct host_knob *at)
{
    g_autofree char *path = canonical_path(name);
    const struct knob *k = find_row(host, path, at);
    return k && knob_exists(k, version_of(host)) && has_instance(host, at);
}

void host_knob_path(const struct host_knob *at, GString *out)
{
    const char *p = at->row->name;
    bool has_dots = *p != '/';
    unsigned n = 0;
    if (has_dots) g_string_append(out, proc_sys);
    for (; *p; p++) {
        if (*p == '*') g_string_append(out, at->star[n++]);
        else g_string_append_c(out, *p == '.' && has_dots ? '/' : *p);
    }
}

void host_knob_name(const struct host_knob *at, GString *out)
{
    unsigned n = 0;
    for (const char *p = at->row->name; *p; p++) {
        if (*p != '*') {
            g_string_append_c(out, *p);
            continue;
        }
        for (const char *c = at->star[n++]; *c; c++) g_string_append_c(out, *c == '.' && at->row->name[0] != '/' ? '/' : *c);
    }
}

/* ---- all of them ---- */

struct listed {
    struct host_knob at;
    char *path;
};

static void list_one(struct host *host, const struct host_knob *at, GArray *list)
{
    GString *path = g_string_new(NULL);
    host_knob_path(at, path);
    g_autofree char *canonical = canonical_path(path->str);
    const struct knob *single = find_single(index_of(host->net.sim), canonical);
    if (single && single != at->row) { /* its own row comes as well */
        g_string_free(path, TRUE);
        return;
    }
    struct listed one = { *at, g_string_free(path, FALSE) };
    g_array_append_val(list, one);
}

static void list_instances(struct host *host, const struct host_knob *at, unsigned which, GArray *list)
{
    const char *star = at->row->name;
    for (unsigned n = 0; star && n <= which; n++) star = strchr(star + (n > 0), '*');
    if (!star) {
        list_one(host, at, list);
        return;
    }
    const char *name;
    struct knob_stars stars = stars_of(at);
    for (unsigned i = 0; (name = at->row->place->nth(&host->net, stars.star, which, i)); i++) {
        struct host_knob next = *at;
        g_strlcpy(next.star[which], name, sizeof next.star[which]);
        list_instances(host, &next, which + 1, list);
    }
}

/* As folders list them: '/' comes before all letters. */
static int by_path(const void *a, const void *b)
{
    const char *p = ((const struct listed *) a)->path, *q = ((const struct listed *) b)->path;
    while (*p && *p == *q) p++, q++;
    return (*p == '/' ? 1 : (unsigned char) *p) - (*q == '/' ? 1 : (unsigned char) *q);
}

void host_knob_each(struct host *host, host_knob_func func, void *data)
{
    const struct knob_index *index = index_of(host->net.sim);
    GArray *list = g_array_new(FALSE, FALSE, sizeof(struct listed));
    for (unsigned i = 0; i < index->n; i++) {
        const struct host_knob at = { .row = index->rows[i] };
        if (!at.row->how && knob_exists(at.row, version_of(host))) list_instances(host, &at, 0, list);
    }
    if (list->len) qsort(list->data, list->len, sizeof(struct listed), by_path);
    for (guint i = 0; i < list->len; i++) {
        struct listed *one = &g_array_index(list, struct listed, i);
        func(host, &one->at, one->path, data);
        g_free(one->path);
    }
    g_array_free(list, TRUE);
}

/* ---- values ---- */

/* Where the model has it; NULL: the host keeps a text. */
static void *field_of(struct host *host, const struct host_knob *at)
{
    const struct knob_place *place = at->row->place;
    if (!place || !place->base) return NULL;
    struct knob_stars stars = stars_of(at);
    char *base = place->base(&host->net, stars.star);
    ns_assert(base);
    return base + at->row->offset;
}

static const char *kept_text(struct host *host, const struct host_knob *at)
{
    if (!host->kept) return NULL;
    g_autoptr(GString) name = g_string_new(NULL);
    host_knob_name(at, name);
    return g_hash_table_lookup(host->kept, name->str);
}

static void keep_text(struct host *host, const struct host_knob *at, const struct knob_value *v)
{
    const struct knob_env env = env_of(host);
    GString *name = g_string_new(NULL), *text = g_string_new(NULL);
    host_knob_name(at, name);
    knob_print(at->row, &env, v, text);
    if (!host->kept) host->kept = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_hash_table_replace(host->kept, g_string_free(name, FALSE), g_string_free(text, FALSE));
}

static bool is_default(const struct host_knob *at)
{
    return !strcmp(at->star[0], "default");
}

/* A device that was never written to has what "default" has, which was its value when it was made: see keep_devices(). */
static const char *inherited_text(struct host *host, const struct host_knob *at)
{
    const char *text = kept_text(host, at);
    if (text || !at->star[0][0] || !strcmp(at->star[0], "all")) return text;
    struct host_knob from = { .row = at->row, .star = { "default" } };
    return kept_text(host, &from);
}

void host_knob_load(struct host *host, const struct host_knob *at, struct knob_value *v)
{
    const struct knob_env env = env_of(host);
    const void *field = field_of(host, at);
    memset(v, 0, sizeof *v);
    if (field) {
        knob_load(at->row, field, v);
        return;
    }
    const char *text = inherited_text(host, at);
    int err = knob_parse(at->row, &env, text ? text : knob_default(at->row, env.version), v);
    ns_assert(!err);
}

/* Before "default" changes: the devices that there are keep what they have. */
static void keep_devices(struct host *host, const struct host_knob *at)
{
    struct host_knob dev = *at;
    const char *name;
    for (unsigned i = 0; (name = at->row->place->nth(&host->net, NULL, 0, i)); i++) {
        g_strlcpy(dev.star[0], name, sizeof dev.star[0]);
        if (is_default(&dev) || !strcmp(name, "all") || kept_text(host, &dev)) continue;
        struct knob_value v;
        host_knob_load(host, &dev, &v);
        keep_text(host, &dev, &v);
    }
}

static void store(struct host *host, const struct host_knob *at, const struct knob_value *v)
{
    void *field = field_of(host, at);
    if (field) {
        knob_store(at->row, field, v);
        return;
    }
    if (is_default(at)) keep_devices(host, at);
    keep_text(host, at, v);
}

void host_knob_read(struct host *host, const struct host_knob *at, GString *out)
{
    const struct knob_env env = env_of(host);
    struct knob_value v;
    host_knob_load(host, at, &v);
    knob_print(at->row, &env, &v, out);
}

static void append_version(GString *text, unsigned version)
{
    if (version < 3000) g_string_append_printf(text, "2.6.%u", version % 1000);
    else g_string_append_printf(text, "%u.%u", version / 1000, version % 1000);
}

char *host_knob_no_effect(struct host *host, const struct knob *k)
{
    GString *why = g_string_new(NULL);
    if (knob_is_dead(k, version_of(host))) {
        g_string_append(why, k->dead);
        if (k->dead_since > 2032) {
            g_string_append(why, " since ");
            append_version(why, k->dead_since);
        }
    } else if (k->inert) {
        g_string_append(why, k->inert);
    }
    return g_string_free(why, !why->len);
}

/* Once for a host and a row. */
static void warn_of(struct host *host, const struct host_knob *at)
{
    g_autofree char *why = host_knob_no_effect(host, at->row);
    if (!why || !host->net.sim->warning_func) return;
    if (!host->warned) host->warned = g_hash_table_new(NULL, NULL);
    if (!g_hash_table_add(host->warned, (gpointer) at->row)) return;
    g_autoptr(GString) name = g_string_new(NULL);
    host_knob_name(at, name);
    host_warn(host, "%s %s: %s", name->str,
              knob_is_dead(at->row, version_of(host)) ? "has no effect in this kernel" : "is kept, but changes nothing", why);
}

int host_knob_write(struct host *host, const struct host_knob *at, const char *text)
{
    int err = host_knob_write_quietly(host, at, text);
    if (!err) warn_of(host, at);
    return err;
}

int host_knob_parse(struct host *host, const struct host_knob *at, const char *text, struct knob_value *v)
{
    const struct knob_env env = env_of(host);
    if (at->row->is_read_only) return -EACCES;
    host_knob_load(host, at, v);
    return knob_parse(at->row, &env, text, v);
}

char *host_knob_key(struct host *host, const struct host_knob *at)
{
    const void *field = field_of(host, at);
    if (field) return g_strdup_printf("%p", field);
    GString *name = g_string_new(NULL);
    host_knob_name(at, name);
    return g_string_free(name, FALSE);
}

int host_knob_write_quietly(struct host *host, const struct host_knob *at, const char *text)
{
    struct knob_value v;
    int err = host_knob_parse(host, at, text, &v);
    if (!err && at->row->check) err = at->row->check(&host->net, &v);
    if (err) return err;
    if (!at->row->is_write_only) store(host, at, &v);
    struct knob_stars stars = stars_of(at);
    if (at->row->changed) at->row->changed(&host->net, stars.star);
    ip_routes_changed(&host->net); /* what is cached may depend on it */
    return 0;
}

/* ---- defaults ---- */

static struct knob_image *image_of(GArray *images, const struct knob_place *place)
{
    for (guint i = 0; i < images->len; i++)
        if (g_array_index(images, struct knob_image, i).place == place) return &g_array_index(images, struct knob_image, i);
    struct knob_image image = { place, g_malloc0(place->size) };
    g_array_append_val(images, image);
    return &g_array_index(images, struct knob_image, images->len - 1);
}

/* Rows that show a part of another row's struct (size 0) have their default from there. */
static GArray *make_images(struct host *host, const struct knob_index *index)
{
    GArray *images = g_array_new(FALSE, FALSE, sizeof(struct knob_image));
    const struct knob_env env = env_of(host);
    for (unsigned i = 0; i < index->n; i++) {
        const struct knob *k = index->rows[i];
        if (!k->place || !k->place->size || k->is_alias) continue;
        struct knob_value v = { 0 };
        int err = knob_parse(k, &env, knob_default(k, env.version), &v);
        ns_assert(!err);
        knob_store(k, image_of(images, k->place)->bytes + k->offset, &v);
    }
    return images;
}

void host_knobs_reset(struct host *host)
{
    struct knob_index *index = index_of(host->net.sim);
    GArray *images = g_hash_table_lookup(index->images, host->net.profile);
    if (!images) {
        images = make_images(host, index);
        g_hash_table_insert(index->images, (gpointer) host->net.profile, images);
    }
    for (guint i = 0; i < images->len; i++) {
        const struct knob_image *image = &g_array_index(images, struct knob_image, i);
        const struct knob_place *place = image->place;
        const char *star[KNOB_MAX_STARS] = { NULL };
        if (!place->nth) memcpy(place->base(&host->net, star), image->bytes, place->size);
        for (unsigned n = 0; place->nth && (star[0] = place->nth(&host->net, star, 0, n)); n++)
            memcpy(place->base(&host->net, star), image->bytes, place->size);
    }
}

/* ---- what helps after a failure ---- */

static bool is_elsewhere(const char *path)
{
    static const char *const folders[] = { "abi", "debug", "dev", "fs", "kernel", "sunrpc", "user", "vm" };
    size_t n = strcspn(path, "/");
    for (size_t i = 0; path[n] && i < G_N_ELEMENTS(folders); i++)
        if (strlen(folders[i]) == n && !strncmp(path, folders[i], n)) return true;
    return false;
}

static enum knob_absence absence(struct host *host, const char *path, struct host_knob *at)
{
    const struct knob *k = find_row(host, path, at);
    if (k && !knob_exists(k, version_of(host))) return k->until && version_of(host) >= k->until ? KNOB_REMOVED : KNOB_NEWER;
    if (k) return has_instance(host, at) ? KNOB_PRESENT : KNOB_NO_INSTANCE;
    if (g_str_has_prefix(path, "net/ipv6/")) return KNOB_NO_IPV6;
    return is_elsewhere(path) ? KNOB_ELSEWHERE : KNOB_UNKNOWN;
}

enum knob_absence host_knob_absence(struct host *host, const char *name)
{
    struct host_knob at;
    g_autofree char *path = canonical_path(name);
    return absence(host, path, &at);
}

static void suggest_name(struct host *host, const char *path, GString *text)
{
    const struct knob_index *index = index_of(host->net.sim);
    g_autofree char *dotted = g_strdelimit(g_strdup(path), *path == '/' ? "" : "/", '.');
    struct suggest near = suggest_for(dotted);
    const char *tail = NULL; /* "rmem_max" is the end of a whole name */
    for (unsigned i = 0; i < index->n; i++) {
        const char *name = index->rows[i]->name, *dot = strrchr(name, '.');
        if (!knob_exists(index->rows[i], version_of(host)) || index->rows[i]->how) continue;
        suggest_offer(&near, name);
        if (!tail && dot && *name != '/' && !strcmp(dot + 1, dotted)) tail = name;
    }
    if (tail) g_string_append_printf(text, ", did you mean \"%s\"?", tail);
    else g_string_append(text, suggest_text(&near).text);
}

static void hint_missing(struct host *host, const char *name, GString *text)
{
    g_autofree char *path = canonical_path(name);
    struct host_knob at;
    enum knob_absence why = absence(host, path, &at);
    switch (why) {
    case KNOB_REMOVED: case KNOB_NEWER:
        g_string_append_printf(text, "; %s does not have it: %s ", host->net.profile->name,
                               why == KNOB_REMOVED ? "removed in" : "new in");
        append_version(text, why == KNOB_REMOVED ? at.row->until : at.row->since);
        break;
    case KNOB_NO_INSTANCE: g_string_append(text, "; there is no such device or queue"); break;
    case KNOB_NO_IPV6: g_string_append(text, "; IPv6 is not modelled"); break;
    case KNOB_ELSEWHERE: g_string_append(text, "; only net is modelled"); break;
    default: suggest_name(host, path, text);
    }
}

/* Linux would look for a module of that name. */
static void hint_words(struct host *host, const struct knob *k, const char *value, GString *text)
{
    const char *word, *comma = "";
    g_auto(GStrv) wanted = g_strsplit_set(value ? value : "", " \t\n", -1);
    g_autoptr(GString) list = g_string_new(NULL);
    for (unsigned i = 0; (word = k->nth_word(i)); i++) {
        unsigned since = k->word_since ? k->word_since(i) : 0;
        if (version_of(host) >= since) {
            g_string_append_printf(list, "%s %s", comma, word);
            comma = ",";
        } else if (g_strv_contains((const char *const *) wanted, word)) {
            g_string_append_printf(text, "; %s does not have %s: new in ", host->net.profile->name, word);
            append_version(text, since);
            return;
        }
    }
    g_string_append_printf(text, "; %s%s", k->words_are, list->str);
}

/* Is it well written, so that only the row's further rule is against it? */
static bool breaks_rule(struct host *host, const struct host_knob *at, const char *value)
{
    struct knob_value v;
    return at->row->rule && value && !host_knob_parse(host, at, value, &v);
}

static void hint_range(const struct knob *k, unsigned version, const char *value, GString *text)
{
    int64_t max = k->lacks && version < k->lacks_since ? k->lacks_above : k->max;
    if (k->count > 1 && value && strchr(value, ',')) {
        g_string_append(text, "; blanks stand between the numbers, not commas");
        return;
    }
    g_string_append_printf(text, "; %s %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, k->count > 1 ? "numbers of" : "must be", k->min, max);
    if (k->unit) g_string_append_printf(text, " %s", k->unit);
    if (k->count > 1) g_string_append_printf(text, ", at most %d of them", k->count);
}

char *host_knob_hint(struct host *host, const char *name, const char *value, int err)
{
    GString *text = g_string_new(NULL);
    struct host_knob at;
    const struct knob *k = host_knob_find(host, name, &at) ? at.row : NULL;
    if (!k) hint_missing(host, name, text);
    else if (err == -ENOENT && k->nth_word) hint_words(host, k, value, text);
    else if (err == -EOVERFLOW) g_string_append_printf(text, "; the CPUs are 0 to %u", env_of(host).n_cpus - 1);
    else if (err == -EACCES) g_string_append_printf(text, "; it is %s-only", k->is_write_only ? "write" : "read");
    else if (err == -EINVAL && breaks_rule(host, &at, value)) g_string_append_printf(text, "; %s", k->rule);
    else if (err == -EINVAL && k->type == KNOB_CPUS) g_string_append(text, "; groups of at most 8 hexadecimal digits, separated by commas");
    else if (err == -EINVAL && k->type == KNOB_STRING) g_string_append_printf(text, "; at most %d characters", k->count - 1);
    else if (err == -EINVAL || err == -ERANGE) hint_range(k, version_of(host), value, text);
    else if (err == -EOPNOTSUPP) g_string_append_printf(text, "; %s", k->lacks);
    return g_string_free(text, FALSE);
}

/* ---- host.h ---- */

bool netsim_host_sysctl_set(NetsimHost *host, const char *name, const char *value, GError **error)
{
    if (!ns_given(host, error) || !ns_given(name, error) || !ns_given(value, error)) return false;
    struct host_knob at;
    bool exists = host_knob_find(host, name, &at);
    int err = exists ? host_knob_write(host, &at, value) : -ENOENT;
    if (!err) return true;
    g_autofree char *hint = host_knob_hint(host, name, value, err);
    NetsimErrorCode code = err == -ENOENT ? NETSIM_ERROR_NAME : err == -EOPNOTSUPP ? NETSIM_ERROR_UNSUPPORTED : NETSIM_ERROR_RANGE;
    if (exists) g_set_error(error, NETSIM_ERROR, code, "%s = \"%s\": %s%s", name, value, g_strerror(-err), hint);
    else g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_NAME, "sysctl %s: %s%s", name, g_strerror(-err), hint);
    return false;
}

char *netsim_host_sysctl_get(NetsimHost *host, const char *name, GError **error)
{
    if (!ns_given(host, error) || !ns_given(name, error)) return NULL;
    struct host_knob at;
    int err = !host_knob_find(host, name, &at) ? -ENOENT : at.row->is_write_only ? -EACCES : 0;
    if (!err) {
        GString *text = g_string_new(NULL);
        host_knob_read(host, &at, text);
        return g_string_free(text, FALSE);
    }
    g_autofree char *hint = host_knob_hint(host, name, NULL, err);
    g_set_error(error, NETSIM_ERROR, err == -ENOENT ? NETSIM_ERROR_NAME : NETSIM_ERROR_STATE, "sysctl %s: %s%s", name,
                g_strerror(-err), hint);
    return NULL;
}
