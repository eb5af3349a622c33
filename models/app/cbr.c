/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cbr.c - a constant bit rate of datagrams. */
#include "models/app/app.h"

#include <errno.h>

struct cbr {
    NetsimSocket *socket;
    NetsimCbrConfig config;
    uint64_t sent;
    netsim_time next;
};

static void cbr_start(NetsimProcess *process, void *state, const void *config)
{
    struct cbr *s = state;
    s->config = *(const NetsimCbrConfig *) config;
    s->next = s->config.start;
    netsim_process_sleep_until(process, s->next);
}

static void cbr_timer(NetsimProcess *process, void *state)
{
    struct cbr *s = state;
    if (!s->socket) {
        s->socket = netsim_socket(process, NETSIM_SOCK_DGRAM);
        int r = s->socket ? netsim_connect(s->socket, s->config.to) : -EMFILE;
        if (r < 0) {
            app_fail(process, "connect", s->config.to, r);
            return;
        }
    }
    netsim_send(s->socket, NULL, s->config.size, 0); /* a full buffer loses the datagram: the rate is constant */
    if (++s->sent == s->config.count) return;
    s->next += s->config.gap;
    netsim_process_sleep_until(process, s->next);
}

const NetsimApp netsim_app_cbr = {
    .name = "cbr", .state_size = sizeof(struct cbr), .config_size = sizeof(NetsimCbrConfig), .start = cbr_start, .timer = cbr_timer
};
