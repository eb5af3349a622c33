/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scenario.c - scenario.json of the trace collection, format 1, as data. */
#include "validate/trace/scenario.h"

#include "validate/trace/json.h"

#include <stdio.h>
#include <string.h>

enum { MAX_REPEAT_DEPTH = 4 };

/* The keys of each step.  What a step cannot do without stands before the '|'.  A key that is not in its row is something
 * that the player would silently leave out, so it makes the case unsupported. */
static const struct step_row {
    const char *name, *keys;
} step_rows[] = {
    [STEP_ACCEPT] = { "accept", "s as | timeout_ms" },
    [STEP_BIND] = { "bind", "s port | addr" },
    [STEP_CLOSE] = { "close", "s |" },
    [STEP_CMD] = { "cmd", "cmd |" },
    [STEP_CONNECT] = { "connect", "s addr port | nonblock timeout_ms" },
    [STEP_CONNECT_WAIT] = { "connect_wait", "s | timeout_ms" },
    [STEP_DRAIN] = { "drain", "s |" },
    [STEP_LISTEN] = { "listen", "s backlog |" },
    [STEP_OPT] = { "opt", "s name value |" },
    [STEP_RECV] = { "recv", "s | bytes chunk gap_ms timeout_ms" },
    [STEP_RECV_ERR] = { "recv_err", "s |" },
    [STEP_RECVFROM] = { "recvfrom", "s timeout_ms | gap_ms" },
    [STEP_REPEAT] = { "repeat", "n steps |" },
    [STEP_SAMPLE] = { "sample", "s | every_ms" },
    [STEP_SEND] = { "send", "s bytes | chunk gap_ms flags" },
    [STEP_SEND_MANY] = { "send_many", "s count bytes addr port | gap_ms" },
    [STEP_SENDMMSG] = { "sendmmsg", "s count bytes addr port |" },
    [STEP_SENDTO] = { "sendto", "s bytes addr port | flags" },
    [STEP_SHUTDOWN] = { "shutdown", "s | how" },
    [STEP_SIGNAL] = { "signal", "name |" },
    [STEP_SLEEP] = { "sleep", "ms |" },
    [STEP_SOCKET] = { "socket", "s | type" },
    [STEP_SS] = { "ss", "| note sync udp" },
    [STEP_TCPINFO] = { "tcpinfo", "s |" },
    [STEP_UNTIL] = { "until", "ms |" },
    [STEP_WAIT] = { "wait", "name |" },
    [STEP_WATCH] = { "watch", "port for_ms |" },
};

const char *step_name(StepOp op)
{
    return step_rows[op].name;
}

/* ---- values ---- */

/* A name that becomes part of file names. */
static char *read_name(struct json_reader *r, JsonObject *o, const char *key, bool required)
{
    const char *name = json_read_string(r, o, key, required);
    for (const char *c = name; c && *c; c++)
        if (!g_ascii_isalnum(*c) && !strchr("-_", *c)) {
            json_read_fail(r, NETSIM_ERROR_SYNTAX, key, "\"%s\": only letters, digits, '-' and '_'", name);
            return NULL;
        }
    return g_strdup(name);
}

static NetsimAddress read_address(struct json_reader *r, JsonObject *o)
{
    NetsimAddress address = { 0 };
    const char *text = json_read_string(r, o, "addr", false);
    if (text && strchr(text, ':'))
        json_read_fail(r, NETSIM_ERROR_UNSUPPORTED, "addr", "%s: IPv6 is not modelled", text);
    else if (text && (!netsim_parse_address(text, &address, NULL) || address.port))
        json_read_fail(r, NETSIM_ERROR_SYNTAX, "addr", "\"%s\" is not an IPv4 address", text);
    address.port = (uint16_t) json_read_number(r, o, "port", 0, 65535, 0);
    return address;
}

