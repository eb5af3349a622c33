/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_ss_print.c - the output of ss(8): columns as it prints them into a pipe, and the words of each socket.
 *
 * A column is as wide as its longest text.  Everything behind the peer's port is the last column, its line breaks
 * included: that is why it is padded so far.  The last socket's last column does not count (ss measures a text when the
 * next one begins).
 */
#include "models/ip/cmd_ip.h"
#include "models/tcp/cmd_ss.h"
#include "models/udp/udp.h"

enum column { COL_NETID, COL_STATE, COL_RECVQ, COL_SENDQ, COL_ADDR, COL_SERV, COL_RADDR, COL_RSERV, COL_EXT, N_COLUMNS };

static const struct {
    const char *header;
    bool is_right; /* aligned */
    bool has_gap;  /* a blank before it, but at the beginning of a line */
} columns[N_COLUMNS] = {
    [COL_NETID] = { "Netid", false, false }, [COL_STATE] = { "State", false, true },
    [COL_RECVQ] = { "Recv-Q", false, true }, [COL_SENDQ] = { "Send-Q", false, true },
    [COL_ADDR] = { "Local Address:", true, true }, [COL_SERV] = { "Port", false, false },
    [COL_RADDR] = { "Peer Address:", true, true }, [COL_RSERV] = { "Port", false, false },
    [COL_EXT] = { "Process", false, false },
};

struct row {
    char *text[N_COLUMNS];
};

/* ---- texts ---- */

/* print_ms_timer(), with 6.1's "1.200ms" for 1.2 s. */
static void append_timer(GString *out, const struct net *net, const struct inet_diag *d)
{
    uint32_t left = inet_diag_expires_ms(net, d), ms = left % 1000, s = left / 1000 % 60, minutes = left / 60000;
    if (!d->timer) return;
    g_string_append_printf(out, " timer:(%s,", ss_timer_name(d->timer));
    if (minutes) {
        ms = 0;
        g_string_append_printf(out, "%umin", minutes);
        if (minutes > 9) s = 0;
    }
    if (s > 9) ms = 0;
    if (s) g_string_append_printf(out, "%u%s", s, ms ? "." : "sec");
    if (ms) g_string_append_printf(out, "%03ums", ms);
    g_string_append_printf(out, ",%u)", d->retrans);
}

/* sprint_bw(), and what is after it */
static void append_rate(GString *out, const struct ss *ss, const char *name, double bps)
{
    static const struct { double unit; char letter; } units[] = { { 1e12, 'T' }, { 1e9, 'G' }, { 1e6, 'M' }, { 1e3, 'k' } };
    g_string_append(out, name);
    if (ss->numeric) {
        g_string_append_printf(out, "%.0fbps", bps);
        return;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(units); i++)
        if (bps >= units[i].unit) {
            g_string_append_printf(out, "%.3g%cbps", bps / units[i].unit, units[i].letter);
            return;
        }
    g_string_append_printf(out, "%gbps", bps);
}

static void append_count(GString *out, const char *name, uint64_t value)
{
    if (value) g_string_append_printf(out, " %s:%" G_GUINT64_FORMAT, name, value);
}

/* Microseconds as milliseconds. */
static void append_ms(GString *out, const char *name, uint32_t us)
{
    if (us) g_string_append_printf(out, " %s:%g", name, us / 1000.0);
}

static void append_chrono(GString *out, const NetsimTcpInfo *i)
{
    if (!i->busy_time) return;
    g_string_append_printf(out, " busy:%" G_GUINT64_FORMAT "ms", i->busy_time / 1000);
    const struct { const char *name; uint64_t us; } parts[] = { { "rwnd_limited", i->rwnd_limited }, { "sndbuf_limited", i->sndbuf_limited } };
    for (size_t n = 0; n < G_N_ELEMENTS(parts); n++)
        if (parts[n].us)
            g_string_append_printf(out, " %s:%" G_GUINT64_FORMAT "ms(%.1f%%)", parts[n].name, parts[n].us / 1000,
                                   100.0 * (double) parts[n].us / (double) i->busy_time);
}

