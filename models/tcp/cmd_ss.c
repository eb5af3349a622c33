/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_ss.c - ss(8): the command line, the choice of sockets, the summary. */
#include "models/tcp/cmd_ss.h"

#include "core/suggest.h"
#include "models/netdev/options.h"
#include "models/udp/udp.h"

/* ---- tables of sockets ---- */

enum ss_db { DB_TCP = 1, DB_MPTCP = 2, DB_DCCP = 4, DB_UDP = 8, DB_RAW = 0x10, DB_UNIX_DG = 0x20, DB_UNIX_ST = 0x40, DB_UNIX_SQ = 0x80,
             DB_PACKET_DG = 0x100, DB_PACKET_R = 0x200, DB_NETLINK = 0x400, DB_SCTP = 0x800, DB_VSOCK_ST = 0x1000,
             DB_VSOCK_DG = 0x2000, DB_TIPC = 0x4000, DB_XDP = 0x8000,
             DB_INET = DB_TCP | DB_MPTCP | DB_DCCP | DB_UDP | DB_RAW | DB_SCTP, DB_UNIX = DB_UNIX_DG | DB_UNIX_ST | DB_UNIX_SQ,
             DB_PACKET = DB_PACKET_DG | DB_PACKET_R, DB_VSOCK = DB_VSOCK_ST | DB_VSOCK_DG, DB_ALL = 0xffff & ~DB_TIPC };
enum ss_family { AF_BIT_INET = 1, AF_BIT_INET6 = 2, AF_BIT_PACKET = 4, AF_BIT_UNIX = 8, AF_BIT_NETLINK = 0x10, AF_BIT_TIPC = 0x20,
                 AF_BIT_VSOCK = 0x40, AF_BIT_XDP = 0x80 };

#define STATE(s) (1u << TCP_##s)
enum { STATES_ALL = (1 << (TCP_CLOSING + 1)) - 1,
       STATES_CONN = STATES_ALL & ~(STATE(LISTEN) | STATE(CLOSE) | STATE(TIME_WAIT) | STATE(SYN_RECV)) };

/* What each table shows if no states are asked for. */
static uint32_t db_states(uint32_t dbs)
{
    uint32_t states = 0;
    if (dbs & (DB_TCP | DB_MPTCP | DB_DCCP | DB_SCTP | DB_UNIX_ST | DB_UNIX_SQ | DB_VSOCK)) states |= STATES_CONN;
    if (dbs & (DB_UDP | DB_RAW)) states |= STATE(ESTABLISHED);
    if (dbs & (DB_UNIX_DG | DB_PACKET | DB_NETLINK | DB_XDP)) states |= STATE(CLOSE);
    if (dbs & DB_TIPC) states |= STATE(ESTABLISHED) | STATE(LISTEN) | STATE(CLOSE);
    return states;
}

static const struct {
    const char *name;
    uint32_t dbs;
} db_names[] = {
    { "all", DB_ALL }, { "inet", DB_INET }, { "udp", DB_UDP }, { "dccp", DB_DCCP }, { "tcp", DB_TCP }, { "mptcp", DB_MPTCP },
    { "sctp", DB_SCTP }, { "raw", DB_RAW }, { "unix", DB_UNIX }, { "unix_stream", DB_UNIX_ST }, { "u_str", DB_UNIX_ST },
    { "unix_dgram", DB_UNIX_DG }, { "u_dgr", DB_UNIX_DG }, { "unix_seqpacket", DB_UNIX_SQ }, { "u_seq", DB_UNIX_SQ },
    { "packet", DB_PACKET }, { "packet_raw", DB_PACKET_R }, { "p_raw", DB_PACKET_R }, { "packet_dgram", DB_PACKET_DG },
    { "p_dgr", DB_PACKET_DG }, { "netlink", DB_NETLINK }, { "tipc", DB_TIPC }, { "vsock", DB_VSOCK },
    { "vsock_stream", DB_VSOCK_ST }, { "v_str", DB_VSOCK_ST }, { "vsock_dgram", DB_VSOCK_DG }, { "v_dgr", DB_VSOCK_DG },
    { "xdp", DB_XDP },
};

