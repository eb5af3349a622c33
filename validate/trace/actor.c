/* SPDX-License-Identifier: GPL-3.0-or-later */
/* actor.c - an actor: a process that executes the steps of a scenario.
 *
 * Every step is a function that makes what progress it can and says whether it is done.  One that is not done has made
 * sure that something will wake the process: its socket, or its timer.  It may be called more often than needed.
 */
#include "validate/trace/actor.h"

#include "validate/trace/holds.h"
#include "validate/trace/replay.h"

#include <errno.h>
#include <string.h>

/* MAX_STEPS: a hostile repeat must not fill the memory. */
enum { DRAIN_POLL_MS = 1, TCP_STATE_CLOSE = 7, MAX_STEPS = 1000000 };

static netsim_time now(const struct actor *a)
{
    return netsim_sim_now(a->player->sim);
}

/* Saturates: a timeout of "never" stays one. */
static netsim_time after(netsim_time from, netsim_time duration)
{
    return duration > NETSIM_TIME_MAX - from ? NETSIM_TIME_MAX : from + duration;
}

/* The player or the simulator lacks something: the whole run ends. */
static void lacks(struct actor *a, const struct step *step, const char *what)
{
    netsim_sim_fail(a->player->sim, g_error_new(NETSIM_ERROR, NETSIM_ERROR_UNSUPPORTED, "actor %s: %s: %s", a->script->name,
                                                step_name(step->op), what));
}

/* ---- results of the present step ---- */

static bool succeed(struct actor *a, int64_t result)
{
    a->now.result = result;
    a->now.has_result = true;
    return true;
}

static bool fail(struct actor *a, int code)
{
    a->now.error = g_strdup(record_errno_name(code));
    return true;
}

/* The end of a system call that gives 0 or a negative errno. */
static bool returned(struct actor *a, int result)
{
    return result < 0 ? fail(a, -result) : true;
}

/* Is it @at or later? Else the timer is set. */
static bool sleep_until(struct actor *a, netsim_time at)
{
    if (now(a) >= at) return true;
    netsim_process_sleep_until(a->process, at);
    return false;
}

/* Pauses between two calls of one step. */
static bool gap_is_over(struct actor *a)
{
    return sleep_until(a, a->gap_until);
}

static bool begin_gap(struct actor *a, netsim_time gap)
{
    a->gap_until = after(now(a), gap);
    return !gap_is_over(a);
}

/* A call would block: done if the application gives up by now, else wait for the socket. */
static bool blocks(struct actor *a, const struct step *step)
{
    if (step->timeout == NETSIM_TIME_MAX) return false;
    if (!sleep_until(a, a->give_up_at)) return false;
    a->now.error = g_strdup("timed out (app)");
    return true;
}

/* The recorded application's mean time between two calls of one step: each of its sleeps was a little late. */
static netsim_time pace(const struct actor *a, const struct step *step)
{
    return a->real && step->gap ? MAX(a->real->pace, step->gap) : step->gap;
}

/* ---- sockets by name ---- */

struct actor_socket *actor_find_socket(const struct actor *a, const char *name)
{
    for (unsigned i = 0; i < a->sockets->len; i++) {
        struct actor_socket *s = &g_array_index(a->sockets, struct actor_socket, i);
        if (strcmp(s->name, name) == 0) return s;
    }
    return NULL;
}

/* A name that is used again forgets the socket that had it, as a variable would; that one stays open. */
static struct actor_socket *keep_socket(struct actor *a, const char *name, NetsimSocket *socket)
{
    struct actor_socket *s = actor_find_socket(a, name);
    if (!s) {
        g_array_set_size(a->sockets, a->sockets->len + 1);
        s = &g_array_index(a->sockets, struct actor_socket, a->sockets->len - 1);
        s->name = g_strdup(name);
    }
    *s = (struct actor_socket){ .name = s->name, .socket = socket };
    return s;
}

static struct actor_holder *holder_of(const struct actor *a, const NetsimSocket *socket)
{
    for (unsigned i = 0; i < a->holders->len; i++) {
        struct actor_holder *holder = a->holders->pdata[i];
        if (holder->socket == socket) return holder;
    }
    return NULL;
}

static void go_on(struct actor *a);

