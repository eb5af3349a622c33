#!/usr/bin/env netsim
-- SPDX-License-Identifier: GPL-3.0-or-later
-- Claim: rps_cpus "00001111" or "f" selects CPUs 0 to 3.
-- Truth: the mask is hexadecimal: f is CPUs 0-3, but 00001111 is CPUs 0, 4, 8 and 12.  (scaling.rst)
local lab = require "lab"

local function cpus(mask)
  local list, value = {}, tonumber((mask:gsub(",", "")), 16)
  for cpu = 0, 31 do
    if value >> cpu & 1 == 1 then list[#list + 1] = cpu end
  end
  return table.concat(list, ",")
end

local sim, server = lab.pair "linux6.18"
local file, read = "/sys/class/net/eth0/queues/rx-0/rps_cpus", {}
for _, mask in ipairs { "f", "00001111" } do
  server:write(file, mask)
  read[mask] = server:read(file):gsub("%s", "")
  print(("echo %-8s > rps_cpus: reads back %s: CPUs %s"):format(mask, read[mask], cpus(read[mask])))
end
return lab.judge("rps_cpus 00001111 selects CPUs 0 to 3", cpus(read.f) == "0,1,2,3" and cpus(read["00001111"]) == "0,4,8,12",
  "it selects CPUs %s; f selects %s", cpus(read["00001111"]), cpus(read.f))