static const struct family {
    const char *name;
    uint32_t bit, dbs;
} families[] = {
    { "inet", AF_BIT_INET, DB_INET }, { "inet6", AF_BIT_INET6, DB_INET }, { "link", AF_BIT_PACKET, DB_PACKET },
    { "unix", AF_BIT_UNIX, DB_UNIX }, { "netlink", AF_BIT_NETLINK, DB_NETLINK }, { "tipc", AF_BIT_TIPC, DB_TIPC },
    { "vsock", AF_BIT_VSOCK, DB_VSOCK }, { "xdp", AF_BIT_XDP, DB_XDP },
};

/* ---- options ---- */

enum { TOS = 1, VSOCK, TIPC, XDP };

static const struct command_option options[] = {
    { 'n', "numeric" }, { 'r', "resolve" }, { 'o', "options" }, { 'e', "extended" }, { 'm', "memory" }, { 'i', "info" },
    { 'p', "processes" }, { 'H', "no-header" }, { 'O', "oneline" }, { 's', "summary" }, { 'K', "kill" }, { TOS, "tos" }, { 't', "tcp" },
    { 'u', "udp" }, { 'w', "raw" }, { 'd', "dccp" }, { 'S', "sctp" }, { 'M', "mptcp" }, { 'x', "unix" }, { '0', "packet" },
    { '4', "ipv4" }, { '6', "ipv6" }, { VSOCK, "vsock" }, { TIPC, "tipc" }, { XDP, "xdp" }, { 'a', "all" }, { 'l', "listening" },
    { 'f', "family=" }, { 'A', "socket=" }, { 'A', "query=" }, { 'h', "help" }, { 'V', "version" }, { 'v', NULL },
};
static const char missing[] = "-T --threads -b --bpf -E --events -Z --context -z --contexts --tipcinfo --cgroup --inet-sockopt "
                              "-D --diag= -F --filter= -N --net=";
static const char usage_text[] = "\nUsage: ss [ OPTIONS ]\n       ss [ OPTIONS ] [ FILTER ]\n";

/* What an option does. */
static const struct effect {
    int id;
    uint16_t flag;       /* offset of a bool in struct ss; 0: no flag */
    uint32_t dbs;        /* a table to show */
    const char *family;
    uint32_t states;
} effects[] = {
#define FLAG(member) .flag = offsetof(struct ss, member)
    { 'n', FLAG(numeric) }, { 'r', FLAG(resolve) }, { 'o', FLAG(options) }, { 'e', FLAG(details) }, { 'e', FLAG(options) },
    { 'm', FLAG(memory) }, { 'i', FLAG(info) }, { 'p', FLAG(processes) }, { 'H', FLAG(no_header) }, { 'O', FLAG(oneline) },
    { 's', FLAG(summary) }, { 'K', FLAG(kill) }, { TOS, FLAG(tos) },
    { 't', .dbs = DB_TCP }, { 'u', .dbs = DB_UDP }, { 'w', .dbs = DB_RAW }, { 'd', .dbs = DB_DCCP }, { 'S', .dbs = DB_SCTP },
    { 'M', .dbs = DB_MPTCP }, { 'x', .family = "unix" }, { '0', .family = "link" }, { '4', .family = "inet" }, { '6', .family = "inet6" },
    { VSOCK, .family = "vsock" }, { TIPC, .family = "tipc" }, { XDP, .family = "xdp" },
    { 'a', .states = STATES_ALL }, { 'l', .states = STATE(LISTEN) | STATE(CLOSE) },
#undef FLAG
};

struct parse {
    struct ss *ss;
    struct command_run *run;
    char **words;        /* that are no options: states and filter */
    uint32_t asked_states;
    bool is_default, saw_query, is_done;
};

static bool usage(struct command_run *run, const char *format, ...) G_GNUC_PRINTF(2, 3);
static bool usage(struct command_run *run, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    return command_fail_status(run, 255, "ss: %s%s", text, usage_text);
}

static void set_dbs(struct parse *p, uint32_t dbs)
{
    p->ss->states |= db_states(dbs);
    p->ss->dbs |= dbs;
    p->is_default = false;
}

static bool set_family(struct parse *p, const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(families); i++) {
        if (strcmp(families[i].name, name)) continue;
        p->ss->families |= families[i].bit;
        p->ss->states |= families[i].bit & (AF_BIT_PACKET | AF_BIT_NETLINK | AF_BIT_XDP) ? STATE(CLOSE) : STATES_CONN;
        p->is_default = false;
        return true;
    }
    return usage(p->run, "\"%s\" is invalid family", name);
}

