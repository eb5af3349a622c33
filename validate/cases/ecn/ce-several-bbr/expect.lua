-- SPDX-License-Identifier: GPL-3.0-or-later
return {
    counters = {
        TcpExtTCPDeliveredCE = "an ACK with ECE counts all that it acknowledges, and how ACKs fell together differs by one",
    },
}
