/* SPDX-License-Identifier: GPL-3.0-or-later */
/* runner.c - performs the events of a script one after the other, each at its time. */
#include "validate/packetdrill/runner.h"

#include <string.h>

static void keep_message(char **place, const struct runner *r, const char *format, va_list args)
{
    if (*place) return;
    g_autofree char *text = g_strdup_vprintf(format, args);
    *place = g_strdup_printf("%s:%u: %s", r->script->path, r->event ? r->event->line : r->line, text);
}

bool runner_fail(struct runner *r, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    keep_message(&r->failure, r, format, args);
    va_end(args);
    return false;
}

bool runner_lack(struct runner *r, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    keep_message(&r->lack, r, format, args);
    va_end(args);
    return false;
}

/* ---- the host ---- */

static void on_frame(NetsimDevice *device, bool sent, netsim_time when, const void *bytes, size_t length, const char *comment,
                     void *data)
{
    (void) device;
    (void) comment;
    struct runner *r = data;
    struct sent *p = sent ? packet_decode(bytes, length, when) : NULL;
    if (!p) return;
    g_queue_push_tail(&r->sent, p);
    netsim_sim_stop(r->sim);
}

static void on_ready(NetsimProcess *process, void *state, NetsimSocket *socket, unsigned events)
{
    (void) process;
    struct runner *r = *(struct runner **) state;
    poll_wake(r, socket, events);
    if (!r->blocked.event) return;
    bool is_poll = !r->blocked.fd || !r->blocked.fd->socket;
    if (is_poll || r->blocked.fd->socket == socket) call_retry(r);
}

static void on_start(NetsimProcess *process, void *state, const void *config)
{
    (void) process;
    *(struct runner **) state = *(struct runner *const *) config;
}

static const NetsimApp script_app = { .name = "script", .state_size = sizeof(struct runner *), .config_size = sizeof(struct runner *),
                                      .start = on_start, .ready = on_ready };

static void on_alarm(NetsimSim *sim, NetsimEvent event, void *data)
{
    (void) event;
    (void) data;
    netsim_sim_stop(sim);
}

static void on_timeout(NetsimSim *sim, NetsimEvent event, void *data)
{
    (void) sim;
    (void) event;
    call_retry(data);
}

static bool sh(struct runner *r, GError **error, const char *format, ...) G_GNUC_PRINTF(3, 4);
static bool sh(struct runner *r, GError **error, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    return netsim_host_sh(r->host, text, NULL, error);
}

#define ADDR(a) (a) >> 24 & 255, (a) >> 16 & 255, (a) >> 8 & 255, (a) & 255

/* The host under test has one device, tun0; the other end of its link is deaf. */
static bool make_host(struct runner *r, GError **error)
{
    const struct packetdrill_options *o = r->options;
    NetsimHostConfig config = { .kernel = o->kernel, .hz = o->hz, .uptime = 1000 * NETSIM_S };
    r->sim = netsim_sim_new(NULL);
    r->host = netsim_host_new_config(r->sim, "host", &config, error);
    NetsimHost *wire = r->host ? netsim_host_new(r->sim, "wire", NULL, error) : NULL;
    if (!wire) return false;
    r->device = netsim_host_nic(r->host, "tun0", NULL);
    NetsimDevice *far = netsim_host_nic(wire, "tun0", NULL);
    netsim_device_set_raw_ip(r->device, true);
    netsim_device_set_raw_ip(far, true);
    static const NetsimLinkConfig wire_config;
    if (!netsim_link_new(r->device, far, &wire_config, NULL, error)) return false;
    if (!sh(r, error, "ip link set dev tun0 mtu %u; ip addr add %u.%u.%u.%u/16 dev tun0; ip route add default dev tun0; "
            "ip route add %u.%u.%u.%u dev tun0", o->mtu, ADDR(o->local_ip), ADDR(o->remote_ip)))
        return false;
    netsim_device_tap(r->device, on_frame, r);
    struct runner *self = r;
    r->process = netsim_spawn(r->host, "script", &script_app, &self);
    r->alarm = netsim_event_new(r->sim, on_alarm, r);
    r->timeout = netsim_event_new(r->sim, on_timeout, r);
    return true;
}

static void connection_free(struct connection *c)
{
    g_array_free(c->stamps, TRUE);
    g_free(c);
}

static void free_all(struct runner *r)
{
    if (r->sim) netsim_sim_free(r->sim);
    for (struct sent *p; (p = g_queue_pop_head(&r->sent));) g_free(p);
    g_ptr_array_free(r->connections, TRUE);
    g_ptr_array_free(r->fds, TRUE);
    g_hash_table_destroy(r->variables);
    g_hash_table_destroy(r->files);
    g_free(r->failure);
    g_free(r->lack);
}

