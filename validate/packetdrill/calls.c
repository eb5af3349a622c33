/* SPDX-License-Identifier: GPL-3.0-or-later */
/* calls.c - what each system call of a script does. */
#include "validate/packetdrill/call.h"

#include "validate/packetdrill/constants.h"
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

enum { SERVICE = 8080 }; /* the port of "..." as an address */

/* ---- addresses ---- */

/* "..." is @preset; else {sa_family = AF_INET, sin_port = htons(8080), sin_addr = inet_addr("192.0.2.1")} */
static bool read_address(struct call *c, guint i, NetsimAddress preset, NetsimAddress *address)
{
    const struct expr *e = call_arg(c, i);
    *address = preset;
    if (!e || e->kind == EXPR_ELLIPSIS) return true;
    const struct expr *port = expr_field(e, "sin_port"), *addr = expr_field(e, "sin_addr");
    if (!port || !addr) return runner_lack(c->runner, "%s: an address that is not of IPv4", c->event->text);
    int64_t number;
    if (!expr_value(c->runner, port, &number)) return false;
    if (number < 0 || number > UINT16_MAX) return runner_fail(c->runner, "sin_port: must be 0 to 65535");
    address->port = (uint16_t) number;
    if (addr->kind == EXPR_CALL && addr->items->len == 1 && ((struct expr *) addr->items->pdata[0])->kind == EXPR_STRING) {
        NetsimAddress parsed;
        const char *text = ((struct expr *) addr->items->pdata[0])->text;
        if (!netsim_parse_address(text, &parsed, NULL)) return runner_fail(c->runner, "\"%s\" is no IPv4 address", text);
        address->addr = parsed.addr;
        return true;
    }
    return runner_lack(c->runner, "%s: this form of an address", c->event->text);
}

/* ---- life of a socket ---- */

static struct connection *new_connection(struct runner *r)
{
    struct connection *n = g_new0(struct connection, 1);
    n->stamps = g_array_new(FALSE, FALSE, sizeof(struct time_stamp));
    n->ends = (struct endpoints){ r->options->local_ip, r->options->remote_ip, SERVICE, SERVICE };
    g_ptr_array_add(r->connections, n);
    r->current = n;
    return n;
}

static bool do_socket(struct call *c)
{
    const struct expr *given = call_arg(c, 0);
    int64_t domain = AF_INET, type, protocol;
    if (given && given->kind != EXPR_ELLIPSIS && !call_number(c, 0, &domain)) return false;
    if (!call_number(c, 1, &type) || !call_number(c, 2, &protocol)) return false;
    if (domain != AF_INET) return runner_lack(c->runner, "sockets of another family than AF_INET");
    if ((type & 15) != SOCK_STREAM || (protocol != 0 && protocol != IPPROTO_TCP))
        return runner_lack(c->runner, "sockets other than TCP's");
    NetsimSocket *socket = netsim_socket(c->runner->process, NETSIM_SOCK_STREAM);
    if (!socket) {
        c->result = -EMFILE;
        return true;
    }
    if (!call_new_fd(c, socket, new_connection(c->runner))) return false;
    ((struct descriptor *) c->runner->fds->pdata[c->runner->fds->len - 1])->is_nonblocking = type & SOCK_NONBLOCK;
    return true;
}

static bool do_bind(struct call *c)
{
    NetsimAddress address;
    if (!read_address(c, 1, (NetsimAddress){ c->runner->options->local_ip, SERVICE }, &address)) return false;
    c->result = netsim_bind(c->fd->socket, address);
    if (c->result == 0) c->fd->connection->ends.local_port = netsim_sock_local(c->fd->socket).port;
    return true;
}

static bool do_listen(struct call *c)
{
    int64_t backlog;
    if (!call_number(c, 1, &backlog)) return false;
    c->result = netsim_listen(c->fd->socket, (int) backlog);
    if (c->result == 0) {
        c->fd->connection->state = CONNECTION_LISTENING;
        c->runner->current = c->fd->connection;
    }
    return true;
}

