/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/wire/snmp.h"

#define ROW(what, at, g, n, meaning, where, ...)                                                                      \
    { .full = #g #n, .group = #g, .name = &(#g #n)[sizeof #g - 1], .text = meaning, .source = where, .kind = what,  \
      .slot = at, ##__VA_ARGS__ },

static const struct snmp_row rows[] = {
#define C(id, ...) ROW(SNMP_COUNTER, SNMP_##id, __VA_ARGS__)
#define H C
#define T C
#define V C
#define G(id, ...) ROW(SNMP_GAUGE, SNMP_##id, __VA_ARGS__)
#define K(...) ROW(SNMP_SETTING, N_SNMP_COUNTERS, __VA_ARGS__)
#define N(...) ROW(SNMP_STILL, N_SNMP_COUNTERS, __VA_ARGS__)
#include "models/wire/snmp_rows.h"
};

const struct snmp_row *snmp_rows(unsigned *n)
{
    *n = sizeof rows / sizeof *rows;
    return rows;
}
