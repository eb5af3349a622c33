/* SPDX-License-Identifier: GPL-3.0-or-later */
/* custom.c - algorithms that the user of the library brings (netsim/congestion.h). */
#include "models/tcp/tcp.h"

#include <netsim/congestion.h>

/* One of a host's. Sockets point to ops. */
struct tcp_custom {
    struct tcp_congestion_ops ops; /* first */
    NetsimCongestionOps user;
    void *data;
    struct tcp_custom *next;
};

static struct tcp_custom *custom_of(const struct tcp_sock *tp)
{
    return (struct tcp_custom *) (uintptr_t) tp->ca_ops;
}

static NetsimCongestion *view_of(struct tcp_sock *tp)
{
    if (!tp->ca_priv[0]) { /* also before init: a SYN may time out */
        NetsimCongestion *c = g_new0(NetsimCongestion, 1);
        tp->ca_priv[0] = (uintptr_t) c;
    }
    return (NetsimCongestion *) (uintptr_t) tp->ca_priv[0];
}

/* What the connection is like now. */
static NetsimCongestion *look(struct tcp_sock *tp)
{
    NetsimCongestion *c = view_of(tp);
    uint32_t min_rtt = tcp_min_rtt(tp);
    c->now = tp->sk.net->sim->now;
    c->srtt = (netsim_time) (tp->srtt_us >> 3) * NETSIM_US;
    c->min_rtt = min_rtt == UINT32_MAX ? 0 : min_rtt * NETSIM_US;
    c->rtt = -1;
    c->mss = tp->mss_cache;
    c->in_flight = tcp_packets_in_flight(tp);
    c->delivered = tp->delivered;
    c->lost = tp->lost;
    c->delivery_rate = tp->rate_interval_us ? (uint64_t) tp->rate_delivered * tp->mss_cache * 1000000 / tp->rate_interval_us : 0;
    c->is_cwnd_limited = tcp_is_cwnd_limited(tp);
    c->cwnd = tp->snd_cwnd;
    c->ssthresh = tp->snd_ssthresh;
    return c;
}

/* What the algorithm has decided. */
static void obey(struct tcp_sock *tp, const NetsimCongestion *c)
{
    tcp_cwnd_set(tp, ns_min(ns_max(c->cwnd, 1u), tp->snd_cwnd_clamp), c->cwnd < tp->snd_cwnd ? CWND_REDUCE : CWND_GROW);
    tp->snd_ssthresh = ns_max(c->ssthresh, 2u);
    if (!c->pacing_rate || !tp->ca_ops->cong_control) return;
    tp->pacing_rate = ns_min(c->pacing_rate, tcp_max_pacing_rate(tp));
    tcp_pacing_start(tp);
}

static void custom_init(struct tcp_sock *tp)
{
    const struct tcp_custom *a = custom_of(tp);
    NetsimCongestion *c = look(tp);
    if (a->user.init) a->user.init(c, a->data);
    obey(tp, c);
}

static void custom_release(struct tcp_sock *tp)
{
    const struct tcp_custom *a = custom_of(tp);
    NetsimCongestion *c = (NetsimCongestion *) (uintptr_t) tp->ca_priv[0];
    if (!c) return;
    if (a->user.release) a->user.release(c, a->data);
    g_free(c);
    tp->ca_priv[0] = 0;
}

/* Before cong_avoid(): the ACK's round trip. */
static void custom_pkts_acked(struct tcp_sock *tp, const struct tcp_ack_sample *sample)
{
    tp->ca_priv[1] = sample->rtt_us < 0 ? 0 : (uint64_t) sample->rtt_us + 1;
}

static NetsimCongestion *look_at_ack(struct tcp_sock *tp)
{
    NetsimCongestion *c = look(tp);
    if (tp->ca_priv[1]) c->rtt = (netsim_time) (tp->ca_priv[1] - 1) * NETSIM_US;
    return c;
}

