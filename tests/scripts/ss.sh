#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# ss of a simulated host: the texts of tests/golden/ss.txt, and, where namespaces may be made, what the real tool prints
# of the same sockets.  NETSIM_GOLDEN=write writes the golden texts anew.
set -uo pipefail

golden=$NETSIM_SOURCE_DIR/tests/golden/ss.txt
work=$(mktemp -d)
cleanup() {
    for n in "$server" "$client"; do
        for pid in $(ip netns pids "$n" 2>/dev/null); do kill "$pid"; done
        ip netns del "$n" 2>/dev/null
    done
    rm -rf "$work"
}
server=ns-ss-a-$$ client=ns-ss-b-$$
trap cleanup EXIT
cd "$work" || exit 1
failures=0
fail() { echo "ss: $*" >&2; failures=$((failures + 1)); }

# ---- the same sockets, simulated and real ----------------------------------------------------------------------------
# A listener and two UDP sockets; one connection that carried 777 and 3000 bytes, one whose data nobody reads, one that
# the client has closed first, one that gets no answer.
settings='net.ipv4.tcp_congestion_control=reno
net.ipv4.tcp_rmem=4096 131072 6291456
net.ipv4.tcp_wmem=4096 16384 4194304'

cat >s.lua <<'END'
local netsim = require "netsim"
local sim = netsim.new { seed = 1 }
local a, b = sim:host "a", sim:host "b"
sim:link(a:nic "eth0", b:nic "eth0", { delay = "20us" })
a:sh "ip addr add 10.0.0.1/24 dev eth0"
b:sh "ip addr add 10.0.0.2/24 dev eth0"
a:load_sysctl "tune.conf"
b:load_sysctl "tune.conf"
a:spawn("ends", function(os)
  local l = os.socket("tcp"):bind("10.0.0.1:5000"):listen(128)
  local any = os.socket("udp"):bind(":53")
  local one = os.socket("udp"):bind("10.0.0.1:5353"):connect("10.0.0.2:99")
  local c = l:accept()
  local n = 0
  while n < 777 do n = n + c:recv() end
  c:send(3000)
  local unread = l:accept()
  local closed = l:accept()
  closed:recv()
  closed:close()
  os.sleep(100)
end)
b:spawn("ends", function(os)
  local c = os.socket("tcp"):connect("10.0.0.1:5000")
  c:send(777)
  local n = 0
  while n < 3000 do n = n + c:recv() end
  local unread = os.socket("tcp"):connect("10.0.0.1:5000")
  unread:setsockopt("keepalive", 1)
  unread:send(500)
  os.socket("tcp"):connect("10.0.0.1:5000"):close()
  os.sleep(0.1)
  os.socket("tcp"):connect("10.0.0.1:5000")
  os.sleep(100)
end)
b:spawn("lonely", function(os) os.sleep(0.2); os.socket("tcp"):connect("10.0.0.9:7") end)
sim:run(0.5)
local function ask(name, host, options)
  io.write("== ", name, " ss ", options, "\n", host:sh("ss " .. options))
end
END
server_options=("-tin" "-tan" "-tano" "-tmn" "-tanoipem -O" "-s" "-uan" "-uamn" "-lnt" "-tuna" "-an -t -u" "-Htan" "-tn state established"
    "-tna exclude listening" "-tu -a" "-tan src 10.0.0.1:5000 and not dport = :9" "-tan '( sport = :5000 or sport = :22 )' dst 10.0.0.0/24"
    "-tan sport gt 5000" "-tan dst 10.0.0.3" "-tan -6" "-x" "-w" "--tcp --numeric --inf")
client_options=("-tano" "-tin" "-tn state time-wait" "-tn state syn-sent" "-tnm")
for o in "${server_options[@]}"; do echo "ask('server', a, [[$o]])"; done >>s.lua
for o in "${client_options[@]}"; do echo "ask('client', b, [[$o]])"; done >>s.lua
echo "$settings" >tune.conf
"$NETSIM" -q s.lua >simulated || fail "the scenario failed"
if [ "${NETSIM_GOLDEN:-}" = write ]; then cp simulated "$golden"; fi
diff "$golden" simulated || fail "other texts than tests/golden/ss.txt"

