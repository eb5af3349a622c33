#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# netsim bench: one JSON object a run, laws that its figures must obey, exit code 2 for what it does not know.
set -euo pipefail

fail() { echo "bench: $*" >&2; exit 1; }
bench() { "$NETSIM" bench "$@"; }
# field NAME <<<JSON
field() { sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p"; }
# refuses TEXT ARGUMENT...: exit code 2, TEXT in the message, nothing on the standard output
refuses() {
    local text=$1 out err code=0
    shift
    err=$(mktemp)
    out=$(bench "$@" 2>"$err") || code=$?
    [ "$code" = 2 ] || fail "$*: exit code $code, not 2"
    [ -z "$out" ] || fail "$*: printed $out"
    grep -qF -- "$text" "$err" || fail "$*: says $(cat "$err"), not $text"
    rm -f "$err"
}

refuses 'no benchmark "chian"' chian
refuses 'no parameter "--kk"' chain --kk=8
refuses '--k=eight' chain --k=eight
refuses '--k=1.5' chain --k=1.5
refuses '--k=64' chain --k=64
refuses '--dist=normal' hold --dist=normal
refuses 'are written --name=value' chain k=8
refuses 'name the benchmark' --k=8
bench --help | grep -q dumbbell || fail "--help does not name dumbbell"

json=$(bench hold --n=100 --ops=1000)
[ "$(field events <<<"$json")" = 1000 ] || fail "hold: $json"
[ "$(bench hold --n=100 --ops=1000 --reps=2 | field fingerprint | uniq | wc -l)" = 1 ] || fail "hold is not the same twice"

# Every datagram crosses k + 1 links; 2 k + 2 ARP packets beside them.
json=$(bench chain --k=3 --packets=200)
[ "$(field delivered <<<"$json")" = 200 ] || fail "chain: $json"
[ "$(field packet_hops <<<"$json")" = $((200 * 4 + 8)) ] || fail "chain: $json"
[ "$(field payload_bytes <<<"$json")" = $((200 * 1472)) ] || fail "chain: $json"

json=$(bench churn --conns=100)
[ "$(field completed <<<"$json")" = 100 ] || fail "churn: $json"
[ "$(field payload_bytes <<<"$json")" = $((100 * 15000)) ] || fail "churn: $json"
hops=$(field packet_hops <<<"$json")
[ "$hops" -ge 4800 ] && [ "$hops" -le 5644 ] || fail "churn: 48 to 56 hops a connection (and 44 of ARP): $json"

json=$(bench churn --conns=100 --idle=1)
[ "$(field bench <<<"$json")" = idle ] || fail "churn --idle=1: $json"
[ "$(field established <<<"$json")" = 100 ] || fail "idle: $json"
[ "$(field completed <<<"$json")" = 0 ] || fail "idle: $json"

# A million idle connections fit into 2 GiB, a million TIME_WAIT entries into 256 MiB; sanitizers have memory of their own.
case ${NETSIM_CFLAGS:-} in *sanitize*) ;; *)
    bytes=$(bench idle --conns=16000 | field bytes_per_unit)
    [ "$bytes" -gt 500 ] && [ "$bytes" -le 2147 ] || fail "idle: $bytes bytes a connection, both ends"
    bytes=$(bench timewait --conns=20000 | field bytes_per_unit)
    [ "$bytes" -gt 50 ] && [ "$bytes" -le 268 ] || fail "timewait: $bytes bytes an entry" ;;
esac

# Every segment arrives, on connections that are all established; an ACK for each or every second, two links each way.
# Ten a second on each connection: most ACKs are not delayed until the next segment.
json=$(bench scale --conns=200 --segments=2000 --pps=2000)
[ "$(field established <<<"$json")" = 200 ] || fail "scale: $json"
[ "$(field failed <<<"$json")" = 0 ] || fail "scale: $json"
[ "$(field payload_bytes <<<"$json")" = $((2000 * 100)) ] || fail "scale: $json"
hops=$(field packet_hops <<<"$json")
[ "$hops" -ge $((2000 * 3)) ] && [ "$hops" -le $((2000 * 4)) ] || fail "scale: 3 to 4 hops a segment: $json"

# A bottleneck of 1 Gbit/s fills, and carries no more than it can: 1448 of 1502 bytes.
json=$(bench dumbbell --n=10 --T=0.5)
goodput=$(field goodput_mbps <<<"$json")
awk -v g="$goodput" 'BEGIN { exit !(g > 500 && g < 964.1) }' || fail "dumbbell: $json"

# A fixed window stays in flight whatever is lost by chance: three BDPs of 167 segments fill a tenth of the line.
json=$(bench dumbbell --n=1 --T=2 --gbit=0.1 --loss=0.02 --window=300)
goodput=$(field goodput_mbps <<<"$json")
awk -v g="$goodput" 'BEGIN { exit !(g > 80 && g < 96.4) }' || fail "dumbbell with a window: $json"
grep -qF '"loss":0.02,"window":300' <<<"$json" || fail "dumbbell with a window: $json"
