/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench_net.c - packets and connections: chain, dumbbell, churn, idle, timewait, scale.
 *
 * Links carry 2 bytes of overhead a packet, as the PPP links of the reference programs do.
 */
#include "scripts/bench.h"

#include <math.h>

enum { OVERHEAD_PPP = 2, GBIT = 1000000000 };

G_GNUC_PRINTF(3, 4) static bool sh(NetsimHost *host, GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *script = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return host && netsim_host_sh(host, script, NULL, error);
}

G_GNUC_PRINTF(3, 4) static NetsimHost *host_new(NetsimSim *sim, GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *name = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return netsim_host_new(sim, name, NULL, error);
}

/* Link @a's device @da to @b's device @db, with addresses .1 and .2 in @net (a /24).  @b2a  NULL: as @a2b */
static NetsimLink *join(NetsimHost *a, const char *da, NetsimHost *b, const char *db, uint32_t net, const NetsimLinkConfig *a2b,
                        const NetsimLinkConfig *b2a, GError **error)
{
    NetsimDevice *x = netsim_host_nic(a, da, error), *y = x ? netsim_host_nic(b, db, error) : NULL;
    NetsimLink *link = y ? netsim_link_new(x, y, a2b, b2a, error) : NULL;
    NetsimHost *ends[] = { a, b };
    for (unsigned i = 0; link && i < 2; i++) {
        const char *dev = i ? db : da;
        if (!sh(ends[i], error, "ip addr add %u.%u.%u.%u/24 dev %s; ip link set %s up", net >> 24, net >> 16 & 255, net >> 8 & 255,
                i + 1, dev, dev))
            return NULL;
    }
    return link;
}

static bool default_route(NetsimHost *host, uint32_t via, GError **error)
{
    return sh(host, error, "ip route add default via %u.%u.%u.%u", via >> 24, via >> 16 & 255, via >> 8 & 255, via & 255);
}

static NetsimHost *router_new(NetsimSim *sim, const char *name, GError **error)
{
    NetsimHost *router = netsim_host_new(sim, name, NULL, error);
    return sh(router, error, "sysctl -w net.ipv4.ip_forward=1") ? router : NULL;
}

static const char *eth(char name[16], unsigned i)
{
    g_snprintf(name, 16, "eth%u", i);
    return name;
}

static uint64_t queue_drops(NetsimSim *sim)
{
    uint64_t drops = 0;
    NetsimLink *link;
    for (unsigned i = 0; (link = netsim_link_nth(sim, i)); i++)
        for (int direction = 0; direction < 2; direction++) {
            NetsimLinkStats stats;
            netsim_link_stats(link, direction, &stats);
            drops += stats.queue_drops;
        }
    return drops;
}

static const char *const no_qdisc[] = { "0", NULL };

/* ---- chain: a stream of datagrams through k routers ---- */

static bool chain_build(NetsimSim *sim, int k, NetsimHost *ends[2], GError **error)
{
    const NetsimLinkConfig wire = { .rate_bps = 10ull * GBIT, .delay = 10 * NETSIM_US, .queue_pkts = 1000, .overhead = OVERHEAD_PPP };
    NetsimHost *before = NULL;
    for (int i = 0; i <= k + 1; i++) {
        NetsimHost *host = host_new(sim, error, "h%d", i);
        if (!host) return false;
        if (!before) {
            before = ends[0] = host;
            continue;
        }
        uint32_t net = 0x0a010000u + ((uint32_t) (i - 1) << 8);
        if (!join(before, "eth1", host, "eth0", net, &wire, NULL, error)) return false;
        if (!default_route(before, net + 2, error)) return false;
        if (i <= k && !sh(host, error, "sysctl -w net.ipv4.ip_forward=1")) return false;
        before = host;
    }
    ends[1] = before;
    return true;
}

