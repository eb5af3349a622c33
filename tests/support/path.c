/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/path.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void check(bool good, GError *error)
{
    if (good) return;
    char text[512];
    g_strlcpy(text, error ? error->message : "no error was set", sizeof text);
    g_clear_error(&error);
    fail_msg("%s", text);
}

static NetsimHost *host(NetsimSim *sim, const char *name, unsigned number, const char *sysctls)
{
    GError *error = NULL;
    NetsimHost *h = netsim_host_new(sim, name, NULL, &error);
    check(h != NULL, error);
    g_autofree char *script = g_strdup_printf(
        "ip addr add 10.0.0.%u/24 dev eth0\n"
        "sysctl -qw net.core.rmem_max=268435456 net.core.wmem_max=268435456\n"
        "sysctl -qw net.ipv4.tcp_rmem='4096 131072 268435456' net.ipv4.tcp_wmem='4096 16384 268435456' %s",
        number, sysctls ? sysctls : "");
    netsim_host_nic(h, "eth0", NULL);
    check(netsim_host_sh(h, script, NULL, &error), error);
    return h;
}

void path_open(struct path *p, uint64_t seed, const NetsimLinkConfig *config, const char *sysctls)
{
    *p = (struct path){ .sim = netsim_sim_new(&(NetsimSimConfig){ .seed = seed }) };
    p->sender = host(p->sim, "sender", 1, sysctls);
    p->receiver = host(p->sim, "receiver", 2, sysctls);
    GError *error = NULL;
    NetsimLink *link = netsim_link_new(netsim_host_nic(p->sender, "eth0", NULL), netsim_host_nic(p->receiver, "eth0", NULL), config,
                                       &(NetsimLinkConfig){ .delay = config->delay }, &error);
    check(link != NULL, error);
}

void path_close(struct path *p)
{
    netsim_sim_free(p->sim);
}

void path_flow(struct path *p, const char *algorithm, netsim_time start)
{
    assert_true(p->n_flows < PATH_MAX_FLOWS);
    NetsimAddress to = { 0x0a000002, (uint16_t) (PATH_PORT + p->n_flows) };
    NetsimSinkConfig sink = { .type = NETSIM_SOCK_STREAM, .local = { 0, to.port } };
    p->sinks[p->n_flows++] = netsim_spawn(p->receiver, NULL, &netsim_app_sink, &sink);
    NetsimBulkConfig bulk = { .to = to, .start = start, .write_size = 65536, .congestion_control = algorithm };
    netsim_spawn(p->sender, NULL, &netsim_app_bulk, &bulk);
}

void path_run(struct path *p, netsim_time until)
{
    GError *error = NULL;
    check(netsim_sim_run(p->sim, until, &error), error);
}

uint64_t path_bytes(const struct path *p, unsigned i)
{
    uint64_t bytes, messages;
    netsim_app_sink_totals(p->sinks[i], &bytes, &messages);
    return bytes;
}

static void take_socket(const NetsimSsEntry *entry, void *data)
{
    *(NetsimSocket **) data = entry->socket;
}

NetsimSocket *path_socket(struct path *p, unsigned i)
{
    NetsimSocket *socket = NULL;
    GError *error = NULL;
    g_autofree char *words = g_strdup_printf("-tn state established dport = :%u", PATH_PORT + i);
    check(netsim_host_ss(p->sender, words, take_socket, &socket, &error), error);
    assert_non_null(socket);
    return socket;
}

char *path_sh(struct path *p, const char *command)
{
    GError *error = NULL;
    GString *text = g_string_new(NULL);
    check(netsim_host_sh(p->sender, command, text, &error), error);
    return g_string_free(text, FALSE);
}
