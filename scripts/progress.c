/* SPDX-License-Identifier: GPL-3.0-or-later */
/* progress.c - how far the simulation is, while one waits: on stderr, if it is a terminal, after a second.
 *
 * A thread of its own looks at the clock of the simulation five times a second; it reads two numbers that the run
 * writes and never changes anything.
 */
#include "core/unit.h"
#include "scripts/run.h"

#include <unistd.h>

static struct {
    GMutex lock;
    GCond stop;
    GThread *thread;
    bool is_stopping;
} display;

struct look {
    NetsimSim *sim;
    netsim_time until;
    bool has_bar;
};

static void print_line(const struct look *look, gint64 started)
{
    double wall = (double) (g_get_monotonic_time() - started) * 1e-6;
    netsim_time now = netsim_sim_now(look->sim);
    uint64_t events = netsim_sim_events(look->sim);
    char eta[64] = "";
    if (look->until != NETSIM_TIME_MAX && now > 0)
        g_snprintf(eta, sizeof eta, ", %.0f%%, %.0f s to go", 100.0 * (double) now / (double) look->until,
                   wall * (double) (look->until - now) / (double) now);
    fprintf(stderr, "%snetsim: %s simulated, %.3gx real time, %.3g events/s%s%s", look->has_bar ? "\r\033[K" : "",
            unit_time(now).text, netsim_to_seconds(now) / wall, (double) events / wall, eta, look->has_bar ? "" : "\n");
    fflush(stderr);
}

static gpointer show(gpointer data)
{
    struct look *look = data;
    gint64 started = g_get_monotonic_time(), next = started + G_USEC_PER_SEC;
    bool has_shown = false;
    g_mutex_lock(&display.lock);
    while (!display.is_stopping) {
        if (g_cond_wait_until(&display.stop, &display.lock, next)) continue;
        print_line(look, started);
        has_shown = true;
        next = g_get_monotonic_time() + (look->has_bar ? G_USEC_PER_SEC / 5 : 10 * G_USEC_PER_SEC);
    }
    g_mutex_unlock(&display.lock);
    if (has_shown && look->has_bar) fputs("\r\033[K", stderr);
    g_free(look);
    return NULL;
}

void progress_start(const struct run *run, netsim_time until)
{
    enum progress_style style = run->options->progress;
    if (style == PROGRESS_AUTO) style = isatty(STDERR_FILENO) && !run->options->quiet ? PROGRESS_BAR : PROGRESS_NONE;
    if (style == PROGRESS_NONE) return;
    struct look *look = g_new0(struct look, 1);
    *look = (struct look){ .sim = run->sim, .until = until, .has_bar = style == PROGRESS_BAR };
    display.is_stopping = false;
    display.thread = g_thread_new("progress", show, look);
}

void progress_stop(void)
{
    if (!display.thread) return;
    g_mutex_lock(&display.lock);
    display.is_stopping = true;
    g_cond_signal(&display.stop);
    g_mutex_unlock(&display.lock);
    g_thread_join(display.thread);
    display.thread = NULL;
}
