/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sim.h"

#include "core/check.h"
#include <stdarg.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PKT_DESCRIPTOR_BYTES = 128 };

const char *netsim_version(void)
{
    return "0.1.0";
}

GQuark netsim_error_quark(void)
{
    return g_quark_from_static_string("netsim-error");
}

void ns_check_failed(const char *what, const char *file, int line)
{
    fprintf(stderr, "netsim: %s:%d: internal check failed: %s (please report it with the script and the seed)\n", file,
            line, what);
    abort();
}

bool ns_not_given(const char *what, const char *function, GError **error)
{
    g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_ARGUMENT, "%s(): %s is NULL", function, what);
    return false;
}

void node_init(struct node *n, struct sim *sim, const char *name)
{
    *n = (struct node){ .sim = sim, .id = sim->n_nodes++, .name = g_strdup(name) };
    ns_assert(n->id < 1u << 24);
}

void node_clear(struct node *n)
{
    g_free(n->name);
    n->name = NULL;
}

NetsimSim *netsim_sim_new(const NetsimSimConfig *config)
{
    struct sim *sim = g_new0(struct sim, 1);
    sim->seed = config && config->seed ? config->seed : 1;
    sched_init(&sim->sched);
    pool_init(&sim->pkts, "packets", PKT_DESCRIPTOR_BYTES);
    sim->wake_tail = &sim->wake_head;
    sim->parts = g_array_new(FALSE, FALSE, sizeof(struct sim_part));
    sim->data = g_hash_table_new(g_str_hash, g_str_equal);
    node_init(&sim->self, sim, "sim");
    return sim;
}

void sim_add_part(struct sim *sim, struct sim_part part)
{
    g_array_append_val(sim->parts, part);
}

void netsim_sim_free(NetsimSim *sim)
{
    if (!sim) return;
    trace_free(sim); /* nobody looks on while it is taken apart */
    for (guint i = sim->parts->len; i--;) {
        struct sim_part *p = &g_array_index(sim->parts, struct sim_part, i);
        if (p->free) p->free(p->owner);
    }
    g_array_free(sim->parts, TRUE);
    g_hash_table_destroy(sim->data);
    g_clear_error(&sim->failure);
    pool_free(&sim->pkts);
    sched_free(&sim->sched);
    node_clear(&sim->self);
    g_free(sim);
}

void sim_unwake(struct sim *sim, struct sim_wake *wake)
{
    if (!wake->is_queued) return;
    struct sim_wake **link = &sim->wake_head;
    while (*link && *link != wake) link = &(*link)->next;
    if (*link) {
        *link = wake->next;
        if (sim->wake_tail == &wake->next) sim->wake_tail = link;
    }
    wake->is_queued = false;
}

static void run_wakes(struct sim *sim)
{
    while (sim->wake_head) {
        struct sim_wake *w = sim->wake_head;
        sim->wake_head = w->next;
        if (!sim->wake_head) sim->wake_tail = &sim->wake_head;
        w->is_queued = false;
        w->fn(w);
    }
}

static bool check_conservation(struct sim *sim, GError **error)
{
    uint64_t in = sim->pkts_made + sim->pkts_copied, out = sim->pkts_delivered + sim->pkts_dropped + sim->pkts_held;
    /* Held counts segments, live counts descriptors: a waiting super-packet is one descriptor. */
    if (in == out && sim->pkts_held >= sim->pkts.live) return true;
    g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_INVARIANT,
                "packets are not conserved: made %" G_GUINT64_FORMAT " + copied %" G_GUINT64_FORMAT
                " != delivered %" G_GUINT64_FORMAT " + dropped %" G_GUINT64_FORMAT " + held %" G_GUINT64_FORMAT
                " (live descriptors %" G_GUINT64_FORMAT ")",
                sim->pkts_made, sim->pkts_copied, sim->pkts_delivered, sim->pkts_dropped, sim->pkts_held, sim->pkts.live);
    return false;
}

bool netsim_sim_run(NetsimSim *sim, netsim_time until, GError **error)
{
    if (!ns_given(sim, error)) return false;
    if (sim->is_running) {
        g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_STATE, "netsim_sim_run() in a callback of the run: it goes on when that returns");
        return false;
    }
    struct sched *q = &sim->sched;
    sim->is_running = true;
    sim->end = NETSIM_END_IDLE;
    netsim_time last = ns_min(until, NETSIM_TIME_MAX - 1); /* what is armed for TIME_MAX never comes */
    if (sim->wake_head) run_wakes(sim);
    while (q->n_foreground) {
        if (ns_unlikely(__atomic_load_n(&sim->is_stopped, __ATOMIC_RELAXED))) {
            sim->end = NETSIM_END_STOPPED;
            break;
        }
        uint32_t i = sched_pop(q, last);
        if (ns_unlikely(!i)) {
            if (until == NETSIM_TIME_MAX) break;
            sim->end = NETSIM_END_UNTIL;
            sim->now = ns_max(sim->now, until);
            break;
        }
        struct event_node *n = &q->nodes[i];
        sim->now = n->at;
        n->at = EVENT_IDLE;
        sim->n_events++;
        n->fn(sim, i, n->arg);
        if (sim->wake_head) run_wakes(sim);
    }
    sim->is_running = false;
    __atomic_store_n(&sim->is_stopped, false, __ATOMIC_RELAXED);
    if (sim->failure) {
        g_propagate_error(error, g_steal_pointer(&sim->failure));
        return false;
    }
    return check_conservation(sim, error);
}