# ---- bad input: the real tool's words --------------------------------------------------------------------------------
refused() { # OPTIONS MESSAGE
    cat >bad.lua <<END
local netsim = require "netsim"
local sim = netsim.new {}
sim:host "a":sh [[ss $1]]
END
    "$NETSIM" -q bad.lua >out.txt 2>err.txt
    [ $? -eq 3 ] && grep -qF -- "$2" err.txt || fail "ss $1: $(cat err.txt)"
    sed -i 's/:sh \[\[ss /:ss [[/' bad.lua
    "$NETSIM" -q bad.lua >out.txt 2>err.txt
    [ $? -eq 3 ] && grep -qF -- "$2" err.txt && grep -q '^netsim: bad\.lua:3: ' err.txt || fail "host:ss $1: $(cat err.txt)"
}
refused "-y" "ss: invalid option -- 'y'"
refused "--numerik" "ss: unrecognized option '--numerik', did you mean \"numeric\"?"
refused "--in" "ss: option '--in' is ambiguous"
refused "--tcp=1" "ss: option '--tcp' doesn't allow an argument"
refused "-A" "ss: option requires an argument -- 'A'"
refused "-A tpc" "ss: \"tpc\" is illegal socket table id"
refused "-f inet5" "ss: \"inet5\" is invalid family"
refused "-t state establised" "ss: wrong state name: establised, did you mean \"established\"?"
refused "-t state" "Command line is not complete."
refused "-t dst 10.0.0.256" "Error: an inet prefix is expected rather than \"10.0.0.256\"."
refused "-t sport = :htp" "Error: \"htp\" does not look like a port."
refused "-t '( sport = :80'" "syntax error"
refused "-t sport 80 or" "syntax error"
refused "-t dev eth7" "Cannot parse device."
refused "-t foo" "Error: an inet prefix is expected rather than \"foo\"."
refused "-E" "ss -E: the real ss has this option, netsim does not model it"
refused "-t '$(printf '( %.0s' $(seq 200))'" "parentheses in each other"

# host:ss gives tables: what only prints or kills is not for it.
for words in -h -V -s -tK "src '"; do
    echo "require('netsim').new {}:host 'a':ss [[$words]]" >bad.lua
    "$NETSIM" -q bad.lua >out.txt 2>err.txt
    [ $? -eq 3 ] && grep -q '^netsim: bad\.lua:1: ss: ' err.txt || fail "host:ss $words: $(cat err.txt)"
done
echo "require('netsim').new {}:host 'a':ss { 'state' }" >bad.lua
"$NETSIM" -q bad.lua >out.txt 2>err.txt
[ $? -eq 3 ] && grep -q '^netsim: bad\.lua:1: host:ss: the options and the filter' err.txt || fail "host:ss of a table: $(cat err.txt)"

# ---- the real tool ---------------------------------------------------------------------------------------------------
if ! command -v ss >/dev/null || ! ip netns add "$server" 2>/dev/null || ! ip netns add "$client" 2>/dev/null; then
    echo "ss: no namespaces here: compared with the kept texts only"
    exit $((failures > 0))
fi
ss -V | grep -qF "iproute2-6.1." || echo "ss: the golden texts are those of iproute2 6.1, here is $(ss -V)"

cat >ends.c <<'END'
#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
static int make(int type, const char *addr, int port, int is_peer)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = inet_addr(addr) };
    int s = socket(AF_INET, type, 0), one = 1;
    setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (is_peer ? connect(s, (void *) &a, sizeof a) : bind(s, (void *) &a, sizeof a)) _exit(1);
    return s;
}
static void take(int s, int n)
{
    char buffer[4096];
    while (n > 0) n -= read(s, buffer, sizeof buffer);
}
int main(int argc, char **argv)
{
    static char bytes[4096];
    for (int fd = 3; fd < 64; fd++) close(fd);
    (void) argc;
    if (argv[1][0] == 's') {
        int l = make(SOCK_STREAM, "10.0.0.1", 5000, 0), one;
        listen(l, 128);
        make(SOCK_DGRAM, "0.0.0.0", 53, 0);
        one = make(SOCK_DGRAM, "10.0.0.1", 5353, 0);
        struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(99), .sin_addr.s_addr = inet_addr("10.0.0.2") };
        connect(one, (void *) &a, sizeof a);
        write(1, "up\n", 3);
        int c = accept(l, 0, 0);
        take(c, 777);
        write(c, bytes, 3000);
        accept(l, 0, 0);
        int closed = accept(l, 0, 0);
        read(closed, bytes, 1);
        close(closed);
        sleep(100);
    }
    if (argv[1][0] == 'l') return make(SOCK_STREAM, "10.0.0.9", 7, 1);
    int c = make(SOCK_STREAM, "10.0.0.1", 5000, 1), one = 1;
    write(c, bytes, 777);
    take(c, 3000);
    int unread = make(SOCK_STREAM, "10.0.0.1", 5000, 1);
    setsockopt(unread, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one);
    write(unread, bytes, 500);
    close(make(SOCK_STREAM, "10.0.0.1", 5000, 1));
    usleep(100000);
    make(SOCK_STREAM, "10.0.0.1", 5000, 1);
    write(1, "up\n", 3);
    sleep(100);
    return 0;
}
END
"$NETSIM_CC" -o ends ends.c || exit 1
ip link add ve0 netns "$server" type veth peer name ve0 netns "$client"
ip -n "$server" addr add 10.0.0.1/24 dev ve0
ip -n "$client" addr add 10.0.0.2/24 dev ve0
for n in "$server" "$client"; do
    ip -n "$n" link set ve0 up
    ip netns exec "$n" sysctl -q -p tune.conf || { echo "ss: the settings are not there: compared with the kept texts only"; exit $((failures > 0)); }
