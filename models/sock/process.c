/* SPDX-License-Identifier: GPL-3.0-or-later */
/* process.c - processes: spawn, timer, exit, and the wake-ups that their sockets cause.
 *
 * A transport never calls up into an application.  It puts the socket on its host's ready list, which is drained
 * when the handler of the current event has returned, in the order of the wake-ups.  Where wake-ups take time, each process
 * has a list of its own, which is drained when it runs.
 */
#include "models/sock/sock.h"

enum { PLACE_EVENT, PLACE_WAKE, FIRST_PID = 1000 };

static uint64_t process_entity(const struct process *p)
{
    return node_event_id(&p->net->node, p->serial, 0);
}

/* ---- the ready list ---- */

static void ready_remove(struct sock *sk)
{
    if (!sk->ready_pprev) return;
    *sk->ready_pprev = sk->ready_next;
    if (sk->ready_next) sk->ready_next->ready_pprev = sk->ready_pprev;
    else sk->process->ready->tail = sk->ready_pprev;
    sk->ready_pprev = NULL;
    sk->ready_next = NULL;
}

void sock_wake(struct sock *sk, unsigned events)
{
    struct process *p = sk->process;
    if (!p || p->is_exiting) return;
    sk->ready_events |= (uint16_t) events;
    if (sk->ready_pprev) return;
    struct ready_list *l = p->ready;
    sk->ready_next = NULL;
    sk->ready_pprev = l->tail;
    *l->tail = sk;
    l->tail = &sk->ready_next;
    sim_wake(sk->net->sim, &l->wake);
}

void sock_error_report(struct sock *sk, unsigned events)
{
    TRACE(sk->net->sim, INET_SK_ERROR_REPORT, sk->net->node.name, (uint64_t) sk->err, sk->sport, sk->dport, TRACE_AF_INET,
          sock_protocol(sk), sk->saddr, sk->daddr);
    sock_wake(sk, events);
}

static void process_forget_config(struct process *p)
{
    if (p->app->config_size) g_free(p->config);
    p->config = NULL;
}

static void process_start(struct process *p)
{
    struct sim *sim = p->net->sim;
    if (sched_is_armed(&sim->sched, p->event)) sched_disarm(&sim->sched, p->event);
    p->has_started = true;
    fingerprint_mix(&p->fp, sim->now, FP_STATE, 1);
    if (p->app->start) p->app->start(p, p->state, p->config);
    process_forget_config(p);
}

/* The callbacks may close any socket, this one too, and end any process. */
static inline void drain(struct ready_list *l)
{
    while (l->head) {
        struct sock *sk = l->head;
        struct process *p = sk->process;
        if (ns_unlikely(!p->has_started)) { /* it was given a socket before its start */
            process_start(p);
            continue;
        }
        unsigned events = sk->ready_events;
        sk->ready_events = 0;
        ready_remove(sk);
        if (p->app->ready) p->app->ready(p, p->state, sk, events);
    }
}

static void ready_list_init(struct ready_list *l, void (*woken)(struct sim_wake *wake))
{
    l->tail = &l->head;
    l->wake.fn = woken;
}

static void drain_now(struct sim_wake *wake)
{
    drain(ns_container_of(wake, struct ready_list, wake));
}

/* ---- a process that takes time to wake ---- */

static void wake_up(struct sim_wake *wake)
{
    struct sleeper *s = ns_container_of(wake, struct sleeper, ready.wake);
    struct net *net = s->process->net;
    if (s->process->is_exiting || sched_is_armed(&net->sim->sched, s->event)) return;
    sched_arm(&net->sim->sched, s->event, net->sim->now + net->sock->wakeup);
}

static void awake(NetsimSim *sim, NetsimEvent event, void *data)
{
    (void) sim;
    (void) event;
    drain(&((struct sleeper *) data)->ready);
}

static void sleeper_new(struct process *p)
{
    struct sleeper *s = p->sleeper = g_new0(struct sleeper, 1);
    s->process = p;
    s->event = sched_node_new(&p->net->sim->sched, node_event_id(&p->net->node, p->serial, PLACE_WAKE), awake, s);
    ready_list_init(&s->ready, wake_up);
    p->ready = &s->ready;
}

