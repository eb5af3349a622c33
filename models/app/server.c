/* SPDX-License-Identifier: GPL-3.0-or-later */
/* server.c - answers requests over TCP.
 *
 * What it must remember of a connection fits in the socket's data pointer, so a million idle connections cost the
 * server nothing: bytes of the request read so far (>= 0), or minus the bytes of the answer still to be written.
 */
#include "models/app/app.h"

#include <errno.h>

struct server {
    NetsimSocket *listener;
    NetsimServerConfig config;
};

static void server_start(NetsimProcess *process, void *state, const void *config)
{
    struct server *s = state;
    s->config = *(const NetsimServerConfig *) config;
    s->listener = app_bind(process, NETSIM_SOCK_STREAM, s->config.local, s->config.backlog ? s->config.backlog : 4096);
}

/* Write what is left of the answer. @return false: the connection is gone */
static bool server_answer(const struct server *s, NetsimSocket *connection, intptr_t left)
{
    while (left) {
        int64_t n = netsim_send(connection, NULL, (size_t) left, 0);
        if (n == -EAGAIN) break;
        if (n < 0) {
            netsim_close(connection);
            return false;
        }
        left -= (intptr_t) n;
    }
    if (!left && s->config.close_first) {
        netsim_close(connection);
        return false;
    }
    netsim_sock_set_data(connection, (void *) -left);
    return true;
}

/* @return false: the connection is gone, or there is nothing more to be done now */
static bool server_serve(const struct server *s, NetsimSocket *connection)
{
    intptr_t done = (intptr_t) netsim_sock_data(connection);
    if (done < 0) return server_answer(s, connection, -done) && !netsim_sock_data(connection);

    size_t want = s->config.request ? s->config.request - (size_t) done : SIZE_MAX;
    int64_t n = netsim_recv(connection, NULL, want, 0);
    if (n == -EAGAIN) return false;
    if (n <= 0) { /* end of file, or an error */
        netsim_close(connection);
        return false;
    }
    done += (intptr_t) n;
    if ((uint64_t) done >= s->config.request) return server_answer(s, connection, s->config.response);
    netsim_sock_set_data(connection, (void *) done);
    return true;
}

static void server_ready(NetsimProcess *process, void *state, NetsimSocket *socket, unsigned events)
{
    (void) process;
    (void) events;
    const struct server *s = state;
    if (socket == s->listener) {
        for (NetsimSocket *connection; !netsim_accept(socket, &connection, NULL);) {}
        return;
    }
    while (server_serve(s, socket)) {}
}

const NetsimApp netsim_app_server = {
    .name = "server", .state_size = sizeof(struct server), .config_size = sizeof(NetsimServerConfig), .start = server_start, .ready = server_ready
};
