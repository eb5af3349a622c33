#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# netsim validate laws: the laws that take a second each, with all their replications; `netsim validate laws` alone takes two
# minutes of CPU.  The verdict must come from the figures, and the order of threads must not reach them.
. "$NETSIM_SOURCE_DIR/tests/support/scratch.sh"

case ${NETSIM_BUILD_DIR:-check} in
    *check) patterns="slow window sawtooth Padhye line sum" ;;
    *) patterns="slow" ;; # the sanitizers look at the threads and the memory
esac
for pattern in $patterns; do
    run 0 validate "laws/$pattern" --json
    grep -q '"missed":0}' out.txt || fail "laws/$pattern: $(cat out.txt)"
    grep -q '"holds":true' out.txt || fail "laws/$pattern: no law of that name"
done

run 0 validate laws/slow --reps 3
says '^reno +slow start, IW 10 +=  +7 .* holds$'
cp out.txt first.txt
run 0 validate laws/slow --reps 3
cmp -s out.txt first.txt || fail "two runs differ: $(diff first.txt out.txt)"

# Two replications of something that varies are not enough to say that it holds.
run 1 validate laws/Padhye --reps 2
says 'MISS$'

run 4 validate laws/nothing
grep -q 'no such law or algorithm' err.txt || fail "laws/nothing: $(cat err.txt)"
run 2 validate laws --reps 1
grep -qF -- '--reps=1: must be 2..1000' err.txt || fail "--reps 1: $(cat err.txt)"
[ "$failures" -eq 0 ]
