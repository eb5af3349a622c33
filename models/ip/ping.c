/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ping.c - ping(8) as iputils 20221126 prints it; the echo requests and replies are packets of the model. */
#include "models/ip/ping.h"

#include "models/ip/fib.h"
#include "models/netdev/options.h"
#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <string.h>

enum {
    IP_ICMP_HDR = 28, MAX_PAYLOAD = 65507, SEQUENCES = 1 << 16,
    MAX_SECONDS = 2147483, /* INT_MAX ms */
    TIMED_BYTES = 16, /* ping puts its time stamp into the payload: smaller ones have no room */
};

struct ping {
    struct command_run *run;
    struct ping *next, **pprev; /* net->ip->pings */
    uint32_t daddr, saddr;      /* saddr: given by -I; 0: the route's */
    struct dst dst;
    uint16_t id;
    const char *target;
    struct netdev *dev;         /* -I */
    /* options */
    int64_t count, size, ttl, tos;
    netsim_time interval, linger, deadline;
    bool is_quiet, is_numeric, dont_fragment, has_interface, has_stamps, tells_missing;
    bool is_name;               /* the target is "localhost" */
    /* what happened */
    netsim_time *sent;          /* by sequence number; < 0: answered, or never sent */
    netsim_time first, last, next_send, end;
    uint64_t n_sent, n_received, n_errors, n_repeats, n_pipe;
    uint64_t rtt_min_us, rtt_max_us, rtt_sum_us;
    double rtt_sum2;
};

/* ---- packets ---- */

/* -D */
static void print_stamp(const struct ping *ping)
{
    netsim_time now = ping->run->net->sim->now;
    if (!ping->has_stamps) return;
    command_print(ping->run, "[%" G_GINT64_FORMAT ".%06d] ", now / NETSIM_S, (int) (now % NETSIM_S / NETSIM_US));
}

/* A request larger than the MTU that may not be cut is an error of sendmsg(). */
static void note_too_long(struct ping *ping, uint16_t seq)
{
    GString *err = ping->run->err;
    ping->sent[seq] = -1;
    ping->n_errors++;
    g_string_append_printf(err, "%sping: local error: message too long, mtu=%u", err->len ? "\n" : "", ping->dst.mtu);
}

static void send_request(struct ping *ping)
{
    struct net *net = ping->run->net;
    netsim_time now = net->sim->now;
    if (ping->tells_missing && ping->n_sent && ping->sent[(uint16_t) ping->n_sent] >= 0) { /* -O */
        print_stamp(ping);
        command_print(ping->run, "no answer yet for icmp_seq=%u\n", (uint16_t) ping->n_sent);
    }
    uint16_t seq = (uint16_t) ++ping->n_sent;
    if (ping->n_sent == 1) ping->first = now;
    ping->last = ping->sent[seq] = now;
    if (ping->dont_fragment && IP_ICMP_HDR + ping->size > ping->dst.mtu) {
        note_too_long(ping, seq);
        return;
    }
    struct pkt *p = pkt_new(net->sim);
    p->proto = PROTO_ICMP;
    p->hdr_len = IP_ICMP_HDR;
    p->len = (uint32_t) (IP_ICMP_HDR + ping->size);
    p->ttl = (uint8_t) ping->ttl;
    p->tos = (uint8_t) ping->tos;
    p->saddr = ping->saddr ? ping->saddr : ping->dst.saddr;
    p->daddr = ping->daddr;
    if (p->len <= ping->dst.mtu) p->flags |= PKT_DF; /* IP_PMTUDISC_WANT: larger ones are cut */
    p->icmp_type = ICMP_ECHO;
    p->icmp_id = ping->id;
    p->icmp_seq = seq;
    NET_INC_STATS(net, ICMP_OUTMSGS);
    NET_INC_STATS(net, ICMPMSG_OUTTYPE8);
    ip_queue_xmit(net, &ping->dst, p);
}

static struct ping *find(struct net *net, uint16_t id)
{
    struct ping *ping = net->ip->pings;
    while (ping && ping->id != id) ping = ping->next;
    return ping;
}

static void print_address(struct command_run *run, const char *before, uint32_t addr)
{
    command_print(run, "%s%u.%u.%u.%u", before, addr >> 24, addr >> 16 & 255, addr >> 8 & 255, addr & 255);
}

