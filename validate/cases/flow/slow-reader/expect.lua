-- SPDX-License-Identifier: GPL-3.0-or-later
return {
    differs = "Each window update of the slow reader depends on what it had read by then; of its many reads the recording tells " ..
        "only the number, so they are spaced evenly",
}
