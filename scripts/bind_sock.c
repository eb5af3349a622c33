/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bind_sock.c - what a process may call: its `os` and the methods of its sockets, with the POSIX names.
 *
 * A call that fails as a system call does returns nil and the name of the errno: nil, "ECONNREFUSED".  Arguments
 * that no system call could be given raise an error.
 */
#include "scripts/task.h"

#include <errno.h>
#include <math.h>
#include <string.h>

enum { RECV_DEFAULT = 65536, RECV_MAX = 1 << 26 };

/* ---- handles ---- */

void socket_link(struct socket_handle *socket, struct task *task)
{
    socket->task = task;
    socket->next = task->sockets;
    socket->pprev = &task->sockets;
    if (task->sockets) task->sockets->pprev = &socket->next;
    task->sockets = socket;
}

void socket_unlink(struct socket_handle *socket)
{
    *socket->pprev = socket->next;
    if (socket->next) socket->next->pprev = socket->pprev;
    socket->next = NULL;
    socket->pprev = NULL;
}

void socket_forget(struct socket_handle *socket)
{
    struct scene *scene = socket->handle.scene;
    netsim_sock_set_data(socket->handle.ptr, NULL);
    socket->handle.ptr = NULL;
    socket_unlink(socket);
    if (!scene->is_closing) handle_forget(scene->running, scene, socket);
}

void socket_give(struct socket_handle *socket, struct task *to)
{
    if (!socket->handle.ptr || socket->task == to) return;
    socket_unlink(socket);
    socket_link(socket, to);
    netsim_sock_set_process(socket->handle.ptr, to->handle.ptr);
}

static struct socket_handle *socket_push(lua_State *L, struct task *t, NetsimSocket *socket, bool is_stream)
{
    struct socket_handle *s = handle_new(L, t->handle.scene, &socket_class, sizeof *s, 1);
    s->handle.ptr = socket;
    s->is_stream = is_stream;
    netsim_sock_set_data(socket, s);
    netsim_sock_count_retransmits(socket, &t->flow->retransmits);
    socket_link(s, t);
    return s;
}

/* nil, "ECONNREFUSED" */
static int push_errno(lua_State *L, int64_t result)
{
    int error = (int) -result;
    struct task *t = run_of(L)->task;
    if (t) t->last_errno = error;
    const char *name = strerrorname_np(error);
    lua_pushnil(L);
    lua_pushstring(L, name ? name : "EIO");
    return 2;
}

/* The socket of a method, in the code of a process.  NULL and EBADF pushed when it is closed. */
static struct socket_handle *check_socket(lua_State *L)
{
    struct socket_handle *s = handle_check(L, 1, &socket_class);
    const struct task *t = run_of(L)->task;
    if (!t) lua_raisef(L, "sockets are used inside the function given to host:spawn or os.fork");
    if (s->handle.ptr && t->flow != s->task->flow)
        lua_raisef(L, "this socket belongs to process %s/%s, not to %s/%s", s->task->flow->host, s->task->name,
                   t->flow->host, t->name);
    if (!s->handle.ptr) push_errno(L, -EBADF);
    return s;
}

static int push_self(lua_State *L)
{
    lua_settop(L, 1);
    return 1;
}

static int self_or_errno(lua_State *L, int result)
{
    return result < 0 ? push_errno(L, result) : push_self(L);
}

static NetsimAddress check_address(lua_State *L, int index)
{
    NetsimAddress address;
    GError *error = NULL;
    if (lua_type(L, index) != LUA_TSTRING) lua_raisef(L, "an address is expected: \"10.0.0.1:80\" or \":80\"");
    if (!netsim_parse_address(lua_tostring(L, index), &address, &error)) lua_raise(L, error);
    return address;
}

