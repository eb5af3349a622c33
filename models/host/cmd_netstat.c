/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_netstat.c - netstat(8): options, sockets, routes. */
#include "models/host/cmd_netstat.h"

#include "models/netdev/options.h"
#include "models/tcp/diag.h"
#include <stdio.h>
#include <string.h>

enum { USAGE_STATUS = 3 };

char **netstat_lines(const struct netstat *o, const char *path)
{
    g_autoptr(GString) text = g_string_new(NULL);
    if (tree_read(o->run->shell->host, path, text)) return NULL;
    if (text->len) g_string_truncate(text, text->len - 1); /* the last newline ends a line, it begins none */
    return g_strsplit(text->str, "\n", -1);
}

/* ---- options ---- */

enum { NUMERIC_HOSTS = 1, NUMERIC_PORTS, NUMERIC_USERS, AF_INET_NAME, AF_INET6_NAME, AF_UNIX_NAME, AF_OTHER };

static const struct command_option options[] = {
    { 'A', "protocol=" }, { AF_OTHER, "ax25" }, { AF_OTHER, "ipx" }, { AF_OTHER, "netrom" }, { AF_OTHER, "x25" },
    { AF_OTHER, "rose" }, { AF_OTHER, "ddp" }, { AF_INET_NAME, "inet" }, { AF_INET_NAME, "ip" }, { AF_INET_NAME, "tcpip" },
    { AF_INET6_NAME, "inet6" }, { AF_UNIX_NAME, "unix" }, { 'a', "all" }, { 'C', "cache" }, { 'c', "continuous" },
    { 'e', "extend" }, { 'F', "fib" }, { 'g', "groups" }, { 'h', "help" }, { 'i', "interfaces" }, { 'l', "listening" },
    { 'M', "masquerade" }, { 'n', "numeric" }, { NUMERIC_HOSTS, "numeric-hosts" }, { NUMERIC_PORTS, "numeric-ports" },
    { NUMERIC_USERS, "numeric-users" }, { 'N', "symbolic" }, { 'p', "programs" }, { 'r', "route" },
    { 's', "statistics" }, { 'S', "sctp" }, { 't', "tcp" }, { 'o', "timers" }, { 'u', "udp" }, { 'U', "udplite" }, { 'V', "version" },
    { 'v', "verbose" }, { 'W', "wide" }, { 'w', "raw" }, { 'x', NULL }, { 'Z', "context" }, { '2', "l2cap" }, { 'f', "rfcomm" },
    { '4', NULL }, { '6', NULL },
};

static bool set_family(struct netstat *o, const char *family)
{
    if (!strcmp(family, "inet")) o->inet = true;
    else if (!strcmp(family, "inet6")) o->inet6 = true;
    else if (!strcmp(family, "unix")) o->local = true;
    else return command_fail(o->run, "Unknown address family `%s'.", family);
    return true;
}

static bool apply(struct netstat *o, int id, const char *argument)
{
    switch (id) {
    case 'A': return set_family(o, argument);
    case '4': case AF_INET_NAME: o->inet = true; break;
    case '6': case AF_INET6_NAME: o->inet6 = true; break;
    case 'x': case AF_UNIX_NAME: o->local = true; break;
    case 'a': o->all = true; break;
    case 'C': o->cache = true; break;
    case 'e': o->extend++; break;
    case 'F': o->cache = false; break;
    case 'i': o->interfaces = true; break;
    case 'l': o->listening = true; break;
    case NUMERIC_HOSTS: o->numeric_hosts = true; break;
    case NUMERIC_PORTS: o->numeric_ports = true; break;
    case NUMERIC_USERS: o->numeric_users = true; break;
    case 'n': o->numeric_hosts = o->numeric_ports = o->numeric_users = true; break;
    case 'o': o->timers = true; break;
    case 'p': o->programs = true; break;
    case 'r': o->routes = true; break;
    case 's': o->statistics = true; break;
    case 'S': o->sctp = true; break;
    case 't': o->tcp = true; break;
    case 'u': o->udp = true; break;
    case 'U': o->udplite = true; break;
    case 'w': o->raw = true; break;
    case 'N': case 'v': case 'W': break; /* hardware names, other families, long names: there are none here */
    case 'c': return command_unsupported(o->run, "netstat -c: it would never end here; use watch -n1 netstat");
    case 'g': return command_unsupported(o->run, "netstat -g: multicast groups are not modelled");
    case 'M': return command_fail(o->run, "netstat: no support for `ip_masquerade' on this system.");
    case 'V': command_print(o->run, "net-tools 2.10\n"); break;
    case 'Z': return command_fail(o->run, "SELinux is not enabled on this machine.");
    case AF_OTHER: return command_unsupported(o->run, "netstat: only the families inet and unix are here");
    case '2': case 'f': return command_fail(o->run, "netstat: feature `AF BLUETOOTH' not supported.");
    default: return command_unsupported(o->run, "netstat --help: see netstat(8)");
    }
    return true;
}