static void read_option_value(struct json_reader *r, JsonObject *o, struct step *step)
{
    JsonNode *node = json_object_get_member(o, "value");
    if (!node || !JSON_NODE_HOLDS_ARRAY(node)) {
        step->value = (int64_t) json_read_number(r, o, "value", -2147483648.0, 4294967295.0, 0);
        step->has_value = true;
        return;
    }
    /* struct linger { on, seconds }: here as the seconds, -1 for off */
    JsonArray *pair = json_node_get_array(node);
    if (g_strcmp0(step->name, "linger") != 0 || json_array_get_length(pair) != 2 ||
        !JSON_NODE_HOLDS_VALUE(json_array_get_element(pair, 0)) || !JSON_NODE_HOLDS_VALUE(json_array_get_element(pair, 1)))
        json_read_fail(r, NETSIM_ERROR_SYNTAX, "value", "only linger has a pair of numbers: [on, seconds]");
    else
        step->value = json_array_get_int_element(pair, 0) ? MAX(json_array_get_int_element(pair, 1), 0) : -1;
}

static void read_flags(struct json_reader *r, JsonObject *o, struct step *step)
{
    JsonArray *flags = json_read_array(r, o, "flags", false);
    for (unsigned i = 0; flags && i < json_array_get_length(flags); i++) {
        const char *name = json_read_element_string(r, flags, i);
        if (g_strcmp0(name, "more") == 0) step->flags |= NETSIM_MSG_MORE;
        else if (name) json_read_fail(r, NETSIM_ERROR_UNSUPPORTED, "flags", "\"%s\" is not modelled", name);
    }
}

static void read_socket_type(struct json_reader *r, JsonObject *o, struct step *step)
{
    const char *type = json_read_string(r, o, "type", false);
    if (!type || strcmp(type, "stream") == 0) step->type = NETSIM_SOCK_STREAM;
    else if (strcmp(type, "dgram") == 0) step->type = NETSIM_SOCK_DGRAM;
    else json_read_fail(r, NETSIM_ERROR_UNSUPPORTED, "type", "sockets of type \"%s\" are not modelled", type);
}

static void read_how(struct json_reader *r, JsonObject *o, struct step *step)
{
    static const char *const names[] = { "rd", "wr", "rdwr", NULL };
    const char *how = json_read_string(r, o, "how", false);
    step->how = NETSIM_SHUT_WR;
    if (!how) return;
    for (step->how = 0; names[step->how] && strcmp(names[step->how], how) != 0;) step->how++;
    if (!names[step->how]) json_read_fail(r, NETSIM_ERROR_SYNTAX, "how", "\"%s\": must be rd, wr or rdwr", how);
}

/* ---- steps ---- */

/* Is @word one of the blank-separated words of @list? */
static bool has_word(const char *list, const char *word)
{
    gsize n = strlen(word);
    for (const char *at = list; n > 0 && (at = strstr(at, word)); at += n)
        if ((at == list || at[-1] == ' ') && (at[n] == ' ' || at[n] == '\0')) return true;
    return false;
}

static void check_keys(struct json_reader *r, JsonObject *o, StepOp op)
{
    g_auto(GStrv) needed = g_strsplit(step_rows[op].keys, " ", -1);
    for (char **key = needed; strcmp(*key, "|") != 0; key++)
        if (!json_object_has_member(o, *key))
            json_read_fail(r, NETSIM_ERROR_SYNTAX, *key, "is missing; \"%s\" needs it", step_name(op));

    g_autoptr(GList) members = json_object_get_members(o);
    for (GList *m = members; m; m = m->next)
        if (strcmp(m->data, "op") != 0 && (strchr(m->data, ' ') || !has_word(step_rows[op].keys, m->data)))
            json_read_fail(r, NETSIM_ERROR_UNSUPPORTED, m->data, "the player does not know this key of \"%s\"", step_name(op));
}

static GArray *read_steps(struct json_reader *r, JsonObject *o, int depth);

