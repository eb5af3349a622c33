/* SPDX-License-Identifier: GPL-3.0-or-later */
/* segments.h - one host against a peer that is no host: the test writes the peer's segments and reads the host's. */
#pragma once
#include "models/tcp/tcp.h"

struct segment {
    netsim_time at;
    uint32_t seq, ack, len;      /* relative to the initial sequence numbers; payload bytes */
    uint16_t window;             /* as on the wire */
    uint8_t flags;
    uint8_t n_sack;
    uint16_t mss;                /* 0: no option */
};

struct talk {
    NetsimSim *sim;
    struct net *net;             /* the host; its device has TALK_HOST, the peer is TALK_PEER behind it */
    struct netdev *dev;
    NetsimProcess *process;
    NetsimSocket *listener, *s;
    GArray *heard;               /* struct segment: what the host has sent */
    unsigned n_read;             /* of heard, by talk_next() */
    uint32_t host_isn;
    uint16_t host_port, peer_port;
    bool timestamps;             /* the peer sends the option: its clock is 1000 + ms; it echoes the last it saw */
    uint32_t tsecr;
};

enum { TALK_HOST = 0x0a000001, TALK_PEER = 0x0a000002, TALK_PORT = 80, TALK_ISN = 0x10000 };

/** @kernel  NULL: linux6.18 */
void talk_open(struct talk *t, const char *kernel);
void talk_close(struct talk *t);
/** Let @duration pass. */
void talk_wait(struct talk *t, netsim_time duration);

/** A segment of the peer, not sent; and sending it: what the host does about it takes no time, its answer a microsecond. */
struct pkt *talk_segment(struct talk *t, uint8_t flags, uint32_t seq, uint32_t ack, uint32_t len, uint16_t window);
void talk_deliver(struct talk *t, struct pkt *p);
/** Send a segment of @len bytes to the host, now; sequence numbers are relative to the initial ones. */
void talk_say(struct talk *t, uint8_t flags, uint32_t seq, uint32_t ack, uint32_t len, uint16_t window);
/** The peer sends a SYN to a listener: options MSS 1460, SACK permitted if @sack, timestamps as t->timestamps; no window scale. */
void talk_syn(struct talk *t, bool sack);
/** A listener on TALK_PORT, the handshake, accept(): t->s.  The peer's window is @window. */
void talk_accept(struct talk *t, bool sack, uint16_t window);
/** An ICMP error from the peer about the host's segment at @seq. */
void talk_icmp(struct talk *t, uint8_t type, uint8_t code, uint32_t mtu, uint32_t seq);

/** The next segment that the host has sent; NULL: it is silent. */
const struct segment *talk_next(struct talk *t);
/** Forget what was heard so far. */
void talk_skip(struct talk *t);
