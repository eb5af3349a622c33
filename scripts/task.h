/* SPDX-License-Identifier: GPL-3.0-or-later */
/* task.h - processes whose code is a Lua coroutine, and their sockets. */
#pragma once
#include "scripts/bind.h"

/* What a process and its forks did, for the report. */
struct flow {
    struct flow *next;
    char *host, *name;
    uint64_t bytes_in, bytes_out;
    uint64_t n_connections;   /* connected and accepted */
    uint64_t retransmits;     /* of its TCP connections, also after it has closed them */
    netsim_time first, last;  /* of the first and the last successful call that moved data; first < 0: none */
    char *result_json;        /* NULL: nothing returned */
    double latency_s;         /* result.latency; NaN: none */
    struct task *task;        /* NULL: ended */
};

/* A process handle.  User values: 1 the scene, 2 the coroutine, 3 the result. */
struct task {
    struct handle handle;     /* ptr: NetsimProcess, NULL once it has exited */
    lua_State *co;            /* NULL: the function has returned */
    struct flow *flow;        /* shared with its forks */
    struct task *parent;      /* of a fork */
    unsigned n_children;      /* a process that has returned stays until its children are gone, and its sockets with it */
    unsigned n_args;          /* on the coroutine's stack, before the start */
    bool is_exiting;          /* os.exit() */
    bool has_timed_out;       /* why it was resumed */
    struct task *next, **pprev; /* scene->tasks */
    struct socket_handle *sockets;
    const char *waits_in;     /* "recv", "sleep"; NULL: not waiting */
    struct socket_handle *waits_on;
    unsigned wait_events;
    struct task *wait_next;   /* in the socket's list of waiting tasks */
    int last_errno;           /* of the last call that returned nil */
    char name[];              /* "httpd"; a fork has its parent's */
};

struct socket_handle {
    struct handle handle;     /* ptr: NetsimSocket, NULL once it is closed */
    struct task *task;        /* its process */
    struct socket_handle *next, **pprev;
    struct task *waiting;     /* FIFO */
    netsim_time rcvtimeo, sndtimeo; /* 0: none */
    bool is_stream, is_listening;
};

/* ---- task.c ---- */

/** Push the handle of a new process that runs the function at @function with @n_args values above it. */
struct task *task_new(lua_State *L, struct scene *scene, NetsimHost *host, const char *name, struct task *parent,
                      int function, int n_args);
/** The process whose code is calling; raises if it is not one, or cannot wait here. */
struct task *task_current(lua_State *L, const char *what);
/** Yield until @socket has some of @events, then go on in @k. */
int task_wait(lua_State *L, struct socket_handle *socket, unsigned events, netsim_time timeout, const char *what,
              lua_KContext context, lua_KFunction k);
/** @socket was closed: everybody who waits for it goes on, as soon as the present event is done. */
void task_wake_all(struct socket_handle *socket);
/** Yield until task_wake(), then go on in @k.  @what: as in waits_in */
int task_wait_for_call(lua_State *L, const char *what, lua_KContext context, lua_KFunction k);
/** It goes on now; from an event, while no Lua code runs. */
void task_wake(struct task *t);
int task_sleep(lua_State *L);
int task_exit(lua_State *L);

/* ---- bind_sock.c ---- */

extern const luaL_Reg os_functions[];
void socket_link(struct socket_handle *socket, struct task *task);
void socket_unlink(struct socket_handle *socket);
/** The process ends: the handle is empty from now on. */
void socket_forget(struct socket_handle *socket);
/** Hand it to another process, as fork() and close() do. */
void socket_give(struct socket_handle *socket, struct task *to);
/** "10.0.0.1:80" */
void lua_push_address(lua_State *L, NetsimAddress address);
/** Set the fields of the table on top: struct tcp_info, with the kernel's names and units. */
void tcp_info_set_fields(lua_State *L, const NetsimTcpInfo *info);
