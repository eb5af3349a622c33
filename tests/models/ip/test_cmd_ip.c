/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ip(8) of a simulated host, against texts of iproute2 6.1 on Linux 6.18; scripts/iproute2.sh compares with the tool itself. */
#include "models/ip/cmd_ip.h"

#include "tests/support/console_test.h"

static void assert_fails(const char *script, NetsimErrorCode code, const char *message)
{
    g_autofree char *whole = g_strconcat("line 1: ", g_str_has_prefix(message, "ip") || g_str_has_prefix(message, "arp") ? "" : "ip: ", message, NULL);
    console_fails(host, script, code, whole);
}

/* ---- link ---- */

static void devices_are_shown_long_short_on_one_line_and_as_json(void **state)
{
    (void) state;
    assert_prints("ip link show eth0; ip -o l sh dev eth0; ip -br link; ip -j link show w0",
                  "3: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP mode DEFAULT group default qlen 1000\n"
                  "    link/ether 02:00:00:01:00:03 brd ff:ff:ff:ff:ff:ff\n"
                  "3: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP mode DEFAULT group default qlen 1000\\"
                  "    link/ether 02:00:00:01:00:03 brd ff:ff:ff:ff:ff:ff\n"
                  "lo               UNKNOWN        00:00:00:00:00:00 <LOOPBACK,UP,LOWER_UP> \n"
                  "w0               UNKNOWN        <POINTOPOINT,MULTICAST,NOARP,UP,LOWER_UP> \n"
                  "eth0             UP             02:00:00:01:00:03 <BROADCAST,MULTICAST,UP,LOWER_UP> \n"
                  "[{\"ifindex\":2,\"ifname\":\"w0\",\"flags\":[\"POINTOPOINT\",\"MULTICAST\",\"NOARP\",\"UP\",\"LOWER_UP\"],\"mtu\":1500,"
                  "\"qdisc\":\"noqueue\",\"operstate\":\"UNKNOWN\",\"linkmode\":\"DEFAULT\",\"group\":\"default\",\"txqlen\":1000,"
                  "\"link_type\":\"none\"}]\n");
    netsim_host_nic(host, "eth9", NULL); /* no cable */
    assert_prints("ip link show eth9", "4: eth9: <NO-CARRIER,BROADCAST,MULTICAST,UP> mtu 1500 qdisc noqueue state DOWN mode DEFAULT "
                                       "group default qlen 1000\n    link/ether 02:00:00:01:00:04 brd ff:ff:ff:ff:ff:ff\n");
}

static void statistics_are_columns_that_grow_with_their_numbers(void **state)
{
    (void) state;
    struct netdev *eth0 = netdev_by_name(host_net(host), "eth0");
    eth0->own.rx_bytes = 12345678901;
    eth0->own.rx_packets = 12345678;
    eth0->own.rx_crc_errors = 1234567;
    assert_prints("ip -s -s link show eth0",
                  "3: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP mode DEFAULT group default qlen 1000\n"
                  "    link/ether 02:00:00:01:00:03 brd ff:ff:ff:ff:ff:ff\n"
                  "    RX:   bytes  packets  errors dropped  missed   mcast           \n"
                  "    12345678901 12345678 1234567       0       0       0 \n"
                  "    RX errors:    length     crc   frame    fifo overrun\n"
                  "                       0 1234567       0       0       0 \n"
                  "    TX:   bytes  packets  errors dropped carrier collsns           \n"
                  "              0        0       0       0       0       0 \n"
                  "    TX errors:   aborted    fifo  window heartbt transns\n"
                  "                       0       0       0       0       2 \n");
    assert_prints("ip -s -h link show eth0",
                  "3: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP mode DEFAULT group default qlen 1000\n"
                  "    link/ether 02:00:00:01:00:03 brd ff:ff:ff:ff:ff:ff\n"
                  "    RX:  bytes packets errors dropped  missed   mcast           \n"
                  "         12.3G   12.3M  1.23M       0       0       0 \n"
                  "    TX:  bytes packets errors dropped carrier collsns           \n"
                  "             0       0      0       0       0       0 \n");
}

