/* SPDX-License-Identifier: GPL-3.0-or-later */
/* listen.c - the SYN queue and the accept queue (tcp_conn_request(), tcp_check_req(), reqsk_timer_handler()). */
#include "models/tcp/diag.h"
#include "models/tcp/metrics.h"
#include "models/tcp/request.h"

struct tcp_request *tcp_request_of(struct sock_hashed *h)
{
    return (struct tcp_request *) h;
}

size_t tcp_request_size(void)
{
    return sizeof(struct tcp_request);
}

static uint32_t init_rto(const struct tcp_net *tn)
{
    return (uint32_t) tn->net->wheel.hz * tn->net->profile->init_rto_ms / 1000;
}

void tcp_request_diag(const struct sock_hashed *h, struct inet_diag *d)
{
    const struct tcp_request *req = (const struct tcp_request *) h;
    d->state = TCP_SYN_RECV;
    d->timer = DIAG_TIMER_ON;
    d->retrans = req->num_retrans;
    d->expires = req->timer.expires;
    d->serial = req->serial;
}

void tcp_listen_queue(const struct tcp_sock *tp, uint32_t *n, uint32_t *max)
{
    *n = tp->rare->listen->n_accept;
    *max = tp->rare->listen->max_ack_backlog;
}

/* ---- the listener ---- */

int tcp_listen_start(struct tcp_sock *tp, int backlog)
{
    int somaxconn = tp->sk.net->sock->knobs.somaxconn;
    uint32_t limit = (uint32_t) (backlog < 0 || backlog > somaxconn ? somaxconn : backlog);
    if (tp->sk.state == TCP_LISTEN) {
        tp->rare->listen->max_ack_backlog = limit;
        return 0;
    }
    if (!tp->bind) {
        int err = tcp_get_port(tp, tp->sk.saddr, 0);
        if (err) return err;
    }
    for (struct tcp_sock *o = tp->bind->owners; o; o = o->bind_next)
        if (o != tp && o->sk.state == TCP_LISTEN && (!o->sk.saddr || !tp->sk.saddr || o->sk.saddr == tp->sk.saddr)
            && !((o->sk.opts & tp->sk.opts) & SOCK_REUSEPORT))
            return -EADDRINUSE;
    tcp_rare(tp)->listen = g_new0(struct tcp_listen, 1);
    tp->rare->listen->max_ack_backlog = limit;
    tcp_set_state(tp, TCP_LISTEN);
    return 0;
}

static void link_request(struct tcp_request *req)
{
    struct tcp_listen *l = req->listener->rare->listen;
    req->next = l->requests;
    req->pprev = &l->requests;
    if (req->next) req->next->pprev = &req->next;
    l->requests = req;
    l->n_requests++;
    if (!req->num_timeout) l->n_young++;
}

static void unlink_request(struct tcp_request *req)
{
    struct tcp_listen *l = req->listener->rare->listen;
    l->n_requests--;
    if (!req->num_timeout) l->n_young--;
    *req->pprev = req->next;
    if (req->next) req->next->pprev = req->pprev;
}

static void request_free(struct tcp_net *tn, struct tcp_request *req)
{
    unlink_request(req);
    timer_kill(&tn->net->wheel, &req->timer);
    tcp_ehash_remove(tn, &req->hashed);
    pool_put(&tn->requests, req);
}

void tcp_request_drop(struct tcp_net *tn, struct sock_hashed *h)
{
    request_free(tn, tcp_request_of(h));
}

static void child_to_accept_queue(struct tcp_sock *listener, struct tcp_sock *child)
{
    struct tcp_listen *l = listener->rare->listen;
    child->accept_next = NULL;
    child->in_accept_queue = true;
    if (l->tail) l->tail->accept_next = child;
    else l->head = child;
    l->tail = child;
    l->n_accept++;
}

/* The listener closes: another one of the port takes the request, or it is forgotten. */
static void leave_request(struct tcp_sock *tp, struct tcp_request *req)
{
    const struct tcp_tuple c = { req->hashed.saddr, req->hashed.daddr, req->hashed.sport, req->hashed.dport };
    struct tcp_sock *to = tcp_migrate_target(tp, &c);
    if (!to) {
        request_free(tp->tn, req);
        return;
    }
    unlink_request(req);
    req->listener = to;
    link_request(req);
}

