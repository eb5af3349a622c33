/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ticks.h - the phase of the recording kernel's ticks.
 *
 * Timers of TCP fire on ticks, long ones only on every 8th, 64th ... tick since the kernel was booted.  At which phase of
 * these a run began is no matter of TCP, but each time that a timer sent a packet the capture shows it.
 */
#pragma once
#include "validate/trace/record.h"
#include "validate/trace/scenario.h"

/**
 * How long before its start a kernel was booted whose timers fire when those of the recording in @folder did, modulo the
 * coarsest granule that can be seen; 0: no timer sent anything.  All hosts of a recording are one kernel.
 */
netsim_time ticks_uptime(const struct scenario *scenario, const struct record *real, const char *folder);
