/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_ss.c - the sockets of a host as entries: netsim_host_ss(). */
#include "tests/support/light.h"
#include "tests/support/peer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct peer t;
static GArray *entries; /* NetsimSsEntry */

static int setup(void **state)
{
    (void) state;
    peer_open(&t, NULL);
    entries = g_array_new(FALSE, FALSE, sizeof(NetsimSsEntry));
    return 0;
}

static int teardown(void **state)
{
    (void) state;
    g_array_free(entries, TRUE);
    peer_close(&t);
    return 0;
}

static void note(const NetsimSsEntry *entry, void *data)
{
    assert_ptr_equal(data, &t);
    g_array_append_vals(entries, entry, 1);
}

static unsigned list(const char *words)
{
    GError *error = NULL;
    g_array_set_size(entries, 0);
    assert_true(netsim_host_ss((NetsimHost *) t.net, words, note, &t, &error));
    assert_null(error);
    return entries->len;
}

static const NetsimSsEntry *nth(unsigned i)
{
    return &g_array_index(entries, NetsimSsEntry, i);
}

static void assert_refused(const char *words, NetsimErrorCode code, const char *message)
{
    g_autoptr(GError) error = NULL;
    g_array_set_size(entries, 0);
    assert_false(netsim_host_ss((NetsimHost *) t.net, words, note, &t, &error));
    assert_true(g_error_matches(error, NETSIM_ERROR, (int) code));
    if (!g_str_has_prefix(error->message, message)) fail_msg("ss %s: %s", words, error->message);
    assert_false(g_str_has_suffix(error->message, "\n"));
    assert_int_equal(entries->len, 0);
}

static void it_lists_every_socket_with_what_ss_knows(void **state)
{
    (void) state;
    assert_int_equal(list(NULL), 0);
    NetsimSocket *s = peer_accept(&t, "mss 1460,sackOK,wscale 7");
    peer_send(&t, ". 1:501(500) ack 1 win 500");
    assert_int_equal(netsim_send(s, NULL, 1000, 0), 1000);
    assert_int_equal(list(NULL), 2);
    assert_string_equal(nth(0)->state, "LISTEN");
    assert_ptr_equal(nth(0)->socket, t.listener);
    assert_int_equal(nth(0)->send_q, 10);
    const NetsimSsEntry *e = nth(1);
    assert_string_equal(e->netid, "tcp");
    assert_string_equal(e->state, "ESTAB");
    assert_int_equal(e->local.port, HOST_PORT);
    assert_int_equal(e->peer.addr, t.peer_addr);
    assert_int_equal(e->peer.port, PEER_PORT);
    assert_int_equal(e->recv_q, 500);
    assert_int_equal(e->send_q, 1000);
    assert_string_equal(e->process, netsim_process_name(t.process));
    assert_string_equal(e->timer, "on");
    assert_in_range(e->timer_ms, 1, 204);
    assert_ptr_equal(e->socket, s);
    assert_true(e->has_info);
    assert_int_equal(e->info.snd_mss, 1460);
    assert_int_equal(e->info.bytes_received, 500);
    assert_int_equal(e->info.unacked, 1);
}

static void words_choose_as_on_the_command_line(void **state)
{
    (void) state;
    peer_accept(&t, "mss 1460,sackOK,wscale 7");
    assert_int_equal(list("-lt"), 1);
    assert_int_equal(list(" -tn state established"), 1);
    assert_int_equal(list(""), 1);
    assert_int_equal(list("-u -a"), 0);
    assert_int_equal(list("-ta '( sport = :80 and dport = :8080 )'"), 1);
    assert_int_equal(list("-ta dport = :81"), 0);
}

static void connections_without_a_socket_are_listed_too(void **state)
{
    (void) state;
    peer_listen(&t, 5);
    peer_send(&t, "S 0:0(0) win 65535 <mss 1000,sackOK,wscale 7>");
    assert_int_equal(list("-ta state syn-recv"), 1);
    assert_string_equal(nth(0)->state, "SYN-RECV");
    assert_null(nth(0)->socket);
    assert_null(nth(0)->process);
    assert_false(nth(0)->has_info);
    assert_string_equal(nth(0)->timer, "on");
}

static void wrong_words_are_refused_as_by_the_command(void **state)
{
    (void) state;
    assert_refused("-y", NETSIM_ERROR_COMMAND, "ss: invalid option -- 'y'");
    assert_refused("-t state establised", NETSIM_ERROR_COMMAND, "ss: wrong state name: establised, did you mean \"established\"?");
    assert_refused("-E", NETSIM_ERROR_UNSUPPORTED, "ss -E: the real ss has this option, netsim does not model it");
    assert_refused("src '", NETSIM_ERROR_COMMAND, "ss: ");
    assert_refused("-h", NETSIM_ERROR_COMMAND, "ss: help and version");
    assert_refused("-s", NETSIM_ERROR_COMMAND, "ss: -s and -K");
    peer_accept(&t, "mss 1460,sackOK,wscale 7");
    assert_refused("-tK", NETSIM_ERROR_COMMAND, "ss: -s and -K");
    assert_int_equal(list("-tn"), 1); /* still there */
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(it_lists_every_socket_with_what_ss_knows),
        TEST(words_choose_as_on_the_command_line),
        TEST(connections_without_a_socket_are_listed_too),
        TEST(wrong_words_are_refused_as_by_the_command),
    };
    return cmocka_run_group_tests_name("models/tcp/ss", tests, NULL, NULL);
}
