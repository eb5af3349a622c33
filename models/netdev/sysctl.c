/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sysctl.c - settings of devices, their queues and the path from them: net.core, /sys/class/net, ethtool. */
#include "models/netdev/sysctl.h"

#include "models/netdev/netdev.h"
#include <errno.h>
#include <string.h>

#define KEPT(why) .inert = (why), NET
#define NO_CORES KEPT("the CPUs of a light host take no time")
#define NO_QUEUES KEPT("a light host's device has no queues")
#define NO_NAPI KEPT("a light host has no interrupts and no softirqs")
#define NO_XFRM KEPT("IPsec is not modelled")
#define NO_BPF KEPT("BPF is not modelled")

/* set_default_qdisc(): schedulers that a kernel may have. */
static const char *nth_qdisc(unsigned i)
{
    static const char *const known[] = { "bfifo", "cake", "codel", "fq", "fq_codel", "fq_pie", "htb", "mq", "netem", "noop",
                                         "noqueue", "pfifo", "pfifo_fast", "pie", "prio", "red", "sfq", "tbf" };
    return i < G_N_ELEMENTS(known) ? known[i] : NULL;
}

/* rps_sock_flow_sysctl(): a power of two. */
static int round_flow_entries(struct net *net, struct knob_value *v)
{
    (void) net;
    while (v->n[0] & (v->n[0] - 1)) v->n[0] += v->n[0] & -v->n[0];
    return 0;
}

/* flow_limit_table_len_sysctl(): a power of two, or refused. */
static int check_power_of_two(struct net *net, struct knob_value *v)
{
    (void) net;
    return v->n[0] > 0 && !(v->n[0] & (v->n[0] - 1)) ? 0 : -EINVAL;
}

/* ---- queues: a light host's device has one of each kind ---- */

static const char *queue_nth(struct net *net, const char *const star[], unsigned which, unsigned i)
{
    (void) star;
    if (which) return i == 0 ? "0" : NULL;
    const struct netdev *dev = net->devices;
    while (dev && i--) dev = dev->next;
    return dev ? dev->name : NULL;
}

static const struct knob_place queue_kept = { .nth = queue_nth };

/* There is no bridge yet, so no device is a port of one. */
static const char *no_port(struct net *net, const char *const star[], unsigned which, unsigned i)
{
    (void) net, (void) star, (void) which, (void) i;
    return NULL;
}

static const struct knob_place port_kept = { .nth = no_port };

#define QUEUE(why) .place = &queue_kept, .scope = KNOB_QUEUE, .inert = (why), \
    .source = "networking/scaling.rst"

