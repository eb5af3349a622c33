/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sink.c - receive everything that arrives on a port and count it. */
#include "models/app/app.h"

#include <errno.h>

struct sink {
    NetsimSocket *socket; /* UDP: the only one; TCP: the listener */
    NetsimSocketType type;
    bool no_quickack;
    uint64_t bytes, messages;
};

static void sink_start(NetsimProcess *process, void *state, const void *config)
{
    struct sink *s = state;
    const NetsimSinkConfig *c = config;
    s->type = c->type;
    s->no_quickack = c->no_quickack;
    int backlog = c->type == NETSIM_SOCK_DGRAM ? 0 : c->backlog ? c->backlog : 128;
    s->socket = app_bind(process, c->type, c->local, backlog);
    if (s->socket && c->rcvbuf_bytes) netsim_setsockopt(s->socket, "rcvbuf", (int64_t) c->rcvbuf_bytes);
}

static void sink_ready(NetsimProcess *process, void *state, NetsimSocket *socket, unsigned events)
{
    (void) process;
    struct sink *s = state;
    if (s->type == NETSIM_SOCK_DGRAM) {
        for (int64_t n; (n = netsim_recv(socket, NULL, SIZE_MAX, 0)) >= 0; s->messages++) s->bytes += (uint64_t) n;
        return;
    }
    if (socket == s->socket) {
        for (NetsimSocket *connection; !netsim_accept(socket, &connection, NULL); s->messages++)
            if (s->no_quickack) netsim_setsockopt(connection, "quickack", 0);
        return;
    }
    int64_t n;
    while ((n = netsim_recv(socket, NULL, SIZE_MAX, 0)) > 0) {
        s->bytes += (uint64_t) n;
        if (!(events & (NETSIM_POLLRDHUP | NETSIM_POLLHUP | NETSIM_POLLERR))) return; /* that was all */
    }
    if (n != -EAGAIN) netsim_close(socket);
}

const NetsimApp netsim_app_sink = {
    .name = "sink", .state_size = sizeof(struct sink), .config_size = sizeof(NetsimSinkConfig), .start = sink_start, .ready = sink_ready
};

void netsim_app_sink_totals(NetsimProcess *sink, uint64_t *bytes, uint64_t *messages)
{
    const struct sink *s = app_state(sink, &netsim_app_sink);
    if (bytes) *bytes = s ? s->bytes : 0;
    if (messages) *messages = s ? s->messages : 0;
}
