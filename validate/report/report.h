/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report.h - the results of cases as text and as JSON. */
#pragma once
#include "validate/trace/case.h"

/* How the cases of a run came out. */
struct report_totals {
    unsigned n_cases, n_same, n_order, n_differ, n_not_run;
    unsigned n_known, n_missed, n_stale;
};

/** One row for a case, with all differences if @verbose. Ends with a line feed. */
void report_case(GString *out, const struct case_result *result, bool verbose);

/** @results  struct case_result */
struct report_totals report_count(const GPtrArray *results);
void report_heading(GString *out);
void report_totals(GString *out, const GPtrArray *results);

/** One object with all of it. */
void report_json(GString *out, const GPtrArray *results);
