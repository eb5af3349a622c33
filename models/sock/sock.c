/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sock.c - the socket calls: what all transports share, then the transport's operation. */
#include "models/sock/sock.h"

#include <stdlib.h>

/* Calls, as the fingerprint tells them apart. */
enum { CALL_BIND = 1, CALL_LISTEN, CALL_CONNECT, CALL_ACCEPT, CALL_SEND, CALL_RECV, CALL_SHUTDOWN, CALL_CLOSE };

static inline void note_call(struct sock *sk, unsigned call, int64_t result)
{
    fingerprint_mix(&sk->fp, sk->net->sim->now, FP_SYSCALL, (uint64_t) result + ((uint64_t) call << 56));
}

/* ---- tracepoints: a call is entered, and left ---- */

static void sys_enter(struct process *process, enum tracepoint point, const uint64_t *args)
{
    struct sim *sim = process->net->sim;
    sim->comm = process->name;
    sim->pid = process->pid;
    if (trace_is_on(sim, point)) trace_emit(sim, point, process->net->node.name, args);
}

static void sys_exit(struct net *net, enum tracepoint point, int64_t result)
{
    if (trace_is_on(net->sim, point)) trace_emit(net->sim, point, net->node.name, (const uint64_t[]){ (uint64_t) result });
    net->sim->comm = NULL;
}

