/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_ip_route.c - ip route: show, flush, get (iproute2: iproute.c). */
#include "models/ip/cmd_ip.h"

#include <errno.h>
#include <stdlib.h>

bool ip_route_usage(struct ip_args *a)
{
    return ip_usage(a, "Usage: ip route { list | flush } [ PREFIX | { root | match | exact } PREFIX ] [ dev DEV ] [ via ADDRESS ]\n"
                       "                [ table { main | local | all } ] [ proto RTPROTO ] [ scope SCOPE ] [ type TYPE ] [ src ADDRESS ]\n"
                       "       ip route get ADDRESS [ from ADDRESS ] [ oif DEV ]\n"
                       "       ip route { add | del | change | append | replace } [ TYPE ] PREFIX [ via ADDRESS ] [ dev DEV ] [ onlink ]\n"
                       "                [ src ADDRESS ] [ metric METRIC ] [ scope SCOPE ] [ proto RTPROTO ] [ table { main | local } ]\n"
                       "                [ mtu [ lock ] MTU ] [ advmss MSS ] [ window BYTES ] [ initcwnd SEGMENTS ] [ initrwnd SEGMENTS ]\n"
                       "                [ rto_min TIME ] [ quickack { 0 | 1 } ]\n"
                       "TYPE := { unicast | local | broadcast | throw | unreachable | prohibit | blackhole }\n");
}

/* rtnl_rtntype_a2n(), in its order; NULL types are not modelled. */
static const struct {
    const char *name;
    int type;
    bool may_be_shortened;
} types[] = {
    { "local", ROUTE_LOCAL, false }, { "nat", -1, false }, { "broadcast", ROUTE_BROADCAST, true }, { "brd", ROUTE_BROADCAST, false },
    { "anycast", -1, true }, { "multicast", -1, true }, { "prohibit", ROUTE_PROHIBIT, true }, { "unreachable", ROUTE_UNREACHABLE, true },
    { "blackhole", ROUTE_BLACKHOLE, true }, { "xresolve", -1, true }, { "unicast", ROUTE_UNICAST, true }, { "throw", ROUTE_THROW, false },
};

bool ip_parse_route_type(const char *text, int *type)
{
    for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
        if (types[i].may_be_shortened ? command_matches(text, types[i].name) : !strcmp(text, types[i].name)) {
            *type = types[i].type;
            return true;
        }
    return false;
}

static const char *type_name(uint8_t type)
{
    for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
        if (types[i].type == type) return types[i].name;
    ns_assert(!"a type without a name");
    return NULL;
}

bool ip_parse_table(const char *text, uint8_t *table)
{
    static const struct {
        const char *name, *number;
        uint8_t table;
    } tables[] = { { "main", "254", RT_TABLE_MAIN }, { "local", "255", RT_TABLE_LOCAL } };
    for (size_t i = 0; i < G_N_ELEMENTS(tables); i++)
        if (!strcmp(text, tables[i].name) || !strcmp(text, tables[i].number)) {
            *table = tables[i].table;
            return true;
        }
    return false;
}

bool ip_table_is_known(const char *text)
{
    char *end;
    unsigned long n = strtoul(text, &end, 0);
    return !strcmp(text, "default") || !strcmp(text, "unspec") || (end > text && !*end && n <= UINT32_MAX);
}

/* ---- printing (print_route()) ---- */

/* Which routes `ip route show` and `flush` mean.  What was asked for is not printed again. */
struct route_filter {
    struct ip_args *a;
    GArray *found;                      /* flush: struct route */
    const struct netdev *dev;
    uint8_t table;                      /* 0: all */
    int protocol, scope, type;          /* -1: any */
    bool has_metric;
    uint32_t metric;
    struct ip_prefix via, src;          /* a host's: only that one */
    struct ip_prefix root, match;       /* no shorter, no longer */
    bool has_via, has_src, has_root, has_match;
};

static const struct route_filter no_filter = { .protocol = -1, .scope = -1, .type = -1 };

