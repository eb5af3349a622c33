/* SPDX-License-Identifier: GPL-3.0-or-later */
/* peer.h - one host with real TCP and, at the other end of its wire, the test: scenarios of packets and times.
 *
 *     peer_open(&t, NULL);
 *     NetsimSocket *s = peer_accept(&t, "mss 1460,sackOK,wscale 7");
 *     peer_send(&t, ". 1:1001(1000) ack 1 win 500");
 *     peer_expect(&t, 0, ". 1:1(0) ack 1001");        now
 *     netsim_send(s, NULL, 3000, 0);
 *     peer_expect(&t, 0, ". 1:1461(1460) ack 1001");
 *     peer_wait(&t, 200);                             milliseconds
 *
 * A segment is written as packetdrill and tcpdump write it:
 *
 *     FLAGS [SEQ:END(LENGTH)] [ack N] [win N] [ce|ect0] [<OPTION,OPTION ...>]
 *
 * FLAGS of S F R P . E W U.  Sequence numbers count from the sender's initial one, which is 0; so do ack and SACK edges,
 * from that of the side that they speak of.  A missing sequence is that of the last segment's end.  win is the field of the
 * header, not scaled.  Options: mss N, sackOK, wscale N, TS val N ecr N, sack A:B C:D, nothing else; "ecr last" is the time
 * stamp that the host sent last.  In an expectation what is not written may be anything, but `<>` means: no options, and the
 * flags must be these.
 */
#pragma once
#include "models/link/link.h"
#include "tests/support/tcp_check.h"

enum { PEER_PORT = 8080, HOST_PORT = 80, PEER_ISN = 1000 };

/* What the host sent. */
struct peer_sent {
    netsim_time at;
    struct pkt p; /* ext is ours */
    struct pkt_ext ext;
};

struct peer {
    NetsimSim *sim;
    struct net *net;
    struct netdev *dev;
    NetsimProcess *process;
    NetsimEvent alarm;
    struct port port;
    struct node node;
    struct drop_place drops;
    GArray *sent;              /* struct peer_sent */
    unsigned next;             /* the first that no expectation has looked at */
    NetsimSocket *listener;
    uint32_t host_isn, host_addr, peer_addr;
    uint16_t host_port, peer_port;
    uint32_t snd_nxt;          /* of the test, relative */
    uint32_t last_tsval;
    bool knows_isn;
};

/** @kernel  a profile; NULL: linux6.18 */
void peer_open(struct peer *t, const char *kernel);
/** Assert that packets are conserved, that sockets' books are right, and free all. */
void peer_close(struct peer *t);
/** The process ends, all connections are reset by the peer or run out; then nothing of TCP may be left. Then peer_close(). */
void peer_close_clean(struct peer *t);

/** Let @ms pass. */
void peer_wait(struct peer *t, double ms);
void peer_send(struct peer *t, const char *text);
/** The next segment that the host sends is @text, and it is sent @after_ms from now (to the microsecond). Time passes until then. */
void peer_expect(struct peer *t, double after_ms, const char *text);
/** The same, between two times. @return when, in ms from now */
double peer_expect_between(struct peer *t, double from_ms, double to_ms, const char *text);
/** Nothing is sent for @ms. */
void peer_expect_nothing(struct peer *t, double ms);
/** Forget what was sent and not looked at. @return  how many segments */
unsigned peer_skip(struct peer *t);

/** The host's wheel: when a timer set now for @jiffies runs, in ms from now (kernel/time/timer.c, computed here). */
double peer_wheel_ms(const struct peer *t, uint32_t jiffies);
/** Jiffies of a time in us, rounded up. */
uint32_t peer_jiffies(const struct peer *t, double us);

/** The host listens on HOST_PORT. */
NetsimSocket *peer_listen(struct peer *t, int backlog);
/** The peer connects, at once; @options of its SYN.  Window field 65535. @return the accepted socket */
NetsimSocket *peer_accept(struct peer *t, const char *options);
/** The host connects to the peer, which answers after @rtt_ms. */
NetsimSocket *peer_connect(struct peer *t, const char *options, double rtt_ms);
NetsimSocket *peer_socket(struct peer *t);

static inline struct tcp_sock *peer_tcp(NetsimSocket *s)
{
    return tcp_sk(s);
}
uint64_t peer_counter(const struct peer *t, const char *name);
/** What the host sent last. */
const struct peer_sent *peer_last(const struct peer *t);
