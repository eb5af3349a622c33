/* SPDX-License-Identifier: GPL-3.0-or-later */
/* icmp.c - ICMP: echo, errors sent and received (net/ipv4/icmp.c; RFC 792, RFC 1122 s3.2.2). */
#include "models/ip/fib.h"
#include "models/ip/ping.h"

#include <errno.h>

enum {
    IP_HDR = 20, ICMP_HDR = 8,
    XRLIM_BURST_FACTOR = 6, /* errors that a quiet peer may get at once */
    TOS_INTERNETCONTROL = 0xc0, TOS_MASK = 0x1e,
};

/* ---- rate limit: a token bucket for each peer (inet_peer_xrlim_allow()) ---- */

struct peer {
    uint32_t tokens, last; /* jiffies */
};

struct icmp_peers {
    struct map map;        /* address -> struct peer */
    int credit;            /* errors that the host may send now, to whomever */
    uint32_t stamp;        /* when it was last raised: jiffies */
};

/* icmp_global_allow(): icmp_msgs_per_sec, in portions of a fiftieth of a second, icmp_msgs_burst at once. */
static bool global_allows(struct net *net)
{
    struct icmp_peers *g = net->ip->peers;
    const struct ip_knobs *k = &net->ip->knobs;
    if (g->credit > 0 || net->profile->version < 3018) return true;
    uint32_t hz = net->wheel.hz, now = net_jiffies(net), delta = ns_min(now - g->stamp, hz);
    int64_t more = (int64_t) k->icmp_msgs_per_sec * delta / hz;
    if (delta < hz / 50 || !more) return false;
    g->stamp = now;
    g->credit = (int) ns_min(g->credit + more, (int64_t) k->icmp_msgs_burst);
    return true;
}

/* icmp_global_consume(): 0 to 2 since 5.10, so that nobody can count what others are sent (CVE-2020-25705). */
static void global_consume(struct net *net)
{
    net->ip->peers->credit -= net->profile->version >= 5010 ? (int) rng_below(net->ip->rng, 3) : 1;
}

static bool peer_allows(struct net *net, uint32_t addr)
{
    struct map *m = &net->ip->peers->map;
    uint32_t now = net_jiffies(net), timeout = timer_msecs_to_jiffies(&net->wheel, (uint64_t) net->ip->knobs.icmp_ratelimit);
    struct peer *peer = map_get(m, addr);
    if (!peer) {
        peer = g_new(struct peer, 1);
        *peer = (struct peer){ .last = now - 60u * net->wheel.hz };
        map_set(m, addr, peer);
    }
    uint32_t tokens = ns_min(peer->tokens + (now - peer->last), XRLIM_BURST_FACTOR * timeout);
    bool allowed = tokens >= timeout;
    *peer = (struct peer){ allowed ? tokens - timeout : tokens, now };
    return allowed;
}

/* icmpv4_global_allow(), icmpv4_xrlim_allow() */
static bool rate_allows(struct net *net, const struct dst *dst, uint32_t addr, unsigned type, unsigned code)
{
    if (type == ICMP_DEST_UNREACH && code == ICMP_FRAG_NEEDED) return true;
    if (!(net->ip->knobs.icmp_ratemask >> type & 1)) return true;
    if (!global_allows(net)) {
        NET_INC_STATS(net, ICMP_RATELIMITGLOBAL);
        return false;
    }
    if (!dst->dev->is_loopback && !peer_allows(net, addr)) {
        NET_INC_STATS(net, ICMP_RATELIMITHOST);
        return false;
    }
    global_consume(net);
    return true;
}

/* ---- sending ---- */

static void count_out(struct net *net, unsigned type)
{
    NET_INC_STATS(net, ICMP_OUTMSGS); /* icmp_out_count() */
    if (type == ICMP_ECHOREPLY) NET_INC_STATS(net, ICMPMSG_OUTTYPE0);
    else if (type == ICMP_DEST_UNREACH) NET_INC_STATS(net, ICMPMSG_OUTTYPE3);
    else if (type == ICMP_ECHO) NET_INC_STATS(net, ICMPMSG_OUTTYPE8);
    else if (type == ICMP_TIME_EXCEEDED) NET_INC_STATS(net, ICMPMSG_OUTTYPE11);
}

