/* SPDX-License-Identifier: GPL-3.0-or-later */
/* shell.h - a host's shell, and what its own commands share. */
#pragma once
#include "models/host/host.h"
#include "models/netdev/face.h"

struct shell {
    struct host *host;
    GString *out;          /* of the script */
    GHashTable *variables;
    GError *error;         /* of the command that failed */
};

bool cmd_sysctl(struct command_run *run);
bool cmd_netstat(struct command_run *run);
bool cmd_nstat(struct command_run *run);

/** Read or write a file of the tree. @return false: the command fails with the message of @command */
bool shell_read_file(struct command_run *run, const char *command, const char *path);
bool shell_write_file(struct command_run *run, const char *path, const char *text);