/* ---- time ---- */

/* One stretch of simulation, at most to @limit. */
static bool run_on(struct runner *r, netsim_time limit)
{
    GError *error = NULL;
    netsim_event_at(r->sim, r->alarm, limit + 1); /* after all that is due at the limit */
    bool good = netsim_sim_run(r->sim, NETSIM_TIME_MAX, &error);
    if (good) return true;
    runner_fail(r, "%s", error->message);
    g_error_free(error);
    return false;
}

bool runner_advance(struct runner *r, netsim_time at)
{
    while (netsim_sim_now(r->sim) <= at)
        if (!run_on(r, at)) return false;
    return true;
}

bool runner_wait_sent(struct runner *r, netsim_time limit)
{
    while (g_queue_is_empty(&r->sent)) {
        if (netsim_sim_now(r->sim) > limit || !run_on(r, limit)) return false;
    }
    return true;
}

netsim_time runner_tolerance(const struct runner *r, netsim_time expected)
{
    netsim_time share = (expected - r->base) / 100 * r->options->tolerance_percent / 10;
    return share > r->options->tolerance ? share : r->options->tolerance;
}

/* ---- events ---- */

static netsim_time scheduled(const struct runner *r, const struct event *e, netsim_time at)
{
    return e->time_kind == TIME_ABSOLUTE ? at : r->base + at;
}

/* No observer is instant: an event takes this long, so the next one, relative to its end, is that much later.  Without it
 * moments coincide that never do, such as the round trips of two segments.  Packets of the peer in a row keep their distances. */
#define EVENT_TAKES (5 * NETSIM_US)

static void spend(struct runner *r, guint i)
{
    const GPtrArray *events = r->script->events;
    const struct event *next = i + 1 < events->len ? events->pdata[i + 1] : NULL;
    if (!next || r->event->kind != EVENT_INBOUND || next->kind != EVENT_INBOUND) r->base += EVENT_TAKES;
}

static bool perform(struct runner *r, const struct event *e)
{
    if (e->kind == EVENT_OUTBOUND) return match_outbound(r, e);
    netsim_time at = e->time_kind == TIME_ANY ? netsim_sim_now(r->sim) : scheduled(r, e, e->at);
    if (at < r->base - runner_tolerance(r, r->base))
        return runner_fail(r, "time runs backwards: %.6f s is before %.6f s", (double) at / NETSIM_S, (double) r->base / NETSIM_S);
    at = at < netsim_sim_now(r->sim) ? netsim_sim_now(r->sim) : at;
    if (r->blocked.event && e->kind == EVENT_CALL && e->is_blocking && !call_finish(r)) return false;
    netsim_time end = scheduled(r, e, e->is_blocking ? e->until : e->at);
    if (!runner_advance(r, at)) return false;
    r->base = at;
    switch (e->kind) {
    case EVENT_INBOUND: return match_inbound(r, &e->segment);
    case EVENT_CALL: return call_perform(r, e, end);
    case EVENT_COMMAND: return command_perform(r, e->text);
    default: return code_perform(r, e->text);
    }
}

/* The command before or after all events. */
static bool perform_outside(struct runner *r, const char *command, unsigned line)
{
    r->event = NULL;
    r->line = line;
    return !command || command_perform(r, command);
}

static bool run_events(struct runner *r)
{
    const struct script *s = r->script;
    if (!perform_outside(r, s->init, s->init_line)) return false;
    for (guint i = 0; i < s->events->len; i++) {
        r->event = s->events->pdata[i];
        if (!perform(r, r->event) || r->failure || r->lack) return false;
        spend(r, i);
    }
    if (r->blocked.event && !call_finish(r)) return false;
    return perform_outside(r, s->cleanup, s->cleanup_line);
}

enum verdict runner_run(const struct script *script, const struct packetdrill_options *options, GString *message)
{
    struct runner r = { .script = script, .options = options, .next_port = 33000 };
    r.connections = g_ptr_array_new_with_free_func((GDestroyNotify) connection_free);
    r.fds = g_ptr_array_new_with_free_func((GDestroyNotify) descriptor_free);
    r.variables = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    r.files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    GError *error = NULL;
    enum verdict verdict = VERDICT_PASS;
    if (!make_host(&r, &error)) {
        g_string_append_printf(message, "%s: %s", script->path, error->message);
        g_error_free(error);
        verdict = VERDICT_SCRIPT;
    } else if (!run_events(&r)) {
        verdict = r.lack ? VERDICT_SKIP : VERDICT_FAIL;
        g_string_append(message, r.lack ? r.lack : r.failure);
    }
    free_all(&r);
    return verdict;
}
