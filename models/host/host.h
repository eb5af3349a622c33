/* SPDX-License-Identifier: GPL-3.0-or-later */
/* host.h - a host: its namespace (devices, IP, sockets, transports), its kernel's settings, its shell.
 *
 *   host.c     assembles and frees it        knobs.c    its settings
 *   profile.c  which kernels there are       snmp.c     its counters
 *   shell*.c   scripts: shell.h              cmd_*.c    commands
 *   cpu.c      how many CPUs it says it has
 *   faces.c    the rows of all rooms         tree.c     the files under /proc and /sys; proc.c those of the host
 *   settings.c sysctl_conf.c    the lines of a sysctl.conf, and what the host says to them
 */
#pragma once
#include "core/knob.h"
#include "models/sock/sock.h"

enum { HOST_LIGHT_CPUS = 64 }; /* of a host whose cores are not modelled: cpu.c */

struct host {
    struct net net; /* first: see host_net() */
    GHashTable *kept;   /* name -> text: settings that nothing reads, once they were written to; NULL: none yet */
    uint64_t *nstat_history; /* the counters as nstat last saw them, by row; NULL: never */
    struct shell *at_work; /* whose command runs now; NULL: none */
    struct shell *shells; /* scripts that run, or have run and were not freed: shell.h */
    GHashTable *files;    /* path -> GString: what scripts wrote elsewhere than to /proc, /sys and /dev; NULL: nothing */
    GHashTable *warned; /* rows that were warned of; NULL: none yet */
};
_Static_assert(offsetof(struct host, net) == 0, "a NetsimHost is its struct net");

/* ---- profile.c ---- */

/** The profile of that name; NULL means the default; NULL with NETSIM_ERROR_NAME if there is none. */
const struct kernel_profile *kernel_profile_find(const char *name, GError **error);

/* ---- knobs.c ---- */

/* One setting of a host: its row, and what the '*' of the name stand for. */
struct host_knob {
    const struct knob *row;
    char star[KNOB_MAX_STARS][16];
};
/* ... as struct knob_place takes them. */
struct knob_stars {
    const char *star[KNOB_MAX_STARS];
};

/** All rows, in order of name; *n receives their number.  The first: free with g_free(). */
const struct knob **host_knob_all(unsigned *n);
const struct knob *const *host_knob_rows(struct host *host, unsigned *n);
/** Give every setting the default of the host's kernel.  Before devices are made. */
void host_knobs_reset(struct host *host);
/**
 * Find a setting that the host's kernel has and, if it is one of a device or queue, the host too.
 * @name  "net.ipv4.conf.eth0.rp_filter", "net/ipv4/conf/eth0.1/rp_filter", "/proc/sys/net/...", "/sys/class/net/..."
 */
bool host_knob_find(struct host *host, const char *name, struct host_knob *at);
void host_knob_load(struct host *host, const struct host_knob *at, struct knob_value *v);
/** Append the value as the file shows it, without the newline; not of a row that is write-only. */
void host_knob_read(struct host *host, const struct host_knob *at, GString *out);
/** Warns once if the value will have no effect.
 * @return 0 or a negative errno: -EINVAL, -ENOENT (no such algorithm), -EOVERFLOW (CPUs), -EACCES (read-only) */
int host_knob_write(struct host *host, const struct host_knob *at, const char *text);
/** ... without the warning, for those who tell it themselves. */
int host_knob_write_quietly(struct host *host, const struct host_knob *at, const char *text);
/** Why a value of @k changes nothing on @host, without a full stop; NULL: it does; free with g_free(). */
char *host_knob_no_effect(struct host *host, const struct knob *k);
/** What a write would read; *v: the value, with what the text leaves out as it is now. @return 0 or as above, without the
 *  rules that look at other settings */
int host_knob_parse(struct host *host, const struct host_knob *at, const char *text, struct knob_value *v);
/** Where the value is: equal for two names of one setting; free with g_free(). */
char *host_knob_key(struct host *host, const struct host_knob *at);

/* Why a host has no setting of a name. */
enum knob_absence {
    KNOB_PRESENT, KNOB_REMOVED, KNOB_NEWER, /* its kernel's version */
    KNOB_NO_INSTANCE,                       /* no such device or queue */
    KNOB_NO_IPV6, KNOB_ELSEWHERE,           /* vm, kernel, fs: netsim has only the network's */
    KNOB_UNKNOWN,
};
enum knob_absence host_knob_absence(struct host *host, const char *name);
/** What helps after a failure: ", did you mean ...?", "must be 0..2"; free with g_free(). Never NULL.
 *  @text  what was to be written; NULL: unknown */
char *host_knob_hint(struct host *host, const char *name, const char *text, int err);
/** Append "/proc/sys/net/ipv4/conf/eth0.1/rp_filter", or "net.ipv4.conf.eth0/1.rp_filter". */
void host_knob_path(const struct host_knob *at, GString *out);
void host_knob_name(const struct host_knob *at, GString *out);
/** Calls @func for every setting that there is, in the order in which folders list them; @path is its file. */
typedef void (*host_knob_func)(struct host *host, const struct host_knob *at, const char *path, void *data);
void host_knob_each(struct host *host, host_knob_func func, void *data);

/* ---- shell_start.c ---- */

/** Tell the user; while a script's command runs, with its line and name. */
void host_warn(struct host *host, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* ---- tree.c: the files under /proc and /sys ---- */

/** Append the content of @path. @return 0 or -ENOENT, -EISDIR, -ENOTDIR, -EACCES, or what the file says: -EINVAL */
int tree_read(struct host *host, const char *path, GString *out);
/** Write @text, with or without a newline at its end. @return as above; -EACCES: it is read-only */
int tree_write(struct host *host, const char *path, const char *text);
bool tree_is_file(struct host *host, const char *path);
bool tree_is_folder(struct host *host, const char *path);
/** ... a file that can be written? */
bool tree_is_writable(struct host *host, const char *path);
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
/** The settings of the @i-th room, up to a row without a name; or NULL past the last. */
const struct knob *face_nth_knobs(unsigned i);
/** What an operator sees of the host itself: commands.c. */
extern const struct face host_face;
/** ... its files: proc.c. */
extern const struct face proc_face;
extern const struct face cpu_face;

/* ---- snmp.c ---- */

/** What /proc/net/snmp and /proc/net/netstat of @host show for a row (snmp_rows()); a setting may be negative, counters never are. */
int64_t host_counter(const struct host *host, const struct snmp_row *row);
/** Do these files of @host have the row?  Its kernel must, and types of ICMP messages are shown when there were any. */
bool host_counter_is_shown(const struct host *host, const struct snmp_row *row);
