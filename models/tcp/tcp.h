/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tcp.h - TCP as Linux does it: the control block and what the files of this room share.
 *
 * Names, numbers and the order of operations are the kernel's (net/ipv4/tcp*.c, release 6.18 with the differences of other
 * profiles).  Where to look:
 *
 *   tcp.c      system calls               input.c    an arriving segment: checks, states
 *   output.c   what to send when          ack.c      what an ACK says: cleaning, RTT, window
 *   skb.c      the send queues' runs      sack.c     SACK and D-SACK blocks, reordering
 *   rcvbuf.c   windows, autotuning        rack.c     RACK loss detection, tail loss probe
 *   receive.c  receive queues, ACK rules  recovery.c Open/Disorder/CWR/Recovery/Loss, PRR, undo
 *   timer.c    RTO, delayed ACK, probes   cong.c     snd_cwnd, its validation; cc/ the algorithms
 *   listen.c   SYN and accept queues      rate.c     delivery rate;  rtt.c  RTT, RTO;  pacing.c  departure times
 *   timewait.c TIME_WAIT mini sockets     ehash.c    look-up;  hash.c  ports;  options.c  header options
 *   icmp.c     errors from the path     mtu_probe.c  path MTU by probing;  collapse.c  receive memory, pruning
 *   close.c    FIN, RST, orphans           info.c     struct tcp_info;  diag.c, cmd_ss*.c  ss(8)
 *   metrics.c  what is remembered of peers scoreboard.c  loss detection before RACK
 */
#pragma once
#include "core/rng.h"
#include "models/sock/sock.h"
#include "models/tcp/knobs.h"

struct tcp_sock;

/* ---- sequence numbers ---- */
static inline bool seq_before(uint32_t a, uint32_t b)
{
    return (int32_t) (a - b) < 0;
}
static inline bool seq_after(uint32_t a, uint32_t b)
{
    return seq_before(b, a);
}
/** @low <= @x <= @high */
static inline bool seq_between(uint32_t x, uint32_t low, uint32_t high)
{
    return high - low >= x - low;
}

/* ---- constants (include/net/tcp.h) ---- */
enum {
    TCP_MSS_DEFAULT = 536,
    TCP_MIN_MSS = 88,
    TCP_MAX_WSCALE = 14,
    TCP_INIT_CWND = 10,
    TCP_INFINITE_SSTHRESH = 0x7fffffff,
    TCP_MAX_QUICKACKS = 16,
    TCP_FASTRETRANS_THRESH = 3,
    TCP_TIMEOUT_MIN = 2, /* jiffies */
    TCP_TIMEOUT_MIN_US = 2000,
    TCP_RACK_RECOVERY_THRESH = 16,
    TCPOLEN_TSTAMP_ALIGNED = 12,
    TCPOLEN_SACK_BASE_ALIGNED = 4,
    TCPOLEN_SACK_PERBLOCK = 8,
    GSO_MAX_SIZE = 65536,
    GSO_MAX_SEGS = 65535,
    MAX_TCP_HEADER = 192, /* of the traced 6.18 kernel: no WLAN, no tunnels */
};

/* ---- a run of the send queue: what Linux keeps in one sk_buff ---- */

/* tcp_skb.sacked */
enum {
    TCPCB_SACKED_ACKED = 0x01,
    TCPCB_SACKED_RETRANS = 0x02,
    TCPCB_LOST = 0x04,
    TCPCB_TAGBITS = 0x07,
    TCPCB_EVER_RETRANS = 0x80,
    TCPCB_RETRANS = TCPCB_SACKED_RETRANS | TCPCB_EVER_RETRANS,
};

struct tcp_skb {
    struct tcp_skb *next, *prev;    /* send queue, or retransmit queue in sequence order */
    struct tcp_skb *ts_next, *ts_prev; /* tsorted_sent_queue: in order of transmission; ts_next NULL and not tail: not in it */
    uint32_t seq, end_seq;          /* SYN and FIN take one */
    uint16_t pcount;                /* segments */
    uint16_t gso_size;              /* mss it was cut for */
    uint8_t tcp_flags;
    uint8_t sacked;
    bool is_app_limited, in_tsorted;
    bool eor;
    uint16_t bundle;                /* not yet sent: stands for several of the kernel's buffers of so many bytes each (the
                                       last may be shorter); 0: for one */
    uint32_t truesize;              /* charged to wmem_queued */
    uint64_t xmit_ns;               /* last transmission (departure time) */
    /* rate sample state at that time (rate.c) */
    uint64_t delivered_mstamp, first_tx_mstamp; /* us */
    union {
        uint32_t delivered;
        uint32_t last_seq;          /* bundle: where the last buffer begins */
    };
    uint32_t delivered_ce;
    uint8_t *bytes;                 /* content given by the application; NULL: simulated */
};
_Static_assert(sizeof(struct tcp_skb) == 96, "never more than two cache lines");

static inline uint32_t skb_len(const struct tcp_skb *skb) /* payload bytes */
{
    return skb->end_seq - skb->seq - !!(skb->tcp_flags & TCPHDR_SYN) - !!(skb->tcp_flags & TCPHDR_FIN);
}

/* ---- a run of a receive queue ---- */
struct tcp_rcv_skb {
    struct tcp_rcv_skb *next, *prev;
    uint32_t seq, end_seq; /* without FIN */
    uint32_t truesize;
    bool fin;
    uint8_t *bytes;
};

/* ---- hashing (hash.c) ---- */
enum tcp_hashed_kind { HASHED_SOCK = 1, HASHED_REQUEST, HASHED_TIMEWAIT };
struct tcp_bind_bucket {
    struct tcp_bind_bucket *next;
    uint32_t n_users;      /* sockets of any kind with this local port */
    uint32_t n_no_reuse, n_no_reuseport; /* of those that did not bind(): without SO_REUSEADDR, SO_REUSEPORT */
    uint16_t port;
    struct tcp_sock *owners; /* those that called bind(), by tp->bind_next */
};

/* ---- congestion control (cong.c) ---- */
enum tcp_ca_state { TCP_CA_Open, TCP_CA_Disorder, TCP_CA_CWR, TCP_CA_Recovery, TCP_CA_Loss };
enum tcp_ca_event {
    CA_EVENT_TX_START, CA_EVENT_CWND_RESTART, CA_EVENT_COMPLETE_CWR, CA_EVENT_LOSS,
    CA_EVENT_ECN_NO_CE, CA_EVENT_ECN_IS_CE, /* of data that arrived; only to algorithms that need ECN */
};

struct tcp_rate_sample {
    uint64_t prior_mstamp;
    uint32_t prior_delivered;
    int32_t delivered;       /* -1: no sample */
    int64_t interval_us;
    uint32_t snd_interval_us, rcv_interval_us;
    int64_t rtt_us;
    int32_t losses;
    uint32_t acked_sacked;
    uint32_t prior_in_flight;
    uint32_t last_end_seq;
    bool is_app_limited, is_retrans, is_ack_delayed;
};
struct tcp_ack_sample {
    uint32_t pkts_acked;
    int32_t rtt_us;
    uint32_t in_flight;
};

