/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fate.c - where packets went: the drop counts of all places. */
#include "core/sim.h"
#include <netsim/net.h>
#include <string.h>

static gint by_name(gconstpointer a, gconstpointer b)
{
    const struct drop_place *const *x = a, *const *y = b;
    return strcmp((*x)->name, (*y)->name);
}

static void report(const struct drop_place *place, void (*func)(const NetsimFate *fate, void *data), void *data)
{
    for (unsigned r = 0; r < N_DROP_REASONS; r++) {
        if (!place->counts->pkts[r]) continue;
        NetsimFate fate = { .where = place->name, .reason = drop_reason_name(r), .text = drop_reason_text(r),
                            .pkts = place->counts->pkts[r], .bytes = place->counts->bytes[r] };
        func(&fate, data);
    }
}

void netsim_sim_fates(NetsimSim *sim, NetsimFateTotals *totals, void (*func)(const NetsimFate *fate, void *data), void *data)
{
    if (!sim) return;
    if (totals) {
        *totals = (NetsimFateTotals){ .made = sim->pkts_made, .copied = sim->pkts_copied, .delivered = sim->pkts_delivered,
                                      .dropped = sim->pkts_dropped, .held = sim->pkts_held };
    }
    if (!func) return;
    GPtrArray *places = g_ptr_array_new();
    for (struct drop_place *p = sim->places; p; p = p->next) g_ptr_array_add(places, p);
    g_ptr_array_sort(places, by_name);
    for (guint i = 0; i < places->len; i++) report(places->pdata[i], func, data);
    g_ptr_array_free(places, TRUE);
}
