/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_ip_parse.c - the words of ip(8): numbers, addresses, names (iproute2: lib/utils.c, lib/rt_names.c). */
#include "models/ip/cmd_ip.h"

#include <errno.h>
#include <stdlib.h>

const char *ip_next_arg(struct ip_args *a)
{
    if (*a->word) a->word++;
    if (*a->word) return *a->word;
    ip_fail_usage(a, "Command line is not complete. Try option \"help\"");
    return NULL;
}

bool ip_fail_duplicate(struct ip_args *a, const char *what, const char *word)
{
    return ip_fail_usage(a, "Error: either \"%s\" is duplicate, or \"%s\" is a garbage.", what, word);
}

bool ip_usage(struct ip_args *a, const char *text)
{
    return ip_fail_usage(a, "%s", text);
}

/* ---- addresses ---- */

bool ip_parse_addr(const char *text, uint32_t *addr)
{
    uint32_t value = 0;
    const char *s = text;
    for (int shift = 24; shift >= 0; shift -= 8) {
        char *end;
        unsigned long byte = strtoul(s, &end, 0);
        if (end == s || byte > 255) return false;
        value |= (uint32_t) byte << shift;
        if (!*end) break; /* "10" is 10.0.0.0 */
        if (*end != '.' || !shift) return false;
        s = end + 1;
    }
    *addr = value;
    return true;
}

/* get_netmask(): a length, or 255.255.0.0 */
static bool parse_mask(const char *text, unsigned *plen)
{
    char *end;
    unsigned long n = strtoul(text, &end, 0);
    uint32_t mask;
    if (end > text && !*end) {
        *plen = (unsigned) n;
        return n <= 32;
    }
    if (!ip_parse_addr(text, &mask) || (~mask & (~mask + 1))) return false;
    *plen = mask ? 32 - (unsigned) __builtin_ctz(mask) : 0;
    return true;
}

static const char *family_name(const struct ip_args *a)
{
    return a->family == FAMILY_INET ? "inet" : "any valid";
}

bool ip_get_prefix(struct ip_args *a, const char *text, struct ip_prefix *prefix)
{
    *prefix = (struct ip_prefix){ 0 };
    if (!strcmp(text, "default") || !strcmp(text, "any") || !strcmp(text, "all")) return true;
    g_autofree char *copy = g_strdup(text);
    char *slash = strchr(copy, '/');
    if (slash) *slash = '\0';
    prefix->plen = 32;
    prefix->has_plen = slash != NULL;
    if (ip_parse_addr(copy, &prefix->addr) && (!slash || parse_mask(slash + 1, &prefix->plen))) return true;
    if (strchr(text, ':')) return command_unsupported(a->run, "%s: IPv6 is not modelled", text);
    return ip_fail_lookup(a, "Error: %s prefix is expected rather than \"%s\".", family_name(a), text);
}

bool ip_get_addr(struct ip_args *a, const char *text, uint32_t *addr)
{
    if (ip_parse_addr(text, addr)) return true;
    if (strchr(text, ':')) return command_unsupported(a->run, "%s: IPv6 is not modelled", text);
    return ip_fail_lookup(a, "Error: %s address is expected rather than \"%s\".", family_name(a), text);
}

struct ip_text ip_text(uint32_t addr)
{
    struct ip_text t;
    g_snprintf(t.text, sizeof t.text, "%u.%u.%u.%u", addr >> 24, addr >> 16 & 255, addr >> 8 & 255, addr & 255);
    return t;
}

struct ip_text ip_prefix_text(uint32_t addr, unsigned plen)
{
    struct ip_text t;
    g_snprintf(t.text, sizeof t.text, "%s/%u", ip_text(addr).text, plen);
    return t;
}

