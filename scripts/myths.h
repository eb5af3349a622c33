/* SPDX-License-Identifier: GPL-3.0-or-later */
/* myths.h - `netsim myths`: what is said about tuning Linux, and what the simulator says to that. */
#pragma once

/** @pattern  a part of the scenario's name; NULL: all. @return an exit code */
int myths_main(const char *pattern);
