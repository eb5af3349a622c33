/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Processes, their wake-ups and their end, over a transport that does what the test says. */
#include "tests/support/light.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct world {
    NetsimSim *sim;
    struct net *net;
    GString *log;
    void (*on_ready)(NetsimProcess *p, NetsimSocket *s);
} w;

/* ---- a process that notes what happens to it ---- */

struct noter {
    const char *name;
    unsigned n_timers;
};

static void note_start(NetsimProcess *p, void *state, const void *config)
{
    struct noter *n = state;
    assert_int_equal(n->n_timers, 0); /* zeroed */
    n->name = config;
    assert_ptr_equal(netsim_process_state(p), state);
    g_string_append_printf(w.log, "%s:start ", n->name);
}

static void note_ready(NetsimProcess *p, void *state, NetsimSocket *s, unsigned events)
{
    struct noter *n = state;
    g_string_append_printf(w.log, "%s:%s:%x ", n->name, (const char *) netsim_sock_data(s), events);
    if (w.on_ready) w.on_ready(p, s);
}

static void note_timer(NetsimProcess *p, void *state)
{
    struct noter *n = state;
    (void) p;
    n->n_timers++;
    g_string_append_printf(w.log, "%s:timer@%g ", n->name, netsim_to_seconds(netsim_sim_now(w.sim)));
}

static void note_end(NetsimProcess *p, void *state)
{
    struct noter *n = state;
    g_string_append_printf(w.log, "%s:end%s ", n->name, p->socks ? "+socks" : "");
    netsim_process_exit(p); /* again: nothing */
}

static const NetsimApp noter = { .name = "noter", .state_size = sizeof(struct noter), .start = note_start, .ready = note_ready,
                                 .timer = note_timer, .end = note_end };

/* ---- a transport that notes its close ---- */

static unsigned fake_poll(struct sock *sk)
{
    (void) sk;
    return NETSIM_POLLIN | NETSIM_POLLOUT;
}

static void fake_close(struct sock *sk)
{
    assert_null(sk->process);
    g_string_append_printf(w.log, "close:%s ", (const char *) sk->user_data);
    sock_wake(sk, NETSIM_POLLIN); /* a late wake-up: nobody is there */
    sock_release(sk);
    g_free(sk);
}

static const struct sock_ops fake_ops = { .name = "fake", .poll = fake_poll, .close = fake_close };

static struct sock *fake(NetsimProcess *p, const char *name)
{
    struct sock *sk = g_new0(struct sock, 1);
    sock_init(sk, w.net, &fake_ops, NETSIM_SOCK_DGRAM, p);
    netsim_sock_set_data(sk, (void *) name);
    return sk;
}

static NetsimProcess *spawn(const char *name)
{
    return netsim_spawn((NetsimHost *) w.net, name, &noter, name);
}

static void assert_log(const char *text)
{
    assert_string_equal(w.log->str, text);
    g_string_truncate(w.log, 0);
}

static int setup(void **state)
{
    (void) state;
    w = (struct world){ .sim = netsim_sim_new(NULL), .log = g_string_new(NULL) };
    w.net = light_host(w.sim, "h", NULL);
    return 0;
}

static int teardown(void **state)
{
    (void) state;
    netsim_sim_free(w.sim);
    g_string_free(w.log, TRUE);
    return 0;
}

/* ---- tests ---- */

static void it_starts_sleeps_and_ends(void **state)
{
    (void) state;
    NetsimProcess *p = spawn("p");
    assert_string_equal(netsim_process_name(p), "p");
    assert_ptr_equal(netsim_process_sim(p), w.sim);
    assert_ptr_equal(netsim_process_nth(netsim_process_host(p), 0), p);
    assert_log("");
    netsim_process_sleep(p, NETSIM_S); /* before its start: nobody would be there */
    light_run(w.sim, NETSIM_TIME_MAX);
    assert_log("p:start ");
    netsim_process_sleep(p, 5 * NETSIM_S);
    netsim_process_sleep(p, 2 * NETSIM_S);
    light_run(w.sim, NETSIM_TIME_MAX);
    assert_log("p:timer@2 ");
    netsim_process_sleep(p, NETSIM_S);
    netsim_process_cancel_sleep(p);
    light_run(w.sim, NETSIM_TIME_MAX);
    assert_log("");
    netsim_process_exit(p);
    assert_true(netsim_process_has_exited(p));
    assert_log("p:end ");
    netsim_process_sleep(p, NETSIM_S);
    light_run(w.sim, NETSIM_TIME_MAX);
    assert_log("");
    assert_int_equal(((struct noter *) netsim_process_state(p))->n_timers, 1); /* still to be read */
}

