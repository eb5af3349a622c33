/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sock.h - sockets and the processes that own them, as every transport shares them. */
#pragma once
#include "core/gauge.h"
#include "models/ip/ip.h"
#include <errno.h>
#include <netsim/sock.h>

struct sock;

/* A process: a task that makes non-blocking progress.  Its memory stays until the host goes, so that results can be read. */
/* Woken sockets, in the order of their wake-ups. */
struct ready_list {
    struct sock *head, **tail;
    struct sim_wake wake;       /* when the current handler returns: drained, or the wake-up begins */
};

/* A process of a host that takes time to wake it. */
struct sleeper {
    struct ready_list ready;
    struct process *process;
    uint32_t event;             /* it runs */
};

struct process {
    struct net *net;
    const NetsimApp *app;
    void *state;
    void *config;               /* until start has run; ours if the application has a config_size */
    char *name;
    uint32_t pid;
    uint32_t serial;
    uint32_t event;             /* start, then the timer */
    bool has_started, has_exited, is_exiting;
    struct ready_list *ready;   /* where its sockets wait: the host's, or its sleeper's */
    struct sleeper *sleeper;    /* NULL: it runs at once */
    struct sock *socks;         /* open sockets of this process: list by sock->proc_next */
    struct process *next;       /* of the host */
    struct fingerprint fp;
};

/* A transport protocol (struct proto). Every function follows the system call of its name. */
struct sock_ops {
    const char *name;
    int (*bind)(struct sock *sk, NetsimAddress a);
    int (*connect)(struct sock *sk, NetsimAddress a);
    int (*listen)(struct sock *sk, int backlog);
    int (*accept)(struct sock *sk, struct sock **child, NetsimAddress *peer); /* the caller grafts the child */
    int64_t (*sendmsg)(struct sock *sk, const void *data, size_t len, unsigned flags, const NetsimAddress *to);
    int64_t (*recvmsg)(struct sock *sk, void *buffer, size_t len, unsigned flags, NetsimAddress *from);
    int (*shutdown)(struct sock *sk, int how);
    void (*close)(struct sock *sk);      /* already orphaned; the transport frees sk when it likes */
    unsigned (*poll)(struct sock *sk);
    int (*setsockopt)(struct sock *sk, const char *name, int64_t value);  /* what sock.c does not know, and "keepalive"; -ENOPROTOOPT */
    int (*getsockopt)(struct sock *sk, const char *name, int64_t *value);
    void (*release)(struct sock *sk); /* the application lets go */
    uint64_t (*outq)(const struct sock *sk);
    uint64_t (*inq)(const struct sock *sk);
    int (*tcp_info)(const struct sock *sk, NetsimTcpInfo *info);
    void (*count_retransmits)(struct sock *sk, uint64_t *counter);
    int (*congestion_info)(const struct sock *sk, NetsimCongestionInfo *info);
    int (*set_congestion_control)(struct sock *sk, const char *name);
};

/* sk->shutdown */
enum { RCV_SHUTDOWN = 1, SEND_SHUTDOWN = 2, SHUTDOWN_MASK = 3 };
/* sk->opts */
enum { SOCK_REUSEADDR = 1, SOCK_REUSEPORT = 2, SOCK_KEEPOPEN = 4, SOCK_LINGER = 8, SOCK_SNDBUF_LOCK = 16, SOCK_RCVBUF_LOCK = 32, SOCK_BROADCAST_OPT = 64 };

/* A connection in its transport's table, where packets find it (struct sock_common). */
struct sock_hashed {
    uint32_t saddr, daddr;       /* local, remote */
    uint16_t sport, dport;
    uint8_t kind;                /* the transport's; 0: in no table */
    uint8_t other[3];
};

/* What every socket begins with: a cache line for its owner, one for the packets. */
struct sock {
    const struct sock_ops *ops;
    struct process *process;     /* NULL: an orphan, or a request not yet accepted */
    void *user_data;
    struct sock *proc_next, **proc_pprev; /* process's list */
    struct sock *ready_next, **ready_pprev; /* its process's ready list; pprev NULL: not on it */

    struct fingerprint fp;