/* gather_statistics() */
static void print_time(struct command_run *run, uint64_t us)
{
    if (us >= 100000 - 50) command_print(run, " time=%" G_GUINT64_FORMAT " ms", (us + 500) / 1000);
    else if (us >= 10000 - 5) command_print(run, " time=%" G_GUINT64_FORMAT ".%01u ms", (us + 50) / 1000, (unsigned) ((us + 50) % 1000 / 100));
    else if (us >= 1000) command_print(run, " time=%" G_GUINT64_FORMAT ".%02u ms", (us + 5) / 1000, (unsigned) ((us + 5) % 1000 / 10));
    else command_print(run, " time=0.%03u ms", (unsigned) us);
}

static void note_rtt(struct ping *ping, uint64_t us)
{
    ping->rtt_min_us = ping->n_received == 1 ? us : ns_min(ping->rtt_min_us, us);
    ping->rtt_max_us = ns_max(ping->rtt_max_us, us);
    ping->rtt_sum_us += us;
    ping->rtt_sum2 += (double) us * (double) us;
}

void ping_rcv(struct net *net, const struct pkt *p)
{
    struct ping *ping = find(net, p->icmp_id);
    if (!ping) return;
    struct command_run *run = ping->run;
    netsim_time sent = ping->sent[p->icmp_seq];
    bool is_repeat = sent < 0;
    uint64_t us = is_repeat ? 0 : (uint64_t) (net->sim->now - sent) / (uint64_t) NETSIM_US;
    ping->sent[p->icmp_seq] = -1;
    if (is_repeat) ping->n_repeats++;
    else {
        ping->n_received++;
        ping->n_pipe = ns_max(ping->n_pipe, (uint64_t) (uint16_t) ((uint16_t) ping->n_sent - p->icmp_seq) + 1);
        note_rtt(ping, us);
    }
    if (!ping->is_quiet) {
        print_stamp(ping);
        command_print(run, "%u bytes from ", pkt_payload_len(p) + 8);
        if (ping->is_name && !ping->is_numeric) command_print(run, "%s (", ping->target);
        print_address(run, "", p->saddr);
        if (ping->is_name && !ping->is_numeric) g_string_append_c(run->out, ')');
        command_print(run, ": icmp_seq=%u ttl=%u", p->icmp_seq, p->ttl);
        if (ping->size >= TIMED_BYTES && !is_repeat) print_time(run, us);
        command_print(run, "%s\n", is_repeat ? " (DUP!)" : "");
    }
    command_wake(run);
}

/* print_icmph() */
static void print_error(struct command_run *run, const struct pkt *icmp)
{
    static const char *const unreachable[16] = {
        "Destination Net Unreachable", "Destination Host Unreachable", "Destination Protocol Unreachable",
        "Destination Port Unreachable", NULL, "Source Route Failed", "Destination Net Unknown", "Destination Host Unknown",
        "Source Host Isolated", "Destination Net Prohibited", "Destination Host Prohibited",
        "Destination Net Unreachable for Type of Service", "Destination Host Unreachable for Type of Service", "Packet filtered",
        "Precedence Violation", "Precedence Cutoff",
    };
    const char *what = icmp->icmp_type == ICMP_DEST_UNREACH && icmp->icmp_code < 16 ? unreachable[icmp->icmp_code] : NULL;
    if (icmp->icmp_type == ICMP_DEST_UNREACH && icmp->icmp_code == ICMP_FRAG_NEEDED)
        command_print(run, "Frag needed and DF set (mtu = %u)\n", icmp->icmp_mtu);
    else if (icmp->icmp_type == ICMP_TIME_EXCEEDED)
        command_print(run, "%s\n", icmp->icmp_code == ICMP_EXC_TTL ? "Time to live exceeded" : "Frag reassembly time exceeded");
    else if (what) command_print(run, "%s\n", what);
    else command_print(run, "Dest Unreachable, Bad Code: %u\n", icmp->icmp_code);
}

