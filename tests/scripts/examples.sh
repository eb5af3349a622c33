#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Every example runs, answers its question in a sentence, and is the same twice.  The figures of the main one
# are those of closed form.
. "$NETSIM_SOURCE_DIR/tests/support/scratch.sh"

for script in "$NETSIM_SOURCE_DIR"/examples/*.lua; do
    name=$(basename "$script" .lua)
    "$NETSIM" "$script" >"$name.out" 2>"$name.err" </dev/null || fail "$name: exit code $?: $(cat "$name.err")"
    [ ! -s "$name.err" ] || fail "$name says: $(cat "$name.err")"
    grep -q '^Verdict: ' "$name.out" || fail "$name has no verdict"
    [ "$(wc -l <"$name.out")" -lt 60 ] || fail "$name prints $(wc -l <"$name.out") lines"
    for word in Question Expected 'Run time'; do
        grep -q "^-- $word: " "$script" || fail "$name does not state: $word"
    done
    "$NETSIM" "$script" 2>&1 </dev/null | cmp -s - "$name.out" || fail "$name: two runs differ"
done

# A flight that starts with iw segments doubles: n flights carry iw * (2^n - 1) segments of 1448 bytes; with the
# handshake, latency is n + 1 round trips (and at 1 Gbit/s at most 5 ms for the bytes themselves).
checked=$(awk '
function flights(iw,    n, carried) {
    while (carried * 1448 < size * 1024) { carried += iw * 2 ^ n; n++ }
    return n
}
function check(iw, n, ms) {
    if (n != flights(iw) || ms < (n + 1) * rtt || ms > (n + 1) * rtt + 5)
        printf "%d KiB, %d ms, window %d: %d flights in %s ms\n", size, rtt, iw, n, ms > "/dev/stderr"
    else good++
}
$2 == "KiB" { size = $1; rtt = $3; check(3, $6, $7); check(10, $10, $11) }
END { print good + 0 }' iw10_vs_iw3.out)
[ "$checked" -eq 40 ] || fail "iw10_vs_iw3: $checked of 40 fetches obey the law"

# What README.md shows is what happens.
grep -E ' KiB +[0-9]+ ms \||^Verdict: ' "$NETSIM_SOURCE_DIR/README.md" >shown.txt
[ "$(wc -l <shown.txt)" -ge 3 ] || fail "README.md shows no figures of the main example"
while IFS= read -r line; do
    grep -qxF -- "$line" iw10_vs_iw3.out || fail "README.md shows what the main example does not print: $line"
done <shown.txt
awk '/^```lua/ { inside = 1; next } /^```/ { if (inside) exit } inside' "$NETSIM_SOURCE_DIR/README.md" >page.lua
"$NETSIM" page.lua >page.out 2>&1 </dev/null || fail "the script in README.md: $(cat page.out)"
grep -q '^wrote out/server-eth0.pcapng$' page.out || fail "the script in README.md wrote no capture"

# Reno under chance losses of rate p has a mean window of sqrt(3/2 / p) segments.
awk '$1 == "reno" && $2 == "0.02%" { found = 1; law = sqrt(1.5 / 0.0002) * 1448 * 8 / 0.1 / 1e6
    if ($4 < law * 0.75 || $4 > law * 1.35) { print "reno: " $4 " Mbit/s, the law says " law; exit 1 } }
    END { exit !found }' loss_and_bottleneck.out >&2 || fail "loss_and_bottleneck: reno is off its law"

# BBR fills every line to 90 % and more; 100 Mbit/s carry 94.15 of payload.
awk '/ bbr +\|/ { n++; if ($(NF - 4) < 0.9 * 94.15 || $(NF - 4) > 94.2) { print "bbr: " $0; exit 1 } } END { exit n != 4 }' \
    bbr_or_cubic.out >&2 || fail "bbr_or_cubic: bbr does not fill the line"

# An algorithm in Lua that does what reno does gets what reno gets; one that measures the rate leaves the queue empty.
awk '$1 == "reno" { reno = $3 } $1 == "mine" { mine = $3 } $1 == "steady" { steady = $3; rtt = $5 }
    END { exit !(mine > 0.98 * reno && mine < 1.02 * reno && steady > 0.98 * reno && rtt < 45) }' \
    own_congestion_control.out || fail "own_congestion_control: $(cat own_congestion_control.out)"

[ "$failures" -eq 0 ]
