#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Every wrong input gets one line that names the file, the line and the mend, the documented exit code, and nothing on
# standard output.
. "$NETSIM_SOURCE_DIR/tests/support/scratch.sh"

# refuse NAME CODE PATTERN [OPTIONS...] < SCRIPT: the first line of stderr matches the extended regular expression.
refuse() {
    local name=$1 code=$2 pattern=$3 got
    shift 3
    cat >s.lua
    "$NETSIM" "$@" s.lua >out.txt 2>err.txt </dev/null
    got=$?
    [ "$got" -eq "$code" ] || fail "$name: exit code $got, not $code: $(cat err.txt)"
    head -n 1 err.txt | grep -qE "^netsim: $pattern" || fail "$name: says: $(head -n 1 err.txt)"
    [ "$(grep -c '^netsim: ' err.txt)" -eq 1 ] || fail "$name: $(grep -c '^netsim: ' err.txt) lines, not one"
    [ ! -s out.txt ] || fail "$name: printed $(cat out.txt)"
    grep -qE 'AddressSanitizer|runtime error|Assertion|CRITICAL' err.txt && fail "$name: $(cat err.txt)"
}
# The same with two hosts; the script's own line is the fourth.
refuse_net() {
    local name=$1 pattern=$2 text
    text=$(cat)
    refuse "$name" 3 "$pattern" <<END
local netsim = require "netsim"
local sim = netsim.new {}
local a, b = sim:host "a", sim:host "b"
$text
END
}

refuse "require of what a scenario has not" 3 's\.lua:1: require "io": a scenario has no io of Lua: it prints, and writes with netsim\.write' <<<'local io = require "io"'
refuse_net "setting pasted into a shell" 's\.lua:4: .*net\.ipv4\.tcp_sack: command not found; write sysctl -w net\.ipv4\.tcp_sack=VALUE, or give a file of such lines to host:load_sysctl' <<<'a:sh "net.ipv4.tcp_sack = 0"'
refuse_net "delay without a unit" 's\.lua:4: link: delay = "5": of which unit\? write "5ms", or 5 without quotes for seconds' <<<'sim:link(a:nic "eth0", b:nic "eth0", { delay = "5" })'
refuse_net "rate without a unit" 's\.lua:4: link: rate = "10": of which unit\? write "10Mbit", or 10 without quotes for bit/s' <<<'sim:link(a:nic "eth0", b:nic "eth0", { rate = "10" })'
refuse_net "capture to an absolute name" 's\.lua:4: .*give a relative name' <<<'sim:link(a:nic "eth0", b:nic "eth0", { delay = "1ms" }) sim:capture("a:eth0", "/tmp/abs.pcapng")'
refuse_net "setting without its folder" 's\.lua:4: .*did you mean "net.core.rmem_max"\?' <<<'a.sysctl.rmem_max = 5'
refuse_net "misspelt argument of a probe" 's\.lua:4: e\.args has no "newstat", did you mean "newstate"\?' <<'END'
sim:probe("sock:inet_sock_set_state", function(e) assert(e.args.skbaddr == nil); print(e.args.newstat) end) a:spawn("p", function(os) os.socket("tcp"):bind(":80"):listen(1) end) sim:run "1s"
END
refuse_net "misspelt field of ss" 's\.lua:4: an entry of host:ss\(\) has no "locl", did you mean "local"\?' <<'END'
a:spawn("p", function(os) local s = os.socket("udp"):bind(":53") os.sleep(9) end) sim:at("1s", function() local e = a:ss()[1]; assert(e.snd_cwnd == nil and e.timer == nil); print(e.locl) end) sim:run "2s"
END
refuse "error three calls deep" 3 "s\.lua:1: attempt to index a nil value \(local 'x'\)" <<'END'
local function inner() local x; return x.y end
local function middle() local z = inner(); return z end
local function outer() local z = middle(); return z end
outer()
END
for line in 1 2 3 4; do
    grep -q "^  s\.lua:$line: in " err.txt || fail "the traceback has no line $line: $(cat err.txt)"