void ping_err(struct net *net, const struct pkt *icmp)
{
    const struct pkt *request = icmp->ext->quoted;
    struct ping *ping = request->icmp_type == ICMP_ECHO ? find(net, request->icmp_id) : NULL;
    if (!ping) return;
    struct command_run *run = ping->run;
    ping->n_errors++;
    ping->n_pipe = ns_max(ping->n_pipe, (uint64_t) (uint16_t) ((uint16_t) ping->n_sent - request->icmp_seq) + 1);
    if (!ping->is_quiet) {
        print_stamp(ping);
        print_address(run, "From ", icmp->saddr);
        command_print(run, " icmp_seq=%u ", request->icmp_seq);
        print_error(run, icmp);
    }
    command_wake(run);
}

/* ---- the end ---- */

static void print_ms(struct command_run *run, const char *before, uint64_t us)
{
    command_print(run, "%s%" G_GUINT64_FORMAT ".%03u", before, us / 1000, (unsigned) (us % 1000));
}

/* finish() */
static bool finish(struct ping *ping)
{
    struct command_run *run = ping->run;
    command_print(run, "\n--- %s ping statistics ---\n%" G_GUINT64_FORMAT " packets transmitted, %" G_GUINT64_FORMAT " received", ping->target,
                  ping->n_sent, ping->n_received);
    if (ping->n_repeats) command_print(run, ", +%" G_GUINT64_FORMAT " duplicates", ping->n_repeats);
    if (ping->n_errors) command_print(run, ", +%" G_GUINT64_FORMAT " errors", ping->n_errors);
    double lost = (double) (ping->n_sent - ping->n_received) * 100 / (double) ping->n_sent;
    command_print(run, ", %g%% packet loss, time %" G_GUINT64_FORMAT "ms\n", (double) (float) lost,
                  (uint64_t) ((ping->last - ping->first) / NETSIM_MS));
    bool has_times = ping->n_received && ping->size >= TIMED_BYTES;
    if (has_times) {
        uint64_t mean = ping->rtt_sum_us / ping->n_received;
        double variance = ping->rtt_sum2 / (double) ping->n_received - (double) mean * (double) mean;
        print_ms(run, "rtt min/avg/max/mdev = ", ping->rtt_min_us);
        print_ms(run, "/", mean);
        print_ms(run, "/", ping->rtt_max_us);
        print_ms(run, "/", variance > 0 ? (uint64_t) sqrt(variance) : 0);
        g_string_append(run->out, " ms");
    }
    if (ping->n_pipe > 1) command_print(run, "%spipe %" G_GUINT64_FORMAT, has_times ? ", " : "", ping->n_pipe);
    g_string_append_c(run->out, '\n');
    bool is_short = ping->deadline != NETSIM_TIME_MAX && ping->count && ping->n_received < (uint64_t) ping->count;
    return (ping->n_received && !is_short) || command_fail(run, "%s", "");
}

/* ---- the course of events ---- */

/* schedule_exit(): how long replies are waited for after the last request */
static netsim_time linger(const struct ping *ping)
{
    if (!ping->n_received) return ping->linger;
    return ns_max(2 * (netsim_time) ping->rtt_max_us * NETSIM_US, ping->interval);
}

static bool ping_step(struct command_run *run)
{
    struct ping *ping = run->state;
    netsim_time now = run->net->sim->now;
    bool all_sent = ping->count && ping->n_sent == (uint64_t) ping->count;
    if (all_sent && ping->n_received + ping->n_errors >= (uint64_t) ping->count) return finish(ping);
    if (now >= ping->deadline || (all_sent && now >= ping->end)) return finish(ping);
    if (!all_sent && now >= ping->next_send) {
        send_request(ping);
        ping->next_send = now + ping->interval;
        all_sent = ping->count && ping->n_sent == (uint64_t) ping->count;
        if (all_sent) ping->end = now + linger(ping);
    }
    command_wait(run, ns_min(ping->deadline, all_sent ? ping->end : ping->next_send));
    return true;
}

/* Ctrl-C: sigexit() */
static bool ping_interrupt(struct command_run *run)
{
    return finish(run->state);
}

static void ping_free(void *state)
{
    struct ping *ping = state;
    if (ping->pprev) *ping->pprev = ping->next;
    if (ping->next) ping->next->pprev = ping->pprev;
    g_free(ping->sent);
    g_free(ping);
}

/* ---- options ---- */