/* Where to connect or send: a port that was left out is a slip of the pen, one that is written as 0 is not. */
static NetsimAddress check_peer(lua_State *L, int index)
{
    NetsimAddress address = check_address(L, index);
    const char *text = lua_tostring(L, index);
    if (!strchr(text, ':')) lua_raisef(L, "\"%s\": which port? write \"%s:80\"", text, text);
    return address;
}

void lua_push_address(lua_State *L, NetsimAddress a)
{
    lua_pushfstring(L, "%d.%d.%d.%d:%d", (int) (a.addr >> 24), (int) (a.addr >> 16 & 255), (int) (a.addr >> 8 & 255),
                    (int) (a.addr & 255), (int) a.port);
}

static void count_bytes(struct socket_handle *s, uint64_t in, uint64_t out)
{
    struct flow *flow = s->task->flow;
    netsim_time now = netsim_sim_now(s->handle.scene->sim);
    flow->bytes_in += in;
    flow->bytes_out += out;
    if (flow->first < 0) flow->first = now;
    flow->last = now;
}

static void count_connection(struct socket_handle *s)
{
    s->task->flow->n_connections++;
    count_bytes(s, 0, 0);
}

/* ---- making and joining ---- */

/** os.socket("tcp" | "udp") -> socket */
static int os_socket(lua_State *L)
{
    static const char *const types[] = { "tcp", "udp", NULL };
    struct task *t = run_of(L)->task;
    if (!t) lua_raisef(L, "os.socket works only inside the function given to host:spawn or os.fork");
    const char *type = lua_type(L, 1) == LUA_TSTRING ? lua_tostring(L, 1) : "";
    bool is_stream = !strcmp(type, "tcp");
    if (!is_stream && strcmp(type, "udp"))
        lua_raisef(L, "os.socket(\"%s\"): the type is \"tcp\" or \"udp\"%s", type, lua_push_suggestion(L, type, types));
    NetsimSocket *socket = netsim_socket(t->handle.ptr, is_stream ? NETSIM_SOCK_STREAM : NETSIM_SOCK_DGRAM);
    if (!socket) return push_errno(L, -EMFILE);
    socket_push(L, t, socket, is_stream);
    return 1;
}

/** socket:bind(":80") -> socket */
static int socket_bind(lua_State *L)
{
    struct socket_handle *s = check_socket(L);
    NetsimAddress address = check_address(L, 2);
    return s->handle.ptr ? self_or_errno(L, netsim_bind(s->handle.ptr, address)) : 2;
}

/** socket:listen([backlog]) -> socket; 128 unless given */
static int socket_listen(lua_State *L)
{
    struct socket_handle *s = check_socket(L);
    if (!s->handle.ptr) return 2;
    lua_Integer backlog = luaL_optinteger(L, 2, 128);
    if (backlog < 0 || backlog > INT_MAX) lua_raisef(L, "listen: a backlog of %lld", (long long) backlog);
    int r = netsim_listen(s->handle.ptr, (int) backlog);
    if (r == 0) s->is_listening = true;
    return self_or_errno(L, r);
}

static int connect_done(lua_State *L, int status, lua_KContext context)
{
    (void) status;
    (void) context;
    struct socket_handle *s = check_socket(L);
    if (!s->handle.ptr) return 2;
    if (task_current(L, "connect")->has_timed_out) return push_errno(L, -EINPROGRESS);
    unsigned events = netsim_poll(s->handle.ptr);
    if (!(events & (NETSIM_POLLOUT | NETSIM_POLLERR | NETSIM_POLLHUP)))
        return task_wait(L, s, NETSIM_POLLOUT, s->sndtimeo, "connect", 0, connect_done);
    int r = netsim_connect(s->handle.ptr, (NetsimAddress){ 0 }); /* how it ended; told once */
    if (r < 0) return push_errno(L, r);
    count_connection(s);
    return push_self(L);
}

