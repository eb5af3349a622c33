/* SPDX-License-Identifier: GPL-3.0-or-later */
/* time.h - virtual time.
 *
 * Time is a signed 64-bit count of picoseconds since the start of the run: a byte takes
 * 800 ps at 10 Gbit/s, 80 at 100, 20 at 400, all whole numbers, so serialisation never
 * drifts.  The range is 106 days.
 */
#pragma once
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A moment (since the start of the run) or a duration, in picoseconds. */
typedef int64_t netsim_time;

#define NETSIM_PS ((netsim_time) 1)
#define NETSIM_NS ((netsim_time) 1000)
#define NETSIM_US ((netsim_time) 1000000)
#define NETSIM_MS ((netsim_time) 1000000000)
#define NETSIM_S ((netsim_time) 1000000000000)

/** Later than every event: "never", or "no limit". */
#define NETSIM_TIME_MAX INT64_MAX

/** Seconds to time, rounded to the nearest picosecond; saturates at NETSIM_TIME_MAX. @s >= 0. */
static inline netsim_time netsim_seconds(double s)
{
    double ps = s * 1e12 + 0.5;
    return ps >= 9223372036854774784.0 ? NETSIM_TIME_MAX : (netsim_time) ps;
}

/** Time to seconds, for reports. */
static inline double netsim_to_seconds(netsim_time t)
{
    return (double) t / 1e12; /* exact where 1e12 divides: "50ms" is 0.05 */
}

#ifdef __cplusplus
}
#endif
