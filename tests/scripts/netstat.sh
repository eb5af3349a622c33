#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# netstat, nstat and /proc/net of a simulated host, compared with
#   1. tests/golden/proc-net-6.18.txt   what a 6.18 kernel shows of the same sockets (taken here: NETSIM_GOLDEN=write)
#   2. the kernel of this machine, where namespaces may be made: the same, now
#   3. the real tools, reading the simulated host's files: they must print the same of them, to the letter
set -uo pipefail

golden=$NETSIM_SOURCE_DIR/tests/golden/proc-net-6.18.txt
work=$(mktemp -d)
server=ns-netstat-a-$$ client=ns-netstat-b-$$
cleanup() {
    for n in "$server" "$client"; do
        for pid in $(ip netns pids "$n" 2>/dev/null); do kill "$pid"; done
        ip netns del "$n" 2>/dev/null
    done
    rm -rf "$work"
}
trap cleanup EXIT
cd "$work" || exit 1
failures=0
fail() { echo "netstat: $*" >&2; failures=$((failures + 1)); }

# The kernel here, and the profile that is nearest; a profile's counters are those of exactly its version.
kernel=$(uname -r | grep -oE '^[0-9]+\.[0-9]+')
case $kernel in
    2.6) profile=rhel6.2 ;;
    3.* | 4.*) profile=rhel7 ;;
    5.* | 6.[0-9]) profile=linux6.1 ;;
    6.*) profile=linux6.18 ;;
    *) profile=linux7.2 ;;
esac

# ---- the same sockets, simulated and real ----------------------------------------------------------------------------
# Ports are chosen so that lines can be compared: two listeners, one with a connection that nobody accepts; two UDP
# sockets; a connection with unread data, one closed by both sides, one that only the client has closed; a lonely SYN.
files="snmp netstat sockstat dev arp route rt_cache tcp udp raw icmp"
server_commands=("netstat -tan" "netstat -uan" "netstat -ltn" "netstat -lun" "netstat -rn" "netstat -rne" "netstat -tn" "netstat -tane" "netstat -i" "netstat -ie")
client_commands=("netstat -tan" "netstat -tano" "netstat -an --inet" "netstat -r --numeric-hosts" "netstat -rnee" "netstat -x" "netstat -rC")

cat >s.lua <<'END'
local netsim = require "netsim"
local sim = netsim.new { seed = 1 }
local a, b = sim:host("a", { kernel = profile }), sim:host("b", { kernel = profile })
sim:link(a:nic "eth0", b:nic "eth0", { delay = "20us" })
a:sh "ip addr add 10.0.0.1/24 dev eth0; sysctl -qw net.ipv4.tcp_congestion_control=reno"
b:sh [[
  sysctl -qw net.ipv4.tcp_congestion_control=reno
  ip addr add 10.0.0.2/24 dev eth0
  ip route add default via 10.0.0.1
  ip route add unreachable 10.77.0.0/16
  ip route add blackhole 10.78.1.1
  ip route add 10.79.0.0/16 via 10.0.0.1 metric 50 window 5000 advmss 1360
]]
a:spawn("server", function(os)
  local l, busy = os.socket("tcp"):bind("10.0.0.1:5000"):listen(128), os.socket("tcp"):bind(":80"):listen(5)
  local any, one = os.socket("udp"):bind(":53"), os.socket("udp"):bind("10.0.0.1:5353"):connect("10.0.0.2:99")
  local unread, both, half = l:accept(), l:accept(), l:accept()
  unread:setsockopt("keepalive", 1)
  both:recv()
  both:close()
  os.sleep(100)
end)
b:spawn("client", function(os)
  local function connect(port, to) return os.socket("tcp"):bind("10.0.0.2:" .. port):connect("10.0.0.1:" .. to) end
  local unread = connect(4001, 5000)
  unread:send(500)
  connect(4002, 5000):close()
  os.sleep(0.1)
  connect(4003, 5000):close()
  local waiting = connect(4004, 80)
  os.socket("udp"):bind("10.0.0.2:4005"):connect("10.0.0.1:9"):send(5)
  os.sleep(100)
end)
b:spawn("lonely", function(os) os.sleep(0.2); os.socket("tcp"):bind("10.0.0.2:4006"):connect("10.0.0.9:7") end)
sim:run(0.5)
local function file(host, name)
  io.write("== ", host.name, " cat /proc/net/", name, "\n", host:read("/proc/net/" .. name))
