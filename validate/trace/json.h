/* SPDX-License-Identifier: GPL-3.0-or-later */
/* json.h - reading JSON with messages that name the file and the path of the key.
 *
 * A getter that fails puts one error into the reader and returns a harmless value; later errors are ignored.  So a
 * caller may read everything and look at reader->error at the end.
 */
#pragma once
#include <json-glib/json-glib.h>
#include <netsim/sim.h>

struct json_reader {
    const char *file;
    GString *path;  /* of the node that is read: "actors[0].steps[3]" */
    GError *error;  /* the first one */
};

/** Parse a text; NULL and reader->error if it is not JSON or nests deeper than any sane file.  Free: json_node_unref(). */
JsonNode *json_read_text(struct json_reader *reader, const char *text, gsize length);

/** Note an error about @key (NULL: the node itself) of what is read now. */
void json_read_fail(struct json_reader *reader, NetsimErrorCode code, const char *key, const char *format, ...)
    G_GNUC_PRINTF(4, 5);

/** Lengthen the path by ".key" or "[index]"; the old length, for json_read_leave(). */
gsize json_read_enter(struct json_reader *reader, const char *key, int index);
void json_read_leave(struct json_reader *reader, gsize path_length);

/** A member; NULL if it is missing, which is an error if @required, or of another type, which always is. */
JsonObject *json_read_object(struct json_reader *reader, JsonObject *object, const char *key, bool required);
JsonArray *json_read_array(struct json_reader *reader, JsonObject *object, const char *key, bool required);
const char *json_read_string(struct json_reader *reader, JsonObject *object, const char *key, bool required);

/** A number within @min..@max; @missing if it is not there, which is an error if @missing is not in @min..@max. */
double json_read_number(struct json_reader *reader, JsonObject *object, const char *key, double min, double max,
                        double missing);

/** A member in milliseconds, as time, 0..10^9 s; -1 as @missing_ms makes it required. */
netsim_time json_read_ms(struct json_reader *reader, JsonObject *object, const char *key, double missing_ms);

/** true or false; false if it is missing. */
bool json_read_bool(struct json_reader *reader, JsonObject *object, const char *key);

/** The elements of an array of objects, of strings; NULL and an error if @i is something else. */
JsonObject *json_read_element_object(struct json_reader *reader, JsonArray *array, unsigned i);
const char *json_read_element_string(struct json_reader *reader, JsonArray *array, unsigned i);
