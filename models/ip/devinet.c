/* SPDX-License-Identifier: GPL-3.0-or-later */
/* devinet.c - IP's part of a device, and how its settings combine with those of all (net/ipv4/devinet.c). */
#include "models/ip/fib.h"

#include <string.h>

/* What every packet asks is kept as one answer for all devices. */
static void summarize(struct net *net)
{
    struct ip_net *ip = net->ip;
    unsigned n_forwarding = 0, n = 0;
    bool has_rp_filter = ip->conf_all.rp_filter > 0;
    for (const struct netdev *dev = net->devices; dev; dev = dev->next, n++) {
        n_forwarding += dev->ip_ptr->conf.forwarding != 0;
        has_rp_filter |= dev->ip_ptr->conf.rp_filter > 0;
    }
    ip->forwards = n_forwarding == n ? IP_FORWARDS_ALL : n_forwarding ? IP_FORWARDS_SOME : IP_FORWARDS_NONE;
    ip->has_rp_filter = has_rp_filter;
    net_input_changed(net);
}

void ip_dev_new(struct netdev *dev)
{
    struct ip_net *ip = dev->net->ip;
    dev->ip_ptr = g_new(struct in_device, 1);
    *dev->ip_ptr = (struct in_device){ .conf = ip->conf_default, .parms = ip->parms_default };
    summarize(dev->net);
}

void ip_dev_free(struct netdev *dev)
{
    g_free(dev->ip_ptr);
}

void ip_conf_changed(struct net *net, const char *const star[])
{
    (void) star;
    summarize(net);
    ip_routes_changed(net);
}

void ip_forward_changed(struct net *net, const char *const star[])
{
    struct ip_net *ip = net->ip;
    if (!star[0] || !strcmp(star[0], "all")) { /* inet_forward_change() */
        int on = ip->conf_all.forwarding;
        ip->conf_default.forwarding = on;
        for (struct netdev *dev = net->devices; dev; dev = dev->next) dev->ip_ptr->conf.forwarding = on;
    }
    ip_conf_changed(net, star);
}
