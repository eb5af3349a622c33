-- SPDX-License-Identifier: GPL-3.0-or-later
local acks = "the router forwards pure ACKs, too, whose number does not repeat"
return {
    counters = { IpForwDatagrams = acks, IpOutTransmits = acks, IpExtOutOctets = acks },
}
