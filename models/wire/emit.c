/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/wire/emit.h"

#include "models/wire/arp.h"
#include "models/wire/bytes.h"
#include "models/wire/eth.h"
#include "models/wire/icmp.h"
#include "models/wire/ip4.h"
#include "models/wire/ip6.h"
#include "models/wire/tcp.h"
#include "models/wire/udp.h"

/* What a wrong checksum differs by from the right one; not 0xffff, for which 0 and ~0 would be equal. */
enum { WRONG = 0x5555 };

/* @n bytes of payload: what the packet has of it, then zeros. Returns how many may be other than zero. */
static uint32_t emit_content(const struct pkt *p, uint8_t *out, uint32_t n)
{
    uint32_t have = p->ext ? ns_min(p->ext->n_bytes, n) : 0;
    if (have) memcpy(out, p->ext->bytes, have);
    memset(out + have, 0, n - have);
    return have;
}

static uint16_t final_checksum(const struct pkt *p, uint32_t sum)
{
    uint16_t check = checksum_fold(sum);
    return p->flags & PKT_BAD_CSUM ? check ^ WRONG : check;
}

static void emit_tcp(const struct pkt *p, uint8_t *out, uint32_t n)
{
    struct tcp_hdr h = {
        .source = htobe16(p->sport),
        .dest = htobe16(p->dport),
        .seq = htobe32(p->seq),
        .ack_seq = htobe32(p->ack),
        .flags = p->tcp_flags,
        .window = htobe16(p->window),
        .urg_ptr = htobe16(p->ext ? p->ext->urg_ptr : 0),
    };
    uint32_t hlen = (uint32_t) sizeof h + tcp_options_write(p, out + sizeof h);
    ns_assert(p->hdr_len == p->len - n + hlen);
    h.doff_res = (uint8_t) (hlen / 4 << 4 | (p->ext ? p->ext->tcp_res & 15 : 0));
    memcpy(out, &h, sizeof h);
    uint32_t have = emit_content(p, out + hlen, n - hlen);
    h.check = htobe16(final_checksum(p, checksum_add(ip4_pseudo_sum(p, n), out, hlen + have)));
    memcpy(out, &h, sizeof h);
}

static void emit_udp(const struct pkt *p, uint8_t *out, uint32_t n)
{
    struct udp_hdr h = {
        .source = htobe16(p->sport),
        .dest = htobe16(p->dport),
        .len = htobe16(n > UINT16_MAX ? 0 : (uint16_t) n),
    };
    ns_assert(p->hdr_len == p->len - n + sizeof h);
    memcpy(out, &h, sizeof h);
    uint32_t have = emit_content(p, out + sizeof h, n - sizeof h);
    if (p->flags & PKT_NO_CSUM) return;
    uint16_t check = checksum_fold(checksum_add(ip4_pseudo_sum(p, n), out, sizeof h + have));
    if (p->flags & PKT_BAD_CSUM) check = check == WRONG ? (uint16_t) ~WRONG : check ^ WRONG;
    h.check = htobe16(check ? check : UINT16_MAX); /* RFC 768: zero means "no checksum" */
    memcpy(out, &h, sizeof h);
}

/* The first @n bytes of the packet that an ICMP error is about. */
static void emit_quote(const struct pkt *quoted, uint8_t *out, uint32_t n)
{
    uint8_t *whole = g_malloc(emit_room(quoted));
    uint32_t have = ns_min((uint32_t) emit(quoted, NULL, whole), n);
    memcpy(out, whole, have);
    memset(out + have, 0, n - have);
    g_free(whole);
}

static void emit_icmp(const struct pkt *p, uint8_t *out, uint32_t n)
{
    bool frag_needed = p->icmp_type == ICMP_DEST_UNREACH && p->icmp_code == ICMP_FRAG_NEEDED;
    struct icmp_hdr h = {
        .type = p->icmp_type,
        .code = p->icmp_code,
        .id = htobe16(p->icmp_id),
        .seq = htobe16(frag_needed ? (uint16_t) ns_min(p->icmp_mtu, (uint32_t) UINT16_MAX) : p->icmp_seq),
    };
    ns_assert(p->hdr_len == p->len - n + sizeof h);
    memcpy(out, &h, sizeof h);
    if (p->ext && p->ext->quoted && !p->ext->bytes) emit_quote(p->ext->quoted, out + sizeof h, n - sizeof h);
    else emit_content(p, out + sizeof h, n - sizeof h);
    h.checksum = htobe16(final_checksum(p, checksum_add(0, out, n)));
    memcpy(out, &h, sizeof h);
}