    struct net *net;
    union {
        struct sock_hashed hashed;
        struct {
            uint32_t saddr, daddr;
            uint16_t sport, dport;
            uint8_t hash_kind;
            uint8_t state;       /* TCP_*; UDP: ESTABLISHED or CLOSE */
            uint8_t shutdown;
            uint8_t opts;
        };
    };
    uint32_t serial;             /* of the object on its host: entity id, event ids */
    bool content : 1;            /* the last receive had content */
    bool is_owned : 1;           /* sk_lock.owned: by an application inside a call that takes time */
    uint8_t type;                /* NetsimSocketType */
    uint16_t ready_events;       /* why it was woken */
    int32_t err;                 /* positive errno waiting */
    int32_t sndbuf, rcvbuf;      /* bytes */
    int32_t rmem_alloc;          /* truesize in receive queues */
    int32_t wmem_queued;
    int32_t linger_s;
};
_Static_assert(sizeof(struct sock) == 120 && offsetof(struct sock, net) == 64 &&
               offsetof(struct sock, state) == offsetof(struct sock, hashed.other), "two lines, one place in the table");

/* TCP states, as the kernel numbers them (also used by tcp_info). */
enum {
    TCP_ESTABLISHED = 1, TCP_SYN_SENT, TCP_SYN_RECV, TCP_FIN_WAIT1, TCP_FIN_WAIT2, TCP_TIME_WAIT, TCP_CLOSE,
    TCP_CLOSE_WAIT, TCP_LAST_ACK, TCP_LISTEN, TCP_CLOSING, TCP_NEW_SYN_RECV,
};

struct sock_knobs {
    int rmem_default, rmem_max, wmem_default, wmem_max, somaxconn, optmem_max;
};

struct sock_net {
    struct net *net;
    uint32_t n_spawned;
    struct sock_knobs knobs;
    struct process *processes, **processes_tail;
    struct ready_list ready;     /* of processes that run at once */
    netsim_time wakeup;          /* how long others take to run; 0: none does.  Set before they are spawned */
    struct sock *(*create[2])(struct process *process); /* by NetsimSocketType; set by the transports */
};

void sock_net_init(struct net *net);
/** The simulation ends: the end callbacks of live processes run, sockets still open.  Before the transports are freed. */
void sock_net_end(struct net *net);
/** After the transports have freed their sockets. */
void sock_net_free(struct net *net);

/** Initialise the common part; the transport has zeroed it. @process may be NULL. */
void sock_init(struct sock *sk, struct net *net, const struct sock_ops *ops, NetsimSocketType type, struct process *process);
/** Take @sk off its process and the ready list; fold its fingerprint into the run's. The transport frees the memory. */
void sock_release(struct sock *sk);
/** Give an accepted child to a process (again: nothing happens); tells it of data that came before. */
void sock_graft(struct sock *sk, struct process *process);
/** The application closed it: no process any more, no wake-ups. */
void sock_orphan(struct sock *sk);

/** sk_data_ready, sk_write_space, sk_state_change, sk_error_report: wake the owner when the handler returns. */
void sock_wake(struct sock *sk, unsigned events);

/* The arguments TRACE_SK of tracepoints. */
#define TRACE_SK_OF(sk) (sk)->serial, (sk)->sport, (sk)->dport, TRACE_AF_INET, (sk)->saddr, (sk)->daddr

/** IPPROTO_TCP or IPPROTO_UDP. */
static inline unsigned sock_protocol(const struct sock *sk)
{
    return sk->type == NETSIM_SOCK_STREAM ? PROTO_TCP : PROTO_UDP;
}

/** sk_error_report(): sk->err was set; wakes the owner with @events. */
void sock_error_report(struct sock *sk, unsigned events);

static inline uint64_t sock_entity(const struct sock *sk)
{
    return (uint64_t) sk->net->node.id << 40 | (uint64_t) sk->serial << 8;
}

/** What can be read of a socket (a struct sock); ends with a NULL name: gauge.c. */
extern const struct gauge sock_gauges[];

/* truesize of an IP packet of @len bytes received from a wire, as the device of the trace collection (TUN) charges it (input sets p->truesize). */
static inline uint32_t sock_truesize(uint32_t len)
{
    return ip_truesize(len);
}

/* ---- services.c ---- */

/** getservbyport(): the name of @port for @protocol (PROTO_TCP or PROTO_UDP), or NULL. */
const char *service_name(uint16_t port, unsigned protocol);
/** getservbyname(): the port, or -1. */
int service_port(const char *name, unsigned protocol);

/** SKB_TRUESIZE(size) of this model: size + sizeof(struct sk_buff) 256 + sizeof(struct skb_shared_info) 320. */
#define SKB_TRUESIZE(size) ((size) + 256 + 320)
enum { SOCK_MIN_RCVBUF = 2304, SOCK_MIN_SNDBUF = 4608 };

/** What an operator sees of sockets: face.c. */
extern const struct face sock_face;
/** Their settings, up to a row without a name: sysctl.c. */
extern const struct knob sock_sysctls[];
