/* SPDX-License-Identifier: GPL-3.0-or-later */
/* network.h - a whole little network with traffic, for tests of what must not change a run.
 *
 *     client eth0 --- 10.0.1.0/24 --- eth0 router eth1 --- 10.0.2.0/24 --- eth0 server     the second link is slow and bad
 *
 * Made and read with the public functions only, as a user would.
 */
#pragma once
#include <netsim/netsim.h>

struct network {
    NetsimSim *sim;
    NetsimHost *client, *router, *server;
    NetsimProcess *sink, *requests;
};

/** Sets up; nothing has run yet.  Hosts named "stranger1" and "stranger2" come first if @with_strangers, joined to nobody else. */
void network_open(struct network *n, uint64_t seed, bool with_strangers);
/** Run until @until; fails the test on an error. */
void network_run(struct network *n, netsim_time until);
void network_close(struct network *n);

/** When everything has long ended. */
#define NETWORK_END (20 * NETSIM_S)

/** What the three hosts found out: bytes and latencies of the processes, all counters. Free with g_free(). */
char *network_report(struct network *n);
