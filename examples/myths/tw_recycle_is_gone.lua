#!/usr/bin/env netsim
-- SPDX-License-Identifier: GPL-3.0-or-later
-- Claim: "net.ipv4.tcp_tw_recycle = 1" recycles sockets in TIME_WAIT (default 0).
-- Truth: it was removed in Linux 4.12, because it dropped the SYNs of clients behind one NAT; the file does not exist.
local lab = require "lab"

local found = {}
for _, kernel in ipairs { "rhel6.1", "rhel7", "linux6.1", "linux6.18" } do
  local sim, server = lab.pair(kernel)
  local is_there, message = pcall(server.sh, server, "sysctl -w net.ipv4.tcp_tw_recycle=1")
  found[kernel] = is_there
  print(("%-9s %s"):format(kernel, is_there and "accepted" or message))
  sim:close()
end
return lab.judge("tcp_tw_recycle = 1 recycles sockets in TIME_WAIT", found.rhel7 and not found["linux6.1"] and not found["linux6.18"],
  "there is no such setting since Linux 4.12: rhel7 takes it, linux6.1 and linux6.18 refuse it")