/* inet_csk_listen_stop(): connections that nobody accepted go to another listener of the port or are reset. */
void tcp_listen_stop(struct tcp_sock *tp)
{
    struct tcp_listen *l = tp->rare->listen;
    if (!l) return;
    while (l->requests) leave_request(tp, l->requests);
    while (l->head) {
        struct tcp_sock *child = l->head;
        const struct tcp_tuple c = { child->sk.saddr, child->sk.daddr, child->sk.sport, child->sk.dport };
        l->head = child->accept_next;
        child->in_accept_queue = false;
        struct tcp_sock *to = tcp_migrate_target(tp, &c);
        if (to) {
            child_to_accept_queue(to, child);
            sock_wake(&to->sk, NETSIM_POLLIN);
            continue;
        }
        child->is_dead = true;
        child->sk.shutdown = SHUTDOWN_MASK;
        tcp_mstamp_refresh(child);
        if (child->sk.state != TCP_CLOSE) {
            tcp_send_active_reset(child, "TCP_STATE");
            tcp_set_state(child, TCP_CLOSE);
        }
        tcp_sock_destroy(child);
    }
    g_free(l);
    tcp_rare(tp)->listen = NULL;
}

void tcp_listen_free(struct tcp_sock *tp)
{
    struct tcp_listen *l = tp->rare->listen;
    while (l->requests) request_free(tp->tn, l->requests);
    for (struct tcp_sock *c = l->head; c; c = c->accept_next) c->in_accept_queue = false;
    g_free(l);
    tcp_rare(tp)->listen = NULL;
}

bool tcp_listen_has_child(const struct tcp_sock *tp)
{
    return tp->rare->listen && tp->rare->listen->head;
}

int tcp_accept(struct sock *sk, struct sock **child, NetsimAddress *peer)
{
    struct tcp_sock *tp = tcp_sk(sk);
    if (sk->state != TCP_LISTEN) return -EINVAL;
    struct tcp_listen *l = tp->rare->listen;
    struct tcp_sock *c = l->head;
    if (!c) return -EAGAIN;
    l->head = c->accept_next;
    if (!l->head) l->tail = NULL;
    l->n_accept--;
    c->in_accept_queue = false;
    c->ss_state = SS_CONNECTED;
    if (peer) *peer = (NetsimAddress){ c->sk.daddr, c->sk.dport };
    *child = &c->sk;
    return 0;
}

/* ---- SYN-ACK ---- */

static void send_synack(struct tcp_request *req, bool is_cookie)
{
    struct tcp_sock *listener = req->listener;
    struct net *net = listener->sk.net;
    struct dst dst = { 0 };
    if (ip_route_connect(net, req->hashed.daddr, req->hashed.saddr, &dst)) return;
    struct pkt *p = tcp_make_control(net, req->hashed.saddr, req->hashed.sport, req->hashed.daddr, req->hashed.dport,
                                     TCPHDR_SYN | TCPHDR_ACK | (req->ecn_ok ? TCPHDR_ECE : 0));
    uint32_t advmss = dst.route && dst.route->metrics.advmss ? dst.route->metrics.advmss : dst.mtu - 40;
    if (listener->rare->set.user_mss) advmss = ns_min(advmss, listener->rare->set.user_mss);
    p->flags |= PKT_HAS_MSS;
    p->mss = (uint16_t) advmss;
    if (req->tstamp_ok) {
        p->flags |= PKT_HAS_TS;
        uint32_t now = (uint32_t) (tcp_net_clock_us(net) / 1000);
        p->tsval = (is_cookie ? tcp_cookie_timestamp(req, now) : now) + req->ts_offset;
        p->tsecr = req->ts_recent;
    }
    if (req->sack_ok) p->flags |= PKT_SACK_OK;
    if (req->wscale_ok) {
        p->flags |= PKT_HAS_WSCALE;
        p->wscale = req->rcv_wscale;
    }
    p->seq = req->snt_isn;
    p->ack = req->rcv_isn + 1;
    p->window = (uint16_t) ns_min(req->rcv_wnd, 65535u);
    if (listener->ca_ops->needs_ecn) p->tos |= INET_ECN_ECT_0;
    p->hdr_len = (uint16_t) (40 + tcp_syn_options_len(p));
    p->len = p->hdr_len;
    tcp_ip_options(listener, p);
    NET_INC_STATS(net, TCP_OUTSEGS);
    ip_queue_xmit(net, &dst, p);
}