static bool do_accept(struct call *c)
{
    NetsimSocket *accepted;
    NetsimAddress peer;
    c->result = netsim_accept(c->fd->socket, &accepted, &peer);
    if (c->result < 0) return true;
    struct runner *r = c->runner;
    struct connection *child = NULL;
    for (guint i = 0; i < r->connections->len; i++) {
        struct connection *k = r->connections->pdata[i];
        if (k->state == CONNECTION_TALKING && k->ends.remote_port == peer.port && k->ends.remote_addr == peer.addr) child = k;
    }
    if (child) r->current = child;
    return call_new_fd(c, accepted, child);
}

static bool do_connect(struct call *c)
{
    NetsimSocket *socket = c->fd->socket;
    if (c->is_retry) { /* a blocking connect() wakes up */
        c->result = netsim_connect(socket, (NetsimAddress){ 0 });
        if (c->result == -EALREADY) c->result = -EINPROGRESS;
        return true;
    }
    NetsimAddress address;
    if (!read_address(c, 1, (NetsimAddress){ c->runner->options->remote_ip, SERVICE }, &address)) return false;
    struct connection *n = c->fd->connection;
    c->runner->current = n;
    c->result = netsim_connect(socket, address);
    if (c->result != -EINPROGRESS) return true; /* no SYN */
    n->state = CONNECTION_CONNECTING;
    n->ends.remote_addr = address.addr;
    n->ends.remote_port = address.port;
    return true;
}

static bool do_close(struct call *c)
{
    if (c->runner->blocked.event && c->runner->blocked.fd == c->fd)
        return runner_lack(c->runner, "close() of the descriptor that %s() blocks on", c->runner->blocked.event->text);
    if (c->fd->socket) c->result = netsim_close(c->fd->socket);
    call_forget_fd(c->runner, c->fd);
    c->fd = NULL;
    return true;
}

static bool do_shutdown(struct call *c)
{
    int64_t how;
    if (!call_number(c, 1, &how)) return false;
    c->result = netsim_shutdown(c->fd->socket, (int) how);
    return true;
}

static bool do_fcntl(struct call *c)
{
    const struct expr *command = call_arg(c, 1);
    int64_t flags;
    if (!command || command->kind != EXPR_NAME) return runner_fail(c->runner, "fcntl: F_GETFL or F_SETFL is expected");
    if (!strcmp(command->text, "F_GETFL")) {
        c->result = O_RDWR | (c->fd->is_nonblocking ? O_NONBLOCK : 0);
        return true;
    }
    if (strcmp(command->text, "F_SETFL")) return runner_lack(c->runner, "fcntl %s", command->text);
    if (!call_number(c, 2, &flags)) return false;
    c->fd->is_nonblocking = flags & O_NONBLOCK;
    return true;
}

static bool do_ioctl(struct call *c)
{
    const struct expr *request = call_arg(c, 1);
    int64_t want, have;
    if (!request || request->kind != EXPR_NAME) return runner_fail(c->runner, "ioctl: SIOCINQ or SIOCOUTQ is expected");
    if (netsim_getsockopt(c->fd->socket, "acceptconn", &have) == 0 && have) { /* tcp_ioctl() */
        c->result = -EINVAL;
        return true;
    }
    if (!strcmp(request->text, "SIOCINQ") || !strcmp(request->text, "FIONREAD")) have = (int64_t) netsim_sock_inq(c->fd->socket);
    else if (!strcmp(request->text, "SIOCOUTQ")) have = (int64_t) netsim_sock_outq(c->fd->socket);
    else return runner_lack(c->runner, "ioctl %s", request->text);
    if (!call_boxed(c, 2, &want)) return false;
    if (want != have)
        return runner_fail(c->runner, "ioctl %s: %" G_GINT64_FORMAT ", expected %" G_GINT64_FORMAT, request->text, have, want);
    return true;
}

