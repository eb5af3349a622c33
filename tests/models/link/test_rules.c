/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/ends.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

enum { HEADER = 52, MSS = 1448 };

static const NetsimLinkConfig wire = { .delay = NETSIM_MS };

static struct pkt *segment(struct ends *e, uint16_t sport, unsigned flags, uint32_t seq, uint32_t payload)
{
    struct pkt *p = ends_packet(e, HEADER + payload);
    p->proto = PROTO_TCP;
    p->hdr_len = HEADER;
    p->sport = sport;
    p->dport = 80;
    p->tcp_flags = (uint8_t) flags;
    p->seq = seq;
    return p;
}

/* Send it; was it taken? */
static bool passes(struct ends *e, unsigned flags, uint32_t seq, uint32_t payload)
{
    return ends_hand(e, segment(e, 1000, flags, seq, payload)) == N_DROP_REASONS;
}

static bool data_passes(struct ends *e, uint32_t seq)
{
    return passes(e, TCPHDR_ACK, seq, MSS);
}

static void open_with_rule(struct ends *e, NetsimLinkRule rule)
{
    ends_open(e, 1, &wire, NULL);
    assert_true(netsim_link_add_rule(e->link, false, &rule, NULL));
}

static void close_all(struct ends *e)
{
    ends_drain(e);
    ends_close(e);
}

static void exactly_the_kth_new_segments_are_dropped(void **state)
{
    (void) state;
    struct ends e;
    open_with_rule(&e, (NetsimLinkRule){ .match = NETSIM_MATCH_NEW, .first = 3, .last = 4 });
    assert_true(passes(&e, TCPHDR_SYN, 99, 0));
    assert_true(passes(&e, TCPHDR_ACK, 100, 0));
    for (unsigned k = 1; k <= 10; k++) {
        assert_int_equal(data_passes(&e, 100 + (k - 1) * MSS), k != 3 && k != 4);
        assert_true(passes(&e, TCPHDR_ACK, 100 + k * MSS, 0)); /* pure ACKs do not count */
    }
    assert_true(data_passes(&e, 100 + 2 * MSS)); /* sent again: not new */
    assert_int_equal(ends_stats(&e).rule_drops, 2);
    assert_int_equal(e.link->a2b.drops.counts->pkts[DROP_LINK_RULE], 2);
    close_all(&e);
}

static void new_segments_are_told_from_old_ones_across_the_wrap(void **state)
{
    (void) state;
    struct ends e;
    open_with_rule(&e, (NetsimLinkRule){ .match = NETSIM_MATCH_RETX, .first = 1, .last = UINT32_MAX });
    uint32_t isn = 0u - 2 * MSS;
    assert_true(passes(&e, TCPHDR_SYN, isn - 1, 0));
    assert_true(passes(&e, TCPHDR_SYN, isn - 1, 0)); /* the SYN again changes nothing */
    for (unsigned k = 0; k < 5; k++) assert_true(data_passes(&e, isn + k * MSS));
    for (unsigned k = 0; k < 5; k++) assert_false(data_passes(&e, isn + k * MSS));
    assert_true(data_passes(&e, isn + 5 * MSS));
    /* The same ports again, with a lower initial sequence number: another connection. */
    assert_true(passes(&e, TCPHDR_SYN, isn - 1000000, 0));
    assert_true(data_passes(&e, isn - 999999));
    assert_false(data_passes(&e, isn - 999999));
    close_all(&e);
}

/* TCP Fast Open: the SYN takes one sequence number, its payload begins behind it (RFC 7413). */
static void payload_on_a_syn_is_new_and_sent_again_it_is_not(void **state)
{
    (void) state;
    struct ends e;
    open_with_rule(&e, (NetsimLinkRule){ .match = NETSIM_MATCH_RETX, .first = 1, .last = UINT32_MAX });
    assert_true(passes(&e, TCPHDR_SYN, 99, 100));
    assert_false(passes(&e, TCPHDR_ACK, 100, 100));
    assert_true(passes(&e, TCPHDR_ACK, 200, 1));
    assert_false(passes(&e, TCPHDR_SYN, 99, 100));
    close_all(&e);
}

