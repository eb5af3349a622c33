/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/host/host.h"

#include "tests/support/console_test.h"

static void assert_fails(const char *script, NetsimErrorCode code, const char *message)
{
    console_fails(host, script, code, message);
}

/* ---- the shell ---- */

static void lines_semicolons_quotes_and_comments_make_commands(void **state)
{
    (void) state;
    assert_prints("echo a; echo b\necho 'c  d' \"e\"f # not this\n# nor this\n\n  echo \\\n  g\n", "a\nb\nc  d ef\ng\n");
    assert_prints("", "");
    assert_prints("echo -n a#b \\# '#'", "a#b # #");
    assert_prints("\techo tab\r\necho crlf\r\n", "tab\ncrlf\n");
}

static void variables_are_expanded_outside_single_quotes(void **state)
{
    (void) state;
    assert_prints("X=10 Y='a b'; echo $X ${X}M \"$Y\" '$X' \\$X", "10 10M a b $X $X\n");
    assert_fails("echo $UNSET", NETSIM_ERROR_SYNTAX, "line 1: UNSET: parameter not set; neither a variable of the shell nor a parameter of the scenario");
}

static void lists_run_as_their_operators_say(void **state)
{
    (void) state;
    assert_prints("true && echo a || echo b", "a\n");
    assert_prints("false || echo b && echo c", "b\nc\n");
    assert_prints("true || echo no && echo d", "d\n");
    assert_prints("true ||\n  echo no\necho e", "e\n");
    assert_fails("false && echo no", NETSIM_ERROR_COMMAND, "line 1: false: exit status 1");
}

static void nothing_runs_after_a_failure_and_its_line_is_told(void **state)
{
    (void) state;
    g_autoptr(GString) out = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    assert_false(netsim_host_sh(host, "echo one\n\n ip link set w9 up; echo two\necho three\n", out, &error));
    assert_string_equal(error->message, "line 3: ip: Cannot find device \"w9\"");
    assert_string_equal(out->str, "one\n");
}

static void what_is_not_a_command_is_an_error(void **state)
{
    (void) state;
    assert_fails("sysctk -a", NETSIM_ERROR_COMMAND, "line 1: sysctk: command not found, did you mean \"sysctl\"?");
    assert_fails("\nethtool -i eth0", NETSIM_ERROR_UNSUPPORTED, "line 2: ethtool: not modelled; leave it out, or go on without it: ethtool ... || true");
    assert_fails("echo \"a\nb", NETSIM_ERROR_SYNTAX, "line 1: Syntax error: Unterminated quoted string");
    assert_fails("echo a &", NETSIM_ERROR_SYNTAX, "line 1: Syntax error: \"&\" unexpected (no jobs in the background here; host:spawn makes processes)");
    assert_fails("&& true", NETSIM_ERROR_SYNTAX, "line 1: Syntax error: \"&&\" unexpected");
    assert_fails("echo >", NETSIM_ERROR_SYNTAX, "line 1: Syntax error: a file name must follow \">\"");
    assert_fails("echo $(ls", NETSIM_ERROR_SYNTAX, "line 1: Syntax error: end of file unexpected (expecting \")\")");
}

static void output_goes_to_settings_or_nowhere(void **state)
{
    (void) state;
    assert_prints("echo 1 > /proc/sys/net/ipv4/tcp_ecn\ncat /proc/sys/net/ipv4/tcp_ecn", "1\n");
    assert_prints("echo gone >/dev/null 2>&1; ip link >/dev/null", "");
    assert_fails("echo 7 >/proc/sys/net/ipv4/tcp_ecn", NETSIM_ERROR_COMMAND,
                 "line 1: write error: /proc/sys/net/ipv4/tcp_ecn: Invalid argument; must be 0 to 2");
    assert_fails("echo 7 >/proc/sys/net/ipv4", NETSIM_ERROR_COMMAND,
                 "line 1: cannot create /proc/sys/net/ipv4: Is a directory");
}

/* ---- sysctl ---- */

