/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tcp.c - the system calls of a TCP socket, its making and its end (net/ipv4/tcp.c). */
#include "models/tcp/metrics.h"

/* ---- making and freeing ---- */

static const struct sock_ops tcp_ops;

/* What the route says about timers and quick ACKs. */
void tcp_route_metrics(struct tcp_sock *tp)
{
    const struct route *r = tp->dst.route;
    uint32_t us = r && r->metrics.rto_min_us ? r->metrics.rto_min_us : (uint32_t) tp->tn->knobs.rto_min_us;
    tp->rto_min = timer_usecs_to_jiffies(&tp->sk.net->wheel, us);
    tp->rcv_quickack = r && r->metrics.quickack;
}

const struct tcp_rare tcp_no_rare = { .set.pmtudisc = IP_PMTUDISC_WANT };

struct tcp_rare *tcp_rare_new(struct tcp_sock *tp)
{
    struct tcp_rare *r = pool_get(&tp->tn->rares);
    *r = tcp_no_rare;
    r->tp = tp;
    tcp_init_keepalive_timer(r);
    tp->rare = r;
    return r;
}

struct tcp_sock *tcp_sock_new(struct net *net, struct process *process)
{
    struct tcp_net *tn = net->tcp;
    struct tcp_sock *tp = pool_get(&tn->socks);
    memset(tp, 0, sizeof *tp);
    sock_init(&tp->sk, net, &tcp_ops, NETSIM_SOCK_STREAM, process);
    tp->tn = tn;
    tp->sk.state = TCP_CLOSE;
    tp->sk.rcvbuf = tn->knobs.rmem[1];
    tp->sk.sndbuf = tn->knobs.wmem[1];
    tp->scaling_ratio = 128;
    tp->ca_ops = tcp_ca_find(net, tn->knobs.congestion_control);
    if (!tp->ca_ops) tp->ca_ops = &tcp_reno;
    tcp_init_xmit_timers(tp);
    tp->rto = (uint32_t) net->wheel.hz * net->profile->init_rto_ms / 1000;
    tp->mdev_us = net->profile->init_rto_ms * 1000;
    minmax_reset(&tp->rtt_min, tcp_jiffies(tp), UINT32_MAX);
    tp->snd_cwnd = TCP_INIT_CWND;
    tp->snd_ssthresh = TCP_INFINITE_SSTHRESH;
    tp->snd_cwnd_clamp = UINT32_MAX;
    tp->mss_cache = TCP_MSS_DEFAULT;
    tp->rx_opt_mss_clamp = TCP_MSS_DEFAULT;
    tp->reordering = (uint32_t) tn->knobs.reordering;
    tp->rack_reo_wnd_steps = 1;
    tp->app_limited = UINT32_MAX; /* until the first sample shows otherwise */
    tp->rate_app_limited = true;
    tp->pacing_rate = UINT64_MAX;
    tp->rcvlowat = 1;
    tp->rare = &tcp_no_rare;
    if (ns_unlikely(net->ip->knobs.ip_no_pmtu_disc)) {
        tcp_rare(tp)->set.pmtudisc = IP_PMTUDISC_DONT;
        tp->ecn_flags = TCP_HAS_IP_OPTIONS;
    }
    tp->rto_min = timer_usecs_to_jiffies(&net->wheel, (uint64_t) tn->knobs.rto_min_us);
    return tp;
}

static struct sock *tcp_create(struct process *process)
{
    return &tcp_sock_new(process->net, process)->sk;
}

void tcp_sock_destroy(struct tcp_sock *tp)
{
    struct tcp_net *tn = tp->tn;
    struct sim *sim = tp->sk.net->sim;
    TRACE(sim, TCP_DESTROY_SOCK, tp->sk.net->node.name, TRACE_SK_OF(&tp->sk));
    if (tp->is_orphan) tn->n_orphans--;
    tcp_unhash(tp);
    tcp_put_port(tp);
    tcp_clear_xmit_timers(tp);
    tcp_ca_release(tp);
    tcp_write_queue_purge(tp);
    tcp_purge_backlog(tp);
    tcp_rcv_queues_free(tp);
    if (tcp_has_rare(tp)) {
        sched_node_free(&sim->sched, tp->rare->comp_sack_event);
        sched_node_free(&sim->sched, tp->rare->pacing_event);
        pool_put(&tn->rares, tcp_rare(tp));
        tp->rare = &tcp_no_rare;
    }
    sock_release(&tp->sk);
    tp->sk.net = NULL; /* for tcp_next() */
    pool_put(&tn->socks, tp);
}

