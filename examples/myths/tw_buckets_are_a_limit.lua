#!/usr/bin/env netsim
-- SPDX-License-Identifier: GPL-3.0-or-later
-- Claim: raising tcp_max_tw_buckets prevents simple denial of service.
-- Truth: the limit is the protection: beyond it sockets skip TIME_WAIT (TCPTimeWaitOverflow).  Raising it only lets more
--        of them pile up.
local lab = require "lab"

local function churn(limit)
  local sim, server, client = lab.pair "linux6.18"
  server.sysctl["net.ipv4.tcp_max_tw_buckets"] = limit
  lab.serve(server, 1000)                                -- the server closes first: TIME_WAIT is its
  client:spawn("churn", function(os)
    for _ = 1, 1200 do
      local socket = os.socket("tcp"):connect "10.0.0.1:80"
      socket:recv_all()
      socket:close()
    end
  end)
  local waiting
  sim:at("55s", function() waiting = tonumber(server:read("/proc/net/sockstat"):match "TCP: .- tw (%d+)") end)
  sim:run "56s"
  return waiting, server:nstat().TcpExtTCPTimeWaitOverflow or 0
end

local few, refused = churn(500)
local many, none = churn(262144)
print(("limit 500: %d waiting, %d closed at once; limit 262144: %d waiting, %d closed at once"):format(few, refused, many, none))
return lab.judge("raising tcp_max_tw_buckets prevents denial of service", few <= 500 and refused > 0 and many > few and none == 0,
  "under 1200 connections a minute the low limit holds %d sockets, the high one lets %d pile up", few, many)
