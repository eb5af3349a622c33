/* SPDX-License-Identifier: GPL-3.0-or-later */
/* trace.h - the tracepoints: one list, the kernel's names (include/trace/events/).
 *
 * X(enum, name, arguments).  An argument is "name/kind"; kinds: u number, d signed number, x hexadecimal, a IPv4 address, s TCP state,
 * r drop reason.  A new tracepoint is a row here and a TRACE() where it is passed.
 */
#pragma once
#include "core/check.h"
#include <netsim/trace.h>

#define TRACEPOINTS(X)                                                                                                     \
    X(INET_SOCK_SET_STATE, "sock:inet_sock_set_state", "sport/u dport/u saddr/a daddr/a oldstate/s newstate/s")            \
    X(TCP_PROBE, "tcp:tcp_probe",                                                                                          \
      "saddr/a sport/u daddr/a dport/u data_len/u snd_nxt/x snd_una/x snd_cwnd/u ssthresh/u snd_wnd/u srtt/u rcv_wnd/u")   \
    X(TCP_RETRANSMIT_SKB, "tcp:tcp_retransmit_skb", "sport/u dport/u saddr/a daddr/a state/s")                             \
    X(UDP_FAIL_QUEUE_RCV_SKB, "udp:udp_fail_queue_rcv_skb", "rc/d port/u saddr/a sport/u daddr/a")                           \
    X(KFREE_SKB, "skb:kfree_skb", "protocol/u saddr/a daddr/a len/u reason/r")

enum tracepoint {
#define X(id, name, args) TRACE_##id,
    TRACEPOINTS(X)
#undef X
    N_TRACEPOINTS
};

enum { TRACE_MAX_ARGS = 12 };

struct sim;
struct trace_probes;

/** Tell the probes of @point; @args: as many as its row has. */
void trace_emit(struct sim *sim, enum tracepoint point, const char *where, const uint64_t *args);
void trace_free(struct sim *sim);

/** TRACE(sim, TCP_RETRANSMIT_SKB, host name, arguments ...): the arguments are computed only if somebody listens. */
#define TRACE(sim, point, where, ...)                                                                   \
    do {                                                                                                \
        if (ns_unlikely((sim)->traced >> TRACE_##point & 1))                                            \
            trace_emit((sim), TRACE_##point, (where), (const uint64_t[TRACE_MAX_ARGS]){ __VA_ARGS__ }); \
    } while (0)
