-- SPDX-License-Identifier: GPL-3.0-or-later
return {
    differs = "Of the reader's many reads the recording tells only the number; spaced evenly, the last of them comes 9 ms early, " ..
        "and the end of the connection with it",
}
