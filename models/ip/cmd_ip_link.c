/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_ip_link.c - ip link (iproute2: iplink.c, and print_linkinfo() of ipaddress.c). */
#include "models/ip/cmd_ip.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- statistics (print_stats64()) ---- */

/* A line of numbers with its head: "RX:  bytes packets ...", "RX errors:  length ...".  In text the first has what was
 * missed and the second what overran, in JSON it is the other way round. */
enum { COLUMNS = 6 };
struct stats_line {
    const char *head;
    bool is_second;               /* under the first line's: no bytes */
    const char *names[COLUMNS];   /* as printed */
    const char *fields[COLUMNS];  /* of struct rtnl_link_stats64 */
    const char *members[COLUMNS]; /* of JSON; NULL: the same field */
};

static const struct stats_line lines[] = {
    { "RX:", false, { "bytes", "packets", "errors", "dropped", "missed", "mcast" },
      { "rx_bytes", "rx_packets", "rx_errors", "rx_dropped", "rx_missed_errors", "multicast" }, { [4] = "rx_over_errors" } },
    { "RX errors:", true, { "", "length", "crc", "frame", "fifo", "overrun" },
      { NULL, "rx_length_errors", "rx_crc_errors", "rx_frame_errors", "rx_fifo_errors", "rx_over_errors" }, { [5] = "rx_missed_errors" } },
    { "TX:", false, { "bytes", "packets", "errors", "dropped", "carrier", "collsns" },
      { "tx_bytes", "tx_packets", "tx_errors", "tx_dropped", "tx_carrier_errors", "collisions" }, { NULL } },
    { "TX errors:", true, { "", "aborted", "fifo", "window", "heartbt", "transns" },
      { NULL, "tx_aborted_errors", "tx_fifo_errors", "tx_window_errors", "tx_heartbeat_errors", "carrier_changes" }, { NULL } },
};

static uint64_t value_of(const struct netdev *dev, const char *field)
{
    if (!strcmp(field, "carrier_changes")) return dev->is_loopback ? 0 : dev->link ? 2 : 1; /* off when it is made, on with the link */
    return netdev_statistic(dev, field);
}

/* print_num(): -h: 1.23k, -iec: 1.20Ki */
static struct ip_text number(const struct ip_args *a, uint64_t count)
{
    struct ip_text t;
    uint64_t base = a->is_iec ? 1024 : 1000, unit = base;
    if (!a->is_human || count < base) {
        g_snprintf(t.text, sizeof t.text, "%" G_GUINT64_FORMAT, count);
        return t;
    }
    const char *prefix = "kMGTPE";
    while (count / base >= unit && prefix[1]) {
        unit *= base;
        prefix++;
    }
    int precision = count / unit < 10 ? 2 : count / unit < 100 ? 1 : 0;
    g_snprintf(t.text, sizeof t.text, "%.*f%c%s", precision, (double) count / (double) unit, *prefix, a->is_iec ? "i" : "");
    return t;
}

/* A column is as wide as its longest name or number (size_columns()). */
static void size_columns(const struct ip_args *a, const struct netdev *dev, int width[COLUMNS])
{
    static const int least[COLUMNS] = { 10, 7, 6, 7, 7, 7 };
    for (unsigned c = 0; c < COLUMNS; c++) {
        width[c] = least[c];
        if (a->is_human) continue;
        for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
            if (lines[i].is_second && (c == 0 || a->n_stats < 2)) continue;
            char digits[24];
            int n = g_snprintf(digits, sizeof digits, "%" G_GUINT64_FORMAT, value_of(dev, lines[i].fields[c]));
            width[c] = MAX(width[c], n);
        }
    }
}

static void print_stats_line(struct ip_args *a, const struct netdev *dev, const struct stats_line *line, const int width[COLUMNS])
{
    enum { COMPRESSED = 10 }; /* the width of a column that PPP has */
    int head = 4 + (int) strlen(line->head);
    command_print(a->run, "    %s%*s", line->head, width[0] + 4 - head, line->names[0]);
    for (unsigned c = 1; c < COLUMNS; c++) command_print(a->run, " %*s", width[c], line->names[c]);
    if (line->is_second) command_print(a->run, "%s%*s", ip_nl(a), width[0] + 5, "");
    else command_print(a->run, " %*s%s    %*s ", COMPRESSED, "", ip_nl(a), width[0], number(a, value_of(dev, line->fields[0])).text);
    for (unsigned c = 1; c < COLUMNS; c++) command_print(a->run, "%*s ", width[c], number(a, value_of(dev, line->fields[c])).text);
}