/* ---- opening ---- */

static int tcp_bind(struct sock *sk, NetsimAddress a)
{
    struct tcp_sock *tp = tcp_sk(sk);
    if (a.addr && !ip_addr_is_local(sk->net, a.addr)) return -EADDRNOTAVAIL;
    if (sk->state != TCP_CLOSE || tp->bind) return -EINVAL;
    int err = tcp_get_port(tp, a.addr, a.port);
    if (!err) sk->saddr = a.addr;
    return err;
}

static int tcp_listen(struct sock *sk, int backlog)
{
    if (sk->state != TCP_CLOSE && sk->state != TCP_LISTEN) return -EINVAL;
    if (sk->state == TCP_CLOSE && sk->daddr) return -EINVAL;
    return tcp_listen_start(tcp_sk(sk), backlog);
}

/* tcp_connect_init() */
void tcp_connect_init(struct tcp_sock *tp)
{
    const struct tcp_knobs *k = &tp->tn->knobs;
    const struct route *r = tp->dst.route;
    tcp_route_metrics(tp);
    tp->tstamp_ok = k->timestamps; /* as if, until the peer answers */
    tp->rx_opt_mss_clamp = tp->rare->set.user_mss ? tp->rare->set.user_mss : TCP_MSS_DEFAULT; /* until the peer names its own */
    tp->max_window = 0;
    tcp_mtup_init(tp);
    tcp_sync_mss(tp, tp->dst.mtu);
    if (!tp->window_clamp && r) tp->window_clamp = r->metrics.window;
    uint32_t advmss = r && r->metrics.advmss ? r->metrics.advmss : tp->dst.mtu - 40;
    tp->advmss = (uint16_t) (tp->rare->set.user_mss ? ns_min(advmss, tp->rare->set.user_mss) : advmss);
    tcp_initialize_rcv_mss(tp);
    int32_t full = tcp_win_from_space(tp, tp->sk.rcvbuf);
    if ((tp->sk.opts & SOCK_RCVBUF_LOCK) && (tp->window_clamp > (uint32_t) full || !tp->window_clamp)) tp->window_clamp = (uint32_t) full;
    tcp_select_initial_window(tp->tn, full, tp->advmss - (tp->ts_recent_stamp ? TCPOLEN_TSTAMP_ALIGNED : 0u), &tp->rcv_wnd,
                              &tp->window_clamp, k->window_scaling, &tp->rcv_wscale, r ? r->metrics.initrwnd : 0);
    tp->rcv_ssthresh = tp->rcv_wnd;
    tp->snd_wnd = 0;
    tp->snd_wl1 = 0;
    tp->snd_una = tp->snd_sml = tp->snd_nxt = tp->pushed_seq = tp->write_seq;
    tp->rcv_nxt = tp->rcv_wup = tp->copied_seq = 0;
    tp->rto = (uint32_t) tcp_hz(tp) * tp->sk.net->profile->init_rto_ms / 1000;
    tp->retransmits = 0;
}