static void send_ack(const struct tcp_request *req)
{
    struct tcp_bare_ack a = { .seq = req->snt_isn + 1, .ack = req->rcv_isn + 1, .window = req->rcv_wnd >> req->rcv_wscale,
                              .tstamp_ok = req->tstamp_ok, .ts_offset = req->ts_offset, .ts_recent = req->ts_recent };
    tcp_v4_send_ack(req->listener->sk.net, &req->hashed, &a);
}

/* tcp_reqsk_send_challenge_ack() */
static void challenge_ack(struct tcp_request *req)
{
    struct tcp_net *tn = req->listener->tn;
    if (tcp_any_rate_limited(tn, SNMP_TCPEXT_TCPACKSKIPPEDCHALLENGE, &req->last_oow_ack)) return;
    NET_INC_STATS(tn->net, TCPEXT_TCPCHALLENGEACK);
    send_ack(req);
}

static void rtx_synack(struct tcp_request *req)
{
    struct net *net = req->listener->sk.net;
    NET_INC_STATS(net, TCP_RETRANSSEGS);
    NET_INC_STATS(net, TCPEXT_TCPSYNRETRANS);
    req->num_retrans++;
    req->snt_synack_us = 0;
    send_synack(req, false);
    const struct sock_hashed *h = &req->hashed;
    TRACE(net->sim, TCP_RETRANSMIT_SYNACK, net->node.name, req->listener->sk.serial, h->sport, h->dport, TRACE_AF_INET, h->saddr,
          h->daddr);
}

static void arm_request(struct tcp_request *req)
{
    struct tcp_net *tn = req->listener->tn;
    struct timer_wheel *w = &tn->net->wheel;
    uint64_t timeout = (uint64_t) init_rto(tn) << ns_min(req->num_timeout, 16);
    timeout = ns_min(timeout, (uint64_t) tn->knobs.rto_max_ms * w->hz / 1000);
    timer_mod(w, &req->timer, timer_jiffies(w) + (uint32_t) timeout);
}

/* reqsk_timer_handler() */
static void request_timer(struct timer *t)
{
    struct tcp_request *req = ns_container_of(t, struct tcp_request, timer);
    struct tcp_listen *l = req->listener->rare->listen;
    struct tcp_net *tn = req->listener->tn;
    unsigned max = (unsigned) tn->knobs.synack_retries;
    if (l->n_requests << 1 > ns_max(8u, l->max_ack_backlog)) { /* under pressure old ones go earlier */
        uint32_t young = l->n_young << 1;
        while (max > 2) {
            if (l->n_requests < young) break;
            max--;
            young <<= 1;
        }
    }
    NET_INC_STATS(tn->net, TCPEXT_TCPTIMEOUTS); /* tcp_syn_ack_timeout(), the last one too */
    /* syn_ack_recalc(): who acknowledged and is kept waiting for its data gets the last chance only. */
    unsigned defer = req->listener->rare->defer_accept;
    bool is_waiting = defer && req->is_acked;
    if (req->num_timeout >= max && !(is_waiting && req->num_timeout < defer)) {
        request_free(tn, req);
        return;
    }
    if (!is_waiting || req->num_timeout + 1u >= defer) rtx_synack(req);
    if (req->num_timeout++ == 0) l->n_young--;
    arm_request(req);
}

/* ---- a SYN ---- */

/* What a SYN-ACK announces, less the time stamps of each segment. */
static uint32_t synack_mss(const struct tcp_request *req, const struct dst *dst)
{
    uint32_t advmss = dst->route && dst->route->metrics.advmss ? dst->route->metrics.advmss : dst->mtu - 40;
    if (req->listener->rare->set.user_mss) advmss = ns_min(advmss, req->listener->rare->set.user_mss);
    return advmss - (req->tstamp_ok ? TCPOLEN_TSTAMP_ALIGNED : 0);
}

