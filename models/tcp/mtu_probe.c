/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mtu_probe.c - path MTU by probing: a larger segment now and then, and smaller ones when a path eats large ones in silence
 * (RFC 4821; tcp_mtu_probe() and what belongs to it).
 */
#include "models/tcp/tcp.h"

enum { IP_TCP_HEADERS = 40, PROBE_MIN_CWND = 11 };

uint32_t tcp_mtu_to_mss(const struct tcp_sock *tp, uint32_t mtu)
{
    uint32_t mss = mtu > IP_TCP_HEADERS ? mtu - IP_TCP_HEADERS : 0;
    mss = ns_min(mss, tp->rx_opt_mss_clamp);
    mss = ns_max(mss, (uint32_t) tp->tn->knobs.min_snd_mss);
    return tp->tstamp_ok ? mss - TCPOLEN_TSTAMP_ALIGNED : mss;
}

static uint32_t mss_to_mtu(const struct tcp_sock *tp, uint32_t mss)
{
    return mss + IP_TCP_HEADERS + (tp->tstamp_ok ? TCPOLEN_TSTAMP_ALIGNED : 0);
}

static void prepare(struct tcp_sock *tp)
{
    struct tcp_rare *r = tcp_rare(tp);
    tp->has_mtup = true;
    r->mtup_high = tp->rx_opt_mss_clamp + IP_TCP_HEADERS;
    r->mtup_low = mss_to_mtu(tp, (uint32_t) tp->tn->knobs.base_mss);
    r->mtup_size = 0;
    r->mtup_stamp = tcp_jiffies(tp);
}

void tcp_mtup_init(struct tcp_sock *tp)
{
    tp->mtup_enabled = tp->tn->knobs.mtu_probing > 1;
    if (tp->tn->knobs.mtu_probing) prepare(tp);
}

uint32_t tcp_mtup_bound(struct tcp_sock *tp, uint32_t pmtu, uint32_t mss)
{
    if (ns_likely(!tp->has_mtup)) return mss;
    tcp_rare(tp)->mtup_high = ns_min(tp->rare->mtup_high, pmtu);
    return tp->mtup_enabled ? ns_min(mss, tcp_mtu_to_mss(tp, tp->rare->mtup_low)) : mss;
}

/* The range is searched through: once more after tcp_probe_interval, the path may have changed. */
static void check_reprobe(struct tcp_sock *tp)
{
    uint64_t interval = (uint64_t) tp->tn->knobs.probe_interval_s * tcp_hz(tp);
    if (tcp_jiffies(tp) - tp->rare->mtup_stamp < interval) return;
    uint32_t mss = tcp_current_mss(tp);
    tcp_rare(tp)->mtup_size = 0;
    tcp_rare(tp)->mtup_high = tp->rx_opt_mss_clamp + IP_TCP_HEADERS;
    tcp_rare(tp)->mtup_low = mss_to_mtu(tp, mss);
    tcp_rare(tp)->mtup_stamp = tcp_jiffies(tp);
}

/* The first @size bytes that wait, as one run; false: records stand in the way. */
static struct tcp_skb *gather(struct tcp_sock *tp, uint32_t size, uint32_t mss)
{
    struct tcp_skb *head = tp->send_head;
    tcp_skb_unbundle(tp, head);
    uint32_t len = skb_len(head);
    for (const struct tcp_skb *skb = head; len < size; skb = skb->next) {
        if (skb->eor || !skb->next) return NULL;
        len += skb_len(skb->next);
    }
    while (skb_len(head) < size) tcp_grow_skb(tp, head, size - skb_len(head));
    if (skb_len(head) > size) tcp_fragment(tp, head, size, mss, false);
    return head;
}

