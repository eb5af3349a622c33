-- SPDX-License-Identifier: GPL-3.0-or-later
-- Question: a burst of datagrams arrives incomplete.  Where do the missing ones die: in the network or in the receiver?
-- Expected: of 400 datagrams the bottleneck's queue drops some, and the small receive buffer of a reader that sleeps many
-- more.  The network's loss is for a longer queue, the host's for net.core.rmem_max and a faster reader.
-- Run time: below a second.
local netsim = require "netsim"
local params = netsim.params { datagrams = 400, size = 1000, rate = "100Mbit", queue = "300p", rcvbuf = "64KiB" }

local sim      = netsim.new()
local sender   = sim:host("sender")
local receiver = sim:host("receiver")
sim:link(sender:nic "eth0", receiver:nic "eth0", { rate = params.rate, delay = "1ms", queue = params.queue })
sender:sh "ip addr add 10.0.0.1/24 dev eth0"
receiver:sh "ip addr add 10.0.0.2/24 dev eth0"

local reader = receiver:spawn("reader", function(os)
  local socket, n = os.socket("udp"):bind(":9000"):setsockopt("rcvbuf", params.rcvbuf), 0
  socket:setsockopt("rcvtimeo", "2s")
  os.sleep "1s"                                  -- busy elsewhere
  while socket:recv() do n = n + 1 end
  return n
end)

sender:spawn("sender", function(os)
  local socket = os.socket("udp")
  os.sleep "100ms"
  socket:sendto(1, "10.0.0.2:9000")              -- ARP, so that the burst does not wait for it
  os.sleep "100ms"
  for _ = 1, params.datagrams do socket:sendto(params.size, "10.0.0.2:9000") end
end)

-- The kernel's tracepoint for packets that are thrown away; `location` is the kernel's function, "" on the wire.
local died = { host = 0, network = 0 }
sim:probe("skb:kfree_skb", function(e)
  local where = e.args.location == "" and "network" or "host"
  died[where] = died[where] + 1
end)
sim:probe("dropwatch", "1s")                     -- prints the same, as dropwatch.stp does
sim:sample("10ms", { "sender:eth0.queue_pkts", "receiver/reader.rmem_alloc", "receiver.UdpRcvbufErrors" })
sim:run()

expect(reader.result + died.host + died.network == params.datagrams + 1, "every datagram is accounted for")
print(string.format("Verdict: of %d datagrams %d died in the network's queue and %d at the receiver's socket buffer; %d were read.",
                    params.datagrams, died.network, died.host, reader.result - 1))
