#!/usr/bin/env netsim
-- SPDX-License-Identifier: GPL-3.0-or-later
-- Claim: net.ipv4.tcp_syncookies is 0 by default and has to be switched on.
-- Truth: it has been 1 for years, so a flood of SYNs that are never completed does not lock others out.  300 of them
--        against a SYN queue of 128, then somebody knocks.
local netsim = require "netsim"
local lab = require "lab"

-- Seconds that a connect takes during the flood; @syncookies nil: as the kernel has it.
local function knock(syncookies)
  local sim, server, client = lab.pair "linux6.18"
  local flooder = sim:host "flooder"
  sim:link(server:nic "eth1", flooder:nic "eth0", { delay = "1ms", raw_ip = true, a2b = { loss = 1 } })  -- hears no SYN-ACK
  server:sh "ip addr add 10.0.1.1/24 dev eth1"
  flooder:sh "ip addr add 10.0.1.2/24 dev eth0; ip route add 10.0.0.0/24 via 10.0.1.1"
  if syncookies then server.sysctl["net.ipv4.tcp_syncookies"] = syncookies end
  server:spawn("httpd", function(os)
    for connection in os.socket("tcp"):bind(":80"):listen(128):accepts() do connection:close() end
  end)
  for i = 1, 300 do
    flooder:spawn("syn" .. i, function(os) os.socket("tcp"):connect "10.0.0.1:80" end)
  end
  local visitor = client:spawn("visitor", function(os)
    os.sleep(1.5)
    local start = os.clock()
    local socket = os.socket("tcp"):connect "10.0.0.1:80"
    return { seconds = os.clock() - start, is_in = socket ~= nil }
  end)
  sim:run "30s"
  local counters = server:nstat()
  return { seconds = visitor.result and visitor.result.seconds, cookies = counters.TcpExtSyncookiesSent or 0,
           dropped = counters.TcpExtTCPReqQFullDrop or 0 }
end

local default, off = knock(), knock(0)
print(("default: connected after %.2f s, %d cookies sent"):format(default.seconds, default.cookies))
print(("0:       %s, %d SYNs dropped"):format(off.seconds and ("connected after %.2f s"):format(off.seconds) or "not connected within 28 s", off.dropped))
return lab.judge("tcp_syncookies is 0 by default",
  default.cookies > 0 and default.seconds < 0.1 and (not off.seconds or off.seconds > 1),
  "it is 1: under 300 open SYNs a visitor gets in after %.2f s; with 0 he %s", default.seconds,
  off.seconds and ("waits %.1f s"):format(off.seconds) or "stays outside for half a minute")
