-- SPDX-License-Identifier: GPL-3.0-or-later
-- Ready probes: they print as the SystemTap examples of the same names.
--   sim:probe "dropwatch"    sim:probe("nettop", "1s")    sim:probe("nettop", { every = "1s", host = "server" })
-- Without a host they look at all of them, and say which one it is.
local netsim, private = ...
local write = private.write

local function sorted(rows, comes_first)
  local list = {}
  for _, row in pairs(rows) do list[#list + 1] = row end
  table.sort(list, comes_first)
  return list
end

local ready = {}

-- nettop.stp: what each process sends and receives.  The network's own work, such as ACKs and all that arrives, is the
-- idle task's ("swapper/0").
ready["nettop"] = { every = "5s", start = function(sim, host)
  local hosts = {}
  local function row_of(e)
    local rows = hosts[e.host] or {}
    hosts[e.host] = rows
    local key = e.pid .. " " .. e.comm .. " " .. e.args.name
    rows[key] = rows[key] or { pid = e.pid, dev = e.args.name, exec = e.comm, xmit_pk = 0, recv_pk = 0, xmit = 0, recv = 0 }
    return rows[key]
  end
  sim:probe("net:net_dev_queue", { host = host }, function(e)
    local row = row_of(e)
    row.xmit_pk, row.xmit = row.xmit_pk + 1, row.xmit + e.args.len
  end)
  sim:probe("net:netif_receive_skb", { host = host }, function(e)
    local row = row_of(e)
    row.recv_pk, row.recv = row.recv_pk + 1, row.recv + e.args.len
  end)
  local function busiest_first(a, b)
    local x, y = a.xmit_pk + a.recv_pk, b.xmit_pk + b.recv_pk
    if x ~= y then return x > y end
    if a.pid ~= b.pid then return a.pid < b.pid end
    return a.dev < b.dev
  end
  return function(is_end)
    if is_end and not next(hosts) then return end
    for name, rows in pairs(hosts) do
      if not host then write(string.format("[%s at %.9g s]\n", name, sim.now)) end
      write(string.format("%5s %5s %-12s %7s %7s %7s %7s %-15s\n", "PID", "UID", "DEV", "XMIT_PK", "RECV_PK", "XMIT_KB",
                          "RECV_KB", "COMMAND"))
      for _, row in ipairs(sorted(rows, busiest_first)) do
        write(string.format("%5d %5d %-12s %7d %7d %7d %7d %-15s\n", row.pid, 0, row.dev, row.xmit_pk, row.recv_pk,
                            row.xmit // 1024, row.recv // 1024, row.exec))
      end
      write("\n")
    end
    hosts = {}
  end
end }

-- dropwatch.stp: where packets die.  On a wire there is no function of the kernel: its ends and the reason stand for it.
ready["dropwatch"] = { every = "5s", start = function(sim, host)
  local locations = {}
  write("Monitoring for dropped packets\n")
  sim:probe("skb:kfree_skb", { host = host }, function(e)
    local place = e.args.location
    if place == "" then place = string.format("%s (%s)", e.where, e.args.reason)
    elseif not host then place = place .. " [" .. e.host .. "]" end
    locations[place] = locations[place] or { place = place, count = 0 }
    locations[place].count = locations[place].count + 1
  end)
  return function(is_end)
    local rows = sorted(locations, function(a, b) return a.count > b.count or (a.count == b.count and a.place < b.place) end)
    if not is_end or #rows > 0 then write("\n") end
    for _, row in ipairs(rows) do write(string.format("%d packets dropped at %s\n", row.count, row.place)) end
    if is_end then write("Stopping dropped packet monitor\n") end
    locations = {}
  end
end }

-- socket-trace.stp: the functions of net/socket.c that a call passes, inwards and outwards.
local inner = { socket = "__sock_create", sendto = "__sock_sendmsg", recvfrom = "sock_recvmsg" }

ready["socket-trace"] = { start = function(sim, host)
  local entered = {} -- by host and process: when the outermost function was entered
  local function line(e, depth, arrow, func)
    local key = e.host .. "/" .. e.pid
    entered[key] = entered[key] or e.time
    write(string.format("%6d %s(%d):%s %s %s\n", math.floor((e.time - entered[key]) * 1e6 + 0.5),
                        host and e.comm or e.host .. "/" .. e.comm, e.pid, (" "):rep(depth), arrow, func))
  end
  local function functions(e)
    local call = e.name:match("sys_%a+_(.+)$")
    if call == "close" then return { "sock_close", "__sock_release" } end
    return { "__x64_sys_" .. call, "__sys_" .. call, inner[call] }
  end
  sim:probe("syscalls:sys_enter_*", { host = host }, function(e)
    for depth, func in ipairs(functions(e)) do line(e, depth - 1, "->", func) end
  end)
  sim:probe("syscalls:sys_exit_*", { host = host }, function(e)
    local list = functions(e)
    for depth = #list, 1, -1 do line(e, depth - 1, "<-", list[depth]) end
    entered[e.host .. "/" .. e.pid] = nil
  end)
end }

private.set_ready_probe(function(sim, name, options)
  local function fail(format, ...) error(private.where() .. string.format(format, ...), 0) end
  local probe = ready[name]
  if not probe then
    local names = { "nettop", "dropwatch", "socket-trace" }
    fail("sim:probe: no ready probe \"%s\"%s (there are %s; a tracepoint needs a function: sim:probe(\"tcp:tcp_probe\", f))", name,
         private.nearest(name, names), table.concat(names, ", "))
  end
  if type(options) ~= "table" then options = { every = options } end
  for key in pairs(options) do
    if key ~= "every" and key ~= "host" then
      fail("sim:probe: %s takes every and host, not \"%s\"%s", name, tostring(key), private.nearest(tostring(key), { "every", "host" }))
    end
  end
  if options.every and not probe.every then fail("sim:probe: %s prints as it goes; it takes no time", name) end
  if options.host ~= nil and type(options.host) ~= "string" then fail("sim:probe: host is the name of a host") end
  local report = probe.start(sim, options.host)
  if report then private.every(sim, options.every or probe.every, report) end
end)
