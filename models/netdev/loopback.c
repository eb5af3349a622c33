/* SPDX-License-Identifier: GPL-3.0-or-later */
/* loopback.c - "lo" (drivers/net/loopback.c): what is sent is received, super-packets whole.
 *
 * Reception is an event at the same time, as the kernel's backlog is a softirq: never a call back up into the sender.
 */
#include "models/netdev/netdev.h"

struct loopback {
    struct netdev *dev;
    uint32_t event;
    struct pkt *head, **tail;
};

static void receive(NetsimSim *sim, NetsimEvent event, void *data)
{
    struct loopback *lo = data;
    struct pkt *p = lo->head;
    lo->head = p->next;
    if (lo->head) sched_arm(&sim->sched, event, sim->now);
    else lo->tail = &lo->head;
    sim->pkts_held -= p->gso_segs;
    netdev_receive(lo->dev, p, NULL);
}

void loopback_xmit(struct netdev *dev, struct pkt *p)
{
    struct loopback *lo = dev->loopback;
    struct sim *sim = dev->net->sim;
    dev->own.tx_packets++;
    dev->own.tx_bytes += p->len + dev->hard_header_len;
    sim->pkts_held += p->gso_segs;
    TRACE(sim, NETIF_RX, dev->net->node.name, p->digest, p->len, trace_text(dev->name), TRACE_FLOW_OF(p));
    p->next = NULL;
    if (!lo->head) sched_arm(&sim->sched, lo->event, sim->now);
    *lo->tail = p;
    lo->tail = &p->next;
}

struct loopback *loopback_new(struct netdev *dev)
{
    struct loopback *lo = g_new0(struct loopback, 1);
    lo->dev = dev;
    lo->tail = &lo->head;
    uint64_t id = node_event_id(&dev->net->node, node_serial(&dev->net->node), 0);
    lo->event = sched_node_new(&dev->net->sim->sched, id, receive, lo);
    return lo;
}

void loopback_free(struct loopback *lo)
{
    struct sim *sim = lo->dev->net->sim;
    while (lo->head) {
        struct pkt *p = lo->head;
        lo->head = p->next;
        pkt_free(sim, p);
    }
    sched_node_free(&sim->sched, lo->event);
    g_free(lo);
}
