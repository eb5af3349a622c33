#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# netsim shell: commands from a pipe, on a run that is paused or finished; host:sh in processes.
. "$NETSIM_SOURCE_DIR/tests/support/scratch.sh"
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
)
[ $? -eq 2 ] || fail "exit without a number ends with the last status, not $?"
same "paused" "$got" $'client\n01.250\n7 10.0.0.2 02.250\n1\n2\n1 received\nhere'
for text in "nonesuch: command not found" "Command \"shw\" is unknown" 'no host "serber", did you mean "server"?' "unset: parameter not set"; do
    grep -qF -- "$text" err.txt || fail "not said: $text; but: $(cat err.txt)"
done

cat >early.lua <<'END'
local netsim = require "netsim"
local sim = netsim.new()
local p = sim:host("h"):spawn("p", function(os) os.sleep(1) return { n = 1 } end)
sim:run()
return { n = p.result.n }
END
echo hostname | "$NETSIM" shell early.lua --at=140ms >out.txt 2>err.txt
grep -q "the run is paused at 140 ms; the script's lines after sim:run are not run" err.txt || fail "paused: $(cat err.txt)"
! grep -q "attempt to index" err.txt || fail "a pause looks like an error: $(cat err.txt)"

same "finished" "$(echo 'date +%s; hostname' | "$NETSIM" shell s.lua)" $'1\n2\nserver'
same "help" "$(echo help | "$NETSIM" shell s.lua | grep -c '^\(ping\|sysctl\|awk\|ip\|host\) ')" 5
printf 'echo "a' | "$NETSIM" shell s.lua >/dev/null 2>err.txt
grep -qF "Unterminated quoted string" err.txt || fail "an open quote at the end: $(cat err.txt)"
head -c 2000 /dev/urandom | "$NETSIM" shell s.lua >/dev/null 2>&1
[ $? -lt 128 ] || fail "garbage: exit code $?"
status_of() { # COMMANDS STATUS
    printf '%s\n' "$1" | "$NETSIM" shell s.lua >out.txt 2>err.txt
    local got=$?
    [ $got -eq "$2" ] || fail "$1: exit code $got, not $2"
}
status_of 'exit 3' 3
status_of 'true; exit 300' 2
status_of $'false\nexit' 1
status_of $'echo "a\nb"\nif true\nthen exit 4\nfi' 4
status_of $'false\n\n# nothing\necho $? >/dev/null\nexit' 0
status_of $'(exit 5)\ntrue' 0
status_of 'nonesuch' 127
status_of $'false\nlogout' 1
printf 'false\necho $?\necho a \\\nb\ncase x in\nx) echo in;;\nesac\n[[ a == a &&\nb == b ]] && echo both\necho `echo q\n`\n' |
    "$NETSIM" shell s.lua >out.txt 2>err.txt
same "what goes on in the next line" "$(cat out.txt)" $'1\n1\na b\nin\nboth\nq' # the script's own 1 first
[ -s err.txt ] && fail "said: $(cat err.txt)"
printf 'echo `if`\necho $(\n' | "$NETSIM" shell s.lua >out.txt 2>err.txt
same "a complete line that is wrong" "$(cat err.txt)" \
    $'line 1: Syntax error: end of file unexpected (expecting "then")\nline 2: Syntax error: end of file unexpected (expecting ")")'

# Ctrl-C: ping prints its statistics, and the next command runs.
mkfifo in.fifo
"$NETSIM" shell s.lua <in.fifo >out.txt 2>err.txt &
pid=$!
exec 3>in.fifo
echo 'ping -c 1000000000 -q 10.0.0.2; echo never' >&3
for i in $(seq 100); do grep -q '^PING' out.txt && break; sleep 0.1; done
sleep 0.5
kill -INT $pid
echo 'echo status $?; timeout 9000000 sh -c "ping -c 1000000000 -q 10.0.0.2"' >&3
for i in $(seq 100); do [ "$(grep -c '^PING' out.txt)" = 2 ] && break; sleep 0.1; done
sleep 0.3
kill -INT $pid
echo 'while :; do sleep 1; ss -tan | sort | uniq -c >/dev/null; [ a ] || break; done' >&3
sleep 0.3
kill -INT $pid
echo 'exit 7' >&3
exec 3>&-
wait $pid
[ $? -eq 7 ] || fail "after Ctrl-C: exit code $?"
[ "$(grep -c ' packets transmitted, .* received, .*% packet loss, time [0-9]*ms$' out.txt)" = 2 ] || fail "Ctrl-C in ping: $(cat out.txt)"
[ "$(grep -c '^rtt min/avg/max/mdev = ' out.txt)" = 2 ] && grep -qx 'status 0' out.txt && ! grep -q never out.txt || fail "Ctrl-C: $(cat out.txt)"
[ -s err.txt ] && fail "Ctrl-C: $(cat err.txt)"
"$NETSIM" shell s.lua --host=nobody </dev/null >/dev/null 2>err.txt
[ $? -eq 2 ] || fail "no such host: $(cat err.txt)"
"$NETSIM" --at=1 s.lua >/dev/null 2>err.txt
[ $? -eq 2 ] || fail "--at without shell: $(cat err.txt)"

