/* SPDX-License-Identifier: GPL-3.0-or-later */
/* trace.h - the tracepoints: one list, names and arguments of include/trace/events/ of Linux 6.18.
 *
 * X(enum, name, arguments).  An argument is "name/kind", in the order of the kernel's TP_STRUCT__entry; what a model does
 * not have is left out.  Kinds: u number, d signed number, x hexadecimal, a IPv4 address, f address family, p transport
 * protocol, s TCP state, r drop reason, N state of a neighbour, m MAC address, n text (a pointer that is valid during the call).
 *
 * skbaddr identifies a packet on its whole way through the network, skaddr and fd a socket on its host (its serial number).
 * FLOW is ours: the kernel's probes would read it from the packet.  So is the group "link".
 *
 * A new tracepoint is a row here and a TRACE() where it is passed.  Those that are passed together stand together, so that
 * one test can ask for all of them (trace_any()).
 */
#pragma once
#include "core/check.h"
#include <netsim/trace.h>

#define TRACE_FLOW " ip_proto/u saddr/a daddr/a sport/u dport/u"
#define TRACE_SK "skaddr/u sport/u dport/u family/f saddr/a daddr/a"
#define TRACE_NEIGH                                                                                                     \
    "family/f dev/n lladdr/m lladdr_len/u nud_state/N primary_key4/a confirmed/u updated/u used/u err/d"

#define TRACEPOINTS(X)                                                                                                  \
    X(NET_DEV_QUEUE, "net:net_dev_queue", "skbaddr/x len/u name/n" TRACE_FLOW)                                          \
    X(NET_DEV_START_XMIT, "net:net_dev_start_xmit",                                                                     \
      "name/n skbaddr/x protocol/x len/u gso_size/u gso_segs/u" TRACE_FLOW)                                             \
    X(NET_DEV_XMIT, "net:net_dev_xmit", "skbaddr/x len/u rc/d name/n" TRACE_FLOW)                                       \
    /* a packet meets the wire: when its service begins and ends, when it arrives; or why it will not */                \
    X(LINK_XMIT, "link:link_xmit",                                                                                      \
      "name/n skbaddr/x len/u rc/d queue_pkts/u start_ns/u end_ns/u arrival_ns/u seq/u ack/u tcp_flags/x" TRACE_FLOW)   \
    X(CONSUME_SKB, "skb:consume_skb", "skbaddr/x location/n" TRACE_FLOW)                                                \
    X(NETIF_RECEIVE_SKB, "net:netif_receive_skb", "skbaddr/x len/u name/n" TRACE_FLOW)                                  \
    X(NETIF_RX, "net:netif_rx", "skbaddr/x len/u name/n" TRACE_FLOW)                                                    \
    X(KFREE_SKB, "skb:kfree_skb", "skbaddr/x location/n protocol/x reason/r len/u" TRACE_FLOW)                          \
    X(TCP_PROBE, "tcp:tcp_probe",                                                                                       \
      "saddr/a daddr/a sport/u dport/u family/f data_len/u snd_nxt/x snd_una/x snd_cwnd/u ssthresh/u snd_wnd/u srtt/u " \
      "rcv_wnd/u skbaddr/x skaddr/u")                                                                                   \
    X(TCP_RETRANSMIT_SKB, "tcp:tcp_retransmit_skb",                                                                     \
      "skaddr/u state/s sport/u dport/u family/f saddr/a daddr/a err/d")                                                \
    X(TCP_RETRANSMIT_SYNACK, "tcp:tcp_retransmit_synack", "skaddr/u sport/u dport/u family/f saddr/a daddr/a")\
    X(TCP_CONG_STATE_SET, "tcp:tcp_cong_state_set", TRACE_SK " cong_state/u")                                           \
    X(TCP_SEND_RESET, "tcp:tcp_send_reset",                                                                             \
      "skbaddr/x skaddr/u state/s reason/n saddr/a daddr/a sport/u dport/u")                                            \
    X(TCP_RECEIVE_RESET, "tcp:tcp_receive_reset", TRACE_SK)                                                             \
    X(TCP_DESTROY_SOCK, "tcp:tcp_destroy_sock", TRACE_SK)                                                               \
    X(TCP_RCV_SPACE_ADJUST, "tcp:tcp_rcv_space_adjust", TRACE_SK)                                                       \
    X(TCP_BAD_CSUM, "tcp:tcp_bad_csum", "skbaddr/x saddr/a daddr/a sport/u dport/u")                                    \
    X(INET_SOCK_SET_STATE, "sock:inet_sock_set_state",                                                                  \
      "skaddr/u oldstate/s newstate/s sport/u dport/u family/f protocol/p saddr/a daddr/a")                             \
    X(INET_SK_ERROR_REPORT, "sock:inet_sk_error_report",                                                                \
      "error/d sport/u dport/u family/f protocol/p saddr/a daddr/a")                                                    \
    X(SOCK_RCVQUEUE_FULL, "sock:sock_rcvqueue_full", "rmem_alloc/d truesize/u sk_rcvbuf/d")                             \
    X(SOCK_SEND_LENGTH, "sock:sock_send_length", "sk/u family/f protocol/p ret/d flags/x")                              \
    X(SOCK_RECV_LENGTH, "sock:sock_recv_length", "sk/u family/f protocol/p ret/d flags/x")                              \
    X(UDP_FAIL_QUEUE_RCV_SKB, "udp:udp_fail_queue_rcv_skb", "rc/d sport/u dport/u family/f saddr/a daddr/a")            \
    X(ICMP_SEND, "icmp:icmp_send", "skbaddr/x type/u code/u saddr/a daddr/a sport/u dport/u ulen/u")                    \
    X(FIB_TABLE_LOOKUP, "fib:fib_table_lookup", "tb_id/u err/d dst/a gw4/a name/n")                                     \
    X(NEIGH_CREATE, "neigh:neigh_create", "family/f dev/n entries/u created/u gc_exempt/u primary_key4/a")              \
    X(NEIGH_UPDATE, "neigh:neigh_update",                                                                               \
      "family/f dev/n lladdr/m lladdr_len/u nud_state/N primary_key4/a confirmed/u updated/u used/u "           \
      "new_lladdr/m new_state/N update_flags/x")                                                                        \
    X(NEIGH_UPDATE_DONE, "neigh:neigh_update_done", TRACE_NEIGH)                                                        \
    X(NEIGH_TIMER_HANDLER, "neigh:neigh_timer_handler", TRACE_NEIGH)                                                    \
    X(NEIGH_EVENT_SEND_DONE, "neigh:neigh_event_send_done", TRACE_NEIGH)                                                \
    X(NEIGH_CLEANUP_AND_RELEASE, "neigh:neigh_cleanup_and_release", TRACE_NEIGH)                                        \
    TRACE_SYSCALLS(X)

