#!/usr/bin/env netsim
-- SPDX-License-Identifier: GPL-3.0-or-later
-- Question: one download over 100 Mbit/s and 40 ms, with a buffer of a tenth, one or four bandwidth-delay products, and with
--           1 % of chance losses: which congestion control fills the line, and how long does a packet wait for it?
-- Expected: cubic fills the line if the buffer is large, and then the buffer as well: the round trip grows with it.  bbr keeps
--           90 % of the line or more everywhere, with a queue of less than a round trip; a tiny buffer costs it many
--           repetitions.  With 1 % of chance losses cubic falls to about 1.2 / sqrt(loss) segments a round trip, 3 Mbit/s.
-- Run time: three seconds.
local netsim = require "netsim"

local params = netsim.params { rate = "100Mbit", rtt = "40ms", loss = 0.01, seconds = 20 }
local bdp = params.rate / 8 * params.rtt / 1538 -- packets on the wire

local function download(algorithm, buffer, loss)
  local sim = netsim.new { seed = params.seed }
  local server, client = sim:host "server", sim:host "client"
  sim:link(server:nic "eth0", client:nic "eth0", {
    delay = params.rtt / 2,
    a2b = { rate = params.rate, queue = math.max(1, math.floor(bdp * buffer)) .. "p", loss = loss, overhead = "ethernet" },
  })
  server:sh "ip addr add 10.0.0.1/24 dev eth0; sysctl -qw net.ipv4.tcp_wmem='4096 16384 33554432'"
  client:sh "ip addr add 10.0.0.2/24 dev eth0; sysctl -qw net.ipv4.tcp_rmem='4096 131072 33554432'"
  server:sh("sysctl -qw net.ipv4.tcp_congestion_control=" .. algorithm)

  server:spawn("httpd", function(os)
    local c = os.socket("tcp"):bind(":80"):listen(128):accept()
    c:send(1e12) -- more than there is time for
  end)
  local bytes = 0
  client:spawn("fetch", function(os)
    local c = os.socket("tcp"):connect "10.0.0.1:80"
    while true do bytes = bytes + c:recv(1048576) end
  end)

  sim:run "2s" -- the start is another matter
  local before, rtts = bytes, 0
  for second = 3, params.seconds do
    sim:run(second .. "s")
    rtts = rtts + tonumber(server:sh("ss -tinH state established"):match "rtt:([%d.]+)")
  end
  return {
    goodput = (bytes - before) * 8 / (params.seconds - 2),
    rtt = rtts / (params.seconds - 2) / 1e3,
    retransmitted = server:nstat().TcpRetransSegs,
  }
end

local result = {}
print(("%-22s %-6s | %12s %9s %8s"):format("line", "", "goodput", "rtt", "repeated"))
for _, line in ipairs {
  { "tiny_buffer", "buffer 0.1 BDP", 0.1, 0 }, { "one_bdp", "buffer 1 BDP", 1, 0 }, { "four_bdp", "buffer 4 BDP", 4, 0 },
  { "lossy", ("1 BDP, %g %% lost"):format(params.loss * 100), 1, params.loss },
} do
  local key, name, buffer, loss = table.unpack(line)
  for _, algorithm in ipairs { "cubic", "bbr" } do
    local r = download(algorithm, buffer, loss)
    result[key .. "_" .. algorithm] = r
    print(("%-22s %-6s | %7.2f Mbit %6.1f ms %8d"):format(name, algorithm, r.goodput / 1e6, r.rtt * 1e3, r.retransmitted))
  end
end

print(("\nVerdict: with %g %% of chance losses bbr gets %.0f times cubic's goodput; in a large buffer its packets wait %.0f ms, cubic's %.0f ms.")
  :format(params.loss * 100, result.lossy_bbr.goodput / result.lossy_cubic.goodput,
          (result.four_bdp_bbr.rtt - params.rtt) * 1e3, (result.four_bdp_cubic.rtt - params.rtt) * 1e3))
return result
