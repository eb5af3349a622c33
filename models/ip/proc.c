/* SPDX-License-Identifier: GPL-3.0-or-later */
/* proc.c - what the kernel shows of IPv4 under /proc/net: arp (net/ipv4/arp.c), route (fib_trie.c), and the tables of raw
 * and ping sockets, which are not modelled and so empty. */
#include "models/ip/fib.h"
#include "models/netdev/face.h"

/* ---- arp ---- */

enum { ATF_COM = 2, ATF_PERM = 4 };

/* arp_format_neigh_entry() */
static void print_neigh(struct neighbour *n, void *data)
{
    static const uint8_t unknown[6];
    bool is_known = n->nud_state & NUD_VALID;
    unsigned flags = !is_known ? 0 : n->nud_state == NUD_PERMANENT ? ATF_COM | ATF_PERM : ATF_COM;
    uint32_t addr = n->addr;
    const uint8_t *mac = is_known ? n->mac : unknown;
    if (n->nud_state == NUD_NOARP) return; /* NEIGH_SEQ_SKIP_NOARP */
    g_autofree char *text = g_strdup_printf("%u.%u.%u.%u", addr >> 24, addr >> 16 & 255, addr >> 8 & 255, addr & 255);
    g_string_append_printf(data, "%-16s 0x%-10x0x%-10x%02x:%02x:%02x:%02x:%02x:%02x     *        %s\n", text, 1, flags, mac[0],
                           mac[1], mac[2], mac[3], mac[4], mac[5], n->dev->name);
}

static int show_arp(struct net *net, const char *const star[], GString *out)
{
    (void) star;
    g_string_append(out, "IP address       HW type     Flags       HW address            Mask     Device\n");
    ip_neigh_each(net, print_neigh, out);
    return 0;
}

/* ---- route ---- */

enum { RTF_UP = 1, RTF_GATEWAY = 2, RTF_HOST = 4, RTF_REJECT = 0x200, ROUTE_COLUMNS = 127 };

/* A line of the width that every line has. */
static void append_padded(GString *out, const char *line)
{
    g_string_append_printf(out, "%-*s\n", ROUTE_COLUMNS, line);
}

/* fib_route_seq_show(); addresses as x86 prints a number in network order */
static void print_route(const struct route *r, void *data)
{
    unsigned flags = RTF_UP | (r->via ? RTF_GATEWAY : 0) | (r->plen == 32 ? RTF_HOST : 0);
    if (r->type == ROUTE_BROADCAST) return;
    if (r->type == ROUTE_UNREACHABLE || r->type == ROUTE_PROHIBIT) flags |= RTF_REJECT;
    uint32_t mask = r->plen ? UINT32_MAX << (32 - r->plen) : 0;
    const struct route_metrics *m = &r->metrics;
    g_autofree char *line = g_strdup_printf("%s\t%08X\t%08X\t%04X\t%d\t%u\t%u\t%08X\t%u\t%u\t%u", r->dev ? r->dev->name : "*",
                                            __builtin_bswap32(r->dst), __builtin_bswap32(r->via), flags, 0, 0, r->priority,
                                            __builtin_bswap32(mask), m->advmss ? m->advmss + 40 : 0, m->window, 0);
    append_padded(data, line);
}

static int show_route(struct net *net, const char *const star[], GString *out)
{
    (void) star;
    append_padded(out, "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT");
    ip_route_each(net, RT_TABLE_MAIN, print_route, out);
    return 0;
}

/* rt_cache_seq_show(): there is no route cache since 3.6 */
static int show_rt_cache(struct net *net, const char *const star[], GString *out)
{
    (void) net;
    (void) star;
    append_padded(out, "Iface\tDestination\tGateway \tFlags\t\tRefCnt\tUse\tMetric\tSource\t\tMTU\tWindow\tIRTT\tTOS\tHHRef\tHHUptod\tSpecDst");
    return 0;
}

/* ---- sockets that are not modelled ---- */

/* raw_seq_show(), ping_v4_seq_show() */
static const char no_sockets[] =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops";

static int show_raw(struct net *net, const char *const star[], GString *out)
{
    (void) net;
    (void) star;
    g_string_append_printf(out, "%s\n", no_sockets);
    return 0;
}

static int show_icmp(struct net *net, const char *const star[], GString *out)
{
    (void) net;
    (void) star;
    append_padded(out, no_sockets);
    return 0;
}

/* ---- groups ---- */

/* igmp_mc_seq_show(): every device that is up has joined all hosts, 224.0.0.1; sockets cannot join others. */
static int show_igmp(struct net *net, const char *const star[], GString *out)
{
    (void) star;
    g_string_append(out, "Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter\n");
    for (const struct netdev *dev = net->devices; dev; dev = dev->next)
        if (dev->is_up)
            g_string_append_printf(out, "%u\t%-10s: %5d %7s\n\t\t\t\t%08X %5d %d:%08X\t\t%d\n", dev->ifindex, dev->name, 1, "V3",
                                   __builtin_bswap32(0xe0000001), 1, 0, 0, 0);
    return 0;
}

static const struct face_file files[] = {
    { "/proc/net/arp", 0, 0, NULL, show_arp, NULL, "neighbours" },
    { "/proc/net/icmp", 3000, 0, NULL, show_icmp, NULL, "ping sockets: none" },
    { "/proc/net/igmp", 0, 0, NULL, show_igmp, NULL, "groups that devices have joined" },
    { "/proc/net/raw", 0, 0, NULL, show_raw, NULL, "raw sockets: none" },
    { "/proc/net/route", 0, 0, NULL, show_route, NULL, "the main routing table" },
    { "/proc/net/rt_cache", 3006, 0, NULL, show_rt_cache, NULL, "the route cache: empty since it is no more" },
};

const struct face ip_proc_face = { FACE_FILES(files) };
