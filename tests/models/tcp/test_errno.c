/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_errno.c - every call in every state: what Linux 6.18 returned, measured on one of its own sockets in a network namespace
 * (the client end of a connection over veth; nonblocking). */
#include "tests/support/peer_test.h"

#include <errno.h>

/* ---- states, as a program brings them about ---- */

static NetsimSocket *new_socket(void)
{
    return peer_socket(&t);
}
static NetsimSocket *bound(void)
{
    NetsimSocket *s = new_socket();
    assert_int_equal(netsim_bind(s, (NetsimAddress){ t.host_addr, 0 }), 0);
    return s;
}
static NetsimSocket *listening(void)
{
    NetsimSocket *s = bound();
    assert_int_equal(netsim_listen(s, 1), 0);
    return s;
}
static NetsimSocket *connecting(void)
{
    NetsimSocket *s = new_socket();
    t.knows_isn = false;
    assert_int_equal(netsim_connect(s, (NetsimAddress){ t.peer_addr, PEER_PORT }), -EINPROGRESS);
    t.host_port = netsim_sock_local(s).port;
    peer_expect(&t, 0, "S 0:0(0)");
    return s;
}
static NetsimSocket *established(void)
{
    NetsimSocket *s = peer_connect(&t, "mss 1460", 10);
    assert_int_equal(netsim_connect(s, (NetsimAddress){ 0 }), 0); /* as a blocking connect() does when it wakes up */
    return s;
}
static NetsimSocket *unread(void)
{
    NetsimSocket *s = established();
    peer_send(&t, "P. 1:4(3) ack 1 win 1000");
    return s;
}
static NetsimSocket *fin_wait1(void)
{
    NetsimSocket *s = established();
    assert_int_equal(netsim_shutdown(s, NETSIM_SHUT_WR), 0);
    return s;
}
static NetsimSocket *fin_wait2(void)
{
    NetsimSocket *s = fin_wait1();
    peer_send(&t, ". 1:1(0) ack 2 win 1000");
    return s;
}
static NetsimSocket *close_wait(void)
{
    NetsimSocket *s = established();
    peer_send(&t, "F. 1:1(0) ack 1 win 1000");
    return s;
}
static NetsimSocket *close_wait_unread(void)
{
    NetsimSocket *s = established();
    peer_send(&t, "FP. 1:4(3) ack 1 win 1000");
    return s;
}
static NetsimSocket *last_ack(void)
{
    NetsimSocket *s = close_wait();
    assert_int_equal(netsim_shutdown(s, NETSIM_SHUT_WR), 0);
    return s;
}
static NetsimSocket *time_wait(void)
{
    NetsimSocket *s = fin_wait2();
    peer_send(&t, "F. 1:1(0) ack 2 win 1000");
    return s;
}
static NetsimSocket *closed(void)
{
    NetsimSocket *s = last_ack();
    peer_send(&t, ". 2:2(0) ack 2 win 1000");
    return s;
}
static NetsimSocket *reset(void)
{
    NetsimSocket *s = established();
    peer_send(&t, "R. 1:1(0) ack 1");
    return s;
}
static NetsimSocket *reset_told(void)
{
    NetsimSocket *s = reset();
    assert_int_equal(netsim_recv(s, NULL, 1, 0), -ECONNRESET);
    return s;
}
static NetsimSocket *reset_unread(void)
{
    NetsimSocket *s = unread();
    peer_send(&t, "R. 4:4(0) ack 1");
    return s;
}
static NetsimSocket *close_wait_reset(void)
{
    NetsimSocket *s = close_wait();
    peer_send(&t, "R. 2:2(0) ack 1");
    return s;
}
static NetsimSocket *refused(void)
{
    NetsimSocket *s = connecting();
    peer_send(&t, "R. 0:0(0) ack 1");
    return s;
}
static NetsimSocket *refused_told(void)
{
    NetsimSocket *s = refused();
    assert_int_equal(netsim_sock_error(s), ECONNREFUSED);
    return s;
}
static NetsimSocket *shut_rd(void)
{
    NetsimSocket *s = established();
    assert_int_equal(netsim_shutdown(s, NETSIM_SHUT_RD), 0);
    return s;
}
static NetsimSocket *shut_rd_unread(void)
{
    NetsimSocket *s = unread();
    assert_int_equal(netsim_shutdown(s, NETSIM_SHUT_RD), 0);
    return s;
}

