/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sim.h - a simulation: the clock, the events, the run.
 *
 * Everything hangs off a NetsimSim; there are no globals.  Several simulations may live in one
 * process, each on its own thread.  The library never prints, exits or aborts on a user's error:
 * a function that can fail takes a GError ** last and returns false or NULL.
 *
 * Arguments are pointers to what exists, and not NULL unless their description says so.  A call with NULL does nothing: with
 * a GError ** it says NETSIM_ERROR_ARGUMENT, calls of sockets give -EBADF (the socket) or -EFAULT, all others 0, NULL, false.
 * Strings that are returned are UTF-8 and, unless said otherwise, live as long as the object.
 */
#pragma once
#include <glib.h>
#include <netsim/time.h>
#include <stdbool.h>

G_BEGIN_DECLS

#if defined(__GNUC__)
#define NETSIM_API __attribute__((visibility("default")))
#else
#define NETSIM_API
#endif

/** The release of this library: major.minor.patch. */
NETSIM_API const char *netsim_version(void);

/** Errors of the library; code tells the kind, message names the place and the mend. */
#define NETSIM_ERROR (netsim_error_quark())
NETSIM_API GQuark netsim_error_quark(void);
typedef enum {
    NETSIM_ERROR_NAME,      /* no such host, device, knob, profile, counter ... (suggests the nearest) */
    NETSIM_ERROR_RANGE,     /* a number outside the allowed range */
    NETSIM_ERROR_UNIT,      /* a quantity that cannot be read: "10 parsecs" */
    NETSIM_ERROR_STATE,     /* not possible now: device already linked, simulation running ... */
    NETSIM_ERROR_SYNTAX,    /* a command, script or file that cannot be read */
    NETSIM_ERROR_COMMAND,   /* a command of host:sh failed as the real tool would */
    NETSIM_ERROR_IO,        /* a file could not be read or written */
    NETSIM_ERROR_INVARIANT, /* the simulator itself is wrong (packets not conserved) */
    NETSIM_ERROR_UNSUPPORTED, /* understood, but not modelled */
    NETSIM_ERROR_ARGUMENT,  /* a call without what it needs: a pointer that must not be NULL is */
} NetsimErrorCode;

typedef struct sim NetsimSim;

typedef struct {
    uint64_t seed; /* of every random stream; 0 means 1 */
} NetsimSimConfig;

/**
 * Make an empty simulation at time 0.
 * @config  may be NULL for the defaults; not kept.
 * @return  owned by the caller: netsim_sim_free().  Never NULL.
 */
NETSIM_API NetsimSim *netsim_sim_new(const NetsimSimConfig *config);

/** Free the simulation and all that it owns: hosts, links, processes, sockets.  NULL is allowed. */
NETSIM_API void netsim_sim_free(NetsimSim *sim);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NetsimSim, netsim_sim_free)

/** How a call of netsim_sim_run() ended. */
typedef enum {
    NETSIM_END_IDLE,        /* no process can go on, nothing is in flight, only background events are left */
    NETSIM_END_UNTIL,       /* the limit was reached */
    NETSIM_END_STOPPED,     /* netsim_sim_stop() was called */
} NetsimEnd;

/**
 * Run events in the order (time, id) until the run ends by itself or at @until.
 * @until  the last moment to be simulated; NETSIM_TIME_MAX for no limit.  The clock stands there afterwards
 *         if the run was cut, else at the last event.  May be called again with a later @until.
 * @error  NETSIM_ERROR_INVARIANT when packets were not conserved; NETSIM_ERROR_STATE in a callback of the run; or the error
 *         given to netsim_sim_fail().
 */
NETSIM_API bool netsim_sim_run(NetsimSim *sim, netsim_time until, GError **error);

/** End the run after the current event.  May be called from a signal handler or another thread. */
NETSIM_API void netsim_sim_stop(NetsimSim *sim);

/** End the run after the current event with an error that netsim_sim_run() will return: the first counts.  Takes @error. */
NETSIM_API void netsim_sim_fail(NetsimSim *sim, GError *error);

/** Why the last netsim_sim_run() returned; before the first: NETSIM_END_IDLE. */
NETSIM_API NetsimEnd netsim_sim_end(const NetsimSim *sim);

