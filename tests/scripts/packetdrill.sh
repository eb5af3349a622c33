#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The host does what the scripts of tests/packetdrill say, and those of its folder wrong/ fail as their first line says.
set -uo pipefail

scripts=$NETSIM_SOURCE_DIR/tests/packetdrill
failures=0
fail() { echo "packetdrill: $*" >&2; failures=$((failures + 1)); }

n=0
for script in "$scripts"/*/*.pkt; do
    cd "$(dirname "$script")" || exit 1
    name=$(basename "$script")
    said=$("$NETSIM" packetdrill "$name" 2>&1 </dev/null)
    code=$?
    if [ "$(basename "$PWD")" = wrong ]; then
        read -r _ _ want_code want <"$name"
        [ "$code" = "${want_code%:}" ] || fail "wrong/$name: exit code $code, expected $want_code ($said)"
        case $said in "$want"*) ;; *) fail "wrong/$name says: $said" ;; esac
    else
        [ "$code" = 0 ] || fail "exit code $code: $said"
    fi
    n=$((n + 1))
done
[ "$n" -ge 20 ] || fail "only $n scripts found"

# Files that are no scripts.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
check() { # CODE PATTERN WORD...
    local code=$1 pattern=$2
    shift 2
    local said
    said=$("$NETSIM" packetdrill "$@" 2>&1 </dev/null)
    [ $? -eq "$code" ] || fail "$*: exit code is not $code: $said"
    grep -qF -- "$pattern" <<<"$said" || fail "$*: says $said"
}
printf 'a\0b' >nul.pkt
: >empty.pkt
head -c 100000 /dev/urandom >garbage.pkt
{ echo '0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3'; for _ in $(seq 100000); do echo '+0 %{ a = 1 }%'; done; } >long.pkt
echo '0 socket([[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]) = 3' >deep.pkt
echo '99999999999 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3' >never.pkt
check 3 'nul.pkt:1: a NUL byte' nul.pkt
check 3 'empty.pkt:1: the script has no events' empty.pkt
check 3 'garbage.pkt:' garbage.pkt
check 3 'deep.pkt:1: nested more than 32 deep' deep.pkt
check 3 'never.pkt:1: a time must be below' never.pkt
check 4 'no_such_file.pkt' no_such_file.pkt
check 2 'unknown option' --no_such_option empty.pkt
check 2 'NAME=VALUE is expected' -D x empty.pkt
check 2 'no such profile' --kernel=linux5.0 empty.pkt
check 2 'which script' -v
"$NETSIM" packetdrill long.pkt || fail "100,000 lines: exit code $?"

[ "$failures" -eq 0 ]
