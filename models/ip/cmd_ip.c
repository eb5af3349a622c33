/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_ip.c - ip(8): objects, addresses, links, neighbours.  Words may be shortened, messages are iproute2's. */
#include "models/ip/cmd_ip.h"

#include <stdlib.h>
#include <string.h>

/* ---- arguments (lib/utils.c) ---- */

const char *ip_next_arg(struct ip_args *a)
{
    if (*a->word) a->word++;
    if (*a->word) return *a->word;
    command_fail(a->run, "Command line is not complete. Try option \"help\"");
    return NULL;
}

bool ip_parse_addr(const char *text, uint32_t *addr)
{
    uint32_t value = 0;
    const char *s = text;
    for (int shift = 24; shift >= 0; shift -= 8) {
        if (!g_ascii_isdigit(*s)) return false;
        char *end;
        unsigned long byte = strtoul(s, &end, 10);
        if (byte > 255 || end - s > 3) return false;
        value |= (uint32_t) byte << shift;
        s = end;
        if (!*s) break; /* "10" is 10.0.0.0 */
        if (*s++ != '.' || !shift) return false;
    }
    *addr = value;
    return true;
}

static bool parse_mask(const char *text, unsigned *plen)
{
    if (strchr(text, '.')) {
        uint32_t mask;
        if (!ip_parse_addr(text, &mask) || (~mask & (~mask + 1))) return false;
        *plen = mask ? 32 - (unsigned) __builtin_ctz(mask) : 0;
        return true;
    }
    char *end;
    unsigned long n = strtoul(text, &end, 10);
    *plen = (unsigned) n;
    return g_ascii_isdigit(*text) && !*end && n <= 32;
}

bool ip_get_prefix(struct ip_args *a, const char *text, uint32_t *addr, unsigned *plen)
{
    *addr = 0;
    *plen = 0;
    if (!strcmp(text, "default") || !strcmp(text, "any") || !strcmp(text, "all")) return true;
    g_autofree char *copy = g_strdup(text);
    char *slash = strchr(copy, '/');
    if (slash) *slash = '\0';
    *plen = 32;
    if (ip_parse_addr(copy, addr) && (!slash || parse_mask(slash + 1, plen))) return true;
    if (strchr(text, ':')) return command_unsupported(a->run, "%s: IPv6 is not modelled", text);
    return command_fail(a->run, "Error: any valid prefix is expected rather than \"%s\".", text);
}

bool ip_get_addr(struct ip_args *a, const char *text, uint32_t *addr)
{
    if (ip_parse_addr(text, addr)) return true;
    if (strchr(text, ':')) return command_unsupported(a->run, "%s: IPv6 is not modelled", text);
    return command_fail(a->run, "Error: any valid address is expected rather than \"%s\".", text);
}

bool ip_get_u32(struct ip_args *a, const char *text, uint32_t *value, const char *message)
{
    char *end;
    errno = 0;
    unsigned long long n = strtoull(text, &end, 0);
    *value = (uint32_t) n;
    if (g_ascii_isdigit(*text) && !*end && !errno && n <= UINT32_MAX) return true;
    return command_fail(a->run, "Error: argument \"%s\" is wrong: %s", text, message);
}

struct netdev *ip_get_dev(struct ip_args *a, const char *name)
{
    struct netdev *dev = netdev_by_name(a->run->net, name);
    if (!dev) command_fail(a->run, "Cannot find device \"%s\"", name);
    return dev;
}

struct ip_text ip_text(uint32_t addr)
{
    struct ip_text t;
    g_snprintf(t.text, sizeof t.text, "%u.%u.%u.%u", addr >> 24, addr >> 16 & 255, addr >> 8 & 255, addr & 255);
    return t;
}

/* ---- showing a device (ipaddress.c print_linkinfo()) ---- */

static void print_flag(struct command_run *run, const char *flag, bool *first)
{
    command_print(run, "%s%s", *first ? "<" : ",", flag);
    *first = false;
}

