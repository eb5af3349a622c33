/* SPDX-License-Identifier: GPL-3.0-or-later */
/* player.c - runs a scenario on simulated hosts. */
#include "validate/trace/player.h"

#include "validate/trace/actor.h"
#include "validate/trace/replay.h"

#include <string.h>

/* ---- building ---- */

/* Numbers may be separated by tabs or blanks: "4096\t131072\t6291456". */
static bool same_value(const char *a, const char *b)
{
    while (*a && *b) {
        if (g_ascii_isspace(*a) && g_ascii_isspace(*b)) {
            while (g_ascii_isspace(*a)) a++;
            while (g_ascii_isspace(*b)) b++;
        } else if (*a++ != *b++) {
            return false;
        }
    }
    return !*a && !*b;
}

/* What the scenario set must be possible; what the recording machine happened to have may be unknown here. */
static bool apply_knob(NetsimHost *host, const struct scenario_knob *knob, GString *left_out, GError **error)
{
    g_autoptr(GError) why = NULL;
    g_autofree char *have = netsim_host_sysctl_get(host, knob->name, &why);
    if (have && same_value(have, knob->value)) return true;
    if (have && netsim_host_sysctl_set(host, knob->name, knob->value, &why)) return true;
    if (knob->is_set) {
        g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_UNSUPPORTED, "host %s: sysctl %s = %s: %s", netsim_host_name(host), knob->name,
                    knob->value, why->message);
        return false;
    }
    g_string_append_printf(left_out, "%s %s = %s", left_out->len ? "," : "", knob->name, knob->value);
    return true;
}

/* Devices of light hosts have none. */
static bool only_switches_offloads_off(const char *line)
{
    return g_str_has_prefix(line, "ethtool -K ") && strstr(line, " off") && !strstr(line, " on");
}

static bool set_up_host(struct player *p, const struct scenario_host *from, GError **error)
{
    NetsimHost *host = netsim_host_find(p->sim, from->name, error);
    if (!host) return false;
    /* Effective values first: sysctl_set is part of them, and setting a knob twice to one value changes nothing. */
    g_autoptr(GString) left_out = g_string_new(NULL);
    for (int is_set = 0; is_set < 2; is_set++)
        for (unsigned i = 0; i < from->knobs->len; i++) {
            const struct scenario_knob *knob = &g_array_index(from->knobs, struct scenario_knob, i);
            if (knob->is_set == (bool) is_set && !apply_knob(host, knob, left_out, error)) return false;
        }
    if (left_out->len) g_ptr_array_add(p->notes, g_strdup_printf("host %s: not applied:%s", from->name, left_out->str));
    for (unsigned i = 0; i < from->setup->len; i++) {
        g_autoptr(GError) why = NULL;
        if (only_switches_offloads_off(from->setup->pdata[i])) continue;
        if (netsim_host_sh(host, from->setup->pdata[i], NULL, &why)) continue;
        g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_UNSUPPORTED, "host %s: setup \"%s\": %s", from->name,
                    (char *) from->setup->pdata[i], why->message);
        return false;
    }
    return true;
}

static bool build_link(struct player *p, const struct scenario_link *from, GError **error)
{
    NetsimDevice *device[2];
    for (int i = 0; i < 2; i++) {
        NetsimHost *host = netsim_host_find(p->sim, from->host[i], error);
        device[i] = host ? netsim_host_nic(host, from->device[i], error) : NULL;
        if (!device[i]) return false;
        if (!from->mac[i]) {
            netsim_device_set_raw_ip(device[i], true);
            continue;
        }
        g_autofree char *set = g_strdup_printf("ip link set dev %s address %s", from->device[i], from->mac[i]);
        if (!netsim_host_sh(host, set, NULL, error)) return false;
    }
    NetsimLink *link = netsim_link_new(device[0], device[1], &from->direction[0], &from->direction[1], error);
    if (!link) return false;
    for (unsigned i = 0; i < from->rules->len; i++) {
        const struct scenario_rule *rule = &g_array_index(from->rules, struct scenario_rule, i);
        if (!netsim_link_add_rule(link, rule->b2a, &rule->rule, error)) return false;
    }
    for (unsigned i = 0; i < from->cuts->len; i++) {
        const struct scenario_cut *cut = &g_array_index(from->cuts, struct scenario_cut, i);
        if (!netsim_link_add_cut(link, cut->b2a, &cut->cut, error)) return false;
    }
    for (int i = 0; i < 2 && from->taken[i]; i++) {
        const GArray *taken = from->taken[i], *delivered = from->delivered[i];
        if (!netsim_link_set_moments(link, i == 1, (const NetsimLinkMoment *) taken->data, taken->len,
                                     (const NetsimLinkMoment *) delivered->data, delivered->len, error))
            return false;
    }
    return true;
}

/* Every capture of the case is made at the end of a link that bears its name. */
static bool start_capture(struct player *p, const char *stem, GError **error)
{
    for (unsigned i = 0; i < p->scenario->links->len; i++) {
        const struct scenario_link *link = &g_array_index(p->scenario->links, struct scenario_link, i);
        for (int end = 0; end < 2; end++) {
            g_autofree char *name = g_strdup_printf("%s-%s", link->host[end], link->device[end]);
            if (strcmp(name, stem) != 0) continue;
            NetsimHost *host = netsim_host_find(p->sim, link->host[end], error);
            NetsimDevice *device = host ? netsim_host_nic(host, link->device[end], error) : NULL;
            g_autofree char *file = g_strconcat(stem, ".pcapng", NULL);
            g_autofree char *path = g_build_filename(p->options->folder, file, NULL);
            return device && netsim_capture(device, path, error);
        }
    }
    g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_UNSUPPORTED, "capture %s is not at the end of a link", stem);
    return false;
}

