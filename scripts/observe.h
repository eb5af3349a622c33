/* SPDX-License-Identifier: GPL-3.0-or-later */
/* observe.h - what looks on while a simulation runs, and writes: --trace, --perfetto, sim:sample(), probes in Lua.
 *
 * Nothing here changes the run: observers are told, or read at times of their own (background events).
 */
#pragma once
#include "scripts/bind.h"

/* ---- out_file.c: a file that appears when it is whole ---- */

struct out_file {
    FILE *stream;
    char *path, *temporary;
};

/** Begin the file @name under the output directory; of a later simulation "trace-2.jsonl".  NULL with @error. */
struct out_file *out_file_new(struct scene *scene, const char *name, GError **error);
/** Has writing failed?  Then the run ends with that error. */
bool out_file_check(struct out_file *file, NetsimSim *sim);
/** Give the file its name; frees it.  A failure is kept in run->io_error. */
void out_file_close(struct out_file *file, struct run *run);

/* ---- observers of a scene ---- */

/* Embedded first in each of them; lives until the scene is closed. */
struct observer {
    struct observer *next;
    struct scene *scene;
    NetsimEvent event;                          /* 0: none */
    void (*run_ended)(struct observer *o);      /* sim:run() returns; may be NULL */
    void (*close)(struct observer *o);          /* before the simulation is freed; frees it */
};

void observer_add(struct scene *scene, struct observer *o);
void observers_run_ended(struct scene *scene);
void observers_close(struct scene *scene);

/** --trace, --perfetto and --probe, at the start of the first run. */
void observe_as_asked(lua_State *L, struct scene *scene);

void trace_file_start(lua_State *L, struct scene *scene, char **patterns); /* trace_file.c */
void perfetto_start(lua_State *L, struct scene *scene);                    /* perfetto.c */

/* ---- bind_probe.c, sample.c ---- */

int bind_probe(lua_State *L);  /* sim:probe() */
int bind_sample(lua_State *L); /* sim:sample() */
int probe_every(lua_State *L); /* of the prelude: every(sim, period, function) */
int probe_write(lua_State *L); /* of the prelude: write(text) */
