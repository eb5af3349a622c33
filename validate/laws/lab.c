/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lab.c - one replication: bulk flows over one line, measured from outside. */
#include "validate/laws/laws.h"

#include <string.h>

enum { MAX_FLOWS = 16, MSS = 1448, WIRE_BYTES = 1538, PORT = 5000 };
enum { NEVER_FULL = 64 << 20 }; /* bytes of a buffer that is more than a flow ever needs */

struct run {
    const struct law_lab *lab;
    NetsimSim *sim;
    NetsimHost *sender, *receiver;
    NetsimProcess *sinks[MAX_FLOWS];
    NetsimSinkConfig to[MAX_FLOWS];
    NetsimBulkConfig from[MAX_FLOWS];
    uint64_t n_samples;
    double cwnd, rtt_s, window_bytes; /* sums over samples and flows */
};

static double bdp_pkts(const struct law_lab *lab)
{
    return lab->rate_bps * lab->rtt_s / (8 * WIRE_BYTES);
}

static bool add_periodic_losses(NetsimLink *link, const struct law_lab *lab, GRand *random, GError **error)
{
    double spacing = 1 / lab->loss, place = spacing * g_rand_double(random);
    double segments = lab->rate_bps * (lab->warm_s + lab->run_s) / (8 * WIRE_BYTES); /* more cannot be sent */
    for (unsigned n = 0; place < segments && n < 4000; place += spacing, n++) {
        NetsimLinkRule rule = { .match = NETSIM_MATCH_NEW, .action = NETSIM_RULE_DROP };
        rule.first = rule.last = (uint32_t) place + 1;
        if (!netsim_link_add_rule(link, false, &rule, error)) return false;
    }
    return true;
}

static bool build(struct run *r, GRand *random, GError **error)
{
    const struct law_lab *lab = r->lab;
    r->sender = netsim_host_new(r->sim, "sender", NULL, error);
    r->receiver = r->sender ? netsim_host_new(r->sim, "receiver", NULL, error) : NULL;
    if (!r->receiver) return false;
    NetsimDevice *a = netsim_host_nic(r->sender, "eth0", error), *b = netsim_host_nic(r->receiver, "eth0", error);
    netsim_device_set_raw_ip(a, true); /* nobody waits for ARP */
    netsim_device_set_raw_ip(b, true);
    NetsimLinkConfig back = { .rate_bps = (uint64_t) lab->rate_bps, .delay = netsim_seconds(lab->rtt_s / 2), .overhead = NETSIM_OVERHEAD_ETHERNET };
    NetsimLinkConfig forth = back;
    if (lab->queue_bdp > 0) forth.queue_pkts = (uint32_t) (bdp_pkts(lab) * lab->queue_bdp + 0.5);
    if (!lab->is_periodic) forth.loss = lab->loss;
    NetsimLink *link = netsim_link_new(a, b, &forth, &back, error);
    if (!link || (lab->is_periodic && !add_periodic_losses(link, lab, random, error))) return false;
    g_autofree char *route = lab->initcwnd ? g_strdup_printf("ip route change 10.0.0.0/24 dev eth0 initcwnd %u", lab->initcwnd) : g_strdup("");
    g_autofree char *sender = g_strdup_printf("ip addr add 10.0.0.1/24 dev eth0; sysctl -qw net.ipv4.tcp_congestion_control=%s "
                                              "net.ipv4.tcp_wmem='4096 16384 %u'\n%s", lab->algorithm, NEVER_FULL, route);
    g_autofree char *receiver = g_strdup_printf("ip addr add 10.0.0.2/24 dev eth0; sysctl -qw net.ipv4.tcp_rmem='4096 131072 %u'", NEVER_FULL);
    return netsim_host_sh(r->sender, sender, NULL, error) && netsim_host_sh(r->receiver, receiver, NULL, error);
}

static void start(struct run *r, GRand *random)
{
    const struct law_lab *lab = r->lab;
    for (unsigned f = 0; f < lab->n_flows; f++) {
        uint16_t port = (uint16_t) (PORT + f);
        r->to[f] = (NetsimSinkConfig){ .type = NETSIM_SOCK_STREAM, .local = { 0, port }, .rcvbuf_bytes = (uint64_t) lab->window_bytes };
        r->from[f] = (NetsimBulkConfig){ .to = { 0x0a000002, port }, .bytes = (uint64_t) lab->segments * MSS,
                                         .start = lab->segments ? 0 : netsim_seconds(g_rand_double(random) * lab->rtt_s * 10) };
        r->sinks[f] = netsim_spawn(r->receiver, NULL, &netsim_app_sink, &r->to[f]);
        netsim_spawn(r->sender, NULL, &netsim_app_bulk, &r->from[f]);
    }
}