/* An algorithm.  Its state is ca_priv, or what init puts into a pool and release gives back. */
struct tcp_congestion_ops {
    const char *name;
    const char *source;
    uint32_t since;                                                                   /* kernel that first had it */
    uint32_t (*ssthresh)(struct tcp_sock *tp);                                        /* required */
    void (*cong_avoid)(struct tcp_sock *tp, uint32_t ack, uint32_t acked);            /* this or cong_control */
    void (*cong_control)(struct tcp_sock *tp, uint32_t ack, int flag, const struct tcp_rate_sample *rs);
    uint32_t (*undo_cwnd)(struct tcp_sock *tp);                                       /* required */
    void (*init)(struct tcp_sock *tp);
    void (*release)(struct tcp_sock *tp);                                             /* also of one without init */
    void (*set_state)(struct tcp_sock *tp, enum tcp_ca_state state);
    void (*cwnd_event)(struct tcp_sock *tp, enum tcp_ca_event ev);
    void (*pkts_acked)(struct tcp_sock *tp, const struct tcp_ack_sample *sample);
    void (*in_ack_event)(struct tcp_sock *tp, int flag);
    uint32_t (*min_tso_segs)(const struct tcp_sock *tp);                              /* else the knob; if is_paced */
    void (*get_info)(const struct tcp_sock *tp, NetsimCongestionInfo *info);
    uint32_t sndbuf_factor;
    bool needs_ecn;                /* asks for ECN, and all its segments are ECN-capable */
    bool is_restricted;            /* not for every process: tcp_allowed_congestion_control */
};
/** The algorithm that kernels like @net's know as @name, or NULL. */
const struct tcp_congestion_ops *tcp_ca_find(const struct net *net, const char *name);
/** The name of the @i-th algorithm of any kernel; NULL past the last. */
const char *tcp_ca_nth(unsigned i);
/** The version that brought it. */
unsigned tcp_ca_since(unsigned i);
extern const struct tcp_congestion_ops tcp_reno, tcp_cubic, tcp_bbr, tcp_dctcp;
/** One that netsim_host_add_congestion_control() gave to the host, or NULL. */
const struct tcp_congestion_ops *tcp_custom_find(const struct net *net, const char *name);
void tcp_custom_free(struct tcp_net *tn);
/** sizeof bbr's state, for its pool. */
size_t tcp_bbr_size(void);

/* Windowed minimum and maximum (lib/win_minmax.c). */
struct minmax_sample {
    uint32_t t, v;
};
struct minmax {
    struct minmax_sample s[3];
};
uint32_t minmax_running_min(struct minmax *m, uint32_t win, uint32_t t, uint32_t v);
uint32_t minmax_running_max(struct minmax *m, uint32_t win, uint32_t t, uint32_t v);
static inline uint32_t minmax_reset(struct minmax *m, uint32_t t, uint32_t v)
{
    m->s[0] = m->s[1] = m->s[2] = (struct minmax_sample){ t, v };
    return v;
}

/* What the retransmit timer is waiting for (icsk_pending). */
enum tcp_pending { ICSK_TIME_NONE, ICSK_TIME_RETRANS, ICSK_TIME_PROBE0, ICSK_TIME_LOSS_PROBE, ICSK_TIME_REO_TIMEOUT };
/* icsk_ack.pending */
enum { ICSK_ACK_SCHED = 1, ICSK_ACK_TIMER = 2, ICSK_ACK_PUSHED = 4, ICSK_ACK_PUSHED2 = 8, ICSK_ACK_NOW = 16, ICSK_ACK_NOMEM = 32 };
/* What limits the sender just now (tcp_info's busy_time, rwnd_limited, sndbuf_limited). */
enum tcp_chrono { TCP_CHRONO_NONE, TCP_CHRONO_BUSY, TCP_CHRONO_RWND_LIMITED, TCP_CHRONO_SNDBUF_LIMITED };
/* tp->nonagle */
enum { TCP_NAGLE_OFF = 1, TCP_NAGLE_CORK = 2, TCP_NAGLE_PUSH = 4 };
/* tp->ecn_flags */
enum {
    TCP_ECN_OK = 1, TCP_ECN_QUEUE_CWR = 2, TCP_ECN_DEMAND_CWR = 4, TCP_ECN_SEEN = 8,
    TCP_HAS_IP_OPTIONS = 0x80, /* the application chose header fields; stands here so that one test covers both */
};

enum { SKB_HEAD_TRUESIZE = SKB_TRUESIZE(256) }; /* a run's head from the small-head cache; payload is added byte by byte */

/* tp->ss_state */
enum { SS_UNCONNECTED, SS_CONNECTING, SS_SUCCEEDED, SS_CONNECTED }; /* succeeded: connect() has not told it yet */

/* Slots of the socket's timers: their place in its events' ids. */
enum { TCP_TIMER_RTX, TCP_TIMER_DELACK, TCP_TIMER_KEEPALIVE, TCP_EVENT_COMP_SACK = 8, TCP_EVENT_PACING };

/* What few connections need: options that the application set, what a listener has, trouble on the way.  A socket reads
 * the common default until it writes, through tcp_rare(). */
struct tcp_rare {
    struct tcp_sock *tp;           /* whose */
    struct tcp_settings {          /* an accepted child inherits them */
        uint64_t max_pacing_rate;  /* bytes/s; if has_max_pacing */
        uint32_t user_mss;
        uint32_t user_timeout;     /* ms */
        int32_t linger2;           /* jiffies; 0: the knob */
        uint16_t keepalive_time, keepalive_intvl; /* seconds; 0: the knob */
        uint8_t keepalive_probes;
        uint8_t tos, ttl, pmtudisc; /* if TCP_HAS_IP_OPTIONS; ttl 0: the knob */
        bool recverr;              /* IP_RECVERR */
    } set;
    struct tcp_listen *listen;     /* LISTEN: queues */
    uint8_t defer_accept;          /* TCP_DEFER_ACCEPT: time-outs of the SYN-ACK that a bare ACK waits for */
    struct timer keepalive_timer;
    uint64_t *retransmits;         /* netsim_sock_count_retransmits(); NULL: nobody asked */

    /* ---- data comes out of order ---- */
    struct tcp_rcv_skb *ofo_tail;
    struct tcp_sack_block selective_acks[4], duplicate_sack;
    uint32_t compressed_ack_rcv_nxt;
    uint32_t comp_sack_event;      /* high-resolution: compressed ACK; 0 until needed */
    uint32_t rcv_ooopack;
    uint32_t rcv_mwnd_seq;         /* the rightmost edge that was offered; if has_shrunk */
    uint32_t last_oow_ack_time;    /* jiffies */

    /* ---- segments are lost ---- */
    uint32_t prior_cwnd, prr_delivered, prr_out;
    uint32_t prior_ssthresh, undo_marker, total_retrans;
    uint32_t rto_stamp;            /* ms: when the present row of time-outs began; 0: none */
    int32_t undo_retrans;
    uint32_t dsack_dups, reord_seen;
    uint64_t bytes_retrans;
    uint32_t timeout_rehash;
    uint32_t total_rto_time;       /* ms spent in rows of time-outs */
    uint16_t total_rto, total_rto_recoveries; /* time-outs; rows of them that began */
    uint32_t probes_tstamp;        /* jiffies: when the present row of window probes began; if is_probing */

    /* ---- the path MTU is searched, segments are paced ---- */
    uint32_t mtup_low, mtup_high;  /* MTU: known to pass, thought to pass; if has_mtup, as what follows */
    uint32_t mtup_size, mtup_seq_start, mtup_seq_end; /* the probe that is out, 0: none */
    uint32_t mtup_stamp;           /* jiffies: when the search began */
    uint32_t pacing_event;         /* high-resolution: departure; 0 until needed */

    /* ---- the application owns the socket ---- */
    uint8_t deferred;              /* enum tcp_deferred: tcp_release_sock() does it */
    uint32_t backlog_len;          /* truesize */
    struct pkt *backlog_head, *backlog_tail; /* arrived meanwhile */

    uint64_t wstamp_ns;            /* is_paced: departure time of the last segment, then of the next */
};

/* In the order in which segments touch it, line after line: a thousand flows do not fit into a near cache.  What both
 * ends need, what an end needs when data comes, what it needs when ACKs come, and the rest (prefetch_sock() in ehash.c). */
struct tcp_sock {
    _Alignas(64) struct sock sk;   /* first */

    /* ---- every segment ---- */
    struct tcp_net *tn;
    uint32_t snd_una, snd_nxt, snd_wnd, snd_wl1;
    uint32_t rcv_nxt, rcv_wup, rcv_wnd, copied_seq;
    uint32_t ts_recent, ts_recent_stamp, ts_offset; /* stamp: seconds */
    uint32_t rcv_tsval, rcv_tsecr; /* of the segment being processed; tsecr without ts_offset */
    uint32_t window_clamp;

