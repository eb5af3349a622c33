/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ip.h - IPv4: addresses, routes, neighbours, input, output, forwarding, ICMP. */
#pragma once
#include "core/rng.h"
#include "models/netdev/netdev.h"
#include "models/wire/icmp.h"

struct face;

/* include/uapi/linux/rtnetlink.h */
enum { RTPROT_UNSPEC, RTPROT_REDIRECT, RTPROT_KERNEL, RTPROT_BOOT, RTPROT_STATIC };
enum { RT_SCOPE_UNIVERSE = 0, RT_SCOPE_LINK = 253, RT_SCOPE_HOST = 254, RT_SCOPE_NOWHERE = 255 };
enum { RT_TABLE_MAIN = 254, RT_TABLE_LOCAL = 255 };
enum route_type { ROUTE_UNICAST, ROUTE_LOCAL, ROUTE_BROADCAST, ROUTE_BLACKHOLE, ROUTE_UNREACHABLE, ROUTE_PROHIBIT, ROUTE_THROW };
enum { RTAX_MTU = 2, RTAX_WINDOW = 3, RTAX_ADVMSS = 8, RTAX_INITCWND = 11, RTAX_RTO_MIN = 13, RTAX_INITRWND = 14, RTAX_QUICKACK = 15 };

/* Metrics of a route (RTAX_*). */
struct route_metrics {
    uint32_t initcwnd, initrwnd; /* segments; 0: not given */
    uint32_t mtu, advmss, window; /* bytes */
    uint32_t rto_min_us;
    uint32_t given, locked;      /* 1 << RTAX_*: those that were written, even 0; those with the word lock */
    bool quickack;
};

struct route {
    uint32_t dst;       /* host order */
    uint8_t plen;
    uint8_t type;       /* enum route_type */
    uint8_t scope;      /* RT_SCOPE_* */
    uint8_t protocol;   /* RTPROT_* */
    uint8_t table;      /* 0: main; of local and broadcast routes: local */
    bool is_onlink;     /* via is on dev, whatever the table says */
    uint32_t via;       /* 0: on link */
    struct netdev *dev;
    uint32_t prefsrc;   /* source address to use; 0: the device's */
    uint32_t priority;  /* metric: lower wins */
    struct route_metrics metrics;
};

/* An address of a device (struct in_ifaddr). */
struct ip_addr {
    struct netdev *dev;
    uint32_t local;      /* our address */
    uint32_t address;    /* the same, or the peer's on a line between two */
    uint32_t broadcast;  /* 0: none */
    uint32_t rt_priority; /* of its prefix route */
    uint8_t plen, scope;
    bool is_secondary;   /* a primary address of the same subnet and device came before */
    bool no_prefix_route;
    char label[16];
};

struct neighbour;
struct ip_args;

/* A resolved way to a destination, kept by sockets; valid while generation equals ip_net's. */
struct dst {
    const struct route *route; /* NULL: none */
    struct netdev *dev;
    struct neighbour *neigh;   /* next hop; NULL on raw-IP devices */
    uint32_t saddr;            /* source address that would be chosen */
    uint32_t generation;
    uint32_t mtu;              /* of the path: route's metric, learned PMTU, or the device's */
};

struct ip_knobs {
    int ip_default_ttl, ip_no_pmtu_disc, ip_forward_use_pmtu, icmp_echo_ignore_all, icmp_ratelimit, icmp_ratemask;
    int icmp_msgs_burst, icmp_msgs_per_sec;
    int ip_local_port_range[2];
    int ipfrag_time, min_pmtu, mtu_expires, icmp_echo_ignore_broadcasts;
    int64_t ipfrag_high_thresh, ipfrag_low_thresh, ip_unprivileged_port_start;
};

/* net.ipv4.conf.DEV (struct ipv4_devconf) */
struct ip_conf {
    int forwarding, rp_filter, arp_announce, arp_ignore, route_localnet;
};

enum { NEIGH_QUEUED_PKT_BYTES = 2090 }; /* SKB_TRUESIZE(ETH_FRAME_LEN): what unres_qlen counts */

/* net.ipv4.neigh.DEV (struct neigh_parms) */
struct neigh_parms {
    int base_reachable_time_ms, retrans_time_ms, unres_qlen_bytes, mcast_solicit, mcast_resolicit, ucast_solicit,
        delay_first_probe_time, locktime_ms;
};

/* IP's part of a device: dev->ip_ptr. */
struct in_device {
    struct ip_conf conf;
    struct neigh_parms parms;
    uint32_t reachable_time; /* of neighbours, in jiffies, drawn at last_rand; 0: not yet */
    uint32_t last_rand;
};

/* How the setting of a device and that of all devices combine (include/linux/inetdevice.h). */
#define IN_DEV_MAXCONF(dev, field) ns_max((dev)->net->ip->conf_all.field, (dev)->ip_ptr->conf.field)
#define IN_DEV_ORCONF(dev, field) ((dev)->net->ip->conf_all.field || (dev)->ip_ptr->conf.field)
#define IN_DEV_ANDCONF(dev, field) ((dev)->net->ip->conf_all.field && (dev)->ip_ptr->conf.field)

