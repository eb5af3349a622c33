/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/light.h"

#include "models/ip/fib.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct world {
    NetsimSim *sim;
    struct net *net;
    struct netdev *eth0, *eth1;
} w;

static int setup(void **state)
{
    (void) state;
    w.sim = netsim_sim_new(NULL);
    w.net = light_host(w.sim, "h", NULL);
    w.eth0 = light_nic(w.net, "eth0", IP4(10, 0, 0, 1), 24);
    w.eth1 = light_nic(w.net, "eth1", IP4(192, 168, 1, 1), 24);
    return 0;
}

static int teardown(void **state)
{
    (void) state;
    netsim_sim_free(w.sim);
    return 0;
}

static bool add(uint32_t dst, unsigned plen, uint32_t via, struct netdev *dev, uint32_t priority, bool replace, GError **error)
{
    struct route r = { .dst = dst, .plen = (uint8_t) plen, .via = via, .dev = dev, .priority = priority };
    return ip_route_add(w.net, &r, replace, error);
}

static void assert_fails_with(const char *text, bool ok, GError **error)
{
    assert_false(ok);
    assert_string_equal((*error)->message, text);
    assert_int_equal((*error)->code, NETSIM_ERROR_COMMAND);
    g_clear_error(error);
}

/* ---- look-up ---- */

struct plain_route {
    uint32_t dst, priority;
    unsigned plen;
    bool is_there;
};

static void the_longest_prefix_wins_as_in_a_plain_list(void **state)
{
    (void) state;
    struct rng_stream rng;
    rng_stream_init(&rng, 7, "route", "test");
    static struct plain_route all[400];
    unsigned n = 0;
    for (unsigned round = 0; round < 6000; round++) {
        uint32_t base = IP4(172, 16 + rng_below(&rng, 4), rng_below(&rng, 8), rng_below(&rng, 256));
        unsigned plen = 8 + rng_below(&rng, 25);
        if (n < G_N_ELEMENTS(all) && rng_below(&rng, 3)) {
            struct plain_route p = { base & ip_mask(plen), 1 + rng_below(&rng, 3), plen, true };
            bool is_new = true;
            for (unsigned i = 0; i < n; i++)
                is_new &= !(all[i].is_there && all[i].dst == p.dst && all[i].plen == plen && all[i].priority == p.priority);
            assert_int_equal(add(p.dst, plen, 0, w.eth1, p.priority, false, NULL), is_new);
            if (is_new) all[n++] = p;
        } else if (n) {
            struct plain_route *p = &all[rng_below(&rng, n)];
            struct route_match m = { .route = { .dst = p->dst, .plen = (uint8_t) p->plen, .priority = p->priority } };
            assert_int_equal(ip_route_del(w.net, &m, NULL), p->is_there);
            *p = all[--n];
        }
        const struct plain_route *best = NULL;
        for (unsigned i = 0; i < n; i++) {
            const struct plain_route *p = &all[i];
            if ((base & ip_mask(p->plen)) != p->dst) continue;
            if (!best || p->plen > best->plen || (p->plen == best->plen && p->priority < best->priority)) best = p;
        }
        const struct route *r = ip_route_lookup(w.net, base);
        assert_int_equal(r != NULL, best != NULL);
        if (!best) continue;
        assert_int_equal(r->dst, best->dst);
        assert_int_equal(r->plen, best->plen);
        assert_int_equal(r->priority, best->priority);
        const struct input_route *in = ip_input_route(w.net, base); /* the cache says the same after every change */
        assert_ptr_equal(in->route, r);
    }
}

static void the_cache_grows_with_the_destinations_and_stays_right(void **state)
{
    (void) state;
    for (unsigned i = 0; i < 256; i++) assert_true(add(IP4(172, 16, i, 0), 24, 0, i & 1 ? w.eth0 : w.eth1, 0, false, NULL));
    for (unsigned round = 0; round < 20; round++)
        for (unsigned i = 0; i < 256; i++)
            assert_ptr_equal(ip_input_route(w.net, IP4(172, 16, i, round))->dev, i & 1 ? w.eth0 : w.eth1);
    assert_true(w.net->input_mask >= 255);
}