    uint64_t tcp_mstamp;           /* us, refreshed at each entry */
    uint8_t rcv_wscale, snd_wscale;
    bool tstamp_ok, sack_ok, saw_tstamp;
    uint8_t ack_pending, scaling_ratio, n_sacks;
    uint16_t ip_id, advmss, ack_rcv_mss, ack_last_seg_size;
    uint16_t ack_quick, ack_pingpong;
    uint32_t ack_ato, ack_lrcvtime; /* jiffies */
    uint32_t rcv_ssthresh;
    uint32_t packets_out, sacked_out, lost_out, retrans_out;
    uint32_t segs_in, segs_out;

    struct dst dst;
    int32_t forward_alloc;         /* taken from the pages of all sockets and not used: sk_forward_alloc */
    uint32_t data_segs_in;
    uint8_t n_dsack, compressed_ack, dup_ack_counter;
    uint8_t ecn_flags, retransmits, backoff, probes_out, pending, chrono_type;
    uint8_t ss_state;              /* what connect() has told: socket->state */
    uint8_t nonagle;
    bool wants_space;              /* SOCK_NOSPACE: a writer waits */
    bool fin_in_queue;             /* rcv_nxt counts the peer's FIN */
    bool rcv_quickack : 1, is_probing : 1, is_sack_reneg : 1;
    bool is_bound : 1, is_dead : 1, is_orphan : 1, in_accept_queue : 1;
    bool wscale_ok : 1;
    bool port_reuse : 1, port_reuseport : 1; /* what its port was taken with, if not by bind() */
    bool ca_setsockopt : 1;        /* chosen for this socket: its children inherit it, others follow the knob */
    bool has_shrunk : 1;           /* the right edge moved left, from rcv_mwnd_seq */
    bool has_max_pacing : 1;       /* SO_MAX_PACING_RATE */
    bool mtup_enabled : 1, has_mtup : 1; /* path MTU probing; the search is prepared */
    bool has_syn_acked : 1;        /* bytes_acked counts it */

    /* ---- data comes ---- */
    _Alignas(64) uint64_t rcv_offset; /* stream offset of rcv_nxt */
    struct tcp_rcv_skb *rcv_head, *rcv_tail, *ofo_head;
    uint32_t rcvq_space, rcvq_seq, rcvq_time; /* us */
    uint32_t rcv_rtt_us, rcv_rtt_seq, rcv_rtt_time; /* rtt << 3; us */
    uint32_t rcv_rtt_last_tsecr;
    int32_t rcvlowat;

    uint64_t peer_stream;          /* identity of what we receive */
    struct timer delack_timer;
    uint32_t rx_opt_mss_clamp;

    /* ---- ACKs come, data goes ---- */
    _Alignas(64) struct tcp_skb *rtx_head; /* sent, in sequence order */
    struct tcp_skb *rtx_tail;
    struct tcp_skb *send_head, *send_tail; /* not yet sent */
    struct tcp_skb *ts_head, *ts_tail;     /* sent and not SACKed nor lost, in order of transmission */
    uint32_t mss_cache, pmtu_cookie;
    uint16_t gso_segs;             /* whole segments in the largest super-packet */
    uint8_t ca_state, frto;
    bool is_cwnd_limited, tlp_retrans, rate_app_limited;
    bool is_paced;                 /* SK_PACING_NEEDED: segments wait for their departure times */

    uint32_t snd_cwnd, snd_ssthresh, snd_cwnd_cnt, snd_cwnd_clamp;
    uint32_t write_seq, pushed_seq, snd_sml, max_window;
    uint32_t high_seq, max_packets_out, cwnd_usage_seq, snd_cwnd_used, snd_cwnd_stamp;
    uint32_t tlp_high_seq, highest_sack; /* right edge of the highest SACKed run */
    uint32_t delivered;

    uint32_t delivered_ce, lost, app_limited;
    uint32_t rto_min;              /* jiffies: knob or route */
    uint64_t snd_offset;           /* stream offset of snd_una, kept wide: sequence numbers wrap */
    uint64_t first_tx_mstamp, delivered_mstamp;
    uint32_t rate_delivered, rate_interval_us;
    uint64_t pacing_rate;          /* bytes/s; UINT64_MAX: unknown */
    uint32_t srtt_us, mdev_us, mdev_max_us, rttvar_us, rtt_seq, rto; /* srtt << 3, mdev << 2; rto in jiffies */
    struct minmax rtt_min;
    uint32_t lsndtime, rcv_tstamp; /* jiffies */
    uint64_t rack_mstamp_ns;
    uint32_t rack_rtt_us, rack_end_seq, rack_last_delivered;
    uint8_t rack_reo_wnd_steps, rack_reo_wnd_persist, rack_dsack_seen, rack_advanced;
    uint32_t reordering;
    uint32_t data_segs_out;
    const struct tcp_congestion_ops *ca_ops;
    uint64_t ca_priv[9];
    uint64_t bytes_sent;
    struct timer rtx_timer;        /* for `pending` */
    uint32_t notsent_lowat;        /* bytes; 0: the knob */
    int32_t err_soft;              /* an ICMP error that is told only if we give up */
    struct tcp_skb *retransmit_skb_hint;   /* where retransmission goes on */
    struct tcp_skb *sack_hint;             /* last place a SACK look-up ended */

    /* ---- trouble, set-up and the end ---- */
    const struct tcp_rare *rare;
    uint32_t retrans_stamp;        /* ms: when retransmitting began; of a SYN: when it was sent */
    uint32_t chrono_start;         /* jiffies */
    uint32_t chrono_stat[3];       /* jiffies by enum tcp_chrono, from BUSY */
    uint8_t syn_retries_left;
    struct tcp_bind_bucket *bind;
    union {
        struct tcp_sock *bind_next;   /* of bind->owners */
        struct tcp_sock *accept_next; /* a child that has not been accepted: of the listener's queue */
    };
};
_Static_assert(offsetof(struct tcp_sock, rcv_offset) == 5 * 64 && offsetof(struct tcp_sock, rtx_head) == 7 * 64 &&
               offsetof(struct tcp_sock, rare) <= 14 * 64, "each group begins a cache line, and has no more of them");
_Static_assert(sizeof(struct tcp_sock) == 15 * 64, "a million connections take two million of them");
_Static_assert(sizeof(struct tcp_rare) <= 320, "one that needs both takes no more than it did");

extern const struct tcp_rare tcp_no_rare; /* the default */
/** A socket's own, from the pool. */
struct tcp_rare *tcp_rare_new(struct tcp_sock *tp);
static inline bool tcp_has_rare(const struct tcp_sock *tp)
{
    return tp->rare != &tcp_no_rare;
}
/** To write. */
static inline struct tcp_rare *tcp_rare(struct tcp_sock *tp)
{
    return tcp_has_rare(tp) ? (struct tcp_rare *) tp->rare : tcp_rare_new(tp);
}
static inline uint64_t tcp_max_pacing_rate(const struct tcp_sock *tp)
{
    return ns_unlikely(tp->has_max_pacing) ? tp->rare->set.max_pacing_rate : UINT64_MAX;
}

static inline struct tcp_sock *tcp_sk(struct sock *sk)
{
    return (struct tcp_sock *) sk;
}

/* ---- per host ---- */
struct tcp_hash_table {
    uint64_t *slots;
    uint32_t n_slots, n_used, n_removed; /* slots: a power of two */
};

/* Every even port of the range is taken by a connection from saddr to this peer. */
struct tcp_port_memo {
    uint32_t saddr, daddr, dport, low, n_ports; /* n_ports 0: nothing is known */
    uint32_t n_removed;            /* valid while ehash.n_removed is this */
};