static void json_stats(struct ip_args *a, const struct netdev *dev, const char *name, const struct stats_line *line)
{
    jsonw_begin_object(a->json, name);
    for (unsigned i = 0; i < (a->n_stats > 1 ? 2 : 1); i++)
        for (unsigned c = i; c < COLUMNS; c++) {
            const char *field = line[i].members[c] ? line[i].members[c] : line[i].fields[c];
            bool has_side = g_str_has_prefix(field, "rx_") || g_str_has_prefix(field, "tx_");
            jsonw_uint(a->json, field + (has_side ? 3 : 0), value_of(dev, field));
        }
    jsonw_end_object(a->json);
}

void ip_print_link_stats(struct ip_args *a, const struct netdev *dev)
{
    if (a->json) {
        jsonw_begin_object(a->json, "stats64");
        json_stats(a, dev, "rx", &lines[0]);
        json_stats(a, dev, "tx", &lines[2]);
        jsonw_end_object(a->json);
        return;
    }
    int width[COLUMNS];
    size_columns(a, dev, width);
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
        if (lines[i].is_second && a->n_stats < 2) continue;
        if (i) ip_print(a, "%s", ip_nl(a));
        print_stats_line(a, dev, &lines[i], width);
    }
    ip_print(a, "\n");
}

/* ---- ip link show (print_linkinfo()) ---- */

/* print_link_flags(): IFF_RUNNING is shown as LOWER_UP, or its absence as NO-CARRIER. */
static void print_flags(struct ip_args *a, const struct netdev *dev)
{
    enum { NO_CARRIER = 1 << 30 };
    static const struct {
        unsigned flag;
        const char *name;
    } names[] = {
        { NO_CARRIER, "NO-CARRIER" }, { IFF_LOOPBACK, "LOOPBACK" }, { IFF_BROADCAST, "BROADCAST" }, { IFF_POINTOPOINT, "POINTOPOINT" },
        { IFF_MULTICAST, "MULTICAST" }, { IFF_NOARP, "NOARP" }, { IFF_PROMISC, "PROMISC" }, { IFF_UP, "UP" }, { IFF_RUNNING, "LOWER_UP" },
    };
    unsigned flags = netdev_flags(dev);
    const char *comma = "";
    if (flags & IFF_UP && !(flags & IFF_RUNNING)) flags |= NO_CARRIER;
    if (a->json) jsonw_begin_array(a->json, "flags");
    ip_print(a, "<");
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        if (!(flags & names[i].flag)) continue;
        ip_print(a, "%s", comma);
        ip_string(a, NULL, "%s", names[i].name);
        comma = ",";
    }
    if (a->json) jsonw_end_array(a->json);
    ip_print(a, "> ");
}

static void print_operstate(struct ip_args *a, const struct netdev *dev)
{
    g_autofree char *state = g_ascii_strup(netdev_operstate(dev), -1);
    if (a->is_brief) ip_string(a, "operstate", "%-14s ", state);
    else ip_string(a, "operstate", "state %s ", state);
}

static void print_addresses(struct ip_args *a, const struct netdev *dev)
{
    static const uint8_t zero[6], ones[6] = { 255, 255, 255, 255, 255, 255 };
    const char *type = dev->is_loopback ? "loopback" : dev->raw_ip ? "none" : "ether";
    ip_print(a, "%s", ip_nl(a));
    ip_string(a, "link_type", "    link/%s ", type);
    if (dev->raw_ip) return;
    ip_string(a, "address", "%s", ip_mac_text(dev->mac).text);
    ip_string(a, "broadcast", " brd %s", ip_mac_text(dev->is_loopback ? zero : ones).text);
}

