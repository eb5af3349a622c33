#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# ping(8) of a simulated host against the real one in a namespace: every line, but for the times, and the exit status.
# Skipped where namespaces may not be made.
set -uo pipefail

test=ping
. "$NETSIM_SOURCE_DIR/tests/support/namespaces.sh"
ping -V 2>/dev/null | grep -q 'iputils 20221126' || skip "no iputils 20221126 here"

cat >lines <<'END'
-c 2 -i 0.2 10.0.0.2
-c 2 -i 0.2 -q 10.0.0.2
-n -c 1 -s 1000 10.0.0.2
-c1 -s 10 10.0.0.2
-c 2 -i 0.2 -s 0 -q 10.0.0.2
-c 2 -i 0.2 -W 0.3 10.0.0.77
-q -c 1 -W 0.3 10.0.0.77
-O -c 3 -i 0.2 -W 0.3 10.0.0.77
-c 2 -i 0.2 -W 0.5 10.0.0.99
-c 2 -i 0.2 10.0.0.99
-c 1 10.8.0.5
-c 1 -q 10.8.0.5
-c 1 8.8.8.8
-c 1 10.7.0.1
-w 1 -c 10 -i 0.3 10.0.0.2
-w 1 -i 0.4 10.0.0.2
-I eth0 -c 1 10.0.0.2
-I 10.0.0.1 -c 1 10.0.0.2
-I 10.0.0.4 -c 1 10.0.0.2
-I nodev -c 1 10.0.0.2
-M do -s 2000 -c 2 -i 0.2 10.0.0.2
-M foo 10.0.0.2
-c 1 localhost
-n -c 1 localhost
-c 0 10.0.0.2
-c 3x 10.0.0.2
-W -1 10.0.0.2
-Q 300 10.0.0.2
-Q x 10.0.0.2
-t 300 10.0.0.2
-t 0 10.0.0.2
-w x 10.0.0.2
10.0.0.255

-Z 10.0.0.2
--what 10.0.0.2
-c
END

cat >set-up <<'END'
ip link set lo up
ip addr add 10.0.0.1/24 dev eth0
ip link set eth0 up
ip neigh add 10.0.0.77 lladdr 02:00:00:00:00:77 dev eth0
ip route add 10.8.0.0/24 via 10.0.0.2
ip route add unreachable 10.7.0.0/24
END

# The real ones: times become T, and of a usage only the complaint stays.
ip link add eth0 netns "$host" type veth peer name eth0 netns "$peer"
ip -n "$peer" addr add 10.0.0.2/24 dev eth0 && ip -n "$peer" link set eth0 up
ip netns exec "$peer" sysctl -qw net.ipv4.ip_forward=1
ip netns exec "$host" bash -e set-up
sleep 0.2
plain() { sed -E 's/(time[= ])[0-9.]+ ?ms/\1T/; s/^(rtt min.* = ).*/\1T/; /^Usage$/,$d; /^$/d' "$@"; }
while IFS= read -r line; do
    # shellcheck disable=SC2086
    ip netns exec "$host" timeout 20 ping $line >out 2>err
    status=$?
    echo "\$ ping $line"
    plain out
    plain err
    echo "=> $status"
done <lines >wanted

{
    echo 'local sim = require("netsim").new {}'
    echo 'local host, peer = sim:host "host", sim:host "peer"'
    echo 'sim:link(host:nic "eth0", peer:nic "eth0", { delay = "5ms" })'
    echo 'peer:sh "ip addr add 10.0.0.2/24 dev eth0; sysctl -qw net.ipv4.ip_forward=1"'
    echo "host:sh [[$(cat set-up)]]"
    while IFS= read -r line; do
        echo "do local out, status, messages = host:sh('ping $line', { check = false })"
        echo "  print('\$ ping $line\\n' .. out .. messages .. '=> ' .. status) end"
    done <lines
} >ping.lua
"$NETSIM" -q ping.lua >out 2>err || { echo "ping: $(cat err)" >&2; exit 1; }
plain out >got
diff wanted got >difference || { cat difference >&2; exit 1; }
[ "$(grep -c '^=> ' got)" = "$(wc -l <lines)" ] || { echo "ping: not every line was tried" >&2; exit 1; }
