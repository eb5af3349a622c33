/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/netdev/capture.h"

#include "models/wire/pcapng.h"
#include <netsim/net.h>
#include <netsim/packet.h>

struct capture {
    struct netdev *dev;
    struct capture *next; /* of the same device, into another file */
    struct pcapng *file;  /* NULL: finished */
    bool has_begun;       /* the interface is described; put off until the first packet, when the device is set up */
};

/* A frame that a tap injected: received when the handler that called the tap has returned. */
struct injected {
    struct injected *next;
    struct netdev *dev;
    struct pkt *p;
    struct link_header header;
};

/* All captures of a simulation, and what taps injected: sim->data "captures". */
struct capture_table {
    struct sim_wake wake; /* first */
    struct sim *sim;
    GPtrArray *list;      /* struct capture *, each freed as a part of the simulation, before its device */
    unsigned n_in_tap;
    struct injected *head, **tail;
};

/* ---- the table ---- */

static void table_free(void *owner)
{
    struct capture_table *t = owner;
    sim_unwake(t->sim, &t->wake);
    for (struct injected *i = t->head, *next; i; i = next) {
        next = i->next;
        pkt_free(t->sim, i->p);
        g_free(i);
    }
    g_ptr_array_free(t->list, TRUE);
    g_free(t);
}

static void receive_injected(struct sim_wake *wake)
{
    struct capture_table *t = ns_container_of(wake, struct capture_table, wake);
    while (t->head) {
        struct injected *i = t->head;
        t->head = i->next;
        if (!t->head) t->tail = &t->head;
        t->sim->pkts_held--;
        netdev_receive(i->dev, i->p, &i->header);
        g_free(i);
    }
}

static struct capture_table *table_of(struct sim *sim)
{
    struct capture_table *t = g_hash_table_lookup(sim->data, "captures");
    if (t) return t;
    t = g_new0(struct capture_table, 1);
    t->sim = sim;
    t->wake.fn = receive_injected;
    t->tail = &t->head;
    t->list = g_ptr_array_new();
    g_hash_table_insert(sim->data, (gpointer) "captures", t);
    sim_add_part(sim, (struct sim_part){ .free = table_free, .owner = t });
    return t;
}

/* ---- what a file begins with ---- */

static struct netdev *peer_of(const struct netdev *dev)
{
    if (!dev->link) return NULL;
    return dev->link->a == dev ? dev->link->b : dev->link->a;
}

/* Of the direction in which the device sends; 0: infinite, or no link yet. */
static uint64_t speed_bps(const struct netdev *dev)
{
    const struct link_dir *out = dev->port.out;
    if (!out || (out->ps_per_byte == 0 && out->ps_num == 0)) return 0;
    __uint128_t num = (__uint128_t) out->ps_per_byte * out->ps_den + out->ps_num; /* ps a byte, times ps_den */
    return (uint64_t) (((__uint128_t) 8000000000000 * out->ps_den + num / 2) / num);
}

struct name_writer {
    struct pcapng *file;
    const char *name;
};

static void write_name(uint32_t addr, unsigned plen, void *data)
{
    const struct name_writer *w = data;
    (void) plen;
    pcapng_write_name(w->file, addr, w->name);
}

static void visit(GHashTable *seen, GQueue *to_visit, struct netdev *dev)
{
    if (dev && g_hash_table_add(seen, dev->net)) g_queue_push_tail(to_visit, dev->net);
}

/* All hosts that can be reached from here, the nearest first. */
static void write_names(struct capture *c)
{
    GHashTable *seen = g_hash_table_new(NULL, NULL);
    GQueue *to_visit = g_queue_new();
    visit(seen, to_visit, c->dev);
    for (struct net *net; (net = g_queue_pop_head(to_visit));) {
        struct name_writer w = { c->file, net->node.name };
        for (struct netdev *dev = net->devices; dev; dev = dev->next) {
            if (!dev->is_loopback && net->upper && net->upper->addr_each) net->upper->addr_each(dev, write_name, &w);
            visit(seen, to_visit, peer_of(dev));
        }
    }
    g_queue_free(to_visit);
    g_hash_table_destroy(seen);
    pcapng_write_name(c->file, 0, NULL);
}

