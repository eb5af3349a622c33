/* SPDX-License-Identifier: GPL-3.0-or-later */
/* proc.c - /proc/net/tcp and /proc/net/udp: a line for every socket (net/ipv4/tcp_ipv4.c, udp.c).
 *
 * The kernel's order is that of hash tables with a random key; here listeners come first, then the oldest.  Everything is
 * root's, and pointers are zeros, as kernel.kptr_restrict has them.
 */
#include "models/netdev/face.h"
#include "models/tcp/diag.h"

enum { TCP_COLUMNS = 149, UDP_COLUMNS = 127, USER_HZ = 100, UDP_BUCKETS = 16384, TIMEWAIT_REFS = 3, UDP_REFS = 2 };

static void append_line(GString *out, const char *line, int columns)
{
    g_string_append_printf(out, "%-*s\n", columns, line);
}

/* jiffies_to_clock_t() */
static uint32_t clock_t_of(const struct net *net, uint32_t jiffies)
{
    return (uint32_t) ((uint64_t) jiffies * USER_HZ / net->wheel.hz);
}

/* jiffies_delta_to_clock_t() */
static uint32_t left_until(struct net *net, const struct inet_diag *d)
{
    int32_t delta = d->timer ? (int32_t) (d->expires - net_jiffies(net)) : 0;
    return delta > 0 ? clock_t_of(net, (uint32_t) delta) : 0;
}

/* What both tables begin with; addresses as x86 prints a number in network order. */
static GString *begin_line(unsigned width, unsigned slot, const struct inet_diag *d, unsigned state)
{
    GString *line = g_string_new(NULL);
    g_string_append_printf(line, "%*u: %08X:%04X %08X:%04X %02X ", (int) width, slot, __builtin_bswap32(d->local.addr),
                           d->local.port, __builtin_bswap32(d->peer.addr), d->peer.port, state);
    return line;
}

static unsigned n_references(const struct tcp_sock *tp, const struct inet_diag *d)
{
    if (tp->sk.state == TCP_LISTEN) return 1 + d->rqueue;
    return 1u + timer_is_armed(&tp->rtx_timer) + timer_is_armed(&tp->delack_timer) + timer_is_armed(&tp->rare->keepalive_timer);
}

/* get_tcp4_sock(), get_openreq4(), get_timewait4_sock() */
static void print_tcp(struct net *net, GString *out, unsigned slot, const struct inet_diag *d)
{
    const struct tcp_sock *tp = d->sk ? tcp_sk(d->sk) : NULL;
    bool is_listener = d->state == TCP_LISTEN, is_timewait = d->timer == DIAG_TIMER_TIMEWAIT;
    g_autoptr(GString) line = begin_line(4, slot, d, d->state);
    g_string_append_printf(line, "%08X:%08X %02X:%08X %08X %5u %8u %u", is_listener ? 0 : d->wqueue, d->rqueue, d->timer,
                           left_until(net, d), tp ? tp->retransmits : is_timewait ? 0 : d->retrans, 0,
                           tp ? tp->probes_out : 0, inet_diag_inode(d->sk));
    g_string_append_printf(line, " %u %016x", tp ? n_references(tp, d) : is_timewait ? TIMEWAIT_REFS : 0, 0);
    if (tp)
        g_string_append_printf(line, " %u %u %u %u %d", clock_t_of(net, tp->rto), clock_t_of(net, tp->ack_ato),
                               tp->ack_quick << 1 | tcp_is_pingpong(tp), tp->snd_cwnd,
                               is_listener ? 0 : tcp_in_initial_slowstart(tp) ? -1 : (int) tp->snd_ssthresh);
    append_line(out, line->str, TCP_COLUMNS);
}

static int show_tcp(struct net *net, const char *const star[], GString *out)
{
    (void) star;
    g_autoptr(GArray) all = inet_diag_dump(net);
    append_line(out, "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode", TCP_COLUMNS);
    unsigned slot = 0;
    for (guint i = 0; i < all->len; i++) {
        const struct inet_diag *d = &g_array_index(all, struct inet_diag, i);
        if (d->protocol == PROTO_TCP) print_tcp(net, out, slot++, d);
    }
    return 0;
}

/* udp4_format_sock(): sl is the bucket.  Differs: the kernel adds a random number to the port. */
static int show_udp(struct net *net, const char *const star[], GString *out)
{
    (void) star;
    g_autoptr(GArray) all = inet_diag_dump(net);
    append_line(out, "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops",
                UDP_COLUMNS);
    for (guint i = 0; i < all->len; i++) {
        const struct inet_diag *d = &g_array_index(all, struct inet_diag, i);
        if (d->protocol != PROTO_UDP) continue;
        g_autoptr(GString) line = begin_line(5, d->local.port % UDP_BUCKETS, d, d->state);
        g_string_append_printf(line, "%08X:%08X 00:00000000 00000000 %5u %8u %u %u %016x %u", d->wqueue, d->rqueue, 0, 0,
                               inet_diag_inode(d->sk), UDP_REFS, 0, inet_diag_meminfo(d->sk).drops);
        append_line(out, line->str, UDP_COLUMNS);
    }
    return 0;
}

static const struct face_file files[] = {
    { "/proc/net/tcp", 0, 0, NULL, show_tcp, NULL, "TCP sockets" },
    { "/proc/net/udp", 0, 0, NULL, show_udp, NULL, "UDP sockets" },
};

const struct face tcp_proc_face = { FACE_FILES(files) };