# ---- warnings and errors name the shell's line; what was printed before is not lost ----
cat >w.lua <<'END'
local netsim = require "netsim"
local h = netsim.new {}:host "h"
h:sh [[
  echo one
  sysctl -qw vm.swappiness=10
  echo 1 >/proc/sys/net/ipv4/route/gc_timeout
  sh -c "sysctl -qw kernel.panic=1"
]]
h:sh("true\n" .. "sysctl -qw fs." .. "file-max=1")
local good, message = pcall(function()
  h:sh [[
    seq 2
    cat /nowhere || true
    ip link set w9 up
    echo never
  ]]
end)
print(message)
h:spawn("p", function(os)
  h:sh [[
    sleep 1
    sysctl -qw vm.dirty_ratio=10]]
  h:sh [[ seq 300; exit 3 ]]
end)
h.sim:run()
END
sed -i '/^netsim.sim/d; s/^local h = netsim.new {}:host "h"/local sim = netsim.new {}; local h = sim:host "h"/; s/^h.sim:run/sim:run/' w.lua
"$NETSIM" -q w.lua >out.txt 2>err.txt
[ $? -eq 3 ] || fail "w.lua: exit code $?"
for text in 'w.lua:5: h: sysctl: vm.swappiness is taken' 'w.lua:6: h: net.ipv4.route.gc_timeout has no effect' 'w.lua:7: h: sysctl: kernel.panic is taken' \
    'w.lua:9: line 2: h: sysctl: fs.file-max is taken' 'w.lua:22: h: sysctl: vm.dirty_ratio is taken'; do
    grep -qF "netsim: warning: $text" err.txt || fail "no warning $text: $(cat err.txt)"
done
grep -qx 'netsim: w.lua:13: h: cat: /nowhere: No such file or directory' err.txt || fail "a message before a failure: $(cat err.txt)"
same "a failure's message" "$(cat out.txt)" $'w.lua:14: ip: Cannot find device "w9"\n  before that it printed:\n    1\n    2'
sed -n '/^netsim: w.lua:23: exit/,$p' err.txt >end.txt
same "output before a failure" "$(head -n 3 end.txt)" $'netsim: w.lua:23: exit: exit status 3\n  before that it printed, at the end:\n    101'
[ "$(grep -c '^    [0-9]*$' end.txt)" = 200 ] || fail "output before a failure: $(cat end.txt)"

# ---- the place is the line that the shell ran, whatever else looks like it ----
at() { # WHAT PLACE TEXT: the commands on stdin, from line 3 of the file on, fail with exactly that; said.txt: what is said before
    { printf 'local netsim = require "netsim"\nnetsim.new {}:host "h":sh([==[\n'; cat; printf ']==])\n'; } >l.lua
    sed -i 's/^netsim.new {}:host "h":sh/local sim = netsim.new {}; local h = sim:host "h"; h:sh/' l.lua
    "$NETSIM" -q l.lua >/dev/null 2>err.txt
    [ $? -eq 3 ] && grep -qxF "netsim: l.lua:$2: $3" err.txt || fail "$1: $(cat err.txt)"
    sed '/^netsim: l.lua:'"$2: [^h]"'/,$d' err.txt >said.txt
}
at "a tolerated line before it" 5 'ip: Cannot find device "eth9"' <<'END'
ip link set eth9 up || true
echo a
ip link set eth9 up
END
same "a tolerated failure" "$(cat said.txt)" 'netsim: l.lua:3: h: ip: Cannot find device "eth9"'
at "the end of a line before it" 4 'false: exit status 1' <<<$'false || true\nfalse'
at "a comment with its text" 8 'ip: Cannot find device "eth9"' <<'END'
# ip link set eth9 up
echo \
  ip link set eth9 up
: "$(true
)"
ip link set eth9 up
END
at "a here-document with its text" 8 'false: exit status 1' <<'END'
sleep 1