static void a_device_is_set_or_the_kernels_reason_given(void **state)
{
    (void) state;
    assert_prints("ip link set dev eth0 down mtu 9000 address 02:00:00:00:00:07 txqueuelen 0 arp off promisc on; ip l sh eth0",
                  "3: eth0: <BROADCAST,MULTICAST,NOARP,PROMISC> mtu 9000 qdisc noqueue state DOWN mode DEFAULT group default \n"
                  "    link/ether 02:00:00:00:00:07 brd ff:ff:ff:ff:ff:ff\n");
    const struct netdev *eth0 = netdev_by_name(host_net(host), "eth0");
    assert_int_equal(eth0->link->b->peer_mac[5], 7); /* the other end knows */
    assert_fails("ip link set eth0 mtu 1400 address 01:00:00:00:00:01", NETSIM_ERROR_COMMAND,
                 "RTNETLINK answers: Cannot assign requested address");
    assert_int_equal(eth0->mtu, 9000); /* nothing half done */
    assert_fails("ip link set eth0 name eth1", NETSIM_ERROR_UNSUPPORTED, "ip link set: \"name\" is not modelled");
}

/* ---- address ---- */

static void addresses_are_shown_in_the_kernels_order(void **state)
{
    (void) state;
    assert_prints("ip a a 10.0.0.1/24 dev eth0; ip a add 10.0.0.5/24 brd + dev eth0 label eth0:1; ip addr add 10.1.0.1/32 dev w0\n"
                  "ip addr add 10.2.0.1 peer 10.2.0.2/32 dev eth0 noprefixroute metric 7; ip -4 a show eth0; ip -br a; ip -o a show label eth0:*",
                  "3: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default qlen 1000\n"
                  "    inet 10.0.0.1/24 scope global eth0\n       valid_lft forever preferred_lft forever\n"
                  "    inet 10.2.0.1 peer 10.2.0.2/32 metric 7 scope global noprefixroute eth0\n       valid_lft forever preferred_lft forever\n"
                  "    inet 10.0.0.5/24 brd 10.0.0.255 scope global secondary eth0:1\n       valid_lft forever preferred_lft forever\n"
                  "lo               UNKNOWN        127.0.0.1/8 \n"
                  "w0               UNKNOWN        10.1.0.1/32 \n"
                  "eth0             UP             10.0.0.1/24 10.2.0.1 peer 10.2.0.2/32 metric 7 10.0.0.5/24 \n"
                  "3: eth0    inet 10.0.0.5/24 brd 10.0.0.255 scope global secondary eth0:1\\       valid_lft forever preferred_lft forever\n");
    assert_prints("ip route", "10.0.0.0/24 dev eth0 proto kernel scope link src 10.0.0.1 \n");
    assert_prints("ip addr change 10.0.0.1/24 dev eth0 metric 50; ip route", "10.0.0.0/24 dev eth0 proto kernel scope link src 10.0.0.1 metric 50 \n");
    assert_prints("ip addr flush dev eth0 to 10.0.0.0/24; ip -br a show eth0",
                  "eth0             UP             10.2.0.1 peer 10.2.0.2/32 metric 7 \n");
}

static void the_last_address_takes_all_routes_with_it(void **state)
{
    (void) state;
    assert_prints("ip addr add 10.0.0.1/24 dev eth0; ip addr add 10.1.0.1/24 dev eth0; ip route add default via 10.0.0.254\n"
                  "ip addr del 10.0.0.1/24 dev eth0; ip route",
                  "default via 10.0.0.254 dev eth0 \n10.1.0.0/24 dev eth0 proto kernel scope link src 10.1.0.1 \n");
    assert_prints("ip addr del 10.1.0.1 dev eth0; ip route; ip route show table local",
                  "local 127.0.0.0/8 dev lo proto kernel scope host src 127.0.0.1 \nlocal 127.0.0.1 dev lo proto kernel scope host src 127.0.0.1 \n"
                  "broadcast 127.255.255.255 dev lo proto kernel scope link src 127.0.0.1 \n");
}

/* Linux adds the connected route when an address or the device comes up, and at no other time. */
static void a_connected_route_that_was_deleted_stays_away(void **state)
{
    (void) state;
    assert_prints("ip addr add 10.0.0.1/24 dev eth0; ip route del 10.0.0.0/24; ip link set eth0 mtu 1400; ip addr add 10.9.0.1/24 dev eth0\n"
                  "ip addr del 10.9.0.1/24 dev eth0; ip route", "");
    assert_prints("ip link set eth0 down; ip link set eth0 up; ip route", "10.0.0.0/24 dev eth0 proto kernel scope link src 10.0.0.1 \n");
}