static bool chain_run(struct bench_run *run, GError **error)
{
    int k = (int) run->value[0];
    uint64_t packets = (uint64_t) run->value[2];
    if (!packets) packets = k == 1 ? 100000 : k == 8 ? 20000 : k == 48 ? 4000 : 200000 / (unsigned) (k + 1);
    run->value[2] = (double) packets;

    g_autoptr(NetsimSim) sim = netsim_sim_new(NULL);
    NetsimHost *ends[2] = { NULL };
    if (!chain_build(sim, k, ends, error)) return false;
    NetsimSinkConfig to = { .type = NETSIM_SOCK_DGRAM, .local = { 0, 9000 } };
    NetsimCbrConfig from = { .to = { 0x0a010002u + ((uint32_t) k << 8), 9000 }, .size = 1472, .gap = 2400 * NETSIM_NS, .count = packets };
    NetsimProcess *sink = netsim_spawn(ends[1], NULL, &netsim_app_sink, &to);
    netsim_spawn(ends[0], NULL, &netsim_app_cbr, &from);
    if (!bench_measure(run, sim, NETSIM_TIME_MAX, error)) return false;
    netsim_app_sink_totals(sink, &run->bytes, &run->delivered);
    return true;
}

const struct bench bench_chain = {
    .name = "chain",
    .text = "one UDP stream of 5 Gbit/s through k routers",
    .params = {
        { "k", 8, 0, 63, .text = "routers" },
        { "tc", 0, .choices = no_qdisc, .text = "queue disciplines" },
        { "packets", 0, 0, 1e10, .text = "datagrams; 0: as many as the definition has for k" },
    },
    .run = chain_run,
};

/* ---- dumbbell: n bulk flows through one bottleneck ---- */

enum { D_N, D_PAIRS, D_T, D_TC, D_GBIT, D_Q, D_DELAY, D_LOSS, D_WINDOW };
enum { BUFFER = 4 << 20 }; /* SO_RCVBUF, SO_SNDBUF; the kernel doubles them */
enum { BUFFER_A_SEGMENT = 6000 }; /* of a fixed window: what follows a loss waits for a round trip or two */

struct dumbbell {
    NetsimHost *router[2], *host[2][250];
    NetsimLink *bottleneck;
    uint32_t window; /* segments that each flow keeps in flight, whatever is lost; 0: cubic */
    uint32_t buffer;
};

/* A window that losses do not move: what a scoreboard of thousands of segments costs.  Detecting losses and repeating what
 * was lost stay Linux's. */
static void fixed_control(NetsimCongestion *c, uint32_t acked, uint32_t newly_lost, void *data)
{
    (void) newly_lost;
    c->cwnd = MIN(c->cwnd + acked, ((const struct dumbbell *) data)->window);
}

static const NetsimCongestionOps fixed = { .name = "fixed", .control = fixed_control };

static bool dumbbell_build(NetsimSim *sim, struct dumbbell *d, const struct bench_run *run, GError **error)
{
    const NetsimLinkConfig access = { .rate_bps = 10ull * GBIT, .delay = NETSIM_MS, .queue_pkts = 10000, .overhead = OVERHEAD_PPP };
    const NetsimLinkConfig narrow = { .rate_bps = (uint64_t) (run->value[D_GBIT] * GBIT), .delay = netsim_seconds(run->value[D_DELAY] * 1e-3),
                                      .queue_pkts = (uint32_t) run->value[D_Q], .overhead = OVERHEAD_PPP };
    NetsimLinkConfig forwards = narrow; /* the way of the data */
    forwards.loss = run->value[D_LOSS];
    d->window = (uint32_t) run->value[D_WINDOW];
    d->buffer = MAX(BUFFER, d->window * BUFFER_A_SEGMENT);
    for (int side = 0; side < 2; side++) {
        d->router[side] = router_new(sim, side ? "right" : "left", error);
        if (!d->router[side]) return false;
    }
    d->bottleneck = join(d->router[0], "eth0", d->router[1], "eth0", 0x0a000000u, &forwards, &narrow, error);
    if (!d->bottleneck) return false;
    if (!default_route(d->router[0], 0x0a000002u, error)) return false;
    if (!default_route(d->router[1], 0x0a000001u, error)) return false;
    for (int side = 0; side < 2; side++)
        for (unsigned i = 0; i < (unsigned) run->value[D_PAIRS]; i++) {
            char name[16];
            uint32_t net = (side ? 0x0a650000u : 0x0a010000u) + (i << 8);
            NetsimHost *host = d->host[side][i] = host_new(sim, error, "%s%u", side ? "receiver" : "sender", i);
            if (!host) return false;
            if (!join(d->router[side], eth(name, i + 1), host, "eth0", net, &access, NULL, error)) return false;
            if (!default_route(host, net + 1, error)) return false;
            if (!sh(host, error, "sysctl -w net.core.rmem_max=%u net.core.wmem_max=%u net.ipv4.tcp_congestion_control=cubic",
                    2 * d->buffer, 2 * d->buffer))
                return false;
            if (d->window && !side && !netsim_host_add_congestion_control(host, &fixed, d, error)) return false;
        }
    return true;
}