/** socket:connect("10.0.0.1:80") -> socket, once it is connected */
static int socket_connect(lua_State *L)
{
    struct socket_handle *s = check_socket(L);
    NetsimAddress address = check_peer(L, 2);
    if (!s->handle.ptr) return 2;
    task_current(L, "connect");
    int r = netsim_connect(s->handle.ptr, address);
    if (r == -EINPROGRESS) return task_wait(L, s, NETSIM_POLLOUT, s->sndtimeo, "connect", 0, connect_done);
    if (r < 0) return push_errno(L, r);
    count_connection(s);
    return push_self(L);
}

static int accept_some(lua_State *L, int status, lua_KContext is_iterator)
{
    (void) status;
    struct socket_handle *s = check_socket(L);
    if (!s->handle.ptr) return is_iterator ? 0 : 2;
    struct task *t = task_current(L, "accept");
    NetsimSocket *child;
    NetsimAddress peer;
    int r = netsim_accept(s->handle.ptr, &child, &peer);
    if (r == -EAGAIN && !(status == LUA_YIELD && t->has_timed_out))
        return task_wait(L, s, NETSIM_POLLIN, s->rcvtimeo, "accept", is_iterator, accept_some);
    if (r < 0) {
        push_errno(L, r);
        return is_iterator ? 0 : 2;
    }
    struct socket_handle *c = socket_push(L, s->task, child, true);
    socket_give(c, t);
    count_connection(c);
    lua_push_address(L, peer);
    return 2;
}

/** socket:accept() -> connection, "address:port" of the peer */
static int socket_accept(lua_State *L)
{
    lua_settop(L, 1);
    return accept_some(L, LUA_OK, 0);
}

static int accepts_next(lua_State *L)
{
    lua_settop(L, 1); /* the state of the loop: the listener */
    return accept_some(L, LUA_OK, 1);
}

/** for connection, peer in listener:accepts() do ... end: until the listener is closed */
static int socket_accepts(lua_State *L)
{
    check_socket(L);
    lua_pushcfunction(L, accepts_next);
    lua_pushvalue(L, 1);
    return 2;
}

/* ---- sending ---- */

/* What send() and sendto() were given: a number of bytes without content, or a string. */
static size_t check_data(lua_State *L, const char **data)
{
    *data = NULL;
    size_t n;
    if (lua_type(L, 2) == LUA_TSTRING) {
        *data = lua_tolstring(L, 2, &n);
        return n;
    }
    if (lua_type(L, 2) != LUA_TNUMBER)
        lua_raisef(L, "send: give a number of bytes or a string, not a %s", luaL_typename(L, 2));
    return lua_to_size(L, 2, "send");
}

static unsigned check_flags(lua_State *L, int index)
{
    static const char *const names[] = { "more", "oob", "eor", NULL };
    static const unsigned flags[] = { NETSIM_MSG_MORE, NETSIM_MSG_OOB, NETSIM_MSG_EOR };
    if (lua_isnoneornil(L, index)) return 0;
    return flags[luaL_checkoption(L, index, NULL, names)];
}

/* @sent  bytes taken so far */
static int send_some(lua_State *L, int status, lua_KContext sent)
{
    struct socket_handle *s = check_socket(L);
    if (!s->handle.ptr) return 2;
    const char *data;
    size_t length = check_data(L, &data), done = (size_t) sent;
    bool has_timed_out = status == LUA_YIELD && task_current(L, "send")->has_timed_out;
    do {
        int64_t r = netsim_send(s->handle.ptr, data ? data + done : NULL, length - done, check_flags(L, 3));
        if (r == -EAGAIN && !has_timed_out)
            return task_wait(L, s, NETSIM_POLLOUT, s->sndtimeo, "send", (lua_KContext) done, send_some);
        if (r < 0 && done == 0) return push_errno(L, r);
        if (r < 0) break;
        done += (size_t) r;
        count_bytes(s, 0, (uint64_t) r);
    } while (done < length);
    lua_pushinteger(L, (lua_Integer) done);
    return 1;
}

