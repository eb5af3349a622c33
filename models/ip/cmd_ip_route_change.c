/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_ip_route_change.c - ip route: add, change, replace, append, delete (iproute_modify() of iproute2). */
#include "models/ip/cmd_ip.h"

#include <errno.h>
#include <stdlib.h>

struct route_request {
    struct route route;
    const char *dev;
    bool has_dst, has_type, has_scope, is_deletion;
};

/* get_time_rtt(): milliseconds, or with the unit s or ms; rounded up. */
static bool parse_time_ms(const char *text, uint32_t *ms)
{
    char *end;
    double value = strchr(text, '.') ? g_ascii_strtod(text, &end) : (double) strtoul(text, &end, 0);
    if (end == text || value < 0) return false;
    if (!g_ascii_strcasecmp(end, "s") || !g_ascii_strcasecmp(end, "sec") || !g_ascii_strcasecmp(end, "secs")) value *= 1000;
    else if (*end && g_ascii_strcasecmp(end, "ms") && g_ascii_strcasecmp(end, "msec") && g_ascii_strcasecmp(end, "msecs")) return false;
    if (value > UINT32_MAX / 1000) return false; /* Differs: the tool takes what overflows */
    *ms = (uint32_t) value;
    *ms += *ms < value;
    return true;
}

static bool parse_rto_min(struct ip_args *a, struct route_metrics *m)
{
    const char *word = ip_next_arg(a);
    uint32_t ms;
    if (!word) return false;
    if (!parse_time_ms(word, &ms)) return ip_fail_arg(a, word, "\"rto_min\" value is invalid");
    m->rto_min_us = 1000 * ms;
    m->given |= 1u << RTAX_RTO_MIN;
    m->locked |= 1u << RTAX_RTO_MIN;
    return true;
}

static bool parse_quickack(struct ip_args *a, struct route_metrics *m)
{
    uint32_t on;
    if (!ip_get_u32(a, &on, UINT32_MAX, "\"quickack\" value is invalid")) return false;
    m->given |= 1u << RTAX_QUICKACK;
    m->quickack = on;
    return on <= 1 || ip_fail_arg(a, *a->word, "\"quickack\" value should be 0 or 1");
}

/* A metric's word. *known is false if it is none. */
static bool parse_metric(struct ip_args *a, struct route_metrics *m, bool *known)
{
    const struct {
        const char *word;
        bool may_be_shortened;
        unsigned rtax;
        uint32_t *value;
        const char *message;
    } numbers[] = {
        { "mtu", false, RTAX_MTU, &m->mtu, "\"mtu\" value is invalid" },
        { "advmss", false, RTAX_ADVMSS, &m->advmss, "\"mss\" value is invalid" },
        { "window", true, RTAX_WINDOW, &m->window, "\"window\" value is invalid" },
        { "initcwnd", true, RTAX_INITCWND, &m->initcwnd, "\"initcwnd\" value is invalid" },
        { "initrwnd", true, RTAX_INITRWND, &m->initrwnd, "\"initrwnd\" value is invalid" },
    };
    const char *word = *a->word;
    *known = true;
    if (!strcmp(word, "rto_min")) return parse_rto_min(a, m);
    if (command_matches(word, "quickack")) return parse_quickack(a, m);
    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
        if (numbers[i].may_be_shortened ? !command_matches(word, numbers[i].word) : strcmp(word, numbers[i].word)) continue;
        if (a->word[1] && !strcmp(a->word[1], "lock")) {
            m->locked |= 1u << numbers[i].rtax;
            a->word++;
        }
        m->given |= 1u << numbers[i].rtax;
        return ip_get_u32(a, numbers[i].value, UINT32_MAX, numbers[i].message);
    }
    *known = false;
    return true;
}

static bool parse_scope(struct ip_args *a, struct route_request *r)
{
    const char *word = ip_next_arg(a);
    r->has_scope = true;
    return word && (ip_parse_scope(word, &r->route.scope) || ip_fail_arg(a, word, "invalid \"scope\" value"));
}

static bool parse_protocol(struct ip_args *a, struct route *r)
{
    const char *word = ip_next_arg(a);
    return word && (ip_parse_protocol(word, &r->protocol) || ip_fail_arg(a, word, "\"protocol\" value is invalid"));
}

static bool parse_table(struct ip_args *a, struct route *r)
{
    const char *word = ip_next_arg(a);
    if (!word) return false;
    if (ip_parse_table(word, &r->table)) return true;
    if (!ip_table_is_known(word)) return ip_fail_arg(a, word, "\"table\" value is invalid");
    return command_unsupported(a->run, "ip route: table %s: only main and local are modelled", word);
}

/* Addresses behind "via" and "src" are of the family that the destination has shown. */
static bool parse_addr(struct ip_args *a, const struct route_request *r, uint32_t *addr)
{
    const char *word = ip_next_arg(a);
    enum ip_family family = a->family;
    if (!word) return false;
    if (r->has_dst) a->family = FAMILY_INET;
    bool good = ip_get_addr(a, word, addr);
    a->family = family;
    return good;
}

static bool parse_via(struct ip_args *a, struct route_request *r)
{
    if (r->route.via) return ip_fail_arg(a, *a->word, "use nexthop syntax to specify multiple via");
    if (a->word[1] && !strcmp(a->word[1], "inet")) a->word++;
    if (a->word[1] && !strcmp(a->word[1], "inet6")) return command_unsupported(a->run, "ip route: IPv6 is not modelled");
    return parse_addr(a, r, &r->route.via);
}

