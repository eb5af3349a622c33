/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_handshake.c - how connections begin, from either side. */
#include "tests/support/peer_test.h"

static void other_kernel(const char *kernel)
{
    peer_close(&t);
    peer_open(&t, kernel);
}

/* RFC 9293 s3.5; option layout and windows as captured: 64240 = 44 x 1460 in a SYN, 65160 = 45 x 1448 in a SYN-ACK. */
static void a_syn_offers_64240_bytes_and_every_option(void **state)
{
    (void) state;
    NetsimSocket *s = peer_socket(&t);
    assert_int_equal(netsim_connect(s, (NetsimAddress){ t.peer_addr, PEER_PORT }), -EINPROGRESS);
    peer_expect(&t, 0, "S 0:0(0) win 64240");
    const struct pkt *p = &peer_last(&t)->p;
    assert_int_equal(p->flags & (PKT_HAS_MSS | PKT_SACK_OK | PKT_HAS_TS | PKT_HAS_WSCALE), PKT_HAS_MSS | PKT_SACK_OK | PKT_HAS_TS | PKT_HAS_WSCALE);
    assert_int_equal(p->mss, 1460);
    assert_int_equal(p->tsecr, 0);
    t.host_port = p->sport;
    peer_wait(&t, 20);
    peer_send(&t, "S. 0:0(0) ack 1 win 65535 <mss 1460,sackOK,TS val 7 ecr last,wscale 7>");
    peer_expect(&t, 0, ". 1:1(0) ack 1 <TS>");
    assert_int_equal(peer_last(&t)->p.tsecr, 7);
    assert_int_equal(netsim_poll(s) & NETSIM_POLLOUT, NETSIM_POLLOUT);
    peer_close_clean(&t);
    peer_open(&t, NULL);
}

static void a_syn_ack_offers_65160_bytes_with_timestamps(void **state)
{
    (void) state;
    peer_listen(&t, 5);
    peer_send(&t, "S 0:0(0) win 65535 <mss 1460,sackOK,TS val 5 ecr 0,wscale 7>");
    peer_expect(&t, 0, "S. 0:0(0) ack 1 win 65160");
    assert_int_equal(peer_last(&t)->p.tsecr, 5);
}

static void a_syn_ack_offers_64240_bytes_without_timestamps(void **state)
{
    (void) state;
    peer_listen(&t, 5);
    peer_send(&t, "S 0:0(0) win 65535 <mss 1460,sackOK,wscale 7>");
    peer_expect(&t, 0, "S. 0:0(0) ack 1 win 64240 <mss 1460,sackOK,wscale 10>"); /* rmem 32 MiB: 2^25 / 2^15 */
}

/* RFC 7323 s1.3, RFC 2018 s2: an option is answered only when it was offered. */
static void options_that_the_peer_did_not_offer_are_not_sent(void **state)
{
    (void) state;
    peer_listen(&t, 5);
    peer_send(&t, "S 0:0(0) win 65535 <mss 1000>");
    peer_expect(&t, 0, "S. 0:0(0) ack 1 <mss 1460>");
    peer_send(&t, ". 1:1(0) ack 1 win 5000");
    NetsimSocket *s = NULL;
    assert_int_equal(netsim_accept(t.listener, &s, NULL), 0);
    netsim_send(s, NULL, 1500, 0);
    peer_expect(&t, 0, ". 1:1001(1000) ack 1 <>");
}

static void kernels_of_old_offer_small_windows(void **state)
{
    (void) state;
    static const struct {
        const char *kernel;
        unsigned win;
    } windows[] = { { "rhel6.1", 5840 }, { "rhel6.2", 14600 }, { "rhel7", 29200 }, { "linux6.1", 64240 } };
    for (size_t i = 0; i < G_N_ELEMENTS(windows); i++) {
        other_kernel(windows[i].kernel);
        NetsimSocket *s = peer_socket(&t);
        assert_int_equal(netsim_connect(s, (NetsimAddress){ t.peer_addr, PEER_PORT }), -EINPROGRESS);
        g_autofree char *text = g_strdup_printf("S 0:0(0) win %u", windows[i].win);
        peer_expect(&t, 0, text);
    }
}