/* -A tcp,udp,!raw */
static bool set_query(struct parse *p, const char *query)
{
    if (!p->saw_query) {
        p->ss->dbs = 0;
        if (!p->asked_states) p->asked_states = STATES_CONN;
        p->saw_query = true;
        p->is_default = false;
    }
    g_auto(GStrv) names = g_strsplit(query, ",", -1);
    for (char **name = names; *name; name++) {
        bool is_off = **name == '!';
        size_t i = 0;
        while (i < G_N_ELEMENTS(db_names) && strcmp(db_names[i].name, *name + is_off)) i++;
        if (i == G_N_ELEMENTS(db_names)) return usage(p->run, "\"%s\" is illegal socket table id", *name);
        if (is_off) p->ss->dbs &= ~db_names[i].dbs;
        else set_dbs(p, db_names[i].dbs);
    }
    return true;
}

static void help(struct command_run *run)
{
    command_print(run, "Usage: ss [ OPTIONS ] [ FILTER ]\n");
    for (size_t i = 0; i < G_N_ELEMENTS(options); i++) {
        const struct command_option *o = &options[i];
        if (!o->name) continue;
        if (o->id > ' ') command_print(run, "   -%c, --%s\n", o->id, o->name);
        else command_print(run, "       --%s\n", o->name);
    }
    command_print(run, "   FILTER: [ state STATE | exclude STATE ] [ EXPRESSION ]\n");
}

static bool take_option(struct parse *p, int id, const char *value)
{
    struct ss *ss = p->ss;
    for (size_t i = 0; i < G_N_ELEMENTS(effects); i++) {
        const struct effect *e = &effects[i];
        if (e->id != id) continue;
        if (e->flag) *(bool *) ((char *) ss + e->flag) = true;
        if (e->dbs) set_dbs(p, e->dbs);
        if (e->states) p->asked_states = e->states;
        if (e->family) set_family(p, e->family);
    }
    if (id == 'f') return set_family(p, value);
    if (id == 'A') return set_query(p, value);
    if (id == 'h') help(p->run);
    if (id == 'V' || id == 'v') command_print(p->run, "ss utility, iproute2-6.1.0\n");
    p->is_done |= id == 'h' || id == 'V' || id == 'v';
    return true;
}

static bool parse_options(struct parse *p)
{
    struct command_options o = { .run = p->run, COMMAND_OPTIONS(options), .missing = missing, .usage = usage_text, .bad_status = 255 };
    for (int id; !p->is_done && (id = command_next_option(&o));)
        if (id == COMMAND_BAD_OPTION || !take_option(p, id, o.argument)) return false;
    p->words = o.words;
    return true;
}

/* ---- states ---- */

static const struct {
    const char *shown, *asked; /* by TCP_* */
} state_names[] = {
    [TCP_ESTABLISHED] = { "ESTAB", "established" }, [TCP_SYN_SENT] = { "SYN-SENT", "syn-sent" },
    [TCP_SYN_RECV] = { "SYN-RECV", "syn-recv" }, [TCP_FIN_WAIT1] = { "FIN-WAIT-1", "fin-wait-1" },
    [TCP_FIN_WAIT2] = { "FIN-WAIT-2", "fin-wait-2" }, [TCP_TIME_WAIT] = { "TIME-WAIT", "time-wait" },
    [TCP_CLOSE] = { "UNCONN", "unconnected" }, [TCP_CLOSE_WAIT] = { "CLOSE-WAIT", "close-wait" },
    [TCP_LAST_ACK] = { "LAST-ACK", "last-ack" }, [TCP_LISTEN] = { "LISTEN", "listening" }, [TCP_CLOSING] = { "CLOSING", "closing" },
};

static const struct {
    const char *name;
    uint32_t states;
} state_groups[] = {
    { "close", STATE(CLOSE) }, { "closed", STATE(CLOSE) }, { "syn-rcv", STATE(SYN_RECV) }, { "all", STATES_ALL },
    { "connected", STATES_ALL & ~(STATE(CLOSE) | STATE(LISTEN)) },
    { "synchronized", STATES_ALL & ~(STATE(CLOSE) | STATE(LISTEN) | STATE(SYN_SENT)) },
    { "bucket", STATE(SYN_RECV) | STATE(TIME_WAIT) }, { "big", STATES_ALL & ~(STATE(SYN_RECV) | STATE(TIME_WAIT)) },
};

const char *ss_state_name(unsigned state)
{
    return state_names[state == TCP_NEW_SYN_RECV ? TCP_SYN_RECV : state].shown;
}