static int tcp_connect(struct sock *sk, NetsimAddress a)
{
    struct tcp_sock *tp = tcp_sk(sk);
    struct tcp_net *tn = tp->tn;
    switch (sk->state) {
    case TCP_CLOSE:
        /* Differs: after it has told its end, a connection that was made is not made anew, as after tcp_disconnect(). */
        if (tp->ss_state == SS_CONNECTED) return -EISCONN;
        if (tp->ss_state != SS_UNCONNECTED) { /* the attempt has failed since: told here, or by SO_ERROR before */
            int err = sk->err ? sk->err : ECONNABORTED;
            tp->ss_state = tp->ss_state == SS_SUCCEEDED ? SS_CONNECTED : SS_UNCONNECTED;
            sk->err = 0;
            return -err;
        }
        break;
    case TCP_SYN_SENT:
    case TCP_SYN_RECV: return -EALREADY;
    default:
        if (tp->ss_state != SS_SUCCEEDED) return -EISCONN;
        tp->ss_state = SS_CONNECTED; /* success is told once */
        return 0;
    }
    if (sk->err) {
        int err = sk->err;
        sk->err = 0;
        return -err;
    }
    if (sk->shutdown == SHUTDOWN_MASK) sk->shutdown = 0; /* a failed socket may try again */
    if (!a.addr) a.addr = 0x7f000001;
    int err = ip_route_connect(sk->net, a.addr, sk->saddr, &tp->dst);
    if (err) {
        if (err == -ENETUNREACH) NET_INC_STATS(sk->net, IP_OUTNOROUTES);
        return err;
    }
    if (tp->dst.route && tp->dst.route->type == ROUTE_BROADCAST) return -ENETUNREACH;
    if (!sk->saddr) sk->saddr = tp->dst.saddr;
    sk->daddr = a.addr;
    sk->dport = a.port;
    tp->write_seq = 0;
    tp->ts_recent = tp->ts_recent_stamp = 0;
    if (tn->knobs.tw_recycle) tcp_peer_stamp(tn, sk->saddr, sk->daddr, &tp->ts_recent, &tp->ts_recent_stamp);
    tcp_set_state(tp, TCP_SYN_SENT);
    err = tcp_hash_connect(tp);
    if (err) {
        tcp_set_state(tp, TCP_CLOSE);
        sk->daddr = 0;
        sk->dport = 0;
        return err;
    }
    uint64_t secret = tcp_secret_hash(tn, sk->saddr, sk->daddr, (uint32_t) sk->sport << 16 | sk->dport);
    tcp_mstamp_refresh(tp);
    if (!tp->write_seq) tp->write_seq = (uint32_t) secret + (uint32_t) (tcp_clock_ns(tp) >> 6);
    tp->ts_offset = tn->knobs.timestamps == 1 ? (uint32_t) (secret >> 32) : 0;
    tp->ip_id = (uint16_t) (secret >> 16);
    tcp_connect_init(tp);
    tcp_send_syn(tp);
    tp->ss_state = SS_CONNECTING;
    return -EINPROGRESS;
}

/* ---- receiving ---- */

static int64_t tcp_recvmsg(struct sock *sk, void *buffer, size_t len, unsigned flags, NetsimAddress *from)
{
    struct tcp_sock *tp = tcp_sk(sk);
    uint8_t *out = buffer;
    bool peek = flags & NETSIM_MSG_PEEK;
    (void) from;
    if (sk->state == TCP_LISTEN) return -ENOTCONN;
    if (ns_unlikely(sk->is_owned)) tcp_flush_backlog(tp);
    size_t copied = 0;
    uint32_t seq = tp->copied_seq;
    bool content = false;
    for (struct tcp_rcv_skb *r = tp->rcv_head, *next; r && copied < len; r = next) {
        next = r->next;
        uint32_t offset = seq - r->seq, have = r->end_seq - seq;
        if (seq_before(r->end_seq, seq + 1)) { /* wholly read before (its head overlapped) */
            if (!peek) tcp_eat_rcv_skb(tp);
            continue;
        }
        uint32_t n = (uint32_t) ns_min((size_t) have, len - copied);
        if (out && !(flags & NETSIM_MSG_TRUNC)) {
            if (r->bytes) memcpy(out + copied, r->bytes + offset, n);
            else memset(out + copied, 0, n);
        }
        content |= r->bytes != NULL;
        seq += n;
        copied += n;
        if (peek) continue;
        tp->copied_seq = seq;
        tcp_rcv_space_adjust(tp);
        if (n == have) tcp_eat_rcv_skb(tp);
    }
    sk->content = content;
    if (copied) {
        if (!peek) tcp_cleanup_rbuf(tp, (int64_t) copied);
        return (int64_t) copied;
    }
    if (!len && tcp_inq(tp) > tp->fin_in_queue) return 0;
    if (!peek) tcp_cleanup_rbuf(tp, 0);
    if (tp->fin_in_queue || (sk->shutdown & RCV_SHUTDOWN && !sk->err)) return 0;
    if (sk->err) {
        int err = sk->err;
        sk->err = 0;
        return -err;
    }
    if (sk->state == TCP_CLOSE) return sk->daddr ? 0 : -ENOTCONN;
    return -EAGAIN;
}

