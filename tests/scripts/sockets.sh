#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The calls that a Lua process has: what they return, when they wait, what they say when it goes wrong.
. "$NETSIM_SOURCE_DIR/tests/support/scratch.sh"

# good NAME < SCRIPT: every expectation holds.
cat >lab.lua <<'END'
-- Two hosts, 10 ms apart: server 10.0.0.1, client 10.0.0.2.
local netsim = require "netsim"
local lab = {}
lab.sim = netsim.new {}
lab.server, lab.client = lab.sim:host "server", lab.sim:host "client"
lab.link = lab.sim:link(lab.server:nic "eth0", lab.client:nic "eth0", { delay = "5ms", raw_ip = true })
lab.server:sh "ip addr add 10.0.0.1/24 dev eth0"
lab.client:sh "ip addr add 10.0.0.2/24 dev eth0"
return lab
END
good() {
    { echo 'local lab = require "lab"'; cat; } >s.lua
    printf '# tuning\n\nnet.ipv4.tcp_fin_timeout = 15\n-net.ipv4.nosuch = 1\n; net.bad\n' >tune.conf
    "$NETSIM" -q s.lua >out.txt 2>err.txt </dev/null
    local got=$?
    [ "$got" -eq 0 ] && [ ! -s err.txt ] || fail "$1: exit code $got: $(cat err.txt)"
}