static bool dumbbell_run(struct bench_run *run, GError **error)
{
    unsigned n = (unsigned) run->value[D_N];
    if (!run->value[D_PAIRS]) run->value[D_PAIRS] = MIN(n, 10);
    unsigned pairs = (unsigned) run->value[D_PAIRS];

    g_autoptr(NetsimSim) sim = netsim_sim_new(NULL);
    g_autofree struct dumbbell *d = g_new0(struct dumbbell, 1);
    if (!dumbbell_build(sim, d, run, error)) return false;
    g_autofree NetsimProcess **sinks = g_new0(NetsimProcess *, n);
    g_autofree NetsimSinkConfig *to = g_new0(NetsimSinkConfig, n); /* processes read them when they start */
    g_autofree NetsimBulkConfig *from = g_new0(NetsimBulkConfig, n);
    run->rss_before = bench_rss();
    uint64_t state = 7;
    for (unsigned f = 0; f < n; f++) {
        uint16_t port = (uint16_t) (5000 + f / pairs);
        to[f] = (NetsimSinkConfig){ .type = NETSIM_SOCK_STREAM, .local = { 0, port }, .rcvbuf_bytes = d->buffer, .no_quickack = true };
        from[f] = (NetsimBulkConfig){ .to = { 0x0a650002u + (f % pairs << 8), port }, .write_size = 14480, .sndbuf_bytes = d->buffer,
                                      .start = netsim_seconds(0.1 * bench_random_unit(&state)),
                                      .congestion_control = d->window ? fixed.name : NULL };
        sinks[f] = netsim_spawn(d->host[1][f % pairs], NULL, &netsim_app_sink, &to[f]);
        netsim_spawn(d->host[0][f % pairs], NULL, &netsim_app_bulk, &from[f]);
    }
    run->units = n;
    if (!bench_measure(run, sim, netsim_seconds(run->value[D_T]), error)) return false;
    for (unsigned f = 0; f < n; f++) {
        uint64_t bytes, connections;
        netsim_app_sink_totals(sinks[f], &bytes, &connections);
        run->bytes += bytes;
    }
    NetsimLinkStats stats;
    netsim_link_stats(d->bottleneck, false, &stats);
    run->delivered = stats.out_pkts;
    g_string_append_printf(run->extra, ",\"goodput_mbps\":%.1f,\"drops\":%" G_GUINT64_FORMAT,
                           (double) run->bytes * 8e-6 / run->value[D_T], queue_drops(sim));
    return true;
}

const struct bench bench_dumbbell = {
    .name = "dumbbell",
    .text = "n bulk TCP flows through one bottleneck",
    .params = {
        [D_N] = { "n", 10, 1, 1e6, .text = "flows" },
        [D_PAIRS] = { "pairs", 0, 0, 250, .text = "pairs of hosts; 0: min(n, 10)" },
        [D_T] = { "T", 2, 0.001, 1e6, .is_real = true, .text = "seconds of simulated time" },
        [D_TC] = { "tc", 0, .choices = no_qdisc, .text = "queue disciplines" },
        [D_GBIT] = { "gbit", 1, 0.001, 1000, .is_real = true, .text = "rate of the bottleneck, Gbit/s" },
        [D_Q] = { "q", 1667, 1, 1e9, .text = "packets that may wait at the bottleneck" },
        [D_DELAY] = { "delay", 8, 0, 1e5, .is_real = true, .is_quiet = true, .text = "delay of the bottleneck, ms" },
        [D_LOSS] = { "loss", 0, 0, 1, .is_real = true, .is_quiet = true, .text = "share of the data that the bottleneck loses by chance" },
        [D_WINDOW] = { "window", 0, 0, 1e5, .is_quiet = true, .text = "segments that a flow keeps in flight, whatever is lost; 0: cubic" },
    },
    .run = dumbbell_run,
};

/* ---- churn, idle, timewait, scale: connections of 10 clients to one server ---- */

