/* SPDX-License-Identifier: GPL-3.0-or-later */
/* host_test.h - how tests of a host begin: `host`, of Linux 6.18, in `sim`, made anew for each test. */
#pragma once
#include <netsim/netsim.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static NetsimSim *sim;
static NetsimHost *host;

static inline int setup_host(void **state)
{
    (void) state;
    sim = netsim_sim_new(NULL);
    host = netsim_host_new(sim, "host", "linux6.18", NULL);
    return 0;
}

/** The host "peer" of @kernel, whose eth0 is joined to the host's. */
static inline NetsimHost *join_peer(const char *kernel, NetsimLinkConfig wire)
{
    NetsimHost *peer = netsim_host_new(sim, "peer", kernel, NULL);
    assert_non_null(netsim_link_new(netsim_host_nic(host, "eth0", NULL), netsim_host_nic(peer, "eth0", NULL), &wire, NULL, NULL));
    return peer;
}

static inline int teardown(void **state)
{
    (void) state;
    netsim_sim_free(sim);
    return 0;
}
