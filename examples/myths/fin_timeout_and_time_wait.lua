#!/usr/bin/env netsim
-- SPDX-License-Identifier: GPL-3.0-or-later
-- Claim: lowering net.ipv4.tcp_fin_timeout shortens TIME_WAIT.
-- Truth: it bounds how long an orphan waits in FIN_WAIT_2 for a peer that never closes.  TIME_WAIT lasts 60 s, a constant of
--        the kernel (TCP_TIMEWAIT_LEN), which the timer wheel rounds up a little.
local lab = require "lab"

-- Seconds from close() until the local port is free again; @peer_closes: or else the closer is left in FIN_WAIT_2.
local function life(fin_timeout, peer_closes)
  local sim, server, client = lab.pair "linux6.18"
  client.sysctl["net.ipv4.tcp_fin_timeout"] = fin_timeout
  server:spawn("peer", function(os)
    local connection = os.socket("tcp"):bind(":80"):listen(1):accept()
    connection:recv_all()
    if peer_closes then connection:close() else os.sleep(1000) end
  end)
  local closer = client:spawn("closer", function(os)
    local socket = os.socket("tcp"):bind(":40000"):connect "10.0.0.1:80"
    socket:close()
    local start = os.clock()
    repeat os.sleep(0.1) until os.socket("tcp"):bind ":40000"
    return os.clock() - start
  end)
  sim:run()
  return closer.result
end

print "tcp_fin_timeout | TIME_WAIT | FIN_WAIT_2 of an orphan"
local wait, orphan = {}, {}
for _, timeout in ipairs { 60, 15 } do
  wait[timeout], orphan[timeout] = life(timeout, true), life(timeout, false)
  print(("%13d s | %7.1f s | %7.1f s"):format(timeout, wait[timeout], orphan[timeout]))
end
return lab.judge("tcp_fin_timeout = 15 shortens TIME_WAIT", wait[60] == wait[15] and wait[15] >= 60 and orphan[15] < 20,
  "TIME_WAIT lasts %.1f s with 60 and with 15; what ends earlier is an orphan in FIN_WAIT_2 (%.1f s instead of %.1f s)",
  wait[15], orphan[15], orphan[60])