done
refuse "error without text in the script" 3 "s\.lua:2: the error is a table, not a text: \{\}" <<'END'
local function f()
  error {}
end
f()
END
refuse_net "error without text in sim:at" 's\.lua:4: the error is a table, not a text: \{"code":5\}' <<<"sim:at(1, function() error { code = 5 } end) sim:run()"
refuse_net "error without text in a process" 's\.lua:4: the error is a function, not a text' <<<"a:spawn('p', function(os) os.sleep(1) error(print) end) sim:run()"
refuse_net "error of nothing in a probe" 's\.lua:4: the error is a nil, not a text' <<<"sim:probe('*:*', function() error() end) a:sh 'ping -c 1 127.0.0.1'"
refuse_net "error with a text of its own" 's\.lua:4: of its own' <<<"sim:at(1, function() error(setmetatable({}, { __tostring = function() return 'of its own' end })) end) sim:run()"
refuse_net "yield of a process" 's\.lua:4: a process called coroutine\.yield\(\)' <<<"a:spawn('p', function() coroutine.yield() end) sim:run()"
refuse "syntax error" 3 "s\.lua:2: .*near '\)'" <<'END'
local a = 1
a = (a + )
END
refuse "error in a process" 3 "s\.lua:3: attempt to perform arithmetic on a nil value" <<'END'
local sim = require("netsim").new {}
sim:host("a"):spawn("p", function(os)
  local x = 1 + nil
end)
sim:run()
END
grep -q '^  in process a/p at 0 s' err.txt || fail "an error in a process does not name it: $(cat err.txt)"

# Options of netsim behind the script are the script's; netsim says so, once.
echo 'print(#arg, arg[1])' >arguments.lua
for option in --json --until=3s --trace --host=a; do
    [ "$("$NETSIM" -q arguments.lua "$option" 2>err.txt)" = "1	$option" ] || fail "$option behind the script does not reach it"
    grep -qx "netsim: warning: $option is an argument of the script; options of netsim stand before arguments.lua" err.txt ||
        fail "$option: says: $(cat err.txt)"
done
[ "$("$NETSIM" -q arguments.lua --jsonl 2>&1)" = "1	--jsonl" ] || fail "an option of the script's own is warned of"

refuse "no memory at all" 3 "--limit-memory: a script needs more than 1 B" --limit-memory=1 <<<'print(1)'
printf 'print(1)\nprint("\xff")\n' >latin.lua
"$NETSIM" latin.lua 2>err.txt
grep -q '^netsim: latin.lua:2: not UTF-8 text' err.txt || fail "not UTF-8: says: $(cat err.txt)"

