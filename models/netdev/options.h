/* SPDX-License-Identifier: GPL-3.0-or-later */
/* options.h - a command's options as getopt_long(3) reads them: "-at", "-t 5", "-t5", "--tcp", "--inter", "--interval=5",
 * anywhere on the line; "--" ends them.
 *
 *     struct command_options o = { .run = run, COMMAND_OPTIONS(rows), .missing = "-P --perl-regexp", .bad_status = 2 };
 *     for (int id; (id = command_next_option(&o));) {
 *         if (id == COMMAND_BAD_OPTION) return false;
 *         ... id, o.argument
 *     }
 *     ... o.words
 */
#pragma once
#include "models/netdev/face.h"

enum { COMMAND_BAD_OPTION = -1 };

struct command_option {
    int id;            /* the letter; a number below ' ' if there is none */
    const char *name;  /* without "--"; "lines=": it takes an argument; "color[=]": it may have one, not in a word of its own;
                          "=", "[=]": ... and no long name; NULL: neither */
};

enum command_numbers {
    NUMBERS_ARE_LETTERS,
    NUMBERS_ARE_OPTIONS, /* "-5": the option '0' with the argument "5" */
    NUMBERS_ARE_WORDS,   /* "-5", "-.5" are no options */
};

struct command_options {
    struct command_run *run;            /* the words of run->argv move: options come first */
    const struct command_option *rows;
    unsigned n_rows;
    const char *missing;  /* options of the real tool that are not modelled: "-P --perl-regexp"; NULL: none */
    const char *usage;    /* what the real tool says behind getopt's message; NULL: nothing */
    int bad_status;       /* exit status of the command for a bad option; 0: 1 */
    enum command_numbers numbers;
    bool only_letters;    /* getopt(3): there are no long names */
    bool stops;           /* the first word that is no option ends them: '+' of getopt */

    const char *argument; /* of the last option; NULL: it has none */
    char **words;         /* when 0 was returned: what is no option, of run->argv; ends with NULL */
    char **at;            /* the word that is looked at next */
    const char *letters;  /* that are left of "-abc" */
};

#define COMMAND_OPTIONS(r) .rows = (r), .n_rows = G_N_ELEMENTS(r)

/** The next option's id; 0: there is none any more; COMMAND_BAD_OPTION: the command failed, with getopt's message or because
 *  netsim does not model the option. */
int command_next_option(struct command_options *o);