/* ---- data ---- */

/* MSG_* of a call; those that the library has go to *flags. */
static bool read_flags(struct call *c, int64_t given, unsigned *flags)
{
    static const struct {
        int64_t theirs;
        unsigned ours;
    } known[] = { { MSG_MORE, NETSIM_MSG_MORE }, { MSG_PEEK, NETSIM_MSG_PEEK }, { MSG_TRUNC, NETSIM_MSG_TRUNC },
                  { MSG_OOB, NETSIM_MSG_OOB }, { MSG_EOR, NETSIM_MSG_EOR }, { MSG_DONTWAIT, 0 }, { MSG_NOSIGNAL, 0 } };
    *flags = 0;
    c->dont_wait = given & MSG_DONTWAIT;
    for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
        if (given & known[i].theirs) *flags |= known[i].ours;
        given &= ~known[i].theirs;
    }
    return !given || runner_lack(c->runner, "%s with flags %#" G_GINT64_MODIFIER "x", c->event->text, (guint64) given);
}

/* A blocking writer goes on until all is taken. */
void call_send_all(struct call *c, int64_t length, unsigned flags)
{
    bool is_blocking = !c->fd->is_nonblocking && !c->dont_wait;
    do {
        int64_t n = netsim_send(c->fd->socket, NULL, (size_t) (length - c->done), flags);
        if (n < 0) {
            c->result = c->done && (n != -EAGAIN || !is_blocking) ? c->done : n;
            return;
        }
        c->done += n;
    } while (is_blocking && c->done < length);
    c->result = c->done;
}

static bool send_common(struct call *c, guint buffer, int64_t length, unsigned flags)
{
    if (length < 0) return runner_fail(c->runner, "%s: a length below 0", c->event->text);
    if (call_is_null(c, buffer) && length > 0) c->result = -EFAULT;
    else call_send_all(c, length, flags);
    return true;
}

static bool do_write(struct call *c)
{
    int64_t length, given = 0;
    unsigned flags;
    if (!call_number(c, 2, &length) || (call_arg(c, 3) && !call_number(c, 3, &given)) || !read_flags(c, given, &flags)) return false;
    return send_common(c, 1, length, flags);
}

static bool do_read(struct call *c)
{
    int64_t length, given = 0;
    unsigned flags;
    if (!call_number(c, 2, &length) || (call_arg(c, 3) && !call_number(c, 3, &given)) || !read_flags(c, given, &flags)) return false;
    if (length < 0) return runner_fail(c->runner, "%s: a length below 0", c->event->text);
    if (call_is_null(c, 1) && length > 0 && netsim_sock_inq(c->fd->socket)) c->result = -EFAULT;
    else c->result = netsim_recv(c->fd->socket, NULL, (size_t) length, flags);
    return true;
}

/* The bytes of msg_iov(n)=[{..., 1000}, ...]. */
static bool read_iov(struct call *c, const struct expr *message, int64_t *length)
{
    const struct expr *iov = expr_field(message, "msg_iov");
    *length = 0;
    if (!iov || iov->kind != EXPR_LIST) return runner_lack(c->runner, "%s without a list as msg_iov", c->event->text);
    for (guint i = 0; i < iov->items->len; i++) {
        const struct expr *part = iov->items->pdata[i];
        int64_t n;
        if (part->kind != EXPR_STRUCT || part->items->len != 2) return runner_fail(c->runner, "msg_iov: {..., LENGTH} is expected");
        if (!expr_value(c->runner, part->items->pdata[1], &n)) return false;
        if (n < 0) return runner_fail(c->runner, "%s: a length below 0", c->event->text);
        if (n && ((const struct expr *) part->items->pdata[0])->kind != EXPR_ELLIPSIS)
            return runner_lack(c->runner, "buffers of %s other than ...", c->event->text);
        *length += n;
    }
    return true;
}

