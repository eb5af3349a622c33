/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/wire/bytes.h"
#include "models/wire/tcp.h"

unsigned tcp_options_write(const struct pkt *p, uint8_t *out)
{
    if (p->ext && p->ext->n_tcp_options) {
        memcpy(out, p->ext->tcp_options, p->ext->n_tcp_options);
        return p->ext->n_tcp_options;
    }
    uint8_t *at = out;
    if (p->flags & PKT_HAS_MSS) {
        put_be32(at, (uint32_t) TCPOPT_MSS << 24 | TCPOLEN_MSS << 16 | p->mss);
        at += 4;
    }
    const uint16_t sack_perm = TCPOPT_SACK_PERM << 8 | TCPOLEN_SACK_PERM, nop_nop = TCPOPT_NOP << 8 | TCPOPT_NOP;
    if (p->flags & PKT_HAS_TS) {
        put_be16(at, p->flags & PKT_SACK_OK ? sack_perm : nop_nop);
        put_be16(at + 2, TCPOPT_TIMESTAMP << 8 | TCPOLEN_TIMESTAMP);
        put_be32(at + 4, p->tsval);
        put_be32(at + 8, p->tsecr);
        at += 12;
    } else if (p->flags & PKT_SACK_OK) {
        put_be16(at, nop_nop);
        put_be16(at + 2, sack_perm);
        at += 4;
    }
    if (p->flags & PKT_HAS_WSCALE) {
        put_be32(at, (uint32_t) TCPOPT_NOP << 24 | TCPOPT_WINDOW << 16 | TCPOLEN_WINDOW << 8 | p->wscale);
        at += 4;
    }
    if (p->n_sack) {
        put_be16(at, nop_nop);
        put_be16(at + 2, (uint16_t) (TCPOPT_SACK << 8 | (TCPOLEN_SACK_BASE + p->n_sack * TCPOLEN_SACK_PERBLOCK)));
        at += 4;
        for (unsigned i = 0; i < p->n_sack; i++, at += TCPOLEN_SACK_PERBLOCK) {
            struct tcp_sack_block block = pkt_sack(p, i);
            put_be32(at, block.start);
            put_be32(at + 4, block.end);
        }
    }
    return (unsigned) (at - out);
}

static void parse_sack(struct pkt *p, const uint8_t *at, unsigned length)
{
    if (length < TCPOLEN_SACK_BASE + TCPOLEN_SACK_PERBLOCK || (length - TCPOLEN_SACK_BASE) % TCPOLEN_SACK_PERBLOCK) return;
    p->n_sack = (uint8_t) ((length - TCPOLEN_SACK_BASE) / TCPOLEN_SACK_PERBLOCK);
    for (unsigned i = 0; i < p->n_sack; i++) {
        const uint8_t *edges = at + TCPOLEN_SACK_BASE + i * TCPOLEN_SACK_PERBLOCK;
        struct tcp_sack_block block = { get_be32(edges), get_be32(edges + 4) };
        if (i == 0) p->sack0 = block;
        else pkt_ext(p)->sack[i - 1] = block;
    }
}

/* One option with its right length; others are skipped, as the kernel does. */
static void parse_option(struct pkt *p, const uint8_t *at, unsigned length)
{
    bool syn = p->tcp_flags & TCPHDR_SYN;
    switch (at[0]) {
    case TCPOPT_MSS:
        if (length != TCPOLEN_MSS || !syn || !get_be16(at + 2)) return;
        p->flags |= PKT_HAS_MSS;
        p->mss = get_be16(at + 2);
        return;
    case TCPOPT_WINDOW:
        if (length != TCPOLEN_WINDOW || !syn) return;
        p->flags |= PKT_HAS_WSCALE;
        p->wscale = ns_min(at[2], (uint8_t) TCP_MAX_WSCALE); /* RFC 7323 s2.3 */
        return;
    case TCPOPT_SACK_PERM:
        if (length == TCPOLEN_SACK_PERM && syn) p->flags |= PKT_SACK_OK;
        return;
    case TCPOPT_TIMESTAMP:
        if (length != TCPOLEN_TIMESTAMP) return;
        p->flags |= PKT_HAS_TS;
        p->tsval = get_be32(at + 2);
        p->tsecr = get_be32(at + 6);
        return;
    case TCPOPT_SACK:
        parse_sack(p, at, length);
        return;
    }
}

void tcp_options_parse(struct pkt *p, const uint8_t *options, unsigned n)
{
    for (unsigned i = 0; i < n && options[i] != TCPOPT_EOL;) {
        if (options[i] == TCPOPT_NOP) {
            i++;
            continue;
        }
        if (i + 1 == n) return;
        unsigned length = options[i + 1];
        if (length < 2 || i + length > n) return; /* "silly options", partial options */
        parse_option(p, options + i, length);
        i += length;
    }
}