static void sysctl_prints_as_procps(void **state)
{
    (void) state;
    assert_prints("sysctl net.ipv4.tcp_rmem", "net.ipv4.tcp_rmem = 4096\t131072\t33554432\n");
    assert_prints("sysctl -n net.ipv4.tcp_sack net.ipv4.tcp_ecn", "1\n2\n");
    assert_prints("sysctl -w net.ipv4.tcp_rmem=\"4096 8192 16384\"", "net.ipv4.tcp_rmem = 4096 8192 16384\n");
    assert_prints("sysctl -qw net/ipv4/tcp_sack=0; sysctl -q net.ipv4.tcp_dsack=0; sysctl -n net.ipv4.tcp_sack", "0\n");
    assert_prints("sysctl -e -w net.ipv4.no_such_thing=1", "");
    assert_prints("sysctl -N net.core.rmem_max", "net.core.rmem_max\n");
    assert_prints("sysctl -b net.core.rmem_max", "4194304");
    assert_prints("sysctl -a -r tcp_sa", "net.ipv4.tcp_sack = 0\n");
    assert_prints("sysctl --write net.ipv4.tcp_sack=1; sysctl -n -w net.ipv4.tcp_sack=1", "net.ipv4.tcp_sack = 1\n1\n");
    assert_prints("printf 'net.ipv4.tcp_sack=1\\n-net.no=1\\n' | sysctl -e -p -", "net.ipv4.tcp_sack = 1\n");
    assert_prints("echo 'net.ipv4.conf.*.rp_filter = 2' | sysctl -p - | grep -c rp_filter", "5\n");
    assert_prints("sysctl -V", "sysctl from procps-ng 4.0.2\n");
    g_autoptr(GString) all = g_string_new(NULL);
    assert_true(netsim_host_sh(host, "sysctl -a", all, NULL));
    assert_non_null(strstr(all->str, "\nnet.ipv4.tcp_syn_linear_timeouts = 4\n"));
    assert_null(strstr(all->str, "tcp_tw_recycle"));
}

static void sysctl_fails_as_procps(void **state)
{
    (void) state;
    assert_fails("sysctl -w net.ipv4.tcp_rnem=1", NETSIM_ERROR_COMMAND,
                 "line 1: sysctl: cannot stat /proc/sys/net/ipv4/tcp_rnem: No such file or directory, "
                 "did you mean \"net.ipv4.tcp_rmem\"?");
    assert_fails("sysctl -w net.ipv4.tcp_ecn=9", NETSIM_ERROR_COMMAND,
                 "line 1: sysctl: setting key \"net.ipv4.tcp_ecn\": Invalid argument; must be 0 to 2");
    assert_fails("sysctl -w net.ipv4.tcp_ecn", NETSIM_ERROR_COMMAND,
                 "line 1: sysctl: command line(0): invalid syntax, continuing...; write net.ipv4.tcp_ecn=VALUE, without blanks around the =");
    assert_fails("sysctl -w net.ipv4.tcp_ecn=", NETSIM_ERROR_COMMAND, "line 1: sysctl: setting key \"net.ipv4.tcp_ecn\": Invalid argument; must be 0 to 2");
    assert_fails("sysctl", NETSIM_ERROR_COMMAND, "line 1: sysctl: no variables specified");
    assert_fails("sysctl -z", NETSIM_ERROR_COMMAND, "line 1: sysctl: invalid option -- 'z'");
}

static char *outside(NetsimSim *s, const char *path, size_t *length, void *data, GError **error)
{
    (void) s, (void) data;
    if (!strcmp(path, "tune.conf")) {
        static const char text[] = "net.ipv4.tcp_sack = 0\n\nnet.ipv4.tcp_ecn = 9\n";
        *length = sizeof text - 1;
        return g_strdup(text);
    }
    g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_IO, "none is outside");
    return NULL;
}

static void sysctl_reads_files_of_the_host_and_then_those_from_outside(void **state)
{
    (void) state;
    assert_fails("sysctl -p tune.conf", NETSIM_ERROR_COMMAND, "line 1: sysctl: cannot open \"tune.conf\": No such file or directory; this host has none");
    netsim_sim_on_file(sim, outside, NULL);
    assert_fails("sysctl -p gone.conf", NETSIM_ERROR_COMMAND, "line 1: sysctl: cannot open \"gone.conf\": No such file or directory; this host has none, and none is outside");
    assert_fails("sysctl --load=tune.conf", NETSIM_ERROR_COMMAND,
                 "line 1: sysctl: setting key \"net.ipv4.tcp_ecn\": Invalid argument; must be 0 to 2 (tune.conf:3)");
    assert_prints("sysctl -n net.ipv4.tcp_sack", "0\n");
    assert_prints("echo net.ipv4.tcp_sack=1 > tune.conf; sysctl -p tune.conf", "net.ipv4.tcp_sack = 1\n");
    assert_fails("printf 'nonsense\\n' > a.conf; sysctl -p a.conf tune.conf", NETSIM_ERROR_COMMAND,
                 "line 1: sysctl: a.conf(1): invalid syntax, continuing...; \"nonsense\": write name = value");
    assert_fails("sysctl -p /etc", NETSIM_ERROR_COMMAND, "line 1: sysctl: cannot open \"/etc\": Is a directory");
}

