/* SPDX-License-Identifier: GPL-3.0-or-later */
/* record.c - what the applications of a case saw and what the hosts counted. */
#include "validate/trace/record.h"

#include "validate/trace/json.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void step_clear(gpointer data)
{
    struct record_step *step = data;
    g_free(step->op);
    g_free(step->error);
    g_free(step->text);
    if (step->calls) g_array_unref(step->calls);
}

static void counter_clear(gpointer data)
{
    g_free(((struct record_counter *) data)->name);
}

static void actor_free(gpointer data)
{
    struct record_actor *actor = data;
    g_free(actor->name);
    g_array_unref(actor->steps);
    g_free(actor);
}

static void host_free(gpointer data)
{
    struct record_host *host = data;
    g_free(host->name);
    g_array_unref(host->counters);
    g_free(host);
}

struct record *record_new(void)
{
    struct record *record = g_new0(struct record, 1);
    record->actors = g_ptr_array_new_with_free_func(actor_free);
    record->hosts = g_ptr_array_new_with_free_func(host_free);
    return record;
}

void record_free(struct record *record)
{
    if (!record) return;
    g_ptr_array_unref(record->actors);
    g_ptr_array_unref(record->hosts);
    g_free(record);
}

const struct record_actor *record_find_actor(const struct record *record, const char *name)
{
    for (unsigned i = 0; i < record->actors->len; i++) {
        const struct record_actor *actor = record->actors->pdata[i];
        if (strcmp(actor->name, name) == 0) return actor;
    }
    return NULL;
}

struct record_actor *record_actor(struct record *record, const char *name, bool make)
{
    struct record_actor *actor = (struct record_actor *) record_find_actor(record, name);
    if (actor || !make) return actor;
    actor = g_new0(struct record_actor, 1);
    actor->name = g_strdup(name);
    actor->steps = g_array_new(FALSE, TRUE, sizeof(struct record_step));
    g_array_set_clear_func(actor->steps, step_clear);
    g_ptr_array_add(record->actors, actor);
    return actor;
}

struct record_host *record_host(struct record *record, const char *name, bool make)
{
    for (unsigned i = 0; i < record->hosts->len; i++) {
        struct record_host *host = record->hosts->pdata[i];
        if (strcmp(host->name, name) == 0) return host;
    }
    if (!make) return NULL;
    struct record_host *host = g_new0(struct record_host, 1);
    host->name = g_strdup(name);
    host->counters = g_array_new(FALSE, TRUE, sizeof(struct record_counter));
    g_array_set_clear_func(host->counters, counter_clear);
    g_ptr_array_add(record->hosts, host);
    return host;
}

void record_count(struct record_host *host, const char *name, uint64_t value)
{
    struct record_counter counter = { .name = g_strdup(name), .value = value };
    g_array_append_val(host->counters, counter);
}

uint64_t record_counter(const struct record_host *host, const char *name)
{
    for (unsigned i = 0; i < host->counters->len; i++) {
        const struct record_counter *counter = &g_array_index(host->counters, struct record_counter, i);
        if (strcmp(counter->name, name) == 0) return counter->value;
    }
    return 0;
}

/* ---- names of errors ---- */

static const struct errno_row {
    int code;
    const char *name;
} errno_rows[] = {
#define E(x) { x, #x }
    E(EPERM), E(ENOENT), E(EINTR), E(EBADF), E(EAGAIN), E(ENOMEM), E(EACCES), E(EFAULT), E(EEXIST), E(ENODEV), E(EINVAL),
    E(EMFILE), E(EPIPE), E(EDESTADDRREQ), E(EMSGSIZE), E(ENOPROTOOPT), E(EPROTONOSUPPORT), E(EOPNOTSUPP), E(EAFNOSUPPORT),
    E(EADDRINUSE), E(EADDRNOTAVAIL), E(ENETDOWN), E(ENETUNREACH), E(ECONNABORTED), E(ECONNRESET), E(ENOBUFS), E(EISCONN),
    E(ENOTCONN), E(ETIMEDOUT), E(ECONNREFUSED), E(EHOSTDOWN), E(EHOSTUNREACH), E(EALREADY), E(EINPROGRESS), E(EPROTO),
#undef E
};

