/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/app/app.h"

#include "models/sock/sock.h"

void app_fail(NetsimProcess *process, const char *what, NetsimAddress address, int error)
{
    uint32_t a = address.addr;
    netsim_sim_fail(netsim_process_sim(process),
                    g_error_new(NETSIM_ERROR, NETSIM_ERROR_COMMAND, "%s on %s: %s %u.%u.%u.%u:%u: %s",
                                netsim_process_name(process), netsim_host_name(netsim_process_host(process)), what, a >> 24,
                                a >> 16 & 255, a >> 8 & 255, a & 255, address.port, g_strerror(-error)));
}

void *app_state(NetsimProcess *process, const NetsimApp *app)
{
    return process && process->app == app ? process->state : NULL;
}

NetsimSocket *app_bind(NetsimProcess *process, NetsimSocketType type, NetsimAddress local, int backlog)
{
    NetsimSocket *socket = netsim_socket(process, type);
    if (!socket) {
        app_fail(process, "socket", local, -EMFILE);
        return NULL;
    }
    const char *what = "bind";
    int r = netsim_bind(socket, local);
    if (r == 0 && backlog) {
        what = "listen";
        r = netsim_listen(socket, backlog);
    }
    if (r == 0) return socket;
    app_fail(process, what, local, r);
    netsim_close(socket);
    return NULL;
}
