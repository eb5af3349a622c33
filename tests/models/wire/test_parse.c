/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames recorded from Linux 6.18 (tests/fuzz/corpus/parse/linux-*) are the truth here: what is read is written back as it was. */
#include "models/wire/bytes.h"
#include "models/wire/emit.h"
#include "models/wire/eth.h"
#include "models/wire/tcp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define CORPUS NETSIM_SOURCE_DIR "/tests/fuzz/corpus/parse/"

static struct sim *sim;

static int setup(void **state)
{
    (void) state;
    sim = netsim_sim_new(NULL);
    return 0;
}

static int teardown(void **state)
{
    (void) state;
    bool is_clean = sim->pkts.live == 0;
    netsim_sim_free(sim);
    return is_clean ? 0 : -1;
}

struct frame {
    bool ethernet;
    uint8_t *bytes;
    size_t length;
    gchar *file;
};

static struct frame frame_read(const char *name)
{
    gchar *path = g_strconcat(CORPUS, name, NULL), *file;
    gsize size;
    if (!g_file_get_contents(path, &file, &size, NULL)) fail_msg("cannot read %s", path);
    g_free(path);
    return (struct frame){ file[0] == 'e', (uint8_t *) file + 1, size - 1, file };
}

static struct pkt *parse_frame(const struct frame *f, enum drop_reason *why)
{
    struct link_header header;
    return parse(sim, f->ethernet, f->bytes, f->length, &header, why);
}

static struct pkt *parse_named(const char *name, enum drop_reason *why)
{
    struct frame f = frame_read(name);
    struct pkt *p = parse_frame(&f, why);
    g_free(f.file);
    return p;
}

static void assert_written_as_read(const struct frame *f)
{
    struct link_header header;
    struct pkt *p = parse(sim, f->ethernet, f->bytes, f->length, &header, NULL);
    uint8_t *out = g_malloc(emit_room(p));
    assert_int_not_equal(p->kind, PKT_RAW);
    assert_int_equal(p->flags & (PKT_BAD_CSUM | PKT_BAD_IPCSUM | PKT_BAD_HDR), 0);
    assert_int_equal(emit(p, &header, out), f->length);
    assert_memory_equal(out, f->bytes, f->length);
    g_free(out);
    pkt_consume(sim, p);
}

static void what_linux_wrote_is_written_back_byte_for_byte(void **state)
{
    (void) state;
    GDir *dir = g_dir_open(CORPUS, 0, NULL);
    assert_non_null(dir);
    unsigned n = 0;
    for (const char *name; (name = g_dir_read_name(dir));) {
        if (!g_str_has_prefix(name, "linux-")) continue;
        struct frame f = frame_read(name);
        assert_written_as_read(&f);
        g_free(f.file);
        n++;
    }
    g_dir_close(dir);
    assert_true(n >= 18);
}

static void only_options_that_the_descriptor_cannot_hold_are_kept_as_bytes(void **state)
{
    (void) state;
    struct pkt *p = parse_named("linux-syn-mss-sack-ts-wscale", NULL);
    assert_null(p->ext);
    assert_int_equal(p->flags, PKT_DF | PKT_HAS_MSS | PKT_SACK_OK | PKT_HAS_TS | PKT_HAS_WSCALE);
    assert_int_equal(p->mss, 1460);
    assert_int_equal(p->wscale, 10);
    assert_int_equal(p->tsval, 0x0d072ecf);
    assert_int_equal(p->sport, 0xd906);
    assert_int_equal(p->dport, 8080);
    assert_int_equal(p->window, 64240);
    pkt_consume(sim, p);
    p = parse_named("linux-synack-fastopen-cookie", NULL);
    assert_int_equal(p->ext->n_tcp_options, 32);
    pkt_consume(sim, p);
}

static void four_sack_blocks_are_read_in_their_order(void **state)
{
    (void) state;
    struct pkt *p = parse_named("linux-ack-sack4", NULL);
    assert_int_equal(p->n_sack, 4);
    assert_int_equal(pkt_sack(p, 0).start, 0xfa72d814);
    assert_int_equal(pkt_sack(p, 0).end, 0xfa72ddc8);
    assert_int_equal(pkt_sack(p, 3).start, 0xfa72a4c0);
    assert_int_equal(pkt_sack(p, 3).end, 0xfa72aa74);
    pkt_consume(sim, p);
}