static void begin(struct capture *c, bool with_names)
{
    const struct netdev *dev = c->dev;
    if (c->has_begun) return;
    c->has_begun = true;
    struct pcapng_interface interface = {
        .name = dev->name,
        .description = dev->label,
        .os = dev->net->profile ? dev->net->profile->name : NULL,
        .mac = dev->raw_ip ? NULL : dev->mac,
        .speed_bps = speed_bps(dev),
        .link_type = dev->raw_ip ? LINKTYPE_RAW : LINKTYPE_ETHERNET,
    };
    pcapng_write_interface(c->file, &interface);
    if (with_names) write_names(c);
}

/* ---- life of a capture ---- */

static void look_away(struct capture *c)
{
    struct capture **link = &c->dev->capture;
    while (*link != c) link = &(*link)->next;
    *link = c->next;
    netdev_watch(c->dev);
}

static bool finish(struct capture *c, bool with_names, GError **error)
{
    if (!c->file) return true;
    begin(c, with_names);
    look_away(c);
    bool is_good = pcapng_close(g_steal_pointer(&c->file), error);
    if (!is_good && error) g_prefix_error(error, "capture of %s: ", c->dev->label);
    return is_good;
}

/* Hosts that were made later are gone by now: their names are not asked for. */
static void capture_free(void *owner)
{
    finish(owner, false, NULL);
    g_free(owner);
}

/* The capture that is writing to @path. */
static struct capture *find_by_path(struct capture_table *t, const char *path)
{
    for (guint i = 0; i < t->list->len; i++) {
        struct capture *c = t->list->pdata[i];
        if (c->file && !strcmp(pcapng_path(c->file), path)) return c;
    }
    return NULL;
}

bool netsim_capture(NetsimDevice *device, const char *path, GError **error)
{
    if (!ns_given(device, error) || !ns_given(path, error)) return false;
    struct sim *sim = device->net->sim;
    struct capture_table *t = table_of(sim);
    struct capture *other = find_by_path(t, path);
    if (other && other->dev == device) return true;
    if (other) {
        g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_STATE, "capture of %s: %s is being captured into %s, take another name",
                    device->label, other->dev->label, path);
        return false;
    }
    struct pcapng *file = pcapng_open(path, error);
    if (!file) {
        g_prefix_error(error, "capture of %s: ", device->label);
        return false;
    }
    struct capture *c = g_new0(struct capture, 1);
    *c = (struct capture){ .dev = device, .next = device->capture, .file = file };
    device->capture = c;
    netdev_watch(device);
    g_ptr_array_add(t->list, c);
    sim_add_part(sim, (struct sim_part){ .free = capture_free, .owner = c });
    return true;
}

bool netsim_capture_close(NetsimSim *sim, GError **error)
{
    if (!ns_given(sim, error)) return false;
    struct capture_table *t = g_hash_table_lookup(sim->data, "captures");
    bool is_good = true;
    for (guint i = 0; t && i < t->list->len; i++)
        if (!finish(t->list->pdata[i], true, is_good ? error : NULL)) is_good = false;
    return is_good;
}

/* The run ends, the half file goes. */
static void give_up(struct capture *c)
{
    GError *error = NULL;
    pcapng_check(c->file, &error);
    g_prefix_error(&error, "capture of %s: ", c->dev->label);
    pcapng_abort(g_steal_pointer(&c->file));
    look_away(c);
    netsim_sim_fail(c->dev->net->sim, error);
}

/* ---- packets ---- */

/* What the device did not say: the peer's address and its own. */
static struct link_header usual_header(const struct netdev *dev, bool sent, const struct pkt *p)
{
    struct link_header h = { .present = true };
    const struct netdev *peer = peer_of(dev);
    uint8_t *own = sent ? h.src : h.dst, *other = sent ? h.dst : h.src;
    memcpy(own, dev->mac, sizeof dev->mac);
    if (peer) memcpy(other, peer->mac, sizeof peer->mac);
    if (p->kind == PKT_ARP && p->ext) memcpy(h.src, p->ext->src_mac, sizeof h.src);
    if (p->flags & PKT_BROADCAST) memset(h.dst, 0xff, sizeof h.dst);
    return h;
}

