/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/drop.h"

#include "core/sim.h"

const char *drop_reason_name(enum drop_reason reason)
{
    static const char *const names[] = {
#define X(name, text) #name,
        DROP_REASONS(X)
#undef X
    };
    return names[reason];
}

const char *drop_reason_text(enum drop_reason reason)
{
    static const char *const texts[] = {
#define X(name, text) text,
        DROP_REASONS(X)
#undef X
    };
    return texts[reason];
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
