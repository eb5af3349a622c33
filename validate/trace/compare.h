/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compare.h - is the simulated run the real one?
 *
 * The wire is judged segment by segment: per connection and direction the list of (relative sequence number, payload
 * length, SYN/FIN/RST) must be the same, and every time within the tolerance plus the granule of the timer wheel for the
 * pause before that segment.  Pure ACKs are not judged: how many a receiver sends within a flight depends on how promptly
 * its reader ran, which the recording machine does not repeat.
 */
#pragma once
#include "validate/trace/flows.h"
#include "validate/trace/record.h"

typedef enum {
    VERDICT_SAME,    /* all lists are equal, all times within tolerance */
    VERDICT_ORDER,   /* all lists are equal, some time is not */
    VERDICT_DIFFER,  /* some list differs */
    VERDICT_NOT_RUN, /* could not be played */
} Verdict;

const char *verdict_name(Verdict verdict);

/* The comparison of one capture. */
struct compare_result {
    Verdict verdict;
    unsigned n_segments;  /* compared */
    unsigned n_late;      /* of them: time out of tolerance */
    double worst_ms;      /* largest difference of a time */
    char *note;           /* the first difference, or the worst time out of tolerance, in words; NULL: none */
    unsigned n_pure_acks[2]; /* real, simulated */
    bool same_flights;      /* first flight and bytes agree in all directions */
    char *flights;        /* where they do not agree: both, in words; NULL: nowhere */
};

/** @tolerance_ns  how far a time may be off;  @hz  of the recording kernel, for the granule of its timers */
void compare_captures(const struct flows *real, const struct flows *simulated, int64_t tolerance_ns, int hz,
                      struct compare_result *result);
void compare_result_clear(struct compare_result *result);

/** How much later than asked for a timer of that length fires at most, ns. */
int64_t compare_wheel_granule_ns(int64_t length_ns, int hz);

/** Errors, bytes and ends of file of every step; each difference is one sentence (char *), appended. */
void compare_applications(struct record *real, struct record *simulated, GPtrArray *differences);