/* RFC 1122 s3.2.2: no error about an error, a broadcast, a later fragment, or from nobody in particular. */
static bool may_answer(struct net *net, const struct pkt *p)
{
    if (p->kind != PKT_IP4 || p->flags & PKT_BROADCAST) return false;
    if (p->flags & PKT_FRAGMENT && p->ext->frag_offset) return false;
    if (p->proto == PROTO_ICMP && icmp_type_is_error(p->icmp_type)) return false;
    if (p->saddr == 0 || p->saddr == UINT32_MAX || ip_is_multicast(p->saddr) || ip_is_multicast(p->daddr)) return false;
    const struct route *r = ip_route_lookup(net, p->daddr);
    return p->daddr != UINT32_MAX && !(r && r->type == ROUTE_BROADCAST);
}

void icmp_send(struct net *net, const struct pkt *p, unsigned type, unsigned code, uint32_t mtu)
{
    struct dst dst;
    if (!may_answer(net, p)) return;
    uint32_t saddr = ip_addr_is_local(net, p->daddr) ? p->daddr : 0;
    if (ip_route_connect(net, p->saddr, saddr, &dst)) return;
    if (!rate_allows(net, &dst, p->saddr, type, code)) return;

    struct pkt *e = pkt_new(net->sim);
    uint32_t max = ns_min(dst.mtu, (uint32_t) ICMP_ERROR_MAX_BYTES) - IP_HDR - ICMP_HDR;
    e->proto = PROTO_ICMP;
    e->hdr_len = IP_HDR + ICMP_HDR;
    e->len = e->hdr_len + ns_min(p->len, max);
    e->tos = (uint8_t) ((p->tos & TOS_MASK & ~INET_ECN_MASK) | TOS_INTERNETCONTROL);
    e->saddr = saddr ? saddr : dst.saddr;
    e->daddr = p->saddr;
    e->icmp_type = (uint8_t) type;
    e->icmp_code = (uint8_t) code;
    e->icmp_mtu = mtu;
    pkt_ext(e)->quoted = pkt_quote(p);
    count_out(net, type);
    TRACE(net->sim, ICMP_SEND, net->node.name, p->digest, type, code, p->saddr, p->daddr, p->proto == PROTO_UDP ? p->sport : 0u,
          p->proto == PROTO_UDP ? p->dport : 0u, p->proto == PROTO_UDP ? pkt_payload_len(p) + 8 : 0u);
    ip_queue_xmit(net, &dst, e);
}

/* icmp_echo(): the request's bytes go back. */
static void echo(struct net *net, struct pkt *p)
{
    struct dst dst;
    bool to_all = p->flags & PKT_BROADCAST;
    if (net->ip->knobs.icmp_echo_ignore_all || (to_all && net->ip->knobs.icmp_echo_ignore_broadcasts)) return;
    if (ip_route_connect(net, p->saddr, to_all ? 0 : p->daddr, &dst)) return;
    struct pkt *r = pkt_new(net->sim);
    r->proto = PROTO_ICMP;
    r->hdr_len = IP_HDR + ICMP_HDR;
    r->len = r->hdr_len + pkt_payload_len(p);
    r->tos = p->tos;
    r->saddr = to_all ? dst.saddr : p->daddr;
    r->daddr = p->saddr;
    r->icmp_type = ICMP_ECHOREPLY;
    r->icmp_id = p->icmp_id;
    r->icmp_seq = p->icmp_seq;
    r->stream = p->stream;
    r->offset = p->offset;
    r->ext = p->ext;
    if (r->ext) r->ext->n_ip_options = 0;
    p->ext = NULL;
    count_out(net, ICMP_ECHOREPLY);
    ip_queue_xmit(net, &dst, r);
}

/* ---- receiving ---- */