/** socket:send(bytes | string, ["more" | "oob" | "eor"]) -> bytes taken: all of them, unless an error came between */
static int socket_send(lua_State *L)
{
    task_current(L, "send");
    return send_some(L, LUA_OK, 0);
}

static int sendto_some(lua_State *L, int status, lua_KContext context)
{
    (void) context;
    struct socket_handle *s = check_socket(L);
    if (!s->handle.ptr) return 2;
    const char *data;
    size_t length = check_data(L, &data);
    NetsimAddress to = check_peer(L, 3);
    int64_t r = netsim_sendto(s->handle.ptr, data, length, check_flags(L, 4), to);
    if (r == -EAGAIN && !(status == LUA_YIELD && task_current(L, "sendto")->has_timed_out))
        return task_wait(L, s, NETSIM_POLLOUT, s->sndtimeo, "sendto", 0, sendto_some);
    if (r < 0) return push_errno(L, r);
    count_bytes(s, 0, (uint64_t) r);
    lua_pushinteger(L, r);
    return 1;
}

/** socket:sendto(bytes | string, "10.0.0.1:53") -> bytes */
static int socket_sendto(lua_State *L)
{
    task_current(L, "sendto");
    return sendto_some(L, LUA_OK, 0);
}

/* ---- receiving ---- */

static size_t check_length(lua_State *L)
{
    if (lua_isnoneornil(L, 2)) return RECV_DEFAULT;
    uint64_t n = lua_to_size(L, 2, "recv");
    if (n < 1 || n > RECV_MAX)
        lua_raisef(L, "recv: 1 to %d bytes at a time, not %llu", RECV_MAX, (unsigned long long) n);
    return n;
}

static uint8_t *receive_buffer(lua_State *L, size_t n)
{
    GByteArray *buffer = run_of(L)->buffer;
    if (buffer->len < n) g_byte_array_set_size(buffer, (guint) n);
    return buffer->data;
}

/* @with_address  recvfrom() */
static int recv_some(lua_State *L, int status, lua_KContext with_address)
{
    struct socket_handle *s = check_socket(L);
    if (!s->handle.ptr) return 2;
    const char *what = with_address ? "recvfrom" : "recv";
    struct task *t = task_current(L, what);
    size_t length = check_length(L);
    uint8_t *buffer = receive_buffer(L, length);
    NetsimAddress from = { 0 };
    int64_t r = with_address ? netsim_recvfrom(s->handle.ptr, buffer, length, 0, &from)
                             : netsim_recv(s->handle.ptr, buffer, length, 0);
    if (r == -EAGAIN && !(status == LUA_YIELD && t->has_timed_out))
        return task_wait(L, s, NETSIM_POLLIN | NETSIM_POLLRDHUP, s->rcvtimeo, what, with_address, recv_some);
    if (r < 0) return push_errno(L, r);
    count_bytes(s, (uint64_t) r, 0);
    lua_pushinteger(L, r);
    if (r > 0 && netsim_recv_had_content(s->handle.ptr)) lua_pushlstring(L, (const char *) buffer, (size_t) r);
    else lua_pushnil(L);
    if (!with_address) return 2;
    lua_push_address(L, from);
    return 3;
}

/** socket:recv([most]) -> bytes, data: 0 at the end of file; data is nil unless the sender gave content */
static int socket_recv(lua_State *L)
{
    lua_settop(L, 2);
    return recv_some(L, LUA_OK, 0);
}

/** socket:recvfrom([most]) -> bytes, data, "address:port" */
static int socket_recvfrom(lua_State *L)
{
    lua_settop(L, 2);
    return recv_some(L, LUA_OK, 1);
}

