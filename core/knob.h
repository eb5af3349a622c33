/* SPDX-License-Identifier: GPL-3.0-or-later */
/* knob.h - settings of the modelled kernel: one row tells all about one of them.
 *
 * The row gives the name as the operator types it, where the value lives, how it is read and written, its range, its
 * default in every kernel version, and its documentation.  Nobody parses or prints a setting by hand.  A row stands
 * beside the model that reads the value; a '*' of its name stands for a device or a queue.
 *
 *   text --knob_parse()--> struct knob_value --knob_store()--> field of the model --knob_load()--> --knob_print()--> text
 */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct net;

enum knob_type {
    KNOB_INT,    /* int: proc_dointvec_minmax(), proc_dou8vec_minmax(), proc_dobool() */
    KNOB_UINT,   /* uint32_t: proc_douintvec_minmax() */
    KNOB_LONG,   /* int64_t: proc_doulongvec_minmax() */
    KNOB_STRING, /* char[count]: proc_dostring() */
    KNOB_CPUS,   /* uint64_t[KNOB_MAX_CPUS / 64]: a set of CPUs, "0000000f,00000000": bitmap_parse() */
};

/* For what a value holds. */
enum knob_scope { KNOB_HOST, KNOB_DEVICE, KNOB_QUEUE, KNOB_ROUTE, KNOB_SOCKET };

enum {
    KNOB_MAX_VALUES = 4, KNOB_MAX_DEFAULTS = 5, KNOB_MAX_STARS = 2,
    KNOB_MAX_TEXT = 256, /* of a KNOB_STRING, with its end */
    KNOB_MAX_CPUS = 1024,
};

/* A version is major * 1000 + minor: 2.6.32 is 2032, 6.18 is 6018. */
struct knob_default {
    unsigned since;
    const char *text;
};

/* A value on its way between text and field. */
struct knob_value {
    union {
        int64_t n[KNOB_MAX_VALUES];
        uint64_t cpus[KNOB_MAX_CPUS / 64];
        char text[KNOB_MAX_TEXT];
    };
};

/* What the host means for reading and writing. */
struct knob_env {
    unsigned version, hz, n_cpus;
};

/* Where the values of rows live: one struct of the model, or one for each instance. */
struct knob_place {
    /* The struct that offsets count from.  NULL: nothing reads the value, so that the host keeps its text. */
    void *(*base)(struct net *net, const char *const star[]);
    size_t size; /* of that struct */
    /* The @i-th name that the @which-th '*' can be, in any order; NULL past the last.  NULL: the name has no '*'. */
    const char *(*nth)(struct net *net, const char *const star[], unsigned which, unsigned i);
};

struct knob {
    const char *name;       /* "net.ipv4.tcp_rmem", "net.ipv4.conf.*.rp_filter", "/sys/class/net/..." */
    uint8_t type;           /* enum knob_type */
    uint8_t count;          /* values, separated by white space; KNOB_STRING: bytes */
    uint8_t scope;          /* enum knob_scope */
    bool is_read_only;
    bool is_write_only;     /* nothing is kept of what is written: changed() acts */
    bool is_alias;          /* shows another row's field in other words: that row has the default */
    uint16_t offset;        /* in the place's struct */
    uint16_t since, until;  /* versions that show it: since <= version < until; until 0: all later ones */
    uint16_t ticks_per;     /* the kernel keeps it in ticks: units in a second (1, 100, 1000); 0: it does not */
    uint16_t multiple;      /* the field holds this many times what is shown; 0: 1 */
    uint16_t dead_since;    /* version from which the kernel itself makes no use of it; 0: it does */
    const char *dead;       /* ... and why: "there is no route cache" */
    const char *how;        /* set by this and not by its name: "setsockopt"; NULL: a file under /proc/sys or /sys */
    const struct knob_place *place; /* NULL: as a place without base and nth */
    const char *(*nth_word)(unsigned i); /* of text: the names that it may hold, separated by blanks (a check decides itself); NULL: any text */
    const char *words_are;  /* ... and what stands before a list of them: "there are" */
    unsigned (*word_since)(unsigned i); /* the version that brought the @i-th; NULL: all have it */
    const char *lacks;      /* what the model has not, for which kernels take more: values above lacks_above; NULL: it has all */
    uint16_t lacks_since;   /* ... the first version that takes them */
    int64_t lacks_above;
    const char *inert;      /* why nothing of the model reads it, without a full stop; NULL: it acts */
    int64_t min, max;
    struct knob_default defaults[KNOB_MAX_DEFAULTS]; /* ascending; the first also holds before its version */
    int (*check)(struct net *net, struct knob_value *v); /* a further rule, or rounding: 0 or a negative errno; may be NULL */
    const char *rule;       /* ... what it demands: "not above tcp_max_reordering"; may be NULL */
    void (*changed)(struct net *net, const char *const star[]); /* after a write; may be NULL */
    const char *unit;       /* "bytes", "s"; NULL: a count or a switch */
    const char *doc;
    const char *source;
};

static inline bool knob_exists(const struct knob *k, unsigned version)
{
    return version >= k->since && (!k->until || version < k->until);
}

const char *knob_default(const struct knob *k, unsigned version);

/** Does the kernel of @version itself make no use of it?  Then k->dead says why. */
static inline bool knob_is_dead(const struct knob *k, unsigned version)
{
    return k->dead_since && version >= k->dead_since;
}

/**
 * Read @text into *v, all of it or nothing.
 * @v  holds the value as it was: a row of several values may be given fewer, and the others stay
 * @return  0, -EINVAL (not a number, out of range), -ERANGE (of a type in sysfs), -EOVERFLOW (a CPU that is not there), -ENOENT (none of
 *          its words), -EOPNOTSUPP (the kernel would take it, but the row's model lacks it)
 * As proc_do*vec() does, values in excess are ignored.
 * Differs: the kernel keeps the good values in front of a bad one.
 */
int knob_parse(const struct knob *k, const struct knob_env *env, const char *text, struct knob_value *v);

/** As /proc/sys shows it: values separated by tabs, no newline. */
void knob_print(const struct knob *k, const struct knob_env *env, const struct knob_value *v, GString *out);

/** Between a value and the model's field. */
void knob_load(const struct knob *k, const void *field, struct knob_value *v);
void knob_store(const struct knob *k, void *field, const struct knob_value *v);
