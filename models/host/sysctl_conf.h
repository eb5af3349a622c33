/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sysctl_conf.h - a sysctl.conf(5) while a host judges it. */
#pragma once
#include "models/host/settings.h"

/* One file under /proc/sys that a line sets. */
struct conf_item {
    const struct setting *setting;
    char *path, *name, *key; /* key: host_knob_key(); NULL: there is no such file, or the value is refused */
    struct host_knob at;     /* only with a key, as is: */
    struct knob_value value;
    unsigned repeats;        /* an earlier line that gives it another value; 0: none */
};

struct conf {
    struct host *host;
    struct settings settings;
    GArray *items;    /* struct conf_item, in the order of lines */
    GHashTable *last; /* key -> struct conf_item: which value counts in the end */
    netsim_sysctl_line_func func;
    void *data;
};

/**
 * What an item contradicts: another line (*other: which), or what the host has (0).
 * Of two lines the later one is told.
 * @return  the reason, without a full stop; NULL: nothing; free with g_free()
 */
char *conf_contradiction(struct conf *c, const struct conf_item *item, unsigned *other);