/* -d: what a plain Ethernet device has. */
static void print_details(struct ip_args *a, const struct netdev *dev, bool is_link)
{
    enum { TSO_LEGACY_MAX_SIZE = 65536, GSO_MAX_SEGS = 65535 };
    ip_uint(a, "promiscuity", " promiscuity %u ", (unsigned) dev->is_promisc);
    ip_uint(a, "allmulti", " allmulti %u ", 0u);
    ip_uint(a, "min_mtu", "minmtu %u ", dev->is_loopback ? 0u : 68u);
    ip_uint(a, "max_mtu", "maxmtu %u ", dev->is_loopback ? 0u : 65535u);
    if (is_link) ip_string(a, "inet6_addr_gen_mode", "addrgenmode %s ", "eui64");
    ip_uint(a, "num_tx_queues", "numtxqueues %u ", 1u);
    ip_uint(a, "num_rx_queues", "numrxqueues %u ", 1u);
    ip_uint(a, "gso_max_size", "gso_max_size %u ", (unsigned) TSO_LEGACY_MAX_SIZE);
    ip_uint(a, "gso_max_segs", "gso_max_segs %u ", (unsigned) GSO_MAX_SEGS);
    ip_uint(a, "tso_max_size", "tso_max_size %u ", (unsigned) TSO_LEGACY_MAX_SIZE);
    ip_uint(a, "tso_max_segs", "tso_max_segs %u ", (unsigned) GSO_MAX_SEGS);
    ip_uint(a, "gro_max_size", "gro_max_size %u ", (unsigned) TSO_LEGACY_MAX_SIZE);
}

static void print_brief(struct ip_args *a, const struct netdev *dev, bool is_link)
{
    ip_string(a, "ifname", "%-16s ", dev->name);
    print_operstate(a, dev);
    if (!is_link) return;
    if (!dev->raw_ip) ip_string(a, "address", "%s ", ip_mac_text(dev->mac).text);
    print_flags(a, dev);
    ip_print(a, "\n");
}

void ip_print_link(struct ip_args *a, const struct netdev *dev, bool is_link)
{
    if (a->is_brief) {
        print_brief(a, dev, is_link);
        return;
    }
    ip_uint(a, "ifindex", "%u: ", dev->ifindex);
    ip_string(a, "ifname", "%s: ", dev->name);
    print_flags(a, dev);
    ip_uint(a, "mtu", "mtu %u ", dev->mtu);
    ip_string(a, "qdisc", "qdisc %s ", "noqueue");
    print_operstate(a, dev);
    if (is_link) ip_string(a, "linkmode", "mode %s ", "DEFAULT");
    ip_string(a, "group", "group %s ", "default");
    if (dev->txqueuelen) ip_uint(a, "txqlen", "qlen %u", dev->txqueuelen);
    if (a->family != FAMILY_INET || a->n_details) print_addresses(a, dev);
    if (a->n_details) print_details(a, dev, is_link);
    if (is_link && a->n_stats) {
        ip_print(a, "%s", ip_nl(a));
        ip_print_link_stats(a, dev);
    } else {
        ip_print(a, "\n");
    }
}

static bool parse_flag_filter(const char *word, struct ip_show_filter *f)
{
    bool is_inverse = *word == '-';
    word += is_inverse;
    if (!strcmp(word, "secondary") || !strcmp(word, "temporary")) f->secondary = !is_inverse;
    else if (!strcmp(word, "primary")) f->secondary = is_inverse;
    else if (!strcmp(word, "permanent")) f->is_void |= is_inverse; /* all addresses are */
    else if (!strcmp(word, "dynamic")) f->is_void |= !is_inverse;
    else return false;
    return true;
}

/* One word, and its argument. */
static bool parse_show_word(struct ip_args *a, struct ip_show_filter *f)
{
    const char *word = *a->word;
    uint8_t scope;
    if (!strcmp(word, "to")) {
        f->has_to = true;
        return (word = ip_next_arg(a)) && ip_get_prefix(a, word, &f->to);
    }
    if (!strcmp(word, "scope")) {
        if (!(word = ip_next_arg(a))) return false;
        bool is_all = !strcmp(word, "all");
        if (!is_all && !ip_parse_scope(word, &scope)) return ip_fail_arg(a, word, "invalid \"scope\"");
        f->scope = is_all ? -1 : scope;
        return true;
    }
    if (!strcmp(word, "up")) return f->only_up = true;
    if (parse_flag_filter(word, f)) return true;
    if (!strcmp(word, "label")) return (f->label = ip_next_arg(a)) != NULL;
    if (!strcmp(word, "nomaster")) return true; /* no device has one */
    if (!strcmp(word, "type") || !strcmp(word, "group") || !strcmp(word, "master") || !strcmp(word, "vrf"))
        return command_unsupported(a->run, "ip: show %s: not modelled", word);
    if (!strcmp(word, "dev") && !(word = ip_next_arg(a))) return false;
    if (f->dev) return ip_fail_duplicate(a, "dev", word);
    f->dev = netdev_by_name(a->run->net, word);
    return f->dev || ip_fail_lookup(a, "Device \"%s\" does not exist.", word);
}

