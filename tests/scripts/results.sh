#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What a run prints and writes: the closing table, JSON, the fingerprint, captures; parameters and seeds that reach the
# script; nothing half-written when the disk is full or somebody presses Ctrl-C.
. "$NETSIM_SOURCE_DIR/tests/support/scratch.sh"

cat >udp.lua <<'END'
#!/usr/bin/env netsim
local netsim = require "netsim"
local params = netsim.params { n = 100, size = "1kB", delay = "5ms", loss = 0.1, word = "it's" }
local sim = netsim.new { seed = params.seed }
local server, client = sim:host "server", sim:host "client"
sim:link(server:nic "eth0", client:nic "eth0", { rate = "10Mbit", delay = params.delay, loss = params.loss })
server:sh "ip addr add 10.0.0.1/24 dev eth0"
client:sh "ip addr add 10.0.0.2/24 dev eth0"
server:spawn("sink", function(os)
  local socket = os.socket("udp"):bind(":9")
  while true do socket:recvfrom() end
end)
local source = client:spawn("source", function(os)
  local socket = os.socket "udp"
  for i = 1, params.n do
    socket:sendto(params.size, "10.0.0.1:9")
    os.sleep(0.001 + math.random() / 1000)
  end
  return { sent = params.n, name = "say \"hi\"\n" }
end)
sim:run()
expect(source.result.sent == params.n)
expect(client:sh "echo ${n} $word" == params.n .. " " .. params.word .. "\n")
expect(arg[0] == "udp.lua" and (arg[1] or "none") == (... or "none"))
return { received = server:nstat().UdpInDatagrams, arg = arg[1], delay = params.delay }
END

run 0 udp.lua
says '^server/sink +0 +8[0-9](\.[0-9]+)? kB +0 B'
says '^client/source +0 +0 B +100 kB'
says '^client:eth0 -> server:eth0 +[0-9.]+% +101'
says '^client:eth0 -> server:eth0 +LINK_LOSS +[0-9]+ '
says '^packets: ([0-9]+) made \+ 0 copied = [0-9]+ delivered \+ [0-9]+ dropped \+ 0 held'
says '^seed 1, run 1 of 1: [0-9.]+ ms simulated, [0-9]+ events$'
[ ! -s err.txt ] || fail "a good run says: $(cat err.txt)"
[ ! -e out ] || fail "a run without captures made out/"
run 0 -q udp.lua
[ ! -s out.txt ] || fail "-q prints $(cat out.txt)"
run 0 run -q -- udp.lua --set x
[ ! -s out.txt ] || fail "options behind the script were taken by netsim"
run 0 --json udp.lua --json
says '"arg":"--json"'
run 0 --check udp.lua
[ ! -s out.txt ] || fail "--check ran the script"

# Parameters, seeds, fingerprints.
run 0 --json --set n=10 --set delay=7ms --set word=its --set loss=0 udp.lua
says '"parameters":\{"delay":0.007,"loss":0,"n":10,"seed":1,"size":1000,"word":"its"\}' || cat out.txt
says '"received":10'
fingerprint() { "$NETSIM" --fingerprint "$@" 2>&1; }
first=$(fingerprint udp.lua)
[[ $first =~ ^[0-9a-f]{16}$ ]] || fail "the fingerprint is $first"
for i in 1 2 3 4 5; do [ "$(fingerprint udp.lua)" = "$first" ] || fail "two runs have two fingerprints"; done
[ "$(fingerprint --capture -o captured udp.lua)" = "$first" ] || fail "a capture changes the fingerprint"
[ "$(fingerprint --seed 2 udp.lua)" != "$first" ] || fail "the seed changes nothing"
run 0 --json --seed 2 udp.lua
says '"seed":2,'
[ "$(fingerprint --seed 2 udp.lua)" = "$(sed 's/.*"fingerprint":"\([0-9a-f]*\)".*/\1/' out.txt)" ] || fail "JSON has another fingerprint"

