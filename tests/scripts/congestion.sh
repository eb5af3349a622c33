#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# host:congestion_control: a Lua function sees the connection and decides; what it does wrong stops the run with its line.
set -uo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failures=0
fail() { echo "congestion: $*" >&2; failures=$((failures + 1)); }

# script ALGORITHM: a download with it; the script's own lines come first
script() {
    cat <<LUA
local netsim = require "netsim"
local sim = netsim.new { seed = 1 }
local server, client = sim:host "server", sim:host "client"
sim:link(server:nic "eth0", client:nic "eth0", { delay = "10ms", rate = "10Mbit", queue = "20p" })
server:sh "ip addr add 10.0.0.1/24 dev eth0"
client:sh "ip addr add 10.0.0.2/24 dev eth0"
$1
server.sysctl["net.ipv4.tcp_congestion_control"] = "mine"
server:spawn("httpd", function(os) os.socket("tcp"):bind(":80"):listen(1):accept():send(1e6) end)
client:spawn("fetch", function(os) os.socket("tcp"):connect("10.0.0.1:80"):recv_all() end)
sim:run "20s"
LUA
}

# What a function sees has units and is there; a window of four segments is four segments a round trip.
script 'local seen, inits, timeouts = {}, 0, 0
server:congestion_control { name = "mine",
  init = function(c) inits = inits + 1; c.own = 7; assert(c.cwnd == 10 and c.ssthresh == 0x7fffffff) end,
  ack = function(c, acked)
    assert(acked >= 1 and c.own == 7 and c.mss == 1448 and c.now > 0)
    if c.rtt then assert(c.rtt >= 0.02 and c.rtt < 0.1 and c.min_rtt >= 0.02 and c.srtt >= 0.02) end
    seen[#seen + 1] = c.in_flight
    c.cwnd = 4.9
  end }' >sees.lua
echo 'print(inits, #seen > 50, math.max(table.unpack(seen, 20)) <= 4, server:nstat().TcpRetransSegs)' >>sees.lua
said=$("$NETSIM" -q sees.lua 2>&1 </dev/null) || fail "sees: exit code $?"
[ "$said" = $'1\ttrue\ttrue\t0' ] || fail "sees: $said"
"$NETSIM" --fingerprint sees.lua >one 2>&1 && "$NETSIM" --fingerprint sees.lua >two 2>&1 && cmp -s one two || fail "two runs differ"

# ssthresh() is asked at a loss, timeout() told of a time-out, control() of what was lost.
script 'asked, told, lost = 0, 0, 0
server:congestion_control { name = "mine", init = function(c) c.cwnd = 200 end,
  control = function(c, acked, newly_lost) lost = lost + newly_lost; c.cwnd = 200; c.pacing_rate = 2e6 end,
  ssthresh = function(c) asked = asked + 1; return c.cwnd * 0.8 end,
  timeout = function(c) told = told + 1 end }' >lossy.lua
echo 'print(asked > 0, lost > 0)' >>lossy.lua
said=$("$NETSIM" -q lossy.lua 2>&1 </dev/null) || fail "lossy: exit code $?: $said"
[ "$said" = $'true\ttrue' ] || fail "lossy: $said"

# refuse NAME PATTERN LUA
refuse() {
    script "$3" >s.lua
    said=$("$NETSIM" -q s.lua 2>&1 </dev/null) && fail "$1: is not refused"
    grep -qE "$2" <<<"$said" || fail "$1: says $said"
}
refuse 'no table' 's\.lua:7: host:congestion_control: give a table' 'server:congestion_control "mine"'
refuse 'no name' 's\.lua:7: host:congestion_control: the name' 'server:congestion_control { ack = print }'
refuse 'a bad name' 's\.lua:7: congestion control "my own": a name has 1 to 15 letters' 'server:congestion_control { name = "my own", ack = print }'
refuse 'an unknown key' 's\.lua:7: congestion_control mine: there is no "acks", did you mean "ack"\?' 'server:congestion_control { name = "mine", acks = print }'
refuse 'no function' 's\.lua:7: congestion_control mine: ack must be a function' 'server:congestion_control { name = "mine", ack = 1 }'
refuse 'neither' 's\.lua:7: congestion control mine: needs either ack or control' 'server:congestion_control { name = "mine" }'
refuse 'twice' 's\.lua:7: congestion control mine: server has one of that name' \
    'for i = 1, 2 do server:congestion_control { name = "mine", ack = function() end } end'
refuse 'an error in it' 's\.lua:7: oops' 'server:congestion_control { name = "mine", ack = function() error "oops" end }'
refuse 'no window' 'congestion_control mine: ack: cwnd must be a number, 0 or more, not nil' \
    'server:congestion_control { name = "mine", ack = function(c) c.cwnd = nil end }'
refuse 'no number' 'congestion_control mine: ssthresh: what it returns must be a number, 0 or more, not nil' \
    'server:congestion_control { name = "mine", ack = function(c) c.cwnd = 500 end, ssthresh = function() end }'
refuse 'not a number' 'congestion_control mine: ack: cwnd must be a number, 0 or more, not -?nan' \
    'server:congestion_control { name = "mine", ack = function(c) c.cwnd = 0/0 end }'
refuse 'a change from within' 's\.lua:7: host:nic in a probe' \
    'server:congestion_control { name = "mine", ack = function(c) server:nic "eth1" end }'

[ "$failures" -eq 0 ]
