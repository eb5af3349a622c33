/* SPDX-License-Identifier: GPL-3.0-or-later */
/* list.h - `netsim knobs`, `netsim counters`, `netsim probes`: what can be set, what is counted, what can be watched. */
#pragma once

struct kernel_profile;

/** @pattern  a shell pattern, or a part of the name; NULL: all.
 *  @kernel   what it has, with its default; NULL: what any has.  @return an exit code */
int list_knobs(const char *pattern, const struct kernel_profile *kernel);
int list_counters(const char *pattern, const struct kernel_profile *kernel);
int list_probes(const char *pattern);