/* ---- ip route ---- */

static void a_route_is_added_replaced_and_deleted_with_iproute2s_words(void **state)
{
    (void) state;
    g_autoptr(GError) e = NULL;
    assert_true(add(IP4(172, 16, 0, 0), 16, IP4(10, 0, 0, 2), NULL, 0, false, &e));
    assert_ptr_equal(ip_route_lookup(w.net, IP4(172, 16, 5, 5))->dev, w.eth0);
    assert_fails_with("RTNETLINK answers: File exists", add(IP4(172, 16, 0, 0), 16, IP4(10, 0, 0, 3), NULL, 0, false, &e), &e);
    assert_true(add(IP4(172, 16, 0, 0), 16, IP4(192, 168, 1, 2), NULL, 100, false, &e)); /* another metric is another route */
    assert_int_equal(ip_route_lookup(w.net, IP4(172, 16, 5, 5))->via, IP4(10, 0, 0, 2));
    assert_true(add(IP4(172, 16, 0, 0), 16, IP4(10, 0, 0, 9), NULL, 0, true, &e));
    assert_int_equal(ip_route_lookup(w.net, IP4(172, 16, 5, 5))->via, IP4(10, 0, 0, 9));
    struct route_match r = { .route = { .dst = IP4(172, 16, 0, 0), .plen = 16, .via = IP4(10, 0, 0, 9) } };
    assert_true(ip_route_del(w.net, &r, &e));
    assert_int_equal(ip_route_lookup(w.net, IP4(172, 16, 5, 5))->via, IP4(192, 168, 1, 2));
    assert_fails_with("RTNETLINK answers: No such process", ip_route_del(w.net, &r, &e), &e);
    assert_fails_with("Error: Nexthop has invalid gateway.", add(IP4(8, 0, 0, 0), 8, IP4(10, 9, 9, 9), NULL, 0, false, &e), &e);
    assert_fails_with("Error: Nexthop has invalid gateway.", add(IP4(8, 0, 0, 0), 8, IP4(10, 0, 0, 2), w.eth1, 0, false, &e), &e);
    assert_fails_with("Error: Nexthop has invalid gateway.", add(IP4(8, 0, 0, 0), 8, IP4(10, 0, 0, 255), NULL, 0, false, &e), &e);
    assert_true(add(IP4(9, 0, 0, 0), 8, IP4(10, 0, 0, 1), NULL, 0, false, &e)); /* oneself is taken */
    assert_fails_with("Error: Invalid prefix for given prefix length.", add(IP4(8, 0, 0, 1), 8, IP4(10, 0, 0, 2), NULL, 0, false, &e), &e);
    assert_fails_with("RTNETLINK answers: No such device", add(IP4(8, 0, 0, 0), 8, 0, NULL, 0, false, &e), &e);
    netdev_set_up(w.eth1, false);
    assert_fails_with("Error: Device for nexthop is not up.", add(IP4(8, 0, 0, 0), 8, 0, w.eth1, 0, false, &e), &e);
}

static void old_kernels_speak_with_strerror(void **state)
{
    (void) state;
    g_autoptr(GError) e = NULL;
    struct net *old = light_host(w.sim, "old", "rhel7");
    light_nic(old, "eth0", IP4(10, 0, 0, 1), 24);
    struct route r = { .dst = IP4(8, 0, 0, 0), .plen = 8, .via = IP4(10, 9, 9, 9) };
    assert_fails_with("RTNETLINK answers: Network is unreachable", ip_route_add(old, &r, false, &e), &e);
}

static void note_prefix(const struct route *r, void *data)
{
    g_string_append_printf(data, "%x/%u:%u ", r->dst, r->plen, r->priority);
}

