/* SPDX-License-Identifier: GPL-3.0-or-later */
/* collapse.c - memory of the receive queues: small segments share it, and when it runs out runs are copied together, then
 * given up (tcp_try_coalesce(), tcp_collapse(), tcp_prune_queue() of net/ipv4/tcp_input.c).
 */
#include "models/netdev/netdev.h"
#include "models/tcp/tcp.h"

enum { PAGE_PAYLOAD = 4096 - 320 }; /* SKB_WITH_OVERHEAD(PAGE_SIZE) */

/* A receive queue's two ends. */
struct run_list {
    struct tcp_rcv_skb **head, **tail;
};

static struct run_list receive_queue(struct tcp_sock *tp)
{
    return (struct run_list){ &tp->rcv_head, &tp->rcv_tail };
}

static struct run_list ofo_queue(struct tcp_sock *tp)
{
    return (struct run_list){ &tp->ofo_head, &tcp_rare(tp)->ofo_tail };
}

/* ---- a small segment fits into what is left of the last one's head ---- */

/* skb_tailroom() of a packet that stands in one head (ip_truesize()) and has headers as long as @p's. */
static int32_t tailroom(const struct tcp_rcv_skb *to, const struct pkt *p)
{
    uint32_t len = p->hdr_len + (to->end_seq - to->seq);
    if (!ip_is_linear(len)) return 0;
    return (int32_t) to->truesize - (int32_t) (ip_head_overhead() + len);
}

/* skb_try_coalesce(), its first case: the bytes are copied, the packet's own memory is free again.  Packets of NICs that
 * receive into pages are joined page by page as well; those of our devices are not (truesize.c). */
bool tcp_try_coalesce(struct tcp_sock *tp, struct tcp_rcv_skb *to, const struct pkt *p)
{
    uint32_t len = pkt_payload_len(p), have = to->end_seq - to->seq;
    if (to->fin || to->end_seq != p->seq || (int32_t) len > tailroom(to, p)) return false;
    if (tp->dst.dev && tp->dst.dev->is_loopback) return false; /* the sender holds it, too */
    const uint8_t *bytes = p->ext ? p->ext->bytes : NULL;
    if (to->bytes || bytes) {
        uint32_t n = bytes ? ns_min(p->ext->n_bytes, len) : 0;
        to->bytes = to->bytes ? g_realloc(to->bytes, have + len) : g_malloc0(have + len);
        if (n) memcpy(to->bytes + have, bytes, n);
        memset(to->bytes + have + n, 0, len - n);
    }
    to->end_seq += len;
    to->fin = p->tcp_flags & TCPHDR_FIN;
    NET_INC_STATS(tp->sk.net, TCPEXT_TCPRCVCOALESCE);
    return true;
}

/* ---- collapsing: runs that take more memory than they are worth are copied into pages ---- */

/* tcp_collapse_one(): @r was copied, or has nothing new. @return the next one */
static struct tcp_rcv_skb *collapse_one(struct tcp_sock *tp, struct run_list q, struct tcp_rcv_skb *r)
{
    struct tcp_rcv_skb *next = r->next;
    *(r->prev ? &r->prev->next : q.head) = next;
    *(next ? &next->prev : q.tail) = r->prev;
    tcp_rcv_skb_free(tp, r);
    NET_INC_STATS(tp->sk.net, TCPEXT_TCPRCVCOLLAPSED);
    return next;
}

static struct tcp_rcv_skb *insert_before(struct tcp_sock *tp, struct run_list q, struct tcp_rcv_skb *r, uint32_t seq, uint32_t bytes)
{
    struct tcp_rcv_skb *n = pool_get(&tp->tn->rcv_skbs);
    *n = (struct tcp_rcv_skb){ .next = r, .prev = r->prev, .seq = seq, .end_seq = seq, .truesize = skb_truesize(bytes) };
    *(r->prev ? &r->prev->next : q.head) = n;
    r->prev = n;
    tp->sk.rmem_alloc += (int32_t) n->truesize;
    tcp_mem_charge(tp, (int32_t) n->truesize);
    return n;
}

/* The first run before @stop where copying pays: bloated, partly read, or overlapped by the next. NULL: none */
static struct tcp_rcv_skb *first_to_collapse(struct tcp_sock *tp, struct run_list q, struct tcp_rcv_skb *r,
                                             const struct tcp_rcv_skb *stop, uint32_t *start)
{
    while (r && r != stop) {
        if (!seq_before(*start, r->end_seq)) {
            r = collapse_one(tp, q, r);
            continue;
        }
        int32_t len = (int32_t) (r->end_seq - r->seq);
        if (!r->fin && (tcp_win_from_space(tp, (int32_t) r->truesize) > len || seq_before(r->seq, *start))) return r;
        if (r->next && r->next != stop && r->end_seq != r->next->seq) return r->fin ? NULL : r;
        *start = r->end_seq;
        r = r->next;
    }
    return NULL;
}

