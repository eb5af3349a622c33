/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ip4.h - the IPv4 header as on the wire (RFC 791). */
#pragma once
#include "models/wire/pkt.h"

struct ip4_hdr { /* fields of two and four bytes are big endian */
    uint8_t version_ihl;
    uint8_t tos;
    uint16_t tot_len;
    uint16_t id;
    uint16_t frag_off; /* flags and offset in units of 8 bytes */
    uint8_t ttl;
    uint8_t protocol;
    uint16_t check;
    uint32_t saddr, daddr;
} __attribute__((packed));
_Static_assert(sizeof(struct ip4_hdr) == 20, "IPv4 header");

enum { IP_DF = 0x4000, IP_MF = 0x2000, IP_OFFSET = 0x1fff };

/** Bytes of the IPv4 header of @p, options included. */
static inline uint32_t ip4_hdr_len(const struct pkt *p)
{
    return 20 + (p->ext ? p->ext->n_ip_options : 0);
}

/** The unfolded sum over TCP's and UDP's pseudo header (RFC 9293 s3.1) for @n bytes of transport header and payload. */
static inline uint32_t ip4_pseudo_sum(const struct pkt *p, uint32_t n)
{
    return (p->saddr >> 16) + (p->saddr & 0xffff) + (p->daddr >> 16) + (p->daddr & 0xffff) + p->proto + (n & 0xffff) + (n >> 16);
}
