/* SPDX-License-Identifier: GPL-3.0-or-later */
/* face.c - what an operator sees of IP. */
#include "models/ip/cmd_arp.h"
#include "models/ip/cmd_ip.h"
#include "models/ip/ping.h"

static const struct command commands[] = {
    { "arp", cmd_arp, "show neighbours: arp [-ane] [-i DEV] [ADDRESS]" },
    { "ip", cmd_ip, "show and change addresses, links, neighbours, routes" },
    { "ping", cmd_ping, "ask a host for echo replies: ping [-c COUNT] [-i SECONDS] [-s BYTES] [-W SECONDS] [-w SECONDS] [-t TTL] [-I DEV] [-qn] ADDRESS" },
};

const struct face ip_face = { .knobs = ip_sysctls, FACE_COMMANDS(commands) };
