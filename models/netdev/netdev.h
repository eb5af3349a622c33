/* SPDX-License-Identifier: GPL-3.0-or-later */
/* netdev.h - network devices of a host.
 *
 * A light host's device hands over to the wire at once, segment by segment, without back-pressure.
 */
#pragma once
#include "core/knob.h"
#include "core/gauge.h"
#include "models/link/link.h"
#include "models/netdev/net.h"

struct capture;
struct face;
struct in_device;

struct netdev {
    /* ---- a packet touches this cache line ---- */
    struct port port;            /* first: port.receive finds the device */
    struct net *net;
    const struct netdev_upper *upper; /* net's */
    bool is_up, is_loopback, raw_ip;
    bool is_watched;             /* by a capture, a tap or a probe: netdev_watch() */
    uint8_t mac[6];
    uint8_t peer_mac[6];         /* of the device at the other end of the link */

    NetsimDeviceStats own;       /* besides what the link's counters say: netdev_stats() */
    uint8_t hard_header_len;     /* counted in rx_bytes and tx_bytes, as Linux does: 14, raw IP: 0 */
    struct capture *capture;     /* NULL: none */
    void *tap_func;              /* packet.h; NULL: none */
    void *tap_data;
    struct netdev *next;
    struct in_device *ip_ptr;    /* IP's part of it */
    struct link *link;
    struct loopback *loopback;   /* "lo": what is on its way; else NULL */
    char name[16];
    char *label;                 /* "server:eth0" */
    unsigned ifindex;
    uint32_t mtu;
    uint32_t txqueuelen;         /* shown only: there is no queue */
    bool no_arp;                 /* IFF_NOARP; raw IP has none in any case */
    bool is_promisc;             /* shown only: frames for others are passed up, and dropped by IP, in any case */
    struct drop_place drops;
    struct fingerprint fp;
    uint64_t entity_id;
};
_Static_assert(offsetof(struct netdev, own) == 64, "a cache line");

/** Add a device to @net: up, MTU 1500, no link; "lo" loops back what it sends.  The host frees it. */
struct netdev *netdev_new(struct net *net, const char *name);
struct netdev *netdev_by_name(struct net *net, const char *name);
struct netdev *netdev_by_index(struct net *net, unsigned ifindex);
void netdev_free(struct netdev *dev);

/**
 * Transmit a packet that is ready for the wire (IP header final).  Super-packets are cut into segments here (gso.c).
 * @dst  the next hop's MAC address; ignored on raw-IP and loopback devices.  Consumes p.
 */
void netdev_xmit(struct netdev *dev, struct pkt *p, const uint8_t dst[6]);

/** Does anybody look?  The only cost of captures, taps and of what probes see of devices on the packet path. */
static inline bool dev_is_watched(const struct netdev *dev)
{
    return dev->is_watched;
}

/** The wire out of @dev, if handing a packet for @mac to it at once is all that netdev_xmit() would do; else NULL.
 * True until net_input_changed(). */
static inline struct link_dir *netdev_bare_wire(const struct netdev *dev, const uint8_t mac[6])
{
    bool is_bare = dev->is_up && !dev->is_watched && (dev->raw_ip || !memcmp(mac, dev->peer_mac, 6));
    return is_bare ? dev->port.out : NULL;
}

/** Hand a packet to the wire of netdev_bare_wire().  Consumes p. */
static inline void netdev_xmit_bare(struct link_dir *wire, struct pkt *p)
{
    enum drop_reason why;
    if (ns_unlikely(link_send(wire, p, &why))) pkt_free(wire->sim, p);
}

/** The direction of its link by which @dev receives; it has one. */
static inline struct link_dir *netdev_wire_in(const struct netdev *dev)
{
    return dev->port.out == &dev->link->a2b ? &dev->link->b2a : &dev->link->a2b;
}

/** The packet that will come after this one, or NULL; nothing is certain before it comes. */
static inline const struct pkt *netdev_next_arrival(const struct netdev *dev)
{
    return dev->link ? netdev_wire_in(dev)->head : NULL;
}

