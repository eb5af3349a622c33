/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app.h - ready applications.  Each is a NetsimApp with its own configuration struct, given to netsim_spawn(). */
#pragma once
#include <netsim/sock.h>

G_BEGIN_DECLS

/** UDP or TCP: receive everything that arrives on a port and count it. */
typedef struct {
    NetsimSocketType type;
    NetsimAddress local;
    int backlog;       /* TCP; 0 = 128 */
    uint64_t rcvbuf_bytes; /* SO_RCVBUF; 0 = the host's default */
    bool no_quickack;  /* TCP_QUICKACK 0 on every connection: an ACK for two segments from the first on */
} NetsimSinkConfig;
NETSIM_API extern const NetsimApp netsim_app_sink;
/** Bytes and messages (UDP: datagrams; TCP: connections) that a sink has read; either may be NULL.  0 of what is no sink. */
NETSIM_API void netsim_app_sink_totals(NetsimProcess *sink, uint64_t *bytes, uint64_t *messages);

/** UDP: @count datagrams of @size bytes, one every @gap. */
typedef struct {
    NetsimAddress to;
    uint32_t size;     /* bytes of payload */
    netsim_time gap, start;
    uint64_t count;    /* 0 = without end */
} NetsimCbrConfig;
NETSIM_API extern const NetsimApp netsim_app_cbr;

/** TCP: connect and write without end (or @bytes), in writes of @write_size. */
typedef struct {
    NetsimAddress to;
    netsim_time start;
    uint64_t bytes;    /* 0 = without end */
    uint32_t write_size;
    uint64_t sndbuf_bytes; /* SO_SNDBUF; 0 = autotuned */
    const char *congestion_control; /* NULL = the host's */
} NetsimBulkConfig;
NETSIM_API extern const NetsimApp netsim_app_bulk;

/** TCP server of request and response: reads @request bytes, answers @response bytes, then closes if @close_first. */
typedef struct {
    NetsimAddress local;
    uint32_t request, response;
    bool close_first;
    int backlog;       /* 0 = 4096 */
} NetsimServerConfig;
NETSIM_API extern const NetsimApp netsim_app_server;

/** TCP client(s): @count connections, one every @gap, each sends @request bytes and reads until end of file; request 0: stays idle. */
typedef struct {
    NetsimAddress to;
    uint16_t n_ports;  /* connection i goes to to.port + i mod n_ports; 0 = 1 */
    netsim_time start, gap;
    uint64_t count;
    uint32_t request;
} NetsimClientConfig;
NETSIM_API extern const NetsimApp netsim_app_client;
typedef struct {
    uint64_t started, established, completed, failed, bytes;
    netsim_time total_latency, max_latency; /* connect() to end of file, of completed ones */
} NetsimClientTotals;
/** What has become of its connections so far.  All 0 of what is no client. */
NETSIM_API void netsim_app_client_totals(NetsimProcess *client, NetsimClientTotals *totals);

G_END_DECLS