static void arrivals_clear(gpointer arrivals)
{
    arrivals_free(arrivals);
}

static const struct arrivals *arrivals_at(struct player *p, const char *host)
{
    struct arrivals *arrivals = g_hash_table_lookup(p->arrivals, host);
    if (arrivals || !p->options->recorded) return arrivals;
    arrivals = arrivals_read(p->scenario, p->options->recording, host);
    g_hash_table_insert(p->arrivals, g_strdup(host), arrivals);
    return arrivals;
}

static bool start_actor(struct player *p, const struct scenario_actor *script, GError **error)
{
    NetsimHost *host = netsim_host_find(p->sim, script->host, error);
    if (!host) return false;
    struct actor *a = g_new0(struct actor, 1);
    a->player = p;
    a->script = script;
    a->played = record_actor(p->played, script->name, true);
    a->recorded = p->options->recorded ? record_actor(p->options->recorded, script->name, false) : NULL;
    for (unsigned i = 0; i < p->scenario->hosts->len; i++) {
        const struct scenario_host *of = &g_array_index(p->scenario->hosts, struct scenario_host, i);
        if (strcmp(of->name, script->host) == 0) a->congestion_control = of->congestion_control;
    }
    a->arrivals = arrivals_at(p, script->host);
    a->late_calls = replay_calls_new();
    a->sockets = g_array_new(FALSE, TRUE, sizeof(struct actor_socket));
    a->samplers = g_ptr_array_new();
    a->holders = g_ptr_array_new();
    a->frames = g_array_new(FALSE, TRUE, sizeof(struct actor_frame));
    g_ptr_array_add(p->actors, a);
    p->n_running++;
    a->process = netsim_spawn(host, script->name, &actor_app, a);
    return true;
}

static bool build(struct player *p, GError **error)
{
    const struct scenario *s = p->scenario;
    NetsimHostConfig config = { .kernel = s->profile, .hz = (unsigned) s->hz, .uptime = p->options->uptime };
    for (unsigned i = 0; i < s->hosts->len; i++)
        if (!netsim_host_new_config(p->sim, g_array_index(s->hosts, struct scenario_host, i).name, &config, error)) return false;
    for (unsigned i = 0; i < s->links->len; i++)
        if (!build_link(p, &g_array_index(s->links, struct scenario_link, i), error)) return false;
    for (unsigned i = 0; i < s->hosts->len; i++)
        if (!set_up_host(p, &g_array_index(s->hosts, struct scenario_host, i), error)) return false;
    for (unsigned i = 0; i < s->captures->len; i++)
        if (!start_capture(p, s->captures->pdata[i], error)) return false;
    for (unsigned i = 0; i < s->actors->len; i++)
        if (!start_actor(p, &g_array_index(s->actors, struct scenario_actor, i), error)) return false;
    return true;
}

/* ---- running ---- */

static void end_of_run(NetsimSim *sim, NetsimEvent event, void *data)
{
    (void) event;
    (void) data;
    netsim_sim_stop(sim);
}

static void count_host(const char *name, uint64_t value, void *data)
{
    record_count(data, name, value);
}

static bool write_series(struct player *p, GError **error)
{
    for (unsigned i = 0; i < p->actors->len; i++) {
        const struct actor *a = p->actors->pdata[i];
        for (unsigned j = 0; j < a->samplers->len; j++) {
            const struct actor_sampler *sampler = a->samplers->pdata[j];
            if (!g_file_set_contents(sampler->path, sampler->rows->str, (gssize) sampler->rows->len, error)) return false;
        }
    }
    return record_write(p->played, p->options->folder, error);
}

static bool run(struct player *p, GError **error)
{
    p->end = netsim_event_new(p->sim, end_of_run, NULL);
    netsim_event_at(p->sim, p->end, p->scenario->limit);
    if (!netsim_sim_run(p->sim, NETSIM_TIME_MAX, error)) return false;
    for (unsigned i = 0; i < p->scenario->hosts->len; i++) {
        const char *name = g_array_index(p->scenario->hosts, struct scenario_host, i).name;
        netsim_host_each_counter(netsim_host_find(p->sim, name, NULL), count_host, record_host(p->played, name, true));
    }
    /* The recordings read their counters here, then stopped the captures. */
    if (p->options->until > netsim_sim_now(p->sim)) {
        netsim_event_at(p->sim, p->end, p->options->until);
        if (!netsim_sim_run(p->sim, NETSIM_TIME_MAX, error)) return false;
    }
    if (!netsim_capture_close(p->sim, error)) return false;
    return !p->options->series || write_series(p, error);
}

bool player_run(const struct scenario *scenario, const struct player_options *options, struct record *played, GPtrArray *notes,
                GError **error)
{
    struct player p = {
        .scenario = scenario,
        .options = options,
        .sim = netsim_sim_new(NULL),
        .played = played,
        .notes = notes,
        .actors = g_ptr_array_new_with_free_func(actor_free),
        .signals = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
        .arrivals = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, arrivals_clear),
    };
    bool good = build(&p, error) && run(&p, error);
    netsim_sim_free(p.sim);
    g_ptr_array_unref(p.actors);
    g_hash_table_unref(p.signals);
    g_hash_table_unref(p.arrivals);
    return good;
}
