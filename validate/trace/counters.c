/* SPDX-License-Identifier: GPL-3.0-or-later */
/* counters.c - did the hosts count what the real ones counted? */
#include "validate/trace/counters.h"

#include <string.h>

/* What of a counter is compared. */
typedef enum {
    JUDGE_ALL,
    JUDGE_BUT_ACKS_IN,   /* all but the pure ACKs received */
    JUDGE_BUT_ACKS_OUT,
    JUDGE_BUT_OCTETS_IN, /* all but their bytes */
    JUDGE_BUT_OCTETS_OUT,
    JUDGE_NOTHING,
} Judgement;

static const struct {
    const char *name;
    Judgement what;
    bool counts_gso; /* a super-packet counts once: its size depends on the ACKs that released it */
    const char *why; /* it is not judged */
} rules[] = {
    { "IpInReceives", .what = JUDGE_BUT_ACKS_IN },
    { "IpInDelivers", .what = JUDGE_BUT_ACKS_IN },
    { "TcpInSegs", .what = JUDGE_BUT_ACKS_IN },
    { "IpExtInNoECTPkts", .what = JUDGE_BUT_ACKS_IN },
    { "IpExtInOctets", .what = JUDGE_BUT_OCTETS_IN },
    { "TcpOutSegs", .what = JUDGE_BUT_ACKS_OUT },
    { "IpOutRequests", .what = JUDGE_BUT_ACKS_OUT, .counts_gso = true },
    { "IpOutTransmits", .what = JUDGE_BUT_ACKS_OUT, .counts_gso = true },
    { "IpExtOutOctets", .what = JUDGE_BUT_OCTETS_OUT, .counts_gso = true },
    { "TcpExtTCPPureAcks", JUDGE_NOTHING, .why = "the pure ACKs themselves" },
    { "TcpExtTCPHPAcks", JUDGE_NOTHING, .why = "the pure ACKs themselves" },
    { "TcpExtDelayedACKs", JUDGE_NOTHING, .why = "a reader that comes in time sends the ACK before the timer does" },
    { "TcpExtTCPAckCompressed", JUDGE_NOTHING, .why = "the pure ACKs that were held back" },
    { "TcpExtTCPRcvCoalesce", JUDGE_NOTHING, .why = "small segments and FINs join what the reader has not taken yet" },
    { "TcpExtTCPHPHits", JUDGE_NOTHING,
      .why = "not counted when the socket needs another page of memory, which depends on what the reader has freed so far" },
};

static uint64_t acks(const struct record_host *host, Judgement what)
{
    switch (what) {
    case JUDGE_BUT_ACKS_IN: return host->acks.n_in;
    case JUDGE_BUT_ACKS_OUT: return host->acks.n_out;
    case JUDGE_BUT_OCTETS_IN: return host->acks.bytes_in;
    case JUDGE_BUT_OCTETS_OUT: return host->acks.bytes_out;
    default: return 0;
    }
}

static bool sent_super_packets(const struct record_host *host)
{
    return record_counter(host, "TcpOutSegs") + record_counter(host, "TcpRetransSegs") > record_counter(host, "IpOutRequests");
}

static void compare_counter(const struct record_host *real, const struct record_host *simulated, const char *name, GPtrArray *differences)
{
    Judgement what = JUDGE_ALL;
    for (unsigned i = 0; i < G_N_ELEMENTS(rules); i++)
        if (strcmp(rules[i].name, name) == 0) {
            what = rules[i].what;
            if (rules[i].counts_gso && (sent_super_packets(real) || sent_super_packets(simulated))) what = JUDGE_NOTHING;
        }
    if (what == JUDGE_NOTHING || !netsim_counter_is_modelled(name)) return;
    uint64_t x = record_counter(real, name), y = record_counter(simulated, name);
    if (x - acks(real, what) == y - acks(simulated, what)) return;
    g_autofree char *but = what == JUDGE_ALL ? NULL
        : g_strdup_printf(" (of pure ACKs %" G_GUINT64_FORMAT " and %" G_GUINT64_FORMAT ")", acks(real, what), acks(simulated, what));
    g_ptr_array_add(differences, g_strdup_printf("%s: %s real %" G_GUINT64_FORMAT ", simulated %" G_GUINT64_FORMAT "%s", real->name,
                                                 name, x, y, but ? but : ""));
}

void compare_counters(struct record *real, struct record *simulated, GPtrArray *differences)
{
    for (unsigned i = 0; i < real->hosts->len; i++) {
        const struct record_host *a = real->hosts->pdata[i];
        const struct record_host *b = record_host(simulated, a->name, false);
        for (unsigned j = 0; b && j < a->counters->len; j++)
            compare_counter(a, b, g_array_index(a->counters, struct record_counter, j).name, differences);
        for (unsigned j = 0; b && j < b->counters->len; j++) {
            const char *name = g_array_index(b->counters, struct record_counter, j).name;
            if (!record_counter(a, name)) compare_counter(a, b, name, differences);
        }
    }
}
