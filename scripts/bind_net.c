/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bind_net.c - links and captures. */
#include "core/suggest.h"
#include "scripts/bind.h"

#include <string.h>

/* ---- what one direction of a link does ---- */

static void read_queue(lua_State *L, NetsimLinkConfig *c)
{
    GError *error = NULL;
    if (lua_isnil(L, -1)) return;
    if (!lua_isstring(L, -1)) lua_raisef(L, "link: queue: write \"100p\" (packets) or \"64KiB\"");
    if (lua_isnumber(L, -1)) { /* "20", too: what --set queue=20 gives */
        const char *n = lua_tostring(L, -1);
        lua_raisef(L, "link: queue = %s: packets or bytes? write \"%sp\" or \"%sB\"", n, n, n);
    }
    if (!netsim_parse_queue(lua_tostring(L, -1), &c->queue_pkts, &c->queue_bytes, &error)) lua_raise(L, error);
    if (!c->queue_pkts && !c->queue_bytes) /* 0 is "no limit" in NetsimLinkConfig, and not what was meant */
        lua_raisef(L, "link: queue = \"%s\": must not be 0; a link without a queue limit leaves it out", lua_tostring(L, -1));
}

static void read_overhead(lua_State *L, NetsimLinkConfig *c)
{
    const char *text = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
    if (lua_isnil(L, -1)) return;
    if (text && !strcmp(text, "ethernet")) c->overhead = NETSIM_OVERHEAD_ETHERNET;
    else if (text && !strcmp(text, "none")) c->overhead = 0;
    else {
        uint64_t n = lua_to_size(L, -1, "link: overhead");
        if (n > 65535) lua_raisef(L, "link: overhead = %llu: at most 65535 bytes a packet", (unsigned long long) n);
        c->overhead = (uint32_t) n;
    }
}

/* corrupt_by = "fcs" | "payload" */
static void read_corrupt_by(lua_State *L, NetsimLinkConfig *c)
{
    if (lua_isnil(L, -1)) return;
    const char *text = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "";
    c->corrupt_payload = !strcmp(text, "payload");
    if (!c->corrupt_payload && strcmp(text, "fcs"))
        lua_raisef(L, "link: corrupt_by = \"%s\": \"fcs\" (Ethernet notices) or \"payload\" (the transport does)", text);
}

static void read_gilbert(lua_State *L, NetsimLinkConfig *c)
{
    static const char *const needed[] = { "p", "r" };
    if (lua_isnil(L, -1)) return;
    c->gilbert.loss_bad = 1;
    lua_read_options(L, -1, "link: gilbert", (struct option[]){
        { "p", OPTION_PROBABILITY, &c->gilbert.p }, { "r", OPTION_PROBABILITY, &c->gilbert.r },
        { "loss_good", OPTION_PROBABILITY, &c->gilbert.loss_good },
        { "loss_bad", OPTION_PROBABILITY, &c->gilbert.loss_bad }, { NULL, 0, NULL } });
    for (size_t i = 0; i < G_N_ELEMENTS(needed); i++, lua_pop(L, 1))
        if (lua_getfield(L, -1, needed[i]) == LUA_TNIL)
            lua_raisef(L, "link: gilbert needs %s: gilbert = { p = 0.01, r = 0.25 }: at each packet p is the chance to enter "
                          "the bad state, r to leave it", needed[i]);
}

static void read_field(lua_State *L, int index, const char *name, NetsimLinkConfig *c,
                       void (*read)(lua_State *L, NetsimLinkConfig *c))
{
    lua_getfield(L, index, name);
    read(L, c);
    lua_pop(L, 1);
}

