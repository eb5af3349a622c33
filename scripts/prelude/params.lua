-- SPDX-License-Identifier: GPL-3.0-or-later
-- netsim.params { iw = 10, size = "15KiB" }: a script's parameters, which --set NAME=VALUE overrides.
-- Quantities with units become numbers in SI units; all are variables of host:sh.
local netsim, private = ...

local function fail(format, ...)
  error(private.where() .. string.format(format, ...), 0)
end

-- "15KiB" -> 15360, "size"; text that does not look like a quantity stays as it is. @what it is, for the message
local function convert(what, text)
  if not text:find("^%s*[%d.]+%s*%a[%a/]*%s*$") then return text, "text" end
  local value, kind = private.quantity(text)
  if not value then fail("%s%s", what, kind) end
  return value, kind
end

-- What --set gave for a parameter whose default is @default, of @kind.
local function override(name, default, kind, text)
  if kind == "text" or kind == "queue" then return text end
  if kind == "boolean" then
    if text == "true" or text == "1" then return true end
    if text == "false" or text == "0" then return false end
    fail("--set %s=%s: must be true or false", name, text)
  end
  local value, given = tonumber(text), "number"
  if kind == "number" and not value then
    fail("--set %s=%s: %s is a plain number (here %s), without a unit", name, text, name, tostring(default))
  end
  if kind ~= "number" and text:find("^%s*%-") then fail("--set %s=%s: %s must not be negative", name, text, name) end
  if not value then value, given = convert("--set " .. name .. ": ", text) end
  if given == "text" or (given ~= "number" and given ~= kind) then
    fail("--set %s=%s: %s is a %s (here %s)", name, text, name, kind, tostring(default))
  end
  if given == "number" and kind ~= "number" and value ~= 0 then
    local with_unit = text .. default:match("(%a[%a/]*)%s*$")
    fail("--set %s=%s: of which unit? write --set %s=%s (the default is %s)", name, text, name, with_unit, default)
  end
  return value
end

local function names_of(table)
  local names = {}
  for name in pairs(table) do names[#names + 1] = name end
  return names
end

local function read_defaults(defaults)
  local values, kinds = {}, {}
  for name, default in pairs(defaults) do
    if type(name) ~= "string" or not name:find("^[%a_][%w_]*$") then
      fail("params: give them by name: netsim.params { rtt = \"50ms\" }")
    end
    local kind = type(default)
    if kind == "string" then
      values[name], kinds[name] = convert("params: " .. name .. " = ", default)
    elseif kind == "number" or kind == "boolean" then
      values[name], kinds[name] = default, kind
    else
      fail("params: %s is a %s; a parameter is a number, a string or a boolean", name, kind)
    end
  end
  return values, kinds
end

function netsim.params(defaults)
  if type(defaults) ~= "table" then fail("params: a table is expected: netsim.params { rtt = \"50ms\" }") end
  local seed, has_seed, sets = private.settings()
  local values, kinds = read_defaults(defaults)
  for _, set in ipairs(sets) do
    local name, text = set:match("^([%w_]+)=(.*)$")
    if kinds[name] then
      values[name] = override(name, defaults[name], kinds[name], text)
    elseif name == "seed" then
      fail("--set %s: the seed is set by --seed %s", set, text)
    else
      fail("--set %s: the script has no parameter \"%s\"%s (it has %s)", set, name,
           private.nearest(name, names_of(kinds)), table.concat(names_of(kinds), ", "))
    end
  end
  if has_seed or values.seed == nil then values.seed = seed end
  private.set_params(values, names_of(values))
  return setmetatable({}, {
    __index = function(_, name)
      local value = values[name]
      if value == nil then
        fail("params has no \"%s\"%s", tostring(name), private.nearest(tostring(name), names_of(values)))
      end
      return value
    end,
    __newindex = function(_, name) fail("params.%s is set by --set %s=VALUE, not by the script", name, name) end,
    __pairs = function() return pairs(values) end,
  })
end
