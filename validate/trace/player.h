/* SPDX-License-Identifier: GPL-3.0-or-later */
/* player.h - runs a scenario on simulated hosts. */
#pragma once
#include "validate/trace/record.h"
#include "validate/trace/scenario.h"

/* What of the recorded applications' lateness was replayed. */
struct player_lateness {
    unsigned n_steps; /* whose lateness the scheduler of the recording machine explains badly: 2.5 ms and more */
    double worst_ms;
    unsigned n_holds; /* of a socket while segments came for it */
};

struct player_options {
    const char *folder;         /* where captures are written (HOST-DEV.pcapng); exists */
    struct record *recorded;    /* of the real run: the applications run as late as the recorded ones; NULL: never late */
    const char *recording;      /* folder with its captures */
    struct player_lateness *late; /* added to */
    netsim_time until;          /* the recording goes on at least so long: the run, too */
    netsim_time uptime;         /* how long ago the hosts were booted: the phase of their ticks; 0: any */
    netsim_time wake_up;        /* how late an application runs after its socket woke it; 0: at once */
    bool series;                /* also write events.jsonl, nstat-HOST.txt and tcpinfo-ACTOR.SOCKET.csv */
};

/**
 * Play @scenario from time 0 until all actors have ended (at most until its limit) and its linger time has passed.
 * @played  what the applications saw and the hosts counted
 * @notes   char *: what could not be applied and does not matter; appended
 * @error   NETSIM_ERROR_UNSUPPORTED when the player or the simulator lacks something that the scenario uses
 */
bool player_run(const struct scenario *scenario, const struct player_options *options, struct record *played, GPtrArray *notes,
                GError **error);