enum { C_CONNS, C_RATE, C_CLIENTS, C_PORTS, C_IDLE, C_SEGMENTS = C_IDLE, C_PPS };
enum { MAX_PORTS = 1000 };
static const char *const no_yes[] = { "0", "1", NULL };

/* The client of scale: opens connections, then sends small segments, each on a random one of them. */

enum { SCALE_SEGMENT = 100 }; /* bytes */

struct scale_config {
    NetsimAddress to;
    uint16_t n_ports;
    netsim_time start, gap; /* of the connections */
    uint64_t n_conns;
    netsim_time send_start, send_gap;
    uint64_t n_segments, seed;
};

struct scale_client {
    struct scale_config config;
    NetsimSocket **sockets;
    uint64_t n_opened, n_established, n_sent, n_failed, random;
};

static void scale_start(NetsimProcess *process, void *state, const void *config)
{
    struct scale_client *s = state;
    s->config = *(const struct scale_config *) config;
    s->random = s->config.seed;
    s->sockets = g_new(NetsimSocket *, s->config.n_conns);
    netsim_process_sleep_until(process, s->config.n_conns ? s->config.start : NETSIM_TIME_MAX);
}

static void scale_open(NetsimProcess *process, struct scale_client *s)
{
    NetsimAddress to = s->config.to;
    to.port = (uint16_t) (to.port + s->n_opened % s->config.n_ports);
    NetsimSocket *socket = netsim_socket(process, NETSIM_SOCK_STREAM);
    if (netsim_connect(socket, to) != -EINPROGRESS) s->n_failed++;
    s->sockets[s->n_opened++] = socket;
    bool is_last = s->n_opened == s->config.n_conns;
    netsim_process_sleep_until(process, is_last ? s->config.send_start : s->config.start + (netsim_time) s->n_opened * s->config.gap);
}

static void scale_timer(NetsimProcess *process, void *state)
{
    struct scale_client *s = state;
    if (s->n_opened < s->config.n_conns) {
        scale_open(process, s);
        return;
    }
    if (s->n_sent == s->config.n_segments) return;
    NetsimSocket *socket = s->sockets[bench_random(&s->random) % s->config.n_conns];
    if (netsim_send(socket, NULL, SCALE_SEGMENT, 0) != SCALE_SEGMENT) s->n_failed++;
    s->n_sent++;
    netsim_process_sleep_until(process, s->config.send_start + (netsim_time) s->n_sent * s->config.send_gap);
}

static void scale_ready(NetsimProcess *process, void *state, NetsimSocket *socket, unsigned events)
{
    (void) process;
    struct scale_client *s = state;
    if (events & (NETSIM_POLLERR | NETSIM_POLLHUP)) s->n_failed++;
    if (netsim_sock_data(socket)) return;
    s->n_established++;
    netsim_sock_set_data(socket, s);
}

static void scale_end(NetsimProcess *process, void *state)
{
    (void) process;
    g_clear_pointer(&((struct scale_client *) state)->sockets, g_free);
}

static const NetsimApp scale_client = {
    .name = "client", .state_size = sizeof(struct scale_client), .config_size = sizeof(struct scale_config),
    .start = scale_start, .timer = scale_timer, .ready = scale_ready, .end = scale_end
};


struct churn {
    NetsimProcess *client[250], *sink[MAX_PORTS];
    uint32_t request, response; /* bytes; request 0: the connections stay idle */
    bool is_scale;
};

/* When all connections are established: the segments begin. */
static netsim_time scale_begin(const struct bench_run *run)
{
    return netsim_seconds(run->value[C_CONNS] / run->value[C_RATE] + 1);
}

/* The server has a process for each port. */
static void spawn_servers(struct churn *c, NetsimHost *host, unsigned ports)
{
    for (unsigned p = 0; p < ports; p++) {
        NetsimAddress local = { 0, (uint16_t) (8000 + p) };
        if (c->is_scale) {
            NetsimSinkConfig config = { .type = NETSIM_SOCK_STREAM, .local = local, .backlog = 4096 };
            c->sink[p] = netsim_spawn(host, NULL, &netsim_app_sink, &config);
        } else {
            NetsimServerConfig config = { .local = local, .request = c->request, .response = c->response, .close_first = true };
            netsim_spawn(host, NULL, &netsim_app_server, &config);
        }
    }
}

