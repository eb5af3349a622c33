/* SPDX-License-Identifier: GPL-3.0-or-later */
/* flows.c - a capture as what is compared: lists of segments. */
#include "validate/trace/flows.h"

#include <arpa/inet.h>
#include <string.h>

enum { LINKTYPE_ETHERNET = 1, ETHERTYPE_IPV4 = 0x0800, ETHERTYPE_IPV6 = 0x86dd, ETHERTYPE_VLAN = 0x8100 };
enum { PROTO_TCP = 6 };
enum { OPTION_END = 0, OPTION_NOP = 1, OPTION_SACK = 5 };
enum { FLAG_FIN = 1, FLAG_SYN = 2, FLAG_RST = 4, FLAG_ACK = 16 };

static uint16_t get16(const uint8_t *p)
{
    return (uint16_t) (p[0] << 8 | p[1]);
}

static uint32_t get32(const uint8_t *p)
{
    return (uint32_t) get16(p) << 16 | get16(p + 2);
}

/* ---- one packet ---- */

/* Where IP begins; -1: it does not. */
static int ip_offset(const uint8_t *p, uint32_t n, int link_type)
{
    if (link_type != LINKTYPE_ETHERNET) return 0;
    if (n < 14) return -1;
    int type = get16(p + 12), at = 14;
    if (type == ETHERTYPE_VLAN && n >= 18) {
        type = get16(p + 16);
        at = 18;
    }
    return type == ETHERTYPE_IPV4 || type == ETHERTYPE_IPV6 ? at : -1;
}

/* The IP header; its length, or 0.  What is behind it has *length bytes, of which the capture may lack some. */
static uint32_t parse_ip(const uint8_t *p, uint32_t n, struct packet_summary *out, uint32_t *length)
{
    struct flow_key *key = &out->key;
    if (n < 1) return 0;
    key->family = p[0] >> 4;
    if (key->family == 4 && n >= 20) {
        uint32_t header = (p[0] & 15u) * 4, total = get16(p + 2);
        if (header < 20 || header > n || total < header) return 0;
        out->segment.proto = p[9];
        out->ip_id = get16(p + 4);
        out->segment.is_fragment = (get16(p + 6) & 0x3fff) != 0;
        memcpy(key->source, p + 12, 4);
        memcpy(key->destination, p + 16, 4);
        *length = total - header;
        return header;
    }
    if (key->family == 6 && n >= 40) {
        out->segment.proto = p[6];
        memcpy(key->source, p + 8, 16);
        memcpy(key->destination, p + 24, 16);
        *length = get16(p + 4);
        return 40;
    }
    return 0;
}

/* Is there a TCP option of that kind among @n bytes? */
static bool has_option(const uint8_t *p, uint32_t n, uint8_t kind)
{
    for (uint32_t i = 0; i < n && p[i] != OPTION_END;) {
        if (p[i] == kind) return true;
        if (p[i] == OPTION_NOP) i++;
        else if (i + 1 < n && p[i + 1] >= 2) i += p[i + 1];
        else return false;
    }
    return false;
}

static bool parse_tcp(const uint8_t *p, uint32_t n, uint32_t length, struct packet_summary *out)
{
    if (n < 20) return false;
    uint32_t header = (p[12] >> 4) * 4u;
    if (header < 20 || header > length) return false;
    uint8_t flags = p[13];
    out->key.is_tcp = 1;
    out->key.sport = get16(p);
    out->key.dport = get16(p + 2);
    out->segment.seq = get32(p + 4);
    out->segment.len = length - header;
    out->segment.flags = (uint8_t) ((flags & FLAG_FIN ? SEGMENT_FIN : 0) | (flags & FLAG_SYN ? SEGMENT_SYN : 0) |
                                    (flags & FLAG_RST ? SEGMENT_RST : 0));
    out->ack = flags & FLAG_ACK ? get32(p + 8) : 0;
    out->has_sack = has_option(p + 20, MIN(header, n) - 20, OPTION_SACK);
    out->is_pure_ack = out->segment.len == 0 && out->segment.flags == 0;
    out->is_syn_only = (flags & (FLAG_SYN | FLAG_ACK)) == FLAG_SYN;
    return true;
}

