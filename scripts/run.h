/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run.h - one `netsim run`: its options, its Lua state, what it found out. */
#pragma once
#include <lauxlib.h>
#include <lua.h>
#include <netsim/netsim.h>
#include <signal.h>
#include <stdio.h>

/* Exit codes of the command: a contract with scripts and CI. */
enum {
    EXIT_HELD = 0,          /* all expectations held */
    EXIT_EXPECTATION = 1,   /* one failed */
    EXIT_USAGE = 2,
    EXIT_SCRIPT = 3,        /* the script is wrong */
    EXIT_IO = 4,            /* a file could not be read or written */
    EXIT_INVARIANT = 5,     /* netsim itself is wrong */
    EXIT_INTERRUPTED = 130, /* Ctrl-C; results are partial */
};

enum progress_style { PROGRESS_AUTO, PROGRESS_BAR, PROGRESS_PLAIN, PROGRESS_NONE };

struct run_options {
    uint64_t seed;           /* 1 if it was not given */
    bool has_seed;
    netsim_time until;       /* NETSIM_TIME_MAX: no limit */
    char **sets;             /* "name=value" of --set; may be NULL */
    const char *out_dir;
    const char *kernel;      /* of hosts that name none; NULL: the library's default */
    const char *capture;     /* NULL: none; "": every device; else "host:device" */
    char **trace;            /* patterns of --trace; NULL: none */
    char **probes;           /* ready probes of --probe; NULL: none */
    enum progress_style progress;
    bool perfetto;
    bool json, fingerprint, check, quiet, verbose;
    uint64_t limit_memory_bytes, limit_instructions;
    bool shell;              /* a prompt follows the script: prompt.c */
    const char *shell_host;  /* NULL: the first */
    bool has_at;
    netsim_time at;          /* where the run is paused for it */
};

struct task;
struct outcome;

struct run {
    const struct run_options *options;
    const char *script;           /* its path, as given */
    lua_State *L;
    FILE *print_to;               /* where print() goes: stdout, or stderr when stdout belongs to a program */
    bool has_own_seeds;           /* of the script; --seed does not reach them */
    bool is_kernel_taken, is_kernel_left; /* a host has the profile of --kernel; has one of its own */
    bool has_printed;             /* the script printed something on stdout */

    struct outcome *outcome;
    unsigned n_scenes;
    GPtrArray *scenes;            /* that are not finished: struct scene, in the order of their making */
    GPtrArray *files;             /* paths written, in order */
    unsigned n_failed_expectations;
    char *io_error;               /* the first failure to write that could not be raised */
    char *params_json;            /* the parameters in force, an object */
    GPtrArray *params_shell;      /* "iw=10", "size=15360", NULL: variables of host:sh */

    /* What is running now. */
    struct task *task;            /* the process whose Lua code runs, or NULL: the script itself */
    NetsimSim *sim;               /* in netsim_sim_run(), for the signal handler and the progress display */
    lua_State *caller;            /* of a function that may warn, while that is at work; else NULL */
    volatile sig_atomic_t is_interrupted;

    /* Limits of the Lua state. */
    uint64_t memory_bytes, instructions; /* in use; since the last yield */
    bool is_over_limit;           /* of instructions: every hook raises from now on */
    bool is_out_of_memory;        /* an allocation was refused */

    /* The last error that has an exit code of its own. */
    char *raised;                 /* its text */
    int raised_code;
    char *traceback_of, *traceback; /* the text of the last error, where it came from */

    GByteArray *buffer;           /* of recv() */
};

/** Run a scenario to its end, print what it found. @return an exit code */
int run_script(const struct run_options *options, const char *path, char **args);

/** Ctrl-C stops what runs from now on; a second one the process. */
void run_catch_interrupts(struct run *run);

/** `netsim shell`: read commands for the hosts of the last simulation. @return an exit code */
int prompt(struct run *run);

void run_keep_traceback(struct run *run, const char *message, const char *traceback);

/** Print "netsim: message" on stderr, one line. */
void say(const char *format, ...) G_GNUC_PRINTF(1, 2);

/** The one of @names (NULL-terminated) that is spelt most like @word, or NULL if none is near. */
const char *nearest_name(const char *word, const char *const *names);

/* ---- progress.c ---- */

/** Show how far run->sim is, on stderr, from a second after the call until progress_stop(). */
void progress_start(const struct run *run, netsim_time until);
void progress_stop(void);
