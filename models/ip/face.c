/* SPDX-License-Identifier: GPL-3.0-or-later */
/* face.c - what an operator sees of IP. */
#include "models/ip/cmd_ip.h"

static const struct command commands[] = {
    { "ip", cmd_ip, "show and change addresses, links, neighbours, routes" },
};

const struct face ip_face = { .knobs = ip_sysctls, FACE_COMMANDS(commands) };
