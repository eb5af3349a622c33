/* SPDX-License-Identifier: GPL-3.0-or-later */
/* prelude.h - the Lua files of scripts/prelude, inside the binary.
 *
 * The build writes the table (cmake/embed-prelude.cmake), so that the command is one
 * file and never looks for its own Lua code on a user's disk.
 */
#pragma once

struct prelude_file {
    const char *name; /* file name without folder: "units.lua" */
    const char *text; /* NUL-terminated */
};

/* In order of name; ends with { NULL, NULL }. */
extern const struct prelude_file prelude_files[];
