/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sysfs.c - what an operator sees of devices: /sys/class/net (net/core/net-sysfs.c), /proc/net/dev (net-procfs.c). */
#include "models/netdev/face.h"
#include "models/netdev/netdev.h"

#include <errno.h>
#include <stdlib.h>

enum { ARPHRD_ETHER = 1, ARPHRD_LOOPBACK = 772, ARPHRD_NONE = 65534 };

static struct netdev *nth_device(struct net *net, unsigned i)
{
    struct netdev *dev = net->devices;
    while (dev && i--) dev = dev->next;
    return dev;
}

static const char *device_name(struct net *net, const char *const star[], unsigned which, unsigned i)
{
    (void) star;
    (void) which;
    const struct netdev *dev = nth_device(net, i);
    return dev ? dev->name : NULL;
}

static struct netdev *device_of(struct net *net, const char *const star[])
{
    return netdev_by_name(net, star[0]);
}

/* kstrtoul(): decimal, 0x hexadecimal or 0 octal, and at most one newline. */
static int parse_number(const char *text, uint64_t *value)
{
    const char *digits = *text == '+' ? text + 1 : text;
    if (!g_ascii_isdigit(*digits)) return -EINVAL;
    char *end;
    errno = 0;
    *value = strtoull(digits, &end, 0);
    if (errno) return -ERANGE;
    return *end && strcmp(end, "\n") ? -EINVAL : 0;
}

static bool has_carrier(const struct netdev *dev)
{
    return dev->is_loopback || dev->link;
}

/* ---- addresses and numbers ---- */