/* Client @j of the run's opens every so-many-th connection. */
static NetsimProcess *spawn_client(const struct churn *c, NetsimHost *host, unsigned j, const struct bench_run *run)
{
    unsigned clients = (unsigned) run->value[C_CLIENTS];
    uint64_t conns = (uint64_t) run->value[C_CONNS], share = conns / clients + (j < conns % clients);
    netsim_time gap = netsim_seconds(1 / run->value[C_RATE]);
    NetsimAddress to = { 0x0a010002u, 8000 };
    uint16_t ports = (uint16_t) run->value[C_PORTS];
    if (!c->is_scale) {
        NetsimClientConfig config = { .to = to, .n_ports = ports, .start = j * gap, .gap = clients * gap, .count = share, .request = c->request };
        return netsim_spawn(host, NULL, &netsim_app_client, &config);
    }
    uint64_t segments = (uint64_t) run->value[C_SEGMENTS];
    netsim_time send_gap = netsim_seconds(1 / run->value[C_PPS]);
    struct scale_config config = { .to = to, .n_ports = ports, .start = j * gap, .gap = clients * gap, .n_conns = share,
                                   .send_start = scale_begin(run) + j * send_gap, .send_gap = clients * send_gap,
                                   .n_segments = segments / clients + (j < segments % clients), .seed = 11 + j };
    return netsim_spawn(host, NULL, &scale_client, &config);
}

static bool churn_build(NetsimSim *sim, struct churn *c, struct bench_run *run, GError **error)
{
    const NetsimLinkConfig wire = { .rate_bps = 10ull * GBIT, .delay = NETSIM_MS, .queue_pkts = 10000, .overhead = OVERHEAD_PPP };
    unsigned clients = (unsigned) run->value[C_CLIENTS];
    if (!run->value[C_PORTS]) run->value[C_PORTS] = ceil(run->value[C_CONNS] / (50000.0 * clients));
    NetsimHost *router = router_new(sim, "router", error);
    for (unsigned i = 0; i <= clients; i++) {
        char name[16];
        uint32_t net = 0x0a010000u + (i << 8);
        NetsimHost *host = router ? i ? host_new(sim, error, "client%u", i - 1) : host_new(sim, error, "server") : NULL;
        if (!host) return false;
        if (!join(router, eth(name, i), host, "eth0", net, &wire, NULL, error)) return false;
        if (!default_route(host, net + 1, error)) return false;
        if (!sh(host, error, "sysctl -w net.ipv4.ip_local_port_range='10000 65000' net.ipv4.tcp_max_tw_buckets=2000000")) return false;
        if (i) c->client[i - 1] = spawn_client(c, host, i - 1, run);
        else spawn_servers(c, host, (unsigned) run->value[C_PORTS]);
    }
    return true;
}

static bool connections_run(struct bench_run *run, uint32_t request, uint32_t response, GError **error)
{
    uint64_t conns = (uint64_t) run->value[C_CONNS];
    g_autoptr(NetsimSim) sim = netsim_sim_new(NULL);
    g_autofree struct churn *c = g_new0(struct churn, 1);
    c->request = request;
    c->response = response;
    if (!churn_build(sim, c, run, error)) return false;
    run->rss_before = bench_rss();
    run->units = conns;
    if (!bench_measure(run, sim, netsim_seconds((double) conns / run->value[C_RATE] + 1), error)) return false;
    NetsimClientTotals all = { 0 };
    for (unsigned j = 0; j < (unsigned) run->value[C_CLIENTS]; j++) {
        NetsimClientTotals totals;
        netsim_app_client_totals(c->client[j], &totals);
        all.established += totals.established;
        all.completed += totals.completed;
        all.failed += totals.failed;
        run->bytes += totals.bytes;
    }
    run->delivered = run->hops / 2;
    double user = run->to.user - run->from.user;
    g_string_append_printf(run->extra,
                           ",\"established\":%" G_GUINT64_FORMAT ",\"completed\":%" G_GUINT64_FORMAT ",\"failed\":%" G_GUINT64_FORMAT
                           ",\"conns_per_s\":%.0f,\"us_per_conn\":%.2f",
                           all.established, all.completed, all.failed, user > 0 ? (double) all.established / user : 0,
                           user * 1e6 / (double) conns);
    return true;
}

static bool idle_run(struct bench_run *run, GError **error)
{
    run->bench = &bench_idle;
    return connections_run(run, 0, 0, error);
}

