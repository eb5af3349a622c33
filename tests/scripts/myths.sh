#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Every claim of examples/myths is judged by a run, in few lines, and the verdict is one sentence.
set -uo pipefail

failures=0
fail() { echo "myths: $*" >&2; failures=$((failures + 1)); }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for script in "$NETSIM_SOURCE_DIR"/examples/myths/*.lua; do
    name=$(basename "$script" .lua)
    [ "$name" != lab ] || continue
    [ "$(wc -l <"$script")" -lt 60 ] || fail "$name has $(wc -l <"$script") lines"
    for word in Claim Truth; do
        grep -q "^-- $word: " "$script" || fail "$name does not state: $word"
    done
    echo "$name" >>"$work/names"
done

"$NETSIM" myths >"$work/out" 2>"$work/err" </dev/null || fail "exit code $?: $(cat "$work/err")"
grep -v '^ ' "$work/out" | grep -v ' claims judged, ' | cmp -s - "$work/names" || fail "not every scenario has a verdict"
grep -qx "$(wc -l <"$work/names") claims judged, 0 failed" "$work/out" || fail "closing line: $(tail -n 1 "$work/out")"

# A verdict that does not hold is a failure, and is shown as one.
mkdir -p "$work/share/netsim/examples/myths" "$work/bin"
cp "$NETSIM_SOURCE_DIR/examples/myths/lab.lua" "$work/share/netsim/examples/myths/"
echo 'return require("lab").judge("two is three", 2 == 3, "it is not")' >"$work/share/netsim/examples/myths/false.lua"
cp "$NETSIM" "$work/bin/netsim"
"$work/bin/netsim" myths >"$work/out" 2>&1 </dev/null
[ $? -eq 1 ] || fail "a verdict that does not hold is no failure"
"$NETSIM" myths nothing_of_that_name >"$work/out" 2>&1 </dev/null
[ $? -eq 2 ] || fail "a name that fits nothing is accepted"

[ "$failures" -eq 0 ]