static void the_end_of_the_simulation_ends_what_still_runs(void **state)
{
    (void) state;
    NetsimProcess *p = spawn("p"), *q = spawn("q");
    light_run(w.sim, NETSIM_TIME_MAX);
    netsim_process_exit(q);
    struct sock *sk = fake(p, "s");
    g_string_truncate(w.log, 0);
    sock_net_end(w.net);
    assert_log("p:end+socks ");
    sock_release(sk);
    g_free(sk);
}

static void wake_ups_come_in_order_and_are_merged(void **state)
{
    (void) state;
    NetsimProcess *p = spawn("p"), *q = spawn("q");
    light_run(w.sim, NETSIM_TIME_MAX);
    g_string_truncate(w.log, 0);
    struct sock *a = fake(p, "a"), *b = fake(q, "b"), *c = fake(p, "c");
    sock_wake(c, NETSIM_POLLIN);
    sock_wake(b, NETSIM_POLLOUT);
    sock_wake(a, NETSIM_POLLIN);
    sock_wake(c, NETSIM_POLLERR);
    assert_log(""); /* never a call from inside a transport */
    light_run(w.sim, NETSIM_TIME_MAX);
    assert_log("p:c:9 q:b:4 p:a:1 ");
    netsim_process_exit(p);
    netsim_process_exit(q);
}

static void close_others(NetsimProcess *p, NetsimSocket *s)
{
    for (struct sock *sk = p->socks, *next; sk; sk = next) {
        next = sk->proc_next;
        if (sk != s) netsim_close(sk);
    }
    netsim_close(s);
}

static void a_callback_may_close_sockets_that_wait_to_be_told(void **state)
{
    (void) state;
    NetsimProcess *p = spawn("p");
    light_run(w.sim, NETSIM_TIME_MAX);
    g_string_truncate(w.log, 0);
    struct sock *a = fake(p, "a"), *b = fake(p, "b"), *c = fake(p, "c");
    sock_wake(b, NETSIM_POLLIN);
    sock_wake(a, NETSIM_POLLIN);
    sock_wake(c, NETSIM_POLLIN);
    w.on_ready = close_others;
    light_run(w.sim, NETSIM_TIME_MAX);
    assert_log("p:b:1 close:c close:a close:b ");
}

static void exit_now(NetsimProcess *p, NetsimSocket *s)
{
    (void) s;
    netsim_process_exit(p);
}

static void exit_closes_the_sockets_in_the_order_of_their_opening(void **state)
{
    (void) state;
    NetsimProcess *p = spawn("p"), *q = spawn("q");
    light_run(w.sim, NETSIM_TIME_MAX);
    g_string_truncate(w.log, 0);
    struct sock *a = fake(p, "a"), *b = fake(p, "b"), *c = fake(p, "c"), *d = fake(q, "d");
    sock_wake(b, NETSIM_POLLIN);
    sock_wake(c, NETSIM_POLLIN);
    w.on_ready = exit_now;
    light_run(w.sim, NETSIM_TIME_MAX);
    assert_log("p:b:1 p:end+socks close:a close:b close:c ");
    (void) a;
    w.on_ready = NULL;
    netsim_close(d);
}

static void a_socket_may_move_to_another_process(void **state)
{
    (void) state;
    NetsimProcess *p = spawn("p");
    light_run(w.sim, NETSIM_TIME_MAX);
    struct sock *a = fake(p, "a");
    sock_wake(a, NETSIM_POLLERR);
    NetsimProcess *q = spawn("q");
    netsim_sock_set_process(a, q); /* it has not started yet, and hears of what is there already */
    assert_ptr_equal(netsim_sock_process(a), q);
    g_string_truncate(w.log, 0);
    light_run(w.sim, NETSIM_TIME_MAX);
    assert_log("q:start q:a:9 ");
    netsim_process_exit(p);
    assert_log("p:end ");
    netsim_process_exit(q);
    assert_log("q:end+socks close:a ");
}