static void flows_are_classified_apart(void **state)
{
    (void) state;
    struct ends e;
    open_with_rule(&e, (NetsimLinkRule){ .match = NETSIM_MATCH_RETX, .first = 1, .last = UINT32_MAX });
    for (uint16_t port = 1; port <= 100; port++)
        assert_int_equal(ends_hand(&e, segment(&e, port, TCPHDR_ACK, 5000u * (101 - port), MSS)), N_DROP_REASONS);
    for (uint16_t port = 1; port <= 100; port++)
        assert_int_equal(ends_hand(&e, segment(&e, port, TCPHDR_ACK, 5000u * (101 - port), MSS)), DROP_LINK_RULE);
    close_all(&e);
}

static void the_nth_retransmission_of_the_kth_segment_is_dropped(void **state)
{
    (void) state;
    struct ends e;
    open_with_rule(&e, (NetsimLinkRule){ .match = NETSIM_MATCH_RETX, .first = 2, .last = 2, .nth = 2, .nth_last = 3 });
    for (unsigned k = 0; k < 4; k++) assert_true(data_passes(&e, k * MSS));
    static const bool passes_at[] = { true, false, false, true };
    for (unsigned n = 0; n < 4; n++) {
        assert_true(data_passes(&e, 0)); /* the first segment: never meant */
        assert_int_equal(data_passes(&e, MSS), passes_at[n]);
        assert_true(data_passes(&e, 2 * MSS));
    }
    close_all(&e);
}

/* Each kind of packet against the match that means it, and no other. */
static void kinds_are_those_of_the_trace_collection(void **state)
{
    (void) state;
    static const struct {
        NetsimMatch match;
        bool hits[10];
    } table[] = { /*             SYN SYNACK ACK data retx FIN FINdata RST UDP ICMP */
        { NETSIM_MATCH_ANY,    { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 } },
        { NETSIM_MATCH_TCP,    { 1, 1, 1, 1, 1, 1, 1, 1, 0, 0 } },
        { NETSIM_MATCH_DATA,   { 0, 0, 0, 1, 1, 0, 1, 0, 0, 0 } },
        { NETSIM_MATCH_NEW,    { 0, 0, 0, 1, 0, 0, 1, 0, 0, 0 } },
        { NETSIM_MATCH_RETX,   { 0, 0, 0, 0, 1, 0, 0, 0, 0, 0 } },
        { NETSIM_MATCH_SYN,    { 1, 0, 0, 0, 0, 0, 0, 0, 0, 0 } },
        { NETSIM_MATCH_SYNACK, { 0, 1, 0, 0, 0, 0, 0, 0, 0, 0 } },
        { NETSIM_MATCH_FIN,    { 0, 0, 0, 0, 0, 1, 1, 0, 0, 0 } },
        { NETSIM_MATCH_RST,    { 0, 0, 0, 0, 0, 0, 0, 1, 0, 0 } },
        { NETSIM_MATCH_ACK,    { 0, 0, 1, 0, 0, 0, 0, 0, 0, 0 } },
        { NETSIM_MATCH_UDP,    { 0, 0, 0, 0, 0, 0, 0, 0, 1, 0 } },
        { NETSIM_MATCH_ICMP,   { 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 } },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(table); i++) {
        struct ends e;
        open_with_rule(&e, (NetsimLinkRule){ .match = table[i].match, .first = 1, .last = UINT32_MAX });
        struct pkt *udp = ends_packet(&e, 100), *icmp = ends_packet(&e, 100);
        icmp->proto = PROTO_ICMP;
        struct pkt *sent[10] = {
            segment(&e, 1, TCPHDR_SYN, 0, 0), segment(&e, 2, TCPHDR_SYN | TCPHDR_ACK, 0, 0),
            segment(&e, 1, TCPHDR_ACK, 1, 0), segment(&e, 1, TCPHDR_ACK | TCPHDR_PSH, 1, 100),
            segment(&e, 1, TCPHDR_ACK, 1, 100), segment(&e, 1, TCPHDR_ACK | TCPHDR_FIN, 101, 0),
            segment(&e, 3, TCPHDR_ACK | TCPHDR_FIN, 1, 100), segment(&e, 1, TCPHDR_RST | TCPHDR_ACK, 102, 0), udp, icmp,
        };
        for (unsigned j = 0; j < 10; j++) assert_int_equal(ends_hand(&e, sent[j]) == DROP_LINK_RULE, table[i].hits[j]);
        close_all(&e);
    }
}

