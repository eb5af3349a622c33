/* SPDX-License-Identifier: GPL-3.0-or-later */
/* host.c - assembles a light host: clock, devices, IP, sockets, transports; frees it in the other direction. */
#include "models/host/host.h"

#include "core/rng.h"
#include "core/suggest.h"
#include "models/host/shell.h"
#include "models/tcp/tcp.h"
#include "models/udp/udp.h"
#include <string.h>

/* The hosts of one simulation: sim->data "hosts". */
struct host_table {
    GPtrArray *list;     /* struct host *, in the order of their making */
    GHashTable *by_name; /* names borrowed from the hosts */
};

static void table_free(void *owner)
{
    struct host_table *t = owner;
    g_ptr_array_free(t->list, TRUE);
    g_hash_table_destroy(t->by_name);
    g_free(t);
}

static struct host_table *table_of(struct sim *sim)
{
    struct host_table *t = g_hash_table_lookup(sim->data, "hosts");
    if (t) return t;
    t = g_new0(struct host_table, 1);
    t->list = g_ptr_array_new();
    t->by_name = g_hash_table_new(g_str_hash, g_str_equal);
    g_hash_table_insert(sim->data, (gpointer) "hosts", t);
    sim_add_part(sim, (struct sim_part){ .free = table_free, .owner = t });
    return t;
}

static void host_free(void *owner)
{
    struct host *h = owner;
    struct net *net = &h->net;
    shell_host_free(h);
    sock_net_end(net);
    tcp_net_free(net);
    udp_net_free(net);
    sock_net_free(net);
    ip_net_free(net);
    for (struct netdev *dev = net->devices, *next; dev; dev = next) {
        next = dev->next;
        netdev_free(dev);
    }
    timer_wheel_free(&net->wheel);
    g_free(net->drops.counts);
    if (h->kept) g_hash_table_destroy(h->kept);
    if (h->warned) g_hash_table_destroy(h->warned);
    for (size_t i = 0; i < G_N_ELEMENTS(net->mib_blocks); i++) g_free(net->mib_blocks[i]);
    g_free(h->nstat_history);
    node_clear(&net->node);
    g_aligned_free(h);
}

/* Hosts were booted at different times before the simulation begins: that is the phase of ticks and of the timer wheel's granules. */
static netsim_time uptime(struct sim *sim, const char *name, unsigned hz)
{
    struct rng_stream rng;
    rng_stream_init(&rng, sim->seed, name, "uptime");
    netsim_time tick = NETSIM_S / hz;
    netsim_time ticks = rng_below(&rng, 1u << 20); /* a draw a statement: operands may be evaluated in any order */
    return 1000 * NETSIM_S + ticks * tick + (netsim_time) (rng_u64(&rng) % (uint64_t) tick);
}

static bool is_host_name(const char *name)
{
    if (!*name || strlen(name) > 63) return false;
    for (const char *c = name; *c; c++)
        if (!g_ascii_isalnum(*c) && !strchr("-_.", *c)) return false;
    return true;
}

NetsimHost *netsim_host_new(NetsimSim *sim, const char *name, const char *kernel, GError **error)
{
    if (!ns_given(sim, error) || !ns_given(name, error)) return NULL;
    return netsim_host_new_config(sim, name, &(NetsimHostConfig){ .kernel = kernel }, error);
}

static bool check_config(const NetsimHostConfig *config, GError **error)
{
    if (config->hz && (config->hz < 100 || config->hz > 1000)) {
        g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_RANGE, "hz = %u: must be 100 to 1000", config->hz);
        return false;
    }
    if (config->uptime < 0) g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_RANGE, "uptime: must not be negative");
    else if (config->wakeup < 0) g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_RANGE, "wakeup: must not be negative");
    return config->uptime >= 0 && config->wakeup >= 0;
}

