/* SPDX-License-Identifier: GPL-3.0-or-later */
/* netdev.h - network devices of a host.
 *
 * A light host's device hands over to the wire at once, segment by segment, without back-pressure.
 */
#pragma once
#include "models/link/link.h"
#include "models/netdev/net.h"

struct capture;

struct netdev {
    struct port port;            /* first: port.receive finds the device */
    struct net *net;
    struct netdev *next;
    char name[16];
    char *label;                 /* "server:eth0" */
    unsigned ifindex;
    uint32_t mtu;
    uint32_t txqueuelen;
    uint8_t mac[6];
    bool is_up, is_loopback, raw_ip;
    struct link *link;
    struct capture *capture;     /* NULL: nobody looks */
    void *tap_func, *tap_data;   /* packet.h */
    NetsimDeviceStats stats;
    struct drop_place drops;
    struct fingerprint fp;
    uint64_t entity_id;
};

struct netdev *netdev_new(struct net *net, const char *name);
struct netdev *netdev_by_name(struct net *net, const char *name);
struct netdev *netdev_by_index(struct net *net, unsigned ifindex);
void netdev_free(struct netdev *dev);

/**
 * Transmit a packet that is ready for the wire (IP header final).  Super-packets are cut into segments here (gso.c).
 * @dst  the next hop's MAC address; ignored on raw-IP and loopback devices.  Consumes p.
 */
void netdev_xmit(struct netdev *dev, struct pkt *p, const uint8_t dst[6]);

/** Cut a super-packet into wire segments, linked by next; TCP: seq, PSH, FIN, CWR and ip_id as TSO does. Consumes p. */
struct pkt *gso_segment(struct sim *sim, struct pkt *p);

struct link_header;

/**
 * A packet has arrived, or was injected (packet.h): show it to captures, check FCS and address, pass it up.
 * Sets PKT_BROADCAST or PKT_OTHERHOST from @h.
 * @h  its MAC addresses; NULL: as the peer at the other end of the link sends to us.  Consumes p.
 */
void netdev_receive(struct netdev *dev, struct pkt *p, const struct link_header *h);

/* How the rooms above receive: set on the namespace when a host is made; consumes p. */
struct netdev_upper {
    void (*ip4_rcv)(struct netdev *dev, struct pkt *p);
    void (*ip6_rcv)(struct netdev *dev, struct pkt *p);  /* may be NULL: UNHANDLED_PROTO */
    void (*arp_rcv)(struct netdev *dev, struct pkt *p);
    /* The device's addresses, for names in captures; may be NULL. */
    void (*addr_each)(struct netdev *dev, void (*func)(uint32_t addr, unsigned plen, void *data), void *data);
};
