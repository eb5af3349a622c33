#!/usr/bin/env netsim
-- SPDX-License-Identifier: GPL-3.0-or-later
-- Claim: the old receive window was the "4 kB setting (IW3)".
-- Truth: two windows are mixed up.  4380 bytes is the initial *congestion* window of RFC 3390, three segments that a sender
--        may have on the way; the initial *receive* window of those kernels was four segments, 5840 bytes, in the SYN.
local lab = require "lab"

local function windows(kernel)
  local sim, server, client = lab.pair(kernel)
  client.sysctl["net.ipv4.tcp_window_scaling"] = 0        -- or else the window is rounded up to whole units
  local httpd = server:spawn("httpd", function(os)
    local connection = os.socket("tcp"):bind(":80"):listen(1):accept()
    local info = connection:info()
    return { congestion = info.snd_cwnd, receive = info.snd_wnd } -- the client's window, as its handshake offered it
  end)
  lab.fetch(client)
  sim:run()
  return httpd.result
end

local old, new = windows "rhel6.1", windows "rhel6.2"
print(("rhel6.1: congestion window %d segments, receive window %d bytes"):format(old.congestion, old.receive))
print(("rhel6.2: congestion window %d segments, receive window %d bytes"):format(new.congestion, new.receive))
return lab.judge("the receive window was 4 kB (IW3) before it became 15 kB",
  old.congestion == 3 and old.receive == 5840 and new.congestion == 10 and new.receive == 14600,
  "IW3 is the congestion window (%d segments); the receive window was %d bytes, four segments, and became %d",
  old.congestion, old.receive, new.receive)
