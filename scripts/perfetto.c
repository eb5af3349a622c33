/* SPDX-License-Identifier: GPL-3.0-or-later */
/* perfetto.c - --perfetto: a run as lanes of time, in the JSON that ui.perfetto.dev opens ("Trace Event Format").
 *
 * A host is a process.  Its lanes: one for the wire out of each device, with a slice from the first to the last bit of each
 * packet; one for each TCP connection, with a slice for each state, and moments for retransmissions, losses and congestion
 * states.  Counters: packets that wait for a wire; cwnd and ssthresh of a connection; its smoothed RTT.
 */
#include "scripts/observe.h"

#include <netsim/json.h>
#include <string.h>

enum { WIRE_LANES = 1000000, INFINITE_SSTHRESH = 0x7fffffff };

struct perfetto {
    struct observer observer;
    struct out_file *file;
    GHashTable *pids;   /* host -> its number, from 1 */
    GHashTable *lanes;  /* "pid/tid" -> struct lane */
    GString *text;
};

struct lane {
    unsigned pid;
    uint64_t tid;
    uint64_t cwnd, ssthresh, srtt; /* as last written */
    bool is_open;                  /* a state has begun */
};

static uint64_t arg(const NetsimTraceEvent *e, const char *name)
{
    for (unsigned i = 0; i < e->n_args; i++)
        if (!strcmp(e->arg_names[i], name)) return e->args[i];
    return 0;
}

static const char *arg_text(const NetsimTraceEvent *e, const char *name, char *buffer)
{
    for (unsigned i = 0; i < e->n_args; i++)
        if (!strcmp(e->arg_names[i], name)) return netsim_trace_arg(e, i, buffer);
    return "";
}

/* ---- the file ---- */