static void routes_are_listed_as_ip_route_does(void **state)
{
    (void) state;
    assert_true(add(0, 0, IP4(10, 0, 0, 2), NULL, 100, false, NULL));
    assert_true(add(0, 0, IP4(10, 0, 0, 2), NULL, 5, false, NULL));
    assert_true(add(IP4(10, 0, 0, 0), 8, IP4(10, 0, 0, 2), NULL, 0, false, NULL));
    g_autoptr(GString) out = g_string_new(NULL);
    ip_route_each(w.net, RT_TABLE_MAIN, note_prefix, out);
    assert_string_equal(out->str, "0/0:5 0/0:100 a000000/24:0 a000000/8:0 c0a80100/24:0 ");
}

/* ---- addresses ---- */

static void an_address_brings_its_routes_and_takes_them_away(void **state)
{
    (void) state;
    g_autoptr(GError) e = NULL;
    assert_int_equal(ip_route_lookup(w.net, IP4(10, 0, 0, 1))->type, ROUTE_LOCAL);
    assert_int_equal(ip_route_lookup(w.net, IP4(10, 0, 0, 255))->type, ROUTE_BROADCAST);
    assert_int_equal(ip_route_lookup(w.net, IP4(10, 0, 0, 7))->scope, RT_SCOPE_LINK);
    assert_fails_with("Error: ipv4: Address already assigned.", ip_addr_add(w.eth0, IP4(10, 0, 0, 1), 24, &e), &e);
    assert_true(ip_addr_add(w.eth0, IP4(10, 0, 0, 5), 24, &e)); /* secondary */
    struct dst dst;
    assert_int_equal(ip_route_connect(w.net, IP4(10, 0, 0, 7), 0, &dst), 0);
    assert_int_equal(dst.saddr, IP4(10, 0, 0, 1));
    assert_int_equal(ip_route_connect(w.net, IP4(10, 0, 0, 5), 0, &dst), 0); /* to oneself: by lo, from the primary address */
    assert_true(dst.dev->is_loopback);
    assert_int_equal(dst.saddr, IP4(10, 0, 0, 1));
    assert_true(ip_addr_del(w.eth0, IP4(10, 0, 0, 1), 24, &e)); /* takes the secondary along */
    assert_null(ip_route_lookup(w.net, IP4(10, 0, 0, 5)));
    assert_null(ip_route_lookup(w.net, IP4(10, 0, 0, 7)));
    assert_int_equal(ip_addr_primary(w.eth0), 0);
    assert_fails_with("Error: ipv4: Address not found.", ip_addr_del(w.eth0, IP4(10, 0, 0, 1), 24, &e), &e);
}

static void a_device_that_goes_down_takes_its_routes_but_not_its_address(void **state)
{
    (void) state;
    assert_true(add(0, 0, IP4(10, 0, 0, 2), NULL, 0, false, NULL));
    netdev_set_up(w.eth0, false);
    assert_null(ip_route_lookup(w.net, IP4(10, 0, 0, 2)));
    assert_null(ip_route_lookup(w.net, IP4(8, 8, 8, 8)));
    assert_true(ip_addr_is_local(w.net, IP4(10, 0, 0, 1)));
    netdev_set_up(w.eth0, true); /* the subnet is back, the static route is not */
    assert_non_null(ip_route_lookup(w.net, IP4(10, 0, 0, 2)));
    assert_null(ip_route_lookup(w.net, IP4(8, 8, 8, 8)));
}

/* ---- what a socket gets ---- */

