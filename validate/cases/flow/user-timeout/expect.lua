-- SPDX-License-Identifier: GPL-3.0-or-later
return {
    differs = "Two timers of the recording kernel fired one tick late, as happens on idle cores; the next is rounded up to another granule",
}
