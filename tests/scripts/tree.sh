#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Files under /proc and /sys from a script: host:read, host:write, host.sysctl, cat and echo > are one thing.
set -uo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

cat >s.lua <<'END'
local netsim = require "netsim"
local sim = netsim.new {}
local host, peer = sim:host "host", sim:host("peer", { kernel = "rhel6.2" })
sim:link(host:nic "eth0", peer:nic "eth0", { rate = "1gbit" })

host:write("/proc/sys/net/ipv4/tcp_fin_timeout", 15)
expect(host.sysctl["net.ipv4.tcp_fin_timeout"] == 15 and host:sh "sysctl -n net.ipv4.tcp_fin_timeout" == "15\n")
host.sysctl["net.ipv4.tcp_fin_timeout"] = 20
expect(host:read "/proc/sys/net/ipv4/tcp_fin_timeout" == "20\n")
host:sh "echo 25 > /proc/sys/net/ipv4/tcp_fin_timeout"
expect(host:sh "cat /proc/sys/net/ipv4/tcp_fin_timeout" == "25\n")

host:write("/sys/class/net/eth0/mtu", "9000\n")
expect(host:nic "eth0".mtu == 9000 and host:read "/sys/class/net/eth0/mtu" == "9000\n")
expect(host:read "/sys/class/net/eth0/speed" == "1000\n")
host:write("/proc/sys/net/ipv4/ip_forward", true)
expect(host.sysctl["net.ipv4.ip_forward"] == 1)

local function refuses(message, f, ...)
  local ok, got = pcall(f, ...)
  expect(not ok and got:find(message, 1, true), "%s", got)
end
refuses('s.lua:24: /proc/net/dov: No such file or directory, did you mean "/proc/net/dev"?', function()
  host:read "/proc/net/dov" end)
refuses("/proc/net/dev: Permission denied", function() host:write("/proc/net/dev", 1) end)
refuses("/proc/sys/net/ipv4/tcp_sack: Invalid argument; must be 0 to 255", function()
  host:write("/proc/sys/net/ipv4/tcp_sack", 256) end)
refuses("/proc/sys/net/ipv4/tcp_recovery: No such file or directory; rhel6.2 does not have it: new in 4.4", function()
  peer:read "/proc/sys/net/ipv4/tcp_recovery" end)
refuses("/proc/sys/net/ipv4/tcp_sack: give a number or a string, not a table", function()
  host:write("/proc/sys/net/ipv4/tcp_sack", {}) end)
refuses("cat: /proc/net: Is a directory", function() host:sh "cat /proc/net" end)
refuses("cannot create /proc/net/dev: Permission denied", function() host:sh "echo > /proc/net/dev" end)
refuses("write error: /sys/class/net/eth0/mtu: Invalid argument", function() host:sh "echo 10 > /sys/class/net/eth0/mtu" end)
expect(host:sh "cat /sys/class/net/*/mtu" == "9000\n65536\n")
END
"$NETSIM" -q s.lua </dev/null