static void sleeper_free(struct process *p)
{
    if (!p->sleeper) return;
    sim_unwake(p->net->sim, &p->sleeper->ready.wake);
    g_free(p->sleeper);
}

/* ---- a socket's process ---- */

static void unlink_sock(struct sock *sk)
{
    *sk->proc_pprev = sk->proc_next;
    if (sk->proc_next) sk->proc_next->proc_pprev = sk->proc_pprev;
    sk->proc_next = NULL;
    sk->proc_pprev = NULL;
    sk->process = NULL;
}

static void link_sock(struct sock *sk, struct process *p)
{
    sk->process = p;
    sk->proc_next = p->socks;
    sk->proc_pprev = &p->socks;
    if (p->socks) p->socks->proc_pprev = &sk->proc_next;
    p->socks = sk;
}

void sock_graft(struct sock *sk, struct process *process)
{
    if (sk->process == process) return;
    ns_assert(!process->is_exiting);
    bool is_told = sk->ready_pprev && sk->process->ready != process->ready;
    if (is_told) ready_remove(sk);
    if (sk->process) unlink_sock(sk);
    link_sock(sk, process);
    if (is_told) sock_wake(sk, sk->ready_events);
    unsigned events = sk->ops->poll(sk) & ~(unsigned) NETSIM_POLLOUT;
    if (events) sock_wake(sk, events);
}

void sock_orphan(struct sock *sk)
{
    if (!sk->process) return;
    ready_remove(sk);
    sk->ready_events = 0;
    unlink_sock(sk);
}

void sock_init(struct sock *sk, struct net *net, const struct sock_ops *ops, NetsimSocketType type, struct process *process)
{
    sk->net = net;
    sk->ops = ops;
    sk->type = (uint8_t) type;
    sk->serial = node_serial(&net->node);
    sk->state = TCP_CLOSE;
    sk->sndbuf = net->sock->knobs.wmem_default;
    sk->rcvbuf = net->sock->knobs.rmem_default;
    sk->linger_s = -1;
    if (process) link_sock(sk, process);
}

void sock_release(struct sock *sk)
{
    sock_orphan(sk);
    sim_retire(sk->net->sim, sock_entity(sk), &sk->fp);
}

/* ---- processes ---- */

static void process_event(NetsimSim *sim, NetsimEvent event, void *data)
{
    (void) event;
    struct process *p = data;
    if (!p->has_started) {
        process_start(p);
        return;
    }
    fingerprint_mix(&p->fp, sim->now, FP_STATE, 2);
    if (p->app->timer) p->app->timer(p, p->state);
}

NetsimProcess *netsim_spawn(NetsimHost *host, const char *name, const NetsimApp *app, const void *config)
{
    if (!host || !app) return NULL;
    struct net *net = host_net(host);
    struct sock_net *sn = net->sock;
    size_t state_offset = (sizeof(struct process) + 15) & ~(size_t) 15;
    struct process *p = g_malloc0(state_offset + app->state_size);
    p->net = net;
    p->app = app;
    p->state = (char *) p + state_offset;
    p->config = config && app->config_size ? g_memdup2(config, app->config_size) : (void *) config;
    p->name = g_strdup(name ? name : app->name);
    p->serial = node_serial(&net->node);
    p->pid = FIRST_PID + sn->n_spawned++;
    p->event = sched_node_new(&net->sim->sched, node_event_id(&net->node, p->serial, PLACE_EVENT), process_event, p);
    p->ready = &sn->ready;
    if (sn->wakeup) sleeper_new(p);
    *sn->processes_tail = p;
    sn->processes_tail = &p->next;
    sched_arm(&net->sim->sched, p->event, net->sim->now);
    return p;
}

/* Descriptors are closed in the order in which they were opened, as exit_files() does; the list has the newest first. */
static void close_socks(struct process *p)
{
    struct sock *sk = p->socks;
    while (sk && sk->proc_next) sk = sk->proc_next;
    while (p->socks) {
        struct sock *newer = sk->proc_pprev == &p->socks ? NULL : ns_container_of(sk->proc_pprev, struct sock, proc_next);
        netsim_close(sk);
        sk = newer;
    }
}

