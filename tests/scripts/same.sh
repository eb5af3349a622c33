#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What must not change a run does not: cutting it into slices, capturing, asking for JSON, hosts that have nothing to do
# with the others; and what must change it does.
set -uo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
script=$NETSIM_SOURCE_DIR/tests/scenario/random.lua
failures=0
fail() { echo "same: $*" >&2; failures=$((failures + 1)); }
fingerprint() { "$NETSIM" --fingerprint "$@" "$script" 2>err.txt </dev/null || cat err.txt; }
# What the flows and hosts of the network say: the object behind "result", which ends before "flows".
result() { "$NETSIM" --json "$@" "$script" </dev/null | sed 's/.*"result":\({.*}\),"flows":.*/\1/'; }

for seed in 1 2 3 4 11; do
    whole=$(fingerprint --seed $seed)
    [[ $whole =~ ^[0-9a-f]{16}$ ]] || fail "seed $seed: $whole"
    for slices in 2 97 10007; do
        [ "$(fingerprint --seed $seed --set slices=$slices)" = "$whole" ] || fail "seed $seed: $slices slices are another run"
    done
    [ "$(fingerprint --seed $seed --capture -o "captured$seed")" = "$whole" ] || fail "seed $seed: a capture changes the run"
    [ -s "captured$seed/leaf1-eth0.pcapng" ] || fail "seed $seed: nothing was captured"

    alone=$(result --seed $seed)
    [[ $alone == {*TcpOutSegs*} ]] || fail "seed $seed: the result is $alone"
    for strangers in first last; do
        [ "$(result --seed $seed --set strangers=$strangers)" = "$alone" ] ||
            fail "seed $seed: hosts made $strangers, linked to nobody else, change what happens to the others"
        [ "$(fingerprint --seed $seed --set strangers=$strangers)" != "$whole" ] ||
            fail "seed $seed: the strangers do nothing"
    done
    [ "$(fingerprint --seed $seed --set n=5)" != "$whole" ] || fail "seed $seed: the number of flows changes nothing"
done

[ "$failures" -eq 0 ]
