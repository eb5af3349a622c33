#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Probes: Lua functions on tracepoints, the ready ones and their layouts, --trace, --perfetto, sim:sample(); none of them
# changes a run.
. "$NETSIM_SOURCE_DIR/tests/support/scratch.sh"
refuses() { # refuses PATTERN LUA: the line is refused
    { cat head.lua; echo "$2"; echo "sim:run()"; } >bad.lua
    run 3 bad.lua
    grep -qE -- "$1" err.txt || fail "$2: no /$1/ in: $(cat err.txt)"
}

cat >head.lua <<'END'
local netsim = require "netsim"
local params = netsim.params { extra = "" }
local sim = netsim.new()
local server, client = sim:host "server", sim:host "client"
sim:link(server:nic "eth0", client:nic "eth0", { rate = "10Mbit", delay = "10ms", queue = "20p",
  rules = { { match = "new", k = 8, action = "drop" } } })
server:sh "ip addr add 10.0.0.1/24 dev eth0"
client:sh "ip addr add 10.0.0.2/24 dev eth0"
server:spawn("httpd", function(os)
  local c = os.socket("tcp"):bind(":80"):listen():accept()
  c:recv(); c:send(200000); c:close()
end)
client:spawn("fetch", function(os)
  local c = os.socket("tcp"):connect("10.0.0.1:80")
  c:send("GET /"); c:recv_all(); c:close()
end)
END
{ cat head.lua; echo 'sim:run()'; } >plain.lua
run 0 --fingerprint plain.lua
fingerprint=$(cat out.txt)

# ---- nothing of it changes a run ----
cat head.lua - >watched.lua <<'END'
sim:probe("*", function(e) end)
sim:sample("1ms", { "server.TcpRetransSegs", "client.net.ipv4.tcp_rmem", "server:eth0.queue_pkts", "server/httpd.cwnd" })
sim:run()
END
run 0 --fingerprint --trace='*' --perfetto --probe=nettop:20ms,dropwatch,socket-trace watched.lua
[ "$(tail -1 out.txt)" = "$fingerprint" ] || fail "looking on changes the run"