static void read_step(struct json_reader *r, JsonObject *o, struct step *step, int depth)
{
    const char *op = json_read_string(r, o, "op", true);
    if (!op) return;
    int row = 0;
    while (row < (int) G_N_ELEMENTS(step_rows) && strcmp(step_rows[row].name, op) != 0) row++;
    if (row == G_N_ELEMENTS(step_rows)) {
        json_read_fail(r, NETSIM_ERROR_UNSUPPORTED, "op", "the player lacks the step \"%s\"", op);
        return;
    }
    step->op = (StepOp) row;
    check_keys(r, o, step->op);
    if (r->error) return;

    bool is_until = step->op == STEP_UNTIL || step->op == STEP_SLEEP;
    double chunk = step->op == STEP_RECV ? 65536 : 1048576;
    step->socket = read_name(r, o, "s", false);
    step->as = read_name(r, o, "as", false);
    step->name = g_strdup(json_read_string(r, o, step->op == STEP_CMD ? "cmd" : "name", false));
    step->address = read_address(r, o);
    step->backlog = (int) json_read_number(r, o, "backlog", -2147483648.0, 2147483647, 0);
    step->bytes = json_object_has_member(o, "bytes") ? (int64_t) json_read_number(r, o, "bytes", 0, 1e15, 0) : -1;
    step->chunk = (int64_t) json_read_number(r, o, "chunk", 1, 1e15, chunk);
    step->count = (int64_t) json_read_number(r, o, step->op == STEP_REPEAT ? "n" : "count", 0, 1e6, 0);
    step->gap = json_read_ms(r, o, "gap_ms", 0);
    step->timeout = json_object_has_member(o, "timeout_ms") ? json_read_ms(r, o, "timeout_ms", 0) : NETSIM_TIME_MAX;
    step->duration = is_until                  ? json_read_ms(r, o, "ms", 0)
                     : step->op == STEP_SAMPLE ? json_read_ms(r, o, "every_ms", 5)
                                               : json_read_ms(r, o, "for_ms", 0);
    step->nonblock = json_read_bool(r, o, "nonblock");
    step->sync = json_read_bool(r, o, "sync");
    read_flags(r, o, step);
    if (step->op == STEP_SOCKET) read_socket_type(r, o, step);
    if (step->op == STEP_SHUTDOWN) read_how(r, o, step);
    if (step->op == STEP_OPT) read_option_value(r, o, step);
    if (step->op == STEP_REPEAT) step->steps = read_steps(r, o, depth + 1);
    if (step->op == STEP_SAMPLE && step->duration < NETSIM_US) json_read_fail(r, NETSIM_ERROR_RANGE, "every_ms", "is too short");
}

static void step_clear(gpointer data)
{
    struct step *step = data;
    g_free(step->socket);
    g_free(step->as);
    g_free(step->name);
    if (step->steps) g_array_unref(step->steps);
}

static GArray *read_steps(struct json_reader *r, JsonObject *o, int depth)
{
    GArray *steps = g_array_new(FALSE, TRUE, sizeof(struct step));
    g_array_set_clear_func(steps, step_clear);
    if (depth > MAX_REPEAT_DEPTH) {
        json_read_fail(r, NETSIM_ERROR_UNSUPPORTED, "steps", "repeats nested deeper than %d", MAX_REPEAT_DEPTH);
        return steps;
    }
    JsonArray *array = json_read_array(r, o, "steps", true);
    gsize before = json_read_enter(r, "steps", 0);
    for (unsigned i = 0; array && i < json_array_get_length(array) && !r->error; i++) {
        JsonObject *element = json_read_element_object(r, array, i);
        gsize in_array = json_read_enter(r, NULL, (int) i);
        g_array_set_size(steps, i + 1);
        if (element) read_step(r, element, &g_array_index(steps, struct step, i), depth);
        json_read_leave(r, in_array);
    }
    json_read_leave(r, before);
    return steps;
}

/* ---- links ---- */

static void read_direction(struct json_reader *r, JsonObject *link, const char *key, NetsimLinkConfig *config)
{
    JsonObject *o = json_read_object(r, link, key, true);
    if (!o) return;
    gsize before = json_read_enter(r, key, 0);
    config->delay = json_read_ms(r, o, "delay_ms", -1);
    config->rate_bps = (uint64_t) (json_read_number(r, o, "rate_kbit", 0, 1e12, 0) * 1000);
    /* The collection counts the packet in service, a link only those that wait behind it. */
    uint32_t queue_pkts = (uint32_t) json_read_number(r, o, "queue_pkts", 0, 1e9, 0);
    config->queue_pkts = queue_pkts == 1 ? NETSIM_QUEUE_NONE : queue_pkts > 1 ? queue_pkts - 1 : 0;
    config->ce_threshold_pkts = (uint32_t) json_read_number(r, o, "ce_threshold_pkts", 0, 1e9, 0);
    json_read_leave(r, before);
}

