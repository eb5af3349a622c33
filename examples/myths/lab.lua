-- SPDX-License-Identifier: GPL-3.0-or-later
-- What the scenarios of this folder share: two hosts on a link, and how a claim is judged.
local netsim = require "netsim"
local lab = {}

-- Two hosts, 10.0.0.1 and 10.0.0.2, on a link of @wire (as sim:link takes it; by default 1 Gbit/s, 10 ms each way).
function lab.pair(kernel, wire, seed)
  local sim = netsim.new { seed = seed or 1 }
  local server, client = sim:host("server", { kernel = kernel }), sim:host("client", { kernel = kernel })
  sim:link(server:nic "eth0", client:nic "eth0", wire or { rate = "1Gbit", delay = "10ms" })
  server:sh "ip addr add 10.0.0.1/24 dev eth0"
  client:sh "ip addr add 10.0.0.2/24 dev eth0"
  return sim, server, client
end

-- A server that sends @bytes to everyone who connects to port 80, then closes.
function lab.serve(server, bytes)
  server:spawn("httpd", function(os)
    for connection in os.socket("tcp"):bind(":80"):listen(1024):accepts() do
      connection:send(bytes)
      connection:close()
    end
  end)
end

-- A client that fetches from 10.0.0.1:80; its result: seconds, bytes. @options of its socket by name
function lab.fetch(client, options)
  return client:spawn("fetch", function(os)
    local socket, start = os.socket "tcp", os.clock()
    for name, value in pairs(options or {}) do socket:setsockopt(name, value) end
    socket:connect "10.0.0.1:80"
    local bytes = socket:recv_all()
    socket:close()
    return { seconds = os.clock() - start, bytes = bytes }
  end)
end

-- Print the verdict; what `netsim myths` shows. @holds what must be so for it to be true
function lab.judge(claim, holds, verdict, ...)
  verdict = verdict:format(...)
  netsim.expect(holds, "the verdict does not hold: %s", verdict)
  print("Claim:   " .. claim)
  print("Verdict: " .. verdict)
  return { claim = claim, verdict = verdict }
end

return lab