/* @is_whole  the link's own table, not that of one direction */
static void read_direction(lua_State *L, int index, NetsimLinkConfig *c, bool *raw_ip)
{
    bool is_whole = raw_ip != NULL;
    const struct option options[] = {
        { "rate", OPTION_RATE, &c->rate_bps },
        { "delay", OPTION_TIME, &c->delay },
        { "queue", OPTION_OTHER, NULL },
        { "overhead", OPTION_OTHER, NULL },
        { "loss", OPTION_PROBABILITY, &c->loss },
        { "duplicate", OPTION_PROBABILITY, &c->duplicate },
        { "corrupt", OPTION_PROBABILITY, &c->corrupt },
        { "corrupt_by", OPTION_OTHER, NULL },
        { "ce", OPTION_PROBABILITY, &c->ce },
        { "ce_threshold", OPTION_COUNT, &c->ce_threshold_pkts },
        { "reorder", OPTION_PROBABILITY, &c->reorder },
        { "reorder_delay", OPTION_TIME, &c->reorder_delay },
        { "jitter", OPTION_TIME, &c->jitter },
        { "gilbert", OPTION_OTHER, NULL },
        { "rules", OPTION_OTHER, NULL },
        { "cuts", OPTION_OTHER, NULL },
        { is_whole ? "raw_ip" : NULL, OPTION_BOOL, raw_ip },
        { "a2b", OPTION_OTHER, NULL },
        { "b2a", OPTION_OTHER, NULL },
        { NULL, 0, NULL },
    };
    lua_read_options(L, index, "link", options);
    read_field(L, index, "queue", c, read_queue);
    read_field(L, index, "overhead", c, read_overhead);
    read_field(L, index, "corrupt_by", c, read_corrupt_by);
    read_field(L, index, "gilbert", c, read_gilbert);
}

/* ---- rules and cuts ---- */

static const char *const match_names[] = { /* in the order of NetsimMatch */
    "any", "tcp", "data", "new", "retx", "syn", "synack", "fin", "rst", "ack", "udp", "icmp", NULL,
};
static const char *const action_names[] = { "drop", "dup", "delay", "ce", NULL };

static unsigned read_word(lua_State *L, const char *what, const char *word, const char *const *words)
{
    for (unsigned i = 0; words[i]; i++)
        if (!strcmp(words[i], word)) return i;
    char *joined = g_strjoinv(", ", (char **) words);
    const char *list = lua_pushstring(L, joined);
    g_free(joined);
    lua_raisef(L, "%s = \"%s\"%s (known: %s)", what, word, lua_push_suggestion(L, word, words), list);
}

/* "a2b", "b2a": one direction; NULL: both. */
static void read_dir(lua_State *L, const char *what, const char *dir, bool does[2])
{
    static const char *const dirs[] = { "a2b", "b2a", NULL };
    unsigned i = dir ? read_word(L, what, dir, dirs) : 2;
    if (i != 2) does[1 - i] = false;
    if (!does[0] && !does[1]) lua_raisef(L, "%s = \"%s\" in the table of the other direction: it would never act", what, dir);
}

/* k = 5, or k = { 5, 7 }: the first and the last. */
static void read_k(lua_State *L, int index, const char *what, uint32_t *first, uint32_t *last)
{
    lua_Integer k[2] = { 1, 1 };
    int type = lua_getfield(L, index, "k");
    bool is_good = true;
    if (type == LUA_TTABLE) {
        is_good = lua_rawlen(L, -1) == 2;
        for (int i = 0; i < 2; i++) {
            lua_rawgeti(L, -1, i + 1);
            is_good = lua_to_whole(L, -1, &k[i]) && is_good;
            lua_pop(L, 1);
        }
    } else if (type != LUA_TNIL) {
        is_good = lua_to_whole(L, -1, &k[0]);
        k[1] = k[0];
    }
    if (!is_good || k[0] < 1 || k[1] < k[0] || k[1] > UINT32_MAX)
        lua_raisef(L, "%s: k counts from 1: k = 5, or k = { 5, 7 } for the fifth to the seventh", what);
    *first = (uint32_t) k[0];
    *last = (uint32_t) k[1];
    lua_pop(L, 1);
}

static void add_rule(lua_State *L, NetsimLink *link, bool does[2])
{
    NetsimLinkRule rule = { 0 };
    const char *match = "any", *action = "drop", *dir = NULL;
    lua_read_options(L, -1, "link: rule", (struct option[]){
        { "dir", OPTION_STRING, &dir }, { "match", OPTION_STRING, &match }, { "k", OPTION_OTHER, NULL },
        { "nth", OPTION_COUNT, &rule.nth }, { "action", OPTION_STRING, &action }, { "delay", OPTION_TIME, &rule.arg },
        { NULL, 0, NULL } });
    read_dir(L, "link: rule: dir", dir, does);
    rule.match = (NetsimMatch) read_word(L, "link: rule: match", match, match_names);
    rule.action = (NetsimRuleAction) read_word(L, "link: rule: action", action, action_names);
    read_k(L, lua_gettop(L), "link: rule", &rule.first, &rule.last);
    GError *error = NULL;
    for (int b2a = 0; b2a < 2; b2a++)
        if (does[b2a] && !netsim_link_add_rule(link, b2a, &rule, &error)) lua_raise(L, error);
}