#define STATE(name) { #name, name }
static const struct {
    const char *name;
    NetsimSocket *(*make)(void);
} states[] = {
    STATE(new_socket), STATE(bound), STATE(listening), STATE(connecting), STATE(established), STATE(unread), STATE(fin_wait1),
    STATE(fin_wait2), STATE(close_wait), STATE(close_wait_unread), STATE(last_ack), STATE(time_wait), STATE(closed), STATE(reset),
    STATE(reset_told), STATE(reset_unread), STATE(close_wait_reset), STATE(refused), STATE(refused_told), STATE(shut_rd),
    STATE(shut_rd_unread),
};

/* ---- calls ---- */

static int64_t bind_any(NetsimSocket *s)
{
    return netsim_bind(s, (NetsimAddress){ 0 });
}
static int64_t bind_foreign(NetsimSocket *s)
{
    return netsim_bind(s, (NetsimAddress){ 0x0a630001, 0 });
}
static int64_t bind_used(NetsimSocket *s)
{
    NetsimSocket *other = new_socket();
    assert_int_equal(netsim_bind(other, (NetsimAddress){ t.host_addr, 9999 }), 0);
    assert_int_equal(netsim_listen(other, 1), 0);
    return netsim_bind(s, (NetsimAddress){ t.host_addr, 9999 });
}
static int64_t connect_peer(NetsimSocket *s)
{
    return netsim_connect(s, (NetsimAddress){ t.peer_addr, PEER_PORT + 1 });
}
static int64_t connect_unreachable(NetsimSocket *s)
{
    return netsim_connect(s, (NetsimAddress){ 0xac1f0001, 1 });
}
static int64_t connect_broadcast(NetsimSocket *s)
{
    return netsim_connect(s, (NetsimAddress){ 0xffffffff, 1 });
}
static int64_t listen_again(NetsimSocket *s)
{
    return netsim_listen(s, 1);
}
static int64_t accept_one(NetsimSocket *s)
{
    NetsimSocket *child;
    return netsim_accept(s, &child, NULL);
}
static int64_t send_one(NetsimSocket *s)
{
    return netsim_send(s, "x", 1, 0);
}
static int64_t send_none(NetsimSocket *s)
{
    return netsim_send(s, "x", 0, 0);
}
static int64_t recv_one(NetsimSocket *s)
{
    return netsim_recv(s, NULL, 1, 0);
}
static int64_t recv_none(NetsimSocket *s)
{
    return netsim_recv(s, NULL, 0, 0);
}
static int64_t peek(NetsimSocket *s)
{
    return netsim_recv(s, NULL, 1, NETSIM_MSG_PEEK);
}
static int64_t shutdown_rd(NetsimSocket *s)
{
    return netsim_shutdown(s, NETSIM_SHUT_RD);
}
static int64_t shutdown_wr(NetsimSocket *s)
{
    return netsim_shutdown(s, NETSIM_SHUT_WR);
}
static int64_t shutdown_rdwr(NetsimSocket *s)
{
    return netsim_shutdown(s, NETSIM_SHUT_RDWR);
}
static int64_t shutdown_3(NetsimSocket *s)
{
    return netsim_shutdown(s, 3);
}
static int64_t shutdown_minus_1(NetsimSocket *s)
{
    return netsim_shutdown(s, -1);
}
static int64_t so_error(NetsimSocket *s)
{
    return -netsim_sock_error(s);
}
static int64_t siocinq(NetsimSocket *s)
{
    return (int64_t) netsim_sock_inq(s);
}
static int64_t siocoutq(NetsimSocket *s)
{
    return (int64_t) netsim_sock_outq(s);
}
static int64_t acceptconn(NetsimSocket *s)
{
    int64_t value;
    assert_int_equal(netsim_getsockopt(s, "acceptconn", &value), 0);
    return value;
}
static int64_t congestion_unknown(NetsimSocket *s)
{
    return netsim_set_congestion_control(s, "nosuch");
}