static NetsimMatch read_match(struct json_reader *r, const char *name)
{
    static const char *const names[] = {
        [NETSIM_MATCH_ANY] = "any",   [NETSIM_MATCH_TCP] = "tcp",   [NETSIM_MATCH_DATA] = "data",
        [NETSIM_MATCH_NEW] = "new",   [NETSIM_MATCH_RETX] = "retx", [NETSIM_MATCH_SYN] = "syn",
        [NETSIM_MATCH_SYNACK] = "synack", [NETSIM_MATCH_FIN] = "fin", [NETSIM_MATCH_RST] = "rst",
        [NETSIM_MATCH_ACK] = "ack",   [NETSIM_MATCH_UDP] = "udp",   [NETSIM_MATCH_ICMP] = "icmp",
    };
    for (unsigned i = 0; name && i < G_N_ELEMENTS(names); i++)
        if (strcmp(names[i], name) == 0) return (NetsimMatch) i;
    if (name) json_read_fail(r, NETSIM_ERROR_SYNTAX, "match", "\"%s\" is no kind of packet", name);
    return NETSIM_MATCH_ANY;
}

/* "a2b" or "b2a"; "both" only if @both is given, which then tells. */
static bool read_b2a(struct json_reader *r, JsonObject *o, const char *key, bool *both)
{
    const char *dir = json_read_string(r, o, key, true);
    if (both) *both = g_strcmp0(dir, "both") == 0;
    if (dir && strcmp(dir, "a2b") != 0 && strcmp(dir, "b2a") != 0 && !(both && *both))
        json_read_fail(r, NETSIM_ERROR_SYNTAX, key, "\"%s\": must be a2b%s b2a%s", dir, both ? "," : " or", both ? " or both" : "");
    return g_strcmp0(dir, "b2a") == 0;
}

/* [first, last], both at least 1. */
static void read_range(struct json_reader *r, JsonObject *o, const char *key, uint32_t range[2])
{
    JsonArray *array = json_read_array(r, o, key, true);
    for (unsigned i = 0; i < 2; i++) {
        JsonNode *node = array && json_array_get_length(array) == 2 ? json_array_get_element(array, i) : NULL;
        int64_t value = node && JSON_NODE_HOLDS_VALUE(node) ? json_node_get_int(node) : 0;
        if (value < 1 || value > G_MAXUINT32) {
            json_read_fail(r, NETSIM_ERROR_SYNTAX, key, "must be [first, last], counted from 1");
            return;
        }
        range[i] = (uint32_t) value;
    }
}

static void read_rule(struct json_reader *r, JsonObject *o, GArray *rules)
{
    static const char *const actions[] = {
        [NETSIM_RULE_DROP] = "drop", [NETSIM_RULE_DUP] = "dup", [NETSIM_RULE_DELAY] = "delay", [NETSIM_RULE_CE] = "ce",
    };
    const char *action = json_read_string(r, o, "action", true);
    struct scenario_rule rule = { .b2a = read_b2a(r, o, "dir", NULL) };
    uint32_t k[2] = { 1, 1 }, nth[2] = { 0, 0 };
    read_range(r, o, "k", k);
    if (json_object_has_member(o, "nth")) read_range(r, o, "nth", nth);
    int i = 0;
    while (action && i < (int) G_N_ELEMENTS(actions) && strcmp(actions[i], action) != 0) i++;
    if (i == G_N_ELEMENTS(actions)) json_read_fail(r, NETSIM_ERROR_SYNTAX, "action", "\"%s\": must be drop, dup, delay or ce", action);
    if (r->error) return;
    rule.rule = (NetsimLinkRule){ .match = read_match(r, json_read_string(r, o, "match", true)), .first = k[0], .last = k[1],
                                  .action = (NetsimRuleAction) i, .arg = json_read_ms(r, o, "arg_ms", 0) };
    rule.rule.nth = nth[0];
    rule.rule.nth_last = nth[1];
    g_array_append_val(rules, rule);
}

