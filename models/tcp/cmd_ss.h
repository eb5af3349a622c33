/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_ss.h - ss(8) of iproute2 6.1: options, filter, output.
 *
 *   cmd_ss.c        options, which sockets, summary       cmd_ss_filter.c  expressions
 *   cmd_ss_print.c  columns, the text of each socket      diag.h           where sockets come from
 */
#pragma once
#include "models/netdev/face.h"
#include "models/tcp/diag.h"

/* ---- filter: `dst 10/8 and ( sport = :http or not dport gt 1024 )` in postfix order ---- */

enum ss_op { SS_DCOND, SS_SCOND, SS_D_GE, SS_D_LE, SS_S_GE, SS_S_LE, SS_NOTHING, SS_EVERYTHING, SS_AUTOBOUND, SS_NOT, SS_AND, SS_OR };

struct ss_term {
    enum ss_op op;
    uint32_t addr, mask;
    int port; /* -1: any */
};

struct ss_filter {
    GArray *terms; /* struct ss_term */
    bool has_ports_of_tcp, has_ports_of_udp; /* whose names of services are known */
    bool is_other_family; /* a condition on addresses that are not IPv4 */
};

/** Read words of the command line. @return false: the command has failed */
bool ss_filter_parse(struct command_run *run, struct ss_filter *f, char **words);
bool ss_filter_match(const struct ss_filter *f, const struct net *net, const struct inet_diag *d);
void ss_filter_clear(struct ss_filter *f);

/* ---- what was asked for ---- */

struct ss {
    struct command_run *run;
    bool numeric, resolve, options, details, memory, info, processes, no_header, oneline, summary, kill, tos;
    uint32_t dbs, families, states; /* bits: enum ss_db, enum ss_family, 1 << TCP_* */
    struct ss_filter filter;
};

/** Understand the command line, run->argv. @return false: it has failed, or it is done */
bool ss_parse(struct ss *ss, struct command_run *run);
void ss_clear(struct ss *ss);
/** The sockets that @ss asks for: struct inet_diag. Free with g_array_free(). */
GArray *ss_select(const struct ss *ss, struct net *net);
/** "UNCONN" */
const char *ss_state_name(unsigned state);
/** "persist" of DIAG_TIMER_PERSIST */
const char *ss_timer_name(unsigned timer);

/* ---- output ---- */

/** All of @sockets (struct inet_diag) in columns. */
void ss_print(const struct ss *ss, struct net *net, const GArray *sockets);

bool cmd_ss(struct command_run *run);