static void show_tap(struct netdev *dev, bool sent, const uint8_t *bytes, size_t length, const char *comment)
{
    struct capture_table *t = table_of(dev->net->sim);
    NetsimTapFunc func = (NetsimTapFunc) dev->tap_func;
    t->n_in_tap++;
    func(dev, sent, t->sim->now, bytes, length, comment, dev->tap_data);
    t->n_in_tap--;
}

void capture_packet(struct capture *c, struct netdev *dev, bool sent, const struct pkt *p, const struct link_header *h,
                    const char *comment)
{
    if (!c && !dev->tap_func) return;
    uint8_t usual[2048], *bytes = emit_room(p) <= sizeof usual ? usual : g_malloc(emit_room(p));
    struct link_header header = { .present = false };
    if (!dev->raw_ip) header = h ? *h : usual_header(dev, sent, p);
    size_t length = emit(p, &header, bytes);
    struct pcapng_packet packet = {
        .time_ns = dev->net->sim->now / NETSIM_NS,
        .sent = sent,
        .bad_fcs = p->flags & PKT_BAD_FCS,
        .bytes = bytes,
        .length = (uint32_t) length,
        .comment = comment,
    };
    for (struct capture *next; c; c = next) {
        next = c->next;
        begin(c, true);
        if (!pcapng_write_packet(c->file, &packet)) give_up(c);
    }
    if (dev->tap_func) show_tap(dev, sent, bytes, length, comment);
    if (bytes != usual) g_free(bytes);
}

const char *capture_drop_comment(enum drop_reason reason)
{
    static const char *const comments[] = {
#define X(name, text, location) "dropped: " text,
        DROP_REASONS(X)
#undef X
    };
    ns_assert(reason < N_DROP_REASONS);
    return comments[reason];
}

/* Nobody looks on while the simulation is taken apart. */
static void tap_remove(void *owner)
{
    struct netdev *dev = owner;
    dev->tap_func = NULL;
    netdev_watch(dev);
}

void netsim_device_tap(NetsimDevice *device, NetsimTapFunc func, void *data)
{
    if (!device) return;
    if (func && !device->tap_func) {
        table_of(device->net->sim);
        sim_add_part(device->net->sim, (struct sim_part){ .free = tap_remove, .owner = device });
    }
    device->tap_func = (void *) func;
    device->tap_data = data;
    netdev_watch(device);
}

/* Within a tap the device, and the transport above it, are in the middle of sending: the frame has to wait. */
static void receive_later(struct capture_table *t, struct netdev *dev, struct pkt *p, const struct link_header *header)
{
    struct injected *i = g_new0(struct injected, 1);
    *i = (struct injected){ .dev = dev, .p = p, .header = *header };
    *t->tail = i;
    t->tail = &i->next;
    t->sim->pkts_held++;
    sim_wake(t->sim, &t->wake);
}

bool netsim_device_inject(NetsimDevice *device, const void *bytes, size_t length, GError **error)
{
    if (!ns_given(device, error) || !ns_given(bytes, error)) return false;
    return netsim_device_inject_gso(device, bytes, length, 0, error);
}

bool netsim_device_inject_gso(NetsimDevice *device, const void *bytes, size_t length, unsigned gso_size, GError **error)
{
    if (!ns_given(device, error) || !ns_given(bytes, error)) return false;
    enum { MAX_BYTES = 65575 };
    if (length == 0 || length > MAX_BYTES) {
        g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_RANGE, "%s: a frame of %zu bytes cannot be injected: 1..%d", device->label,
                    length, MAX_BYTES);
        return false;
    }
    struct sim *sim = device->net->sim;
    struct capture_table *t = table_of(sim);
    struct link_header header;
    struct pkt *p = parse(sim, !device->raw_ip, bytes, length, &header, NULL);
    p->flags |= PKT_LONG_HEAD;
    uint32_t payload = pkt_payload_len(p);
    if (gso_size && p->proto == PROTO_TCP && payload > gso_size) pkt_set_gso(sim, p, (payload + gso_size - 1) / gso_size, gso_size);
    if (t->n_in_tap) receive_later(t, device, p, &header);
    else netdev_receive(device, p, &header);
    return true;
}