static void copy_run(struct tcp_rcv_skb *to, const struct tcp_rcv_skb *from, uint32_t n)
{
    uint32_t have = to->end_seq - to->seq;
    if (from->bytes || to->bytes) {
        to->bytes = to->bytes ? g_realloc(to->bytes, have + n) : g_malloc0(have + n);
        if (from->bytes) memcpy(to->bytes + have, from->bytes + (to->end_seq - from->seq), n);
        else memset(to->bytes + have, 0, n);
    }
    to->end_seq += n;
}

/* tcp_collapse(): [@start, @end) of the runs from @r to before @stop; overlaps and what was read are left out. */
static void collapse(struct tcp_sock *tp, struct run_list q, struct tcp_rcv_skb *r, const struct tcp_rcv_skb *stop,
                     uint32_t start, uint32_t end)
{
    r = first_to_collapse(tp, q, r, stop, &start);
    if (!r) return;
    while (seq_before(start, end)) {
        uint32_t room = ns_min((uint32_t) PAGE_PAYLOAD, end - start);
        struct tcp_rcv_skb *n = insert_before(tp, q, r, start, room);
        while (room > 0) {
            uint32_t size = seq_before(start, r->end_seq) ? ns_min(room, r->end_seq - start) : 0;
            copy_run(n, r, size);
            room -= size;
            start += size;
            if (seq_before(start, r->end_seq)) continue;
            r = collapse_one(tp, q, r);
            if (!r || r == stop || r->fin) return;
        }
    }
}

/* tcp_collapse_ofo_queue(): each island by itself; tiny ones only if they hold less than an eighth of the buffer together. */
static void collapse_ofo_queue(struct tcp_sock *tp)
{
    uint32_t tiny = 0;
    for (struct tcp_rcv_skb *head = tp->ofo_head, *r; head; head = r) {
        uint32_t start = head->seq, end = head->end_seq, truesize = head->truesize;
        for (r = head->next; r && !seq_after(r->seq, end); r = r->next) {
            truesize += r->truesize;
            if (seq_after(r->end_seq, end)) end = r->end_seq;
        }
        if (truesize != head->truesize || end - start >= PAGE_PAYLOAD) {
            collapse(tp, ofo_queue(tp), head, r, start, end);
        } else {
            tiny += truesize;
            if (tiny > (uint32_t) tp->sk.rcvbuf >> 3) return;
        }
    }
}

/* ---- pruning ---- */

/* Until the rest fits, an eighth of the buffer at a time; not what lies before the packet (since 6.2). */
static void prune_ofo_queue(struct tcp_sock *tp, uint32_t seq)
{
    int32_t goal = tp->sk.rcvbuf >> 3;
    bool pruned = false;
    while (tp->ofo_head) {
        struct tcp_rcv_skb *r = tp->rare->ofo_tail;
        if (seq_after(seq, r->seq) && tp->sk.net->profile->version >= 6002) break;
        goal -= (int32_t) r->truesize;
        tcp_rare(tp)->ofo_tail = r->prev;
        *(r->prev ? &r->prev->next : &tp->ofo_head) = NULL;
        tcp_rcv_skb_free(tp, r);
        pruned = true;
        if (goal <= 0) {
            if (tp->sk.rmem_alloc <= tp->sk.rcvbuf) break;
            goal = tp->sk.rcvbuf >> 3;
        }
    }
    if (!pruned) return;
    NET_INC_STATS(tp->sk.net, TCPEXT_OFOPRUNED);
    if (tp->sack_ok) tp->n_sacks = tp->n_dsack = 0; /* tcp_sack_reset(): what we told is void */
}

/* More arrived than fits: the buffer follows if it may, else the window closes. */
static void clamp_window(struct tcp_sock *tp)
{
    tp->ack_quick = 0;
    if (tp->sk.rcvbuf < tp->tn->knobs.rmem[2] && !(tp->sk.opts & SOCK_RCVBUF_LOCK))
        tp->sk.rcvbuf = ns_min(tp->sk.rmem_alloc, tp->tn->knobs.rmem[2]);
    if (tp->sk.rmem_alloc > tp->sk.rcvbuf) tp->rcv_ssthresh = ns_min(tp->window_clamp, 2u * tp->advmss);
}

/* tcp_prune_queue() */
static bool prune_queue(struct tcp_sock *tp, uint32_t seq)
{
    NET_INC_STATS(tp->sk.net, TCPEXT_PRUNECALLED);
    clamp_window(tp);
    if (tp->sk.rmem_alloc <= tp->sk.rcvbuf) return true;
    collapse_ofo_queue(tp);
    if (tp->rcv_head) collapse(tp, receive_queue(tp), tp->rcv_head, NULL, tp->copied_seq, tp->rcv_nxt);
    if (tp->sk.rmem_alloc <= tp->sk.rcvbuf) return true;
    prune_ofo_queue(tp, seq);
    if (tp->sk.rmem_alloc <= tp->sk.rcvbuf) return true;
    NET_INC_STATS(tp->sk.net, TCPEXT_RCVPRUNED);
    return false;
}

bool tcp_try_rmem_schedule(struct tcp_sock *tp, uint32_t seq)
{
    return tp->sk.rmem_alloc <= tp->sk.rcvbuf || prune_queue(tp, seq);
}
