#!/usr/bin/env netsim
-- SPDX-License-Identifier: GPL-3.0-or-later
-- Claim: an initial congestion window of 10 segments is "according to RFC 5681".
-- Truth: RFC 5681 allows 2 to 4 segments: min(4 MSS, max(2 MSS, 4380 bytes)), which is 3 of 1460 bytes.  Ten came as a draft
--        in 2010 and as RFC 6928 (Experimental) in 2013.  Counted here: the first flight, per kernel.
local lab = require "lab"

-- Segments with data before the first acknowledgment of data can come.
local function first_flight(kernel)
  local sim, server, client = lab.pair(kernel)
  local httpd = server:spawn("httpd", function(os)
    local connection = os.socket("tcp"):bind(":80"):listen(1):accept()
    connection:send(16000)
    os.sleep "5ms"
    return connection:info().data_segs_out
  end)
  lab.fetch(client)
  sim:run()
  return httpd.result
end

local mss = 1460
local rfc5681 = math.min(4 * mss, math.max(2 * mss, 4380)) // mss
local flights = {}
for _, kernel in ipairs { "rhel6.1", "rhel6.2", "rhel7", "linux6.1", "linux6.18" } do
  flights[kernel] = first_flight(kernel)
  print(("%-9s first flight %2d segments"):format(kernel, flights[kernel]))
end
return lab.judge("10 segments are the initial window of RFC 5681",
  flights["rhel6.1"] == rfc5681 and flights["rhel6.2"] == 10 and flights["linux6.18"] == 10,
  "RFC 5681 allows %d segments of %d bytes, which rhel6.1 sends; rhel6.2 and later send %d, which is RFC 6928",
  rfc5681, mss, flights["linux6.18"])