struct tcp_net {
    struct net *net;
    struct tcp_knobs knobs;
    struct cubic_params cubic;
    struct dctcp_params dctcp;
    struct tcp_custom *customs;    /* algorithms of the user's */
    struct tcp_hash_table ehash;
    struct tcp_bind_bucket **bhash;
    uint32_t n_bhash, n_buckets;
    struct pool socks, skbs, rcv_skbs, requests, timewaits, buckets, bbrs, rares, metrics_pool;
    struct tcp_metrics_table *metrics; /* NULL: none yet */
    struct rng_stream rng;         /* ports */
    struct rng_stream bbr_rng;     /* first phases of bbr's gain cycles */
    uint64_t secret[2];            /* ISN, timestamp offset */
    uint16_t port_table[256];      /* table_perturb of connect() */
    struct tcp_port_memo port_memo[16]; /* by the same hash */
    uint32_t n_timewait, n_orphans;
};

void tcp_net_init(struct net *net);   /* makes net->tcp, registers the protocol and socket type */
void tcp_net_free(struct net *net);
/** For every socket of the host that is alive: for (struct tcp_sock *tp = tcp_first(tn, &at); tp; tp = tcp_next(&at)). */
struct tcp_sock *tcp_first(const struct tcp_net *tn, struct pool_place *at);
struct tcp_sock *tcp_next(struct pool_place *at);

/* ---- memory: a socket takes whole pages, and since 6.0 gives whole pages back at once ---- */

enum { TCP_MEM_PAGE = 4096 };

/** sk_mem_schedule(), sk_mem_charge() */
static inline void tcp_mem_charge(struct tcp_sock *tp, int32_t bytes)
{
    tp->forward_alloc = (tp->forward_alloc - bytes) & (TCP_MEM_PAGE - 1);
}
/** sk_mem_uncharge(), sk_mem_reclaim() */
static inline void tcp_mem_uncharge(struct tcp_sock *tp, int32_t bytes)
{
    tp->forward_alloc = (tp->forward_alloc + bytes) & (TCP_MEM_PAGE - 1);
}

/* ---- the clock ---- */

/** Microseconds since the host was booted. */
static inline uint64_t tcp_net_clock_us(const struct net *net)
{
    return (uint64_t) (net->sim->now - net->wheel.origin) / 1000000;
}
/** tcp_clock_cache: refresh the socket's microsecond clock. */
static inline void tcp_mstamp_refresh(struct tcp_sock *tp)
{
    tp->tcp_mstamp = tcp_net_clock_us(tp->sk.net);
}
static inline uint64_t tcp_clock_ns(const struct tcp_sock *tp)
{
    return (uint64_t) (tp->sk.net->sim->now - tp->sk.net->wheel.origin) / 1000;
}
static inline uint32_t tcp_jiffies(const struct tcp_sock *tp)
{
    return net_jiffies(tp->sk.net);
}
static inline uint64_t skb_mstamp_us(const struct tcp_skb *skb)
{
    return skb->xmit_ns / 1000;
}
static inline uint32_t tcp_stamp_us_delta(uint64_t t1, uint64_t t0)
{
    return t1 > t0 ? (uint32_t) (t1 - t0) : 0;
}
/** TSval of this socket, now: 1 ms units. */
static inline uint32_t tcp_time_stamp(const struct tcp_sock *tp)
{
    return (uint32_t) (tp->tcp_mstamp / 1000);
}
static inline unsigned tcp_hz(const struct tcp_sock *tp)
{
    return tp->sk.net->wheel.hz;
}

/* ---- counts (include/net/tcp.h) ---- */
static inline uint32_t tcp_left_out(const struct tcp_sock *tp)
{
    return tp->sacked_out + tp->lost_out;
}
static inline uint32_t tcp_packets_in_flight(const struct tcp_sock *tp)
{
    return tp->packets_out - tcp_left_out(tp) + tp->retrans_out;
}
static inline uint32_t tcp_wnd_end(const struct tcp_sock *tp)
{
    return tp->snd_una + tp->snd_wnd;
}
static inline bool tcp_in_slow_start(const struct tcp_sock *tp)
{
    return tp->snd_cwnd < tp->snd_ssthresh;
}
static inline bool tcp_in_initial_slowstart(const struct tcp_sock *tp)
{
    return tp->snd_ssthresh >= TCP_INFINITE_SSTHRESH;
}
static inline bool tcp_in_cwnd_reduction(const struct tcp_sock *tp)
{
    return tp->ca_state == TCP_CA_CWR || tp->ca_state == TCP_CA_Recovery;
}
static inline uint32_t tcp_current_ssthresh(const struct tcp_sock *tp)
{
    if (tcp_in_cwnd_reduction(tp)) return tp->snd_ssthresh;
    return ns_max(tp->snd_ssthresh, (tp->snd_cwnd >> 1) + (tp->snd_cwnd >> 2));
}
static inline uint32_t tcp_receive_window(const struct tcp_sock *tp)
{
    int32_t win = (int32_t) (tp->rcv_wup + tp->rcv_wnd - tp->rcv_nxt);
    return win < 0 ? 0 : (uint32_t) win;
}
/** The peer may not have heard that the window shrank: what it was once offered it may send (since 7.0). */
static inline uint32_t tcp_max_receive_window(const struct tcp_sock *tp)
{
    uint32_t now = tcp_receive_window(tp);
    if (ns_likely(!tp->has_shrunk)) return now;
    int32_t once = (int32_t) (tp->rare->rcv_mwnd_seq - tp->rcv_nxt);
    return once > (int32_t) now ? (uint32_t) once : now;
}
/** The counts of tcp_info: SYN and FIN are bytes, too. */
static inline uint64_t tcp_bytes_acked(const struct tcp_sock *tp)
{
    return tp->snd_offset + tp->has_syn_acked;
}
static inline uint64_t tcp_bytes_received(const struct tcp_sock *tp)
{
    return tp->rcv_offset + tp->fin_in_queue;
}
static inline bool tcp_is_pingpong(const struct tcp_sock *tp)
{
    return tp->ack_pingpong >= (uint32_t) tp->tn->knobs.pingpong_thresh;
}

/** From now on, @type. */
static inline void tcp_chrono_set(struct tcp_sock *tp, enum tcp_chrono type)
{
    if (tp->chrono_type == type) return;
    uint32_t now = tcp_jiffies(tp);
    if (tp->chrono_type) tp->chrono_stat[tp->chrono_type - 1] += now - tp->chrono_start;
    tp->chrono_type = (uint8_t) type;
    tp->chrono_start = now;
}
/** Something limits the sender; of several, the last of the enum counts. */
static inline void tcp_chrono_start(struct tcp_sock *tp, enum tcp_chrono type)
{
    if (type > tp->chrono_type) tcp_chrono_set(tp, type);
}
/** It does so no more. */
static inline void tcp_chrono_stop(struct tcp_sock *tp, enum tcp_chrono type)
{
    if (!tp->rtx_head && !tp->send_head) tcp_chrono_set(tp, TCP_CHRONO_NONE);
    else if (type == tp->chrono_type) tcp_chrono_set(tp, TCP_CHRONO_BUSY);
}

/* ---- tcp.c: system calls; creation ---- */
struct tcp_sock *tcp_sock_new(struct net *net, struct process *process);
void tcp_route_metrics(struct tcp_sock *tp);
/** Leave every table and list, free queues and timers.  The state is CLOSE and the application is gone. */
void tcp_sock_destroy(struct tcp_sock *tp);

/* ---- sendmsg.c ---- */
int64_t tcp_sendmsg(struct sock *sk, const void *data, size_t len, unsigned flags, const NetsimAddress *to);
/** Wake a writer when enough of the send buffer is free (sk_stream_write_space). */
void tcp_write_space(struct tcp_sock *tp);
/** May one more run be queued?  @wake: is it worth waking a writer, at half of tcp_notsent_lowat */
bool tcp_stream_memory_free(const struct tcp_sock *tp, bool wake);
/** A third of the send buffer is free (__sk_stream_is_writeable()). */
bool tcp_is_writeable(const struct tcp_sock *tp);

