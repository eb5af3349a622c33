/* SPDX-License-Identifier: GPL-3.0-or-later */
/* shell.h - what the commands of a host's shell share. */
#pragma once
#include "models/host/host.h"

struct shell {
    struct host *host;
    GString *out;          /* of the present command */
    GHashTable *variables;
    GError *error;         /* of the command that failed */
};

/* A command: runs, returns true; or fails with shell_fail(). argv[0] is its name; argv ends with NULL. */
typedef bool (*shell_func)(struct shell *sh, char **argv);
struct shell_command {
    const char *name;
    shell_func run; /* NULL: a real command that is not modelled */
};

/** The command fails with the real tool's message. @return false */
bool shell_fail(struct shell *sh, const char *format, ...) G_GNUC_PRINTF(2, 3);
/** ... because it is not modelled. @return false */
bool shell_unsupported(struct shell *sh, const char *format, ...) G_GNUC_PRINTF(2, 3);
/** ... with @message of a model function: "RTNETLINK answers: ..."; takes it. @return false */
bool shell_fail_error(struct shell *sh, GError *message);

/** iproute2's rule: @word is the beginning of @full. */
static inline bool shell_matches(const char *word, const char *full)
{
    size_t n = strlen(word);
    return n && !strncmp(word, full, n);
}

/** Append printf-like to the output. */
#define shell_print(sh, ...) g_string_append_printf((sh)->out, __VA_ARGS__)

bool cmd_sysctl(struct shell *sh, char **argv);
bool cmd_ip(struct shell *sh, char **argv);
bool cmd_nstat(struct shell *sh, char **argv);
/** Read or write a file under /proc. */
bool shell_read_file(struct shell *sh, const char *command, const char *path);
bool shell_write_file(struct shell *sh, const char *path, const char *text);

/* ---- cmd_ip.c ---- */

/* Where parsing stands: *word is the next one; NULL: no more. */
struct ip_args {
    struct shell *sh;
    char **word;
};
/** The argument of the present keyword; NULL and failed when there is none. */
const char *ip_next_arg(struct ip_args *a);
/** get_addr_ipv4(): "10.0.0.1", or the beginning of an address; */
bool ip_parse_addr(const char *text, uint32_t *addr);
/** get_prefix(): with failure message. */
bool ip_get_prefix(struct ip_args *a, const char *text, uint32_t *addr, unsigned *plen);
bool ip_get_addr(struct ip_args *a, const char *text, uint32_t *addr);
bool ip_get_u32(struct ip_args *a, const char *text, uint32_t *value, const char *message);
struct netdev *ip_get_dev(struct ip_args *a, const char *name);
struct ip_text {
    char text[16];
};
struct ip_text ip_text(uint32_t addr);
bool ip_cmd_route(struct ip_args *a);