static void an_icmp_error_names_the_segment_that_it_is_about(void **state)
{
    (void) state;
    struct pkt *p = parse_named("icmp-frag-needed", NULL);
    assert_int_equal(p->icmp_mtu, 1400);
    const struct pkt *q = p->ext->quoted;
    assert_int_equal(q->kind, PKT_IP4);
    assert_int_equal(q->proto, PROTO_TCP);
    assert_int_equal(q->sport, 0xa5f4);
    assert_int_equal(q->dport, 8080);
    assert_int_equal(q->seq, 0xcf70e4b9);
    assert_int_equal(q->len, 80);
    pkt_consume(sim, p);
}

/* The reasons of ip_rcv_core(), ip6_rcv_core() and the device. */
static void what_cannot_be_read_has_the_kernels_reason(void **state)
{
    (void) state;
    struct frame ack = frame_read("linux-ack-sack1");
    struct { size_t at; uint8_t value; size_t length; enum drop_reason why; } cases[] = {
        { 0, 0x45, 19, DROP_IP_INHDR },      /* shorter than a header */
        { 0, 0x44, 52, DROP_IP_INHDR },      /* ihl 4 */
        { 0, 0x4f, 52, DROP_IP_INHDR },      /* ihl 15: longer than the packet */
        { 0, 0x65, 52, DROP_PKT_TOO_SMALL }, /* taken for IPv6, of which more is named than there is */
        { 0, 0x55, 52, DROP_UNHANDLED_PROTO }, /* version 5 */
        { 0, 0x45, 51, DROP_PKT_TOO_SMALL }, /* cut */
        { 2, 0xff, 52, DROP_IP_CSUM },       /* the length was changed: the checksum is looked at first */
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct frame f = ack;
        f.length = cases[i].length;
        f.bytes = g_memdup2(ack.bytes, f.length);
        f.bytes[cases[i].at] = cases[i].value;
        enum drop_reason why = N_DROP_REASONS;
        struct pkt *p = parse_frame(&f, &why);
        assert_int_equal(p->kind, PKT_RAW);
        assert_int_equal(why, cases[i].why);
        assert_int_equal(p->raw_why, why);
        assert_memory_equal(p->ext->bytes, f.bytes, f.length);
        pkt_consume(sim, p);
        g_free(f.bytes);
    }
    g_free(ack.file);
    enum drop_reason why;
    pkt_consume(sim, parse_named("short-frame", &why));
    assert_int_equal(why, DROP_DEV_HDR);
    struct pkt *vlan = parse_named("vlan", &why);
    assert_int_equal(why, DROP_UNHANDLED_PROTO);
    assert_int_equal(vlan->raw_type, ETH_P_8021Q);
    pkt_consume(sim, vlan);
}

static void a_transport_header_that_lies_reaches_the_transport_as_such(void **state)
{
    (void) state;
    static const char *const names[] = { "tcp-header-too-long", "tcp-header-too-short", "udp-length-lies" };
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        struct pkt *p = parse_named(names[i], NULL);
        assert_int_equal(p->kind, PKT_IP4);
        assert_true(p->flags & PKT_BAD_HDR);
        assert_int_equal(p->hdr_len, 20);
        assert_int_equal(p->ext->n_bytes, p->len - 20);
        pkt_consume(sim, p);
    }
}

static void bytes_after_the_datagram_are_cut_off(void **state)
{
    (void) state;
    struct pkt *p = parse_named("udp-padded", NULL);
    assert_int_equal(p->len, 20 + 8 + 3);
    assert_true(p->flags & PKT_NO_CSUM);
    assert_memory_equal(p->ext->bytes, "abc", 3);
    pkt_consume(sim, p);
    struct frame ack = frame_read("linux-eth-ack");
    uint8_t padded[100] = { 0 };
    memcpy(padded, ack.bytes, ack.length);
    struct link_header header;
    p = parse(sim, true, padded, sizeof padded, &header, NULL);
    assert_int_equal(p->len, ack.length - 14);
    pkt_consume(sim, p);
    g_free(ack.file);
}