static void a_delayed_packet_is_overtaken_and_a_copy_may_come_late(void **state)
{
    (void) state;
    struct ends e;
    open_with_rule(&e, (NetsimLinkRule){ .match = NETSIM_MATCH_ANY, .first = 1, .last = 1, .action = NETSIM_RULE_DELAY,
                                         .arg = 6 * NETSIM_MS });
    assert_true(netsim_link_add_rule(e.link, false, &(NetsimLinkRule){ NETSIM_MATCH_ANY, 2, 2, 0, 0, NETSIM_RULE_DUP,
                                                                       2 * NETSIM_MS }, NULL));
    assert_true(netsim_link_add_rule(e.link, false, &(NetsimLinkRule){ NETSIM_MATCH_ANY, 3, 3, 0, 0, NETSIM_RULE_DUP, 0 }, NULL));
    for (unsigned i = 0; i < 3; i++) ends_send(&e, 100);
    ends_drain(&e);
    static const struct {
        uint32_t id;
        netsim_time at;
    } expected[] = { { 2, NETSIM_MS }, { 3, NETSIM_MS }, { 3, NETSIM_MS }, { 2, 3 * NETSIM_MS }, { 1, 7 * NETSIM_MS } };
    assert_int_equal(ends_n(&e), G_N_ELEMENTS(expected));
    for (unsigned i = 0; i < G_N_ELEMENTS(expected); i++) {
        assert_int_equal(ends_arrival(&e, i)->id, expected[i].id);
        assert_int_equal(ends_arrival(&e, i)->at, expected[i].at);
    }
    ends_close(&e);
}

static void rules_hold_a_packet_back_for_1e6_s_at_most(void **state)
{
    (void) state;
    struct ends e;
    NetsimLinkRule rule = { .match = NETSIM_MATCH_ANY, .first = 1, .last = 1, .action = NETSIM_RULE_DELAY, .arg = 1000000 * NETSIM_S };
    open_with_rule(&e, rule);
    for (int i = 0; i < 20; i++) assert_true(netsim_link_add_rule(e.link, false, &rule, NULL));
    for (int i = 0; i < 2; i++) {
        g_autoptr(GError) error = NULL;
        rule.action = i ? NETSIM_RULE_DUP : NETSIM_RULE_DELAY;
        rule.arg = i ? NETSIM_TIME_MAX : 1000000 * NETSIM_S + 1;
        assert_false(netsim_link_add_rule(e.link, false, &rule, &error));
        assert_true(g_error_matches(error, NETSIM_ERROR, NETSIM_ERROR_RANGE));
    }
    ends_send(&e, 100);
    ends_drain(&e);
    assert_int_equal(ends_n(&e), 1);
    assert_int_equal(ends_arrival(&e, 0)->at, 1000000 * NETSIM_S + NETSIM_MS);
    ends_close(&e);
}

static void a_rule_may_come_while_packets_are_in_flight(void **state)
{
    (void) state;
    struct ends e;
    ends_open(&e, 1, &wire, NULL);
    ends_send(&e, 100);
    ends_send(&e, 100);
    ends_run(&e, NETSIM_US);
    assert_true(netsim_link_add_rule(e.link, false, &(NetsimLinkRule){ NETSIM_MATCH_ANY, 1, 1, 0, 0, NETSIM_RULE_DELAY, 1 }, NULL));
    ends_send(&e, 100);
    ends_send(&e, 100);
    ends_drain(&e);
    static const uint32_t order[] = { 1, 2, 4, 3 };
    for (unsigned i = 0; i < 4; i++) assert_int_equal(ends_arrival(&e, i)->id, order[i]);
    ends_close(&e);
}

