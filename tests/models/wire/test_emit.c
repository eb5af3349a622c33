/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/wire/bytes.h"
#include "models/wire/emit.h"
#include "models/wire/ip4.h"
#include "models/wire/ip6.h"
#include "models/wire/pcapng.h"
#include "models/wire/tcp.h"
#include <glib/gstdio.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static struct sim *sim;
static GRand *rand_;

static int setup(void **state)
{
    (void) state;
    sim = netsim_sim_new(NULL);
    rand_ = g_rand_new_with_seed(7);
    return 0;
}

static int teardown(void **state)
{
    (void) state;
    bool is_clean = sim->pkts.live == 0;
    g_rand_free(rand_);
    netsim_sim_free(sim);
    return is_clean ? 0 : -1;
}

static uint32_t random_u32(void)
{
    return g_rand_int(rand_);
}

static bool random_bool(void)
{
    return g_rand_boolean(rand_);
}

/* ---- random packets, within what a stack would make ---- */

static void random_tcp(struct pkt *p)
{
    p->sport = (uint16_t) random_u32(), p->dport = (uint16_t) random_u32();
    p->seq = random_u32(), p->ack = random_u32();
    p->window = (uint16_t) random_u32();
    p->tcp_flags = (uint8_t) random_u32();
    if (p->tcp_flags & TCPHDR_SYN) {
        if (random_bool()) p->flags |= PKT_HAS_MSS, p->mss = (uint16_t) (1 + random_u32() % 9000);
        if (random_bool()) p->flags |= PKT_SACK_OK;
        if (random_bool()) p->flags |= PKT_HAS_WSCALE, p->wscale = (uint8_t) (random_u32() % 15);
    }
    if (random_bool()) p->flags |= PKT_HAS_TS, p->tsval = random_u32(), p->tsecr = random_u32();
    if (!(p->tcp_flags & TCPHDR_SYN)) p->n_sack = (uint8_t) (random_u32() % (p->flags & PKT_HAS_TS ? 4 : 5));
    for (unsigned i = 0; i < p->n_sack; i++) {
        struct tcp_sack_block block = { random_u32(), random_u32() };
        if (i == 0) p->sack0 = block;
        else pkt_ext(p)->sack[i - 1] = block;
    }
    if (random_bool()) pkt_ext(p)->urg_ptr = (uint16_t) random_u32();
    p->hdr_len = (uint16_t) (p->hdr_len + 20 + tcp_options_len(p));
}

static void random_icmp(struct pkt *p)
{
    p->icmp_type = random_bool() ? 8 : 0;
    p->icmp_id = (uint16_t) random_u32(), p->icmp_seq = (uint16_t) random_u32();
    p->hdr_len = (uint16_t) (p->hdr_len + 8);
}

static void random_content(struct pkt *p)
{
    uint32_t n = random_u32() % 3 ? random_u32() % 1400 : 0;
    p->len = p->hdr_len + n;
    if (n == 0 || random_bool()) return;
    struct pkt_ext *e = pkt_ext(p); /* not always all of it */
    e->n_bytes = 1 + random_u32() % n;
    e->bytes = g_malloc(e->n_bytes);
    for (uint32_t i = 0; i < e->n_bytes; i++) e->bytes[i] = (uint8_t) random_u32();
}

static struct pkt *random_pkt(void)
{
    static const uint8_t protos[] = { PROTO_TCP, PROTO_TCP, PROTO_UDP, PROTO_ICMP, 132 };
    struct pkt *p = pkt_new(sim);
    p->kind = PKT_IP4;
    p->proto = protos[random_u32() % G_N_ELEMENTS(protos)];
    p->ttl = (uint8_t) random_u32(), p->tos = (uint8_t) random_u32();
    p->ip_id = (uint16_t) random_u32();
    p->saddr = random_u32(), p->daddr = random_u32();
    if (random_bool()) p->flags |= PKT_DF;
    if (random_u32() % 8 == 0) {
        struct pkt_ext *e = pkt_ext(p);
        e->n_ip_options = (uint8_t) (4 + random_u32() % 10 * 4);
        for (unsigned i = 0; i < e->n_ip_options; i++) e->ip_options[i] = (uint8_t) random_u32();
    }
    p->hdr_len = (uint16_t) ip4_hdr_len(p);
    if (p->proto == PROTO_TCP) random_tcp(p);
    else if (p->proto == PROTO_ICMP) random_icmp(p);
    else if (p->proto == PROTO_UDP) {
        p->sport = (uint16_t) random_u32(), p->dport = (uint16_t) random_u32();
        p->hdr_len = (uint16_t) (p->hdr_len + 8);
        if (random_u32() % 8 == 0) p->flags |= PKT_NO_CSUM;
    }
    random_content(p);
    return p;
}

