#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Wherever the memory of a script runs out - in the script, a process, a probe, the output of a shell, the results - the run
# ends with one line and exit code 3.
. "$NETSIM_SOURCE_DIR/tests/support/scratch.sh"

cat >s.lua <<'EOF'
local netsim = require "netsim"
local sim = netsim.new {}
local a, b = sim:host "a", sim:host "b"
sim:link(a:nic "eth0", b:nic "eth0", { delay = "1ms", raw_ip = true, loss = 0.05 })
a:sh "ip addr add 10.0.0.1/24 dev eth0"
b:sh "ip addr add 10.0.0.2/24 dev eth0"
local kept, seen = {}, {}
local function keep(x) kept[#kept + 1] = tostring(x) .. ("y"):rep(100) .. #kept end
sim:probe("*:*", function(e) seen[e.name] = e.where; keep(e.time) end)
sim:probe("nettop", "5ms")
for i = 1, 20 do
  sim:at(i * 1e-3, function() keep(a:sh("ss -tan; echo " .. i, { output = keep })) end)
end
a:spawn("server", function(os)
  local l = os.socket("tcp"):bind(":80"):listen()
  for c in l:accepts() do os.fork(function() local n, data = c:recv_all(); keep(data); c:close(); return { n = n } end) end
end)
b:spawn("client", function(os)
  for i = 1, 20 do
    local s = os.socket("tcp"):connect "10.0.0.1:80"
    s:send(("x"):rep(1000) .. i)
    keep(s:info().rtt)
    s:close()
  end
  return { latency = os.clock(), [("long"):rep(50)] = kept }
end)
sim:run "1s"
return { kept = kept, nstat = a:nstat(), [("name"):rep(50)] = seen }
EOF
long=$(printf 'x%.0s' {1..5000})
limit=60000
while [ "$limit" -lt 4000000 ]; do
    ASAN_OPTIONS=detect_leaks=0 timeout 60 "$NETSIM" -q --json --limit-memory=$limit s.lua "$long" >out.txt 2>err.txt </dev/null
    got=$?
    [ "$got" -ne 0 ] || break
    [ "$got" -eq 3 ] || fail "$limit bytes: exit code $got: $(head -n 5 err.txt)"
    grep -qE '^netsim: (s\.lua: the script needs more than|--limit-memory: a script needs more than)' err.txt ||
        fail "$limit bytes: says: $(head -n 3 err.txt)"
    [ "$failures" -lt 5 ] || break
    limit=$((limit + limit / 40))
done
[ "$failures" -eq 0 ] && [ "$got" -eq 0 ] && [ "$limit" -gt 200000 ] && exit 0
echo "memory: ends at $limit bytes with exit code $got" >&2
exit 1
