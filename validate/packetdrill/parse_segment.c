/* SPDX-License-Identifier: GPL-3.0-or-later */
/* parse_segment.c - a packet of a script: "[ect0] P. 1:1001(1000) ack 1 win 257 <nop,nop,TS val 100 ecr 200>". */
#include "validate/packetdrill/script.h"

#include <string.h>

static bool parse_u32(struct reader *r, const char *what, int64_t most, uint32_t *value)
{
    int64_t n;
    if (!reader_number(r, &n)) return false;
    if (n < 0 || n > most) return reader_fail(r, "%s %" G_GINT64_FORMAT ": must be 0 to %" G_GINT64_FORMAT, what, n, most);
    *value = (uint32_t) n;
    return true;
}

/* "(tos 0x28, ttl 64)", "[ect0]" */
static bool parse_ip_info(struct reader *r, struct segment *s, const char *close)
{
    while (!reader_take(r, close)) {
        g_autofree char *word = reader_word(r);
        uint32_t value = 0;
        if (!word) return reader_expect(r, close);
        if (!strcmp(word, "noecn")) s->ecn = 0;
        else if (!strcmp(word, "ect1")) s->ecn = 1;
        else if (!strcmp(word, "ect0")) s->ecn = 2;
        else if (!strcmp(word, "ce")) s->ecn = 3;
        else if (!strcmp(word, "ect01")) reader_unsupported(r, "[ect01]: either of the two marks");
        else if (!strcmp(word, "tos")) {
            if (!parse_u32(r, "tos", 255, &value)) return false;
            s->tos = (int) value;
        } else if (!strcmp(word, "ttl")) {
            if (!parse_u32(r, "ttl", 255, &value)) return false;
            s->ttl = (int) value;
        } else if (!strcmp(word, "flowlabel")) {
            if (!parse_u32(r, "flowlabel", 0xfffff, &value)) return false;
            reader_unsupported(r, "flowlabel: IPv6");
        } else return reader_fail(r, "\"%s\": no field of an IP header (noecn, ect0, ect1, ce, tos, ttl)", word);
        reader_take(r, ",");
    }
    return true;
}

static bool parse_range(struct reader *r, struct segment *s)
{
    uint32_t end = 0;
    if (!parse_u32(r, "sequence number", UINT32_MAX, &s->seq) || !reader_expect(r, ":") ||
        !parse_u32(r, "sequence number", UINT32_MAX, &end) || !reader_expect(r, "(") ||
        !parse_u32(r, "length", 65535, &s->length) || !reader_expect(r, ")"))
        return false;
    if (s->seq + s->length != end)
        return reader_fail(r, "%u:%u(%u): from %u with %u bytes ends at %u", s->seq, end, s->length, s->seq, s->length,
                           s->seq + s->length);
    return true;
}

/* ---- TCP ---- */

static bool parse_flags(struct reader *r, struct segment *s)
{
    static const char letters[] = "FSRP.UEWA";
    reader_skip(r);
    const char *start = r->at;
    for (; r->at < r->end && !g_ascii_isspace(*r->at); r->at++) {
        const char *letter = strchr(letters, *r->at);
        if (letter && *r->at) s->flags |= (uint16_t) (1u << (letter - letters));
        else if (*r->at >= '0' && *r->at <= '7') reader_unsupported(r, "ACE field (accurate ECN)");
        else if (*r->at != '-' || r->at > start)
            return reader_fail(r, "'%c' is no flag (S F R P U E W A . or -)", g_ascii_isprint(*r->at) ? *r->at : '?');
    }
    if (r->at == start) return reader_fail(r, "TCP flags are expected");
    if (s->flags & FLAG_AE) reader_unsupported(r, "flag A (accurate ECN)");
    return true;
}

static bool parse_sacks(struct reader *r, struct tcp_option *o)
{
    while (g_ascii_isdigit(reader_peek(r))) {
        if (o->n_sacks == MAX_SACKS) return reader_fail(r, "sack: at most %d blocks fit into a header", MAX_SACKS);
        uint32_t *block = o->sacks[o->n_sacks++];
        if (!parse_u32(r, "sack", UINT32_MAX, &block[0]) || !reader_expect(r, ":") || !parse_u32(r, "sack", UINT32_MAX, &block[1]))
            return false;
    }
    return o->n_sacks > 0 || reader_fail(r, "sack: a block \"from:to\" is expected");
}

/* An option that netsim does not have: its words are skipped. */
static void skip_option(struct reader *r, const char *name)
{
    reader_unsupported(r, "TCP option %s", name);
    while (r->at < r->end && *r->at != ',' && *r->at != '>' && *r->at != '\n') r->at++;
}

static bool parse_option(struct reader *r, struct tcp_option *o)
{
    g_autofree char *name = reader_word(r);
    if (!name) return reader_fail(r, "a TCP option is expected");
    if (!strcmp(name, "nop")) o->kind = OPTION_NOP;
    else if (!strcmp(name, "eol")) o->kind = OPTION_EOL;
    else if (!strcmp(name, "sackOK")) o->kind = OPTION_SACK_OK;
    else if (!strcmp(name, "mss")) {
        o->kind = OPTION_MSS;
        return parse_u32(r, "mss", 65535, &o->value);
    } else if (!strcmp(name, "wscale")) {
        o->kind = OPTION_WSCALE;
        return parse_u32(r, "wscale", 255, &o->value);
    } else if (!strcmp(name, "sack")) {
        o->kind = OPTION_SACK;
        return parse_sacks(r, o);
    } else if (!strcmp(name, "TS")) {
        o->kind = OPTION_TS;
        return reader_expect(r, "val") && parse_u32(r, "TS val", UINT32_MAX, &o->value) && reader_expect(r, "ecr") &&
               parse_u32(r, "TS ecr", UINT32_MAX, &o->ecr);
    } else if (!strcmp(name, "FO") || !strcmp(name, "FOEXP") || !strcmp(name, "ECN") || g_str_has_prefix(name, "md5")) {
        skip_option(r, name);
    } else return reader_fail(r, "\"%s\": no TCP option (mss, nop, eol, sackOK, wscale, sack, TS)", name);
    return true;
}

