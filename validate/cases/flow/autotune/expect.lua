-- SPDX-License-Identifier: GPL-3.0-or-later
return {
    differs = "The recording does not say when the reader took data while no ACK waited for it, and with so small a receive buffer " ..
        "unread bytes are missing in the advertised window: the simulated reader takes them at once",
}
