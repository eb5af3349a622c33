/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/host/host.h"

#include "tests/support/light.h"
#include "tests/support/host_test.h"

static int setup(void **state)
{
    setup_host(state);
    join_peer("rhel6.2", (NetsimLinkConfig){ .delay = NETSIM_MS });
    return 0;
}

static void sh(const char *commands)
{
    g_autoptr(GError) error = NULL;
    if (!netsim_host_sh(host, commands, NULL, &error)) fail_msg("%s", error->message);
}

static char *read_file(NetsimHost *h, const char *path)
{
    g_autoptr(GError) error = NULL;
    char *text = netsim_host_read(h, path, &error);
    if (!text) fail_msg("%s", error->message);
    return text;
}

static void assert_reads(const char *path, const char *content)
{
    g_autofree char *text = read_file(host, path);
    assert_string_equal(text, content);
}

/* The value of "Tcp"'s "InSegs", as every reader of these files finds it: names in one line, values in the next. */
static char *value_of(NetsimHost *h, const char *path, const char *group, const char *name)
{
    g_autofree char *text = read_file(h, path), *title = g_strconcat(group, ":", NULL);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; line[0] && line[1]; line += 2) {
        g_auto(GStrv) names = g_strsplit(line[0], " ", -1);
        g_auto(GStrv) values = g_strsplit(line[1], " ", -1);
        assert_int_equal(g_strv_length(names), g_strv_length(values));
        assert_string_equal(names[0], values[0]);
        for (unsigned i = 1; !strcmp(names[0], title) && names[i]; i++)
            if (!strcmp(names[i], name)) return g_strdup(values[i]);
    }
    return NULL;
}

static void assert_value(const char *path, const char *group, const char *name, const char *expected)
{
    g_autofree char *value = value_of(host, path, group, name);
    assert_non_null(value);
    assert_string_equal(value, expected);
}

static const char snmp[] = "/proc/net/snmp", netstat[] = "/proc/net/netstat";

static void counters_are_pairs_of_lines(void **state)
{
    (void) state;
    NET_ADD_STATS(&host->net, TCP_INSEGS, 5);
    NET_ADD_STATS(&host->net, TCPEXT_TCPTIMEOUTS, 3);
    assert_value(snmp, "Tcp", "InSegs", "5");
    assert_value(netstat, "TcpExt", "TCPTimeouts", "3");
    assert_value(snmp, "Tcp", "RtoAlgorithm", "1");
    assert_value(snmp, "Tcp", "MaxConn", "-1");
    assert_null(value_of(host, snmp, "TcpExt", "TCPTimeouts"));
    assert_null(value_of(host, netstat, "Tcp", "InSegs"));
}

static void forwarding_is_1_or_2(void **state)
{
    (void) state;
    assert_value(snmp, "Ip", "Forwarding", "2");
    sh("sysctl -qw net.ipv4.ip_forward=1");
    assert_value(snmp, "Ip", "Forwarding", "1");
    sh("sysctl -qw net.ipv4.ip_default_ttl=77");
    assert_value(snmp, "Ip", "DefaultTTL", "77");
}

static void types_of_icmp_messages_appear_when_there_were_any(void **state)
{
    (void) state;
    assert_null(value_of(host, snmp, "IcmpMsg", "InType3"));
    NET_INC_STATS(&host->net, ICMPMSG_INTYPE3);
    assert_value(snmp, "IcmpMsg", "InType3", "1");
    assert_null(value_of(host, snmp, "IcmpMsg", "InType8"));
}

static void a_kernel_shows_the_counters_that_it_has(void **state)
{
    (void) state;
    NetsimHost *old = netsim_host_find(sim, "peer", NULL);
    assert_null(value_of(old, snmp, "Ip", "OutTransmits"));
    assert_null(value_of(old, netstat, "TcpExt", "TCPLossProbes"));
    g_autofree char *value = value_of(old, netstat, "TcpExt", "TCPTimeouts");
    assert_string_equal(value, "0");
}

static void sockstat_sums_up_sockets(void **state)
{
    (void) state;
    sh("ip addr add 10.0.0.1/24 dev eth0");
    assert_reads("/proc/net/sockstat", "sockets: used 0\nTCP: inuse 0 orphan 0 tw 0 alloc 0 mem 0\nUDP: inuse 0 mem 0\n"
                                       "UDPLITE: inuse 0\nRAW: inuse 0\nFRAG: inuse 0 memory 0\n");
    NetsimProcess *process = light_process(&host->net);
    NetsimSocket *l = netsim_socket(process, NETSIM_SOCK_STREAM), *u = netsim_socket(process, NETSIM_SOCK_DGRAM);
    netsim_socket(process, NETSIM_SOCK_STREAM); /* neither bound nor connected: allocated, but not in use */
    netsim_socket(process, NETSIM_SOCK_DGRAM);
    assert_int_equal(netsim_bind(l, (NetsimAddress){ 0, 80 }), 0);
    assert_int_equal(netsim_listen(l, 5), 0);
    assert_int_equal(netsim_bind(u, (NetsimAddress){ 0, 99 }), 0);
    assert_reads("/proc/net/sockstat", "sockets: used 4\nTCP: inuse 1 orphan 0 tw 0 alloc 2 mem 0\nUDP: inuse 1 mem 0\n"
                                       "UDPLITE: inuse 0\nRAW: inuse 0\nFRAG: inuse 0 memory 0\n");
}

/* ---- IP's files: lines of a 6.18 kernel ---- */

static void arp_shows_neighbours(void **state)
{
    (void) state;
    sh("ip addr add 10.0.0.1/24 dev eth0; ip neigh replace 10.0.0.9 lladdr 02:00:00:00:00:09 dev eth0 nud permanent");
    assert_reads("/proc/net/arp", "IP address       HW type     Flags       HW address            Mask     Device\n"
                                  "10.0.0.9         0x1         0x6         02:00:00:00:00:09     *        eth0\n");
}

static void route_shows_the_main_table(void **state)
{
    (void) state;
    sh("ip addr add 10.0.0.1/24 dev eth0; ip route add default via 10.0.0.254; ip route add 10.9.0.0/16 via 10.0.0.7\n"
       "ip route add unreachable 10.77.0.0/16; ip route add blackhole 10.78.1.1\n"
       "ip route add 10.79.0.0/16 via 10.0.0.8 metric 50 window 5000 advmss 1360");
    static const char *const lines[] = {
        "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT",
        "eth0\t00000000\tFE00000A\t0003\t0\t0\t0\t00000000\t0\t0\t0",
        "eth0\t0000000A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0",
        "eth0\t0000090A\t0700000A\t0003\t0\t0\t0\t0000FFFF\t0\t0\t0",
        "*\t00004D0A\t00000000\t0201\t0\t0\t0\t0000FFFF\t0\t0\t0",
        "*\t01014E0A\t00000000\t0005\t0\t0\t0\tFFFFFFFF\t0\t0\t0",
        "eth0\t00004F0A\t0800000A\t0003\t0\t0\t50\t0000FFFF\t1400\t5000\t0",
    };
    g_autoptr(GString) expected = g_string_new(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) g_string_append_printf(expected, "%-127s\n", lines[i]);
    assert_reads("/proc/net/route", expected->str);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(counters_are_pairs_of_lines),
        TEST(forwarding_is_1_or_2),
        TEST(types_of_icmp_messages_appear_when_there_were_any),
        TEST(a_kernel_shows_the_counters_that_it_has),
        TEST(sockstat_sums_up_sockets),
        TEST(arp_shows_neighbours),
        TEST(route_shows_the_main_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
