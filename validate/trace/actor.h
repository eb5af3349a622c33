/* SPDX-License-Identifier: GPL-3.0-or-later */
/* actor.h - an actor: a process that executes the steps of a scenario.  Shared by player.c and actor.c. */
#pragma once
#include "validate/trace/player.h"

struct actor;

/* A run of the player. */
struct player {
    const struct scenario *scenario;
    const struct player_options *options;
    NetsimSim *sim;
    struct record *played;
    GPtrArray *notes;
    GPtrArray *actors;     /* struct actor */
    GHashTable *signals;   /* names that were given */
    NetsimEvent end;       /* of the run */
    unsigned n_running;
};

struct actor_socket {
    char *name;
    NetsimSocket *socket;
};

/* tcp_info of one socket as a time series. */
struct actor_sampler {
    struct actor *actor;
    NetsimSocket *socket;  /* NULL: closed, no more samples */
    NetsimEvent event;
    netsim_time every;
    NetsimTcpInfo last;
    bool has_last;
    char *path;
    GString *rows;
};

/* A place in the steps; repeats nest. */
struct actor_frame {
    const GArray *steps;
    unsigned index;
    int64_t turns; /* how often the steps are still to be run, this turn included */
};

struct actor {
    struct player *player;
    const struct scenario_actor *script;
    const char *congestion_control;
    NetsimProcess *process;
    GArray *sockets;        /* struct actor_socket */
    GPtrArray *samplers;    /* struct actor_sampler */
    GArray *frames;         /* struct actor_frame */
    struct record_actor *played;
    const struct record_actor *recorded; /* or NULL */

    /* of the present step */
    struct record_step now;
    bool is_started, has_ended;
    NetsimEvent wake;       /* runs it after options->wake_up */
    int64_t done;           /* bytes or datagrams so far */
    int64_t in_call;        /* bytes that the present call has moved */
    netsim_time gap_until;  /* 0: not between two calls */
    netsim_time give_up_at; /* the application's own timeout */
};

extern const NetsimApp actor_app; /* its configuration is the struct actor * */

void actor_free(gpointer actor);
