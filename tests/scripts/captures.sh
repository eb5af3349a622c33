#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Wireshark reads what the examples send: every device of every example is captured, and tshark
# finds no malformed packet and no wrong checksum in it.
set -euo pipefail

command -v tshark >/dev/null || { echo "captures: tshark is not installed" >&2; exit 77; }
shopt -s nullglob
examples=("$NETSIM_SOURCE_DIR"/examples/*.lua)
[ ${#examples[@]} -gt 0 ] || { echo "captures: there are no examples" >&2; exit 77; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "captures: $*" >&2; exit 1; }

# A shorter download sends every kind of packet, too; a large capture takes tshark longer than the simulation.
declare -A less=([loss_and_bottleneck]="--set=size=5MB" [bbr_or_cubic]="--set=seconds=3 --set=rate=5Mbit"
    [own_congestion_control]="--set=seconds=3 --set=rate=5Mbit")

# Writes what is wrong with the packets of FILE to $work/bad, one line each, and sets n to their number.
# Checksum status: 0 bad, 1 good, 2 not checked (quoted), 3 there is none.  The other fields are only
# there when something is amiss.  Payload is zeros: no DNS, whatever the port.
inspect() {
    tshark -n -r "$1" -d tcp.port==0-65535,data -d udp.port==0-65535,data \
        -o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE -o udp.check_checksum:TRUE \
        -T fields -E occurrence=f -E separator='|' -e frame.number \
        -e ip.checksum.status -e tcp.checksum.status -e udp.checksum.status -e icmp.checksum.status \
        -e _ws.malformed -e _ws.short -e tcp.option.len.invalid -e tcp.analysis.ack_lost_segment \
        -e _ws.col.Info >"$work/all" 2>"$work/err" || fail "tshark cannot read $1: $(cat "$work/err")"
    n=$(wc -l <"$work/all")
    awk -F '|' '$2 == "0" || $3 == "0" || $4 == "0" || $5 == "0" || $6 $7 $8 $9 != ""' "$work/all" >"$work/bad"
}

# Would it be noticed?  A wire that spoils every packet.
cat >"$work/spoilt.lua" <<'END'
local netsim = require "netsim"
local sim = netsim.new { seed = 1 }
local a, b = sim:host "a", sim:host "b"
sim:link(a:nic "eth0", b:nic "eth0", { delay = "1ms", corrupt = 1, corrupt_by = "payload" })
a:sh "ip addr add 10.0.0.1/24 dev eth0"
b:sh "ip addr add 10.0.0.2/24 dev eth0"
a:spawn("send", function(os) os.socket("udp"):connect("10.0.0.2:9"):send(100) end)
sim:run()
END
"$NETSIM" -q --capture -o "$work/spoilt" "$work/spoilt.lua" >/dev/null
inspect "$work/spoilt/a-eth0.pcapng"
[ ! -s "$work/bad" ] || fail "a packet is bad before it is sent: $(cat "$work/bad")"
inspect "$work/spoilt/b-eth0.pcapng"
[ -s "$work/bad" ] || fail "tshark does not notice a wrong checksum"

n_files=0
n_packets=0
for example in "${examples[@]}"; do
    name=$(basename "$example" .lua)
    code=0
    "$NETSIM" -q --seed 1 --capture -o "$work/$name" ${less[$name]:-} "$example" \
        >"$work/out" 2>"$work/err" || code=$?
    # 1: an expectation of the script failed, which is its own test's business.
    case $code in 0 | 1) ;; *) fail "$name ends with $code: $(cat "$work/err")" ;; esac
    files=("$work/$name"/*.pcapng)
    [ ${#files[@]} -gt 0 ] || fail "$name left no capture"
    for file in "${files[@]}"; do
        inspect "$file"
        # An example that corrupts packets says so.
        [ ! -s "$work/bad" ] || grep -q corrupt "$example" ||
            fail "$name, $(basename "$file"):"$'\n'"$(head -5 "$work/bad")"
        n_files=$((n_files + 1))
        n_packets=$((n_packets + n))
    done
    [ -z "$(find "$work/$name" -name '*.pcapng.*' -print -quit)" ] || fail "$name left a half-written file"
    rm -rf "${work:?}/$name"
done
[ "$n_packets" -gt 0 ] || fail "$n_files captures hold no packet"
echo "captures: ${#examples[@]} examples, $n_files files, $n_packets packets, all sound"