/* The recorded application took the socket, or let go: then it had read. */
static void hold(NetsimSim *sim, NetsimEvent event, void *data)
{
    struct actor_holder *h = data;
    if (!h->socket) return;
    const struct hold *holds = (const struct hold *) h->holds->data;
    h->is_held = !h->is_held;
    if (h->is_held) {
        netsim_sock_lock(h->socket);
        if (h->actor->player->options->late) h->actor->player->options->late->n_holds++;
        netsim_event_at(sim, event, holds[h->next].until);
        return;
    }
    h->next++;
    h->actor->call_at = netsim_sim_now(sim);
    go_on(h->actor);
    netsim_sock_release(h->socket);
    if (h->socket && h->next < h->holds->len) netsim_event_at(sim, event, MAX(holds[h->next].from, netsim_sim_now(sim)));
}

/* The ports of @s in the recording are known. */
static void start_holding(struct actor *a, struct actor_socket *s, uint16_t local_port, uint16_t peer_port)
{
    s->local_port = local_port;
    s->peer_port = peer_port;
    const struct player_options *options = a->player->options;
    if (!options->recorded || !local_port || !peer_port) return;
    struct actor_holder *h = g_new0(struct actor_holder, 1);
    h->actor = a;
    h->socket = s->socket;
    h->holds = holds_find(a->player->scenario, options->recording, a->script->host, local_port, peer_port);
    h->event = netsim_event_new(a->player->sim, hold, h);
    while (h->next < h->holds->len && g_array_index(h->holds, struct hold, h->next).from < now(a)) h->next++;
    g_ptr_array_add(a->holders, h);
    if (h->next < h->holds->len) netsim_event_at(a->player->sim, h->event, g_array_index(h->holds, struct hold, h->next).from);
}

static bool do_socket(struct actor *a, const struct step *step, NetsimSocket *none)
{
    (void) none;
    NetsimSocket *socket = netsim_socket(a->process, step->type);
    if (!socket) return fail(a, EMFILE);
    keep_socket(a, step->socket, socket);
    if (step->type != NETSIM_SOCK_STREAM || !a->congestion_control) return true;
    if (netsim_set_congestion_control(socket, a->congestion_control) < 0) lacks(a, step, a->congestion_control);
    return true;
}

static bool do_opt(struct actor *a, const struct step *step, NetsimSocket *socket)
{
    int result = netsim_setsockopt(socket, step->name, step->value);
    if (result == -ENOPROTOOPT) lacks(a, step, step->name);
    int64_t value;
    if (result == 0 && step->has_value && netsim_getsockopt(socket, step->name, &value) == 0) return succeed(a, value);
    return returned(a, result);
}

static bool do_bind(struct actor *a, const struct step *step, NetsimSocket *socket)
{
    return returned(a, netsim_bind(socket, step->address));
}

static bool do_listen(struct actor *a, const struct step *step, NetsimSocket *socket)
{
    return returned(a, netsim_listen(socket, step->backlog));
}

static bool do_accept(struct actor *a, const struct step *step, NetsimSocket *socket)
{
    NetsimSocket *accepted;
    int result = netsim_accept(socket, &accepted, NULL);
    if (result == -EAGAIN) return blocks(a, step);
    if (result < 0) return returned(a, result);
    start_holding(a, keep_socket(a, step->as, accepted), netsim_sock_local(accepted).port, a->real ? a->real->port : 0);
    return true;
}

static bool connect_ended(struct actor *a, const struct step *step, NetsimSocket *socket)
{
    if (!(netsim_poll(socket) & (NETSIM_POLLOUT | NETSIM_POLLERR | NETSIM_POLLHUP))) return blocks(a, step);
    return returned(a, -netsim_sock_error(socket));
}

static bool do_connect(struct actor *a, const struct step *step, NetsimSocket *socket)
{
    if (a->done) return connect_ended(a, step, socket);
    struct actor_socket *s = actor_find_socket(a, step->socket);
    start_holding(a, s, a->real ? a->real->port : 0, step->address.port);
    int result = netsim_connect(socket, step->address);
    if (result != -EINPROGRESS) return returned(a, result);
    if (step->nonblock) {
        a->now.text = g_strdup("EINPROGRESS");
        return true;
    }
    a->done = 1;
    return blocks(a, step);
}

static bool do_connect_wait(struct actor *a, const struct step *step, NetsimSocket *socket)
{
    bool ended = connect_ended(a, step, socket);
    return ended && !a->now.error ? succeed(a, 0) : ended;
}