static void fragments_are_payload_with_an_offset(void **state)
{
    (void) state;
    struct pkt *p = parse_named("fragment-last", NULL);
    assert_true(p->flags & PKT_FRAGMENT);
    assert_int_equal(p->ext->frag_offset, 1480);
    assert_false(p->ext->more_fragments);
    assert_int_equal(p->hdr_len, 20);
    assert_memory_equal(p->ext->bytes, "tail", 4);
    pkt_consume(sim, p);
}

static void options_after_a_malformed_one_are_not_read(void **state)
{
    (void) state;
    static const char *const names[] = { "tcp-options-silly-length", "tcp-options-eol-then-noise", "tcp-options-one-byte-left" };
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        struct pkt *p = parse_named(names[i], NULL);
        assert_int_equal(p->flags & (PKT_HAS_MSS | PKT_HAS_TS), 0);
        assert_int_equal(p->hdr_len, 20 + 60);
        assert_memory_equal(p->ext->bytes, "data", 4);
        pkt_consume(sim, p);
    }
    struct pkt *p = parse_named("tcp-options-unknown-kind", NULL); /* skipped: what follows counts */
    assert_true(p->flags & PKT_HAS_TS);
    assert_int_equal(p->tsval, 0x01010101);
    pkt_consume(sim, p);
}

static void mss_window_scale_and_sack_permitted_count_only_in_a_syn(void **state)
{
    (void) state;
    static const uint8_t options[] = { 2, 4, 5, 180, 4, 2, 3, 3, 15, 1, 1, 1 };
    struct pkt ack = { .tcp_flags = TCPHDR_ACK }, syn = { .tcp_flags = TCPHDR_SYN };
    tcp_options_parse(&ack, options, sizeof options);
    assert_int_equal(ack.flags, 0);
    tcp_options_parse(&syn, options, sizeof options);
    assert_int_equal(syn.flags, PKT_HAS_MSS | PKT_SACK_OK | PKT_HAS_WSCALE);
    assert_int_equal(syn.mss, 1460);
    assert_int_equal(syn.wscale, 14); /* RFC 7323 s2.3: not more */
}

/* Every single bit of every frame matters to some checksum, length or address: nothing is taken for what it was. */
static void one_flipped_bit_in_a_segment_never_goes_unnoticed(void **state)
{
    (void) state;
    struct frame f = frame_read("linux-ack-ts-sack3");
    struct pkt *good = parse_frame(&f, NULL);
    for (size_t bit = 0; bit < f.length * 8; bit++) {
        f.bytes[bit / 8] ^= (uint8_t) (1u << bit % 8);
        struct pkt *p = parse_frame(&f, NULL);
        assert_true(p->kind != PKT_IP4 || p->flags & (PKT_BAD_CSUM | PKT_BAD_IPCSUM | PKT_BAD_HDR));
        assert_int_not_equal(p->digest, good->digest);
        pkt_consume(sim, p);
        f.bytes[bit / 8] ^= (uint8_t) (1u << bit % 8);
    }
    pkt_consume(sim, good);
    g_free(f.file);
}

static void every_prefix_of_every_frame_can_be_read(void **state)
{
    (void) state;
    GDir *dir = g_dir_open(CORPUS, 0, NULL);
    for (const char *name; (name = g_dir_read_name(dir));) {
        struct frame f = frame_read(name);
        for (size_t n = 0; n < f.length; n++) {
            struct frame cut = f;
            cut.bytes = g_memdup2(f.bytes, n); /* a block of its own: reading on is seen by the sanitizer */
            cut.length = n;
            pkt_consume(sim, parse_frame(&cut, NULL));
            g_free(cut.bytes);
        }
        g_free(f.file);
    }
    g_dir_close(dir);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(what_linux_wrote_is_written_back_byte_for_byte),
        T(only_options_that_the_descriptor_cannot_hold_are_kept_as_bytes),
        T(four_sack_blocks_are_read_in_their_order),
        T(an_icmp_error_names_the_segment_that_it_is_about),
        T(what_cannot_be_read_has_the_kernels_reason),
        T(a_transport_header_that_lies_reaches_the_transport_as_such),
        T(bytes_after_the_datagram_are_cut_off),
        T(fragments_are_payload_with_an_offset),
        T(options_after_a_malformed_one_are_not_read),
        T(mss_window_scale_and_sack_permitted_count_only_in_a_syn),
        T(one_flipped_bit_in_a_segment_never_goes_unnoticed),
        T(every_prefix_of_every_frame_can_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
