/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/trace.h"

#include "core/sim.h"
#include "models/wire/pkt.h"
#include <setjmp.h>
#include <stdarg.h>
#include <limits.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void remember(const NetsimTraceEvent *event, void *data)
{
    g_autofree char *text = netsim_trace_format(event);
    g_string_append_printf(data, "%s %s %s\n", event->name, event->where, text);
}

static int sim_setup(void **state)
{
    *state = netsim_sim_new(NULL);
    return 0;
}

static int sim_teardown(void **state)
{
    netsim_sim_free(*state);
    return 0;
}

static unsigned n_computed;

static uint64_t compute(void)
{
    return ++n_computed;
}

static void arguments_are_not_computed_when_nobody_listens(void **state)
{
    NetsimSim *sim = *state;
    n_computed = 0;
    TRACE(sim, KFREE_SKB, "a", 0, 0, 0, 0, compute());
    assert_int_equal(n_computed, 0);
    g_autoptr(GString) log = g_string_new(NULL);
    assert_true(netsim_trace_attach(sim, "tcp:*", remember, log, NULL));
    TRACE(sim, KFREE_SKB, "a", 0, 0, 0, 0, compute());
    assert_int_equal(n_computed, 0);
    assert_string_equal(log->str, "");
}

static void a_probe_gets_what_its_pattern_names(void **state)
{
    NetsimSim *sim = *state;
    g_autoptr(GString) log = g_string_new(NULL), other = g_string_new(NULL);
    assert_true(netsim_trace_attach(sim, "*", remember, log, NULL));
    assert_true(netsim_trace_attach(sim, "sock:*", remember, other, NULL));
    TRACE(sim, INET_SOCK_SET_STATE, "server", 3, 10, 7, 80, 40000, 2, 6, 0x0a000001, 0x0a000002);
    struct drop_place place = { .name = "server:eth0" };
    struct pkt *p = pkt_new(sim);
    p->kind = PKT_IP4;
    p->saddr = 0xc0a80001;
    p->len = 60;
    p->proto = PROTO_UDP;
    p->dport = 53;
    p->digest = 123;
    pkt_drop(sim, &place, p, DROP_NO_SOCKET);
    g_free(place.counts);
    sim->places = NULL;
    assert_string_equal(other->str, "sock:inet_sock_set_state server skaddr=3 oldstate=TCP_LISTEN newstate=TCP_CLOSE sport=80 "
                                    "dport=40000 family=AF_INET protocol=IPPROTO_TCP saddr=10.0.0.1 daddr=10.0.0.2\n");
    assert_true(g_str_has_prefix(log->str, other->str));
    assert_string_equal(log->str + other->len,
                        "skb:kfree_skb server:eth0 skbaddr=0x7b location=__udp4_lib_rcv protocol=0x800 reason=NO_SOCKET len=60 "
                        "ip_proto=17 saddr=192.168.0.1 daddr=0.0.0.0 sport=0 dport=53\n");
    netsim_trace_detach(sim, remember, other);
    g_string_truncate(other, 0);
    TRACE(sim, INET_SOCK_SET_STATE, "server", 1, 2, 3, 4, 5, 6);
    assert_string_equal(other->str, "");
    netsim_trace_detach(sim, remember, log);
    for (unsigned w = 0; w < TRACE_WORDS; w++) assert_int_equal(sim->traced[w], 0);
}

struct adder {
    NetsimSim *sim;
    unsigned n;
};

static void attach_another(const NetsimTraceEvent *event, void *data)
{
    struct adder *a = data;
    a->n++;
    if (a->n < 100) assert_true(netsim_trace_attach(a->sim, event->name, attach_another, data, NULL));
}

static void a_probe_that_is_attached_by_a_probe_is_told_of_the_next_passage(void **state)
{
    struct adder a = { .sim = *state };
    assert_true(netsim_trace_attach(a.sim, "skb:kfree_skb", attach_another, &a, NULL));
    static const unsigned expected[] = { 1, 3, 7, 15 };
    for (unsigned i = 0; i < 4; i++) {
        TRACE(a.sim, KFREE_SKB, "a", 0, 0, 0, 0, 0);
        assert_int_equal(a.n, expected[i]);
    }
}

static void there_are_no_arguments_behind_the_last_tracepoint(void **state)
{
    (void) state;
    assert_null(netsim_tracepoint_args(N_TRACEPOINTS));
    assert_null(netsim_tracepoint_args(UINT_MAX));
}

static void a_pattern_that_names_nothing_is_refused(void **state)
{
    g_autoptr(GError) error = NULL;
    assert_false(netsim_trace_attach(*state, "tcp:tcp_prob", remember, NULL, &error));
    assert_true(g_error_matches(error, NETSIM_ERROR, NETSIM_ERROR_NAME));
    assert_non_null(strstr(error->message, "did you mean \"tcp:tcp_probe\"?"));
}

/* What the kernel's tracepoint of that name tells: the lines of a real kernel's format files. */
static char **kernel_args(const char *text, const char *name)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autofree char *head = g_strconcat(name, " ", NULL);
    for (char **line = lines; *line; line++)
        if (g_str_has_prefix(*line, head)) return g_strsplit(*line + strlen(head), " ", -1);
    fail_msg("Linux 6.18 has no tracepoint %s", name);
    return NULL;
}

static int place_in(char **words, const char *word)
{
    for (int i = 0; words[i]; i++)
        if (!strcmp(words[i], word)) return i;
    return -1;
}

static void names_arguments_and_their_order_are_the_kernels(void **state)
{
    (void) state;
    /* Behind pointers to packets and socket addresses there, beside them here. */
    static const char *const ours[] = { "ip_proto", "saddr", "daddr", "sport", "dport", "len", "port", NULL };
    g_autofree char *text = NULL;
    assert_true(g_file_get_contents(NETSIM_SOURCE_DIR "/tests/data/tracepoints-6.18.txt", &text, NULL, NULL));
    for (unsigned i = 0; i < N_TRACEPOINTS; i++) {
        const char *name = netsim_tracepoint_names()[i];
        if (g_str_has_prefix(name, "link:")) continue; /* no host has the wire */
        g_autofree char *list = netsim_tracepoint_args(i);
        g_auto(GStrv) args = g_strsplit(list, " ", -1), theirs = kernel_args(text, name);
        int last = -1;
        for (char **arg = args; *arg; arg++) {
            int place = place_in(theirs, *arg);
            if (place < 0 && g_strv_contains(ours, *arg)) continue;
            if (place < last || place < 0) fail_msg("%s: \"%s\" is not there, or stands elsewhere", name, *arg);
            last = place;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(arguments_are_not_computed_when_nobody_listens, sim_setup, sim_teardown),
        cmocka_unit_test_setup_teardown(a_probe_gets_what_its_pattern_names, sim_setup, sim_teardown),
        cmocka_unit_test_setup_teardown(a_probe_that_is_attached_by_a_probe_is_told_of_the_next_passage, sim_setup, sim_teardown),
        cmocka_unit_test(there_are_no_arguments_behind_the_last_tracepoint),
        cmocka_unit_test(names_arguments_and_their_order_are_the_kernels),
        cmocka_unit_test_setup_teardown(a_pattern_that_names_nothing_is_refused, sim_setup, sim_teardown),
    };
    return cmocka_run_group_tests_name("core/trace", tests, NULL, NULL);
}
