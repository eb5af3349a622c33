/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_ip_route.c - ip route (iproute.c). */
#include "models/ip/cmd_ip.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const type_names[] = {
    [ROUTE_UNICAST] = "unicast",     [ROUTE_LOCAL] = "local",             [ROUTE_BROADCAST] = "broadcast",
    [ROUTE_BLACKHOLE] = "blackhole", [ROUTE_UNREACHABLE] = "unreachable", [ROUTE_PROHIBIT] = "prohibit",
};

/* ---- show ---- */

static void print_number(struct command_run *run, const char *name, uint32_t value)
{
    if (value) command_print(run, "%s %u ", name, value);
}

static void print_ms(struct command_run *run, const char *name, uint32_t us)
{
    if (us) command_print(run, "%s %gms ", name, us / 1000.0);
}

/* In the order of RTAX_*. */
static void print_metrics(struct command_run *run, const struct route_metrics *m)
{
    if (m->mtu) command_print(run, "mtu %s%u ", m->mtu_locked ? "lock " : "", m->mtu);
    print_number(run, "window", m->window);
    print_ms(run, "rtt", m->rtt_us);
    print_number(run, "ssthresh", m->ssthresh);
    print_number(run, "cwnd", m->cwnd);
    print_number(run, "advmss", m->advmss);
    print_number(run, "reordering", m->reordering);
    print_number(run, "initcwnd", m->initcwnd);
    print_ms(run, "rto_min", m->rto_min_us);
    print_number(run, "initrwnd", m->initrwnd);
    if (m->quickack) g_string_append(run->out, "quickack 1 ");
}

static void print_route(const struct route *r, void *data)
{
    struct command_run *run = data;
    if (r->type != ROUTE_UNICAST) command_print(run, "%s ", type_names[r->type]);
    if (!r->dst && !r->plen) g_string_append(run->out, "default ");
    else if (r->plen == 32) command_print(run, "%s ", ip_text(r->dst).text);
    else command_print(run, "%s/%u ", ip_text(r->dst).text, r->plen);
    if (r->via) command_print(run, "via %s ", ip_text(r->via).text);
    if (r->dev) command_print(run, "dev %s ", r->dev->name);
    if (r->is_kernel) g_string_append(run->out, "proto kernel ");
    if (r->scope == 'l') g_string_append(run->out, "scope link ");
    if (r->scope == 'h') g_string_append(run->out, "scope host ");
    if (r->prefsrc) command_print(run, "src %s ", ip_text(r->prefsrc).text);
    print_number(run, "metric", r->priority);
    print_metrics(run, &r->metrics);
    if (r->dev && r->dev->is_up && !r->dev->link && !r->dev->is_loopback) g_string_append(run->out, "linkdown ");
    g_string_append_c(run->out, '\n');
}

/* Which routes `ip route show` and `flush` mean. */
struct route_filter {
    struct command_run *run;
    GArray *found;
    const struct netdev *dev;
    bool has_prefix;
    uint32_t addr;
    unsigned plen;
};

static bool is_wanted(const struct route_filter *f, const struct route *r)
{
    return (!f->dev || r->dev == f->dev) && (!f->has_prefix || (r->dst == f->addr && r->plen == f->plen));
}

static void print_filtered(const struct route *r, void *data)
{
    struct route_filter *f = data;
    if (is_wanted(f, r)) print_route(r, f->run);
}

static bool route_show(struct ip_args *a)
{
    struct route_filter f = { .run = a->run };
    for (; *a->word; a->word++) {
        const char *word = *a->word;
        if (!strcmp(word, "dev")) {
            if (!ip_next_arg(a) || !(f.dev = ip_get_dev(a, *a->word))) return false;
        } else if (command_matches(word, "table")) {
            if (!ip_next_arg(a)) return false;
            if (strcmp(*a->word, "main") && strcmp(*a->word, "254"))
                return command_unsupported(a->run, "ip route: only the main table is shown");
        } else {
            if ((!strcmp(word, "to") || !strcmp(word, "exact")) && !(word = ip_next_arg(a))) return false;
            if (!ip_get_prefix(a, word, &f.addr, &f.plen)) return false;
            f.has_prefix = true;
        }
    }
    ip_route_each(a->run->net, print_filtered, &f);
    return true;
}

