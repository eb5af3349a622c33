/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A comparison that finds nothing is worth what it could have found: most of these tests spoil a run and ask to be told. */
#include "validate/trace/compare.h"
#include "validate/trace/counters.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

enum { HZ = 250, FIN = 1, SYN = 2, RST = 4, ACK = 16 };
#define MS INT64_C(1000000)

/* ---- captures made here ---- */

/* One packet of a made-up capture. */
struct made {
    int64_t at_ns;
    bool from_server;
    uint8_t flags;
    uint32_t seq, len;
    uint16_t client_port;
    bool is_udp;
};

static void put32(GByteArray *to, uint32_t v)
{
    g_byte_array_append(to, (const guint8 *) &v, 4);
}

static void put_packet(GByteArray *to, const struct made *m)
{
    uint32_t header = m->is_udp ? 28 : 40, total = header + m->len;
    guint8 p[40] = { 0x45, 0, (guint8) (total >> 8), (guint8) total, [8] = 64, [9] = m->is_udp ? 17 : 6,
                     [12] = 10, 1, 0, m->from_server ? 2 : 1, 10, 1, 0, m->from_server ? 1 : 2 };
    uint16_t port[2] = { m->client_port, 8080 };
    for (int i = 0; i < 2; i++) {
        uint16_t v = port[m->from_server ? !i : i];
        p[20 + 2 * i] = (guint8) (v >> 8);
        p[21 + 2 * i] = (guint8) v;
    }
    uint32_t seq = m->seq + (m->from_server ? 0xfffffff0u : 12345); /* crosses 2^32 */
    for (int i = 0; i < 4; i++) p[24 + i] = (guint8) (seq >> (24 - 8 * i));
    p[32] = 5 << 4;
    p[33] = m->flags;
    put32(to, (uint32_t) (m->at_ns / 1000000000));
    put32(to, (uint32_t) (m->at_ns % 1000000000));
    put32(to, header);
    put32(to, total);
    g_byte_array_append(to, p, header);
}

static struct flows *flows_of(const struct made *packets, unsigned n)
{
    g_autoptr(GByteArray) file = g_byte_array_new();
    put32(file, 0xa1b23c4d); /* nanoseconds */
    put32(file, 2 | 4 << 16);
    put32(file, 0);
    put32(file, 0);
    put32(file, 65535);
    put32(file, 101);
    for (unsigned i = 0; i < n; i++) put_packet(file, &packets[i]);
    g_autoptr(GError) error = NULL;
    g_autoptr(Capture) capture = capture_parse("made", file->data, file->len, &error);
    assert_null(error);
    assert_int_equal(capture->packets->len, n);
    return flows_new(capture);
}

enum { N_SMALL = 10 };
static const struct made small[N_SMALL] = {
    { 0, false, SYN, 0, 0, 40000, false },
    { 1 * MS, true, SYN | ACK, 0, 0, 40000, false },
    { 50 * MS, false, ACK, 1, 0, 40000, false },
    { 51 * MS, false, ACK, 1, 200, 40000, false },
    { 52 * MS, true, ACK, 1, 1448, 40000, false },
    { 53 * MS, true, ACK, 1449, 1448, 40000, false },
    { 103 * MS, false, ACK, 201, 0, 40000, false },
    { 104 * MS, true, ACK | FIN, 2897, 100, 40000, false },
    { 154 * MS, false, ACK | FIN, 201, 0, 40000, false },
    { 155 * MS, true, ACK, 2998, 0, 40000, false },
};

static struct compare_result compare(const struct made *a, unsigned n_a, const struct made *b, unsigned n_b)
{
    g_autoptr(Flows) real = flows_of(a, n_a);
    g_autoptr(Flows) simulated = flows_of(b, n_b);
    struct compare_result r;
    compare_captures(real, simulated, 5 * MS, HZ, &r);
    return r;
}

static Verdict verdict_of(const struct made *changed, unsigned n)
{
    struct compare_result r = compare(small, N_SMALL, changed, n);
    Verdict verdict = r.verdict;
    assert_int_equal(r.note != NULL, verdict != VERDICT_SAME);
    compare_result_clear(&r);
    return verdict;
}

/* ---- equal ---- */

static void a_capture_is_the_same_as_itself(void **state)
{
    (void) state;
    struct compare_result r = compare(small, N_SMALL, small, N_SMALL);
    assert_int_equal(r.verdict, VERDICT_SAME);
    assert_int_equal(r.n_segments, 7);
    assert_int_equal(r.n_pure_acks[0], 3);
    assert_true(r.worst_ms == 0);
    assert_true(r.same_flights);
    assert_null(r.note);
    compare_result_clear(&r);
}