refuse "address in a text" 3 's\.lua:1: string\.format: %p: an address is not the same in every run' <<<'print(string.format("%-9p", {}))'
refuse "format of nothing" 3 "s\.lua:1: bad argument #2 to 'format' \(no value\)" <<<'print(string.format("%s"))'
refuse "format of no kind" 3 "s\.lua:1: invalid conversion '%y' to 'format'" <<<'print(("%y"):format(1))'
link() { refuse_net "$1" "s\.lua:4: link: $2" <<<"sim:link(a:nic 'eth0', b:nic 'eth0', $3)"; }
link "gilbert without r" 'gilbert needs r: gilbert = \{ p = 0\.01, r = ' '{ gilbert = { p = 0.1 } }'
link "gilbert without p" 'gilbert needs p' '{ gilbert = { r = 0.1 } }'
link "gilbert for ever" 'gilbert\.r = 0: the bad state would never end' '{ gilbert = { p = 0.1, r = 0 } }'
refuse_net "unknown table key" 's\.lua:4: .*"dely", did you mean "delay"\?' <<<"sim:link(a:nic 'eth0', b:nic 'eth0', { dely = '10ms' })"
refuse_net "unknown key without neighbour" 's\.lua:4: link has no "xyzzy"; it takes .*delay' <<<"sim:link(a:nic 'eth0', b:nic 'eth0', { xyzzy = 1 })"
refuse_net "unknown method" 's\.lua:4: a sim has no "lnk", did you mean "link"\?' <<<"sim:lnk(a:nic 'eth0', b:nic 'eth0')"
refuse_net "dot for colon" 's\.lua:4: argument 1 must be a sim' <<<"sim.run()"
refuse_net "unknown function" 's\.lua:4: netsim has no "nwe", did you mean "new"\?' <<<"netsim.nwe {}"
refuse_net "unknown knob" 's\.lua:6: sysctl: .*did you mean "net.ipv4.tcp_congestion_control"\?' <<'END'
a:sh [[
  # a comment
  sysctl -w net.ipv4.tcp_congestion_contrl=cubic
]]
END
refuse_net "unknown knob as table" 's\.lua:4: .*did you mean "net.ipv4.tcp_fin_timeout"\?' <<<"a.sysctl['net.ipv4.tcp_fin_timout'] = 15"
refuse_net "value out of range" 's\.lua:4: net.ipv4.tcp_keepalive_intvl = "-5": .*must be 0 to' <<<"a.sysctl['net.ipv4.tcp_keepalive_intvl'] = -5"
refuse_net "ten parsecs" 's\.lua:4: link: delay = "10 parsecs".*ms' <<<"sim:link(a:nic 'eth0', b:nic 'eth0', { delay = '10 parsecs' })"
refuse_net "parameter of parsecs" 's\.lua:4: params: d = "10 parsecs".*ms' <<<"netsim.params { d = '10 parsecs' }"
refuse_net "negative rate" 's\.lua:4: link: rate = -5: must not be negative' <<<"sim:link(a:nic 'eth0', b:nic 'eth0', { rate = -5 })"
refuse_net "negative rate with unit" 's\.lua:4: link: rate = "-5Mbit".*negative' <<<"sim:link(a:nic 'eth0', b:nic 'eth0', { rate = '-5Mbit' })"
refuse_net "queue without unit" 's\.lua:4: link: queue = 100: packets or bytes\?' <<<"sim:link(a:nic 'eth0', b:nic 'eth0', { queue = 100 })"
refuse_net "queue as digits" 's\.lua:4: link: queue = 100: packets or bytes\?' <<<"sim:link(a:nic 'eth0', b:nic 'eth0', { queue = '100' })"
refuse_net "queue of nothing" 's\.lua:4: link: queue = "0p": must not be 0' <<<"sim:link(a:nic 'eth0', b:nic 'eth0', { queue = '0p' })"
refuse_net "options in their order" 's\.lua:4: link has no "bandwidth"; it takes rate, delay, queue, ' <<<"sim:link(a:nic 'eth0', b:nic 'eth0', { bandwidth = 5 })"
refuse_net "rule without neighbour" 's\.lua:4: link: rule: action = "xyzzy" \(known: drop, dup, delay, ce\)' <<<"sim:link(a:nic 'eth0', b:nic 'eth0', { rules = { { action = 'xyzzy' } } })"
refuse_net "global misspelt" 's\.lua:4: no variable "tostrin", did you mean "tostring"\?' <<<"print(tostrin(5))"
refuse_net "local misspelt" 's\.lua:4: no variable "delai", did you mean "delay"\?' <<<"local delay = 1; (function() sim:link(a:nic 'eth0', b:nic 'eth0', { delay = delai }); return delay end)()"
refuse_net "socket option misspelt" 's\.lua:4: there is no socket option "rcvbuff", did you mean "rcvbuf"\?' <<<"a:spawn('p', function(os) os.socket('udp'):setsockopt('rcvbuff', 5) end) sim:run()"
refuse_net "socket option as in C" 's\.lua:4: there is no socket option "SO_RCVBUF", did you mean "rcvbuf"\?' <<<"a:spawn('p', function(os) os.socket('udp'):getsockopt('SO_RCVBUF') end) sim:run()"
refuse_net "address without port" 's\.lua:4: "10.0.0.1": which port\? write "10.0.0.1:80"' <<<"a:spawn('p', function(os) os.socket('tcp'):connect('10.0.0.1') end) sim:run()"
refuse_net "result of a process that runs" "s\.lua:4: .*field 'result'.*; a process has a result when" <<<"print(a:spawn('p', function(os) os.sleep(1) end).result.x)"
refuse_net "too many bytes" 's\.lua:4: send = 1e\+18: at most 9e15 bytes' <<<"a:spawn('p', function(os) os.socket('tcp'):send(1e18) end) sim:run()"
refuse_net "loss above one" 's\.lua:4: link: loss = 5: a probability is 0 to 1' <<<"sim:link(a:nic 'eth0', b:nic 'eth0', { loss = 5 })"
refuse_net "unknown rule" 's\.lua:4: link: rule: match = "dta", did you mean "data"\?' <<<"sim:link(a:nic 'eth0', b:nic 'eth0', { rules = { { match = 'dta' } } })"
link "cut that counts nothing" 'cut: k and trigger need a match' "{ cuts = { { at = '1s', k = 5, lasts = '1s' } } }"
link "cut that begins twice" 'cut: it begins at a time or with a packet' "{ cuts = { { at = '1s', match = 'syn', lasts = '1s' } } }"
link "cut of two packets" 'cut: k is one packet' "{ cuts = { { match = 'data', k = { 1, 2 }, lasts = '1s' } } }"
link "rule of the other direction" 'rule: dir = "b2a" in the table of the other direction' "{ a2b = { rules = { { dir = 'b2a' } } } }"
link "rule of three packets" 'rule: k counts from 1' "{ rules = { { k = { 1, 2, 3 } } } }"
link "rule of half a packet" 'rule: k counts from 1' "{ rules = { { k = 1.5 } } }"
refuse_net "probe of a pid that is none" 's\.lua:4: sim:probe: pid = abc: must be a number' <<<"sim:probe('*:*', { pid = 'abc' }, print)"
refuse_net "link to itself" 's\.lua:4: .*itself' <<<"sim:link(a:nic 'eth0', a:nic 'eth0')"
refuse_net "two links at a device" 's\.lua:5: .*eth0' <<'END'
sim:link(a:nic 'eth0', b:nic 'eth0')
sim:link(a:nic 'eth0', b:nic 'eth1')
END
refuse_net "a host for a device" 's\.lua:4: argument 2 must be a device, not a host; write host:nic "eth0"' <<<"sim:link(a, b)"
refuse_net "address that is none" 's\.lua:4: .*10\.0\.0\.300/24' <<<"a:sh 'ip addr add 10.0.0.300/24 dev eth0'"
refuse_net "gateway in no subnet" 's\.lua:4: .*[Gg]ateway|s\.lua:4: .*unreachable' <<<"a:nic 'eth0' a:sh 'ip addr add 10.0.0.1/24 dev eth0; ip route add default via 192.168.7.1'"
refuse_net "two hosts of one name" 's\.lua:4: .*"a"' <<<"sim:host 'a'"
refuse_net "unknown profile" 's\.lua:4: .*did you mean "rhel6.2"\?' <<<"sim:host('c', { kernel = 'rhel62' })"
refuse_net "capture of nothing" 's\.lua:4: .*"ab", did you mean|s\.lua:4: no host "ab"' <<<"sim:capture 'ab:eth0'"
refuse_net "finished simulation" 's\.lua:5: this host belongs to a finished simulation' <<'END'
sim:close()
a:sh 'true'
END
refuse_net "run inside the run" 's\.lua:4: sim:run inside' <<<"a:spawn('p', function() sim:run() end) sim:run()"
refuse_net "wait outside of a process" 's\.lua:4: os.sleep belongs to processes' <<<"os.sleep(1)"
refuse_net "wait in a coroutine of one's own" 's\.lua:4: os.sleep works only in' <<<"a:spawn('p', function(os) coroutine.wrap(function() os.sleep(1) end)() end) sim:run()"
refuse_net "not an address" 's\.lua:4: "10.0.0": not an address' <<<"a:spawn('p', function(os) os.socket 'udp':bind '10.0.0' end) sim:run()"
refuse_net "output elsewhere" 's\.lua:4: "../x": files are written under the output directory' <<<"netsim.write('../x', 'x')"

