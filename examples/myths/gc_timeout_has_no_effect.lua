#!/usr/bin/env netsim
-- SPDX-License-Identifier: GPL-3.0-or-later
-- Claim: net.ipv4.route.gc_timeout tunes how routes are flushed.
-- Truth: the IPv4 route cache was removed in Linux 3.6.  The file stayed, and nothing reads it: a run with it and one
--        without are the same to the last bit.
local lab = require "lab"

local function fingerprint(gc_timeout)
  local sim, server, client = lab.pair "linux6.18"
  server.sysctl["net.ipv4.route.gc_timeout"] = gc_timeout
  lab.serve(server, 1000000)
  lab.fetch(client)
  sim:run()
  return sim.fingerprint
end

local default, short = fingerprint(300), fingerprint(1)
print("fingerprints: " .. default .. " with 300 s, " .. short .. " with 1 s")
return lab.judge("route.gc_timeout tunes the flushing of routes", default == short, "the run is the same, bit for bit: nothing reads it")