static void after(NetsimSim *sim, NetsimEvent event, void *data)
{
    (void) sim;
    (void) event;
    sock_wake(data, NETSIM_POLLIN);
}

static void wake_at(struct sock *sk, netsim_time at)
{
    netsim_event_at(w.sim, netsim_event_new(w.sim, after, sk), at);
}

/* The first wake-up starts the delay; what comes meanwhile is told with it.  Another process has a delay of its own. */
static void a_host_may_take_time_to_wake_its_processes(void **state)
{
    (void) state;
    w.net->sock->wakeup = 50;
    NetsimProcess *p = spawn("p"), *q = spawn("q");
    struct sock *a = fake(p, "a"), *b = fake(p, "b"), *c = fake(q, "c");
    light_run(w.sim, NETSIM_TIME_MAX);
    g_string_truncate(w.log, 0);
    netsim_time t = netsim_sim_now(w.sim) + 1000;
    wake_at(a, t);
    wake_at(c, t + 30);
    wake_at(b, t + 40);
    light_run(w.sim, t + 49);
    assert_log("");
    light_run(w.sim, t + 50);
    assert_log("p:a:1 p:b:1 ");
    light_run(w.sim, t + 79);
    assert_log("");
    light_run(w.sim, t + 80);
    assert_log("q:c:1 ");
    g_string_truncate(w.log, 0);
    wake_at(a, t + 100);
    wake_at(c, t + 110);
    light_run(w.sim, t + 120);
    netsim_close(a); /* before its process runs */
    light_run(w.sim, t + 200);
    assert_log("close:a q:c:1 ");
    g_string_truncate(w.log, 0);
    netsim_process_sleep(p, 10); /* timers come when they are due */
    light_run(w.sim, t + 210);
    assert_true(strstr(w.log->str, "p:timer"));
    netsim_close(b);
    netsim_close(c);
}

static void one_that_exits_or_loses_its_socket_is_not_woken_late(void **state)
{
    (void) state;
    w.net->sock->wakeup = 50;
    NetsimProcess *p = spawn("p"), *q = spawn("q"), *r = spawn("r");
    struct sock *a = fake(p, "a"), *b = fake(q, "b");
    light_run(w.sim, NETSIM_TIME_MAX);
    netsim_time t = netsim_sim_now(w.sim) + 1000;
    wake_at(a, t);
    wake_at(b, t);
    light_run(w.sim, t + 10);
    g_string_truncate(w.log, 0);
    netsim_process_exit(p);
    netsim_sock_set_process(b, r); /* tells it anew */
    light_run(w.sim, t + 59);
    assert_log("p:end+socks close:a ");
    light_run(w.sim, t + 60);
    assert_log("r:b:1 ");
    netsim_process_exit(q);
    netsim_process_exit(r);
}

static void the_fingerprint_tells_what_processes_did(void **state)
{
    (void) state;
    uint64_t seen[3];
    for (unsigned i = 0; i < 3; i++) {
        NetsimSim *sim = netsim_sim_new(NULL);
        struct net *net = light_host(sim, "h", NULL);
        NetsimProcess *p = netsim_spawn((NetsimHost *) net, "p", &noter, "p");
        light_run(sim, NETSIM_TIME_MAX);
        netsim_process_sleep(p, i == 2 ? 2 : 1);
        light_run(sim, NETSIM_TIME_MAX);
        seen[i] = netsim_sim_fingerprint(sim);
        netsim_sim_free(sim);
    }
    assert_int_equal(seen[0], seen[1]);
    assert_int_not_equal(seen[0], seen[2]);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(it_starts_sleeps_and_ends),
        TEST(the_end_of_the_simulation_ends_what_still_runs),
        TEST(wake_ups_come_in_order_and_are_merged),
        TEST(a_callback_may_close_sockets_that_wait_to_be_told),
        TEST(exit_closes_the_sockets_in_the_order_of_their_opening),
        TEST(a_socket_may_move_to_another_process),
        TEST(a_host_may_take_time_to_wake_its_processes),
        TEST(one_that_exits_or_loses_its_socket_is_not_woken_late),
        TEST(the_fingerprint_tells_what_processes_did),
    };
    return cmocka_run_group_tests_name("models/sock/process", tests, NULL, NULL);
}
