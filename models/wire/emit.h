/* SPDX-License-Identifier: GPL-3.0-or-later */
/* emit.h - a packet descriptor as bytes (emit.c), and bytes as a packet descriptor (parse.c). */
#pragma once
#include "models/wire/pkt.h"

/* The link header of a frame; raw-IP devices have none. */
struct link_header {
    bool present;
    uint8_t dst[6], src[6];
};

/** Room that @p needs: its bytes and an Ethernet header. */
static inline size_t emit_room(const struct pkt *p)
{
    return p->len + 14;
}

/**
 * Write @p as the wire would carry it (no FCS, no padding: Linux leaves both to the hardware, behind the point at which
 * tcpdump looks), with right checksums unless the packet is flagged as corrupt.
 * Payload without content is zeros.  A super-packet (gso_segs > 1) is written whole.
 * @link    NULL: none
 * @out     at least emit_room(p) bytes
 * @return  bytes written
 */
size_t emit(const struct pkt *p, const struct link_header *link, uint8_t *out);

/**
 * Read a frame (@ethernet) or an IP packet.  All bytes of the payload are kept in ext->bytes; what follows the length that IP
 * names is cut off.  Checksums that are wrong are flags, and so is a transport header that makes no sense (PKT_BAD_HDR).
 * @header  receives the MAC addresses
 * @why     may be NULL.  With which reason the input function of raw_type will drop a PKT_RAW
 * @return  a packet that is counted as made.  Kind PKT_RAW when it cannot be parsed (its ext->bytes hold all).  Never NULL.
 */
struct pkt *parse(struct sim *sim, bool ethernet, const uint8_t *bytes, size_t length, struct link_header *header,
                  enum drop_reason *why);

/** RFC 1071, over @n bytes, starting from @sum (unfolded); returns the unfolded sum.  Only the last piece may be odd. */
uint32_t checksum_add(uint32_t sum, const uint8_t *bytes, size_t n);
/** Folded and complemented, as it goes into the header (host order value of a big-endian field). */
uint16_t checksum_fold(uint32_t sum);