static void print_mac(struct command_run *run, const uint8_t mac[6])
{
    command_print(run, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
}

static void print_link(struct command_run *run, const struct netdev *dev, bool with_mode)
{
    bool has_carrier = dev->is_loopback || dev->link, first = true;
    command_print(run, "%u: %s: ", dev->ifindex, dev->name);
    if (dev->is_up && !has_carrier) print_flag(run, "NO-CARRIER", &first);
    print_flag(run, dev->is_loopback ? "LOOPBACK" : dev->raw_ip ? "POINTOPOINT,MULTICAST,NOARP" : "BROADCAST,MULTICAST", &first);
    if (dev->is_up) print_flag(run, has_carrier ? "UP,LOWER_UP" : "UP", &first);
    const char *state = !dev->is_up || !has_carrier ? "DOWN" : dev->is_loopback || dev->raw_ip ? "UNKNOWN" : "UP";
    command_print(run, "> mtu %u qdisc noqueue state %s %sgroup default qlen %u\n    link/", dev->mtu, state,
                with_mode ? "mode DEFAULT " : "", dev->txqueuelen);
    if (dev->raw_ip) {
        g_string_append(run->out, "none \n");
        return;
    }
    static const uint8_t zero[6], ones[6] = { 255, 255, 255, 255, 255, 255 };
    g_string_append(run->out, dev->is_loopback ? "loopback " : "ether ");
    print_mac(run, dev->mac);
    g_string_append(run->out, " brd ");
    print_mac(run, dev->is_loopback ? zero : ones);
    g_string_append_c(run->out, '\n');
}

static void print_stats(struct command_run *run, const struct netdev *dev)
{
    NetsimDeviceStats stats, *s = &stats;
    netdev_stats(dev, s);
    command_print(run, "    RX:  bytes packets errors dropped  missed   mcast\n");
    command_print(run, "    %10" G_GUINT64_FORMAT " %7" G_GUINT64_FORMAT " %6" G_GUINT64_FORMAT " %7" G_GUINT64_FORMAT "       0       0\n",
                s->rx_bytes, s->rx_packets, s->rx_crc_errors, s->rx_dropped);
    command_print(run, "    TX:  bytes packets errors dropped carrier collsns\n");
    command_print(run, "    %10" G_GUINT64_FORMAT " %7" G_GUINT64_FORMAT "      0 %7" G_GUINT64_FORMAT "       0       0\n",
                s->tx_bytes, s->tx_packets, s->tx_dropped);
}

/* "show [dev] NAME [up]": which devices; *dev NULL: all. */
static bool parse_show(struct ip_args *a, struct netdev **dev, bool *only_up)
{
    for (; *a->word; a->word++) {
        if (!strcmp(*a->word, "up")) {
            *only_up = true;
            continue;
        }
        const char *name = strcmp(*a->word, "dev") ? *a->word : ip_next_arg(a);
        if (!name) return false;
        *dev = netdev_by_name(a->run->net, name);
        if (!*dev) return command_fail(a->run, "Device \"%s\" does not exist.", name);
    }
    return true;
}

/* ---- ip address ---- */

struct print_addr {
    struct command_run *run;
    const struct netdev *dev;
};

static void print_addr(uint32_t addr, unsigned plen, void *data)
{
    struct print_addr *p = data;
    command_print(p->run, "    inet %s/%u scope %s %s\n       valid_lft forever preferred_lft forever\n", ip_text(addr).text, plen,
                addr >> 24 == 127 ? "host" : "global", p->dev->name);
}

static bool addr_show(struct ip_args *a, bool with_stats)
{
    struct netdev *only = NULL;
    bool only_up = false;
    if (!parse_show(a, &only, &only_up)) return false;
    for (struct netdev *dev = a->run->net->devices; dev; dev = dev->next) {
        if ((only && dev != only) || (only_up && !dev->is_up)) continue;
        print_link(a->run, dev, false);
        ip_addr_each(dev, print_addr, &(struct print_addr){ a->run, dev });
        if (with_stats) print_stats(a->run, dev);
    }
    return true;
}

/* Words with an argument that change nothing which is modelled. */
static bool is_ignored_addr_word(const char *word)
{
    return command_matches(word, "broadcast") || !strcmp(word, "brd") || !strcmp(word, "scope") || !strcmp(word, "label") ||
           !strcmp(word, "valid_lft") || !strcmp(word, "preferred_lft");
}

static bool addr_parse(struct ip_args *a, struct netdev **dev, uint32_t *addr, unsigned *plen, bool *has_addr)
{
    for (; *a->word; a->word++) {
        const char *word = *a->word;
        if (!strcmp(word, "peer") || !strcmp(word, "remote") || !strcmp(word, "anycast") || !strcmp(word, "metric"))
            return command_unsupported(a->run, "ip address: \"%s\" is not modelled", word);
        if (!strcmp(word, "dev")) {
            if (!ip_next_arg(a) || !(*dev = ip_get_dev(a, *a->word))) return false;
        } else if (is_ignored_addr_word(word)) {
            if (!ip_next_arg(a)) return false;
        } else if (strcmp(word, "nodad") && strcmp(word, "noprefixroute")) {
            if (!strcmp(word, "local") && !(word = ip_next_arg(a))) return false;
            if (*has_addr) return command_fail(a->run, "Error: either \"local\" is duplicate, or \"%s\" is a garbage.", word);
            if (!ip_get_prefix(a, word, addr, plen)) return false;
            *has_addr = true;
        }
    }
    return true;
}

static bool addr_modify(struct ip_args *a, bool is_add, bool is_replace)
{
    struct netdev *dev = NULL;
    uint32_t addr = 0;
    unsigned plen = 0;
    bool has_addr = false;
    if (!addr_parse(a, &dev, &addr, &plen, &has_addr)) return false;
    if (!dev) return command_fail(a->run, "Not enough information: \"dev\" argument is required.");
    if (!has_addr) return command_fail(a->run, "Not enough information: an address is required.");
    GError *error = NULL;
    if (is_replace) ip_addr_del(dev, addr, plen, NULL);
    if (is_add ? ip_addr_add(dev, addr, plen, &error) : ip_addr_del(dev, addr, plen, &error)) return true;
    return command_fail_error(a->run, error);
}

static void first_addr(uint32_t addr, unsigned plen, void *data)
{
    uint64_t *first = data;
    if (!*first) *first = (uint64_t) addr << 8 | plen;
}

static bool addr_flush(struct ip_args *a)
{
    struct netdev *dev = NULL;
    bool only_up = false;
    if (!parse_show(a, &dev, &only_up)) return false;
    if (!dev) return command_fail(a->run, "Flush requires arguments.");
    for (uint64_t first; first = 0, ip_addr_each(dev, first_addr, &first), first;)
        if (!ip_addr_del(dev, (uint32_t) (first >> 8), first & 255, NULL)) break;
    return true;
}

static bool ip_cmd_addr(struct ip_args *a, bool with_stats)
{
    const char *word = *a->word;
    if (!word) return addr_show(a, with_stats);
    a->word++;
    if (command_matches(word, "add")) return addr_modify(a, true, false);
    if (command_matches(word, "change") || !strcmp(word, "chg") || command_matches(word, "replace")) return addr_modify(a, true, true);
    if (command_matches(word, "delete")) return addr_modify(a, false, false);
    if (command_matches(word, "show") || command_matches(word, "lst") || command_matches(word, "list")) return addr_show(a, with_stats);
    if (command_matches(word, "flush")) return addr_flush(a);
    return command_fail(a->run, "Command \"%s\" is unknown, try \"ip address help\".", word);
}

/* ---- ip link ---- */

static bool link_show(struct ip_args *a, bool with_stats)
{
    struct netdev *only = NULL;
    bool only_up = false;
    if (!parse_show(a, &only, &only_up)) return false;
    for (struct netdev *dev = a->run->net->devices; dev; dev = dev->next) {
        if ((only && dev != only) || (only_up && !dev->is_up)) continue;
        print_link(a->run, dev, true);
        if (with_stats) print_stats(a->run, dev);
    }
    return true;
}

struct link_request {
    struct netdev *dev;
    int up;             /* 1, 0; -1: not said */
    bool has_mtu, has_qlen, has_mac;
    uint32_t mtu, qlen;
    uint8_t mac[6];
};

static bool parse_mac(struct ip_args *a, const char *text, uint8_t mac[6])
{
    unsigned b[6];
    char rest;
    if (sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x%c", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5], &rest) != 6)
        return command_fail(a->run, "\"%s\" is invalid lladdr.", text);
    for (int i = 0; i < 6; i++) mac[i] = (uint8_t) b[i];
    return true;
}

static bool is_unmodelled_link_word(const char *word)
{
    static const char *const words[] = { "arp", "multicast", "allmulticast", "promisc", "name", "alias", "master", "nomaster",
                                         "type", "netns", "vf", "group", "mode", "state", "gso_max_size", "gso_max_segs", "xdp",
                                         "numtxqueues", "numrxqueues", "broadcast", "brd", "carrier", "protodown" };
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if (!strcmp(words[i], word)) return true;
    return false;
}

static bool link_parse_word(struct ip_args *a, struct link_request *r)
{
    const char *word = *a->word;
    if (!strcmp(word, "up") || !strcmp(word, "down")) {
        r->up = !strcmp(word, "up");
        return true;
    }
    if (!strcmp(word, "mtu")) {
        r->has_mtu = true;
        return ip_next_arg(a) && ip_get_u32(a, *a->word, &r->mtu, "Invalid \"mtu\" value");
    }
    if (!strcmp(word, "txqueuelen") || !strcmp(word, "txqlen") || !strcmp(word, "qlen")) {
        r->has_qlen = true;
        return ip_next_arg(a) && ip_get_u32(a, *a->word, &r->qlen, "Invalid \"txqueuelen\" value");
    }
    if (command_matches(word, "address")) {
        r->has_mac = true;
        return ip_next_arg(a) && parse_mac(a, *a->word, r->mac);
    }
    if (is_unmodelled_link_word(word)) return command_unsupported(a->run, "ip link set: \"%s\" is not modelled", word);
    if (!strcmp(word, "dev") && !(word = ip_next_arg(a))) return false;
    if (r->dev) return command_fail(a->run, "Error: either \"dev\" is duplicate, or \"%s\" is a garbage.", word);
    return (r->dev = ip_get_dev(a, word)) != NULL;
}

static bool link_set(struct ip_args *a)
{
    struct link_request r = { .up = -1 };
    for (; *a->word; a->word++)
        if (!link_parse_word(a, &r)) return false;
    if (!r.dev) return command_fail(a->run, "Not enough of information: \"dev\" argument is required.");
    if (r.has_mac && (r.mac[0] & 1)) return command_fail(a->run, "RTNETLINK answers: Cannot assign requested address");
    if (r.has_mtu && netdev_set_mtu(r.dev, r.mtu))
        return command_fail(a->run, "Error: mtu %s.", r.mtu < 68 ? "less than device minimum" : "greater than device maximum");
    if (r.has_qlen) r.dev->txqueuelen = r.qlen;
    if (r.has_mac) {
        memcpy(r.dev->mac, r.mac, 6);
        ip_dev_changed(r.dev);
    }
    if (r.up >= 0) netdev_set_up(r.dev, r.up);
    return true;
}

static bool ip_cmd_link(struct ip_args *a, bool with_stats)
{
    const char *word = *a->word;
    if (!word) return link_show(a, with_stats);
    a->word++;
    if (command_matches(word, "set") || command_matches(word, "change")) return link_set(a);
    if (command_matches(word, "show") || command_matches(word, "lst") || command_matches(word, "list")) return link_show(a, with_stats);
    if (command_matches(word, "add") || command_matches(word, "delete") || command_matches(word, "replace"))
        return command_unsupported(a->run, "ip link %s: devices come from the scenario's links; no other kind is modelled", word);
    return command_fail(a->run, "Command \"%s\" is unknown, try \"ip link help\".", word);
}

/* ---- ip neighbour ---- */

static void print_neigh(uint32_t addr, struct netdev *dev, const uint8_t *mac, const char *state, void *data)
{
    struct command_run *run = data;
    command_print(run, "%s dev %s ", ip_text(addr).text, dev->name);
    if (mac) {
        g_string_append(run->out, "lladdr ");
        print_mac(run, mac);
        g_string_append_c(run->out, ' ');
    }
    command_print(run, "%s \n", state);
}

static bool neigh_add(struct ip_args *a)
{
    struct netdev *dev = NULL;
    uint32_t addr = 0;
    uint8_t mac[6];
    bool has_addr = false, has_mac = false;
    for (; *a->word; a->word++) {
        const char *word = *a->word;
        if (!strcmp(word, "lladdr")) {
            if (!ip_next_arg(a) || !parse_mac(a, *a->word, mac)) return false;
            has_mac = true;
        } else if (!strcmp(word, "dev")) {
            if (!ip_next_arg(a) || !(dev = ip_get_dev(a, *a->word))) return false;
        } else if (!strcmp(word, "nud")) {
            if (!ip_next_arg(a)) return false;
            if (strcmp(*a->word, "permanent")) return command_unsupported(a->run, "ip neigh: nud %s is not modelled", *a->word);
        } else {
            if (!strcmp(word, "to") && !(word = ip_next_arg(a))) return false;
            if (has_addr) return command_fail(a->run, "Error: either \"to\" is duplicate, or \"%s\" is a garbage.", word);
            if (!ip_get_addr(a, word, &addr)) return false;
            has_addr = true;
        }
    }
    if (!dev || !has_addr) return command_fail(a->run, "Device and destination are required arguments.");
    if (!has_mac) return command_fail(a->run, "RTNETLINK answers: Invalid argument");
    ip_neigh_set(dev, addr, mac);
    return true;
}

static bool ip_cmd_neigh(struct ip_args *a)
{
    const char *word = *a->word ? *a->word++ : "show";
    if (command_matches(word, "show") || command_matches(word, "lst") || command_matches(word, "list")) {
        ip_neigh_each(a->run->net, print_neigh, a->run);
        return true;
    }
    if (command_matches(word, "add") || command_matches(word, "change") || !strcmp(word, "chg") || command_matches(word, "replace"))
        return neigh_add(a);
    if (command_matches(word, "flush")) {
        struct netdev *dev = NULL;
        bool only_up = false;
        if (!parse_show(a, &dev, &only_up)) return false;
        if (!dev) return command_fail(a->run, "Flush requires arguments.");
        ip_neigh_flush(dev);
        return true;
    }
    if (command_matches(word, "delete")) return command_unsupported(a->run, "ip neigh delete: not modelled; use flush");
    return command_fail(a->run, "Command \"%s\" is unknown, try \"ip neighbour help\".", word);
}

/* ---- ip ---- */

/* In iproute2's order: a shortened word means the first that fits. */
static bool run_object(struct ip_args *a, const char *object, bool with_stats)
{
    static const char *const others[] = { "rule", "ntable", "l2tp", "tunnel", "tuntap", "token", "tcp_metrics", "monitor", "xfrm",
                                          "mroute", "netns", "netconf", "vrf", "sr", "nexthop", "mptcp", "stats", "maddress" };
    if (command_matches(object, "address")) return ip_cmd_addr(a, with_stats);
    if (command_matches(object, "maddress")) return command_unsupported(a->run, "ip %s: not modelled", object);
    if (command_matches(object, "route")) return ip_cmd_route(a);
    if (command_matches(object, "rule")) return command_unsupported(a->run, "ip %s: not modelled", object);
    if (command_matches(object, "neighbor") || command_matches(object, "neighbour")) return ip_cmd_neigh(a);
    if (command_matches(object, "link")) return ip_cmd_link(a, with_stats);
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
        if (command_matches(object, others[i])) return command_unsupported(a->run, "ip %s: not modelled", object);
    return command_fail(a->run, "Object \"%s\" is unknown, try \"ip help\".", object);
}

bool cmd_ip(struct command_run *run)
{
    struct ip_args a = { .run = run, .word = run->argv + 1 };
    bool with_stats = false;
    for (; *a.word && **a.word == '-'; a.word++) {
        const char *option = *a.word + 1 + ((*a.word)[1] == '-');
        if (!strcmp(option, "4") || command_matches(option, "color")) continue;
        if (!strcmp(option, "6")) return command_unsupported(run, "ip -6: IPv6 is not modelled");
        if (command_matches(option, "statistics") || !strcmp(option, "stats")) {
            with_stats = true;
            continue;
        }
        static const char *const others[] = { "details", "oneline", "brief", "json", "batch", "family", "netns", "human", "iec" };
        for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
            if (command_matches(option, others[i])) return command_unsupported(run, "ip -%s: not modelled", option);
        return command_fail(run, "Option \"%s\" is unknown, try \"ip -help\".", *a.word);
    }
    if (!*a.word) return command_fail(run, "Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }");
    const char *object = *a.word++;
    return run_object(&a, object, with_stats);
}
