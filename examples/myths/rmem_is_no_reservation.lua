#!/usr/bin/env netsim
-- SPDX-License-Identifier: GPL-3.0-or-later
-- Claim: tcp_rmem and tcp_wmem are memory reserved for each connection.
-- Truth: the first value is guaranteed, the last one is a cap.  An idle connection holds nothing: a thousand of them under
--        "4096 131072 33554432" would otherwise be 128 MiB.  (ip-sysctl.rst; ss -m shows what is held)
local lab = require "lab"

local sim, server, client = lab.pair "linux6.18"
local count = 1000
server:spawn("idle", function(os)
  local held = {}
  for connection in os.socket("tcp"):bind(":80"):listen(1024):accepts() do held[#held + 1] = connection end
end)
client:spawn("connect", function(os)
  local held = {}
  for i = 1, count do held[i] = os.socket("tcp"):connect "10.0.0.1:80" end
  os.sleep(10)
end)
local pages
sim:at("60s", function() pages = tonumber(server:read("/proc/net/sockstat"):match "TCP: .- mem (%d+)") end)
sim:run "61s"
print(("%d connections, %d pages of buffers"):format(count, pages))
return lab.judge("tcp_rmem reserves memory for each connection", pages * 4096 < count * 4096,
  "%d idle connections hold %d KiB of buffers; reserved, they would be %d MiB", count, pages * 4, count * 131072 // 2^20)
