/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dctcp.c - RFC 8257: the window shrinks by the share of marked segments, not by half (net/ipv4/tcp_dctcp.c).
 *
 * Both ends must use it: the receiver echoes every change of the marks at once, so that the sender can count them.
 */
#include "models/tcp/tcp.h"

#include "models/netdev/face.h"
#include "models/netdev/sysctl.h"

enum { DCTCP_MAX_ALPHA = 1024 };

struct dctcp {
    uint32_t old_delivered, old_delivered_ce; /* when this round trip began */
    uint32_t prior_rcv_nxt, ce_state;         /* the receiver's: RFC 8257 s3.2, DCTCP.CE */
    uint32_t alpha, next_seq, loss_cwnd;
};
_Static_assert(sizeof(struct dctcp) <= sizeof(((struct tcp_sock *) 0)->ca_priv), "fits into the socket");

static struct dctcp *dctcp_of(struct tcp_sock *tp)
{
    return (struct dctcp *) tp->ca_priv;
}

static void dctcp_get_info(const struct tcp_sock *tp, NetsimCongestionInfo *info);

/* The peer knows no ECN. */
static const struct tcp_congestion_ops dctcp_reno = {
    .name = "dctcp-reno",
    .source = "RFC 5681 s3.1, net/ipv4/tcp_dctcp.c",
    .since = 3018,
    .ssthresh = tcp_reno_ssthresh,
    .cong_avoid = tcp_reno_cong_avoid,
    .undo_cwnd = tcp_reno_undo_cwnd,
    .get_info = dctcp_get_info,
    .sndbuf_factor = 2,
};

static void new_round(const struct tcp_sock *tp, struct dctcp *ca)
{
    ca->next_seq = tp->snd_nxt;
    ca->old_delivered = tp->delivered;
    ca->old_delivered_ce = tp->delivered_ce;
}

static void dctcp_init(struct tcp_sock *tp)
{
    struct dctcp *ca = dctcp_of(tp);
    if (!(tp->ecn_flags & TCP_ECN_OK)) {
        tp->ca_ops = &dctcp_reno;
        return;
    }
    ca->prior_rcv_nxt = tp->rcv_nxt;
    ca->alpha = ns_min(tp->tn->dctcp.dctcp_alpha_on_init, (uint32_t) DCTCP_MAX_ALPHA);
    new_round(tp, ca);
}

/* RFC 8257 s3.3.1: alpha = (1 - g) alpha + g F, once a round trip. */
static void dctcp_in_ack_event(struct tcp_sock *tp, int flag)
{
    struct dctcp *ca = dctcp_of(tp);
    (void) flag;
    if (seq_before(tp->snd_una, ca->next_seq)) return;
    unsigned shift_g = (unsigned) tp->tn->dctcp.dctcp_shift_g;
    uint32_t marked = tp->delivered_ce - ca->old_delivered_ce, decay = ca->alpha >> shift_g;
    ca->alpha -= decay ? decay : ca->alpha; /* a value too small to decay is none */
    if (marked) {
        uint32_t delivered = tp->delivered - ca->old_delivered;
        uint32_t share = (marked << (10 - shift_g)) / ns_max(delivered, 1u);
        ca->alpha = ns_min(ca->alpha + share, (uint32_t) DCTCP_MAX_ALPHA);
    }
    new_round(tp, ca);
}

/* RFC 8257 s3.3.2: cwnd (1 - alpha / 2). */
static uint32_t dctcp_ssthresh(struct tcp_sock *tp)
{
    struct dctcp *ca = dctcp_of(tp);
    ca->loss_cwnd = tp->snd_cwnd;
    return ns_max(tp->snd_cwnd - (tp->snd_cwnd * ca->alpha >> 11), 2u);
}

/* A loss is worse than a mark: RFC 8257 s3.4. */
static void react_to_loss(struct tcp_sock *tp)
{
    dctcp_of(tp)->loss_cwnd = tp->snd_cwnd;
    tp->snd_ssthresh = ns_max(tp->snd_cwnd >> 1, 2u);
}

static void dctcp_set_state(struct tcp_sock *tp, enum tcp_ca_state state)
{
    if (state == TCP_CA_Recovery && tp->ca_state != TCP_CA_Recovery) react_to_loss(tp);
}

