/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_metrics.c - what is remembered of peers; the texts are those of iproute2 6.1 on Linux 6.18. */
#include "models/tcp/metrics.h"

#include "tests/support/console_test.h"

static const uint32_t here = 0x0a000001, there = 0x0a000002;

/* A connection that has measured @rtt_us, and a deviation of @mdev_us. */
static struct tcp_sock *connection(uint32_t peer, uint32_t rtt_us, uint32_t mdev_us)
{
    static const struct route route;
    struct tcp_sock *tp = tcp_sock_new(host_net(host), NULL);
    tp->sk.saddr = here;
    tp->sk.daddr = peer;
    tp->dst.route = &route;
    tp->srtt_us = rtt_us << 3;
    tp->mdev_us = mdev_us << 2;
    return tp;
}

static void end(struct tcp_sock *tp)
{
    tcp_update_metrics(tp);
    tp->dst.route = NULL;
    tcp_sock_destroy(tp);
}

static void stop(NetsimSim *s, NetsimEvent event, void *data)
{
    (void) event;
    (void) data;
    netsim_sim_stop(s);
}

static void pass(netsim_time time)
{
    netsim_event_at(sim, netsim_event_new(sim, stop, NULL), netsim_sim_now(sim) + time);
    netsim_sim_run(sim, NETSIM_TIME_MAX, NULL);
}

static const struct tcp_metrics *only(void)
{
    g_autoptr(GPtrArray) list = tcp_metrics_list(host_net(host)->tcp);
    assert_int_equal(list->len, 1);
    return list->pdata[0];
}

static void set(const char *name, const char *value)
{
    assert_true(netsim_host_sysctl_set(host, name, value, NULL));
}

static void entries_are_shown_deleted_and_flushed(void **state)
{
    (void) state;
    end(connection(there, 66, 51));
    end(connection(0x0a090003, 100, 10));
    pass(252 * NETSIM_MS);
    const char *first = "10.0.0.2 age 0.252sec cwnd 10 rtt 66us rttvar 66us source 10.0.0.1\n";
    const char *second = "10.9.0.3 age 0.252sec cwnd 10 rtt 100us rttvar 100us source 10.0.0.1\n";
    g_autofree char *both = g_strconcat(first, second, NULL);
    assert_prints("ip tcp_metrics", both);
    assert_prints("ip tcp_metrics show all", both);
    assert_prints("ip tcp_metrics show 10.0.0.2", first);
    assert_prints("ip tcp_metrics ls address 10.9.0.0/16", second);
    assert_prints("ip tcp_metrics show source 10.0.0.0/8 10.0.0.0/24", first);
    assert_prints("ip -j tcp_metrics show 10.0.0.2",
                  "[{\"dst\":\"10.0.0.2\",\"age\":0.252,\"cwnd\":10,\"rtt\":6.6e-05,\"rttvar\":6.6e-05,\"source\":\"10.0.0.1\"}]\n");
    assert_prints("ip tcp_metrics delete 10.0.0.2; ip tcp_metrics", second);
    assert_prints("ip tcp_metrics flush; ip tcp_metrics", "");
}