static void a_rule_marks_ecn_capable_packets(void **state)
{
    (void) state;
    struct ends e;
    open_with_rule(&e, (NetsimLinkRule){ .match = NETSIM_MATCH_NEW, .first = 2, .last = 3, .action = NETSIM_RULE_CE });
    for (unsigned k = 0; k < 4; k++) {
        struct pkt *p = segment(&e, 1, TCPHDR_ACK, k * MSS, MSS);
        if (k != 2) p->tos = INET_ECN_ECT_0;
        ends_hand(&e, p);
    }
    ends_drain(&e);
    static const uint8_t tos[] = { INET_ECN_ECT_0, INET_ECN_CE, INET_ECN_NOT_ECT, INET_ECN_ECT_0 };
    for (unsigned k = 0; k < 4; k++) assert_int_equal(ends_arrival(&e, k)->tos, tos[k]);
    ends_close(&e);
}

static void a_dropped_packet_does_not_enter_the_queue(void **state)
{
    (void) state;
    struct ends e;
    NetsimLinkConfig c = { .rate_bps = 8000000, .queue_pkts = 1 };
    ends_open(&e, 1, &c, NULL);
    assert_true(netsim_link_add_rule(e.link, false, &(NetsimLinkRule){ .match = NETSIM_MATCH_ANY, .first = 2, .last = 2 }, NULL));
    assert_int_equal(ends_send(&e, 100), N_DROP_REASONS);
    assert_int_equal(ends_send(&e, 100), DROP_LINK_RULE);
    assert_int_equal(ends_send(&e, 100), N_DROP_REASONS);
    assert_int_equal(ends_send(&e, 100), DROP_LINK_QUEUE);
    ends_drain(&e);
    assert_int_equal(ends_arrival(&e, 1)->at, 200 * NETSIM_US);
    ends_close(&e);
}

static void a_cut_by_time_loses_what_is_handed_over_in_it(void **state)
{
    (void) state;
    struct ends e;
    ends_open(&e, 1, &wire, NULL);
    assert_true(netsim_link_add_cut(e.link, false, &(NetsimLinkCut){ .at = 2 * NETSIM_MS, .duration = NETSIM_MS }, NULL));
    static const netsim_time at[] = { 0, 2 * NETSIM_MS - 1, 2 * NETSIM_MS, 3 * NETSIM_MS - 1, 3 * NETSIM_MS };
    static const bool lost[] = { false, false, true, true, false };
    for (unsigned i = 0; i < 5; i++) {
        if (at[i]) ends_run(&e, at[i]);
        assert_int_equal(ends_send(&e, 100), lost[i] ? DROP_LINK_CUT : N_DROP_REASONS);
    }
    ends_drain(&e);
    assert_int_equal(ends_n(&e), 3); /* what was in flight when the cut began arrived */
    ends_close(&e);
}

static void a_packet_triggers_cuts_and_falls_into_its_own(void **state)
{
    (void) state;
    struct ends e;
    ends_open(&e, 1, &wire, NULL);
    NetsimLinkCut cut = { .by_packet = true, .match = NETSIM_MATCH_NEW, .k = 2, .duration = NETSIM_MS };
    assert_true(netsim_link_add_cut(e.link, false, &cut, NULL));
    assert_true(netsim_link_add_cut(e.link, true, &cut, NULL));
    enum drop_reason why;
    struct pkt *back = ends_packet(&e, 100);
    assert_true(data_passes(&e, 0));
    assert_int_equal(link_send(e.b.port.out, back, &why), 0);
    assert_false(data_passes(&e, MSS));
    back = ends_packet(&e, 100);
    assert_int_equal(link_send(e.b.port.out, back, &why), -1);
    assert_int_equal(why, DROP_LINK_CUT);
    pkt_free(e.sim, back);
    ends_run(&e, NETSIM_MS);
    assert_true(data_passes(&e, 2 * MSS)); /* counted from 1, once */
    assert_int_equal(ends_stats(&e).rule_drops, 1);
    close_all(&e);
}