/* Bytes frag_offset and on of the datagram that is being cut. */
static void emit_fragment(const struct pkt *p, uint8_t *out, uint32_t n)
{
    const struct pkt *whole = p->ext->quoted;
    if (p->ext->bytes || !whole) {
        emit_content(p, out, n);
        return;
    }
    uint8_t *bytes = g_malloc(emit_room(whole));
    size_t length = emit(whole, NULL, bytes), start = ip4_hdr_len(whole) + p->ext->frag_offset;
    ns_assert(start + n <= length);
    memcpy(out, bytes + start, n);
    g_free(bytes);
}

static void emit_ip4_header(const struct pkt *p, uint8_t *out, uint32_t ihl)
{
    uint16_t frag_off = p->flags & PKT_DF ? IP_DF : 0;
    if (p->flags & PKT_FRAGMENT) frag_off |= (uint16_t) (p->ext->frag_offset / 8 | (p->ext->more_fragments ? IP_MF : 0));
    struct ip4_hdr h = {
        .version_ihl = (uint8_t) (4 << 4 | ihl / 4),
        .tos = p->tos,
        .tot_len = htobe16(p->len > UINT16_MAX ? 0 : (uint16_t) p->len), /* a big super-packet says 0, as the kernel's */
        .id = htobe16(p->ip_id),
        .frag_off = htobe16(frag_off),
        .ttl = p->ttl,
        .protocol = p->proto,
        .saddr = htobe32(p->saddr),
        .daddr = htobe32(p->daddr),
    };
    memcpy(out, &h, sizeof h);
    if (ihl > sizeof h) memcpy(out + sizeof h, p->ext->ip_options, ihl - sizeof h);
    uint16_t check = checksum_fold(checksum_add(0, out, ihl));
    h.check = htobe16(p->flags & PKT_BAD_IPCSUM ? check ^ WRONG : check);
    memcpy(out, &h, sizeof h);
}

static void emit_ip4(const struct pkt *p, uint8_t *out)
{
    uint32_t ihl = ip4_hdr_len(p);
    ns_assert(p->len >= ihl);
    ns_assert(p->len >= p->hdr_len);
    emit_ip4_header(p, out, ihl);
    uint32_t n = p->len - ihl;
    out += ihl;
    if (p->flags & PKT_FRAGMENT) emit_fragment(p, out, n);
    else if (p->flags & PKT_BAD_HDR) emit_content(p, out, n);
    else if (p->proto == PROTO_TCP) emit_tcp(p, out, n);
    else if (p->proto == PROTO_UDP) emit_udp(p, out, n);
    else if (p->proto == PROTO_ICMP) emit_icmp(p, out, n);
    else emit_content(p, out, n);
}

static void emit_ip6(const struct pkt *p, uint8_t *out)
{
    struct ip6_hdr h;
    ns_assert(p->len >= sizeof h);
    emit_content(p, out, p->len);
    memcpy(&h, out, sizeof h);
    h.version_class_flow = htobe32((be32toh(h.version_class_flow) & ~(0xffu << 20)) | (uint32_t) p->tos << 20);
    h.hop_limit = p->ttl;
    memcpy(out, &h, sizeof h);
}

static void emit_arp(const struct pkt *p, uint8_t *out)
{
    struct arp_hdr h = {
        .hrd = htobe16(ARPHRD_ETHER),
        .pro = htobe16(ETH_P_IP),
        .hln = 6,
        .pln = 4,
        .op = htobe16(p->arp_op),
    };
    put_be32(h.spa, p->saddr);
    put_be32(h.tpa, p->daddr);
    if (p->ext) {
        memcpy(h.sha, p->ext->src_mac, sizeof h.sha);
        memcpy(h.tha, p->ext->dst_mac, sizeof h.tha);
    }
    memcpy(out, &h, sizeof h);
}

static uint8_t *emit_eth(const struct pkt *p, const struct link_header *link, uint8_t *out)
{
    static const uint16_t types[] = { [PKT_ARP] = ETH_P_ARP, [PKT_IP4] = ETH_P_IP, [PKT_IP6] = ETH_P_IPV6 };
    struct eth_hdr h = { .type = htobe16(types[p->kind]) };
    memcpy(h.dst, link->dst, sizeof h.dst);
    memcpy(h.src, link->src, sizeof h.src);
    memcpy(out, &h, sizeof h);
    return out + sizeof h;
}

size_t emit(const struct pkt *p, const struct link_header *link, uint8_t *out)
{
    uint8_t *at = out;
    if (p->kind == PKT_RAW) {
        if (p->ext->n_bytes) memcpy(out, p->ext->bytes, p->ext->n_bytes);
        return p->ext->n_bytes;
    }
    if (link && link->present) at = emit_eth(p, link, out);
    if (p->kind == PKT_IP4) emit_ip4(p, at);
    else if (p->kind == PKT_IP6) emit_ip6(p, at);
    else emit_arp(p, at);
    return (size_t) (at - out) + p->len;
}
