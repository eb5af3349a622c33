/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gauge.h - numbers that can be read at any time: one row each, beside the model that they show.
 *
 * Reading changes nothing.  Public names and look-up: netsim/stats.h.
 */
#pragma once
#include <stdint.h>

struct gauge {
    const char *name;                     /* "rx_bytes" */
    const char *unit;                     /* "bytes" */
    const char *doc;
    int64_t (*read)(const void *object);  /* a struct netdev, a struct sock */
};