/* [to] [TYPE] PREFIX */
static bool parse_destination(struct ip_args *a, struct route_request *r)
{
    const char *word = *a->word;
    int type;
    struct ip_prefix prefix;
    if (!strcmp(word, "to") && !(word = ip_next_arg(a))) return false;
    if (!g_ascii_isdigit(*word) && ip_parse_route_type(word, &type)) {
        if (type < 0) return command_unsupported(a->run, "ip route: type %s is not modelled", word);
        r->route.type = (uint8_t) type;
        r->has_type = true;
        if (!(word = ip_next_arg(a))) return false;
    }
    if (command_matches(word, "help")) return ip_route_usage(a);
    if (r->has_dst) return ip_fail_duplicate(a, "to", word);
    if (!ip_get_prefix(a, word, &prefix)) return false;
    r->route.dst = prefix.addr;
    r->route.plen = (uint8_t) prefix.plen;
    return r->has_dst = true;
}

static bool is_unmodelled(const char *word)
{
    static const char *const whole[] = { "as", "from", "tos", "expires", "hoplimit", "rtt", "nexthop", "nhid", "vrf", "encap",
                                         "ttl-propagate" };
    static const char *const shortened[] = { "dsfield", "reordering", "cwnd", "features", "congctl", "rttvar", "ssthresh", "realms",
                                             "pref", "fastopen_no_cookie" };
    for (size_t i = 0; i < G_N_ELEMENTS(whole); i++)
        if (!strcmp(whole[i], word)) return true;
    for (size_t i = 0; i < G_N_ELEMENTS(shortened); i++)
        if (command_matches(word, shortened[i])) return true;
    return false;
}

static bool route_parse_word(struct ip_args *a, struct route_request *r)
{
    const char *word = *a->word;
    bool is_metric;
    if (!strcmp(word, "src")) return parse_addr(a, r, &r->route.prefsrc);
    if (!strcmp(word, "via")) return parse_via(a, r);
    if (command_matches(word, "metric") || command_matches(word, "priority") || !strcmp(word, "preference"))
        return ip_get_u32(a, &r->route.priority, UINT32_MAX, "\"metric\" value is invalid");
    if (!strcmp(word, "scope")) return parse_scope(a, r);
    if (!parse_metric(a, &r->route.metrics, &is_metric)) return false;
    if (is_metric) return true;
    if (!strcmp(word, "onlink")) return r->route.is_onlink = true;
    if (command_matches(word, "protocol")) return parse_protocol(a, &r->route);
    if (command_matches(word, "table")) return parse_table(a, &r->route);
    if (!strcmp(word, "dev") || !strcmp(word, "oif")) return (r->dev = ip_next_arg(a)) != NULL;
    if (is_unmodelled(word)) return command_unsupported(a->run, "ip route: \"%s\" is not modelled", word);
    return parse_destination(a, r);
}

/* What follows from what was said. */
static void route_complete(struct route_request *r)
{
    struct route *route = &r->route;
    if (!route->protocol && !r->is_deletion) route->protocol = RTPROT_BOOT;
    if (r->has_scope) return;
    if (route->type == ROUTE_LOCAL) route->scope = RT_SCOPE_HOST;
    else if (route->type == ROUTE_BROADCAST) route->scope = RT_SCOPE_LINK;
    else if (route->type == ROUTE_UNICAST && !r->is_deletion && !route->via) route->scope = RT_SCOPE_LINK;
    r->has_scope = route->type != ROUTE_UNICAST; /* of a deletion: else any */
}

static bool route_parse(struct ip_args *a, struct route_request *r)
{
    for (; *a->word; a->word++)
        if (!route_parse_word(a, r)) return false;
    if (!r->has_dst) return ip_route_usage(a);
    if (r->dev && !(r->route.dev = ip_get_dev(a, r->dev))) return false;
    route_complete(r);
    return true;
}

static bool route_delete(struct ip_args *a)
{
    struct route_request r = { .is_deletion = true };
    GError *error = NULL;
    if (!route_parse(a, &r)) return false;
    return ip_route_del(a->run->net, &(struct route_match){ r.route, r.has_type, r.has_scope }, &error) || ip_fail_kernel(a, error);
}

static bool route_modify(struct ip_args *a, enum route_how how)
{
    struct route_request r = { 0 };
    GError *error = NULL;
    return route_parse(a, &r) && (ip_route_add(a->run->net, &r.route, how, &error) || ip_fail_kernel(a, error));
}

bool ip_route_change(struct ip_args *a, const char *command, bool *known)
{
    *known = true;
    if (command_matches(command, "add")) return route_modify(a, ROUTE_ADD);
    if (command_matches(command, "change") || !strcmp(command, "chg")) return route_modify(a, ROUTE_CHANGE);
    if (command_matches(command, "replace")) return route_modify(a, ROUTE_REPLACE);
    if (command_matches(command, "prepend")) return route_modify(a, ROUTE_PREPEND);
    if (command_matches(command, "append")) return route_modify(a, ROUTE_APPEND);
    if (command_matches(command, "test")) return route_modify(a, ROUTE_TEST);
    if (command_matches(command, "delete")) return route_delete(a);
    *known = false;
    return false;
}