#define SYS_ENTER(process, CALL, ...)                                                                            \
    do {                                                                                                         \
        if (ns_unlikely(trace_is_used((process)->net->sim)))                                                     \
            sys_enter((process), TRACE_SYS_ENTER_##CALL, (const uint64_t[TRACE_MAX_ARGS]){ __VA_ARGS__ });       \
    } while (0)
#define SYS_EXIT(net, CALL, result)                                                                              \
    do {                                                                                                         \
        if (ns_unlikely(trace_is_used((net)->sim))) sys_exit((net), TRACE_SYS_EXIT_##CALL, (result));            \
    } while (0)

/* sock_sendmsg(), sock_recvmsg() report their results before the call is left. */
static void trace_length(const struct sock *sk, enum tracepoint point, int64_t result, unsigned flags)
{
    struct net *net = sk->net;
    if (trace_is_on(net->sim, point))
        trace_emit(net->sim, point, net->node.name,
                   (const uint64_t[]){ sk->serial, TRACE_AF_INET, sock_protocol(sk), (uint64_t) result, flags });
}

/* ---- addresses ---- */

/* A decimal number up to @max; moves *s behind it. */
static bool parse_number(const char **s, unsigned long max, unsigned long *value)
{
    if (!g_ascii_isdigit(**s)) return false;
    char *end;
    *value = strtoul(*s, &end, 10);
    bool fits = end - *s <= 5 && *value <= max;
    *s = end;
    return fits;
}

bool netsim_parse_address(const char *text, NetsimAddress *address, GError **error)
{
    if (!ns_given(text, error) || !ns_given(address, error)) return false;
    NetsimAddress a = { 0 };
    const char *s = text;
    bool good = *s != '\0';
    if (good && *s != ':')
        for (int i = 0; good && i < 4; i++) {
            unsigned long byte = 0;
            good = (i == 0 || *s++ == '.') && parse_number(&s, 255, &byte);
            a.addr = a.addr << 8 | (uint32_t) byte;
        }
    if (good && *s == ':') {
        unsigned long port = 0;
        s++;
        good = parse_number(&s, 65535, &port);
        a.port = (uint16_t) port;
    }
    if (!good || *s) {
        g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_SYNTAX,
                    "\"%s\": not an address; write \"10.0.0.1:80\", \":80\" (any address) or \"10.0.0.1\"", text);
        return false;
    }
    *address = a;
    return true;
}

/* ---- the calls ---- */

NetsimSocket *netsim_socket(NetsimProcess *process, NetsimSocketType type)
{
    if (!process) return NULL;
    if (process->has_exited || (type != NETSIM_SOCK_STREAM && type != NETSIM_SOCK_DGRAM)) return NULL;
    struct sock *(*create)(struct process *) = process->net->sock->create[type];
    SYS_ENTER(process, SOCKET, TRACE_AF_INET, type + 1u, 0);
    struct sock *sk = create ? create(process) : NULL;
    SYS_EXIT(process->net, SOCKET, sk ? (int64_t) sk->serial : -EMFILE);
    return sk;
}

int netsim_bind(NetsimSocket *socket, NetsimAddress address)
{
    if (!socket) return -EBADF;
    SYS_ENTER(socket->process, BIND, socket->serial, address.addr, address.port);
    int r = socket->ops->bind(socket, address);
    note_call(socket, CALL_BIND, r);
    SYS_EXIT(socket->net, BIND, r);
    return r;
}

int netsim_listen(NetsimSocket *socket, int backlog)
{
    if (!socket) return -EBADF;
    SYS_ENTER(socket->process, LISTEN, socket->serial, (uint64_t) backlog);
    int r = socket->ops->listen ? socket->ops->listen(socket, backlog) : -EOPNOTSUPP;
    note_call(socket, CALL_LISTEN, r);
    SYS_EXIT(socket->net, LISTEN, r);
    return r;
}

int netsim_connect(NetsimSocket *socket, NetsimAddress address)
{
    if (!socket) return -EBADF;
    SYS_ENTER(socket->process, CONNECT, socket->serial, address.addr, address.port);
    int r = socket->ops->connect(socket, address);
    note_call(socket, CALL_CONNECT, r);
    SYS_EXIT(socket->net, CONNECT, r);
    return r;
}

int netsim_accept(NetsimSocket *socket, NetsimSocket **accepted, NetsimAddress *peer)
{
    if (!socket) return -EBADF;
    if (!accepted) return -EFAULT;
    *accepted = NULL;
    SYS_ENTER(socket->process, ACCEPT4, socket->serial);
    int r = socket->process->is_exiting ? -ESRCH /* as task_work_add() of an exiting task */
            : socket->ops->accept ? socket->ops->accept(socket, accepted, peer) : -EOPNOTSUPP;
    note_call(socket, CALL_ACCEPT, r);
    if (r == 0) sock_graft(*accepted, socket->process);
    SYS_EXIT(socket->net, ACCEPT4, r == 0 ? (int64_t) (*accepted)->serial : r);
    return r;
}

/* Data goes the straight way when nobody looks on. */

ns_cold static int64_t send_traced(struct sock *sk, const void *data, size_t length, unsigned flags, const NetsimAddress *to)
{
    SYS_ENTER(sk->process, SENDTO, sk->serial, length, flags, to ? to->addr : 0, to ? to->port : 0);
    int64_t r = sk->ops->sendmsg(sk, data, length, flags, to);
    note_call(sk, CALL_SEND, r);
    trace_length(sk, TRACE_SOCK_SEND_LENGTH, r, flags);
    SYS_EXIT(sk->net, SENDTO, r);
    return r;
}

static inline int64_t send_to(struct sock *sk, const void *data, size_t length, unsigned flags, const NetsimAddress *to)
{
    if (ns_unlikely(trace_is_used(sk->net->sim))) return send_traced(sk, data, length, flags, to);
    int64_t r = sk->ops->sendmsg(sk, data, length, flags, to);
    note_call(sk, CALL_SEND, r);
    return r;
}

int64_t netsim_send(NetsimSocket *socket, const void *data, size_t length, unsigned flags)
{
    if (!socket) return -EBADF;
    return send_to(socket, data, length, flags, NULL);
}

int64_t netsim_sendto(NetsimSocket *socket, const void *data, size_t length, unsigned flags, NetsimAddress to)
{
    if (!socket) return -EBADF;
    return send_to(socket, data, length, flags, &to);
}

ns_cold static int64_t recv_traced(struct sock *sk, void *buffer, size_t length, unsigned flags, NetsimAddress *from)
{
    SYS_ENTER(sk->process, RECVFROM, sk->serial, length, flags);
    int64_t r = sk->ops->recvmsg(sk, buffer, length, flags, from);
    note_call(sk, CALL_RECV, r);
    trace_length(sk, TRACE_SOCK_RECV_LENGTH, flags & NETSIM_MSG_PEEK ? ns_min(r, (int64_t) 0) : r, flags);
    SYS_EXIT(sk->net, RECVFROM, r);
    return r;
}

int64_t netsim_recvfrom(NetsimSocket *socket, void *buffer, size_t length, unsigned flags, NetsimAddress *from)
{
    if (!socket) return -EBADF;
    if (ns_unlikely(trace_is_used(socket->net->sim))) return recv_traced(socket, buffer, length, flags, from);
    int64_t r = socket->ops->recvmsg(socket, buffer, length, flags, from);
    note_call(socket, CALL_RECV, r);
    return r;
}

int64_t netsim_recv(NetsimSocket *socket, void *buffer, size_t length, unsigned flags)
{
    if (!socket) return -EBADF;
    return netsim_recvfrom(socket, buffer, length, flags, NULL);
}

bool netsim_recv_had_content(const NetsimSocket *socket)
{
    if (!socket) return false;
    return socket->content;
}

int netsim_shutdown(NetsimSocket *socket, int how)
{
    if (!socket) return -EBADF;
    SYS_ENTER(socket->process, SHUTDOWN, socket->serial, (uint64_t) how);
    int r = how < NETSIM_SHUT_RD || how > NETSIM_SHUT_RDWR ? -EINVAL : socket->ops->shutdown(socket, how);
    note_call(socket, CALL_SHUTDOWN, r);
    SYS_EXIT(socket->net, SHUTDOWN, r);
    return r;
}

int netsim_close(NetsimSocket *socket)
{
    if (!socket) return -EBADF;
    struct net *net = socket->net;
    note_call(socket, CALL_CLOSE, 0);
    SYS_ENTER(socket->process, CLOSE, socket->serial);
    sock_orphan(socket);
    socket->ops->close(socket);
    SYS_EXIT(net, CLOSE, 0);
    return 0;
}

unsigned netsim_poll(NetsimSocket *socket)
{
    if (!socket) return 0;
    return socket->ops->poll(socket);
}

int netsim_sock_error(NetsimSocket *socket)
{
    if (!socket) return 0;
    int err = socket->err;
    socket->err = 0;
    return err;
}

/* ---- options (net/core/sock.c: sk_setsockopt) ---- */

/* Twice the wish, for the overhead; at most the sysctl's maximum, at least the minimum. */
static int32_t buffer_bytes(int64_t wish, int max, int32_t min)
{
    int64_t v = ns_min(wish, (int64_t) max);
    v = ns_min(v, (int64_t) INT32_MAX / 2);
    return (int32_t) ns_max(2 * v, (int64_t) min);
}

static void set_sndbuf(struct sock *sk, int64_t value)
{
    int32_t before = sk->sndbuf;
    sk->opts |= SOCK_SNDBUF_LOCK;
    sk->sndbuf = buffer_bytes((uint32_t) value, sk->net->sock->knobs.wmem_max, SOCK_MIN_SNDBUF);
    /* sk_write_space(): a writer that was held back by the old limit may go on */
    if (sk->wmem_queued >= before && sk->ops->poll(sk) & NETSIM_POLLOUT) sock_wake(sk, NETSIM_POLLOUT);
}

static void set_rcvbuf(struct sock *sk, int64_t value)
{
    sk->opts |= SOCK_RCVBUF_LOCK;
    sk->rcvbuf = buffer_bytes((uint32_t) value, sk->net->sock->knobs.rmem_max, SOCK_MIN_RCVBUF);
}

static const struct flag_option {
    const char *name;
    uint8_t bit;
} flag_options[] = {
    { "reuseaddr", SOCK_REUSEADDR },
    { "reuseport", SOCK_REUSEPORT },
    { "keepalive", SOCK_KEEPOPEN },
    { "broadcast", SOCK_BROADCAST_OPT },
};

static const struct flag_option *find_flag(const char *name)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(flag_options); i++)
        if (!strcmp(name, flag_options[i].name)) return &flag_options[i];
    return NULL;
}

