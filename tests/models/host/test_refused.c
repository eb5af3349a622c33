/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The public functions are given what they cannot use: NULL for each pointer that must not be NULL, events that were freed,
 * processes of other hosts.  They refuse, and nothing has changed. */
#include <netsim/netsim.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

struct lab {
    NetsimSim *sim;
    NetsimHost *host, *other;
    NetsimDevice *device, *far;
    NetsimLink *link;
    NetsimProcess *process, *stranger;
    NetsimSocket *socket;
    GPtrArray *gauges;
    NetsimGauge *gauge;
    NetsimTraceEvent event;
};

static const char *const all[] = { "*", NULL };

static int open_lab(void **state)
{
    struct lab *l = g_new0(struct lab, 1);
    l->sim = netsim_sim_new(NULL);
    l->host = netsim_host_new(l->sim, "a", NULL, NULL);
    l->other = netsim_host_new(l->sim, "b", NULL, NULL);
    l->device = netsim_host_nic(l->host, "eth0", NULL);
    l->far = netsim_host_nic(l->other, "eth0", NULL);
    l->link = netsim_link_new(l->device, l->far, &(NetsimLinkConfig){ 0 }, NULL, NULL);
    NetsimSinkConfig sink = { .type = NETSIM_SOCK_DGRAM, .local.port = 9 };
    l->process = netsim_spawn(l->host, "sink", &netsim_app_sink, &sink);
    l->stranger = netsim_spawn(l->other, "sink", &netsim_app_sink, &sink);
    l->socket = netsim_socket(l->process, NETSIM_SOCK_STREAM);
    l->gauges = netsim_gauges_find(l->sim, "a.IpInReceives", NULL);
    l->gauge = l->gauges->pdata[0];
    *state = l;
    return 0;
}

static int close_lab(void **state)
{
    struct lab *l = *state;
    GError *error = NULL;
    assert_true(netsim_sim_run(l->sim, NETSIM_TIME_MAX, &error));
    g_ptr_array_unref(l->gauges);
    netsim_sim_free(l->sim);
    g_free(l);
    return 0;
}

static void on_event(NetsimSim *sim, NetsimEvent event, void *data)
{
    (void) sim;
    (void) event;
    ++*(unsigned *) data;
}

static void on_trace(const NetsimTraceEvent *event, void *data)
{
    (void) event;
    (void) data;
}

static void on_counter(const char *name, uint64_t value, void *data)
{
    (void) name;
    (void) value;
    (void) data;
}

static void on_entry(const NetsimSsEntry *entry, void *data)
{
    (void) entry;
    (void) data;
}

/* ---- NULL ---- */

#define REFUSED(call, text)                                                     \
    do {                                                                        \
        GError *error = NULL;                                                   \
        assert_true(!(call));                                                   \
        assert_true(g_error_matches(error, NETSIM_ERROR, NETSIM_ERROR_ARGUMENT)); \
        assert_string_equal(error->message, text);                              \
        g_error_free(error);                                                    \
    } while (0)

