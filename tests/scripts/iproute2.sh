#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# ip(8) of a simulated host against the real tool, line by line, in a namespace with the same devices; skipped where
# namespaces may not be made.  Not compared, because they cannot be the same:
#   @ifN, link-netnsid  a veth pair's other end          counters, times    the real devices have been up for a while
#   ", must be 0..9"    netsim's help behind a message   neighbours' order  a hash with a random seed
#   the width of names in -brief, which holds @ifN       warnings of commands that succeed
set -uo pipefail

test=ip
. "$NETSIM_SOURCE_DIR/tests/support/namespaces.sh"
ip -V 2>/dev/null | grep -q 'iproute2-6\.1\.' || skip "no iproute2 6.1 here"

# ---- what is said to both --------------------------------------------------------------------------------------------
cat >lines <<'END'
link
-s link show eth0
-s -s link show lo
-j -s -s link show eth0
-j -p link show lo
-o link
-br link
-j link
-br -j link show lo
-0 addr show lo
link show up
addr add 10.0.0.1/24 dev eth0
addr add 10.0.0.5/24 brd + dev eth0
addr add 10.0.0.6/24 brd - dev eth0 label eth0:x
addr add 10.1.0.1/32 dev eth1
addr add 10.2.0.1 peer 10.2.0.2/32 dev eth1 metric 7
addr add 10.3.0.1/16 dev eth1 scope link noprefixroute
addr add 0.0.0.0/24 dev eth1
addr
-4 addr
-o addr
-br addr
-j addr
-j -p addr show eth1
-j -o addr show eth0
-br -j addr show eth0
addr show scope link
addr show secondary
addr show primary dev eth0
addr show to 10.2.0.0/16
addr show label eth0:*
-j addr show up scope host
addr change 10.0.0.1/24 dev eth0 metric 50
route
route show table local
route show table all
-d route
-j route
-j -p route show table local
route add default via 10.0.0.254 initcwnd 10 mtu lock 1400 rto_min 50ms quickack 1 initrwnd 20 advmss 1300 window 5000
route add 10.20.0.0/16 via 10.0.0.253 metric 5 proto static src 10.0.0.5
route add 10.20.0.0/16 via 10.0.0.252 metric 6 rto_min 2s mtu 100000 advmss 100000
route append 10.20.0.0/16 via 10.0.0.251 metric 6
route prepend 10.20.0.0/16 via 10.0.0.250 metric 6
route append 10.20.0.0/16 via 10.0.0.251 metric 6
route add 10.21.0.0/16 via 172.31.0.1 dev eth0 onlink
route add blackhole 192.0.2.0/24
route add unreachable 198.51.100.0/24 metric 9
route add prohibit 203.0.113.0/24
route add throw 198.18.0.0/15
route add local 10.66.0.0/16 dev lo
route add broadcast 10.67.0.255 dev eth0
route add 10.22.0.0/16 via 10.0.0.1
route add 10.0.0.0/23 dev eth0 scope host
route
-d route
-j route
-j -p route show default
-o route show 10.20.0.0/16
route show root 10.20.0.0/15
route show match 10.20.7.7
route show exact 10.20.0.0/16
route show dev eth1
route show proto static
route show proto kernel scope link
route show type blackhole
route show src 10.0.0.5
route show via 10.0.0.253
route show metric 6
route show table local type broadcast
route get 10.0.0.7
-j route get 10.0.0.7
route get 10.0.0.1
route get 10.20.1.1
-d route get 10.20.1.1
route get 8.8.8.8
-j -p route get 8.8.8.8
route get 10.0.0.255
-j route get 10.0.0.255
route get 10.0.0.7 oif eth1
route get 10.0.0.7 from 10.1.0.1
route get 10.0.0.7 from 9.9.9.9
route get 192.0.2.1
route get 198.51.100.1
route get 203.0.113.1
route get 198.18.0.1
route get 10.0.0.9/24
route change 10.20.0.0/16 via 10.0.0.249 metric 5
route replace 10.23.0.0/16 dev eth0
route change 10.24.0.0/16 dev eth0
route test 10.20.0.0/16 via 10.0.0.249 metric 5
route del 10.20.0.0/16 via 10.0.0.251
route del 10.20.0.0/16 metric 99
route del blackhole 192.0.2.0/24
route del prohibit 192.0.2.0/24
route
neigh add 10.0.0.9 lladdr 02:00:00:00:00:09 dev eth0
neigh add 10.0.0.10 lladdr 2:0:0:0:0:a nud reachable dev eth0
neigh add 10.0.0.11 lladdr 02:00:00:00:00:0b nud stale dev eth0
neigh add 10.0.0.12 lladdr 02:00:00:00:00:0c nud noarp dev eth0
neigh
-s neigh
-br neigh
neigh show dev eth0
neigh show nud permanent
neigh show nud noarp
neigh show 10.0.0.11
neigh get 10.0.0.9 dev eth0
neigh change 10.0.0.11 lladdr 02:00:00:00:00:0d nud permanent dev eth0
neigh replace 10.0.0.13 lladdr 02:00:00:00:00:0e dev eth0 nud failed
neigh
neigh del 10.0.0.9 dev eth0
neigh flush dev eth0
neigh
rule
-j rule
rule show
link set eth0 mtu 9000 txqueuelen 5 promisc on arp off
link show eth0
link set eth0 arp on promisc off address 02:00:00:00:00:77
link show eth0
link set eth1 down
link show eth1
route
addr show eth1
link set eth1 up
route
addr del 10.0.0.5 dev eth0
addr del 10.0.0.1/24 dev eth0
addr show dev eth0
addr flush dev eth1
route
route show table local
route flush table main
foo
-foo
addr foo
link foo
route foo
neigh foo
rule foo
addr show eth9
addr show dev
addr show eth0 eth1
link show eth9
addr add
addr add 10.0.0.1/24
addr add dev eth0
addr add 10.0.0.1/24 dev eth9
addr add 10.0.0.1/33 dev eth0
addr add 10.0.0.300/24 dev eth0
addr add 10.0.0.1/24 10.0.0.2/24 dev eth0
addr add 127.0.0.1/8 dev lo
addr add 10.3.0.1/24 dev eth0 scope foo
addr add 10.3.0.1/24 dev eth0 valid_lft foo
addr add 10.3.0.1/24 dev eth0 valid_lft 0
addr add 10.3.0.1/24 dev eth0 brd + brd -
addr del 10.3.0.1/24 dev eth0
addr flush
addr flush dev eth9
route add foo
route add 10.5.0.0/16
route add 10.5.0.0/16 dev eth9
route add 10.5.0.1/16 dev eth0
route add 10.5.0.0/16 via 10.99.0.1
route add 10.5.0.0/16 via foo
route add 10.5.0.0/16 via 10.0.0.9 dev eth0 onlink scope link
route add 10.5.0.0/16 via 10.0.0.9 onlink
route add blackhole 10.5.0.0/16 dev eth0
route add 10.5.0.0/16 dev eth0 initcwnd -1
route add 10.5.0.0/16 dev eth0 initcwnd ten
route add 10.5.0.0/16 dev eth0 initcwnd
route add 10.5.0.0/16 dev eth0 initcwnd 4294967296
route add 10.5.0.0/16 dev eth0 mtu lock
route add 10.5.0.0/16 dev eth0 advmss foo
route add 10.5.0.0/16 dev eth0 rto_min 5parsec
route add 10.5.0.0/16 dev eth0 quickack 2
route add 10.5.0.0/16 dev eth0 metric foo
route add 10.5.0.0/16 dev eth0 scope foo
route add 10.5.0.0/16 dev eth0 proto foo
route add 10.5.0.0/16 dev eth0 table foo
route add 10.5.0.0/16 dev eth0 src 9.9.9.9
route add 10.5.0.0/16 dev eth0 foo
route add 10.5.0.0/16 via 10.0.0.9 via 10.0.0.10
route del 10.77.0.0/24
route get
route get foo
route flush
route flush foo
route show foo
route show dev eth9
route show table foo
route show type foo
neigh add
neigh add 10.0.0.20 dev eth0
neigh add 10.0.0.20 lladdr 02:00:00:00:00:20
neigh add 10.0.0.20 lladdr foo dev eth0
neigh add 10.0.0.20 lladdr xyz dev eth0
neigh add 10.0.0.20 lladdr 02:00:00:00:00:20 dev eth9
neigh add 10.0.0.20 lladdr 02:00:00:00:00:20 dev eth0 nud foo
neigh add 10.0.0.20 10.0.0.21 lladdr 02:00:00:00:00:20 dev eth0
neigh change 10.0.0.30 lladdr 02:00:00:00:00:20 dev eth0
neigh del 10.0.0.30 dev eth0
neigh flush
neigh show nud foo
neigh get 10.0.0.99 dev eth0
link set
link set eth9 up
link set eth0
link set eth0 eth1
link set eth0 mtu foo
link set eth0 mtu 60
link set eth0 mtu 70000
link set eth0 mtu -1
link set eth0 mtu 1400 mtu 1500
link set eth0 address foo
link set eth0 address 1:2:3
link set eth0 address 01:00:00:00:00:01
link set eth0 txqueuelen foo
link set eth0 promisc foo
link set eth0 foo
link set dev
-f foo link
-n foo link
END