bool packet_summarise(const struct capture *capture, unsigned i, struct packet_summary *out)
{
    const struct capture_packet *packet = &g_array_index(capture->packets, struct capture_packet, i);
    const uint8_t *p = capture->bytes->data + packet->offset;
    uint32_t n = packet->n_captured;
    *out = (struct packet_summary){ .segment.at_ns = packet->at_ns };
    int at = ip_offset(p, n, capture->link_type);
    if (at < 0 || (uint32_t) at > n) return false;
    p += at;
    n -= (uint32_t) at;
    uint32_t length = 0, header = parse_ip(p, n, out, &length);
    if (!header) return false;
    out->ip_bytes = header + length;
    if (out->segment.proto == PROTO_TCP && !out->segment.is_fragment)
        return parse_tcp(p + header, MIN(n - header, length), length, out);
    out->segment.len = length;
    return true;
}

/* ---- flows ---- */

guint flow_key_hash(gconstpointer key)
{
    guint hash = 2166136261u;
    for (gsize i = 0; i < sizeof(struct flow_key); i++) hash = (hash ^ ((const uint8_t *) key)[i]) * 16777619u;
    return hash;
}

gboolean flow_key_equal(gconstpointer a, gconstpointer b)
{
    return memcmp(a, b, sizeof(struct flow_key)) == 0;
}

static void flow_free(gpointer data)
{
    struct flow *flow = data;
    g_array_unref(flow->segments);
    g_free(flow);
}

static struct flow *flow_of(struct flows *flows, GHashTable *by_key, const struct flow_key *key)
{
    struct flow *flow = g_hash_table_lookup(by_key, key);
    if (flow) return flow;
    flow = g_new0(struct flow, 1);
    flow->key = *key;
    flow->segments = g_array_new(FALSE, FALSE, sizeof(struct segment));
    flow->syn_ns = -1;
    g_ptr_array_add(flows->all, flow);
    g_hash_table_insert(by_key, &flow->key, flow);
    return flow;
}

/* Sequence numbers count from the last SYN, or from the first segment if there was none. */
static void add_tcp(struct flow *flow, const struct packet_summary *p, bool is_first)
{
    struct segment segment = p->segment;
    if (is_first || segment.flags & SEGMENT_SYN) flow->isn = segment.seq;
    if (p->is_syn_only) flow->syn_ns = segment.at_ns;
    else if (flow->syn_ns >= 0 && flow->rtt_ns == 0) flow->rtt_ns = segment.at_ns - flow->syn_ns;
    segment.seq -= flow->isn;
    if (p->is_pure_ack) {
        flow->n_pure_acks++;
        flow->pure_ack_bytes += p->ip_bytes;
    }
    else g_array_append_val(flow->segments, segment);
}

/* ---- conversations ---- */

static struct flow_key reverse(const struct flow_key *key)
{
    struct flow_key back = *key;
    back.sport = key->dport;
    back.dport = key->sport;
    memcpy(back.source, key->destination, sizeof back.source);
    memcpy(back.destination, key->source, sizeof back.destination);
    return back;
}

static int order_of_appearance(gconstpointer a, gconstpointer b)
{
    const struct conversation *x = a, *y = b;
    return x->first_ns < y->first_ns ? -1 : x->first_ns > y->first_ns;
}

static int order_of_addresses(gconstpointer a, gconstpointer b)
{
    const struct conversation *x = a, *y = b;
    const struct flow *f = x->way[0] ? x->way[0] : x->way[1], *g = y->way[0] ? y->way[0] : y->way[1];
    int order = memcmp(f->key.source, g->key.source, sizeof f->key.source);
    return order ? order : memcmp(f->key.destination, g->key.destination, sizeof f->key.destination);
}