/* A result for each state, in their order; "0*3" is three times 0.  Linux refuses SIOCINQ and SIOCOUTQ of a listener with EINVAL;
 * netsim_sock_inq() and netsim_sock_outq() have no errors, so 0 stands there. */
#define CALL(name) #name, name
static const struct {
    const char *name;
    int64_t (*run)(NetsimSocket *s);
    const char *results;
} calls[] = {
    { CALL(bind_any), "0 EINVAL*10 0*8 EINVAL*2" },
    { CALL(bind_used), "EADDRINUSE EINVAL*10 EADDRINUSE*8 EINVAL*2" },
    { CALL(connect_peer), "EINPROGRESS*2 EISCONN EALREADY EISCONN*13 ECONNREFUSED ECONNABORTED EISCONN*2" },
    { CALL(connect_unreachable), "ENETUNREACH*2 EISCONN EALREADY EISCONN*13 ECONNREFUSED ECONNABORTED EISCONN*2" },
    { CALL(connect_broadcast), "ENETUNREACH*2 EISCONN EALREADY EISCONN*13 ECONNREFUSED ECONNABORTED EISCONN*2" },
    { CALL(listen_again), "0*3 EINVAL*18" },
    { CALL(accept_one), "EINVAL*2 EAGAIN EINVAL*18" },
    { CALL(send_one), "EPIPE*3 EAGAIN 1*2 EPIPE*2 1*2 EPIPE*3 ECONNRESET EPIPE ECONNRESET EPIPE ECONNREFUSED EPIPE 1*2" },
    { CALL(send_none), "EPIPE*3 EAGAIN 0*2 EPIPE*2 0*2 EPIPE*3 ECONNRESET EPIPE ECONNRESET EPIPE ECONNREFUSED EPIPE 0*2" },
    { CALL(recv_one), "ENOTCONN*3 EAGAIN*2 1 EAGAIN*2 0 1 0*3 ECONNRESET 0 1 0 ECONNREFUSED 0*2 1" },
    { CALL(recv_none), "ENOTCONN*3 EAGAIN*2 0 EAGAIN*2 0*5 ECONNRESET 0*3 ECONNREFUSED 0*3" },
    { CALL(peek), "ENOTCONN*3 EAGAIN*2 1 EAGAIN*2 0 1 0*3 ECONNRESET 0 1 0 ECONNREFUSED 0*2 1" },
    { CALL(shutdown_rd), "ENOTCONN*2 0*9 ENOTCONN*8 0*2" },
    { CALL(shutdown_wr), "ENOTCONN*2 0*9 ENOTCONN*8 0*2" },
    { CALL(shutdown_rdwr), "ENOTCONN*2 0*9 ENOTCONN*8 0*2" },
    { CALL(so_error), "0*13 ECONNRESET 0 ECONNRESET EPIPE ECONNREFUSED 0*3" },
    { CALL(siocinq), "0*5 3 0*3 3 0*5 3 0*4 3" },
    { CALL(siocoutq), "0*6 1 0*3 1 0*6 1*2 0*2" },
    { CALL(acceptconn), "0*2 1 0*18" },
    { CALL(bind_foreign), "EADDRNOTAVAIL*21" },
    { CALL(shutdown_3), "EINVAL*21" },
    { CALL(shutdown_minus_1), "EINVAL*21" },
    { CALL(congestion_unknown), "ENOENT*21" },
};

