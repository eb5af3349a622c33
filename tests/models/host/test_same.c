/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What must not change a run: looking at it, cutting it into slices, making hosts that have nothing to do with the others. */
#include "tests/support/network.h"
#include <glib/gstdio.h>
#include <netsim/packet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { N_SEEDS = 4 };

struct outcome {
    uint64_t fingerprint, events;
    char *report;
};

static struct outcome outcome_of(struct network *n)
{
    struct outcome o = { netsim_sim_fingerprint(n->sim), netsim_sim_events(n->sim), network_report(n) };
    network_close(n);
    return o;
}

/* The reference: one piece, nobody looks. */
static struct outcome plain(uint64_t seed)
{
    struct network n;
    network_open(&n, seed, false);
    network_run(&n, NETWORK_END);
    return outcome_of(&n);
}

static void assert_same(struct outcome a, struct outcome b)
{
    assert_string_equal(a.report, b.report);
    assert_int_equal(a.fingerprint, b.fingerprint);
    assert_int_equal(a.events, b.events);
    g_free(a.report);
    g_free(b.report);
}

static void the_traffic_meets_what_the_line_does(void **state)
{
    (void) state;
    struct outcome o = plain(1);
    static const char *const met[] = { "sink 600000 in 1;", "fetched 20 of 20", " TcpRetransSegs=", " TcpInCsumErrors=", " TcpExtTCPSackRecovery=",
                                       " IpForwDatagrams=", " IpReasmOKs=", " IpFragCreates=", " UdpNoPorts=", " IcmpOutDestUnreachs=" };
    for (size_t i = 0; i < G_N_ELEMENTS(met); i++)
        if (!strstr(o.report, met[i])) fail_msg("no \"%s\" in %s", met[i], o.report);
    g_free(o.report);
}

static void a_run_in_slices_is_the_run_in_one_piece(void **state)
{
    (void) state;
    static const netsim_time slices[] = { 3 * NETSIM_S, 97 * NETSIM_MS, 1234567 * NETSIM_NS };
    for (uint64_t seed = 1; seed <= N_SEEDS; seed++)
        for (size_t i = 0; i < G_N_ELEMENTS(slices); i++) {
            struct network n;
            network_open(&n, seed, false);
            for (netsim_time t = slices[i]; t < NETWORK_END; t += slices[i]) network_run(&n, t);
            network_run(&n, NETWORK_END);
            assert_same(outcome_of(&n), plain(seed));
        }
}

/* netsim_sim_stop() leaves off in the middle of an instant. */
static void stop_now(NetsimSim *sim, NetsimEvent event, void *data)
{
    (void) event;
    (void) data;
    netsim_sim_stop(sim);
}

static void stopping_and_going_on_changes_nothing(void **state)
{
    (void) state;
    for (uint64_t seed = 1; seed <= N_SEEDS; seed++) {
        struct network n;
        network_open(&n, seed, false);
        NetsimEvent stops[150];
        for (size_t i = 0; i < G_N_ELEMENTS(stops); i++) {
            stops[i] = netsim_event_new(n.sim, stop_now, NULL);
            netsim_event_at(n.sim, stops[i], (netsim_time) i * 7654321 * NETSIM_NS);
        }
        unsigned n_stops = 0;
        do {
            network_run(&n, NETWORK_END);
            n_stops += netsim_sim_end(n.sim) == NETSIM_END_STOPPED;
        } while (netsim_sim_end(n.sim) == NETSIM_END_STOPPED);
        assert_int_equal(n_stops, G_N_ELEMENTS(stops));
        struct outcome o = outcome_of(&n);
        o.events -= n_stops;
        assert_same(o, plain(seed));
    }
}

static void look(const NetsimTraceEvent *event, void *data)
{
    (void) event;
    ++*(uint64_t *) data;
}

static void look_at_packet(NetsimDevice *device, bool sent, netsim_time when, const void *bytes, size_t length, const char *comment, void *data)
{
    (void) device, (void) sent, (void) when, (void) bytes, (void) length, (void) comment;
    ++*(uint64_t *) data;
}

static void probes_and_taps_change_nothing(void **state)
{
    (void) state;
    for (uint64_t seed = 1; seed <= N_SEEDS; seed++) {
        struct network n;
        uint64_t n_passages = 0, n_packets = 0;
        network_open(&n, seed, false);
        assert_true(netsim_trace_attach(n.sim, "*", look, &n_passages, NULL));
        NetsimHost *host;
        for (unsigned i = 0; (host = netsim_host_nth(n.sim, i)) != NULL; i++) {
            NetsimDevice *device;
            for (unsigned k = 0; (device = netsim_host_nth_device(host, k)) != NULL; k++)
                netsim_device_tap(device, look_at_packet, &n_packets);
        }
        network_run(&n, NETWORK_END);
        assert_true(n_passages > 100);
        assert_true(n_packets > 1000);
        assert_same(outcome_of(&n), plain(seed));
    }
}

static void captures_change_nothing(void **state)
{
    (void) state;
    g_autofree char *dir = g_dir_make_tmp("netsim-test-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(dir, "x.pcapng", NULL);
    assert_non_null(dir);
    for (uint64_t seed = 1; seed <= N_SEEDS; seed++) {
        struct network n;
        network_open(&n, seed, false);
        assert_true(netsim_capture(netsim_host_nth_device(n.server, 1), path, NULL));
        network_run(&n, NETWORK_END);
        assert_true(netsim_capture_close(n.sim, NULL));
        GStatBuf st;
        assert_int_equal(g_stat(path, &st), 0);
        assert_true(st.st_size > 600000);
        assert_same(outcome_of(&n), plain(seed));
    }
    g_unlink(path);
    assert_int_equal(g_rmdir(dir), 0);
}

/* All ids of the later hosts move, but no draw and no order: fingerprints differ, what happens does not. */
static void hosts_that_nobody_is_joined_to_change_no_draw(void **state)
{
    (void) state;
    for (uint64_t seed = 1; seed <= N_SEEDS; seed++) {
        struct network n;
        network_open(&n, seed, true);
        network_run(&n, NETWORK_END);
        struct outcome with = outcome_of(&n), without = plain(seed);
        assert_string_equal(with.report, without.report);
        assert_true(with.fingerprint != without.fingerprint);
        g_free(with.report);
        g_free(without.report);
    }
}

static void another_seed_is_another_run(void **state)
{
    (void) state;
    struct outcome a = plain(1), b = plain(2);
    assert_string_not_equal(a.report, b.report);
    assert_true(a.fingerprint != b.fingerprint);
    g_free(a.report);
    g_free(b.report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_traffic_meets_what_the_line_does),
        cmocka_unit_test(a_run_in_slices_is_the_run_in_one_piece),
        cmocka_unit_test(stopping_and_going_on_changes_nothing),
        cmocka_unit_test(probes_and_taps_change_nothing),
        cmocka_unit_test(captures_change_nothing),
        cmocka_unit_test(hosts_that_nobody_is_joined_to_change_no_draw),
        cmocka_unit_test(another_seed_is_another_run),
    };
    return cmocka_run_group_tests_name("models/host/same", tests, NULL, NULL);
}