static bool do_shutdown(struct actor *a, const struct step *step, NetsimSocket *socket)
{
    return returned(a, netsim_shutdown(socket, step->how));
}

static bool do_close(struct actor *a, const struct step *step, NetsimSocket *socket)
{
    for (unsigned i = 0; i < a->samplers->len; i++) {
        struct actor_sampler *sampler = a->samplers->pdata[i];
        if (sampler->socket == socket) sampler->socket = NULL;
    }
    struct actor_holder *holder = holder_of(a, socket);
    if (holder) holder->socket = NULL;
    int result = netsim_close(socket);
    actor_find_socket(a, step->socket)->socket = NULL;
    return returned(a, result);
}

/* ---- data ---- */

/* What a blocked call waits for has come; the recorded application ran a little later. */
static bool waits_to_run(struct actor *a, NetsimSocket *socket, unsigned events)
{
    if (!a->real || !(netsim_poll(socket) & (events | NETSIM_POLLERR | NETSIM_POLLHUP))) return false;
    const struct actor_holder *holder = events == NETSIM_POLLIN ? holder_of(a, socket) : NULL;
    if (holder && holder->is_held) return true; /* it goes on when it lets go */
    if (!a->call_at) a->call_at = after(now(a), replay_call(a));
    if (!sleep_until(a, a->call_at)) return true;
    a->call_at = 0;
    return false;
}

/* A write() of one chunk blocks until all of it stands in the send buffer. */
static bool do_send(struct actor *a, const struct step *step, NetsimSocket *socket)
{
    if (!gap_is_over(a)) return false;
    while (a->done < step->bytes) {
        int64_t chunk = MIN(step->chunk, step->bytes - (a->done - a->in_call));
        if (a->is_blocked && waits_to_run(a, socket, NETSIM_POLLOUT)) return false;
        int64_t n = netsim_send(socket, NULL, (size_t) (chunk - a->in_call), step->flags);
        a->is_blocked = n == -EAGAIN;
        if (a->is_blocked) return false;
        if (n < 0) return fail(a, (int) -n);
        a->done += n;
        a->in_call += n;
        if (a->in_call < chunk) continue;
        a->in_call = 0;
        if (a->done < step->bytes && begin_gap(a, after(step->gap, replay_call(a)))) return false;
    }
    return succeed(a, a->done);
}

static bool do_recv(struct actor *a, const struct step *step, NetsimSocket *socket)
{
    a->now.has_got = true;
    if (!gap_is_over(a)) return false;
    while (step->bytes < 0 || a->done < step->bytes) {
        int64_t wanted = step->bytes < 0 ? step->chunk : MIN(step->chunk, step->bytes - a->done);
        if (waits_to_run(a, socket, NETSIM_POLLIN)) return false;
        int64_t n = netsim_recv(socket, NULL, (size_t) wanted, 0);
        netsim_sock_release(socket);
        if (n == -EAGAIN) return blocks(a, step);
        if (n < 0) return fail(a, (int) -n);
        if (n == 0) {
            a->now.eof = true;
            break;
        }
        a->done += n;
        a->now.got = a->done;
        if (begin_gap(a, step->gap)) return false;
    }
    return succeed(a, a->done);
}

/* Datagrams until none has come for the timeout. */
static bool do_recvfrom(struct actor *a, const struct step *step, NetsimSocket *socket)
{
    if (!gap_is_over(a)) return false;
    if (a->in_call) a->give_up_at = after(now(a), step->timeout);
    a->in_call = 0;
    for (;;) {
        int64_t n = netsim_recvfrom(socket, NULL, 65536, 0, NULL);
        if (n == -EAGAIN && now(a) >= a->give_up_at) return succeed(a, a->done);
        if (n == -EAGAIN) return sleep_until(a, a->give_up_at);
        if (n < 0) return fail(a, (int) -n);
        a->done++;
        a->in_call = 1; /* the timeout counts from the end of the gap */
        if (begin_gap(a, pace(a, step))) return false;
        a->give_up_at = after(now(a), step->timeout);
    }
}

static bool do_sendto(struct actor *a, const struct step *step, NetsimSocket *socket)
{
    int64_t n = netsim_sendto(socket, NULL, (size_t) step->bytes, step->flags, step->address);
    if (n == -EAGAIN) return false;
    return n < 0 ? fail(a, (int) -n) : succeed(a, n);
}