/* tcp_stats_print()'s words of TCP_CC_INFO */
static void append_congestion(GString *out, const struct ss *ss, const struct tcp_sock *tp)
{
    NetsimCongestionInfo i;
    tcp_get_congestion_info(&tp->sk, &i);
    if (i.kind == NETSIM_CONGESTION_DCTCP && i.dctcp.enabled)
        g_string_append_printf(out, " dctcp:(ce_state:%u,alpha:%u,ab_ecn:%u,ab_tot:%u)", i.dctcp.ce_state, i.dctcp.alpha,
                               i.dctcp.ab_ecn, i.dctcp.ab_tot);
    else if (i.kind == NETSIM_CONGESTION_DCTCP)
        g_string_append(out, " dctcp:fallback_mode");
    if (i.kind != NETSIM_CONGESTION_BBR) return;
    append_rate(out, ss, " bbr:(bw:", (double) i.bbr.bw * 8);
    g_string_append_printf(out, ",mrtt:%g", i.bbr.min_rtt / 1000.0);
    if (i.bbr.pacing_gain) g_string_append_printf(out, ",pacing_gain:%g", i.bbr.pacing_gain / 256.0);
    if (i.bbr.cwnd_gain) g_string_append_printf(out, ",cwnd_gain:%g", i.bbr.cwnd_gain / 256.0);
    g_string_append_c(out, ')');
}

static void append_rates(GString *out, const struct ss *ss, const NetsimTcpInfo *i)
{
    if (i->rtt && i->snd_mss && i->snd_cwnd)
        append_rate(out, ss, " send ", (double) i->snd_cwnd * i->snd_mss * 8e6 / i->rtt);
    append_count(out, "lastsnd", i->last_data_sent);
    append_count(out, "lastrcv", i->last_data_recv);
    append_count(out, "lastack", i->last_ack_recv);
    if (i->pacing_rate && i->pacing_rate != UINT64_MAX) {
        append_rate(out, ss, " pacing_rate ", (double) i->pacing_rate * 8);
        if (i->max_pacing_rate && i->max_pacing_rate != UINT64_MAX) append_rate(out, ss, "/", (double) i->max_pacing_rate * 8);
    }
    if (i->delivery_rate) append_rate(out, ss, " delivery_rate ", (double) i->delivery_rate * 8);
    append_count(out, "delivered", i->delivered);
    append_count(out, "delivered_ce", i->delivered_ce);
    if (i->delivery_rate_app_limited) g_string_append(out, " app_limited");
}

