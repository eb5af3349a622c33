-- SPDX-License-Identifier: GPL-3.0-or-later
-- expect(condition, message): note that the condition must hold; exit code 1 if one did not.  The run goes on.
local netsim, private, globals = ...

function netsim.expect(condition, message, ...)
  if not condition then
    message = message and string.format(tostring(message), ...) or "it does not hold"
    private.failed(private.where() .. "expectation failed: " .. message)
  end
  return condition
end

globals.expect = netsim.expect
