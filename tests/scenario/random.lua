#!/usr/bin/env netsim
-- SPDX-License-Identifier: GPL-3.0-or-later
-- A network that the seed decides: hosts of several kernels behind a chain of routers, links with every impairment, settings
-- turned at random, TCP and UDP in many manners, some of them wrong.  Prints nothing: run it with --fingerprint or --json.
--   n          flows; 0 = 6 to 20
--   slices     run in so many pieces instead of in one
--   strangers  "first" or "last": two more hosts, made before or after the others, busy with each other only
-- Run time: a few hundredths of a second.
local netsim = require "netsim"

local params = netsim.params { n = 0, slices = 1, strangers = "none", duration = "60s" }
local sim = netsim.new {}

local function chance(p) return math.random() < p end
local function pick(list) return list[math.random(#list)] end
local function between(low, high) return low + (high - low) * math.random() end
local function log_between(low, high) return low * (high / low) ^ math.random() end

-- Settings that matter, with values to choose from; a kernel that lacks one does without.
local settings = {
  tcp_sack = { 0, 1 }, tcp_timestamps = { 0, 1 }, tcp_window_scaling = { 0, 1 }, tcp_ecn = { 0, 1, 2 }, tcp_dsack = { 0, 1 },
  tcp_frto = { 0, 2 }, tcp_recovery = { 0, 1 }, tcp_early_retrans = { 0, 1, 2, 3 }, tcp_fack = { 0, 1 },
  tcp_thin_dupack = { 0, 1 }, tcp_tw_recycle = { 0, 1 }, tcp_migrate_req = { 0, 1 }, tcp_no_ssthresh_metrics_save = { 0, 1 },
  tcp_congestion_control = { "reno", "cubic", "bbr", "dctcp" },
  tcp_autocorking = { 0, 1 }, tcp_slow_start_after_idle = { 0, 1 }, tcp_syncookies = { 0, 1, 2 }, tcp_tw_reuse = { 0, 1 },
  tcp_moderate_rcvbuf = { 0, 1 }, tcp_rmem = { "4096 20000 60000", "4096 87380 6291456" }, tcp_mtu_probing = { 0, 1 },
  tcp_wmem = { "4096 16384 30000", "4096 16384 4194304" }, tcp_reordering = { 3, 10 }, tcp_fin_timeout = { 2, 60 },
  tcp_abort_on_overflow = { 0, 1 }, tcp_thin_linear_timeouts = { 0, 1 }, tcp_no_metrics_save = { 0, 1 },
  tcp_comp_sack_nr = { 0, 44 }, tcp_pacing_ss_ratio = { 150, 200 }, tcp_notsent_lowat = { 16384, 4294967295 },
  tcp_syn_linear_timeouts = { 0, 4 }, tcp_rto_min_us = { 20000, 200000 }, tcp_adv_win_scale = { -2, 1, 2 },
  ip_no_pmtu_disc = { 0, 1 }, ip_default_ttl = { 2, 64 }, icmp_ratelimit = { 0, 1000 },
}

local function turn_settings(host)
  for name, values in pairs(settings) do
    if chance(0.3) then
      local value = pick(values)
      pcall(function() host.sysctl["net.ipv4." .. name] = value end)
    end
  end
end

local function direction()
  local d = { rate = log_between(1e6, 1e9), queue = pick { "5p", "20p", "100p", "16KiB", "256KiB" } }
  if chance(0.1) then d.rate = nil end
  if chance(0.4) then return d end
  if chance(0.3) then d.loss = log_between(1e-4, 0.05) end
  if chance(0.2) then d.duplicate = log_between(0.001, 0.05) end
  if chance(0.2) then d.corrupt, d.corrupt_by = log_between(0.001, 0.02), pick { "fcs", "payload" } end
  if chance(0.2) then d.ce = log_between(0.001, 0.1) end
  if chance(0.2) then d.ce_threshold = math.random(3, 20) end
  if chance(0.2) then d.reorder, d.reorder_delay = log_between(0.001, 0.1), log_between(1e-4, 0.02) end
  if chance(0.2) then d.jitter = log_between(1e-5, 0.01) end
  if chance(0.15) then d.gilbert = { p = 0.01, r = 0.3, loss_good = 0.001, loss_bad = 0.4 } end
  if chance(0.3) then
    d.rules = { { match = pick { "data", "new", "syn", "synack", "fin", "ack", "udp", "icmp" }, k = math.random(1, 8),
                  action = pick { "drop", "dup", "delay", "ce" }, delay = "5ms" } }
  end
  if chance(0.15) then d.cuts = { { at = between(0.1, 4), lasts = between(0.05, 2) } } end
  return d
end

-- Nothing of this may be felt by anybody else; so it draws nothing here.
local function strangers()
  local a, b = sim:host("stranger1", { kernel = "linux6.1" }), sim:host("stranger2", { kernel = "rhel7" })
  sim:link(a:nic "eth0", b:nic "eth0", { rate = "10Mbit", delay = "3ms", queue = "10p", loss = 0.02, jitter = "1ms" })
  a:sh "ip addr add 10.0.1.1/24 dev eth0"
  b:sh "ip addr add 10.0.1.2/24 dev eth0"
  b:spawn("echo", function(os)
    local socket = os.socket("udp"):bind(":7")
    while true do
      local n, _, peer = socket:recvfrom()
      socket:sendto(n, peer)
    end
  end)
  a:spawn("bulk", function(os) os.socket("tcp"):connect("10.0.1.2:80") end)
  a:spawn("caller", function(os)
    local socket = os.socket("udp"):connect "10.0.1.2:7"
    for _ = 1, 500 do socket:send(math.random(1400)) os.sleep(math.random() / 100) end
  end)
end
if params.strangers == "first" then strangers() end

-- ---- the network: leaves behind routers 1..n_routers in a row; subnet i is 10.0.i.0/24 ----

local kernels = { "rhel6.1", "rhel6.2", "rhel7", "linux6.1", "linux6.18", "linux7.2" }
local n_subnets, n_routers, n_leaves = 0, math.random(1, 3), math.random(2, 5)
local routers, leaves, home = {}, {}, {}   -- home[i]: the router of subnet i

-- A device of @host with an address in a subnet; the name of the device and the address
local function attach(host, device, subnet, number)
  local address = ("10.0.%d.%d"):format(subnet, number)
  local nic = host:nic(device)
  host:sh(("ip addr add %s/24 dev %s"):format(address, device))
  return nic, address
end

local function connect(a, a_device, b, b_device, mtu)
  n_subnets = n_subnets + 1
  local a_nic, a_address = attach(a, a_device, n_subnets, 1)
  local b_nic, b_address = attach(b, b_device, n_subnets, 2)
  sim:link(a_nic, b_nic, { delay = log_between(1e-5, 0.05), overhead = pick { "ethernet", "none" },
                           a2b = direction(), b2a = direction() })
  if mtu then
    a:sh("ip link set dev " .. a_device .. " mtu " .. mtu)
    b:sh("ip link set dev " .. b_device .. " mtu " .. mtu)
  end
  return a_address, b_address
end

for i = 1, n_routers do
  routers[i] = { host = sim:host("router" .. i, { kernel = pick(kernels) }), n_devices = 0 }
  routers[i].host:sh "sysctl -w net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0"
end
local function next_device(i)
  routers[i].n_devices = routers[i].n_devices + 1
  return "eth" .. routers[i].n_devices - 1
end
for i = 2, n_routers do
  local mtu = chance(0.3) and math.random(600, 1500) or nil
  routers[i].towards_lower, routers[i - 1].towards_higher =
    connect(routers[i - 1].host, next_device(i - 1), routers[i].host, next_device(i), mtu)
end
for i = 1, n_leaves do
  local leaf = { host = sim:host("leaf" .. i, { kernel = pick(kernels) }), router = math.random(n_routers) }
  local gateway
  gateway, leaf.address = connect(routers[leaf.router].host, next_device(leaf.router), leaf.host, "eth0")
  home[n_subnets], leaves[i] = leaf.router, leaf
  leaf.host:sh("ip route add default via " .. gateway .. (chance(0.3) and " initcwnd " .. math.random(1, 20) or ""))
  turn_settings(leaf.host)
end
for i, router in ipairs(routers) do
  for subnet, place in pairs(home) do
    local gateway = place > i and router.towards_higher or place < i and router.towards_lower
    if gateway then router.host:sh(("ip route add 10.0.%d.0/24 via %s"):format(subnet, gateway)) end
  end
end

-- ---- the flows ----

-- All that a program reads goes into what it returns, so that it can be compared.
local function receive(connection, pause, os)
  local bytes, error = 0, nil
  while true do
    local n, why = connection:recv(pause > 0 and 4000 or nil)
    if not n then error = why break end
    if n == 0 then break end
    bytes = bytes + n
    if pause > 0 then os.sleep(pause) end
  end
  return bytes, error
end

local flows = {}

local function tcp_flow(i, from, to)
  local port, size, count = 1000 + i, math.floor(log_between(1, 3e6)), math.random(1, 4)
  local request, pause, manner = math.random(1, 3000), chance(0.2) and 0.005 or 0, math.random(6)
  local start, backlog, options = between(0, 2), pick { 1, 5, 128 }, {}
  if chance(0.2) then options.nodelay = 1 end
  if chance(0.1) then options.rcvbuf = 8000 end
  if chance(0.1) then options.sndbuf = 20000 end
  if chance(0.1) then options.keepalive = 1 end
  to.host:spawn("server" .. i, function(os)
    local listener = os.socket("tcp"):bind(":" .. port)
    for name, value in pairs(options) do listener:setsockopt(name, value) end
    listener:listen(backlog)
    for connection in listener:accepts() do
      os.fork(function()
        connection:recv(request)
        if manner == 1 then connection:setsockopt("linger", 0) end
        connection:send(size)
        if manner == 2 then connection:shutdown "wr" receive(connection, 0, os) end
        connection:close()
      end)
    end
  end)
  flows[i] = from.host:spawn("client" .. i, function(os)
    os.sleep(start)
    local total, errors = 0, ""
    for _ = 1, count do
      local c = os.socket "tcp"
      for name, value in pairs(options) do c:setsockopt(name, value) end
      local connected, why = c:connect(to.address .. ":" .. port)
      if not connected then
        errors = errors .. " " .. why
      else
        if manner == 3 then c:send(("x"):rep(request)) else c:send(request) end
        if manner == 4 then for _ = 1, 20 do c:send(50) os.sleep(math.random() / 100) end end
        if manner == 5 then c:send(size) end
        local bytes, error = 0, nil
        if manner ~= 6 then bytes, error = receive(c, pause, os) end
        total, errors = total + bytes, errors .. (error and " " .. error or "")
        c:close()
      end
      os.sleep(math.random() / 5)
    end
    return { bytes = total, errors = errors, ended = os.clock() }
  end)
end

local function udp_flow(i, from, to)
  local port, count, size, start = 1000 + i, math.random(10, 200), math.random(1, pick { 1400, 9000 }), between(0, 2)
  local gap, answers, bound = log_between(1e-4, 0.02), chance(0.5), chance(0.85)
  if bound then
    to.host:spawn("udp-server" .. i, function(os)
      local socket = os.socket("udp"):bind(":" .. port)
      while true do
        local n, _, peer = socket:recvfrom()
        if n and answers then socket:sendto(n, peer) end
      end
    end)
  end
  flows[i] = from.host:spawn("udp-client" .. i, function(os)
    local socket = os.socket("udp"):connect(to.address .. ":" .. port)
    local sent, received, refused = 0, 0, 0
    os.sleep(start)
    for _ = 1, count do
      local n = socket:send(size)
      if n then sent = sent + n else refused = refused + 1 end
      os.sleep(gap * math.random() * 2)
      while answers and socket:inq() > 0 do received = received + (socket:recv() or 0) end
    end
    socket:close()
    return { sent = sent, received = received, refused = refused }
  end)
end

-- Somebody who talks to an address that nobody has, or to a port where nobody listens.
local function lost_flow(i, from, to)
  local address = pick { to.address .. ":9", "10.0.99.9:9", from.address:gsub("%d+$", "77") .. ":9" }
  flows[i] = from.host:spawn("lost" .. i, function(os)
    local connected, why = os.socket("tcp"):connect(address)
    return { connected = connected ~= nil, why = why, ended = os.clock() }
  end)
end

for i = 1, params.n > 0 and params.n or math.random(6, 20) do
  local from = math.random(n_leaves)
  local to = (from + math.random(n_leaves - 1) - 1) % n_leaves + 1
  local flow = chance(0.65) and tcp_flow or chance(0.7) and udp_flow or lost_flow
  flow(i, leaves[from], leaves[to])
end

if params.strangers == "last" then strangers() end

for i = 1, params.slices do sim:run(params.duration * i / params.slices) end

local result = { now = sim.now }
for i, flow in pairs(flows) do result["flow" .. i] = flow.result or "goes on" end
for _, node in ipairs { routers, leaves } do
  for _, n in ipairs(node) do result[n.host.name] = n.host:nstat() end
end
return result