static void functions_of_hosts_name_what_is_not_given(void **state)
{
    struct lab *l = *state;
    REFUSED(netsim_host_counter(NULL, "x", &(uint64_t){ 0 }, &error), "netsim_host_counter(): host is NULL");
    REFUSED(netsim_host_counter(l->host, NULL, &(uint64_t){ 0 }, &error), "netsim_host_counter(): name is NULL");
    REFUSED(netsim_host_counter(l->host, "x", NULL, &error), "netsim_host_counter(): value is NULL");
    REFUSED(netsim_host_find(NULL, "x", &error), "netsim_host_find(): sim is NULL");
    REFUSED(netsim_host_find(l->sim, NULL, &error), "netsim_host_find(): name is NULL");
    REFUSED(netsim_host_load_sysctl(NULL, "1", 1, NULL, NULL, &error), "netsim_host_load_sysctl(): host is NULL");
    REFUSED(netsim_host_load_sysctl(l->host, NULL, 1, NULL, NULL, &error), "netsim_host_load_sysctl(): text is NULL");
    REFUSED(netsim_host_new(NULL, "x", NULL, &error), "netsim_host_new(): sim is NULL");
    REFUSED(netsim_host_new(l->sim, NULL, NULL, &error), "netsim_host_new(): name is NULL");
    REFUSED(netsim_host_new_config(NULL, "x", NULL, &error), "netsim_host_new_config(): sim is NULL");
    REFUSED(netsim_host_new_config(l->sim, NULL, NULL, &error), "netsim_host_new_config(): name is NULL");
    REFUSED(netsim_host_nic(NULL, "x", &error), "netsim_host_nic(): host is NULL");
    REFUSED(netsim_host_nic(l->host, NULL, &error), "netsim_host_nic(): name is NULL");
    REFUSED(netsim_host_read(NULL, "x", &error), "netsim_host_read(): host is NULL");
    REFUSED(netsim_host_read(l->host, NULL, &error), "netsim_host_read(): path is NULL");
    REFUSED(netsim_host_sh(NULL, "true", NULL, &error), "netsim_host_sh(): host is NULL");
    REFUSED(netsim_host_sh(l->host, NULL, NULL, &error), "netsim_host_sh(): script is NULL");
    REFUSED(netsim_host_sh_start(NULL, "true", NULL, &error), "netsim_host_sh_start(): host is NULL");
    REFUSED(netsim_host_sh_start(l->host, NULL, NULL, &error), "netsim_host_sh_start(): script is NULL");
    REFUSED(netsim_host_ss(NULL, NULL, on_entry, NULL, &error), "netsim_host_ss(): host is NULL");
    REFUSED(netsim_host_ss(l->host, NULL, NULL, NULL, &error), "netsim_host_ss(): func is NULL");
    REFUSED(netsim_host_add_congestion_control(NULL, &(NetsimCongestionOps){ 0 }, NULL, &error),
            "netsim_host_add_congestion_control(): host is NULL");
    REFUSED(netsim_host_add_congestion_control(l->host, NULL, NULL, &error), "netsim_host_add_congestion_control(): ops is NULL");
    REFUSED(netsim_host_sysctl_get(NULL, "x", &error), "netsim_host_sysctl_get(): host is NULL");
    REFUSED(netsim_host_sysctl_get(l->host, NULL, &error), "netsim_host_sysctl_get(): name is NULL");
    REFUSED(netsim_host_sysctl_set(NULL, "x", "1", &error), "netsim_host_sysctl_set(): host is NULL");
    REFUSED(netsim_host_sysctl_set(l->host, NULL, "1", &error), "netsim_host_sysctl_set(): name is NULL");
    REFUSED(netsim_host_sysctl_set(l->host, "x", NULL, &error), "netsim_host_sysctl_set(): value is NULL");
    REFUSED(netsim_host_write(NULL, "x", "1", &error), "netsim_host_write(): host is NULL");
    REFUSED(netsim_host_write(l->host, NULL, "1", &error), "netsim_host_write(): path is NULL");
    REFUSED(netsim_host_write(l->host, "x", NULL, &error), "netsim_host_write(): value is NULL");
}

