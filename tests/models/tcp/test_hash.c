/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_hash.c - the local ports that connect() takes. */
#include "models/tcp/tcp.h"
#include "tests/support/light.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

enum { LOW = 10000, N_PORTS = 20 };

struct world {
    NetsimSim *sim;
    struct net *client, *server;
    NetsimProcess *pc, *ps;
    NetsimSocket *listener, *open[2 * N_PORTS];
};

static const NetsimAddress web = { IP4(10, 0, 0, 2), 80 };

static int setup(void **state)
{
    struct world *w = g_new0(struct world, 1);
    w->sim = netsim_sim_new(NULL);
    w->client = light_host(w->sim, "client", NULL);
    w->server = light_host(w->sim, "server", NULL);
    light_link(light_nic(w->client, "eth0", IP4(10, 0, 0, 1), 24), light_nic(w->server, "eth0", web.addr, 24));
    w->client->ip->knobs.ip_local_port_range[0] = LOW;
    w->client->ip->knobs.ip_local_port_range[1] = LOW + N_PORTS - 1;
    w->pc = light_process(w->client);
    w->ps = light_process(w->server);
    light_run(w->sim, NETSIM_MS);
    for (uint16_t port = 81; port >= 80; port--) {
        w->listener = netsim_socket(w->ps, NETSIM_SOCK_STREAM);
        assert_int_equal(netsim_bind(w->listener, (NetsimAddress){ 0, port }), 0);
        assert_int_equal(netsim_listen(w->listener, 100), 0);
    }
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

static void nothing(NetsimSim *sim, NetsimEvent event, void *data)
{
    (void) sim, (void) event, (void) data;
}

/* Let time pass, though nothing may happen. */
static void wait_for(struct world *w, netsim_time duration)
{
    NetsimEvent alarm = netsim_event_new(w->sim, nothing, NULL);
    netsim_event_at(w->sim, alarm, netsim_sim_now(w->sim) + duration);
    light_run(w->sim, netsim_sim_now(w->sim) + duration);
    netsim_event_free(w->sim, alarm);
}

static NetsimSocket *try_connect(struct world *w, NetsimAddress to, int result)
{
    NetsimSocket *s = netsim_socket(w->pc, NETSIM_SOCK_STREAM);
    assert_int_equal(netsim_connect(s, to), result);
    light_run(w->sim, netsim_sim_now(w->sim) + NETSIM_MS);
    return s;
}

/* Connect until all ports to @to are taken; the ports are different, even ones come first. */
static void exhaust(struct world *w, NetsimAddress to, NetsimSocket **open)
{
    bool taken[N_PORTS] = { false };
    for (int i = 0; i < N_PORTS; i++) {
        open[i] = try_connect(w, to, -EINPROGRESS);
        unsigned port = netsim_sock_local(open[i]).port;
        assert_in_range(port, LOW, LOW + N_PORTS - 1);
        assert_false(taken[port - LOW]);
        taken[port - LOW] = true;
        assert_int_equal(port % 2, i >= N_PORTS / 2);
    }
}

static void even_ports_go_first_and_none_goes_twice(void **state)
{
    struct world *w = *state;
    exhaust(w, web, w->open);
    netsim_close(try_connect(w, web, -EADDRNOTAVAIL));
}

static void another_destination_has_all_ports_again(void **state)
{
    struct world *w = *state;
    exhaust(w, web, w->open);
    exhaust(w, (NetsimAddress){ web.addr, 81 }, w->open + N_PORTS);
}

/* A reset leaves no TIME_WAIT: the port is free at once, whichever half it is of. */
static void a_port_that_became_free_is_found(void **state)
{
    struct world *w = *state;
    exhaust(w, web, w->open);
    for (int i = 0; i < N_PORTS; i += 3) {
        uint16_t port = netsim_sock_local(w->open[i]).port;
        netsim_setsockopt(w->open[i], "linger", 0);
        netsim_close(w->open[i]);
        w->open[i] = try_connect(w, web, -EINPROGRESS);
        assert_int_equal(netsim_sock_local(w->open[i]).port, port);
        netsim_close(try_connect(w, web, -EADDRNOTAVAIL));
    }
}

/* tcp_tw_reuse: a TIME_WAIT of more than a second may be taken over, though no connection has ended meanwhile. */
static void a_time_wait_is_taken_over_after_a_second(void **state)
{
    struct world *w = *state;
    w->client->tcp->knobs.tw_reuse = 1;
    exhaust(w, web, w->open);
    int even = 0; /* the first is even */
    uint16_t port = netsim_sock_local(w->open[even]).port;
    netsim_shutdown(w->open[even], NETSIM_SHUT_RDWR);
    netsim_close(w->open[even]);
    wait_for(w, 10 * NETSIM_MS);
    for (NetsimSocket *s; !netsim_accept(w->listener, &s, NULL);) /* the server closes, too */
        if (s->state == TCP_CLOSE_WAIT) netsim_close(s);
    wait_for(w, 10 * NETSIM_MS);
    assert_int_equal(w->client->tcp->n_timewait, 1);
    netsim_close(try_connect(w, web, -EADDRNOTAVAIL));
    wait_for(w, 2500 * NETSIM_MS);
    assert_int_equal(netsim_sock_local(try_connect(w, web, -EINPROGRESS)).port, port);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(even_ports_go_first_and_none_goes_twice, setup, teardown),
        cmocka_unit_test_setup_teardown(another_destination_has_all_ports_again, setup, teardown),
        cmocka_unit_test_setup_teardown(a_port_that_became_free_is_found, setup, teardown),
        cmocka_unit_test_setup_teardown(a_time_wait_is_taken_over_after_a_second, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
