/* SPDX-License-Identifier: GPL-3.0-or-later */
/* call.h - one run of a system call; shared by call.c and the files with the calls. */
#pragma once
#include "validate/packetdrill/runner.h"

struct call {
    struct runner *runner;
    const struct event *event;
    struct descriptor *fd;  /* of the first argument, for rows that take one */
    int64_t result;         /* what it returns; a negative errno */
    int64_t done;           /* bytes that earlier tries have moved */
    bool is_retry, is_expired; /* is_expired: poll() and epoll_wait() have waited long enough */
    bool dont_wait;         /* MSG_DONTWAIT */
    netsim_time wait;       /* of poll() and epoll_wait(): nothing is ready, and they wait so long; 0: they do not */
    bool blocks;            /* set by call.c */
};

/* A row: run() sets the result and returns true; false: the script failed. */
struct call_row {
    const char *name;
    bool (*run)(struct call *c);
    enum { FD_NONE, FD_SOCKET, FD_EPOLL, FD_ANY } takes_fd; /* as its first argument */
    bool may_block;         /* on that socket */
};
/** Ends with a row without a name: calls.c. */
extern const struct call_row call_rows[];

const struct expr *call_arg(const struct call *c, guint i);
bool call_number(struct call *c, guint i, int64_t *value);
/** The open descriptor of that number; NULL: none. */
struct descriptor *call_find_fd(struct runner *r, int64_t number);
/** "[1]" */
bool call_boxed(struct call *c, guint i, int64_t *value);
bool call_is_null(const struct call *c, guint i);
/** The result is a new descriptor, whose number is the one that the script expects. */
bool call_new_fd(struct call *c, NetsimSocket *socket, struct connection *connection);
void call_forget_fd(struct runner *r, struct descriptor *d);
/** {events=POLLIN, fd=3}: the value of a field; NULL: there is none of that name. */
const struct expr *expr_field(const struct expr *e, const char *name);
/** poll.c */
bool call_poll(struct call *c);
bool call_epoll_create(struct call *c);
bool call_epoll_ctl(struct call *c);
bool call_epoll_wait(struct call *c);
/** Write @length bytes; the result is set. */
void call_send_all(struct call *c, int64_t length, unsigned flags);
/** file.c */
bool call_open(struct call *c);
bool call_sendfile(struct call *c);
/** setsockopt() and getsockopt(): option.c */
bool call_setsockopt(struct call *c);
bool call_getsockopt(struct call *c);
