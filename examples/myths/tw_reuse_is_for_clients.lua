#!/usr/bin/env netsim
-- SPDX-License-Identifier: GPL-3.0-or-later
-- Claim: tcp_tw_reuse is 0 by default and helps web servers.
-- Truth: the default is 2 (loopback only), and it concerns sockets that dial out: a host with 100 ports opens 1000
--        connections to one server; where the *server* closes first, the client has nothing in TIME_WAIT to reuse.
local lab = require "lab"

-- Connections out of 1000 that could be opened; @who closes first, @who sets tcp_tw_reuse = 1
local function opened(closer, setter)
  local sim, server, client = lab.pair "linux6.18"
  if setter then ({ server = server, client = client })[setter].sysctl["net.ipv4.tcp_tw_reuse"] = 1 end
  client.sysctl["net.ipv4.ip_local_port_range"] = "40000 40099"
  server:spawn("httpd", function(os)
    for connection in os.socket("tcp"):bind(":80"):listen(1024):accepts() do
      if closer == "client" then connection:recv_all() end
      connection:close()
    end
  end)
  local dialler = client:spawn("dialler", function(os)
    local good = 0
    for _ = 1, 1000 do
      local socket = os.socket "tcp"
      if socket:connect "10.0.0.1:80" then good = good + 1 end
      if closer == "server" then socket:recv_all() end
      socket:close()
      os.sleep "10ms"
    end
    return good
  end)
  sim:run "50s"
  return dialler.result
end

local default, on_server, on_client = opened "client", opened("client", "server"), opened("client", "client")
print(("1000 connections in 50 s from 100 ports: default %d, reuse on the server %d, on the client %d"):format(default, on_server, on_client))
return lab.judge("tcp_tw_reuse helps web servers", default == 100 and on_server == default and on_client > 900,
  "it is 2 by default and serves who dials: %d of 1000 connections open; with it on the server %d, on the client %d",
  default, on_server, on_client)
