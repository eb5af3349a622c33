/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nf.h - Netfilter: so far only its settings. */
#pragma once
#include "models/netdev/face.h"

/** What an operator sees of Netfilter: sysctl.c. */
extern const struct face nf_face;