/* Also sendmmsg(), which on the wire is the same without a gap. */
static bool do_send_many(struct actor *a, const struct step *step, NetsimSocket *socket)
{
    if (!gap_is_over(a)) return false;
    while (a->done < step->count) {
        int64_t n = netsim_sendto(socket, NULL, (size_t) step->bytes, 0, step->address);
        if (n == -EAGAIN) return false;
        if (n < 0) return fail(a, (int) -n);
        a->done++;
        if (a->done < step->count && begin_gap(a, pace(a, step))) return false;
    }
    return succeed(a, a->done);
}

static bool do_drain(struct actor *a, const struct step *step, NetsimSocket *socket)
{
    (void) step;
    if (!gap_is_over(a)) return false;
    NetsimTcpInfo info;
    uint64_t left = netsim_sock_outq(socket);
    bool is_dead = netsim_tcp_info(socket, &info) == 0 && info.state == TCP_STATE_CLOSE;
    if (left == 0 || is_dead) return succeed(a, (int64_t) left);
    begin_gap(a, DRAIN_POLL_MS * NETSIM_MS);
    return false;
}

static bool do_recv_err(struct actor *a, const struct step *step, NetsimSocket *socket)
{
    (void) step;
    int code = netsim_sock_error(socket);
    if (code == 0) return succeed(a, 0);
    a->now.text = g_strdup(record_errno_name(code));
    return true;
}

/* ---- time and other actors ---- */

static bool do_sleep(struct actor *a, const struct step *step, NetsimSocket *none)
{
    (void) none;
    return sleep_until(a, after(a->now.start, step->duration));
}

static bool do_until(struct actor *a, const struct step *step, NetsimSocket *none)
{
    (void) none;
    return sleep_until(a, step->duration);
}

static bool do_cmd(struct actor *a, const struct step *step, NetsimSocket *none)
{
    (void) none;
    g_autoptr(GError) why = NULL;
    if (!netsim_host_sh(netsim_process_host(a->process), step->name, NULL, &why)) lacks(a, step, why->message);
    return true;
}

static bool do_signal(struct actor *a, const struct step *step, NetsimSocket *none)
{
    (void) none;
    netsim_time at = a->real ? a->real->start : 0;
    g_hash_table_replace(a->player->signals, g_strdup(step->name), g_memdup2(&at, sizeof at));
    for (unsigned i = 0; i < a->player->actors->len; i++) {
        struct actor *other = a->player->actors->pdata[i];
        if (other->is_started && other->now.op && strcmp(other->now.op, step_name(STEP_WAIT)) == 0)
            netsim_process_sleep(other->process, 0); /* runs after this event */
    }
    return true;
}

netsim_time actor_signalled_at(const struct actor *a, const char *name)
{
    const netsim_time *at = g_hash_table_lookup(a->player->signals, name);
    return at ? *at : 0;
}

static bool do_wait(struct actor *a, const struct step *step, NetsimSocket *none)
{
    (void) none;
    return g_hash_table_contains(a->player->signals, step->name);
}

/* ---- observing ---- */

/* tcpinfo: its values stand in the series.  ss: an observer, too; but the recorded actor waited for it. */
static bool do_observe(struct actor *a, const struct step *step, NetsimSocket *socket)
{
    (void) a;
    (void) step;
    (void) socket;
    return true;
}

/* The columns of tcpinfo-ACTOR.SOCKET.csv. */
static void sample(NetsimSim *sim, NetsimEvent event, void *data)
{
    struct actor_sampler *s = data;
    NetsimTcpInfo i = { 0 };
    if (!s->socket || netsim_tcp_info(s->socket, &i) < 0) return;
    netsim_event_at(sim, event, netsim_sim_now(sim) + s->every);
    i.last_data_sent = i.last_data_recv = i.last_ack_recv = 0; /* they always change */
    i.busy_time = i.rwnd_limited = i.sndbuf_limited = 0;
    i.total_rto_time = 0;
    if (s->has_last && memcmp(&s->last, &i, sizeof i) == 0) return;
    s->last = i;
    s->has_last = true;
    g_string_append_printf(s->rows,
                           "%.3f,%u,%u,%u,%u,%u,%u,%u,%u,%u,%u,%u,%u,%u,%u,%u,%u,%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT
                           ",%u,%u,%u,%u,%u,%u,%u\n",
                           netsim_to_seconds(netsim_sim_now(sim)) * 1e3, i.state, i.ca_state, i.retransmits, i.probes, i.backoff,
                           i.rto, i.unacked, i.sacked, i.lost, i.retrans, i.rtt, i.rttvar, i.snd_ssthresh, i.snd_cwnd,
                           i.reordering, i.total_retrans, i.pacing_rate, i.delivery_rate, i.min_rtt, i.delivered,
                           i.notsent_bytes, i.snd_wnd, i.rcv_ssthresh, i.rcv_space, i.rcv_wnd);
}