static const struct command_option options[] = {
    { 'c', "=" }, { 's', "=" }, { 'i', "=" }, { 'W', "=" }, { 'w', "=" }, { 'I', "=" }, { 't', "=" }, { 'Q', "=" }, { 'M', "=" },
    { 'q', NULL }, { 'n', NULL }, { 'D', NULL }, { 'O', NULL }, { '4', NULL }, { 'V', NULL },
};
static const char missing[] = "-6 -a -A -B -C -d -e -f -h -L -l -m -p -S -U -v -b -R -T -F -N";

static bool read_number(struct command_run *run, const char *text, int64_t least, int64_t most, int64_t *value)
{
    char *end;
    *value = g_ascii_strtoll(text, &end, 0);
    if (end == text || *end) return command_fail(run, "ping: invalid argument: '%s'", text);
    if (*value >= least && *value <= most) return true;
    return command_fail(run, "ping: invalid argument: '%s': out of range: %" G_GINT64_FORMAT " <= value <= %" G_GINT64_FORMAT, text, least, most);
}

/* Differs: ping still takes numbers with garbage behind them, but says that it will not. */
static bool read_seconds(struct command_run *run, const char *text, double *seconds)
{
    char *end;
    *seconds = g_ascii_strtod(text, &end);
    return (end != text && !*end && isfinite(*seconds)) || command_fail(run, "ping: option argument contains garbage: %s", text);
}

static bool read_interval(struct ping *ping, const char *text)
{
    double seconds;
    if (!read_seconds(ping->run, text, &seconds)) return false;
    if (seconds < 0.001) return command_unsupported(ping->run, "ping -i %s: floods are not modelled, at least 0.001", text);
    if (seconds > MAX_SECONDS) return command_fail_status(ping->run, 2, "ping: bad timing interval: %s", text);
    ping->interval = netsim_seconds(seconds);
    return true;
}

/* -W 0 is as if it was not given. */
static bool read_linger(struct ping *ping, const char *text)
{
    double seconds;
    if (!read_seconds(ping->run, text, &seconds)) return false;
    if (seconds < 0 || seconds > MAX_SECONDS) return command_fail_status(ping->run, 2, "ping: bad linger time: %s", text);
    if (seconds > 0) ping->linger = netsim_seconds(ns_max(seconds, 0.001));
    return true;
}

static bool read_deadline(struct ping *ping, const char *text)
{
    netsim_time now = ping->run->net->sim->now;
    int64_t seconds;
    if (!read_number(ping->run, text, 0, INT32_MAX, &seconds)) return false;
    if (seconds) ping->deadline = now + ns_min(seconds, (NETSIM_TIME_MAX - 1 - now) / NETSIM_S) * NETSIM_S;
    return true;
}

static bool read_interface(struct ping *ping, const char *text)
{
    struct command_run *run = ping->run;
    struct in_addr addr;
    ping->has_interface = true;
    if (inet_pton(AF_INET, text, &addr) == 1) {
        ping->saddr = ntohl(addr.s_addr);
        if (ip_addr_is_local(run->net, ping->saddr)) return true;
        return command_fail_status(run, 2, "ping: bind: Cannot assign requested address");
    }
    ping->dev = netdev_by_name(run->net, text);
    if (!ping->dev) return command_fail_status(run, 2, "ping: SO_BINDTODEVICE %s: No such device", text);
    ping->saddr = ip_addr_primary(ping->dev);
    return true;
}

static bool read_tos(struct ping *ping, const char *text)
{
    char *end;
    ping->tos = g_ascii_strtoll(text, &end, 0);
    if (end == text || *end) return command_fail_status(ping->run, 2, "ping: bad TOS value: %s", text);
    if (ping->tos >= 0 && ping->tos <= 255) return true;
    return command_fail_status(ping->run, 2, "ping: the decimal value of TOS bits must be in range 0-255: %s", text);
}

