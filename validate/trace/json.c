/* SPDX-License-Identifier: GPL-3.0-or-later */
/* json.c - reading JSON with messages that name the file and the path of the key. */
#include "validate/trace/json.h"

#include <math.h>
#include <string.h>

enum { MAX_DEPTH = 64 };

/* The parser recurses; a hostile file must not be able to choose how deep. */
static bool nests_too_deep(const char *text, gsize length)
{
    unsigned depth = 0;
    bool in_string = false;
    for (gsize i = 0; i < length; i++) {
        char c = text[i];
        if (in_string) {
            if (c == '\\') i++;
            else if (c == '"') in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '[' || c == '{') {
            if (++depth > MAX_DEPTH) return true;
        } else if ((c == ']' || c == '}') && depth > 0) {
            depth--;
        }
    }
    return false;
}

JsonNode *json_read_text(struct json_reader *reader, const char *text, gsize length)
{
    if (nests_too_deep(text, length)) {
        json_read_fail(reader, NETSIM_ERROR_SYNTAX, NULL, "nested deeper than %d levels", MAX_DEPTH);
        return NULL;
    }
    if (length > G_MAXINT || !g_utf8_validate(text, (gssize) length, NULL)) {
        json_read_fail(reader, NETSIM_ERROR_SYNTAX, NULL, "not UTF-8 text");
        return NULL;
    }
    g_autoptr(JsonParser) parser = json_parser_new();
    g_autoptr(GError) error = NULL;
    if (!json_parser_load_from_data(parser, text, (gssize) length, &error)) {
        const char *message = error->message;
        if (g_str_has_prefix(message, "<data>:")) message += strlen("<data>:");
        json_read_fail(reader, NETSIM_ERROR_SYNTAX, NULL, "not JSON: line %s", message);
        return NULL;
    }
    JsonNode *root = json_parser_steal_root(parser);
    if (!root) json_read_fail(reader, NETSIM_ERROR_SYNTAX, NULL, "the file is empty");
    return root;
}

void json_read_fail(struct json_reader *reader, NetsimErrorCode code, const char *key, const char *format, ...)
{
    if (reader->error) return;
    va_list args;
    va_start(args, format);
    g_autofree char *what = g_strdup_vprintf(format, args);
    va_end(args);
    const char *path = reader->path->str;
    reader->error = g_error_new(NETSIM_ERROR, (int) code, "%s:%s%s%s%s%s %s", reader->file, *path || key ? " " : "", path,
                                *path && key ? "." : "", key ? key : "", *path || key ? ":" : "", what);
}

gsize json_read_enter(struct json_reader *reader, const char *key, int index)
{
    gsize before = reader->path->len;
    if (!key) g_string_append_printf(reader->path, "[%d]", index);
    else g_string_append_printf(reader->path, "%s%s", before ? "." : "", key);
    return before;
}

void json_read_leave(struct json_reader *reader, gsize path_length)
{
    g_string_truncate(reader->path, path_length);
}

static JsonNode *member(struct json_reader *reader, JsonObject *object, const char *key, bool required)
{
    JsonNode *node = object ? json_object_get_member(object, key) : NULL;
    if (!node && required) json_read_fail(reader, NETSIM_ERROR_SYNTAX, key, "is missing");
    return node;
}

JsonObject *json_read_object(struct json_reader *reader, JsonObject *object, const char *key, bool required)
{
    JsonNode *node = member(reader, object, key, required);
    if (node && JSON_NODE_HOLDS_OBJECT(node)) return json_node_get_object(node);
    if (node) json_read_fail(reader, NETSIM_ERROR_SYNTAX, key, "must be an object {...}");
    return NULL;
}

JsonArray *json_read_array(struct json_reader *reader, JsonObject *object, const char *key, bool required)
{
    JsonNode *node = member(reader, object, key, required);
    if (node && JSON_NODE_HOLDS_ARRAY(node)) return json_node_get_array(node);
    if (node) json_read_fail(reader, NETSIM_ERROR_SYNTAX, key, "must be an array [...]");
    return NULL;
}

static const char *string_of(JsonNode *node)
{
    return JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING
               ? json_node_get_string(node)
               : NULL;
}

const char *json_read_string(struct json_reader *reader, JsonObject *object, const char *key, bool required)
{
    JsonNode *node = member(reader, object, key, required);
    const char *text = node ? string_of(node) : NULL;
    if (node && !text) json_read_fail(reader, NETSIM_ERROR_SYNTAX, key, "must be a string");
    return text;
}

double json_read_number(struct json_reader *reader, JsonObject *object, const char *key, double min, double max,
                        double missing)
{
    JsonNode *node = member(reader, object, key, missing < min || missing > max);
    if (!node) return missing;
    GType type = JSON_NODE_HOLDS_VALUE(node) ? json_node_get_value_type(node) : G_TYPE_INVALID;
    if (type != G_TYPE_INT64 && type != G_TYPE_DOUBLE) {
        json_read_fail(reader, NETSIM_ERROR_SYNTAX, key, "must be a number");
        return min;
    }
    double value = json_node_get_double(node);
    if (!isfinite(value) || value < min || value > max) {
        json_read_fail(reader, NETSIM_ERROR_RANGE, key, "%g: must be %.15g..%.15g", value, min, max);
        return min;
    }
    return value;
}

netsim_time json_read_ms(struct json_reader *reader, JsonObject *object, const char *key, double missing_ms)
{
    return netsim_seconds(json_read_number(reader, object, key, 0, 1e12, missing_ms) / 1e3);
}

bool json_read_bool(struct json_reader *reader, JsonObject *object, const char *key)
{
    JsonNode *node = member(reader, object, key, false);
    if (!node) return false;
    if (JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_BOOLEAN) return json_node_get_boolean(node);
    json_read_fail(reader, NETSIM_ERROR_SYNTAX, key, "must be true or false");
    return false;
}

JsonObject *json_read_element_object(struct json_reader *reader, JsonArray *array, unsigned i)
{
    JsonNode *node = json_array_get_element(array, i);
    if (JSON_NODE_HOLDS_OBJECT(node)) return json_node_get_object(node);
    gsize before = json_read_enter(reader, NULL, (int) i);
    json_read_fail(reader, NETSIM_ERROR_SYNTAX, NULL, "must be an object {...}");
    json_read_leave(reader, before);
    return NULL;
}

const char *json_read_element_string(struct json_reader *reader, JsonArray *array, unsigned i)
{
    const char *text = string_of(json_array_get_element(array, i));
    if (text) return text;
    gsize before = json_read_enter(reader, NULL, (int) i);
    json_read_fail(reader, NETSIM_ERROR_SYNTAX, NULL, "must be a string");
    json_read_leave(reader, before);
    return NULL;
}
