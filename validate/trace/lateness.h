/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lateness.h - where the wire of a recording was late.
 *
 * The recorded wire is a program that forwards packets after a fixed delay.  Now and then the recording machine did not let
 * it run for 10 to 30 ms, and all later events of that run are late by as much.  That is not what a case is about, but
 * both ends of the wire were captured, so it can be measured, packet by packet, and the simulated wire can be as late.
 */
#pragma once
#include "validate/trace/capture.h"
#include "validate/trace/scenario.h"

struct lateness {
    GArray *taken, *delivered; /* NetsimLinkMoment: when the wire took packets and when it delivered them; in order */
    unsigned n_packets;        /* that were late by more than the wire's ordinary wake-ups */
    double worst_ms;
};

/**
 * Find when the wire took packets at @from and delivered them at @to, and which needed longer than @direction says; what the
 * queue explains is not late.
 * @is_scripted  rules hold packets back or double them, which cannot be told from lateness
 * @late         added to
 */
void lateness_measure(const struct capture *from, const struct capture *to, const NetsimLinkConfig *direction, bool is_scripted,
                      struct lateness *late);