static void process_end(struct process *p)
{
    struct sim *sim = p->net->sim;
    p->is_exiting = true;
    if (p->app->end) p->app->end(p, p->state);
    sched_node_free(&sim->sched, p->event);
    if (p->sleeper) sched_node_free(&sim->sched, p->sleeper->event);
    p->event = 0;
    p->has_exited = true;
}

void netsim_process_exit(NetsimProcess *process)
{
    if (!process) return;
    if (process->is_exiting) return;
    fingerprint_mix(&process->fp, process->net->sim->now, FP_STATE, 3);
    process_end(process);
    close_socks(process);
}

void netsim_process_sleep_until(NetsimProcess *process, netsim_time at)
{
    if (!process) return;
    struct sim *sim = process->net->sim;
    if (process->is_exiting || !process->has_started) return; /* only its own callbacks have a timer to set */
    sim_event_at(sim, process->event, ns_max(at, sim->now));
}

void netsim_process_sleep(NetsimProcess *process, netsim_time duration)
{
    if (!process) return;
    netsim_time now = process->net->sim->now;
    netsim_process_sleep_until(process, duration > NETSIM_TIME_MAX - now ? NETSIM_TIME_MAX : now + duration);
}

void netsim_process_cancel_sleep(NetsimProcess *process)
{
    if (!process) return;
    struct sched *q = &process->net->sim->sched;
    if (process->is_exiting || !process->has_started) return;
    if (sched_is_armed(q, process->event)) sched_disarm(q, process->event);
}

void *netsim_process_state(NetsimProcess *process)
{
    if (!process) return NULL;
    return process->state;
}

NetsimHost *netsim_process_host(const NetsimProcess *process)
{
    if (!process) return NULL;
    return (NetsimHost *) process->net;
}

const char *netsim_process_name(const NetsimProcess *process)
{
    if (!process) return NULL;
    return process->name;
}

NetsimSim *netsim_process_sim(const NetsimProcess *process)
{
    if (!process) return NULL;
    return process->net->sim;
}

bool netsim_process_has_exited(const NetsimProcess *process)
{
    if (!process) return false;
    return process->is_exiting;
}

NetsimProcess *netsim_process_nth(NetsimHost *host, unsigned i)
{
    if (!host) return NULL;
    struct process *p = host_net(host)->sock->processes;
    while (p && i--) p = p->next;
    return p;
}

/* ---- the host's part ---- */

/* Sockets without a process (orphans, children not yet accepted) count when they are released. */
static uint64_t net_fingerprint(void *owner)
{
    struct sock_net *sn = owner;
    uint64_t sum = 0;
    for (struct process *p = sn->processes; p; p = p->next) {
        sum += fingerprint_final(process_entity(p), &p->fp);
        for (struct sock *sk = p->socks; sk; sk = sk->proc_next) sum += fingerprint_final(sock_entity(sk), &sk->fp);
    }
    return sum;
}

void sock_net_init(struct net *net)
{
    struct sock_net *sn = g_new0(struct sock_net, 1);
    sn->net = net;
    sn->processes_tail = &sn->processes;
    ready_list_init(&sn->ready, drain_now);
    net->sock = sn;
    sim_add_part(net->sim, (struct sim_part){ .fingerprint = net_fingerprint, .owner = sn });
}

void sock_net_end(struct net *net)
{
    for (struct process *p = net->sock->processes; p; p = p->next)
        if (!p->is_exiting) process_end(p);
}

void sock_net_free(struct net *net)
{
    struct sock_net *sn = net->sock;
    sock_net_end(net);
    sim_unwake(net->sim, &sn->ready.wake);
    for (struct process *p = sn->processes, *next; p; p = next) {
        next = p->next;
        process_forget_config(p);
        sleeper_free(p);
        g_free(p->name);
        g_free(p);
    }
    g_free(sn);
    net->sock = NULL;
}
