#!/usr/bin/env netsim
-- SPDX-License-Identifier: GPL-3.0-or-later
-- Claim: writing net.ipv4.conf.all.mc_forwarding = 0 "disables multicast packets".
-- Truth: the file is read-only; it tells whether a multicast routing daemon is active.  The write fails, and it was 0 before.
local lab = require "lab"

local sim, server = lab.pair "linux6.18"
local before = server.sysctl["net.ipv4.conf.all.mc_forwarding"]
local is_written, message = pcall(server.sh, server, "sysctl -w net.ipv4.conf.all.mc_forwarding=0")
print(message)
return lab.judge("mc_forwarding = 0 disables multicast", not is_written and tonumber(before) == 0,
  "it is a status, not a switch: it reads %s, and writing it is refused", before)