static bool churn_run(struct bench_run *run, GError **error)
{
    return run->value[C_IDLE] ? idle_run(run, error) : connections_run(run, 200, 15000, error);
}

/* The server closes first, so all TIME_WAIT entries are its; full sockets of one moment are few, and are reused.  So many
 * ports that no client comes back to one: that would end the entry before its time. */
static bool timewait_run(struct bench_run *run, GError **error)
{
    if (!run->value[C_PORTS]) run->value[C_PORTS] = fmin(ceil(run->value[C_CONNS] / (1000 * run->value[C_CLIENTS])), MAX_PORTS);
    return connections_run(run, 200, 1000, error);
}

#define CONNECTION_PARAMS(conns, rate)                                            \
    [C_CONNS] = { "conns", conns, 1, 1e8, .text = "connections" },                             \
    [C_RATE] = { "rate", rate, 0.001, 1e9, .is_real = true, .text = "connections a second" },  \
    [C_CLIENTS] = { "clients", 10, 1, 250, .text = "client hosts" },                           \
    [C_PORTS] = { "ports", 0, 0, MAX_PORTS, .is_quiet = true, .text = "ports of the server; 0: as many as the connections need" }

const struct bench bench_churn = {
    .name = "churn",
    .text = "connections that fetch 15 kB and close",
    .params = { CONNECTION_PARAMS(1000, 1000), [C_IDLE] = { "idle", 0, .choices = no_yes, .is_quiet = true, .text = "as the benchmark idle" } },
    .run = churn_run,
};
const struct bench bench_idle = {
    .name = "idle",
    .text = "memory of an idle connection, both ends (also: churn --idle=1)",
    .params = { CONNECTION_PARAMS(1000, 1000) },
    .run = idle_run,
};
const struct bench bench_timewait = {
    .name = "timewait",
    .text = "memory of a TIME_WAIT entry",
    .params = { CONNECTION_PARAMS(200000, 20000) },
    .run = timewait_run,
};

/* The connections are made before the measured phase. */
static bool scale_run(struct bench_run *run, GError **error)
{
    uint64_t segments = (uint64_t) run->value[C_SEGMENTS];
    unsigned clients = (unsigned) run->value[C_CLIENTS];
    if (run->value[C_CONNS] < clients) run->value[C_CLIENTS] = clients = (unsigned) run->value[C_CONNS];
    netsim_time begin = scale_begin(run);
    g_autoptr(NetsimSim) sim = netsim_sim_new(NULL);
    g_autofree struct churn *c = g_new0(struct churn, 1);
    c->is_scale = true;
    if (!churn_build(sim, c, run, error)) return false;
    run->rss_before = bench_rss();
    run->units = (uint64_t) run->value[C_CONNS];
    if (!netsim_sim_run(sim, begin - 1, error)) return false;
    uint64_t events = netsim_sim_events(sim), hops = netsim_sim_hops(sim);
    if (!bench_measure(run, sim, begin + netsim_seconds((double) segments / run->value[C_PPS] + 1), error)) return false;
    run->events -= events;
    run->hops -= hops;
    for (unsigned p = 0; p < (unsigned) run->value[C_PORTS]; p++) {
        uint64_t bytes, connections;
        netsim_app_sink_totals(c->sink[p], &bytes, &connections);
        run->bytes += bytes;
    }
    run->delivered = run->bytes / SCALE_SEGMENT;
    uint64_t established = 0, failed = 0;
    for (unsigned j = 0; j < clients; j++) {
        const struct scale_client *s = netsim_process_state(c->client[j]);
        established += s->n_established;
        failed += s->n_failed;
    }
    g_string_append_printf(run->extra, ",\"established\":%" G_GUINT64_FORMAT ",\"failed\":%" G_GUINT64_FORMAT ",\"ns_per_segment\":%.1f",
                           established, failed, (run->to.user - run->from.user) * 1e9 / (double) segments);
    return true;
}

const struct bench bench_scale = {
    .name = "scale",
    .text = "small segments, each on a random one of many connections",
    .params = {
        CONNECTION_PARAMS(1000, 20000),
        [C_SEGMENTS] = { "segments", 200000, 1, 1e9, .text = "segments of 100 bytes" },
        [C_PPS] = { "pps", 100000, 1, 1e9, .is_real = true, .text = "segments a second of simulated time" },
    },
    .run = scale_run,
};
