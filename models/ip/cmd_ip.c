/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmd_ip.c - ip(8): options and objects (iproute2: ip.c). */
#include "models/ip/cmd_ip.h"

void ip_begin_list(struct ip_args *a)
{
    if (a->json) jsonw_begin_array(a->json, NULL);
}

void ip_end_list(struct ip_args *a)
{
    if (!a->json) return;
    jsonw_end_array(a->json);
    g_string_append_c(a->run->out, '\n');
}

void ip_begin(struct ip_args *a)
{
    if (a->json) jsonw_begin_object(a->json, NULL);
}

void ip_end(struct ip_args *a)
{
    if (a->json) jsonw_end_object(a->json);
}

static bool usage(struct ip_args *a)
{
    return ip_usage(a, "Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }\n"
                       "where  OBJECT := { address | link | neighbour | route | rule | tcp_metrics }\n"
                       "       OPTIONS := { -s[tatistics] | -d[etails] | -o[neline] | -br[ief] | -j[son] | -p[retty] |\n"
                       "                    -h[uman-readable] | -iec | -4 | -0 | -f[amily] { inet | link } | -V[ersion] }\n");
}

/* ---- ip rule ---- */

static bool cmd_rule(struct ip_args *a)
{
    static const struct {
        unsigned priority;
        const char *table;
    } rules[] = { { 0, "local" }, { 32766, "main" }, { 32767, "default" } };
    const char *word = *a->word;
    if (word && !command_matches(word, "list") && !command_matches(word, "show") && !command_matches(word, "lst")) {
        static const char *const others[] = { "add", "delete", "flush", "save", "restore", "help" };
        for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
            if (command_matches(word, others[i])) return command_unsupported(a->run, "ip rule %s: only the three rules of every host", word);
        return ip_fail_usage(a, "Command \"%s\" is unknown, try \"ip rule help\".", word);
    }
    if (word && a->word[1]) return command_unsupported(a->run, "ip rule show %s: not modelled", a->word[1]);
    ip_begin_list(a);
    for (size_t i = 0; i < G_N_ELEMENTS(rules); i++) {
        ip_begin(a);
        ip_uint(a, "priority", "%u:\t", rules[i].priority);
        ip_string(a, "src", "from %s ", "all");
        ip_string(a, "table", "lookup %s", rules[i].table);
        ip_print(a, "\n");
        ip_end(a);
    }
    ip_end_list(a);
    return true;
}

static bool cmd_tcp_metrics(struct ip_args *a)
{
    return a->run->net->ip->cmd_tcp_metrics(a);
}

/* ---- options ---- */

static bool parse_family(struct ip_args *a, const char *name)
{
    if (!strcmp(name, "inet")) a->family = FAMILY_INET;
    else if (!strcmp(name, "link")) a->family = FAMILY_LINK;
    else if (!strcmp(name, "inet6")) return command_unsupported(a->run, "ip -6: IPv6 is not modelled");
    else if (!strcmp(name, "mpls") || !strcmp(name, "bridge")) return command_unsupported(a->run, "ip -family %s: not modelled", name);
    else return ip_fail_arg(a, name, "invalid protocol family");
    return true;
}

/* An option with an argument: family, and those that change nothing here. */
static bool parse_option_with_arg(struct ip_args *a, const char *option)
{
    if (!a->word[1]) return usage(a);
    const char *word = *++a->word;
    if (command_matches(option, "-family")) return parse_family(a, word);
    if (command_matches(option, "-batch")) return command_unsupported(a->run, "ip -batch: not modelled; write the commands one by one");
    if (command_matches(option, "-netns"))
        return ip_fail_usage(a, "Cannot open network namespace \"%s\": No such file or directory", word);
    return true; /* -loops: a flush takes one round; -rcvbuf: nothing can be lost */
}

static bool is_option(const char *option, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (command_matches(option, names[i])) return true;
    return false;
}

