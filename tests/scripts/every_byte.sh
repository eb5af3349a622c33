#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A thousand random networks (tests/scenario/every_byte.lua): every flow delivers its bytes, packets are conserved, nothing
# is left over.  Builds that are slower or alike run a hundred of them.
#   tests/scripts/every_byte.sh [FIRST LAST]      these seeds; NETSIM names the command
set -uo pipefail

script=${NETSIM_SOURCE_DIR:-$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)}/tests/scenario/every_byte.lua
case ${NETSIM_BUILD_DIR:-check} in *check) most=1000 ;; *) most=100 ;; esac
first=${1:-1} last=${2:-$most}

# one SEED: says what is wrong with it
one() {
    local code=0 said
    said=$(timeout 120 "$NETSIM" -q --seed "$1" "$2" 2>&1 </dev/null) || code=$?
    said=$(grep -v '^netsim: warning: ' <<<"$said" | head -n 5)
    [ "$code" -eq 0 ] && [ -z "$said" ] || printf 'seed %s: exit code %s: %s\n' "$1" "$code" "$said"
}
export -f one

failures=$(seq "$first" "$last" | xargs -P "$(nproc)" -I{} bash -c 'one {} "$1"' bash "$script")
[ -z "$failures" ] || printf '%s\n' "$failures" >&2
echo "every_byte: seeds $first to $last, $(grep -c '^seed ' <<<"$failures") failed"
[ -z "$failures" ]