const char *record_errno_name(int code)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(errno_rows); i++)
        if (errno_rows[i].code == code) return errno_rows[i].name;
    g_autofree char *name = g_strdup_printf("error %d", code);
    return g_intern_string(name);
}

/* ---- reading ---- */

static netsim_time read_seconds(struct json_reader *r, JsonObject *o, const char *key)
{
    return netsim_seconds(json_read_number(r, o, key, 0, 1e9, -1));
}

static void read_result(JsonNode *node, struct record_step *step)
{
    GType type = JSON_NODE_HOLDS_VALUE(node) ? json_node_get_value_type(node) : G_TYPE_INVALID;
    if (type == G_TYPE_STRING) step->text = g_strdup(json_node_get_string(node));
    else if (type == G_TYPE_INT64) step->result = json_node_get_int(node);
    step->has_result = type == G_TYPE_INT64;
}

/* "calls": [[time, result, ...], ...] */
static GArray *read_calls(struct json_reader *r, JsonObject *o)
{
    JsonArray *array = json_read_array(r, o, "calls", false);
    if (!array) return NULL;
    GArray *calls = g_array_new(FALSE, FALSE, sizeof(struct record_call));
    for (unsigned i = 0; i < json_array_get_length(array); i++) {
        JsonNode *node = json_array_get_element(array, i);
        JsonArray *pair = JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;
        bool good = pair && json_array_get_length(pair) >= 2;
        for (unsigned k = 0; good && k < 2; k++) good = JSON_NODE_HOLDS_VALUE(json_array_get_element(pair, k));
        if (!good) {
            json_read_fail(r, NETSIM_ERROR_SYNTAX, "calls", "must be [[time, result], ...]");
            break;
        }
        struct record_call call = { .end = netsim_seconds(json_array_get_double_element(pair, 0)),
                                    .result = json_array_get_int_element(pair, 1) };
        g_array_append_val(calls, call);
    }
    return calls;
}

/* Where calls are not listed, the step's duration and count tell. */
static netsim_time pace_of(const struct record_step *step)
{
    unsigned n = step->calls ? step->calls->len : 0;
    const struct record_call *call = n > 1 ? &g_array_index(step->calls, struct record_call, 0) : NULL;
    if (call && call[n - 1].end > call[0].end) return (call[n - 1].end - call[0].end) / (n - 1);
    /* the recording machine sleeps after the last datagram, too: slow-reader's capture has 2.0786 ms, its step 150 x 2.0789 */
    return strcmp(step->op, "send_many") == 0 && step->result > 1 ? (step->end - step->start) / step->result : 0;
}

/* "local port 47654", "10.1.0.1:47654" */
static uint16_t port_of(const char *text)
{
    const char *number = text ? strrchr(text, strchr(text, ':') ? ':' : ' ') : NULL;
    guint64 port;
    return number && g_ascii_string_to_unsigned(number + 1, 10, 0, 65535, &port, NULL) ? (uint16_t) port : 0;
}

static void read_event(struct json_reader *r, JsonObject *o, struct record *record)
{
    const char *name = json_read_string(r, o, "actor", true), *op = json_read_string(r, o, "op", true);
    struct record_step step = { .start = read_seconds(r, o, "t"), .end = read_seconds(r, o, "t_end") };
    const char *error = json_read_string(r, o, "err", false);
    if (r->error) return;
    step.op = g_strdup(op);
    step.error = g_strdup(error);
    step.eof = json_read_bool(r, o, "eof");
    step.has_got = json_object_has_member(o, "got");
    step.got = (int64_t) json_read_number(r, o, "got", -1e18, 1e18, 0);
    if (json_object_has_member(o, "ret")) read_result(json_object_get_member(o, "ret"), &step);
    step.n_calls = (int64_t) json_read_number(r, o, "ncalls", 0, 1e9, 0);
    step.calls = read_calls(r, o);
    step.pace = pace_of(&step);
    step.port = port_of(step.text);
    /* a simulated host may choose other ports */
    if (step.text && *step.text != 'E') g_clear_pointer(&step.text, g_free);
    g_array_append_val(record_actor(record, name, true)->steps, step);
}

