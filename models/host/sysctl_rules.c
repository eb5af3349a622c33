/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sysctl_rules.c - settings that the kernel takes one by one and that make no sense together. */
#include "models/host/sysctl_conf.h"

#include <string.h>

/* What a setting will be after the file, and who says so. */
struct outcome {
    int64_t n[KNOB_MAX_VALUES];
    unsigned line; /* 0: the host has it */
};

static bool outcome_of(struct conf *c, const char *name, struct outcome *o)
{
    struct host_knob at;
    if (!host_knob_find(c->host, name, &at) || at.row->type == KNOB_STRING || at.row->type == KNOB_CPUS) return false;
    g_autofree char *key = host_knob_key(c->host, &at);
    const struct conf_item *item = g_hash_table_lookup(c->last, key);
    struct knob_value v;
    if (item && item->at.row == at.row) v = item->value;
    else host_knob_load(c->host, &at, &v);
    memcpy(o->n, v.n, sizeof o->n);
    o->line = item ? item->setting->line : 0;
    return true;
}

/* ---- which of two numbers may not be the larger one ---- */

struct number {
    const char *name;
    unsigned i;
};

static const char least_first[] = "least, initial, largest go upwards", pressure[] = "pressure begins at the second and ends below the first";

static const struct {
    struct number lower, upper;
    const char *why;
} orders[] = {
    { { "net.core.rmem_default", 0 }, { "net.core.rmem_max", 0 }, "who asks for more by SO_RCVBUF gets less than who does not ask" },
    { { "net.core.wmem_default", 0 }, { "net.core.wmem_max", 0 }, "who asks for more by SO_SNDBUF gets less than who does not ask" },
    { { "net.ipv4.tcp_rmem", 0 }, { "net.ipv4.tcp_rmem", 1 }, least_first },
    { { "net.ipv4.tcp_rmem", 1 }, { "net.ipv4.tcp_rmem", 2 }, least_first },
    { { "net.ipv4.tcp_wmem", 0 }, { "net.ipv4.tcp_wmem", 1 }, least_first },
    { { "net.ipv4.tcp_wmem", 1 }, { "net.ipv4.tcp_wmem", 2 }, least_first },
    { { "net.ipv4.tcp_mem", 0 }, { "net.ipv4.tcp_mem", 1 }, pressure },
    { { "net.ipv4.tcp_mem", 1 }, { "net.ipv4.tcp_mem", 2 }, "the limit comes before the pressure" },
    { { "net.ipv4.udp_mem", 0 }, { "net.ipv4.udp_mem", 1 }, pressure },
    { { "net.ipv4.udp_mem", 1 }, { "net.ipv4.udp_mem", 2 }, "the limit comes before the pressure" },
    { { "net.ipv4.neigh.default.gc_thresh1", 0 }, { "net.ipv4.neigh.default.gc_thresh2", 0 }, "old neighbours may stay that have to go" },
    { { "net.ipv4.neigh.default.gc_thresh2", 0 }, { "net.ipv4.neigh.default.gc_thresh3", 0 }, "the table is full before anything goes" },
};

static char *name_of(const struct number *n, bool is_indexed)
{
    return is_indexed ? g_strdup_printf("%s[%u]", n->name, n->i) : g_strdup(n->name);
}

static char *check_orders(struct conf *c, const struct conf_item *item, unsigned *other)
{
    for (size_t i = 0; i < G_N_ELEMENTS(orders); i++) {
        const struct number *lower = &orders[i].lower, *upper = &orders[i].upper;
        bool is_lower = !strcmp(item->name, lower->name), is_one = !strcmp(lower->name, upper->name);
        struct outcome low, high;
        if (!is_lower && strcmp(item->name, upper->name)) continue;
        if (!outcome_of(c, lower->name, &low) || !outcome_of(c, upper->name, &high)) continue;
        unsigned line = is_lower ? high.line : low.line;
        if (low.n[lower->i] <= high.n[upper->i] || line > item->setting->line) continue;
        *other = line == item->setting->line ? 0 : line;
        g_autofree char *a = name_of(lower, is_one), *b = name_of(upper, is_one);
        return g_strdup_printf("%s %" G_GINT64_FORMAT " is above %s %" G_GINT64_FORMAT ": %s", a, low.n[lower->i], b, high.n[upper->i],
                               orders[i].why);
    }
    return NULL;
}

/* ---- what does nothing without another switch ---- */

static const struct {
    struct number what;
    int64_t from; /* the first value that needs it */
    const char *needed, *why;
} needs[] = {
    { { "net.ipv4.tcp_tw_recycle", 0 }, 1, "net.ipv4.tcp_timestamps", "connections without time stamps are not recycled" },
    { { "net.ipv4.tcp_tw_reuse", 0 }, 1, "net.ipv4.tcp_timestamps", "connections without time stamps leave no port to reuse" },
    { { "net.ipv4.tcp_dsack", 0 }, 1, "net.ipv4.tcp_sack", "a duplicate SACK is a SACK" },
    { { "net.ipv4.tcp_rmem", 2 }, 65536, "net.ipv4.tcp_window_scaling", "without it no window is above 65535 bytes" },
};

