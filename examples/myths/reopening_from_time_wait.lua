#!/usr/bin/env netsim
-- SPDX-License-Identifier: GPL-3.0-or-later
-- Claim: reopening a connection in TIME_WAIT costs less than establishing a new one.
-- Truth: a port is reused by a complete handshake: a SYN, a SYN-ACK, an ACK, one round trip, as ever.
local lab = require "lab"

local sim, server, client = lab.pair("linux6.18", { rate = "1Gbit", delay = "10ms", raw_ip = true })  -- no ARP
client.sysctl["net.ipv4.tcp_tw_reuse"] = 1
server:spawn("httpd", function(os)
  for connection in os.socket("tcp"):bind(":80"):listen(16):accepts() do
    connection:recv_all()
    connection:close()
  end
end)
local opens = client:spawn("opens", function(os)
  local seconds = {}
  for i = 1, 2 do
    local socket, start = os.socket("tcp"), os.clock()
    socket:setsockopt("reuseaddr", 1)
    socket:bind ":40000"
    socket:connect "10.0.0.1:80"
    seconds[i] = os.clock() - start
    socket:close()
    os.sleep(5)                                         -- the first one is in TIME_WAIT now
  end
  return seconds
end)
sim:run "30s"

local first, again = opens.result[1], opens.result[2]
local handshakes = server:nstat().TcpPassiveOpens
print(("new: %.2f ms, from TIME_WAIT: %.2f ms, %d handshakes"):format(first * 1000, again * 1000, handshakes))
return lab.judge("reopening from TIME_WAIT is cheaper", handshakes == 2 and again > 0.019,
  "the second connection from that port took a full handshake too: %.1f ms and %.1f ms", first * 1000, again * 1000)