static void demand_cwr(struct tcp_sock *tp, bool is_ce)
{
    if (is_ce) tp->ecn_flags |= TCP_ECN_DEMAND_CWR;
    else tp->ecn_flags &= (uint8_t) ~TCP_ECN_DEMAND_CWR;
}

/* RFC 8257 s3.2, dctcp_ece_ack_update(): an ACK that was delayed tells of the old state first, then one of the new. */
static void ece_ack_update(struct tcp_sock *tp, bool is_ce)
{
    struct dctcp *ca = dctcp_of(tp);
    if (ca->ce_state != is_ce) {
        if (tp->ack_pending & ICSK_ACK_TIMER) {
            demand_cwr(tp, ca->ce_state);
            tcp_send_ack_of(tp, ca->prior_rcv_nxt);
        }
        tp->ack_pending |= ICSK_ACK_NOW;
    }
    ca->prior_rcv_nxt = tp->rcv_nxt;
    ca->ce_state = is_ce;
    demand_cwr(tp, is_ce);
}

static void dctcp_cwnd_event(struct tcp_sock *tp, enum tcp_ca_event event)
{
    switch (event) {
    case CA_EVENT_ECN_IS_CE: ece_ack_update(tp, true); break;
    case CA_EVENT_ECN_NO_CE: ece_ack_update(tp, false); break;
    case CA_EVENT_LOSS: react_to_loss(tp); break;
    default: break;
    }
}

static uint32_t dctcp_undo_cwnd(struct tcp_sock *tp)
{
    return ns_max(tp->snd_cwnd, dctcp_of(tp)->loss_cwnd);
}

static void dctcp_get_info(const struct tcp_sock *tp, NetsimCongestionInfo *info)
{
    const struct dctcp *ca = (const struct dctcp *) tp->ca_priv;
    info->kind = NETSIM_CONGESTION_DCTCP;
    if (tp->ca_ops == &dctcp_reno) return;
    info->dctcp.enabled = true;
    info->dctcp.ce_state = (uint16_t) ca->ce_state;
    info->dctcp.alpha = ca->alpha;
    info->dctcp.ab_ecn = tp->mss_cache * (tp->delivered_ce - ca->old_delivered_ce);
    info->dctcp.ab_tot = tp->mss_cache * (tp->delivered - ca->old_delivered);
}

const struct tcp_congestion_ops tcp_dctcp = {
    .name = "dctcp",
    .source = "RFC 8257, net/ipv4/tcp_dctcp.c",
    .since = 3018,
    .ssthresh = dctcp_ssthresh,
    .cong_avoid = tcp_reno_cong_avoid,
    .undo_cwnd = dctcp_undo_cwnd,
    .init = dctcp_init,
    .set_state = dctcp_set_state,
    .cwnd_event = dctcp_cwnd_event,
    .in_ack_event = dctcp_in_ack_event,
    .get_info = dctcp_get_info,
    .sndbuf_factor = 2,
    .needs_ecn = true,
};

/* ---- /sys/module/tcp_dctcp/parameters ---- */

static void *dctcp_base(struct net *net, const char *const star[])
{
    (void) star;
    return &net->tcp->dctcp;
}

static const struct knob_place dctcp_place = { .base = dctcp_base, .size = sizeof(struct dctcp_params) };

#define PARAM(field) .place = &dctcp_place, .offset = offsetof(struct dctcp_params, field), .since = 3018, \
    .source = "net/ipv4/tcp_dctcp.c"

static const struct knob rows[] = {
    { "/sys/module/tcp_dctcp/parameters/dctcp_alpha_on_init", .type = KNOB_UINT, RANGE(0, UINT32_MAX), ALWAYS("1024"),
      PARAM(dctcp_alpha_on_init), .doc = "share of marks that a new connection assumes, of 1024" },
    { "/sys/module/tcp_dctcp/parameters/dctcp_shift_g", RANGE(0, 10), ALWAYS("4"), PARAM(dctcp_shift_g),
      .doc = "weight of a round trip in that share, as a shift: 4 is 1/16 (RFC 8257 s4.2)" },
    { .name = NULL },
};

const struct face tcp_dctcp_face = { .knobs = rows };