/* What both descriptors write, compared field by field. */
static void assert_same(const struct pkt *p, const struct pkt *q)
{
    static const struct pkt_ext none;
    const struct pkt_ext *e = p->ext ? p->ext : &none, *f = q->ext ? q->ext : &none;
    assert_int_equal(p->kind, q->kind);
    assert_int_equal(p->len, q->len);
    assert_int_equal(p->hdr_len, q->hdr_len);
    assert_int_equal(p->flags, q->flags);
    assert_int_equal(p->proto, q->proto);
    assert_int_equal(p->ttl, q->ttl);
    assert_int_equal(p->tos, q->tos);
    assert_int_equal(p->ip_id, q->ip_id);
    assert_int_equal(p->saddr, q->saddr);
    assert_int_equal(p->daddr, q->daddr);
    size_t from = offsetof(struct pkt, sport), to = offsetof(struct pkt, ip_id);
    assert_memory_equal((const char *) p + from, (const char *) q + from, to - from);
    assert_memory_equal(e->sack, f->sack, sizeof e->sack);
    assert_int_equal(e->n_ip_options, f->n_ip_options);
    assert_memory_equal(e->ip_options, f->ip_options, sizeof e->ip_options);
    assert_int_equal(e->urg_ptr, f->urg_ptr);
    assert_int_equal(f->n_tcp_options, 0);
    for (uint32_t i = 0; i < pkt_payload_len(p); i++)
        assert_int_equal(i < e->n_bytes ? e->bytes[i] : 0, i < f->n_bytes ? f->bytes[i] : 0);
}

static void any_packet_is_read_back_as_it_was(void **state)
{
    (void) state;
    for (unsigned i = 0; i < 20000; i++) {
        struct pkt *p = random_pkt();
        struct link_header header = { .present = random_bool(), .dst = { 2, 0, 0, 0, 0, 1 }, .src = { 2, 0, 0, 0, 0, 2 } }, seen;
        uint8_t *out = g_malloc(emit_room(p));
        size_t n = emit(p, &header, out);
        assert_int_equal(n, p->len + (header.present ? 14 : 0));
        struct pkt *q = parse(sim, header.present, out, n, &seen, NULL);
        assert_same(p, q);
        if (header.present) assert_memory_equal(seen.dst, header.dst, 12);
        g_free(out);
        pkt_consume(sim, p);
        pkt_consume(sim, q);
    }
}

static uint16_t parsed_flags(const struct pkt *p)
{
    struct link_header header;
    uint8_t *out = g_malloc(emit_room(p));
    struct pkt *q = parse(sim, false, out, emit(p, NULL, out), &header, NULL);
    uint16_t flags = q->flags;
    g_free(out);
    pkt_consume(sim, q);
    return flags;
}

static void corrupt_packets_have_wrong_bytes(void **state)
{
    (void) state;
    for (unsigned i = 0; i < 20000; i++) {
        struct pkt *p = random_pkt();
        bool has_sum = p->proto != 132 && !(p->flags & PKT_NO_CSUM);
        p->flags |= PKT_BAD_CSUM;
        assert_int_equal(parsed_flags(p) & PKT_BAD_CSUM, has_sum ? PKT_BAD_CSUM : 0);
        p->flags ^= PKT_BAD_CSUM | PKT_BAD_IPCSUM;
        assert_int_equal(parsed_flags(p) & (PKT_BAD_IPCSUM | PKT_BAD_CSUM), PKT_BAD_IPCSUM);
        pkt_consume(sim, p);
    }
}

/* The sum of pseudo header, ports, length and payload is 0xffff: RFC 768 sends all ones. */
static void a_udp_checksum_of_zero_is_written_as_ones(void **state)
{
    (void) state;
    struct pkt p = { .kind = PKT_IP4, .proto = PROTO_UDP, .len = 28, .hdr_len = 28, .gso_segs = 1 };
    p.sport = (uint16_t) (0xffff - PROTO_UDP - 8 - 8);
    uint8_t out[64];
    emit(&p, NULL, out);
    assert_int_equal(get_be16(out + 26), 0xffff);
    p.flags = PKT_NO_CSUM;
    emit(&p, NULL, out);
    assert_int_equal(get_be16(out + 26), 0);
    p.flags = PKT_BAD_CSUM;
    for (unsigned port = 0; port < 65536; port++) { /* whatever the right one is, the wrong one is neither that nor absent */
        p.sport = (uint16_t) port;
        emit(&p, NULL, out);
        assert_int_not_equal(get_be16(out + 26), 0);
        assert_true(parsed_flags(&p) & PKT_BAD_CSUM);
    }
}

