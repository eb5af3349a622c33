/* SPDX-License-Identifier: GPL-3.0-or-later */
/* options.c - which options a segment carries (tcp_syn_options(), tcp_established_options()); emit.c knows their bytes. */
#include "models/tcp/tcp.h"

enum { MAX_TCP_OPTION_SPACE = 40 };

static unsigned sack_blocks(const struct tcp_sock *tp, uint32_t used)
{
    unsigned n = tp->n_sacks + tp->n_dsack, room = (MAX_TCP_OPTION_SPACE - used - TCPOLEN_SACK_BASE_ALIGNED) / TCPOLEN_SACK_PERBLOCK;
    return ns_min(n, room);
}

uint32_t tcp_established_options_len(const struct tcp_sock *tp)
{
    uint32_t size = tp->tstamp_ok ? TCPOLEN_TSTAMP_ALIGNED : 0;
    if (ns_unlikely(tp->n_sacks + tp->n_dsack))
        size += TCPOLEN_SACK_BASE_ALIGNED + sack_blocks(tp, size) * TCPOLEN_SACK_PERBLOCK;
    return size;
}

uint32_t tcp_established_options(struct tcp_sock *tp, struct pkt *p)
{
    uint32_t size = 0;
    if (tp->tstamp_ok) {
        p->flags |= PKT_HAS_TS;
        p->tsval = tcp_time_stamp(tp) + tp->ts_offset;
        p->tsecr = tp->ts_recent;
        size += TCPOLEN_TSTAMP_ALIGNED;
    }
    if (ns_unlikely(tp->n_sacks + tp->n_dsack)) {
        unsigned n = sack_blocks(tp, size), i = 0;
        p->n_sack = (uint8_t) n;
        size += TCPOLEN_SACK_BASE_ALIGNED + n * TCPOLEN_SACK_PERBLOCK;
        for (unsigned j = 0; i < n; i++) {
            struct tcp_sack_block b = tp->n_dsack && !i ? tp->rare->duplicate_sack : tp->rare->selective_acks[j++];
            if (!i) p->sack0 = b;
            else pkt_ext(p)->sack[i - 1] = b;
        }
        tp->n_dsack = 0; /* a D-SACK is told once */
    }
    return size;
}

uint32_t tcp_syn_options_len(const struct pkt *p)
{
    uint32_t size = 4; /* MSS */
    if (p->flags & PKT_HAS_TS) size += TCPOLEN_TSTAMP_ALIGNED; /* SACK-permitted fits into its padding */
    else if (p->flags & PKT_SACK_OK) size += 4;
    if (p->flags & PKT_HAS_WSCALE) size += 4;
    return size;
}

struct pkt *tcp_make_control(struct net *net, uint32_t saddr, uint16_t sport, uint32_t daddr, uint16_t dport, uint8_t flags)
{
    struct pkt *p = pkt_new(net->sim);
    p->kind = PKT_IP4;
    p->proto = PROTO_TCP;
    p->flags = PKT_DF;
    p->saddr = saddr;
    p->daddr = daddr;
    p->sport = sport;
    p->dport = dport;
    p->tcp_flags = flags;
    p->len = p->hdr_len = 40;
    return p;
}