static void ports_initial_sequence_numbers_and_the_start_do_not_matter(void **state)
{
    (void) state;
    struct made other[N_SMALL];
    memcpy(other, small, sizeof other);
    for (unsigned i = 0; i < N_SMALL; i++) {
        other[i].client_port = 51234;
        other[i].at_ns += 3000 * MS;
        other[i].seq += other[i].from_server ? 77777 : 0x80000000u;
    }
    assert_int_equal(verdict_of(other, N_SMALL), VERDICT_SAME);
}

static void pure_acks_are_counted_and_not_judged(void **state)
{
    (void) state;
    struct made other[N_SMALL];
    unsigned n = 0;
    for (unsigned i = 0; i < N_SMALL; i++)
        if (small[i].len || small[i].flags != ACK) other[n++] = small[i];
    struct compare_result r = compare(small, N_SMALL, other, n);
    assert_int_equal(r.verdict, VERDICT_SAME);
    assert_int_equal(r.n_pure_acks[0], 3);
    assert_int_equal(r.n_pure_acks[1], 0);
    compare_result_clear(&r);
}

/* ---- spoilt ---- */

static bool is_judged(unsigned i)
{
    return small[i].len || small[i].flags != ACK;
}

static void every_missing_segment_is_found(void **state)
{
    (void) state;
    for (unsigned i = 1; i < N_SMALL; i++) { /* without the first, time begins elsewhere */
        struct made other[N_SMALL];
        memcpy(other, small, sizeof other);
        memmove(&other[i], &other[i + 1], (N_SMALL - i - 1) * sizeof other[0]);
        assert_int_equal(verdict_of(other, N_SMALL - 1), is_judged(i) ? VERDICT_DIFFER : VERDICT_SAME);
    }
}

static void every_repeated_segment_is_found(void **state)
{
    (void) state;
    for (unsigned i = 1; i < N_SMALL; i++) {
        struct made other[N_SMALL + 1];
        memcpy(other, small, (i + 1) * sizeof other[0]);
        memcpy(&other[i + 1], &small[i], (N_SMALL - i) * sizeof other[0]);
        assert_int_equal(verdict_of(other, N_SMALL + 1), is_judged(i) ? VERDICT_DIFFER : VERDICT_SAME);
    }
}

static void every_changed_field_is_found(void **state)
{
    (void) state;
    for (unsigned i = 0; i < N_SMALL; i++) {
        if (!is_judged(i)) continue;
        for (int field = 0; field < 4; field++) {
            struct made other[N_SMALL];
            memcpy(other, small, sizeof other);
            if (field == 0 && small[i].flags & SYN) continue; /* it defines the sequence numbers: nothing else would fit */
            if (field == 0) other[i].seq++;
            if (field == 1) other[i].len++;
            if (field == 2) other[i].flags ^= FIN;
            if (field == 3) other[i].flags ^= RST;
            assert_int_equal(verdict_of(other, N_SMALL), VERDICT_DIFFER);
        }
    }
}

static void the_first_difference_is_told_in_words(void **state)
{
    (void) state;
    struct made other[N_SMALL];
    memcpy(other, small, sizeof other);
    other[5] = other[4]; /* the second data segment repeats the first */
    other[5].at_ns += MS;
    struct compare_result r = compare(small, N_SMALL, other, N_SMALL);
    assert_string_equal(r.note, "10.1.0.2:8080 to 10.1.0.1:40000: segment 2: real new data 1449+1448 at 53.0 ms, simulated "
                                "repeated data 1+1448 at 53.0 ms");
    assert_false(r.same_flights); /* fewer bytes */
    compare_result_clear(&r);
}

static void a_connection_too_many_is_found(void **state)
{
    (void) state;
    struct made other[N_SMALL + 1];
    memcpy(other, small, sizeof small);
    other[N_SMALL] = (struct made){ 200 * MS, false, SYN, 0, 0, 40001, false };
    assert_int_equal(verdict_of(other, N_SMALL + 1), VERDICT_DIFFER);
}

static void a_datagram_of_another_size_is_found(void **state)
{
    (void) state;
    struct made a[2] = { { 0, false, 0, 0, 100, 5000, true }, { MS, false, 0, 0, 200, 5000, true } };
    struct made b[2] = { a[0], a[1] };
    struct compare_result r = compare(a, 2, b, 2);
    assert_int_equal(r.verdict, VERDICT_SAME);
    assert_int_equal(r.n_segments, 2);
    compare_result_clear(&r);
    b[1].len = 201;
    r = compare(a, 2, b, 2);
    assert_int_equal(r.verdict, VERDICT_DIFFER);
    compare_result_clear(&r);
}

