/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sock.h - processes and their sockets.
 *
 * A process makes non-blocking progress: it is a struct of callbacks over socket calls which return
 * a negative errno (-EAGAIN when they would block) and never run another process.  A million of
 * processes or sockets cost their own state and nothing else.
 */
#pragma once
#include <netsim/host.h>
#include <stddef.h>

G_BEGIN_DECLS

typedef struct process NetsimProcess;
typedef struct sock NetsimSocket;

/** Readiness, with poll(2)'s meaning. */
enum {
    NETSIM_POLLIN = 0x1,    /* data, end of file, or a connection to accept */
    NETSIM_POLLOUT = 0x4,   /* connected, and room in the send buffer */
    NETSIM_POLLERR = 0x8,   /* an error waits (netsim_sock_error()) */
    NETSIM_POLLHUP = 0x10,  /* closed in both directions */
    NETSIM_POLLRDHUP = 0x2000, /* the peer has shut down writing */
};

/** What a process does.  Every callback may be NULL; @state is the process's own @state_size zeroed bytes. */
typedef struct {
    const char *name;
    size_t state_size;
    size_t config_size; /* bytes of configuration that netsim_spawn() copies; 0: it is not copied and must live until start */
    /** Once, at the time of the spawn.  @config is a copy of what was given to netsim_spawn(). */
    void (*start)(NetsimProcess *process, void *state, const void *config);
    /** @socket woke the process: some of @events hold now.  Called after the event that caused it, never from inside a socket call. */
    void (*ready)(NetsimProcess *process, void *state, NetsimSocket *socket, unsigned events);
    /** The process's timer (netsim_process_sleep()). */
    void (*timer)(NetsimProcess *process, void *state);
    /** The process ends (netsim_process_exit() or the end of the simulation); its sockets are still open. */
    void (*end)(NetsimProcess *process, void *state);
} NetsimApp;

/**
 * Start a process on @host; its start callback runs as an event at the present time.
 * @name    for reports; copied; NULL: app->name
 * @app     must outlive the simulation (static)
 * @config  copied if the application has a config_size; may be NULL
 * @return  borrowed until netsim_sim_free(): what it found out can be read after its exit
 */
NETSIM_API NetsimProcess *netsim_spawn(NetsimHost *host, const char *name, const NetsimApp *app, const void *config);

/** End the process: its end callback runs, its sockets are closed as the kernel does at exit(). */
NETSIM_API void netsim_process_exit(NetsimProcess *process);

/** Call timer() at now + @duration; replaces an earlier call.  Ignored before start() and after the exit. */
NETSIM_API void netsim_process_sleep(NetsimProcess *process, netsim_time duration);
/** The same at @at, now if that is past. */
NETSIM_API void netsim_process_sleep_until(NetsimProcess *process, netsim_time at);
/** timer() is not called; nothing happens if it would not have been. */
NETSIM_API void netsim_process_cancel_sleep(NetsimProcess *process);

/** The process's own bytes, as its callbacks get them; they stay after its exit. */
NETSIM_API void *netsim_process_state(NetsimProcess *process);
/** Its host, its name, its simulation. */
NETSIM_API NetsimHost *netsim_process_host(const NetsimProcess *process);
NETSIM_API const char *netsim_process_name(const NetsimProcess *process);
NETSIM_API NetsimSim *netsim_process_sim(const NetsimProcess *process);
/** true once netsim_process_exit() was called (or is on its way). */
NETSIM_API bool netsim_process_has_exited(const NetsimProcess *process);
/** Processes in the order of their making, also those that have exited, @i from 0; NULL past the last. */
NETSIM_API NetsimProcess *netsim_process_nth(NetsimHost *host, unsigned i);

/* ---- sockets; IPv4 addresses and ports in host byte order ---- */

typedef enum { NETSIM_SOCK_STREAM, NETSIM_SOCK_DGRAM } NetsimSocketType;

typedef struct {
    uint32_t addr; /* 10.0.0.1 is 0x0a000001; 0 is any */
    uint16_t port;
} NetsimAddress;

/** "10.0.0.1:80", ":80", "10.0.0.1".  A missing port is 0. */
NETSIM_API bool netsim_parse_address(const char *text, NetsimAddress *address, GError **error);

