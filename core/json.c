/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <netsim/json.h>

#include <math.h>
#include <string.h>

void netsim_json_string(GString *out, const char *text, gssize length)
{
    g_autofree char *valid = g_utf8_make_valid(text, length);
    g_string_append_c(out, '"');
    for (const char *c = valid; *c; c++) {
        if (*c == '"' || *c == '\\') g_string_append_printf(out, "\\%c", *c);
        else if (*c == '\n') g_string_append(out, "\\n");
        else if (*c == '\t') g_string_append(out, "\\t");
        else if ((unsigned char) *c < 0x20 || *c == 0x7f) g_string_append_printf(out, "\\u%04x", (unsigned char) *c);
        else g_string_append_c(out, *c);
    }
    g_string_append_c(out, '"');
}

void netsim_json_number(GString *out, double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE], format[8];
    if (!isfinite(value)) {
        g_string_append(out, "null");
        return;
    }
    for (int digits = 6; digits <= 17; digits++) {
        g_snprintf(format, sizeof format, "%%.%dg", digits);
        g_ascii_formatd(text, sizeof text, format, value);
        if (g_ascii_strtod(text, NULL) == value) break;
    }
    g_string_append(out, text);
}
