/* SPDX-License-Identifier: GPL-3.0-or-later */
/* constants.h - the names that scripts use for numbers. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/** "EAGAIN", "SOCK_STREAM", "TCP_CA_Open": false if the name is not known. */
bool constant_value(const char *name, int64_t *value);
/** "EAGAIN" for EAGAIN */
const char *constant_errno(int error);