/* tcp_openreq_init_rwin() */
void tcp_request_window(struct tcp_request *req, const struct dst *dst, uint32_t mss)
{
    struct tcp_sock *listener = req->listener;
    int32_t full_space = tcp_win_from_space(listener, listener->sk.rcvbuf);
    uint32_t initrwnd = dst->route ? dst->route->metrics.initrwnd : 0;
    req->window_clamp = listener->window_clamp ? listener->window_clamp : dst->route ? dst->route->metrics.window : 0;
    if ((listener->sk.opts & SOCK_RCVBUF_LOCK) && (req->window_clamp > (uint32_t) full_space || !req->window_clamp))
        req->window_clamp = (uint32_t) full_space;
    tcp_select_initial_window(listener->tn, full_space, mss, &req->rcv_wnd, &req->window_clamp, req->wscale_ok,
                              &req->rcv_wscale, initrwnd);
}

/* tcp_openreq_init(); @flags: PKT_HAS_TS ... that count */
void tcp_request_init(struct tcp_request *req, struct tcp_sock *listener, const struct pkt *p, uint32_t flags)
{
    struct tcp_net *tn = listener->tn;
    const struct tcp_knobs *k = &tn->knobs;
    *req = (struct tcp_request){
        .hashed = { .saddr = p->daddr, .daddr = p->saddr, .sport = p->dport, .dport = p->sport, .kind = HASHED_REQUEST },
        .listener = listener,
        .tstamp_ok = (flags & PKT_HAS_TS) && k->timestamps,
        .sack_ok = (flags & PKT_SACK_OK) && k->sack,
        .wscale_ok = (flags & PKT_HAS_WSCALE) && k->window_scaling,
        .mss = flags & PKT_HAS_MSS ? p->mss : TCP_MSS_DEFAULT,
    };
    if (listener->rare->set.user_mss) req->mss = (uint16_t) ns_min((uint32_t) req->mss, listener->rare->set.user_mss);
    if (req->wscale_ok) req->snd_wscale = (uint8_t) ns_min(p->wscale, TCP_MAX_WSCALE);
    if (req->tstamp_ok) req->ts_recent = p->tsval;
    uint64_t secret = tcp_secret_hash(tn, p->daddr, p->saddr, (uint32_t) p->dport << 16 | p->sport);
    if (k->timestamps == 1) req->ts_offset = (uint32_t) (secret >> 32);
}

/* The SYN-ACK is all that there is of it: the ACK brings it back (syncookie.c). */
static void answer_with_cookie(struct tcp_request *req, const struct dst *dst)
{
    req->snt_isn = tcp_cookie_isn(req);
    if (!req->tstamp_ok) req->ecn_ok = false;
    tcp_request_window(req, dst, synack_mss(req, dst));
    send_synack(req, true);
}

/* inet_csk_reqsk_queue_hash_add() */
static void queue_request(struct tcp_request *req)
{
    struct net *net = req->listener->sk.net;
    timer_init(&req->timer, request_timer, req->serial, TCP_TIMER_RTX, false);
    tcp_ehash_insert(req->listener->tn, &req->hashed);
    link_request(req);
    req->snt_synack_us = tcp_net_clock_us(net);
    req->first_synack_ms = (uint32_t) (req->snt_synack_us / 1000);
    arm_request(req);
}

/* tcp_syn_flood_action(): may a full SYN queue answer with a cookie? */
static bool want_cookie(struct tcp_sock *listener)
{
    bool has_cookies = listener->tn->knobs.syncookies;
    if (has_cookies) NET_INC_STATS(listener->sk.net, TCPEXT_TCPREQQFULLDOCOOKIES);
    else NET_INC_STATS(listener->sk.net, TCPEXT_TCPREQQFULLDROP);
    return has_cookies;
}