NetsimHost *netsim_host_new_config(NetsimSim *sim, const char *name, const NetsimHostConfig *config, GError **error)
{
    if (!ns_given(sim, error) || !ns_given(name, error)) return NULL;
    static const NetsimHostConfig defaults;
    if (!config) config = &defaults;
    const struct kernel_profile *profile = kernel_profile_find(config->kernel, error);
    if (!profile || !check_config(config, error)) return NULL;
    if (!is_host_name(name)) {
        g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_NAME,
                    "\"%s\" is not a host name: 1 to 63 letters, digits, '-', '_' and '.'", name);
        return NULL;
    }
    struct host_table *table = table_of(sim);
    if (g_hash_table_contains(table->by_name, name)) {
        g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_NAME, "there is a host \"%s\" already", name);
        return NULL;
    }
    struct host *h = g_aligned_alloc0(1, sizeof *h, _Alignof(struct host));
    struct net *net = &h->net;
    node_init(&net->node, sim, name);
    net->sim = sim;
    net->profile = profile;
    net->drops.name = net->node.name;
    net->devices_tail = &net->devices;
    unsigned hz = config->hz ? config->hz : profile->hz;
    timer_wheel_init(&net->wheel, &net->node, hz, config->uptime ? config->uptime : uptime(sim, name, hz));
    sim_add_part(sim, (struct sim_part){ .free = host_free, .owner = h });
    ip_net_init(net);
    sock_net_init(net);
    net->sock->wakeup = config->wakeup;
    udp_net_init(net);
    tcp_net_init(net);
    host_knobs_reset(h);
    ip_dev_event(netdev_new(net, "lo"), NETDEV_UP);
    g_ptr_array_add(table->list, h);
    g_hash_table_insert(table->by_name, net->node.name, h);
    return h;
}

NetsimHost *netsim_host_find(NetsimSim *sim, const char *name, GError **error)
{
    if (!ns_given(sim, error) || !ns_given(name, error)) return NULL;
    struct host_table *table = table_of(sim);
    struct host *h = g_hash_table_lookup(table->by_name, name);
    if (h) return h;
    struct suggest near = suggest_for(name);
    for (guint i = 0; i < table->list->len; i++)
        suggest_offer(&near, netsim_host_name(g_ptr_array_index(table->list, i)));
    g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_NAME, "no host \"%s\"%s", name, suggest_text(&near).text);
    return NULL;
}

NetsimHost *netsim_host_nth(NetsimSim *sim, unsigned i)
{
    if (!sim) return NULL;
    struct host_table *table = table_of(sim);
    return i < table->list->len ? g_ptr_array_index(table->list, i) : NULL;
}

const char *netsim_host_name(const NetsimHost *host)
{
    if (!host) return NULL;
    return host->net.node.name;
}

const char *netsim_host_kernel(const NetsimHost *host)
{
    if (!host) return NULL;
    return host->net.profile->name;
}

NetsimSim *netsim_host_sim(const NetsimHost *host)
{
    if (!host) return NULL;
    return host->net.sim;
}

/* dev_valid_name() */
static bool is_device_name(const char *name)
{
    if (!*name || strlen(name) > 15 || !strcmp(name, ".") || !strcmp(name, "..")) return false;
    for (const char *c = name; *c; c++)
        if (*c == '/' || *c == ':' || g_ascii_isspace(*c) || !g_ascii_isprint(*c)) return false;
    return true;
}

NetsimDevice *netsim_host_nic(NetsimHost *host, const char *name, GError **error)
{
    if (!ns_given(host, error) || !ns_given(name, error)) return NULL;
    struct netdev *dev = netdev_by_name(&host->net, name);
    if (dev) return dev;
    if (!is_device_name(name)) {
        g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_NAME,
                    "\"%s\" is not a device name: 1 to 15 characters, without space, '/' and ':'", name);
        return NULL;
    }
    return netdev_new(&host->net, name);
}

NetsimDevice *netsim_host_nth_device(NetsimHost *host, unsigned i)
{
    if (!host) return NULL;
    struct netdev *dev = host->net.devices;
    while (dev && i--) dev = dev->next;
    return dev;
}