/* ---- info.c ---- */

/* tcpi_options */
enum { TCPI_OPT_TIMESTAMPS = 1, TCPI_OPT_SACK = 2, TCPI_OPT_WSCALE = 4, TCPI_OPT_ECN = 8, TCPI_OPT_ECN_SEEN = 16 };
int tcp_get_info(const struct sock *sk, NetsimTcpInfo *info);

/* ---- close.c ---- */
void tcp_set_state(struct tcp_sock *tp, int state);
void tcp_close(struct sock *sk);
int tcp_shutdown(struct sock *sk, int how);
/** The connection is over: CLOSE, wake the owner, destroy an orphan. */
void tcp_done(struct tcp_sock *tp);
/** A fatal @err (positive errno) for the application. */
void tcp_reset_err(struct tcp_sock *tp, int err);
void tcp_write_err(struct tcp_sock *tp);
void tcp_fin_received(struct tcp_sock *tp);
/** Free the memory of a connection that is over and that no application holds; the last thing of every entry. */
void tcp_reap(struct tcp_sock *tp);
/** How long an orphan may stay in FIN_WAIT_2, jiffies. */
uint32_t tcp_fin_time(const struct tcp_sock *tp);
void tcp_write_queue_purge(struct tcp_sock *tp);

/* ---- ehash.c ---- */
bool tcp_ehash_insert(struct tcp_net *tn, struct sock_hashed *h);
void tcp_ehash_remove(struct tcp_net *tn, struct sock_hashed *h);
/** A socket by its addresses and ports, which stay as they are until it leaves the table. */
void tcp_hash(struct tcp_sock *tp);
void tcp_unhash(struct tcp_sock *tp);
struct sock_hashed *tcp_ehash_lookup(const struct tcp_net *tn, uint32_t saddr, uint16_t sport, uint32_t daddr, uint16_t dport);
/** Whose segment is @p?  What it will touch of a socket is on its way into the caches. */
struct sock_hashed *tcp_ehash_lookup_pkt(const struct tcp_net *tn, const struct pkt *p);
/** @next arrives next on the wire from which one has just come: what it and its successor will touch is on its way. */
void tcp_ehash_look_ahead(const struct tcp_net *tn, const struct pkt *next);
/** Walk over the table; *@i is 0 at first.  NULL: it was the last. */
struct sock_hashed *tcp_ehash_next(const struct tcp_net *tn, uint32_t *i);

/* ---- hash.c ---- */
/* A connection: our end, the peer's. */
struct tcp_tuple {
    uint32_t saddr, daddr;
    uint16_t sport, dport;
};
/** The listener for a new connection; of several with SO_REUSEPORT a hash chooses. */
struct tcp_sock *tcp_listener_lookup(struct tcp_net *tn, const struct tcp_tuple *c);
/** reuseport_migrate_sock(): @listener closes; who takes its connection @c over (tcp_migrate_req)?  NULL: nobody; counted */
struct tcp_sock *tcp_migrate_target(const struct tcp_sock *listener, const struct tcp_tuple *c);
/** bind(): 0, -EADDRINUSE, -EADDRNOTAVAIL.  port 0: choose. */
int tcp_get_port(struct tcp_sock *tp, uint32_t addr, uint16_t port);
/** connect() without bind(): choose a port for the 4-tuple; inserts into ehash. */
int tcp_hash_connect(struct tcp_sock *tp);
/** One more user of @port, who shares it with @opts (SOCK_REUSEADDR, SOCK_REUSEPORT) and says the same when it leaves. */
struct tcp_bind_bucket *tcp_bucket_get(struct tcp_net *tn, uint16_t port, uint8_t opts);
void tcp_bucket_put(struct tcp_net *tn, uint16_t port, uint8_t opts);
/** The port of a connection that has not called bind(). */
void tcp_inherit_port(struct tcp_sock *tp, uint16_t port);
void tcp_put_port(struct tcp_sock *tp);
uint64_t tcp_secret_hash(const struct tcp_net *tn, uint32_t saddr, uint32_t daddr, uint32_t ports);

/* ---- input.c ---- */
void tcp_v4_rcv(struct net *net, struct netdev *dev, struct pkt *p);
/** A segment for a socket that nobody owns. */
void tcp_sock_rcv(struct tcp_sock *tp, struct pkt *p);
void tcp_rcv_established(struct tcp_sock *tp, struct pkt *p);
/* ---- backlog.c ---- */
/** What has to wait until the application lets go of its socket (sk_tsq_flags). */
enum tcp_deferred { TCP_ACK_DEFERRED = 1, TCP_WRITE_TIMER_DEFERRED = 2, TCP_DELACK_TIMER_DEFERRED = 4 };
void tcp_add_backlog(struct tcp_sock *tp, struct pkt *p);
/** sk_flush_backlog(): what has arrived is processed; the application keeps the socket. */
void tcp_flush_backlog(struct tcp_sock *tp);
void tcp_release_sock(struct sock *sk);
void tcp_purge_backlog(struct tcp_sock *tp);

/** Every other state; consumes p.  true: the caller must answer with a RST (p is then still the caller's). */
bool tcp_rcv_state_process(struct tcp_sock *tp, struct pkt *p);
void tcp_finish_connect(struct tcp_sock *tp, struct pkt *p);
void tcp_init_transfer(struct tcp_sock *tp);
/** RFC 5961 s3: an ACK that makes the peer prove itself. */
void tcp_send_challenge_ack(struct tcp_sock *tp);
/** Was an invalid segment answered less than tcp_invalid_ratelimit before?  Then @skipped counts.  @last  jiffies of the answer; 0: none yet */
bool tcp_any_rate_limited(struct tcp_net *tn, enum snmp_counter skipped, uint32_t *last);
/** The same for @p: data are always answered. */
bool tcp_oow_rate_limited(struct tcp_net *tn, const struct pkt *p, enum snmp_counter skipped, uint32_t *last);
/** Is any of [@seq, @end_seq) inside [@s_win, @e_win)? (tcp_in_window(): an empty segment also at its ends) */
static inline bool tcp_in_window(uint32_t seq, uint32_t end_seq, uint32_t s_win, uint32_t e_win)
{
    return seq == s_win || (seq_after(end_seq, s_win) && seq_before(seq, e_win)) || (seq == e_win && seq == end_seq);
}
void tcp_v4_err(struct net *net, const struct pkt *icmp);

/* What processing one ACK has learnt (FLAG_* of tcp_input.c). */
enum {
    FLAG_DATA = 0x01, FLAG_WIN_UPDATE = 0x02, FLAG_DATA_ACKED = 0x04, FLAG_RETRANS_DATA_ACKED = 0x08,
    FLAG_SYN_ACKED = 0x10, FLAG_DATA_SACKED = 0x20, FLAG_ECE = 0x40, FLAG_LOST_RETRANS = 0x80, FLAG_SLOWPATH = 0x100,
    FLAG_ORIG_SACK_ACKED = 0x200, FLAG_SND_UNA_ADVANCED = 0x400, FLAG_DSACKING_ACK = 0x800,
    FLAG_SET_XMIT_TIMER = 0x1000, FLAG_SACK_RENEGING = 0x2000, FLAG_UPDATE_TS_RECENT = 0x4000,
    FLAG_NO_CHALLENGE_ACK = 0x8000, FLAG_ACK_MAYBE_DELAYED = 0x10000, FLAG_DSACK_TLP = 0x20000,
    FLAG_ACKED = FLAG_DATA_ACKED | FLAG_SYN_ACKED,
    FLAG_NOT_DUP = FLAG_DATA | FLAG_WIN_UPDATE | FLAG_ACKED,
    FLAG_CA_ALERT = FLAG_DATA_SACKED | FLAG_ECE | FLAG_DSACKING_ACK,
    FLAG_FORWARD_PROGRESS = FLAG_ACKED | FLAG_DATA_SACKED,
};
enum { REXMIT_NONE, REXMIT_LOST, REXMIT_NEW };

