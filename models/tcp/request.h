/* SPDX-License-Identifier: GPL-3.0-or-later */
/* request.h - a listener and its connections in SYN_RECV; shared by listen.c and syncookie.c. */
#pragma once
#include "models/tcp/tcp.h"

/* A connection in SYN_RECV: struct request_sock. */
struct tcp_request {
    struct sock_hashed hashed;   /* first */
    struct tcp_sock *listener;
    struct tcp_request *next, **pprev; /* of the listener */
    struct timer timer;
    uint32_t rcv_isn, snt_isn, rcv_wnd, window_clamp, ts_recent, ts_offset, serial;
    uint64_t snt_synack_us;     /* 0: repeated, no RTT from it */
    uint32_t first_synack_ms;
    uint16_t mss;
    uint8_t snd_wscale, rcv_wscale, num_timeout, num_retrans;
    bool tstamp_ok, sack_ok, wscale_ok, ecn_ok;
    bool is_acked;              /* by a bare ACK, while TCP_DEFER_ACCEPT waits for data */
    uint32_t last_oow_ack;
};

struct tcp_listen {
    uint32_t max_ack_backlog;   /* min(listen()'s argument, somaxconn) */
    uint32_t n_requests, n_young; /* young: never timed out */
    uint32_t n_accept;          /* in the accept queue */
    struct tcp_request *requests;
    struct tcp_sock *head, *tail;
    bool has_overflowed;        /* cookies were sent ... */
    uint32_t overflow_jiffies;  /* ... for the last time then */
};

/** What the SYN @p asks for and this listener grants: addresses, options, MSS.  @req is zeroed and filled. */
void tcp_request_init(struct tcp_request *req, struct tcp_sock *listener, const struct pkt *p, uint32_t flags);
/** The window that is offered to it, in multiples of @mss. */
void tcp_request_window(struct tcp_request *req, const struct dst *dst, uint32_t mss);
/** The handshake is complete: a child waits in the accept queue and processes @p, which is consumed. */
void tcp_request_establish(struct tcp_request *req, struct pkt *p, const struct dst *dst);

/* ---- syncookie.c ---- */

/** The initial sequence number that stands for @req; its MSS becomes the one that a cookie can carry. */
uint32_t tcp_cookie_isn(struct tcp_request *req);
/** TSval of its SYN-ACK: @now_ms with the options in the lowest bits. */
uint32_t tcp_cookie_timestamp(const struct tcp_request *req, uint32_t now_ms);
/** An ACK for a listener.  @return true: it carried a valid cookie, or had to be dropped; p is consumed */
bool tcp_cookie_check(struct tcp_sock *listener, struct pkt *p);
