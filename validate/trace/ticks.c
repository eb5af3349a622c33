/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ticks.c - the phase of the recording kernel's ticks. */
#include "validate/trace/ticks.h"

#include "validate/trace/flows.h"

#include <string.h>

enum {
    SILENT_MS = 20,        /* nothing else that TCP does on its own waits so long: pacing, compressed ACKs */
    AFTER_APPLICATION_MS = 6, /* a packet so soon after a call may be its work */
    MAX_LEVEL = 3,
    FIRST_TICKS = 63,      /* kernel/time/timer.c, LVL_START(1): what is set for less fires on any tick; ... */
    SURE_TICKS = 64,       /* ... what fires later was set for more */
    MAX_FIRINGS = 400,
};

/* A packet that a timer sent. */
struct firing {
    netsim_time at;
    netsim_time granule; /* of the timer, at least */
    netsim_time perhaps; /* of the timer, if it was set when the host sent its last packet, or as long as one of that level may be */
};

static int by_value(gconstpointer a, gconstpointer b)
{
    netsim_time x = *(const netsim_time *) a, y = *(const netsim_time *) b;
    return x < y ? -1 : x > y;
}

/* When applications on @host did anything: netsim_time, in order. */
static GArray *activity_on(const struct scenario *scenario, const struct record *real, const char *host)
{
    GArray *times = g_array_new(FALSE, FALSE, sizeof(netsim_time));
    for (unsigned i = 0; i < scenario->actors->len; i++) {
        const struct scenario_actor *script = &g_array_index(scenario->actors, struct scenario_actor, i);
        const struct record_actor *actor = strcmp(script->host, host) == 0 ? record_find_actor(real, script->name) : NULL;
        for (unsigned j = 0; actor && j < actor->steps->len; j++) {
            const struct record_step *step = &g_array_index(actor->steps, struct record_step, j);
            g_array_append_val(times, step->start);
            g_array_append_val(times, step->end);
            for (unsigned k = 0; step->calls && k < step->calls->len; k++)
                g_array_append_val(times, g_array_index(step->calls, struct record_call, k).end);
        }
    }
    g_array_sort(times, by_value);
    return times;
}

/* Was there any in (@from, @to]? */
static bool was_active(const GArray *activity, netsim_time from, netsim_time to)
{
    unsigned low = 0, high = activity->len;
    while (low < high) {
        unsigned mid = (low + high) / 2;
        if (g_array_index(activity, netsim_time, mid) <= to) low = mid + 1;
        else high = mid;
    }
    return low > 0 && g_array_index(activity, netsim_time, low - 1) > from;
}

/* The granule of a timer that fired @after it was set: level L holds what is set for @first * 8^(L-1) ticks or more. */
static netsim_time granule_of(netsim_time after, netsim_time tick, int first)
{
    netsim_time granule = tick;
    for (int level = 0; level < MAX_LEVEL && after > first * granule; level++) granule *= 8;
    return granule;
}

static void find_firings(const struct capture *capture, const char *address, const GArray *activity, netsim_time tick, GArray *firings)
{
    netsim_time before = NETSIM_TIME_MAX, sent = NETSIM_TIME_MAX;
    for (unsigned i = 0; i < capture->packets->len && firings->len < MAX_FIRINGS; i++) {
        struct packet_summary p;
        if (!packet_summarise(capture, i, &p)) continue;
        netsim_time at = (capture->first_ns + p.segment.at_ns) * NETSIM_NS, silence = at - before;
        before = at;
        g_autofree char *from = flow_address(&p.key, false);
        if (strcmp(from, address) != 0) continue;
        netsim_time since_sent = at - sent;
        sent = at;
        if (silence < SILENT_MS * NETSIM_MS || was_active(activity, at - AFTER_APPLICATION_MS * NETSIM_MS, at + NETSIM_MS)) continue;
        struct firing firing = { .at = at, .granule = granule_of(silence, tick, SURE_TICKS),
                                 .perhaps = granule_of(since_sent, tick, FIRST_TICKS) };
        g_array_append_val(firings, firing);
    }
}

/* The sums of what the firings were late if ticks of all granules come at @phase. */
struct lateness_sum {
    netsim_time sure, perhaps;
};

static struct lateness_sum lateness(const GArray *firings, netsim_time phase)
{
    struct lateness_sum sum = { 0 };
    for (unsigned i = 0; i < firings->len; i++) {
        const struct firing *f = &g_array_index(firings, struct firing, i);
        sum.sure += (f->at - phase % f->granule + f->granule) % f->granule;
        sum.perhaps += (f->at - phase % f->perhaps + f->perhaps) % f->perhaps;
    }
    return sum;
}

/* Timers are never early and seldom late: of the phases at which one fired in time, the one that makes all least late. */
static netsim_time best_phase(const GArray *firings, netsim_time coarsest)
{
    netsim_time best = 0;
    struct lateness_sum least = { NETSIM_TIME_MAX, NETSIM_TIME_MAX };
    for (unsigned i = 0; i < firings->len; i++) {
        const struct firing *f = &g_array_index(firings, struct firing, i);
        for (netsim_time phase = f->at % f->granule; phase < coarsest; phase += f->granule) {
            struct lateness_sum sum = lateness(firings, phase);
            if (sum.sure > least.sure || (sum.sure == least.sure && sum.perhaps >= least.perhaps)) continue;
            least = sum;
            best = phase;
        }
    }
    return best;
}

netsim_time ticks_uptime(const struct scenario *scenario, const struct record *real, const char *folder)
{
    netsim_time tick = NETSIM_S / scenario->hz, coarsest = tick;
    g_autoptr(GArray) firings = g_array_new(FALSE, FALSE, sizeof(struct firing));
    for (unsigned i = 0; i < scenario->captures->len; i++) {
        g_autoptr(Capture) capture = capture_find(folder, scenario->captures->pdata[i], NULL);
        for (unsigned k = 0; capture && k < scenario->hosts->len; k++) {
            const struct scenario_host *host = &g_array_index(scenario->hosts, struct scenario_host, k);
            gsize n = strlen(host->name);
            const char *stem = scenario->captures->pdata[i];
            if (!host->address || !g_str_has_prefix(stem, host->name) || stem[n] != '-') continue;
            g_autoptr(GArray) activity = activity_on(scenario, real, host->name);
            find_firings(capture, host->address, activity, tick, firings);
        }
    }
    if (firings->len == 0) return 0;
    for (unsigned i = 0; i < firings->len; i++) coarsest = MAX(coarsest, g_array_index(firings, struct firing, i).perhaps);
    /* long enough ago for every granule */
    return 64 * 64 * 64 * tick - best_phase(firings, coarsest);
}