/* One ACK's working memory (struct tcp_sacktag_state). */
struct tcp_ack {
    const struct pkt *p;
    uint32_t ack, seq, prior_snd_una;
    uint32_t reord;           /* lowest start of reordering seen in the retransmit queue */
    uint32_t sack_delivered;
    uint64_t first_sackt, last_sackt; /* us */
    int flag;
    int rexmit;
    struct tcp_rate_sample rate;
};

/* ---- ack.c ---- */
/** @return  1 acceptable, 0 old, <0 -drop reason */
int tcp_ack(struct tcp_sock *tp, const struct pkt *p, int flag);
bool tcp_may_update_window(const struct tcp_sock *tp, uint32_t ack, uint32_t seq, uint32_t nwin);
void tcp_snd_una_update(struct tcp_sock *tp, uint32_t ack);
void tcp_rearm_rto(struct tcp_sock *tp);
void tcp_ack_probe(struct tcp_sock *tp);

/* ---- rtt.c ---- */
void tcp_rtt_estimator(struct tcp_sock *tp, int64_t mrtt_us);
bool tcp_ack_update_rtt(struct tcp_sock *tp, int flag, int64_t seq_rtt_us, int64_t sack_rtt_us, int64_t ca_rtt_us,
                        struct tcp_rate_sample *rs);
void tcp_set_rto(struct tcp_sock *tp);
static inline uint32_t tcp_min_rtt(const struct tcp_sock *tp)
{
    return tp->rtt_min.s[0].v;
}
static inline uint32_t tcp_rto_min(const struct tcp_sock *tp)
{
    return tp->rto_min;
}
static inline uint32_t tcp_rto_max(const struct tcp_sock *tp)
{
    return (uint32_t) tp->tn->knobs.rto_max_ms * tcp_hz(tp) / 1000;
}

/* ---- sack.c ---- */
int tcp_sacktag_write_queue(struct tcp_sock *tp, const struct pkt *p, uint32_t prior_snd_una, struct tcp_ack *state);
void tcp_check_sack_reordering(struct tcp_sock *tp, uint32_t low_seq, bool ts);
uint32_t tcp_highest_sack_seq(struct tcp_sock *tp);
void tcp_add_reno_sack(struct tcp_sock *tp, int num_dupack, bool ece_ack);
void tcp_remove_reno_sacks(struct tcp_sock *tp, int acked, bool ece_ack);
void tcp_reset_reno_sack(struct tcp_sock *tp);
/** Keep room for the holes: sacked_out + lost_out <= packets_out.  true: sacked_out was too large. */
bool tcp_limit_reno_sacked(struct tcp_sock *tp);

/* ---- scoreboard.c ---- */
/** Does RACK say what is lost?  Always since 6.15, else tcp_recovery. */
bool tcp_is_rack(const struct tcp_sock *tp);
bool tcp_is_fack(const struct tcp_sock *tp);
/** Where it does not: mark what has been overtaken, if it is time to. */
void tcp_scoreboard_mark_lost(struct tcp_sock *tp, int *ack_flag);
/** The wait of an early retransmission (RFC 5827) is over. */
void tcp_resume_early_retransmit(struct tcp_sock *tp);

/* ---- rack.c ---- */
void tcp_rack_advance(struct tcp_sock *tp, uint8_t sacked, uint32_t end_seq, uint64_t xmit_ns);
bool tcp_rack_mark_lost(struct tcp_sock *tp);
int32_t tcp_rack_skb_timeout(struct tcp_sock *tp, const struct tcp_skb *skb, uint32_t reo_wnd);
void tcp_rack_update_reo_wnd(struct tcp_sock *tp, const struct tcp_rate_sample *rs);
void tcp_rack_reo_timeout(struct tcp_sock *tp);
bool tcp_schedule_loss_probe(struct tcp_sock *tp, bool advancing_rto);
void tcp_send_loss_probe(struct tcp_sock *tp);
void tcp_process_tlp_ack(struct tcp_sock *tp, uint32_t ack, int flag);
void tcp_newreno_mark_lost(struct tcp_sock *tp, bool snd_una_advanced);
void tcp_mark_skb_lost(struct tcp_sock *tp, struct tcp_skb *skb);

/* ---- recovery.c ---- */
void tcp_fastretrans_alert(struct tcp_sock *tp, uint32_t prior_snd_una, int num_dupack, int *ack_flag, int *rexmit);
void tcp_enter_loss(struct tcp_sock *tp);
void tcp_enter_recovery(struct tcp_sock *tp, bool ece_ack);
void tcp_enter_cwr(struct tcp_sock *tp);
void tcp_simple_retransmit(struct tcp_sock *tp);
void tcp_xmit_recovery(struct tcp_sock *tp, int rexmit);
void tcp_cwnd_reduction(struct tcp_sock *tp, int newly_acked_sacked, int newly_lost, int flag);
void tcp_xmit_retransmit_queue(struct tcp_sock *tp);
void tcp_set_ca_state(struct tcp_sock *tp, enum tcp_ca_state state);
void tcp_verify_retransmit_hint(struct tcp_sock *tp, struct tcp_skb *skb);
bool tcp_check_sack_reneging(struct tcp_sock *tp, int *ack_flag);
void tcp_timeout_mark_lost(struct tcp_sock *tp);
void tcp_init_cwnd_reduction(struct tcp_sock *tp);
void tcp_end_cwnd_reduction(struct tcp_sock *tp);
bool tcp_packet_delayed(const struct tcp_sock *tp);
bool tcp_any_retrans_done(const struct tcp_sock *tp);
void tcp_try_keep_open(struct tcp_sock *tp);

/* ---- cong.c ---- */
enum tcp_cwnd_why { CWND_INIT, CWND_GROW, CWND_REDUCE, CWND_UNDO, CWND_RTO, CWND_IDLE, CWND_APP_LIMITED, CWND_MTU_PROBE };
/** The only writer of snd_cwnd. */
void tcp_cwnd_set(struct tcp_sock *tp, uint32_t segs, enum tcp_cwnd_why why);
uint32_t tcp_init_cwnd(const struct tcp_sock *tp);
void tcp_cwnd_validate(struct tcp_sock *tp, bool is_cwnd_limited);
void tcp_slow_start_after_idle_check(struct tcp_sock *tp);
bool tcp_is_cwnd_limited(const struct tcp_sock *tp);
/** What tcp_write_xmit() does with a full congestion window: it notes that. */
static inline void tcp_cwnd_full(struct tcp_sock *tp)
{
    tcp_chrono_stop(tp, TCP_CHRONO_RWND_LIMITED);
    tcp_cwnd_validate(tp, true);
}
uint32_t tcp_slow_start(struct tcp_sock *tp, uint32_t acked);
void tcp_cong_avoid_ai(struct tcp_sock *tp, uint32_t w, uint32_t acked);
void tcp_cong_control(struct tcp_sock *tp, uint32_t ack, uint32_t acked_sacked, int flag, const struct tcp_rate_sample *rs);
void tcp_update_pacing_rate(struct tcp_sock *tp);
/** Begin anew with tp->ca_ops. */
void tcp_ca_init(struct tcp_sock *tp);
/** Give back what the algorithm holds. */
void tcp_ca_release(struct tcp_sock *tp);
int tcp_get_congestion_info(const struct sock *sk, NetsimCongestionInfo *info);
void tcp_reno_cong_avoid(struct tcp_sock *tp, uint32_t ack, uint32_t acked);
uint32_t tcp_reno_undo_cwnd(struct tcp_sock *tp);
uint32_t tcp_reno_ssthresh(struct tcp_sock *tp);
static inline void tcp_ca_event(struct tcp_sock *tp, enum tcp_ca_event ev)
{
    if (tp->ca_ops->cwnd_event) tp->ca_ops->cwnd_event(tp, ev);
}