/* ---- the rest of the calls ---- */

static unsigned tcp_poll(struct sock *sk)
{
    struct tcp_sock *tp = tcp_sk(sk);
    if (sk->state == TCP_LISTEN) return tcp_listen_has_child(tp) ? NETSIM_POLLIN : 0;
    unsigned mask = 0;
    if (sk->shutdown == SHUTDOWN_MASK || sk->state == TCP_CLOSE) mask |= NETSIM_POLLHUP;
    if (sk->shutdown & RCV_SHUTDOWN) mask |= NETSIM_POLLIN | NETSIM_POLLRDHUP;
    if (sk->state != TCP_SYN_SENT && sk->state != TCP_SYN_RECV) {
        if (tcp_epollin_ready(tp)) mask |= NETSIM_POLLIN;
        if (sk->shutdown & SEND_SHUTDOWN) mask |= NETSIM_POLLOUT;
        else if (tcp_is_writeable(tp)) mask |= NETSIM_POLLOUT;
        else tp->wants_space = true;
    }
    if (sk->err) mask |= NETSIM_POLLERR;
    return mask;
}

static uint64_t tcp_outq(const struct sock *sk)
{
    const struct tcp_sock *tp = (const struct tcp_sock *) sk;
    if (sk->state == TCP_LISTEN || sk->state == TCP_SYN_SENT || sk->state == TCP_SYN_RECV) return 0;
    return tp->write_seq - tp->snd_una; /* also after a reset or a timeout: tcp_ioctl(SIOCOUTQ) */
}

static uint64_t tcp_inq_op(const struct sock *sk)
{
    const struct tcp_sock *tp = (const struct tcp_sock *) sk;
    if (sk->state == TCP_LISTEN || sk->state == TCP_SYN_SENT) return 0;
    return tcp_inq(tp) - tp->fin_in_queue;
}

struct option {
    const char *name;
    int64_t min, max;
    int (*set)(struct tcp_sock *tp, int64_t value);
    int64_t (*get)(const struct tcp_sock *tp);
};

