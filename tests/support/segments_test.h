/* SPDX-License-Identifier: GPL-3.0-or-later */
/* segments_test.h - how tests of single segments begin: a talk `t` with a host, made anew for each test. */
#pragma once
#include "tests/support/light.h"
#include "tests/support/segments.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct talk t;

static inline int setup(void **state)
{
    (void) state;
    talk_open(&t, NULL);
    return 0;
}

static inline int teardown(void **state)
{
    (void) state;
    talk_close(&t);
    return 0;
}
