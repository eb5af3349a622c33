/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_netstat_link.c - netstat -i: the devices in one table, or as ifconfig(8) shows them. */
#include "models/host/cmd_netstat.h"
#include "models/ip/ip.h"

#include <stdlib.h>
#include <string.h>

enum { N_COLUMNS = 16 };
/* The columns of /proc/net/dev. */
enum {
    RX_BYTES, RX_PACKETS, RX_ERRS, RX_DROP, RX_FIFO, RX_FRAME, RX_COMPRESSED, RX_MULTICAST,
    TX_BYTES, TX_PACKETS, TX_ERRS, TX_DROP, TX_FIFO, TX_COLLS, TX_CARRIER, TX_COMPRESSED,
};

struct device {
    struct netdev *dev;
    uint64_t column[N_COLUMNS];
};

/* "eth2" before "eth10" */
static int compare_names(const char *a, const char *b)
{
    while (*a && *b) {
        if (g_ascii_isdigit(*a) && g_ascii_isdigit(*b)) {
            char *end_a, *end_b;
            unsigned long x = strtoul(a, &end_a, 10), y = strtoul(b, &end_b, 10);
            if (x != y) return x < y ? -1 : 1;
            a = end_a;
            b = end_b;
        } else if (*a != *b) {
            return *a < *b ? -1 : 1;
        } else {
            a++;
            b++;
        }
    }
    return *a ? 1 : *b ? -1 : 0;
}

static int compare_devices(gconstpointer a, gconstpointer b)
{
    return compare_names(((const struct device *) a)->dev->name, ((const struct device *) b)->dev->name);
}

static GArray *read_devices(const struct netstat *o)
{
    GArray *all = g_array_new(FALSE, FALSE, sizeof(struct device));
    g_auto(GStrv) lines = netstat_lines(o, "/proc/net/dev");
    for (char **line = lines + 2; *line; line++) {
        char *name = g_strstrip(*line), *at = strchr(name, ':');
        *at++ = '\0';
        struct device d = { .dev = netdev_by_name(o->run->net, name) };
        for (int i = 0; i < N_COLUMNS; i++) d.column[i] = strtoull(at, &at, 10);
        if (o->all || d.dev->is_up) g_array_append_val(all, d);
    }
    g_array_sort(all, compare_devices);
    return all;
}

/* ---- a line each ---- */

static void print_line(const struct netstat *o, const struct device *d)
{
    static const struct {
        unsigned flag;
        char letter;
    } letters[] = { { IFF_BROADCAST, 'B' }, { IFF_LOOPBACK, 'L' }, { IFF_MULTICAST, 'M' }, { IFF_NOARP, 'O' },
                    { IFF_POINTOPOINT, 'P' }, { IFF_RUNNING, 'R' }, { IFF_UP, 'U' } };
    const uint64_t *c = d->column;
    command_print(o->run, "%-15s %5u", d->dev->name, d->dev->mtu);
#define N "6" G_GUINT64_FORMAT
    command_print(o->run, " %8" G_GUINT64_FORMAT " %" N " %" N " %-" N " %8" G_GUINT64_FORMAT " %" N " %" N " %" N " ",
                  c[RX_PACKETS], c[RX_ERRS], c[RX_DROP], c[RX_FIFO], c[TX_PACKETS], c[TX_ERRS], c[TX_DROP], c[TX_FIFO]);
#undef N
    for (size_t i = 0; i < G_N_ELEMENTS(letters); i++)
        if (netdev_flags(d->dev) & letters[i].flag) g_string_append_c(o->run->out, letters[i].letter);
    g_string_append_c(o->run->out, '\n');
}

/* ---- as ifconfig ---- */

struct address {
    uint32_t addr;
    unsigned plen;
    bool is_there;
};

static void take_first(uint32_t addr, unsigned plen, void *data)
{
    struct address *a = data;
    if (!a->is_there) *a = (struct address){ addr, plen, true };
}

static void print_address(GString *out, const char *title, uint32_t addr)
{
    g_string_append_printf(out, "%s%u.%u.%u.%u", title, addr >> 24, addr >> 16 & 255, addr >> 8 & 255, addr & 255);
}

