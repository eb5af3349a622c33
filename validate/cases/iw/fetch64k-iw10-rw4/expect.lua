-- SPDX-License-Identifier: GPL-3.0-or-later
-- Advertised windows are equal for every ACK number; only the number of ACKs differs, which no recording repeats.
return {
    differs = "the real client acknowledged the first flight as 1 + 3 segments (it held ACKs while the reader owned the socket), " ..
              "the simulated one as 1 + 1 + 1 + 1: each ACK opens the window, so the sender reaches its congestion window of 10 " ..
              "one ACK earlier and slow start counts that ACK",
}