static void a_segment_out_of_time_is_found_and_one_within_is_not(void **state)
{
    (void) state;
    for (unsigned i = 1; i < N_SMALL; i++) {
        struct made other[N_SMALL];
        memcpy(other, small, sizeof other);
        other[i].at_ns += 4 * MS;
        assert_int_equal(verdict_of(other, N_SMALL), VERDICT_SAME);
        other[i].at_ns += 2 * MS;
        assert_int_equal(verdict_of(other, N_SMALL), is_judged(i) ? VERDICT_ORDER : VERDICT_SAME);
    }
}

static void a_timer_may_be_late_by_its_granule_and_no_more(void **state)
{
    (void) state;
    /* a second SYN after 1 s: the wheel's granule is 32 ms there, one tick of 4 ms of which is no lateness */
    struct made a[2] = { { 0, false, SYN, 0, 0, 40000, false }, { 1000 * MS, false, SYN, 0, 0, 40000, false } };
    struct made b[2] = { a[0], a[1] };
    b[1].at_ns += 33 * MS;
    struct compare_result r = compare(a, 2, b, 2);
    assert_int_equal(r.verdict, VERDICT_SAME);
    compare_result_clear(&r);
    b[1].at_ns += MS;
    r = compare(a, 2, b, 2);
    assert_int_equal(r.verdict, VERDICT_ORDER);
    assert_int_equal(r.n_late, 1);
    compare_result_clear(&r);
}

static void what_follows_a_late_timer_may_be_as_late_and_not_later(void **state)
{
    (void) state;
    struct made a[4] = { { 0, false, SYN, 0, 0, 40000, false }, { 1000 * MS, false, SYN, 0, 0, 40000, false },
                         { 1001 * MS, true, SYN | ACK, 0, 0, 40000, false }, { 1060 * MS, false, ACK, 1, 100, 40000, false } };
    struct made b[4];
    memcpy(b, a, sizeof b);
    for (unsigned i = 1; i < 4; i++) b[i].at_ns += 30 * MS;
    struct compare_result r = compare(a, 4, b, 4);
    assert_int_equal(r.verdict, VERDICT_SAME);
    compare_result_clear(&r);
    b[3].at_ns += 6 * MS;
    r = compare(a, 4, b, 4);
    assert_int_equal(r.verdict, VERDICT_ORDER);
    assert_int_equal(r.n_late, 1);
    compare_result_clear(&r);
    b[1].at_ns = a[1].at_ns; /* without the timer there is nothing to follow */
    b[2].at_ns = a[2].at_ns;
    b[3].at_ns = a[3].at_ns + 30 * MS;
    r = compare(a, 4, b, 4);
    assert_int_equal(r.n_late, 1);
    compare_result_clear(&r);
}

/* The first 64 ticks are exact; each further level has 64 slots, eight times as wide (timer_list's documentation: 4 ms to
 * 255 ms, 32 ms to 2 s, 256 ms to 16 s, 2048 ms to 131 s at 250 Hz). */
static void the_wheel_has_the_granules_of_its_documentation(void **state)
{
    (void) state;
    static const struct {
        int64_t length_ms, granule_ms;
    } rows[] = { { 0, 4 }, { 255, 4 }, { 256, 32 }, { 2047, 32 }, { 2048, 256 }, { 16383, 256 }, { 16384, 2048 }, { 131071, 2048 } };
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++)
        assert_int_equal(compare_wheel_granule_ns(rows[i].length_ms * MS, 250), rows[i].granule_ms * MS);
    assert_int_equal(compare_wheel_granule_ns(63 * MS, 1000), MS);
    assert_int_equal(compare_wheel_granule_ns(64 * MS, 1000), 8 * MS);
}

/* ---- flights ---- */

static void a_flight_ends_where_nothing_is_sent_for_half_a_round_trip(void **state)
{
    (void) state;
    g_autoptr(Flows) flows = flows_of(small, N_SMALL);
    const struct conversation *c = &g_array_index(flows->connections, struct conversation, 0);
    assert_int_equal(c->way[0]->rtt_ns, 50 * MS); /* the client's SYN to its ACK */
    struct flight_summary f;
    flight_summarise(c->way[1], c->way[0]->rtt_ns, &f);
    assert_int_equal(f.n_segments, 3);
    assert_int_equal(f.bytes, 2996);
    assert_int_equal(f.first_flight, 2);
    assert_int_equal(f.flights->len, 2);
    flight_summary_clear(&f);
}