end
local function ask(host, command)
  io.write("== ", host.name, " ", command, "\n", host:sh(command))
end
END
for f in $files; do echo "file(a, '$f') file(b, '$f')"; done >>s.lua
for c in "${server_commands[@]}"; do echo "ask(a, '$c')"; done >>s.lua
for c in "${client_commands[@]}"; do echo "ask(b, '$c')"; done >>s.lua
census="netstat -tan | awk '{ print \$6 }' | sort | uniq -c" # how many sockets are in which state
echo "ask(b, [[$census]])" >>s.lua
cp s.lua same.lua
# What only the third comparison looks at.
same_commands=("netstat -s" "netstat -st" "netstat -su" "netstat -sw" "nstat -az" "nstat -az IcmpIn*" "nstat -a" "nstat -aj" "nstat -ajp Tcp*"
    "netstat -an" "netstat -t --numeric-ports" "netstat -ae --numeric-ports" "netstat -r")
[ ! -s /etc/services ] || same_commands+=("netstat -t" "netstat -tu --numeric-hosts" "netstat -l" "netstat -ae")
for c in "${same_commands[@]}"; do echo "ask(a, '$c') ask(b, '$c')"; done >>same.lua
simulate() { { echo "local profile = '$2'"; cat "$1"; } >run.lua && "$NETSIM" -q run.lua || fail "the scenario $1 failed"; }