refuse "set of no parameter" 3 's\.lua:1: --set rt=1s: .*did you mean "rtt"\?' --set rt=1s <<<"require('netsim').params { rtt = '5ms' }"
refuse "set of no quantity" 3 's\.lua:1: --set rtt: "5kg" is no quantity' --set rtt=5kg <<<"require('netsim').params { rtt = '5ms' }"
refuse "set without a unit" 3 's\.lua:1: --set rtt=200: of which unit\? write --set rtt=200ms \(the default is 5ms\)' --set rtt=200 <<<"require('netsim').params { rtt = '5ms' }"
refuse "set of nothing" 3 's\.lua:1: --set rate: "0bit" is not a rate: it must be at least 1 bit/s' --set rate=0bit <<<"require('netsim').params { rate = '5Mbit' }"
refuse "set below nothing" 3 's\.lua:1: --set rtt=-5ms: rtt must not be negative' --set rtt=-5ms <<<"require('netsim').params { rtt = '5ms' }"
for text in 10kB 10ms 10k; do
    refuse "set of a plain number: $text" 3 "s\.lua:1: --set iw=$text: iw is a plain number \(here 10\), without a unit" --set iw=$text <<<"require('netsim').params { iw = 10 }"
done
refuse "set of another kind" 3 's\.lua:1: --set rtt=5Mbit: rtt is a time' --set rtt=5Mbit <<<"require('netsim').params { rtt = '5ms' }"
refuse "os.execute" 3 's\.lua:1: os.execute is not there' <<<"os.execute 'touch x'"
refuse "io.popen" 3 's\.lua:1: io.popen is not there' <<<"io.popen 'touch x'"
refuse "package.loadlib" 3 's\.lua:1: package.loadlib is not there' <<<"package.loadlib('x', 'y')"
refuse "os.time" 3 's\.lua:1: os.time: .*sim.now' <<<"print(os.time())"
refuse "require elsewhere" 3 's\.lua:1: require "\.\./x"' <<<"require '../x'"
refuse "load of bytecode" 3 's\.lua:1: .*binary' <<<"assert(load('\\27Lua'))"
refuse "a key without order" 3 's\.lua:1: pairs: a table as key' <<<"for k in pairs { [{}] = 1, [print] = 2 } do end"
[ ! -e x ] || fail "a script reached the file system"

