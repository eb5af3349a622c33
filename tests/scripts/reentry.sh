#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What a script does in the middle of something else: in Lua's own callbacks, in the output of a shell, in probes, with what
# belongs to another process or simulation, after an error.  It works, or is refused and nothing of it is left over.
. "$NETSIM_SOURCE_DIR/tests/support/scratch.sh"

cat >lab.lua <<'END'
local netsim = require "netsim"
local lab = { sim = netsim.new {} }
lab.a, lab.b = lab.sim:host "a", lab.sim:host "b"
function lab.refused(pattern, f, ...)
  local ok, message = pcall(f, ...)
  expect(not ok and message:find(pattern), "%s", message)
end
return lab
END
# good NAME < SCRIPT: every expectation holds, nothing is warned of.
good() {
    { echo 'local lab = require "lab" local sim, a, b, refused = lab.sim, lab.a, lab.b, lab.refused'; cat; } >s.lua
    timeout -s KILL 100 "$NETSIM" -q s.lua >out.txt 2>err.txt </dev/null
    local got=$?
    [ "$got" -eq 0 ] && [ ! -s err.txt ] || fail "$1: exit code $got: $(head -n 20 err.txt)"
}

good "a process cannot wait in a function that Lua calls, and waits elsewhere as if it had not tried" <<'END'
local here = "in a function that Lua's own code calls"
a:spawn("p", function(os)
  local s, u = os.socket "udp":bind ":1000", os.socket "udp":bind ":1001"
  local function in_sort(f) refused(here, table.sort, { 3, 2, 1 }, function(x, y) f() return x < y end) end
  in_sort(function() os.sleep(1) end)
  in_sort(function() s:recv() end)
  in_sort(function() s:recvfrom() end)
  in_sort(function() u:recv() end)
  in_sort(function() a:sh "sleep 1" end)
  in_sort(function() os.exit() end)
  in_sort(function() os.socket "tcp":connect "127.0.0.1:9" end)
  refused(here, string.gsub, "x", "x", function() os.sleep(1) end)
  expect(os.clock() == 0)
  os.fork(function()
    local v = os.socket "udp"
    os.sleep(2)
    v:sendto(5, "127.0.0.1:1001")
    v:sendto(6, "127.0.0.1:1000")
  end)
  expect(u:recv() == 5 and os.clock() == 2)
  expect(s:recv() == 6 and os.clock() == 2)
  s:setsockopt("rcvtimeo", "3s")
  local n, why = s:recv()
  expect(n == nil and why == "EAGAIN" and os.clock() == 5)
end)
sim:run()
expect(sim.now == 5)
END

good "a fork takes no sockets of other processes" <<'END'
local socket
local netsim = require "netsim"
local other = netsim.new {}
local c = other:host "c"
a:spawn("p", function(os)
  socket = os.socket "udp":bind ":1000"
  os.sleep(3)
  expect(socket:getsockname() == "0.0.0.0:1000")
end)
b:spawn("q", function(os)
  os.sleep(1)
  local s = socket
  os.fork(function() refused("belongs to process a/p", s.getsockname, s) end)
end)
sim:run "2s"
c:spawn("q", function(os)
  local s = socket
  os.fork(function() refused("belongs to process a/p", s.getsockname, s) end)
end)
other:run()
other:close()
sim:run()
sim:close()
END

good "what belongs to another simulation is refused" <<'END'
local other = require "netsim".new {}
local x, y = other:host "x":nic "eth0", other:host "y":nic "eth0"
refused("device x:eth0 belongs to another simulation", sim.link, sim, x, y, {})
refused("device y:eth0 belongs to another simulation", sim.link, sim, a:nic "eth0", y, {})
refused("device x:eth0 belongs to another simulation", sim.capture, sim, x, "x")
other:close()
END

good "the output function of a shell neither ends nor runs the simulation" <<'END'
local n = 0
local function output(text)
  n = n + 1
  refused("sim:close%(%)", sim.close, sim)
  refused("sim:run in", sim.run, sim)
  if n == 1 then refused("a command waits, which it cannot in the output function", a.sh, a, "sleep 1") end
  expect(b:sh "echo other" == "other\n")
end
a:sh("echo 1; sleep 1; echo 2", { output = output })
expect(n == 2 and sim.now == 1)
refused("the error is a table, not a text", a.sh, a, "echo 3", { output = function() error {} end })
expect(sim:run() == "idle")
sim:close()
END