# ---- a namespace -----------------------------------------------------------------------------------------------------
in_host() { ip netns exec "$host" "$@"; }
for n in "$host" "$peer"; do
    ip netns exec "$n" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1 2>/dev/null
done
for i in 0 1; do
    ip -n "$host" link add "eth$i" index $((i + 2)) address "02:00:00:01:00:0$((i + 2))" type veth peer name "eth$i" netns "$peer"
    ip -n "$host" link set "eth$i" up
    ip -n "$peer" link set "eth$i" up
done
ip -n "$host" link set lo up
cat >real.sh <<'END'
while IFS= read -r line; do
    echo "# ip $line"
    set -f
    ip $line 2>&1 </dev/null
    status=$?
    [ $status = 0 ] || echo "=> $status"
done <lines
END
in_host sh real.sh >real

# ---- a simulated host ------------------------------------------------------------------------------------------------
cat >s.lua <<'END'
local netsim = require "netsim"
local sim = netsim.new { seed = 1 }
local a, b = sim:host("a", { kernel = "linux6.18" }), sim:host "b"
for i = 0, 1 do sim:link(a:nic("eth" .. i), b:nic("eth" .. i), {}) end
local function ask(line)
  io.write("# ip ", line, "\n")
  local good, text = pcall(a.sh, a, "ip " .. line)
  io.write(good and text or text:gsub("^.-line 1: ", ""):gsub("^[^ ]*s%.lua:%d+: ", ""):gsub("^ip: ", ""))
  if good then return end
  local _, status = pcall(a.sh, a, "ip " .. line .. " 2>/dev/null || echo $?")
  io.write("\n=> ", tostring(status))
