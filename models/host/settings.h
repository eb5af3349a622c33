/* SPDX-License-Identifier: GPL-3.0-or-later */
/* settings.h - the lines of a sysctl.conf(5) as sysctl(8) takes them: for `sysctl -p` and for host:load_sysctl. */
#pragma once
#include "models/host/host.h"

enum { SETTINGS_MAX_BYTES = 1 << 20, SETTINGS_MAX_LINE_BYTES = 4096 };

struct setting {
    char *name, *value; /* as written, without blanks around them; value NULL: "-name", which patterns leave out */
    const char *file;   /* the reader's; may be NULL */
    unsigned line;
    bool is_optional;   /* "-name = value": a failure is forgiven */
};

struct settings {
    GArray *list;      /* struct setting, in their order */
    GHashTable *named; /* the files that lines name; NULL until a pattern asks */
    GPtrArray *known;  /* ... and all that the host has */
};

void settings_init(struct settings *all);
void settings_clear(struct settings *all);
static inline const struct setting *settings_nth(const struct settings *all, guint i)
{
    return &g_array_index(all->list, struct setting, i);
}

/** Told of a line that is none of the format, and is left out; 0: of the whole. @return false: stop */
typedef bool (*settings_fault_func)(unsigned line, const char *fault, void *data);

/** Append the settings of a text. @file: kept in each, not copied. @return false: @func has said so */
bool settings_read(struct settings *all, const char *text, size_t length, const char *file, settings_fault_func func, void *data);

/** The same for every way to write it: "net.ipv4.tcp_sack" and "net/ipv4/tcp_sack" are "/proc/sys/net/ipv4/tcp_sack". */
char *setting_path(const char *name);
bool setting_is_pattern(const struct setting *s);
/**
 * The files that @s of @all sets: its own, or those which its pattern fits and no other line names.
 * @n_fitting  of a pattern: with those left out; may be NULL
 * @return  free with g_strfreev()
 */
char **setting_paths(struct host *host, struct settings *all, const struct setting *s, unsigned *n_fitting);
