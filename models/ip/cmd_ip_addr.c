/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_ip_addr.c - ip address (iproute2: ipaddress.c). */
#include "models/ip/cmd_ip.h"

#include <fnmatch.h>

/* ---- show ---- */

static bool is_shown(const struct ip_args *a, const struct ip_addr *ifa, const struct ip_show_filter *f)
{
    if (a->family == FAMILY_LINK || f->is_void) return false;
    if (f->scope >= 0 && f->scope != ifa->scope) return false;
    if (f->secondary >= 0 && f->secondary != ifa->is_secondary) return false;
    if (f->label && fnmatch(f->label, ifa->label, 0)) return false;
    return !f->has_to || ((f->to.addr ^ ifa->local) & ip_mask(f->to.plen)) == 0;
}

bool ip_has_shown_addr(const struct ip_args *a, const struct netdev *dev, const struct ip_show_filter *f)
{
    const struct fib *fib = dev->net->ip->fib;
    bool has_any = false;
    for (unsigned i = 0; i < fib->n_addrs; i++) {
        if (fib->addrs[i].dev != dev) continue;
        has_any = true;
        if (is_shown(a, &fib->addrs[i], f)) return true;
    }
    return !has_any && a->family != FAMILY_INET;
}

static void print_addr(struct ip_args *a, const struct ip_addr *ifa)
{
    if (!a->is_brief) {
        if (a->is_oneline && a->json) {
            jsonw_uint(a->json, "index", ifa->dev->ifindex);
            jsonw_string(a->json, "dev", ifa->dev->name);
        } else if (a->is_oneline) {
            ip_print(a, "%u: %s", ifa->dev->ifindex, ifa->dev->name);
        }
        ip_string(a, "family", "    %s ", "inet");
    }
    ip_string(a, "local", "%s", ip_text(ifa->local).text);
    if (ifa->address != ifa->local) ip_string(a, "address", " peer %s", ip_text(ifa->address).text);
    ip_uint(a, "prefixlen", "/%u ", (unsigned) ifa->plen);
    if (ifa->rt_priority) ip_uint(a, "metric", "metric %u ", ifa->rt_priority);
    if (a->is_brief) return;
    if (ifa->broadcast) ip_string(a, "broadcast", "brd %s ", ip_text(ifa->broadcast).text);
    const char *scope = ip_scope_name(ifa->scope);
    ip_string(a, "scope", "scope %s ", scope ? scope : ip_number_text(ifa->scope).text);
    if (ifa->is_secondary && a->json) jsonw_true(a->json, "secondary");
    if (ifa->is_secondary) ip_print(a, "secondary ");
    if (ifa->no_prefix_route && a->json) jsonw_true(a->json, "noprefixroute");
    if (ifa->no_prefix_route) ip_print(a, "noprefixroute ");
    ip_string(a, "label", "%s", ifa->label);
    if (a->json) {
        jsonw_uint(a->json, "valid_life_time", UINT32_MAX);
        jsonw_uint(a->json, "preferred_life_time", UINT32_MAX);
    }
    ip_print(a, "%s       valid_lft forever preferred_lft forever\n", ip_nl(a));
}

void ip_print_addrs(struct ip_args *a, const struct netdev *dev, const struct ip_show_filter *f)
{
    const struct fib *fib = dev->net->ip->fib;
    if (a->json) jsonw_begin_array(a->json, "addr_info");
    for (unsigned i = 0; i < fib->n_addrs; i++) {
        const struct ip_addr *ifa = &fib->addrs[i];
        if (ifa->dev != dev) continue;
        ip_begin(a);
        if (is_shown(a, ifa, f)) print_addr(a, ifa);
        ip_end(a);
    }
    if (a->json) jsonw_end_array(a->json);
    if (a->is_brief) ip_print(a, "\n");
}

static bool addr_show(struct ip_args *a)
{
    struct ip_show_filter f;
    return ip_parse_show(a, &f) && ip_show_devices(a, &f, false);
}

/* ---- add, change, replace, delete ---- */

struct addr_request {
    struct ip_addr ifa;
    const char *dev, *written; /* the address, as it was written */
    struct ip_prefix local, peer;
    bool has_peer, has_scope;
    enum { BRD_NONE, BRD_GIVEN, BRD_ONES, BRD_ZEROS } brd;
};

static bool parse_lifetime(struct ip_args *a, const char *what)
{
    const char *word = ip_next_arg(a);
    if (!word) return false;
    if (!strcmp(word, "forever")) return true;
    char *end;
    uint64_t seconds = g_ascii_strtoull(word, &end, 0);
    if (end == word || *end || seconds > UINT32_MAX) return ip_fail_usage(a, "Error: argument \"%s\" is wrong: %s value", word, what);
    if (!seconds && !strcmp(what, "valid_lft")) return ip_fail_lookup(a, "valid_lft is zero");
    return seconds == UINT32_MAX || command_unsupported(a->run, "ip address: addresses that expire are not modelled");
}

