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
    unsigned n_packets; /* that were late and got a rule */
    double worst_ms;
};

/**
 * Find the packets that needed longer from @from to @to than @direction says; what the queue explains is not late.
 * @rules  struct scenario_rule: gets a delay for each of them (@b2a), named by its kind and number as scripted delays are.
 *         Pure ACKs and retransmissions get none: their numbers differ from run to run.
 * @late   added to
 */
void lateness_measure(const struct capture *from, const struct capture *to, const NetsimLinkConfig *direction, bool b2a,
                      GArray *rules, struct lateness *late);