static void packets_are_counted_whatever_happens_to_them(void **state)
{
    (void) state;
    struct ends e;
    open_with_rule(&e, (NetsimLinkRule){ .match = NETSIM_MATCH_ANY, .first = 3, .last = 3 });
    assert_true(netsim_link_add_cut(e.link, false, &(NetsimLinkCut){ .duration = NETSIM_MS }, NULL));
    assert_int_equal(ends_send(&e, 100), DROP_LINK_CUT);
    assert_int_equal(ends_send(&e, 100), DROP_LINK_CUT);
    ends_run(&e, NETSIM_MS);
    assert_int_equal(ends_send(&e, 100), DROP_LINK_RULE);
    assert_int_equal(ends_send(&e, 100), N_DROP_REASONS);
    close_all(&e);
}

static void rules_that_can_never_apply_are_refused(void **state)
{
    (void) state;
    struct ends e;
    ends_open(&e, 1, &wire, NULL);
    static const NetsimLinkRule rules[] = {
        { .match = 99, .first = 1, .last = 1 }, { .first = 0, .last = 1 }, { .first = 2, .last = 1 },
        { .first = 1, .last = 1, .nth = 1 },    { .first = 1, .last = 1, .action = 99 },
        { .first = 1, .last = 1, .action = NETSIM_RULE_DELAY, .arg = -1 },
        { .match = NETSIM_MATCH_RETX, .first = 1, .last = 1, .nth = 3, .nth_last = 2 },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(rules); i++) {
        GError *error = NULL;
        assert_false(netsim_link_add_rule(e.link, false, &rules[i], &error));
        assert_true(g_error_matches(error, NETSIM_ERROR, NETSIM_ERROR_RANGE));
        g_clear_error(&error);
    }
    static const NetsimLinkCut cuts[] = { { .duration = 0 }, { .at = -1, .duration = 1 }, { .by_packet = true, .duration = 1 } };
    for (unsigned i = 0; i < G_N_ELEMENTS(cuts); i++) assert_false(netsim_link_add_cut(e.link, false, &cuts[i], NULL));
    assert_null(e.link->a2b.impair); /* and leave no trace */
    ends_close(&e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exactly_the_kth_new_segments_are_dropped),
        cmocka_unit_test(new_segments_are_told_from_old_ones_across_the_wrap),
        cmocka_unit_test(payload_on_a_syn_is_new_and_sent_again_it_is_not),
        cmocka_unit_test(flows_are_classified_apart),
        cmocka_unit_test(the_nth_retransmission_of_the_kth_segment_is_dropped),
        cmocka_unit_test(kinds_are_those_of_the_trace_collection),
        cmocka_unit_test(a_delayed_packet_is_overtaken_and_a_copy_may_come_late),
        cmocka_unit_test(rules_hold_a_packet_back_for_1e6_s_at_most),
        cmocka_unit_test(a_rule_may_come_while_packets_are_in_flight),
        cmocka_unit_test(a_rule_marks_ecn_capable_packets),
        cmocka_unit_test(a_dropped_packet_does_not_enter_the_queue),
        cmocka_unit_test(a_cut_by_time_loses_what_is_handed_over_in_it),
        cmocka_unit_test(a_packet_triggers_cuts_and_falls_into_its_own),
        cmocka_unit_test(packets_are_counted_whatever_happens_to_them),
        cmocka_unit_test(rules_that_can_never_apply_are_refused),
    };
    return cmocka_run_group_tests_name("models/link/rules", tests, NULL, NULL);
}
