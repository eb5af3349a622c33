/* SPDX-License-Identifier: GPL-3.0-or-later */
/* host.h - a host: its namespace (devices, IP, sockets, transports), its kernel's settings, its shell.
 *
 *   host.c     assembles and frees it        sysctl.c   the rows of its settings; knobs.c reads and writes them
 *   profile.c  which kernels there are       snmp.c     its counters
 *   shell.c    command lines                 cmd_*.c    commands
 *   faces.c    the rows of all rooms                 tree.c     the files under /proc and /sys; proc.c those of the host
 */
#pragma once
#include "core/knob.h"
#include "models/sock/sock.h"

/* Settings that are kept and shown, but that nothing of a light host reads: it has no backlog, no cores to poll. */
struct host_knobs {
    int netdev_max_backlog, netdev_budget, dev_weight, busy_poll, busy_read, rps_sock_flow_entries;
    int conf_default_rp_filter, accept_redirects, send_redirects, accept_source_route, secure_redirects, route_gc_timeout;
    int tcp_fack, tcp_low_latency, tcp_tw_recycle, tcp_max_ssthresh, tcp_stdurg, tcp_workaround_signed_windows;
    int tcp_early_demux, tcp_backlog_ack_defer, ip_early_demux;
    int udp_rmem_min, udp_wmem_min;
    char default_qdisc[16];
    int netdev_budget_usecs, tcp_abc, tcp_dma_copybreak, tcp_mtu_probe_floor, tcp_probe_interval, tcp_probe_threshold;
    /* fixed */
    int igmp_max_memberships, tcp_ecn_option, tcp_fastopen;
    char tcp_available_congestion_control[32], tcp_allowed_congestion_control[32];
    int64_t udp_mem[3]; /* pages */
};

struct host {
    struct net net; /* first: see host_net() */
    struct host_knobs knobs;
};
_Static_assert(offsetof(struct host, net) == 0, "a NetsimHost is its struct net");

/* ---- profile.c ---- */

/** The profile of that name; NULL means the default; NULL with NETSIM_ERROR_NAME if there is none. */
const struct kernel_profile *kernel_profile_find(const char *name, GError **error);

/* ---- sysctl.c, knobs.c ---- */

/** All rows, in order of name; *n receives their number. */
const struct knob *host_knob_rows(unsigned *n);
/** Where the value of @k lives on @host. */
void *host_knob_field(struct host *host, const struct knob *k);
/** Give every setting the default of the host's kernel. */
void host_knobs_reset(struct host *host);
/** The row of that name ('/' may stand for '.') that the host's kernel has; or NULL. */
const struct knob *host_knob_find(struct host *host, const char *name);
/** Set it. @return 0 or a negative errno: -ENOENT, -EINVAL, -EOPNOTSUPP (not modelled); *k receives the row, if there is one. */
int host_knob_set(struct host *host, const char *name, const char *value, const struct knob **k);
/** What helps after a failure: ", did you mean ...?", "must be 0..2"; free with g_free(). Never NULL. */
char *host_knob_hint(struct host *host, const char *name, int err);

/* ---- tree.c: the files under /proc and /sys ---- */

/** Append the content of @path. @return 0 or -ENOENT, -EISDIR, -ENOTDIR, -EACCES, or what the file says: -EINVAL */
int tree_read(struct host *host, const char *path, GString *out);
/** Write @text, with or without a newline at its end. @return as above; -EACCES: it is read-only */
int tree_write(struct host *host, const char *path, const char *text);
bool tree_is_file(struct host *host, const char *path);
bool tree_is_folder(struct host *host, const char *path);
/** The names in a folder, sorted, as `ls` shows them; free with g_strfreev().  NULL: there is no such folder. */
char **tree_list(struct host *host, const char *path);
/** The paths of all files and folders that fit @pattern ("/sys/class/net/ * /mtu" without the blanks: '*', '?', "[a-z]"),
 *  sorted; free with g_strfreev().  Never NULL. */
char **tree_glob(struct host *host, const char *pattern);
/** What helps after a failure: ", did you mean ...?"; free with g_free().  Never NULL. */
char *tree_hint(struct host *host, const char *path, int err);

/* ---- faces.c ---- */

struct command;
struct face;
struct face_file;
/** The command of that name, or NULL. */
const struct command *face_command(const char *name);
/** The @i-th of all commands, or NULL past the last. */
const struct command *face_nth_command(unsigned i);
/** The @i-th of all files, or NULL past the last. */
const struct face_file *face_nth_file(unsigned i);
unsigned face_n_files(void);
/** What an operator sees of the host itself: shell.c. */
extern const struct face host_face;
/** ... its files: proc.c. */
extern const struct face proc_face;
