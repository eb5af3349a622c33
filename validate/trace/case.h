/* SPDX-License-Identifier: GPL-3.0-or-later */
/* case.h - one case of the trace collection: play it, compare it, judge it. */
#pragma once
#include "validate/trace/compare.h"
#include "validate/trace/player.h"

/* The comparison of one capture of a case. */
struct case_capture {
    char *name; /* "server-w0" */
    struct compare_result result;
};

struct case_result {
    char *name;            /* "iw/fetch64k-iw10" */
    Verdict verdict;       /* the worst of its captures */
    bool is_known;         /* it differs as its expect.lua says */
    bool is_miss;
    unsigned n_segments;
    double worst_ms;
    unsigned n_pure_acks[2];
    unsigned n_late_packets; /* that the recorded wire held too long; the simulated wire did so, too */
    double late_ms;          /* the worst of them */
    struct player_lateness late; /* of the applications */
    char *note;            /* the first difference, or why it was not run; NULL: none */
    char *reason;          /* of a known difference; NULL: none */
    char *stale;           /* what expect.lua announces and does not happen; NULL: nothing */
    GError *error;         /* why it was not run */
    GArray *captures;      /* struct case_capture */
    GPtrArray *applications; /* char *: differences of results */
    GPtrArray *counters;   /* char *: differences of counters */
    GPtrArray *notes;      /* char *: from the player */
};

struct case_options {
    netsim_time wake_up; /* how late the applications run after their sockets woke them */
    bool ideal_wire;  /* the simulated wire is never late, though the recorded one was */
    bool ideal_applications; /* the simulated applications are never late, though the recorded ones were */
    bool ideal_ticks; /* ticks at any phase, not at that of the recording */
    const char *keep; /* captures go to KEEP/AREA/NAME and stay; NULL: to a temporary folder */
};

/**
 * Run the case in @folder.
 * @return  never NULL; free with case_result_free()
 */
struct case_result *case_run(const char *folder, const struct case_options *options);
void case_result_free(gpointer result);