/* ---- route ---- */

static void routes_are_added_changed_and_shown(void **state)
{
    (void) state;
    assert_prints("ip addr add 10.0.0.1/24 dev eth0; ip r", "10.0.0.0/24 dev eth0 proto kernel scope link src 10.0.0.1 \n");
    assert_prints("ip route change 10.0.0.0/24 dev eth0 initcwnd 10; ip r", "10.0.0.0/24 dev eth0 scope link initcwnd 10 \n");
    assert_prints("ip ro add default via 10.0.0.254 metric 100 mtu lock 1400 advmss 1300 rto_min 50ms initcwnd 20 quickack 1\n"
                  "ip route show default",
                  "default via 10.0.0.254 dev eth0 metric 100 mtu lock 1400 advmss 1300 initcwnd 20 rto_min lock 50ms quickack 1 \n");
    assert_prints("ip route add blackhole 192.0.2.0/24; ip route add 172.16/12 dev w0 window 5000 proto static; ip r show 172.16.0.0/12\n"
                  "ip route list type black; ip -j route show 172.16.0.0/12",
                  "172.16.0.0/12 dev w0 proto static scope link window 5000 \nblackhole 192.0.2.0/24 \n"
                  "[{\"dst\":\"172.16.0.0/12\",\"dev\":\"w0\",\"protocol\":\"static\",\"scope\":\"link\",\"flags\":[],"
                  "\"metrics\":[{\"window\":5000}]}]\n");
    assert_prints("ip route get 8.8.8.8", "8.8.8.8 via 10.0.0.254 dev eth0 src 10.0.0.1 uid 0 \n    cache mtu lock 1400 advmss 1300 "
                                          "initcwnd 20 rto_min lock 50ms quickack 1 \n");
    assert_prints("ip route replace default via 10.0.0.253 metric 100; ip route show default", "default via 10.0.0.253 dev eth0 metric 100 \n");
    assert_prints("ip route append default via 10.0.0.252 metric 100; ip route prepend default via 10.0.0.251 metric 100; ip r show default",
                  "default via 10.0.0.251 dev eth0 metric 100 \ndefault via 10.0.0.253 dev eth0 metric 100 \n"
                  "default via 10.0.0.252 dev eth0 metric 100 \n");
    assert_prints("ip route flush default; ip route del 192.0.2.0/24; ip route flush 172.16.0.0/12; ip r",
                  "10.0.0.0/24 dev eth0 scope link initcwnd 10 \n");
    assert_prints("ip route add 10.7.0.0/16 via 172.31.0.1 dev eth0 onlink; ip r show 10.7.0.0/16", "10.7.0.0/16 via 172.31.0.1 dev eth0 onlink \n");
    assert_prints("ip link set eth0 down; ip r", "");
}

static void what_routes_do_to_packets_is_what_get_says(void **state)
{
    (void) state;
    assert_prints("ip addr add 10.0.0.1/24 dev eth0; ip route add throw 10.8.0.0/16; ip route add default via 10.0.0.254", "");
    assert_fails("ip route get 10.8.0.1", NETSIM_ERROR_COMMAND, "RTNETLINK answers: Network is unreachable");
    assert_fails("ip route add prohibit 10.9.0.0/16; ip route get 10.9.0.1", NETSIM_ERROR_COMMAND, "RTNETLINK answers: Permission denied");
    assert_fails("ip route add unreachable 10.10.0.0/16; ip route get 10.10.0.1", NETSIM_ERROR_COMMAND, "RTNETLINK answers: No route to host");
    assert_prints("ip route get 10.0.0.255 oif w0; ip route get 10.0.0.255", "10.0.0.255 dev w0 src 10.0.0.1 uid 0 \n    cache \n"
                  "broadcast 10.0.0.255 dev eth0 src 10.0.0.1 uid 0 \n    cache <local,brd> \n");
    ip_update_pmtu(host_net(host), 0x08080808, 1300);
    assert_prints("ip route get 8.8.8.8", "8.8.8.8 via 10.0.0.254 dev eth0 src 10.0.0.1 uid 0 \n    cache expires 600sec mtu 1300 \n");
}

