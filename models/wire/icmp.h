/* SPDX-License-Identifier: GPL-3.0-or-later */
/* icmp.h - the ICMP header as on the wire (RFC 792, RFC 1191 s4); big endian. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct icmp_hdr {
    uint8_t type, code;
    uint16_t checksum;
    uint16_t id, seq; /* echo; of an error the second half is the next-hop MTU (frag needed) */
} __attribute__((packed));
_Static_assert(sizeof(struct icmp_hdr) == 8, "ICMP header");

/** Does a message of @type quote the packet that caused it?  (RFC 1122 s3.2.2) */
static inline bool icmp_type_is_error(uint8_t type)
{
    return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
}

/* Destination unreachable: fragmentation needed. */
enum { ICMP_TYPE_UNREACH = 3, ICMP_CODE_FRAG_NEEDED = 4 };
/* An error is cut to this many bytes, IP header included (RFC 1812 s4.3.2.3; icmp_send()). */
enum { ICMP_ERROR_MAX_BYTES = 576 };
