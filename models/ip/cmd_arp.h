/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_arp.h - arp(8). */
#pragma once
#include "models/netdev/face.h"

bool cmd_arp(struct command_run *run);