/* ---- neighbour ---- */

static void neighbours_are_set_shown_and_deleted(void **state)
{
    (void) state;
    assert_prints("ip addr add 10.0.0.1/24 dev eth0; ip neigh add 10.0.0.2 lladdr 02:00:00:00:00:09 dev eth0\n"
                  "ip n add 10.0.0.3 lladdr 2:0:0:0:0:a dev eth0 nud stale; ip n add 10.0.0.4 lladdr 2:0:0:0:0:b dev eth0 nud reach\n"
                  "ip -s n; ip n show nud permanent dev eth0",
                  "10.0.0.2 dev eth0 lladdr 02:00:00:00:00:09  used 0/0/0probes 0 PERMANENT \n"
                  "10.0.0.3 dev eth0 lladdr 02:00:00:00:00:0a  used 0/60/0probes 0 STALE \n"
                  "10.0.0.4 dev eth0 lladdr 02:00:00:00:00:0b  ref 1 used 0/0/0probes 0 REACHABLE \n"
                  "10.0.0.2 lladdr 02:00:00:00:00:09 PERMANENT \n");
    assert_fails("ip n add 10.0.0.2 lladdr 02:00:00:00:00:09 dev eth0", NETSIM_ERROR_COMMAND, "RTNETLINK answers: File exists");
    assert_prints("ip n change 10.0.0.2 lladdr 02:00:00:00:00:07 dev eth0 nud failed; ip n del 10.0.0.3 dev eth0; ip n",
                  "10.0.0.2 dev eth0 FAILED \n10.0.0.4 dev eth0 lladdr 02:00:00:00:00:0b REACHABLE \n");
    assert_prints("ip n flush dev eth0; ip n", "");
    assert_fails("ip n del 10.0.0.4 dev eth0", NETSIM_ERROR_COMMAND, "RTNETLINK answers: No such file or directory");
}

/* ---- errors ---- */

static void errors_are_those_of_the_tool_and_the_kernel(void **state)
{
    (void) state;
    static const struct {
        const char *command, *message;
    } bad[] = {
        { "ip foo", "Object \"foo\" is unknown, try \"ip help\"." },
        { "ip -x addr", "Option \"-x\" is unknown, try \"ip -help\"." },
        { "ip addr foo", "Command \"foo\" is unknown, try \"ip address help\"." },
        { "ip route foo", "Command \"foo\" is unknown, try \"ip route help\"." },
        { "ip addr add 10.0.0.1/24", "Not enough information: \"dev\" argument is required." },
        { "ip addr add 10.0.0.1/24 dev", "Command line is not complete. Try option \"help\"" },
        { "ip addr add 10.0.0.1/33 dev w0", "Error: any valid prefix is expected rather than \"10.0.0.1/33\"." },
        { "ip addr add 10.0.0.1/24 10.0.0.2 dev w0", "Error: either \"local\" is duplicate, or \"10.0.0.2\" is a garbage." },
        { "ip addr add 10.0.0.1/24 dev w9", "Cannot find device \"w9\"" },
        { "ip addr show w9", "Device \"w9\" does not exist." },
        { "ip addr add 127.0.0.1/8 dev lo", "Error: ipv4: Address already assigned." },
        { "ip addr del 10.0.0.1/24 dev w0", "Error: ipv4: Address not found." },
        { "ip route add 10.0.0.0/24 dev w0 foo", "Error: either \"to\" is duplicate, or \"foo\" is a garbage." },
        { "ip route add 10.0.0.0/24 dev w0 initcwnd -1",
          "Error: argument \"-1\" is wrong: \"initcwnd\" value is invalid, must be 0..4294967295" },
        { "ip route add 10.0.0.0/24 dev w0 rto_min 5parsec", "Error: argument \"5parsec\" is wrong: \"rto_min\" value is invalid" },
        { "ip route add 10.0.0.0/24 dev w0 quickack 2", "Error: argument \"2\" is wrong: \"quickack\" value should be 0 or 1" },
        { "ip route add 10.0.0.1/24 dev w0", "Error: Invalid prefix for given prefix length." },
        { "ip route add default via 10.9.9.9", "Error: Nexthop has invalid gateway." },
        { "ip route change 10.7.0.0/16 dev w0", "RTNETLINK answers: No such file or directory" },
        { "ip route del 10.7.0.0/16", "RTNETLINK answers: No such process" },
        { "ip route add 10.7.0.0/16 dev w0; ip route add 10.7.0.0/16 dev w0", "RTNETLINK answers: File exists" },
        { "ip link set w0 mtu 60", "Error: mtu less than device minimum." },
        { "ip link set w0 mtu 70000", "Error: mtu greater than device maximum." },
        { "ip link set w0 address 1:2:3", "Invalid address length 3 - must be 6 bytes" },
        { "ip link set mtu 1500", "Not enough information: \"dev\" argument is required." },
        { "ip link set w0 eth0", "Error: either \"dev\" is duplicate, or \"eth0\" is a garbage." },
        { "ip link set w0 arp foo", "Error: argument of \"arp\" must be \"on\" or \"off\", not \"foo\"" },
        { "ip neigh add 10.0.0.2 dev eth0", "Error: No link layer address given." },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) assert_fails(bad[i].command, NETSIM_ERROR_COMMAND, bad[i].message);
}

