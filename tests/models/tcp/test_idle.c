/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connections that nobody uses cost memory and nothing else.  Public functions only. */
#include <netsim/netsim.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { CONNS = 500 };

static NetsimHost *host(NetsimSim *sim, const char *name)
{
    GError *error = NULL;
    NetsimHost *h = netsim_host_new(sim, name, NULL, &error);
    assert_null(error);
    return h;
}

/* Two hosts on an Ethernet with CONNS connections between them, established and silent. */
static NetsimSim *idle_network(NetsimProcess **client)
{
    NetsimSim *sim = netsim_sim_new(NULL);
    NetsimHost *a = host(sim, "a"), *b = host(sim, "b");
    NetsimLinkConfig wire = { .rate_bps = 1000000000, .delay = NETSIM_MS };
    assert_non_null(netsim_link_new(netsim_host_nic(a, "eth0", NULL), netsim_host_nic(b, "eth0", NULL), &wire, NULL, NULL));
    assert_true(netsim_host_sh(a, "ip addr add 10.0.0.1/24 dev eth0; ip link set eth0 up", NULL, NULL));
    assert_true(netsim_host_sh(b, "ip addr add 10.0.0.2/24 dev eth0; ip link set eth0 up", NULL, NULL));
    NetsimServerConfig server = { .local = { 0, 80 } };
    NetsimClientConfig config = { .to = { 0x0a000002, 80 }, .gap = NETSIM_MS, .count = CONNS };
    netsim_spawn(b, NULL, &netsim_app_server, &server);
    *client = netsim_spawn(a, NULL, &netsim_app_client, &config);
    return sim;
}

static void nothing(NetsimSim *sim, NetsimEvent event, void *data)
{
    (void) sim;
    (void) event;
    (void) data;
}

/* Let time pass until @at: an event of our own keeps the run alive, so that background events run, too. */
static void pass(NetsimSim *sim, netsim_time at)
{
    NetsimEvent event = netsim_event_new(sim, nothing, NULL);
    netsim_event_at(sim, event, at);
    assert_true(netsim_sim_run(sim, at, NULL));
    assert_int_equal(netsim_sim_now(sim), at);
    netsim_event_free(sim, event);
}

static void an_idle_second_costs_no_event(void **state)
{
    (void) state;
    NetsimProcess *client;
    NetsimSim *sim = idle_network(&client);
    pass(sim, 300 * NETSIM_S); /* timers that were stopped have come up in vain, ARP is quiet */
    NetsimClientTotals totals;
    netsim_app_client_totals(client, &totals);
    assert_int_equal(totals.established, CONNS);
    uint64_t before = netsim_sim_events(sim);
    for (int i = 1; i <= 100; i++) pass(sim, (300 + 36 * i) * NETSIM_S);
    assert_int_equal(netsim_sim_events(sim) - before, 100); /* our own */
    netsim_app_client_totals(client, &totals);
    assert_int_equal(totals.failed, 0);
    netsim_sim_free(sim);
}

/* What is left when a run ends by itself are background events; none of them is the connections'. */
static void idle_connections_do_not_keep_a_run_alive(void **state)
{
    (void) state;
    NetsimProcess *client;
    NetsimSim *sim = idle_network(&client);
    assert_true(netsim_sim_run(sim, 300 * NETSIM_S, NULL));
    assert_true(netsim_sim_now(sim) < NETSIM_S);
    NetsimClientTotals totals;
    netsim_app_client_totals(client, &totals);
    assert_int_equal(totals.established, CONNS);
    netsim_sim_free(sim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_idle_second_costs_no_event),
        cmocka_unit_test(idle_connections_do_not_keep_a_run_alive),
    };
    return cmocka_run_group_tests_name("models/tcp/idle", tests, NULL, NULL);
}