static bool parse_broadcast(struct ip_args *a, struct addr_request *r)
{
    const char *word = ip_next_arg(a);
    if (!word) return false;
    if (r->brd) return ip_fail_usage(a, "Error: duplicate \"broadcast\": \"%s\" is the second value.", word);
    r->brd = !strcmp(word, "+") ? BRD_ONES : !strcmp(word, "-") ? BRD_ZEROS : BRD_GIVEN;
    return r->brd != BRD_GIVEN || ip_get_addr(a, word, &r->ifa.broadcast);
}

static bool parse_peer(struct ip_args *a, struct addr_request *r)
{
    const char *word = ip_next_arg(a);
    if (!word) return false;
    if (r->has_peer) return ip_fail_usage(a, "Error: duplicate \"peer\": \"%s\" is the second value.", word);
    r->has_peer = true;
    return ip_get_prefix(a, word, &r->peer);
}

static bool parse_scope(struct ip_args *a, struct addr_request *r)
{
    const char *word = ip_next_arg(a);
    r->has_scope = true;
    return word && (ip_parse_scope(word, &r->ifa.scope) || ip_fail_arg(a, word, "invalid scope value."));
}

static bool parse_label(struct ip_args *a, struct addr_request *r)
{
    const char *word = ip_next_arg(a);
    if (!word) return false;
    if (strlen(word) >= sizeof r->ifa.label) return command_fail_status(a->run, 2, "RTNETLINK answers: Numerical result out of range");
    g_strlcpy(r->ifa.label, word, sizeof r->ifa.label);
    return true;
}

/* Flags that only IPv6 has are warned of and change nothing. */
static bool parse_flag(struct ip_args *a, const char *word, struct addr_request *r)
{
    static const char *const v6[] = { "nodad", "optimistic", "home", "mngtmpaddr" };
    static const char *const fixed[] = { "secondary", "temporary", "dadfailed", "deprecated", "tentative", "permanent", "stable-privacy" };
    if (!strcmp(word, "noprefixroute")) return r->ifa.no_prefix_route = true;
    for (size_t i = 0; i < G_N_ELEMENTS(v6); i++)
        if (!strcmp(word, v6[i])) {
            g_string_append_printf(a->run->err, "Warning: %s option can be set only for IPv6 addresses\n", word);
            return true;
        }
    for (size_t i = 0; i < G_N_ELEMENTS(fixed); i++)
        if (!strcmp(word, fixed[i])) {
            g_string_append_printf(a->run->err, "Warning: %s option is not mutable from userspace\n", word);
            return true;
        }
    return false;
}

static bool addr_parse_word(struct ip_args *a, struct addr_request *r)
{
    const char *word = *a->word;
    if (!strcmp(word, "peer") || !strcmp(word, "remote")) return parse_peer(a, r);
    if (command_matches(word, "broadcast") || !strcmp(word, "brd")) return parse_broadcast(a, r);
    if (!strcmp(word, "anycast") || !strcmp(word, "autojoin") || !strcmp(word, "proto"))
        return command_unsupported(a->run, "ip address: \"%s\" is not modelled", word);
    if (!strcmp(word, "scope")) return parse_scope(a, r);
    if (!strcmp(word, "dev")) return (r->dev = ip_next_arg(a)) != NULL;
    if (!strcmp(word, "label")) return parse_label(a, r);
    if (command_matches(word, "metric") || command_matches(word, "priority") || command_matches(word, "preference"))
        return ip_get_u32(a, &r->ifa.rt_priority, UINT32_MAX, "\"metric\" value is invalid");
    if (command_matches(word, "valid_lft")) return parse_lifetime(a, "valid_lft");
    if (command_matches(word, "preferred_lft")) return parse_lifetime(a, "preferred_lft");
    if (parse_flag(a, word, r)) return true;
    if (!strcmp(word, "local") && !(word = ip_next_arg(a))) return false;
    if (r->written) return ip_fail_duplicate(a, "local", word);
    r->written = word;
    return ip_get_prefix(a, word, &r->local);
}

static bool addr_usage(struct ip_args *a)
{
    return ip_usage(a, "Usage: ip address {add|change|replace} IFADDR dev IFNAME [ peer PREFIX ] [ broadcast ADDR ] [ label LABEL ]\n"
                       "                  [ scope SCOPE ] [ metric METRIC ] [ noprefixroute ]\n"
                       "       ip address del IFADDR dev IFNAME\n"
                       "       ip address {show|flush} [ dev IFNAME ] [ scope SCOPE ] [ to PREFIX ] [ label PATTERN ] [ up ]\n");
}