/** @return  owned by the process; closed by netsim_close() or at its exit; NULL only past the descriptor limit */
NETSIM_API NetsimSocket *netsim_socket(NetsimProcess *process, NetsimSocketType type);

/** bind(2), as all that follow: 0 (or a count) or a negative errno, exactly as the system call of that name. */
NETSIM_API int netsim_bind(NetsimSocket *socket, NetsimAddress address);
/** @backlog  connections that may wait for netsim_accept(), up to net.core.somaxconn; less than 0 is that */
NETSIM_API int netsim_listen(NetsimSocket *socket, int backlog);
/** -EINPROGRESS at first; NETSIM_POLLOUT or NETSIM_POLLERR tells the end, and then a second call how it was. */
NETSIM_API int netsim_connect(NetsimSocket *socket, NetsimAddress address);
/**
 * The new socket belongs to the listener's process.
 * @peer    may be NULL
 * @return  0 and *@accepted, or -EAGAIN, -EINVAL; -ESRCH from the end callback: an exiting process gets no descriptors
 */
NETSIM_API int netsim_accept(NetsimSocket *socket, NetsimSocket **accepted, NetsimAddress *peer);

enum { NETSIM_MSG_MORE = 1, NETSIM_MSG_PEEK = 2, NETSIM_MSG_TRUNC = 4, NETSIM_MSG_OOB = 8, NETSIM_MSG_EOR = 16 };

/**
 * Queue bytes for sending.
 * @data   copied; NULL: @length simulated bytes without content
 * @flags  NETSIM_MSG_*
 * @return  bytes taken, or -EAGAIN, -EPIPE, -ENOTCONN, -ECONNRESET ...
 */
NETSIM_API int64_t netsim_send(NetsimSocket *socket, const void *data, size_t length, unsigned flags);
/** The same to an address; a datagram is taken as a whole or not at all. */
NETSIM_API int64_t netsim_sendto(NetsimSocket *socket, const void *data, size_t length, unsigned flags, NetsimAddress to);

/**
 * Read.
 * @buffer  receives the bytes (simulated ones are zeros); NULL: count them only
 * @return  bytes, 0 at end of file, or -EAGAIN, -ECONNRESET ...
 */
NETSIM_API int64_t netsim_recv(NetsimSocket *socket, void *buffer, size_t length, unsigned flags);
/** The same; *@from, if it is not NULL, is the sender of a datagram. */
NETSIM_API int64_t netsim_recvfrom(NetsimSocket *socket, void *buffer, size_t length, unsigned flags, NetsimAddress *from);
/**
 * lock_sock() and release_sock(): the application is inside a call that takes time.  What arrives meanwhile waits in the
 * socket's backlog, until the application reads or lets go.  TCP only; others have none.
 */
NETSIM_API void netsim_sock_lock(NetsimSocket *socket);
NETSIM_API void netsim_sock_release(NetsimSocket *socket);
/** true if the bytes returned by the last netsim_recv() had content given by the sender. */
NETSIM_API bool netsim_recv_had_content(const NetsimSocket *socket);

enum { NETSIM_SHUT_RD, NETSIM_SHUT_WR, NETSIM_SHUT_RDWR };
/** @how  NETSIM_SHUT_*; -EINVAL if it is none of them */
NETSIM_API int netsim_shutdown(NetsimSocket *socket, int how);

/** The handle is gone afterwards; the connection lives on as the kernel's does. */
NETSIM_API int netsim_close(NetsimSocket *socket);

/**
 * Options by their names in the socket API, lower case: "reuseaddr", "nodelay", "rcvbuf" (bytes), "linger" (seconds, -1: off),
 * "keepidle" (seconds), "user_timeout" (ms) ..., in the socket API's units.
 * @return  -ENOPROTOOPT: this kind of socket has no such option; -EINVAL: @value is out of its range
 */