/* tcp_syn_retries 6 and tcp_syn_linear_timeouts 4: 1 s five times, then doubling; each on the wheel.  Captured (syn-exhaust-default):
 * 1019/1024/1024/1024/1024/2016/4256/8192/16128/33024 ms, ETIMEDOUT at 134.29 s. */
static void a_syn_is_repeated_at_1_1_1_1_1_2_4_8_16_33_s_and_given_up_after_134_s(void **state)
{
    (void) state;
    static const double nominal_s[] = { 1, 1, 1, 1, 1, 2, 4, 8, 16, 32 };
    NetsimSocket *s = peer_socket(&t);
    assert_int_equal(netsim_connect(s, (NetsimAddress){ t.peer_addr, PEER_PORT }), -EINPROGRESS);
    peer_expect(&t, 0, "S 0:0(0)");
    double total = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(nominal_s); i++) {
        double after = peer_wheel_ms(&t, (uint32_t) (nominal_s[i] * 250));
        assert_true(after >= nominal_s[i] * 1000);
        assert_true(after <= nominal_s[i] * 1000 + (nominal_s[i] < 2.016 ? 36 : nominal_s[i] < 16 ? 260 : 2052));
        peer_expect(&t, after, "S 0:0(0)");
        total += after;
    }
    double last = peer_wheel_ms(&t, 64 * 250);
    peer_expect_nothing(&t, last - 1);
    assert_int_equal(netsim_poll(s) & NETSIM_POLLERR, 0);
    peer_wait(&t, 2);
    total += last;
    assert_in_range((unsigned) total, 131000, 136000);
    assert_int_equal(netsim_sock_error(s), ETIMEDOUT);
    assert_int_equal(peer_counter(&t, "TcpExtTCPSynRetrans"), 10);
    assert_int_equal(peer_counter(&t, "TcpAttemptFails"), 1);
}

/* Before 6.5 no linear phase: 1, 2, 4 ... (RFC 6298 s5.5); before 3.1 the first one after 3 s (RFC 2988 s2.1). */
static void older_kernels_double_from_the_first_repeat(void **state)
{
    (void) state;
    static const struct {
        const char *kernel;
        double first_s;
        unsigned n;
    } kernels[] = { { "linux6.1", 1, 6 }, { "rhel7", 1, 6 }, { "rhel6.2", 3, 5 } };
    for (size_t i = 0; i < G_N_ELEMENTS(kernels); i++) {
        other_kernel(kernels[i].kernel);
        NetsimSocket *s = peer_socket(&t);
        netsim_connect(s, (NetsimAddress){ t.peer_addr, PEER_PORT });
        peer_expect(&t, 0, "S 0:0(0)");
        double rto = kernels[i].first_s;
        for (unsigned k = 0; k < kernels[i].n; k++, rto *= 2)
            peer_expect(&t, peer_wheel_ms(&t, (uint32_t) (rto * t.net->wheel.hz)), "S 0:0(0)");
        peer_expect_nothing(&t, peer_wheel_ms(&t, (uint32_t) (rto * t.net->wheel.hz)) + 1);
        assert_int_equal(netsim_sock_error(s), ETIMEDOUT);
    }
}

/* RFC 9293 s3.10.7.3 */
static void a_reset_refuses_a_connection(void **state)
{
    (void) state;
    NetsimSocket *s = peer_socket(&t);
    netsim_connect(s, (NetsimAddress){ t.peer_addr, PEER_PORT });
    peer_expect(&t, 0, "S 0:0(0)");
    t.host_port = netsim_sock_local(s).port;
    peer_send(&t, "R. 0:0(0) ack 1");
    assert_int_equal(netsim_sock_error(s), ECONNREFUSED);
    assert_int_equal(t.net->tcp->skbs.live, 0);
}

/* RFC 9293 s3.10.7.3: an ACK that is not ours is answered with a RST at its number, and changes nothing. */
static void an_unacceptable_ack_of_a_syn_is_reset(void **state)
{
    (void) state;
    NetsimSocket *s = peer_socket(&t);
    netsim_connect(s, (NetsimAddress){ t.peer_addr, PEER_PORT });
    peer_expect(&t, 0, "S 0:0(0)");
    t.host_port = netsim_sock_local(s).port;
    peer_send(&t, "S. 0:0(0) ack 5 <mss 1460>");
    peer_expect(&t, 0, "R 5:5(0)");
    peer_send(&t, "S. 0:0(0) ack 1 <mss 1460>");
    peer_expect(&t, 0, ". 1:1(0) ack 1");
}

