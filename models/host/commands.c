/* SPDX-License-Identifier: GPL-3.0-or-later */
/* commands.c - the rows of the commands that show the host itself, or text; and how such commands read their arguments. */
#include "models/host/commands.h"

#include <string.h>

/* ---- rows ---- */

static const struct command commands[] = {
    { ":", cmd_true, "do nothing" },
    { "[", cmd_test, "compare words and numbers, look for files: [ -e FILE ], [ $x -lt 5 ]" },
    { "awk", cmd_awk, "print fields: awk [-F SEP] '[CONDITION] { print $1, \"text\", $NF }'" },
    { "bash", cmd_sh, "run a script: bash -c 'COMMANDS'" },
    { "break", cmd_break, "leave a loop" },
    { "cat", cmd_cat, "print files" },
    { "command", cmd_command, "run a command, or tell whether it is there: command -v NAME" },
    { "continue", cmd_break, "go on with the loop's next round" },
    { "cut", cmd_cut, "print columns: cut -d: -f1,3, cut -c1-8" },
    { "date", cmd_date, "print simulated time: date [-u] [+FORMAT]" },
    { "echo", cmd_echo, "print words: echo [-n] [-e] WORD ..." },
    { "egrep", cmd_grep, "grep -E" },
    { "exit", cmd_exit, "end the script: exit [STATUS]" },
    { "export", cmd_export, "set variables: export NAME=VALUE" },
    { "false", cmd_false, "fail" },
    { "fgrep", cmd_grep, "grep -F" },
    { "grep", cmd_grep, "print lines that match: grep [-EFcehilnoqvwx] PATTERN [FILE ...]" },
    { "head", cmd_head, "print the first lines: head [-n N] [FILE ...]" },
    { "hostname", cmd_hostname, "print the host's name" },
    { "ls", cmd_ls, "list directories of /proc and /sys: ls [-1d] [PATH ...]" },
    { "nohup", cmd_prefix, "run a command" },
    { "nproc", cmd_nproc, "print the number of processors" },
    { "netstat", cmd_netstat, "show sockets, routes, devices, counters: netstat [-tulan] [-r] [-i] [-s]" },
    { "nstat", cmd_nstat, "show what counters have grown by: nstat [-aznsrjp] [PATTERN ...]" },
    { "printf", cmd_printf, "print words as a format says: printf '%s %d\\n' WORD ..." },
    { "read", cmd_read, "read a line into variables: while read -r A B; do ...; done" },
    { "seq", cmd_seq, "print numbers: seq [FIRST [STEP]] LAST" },
    { "set", cmd_set, "-e, +e: whether a script stops at the first failure (it does); -u, +u: whether unset variables are errors (they are); "
             "-o pipefail: whether a pipe fails with any of its commands (it does not)" },
    { "sh", cmd_sh, "run a script: sh -c 'COMMANDS'" },
    { "sleep", cmd_sleep, "wait in simulated time: sleep 0.5, sleep 2m" },
    { "sort", cmd_sort, "sort lines: sort [-bfnru] [-t SEP] [-k N[,M][nr]] [FILE ...]" },
    { "sudo", cmd_prefix, "run a command" },
    { "sysctl", cmd_sysctl, "show and change settings" },
    { "tail", cmd_tail, "print the last lines: tail [-n N] [FILE ...]" },
    { "tee", cmd_tee, "write the input to files and on: tee [-a] FILE ..." },
    { "test", cmd_test, "compare words and numbers, look for files" },
    { "timeout", cmd_timeout, "end a command after a time: timeout 5 COMMAND ..." },
    { "tr", cmd_tr, "replace or delete characters: tr a-z A-Z, tr -d ',', tr -s ' '" },
    { "true", cmd_true, "do nothing" },
    { "type", cmd_command, "tell whether a command is there" },
    { "uname", cmd_uname, "print the kernel's name and version: uname [-amnrs]" },
    { "uniq", cmd_uniq, "merge equal lines: uniq [-cdiu]" },
    { "unset", cmd_unset, "forget variables" },
    { "watch", cmd_watch, "run a command every so often, in simulated time: watch [-n SECONDS] [-dtegx] COMMAND" },
    { "wc", cmd_wc, "count lines, words, bytes: wc [-clmw] [FILE ...]" },
    { "which", cmd_command, "tell whether a command is there" },
    { "arping", NULL, NULL }, { "bridge", NULL, NULL }, { "conntrack", NULL, NULL }, { "ethtool", NULL, NULL },
    { "ifconfig", NULL, NULL }, { "ipset", NULL, NULL }, { "iptables", NULL, NULL }, { "irqbalance", NULL, NULL },
    { "modprobe", NULL, NULL }, { "nft", NULL, NULL }, { "numactl", NULL, NULL },
    { "perl", NULL, NULL }, { "python", NULL, NULL }, { "python3", NULL, NULL }, { "route", NULL, NULL },
    { "sed", NULL, NULL }, { "service", NULL, NULL }, { "systemctl", NULL, NULL }, { "taskset", NULL, NULL },
    { "tc", NULL, NULL }, { "tcpdump", NULL, NULL }, { "tuned-adm", NULL, NULL }, { "xargs", NULL, NULL },
    { "chmod", NULL, NULL }, { "cp", NULL, NULL }, { "cpupower", NULL, NULL }, { "curl", NULL, NULL }, { "dmesg", NULL, NULL },
    { "find", NULL, NULL }, { "iperf", NULL, NULL }, { "iperf3", NULL, NULL }, { "logger", NULL, NULL }, { "lscpu", NULL, NULL },
    { "lspci", NULL, NULL }, { "mkdir", NULL, NULL }, { "mv", NULL, NULL }, { "ps", NULL, NULL }, { "rm", NULL, NULL },
    { "sar", NULL, NULL }, { "touch", NULL, NULL }, { "ulimit", NULL, NULL }, { "wget", NULL, NULL },
    { ".", NULL, NULL }, { "alias", NULL, NULL }, { "basename", NULL, NULL }, { "cd", NULL, NULL },
    { "chown", NULL, NULL }, { "dirname", NULL, NULL }, { "eval", NULL, NULL }, { "exec", NULL, NULL },
    { "free", NULL, NULL }, { "jobs", NULL, NULL }, { "kill", NULL, NULL }, { "let", NULL, NULL },
    { "ln", NULL, NULL }, { "local", NULL, NULL }, { "lsmod", NULL, NULL }, { "mktemp", NULL, NULL },
    { "mount", NULL, NULL }, { "nc", NULL, NULL }, { "pwd", NULL, NULL }, { "readonly", NULL, NULL },
    { "setpci", NULL, NULL }, { "shift", NULL, NULL }, { "source", NULL, NULL }, { "stat", NULL, NULL },
    { "time", NULL, NULL }, { "top", NULL, NULL }, { "trap", NULL, NULL }, { "umask", NULL, NULL },
    { "wait", NULL, NULL },
};