static bool route_get(struct ip_args *a)
{
    struct net *net = a->run->net;
    uint32_t addr;
    if (!*a->word && !ip_next_arg(a)) return false;
    if (!ip_get_addr(a, *a->word, &addr)) return false;
    struct dst dst;
    int err = ip_route_connect(net, addr, 0, &dst);
    if (err) return command_fail(a->run, "RTNETLINK answers: %s", g_strerror(-err));
    if (dst.route->type == ROUTE_LOCAL) g_string_append(a->run->out, "local ");
    command_print(a->run, "%s ", ip_text(addr).text);
    if (dst.route->via) command_print(a->run, "via %s ", ip_text(dst.route->via).text);
    command_print(a->run, "dev %s src %s uid 0 \n    cache ", dst.dev->name, ip_text(dst.saddr).text);
    if (dst.route->type == ROUTE_LOCAL) g_string_append(a->run->out, "<local> ");
    print_metrics(a->run, &dst.route->metrics);
    g_string_append_c(a->run->out, '\n');
    return true;
}

/* ---- add, change, replace, del ---- */

/* get_time_rtt(): with a unit, or bare: milliseconds. */
static bool parse_rtt(struct ip_args *a, uint32_t *us, double bare_unit_us, const char *message)
{
    const char *text = ip_next_arg(a);
    if (!text) return false;
    char *end;
    double v = g_ascii_strtod(text, &end);
    if (!strcmp(end, "s") || !strcmp(end, "sec") || !strcmp(end, "secs")) v *= 1e6;
    else if (!strcmp(end, "ms") || !strcmp(end, "msec") || !strcmp(end, "msecs")) v *= 1e3;
    else if (!*end) v *= bare_unit_us;
    else v = -1;
    if (!g_ascii_isdigit(*text) || !(v >= 0 && v <= UINT32_MAX))
        return command_fail(a->run, "Error: argument \"%s\" is wrong: %s", text, message);
    *us = (uint32_t) ceil(v);
    return true;
}

static bool parse_u32(struct ip_args *a, uint32_t *value, const char *message)
{
    return ip_next_arg(a) && ip_get_u32(a, *a->word, value, message);
}

/* A metric's word. *known is false if it is none. */
static bool parse_metric(struct ip_args *a, struct route_metrics *m, bool *known)
{
    const char *word = *a->word;
    *known = true;
    if (!strcmp(word, "mtu")) {
        if (!ip_next_arg(a)) return false;
        m->mtu_locked = !strcmp(*a->word, "lock");
        if (m->mtu_locked && !ip_next_arg(a)) return false;
        return ip_get_u32(a, *a->word, &m->mtu, "\"mtu\" value is invalid");
    }
    if (command_matches(word, "advmss")) return parse_u32(a, &m->advmss, "\"advmss\" value is invalid");
    if (command_matches(word, "reordering")) return parse_u32(a, &m->reordering, "\"reordering\" value is invalid");
    if (!strcmp(word, "rtt")) return parse_rtt(a, &m->rtt_us, 125, "\"rtt\" value is invalid");
    if (!strcmp(word, "rto_min")) return parse_rtt(a, &m->rto_min_us, 1000, "\"rto_min\" value is invalid");
    if (command_matches(word, "window")) return parse_u32(a, &m->window, "\"window\" value is invalid");
    if (command_matches(word, "cwnd")) return parse_u32(a, &m->cwnd, "\"cwnd\" value is invalid");
    if (command_matches(word, "initcwnd")) return parse_u32(a, &m->initcwnd, "\"initcwnd\" value is invalid");
    if (command_matches(word, "initrwnd")) return parse_u32(a, &m->initrwnd, "\"initrwnd\" value is invalid");
    if (command_matches(word, "ssthresh")) return parse_u32(a, &m->ssthresh, "\"ssthresh\" value is invalid");
    if (command_matches(word, "quickack")) {
        uint32_t on;
        if (!parse_u32(a, &on, "\"quickack\" value is invalid")) return false;
        if (on > 1) return command_fail(a->run, "Error: argument \"%s\" is wrong: \"quickack\" value should be 0 or 1", *a->word);
        m->quickack = on;
        return true;
    }
    *known = false;
    return true;
}

