/* SPDX-License-Identifier: GPL-3.0-or-later */
/* kernels_test.h - how tests of what kernels differ in begin: a host of each kernel, with its name, made anew for each test. */
#pragma once
#include <netsim/netsim.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static NetsimSim *sim;

static inline int setup(void **state)
{
    (void) state;
    sim = netsim_sim_new(NULL);
    for (const char *const *name = netsim_kernel_names(); *name; name++) assert_non_null(netsim_host_new(sim, *name, *name, NULL));
    return 0;
}

static inline int teardown(void **state)
{
    (void) state;
    netsim_sim_free(sim);
    return 0;
}

static inline NetsimHost *host(const char *kernel)
{
    return netsim_host_find(sim, kernel, NULL);
}
