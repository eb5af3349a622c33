/* SPDX-License-Identifier: GPL-3.0-or-later */
/* snmp.h - the counters of a host under the kernel's names (include/uapi/linux/snmp.h, net/ipv4/proc.c); the rows are
 * in snmp_rows.h. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/*
 * The counters that models move: SNMP_<id>.  Those of every packet are numbered first, because they lie in struct net
 * itself (netdev/net.h); what follows N_SNMP_HOT lies in blocks that are made when something is counted in them.
 */
enum snmp_counter {
#define NUMBER(id, ...) SNMP_##id,
#define NONE(...)
#define V NONE
#define K NONE
#define N NONE

#define H NUMBER
#define T NONE
#define C NONE
#define G NONE
#include "models/wire/snmp_rows.h"
#undef H
#undef T
#define H NONE
#define T NUMBER
#include "models/wire/snmp_rows.h"
    N_SNMP_HOT,
    SNMP_BEFORE_COLD = N_SNMP_HOT - 1,
#undef T
#undef C
#undef G
#define T NONE
#define C NUMBER
#define G NUMBER
#include "models/wire/snmp_rows.h"
    N_SNMP_COUNTERS,
#undef H
#undef T
#undef C
#undef G
#undef V
#undef K
#undef N
#undef NUMBER
#undef NONE
};

enum snmp_kind {
    SNMP_COUNTER,
    SNMP_GAUGE,   /* goes up and down: TcpCurrEstab */
    SNMP_SETTING, /* has no slot: host/snmp.c knows the value, signed */
    SNMP_STILL,   /* no model moves it: always 0 */
};

struct snmp_row {
    const char *full;      /* "TcpExtTCPTimeouts", as nstat prints it */
    const char *group;     /* "TcpExt" */
    const char *name;      /* "TCPTimeouts", as the files have it */
    const char *text;      /* its meaning */
    const char *source;    /* where the kernel counts, or an RFC */
    enum snmp_kind kind;
    enum snmp_counter slot; /* SNMP_COUNTER, SNMP_GAUGE: where it is kept */
    uint16_t since, until; /* kernels, major * 1000 + minor: first with, first without; 0: all */
};

/** All rows in the order of printing, groups together; *n receives their number. */
const struct snmp_row *snmp_rows(unsigned *n);

/** Does a kernel of that version (struct kernel_profile) have the row? */
static inline bool snmp_row_exists(const struct snmp_row *row, unsigned version)
{
    return row->since <= version && (!row->until || version < row->until);
}
