#!/usr/bin/env netsim
-- SPDX-License-Identifier: GPL-3.0-or-later
-- Question: a download over a 50 Mbit/s bottleneck of 100 ms that also loses one packet in 5000 by chance: which
--           congestion control gets more through, and where did the packets die?
-- Expected: on the clean line both fill about 90 % of it, and only the queue drops: hundreds of packets when reno's slow
--           start overshoots, a few when cubic leaves it early (HyStart).  With chance losses reno's window is about
--           1.22 / sqrt(loss) = 86 segments (10 Mbit/s); cubic backs off less and grows faster: half as much again.
-- Run time: half a second.
local netsim = require "netsim"

local params = netsim.params { rate = "50Mbit", rtt = "100ms", queue = "200p", loss = 0.0002, size = "150MB" }

local function download(congestion_control, loss)
  local sim = netsim.new { seed = params.seed }
  local server, client = sim:host "server", sim:host "client"
  sim:link(server:nic "eth0", client:nic "eth0", {
    delay = params.rtt / 2,
    a2b = { rate = params.rate, queue = params.queue, loss = loss },  -- the way of the data
  })
  server:sh "ip addr add 10.0.0.1/24 dev eth0"
  client:sh "ip addr add 10.0.0.2/24 dev eth0"
  server.sysctl["net.ipv4.tcp_congestion_control"] = congestion_control

  server:spawn("httpd", function(os)
    local listener = os.socket("tcp"):bind(":80"):listen(128)
    local connection = listener:accept()
    connection:send(params.size)
    connection:close()
  end)
  local process = client:spawn("fetch", function(os)
    local c = os.socket("tcp"):connect("10.0.0.1:80")
    local start = os.clock()
    local bytes = c:recv_all()
    c:close()
    return { goodput = bytes * 8 / (os.clock() - start) }
  end)

  sim:run "600s"
  local counters, fates = server:nstat(), {}
  for _, fate in ipairs(sim:fates()) do fates[#fates + 1] = fate.reason .. " " .. fate.pkts end
  return {
    goodput = process.result and process.result.goodput or 0,
    retransmitted = counters.TcpRetransSegs, timeouts = counters.TcpExtTCPTimeouts, fates = table.concat(fates, ", "),
  }
end

local result = {}
print(("%-6s %6s | %12s %8s %8s | %s"):format("", "loss", "goodput", "retrans", "timeouts", "dropped on the way"))
for _, loss in ipairs { 0, params.loss } do
  for _, cc in ipairs { "reno", "cubic" } do
    local r = download(cc, loss)
    result[cc .. (loss > 0 and "_lossy" or "")] = r
    print(("%-6s %5.2f%% | %7.3f Mbit %8d %8d | %s"):format(cc, loss * 100, r.goodput / 1e6, r.retransmitted, r.timeouts, r.fates))
  end
end

local ratio = result.cubic_lossy.goodput / result.reno_lossy.goodput
print(("\nVerdict: on the clean bottleneck cubic gets %.2f times reno's goodput, with chance losses %.2f times."):format(
      result.cubic.goodput / result.reno.goodput, ratio))
return result
