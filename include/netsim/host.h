/* SPDX-License-Identifier: GPL-3.0-or-later */
/* host.h - simulated Linux hosts and their network devices. */
#pragma once
#include <netsim/sim.h>

G_BEGIN_DECLS

typedef struct host NetsimHost;
typedef struct netdev NetsimDevice;

/**
 * Add a light host (no cores, rings or interrupts) to the simulation.
 * @name    unique in the simulation: letters, digits, '-', '_', '.'; copied
 * @kernel  a profile, see netsim_kernel_names(); NULL means "linux6.18"
 * @return  borrowed until netsim_sim_free(); NULL with NETSIM_ERROR_NAME
 */
NETSIM_API NetsimHost *netsim_host_new(NetsimSim *sim, const char *name, const char *kernel, GError **error);

typedef struct {
    const char *kernel; /* a profile; NULL: "linux6.18" */
    unsigned hz;        /* ticks a second of its timers, 100 to 1000; 0: the profile's */
    netsim_time uptime; /* since its boot; 0: drawn, at least 1000 s, so that hosts differ in the phase of their ticks */
    netsim_time wakeup; /* how long a process takes to run when a socket has woken it, e.g. 50 us; 0: no time.  Sleeps end when due */
} NetsimHostConfig;

/**
 * ... with more said about it.
 * @config  not kept; NULL: all defaults
 * @error   also NETSIM_ERROR_RANGE
 */
NETSIM_API NetsimHost *netsim_host_new_config(NetsimSim *sim, const char *name, const NetsimHostConfig *config, GError **error);

/** The host of that name, or NULL with NETSIM_ERROR_NAME which suggests the nearest. */
NETSIM_API NetsimHost *netsim_host_find(NetsimSim *sim, const char *name, GError **error);

/** Hosts in the order of their making, @i from 0; NULL past the last. */
NETSIM_API NetsimHost *netsim_host_nth(NetsimSim *sim, unsigned i);

/** Its name, its profile ("linux6.18"), and where it lives. */
NETSIM_API const char *netsim_host_name(const NetsimHost *host);
NETSIM_API const char *netsim_host_kernel(const NetsimHost *host);
NETSIM_API NetsimSim *netsim_host_sim(const NetsimHost *host);

/** The names of all kernel profiles, NULL-terminated; static. */
NETSIM_API const char *const *netsim_kernel_names(void);

/**
 * The device @name of @host ("eth0"); made, down-less and with MTU 1500, if it does not exist yet.
 * @return  borrowed until netsim_sim_free(); NULL when the name is not a device name (1 to 15 characters)
 */
NETSIM_API NetsimDevice *netsim_host_nic(NetsimHost *host, const char *name, GError **error);

/** Devices in the order of their making ("lo" is the first), @i from 0; NULL past the last. */
NETSIM_API NetsimDevice *netsim_host_nth_device(NetsimHost *host, unsigned i);

/** Its name ("eth0"), its host, and the largest IP packet that it takes, in bytes, as it is now. */
NETSIM_API const char *netsim_device_name(const NetsimDevice *device);
NETSIM_API NetsimHost *netsim_device_host(const NetsimDevice *device);
NETSIM_API unsigned netsim_device_mtu(const NetsimDevice *device);

/** Raw IP instead of Ethernet framing: no ARP, no link header (captures have link type RAW).  Before linking. */
NETSIM_API void netsim_device_set_raw_ip(NetsimDevice *device, bool raw_ip);

/**
 * Run a shell script on that host, as a root shell with `set -eu` would: ip, sysctl, ss, ping, text tools, pipes, loops,
 * $(...), redirections to /proc and /sys.  The whole script is read before anything is run.
 * A command that waits (sleep, ping, watch) runs the simulation until it is done; not possible in a callback of the
 * simulation: there use netsim_host_sh_start().  Commands that never end (ping without -c) are refused.
 * @output  what the commands print is appended; may be NULL
 * @error   the real tool's message, prefixed by the line number in @script; nothing after the failing command is run
 */
NETSIM_API bool netsim_host_sh(NetsimHost *host, const char *script, GString *output, GError **error);

/** A script that runs or has run; valid until netsim_shell_free() or netsim_sim_free(). */
typedef struct shell NetsimShell;

typedef struct {
    bool goes_on;                 /* after a command that fails, as without `set -e` */
    bool must_end;                /* commands and loops that never end are refused: nobody will stop the run */
    int status;                   /* $? of its first command */
    const char *const *variables; /* "iw=10", NULL-terminated; or NULL; copied */
    /* What it prints, as soon as it does; NULL: netsim_shell_output() collects it.  Not to free the shell. */
    void (*output)(NetsimShell *shell, const char *text, void *data);
    /* What a command or a setting in line @line means here: one line, without a newline.  NULL: the simulation's function
     * of netsim_sim_on_warning() is told, with the line. */
    void (*warning)(NetsimShell *shell, unsigned line, const char *message, void *data);
    /* It has ended after netsim_host_sh_start() returned; may free it.  May be NULL. */
    void (*done)(NetsimShell *shell, void *data);
    void *data;
} NetsimShellConfig;

/**
 * Begin a script: it runs to its end, or up to the first command that waits and from there as the simulation runs.
 * @config  may be NULL; not kept
 * @return  NULL with NETSIM_ERROR_SYNTAX and others if nothing was run
 */
