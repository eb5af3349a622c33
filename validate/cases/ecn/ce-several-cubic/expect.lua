-- SPDX-License-Identifier: GPL-3.0-or-later
return {
    differs = "One segment leaves a round trip later: the window of cubic is a fraction of a segment smaller when the ACKs of that flight end",
    counters = {
        TcpExtTCPDeliveredCE = "an ACK with ECE counts all that it acknowledges, and how ACKs fell together differs by one",
    },
}