/* Stack: socket, table of the pieces of content, bytes so far. */
static int recv_all_some(lua_State *L, int status, lua_KContext context)
{
    (void) context;
    struct socket_handle *s = check_socket(L);
    if (!s->handle.ptr) return 2;
    struct task *t = task_current(L, "recv_all");
    uint8_t *buffer = receive_buffer(L, RECV_DEFAULT);
    for (;;) {
        int64_t r = netsim_recv(s->handle.ptr, buffer, RECV_DEFAULT, 0);
        if (r == -EAGAIN && !(status == LUA_YIELD && t->has_timed_out))
            return task_wait(L, s, NETSIM_POLLIN | NETSIM_POLLRDHUP, s->rcvtimeo, "recv_all", 0, recv_all_some);
        if (r < 0) return push_errno(L, r);
        if (r == 0) break;
        count_bytes(s, (uint64_t) r, 0);
        status = LUA_OK;
        lua_pushinteger(L, lua_tointeger(L, 3) + r);
        lua_replace(L, 3);
        if (!netsim_recv_had_content(s->handle.ptr)) continue;
        lua_pushlstring(L, (const char *) buffer, (size_t) r);
        lua_rawseti(L, 2, (lua_Integer) lua_rawlen(L, 2) + 1);
    }
    luaL_Buffer data;
    lua_Integer n = (lua_Integer) lua_rawlen(L, 2);
    luaL_buffinit(L, &data);
    for (lua_Integer i = 1; i <= n; i++) {
        lua_rawgeti(L, 2, i);
        luaL_addvalue(&data);
    }
    luaL_pushresult(&data);
    bool is_whole = n > 0 && (lua_Integer) lua_rawlen(L, -1) == lua_tointeger(L, 3);
    lua_pushvalue(L, 3);
    lua_insert(L, -2);
    if (is_whole) return 2;
    lua_pop(L, 1);
    return 1;
}

/** socket:recv_all() -> bytes until the end of file, data if all of it had content */
static int socket_recv_all(lua_State *L)
{
    lua_settop(L, 1);
    lua_newtable(L);
    lua_pushinteger(L, 0);
    return recv_all_some(L, LUA_OK, 0);
}

/* ---- the end ---- */

/** socket:shutdown(["wr" | "rd" | "rdwr"]) -> socket; "wr" unless given */
static int socket_shutdown(lua_State *L)
{
    static const char *const names[] = { "rd", "wr", "rdwr", NULL };
    struct socket_handle *s = check_socket(L);
    int how = luaL_checkoption(L, 2, "wr", names);
    return s->handle.ptr ? self_or_errno(L, netsim_shutdown(s->handle.ptr, how)) : 2;
}

/** socket:close() -> true; forks that share it lose it too */
static int socket_close(lua_State *L)
{
    struct socket_handle *s = check_socket(L);
    NetsimSocket *socket = s->handle.ptr;
    if (!socket) return 2;
    socket_forget(s);
    int r = netsim_close(socket);
    task_wake_all(s);
    if (r < 0) return push_errno(L, r);
    lua_pushboolean(L, true);
    return 1;
}

/* ---- options, state ---- */

/* Known to some socket.  One that this socket does not have is nil, "ENOPROTOOPT", as the system call fails; a name
 * that no socket has is a typo. */
static const char *const option_names[] = {
    "reuseaddr", "reuseport", "keepalive", "broadcast", "sndbuf", "rcvbuf", "linger", "error", "acceptconn", "rcvtimeo",
    "sndtimeo", "congestion", "nodelay", "cork", "quickack", "maxseg", "keepidle", "keepintvl", "keepcnt", "syncnt",
    "user_timeout", "linger2", "window_clamp", "rcvlowat", "max_pacing_rate", "tos", "ttl", "mtu_discover", "recverr",
    "drops", "defer_accept", "notsent_lowat", NULL,
};

