#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# netsim shell: commands from a pipe, on a run that is paused or finished; host:sh in processes.
set -uo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failures=0
fail() { echo "shell: $*" >&2; failures=$((failures + 1)); }
same() { # WHAT GOT WANTED
    [ "$2" = "$3" ] || fail "$1: $(diff <(echo "$2") <(echo "$3"))"
}

cat >s.lua <<'END'
local netsim = require "netsim"
local params = netsim.params { ip = "10.0.0.2" }
local sim = netsim.new {}
local server, client = sim:host "server", sim:host("client", { kernel = "rhel6.2" })
sim:link(server:nic "eth0", client:nic "eth0", { delay = "5ms" })
server:sh "ip addr add 10.0.0.1/24 dev eth0"
client:sh "ip addr add ${ip}/24 dev eth0"
local p = client:spawn("p", function(os) os.sleep(2); return { n = 1 } end)
sim:run()
print(p.result.n)
END

got=$("$NETSIM" shell s.lua --host=client --at=1.25 2>err.txt <<'END'
hostname; x=7
date +%S.%N | cut -c1-6
sleep 1
echo $x $ip $(date +%S.%N | cut -c1-6)
for i in 1 2
do echo $i
done
nonesuch
ip addr shw
host serber
ssh server
ping -c1 -q $ip | grep -o '1 received'
cat <<EOF
here
EOF
echo $unset
exit
echo never
END
) || fail "exit code $?"
same "paused" "$got" $'client\n01.250\n7 10.0.0.2 02.250\n1\n2\n1 received\nhere'
for text in "nonesuch: command not found" "Command \"shw\" is unknown" 'no host "serber", did you mean "server"?' "unset: parameter not set"; do
    grep -qF -- "$text" err.txt || fail "not said: $text; but: $(cat err.txt)"
done

same "finished" "$(echo 'date +%s; hostname' | "$NETSIM" shell s.lua)" $'1\n2\nserver'
same "help" "$(echo help | "$NETSIM" shell s.lua | grep -c '^\(ping\|sysctl\|awk\|ip\|host\) ')" 5
printf 'echo "a' | "$NETSIM" shell s.lua >/dev/null 2>err.txt
grep -qF "Unterminated quoted string" err.txt || fail "an open quote at the end: $(cat err.txt)"
head -c 2000 /dev/urandom | "$NETSIM" shell s.lua >/dev/null 2>&1 || fail "garbage: exit code $?"
"$NETSIM" shell s.lua --host=nobody </dev/null >/dev/null 2>err.txt
[ $? -eq 2 ] || fail "no such host: $(cat err.txt)"
"$NETSIM" --at=1 s.lua >/dev/null 2>err.txt
[ $? -eq 2 ] || fail "--at without shell: $(cat err.txt)"

# ---- host:sh waits in a process, and not in a call at a time ----
cat >p.lua <<'END'
local netsim = require "netsim"
local sim = netsim.new {}
local h = sim:host "h"
local seen = {}
h:spawn("a", function(os) local s = h:sh "sleep 2; echo a"; seen[#seen + 1] = s .. os.clock() end)
h:spawn("b", function(os) local s = h:sh "sleep 1; echo b"; seen[#seen + 1] = s .. os.clock() end)
h:sh("watch -t -n1 date +%S", { check = false, output = function(text)
  seen[#seen + 1] = text
  if sim.now >= 1.5 then error "enough" end
end })
END
"$NETSIM" -q p.lua >/dev/null 2>err.txt
[ $? -eq 3 ] && grep -qF "p.lua:9: enough" err.txt || fail "an error of the output function: $(cat err.txt)"
sed -i '/^h:sh/,$d' p.lua
cat >>p.lua <<'END'
sim:run()
local out, status, messages = h:sh("cat /nowhere; exit 4", { check = false })
print(table.concat(seen, " "):gsub("\n", " ") .. status .. messages)
sim:at(9, function() h:sh "sleep 1" end)
sim:run()
END
"$NETSIM" -q p.lua >out.txt 2>err.txt
[ $? -eq 3 ] && grep -qF "host:sh: a command waits, which it can in the script itself and in a process (host:spawn), not in sim:at" err.txt ||
    fail "waiting in sim:at: $(cat err.txt)"
same "processes" "$(cat out.txt)" "b 1.0 a 2.04cat: /nowhere: No such file or directory"
exit $((failures > 0))
