/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/netdev/json_writer.h"

#include <netsim/json.h>

static void new_line(struct json_writer *j)
{
    if (j->is_pretty) g_string_append_printf(j->out, "\n%*s", 4 * (int) j->depth, "");
}

/* What stands before a value: the comma, and its name. */
static void begin_value(struct json_writer *j, const char *name)
{
    if (j->has_previous) g_string_append_c(j->out, ',');
    j->has_previous = true;
    if (!name) return;
    new_line(j);
    netsim_json_string(j->out, name, -1);
    g_string_append(j->out, j->is_pretty ? ": " : ":");
}

static void begin(struct json_writer *j, const char *name, char bracket)
{
    begin_value(j, name);
    g_string_append_c(j->out, bracket);
    j->has_previous = false;
    j->depth++;
}

void jsonw_begin_object(struct json_writer *j, const char *name)
{
    begin(j, name, '{');
}

void jsonw_end_object(struct json_writer *j)
{
    j->depth--;
    if (j->has_previous) new_line(j);
    g_string_append_c(j->out, '}');
    j->has_previous = true;
}

void jsonw_begin_array(struct json_writer *j, const char *name)
{
    begin(j, name, '[');
    if (j->is_pretty) g_string_append_c(j->out, ' ');
}

void jsonw_end_array(struct json_writer *j)
{
    j->depth--;
    if (j->is_pretty && j->has_previous) g_string_append_c(j->out, ' ');
    g_string_append_c(j->out, ']');
    j->has_previous = true;
}

void jsonw_string(struct json_writer *j, const char *name, const char *value)
{
    begin_value(j, name);
    netsim_json_string(j->out, value, -1);
}

void jsonw_uint(struct json_writer *j, const char *name, uint64_t value)
{
    begin_value(j, name);
    g_string_append_printf(j->out, "%" G_GUINT64_FORMAT, value);
}

void jsonw_double(struct json_writer *j, const char *name, double value)
{
    begin_value(j, name);
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append(j->out, g_ascii_formatd(text, sizeof text, "%g", value));
}

void jsonw_true(struct json_writer *j, const char *name)
{
    begin_value(j, name);
    g_string_append(j->out, "true");
}
