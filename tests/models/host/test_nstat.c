/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/host/host.h"

#include "tests/support/console.h"
#include "tests/support/host_test.h"

static void count(unsigned timeouts, unsigned octets)
{
    NET_ADD_STATS(&host->net, TCPEXT_TCPTIMEOUTS, timeouts);
    NET_ADD_STATS(&host->net, IPEXT_INOCTETS, octets);
}

static void assert_prints(const char *command, const char *output)
{
    console_prints(host, command, output);
}

static void assert_fails(const char *command, NetsimErrorCode code, const char *message)
{
    console_fails(host, command, code, message);
}

/* Lines as iproute2 6.1 prints them. */
#define TIMEOUTS(n) "TcpExtTCPTimeouts               " n "                  0.0\n"
#define OCTETS(n) "IpExtInOctets                   " n "                  0.0\n"

static void prints_what_has_grown_since_it_was_last_asked(void **state)
{
    (void) state;
    count(3, 7);
    assert_prints("nstat", "#kernel\n" TIMEOUTS("3") OCTETS("7"));
    assert_prints("nstat", "#kernel\n");
    count(2, 0);
    assert_prints("nstat", "#kernel\n" TIMEOUTS("2"));
}

static void a_host_has_a_history_of_its_own(void **state)
{
    (void) state;
    count(1, 1);
    NetsimHost *other = netsim_host_new(sim, "other", NULL, NULL);
    assert_true(netsim_host_sh(other, "nstat", NULL, NULL));
    assert_prints("nstat", "#kernel\n" TIMEOUTS("1") OCTETS("1"));
}

static void dash_s_does_not_update_the_history(void **state)
{
    (void) state;
    count(3, 7);
    assert_prints("nstat -s; nstat --noupdate", "#kernel\n" TIMEOUTS("3") OCTETS("7") "#kernel\n" TIMEOUTS("3") OCTETS("7"));
}

static void dash_a_prints_all_since_the_start_and_updates(void **state)
{
    (void) state;
    count(3, 7);
    assert_prints("nstat -n", "");
    count(1, 0);
    assert_prints("nstat -a", "#kernel\n" TIMEOUTS("4") OCTETS("7"));
    assert_prints("nstat", "#kernel\n");
}

static void dash_r_forgets_the_history(void **state)
{
    (void) state;
    count(3, 0);
    assert_prints("nstat -n; nstat -r", "#kernel\n" TIMEOUTS("3"));
    assert_prints("nstat; nstat -rs; nstat", "#kernel\n#kernel\n" TIMEOUTS("3") "#kernel\n" TIMEOUTS("3"));
}

static void dash_z_prints_zeros_and_patterns_choose_in_any_case(void **state)
{
    (void) state;
    count(3, 7);
    assert_prints("nstat -az 'tcpexttcpti*' ipextinoct?ts",
                  "#kernel\n" TIMEOUTS("3") "TcpExtTCPTimeWaitOverflow       0                  0.0\n"
                  "TcpExtTcpTimeoutRehash          0                  0.0\n" OCTETS("7"));
    assert_prints("nstat 'TcpExtTCPTimeW*' -a", "#kernel\n"); /* without -z, a pattern brings no zeros */
}

static void settings_and_gauges_are_left_out(void **state)
{
    (void) state;
    assert_prints("nstat -az IpForwarding IpDefaultTTL 'TcpRto*' TcpMaxConn TcpCurrEstab", "#kernel\n");
}

static void json_is_one_object(void **state)
{
    (void) state;
    assert_prints("nstat -j", "{\"kernel\":{}}\n");
    count(3, 7);
    assert_prints("nstat -sj", "{\"kernel\":{\"TcpExtTCPTimeouts\":3,\"IpExtInOctets\":7}}\n");
    assert_prints("nstat -jp", "{\n    \"kernel\": {\n        \"TcpExtTCPTimeouts\": 3,\n        \"IpExtInOctets\": 7\n    }\n}\n");
    assert_prints("nstat --json --pretty", "{\n    \"kernel\": {}\n}\n");
}

static void options_are_read_as_getopt_long_reads_them(void **state)
{
    (void) state;
    count(3, 0);
    assert_prints("nstat --int=5 --ignore --noup", "#kernel\n" TIMEOUTS("3"));
    assert_prints("nstat -t 5 -as -- 'TcpExtTCPTimeouts'", "#kernel\n" TIMEOUTS("3"));
    assert_prints("nstat -t5as", "#kernel\n" TIMEOUTS("3")); /* "5as" is its argument */
    assert_prints("nstat - -a -- -z", "#kernel\n"); /* these two are patterns */
    assert_fails("nstat -Q", NETSIM_ERROR_COMMAND, "line 1: nstat: invalid option -- 'Q'");
    assert_fails("nstat -sxa", NETSIM_ERROR_COMMAND, "line 1: nstat: invalid option -- 'x'");
    assert_fails("nstat -t", NETSIM_ERROR_COMMAND, "line 1: nstat: option requires an argument -- 't'");
    assert_fails("nstat --interval", NETSIM_ERROR_COMMAND, "line 1: nstat: option '--interval' requires an argument");
    assert_fails("nstat --json=3", NETSIM_ERROR_COMMAND, "line 1: nstat: option '--json' doesn't allow an argument");
    assert_fails("nstat --no", NETSIM_ERROR_COMMAND,
                 "line 1: nstat: option '--no' is ambiguous; possibilities: '--nooutput' '--noupdate'");
    assert_fails("nstat --foo=1", NETSIM_ERROR_COMMAND, "line 1: nstat: unrecognized option '--foo=1'");
    assert_fails("nstat -t 0", NETSIM_ERROR_COMMAND, "line 1: nstat: invalid time constant divisor");
    assert_fails("nstat -d 1", NETSIM_ERROR_UNSUPPORTED, "line 1: nstat -d: the real nstat has this option, netsim does not model it");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup_host, teardown)
    const struct CMUnitTest tests[] = {
        TEST(prints_what_has_grown_since_it_was_last_asked),
        TEST(a_host_has_a_history_of_its_own),
        TEST(dash_s_does_not_update_the_history),
        TEST(dash_a_prints_all_since_the_start_and_updates),
        TEST(dash_r_forgets_the_history),
        TEST(dash_z_prints_zeros_and_patterns_choose_in_any_case),
        TEST(settings_and_gauges_are_left_out),
        TEST(json_is_one_object),
        TEST(options_are_read_as_getopt_long_reads_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
