#!/usr/bin/env netsim
-- SPDX-License-Identifier: GPL-3.0-or-later
-- Claim: "echo 32768 > /proc/sys/net/core/rps_socket_flow_entriens" switches RFS on.
-- Truth: the name is rps_sock_flow_entries.  A shell would make no such file; the loader names the near miss.
local lab = require "lab"

local sim, server = lab.pair "linux6.18"
local is_written, message = pcall(server.sh, server, "sysctl -w net.core.rps_socket_flow_entriens=32768")
print(message)
server:sh "sysctl -w net.core.rps_sock_flow_entries=30000"
local entries = tonumber(server.sysctl["net.core.rps_sock_flow_entries"])
return lab.judge("rps_socket_flow_entriens is a setting", not is_written and message:find "rps_sock_flow_entries" and entries == 32768,
  "there is no such name; rps_sock_flow_entries is meant, and it rounds up to a power of two: 30000 becomes %d", entries)