static bool parse_scope(struct ip_args *a, struct route *r)
{
    static const struct {
        const char *name;
        char scope;
    } scopes[] = { { "global", 'g' }, { "0", 'g' }, { "universe", 'g' }, { "link", 'l' }, { "253", 'l' }, { "host", 'h' }, { "254", 'h' } };
    const char *text = ip_next_arg(a);
    if (!text) return false;
    for (size_t i = 0; i < G_N_ELEMENTS(scopes); i++)
        if (!strcmp(text, scopes[i].name)) {
            r->scope = scopes[i].scope;
            return true;
        }
    return command_fail(a->run, "Error: argument \"%s\" is wrong: invalid \"scope\" value", text);
}

static bool parse_protocol(struct ip_args *a, struct route *r)
{
    static const char *const names[] = { "kernel", "boot", "static", "dhcp", "ra", "redirect", "bird", "zebra", "babel", "bgp",
                                         "isis", "ospf", "rip", "eigrp" };
    const char *text = ip_next_arg(a);
    if (!text) return false;
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (!strcmp(text, names[i])) {
            r->is_kernel = i == 0;
            return true;
        }
    uint32_t number;
    return ip_get_u32(a, text, &number, "\"protocol\" value is invalid");
}

static bool parse_destination(struct ip_args *a, struct route *r, bool *has_dst)
{
    const char *word = *a->word;
    if (!strcmp(word, "to") && !(word = ip_next_arg(a))) return false;
    for (size_t i = 0; i < G_N_ELEMENTS(type_names); i++)
        if (!strcmp(word, type_names[i])) {
            r->type = (uint8_t) i;
            if (!(word = ip_next_arg(a))) return false;
            break;
        }
    if (*has_dst) return command_fail(a->run, "Error: either \"to\" is duplicate, or \"%s\" is a garbage.", word);
    unsigned plen;
    if (!ip_get_prefix(a, word, &r->dst, &plen)) return false;
    r->plen = (uint8_t) plen;
    *has_dst = true;
    return true;
}

static bool is_unmodelled_route_word(const char *word)
{
    static const char *const words[] = { "tos", "dsfield", "expires", "hoplimit", "features", "congctl", "rttvar", "realms", "nexthop",
                                         "nhid", "encap", "ttl-propagate", "fastopen_no_cookie", "from", "as", "pref" };
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if (!strcmp(words[i], word)) return true;
    return false;
}

static bool parse_route_word(struct ip_args *a, struct route *r, bool *has_dst)
{
    const char *word = *a->word;
    bool is_metric;
    if (!parse_metric(a, &r->metrics, &is_metric)) return false;
    if (is_metric || !strcmp(word, "onlink")) return true;
    if (!strcmp(word, "src")) return ip_next_arg(a) && ip_get_addr(a, *a->word, &r->prefsrc);
    if (!strcmp(word, "via")) {
        if (!ip_next_arg(a)) return false;
        if (!strcmp(*a->word, "inet") && !ip_next_arg(a)) return false;
        return ip_get_addr(a, *a->word, &r->via);
    }
    if (!strcmp(word, "dev") || !strcmp(word, "oif")) return ip_next_arg(a) && (r->dev = ip_get_dev(a, *a->word));
    if (!strcmp(word, "metric") || command_matches(word, "priority") || !strcmp(word, "preference"))
        return parse_u32(a, &r->priority, "\"metric\" value is invalid");
    if (!strcmp(word, "scope")) return parse_scope(a, r);
    if (command_matches(word, "protocol")) return parse_protocol(a, r);
    if (command_matches(word, "table")) {
        if (!ip_next_arg(a)) return false;
        if (strcmp(*a->word, "main") && strcmp(*a->word, "254"))
            return command_unsupported(a->run, "ip route: only the main table is modelled");
        return true;
    }
    if (is_unmodelled_route_word(word)) return command_unsupported(a->run, "ip route: \"%s\" is not modelled", word);
    return parse_destination(a, r, has_dst);
}