static void read_cut(struct json_reader *r, JsonObject *o, GArray *cuts)
{
    bool both = false;
    struct scenario_cut cut = { .b2a = read_b2a(r, o, "dir", &both) };
    const char *match = json_read_string(r, o, "match", true);
    cut.cut.duration = json_read_ms(r, o, "for_ms", -1);
    if (g_strcmp0(match, "time") == 0) {
        cut.cut.at = json_read_ms(r, o, "at_ms", -1);
    } else {
        cut.cut.by_packet = true;
        cut.cut.match = read_match(r, match);
        cut.cut.k = (uint32_t) json_read_number(r, o, "k", 1, 1e9, -1);
        cut.cut.trigger_b2a = read_b2a(r, o, "trigger_dir", NULL);
    }
    g_array_append_val(cuts, cut);
    cut.b2a = true;
    if (both) g_array_append_val(cuts, cut);
}

static void read_each(struct json_reader *r, JsonObject *o, const char *key,
                      void (*func)(struct json_reader *r, JsonObject *element, GArray *out), GArray *out)
{
    JsonArray *array = json_read_array(r, o, key, false);
    gsize before = json_read_enter(r, key, 0);
    for (unsigned i = 0; array && i < json_array_get_length(array) && !r->error; i++) {
        JsonObject *element = json_read_element_object(r, array, i);
        gsize in_array = json_read_enter(r, NULL, (int) i);
        if (element) func(r, element, out);
        json_read_leave(r, in_array);
    }
    json_read_leave(r, before);
}

static void read_end(struct json_reader *r, JsonObject *link, const char *key, char **host, char **device, char **mac)
{
    JsonObject *o = json_read_object(r, link, key, true);
    if (!o) return;
    gsize before = json_read_enter(r, key, 0);
    *host = g_strdup(json_read_string(r, o, "host", true));
    *device = g_strdup(json_read_string(r, o, "dev", true));
    if (mac) *mac = g_strdup(json_read_string(r, o, "mac", true));
    json_read_leave(r, before);
}

static void read_link(struct json_reader *r, JsonObject *o, GArray *links)
{
    struct scenario_link link = {
        .rules = g_array_new(FALSE, FALSE, sizeof(struct scenario_rule)),
        .cuts = g_array_new(FALSE, FALSE, sizeof(struct scenario_cut)),
    };
    read_end(r, o, "a", &link.host[0], &link.device[0], NULL);
    read_end(r, o, "b", &link.host[1], &link.device[1], NULL);
    read_direction(r, o, "a2b", &link.direction[0]);
    read_direction(r, o, "b2a", &link.direction[1]);
    read_each(r, o, "rules", read_rule, link.rules);
    read_each(r, o, "cuts", read_cut, link.cuts);
    g_array_append_val(links, link);
}

/* A plain cable: packets are at its other end at once. */
static void read_veth(struct json_reader *r, JsonObject *o, GArray *links)
{
    struct scenario_link link = {
        .rules = g_array_new(FALSE, FALSE, sizeof(struct scenario_rule)),
        .cuts = g_array_new(FALSE, FALSE, sizeof(struct scenario_cut)),
    };
    read_end(r, o, "a", &link.host[0], &link.device[0], &link.mac[0]);
    read_end(r, o, "b", &link.host[1], &link.device[1], &link.mac[1]);
    g_array_append_val(links, link);
}

static void link_clear(gpointer data)
{
    struct scenario_link *link = data;
    for (int i = 0; i < 2; i++) {
        g_free(link->mac[i]);
        g_free(link->host[i]);
        g_free(link->device[i]);
    }
    for (int i = 0; i < 2; i++) {
        if (link->taken[i]) g_array_unref(link->taken[i]);
        if (link->delivered[i]) g_array_unref(link->delivered[i]);
    }
    g_array_unref(link->rules);
    g_array_unref(link->cuts);
}

/* ---- hosts ---- */

static void read_knobs(struct json_reader *r, JsonObject *host, const char *key, bool is_set, GArray *knobs)
{
    JsonObject *o = json_read_object(r, host, key, false);
    g_autoptr(GList) names = o ? json_object_get_members(o) : NULL;
    gsize before = json_read_enter(r, key, 0);
    for (GList *name = names; name; name = name->next) {
        JsonNode *node = json_object_get_member(o, name->data);
        GType type = JSON_NODE_HOLDS_VALUE(node) ? json_node_get_value_type(node) : G_TYPE_INVALID;
        struct scenario_knob knob = { .is_set = is_set };
        if (type == G_TYPE_STRING) knob.value = g_strdup(json_node_get_string(node));
        else if (type == G_TYPE_INT64) knob.value = g_strdup_printf("%" G_GINT64_FORMAT, json_node_get_int(node));
        else json_read_fail(r, NETSIM_ERROR_SYNTAX, name->data, "must be a string or a whole number");
        if (!knob.value) continue;
        knob.name = g_strdup(name->data);
        g_array_append_val(knobs, knob);
    }
    json_read_leave(r, before);
}