/** The time of the event that runs, or ran last; see netsim_sim_run(). */
NETSIM_API netsim_time netsim_sim_now(const NetsimSim *sim);
/** The seed in force, never 0. */
NETSIM_API uint64_t netsim_sim_seed(const NetsimSim *sim);

/** Something is not as the user may think: a setting that nothing reads.  @message is one line without a newline. */
typedef void (*NetsimWarningFunc)(NetsimSim *sim, const char *message, void *data);

/** Have @func called for every warning; NULL: they are dropped, as they are at first. */
NETSIM_API void netsim_sim_on_warning(NetsimSim *sim, NetsimWarningFunc func, void *data);

/**
 * A file from outside of the simulation: `sysctl -p FILE` on a host, when its scripts have written none of that name.
 * @return  its text, free with g_free(), and *length; NULL with NETSIM_ERROR
 */
typedef char *(*NetsimFileFunc)(NetsimSim *sim, const char *path, size_t *length, void *data, GError **error);

/** Have @func called for such files; NULL: there are none, as at first. */
NETSIM_API void netsim_sim_on_file(NetsimSim *sim, NetsimFileFunc func, void *data);

/** Callbacks that the event queue has run so far (cancelled events and direct calls do not count). */
NETSIM_API uint64_t netsim_sim_events(const NetsimSim *sim);

/** Packet-hops so far: packets whose last bit arrived at the far end of a link. */
NETSIM_API uint64_t netsim_sim_hops(const NetsimSim *sim);

/**
 * The fingerprint of what the model did: for every entity (link direction, socket, device, process) a hash of
 * (time, kind, packet identity or result) at its observable points; the sum of hash(entity id, entity's hash).
 * Equal for equal (script, arguments, seed) in every build.
 */
NETSIM_API uint64_t netsim_sim_fingerprint(const NetsimSim *sim);

/* ---- events of the user's own ---- */

/** A handle: small, copyable, valid until netsim_event_free().  0 is "none". */
typedef uint32_t NetsimEvent;

/** @event is the one that fires, so it can be armed again without touching other memory. */
typedef void (*NetsimEventFunc)(NetsimSim *sim, NetsimEvent event, void *data);

/**
 * Make an event; it is not armed.  Its place in the order of equal times is that of its making.
 * @data  passed to @func; not owned.
 */
NETSIM_API NetsimEvent netsim_event_new(NetsimSim *sim, NetsimEventFunc func, void *data);

/** The same; it does not keep a run alive: for samplers and reports. */
NETSIM_API NetsimEvent netsim_event_new_background(NetsimSim *sim, NetsimEventFunc func, void *data);

/** Free an event, cancelling it if it is armed; its callback may do so.  0 is allowed. */
NETSIM_API void netsim_event_free(NetsimSim *sim, NetsimEvent event);

/** Arm @event for @at, now if that is past; an armed event is moved.  NETSIM_TIME_MAX never comes.  Allocates nothing. */
NETSIM_API void netsim_event_at(NetsimSim *sim, NetsimEvent event, netsim_time at);

/** Disarm; nothing happens if it is not armed. */
NETSIM_API void netsim_event_cancel(NetsimSim *sim, NetsimEvent event);

/** Will it fire?  Not while its callback runs, unless that has armed it again. */
NETSIM_API bool netsim_event_is_armed(const NetsimSim *sim, NetsimEvent event);

/* ---- quantities with units ---- */

/** "25ms", "1.5s", "200us", "10ns", "2min", "1h"; a bare number is seconds.  Refuses negative and NaN. */
NETSIM_API bool netsim_parse_time(const char *text, netsim_time *time, GError **error);
/** "10Mbit", "1.5Gbit", "100kbit", "10Gbps", "9600bit", "1MB/s"; a bare number is bit/s.  > 0. */
NETSIM_API bool netsim_parse_rate(const char *text, uint64_t *bits_per_s, GError **error);
/** "1500", "15KiB", "64kB", "1MB", "2MiB", "1500B", "1GiB"; a bare number is bytes. */
NETSIM_API bool netsim_parse_size(const char *text, uint64_t *bytes, GError **error);
/** "100p", "100pkts" (packets), or a size in bytes; the one that was not given becomes 0. */
NETSIM_API bool netsim_parse_queue(const char *text, uint32_t *pkts, uint64_t *bytes, GError **error);

G_END_DECLS
