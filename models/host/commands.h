/* SPDX-License-Identifier: GPL-3.0-or-later */
/* commands.h - the commands of a host's shell: their functions, for the rows in commands.c, and what they share. */
#pragma once
#include "models/host/shell.h"
#include "models/netdev/options.h"

/* ---- shared: commands.c ---- */

/** A whole number within the limits. */
bool command_number(const char *text, int64_t least, int64_t most, int64_t *value);

/** The input of a command that reads @path; NULL or "-" is its standard input. @return NULL: the file cannot be read, said so */
const char *command_input(struct command_run *run, const char *path, GString *buffer);
/** Call @func for each line, without its newline, of each file (NULL: the standard input), until it returns false. */
typedef bool (*command_line_func)(struct command_run *run, const char *line, void *data);
bool command_each_line(struct command_run *run, char **paths, command_line_func func, void *data);

/* ---- cmd_test.c ---- */
/** -n WORD, -z WORD, -e FILE and the like. */
bool command_test_file(struct host *host, char letter, const char *word);

/* ---- cmd_shell.c ---- */
bool cmd_true(struct command_run *run);
bool cmd_false(struct command_run *run);
bool cmd_exit(struct command_run *run);
bool cmd_break(struct command_run *run);
bool cmd_set(struct command_run *run);
bool cmd_unset(struct command_run *run);
bool cmd_export(struct command_run *run);
bool cmd_read(struct command_run *run);
bool cmd_prefix(struct command_run *run);
bool cmd_command(struct command_run *run);

/* ---- cmd_print.c ---- */
bool cmd_echo(struct command_run *run);
bool cmd_printf(struct command_run *run);
bool cmd_seq(struct command_run *run);

/* ---- cmd_text.c ---- */
bool cmd_cat(struct command_run *run);
bool cmd_head(struct command_run *run);
bool cmd_tail(struct command_run *run);
bool cmd_wc(struct command_run *run);
bool cmd_tee(struct command_run *run);
bool cmd_cut(struct command_run *run);
bool cmd_tr(struct command_run *run);

/* ---- cmd_sort.c ---- */
bool cmd_sort(struct command_run *run);
bool cmd_uniq(struct command_run *run);

/* ---- cmd_grep.c, cmd_awk.c, cmd_test.c ---- */
bool cmd_grep(struct command_run *run);
bool cmd_awk(struct command_run *run);
bool cmd_test(struct command_run *run);

/* ---- cmd_time.c ---- */
/** Append the present date in a format of date(1). */
void command_date(struct command_run *run, const char *format, GString *out);
bool cmd_sleep(struct command_run *run);
bool cmd_watch(struct command_run *run);
bool cmd_timeout(struct command_run *run);
bool cmd_date(struct command_run *run);
bool cmd_sh(struct command_run *run);

/* ---- cmd_host.c ---- */
bool cmd_ls(struct command_run *run);
bool cmd_hostname(struct command_run *run);
bool cmd_uname(struct command_run *run);

/* ---- cpu.c ---- */
bool cmd_nproc(struct command_run *run);
