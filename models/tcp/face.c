/* SPDX-License-Identifier: GPL-3.0-or-later */
/* face.c - what an operator sees of TCP, and of UDP where one command shows both. */
#include "models/tcp/cmd_ss.h"

static const struct command commands[] = {
    { "ss", cmd_ss, "show sockets: ss [-tuanlimoeps] [state STATE] [FILTER]" },
};

const struct face tcp_face = { .knobs = tcp_sysctls, FACE_COMMANDS(commands) };