const char *ss_timer_name(unsigned timer)
{
    static const char *const names[] = { "off", "on", "keepalive", "timewait", "persist" };
    return names[timer];
}

/* scan_state() */
static bool parse_state(struct command_run *run, const char *name, uint32_t *states)
{
    struct suggest near = suggest_for(name);
    for (unsigned i = 1; i < G_N_ELEMENTS(state_names); i++) {
        *states = 1u << i;
        if (!g_ascii_strcasecmp(state_names[i].asked, name)) return true;
        suggest_offer(&near, state_names[i].asked);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(state_groups); i++) {
        *states = state_groups[i].states;
        if (!g_ascii_strcasecmp(state_groups[i].name, name)) return true;
        suggest_offer(&near, state_groups[i].name);
    }
    return command_fail_status(run, 255, "ss: wrong state name: %s%s", name, suggest_text(&near).text);
}

/* state established state time-wait exclude ...; *words is moved behind them. */
static bool parse_states(struct parse *p, char ***words)
{
    bool saw_states = false;
    for (; **words; (*words)++) {
        bool is_state = !strcmp(**words, "state");
        if (!is_state && strcmp(**words, "exclude") && strcmp(**words, "excl")) break;
        const char *name = *++*words;
        uint32_t states;
        if (!name) return command_fail_status(p->run, 255, "Command line is not complete. Try option \"help\"");
        if (!parse_state(p->run, name, &states)) return false;
        if (!saw_states) p->asked_states = is_state ? 0 : STATES_ALL;
        if (is_state) p->asked_states |= states;
        else p->asked_states &= ~states;
        saw_states = true;
    }
    return true;
}

/* filter_merge_defaults(): tables bring their families, families their tables. */
static void merge_defaults(struct ss *ss)
{
    static const struct { uint32_t dbs, families; } of[] = {
        { DB_INET, AF_BIT_INET | AF_BIT_INET6 }, { DB_UNIX, AF_BIT_UNIX }, { DB_PACKET, AF_BIT_PACKET },
        { DB_NETLINK, AF_BIT_NETLINK }, { DB_VSOCK, AF_BIT_VSOCK }, { DB_TIPC, AF_BIT_TIPC }, { DB_XDP, AF_BIT_XDP },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(of); i++)
        if ((ss->dbs & of[i].dbs) && !(ss->families & of[i].families)) ss->families |= of[i].families;
    for (size_t i = 0; i < G_N_ELEMENTS(families); i++)
        if ((ss->families & families[i].bit) && !(ss->dbs & families[i].dbs)) ss->dbs |= families[i].dbs;
}

static bool parse_filter(struct parse *p)
{
    struct ss *ss = p->ss;
    char **words = p->words;
    bool only_summary = ss->summary && p->is_default && !*words;
    if (!parse_states(p, &words)) return false;
    if (p->is_default) {
        if (!p->asked_states) p->asked_states = STATES_CONN;
        set_dbs(p, DB_ALL);
    }
    if (p->asked_states) ss->states = p->asked_states;
    merge_defaults(ss);
    if (only_summary) ss->dbs = 0;
    ss->filter.has_ports_of_tcp = ss->dbs & DB_TCP;
    ss->filter.has_ports_of_udp = ss->dbs & DB_UDP;
    return ss_filter_parse(p->run, &ss->filter, words);
}

bool ss_parse(struct ss *ss, struct command_run *run)
{
    *ss = (struct ss){ .run = run };
    struct parse p = { .ss = ss, .run = run, .is_default = true };
    return parse_options(&p) && !p.is_done && parse_filter(&p);
}

void ss_clear(struct ss *ss)
{
    ss_filter_clear(&ss->filter);
}

/* ---- which sockets ---- */

GArray *ss_select(const struct ss *ss, struct net *net)
{
    GArray *all = inet_diag_dump(net);
    guint n = 0;
    for (guint i = 0; i < all->len; i++) {
        struct inet_diag *d = &g_array_index(all, struct inet_diag, i);
        bool wanted = (ss->families & AF_BIT_INET) && (ss->dbs & (d->protocol == PROTO_UDP ? DB_UDP : DB_TCP))
                      && (ss->states >> d->state & 1) && ss_filter_match(&ss->filter, net, d)
                      && (!ss->kill || inet_diag_is_destroyable(net, d));
        if (wanted) g_array_index(all, struct inet_diag, n++) = *d;
    }
    g_array_set_size(all, n);
    return all;
}