/* Words that are no options mean nothing. */
static bool parse_options(struct netstat *o)
{
    struct command_options parser = { .run = o->run, COMMAND_OPTIONS(options), .bad_status = USAGE_STATUS };
    bool good = true;
    for (int id; good && (id = command_next_option(&parser));) good = id != COMMAND_BAD_OPTION && apply(o, id, parser.argument);
    return good;
}

/* ---- sockets ---- */

struct socket_line {
    const char *protocol;
    uint32_t local, remote; /* as the file has them: network order, read as a number */
    unsigned local_port, remote_port, state, timer, uid, timeout;
    unsigned long tx_queue, rx_queue, expires, retransmits, inode;
};

static const char *which_sockets(const struct netstat *o)
{
    return o->all ? "(servers and established)" : o->listening ? "(only servers)" : "(w/o servers)";
}

/* There is no name server: only what /etc/hosts and /etc/services say. */
static void append_address(const struct netstat *o, GString *text, uint32_t file_addr, unsigned port, bool is_udp)
{
    uint32_t addr = __builtin_bswap32(file_addr);
    if (addr == 0x7f000001 && !o->numeric_hosts) g_string_append(text, "localhost");
    else g_string_append_printf(text, "%u.%u.%u.%u", addr >> 24, addr >> 16 & 255, addr >> 8 & 255, addr & 255);
    const char *service = o->numeric_ports ? NULL : service_name((uint16_t) port, is_udp ? PROTO_UDP : PROTO_TCP);
    if (!port) g_string_append(text, ":*");
    else if (service) g_string_append_printf(text, ":%s", service);
    else g_string_append_printf(text, ":%u", port);
}

/* inode -> struct process, as prg_cache_load() reads it out of /proc/PID/fd. */
static GHashTable *load_programs(struct net *net)
{
    GHashTable *programs = g_hash_table_new(NULL, NULL);
    for (struct process *p = net->sock->processes; p; p = p->next)
        for (struct sock *sk = p->socks; sk; sk = sk->proc_next) g_hash_table_insert(programs, GUINT_TO_POINTER(inet_diag_inode(sk)), p);
    return programs;
}

static void append_program(const struct netstat *o, GString *text, unsigned long inode)
{
    const struct process *p = inode ? g_hash_table_lookup(o->programs_by_inode, GUINT_TO_POINTER(inode)) : NULL;
    g_autofree char *name = p ? g_strdup_printf("%u/%s", process_pid(p), p->name) : g_strdup("-");
    g_string_append_printf(text, " %-20.19s", name);
}

static void append_timer(GString *text, const struct socket_line *s)
{
    static const char *const names[] = { "off", "on", "keepalive", "timewait", "probe" };
    double left = s->timer ? (double) s->expires / 100 : 0; /* USER_HZ */
    g_string_append_printf(text, " %s (%2.2f/%lu/%u)", names[s->timer % G_N_ELEMENTS(names)], left, s->retransmits, s->timeout);
}

static void print_socket(const struct netstat *o, const struct socket_line *s)
{
    bool is_server = !s->remote_port;
    if (!o->all && is_server != o->listening) return;
    bool is_udp = strcmp(s->protocol, "tcp"), is_closed_udp = is_udp && s->state != TCP_ESTABLISHED;
    g_autoptr(GString) local = g_string_new(NULL), remote = g_string_new(NULL);
    append_address(o, local, s->local, s->local_port, is_udp);
    append_address(o, remote, s->remote, s->remote_port, is_udp);
    GString *out = o->run->out;
    g_string_append_printf(out, "%-4s  %6lu %6lu %-23s %-23s %-11s", s->protocol, s->rx_queue, s->tx_queue, local->str, remote->str,
                           is_closed_udp ? "" : trace_tcp_state(s->state) + strlen("TCP_"));
    if (o->extend && o->numeric_users) g_string_append_printf(out, " %-10u %-10lu", s->uid, s->inode);
    else if (o->extend) g_string_append_printf(out, " %-10s %-10lu", "root", s->inode);
    if (o->programs) append_program(o, out, s->inode);
    if (o->timers) append_timer(out, s);
    g_string_append_c(out, '\n');
}

static void print_sockets(const struct netstat *o, const char *protocol, const char *path)
{
    g_auto(GStrv) lines = netstat_lines(o, path);
    for (char **line = lines ? lines + 1 : NULL; line && *line; line++) {
        struct socket_line s = { .protocol = protocol };
        int n = sscanf(*line, "%*u: %8X:%4X %8X:%4X %2X %8lX:%8lX %2X:%8lX %8lX %u %u %lu", &s.local, &s.local_port, &s.remote,
                       &s.remote_port, &s.state, &s.tx_queue, &s.rx_queue, &s.timer, &s.expires, &s.retransmits, &s.uid,
                       &s.timeout, &s.inode);
        if (n == 13) print_socket(o, &s);
    }
}