static char *check_needs(struct conf *c, const struct conf_item *item, unsigned *other)
{
    for (size_t i = 0; i < G_N_ELEMENTS(needs); i++) {
        bool is_what = !strcmp(item->name, needs[i].what.name);
        struct outcome what, needed;
        if (!is_what && strcmp(item->name, needs[i].needed)) continue;
        if (!outcome_of(c, needs[i].what.name, &what) || !outcome_of(c, needs[i].needed, &needed)) continue;
        unsigned line = is_what ? needed.line : what.line;
        if (!what.line || what.n[needs[i].what.i] < needs[i].from || needed.n[0] || line > item->setting->line) continue;
        *other = line;
        return g_strdup_printf("%s is 0: %s", needs[i].needed, needs[i].why);
    }
    return NULL;
}

/* ---- net.ipv4.conf.all together with a device: include/linux/inetdevice.h ---- */

enum joined { LARGER, EITHER, BOTH, REDIRECTS /* both on a router, else either */ };

static const struct {
    const char *name;
    enum joined how;
} joins[] = {
    { "accept_local", EITHER }, { "accept_redirects", REDIRECTS }, { "accept_source_route", BOTH }, { "arp_accept", LARGER },
    { "arp_announce", LARGER }, { "arp_evict_nocarrier", BOTH }, { "arp_filter", EITHER }, { "arp_ignore", LARGER },
    { "bc_forwarding", BOTH }, { "drop_gratuitous_arp", EITHER }, { "drop_unicast_in_l2_multicast", EITHER },
    { "ignore_routes_with_linkdown", EITHER }, { "log_martians", EITHER }, { "promote_secondaries", EITHER },
    { "proxy_arp", EITHER }, { "route_localnet", EITHER }, { "rp_filter", LARGER }, { "secure_redirects", EITHER },
    { "send_redirects", EITHER }, { "shared_media", EITHER }, { "src_valid_mark", EITHER },
};

static const char conf_folder[] = "/proc/sys/net/ipv4/conf/";

/* @word: what is said of it. @return the value that counts for a device */
static int64_t join(struct conf *c, enum joined how, int64_t all, int64_t dev, const char **word)
{
    struct outcome forward;
    if (how == REDIRECTS) how = outcome_of(c, "net.ipv4.ip_forward", &forward) && forward.n[0] ? BOTH : EITHER;
    *word = how == LARGER ? "the larger one counts" : how == EITHER ? "one of them is enough" : "it takes both";
    if (how == LARGER) return MAX(all, dev);
    return how == EITHER ? all || dev : all && dev;
}

/* A device, or "default", which wants something else than it will get. */
static char *check_device(struct conf *c, const struct conf_item *item, const char *dev, size_t rule, unsigned *other)
{
    g_autofree char *all_path = g_strconcat(conf_folder, "all/", joins[rule].name, NULL);
    g_autofree char *dev_path = g_strconcat(conf_folder, dev, "/", joins[rule].name, NULL);
    struct outcome all, own;
    const char *word;
    if (!outcome_of(c, all_path, &all) || !outcome_of(c, dev_path, &own)) return NULL;
    bool is_of_all = g_str_has_prefix(item->path + strlen(conf_folder), "all/");
    unsigned line = is_of_all ? own.line : all.line;
    int64_t wanted = is_of_all && !own.line ? all.n[0] : own.n[0], got = join(c, joins[rule].how, all.n[0], own.n[0], &word);
    if (joins[rule].how != LARGER) wanted = wanted != 0;
    if (got == wanted || line > item->setting->line) return NULL;
    *other = line;
    return g_strdup_printf("all has %" G_GINT64_FORMAT " and %s has %" G_GINT64_FORMAT ": %s, which makes %" G_GINT64_FORMAT,
                           all.n[0], dev, own.n[0], word, got);
}

static char *check_joins(struct conf *c, const struct conf_item *item, unsigned *other)
{
    if (!g_str_has_prefix(item->path, conf_folder)) return NULL;
    const char *dev = item->path + strlen(conf_folder), *name = strchr(dev, '/') + 1;
    g_autofree char *own = g_strndup(dev, (gsize) (name - 1 - dev));
    for (size_t i = 0; i < G_N_ELEMENTS(joins); i++) {
        if (strcmp(joins[i].name, name)) continue;
        if (strcmp(own, "all")) return check_device(c, item, own, i, other);
        g_auto(GStrv) devices = tree_list(c->host, conf_folder);
        for (char **d = devices; *d; d++) {
            bool is_device = strcmp(*d, "all") && strcmp(*d, "lo") && strcmp(*d, "default");
            char *reason = is_device || !strcmp(*d, "default") ? check_device(c, item, *d, i, other) : NULL;
            if (reason && (is_device || *other)) return reason;
            g_free(reason); /* what later devices would have does not contradict before there are any */
        }
    }
    return NULL;
}

/* ---- all of them ---- */

char *conf_contradiction(struct conf *c, const struct conf_item *item, unsigned *other)
{
    if (item->repeats) {
        *other = item->repeats;
        return g_strdup_printf("line %u sets another value; this one counts", item->repeats);
    }
    char *reason = check_orders(c, item, other);
    if (!reason) reason = check_needs(c, item, other);
    return reason ? reason : check_joins(c, item, other);
}
