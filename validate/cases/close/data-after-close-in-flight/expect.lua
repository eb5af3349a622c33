-- SPDX-License-Identifier: GPL-3.0-or-later
return {
    differs = "How much was in flight when the reset came depends on the window that the reader had opened by then; " ..
        "of its reads within a flight the recording tells the end only",
    flights = "The bytes are those that were in flight when the reset came",
    application = "the writer had not yet room for all its data when the reset came; the simulated one had",
}
