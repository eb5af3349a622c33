/* SPDX-License-Identifier: GPL-3.0-or-later */
/* packet.c - IPv4, TCP and ICMP headers: emit, decode, print. */
#include "validate/packetdrill/packet.h"

#include <string.h>

enum { IP_HEADER = 20, TCP_HEADER = 20, ICMP_HEADER = 8, PROTO_ICMP = 1, PROTO_TCP = 6, DEFAULT_TTL = 255 };

static void put16(uint8_t *at, uint32_t v)
{
    at[0] = (uint8_t) (v >> 8);
    at[1] = (uint8_t) v;
}

static void put32(uint8_t *at, uint32_t v)
{
    put16(at, v >> 16);
    put16(at + 2, v);
}

static uint32_t get16(const uint8_t *at)
{
    return (uint32_t) at[0] << 8 | at[1];
}

static uint32_t get32(const uint8_t *at)
{
    return get16(at) << 16 | get16(at + 2);
}

/* RFC 1071; @sum carries on from an earlier part of even length. */
static uint32_t add_words(uint32_t sum, const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i + 1 < n; i += 2) sum += get16(bytes + i);
    if (n % 2) sum += (uint32_t) bytes[n - 1] << 8;
    return (sum & 0xffff) + (sum >> 16);
}

static uint16_t fold(uint32_t sum)
{
    while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t) ~sum;
}

static void emit_ip(uint8_t *at, uint8_t protocol, size_t length, uint32_t src, uint32_t dst, unsigned tos, unsigned ttl)
{
    at[0] = 0x45;
    at[1] = (uint8_t) tos;
    put16(at + 2, (uint32_t) length);
    put16(at + 6, 0x4000); /* DF */
    at[8] = (uint8_t) ttl;
    at[9] = protocol;
    put32(at + 12, src);
    put32(at + 16, dst);
    put16(at + 10, fold(add_words(0, at, IP_HEADER)));
}

/* ---- TCP ---- */

static uint8_t *emit_option(uint8_t *at, const struct tcp_option *o)
{
    *at++ = o->kind;
    switch (o->kind) {
    case OPTION_EOL:
    case OPTION_NOP: return at;
    case OPTION_MSS:
        *at++ = 4;
        put16(at, o->value);
        return at + 2;
    case OPTION_WSCALE:
        *at++ = 3;
        *at++ = (uint8_t) o->value;
        return at;
    case OPTION_SACK_OK: *at++ = 2; return at;
    case OPTION_SACK:
        *at++ = (uint8_t) (2 + 8 * o->n_sacks);
        for (unsigned i = 0; i < o->n_sacks; i++, at += 8) {
            put32(at, o->sacks[i][0]);
            put32(at + 4, o->sacks[i][1]);
        }
        return at;
    default: /* OPTION_TS */
        *at++ = 10;
        put32(at, o->value);
        put32(at + 4, o->ecr);
        return at + 8;
    }
}

static void emit_tcp(uint8_t *tcp, const struct segment *s, size_t header)
{
    put32(tcp + 4, s->seq);
    put32(tcp + 8, s->ack);
    tcp[12] = (uint8_t) (header / 4 << 4 | (s->flags & FLAG_AE ? 1 : 0));
    tcp[13] = (uint8_t) s->flags;
    put16(tcp + 14, s->window);
    put16(tcp + 18, s->urgent);
}

uint8_t *packet_emit(const struct segment *s, const struct endpoints *ends, size_t *length)
{
    uint8_t options[40] = { 0 }, *end = options;
    for (unsigned i = 0; i < s->n_options; i++) end = emit_option(end, &s->options[i]);
    size_t header = TCP_HEADER + ((size_t) (end - options) + 3) / 4 * 4, tcp_length = header + s->length;
    *length = IP_HEADER + tcp_length;
    if (*length > UINT16_MAX) return NULL;
    uint8_t *bytes = g_malloc0(*length), *tcp = bytes + IP_HEADER;
    unsigned tos = (s->tos >= 0 ? (unsigned) s->tos : 0) | (s->ecn > 0 ? (unsigned) s->ecn : 0);
    emit_ip(bytes, PROTO_TCP, *length, ends->remote_addr, ends->local_addr, tos, s->ttl >= 0 ? (unsigned) s->ttl : DEFAULT_TTL);
    put16(tcp, ends->remote_port);
    put16(tcp + 2, ends->local_port);
    emit_tcp(tcp, s, header);
    memcpy(tcp + TCP_HEADER, options, header - TCP_HEADER);
    uint32_t sum = add_words(0, bytes + 12, 8) + PROTO_TCP + (uint32_t) tcp_length;
    put16(tcp + 16, fold(add_words(sum, tcp, tcp_length)));
    return bytes;
}

uint8_t *packet_emit_icmp(const struct segment *s, const struct endpoints *ends, uint32_t router, uint32_t seq, size_t *length)
{
    *length = IP_HEADER + ICMP_HEADER + IP_HEADER + 8;
    uint8_t *bytes = g_malloc0(*length), *icmp = bytes + IP_HEADER, *quoted = icmp + ICMP_HEADER;
    emit_ip(quoted, PROTO_TCP, IP_HEADER + TCP_HEADER + s->length, ends->local_addr, ends->remote_addr, 0, 64);
    put16(quoted + IP_HEADER, ends->local_port);
    put16(quoted + IP_HEADER + 2, ends->remote_port);
    put32(quoted + IP_HEADER + 4, seq);
    icmp[0] = s->icmp_type;
    icmp[1] = s->icmp_code;
    put16(icmp + 6, s->icmp_mtu);
    put16(icmp + 2, fold(add_words(0, icmp, *length - IP_HEADER)));
    emit_ip(bytes, PROTO_ICMP, *length, router, ends->local_addr, 0, DEFAULT_TTL);
    return bytes;
}

