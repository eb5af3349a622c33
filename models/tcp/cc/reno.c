/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reno.c - RFC 5681 s3.1 slow start and congestion avoidance. */
#include "models/tcp/tcp.h"

void tcp_reno_cong_avoid(struct tcp_sock *tp, uint32_t ack, uint32_t acked)
{
    (void) ack;
    if (!tcp_is_cwnd_limited(tp)) return;
    if (tcp_in_slow_start(tp)) {
        acked = tcp_slow_start(tp, acked);
        if (!acked) return;
    }
    tcp_cong_avoid_ai(tp, tp->snd_cwnd, acked);
}

const struct tcp_congestion_ops tcp_reno = {
    .name = "reno",
    .source = "RFC 5681 s3.1, net/ipv4/tcp_cong.c",
    .ssthresh = tcp_reno_ssthresh,
    .cong_avoid = tcp_reno_cong_avoid,
    .undo_cwnd = tcp_reno_undo_cwnd,
    .sndbuf_factor = 2,
};
