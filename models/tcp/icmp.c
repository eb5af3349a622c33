/* SPDX-License-Identifier: GPL-3.0-or-later */
/* icmp.c - what ICMP errors tell a connection (tcp_v4_err(), RFC 5927, RFC 6069). */
#include "models/tcp/request.h"

/* tcp_ld_RTO_revert(): the network, not congestion, ate the repeat of the first segment: one doubling less (RFC 6069). */
static void ld_rto_revert(struct tcp_sock *tp, uint32_t seq)
{
    const struct tcp_skb *head = tp->rtx_head;
    if (seq != tp->snd_una || !tp->retransmits || !tp->backoff || !head) return;
    tp->backoff--;
    if (tp->srtt_us) tcp_set_rto(tp);
    else tp->rto = tcp_hz(tp) * tp->sk.net->profile->init_rto_ms / 1000;
    tp->rto = (uint32_t) ns_min((uint64_t) tp->rto << tp->backoff, (uint64_t) tcp_rto_max(tp));
    tcp_mstamp_refresh(tp);
    uint32_t waited = timer_usecs_to_jiffies(&tp->sk.net->wheel, tp->tcp_mstamp - skb_mstamp_us(head));
    if (tp->rto > waited) tcp_reset_xmit_timer(tp, ICSK_TIME_RETRANS, tp->rto - waited);
    else tcp_retransmit_timer(tp);
}

/* tcp_v4_mtu_reduced(), RFC 1191 */
static void mtu_reduced(struct tcp_sock *tp, uint32_t mtu)
{
    struct sock *sk = &tp->sk;
    if (!mtu || tp->rare->set.pmtudisc >= IP_PMTUDISC_INTERFACE) return; /* ip_sk_accept_pmtu() */
    ip_update_pmtu(sk->net, sk->daddr, mtu);
    if (ip_dst_check(sk->net, sk->daddr, sk->saddr, &tp->dst)) return;
    if (mtu < tp->dst.mtu && tp->rare->set.pmtudisc != IP_PMTUDISC_DONT) tp->err_soft = EMSGSIZE; /* less than ip_rt_min_pmtu */
    if (tp->rare->set.pmtudisc == IP_PMTUDISC_DONT || tp->pmtu_cookie <= tp->dst.mtu) return;
    tcp_sync_mss(tp, tp->dst.mtu);
    tcp_simple_retransmit(tp);
}

/* tcp_req_err(): POSIX wants no network errors from accept(): the request just goes. */
static void request_error(struct tcp_net *tn, struct sock_hashed *h, const struct pkt *icmp, uint32_t seq)
{
    bool is_gone = icmp->icmp_type != ICMP_DEST_UNREACH || icmp->icmp_code <= ICMP_HOST_UNREACH;
    if (seq != tcp_request_of(h)->snt_isn) {
        NET_INC_STATS(tn->net, TCPEXT_OUTOFWINDOWICMPS);
    } else if (is_gone) {
        tcp_request_drop(tn, h);
        NET_INC_STATS(tn->net, TCPEXT_LISTENDROPS);
    }
}

static void sock_error(struct tcp_sock *tp, const struct pkt *icmp, uint32_t seq)
{
    bool is_unreachable = icmp->icmp_type == ICMP_DEST_UNREACH;
    if (is_unreachable && icmp->icmp_code == ICMP_FRAG_NEEDED) {
        mtu_reduced(tp, icmp->icmp_mtu);
        return;
    }
    struct icmp_err err = icmp_err_convert(icmp->icmp_type, icmp->icmp_code);
    if (!err.err) return;
    if (is_unreachable && icmp->icmp_code <= ICMP_HOST_UNREACH) ld_rto_revert(tp, seq);
    if (tp->sk.state == TCP_SYN_SENT || tp->sk.state == TCP_SYN_RECV) {
        tcp_reset_err(tp, err.err);
    } else if (tp->rare->set.recverr) { /* the application wants to know at once */
        tp->sk.err = err.err;
        sock_error_report(&tp->sk, NETSIM_POLLERR | NETSIM_POLLIN | NETSIM_POLLOUT);
    } else {
        tp->err_soft = err.err; /* RFC 1122 s4.2.3.9: told only if we give up */
    }
}

void tcp_v4_err(struct net *net, const struct pkt *icmp)
{
    const struct pkt *q = icmp->ext ? icmp->ext->quoted : NULL;
    if (!q || q->kind != PKT_IP4) return;
    struct sock_hashed *h = tcp_ehash_lookup(net->tcp, q->saddr, q->sport, q->daddr, q->dport);
    if (!h) NET_INC_STATS(net, ICMP_INERRORS);
    if (h && h->kind == HASHED_REQUEST) request_error(net->tcp, h, icmp, q->seq);
    if (!h || h->kind != HASHED_SOCK) return;
    struct tcp_sock *tp = ns_container_of(h, struct tcp_sock, sk.hashed);
    if (!seq_between(q->seq, tp->snd_una, tp->snd_nxt)) {
        NET_INC_STATS(net, TCPEXT_OUTOFWINDOWICMPS);
        return;
    }
    tcp_mstamp_refresh(tp);
    sock_error(tp, icmp, q->seq);
    tcp_reap(tp);
}
