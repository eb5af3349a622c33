/* SPDX-License-Identifier: GPL-3.0-or-later */
/* actor.h - an actor: a process that executes the steps of a scenario.  Shared by player.c and actor.c. */
#pragma once
#include "validate/trace/arrivals.h"
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
    GHashTable *signals;   /* names that were given -> netsim_time *: when in the recording */
    GHashTable *arrivals;  /* host -> struct arrivals of the recording */
    NetsimEvent end;       /* of the run */
    unsigned n_running;
};

struct actor_socket {
    char *name;
    NetsimSocket *socket;
    uint16_t local_port, peer_port; /* in the recording; 0: not known */
    int64_t n_recorded;             /* bytes that earlier steps read in the recording */
};

/* Owns a socket when the recorded application did. */
struct actor_holder {
    struct actor *actor;
    NetsimSocket *socket;  /* NULL: closed */
    GArray *holds;         /* struct hold */
    unsigned next;
    bool is_held;
    NetsimEvent event;
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
    GPtrArray *holders;     /* struct actor_holder */
    GArray *frames;         /* struct actor_frame */
    struct record_actor *played;
    const struct record_actor *recorded; /* or NULL */
    const struct arrivals *arrivals;     /* at its host */
    netsim_time start_at;   /* of the next step */

    /* of the present step */
    struct record_step now;
    const struct record_step *real; /* what the recording says of it; NULL: nothing */
    GArray *late_calls;     /* see replay.c */
    bool is_started, is_done, has_ended;
    netsim_time end_at;     /* is_done: when the application goes on */
    NetsimEvent wake;       /* runs it after options->wake_up */
    int64_t done;           /* bytes or datagrams so far */
    int64_t in_call;        /* bytes that the present call has moved */
    netsim_time gap_until;  /* 0: not between two calls */
    bool is_blocked;        /* a write waits for room */
    netsim_time call_at;    /* what a call waits for has come, and the application runs then; 0: not yet */
    netsim_time give_up_at; /* the application's own timeout */
};

extern const NetsimApp actor_app; /* its configuration is the struct actor * */

void actor_free(gpointer actor);

/** NULL: it has no socket of that name. */
struct actor_socket *actor_find_socket(const struct actor *a, const char *name);

/** When a signal that was given by now was given in the recording; 0: not known. */
netsim_time actor_signalled_at(const struct actor *a, const char *name);