void tcp_conn_request(struct tcp_sock *listener, struct pkt *p, uint32_t isn)
{
    struct tcp_net *tn = listener->tn;
    struct net *net = tn->net;
    struct tcp_listen *l = listener->rare->listen;
    const struct tcp_knobs *k = &tn->knobs;
    enum drop_reason why = DROP_TCP_REQQFULL;
    struct dst dst = { 0 };
    bool is_full = (k->syncookies == 2 || l->n_requests > l->max_ack_backlog) && !isn; /* strictly: a backlog of n takes n + 1 */
    if (is_full && !want_cookie(listener)) goto drop;
    if (l->n_accept > l->max_ack_backlog) {
        NET_INC_STATS(net, TCPEXT_LISTENOVERFLOWS);
        why = DROP_TCP_LISTEN_OVERFLOW;
        goto drop;
    }
    if (!isn && k->tw_recycle && (p->flags & PKT_HAS_TS) && k->timestamps
        && tcp_peer_clock_is_behind(tn, p->daddr, p->saddr, p->tsval)) { /* so all but one of the hosts behind a NAT fail */
        NET_INC_STATS(net, TCPEXT_PAWSPASSIVE);
        why = DROP_TCP_RFC7323_PAWS;
        goto drop;
    }
    /* Without cookies the last quarter is for proven peers. */
    if (!isn && !k->syncookies && (int) ((uint32_t) k->max_syn_backlog - l->n_requests) < k->max_syn_backlog >> 2
        && !tcp_peer_is_proven(tn, p->daddr, p->saddr))
        goto drop;
    if (ip_route_connect(net, p->saddr, p->daddr, &dst)) {
        why = DROP_IP_OUTNOROUTES;
        goto drop;
    }
    struct tcp_request cookie, *req = is_full ? &cookie : pool_get(&tn->requests);
    /* A cookie without a time stamp has no room for other options than the MSS. */
    tcp_request_init(req, listener, p, is_full && !((p->flags & PKT_HAS_TS) && k->timestamps) ? p->flags & PKT_HAS_MSS : p->flags);
    req->serial = node_serial(&net->node);
    req->rcv_isn = p->seq;
    bool is_offered = (p->tcp_flags & TCPHDR_ECE) && (p->tcp_flags & TCPHDR_CWR); /* tcp_ecn_create_request() */
    req->ecn_ok = is_offered && ((k->ecn && !(p->tos & INET_ECN_MASK)) || listener->ca_ops->needs_ecn);
    if (is_full) {
        answer_with_cookie(req, &dst);
    } else {
        uint64_t secret = tcp_secret_hash(tn, p->daddr, p->saddr, (uint32_t) p->dport << 16 | p->sport);
        req->snt_isn = isn ? isn : (uint32_t) secret + (uint32_t) (tcp_net_clock_us(net) * 1000 >> 6);
        tcp_request_window(req, &dst, synack_mss(req, &dst));
        queue_request(req);
        send_synack(req, false);
    }
    pkt_consume(net->sim, p);
    return;
drop:
    NET_INC_STATS(net, TCPEXT_LISTENDROPS);
    pkt_drop(net->sim, &net->drops, p, why);
}

/* ---- the third segment ---- */