static int set_nodelay(struct tcp_sock *tp, int64_t v)
{
    if (v) {
        tp->nonagle |= TCP_NAGLE_OFF | TCP_NAGLE_PUSH;
        if (tp->send_head) tcp_push_pending_frames(tp, tcp_current_mss(tp), tp->nonagle);
    } else {
        tp->nonagle &= (uint8_t) ~TCP_NAGLE_OFF;
    }
    return 0;
}
static int64_t get_nodelay(const struct tcp_sock *tp)
{
    return !!(tp->nonagle & TCP_NAGLE_OFF);
}
static int set_cork(struct tcp_sock *tp, int64_t v)
{
    if (v) {
        tp->nonagle |= TCP_NAGLE_CORK;
    } else {
        tp->nonagle &= (uint8_t) ~TCP_NAGLE_CORK;
        if (tp->nonagle & TCP_NAGLE_OFF) tp->nonagle |= TCP_NAGLE_PUSH;
        if (tp->send_head) tcp_push_pending_frames(tp, tcp_current_mss(tp), tp->nonagle);
    }
    return 0;
}
static int64_t get_cork(const struct tcp_sock *tp)
{
    return !!(tp->nonagle & TCP_NAGLE_CORK);
}
static int set_quickack(struct tcp_sock *tp, int64_t v)
{
    if (!(v & 1)) {
        tp->ack_pingpong = (uint16_t) tp->tn->knobs.pingpong_thresh;
        return 0;
    }
    tp->ack_pingpong = 0;
    if ((tp->sk.state == TCP_ESTABLISHED || tp->sk.state == TCP_CLOSE_WAIT) && (tp->ack_pending & ICSK_ACK_SCHED)) {
        tp->ack_pending |= ICSK_ACK_PUSHED;
        tcp_cleanup_rbuf(tp, 1);
    }
    return 0;
}
static int64_t get_quickack(const struct tcp_sock *tp)
{
    return !tcp_is_pingpong(tp);
}
static int set_maxseg(struct tcp_sock *tp, int64_t v)
{
    if (v && v < TCP_MIN_MSS) return -EINVAL; /* 0: none */
    tcp_rare(tp)->set.user_mss = (uint32_t) v;
    return 0;
}
static int64_t get_maxseg(const struct tcp_sock *tp)
{
    return tp->sk.state == TCP_CLOSE || tp->sk.state == TCP_LISTEN ? (tp->rare->set.user_mss ? tp->rare->set.user_mss : tp->mss_cache) : tp->mss_cache;
}
static int set_keepidle(struct tcp_sock *tp, int64_t v)
{
    tcp_rare(tp)->set.keepalive_time = (uint16_t) v;
    if (tp->sk.opts & SOCK_KEEPOPEN) tcp_set_keepalive(tp, true);
    return 0;
}
static int64_t get_keepidle(const struct tcp_sock *tp)
{
    return tp->rare->set.keepalive_time ? (int64_t) tp->rare->set.keepalive_time : tp->tn->knobs.keepalive_time_s;
}
/* do_tcp_setsockopt(): any int, kept unsigned; writers that wait look again */
static int set_notsent_lowat(struct tcp_sock *tp, int64_t v)
{
    tp->notsent_lowat = (uint32_t) v;
    tcp_write_space(tp);
    return 0;
}
static int64_t get_notsent_lowat(const struct tcp_sock *tp)
{
    return (int32_t) tp->notsent_lowat;
}
static int set_keepintvl(struct tcp_sock *tp, int64_t v)
{
    tcp_rare(tp)->set.keepalive_intvl = (uint16_t) v;
    return 0;
}
static int64_t get_keepintvl(const struct tcp_sock *tp)
{
    return tp->rare->set.keepalive_intvl ? tp->rare->set.keepalive_intvl : (uint32_t) tp->tn->knobs.keepalive_intvl_s;
}
static int set_keepcnt(struct tcp_sock *tp, int64_t v)
{
    tcp_rare(tp)->set.keepalive_probes = (uint8_t) v;
    return 0;
}
static int64_t get_keepcnt(const struct tcp_sock *tp)
{
    return tp->rare->set.keepalive_probes ? tp->rare->set.keepalive_probes : tp->tn->knobs.keepalive_probes;
}
static int set_syncnt(struct tcp_sock *tp, int64_t v)
{
    tp->syn_retries_left = (uint8_t) v;
    return 0;
}
static int64_t get_syncnt(const struct tcp_sock *tp)
{
    return tp->syn_retries_left ? tp->syn_retries_left : tp->tn->knobs.syn_retries;
}
static int set_user_timeout(struct tcp_sock *tp, int64_t v)
{
    tcp_rare(tp)->set.user_timeout = (uint32_t) v;
    return 0;
}
static int64_t get_user_timeout(const struct tcp_sock *tp)
{
    return tp->rare->set.user_timeout;
}
static int set_linger2(struct tcp_sock *tp, int64_t v)
{
    if (v < 0) tcp_rare(tp)->set.linger2 = -1;
    else tcp_rare(tp)->set.linger2 = v > 120 ? 120 * (int32_t) tcp_hz(tp) : (int32_t) v * (int32_t) tcp_hz(tp);
    return 0;
}
static int64_t get_linger2(const struct tcp_sock *tp)
{
    return tp->rare->set.linger2 < 0 ? -1 : tp->rare->set.linger2 ? tp->rare->set.linger2 / (int32_t) tcp_hz(tp) : tp->tn->knobs.fin_timeout_s;
}
static int set_window_clamp(struct tcp_sock *tp, int64_t v)
{
    if (!v) {
        if (tp->sk.state != TCP_CLOSE) return -EINVAL;
        tp->window_clamp = 0;
        return 0;
    }
    tcp_set_window_clamp(tp, v < 0 ? 0 : (uint32_t) v);
    return 0;
}
static int64_t get_window_clamp(const struct tcp_sock *tp)
{
    return tp->window_clamp;
}
/* secs_to_retrans(): how many time-outs of a SYN-ACK last @v seconds. */
static int set_defer_accept(struct tcp_sock *tp, int64_t v)
{
    int64_t timeout = 1, period = 1, most = tp->tn->knobs.rto_max_ms / 1000;
    tcp_rare(tp)->defer_accept = v > 0;
    while (v > period && tp->rare->defer_accept < UINT8_MAX) {
        tcp_rare(tp)->defer_accept++;
        timeout = ns_min(timeout << 1, most);
        period += timeout;
    }
    return 0;
}
static int64_t get_defer_accept(const struct tcp_sock *tp)
{
    int64_t timeout = 1, period = 0, most = tp->tn->knobs.rto_max_ms / 1000;
    for (unsigned i = 0; i < tp->rare->defer_accept; i++) {
        period += timeout;
        timeout = ns_min(timeout << 1, most);
    }
    return period;
}
static int set_tos(struct tcp_sock *tp, int64_t v)
{
    tcp_rare(tp)->set.tos = (uint8_t) (v & ~INET_ECN_MASK); /* ECN is the protocol's */
    tp->ecn_flags |= TCP_HAS_IP_OPTIONS;
    return 0;
}
static int64_t get_tos(const struct tcp_sock *tp)
{
    return tp->rare->set.tos;
}
static int set_ttl(struct tcp_sock *tp, int64_t v)
{
    if (!v) return -EINVAL;
    tcp_rare(tp)->set.ttl = v < 0 ? 0 : (uint8_t) v;
    tp->ecn_flags |= TCP_HAS_IP_OPTIONS;
    return 0;
}
static int64_t get_ttl(const struct tcp_sock *tp)
{
    return tp->rare->set.ttl ? tp->rare->set.ttl : tp->sk.net->ip->knobs.ip_default_ttl;
}
static int set_mtu_discover(struct tcp_sock *tp, int64_t v)
{
    tcp_rare(tp)->set.pmtudisc = (uint8_t) v;
    tp->ecn_flags |= TCP_HAS_IP_OPTIONS;
    return 0;
}
static int64_t get_mtu_discover(const struct tcp_sock *tp)
{
    return tp->rare->set.pmtudisc;
}
static int set_recverr(struct tcp_sock *tp, int64_t v)
{
    tcp_rare(tp)->set.recverr = v != 0;
    return 0;
}
static int64_t get_recverr(const struct tcp_sock *tp)
{
    return tp->rare->set.recverr;
}
static int set_rcvlowat(struct tcp_sock *tp, int64_t v)
{
    bool is_locked = tp->sk.opts & SOCK_RCVBUF_LOCK;
    if (v < 0) v = INT32_MAX;
    int32_t cap = (is_locked ? tp->sk.rcvbuf : tp->tn->knobs.rmem[2]) >> 1, low = (int32_t) ns_min(v, (int64_t) cap);
    tp->rcvlowat = low ? low : 1;
    tcp_data_ready(tp);
    if (!is_locked && tcp_space_from_win(tp, low) > tp->sk.rcvbuf) { /* so much must fit */
        tp->sk.rcvbuf = tcp_space_from_win(tp, low);
        if (tp->window_clamp && tp->window_clamp < (uint32_t) low) tp->window_clamp = (uint32_t) low;
    }
    return 0;
}
static int64_t get_rcvlowat(const struct tcp_sock *tp)
{
    return tp->rcvlowat;
}
static int set_max_pacing_rate(struct tcp_sock *tp, int64_t v)
{
    bool is_unlimited = v == -1 || v == UINT32_MAX; /* ~0U, ~0UL */
    tcp_rare(tp)->set.max_pacing_rate = is_unlimited ? UINT64_MAX : (uint64_t) v;
    tp->has_max_pacing = !is_unlimited;
    tp->pacing_rate = ns_min(tp->pacing_rate, tcp_max_pacing_rate(tp));
    if (!is_unlimited) tcp_pacing_start(tp);
    return 0;
}
static int64_t get_max_pacing_rate(const struct tcp_sock *tp)
{
    return (int64_t) tcp_max_pacing_rate(tp);
}

