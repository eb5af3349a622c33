/* SPDX-License-Identifier: GPL-3.0-or-later */
/* capture.h - who looks at a device: a pcapng file, a tap (packet.h), or nobody.
 *
 * Sent packets are shown as they were handed to the wire, with the wire's reason if it dropped them:
 *     struct pkt before = *p;               (the wire may mark or corrupt p; before.ext stays alive meanwhile)
 *     int err = link_send(dev->port.out, p, &why);
 *     capture_packet(dev->capture, dev, true, &before, &header, err ? capture_drop_comment(why) : NULL);
 * Received packets are shown at arrival, before any check of the device.
 */
#pragma once
#include "models/netdev/netdev.h"
#include "models/wire/emit.h"

/**
 * Show @p to the capture and the tap of @dev, now.  Does not consume or change it.
 * @c        dev->capture; NULL: there is none
 * @h        MAC addresses.  NULL: capture.c works them out - sent: from @dev to the peer at the other end of its link;
 *           received: from the peer to @dev (PKT_BROADCAST: to all; ARP: its own addresses).  Ignored on raw-IP devices.
 * @comment  why it was dropped (capture_drop_comment()), or NULL
 * A file that cannot be written ends the run (netsim_sim_fail) and the capture.
 */
void capture_packet(struct capture *c, struct netdev *dev, bool sent, const struct pkt *p, const struct link_header *h,
                    const char *comment);

/** "dropped: the link's queue is full"; static. */
const char *capture_drop_comment(enum drop_reason reason);
