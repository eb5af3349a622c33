-- SPDX-License-Identifier: GPL-3.0-or-later
return {
    not_run = "the router drops its ICMP errors by iptables, which is not modelled yet",
}
