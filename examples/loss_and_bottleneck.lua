#!/usr/bin/env netsim
-- SPDX-License-Identifier: GPL-3.0-or-later
-- Question: a download over a 10 Mbit/s bottleneck that also loses packets by chance: which congestion control gets
--           more through, and where did the packets die?
-- Expected: without loss both fill the link and only the queue drops; with 0.5 % of random loss both take each loss
--           for congestion, and cubic, which backs off less (to 0.7, reno to 0.5), keeps more of the link.
-- Run time: a few tenths of a second.
local netsim = require "netsim"

local params = netsim.params { rate = "10Mbit", rtt = "60ms", queue = "50p", loss = 0.005, size = "12MB" }

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

  sim:run "120s"
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
    print(("%-6s %5.1f%% | %7.2f Mbit %8d %8d | %s"):format(cc, loss * 100, r.goodput / 1e6, r.retransmitted, r.timeouts, r.fates))
  end
end

local ratio = result.cubic_lossy.goodput / result.reno_lossy.goodput
print(("\nVerdict: on the clean bottleneck reno and cubic are within %.0f%% of each other; with random loss cubic gets %.2f times reno's goodput."):format(
      math.abs(result.cubic.goodput / result.reno.goodput - 1) * 100, ratio))
return result
