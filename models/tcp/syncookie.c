/* SPDX-License-Identifier: GPL-3.0-or-later */
/* syncookie.c - connections that a listener keeps no state for until their third segment (net/ipv4/syncookies.c).
 *
 *   cookie = hash0(addresses, ports) + the peer's ISN + (minutes << 24)
 *          + (hash1(addresses, ports, minutes) + index of the MSS) mod 2^24
 *
 * Window scale, SACK and ECN survive in the lowest six bits of the SYN-ACK's time stamp, which the ACK echoes.
 */
#include "models/tcp/request.h"

enum { COOKIE_BITS = 24, COOKIE_PERIOD_S = 60, MAX_PERIODS = 2 };
static const uint32_t cookie_mask = (1u << COOKIE_BITS) - 1;

/* Of common links: 536 is the minimum of hosts, 1460 is Ethernet, 1440 and 1300 are tunnels'. */
static const uint16_t mss_table[] = { 536, 1300, 1440, 1460 };

enum { TS_BITS = 6, TS_OPT_WSCALE_MASK = 0xf, TS_OPT_SACK = 1 << 4, TS_OPT_ECN = 1 << 5 };

static uint32_t cookie_hash(const struct tcp_net *tn, const struct sock_hashed *h, uint32_t count, uint32_t which)
{
    uint32_t ports = (uint32_t) h->dport << 16 | h->sport;
    return (uint32_t) tcp_secret_hash(tn, h->daddr ^ count * 0x9e3779b9u, h->saddr + which, ports);
}

/* tcp_cookie_time(): minutes since boot, the same for all. */
static uint32_t cookie_time(const struct net *net)
{
    return (uint32_t) (tcp_net_clock_us(net) / 1000000 / COOKIE_PERIOD_S);
}

uint32_t tcp_cookie_isn(struct tcp_request *req)
{
    const struct tcp_net *tn = req->listener->tn;
    struct tcp_listen *l = req->listener->rare->listen;
    uint32_t index = G_N_ELEMENTS(mss_table) - 1, count = cookie_time(tn->net);
    while (index && req->mss < mss_table[index]) index--;
    req->mss = mss_table[index];
    l->has_overflowed = true;
    l->overflow_jiffies = timer_jiffies(&tn->net->wheel);
    NET_INC_STATS(tn->net, TCPEXT_SYNCOOKIESSENT);
    return cookie_hash(tn, &req->hashed, 0, 0) + req->rcv_isn + (count << COOKIE_BITS)
           + ((cookie_hash(tn, &req->hashed, count, 1) + index) & cookie_mask);
}

uint32_t tcp_cookie_timestamp(const struct tcp_request *req, uint32_t now_ms)
{
    uint32_t options = (req->wscale_ok ? req->snd_wscale : TS_OPT_WSCALE_MASK) | (req->sack_ok ? TS_OPT_SACK : 0u)
                       | (req->ecn_ok ? TS_OPT_ECN : 0u);
    uint32_t ts = now_ms >> TS_BITS << TS_BITS | options;
    return ts > now_ms ? ts - (1u << TS_BITS) : ts;
}

/* check_tcp_syn_cookie(): the index of the MSS; past the table: no cookie of ours, or too old. */
static uint32_t check_cookie(const struct tcp_net *tn, const struct sock_hashed *h, uint32_t cookie, uint32_t peer_isn)
{
    cookie -= cookie_hash(tn, h, 0, 0) + peer_isn;
    uint32_t count = cookie_time(tn->net), age = (count - (cookie >> COOKIE_BITS)) & (~0u >> COOKIE_BITS);
    if (age >= MAX_PERIODS) return G_N_ELEMENTS(mss_table);
    return (cookie - cookie_hash(tn, h, count - age, 1)) & cookie_mask;
}

/* tcp_synq_no_recent_overflow(): an ACK out of the blue is not worth a hash unless cookies were sent. */
static bool has_sent_cookies(const struct tcp_sock *listener)
{
    const struct tcp_listen *l = listener->rare->listen;
    uint32_t hz = tcp_hz(listener);
    return l->has_overflowed && timer_jiffies(&listener->sk.net->wheel) - l->overflow_jiffies <= MAX_PERIODS * COOKIE_PERIOD_S * hz;
}

/* cookie_timestamp_decode(): the options of the SYN. @return false: they were switched off meanwhile */
static bool decode_timestamp(struct tcp_request *req, const struct pkt *p)
{
    const struct tcp_knobs *k = &req->listener->tn->knobs;
    if (!(p->flags & PKT_HAS_TS)) return true;
    if (!k->timestamps) return false;
    uint32_t options = p->tsecr ? p->tsecr - req->ts_offset : 0;
    req->sack_ok = options & TS_OPT_SACK;
    if (req->sack_ok && !k->sack) return false;
    req->ecn_ok = (options & TS_OPT_ECN) && k->ecn;
    if ((options & TS_OPT_WSCALE_MASK) == TS_OPT_WSCALE_MASK) return true;
    req->wscale_ok = true;
    req->snd_wscale = options & TS_OPT_WSCALE_MASK;
    return k->window_scaling;
}

bool tcp_cookie_check(struct tcp_sock *listener, struct pkt *p)
{
    struct tcp_net *tn = listener->tn;
    struct net *net = tn->net;
    if ((p->tcp_flags & (TCPHDR_SYN | TCPHDR_ACK | TCPHDR_RST)) != TCPHDR_ACK || !tn->knobs.syncookies || !has_sent_cookies(listener))
        return false;
    struct tcp_request req;
    tcp_request_init(&req, listener, p, p->flags & PKT_HAS_TS);
    req.rcv_isn = p->seq - 1;
    req.snt_isn = p->ack - 1;
    uint32_t index = check_cookie(tn, &req.hashed, req.snt_isn, req.rcv_isn);
    if (index >= G_N_ELEMENTS(mss_table)) {
        NET_INC_STATS(net, TCPEXT_SYNCOOKIESFAILED);
        return false;
    }
    NET_INC_STATS(net, TCPEXT_SYNCOOKIESRECV);
    req.mss = mss_table[index];
    struct dst dst = { 0 };
    if (!decode_timestamp(&req, p)) return false;
    if (ip_route_connect(net, req.hashed.daddr, req.hashed.saddr, &dst)) {
        pkt_drop(net->sim, &net->drops, p, DROP_IP_OUTNOROUTES);
        return true;
    }
    if (listener->rare->listen->n_accept > listener->rare->listen->max_ack_backlog) { /* tcp_v4_syn_recv_sock() */
        NET_INC_STATS(net, TCPEXT_LISTENOVERFLOWS);
        NET_INC_STATS(net, TCPEXT_LISTENDROPS);
        pkt_drop(net->sim, &net->drops, p, DROP_TCP_LISTEN_OVERFLOW);
        return true;
    }
    tcp_request_window(&req, &dst, req.mss);
    tcp_request_establish(&req, p, &dst);
    return true;
}
