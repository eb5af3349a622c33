/* SPDX-License-Identifier: GPL-3.0-or-later */
/* client.c - opens connections at a fixed rate, whatever becomes of them (an open loop).
 *
 * A connection's memory is the socket's data pointer: the time of its connect() once it is established, before that
 * the time's bitwise complement (which is negative).
 */
#include "models/app/app.h"

#include <errno.h>

_Static_assert(sizeof(void *) == sizeof(netsim_time), "a time in a pointer");

struct client {
    NetsimClientConfig config;
    NetsimClientTotals totals;
    netsim_time next;
};

static void client_start(NetsimProcess *process, void *state, const void *config)
{
    struct client *s = state;
    s->config = *(const NetsimClientConfig *) config;
    if (!s->config.n_ports) s->config.n_ports = 1;
    s->next = s->config.start;
    if (s->config.count) netsim_process_sleep_until(process, s->next);
}

static void client_failed(struct client *s, NetsimSocket *socket)
{
    s->totals.failed++;
    netsim_close(socket);
}

static void client_open(NetsimProcess *process, struct client *s)
{
    NetsimAddress to = s->config.to;
    to.port = (uint16_t) (to.port + s->totals.started++ % s->config.n_ports);
    NetsimSocket *socket = netsim_socket(process, NETSIM_SOCK_STREAM);
    if (!socket) {
        s->totals.failed++;
        return;
    }
    netsim_sock_set_data(socket, (void *) ~netsim_sim_now(netsim_process_sim(process)));
    int r = netsim_connect(socket, to);
    if (r < 0 && r != -EINPROGRESS) client_failed(s, socket);
}

static void client_timer(NetsimProcess *process, void *state)
{
    struct client *s = state;
    do {
        client_open(process, s);
        if (s->totals.started == s->config.count) return;
        s->next += s->config.gap;
    } while (!s->config.gap);
    netsim_process_sleep_until(process, s->next);
}

static void client_read(NetsimProcess *process, struct client *s, NetsimSocket *socket, unsigned events)
{
    int64_t n;
    while ((n = netsim_recv(socket, NULL, SIZE_MAX, 0)) > 0) {
        s->totals.bytes += (uint64_t) n;
        if (!(events & (NETSIM_POLLRDHUP | NETSIM_POLLHUP | NETSIM_POLLERR))) return; /* that was all */
    }
    if (n == -EAGAIN) return;
    if (n < 0) {
        client_failed(s, socket);
        return;
    }
    netsim_time latency = netsim_sim_now(netsim_process_sim(process)) - (netsim_time) netsim_sock_data(socket);
    s->totals.completed++;
    s->totals.total_latency += latency;
    if (latency > s->totals.max_latency) s->totals.max_latency = latency;
    netsim_close(socket);
}

static void client_ready(NetsimProcess *process, void *state, NetsimSocket *socket, unsigned events)
{
    struct client *s = state;
    netsim_time began = (netsim_time) netsim_sock_data(socket);
    if (began < 0) {
        if (events & NETSIM_POLLERR) {
            client_failed(s, socket);
            return;
        }
        if (!(events & NETSIM_POLLOUT)) return;
        s->totals.established++;
        netsim_sock_set_data(socket, (void *) ~began);
        if (s->config.request && netsim_send(socket, NULL, s->config.request, 0) < 0) {
            client_failed(s, socket);
            return;
        }
    }
    if (events & (NETSIM_POLLIN | NETSIM_POLLRDHUP | NETSIM_POLLHUP | NETSIM_POLLERR)) client_read(process, s, socket, events);
}

const NetsimApp netsim_app_client = {
    .name = "client", .state_size = sizeof(struct client), .config_size = sizeof(NetsimClientConfig), .start = client_start, .timer = client_timer, .ready = client_ready
};

void netsim_app_client_totals(NetsimProcess *client, NetsimClientTotals *totals)
{
    const struct client *s = app_state(client, &netsim_app_client);
    if (totals) *totals = s ? s->totals : (NetsimClientTotals){ 0 };
}
