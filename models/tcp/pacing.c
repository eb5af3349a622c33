/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pacing.c - segments that wait for their departure times (internal pacing of net/ipv4/tcp_output.c).
 *
 * A connection is paced when its algorithm wants it (bbr) or SO_MAX_PACING_RATE was set.  Each burst takes as much time
 * as it lasts at tp->pacing_rate; until then an exact timer holds back what would follow.
 */
#include "models/tcp/tcp.h"

enum { UNPACED_SEGS = 10 }; /* the first of a connection leave as they come: sch_fq's initial quantum */

void tcp_pacing_start(struct tcp_sock *tp)
{
    if (tp->is_paced) return;
    tp->is_paced = true;
    tcp_rare(tp)->wstamp_ns = tp->ts_tail ? tp->ts_tail->xmit_ns : 0;
}

/* tcp_tsq_write(): what tcp_write_xmit() or a recovery left. */
static void departure(NetsimSim *sim, NetsimEvent event, void *data)
{
    struct tcp_sock *tp = data;
    (void) sim;
    (void) event;
    switch (tp->sk.state) {
    case TCP_ESTABLISHED:
    case TCP_FIN_WAIT1:
    case TCP_CLOSING:
    case TCP_CLOSE_WAIT:
    case TCP_LAST_ACK: break;
    default: return;
    }
    if (tp->lost_out > tp->retrans_out && tp->snd_cwnd > tcp_packets_in_flight(tp)) {
        tcp_mstamp_refresh(tp);
        tcp_xmit_retransmit_queue(tp);
    }
    tcp_write_xmit(tp, tcp_current_mss(tp), tp->nonagle, 0);
}

bool tcp_pacing_wait(struct tcp_sock *tp)
{
    struct sim *sim = tp->sk.net->sim;
    uint64_t now = tcp_clock_ns(tp);
    if (tp->rare->wstamp_ns <= now) return false;
    if (!tp->rare->pacing_event)
        tcp_rare(tp)->pacing_event = sched_node_new(&sim->sched, node_event_id(&tp->sk.net->node, tp->sk.serial, TCP_EVENT_PACING), departure, tp);
    if (!sched_is_armed(&sim->sched, tp->rare->pacing_event))
        sched_arm(&sim->sched, tp->rare->pacing_event, tp->sk.net->wheel.origin + (netsim_time) tp->rare->wstamp_ns * NETSIM_NS);
    return true;
}

/* tcp_update_skb_after_send() */
void tcp_pacing_sent(struct tcp_sock *tp, struct tcp_skb *skb)
{
    uint64_t prior = tp->rare->wstamp_ns, rate = tp->pacing_rate;
    tcp_rare(tp)->wstamp_ns = ns_max(prior, tcp_clock_ns(tp));
    if (!skb) return;
    skb->xmit_ns = ns_max(skb->xmit_ns, tp->rare->wstamp_ns);
    if (rate == UINT64_MAX || !rate || tp->data_segs_out < UNPACED_SEGS) return;
    uint64_t len_ns = (uint64_t) skb_len(skb) * 1000000000 / rate;
    tcp_rare(tp)->wstamp_ns += len_ns - ns_min(len_ns / 2, tp->rare->wstamp_ns - prior); /* a late start is made good, up to a half */
}

uint32_t tcp_pacing_delay_jiffies(const struct tcp_sock *tp)
{
    int64_t delay_ns = (int64_t) (tp->rare->wstamp_ns - tcp_clock_ns(tp));
    return delay_ns > 0 ? (uint32_t) ((uint64_t) delay_ns * tcp_hz(tp) / 1000000000) : 0;
}

void tcp_pacing_cancel(struct tcp_sock *tp)
{
    if (tp->rare->pacing_event) netsim_event_cancel(tp->sk.net->sim, tp->rare->pacing_event);
}
