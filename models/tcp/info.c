/* SPDX-License-Identifier: GPL-3.0-or-later */
/* info.c - struct tcp_info: what a connection tells of itself (tcp_get_info()), and which waiting it counts (tcp_chrono_*()). */
#include "models/tcp/tcp.h"

/* tcp_get_info_chrono_stats() */
static void get_chrono(const struct tcp_sock *tp, uint32_t now, NetsimTcpInfo *i)
{
    const struct timer_wheel *w = &tp->sk.net->wheel;
    uint32_t stat[3];
    memcpy(stat, tp->chrono_stat, sizeof stat);
    if (tp->chrono_type) stat[tp->chrono_type - 1] += now - tp->chrono_start;
    i->rwnd_limited = timer_jiffies_to_usecs(w, stat[1]);
    i->sndbuf_limited = timer_jiffies_to_usecs(w, stat[2]);
    i->busy_time = timer_jiffies_to_usecs(w, stat[0] + stat[1] + stat[2]);
}

/* A listener's fields of the same place mean something else: its accept queue and the limit of that. */
static void get_listener(const struct tcp_sock *tp, NetsimTcpInfo *i)
{
    *i = (NetsimTcpInfo){ .state = TCP_LISTEN, .pacing_rate = tp->pacing_rate, .max_pacing_rate = tcp_max_pacing_rate(tp),
                          .reordering = tp->reordering, .snd_cwnd = tp->snd_cwnd };
    tcp_listen_queue(tp, &i->unacked, &i->sacked);
}

int tcp_get_info(const struct sock *sk, NetsimTcpInfo *i)
{
    const struct tcp_sock *tp = (const struct tcp_sock *) sk;
    struct timer_wheel *w = &sk->net->wheel;
    uint32_t now = timer_jiffies(w), delack_max = w->hz / 5;
    if (sk->state == TCP_LISTEN) {
        get_listener(tp, i);
        return 0;
    }
#define MSECS(j) ((uint32_t) (((uint64_t) (now - (j))) * 1000 / w->hz))
    *i = (NetsimTcpInfo){
        .state = sk->state, .ca_state = tp->ca_state, .retransmits = tp->retransmits, .probes = tp->probes_out, .backoff = tp->backoff,
        .options = (uint8_t) ((tp->tstamp_ok ? TCPI_OPT_TIMESTAMPS : 0) | (tp->sack_ok ? TCPI_OPT_SACK : 0)
                              | (tp->wscale_ok ? TCPI_OPT_WSCALE : 0) | (tp->ecn_flags & TCP_ECN_OK ? TCPI_OPT_ECN : 0)
                              | (tp->ecn_flags & TCP_ECN_SEEN ? TCPI_OPT_ECN_SEEN : 0)),
        .snd_wscale = tp->wscale_ok ? tp->snd_wscale : 0, .rcv_wscale = tp->wscale_ok ? tp->rcv_wscale : 0,
        .delivery_rate_app_limited = tp->rate_app_limited,
        .rto = (uint32_t) timer_jiffies_to_usecs(w, tp->rto), .ato = (uint32_t) timer_jiffies_to_usecs(w, ns_min(tp->ack_ato, delack_max)),
        .snd_mss = tp->mss_cache, .rcv_mss = tp->ack_rcv_mss, .unacked = tp->packets_out, .sacked = tp->sacked_out, .lost = tp->lost_out,
        .retrans = tp->retrans_out, .last_data_sent = MSECS(tp->lsndtime), .last_data_recv = MSECS(tp->ack_lrcvtime),
        .last_ack_recv = MSECS(tp->rcv_tstamp), .pmtu = tp->pmtu_cookie, .rcv_ssthresh = tp->rcv_ssthresh, .rtt = tp->srtt_us >> 3,
        .rttvar = tp->mdev_us >> 2, .snd_ssthresh = tp->snd_ssthresh, .snd_cwnd = tp->snd_cwnd, .advmss = tp->advmss,
        .reordering = tp->reordering, .rcv_rtt = tp->rcv_rtt_us >> 3, .rcv_space = tp->rcvq_space, .total_retrans = tp->rare->total_retrans,
        .pacing_rate = tp->pacing_rate, .max_pacing_rate = tcp_max_pacing_rate(tp), .bytes_acked = tcp_bytes_acked(tp),
        .bytes_received = tcp_bytes_received(tp), .segs_out = tp->segs_out, .segs_in = tp->segs_in,
        .notsent_bytes = seq_after(tp->write_seq, tp->snd_nxt) ? tp->write_seq - tp->snd_nxt : 0, .min_rtt = tcp_min_rtt(tp),
        .data_segs_in = tp->data_segs_in, .data_segs_out = tp->data_segs_out,
        .delivery_rate = tp->rate_interval_us ? (uint64_t) tp->rate_delivered * tp->mss_cache * 1000000 / tp->rate_interval_us : 0,
        .delivered = tp->delivered, .delivered_ce = tp->delivered_ce, .bytes_sent = tp->bytes_sent, .bytes_retrans = tp->rare->bytes_retrans,
        .dsack_dups = tp->rare->dsack_dups, .reord_seen = tp->rare->reord_seen, .rcv_ooopack = tp->rare->rcv_ooopack, .snd_wnd = tp->snd_wnd, .rcv_wnd = tp->rcv_wnd,
        .rehash = tp->rare->timeout_rehash, .total_rto = tp->rare->total_rto, .total_rto_recoveries = tp->rare->total_rto_recoveries,
        .total_rto_time = tp->rare->total_rto_time,
    };
#undef MSECS
    if (tp->rare->rto_stamp) i->total_rto_time += (uint32_t) (tcp_net_clock_us(sk->net) / 1000) - tp->rare->rto_stamp;
    get_chrono(tp, now, i);
    return 0;
}
