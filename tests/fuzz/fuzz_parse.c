/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_parse.c - any bytes become a packet; what it is written as is read as the same packet again.
 *
 * The first byte of an input tells its kind: 'e' a frame, anything else an IP packet.
 */
#include "models/wire/emit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct pkt *read_and_check(struct sim *sim, bool ethernet, const uint8_t *bytes, size_t length, struct link_header *header)
{
    enum drop_reason why = N_DROP_REASONS;
    struct pkt *p = parse(sim, ethernet, bytes, length, header, &why);
    g_assert_cmpuint(why, <, N_DROP_REASONS);
    g_assert_true(p->kind == PKT_RAW || p->len <= length);
    g_assert_true(p->kind == PKT_RAW || p->hdr_len <= p->len);
    g_assert_true(header->present == ethernet);
    return p;
}

/* The fields that have a place on the wire. */
static void assert_same(const struct pkt *p, const struct pkt *q)
{
    g_assert_cmpuint(p->kind, ==, q->kind);
    g_assert_cmpuint(p->len, ==, q->len);
    g_assert_cmpuint(p->hdr_len, ==, q->hdr_len);
    g_assert_cmphex(p->flags, ==, q->flags);
    g_assert_cmpmem(&p->sport, offsetof(struct pkt, ip_id) - offsetof(struct pkt, sport), &q->sport,
                    offsetof(struct pkt, ip_id) - offsetof(struct pkt, sport));
    g_assert_true(!p->ext == !q->ext);
    if (p->ext) g_assert_cmpmem(p->ext->bytes, p->ext->n_bytes, q->ext->bytes, q->ext->n_bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    struct sim *sim = netsim_sim_new(NULL);
    struct link_header header;
    bool ethernet = data[0] == 'e';
    struct pkt *p = read_and_check(sim, ethernet, data + 1, size - 1, &header);
    size_t room = ns_max(emit_room(p), size);
    uint8_t *out = g_malloc(room);
    size_t length = emit(p, &header, out);
    g_assert_cmpuint(length, <, size); /* size counts the byte that tells the kind */
    struct pkt *q = read_and_check(sim, ethernet, out, length, &header);
    assert_same(p, q);
    g_free(out);
    pkt_consume(sim, p);
    pkt_consume(sim, q);
    g_assert_cmpuint(sim->pkts.live, ==, 0);
    netsim_sim_free(sim);
    return 0;
}
