-- SPDX-License-Identifier: GPL-3.0-or-later
-- Between ACK 13033 and the end the real windows are up to 10 kB below the simulated ones for the same ACK number.
return {
    differs = "ACKs left the real client while its reader had not yet taken all data, and with a 128 kB buffer the unread bytes " ..
              "are missing in the advertised window; the simulated reader takes every segment at once",
}
