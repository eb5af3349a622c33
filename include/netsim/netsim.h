/* SPDX-License-Identifier: GPL-3.0-or-later */
/* netsim.h - the whole public API. */
#pragma once
#include <netsim/app.h>
#include <netsim/congestion.h>
#include <netsim/host.h>
#include <netsim/json.h>
#include <netsim/net.h>
#include <netsim/packet.h>
#include <netsim/sim.h>
#include <netsim/sock.h>
#include <netsim/time.h>
#include <netsim/stats.h>
#include <netsim/trace.h>