const struct face host_face = { FACE_COMMANDS(commands) };

/* ---- arguments ---- */

bool command_number(const char *text, int64_t least, int64_t most, int64_t *value)
{
    char *end;
    errno = 0;
    int64_t n = g_ascii_strtoll(text, &end, 10);
    if (end == text || *end || errno || n < least || n > most) return false;
    *value = n;
    return true;
}

/* ---- input ---- */

const char *command_input(struct command_run *run, const char *path, GString *buffer)
{
    if (!path || !strcmp(path, "-")) return run->in;
    g_string_truncate(buffer, 0);
    int err = shell_read(run->shell->host, path, buffer);
    if (!err) return buffer->str;
    g_autofree char *hint = shell_file_hint(run->shell->host, path, err);
    command_fail(run, "%s: %s: %s%s", run->argv[0], path, g_strerror(-err), hint);
    return NULL;
}

bool command_each_line(struct command_run *run, char **paths, command_line_func func, void *data)
{
    g_autoptr(GString) buffer = g_string_new(NULL), line = g_string_new(NULL);
    do {
        const char *text = command_input(run, *paths, buffer);
        if (!text) return false;
        while (*text) {
            size_t n = strcspn(text, "\n");
            g_string_truncate(line, 0);
            g_string_append_len(line, text, (gssize) n);
            text += n + (text[n] == '\n');
            if (!func(run, line->str, data)) return true;
        }
    } while (*paths && *++paths);
    return true;
}
