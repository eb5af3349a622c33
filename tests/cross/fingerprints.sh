#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Twenty random networks, each run twice by every build: gcc and clang, optimised and under sanitizers, have one
# fingerprint, and the same results, captures and all.
set -uo pipefail

read -ra builds <<<"${NETSIM_BUILDS:?}"
script=${NETSIM_SOURCE_DIR:?}/tests/scenario/random.lua
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0
compared=0
fail() { echo "fingerprints: $*" >&2; failures=$((failures + 1)); }

[ "${#builds[@]}" -ge 2 ] || fail "one build has nothing to be compared with: $NETSIM_BUILDS"

run() { # run NETSIM OPTIONS...: output in out
    "$1" --seed "$seed" "${@:2}" "$script" >out 2>err </dev/null || fail "seed $seed: $1: exit code $?"
    ! grep -v "^netsim: warning: " err >said || fail "seed $seed: $1 says: $(cat said)"
}

cd "$work" || exit 1
for seed in $(seq 20); do
    first='' first_json='' first_files=''
    for netsim in "${builds[@]}"; do
        run "$netsim" --fingerprint
        print=$(<out)
        [[ $print =~ ^[0-9a-f]{16}$ ]] || fail "seed $seed: $netsim prints \"$print\""
        run "$netsim" --json --capture -o captured
        json=$(<out)
        files=$(cksum captured/*.pcapng)
        again=$(sed 's/.*"fingerprint":"\([0-9a-f]*\)".*/\1/' <<<"$json")
        rm -rf captured
        : "${first:=$print}" "${first_json:=$json}" "${first_files:=$files}"
        [ "$print" = "$first" ] || fail "seed $seed: $netsim has $print, not $first as ${builds[0]}"
        [ "$again" = "$print" ] || fail "seed $seed: $netsim has $again the second time, not $print"
        [ "$json" = "$first_json" ] || fail "seed $seed: $netsim has other results than ${builds[0]}"
        [ "$files" = "$first_files" ] || fail "seed $seed: $netsim has other captures than ${builds[0]}"
        compared=$((compared + 2))
    done
    echo "$first" >>all
done
[ "$(sort -u all | wc -l)" -eq 20 ] || fail "two seeds have one fingerprint"

echo "$compared fingerprints compared: 20 seeds, ${#builds[@]} builds, 2 runs each; $failures differ or failed"
[ "$failures" -eq 0 ]