NETSIM_API NetsimShell *netsim_host_sh_start(NetsimHost *host, const char *script, const NetsimShellConfig *config, GError **error);
/** Has it ended?  Then its status and error are final. */
NETSIM_API bool netsim_shell_is_done(const NetsimShell *shell);
/** What it printed; borrowed until it goes on. */
NETSIM_API const char *netsim_shell_output(const NetsimShell *shell);
/** What its commands said on standard error and nobody redirected. */
NETSIM_API const char *netsim_shell_messages(const NetsimShell *shell);
/** The script's exit status. */
NETSIM_API int netsim_shell_status(const NetsimShell *shell);
/** Why it ended with another status than 0, or NULL; with goes_on only what no shell goes on after. */
NETSIM_API const GError *netsim_shell_error(const NetsimShell *shell);
/** End it if it still runs, and free it. */
NETSIM_API void netsim_shell_free(NetsimShell *shell);

/** Set one sysctl ("net.ipv4.tcp_rmem", "4096 131072 6291456"); '/' may stand for '.'. */
NETSIM_API bool netsim_host_sysctl_set(NetsimHost *host, const char *name, const char *value, GError **error);

/** The value as `sysctl -n` prints it; free with g_free(). */
NETSIM_API char *netsim_host_sysctl_get(NetsimHost *host, const char *name, GError **error);

/**
 * The content of a file under /proc or /sys ("/proc/net/dev", "/sys/class/net/eth0/mtu"), in the kernel's format.
 * @return  free with g_free(); NULL: NETSIM_ERROR_NAME (no such file), _STATE (a folder; not readable), _RANGE (the file's
 *          own refusal, such as the carrier of a device that is down)
 */
NETSIM_API char *netsim_host_read(NetsimHost *host, const char *path, GError **error);

/** Write to such a file, as `echo VALUE > PATH`.  @error as above; NETSIM_ERROR_STATE: it is read-only */
NETSIM_API bool netsim_host_write(NetsimHost *host, const char *path, const char *value, GError **error);

/** What a host's kernel says to one line of a sysctl.conf. */
typedef enum {
    NETSIM_SYSCTL_OK,
    NETSIM_SYSCTL_UNKNOWN,     /* no kernel has it, or this one not yet */
    NETSIM_SYSCTL_DEAD,        /* removed, or there without any effect */
    NETSIM_SYSCTL_READ_ONLY,
    NETSIM_SYSCTL_RANGE,       /* the value is refused */
    NETSIM_SYSCTL_NO_MODEL,    /* kept, but nothing of the model reads it; or an algorithm that netsim does not have */
    NETSIM_SYSCTL_CONTRADICTS, /* another line, or what the host has */
} NetsimSysctlVerdict;

/** "ok", "unknown", "dead", "read-only", "out of range", "no model", "contradicts"; static. */
NETSIM_API const char *netsim_sysctl_verdict_name(NetsimSysctlVerdict verdict);

typedef struct {
    unsigned line;           /* from 1 */
    const char *name, *value;
    NetsimSysctlVerdict verdict;
    const char *reason;      /* "" if it is ok */
    unsigned other_line;     /* that it contradicts; 0: none */
    bool is_optional;        /* "-name = value": that the kernel refuses it does not matter */
} NetsimSysctlLine;

/** Strings are valid during the call. */
typedef void (*netsim_sysctl_line_func)(const NetsimSysctlLine *line, void *data);

/**
 * Apply a sysctl.conf(5): every setting that the host's kernel would take.  A pattern ("net.ipv4.conf.*.rp_filter") is one
 * setting and sets what no other line names; "-name" alone keeps a name out of patterns.
 * @text   need not end with NUL or a newline; CRLF is good
 * @func   called for each setting in order; may be NULL
 * @error  NETSIM_ERROR_SYNTAX with the line, and nothing is set: no "=", NUL bytes, a line over 4096 bytes, over 1 MiB
 */
NETSIM_API bool netsim_host_load_sysctl(NetsimHost *host, const char *text, size_t length, netsim_sysctl_line_func func,
                                        void *data, GError **error);

/** One counter under nstat's name ("TcpRetransSegs", "TcpExtTCPTimeouts", "IpInReceives"); since the start. */
NETSIM_API bool netsim_host_counter(NetsimHost *host, const char *name, uint64_t *value, GError **error);

/** Does some model move the counter @name (nstat's), so that its value can be more than 0?  false also for a name that no kernel has. */
NETSIM_API bool netsim_counter_is_modelled(const char *name);

/** Calls @func for every counter of the host that is not 0, in nstat's order. */
NETSIM_API void netsim_host_each_counter(NetsimHost *host, void (*func)(const char *name, uint64_t value, void *data),
                                         void *data);

/** Packets, and bytes with link headers, since the start; dropped as `ip -s link` counts. */
typedef struct {
    uint64_t rx_packets, tx_packets, rx_bytes, tx_bytes, rx_dropped, tx_dropped, rx_crc_errors;
} NetsimDeviceStats;
/** Of @device, as they are now, into *@stats. */
NETSIM_API void netsim_device_stats(const NetsimDevice *device, NetsimDeviceStats *stats);

G_END_DECLS
