/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fib.h - what the files of this room share: addresses, the forwarding information base, neighbours. */
#pragma once
#include "models/ip/ip.h"
#include "models/ip/map.h"

/* ---- route.c ---- */

struct fib_node {
    struct route route;    /* first: public pointers are to it */
    struct fib_node *next; /* same prefix, the same or a higher priority value; or the list of removed ones */
};

struct fib_table {
    struct map prefixes;   /* prefix_key() -> the fib_node with the lowest priority value */
    uint64_t plens;        /* bit l: there are prefixes of length l */
    uint32_t n_of_plen[33];
};

struct pmtu_exception {
    uint32_t mtu;
    netsim_time expires;
};

struct fib {
    struct fib_table local, main;
    struct ip_addr *addrs; /* of each device in the kernel's order: secondary ones last */
    unsigned n_addrs;
    struct map pmtu;       /* destination -> struct pmtu_exception */
    struct fib_node *removed; /* kept: a socket may still read its route's metrics until it looks again */
};

static inline uint32_t ip_mask(unsigned plen)
{
    return plen ? ~0u << (32 - plen) : 0;
}

static inline bool ip_is_multicast(uint32_t addr)
{
    return addr >> 28 == 14;
}

/** The route of a packet without neighbour, of @oif if that is given: then *on_link if the tables have none.  As ip_route_connect(). */
int ip_route_output(struct net *net, uint32_t daddr, uint32_t saddr, struct netdev *oif, struct dst *dst, struct route *on_link);
/** Put the MTU that ICMP taught for @daddr into @metrics. @return the seconds for which it holds; 0: there is none */
uint32_t ip_learned_mtu(struct net *net, const struct route *r, uint32_t daddr, struct route_metrics *metrics);

/** @return 0, -EEXIST, -ENOENT */
int fib_insert(struct net *net, const struct route *route, enum route_how how);
/** Remove every route of @dev of that table for which @match says so. */
void fib_remove(struct net *net, struct fib_table *table, bool (*match)(const struct route *r, const void *data), const void *data);
bool ip_fail(GError **error, const char *text);
/** Kernels before 4.12 had no extended error messages: iproute2 prints strerror(). */
bool ip_has_extack(const struct net *net);
/** Fail with "Error: @extack", or as old kernels did with "RTNETLINK answers: ...". */
bool ip_fail_extack(const struct net *net, GError **error, const char *extack, int err);
/** Source address for @daddr (0: any) out of @dev, of no narrower scope than @scope (inet_select_addr()); 0: none. */
uint32_t ip_select_addr(const struct net *net, const struct netdev *dev, uint32_t daddr, uint8_t scope);
/** Are both in one subnet of @dev (inet_addr_onlink())? */
bool ip_is_onlink(const struct netdev *dev, uint32_t a, uint32_t b);

/** The way in or through for packets to @daddr. */
struct input_route *ip_input_route_fill(struct net *net, struct input_route *e, uint32_t daddr);
static inline struct input_route *ip_input_route(struct net *net, uint32_t daddr)
{
    struct input_route *e = &net->input_cache[(daddr * 0x9e3779b1u >> 16) & net->input_mask];
    if (ns_likely(e->daddr == daddr && e->generation == net->input_generation)) return e;
    return ip_input_route_fill(net, e, daddr);
}

void route_init(struct ip_net *ip);
void route_free(struct ip_net *ip);

/* ---- neigh.c ---- */

enum { /* include/uapi/linux/neighbour.h */
    NUD_NONE = 0, NUD_INCOMPLETE = 0x01, NUD_REACHABLE = 0x02, NUD_STALE = 0x04, NUD_DELAY = 0x08, NUD_PROBE = 0x10,
    NUD_FAILED = 0x20, NUD_NOARP = 0x40, NUD_PERMANENT = 0x80,
    NUD_CONNECTED = NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE,
    NUD_IN_TIMER = NUD_INCOMPLETE | NUD_REACHABLE | NUD_DELAY | NUD_PROBE,
    NUD_VALID = NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE | NUD_PROBE | NUD_STALE | NUD_DELAY,
};

struct neighbour {
    uint8_t nud_state;
    uint8_t mac[6];
    uint8_t probes;             /* sent, plus ucast_solicit when broadcasts are counted */
    uint32_t addr;
    struct netdev *dev;
    uint32_t confirmed, used, updated; /* jiffies */
    uint32_t n_queued, queued_bytes;   /* waiting for the address; bytes are truesize */
    struct pkt *queue, **queue_tail;
    struct timer timer;         /* background but for INCOMPLETE */
    struct neighbour *next;     /* all, in the order of their making */
};

void neigh_init(struct ip_net *ip);
void neigh_free(struct ip_net *ip);
/** The entry of @addr on @dev, made if there is none.  It stays until the host goes. */
struct neighbour *neigh_lookup(struct net *net, struct netdev *dev, uint32_t addr);
void neigh_resolve_output(struct net *net, struct neighbour *n, struct pkt *p);
/** Forget everything about the neighbours of the device, which went down or has another address. */
void neigh_flush_dev(struct netdev *dev);
void arp_rcv(struct netdev *dev, struct pkt *p);

/** Hand @p to the next hop.  @n is NULL on devices without link addresses.  Consumes p. */
static inline void neigh_output(struct net *net, struct netdev *dev, struct neighbour *n, struct pkt *p)
{
    if (!n) netdev_xmit(dev, p, NULL);
    else if (ns_likely(n->nud_state & NUD_CONNECTED)) netdev_xmit(dev, p, n->mac);
    else neigh_resolve_output(net, n, p);
}

/* ---- frag.c ---- */

/** Send @p, which is larger than @mtu and may be cut.  Consumes p. */
void ip_fragment(struct net *net, struct netdev *dev, struct neighbour *neigh, struct pkt *p, uint32_t mtu);
/** Keep a fragment for us.  @return the whole datagram if it was the last one missing, with its truesize; else NULL */
struct pkt *ip_defrag(struct net *net, struct pkt *p);
void frag_init(struct ip_net *ip);
void frag_free(struct ip_net *ip);

/* ---- input.c, forward.c, icmp.c ---- */

void ip4_rcv(struct netdev *dev, struct pkt *p);
void ip_forward(struct net *net, struct netdev *in, struct pkt *p, struct input_route *to);
/** @p came in, but @to is no way to its destination, or this host does not forward.  Consumes p. */
void ip_error(struct net *net, struct netdev *dev, struct pkt *p, const struct input_route *to);
void icmp_init(struct net *net);
void icmp_free(struct ip_net *ip);