/* The collection's table of the area iw, made by its own analyzer. */
static void the_flights_of_recorded_cases_are_those_of_their_table(void **state)
{
    (void) state;
    static const struct {
        const char *name, *flights;
    } rows[] = {
        { "fetch15k-iw3", "3/6/2/" },
        { "fetch512k-iw10-default-rmem", "10/20/40/80/119/94/" },
        { "fetch512k-iw40-rw40", "40/55/135/133/" },
        { "fetch512k-iw80-rw100", "45/56/155/108/" },
        { "fetch64k-iw20-rw10", "11/31/4/" },
        { "fetch64k-iw3", "3/6/12/24/1/" },
        { "fetch64k-mtu9000", "7/1/" },
        { "idle-restart", "10/20/40/69/10/20/40/69/" },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *path = g_build_filename(NETSIM_SOURCE_DIR, "validate/cases/iw", rows[i].name, "server-w0.pcap.gz", NULL);
        g_autoptr(Capture) capture = capture_read(path, NULL);
        assert_non_null(capture);
        g_autoptr(Flows) flows = flows_new(capture);
        const struct conversation *c = &g_array_index(flows->connections, struct conversation, 0);
        struct flight_summary f;
        flight_summarise(c->way[1], MAX(c->way[0]->rtt_ns, c->way[1]->rtt_ns), &f);
        g_autoptr(GString) text = g_string_new(NULL);
        for (unsigned k = 0; k < f.flights->len; k++) g_string_append_printf(text, "%u/", g_array_index(f.flights, unsigned, k));
        assert_string_equal(text->str, rows[i].flights);
        flight_summary_clear(&f);
    }
}

/* ---- applications and counters ---- */

static struct record_step step(const char *op, int64_t result, const char *error)
{
    return (struct record_step){ .op = g_strdup(op), .result = result, .has_result = !error, .error = g_strdup(error) };
}

static struct record *record_of(int64_t received, const char *error, uint64_t retransmissions)
{
    struct record *record = record_new();
    struct record_actor *actor = record_actor(record, "client", true);
    struct record_step steps[] = { step("send", 200, NULL), step("recv", received, error) };
    g_array_append_vals(actor->steps, steps, 2);
    if (retransmissions) record_count(record_host(record, "client", true), "TcpRetransSegs", retransmissions);
    else record_host(record, "client", true);
    return record;
}

static void applications_that_ended_otherwise_are_found(void **state)
{
    (void) state;
    g_autoptr(Record) real = record_of(1000, NULL, 0);
    g_autoptr(Record) same = record_of(1000, NULL, 0);
    g_autoptr(Record) shorter = record_of(999, NULL, 0);
    g_autoptr(Record) refused = record_of(0, "ECONNRESET", 0);
    g_autoptr(Record) nobody = record_new();
    g_autoptr(GPtrArray) differences = g_ptr_array_new_with_free_func(g_free);
    compare_applications(real, same, differences);
    assert_int_equal(differences->len, 0);
    compare_applications(real, shorter, differences);
    assert_int_equal(differences->len, 1);
    assert_string_equal(differences->pdata[0], "client: step 2: real recv: 1000, simulated recv: 999");
    compare_applications(real, refused, differences);
    assert_int_equal(differences->len, 2);
    compare_applications(real, nobody, differences);
    assert_int_equal(differences->len, 3);
}

static void counters_that_disagree_are_found_on_either_side(void **state)
{
    (void) state;
    g_autoptr(Record) none = record_of(1, NULL, 0);
    g_autoptr(Record) three = record_of(1, NULL, 3);
    g_autoptr(GPtrArray) differences = g_ptr_array_new_with_free_func(g_free);
    compare_counters(three, three, differences);
    assert_int_equal(differences->len, 0);
    compare_counters(none, three, differences);
    compare_counters(three, none, differences);
    assert_int_equal(differences->len, 2);
    assert_string_equal(differences->pdata[0], "client: TcpRetransSegs real 0, simulated 3");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_capture_is_the_same_as_itself),
        cmocka_unit_test(ports_initial_sequence_numbers_and_the_start_do_not_matter),
        cmocka_unit_test(pure_acks_are_counted_and_not_judged),
        cmocka_unit_test(every_missing_segment_is_found),
        cmocka_unit_test(every_repeated_segment_is_found),
        cmocka_unit_test(every_changed_field_is_found),
        cmocka_unit_test(the_first_difference_is_told_in_words),
        cmocka_unit_test(a_connection_too_many_is_found),
        cmocka_unit_test(a_datagram_of_another_size_is_found),
        cmocka_unit_test(a_segment_out_of_time_is_found_and_one_within_is_not),
        cmocka_unit_test(a_timer_may_be_late_by_its_granule_and_no_more),
        cmocka_unit_test(what_follows_a_late_timer_may_be_as_late_and_not_later),
        cmocka_unit_test(the_wheel_has_the_granules_of_its_documentation),
        cmocka_unit_test(a_flight_ends_where_nothing_is_sent_for_half_a_round_trip),
        cmocka_unit_test(the_flights_of_recorded_cases_are_those_of_their_table),
        cmocka_unit_test(applications_that_ended_otherwise_are_found),
        cmocka_unit_test(counters_that_disagree_are_found_on_either_side),
    };
    return cmocka_run_group_tests_name("validate/compare", tests, NULL, NULL);
}
