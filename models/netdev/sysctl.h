/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sysctl.h - shorthands for the rows of settings: models/(room)/sysctl.c. */
#pragma once
#include "core/knob.h"
#include <limits.h>

#define RANGE(low, high) .min = (low), .max = (high), .count = 1
#define ANY RANGE(INT_MIN, INT_MAX)
#define POSITIVE RANGE(0, INT_MAX)
#define SWITCH RANGE(0, 1)
#define U8 RANGE(0, 255) /* proc_dou8vec_minmax() */
#define UINT .type = KNOB_UINT, RANGE(0, UINT32_MAX)
#define SECONDS .unit = "s", .ticks_per = 1, POSITIVE          /* proc_dointvec_jiffies() */
#define MILLISECONDS .unit = "ms", .ticks_per = 1000, POSITIVE /* proc_dointvec_ms_jiffies() */
#define PAGES3 .type = KNOB_LONG, .unit = "pages", .min = 0, .max = INT64_MAX, .count = 3
#define BYTES3 .unit = "bytes", .min = 1, .max = INT_MAX, .count = 3
#define TEXT(size) .type = KNOB_STRING, .count = (size)
#define DEFAULT(...) .defaults = { __VA_ARGS__ }
#define ALWAYS(text) DEFAULT({ 0, text })
#define IPS .source = "ip-sysctl.rst"
#define NET .source = "sysctl/net.rst"