static const struct option options[] = {
    { "nodelay", INT32_MIN, INT32_MAX, set_nodelay, get_nodelay },
    { "cork", INT32_MIN, INT32_MAX, set_cork, get_cork },
    { "quickack", INT32_MIN, INT32_MAX, set_quickack, get_quickack },
    { "maxseg", 0, 32767, set_maxseg, get_maxseg },
    { "keepidle", 1, 32767, set_keepidle, get_keepidle },
    { "keepintvl", 1, 32767, set_keepintvl, get_keepintvl },
    { "keepcnt", 1, 127, set_keepcnt, get_keepcnt },
    { "syncnt", 1, 127, set_syncnt, get_syncnt },
    { "notsent_lowat", INT32_MIN, INT32_MAX, set_notsent_lowat, get_notsent_lowat },
    { "user_timeout", 0, INT32_MAX, set_user_timeout, get_user_timeout },
    { "linger2", INT32_MIN, INT32_MAX, set_linger2, get_linger2 },
    { "window_clamp", INT32_MIN, INT32_MAX, set_window_clamp, get_window_clamp },
    { "defer_accept", INT32_MIN, INT32_MAX, set_defer_accept, get_defer_accept },
    { "tos", INT32_MIN, INT32_MAX, set_tos, get_tos },
    { "ttl", -1, 255, set_ttl, get_ttl },
    { "mtu_discover", IP_PMTUDISC_DONT, IP_PMTUDISC_OMIT, set_mtu_discover, get_mtu_discover },
    { "recverr", INT32_MIN, INT32_MAX, set_recverr, get_recverr },
    { "rcvlowat", INT32_MIN, INT32_MAX, set_rcvlowat, get_rcvlowat },
    { "max_pacing_rate", -1, INT64_MAX, set_max_pacing_rate, get_max_pacing_rate },
};

