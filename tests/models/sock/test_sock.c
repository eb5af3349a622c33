/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/light.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void addresses_are_read_as_written(void **state)
{
    (void) state;
    NetsimAddress a;
    assert_true(netsim_parse_address("10.0.0.1:80", &a, NULL));
    assert_int_equal(a.addr, 0x0a000001);
    assert_int_equal(a.port, 80);
    assert_true(netsim_parse_address(":65535", &a, NULL));
    assert_int_equal(a.addr, 0);
    assert_int_equal(a.port, 65535);
    assert_true(netsim_parse_address("255.255.255.255", &a, NULL));
    assert_int_equal(a.addr, UINT32_MAX);
    assert_int_equal(a.port, 0);
}

static void what_is_no_address_is_refused(void **state)
{
    (void) state;
    static const char *const bad[] = { "", ":", "10.0.0", "10.0.0.1.2", "10.0.0.256", "10.0.0.1:", "10.0.0.1:65536", "10.0.0.1:80x",
                                       "a.b.c.d", " 10.0.0.1", "10..0.1", "-1.0.0.0", "10.0.0.1:-1", "10.0.0.1 :80", "1000000000000.0.0.1",
                                       "10.0.0.1:000080" };
    for (unsigned i = 0; i < G_N_ELEMENTS(bad); i++) {
        NetsimAddress a = { 1, 2 };
        g_autoptr(GError) e = NULL;
        assert_false(netsim_parse_address(bad[i], &a, &e));
        assert_int_equal(e->code, NETSIM_ERROR_SYNTAX);
        assert_non_null(strstr(e->message, bad[i]));
        assert_int_equal(a.addr, 1);
    }
}

static void buffers_are_doubled_clamped_and_locked(void **state)
{
    (void) state;
    NetsimSim *sim = netsim_sim_new(NULL);
    struct net *net = light_host(sim, "h", NULL);
    NetsimSocket *s = netsim_socket(light_process(net), NETSIM_SOCK_DGRAM);
    int64_t v;
    assert_int_equal(netsim_getsockopt(s, "rcvbuf", &v), 0);
    assert_int_equal(v, 212992);
    netsim_setsockopt(s, "rcvbuf", 10000);
    netsim_getsockopt(s, "rcvbuf", &v);
    assert_int_equal(v, 20000);
    netsim_setsockopt(s, "rcvbuf", 1);
    netsim_getsockopt(s, "rcvbuf", &v);
    assert_int_equal(v, 2304);
    netsim_setsockopt(s, "rcvbuf", 1 << 30);
    netsim_getsockopt(s, "rcvbuf", &v);
    assert_int_equal(v, 2 * 4194304); /* 6.18's rmem_max */
    netsim_setsockopt(s, "sndbuf", 1);
    netsim_getsockopt(s, "sndbuf", &v);
    assert_int_equal(v, 4608);
    net->sock->knobs.wmem_max = INT32_MAX;
    netsim_setsockopt(s, "sndbuf", INT32_MAX);
    netsim_getsockopt(s, "sndbuf", &v);
    assert_int_equal(v, INT32_MAX - 1);
    assert_int_equal(s->opts & (SOCK_RCVBUF_LOCK | SOCK_SNDBUF_LOCK), SOCK_RCVBUF_LOCK | SOCK_SNDBUF_LOCK);
    netsim_sim_free(sim);
}

static void options_are_set_read_and_refused(void **state)
{
    (void) state;
    NetsimSim *sim = netsim_sim_new(NULL);
    NetsimSocket *s = netsim_socket(light_process(light_host(sim, "h", NULL)), NETSIM_SOCK_DGRAM);
    static const char *const flags[] = { "reuseaddr", "reuseport", "broadcast", "keepalive" };
    int64_t v;
    for (unsigned i = 0; i < G_N_ELEMENTS(flags); i++) {
        assert_int_equal(netsim_getsockopt(s, flags[i], &v), 0);
        assert_int_equal(v, 0);
        assert_int_equal(netsim_setsockopt(s, flags[i], 5), 0);
        netsim_getsockopt(s, flags[i], &v);
        assert_int_equal(v, 1);
        netsim_setsockopt(s, flags[i], 0);
        netsim_getsockopt(s, flags[i], &v);
        assert_int_equal(v, 0);
    }
    netsim_getsockopt(s, "linger", &v);
    assert_int_equal(v, -1);
    netsim_setsockopt(s, "linger", 0);
    netsim_getsockopt(s, "linger", &v);
    assert_int_equal(v, 0);
    netsim_setsockopt(s, "linger", -1);
    netsim_getsockopt(s, "linger", &v);
    assert_int_equal(v, -1);
    assert_int_equal(netsim_setsockopt(s, "nonsense", 1), -ENOPROTOOPT);
    assert_int_equal(netsim_getsockopt(s, "nonsense", &v), -ENOPROTOOPT);
    s->err = ECONNREFUSED;
    netsim_getsockopt(s, "error", &v);
    assert_int_equal(v, ECONNREFUSED);
    assert_int_equal(netsim_sock_error(s), 0);
    NetsimSocket *child;
    assert_int_equal(netsim_listen(s, 1), -EOPNOTSUPP);
    assert_int_equal(netsim_accept(s, &child, NULL), -EOPNOTSUPP);
    assert_int_equal(netsim_shutdown(s, 7), -EINVAL);
    assert_int_equal(netsim_tcp_info(s, &(NetsimTcpInfo){ 0 }), -EINVAL);
    netsim_sim_free(sim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_read_as_written),
        cmocka_unit_test(what_is_no_address_is_refused),
        cmocka_unit_test(buffers_are_doubled_clamped_and_locked),
        cmocka_unit_test(options_are_set_read_and_refused),
    };
    return cmocka_run_group_tests_name("models/sock/sock", tests, NULL, NULL);
}
