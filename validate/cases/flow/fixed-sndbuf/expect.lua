-- SPDX-License-Identifier: GPL-3.0-or-later
return {
    differs = "When the writer got room in its small send buffer, and ran, is not in the recording (one call of a second); " ..
        "the simulated writer runs as soon as there is room",
}
