-- SPDX-License-Identifier: GPL-3.0-or-later
return {
    differs = "the real sender ends a segment where one of the former path MTU ended (572 bytes), the simulated one fills it (948); all before is the same",
}
