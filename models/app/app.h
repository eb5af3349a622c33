/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app.h - what the ready applications share. */
#pragma once
#include <netsim/app.h>

/** A socket of @type bound to @local (and listening, if @backlog > 0).  NULL: the run was failed with the reason. */
NetsimSocket *app_bind(NetsimProcess *process, NetsimSocketType type, NetsimAddress local, int backlog);

/** The state of @process, if it runs @app; else NULL. */
void *app_state(NetsimProcess *process, const NetsimApp *app);

/** End the run: "web on server: bind 10.0.0.1:80: Address already in use".  @error  a negative errno */
void app_fail(NetsimProcess *process, const char *what, NetsimAddress address, int error);
