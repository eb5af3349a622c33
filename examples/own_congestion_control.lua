#!/usr/bin/env netsim
-- SPDX-License-Identifier: GPL-3.0-or-later
-- Question: what does a congestion control of one's own get?  Two, written here in Lua, against reno on 20 Mbit/s and 40 ms
--           with a buffer of one bandwidth-delay product.
-- Expected: "mine" is reno in ten lines of Lua: the same goodput and the same number of repetitions as the built-in one.
--           "steady" measures the delivery rate, paces at it and keeps one bandwidth-delay product and a little in flight:
--           the line is full, nothing is lost, and packets hardly wait.
-- Run time: two seconds.
local netsim = require "netsim"

local params = netsim.params { rate = "20Mbit", rtt = "40ms", seconds = 20 }
local bdp = params.rate / 8 * params.rtt / 1538

-- RFC 5681: slow start, then one segment a window.  A loss halves the window, which is what ssthresh does if it is not given.
local mine = { name = "mine" }

function mine.ack(c, acked)
  if not c.is_cwnd_limited then return end
  if c.cwnd < c.ssthresh then
    local more = math.min(acked, c.ssthresh - c.cwnd)
    c.cwnd, acked = c.cwnd + more, acked - more
  end
  c.count = (c.count or 0) + acked -- what is not one of Linux's stays as it was put there
  if c.count >= c.cwnd then c.cwnd, c.count = c.cwnd + 1, c.count - c.cwnd end
end

-- Rate-based: twice the delivery rate until it stops growing, from then on that rate.
local steady = { name = "steady" }

function steady.init(c) c.best, c.stale, c.round_ends = 0, 0, 0 end

function steady.control(c, acked)
  if not c.min_rtt then return end
  if c.delivered >= c.round_ends then -- a round trip
    c.round_ends = c.delivered + c.in_flight
    if c.delivery_rate > c.best * 1.1 then c.best, c.stale = c.delivery_rate, 0
    else c.best, c.stale = math.max(c.best, c.delivery_rate), c.stale + 1 end
  end
  local pipe = c.best * c.min_rtt / c.mss
  if c.stale < 3 then
    c.cwnd = math.max(10, math.min(c.cwnd + acked, 2 * pipe + 10))
    c.pacing_rate = math.max(2 * c.best, 20 * c.mss / c.min_rtt)
  else
    c.cwnd = pipe + 10
    c.pacing_rate = c.best
  end
end

function steady.ssthresh(c) return c.ssthresh end

local function download(algorithm)
  local sim = netsim.new { seed = params.seed }
  local server, client = sim:host "server", sim:host "client"
  sim:link(server:nic "eth0", client:nic "eth0", {
    delay = params.rtt / 2, a2b = { rate = params.rate, queue = math.floor(bdp) .. "p", overhead = "ethernet" },
  })
  server:congestion_control(mine)
  server:congestion_control(steady)
  server:sh("ip addr add 10.0.0.1/24 dev eth0; sysctl -qw net.ipv4.tcp_congestion_control=" .. algorithm)
  client:sh "ip addr add 10.0.0.2/24 dev eth0"
  server:spawn("httpd", function(os)
    local c = os.socket("tcp"):bind(":80"):listen(128):accept()
    c:send(1e12)
  end)
  local bytes = 0
  client:spawn("fetch", function(os)
    local c = os.socket("tcp"):connect "10.0.0.1:80"
    while true do bytes = bytes + c:recv(1048576) end
  end)
  sim:run "2s"
  local before, rtts = bytes, 0
  for second = 3, params.seconds do
    sim:run(second .. "s")
    rtts = rtts + tonumber(server:sh("ss -tinH state established"):match "rtt:([%d.]+)")
  end
  return { goodput = (bytes - before) * 8 / (params.seconds - 2), rtt = rtts / (params.seconds - 2) / 1e3,
           retransmitted = server:nstat().TcpRetransSegs }
end

local result = {}
print(("%-8s | %12s %9s %8s"):format("", "goodput", "rtt", "repeated"))
for _, algorithm in ipairs { "reno", "mine", "steady" } do
  local r = download(algorithm)
  result[algorithm] = r
  print(("%-8s | %7.2f Mbit %6.1f ms %8d"):format(algorithm, r.goodput / 1e6, r.rtt * 1e3, r.retransmitted))
end

print(("\nVerdict: mine gets %.3f of reno's goodput, steady %.3f of it with packets that wait %.1f ms in the place of %.1f ms."):format(
      result.mine.goodput / result.reno.goodput, result.steady.goodput / result.reno.goodput,
      (result.steady.rtt - params.rtt) * 1e3, (result.reno.rtt - params.rtt) * 1e3))
return result