good "a simulation that an error has ended does not go on" <<'END'
a:spawn("p", function(os) os.sleep(1); error "first" end)
b:spawn("q", function(os) os.sleep(2); expect(false) end)
refused("first", sim.run, sim)
refused("an error has ended this simulation at 1 s", sim.run, sim)
refused("an error has ended this simulation at 1 s", a.sh, a, "sleep 1")
expect(sim.now == 1 and a:nstat().IpInReceives == 0)
END

good "a process that exits closes its variables, which may use its sockets" <<'END'
local closed
a:spawn("p", function(os)
  local s = os.socket "udp"
  local guard <close> = setmetatable({}, { __close = function()
    closed = s:close()
    refused("os.sleep after os.exit", os.sleep, 1)
  end })
  os.exit(1)
end)
sim:run()
expect(closed == true)
END

good "a probe attaches no probe" <<'END'
local n = 0
sim:probe("*:*", function() n = n + 1; refused("sim:probe in a probe", sim.probe, sim, "*:*", print) end)
a:spawn("p", function(os) os.socket "udp":sendto(1, "127.0.0.1:9") end)
sim:run()
expect(n > 5)
END

good "a call at a time may make the next, as often as it likes" <<'END'
local n = 0
local function again() n = n + 1; if n < 100000 then sim:at(sim.now + 1e-3, again) end end
sim:at(0, again)
sim:run()
expect(n == 100000)
END

good "later than the end of time is never" <<'END'
a:spawn("p", function(os) os.sleep(9e6) os.sleep(9e6) expect(false) end)
sim:sample(9e6, { "a.IpInReceives" })
sim:probe("nettop", "2500h")
expect(sim:run() == "idle")
expect(sim.now == 9e6)
END

good "counters of a moment stay when the simulation is closed" <<'END'
a:spawn("p", function(os) os.socket "udp":sendto(1, "127.0.0.1:9") end)
sim:run()
local n = a:nstat()
expect(n.UdpNoPorts == 1 and n.OutOctets == n.IpExtOutOctets and n.OutOctets > 0, "%s %s", n.OutOctets, n.IpExtOutOctets)
sim:close()
expect(n.UdpNoPorts == 1 and n.TcpRetransSegs == 0 and n.OutOctets == n.IpExtOutOctets)
refused('no counter "nosuch"', function() return n.nosuch end)
END

good "Lua's own functions: next, random, format, pairs of what is no list" <<'END'
local t, keys = { b = 2, a = 1, 10, 20, [true] = 3, [1.5] = 4 }, {}
for k in next, t do keys[#keys + 1] = tostring(k); t[k] = nil end
expect(table.concat(keys, " ") == "1 1.5 2 a b true" and next(t) == nil, "%s", table.concat(keys, " "))
expect(math.type(math.random(0)) == "integer")
refused("wrong number of arguments", math.random, 1, 2, 3)
refused("an address", string.format, "\0%p", {})
refused("host.sysctl is no list", pairs, a.sysctl)
a.sysctl["net.ipv4.tcp_max_tw_buckets"] = 15.0
expect(a.sysctl["net.ipv4.tcp_max_tw_buckets"] == 15)
expect(a.sysctl["net.ipv4.tcp_rmem"]:find "^4096%s")
END

# The place of a warning is the statement that caused it, also in a coroutine.
for place in 'sim:at(1, function()@ a:sh "sysctl -w vm.swappiness=10" end) coroutine.wrap(function() sim:run() end)()' \
             'a:spawn("p", function() coroutine.wrap(function()@ a:sh "sysctl -w vm.swappiness=10" end)() end) sim:run()'; do
    printf 'local lab = require "lab" local sim, a = lab.sim, lab.a\n%s\n' "${place/@/$'\n\n'}" >s.lua
    "$NETSIM" -q s.lua 2>err.txt
    grep -q '^netsim: warning: s.lua:4: a: sysctl: vm.swappiness' err.txt || fail "the place of a warning: $(cat err.txt)"
done

printf '\xef\xbb\xbf#!/usr/bin/env netsim\nexpect(require "twice" == 1)' >mark.lua
echo 'expect(not pcall(require, "twice_b")) return 1' >twice.lua
echo 'return require "twice"' >twice_b.lua
"$NETSIM" -q mark.lua 2>err.txt || fail "a byte order mark, or two files that require each other: $(cat err.txt)"

[ "$failures" -eq 0 ]
