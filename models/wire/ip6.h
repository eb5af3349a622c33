/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ip6.h - the IPv6 header as on the wire (RFC 8200 s3).
 *
 * The descriptor has no room for the addresses: an IPv6 packet keeps all its bytes in its extension; ttl and tos
 * of the descriptor win over those in the bytes, so that hop limit and ECN marks are written in one place.
 */
#pragma once
#include <stdint.h>

struct ip6_hdr {
    uint32_t version_class_flow; /* big endian: 4 bits version, 8 traffic class, 20 flow label */
    uint16_t payload_len;        /* big endian */
    uint8_t nexthdr, hop_limit;
    uint8_t saddr[16], daddr[16];
} __attribute__((packed));
_Static_assert(sizeof(struct ip6_hdr) == 40, "IPv6 header");
