/* SPDX-License-Identifier: GPL-3.0-or-later */
/* console_test.h - how tests of commands begin: console_host() and what its shell prints. */
#pragma once
#include "tests/support/console.h"
#include "tests/support/host_test.h"

static inline int setup(void **state)
{
    (void) state;
    sim = netsim_sim_new(NULL);
    host = console_host(sim);
    return 0;
}

static inline void assert_prints(const char *script, const char *output)
{
    console_prints(host, script, output);
}