NETSIM_API int netsim_setsockopt(NetsimSocket *socket, const char *name, int64_t value);
/** Into *@value, as the kernel tells it: SO_RCVBUF is twice what was set. */
NETSIM_API int netsim_getsockopt(NetsimSocket *socket, const char *name, int64_t *value);
/** TCP_CONGESTION.  -ENOENT if there is no such algorithm. */
NETSIM_API int netsim_set_congestion_control(NetsimSocket *socket, const char *name);

/** NETSIM_POLL*, as it is now. */
NETSIM_API unsigned netsim_poll(NetsimSocket *socket);
/** SO_ERROR: the pending error as a positive errno, which is cleared; 0 = none. */
NETSIM_API int netsim_sock_error(NetsimSocket *socket);
/** getsockname(), getpeername(): zeros where it has none yet. */
NETSIM_API NetsimAddress netsim_sock_local(const NetsimSocket *socket);
NETSIM_API NetsimAddress netsim_sock_peer(const NetsimSocket *socket);
/** Bytes sent and not yet acknowledged (SIOCOUTQ), and readable bytes (SIOCINQ). */
NETSIM_API uint64_t netsim_sock_outq(const NetsimSocket *socket);
NETSIM_API uint64_t netsim_sock_inq(const NetsimSocket *socket);

/** A pointer of the application's, not owned; NULL at first. */
NETSIM_API void netsim_sock_set_data(NetsimSocket *socket, void *data);
NETSIM_API void *netsim_sock_data(const NetsimSocket *socket);
/** Its owner. */
NETSIM_API NetsimProcess *netsim_sock_process(const NetsimSocket *socket);
/**
 * Add this connection's retransmissions, in segments, to @counter: those so far and all that follow, also after
 * netsim_close(), when most of a short answer is still to be delivered.  Call it once; @counter must live as long as the
 * simulation.
 */
NETSIM_API void netsim_sock_count_retransmits(NetsimSocket *socket, uint64_t *counter);
/** Hand a socket to another process of the same host (fork and close); to one of another host, or that exits: it stays. */
NETSIM_API void netsim_sock_set_process(NetsimSocket *socket, NetsimProcess *process);

/**
 * struct tcp_info, with the kernel's names and units: rto, ato, rtt, rttvar, rcv_rtt, min_rtt, busy_time, rwnd_limited and
 * sndbuf_limited in us; last_* and total_rto_time in ms; windows, spaces, mss and bytes_* in bytes; cwnd, ssthresh,
 * unacked ... retrans and segs_* in segments; rates in bytes/s.  options: 1 timestamps, 2 SACK, 4 window scale, 8 ECN,
 * 16 ECN seen.  Of a listener: unacked is its accept queue, sacked the backlog.
 */
typedef struct {
    uint8_t state, ca_state, retransmits, probes, backoff, options, snd_wscale, rcv_wscale;
    bool delivery_rate_app_limited; /* the rate is a lower bound: the application sent less than it could */
    uint32_t rto, ato, snd_mss, rcv_mss, unacked, sacked, lost, retrans, last_data_sent, last_data_recv, last_ack_recv;
    uint32_t pmtu, rcv_ssthresh, rtt, rttvar, snd_ssthresh, snd_cwnd, advmss, reordering, rcv_rtt, rcv_space, total_retrans;
    uint64_t pacing_rate, max_pacing_rate, bytes_acked, bytes_received; /* UINT64_MAX: no rate */
    uint32_t segs_out, segs_in, notsent_bytes, min_rtt, data_segs_in, data_segs_out;
    uint64_t delivery_rate, busy_time, rwnd_limited, sndbuf_limited;
    uint32_t delivered, delivered_ce;
    uint64_t bytes_sent, bytes_retrans;
    uint32_t dsack_dups, reord_seen, rcv_ooopack, snd_wnd, rcv_wnd;
    uint32_t rehash;                /* times that a time-out chose another path */
    uint16_t total_rto, total_rto_recoveries; /* time-outs; rows of them that began */
    uint32_t total_rto_time;        /* ms spent in such rows */
} NetsimTcpInfo;

