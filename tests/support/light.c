/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/light.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

struct net *light_host(NetsimSim *sim, const char *name, const char *kernel)
{
    NetsimHost *host = netsim_host_new(sim, name, kernel, NULL);
    assert_non_null(host);
    return host_net(host);
}

void light_sysctl(struct net *net, const char *name, const char *value)
{
    assert_true(netsim_host_sysctl_set((NetsimHost *) net, name, value, NULL));
}

struct netdev *light_nic(struct net *net, const char *name, uint32_t addr, unsigned plen)
{
    struct netdev *dev = netdev_new(net, name);
    assert_true(ip_addr_add(dev, addr, plen, NULL));
    return dev;
}

void light_link(struct netdev *a, struct netdev *b)
{
    NetsimLinkConfig c = { .delay = NETSIM_US };
    assert_non_null(netsim_link_new(a, b, &c, NULL, NULL));
}

NetsimProcess *light_process(struct net *net)
{
    static const NetsimApp app = { .name = "test" };
    return netsim_spawn((NetsimHost *) net, NULL, &app, NULL);
}

void light_run(NetsimSim *sim, netsim_time until)
{
    GError *error = NULL;
    if (!netsim_sim_run(sim, until, &error)) fail_msg("%s", error->message);
}

uint64_t light_drops(const struct net *net, enum drop_reason reason)
{
    return net->drops.counts ? net->drops.counts->pkts[reason] : 0;
}
