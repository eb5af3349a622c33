/* SPDX-License-Identifier: GPL-3.0-or-later */
/* udp.h - UDP over IPv4. */
#pragma once
#include "models/sock/sock.h"

void udp_net_init(struct net *net);   /* makes net->udp, registers the protocol and socket type */
void udp_net_free(struct net *net);
