/* SPDX-License-Identifier: GPL-3.0-or-later */
/* metrics.h - what a host remembers of its peers (struct tcp_metrics_block); `ip tcp_metrics` shows it. */
#pragma once
#include "models/tcp/tcp.h"

struct tcp_metrics {
    struct tcp_metrics *next;
    uint32_t saddr, daddr;
    uint32_t stamp;               /* jiffies: last update */
    uint32_t rtt_us, rttvar_us;   /* << 3, << 2; 0: not known, as all that follow */
    uint32_t ssthresh, cwnd, reordering;
    uint32_t ts, ts_stamp;        /* last time stamp of the peer, and the second of its arrival; tcp_tw_recycle */
};

/** The connection ends well, or goes to TIME_WAIT: save what it has learnt, unless tcp_no_metrics_save. */
void tcp_update_metrics(struct tcp_sock *tp);
/** The handshake is complete: ssthresh, reordering and the first time-out from what is known of the path. */
void tcp_init_metrics(struct tcp_sock *tp);
/** Has @daddr answered in an earlier connection? */
bool tcp_peer_is_proven(struct tcp_net *tn, uint32_t saddr, uint32_t daddr);

/** tcp_v4_remember_stamp(): the clock of @daddr stood at @ts in second @ts_stamp. */
void tcp_remember_stamp(struct tcp_net *tn, uint32_t saddr, uint32_t daddr, uint32_t ts, uint32_t ts_stamp);
/** What was remembered within the last minute; false: nothing. */
bool tcp_peer_stamp(struct tcp_net *tn, uint32_t saddr, uint32_t daddr, uint32_t *ts, uint32_t *ts_stamp);
/** Has the address shown a later time stamp than @tsval within the last minute?  So it is if several hosts share it. */
bool tcp_peer_clock_is_behind(struct tcp_net *tn, uint32_t saddr, uint32_t daddr, uint32_t tsval);

/** All entries, by address; g_ptr_array_unref() it. */
GPtrArray *tcp_metrics_list(struct tcp_net *tn);
void tcp_metrics_delete(struct tcp_net *tn, struct tcp_metrics *m);
void tcp_metrics_free(struct tcp_net *tn);

struct ip_args;
/** ip tcp_metrics */
bool tcp_cmd_metrics(struct ip_args *a);
