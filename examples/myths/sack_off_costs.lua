#!/usr/bin/env netsim
-- SPDX-License-Identifier: GPL-3.0-or-later
-- Claim: SACK makes servers "more prone" to denial of service, so switching it off is a fair trade.
-- Truth: without it a sender learns of one hole a round trip, waits for time-outs and repeats what has arrived; RACK has
--        nothing to work with.  Burst losses (Gilbert-Elliott) on a path of 40 ms, ten fetches each.
local netsim = require "netsim"
local lab = require "lab"

local function fetch(sack, bad, seed)
  local sim, server, client = lab.pair("linux6.18", { rate = "100Mbit", delay = "20ms", queue = "500p",
    a2b = { gilbert = { p = bad, r = 0.3, loss_bad = 0.5 } } }, seed)
  client.sysctl["net.ipv4.tcp_sack"] = sack
  lab.serve(server, 4000000)
  local process = lab.fetch(client)
  sim:run()
  local counters = server:nstat()
  return process.result.seconds, counters.TcpRetransSegs or 0, counters.TcpExtTCPTimeouts or 0
end

local function ten(sack, bad)
  local sum = { seconds = 0, retransmitted = 0, timeouts = 0 }
  for seed = 1, 10 do
    local seconds, retransmitted, timeouts = fetch(sack, bad, seed)
    sum.seconds, sum.retransmitted, sum.timeouts = sum.seconds + seconds, sum.retransmitted + retransmitted, sum.timeouts + timeouts
  end
  return sum
end

print "  loss | SACK: seconds  retrans  timeouts | none: seconds  retrans  timeouts"
local worst
for _, bad in ipairs { 0.002, 0.005, 0.02 } do
  local on, off = ten(1, bad), ten(0, bad)
  if bad == 0.005 then worst = { on = on, off = off } end
  print(("%5.2f%% |      %8.2f %8d %9d |      %8.2f %8d %9d"):format(bad / (bad + 0.3) * 50, on.seconds / 10, on.retransmitted,
        on.timeouts, off.seconds / 10, off.retransmitted, off.timeouts))
end
local more = worst.off.retransmitted / worst.on.retransmitted
return lab.judge("switching SACK off costs nothing", more > 2 and worst.off.timeouts > worst.on.timeouts,
  "at 0.8 %% loss a sender without it repeats %.1f times as much and times out %d times instead of %d", more, worst.off.timeouts,
  worst.on.timeouts)