static const struct option *find_option(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(options); i++)
        if (!strcmp(options[i].name, name)) return &options[i];
    return NULL;
}

static int tcp_setsockopt(struct sock *sk, const char *name, int64_t value)
{
    if (!strcmp(name, "keepalive")) { /* sock.c has set the flag */
        tcp_set_keepalive(tcp_sk(sk), value);
        return 0;
    }
    const struct option *o = find_option(name);
    if (!o) return -ENOPROTOOPT;
    if (value < o->min || value > o->max) return -EINVAL;
    return o->set(tcp_sk(sk), value);
}

static int tcp_getsockopt(struct sock *sk, const char *name, int64_t *value)
{
    const struct option *o = find_option(name);
    if (!o) return -ENOPROTOOPT;
    *value = o->get(tcp_sk(sk));
    return 0;
}

static int tcp_set_congestion_control(struct sock *sk, const char *name)
{
    struct tcp_sock *tp = tcp_sk(sk);
    const struct tcp_congestion_ops *ops = tcp_ca_find(sk->net, name);
    if (!ops) return -ENOENT;
    tp->ca_setsockopt = true;
    if (ops == tp->ca_ops) return 0;
    tcp_ca_release(tp);
    tp->ca_ops = ops;
    if (sk->state != TCP_CLOSE && sk->state != TCP_LISTEN) tcp_ca_init(tp);
    return 0;
}

static void tcp_count_retransmits(struct sock *sk, uint64_t *counter)
{
    tcp_rare(tcp_sk(sk))->retransmits = counter;
}

static const struct sock_ops tcp_ops = {
    .name = "tcp",
    .bind = tcp_bind,
    .connect = tcp_connect,
    .listen = tcp_listen,
    .accept = tcp_accept,
    .sendmsg = tcp_sendmsg,
    .recvmsg = tcp_recvmsg,
    .shutdown = tcp_shutdown,
    .close = tcp_close,
    .poll = tcp_poll,
    .setsockopt = tcp_setsockopt,
    .getsockopt = tcp_getsockopt,
    .release = tcp_release_sock,
    .outq = tcp_outq,
    .inq = tcp_inq_op,
    .tcp_info = tcp_get_info,
    .count_retransmits = tcp_count_retransmits,
    .congestion_info = tcp_get_congestion_info,
    .set_congestion_control = tcp_set_congestion_control,
};

/* ---- a host's TCP ---- */

static const struct net_protocol tcp_protocol = { .handler = tcp_v4_rcv, .err_handler = tcp_v4_err };