# pairs() has one order, whatever Lua's hash seed is.
cat >order.lua <<'END'
local t = { 30, 20, 10 }
for _, name in ipairs { "eth1", "alpha", "zeta", "Beta", "x", "y", "z" } do t[name] = #name end
t[-1], t[2.5], t[true] = 1, 2, 3
local keys = {}
for k in pairs(t) do keys[#keys + 1] = tostring(k) end
print(table.concat(keys, " "), next(t), math.random(1000), math.random(1000))
END
run 0 order.lua
says '^-1 1 2 2.5 3 Beta alpha eth1 x y z zeta true	-1	[0-9]+	[0-9]+$'
cp out.txt before.txt
for i in 1 2 3 4 5; do
    run 0 order.lua
    cmp -s out.txt before.txt || fail "two orders: $(cat before.txt out.txt)"
done

# A server that closes at once retransmits what it had written: that stands in its row, too.
cat >closed.lua <<'END'
local sim = require("netsim").new {}
local server, client = sim:host "server", sim:host "client"
sim:link(server:nic "eth0", client:nic "eth0", { delay = "5ms", a2b = { rules = { { match = "data", k = { 2, 4 } } } } })
server:sh "ip addr add 10.0.0.1/24 dev eth0"
client:sh "ip addr add 10.0.0.2/24 dev eth0"
server:spawn("httpd", function(os)
  local connection = os.socket("tcp"):bind(":80"):listen():accept()
  connection:send(15000)
  connection:close()
end)
client:spawn("fetch", function(os) os.socket("tcp"):connect("10.0.0.1:80"):recv_all() end)
sim:run()
assert(server:nstat().TcpRetransSegs == 3)
END
run 0 --json closed.lua
says '"process":"httpd",[^}]*"retransmits":3,'

# Captures.
[ -s captured/server-eth0.pcapng ] && [ -s captured/client-eth0.pcapng ] || fail "--capture wrote $(ls captured)"
[ "$(head -c 4 captured/server-eth0.pcapng | od -An -tx1 | tr -d ' ')" = 0a0d0d0a ] || fail "not a pcapng file"
run 0 --capture=client:eth0 udp.lua
says '^wrote out/client-eth0\.pcapng$'
[ "$(ls out)" = client-eth0.pcapng ] || fail "--capture=client:eth0 wrote $(ls out)"
sed 's/^sim:run()$/sim:capture "server:eth0" sim:run()/' udp.lua >own.lua
sed -i 's/udp\.lua/own.lua/' own.lua
run 0 --capture own.lua
[ "$(grep -c '^wrote out/' out.txt)" -eq 2 ] || fail "a capture of the script and --capture: $(cat out.txt)"
sed -i 's/sim:capture "server:eth0"/& &/' own.lua
run 3 own.lua
grep -q 'out/server-eth0.pcapng is written already' err.txt || fail "two captures into one file: $(cat err.txt)"
sed '/arg\[0\]/d; s/^sim:run()$/sim:capture("server:eth0", "small") print(string.format("%s", {})) sim:run()/' udp.lua >prints.lua
run 0 prints.lua
says '^wrote out/small\.pcapng$' # a name without an extension gets the one that Wireshark knows
says '^table$' # without an address, which would be another one in every run
says '^seed 1, run 1 of 1: .* events \(-v: all tables\)$'
grep -q 'server/sink' out.txt && fail "the tables of a script that prints: $(cat out.txt)"
run 0 -v prints.lua
says '^server/sink '
says ' events$'
run 3 --capture=client:eth7 udp.lua
grep -q 'host client has no device "eth7"' err.txt || fail "a wrong --capture says: $(cat err.txt)"

# A disk that is full: an error, the exit code of input and output, and no file.
rm -rf out
(ulimit -f 8; "$NETSIM" --capture=server:eth0 --set n=1000 udp.lua >out.txt 2>err.txt </dev/null)
got=$?
[ "$got" -eq 4 ] || fail "a full disk: exit code $got: $(cat err.txt)"
grep -qE '^netsim: .*out/server-eth0\.pcapng.*(File too large|No space left)' err.txt || fail "a full disk says: $(cat err.txt)"
[ -z "$(ls -A out)" ] || fail "a full disk left $(ls -A out)"
"$NETSIM" udp.lua >/dev/full 2>err.txt </dev/null
[ $? -eq 4 ] && grep -q 'cannot write to standard output' err.txt || fail "a full stdout says: $(cat err.txt)"
: >blocked
run 4 --capture -o blocked udp.lua

# Ctrl-C: what is known so far, marked as partial.
cat >endless.lua <<'END'
local netsim = require "netsim"
local sim = netsim.new {}
local a = sim:host "a"
a:spawn("ticker", function(os) while true do os.sleep "1ms" end end)
print "running"
sim:run()
END
for option in -v --json; do
    "$NETSIM" $option endless.lua >out.txt 2>err.txt </dev/null &
    pid=$!
    for i in $(seq 100); do grep -q running out.txt err.txt && break; sleep 0.05; done
    sleep 0.2
    kill -INT $pid
    wait $pid
    got=$?
    [ "$got" -eq 130 ] || fail "Ctrl-C $option: exit code $got"
    grep -q 'interrupted: the results are partial' err.txt || fail "Ctrl-C says: $(cat err.txt)"
    says 'partial: the run was interrupted|"partial":true'
done
run 0 -v --until 2s endless.lua
says '^seed 1, run 1 of 1: 2 s simulated'

# Two simulations in a script; a process that waits for what does not come.
cat >two.lua <<'END'
local netsim = require "netsim"
for i = 1, 2 do
  local sim = netsim.new { seed = i }
  local a, b = sim:host "a", sim:host "b"
  sim:link(a:nic "eth0", b:nic "eth0", {})
  a:sh "ip addr add 10.0.0.1/24 dev eth0"
  a:spawn("waiter", function(os)
    local s = os.socket("udp"):bind(":1")
    s:recv()
  end)
  sim:capture "a:eth0"
  sim:run()
end
END
run 0 two.lua
says '^seed 1, run 1 of 1, 2 simulations: '
says '^still waiting: a/waiter in recv \(two\.lua:9\)$'
[ -s out/a-eth0.pcapng ] && [ -s out/a-eth0-2.pcapng ] || fail "two simulations captured $(ls out)"
run 0 --seed 7 two.lua
grep -q 'seeds of its own' err.txt || fail "--seed without effect is silent"

run 0 --version
says '^netsim [0-9]+\.[0-9]+\.[0-9]+$'
run 0 --help
says 'Exit codes: 0'
run 0 knobs tcp_rmem
says '4096 87380 4194304 \(rhel6\.1 rhel6\.2\)'
run 0 knobs --kernel=rhel6.2 tcp_rmem
says '^    default 4096 87380 4194304$'
run 0 --kernel=linux6.18 knobs tcp_rmem
says '^    default 4096 131072 33554432$'
run 0 knobs --kernel rhel7
says '^net.ipv4.tcp_tw_recycle$'
! grep -q '^net.ipv4.tcp_rto_min_us$' out.txt || fail "rhel7 has tcp_rto_min_us"
run 0 counters --kernel=rhel6.1
! grep -q '^TcpExtTCPWqueueTooBig$' out.txt || fail "rhel6.1 has TCPWqueueTooBig"
for list in knobs counters probes myths; do
    run 0 "$list" --help
    says "^Usage: netsim $list "
done
run 0 counters 'TcpRetrans*'
says '^    segments retransmitted$'

[ "$failures" -eq 0 ]
