#!/usr/bin/env netsim
-- SPDX-License-Identifier: GPL-3.0-or-later
-- Claim: rmem_max and wmem_max are the maximum TCP window.
-- Truth: autotuning is bounded by tcp_rmem[2] and tcp_wmem[2].  rmem_max bounds SO_RCVBUF only, and SO_RCVBUF switches
--        autotuning off.  A path of 100 ms, one knob at a time.  (ip-sysctl.rst; tcp_rcv_space_adjust())
local lab = require "lab"

-- Seconds that 64 MB take at 1 Gbit/s.
local function fetch(settings, options)
  local sim, server, client = lab.pair("linux6.18", { rate = "1Gbit", delay = "50ms" })
  server:sh "sysctl -qw net.ipv4.tcp_wmem='4096 16384 67108864'"
  client:sh("sysctl -qw net.ipv4.tcp_rmem='4096 131072 33554432' " .. settings)
  lab.serve(server, 64000000)
  local process = lab.fetch(client, options)
  sim:run()
  return process.result.seconds
end

local base = fetch ""
local low_max = fetch "net.core.rmem_max=212992"
local low_rmem = fetch "net.ipv4.tcp_rmem='4096 131072 1048576'"
local asking = fetch("net.core.rmem_max=212992", { rcvbuf = 8388608 })
print(("64 MB over 100 ms: default %.2f s, rmem_max 208 KiB %.2f s, tcp_rmem[2] 1 MiB %.2f s, SO_RCVBUF 8 MiB %.2f s")
      :format(base, low_max, low_rmem, asking))
return lab.judge("rmem_max is the maximum TCP window", low_max == base and low_rmem > 1.5 * base and asking > 2 * low_rmem,
  "a 20 times smaller rmem_max changes nothing; a smaller tcp_rmem[2] makes it %.1f times slower, and asking for 8 MiB by SO_RCVBUF %.0f times",
  low_rmem / base, asking / base)
