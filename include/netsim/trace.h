/* SPDX-License-Identifier: GPL-3.0-or-later */
/* trace.h - probes on the kernel's tracepoints ("tcp:tcp_retransmit_skb").  A tracepoint without a probe costs one branch. */
#pragma once
#include <netsim/sim.h>

G_BEGIN_DECLS

/** One passage of a tracepoint.  Everything is valid during the call of the probe only. */
typedef struct {
    const char *name;             /* "sock:inet_sock_set_state" */
    const char *host;             /* "server"; of a packet that died on a wire: who sent it */
    const char *where;            /* the host, or the place: "server:eth0", "client:eth0 -> server:eth0" */
    const char *comm;             /* the process whose system call runs; "swapper/0", pid 0: none, the network's own work */
    unsigned pid;                 /* from 1000 on each host */
    netsim_time time;
    unsigned n_args;
    const char *const *arg_names; /* "sport", "dport" ...: the kernel's names */
    const char *arg_kinds;        /* a letter each: u d x numbers (d: signed), everything else has a text: netsim_trace_arg() */
    const uint64_t *args;         /* addresses in host byte order; states and reasons by their numbers */
} NetsimTraceEvent;

typedef void (*NetsimTraceFunc)(const NetsimTraceEvent *event, void *data);

/** The names of all tracepoints, NULL-terminated; static. */
NETSIM_API const char *const *netsim_tracepoint_names(void);

/**
 * Call @func whenever a tracepoint that matches @pattern ("tcp:*", '*' and '?') is passed, from the next passage on.  The probe
 * must not change the simulation; it may attach and detach probes.
 * @data   passed to @func; not owned
 * @error  NETSIM_ERROR_NAME when nothing matches; suggests the nearest
 */
NETSIM_API bool netsim_trace_attach(NetsimSim *sim, const char *pattern, NetsimTraceFunc func, void *data, GError **error);

/** The same for several patterns, NULL-terminated: a passage that matches two of them is told once. */
NETSIM_API bool netsim_trace_attach_list(NetsimSim *sim, const char *const *patterns, NetsimTraceFunc func, void *data,
                                         GError **error);

/** Remove every probe with this function and data. */
NETSIM_API void netsim_trace_detach(NetsimSim *sim, NetsimTraceFunc func, void *data);

/** "sport=80 dport=40000 saddr=10.0.0.1 ...": the arguments as the kernel prints them.  Free with g_free(). */
NETSIM_API char *netsim_trace_format(const NetsimTraceEvent *event);

enum { NETSIM_TRACE_ARG_BYTES = 32 };
/**
 * Argument @i as the kernel prints it: "80", "10.0.0.1", "TCP_ESTABLISHED".
 * @buffer  of NETSIM_TRACE_ARG_BYTES; used when the text is not kept elsewhere
 */
NETSIM_API const char *netsim_trace_arg(const NetsimTraceEvent *event, unsigned i, char *buffer);

/**
 * The arguments of the tracepoint @i of netsim_tracepoint_names(): "rc sport dport", without kinds.
 * @return  free with g_free(); NULL behind the last tracepoint
 */
NETSIM_API char *netsim_tracepoint_args(unsigned i);

G_END_DECLS
