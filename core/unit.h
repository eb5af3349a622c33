/* SPDX-License-Identifier: GPL-3.0-or-later */
/* unit.h - quantities with units, as they are written in reports; netsim_parse_*() of sim.h read them. */
#pragma once
#include <netsim/sim.h>

/* Returned by value, so that a call can stand among printf's arguments. */
struct unit_text {
    char text[32];
};

/** "25 ms", "61.44 s", "800 ps": the largest unit up to the second, at most three decimals. */
struct unit_text unit_time(netsim_time t);
/** "10 Gbit/s", "1.5 Mbit/s" */
struct unit_text unit_rate(uint64_t bits_per_s);
/** "15 KiB" when it is a multiple of 1024, else decimal: "15 kB", "1.46 kB", "999 B" */
struct unit_text unit_size(uint64_t bytes);
