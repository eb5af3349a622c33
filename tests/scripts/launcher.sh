#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The launcher builds once, is quick afterwards, and does not care where it is called from.
# It is tried on a project of one file, so that the test takes seconds.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree="$work/a tree with spaces"
fail() { echo "launcher: $*" >&2; exit 1; }

mkdir -p "$tree/scripts" "$tree/core"
cp "$NETSIM_SOURCE_DIR/netsim" "$NETSIM_SOURCE_DIR/CMakePresets.json" "$tree/"
cp -r "$NETSIM_SOURCE_DIR/scripts/dev" "$tree/scripts/"
cat >"$tree/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.25)
project(netsim C)
add_executable(netsim core/main.c)
END
write_program() {
    cat >"$tree/core/main.c" <<END
#include <stdio.h>
int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        printf("$1[%s]", argv[i]);
    return argc - 1;
}
END
}

# start WORDS...: from another folder, through a symbolic link, without a terminal.
ln -s "$tree/netsim" "$work/link to netsim"
start() {
    code=0
    out=$(cd / && "$work/link to netsim" "$@" 2>"$work/err" </dev/null) || code=$?
}

write_program old
start --version "two words"
[ "$code" -eq 2 ] || { cat "$work/err" >&2; fail "exit code $code, not that of the program"; }
[ "$out" = "old[--version]old[two words]" ] || fail "arguments arrived as: $out"
grep -q 'building (only the first time)' "$work/err" || fail "the first start did not say that it builds"

built=$(stat -c %Y.%i "$tree/build/release/netsim")
start --version
[ "$out" = "old[--version]" ] || fail "second start printed: $out"
[ ! -s "$work/err" ] || fail "second start said: $(cat "$work/err")"
[ "$(stat -c %Y.%i "$tree/build/release/netsim")" = "$built" ] || fail "second start built again"

write_program new
start x
[ "$out" = "new[x]" ] || fail "a changed source was not built: $out"

# A terminal sees how far the build is, the log has it all.
if command -v script >/dev/null; then
    write_program seen
    seen=$(cd "$work" && script -qec "'$work/link to netsim' t" /dev/null </dev/null) || true
    grep -q 'netsim: building \[[0-9]*/[0-9]*\]' <<<"$seen" || fail "no counter on a terminal: $seen"
    grep -q 'seen\[t\]' <<<"$seen" || fail "started on a terminal it printed: $seen"
    grep -q 'main\.c' "$tree/build/release/launcher.log" || fail "the log has no ninja lines"
fi

# Many at once: one builds, all work.
write_program same
for i in 1 2 3 4; do
    { "$tree/netsim" "$i" 2>/dev/null </dev/null || true; } >"$work/out.$i" &
done
wait
[ "$(cat "$work"/out.*)" = "same[1]same[2]same[3]same[4]" ] || fail "four starts at once: $(cat "$work"/out.*)"

echo 'int main(void) { return broken; }' >"$tree/core/main.c"
start
[ "$code" -eq 4 ] || fail "exit code $code after a failed build"
grep -q 'broken' "$work/err" || fail "a failed build does not show the compiler's message"
[ -z "$out" ] || fail "a failed build wrote to standard output: $out"

# The folder may be moved.
write_program moved
mv "$tree" "$work/b"
code=0
out=$("$work/b/netsim" y 2>"$work/err" </dev/null) || code=$?
[ "$out" = "moved[y]" ] || { cat "$work/err" >&2; fail "does not work after a move: $out"; }
