/* SPDX-License-Identifier: GPL-3.0-or-later */
/* player.h - runs a scenario on simulated hosts. */
#pragma once
#include "validate/trace/record.h"
#include "validate/trace/scenario.h"

struct player_options {
    const char *folder;         /* where captures are written (HOST-DEV.pcapng); exists */
    struct record *recorded;    /* of the real run, for steps that took the time of the recording machine; NULL: none */
    netsim_time until;          /* the recording goes on at least so long: the run, too */
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