static void functions_with_an_error_name_what_is_not_given(void **state)
{
    struct lab *l = *state;
    REFUSED(netsim_capture(NULL, "x", &error), "netsim_capture(): device is NULL");
    REFUSED(netsim_capture(l->device, NULL, &error), "netsim_capture(): path is NULL");
    REFUSED(netsim_capture_close(NULL, &error), "netsim_capture_close(): sim is NULL");
    REFUSED(netsim_device_inject(NULL, "x", 1, &error), "netsim_device_inject(): device is NULL");
    REFUSED(netsim_device_inject(l->device, NULL, 1, &error), "netsim_device_inject(): bytes is NULL");
    REFUSED(netsim_device_inject_gso(NULL, "x", 1, 0, &error), "netsim_device_inject_gso(): device is NULL");
    REFUSED(netsim_device_inject_gso(l->device, NULL, 1, 0, &error), "netsim_device_inject_gso(): bytes is NULL");
    REFUSED(netsim_gauges_find(NULL, "x", &error), "netsim_gauges_find(): sim is NULL");
    REFUSED(netsim_gauges_find(l->sim, NULL, &error), "netsim_gauges_find(): name is NULL");
    REFUSED(netsim_link_add_cut(NULL, 0, &(NetsimLinkCut){ 0 }, &error), "netsim_link_add_cut(): link is NULL");
    REFUSED(netsim_link_add_cut(l->link, 0, NULL, &error), "netsim_link_add_cut(): cut is NULL");
    REFUSED(netsim_link_add_rule(NULL, 0, &(NetsimLinkRule){ 0 }, &error), "netsim_link_add_rule(): link is NULL");
    REFUSED(netsim_link_add_rule(l->link, 0, NULL, &error), "netsim_link_add_rule(): rule is NULL");
    REFUSED(netsim_link_new(NULL, l->far, &(NetsimLinkConfig){ 0 }, NULL, &error), "netsim_link_new(): a is NULL");
    REFUSED(netsim_link_new(l->device, NULL, &(NetsimLinkConfig){ 0 }, NULL, &error), "netsim_link_new(): b is NULL");
    REFUSED(netsim_link_new(l->device, l->far, NULL, NULL, &error), "netsim_link_new(): a2b is NULL");
    REFUSED(netsim_parse_address(NULL, &(NetsimAddress){ 0 }, &error), "netsim_parse_address(): text is NULL");
    REFUSED(netsim_parse_address("1", NULL, &error), "netsim_parse_address(): address is NULL");
    REFUSED(netsim_parse_queue(NULL, &(uint32_t){ 0 }, &(uint64_t){ 0 }, &error), "netsim_parse_queue(): text is NULL");
    REFUSED(netsim_parse_queue("1", NULL, &(uint64_t){ 0 }, &error), "netsim_parse_queue(): pkts is NULL");
    REFUSED(netsim_parse_queue("1", &(uint32_t){ 0 }, NULL, &error), "netsim_parse_queue(): bytes is NULL");
    REFUSED(netsim_parse_rate(NULL, &(uint64_t){ 0 }, &error), "netsim_parse_rate(): text is NULL");
    REFUSED(netsim_parse_rate("1", NULL, &error), "netsim_parse_rate(): bits_per_s is NULL");
    REFUSED(netsim_parse_size(NULL, &(uint64_t){ 0 }, &error), "netsim_parse_size(): text is NULL");
    REFUSED(netsim_parse_size("1", NULL, &error), "netsim_parse_size(): bytes is NULL");
    REFUSED(netsim_parse_time(NULL, &(netsim_time){ 0 }, &error), "netsim_parse_time(): text is NULL");
    REFUSED(netsim_parse_time("1", NULL, &error), "netsim_parse_time(): time is NULL");
    REFUSED(netsim_sim_run(NULL, 0, &error), "netsim_sim_run(): sim is NULL");
    REFUSED(netsim_sock_gauge(NULL, "x", &(int64_t){ 0 }, NULL, &error), "netsim_sock_gauge(): socket is NULL");
    REFUSED(netsim_sock_gauge(l->socket, NULL, &(int64_t){ 0 }, NULL, &error), "netsim_sock_gauge(): name is NULL");
    REFUSED(netsim_sock_gauge(l->socket, "x", NULL, NULL, &error), "netsim_sock_gauge(): value is NULL");
    REFUSED(netsim_trace_attach(NULL, "*", on_trace, NULL, &error), "netsim_trace_attach(): sim is NULL");
    REFUSED(netsim_trace_attach(l->sim, NULL, on_trace, NULL, &error), "netsim_trace_attach(): pattern is NULL");
    REFUSED(netsim_trace_attach(l->sim, "*", NULL, NULL, &error), "netsim_trace_attach(): func is NULL");
    REFUSED(netsim_trace_attach_list(NULL, all, on_trace, NULL, &error), "netsim_trace_attach_list(): sim is NULL");
    REFUSED(netsim_trace_attach_list(l->sim, NULL, on_trace, NULL, &error), "netsim_trace_attach_list(): patterns is NULL");
    REFUSED(netsim_trace_attach_list(l->sim, all, NULL, NULL, &error), "netsim_trace_attach_list(): func is NULL");
    assert_false(netsim_sim_run(NULL, 0, NULL)); /* nobody has to want the error */
}

