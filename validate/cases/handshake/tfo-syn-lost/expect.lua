-- SPDX-License-Identifier: GPL-3.0-or-later
return {
    not_run = "TCP Fast Open is not modelled yet",
}