static void print_mac(GString *out, const uint8_t mac[6])
{
    g_string_append_printf(out, "%02x:%02x:%02x:%02x:%02x:%02x\n", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
}

static int show_addr_len(struct net *net, const char *const star[], GString *out)
{
    g_string_append(out, device_of(net, star)->raw_ip ? "0\n" : "6\n");
    return 0;
}

static int show_address(struct net *net, const char *const star[], GString *out)
{
    const struct netdev *dev = device_of(net, star);
    if (dev->raw_ip) g_string_append_c(out, '\n');
    else print_mac(out, dev->mac);
    return 0;
}

static int show_broadcast(struct net *net, const char *const star[], GString *out)
{
    static const uint8_t all[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
    const struct netdev *dev = device_of(net, star);
    if (dev->raw_ip) g_string_append_c(out, '\n');
    else print_mac(out, dev->is_loopback ? dev->mac : all);
    return 0;
}

static int show_ifindex(struct net *net, const char *const star[], GString *out)
{
    g_string_append_printf(out, "%u\n", device_of(net, star)->ifindex);
    return 0;
}

static int show_type(struct net *net, const char *const star[], GString *out)
{
    const struct netdev *dev = device_of(net, star);
    g_string_append_printf(out, "%d\n", dev->is_loopback ? ARPHRD_LOOPBACK : dev->raw_ip ? ARPHRD_NONE : ARPHRD_ETHER);
    return 0;
}

/* ---- state ---- */

unsigned netdev_flags(const struct netdev *dev)
{
    unsigned flags = !dev->is_up ? 0 : has_carrier(dev) ? IFF_UP | IFF_RUNNING : IFF_UP;
    if (dev->no_arp) flags |= IFF_NOARP;
    if (dev->is_promisc) flags |= IFF_PROMISC;
    if (dev->is_loopback) return flags | IFF_LOOPBACK;
    if (dev->raw_ip) return flags | IFF_POINTOPOINT | IFF_NOARP | IFF_MULTICAST; /* as a TUN device */
    return flags | IFF_BROADCAST | IFF_MULTICAST;
}

/* dev->flags, which has no IFF_RUNNING */
static int show_flags(struct net *net, const char *const star[], GString *out)
{
    g_string_append_printf(out, "0x%x\n", netdev_flags(device_of(net, star)) & ~(unsigned) IFF_RUNNING);
    return 0;
}

/* Only IFF_UP can be changed here. */
static int store_flags(struct net *net, const char *const star[], const char *text)
{
    struct netdev *dev = device_of(net, star);
    uint64_t flags;
    int err = parse_number(text, &flags);
    if (err) return err;
    if ((flags ^ netdev_flags(dev)) & ~(uint64_t) (IFF_UP | IFF_RUNNING)) return -EOPNOTSUPP;
    netdev_set_up(dev, flags & IFF_UP);
    return 0;
}

static int show_carrier(struct net *net, const char *const star[], GString *out)
{
    const struct netdev *dev = device_of(net, star);
    if (!dev->is_up) return -EINVAL;
    g_string_append(out, has_carrier(dev) ? "1\n" : "0\n");
    return 0;
}

const char *netdev_operstate(const struct netdev *dev)
{
    bool is_silent = dev->is_loopback || dev->raw_ip; /* these drivers do not tell */
    return !dev->is_up || !has_carrier(dev) ? "down" : is_silent ? "unknown" : "up";
}

static int show_operstate(struct net *net, const char *const star[], GString *out)
{
    g_string_append_printf(out, "%s\n", netdev_operstate(device_of(net, star)));
    return 0;
}

/* Mb/s; a wire without a rate has none to tell. */
static int show_speed(struct net *net, const char *const star[], GString *out)
{
    const struct netdev *dev = device_of(net, star);
    if (!dev->is_up || dev->is_loopback) return -EINVAL;
    uint64_t rate_bps = dev->port.out ? link_rate_bps(dev->port.out) : 0;
    if (rate_bps) g_string_append_printf(out, "%" G_GUINT64_FORMAT "\n", rate_bps / 1000000);
    else g_string_append(out, "-1\n");
    return 0;
}

static int show_duplex(struct net *net, const char *const star[], GString *out)
{
    const struct netdev *dev = device_of(net, star);
    if (!dev->is_up || dev->is_loopback) return -EINVAL;
    g_string_append(out, has_carrier(dev) ? "full\n" : "unknown\n");
    return 0;
}

static int show_mtu(struct net *net, const char *const star[], GString *out)
{
    g_string_append_printf(out, "%u\n", device_of(net, star)->mtu);
    return 0;
}

static int store_mtu(struct net *net, const char *const star[], const char *text)
{
    uint64_t mtu;
    int err = parse_number(text, &mtu);
    if (err) return err;
    return mtu > UINT32_MAX ? -EINVAL : netdev_set_mtu(device_of(net, star), (uint32_t) mtu);
}

static int show_tx_queue_len(struct net *net, const char *const star[], GString *out)
{
    g_string_append_printf(out, "%u\n", device_of(net, star)->txqueuelen);
    return 0;
}

static int store_tx_queue_len(struct net *net, const char *const star[], const char *text)
{
    uint64_t length;
    int err = parse_number(text, &length);
    if (err) return err;
    if (length > UINT32_MAX) return -ERANGE;
    device_of(net, star)->txqueuelen = (uint32_t) length;
    return 0;
}

/* ---- statistics ---- */

/* struct rtnl_link_stats64, in order of name; a light host counts those that are not -1. */
static const struct {
    const char *name;
    int offset; /* in NetsimDeviceStats */
} statistics[] = {
#define COUNTED(name) { #name, offsetof(NetsimDeviceStats, name) }
#define STILL(name) { #name, -1 }
    STILL(collisions), STILL(multicast), COUNTED(rx_bytes), STILL(rx_compressed), COUNTED(rx_crc_errors), COUNTED(rx_dropped),
    { "rx_errors", offsetof(NetsimDeviceStats, rx_crc_errors) }, STILL(rx_fifo_errors), STILL(rx_frame_errors),
    STILL(rx_length_errors), STILL(rx_missed_errors), STILL(rx_nohandler), STILL(rx_over_errors), COUNTED(rx_packets),
    STILL(tx_aborted_errors), COUNTED(tx_bytes), STILL(tx_carrier_errors), STILL(tx_compressed), COUNTED(tx_dropped),
    STILL(tx_errors), STILL(tx_fifo_errors), STILL(tx_heartbeat_errors), COUNTED(tx_packets), STILL(tx_window_errors),
};

static const char *statistics_name(struct net *net, const char *const star[], unsigned which, unsigned i)
{
    if (!which) return device_name(net, star, which, i);
    return i < G_N_ELEMENTS(statistics) ? statistics[i].name : NULL;
}

uint64_t netdev_statistic(const struct netdev *dev, const char *name)
{
    unsigned i = 0;
    while (strcmp(statistics[i].name, name)) i++;
    NetsimDeviceStats stats;
    netdev_stats(dev, &stats);
    return statistics[i].offset < 0 ? 0 : *(const uint64_t *) ((const char *) &stats + statistics[i].offset);
}

static int show_statistics(struct net *net, const char *const star[], GString *out)
{
    g_string_append_printf(out, "%" G_GUINT64_FORMAT "\n", netdev_statistic(device_of(net, star), star[1]));
    return 0;
}

/* dev_seq_printf_stats() */
static int show_proc_dev(struct net *net, const char *const star[], GString *out)
{
    (void) star;
    g_string_append(out, "Inter-|   Receive                                                |  Transmit\n"
                         " face |bytes    packets errs drop fifo frame compressed multicast|"
                         "bytes    packets errs drop fifo colls carrier compressed\n");
    for (const struct netdev *dev = net->devices; dev; dev = dev->next) {
        NetsimDeviceStats stats, *s = &stats;
        netdev_stats(dev, s);
        g_string_append_printf(out, "%6s: %7" G_GUINT64_FORMAT " %7" G_GUINT64_FORMAT " %4" G_GUINT64_FORMAT " %4" G_GUINT64_FORMAT
                               " %4u %5" G_GUINT64_FORMAT " %10u %9u %8" G_GUINT64_FORMAT " %7" G_GUINT64_FORMAT " %4u %4" G_GUINT64_FORMAT
                               " %4u %5u %7u %10u\n",
                               dev->name, s->rx_bytes, s->rx_packets, s->rx_crc_errors, s->rx_dropped, 0, s->rx_crc_errors, 0, 0,
                               s->tx_bytes, s->tx_packets, 0, s->tx_dropped, 0, 0, 0, 0);
    }
    return 0;
}

#define SYSFS(name, show, ...) { "/sys/class/net/*/" #name, 0, 0, device_name, show, __VA_ARGS__ }

static const struct face_file files[] = {
    { "/proc/net/dev", 0, 0, NULL, show_proc_dev, NULL, "packets, bytes and errors of the devices" },
    SYSFS(addr_len, show_addr_len, NULL, "bytes of a hardware address"),
    SYSFS(address, show_address, NULL, "hardware address"),
    SYSFS(broadcast, show_broadcast, NULL, "hardware address of all"),
    SYSFS(carrier, show_carrier, NULL, "1: there is a link"),
    SYSFS(duplex, show_duplex, NULL, "full, if there is a link"),
    SYSFS(flags, show_flags, store_flags, "IFF_ flags; bit 0 sets the device up or down"),
    SYSFS(ifindex, show_ifindex, NULL, "number of the device"),
    SYSFS(iflink, show_ifindex, NULL, "number of the device below it: itself"),
    SYSFS(mtu, show_mtu, store_mtu, "largest packet, bytes"),
    SYSFS(operstate, show_operstate, NULL, "up, down, unknown (RFC 2863)"),
    SYSFS(speed, show_speed, NULL, "Mb/s of the link; -1: it has no rate"),
    SYSFS(tx_queue_len, show_tx_queue_len, store_tx_queue_len, "packets that a queue discipline may hold"),
    SYSFS(type, show_type, NULL, "ARPHRD_ number"),
    { "/sys/class/net/*/statistics/*", 0, 0, statistics_name, show_statistics, NULL, "one counter of a device" },
};

const struct face netdev_face = { .knobs = netdev_sysctls, FACE_FILES(files) };