static void calls_of_sockets_fail_as_system_calls_do(void **state)
{
    struct lab *l = *state;
    assert_int_equal(netsim_accept(NULL, &(NetsimSocket *){ 0 }, NULL), -EBADF);
    assert_int_equal(netsim_accept(l->socket, NULL, NULL), -EFAULT);
    assert_int_equal(netsim_bind(NULL, (NetsimAddress){ 0 }), -EBADF);
    assert_int_equal(netsim_close(NULL), -EBADF);
    assert_int_equal(netsim_congestion_info(NULL, &(NetsimCongestionInfo){ 0 }), -EBADF);
    assert_int_equal(netsim_congestion_info(l->socket, NULL), -EFAULT);
    assert_int_equal(netsim_connect(NULL, (NetsimAddress){ 0 }), -EBADF);
    assert_int_equal(netsim_getsockopt(NULL, "x", &(int64_t){ 0 }), -EBADF);
    assert_int_equal(netsim_getsockopt(l->socket, NULL, &(int64_t){ 0 }), -EFAULT);
    assert_int_equal(netsim_getsockopt(l->socket, "x", NULL), -EFAULT);
    assert_int_equal(netsim_listen(NULL, 0), -EBADF);
    assert_int_equal(netsim_poll(NULL), 0);
    netsim_process_cancel_sleep(NULL);
    netsim_process_exit(NULL);
    assert_false(netsim_process_has_exited(NULL));
    assert_null(netsim_process_host(NULL));
    assert_null(netsim_process_name(NULL));
    assert_null(netsim_process_nth(NULL, 0));
    assert_null(netsim_process_sim(NULL));
    netsim_process_sleep(NULL, 0);
    netsim_process_sleep_until(NULL, 0);
    assert_null(netsim_process_state(NULL));
    assert_int_equal(netsim_recv(NULL, (char[NETSIM_TRACE_ARG_BYTES]){ 0 }, 1, 0), -EBADF);
    assert_false(netsim_recv_had_content(NULL));
    assert_int_equal(netsim_recvfrom(NULL, (char[NETSIM_TRACE_ARG_BYTES]){ 0 }, 1, 0, NULL), -EBADF);
    assert_int_equal(netsim_send(NULL, NULL, 1, 0), -EBADF);
    assert_int_equal(netsim_sendto(NULL, NULL, 1, 0, (NetsimAddress){ 0 }), -EBADF);
    assert_int_equal(netsim_set_congestion_control(NULL, "x"), -EBADF);
    assert_int_equal(netsim_set_congestion_control(l->socket, NULL), -EFAULT);
    assert_int_equal(netsim_setsockopt(NULL, "x", 0), -EBADF);
    assert_int_equal(netsim_setsockopt(l->socket, NULL, 0), -EFAULT);
    assert_int_equal(netsim_shutdown(NULL, 0), -EBADF);
    netsim_sock_count_retransmits(NULL, &(uint64_t){ 0 });
    netsim_sock_count_retransmits(l->socket, NULL);
    assert_null(netsim_sock_data(NULL));
    assert_int_equal(netsim_sock_error(NULL), 0);
    assert_int_equal(netsim_sock_inq(NULL), 0);
    assert_int_equal(netsim_sock_local(NULL).addr, 0);
    assert_int_equal(netsim_sock_outq(NULL), 0);
    assert_int_equal(netsim_sock_peer(NULL).addr, 0);
    assert_null(netsim_sock_process(NULL));
    netsim_sock_set_data(NULL, NULL);
    netsim_sock_set_process(NULL, l->process);
    netsim_sock_set_process(l->socket, NULL);
    assert_null(netsim_socket(NULL, 0));
    assert_null(netsim_spawn(NULL, "x", &netsim_app_sink, NULL));
    assert_null(netsim_spawn(l->host, "x", NULL, NULL));
    assert_int_equal(netsim_tcp_info(NULL, &(NetsimTcpInfo){ 0 }), -EBADF);
    assert_int_equal(netsim_tcp_info(l->socket, NULL), -EFAULT);
}