end
END
while IFS= read -r line; do echo "ask([[$line]])"; done <lines >>s.lua
"$NETSIM" -q s.lua >simulated || { echo "iproute2: the scenario failed" >&2; exit 1; }

# ---- compared --------------------------------------------------------------------------------------------------------
same() {
    sed -E -e 's/@if[0-9]+//; s/ link-netns(id)? [^ \\]+//; s/"link_index":[0-9]+,//g; s/,"link_netnsid":[0-9]+//g' \
        -e '/^ *"link_(index|netnsid)": /d; /^Warning: /d; /^         (Explicitly|This|fix)/d' \
        -e '/^ +[0-9]+ +[0-9]+ +[0-9]/s/ +[0-9]+/ N/g; /stats64/s/:[0-9]+/:N/g; s/used [0-9]+\/[0-9]+\/[0-9]+/used N/; s/probes [0-9]+/probes N/' \
        -e 's/, must be -?[0-9]+\.\.[0-9]+$//; /^$/d; s/^(lo|eth[01]) +/\1 /' |
        awk '/^# / { neigh = /neigh/; n++ } { print n "\t" (neigh && !/^# / && !/^=> / ? "~" $0 : $0) }' | sort -t "$(printf '\t')" -s -k1,1n |
        awk -F '\t' '$2 ~ /^~/ { held[++h] = $0; next } { flush(); print } END { flush() }
            function flush(   i, j, t) {
                for (i = 2; i <= h; i++) for (j = i; j > 1 && held[j] < held[j - 1]; j--) { t = held[j]; held[j] = held[j - 1]; held[j - 1] = t }
                for (i = 1; i <= h; i++) print held[i]
                h = 0
            }' | cut -f 2- | sed 's/^~//'
}
same <real >real.same
same <simulated >simulated.same
if ! diff real.same simulated.same; then
    echo "iproute2: simulated (>) and real (<) differ" >&2
    exit 1
fi
echo "iproute2: $(wc -l <lines) command lines agree"