static struct pkt *new_segment(uint32_t payload)
{
    struct pkt *p = pkt_new(sim);
    p->kind = PKT_IP4, p->proto = PROTO_TCP, p->ttl = 64, p->saddr = 0x0a000001, p->daddr = 0x0a000002;
    p->sport = 1000, p->dport = 80, p->seq = 7, p->ack = 8, p->tcp_flags = TCPHDR_ACK, p->flags = PKT_DF;
    p->hdr_len = 40;
    p->len = 40 + payload;
    return p;
}

static void an_icmp_error_quotes_what_fits_into_576_bytes(void **state)
{
    (void) state;
    struct pkt *segment = new_segment(1460), *p = pkt_new(sim);
    p->kind = PKT_IP4, p->proto = PROTO_ICMP, p->ttl = 64, p->saddr = 0x0a0000fe, p->daddr = 0x0a000001;
    p->icmp_type = 3, p->icmp_code = 4, p->icmp_mtu = 1280;
    p->hdr_len = 28, p->len = 576;
    pkt_ext(p)->quoted = pkt_quote(segment);
    uint8_t out[700], original[1600];
    assert_int_equal(emit(p, NULL, out), 576);
    emit(segment, NULL, original);
    assert_memory_equal(out + 28, original, 576 - 28);
    assert_int_equal(get_be16(out + 20 + 6), 1280);
    struct link_header header;
    struct pkt *q = parse(sim, false, out, 576, &header, NULL);
    assert_int_equal(q->flags, 0);
    assert_int_equal(q->icmp_mtu, 1280);
    assert_int_equal(q->ext->quoted->len, 1500);
    assert_int_equal(q->ext->quoted->seq, 7);
    pkt_consume(sim, q);
    pkt_consume(sim, p);
    pkt_consume(sim, segment);
}

/* RFC 791 s3.2: the pieces, put together, are the datagram. */
static void fragments_are_slices_of_the_datagram(void **state)
{
    (void) state;
    struct pkt *whole = pkt_new(sim);
    whole->kind = PKT_IP4, whole->proto = PROTO_UDP, whole->sport = 1, whole->dport = 2, whole->hdr_len = 28, whole->len = 3028;
    struct pkt_ext *e = pkt_ext(whole);
    e->bytes = g_malloc(e->n_bytes = 3000);
    for (unsigned i = 0; i < 3000; i++) e->bytes[i] = (uint8_t) random_u32();
    uint8_t bytes[3100], together[3100], out[1600];
    emit(whole, NULL, bytes);
    for (uint32_t offset = 0; offset < 3008; offset += 1480) {
        uint32_t n = ns_min(1480u, 3008 - offset);
        struct pkt *p = pkt_new(sim);
        p->kind = PKT_IP4, p->proto = PROTO_UDP, p->flags = PKT_FRAGMENT, p->hdr_len = 20, p->len = 20 + n;
        pkt_ext(p)->frag_offset = (uint16_t) offset, p->ext->more_fragments = offset + n < 3008;
        p->ext->quoted = pkt_quote(whole);
        assert_int_equal(emit(p, NULL, out), 20 + n);
        assert_int_equal(get_be16(out + 6), offset / 8 | (p->ext->more_fragments ? 0x2000 : 0));
        memcpy(together + offset, out + 20, n);
        pkt_consume(sim, p);
    }
    assert_memory_equal(together, bytes + 20, 3008);
    pkt_consume(sim, whole);
}

/* Forwarding and marking change the descriptor; the bytes must follow. */
static void hop_limit_and_ecn_mark_reach_the_bytes_of_ipv6(void **state)
{
    (void) state;
    uint8_t bytes[48] = { 0x60, 0x20, 0, 5, 0, 8, 17, 64, [8] = 0xfd, [24] = 0xfd }, out[80];
    struct link_header header;
    struct pkt *p = parse(sim, false, bytes, sizeof bytes, &header, NULL);
    assert_int_equal(p->kind, PKT_IP6);
    assert_int_equal(p->tos, INET_ECN_ECT_0);
    assert_int_equal(p->ttl, 64);
    assert_int_equal(emit(p, NULL, out), 48);
    assert_memory_equal(out, bytes, 48);
    p->ttl--;
    p->tos |= INET_ECN_CE;
    emit(p, NULL, out);
    bytes[7] = 63, bytes[1] = 0x30;
    assert_memory_equal(out, bytes, 48);
    pkt_consume(sim, p);
}