struct ip_text ip_mac_text(const uint8_t mac[6])
{
    struct ip_text t;
    g_snprintf(t.text, sizeof t.text, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
    return t;
}

int ip_parse_mac(struct ip_args *a, const char *text, uint8_t mac[IP_MAX_MAC])
{
    g_auto(GStrv) parts = g_strsplit(text, ":", IP_MAX_MAC);
    int n = 0;
    for (; parts[n]; n++) {
        char *end;
        unsigned long byte = strtoul(parts[n], &end, 16);
        if (end == parts[n] || byte > 255) {
            ip_fail_lookup(a, "\"%s\" is invalid lladdr.", parts[n]);
            return 0;
        }
        mac[n] = (uint8_t) byte;
    }
    return n;
}

/* ---- numbers ---- */

struct ip_text ip_number_text(unsigned number)
{
    struct ip_text t;
    g_snprintf(t.text, sizeof t.text, "%u", number);
    return t;
}

bool ip_get_u32(struct ip_args *a, uint32_t *value, uint32_t max, const char *message)
{
    const char *text = ip_next_arg(a);
    if (!text) return false;
    char *end;
    errno = 0;
    unsigned long long n = strtoull(text, &end, 0);
    *value = (uint32_t) n;
    if (end > text && !*end && !errno && n <= max) return true;
    return ip_fail_usage(a, "Error: argument \"%s\" is wrong: %s, must be 0..%u", text, message, max);
}

bool ip_get_i32(struct ip_args *a, int32_t *value, const char *message)
{
    const char *text = ip_next_arg(a);
    if (!text) return false;
    char *end;
    errno = 0;
    long long n = strtoll(text, &end, 0);
    *value = (int32_t) n;
    if (end > text && !*end && !errno && n >= INT32_MIN && n <= INT32_MAX) return true;
    return ip_fail_usage(a, "Error: argument \"%s\" is wrong: %s, must be %d..%d", text, message, INT32_MIN, INT32_MAX);
}

/* ---- names of numbers ---- */

struct name {
    uint8_t number;
    const char *name;
};

static const struct name scopes[] = {
    { RT_SCOPE_UNIVERSE, "global" }, { 200, "site" }, { RT_SCOPE_LINK, "link" }, { RT_SCOPE_HOST, "host" },
    { RT_SCOPE_NOWHERE, "nowhere" },
};

static const struct name protocols[] = {
    { RTPROT_UNSPEC, "unspec" }, { RTPROT_REDIRECT, "redirect" }, { RTPROT_KERNEL, "kernel" }, { RTPROT_BOOT, "boot" },
    { RTPROT_STATIC, "static" }, { 8, "gated" }, { 9, "ra" }, { 10, "mrt" }, { 11, "zebra" }, { 12, "bird" },
    { 13, "dnrouted" }, { 14, "xorp" }, { 15, "ntk" }, { 16, "dhcp" }, { 18, "keepalived" }, { 42, "babel" }, { 186, "bgp" },
    { 187, "isis" }, { 188, "ospf" }, { 189, "rip" }, { 192, "eigrp" },
};

static const char *name_of(const struct name *names, size_t n, uint8_t number)
{
    for (size_t i = 0; i < n; i++)
        if (names[i].number == number) return names[i].name;
    return NULL;
}

static bool parse_name(const struct name *names, size_t n, const char *text, uint8_t *number)
{
    char *end;
    unsigned long value = strtoul(text, &end, 0);
    *number = (uint8_t) value;
    for (size_t i = 0; i < n; i++)
        if (!strcmp(names[i].name, text)) {
            *number = names[i].number;
            return true;
        }
    return end > text && !*end && value <= 255;
}

bool ip_parse_scope(const char *text, uint8_t *scope)
{
    return parse_name(scopes, G_N_ELEMENTS(scopes), text, scope);
}

const char *ip_scope_name(uint8_t scope)
{
    return name_of(scopes, G_N_ELEMENTS(scopes), scope);
}

bool ip_parse_protocol(const char *text, uint8_t *protocol)
{
    return parse_name(protocols, G_N_ELEMENTS(protocols), text, protocol);
}

const char *ip_protocol_name(uint8_t protocol)
{
    return name_of(protocols, G_N_ELEMENTS(protocols), protocol);
}

struct netdev *ip_get_dev(struct ip_args *a, const char *name)
{
    struct netdev *dev = netdev_by_name(a->run->net, name);
    if (!dev) ip_fail_lookup(a, "Cannot find device \"%s\"", name);
    return dev;
}