static void print_flags(const struct netstat *o, const struct netdev *dev)
{
    static const struct {
        unsigned flag;
        const char *name;
    } names[] = { { IFF_UP, "UP" }, { IFF_BROADCAST, "BROADCAST" }, { IFF_LOOPBACK, "LOOPBACK" }, { IFF_POINTOPOINT, "POINTOPOINT" },
                  { IFF_RUNNING, "RUNNING" }, { IFF_NOARP, "NOARP" }, { IFF_MULTICAST, "MULTICAST" } };
    unsigned flags = netdev_flags(dev);
    command_print(o->run, "%s: flags=%u<", dev->name, flags);
    const char *comma = "";
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (flags & names[i].flag) {
            command_print(o->run, "%s%s", comma, names[i].name);
            comma = ",";
        }
    command_print(o->run, ">  mtu %u\n", dev->mtu);
}

/* Tenths are cut off, not rounded. */
static void print_bytes(const struct netstat *o, const char *title, uint64_t packets, uint64_t bytes)
{
    static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB" };
    unsigned unit = 0;
    while (unit + 1 < G_N_ELEMENTS(units) && bytes > 1ull << 10 * (unit + 1)) unit++;
    uint64_t whole = bytes >> 10 * unit, tenth = (bytes - (whole << 10 * unit)) * 10 >> 10 * unit;
    command_print(o->run, "        %s packets %" G_GUINT64_FORMAT "  bytes %" G_GUINT64_FORMAT " (%" G_GUINT64_FORMAT ".%u %s)\n", title,
                  packets, bytes, whole, (unsigned) tenth, units[unit]);
}

static void print_hardware(const struct netstat *o, const struct netdev *dev)
{
    if (dev->is_loopback) {
        command_print(o->run, "        loop  txqueuelen %u  (Local Loopback)\n", dev->txqueuelen);
    } else if (dev->raw_ip) {
        command_print(o->run, "        unspec 00-00-00-00-00-00-00-00-00-00-00-00-00-00-00-00  txqueuelen %u  (UNSPEC)\n", dev->txqueuelen);
    } else {
        const uint8_t *mac = dev->mac;
        command_print(o->run, "        ether %02x:%02x:%02x:%02x:%02x:%02x  txqueuelen %u  (Ethernet)\n", mac[0], mac[1], mac[2],
                      mac[3], mac[4], mac[5], dev->txqueuelen);
    }
}

static void print_block(const struct netstat *o, const struct device *d)
{
    GString *out = o->run->out;
    print_flags(o, d->dev);
    struct address a = { 0 };
    ip_addr_each(d->dev, take_first, &a);
    if (a.is_there) {
        print_address(out, "        inet ", a.addr);
        print_address(out, "  netmask ", a.plen ? UINT32_MAX << (32 - a.plen) : 0);
        if (d->dev->raw_ip) print_address(out, "  destination ", a.addr);
        else if (!d->dev->is_loopback) print_address(out, "  broadcast ", 0); /* `ip addr add` sets none */
        g_string_append_c(out, '\n');
    }
    print_hardware(o, d->dev);
    const uint64_t *c = d->column;
#define N "%" G_GUINT64_FORMAT
    print_bytes(o, "RX", c[RX_PACKETS], c[RX_BYTES]);
    command_print(o->run, "        RX errors " N "  dropped " N "  overruns " N "  frame " N "\n", c[RX_ERRS], c[RX_DROP], c[RX_FIFO],
                  c[RX_FRAME]);
    print_bytes(o, "TX", c[TX_PACKETS], c[TX_BYTES]);
    command_print(o->run, "        TX errors " N "  dropped " N " overruns " N "  carrier " N "  collisions " N "\n\n", c[TX_ERRS],
                  c[TX_DROP], c[TX_FIFO], c[TX_CARRIER], c[TX_COLLS]);
#undef N
}

void netstat_show_interfaces(const struct netstat *o)
{
    g_autoptr(GArray) all = read_devices(o);
    g_string_append(o->run->out, "Kernel Interface table\n");
    if (!o->extend)
        g_string_append(o->run->out, "Iface             MTU    RX-OK RX-ERR RX-DRP RX-OVR    TX-OK TX-ERR TX-DRP TX-OVR Flg\n");
    for (guint i = 0; i < all->len; i++) (o->extend ? print_block : print_line)(o, &g_array_index(all, struct device, i));
}
