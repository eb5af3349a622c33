#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Every function of the Lua interface is called with every kind of odd argument, from the script, from a process and from
# a coroutine of the script's own.  It may refuse with an error that has a place; it may not crash, hang or break a law.
set -uo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

cat >abuse.lua <<'END'
local netsim = require "netsim"
local calls, refusals = 0, 0

local function world()
  local w = { sim = netsim.new {} }
  w.host, w.other = w.sim:host "a", w.sim:host "b"
  w.device, w.far = w.host:nic "eth0", w.other:nic "eth0"
  w.link = w.sim:link(w.device, w.far, { delay = "1ms", raw_ip = true })
  w.host:sh "ip addr add 10.0.0.1/24 dev eth0"
  w.other:sh "ip addr add 10.0.0.2/24 dev eth0"
  w.process = w.host:spawn("idle", function(os) os.sleep(1) end)
  w.stale = netsim.new {}
  w.stale_host = w.stale:host "x"
  w.stale:close()
  return w
end

local function odd_values(w)
  return { "nil", true, -1, 0, 3, 0 / 0, 1 / 0, -1 / 0, 2 ^ 53, math.mininteger, 1e300, "", "x", "-", "10.0.0.1:80", ":", "10 parsecs",
           "eth0", ("y"):rep(5000), "a\0b", "\xff", "../x", {}, { 1, 2 }, { delay = {} }, { [{}] = 1 }, print, coroutine.create(print),
           w.sim, w.host, w.device, w.link, w.process, w.stale, w.stale_host, w.socket or false, setmetatable({}, { __index = error }) }
end

local function try(f, ...)
  calls = calls + 1
  local ok, message = pcall(f, ...)
  if not ok then
    refusals = refusals + 1
    expect(type(message) == "string", "an error that is a %s", type(message))
  end
end

local function try_all(w, f, self)
  local values = odd_values(w)
  try(f)
  for i = 1, #values do
    local a = values[i] ~= "nil" and values[i] or nil
    try(f, a)
    try(f, self, a)
    for j = i % 3 + 1, #values, 3 do
      local b = values[j] ~= "nil" and values[j] or nil
      try(f, self, a, b)
      try(f, self, "x", a, b)
    end
  end
end

local methods = {
  sim = { "host", "link", "capture", "at", "stop", "fates", "probe", "sample", "run", "close" },
  host = { "nic", "sh", "load_sysctl", "spawn", "nstat", "ss", "read", "write" },
  device = { "stats" }, process = {}, link = {},
  socket = { "bind", "listen", "getsockopt", "setsockopt", "getsockname", "getpeername", "outq", "inq", "info", "shutdown", "close",
             "send", "sendto", "recv", "recvfrom", "recv_all", "connect", "accept", "accepts" },
}

-- From the script.
for kind, names in pairs(methods) do
  for _, name in ipairs(names) do
    if kind ~= "socket" then
      local w = world()
      try_all(w, w[kind][name], w[kind])
      pcall(w.sim.run, w.sim, 2)
      pcall(w.sim.close, w.sim)
    end
  end
end
for _, name in ipairs { "new", "params", "write", "expect" } do
  if name ~= "expect" then try_all(world(), netsim[name], nil) end
end
for _, f in ipairs { pairs, next, load, require, xpcall, setmetatable, print and tostring, math.random, collectgarbage } do
  try_all(world(), f, {})
end

-- From a process and from a coroutine in it: calls that wait get 10 ms.
for _, name in ipairs(methods.socket) do
  for _, type in ipairs { "tcp", "udp" } do
    local w = world()
    for i = 1, 40 do
      w.host:spawn("p" .. i, function(os)
        local s = os.socket(type)
        s:setsockopt("rcvtimeo", "10ms")
        s:setsockopt("sndtimeo", "10ms")
        if i % 3 == 0 then s:bind(":" .. i + 1000) end
        if i % 3 == 1 then s:connect "10.0.0.2:9" end
        w.socket = s
        local values = odd_values(w)
        local a, b = values[i], values[#values + 1 - i]
        try(s[name], s, a, b)
        try(s[name], a, b)
        coroutine.wrap(function() try(s[name], s, b, a) end)()
        for _, f in ipairs { os.socket, os.sleep, os.clock, os.fork } do
          if not (f == os.sleep and (a == 2 ^ 53 or a == 3)) then try(f, a, b) end
        end
        os.exit(a)
      end)
    end
    w.sim:run "5s"
    local fates = w.sim:fates()
    expect(fates.made + fates.copied == fates.delivered + fates.dropped + fates.held)
    w.sim:close()
  end
end
print(calls, refusals)
END
"$NETSIM" -q abuse.lua >out.txt 2>err.txt </dev/null
code=$?
read -r calls refusals < <(tail -n 1 out.txt)
[ "$code" -eq 0 ] && [ "${calls:-0}" -gt 10000 ] && [ "$refusals" -gt 5000 ] && exit 0
echo "abuse: exit code $code after ${calls:-?} calls: $(head -n 20 err.txt)" >&2
exit 1