# ---- Lua ----
cat head.lua - >lua.lua <<'END'
local retransmits, states, other = 0, {}, 0
sim:probe("tcp:tcp_retransmit_skb", { host = "server", dport = 80 }, function() other = other + 1 end)
local stop = sim:probe("tcp:tcp_retransmit_skb", { host = "server", sport = 80 }, function(e)
  retransmits = retransmits + 1
  assert(e.name == "tcp:tcp_retransmit_skb" and e.args.saddr == "10.0.0.1" and e.args.state == "TCP_FIN_WAIT1" or
         e.args.state == "TCP_ESTABLISHED", e.args.state)
end)
sim:probe("sock:inet_sock_set_state", { host = "client" }, function(e) states[#states + 1] = e.args.newstate end)
sim:probe("syscalls:sys_enter_sendto", { comm = "httpd" }, function(e) assert(e.pid == 1000 and e.args.len <= 200000) end)
sim:run()
assert(retransmits == server:nstat().TcpRetransSegs and retransmits > 0 and other == 0)
assert(table.concat(states, " ", 1, 2) == "TCP_SYN_SENT TCP_ESTABLISHED", table.concat(states, " "))
stop()
END
run 0 lua.lua
refuses 'no tracepoint "tcp:tcp_prob", did you mean "tcp:tcp_probe"' 'sim:probe("tcp:tcp_prob", print)'
refuses 'has no argument "sprt", did you mean "sport"' 'sim:probe("tcp:tcp_probe", { sprt = 80 }, print)'
refuses 'no host "sever"' 'sim:probe("tcp:*", { host = "sever" }, print)'
refuses 'no argument "hots", did you mean "host"' 'sim:probe("tcp:tcp_probe", { hots = "server" }, print)'
refuses 'did you mean the tracepoint\? sim:probe\("tcp:tcp_probe", function\)' 'sim:probe "tcp_probe"'
refuses 'not "evry", did you mean "every"' 'sim:probe("nettop", { evry = "1s" })'
refuses 'no ready probe "dropwtch", did you mean "dropwatch"' 'sim:probe "dropwtch"'
refuses 'not "evry"' 'sim:probe("nettop", { evry = "1s" })'
refuses 'bad.lua:17: host:sh in a probe: .*sim:at' 'sim:probe("tcp:*", function() server:sh "ip link set eth0 down" end)'
refuses 'bad.lua:17: .*perform arithmetic' 'sim:probe("tcp:*", function() return nil + 1 end)'

# ---- the ready ones: the columns of their namesakes ----
cat head.lua - >ready.lua <<'END'
sim:probe("nettop", { every = "10s", host = "client" })
sim:run()
END
run 0 ready.lua
[ "$(head -1 out.txt)" = '  PID   UID DEV          XMIT_PK RECV_PK XMIT_KB RECV_KB COMMAND        ' ] || fail "nettop: $(head -1 out.txt)"
says '^ 1000     0 eth0 +[0-9]+ +0 +0 +0 fetch +$'
says '^    0     0 eth0 +[0-9]+ +[0-9]+ +[0-9]+ +20[0-9] swapper/0 +$'
run 0 --probe=dropwatch plain.lua
says '^Monitoring for dropped packets$'
says '^1 packets dropped at server:eth0 -> client:eth0 \(LINK_RULE\)$'
says '^Stopping dropped packet monitor$'
says '^packets: ' # the closing table is still there
cat head.lua - >calls.lua <<'END'
sim:probe("socket-trace", { host = "client" })
sim:run()
END
run 0 calls.lua
sed -n 1,6p out.txt >calls.txt
cat >expected.txt <<'END'
     0 fetch(1000): -> __x64_sys_socket
     0 fetch(1000):  -> __sys_socket
     0 fetch(1000):   -> __sock_create
     0 fetch(1000):   <- __sock_create
     0 fetch(1000):  <- __sys_socket
     0 fetch(1000): <- __x64_sys_socket
END
cmp -s calls.txt expected.txt || fail "socket-trace: $(diff expected.txt calls.txt)"

# ---- files ----
run 0 --trace='tcp:*,skb:kfree_skb' --perfetto plain.lua
says '^wrote out/trace.jsonl$'
says '^wrote out/perfetto.json$'
head -1 out/trace.jsonl | grep -q '^{"v":1,"header":{"netsim":"[0-9.]*","seed":1,"patterns":\["tcp:\*","skb:kfree_skb"\],"time_unit":"ns"}}$' ||
    fail "header: $(head -1 out/trace.jsonl)"
n=$(($(wc -l <out/trace.jsonl) - 2))
tail -1 out/trace.jsonl | grep -q "^{\"v\":1,\"summary\":{\"events\":$n,\"end\":[0-9]*,\"partial\":false}}\$" || fail "summary: $(tail -1 out/trace.jsonl)"
[ ! -e out/trace.jsonl.part ] || fail "a temporary file is left"
if command -v python3 >/dev/null; then
    python3 - <<'END' || fail "the files are not what they should be"
import json
lines = [json.loads(line) for line in open("out/trace.jsonl")]
assert all(line["v"] == 1 for line in lines)
events = lines[1:-1]
assert all(type(e["time"]) is int and e["host"] in ("server", "client") and e["args"] for e in events)
assert [e["time"] for e in events] == sorted(e["time"] for e in events)
drops = [e for e in events if e["event"] == "skb:kfree_skb"]
assert drops[0]["place"] == "server:eth0 -> client:eth0" and drops[0]["args"]["reason"] == "LINK_RULE"
trace = json.load(open("out/perfetto.json"))["traceEvents"]
assert {"M", "X", "B", "E", "C", "i"} == {e["ph"] for e in trace}, {e["ph"] for e in trace}
last = {}
for e in trace: # what shares a wire does not overlap; every state that begins ends
    if e["ph"] == "X":
        lane = (e["pid"], e["tid"])
        assert e["ts"] >= last.get(lane, 0) - 0.001, e
        last[lane] = e["ts"] + e["dur"]
assert sum(e["ph"] == "B" for e in trace) == sum(e["ph"] == "E" for e in trace)
assert any(e["ph"] == "C" and e["name"].startswith("cwnd") for e in trace)
END
fi
run 2 --trace=tcp:tcp_prob plain.lua
grep -q 'did you mean tcp:tcp_probe' err.txt || fail "--trace: $(cat err.txt)"
: >blocked
run 4 -o blocked --trace='*' plain.lua

# ---- series ----
cat head.lua - >series.lua <<'END'
sim:sample("10ms", { "server.TcpRetransSegs", "client.net.ipv4.tcp_rmem", "server:eth0.tx_bytes", "server/httpd.cwnd" })
sim:sample("50ms", { "client.net.ipv4.tcp_rmem[1]", "client:eth0.rx_packets" }, "few.json")
sim:run()
END
run 0 series.lua
header='time [s],server.TcpRetransSegs [count],client.net.ipv4.tcp_rmem[0] [bytes],client.net.ipv4.tcp_rmem[1] [bytes],'
header+='client.net.ipv4.tcp_rmem[2] [bytes],server:eth0.tx_bytes [bytes],server/httpd.cwnd [segments]'
[ "$(head -1 out/samples.csv)" = "$header" ] || fail "series: $(head -1 out/samples.csv)"
[ "$(sed -n 2p out/samples.csv)" = '0.000000000,0,4096,131072,33554432,0,' ] || fail "series: $(sed -n 2p out/samples.csv)"
awk -F, 'NR > 1 && $1 != sprintf("%.9f", (NR - 2) * 0.01) { exit 1 }
    $2 == 1 { seen = 1 } $7 >= 10 { cwnd = 1 } END { exit !(seen && cwnd) }' out/samples.csv || fail "series: $(tail -3 out/samples.csv)"
if command -v python3 >/dev/null; then
    python3 -c 'import json; j = json.load(open("out/few.json")); assert j["series"][1] == {"name": "client.net.ipv4.tcp_rmem[1]", "unit": "bytes"}
assert all(row[1] == 131072 for row in j["rows"]) and len(j["rows"]) > 2' || fail "few.json is not what it should be"
fi
refuses 'bad.lua:17: no counter "TcpRetransSeg", did you mean "TcpRetransSegs"' 'sim:sample("1s", { "server.TcpRetransSeg" })'
refuses 'no gauge "rx_byte", did you mean "rx_bytes"' 'sim:sample("1s", { "server:eth0.rx_byte" })'
refuses 'no device "eht0", did you mean "eth0"' 'sim:sample("1s", { "server:eht0.rx_bytes" })'
refuses 'eth0 is a device, did you mean "server:eth0.rx_bytes"' 'sim:sample("1s", { "server.eth0.rx_bytes" })'
refuses 'httpd is a process, did you mean "server/httpd.cwnd"' 'sim:sample("1s", { "server:httpd.cwnd" })'
refuses 'of which host\? write "(server|client).TcpRetransSegs"' 'sim:sample("1s", { "TcpRetransSegs" })'
refuses 'write "host:device", did you mean "server:eth0"' 'sim:capture "server.eth0"'
refuses 'write "host:device", did you mean "client:eth0"' 'sim:capture "client"'
refuses 'no process "htpd", did you mean "httpd"' 'sim:sample("1s", { "server/htpd.cwnd" })'
refuses 'tcp_rmme: No such file.*tcp_rmem' 'sim:sample("1s", { "server.net.ipv4.tcp_rmme" })'
refuses 'a series is made of numbers' 'sim:sample("1s", { "server.net.ipv4.tcp_congestion_control" })'
refuses 'period must be more than nothing' 'sim:sample(0, { "server.TcpRetransSegs" })'

[ "$failures" -eq 0 ]
