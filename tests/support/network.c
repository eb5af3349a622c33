/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/network.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* A function that failed ends the test with its message. */
static void check(bool good, GError *error)
{
    if (good) return;
    char text[512];
    g_strlcpy(text, error ? error->message : "no error was set", sizeof text);
    g_clear_error(&error);
    fail_msg("%s", text);
}

static NetsimHost *host(NetsimSim *sim, const char *name, const char *kernel)
{
    GError *error = NULL;
    NetsimHost *h = netsim_host_new(sim, name, kernel, &error);
    check(h != NULL, error);
    return h;
}

static void join(NetsimHost *a, const char *a_dev, NetsimHost *b, const char *b_dev, const NetsimLinkConfig *config)
{
    GError *error = NULL;
    NetsimLink *link = netsim_link_new(netsim_host_nic(a, a_dev, NULL), netsim_host_nic(b, b_dev, NULL), config, NULL, &error);
    check(link != NULL, error);
}

static void sh(NetsimHost *h, const char *commands)
{
    GError *error = NULL;
    check(netsim_host_sh(h, commands, NULL, &error), error);
}

static const NetsimLinkConfig bad_line = {
    .rate_bps = 5000000, .delay = 15 * NETSIM_MS, .queue_pkts = 20, .overhead = NETSIM_OVERHEAD_ETHERNET, .loss = 0.01, .duplicate = 0.003,
    .corrupt = 0.01, .corrupt_payload = true, .ce = 0.01, .reorder = 0.01, .reorder_delay = 4 * NETSIM_MS, .jitter = 300 * NETSIM_US,
    .gilbert = { .p = 0.002, .r = 0.4, .loss_bad = 0.5 },
};

/* Busy with each other only; the names of their devices and their addresses are those of the others. */
static void strangers(NetsimSim *sim)
{
    NetsimHost *a = host(sim, "stranger1", "rhel6.2"), *b = host(sim, "stranger2", NULL);
    join(a, "eth0", b, "eth0", &bad_line);
    sh(a, "ip addr add 10.0.2.1/24 dev eth0");
    sh(b, "ip addr add 10.0.2.2/24 dev eth0");
    netsim_spawn(b, NULL, &netsim_app_sink, &(NetsimSinkConfig){ .type = NETSIM_SOCK_STREAM, .local = { 0, 5001 } });
    netsim_spawn(a, NULL, &netsim_app_bulk, &(NetsimBulkConfig){ .to = { 0x0a000202, 5001 }, .bytes = 500000, .write_size = 65536 });
}

void network_open(struct network *n, uint64_t seed, bool with_strangers)
{
    NetsimSim *sim = n->sim = netsim_sim_new(&(NetsimSimConfig){ .seed = seed });
    if (with_strangers) strangers(sim);
    n->client = host(sim, "client", "linux6.18");
    n->router = host(sim, "router", "rhel7");
    n->server = host(sim, "server", "linux6.1");
    join(n->client, "eth0", n->router, "eth0", &(NetsimLinkConfig){ .rate_bps = 1000000000, .delay = 50 * NETSIM_US });
    join(n->router, "eth1", n->server, "eth0", &bad_line);
    sh(n->client, "ip addr add 10.0.1.1/24 dev eth0; ip route add default via 10.0.1.2; sysctl -w net.ipv4.tcp_ecn=1");
    sh(n->router, "ip addr add 10.0.1.2/24 dev eth0; ip addr add 10.0.2.1/24 dev eth1; sysctl -w net.ipv4.ip_forward=1");
    sh(n->server, "ip addr add 10.0.2.2/24 dev eth0; ip route add default via 10.0.2.1; sysctl -w net.ipv4.tcp_congestion_control=reno");

    n->sink = netsim_spawn(n->server, NULL, &netsim_app_sink, &(NetsimSinkConfig){ .type = NETSIM_SOCK_STREAM, .local = { 0, 5001 } });
    netsim_spawn(n->client, NULL, &netsim_app_bulk, &(NetsimBulkConfig){ .to = { 0x0a000202, 5001 }, .bytes = 600000, .write_size = 65536 });
    netsim_spawn(n->server, NULL, &netsim_app_server,
                 &(NetsimServerConfig){ .local = { 0, 80 }, .request = 100, .response = 20000, .close_first = true });
    n->requests = netsim_spawn(n->client, NULL, &netsim_app_client,
                               &(NetsimClientConfig){ .to = { 0x0a000202, 80 }, .gap = 70 * NETSIM_MS, .count = 20, .request = 100 });
    netsim_spawn(n->server, "udp", &netsim_app_sink, &(NetsimSinkConfig){ .type = NETSIM_SOCK_DGRAM, .local = { 0, 9 } });
    netsim_spawn(n->client, NULL, &netsim_app_cbr,
                 &(NetsimCbrConfig){ .to = { 0x0a000202, 9 }, .size = 2500, .gap = 11 * NETSIM_MS, .count = 100 }); /* in fragments */
    netsim_spawn(n->client, "refused", &netsim_app_cbr,
                 &(NetsimCbrConfig){ .to = { 0x0a000202, 10 }, .size = 10, .gap = 300 * NETSIM_MS, .count = 5 });
}

void network_run(struct network *n, netsim_time until)
{
    GError *error = NULL;
    check(netsim_sim_run(n->sim, until, &error), error);
}

void network_close(struct network *n)
{
    netsim_sim_free(n->sim);
}

static void report_counter(const char *name, uint64_t value, void *data)
{
    g_string_append_printf(data, " %s=%" G_GUINT64_FORMAT, name, value);
}

char *network_report(struct network *n)
{
    GString *text = g_string_new(NULL);
    uint64_t bytes, messages;
    NetsimClientTotals totals;
    netsim_app_sink_totals(n->sink, &bytes, &messages);
    netsim_app_client_totals(n->requests, &totals);
    g_string_append_printf(text, "sink %" G_GUINT64_FORMAT " in %" G_GUINT64_FORMAT "; fetched %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
                                 " in %" G_GINT64_FORMAT " ps, at most %" G_GINT64_FORMAT "\n",
                           bytes, messages, totals.completed, totals.started, totals.total_latency, totals.max_latency);
    NetsimHost *hosts[] = { n->client, n->router, n->server };
    for (size_t i = 0; i < G_N_ELEMENTS(hosts); i++) {
        g_string_append(text, netsim_host_name(hosts[i]));
        netsim_host_each_counter(hosts[i], report_counter, text);
        g_string_append_c(text, '\n');
    }
    return g_string_free(text, FALSE);
}
