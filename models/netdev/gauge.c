/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gauge.c - what can be read of a device and of the wire behind it. */
#include "models/netdev/netdev.h"

#define STATISTIC(field)                                     \
    static int64_t read_##field(const void *object)          \
    {                                                        \
        NetsimDeviceStats stats;                             \
        netdev_stats(object, &stats);                        \
        return (int64_t) stats.field;                        \
    }
STATISTIC(rx_packets)
STATISTIC(tx_packets)
STATISTIC(rx_bytes)
STATISTIC(tx_bytes)
STATISTIC(rx_dropped)
STATISTIC(tx_dropped)
STATISTIC(rx_crc_errors)
#undef STATISTIC

static int64_t read_mtu(const void *object)
{
    return ((const struct netdev *) object)->mtu;
}

static struct link_dir *wire_of(const void *object)
{
    return ((const struct netdev *) object)->port.out;
}

static int64_t read_queue_pkts(const void *object)
{
    struct link_dir *out = wire_of(object);
    return out ? link_queue_len(out) : 0;
}

/* link_queue_len() has brought the ring up to date. */
static int64_t read_queue_bytes(const void *object)
{
    struct link_dir *out = wire_of(object);
    return out && link_queue_len(out) ? (int64_t) out->waiting_bytes : 0;
}

static int64_t read_in_flight_pkts(const void *object)
{
    const struct link_dir *out = wire_of(object);
    return out ? (int64_t) link_n_flying(out) : 0;
}

static int64_t read_wire_drops(const void *object)
{
    const struct link_dir *out = wire_of(object);
    NetsimLinkStats stats = { 0 };
    if (out) link_stats(out, &stats);
    return (int64_t) (stats.queue_drops + stats.loss_drops + stats.rule_drops);
}

const struct gauge netdev_gauges[] = {
    { "rx_packets", "packets", "received", read_rx_packets },
    { "tx_packets", "packets", "handed to the wire", read_tx_packets },
    { "rx_bytes", "bytes", "received, with the Ethernet header", read_rx_bytes },
    { "tx_bytes", "bytes", "handed to the wire, with the Ethernet header", read_tx_bytes },
    { "rx_dropped", "packets", "received and not taken", read_rx_dropped },
    { "tx_dropped", "packets", "not sent", read_tx_dropped },
    { "rx_crc_errors", "packets", "received with a bad check sequence", read_rx_crc_errors },
    { "mtu", "bytes", "largest IP packet", read_mtu },
    { "queue_pkts", "packets", "waiting for the wire out, and the one in service", read_queue_pkts },
    { "queue_bytes", "bytes", "waiting for the wire out", read_queue_bytes },
    { "in_flight_pkts", "packets", "in the queue and on the wire out", read_in_flight_pkts },
    { "wire_drops", "packets", "lost by the queue and the wire out", read_wire_drops },
    { NULL, NULL, NULL, NULL },
};
