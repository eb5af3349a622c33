/* SPDX-License-Identifier: GPL-3.0-or-later */
/* arp.h - ARP for IPv4 over Ethernet as on the wire (RFC 826). */
#pragma once
#include <stdint.h>

struct arp_hdr {
    uint16_t hrd, pro; /* big endian: hardware and protocol address space */
    uint8_t hln, pln;  /* bytes of such an address */
    uint16_t op;       /* big endian */
    uint8_t sha[6], spa[4], tha[6], tpa[4]; /* sender, target */
} __attribute__((packed));
_Static_assert(sizeof(struct arp_hdr) == 28, "ARP packet");

enum { ARPHRD_ETHER = 1, ARPOP_REQUEST = 1, ARPOP_REPLY = 2 };
