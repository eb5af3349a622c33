#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# netsim validate: the recorded cases hold; wrong input ends in one line and the right exit code.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() {
    echo "validate.sh: $*" >&2
    exit 1
}

# ends CODE TEXT ARGS...: the command ends with that code and says that text
ends() {
    local code=$1 text=$2 got=0
    shift 2
    "$NETSIM" validate "$@" >"$work/out" 2>&1 || got=$?
    [ "$got" = "$code" ] || fail "validate $*: exit code $got, not $code: $(cat "$work/out")"
    grep -qF -- "$text" "$work/out" || fail "validate $*: does not say \"$text\": $(cat "$work/out")"
}

# ---- the cases ----------------------------------------------------------------------------------

ends 0 "0 missed" --keep "$work/keep"
cp "$work/out" "$work/table"
! grep -q "no longer happens" "$work/table" || fail "an expect.lua is out of date: $(cat "$work/table")"
[ "$(grep -c ' same ' "$work/table")" -ge 100 ] || fail "fewer than 100 cases are the same: $(cat "$work/table")"
# Where no receive buffer binds, the initial window decides: 13 cases without an exception.
for case in fetch{4k,15k}-iw{3,10} fetch64k-iw{3,10} fetch512k-iw{3,10,80} fetch64k-chunked-writes fetch64k-mtu9000 idle-{no-,}restart; do
    grep -q "^iw/$case  *same" "$work/table" || fail "iw/$case is not the same"
    [ ! -e "$NETSIM_SOURCE_DIR/validate/cases/iw/$case/expect.lua" ] || fail "iw/$case has an exception"
done

# Twice the same, and what was kept is there.
"$NETSIM" validate --keep "$work/again" >"$work/table2"
cmp "$work/table" "$work/table2" || fail "a second run differs"
cmp "$work/keep/iw/fetch64k-iw10/server-w0.pcapng" "$work/again/iw/fetch64k-iw10/server-w0.pcapng"

# One case by its name; the JSON is JSON.
ends 0 "1 cases: 1 same" iw/fetch4k-iw3
"$NETSIM" validate --json iw/fetch4k-iw3 iw/fetch512k-iw10-default-rmem | python3 -c '
import json, sys
r = json.load(sys.stdin)
assert [c["case"] for c in r["cases"]] == ["iw/fetch4k-iw3", "iw/fetch512k-iw10-default-rmem"], r
assert [c["known"] for c in r["cases"]] == [False, True], r
assert r["totals"]["cases"] == 2 and r["totals"]["missed"] == 0, r'

# ---- a check that cannot fail is a defect --------------------------------------------------------

copy() { # copy CASE [AREA]: a copy of it that may be spoilt
    rm -rf "$work/area"
    mkdir -p "$work/area"
    cp -r "$NETSIM_SOURCE_DIR/validate/cases/${2:-iw}/$1" "$work/area/case"
}
copy fetch64k-iw10
ends 0 "0 missed" "$work/area/case"
sed -i 's/initcwnd 10/initcwnd 9/' "$work/area/case/scenario.json"
ends 1 "MISS" "$work/area"
grep -q "flights real 10/20/16, 65536 bytes, simulated 9/18/19" "$work/out" || fail "the first difference is not told: $(cat "$work/out")"
copy fetch64k-iw10
sed -i 's/"delay_ms": 25.0/"delay_ms": 32.0/' "$work/area/case/scenario.json"
ends 1 "order" --ideal-wire "$work/area/case"
copy fetch64k-iw10
echo "TcpRetransSegs 0 1" >>"$work/area/case/nstat-server.txt"
ends 1 "server: TcpRetransSegs real 1, simulated 0" "$work/area/case"

# Each kind of noise that is replayed can be left out, and is missed then.
ends 0 "1 same" ecn/ce-one-cubic
ends 1 "order" --ideal-applications ecn/ce-one-cubic
ends 1 "order" --ideal-wire ecn/ce-one-cubic
ends 0 "1 same" handshake/synq-overflow-nocookies
ends 1 "MISS" --ideal-ticks handshake/synq-overflow-nocookies
# A known gap is no miss, an unknown one is.
ends 0 "1 not run; 1 known" handshake/tfo-cookie
copy tfo-cookie handshake
rm "$work/area/case/expect.lua"
ends 1 "MISS" "$work/area/case"

# ---- wrong input ---------------------------------------------------------------------------------

ends 2 "Unknown option --nonsense" --nonsense
ends 4 "$work/none: no such area, case or folder" "$work/none"
ends 4 "no scenario.json in it or below it" "$work/keep"
copy fetch4k-iw3
echo "{ \"format\": 1, }" >"$work/area/case/scenario.json"
ends 3 "scenario.json: not JSON: line 1" "$work/area/case"
copy fetch4k-iw3
sed -i 's/"op": "drain"/"op": "dance"/; s/"op": "tcpinfo"/"op": "dance"/' "$work/area/case/scenario.json"
ends 1 "the player lacks the step \"dance\"" "$work/area/case"
copy fetch4k-iw3
head -c 300 "$work/area/case/client-w0.pcap.gz" >"$work/cut" && mv "$work/cut" "$work/area/case/client-w0.pcap.gz"
ends 3 "client-w0.pcap.gz: not a whole gzip file" "$work/area/case"
copy fetch4k-iw3
rm "$work/area/case/server-w0.pcap.gz"
ends 4 "no capture server-w0.pcap.gz" "$work/area/case"
copy fetch4k-iw3
echo "{ \"t\": 0 }" >>"$work/area/case/events.jsonl"
ends 3 "events.jsonl:" "$work/area/case"
copy fetch4k-iw3
echo "return { differs = 1 }" >"$work/area/case/expect.lua"
ends 3 "expect.lua" "$work/area/case"
echo "file" >"$work/file"
ends 4 "cannot make the folder" --keep "$work/file" iw/fetch4k-iw3