const struct knob netdev_sysctls[] = {
    { "/sys/class/net/*/brport/multicast_router", RANGE(0, 2), ALWAYS("1"), .place = &port_kept, .scope = KNOB_DEVICE,
      KEPT("bridges are not modelled"),
      .doc = "0: never send all multicast to this port, 1: if a router was heard, 2: always" },
    { "/sys/class/net/*/queues/rx-*/rps_cpus", .type = KNOB_CPUS, ALWAYS("0"), QUEUE("the CPUs of a light host take no time"),
      .since = 2032,
      .doc = "CPUs that receive packet steering may choose; none: off" },
    { "/sys/class/net/*/queues/rx-*/rps_flow_cnt", RANGE(0, UINT32_MAX), .type = KNOB_LONG, ALWAYS("0"),
      QUEUE("the CPUs of a light host take no time"), .since = 2032,
      .check = round_flow_entries, .doc = "flow table of the queue, for RFS" },
    { "/sys/class/net/*/queues/tx-*/xps_cpus", .type = KNOB_CPUS, ALWAYS("0"), QUEUE("the CPUs of a light host take no time"),
      .since = 2038,
      .doc = "CPUs whose packets go to this queue" },
    { "/sys/module/vhost_net/parameters/experimental_zcopytx", RANGE(0, 1), ALWAYS("0"), .is_read_only = true,
      .since = 3001,
      .inert = "guests are not modelled", .source = "drivers/vhost/net.c", .doc = "zero-copy transmission of guests" },
    { "net.core.bpf_jit_enable", RANGE(0, 2), DEFAULT({ 0, "0" }, { 5006, "1" }), .since = 3000, NO_BPF,
      .doc = "compile BPF programs; 2: and print them" },
    { "net.core.bpf_jit_harden", RANGE(0, 2), ALWAYS("0"), .since = 4007, NO_BPF, .doc = "harden the BPF compiler" },
    { "net.core.bpf_jit_kallsyms", SWITCH, DEFAULT({ 0, "0" }, { 5015, "1" }), .since = 4011, NO_BPF,
      .doc = "show compiled BPF programs as symbols" },
    { "net.core.bpf_jit_limit", .type = KNOB_LONG, RANGE(1, INT64_MAX), .unit = "bytes", ALWAYS("528482304"),
      .since = 4020, NO_BPF,
      .doc = "memory of compiled BPF programs of users" },
    { "net.core.busy_poll", POSITIVE, .unit = "us", ALWAYS("0"), .since = 3010,
      KEPT("a light host has nothing to poll"),
      .doc = "busy polling of poll() and select()" },
    { "net.core.busy_read", POSITIVE, .unit = "us", ALWAYS("0"), .since = 3010,
      KEPT("a light host has nothing to poll"),
      .doc = "SO_BUSY_POLL of new sockets" },
    { "net.core.default_qdisc", TEXT(16), ALWAYS("pfifo_fast"), .since = 3012, NO_QUEUES, .nth_word = nth_qdisc,
      .words_are = "there are",
      .doc = "queue discipline of new devices" },
    { "net.core.dev_weight", RANGE(1, INT_MAX), .unit = "packets", ALWAYS("64"), KEPT("a light host has no backlog"),
      .doc = "packets that a backlog poll may take; not of a driver's poll" },
    { "net.core.dev_weight_rx_bias", RANGE(1, INT_MAX), ALWAYS("1"), .since = 4011, KEPT("a light host has no backlog"),
      .doc = "multiplies dev_weight for the backlog" },
    { "net.core.dev_weight_tx_bias", RANGE(1, INT_MAX), ALWAYS("1"), .since = 4011, NO_QUEUES,
      .doc = "multiplies dev_weight for queue disciplines" },
    { "net.core.devconf_inherit_init_net", RANGE(0, 3), ALWAYS("0"), .since = 5001, KEPT("a host has one namespace"),
      .doc = "settings that a new namespace begins with" },
    { "net.core.fb_tunnels_only_for_init_net", RANGE(0, 2), ALWAYS("0"), .since = 4017,
      KEPT("tunnels are not modelled"),
      .doc = "fallback tunnels of new namespaces" },
    { "net.core.flow_limit_cpu_bitmap", .type = KNOB_CPUS, ALWAYS("0"), .since = 3011, NO_CORES,
      .doc = "CPUs that drop the largest flow first when the backlog fills" },
    { "net.core.flow_limit_table_len", POSITIVE, ALWAYS("4096"), .since = 3011, NO_CORES, .check = check_power_of_two,
      .doc = "flow buckets of flow_limit_cpu_bitmap" },
    { "net.core.gro_normal_batch", RANGE(1, INT_MAX), .unit = "packets", ALWAYS("8"), .since = 5004, NO_NAPI,
      .doc = "packets that are passed up together" },
    { "net.core.high_order_alloc_disable", SWITCH, ALWAYS("0"), .since = 5003, KEPT("memory has no pages here"),
      .doc = "no allocations of several pages" },
    { "net.core.max_skb_frags", RANGE(1, 17), ALWAYS("17"), .since = 4005, KEPT("packets have no fragments here"),
      .doc = "fragments of a packet" },
    { "net.core.mem_pcpu_rsv", RANGE(1, INT_MAX), .unit = "pages", ALWAYS("256"), .since = 6009, NO_CORES,
      .doc = "socket memory that each CPU may hold back from the account" },
    { "net.core.message_burst", ANY, ALWAYS("10"), KEPT("there is no kernel log"),
      .doc = "kernel messages before they are limited" },
    { "net.core.message_cost", .unit = "s", .ticks_per = 1, POSITIVE, ALWAYS("5"), KEPT("there is no kernel log"),
      .doc = "time between kernel messages when they are limited" },
    { "net.core.netdev_budget", ANY, .unit = "packets", ALWAYS("300"), NO_NAPI,
      .doc = "packets a receive softirq may take" },
    { "net.core.netdev_budget_usecs", POSITIVE, .unit = "us", DEFAULT({ 0, "2000" }, { 5007, "8000" }), .since = 4012,
      NO_NAPI,
      .doc = "time a receive softirq may take" },
    { "net.core.netdev_max_backlog", ANY, .unit = "packets", ALWAYS("1000"), KEPT("a light host has no backlog"),
      .doc = "packets that wait for one core; not connections" },
    { "net.core.netdev_rss_key", TEXT(160),
      ALWAYS("00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:"
      "00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00"), .since = 3019, .is_read_only = true,
      NO_QUEUES,
      .doc = "key of receive-side scaling" },
    { "net.core.netdev_tstamp_prequeue", ANY, ALWAYS("1"), .since = 2035, KEPT("a light host has no backlog"),
      .doc = "0: stamp packets after the backlog" },
    { "net.core.netdev_unregister_timeout_secs", RANGE(1, 3600), .unit = "s", ALWAYS("10"), .since = 5013,
      KEPT("devices stay here"), .doc = "time after which the removal of a device is complained about" },
    { "net.core.rps_default_mask", .type = KNOB_CPUS, ALWAYS("0"), .since = 6003, NO_CORES,
      .doc = "rps_cpus of new devices" },
    { "net.core.rps_sock_flow_entries", RANGE(0, 1 << 29), ALWAYS("0"), .since = 2032, NO_CORES,
      .check = round_flow_entries,
      .doc = "flow table of RFS; rounded up to a power of two" },
    { "net.core.skb_defer_max", POSITIVE, .unit = "packets", DEFAULT({ 0, "64" }, { 6019, "128" }), .since = 5019,
      NO_CORES,
      .doc = "packets that another core is asked to free" },
    { "net.core.tstamp_allow_data", SWITCH, ALWAYS("1"), .since = 4000, KEPT("time stamps of packets are not modelled"),
      .doc = "0: time stamps come without the packet" },
    { "net.core.warnings", ANY, DEFAULT({ 0, "1" }, { 3011, "0" }), .dead_since = 3019, .dead = "nothing reads it",
      KEPT("there is no kernel log"), .doc = "network warnings of the kernel" },
    { "net.core.xfrm_acq_expires", ANY, .unit = "s", ALWAYS("30"), NO_XFRM,
      .doc = "time to negotiate a security association" },
    { "net.core.xfrm_aevent_etime", UINT, .unit = "100 ms", ALWAYS("10"), NO_XFRM,
      .doc = "time between security association events" },
    { "net.core.xfrm_aevent_rseqth", UINT, .unit = "packets", ALWAYS("2"), NO_XFRM,
      .doc = "packets between such events" },
    { "net.core.xfrm_larval_drop", ANY, DEFAULT({ 0, "0" }, { 2031, "1" }), NO_XFRM,
      .doc = "drop what waits for negotiation" },
    /* ---- not under /proc/sys: given to a tool ---- */
    { "ethtool -G DEV rx", POSITIVE, .unit = "descriptors", ALWAYS("0"), .scope = KNOB_DEVICE, .how = "ethtool -G",
      NO_QUEUES,
      .doc = "receive ring (--set-ring); -g shows it" },
    { "ethtool -G DEV tx", POSITIVE, .unit = "descriptors", ALWAYS("0"), .scope = KNOB_DEVICE, .how = "ethtool -G",
      NO_QUEUES,
      .doc = "transmit ring (--set-ring); -g shows it" },
    { "ethtool -L DEV combined", RANGE(1, 256), .unit = "queues", ALWAYS("1"), .scope = KNOB_DEVICE,
      .how = "ethtool -L", NO_QUEUES,
      .doc = "pairs of queues" },
    { "ethtool -s DEV duplex", TEXT(8), ALWAYS("full"), .scope = KNOB_DEVICE, .how = "ethtool -s",
      KEPT("negotiation is not modelled: a link is full duplex"), .doc = "half, full" },
    { "ethtool -s DEV speed", POSITIVE, .unit = "Mbit/s", ALWAYS("0"), .scope = KNOB_DEVICE, .how = "ethtool -s",
      KEPT("negotiation is not modelled: the scenario gives a link its rate"), .doc = "rate of the link" },
    { .name = NULL },
};
