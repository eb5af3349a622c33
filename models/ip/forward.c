/* SPDX-License-Identifier: GPL-3.0-or-later */
/* forward.c - packets through a router (net/ipv4/ip_forward.c).
 *
 * A hop touches the first cache line of the packet, one input route and one neighbour.  The header checksum follows
 * from the descriptor, so decrementing the TTL is all.
 */
#include "models/ip/fib.h"

static void refuse(struct net *net, struct pkt *p, enum drop_reason reason)
{
    pkt_drop(net->sim, &net->drops, p, reason);
}

static void too_big(struct net *net, struct pkt *p, const struct input_route *to)
{
    if (!(p->flags & PKT_DF)) {
        p->ttl--;
        ip_fragment(net, to->dev, to->neigh, p, to->mtu);
        return;
    }
    NET_INC_STATS(net, IP_FRAGFAILS);
    icmp_send(net, p, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, to->mtu);
    refuse(net, p, DROP_PKT_TOO_BIG);
}

void ip_forward(struct net *net, struct netdev *in, struct pkt *p, struct input_route *to)
{
    if (ns_unlikely(p->flags & PKT_BROADCAST || in->is_loopback)) { /* not addressed to this host's link address */
        refuse(net, p, DROP_IP_INADDRERRORS);
        return;
    }
    if (ns_unlikely(p->ttl <= 1)) {
        NET_INC_STATS(net, IP_INHDRERRORS);
        icmp_send(net, p, ICMP_TIME_EXCEEDED, 0, 0);
        refuse(net, p, DROP_IP_TTL);
        return;
    }
    NET_INC_STATS(net, IP_FORWDATAGRAMS); /* before the MTU is looked at, as 6.18 does */
    struct netdev *dev = to->dev;
    if (ns_unlikely(!to->neigh) && !dev->raw_ip)
        to->neigh = neigh_lookup(net, dev, to->route->via ? to->route->via : p->daddr);
    uint32_t len = p->gso_segs > 1 ? p->gso_size + p->hdr_len : p->len;
    if (ns_unlikely(len > to->mtu)) {
        too_big(net, p, to);
        return;
    }
    p->ttl--;
    NET_INC_STATS(net, IP_OUTTRANSMITS);
    NET_ADD_STATS(net, IPEXT_OUTOCTETS, p->len);
    neigh_output(net, dev, to->neigh, p);
}