# What differs for good reasons:
#   - moments: timers, and what was sent until then; references and the reserve of memory, which the kernel counts otherwise
#   - inode numbers and with them the blanks at the end of a line; pointers, unless kernel.kptr_restrict hides them
#   - groups of counters: MPTCP is not modelled.  Values of counters, of devices and sockstat: other tests compare them
#   - the order of sockets, neighbours and devices: that of hash tables with a random key
#   - hardware addresses; sl, which is a place in such a table
normal() {
    sed -E '
        /^MPTcpExt:/d
        /^== .*(snmp|netstat)$/,/^== .*(sockstat)$/{ /^[A-Za-z]+: -?[0-9]/s/-?[0-9]+/N/g; /^IcmpMsg/d }
        /^(sockets|TCP|UDP|UDPLITE|RAW|FRAG): /s/[0-9]+/N/g
        s/^( *eth0:)( +[0-9]+){16}$/\1 counters/; s/^(eth0 +1500) [0-9 ]+ /\1 counters /
        /^ +ether/,/^$/{ s/(packets|bytes) [1-9][0-9]*/\1 N/g; s/ \([1-9][0-9.]* (B|KiB)\)/ (N)/ }
        s/([0-9a-f]{2}:){5}[0-9a-f]{2}/MAC/
        s/^ *[0-9]+: ([0-9A-F]{8}:[0-9A-F]{4})/sl: \1/
        s/(0[1-4]):[0-9A-F]{8} [0-9A-F]{8} /\1:TIMER RETRANS /
        s/ ( *[0-9]+) +([0-9]+) [0-9]+ [0-9]+ [0-9a-f]{16}/ \1 \2 INODE REFS POINTER/
        /^sl:/s/ +$//
        s/(on|timewait|keepalive) \([0-9.]+\/[0-9]+\//\1 (N\//
        s/^(tcp|udp)(.*) 0          [0-9]+ +$/\1\2 0          INODE/' "$1" |
        awk '/^== /{ n++; line = 0 } { printf "%d\t%d\t%s\n", n, line++ && /^(sl:|tcp |udp |10\.|.*: counters)/ ? 9999 : line, $0 }' |
        LC_ALL=C sort -s -t "$(printf '\t')" -k1,1n -k2,2n -k3 | cut -f3-
}

simulate s.lua linux6.18 >simulated
awk '/^== /{ wide = /net\/tcp/ ? 149 : /net\/(udp|icmp|route|rt_cache)/ ? 127 : 0; next } wide && length($0) != wide' simulated >narrow
[ ! -s narrow ] || fail "lines that are not as long as the kernel's: $(cat narrow)"
if [ "${NETSIM_GOLDEN:-}" != write ]; then
    diff <(normal "$golden") <(normal simulated) >difference || fail "not as a 6.18 kernel has it (>: simulated): $(cat difference)"
fi

# ---- bad input: the real tool's words --------------------------------------------------------------------------------
refused() { # COMMAND MESSAGE
    printf 'local netsim = require "netsim"\nnetsim.new {}:host "a":sh [[%s]]\n' "$1" >bad.lua
    "$NETSIM" -q bad.lua >out.txt 2>err.txt
    [ $? -eq 3 ] && grep -qF -- "$2" err.txt || fail "$1: $(cat err.txt)"
}
refused "netstat -Q" "netstat: invalid option -- 'Q'"
refused "netstat -tanQ" "netstat: invalid option -- 'Q'"
refused "netstat --wxyz" "netstat: unrecognized option '--wxyz'"
refused "netstat --num" "netstat: option '--num' is ambiguous; possibilities: '--numeric' '--numeric-hosts' '--numeric-ports' '--numeric-users'"
refused "netstat --t" "netstat: option '--t' is ambiguous; possibilities: '--tcpip' '--tcp' '--timers'"
refused "netstat --tcp=1" "netstat: option '--tcp' doesn't allow an argument"
refused "netstat -A" "netstat: option requires an argument -- 'A'"
refused "netstat -A foo" "Unknown address family \`foo'."
refused "netstat -M" "netstat: no support for \`ip_masquerade' on this system."
refused "netstat -6" "netstat: no support for \`AF INET6' on this system."
refused "netstat -is" "netstat: only one of -i, -r and -s can be shown"
refused "netstat -g" "netstat -g: multicast groups are not modelled"

# ---- the real tools read the simulated files -------------------------------------------------------------------------
# Each host's files become a folder /proc of a namespace of its own.
read_by_real_tools() {
    simulate same.lua "$profile" >same
    for host in a b; do
        mkdir -p "$host/net"
        for f in $files; do
            awk -v title="== $host cat /proc/net/$f" '$0 == title { on = 1; next } /^== /{ on = 0 } on' same >"$host/net/$f"
        done
        echo "Num       RefCount Protocol Flags    Type St Inode Path" >"$host/net/unix" # not modelled, so not in the tree
    done
    printf 'hosts: files\nservices: files\npasswd: files\n' >nsswitch.conf
    printf '127.0.0.1 localhost\n' >hosts
    grep -E "^== [ab] (netstat|nstat)" same | grep -v " netstat -i" | while read -r _ host command; do
        echo "== $host $command"
        unshare -m sh -c 'mount --make-rprivate / && mount --bind nsswitch.conf /etc/nsswitch.conf && mount --bind hosts /etc/hosts &&
            PROC_NET_SNMP=$PWD/$1/net/snmp PROC_NET_NETSTAT=$PWD/$1/net/netstat PROC_NET_SNMP6=/dev/null NSTAT_HISTORY=$PWD/history
            export PROC_NET_SNMP PROC_NET_NETSTAT PROC_NET_SNMP6 NSTAT_HISTORY && mount --bind "$1" /proc && eval "$2" 2>&1' sh "$host" "$command"
    done >same.real
    awk '/^== /{ on = / (netstat|nstat) / && !/ netstat -i/ } on' same >same.commands # -i asks the kernel, too
    diff same.commands same.real >difference || fail "the real tools say otherwise of the same files (<: simulated): $(cat difference)"
    [ "$(grep -c ESTABLISHED same.real)" -gt 10 ] || fail "the real tools have not read the files"
}
if command -v netstat >/dev/null && command -v nstat >/dev/null &&
    unshare -m sh -c 'mount --make-rprivate / && mount --bind . /proc' 2>/dev/null; then
    read_by_real_tools
else
    echo "netstat: no net-tools, no iproute2 or no namespaces here: the real tools were not asked"
fi

# ---- the kernel of this machine --------------------------------------------------------------------------------------
if ! command -v netstat >/dev/null || ! ip netns add "$server" 2>/dev/null || ! ip netns add "$client" 2>/dev/null; then
    echo "netstat: no namespaces here: compared with the kept texts only"
    exit $((failures > 0))
fi
cat >ends.c <<'END'
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>
static int make(int type, const char *addr, int port)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = inet_addr(addr) };
    int s = socket(AF_INET, type, 0);
    if (bind(s, (void *) &a, sizeof a)) _exit(1);
    return s;
}
static int to(int s, const char *addr, int port)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = inet_addr(addr) };
    if (connect(s, (void *) &a, sizeof a)) _exit(1);
    return s;
}
int main(int argc, char **argv)
{
    static char bytes[500];
    (void) argc;
    if (argv[1][0] == 's') {
        int l = make(SOCK_STREAM, "10.0.0.1", 5000), busy = make(SOCK_STREAM, "0.0.0.0", 80), one = 1;
        listen(l, 128);
        listen(busy, 5);
        make(SOCK_DGRAM, "0.0.0.0", 53);
        to(make(SOCK_DGRAM, "10.0.0.1", 5353), "10.0.0.2", 99);
        write(1, "up\n", 3);
        int unread = accept(l, 0, 0), both = accept(l, 0, 0);
        accept(l, 0, 0);
        setsockopt(unread, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one);
        read(both, bytes, 1);
        close(both);
        sleep(100);
    }
    if (argv[1][0] == 'l') return to(make(SOCK_STREAM, "10.0.0.2", 4006), "10.0.0.9", 7);
    write(to(make(SOCK_STREAM, "10.0.0.2", 4001), "10.0.0.1", 5000), bytes, 500);
    close(to(make(SOCK_STREAM, "10.0.0.2", 4002), "10.0.0.1", 5000));
    usleep(100000);
    close(to(make(SOCK_STREAM, "10.0.0.2", 4003), "10.0.0.1", 5000));
    to(make(SOCK_STREAM, "10.0.0.2", 4004), "10.0.0.1", 80);
    write(to(make(SOCK_DGRAM, "10.0.0.2", 4005), "10.0.0.1", 9), bytes, 5);
    write(1, "up\n", 3);
    sleep(100);
    return 0;
}
END
"$NETSIM_CC" -o ends ends.c || exit 1
ip link add eth0 netns "$server" type veth peer name eth0 netns "$client"
for n in "$server" "$client"; do
    ip netns exec "$n" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 2>/dev/null
    if ! ip netns exec "$n" sysctl -qw net.ipv4.tcp_congestion_control=reno; then
        echo "netstat: the setting is not there: compared with the kept texts only"
        exit $((failures > 0))
    fi
    ip -n "$n" link set lo up
    ip -n "$n" link set eth0 up