static void custom_cong_avoid(struct tcp_sock *tp, uint32_t ack, uint32_t acked)
{
    const struct tcp_custom *a = custom_of(tp);
    NetsimCongestion *c = look_at_ack(tp);
    (void) ack;
    a->user.ack(c, acked, a->data);
    obey(tp, c);
}

static void custom_cong_control(struct tcp_sock *tp, uint32_t ack, int flag, const struct tcp_rate_sample *rs)
{
    const struct tcp_custom *a = custom_of(tp);
    (void) ack;
    (void) flag;
    if (tp->sk.state == TCP_SYN_SENT) return; /* init is yet to come */
    NetsimCongestion *c = look_at_ack(tp);
    if (!c->pacing_rate) tcp_update_pacing_rate(tp); /* sizes bursts */
    a->user.control(c, rs->acked_sacked, (uint32_t) ns_max(rs->losses, 0), a->data);
    obey(tp, c);
}

static uint32_t custom_ssthresh(struct tcp_sock *tp)
{
    const struct tcp_custom *a = custom_of(tp);
    if (!a->user.ssthresh) return tcp_reno_ssthresh(tp);
    return ns_max(a->user.ssthresh(look(tp), a->data), 2u);
}

static void custom_set_state(struct tcp_sock *tp, enum tcp_ca_state state)
{
    const struct tcp_custom *a = custom_of(tp);
    if (state == TCP_CA_Loss && a->user.timeout) a->user.timeout(look(tp), a->data);
}

const struct tcp_congestion_ops *tcp_custom_find(const struct net *net, const char *name)
{
    for (const struct tcp_custom *a = net->tcp->customs; a; a = a->next)
        if (!strcmp(a->ops.name, name)) return &a->ops;
    return NULL;
}

void tcp_custom_free(struct tcp_net *tn)
{
    for (struct tcp_custom *a = tn->customs, *next; a; a = next) {
        next = a->next;
        g_free((char *) a->ops.name);
        g_free(a);
    }
}

static bool is_name(const char *name)
{
    size_t n = name ? strspn(name, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "_-") : 0;
    return n >= 1 && n <= 15 && !name[n];
}

bool netsim_host_add_congestion_control(NetsimHost *host, const NetsimCongestionOps *ops, void *data, GError **error)
{
    if (!ns_given(host, error) || !ns_given(ops, error)) return false;
    struct net *net = host_net(host);
    struct tcp_net *tn = net->tcp;
    if (!is_name(ops->name)) {
        g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_RANGE, "congestion control \"%s\": a name has 1 to 15 letters, digits, \"_\" and \"-\"",
                    ops->name ? ops->name : "");
        return false;
    }
    if (!ops->ack == !ops->control) {
        g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_RANGE, "congestion control %s: needs either ack or control", ops->name);
        return false;
    }
    size_t room = sizeof tn->knobs.available_congestion_control - strlen(tn->knobs.available_congestion_control);
    if (tcp_ca_find(net, ops->name) || strlen(ops->name) + 2 > room) {
        g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_STATE, "congestion control %s: %s has %s", ops->name, net->node.name,
                    tcp_ca_find(net, ops->name) ? "one of that name" : "no room for more");
        return false;
    }
    struct tcp_custom *a = g_new0(struct tcp_custom, 1);
    *a = (struct tcp_custom){
        .ops = { .name = g_strdup(ops->name), .source = "netsim/congestion.h", .ssthresh = custom_ssthresh,
                 .cong_avoid = ops->ack ? custom_cong_avoid : NULL, .cong_control = ops->control ? custom_cong_control : NULL,
                 .undo_cwnd = tcp_reno_undo_cwnd, .init = custom_init, .release = custom_release, .set_state = custom_set_state,
                 .pkts_acked = custom_pkts_acked, .sndbuf_factor = 2 },
        .user = *ops, .data = data, .next = tn->customs,
    };
    tn->customs = a;
    char *available = tn->knobs.available_congestion_control;
    g_strlcat(available, " ", sizeof tn->knobs.available_congestion_control);
    g_strlcat(available, ops->name, sizeof tn->knobs.available_congestion_control);
    return true;
}
