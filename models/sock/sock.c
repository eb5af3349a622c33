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
    ns_assert(type == NETSIM_SOCK_STREAM || type == NETSIM_SOCK_DGRAM);
    if (process->has_exited) return NULL;
    struct sock *(*create)(struct process *) = process->net->sock->create[type];
    return create ? create(process) : NULL;
}

int netsim_bind(NetsimSocket *socket, NetsimAddress address)
{
    int r = socket->ops->bind(socket, address);
    note_call(socket, CALL_BIND, r);
    return r;
}

int netsim_listen(NetsimSocket *socket, int backlog)
{
    int r = socket->ops->listen ? socket->ops->listen(socket, backlog) : -EOPNOTSUPP;
    note_call(socket, CALL_LISTEN, r);
    return r;
}

int netsim_connect(NetsimSocket *socket, NetsimAddress address)
{
    int r = socket->ops->connect(socket, address);
    note_call(socket, CALL_CONNECT, r);
    return r;
}

int netsim_accept(NetsimSocket *socket, NetsimSocket **accepted, NetsimAddress *peer)
{
    *accepted = NULL;
    int r = socket->ops->accept ? socket->ops->accept(socket, accepted, peer) : -EOPNOTSUPP;
    note_call(socket, CALL_ACCEPT, r);
    if (r == 0) sock_graft(*accepted, socket->process);
    return r;
}

int64_t netsim_send(NetsimSocket *socket, const void *data, size_t length, unsigned flags)
{
    int64_t r = socket->ops->sendmsg(socket, data, length, flags, NULL);
    note_call(socket, CALL_SEND, r);
    return r;
}

int64_t netsim_sendto(NetsimSocket *socket, const void *data, size_t length, unsigned flags, NetsimAddress to)
{
    int64_t r = socket->ops->sendmsg(socket, data, length, flags, &to);
    note_call(socket, CALL_SEND, r);
    return r;
}

int64_t netsim_recv(NetsimSocket *socket, void *buffer, size_t length, unsigned flags)
{
    int64_t r = socket->ops->recvmsg(socket, buffer, length, flags, NULL);
    note_call(socket, CALL_RECV, r);
    return r;
}

int64_t netsim_recvfrom(NetsimSocket *socket, void *buffer, size_t length, unsigned flags, NetsimAddress *from)
{
    int64_t r = socket->ops->recvmsg(socket, buffer, length, flags, from);
    note_call(socket, CALL_RECV, r);
    return r;
}

bool netsim_recv_had_content(const NetsimSocket *socket)
{
    return socket->content;
}

int netsim_shutdown(NetsimSocket *socket, int how)
{
    int r = how < NETSIM_SHUT_RD || how > NETSIM_SHUT_RDWR ? -EINVAL : socket->ops->shutdown(socket, how);
    note_call(socket, CALL_SHUTDOWN, r);
    return r;
}

int netsim_close(NetsimSocket *socket)
{
    note_call(socket, CALL_CLOSE, 0);
    sock_orphan(socket);
    socket->ops->close(socket);
    return 0;
}

unsigned netsim_poll(NetsimSocket *socket)
{
    return socket->ops->poll(socket);
}

int netsim_sock_error(NetsimSocket *socket)
{
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

int netsim_setsockopt(NetsimSocket *socket, const char *name, int64_t value)
{
    struct sock *sk = socket;
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

int netsim_getsockopt(NetsimSocket *socket, const char *name, int64_t *value)
{
    struct sock *sk = socket;
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

int netsim_set_congestion_control(NetsimSocket *socket, const char *name)
{
    return socket->ops->set_congestion_control ? socket->ops->set_congestion_control(socket, name) : -ENOPROTOOPT;
}

/* ---- what a socket tells about itself ---- */

NetsimAddress netsim_sock_local(const NetsimSocket *socket)
{
    return (NetsimAddress){ .addr = socket->saddr, .port = socket->sport };
}

NetsimAddress netsim_sock_peer(const NetsimSocket *socket)
{
    return (NetsimAddress){ .addr = socket->daddr, .port = socket->dport };
}

uint64_t netsim_sock_outq(const NetsimSocket *socket)
{
    return socket->ops->outq ? socket->ops->outq(socket) : 0;
}

uint64_t netsim_sock_inq(const NetsimSocket *socket)
{
    return socket->ops->inq ? socket->ops->inq(socket) : 0;
}

void netsim_sock_set_data(NetsimSocket *socket, void *data)
{
    socket->user_data = data;
}

void *netsim_sock_data(const NetsimSocket *socket)
{
    return socket->user_data;
}

NetsimProcess *netsim_sock_process(const NetsimSocket *socket)
{
    return socket->process;
}

void netsim_sock_set_process(NetsimSocket *socket, NetsimProcess *process)
{
    ns_assert(process->net == socket->net);
    if (!process->is_exiting) sock_graft(socket, process);
}

int netsim_tcp_info(const NetsimSocket *socket, NetsimTcpInfo *info)
{
    return socket->ops->tcp_info ? socket->ops->tcp_info(socket, info) : -EINVAL;
}

void netsim_sock_count_retransmits(NetsimSocket *socket, uint64_t *counter)
{
    NetsimTcpInfo info;
    if (netsim_tcp_info(socket, &info) < 0) return;
    *counter += info.total_retrans;
    socket->retransmits = counter;
}
