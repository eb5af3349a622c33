/* SPDX-License-Identifier: GPL-3.0-or-later */
/* shell.h - a host's shell: runs the steps of a script, and can wait between any two of them.
 *
 *   shell_lex.c, shell_parse.c   text to steps: shell_script.h
 *   shell_expand.c               words to arguments: variables, splitting, patterns
 *   shell_sum.c                  $((sums))
 *   shell_test.c                 [[ tests ]]
 *   shell.c                      the machine: steps, frames, failures
 *   shell_start.c                scripts from outside: the C interface, waiting
 *   shell_files.c                what a path means: /proc and /sys, /dev/null, files that scripts wrote
 *   commands.c                   the rows of its commands; cmd_*.c
 */
#pragma once
#include "models/host/host.h"
#include "models/host/shell_script.h"
#include "models/netdev/face.h"

/* ---- the machine ---- */

enum { SHELL_MAX_BYTES = 64 << 20 }; /* of output, of messages, of a file */

/* Variables and switches; a subshell has its own above the others', and forgets them at its end. */
struct scope {
    struct scope *parent;
    GHashTable *variables; /* NULL until there is one; a NULL value: unset */
    bool errexit, nounset, pipefail;
};

enum frame_kind { FRAME_SUBSHELL, FRAME_CAPTURE, FRAME_PIPE, FRAME_REDIRECT, FRAME_LOOP, FRAME_CASE };

/* What ends later: it is taken off at step `end`, or when an exit or a failure goes through it. */
struct frame {
    uint8_t kind;
    bool is_while;
    int failed_status;    /* PIPE: of the last of its commands that failed */
    uint32_t end, next;    /* LOOP: next is where `continue` goes */
    guint n_values;        /* on the stack of values before it */
    GString *own;          /* CAPTURE, PIPE: what is printed inside; CASE: the word */
    GString *input;        /* PIPE, REDIRECT: what is read inside */
    GPtrArray *words;      /* LOOP: of `for` */
    guint i_word;
    unsigned n_rounds;     /* LOOP: in which it waited, ... */
    uint64_t n_waits;      /* ... up to this one of the shell's */
    GArray *files;         /* REDIRECT: struct shell_output */
    GString *out, *err;    /* where output went before */
    const char *in;
};

/* A file that is written when its redirection ends. */
struct shell_output {
    char *path;
    bool is_append;
    GString *text;
};

/* From byte `from` of a script's messages on: who said it. */
struct shell_place {
    gsize from;
    uint32_t line;
    const char *command; /* NULL: the text names it, or nobody knows */
    const char *where;   /* "/etc/rc.local:2" of a script that this one has started; or NULL */
};

/* How a command of the shell's own leaves it; struct shell.leave. */
enum shell_leave { LEAVE_NOT, LEAVE_EXIT, LEAVE_BREAK, LEAVE_CONTINUE };

struct shell {
    struct host *host;
    struct shell_script *script;
    uint32_t pc;
    uint32_t n_steps;       /* since it last waited */
    GArray *frames;         /* struct frame */
    GPtrArray *values;      /* outputs of $(...), until their command takes them */
    struct scope *scope;
    GString *out, *err;     /* where output goes: below, or of a frame */
    const char *in;         /* what is left of the standard input */
    GString *output, *messages; /* of the script; output: that was not handed to on_output */
    GArray *places;         /* struct shell_place: of messages */
    gsize n_placed;         /* bytes of messages that have one */
    const struct shell *inner; /* whose messages are those of the command that ends now; NULL: its own */
    const char *file;       /* that the script was read from (sh FILE), or NULL */
    const char *conf_file;  /* that a command reads now: host_warn() names it; or NULL */
    unsigned conf_line;
    int status, captured_status;
    uint32_t line;          /* of the step that runs */
    enum shell_leave leave;
    unsigned leave_levels;