static int set_option(struct sock *sk, const char *name, int64_t value)
{
    const struct flag_option *flag = find_flag(name);
    if (flag) {
        sk->opts = (uint8_t) (value ? sk->opts | flag->bit : sk->opts & ~flag->bit);
        /* sk->sk_prot->keepalive(): the transport starts or stops its timer */
        if (flag->bit == SOCK_KEEPOPEN && sk->ops->setsockopt) sk->ops->setsockopt(sk, name, value != 0);
    } else if (!strcmp(name, "sndbuf")) {
        set_sndbuf(sk, value);
    } else if (!strcmp(name, "rcvbuf")) {
        set_rcvbuf(sk, value);
    } else if (!strcmp(name, "linger")) {
        sk->opts = (uint8_t) (value >= 0 ? sk->opts | SOCK_LINGER : sk->opts & ~SOCK_LINGER);
        sk->linger_s = value >= 0 ? (int32_t) ns_min(value, (int64_t) INT32_MAX) : -1;
    } else {
        return sk->ops->setsockopt ? sk->ops->setsockopt(sk, name, value) : -ENOPROTOOPT;
    }
    return 0;
}

int netsim_setsockopt(NetsimSocket *socket, const char *name, int64_t value)
{
    if (!socket) return -EBADF;
    if (!name) return -EFAULT;
    SYS_ENTER(socket->process, SETSOCKOPT, socket->serial, trace_text(name), (uint64_t) value);
    int r = set_option(socket, name, value);
    SYS_EXIT(socket->net, SETSOCKOPT, r);
    return r;
}

