/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_probe.c - a peer whose window is closed: how long we ask (RFC 9293 s3.8.6.1, RFC 5482). */
#include "tests/support/segments_test.h"

/* Answers every probe for @duration with a closed window. @return the probes */
static unsigned answer_probes(netsim_time duration)
{
    unsigned n = 0;
    for (netsim_time end = t.sim->now + duration; t.sim->now < end; talk_wait(&t, 50 * NETSIM_MS))
        for (const struct segment *s; (s = talk_next(&t));) {
            if (s->flags & TCPHDR_RST) return n;
            n++;
            talk_say(&t, TCPHDR_ACK, 1, 1, 0, 0);
        }
    return n;
}

static void answered_probes_go_on_for_ever(void **state)
{
    (void) state;
    talk_accept(&t, true, 0);
    assert_int_equal(netsim_send(t.s, NULL, 1000, 0), 1000);
    assert_true(answer_probes(100 * NETSIM_S) > 5);
    NetsimTcpInfo info;
    assert_int_equal(netsim_tcp_info(t.s, &info), 0);
    assert_int_equal(info.state, TCP_ESTABLISHED);
    assert_int_equal(netsim_sock_error(t.s), 0);
}

static void a_user_timeout_ends_probing_even_if_the_peer_answers(void **state)
{
    (void) state;
    talk_accept(&t, true, 0);
    assert_int_equal(netsim_setsockopt(t.s, "user_timeout", 3000), 0);
    talk_wait(&t, 10 * NETSIM_S); /* idle time does not count */
    assert_int_equal(netsim_send(t.s, NULL, 1000, 0), 1000);
    netsim_time start = t.sim->now;
    assert_true(answer_probes(2 * NETSIM_S) > 1);
    assert_int_equal(netsim_sock_error(t.s), 0);
    answer_probes(2 * NETSIM_S);
    assert_int_equal(netsim_sock_error(t.s), ETIMEDOUT);
    assert_true(t.sim->now - start > 3 * NETSIM_S);
}

/* Also when the window closed over data that was sent. */
static void a_user_timeout_ends_retransmission_into_a_closed_window(void **state)
{
    (void) state;
    talk_accept(&t, true, 5000);
    assert_int_equal(netsim_setsockopt(t.s, "user_timeout", 3000), 0);
    assert_int_equal(netsim_send(t.s, NULL, 1000, 0), 1000);
    talk_say(&t, TCPHDR_ACK, 1, 1, 0, 0);
    talk_skip(&t);
    assert_true(answer_probes(2 * NETSIM_S) > 1);
    assert_int_equal(netsim_sock_error(t.s), 0);
    answer_probes(5 * NETSIM_S);
    assert_int_equal(netsim_sock_error(t.s), ETIMEDOUT);
}

/* Data is on its way for which 2 s are left, and a router says that there is no way. */
static void meet_an_icmp_error(void)
{
    talk_accept(&t, true, 5000);
    assert_int_equal(netsim_setsockopt(t.s, "user_timeout", 2000), 0);
    assert_int_equal(netsim_send(t.s, NULL, 1000, 0), 1000);
    talk_wait(&t, NETSIM_MS);
    talk_icmp(&t, ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0, 1);
}

static void an_icmp_error_is_forgotten_when_the_peer_answers(void **state)
{
    (void) state;
    meet_an_icmp_error();
    talk_say(&t, TCPHDR_ACK, 1, 1001, 0, 5000);
    assert_int_equal(netsim_send(t.s, NULL, 1000, 0), 1000);
    talk_wait(&t, 10 * NETSIM_S);
    assert_int_equal(netsim_sock_error(t.s), ETIMEDOUT);
}

static void an_icmp_error_is_told_when_the_peer_stays_silent(void **state)
{
    (void) state;
    meet_an_icmp_error();
    talk_wait(&t, 10 * NETSIM_S);
    assert_int_equal(netsim_sock_error(t.s), EHOSTUNREACH);
}

/* RFC 1191: what was too large is lost; without SACK the duplicate ACKs must leave room for it. */
static void a_smaller_path_does_not_upset_the_counts_without_sack(void **state)
{
    (void) state;
    talk_accept(&t, false, 60000);
    assert_int_equal(netsim_send(t.s, NULL, 10 * 1460, 0), 10 * 1460);
    talk_wait(&t, NETSIM_MS);
    for (unsigned i = 0; i < 2; i++) talk_say(&t, TCPHDR_ACK, 1, 1, 0, 60000);
    talk_skip(&t);
    talk_icmp(&t, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, 1000, 1);
    const struct tcp_sock *tp = tcp_sk(t.s);
    assert_true(tp->sacked_out + tp->lost_out <= tp->packets_out);
    assert_true(tcp_packets_in_flight(tp) <= tp->packets_out + tp->retrans_out);
    const struct segment *s = talk_next(&t);
    assert_non_null(s);
    assert_int_equal(s->seq, 1);
    assert_int_equal(s->len, 960);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(answered_probes_go_on_for_ever, setup, teardown),
        cmocka_unit_test_setup_teardown(a_user_timeout_ends_probing_even_if_the_peer_answers, setup, teardown),
        cmocka_unit_test_setup_teardown(a_user_timeout_ends_retransmission_into_a_closed_window, setup, teardown),
        cmocka_unit_test_setup_teardown(an_icmp_error_is_forgotten_when_the_peer_answers, setup, teardown),
        cmocka_unit_test_setup_teardown(an_icmp_error_is_told_when_the_peer_stays_silent, setup, teardown),
        cmocka_unit_test_setup_teardown(a_smaller_path_does_not_upset_the_counts_without_sack, setup, teardown),
    };
    return cmocka_run_group_tests_name("models/tcp/probe", tests, NULL, NULL);
}