static unsigned option_length(const struct tcp_option *o)
{
    static const uint8_t lengths[] = { [OPTION_EOL] = 1, [OPTION_NOP] = 1, [OPTION_MSS] = 4, [OPTION_WSCALE] = 3,
                                       [OPTION_SACK_OK] = 2, [OPTION_TS] = 10 };
    return o->kind == OPTION_SACK ? 2 + 8u * o->n_sacks : lengths[o->kind];
}

static bool parse_options(struct reader *r, struct segment *s)
{
    if (reader_take(r, "...")) {
        s->has_any_options = true;
        return reader_expect(r, ">");
    }
    unsigned bytes = 0;
    while (!reader_take(r, ">")) {
        if (s->n_options == MAX_OPTIONS) return reader_fail(r, "options take at most 40 bytes");
        struct tcp_option *o = &s->options[s->n_options++];
        if (!parse_option(r, o)) return false;
        bytes += option_length(o);
        if (bytes > 40) return reader_fail(r, "options take at most 40 bytes, these take more");
        if (reader_peek(r) != '>' && !reader_expect(r, ",")) return false;
    }
    if (bytes % 4 && !r->script->unsupported) return reader_fail(r, "options take %u bytes, no multiple of 4: add nop or eol", bytes);
    return true;
}

static bool parse_tcp(struct reader *r, struct segment *s)
{
    if (!parse_flags(r, s) || !parse_range(r, s)) return false;
    uint32_t value = 0;
    if (reader_take(r, "ack")) {
        if (!parse_u32(r, "ack", UINT32_MAX, &s->ack)) return false;
        s->has_ack = true;
    }
    if (reader_take(r, "win")) {
        if (!parse_u32(r, "win", 65535, &value)) return false;
        s->window = (uint16_t) value;
        s->has_window = true;
    }
    if (reader_take(r, "urg")) {
        if (!parse_u32(r, "urg", 65535, &value)) return false;
        s->urgent = (uint16_t) value;
    }
    return !reader_take(r, "<") || parse_options(r, s);
}

/* ---- ICMP ---- */

static bool parse_icmp(struct reader *r, struct segment *s)
{
    static const struct {
        const char *name;
        uint8_t code;
    } codes[] = { { "net_unreachable", 0 }, { "host_unreachable", 1 }, { "protocol_unreachable", 2 }, { "port_unreachable", 3 },
                  { "frag_needed", 4 }, { "source_route_failed", 5 }, { "net_unknown", 6 }, { "host_unknown", 7 },
                  { "source_host_isolated", 8 }, { "net_prohibited", 9 }, { "host_prohibited", 10 }, { "net_unreachable_for_tos", 11 },
                  { "host_unreachable_for_tos", 12 }, { "comm_prohibited", 13 }, { "packet_filtered", 13 },
                  { "host_precedence_violation", 14 }, { "precedence_cutoff", 15 } };
    g_autofree char *type = reader_word(r);
    if (!type) return reader_fail(r, "an ICMP type is expected");
    if (!strcmp(type, "unreachable")) s->icmp_type = 3;
    else if (!strcmp(type, "time_exceeded")) s->icmp_type = 11;
    else if (!strcmp(type, "source_quench")) s->icmp_type = 4;
    else if (!strcmp(type, "parameter_problem")) s->icmp_type = 12;
    else {
        reader_unsupported(r, "ICMP %s", type);
        s->icmp_type = 3;
    }
    const char *before = r->at;
    g_autofree char *code = reader_word(r);
    bool is_known = !code;
    for (size_t i = 0; code && i < G_N_ELEMENTS(codes); i++)
        if (!strcmp(code, codes[i].name)) {
            s->icmp_code = codes[i].code;
            is_known = true;
        }
    if (code && !strcmp(code, "mtu")) {
        r->at = before;
        is_known = true;
    }
    if (!is_known) reader_unsupported(r, "ICMP code %s", code);
    if (reader_take(r, "mtu") && !parse_u32(r, "mtu", 65535, &s->icmp_mtu)) return false;
    if (reader_take(r, "[")) {
        s->has_ack = true; /* the quoted range was given */
        return parse_range(r, s) && reader_expect(r, "]");
    }
    return true;
}

bool parse_segment(struct reader *r, struct segment *s)
{
    *s = (struct segment){ .ecn = ECN_ANY, .tos = -1, .ttl = -1 };
    if (reader_take(r, "[") && !parse_ip_info(r, s, "]")) return false;
    if (reader_take(r, "(") && !parse_ip_info(r, s, ")")) return false;
    const char *before = r->at;
    unsigned line = r->line;
    g_autofree char *word = reader_word(r);
    if (word && !strcmp(word, "icmp")) {
        s->kind = SEGMENT_ICMP;
        return parse_icmp(r, s);
    }
    static const char *const others[] = { "udp", "gre", "mpls", "ipv4", "ipv6", "psp", "sctp", NULL };
    if (word && g_strv_contains(others, word)) {
        reader_unsupported(r, "%s packets", word);
        while (r->at < r->end && *r->at != '\n') r->at++;
        return true;
    }
    r->at = before;
    r->line = line;
    return parse_tcp(r, s);
}
