/* SPDX-License-Identifier: GPL-3.0-or-later */
/* eth.h - the Ethernet header as on the wire (IEEE 802.3-2018, 3.2). */
#pragma once
#include <stdint.h>

struct eth_hdr {
    uint8_t dst[6], src[6];
    uint16_t type; /* big endian; below 0x600 it is a length */
} __attribute__((packed));
_Static_assert(sizeof(struct eth_hdr) == 14, "Ethernet header");

enum { ETH_P_IP = 0x0800, ETH_P_ARP = 0x0806, ETH_P_8021Q = 0x8100, ETH_P_IPV6 = 0x86dd };