/* tcp_stats_print() */
static void append_info(GString *out, const struct ss *ss, const struct tcp_sock *tp)
{
    static const char *const option_names[] = { "ts", "sack", NULL, "ecn", "ecnseen", "fastopen" };
    NetsimTcpInfo i;
    tcp_get_info(&tp->sk, &i);
    for (unsigned n = 0; ss->options && n < G_N_ELEMENTS(option_names); n++)
        if (option_names[n] && (i.options >> n & 1)) g_string_append_printf(out, " %s", option_names[n]);
    g_string_append_printf(out, " %s", tp->ca_ops->name);
    if (i.options & TCPI_OPT_WSCALE) g_string_append_printf(out, " wscale:%u,%u", i.snd_wscale, i.rcv_wscale);
    if (i.rto != 3000000) append_ms(out, "rto", i.rto);
    append_count(out, "backoff", i.backoff);
    if (i.rtt) g_string_append_printf(out, " rtt:%g/%g", i.rtt / 1000.0, i.rttvar / 1000.0);
    append_ms(out, "ato", i.ato);
    append_count(out, "mss", i.snd_mss);
    append_count(out, "pmtu", i.pmtu);
    append_count(out, "rcvmss", i.rcv_mss);
    append_count(out, "advmss", i.advmss);
    append_count(out, "cwnd", i.snd_cwnd);
    if (i.snd_ssthresh < 0xffff) append_count(out, "ssthresh", i.snd_ssthresh);
    append_count(out, "bytes_sent", i.bytes_sent);
    append_count(out, "bytes_retrans", i.bytes_retrans);
    append_count(out, "bytes_acked", i.bytes_acked);
    append_count(out, "bytes_received", i.bytes_received);
    append_count(out, "segs_out", i.segs_out);
    append_count(out, "segs_in", i.segs_in);
    append_count(out, "data_segs_out", i.data_segs_out);
    append_count(out, "data_segs_in", i.data_segs_in);
    if (tp->sk.state != TCP_LISTEN) append_congestion(out, ss, tp);
    append_rates(out, ss, &i);
    append_chrono(out, &i);
    append_count(out, "unacked", i.unacked);
    if (i.retrans || i.total_retrans) g_string_append_printf(out, " retrans:%u/%u", i.retrans, i.total_retrans);
    append_count(out, "lost", i.lost);
    if (tp->sk.state != TCP_LISTEN) append_count(out, "sacked", i.sacked);
    append_count(out, "dsack_dups", i.dsack_dups);
    if (i.reordering != 3) g_string_append_printf(out, " reordering:%u", i.reordering);
    append_count(out, "reord_seen", i.reord_seen);
    append_ms(out, "rcv_rtt", i.rcv_rtt);
    append_count(out, "rcv_space", i.rcv_space);
    append_count(out, "rcv_ssthresh", i.rcv_ssthresh);
    append_count(out, "notsent", i.notsent_bytes);
    if (i.min_rtt != UINT32_MAX) append_ms(out, "minrtt", i.min_rtt);
    append_count(out, "rcv_ooopack", i.rcv_ooopack);
    append_count(out, "snd_wnd", i.snd_wnd);
}

static void append_memory(GString *out, const struct sock *sk)
{
    struct inet_diag_meminfo m = inet_diag_meminfo(sk);
    g_string_append_printf(out, " skmem:(r%u,rb%u,t%u,tb%u,f%u,w%u,o%u,bl%u,d%u)", m.rmem_alloc, m.rcvbuf, m.wmem_alloc, m.sndbuf,
                           m.fwd_alloc, m.wmem_queued, m.optmem, m.backlog, m.drops);
}

/* sock_details_print() */
static void append_details(GString *out, const struct inet_diag *d)
{
    g_string_append_printf(out, " ino:%u sk:%x", inet_diag_inode(d->sk), d->serial);
    if (d->sk) g_string_append_printf(out, " %c-%c", d->sk->shutdown & RCV_SHUTDOWN ? '-' : '<', d->sk->shutdown & SEND_SHUTDOWN ? '-' : '>');
}

/* inet_show_sock(): what follows the peer's port */
static char *extension(const struct ss *ss, const struct inet_diag *d, GHashTable *descriptors)
{
    GString *out = g_string_new(NULL);
    const struct process *p = d->sk ? d->sk->process : NULL;
    if (ss->processes && p)
        g_string_append_printf(out, " users:((\"%.15s\",pid=%u,fd=%u))", p->name, process_pid(p),
                               GPOINTER_TO_UINT(g_hash_table_lookup(descriptors, d->sk)));
    if (ss->options) append_timer(out, ss->run->net, d);
    if (ss->details) append_details(out, d);
    if (ss->tos && d->sk) {
        unsigned tos = d->protocol == PROTO_UDP ? udp_sk(d->sk)->tos : 0;
        g_string_append_printf(out, " tos:%#x", tos);
    }
    if (ss->memory || (ss->info && d->protocol != PROTO_UDP)) {
        if (!ss->oneline) g_string_append(out, "\n\t");
        if (d->sk && ss->memory) append_memory(out, d->sk);
        if (d->sk && ss->info && d->protocol == PROTO_TCP) append_info(out, ss, tcp_sk(d->sk));
    }
    return g_string_free(out, FALSE);
}