static bool do_sample(struct actor *a, const struct step *step, NetsimSocket *socket)
{
    struct actor_sampler *s = g_new0(struct actor_sampler, 1);
    g_autofree char *file = g_strdup_printf("tcpinfo-%s.%s.csv", a->script->name, step->socket);
    s->actor = a;
    s->socket = socket;
    s->every = step->duration;
    s->path = g_build_filename(a->player->options->folder, file, NULL);
    s->rows = g_string_new("t_ms,state,ca_state,retransmits,probes,backoff,rto,unacked,sacked,lost,retrans,rtt,rttvar,ssthresh,"
                           "cwnd,reordering,total_retrans,pacing_rate,delivery_rate,min_rtt,delivered,notsent,snd_wnd,"
                           "rcv_ssthresh,rcv_space,rcv_wnd\n");
    s->event = netsim_event_new(a->player->sim, sample, s);
    g_ptr_array_add(a->samplers, s);
    sample(a->player->sim, s->event, s);
    return true;
}

/* ---- the machine ---- */

typedef bool (*StepFunc)(struct actor *a, const struct step *step, NetsimSocket *socket);

static const StepFunc step_funcs[] = {
    [STEP_ACCEPT] = do_accept,     [STEP_BIND] = do_bind,         [STEP_CLOSE] = do_close,
    [STEP_CMD] = do_cmd,           [STEP_CONNECT] = do_connect,   [STEP_CONNECT_WAIT] = do_connect_wait,
    [STEP_DRAIN] = do_drain,       [STEP_LISTEN] = do_listen,     [STEP_OPT] = do_opt,
    [STEP_RECV] = do_recv,         [STEP_RECV_ERR] = do_recv_err, [STEP_RECVFROM] = do_recvfrom,
    [STEP_SAMPLE] = do_sample,     [STEP_SEND] = do_send,         [STEP_SEND_MANY] = do_send_many,
    [STEP_SENDMMSG] = do_send_many, [STEP_SENDTO] = do_sendto,    [STEP_SHUTDOWN] = do_shutdown,
    [STEP_SIGNAL] = do_signal,     [STEP_SLEEP] = do_sleep,       [STEP_SOCKET] = do_socket,
    [STEP_SS] = do_observe,        [STEP_TCPINFO] = do_observe,   [STEP_UNTIL] = do_until,
    [STEP_WAIT] = do_wait,         [STEP_WATCH] = do_sleep,
};

static void enter_steps(struct actor *a, const GArray *steps, int64_t turns)
{
    struct actor_frame frame = { .steps = steps, .turns = turns };
    if (steps->len > 0 && turns > 0) g_array_append_val(a->frames, frame);
}

/* The step to be executed; repeats are opened, ended ones left.  NULL at the end of the script. */
static const struct step *present_step(struct actor *a)
{
    while (a->frames->len > 0) {
        struct actor_frame *frame = &g_array_index(a->frames, struct actor_frame, a->frames->len - 1);
        if (frame->index == frame->steps->len) {
            frame->index = 0;
            if (--frame->turns == 0) g_array_set_size(a->frames, a->frames->len - 1);
            continue;
        }
        const struct step *step = &g_array_index(frame->steps, struct step, frame->index);
        if (step->op != STEP_REPEAT) return step;
        frame->index++;
        enter_steps(a, step->steps, step->count);
    }
    return NULL;
}

static bool execute(struct actor *a, const struct step *step)
{
    NetsimSocket *socket = NULL;
    if (step->socket && step->op != STEP_SOCKET) {
        struct actor_socket *s = actor_find_socket(a, step->socket);
        socket = s ? s->socket : NULL;
        if (!socket) {
            a->now.error = g_strdup_printf("no socket '%s'", step->socket);
            return true;
        }
    }
    return step_funcs[step->op](a, step, socket);
}