static void put(struct perfetto *p, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void put(struct perfetto *p, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs(",\n", p->file->stream);
    vfprintf(p->file->stream, format, args);
    va_end(args);
}

static const char *quoted(struct perfetto *p, const char *text)
{
    g_string_truncate(p->text, 0);
    netsim_json_string(p->text, text, -1);
    return p->text->str;
}

/* The format counts in microseconds. */
static double in_us(netsim_time t)
{
    return (double) t / 1e6;
}

static unsigned pid_of(struct perfetto *p, const char *host)
{
    unsigned pid = GPOINTER_TO_UINT(g_hash_table_lookup(p->pids, host));
    if (pid) return pid;
    pid = g_hash_table_size(p->pids) + 1;
    g_hash_table_insert(p->pids, g_strdup(host), GUINT_TO_POINTER(pid));
    put(p, "{\"ph\":\"M\",\"name\":\"process_name\",\"pid\":%u,\"tid\":0,\"args\":{\"name\":%s}}", pid, quoted(p, host));
    return pid;
}

/* The lane @tid of @host; @name is its name if it is new. */
static struct lane *lane_of(struct perfetto *p, const char *host, uint64_t tid, const char *name)
{
    unsigned pid = pid_of(p, host);
    char key[48];
    g_snprintf(key, sizeof key, "%u/%" G_GUINT64_FORMAT, pid, tid);
    struct lane *lane = g_hash_table_lookup(p->lanes, key);
    if (lane) return lane;
    lane = g_new0(struct lane, 1);
    *lane = (struct lane){ .pid = pid, .tid = tid };
    g_hash_table_insert(p->lanes, g_strdup(key), lane);
    put(p, "{\"ph\":\"M\",\"name\":\"thread_name\",\"pid\":%u,\"tid\":%" G_GUINT64_FORMAT ",\"args\":{\"name\":%s}}", pid, tid,
        quoted(p, name));
    return lane;
}

/* ---- wires ---- */

static struct lane *wire_lane(struct perfetto *p, const char *host, const char *dev)
{
    char name[64];
    g_snprintf(name, sizeof name, "%s, on the wire", dev);
    return lane_of(p, host, WIRE_LANES + g_str_hash(dev) % WIRE_LANES, name);
}

static char *packet_name(const NetsimTraceEvent *e)
{
    uint64_t flags = arg(e, "tcp_flags"), proto = arg(e, "ip_proto");
    if (proto != 6) return g_strdup_printf("%s %" G_GUINT64_FORMAT, proto == 17 ? "UDP" : proto == 1 ? "ICMP" : "ARP", arg(e, "len"));
    const char *what = flags & 4 ? "RST" : flags & 2 ? (flags & 16 ? "SYN-ACK" : "SYN") : flags & 1 ? "FIN" : "TCP";
    return g_strdup_printf("%s %" G_GUINT64_FORMAT " > %" G_GUINT64_FORMAT, what, arg(e, "sport"), arg(e, "dport"));
}

static void on_packet(struct perfetto *p, const NetsimTraceEvent *e)
{
    char dev_buffer[NETSIM_TRACE_ARG_BYTES], buffer[NETSIM_TRACE_ARG_BYTES], other[NETSIM_TRACE_ARG_BYTES];
    const char *dev = arg_text(e, "name", dev_buffer);
    struct lane *lane = wire_lane(p, e->host, dev);
    uint64_t start = arg(e, "start_ns"), end = arg(e, "end_ns");
    bool is_lost = arg(e, "rc") != 0;
    g_autofree char *name = packet_name(e);
    put(p, "{\"ph\":\"%s\",\"name\":\"%s%s\",\"pid\":%u,\"tid\":%" G_GUINT64_FORMAT ",\"ts\":%.3f,", is_lost ? "i" : "X",
        is_lost ? "lost: " : "", name, lane->pid, lane->tid, is_lost ? in_us(e->time) : (double) start / 1e3);
    if (is_lost) fputs("\"s\":\"t\",", p->file->stream);
    else fprintf(p->file->stream, "\"dur\":%.3f,", (double) (end - start) / 1e3);
    fprintf(p->file->stream, "\"args\":{\"saddr\":\"%s\",\"daddr\":\"%s\",\"len\":%" G_GUINT64_FORMAT ",\"seq\":%" G_GUINT64_FORMAT
            ",\"ack\":%" G_GUINT64_FORMAT ",\"arrival_us\":%.3f}}",
            arg_text(e, "saddr", buffer), arg_text(e, "daddr", other), arg(e, "len"), arg(e, "seq"), arg(e, "ack"),
            (double) arg(e, "arrival_ns") / 1e3);
    g_autofree char *queue = g_strconcat(dev, " queue", NULL);
    put(p, "{\"ph\":\"C\",\"name\":%s,\"pid\":%u,\"tid\":0,\"ts\":%.3f,\"args\":{\"packets\":%" G_GUINT64_FORMAT "}}", quoted(p, queue),
        lane->pid, in_us(e->time), arg(e, "queue_pkts"));
}

/* ---- connections ---- */

static struct lane *sock_lane(struct perfetto *p, const NetsimTraceEvent *e)
{
    char from[NETSIM_TRACE_ARG_BYTES], to[NETSIM_TRACE_ARG_BYTES], name[96];
    g_snprintf(name, sizeof name, "tcp %s:%u > %s:%u", arg_text(e, "saddr", from), (unsigned) arg(e, "sport"),
               arg_text(e, "daddr", to), (unsigned) arg(e, "dport"));
    return lane_of(p, e->host, arg(e, "skaddr"), name);
}

static void end_state(struct perfetto *p, struct lane *lane, netsim_time now)
{
    if (lane->is_open) put(p, "{\"ph\":\"E\",\"pid\":%u,\"tid\":%" G_GUINT64_FORMAT ",\"ts\":%.3f}", lane->pid, lane->tid, in_us(now));
    lane->is_open = false;
}

static void on_state(struct perfetto *p, const NetsimTraceEvent *e)
{
    char buffer[NETSIM_TRACE_ARG_BYTES];
    struct lane *lane = sock_lane(p, e);
    const char *state = arg_text(e, "newstate", buffer);
    end_state(p, lane, e->time);
    if (!strcmp(state, "TCP_CLOSE")) { /* it may come back, in a new lane of the same name */
        char key[48];
        g_snprintf(key, sizeof key, "%u/%" G_GUINT64_FORMAT, lane->pid, lane->tid);
        g_hash_table_remove(p->lanes, key);
        return;
    }
    put(p, "{\"ph\":\"B\",\"name\":\"%s\",\"pid\":%u,\"tid\":%" G_GUINT64_FORMAT ",\"ts\":%.3f}", state, lane->pid, lane->tid,
        in_us(e->time));
    lane->is_open = true;
}

static void moment(struct perfetto *p, const NetsimTraceEvent *e, const char *name)
{
    struct lane *lane = sock_lane(p, e);
    put(p, "{\"ph\":\"i\",\"s\":\"t\",\"name\":\"%s\",\"pid\":%u,\"tid\":%" G_GUINT64_FORMAT ",\"ts\":%.3f}", name, lane->pid, lane->tid,
        in_us(e->time));
}

static void on_congestion_state(struct perfetto *p, const NetsimTraceEvent *e)
{
    static const char *const names[] = { "Open", "Disorder", "CWR", "Recovery", "Loss" };
    uint64_t state = arg(e, "cong_state");
    if (state < G_N_ELEMENTS(names)) moment(p, e, names[state]);
}

static void counter(struct perfetto *p, const NetsimTraceEvent *e, const struct lane *lane, const char *name, uint64_t value,
                    uint64_t *last)
{
    if (value == *last) return;
    *last = value;
    put(p, "{\"ph\":\"C\",\"name\":\"%s %u > %u\",\"pid\":%u,\"tid\":0,\"ts\":%.3f,\"args\":{\"%s\":%" G_GUINT64_FORMAT "}}", name,
        (unsigned) arg(e, "sport"), (unsigned) arg(e, "dport"), lane->pid, in_us(e->time), name, value);
}

static void on_tcp_probe(struct perfetto *p, const NetsimTraceEvent *e)
{
    struct lane *lane = sock_lane(p, e);
    counter(p, e, lane, "cwnd", arg(e, "snd_cwnd"), &lane->cwnd);
    counter(p, e, lane, "srtt", arg(e, "srtt"), &lane->srtt);
    if (arg(e, "ssthresh") < INFINITE_SSTHRESH) counter(p, e, lane, "ssthresh", arg(e, "ssthresh"), &lane->ssthresh);
}

/* ---- the observer ---- */

static void on_event(const NetsimTraceEvent *e, void *data)
{
    struct perfetto *p = data;
    if (!strcmp(e->name, "link:link_xmit")) on_packet(p, e);
    else if (!strcmp(e->name, "tcp:tcp_probe")) on_tcp_probe(p, e);
    else if (!strcmp(e->name, "sock:inet_sock_set_state")) on_state(p, e);
    else if (!strcmp(e->name, "tcp:tcp_retransmit_skb")) moment(p, e, "retransmission");
    else on_congestion_state(p, e);
    if (!out_file_check(p->file, p->observer.scene->sim)) netsim_trace_detach(p->observer.scene->sim, on_event, p);
}

static void perfetto_close(struct observer *o)
{
    struct perfetto *p = (struct perfetto *) o;
    GHashTableIter i;
    gpointer lane;
    g_hash_table_iter_init(&i, p->lanes);
    while (g_hash_table_iter_next(&i, NULL, &lane)) end_state(p, lane, netsim_sim_now(o->scene->sim)); /* any order is good */
    fputs("\n]}\n", p->file->stream);
    out_file_close(p->file, o->scene->run);
    g_hash_table_destroy(p->lanes);
    g_hash_table_destroy(p->pids);
    g_string_free(p->text, TRUE);
    g_free(p);
}

void perfetto_start(lua_State *L, struct scene *scene)
{
    static const char *const points[] = { "link:link_xmit", "tcp:tcp_probe", "sock:inet_sock_set_state", "tcp:tcp_retransmit_skb",
                                          "tcp:tcp_cong_state_set", NULL };
    GError *error = NULL;
    struct out_file *file = out_file_new(scene, "perfetto.json", &error);
    if (!file) lua_raise(L, error);
    struct perfetto *p = g_new0(struct perfetto, 1);
    *p = (struct perfetto){ .observer.close = perfetto_close, .file = file, .text = g_string_new(NULL),
                            .pids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
                            .lanes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free) };
    fprintf(file->stream, "{\"displayTimeUnit\":\"ns\",\"otherData\":{\"v\":1,\"netsim\":\"%s\"},\"traceEvents\":[\n"
            "{\"ph\":\"M\",\"name\":\"process_name\",\"pid\":0,\"tid\":0,\"args\":{\"name\":\"netsim\"}}", netsim_version());
    observer_add(scene, &p->observer);
    if (!netsim_trace_attach_list(scene->sim, points, on_event, p, &error)) lua_raise(L, error);
}