static void wrong_words_have_the_messages_of_iproute2(void **state)
{
    (void) state;
    static const struct {
        const char *script, *message;
    } wrong[] = {
        { "ip tcp_metrics show 10.9.0.9", "line 1: ip: RTNETLINK answers: No such process" },
        { "ip tcp_metrics delete 10.9.0.9", "line 1: ip: RTNETLINK answers: No such process" },
        { "ip tcp_metrics flush 10.9.0.9", "line 1: ip: RTNETLINK answers: No such process" },
        { "ip tcp_metrics delete", "line 1: ip: Error: argument \"address\" is required" },
        { "ip tcp_metrics delete 10.9.0.0/24", "line 1: ip: Error: a specific IP address is expected rather than \"10.9.0.0/24\"" },
        { "ip tcp_metrics delete all", "line 1: ip: Error: a specific IP address is expected rather than \"all\"" },
        { "ip tcp_metrics add 1.2.3.4", "line 1: ip: Command \"add\" is unknown, try \"ip tcp_metrics help\"." },
        { "ip tcp_metrics show bla", "line 1: ip: Error: any valid prefix is expected rather than \"bla\"." },
        { "ip tcp_metrics show address", "line 1: ip: Command line is not complete. Try option \"help\"" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) console_fails(host, wrong[i].script, NETSIM_ERROR_COMMAND, wrong[i].message);
}

/* tcp_update_metrics(): up at once, down by an eighth of the difference; the deviation down by a quarter. */
static void a_longer_time_counts_at_once_and_a_shorter_one_by_an_eighth(void **state)
{
    (void) state;
    end(connection(there, 800, 100));
    assert_int_equal(only()->rtt_us, 800 << 3);
    assert_int_equal(only()->rttvar_us, 800 << 2); /* half of the distance from 0, in units of 1/4 instead of 1/8 */
    end(connection(there, 400, 100));
    assert_int_equal(only()->rtt_us, (800 << 3) - (400 << 3) / 8);
    assert_int_equal(only()->rttvar_us, (800 << 2) - ((800 << 2) - (400 << 2)) / 4);
    end(connection(there, 2000, 100));
    assert_int_equal(only()->rtt_us, 2000 << 3);
    struct tcp_sock *tp = connection(there, 100, 100);
    tp->backoff = 1; /* the end was in vain */
    end(tp);
    assert_int_equal(only()->rtt_us, 0);
}

static void the_threshold_is_remembered_only_if_the_knob_says_so(void **state)
{
    (void) state;
    for (int saves = 0; saves < 2; saves++) {
        set("net.ipv4.tcp_no_ssthresh_metrics_save", saves ? "0" : "1");
        struct tcp_sock *tp = connection(there, 800, 100);
        tcp_cwnd_set(tp, 40, CWND_INIT);
        tp->snd_ssthresh = 30; /* congestion avoidance */
        end(tp);
        assert_int_equal(only()->ssthresh, saves ? 30 : 0);
        assert_int_equal(only()->cwnd, saves ? 30 : 20); /* half of the way */
        tp = connection(there, 800, 100);
        tcp_init_metrics(tp);
        assert_int_equal(tp->snd_ssthresh, saves ? 30u : TCP_INFINITE_SSTHRESH);
        tp->dst.route = NULL;
        tcp_sock_destroy(tp);
    }
}

static void reordering_is_remembered_after_a_loss(void **state)
{
    (void) state;
    struct tcp_sock *tp = connection(there, 800, 100);
    tcp_cwnd_set(tp, 5, CWND_INIT);
    tp->snd_ssthresh = 30;
    tp->reordering = 17;
    end(tp);
    tp = connection(there, 800, 100);
    tcp_init_metrics(tp);
    assert_int_equal(tp->reordering, 17);
    tp->dst.route = NULL;
    tcp_sock_destroy(tp);
}

static void an_hour_later_nothing_is_known(void **state)
{
    (void) state;
    end(connection(there, 800, 100));
    pass(3601 * NETSIM_S);
    assert_false(tcp_peer_is_proven(host_net(host)->tcp, here, there));
    assert_int_equal(only()->rtt_us, 0);
}

/* A chain of the full table has at most six entries, and the oldest gives way. */
static void the_table_is_bounded(void **state)
{
    (void) state;
    for (uint32_t i = 0; i < 200000; i++) end(connection(0x0b000000 + i, 800, 100));
    g_autoptr(GPtrArray) list = tcp_metrics_list(host_net(host)->tcp);
    assert_in_range(list->len, 16384 * 5, 16384 * 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(entries_are_shown_deleted_and_flushed, setup, teardown),
        cmocka_unit_test_setup_teardown(wrong_words_have_the_messages_of_iproute2, setup, teardown),
        cmocka_unit_test_setup_teardown(a_longer_time_counts_at_once_and_a_shorter_one_by_an_eighth, setup, teardown),
        cmocka_unit_test_setup_teardown(the_threshold_is_remembered_only_if_the_knob_says_so, setup, teardown),
        cmocka_unit_test_setup_teardown(reordering_is_remembered_after_a_loss, setup, teardown),
        cmocka_unit_test_setup_teardown(an_hour_later_nothing_is_known, setup, teardown),
        cmocka_unit_test_setup_teardown(the_table_is_bounded, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