limit="--limit-instructions=3e7"
never='s\.lua:1: a script that never yields'
refuse "never yields" 3 "$never" $limit <<<"while true do end"
refuse "never yields under pcall" 3 "$never" $limit <<<"while true do pcall(function() while true do end end) end"
refuse "never yields in a handler" 3 "$never" $limit <<<"xpcall(function() while true do end end, function() while true do end end)"
refuse "never yields in a process" 3 "$never" $limit <<<"local s = require('netsim').new {} s:host('a'):spawn('p', function() while true do end end) s:run()"
refuse "never yields in a coroutine" 3 "$never" $limit <<<"coroutine.wrap(function() while true do end end)()"
refuse "too much memory" 3 's\.lua: the script needs more than 20 MB' --limit-memory=20MB <<<"local t = {} for i = 1, 1e9 do t[i] = ('x'):rep(1e5) .. i end"
refuse "expectation" 1 's\.lua:1: expectation failed: 3 of 5' -q <<<"expect(1 == 2, '%d of %d', 3, 5) expect(true)"

head -c 2000 /dev/urandom | refuse "random bytes" 3 's\.lua:1: '
printf '\033Lua\124\0' | refuse "a precompiled chunk" 3 's\.lua:1: a precompiled chunk'

usage() { # usage CODE PATTERN WORDS...
    local code=$1 pattern=$2 got
    shift 2
    "$NETSIM" "$@" >out.txt 2>err.txt </dev/null
    got=$?
    [ "$got" -eq "$code" ] || fail "netsim $*: exit code $got, not $code"
    grep -qE "^netsim: $pattern" err.txt || fail "netsim $*: says: $(cat err.txt)"
    [ "$(wc -l <err.txt)" -eq 1 ] || fail "netsim $*: more than one line"
    [ ! -s out.txt ] || fail "netsim $*: printed $(cat out.txt)"
}
echo 'return 1' >good.lua
usage 4 'cannot read nosuch\.lua: no such file' nosuch.lua
usage 2 'which script\?'
usage 2 'which script\?' run
for command in sweep whatif report; do usage 2 "this version has no .$command" "$command" x; done
usage 2 'valdate: .*did you mean validate\?' valdate
usage 2 'Unknown option --sede, did you mean --seed\?' --sede 3 good.lua
usage 2 '--seed x: must be a whole number' --seed x good.lua
for seed in 0x10 0 1.5 -1 9223372036854775808 nan 1e30; do usage 2 "--seed $seed: must be a whole number" --seed "$seed" good.lua; done
for seed in 1000:1E3 1000:1e3 9223372036854775807:9223372036854775807 9007199254740993:9007199254740993; do
    "$NETSIM" --json --seed "${seed#*:}" good.lua | grep -q "\"seed\":${seed%:*}," || fail "--seed ${seed#*:} is not ${seed%:*}"
