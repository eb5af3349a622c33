/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_collapse.c - the memory of receive queues.  A head of 832 bytes has room for 192 bytes behind NET_SKB_PAD, one of
 * 1280 for 640; headers are 40 bytes here (sizeof(struct sk_buff) 256, skb_shared_info 320, slabs of 576 and 1024 bytes).
 */
#include "tests/support/segments_test.h"

enum { SMALL = 832, PAGE = 4352, PAGE_PAYLOAD = 3776, BUFFER = 20000, OFFERED = BUFFER / 2 };

static void accepted(void)
{
    t.net->sock->knobs.rmem_default = t.net->tcp->knobs.rmem[1] = t.net->tcp->knobs.rmem[2] = BUFFER;
    talk_accept(&t, true, 10000);
}

/* The byte of the peer's stream with sequence number @seq. */
static uint8_t byte_at(uint32_t seq)
{
    return (uint8_t) (seq % 251);
}

static void say(uint32_t seq, uint32_t len)
{
    struct pkt *p = talk_segment(&t, TCPHDR_ACK, seq, 1, len, 10000);
    struct pkt_ext *ext = pkt_ext(p);
    ext->bytes = g_malloc(len);
    ext->n_bytes = len;
    for (uint32_t i = 0; i < len; i++) ext->bytes[i] = byte_at(seq + i);
    talk_deliver(&t, p);
}

static void reads(uint32_t seq, uint32_t len)
{
    g_autofree uint8_t *got = g_malloc(len + 1);
    assert_int_equal(netsim_recv(t.s, got, len + 1, 0), len);
    for (uint32_t i = 0; i < len; i++) assert_int_equal(got[i], byte_at(seq + i));
}

static const struct tcp_sock *sk(void)
{
    return tcp_sk(t.s);
}

static void small_segments_share_a_head(void **state)
{
    (void) state;
    accepted();
    for (uint32_t i = 0; i < 15; i++) say(1 + 10 * i, 10); /* 40 + 15 x 10 <= 192 */
    assert_int_equal(sk()->sk.rmem_alloc, SMALL);
    assert_int_equal(net_count(t.net, SNMP_TCPEXT_TCPRCVCOALESCE), 14);
    say(151, 10);
    assert_int_equal(sk()->sk.rmem_alloc, 2 * SMALL);
    reads(1, 160);
    assert_int_equal(sk()->sk.rmem_alloc, 0);
}

static void out_of_order_too_even_a_fin(void **state)
{
    (void) state;
    accepted();
    say(1001, 100);
    say(1101, 50);
    assert_int_equal(sk()->sk.rmem_alloc, SMALL);
    talk_say(&t, TCPHDR_ACK | TCPHDR_FIN, 1151, 1, 2, 10000);
    assert_int_equal(sk()->sk.rmem_alloc, SMALL);
    assert_int_equal(net_count(t.net, SNMP_TCPEXT_TCPRCVCOALESCE), 2);
    say(1, 1000);
    assert_int_equal(sk()->sk.state, TCP_CLOSE_WAIT);
    uint8_t got[2000];
    assert_int_equal(netsim_recv(t.s, got, sizeof got, 0), 1152);
    assert_int_equal(netsim_recv(t.s, got, sizeof got, 0), 0);
}

/* 400 bytes take 1280: the buffer is full before the window is.  Copied into pages, all that was offered fits. */
static void bloated_segments_are_collapsed_when_the_buffer_is_full(void **state)
{
    (void) state;
    accepted();
    uint32_t seq = 1;
    for (; seq + 400 <= OFFERED; seq += 400) say(seq, 400);
    assert_true(net_count(t.net, SNMP_TCPEXT_PRUNECALLED) > 0);
    assert_int_equal(net_count(t.net, SNMP_TCPEXT_RCVPRUNED), 0);
    assert_int_equal(net_count(t.net, SNMP_TCPEXT_TCPRCVCOLLAPSED), BUFFER / 1280 + 1); /* what exceeded it, at once */
    assert_true(sk()->sk.rmem_alloc <= BUFFER);
    assert_int_equal(sk()->rcv_nxt - TALK_ISN, seq);
    reads(1, seq - 1);
    assert_int_equal(sk()->sk.rmem_alloc, 0);
}

static void what_was_read_is_not_copied(void **state)
{
    (void) state;
    accepted();
    say(1, 400);
    uint8_t got[300];
    assert_int_equal(netsim_recv(t.s, got, 300, 0), 300);
    uint32_t seq = 401;
    for (; !net_count(t.net, SNMP_TCPEXT_TCPRCVCOLLAPSED) && seq < OFFERED; seq += 400) say(seq, 400);
    uint32_t copied = seq - 400 - 301; /* all but the last, which made it necessary, and what was read */
    uint32_t pages = (copied + PAGE_PAYLOAD - 1) / PAGE_PAYLOAD;
    assert_in_range(sk()->sk.rmem_alloc, (pages - 1) * PAGE + SMALL, pages * PAGE + 1280);
    reads(301, seq - 301);
}

/* Each island by itself: the gap between them stays one. */
static void islands_are_collapsed_each_by_itself(void **state)
{
    (void) state;
    accepted();
    uint32_t n = 0;
    for (uint32_t i = 0; !net_count(t.net, SNMP_TCPEXT_TCPRCVCOLLAPSED) && i < 9; i++) {
        say(1001 + i * 400, 400);
        say(5001 + i * 400, 400);
        n = (i + 1) * 400;
    }
    assert_true(net_count(t.net, SNMP_TCPEXT_TCPRCVCOLLAPSED) > 0);
    assert_int_equal(net_count(t.net, SNMP_TCPEXT_OFOPRUNED), 0);
    say(1, 1000);
    reads(1, 1000 + n);
    say(1001 + n, 4000 - n);
    assert_int_equal(sk()->rcv_nxt - TALK_ISN, 5001 + n);
    reads(1001 + n, 4000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(small_segments_share_a_head, setup, teardown),
        cmocka_unit_test_setup_teardown(out_of_order_too_even_a_fin, setup, teardown),
        cmocka_unit_test_setup_teardown(bloated_segments_are_collapsed_when_the_buffer_is_full, setup, teardown),
        cmocka_unit_test_setup_teardown(what_was_read_is_not_copied, setup, teardown),
        cmocka_unit_test_setup_teardown(islands_are_collapsed_each_by_itself, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
