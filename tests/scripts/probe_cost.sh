#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What tracepoints cost while nobody looks: the instructions that callgrind finds on the source lines where a model asks for
# probes (TRACE and the inline functions behind it; the compiler puts the test on the line that asks), loads and jumps
# included.  At most 3 for each tracepoint passed, at most 5 % of a hop of the dumbbell.
set -euo pipefail

skip() { echo "probe_cost: skipped: $*"; exit 77; }
command -v valgrind >/dev/null || skip "no valgrind"
case ${NETSIM_BUILD_DIR:-check} in *check) ;; *) skip "measured in the check build" ;; esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# The lines that ask, as "file:line", and those of the functions which they call.
(cd "$NETSIM_SOURCE_DIR" && grep -nE '\<(TRACE(_CONSUME_SKB)?|SYS_ENTER|SYS_EXIT|trace_is_on|trace_any|trace_is_used|dev_is_watched|trace_lookup)\(|sim->traced\[|return dev->is_watched' \
    models/*/*.[ch] core/sim.h) | sed -n 's/^\([^:]*:[0-9]*\):.*/\1/p' >lines.txt
[ "$(wc -l <lines.txt)" -ge 60 ] || { echo "probe_cost: the tests of tracepoints are not where they were" >&2; exit 1; }

# tests OUT: instructions on those lines
tests() {
    awk 'NR == FNR { is_test[$1] = 1; next }
        /^(fl|fi|fe)=/ { file = $0; sub(/^f.=/, "", file); sub(/^.*\/core\//, "core/", file); sub(/^.*\/models\//, "models/", file); next }
        /^calls=/ { getline; next }
        /^[0-9]+ [0-9]+$/ && is_test[file ":" $1] { n += $2 }
        END { print n + 0 }' lines.txt "$1"
}
# grind NAME COMMAND...: tests and instructions in NAME.out, its output in NAME.txt
grind() {
    local name=$1
    shift
    valgrind --tool=callgrind --compress-strings=no --compress-pos=no --callgrind-out-file="$name.out" "$NETSIM" "$@" >"$name.txt" 2>"$name.log" ||
        { cat "$name.log" >&2; exit 1; }
}
field() { sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p" "$2.txt"; }
collected() { sed -n 's/.*Collected : \([0-9]*\).*/\1/p' "$1.log"; }

cat >transfer.lua <<'END'
local netsim = require "netsim"
local sim = netsim.new()
local server, client = sim:host("server"), sim:host("client")
sim:link(server:nic "eth0", client:nic "eth0", { rate = "100Mbit", delay = "5ms", queue = "100p" })
server:sh "ip addr add 10.0.0.1/24 dev eth0"
client:sh "ip addr add 10.0.0.2/24 dev eth0"
server:spawn("httpd", function(os)
  local c = os.socket("tcp"):bind(":80"):listen():accept()
  c:recv(); c:send(2000000); c:close()
end)
client:spawn("fetch", function(os)
  local c = os.socket("tcp"):connect("10.0.0.1:80")
  c:send("GET /"); c:recv_all(); c:close()
end)
sim:run()
END
"$NETSIM" -q --trace='*' transfer.lua >/dev/null
passed=$(($(wc -l <out/trace.jsonl) - 2 - $(grep -c '"event":"link:' out/trace.jsonl)))
grind transfer -q transfer.lua
for t in 0.25 0.5; do grind "dumbbell$t" bench dumbbell --n=10 "--T=$t"; done

awk -v n="$(tests transfer.out)" -v passed="$passed" -v a="$(tests dumbbell0.25.out)" -v b="$(tests dumbbell0.5.out)" \
    -v hops="$(($(field packet_hops dumbbell0.5) - $(field packet_hops dumbbell0.25)))" \
    -v all="$(($(collected dumbbell0.5) - $(collected dumbbell0.25)))" 'BEGIN {
    each = n / passed; hop = (b - a) / hops; share = 100 * hop * hops / all
    printf "tracepoints off: %.2f instructions for each of %d passed (at most 3); %.1f of %.0f a hop: %.2f %% (at most 5)\n",
           each, passed, hop, all / hops, share
    exit !(n > 0 && each <= 3 && share <= 5)
}'