static void other_functions_do_nothing(void **state)
{
    struct lab *l = *state;
    assert_false(netsim_counter_is_modelled(NULL));
    assert_null(netsim_device_host(NULL));
    assert_int_equal(netsim_device_mtu(NULL), 0);
    assert_null(netsim_device_name(NULL));
    netsim_device_set_raw_ip(NULL, 0);
    netsim_device_stats(NULL, &(NetsimDeviceStats){ 0 });
    netsim_device_stats(l->device, NULL);
    netsim_device_tap(NULL, NULL, NULL);
    netsim_event_at(NULL, 0, 0);
    netsim_event_cancel(NULL, 0);
    netsim_event_free(NULL, 0);
    assert_false(netsim_event_is_armed(NULL, 0));
    assert_int_equal(netsim_event_new(NULL, on_event, NULL), 0);
    assert_int_equal(netsim_event_new(l->sim, NULL, NULL), 0);
    assert_int_equal(netsim_event_new_background(NULL, on_event, NULL), 0);
    assert_int_equal(netsim_event_new_background(l->sim, NULL, NULL), 0);
    assert_null(netsim_gauge_name(NULL));
    assert_false(netsim_gauge_read(NULL, &(int64_t){ 0 }));
    assert_false(netsim_gauge_read(l->gauge, NULL));
    assert_null(netsim_gauge_unit(NULL));
    netsim_host_each_counter(NULL, on_counter, NULL);
    netsim_host_each_counter(l->host, NULL, NULL);
    assert_null(netsim_host_kernel(NULL));
    assert_null(netsim_host_name(NULL));
    assert_null(netsim_host_nth(NULL, 0));
    assert_null(netsim_host_nth_device(NULL, 0));
    assert_null(netsim_host_sim(NULL));
    assert_null(netsim_link_end(NULL, 0));
    assert_null(netsim_link_nth(NULL, 0));
    netsim_link_stats(NULL, 0, &(NetsimLinkStats){ 0 });
    netsim_link_stats(l->link, 0, NULL);
    assert_null(netsim_shell_error(NULL));
    assert_false(netsim_shell_is_done(NULL));
    assert_null(netsim_shell_messages(NULL));
    assert_null(netsim_shell_output(NULL));
    assert_int_equal(netsim_shell_status(NULL), 0);
    assert_int_equal(netsim_sim_end(NULL), 0);
    assert_int_equal(netsim_sim_events(NULL), 0);
    netsim_sim_fail(NULL, g_error_new_literal(NETSIM_ERROR, NETSIM_ERROR_IO, "taken"));
    netsim_sim_fates(NULL, &(NetsimFateTotals){ 0 }, NULL, NULL);
    assert_int_equal(netsim_sim_fingerprint(NULL), 0);
    assert_int_equal(netsim_sim_hops(NULL), 0);
    assert_int_equal(netsim_sim_now(NULL), 0);
    netsim_sim_on_file(NULL, NULL, NULL);
    netsim_sim_on_warning(NULL, NULL, NULL);
    assert_int_equal(netsim_sim_seed(NULL), 0);
    netsim_sim_stop(NULL);
    assert_null(netsim_trace_arg(NULL, 0, (char[NETSIM_TRACE_ARG_BYTES]){ 0 }));
    assert_null(netsim_trace_arg(&l->event, 0, NULL));
    netsim_trace_detach(NULL, NULL, NULL);
    assert_null(netsim_trace_format(NULL));
    netsim_sim_free(NULL);
    netsim_shell_free(NULL);
    netsim_app_sink_totals(l->process, NULL, NULL);
    netsim_app_client_totals(NULL, NULL);
}

/* ---- what is there, but of no use ---- */