/* ---- summary ---- */

/* print_summary(), of what /proc/net/sockstat holds: TIME_WAIT entries are in no protocol's `inuse`. */
static void print_summary(struct command_run *run)
{
    struct net *net = run->net;
    struct tcp_net *tn = net->tcp;
    struct inet_diag_sums s = inet_diag_sums(net);
    command_print(run, "Total: %u\n", s.tcp + s.udp);
    command_print(run, "TCP:   %u (estab %u, closed %u, orphaned %u, timewait %u)\n\n", s.tcp + tn->n_timewait, s.tcp_established,
                  s.tcp - (s.tcp_hashed - tn->n_timewait), tn->n_orphans, tn->n_timewait);
    command_print(run, "Transport Total     IP        IPv6\n");
    const struct { const char *name; unsigned n; } rows[] = { { "RAW", 0 }, { "UDP", s.udp_hashed }, { "TCP", s.tcp_hashed },
                                                              { "INET", s.udp_hashed + s.tcp_hashed }, { "FRAG", ip_n_frag_queues(net->ip) } };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) command_print(run, "%s\t  %-9u %-9u %-9u\n", rows[i].name, rows[i].n, rows[i].n, 0u);
    g_string_append_c(run->out, '\n');
}

/* ---- the command ---- */

bool cmd_ss(struct command_run *run)
{
    struct ss ss;
    bool good = ss_parse(&ss, run);
    if (good && ss.summary) print_summary(run);
    if (good && ss.dbs) {
        GArray *sockets = ss_select(&ss, run->net);
        ss_print(&ss, run->net, sockets);
        for (guint i = sockets->len; ss.kill && i; i--) /* listeners last: they take others with them */
            inet_diag_destroy(run->net, &g_array_index(sockets, struct inet_diag, i - 1));
        g_array_free(sockets, TRUE);
    }
    ss_clear(&ss);
    return good || !run->status;
}

/* ---- as entries ---- */

static void tell(const struct net *net, const struct inet_diag *d, NetsimSsFunc func, void *data)
{
    NetsimSsEntry e = { .netid = d->protocol == PROTO_UDP ? "udp" : "tcp", .state = ss_state_name(d->state), .local = d->local,
                        .peer = d->peer, .recv_q = d->rqueue, .send_q = d->wqueue, .timer = d->timer ? ss_timer_name(d->timer) : NULL, .socket = d->sk };
    if (d->timer) e.timer_ms = inet_diag_expires_ms(net, d);
    if (d->sk && d->sk->process) e.process = d->sk->process->name;
    e.has_info = d->sk && netsim_tcp_info(d->sk, &e.info) == 0;
    func(&e, data);
}

static bool tell_all(struct command_run *run, NetsimSsFunc func, void *data)
{
    struct ss ss;
    bool good = ss_parse(&ss, run);
    if (!good && !run->status) command_fail(run, "ss: help and version are texts: host:sh prints them");
    if (good && (ss.summary || ss.kill)) good = command_fail(run, "ss: -s and -K list no sockets: host:sh has them");
    if (good) {
        GArray *sockets = ss_select(&ss, run->net);
        for (guint i = 0; i < sockets->len; i++) tell(run->net, &g_array_index(sockets, struct inet_diag, i), func, data);
        g_array_free(sockets, TRUE);
    }
    ss_clear(&ss);
    return good;
}

bool netsim_host_ss(NetsimHost *host, const char *words, NetsimSsFunc func, void *data, GError **error)
{
    if (!ns_given(host, error) || !ns_given(func, error)) return false;
    g_auto(GStrv) argv = NULL;
    g_autoptr(GError) quotes = NULL;
    g_autofree char *line = g_strconcat("ss ", words ? words : "-tuan", NULL);
    if (!g_shell_parse_argv(line, NULL, &argv, &quotes)) {
        g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_COMMAND, "ss: %s", quotes->message);
        return false;
    }
    g_autoptr(GString) out = g_string_new(NULL), err = g_string_new(NULL);
    struct command_run run = { .net = host_net(host), .argv = argv, .in = "", .out = out, .err = err };
    if (tell_all(&run, func, data)) return true;
    g_set_error_literal(error, NETSIM_ERROR, run.is_unsupported ? NETSIM_ERROR_UNSUPPORTED : NETSIM_ERROR_COMMAND, g_strchomp(err->str));
    return false;
}