struct icmp_err icmp_err_convert(unsigned type, unsigned code)
{
    static const struct icmp_err unreachable[16] = {
        { ENETUNREACH, false }, { EHOSTUNREACH, false }, { ENOPROTOOPT, true }, { ECONNREFUSED, true },
        { EMSGSIZE, false }, { EOPNOTSUPP, false }, { ENETUNREACH, true }, { EHOSTDOWN, true },
        { ENONET, true }, { ENETUNREACH, true }, { EHOSTUNREACH, true }, { ENETUNREACH, false },
        { EHOSTUNREACH, false }, { EHOSTUNREACH, true }, { EHOSTUNREACH, true }, { EHOSTUNREACH, true },
    };
    switch (type) {
    case ICMP_DEST_UNREACH: return code < 16 ? unreachable[code] : (struct icmp_err){ EHOSTUNREACH, true };
    case ICMP_TIME_EXCEEDED: return (struct icmp_err){ EHOSTUNREACH, false };
    case ICMP_PARAMETERPROB: return (struct icmp_err){ EPROTO, true };
    default: return (struct icmp_err){ 0, false };
    }
}

/* icmp_unreach() */
static void error_received(struct net *net, struct pkt *p)
{
    const struct pkt *failed = p->ext ? p->ext->quoted : NULL;
    if (!failed || failed->kind != PKT_IP4) {
        NET_INC_STATS(net, ICMP_INERRORS);
        return;
    }
    bool is_frag_needed = p->icmp_type == ICMP_DEST_UNREACH && p->icmp_code == ICMP_FRAG_NEEDED;
    bool is_judged_later = failed->proto == PROTO_TCP; /* by its sequence number */
    if (is_frag_needed && p->icmp_mtu && !is_judged_later && !net->ip->knobs.ip_no_pmtu_disc && ip_addr_is_local(net, failed->saddr))
        ip_update_pmtu(net, failed->daddr, p->icmp_mtu);
    const struct net_protocol *proto = net->protocols[failed->proto];
    if (proto && proto->err_handler) proto->err_handler(net, p);
}

static void icmp_rcv(struct net *net, struct netdev *dev, struct pkt *p)
{
    (void) dev;
    NET_INC_STATS(net, ICMP_INMSGS);
    if (ns_unlikely(p->flags & (PKT_BAD_CSUM | PKT_BAD_HDR))) {
        if (!(p->flags & PKT_BAD_HDR)) NET_INC_STATS(net, ICMP_CSUMERRORS);
        NET_INC_STATS(net, ICMP_INERRORS);
        pkt_drop(net->sim, &net->drops, p, p->flags & PKT_BAD_HDR ? DROP_PKT_TOO_SMALL : DROP_ICMP_CSUM);
        return;
    }
    if (p->icmp_type <= NR_ICMP_TYPES) ++*net_counter(net, SNMP_ICMPMSG_INTYPE0 + p->icmp_type);
    switch (p->icmp_type) {
    case ICMP_ECHO: echo(net, p); break;
    case ICMP_ECHOREPLY: ping_rcv(net, p); break;
    case ICMP_DEST_UNREACH:
    case ICMP_TIME_EXCEEDED:
    case ICMP_PARAMETERPROB: error_received(net, p); break;
    default: break; /* redirects and the rest change nothing here */
    }
    TRACE_CONSUME_SKB(net->sim, net->node.name, p, "icmp_rcv");
    pkt_consume(net->sim, p);
}

_Static_assert(SNMP_ICMPMSG_INTYPE18 == SNMP_ICMPMSG_INTYPE0 + NR_ICMP_TYPES, "a row for each type");

static const struct net_protocol icmp_protocol = { .handler = icmp_rcv, .err_handler = ping_err };

void icmp_init(struct net *net)
{
    net->ip->peers = g_new0(struct icmp_peers, 1);
    net->protocols[PROTO_ICMP] = &icmp_protocol;
}

void icmp_free(struct ip_net *ip)
{
    struct map *m = &ip->peers->map;
    for (uint32_t i = 0; m->slots && i <= m->mask; i++) g_free(m->slots[i].value);
    map_free(m);
    g_free(ip->peers);
}