/* As procps-ng 4.0.2 does it: the earlier folder's file hides its namesake, names in order, /etc/sysctl.conf last. */
static void sysctl_system_applies_the_folders_of_the_host(void **state)
{
    (void) state;
    assert_prints("sysctl --system", "");
    assert_prints("echo net.ipv4.tcp_sack=0 > /etc/sysctl.d/50-a.conf; echo net.ipv4.tcp_sack=1 > /usr/lib/sysctl.d/50-a.conf\n"
                  "echo net.ipv4.tcp_dsack=0 > /usr/lib/sysctl.d/10-b.conf; echo net.ipv4.tcp_ecn=1 > /etc/sysctl.conf\n"
                  "echo no > /etc/sysctl.d/README; sysctl --system",
                  "* Applying /usr/lib/sysctl.d/10-b.conf ...\n* Applying /etc/sysctl.d/50-a.conf ...\n* Applying /etc/sysctl.conf ...\n"
                  "net.ipv4.tcp_dsack = 0\nnet.ipv4.tcp_sack = 0\nnet.ipv4.tcp_ecn = 1\n");
}

static void sysctl_takes_patterns_in_files_only(void **state)
{
    (void) state;
    assert_prints("printf 'net.ipv4.conf.*.rp_filter=2\\n-net.ipv4.conf.all.rp_filter\\nnet.ipv4.conf.lo.rp_filter = 1\\n' | sysctl -p - | "
                  "grep -E 'all|default|lo'", "net.ipv4.conf.default.rp_filter = 2\nnet.ipv4.conf.lo.rp_filter = 1\n");
    assert_prints("echo 'net.ipv4.zz.* = 1' | sysctl -p -", "");
    assert_fails("sysctl -w 'net.ipv4.conf.*.rp_filter=1'", NETSIM_ERROR_COMMAND,
                 "line 1: sysctl: cannot stat /proc/sys/net/ipv4/conf/*/rp_filter: No such file or directory; "
                 "there is no such device or queue");
}

/* ---- ip ---- */

static void the_recorded_setup_works_verbatim(void **state)
{
    (void) state;
    assert_prints("ip link set w0 mtu 1500 txqueuelen 10000 up\nip addr add 10.1.0.1/32 dev w0\n"
                  "ip route add 10.1.0.2/32 dev w0 src 10.1.0.1  initrwnd 4",
                  "");
    assert_prints("ip route", "10.1.0.2 dev w0 scope link src 10.1.0.1 initrwnd 4 \n");
    const struct route *r = ip_route_lookup(&host->net, 0x0a010002);
    assert_int_equal(r->metrics.initrwnd, 4);
    assert_int_equal(r->prefsrc, 0x0a010001);
}

static void nstat_prints_counters(void **state)
{
    (void) state;
    NET_ADD_STATS(&host->net, TCP_RETRANSSEGS, 3);
    assert_prints("nstat -a", "#kernel\nTcpRetransSegs                  3                  0.0\n");
    assert_prints("nstat -az TcpExtTCPTimeouts", "#kernel\nTcpExtTCPTimeouts               0                  0.0\n");
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
static void what_is_none_of_a_networks_is_taken_with_a_warning(void **state)
{
    (void) state;
    assert_prints("sysctl -w vm.swappiness=10 net.core.somaxconn=99", "vm.swappiness = 10\nnet.core.somaxconn = 99\n");
    assert_fails("cat /proc/net/softnet_stat", NETSIM_ERROR_COMMAND,
                 "line 1: cat: /proc/net/softnet_stat: No such file or directory; a light host has no backlog");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(lines_semicolons_quotes_and_comments_make_commands),
        T(variables_are_expanded_outside_single_quotes),
        T(lists_run_as_their_operators_say),
        T(nothing_runs_after_a_failure_and_its_line_is_told),
        T(what_is_not_a_command_is_an_error),
        T(output_goes_to_settings_or_nowhere),
        T(sysctl_prints_as_procps),
        T(sysctl_fails_as_procps),
        T(sysctl_reads_files_of_the_host_and_then_those_from_outside),
        T(sysctl_system_applies_the_folders_of_the_host),
        T(sysctl_takes_patterns_in_files_only),
        T(the_recorded_setup_works_verbatim),
        T(nstat_prints_counters),
        T(what_is_none_of_a_networks_is_taken_with_a_warning),
    };
    return cmocka_run_group_tests_name("models/host/shell", tests, NULL, NULL);
}