enum tcp_mtu_probe tcp_mtu_probe(struct tcp_sock *tp)
{
    /* Not while another one is out, in trouble, with a small window, or with SACK blocks in the headers. */
    if (tp->rare->mtup_size || tp->ca_state != TCP_CA_Open || tp->snd_cwnd < PROBE_MIN_CWND || tp->n_sacks || tp->n_dsack)
        return MTU_PROBE_NONE;
    uint32_t mss = tcp_current_mss(tp), size = tcp_mtu_to_mss(tp, (tp->rare->mtup_high + tp->rare->mtup_low) >> 1);
    uint32_t needed = size + (tp->reordering + 1) * tp->mss_cache; /* enough behind it to notice that it was lost */
    if (size > tcp_mtu_to_mss(tp, tp->rare->mtup_high) || (int32_t) (tp->rare->mtup_high - tp->rare->mtup_low) < tp->tn->knobs.probe_threshold) {
        check_reprobe(tp);
        return MTU_PROBE_NONE;
    }
    if (tp->write_seq - tp->snd_nxt < needed || tp->snd_wnd < needed) return MTU_PROBE_NONE;
    if (seq_after(tp->snd_nxt + needed, tcp_wnd_end(tp))) return MTU_PROBE_WAIT;
    if (tcp_packets_in_flight(tp) + 2 > tp->snd_cwnd) return tcp_packets_in_flight(tp) ? MTU_PROBE_WAIT : MTU_PROBE_NONE;
    struct tcp_skb *probe = gather(tp, size, mss);
    if (!probe) return MTU_PROBE_NONE;
    probe->pcount = 1;
    probe->gso_size = 0;
    if (tcp_transmit_skb(tp, probe)) return MTU_PROBE_NONE; /* tcp_write_xmit() cuts it again */
    tcp_cwnd_set(tp, tp->snd_cwnd - 1, CWND_MTU_PROBE); /* it is worth two */
    tcp_event_new_data_sent(tp, probe);
    tcp_rare(tp)->mtup_size = mss_to_mtu(tp, skb_len(probe));
    tcp_rare(tp)->mtup_seq_start = probe->seq;
    tcp_rare(tp)->mtup_seq_end = probe->end_seq;
    return MTU_PROBE_SENT;
}

/* tcp_mtup_probe_success(): larger segments from here, and a window of as many bytes as before. */
void tcp_mtup_acked(struct tcp_sock *tp)
{
    if (!tp->rare->mtup_size || seq_after(tp->rare->mtup_seq_end, tp->snd_una)) return;
    tcp_rare(tp)->prior_ssthresh = tcp_current_ssthresh(tp);
    uint64_t segs = (uint64_t) tp->snd_cwnd * mss_to_mtu(tp, tp->mss_cache) / tp->rare->mtup_size;
    tcp_cwnd_set(tp, (uint32_t) ns_max(segs, (uint64_t) 1), CWND_MTU_PROBE);
    tp->snd_cwnd_cnt = 0;
    tp->snd_cwnd_stamp = tcp_jiffies(tp);
    tp->snd_ssthresh = tcp_current_ssthresh(tp);
    tcp_rare(tp)->mtup_low = tp->rare->mtup_size;
    tcp_rare(tp)->mtup_size = 0;
    tcp_sync_mss(tp, tp->pmtu_cookie);
    NET_INC_STATS(tp->sk.net, TCPEXT_TCPMTUPSUCCESS);
}

/* tcp_mtup_probe_failed(): the probe alone is missing: too large, not congestion. */
bool tcp_mtup_lost(struct tcp_sock *tp)
{
    if (!tp->rare->mtup_size || tp->ca_state >= TCP_CA_CWR || tp->snd_una != tp->rare->mtup_seq_start) return false;
    tcp_rare(tp)->mtup_high = tp->rare->mtup_size - 1;
    tcp_rare(tp)->mtup_size = 0;
    NET_INC_STATS(tp->sk.net, TCPEXT_TCPMTUPFAIL);
    tcp_cwnd_set(tp, tp->snd_cwnd + 1, CWND_MTU_PROBE);
    tcp_simple_retransmit(tp);
    return true;
}

/* tcp_mtu_probing(): time-outs in a row: a router may drop large packets and not say so (RFC 2923 s2.1). */
void tcp_mtup_black_hole(struct tcp_sock *tp)
{
    const struct tcp_knobs *k = &tp->tn->knobs;
    if (!k->mtu_probing) return;
    if (!tp->has_mtup) { /* the knob was set after the connection was made */
        prepare(tp);
        tcp_rare(tp)->mtup_high = ns_min(tp->rare->mtup_high, tp->pmtu_cookie);
    }
    if (!tp->mtup_enabled) {
        tp->mtup_enabled = true;
        tcp_rare(tp)->mtup_stamp = tcp_jiffies(tp);
    } else {
        uint32_t mss = ns_min((uint32_t) k->base_mss, tcp_mtu_to_mss(tp, tp->rare->mtup_low) >> 1);
        mss = ns_max(mss, (uint32_t) ns_max(k->mtu_probe_floor, k->min_snd_mss));
        tcp_rare(tp)->mtup_low = mss_to_mtu(tp, mss);
    }
    tcp_sync_mss(tp, tp->pmtu_cookie);
}
