/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_segments.c - single segments that arrive where they should not, and what the socket says then. */
#include "tests/support/segments_test.h"

#include <netsim/trace.h>

static void silent(void)
{
    const struct segment *s = talk_next(&t);
    if (s) fail_msg("the host said %02x %u:%u ack %u", s->flags, s->seq, s->seq + s->len, s->ack);
}

static void says(uint8_t flags, uint32_t seq, uint32_t ack)
{
    const struct segment *s = talk_next(&t);
    assert_non_null(s);
    assert_int_equal(s->flags, flags);
    assert_int_equal(s->seq, seq);
    if (flags & TCPHDR_ACK) assert_int_equal(s->ack, ack);
}

static void listen_for_one(void)
{
    t.listener = netsim_socket(t.process, NETSIM_SOCK_STREAM);
    assert_int_equal(netsim_bind(t.listener, (NetsimAddress){ 0, TALK_PORT }), 0);
    assert_int_equal(netsim_listen(t.listener, 5), 0);
}

/* ---- SYN_RECV ---- */

static void a_request_answers_what_lies_outside_its_window_by_a_bare_ack(void **state)
{
    (void) state;
    listen_for_one();
    talk_syn(&t, true);
    talk_skip(&t);
    talk_say(&t, TCPHDR_ACK, 200000, 1, 100, 1000); /* far beyond: data is always answered */
    says(TCPHDR_ACK, 1, 1);
    talk_say(&t, TCPHDR_ACK, 0, 1, 0, 1000); /* below */
    says(TCPHDR_ACK, 1, 1);
    talk_say(&t, TCPHDR_ACK, 0, 1, 0, 1000); /* the rate limit */
    silent();
    talk_wait(&t, 600 * NETSIM_MS);
    talk_say(&t, TCPHDR_ACK, 0, 1, 0, 1000);
    says(TCPHDR_ACK, 1, 1);
    talk_say(&t, TCPHDR_ACK, 1, 1, 0, 1000);
    assert_int_equal(netsim_accept(t.listener, &t.s, NULL), 0);
}

static void a_repeated_syn_ack_is_the_connections_first_retransmission(void **state)
{
    (void) state;
    listen_for_one();
    talk_syn(&t, true);
    talk_wait(&t, 600 * NETSIM_MS);
    talk_syn(&t, true); /* the peer's repeat, before our timer */
    talk_say(&t, TCPHDR_ACK, 1, 1, 0, 1000);
    assert_int_equal(netsim_accept(t.listener, &t.s, NULL), 0);
    NetsimTcpInfo info;
    assert_int_equal(netsim_tcp_info(t.s, &info), 0);
    assert_int_equal(info.total_retrans, 1);
}

static void children_follow_the_knob_unless_the_listener_chose(void **state)
{
    (void) state;
    listen_for_one();
    g_strlcpy(t.net->tcp->knobs.congestion_control, "reno", 16);
    talk_syn(&t, true);
    talk_say(&t, TCPHDR_ACK, 1, 1, 0, 1000);
    assert_int_equal(netsim_accept(t.listener, &t.s, NULL), 0);
    assert_ptr_equal(tcp_sk(t.s)->ca_ops, &tcp_reno);
    assert_int_equal(netsim_set_congestion_control(t.listener, "cubic"), 0);
    t.peer_port++;
    talk_syn(&t, true);
    talk_say(&t, TCPHDR_ACK, 1, 1, 0, 1000);
    assert_int_equal(netsim_accept(t.listener, &t.s, NULL), 0);
    assert_ptr_equal(tcp_sk(t.s)->ca_ops, &tcp_cubic);
}

/* ---- the window ---- */

static void small_buffer(const char *kernel)
{
    if (kernel) {
        talk_close(&t);
        talk_open(&t, kernel);
    }
    t.net->sock->knobs.rmem_default = t.net->tcp->knobs.rmem[1] = 20000;
    t.net->tcp->knobs.rmem[2] = 20000;
    talk_accept(&t, true, 10000);
}

