/* SPDX-License-Identifier: GPL-3.0-or-later */
/* packet.h - a script's segments as bytes on the wire, and back. */
#pragma once
#include "validate/packetdrill/script.h"

struct endpoints {
    uint32_t local_addr, remote_addr; /* host byte order; local is the simulated host */
    uint16_t local_port, remote_port;
};

/* A packet that the host has sent. */
struct sent {
    netsim_time at;
    struct endpoints ends;   /* the sender is local */
    struct segment segment;  /* sequence numbers as on the wire */
    bool is_tcp;
};

/** The IPv4 packet from the remote end, sequence numbers as given; free with g_free(). NULL: its *length is too large for IPv4 */
uint8_t *packet_emit(const struct segment *s, const struct endpoints *ends, size_t *length);

/**
 * The ICMP error that quotes a segment which the host has sent from @seq.
 * @router  its source address
 */
uint8_t *packet_emit_icmp(const struct segment *s, const struct endpoints *ends, uint32_t router, uint32_t seq, size_t *length);

/** Take a sent packet's bytes apart; free with g_free(). NULL: not IPv4. */
struct sent *packet_decode(const void *bytes, size_t length, netsim_time at);

/** "P. 1:1001(1000) ack 1 win 257 <nop,nop,TS val 1 ecr 2>", numbers as they stand in @s. */
void segment_print(const struct segment *s, GString *out);
