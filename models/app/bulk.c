/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bulk.c - one TCP connection that always has something to send. */
#include "models/app/app.h"

#include <errno.h>

struct bulk {
    NetsimSocket *socket;
    NetsimBulkConfig config;
    uint64_t left; /* bytes to write; UINT64_MAX: without end */
};

static void bulk_start(NetsimProcess *process, void *state, const void *config)
{
    struct bulk *s = state;
    s->config = *(const NetsimBulkConfig *) config;
    s->left = s->config.bytes ? s->config.bytes : UINT64_MAX;
    if (!s->config.write_size) s->config.write_size = 65536;
    s->socket = netsim_socket(process, NETSIM_SOCK_STREAM);
    if (!s->socket) {
        app_fail(process, "socket", s->config.to, -EMFILE);
        return;
    }
    if (s->config.sndbuf_bytes) netsim_setsockopt(s->socket, "sndbuf", (int64_t) s->config.sndbuf_bytes);
    if (s->config.congestion_control) {
        int r = netsim_set_congestion_control(s->socket, s->config.congestion_control);
        if (r < 0) app_fail(process, "congestion control for", s->config.to, r);
        s->config.congestion_control = NULL; /* borrowed until start has run */
    }
    netsim_process_sleep_until(process, s->config.start);
}

static void bulk_close(struct bulk *s)
{
    netsim_close(s->socket);
    s->socket = NULL;
}

static void bulk_timer(NetsimProcess *process, void *state)
{
    (void) process;
    struct bulk *s = state;
    int r = netsim_connect(s->socket, s->config.to);
    if (r < 0 && r != -EINPROGRESS) bulk_close(s);
}

static void bulk_ready(NetsimProcess *process, void *state, NetsimSocket *socket, unsigned events)
{
    (void) process;
    struct bulk *s = state;
    if (events & NETSIM_POLLERR) {
        bulk_close(s);
        return;
    }
    while (s->left) {
        uint64_t size = s->left < s->config.write_size ? s->left : s->config.write_size;
        int64_t n = netsim_send(socket, NULL, size, 0);
        if (n == -EAGAIN) return;
        if (n < 0) break;
        if (s->config.bytes) s->left -= (uint64_t) n;
    }
    bulk_close(s);
}

const NetsimApp netsim_app_bulk = {
    .name = "bulk", .state_size = sizeof(struct bulk), .config_size = sizeof(NetsimBulkConfig), .start = bulk_start, .timer = bulk_timer, .ready = bulk_ready
};