static void events_that_are_not_the_users_are_left_alone(void **state)
{
    struct lab *l = *state;
    unsigned n_freed = 0, n = 0;
    NetsimEvent freed = netsim_event_new(l->sim, on_event, &n_freed);
    netsim_event_free(l->sim, freed);
    netsim_event_free(l->sim, freed);
    NetsimEvent a = netsim_event_new(l->sim, on_event, &n), b = netsim_event_new(l->sim, on_event, &n);
    assert_int_not_equal(a, b); /* a double free would have given one place to both */
    for (NetsimEvent other = 0; other < 1000; other++) {
        if (other == a || other == b) continue;
        netsim_event_at(l->sim, other, NETSIM_S);
        netsim_event_cancel(l->sim, other);
        netsim_event_free(l->sim, other);
        assert_false(netsim_event_is_armed(l->sim, other));
    }
    netsim_event_free(l->sim, UINT32_MAX);
    netsim_event_at(l->sim, a, -5); /* past: now */
    netsim_event_at(l->sim, b, NETSIM_TIME_MAX);
    assert_true(netsim_sim_run(l->sim, NETSIM_TIME_MAX, NULL));
    assert_int_equal(n, 1);
    assert_int_equal(n_freed, 0);
    assert_int_equal(netsim_sim_end(l->sim), NETSIM_END_IDLE);
    assert_true(netsim_event_is_armed(l->sim, b));
}

static void run_again(NetsimSim *sim, NetsimEvent event, void *data)
{
    (void) event;
    *(bool *) data = netsim_sim_run(sim, NETSIM_TIME_MAX, NULL);
}

static void a_callback_cannot_run_the_simulation(void **state)
{
    struct lab *l = *state;
    bool has_run = true;
    netsim_event_at(l->sim, netsim_event_new(l->sim, run_again, &has_run), NETSIM_S);
    assert_true(netsim_sim_run(l->sim, NETSIM_TIME_MAX, NULL));
    assert_false(has_run);
}

static void sockets_stay_on_their_host(void **state)
{
    struct lab *l = *state;
    netsim_sock_set_process(l->socket, l->stranger);
    assert_ptr_equal(netsim_sock_process(l->socket), l->process);
    assert_int_equal(netsim_shutdown(l->socket, 99), -EINVAL);
    assert_int_equal(netsim_setsockopt(l->socket, "no such option", 1), -ENOPROTOOPT);
    assert_null(netsim_socket(l->process, (NetsimSocketType) 99));
}

static void there_are_no_names_of_what_there_is_not(void **state)
{
    struct lab *l = *state;
    NetsimClientTotals totals = { .started = 1 };
    netsim_app_client_totals(l->process, &totals); /* it is a sink */
    assert_int_equal(totals.started, 0);
    assert_null(netsim_sysctl_verdict_name((NetsimSysctlVerdict) 99));
    assert_null(netsim_host_nth(l->sim, 99));
    assert_null(netsim_host_nth_device(l->host, 99));
    assert_null(netsim_link_nth(l->sim, 99));
    assert_null(netsim_process_nth(l->host, 99));
    assert_null(netsim_trace_arg(&l->event, 99, (char[NETSIM_TRACE_ARG_BYTES]){ 0 }));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(functions_of_hosts_name_what_is_not_given, open_lab, close_lab),
        cmocka_unit_test_setup_teardown(functions_with_an_error_name_what_is_not_given, open_lab, close_lab),
        cmocka_unit_test_setup_teardown(calls_of_sockets_fail_as_system_calls_do, open_lab, close_lab),
        cmocka_unit_test_setup_teardown(other_functions_do_nothing, open_lab, close_lab),
        cmocka_unit_test_setup_teardown(events_that_are_not_the_users_are_left_alone, open_lab, close_lab),
        cmocka_unit_test_setup_teardown(a_callback_cannot_run_the_simulation, open_lab, close_lab),
        cmocka_unit_test_setup_teardown(sockets_stay_on_their_host, open_lab, close_lab),
        cmocka_unit_test_setup_teardown(there_are_no_names_of_what_there_is_not, open_lab, close_lab),
    };
    return cmocka_run_group_tests_name("models/host/refused", tests, NULL, NULL);
}
