#!/usr/bin/env netsim
-- SPDX-License-Identifier: GPL-3.0-or-later
-- Claim: net.ipv4.tcp_syncookies is 0 by default and has to be switched on.
-- Truth: it has been 1 since Linux 2.6.33 (2010), and distributions set it before that.
local lab = require "lab"

local values = {}
for _, kernel in ipairs { "rhel6.2", "rhel7", "linux6.1", "linux6.18" } do
  local sim, server = lab.pair(kernel)
  values[#values + 1] = tonumber(server.sysctl["net.ipv4.tcp_syncookies"])
  print(("%-9s net.ipv4.tcp_syncookies = %d"):format(kernel, values[#values]))
end
return lab.judge("tcp_syncookies is 0 by default", math.min(table.unpack(values)) == 1,
  "it is 1 in every profile; setting it to 1 changes nothing")
