#!/usr/bin/env netsim
-- SPDX-License-Identifier: GPL-3.0-or-later
-- Question: what did RHEL 6.2 gain when it raised TCP's initial window from 3 to 10 segments (and the initial
--           receive window from 4 kB to 15 kB)?  Short fetches, where the window never grows large.
-- Expected: windows of 3, 6, 12 ... segments against 10, 20, 40 ...: nothing at 4 KiB, which fits into 3 segments; one
--           round trip less at 16 KiB, two at 64 KiB, one above, at every RTT.  Latency is (flights + 1) round trips.
-- Run time: a tenth of a second.
local netsim = require "netsim"

local params = netsim.params { rate = "1Gbit", old = "rhel6.1", new = "rhel6.2" }
local sizes = { 4096, 16384, 65536, 131072, 524288 }  -- bytes
local rtts = { 0.01, 0.05, 0.1, 0.3 }                 -- seconds

-- One fetch of @size bytes between two hosts of that kernel.
local function fetch(kernel, rtt, size)
  local sim = netsim.new { seed = params.seed }
  local server, client = sim:host("server", { kernel = kernel }), sim:host("client", { kernel = kernel })
  sim:link(server:nic "eth0", client:nic "eth0", { rate = params.rate, delay = rtt / 2, raw_ip = true })  -- no ARP
  server:sh "ip addr add 10.0.0.1/24 dev eth0"
  client:sh "ip addr add 10.0.0.2/24 dev eth0"

  server:spawn("httpd", function(os)
    local listener = os.socket("tcp"):bind(":80"):listen(128)
    for connection in listener:accepts() do
      connection:recv()
      connection:send(size)
      connection:close()
    end
  end)

  local process = client:spawn("fetch", function(os)
    local start, flights, last = os.clock(), 0, -1
    local c = os.socket("tcp"):connect("10.0.0.1:80")
    c:send("GET / HTTP/1.0\r\n\r\n")
    while c:recv() > 0 do                             -- 0 at the end of file
      if os.clock() - last > rtt / 2 then flights = flights + 1 end
      last = os.clock()
    end
    c:close()
    return { latency = last - start, flights = flights }
  end)

  sim:run()
  return process.result
end

print(("%8s %7s | %7s %10s | %7s %10s | %6s"):format("size", "RTT", "flights", params.old, "flights", params.new, "gain"))
local best, rows = { gain = -1 }, {}
for _, size in ipairs(sizes) do
  for _, rtt in ipairs(rtts) do
    local old, new = fetch(params.old, rtt, size), fetch(params.new, rtt, size)
    local row = { size = size, rtt = rtt, old = old, new = new, gain = 1 - new.latency / old.latency }
    rows[#rows + 1] = row
    if row.gain > best.gain + 0.01 then best = row end
    print(("%5d KiB %4d ms | %7d %7.1f ms | %7d %7.1f ms | %5.0f%%"):format(size // 1024, rtt * 1000 // 1, old.flights,
          old.latency * 1000, new.flights, new.latency * 1000, row.gain * 100))
  end
end

print(("\nVerdict: the larger initial windows save %d of %d flights and %.0f%% of the time where they matter most (%d KiB at %d ms RTT)."):format(
      best.old.flights - best.new.flights, best.old.flights, best.gain * 100, best.size // 1024, best.rtt * 1000 // 1))
return { best_gain = best.gain, rows = rows }