/* ---- pacing.c ---- */
/** From now on segments leave at tp->pacing_rate. */
void tcp_pacing_start(struct tcp_sock *tp);
/** tcp_pacing_check(): the next departure is still ahead; a timer is armed for it. */
bool tcp_pacing_wait(struct tcp_sock *tp);
/** A segment leaves now; @skb NULL: one without payload. */
void tcp_pacing_sent(struct tcp_sock *tp, struct tcp_skb *skb);
/** tcp_pacing_delay(): whole jiffies until the next departure. */
uint32_t tcp_pacing_delay_jiffies(const struct tcp_sock *tp);
void tcp_pacing_cancel(struct tcp_sock *tp);
static inline bool tcp_pacing_check(struct tcp_sock *tp)
{
    return ns_unlikely(tp->is_paced) && tcp_pacing_wait(tp);
}
/** A retransmission timer counts from the departure of what it waits for. */
static inline uint32_t tcp_pacing_delay(const struct tcp_sock *tp)
{
    return ns_unlikely(tp->is_paced) ? tcp_pacing_delay_jiffies(tp) : 0;
}

/* ---- rate.c ---- */
void tcp_rate_skb_sent(struct tcp_sock *tp, struct tcp_skb *skb);
void tcp_rate_skb_delivered(struct tcp_sock *tp, struct tcp_skb *skb, struct tcp_rate_sample *rs);
void tcp_rate_gen(struct tcp_sock *tp, uint32_t delivered, uint32_t lost, bool is_sack_reneg, struct tcp_rate_sample *rs);
void tcp_rate_check_app_limited(struct tcp_sock *tp);

/* ---- skb.c: queues of runs ---- */
struct tcp_skb *tcp_skb_new(struct tcp_sock *tp);
void tcp_skb_free(struct tcp_sock *tp, struct tcp_skb *skb);
void tcp_queue_skb(struct tcp_sock *tp, struct tcp_skb *skb);          /* to the end of the send queue */
void tcp_rtx_queue_append(struct tcp_sock *tp, struct tcp_skb *skb);   /* the head of the send queue was sent */
/** tcp_fragment(): split so that @skb keeps @len bytes; the rest becomes its successor in the same queue. */
struct tcp_skb *tcp_fragment(struct tcp_sock *tp, struct tcp_skb *skb, uint32_t len, uint32_t mss, bool in_rtx);
void tcp_set_skb_tso_segs(struct tcp_skb *skb, uint32_t mss);
void tcp_adjust_pcount(struct tcp_sock *tp, const struct tcp_skb *skb, int decr);
void tcp_rtx_unlink(struct tcp_sock *tp, struct tcp_skb *skb);
/** Leave @skb the first of the buffers that it stands for; the others follow it. */
void tcp_skb_unbundle(struct tcp_sock *tp, struct tcp_skb *skb);
/** The last buffer of the bundle at the tail of the send queue, which now stands alone. */
struct tcp_skb *tcp_skb_unbundle_last(struct tcp_sock *tp);
void tcp_tsorted_append(struct tcp_sock *tp, struct tcp_skb *skb);
void tcp_tsorted_remove(struct tcp_sock *tp, struct tcp_skb *skb);
/** Add @n bytes of content (NULL: simulated) behind the @old_len that @skb has; its sequence numbers are the caller's. */
void tcp_skb_append_bytes(struct tcp_skb *skb, uint32_t old_len, const uint8_t *bytes, uint32_t n);
void tcp_skb_trim_head(struct tcp_sock *tp, struct tcp_skb *skb, uint32_t n);

/* ---- output.c ---- */
uint32_t tcp_current_mss(struct tcp_sock *tp);
uint32_t tcp_sync_mss(struct tcp_sock *tp, uint32_t pmtu);
uint32_t tcp_send_mss(struct tcp_sock *tp, uint32_t *size_goal);
bool tcp_write_xmit(struct tcp_sock *tp, uint32_t mss, int nonagle, int push_one);
void tcp_push_pending_frames(struct tcp_sock *tp, uint32_t mss, int nonagle);
void tcp_push_one(struct tcp_sock *tp, uint32_t mss);
void tcp_data_snd_check(struct tcp_sock *tp);
/** Send a run again, at most @segs segments of it; 0 or -errno. */
int tcp_retransmit_skb(struct tcp_sock *tp, struct tcp_skb *skb, int segs);
/** The same without the books of recovery (__tcp_retransmit_skb()): a tail loss probe. */
int tcp_retransmit_skb_raw(struct tcp_sock *tp, struct tcp_skb *skb, int segs);
int tcp_transmit_skb(struct tcp_sock *tp, struct tcp_skb *skb);
void tcp_connect_init(struct tcp_sock *tp);
/** Header fields of @p that the application chose. */
void tcp_ip_options(const struct tcp_sock *tp, struct pkt *p);
void tcp_send_syn(struct tcp_sock *tp);
void tcp_send_fin(struct tcp_sock *tp);
void tcp_send_ack(struct tcp_sock *tp);
/** __tcp_send_ack(): acknowledge up to @rcv_nxt, perhaps less than what arrived. */
void tcp_send_ack_of(struct tcp_sock *tp, uint32_t rcv_nxt);
void tcp_send_active_reset(struct tcp_sock *tp, const char *reason);
/* What an ACK says that no socket sends. */
struct tcp_bare_ack {
    uint32_t seq, ack, window;   /* window: shifted by the scale */
    uint32_t ts_offset, ts_recent;
    bool tstamp_ok;
};
/** For a request or a TIME_WAIT entry. */
void tcp_v4_send_ack(struct net *net, const struct sock_hashed *h, const struct tcp_bare_ack *a);
/** Answer a segment without a socket (RFC 9293 s3.10.7.1). Does not consume p. */
void tcp_v4_send_reset(struct net *net, const struct sock *sk, const struct pkt *p, const char *reason);
/** A bare ACK one below snd_una: the peer must answer. */
void tcp_xmit_probe_skb(struct tcp_sock *tp);
void tcp_send_probe0(struct tcp_sock *tp);
uint32_t tcp_tso_segs(const struct tcp_sock *tp, uint32_t mss);
bool tcp_skb_spurious_retrans(const struct tcp_sock *tp, const struct tcp_skb *skb);

/** Append up to @amount bytes of the next run to @skb, which is followed by one. */
void tcp_grow_skb(struct tcp_sock *tp, struct tcp_skb *skb, uint32_t amount);
/** @skb, the first that waited, was sent. */
void tcp_event_new_data_sent(struct tcp_sock *tp, struct tcp_skb *skb);

/* ---- mtu_probe.c ---- */
/** The payload of a segment that makes a packet of @mtu bytes. */
uint32_t tcp_mtu_to_mss(const struct tcp_sock *tp, uint32_t mtu);
void tcp_mtup_init(struct tcp_sock *tp);
/** The path is said to take @pmtu, @mss bytes of payload: what the search says to that. */
uint32_t tcp_mtup_bound(struct tcp_sock *tp, uint32_t pmtu, uint32_t mss);
enum tcp_mtu_probe { MTU_PROBE_NONE, MTU_PROBE_WAIT, MTU_PROBE_SENT };
/** Send a probe, if it is time for one; MTU_PROBE_WAIT: hold the data back for it. */
enum tcp_mtu_probe tcp_mtu_probe(struct tcp_sock *tp);
/** snd_una has moved. */
void tcp_mtup_acked(struct tcp_sock *tp);
/** A loss is evident: was it the probe's?  Then it is repeated in smaller segments. */
bool tcp_mtup_lost(struct tcp_sock *tp);
/** tcp_retries1 time-outs in a row. */
void tcp_mtup_black_hole(struct tcp_sock *tp);