/* Addresses are shown with their ports, buffers are not; optname and optval are the option's name in lower case and its value. */
#define TRACE_SYSCALLS(X)                                                                                               \
    X(SYS_ENTER_SOCKET, "syscalls:sys_enter_socket", "family/f type/u protocol/u")                                      \
    X(SYS_EXIT_SOCKET, "syscalls:sys_exit_socket", "ret/d")                                                             \
    X(SYS_ENTER_BIND, "syscalls:sys_enter_bind", "fd/u umyaddr/a port/u")                                               \
    X(SYS_EXIT_BIND, "syscalls:sys_exit_bind", "ret/d")                                                                 \
    X(SYS_ENTER_LISTEN, "syscalls:sys_enter_listen", "fd/u backlog/d")                                                  \
    X(SYS_EXIT_LISTEN, "syscalls:sys_exit_listen", "ret/d")                                                             \
    X(SYS_ENTER_CONNECT, "syscalls:sys_enter_connect", "fd/u uservaddr/a port/u")                                       \
    X(SYS_EXIT_CONNECT, "syscalls:sys_exit_connect", "ret/d")                                                           \
    X(SYS_ENTER_ACCEPT4, "syscalls:sys_enter_accept4", "fd/u")                                                          \
    X(SYS_EXIT_ACCEPT4, "syscalls:sys_exit_accept4", "ret/d")                                                           \
    X(SYS_ENTER_SENDTO, "syscalls:sys_enter_sendto", "fd/u len/u flags/x addr/a port/u")                                \
    X(SYS_EXIT_SENDTO, "syscalls:sys_exit_sendto", "ret/d")                                                             \
    X(SYS_ENTER_RECVFROM, "syscalls:sys_enter_recvfrom", "fd/u size/u flags/x")                                         \
    X(SYS_EXIT_RECVFROM, "syscalls:sys_exit_recvfrom", "ret/d")                                                         \
    X(SYS_ENTER_SHUTDOWN, "syscalls:sys_enter_shutdown", "fd/u how/u")                                                  \
    X(SYS_EXIT_SHUTDOWN, "syscalls:sys_exit_shutdown", "ret/d")                                                         \
    X(SYS_ENTER_CLOSE, "syscalls:sys_enter_close", "fd/u")                                                              \
    X(SYS_EXIT_CLOSE, "syscalls:sys_exit_close", "ret/d")                                                               \
    X(SYS_ENTER_SETSOCKOPT, "syscalls:sys_enter_setsockopt", "fd/u optname/n optval/d")                                 \
    X(SYS_EXIT_SETSOCKOPT, "syscalls:sys_exit_setsockopt", "ret/d")                                                     \
    X(SYS_ENTER_GETSOCKOPT, "syscalls:sys_enter_getsockopt", "fd/u optname/n")                                          \
    X(SYS_EXIT_GETSOCKOPT, "syscalls:sys_exit_getsockopt", "ret/d")

enum tracepoint {
#define X(id, name, args) TRACE_##id,
    TRACEPOINTS(X)
#undef X
    N_TRACEPOINTS
};

enum { TRACE_MAX_ARGS = 16, TRACE_WORDS = (N_TRACEPOINTS + 63) / 64 };

enum { TRACE_AF_INET = 2 };

struct sim;
struct trace_probes;

/** Tell the probes of @point; @args: as many as its row has. */
__attribute__((cold)) void trace_emit(struct sim *sim, enum tracepoint point, const char *where, const uint64_t *args);
void trace_free(struct sim *sim);

/** "TCP_ESTABLISHED", as the kernel's tracepoints write a state; "TCP_?" */
const char *trace_tcp_state(uint64_t state);

/** An argument of kind n. */
static inline uint64_t trace_text(const char *text)
{
    return (uint64_t) (uintptr_t) text;
}

/** TRACE(sim, TCP_BAD_CSUM, host name, arguments ...): the arguments are computed only if somebody listens. */
#define TRACE(sim, point, where, ...)                                                                   \
    do {                                                                                                \
        if (ns_unlikely(trace_is_on((sim), TRACE_##point)))                                             \
            trace_emit((sim), TRACE_##point, (where), (const uint64_t[TRACE_MAX_ARGS]){ __VA_ARGS__ }); \
    } while (0)
