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

enum { /* type */
    ICMP_ECHOREPLY = 0, ICMP_DEST_UNREACH = 3, ICMP_SOURCE_QUENCH = 4, ICMP_REDIRECT = 5, ICMP_ECHO = 8, ICMP_TIME_EXCEEDED = 11,
    ICMP_PARAMETERPROB = 12, NR_ICMP_TYPES = 18, /* the largest that has a name */
};
enum { /* code of ICMP_DEST_UNREACH */
    ICMP_NET_UNREACH, ICMP_HOST_UNREACH, ICMP_PROT_UNREACH, ICMP_PORT_UNREACH, ICMP_FRAG_NEEDED, ICMP_PKT_FILTERED = 13,
};

enum { ICMP_EXC_TTL = 0, ICMP_EXC_FRAGTIME = 1 }; /* code of ICMP_TIME_EXCEEDED */

/* An error is cut to this many bytes, IP header included (RFC 1812 s4.3.2.3; icmp_send()). */
enum { ICMP_ERROR_MAX_BYTES = 576 };

/** Does a message of @type quote the packet that caused it?  (RFC 1122 s3.2.2) */
static inline bool icmp_type_is_error(uint8_t type)
{
    return type == ICMP_DEST_UNREACH || type == ICMP_SOURCE_QUENCH || type == ICMP_REDIRECT || type == ICMP_TIME_EXCEEDED ||
           type == ICMP_PARAMETERPROB;
}
