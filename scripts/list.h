/* SPDX-License-Identifier: GPL-3.0-or-later */
/* list.h - `netsim knobs`, `netsim counters`, `netsim probes`: what can be set, what is counted, what can be watched. */
#pragma once

/** @pattern  a shell pattern, or a part of the name; NULL: all. @return an exit code */
int list_knobs(const char *pattern);
int list_counters(const char *pattern);
int list_probes(const char *pattern);