static void an_arp_request_looks_as_rfc_826_says(void **state)
{
    (void) state;
    static const uint8_t want[42] = {
        255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 1, 8, 6,
        0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 1, 10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 10, 0, 0, 2,
    };
    struct pkt *p = pkt_new(sim);
    p->kind = PKT_ARP, p->arp_op = 1, p->saddr = 0x0a000001, p->daddr = 0x0a000002, p->len = 28;
    memcpy(pkt_ext(p)->src_mac, (uint8_t[]){ 2, 0, 0, 0, 0, 1 }, 6);
    struct link_header header = { true, { 255, 255, 255, 255, 255, 255 }, { 2, 0, 0, 0, 0, 1 } };
    uint8_t out[64];
    assert_int_equal(emit(p, &header, out), sizeof want);
    assert_memory_equal(out, want, sizeof want);
    pkt_consume(sim, p);
}

/* ---- a judge from outside ---- */

static void append_tcp_fields(GString *line, const struct pkt *p)
{
    g_string_append_printf(line, "%u|%u|%u|%u|%u|%u|", p->ttl, p->sport, p->dport, p->seq, p->ack, p->window);
    if (p->flags & PKT_HAS_MSS) g_string_append_printf(line, "%u", p->mss);
    g_string_append_c(line, '|');
    if (p->flags & PKT_HAS_WSCALE) g_string_append_printf(line, "%u", p->wscale);
    g_string_append_c(line, '|');
    if (p->flags & PKT_HAS_TS) g_string_append_printf(line, "%u|%u|", p->tsval, p->tsecr);
    else g_string_append(line, "||");
    for (unsigned i = 0; i < p->n_sack; i++) g_string_append_printf(line, "%s%u", i ? "," : "", pkt_sack(p, i).start);
    g_string_append_c(line, '|');
    for (unsigned i = 0; i < p->n_sack; i++) g_string_append_printf(line, "%s%u", i ? "," : "", pkt_sack(p, i).end);
    g_string_append(line, "|1|1|\n");
}

static void wireshark_reads_the_same_fields(void **state)
{
    (void) state;
    gchar *program = g_find_program_in_path("tshark");
    if (!program) skip();
    g_free(program);
    gchar *folder = g_dir_make_tmp("netsim-XXXXXX", NULL), *path = g_build_filename(folder, "a.pcapng", NULL);
    struct pcapng *f = pcapng_open(path, NULL);
    pcapng_write_interface(f, &(struct pcapng_interface){ .name = "eth0", .link_type = LINKTYPE_ETHERNET });
    const struct link_header header = { true, { 2 }, { 2, 1 } };
    GString *want = g_string_new(NULL);
    for (unsigned i = 0; i < 3000; i++) {
        struct pkt *p = random_pkt();
        if (p->proto == PROTO_TCP && ip4_hdr_len(p) == 20) {
            uint8_t *out = g_malloc(emit_room(p));
            size_t length = emit(p, &header, out);
            pcapng_write_packet(f, &(struct pcapng_packet){ .bytes = out, .length = (uint32_t) length });
            append_tcp_fields(want, p);
            g_free(out);
        }
        pkt_consume(sim, p);
    }
    assert_true(pcapng_close(f, NULL));
    static const char fields[] = "ip.ttl tcp.srcport tcp.dstport tcp.seq_raw tcp.ack_raw tcp.window_size_value tcp.options.mss_val "
                                 "tcp.options.wscale.shift tcp.options.timestamp.tsval tcp.options.timestamp.tsecr "
                                 "tcp.options.sack_le tcp.options.sack_re ip.checksum.status tcp.checksum.status _ws.malformed";
    gchar **names = g_strsplit(fields, " ", -1), *e = g_strjoinv(" -e ", names), *out;
    gchar *line = g_strdup_printf("tshark -n -r %s -d tcp.port==0-65535,data -o tcp.relative_sequence_numbers:FALSE "
                                  "-o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE -T fields -E separator='|' -e %s", path, e);
    assert_true(g_spawn_command_line_sync(line, &out, NULL, NULL, NULL));
    assert_string_equal(out, want->str);
    assert_true(want->len > 1000 * 20);
    g_free(out);
    g_free(line);
    g_free(e);
    g_strfreev(names);
    g_string_free(want, TRUE);
    g_unlink(path);
    g_rmdir(folder);
    g_free(path);
    g_free(folder);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(any_packet_is_read_back_as_it_was),
        T(corrupt_packets_have_wrong_bytes),
        T(a_udp_checksum_of_zero_is_written_as_ones),
        T(an_icmp_error_quotes_what_fits_into_576_bytes),
        T(fragments_are_slices_of_the_datagram),
        T(hop_limit_and_ecn_mark_reach_the_bytes_of_ipv6),
        T(an_arp_request_looks_as_rfc_826_says),
        T(wireshark_reads_the_same_fields),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