/* One option of @left bytes. @return its length; 0: malformed */
static size_t decode_option(const uint8_t *at, size_t left, struct tcp_option *o)
{
    o->kind = at[0];
    if (at[0] <= OPTION_NOP) return 1;
    size_t length = left > 1 ? at[1] : 0;
    if (length < 2 || length > left) return 0;
    if (at[0] == OPTION_MSS && length == 4) o->value = get16(at + 2);
    else if (at[0] == OPTION_WSCALE && length == 3) o->value = at[2];
    else if (at[0] == OPTION_TS && length == 10) {
        o->value = get32(at + 2);
        o->ecr = get32(at + 6);
    } else if (at[0] == OPTION_SACK && length % 8 == 2 && length <= 2 + 8 * MAX_SACKS) {
        o->n_sacks = (uint8_t) ((length - 2) / 8);
        for (unsigned i = 0; i < o->n_sacks; i++) {
            o->sacks[i][0] = get32(at + 2 + 8 * i);
            o->sacks[i][1] = get32(at + 6 + 8 * i);
        }
    }
    return length;
}

static void decode_tcp(struct sent *p, const uint8_t *tcp, size_t left)
{
    struct segment *s = &p->segment;
    size_t header = (size_t) (tcp[12] >> 4) * 4;
    if (header < TCP_HEADER || header > left) return;
    p->is_tcp = true;
    p->ends.local_port = (uint16_t) get16(tcp);
    p->ends.remote_port = (uint16_t) get16(tcp + 2);
    s->seq = get32(tcp + 4);
    s->ack = get32(tcp + 8);
    s->flags = (uint16_t) (tcp[13] | (tcp[12] & 1) << 8);
    s->has_ack = s->flags & FLAG_ACK;
    s->window = (uint16_t) get16(tcp + 14);
    s->urgent = (uint16_t) get16(tcp + 18);
    s->has_window = true;
    s->length = (uint32_t) (left - header);
    for (size_t at = TCP_HEADER; at < header && s->n_options < MAX_OPTIONS;) {
        size_t length = decode_option(tcp + at, header - at, &s->options[s->n_options]);
        if (!length) return;
        s->n_options++;
        at += length;
    }
}

struct sent *packet_decode(const void *data, size_t length, netsim_time at)
{
    const uint8_t *bytes = data;
    if (length < IP_HEADER || bytes[0] >> 4 != 4) return NULL;
    size_t ip = (size_t) (bytes[0] & 15) * 4, total = get16(bytes + 2);
    if (ip < IP_HEADER || total > length || total < ip) return NULL;
    struct sent *p = g_new0(struct sent, 1);
    p->at = at;
    p->ends.local_addr = get32(bytes + 12);
    p->ends.remote_addr = get32(bytes + 16);
    p->segment = (struct segment){ .tos = bytes[1], .ecn = bytes[1] & 3, .ttl = bytes[8] };
    if (bytes[9] == PROTO_TCP && total >= ip + TCP_HEADER) decode_tcp(p, bytes + ip, total - ip);
    return p;
}

/* ---- text ---- */

static void print_option(const struct tcp_option *o, GString *out)
{
    switch (o->kind) {
    case OPTION_EOL: g_string_append(out, "eol"); break;
    case OPTION_NOP: g_string_append(out, "nop"); break;
    case OPTION_MSS: g_string_append_printf(out, "mss %u", o->value); break;
    case OPTION_WSCALE: g_string_append_printf(out, "wscale %u", o->value); break;
    case OPTION_SACK_OK: g_string_append(out, "sackOK"); break;
    case OPTION_TS: g_string_append_printf(out, "TS val %u ecr %u", o->value, o->ecr); break;
    case OPTION_SACK:
        g_string_append(out, "sack");
        for (unsigned i = 0; i < o->n_sacks; i++) g_string_append_printf(out, " %u:%u", o->sacks[i][0], o->sacks[i][1]);
        break;
    default: g_string_append_printf(out, "option %u", o->kind);
    }
}

void segment_print(const struct segment *s, GString *out)
{
    static const char letters[] = "FSRP.UEWA";
    static const char *const marks[] = { "", "[ect1] ", "[ect0] ", "[ce] " };
    if (s->ecn > 0) g_string_append(out, marks[s->ecn]);
    gsize before = out->len;
    static const char order[] = "SFRPUEWA.";
    for (const char *c = order; *c; c++)
        if (s->flags >> (strchr(letters, *c) - letters) & 1) g_string_append_c(out, *c);
    if (out->len == before) g_string_append_c(out, '-');
    g_string_append_printf(out, " %u:%u(%u)", s->seq, s->seq + s->length, s->length);
    if (s->has_ack) g_string_append_printf(out, " ack %u", s->ack);
    if (s->has_window) g_string_append_printf(out, " win %u", s->window);
    if (s->urgent) g_string_append_printf(out, " urg %u", s->urgent);
    if (s->has_any_options) g_string_append(out, " <...>");
    for (unsigned i = 0; i < s->n_options; i++) {
        g_string_append(out, i ? "," : " <");
        print_option(&s->options[i], out);
    }
    if (s->n_options) g_string_append_c(out, '>');
}