static void print_ms(struct ip_args *a, const char *name, uint32_t us)
{
    uint32_t ms = us / 1000;
    if (a->json) jsonw_uint(a->json, name, ms);
    else if (ms >= 1000) command_print(a->run, "%gs ", ms / 1e3);
    else command_print(a->run, "%ums ", ms);
}

/* print_rta_metrics(), in the order of RTAX_* */
static void print_metrics(struct ip_args *a, const struct route_metrics *m)
{
    const struct {
        const char *name;
        unsigned rtax;
        uint32_t value;
    } all[] = {
        { "mtu", RTAX_MTU, m->mtu }, { "window", RTAX_WINDOW, m->window }, { "advmss", RTAX_ADVMSS, m->advmss },
        { "initcwnd", RTAX_INITCWND, m->initcwnd }, { "rto_min", RTAX_RTO_MIN, m->rto_min_us },
        { "initrwnd", RTAX_INITRWND, m->initrwnd }, { "quickack", RTAX_QUICKACK, m->quickack },
    };
    if (!m->given) return;
    if (a->json) {
        jsonw_begin_array(a->json, "metrics");
        jsonw_begin_object(a->json, NULL);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
        if (!(m->given >> all[i].rtax & 1)) continue;
        ip_print(a, "%s %s", all[i].name, m->locked >> all[i].rtax & 1 ? "lock " : "");
        if (all[i].rtax == RTAX_RTO_MIN) print_ms(a, all[i].name, all[i].value);
        else ip_uint(a, all[i].name, "%u ", all[i].value);
    }
    if (a->json) {
        jsonw_end_object(a->json);
        jsonw_end_array(a->json);
    }
}

static void print_dst(struct ip_args *a, uint32_t dst, unsigned plen)
{
    if (!plen) ip_string(a, "dst", "%s ", "default");
    else if (plen == 32) ip_string(a, "dst", "%s ", ip_text(dst).text);
    else ip_string(a, "dst", "%s ", ip_prefix_text(dst, plen).text);
}

static void print_origin(struct ip_args *a, const struct route *r, const struct route_filter *f)
{
    if (f->protocol < 0 && (r->protocol != RTPROT_BOOT || a->n_details)) {
        const char *name = ip_protocol_name(r->protocol);
        ip_string(a, "protocol", "proto %s ", name ? name : ip_number_text(r->protocol).text);
    }
    if (f->scope < 0 && (r->scope != RT_SCOPE_UNIVERSE || a->n_details)) {
        const char *name = ip_scope_name(r->scope);
        ip_string(a, "scope", "scope %s ", name ? name : ip_number_text(r->scope).text);
    }
}

static void print_flags(struct ip_args *a, bool is_onlink, bool is_linkdown)
{
    if (a->json) jsonw_begin_array(a->json, "flags");
    if (is_onlink) ip_string(a, NULL, "%s ", "onlink");
    if (is_linkdown) ip_string(a, NULL, "%s ", "linkdown");
    if (a->json) jsonw_end_array(a->json);
}

static bool is_host(bool has, const struct ip_prefix *prefix)
{
    return has && prefix->plen == 32;
}

static void print_route(struct ip_args *a, const struct route *r, const struct route_filter *f)
{
    ip_begin(a);
    if (r->type != ROUTE_UNICAST || a->n_details) ip_string(a, "type", "%s ", type_name(r->type));
    print_dst(a, r->dst, r->plen);
    if (r->via && !is_host(f->has_via, &f->via)) ip_string(a, "gateway", "via %s ", ip_text(r->via).text);
    if (r->dev && !f->dev) ip_string(a, "dev", "dev %s ", r->dev->name);
    if (!f->table && (r->table != RT_TABLE_MAIN || a->n_details))
        ip_string(a, "table", "table %s ", r->table == RT_TABLE_MAIN ? "main" : "local");
    print_origin(a, r, f);
    if (r->prefsrc && !is_host(f->has_src, &f->src)) ip_string(a, "prefsrc", "src %s ", ip_text(r->prefsrc).text);
    if (r->priority && !f->has_metric) ip_uint(a, "metric", "metric %u ", r->priority);
    print_flags(a, r->is_onlink, r->dev && r->dev->is_up && !r->dev->link && !r->dev->is_loopback);
    print_metrics(a, &r->metrics);
    ip_print(a, "\n");
    ip_end(a);
}

