/* SPDX-License-Identifier: GPL-3.0-or-later */
/* options.h - a command's options as getopt_long(3) reads them: "-at", "-t 5", "-t5", "--tcp", "--inter", "--interval=5",
 * anywhere on the line; "--" ends them.
 *
 *     struct command_options o = { .run = run, .rows = rows, .n_rows = G_N_ELEMENTS(rows), .bad_status = 3 };
 *     for (int id; (id = command_next_option(&o));) {
 *         if (id == COMMAND_BAD_OPTION) return false;
 *         ... id, o.argument
 *     }
 *     ... o.words
 *     command_options_clear(&o);
 */
#pragma once
#include "models/netdev/face.h"

enum { COMMAND_BAD_OPTION = -1 };

struct command_option {
    int id;            /* the letter; a number below ' ' if there is none */
    const char *name;  /* without "--"; "interval=": it takes an argument; NULL: there is none */
};

struct command_options {
    struct command_run *run;
    const struct command_option *rows;
    unsigned n_rows;
    int bad_status;       /* exit status of the command for a bad option */

    const char *argument; /* of the last option */
    char **words;         /* what is no option, so far; ends with NULL; the strings are run->argv's */
    unsigned n_words;
    char **next;          /* of run->argv */
    const char *letters;  /* that are left of "-abc" */
    bool only_words;      /* "--" was there */
};

/** The next option's id; 0: there is none any more; COMMAND_BAD_OPTION: the command failed with getopt's message. */
int command_next_option(struct command_options *o);
void command_options_clear(struct command_options *o);
