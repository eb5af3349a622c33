/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stats.h - every number of a simulation by its name.
 *
 *   "server.TcpRetransSegs"            a counter, under nstat's name
 *   "server.net.ipv4.tcp_rmem"         a setting; of several values all, "...tcp_rmem[2]" the third
 *   "server:eth0.rx_bytes"             a device; "server:eth0.queue_pkts" the wire behind it
 *   "server/httpd.cwnd"                the newest connection of a process of that name (of all that have it)
 */
#pragma once
#include <netsim/sock.h>

G_BEGIN_DECLS

typedef struct netsim_gauge NetsimGauge;

/**
 * What @name means in @sim.
 * @return  NetsimGauge pointers, one for each value; free with g_ptr_array_unref(), before the simulation.  NULL with
 *          NETSIM_ERROR_NAME, which names the nearest, or NETSIM_ERROR_UNSUPPORTED (a setting that is no number)
 */
NETSIM_API GPtrArray *netsim_gauges_find(NetsimSim *sim, const char *name, GError **error);

/** As it was found: "server.net.ipv4.tcp_rmem[1]". */
NETSIM_API const char *netsim_gauge_name(const NetsimGauge *gauge);
/** "bytes", "segments", "us"; a counter's is "count". */
NETSIM_API const char *netsim_gauge_unit(const NetsimGauge *gauge);
/** Read it now, which changes nothing.  @return false: there is no such thing now: the process has no connection */
NETSIM_API bool netsim_gauge_read(const NetsimGauge *gauge, int64_t *value);

/** The same of a socket at hand: "cwnd".  @return false with NETSIM_ERROR_NAME; @unit may be NULL */
NETSIM_API bool netsim_sock_gauge(const NetsimSocket *socket, const char *name, int64_t *value, const char **unit, GError **error);

G_END_DECLS
