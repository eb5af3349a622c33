/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_arp.c - arp(8) as net-tools 2.10 has it: the neighbours that /proc/net/arp shows. */
#include "models/ip/cmd_arp.h"

#include "models/ip/cmd_ip.h"
#include "models/ip/fib.h"
#include "models/netdev/options.h"

struct listing {
    struct command_run *run;
    const char *dev;       /* NULL: all */
    bool has_host, is_bsd; /* only one host; as BSD's arp prints */
    uint32_t host;
    unsigned n_seen, n_shown;
};

static void print_mac(struct command_run *run, const uint8_t mac[6])
{
    command_print(run, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
}

/* arp_disp_2(): "? (10.0.0.2) at 02:00:00:00:00:02 [ether] on eth0" */
static void print_bsd(struct command_run *run, const struct neighbour *n, bool is_known)
{
    command_print(run, "? (%s) at ", ip_text(n->addr).text);
    if (is_known) {
        print_mac(run, n->mac);
        command_print(run, " [ether] %s", n->nud_state == NUD_PERMANENT ? "PERM " : "");
    } else command_print(run, "<incomplete> ");
    command_print(run, "on %s\n", n->dev->name);
}

/* arp_disp() */
static void print_linux(struct command_run *run, const struct neighbour *n, bool is_known)
{
    command_print(run, "%-23.23s  ", ip_text(n->addr).text);
    if (is_known) {
        command_print(run, "%-8.8s", "ether");
        print_mac(run, n->mac);
        command_print(run, "   %-6.6s", n->nud_state == NUD_PERMANENT ? "CM" : "C");
    } else command_print(run, "%-8.8s%-20.20s%-6.6s", "", "(incomplete)", "");
    command_print(run, "%-16.16s%s\n", "", n->dev->name);
}

static void print_neigh(struct neighbour *n, void *data)
{
    struct listing *l = data;
    if (n->nud_state == NUD_NOARP) return;
    l->n_seen++;
    if ((l->dev && strcmp(l->dev, n->dev->name)) || (l->has_host && l->host != n->addr)) return;
    if (!l->n_shown++ && !l->is_bsd)
        command_print(l->run, "Address                  HWtype  HWaddress           Flags Mask            Iface\n");
    (l->is_bsd ? print_bsd : print_linux)(l->run, n, n->nud_state & NUD_VALID);
}

static bool list(struct listing *l)
{
    ip_neigh_each(l->run->net, print_neigh, l);
    if (l->n_shown) return true;
    if (l->has_host) {
        const char *name = ip_text(l->host).text;
        command_print(l->run, "%s (%s) -- no entry\n", name, name);
    } else if (l->n_seen) {
        command_print(l->run, "arp: in %u entries no match found.\n", l->n_seen);
    }
    return true;
}

bool cmd_arp(struct command_run *run)
{
    static const struct command_option rows[] = { { 'a', NULL }, { 'e', NULL }, { 'n', "numeric" }, { 'v', "verbose" }, { 'i', "device=" },
                                                  { 's', "set" }, { 'd', "delete" }, { 'D', "use-device" }, { 'f', "file" } };
    struct command_options o = { .run = run, COMMAND_OPTIONS(rows), .missing = "-A -p --protocol -H --hw-type -t" };
    struct listing l = { .run = run };
    bool good = true;
    for (int id; good && (id = command_next_option(&o));) switch (id) {
        case COMMAND_BAD_OPTION: good = false; break;
        case 'a': l.is_bsd = true; break;
        case 'e': l.is_bsd = false; break;
        case 'i': l.dev = o.argument; break;
        case 'n': case 'v': break; /* there are no names */
        default: good = command_unsupported(run, "arp -%c: not modelled; ip neigh add and del do it", id);
        }
    if (good && *o.words) {
        l.has_host = true;
        if (!ip_parse_addr(o.words[0], &l.host)) good = command_fail_status(run, 255, "%s: Unknown host", o.words[0]);
    }
    return good && list(&l);
}