/* Which devices forward what they receive. */
enum { IP_FORWARDS_NONE, IP_FORWARDS_ALL, IP_FORWARDS_SOME };

/* A destination that packets came for lately: what input needs, in one cache line.  Entries of net->input_cache, which
 * is direct-mapped by destination address. */
struct input_route {
    _Alignas(64) uint32_t daddr;
    uint32_t generation;      /* net->input_generation when it was filled; 0: empty */
    struct link_dir *wire;    /* packets to be forwarded go there at once: netdev_bare_wire(); NULL: have a closer look */
    struct netdev *dev;       /* out */
    struct neighbour *neigh;  /* NULL on raw-IP devices */
    const struct route *route; /* NULL: none */
    uint32_t mtu;
    uint8_t type;             /* enum route_type; ROUTE_UNREACHABLE if there is no route */
};
_Static_assert(sizeof(struct input_route) == 64, "a cache line");

struct ip_net {
    _Alignas(64) struct net *net;
    uint32_t generation;      /* changes when routes, addresses or devices do; never 0 */
    uint16_t id;              /* of the next packet without a socket */
    uint8_t forwards;         /* IP_FORWARDS_*: devinet.c */
    bool has_rp_filter;       /* on some device */
    uint32_t cache_misses;    /* of net->input_cache: conflicts since it grew */
    struct ip_knobs knobs;
    struct ip_conf conf_all, conf_default;
    struct neigh_parms parms_default;
    struct fib *fib;          /* route.c */
    struct neigh_table *neigh; /* neigh.c */
    struct icmp_peers *peers; /* icmp.c */
    struct ping *pings;       /* ping.c: that run */
    uint16_t ping_id;         /* of the last one */
    struct frag_table *frags; /* frag.c */
    bool (*cmd_tcp_metrics)(struct ip_args *a); /* ip tcp_metrics: TCP's */
    struct rng_stream *rng;   /* of the host: neighbour times, ports */
};

/** Make net->ip, set net->upper, register ICMP.  The timer wheel must be there. */
void ip_net_init(struct net *net);
void ip_net_free(struct net *net);

/* ---- devinet.c ---- */

/** A device was made, or will be freed. */
void ip_dev_new(struct netdev *dev);
void ip_dev_free(struct netdev *dev);
/** Some struct ip_conf was written to; @star: the device's name, "all" or "default". */
void ip_conf_changed(struct net *net, const char *const star[]);
/** ... forwarding; star[0] NULL means "all". */
void ip_forward_changed(struct net *net, const char *const star[]);

/* ---- addresses and routes ---- */
/** Add @ifa (is_secondary is found out) and its local, connected and broadcast routes.  One that is there: its metric changes. */
bool ip_ifa_add(const struct ip_addr *ifa, bool may_replace, GError **error);
/** Remove the address with dev, local, plen, the subnet of address, and label if there is one.  @any_prefix  plen does not matter */
bool ip_ifa_del(const struct ip_addr *like, bool any_prefix, GError **error);
bool ip_addr_add(struct netdev *dev, uint32_t addr, unsigned plen, GError **error);
bool ip_addr_del(struct netdev *dev, uint32_t addr, unsigned plen, GError **error);
/** The first address of @dev, or 0. */
uint32_t ip_addr_primary(const struct netdev *dev);
bool ip_addr_is_local(struct net *net, uint32_t addr);
/* How a route gets into its table; one that is there has the same prefix and priority (NLM_F_* of fib_table_insert()). */
enum route_how {
    ROUTE_ADD,     /* only if there is none */
    ROUTE_REPLACE, /* in the place of the first one, or new */
    ROUTE_CHANGE,  /* in the place of the first one */
    ROUTE_APPEND,  /* behind them */
    ROUTE_PREPEND, /* before them */
    ROUTE_TEST,    /* not at all: is there none? */
};
bool ip_route_add(struct net *net, const struct route *route, enum route_how how, GError **error);
/* Which route `ip route del` means: the first that fits. */
struct route_match {
    struct route route;      /* 0 and NULL fit any, but for dst, plen, table */
    bool has_type, has_scope;
};
bool ip_route_del(struct net *net, const struct route_match *match, GError **error);
/** Calls @func for every route of @table (RT_TABLE_*) in the order in which `ip route` prints them. */
void ip_route_each(struct net *net, uint8_t table, void (*func)(const struct route *r, void *data), void *data);
void ip_addr_each(struct netdev *dev, void (*func)(uint32_t addr, unsigned plen, void *data), void *data);
void ip_dev_event(struct netdev *dev, enum netdev_event event);

/** Longest prefix, then lowest priority.  NULL: no route. */
const struct route *ip_route_lookup(struct net *net, uint32_t daddr);

