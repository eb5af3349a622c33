/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_ip.h - what the objects of ip(8) share.
 *
 *   cmd_ip.c       options, objects, rules   cmd_ip_link.c   ip link, and the device's part of ip address
 *   cmd_ip_parse.c words                     cmd_ip_addr.c   ip address
 *   cmd_ip_route.c ip route: show, get       cmd_ip_neigh.c  ip neighbour
 *   cmd_ip_route_change.c  ip route: add, del and so on
 *
 * Layout, messages and exit status are those of iproute2 6.1 with Linux 6.18: 255 for words that are wrong, 1 for names
 * and addresses that are not there, 2 for what the kernel refuses.  Where a message stands for something that netsim
 * lacks, command_unsupported() says so.
 */
#pragma once
#include "models/ip/fib.h"
#include "models/netdev/face.h"
#include "models/netdev/json_writer.h"

enum ip_family { FAMILY_ANY, FAMILY_INET, FAMILY_LINK };

/* A run of ip: where parsing stands and how it prints. */
struct ip_args {
    struct command_run *run;
    char **word;               /* *word is the next one; NULL: no more */
    struct json_writer *json;         /* NULL: text */
    enum ip_family family;     /* -4, -0; what is shown */
    unsigned n_stats, n_details; /* how often -s, -d were given */
    bool is_oneline, is_brief, is_human, is_iec;
};

/* ---- words: cmd_ip_parse.c ---- */

/** Where an option's failure leaves: exit status 255, 1. @return false */
#define ip_fail_usage(a, ...) command_fail_status((a)->run, 255, __VA_ARGS__)
#define ip_fail_lookup(a, ...) command_fail_status((a)->run, 1, __VA_ARGS__)
/** invarg() */
#define ip_fail_arg(a, word, message) ip_fail_usage(a, "Error: argument \"%s\" is wrong: %s", word, message)
/** duparg2() */
bool ip_fail_duplicate(struct ip_args *a, const char *what, const char *word);
/** What the kernel refused; takes @error. */
#define ip_fail_kernel(a, error) command_fail_error((a)->run, error)
/** "COMMAND help", and what has no other message: the first line of the tool's own, and what is modelled. @return false */
bool ip_usage(struct ip_args *a, const char *text);

/** The argument of the present keyword; NULL and failed when there is none. */
const char *ip_next_arg(struct ip_args *a);
/** get_addr_ipv4(): "10.0.0.1", or the beginning of an address; bytes may be 0x0a or 012. */
bool ip_parse_addr(const char *text, uint32_t *addr);
/** A prefix; "default" is 0/0. */
struct ip_prefix {
    uint32_t addr;
    unsigned plen;
    bool has_plen; /* it was written */
};
bool ip_get_prefix(struct ip_args *a, const char *text, struct ip_prefix *prefix);
bool ip_get_addr(struct ip_args *a, const char *text, uint32_t *addr);
/** The next word as a number.  @message is the tool's; the range goes behind it. */
bool ip_get_u32(struct ip_args *a, uint32_t *value, uint32_t max, const char *message);
bool ip_get_i32(struct ip_args *a, int32_t *value, const char *message);
enum { IP_MAX_MAC = 32 };
/** ll_addr_a2n(): "2:0:0:0:0:1", of any length. @return the number of bytes; 0 and failed */
int ip_parse_mac(struct ip_args *a, const char *text, uint8_t mac[IP_MAX_MAC]);
/** "link", 253 */
bool ip_parse_scope(const char *text, uint8_t *scope);
const char *ip_scope_name(uint8_t scope);
bool ip_parse_protocol(const char *text, uint8_t *protocol);
const char *ip_protocol_name(uint8_t protocol);
/** "blackhole", "b". *type is an enum route_type, or -1: not modelled */
bool ip_parse_route_type(const char *text, int *type);
/** "main", "255"; those that are modelled. */
bool ip_parse_table(const char *text, uint8_t *table);
/** Would Linux know the name or the number of this table? */
bool ip_table_is_known(const char *text);
/** By name; NULL and failed. */
struct netdev *ip_get_dev(struct ip_args *a, const char *name);

struct ip_text {
    char text[24];
};
struct ip_text ip_text(uint32_t addr);
/** "10.0.0.0/24" */
struct ip_text ip_prefix_text(uint32_t addr, unsigned plen);
struct ip_text ip_mac_text(const uint8_t mac[6]);
struct ip_text ip_number_text(unsigned number);

/* ---- printing ---- */

/** What ends a line inside of an object. */
static inline const char *ip_nl(const struct ip_args *a)
{
    return a->is_oneline ? "\\" : "\n";
}

/** Only in text. */
#define ip_print(a, ...) do { if (!(a)->json) command_print((a)->run, __VA_ARGS__); } while (false)
/** A member in JSON, @format in text. */
#define ip_string(a, name, format, value) do { \
    if ((a)->json) jsonw_string((a)->json, name, value); \
    else command_print((a)->run, format, value); \
} while (false)
#define ip_uint(a, name, format, value) do { \
    if ((a)->json) jsonw_uint((a)->json, name, value); \
    else command_print((a)->run, format, value); \
} while (false)
/** JSON: the list around everything, the object around one entry. */
void ip_begin_list(struct ip_args *a);
void ip_end_list(struct ip_args *a);
void ip_begin(struct ip_args *a);
void ip_end(struct ip_args *a);

/* ---- objects ---- */

/* Which devices and addresses `ip link show` and `ip address show` mean. */
struct ip_show_filter {
    struct netdev *dev;  /* NULL: all */
    const char *label;   /* a pattern; NULL: any */
    struct ip_prefix to;
    bool has_to, only_up, is_void; /* is_void: no device can be meant */
    int scope;           /* -1: any */
    int secondary;       /* 1, 0; -1: any */
};

/** print_linkinfo() */
void ip_print_link(struct ip_args *a, const struct netdev *dev, bool is_link);
void ip_print_link_stats(struct ip_args *a, const struct netdev *dev);
bool ip_parse_show(struct ip_args *a, struct ip_show_filter *f);
bool ip_show_devices(struct ip_args *a, const struct ip_show_filter *f, bool is_link);
/** print_selected_addrinfo(): those of @dev. */
void ip_print_addrs(struct ip_args *a, const struct netdev *dev, const struct ip_show_filter *f);
/** ipaddr_filter(): has @dev something to show? */
bool ip_has_shown_addr(const struct ip_args *a, const struct netdev *dev, const struct ip_show_filter *f);

bool ip_cmd_addr(struct ip_args *a);
bool ip_cmd_link(struct ip_args *a);
bool ip_cmd_neigh(struct ip_args *a);
bool ip_cmd_route(struct ip_args *a);
bool ip_route_usage(struct ip_args *a);
/** The command after `ip route`, if it changes routes.  *known is false if it does not. */
bool ip_route_change(struct ip_args *a, const char *command, bool *known);
bool cmd_ip(struct command_run *run);
