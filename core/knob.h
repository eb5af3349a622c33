/* SPDX-License-Identifier: GPL-3.0-or-later */
/* knob.h - settings of the modelled kernel: one row tells all about one of them.
 *
 * The row gives the name as the operator types it, where the value lives, how it is read and written, its range, its
 * default in every kernel version, and its documentation.  Nobody parses or prints a setting by hand.
 */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

enum knob_type {
    KNOB_INT,    /* int: proc_dointvec_minmax() */
    KNOB_UINT,   /* uint32_t: proc_douintvec() */
    KNOB_LONG,   /* int64_t: proc_doulongvec_minmax() */
    KNOB_STRING, /* char[count]: proc_dostring() */
};

enum { KNOB_MAX_VALUES = 4, KNOB_MAX_DEFAULTS = 5 };

/* A version is major * 1000 + minor: 2.6.32 is 2032, 6.18 is 6018. */
struct knob_default {
    unsigned since;
    const char *text;
};

struct knob {
    const char *name;   /* "net.ipv4.tcp_rmem" */
    uint8_t type;       /* enum knob_type */
    uint8_t count;      /* values, separated by white space; KNOB_STRING: bytes */
    uint8_t place;      /* which of the owner's structs holds it: the table's own enum */
    bool is_inert;      /* kept and shown, but nothing of the model reads it */
    bool is_fixed;      /* other values than the default are not modelled */
    uint16_t offset;    /* in that struct */
    uint16_t since, until; /* versions that show it: since <= version < until; until 0: all later ones */
    int64_t min, max;
    struct knob_default defaults[KNOB_MAX_DEFAULTS]; /* ascending; the first also holds before its version */
    int (*check)(const int64_t *values, const char *text); /* a further rule: 0 or a negative errno; may be NULL */
    const char *unit;   /* "bytes", "s"; NULL: a count or a switch */
    const char *doc;
    const char *source;
};

static inline bool knob_exists(const struct knob *k, unsigned version)
{
    return version >= k->since && (!k->until || version < k->until);
}

const char *knob_default(const struct knob *k, unsigned version);

/**
 * Read @text into the value at @field, all of it or nothing.
 * @return  0, -EINVAL (not a number, out of range, too many values), or what the row's check said
 * A row of several values may be given fewer: the others keep theirs, as in /proc/sys.
 * Differs: the kernel ignores values in excess; they are refused here.
 */
int knob_parse(const struct knob *k, const char *text, void *field);

/** As /proc/sys shows it: values separated by tabs, no newline. */
void knob_print(const struct knob *k, const void *field, GString *out);