/* ---- show, flush ---- */

static bool is_in(uint32_t addr, const struct ip_prefix *prefix)
{
    return ((addr ^ prefix->addr) & ip_mask(prefix->plen)) == 0;
}

/* filter_nlmsg() */
static bool is_wanted(const struct route *r, const struct route_filter *f)
{
    if (f->protocol >= 0 && r->protocol != f->protocol) return false;
    if (f->scope >= 0 && r->scope != f->scope) return false;
    if (f->type >= 0 && r->type != f->type) return false;
    if (f->has_root && (r->plen < f->root.plen || !is_in(r->dst, &f->root))) return false;
    if (f->has_match && (r->plen > f->match.plen || ((r->dst ^ f->match.addr) & ip_mask(r->plen)))) return false;
    if (f->has_via && !is_in(r->via, &f->via)) return false;
    if (f->has_src && !is_in(r->prefsrc, &f->src)) return false;
    if (f->dev && r->dev != f->dev) return false;
    return !f->has_metric || r->priority == f->metric;
}

static void take_wanted(const struct route *r, void *data)
{
    struct route_filter *f = data;
    if (!is_wanted(r, f)) return;
    if (f->found) g_array_append_val(f->found, *r);
    else print_route(f->a, r, f);
}

static bool parse_show_table(struct ip_args *a, struct route_filter *f, bool *is_cache)
{
    const char *word = ip_next_arg(a);
    if (!word) return false;
    if (ip_parse_table(word, &f->table)) return true;
    if (!strcmp(word, "all")) f->table = 0;
    else if (!strcmp(word, "cache")) *is_cache = true;
    else if (!strcmp(word, "help")) return ip_route_usage(a);
    else if (ip_table_is_known(word)) return command_unsupported(a->run, "ip route: table %s: only main and local are modelled", word);
    else return ip_fail_arg(a, word, "table id value is invalid");
    return true;
}

/* "proto", "scope", "type": a name, or "all". */
static bool parse_named(struct ip_args *a, int *value, bool (*parse)(const char *text, uint8_t *number), const char *message)
{
    const char *word = ip_next_arg(a);
    uint8_t number;
    if (!word) return false;
    *value = -1;
    if (!strcmp(word, "all")) return true;
    if (!parse(word, &number)) return ip_fail_arg(a, word, message);
    *value = number;
    return true;
}

static bool parse_show_type(struct ip_args *a, struct route_filter *f)
{
    const char *word = ip_next_arg(a);
    if (!word) return false;
    if (!ip_parse_route_type(word, &f->type)) return ip_fail_arg(a, word, "node type value is invalid");
    return f->type >= 0 || command_unsupported(a->run, "ip route: type %s is not modelled", word);
}

static bool parse_show_via(struct ip_args *a, struct route_filter *f)
{
    const char *word = ip_next_arg(a);
    if (word && !strcmp(word, "inet")) word = ip_next_arg(a);
    f->has_via = true;
    return word && ip_get_prefix(a, word, &f->via);
}

/* [to] [root|match|exact] PREFIX */
static bool parse_show_prefix(struct ip_args *a, struct route_filter *f)
{
    const char *word = *a->word;
    if (command_matches(word, "to") && !(word = ip_next_arg(a))) return false;
    bool is_root = command_matches(word, "root"), is_match = command_matches(word, "match");
    struct ip_prefix prefix;
    if ((is_root || is_match || command_matches(word, "exact")) && !(word = ip_next_arg(a))) return false;
    if (!ip_get_prefix(a, word, &prefix)) return false;
    if (!is_root) {
        f->has_match = true;
        f->match = prefix;
    }
    if (!is_match) {
        f->has_root = true;
        f->root = prefix;
    }
    return true;
}

