/* SPDX-License-Identifier: GPL-3.0-or-later */
/* parse.c - bytes from outside become descriptors here, or stay PKT_RAW.  The tests are the kernel's, in its order. */
#include "models/wire/arp.h"
#include "models/wire/bytes.h"
#include "models/wire/emit.h"
#include "models/wire/eth.h"
#include "models/wire/icmp.h"
#include "models/wire/ip4.h"
#include "models/wire/ip6.h"
#include "models/wire/tcp.h"
#include "models/wire/udp.h"

static void keep_bytes(struct pkt *p, const uint8_t *bytes, size_t n)
{
    if (n == 0) return;
    struct pkt_ext *e = pkt_ext(p);
    e->bytes = g_memdup2(bytes, n);
    e->n_bytes = (uint32_t) n;
}

static bool sum_is_right(uint32_t sum, const uint8_t *bytes, uint32_t n)
{
    return checksum_fold(checksum_add(sum, bytes, n)) == 0;
}

static void read_tcp_header(struct pkt *p, const struct tcp_hdr *h)
{
    p->sport = be16toh(h->source);
    p->dport = be16toh(h->dest);
    p->seq = be32toh(h->seq);
    p->ack = be32toh(h->ack_seq);
    p->tcp_flags = h->flags;
    p->window = be16toh(h->window);
    if (h->urg_ptr) pkt_ext(p)->urg_ptr = be16toh(h->urg_ptr);
    if (h->doff_res & 15) pkt_ext(p)->tcp_res = h->doff_res & 15;
}

/* The descriptor says the same as the bytes only if they are laid out as Linux does; else the bytes are kept. */
static void read_tcp_options(struct pkt *p, const uint8_t *options, unsigned n)
{
    uint8_t ours[TCP_MAX_OPTIONS_BYTES];
    tcp_options_parse(p, options, n);
    if (tcp_options_len(p) == n && tcp_options_write(p, ours) == n && memcmp(ours, options, n) == 0) return;
    struct pkt_ext *e = pkt_ext(p);
    memcpy(e->tcp_options, options, n);
    e->n_tcp_options = (uint8_t) n;
}

static bool parse_tcp(struct pkt *p, const uint8_t *at, uint32_t n)
{
    struct tcp_hdr h;
    if (n < sizeof h) return false;
    memcpy(&h, at, sizeof h);
    uint32_t hlen = (uint32_t) (h.doff_res >> 4) * 4;
    if (hlen < sizeof h || hlen > n) return false;
    if (!sum_is_right(ip4_pseudo_sum(p, n), at, n)) p->flags |= PKT_BAD_CSUM;
    read_tcp_header(p, &h);
    read_tcp_options(p, at + sizeof h, hlen - (uint32_t) sizeof h);
    p->hdr_len = (uint16_t) (p->hdr_len + hlen);
    keep_bytes(p, at + hlen, n - hlen);
    return true;
}

static bool parse_udp(struct pkt *p, const uint8_t *at, uint32_t n)
{
    struct udp_hdr h;
    if (n < sizeof h) return false;
    memcpy(&h, at, sizeof h);
    uint32_t ulen = be16toh(h.len);
    if (ulen < sizeof h || ulen > n) return false;
    p->len -= n - ulen; /* udp4_rcv() trims what follows the datagram */
    if (h.check == 0) p->flags |= PKT_NO_CSUM;
    else if (!sum_is_right(ip4_pseudo_sum(p, ulen), at, ulen)) p->flags |= PKT_BAD_CSUM;
    p->sport = be16toh(h.source);
    p->dport = be16toh(h.dest);
    p->hdr_len = (uint16_t) (p->hdr_len + sizeof h);
    keep_bytes(p, at + sizeof h, ulen - sizeof h);
    return true;
}

static void read_icmp_header(struct pkt *p, const struct icmp_hdr *h)
{
    p->icmp_type = h->type;
    p->icmp_code = h->code;
    p->icmp_id = be16toh(h->id);
    p->icmp_seq = be16toh(h->seq);
    if (h->type == ICMP_DEST_UNREACH && h->code == ICMP_FRAG_NEEDED) p->icmp_mtu = p->icmp_seq;
}

