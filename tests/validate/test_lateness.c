/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "validate/trace/lateness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#define MS INT64_C(1000000)

/* ---- two captures of one wire, made here ---- */

struct sent {
    int64_t at_ms, took_ms; /* took -1: lost */
    uint8_t flags;
    uint32_t seq, len;
};
enum { SYN = 2, ACK = 16, FIN = 1 };

static struct capture *capture_new(void)
{
    struct capture *c = g_new0(struct capture, 1);
    c->link_type = 101;
    c->bytes = g_byte_array_new();
    c->packets = g_array_new(FALSE, FALSE, sizeof(struct capture_packet));
    return c;
}

static void add(struct capture *c, int64_t at_ns, const struct sent *s, unsigned i)
{
    uint32_t total = 40 + s->len;
    guint8 p[40] = { 0x45, 0, (guint8) (total >> 8), (guint8) total, 0, (guint8) i, [8] = 64, [9] = 6, [12] = 10, 1, 0, 1,
                     10, 1, 0, 2, 0, 80, 1, 0, [32] = 5 << 4, [33] = s->flags };
    for (int k = 0; k < 4; k++) p[24 + k] = (guint8) (s->seq >> (24 - 8 * k));
    struct capture_packet packet = { .at_ns = at_ns, .offset = c->bytes->len, .n_captured = sizeof p, .n_wire = total };
    g_byte_array_append(c->bytes, p, sizeof p);
    g_array_append_val(c->packets, packet);
}

static struct lateness lateness_new(void)
{
    return (struct lateness){ .taken = g_array_new(FALSE, FALSE, sizeof(NetsimLinkMoment)),
                              .delivered = g_array_new(FALSE, FALSE, sizeof(NetsimLinkMoment)) };
}

static void lateness_clear(struct lateness *late)
{
    g_array_unref(late->taken);
    g_array_unref(late->delivered);
}

/* What a wire of 25 ms did on which @sent was recorded. */
static struct lateness measure(const struct sent *sent, unsigned n, uint64_t rate_bps, bool is_scripted)
{
    g_autoptr(Capture) from = capture_new();
    g_autoptr(Capture) to = capture_new();
    from->first_ns = 7 * MS; /* the files may begin at any time */
    for (unsigned i = 0; i < n; i++) {
        add(from, sent[i].at_ms * MS - from->first_ns, &sent[i], i);
        if (sent[i].took_ms >= 0) add(to, (sent[i].at_ms + sent[i].took_ms) * MS, &sent[i], i);
    }
    struct lateness late = lateness_new();
    NetsimLinkConfig direction = { .delay = 25 * NETSIM_MS, .rate_bps = rate_bps };
    lateness_measure(from, to, &direction, is_scripted, &late);
    return late;
}

static const NetsimLinkMoment *moment(const GArray *moments, unsigned i)
{
    assert_true(i < moments->len);
    return &g_array_index(moments, NetsimLinkMoment, i);
}

static void every_packet_was_taken_and_delivered_at_its_moment(void **state)
{
    (void) state;
    static const struct sent sent[] = {
        { 10, 25, SYN, 0, 0 }, { 60, 26, ACK, 1, 100 }, { 61, -1, ACK, 101, 100 }, { 62, 45, ACK, 201, 100 }, { 63, 44, ACK, 301, 0 },
    };
    struct lateness late = measure(sent, G_N_ELEMENTS(sent), 0, false);
    assert_int_equal(late.n_packets, 2); /* the last two; 1 ms is an ordinary wake-up */
    assert_true(late.worst_ms > 19.9 && late.worst_ms < 20.1);
    assert_int_equal(late.taken->len, 5);
    assert_int_equal(late.delivered->len, 4); /* one was lost */
    assert_int_equal(moment(late.taken, 2)->at, 61 * NETSIM_MS);
    assert_int_equal(moment(late.delivered, 1)->at, 86 * NETSIM_MS);
    assert_int_equal(moment(late.delivered, 2)->at, 107 * NETSIM_MS);
    assert_int_equal(moment(late.delivered, 2)->from, 87 * NETSIM_MS); /* what was due since then waited, too */
    lateness_clear(&late);
}

static void of_a_wire_with_scripted_delays_only_short_waits_are_known(void **state)
{
    (void) state;
    static const struct sent sent[] = { { 10, 45, ACK, 1, 100 } };
    struct lateness late = measure(sent, G_N_ELEMENTS(sent), 0, true);
    assert_int_equal(late.n_packets, 0);
    assert_int_equal(moment(late.delivered, 0)->from, 54 * NETSIM_MS);
    lateness_clear(&late);
}

static void what_waits_in_the_queue_is_not_late(void **state)
{
    (void) state;
    /* 1000 bytes take 8 ms at 1 Mbit/s: the third is 24 + 25 ms under way */
    static const struct sent sent[] = { { 10, 33, ACK, 1, 960 }, { 10, 41, ACK, 961, 960 }, { 10, 49, ACK, 1921, 960 } };
    struct lateness late = measure(sent, G_N_ELEMENTS(sent), 1000000, false);
    assert_int_equal(late.n_packets, 0);
    lateness_clear(&late);
    late = measure(sent, G_N_ELEMENTS(sent), 0, false);
    assert_int_equal(late.n_packets, 3);
    lateness_clear(&late);
}

/* Linux gives every SYN-ACK the IP identification 0: a lost one and its repetition look alike. */
static void a_lost_packet_is_not_its_repetition(void **state)
{
    (void) state;
    struct sent sent[] = { { 10, -1, SYN | ACK, 0, 0 }, { 1010, 25, SYN | ACK, 0, 0 } };
    g_autoptr(Capture) from = capture_new();
    g_autoptr(Capture) to = capture_new();
    for (unsigned i = 0; i < 2; i++) add(from, sent[i].at_ms * MS, &sent[i], 0);
    add(to, 1035 * MS, &sent[1], 0);
    NetsimLinkConfig direction = { .delay = 25 * NETSIM_MS };
    struct lateness late = lateness_new();
    lateness_measure(from, to, &direction, false, &late);
    assert_int_equal(late.n_packets, 0);
    assert_int_equal(late.taken->len, 2);
    assert_int_equal(late.delivered->len, 1);
    lateness_clear(&late);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_packet_was_taken_and_delivered_at_its_moment),
        cmocka_unit_test(of_a_wire_with_scripted_delays_only_short_waits_are_known),
        cmocka_unit_test(what_waits_in_the_queue_is_not_late),
        cmocka_unit_test(a_lost_packet_is_not_its_repetition),
    };
    return cmocka_run_group_tests_name("validate/lateness", tests, NULL, NULL);
}
