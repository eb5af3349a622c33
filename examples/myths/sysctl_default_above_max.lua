#!/usr/bin/env netsim
-- SPDX-License-Identifier: GPL-3.0-or-later
-- Claim: "net.core.rmem_default = 31457280" beside "net.core.rmem_max = 12582912" gives sockets large buffers.
-- Truth: both writes are accepted.  A UDP socket that asks for nothing gets 30 MiB; one that asks for 30 MiB by SO_RCVBUF is
--        cut to rmem_max and doubled: 24 MiB.  Whoever asks for more gets less.  (sock_init_data(), sk_setsockopt())
local lab = require "lab"

local sim, server = lab.pair("linux6.18")
server:sh [[
  sysctl -w net.core.rmem_max=12582912 net.core.rmem_default=31457280
]]
local sizes = server:spawn("sizes", function(os)
  local silent, asking = os.socket "udp", os.socket "udp"
  asking:setsockopt("rcvbuf", 31457280)
  return { silent = silent:getsockopt "rcvbuf", asking = asking:getsockopt "rcvbuf" }
end)
sim:run()

local r = sizes.result
return lab.judge("rmem_default 30 MiB with rmem_max 12 MiB makes receive buffers large",
  r.silent == 31457280 and r.asking == 2 * 12582912,
  "a socket that asks for 30 MiB gets %d MiB, one that does not ask gets %d MiB", r.asking // 2^20, r.silent // 2^20)