static bool read_option(struct ping *ping, int option, const char *value)
{
    struct command_run *run = ping->run;
    switch (option) {
    case 'c': return read_number(run, value, 1, INT64_MAX, &ping->count);
    case 's': return read_number(run, value, 0, MAX_PAYLOAD, &ping->size);
    case 't':
        if (!read_number(run, value, 0, 255, &ping->ttl)) return false;
        return ping->ttl || command_fail_status(run, 2, "ping: cannot set unicast time-to-live: Invalid argument");
    case 'Q': return read_tos(ping, value);
    case 'i': return read_interval(ping, value);
    case 'W': return read_linger(ping, value);
    case 'w': return read_deadline(ping, value);
    case 'I': return read_interface(ping, value);
    case 'M':
        ping->dont_fragment = !strcmp(value, "do");
        if (ping->dont_fragment || !strcmp(value, "want")) return true;
        if (!strcmp(value, "dont")) return command_unsupported(run, "ping -M dont: not modelled");
        return command_fail_status(run, 2, "ping: invalid -M argument: %s", value);
    case 'q': ping->is_quiet = true; break;
    case 'D': ping->has_stamps = true; break;
    case 'O': ping->tells_missing = true; break;
    case 'n': ping->is_numeric = true; break;
    case 'V': command_print(run, "ping from iputils 20221126\n"); break;
    default: break; /* -4: as it is */
    }
    return true;
}

static bool read_options(struct ping *ping)
{
    struct command_run *run = ping->run;
    struct command_options o = { .run = run, COMMAND_OPTIONS(options), .missing = missing, .bad_status = 2, .only_letters = true };
    for (int option; (option = command_next_option(&o));)
        if (option == COMMAND_BAD_OPTION || !read_option(ping, option, o.argument)) return false;
    ping->target = *o.words;
    if (run->out->len) return true; /* the version was asked for */
    if (!ping->target) return command_fail(run, "ping: usage error: Destination address required");
    if (o.words[1]) return command_unsupported(run, "ping %s %s: several hops are not modelled", o.words[0], o.words[1]);
    return true;
}

/* ping4_run() */
static bool start(struct ping *ping)
{
    struct command_run *run = ping->run;
    struct net *net = run->net;
    struct in_addr addr = { htonl(INADDR_LOOPBACK) };
    ping->is_name = !strcmp(ping->target, "localhost");
    if (!ping->is_name && inet_pton(AF_INET, ping->target, &addr) != 1)
        return command_fail_status(run, 2, "ping: %s: Name or service not known", ping->target);
    ping->daddr = ntohl(addr.s_addr);
    int err = ip_route_connect(net, ping->daddr, ping->saddr, &ping->dst);
    if (err) return command_fail_status(run, 2, "ping: connect: %s", g_strerror(-err));
    if (ip_dst_is_broadcast(&ping->dst, ping->daddr))
        return command_fail_status(run, 2, "ping: Do you want to ping broadcast? Then -b. If not, check your local firewall rules");
    if (ping->dev && ping->dst.dev != ping->dev)
        return command_unsupported(run, "ping -I %s: the route leads to %s; another device is not modelled", ping->dev->name, ping->dst.dev->name);
    bool has_end = ping->count || ping->deadline != NETSIM_TIME_MAX;
    if (!has_end && !command_may_be_endless(run, "ping -c 4 ..., timeout 10 ping ...")) return false;
    ping->id = ++net->ip->ping_id;
    ping->next = net->ip->pings;
    ping->pprev = &net->ip->pings;
    if (ping->next) ping->next->pprev = &ping->next;
    net->ip->pings = ping;
    ping->sent = g_new(netsim_time, SEQUENCES);
    for (unsigned i = 0; i < SEQUENCES; i++) ping->sent[i] = -1;
    command_print(run, "PING %s (", ping->target);
    print_address(run, "", ping->daddr);
    g_string_append_c(run->out, ')');
    if (ping->has_interface) {
        print_address(run, " from ", ping->saddr ? ping->saddr : ping->dst.saddr);
        command_print(run, " %s:", ping->dev ? ping->dev->name : "");
    }
    command_print(run, " %" G_GINT64_FORMAT "(%" G_GINT64_FORMAT ") bytes of data.\n", ping->size, ping->size + IP_ICMP_HDR);
    return ping_step(run);
}

bool cmd_ping(struct command_run *run)
{
    struct ping *ping = g_new0(struct ping, 1);
    *ping = (struct ping){ .run = run, .size = 56, .interval = NETSIM_S, .linger = 10 * NETSIM_S, .deadline = NETSIM_TIME_MAX };
    run->state = ping;
    run->state_free = ping_free;
    run->step = ping_step;
    run->interrupt = ping_interrupt;
    ping->next_send = run->net->sim->now;
    return read_options(ping) && (run->out->len || start(ping));
}