static void data_beyond_the_window_is_refused_while_there_is_unread_data(void **state)
{
    (void) state;
    small_buffer(NULL);
    talk_say(&t, TCPHDR_ACK, 1, 1, 1000, 10000);
    talk_skip(&t);
    talk_say(&t, TCPHDR_ACK, 1001, 1, 30000, 10000);
    says(TCPHDR_ACK, 1, 1001);
    assert_int_equal(light_drops(t.net, DROP_TCP_INVALID_END_SEQUENCE), 1);
    talk_wait(&t, NETSIM_S);
    assert_int_equal(netsim_recv(t.s, NULL, 50000, 0), 1000);
    talk_skip(&t);
    talk_say(&t, TCPHDR_ACK, 1001, 1, 30000, 10000);
    assert_int_equal(netsim_recv(t.s, NULL, 50000, 0), 30000);
}

static void before_6_17_the_beginning_of_a_segment_decided(void **state)
{
    (void) state;
    small_buffer("linux6.1");
    talk_say(&t, TCPHDR_ACK, 1, 1, 1000, 10000);
    talk_say(&t, TCPHDR_ACK, 1001, 1, 30000, 10000);
    assert_int_equal(netsim_recv(t.s, NULL, 50000, 0), 31000);
}

static void a_reader_of_much_is_woken_when_no_more_fits(void **state)
{
    (void) state;
    talk_accept(&t, true, 10000);
    assert_int_equal(netsim_setsockopt(t.s, "rcvlowat", 1 << 20), 0);
    assert_true(t.s->rcvbuf >= 2 << 20); /* so much must fit */
    assert_int_equal(netsim_setsockopt(t.s, "rcvbuf", 5000), 0);
    assert_int_equal(netsim_setsockopt(t.s, "rcvlowat", 1 << 20), 0);
    uint32_t seq = 1;
    for (unsigned i = 0; i < 100 && !(netsim_poll(t.s) & NETSIM_POLLIN); i++) {
        talk_say(&t, TCPHDR_ACK, seq, 1, 500, 10000);
        seq = tcp_sk(t.s)->rcv_nxt - TALK_ISN;
    }
    assert_true(netsim_poll(t.s) & NETSIM_POLLIN);
    assert_in_range(seq, 1000, 10000);
}

static void a_lower_segment_prunes_higher_ones_once(void **state)
{
    (void) state;
    small_buffer(NULL);
    const struct tcp_sock *tp = tcp_sk(t.s);
    uint32_t seq = 3001;
    for (; tp->sk.rmem_alloc <= tp->sk.rcvbuf && seq < 9000; seq += 200) talk_say(&t, TCPHDR_ACK, seq, 1, 100, 10000);
    assert_true(tp->sk.rmem_alloc > tp->sk.rcvbuf);
    talk_say(&t, TCPHDR_ACK, seq, 1, 100, 10000); /* it would be the highest: nothing is given up for it */
    assert_int_equal(net_count(t.net, SNMP_TCPEXT_OFOPRUNED), 0);
    assert_int_equal(net_count(t.net, SNMP_TCPEXT_TCPOFODROP), 1);
    talk_say(&t, TCPHDR_ACK, 1001, 1, 100, 10000);
    assert_int_equal(net_count(t.net, SNMP_TCPEXT_OFOPRUNED), 1);
    assert_true(tp->sk.rmem_alloc <= tp->sk.rcvbuf);
}

static void content_shorter_than_its_segment_ends_in_zeros(void **state)
{
    (void) state;
    talk_accept(&t, true, 10000);
    struct pkt *p = talk_segment(&t, TCPHDR_ACK, 1, 1, 6, 10000);
    pkt_ext(p)->bytes = g_memdup2("ab", 2);
    p->ext->n_bytes = 2;
    talk_deliver(&t, p);
    char got[6];
    assert_int_equal(netsim_recv(t.s, got, sizeof got, 0), 6);
    assert_memory_equal(got, "ab\0\0\0\0", 6);
}

/* ---- writing ---- */

static void a_socket_is_writable_again_below_half_of_notsent_lowat(void **state)
{
    (void) state;
    t.net->tcp->knobs.notsent_lowat = 10000;
    talk_accept(&t, true, 1000);
    assert_true(netsim_poll(t.s) & NETSIM_POLLOUT);
    assert_int_equal(netsim_send(t.s, NULL, 8000, 0), 8000);
    assert_false(netsim_poll(t.s) & NETSIM_POLLOUT);
}