struct tcp_sock *tcp_next(struct pool_place *at)
{
    struct tcp_sock *tp;
    while ((tp = pool_next(at)) && !tp->sk.net) {}
    return tp;
}

struct tcp_sock *tcp_first(const struct tcp_net *tn, struct pool_place *at)
{
    *at = pool_begin(&tn->socks);
    return tcp_next(at);
}

static uint64_t tcp_fingerprint(void *owner)
{
    struct tcp_net *tn = owner;
    uint64_t sum = 0;
    struct pool_place at;
    for (struct tcp_sock *tp = tcp_first(tn, &at); tp; tp = tcp_next(&at)) sum += fingerprint_final(sock_entity(&tp->sk), &tp->sk.fp);
    return sum;
}

void tcp_net_init(struct net *net)
{
    struct tcp_net *tn = g_new0(struct tcp_net, 1);
    net->tcp = tn;
    tn->net = net;
    pool_init(&tn->socks, "TCP sockets", sizeof(struct tcp_sock));
    pool_init(&tn->skbs, "TCP send runs", sizeof(struct tcp_skb));
    pool_init(&tn->rcv_skbs, "TCP receive runs", sizeof(struct tcp_rcv_skb));
    pool_init(&tn->requests, "TCP requests", tcp_request_size());
    pool_init(&tn->timewaits, "TIME_WAIT entries", tcp_timewait_size());
    pool_init(&tn->buckets, "TCP ports", sizeof(struct tcp_bind_bucket));
    pool_init(&tn->bbrs, "bbr states", tcp_bbr_size());
    pool_init(&tn->rares, "TCP sockets' rare parts", sizeof(struct tcp_rare));
    pool_init(&tn->metrics_pool, "TCP metrics", sizeof(struct tcp_metrics));
    rng_stream_init(&tn->rng, net->sim->seed, net->node.name, "tcp");
    rng_stream_init(&tn->bbr_rng, net->sim->seed, net->node.name, "bbr");
    tn->secret[0] = rng_u64(&tn->rng);
    tn->secret[1] = rng_u64(&tn->rng);
    for (size_t i = 0; i < G_N_ELEMENTS(tn->port_table); i++) tn->port_table[i] = (uint16_t) rng_u32(&tn->rng);
    net->protocols[PROTO_TCP] = &tcp_protocol;
    net->sock->create[NETSIM_SOCK_STREAM] = tcp_create;
    net->ip->cmd_tcp_metrics = tcp_cmd_metrics;
    sim_add_part(net->sim, (struct sim_part){ .fingerprint = tcp_fingerprint, .owner = tn });
}

void tcp_net_free(struct net *net)
{
    struct tcp_net *tn = net->tcp;
    if (!tn) return;
    struct pool_place at;
    for (struct tcp_sock *tp = tcp_first(tn, &at); tp; tp = tcp_next(&at))
        if (tp->sk.state == TCP_LISTEN && tp->rare->listen) tcp_listen_free(tp);
    for (struct tcp_sock *tp = tcp_first(tn, &at); tp; tp = tcp_next(&at)) tcp_sock_destroy(tp);
    while (tn->ehash.n_used) { /* only TIME_WAIT is left; its timers share buckets with others' */
        uint32_t i = 0;
        for (struct sock_hashed *h; (h = tcp_ehash_next(tn, &i));) tcp_timewait_kill(tn, h);
    }
    g_free(tn->ehash.slots);
    g_free(tn->bhash);
    tcp_metrics_free(tn);
    ns_assert(tn->n_orphans == 0);
    ns_assert(tn->n_timewait == 0);
    struct pool *pools[] = { &tn->socks, &tn->skbs, &tn->rcv_skbs, &tn->requests, &tn->timewaits, &tn->buckets, &tn->bbrs, &tn->rares,
                             &tn->metrics_pool };
    for (size_t i = 0; i < G_N_ELEMENTS(pools); i++) {
        ns_assert(pools[i]->live == 0); /* whoever took it has given it back */
        pool_free(pools[i]);
    }
    tcp_custom_free(tn);
    g_free(tn);
    net->tcp = NULL;
}