bool ip_parse_show(struct ip_args *a, struct ip_show_filter *f)
{
    *f = (struct ip_show_filter){ .scope = -1, .secondary = -1 };
    for (; *a->word; a->word++)
        if (!parse_show_word(a, f)) return false;
    if (f->has_to && a->family == FAMILY_ANY) a->family = FAMILY_INET;
    return true;
}

/* ipaddr_list_flush_or_save(): in JSON a device that is filtered out late leaves its empty object. */
bool ip_show_devices(struct ip_args *a, const struct ip_show_filter *f, bool is_link)
{
    bool with_addrs = a->family != FAMILY_LINK && !is_link;
    ip_begin_list(a);
    for (struct netdev *dev = a->run->net->devices; dev; dev = dev->next) {
        if (f->dev && dev != f->dev) continue;
        if (with_addrs && !ip_has_shown_addr(a, dev, f)) continue;
        ip_begin(a);
        if (!f->only_up || dev->is_up) {
            bool is_printed = (a->is_brief || !a->is_oneline || !with_addrs) && !f->label;
            if (is_printed) ip_print_link(a, dev, is_link);
            if (with_addrs) ip_print_addrs(a, dev, f);
            if (is_printed && !is_link && a->n_stats && !a->is_brief) ip_print_link_stats(a, dev);
        }
        ip_end(a);
    }
    ip_end_list(a);
    return true;
}

static bool link_show(struct ip_args *a)
{
    struct ip_show_filter f;
    return ip_parse_show(a, &f) && ip_show_devices(a, &f, true);
}

/* ---- ip link set ---- */

struct link_request {
    struct netdev *dev;
    const char *name;            /* of the device, as it was written */
    int up, arp, promisc;        /* 1, 0; -1: not said */
    bool has_mtu, has_qlen;
    int32_t mtu, qlen;
    uint8_t mac[IP_MAX_MAC];
    int mac_len;                 /* 0: not said */
};

static bool parse_on_off(struct ip_args *a, int *value)
{
    const char *what = *a->word, *word = ip_next_arg(a);
    if (!word) return false;
    *value = !strcmp(word, "on");
    return *value || !strcmp(word, "off") ||
           ip_fail_lookup(a, "Error: argument of \"%s\" must be \"on\" or \"off\", not \"%s\"", what, word);
}

/* get_integer(), once */
static bool parse_number(struct ip_args *a, const char *what, bool *has, int32_t *value)
{
    g_autofree char *message = g_strdup_printf("Invalid \"%s\" value", what);
    if (!*has) return (*has = true) && ip_get_i32(a, value, message);
    const char *word = ip_next_arg(a);
    return word && ip_fail_usage(a, "Error: duplicate \"%s\": \"%s\" is the second value.", what, word);
}

/* Whole words first, then those that may be shortened. */
static bool is_unmodelled(const char *word)
{
    static const char *const whole[] = { "name", "index", "brd", "netns", "multicast", "allmulticast", "trailers", "carrier", "vf",
                                         "vrf", "group", "mode", "state", "protodown", "protodown_reason", "gso_max_size",
                                         "gso_max_segs", "gro_max_size", "parentdev", "xdp", "xdpgeneric", "xdpdrv", "xdpoffload" };
    static const char *const shortened[] = { "link", "broadcast", "master", "nomaster", "dynamic", "type", "alias", "numtxqueues",
                                             "numrxqueues", "addrgenmode", "link-netns", "link-netnsid" };
    for (size_t i = 0; i < G_N_ELEMENTS(whole); i++)
        if (!strcmp(whole[i], word)) return true;
    for (size_t i = 0; i < G_N_ELEMENTS(shortened); i++)
        if (command_matches(word, shortened[i])) return true;
    return false;
}