static bool do_sendmsg(struct call *c)
{
    const struct expr *message = call_arg(c, 1);
    int64_t length, given = 0;
    unsigned flags;
    if (expr_field(message, "msg_control")) return runner_lack(c->runner, "sendmsg with msg_control");
    if (!read_iov(c, message, &length) || !call_number(c, 2, &given) || !read_flags(c, given, &flags)) return false;
    call_send_all(c, length, flags);
    return true;
}

/* TCP_CM_INQ, the one ancillary message that there is. */
static bool check_control(struct call *c, const struct expr *control)
{
    for (guint i = 0; control && control->kind == EXPR_LIST && i < control->items->len; i++) {
        const struct expr *type = expr_field(control->items->pdata[i], "cmsg_type"), *data = expr_field(control->items->pdata[i], "cmsg_data");
        int64_t want;
        if (!type || type->kind != EXPR_NAME || strcmp(type->text, "TCP_CM_INQ") || !data)
            return runner_lack(c->runner, "ancillary messages of %s", c->event->text);
        if (!expr_value(c->runner, data, &want)) return false;
        int64_t have = (int64_t) netsim_sock_inq(c->fd->socket);
        if (!have && netsim_poll(c->fd->socket) & NETSIM_POLLRDHUP) have = 1; /* tcp_inq_hint(): the end of file counts one */
        if (have != want) return runner_fail(c->runner, "TCP_CM_INQ: %" G_GINT64_FORMAT ", expected %" G_GINT64_FORMAT, have, want);
    }
    return true;
}

static bool do_recvmsg(struct call *c)
{
    const struct expr *message = call_arg(c, 1);
    int64_t length, given = 0;
    unsigned flags;
    if (!read_iov(c, message, &length) || !call_number(c, 2, &given) || !read_flags(c, given, &flags)) return false;
    const struct expr *expected = expr_field(message, "msg_flags");
    int64_t want = 0;
    if (expected && expected->kind != EXPR_ELLIPSIS && !expr_value(c->runner, expected, &want)) return false;
    if (want) return runner_lack(c->runner, "msg_flags that recvmsg() returns");
    c->result = netsim_recv(c->fd->socket, NULL, (size_t) length, flags);
    return c->result < 0 || check_control(c, expr_field(message, "msg_control"));
}

const struct call_row call_rows[] = {
    { "socket", do_socket, FD_NONE, false },
    { "bind", do_bind, FD_SOCKET, false },
    { "listen", do_listen, FD_SOCKET, false },
    { "accept", do_accept, FD_SOCKET, true },
    { "connect", do_connect, FD_SOCKET, true },
    { "close", do_close, FD_ANY, false },
    { "shutdown", do_shutdown, FD_SOCKET, false },
    { "fcntl", do_fcntl, FD_SOCKET, false },
    { "ioctl", do_ioctl, FD_SOCKET, false },
    { "setsockopt", call_setsockopt, FD_SOCKET, false },
    { "getsockopt", call_getsockopt, FD_SOCKET, false },
    { "write", do_write, FD_SOCKET, true },
    { "send", do_write, FD_SOCKET, true },
    { "sendto", do_write, FD_SOCKET, true },
    { "sendmsg", do_sendmsg, FD_SOCKET, true },
    { "read", do_read, FD_SOCKET, true },
    { "recv", do_read, FD_SOCKET, true },
    { "recvfrom", do_read, FD_SOCKET, true },
    { "recvmsg", do_recvmsg, FD_SOCKET, true },
    { "open", call_open, FD_NONE, false },
    { "sendfile", call_sendfile, FD_SOCKET, true },
    { "poll", call_poll, FD_NONE, false },
    { "epoll_create", call_epoll_create, FD_NONE, false },
    { "epoll_ctl", call_epoll_ctl, FD_EPOLL, false },
    { "epoll_wait", call_epoll_wait, FD_EPOLL, false },
    { NULL, NULL, FD_NONE, false },
};
