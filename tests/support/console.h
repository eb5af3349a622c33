/* SPDX-License-Identifier: GPL-3.0-or-later */
/* console.h - what a host's shell prints and refuses. */
#pragma once
#include <netsim/netsim.h>

/** A host "host" (linux6.18) with a raw-IP device w0 and an Ethernet device eth0, each linked to that of a host "peer". */
NetsimHost *console_host(NetsimSim *sim);
/** @script goes well and prints @output. */
void console_prints(NetsimHost *host, const char *script, const char *output);
/** @script fails with this error. */
void console_fails(NetsimHost *host, const char *script, NetsimErrorCode code, const char *message);