/** The capture or the tap of @dev, or a probe, has come or gone. */
void netdev_watch(struct netdev *dev);

/** What has passed the device: the link counts it, netdev_stats() adds what the link does not know of. */
void netdev_stats(const struct netdev *dev, NetsimDeviceStats *stats);

/* What the rooms above hear of (include/linux/netdevice.h). */
enum netdev_event { NETDEV_UP, NETDEV_DOWN, NETDEV_CHANGE /* it got a link */, NETDEV_CHANGEMTU, NETDEV_CHANGEADDR };

/* `ip link set`: each tells the rooms above. */
void netdev_set_up(struct netdev *dev, bool is_up);
/** 68 to 65535; "lo" up to 65536. */
bool netdev_mtu_is_valid(const struct netdev *dev, uint32_t mtu);
/** @return 0 or -EINVAL */
int netdev_set_mtu(struct netdev *dev, uint32_t mtu);
void netdev_set_mac(struct netdev *dev, const uint8_t mac[6]);
/** Off: frames go to the device's own kind of address without a question, and questions are not answered. */
void netdev_set_arp(struct netdev *dev, bool is_on);

/** Cut a super-packet into wire segments, linked by next; TCP: seq, PSH, FIN, CWR and ip_id as TSO does. Consumes p. */
struct pkt *gso_segment(struct sim *sim, struct pkt *p);

struct link_header;

/**
 * A packet has arrived, or was injected (packet.h): show it to captures, check FCS and address, pass it up.
 * Sets PKT_BROADCAST or PKT_OTHERHOST from @h.
 * @h  its MAC addresses; NULL: as the peer at the other end of the link sends to us.  Consumes p.
 */
void netdev_receive(struct netdev *dev, struct pkt *p, const struct link_header *h);

/* ---- loopback.c ---- */
struct loopback *loopback_new(struct netdev *dev);
void loopback_free(struct loopback *lo);
/** @p will be received by the same device, now, but after the present event (loopback_xmit(), netif_rx()).  Consumes p. */
void loopback_xmit(struct netdev *dev, struct pkt *p);

/* How the rooms above receive: set on the namespace when a host is made; consumes p. */
struct netdev_upper {
    void (*ip4_rcv)(struct netdev *dev, struct pkt *p);
    void (*ip6_rcv)(struct netdev *dev, struct pkt *p);  /* may be NULL: UNHANDLED_PROTO */
    void (*arp_rcv)(struct netdev *dev, struct pkt *p);
    /* A device was made, or will be freed; may be NULL. */
    void (*dev_new)(struct netdev *dev);
    void (*dev_free)(struct netdev *dev);
    void (*dev_event)(struct netdev *dev, enum netdev_event event); /* may be NULL */
    /* The device's addresses, for names in captures; may be NULL. */
    void (*addr_each)(struct netdev *dev, void (*func)(uint32_t addr, unsigned plen, void *data), void *data);
};

enum {
    IFF_UP = 0x1, IFF_BROADCAST = 0x2, IFF_LOOPBACK = 0x8, IFF_POINTOPOINT = 0x10, IFF_RUNNING = 0x40, IFF_NOARP = 0x80,
    IFF_PROMISC = 0x100, IFF_MULTICAST = 0x1000,
};
/** "up", "down", "unknown" (RFC 2863) */
const char *netdev_operstate(const struct netdev *dev);
/** One of struct rtnl_link_stats64, by name: "rx_crc_errors"; it has to be there. */
uint64_t netdev_statistic(const struct netdev *dev, const char *name);
/** dev_get_flags(): IFF_* */
unsigned netdev_flags(const struct netdev *dev);

/** What can be read of a device (a struct netdev); ends with a NULL name: gauge.c. */
extern const struct gauge netdev_gauges[];

/** What an operator sees of devices: sysfs.c. */
extern const struct face netdev_face;
/** Their settings, up to a row without a name: sysctl.c. */
extern const struct knob netdev_sysctls[];
