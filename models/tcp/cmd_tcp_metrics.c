/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_tcp_metrics.c - ip tcp_metrics (iproute2: tcp_metrics.c). */
#include "models/ip/cmd_ip.h"
#include "models/tcp/metrics.h"

struct metrics_filter {
    struct ip_prefix to, from; /* peer, own address; plen 0: any */
};

static bool metrics_usage(struct ip_args *a)
{
    return ip_usage(a, "Usage:\tip tcp_metrics/tcpmetrics { COMMAND | help }\n"
                       "\tip tcp_metrics { show | flush } SELECTOR\n"
                       "\tip tcp_metrics delete [ address ] ADDRESS\n"
                       "SELECTOR := [ [ address ] PREFIX ]\n");
}

static bool is_in(const struct ip_prefix *p, uint32_t addr)
{
    return !p->plen || (addr ^ p->addr) >> (32 - p->plen) == 0;
}

/* The words behind the command; the last of a kind holds. */
static bool parse(struct ip_args *a, struct metrics_filter *f)
{
    *f = (struct metrics_filter){ 0 };
    for (; *a->word; a->word++) {
        bool is_source = !strcmp(*a->word, "src") || !strcmp(*a->word, "source");
        const char *text = is_source || command_matches(*a->word, "address") ? ip_next_arg(a) : *a->word;
        if (!text) return false;
        if (!ip_get_prefix(a, text, is_source ? &f->from : &f->to)) return false;
    }
    return true;
}

static void print_seconds(struct ip_args *a, const char *name, uint32_t us)
{
    if (a->json) jsonw_double(a->json, name, us / 1e6);
    else command_print(a->run, " %s %uus", name, us);
}

static void print_count(struct ip_args *a, const char *name, uint32_t n)
{
    ip_print(a, " %s", name);
    ip_uint(a, name, " %u", n);
}

static void print_metrics(struct ip_args *a, const struct tcp_metrics *m)
{
    struct net *net = a->run->net;
    uint32_t age_ms = (uint32_t) ((uint64_t) (net_jiffies(net) - m->stamp) * 1000 / net->wheel.hz);
    ip_begin(a);
    ip_string(a, "dst", "%s", ip_text(m->daddr).text);
    if (a->json) jsonw_double(a->json, "age", age_ms / 1e3);
    else command_print(a->run, " age %u.%03usec", age_ms / 1000, age_ms % 1000);
    if (m->ssthresh) print_count(a, "ssthresh", m->ssthresh);
    if (m->cwnd) print_count(a, "cwnd", m->cwnd);
    if (m->reordering) print_count(a, "reordering", m->reordering);
    if (m->rtt_us) print_seconds(a, "rtt", ns_max(m->rtt_us >> 3, 1u));
    if (m->rttvar_us) print_seconds(a, "rttvar", ns_max(m->rttvar_us >> 2, 1u));
    ip_string(a, "source", " source %s", ip_text(m->saddr).text);
    ip_print(a, "\n");
    ip_end(a);
}

/* show, delete, flush: of one address the kernel says whether it has it. */
static bool act(struct ip_args *a, const struct metrics_filter *f, bool is_delete)
{
    struct tcp_net *tn = a->run->net->tcp;
    bool is_one = f->to.plen == 32, has_found = false;
    g_autoptr(GPtrArray) list = tcp_metrics_list(tn);
    if (!is_delete) ip_begin_list(a);
    for (guint i = 0; i < list->len; i++) {
        struct tcp_metrics *m = list->pdata[i];
        if (!is_in(&f->to, m->daddr) || !is_in(&f->from, m->saddr)) continue;
        if (is_delete) tcp_metrics_delete(tn, m);
        else print_metrics(a, m);
        if ((has_found = true) && is_one && !is_delete) break;
    }
    if (!is_delete) ip_end_list(a);
    return has_found || !is_one || command_fail_status(a->run, 2, "RTNETLINK answers: No such process");
}

static bool delete(struct ip_args *a)
{
    struct metrics_filter f;
    const char *last = NULL;
    for (char **word = a->word; *word; word++) last = *word;
    if (!parse(a, &f)) return false;
    if (!last) return ip_fail_usage(a, "Error: argument \"address\" is required");
    if (f.to.plen != 32) return ip_fail_lookup(a, "Error: a specific IP address is expected rather than \"%s\"", last);
    return act(a, &f, true);
}

bool tcp_cmd_metrics(struct ip_args *a)
{
    const char *command = *a->word ? *a->word++ : "show";
    struct metrics_filter f;
    if (a->run->net->profile->version < 3006)
        return ip_fail_usage(a, "RTNETLINK answers: No such file or directory; before 3.6 kernels kept metrics with their route cache");
    if (command_matches(command, "show") || command_matches(command, "list") || command_matches(command, "lst"))
        return parse(a, &f) && act(a, &f, false);
    if (command_matches(command, "delete")) return delete(a);
    if (command_matches(command, "flush")) return parse(a, &f) && act(a, &f, true);
    if (command_matches(command, "help")) return metrics_usage(a);
    return ip_fail_usage(a, "Command \"%s\" is unknown, try \"ip tcp_metrics help\".", command);
}