static void add_cut(lua_State *L, NetsimLink *link, bool does[2])
{
    NetsimLinkCut cut = { 0 };
    const char *match = NULL, *dir = NULL, *trigger = NULL;
    netsim_time at = -1;
    lua_read_options(L, -1, "link: cut", (struct option[]){
        { "dir", OPTION_STRING, &dir }, { "at", OPTION_TIME, &at }, { "lasts", OPTION_TIME, &cut.duration },
        { "match", OPTION_STRING, &match }, { "k", OPTION_OTHER, NULL }, { "trigger", OPTION_STRING, &trigger },
        { NULL, 0, NULL } });
    read_dir(L, "link: cut: dir", dir, does);
    bool has_k = lua_getfield(L, -1, "k") != LUA_TNIL;
    lua_pop(L, 1);
    if (!match && (has_k || trigger)) lua_raisef(L, "link: cut: k and trigger need a match: which packets are counted?");
    if (match && at >= 0) lua_raisef(L, "link: cut: it begins at a time or with a packet: give at or match, not both");
    cut.at = MAX(at, 0);
    if (match) {
        bool counts[2] = { true, true };
        uint32_t last;
        cut.by_packet = true;
        cut.match = (NetsimMatch) read_word(L, "link: cut: match", match, match_names);
        read_k(L, lua_gettop(L), "link: cut", &cut.k, &last);
        if (last != cut.k) lua_raisef(L, "link: cut: k is one packet: with which one does it begin?");
        read_dir(L, "link: cut: trigger", trigger ? trigger : "a2b", counts);
        cut.trigger_b2a = counts[1];
    }
    if (!cut.duration) lua_raisef(L, "link: cut: how long? lasts = \"300ms\"");
    GError *error = NULL;
    for (int b2a = 0; b2a < 2; b2a++)
        if (does[b2a] && !netsim_link_add_cut(link, b2a, &cut, &error)) lua_raise(L, error);
}

/* The list @name of the table at @index, for the directions in @does. */
static void add_list(lua_State *L, int index, const char *name, NetsimLink *link, const bool does[2],
                     void (*add)(lua_State *L, NetsimLink *link, bool does[2]))
{
    luaL_checkstack(L, 16, NULL);
    int type = lua_getfield(L, index, name);
    if (type != LUA_TNIL) {
        if (type != LUA_TTABLE) lua_raisef(L, "link: %s is a list of tables", name);
        lua_Integer n = (lua_Integer) lua_rawlen(L, -1);
        if (!n && (lua_pushnil(L), lua_next(L, -2)))
            lua_raisef(L, "link: %s is a list of tables: %s = { { match = \"data\", k = 5 } }", name, name);
        for (lua_Integer i = 1; i <= n; i++) {
            bool both[2] = { does[0], does[1] };
            lua_rawgeti(L, -1, i);
            add(L, link, both);
            lua_pop(L, 1);
        }
    }
    lua_pop(L, 1);
}

/* ---- sim:link() ---- */

static NetsimDevice *check_device(lua_State *L, int index, const struct scene *scene)
{
    struct handle *h = handle_check(L, index, &device_class);
    if (h->scene != scene)
        lua_raisef(L, "device %s:%s belongs to another simulation", netsim_host_name(netsim_device_host(h->ptr)),
                   netsim_device_name(h->ptr));
    return h->ptr;
}