done
wait_for() { for ((i = 0; i < 100; i++)); do [ -s "$1" ] && return 0; sleep 0.05; done; return 1; }
ip netns exec "$server" ./ends server >up.server &
wait_for up.server || exit 1
ip netns exec "$client" ./ends client >up.client &
wait_for up.client || exit 1
sleep 0.3
for o in "${server_options[@]}"; do
    echo "== server ss $o"
    eval "ip netns exec $server ss $o"
done >real 2>/dev/null
ask_client() {
    ip netns exec "$client" ./ends lonely &
    sleep 0.05
    for o in "${client_options[@]}"; do
        echo "== client ss $o"
        eval "ip netns exec $client ss $o"
    done
    kill $!
    wait $!
} 2>/dev/null
for ((i = 0; i < 10; i++)); do # before the first SYN is repeated
    ask_client >real.client
    grep -q "lost:1" real.client || break
done
cat real.client >>real

# What differs for good reasons: moments, speeds and counts of pure ACKs (GRO joins segments on a veth), numbers of ports,
# processes and sockets, the size of packets in memory (a veth hands over the sender's), the cgroup (not modelled).  The
# rest must be equal to the letter; sockets may stand in another order (the kernel's is that of a random hash).
normal() {
    sed -zE 's/\n\t/ \&/g' "$1" | sed -E '
        s/(10\.0\.0\.2:)[0-9]{5}/\1PORT_/
        s/(rtt|minrtt|lastsnd|lastrcv|lastack|segs_in|segs_out|rcv_ssthresh):[0-9./]+/\1:N/g
        s/(send|pacing_rate|delivery_rate) [0-9]+bps/\1 Nbps/g
        s/ (busy|rcv_rtt):[0-9.msN]+//g
        s/skmem:\(r[0-9]+,(rb[0-9]+),t[0-9]+,(tb[0-9]+),f[0-9]+/skmem:(rN,\1,tN,\2,fN/
        s/timer:\(on,[0-9]+ms/timer:(on,Nms/; s/timewait,5[0-9]sec/timewait,5Nsec/; s/(bytes_sent:3000.*snd_wnd):[0-9]+/\1:N/
        s/ rto:20[0-4]( |$)/ rto:20N\1/; s/, orphaned [01],/, orphaned N,/ # a busy machine answers later
        s/pid=[0-9]+/pid=N/; s/ino:[1-9][0-9]*/ino:N/; s/sk:[0-9a-f]+/sk:N/; s/ cgroup:[^ ]+//
        s/^TCP:   .*\(estab ([0-9]+), closed [0-9]+,/TCP: N (estab \1, closed N,/; s/^Total: .*/Total: N/
        / &| reno |Process  /s/ +$//; s/ +users/ users/' |
        awk '/^== /{ n++; line = 0 } { printf "%d\t%d\t%s\n", n, line++ ? (line == 2 && !/^(==|[A-Z0-9-]+ +[0-9])/ ? 1 : 2) : 0, $0 }' |
        LC_ALL=C sort -s -t "$(printf '\t')" -k1,1n -k2,2n -k3 | cut -f3-
}
diff <(normal simulated) <(normal real) >difference || fail "the real tool prints otherwise (<: simulated): $(cat difference)"
[ "$(grep -c ESTAB real)" -gt 20 ] || fail "the real sockets are not there"
exit $((failures > 0))
