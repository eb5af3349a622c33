/* SPDX-License-Identifier: GPL-3.0-or-later */
/* face.c - what an operator sees of TCP. */
#include "models/netdev/face.h"

#include "models/tcp/tcp.h"

const struct face tcp_face = { .knobs = tcp_sysctls };