static uint64_t received(const struct run *r, unsigned f)
{
    uint64_t bytes = 0;
    netsim_app_sink_totals(r->sinks[f], &bytes, NULL);
    return bytes;
}

static uint64_t counter(const struct run *r, const char *name)
{
    uint64_t value = 0;
    netsim_host_counter(r->sender, name, &value, NULL);
    return value;
}

static void look(const NetsimSsEntry *entry, void *data)
{
    struct run *r = data;
    if (!entry->has_info) return;
    r->cwnd += entry->info.snd_cwnd;
    r->rtt_s += entry->info.rtt * 1e-6;
    r->window_bytes += entry->info.snd_wnd;
    r->n_samples++;
}

/* A transfer: until its last byte is read. */
static bool run_transfer(struct run *r, struct law_sample *sample, GError **error)
{
    const struct law_lab *lab = r->lab;
    netsim_time step = netsim_seconds(lab->rtt_s / 50), now = 0;
    do {
        now += step;
        if (!netsim_sim_run(r->sim, now, error)) return false;
    } while (received(r, 0) < r->from[0].bytes && now < netsim_seconds(lab->run_s));
    sample->transfer_rtts = netsim_to_seconds(now) / lab->rtt_s;
    return true;
}

/* Endless flows: looked at once a round trip. */
static bool run_flows(struct run *r, struct law_sample *sample, GError **error)
{
    const struct law_lab *lab = r->lab;
    uint64_t before[MAX_FLOWS], segments, losses;
    if (!netsim_sim_run(r->sim, netsim_seconds(lab->warm_s), error)) return false;
    for (unsigned f = 0; f < lab->n_flows; f++) before[f] = received(r, f);
    segments = counter(r, "TcpExtTCPOrigDataSent");
    losses = counter(r, "TcpExtTCPSackRecovery");
    for (double t = lab->rtt_s; t <= lab->run_s; t += lab->rtt_s) {
        if (!netsim_sim_run(r->sim, netsim_seconds(lab->warm_s + t), error)) return false;
        if (!netsim_host_ss(r->sender, "-tn state established", look, r, error)) return false;
    }
    if (!netsim_sim_run(r->sim, netsim_seconds(lab->warm_s + lab->run_s), error)) return false;
    double sum = 0, squares = 0;
    for (unsigned f = 0; f < lab->n_flows; f++) {
        double bytes = (double) (received(r, f) - before[f]);
        sum += bytes;
        squares += bytes * bytes;
    }
    sample->goodput_bps = sum * 8 / lab->run_s;
    sample->window = sum / MSS / (lab->run_s / lab->rtt_s);
    sample->jain = squares > 0 ? sum * sum / (lab->n_flows * squares) : 0;
    double n = r->n_samples ? (double) r->n_samples : 1;
    sample->cwnd = r->cwnd / n;
    sample->queued = r->rtt_s / n / lab->rtt_s - 1;
    sample->of_window = r->window_bytes > 0 ? sample->goodput_bps / 8 * lab->rtt_s / (r->window_bytes / n) : 0;
    losses = counter(r, "TcpExtTCPSackRecovery") - losses;
    sample->segments_a_loss = losses ? (double) (counter(r, "TcpExtTCPOrigDataSent") - segments) / (double) losses : 0;
    return true;
}

bool law_replicate(const struct law_lab *lab, uint64_t seed, struct law_sample *sample, GError **error)
{
    struct run r = { .lab = lab, .sim = netsim_sim_new(&(NetsimSimConfig){ .seed = seed }) };
    GRand *random = g_rand_new_with_seed((guint32) seed);
    *sample = (struct law_sample){ 0 };
    bool good = build(&r, random, error);
    if (good) start(&r, random);
    good = good && (lab->segments ? run_transfer(&r, sample, error) : run_flows(&r, sample, error));
    g_rand_free(random);
    netsim_sim_free(r.sim);
    return good;
}
