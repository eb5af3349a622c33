/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_ip.h - what the objects of ip(8) share. */
#pragma once
#include "models/ip/ip.h"
#include "models/netdev/face.h"

/* Where parsing stands: *word is the next one; NULL: no more. */
struct ip_args {
    struct command_run *run;
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
bool cmd_ip(struct command_run *run);
