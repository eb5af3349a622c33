/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/drop.h"

#include "core/sim.h"

const char *drop_reason_name(enum drop_reason reason)
{
    static const char *const names[] = {
#define X(name, text, location) #name,
        DROP_REASONS(X)
#undef X
    };
    return names[reason];
}

const char *drop_reason_text(enum drop_reason reason)
{
    static const char *const texts[] = {
#define X(name, text, location) text,
        DROP_REASONS(X)
#undef X
    };
    return texts[reason];
}

const char *drop_location(enum drop_reason reason, unsigned proto)
{
    static const char *const locations[] = {
#define X(name, text, location) location,
        DROP_REASONS(X)
#undef X
    };
    if (reason == DROP_NO_SOCKET || reason == DROP_PKT_TOO_SMALL) /* every transport has its own */
        return proto == 6 ? "tcp_v4_rcv" : proto == 17 ? "__udp4_lib_rcv" : proto == 1 ? "icmp_rcv" : "ip_rcv_core";
    return locations[reason];
}

void drop_count(struct sim *sim, struct drop_place *place, enum drop_reason reason, uint32_t n, uint64_t bytes)
{
    if (!place->counts) {
        place->counts = g_new0(struct drop_counts, 1);
        place->next = sim->places;
        sim->places = place;
    }
    place->counts->pkts[reason] += n;
    place->counts->bytes[reason] += bytes;
    sim->pkts_dropped += n;
}
