/* SPDX-License-Identifier: GPL-3.0-or-later */
/* holds.h - when the applications of a recording owned their sockets.
 *
 * While an application is inside a call on its socket, arriving segments wait, and one ACK answers them all when it lets go
 * (tcp_backlog_ack_defer).  How long a reader takes is the work of the recording machine; where its capture has one ACK for
 * several segments that arrived within a millisecond, it owned the socket meanwhile.  What it then acknowledges, and with
 * which window, is simulated.
 */
#pragma once
#include "validate/trace/scenario.h"

struct hold {
    netsim_time from, until;
};

/**
 * Of the connection between @local_port of @host and @peer_port, as the captures in @folder show it.
 * @return  struct hold, in order; free with g_array_unref()
 */
GArray *holds_find(const struct scenario *scenario, const char *folder, const char *host, uint16_t local_port, uint16_t peer_port);
