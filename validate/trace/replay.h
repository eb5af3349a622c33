/* SPDX-License-Identifier: GPL-3.0-or-later */
/* replay.h - simulated applications that run as late as the recorded ones.
 *
 * When an application goes on after a sleep, or after its socket woke it, is the work of the recording machine's scheduler,
 * not of TCP: sleeps overshot, steps took time, a reader ran 50 us or 20 ms after the packet it waited for.  What the
 * recording tells of that is repeated.  What a call waits for is simulated; only the time from there on is the recorded one.
 */
#pragma once
#include "validate/trace/actor.h"

/** For actor.late_calls. */
GArray *replay_calls_new(void);

/** The present step begins: how late its recorded calls were is found out. */
void replay_begin(struct actor *a, const struct step *step);

/** How long after its data had come the recorded call returned that began with what a->done says; 0: not known. */
netsim_time replay_call(const struct actor *a);

/** How long after what ended the present step the recorded application went on. */
netsim_time replay_late(const struct actor *a, const struct step *step);

/** How long the recorded application took from the end of the last step to the beginning of the next. */
netsim_time replay_gap(const struct actor *a);
