/* SPDX-License-Identifier: GPL-3.0-or-later */
/* emit.h - a packet descriptor as bytes, and bytes as a packet descriptor. */
#pragma once
#include "models/wire/pkt.h"

/* The link header of a frame; raw-IP devices have none. */
struct link_header {
    bool present;
    uint8_t dst[6], src[6];
};

/** Room that any packet of @len IP bytes needs: its bytes, an Ethernet header, minimum padding. */
static inline size_t emit_room(const struct pkt *p)
{
    return p->len + 14 + 64;
}

/**
 * Write @p as the wire would carry it (no FCS), with right checksums unless the packet is flagged as corrupt.
 * Payload without content is zeros.  A super-packet (gso_segs > 1) is written whole.
 * @out     at least emit_room(p) bytes
 * @return  bytes written
 */
size_t emit(const struct pkt *p, const struct link_header *link, uint8_t *out);

/**
 * Read a frame (@link_type_ethernet) or an IP packet.
 * @return  a packet that is counted as made; kind PKT_RAW when it cannot be parsed (its ext->bytes hold all) with the reason in
 *          *why, flags telling bad checksums.  Never NULL.  *header receives the MAC addresses.
 */
struct pkt *parse(struct sim *sim, bool ethernet, const uint8_t *bytes, size_t length, struct link_header *header,
                  enum drop_reason *why);

/** RFC 1071, over @n bytes, starting from @sum (unfolded); returns the unfolded sum. */
uint32_t checksum_add(uint32_t sum, const uint8_t *bytes, size_t n);
/** Folded and complemented, as it goes into the header (host order value of a big-endian field). */
uint16_t checksum_fold(uint32_t sum);