/* resolve_service(): names of ephemeral ports would be accidental. */
static char *service_text(const struct ss *ss, const struct net *net, const struct inet_diag *d, uint16_t port)
{
    const int *range = net->ip->knobs.ip_local_port_range;
    if (!port) return g_strdup("*");
    const char *name = ss->numeric || (port >= range[0] && port <= range[1]) ? NULL : service_name(port, d->protocol);
    return name ? g_strdup(name) : g_strdup_printf("%u", port);
}

static struct row socket_row(const struct ss *ss, const struct net *net, const struct inet_diag *d, GHashTable *descriptors)
{
    return (struct row){ .text = {
        [COL_NETID] = g_strdup(d->protocol == PROTO_UDP ? "udp" : "tcp"),
        [COL_STATE] = g_strdup(ss_state_name(d->state)),
        [COL_RECVQ] = g_strdup_printf("%-6u", d->rqueue),
        [COL_SENDQ] = g_strdup_printf("%-6u", d->wqueue),
        [COL_ADDR] = g_strdup_printf("%s:", ip_text(d->local.addr).text),
        [COL_SERV] = service_text(ss, net, d, d->local.port),
        [COL_RADDR] = g_strdup_printf("%s:", ip_text(d->peer.addr).text),
        [COL_RSERV] = service_text(ss, net, d, d->peer.port),
        [COL_EXT] = extension(ss, d, descriptors),
    } };
}

/* ---- columns ---- */

static bool is_single(uint32_t bits)
{
    return !(bits & (bits - 1));
}

static void render(GString *out, const GArray *rows, const bool *hidden, const size_t *width)
{
    for (guint i = 0; i < rows->len; i++) {
        bool is_first = true;
        for (unsigned c = 0; c < N_COLUMNS; c++) {
            const char *text = g_array_index(rows, struct row, i).text[c];
            if (hidden[c]) continue;
            if (!is_first && columns[c].has_gap) g_string_append_c(out, ' ');
            is_first = false;
            g_string_append_printf(out, columns[c].is_right ? "%*s" : "%-*s", (int) width[c], text);
        }
        g_string_append_c(out, '\n');
    }
}

void ss_print(const struct ss *ss, struct net *net, const GArray *sockets)
{
    const bool hidden[N_COLUMNS] = { [COL_NETID] = is_single(ss->dbs), [COL_STATE] = is_single(ss->states) };
    size_t width[N_COLUMNS] = { 0 };
    GArray *rows = g_array_new(FALSE, FALSE, sizeof(struct row));
    GHashTable *descriptors = ss->processes ? process_descriptors(net) : NULL;
    if (!ss->no_header) {
        struct row header;
        for (unsigned c = 0; c < N_COLUMNS; c++) header.text[c] = g_strdup(columns[c].header);
        g_array_append_val(rows, header);
    }
    for (guint i = 0; i < sockets->len; i++) {
        struct row row = socket_row(ss, net, &g_array_index(sockets, struct inet_diag, i), descriptors);
        g_array_append_val(rows, row);
    }
    for (guint i = 0; i < rows->len; i++)
        for (unsigned c = 0; c < N_COLUMNS; c++) {
            bool is_unmeasured = c == COL_EXT && i + 1 == rows->len && sockets->len;
            if (!is_unmeasured) width[c] = MAX(width[c], strlen(g_array_index(rows, struct row, i).text[c]));
        }
    render(ss->run->out, rows, hidden, width);
    for (guint i = 0; i < rows->len; i++)
        for (unsigned c = 0; c < N_COLUMNS; c++) g_free(g_array_index(rows, struct row, i).text[c]);
    g_array_free(rows, TRUE);
    if (descriptors) g_hash_table_destroy(descriptors);
}
