/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/host/host.h"

#include <netsim/netsim.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static int sim_setup(void **state)
{
    *state = netsim_sim_new(NULL);
    return 0;
}

static int sim_teardown(void **state)
{
    netsim_sim_free(*state);
    return 0;
}

static NetsimHost *make(void **state, const char *name, const char *kernel)
{
    NetsimHost *host = netsim_host_new(*state, name, kernel, NULL);
    assert_non_null(host);
    return host;
}

static void hosts_are_found_by_name_and_in_order(void **state)
{
    NetsimHost *a = make(state, "server", NULL), *b = make(state, "client", "rhel7");
    assert_ptr_equal(netsim_host_find(*state, "server", NULL), a);
    assert_ptr_equal(netsim_host_nth(*state, 0), a);
    assert_ptr_equal(netsim_host_nth(*state, 1), b);
    assert_null(netsim_host_nth(*state, 2));
    assert_string_equal(netsim_host_name(b), "client");
    assert_string_equal(netsim_host_kernel(a), "linux6.18");
    assert_string_equal(netsim_host_kernel(b), "rhel7");
    assert_ptr_equal(netsim_host_sim(a), *state);
    g_autoptr(GError) error = NULL;
    assert_null(netsim_host_find(*state, "sever", &error));
    assert_true(g_error_matches(error, NETSIM_ERROR, NETSIM_ERROR_NAME));
    assert_string_equal(error->message, "no host \"sever\", did you mean \"server\"?");
}

static void names_that_cannot_be_are_refused(void **state)
{
    make(state, "a", NULL);
    static const char *const bad[] = { "", "a", "two words", "a/b", "a:b",
                                       "0123456789012345678901234567890123456789012345678901234567890123" };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        assert_null(netsim_host_new(*state, bad[i], NULL, &error));
        assert_true(g_error_matches(error, NETSIM_ERROR, NETSIM_ERROR_NAME));
    }
    g_autoptr(GError) error = NULL;
    assert_null(netsim_host_new(*state, "b", "rhel6.3", &error));
    assert_non_null(strstr(error->message, "did you mean \"rhel6."));
    static const char *const bad_devices[] = { "", "a/b", "eth 0", "sixteen-letters0", "eth0:1", ".." };
    for (size_t i = 0; i < G_N_ELEMENTS(bad_devices); i++)
        assert_null(netsim_host_nic(netsim_host_nth(*state, 0), bad_devices[i], NULL));
}

static void devices_are_made_once_and_lo_is_the_first(void **state)
{
    NetsimHost *h = make(state, "h", NULL);
    NetsimDevice *eth0 = netsim_host_nic(h, "eth0", NULL);
    assert_ptr_equal(netsim_host_nic(h, "eth0", NULL), eth0);
    assert_string_equal(netsim_device_name(netsim_host_nth_device(h, 0)), "lo");
    assert_ptr_equal(netsim_host_nth_device(h, 1), eth0);
    assert_null(netsim_host_nth_device(h, 2));
    assert_int_equal(netsim_device_mtu(eth0), 1500);
    assert_true(ip_addr_is_local(&h->net, 0x7f000001));
}

/* Ticks and granules of hosts do not stand in step, and do not depend on who else is there. */
static void every_host_was_booted_at_its_own_time(void **state)
{
    NetsimHost *a = make(state, "a", NULL), *b = make(state, "b", NULL);
    NetsimSim *other = netsim_sim_new(NULL);
    NetsimHost *b_alone = netsim_host_new(other, "b", NULL, NULL);
    assert_true(a->net.wheel.origin % a->net.wheel.tick != b->net.wheel.origin % b->net.wheel.tick);
    assert_true(net_jiffies(&a->net) % 512 != net_jiffies(&b->net) % 512);
    assert_true(b->net.wheel.origin == b_alone->net.wheel.origin);
    netsim_sim_free(other);
}

static void every_kernel_makes_a_host(void **state)
{
    const char *const *names = netsim_kernel_names();
    unsigned n = 0;
    for (; names[n]; n++) {
        g_autoptr(GError) error = NULL;
        NetsimHost *h = netsim_host_new(*state, names[n], names[n], &error);
        assert_non_null(h);
        assert_string_equal(netsim_host_kernel(h), names[n]);
        assert_int_equal(h->net.wheel.hz, names[n][0] == 'r' ? 1000 : 250);
    }
    assert_int_equal(n, 6);
}

static void add_up(const char *name, uint64_t value, void *data)
{
    g_string_append_printf(data, "%s=%u ", name, (unsigned) value);
}

static void counters_have_long_and_short_names(void **state)
{
    NetsimHost *h = make(state, "h", NULL);
    NET_ADD_STATS(&h->net, TCPEXT_TCPTIMEOUTS, 7);
    NET_INC_STATS(&h->net, IP_INRECEIVES);
    uint64_t v = 0;
    assert_true(netsim_host_counter(h, "TcpExtTCPTimeouts", &v, NULL));
    assert_int_equal(v, 7);
    v = 0;
    assert_true(netsim_host_counter(h, "TCPTimeouts", &v, NULL));
    assert_int_equal(v, 7);
    g_autoptr(GError) error = NULL;
    assert_false(netsim_host_counter(h, "TcpRetransSeg", &v, &error));
    assert_string_equal(error->message, "no counter \"TcpRetransSeg\", did you mean \"TcpRetransSegs\"?");
    g_autoptr(GString) all = g_string_new(NULL);
    netsim_host_each_counter(h, add_up, all);
    assert_string_equal(all->str, "IpInReceives=1 TcpExtTCPTimeouts=7 ");
}

#define T(f) cmocka_unit_test_setup_teardown(f, sim_setup, sim_teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(hosts_are_found_by_name_and_in_order), T(names_that_cannot_be_are_refused),
        T(devices_are_made_once_and_lo_is_the_first), T(every_host_was_booted_at_its_own_time),
        T(every_kernel_makes_a_host), T(counters_have_long_and_short_names),
    };
    return cmocka_run_group_tests_name("models/host/host", tests, NULL, NULL);
}
