#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The same lines in bash with GNU tools and on a host: what they print, their exit status, the first line of a complaint.
set -uo pipefail
export LC_ALL=C TZ=UTC

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0
lines="$work/lines"

# One script a line; @ is a directory that both have.
cat >"$lines" <<'END'
for w in a.conf b.sh c dd; do case $w in *.conf) echo conf;; *.sh|c) echo "sh $w" ;; (d?) echo two;; esac; done
case x in y) echo y;; esac; echo $?
case x in x) ;; esac; echo $?
case x in x) false;; esac; echo $?
p='a*'; case ab in "$p") echo literal;; $p) echo pattern;; esac
case $(echo ab) in $(echo a)*) echo found; esac
case a in b) echo b;; *) case b in b) echo inner;; esac; echo outer;; esac
for i in 1 2 3; do case $i in 2) continue;; 3) break;; esac; echo $i; done; echo $i
case "a b" in "a b") echo blank;; esac
case a in [!b-z]) echo set;; esac; case - in [a-]) echo dash;; esac
echo x | { read v; case $v in x) cat <<< here;; esac; }
y=$(case a in a) echo sub;; esac); echo $y
case a in a) echo out;; esac | tr a-z A-Z
[[ abc == a* ]] && echo yes; [[ abc == "a*" ]] || echo no; [[ abc != b* ]] && echo differs
x=; [[ $x == "" && -z $x ]] && echo empty; [[ -n $x || 1 ]] && echo one
x="a b"; [[ $x == "a b" ]] && echo unsplit; [[ $x ]] && echo set
[[ ! ( a == b || c == d ) && e == e ]]; echo $?
[[ 3 -lt 10 ]] && [[ ! 3 > 10 ]]; echo $?; [[ a < b ]]; echo $?
n=4; [[ n -eq 4 && $n+1 -eq 5 ]]; echo $?
[[ tcp_rmem =~ ^tcp_(r|w)mem$ ]]; echo $?; [[ "a.c" =~ a"."c ]]; echo $?; [[ abc =~ a"."c ]]; echo $?
[[ -d /proc/sys && -f /proc/sys/net/ipv4/ip_forward && ! -e /proc/nowhere ]]; echo $?
v=1; [[ -v v ]]; echo $?; [[ -v nothing ]]; echo $?
if [[ a == b ]]; then echo a; elif [[ -z "" ]]; then echo b; fi
while [[ ${i:-0} -lt 3 ]]; do i=$((${i:-0}+1)); done; echo $i
p='x y'; q='x y z'; echo ${q#$p}
printf 'a\tb\n\n\n\nc\001\377\n' | cat -A; printf 'a\n\n\nb\n' | cat -ns; printf 'a\n\nb' | cat -b; printf 'a\tb\n' | cat -T; printf 'a\tb\r\n' | cat -e
printf '%s\n' x a b c a 1 2 3 4 a | grep -A1 -B1 a; printf '%s\n' x a b c a 1 2 3 4 a | grep -nC1 -m2 a
printf '%s\n' a b a 1 2 a | grep -m1 -A9 a; printf '%s\n' x a y a z | grep -o -A1 a; printf '%s\n' a b c d e | grep -1 c
printf 'q\na\nb\n' >@/f; printf 'a\nz\n' >@/g; grep -n -A1 a @/f @/g; grep -L q @/f @/g; grep -l q @/f @/g; grep -c a @/f @/g; grep -h a @/f @/g
grep -r a @ | sort; grep -rc a @ | sort; grep -rh z @; grep -s a @/none; echo $?; grep -q q @/none @/f 2>/dev/null; echo $?
printf 'a\n' | grep -m0 a; echo $?; printf 'Ab\n' | grep -i --no-ignore-case a; echo $?; printf 'ab\n' | grep --color=auto --only-matching b
printf '1K\n2M\n900\n-1G\n0T\n-5\n2K\n' | sort -h; printf '1.10\n1.9\n1.2\n' | sort -V; printf 'b 1K\na 900\n' | sort -k2h
printf 'b\na\n' | sort -o @/o; cat @/o; printf 'b\na\n' | sort -c; echo $?; printf 'b\na\n' | sort -C; echo $?; printf 'a\na\n' | sort -cu; echo $?; printf 'a\nb\n' | sort --check=quiet; echo $?
printf 'a 1\nb 1\nb 2\n' | uniq -f1; printf 'xa\nya\nyb\n' | uniq -s1 -c; printf 'ab\nac\nbc\n' | uniq -w1; printf 'A\na\n' | uniq --ignore-case --count
seq 5 >@/a; seq 3 >@/b; head -n1 @/a @/b; tail -qn1 @/a @/b; head -2 -v @/b; tail -2 @/a; head --lines=2 @/a; head -n1 @/none @/a; echo $?
echo a:b:c | cut -d: -f1,3 --output-delimiter=' + '; printf 'x\n' | tee --append @/t >/dev/null; printf 'y\n' | tee -a @/t; cat @/t
echo hello | tr --delete l; echo aabb | tr --squeeze-repeats a; printf 'a b\n' | wc --words --lines
seq -s, -w 8 10; seq -3 -1; seq --separator=: 2; uname --kernel-name
timeout -s KILL 5 echo ran; timeout --kill-after=1 5 echo ran; timeout 0.1 sleep 5; echo $?
printf 'a b\n' | while read -r x y; do unset -v x; echo "${x:-gone} $y"; done
cat -Q
cat --nonsense
head --lin
head --lines
head -n
tail --quiet=1 @/a
grep -A x a @/a
grep --extra a @/a
sort --rand=1 @/a
sort -k
uniq -f x @/a
uniq --skip @/a
ls -%
ls --nonsense=3
cut
wc --byte=1
uname -y
uname x
seq --foo 1
timeout -q 1 true
timeout -k x 1 true
nproc --nope
nproc x
tee --what
sleep -y
sleep
date --what
END
mkdir "$work/T"

{
    echo 'local h = require("netsim").new {}:host "h"'
    echo 'local function run(script)'
    echo '  local out, status, messages = h:sh(script, { check = false })'
    echo '  print(out .. "=> " .. status .. " " .. messages:match("^[^\n]*"))'
    echo 'end'
    while IFS= read -r line; do echo "run [==[set +u; ${line//@/$work/T}]==]"; done <"$lines"
} >"$work/s.lua"
"$NETSIM" -q "$work/s.lua" >"$work/got" 2>"$work/err" || { cat "$work/err" >&2; exit 1; }

while IFS= read -r line; do
    bash -c "${line//@/$work/T}" >"$work/out" 2>"$work/err"
    status=$?
    cat "$work/out"
    echo "=> $status $(sed '1s/^bash: line [0-9]*: //;q' "$work/err")"
done <"$lines" >"$work/wanted"

diff "$work/wanted" "$work/got" >"$work/diff" || { cat "$work/diff" >&2; failures=1; }
exit $((failures > 0))