static void check_option(lua_State *L, const char *name)
{
    for (const char *const *known = option_names; *known; known++)
        if (!strcmp(name, *known)) return;
    char *plain = g_ascii_strdown(g_str_has_prefix(name, "SO_") ? name + 3 : g_str_has_prefix(name, "TCP_") ? name + 4 : name, -1);
    const char *wanted = lua_pushstring(L, plain);
    g_free(plain);
    lua_raisef(L, "there is no socket option \"%s\"%s (SO_RCVBUF is \"rcvbuf\", TCP_NODELAY \"nodelay\")", name,
               lua_push_suggestion(L, wanted, option_names));
}

/** socket:setsockopt(name, value) -> socket; names of the socket API in lower case, "congestion", "rcvtimeo" ... */
static int socket_setsockopt(lua_State *L)
{
    struct socket_handle *s = check_socket(L);
    const char *name = luaL_checkstring(L, 2);
    check_option(L, name);
    if (!s->handle.ptr) return 2;
    if (!strcmp(name, "congestion"))
        return self_or_errno(L, netsim_set_congestion_control(s->handle.ptr, luaL_checkstring(L, 3)));
    if (!strcmp(name, "rcvtimeo") || !strcmp(name, "sndtimeo")) {
        netsim_time *timeout = *name == 'r' ? &s->rcvtimeo : &s->sndtimeo;
        *timeout = lua_to_time(L, 3, name);
        return push_self(L);
    }
    int64_t value = lua_isboolean(L, 3) ? lua_toboolean(L, 3) : luaL_checkinteger(L, 3);
    return self_or_errno(L, netsim_setsockopt(s->handle.ptr, name, value));
}

/** socket:getsockopt(name) -> number; "rcvtimeo" and "sndtimeo" in seconds, 0: none */
static int socket_getsockopt(lua_State *L)
{
    struct socket_handle *s = check_socket(L);
    const char *name = luaL_checkstring(L, 2);
    check_option(L, name);
    if (!s->handle.ptr) return 2;
    if (!strcmp(name, "rcvtimeo") || !strcmp(name, "sndtimeo")) {
        lua_pushnumber(L, netsim_to_seconds(*name == 'r' ? s->rcvtimeo : s->sndtimeo));
        return 1;
    }
    int64_t value = 0;
    int r = netsim_getsockopt(s->handle.ptr, name, &value);
    if (r < 0) return push_errno(L, r);
    lua_pushinteger(L, value);
    return 1;
}

static int socket_getsockname(lua_State *L)
{
    struct socket_handle *s = check_socket(L);
    if (!s->handle.ptr) return 2;
    lua_push_address(L, netsim_sock_local(s->handle.ptr));
    return 1;
}

static int socket_getpeername(lua_State *L)
{
    struct socket_handle *s = check_socket(L);
    if (!s->handle.ptr) return 2;
    lua_push_address(L, netsim_sock_peer(s->handle.ptr));
    return 1;
}

/** socket:outq() -> bytes not yet acknowledged; socket:inq() -> bytes that can be read */
static int socket_outq(lua_State *L)
{
    struct socket_handle *s = check_socket(L);
    if (!s->handle.ptr) return 2;
    lua_pushinteger(L, (lua_Integer) netsim_sock_outq(s->handle.ptr));
    return 1;
}

static int socket_inq(lua_State *L)
{
    struct socket_handle *s = check_socket(L);
    if (!s->handle.ptr) return 2;
    lua_pushinteger(L, (lua_Integer) netsim_sock_inq(s->handle.ptr));
    return 1;
}

/* max_pacing_rate is all ones when there is none. */
static void push_unsigned(lua_State *L, uint64_t value)
{
    if (value <= INT64_MAX) lua_pushinteger(L, (lua_Integer) value);
    else lua_pushnumber(L, value == UINT64_MAX ? HUGE_VAL : (lua_Number) value);
}

