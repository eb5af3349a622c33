/* SPDX-License-Identifier: GPL-3.0-or-later */
/* json.h - strings and numbers as JSON has them (RFC 8259), for whoever writes reports. */
#pragma once
#include <netsim/sim.h>

G_BEGIN_DECLS

/**
 * Append @text as a JSON string, with its quotes; what is not UTF-8 is replaced.
 * @length  bytes; -1: up to the NUL
 */
NETSIM_API void netsim_json_string(GString *out, const char *text, gssize length);

/** Append the shortest text that reads back as @value; null for what JSON does not have: NaN, infinity. */
NETSIM_API void netsim_json_number(GString *out, double value);

G_END_DECLS
