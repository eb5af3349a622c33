#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A program outside of the tree builds against the installed library: with pkg-config, static
# and shared, and with find_package.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "install: $*" >&2; exit 1; }

cmake --install "$NETSIM_BUILD_DIR" --prefix "$work/first" >/dev/null
mv "$work/first" "$work/usr" # an installed tree can be moved
lib=$(dirname "$(find "$work/usr" -name libnetsim.so)")
[ -x "$work/usr/bin/netsim" ] || fail "no bin/netsim"
[ -e "$lib/libnetsim.so.0" ] || fail "no libnetsim.so.0"
[ -e "$lib/libnetsim.a" ] || fail "no libnetsim.a"
"$work/usr/bin/netsim" --version >/dev/null || fail "the installed command does not start"
export PKG_CONFIG_PATH=$lib/pkgconfig LD_LIBRARY_PATH=$lib

cat >"$work/user.c" <<'END'
#include <netsim/netsim.h>

int main(void)
{
    NetsimSim *sim = netsim_sim_new(&(NetsimSimConfig){ .seed = 1 });
    netsim_sim_free(sim);
    return g_strcmp0(netsim_version(), EXPECTED) != 0;
}
END
programs=("$work/user.c")
for example in "$NETSIM_SOURCE_DIR"/examples/*.c; do
    [ ! -e "$example" ] || programs+=("$example")
done
version=$(pkg-config --modversion netsim)
define=-DEXPECTED="\"$version\""

for source in "${programs[@]}"; do
    name=$(basename "$source" .c)
    "$NETSIM_CC" $NETSIM_CFLAGS "$define" "$source" -o "$work/$name-shared" \
        $(pkg-config --cflags --libs netsim)
    "$NETSIM_CC" $NETSIM_CFLAGS "$define" "$source" -o "$work/$name-static" \
        $(pkg-config --cflags netsim) "$lib/libnetsim.a" $(pkg-config --static --libs-only-l netsim |
            sed 's/-lnetsim//')
    (cd "$work" && "./$name-shared" >"$name-shared.out") || fail "$name with libnetsim.so fails"
    (cd "$work" && "./$name-static" >"$name-static.out") || fail "$name with libnetsim.a fails"
    cmp "$work/$name-shared.out" "$work/$name-static.out"
done

mkdir "$work/cmake"
cat >"$work/cmake/CMakeLists.txt" <<END
cmake_minimum_required(VERSION 3.25)
project(user C)
find_package(netsim $version REQUIRED)
add_executable(user ../user.c)
target_compile_definitions(user PRIVATE EXPECTED="$version")
target_link_libraries(user netsim::netsim)
END
cmake -G Ninja -S "$work/cmake" -B "$work/cmake/build" -DCMAKE_PREFIX_PATH="$work/usr" \
    -DCMAKE_C_COMPILER="$NETSIM_CC" -DCMAKE_C_FLAGS="$NETSIM_CFLAGS" >/dev/null
cmake --build "$work/cmake/build" >/dev/null
"$work/cmake/build/user" || fail "find_package(netsim) gave a program that fails"