static void pair_up(struct flows *flows, GHashTable *by_key)
{
    for (unsigned i = 0; i < flows->all->len; i++) {
        struct flow *flow = flows->all->pdata[i];
        struct flow_key back_key = reverse(&flow->key);
        struct flow *back = g_hash_table_lookup(by_key, &back_key);
        if (back == flow) back = NULL;
        if (back && back->segments->len == 0) back = NULL;
        if (flow->segments->len == 0) continue;
        int order = memcmp(flow->key.source, flow->key.destination, sizeof flow->key.source);
        bool is_low = order ? order < 0 : flow->key.sport <= flow->key.dport;
        if (back && !is_low) continue; /* made with its other direction */
        struct conversation pair = { .first_ns = g_array_index(flow->segments, struct segment, 0).at_ns };
        if (back) pair.first_ns = MIN(pair.first_ns, g_array_index(back->segments, struct segment, 0).at_ns);
        pair.way[is_low ? 0 : 1] = flow;
        pair.way[is_low ? 1 : 0] = back;
        GArray *to = flow->key.is_tcp ? flows->connections : flows->others;
        g_array_append_val(to, pair);
    }
    g_array_sort(flows->connections, order_of_appearance);
    g_array_sort(flows->others, order_of_addresses);
}

struct flows *flows_new(const struct capture *capture)
{
    struct flows *flows = g_new0(struct flows, 1);
    flows->all = g_ptr_array_new_with_free_func(flow_free);
    flows->connections = g_array_new(FALSE, FALSE, sizeof(struct conversation));
    flows->others = g_array_new(FALSE, FALSE, sizeof(struct conversation));
    g_autoptr(GHashTable) by_key = g_hash_table_new(flow_key_hash, flow_key_equal);
    for (unsigned i = 0; i < capture->packets->len; i++) {
        struct packet_summary packet;
        if (!packet_summarise(capture, i, &packet)) {
            flows->n_skipped++;
            continue;
        }
        struct flow *flow = flow_of(flows, by_key, &packet.key);
        if (packet.key.is_tcp) add_tcp(flow, &packet, flow->segments->len == 0 && flow->n_pure_acks == 0);
        else g_array_append_val(flow->segments, packet.segment);
    }
    pair_up(flows, by_key);
    return flows;
}

void flows_free(struct flows *flows)
{
    if (!flows) return;
    g_ptr_array_unref(flows->all);
    g_array_unref(flows->connections);
    g_array_unref(flows->others);
    g_free(flows);
}

char *flow_address(const struct flow_key *key, bool destination)
{
    char text[INET6_ADDRSTRLEN];
    const uint8_t *bytes = destination ? key->destination : key->source;
    return g_strdup(inet_ntop(key->family == 6 ? AF_INET6 : AF_INET, bytes, text, sizeof text));
}

/* ---- flights ---- */

/* Payload not sent before: what lies behind the highest sequence number so far. */
static uint32_t new_bytes(const struct segment *segment, uint32_t *end)
{
    uint32_t segment_end = segment->seq + segment->len;
    int32_t ahead = (int32_t) (segment_end - *end);
    if (ahead <= 0) return 0;
    *end = segment_end;
    return MIN((uint32_t) ahead, segment->len);
}

void flight_summarise(const struct flow *flow, int64_t rtt_ns, struct flight_summary *summary)
{
    *summary = (struct flight_summary){ .flights = g_array_new(FALSE, FALSE, sizeof(unsigned)) };
    int64_t last_ns = 0;
    uint32_t end = 0;
    for (unsigned i = 0; flow && i < flow->segments->len; i++) {
        const struct segment *segment = &g_array_index(flow->segments, struct segment, i);
        if (segment->len == 0) continue;
        if (summary->n_segments == 0) end = segment->seq;
        if (summary->n_segments == 0 || (rtt_ns > 0 && segment->at_ns - last_ns > rtt_ns / 2)) {
            unsigned none = 0;
            g_array_append_val(summary->flights, none);
        }
        g_array_index(summary->flights, unsigned, summary->flights->len - 1)++;
        summary->n_segments++;
        summary->bytes += new_bytes(segment, &end);
        last_ns = segment->at_ns;
    }
    if (summary->flights->len > 0) summary->first_flight = g_array_index(summary->flights, unsigned, 0);
}

void flight_summary_clear(struct flight_summary *summary)
{
    g_clear_pointer(&summary->flights, g_array_unref);
}
