/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/netdev/netdev.h"

#include "core/rng.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static struct pkt *super_packet(NetsimSim *sim, uint8_t proto, uint32_t payload, uint32_t size)
{
    struct pkt *p = pkt_new(sim);
    p->kind = PKT_IP4;
    p->proto = proto;
    p->hdr_len = proto == PROTO_TCP ? 52 : 28;
    p->len = p->hdr_len + payload;
    p->saddr = 1;
    p->daddr = 2;
    p->tos = INET_ECN_ECT_0;
    p->ttl = 64;
    p->ip_id = 65534;
    p->digest = 7;
    p->stream = 99;
    p->offset = 1ull << 40;
    if (proto == PROTO_TCP) {
        p->seq = 0u - 2000; /* wraps within */
        p->ack = 4711;
        p->tcp_flags = TCPHDR_ACK | TCPHDR_PSH | TCPHDR_FIN | TCPHDR_CWR;
    }
    pkt_set_gso(sim, p, (payload + size - 1) / size, size);
    return p;
}

static void consume_all(NetsimSim *sim, struct pkt *p)
{
    for (struct pkt *next; p; p = next) {
        next = p->next;
        pkt_consume(sim, p);
    }
}

static void assert_conserved_and_free(NetsimSim *sim)
{
    assert_true(netsim_sim_run(sim, 0, NULL));
    assert_int_equal(sim->pkts.live, 0);
    netsim_sim_free(sim);
}

static void a_tcp_super_packet_is_cut_as_tso_does(void **state)
{
    (void) state;
    NetsimSim *sim = netsim_sim_new(NULL);
    struct pkt *first = gso_segment(sim, super_packet(sim, PROTO_TCP, 3 * 1448 + 10, 1448)), *p = first;
    for (unsigned i = 0; i < 4; i++, p = p->next) {
        assert_int_equal(p->gso_segs, 1);
        assert_int_equal(p->len, 52 + (i < 3 ? 1448 : 10));
        assert_int_equal(p->hdr_len, 52);
        assert_int_equal(p->seq, (uint32_t) (0u - 2000 + i * 1448));
        assert_int_equal(p->offset, (1ull << 40) + i * 1448);
        assert_int_equal(p->stream, 99);
        assert_int_equal(p->ack, 4711);
        assert_int_equal(p->ip_id, (uint16_t) (65534 + i));
        assert_int_equal(p->tcp_flags, TCPHDR_ACK | (i == 0 ? TCPHDR_CWR : 0) | (i == 3 ? TCPHDR_PSH | TCPHDR_FIN : 0));
        assert_int_equal(p->tos, INET_ECN_ECT_0);
        for (struct pkt *q = p->next; q; q = q->next) assert_int_not_equal(p->digest, q->digest);
    }
    assert_null(p);
    assert_int_equal(sim->pkts_made, 4);
    consume_all(sim, first);
    assert_conserved_and_free(sim);
}

static void udp_segments_are_datagrams_of_their_own(void **state)
{
    (void) state;
    NetsimSim *sim = netsim_sim_new(NULL);
    struct pkt *whole = super_packet(sim, PROTO_UDP, 2500, 1000);
    whole->sport = 5;
    whole->dport = 6;
    struct pkt *first = gso_segment(sim, whole), *p = first;
    for (unsigned i = 0; i < 3; i++, p = p->next) {
        assert_int_equal(p->len, 28 + (i < 2 ? 1000 : 500));
        assert_int_equal(p->sport, 5);
        assert_int_equal(p->dport, 6);
        assert_int_equal(p->seq, 0);
        assert_int_equal(p->offset, (1ull << 40) + i * 1000);
        assert_int_equal(p->ip_id, (uint16_t) (65534 + i));
    }
    assert_null(p);
    consume_all(sim, first);
    assert_conserved_and_free(sim);
}

static void one_segment_stays_as_it_is(void **state)
{
    (void) state;
    NetsimSim *sim = netsim_sim_new(NULL);
    struct pkt *p = super_packet(sim, PROTO_TCP, 1000, 1448), before = *p;
    assert_ptr_equal(gso_segment(sim, p), p);
    assert_memory_equal(p, &before, sizeof before);
    consume_all(sim, p);
    assert_conserved_and_free(sim);
}

/* Joined again, the segments are the super-packet: for random sizes, with less content than payload. */
static void segments_carry_all_the_bytes_in_order(void **state)
{
    (void) state;
    struct rng_stream rng;
    rng_stream_init(&rng, 1, "test", "gso");
    NetsimSim *sim = netsim_sim_new(NULL);
    for (unsigned run = 0; run < 500; run++) {
        uint32_t size = 1 + rng_below(&rng, 2000), payload = 1 + rng_below(&rng, 40 * size), n_bytes = rng_below(&rng, payload + 1);
        payload = ns_min(payload, 65000u);
        n_bytes = ns_min(n_bytes, payload);
        struct pkt *whole = super_packet(sim, PROTO_TCP, payload, size);
        uint8_t *bytes = g_malloc(n_bytes + 1), *joined = g_malloc0(payload), *expected = g_malloc0(payload);
        for (uint32_t i = 0; i < n_bytes; i++) expected[i] = bytes[i] = (uint8_t) rng_u32(&rng);
        whole->n_sack = 2;
        pkt_ext(whole)->sack[0] = (struct tcp_sack_block){ 10, 20 };
        whole->ext->bytes = bytes;
        whole->ext->n_bytes = n_bytes;
        struct pkt *first = gso_segment(sim, whole);
        uint32_t at = 0;
        for (struct pkt *p = first; p; p = p->next) {
            uint32_t n = pkt_payload_len(p);
            assert_int_equal(n, ns_min(size, payload - at));
            assert_int_equal(pkt_sack(p, 1).end, 20);
            assert_true(p->ext->n_bytes <= n);
            if (p->ext->n_bytes) memcpy(joined + at, p->ext->bytes, p->ext->n_bytes);
            at += n;
        }
        assert_int_equal(at, payload);
        assert_memory_equal(joined, expected, payload);
        consume_all(sim, first);
        g_free(joined);
        g_free(expected);
    }
    assert_conserved_and_free(sim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tcp_super_packet_is_cut_as_tso_does),
        cmocka_unit_test(udp_segments_are_datagrams_of_their_own),
        cmocka_unit_test(one_segment_stays_as_it_is),
        cmocka_unit_test(segments_carry_all_the_bytes_in_order),
    };
    return cmocka_run_group_tests_name("models/netdev/gso", tests, NULL, NULL);
}
