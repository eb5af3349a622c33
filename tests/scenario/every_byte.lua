#!/usr/bin/env netsim
-- SPDX-License-Identifier: GPL-3.0-or-later
-- Expected: whatever the network does, every byte arrives, once, in order and unchanged; then nothing is left of it.
-- The seed decides all: a chain, a dumbbell, a star or a ring of routers, links with every impairment, settings drawn from
-- all that the kernel has, TCP flows in many manners, and what an operator does meanwhile.  No setting and no event is
-- such that Linux would give up, so nothing excuses a flow that fails or hangs.  Prints nothing unless something is wrong.
--   flows      how many; 0 = 2 to 12
--   only       of them, this one alone; 0 = all
--   calm       "yes": the links impair nothing, nobody does anything meanwhile, and settings stay (to reduce a seed)
-- Run time: a few hundredths of a second.  Many seeds: tests/scripts/every_byte.sh.
local netsim = require "netsim"

local params = netsim.params { flows = 0, only = 0, calm = "no" }
local sim = netsim.new {}
local is_calm = params.calm == "yes"
local is_smooth = is_calm or math.random() < 0.15 -- nothing is lost or reordered

local function chance(p) return math.random() < p end
local function pick(list) return list[math.random(#list)] end
local function between(low, high) return low + (high - low) * math.random() end
local function log_between(low, high) return low * (high / low) ^ math.random() end

local problems = {}
local function problem(...) problems[#problems + 1] = string.format(...) end

-- ---- settings: any that the kernel has, within what it accepts ----

-- Where a value that the kernel accepts ends connections or stops them by design, the values to choose from.
local never = {}
local narrowed = {
  tcp_retries2 = { 12, 15 }, tcp_syn_retries = { 6, 8 }, tcp_synack_retries = { 8, 15 },
  tcp_orphan_retries = never,
  tcp_abort_on_overflow = never, tcp_max_orphans = never,   -- resets
  tcp_syncookies = is_smooth and { 0, 1, 2 } or never,
  tcp_mem = never, tcp_low_latency = never, tcp_congestion_control = { "reno", "cubic", "bbr", "dctcp" },
  tcp_keepalive_probes = { 9 }, tcp_keepalive_intvl = { 5, 75 },
  tcp_shrink_window = never, -- what comes out of order may close the window for what is missing
  tcp_adv_win_scale = { -2, -1, 1, 2, 31 }, -- -31: no window ever
  tcp_notsent_lowat = { 1, 16384, 4294967295 }, -- 0: nobody may write
  tcp_rmem = { "4096 4096 4096", "4096 20000 60000", "4096 131072 6291456", "8192 1000000 4000000" },
  tcp_wmem = { "4096 4096 4096", "4096 16384 30000", "4096 16384 4194304" },
  tcp_rto_min_us = { 1000, 20000, 200000, 2000000 }, tcp_fin_timeout = { 2, 60, 600 },
  tcp_comp_sack_delay_ns = { 0, 1000000, 100000000 }, tcp_comp_sack_slack_ns = { 0, 100000, 10000000 },
  tcp_fastopen_key = never, tcp_available_congestion_control = never, tcp_available_ulp = never,
  tcp_allowed_congestion_control = never,
}
local others = { ["net.ipv4.ip_no_pmtu_disc"] = { 0, 1, 2 }, ["net.ipv4.ip_default_ttl"] = { 16, 64, 255 },
                 ["net.ipv4.icmp_ratelimit"] = { 0, 1000 }, ["net.core.somaxconn"] = { 8, 4096 },
                 ["net.ipv4.ip_local_port_range"] = { "32768 60999", "40000 40100" } }

local names_of = {} -- of a kernel: what it has of tcp_*, with the defaults
local function settings_of(host)
  if names_of[host.kernel] then return names_of[host.kernel] end
  local list = {}
  for name, value in host:sh "sysctl -a -r net.ipv4.tcp_":gmatch "net%.ipv4%.(tcp_[%w_]+) = ([^\n]*)\n" do
    list[#list + 1] = { name = name, default = value }
  end
  names_of[host.kernel] = list
  return list
end

-- A number like @default or unlike it.
local function draw_number(default)
  return pick { 0, 1, 2, default // 8, default // 2, default, default * 2, default * 8, math.random(0, 255) }
end

local function turn(host, setting)
  for _ = 1, 5 do -- until the kernel accepts one
    local values, default = narrowed[setting.name], math.tointeger(setting.default)
    if values == never or (not values and not default) then return end
    local value = values and pick(values) or draw_number(default)
    if pcall(function() host.sysctl["net.ipv4." .. setting.name] = value end) then return end
  end
end

local function turn_settings(host, share)
  for _, setting in ipairs(settings_of(host)) do
    if chance(share) then turn(host, setting) end
  end
  for name, values in pairs(others) do
    if chance(share) then pcall(function() host.sysctl[name] = pick(values) end) end
  end
end

-- ---- the network: routers, each edge and each leaf a subnet 10.0.i.0/24; routes are the shortest ways ----

local kernels = { "rhel6.1", "rhel6.2", "rhel7", "linux6.1", "linux6.18", "linux7.2" }
local routers, leaves, edges, n_subnets = {}, {}, {}, 0

local function direction()
  local d = { rate = log_between(5e5, 1e9), queue = pick { "4p", "20p", "100p", "1000p", "16KiB", "256KiB" } }
  if is_smooth then d.queue = nil end
  if is_smooth or chance(0.3) then return d end
  local severity = pick { 1, 1, 3, 6 }
  if chance(0.3) then d.loss = log_between(1e-4, 0.02 * severity) end
  if chance(0.2) then d.duplicate = log_between(0.001, 0.03 * severity) end
  if chance(0.2) then d.corrupt, d.corrupt_by = log_between(0.001, 0.01 * severity), pick { "fcs", "payload" } end
  if chance(0.2) then d.ce = log_between(0.001, 0.1) end
  if chance(0.2) then d.ce_threshold = math.random(3, 20) end
  if chance(0.2) then d.reorder, d.reorder_delay = log_between(0.001, 0.1), log_between(1e-4, 0.05) end
  if chance(0.2) then d.jitter = log_between(1e-5, 0.01) end
  if chance(0.2) then d.gilbert = { p = 0.01, r = between(0.2, 0.5), loss_good = 0.001, loss_bad = between(0.2, 0.8) } end
  if chance(0.3) then
    d.rules = { { match = pick { "data", "new", "syn", "synack", "fin", "ack", "any" }, k = math.random(1, 8),
                  action = pick { "drop", "dup", "delay", "ce" }, delay = pick { "1ms", "50ms", "1s" } } }
  end
  if chance(0.15) then d.cuts = { { at = between(0.01, 4), lasts = between(0.05, 2) } } end
  return d
end

local function attach(host, device, subnet, number)
  local nic, address = host:nic(device), ("10.0.%d.%d"):format(subnet, number)
  host:sh(("ip addr add %s/24 dev %s"):format(address, device))
  return nic, address
end

-- A link of @a and @b; its ends: { device, address } of both
local function connect(a, b)
  n_subnets = n_subnets + 1
  a.n_devices, b.n_devices = (a.n_devices or 0) + 1, (b.n_devices or 0) + 1
  local ends = { { device = "eth" .. a.n_devices - 1 }, { device = "eth" .. b.n_devices - 1 } }
  local a_nic, b_nic
  a_nic, ends[1].address = attach(a.host, ends[1].device, n_subnets, 1)
  b_nic, ends[2].address = attach(b.host, ends[2].device, n_subnets, 2)
  sim:link(a_nic, b_nic, { delay = log_between(1e-5, 0.08), overhead = pick { "ethernet", "none" },
                           a2b = direction(), b2a = direction() })
  return ends, n_subnets
end

local function add_router()
  local router = { host = sim:host("router" .. #routers + 1, { kernel = pick(kernels) }), towards = {} }
  router.host:sh "sysctl -w net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0"
  routers[#routers + 1] = router
end

local function add_edge(i, j)
  local ends = connect(routers[i], routers[j])
  edges[#edges + 1] = { i, j, ends = ends }
  routers[i].towards[j], routers[j].towards[i] = ends[2].address, ends[1].address
  if not is_smooth and chance(0.3) then
    local mtu = math.random(600, 1500)
    routers[i].host:sh(("ip link set dev %s mtu %d"):format(ends[1].device, mtu))
    routers[j].host:sh(("ip link set dev %s mtu %d"):format(ends[2].device, mtu))
  end
end

local function default_route(leaf)
  leaf.host:sh(("ip route replace default via %s%s"):format(leaf.gateway, leaf.route_options))
end

local function add_leaf(router)
  local leaf = { host = sim:host("leaf" .. #leaves + 1, { kernel = pick(kernels) }), router = router }
  local ends, subnet = connect(routers[router], leaf)
  leaf.gateway, leaf.address, leaf.subnet = ends[1].address, ends[2].address, subnet
  leaf.route_options = chance(0.3) and " initcwnd " .. math.random(1, 20) or ""
  if chance(0.1) then leaf.route_options = leaf.route_options .. " rto_min " .. pick { "50ms", "1s" } end
  leaves[#leaves + 1] = leaf
  default_route(leaf)
  -- A SYN cookie is checked with the first segment that comes: if that is the second one that was sent, Linux resets.
  if not is_smooth then leaf.host.sysctl["net.ipv4.tcp_syncookies"] = 0 end
  leaf.host.sysctl["net.ipv4.tcp_orphan_retries"] = 15 -- as long as others: a client may close before the server reads
  if not is_calm then turn_settings(leaf.host, pick { 0, 0.1, 0.3, 0.6 }) end
end

-- Routes of all routers to all leaves over the edges that are not @broken.
local function set_routes(broken)
  for _, leaf in ipairs(leaves) do
    local next_hop, wave = { [leaf.router] = true }, { leaf.router }
    while #wave > 0 do
      local further = {}
      for _, i in ipairs(wave) do
        for _, edge in ipairs(edges) do
          local j = edge[1] == i and edge[2] or edge[2] == i and edge[1]
          if j and edge ~= broken and not next_hop[j] then
            next_hop[j] = routers[j].towards[i]
            further[#further + 1] = j
          end
        end
      end
      wave = further
    end
    for j, gateway in pairs(next_hop) do
      if gateway ~= true then
        routers[j].host:sh(("ip route replace 10.0.%d.0/24 via %s"):format(leaf.subnet, gateway))
      end
    end
  end
end

local shape = pick { "chain", "dumbbell", "star", "ring" }
local n_routers = shape == "chain" and math.random(1, 5) or shape == "dumbbell" and 2 or shape == "star" and 1 or 3
for _ = 1, n_routers do add_router() end
for i = 2, n_routers do add_edge(i - 1, i) end
if shape == "ring" then add_edge(3, 1) end
if shape == "chain" then
  add_leaf(1) add_leaf(n_routers)
elseif shape == "dumbbell" then
  for _ = 1, math.random(1, 3) do add_leaf(1) add_leaf(2) end
else
  for i = 1, math.random(2, 4) do add_leaf((i - 1) % n_routers + 1) end
end
set_routes()

-- ---- content: a stream is a piece of one pattern, so that each byte is known by its place ----

local period = 16381 -- prime: nothing in a network has that length
local pattern = {}
for i = 1, period do pattern[i] = string.char(math.random(0, 255)) end
pattern = table.concat(pattern):rep(6) -- longer than what is read at once

local function content(stream, offset, n)
  local start = (stream * 1009 + offset) % period
  return pattern:sub(start + 1, start + n)
end

-- Write bytes @from to @to of @stream in pieces of @piece, with a @pause between them.  @return  true, or nil and why
local function write(os, socket, stream, from, to, piece, pause, flag)
  while from < to do
    local n = math.min(piece, to - from, period)
    local taken, why = socket:send(content(stream, from, n), flag)
    if not taken then return nil, why end
    from = from + taken
    if pause > 0 then os.sleep(pause * math.random() * 2) end
  end
  return true
end

-- Read from place @from to @to, or to the end of file (@to nil), and compare.  @return  place, or nil and why
local function read(os, socket, stream, from, to, piece, pause)
  while not to or from < to do
    local n, data = socket:recv(to and math.min(piece, to - from) or piece)
    if not n then return nil, data end
    if n == 0 then
      if to then return nil, ("end of file at %d of %d"):format(from, to) end
      break
    end
    if data ~= content(stream, from, n) then return nil, ("other bytes at %d to %d"):format(from, from + n) end
    from = from + n
    if pause > 0 then os.sleep(pause) end
  end
  return from
end

-- ---- workloads: what client and server do with a connection; each returns true, or nil and why ----

local function all(what, ...)
  local got, why = ...
  if got == nil then return nil, what .. ": " .. tostring(why) end
  return got
end

-- The other end sends the bytes 0 to @size and then shuts down.
local function read_to_end(f, os, c, stream, size)
  local got, why = all("read", read(os, c, stream, 0, nil, f.read_piece, f.read_pause))
  if got and got ~= size then return nil, ("read: %d bytes of %d"):format(got, size) end
  return got, why
end

local function write_and_end(f, os, c, stream, size)
  local good, why = all("write", write(os, c, stream, 0, size, f.write_piece, f.write_pause, f.flag))
  if not good then return nil, why end
  if f.shuts_down then c:shutdown "wr" end
  return true
end

-- stream: 2 i of client i, 2 i + 1 of its server
local workloads = {
  upload = {
    client = function(f, os, c)
      local good, why = write_and_end(f, os, c, f.up, f.size)
      if good and f.shuts_down then return read_to_end(f, os, c, f.down, 0) end
      return good, why -- then it closes: the bytes are on their way
    end,
    server = function(f, os, c) return read_to_end(f, os, c, f.up, f.size) end,
  },
  download = {
    client = function(f, os, c)
      local good, why = all("write", write(os, c, f.up, 0, f.request, f.request, 0))
      if not good then return nil, why end
      return read_to_end(f, os, c, f.down, f.size)
    end,
    server = function(f, os, c)
      local good, why = all("read", read(os, c, f.up, 0, f.request, f.request, 0))
      if not good then return nil, why end
      return write_and_end(f, os, c, f.down, f.size)
    end,
  },
  -- The server answers when it has seen the end of the request.
  half_close = {
    client = function(f, os, c)
      local good, why = all("write", write(os, c, f.up, 0, f.size, f.write_piece, f.write_pause))
      if not good then return nil, why end
      c:shutdown "wr"
      return read_to_end(f, os, c, f.down, f.size // 2)
    end,
    server = function(f, os, c)
      local good, why = read_to_end(f, os, c, f.up, f.size)
      if not good then return nil, why end
      return write_and_end(f, os, c, f.down, f.size // 2)
    end,
  },
  -- Rounds of a request and an answer.
  talk = {
    client = function(f, os, c)
      for round = 0, f.rounds - 1 do
        local good, why = all("write", write(os, c, f.up, round * f.request, (round + 1) * f.request, f.write_piece, 0))
        if not good then return nil, why end
        good, why = all("read", read(os, c, f.down, round * f.answer, (round + 1) * f.answer, f.read_piece, 0))
        if not good then return nil, why end
        if f.think > 0 then os.sleep(f.think * math.random()) end
      end
      return true
    end,
    server = function(f, os, c)
      for round = 0, f.rounds - 1 do
        local good, why = all("read", read(os, c, f.up, round * f.request, (round + 1) * f.request, f.read_piece, 0))
        if not good then return nil, why end
        good, why = all("write", write(os, c, f.down, round * f.answer, (round + 1) * f.answer, f.write_piece, 0))
        if not good then return nil, why end
      end
      return read_to_end({ read_piece = 1000, read_pause = 0 }, os, c, f.up, 0)
    end,
  },
}

-- Both ends write and read at once, and both shut down when they have written.
local function both_ways(mine, theirs)
  return function(f, os, c)
    local written, why_not, has_read
    os.fork(function() -- with its end the connection would be closed
      written, why_not = all("write", write(os, c, f[mine], 0, f.size, f.write_piece, f.write_pause))
      if written then c:shutdown "wr" end
      written = written or false
      while not has_read do os.sleep(0.1) end
    end)
    local good, why = read_to_end(f, os, c, f[theirs], f.size)
    while written == nil do os.sleep(0.1) end
    has_read = true
    if not written then return nil, why_not end
    return good, why
  end
end
workloads.both = { client = both_ways("up", "down"), server = both_ways("down", "up") }

-- ---- the flows ----

local socket_options = {
  nodelay = { 1 }, cork = { 1 }, quickack = { 0 }, sndbuf = { 2000, 20000, 200000 }, rcvbuf = { 2000, 8000, 100000 },
  maxseg = { 88, 536, 1000 }, keepalive = { 1 }, notsent_lowat = { 1000, 100000 }, window_clamp = { 3000, 30000 },
  tos = { 0, 16 }, mtu_discover = { 0, 1, 2 }, max_pacing_rate = { 100000, 10000000 }, congestion = { "reno", "cubic", "bbr" },
}

local function draw_options()
  local options = {}
  for name, values in pairs(socket_options) do
    if chance(0.07) then options[name] = pick(values) end
  end
  return options
end

local function set_options(socket, options)
  for name, value in pairs(options) do socket:setsockopt(name, value) end -- what the kernel lacks is refused
end

local flows = {}

local function add_flow(i)
  local from = math.random(#leaves)
  local to = (from + math.random(#leaves - 1) - 1) % #leaves + 1
  local kind = pick { "upload", "download", "half_close", "talk", "both" }
  local f = {
    i = i, kind = kind, from = leaves[from], to = leaves[to], port = 1000 + i, up = 2 * i, down = 2 * i + 1, done = 0, served = 0,
    size = math.floor(log_between(1, pick { 1000, 30000, 300000, 2000000 })), count = 1,
    request = math.random(1, pick { 10, 300, 5000 }), answer = math.random(1, pick { 10, 300, 20000 }), rounds = math.random(1, 20),
    write_piece = pick { 100, 1448, 4096, 16384 }, write_pause = 0, read_piece = pick { 500, 4096, 65536 }, read_pause = 0,
    think = pick { 0, 0.05, 1 }, start = between(0, pick { 0.1, 3 }), backlog = pick { 1, 5, 128 }, shuts_down = chance(0.5),
    client_options = draw_options(), server_options = draw_options(),
  }
  if chance(0.2) then f.read_piece, f.read_pause = pick { 300, 3000 }, pick { 0.001, 0.05 } end
  if chance(0.2) then
    f.write_piece, f.write_pause = math.random(1, 200), pick { 0, 0.002, 0.05 }
    f.size = math.min(f.size, f.write_piece * 200)
    f.flag = pick { nil, "more", "eor" }
  end
  if f.read_pause > 0 then f.size = math.min(f.size, f.read_piece * 200) end
  if chance(0.2) then f.count, f.size, f.rounds = math.random(2, 30), math.min(f.size, 3000), math.min(f.rounds, 3) end
  if params.only > 0 and i ~= params.only then return end
  flows[#flows + 1] = f

  local work = workloads[kind]
  f.to.host:spawn("server" .. i, function(os)
    local listener = os.socket("tcp"):bind(":" .. f.port)
    set_options(listener, f.server_options)
    listener:listen(f.backlog)
    for _ = 1, f.count do
      local c, peer = listener:accept()
      if not c then problem("flow %d: accept: %s", i, peer) break end
      local good, why = work.server(f, os, c)
      if not good then problem("flow %d (%s): server: %s", i, kind, why) end
      c:close()
      f.served = f.served + 1
    end
    listener:close()
  end)
  f.from.host:spawn("client" .. i, function(os)
    os.sleep(f.start)
    for _ = 1, f.count do
      local c, good, why
      repeat -- an operator may have taken the way, or the server's queue is full for long
        if why then os.sleep(0.5) end
        c = os.socket "tcp"
        set_options(c, f.client_options)
        good, why = c:connect(f.to.address .. ":" .. f.port)
      until why ~= "ENETUNREACH" and why ~= "EHOSTUNREACH" and why ~= "ETIMEDOUT"
      if not good then
        problem("flow %d (%s): connect: %s", i, kind, why)
        break
      end
      good, why = work.client(f, os, c)
      if not good then problem("flow %d (%s): client: %s", i, kind, why) end
      c:close()
      f.done = f.done + 1
    end
  end)
end

for i = 1, params.flows > 0 and params.flows or math.random(2, 12) do add_flow(i) end

-- ---- what an operator does meanwhile, and mends soon ----

local events = {}

function events.link_down(at, lasts)
  local leaf = pick(leaves)
  sim:at(at, function() leaf.host:sh "ip link set eth0 down" end)
  sim:at(at + lasts, function() leaf.host:sh "ip link set eth0 up" default_route(leaf) end)
end

function events.address(at, lasts)
  local leaf = pick(leaves)
  sim:at(at, function() leaf.host:sh(("ip addr del %s/24 dev eth0"):format(leaf.address)) end)
  sim:at(at + lasts, function()
    leaf.host:sh(("ip addr add %s/24 dev eth0"):format(leaf.address))
    default_route(leaf)
  end)
end

function events.route(at, lasts)
  local leaf = pick(leaves)
  sim:at(at, function() leaf.host:sh "ip route del default" end)
  sim:at(at + lasts, function() default_route(leaf) end)
end

-- Another way through a ring; with no other way, none.
function events.detour(at, lasts)
  if #edges == 0 then return end
  local edge = pick(edges)
  sim:at(at, function() set_routes(edge) end)
  sim:at(at + lasts, function() set_routes() end)
end

function events.mtu(at)
  if #edges == 0 then return end
  local edge, mtu = pick(edges), math.random(552, 1500)
  sim:at(at, function()
    for k = 1, 2 do routers[edge[k]].host:sh(("ip link set dev %s mtu %d"):format(edge.ends[k].device, mtu)) end
  end)
end

function events.settings(at)
  local leaf = pick(leaves)
  sim:at(at, function() turn_settings(leaf.host, 0.2) end)
end

if not is_smooth then
  for i = 1, pick { 0, 0, 1, 3 } do -- one after the other
    events[pick { "link_down", "address", "route", "detour", "mtu", "settings" }](2 * i - between(1.4, 1.99), between(0.05, 1.3))
  end
end

-- ---- the run ----

sim:run "20000s"
for _, f in ipairs(flows) do
  if f.done ~= f.count or f.served ~= f.count then
    problem("flow %d (%s, %d bytes, %s to %s) hangs at %g s: %d of %d connections done, %d served", f.i, f.kind, f.size, f.from.host.name,
            f.to.host.name, sim.now, f.done, f.count, f.served)
  end
end

-- Orphans, TIME_WAIT and what is in flight end by themselves.
leaves[1].host:spawn("patience", function(os) os.sleep(3600) end)
sim:run "20000s"
for _, node in ipairs { routers, leaves } do
  for _, n in ipairs(node) do
    local left = n.host:read("/proc/net/sockstat"):match "TCP: [^\n]*"
    if left ~= "TCP: inuse 0 orphan 0 tw 0 alloc 0 mem 0" then problem("%s: left over: %s", n.host.name, left) end
  end
end
local fates = sim:fates()
if fates.held ~= 0 or fates.made + fates.copied ~= fates.delivered + fates.dropped then
  problem("packets: made %d, copied %d, delivered %d, dropped %d, held %d", fates.made, fates.copied, fates.delivered,
          fates.dropped, fates.held)
end

for _, text in ipairs(problems) do netsim.expect(false, "%s", text) end
local result = { now = sim.now, shape = shape, flows = #flows, packets = fates.made }
for _, f in ipairs(flows) do result["flow" .. f.i] = f.kind .. " " .. f.size .. "x" .. f.count end
return result
