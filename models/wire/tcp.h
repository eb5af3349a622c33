/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tcp.h - the TCP header and options as on the wire (RFC 9293 s3.1, RFC 7323 s2 s3, RFC 2018 s2 s3).
 *
 * Options are written as Linux does (tcp_options_write()): each group fills whole 32-bit words.
 *
 *     MSS                                    02 04 mm mm
 *     timestamps with SACK-permitted (SYN)   04 02 08 0a  val  ecr
 *     timestamps                             01 01 08 0a  val  ecr
 *     SACK-permitted without timestamps      01 01 04 02
 *     window scale                           01 03 03 ss
 *     SACK blocks                            01 01 05 ll  start end ...
 */
#pragma once
#include "models/wire/pkt.h"

struct tcp_hdr { /* fields of two and four bytes are big endian */
    uint16_t source, dest;
    uint32_t seq, ack_seq;
    uint8_t doff_res; /* header length in words, four reserved bits */
    uint8_t flags;    /* TCPHDR_* */
    uint16_t window, check, urg_ptr;
} __attribute__((packed));
_Static_assert(sizeof(struct tcp_hdr) == 20, "TCP header");

enum {
    TCPOPT_EOL = 0, TCPOPT_NOP = 1, TCPOPT_MSS = 2, TCPOPT_WINDOW = 3, TCPOPT_SACK_PERM = 4, TCPOPT_SACK = 5,
    TCPOPT_TIMESTAMP = 8,
    TCPOLEN_MSS = 4, TCPOLEN_WINDOW = 3, TCPOLEN_SACK_PERM = 2, TCPOLEN_TIMESTAMP = 10, TCPOLEN_SACK_BASE = 2,
    TCPOLEN_SACK_PERBLOCK = 8,
    TCP_MAX_WSCALE = 14, TCP_MAX_OPTIONS_BYTES = 40, TCP_MAX_SACKS = 4,
};

/** Bytes of the options that flags and n_sack of @p ask for, padding included: 0 to 40, a multiple of 4. */
static inline unsigned tcp_options_len(const struct pkt *p)
{
    if (p->ext && p->ext->n_tcp_options) return p->ext->n_tcp_options;
    unsigned n = 0;
    if (p->flags & PKT_HAS_MSS) n += 4;
    if (p->flags & PKT_HAS_TS) n += 12;
    else if (p->flags & PKT_SACK_OK) n += 4;
    if (p->flags & PKT_HAS_WSCALE) n += 4;
    if (p->n_sack) n += 4 + p->n_sack * TCPOLEN_SACK_PERBLOCK;
    return n;
}

/** Write the options of @p, tcp_options_len(p) bytes; returns how many. */
unsigned tcp_options_write(const struct pkt *p, uint8_t *out);

/** Read @n bytes of options into @p, as tcp_parse_options() does: stops at the first malformed one. */
void tcp_options_parse(struct pkt *p, const uint8_t *options, unsigned n);
