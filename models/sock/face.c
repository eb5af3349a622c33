/* SPDX-License-Identifier: GPL-3.0-or-later */
/* face.c - what an operator sees of sockets. */
#include "models/netdev/face.h"

#include "models/sock/sock.h"

const struct face sock_face = { .knobs = sock_sysctls };
