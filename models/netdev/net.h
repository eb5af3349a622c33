/* SPDX-License-Identifier: GPL-3.0-or-later */
/* net.h - struct net: a host's network namespace, what all rooms of a host share (the kernel's struct net). */
#pragma once
#include "core/timer.h"
#include "models/wire/pkt.h"
#include "models/wire/snmp.h"
#include <netsim/host.h>

struct net;
struct netdev;
struct netdev_upper;
struct ip_net;
struct udp_net;
struct input_route;
struct tcp_net;
struct sock_net;

/* A transport, as IP sees it (struct net_protocol). */
struct net_protocol {
    void (*handler)(struct net *net, struct netdev *dev, struct pkt *p);       /* consumes p */
    void (*err_handler)(struct net *net, const struct pkt *icmp);              /* icmp->ext->quoted is the packet that failed */
};

/* Which behaviour a kernel has; data, not code (host/profile.c has the rows). */
struct kernel_profile {
    const char *name;
    unsigned hz;
    unsigned version;            /* major * 1000 + minor: 2032, 3010, 6001, 6018, 7002 */
    uint32_t init_cwnd_segs;     /* initial congestion window; 0: RFC 3390 */
    uint32_t init_rwnd_segs;     /* initial receive window in segments of mss; 0: from tcp_rmem[1] */
    uint32_t init_rto_ms;        /* before the first sample */
    bool adv_win_scale;          /* window = space - (space >> tcp_adv_win_scale), not scaling_ratio */
    bool has_prr;                /* proportional rate reduction in recovery, not rate halving */
};

enum { SNMP_BLOCK = 32 }; /* counters that are made together */

struct net {
    _Alignas(64) struct node node; /* first */
    struct sim *sim;
    const struct netdev_upper *upper;       /* netdev.h; set before devices are made */
    struct ip_net *ip;
    struct sock_net *sock;
    struct tcp_net *tcp;
    struct udp_net *udp;
    struct timer_wheel wheel;
    const struct kernel_profile *profile;
    struct netdev *devices, **devices_tail; /* "lo" first */
    unsigned n_devices;
    const struct net_protocol *protocols[256];
    struct drop_place drops;     /* of the host itself: IP, transports */
    uint64_t n_pkts;             /* descriptors made here: identity for the fingerprint */
    /* ---- a forwarded packet touches this cache line, and no other of the host's ---- */
    _Alignas(64) struct input_route *input_cache; /* ip.h: destinations that packets came for lately */
    uint32_t input_mask;         /* entries - 1 */
    uint32_t input_generation;   /* of the entries that are valid; never 0 */
    uint64_t mib[N_SNMP_HOT];    /* the most frequent first */
    uint64_t *mib_blocks[(N_SNMP_COUNTERS - N_SNMP_HOT + SNMP_BLOCK - 1) / SNMP_BLOCK]; /* NULL: nothing counted in it */
};
_Static_assert(offsetof(struct net, mib) % 64 + (SNMP_IPEXT_INNOECTPKTS + 1) * sizeof(uint64_t) == 64, "one cache line");

/** A host's network namespace: struct host begins with it (models/host/host.h asserts that). */
static inline struct net *host_net(NetsimHost *host)
{
    return (struct net *) (void *) host;
}

/** What the entries of the input cache say of routes, devices or neighbours is not true any more. */
static inline void net_input_changed(struct net *net)
{
    if (++net->input_generation == 0) net->input_generation = 1;
}

/** Where a counter is kept that has its place in a block; makes the block. */
__attribute__((cold)) uint64_t *net_cold_counter(struct net *net, enum snmp_counter id);

/** Where a counter is kept, for counting. */
static inline uint64_t *net_counter(struct net *net, enum snmp_counter id)
{
    return id < N_SNMP_HOT ? &net->mib[id] : net_cold_counter(net, id);
}

/** The value of a counter. */
static inline uint64_t net_count(const struct net *net, enum snmp_counter id)
{
    if (id < N_SNMP_HOT) return net->mib[id];
    const uint64_t *block = net->mib_blocks[(id - N_SNMP_HOT) / SNMP_BLOCK];
    return block ? block[(id - N_SNMP_HOT) % SNMP_BLOCK] : 0;
}

#define NET_INC_STATS(net, id) (++*net_counter(net, SNMP_##id))
#define NET_DEC_STATS(net, id) (--*net_counter(net, SNMP_##id))
#define NET_ADD_STATS(net, id, n) (*net_counter(net, SNMP_##id) += (n))

/** This host's jiffies, now. */
static inline uint32_t net_jiffies(struct net *net)
{
    return timer_jiffies(&net->wheel);
}
