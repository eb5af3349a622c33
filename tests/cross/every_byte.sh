#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Random networks (tests/scenario/every_byte.lua) have one fingerprint in all builds, and in the first one twice.
#   NETSIM_SEEDS=1000 tests/cross/every_byte.sh     so many seeds, instead of 100
set -uo pipefail

read -ra builds <<<"${NETSIM_BUILDS:?}"
export script=${NETSIM_SOURCE_DIR:?}/tests/scenario/every_byte.lua
[ "${#builds[@]}" -ge 2 ] || { echo "every_byte: one build has nothing to be compared with: $NETSIM_BUILDS" >&2; exit 1; }

# one SEED BUILD...: its fingerprint, or what differs
one() {
    local seed=$1 print first=
    shift
    for netsim in "$1" "$@"; do
        print=$("$netsim" --seed "$seed" --fingerprint "$script" 2>/dev/null </dev/null) || print="exit code $?"
        : "${first:=$print}"
        [ "$print" = "$first" ] || { echo "seed $seed: $netsim has $print, not $first as $1"; return; }
    done
    [[ $first =~ ^[0-9a-f]{16}$ ]] && echo "same $first" || echo "seed $seed: $first"
}
export -f one

n=${NETSIM_SEEDS:-100}
said=$(seq "$n" | xargs -P "$(nproc)" -I{} bash -c 'one {} "$@"' bash "${builds[@]}")
grep -v '^same ' <<<"$said" >&2
same=$(grep -c '^same ' <<<"$said")
[ "$(grep '^same ' <<<"$said" | sort -u | wc -l)" -eq "$same" ] || { echo "every_byte: two seeds have one fingerprint" >&2; exit 1; }
echo "every_byte: $same of $n seeds have one fingerprint in ${#builds[@]} builds"
[ "$same" -eq "$n" ]
