/* SPDX-License-Identifier: GPL-3.0-or-later */
/* face.h - what a room shows of itself to the operator of a host: settings, files under /proc and /sys, commands.
 *
 * Each is one row, kept beside the model that it shows; a room's rows are collected in its struct face, and a host has
 * the faces of all its rooms (host/faces.c).
 */
#pragma once
#include "core/knob.h"
#include "models/netdev/net.h"
#include <string.h>

/* ---- commands ---- */

/* One run of a command on a host. */
struct command_run {
    struct net *net;
    struct shell *shell; /* that runs it: host/shell.h */
    char **argv;         /* ends with NULL; argv[0] is the name as typed */
    char **words;        /* the shell's: what argv points into */
    const char *in;      /* standard input: what the command left of the pipe printed; "" if there is none */
    GString *out, *err;  /* what it prints; messages end with a newline only if they have several lines */
    int status;          /* exit status, of a run that failed */
    bool is_unsupported; /* it failed because netsim lacks something, not because Linux refuses it */
    bool must_end;       /* nothing would end it from outside: see command_may_be_endless() */

    /* A command that waits for the network or the clock has set these and called command_wait() when run() returns
     * true: step() is called when the awaited has happened, until it returns without command_wait().  */
    bool (*step)(struct command_run *run);
    void *state;
    void (*state_free)(void *state); /* may be NULL; also when the command is ended from outside */
    bool (*interrupt)(struct command_run *run); /* Ctrl-C while it waits: its last words; NULL: none */
    netsim_time wait_until;
    bool is_waiting;
    void (*wake)(struct command_run *run); /* the shell's: command_wake() */
};

/* A row: the command's name and what it does; run() fails by command_fail() and the like, which return false. */
struct command {
    const char *name;
    bool (*run)(struct command_run *run); /* NULL: a real command that is not modelled */
    const char *doc;                      /* "show sockets: ss [-tuanmios] [state STATE]" */
};

/** The command fails with exit status 1 and the real tool's message. @return false */
bool command_fail(struct command_run *run, const char *format, ...) G_GNUC_PRINTF(2, 3);
/** ... with another exit status. @return false */
bool command_fail_status(struct command_run *run, int status, const char *format, ...) G_GNUC_PRINTF(3, 4);
/** ... because it is not modelled. @return false */
bool command_unsupported(struct command_run *run, const char *format, ...) G_GNUC_PRINTF(2, 3);
/** A command that never ends by itself begins: it is refused where nothing else would end it. @mend: "ping -c 4 ..." */
bool command_may_be_endless(struct command_run *run, const char *mend);
/** ... with @message of a model function: "RTNETLINK answers: ..."; takes it. @return false */
bool command_fail_error(struct command_run *run, GError *message);

/** run->step() is to be called at @until, or earlier if command_wake() is; what was printed so far is shown. */
static inline void command_wait(struct command_run *run, netsim_time until)
{
    run->is_waiting = true;
    run->wait_until = until;
}

/** What the command waits for has happened: run->step() follows, now, but after the present event. */
static inline void command_wake(struct command_run *run)
{
    run->wake(run);
}

/** Append printf-like to the output. */
#define command_print(run, ...) g_string_append_printf((run)->out, __VA_ARGS__)

/** iproute2's rule: @word is the beginning of @full. */
static inline bool command_matches(const char *word, const char *full)
{
    size_t n = strlen(word);
    return n && !strncmp(word, full, n);
}

/* ---- files ---- */

enum { FACE_MAX_STARS = 2 };

/* A row: a file of the tree, or a family of files: each '*' of the path stands for one name, star[0], star[1]. */
struct face_file {
    const char *path;      /* "/proc/net/snmp", "/sys/class/net/ * /statistics/ *" (without the blanks) */
    uint16_t since, until; /* kernel versions that have it, as in struct knob */
    /* The @i-th name that the @which-th star can be; NULL past the last; in the kernel's order. Without stars: NULL. */
    const char *(*nth)(struct net *net, const char *const star[], unsigned which, unsigned i);
    int (*show)(struct net *net, const char *const star[], GString *out);        /* 0 or a negative errno: -ENOENT, -EINVAL */
    int (*store)(struct net *net, const char *const star[], const char *text);   /* NULL: read-only */
    const char *doc;
};

/* ---- what a room has ---- */

struct face {
    const struct knob *knobs; /* ends with a row without a name */
    const struct face_file *files;
    unsigned n_files;
    const struct command *commands;
    unsigned n_commands;
};

/** The rows of static arrays: { FACE_FILES(files), FACE_COMMANDS(commands) }. */
#define FACE_FILES(rows) .files = (rows), .n_files = G_N_ELEMENTS(rows)
#define FACE_COMMANDS(rows) .commands = (rows), .n_commands = G_N_ELEMENTS(rows)