/* tcp_create_openreq_child(), tcp_v4_syn_recv_sock() */
static struct tcp_sock *make_child(struct tcp_request *req, const struct pkt *p, const struct dst *dst)
{
    struct tcp_sock *listener = req->listener, *tp = tcp_sock_new(listener->sk.net, NULL);
    struct sock *sk = &tp->sk;
    sk->saddr = req->hashed.saddr;
    sk->daddr = req->hashed.daddr;
    sk->sport = req->hashed.sport;
    sk->dport = req->hashed.dport;
    sk->opts = listener->sk.opts;
    sk->linger_s = listener->sk.linger_s;
    sk->rcvbuf = listener->sk.rcvbuf;
    sk->sndbuf = listener->sk.sndbuf;
    sk->user_data = NULL;
    sk->state = TCP_SYN_RECV;
    tp->dst = *dst;
    if (listener->ca_setsockopt) { /* tcp_ca_openreq_child() */
        tp->ca_ops = listener->ca_ops;
        tp->ca_setsockopt = true;
    }
    tp->nonagle = listener->nonagle;
    if (memcmp(&listener->rare->set, &tcp_no_rare.set, sizeof listener->rare->set)) tcp_rare(tp)->set = listener->rare->set;
    tp->has_max_pacing = listener->has_max_pacing;
    tp->notsent_lowat = listener->notsent_lowat;
    tp->rcvlowat = listener->rcvlowat;
    if (listener->is_paced) tcp_pacing_start(tp);
    tp->rcv_wup = tp->copied_seq = tp->rcv_nxt = tp->rcvq_seq = req->rcv_isn + 1;
    tp->snd_sml = tp->snd_una = tp->snd_nxt = tp->write_seq = tp->pushed_seq = req->snt_isn + 1;
    tp->snd_wl1 = req->rcv_isn;
    tp->tstamp_ok = req->tstamp_ok;
    tp->sack_ok = req->sack_ok;
    tp->wscale_ok = req->wscale_ok;
    tp->snd_wscale = req->snd_wscale;
    tp->rcv_wscale = req->wscale_ok ? req->rcv_wscale : 0;
    tp->window_clamp = req->wscale_ok ? req->window_clamp : ns_min(req->window_clamp, 65535u);
    tp->rcv_ssthresh = tp->rcv_wnd = req->rcv_wnd;
    tp->snd_wnd = tp->max_window = (uint32_t) p->window << tp->snd_wscale;
    tp->ts_offset = req->ts_offset;
    tp->ts_recent = req->ts_recent;
    if (req->tstamp_ok) tp->ts_recent_stamp = (uint32_t) (tcp_net_clock_us(sk->net) / 1000000);
    tp->ecn_flags = (uint8_t) ((req->ecn_ok ? TCP_ECN_OK : 0) | (listener->ecn_flags & TCP_HAS_IP_OPTIONS));
    tp->rx_opt_mss_clamp = req->mss;
    tcp_mstamp_refresh(tp);
    tp->ack_lrcvtime = tcp_jiffies(tp);
    if (ns_unlikely(req->num_retrans)) tcp_rare(tp)->total_retrans = req->num_retrans;
    if (req->num_timeout) {
        tcp_rare(tp)->undo_marker = req->snt_isn;
        tp->retrans_stamp = req->first_synack_ms;
        tcp_rare(tp)->total_rto = req->num_timeout;
        tcp_rare(tp)->total_rto_recoveries = 1;
        tcp_rare(tp)->total_rto_time = tcp_time_stamp(tp) - req->first_synack_ms;
    }
    tcp_sync_mss(tp, dst->mtu);
    uint32_t advmss = dst->route && dst->route->metrics.advmss ? dst->route->metrics.advmss : dst->mtu - 40;
    tp->advmss = (uint16_t) (tp->rare->set.user_mss ? ns_min(advmss, tp->rare->set.user_mss) : advmss);
    tcp_route_metrics(tp);
    tcp_initialize_rcv_mss(tp);
    if (req->snt_synack_us && !req->num_retrans) { /* tcp_synack_rtt_meas() */
        struct tcp_rate_sample rs = { 0 };
        int64_t rtt = tcp_stamp_us_delta(tp->tcp_mstamp, req->snt_synack_us);
        tcp_ack_update_rtt(tp, FLAG_SYN_ACKED, rtt, -1, rtt, &rs);
    }
    return tp;
}

void tcp_request_establish(struct tcp_request *req, struct pkt *p, const struct dst *dst)
{
    struct tcp_sock *listener = req->listener, *child = make_child(req, p, dst);
    struct tcp_net *tn = listener->tn;
    struct net *net = tn->net;
    uint32_t len = pkt_payload_len(p);
    NET_INC_STATS(net, TCP_PASSIVEOPENS);
    if (req->pprev) request_free(tn, req); /* a cookie's was never queued */
    tcp_hash(child);
    tcp_inherit_port(child, child->sk.sport);
    child_to_accept_queue(listener, child);
    child->segs_in = 2; /* the SYN, and this one */
    if (len) child->data_segs_in++;
    if (tcp_rcv_state_process(child, p)) {
        tcp_v4_send_reset(net, &child->sk, p, "TCP_FLAGS");
        pkt_drop(net->sim, &net->drops, p, DROP_TCP_FLAGS);
    }
    sock_wake(&listener->sk, NETSIM_POLLIN);
}