static bool parse_route(struct ip_args *a, struct route *r)
{
    bool has_dst = false;
    for (; *a->word; a->word++)
        if (!parse_route_word(a, r, &has_dst)) return false;
    return true;
}

struct find_route {
    const struct route *want;
    bool found;
};

static void find_route(const struct route *r, void *data)
{
    struct find_route *f = data;
    f->found |= r->dst == f->want->dst && r->plen == f->want->plen && r->priority == f->want->priority;
}

enum route_change { ROUTE_ADD, ROUTE_REPLACE, ROUTE_CHANGE };

static bool route_modify(struct ip_args *a, enum route_change how)
{
    struct route r = { 0 };
    if (!parse_route(a, &r)) return false;
    struct net *net = a->run->net;
    if (how == ROUTE_CHANGE) {
        struct find_route f = { .want = &r };
        ip_route_each(net, find_route, &f);
        if (!f.found) return command_fail(a->run, "RTNETLINK answers: No such file or directory");
    }
    GError *error = NULL;
    return ip_route_add(net, &r, how != ROUTE_ADD, &error) || command_fail_error(a->run, error);
}

static bool route_delete(struct ip_args *a)
{
    struct route r = { 0 };
    GError *error = NULL;
    if (!parse_route(a, &r)) return false;
    return ip_route_del(a->run->net, &r, &error) || command_fail_error(a->run, error);
}

static void collect_route(const struct route *r, void *data)
{
    struct route_filter *f = data;
    if (is_wanted(f, r)) g_array_append_val(f->found, *r);
}

static bool route_flush(struct ip_args *a)
{
    struct route_filter f = { 0 };
    if (!*a->word) return command_fail(a->run, "\"ip route flush\" requires arguments.");
    if (!strcmp(*a->word, "cache")) return true; /* there is none since 3.6 */
    g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(struct route));
    f.found = found;
    if (!strcmp(*a->word, "dev")) {
        if (!ip_next_arg(a) || !(f.dev = ip_get_dev(a, *a->word))) return false;
    } else {
        f.has_prefix = true;
        if (!ip_get_prefix(a, *a->word, &f.addr, &f.plen)) return false;
    }
    ip_route_each(a->run->net, collect_route, &f);
    for (guint i = 0; i < found->len; i++) ip_route_del(a->run->net, &g_array_index(found, struct route, i), NULL);
    return true;
}

bool ip_cmd_route(struct ip_args *a)
{
    const char *word = *a->word;
    if (!word) return route_show(a);
    a->word++;
    if (command_matches(word, "list") || command_matches(word, "show") || command_matches(word, "lst")) return route_show(a);
    if (command_matches(word, "get")) return route_get(a);
    if (command_matches(word, "add")) return route_modify(a, ROUTE_ADD);
    if (command_matches(word, "change") || !strcmp(word, "chg")) return route_modify(a, ROUTE_CHANGE);
    if (command_matches(word, "replace")) return route_modify(a, ROUTE_REPLACE);
    if (command_matches(word, "prepend") || command_matches(word, "test"))
        return command_unsupported(a->run, "ip route %s: not modelled", word);
    if (command_matches(word, "append")) return route_modify(a, ROUTE_ADD);
    if (command_matches(word, "delete")) return route_delete(a);
    if (command_matches(word, "flush")) return route_flush(a);
    return command_fail(a->run, "Command \"%s\" is unknown, try \"ip route help\".", word);
}