static void knob_clear(gpointer data)
{
    struct scenario_knob *knob = data;
    g_free(knob->name);
    g_free(knob->value);
}

static void read_lines(struct json_reader *r, JsonObject *o, const char *key, GPtrArray *lines)
{
    JsonArray *array = json_read_array(r, o, key, false);
    gsize before = json_read_enter(r, key, 0);
    for (unsigned i = 0; array && i < json_array_get_length(array); i++)
        g_ptr_array_add(lines, g_strdup(json_read_element_string(r, array, i)));
    json_read_leave(r, before);
}

static void read_hosts(struct json_reader *r, JsonObject *root, GArray *hosts)
{
    JsonObject *o = json_read_object(r, root, "hosts", true);
    g_autoptr(GList) names = o ? json_object_get_members(o) : NULL;
    gsize before = json_read_enter(r, "hosts", 0);
    for (GList *name = names; name && !r->error; name = name->next) {
        JsonObject *element = json_read_object(r, o, name->data, true);
        if (!element) break;
        gsize in_hosts = json_read_enter(r, name->data, 0);
        struct scenario_host host = {
            .name = g_strdup(name->data),
            .address = g_strdup(json_read_string(r, element, "addr", false)),
            .congestion_control = g_strdup(json_read_string(r, element, "congestion_control", false)),
            .setup = g_ptr_array_new_with_free_func(g_free),
            .knobs = g_array_new(FALSE, TRUE, sizeof(struct scenario_knob)),
        };
        g_array_set_clear_func(host.knobs, knob_clear);
        read_lines(r, element, "setup_early", host.setup);
        read_lines(r, element, "setup", host.setup);
        read_knobs(r, element, "sysctl_set", true, host.knobs);
        read_knobs(r, element, "sysctl", false, host.knobs);
        g_array_append_val(hosts, host);
        json_read_leave(r, in_hosts);
    }
    json_read_leave(r, before);
}

static void host_clear(gpointer data)
{
    struct scenario_host *host = data;
    g_free(host->name);
    g_free(host->address);
    g_free(host->congestion_control);
    g_ptr_array_unref(host->setup);
    g_array_unref(host->knobs);
}

/* ---- actors ---- */

static void read_actor(struct json_reader *r, JsonObject *o, GArray *actors)
{
    struct scenario_actor actor = {
        .name = read_name(r, o, "name", true),
        .host = g_strdup(json_read_string(r, o, "host", true)),
        .steps = read_steps(r, o, 0),
    };
    g_array_append_val(actors, actor);
}

static void actor_clear(gpointer data)
{
    struct scenario_actor *actor = data;
    g_free(actor->name);
    g_free(actor->host);
    g_array_unref(actor->steps);
}

/* ---- the whole ---- */

/* "6.18.44" -> "linux6.18" */
static void read_profile(struct json_reader *r, JsonObject *root, struct scenario *s)
{
    const char *kernel = json_read_string(r, root, "kernel", true);
    unsigned major = 0, minor = 0;
    if (kernel && sscanf(kernel, "%5u.%5u", &major, &minor) != 2)
        json_read_fail(r, NETSIM_ERROR_SYNTAX, "kernel", "\"%s\" is not a kernel version", kernel);
    s->profile = g_strdup_printf("linux%u.%u", major, minor);
    if (kernel && !g_strv_contains(netsim_kernel_names(), s->profile))
        json_read_fail(r, NETSIM_ERROR_UNSUPPORTED, "kernel", "there is no profile \"%s\"", s->profile);

    const char *machine = json_read_string(r, root, "machine", false);
    const char *hz = machine ? strstr(machine, "HZ=") : NULL;
    s->hz = 250;
    if (hz && (sscanf(hz, "HZ=%5d", &s->hz) != 1 || s->hz < 1 || s->hz > 10000))
        json_read_fail(r, NETSIM_ERROR_SYNTAX, "machine", "\"%s\": HZ must be 1..10000", machine);
}

