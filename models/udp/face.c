/* SPDX-License-Identifier: GPL-3.0-or-later */
/* face.c - what an operator sees of UDP. */
#include "models/netdev/face.h"

#include "models/udp/udp.h"

const struct face udp_face = { .knobs = udp_sysctls };