/* ---- options.c ---- */
/** Bytes of options that a segment sent now would carry: time stamps, SACK blocks. */
uint32_t tcp_established_options_len(const struct tcp_sock *tp);
/** Write them into p, which is no SYN. @return their bytes */
uint32_t tcp_established_options(struct tcp_sock *tp, struct pkt *p);
/** Bytes of the options of a SYN that p already carries as flags and fields. */
uint32_t tcp_syn_options_len(const struct pkt *p);
/** An option-less answer without a socket. */
struct pkt *tcp_make_control(struct net *net, uint32_t saddr, uint16_t sport, uint32_t daddr, uint16_t dport, uint8_t flags);

/* ---- receive.c ---- */
void tcp_data_queue(struct tcp_sock *tp, struct pkt *p);          /* consumes p */
void tcp_queue_rcv(struct tcp_sock *tp, struct pkt *p);
void tcp_event_data_recv(struct tcp_sock *tp, const struct pkt *p);
void tcp_ack_snd_check(struct tcp_sock *tp, bool ofo_possible);
void tcp_send_delayed_ack(struct tcp_sock *tp);
void tcp_send_dupack(struct tcp_sock *tp, const struct pkt *p);
void tcp_cleanup_rbuf(struct tcp_sock *tp, int64_t copied);
void tcp_enter_quickack_mode(struct tcp_sock *tp, uint32_t max_quickacks);
void tcp_incr_quickack(struct tcp_sock *tp, uint32_t max_quickacks);
void tcp_event_ack_sent(struct tcp_sock *tp, uint32_t rcv_nxt);
void tcp_initialize_rcv_mss(struct tcp_sock *tp);
void tcp_rcv_queues_free(struct tcp_sock *tp);
void tcp_rcv_skb_free(struct tcp_sock *tp, struct tcp_rcv_skb *r);
/** Nothing is out of order behind a FIN. */
void tcp_purge_ofo(struct tcp_sock *tp);
void tcp_dsack_set(struct tcp_sock *tp, uint32_t seq, uint32_t end_seq);
void tcp_sack_compress_cancel(struct tcp_sock *tp);
void tcp_sack_compress_send(struct tcp_sock *tp);
/** The first run of the receive queue was read to its end. */
void tcp_eat_rcv_skb(struct tcp_sock *tp);
static inline uint32_t tcp_inq(const struct tcp_sock *tp)
{
    return tp->rcv_nxt - tp->copied_seq;
}

/* ---- collapse.c ---- */
/** Room for a packet that begins at @seq?  false: not even collapsing and pruning helped. */
bool tcp_try_rmem_schedule(struct tcp_sock *tp, uint32_t seq);
/** Copy @p, which follows @to, into the memory that @to has left; false: it has not enough, or @p does not follow. */
bool tcp_try_coalesce(struct tcp_sock *tp, struct tcp_rcv_skb *to, const struct pkt *p);

/* ---- rcvbuf.c ---- */
int32_t tcp_win_from_space(const struct tcp_sock *tp, int32_t space);
int32_t tcp_space_from_win(const struct tcp_sock *tp, int32_t win);
void tcp_select_initial_window(const struct tcp_net *tn, int32_t space, uint32_t mss, uint32_t *rcv_wnd,
                               uint32_t *window_clamp, bool wscale_ok, uint8_t *rcv_wscale, uint32_t init_rcv_wnd);
uint16_t tcp_select_window(struct tcp_sock *tp);
uint32_t tcp_select_window_raw(struct tcp_sock *tp); /* __tcp_select_window() */
void tcp_grow_window(struct tcp_sock *tp, uint32_t len, uint32_t truesize);
void tcp_rcv_space_adjust(struct tcp_sock *tp);
void tcp_rcvbuf_grow(struct tcp_sock *tp, uint32_t copied);
void tcp_init_buffer_space(struct tcp_sock *tp);
void tcp_rcv_rtt_measure(struct tcp_sock *tp);
void tcp_rcv_rtt_measure_ts(struct tcp_sock *tp, uint32_t payload);
void tcp_sndbuf_expand(struct tcp_sock *tp);
void tcp_check_space(struct tcp_sock *tp);
/** A reader need not wait longer: SO_RCVLOWAT bytes are there, or no more fit (tcp_epollin_ready()). */
bool tcp_epollin_ready(const struct tcp_sock *tp);
/** Wake the reader if it need not wait longer. */
void tcp_data_ready(struct tcp_sock *tp);
/** The window may be at most @clamp bytes. */
void tcp_set_window_clamp(struct tcp_sock *tp, uint32_t clamp);

/* ---- timer.c ---- */
void tcp_init_xmit_timers(struct tcp_sock *tp);
/** Of a socket's new @r. */
void tcp_init_keepalive_timer(struct tcp_rare *r);
void tcp_clear_xmit_timers(struct tcp_sock *tp);
void tcp_reset_xmit_timer(struct tcp_sock *tp, enum tcp_pending what, uint32_t when);
void tcp_clear_retrans_timer(struct tcp_sock *tp);
void tcp_check_probe_timer(struct tcp_sock *tp);
uint32_t tcp_probe0_base(const struct tcp_sock *tp);
uint32_t tcp_probe0_when(const struct tcp_sock *tp, uint32_t max_when);
uint32_t tcp_clamp_probe0(const struct tcp_sock *tp, uint32_t when);
void tcp_reset_keepalive_timer(struct tcp_sock *tp, uint32_t jiffies);
void tcp_set_keepalive(struct tcp_sock *tp, bool on);
uint32_t tcp_rto_delta_us(const struct tcp_sock *tp);
/** The first segment was not acknowledged in time: again, or give up. */
void tcp_retransmit_timer(struct tcp_sock *tp);
void tcp_write_timer_handler(struct tcp_sock *tp);
void tcp_delack_timer_handler(struct tcp_sock *tp);

/* ---- listen.c ---- */
struct tcp_request; /* a connection in SYN_RECV: request_sock */
int tcp_listen_start(struct tcp_sock *tp, int backlog);
void tcp_listen_stop(struct tcp_sock *tp);
/** Connections that wait for accept(), and how many may (strictly: one more). */
void tcp_listen_queue(const struct tcp_sock *tp, uint32_t *n, uint32_t *max);
/** Forget a connection in SYN_RECV. */
void tcp_request_drop(struct tcp_net *tn, struct sock_hashed *h);
int tcp_accept(struct sock *sk, struct sock **child, NetsimAddress *peer);
bool tcp_listen_has_child(const struct tcp_sock *tp);
/** A SYN for a listener; consumes p.  @isn  0, or what TIME_WAIT chose. */
void tcp_conn_request(struct tcp_sock *listener, struct pkt *p, uint32_t isn);
void tcp_request_rcv(struct tcp_net *tn, struct tcp_request *req, struct pkt *p); /* consumes p */
struct tcp_request *tcp_request_of(struct sock_hashed *h);
size_t tcp_request_size(void);
/** At the end of the simulation: queues without a word to the peers. */
void tcp_listen_free(struct tcp_sock *tp);

/* ---- timewait.c ---- */
struct tcp_timewait;
void tcp_time_wait(struct tcp_sock *tp, int state, uint32_t timeo_jiffies); /* tp is done with afterwards */
void tcp_timewait_rcv(struct tcp_net *tn, struct sock_hashed *h, struct pkt *p); /* consumes p */
/** connect() wants the 4-tuple: true if the entry may be taken over now; its values are copied to @tp. */
bool tcp_twsk_unique(struct tcp_sock *tp, struct sock_hashed *h);
void tcp_timewait_kill(struct tcp_net *tn, struct sock_hashed *h);
/** sizeof the entry, for its pool. */
size_t tcp_timewait_size(void);

/** What an operator sees of TCP: face.c. */
extern const struct face tcp_face;
/** Its settings, up to a row without a name: sysctl.c. */
extern const struct knob tcp_sysctls[];
/** ... of it under /proc/net: proc.c. */
extern const struct face tcp_proc_face;
/** ... of cubic and dctcp, their parameters: cc/cubic.c, cc/dctcp.c. */
extern const struct face tcp_cubic_face, tcp_dctcp_face;