/** Resolve @daddr (from @saddr, 0 = any) into *dst. @return 0 or -ENETUNREACH, -EHOSTUNREACH, -EACCES, -EINVAL */
int ip_route_connect(struct net *net, uint32_t daddr, uint32_t saddr, struct dst *dst);

/** Every cached dst and input route has to be looked up again. */
static inline void ip_routes_changed(struct net *net)
{
    if (++net->ip->generation == 0) net->ip->generation = 1;
    net_input_changed(net);
}

/** dst is still good; else resolve it again. Cheap when it is good. */
static inline int ip_dst_check(struct net *net, uint32_t daddr, uint32_t saddr, struct dst *dst)
{
    if (ns_likely(dst->generation == net->ip->generation)) return 0;
    return ip_route_connect(net, daddr, saddr, dst);
}

/** Is the destination of @dst a broadcast?  Transports refuse it without SO_BROADCAST. */
static inline bool ip_dst_is_broadcast(const struct dst *dst, uint32_t daddr)
{
    return dst->route->type == ROUTE_BROADCAST || daddr == UINT32_MAX;
}

/* IP_MTU_DISCOVER */
enum { IP_PMTUDISC_DONT, IP_PMTUDISC_WANT, IP_PMTUDISC_DO, IP_PMTUDISC_PROBE, IP_PMTUDISC_INTERFACE, IP_PMTUDISC_OMIT };

/** The path's MTU to @daddr was learned from ICMP (RFC 1191); kept for ten minutes. */
void ip_update_pmtu(struct net *net, uint32_t daddr, uint32_t mtu);
/** Forget what was learned so; ip_routes_changed() follows. */
void ip_flush_pmtu(struct net *net);

void neigh_confirm(struct net *net, struct neighbour *n);
/** dst_confirm(): the next hop was heard of through a transport's progress, so ARP need not ask. */
static inline void ip_dst_confirm(struct net *net, const struct dst *dst)
{
    if (dst->neigh) neigh_confirm(net, dst->neigh);
}

/* ---- neighbours (ARP) ---- */

/** Calls @func for every neighbour, in the order of their making. */
void ip_neigh_each(struct net *net, void (*func)(struct neighbour *n, void *data), void *data);
/** NULL: nothing is known of @addr. */
struct neighbour *ip_neigh_find(struct netdev *dev, uint32_t addr);
enum neigh_how { NEIGH_ADD, NEIGH_REPLACE, NEIGH_CHANGE };
/**
 * `ip neigh add ADDR lladdr @mac nud @state dev @dev`
 * @mac    NULL: as it is
 * @state  NUD_*: fib.h
 * @return 0, -EEXIST, -ENOENT, or -EINVAL: the state needs an address
 */
int ip_neigh_set(struct netdev *dev, uint32_t addr, const uint8_t *mac, uint8_t state, enum neigh_how how);
/** `ip neigh del`. @return 0 or -ENOENT */
int ip_neigh_del(struct netdev *dev, uint32_t addr);

/* ---- output ---- */

/**
 * Send a transport's packet: fills ttl (if 0), IP id, digest; loops local addresses back, resolves the neighbour,
 * hands over to the device.  p->len, addresses, proto, tos, flags (PKT_DF) are set.  Consumes p.
 * Packets larger than the MTU are cut into fragments, or dropped (PKT_TOO_BIG) if PKT_DF forbids it.
 */
void ip_queue_xmit(struct net *net, struct dst *dst, struct pkt *p);

/** truesize of a received packet of @len bytes (IP header included) that no sender of this host has allocated; see truesize.c. */
uint32_t ip_truesize(uint32_t len);
/** ... of a packet with PKT_LONG_HEAD. */
uint32_t ip_truesize_long_head(uint32_t len);
/** Does a received packet of @len bytes stand in one head? */
bool ip_is_linear(uint32_t len);
/** What of its truesize is neither packet nor room behind it. */
uint32_t ip_head_overhead(void);
/** truesize of alloc_skb(@size). */
uint32_t skb_truesize(uint32_t size);

/* ---- ICMP ---- */
/** Answer @p (not consumed) with an ICMP error, unless RFC 1122 s3.2.2 forbids it. @mtu for FRAG_NEEDED. */
void icmp_send(struct net *net, const struct pkt *p, unsigned type, unsigned code, uint32_t mtu);

/** What an ICMP error means to a socket (icmp_err_convert[]); err 0: nothing. */
struct icmp_err {
    int err;       /* positive errno */
    bool is_fatal; /* ends a connection attempt; else only a hint */
};
struct icmp_err icmp_err_convert(unsigned type, unsigned code);

/** What an operator sees of IP: face.c. */
extern const struct face ip_face;
/** Its settings, up to a row without a name: sysctl.c. */
extern const struct knob ip_sysctls[];
/** ... of it under /proc/net: proc.c. */
extern const struct face ip_proc_face;

/** Datagrams of which fragments wait for the rest: frag.c. */
unsigned ip_n_frag_queues(const struct ip_net *ip);
/** Memory of these fragments. */
uint64_t ip_frag_bytes(const struct ip_net *ip);
