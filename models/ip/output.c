/* SPDX-License-Identifier: GPL-3.0-or-later */
/* output.c - packets of transports to devices (net/ipv4/ip_output.c). */
#include "models/ip/fib.h"

/* What the packet is, for the fingerprint; the second cache line was just written by the transport. */
static uint32_t digest(struct net *net, const struct pkt *p)
{
    uint64_t h = (++net->n_pkts ^ ((uint64_t) p->saddr << 32 | p->daddr)) * 0x9e3779b97f4a7c15ull;
    h ^= ((uint64_t) p->seq << 32 | p->ack) + ((uint64_t) p->sport << 48 | (uint64_t) p->dport << 32 | p->len);
    h *= 0xd6e8feb86659fd93ull;
    h ^= (uint64_t) p->ip_id << 16 | (uint64_t) p->tcp_flags << 8 | p->proto;
    h *= 0x9e3779b97f4a7c15ull;
    return (uint32_t) (h >> 32);
}

/* ip_fragment() */
static void too_big(struct net *net, const struct dst *dst, struct pkt *p)
{
    if (!(p->flags & PKT_DF) && p->gso_segs <= 1) {
        ip_fragment(net, dst->dev, dst->neigh, p, dst->mtu);
        return;
    }
    NET_INC_STATS(net, IP_FRAGFAILS);
    icmp_send(net, p, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, dst->mtu);
    pkt_drop(net->sim, &net->drops, p, DROP_PKT_TOO_BIG);
}

void ip_queue_xmit(struct net *net, struct dst *dst, struct pkt *p)
{
    p->kind = PKT_IP4;
    if (ns_unlikely(ip_dst_check(net, p->daddr, p->saddr, dst))) {
        NET_INC_STATS(net, IP_OUTNOROUTES);
        pkt_drop(net->sim, &net->drops, p, DROP_IP_OUTNOROUTES);
        return;
    }
    if (!p->ttl) p->ttl = (uint8_t) net->ip->knobs.ip_default_ttl;
    if (!p->ip_id && !(p->flags & PKT_DF)) p->ip_id = net->ip->id++; /* RFC 6864: any will do when nothing is cut */
    p->digest = digest(net, p);
    NET_INC_STATS(net, IP_OUTREQUESTS);
    uint32_t len = p->gso_segs > 1 ? p->gso_size + p->hdr_len : p->len;
    if (ns_unlikely(ip_dst_is_broadcast(dst, p->daddr))) {
        NET_INC_STATS(net, IPEXT_OUTBCASTPKTS);
        NET_ADD_STATS(net, IPEXT_OUTBCASTOCTETS, p->len);
    }
    if (ns_unlikely(len > dst->mtu)) {
        too_big(net, dst, p);
        return;
    }
    NET_INC_STATS(net, IP_OUTTRANSMITS);
    NET_ADD_STATS(net, IPEXT_OUTOCTETS, p->len);
    neigh_output(net, dst->dev, dst->neigh, p);
}
