/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_ip_neigh.c - ip neighbour (iproute2: ipneigh.c). */
#include "models/ip/cmd_ip.h"

#include <errno.h>
#include <stdlib.h>

static const struct {
    uint8_t state;
    const char *name, *shown;
    bool may_be_shortened;
} states[] = { /* in the order in which they are shown */
    { NUD_INCOMPLETE, "incomplete", "INCOMPLETE", false }, { NUD_REACHABLE, "reachable", "REACHABLE", true },
    { NUD_STALE, "stale", "STALE", false }, { NUD_DELAY, "delay", "DELAY", false }, { NUD_PROBE, "probe", "PROBE", false },
    { NUD_FAILED, "failed", "FAILED", true }, { NUD_NOARP, "noarp", "NOARP", false }, { NUD_PERMANENT, "permanent", "PERMANENT", true },
};

/* nud_state_a2n() */
static bool parse_state(const char *text, uint8_t *state)
{
    for (size_t i = 0; i < G_N_ELEMENTS(states); i++)
        if (states[i].may_be_shortened ? command_matches(text, states[i].name) : !strcmp(text, states[i].name)) {
            *state = states[i].state;
            return true;
        }
    char *end;
    unsigned long n = strtoul(text, &end, 0);
    *state = (uint8_t) n;
    return !strcmp(text, "none") || (end > text && !*end && n < 0x100 && !(n & (n - 1)));
}

static bool neigh_usage(struct ip_args *a)
{
    return ip_usage(a, "Usage: ip neigh { add | del | change | replace } ADDR [ lladdr LLADDR ] [ nud STATE ] dev DEV\n"
                       "       ip neigh { show | flush } [ to PREFIX ] [ dev DEV ] [ nud STATE ]\n"
                       "       ip neigh get ADDR dev DEV\n"
                       "STATE := { delay | failed | incomplete | noarp | permanent | probe | reachable | stale }\n");
}

/* ---- show, flush ---- */

struct neigh_filter {
    struct ip_args *a;
    struct netdev *dev;
    struct ip_prefix to;
    uint8_t states;      /* bits */
    bool only_unused;
    GArray *found;       /* flush: struct neighbour * */
};

/* References of others: a timer that runs has one. */
static bool is_used(const struct neighbour *n)
{
    return n->nud_state & NUD_IN_TIMER;
}

static void print_use(struct ip_args *a, const struct neighbour *n)
{
    struct net *net = a->run->net;
    uint32_t now = net_jiffies(net), hz = net->wheel.hz;
    if (is_used(n)) ip_uint(a, "refcnt", " ref %u", 1u);
    ip_uint(a, "used", " used %u", (now - n->used) / hz);
    ip_uint(a, "confirmed", "/%u", (now - n->confirmed) / hz);
    ip_uint(a, "updated", "/%u", (now - n->updated) / hz);
    ip_uint(a, "probes", "probes %u ", (unsigned) n->probes);
}

/* print_neigh() */
static void print_neigh(struct neighbour *n, struct ip_args *a, bool with_dev)
{
    bool has_mac = n->nud_state & NUD_VALID;
    ip_begin(a);
    if (a->is_brief) {
        ip_string(a, "dst", "%-39s ", ip_text(n->addr).text);
        if (with_dev) ip_string(a, "dev", "%-16s ", n->dev->name);
        if (has_mac) ip_string(a, "lladdr", "%s", ip_mac_text(n->mac).text);
        ip_print(a, "\n");
        ip_end(a);
        return;
    }
    ip_string(a, "dst", "%s ", ip_text(n->addr).text);
    if (with_dev) ip_string(a, "dev", "dev %s ", n->dev->name);
    if (has_mac) ip_string(a, "lladdr", "lladdr %s ", ip_mac_text(n->mac).text);
    if (a->n_stats) print_use(a, n);
    if (a->json) jsonw_begin_array(a->json, "state");
    for (size_t i = 0; i < G_N_ELEMENTS(states); i++)
        if (n->nud_state & states[i].state) ip_string(a, NULL, "%s ", states[i].shown);
    if (a->json) jsonw_end_array(a->json);
    ip_print(a, "\n");
    ip_end(a);
}