done
echo 'return { 1, 2, x = 3 }' >mixed.lua
"$NETSIM" --json mixed.lua 2>&1 >out.txt | grep -q 'mixed.lua: the script returns a table that is both a list and' || fail "a mixed table is cut short"
usage 2 '--until: "soon"' --until soon good.lua
usage 2 '--set rtt: write --set NAME=VALUE' --set rtt good.lua
usage 2 '--capture=foo: write --capture=HOST:DEV' --capture=foo good.lua
usage 2 '--kernel rhel9: no such profile.*rhel7' --kernel rhel9 good.lua
usage 2 '--progress=maybe: must be' --progress=maybe good.lua
usage 2 'no knob matches "nosuch"' knobs nosuch
usage 2 'no knob of rhel6.2 matches "tcp_rto_min_us"; without --kernel all are looked at' knobs --kernel=rhel6.2 tcp_rto_min_us
usage 2 '--kernel rhel6.9: no such profile, did you mean rhel6.1\? \(there are rhel6.1, ' knobs --kernel=rhel6.9
usage 2 'knobs --kernl=rhel7: no such option, did you mean --kernel\?' knobs --kernl=rhel7
usage 2 'probes --kernel=rhel7: no such option; netsim probes --help' probes --kernel=rhel7

printf '%s\n' 'local sim = require("netsim").new {} sim:host("a", { kernel = "rhel6.2" })' >own.lua
"$NETSIM" --kernel=rhel7 own.lua >out.txt 2>err.txt || fail "--kernel that no host takes: $(cat err.txt)"
grep -q '^netsim: --kernel=rhel7: no host took it: they all name their own$' err.txt || fail "--kernel without effect is silent: $(cat err.txt)"
printf '%s\n' 'sim:host "b"' >>own.lua
"$NETSIM" --kernel=rhel7 own.lua >out.txt 2>err.txt
! grep -q 'no host took it' err.txt || fail "--kernel has an effect, and is said to have none"

[ "$failures" -eq 0 ]
