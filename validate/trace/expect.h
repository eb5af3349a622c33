/* SPDX-License-Identifier: GPL-3.0-or-later */
/* expect.h - what a case is known to do differently, and why: its expect.lua.
 *
 *   return {
 *       differs = "why the segments or their times differ; first flight and bytes must still agree",
 *       flights = "why not even these agree",
 *       not_run = "what the simulator lacks to play it",
 *       tolerance_ms = 12, why = "what widens it",
 *       application = "why some step ends otherwise",
 *       counters = { TcpExtTCPLossProbes = "why" },
 *   }
 */
#pragma once
#include <glib.h>

struct expect {
    char *differs;        /* NULL: the lists must be the same */
    char *flights;        /* with differs; NULL: first flight and bytes must agree */
    char *not_run;        /* NULL: it can be played */
    double tolerance_ms;  /* 0: the usual one */
    char *application;    /* NULL: every step must end as the real one did */
    GHashTable *counters; /* name -> why it may differ */
};

/** Read @path as data: no libraries, no loops without end. A file that is not there means no exceptions. */
struct expect *expect_read(const char *path, GError **error);
void expect_free(struct expect *expect);