static void what_no_model_has_is_told(void **state)
{
    (void) state;
    static const struct {
        const char *command, *message;
    } missing[] = {
        { "ip rule add from 10.0.0.1", "ip rule add: only the three rules of every host" },
        { "ip addr add fd00::1/64 dev w0", "fd00::1/64: IPv6 is not modelled" },
        { "ip addr add 10.0.0.1/24 dev w0 valid_lft 60", "ip address: addresses that expire are not modelled" },
        { "ip route add 10.0.0.0/8 nexthop dev w0", "ip route: \"nexthop\" is not modelled" },
        { "ip route add 10.0.0.0/8 dev w0 rtt 10ms", "ip route: \"rtt\" is not modelled" },
        { "ip route add 10.0.0.0/8 dev w0 table 5", "ip route: table 5: only main and local are modelled" },
        { "ip maddr", "ip maddress: not modelled" },
        { "ip link add d0 type dummy", "ip link add: devices come from the scenario's links; no other kind is modelled" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(missing); i++) assert_fails(missing[i].command, NETSIM_ERROR_UNSUPPORTED, missing[i].message);
}

static int status_of(const char *line)
{
    g_auto(GStrv) argv = g_strsplit(line, " ", -1);
    g_autoptr(GString) out = g_string_new(NULL), err = g_string_new(NULL);
    struct command_run run = { .net = host_net(host), .argv = argv, .in = "", .out = out, .err = err };
    bool good = cmd_ip(&run);
    assert_int_equal(good, run.status == 0);
    return run.status;
}

static void the_exit_status_tells_words_names_and_the_kernels_refusals_apart(void **state)
{
    (void) state;
    assert_int_equal(status_of("ip -V"), 0);
    assert_int_equal(status_of("ip"), 255);
    assert_int_equal(status_of("ip -x"), 255);
    assert_int_equal(status_of("ip help"), 255);
    assert_int_equal(status_of("ip foo"), 1);
    assert_int_equal(status_of("ip addr foo"), 255);
    assert_int_equal(status_of("ip addr add 10.0.0.1/24 dev"), 255);
    assert_int_equal(status_of("ip addr add 10.0.0.1/33 dev w0"), 1);
    assert_int_equal(status_of("ip addr add 10.0.0.1/24 dev w9"), 1);
    assert_int_equal(status_of("ip addr del 10.0.0.1/24 dev w0"), 2);
    assert_int_equal(status_of("ip addr flush"), 1);
    assert_int_equal(status_of("ip route add 10.0.0.0/24 dev w0 initcwnd -1"), 255);
    assert_int_equal(status_of("ip route add 10.0.0.1/24 dev w0"), 2);
    assert_int_equal(status_of("ip route get"), 1);
    assert_int_equal(status_of("ip route get 8.8.8.8"), 2);
    assert_int_equal(status_of("ip neigh add 10.0.0.2 lladdr 2:0:0:0:0:1"), 255);
    assert_int_equal(status_of("ip neigh add 10.0.0.2 lladdr xyz dev eth0"), 1);
    assert_int_equal(status_of("ip neigh del 10.0.0.2 dev eth0"), 2);
    assert_int_equal(status_of("ip link set"), 255);
    assert_int_equal(status_of("ip link set eth0 arp foo"), 1);
    assert_int_equal(status_of("ip link set eth0 mtu 60"), 2);
}

/* ---- arp(8), groups, the limit of ICMP errors ---- */

static void arp_shows_neighbours_as_net_tools_does(void **state)
{
    (void) state;
    assert_prints("ip addr add 10.0.0.1/24 dev eth0; ip neigh add 10.0.0.7 lladdr 02:00:00:00:00:07 dev eth0; arp -n; arp -an; arp -n 10.0.0.9",
                  "Address                  HWtype  HWaddress           Flags Mask            Iface\n"
                  "10.0.0.7                 ether   02:00:00:00:00:07   CM                    eth0\n"
                  "? (10.0.0.7) at 02:00:00:00:00:07 [ether] PERM on eth0\n"
                  "10.0.0.9 (10.0.0.9) -- no entry\n");
    assert_prints("arp -n -i w0", "arp: in 1 entries no match found.\n");
    assert_fails("arp -d 10.0.0.7", NETSIM_ERROR_UNSUPPORTED, "arp -d: not modelled; ip neigh add and del do it");
    assert_prints("ip link set w0 down; cat /proc/net/igmp",
                  "Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter\n"
                  "1\tlo        :     1      V3\n\t\t\t\t010000E0     1 0:00000000\t\t0\n"
                  "3\teth0      :     1      V3\n\t\t\t\t010000E0     1 0:00000000\t\t0\n");
}

static void send_to_closed_ports(NetsimProcess *process, void *state, const void *config)
{
    (void) state;
    (void) config;
    for (uint16_t port = 1; port <= 500; port++) {
        NetsimSocket *s = netsim_socket(process, NETSIM_SOCK_DGRAM);
        netsim_sendto(s, "x", 1, 0, (NetsimAddress){ 0x0a000001, (uint16_t) (20000 + port) });
        netsim_close(s);
    }
}

/* Without a limit for each peer: a burst of icmp_msgs_burst, each of which takes 0, 1 or 2 of it. */
static void errors_of_all_peers_together_are_limited(void **state)
{
    (void) state;
    static const NetsimApp app = { .name = "scan", .start = send_to_closed_ports };
    NetsimHost *peer = netsim_host_find(sim, "peer", NULL);
    uint64_t sent, held;
    assert_prints("ip addr add 10.0.0.1/24 dev w0; sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv4.icmp_msgs_burst=100", "");
    assert_true(netsim_host_sh(peer, "ip addr add 10.0.0.2/24 dev w0", NULL, NULL));
    netsim_spawn(peer, NULL, &app, NULL);
    assert_true(netsim_sim_run(sim, NETSIM_TIME_MAX, NULL));
    assert_true(netsim_host_counter(host, "IcmpOutDestUnreachs", &sent, NULL));
    assert_true(netsim_host_counter(host, "IcmpOutRateLimitGlobal", &held, NULL));
    assert_int_equal(sent + held, 500);
    assert_in_range(sent, 70, 140);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(devices_are_shown_long_short_on_one_line_and_as_json),
        T(statistics_are_columns_that_grow_with_their_numbers),
        T(a_device_is_set_or_the_kernels_reason_given),
        T(addresses_are_shown_in_the_kernels_order),
        T(the_last_address_takes_all_routes_with_it),
        T(a_connected_route_that_was_deleted_stays_away),
        T(routes_are_added_changed_and_shown),
        T(what_routes_do_to_packets_is_what_get_says),
        T(neighbours_are_set_shown_and_deleted),
        T(errors_are_those_of_the_tool_and_the_kernel),
        T(what_no_model_has_is_told),
        T(the_exit_status_tells_words_names_and_the_kernels_refusals_apart),
        T(arp_shows_neighbours_as_net_tools_does),
        T(errors_of_all_peers_together_are_limited),
    };
    return cmocka_run_group_tests_name("models/ip/cmd_ip", tests, NULL, NULL);
}