/* All of the IPv4 header but its checks: @n >= ihl. */
static void read_ip4_header(struct pkt *p, const uint8_t *at, uint32_t ihl)
{
    struct ip4_hdr h;
    memcpy(&h, at, sizeof h);
    uint16_t frag_off = be16toh(h.frag_off);
    p->kind = PKT_IP4;
    p->len = be16toh(h.tot_len);
    p->hdr_len = (uint16_t) ihl;
    p->tos = h.tos;
    p->ip_id = be16toh(h.id);
    p->ttl = h.ttl;
    p->proto = h.protocol;
    p->saddr = be32toh(h.saddr);
    p->daddr = be32toh(h.daddr);
    if (frag_off & IP_DF) p->flags |= PKT_DF;
    if (frag_off & (IP_MF | IP_OFFSET)) {
        p->flags |= PKT_FRAGMENT;
        pkt_ext(p)->frag_offset = (uint16_t) ((frag_off & IP_OFFSET) * 8);
        pkt_ext(p)->more_fragments = frag_off & IP_MF;
    }
    if (ihl > sizeof h) {
        memcpy(pkt_ext(p)->ip_options, at + sizeof h, ihl - sizeof h);
        pkt_ext(p)->n_ip_options = (uint8_t) (ihl - sizeof h);
    }
}

/* Ports or identities of a quoted packet, of which there may be no more than eight bytes. */
static void read_quoted_transport(struct pkt *p, const uint8_t *at, uint32_t n)
{
    if (p->proto == PROTO_TCP) {
        struct tcp_hdr h = { 0 };
        memcpy(&h, at, ns_min(n, (uint32_t) sizeof h));
        read_tcp_header(p, &h);
        p->hdr_len = (uint16_t) (p->hdr_len + sizeof h);
    } else if (p->proto == PROTO_UDP) {
        p->sport = get_be16(at);
        p->dport = get_be16(at + 2);
        p->hdr_len = (uint16_t) (p->hdr_len + sizeof(struct udp_hdr));
    } else if (p->proto == PROTO_ICMP) {
        struct icmp_hdr h;
        memcpy(&h, at, sizeof h);
        read_icmp_header(p, &h);
        p->hdr_len = (uint16_t) (p->hdr_len + sizeof h);
    }
}

/* The packet that an ICMP error quotes; NULL when icmp_unreach() or icmp_socket_deliver() would not read it.
 * Its bytes stay with the error, which is how it is written again. */
static struct pkt *parse_quoted(const uint8_t *at, uint32_t n)
{
    if (n < sizeof(struct ip4_hdr) + 8 || at[0] >> 4 != 4) return NULL;
    uint32_t ihl = (uint32_t) (at[0] & 15) * 4;
    if (ihl < sizeof(struct ip4_hdr) || ihl + 8 > n) return NULL;
    struct pkt blank = { .gso_segs = 1 };
    struct pkt *q = pkt_quote(&blank);
    read_ip4_header(q, at, ihl);
    if (!(q->flags & PKT_FRAGMENT && q->ext->frag_offset)) read_quoted_transport(q, at + ihl, n - ihl);
    return q;
}

static bool parse_icmp(struct pkt *p, const uint8_t *at, uint32_t n)
{
    struct icmp_hdr h;
    if (n < sizeof h) return false;
    memcpy(&h, at, sizeof h);
    if (icmp_type_is_error(h.type)) {
        struct pkt *quoted = parse_quoted(at + sizeof h, n - (uint32_t) sizeof h);
        if (!quoted) return false;
        pkt_ext(p)->quoted = quoted;
    }
    if (!sum_is_right(0, at, n)) p->flags |= PKT_BAD_CSUM;
    read_icmp_header(p, &h);
    p->hdr_len = (uint16_t) (p->hdr_len + sizeof h);
    keep_bytes(p, at + sizeof h, n - sizeof h);
    return true;
}

/* After the IPv4 header. */
static void parse_transport(struct pkt *p, const uint8_t *at, uint32_t n)
{
    bool is_read = false, is_known = !(p->flags & PKT_FRAGMENT);
    if (is_known && p->proto == PROTO_TCP) is_read = parse_tcp(p, at, n);
    else if (is_known && p->proto == PROTO_UDP) is_read = parse_udp(p, at, n);
    else if (is_known && p->proto == PROTO_ICMP) is_read = parse_icmp(p, at, n);
    else is_known = false;
    if (is_read) return;
    if (is_known) p->flags |= PKT_BAD_HDR;
    keep_bytes(p, at, n);
}

