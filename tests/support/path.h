/* SPDX-License-Identifier: GPL-3.0-or-later */
/* path.h - a sender and a receiver with a bottleneck between them, and long flows: what laws of congestion control speak of.
 *
 *     sender eth0 (10.0.0.1) ---- the config given ----> eth0 (10.0.0.2) receiver      the way back is clean
 */
#pragma once
#include <netsim/netsim.h>

enum { PATH_MAX_FLOWS = 8, PATH_PORT = 5001 };

struct path {
    NetsimSim *sim;
    NetsimHost *sender, *receiver;
    NetsimProcess *sinks[PATH_MAX_FLOWS];
    unsigned n_flows;
};

/** @config  of the sender's direction; the way back has its delay only.  @sysctls  for both hosts; NULL: large buffers only */
void path_open(struct path *p, uint64_t seed, const NetsimLinkConfig *config, const char *sysctls);
void path_close(struct path *p);
/** One more flow without end, from @start on. */
void path_flow(struct path *p, const char *algorithm, netsim_time start);
void path_run(struct path *p, netsim_time until);
/** Bytes that flow @i has delivered to the receiver's application. */
uint64_t path_bytes(const struct path *p, unsigned i);
/** The sender's socket of flow @i; it must be established. */
NetsimSocket *path_socket(struct path *p, unsigned i);
/** What @command prints on the sender; free with g_free(). */
char *path_sh(struct path *p, const char *command);