/* In iproute2's order: a shortened option means the first that fits. */
static bool parse_option(struct ip_args *a, struct json_writer *json, bool *is_version)
{
    static const char *const unmodelled[] = { "-Numeric", "-all", "-echo" }, *const none[] = { "-resolve", "-timestamp", "-tshort" };
    const char *option = *a->word + ((*a->word)[1] == '-');
    if (command_matches(option, "-loops") || command_matches(option, "-family")) return parse_option_with_arg(a, option);
    if (!strcmp(option, "-4")) return parse_family(a, "inet");
    if (!strcmp(option, "-6")) return parse_family(a, "inet6");
    if (!strcmp(option, "-0")) return parse_family(a, "link");
    if (!strcmp(option, "-M")) return parse_family(a, "mpls");
    if (!strcmp(option, "-B")) return parse_family(a, "bridge");
    if (command_matches(option, "-human") || command_matches(option, "-human-readable")) return a->is_human = true;
    if (command_matches(option, "-iec")) return a->is_iec = true;
    if (command_matches(option, "-stats") || command_matches(option, "-statistics")) return ++a->n_stats;
    if (command_matches(option, "-details")) return ++a->n_details;
    if (command_matches(option, "-oneline")) return a->is_oneline = true;
    if (is_option(option, none, G_N_ELEMENTS(none))) return true; /* hosts have no names; only monitor shows times */
    if (command_matches(option, "-Version")) return *is_version = true;
    if (command_matches(option, "-force")) return true; /* of -batch */
    if (command_matches(option, "-batch")) return parse_option_with_arg(a, option);
    if (command_matches(option, "-brief")) return a->is_brief = true;
    if (command_matches(option, "-json")) {
        a->json = json;
        return true;
    }
    if (command_matches(option, "-pretty")) return json->is_pretty = true;
    if (command_matches(option, "-rcvbuf")) return parse_option_with_arg(a, option);
    if (!strcmp(option, "-color=never") || !strcmp(option, "-color=auto") || !strcmp(option, "-c=never") || !strcmp(option, "-c=auto"))
        return true;
    if (command_matches(option, "-color") || g_str_has_prefix(option, "-c"))
        return command_unsupported(a->run, "ip %s: the output has no colours", *a->word);
    if (command_matches(option, "-help")) return usage(a);
    if (command_matches(option, "-netns")) return parse_option_with_arg(a, option);
    if (is_option(option, unmodelled, G_N_ELEMENTS(unmodelled))) return command_unsupported(a->run, "ip %s: not modelled", *a->word);
    return ip_fail_usage(a, "Option \"%s\" is unknown, try \"ip -help\".", option);
}

/* ---- objects ---- */

/* In iproute2's order: a shortened word means the first that fits. */
static const struct {
    const char *name;
    bool (*run)(struct ip_args *a); /* NULL: not modelled */
} objects[] = {
    { "address", ip_cmd_addr }, { "addrlabel", NULL }, { "maddress", NULL }, { "route", ip_cmd_route }, { "rule", cmd_rule },
    { "neighbor", ip_cmd_neigh }, { "neighbour", ip_cmd_neigh }, { "ntable", NULL }, { "ntbl", NULL }, { "link", ip_cmd_link },
    { "l2tp", NULL }, { "fou", NULL }, { "ila", NULL }, { "macsec", NULL }, { "tunnel", NULL }, { "tunl", NULL },
    { "tuntap", NULL }, { "tap", NULL }, { "token", NULL }, { "tcpmetrics", cmd_tcp_metrics }, { "tcp_metrics", cmd_tcp_metrics }, { "monitor", NULL },
    { "xfrm", NULL }, { "mroute", NULL }, { "mrule", NULL }, { "netns", NULL }, { "netconf", NULL }, { "vrf", NULL },
    { "sr", NULL }, { "nexthop", NULL }, { "mptcp", NULL }, { "ioam", NULL }, { "help", usage }, { "stats", NULL },
};

bool cmd_ip(struct command_run *run)
{
    struct json_writer json = { .out = run->out };
    struct ip_args a = { .run = run, .word = run->argv + 1 };
    bool is_version = false;
    for (; *a.word && **a.word == '-' && !is_version; a.word++) {
        if (!strcmp(*a.word, "--")) {
            a.word++;
            break;
        }
        if (!parse_option(&a, &json, &is_version)) return false;
    }
    if (is_version) {
        command_print(run, "ip utility, iproute2-6.1.0\n");
        return true;
    }
    if (!*a.word) return usage(&a);
    const char *object = *a.word++;
    for (size_t i = 0; i < G_N_ELEMENTS(objects); i++) {
        if (!command_matches(object, objects[i].name)) continue;
        return objects[i].run ? objects[i].run(&a) : command_unsupported(run, "ip %s: not modelled", objects[i].name);
    }
    return ip_fail_lookup(&a, "Object \"%s\" is unknown, try \"ip help\".", object);
}
