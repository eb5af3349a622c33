/* SPDX-License-Identifier: GPL-3.0-or-later */
/* runner.h - a script against a simulated host, in virtual time.  Shared by the files that perform its events.
 *
 * The script is the peer: what it sends is injected at the host's device, what the host sends is compared.
 */
#pragma once
#include "validate/packetdrill/packet.h"
#include "validate/packetdrill/script.h"
#include <netsim/netsim.h>

/* What a run needs to know, from the command line and the script's own option lines. */
struct packetdrill_options {
    const char *kernel;
    unsigned hz;
    uint32_t local_ip, remote_ip;
    unsigned mtu;
    unsigned mss;             /* longer segments of the peer are super-packets of this segment size; 0: single long segments */
    netsim_time tolerance;
    unsigned tolerance_percent;
    netsim_time ts_tick;      /* of outbound time stamps, which are then checked; 0: they are not */
    bool strict_segments;
    bool is_verbose;
    const char *why_not;      /* an option that netsim does not have; NULL: none */
};

/* How a run ended: also the exit codes. */
enum verdict { VERDICT_PASS = 0, VERDICT_FAIL = 1, VERDICT_SCRIPT = 3, VERDICT_SKIP = 77 };

struct time_stamp {
    uint32_t script, live;
};

/* A connection of the script: a socket() that was made, or the child of a listener. */
struct connection {
    enum { CONNECTION_INIT, CONNECTION_LISTENING, CONNECTION_CONNECTING, CONNECTION_TALKING } state;
    struct endpoints ends;
    /* Initial sequence numbers.  Those of the peer are the script's; the host's SYN is given the script's number, and all
     * other segments of both are counted from the SYNs. */
    uint32_t local_isn, local_script_isn, remote_isn;
    bool has_remote_isn;
    GArray *stamps;         /* struct time_stamp: what the host sent where the script said "val N" */
    NetsimSocket *socket;   /* NULL until accept() */
};

struct descriptor {
    int number;             /* the script's */
    NetsimSocket *socket;
    struct connection *connection;
    bool is_nonblocking;
    GArray *watches;        /* struct watch: of an epoll instance, which has no socket */
    bool is_file;
    int64_t file_bytes, file_at;
};

/* What an epoll instance watches. */
struct watch {
    struct descriptor *fd;
    uint32_t events;        /* EPOLL*; 0 after EPOLLONESHOT has reported */
    int64_t data;           /* the script's, to be given back */
    bool has_woken;         /* since the last report: what EPOLLET asks for */
};

/* A call that has not returned. */
struct blocked {
    const struct event *event; /* NULL: none */
    struct descriptor *fd;
    int64_t done;              /* bytes so far */
    netsim_time start, end;    /* the end that is expected */
    netsim_time deadline;      /* of poll() and epoll_wait(); 0: none */
};

struct runner {
    const struct script *script;
    const struct packetdrill_options *options;
    NetsimSim *sim;
    NetsimHost *host;
    NetsimDevice *device;
    NetsimProcess *process;
    NetsimEvent alarm, timeout; /* timeout: of a blocked poll() or epoll_wait() */

    GQueue sent;               /* struct sent, not yet compared */
    GPtrArray *connections;    /* struct connection */
    struct connection *current;
    GPtrArray *fds;            /* struct descriptor */
    uint16_t next_port;        /* of the next peer */
    struct blocked blocked;
    GHashTable *variables;     /* of %{ }%: name -> int64_t * */
    GHashTable *files;         /* path -> int64_t *, its bytes */

    netsim_time base;          /* when the previous event was done */
    const struct event *event; /* the present one; NULL: the opening or the closing command */
    unsigned line;             /* of that command */
    char *failure;             /* the first: "FILE:LINE: ..." */
    char *lack;                /* what netsim does not have */
};

/** The present event fails. @return false */
bool runner_fail(struct runner *r, const char *format, ...) G_GNUC_PRINTF(2, 3);
/** ... because netsim lacks something. @return false */
bool runner_lack(struct runner *r, const char *format, ...) G_GNUC_PRINTF(2, 3);

enum verdict runner_run(const struct script *script, const struct packetdrill_options *options, GString *message);

/* ---- match.c ---- */

/** Inject the event's packet. */
bool match_inbound(struct runner *r, const struct segment *s);
/** Compare the event's packet with what was sent; waits for it. */
bool match_outbound(struct runner *r, const struct event *e);
/** Run until @at, everything due then included. */
bool runner_advance(struct runner *r, netsim_time at);
/** Run until something is sent or @limit; false at the limit or on an error. */
bool runner_wait_sent(struct runner *r, netsim_time limit);
/** At most so far from the expected moment. */
netsim_time runner_tolerance(const struct runner *r, netsim_time expected);

/* ---- call.c ---- */

bool call_perform(struct runner *r, const struct event *e, netsim_time expected_end);
/** Try the call that is blocked again. */
void call_retry(struct runner *r);
/** poll.c: @socket became ready for @events. */
void poll_wake(struct runner *r, const NetsimSocket *socket, unsigned events);
/** poll.c: nobody watches @d any more. */
void poll_forget_fd(struct runner *r, const struct descriptor *d);
void descriptor_free(struct descriptor *d);
/** Let a call that is still blocked end. */
bool call_finish(struct runner *r);

/** The value of a number, a constant, or constants joined by '|'; fails otherwise. */
bool expr_value(struct runner *r, const struct expr *e, int64_t *value);

/* ---- file.c: the commands rm and dd ---- */

bool file_remove(struct runner *r, char **words);
bool file_make(struct runner *r, char **words);

/* ---- command.c, code.c ---- */

bool command_perform(struct runner *r, const char *text);
bool code_perform(struct runner *r, const char *text);
