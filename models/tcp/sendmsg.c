/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sendmsg.c - what an application writes joins the send queue (net/ipv4/tcp.c: tcp_sendmsg() and its kin). */
#include "models/tcp/tcp.h"

enum { MAX_RW_COUNT = 0x7ffff000 }; /* the most that one system call moves */

bool tcp_stream_memory_free(const struct tcp_sock *tp, bool wake)
{
    if (tp->sk.wmem_queued >= tp->sk.sndbuf) return false;
    uint32_t lowat = tp->notsent_lowat ? tp->notsent_lowat : tp->tn->knobs.notsent_lowat;
    return (uint64_t) (tp->write_seq - tp->snd_nxt) << wake < lowat;
}

bool tcp_is_writeable(const struct tcp_sock *tp)
{
    const struct sock *sk = &tp->sk;
    return sk->sndbuf - sk->wmem_queued >= sk->wmem_queued >> 1 && tcp_stream_memory_free(tp, true);
}

void tcp_write_space(struct tcp_sock *tp)
{
    if (!tp->wants_space || !tcp_is_writeable(tp)) return;
    tp->wants_space = false;
    sock_wake(&tp->sk, NETSIM_POLLOUT);
}

static bool forced_push(const struct tcp_sock *tp)
{
    return seq_after(tp->write_seq, tp->pushed_seq + (tp->max_window >> 1));
}

static void mark_push(struct tcp_sock *tp, struct tcp_skb *skb)
{
    skb->tcp_flags |= TCPHDR_PSH;
    tp->pushed_seq = tp->write_seq;
}

/* Nothing can leave now: of all that tcp_write_xmit() does only tcp_cwnd_validate() is left.  A writer far ahead of the
 * window, which fills its buffer call by call, needs no more. */
static inline bool window_is_full(const struct tcp_sock *tp)
{
    return tcp_packets_in_flight(tp) >= tp->snd_cwnd && !tp->is_paced && !tp->mtup_enabled;
}

static inline void push_frames(struct tcp_sock *tp, uint32_t mss, int nonagle)
{
    if (window_is_full(tp)) tcp_cwnd_full(tp);
    else tcp_push_pending_frames(tp, mss, nonagle);
}

/* tcp_push() */
static inline void push(struct tcp_sock *tp, unsigned flags, uint32_t mss, int nonagle)
{
    struct tcp_skb *skb = tp->send_tail;
    if (!skb) return;
    if (!(flags & NETSIM_MSG_MORE) || forced_push(tp)) mark_push(tp, skb);
    if (flags & NETSIM_MSG_MORE) nonagle = TCP_NAGLE_CORK;
    push_frames(tp, mss, nonagle);
}

/* Far ahead of the window nobody looks at one buffer: the next one may join the tail's run. */
static bool may_bundle(const struct tcp_sock *tp, const struct tcp_skb *tail, uint32_t tail_len, uint32_t size_goal)
{
    if (!tail || tail->eor || tail->bytes || tail->tcp_flags & TCPHDR_PSH || tail_len != size_goal) return false;
    return tail->bundle ? tail->bundle == size_goal : tail != tp->send_head;
}

/* tcp_skb_entail(): a new buffer at the end of the send queue. */
static struct tcp_skb *entail(struct tcp_sock *tp, bool is_bundled, uint32_t size_goal)
{
    struct tcp_skb *skb = tp->send_tail;
    if (is_bundled) {
        skb->bundle = (uint16_t) size_goal;
        skb->last_seq = skb->end_seq;
        skb->truesize += SKB_HEAD_TRUESIZE;
        tp->sk.wmem_queued += (int32_t) SKB_HEAD_TRUESIZE;
        tcp_mem_charge(tp, (int32_t) SKB_HEAD_TRUESIZE);
    } else {
        skb = tcp_skb_new(tp);
        skb->seq = skb->end_seq = tp->write_seq;
        skb->tcp_flags = TCPHDR_ACK;
        skb->truesize = SKB_HEAD_TRUESIZE;
        tcp_queue_skb(tp, skb);
        if (!skb->prev) tcp_chrono_start(tp, TCP_CHRONO_BUSY);
    }
    if (tp->nonagle & TCP_NAGLE_PUSH) tp->nonagle &= (uint8_t) ~TCP_NAGLE_PUSH;
    if (!tp->packets_out) tcp_slow_start_after_idle_check(tp);
    return skb;
}

/* Why nothing may be written: -errno. */
ns_cold static int64_t refuse(struct tcp_sock *tp)
{
    struct sock *sk = &tp->sk;
    if (sk->state == TCP_SYN_SENT || sk->state == TCP_SYN_RECV) {
        tp->wants_space = true;
        return -EAGAIN;
    }
    int err = sk->err ? sk->err : EPIPE;
    sk->err = 0;
    return -err;
}

int64_t tcp_sendmsg(struct sock *sk, const void *data, size_t len, unsigned flags, const NetsimAddress *to)
{
    struct tcp_sock *tp = tcp_sk(sk);
    const uint8_t *bytes = data;
    (void) to;
    tcp_mstamp_refresh(tp);
    tcp_rate_check_app_limited(tp);
    if (sk->err || sk->shutdown & SEND_SHUTDOWN || (sk->state != TCP_ESTABLISHED && sk->state != TCP_CLOSE_WAIT)) return refuse(tp);
    uint32_t size_goal, mss = tcp_send_mss(tp, &size_goal);
    uint32_t total = (uint32_t) ns_min(len, (size_t) MAX_RW_COUNT), copied = 0;
    while (copied < total) {
        struct tcp_skb *skb = tp->send_tail;
        /* no flag to count: while one may write, neither a SYN nor a FIN is queued */
        uint32_t have = skb ? skb->end_seq - (skb->bundle ? skb->last_seq : skb->seq) : 0;
        if (!skb || have >= size_goal || skb->eor) {
            if (!tcp_stream_memory_free(tp, false)) {
                tp->wants_space = true;
                if (copied) push(tp, flags & ~(unsigned) NETSIM_MSG_MORE, mss, TCP_NAGLE_PUSH);
                break;
            }
            skb = entail(tp, !bytes && may_bundle(tp, skb, have, size_goal), size_goal);
            have = 0;
        } else if (ns_unlikely(bytes && skb->bundle)) {
            skb = tcp_skb_unbundle_last(tp); /* content joins one buffer only */
        }
        uint32_t copy = ns_min(size_goal - have, total - copied);
        if (ns_unlikely(bytes || skb->bytes)) tcp_skb_append_bytes(skb, have, bytes ? bytes + copied : NULL, copy);
        if (!copied) skb->tcp_flags &= (uint8_t) ~TCPHDR_PSH;
        tp->write_seq += copy;
        skb->end_seq += copy;
        skb->pcount = 0;
        skb->truesize += copy;
        sk->wmem_queued += (int32_t) copy;
        tcp_mem_charge(tp, (int32_t) copy);
        copied += copy;
        if (copied == total) {
            if (ns_unlikely(flags & NETSIM_MSG_EOR)) skb->eor = true;
            break;
        }
        if (have + copy < size_goal) continue;
        if (forced_push(tp)) {
            mark_push(tp, skb);
            push_frames(tp, mss, TCP_NAGLE_PUSH);
        } else if (skb == tp->send_head && !skb->bundle) {
            tcp_push_one(tp, mss);
        }
    }
    if (copied) push(tp, flags, mss, tp->nonagle);
    return copied || !len ? (int64_t) copied : -EAGAIN;
}
