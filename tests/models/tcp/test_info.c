/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_info.c - struct tcp_info: what limits a sender and for how long, time-outs, a listener's queue. */
#include "tests/support/peer_test.h"

/* Microseconds of a count of jiffies, one more or less. */
static void assert_about_ms(uint64_t us, uint64_t ms)
{
    assert_in_range(us, ms > 4 ? (ms - 4) * 1000 : 0, (ms + 4) * 1000);
}

static void a_closed_window_is_counted_until_it_opens(void **state)
{
    (void) state;
    NetsimSocket *s = peer_accept(&t, "mss 1460,sackOK,wscale 7");
    peer_send(&t, ". 1:2(1) ack 1 win 8");
    peer_send(&t, ". 2:2(0) ack 1 win 8"); /* 1024 bytes; not believed before something newer came */
    peer_wait(&t, 100);
    assert_int_equal(info_of(s).busy_time, 0); /* nothing to send: not busy */
    assert_int_equal(netsim_send(s, NULL, 3000, 0), 3000);
    peer_wait(&t, 100);
    assert_about_ms(info_of(s).rwnd_limited, 100);
    assert_about_ms(info_of(s).busy_time, 100);
    peer_send(&t, ". 2:2(0) ack 1 win 1000");
    peer_wait(&t, 100); /* all is sent, nothing is acknowledged */
    assert_about_ms(info_of(s).rwnd_limited, 100);
    assert_about_ms(info_of(s).busy_time, 200);
    peer_send(&t, ". 2:2(0) ack 3001 win 1000");
    peer_wait(&t, 100);
    NetsimTcpInfo info = info_of(s);
    assert_about_ms(info.busy_time, 200);
    assert_int_equal(info.sndbuf_limited, 0);
}

static void time_outs_are_counted_in_rows(void **state)
{
    (void) state;
    NetsimSocket *s = peer_accept(&t, "mss 1460,sackOK,wscale 7");
    assert_int_equal(netsim_send(s, NULL, 1000, 0), 1000);
    peer_wait(&t, 3000); /* 0.2, 0.6, 1.4 s and the wheel's roundings; the first was a tail loss probe */
    NetsimTcpInfo info = info_of(s);
    assert_in_range(info.total_rto, 2, 4);
    assert_int_equal(info.total_rto, info.retransmits);
    assert_int_equal(info.total_rto_recoveries, 1);
    assert_int_equal(info.rehash, info.total_rto);
    assert_int_equal(info.total_retrans, info.total_rto + 1);
    assert_int_equal(info.bytes_retrans, 1000 * info.total_retrans);
    assert_in_range(info.total_rto_time, 2000, 2900); /* still growing */
    peer_send(&t, ". 1:1(0) ack 1001 win 1000");
    uint32_t time = info_of(s).total_rto_time;
    assert_in_range(time, info.total_rto_time, info.total_rto_time + 1);
    peer_wait(&t, 1000);
    assert_int_equal(info_of(s).total_rto_time, time);
    assert_int_equal(netsim_send(s, NULL, 1000, 0), 1000);
    peer_wait(&t, 2000);
    assert_int_equal(info_of(s).total_rto_recoveries, 2);
    assert_true(info_of(s).total_rto_time > time);
    assert_int_equal(peer_counter(&t, "TcpExtTcpTimeoutRehash"), info_of(s).rehash);
}

static void repeated_syn_acks_are_a_row_of_time_outs(void **state)
{
    (void) state;
    NetsimSocket *l = peer_listen(&t, 5), *s;
    peer_send(&t, "S 0:0(0) win 65535 <mss 1000,sackOK,wscale 7>");
    peer_wait(&t, 4000); /* the SYN-ACK was repeated after 1 and 3 s */
    peer_skip(&t);
    peer_send(&t, ". 1:1(0) ack 1 win 1000");
    assert_int_equal(netsim_accept(l, &s, NULL), 0);
    NetsimTcpInfo info = info_of(s);
    assert_int_equal(info.total_rto, 2);
    assert_int_equal(info.total_rto_recoveries, 1);
    assert_in_range(info.total_rto_time, 3999, 4001);
}

/* tcpi_unacked and tcpi_sacked of a listener. */
static void a_listener_tells_its_queue_and_backlog(void **state)
{
    (void) state;
    NetsimSocket *l = peer_listen(&t, 7);
    assert_int_equal(info_of(l).unacked, 0);
    assert_int_equal(info_of(l).sacked, 7);
    peer_send(&t, "S 0:0(0) win 65535 <mss 1000,sackOK,wscale 7>");
    peer_skip(&t);
    peer_send(&t, ". 1:1(0) ack 1 win 1000");
    NetsimTcpInfo info = info_of(l);
    assert_int_equal(info.unacked, 1);
    assert_int_equal(info.state, TCP_LISTEN);
    assert_int_equal(info.rto, 0);
}

static void the_delivery_rate_says_when_the_application_limited_it(void **state)
{
    (void) state;
    NetsimSocket *s = peer_accept(&t, "mss 1460,sackOK,wscale 7");
    assert_true(info_of(s).delivery_rate_app_limited); /* nothing is known yet */
    assert_int_equal(netsim_setsockopt(s, "sndbuf", 1 << 20), 0);
    assert_true(netsim_send(s, NULL, 200000, 0) > 100000);
    uint32_t acked = 1;
    for (unsigned i = 0; i < 20; i++) {
        peer_wait(&t, 10);
        acked += 2920;
        g_autofree char *ack = g_strdup_printf(". 1:1(0) ack %u win 10000", acked);
        peer_send(&t, ack);
    }
    NetsimTcpInfo info = info_of(s);
    assert_false(info.delivery_rate_app_limited);
    assert_true(info.delivery_rate > 0);
}

/* The names of the members of NetsimTcpInfo as the header has them: " state ca_state ...". */
static char *members_in_header(void)
{
    g_autofree char *header = NULL;
    assert_true(g_file_get_contents(NETSIM_SOURCE_DIR "/include/netsim/sock.h", &header, NULL, NULL));
    char *end = strstr(header, "} NetsimTcpInfo;");
    assert_non_null(end);
    *end = '\0';
    g_autoptr(GRegex) name = g_regex_new("/\\*.*?\\*/|(\\w+)(?=[,;])", G_REGEX_DOTALL, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    GString *names = g_string_new(NULL);
    for (g_regex_match(name, g_strrstr(header, "typedef struct {"), 0, &match); g_match_info_matches(match); g_match_info_next(match, NULL)) {
        g_autofree char *word = g_match_info_fetch(match, 1);
        if (word && *word) g_string_append_printf(names, " %s", word);
    }
    return g_string_free(names, FALSE);
}

static void the_list_of_fields_has_all_of_them_in_order(void **state)
{
    (void) state;
    g_autofree char *members = members_in_header();
#define NAME(field) " " #field
    assert_string_equal(NETSIM_TCP_INFO_FIELDS(NAME), members);
#undef NAME
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_closed_window_is_counted_until_it_opens),
        TEST(time_outs_are_counted_in_rows),
        TEST(repeated_syn_acks_are_a_row_of_time_outs),
        TEST(a_listener_tells_its_queue_and_backlog),
        TEST(the_delivery_rate_says_when_the_application_limited_it),
        TEST(the_list_of_fields_has_all_of_them_in_order),
    };
    return cmocka_run_group_tests_name("models/tcp/info", tests, NULL, NULL);
}
