/* SPDX-License-Identifier: GPL-3.0-or-later */
/* counters.h - did the hosts count what the real ones counted?
 *
 * Every counter that a model moves is judged.  How many pure ACKs a receiver sends is not (compare.h), so counters that
 * they move are compared without the pure ACKs of the captures.  What else the recording machine does not repeat is
 * listed in counters.c with the reason.
 */
#pragma once
#include "validate/trace/record.h"

/** Each difference is one sentence "host: NAME real N, simulated N", appended. */
void compare_counters(struct record *real, struct record *simulated, GPtrArray *differences);