void netsim_sim_stop(NetsimSim *sim)
{
    if (!sim) return;
    __atomic_store_n(&sim->is_stopped, true, __ATOMIC_RELAXED);
}

void netsim_sim_fail(NetsimSim *sim, GError *error)
{
    if (!sim || sim->failure) g_clear_error(&error);
    if (!sim) return;
    if (error) sim->failure = error;
    netsim_sim_stop(sim);
}

NetsimEnd netsim_sim_end(const NetsimSim *sim)
{
    if (!sim) return NETSIM_END_IDLE;
    return sim->end;
}

netsim_time netsim_sim_now(const NetsimSim *sim)
{
    if (!sim) return 0;
    return sim->now;
}

uint64_t netsim_sim_seed(const NetsimSim *sim)
{
    if (!sim) return 0;
    return sim->seed;
}

uint64_t netsim_sim_events(const NetsimSim *sim)
{
    if (!sim) return 0;
    return sim->n_events;
}

uint64_t netsim_sim_hops(const NetsimSim *sim)
{
    if (!sim) return 0;
    return sim->n_hops;
}

uint64_t netsim_sim_fingerprint(const NetsimSim *sim)
{
    if (!sim) return 0;
    uint64_t sum = sim->retired;
    for (guint i = 0; i < sim->parts->len; i++) {
        struct sim_part *p = &g_array_index(sim->parts, struct sim_part, i);
        if (p->fingerprint) sum += p->fingerprint(p->owner);
    }
    return sum;
}

NetsimEvent netsim_event_new(NetsimSim *sim, NetsimEventFunc func, void *data)
{
    if (!sim || !func) return 0;
    return sched_node_new(&sim->sched, node_event_id(&sim->self, node_serial(&sim->self), 0), func, data);
}

NetsimEvent netsim_event_new_background(NetsimSim *sim, NetsimEventFunc func, void *data)
{
    if (!sim || !func) return 0;
    return sched_node_new(&sim->sched, node_event_id(&sim->self, node_serial(&sim->self), EVENT_BACKGROUND), func, data);
}

/* Made by netsim_event_new(), and not freed? */
static bool is_users_event(const struct sim *sim, NetsimEvent event)
{
    return sim && event && event < sim->sched.n_nodes && sim->sched.nodes[event].fn && node_of_event(sim->sched.ids[event]) == sim->self.id;
}

void netsim_event_free(NetsimSim *sim, NetsimEvent event)
{
    if (is_users_event(sim, event)) sched_node_free(&sim->sched, event);
}

void netsim_event_at(NetsimSim *sim, NetsimEvent event, netsim_time at)
{
    if (is_users_event(sim, event)) sim_event_at(sim, event, ns_max(at, sim->now));
}

void netsim_event_cancel(NetsimSim *sim, NetsimEvent event)
{
    if (is_users_event(sim, event) && sched_is_armed(&sim->sched, event)) sched_disarm(&sim->sched, event);
}

bool netsim_event_is_armed(const NetsimSim *sim, NetsimEvent event)
{
    return is_users_event(sim, event) && sched_is_armed(&sim->sched, event);
}

/* ---- warnings, files ---- */

void netsim_sim_on_warning(NetsimSim *sim, NetsimWarningFunc func, void *data)
{
    if (!sim) return;
    sim->warning_func = func;
    sim->warning_data = data;
}

void netsim_sim_on_file(NetsimSim *sim, NetsimFileFunc func, void *data)
{
    if (!sim) return;
    sim->file_func = func;
    sim->file_data = data;
}

char *sim_read_file(struct sim *sim, const char *path, size_t *length, GError **error)
{
    return sim->file_func ? sim->file_func(sim, path, length, sim->file_data, error) : NULL;
}

void sim_warn(struct sim *sim, const char *format, ...)
{
    if (!sim->warning_func) return;
    va_list args;
    va_start(args, format);
    g_autofree char *message = g_strdup_vprintf(format, args);
    va_end(args);
    sim->warning_func(sim, message, sim->warning_data);
}