/* The rest of ipaddr_modify(): what follows from what was said. */
static void addr_complete(struct addr_request *r, struct netdev *dev)
{
    struct ip_prefix *address = r->has_peer ? &r->peer : &r->local;
    struct ip_addr *ifa = &r->ifa;
    ifa->dev = dev;
    ifa->local = r->local.addr;
    ifa->address = address->addr;
    ifa->plen = (uint8_t) address->plen;
    if (!r->has_scope) ifa->scope = ifa->local >> 24 == 127 ? RT_SCOPE_HOST : RT_SCOPE_UNIVERSE;
    if (!*ifa->label) g_strlcpy(ifa->label, dev->name, sizeof ifa->label);
    if (r->brd >= BRD_ONES && ifa->plen <= 30)
        ifa->broadcast = r->brd == BRD_ONES ? ifa->address | ~ip_mask(ifa->plen) : ifa->address & ip_mask(ifa->plen);
}

static bool addr_delete(struct ip_args *a, struct addr_request *r)
{
    bool is_wild = !r->has_peer && !r->local.has_plen;
    if (is_wild)
        g_string_append_printf(a->run->err,
                               "Warning: Executing wildcard deletion to stay compatible with old scripts.\n"
                               "         Explicitly specify the prefix length (%s/32) to avoid this warning.\n"
                               "         This special behaviour is likely to disappear in further releases,\n"
                               "         fix your scripts!\n", r->written);
    GError *error = NULL;
    return ip_ifa_del(&r->ifa, is_wild, &error) || ip_fail_kernel(a, error);
}

enum addr_change { ADDR_ADD, ADDR_REPLACE, ADDR_DELETE };

static bool addr_modify(struct ip_args *a, enum addr_change how)
{
    struct addr_request r = { 0 };
    for (; *a->word; a->word++) {
        if (command_matches(*a->word, "help")) return addr_usage(a);
        if (!addr_parse_word(a, &r)) return false;
    }
    if (!r.dev) return ip_fail_lookup(a, "Not enough information: \"dev\" argument is required.");
    struct netdev *dev = ip_get_dev(a, r.dev);
    if (!dev) return false;
    if (!r.written) /* no family is known without an address */
        return command_fail_status(a->run, 2, "RTNETLINK answers: %s", r.has_peer ? "Invalid argument" : "Operation not supported");
    if (ip_is_multicast(r.local.addr)) return command_unsupported(a->run, "ip address: multicast is not modelled");
    addr_complete(&r, dev);
    if (how == ADDR_DELETE) return addr_delete(a, &r);
    GError *error = NULL;
    return ip_ifa_add(&r.ifa, how == ADDR_REPLACE, &error) || ip_fail_kernel(a, error);
}

static bool addr_flush(struct ip_args *a)
{
    struct ip_show_filter f;
    struct fib *fib = a->run->net->ip->fib;
    if (!*a->word) return ip_fail_lookup(a, "Flush requires arguments.");
    if (a->family == FAMILY_LINK) return ip_fail_lookup(a, "Cannot flush link addresses.");
    if (!ip_parse_show(a, &f)) return false;
    for (unsigned i = 0; i < fib->n_addrs;) {
        const struct ip_addr *ifa = &fib->addrs[i];
        if ((f.dev && ifa->dev != f.dev) || !is_shown(a, ifa, &f)) {
            i++;
            continue;
        }
        ip_ifa_del(&(struct ip_addr){ .dev = ifa->dev, .local = ifa->local, .address = ifa->address, .plen = ifa->plen }, false, NULL);
        i = 0; /* others may have gone with it */
    }
    return true;
}

bool ip_cmd_addr(struct ip_args *a)
{
    const char *word = *a->word;
    if (!word) return addr_show(a);
    a->word++;
    if (command_matches(word, "add")) return addr_modify(a, ADDR_ADD);
    if (command_matches(word, "change") || !strcmp(word, "chg") || command_matches(word, "replace")) return addr_modify(a, ADDR_REPLACE);
    if (command_matches(word, "delete")) return addr_modify(a, ADDR_DELETE);
    if (command_matches(word, "list") || command_matches(word, "show") || command_matches(word, "lst")) return addr_show(a);
    if (command_matches(word, "flush")) return addr_flush(a);
    if (command_matches(word, "save") || command_matches(word, "showdump") || command_matches(word, "restore"))
        return command_unsupported(a->run, "ip address %s: not modelled", word);
    if (command_matches(word, "help")) return addr_usage(a);
    return ip_fail_usage(a, "Command \"%s\" is unknown, try \"ip address help\".", word);
}
