/* SPDX-License-Identifier: GPL-3.0-or-later */
/* list.h - `netsim knobs` and `netsim counters`: what can be set and what is counted. */
#pragma once

/** @pattern  a shell pattern, or a part of the name; NULL: all. @return an exit code */
int list_knobs(const char *pattern);
int list_counters(const char *pattern);
