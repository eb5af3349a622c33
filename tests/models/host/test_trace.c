/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernel's tracepoints over one TCP transfer with a lost segment. */
#include <netsim/netsim.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

struct log {
    GString *states; /* of the client */
    unsigned n_retransmits, n_probes, n_dropped;
    uint64_t max_cwnd;
};

static void note(const NetsimTraceEvent *e, void *data)
{
    struct log *log = data;
    if (!strcmp(e->name, "tcp:tcp_retransmit_skb")) log->n_retransmits++;
    if (!strcmp(e->name, "skb:kfree_skb")) log->n_dropped++;
    if (!strcmp(e->name, "tcp:tcp_probe")) {
        log->n_probes++;
        assert_string_equal(e->arg_names[8], "snd_cwnd");
        if (e->args[8] > log->max_cwnd) log->max_cwnd = e->args[8];
    }
    if (!strcmp(e->name, "sock:inet_sock_set_state") && !strcmp(e->where, "client")) {
        g_autofree char *text = netsim_trace_format(e);
        const char *state = strstr(text, "newstate=") + strlen("newstate=");
        g_string_append_printf(log->states, "%.*s ", (int) strcspn(state, " "), state);
    }
}

static void a_transfer_with_a_loss_passes_the_tracepoints(void **state)
{
    (void) state;
    NetsimSim *sim = netsim_sim_new(NULL);
    NetsimHost *client = netsim_host_new(sim, "client", NULL, NULL), *server = netsim_host_new(sim, "server", NULL, NULL);
    NetsimDevice *a = netsim_host_nic(client, "eth0", NULL), *b = netsim_host_nic(server, "eth0", NULL);
    NetsimLinkConfig wire = { .delay = 10 * NETSIM_MS };
    NetsimLink *link = netsim_link_new(a, b, &wire, NULL, NULL);
    NetsimLinkRule drop = { .match = NETSIM_MATCH_NEW, .first = 5, .last = 5, .action = NETSIM_RULE_DROP };
    assert_true(netsim_link_add_rule(link, false, &drop, NULL));
    assert_true(netsim_host_sh(client, "ip addr add 10.0.0.1/24 dev eth0", NULL, NULL));
    assert_true(netsim_host_sh(server, "ip addr add 10.0.0.2/24 dev eth0", NULL, NULL));
    NetsimSinkConfig sink = { .type = NETSIM_SOCK_STREAM, .local = { 0, 80 } };
    NetsimBulkConfig bulk = { .to = { 0x0a000002, 80 }, .bytes = 100000, .write_size = 100000 };
    netsim_spawn(server, NULL, &netsim_app_sink, &sink);
    netsim_spawn(client, NULL, &netsim_app_bulk, &bulk);
    struct log log = { .states = g_string_new(NULL) };
    assert_true(netsim_trace_attach(sim, "*", note, &log, NULL));
    GError *error = NULL;
    if (!netsim_sim_run(sim, NETSIM_S, &error)) fail_msg("%s", error->message);
    assert_true(g_str_has_prefix(log.states->str, "TCP_SYN_SENT TCP_ESTABLISHED "));
    uint64_t retransmits = 0;
    assert_true(netsim_host_counter(client, "TcpRetransSegs", &retransmits, NULL));
    assert_int_equal(retransmits, 1); /* of what was lost, nothing else */
    assert_int_equal(log.n_retransmits, retransmits);
    assert_true(log.n_probes > 20);
    assert_true(log.max_cwnd > 10);
    g_string_free(log.states, TRUE);
    netsim_sim_free(sim);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_transfer_with_a_loss_passes_the_tracepoints) };
    return cmocka_run_group_tests_name("models/host/trace", tests, NULL, NULL);
}