    struct command_run run; /* the command that runs or waits */
    bool is_in_command, is_done, has_exited;
    uint64_t n_waits;       /* so far */
    uint32_t event;         /* of a waiting command; 0: there was none yet */
    GError *failure;        /* of the last command that failed */
    GError *error;          /* why the script failed */
    NetsimShellConfig config;
    struct shell *outer;    /* whose command (watch, timeout, sh) has started this one; NULL: none */
    unsigned depth;         /* number of outer ones */
    struct shell *next, **pprev; /* of the host */
};

/** Compile and run a script until it ends or waits; config->done is called if it ends later. NULL: a syntax error.
 * @file  that @script was read from, which lives at least as long; or NULL */
struct shell *shell_start(struct host *host, const char *script, const char *file, const NetsimShellConfig *config, struct shell *outer,
                          GError **error);
/** A message "line 2: ..." of a script in @file: "/etc/rc.local:2: ..."; @file NULL: as it is.  Free with g_free(). */
char *shell_name_file(const char *file, const char *message);
/** Ctrl-C: the command that waits ends, with its last words, and the script with it. */
void shell_interrupt(struct shell *sh);
/** End it, wherever it is. */
void shell_free(struct shell *sh);
/** Go on until it ends or waits; from shell_start(). */
void shell_advance(struct shell *sh);
/** What its command has printed goes where output goes. */
void shell_flush(struct shell *sh);
/** The script ends with @error, which is taken. */
void shell_fail(struct shell *sh, GError *error);
/** The host goes: end what still waits. */
void shell_host_free(struct host *host);

/* ---- variables: shell_expand.c ---- */

const char *shell_variable(const struct shell *sh, const char *name);
/** @value NULL: unset */
void shell_assign(struct shell *sh, const char *name, const char *value);
void shell_push_scope(struct shell *sh);
void shell_pop_scope(struct shell *sh);

/** The word as one string, or as the arguments that it becomes; @values: of the step. @return false: sh->error is set */
bool shell_expand(struct shell *sh, const struct word *w, char *const *values, char **text);
bool shell_expand_fields(struct shell *sh, const struct word *w, char *const *values, GPtrArray *fields);

/** ... as a pattern of shell_match(), or a regular expression: in it what is quoted stands for itself. */
enum shell_pattern { PATTERN_GLOB, PATTERN_REGEX };
bool shell_expand_pattern(struct shell *sh, const struct word *w, char *const *values, enum shell_pattern kind, char **pattern);

/** Does @text match the pattern (* ? [a-z], backslash)? */
bool shell_match(const char *pattern, const char *text);

/** The value of an arithmetic expression. @return NULL, or what is wrong with it; free with g_free() */
char *shell_sum(struct shell *sh, const char *text, int64_t *value);

/** One test of [[ ]], STEP_TEST; @values: of the step. @return its status: 0, 1, 2 (false: sh->error or a message says why) */
int shell_test(struct shell *sh, const struct step *s, char *const *values);

/* ---- files: shell_files.c ---- */

/** Append the file's content to @out. @return 0 or a negative errno */
int shell_read(struct host *host, const char *path, GString *out);
/** What helps after a failure, as tree_hint(). */
char *shell_file_hint(struct host *host, const char *path, int err);
/** Write a file. @return false: the command fails with the message of dash */
bool shell_write_file(struct command_run *run, const char *path, const char *text, bool is_append);
/** Is there a file (1), a directory (2) or nothing (0)? */
int shell_file_kind(struct host *host, const char *path);
/** Append the names in directory @path, sorted. @return false: it is none */
bool shell_list(struct host *host, const char *path, GPtrArray *names);
void shell_files_free(struct host *host);

/* ---- commands ---- */

/** Run a command: argv[0] is its name. As struct command.run. */
bool shell_dispatch(struct command_run *run, char **argv);

bool cmd_sysctl(struct command_run *run);
bool cmd_netstat(struct command_run *run);
bool cmd_nstat(struct command_run *run);