good "content arrives as it was sent, bytes without content are counted" <<'END'
lab.server:spawn("echo", function(os)
  local listener = os.socket("tcp"):bind(":7"):listen(5)
  local c, peer = listener:accept()
  expect(peer:match "^10%.0%.0%.2:%d+$")
  local n, data = c:recv()
  expect(n == 5 and data == "hello")
  expect(c:send(100000) == 100000)
  local half, text = c:recv()
  expect(half == 0 and text == nil, "end of file is 0")
  expect(c:close() == true)
  local r, err = c:close()
  expect(r == nil and err == "EBADF")
end)
local p = lab.client:spawn("ask", function(os)
  local start = os.clock()
  local c = os.socket("tcp"):connect("10.0.0.1:7")
  expect(math.abs(os.clock() - start - 0.01) < 1e-6, "connect takes a round trip, not %g", os.clock() - start)
  expect(c:getpeername() == "10.0.0.1:7" and c:getsockname():match "^10%.0%.0%.2:")
  expect(c:send "hello" == 5)
  expect(c:shutdown() == c)
  local n, data = c:recv_all()
  expect(n == 100000 and data == nil)
  local i = c:info()
  expect(i.bytes_received // 10 == 10000 and i.snd_mss == 1448 and i.total_retrans == 0, "%d", i.bytes_received)
  return n
end)
expect(p.result == nil and not p.has_exited)
expect(lab.sim:run() == "idle")
expect(p.result == 100000 and p.has_exited and p.name == "ask" and p.host == "client")
expect(lab.client:nstat().TcpActiveOpens == 1 and lab.client:nstat().TcpRetransSegs == 0)
END

good "host:ss lists what ss lists, as tables" <<'END'
local server, client = lab.server, lab.client
expect(#server:ss() == 0)
server:spawn("web", function(os)
  local l = os.socket("tcp"):bind(":80"):listen(9)
  l:accept():recv_all()
end)
server:spawn("dns", function(os) os.socket("udp"):bind(":53") os.sleep(10) end)
local info
client:spawn("get", function(os)
  local c, late = os.socket("tcp"):connect "10.0.0.1:80", os.socket("tcp"):connect "10.0.0.1:80"
  c:send(3000)
  late:send(700)
  os.sleep(0.2)
  info = c:info()
  os.sleep(0.3)
  c:close()
  os.sleep(10)
end)
local moments = 0
local function at(time, f) lab.sim:at(time, function() moments = moments + 1 f() end) end
at(0.1, function() -- the same lines as the command
  local all, i = server:ss(), 0
  for line in server:sh("ss -tuanH"):gmatch "[^\n]+" do
    i = i + 1
    local netid, state, recv_q, send_q = line:match "^(%S+) +(%S+) +(%d+) +(%d+)"
    local s = all[i]
    expect(s.netid == netid and s.state == state and s.recv_q == tonumber(recv_q) and s.send_q == tonumber(send_q), "%s", line)
  end
  expect(i == 4 and #all == 4, "%d lines, %d tables", i, #all)
end)
at(0.11, function()
  local l = server:ss "-ltn"
  expect(#l == 1 and l[1].state == "LISTEN" and l[1]["local"] == "0.0.0.0:80" and l[1].peer == "0.0.0.0:0")
  expect(l[1].recv_q == 1 and l[1].send_q == 9 and l[1].process == "web" and l[1].timer == nil and l[1].timer_ms == nil)
  local u = server:ss "-uan"
  expect(#u == 1 and u[1].netid == "udp" and u[1].state == "UNCONN" and u[1].process == "dns" and u[1].rtt == nil)
  local c = server:ss "-tn state established"
  expect(#c == 2 and c[1].process == "web" and c[1].bytes_received == 3000 and c[1].recv_q == 0)
  expect(c[2].process == nil and c[2].bytes_received == 700 and c[2].recv_q == 700, "not accepted yet")
  expect(#client:ss "-tn '( dport = :80 and sport != :80 )'" == 2 and #client:ss "-tn dport = :81" == 0)
  local ok, message = pcall(server.ss, server, "-tn state establised")
  expect(not ok and tostring(message):find 'wrong state name: establised, did you mean "established"', "%s", tostring(message))
end)
at(0.4, function() -- nothing has happened on the connection since info()
  local c = client:ss "-tn"
  local moving = { state = true, last_data_sent = true, last_data_recv = true, last_ack_recv = true }
  local n = 0
  for name, value in pairs(info) do
    n = n + 1
    expect(moving[name] or c[1][name] == value, "%s is %s, info() had %s", name, tostring(c[1][name]), tostring(value))
  end
  expect(n == 58, "%d fields of tcp_info", n)
  expect(info.delivery_rate_app_limited == true and info.total_rto == 0 and info.rehash == 0 and info.total_rto_time == 0)
  expect(c[1].state == "ESTAB" and info.state == 1 and c[1].last_data_sent > info.last_data_sent)
end)
at(1, function()
  local tw = client:ss "-tan state time-wait"
  expect(#tw == 1 and tw[1].timer == "timewait" and tw[1].timer_ms > 59000 and tw[1].process == nil and tw[1].rtt == nil)
end)
lab.sim:run(2)
expect(moments == 4)
END

good "errors are nil and a name" <<'END'
lab.client:spawn("errors", function(os)
  local function fails(name, r, err) expect(r == nil and err == name, "%s, not %s", name, tostring(err)) end
  local start = os.clock()
  fails("ECONNREFUSED", os.socket("tcp"):connect "10.0.0.1:81")
  expect(math.abs(os.clock() - start - 0.01) < 1e-6, "refused after a round trip")
  fails("ENETUNREACH", os.socket("tcp"):connect "192.168.9.9:80")
  fails("EPIPE", os.socket("tcp"):send(10))
  fails("ENOTCONN", os.socket("tcp"):recv())
  fails("EADDRNOTAVAIL", os.socket("tcp"):bind "10.0.0.9:80")
  local l = os.socket("tcp"):bind ":80":listen()
  fails("EADDRINUSE", os.socket("tcp"):bind ":80")
  fails("ENOPROTOOPT", os.socket("udp"):setsockopt("nodelay", 1))
  fails("ENOENT", l:setsockopt("congestion", "nosuch"))
  expect(l:setsockopt("congestion", "reno") == l and l:setsockopt("reuseaddr", true) == l)
  expect(l:getsockopt "reuseaddr" == 1)
  expect(l:setsockopt("rcvtimeo", "250ms"):getsockopt "rcvtimeo" == 0.25 and l:getsockopt "sndtimeo" == 0)
  l:setsockopt("rcvtimeo", 0)
  l:setsockopt("rcvtimeo", "200ms")
  start = os.clock()
  fails("EAGAIN", l:accept())
  expect(math.abs(os.clock() - start - 0.2) < 1e-9, "SO_RCVTIMEO")
  return true
end)
lab.sim:run()
END

good "a connection to nowhere times out after the SYN retries" <<'END'
lab.server:sh "ip addr del 10.0.0.1/24 dev eth0"
local p = lab.client:spawn("c", function(os)
  local r, err = os.socket("tcp"):connect "10.0.0.1:80"
  expect(r == nil and (err == "ETIMEDOUT" or err == "EHOSTUNREACH"), "not %s", tostring(err))
  return os.clock()
end)
lab.sim:run()
expect(p.result > 100, "after %s s", tostring(p.result))
expect(lab.client:nstat().TcpExtTCPTimeouts > 5)
END

good "forks are given their sockets, share listeners, end on their own" <<'END'
local served = {}
lab.server:spawn("prefork", function(os)
  local listener = os.socket("tcp"):bind(":80"):listen(128)
  for i = 1, 3 do
    os.fork(function()
      for c in listener:accepts() do
        served[i] = (served[i] or 0) + 1
        os.fork(function(connection, n)
          expect(n == i)
          connection:recv()
          os.sleep "100ms"
          connection:send "done"
          if i == 1 then os.exit() end
          connection:close()
        end, c, i)
      end
    end)
  end
end)
local n = 0
for i = 1, 12 do
  lab.client:spawn("c" .. i, function(os)
    os.sleep(i / 1000)
    local c = os.socket("tcp"):connect "10.0.0.1:80"
    c:send "x"
    local bytes, data = c:recv_all()
    if bytes == 4 and data == "done" then n = n + 1 end
  end)
end
lab.sim:run()
expect(n == 12, "%d of 12 were served", n)
expect((served[1] or 0) + (served[2] or 0) + (served[3] or 0) == 12)
END

good "a socket that somebody closes wakes those who wait for it" <<'END'
local order = {}
lab.server:spawn("p", function(os)
  local s = os.socket("udp"):bind ":5"
  for i = 1, 2 do
    os.fork(function()
      local n, err = s:recv()
      order[#order + 1] = ("%s %s at %g"):format(n, err, os.clock())
    end)
  end
  os.sleep "50ms"
  order[#order + 1] = "close"
  s:close()
end)
lab.sim:run()
expect(table.concat(order, ", ") == "close, nil EBADF at 0.05, nil EBADF at 0.05", table.concat(order, ", "))
END

good "UDP: datagrams keep their borders and addresses" <<'END'
lab.server:spawn("p", function(os)
  local s = os.socket("udp"):bind ":53"
  for i = 1, 3 do
    local n, data, from = s:recvfrom(100)
    expect(n == (i == 2 and 100 or i) and (data ~= nil) == (i ~= 2))
    s:sendto(data or n, from)
  end
end)
local p = lab.client:spawn("c", function(os)
  local s = os.socket("udp"):connect "10.0.0.1:53"
  s:send "a"
  s:send(500)
  s:send "abc"
  local sizes = {}
  for i = 1, 3 do sizes[i] = s:recv() end
  return table.concat(sizes, " ")
end)
lab.sim:run()
expect(p.result == "1 100 3", p.result)
END

good "sim:at, sim:stop and sim.now" <<'END'
local at = {}
lab.sim:at("10ms", function() at[#at + 1] = lab.sim.now end)
lab.sim:at(0.02, function() at[#at + 1] = lab.sim.now; lab.sim:stop() end)
lab.sim:at(0.03, function() at[#at + 1] = lab.sim.now end)
expect(lab.sim:run() == "stopped" and #at == 2 and at[1] == 0.01 and at[2] == 0.02)
expect(lab.sim:run "25ms" == "until" and lab.sim.now == 0.025)
expect(lab.sim:run() == "idle" and #at == 3)
END

good "rules of a link hit the packet they name" <<'END'
local netsim = require "netsim"
local sim = netsim.new {}
local a, b = sim:host "a", sim:host "b"
local link = sim:link(a:nic "eth0", b:nic "eth0", {
  rate = "1Gbit", delay = "5ms", raw_ip = true, rules = { { match = "data", k = { 2, 3 }, dir = "a2b", action = "drop" } },
  b2a = { delay = "15ms" },
})
a:sh "ip addr add 10.0.0.1/24 dev eth0"
b:sh "ip addr add 10.0.0.2/24 dev eth0"
b:spawn("sink", function(os) os.socket("tcp"):bind(":1"):listen():accept():recv_all() end)
a:spawn("source", function(os)
  local start = os.clock()
  local c = os.socket("tcp"):connect "10.0.0.2:1"
  expect(math.abs(os.clock() - start - 0.02) < 1e-5, "5 ms there, 15 ms back")
  c:send(20000)
  c:close()
end)
sim:run()
expect(link.a2b.rule_drops == 2 and link.b2a.rule_drops == 0)
expect(a:nstat().TcpRetransSegs == 2, "%d retransmissions", a:nstat().TcpRetransSegs)
local fates = sim:fates()
expect(#fates == 1 and fates[1].reason == "LINK_RULE" and fates[1].text == "lost on the wire by a rule" and fates[1].pkts == 2 and fates.dropped == 2)
expect(fates.made + fates.copied == fates.delivered + fates.dropped + fates.held)
END

good "host.sysctl, host:load_sysctl and host:sh set the same" <<'END'
local s = lab.server
s:load_sysctl "tune.conf"
expect(s.sysctl["net.ipv4.tcp_fin_timeout"] == 15 and s:sh "sysctl -n net.ipv4.tcp_fin_timeout" == "15\n")
s.sysctl["net.ipv4.tcp_fin_timeout"] = 30.0
expect(s.sysctl["net.ipv4.tcp_fin_timeout"] == 30)
expect(s.sysctl["net.ipv4.tcp_rmem"]:match "^%d+%s%d+%s%d+$")
expect(lab.client.sysctl["net.ipv4.tcp_fin_timeout"] == 60)
END
printf 'net.ipv4.tcp_fin_timeout = 15\nnet.ipv4.tcp_fin_timout = 15\n' >tune.conf
"$NETSIM" s.lua >out.txt 2>err.txt
[ $? -eq 0 ] && grep -q '^tune\.conf:2: .*: unknown: .*did you mean "net.ipv4.tcp_fin_timeout"' out.txt || fail "a wrong line of sysctl.conf: $(cat out.txt)"
printf 'net.ipv4.tcp_fin_timeout = 15\nnet.ipv4.tcp_fin_timeout 15\n' >tune.conf
"$NETSIM" s.lua >out.txt 2>err.txt
[ $? -eq 3 ] && grep -q '^netsim: .*tune\.conf: line 2: .*write name = value; nothing was set' err.txt || fail "a broken sysctl.conf: $(cat err.txt)"

# sysctl -p reads what load_sysctl reads, unless the host has a file of that name.
good "sysctl -p FILE reads beside the script" <<'END'
expect(lab.client:sh "sysctl -e -p tune.conf" == "net.ipv4.tcp_fin_timeout = 15\n")
local _, status, messages = lab.client:sh("sysctl -p ../tune.conf none.conf", { check = false })
expect(status == 1 and messages:find("files are read beside the script", 1, true), "%s", messages)
expect(messages:find('"none.conf": No such file or directory; this host has none, and none is beside the script', 1, true), "%s", messages)
expect(lab.client:sh "echo net.ipv4.tcp_sack=0 > tune.conf; sysctl -p tune.conf" == "net.ipv4.tcp_sack = 0\n")
expect(lab.server:sh "sysctl -n net.ipv4.tcp_sack" == "1\n")
END

# What goes wrong inside a process names the process; a nil that a failed call returned names the failure.
cat >chain.lua <<'END'
local lab = require "lab"
lab.client:spawn("chain", function(os)
  local c = os.socket("tcp"):connect "10.0.0.1:80"
  c:send "hello"
end)
lab.sim:run()
END
"$NETSIM" chain.lua >out.txt 2>err.txt
[ $? -eq 3 ] || fail "a failed chain has another exit code"
grep -q "^netsim: chain\.lua:4: attempt to index a nil value (local 'c'); .*ECONNREFUSED" err.txt || fail "a failed chain says: $(cat err.txt)"
cat >foreign.lua <<'END'
local lab = require "lab"
local shared
lab.server:spawn("a", function(os) shared = os.socket "udp" os.sleep(1) end)
lab.client:spawn("b", function(os) os.sleep(0.1) shared:bind ":1" end)
lab.sim:run()
END
"$NETSIM" foreign.lua >out.txt 2>err.txt
grep -q '^netsim: foreign\.lua:4: this socket belongs to process server/a, not to client/b' err.txt || fail "a foreign socket says: $(cat err.txt)"

[ "$failures" -eq 0 ]
