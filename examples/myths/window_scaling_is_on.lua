#!/usr/bin/env netsim
-- SPDX-License-Identifier: GPL-3.0-or-later
-- Claim: tcp_window_scaling has to be switched on for windows over 65535 bytes.
-- Truth: it is on by default.  Switched off it caps a connection at 65535 bytes a round trip: 5.2 Mbit/s at 100 ms.
local lab = require "lab"

local function goodput(scaling)
  local sim, server, client = lab.pair("linux6.18", { rate = "1Gbit", delay = "50ms" })
  if scaling then server.sysctl["net.ipv4.tcp_window_scaling"] = scaling end
  lab.serve(server, 20000000)
  local process = lab.fetch(client)
  sim:run()
  return process.result.bytes * 8 / process.result.seconds
end

local default, on, off, cap = goodput(), goodput(1), goodput(0), 65535 * 8 / 0.1
print(("20 MB over 100 ms: default %.1f, on %.1f, off %.2f Mbit/s"):format(default / 1e6, on / 1e6, off / 1e6))
return lab.judge("tcp_window_scaling must be switched on", default == on and off < cap and off > 0.9 * cap,
  "it is on: %.0f Mbit/s; switching it off leaves %.1f of at most %.1f Mbit/s", default / 1e6, off / 1e6, cap / 1e6)