static const struct {
    const char *name;
    int64_t value;
    const char *results;
} options[] = {
    { "window_clamp", 0, "0*2 EINVAL*9 0*8 EINVAL*2" },
    { "maxseg", 87, "EINVAL*21" },
    { "maxseg", 88, "0*21" },
    { "maxseg", 32767, "0*21" },
    { "maxseg", 32768, "EINVAL*21" },
    { "keepidle", 0, "EINVAL*21" },
    { "keepidle", 32768, "EINVAL*21" },
    { "keepintvl", 0, "EINVAL*21" },
    { "keepcnt", 0, "EINVAL*21" },
    { "keepcnt", 128, "EINVAL*21" },
    { "syncnt", 0, "EINVAL*21" },
    { "syncnt", 128, "EINVAL*21" },
    { "user_timeout", -1, "EINVAL*21" },
    { "window_clamp", 1000, "0*21" },
    { "linger2", -1, "0*21" },
    { "defer_accept", -1, "0*21" },
    { "ttl", 0, "EINVAL*21" },
    { "ttl", -1, "0*21" },
    { "ttl", 256, "EINVAL*21" },
    { "mtu_discover", 6, "EINVAL*21" },
    { "mtu_discover", -1, "EINVAL*21" },
    { "tos", 256, "0*21" },
    { "rcvlowat", -1, "0*21" },
    { "sndbuf", -1, "0*21" },
    { "rcvbuf", 0, "0*21" },
    { "notsent_lowat", -1, "0*21" },
    { "quickack", -1, "0*21" },
    { "nodelay", -1, "0*21" },
    { "cork", -1, "0*21" },
    { "window_clamp", -1, "0*21" },
    { "keepintvl", 32768, "EINVAL*21" },
    { "maxseg", 0, "0*21" },
    { "maxseg", -1, "EINVAL*21" },
    { "linger2", 1000, "0*21" },
    { "user_timeout", 0, "0*21" },
    { "tos", -1, "0*21" },
    { "ttl", -2, "EINVAL*21" },
    { "recverr", -1, "0*21" },
    { "max_pacing_rate", -1, "0*21" },
    { "broadcast", -1, "0*21" },
    { "mtu_discover", 5, "0*21" },
};

/* ---- */

static const char *name_of(int64_t result, char text[24])
{
    static const struct {
        int number;
        const char *name;
    } names[] = {
#define NAME(e) { e, #e }
        NAME(EPIPE), NAME(EINVAL), NAME(EAGAIN), NAME(EISCONN), NAME(EALREADY), NAME(ENOTCONN), NAME(EINPROGRESS), NAME(ENETUNREACH),
        NAME(ECONNRESET), NAME(ECONNREFUSED), NAME(ECONNABORTED), NAME(EADDRINUSE), NAME(EADDRNOTAVAIL), NAME(ENOENT),
        NAME(ENOPROTOOPT), NAME(EACCES),
    };
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (result == -names[i].number) return names[i].name;
    g_snprintf(text, 24, "%" G_GINT64_FORMAT, result);
    return text;
}

/* "EPIPE*3 0" as four words */
static GPtrArray *spread(const char *results)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(g_free);
    g_auto(GStrv) words = g_strsplit(results, " ", -1);
    for (char **word = words; *word; word++) {
        char *star = strchr(*word, '*');
        unsigned n = star ? (unsigned) strtoul(star + 1, NULL, 10) : 1;
        if (star) *star = '\0';
        while (n--) g_ptr_array_add(list, g_strdup(*word));
    }
    assert_int_equal(list->len, G_N_ELEMENTS(states));
    return list;
}

static unsigned n_wrong;

/* @run NULL: setsockopt() of option @name to @value */
static void check_row(const char *name, int64_t (*run)(NetsimSocket *s), int64_t value, const char *results)
{
    g_autoptr(GPtrArray) wanted = spread(results);
    for (size_t i = 0; i < G_N_ELEMENTS(states); i++) {
        char text[24];
        peer_open(&t, NULL);
        NetsimSocket *s = states[i].make();
        int64_t result = run ? run(s) : netsim_setsockopt(s, name, value);
        const char *got = name_of(result, text);
        if (strcmp(got, wanted->pdata[i])) {
            print_error("%s of %s: %s, Linux %s\n", name, states[i].name, got, (char *) wanted->pdata[i]);
            n_wrong++;
        }
        peer_close(&t);
    }
}

static void every_call_returns_in_every_state_what_linux_returns(void **state)
{
    (void) state;
    n_wrong = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(calls); i++) check_row(calls[i].name, calls[i].run, 0, calls[i].results);
    assert_int_equal(n_wrong, 0);
}

static void options_take_and_refuse_what_linux_does(void **state)
{
    (void) state;
    n_wrong = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(options); i++) check_row(options[i].name, NULL, options[i].value, options[i].results);
    assert_int_equal(n_wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_call_returns_in_every_state_what_linux_returns),
        cmocka_unit_test(options_take_and_refuse_what_linux_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
