/* SPDX-License-Identifier: GPL-3.0-or-later */
/* peer_test.h - how tests of TCP begin: a host and the fake peer that talks to it, `t`, made anew for each test. */
#pragma once
#include "tests/support/light.h"
#include "tests/support/peer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct peer t;

static inline int setup(void **state)
{
    (void) state;
    peer_open(&t, NULL);
    return 0;
}

static inline int teardown(void **state)
{
    (void) state;
    peer_close(&t);
    return 0;
}

static inline NetsimTcpInfo info_of(NetsimSocket *s)
{
    NetsimTcpInfo info;
    assert_int_equal(netsim_tcp_info(s, &info), 0);
    return info;
}
