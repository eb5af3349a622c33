-- SPDX-License-Identifier: GPL-3.0-or-later
return {
    differs = "When the writer ran after TCP_NOTSENT_LOWAT let it, is not in the recording (one call); where its writes end, segments are short",
}
