# SPDX-License-Identifier: GPL-3.0-or-later
# Sourced by shell tests: a folder of their own, failures that are counted, runs of netsim. They end with: [ "$failures" -eq 0 ]
set -uo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failures=0
fail() { echo "$(basename "$0" .sh): $*" >&2; failures=$((failures + 1)); }

# run CODE OPTIONS...: netsim ends with that exit code; its output is in out.txt, err.txt
run() {
    local code=$1 got
    shift
    "$NETSIM" "$@" >out.txt 2>err.txt </dev/null
    got=$?
    [ "$got" -eq "$code" ] || fail "netsim $*: exit code $got, not $code: $(cat err.txt)"
}
# says PATTERN: a line of out.txt matches the extended regular expression
says() { grep -qE -- "$1" out.txt || fail "no /$1/ in: $(head -n 40 out.txt)"; }
