/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_app.c - the ready applications, over a wire between two hosts. */
#include "tests/support/light.h"

#include <netsim/app.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

struct world {
    NetsimSim *sim;
    NetsimHost *a, *b;
};

static const uint32_t B = IP4(10, 0, 0, 2);

static int setup(void **state)
{
    struct world *w = g_new0(struct world, 1);
    w->sim = netsim_sim_new(NULL);
    struct net *a = light_host(w->sim, "a", NULL), *b = light_host(w->sim, "b", NULL);
    light_link(light_nic(a, "eth0", IP4(10, 0, 0, 1), 24), light_nic(b, "eth0", B, 24));
    w->a = (NetsimHost *) a;
    w->b = (NetsimHost *) b;
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    netsim_sim_free(w->sim);
    g_free(w);
    return 0;
}

static void cbr_sends_what_it_is_told_and_ends(void **state)
{
    struct world *w = *state;
    NetsimSinkConfig to = { .type = NETSIM_SOCK_DGRAM, .local = { 0, 9 } };
    NetsimCbrConfig from = { .to = { B, 9 }, .size = 100, .gap = NETSIM_MS, .start = NETSIM_S, .count = 50 };
    NetsimProcess *sink = netsim_spawn(w->b, NULL, &netsim_app_sink, &to);
    netsim_spawn(w->a, NULL, &netsim_app_cbr, &from);
    light_run(w->sim, NETSIM_TIME_MAX);
    assert_int_equal(netsim_sim_end(w->sim), NETSIM_END_IDLE);
    uint64_t bytes, messages;
    netsim_app_sink_totals(sink, &bytes, &messages);
    assert_int_equal(messages, 50);
    assert_int_equal(bytes, 5000);
    /* the last one leaves at 1 s + 49 gaps and takes a microsecond */
    assert_int_equal(netsim_sim_now(w->sim), NETSIM_S + 49 * NETSIM_MS + NETSIM_US);
}

static void bulk_delivers_every_byte_once(void **state)
{
    struct world *w = *state;
    NetsimSinkConfig to = { .type = NETSIM_SOCK_STREAM, .local = { 0, 80 } };
    NetsimBulkConfig from = { .to = { B, 80 }, .bytes = 1234567, .write_size = 1000, .congestion_control = "reno" };
    NetsimProcess *sink = netsim_spawn(w->b, NULL, &netsim_app_sink, &to);
    netsim_spawn(w->a, NULL, &netsim_app_bulk, &from);
    light_run(w->sim, 100 * NETSIM_S);
    assert_int_equal(netsim_sim_end(w->sim), NETSIM_END_IDLE);
    uint64_t bytes, connections;
    netsim_app_sink_totals(sink, &bytes, &connections);
    assert_int_equal(bytes, 1234567);
    assert_int_equal(connections, 1);
}

static NetsimClientTotals fetch(struct world *w, const NetsimServerConfig *server, const NetsimClientConfig *client)
{
    NetsimClientTotals totals;
    netsim_spawn(w->b, NULL, &netsim_app_server, server);
    NetsimProcess *p = netsim_spawn(w->a, NULL, &netsim_app_client, client);
    light_run(w->sim, 10 * NETSIM_S);
    netsim_app_client_totals(p, &totals);
    return totals;
}

/* A fetch is the handshake and one exchange, each a round trip of 2 us on this wire. */
static void clients_fetch_and_the_server_closes(void **state)
{
    struct world *w = *state;
    NetsimClientTotals t = fetch(w, &(NetsimServerConfig){ .local = { 0, 80 }, .request = 200, .response = 3000, .close_first = true },
                                 &(NetsimClientConfig){ .to = { B, 80 }, .start = NETSIM_S, .gap = NETSIM_MS, .count = 20, .request = 200 });
    assert_int_equal(t.started, 20);
    assert_int_equal(t.established, 20);
    assert_int_equal(t.completed, 20);
    assert_int_equal(t.failed, 0);
    assert_int_equal(t.bytes, 20 * 3000);
    assert_int_equal(t.max_latency, 6 * NETSIM_US); /* the first: ARP before it */
    assert_int_equal(t.total_latency, 20 * 4 * NETSIM_US + 2 * NETSIM_US);
}

static void a_large_response_waits_for_room_in_the_send_buffer(void **state)
{
    struct world *w = *state;
    NetsimClientTotals t = fetch(w, &(NetsimServerConfig){ .local = { 0, 80 }, .request = 200, .response = 50000000, .close_first = true },
                                 &(NetsimClientConfig){ .to = { B, 80 }, .gap = NETSIM_MS, .count = 2, .request = 200 });
    assert_int_equal(t.completed, 2);
    assert_int_equal(t.bytes, 100000000);
}

static void clients_without_a_request_stay_connected(void **state)
{
    struct world *w = *state;
    NetsimClientTotals t = fetch(w, &(NetsimServerConfig){ .local = { 0, 80 } },
                                 &(NetsimClientConfig){ .to = { B, 80 }, .gap = NETSIM_MS, .count = 5 });
    assert_int_equal(netsim_sim_end(w->sim), NETSIM_END_IDLE);
    assert_int_equal(t.established, 5);
    assert_int_equal(t.completed + t.failed, 0);
}

static void a_refused_connection_has_failed(void **state)
{
    struct world *w = *state;
    NetsimClientTotals t = fetch(w, &(NetsimServerConfig){ .local = { 0, 80 } },
                                 &(NetsimClientConfig){ .to = { B, 80 }, .n_ports = 2, .gap = NETSIM_MS, .count = 4, .request = 1 });
    assert_int_equal(t.started, 4);
    assert_int_equal(t.established, 2); /* nobody listens on port 81 */
    assert_int_equal(t.failed, 2);
}

static void a_port_that_is_taken_ends_the_run_with_its_name(void **state)
{
    struct world *w = *state;
    NetsimServerConfig config = { .local = { 0, 80 } };
    netsim_spawn(w->b, "first", &netsim_app_server, &config);
    netsim_spawn(w->b, "second", &netsim_app_server, &config);
    g_autoptr(GError) error = NULL;
    assert_false(netsim_sim_run(w->sim, NETSIM_S, &error));
    assert_string_equal(error->message, "second on b: bind 0.0.0.0:80: Address already in use");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(cbr_sends_what_it_is_told_and_ends, setup, teardown),
        cmocka_unit_test_setup_teardown(bulk_delivers_every_byte_once, setup, teardown),
        cmocka_unit_test_setup_teardown(clients_fetch_and_the_server_closes, setup, teardown),
        cmocka_unit_test_setup_teardown(a_large_response_waits_for_room_in_the_send_buffer, setup, teardown),
        cmocka_unit_test_setup_teardown(clients_without_a_request_stay_connected, setup, teardown),
        cmocka_unit_test_setup_teardown(a_refused_connection_has_failed, setup, teardown),
        cmocka_unit_test_setup_teardown(a_port_that_is_taken_ends_the_run_with_its_name, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