static bool link_parse_word(struct ip_args *a, struct link_request *r)
{
    const char *word = *a->word;
    if (!strcmp(word, "up") || !strcmp(word, "down")) {
        r->up = !strcmp(word, "up");
        return true;
    }
    if (command_matches(word, "address")) return (word = ip_next_arg(a)) && (r->mac_len = ip_parse_mac(a, word, r->mac));
    if (command_matches(word, "txqueuelen") || !strcmp(word, "qlen") || command_matches(word, "txqlen"))
        return parse_number(a, "txqueuelen", &r->has_qlen, &r->qlen);
    if (!strcmp(word, "mtu")) return parse_number(a, "mtu", &r->has_mtu, &r->mtu);
    if (!strcmp(word, "arp")) return parse_on_off(a, &r->arp);
    if (!strcmp(word, "promisc")) return parse_on_off(a, &r->promisc);
    if (is_unmodelled(word)) return command_unsupported(a->run, "ip link set: \"%s\" is not modelled", word);
    if (!strcmp(word, "dev") && !(word = ip_next_arg(a))) return false;
    if (r->name) return ip_fail_duplicate(a, "dev", word);
    r->name = word;
    return true;
}

/* What do_setlink() refuses, before anything is changed. */
static bool link_check(struct ip_args *a, const struct link_request *r)
{
    static const uint8_t zero[6];
    if (r->mac_len && (r->mac[0] & 1 || !memcmp(r->mac, zero, 6)))
        return command_fail_status(a->run, 2, "RTNETLINK answers: Cannot assign requested address");
    if (r->has_mtu && !netdev_mtu_is_valid(r->dev, (uint32_t) r->mtu)) {
        if (!ip_has_extack(a->run->net)) return command_fail_status(a->run, 2, "RTNETLINK answers: Invalid argument");
        return command_fail_status(a->run, 2, "Error: mtu %s.", r->mtu < 68 ? "less than device minimum" : "greater than device maximum");
    }
    return true;
}

static bool link_set(struct ip_args *a)
{
    struct link_request r = { .up = -1, .arp = -1, .promisc = -1 };
    for (; *a->word; a->word++)
        if (!link_parse_word(a, &r)) return false;
    if (!r.name) return ip_fail_usage(a, "Not enough information: \"dev\" argument is required.");
    r.dev = netdev_by_name(a->run->net, r.name);
    if (r.mac_len && r.mac_len != 6 && r.dev)
        return ip_fail_lookup(a, "Invalid address length %d - must be 6 bytes", r.mac_len);
    if (!r.dev) return ip_get_dev(a, r.name) != NULL;
    if (!link_check(a, &r)) return false;
    if (r.mac_len) netdev_set_mac(r.dev, r.mac);
    if (r.has_mtu) netdev_set_mtu(r.dev, (uint32_t) r.mtu);
    if (r.arp >= 0) netdev_set_arp(r.dev, r.arp);
    if (r.promisc >= 0) r.dev->is_promisc = r.promisc;
    if (r.up >= 0) netdev_set_up(r.dev, r.up);
    if (r.has_qlen) r.dev->txqueuelen = (uint32_t) r.qlen;
    return true;
}

bool ip_cmd_link(struct ip_args *a)
{
    const char *word = *a->word;
    if (!word) return link_show(a);
    a->word++;
    if (command_matches(word, "add"))
        return command_unsupported(a->run, "ip link add: devices come from the scenario's links; no other kind is modelled");
    if (command_matches(word, "set") || command_matches(word, "change")) return link_set(a);
    if (command_matches(word, "replace") || command_matches(word, "delete"))
        return command_unsupported(a->run, "ip link %s: devices come from the scenario's links and stay", word);
    if (command_matches(word, "show") || command_matches(word, "lst") || command_matches(word, "list")) return link_show(a);
    if (command_matches(word, "xstats") || command_matches(word, "afstats") || command_matches(word, "property"))
        return command_unsupported(a->run, "ip link %s: not modelled", word);
    if (command_matches(word, "help"))
        return ip_usage(a, "Usage: ip link set [ dev ] DEVICE { up | down | mtu MTU | address LLADDR | txqueuelen PACKETS |\n"
                           "                                  arp { on | off } | promisc { on | off } }\n"
                           "       ip link show [ [ dev ] DEVICE ] [ up ]\n");
    return ip_fail_usage(a, "Command \"%s\" is unknown, try \"ip link help\".", word);
}