static void read_captures(struct json_reader *r, JsonObject *root, GPtrArray *captures)
{
    read_lines(r, root, "captures", captures);
    for (unsigned i = 0; i < captures->len && captures->pdata[i]; i++) {
        char *suffix = strstr(captures->pdata[i], ".pcap");
        if (suffix) *suffix = '\0';
        if (strchr(captures->pdata[i], '/') || g_str_has_prefix(captures->pdata[i], "."))
            json_read_fail(r, NETSIM_ERROR_SYNTAX, "captures", "\"%s\" is not the name of a file", (char *) captures->pdata[i]);
    }
}

static void read_unsupported(struct json_reader *r, JsonObject *root)
{
    const char *family = json_read_string(r, root, "family", false);
    if (family && strcmp(family, "inet") != 0)
        json_read_fail(r, NETSIM_ERROR_UNSUPPORTED, "family", "\"%s\" is not modelled", family);
}

static GArray *array_of(guint size, GDestroyNotify clear)
{
    GArray *array = g_array_new(FALSE, TRUE, size);
    g_array_set_clear_func(array, clear);
    return array;
}

static void read_root(struct json_reader *r, JsonObject *root, struct scenario *s)
{
    if (!json_object_has_member(root, "format"))
        json_read_fail(r, NETSIM_ERROR_UNSUPPORTED, "format", "is missing; only scenarios of format 1 can be played");
    if (json_read_number(r, root, "format", -1e9, 1e9, 1) != 1)
        json_read_fail(r, NETSIM_ERROR_UNSUPPORTED, "format", "only scenarios of format 1 can be played");
    if (r->error) return;
    s->what = g_strdup(json_read_string(r, root, "what", false));
    read_unsupported(r, root);
    read_profile(r, root, s);
    s->limit = netsim_seconds(json_read_number(r, root, "limit_ms", 1, 1e8, -1) / 1e3);
    s->linger = netsim_seconds(json_read_number(r, root, "linger_ms", 0, 1e8, 0) / 1e3);
    read_hosts(r, root, s->hosts);
    read_each(r, root, "links", read_link, s->links);
    read_each(r, root, "veths", read_veth, s->links);
    read_each(r, root, "actors", read_actor, s->actors);
    read_captures(r, root, s->captures);
    if (s->hosts->len == 0) json_read_fail(r, NETSIM_ERROR_SYNTAX, "hosts", "there is none");
    if (s->actors->len == 0) json_read_fail(r, NETSIM_ERROR_SYNTAX, "actors", "there is none");
    if (s->captures->len == 0) json_read_fail(r, NETSIM_ERROR_SYNTAX, "captures", "there is none, so nothing can be compared");
}

struct scenario *scenario_parse(const char *file, const char *text, gsize length, GError **error)
{
    struct json_reader reader = { .file = file, .path = g_string_new(NULL) };
    struct scenario *s = g_new0(struct scenario, 1);
    s->hosts = array_of(sizeof(struct scenario_host), host_clear);
    s->links = array_of(sizeof(struct scenario_link), link_clear);
    s->actors = array_of(sizeof(struct scenario_actor), actor_clear);
    s->captures = g_ptr_array_new_with_free_func(g_free);

    g_autoptr(JsonNode) root = json_read_text(&reader, text, length);
    if (root && !JSON_NODE_HOLDS_OBJECT(root)) json_read_fail(&reader, NETSIM_ERROR_SYNTAX, NULL, "must be an object {...}");
    else if (root) read_root(&reader, json_node_get_object(root), s);
    g_string_free(reader.path, TRUE);
    if (!reader.error) return s;
    g_propagate_error(error, reader.error);
    scenario_free(s);
    return NULL;
}

void scenario_free(struct scenario *scenario)
{
    if (!scenario) return;
    g_free(scenario->what);
    g_free(scenario->profile);
    g_array_unref(scenario->hosts);
    g_array_unref(scenario->links);
    g_array_unref(scenario->actors);
    g_ptr_array_unref(scenario->captures);
    g_free(scenario);
}