static bool read_events(struct record *record, const char *path, GError **error)
{
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, error)) return false;
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    struct json_reader r = { .path = g_string_new(NULL) };
    for (unsigned i = 0; lines[i] && !r.error; i++) {
        if (!*g_strstrip(lines[i])) continue;
        g_autofree char *place = g_strdup_printf("%s:%u", path, i + 1);
        r.file = place;
        g_autoptr(JsonNode) root = json_read_text(&r, lines[i], strlen(lines[i]));
        if (root && !JSON_NODE_HOLDS_OBJECT(root)) json_read_fail(&r, NETSIM_ERROR_SYNTAX, NULL, "must be an object {...}");
        else if (root) read_event(&r, json_node_get_object(root), record);
    }
    g_string_free(r.path, TRUE);
    if (!r.error) return true;
    g_propagate_error(error, r.error);
    return false;
}

/* "TcpInSegs   0 49": name, before, after; '#' begins a comment. */
static bool read_counters(struct record_host *host, const char *path, GError **error)
{
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, error)) return false;
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (unsigned i = 0; lines[i]; i++) {
        char name[101];
        guint64 before, after;
        if (!*g_strstrip(lines[i]) || *lines[i] == '#') continue;
        if (sscanf(lines[i], "%100s %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT, name, &before, &after) != 3 || after < before) {
            g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_SYNTAX, "%s:%u: must be a counter's name, its value before and after",
                        path, i + 1);
            return false;
        }
        if (after > before) record_count(host, name, after - before);
    }
    return true;
}

bool record_read(struct record *record, const char *folder, GError **error)
{
    g_autofree char *events = g_build_filename(folder, "events.jsonl", NULL);
    if (g_file_test(events, G_FILE_TEST_EXISTS) && !read_events(record, events, error)) return false;
    g_autoptr(GDir) dir = g_dir_open(folder, 0, error);
    if (!dir) return false;
    for (const char *name; (name = g_dir_read_name(dir));) {
        if (!g_str_has_prefix(name, "nstat-") || !g_str_has_suffix(name, ".txt")) continue;
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_autofree char *host = g_strndup(name + strlen("nstat-"), strlen(name) - strlen("nstat-.txt"));
        if (!read_counters(record_host(record, host, true), path, error)) return false;
    }
    return true;
}

/* ---- writing ---- */

static void write_step(GString *out, const char *actor, const struct record_step *step)
{
    g_string_append_printf(out, "{\"t\": %.6f, \"t_end\": %.6f, \"actor\": \"%s\", \"op\": \"%s\"", netsim_to_seconds(step->start),
                           netsim_to_seconds(step->end), actor, step->op);
    if (step->has_result) g_string_append_printf(out, ", \"ret\": %" G_GINT64_FORMAT, step->result);
    if (step->text) g_string_append_printf(out, ", \"ret\": \"%s\"", step->text);
    if (step->error) g_string_append_printf(out, ", \"err\": \"%s\"", step->error);
    if (step->eof) g_string_append(out, ", \"eof\": true");
    if (step->has_got) g_string_append_printf(out, ", \"got\": %" G_GINT64_FORMAT, step->got);
    g_string_append(out, "}\n");
}

bool record_write(const struct record *record, const char *folder, GError **error)
{
    g_autoptr(GString) out = g_string_new(NULL);
    for (unsigned i = 0; i < record->actors->len; i++) {
        const struct record_actor *actor = record->actors->pdata[i];
        for (unsigned j = 0; j < actor->steps->len; j++)
            write_step(out, actor->name, &g_array_index(actor->steps, struct record_step, j));
    }
    g_autofree char *events = g_build_filename(folder, "events.jsonl", NULL);
    if (!g_file_set_contents(events, out->str, (gssize) out->len, error)) return false;

    for (unsigned i = 0; i < record->hosts->len; i++) {
        const struct record_host *host = record->hosts->pdata[i];
        g_string_truncate(out, 0);
        for (unsigned j = 0; j < host->counters->len; j++) {
            const struct record_counter *counter = &g_array_index(host->counters, struct record_counter, j);
            g_string_append_printf(out, "%-36s 0 %" G_GUINT64_FORMAT "\n", counter->name, counter->value);
        }
        g_autofree char *name = g_strdup_printf("nstat-%s.txt", host->name);
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (!g_file_set_contents(path, out->str, (gssize) out->len, error)) return false;
    }
    return true;
}