static int get_option(struct sock *sk, const char *name, int64_t *value)
{
    const struct flag_option *flag = find_flag(name);
    if (flag) *value = (sk->opts & flag->bit) != 0;
    else if (!strcmp(name, "sndbuf")) *value = sk->sndbuf;
    else if (!strcmp(name, "rcvbuf")) *value = sk->rcvbuf;
    else if (!strcmp(name, "linger")) *value = sk->opts & SOCK_LINGER ? sk->linger_s : -1;
    else if (!strcmp(name, "error")) *value = netsim_sock_error(sk);
    else if (!strcmp(name, "acceptconn")) *value = sk->type == NETSIM_SOCK_STREAM && sk->state == TCP_LISTEN;
    else return sk->ops->getsockopt ? sk->ops->getsockopt(sk, name, value) : -ENOPROTOOPT;
    return 0;
}

int netsim_getsockopt(NetsimSocket *socket, const char *name, int64_t *value)
{
    if (!socket) return -EBADF;
    if (!name || !value) return -EFAULT;
    SYS_ENTER(socket->process, GETSOCKOPT, socket->serial, trace_text(name));
    int r = get_option(socket, name, value);
    SYS_EXIT(socket->net, GETSOCKOPT, r);
    return r;
}

int netsim_set_congestion_control(NetsimSocket *socket, const char *name)
{
    if (!socket) return -EBADF;
    if (!name) return -EFAULT;
    return socket->ops->set_congestion_control ? socket->ops->set_congestion_control(socket, name) : -ENOPROTOOPT;
}

/* ---- what a socket tells about itself ---- */

NetsimAddress netsim_sock_local(const NetsimSocket *socket)
{
    if (!socket) return (NetsimAddress){ 0 };
    return (NetsimAddress){ .addr = socket->saddr, .port = socket->sport };
}

NetsimAddress netsim_sock_peer(const NetsimSocket *socket)
{
    if (!socket) return (NetsimAddress){ 0 };
    return (NetsimAddress){ .addr = socket->daddr, .port = socket->dport };
}

void netsim_sock_lock(NetsimSocket *socket)
{
    if (socket && socket->ops->release) socket->is_owned = true;
}

void netsim_sock_release(NetsimSocket *socket)
{
    if (socket && socket->is_owned) socket->ops->release(socket);
}

uint64_t netsim_sock_outq(const NetsimSocket *socket)
{
    if (!socket) return 0;
    return socket->ops->outq ? socket->ops->outq(socket) : 0;
}

uint64_t netsim_sock_inq(const NetsimSocket *socket)
{
    if (!socket) return 0;
    return socket->ops->inq ? socket->ops->inq(socket) : 0;
}

void netsim_sock_set_data(NetsimSocket *socket, void *data)
{
    if (!socket) return;
    socket->user_data = data;
}

void *netsim_sock_data(const NetsimSocket *socket)
{
    if (!socket) return NULL;
    return socket->user_data;
}

NetsimProcess *netsim_sock_process(const NetsimSocket *socket)
{
    if (!socket) return NULL;
    return socket->process;
}

void netsim_sock_set_process(NetsimSocket *socket, NetsimProcess *process)
{
    if (!socket || !process) return;
    if (process->net == socket->net && !process->is_exiting) sock_graft(socket, process);
}

int netsim_tcp_info(const NetsimSocket *socket, NetsimTcpInfo *info)
{
    if (!socket) return -EBADF;
    if (!info) return -EFAULT;
    return socket->ops->tcp_info ? socket->ops->tcp_info(socket, info) : -EINVAL;
}

int netsim_congestion_info(const NetsimSocket *socket, NetsimCongestionInfo *info)
{
    if (!socket) return -EBADF;
    if (!info) return -EFAULT;
    return socket->ops->congestion_info ? socket->ops->congestion_info(socket, info) : -EINVAL;
}

void netsim_sock_count_retransmits(NetsimSocket *socket, uint64_t *counter)
{
    if (!socket || !counter) return;
    NetsimTcpInfo info;
    if (netsim_tcp_info(socket, &info) < 0) return;
    *counter += info.total_retrans;
    socket->ops->count_retransmits(socket, counter);
}