/** sim:link(device, device, { rate =, delay =, queue =, loss =, ..., rules =, cuts =, a2b = {}, b2a = {} }) -> link */
int bind_link(lua_State *L)
{
    static const char *const directions[] = { "a2b", "b2a" };
    struct handle *sim = handle_check(L, 1, &scene_class);
    scene_refuse_in_probe(L, sim->scene, "sim:link");
    NetsimDevice *a = check_device(L, 2, sim->scene), *b = check_device(L, 3, sim->scene);
    bool raw_ip = false;
    lua_settop(L, 4);
    if (lua_isnil(L, 4)) {
        lua_newtable(L);
        lua_replace(L, 4);
    }
    NetsimLinkConfig both = { .overhead = NETSIM_OVERHEAD_ETHERNET };
    read_direction(L, 4, &both, &raw_ip);
    if (raw_ip && lua_getfield(L, 4, "overhead") == LUA_TNIL) both.overhead = 0;
    lua_settop(L, 4);
    NetsimLinkConfig each[2] = { both, both };
    for (int d = 0; d < 2; d++)
        if (lua_getfield(L, 4, directions[d]) != LUA_TNIL) read_direction(L, lua_gettop(L), &each[d], NULL);
    GError *error = NULL;
    if (raw_ip) {
        netsim_device_set_raw_ip(a, true);
        netsim_device_set_raw_ip(b, true);
    }
    NetsimLink *link = netsim_link_new(a, b, &each[0], &each[1], &error);
    if (!link) lua_raise(L, error);
    lua_settop(L, 4);
    add_list(L, 4, "rules", link, (bool[]){ true, true }, add_rule);
    add_list(L, 4, "cuts", link, (bool[]){ true, true }, add_cut);
    for (int d = 0; d < 2; d++) {
        if (lua_getfield(L, 4, directions[d]) == LUA_TNIL) continue;
        int index = lua_gettop(L);
        add_list(L, index, "rules", link, (bool[]){ d == 0, d == 1 }, add_rule);
        add_list(L, index, "cuts", link, (bool[]){ d == 0, d == 1 }, add_cut);
    }
    handle_push(L, sim->scene, &link_class, link, sizeof(struct handle));
    return 1;
}

