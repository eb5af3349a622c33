/* SPDX-License-Identifier: GPL-3.0-or-later */
/* record.h - what the applications of a case saw and what the hosts counted.
 *
 * One form for the real run (events.jsonl, nstat-HOST.txt of the case) and the simulated one, so that the two can be
 * compared and a simulated one can be written beside its captures.
 */
#pragma once
#include <netsim/netsim.h>

/* One read or write of a step. */
struct record_call {
    netsim_time end;
    int64_t result;
};

/* One executed step. */
struct record_step {
    char *op;
    netsim_time start, end;
    char *error;     /* "ECONNREFUSED", "timed out (app)"; NULL: none */
    char *text;      /* a result that is not a number: "EINPROGRESS" */
    int64_t result;  /* bytes, or the value of an option */
    int64_t got;     /* recv: bytes, also of a call that failed */
    bool has_result, has_got, eof;
    netsim_time pace; /* mean time between the step's calls; 0: not known */
    int64_t n_calls;
    GArray *calls;    /* struct record_call; NULL: not listed */
    uint16_t port;    /* connect: the own one, accept: the peer's; 0: not known */
};

/* The steps of one actor, in order, repeats unrolled. */
struct record_actor {
    char *name;
    GArray *steps; /* struct record_step */
};

struct record_counter {
    char *name;
    uint64_t value; /* increase during the run */
};

/* TCP segments without data and flags, as the captures of a host have them; bytes with the IP header. */
struct record_acks {
    uint64_t n_in, n_out, bytes_in, bytes_out;
};

struct record_host {
    char *name;
    GArray *counters; /* struct record_counter, none of them 0 */
    struct record_acks acks;
};

struct record {
    GPtrArray *actors; /* struct record_actor */
    GPtrArray *hosts;  /* struct record_host */
};

struct record *record_new(void);
void record_free(struct record *record);
typedef struct record Record;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Record, record_free)

/** The actor or host of that name: made if @make, else NULL if it is not there. */
struct record_actor *record_actor(struct record *record, const char *name, bool make);
const struct record_actor *record_find_actor(const struct record *record, const char *name);
struct record_host *record_host(struct record *record, const char *name, bool make);

void record_count(struct record_host *host, const char *name, uint64_t value);
/** The value of a counter; 0 if it is not there. */
uint64_t record_counter(const struct record_host *host, const char *name);

/** Read events.jsonl and the nstat-HOST.txt of a case's folder; files that are not there are left out. */
bool record_read(struct record *record, const char *folder, GError **error);

/** Write events.jsonl and nstat-HOST.txt into @folder. */
bool record_write(const struct record *record, const char *folder, GError **error);

/** "ECONNREFUSED" of 111; "error 4711" if it has no name here. Static, or interned. */
const char *record_errno_name(int code);
