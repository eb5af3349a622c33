/* SPDX-License-Identifier: GPL-3.0-or-later */
/* json_writer.h - JSON laid out as the networking tools print it: on one line (-j), or indented by four (-j -p). */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct json_writer {
    GString *out;
    bool is_pretty;
    bool has_previous; /* a comma goes before what comes next */
    unsigned depth;
};

/** @name  the member's name; NULL: an element of an array, or the outermost value. */
void jsonw_begin_object(struct json_writer *j, const char *name);
void jsonw_end_object(struct json_writer *j);
void jsonw_begin_array(struct json_writer *j, const char *name);
void jsonw_end_array(struct json_writer *j);
void jsonw_string(struct json_writer *j, const char *name, const char *value);
void jsonw_uint(struct json_writer *j, const char *name, uint64_t value);
/** As "%g". */
void jsonw_double(struct json_writer *j, const char *name, double value);
void jsonw_true(struct json_writer *j, const char *name);
