#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What a packet-hop costs in instructions, which no busy machine can blur: the slope between two sizes of a benchmark,
# counted by callgrind on the release build.  Fails when it is 3 % above tests/golden/instructions.json (which counts
# for the compiler that it names), or above the absolute bar.
#
#   tests/scripts/instructions.sh --update      writes the golden file
set -euo pipefail

source_dir=${NETSIM_SOURCE_DIR:-$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)}
golden=$source_dir/tests/golden/instructions.json

skip() { echo "instructions: skipped: $*"; exit 77; }
command -v valgrind >/dev/null || skip "no valgrind"
# All builds would measure the same binary: one of them is enough.
case ${NETSIM_BUILD_DIR:-check} in *check) ;; *) skip "measured in the check build" ;; esac

"$source_dir/netsim" --version >/dev/null # brings the release build up to date
netsim=$source_dir/build/release/netsim

# count SIZE-OPTION...: "instructions hops"
count() {
    local log
    log=$(mktemp)
    local json
    json=$(valgrind --tool=callgrind --callgrind-out-file=/dev/null "$netsim" bench "$@" 2>"$log") || {
        cat "$log" >&2
        exit 1
    }
    local instructions hops
    instructions=$(sed -n 's/.*Collected : \([0-9]*\).*/\1/p' "$log")
    hops=$(sed -n 's/.*"packet_hops":\([0-9]*\).*/\1/p' <<<"$json")
    rm -f "$log"
    echo "$instructions $hops"
}

# slope NAME OPTION SMALL LARGE [MORE...]
slope() {
    local name=$1 option=$2 small large
    small=$(count "$name" "$option=$3" "${@:5}")
    large=$(count "$name" "$option=$4" "${@:5}")
    awk -v s="$small" -v l="$large" \
        'BEGIN { split(s, a, " "); split(l, b, " "); printf "%.0f\n", (b[1] - a[1]) / (b[2] - a[2]) }'
}

field() { sed -n "s/.*\"$1\": *\"\{0,1\}\([^\",]*\).*/\1/p" "$golden" 2>/dev/null; }

chain=$(slope chain --packets 1000 5000 --k=8)
dumbbell=$(slope dumbbell --T 0.5 1 --n=10)
compiler=$(sed -n 's/^CMAKE_C_COMPILER:[A-Z]*=//p' "$source_dir/build/release/CMakeCache.txt")
compiler="$(basename "$compiler") $("$compiler" -dumpfullversion)"
echo "instructions per hop: chain $chain, dumbbell $dumbbell ($compiler)"

if [ "${1:-}" = --update ]; then
    printf '{\n  "compiler": "%s",\n  "chain": %s,\n  "dumbbell": %s\n}\n' "$compiler" "$chain" "$dumbbell" >"$golden"
    exit 0
fi

# Work per ACK must not grow with the window: 3,000 segments in flight of which the wire loses 1 %, against a hundred flows.
lossy=$(slope dumbbell --T 0.4 0.7 --n=1 --loss=0.01 --window=3000)
hundred=$(slope dumbbell --T 0.4 0.7 --n=100)
echo "instructions per hop: one flow with losses $lossy, a hundred flows $hundred"

failed=0
# judge NAME VALUE BAR
judge() {
    local limit=$3 expected
    expected=$(field "$1")
    if [ "$(field compiler)" = "$compiler" ] && [ -n "$expected" ]; then
        limit=$((expected * 103 / 100))
        [ "$limit" -lt "$3" ] || limit=$3
    fi
    [ "$2" -le "$limit" ] || {
        echo "instructions: $1: $2 per hop, allowed are $limit; if there is a good reason: $0 --update" >&2
        failed=1
    }
}
judge chain "$chain" 1000
judge dumbbell "$dumbbell" 2000
[ $((lossy * 10)) -le $((hundred * 13)) ] || {
    echo "instructions: one flow with losses: more than 1.3 times a hundred flows" >&2
    failed=1
}
exit $failed