/** X(field) for each field of NetsimTcpInfo, in its order. */
#define NETSIM_TCP_INFO_FIELDS(X)                                                                                       \
    X(state) X(ca_state) X(retransmits) X(probes) X(backoff) X(options) X(snd_wscale) X(rcv_wscale)                     \
    X(delivery_rate_app_limited)                                                                                        \
    X(rto) X(ato) X(snd_mss) X(rcv_mss) X(unacked) X(sacked) X(lost) X(retrans)                                         \
    X(last_data_sent) X(last_data_recv) X(last_ack_recv)                                                                \
    X(pmtu) X(rcv_ssthresh) X(rtt) X(rttvar) X(snd_ssthresh) X(snd_cwnd) X(advmss) X(reordering) X(rcv_rtt)             \
    X(rcv_space) X(total_retrans)                                                                                       \
    X(pacing_rate) X(max_pacing_rate) X(bytes_acked) X(bytes_received)                                                  \
    X(segs_out) X(segs_in) X(notsent_bytes) X(min_rtt) X(data_segs_in) X(data_segs_out)                                 \
    X(delivery_rate) X(busy_time) X(rwnd_limited) X(sndbuf_limited)                                                     \
    X(delivered) X(delivered_ce) X(bytes_sent) X(bytes_retrans)                                                         \
    X(dsack_dups) X(reord_seen) X(rcv_ooopack) X(snd_wnd) X(rcv_wnd)                                                    \
    X(rehash) X(total_rto) X(total_rto_recoveries) X(total_rto_time)

/** -EINVAL if @socket is not a TCP socket. */
NETSIM_API int netsim_tcp_info(const NetsimSocket *socket, NetsimTcpInfo *info);

/** Which part of NetsimCongestionInfo holds. */
typedef enum { NETSIM_CONGESTION_NOTHING, NETSIM_CONGESTION_BBR, NETSIM_CONGESTION_DCTCP } NetsimCongestionKind;

/** TCP_CC_INFO: what a connection's algorithm tells of itself, with the kernel's names. */
typedef struct {
    const char *algorithm;     /* "cubic" */
    NetsimCongestionKind kind;
    struct {
        uint64_t bw;           /* of the path, bytes/s */
        uint32_t min_rtt;      /* us; UINT32_MAX: no sample yet */
        uint32_t pacing_gain, cwnd_gain; /* 256 is 1 */
    } bbr;
    struct {
        bool enabled;          /* false: no ECN, so it works as reno */
        uint16_t ce_state;     /* the last data that arrived was marked */
        uint32_t alpha;        /* share of marked segments: 1024 is all */
        uint32_t ab_ecn, ab_tot; /* bytes acknowledged in this round trip: marked, all */
    } dctcp;
} NetsimCongestionInfo;

/** -EINVAL if @socket is not a TCP socket. */
NETSIM_API int netsim_congestion_info(const NetsimSocket *socket, NetsimCongestionInfo *info);

/** What ss(8) knows of a socket. */
typedef struct {
    const char *netid;         /* "tcp", "udp" */
    const char *state;         /* "ESTAB", "LISTEN", "TIME-WAIT", "UNCONN" ... */
    NetsimAddress local, peer;
    uint32_t recv_q, send_q;   /* bytes; of a listener: connections waiting for accept(), and the backlog */
    const char *process;       /* its owner's name; NULL: nobody's */
    const char *timer;         /* "on", "keepalive", "timewait", "persist"; NULL: none is armed */
    uint32_t timer_ms;         /* until it is due */
    NetsimSocket *socket;      /* NULL: a connection being opened, or in TIME-WAIT */
    bool has_info;             /* a TCP socket: info holds */
    NetsimTcpInfo info;
} NetsimSsEntry;

/** @entry and what it points to are valid during the call, which changes nothing on the host. */
typedef void (*NetsimSsFunc)(const NetsimSsEntry *entry, void *data);

/**
 * Call @func for each socket of @host that `ss @words` would list, in its order.
 * @words   "-tan state established '( dport = :80 )'" as for the command, split at blanks and quotes; NULL: "-tuan"
 * @return  false with NETSIM_ERROR_COMMAND or NETSIM_ERROR_UNSUPPORTED and ss's message if the words are wrong
 */
NETSIM_API bool netsim_host_ss(NetsimHost *host, const char *words, NetsimSsFunc func, void *data, GError **error);

G_END_DECLS