static void a_destination_is_resolved_or_refused_with_the_kernels_error(void **state)
{
    (void) state;
    struct dst dst;
    struct route r = { .dst = IP4(8, 0, 0, 0), .plen = 8, .type = ROUTE_UNREACHABLE };
    assert_int_equal(ip_route_connect(w.net, IP4(8, 1, 1, 1), 0, &dst), -ENETUNREACH);
    assert_true(ip_route_add(w.net, &r, false, NULL));
    assert_int_equal(ip_route_connect(w.net, IP4(8, 1, 1, 1), 0, &dst), -EHOSTUNREACH);
    r.type = ROUTE_PROHIBIT;
    assert_true(ip_route_add(w.net, &r, true, NULL));
    assert_int_equal(ip_route_connect(w.net, IP4(8, 1, 1, 1), 0, &dst), -EACCES);
    r.type = ROUTE_BLACKHOLE;
    assert_true(ip_route_add(w.net, &r, true, NULL));
    assert_int_equal(ip_route_connect(w.net, IP4(8, 1, 1, 1), 0, &dst), -EINVAL);
    assert_int_equal(ip_route_connect(w.net, IP4(10, 0, 0, 2), IP4(9, 9, 9, 9), &dst), -EINVAL); /* not our address */
    assert_int_equal(ip_route_connect(w.net, IP4(10, 0, 0, 2), IP4(192, 168, 1, 1), &dst), 0);
    assert_int_equal(dst.saddr, IP4(192, 168, 1, 1));
}

static void metrics_and_the_learned_mtu_are_seen_after_a_change(void **state)
{
    (void) state;
    struct dst dst;
    struct route r = { .dst = IP4(172, 16, 0, 0), .plen = 16, .via = IP4(10, 0, 0, 2), .metrics = { .mtu = 1400, .initcwnd = 20 } };
    assert_true(ip_route_add(w.net, &r, false, NULL));
    assert_int_equal(ip_route_connect(w.net, IP4(172, 16, 0, 9), 0, &dst), 0);
    assert_int_equal(dst.mtu, 1400);
    assert_int_equal(dst.route->metrics.initcwnd, 20);
    ip_update_pmtu(w.net, IP4(172, 16, 0, 9), 1200);
    assert_int_not_equal(dst.generation, w.net->ip->generation);
    assert_int_equal(ip_dst_check(w.net, IP4(172, 16, 0, 9), 0, &dst), 0);
    assert_int_equal(dst.mtu, 1200);
    ip_update_pmtu(w.net, IP4(172, 16, 0, 9), 68); /* net.ipv4.route.min_pmtu */
    assert_int_equal(ip_dst_check(w.net, IP4(172, 16, 0, 9), 0, &dst), 0);
    assert_int_equal(dst.mtu, 552);
    assert_true(netsim_host_sysctl_set(netsim_host_find(w.sim, "h", NULL), "net.ipv4.route.flush", "1", NULL));
    assert_int_equal(ip_dst_check(w.net, IP4(172, 16, 0, 9), 0, &dst), 0);
    assert_int_equal(dst.mtu, 1400);
    ip_update_pmtu(w.net, IP4(172, 16, 0, 9), 1200);
    r.metrics.locked = 1u << RTAX_MTU;
    assert_true(ip_route_add(w.net, &r, true, NULL));
    assert_int_equal(ip_dst_check(w.net, IP4(172, 16, 0, 9), 0, &dst), 0);
    assert_int_equal(dst.mtu, 1400);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(the_longest_prefix_wins_as_in_a_plain_list),
        TEST(the_cache_grows_with_the_destinations_and_stays_right),
        TEST(a_route_is_added_replaced_and_deleted_with_iproute2s_words),
        TEST(old_kernels_speak_with_strerror),
        TEST(routes_are_listed_as_ip_route_does),
        TEST(an_address_brings_its_routes_and_takes_them_away),
        TEST(a_device_that_goes_down_takes_its_routes_but_not_its_address),
        TEST(a_destination_is_resolved_or_refused_with_the_kernels_error),
        TEST(metrics_and_the_learned_mtu_are_seen_after_a_change),
    };
    return cmocka_run_group_tests_name("models/ip/route", tests, NULL, NULL);
}