void tcp_info_set_fields(lua_State *L, const NetsimTcpInfo *info)
{
#define SET(name)                                                                            \
    _Generic(info->name, bool: lua_pushboolean, default: push_unsigned)(L, info->name);      \
    lua_setfield(L, -2, #name);
    NETSIM_TCP_INFO_FIELDS(SET)
#undef SET
}

void tcp_info_push_names(lua_State *L)
{
    lua_newtable(L);
#define SET(name)                \
    lua_pushboolean(L, true);    \
    lua_setfield(L, -2, #name);
    NETSIM_TCP_INFO_FIELDS(SET)
#undef SET
}

static const char info_of_socket[] = "socket:info()";

/** socket:info() -> struct tcp_info as a table, with the kernel's names and units */
static int socket_info(lua_State *L)
{
    struct socket_handle *s = check_socket(L);
    if (!s->handle.ptr) return 2;
    NetsimTcpInfo info;
    int r = netsim_tcp_info(s->handle.ptr, &info);
    if (r < 0) return push_errno(L, r);
    lua_createtable(L, 0, 64);
    tcp_info_set_fields(L, &info);
    lua_guard_fields(L, info_of_socket, tcp_info_push_names);
    return 1;
}

static const luaL_Reg methods[] = {
    { "bind", socket_bind }, { "listen", socket_listen }, { "connect", socket_connect }, { "accept", socket_accept },
    { "accepts", socket_accepts }, { "send", socket_send }, { "sendto", socket_sendto }, { "recv", socket_recv },
    { "recvfrom", socket_recvfrom }, { "recv_all", socket_recv_all }, { "shutdown", socket_shutdown },
    { "close", socket_close }, { "setsockopt", socket_setsockopt }, { "getsockopt", socket_getsockopt },
    { "getsockname", socket_getsockname }, { "getpeername", socket_getpeername }, { "outq", socket_outq },
    { "inq", socket_inq }, { "info", socket_info }, { NULL, NULL },
};
static const char *const properties[] = { NULL };

const struct handle_class socket_class = {
    .kind = KIND_SOCKET, .name = "socket", .methods = methods, .properties = properties,
};

/* ---- os ---- */

/** os.clock() -> seconds of simulated time */
static int os_clock(lua_State *L)
{
    struct task *t = run_of(L)->task;
    if (!t) lua_raisef(L, "os.clock works only inside a process; the script reads sim.now");
    lua_pushnumber(L, netsim_to_seconds(netsim_sim_now(t->handle.scene->sim)));
    return 1;
}

/* The value at @index, if it is a socket; not one of another process, or a listener, which stays shared with the parent. */
static void give_socket(lua_State *L, struct task *child, int index)
{
    struct socket_handle *s = handle_test(L, index, &socket_class);
    if (s && s->handle.ptr && s->task->flow == child->flow && !s->is_listening) socket_give(s, child);
}

/* A fork is given the sockets which its function uses. */
static void give_sockets(lua_State *L, struct task *child, int function, int n_args)
{
    for (int i = 1; lua_getupvalue(L, function, i); i++) {
        give_socket(L, child, -1);
        lua_pop(L, 1);
    }
    for (int i = 1; i <= n_args; i++) give_socket(L, child, function + i);
}

/** os.fork(function, ...) -> process that runs function(...) on the same host */
static int os_fork(lua_State *L)
{
    struct task *t = run_of(L)->task;
    if (!t) lua_raisef(L, "os.fork works only inside a process; the script calls host:spawn");
    if (!lua_isfunction(L, 1)) lua_raisef(L, "os.fork: give the function that the new process runs");
    int n_args = lua_gettop(L) - 1;
    struct task *child = task_new(L, t->handle.scene, netsim_process_host(t->handle.ptr), t->name, t, 1, n_args);
    give_sockets(L, child, 1, n_args);
    return 1;
}

const luaL_Reg os_functions[] = {
    { "socket", os_socket }, { "sleep", task_sleep }, { "clock", os_clock }, { "fork", os_fork }, { "exit", task_exit },
    { NULL, NULL },
};