/* ---- closing ---- */

static void lingering_for_no_time_resets_only_a_peer_who_waits(void **state)
{
    (void) state;
    talk_accept(&t, true, 10000);
    talk_say(&t, TCPHDR_ACK | TCPHDR_FIN, 1, 1, 0, 10000);
    assert_int_equal(netsim_shutdown(t.s, NETSIM_SHUT_WR), 0); /* LAST_ACK: all is said */
    assert_int_equal(netsim_setsockopt(t.s, "linger", 0), 0);
    talk_wait(&t, NETSIM_MS);
    talk_skip(&t);
    netsim_close(t.s);
    talk_wait(&t, NETSIM_MS);
    silent();
}

static void shutdown_ends_an_attempt_to_connect(void **state)
{
    (void) state;
    NetsimSocket *s = netsim_socket(t.process, NETSIM_SOCK_STREAM);
    assert_int_equal(netsim_connect(s, (NetsimAddress){ TALK_PEER, 9 }), -EINPROGRESS);
    assert_int_equal(netsim_shutdown(s, NETSIM_SHUT_RD), 0);
    assert_true(netsim_poll(s) & NETSIM_POLLHUP);
    assert_int_equal(netsim_sock_error(s), ECONNRESET);
}

/* The host closes first: it is in FIN_WAIT_2 without a socket. */
static void orphan(void)
{
    talk_accept(&t, true, 10000);
    netsim_close(t.s);
    talk_wait(&t, NETSIM_MS);
    talk_say(&t, TCPHDR_ACK, 1, 2, 0, 10000);
    assert_int_equal(t.net->tcp->n_timewait, 1);
    talk_skip(&t);
}

static void a_syn_ends_an_orphan_in_fin_wait_2(void **state)
{
    (void) state;
    orphan();
    talk_say(&t, TCPHDR_SYN, 1, 0, 0, 10000);
    const struct segment *s = talk_next(&t);
    assert_non_null(s);
    assert_true(s->flags & TCPHDR_RST);
    assert_int_equal(t.net->tcp->n_timewait, 0);
}

static void time_wait_answers_every_data_segment_but_few_empty_ones(void **state)
{
    (void) state;
    orphan();
    talk_say(&t, TCPHDR_ACK | TCPHDR_FIN, 1, 2, 0, 10000);
    says(TCPHDR_ACK, 2, 2);
    for (unsigned i = 0; i < 3; i++) {
        talk_say(&t, TCPHDR_ACK, 1, 2, 100, 10000);
        says(TCPHDR_ACK, 2, 2);
    }
    talk_say(&t, TCPHDR_ACK, 1, 2, 0, 10000);
    says(TCPHDR_ACK, 2, 2);
    talk_say(&t, TCPHDR_ACK, 1, 2, 0, 10000);
    silent();
    assert_int_equal(net_count(t.net, SNMP_TCPEXT_TCPACKSKIPPEDTIMEWAIT), 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_request_answers_what_lies_outside_its_window_by_a_bare_ack),
        TEST(a_repeated_syn_ack_is_the_connections_first_retransmission),
        TEST(children_follow_the_knob_unless_the_listener_chose),
        TEST(data_beyond_the_window_is_refused_while_there_is_unread_data),
        TEST(before_6_17_the_beginning_of_a_segment_decided),
        TEST(a_reader_of_much_is_woken_when_no_more_fits),
        TEST(a_lower_segment_prunes_higher_ones_once),
        TEST(content_shorter_than_its_segment_ends_in_zeros),
        TEST(a_socket_is_writable_again_below_half_of_notsent_lowat),
        TEST(lingering_for_no_time_resets_only_a_peer_who_waits),
        TEST(shutdown_ends_an_attempt_to_connect),
        TEST(a_syn_ends_an_orphan_in_fin_wait_2),
        TEST(time_wait_answers_every_data_segment_but_few_empty_ones),
    };
    return cmocka_run_group_tests_name("models/tcp/segments", tests, NULL, NULL);
}