/* tcp_check_req() */
void tcp_request_rcv(struct tcp_net *tn, struct tcp_request *req, struct pkt *p)
{
    struct net *net = tn->net;
    struct tcp_sock *listener = req->listener;
    struct tcp_listen *l = listener->rare->listen;
    uint32_t len = pkt_payload_len(p);
    uint32_t end_seq = p->seq + len + !!(p->tcp_flags & TCPHDR_SYN) + !!(p->tcp_flags & TCPHDR_FIN);
    bool ack = p->tcp_flags & TCPHDR_ACK, rst = p->tcp_flags & TCPHDR_RST, syn = p->tcp_flags & TCPHDR_SYN;
    bool paws_reject = req->tstamp_ok && (p->flags & PKT_HAS_TS) && req->ts_recent && (int32_t) (req->ts_recent - p->tsval) > 0;
    enum drop_reason why = DROP_TCP_FLAGS;

    if (p->seq == req->rcv_isn && syn && !ack && !rst && !paws_reject) { /* the SYN again: the SYN-ACK again */
        if (!tcp_oow_rate_limited(tn, p, SNMP_TCPEXT_TCPACKSKIPPEDSYNRECV, &req->last_oow_ack)) {
            rtx_synack(req);
            arm_request(req);
        }
        pkt_consume(net->sim, p);
        return;
    }
    bool rst_first = rst && net->profile->version >= 6012; /* RFC 9293 s3.10.7.4: sequence number, RST, then ACK */
    if (ack && p->ack != req->snt_isn + 1 && !rst_first) { /* not for our SYN-ACK */
        tcp_v4_send_reset(net, NULL, p, "TCP_FLAGS");
        why = DROP_TCP_INVALID_ACK_SEQUENCE;
        goto drop;
    }
    if (paws_reject || !tcp_in_window(p->seq, end_seq, req->rcv_isn + 1, req->rcv_isn + 1 + req->rcv_wnd)) {
        why = paws_reject ? DROP_TCP_RFC7323_PAWS : DROP_TCP_INVALID_SEQUENCE;
        if (paws_reject) NET_INC_STATS(net, TCPEXT_PAWSESTAB);
        if (!rst && !tcp_oow_rate_limited(tn, p, SNMP_TCPEXT_TCPACKSKIPPEDSYNRECV, &req->last_oow_ack)) send_ack(req);
        goto drop;
    }
    if (rst_first && p->seq != req->rcv_isn + 1) { /* RFC 5961 s3.2 */
        challenge_ack(req);
        goto drop;
    }
    if (rst || syn) {
        NET_INC_STATS(net, TCPEXT_EMBRYONICRSTS);
        if (syn) tcp_v4_send_reset(net, NULL, p, "INVALID_SYN");
        NET_INC_STATS(net, TCP_ATTEMPTFAILS);
        request_free(tn, req);
        why = DROP_TCP_RESET;
        goto drop;
    }
    if (!ack) goto drop;
    if (req->num_timeout < listener->rare->defer_accept && end_seq == req->rcv_isn + 1) { /* TCP_DEFER_ACCEPT: not without data */
        req->is_acked = true;
        NET_INC_STATS(net, TCPEXT_TCPDEFERACCEPTDROP);
        goto drop;
    }
    if (l->n_accept > l->max_ack_backlog) {
        NET_INC_STATS(net, TCPEXT_LISTENOVERFLOWS);
        NET_INC_STATS(net, TCPEXT_LISTENDROPS);
        if (tn->knobs.abort_on_overflow) {
            tcp_v4_send_reset(net, NULL, p, "INVALID_SYN");
            NET_INC_STATS(net, TCPEXT_EMBRYONICRSTS);
            request_free(tn, req);
        }
        why = DROP_TCP_LISTEN_OVERFLOW;
        goto drop;
    }
    struct dst dst = { 0 };
    if (ip_route_connect(net, req->hashed.daddr, req->hashed.saddr, &dst)) {
        why = DROP_IP_OUTNOROUTES;
        goto drop;
    }
    if (req->tstamp_ok && (p->flags & PKT_HAS_TS) && !seq_after(p->seq, req->rcv_isn + 1)) req->ts_recent = p->tsval;
    tcp_request_establish(req, p, &dst);
    return;
drop:
    pkt_drop(net->sim, &net->drops, p, why);
}
