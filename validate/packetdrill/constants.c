/* SPDX-License-Identifier: GPL-3.0-or-later */
/* constants.c - the names that scripts use for numbers. */
#include "validate/packetdrill/constants.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/epoll.h>
#include <string.h>
#include <sys/socket.h>

#define X(name) { #name, name }
static const struct {
    const char *name;
    int64_t value;
} constants[] = {
    X(AF_INET), X(AF_INET6), X(PF_INET), X(PF_INET6), X(SOCK_STREAM), X(SOCK_DGRAM), X(SOCK_NONBLOCK), X(IPPROTO_TCP),
    X(IPPROTO_UDP), X(IPPROTO_IP), X(IPPROTO_ICMP), X(SOL_SOCKET), X(O_RDWR), X(O_RDONLY), X(O_WRONLY), X(O_NONBLOCK), X(POLLIN),
    X(EPOLLIN), X(EPOLLOUT), X(EPOLLERR), X(EPOLLHUP), X(EPOLLRDHUP), X(EPOLLPRI), X(EPOLLET), X(EPOLLONESHOT),
    X(EPOLLEXCLUSIVE), X(EPOLL_CTL_ADD), X(EPOLL_CTL_MOD), X(EPOLL_CTL_DEL), X(POLLOUT), X(POLLERR), X(POLLHUP), X(POLLRDHUP), X(POLLPRI), X(SHUT_RD), X(SHUT_WR), X(SHUT_RDWR), X(MSG_DONTWAIT),
    X(MSG_EOR), X(MSG_MORE), X(MSG_NOSIGNAL), X(MSG_OOB), X(MSG_PEEK), X(MSG_TRUNC), X(MSG_WAITALL), X(MSG_ERRQUEUE),
    { "SOL_TCP", IPPROTO_TCP }, { "SOL_IP", IPPROTO_IP }, { "MSG_ZEROCOPY", 0x4000000 }, { "MSG_FASTOPEN", 0x20000000 },
    { "NULL", 0 }, { "IP_PMTUDISC_DONT", 0 }, { "IP_PMTUDISC_WANT", 1 }, { "IP_PMTUDISC_DO", 2 }, { "IP_PMTUDISC_PROBE", 3 },
    /* struct tcp_info and what it is compared with */
    { "TCP_CA_Open", 0 }, { "TCP_CA_Disorder", 1 }, { "TCP_CA_CWR", 2 }, { "TCP_CA_Recovery", 3 }, { "TCP_CA_Loss", 4 },
    { "TCPI_OPT_TIMESTAMPS", 1 }, { "TCPI_OPT_SACK", 2 }, { "TCPI_OPT_WSCALE", 4 }, { "TCPI_OPT_ECN", 8 },
    { "TCPI_OPT_ECN_SEEN", 16 }, { "TCPI_OPT_SYN_DATA", 32 }, { "TCP_INFINITE_SSTHRESH", 0x7fffffff },
    { "TCP_ESTABLISHED", 1 }, { "TCP_SYN_SENT", 2 }, { "TCP_SYN_RECV", 3 }, { "TCP_FIN_WAIT1", 4 }, { "TCP_FIN_WAIT2", 5 },
    { "TCP_TIME_WAIT", 6 }, { "TCP_CLOSE", 7 }, { "TCP_CLOSE_WAIT", 8 }, { "TCP_LAST_ACK", 9 }, { "TCP_LISTEN", 10 },
    { "TCP_CLOSING", 11 },
    X(EAGAIN), X(EEXIST), X(EINPROGRESS), X(ECONNRESET), X(EPIPE), X(ETIMEDOUT), X(ECONNREFUSED), X(EHOSTUNREACH), X(ENETUNREACH),
    X(EOPNOTSUPP), X(EALREADY), X(EFAULT), X(EISCONN), X(ENOTCONN), X(EINVAL), X(EADDRINUSE), X(EADDRNOTAVAIL), X(EMSGSIZE),
    X(ENOPROTOOPT), X(EBADF), X(ENOMEM), X(ENOBUFS), X(EACCES), X(EPERM), X(ENOENT), X(EINTR), X(ECONNABORTED), X(EDESTADDRREQ),
    X(EPROTO), X(ENOMSG), X(ENOTSOCK), X(ENOTSUP), X(EPROTONOSUPPORT), X(EAFNOSUPPORT), X(EWOULDBLOCK),
};
#undef X

bool constant_value(const char *name, int64_t *value)
{
    for (size_t i = 0; i < G_N_ELEMENTS(constants); i++)
        if (!strcmp(constants[i].name, name)) {
            *value = constants[i].value;
            return true;
        }
    return false;
}

const char *constant_errno(int error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(constants); i++)
        if (constants[i].name[0] == 'E' && constants[i].value == error) return constants[i].name;
    return "an error";
}
