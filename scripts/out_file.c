/* SPDX-License-Identifier: GPL-3.0-or-later */
/* out_file.c - files of observers: written under another name, renamed when they are whole. */
#include "scripts/observe.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

/* "trace.jsonl" -> "trace-2.jsonl" */
static char *numbered(const char *name, unsigned number)
{
    const char *dot = strrchr(name, '.');
    if (number == 1) return g_strdup(name);
    return g_strdup_printf("%.*s-%u%s", dot ? (int) (dot - name) : (int) strlen(name), name, number, dot ? dot : "");
}

struct out_file *out_file_new(struct scene *scene, const char *name, GError **error)
{
    struct run *run = scene->run;
    g_autofree char *own = numbered(name, scene->number);
    char *path = sandbox_output_path(run, own, error);
    if (!path) return NULL;
    if (g_ptr_array_find_with_equal_func(run->files, path, g_str_equal, NULL)) {
        g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_STATE, "%s is being written already; give another name", path);
        g_free(path);
        return NULL;
    }
    struct out_file *f = g_new0(struct out_file, 1);
    f->path = path;
    f->temporary = g_strconcat(path, ".part", NULL);
    f->stream = fopen(f->temporary, "w");
    if (!f->stream) {
        g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_IO, "cannot write %s: %s", f->temporary, g_strerror(errno));
        g_free(f->path);
        g_free(f->temporary);
        g_free(f);
        return NULL;
    }
    g_ptr_array_add(run->files, g_strdup(path));
    return f;
}

bool out_file_check(struct out_file *file, NetsimSim *sim)
{
    if (!ferror(file->stream)) return true;
    netsim_sim_fail(sim, g_error_new(NETSIM_ERROR, NETSIM_ERROR_IO, "cannot write %s: %s", file->path, g_strerror(errno)));
    return false;
}

void out_file_close(struct out_file *file, struct run *run)
{
    bool failed = ferror(file->stream);
    if (fclose(file->stream) != 0) failed = true;
    if (!failed && g_rename(file->temporary, file->path) != 0) failed = true;
    if (failed) {
        if (!run->io_error) run->io_error = g_strdup_printf("cannot write %s: %s", file->path, g_strerror(errno));
        g_unlink(file->temporary);
    }
    g_free(file->path);
    g_free(file->temporary);
    g_free(file);
}

/* ---- observers ---- */

void observer_add(struct scene *scene, struct observer *o)
{
    struct observer **link = &scene->observers;
    while (*link) link = &(*link)->next;
    *link = o;
    o->scene = scene;
}

void observers_run_ended(struct scene *scene)
{
    for (struct observer *o = scene->observers; o; o = o->next)
        if (o->run_ended) o->run_ended(o);
}

void observers_close(struct scene *scene)
{
    for (struct observer *o = scene->observers, *next; o; o = next) {
        next = o->next;
        o->close(o);
    }
    scene->observers = NULL;
}