static bool route_parse_filter(struct ip_args *a, struct route_filter *f, bool *is_cache)
{
    const char *dev = NULL;
    for (; *a->word; a->word++) {
        const char *word = *a->word;
        bool good = true;
        if (command_matches(word, "table")) good = parse_show_table(a, f, is_cache);
        else if (command_matches(word, "cached") || command_matches(word, "cloned")) *is_cache = true;
        else if (!strcmp(word, "tos") || command_matches(word, "dsfield") || !strcmp(word, "vrf") || !strcmp(word, "iif") ||
                 !strcmp(word, "mark") || command_matches(word, "realms") || command_matches(word, "from"))
            good = command_unsupported(a->run, "ip route: show %s is not modelled", word);
        else if (command_matches(word, "protocol")) good = parse_named(a, &f->protocol, ip_parse_protocol, "invalid \"protocol\"");
        else if (command_matches(word, "scope")) good = parse_named(a, &f->scope, ip_parse_scope, "invalid \"scope\"");
        else if (command_matches(word, "type")) good = parse_show_type(a, f);
        else if (!strcmp(word, "dev") || !strcmp(word, "oif")) good = (dev = ip_next_arg(a)) != NULL;
        else if (command_matches(word, "metric") || command_matches(word, "priority") || !strcmp(word, "preference"))
            good = f->has_metric = ip_get_u32(a, &f->metric, UINT32_MAX, "\"metric\" value is invalid");
        else if (!strcmp(word, "via")) good = parse_show_via(a, f);
        else if (!strcmp(word, "src")) good = f->has_src = (word = ip_next_arg(a)) && ip_get_prefix(a, word, &f->src);
        else good = parse_show_prefix(a, f);
        if (!good) return false;
    }
    return !dev || (f->dev = ip_get_dev(a, dev));
}

static void each_route(struct route_filter *f)
{
    struct net *net = f->a->run->net;
    if (f->table != RT_TABLE_LOCAL) ip_route_each(net, RT_TABLE_MAIN, take_wanted, f);
    if (f->table != RT_TABLE_MAIN) ip_route_each(net, RT_TABLE_LOCAL, take_wanted, f);
}

static bool route_show(struct ip_args *a)
{
    struct route_filter f = no_filter;
    bool is_cache = false;
    f.a = a;
    f.table = RT_TABLE_MAIN;
    if (!route_parse_filter(a, &f, &is_cache)) return false;
    ip_begin_list(a);
    if (!is_cache) each_route(&f); /* there has been no cache since 3.6 */
    ip_end_list(a);
    return true;
}

static bool route_flush(struct ip_args *a)
{
    struct route_filter f = no_filter;
    bool is_cache = false;
    f.a = a;
    f.table = RT_TABLE_MAIN;
    if (!*a->word) return ip_fail_lookup(a, "\"ip route flush\" requires arguments.");
    if (!route_parse_filter(a, &f, &is_cache)) return false;
    if (is_cache) return true;
    g_autoptr(GArray) found = f.found = g_array_new(FALSE, FALSE, sizeof(struct route));
    each_route(&f);
    for (guint i = 0; i < found->len; i++)
        ip_route_del(a->run->net, &(struct route_match){ g_array_index(found, struct route, i), true, true }, NULL);
    return true;
}

/* ---- get ---- */

struct get_request {
    bool has_addr;
    uint32_t addr, from;
    const char *oif;
};

static bool get_parse_word(struct ip_args *a, struct get_request *r)
{
    const char *word = *a->word;
    struct ip_prefix prefix;
    if (command_matches(word, "from")) {
        if (!(word = ip_next_arg(a)) || !ip_get_prefix(a, word, &prefix)) return false;
        r->from = prefix.addr;
        return true;
    }
    if (command_matches(word, "oif") || !strcmp(word, "dev")) return (r->oif = ip_next_arg(a)) != NULL;
    static const char *const others[] = { "tos", "dsfield", "iif", "mark", "notify", "connected", "vrf", "uid", "fibmatch", "as",
                                          "sport", "dport", "ipproto" };
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
        if (command_matches(word, others[i])) return command_unsupported(a->run, "ip route get: %s is not modelled", word);
    if (!strcmp(word, "to") && !(word = ip_next_arg(a))) return false;
    if (command_matches(word, "help")) return ip_route_usage(a);
    if (!ip_get_prefix(a, word, &prefix)) return false;
    if (prefix.plen != 32)
        g_string_append_printf(a->run->err, "Warning: /%u as prefix is invalid, only /32 (or none) is supported.\n", prefix.plen);
    r->addr = prefix.addr;
    a->family = FAMILY_INET; /* what follows has to be of it */
    return r->has_addr = true;
}

