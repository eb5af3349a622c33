/* SPDX-License-Identifier: GPL-3.0-or-later */
/* command.c - lines in `...`: the host's own commands, and the scripts that packetdrill's suites bring along. */
#include "validate/packetdrill/runner.h"

#include <string.h>

/* What the suites' defaults.sh sets. */
static const char defaults[] =
    "sysctl -q net.ipv4.tcp_rmem='4096 540000 15728640' net.ipv4.tcp_wmem='4096 262144 4194304'\n"
    "sysctl -q net.ipv4.tcp_timestamps=1 net.ipv4.tcp_syn_retries=5 net.ipv4.tcp_synack_retries=5 net.ipv4.tcp_frto=2\n"
    "sysctl -q net.ipv4.tcp_sack=1 net.ipv4.tcp_dsack=1 net.ipv4.tcp_reordering=3 net.ipv4.tcp_congestion_control=cubic\n"
    "sysctl -q net.ipv4.tcp_slow_start_after_idle=0 net.ipv4.tcp_early_retrans=4 net.ipv4.tcp_recovery=1\n"
    "sysctl -q net.ipv4.tcp_tso_win_divisor=3 net.ipv4.tcp_ecn=0 net.ipv4.tcp_pacing_ss_ratio=200\n"
    "sysctl -q net.ipv4.tcp_pacing_ca_ratio=120 net.ipv4.tcp_notsent_lowat=4294967295 net.ipv4.tcp_syncookies=1\n";

static bool run_line(struct runner *r, const char *line)
{
    GError *error = NULL;
    g_autoptr(GString) output = g_string_new(NULL);
    if (netsim_host_sh(r->host, line, output, &error)) return true;
    bool is_lack = error->code == NETSIM_ERROR_UNSUPPORTED;
    (is_lack ? runner_lack : runner_fail)(r, "`%s`: %s", line, error->message);
    g_error_free(error);
    return false;
}

/* set_sysctls.py /proc/sys/net/ipv4/tcp_ecn=1 ... */
static bool set_sysctls(struct runner *r, char **words)
{
    for (words++; *words; words++) {
        const char *name = g_str_has_prefix(*words, "/proc/sys/") ? *words + strlen("/proc/sys/") : *words;
        const char *equals = strchr(name, '=');
        if (!equals) return runner_fail(r, "\"%s\": NAME=VALUE is expected", *words);
        g_autofree char *value = g_shell_quote(equals + 1);
        g_autofree char *line = g_strdup_printf("sysctl -q %.*s=%s", (int) (equals - name), name, value);
        if (!run_line(r, line)) return false;
    }
    return true;
}

/* The device's queue: this host has none, which is what pfifo without a limit amounts to. */
static bool set_qdisc(struct runner *r, const char *line)
{
    if (strstr(line, " del ") || strstr(line, " delete ")) return true;
    if (strstr(line, "pfifo") && !strstr(line, "limit")) return true;
    return runner_lack(r, "`%s`: queue disciplines", line);
}

/* ethtool -K DEV tso off gso off: what the script sees are wire segments, whoever cuts them. */
static bool is_offload(char **words)
{
    static const char *const known[] = { "tso", "gso", "gro", "tcp-segmentation-offload", "generic-segmentation-offload", "sg", NULL };
    if (!words[1] || strcmp(words[1], "-K") || !words[2]) return false;
    for (words += 3; *words; words += 2)
        if (!g_strv_contains(known, words[0]) || !words[1]) return false;
    return true;
}

static bool perform_line(struct runner *r, const char *line)
{
    char **words = NULL;
    if (!g_shell_parse_argv(line, NULL, &words, NULL) || !words) return run_line(r, line);
    const char *slash = strrchr(words[0], '/'), *name = slash ? slash + 1 : words[0];
    bool good;
    if (!strcmp(name, "defaults.sh")) good = run_line(r, defaults);
    else if (!strcmp(name, "set_sysctls.py")) good = set_sysctls(r, words);
    else if (g_str_has_prefix(name, "sysctl_restore_")) good = true; /* the host ends with the script */
    else if (!strcmp(name, "rm")) good = file_remove(r, words);
    else if (!strcmp(name, "dd")) good = file_make(r, words);
    else if (!strcmp(name, "tc")) good = set_qdisc(r, line);
    else if (!strcmp(name, "ethtool")) good = is_offload(words) || runner_lack(r, "`%s`", line);
    else good = run_line(r, line);
    g_strfreev(words);
    return good;
}

bool command_perform(struct runner *r, const char *text)
{
    g_autofree char *joined = g_strdup(text);
    for (char *c; (c = strstr(joined, "\\\n"));) c[0] = c[1] = ' ';
    g_auto(GStrv) lines = g_strsplit_set(joined, "\n;", -1);
    for (char **line = lines; *line; line++) {
        g_strstrip(*line);
        if (**line && **line != '#' && !perform_line(r, *line)) return false;
    }
    return true;
}
