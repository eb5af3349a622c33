/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_host.c - ls, hostname, uname, nproc: what a host is. */
#include "models/host/commands.h"

#include <string.h>

bool cmd_ls(struct command_run *run)
{
    struct short_options o = { .run = run };
    bool itself = false, good = true;
    for (int option; (option = short_option(&o, "1aAd"));) {
        if (option < 0) return command_fail_status(run, 2, "%s", "");
        itself = itself || option == 'd';
    }
    static char *here[] = { (char *) ".", NULL };
    char **paths = *o.next ? o.next : here;
    bool is_list = paths[1] != NULL, is_first = true;
    for (char **path = paths; *path; path++) {
        int kind = shell_file_kind(run->shell->host, *path);
        g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
        if (!kind) {
            if (run->err->len) g_string_append_c(run->err, '\n');
            good = command_fail_status(run, 2, "ls: cannot access '%s': No such file or directory", *path);
        } else if (kind == 1 || itself) {
            command_print(run, "%s\n", *path);
        } else if (shell_list(run->shell->host, *path, names)) {
            if (is_list) command_print(run, "%s%s:\n", is_first ? "" : "\n", *path);
            for (guint i = 0; i < names->len; i++) command_print(run, "%s\n", (char *) names->pdata[i]);
        }
        is_first = false;
    }
    return good;
}

bool cmd_hostname(struct command_run *run)
{
    const char *word = run->argv[1];
    if (word && strcmp(word, "-s") && strcmp(word, "-f")) return command_unsupported(run, "hostname %s: not modelled", word);
    const char *name = run->net->node.name;
    int n = word && word[1] == 's' ? (int) strcspn(name, ".") : (int) strlen(name);
    command_print(run, "%.*s\n", n, name);
    return true;
}

/* "6.18.0", the version of the profile: 2032 was called 2.6.32. */
static void print_release(struct command_run *run)
{
    unsigned version = run->net->profile->version;
    if (version < 3000) command_print(run, "2.6.%u", version % 1000);
    else command_print(run, "%u.%u.0", version / 1000, version % 1000);
}

bool cmd_uname(struct command_run *run)
{
    struct short_options o = { .run = run };
    static const char order[] = "snrvmpio";
    unsigned which = 0;
    for (int option; (option = short_option(&o, "asnrvmpio"));) {
        if (option < 0) return false;
        which |= option == 'a' ? 0x9f : 1u << (strchr(order, option) - order);
    }
    if (*o.next) return command_fail(run, "uname: extra operand '%s'", *o.next);
    if (!which) which = 1;
    const char *gap = "";
    for (unsigned i = 0; order[i]; i++) {
        if (!(which >> i & 1)) continue;
        g_string_append(run->out, gap);
        gap = " ";
        switch (order[i]) {
        case 's': g_string_append(run->out, "Linux"); break;
        case 'n': g_string_append(run->out, run->net->node.name); break;
        case 'r': print_release(run); break;
        case 'v': g_string_append(run->out, "#1 SMP"); break;
        case 'o': g_string_append(run->out, "GNU/Linux"); break;
        default: g_string_append(run->out, "x86_64");
        }
    }
    g_string_append_c(run->out, '\n');
    return true;
}

bool cmd_nproc(struct command_run *run)
{
    if (run->argv[1] && strcmp(run->argv[1], "--all")) return command_fail(run, "nproc: extra operand '%s'", run->argv[1]);
    g_string_append(run->out, "1\n"); /* a light host has no cores; its time is that of one */
    return true;
}
