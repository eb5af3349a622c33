/* SPDX-License-Identifier: GPL-3.0-or-later */
/* outcome.h - what a script's simulations did: taken when each is finished, printed at the end. */
#pragma once
#include "scripts/bind.h"

struct outcome *outcome_new(void);
void outcome_free(struct outcome *outcome);

/** Take a simulation's share, before it is freed.  The strings of its flows move to the report. */
void outcome_add(struct outcome *outcome, struct scene *scene);

/** Put the rows in an order that does not depend on when simulations were freed; once, before printing. */
void outcome_sort(struct outcome *outcome);

/** The run's fingerprint: of one simulation its own, of several a hash of all in order. */
uint64_t outcome_fingerprint(const struct outcome *outcome);

/** For people, on stdout.  @is_partial: the run was interrupted. */
void outcome_print(const struct run *run, bool is_partial);

/** For programs: one object, with a newline.  @result_json NULL: the script returned nothing */
void outcome_json(const struct run *run, const char *result_json, bool is_partial, GString *out);