/* ip_rcv_core().  @return  DROP_NOT_SPECIFIED: parsed */
static enum drop_reason parse_ip4(struct pkt *p, const uint8_t *at, size_t n)
{
    if (n < sizeof(struct ip4_hdr)) return DROP_IP_INHDR;
    uint32_t ihl = (uint32_t) (at[0] & 15) * 4;
    if (ihl < sizeof(struct ip4_hdr) || at[0] >> 4 != 4 || ihl > n) return DROP_IP_INHDR;
    bool bad_sum = !sum_is_right(0, at, ihl);
    uint32_t tot_len = get_be16(at + offsetof(struct ip4_hdr, tot_len));
    if (tot_len > n) return bad_sum ? DROP_IP_CSUM : DROP_PKT_TOO_SMALL;
    if (tot_len < ihl) return bad_sum ? DROP_IP_CSUM : DROP_IP_INHDR;
    read_ip4_header(p, at, ihl);
    if (bad_sum) p->flags |= PKT_BAD_IPCSUM;
    parse_transport(p, at + ihl, tot_len - ihl);
    return DROP_NOT_SPECIFIED;
}

/* ip6_rcv_core() */
static enum drop_reason parse_ip6(struct pkt *p, const uint8_t *at, size_t n)
{
    struct ip6_hdr h;
    if (n < sizeof h || at[0] >> 4 != 6) return DROP_IP_INHDR;
    memcpy(&h, at, sizeof h);
    if (be16toh(h.payload_len) + sizeof h > n) return DROP_PKT_TOO_SMALL;
    p->kind = PKT_IP6;
    p->len = be16toh(h.payload_len) + (uint32_t) sizeof h;
    p->hdr_len = sizeof h;
    p->proto = h.nexthdr;
    p->ttl = h.hop_limit;
    p->tos = (uint8_t) (be32toh(h.version_class_flow) >> 20);
    keep_bytes(p, at, p->len);
    return DROP_NOT_SPECIFIED;
}

/* arp_process() frees silently what is not IPv4 over Ethernet. */
static bool parse_arp(struct pkt *p, const uint8_t *at, size_t n)
{
    struct arp_hdr h;
    if (n < sizeof h) return false;
    memcpy(&h, at, sizeof h);
    if (be16toh(h.hrd) != ARPHRD_ETHER || be16toh(h.pro) != ETH_P_IP || h.hln != 6 || h.pln != 4) return false;
    p->kind = PKT_ARP;
    p->len = sizeof h;
    p->hdr_len = sizeof h;
    p->arp_op = be16toh(h.op);
    p->saddr = get_be32(h.spa);
    p->daddr = get_be32(h.tpa);
    struct pkt_ext *e = pkt_ext(p);
    memcpy(e->src_mac, h.sha, sizeof h.sha);
    memcpy(e->dst_mac, h.tha, sizeof h.tha);
    return true;
}

static uint32_t digest_of(const uint8_t *bytes, size_t n)
{
    struct fingerprint f = { .hash = n };
    for (size_t i = 0; i < n; i += 8) {
        uint64_t word = 0;
        memcpy(&word, bytes + i, ns_min(n - i, sizeof word));
        fingerprint_mix(&f, 0, 0, le64toh(word));
    }
    return (uint32_t) f.hash;
}

struct pkt *parse(struct sim *sim, bool ethernet, const uint8_t *bytes, size_t length, struct link_header *header,
                  enum drop_reason *why)
{
    struct pkt *p = pkt_new(sim);
    enum drop_reason reason = DROP_NOT_SPECIFIED;
    uint16_t type = 0;
    size_t skip = 0;
    *header = (struct link_header){ .present = ethernet };
    if (ethernet && length < sizeof(struct eth_hdr)) {
        skip = length;
        reason = DROP_DEV_HDR;
    } else if (ethernet) {
        memcpy(header->dst, bytes, 6);
        memcpy(header->src, bytes + 6, 6);
        type = get_be16(bytes + offsetof(struct eth_hdr, type));
        skip = sizeof(struct eth_hdr);
    } else if (length) {
        type = bytes[0] >> 4 == 4 ? ETH_P_IP : bytes[0] >> 4 == 6 ? ETH_P_IPV6 : 0;
    }
    const uint8_t *at = bytes + skip;
    if (type == ETH_P_IP) reason = parse_ip4(p, at, length - skip);
    else if (type == ETH_P_IPV6) reason = parse_ip6(p, at, length - skip);
    else if (type == ETH_P_ARP) parse_arp(p, at, length - skip);
    else if (reason == DROP_NOT_SPECIFIED) reason = DROP_UNHANDLED_PROTO;
    p->digest = digest_of(bytes, length);
    if (p->kind == PKT_RAW) {
        p->len = (uint32_t) (length - skip);
        p->raw_type = type;
        p->raw_why = (uint8_t) reason;
        pkt_ext(p);
        keep_bytes(p, bytes, length);
    }
    if (why) *why = reason;
    return p;
}