done
ip -n "$server" addr add 10.0.0.1/24 dev eth0
ip -n "$client" addr add 10.0.0.2/24 dev eth0
ip -n "$client" route add default via 10.0.0.1
ip -n "$client" route add unreachable 10.77.0.0/16
ip -n "$client" route add blackhole 10.78.1.1
ip -n "$client" route add 10.79.0.0/16 via 10.0.0.1 metric 50 window 5000 advmss 1360
wait_for() { for ((i = 0; i < 200; i++)); do [ -s "$1" ] && return 0; sleep 0.05; done; return 1; }
ip netns exec "$server" ./ends server >up.server &
wait_for up.server || exit 1
ip netns exec "$client" ./ends client >up.client &
wait_for up.client || exit 1
ip netns exec "$client" ./ends lonely &
sleep 0.3
{
    for f in $files; do
        for n in a:"$server" b:"$client"; do
            echo "== ${n%%:*} cat /proc/net/$f"
            ip netns exec "${n#*:}" cat "/proc/net/$f"
        done
    done
    for c in "${server_commands[@]}"; do echo "== a $c"; ip netns exec "$server" $c; done
    for c in "${client_commands[@]}"; do echo "== b $c"; ip netns exec "$client" $c; done
    echo "== b $census"
    ip netns exec "$client" sh -c "$census"
} >real 2>&1
if [ "${NETSIM_GOLDEN:-}" = write ]; then
    [ "$kernel" = 6.18 ] || { echo "netstat: the kept texts are those of a 6.18 kernel, here is $kernel"; exit 1; }
    normal real >"$golden"
fi
simulate s.lua "$profile" >simulated
if [ "linux$kernel" != "$profile" ]; then # other counters, which no profile has: compare the rest
    echo "netstat: no profile is exactly Linux $kernel: not compared with the kernel here"
    exit $((failures > 0))
fi
diff <(normal real) <(normal simulated) >difference || fail "not as the kernel here has it (>: simulated): $(cat difference)"
[ "$(grep -c ESTABLISHED real)" -gt 5 ] || fail "the real sockets are not there"
exit $((failures > 0))
