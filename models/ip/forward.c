/* SPDX-License-Identifier: GPL-3.0-or-later */
/* forward.c - packets through a router (net/ipv4/ip_forward.c).
 *
 * A hop touches the first cache line of the packet, one of the host and one input route, then the wire out.  The header
 * checksum follows from the descriptor, so decrementing the TTL is all.
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

/* The next packet to that destination need not ask again: until net_input_changed() this is the way, and nobody has to
 * be told of it or may stop it. */
static void find_wire(const struct net *net, const struct netdev *in, struct input_route *to)
{
    const struct neighbour *n = to->neigh;
    if (net->ip->has_rp_filter || net->ip->forwards != IP_FORWARDS_ALL || !(to->dev->raw_ip || n->nud_state & NUD_CONNECTED)) return;
    to->wire = netdev_bare_wire(to->dev, n ? n->mac : NULL);
    if (in->link) link_look_ahead(netdev_wire_in(in), &net->input_cache, to, to->wire);
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
    uint32_t len = p->gso_segs > 1 ? p->gso_size + p->hdr_len : p->len;
    if (ns_unlikely(!to->wire)) {
        if (!to->neigh && !to->dev->raw_ip) to->neigh = neigh_lookup(net, to->dev, to->route->via ? to->route->via : p->daddr);
        find_wire(net, in, to);
    }
    if (ns_unlikely(len > to->mtu)) {
        too_big(net, p, to);
        return;
    }
    p->ttl--;
    NET_INC_STATS(net, IP_OUTTRANSMITS);
    NET_ADD_STATS(net, IPEXT_OUTOCTETS, p->len);
    if (ns_likely(to->wire && p->gso_segs == 1)) netdev_xmit_bare(to->wire, p);
    else neigh_output(net, to->dev, to->neigh, p);
}