cat <<X
false
X
false
END
at "an unfinished loop" 5 'Syntax error: end of file unexpected (expecting "done")' <<<$'for i in 1; do\necho $i'
at "failures that stop nothing" 8 'false: exit status 1' <<'END'
set +e
ip link show eth7; ip link show eth8 2>/dev/null
if ! ip link show eth9; then ls /none | cat; fi
set -e
sysctl -w net.none=1 || true
false
END
same "failures that stop nothing" "$(cut -c-54 said.txt)" 'netsim: l.lua:4: h: ip: Device "eth7" does not exist.
netsim: l.lua:5: h: ip: Device "eth9" does not exist.
netsim: l.lua:5: h: ls: cannot access '"'/none'"': No such
netsim: l.lua:7: h: sysctl: cannot stat /proc/sys/net/'
at "a script of the host's" 10 'sh: /etc/rc.local:3: ip: Cannot find device "eth9"' <<'END'
cat >/etc/rc.local <<X
ip link set eth8 up
sysctl -qw vm.swappiness=10
ip link set eth9 up
X
printf '# tuned\nvm.dirty_ratio = 5\n' >tune.conf
sysctl -qp tune.conf
sh /etc/rc.local
END
same "inside a script of the host's" "$(cut -d';' -f1 said.txt)" 'netsim: warning: l.lua:9: h: sysctl: vm.dirty_ratio is taken, but changes nothing: only net is modelled (tune.conf:2)
netsim: warning: l.lua:10: h: /etc/rc.local:2: sysctl: vm.swappiness is taken, but changes nothing: only net is modelled
netsim: l.lua:10: h: /etc/rc.local:1: ip: Cannot find device "eth8"'
cat >v.lua <<'END'
local netsim = require "netsim"
local sim = netsim.new {}
local h, dev = sim:host "h", "eth9"
-- ip link set eth8 up
local setup = [[
true
ip link set eth8 up]]
print(select(2, pcall(function() h:sh(setup) end)))
print(select(2, pcall(function() h:sh("true\nip link set " .. dev .. " up") end)))
END
"$NETSIM" -q v.lua >out.txt 2>err.txt
grep -qx 'v.lua:7: ip: Cannot find device "eth8"' out.txt || fail "a text from a variable: $(cat out.txt err.txt)"
grep -qx 'v.lua:9: line 2: ip: Cannot find device "eth9"' out.txt || fail "a text of pieces: $(cat out.txt err.txt)"

# ---- what never ends is refused, unless the run has an end ----
cat >e.lua <<'END'
local netsim = require "netsim"
local sim = netsim.new {}
local h, peer = sim:host "h", sim:host "peer"
sim:link(h:nic "eth0", peer:nic "eth0", { delay = "5ms" })
h:sh "ip addr add 10.0.0.1/24 dev eth0"
peer:sh "ip addr add 10.0.0.2/24 dev eth0"
local how = { check = false }
for _, script in ipairs { "ping 10.0.0.2", "watch date", "while true; do sleep 1; done", "until false; do sleep 1; done", "sleep infinity",
                          "sh -c 'ping 10.0.0.2'", "while [ 1 ]; do sleep 0.5; done", "watch -n1 -g true", "timeout 0 ping 10.0.0.2",
                          "timeout 2 ping -q 10.0.0.2", "timeout 2 sh -c 'while true; do sleep 1; done'", "timeout 3 watch -t true",
                          "while true; do sleep 1; break; done", "ping -c 1 -q 10.0.0.2", "ping -w 2 -q 10.0.0.2" } do
  local out, status, messages = h:sh(script, how)
  print(script, status, messages:match "^[^\n]*")
end
h:spawn("p", function() h:sh "ping -q 10.0.0.2" end)
sim:run(sim.now + 3)
print(h:nstat().IcmpOutEchos)
h:spawn("q", function() h:sh "ping -q 10.0.0.2" end)
sim:run()
END
"$NETSIM" -q e.lua >out.txt 2>err.txt
[ $? -eq 3 ] && grep -qF "netsim: e.lua:18: ping: this would never end; bound it: ping -c 4 ..., timeout 10 ping ..., or the run: --until TIME" err.txt ||
    fail "endless in a process: $(cat err.txt)"
same "endless" "$(cut -f2- out.txt)" "1	ping: this would never end; bound it: ping -c 4 ..., timeout 10 ping ..., or the run: --until TIME
1	watch: this would never end; bound it: timeout 10 watch ..., or the run: --until TIME
2	line 1: this loop never ends; bound it: timeout 10 sh -c '...', break, or the run: --until TIME
2	line 1: this loop never ends; bound it: timeout 10 sh -c '...', break, or the run: --until TIME
1	sleep: this would never end; bound it: sleep 10, or the run: --until TIME
1	ping: this would never end; bound it: ping -c 4 ..., timeout 10 ping ..., or the run: --until TIME
2	line 1: this loop has waited in 100000 rounds, and does not end; bound it: timeout 10 sh -c '...', break, or the run: --until TIME
1	watch: 100000 samples, and no end; bound it: timeout 10 watch ..., or the run: --until TIME
1	ping: this would never end; bound it: ping -c 4 ..., timeout 10 ping ..., or the run: --until TIME
124	
124	
124	
0	
0	
0	
$(tail -n 1 out.txt)"
"$NETSIM" -q --until 5 <(printf 'local h = require("netsim").new {}:host "h"\nh:sh "watch -t date"\n') >out.txt 2>err.txt
[ $? -eq 3 ] && grep -qF "the run ended, by --until or sim:stop(), while a command waited" err.txt || fail "watch up to --until: $(cat err.txt)"
echo 'ping 10.0.0.2' | "$NETSIM" shell s.lua >out.txt 2>err.txt
grep -qF "ping: this would never end" err.txt || fail "ping without an end from a pipe: $(cat err.txt)"

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
[ $? -eq 3 ] && grep -qF "host:sh: sleep waits, which it can in the script itself and in a process (host:spawn), not in sim:at" err.txt ||
    fail "waiting in sim:at: $(cat err.txt)"
same "processes" "$(cat out.txt)" "b 1.0 a 2.04cat: /nowhere: No such file or directory"
exit $((failures > 0))