/* RFC 9293 s3.5 figure 7 */
static void both_may_open_at_once(void **state)
{
    (void) state;
    NetsimSocket *s = peer_socket(&t);
    netsim_connect(s, (NetsimAddress){ t.peer_addr, PEER_PORT });
    peer_expect(&t, 0, "S 0:0(0)");
    t.host_port = netsim_sock_local(s).port;
    peer_wait(&t, 5);
    peer_send(&t, "S 0:0(0) win 65535 <mss 1460,sackOK,wscale 7>");
    peer_expect(&t, 0, "S. 0:0(0) ack 1");
    peer_send(&t, "S. 0:0(0) ack 1 win 65535 <mss 1460,sackOK,wscale 7>");
    assert_int_equal(s->state, TCP_ESTABLISHED);
    peer_skip(&t);
    assert_int_equal(netsim_send(s, NULL, 100, 0), 100);
    peer_expect(&t, 0, "P. 1:101(100) ack 1");
    peer_send(&t, ". 1:1(0) ack 101 win 500");
    peer_send(&t, "P. 1:11(10) ack 101 win 500");
    assert_int_equal(netsim_recv(s, NULL, 100, 0), 10);
    peer_close_clean(&t);
    peer_open(&t, NULL);
}

/* RFC 6298 s5.7: no sample from the handshake, RTO 3 s. */
static void after_a_repeated_syn_without_timestamps_the_rto_is_3_s(void **state)
{
    (void) state;
    NetsimSocket *s = peer_socket(&t);
    netsim_connect(s, (NetsimAddress){ t.peer_addr, PEER_PORT });
    peer_expect(&t, 0, "S 0:0(0)");
    t.host_port = netsim_sock_local(s).port;
    peer_expect(&t, peer_wheel_ms(&t, 250), "S 0:0(0)");
    peer_send(&t, "S. 0:0(0) ack 1 win 65535 <mss 1460,sackOK>");
    peer_expect(&t, 0, ". 1:1(0) ack 1");
    NetsimTcpInfo info;
    assert_int_equal(netsim_tcp_info(s, &info), 0);
    assert_int_equal(info.rto, 3000000);
    assert_int_equal(info.snd_cwnd, 10); /* one lost SYN is forgiven: RFC 5681 s3.1 as tcp_init_transfer() reads it */
}

static void after_two_repeated_syns_the_window_is_one_segment(void **state)
{
    (void) state;
    NetsimSocket *s = peer_socket(&t);
    netsim_connect(s, (NetsimAddress){ t.peer_addr, PEER_PORT });
    peer_expect(&t, 0, "S 0:0(0)");
    t.host_port = netsim_sock_local(s).port;
    for (int i = 0; i < 2; i++) peer_expect(&t, peer_wheel_ms(&t, 250), "S 0:0(0)");
    peer_send(&t, "S. 0:0(0) ack 1 win 65535 <mss 1460,sackOK>");
    peer_expect(&t, 0, ". 1:1(0) ack 1");
    NetsimTcpInfo info;
    assert_int_equal(netsim_tcp_info(s, &info), 0);
    assert_int_equal(info.snd_cwnd, 1);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(a_syn_offers_64240_bytes_and_every_option),
        T(a_syn_ack_offers_65160_bytes_with_timestamps),
        T(a_syn_ack_offers_64240_bytes_without_timestamps),
        T(options_that_the_peer_did_not_offer_are_not_sent),
        T(kernels_of_old_offer_small_windows),
        T(a_syn_is_repeated_at_1_1_1_1_1_2_4_8_16_33_s_and_given_up_after_134_s),
        T(older_kernels_double_from_the_first_repeat),
        T(a_reset_refuses_a_connection),
        T(an_unacceptable_ack_of_a_syn_is_reset),
        T(both_may_open_at_once),
        T(after_a_repeated_syn_without_timestamps_the_rto_is_3_s),
        T(after_two_repeated_syns_the_window_is_one_segment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