static bool is_wanted(const struct neighbour *n, const struct neigh_filter *f)
{
    if (!(n->nud_state & f->states) || (f->dev && n->dev != f->dev) || (f->only_unused && is_used(n))) return false;
    return ((n->addr ^ f->to.addr) & ip_mask(f->to.plen)) == 0;
}

static void show_wanted(struct neighbour *n, void *data)
{
    struct neigh_filter *f = data;
    if (!is_wanted(n, f)) return;
    if (f->found) g_array_append_val(f->found, n);
    else print_neigh(n, f->a, !f->dev);
}

static bool parse_nud(struct ip_args *a, struct neigh_filter *f, bool *has_nud, bool is_flush)
{
    const char *word = ip_next_arg(a);
    uint8_t state;
    if (!word) return false;
    if (!*has_nud) f->states = 0;
    *has_nud = true;
    bool is_all = !strcmp(word, "all");
    if (is_all) state = is_flush ? (uint8_t) ~NUD_NOARP : 0xff;
    else if (!parse_state(word, &state)) return ip_fail_arg(a, word, "nud state is bad");
    f->states |= state;
    return true;
}

static bool neigh_parse_filter(struct ip_args *a, struct neigh_filter *f, bool is_flush)
{
    const char *dev = NULL;
    bool has_nud = false;
    for (; *a->word; a->word++) {
        const char *word = *a->word;
        if (!strcmp(word, "dev")) {
            if (!(word = ip_next_arg(a))) return false;
            if (dev) return ip_fail_usage(a, "Error: duplicate \"dev\": \"%s\" is the second value.", word);
            dev = word;
        } else if (!strcmp(word, "nud")) {
            if (!parse_nud(a, f, &has_nud, is_flush)) return false;
        } else if (!strcmp(word, "unused")) {
            f->only_unused = true;
        } else if (!strcmp(word, "proxy") || !strcmp(word, "master") || !strcmp(word, "vrf") || command_matches(word, "protocol")) {
            return command_unsupported(a->run, "ip neigh: \"%s\" is not modelled", word);
        } else if (strcmp(word, "nomaster")) {
            if (!strcmp(word, "to") && !(word = ip_next_arg(a))) return false;
            if (command_matches(word, "help")) return neigh_usage(a);
            if (!ip_get_prefix(a, word, &f->to)) return false;
        }
    }
    return !dev || (f->dev = ip_get_dev(a, dev));
}

static bool neigh_show(struct ip_args *a)
{
    struct neigh_filter f = { .a = a, .states = 0xff & ~NUD_NOARP };
    if (!neigh_parse_filter(a, &f, false)) return false;
    ip_begin_list(a);
    ip_neigh_each(a->run->net, show_wanted, &f);
    ip_end_list(a);
    return true;
}

static bool neigh_flush(struct ip_args *a)
{
    struct neigh_filter f = { .a = a, .states = 0xff & ~(NUD_PERMANENT | NUD_NOARP) };
    if (!*a->word) return ip_fail_lookup(a, "Flush requires arguments.");
    if (!neigh_parse_filter(a, &f, true)) return false;
    g_autoptr(GArray) found = f.found = g_array_new(FALSE, FALSE, sizeof(struct neighbour *));
    ip_neigh_each(a->run->net, show_wanted, &f);
    for (guint i = 0; i < found->len; i++) {
        const struct neighbour *n = g_array_index(found, struct neighbour *, i);
        ip_neigh_del(n->dev, n->addr);
    }
    return true;
}

/* ---- add, change, replace, delete, get ---- */

struct neigh_request {
    const char *dev, *mac_text;
    bool has_addr, has_state;
    uint32_t addr;
    uint8_t state, mac[IP_MAX_MAC];
    int mac_len;
};

