# SPDX-License-Identifier: GPL-3.0-or-later
# namespaces.sh - for tests that set a simulated host beside a real tool: a folder of their own, and the network namespaces
# $host and $peer, which go at the end.  Ends the test as skipped where they cannot be made.
#   test=NAME, then: . "$NETSIM_SOURCE_DIR/tests/support/namespaces.sh"

skip() {
    echo "$test: skipped, $*"
    exit 77
}

work=$(mktemp -d)
host=ns-$test-a-$$ peer=ns-$test-b-$$
cleanup() {
    ip netns del "$host" 2>/dev/null
    ip netns del "$peer" 2>/dev/null
    rm -rf "$work"
}
trap cleanup EXIT
cd "$work" || exit 1
{ ip netns add "$host" && ip netns add "$peer"; } 2>/dev/null || skip "namespaces may not be made here"