static void show_sockets(struct netstat *o)
{
    GString *out = o->run->out;
    bool any = o->tcp || o->udp || o->udplite || o->raw || o->sctp;
    bool internet = any || o->inet || o->inet6 || !o->local;
    if (internet) {
        g_string_append_printf(out, "Active Internet connections %s\nProto Recv-Q Send-Q %-23s %-23s State      ", which_sockets(o),
                               "Local Address", "Foreign Address");
        if (o->extend) g_string_append(out, " User       Inode     ");
        if (o->programs) g_string_append(out, " PID/Program name    ");
        if (o->timers) g_string_append(out, " Timer");
        g_string_append_c(out, '\n');
        if (o->programs) o->programs_by_inode = load_programs(o->run->net);
        if (o->tcp || !any) print_sockets(o, "tcp", "/proc/net/tcp");
        if (o->udp || !any) print_sockets(o, "udp", "/proc/net/udp");
        g_clear_pointer(&o->programs_by_inode, g_hash_table_destroy);
    }
    if (o->local || (!any && !o->inet && !o->inet6)) /* none are modelled */
        g_string_append_printf(out, "Active UNIX domain sockets %s\n"
                                    "Proto RefCnt Flags       Type       State         I-Node   Path\n", which_sockets(o));
}

/* ---- routes ---- */

struct route_line {
    char device[16];
    uint32_t dst, gateway, mask;
    unsigned flags, references, uses, mss, window, irtt;
    int metric;
};

static void append_ip(GString *out, uint32_t file_addr, const char *name_of_zero, bool numeric)
{
    uint32_t addr = __builtin_bswap32(file_addr);
    g_autofree char *text = g_strdup_printf("%u.%u.%u.%u", addr >> 24, addr >> 16 & 255, addr >> 8 & 255, addr & 255);
    g_string_append_printf(out, "%-15s ", !addr && name_of_zero && !numeric ? name_of_zero : text);
}

static void append_number(GString *out, int width, bool is_rejected, long value)
{
    if (is_rejected) g_string_append_printf(out, "%*s", width, "-");
    else g_string_append_printf(out, "%*ld", width, value);
}

static void print_route(const struct netstat *o, const struct route_line *r)
{
    enum { GATEWAY = 2, HOST = 4, REJECT = 0x200 };
    GString *out = o->run->out;
    bool no = r->flags & REJECT;
    append_ip(out, r->dst, "default", o->numeric_hosts);
    if (no) g_string_append_printf(out, "%-15s ", "-");
    else append_ip(out, r->gateway, NULL, true);
    append_ip(out, r->mask, NULL, true);
    g_autofree char *flags = no ? g_strdup("!") : g_strconcat("U", r->flags & GATEWAY ? "G" : "", r->flags & HOST ? "H" : "", NULL);
    g_string_append_printf(out, "%-6s", flags);
    if (!o->extend) {
        append_number(out, 5, no, r->mss);
        g_string_append_c(out, ' ');
        append_number(out, -5, no, r->window);
        append_number(out, 7, no, r->irtt);
    } else {
        g_string_append_printf(out, "%-6d ", r->metric);
        append_number(out, -2, no, r->references);
        g_string_append_printf(out, " %7u", r->uses);
    }
    g_string_append_printf(out, o->extend > 1 ? " %-8s " : " %s", no ? "-" : r->device);
    if (o->extend > 1) {
        append_number(out, -6, no, r->mss);
        append_number(out, -7, no, r->window);
        append_number(out, -1, no, r->irtt);
    }
    g_string_append_c(out, '\n');
}

static void show_routes(const struct netstat *o)
{
    GString *out = o->run->out;
    if (o->cache) {
        g_string_append(out, "Kernel IP routing cache\nSource          Destination     Gateway         Flags   MSS Window  irtt Iface\n");
        return;
    }
    g_string_append(out, "Kernel IP routing table\nDestination     Gateway         Genmask         Flags ");
    g_string_append(out, o->extend > 1 ? "Metric Ref    Use Iface    MSS   Window irtt\n"
                         : o->extend ? "Metric Ref    Use Iface\n" : "  MSS Window  irtt Iface\n");
    g_auto(GStrv) lines = netstat_lines(o, "/proc/net/route");
    for (char **line = lines + 1; *line; line++) {
        struct route_line r;
        int n = sscanf(*line, "%15s %8X %8X %4X %u %u %d %8X %u %u %u", r.device, &r.dst, &r.gateway, &r.flags, &r.references, &r.uses,
                       &r.metric, &r.mask, &r.mss, &r.window, &r.irtt);
        if (n == 11) print_route(o, &r);
    }
}

bool cmd_netstat(struct command_run *run)
{
    struct netstat o = { .run = run };
    if (!parse_options(&o)) return false;
    if (run->out->len) return true; /* --version */
    if (o.interfaces + o.routes + o.statistics > 1)
        return command_fail_status(run, USAGE_STATUS, "netstat: only one of -i, -r and -s can be shown");
    if (o.inet6 && !o.inet) return command_fail(run, "netstat: no support for `AF INET6' on this system.");
    if (o.sctp) return command_fail(run, "netstat: no support for `AF INET (sctp)' on this system.");
    if (o.interfaces) netstat_show_interfaces(&o);
    else if (o.routes) show_routes(&o);
    else if (o.statistics) netstat_show_statistics(&o);
    else show_sockets(&o);
    return true;
}