static bool neigh_parse_word(struct ip_args *a, struct neigh_request *r)
{
    const char *word = *a->word;
    if (command_matches(word, "lladdr")) {
        if (!(word = ip_next_arg(a))) return false;
        if (r->mac_text) return ip_fail_usage(a, "Error: duplicate \"lladdr\": \"%s\" is the second value.", word);
        r->mac_text = word;
        return true;
    }
    if (!strcmp(word, "nud")) return (word = ip_next_arg(a)) && (parse_state(word, &r->state) || ip_fail_arg(a, word, "nud state is bad"));
    if (command_matches(word, "proxy") || !strcmp(word, "router") || !strcmp(word, "use") || !strcmp(word, "managed") ||
        command_matches(word, "extern_learn") || command_matches(word, "protocol"))
        return command_unsupported(a->run, "ip neigh: \"%s\" is not modelled", word);
    if (!strcmp(word, "dev")) return (r->dev = ip_next_arg(a)) != NULL;
    if (!strcmp(word, "to") && !(word = ip_next_arg(a))) return false;
    if (command_matches(word, "help")) return neigh_usage(a);
    if (r->has_addr) return ip_fail_duplicate(a, "to", word);
    return r->has_addr = ip_get_addr(a, word, &r->addr);
}

static bool neigh_refuse(struct ip_args *a, const char *extack, int err)
{
    GError *error = NULL;
    ip_fail_extack(a->run->net, &error, extack, err);
    return ip_fail_kernel(a, error);
}

enum neigh_change { CHANGE_ADD = NEIGH_ADD, CHANGE_REPLACE = NEIGH_REPLACE, CHANGE_CHANGE = NEIGH_CHANGE, CHANGE_DELETE };

static bool neigh_modify(struct ip_args *a, enum neigh_change how)
{
    struct neigh_request r = { .state = NUD_PERMANENT };
    for (; *a->word; a->word++)
        if (!neigh_parse_word(a, &r)) return false;
    if (!r.dev || !r.has_addr) return ip_fail_usage(a, "Device and destination are required arguments.");
    bool has_mac = r.mac_text && strcmp(r.mac_text, "null");
    if (has_mac && !(r.mac_len = ip_parse_mac(a, r.mac_text, r.mac))) return false;
    struct netdev *dev = ip_get_dev(a, r.dev);
    if (!dev) return false;
    if (has_mac && r.mac_len < 6) return neigh_refuse(a, "Invalid link address.", EINVAL);
    if (r.state == NUD_NONE) return command_unsupported(a->run, "ip neigh: nud none is not modelled");
    int err = how == CHANGE_DELETE ? ip_neigh_del(dev, r.addr)
                                   : ip_neigh_set(dev, r.addr, has_mac ? r.mac : NULL, r.state, (enum neigh_how) how);
    if (err == -EINVAL) return neigh_refuse(a, "No link layer address given.", EINVAL);
    return !err || command_fail_status(a->run, 2, "RTNETLINK answers: %s", g_strerror(-err));
}

static bool neigh_get(struct ip_args *a)
{
    struct neigh_request r = { 0 };
    for (; *a->word; a->word++) {
        if (command_matches(*a->word, "lladdr") || !strcmp(*a->word, "nud")) return ip_get_addr(a, *a->word, &r.addr);
        if (!neigh_parse_word(a, &r)) return false;
    }
    if (!r.dev || !r.has_addr) return ip_fail_lookup(a, "Device and address are required arguments.");
    struct netdev *dev = ip_get_dev(a, r.dev);
    if (!dev) return false;
    struct neighbour *n = ip_neigh_find(dev, r.addr);
    if (!n) return neigh_refuse(a, "Neighbour entry not found.", ENOENT);
    print_neigh(n, a, true);
    return true;
}

bool ip_cmd_neigh(struct ip_args *a)
{
    const char *word = *a->word;
    if (!word) return neigh_show(a);
    a->word++;
    if (command_matches(word, "add")) return neigh_modify(a, CHANGE_ADD);
    if (command_matches(word, "change") || !strcmp(word, "chg")) return neigh_modify(a, CHANGE_CHANGE);
    if (command_matches(word, "replace")) return neigh_modify(a, CHANGE_REPLACE);
    if (command_matches(word, "delete")) return neigh_modify(a, CHANGE_DELETE);
    if (command_matches(word, "get")) return neigh_get(a);
    if (command_matches(word, "show") || command_matches(word, "lst") || command_matches(word, "list")) return neigh_show(a);
    if (command_matches(word, "flush")) return neigh_flush(a);
    if (command_matches(word, "help")) return neigh_usage(a);
    return ip_fail_usage(a, "Command \"%s\" is unknown, try \"ip neigh help\".", word);
}