static void push_link_stats(lua_State *L, NetsimLink *link, bool b2a)
{
    NetsimLinkStats stats;
    netsim_link_stats(link, b2a, &stats);
    lua_createtable(L, 0, 12);
#define PUSH(name)                                                                                                  \
    lua_pushinteger(L, (lua_Integer) stats.name);                                                                   \
    lua_setfield(L, -2, #name);
    PUSH(in_pkts) PUSH(in_bytes) PUSH(out_pkts) PUSH(out_bytes) PUSH(queue_drops) PUSH(loss_drops) PUSH(rule_drops)
    PUSH(ce_marks) PUSH(duplicates) PUSH(corrupted) PUSH(max_queue_pkts)
#undef PUSH
    lua_pushnumber(L, netsim_to_seconds(stats.busy));
    lua_setfield(L, -2, "busy");
}

static const char *const properties[] = { "a2b", "b2a", "a", "b", NULL };

static void get(lua_State *L, struct handle *h, unsigned i)
{
    if (i < 2) push_link_stats(L, h->ptr, i == 1);
    else device_push(L, h->scene, netsim_link_end(h->ptr, i == 3));
}

static const luaL_Reg methods[] = { { NULL, NULL } };

const struct handle_class link_class = {
    .kind = KIND_LINK, .name = "link", .methods = methods, .properties = properties, .get = get,
};

/* ---- captures ---- */

/* "out/server-eth0.pcapng"; the second simulation of a script: "out/server-eth0-2.pcapng" */
static char *capture_name(const struct scene *scene, const NetsimDevice *device)
{
    char number[16] = "";
    if (scene->number > 1) g_snprintf(number, sizeof number, "-%u", scene->number);
    return g_strdup_printf("%s-%s%s.pcapng", netsim_host_name(netsim_device_host(device)), netsim_device_name(device),
                           number);
}

/* "small" is out/small.pcapng; the tools that read pcapng do so under the name .pcap, too. */
static char *with_extension(const char *name)
{
    bool has_one = g_str_has_suffix(name, ".pcapng") || g_str_has_suffix(name, ".pcap") || g_str_has_suffix(name, "/");
    return has_one ? g_strdup(name) : g_strconcat(name, ".pcapng", NULL);
}

/* Takes @name. */
static void start_capture(lua_State *L, struct scene *scene, NetsimDevice *device, char *name)
{
    GError *error = NULL;
    char *path = sandbox_output_path(scene->run, name, &error);
    bool is_taken = path && g_ptr_array_find_with_equal_func(scene->run->files, path, g_str_equal, NULL);
    if (is_taken)
        g_set_error(&error, NETSIM_ERROR, NETSIM_ERROR_STATE,
                    "%s is written already; sim:capture(device, name) takes another name", path);
    bool good = path && !is_taken && netsim_capture(device, path, &error);
    g_free(name);
    if (good) {
        scene->has_captures = true;
        g_ptr_array_add(scene->run->files, path);
        return;
    }
    g_free(path);
    lua_raise(L, error);
}

/* "server", "server.eth0", "eth0": the device that was most likely meant is the example. */
static _Noreturn void raise_capture_name(lua_State *L, struct scene *scene, const char *text)
{
    struct suggest near = suggest_for(text);
    NetsimHost *host;
    NetsimDevice *device;
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    for (unsigned h = 0; (host = netsim_host_nth(scene->sim, h)); h++)
        for (unsigned i = 1; (device = netsim_host_nth_device(host, i)); i++) { /* the first is lo */
            char *name = g_strconcat(netsim_host_name(host), ":", netsim_device_name(device), NULL);
            g_ptr_array_add(names, name);
            suggest_offer(&near, name);
            if (!strcmp(netsim_host_name(host), text)) near = (struct suggest){ .word = text, .best = name };
        }
    lua_pushfstring(L, "capture \"%s\": write \"host:device\"%s", text,
                    near.best ? suggest_text(&near).text : ", for example \"server:eth0\"");
    g_ptr_array_free(names, TRUE);
    lua_raisef(L, "%s", lua_tostring(L, -1));
}

/* The device of "server:eth0", which must exist: host:nic would make it. */
static NetsimDevice *find_device(lua_State *L, struct scene *scene, const char *text)
{
    const char *colon = strchr(text, ':'), *names[64];
    if (!colon || colon == text || !colon[1]) raise_capture_name(L, scene, text);
    GError *error = NULL;
    char *host_name = g_strndup(text, (gsize) (colon - text));
    NetsimHost *host = netsim_host_find(scene->sim, host_name, &error);
    g_free(host_name);
    if (!host) lua_raise(L, error);
    NetsimDevice *device;
    unsigned n = 0;
    for (unsigned i = 0; (device = netsim_host_nth_device(host, i)); i++) {
        if (!strcmp(netsim_device_name(device), colon + 1)) return device;
        if (n < G_N_ELEMENTS(names) - 1) names[n++] = netsim_device_name(device);
    }
    names[n] = NULL;
    lua_raisef(L, "host %s has no device \"%s\"%s", netsim_host_name(host), colon + 1,
               lua_push_suggestion(L, colon + 1, names));
}

/** sim:capture("server:eth0" | device, [name]): write a pcapng file, out/server-eth0.pcapng unless named; .pcapng is added */
int bind_capture(lua_State *L)
{
    struct handle *sim = handle_check(L, 1, &scene_class);
    struct handle *h = handle_test(L, 2, &device_class);
    const char *name = lua_isnoneornil(L, 3) ? NULL : lua_check_text(L, 3, "capture: the file name");
    NetsimDevice *device = h ? check_device(L, 2, sim->scene) : find_device(L, sim->scene, lua_check_text(L, 2, "capture: the device"));
    start_capture(L, sim->scene, device, name ? with_extension(name) : capture_name(sim->scene, device));
    return 0;
}

/* ... unless the script does so itself. */
static void capture_unless_taken(lua_State *L, struct scene *scene, NetsimDevice *device)
{
    char *name = capture_name(scene, device), *path = g_build_filename(scene->run->options->out_dir, name, NULL);
    bool is_taken = g_ptr_array_find_with_equal_func(scene->run->files, path, g_str_equal, NULL);
    g_free(path);
    if (is_taken) g_free(name);
    else start_capture(L, scene, device, name);
}

void capture_as_asked(lua_State *L, struct scene *scene)
{
    const char *asked = scene->run->options->capture;
    if (!asked) return;
    if (*asked) {
        capture_unless_taken(L, scene, find_device(L, scene, asked));
        return;
    }
    NetsimLink *link;
    for (unsigned i = 0; (link = netsim_link_nth(scene->sim, i)); i++)
        for (int b = 0; b < 2; b++) capture_unless_taken(L, scene, netsim_link_end(link, b));
}
