/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_rcvbuf.c - the receive window: what is offered, when it closes, opens and grows. */
#include "tests/support/peer_test.h"

enum { MSS = 1460 };

static NetsimSocket *accepted(void)
{
    return peer_accept(&t, "mss 1460,sackOK,wscale 7");
}

/* Send @n segments from @from; every ACK's right edge must lie where or beyond where the last one was. */
static uint32_t fill(NetsimSocket *s, uint32_t from, unsigned n, bool reads, uint32_t *edge)
{
    for (unsigned i = 0; i < n; i++, from += MSS) {
        if (*edge && seq_after(1 + from + MSS, *edge)) break;
        g_autofree char *text = g_strdup_printf(". %u:%u(%u) ack 1 win 1000", 1 + from, 1 + from + MSS, MSS);
        peer_send(&t, text);
        if (reads) netsim_recv(s, NULL, 1 << 24, 0);
        peer_wait(&t, 0.01);
        for (; t.next < t.sent->len; t.next++) {
            const struct pkt *p = &g_array_index(t.sent, struct peer_sent, t.next).p;
            uint32_t right = p->ack - PEER_ISN + ((uint32_t) p->window << peer_tcp(s)->rcv_wscale);
            if (*edge) assert_false(seq_before(right, *edge)); /* RFC 9293 s3.8.6: never shrunk */
            *edge = right;
        }
    }
    return from;
}

static void the_window_never_shrinks_and_closes_when_nobody_reads(void **state)
{
    (void) state;
    NetsimSocket *s = accepted();
    uint32_t edge = 0, sent = fill(s, 0, 100000, false, &edge);
    assert_true(sent > 60000); /* all that was offered at first was taken */
    peer_wait(&t, 300);
    peer_skip(&t);
    g_autofree char *probe = g_strdup_printf(". %u:%u(0) ack 1 win 1000", sent, sent);
    peer_send(&t, probe);
    const struct pkt *p = &peer_last(&t)->p;
    assert_true((uint32_t) (p->ack - PEER_ISN) == sent + 1);
    assert_true((uint32_t) p->window << peer_tcp(s)->rcv_wscale < MSS + 1024);
}

/* RFC 1122 s4.2.3.3: no silly windows: it opens by a lot or not at all. */
static void a_closed_window_opens_when_much_was_read(void **state)
{
    (void) state;
    netsim_setsockopt(peer_listen(&t, 5), "rcvbuf", 20000);
    NetsimSocket *s = accepted();
    uint32_t edge = 0;
    fill(s, 0, 100000, false, &edge);
    peer_wait(&t, 300);
    peer_skip(&t);
    uint32_t window = tcp_receive_window(peer_tcp(s));
    netsim_recv(s, NULL, 100, 0);
    assert_int_equal(peer_skip(&t), 0);
    netsim_recv(s, NULL, 1 << 20, 0);
    peer_wait(&t, 0);
    assert_true(peer_skip(&t) >= 1);
    assert_true(tcp_receive_window(peer_tcp(s)) >= 2 * window);
    assert_true(tcp_receive_window(peer_tcp(s)) >= MSS);
}

/* A SYN can offer 65535 at most (RFC 7323 s2.2); the first ACK already scales. */
static void setting_rcvbuf_limits_the_first_window(void **state)
{
    (void) state;
    NetsimSocket *l = peer_listen(&t, 5);
    netsim_setsockopt(l, "rcvbuf", 10000); /* doubled to 20000, half of it is window: 10000, 6 x 1460 */
    peer_send(&t, "S 0:0(0) win 65535 <mss 1460,sackOK,wscale 7>");
    peer_expect(&t, 0, "S. 0:0(0) ack 1 win 8760 <mss 1460,sackOK,wscale 0>");
}

/* Dynamic right-sizing: a reader that keeps up gets a buffer for twice of what arrives in an RTT, at most tcp_rmem[2]. */
static void a_fast_reader_gets_a_larger_window(void **state)
{
    (void) state;
    NetsimSocket *s = accepted();
    int64_t before, after;
    netsim_getsockopt(s, "rcvbuf", &before);
    uint32_t edge = 0, sent = 0;
    for (unsigned round = 0; round < 12; round++) { /* each round is an RTT: all that fits into the window */
        sent = fill(s, sent, 100000, true, &edge);
        peer_wait(&t, 20);
        netsim_recv(s, NULL, 1 << 24, 0);
        if (sent > 6000000) break;
    }
    netsim_getsockopt(s, "rcvbuf", &after);
    assert_int_equal(before, 131072);
    assert_true(after > 2 * before);
    assert_true(after <= t.net->tcp->knobs.rmem[2]);
    assert_true(info_of(s).rcv_ssthresh > 200000);
}

static void without_moderation_the_buffer_stays(void **state)
{
    (void) state;
    netsim_host_sysctl_set((NetsimHost *) t.net, "net.ipv4.tcp_moderate_rcvbuf", "0", NULL);
    NetsimSocket *s = accepted();
    uint32_t edge = 0, sent = 0;
    for (unsigned round = 0; round < 6; round++) {
        sent = fill(s, sent, 200, true, &edge);
        peer_wait(&t, 20);
    }
    int64_t after;
    netsim_getsockopt(s, "rcvbuf", &after);
    assert_int_equal(after, 131072);
}

/* per_mss = 2048 + 256 (1460 + 192 + 320, rounded up to a power of two), ten segments, twice: 46080, as measured. */
static void the_send_buffer_begins_with_46080_bytes(void **state)
{
    (void) state;
    NetsimSocket *s = accepted();
    int64_t sndbuf;
    netsim_getsockopt(s, "sndbuf", &sndbuf);
    assert_int_equal(sndbuf, 46080);
}

/* ss -i of 6.18 shows rcv_ssthresh 64088 = 65536 - 1448 and a DRS space of 10 segments for either side of a connection with timestamps, 64076 without. */
static void one_segment_of_the_window_is_kept_for_the_application(void **state)
{
    (void) state;
    NetsimSocket *s = peer_connect(&t, "mss 1460,sackOK,TS val 1 ecr last,wscale 7", 10);
    assert_int_equal(info_of(s).rcv_ssthresh, 64088);
    assert_int_equal(info_of(s).rcv_space, 14480);
    t.host_port = HOST_PORT;
    t.peer_port++;
    s = peer_accept(&t, "mss 1460,sackOK,TS val 1 ecr 0,wscale 7");
    assert_int_equal(info_of(s).rcv_ssthresh, 64088);
    assert_int_equal(info_of(s).rcv_space, 14480);
    t.peer_port++;
    s = peer_accept(&t, "mss 1460,sackOK,wscale 7");
    assert_int_equal(info_of(s).rcv_ssthresh, 64076);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(the_window_never_shrinks_and_closes_when_nobody_reads),
        T(a_closed_window_opens_when_much_was_read),
        T(setting_rcvbuf_limits_the_first_window),
        T(a_fast_reader_gets_a_larger_window),
        T(without_moderation_the_buffer_stays),
        T(the_send_buffer_begins_with_46080_bytes),
        T(one_segment_of_the_window_is_kept_for_the_application),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
