/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gauge.c - what can be read of a socket: struct tcp_info, and its memory. */
#include "models/sock/sock.h"

#define TCP_INFO(field)                                                          \
    static int64_t read_##field(const void *object)                              \
    {                                                                            \
        NetsimTcpInfo info = { 0 };                                              \
        netsim_tcp_info(object, &info);                                          \
        return (int64_t) info.field;                                             \
    }
TCP_INFO(state)
TCP_INFO(ca_state)
TCP_INFO(rto)
TCP_INFO(snd_mss)
TCP_INFO(unacked)
TCP_INFO(sacked)
TCP_INFO(lost)
TCP_INFO(retrans)
TCP_INFO(rcv_ssthresh)
TCP_INFO(rtt)
TCP_INFO(rttvar)
TCP_INFO(snd_ssthresh)
TCP_INFO(snd_cwnd)
TCP_INFO(reordering)
TCP_INFO(rcv_rtt)
TCP_INFO(rcv_space)
TCP_INFO(total_retrans)
TCP_INFO(pacing_rate)
TCP_INFO(bytes_acked)
TCP_INFO(bytes_received)
TCP_INFO(segs_out)
TCP_INFO(segs_in)
TCP_INFO(notsent_bytes)
TCP_INFO(min_rtt)
TCP_INFO(delivery_rate)
TCP_INFO(busy_time)
TCP_INFO(rwnd_limited)
TCP_INFO(sndbuf_limited)
TCP_INFO(delivered)
TCP_INFO(snd_wnd)
TCP_INFO(rcv_wnd)
#undef TCP_INFO

#define SOCK(field)                                                              \
    static int64_t read_##field(const void *object)                              \
    {                                                                            \
        return ((const struct sock *) object)->field;                            \
    }
SOCK(sndbuf)
SOCK(rcvbuf)
SOCK(rmem_alloc)
SOCK(wmem_queued)
#undef SOCK

static int64_t read_inq(const void *object)
{
    return (int64_t) netsim_sock_inq(object);
}

static int64_t read_outq(const void *object)
{
    return (int64_t) netsim_sock_outq(object);
}

const struct gauge sock_gauges[] = {
    { "cwnd", "segments", "congestion window, as ss calls it", read_snd_cwnd },
    { "ssthresh", "segments", "slow start threshold, as ss calls it", read_snd_ssthresh },
    { "snd_cwnd", "segments", "congestion window", read_snd_cwnd },
    { "snd_ssthresh", "segments", "slow start threshold; 2147483647: none", read_snd_ssthresh },
    { "rtt", "us", "smoothed round trip time", read_rtt },
    { "srtt", "us", "smoothed round trip time", read_rtt },
    { "rttvar", "us", "its variation", read_rttvar },
    { "min_rtt", "us", "shortest round trip of late", read_min_rtt },
    { "rto", "us", "retransmission timeout", read_rto },
    { "state", "number", "1 established ... 10 listening: include/net/tcp_states.h", read_state },
    { "ca_state", "number", "0 Open, 1 Disorder, 2 CWR, 3 Recovery, 4 Loss", read_ca_state },
    { "snd_mss", "bytes", "payload of a segment", read_snd_mss },
    { "unacked", "segments", "sent and not acknowledged", read_unacked },
    { "sacked", "segments", "acknowledged selectively", read_sacked },
    { "lost", "segments", "taken for lost", read_lost },
    { "retrans", "segments", "sent again and not acknowledged", read_retrans },
    { "total_retrans", "segments", "sent again so far", read_total_retrans },
    { "reordering", "segments", "reordering that is tolerated", read_reordering },
    { "delivered", "segments", "that reached the peer", read_delivered },
    { "bytes_acked", "bytes", "acknowledged by the peer", read_bytes_acked },
    { "bytes_received", "bytes", "received in order", read_bytes_received },
    { "segs_out", "segments", "sent", read_segs_out },
    { "segs_in", "segments", "received", read_segs_in },
    { "notsent_bytes", "bytes", "written and not sent yet", read_notsent_bytes },
    { "pacing_rate", "bytes/s", "rate at which segments are paced", read_pacing_rate },
    { "delivery_rate", "bytes/s", "rate at which segments are acknowledged", read_delivery_rate },
    { "busy_time", "us", "with data to send", read_busy_time },
    { "rwnd_limited", "us", "held back by the peer's window", read_rwnd_limited },
    { "sndbuf_limited", "us", "held back by the send buffer", read_sndbuf_limited },
    { "snd_wnd", "bytes", "window that the peer offers", read_snd_wnd },
    { "rcv_wnd", "bytes", "window that is offered to the peer", read_rcv_wnd },
    { "rcv_ssthresh", "bytes", "window clamp of the receiver", read_rcv_ssthresh },
    { "rcv_space", "bytes", "read in a round trip", read_rcv_space },
    { "rcv_rtt", "us", "round trip as the receiver estimates it", read_rcv_rtt },
    { "sndbuf", "bytes", "SO_SNDBUF", read_sndbuf },
    { "rcvbuf", "bytes", "SO_RCVBUF", read_rcvbuf },
    { "rmem_alloc", "bytes", "memory of what was received and not read", read_rmem_alloc },
    { "wmem_queued", "bytes", "memory of what was written and not acknowledged", read_wmem_queued },
    { "inq", "bytes", "that can be read (SIOCINQ)", read_inq },
    { "outq", "bytes", "written and not acknowledged (SIOCOUTQ)", read_outq },
    { NULL, NULL, NULL, NULL },
};
