/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scenario.h - scenario.json of the trace collection, format 1, as data.
 *
 * Everything that a case says is read, checked and named here: what is malformed is NETSIM_ERROR_SYNTAX with the file
 * and the path of the key ("actors[0].steps[3].bytes"); what is sound but cannot be played is NETSIM_ERROR_UNSUPPORTED.
 */
#pragma once
#include <netsim/netsim.h>

typedef enum {
    STEP_ACCEPT, STEP_BIND, STEP_CLOSE, STEP_CMD, STEP_CONNECT, STEP_CONNECT_WAIT, STEP_DRAIN, STEP_LISTEN, STEP_OPT,
    STEP_RECV, STEP_RECV_ERR, STEP_RECVFROM, STEP_REPEAT, STEP_SAMPLE, STEP_SEND, STEP_SEND_MANY, STEP_SENDMMSG,
    STEP_SENDTO, STEP_SHUTDOWN, STEP_SIGNAL, STEP_SLEEP, STEP_SOCKET, STEP_SS, STEP_TCPINFO, STEP_UNTIL, STEP_WAIT,
    STEP_WATCH,
} StepOp;

/* One step of an actor; a field that its step does not have is 0 (or what the comment says). */
struct step {
    StepOp op;
    char *socket;             /* "s": the actor's name of it */
    char *as;                 /* accept: name of the new one */
    char *name;               /* opt: the option; signal, wait: the signal; cmd: the command line */
    int64_t value;            /* opt */
    bool has_value;           /* opt: false for linger, which cannot be read back as one number */
    NetsimAddress address;
    NetsimSocketType type;
    int how;                  /* shutdown; NETSIM_SHUT_WR if it is not said */
    int backlog;
    int64_t bytes;            /* recv: -1 = until end of file */
    int64_t chunk;            /* per call; 1 MiB for send, 64 KiB for recv */
    int64_t count;            /* datagrams; repeats */
    netsim_time gap, duration;/* between calls; of sleep, watch and until, and between samples */
    netsim_time timeout;      /* the application gives up; NETSIM_TIME_MAX = never */
    unsigned flags;           /* NETSIM_MSG_* */
    bool nonblock, sync;
    GArray *steps;            /* repeat: struct step */
};

struct scenario_actor {
    char *name, *host;
    GArray *steps; /* struct step */
};

struct scenario_knob {
    char *name, *value;
    bool is_set; /* the scenario changed it; else it was read from the recording machine */
};

struct scenario_host {
    char *name;
    char *address;            /* NULL: it has several, or none */
    char *congestion_control; /* of every TCP socket; NULL: the sysctl's */
    GPtrArray *setup;         /* command lines */
    GArray *knobs;            /* struct scenario_knob */
};

struct scenario_rule {
    bool b2a;
    NetsimLinkRule rule;
};

struct scenario_cut {
    bool b2a;
    NetsimLinkCut cut;
};

struct scenario_link {
    char *host[2], *device[2]; /* a, b */
    char *mac[2];              /* of a plain Ethernet cable; NULL: a wire, raw IP */
    NetsimLinkConfig direction[2]; /* a2b, b2a */
    GArray *rules, *cuts;      /* struct scenario_rule, scenario_cut */
    GArray *taken[2], *delivered[2]; /* NetsimLinkMoment: when the recorded wire took and delivered packets; NULL: not known */
};

struct scenario {
    char *what;
    char *profile; /* of the simulated hosts: "linux6.18" */
    int hz;        /* of the recording kernel */
    netsim_time limit, linger;
    GArray *hosts, *links, *actors; /* of the structs above */
    GPtrArray *captures;            /* "client-w0", without suffix */
};

/** The name of a step ("send_many"); static. */
const char *step_name(StepOp op);

/**
 * Read a scenario.
 * @file  where @text is from, for messages
 * @return  free with scenario_free(); NULL: NETSIM_ERROR_SYNTAX, NETSIM_ERROR_RANGE or NETSIM_ERROR_UNSUPPORTED
 */
struct scenario *scenario_parse(const char *file, const char *text, gsize length, GError **error);
void scenario_free(struct scenario *scenario);
