/* SPDX-License-Identifier: GPL-3.0-or-later */
/* udp.h - the UDP header as on the wire (RFC 768); big endian. */
#pragma once
#include <stdint.h>

struct udp_hdr {
    uint16_t source, dest, len, check;
} __attribute__((packed));
_Static_assert(sizeof(struct udp_hdr) == 8, "UDP header");