/* print_route() of what is made for one destination (RTM_F_CLONED) */
static void print_way(struct ip_args *a, const struct get_request *q, const struct dst *dst)
{
    const struct route *r = dst->route;
    uint8_t type = r->type;
    struct route_metrics metrics = r->metrics;
    uint32_t expires_s = ip_learned_mtu(a->run->net, r, q->addr, &metrics);
    ip_begin_list(a);
    ip_begin(a);
    if (type != ROUTE_UNICAST || a->n_details) ip_string(a, "type", "%s ", type_name(type));
    print_dst(a, q->addr, 32);
    if (q->from) ip_string(a, "from", "from %s ", ip_text(q->from).text);
    if (r->via) ip_string(a, "gateway", "via %s ", ip_text(r->via).text);
    ip_string(a, "dev", "dev %s ", dst->dev->name);
    if (a->n_details) ip_string(a, "table", "table %s ", r->table == RT_TABLE_LOCAL ? "local" : "main");
    if (!q->from) ip_string(a, "prefsrc", "src %s ", ip_text(dst->saddr).text);
    print_flags(a, false, false);
    ip_uint(a, "uid", "uid %u ", 0u);
    if (a->json) jsonw_begin_array(a->json, "cache");
    ip_print(a, "%s    cache ", ip_nl(a));
    bool is_broadcast = type == ROUTE_BROADCAST;
    if (type == ROUTE_LOCAL || is_broadcast) {
        ip_string(a, NULL, is_broadcast ? "<%s," : "<%s> ", "local");
        if (is_broadcast) ip_string(a, NULL, "%s> ", "brd");
    }
    if (a->json) jsonw_end_array(a->json);
    if (expires_s) ip_uint(a, "expires", "expires %usec ", expires_s);
    print_metrics(a, &metrics);
    ip_print(a, "\n");
    ip_end(a);
    ip_end_list(a);
}

static bool route_get(struct ip_args *a)
{
    struct get_request q = { 0 };
    for (; *a->word; a->word++)
        if (!get_parse_word(a, &q)) return false;
    if (!q.has_addr) return ip_fail_lookup(a, "need at least a destination address");
    struct netdev *dev = NULL;
    if (q.oif && !(dev = ip_get_dev(a, q.oif))) return false;
    if (ip_is_multicast(q.addr)) return command_unsupported(a->run, "ip route get: multicast is not modelled");
    struct net *net = a->run->net;
    struct dst dst;
    struct route on_link;
    int err = q.from && !ip_addr_is_local(net, q.from) ? -ENETUNREACH : ip_route_output(net, q.addr, q.from, dev, &dst, &on_link);
    if (err) return command_fail_status(a->run, 2, "RTNETLINK answers: %s", g_strerror(-err));
    print_way(a, &q, &dst);
    return true;
}

bool ip_cmd_route(struct ip_args *a)
{
    const char *word = *a->word;
    bool is_change = false;
    if (!word) return route_show(a);
    a->word++;
    bool good = ip_route_change(a, word, &is_change);
    if (is_change) return good;
    if (command_matches(word, "list") || command_matches(word, "show") || command_matches(word, "lst")) return route_show(a);
    if (command_matches(word, "get")) return route_get(a);
    if (command_matches(word, "flush")) return route_flush(a);
    if (command_matches(word, "save") || command_matches(word, "restore") || command_matches(word, "showdump"))
        return command_unsupported(a->run, "ip route %s: not modelled", word);
    if (command_matches(word, "help")) return ip_route_usage(a);
    return ip_fail_usage(a, "Command \"%s\" is unknown, try \"ip route help\".", word);
}