static void begin_step(struct actor *a, const struct step *step)
{
    memset(&a->now, 0, sizeof a->now);
    a->now.op = g_strdup(step_name(step->op));
    a->now.start = now(a);
    a->is_started = true;
    a->done = a->in_call = a->gap_until = a->call_at = 0;
    a->is_blocked = false;
    a->give_up_at = after(a->now.start, step->timeout);
    replay_begin(a, step);
}

static void end_step(struct actor *a, const struct step *step)
{
    netsim_process_cancel_sleep(a->process);
    struct actor_socket *s = step->op == STEP_RECV ? actor_find_socket(a, step->socket) : NULL;
    if (s) s->n_recorded += a->real && a->real->has_got ? a->real->got : a->done;
    a->now.end = now(a);
    if (a->now.error) a->now.has_result = false;
    g_array_append_val(a->played->steps, a->now);
    memset(&a->now, 0, sizeof a->now);
    a->is_started = a->is_done = false;
    a->start_at = after(now(a), replay_gap(a));
    g_array_index(a->frames, struct actor_frame, a->frames->len - 1).index++;
}

static void go_on(struct actor *a)
{
    const struct step *step;
    while ((step = present_step(a))) {
        if (!a->is_started && !sleep_until(a, a->start_at)) return;
        if (!a->is_started) begin_step(a, step);
        if (!a->is_done && !execute(a, step)) return;
        if (!a->is_done) a->end_at = after(now(a), replay_late(a, step));
        a->is_done = true;
        if (!sleep_until(a, a->end_at)) return;
        end_step(a, step);
        if (a->played->steps->len < MAX_STEPS) continue;
        lacks(a, step, "too many steps");
        return;
    }
    struct player *p = a->player;
    if (a->has_ended) return;
    a->has_ended = true;
    if (--p->n_running == 0) netsim_event_at(p->sim, p->end, after(now(a), p->scenario->linger));
}

static void woken(NetsimSim *sim, NetsimEvent event, void *data)
{
    (void) sim;
    (void) event;
    go_on(data);
}

static void on_start(NetsimProcess *process, void *state, const void *config)
{
    struct actor *a = (struct actor *) config;
    *(struct actor **) state = a;
    a->process = process;
    a->wake = netsim_event_new(a->player->sim, woken, a);
    a->start_at = after(now(a), replay_gap(a));
    enter_steps(a, a->script->steps, 1);
    go_on(a);
}

static void on_ready(NetsimProcess *process, void *state, NetsimSocket *socket, unsigned events)
{
    (void) process;
    (void) socket;
    (void) events;
    struct actor *a = *(struct actor **) state;
    netsim_time wake_up = a->real ? 0 : a->player->options->wake_up;
    if (wake_up == 0) go_on(a);
    else if (!netsim_event_is_armed(a->player->sim, a->wake)) netsim_event_at(a->player->sim, a->wake, after(now(a), wake_up));
}

static void on_timer(NetsimProcess *process, void *state)
{
    (void) process;
    go_on(*(struct actor **) state);
}

const NetsimApp actor_app = {
    .name = "actor",
    .state_size = sizeof(struct actor *),
    .start = on_start,
    .ready = on_ready,
    .timer = on_timer,
};

void actor_free(gpointer data)
{
    struct actor *a = data;
    for (unsigned i = 0; i < a->sockets->len; i++) g_free(g_array_index(a->sockets, struct actor_socket, i).name);
    g_array_unref(a->sockets);
    for (unsigned i = 0; i < a->samplers->len; i++) {
        struct actor_sampler *sampler = a->samplers->pdata[i];
        g_string_free(sampler->rows, TRUE);
        g_free(sampler->path);
        g_free(sampler);
    }
    g_ptr_array_unref(a->samplers);
    g_array_unref(a->frames);
    g_array_unref(a->late_calls);
    for (unsigned i = 0; i < a->holders->len; i++) {
        struct actor_holder *holder = a->holders->pdata[i];
        g_array_unref(holder->holds);
        g_free(holder);
    }
    g_ptr_array_unref(a->holders);
    g_free(a->now.op);
    g_free(a->now.error);
    g_free(a->now.text);
    g_free(a);
}
