/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/ends.h"

static void receive(struct port *port, struct pkt *p)
{
    struct end *end = (struct end *) port;
    struct sim *sim = end->node.sim;
    struct arrival x = { sim->now, p->digest, p->len, p->flags, p->tos };
    g_array_append_val(end->arrivals, x);
    pkt_consume(sim, p);
}

static void end_init(struct end *end, NetsimSim *sim, const char *name)
{
    node_init(&end->node, sim, name);
    end->drops.name = end->node.name;
    end->port = (struct port){ .receive = receive, .node = &end->node, .name = end->node.name };
    end->arrivals = g_array_new(FALSE, FALSE, sizeof(struct arrival));
}

static void end_clear(struct end *end)
{
    g_array_free(end->arrivals, TRUE);
    node_clear(&end->node);
}

void ends_open(struct ends *e, uint64_t seed, const NetsimLinkConfig *a2b, const NetsimLinkConfig *b2a)
{
    *e = (struct ends){ .sim = netsim_sim_new(&(NetsimSimConfig){ .seed = seed }), .n_sent = 1 };
    end_init(&e->a, e->sim, "a:eth0");
    end_init(&e->b, e->sim, "b:eth0");
    ns_assert(link_config_check(a2b, NULL));
    e->link = link_new(&e->a.port, &e->b.port, a2b, b2a ? b2a : a2b);
}

void ends_close(struct ends *e)
{
    GError *error = NULL;
    bool ok = netsim_sim_run(e->sim, e->sim->now, &error);
    if (!ok) g_printerr("%s\n", error->message);
    ns_assert(ok);
    ns_assert(e->sim->pkts_held == link_n_flying(&e->link->a2b) + link_n_flying(&e->link->b2a));
    netsim_sim_free(e->sim);
    end_clear(&e->a);
    end_clear(&e->b);
}

struct pkt *ends_packet(struct ends *e, uint32_t len)
{
    struct pkt *p = pkt_new(e->sim);
    p->kind = PKT_IP4;
    p->proto = PROTO_UDP;
    p->len = len;
    p->hdr_len = 28;
    p->digest = e->n_sent++;
    return p;
}

enum drop_reason ends_hand(struct ends *e, struct pkt *p)
{
    enum drop_reason why;
    if (!link_send(e->a.port.out, p, &why)) return N_DROP_REASONS;
    pkt_free(e->sim, p);
    return why;
}

enum drop_reason ends_send(struct ends *e, uint32_t len)
{
    return ends_hand(e, ends_packet(e, len));
}

static void nothing(NetsimSim *sim, NetsimEvent event, void *data)
{
    (void) sim, (void) event, (void) data;
}

void ends_run(struct ends *e, netsim_time until)
{
    NetsimEvent alarm = netsim_event_new(e->sim, nothing, NULL);
    netsim_event_at(e->sim, alarm, until);
    bool ok = netsim_sim_run(e->sim, until, NULL);
    ns_assert(ok);
    ns_assert(e->sim->now == until);
    netsim_event_free(e->sim, alarm);
}

void ends_drain(struct ends *e)
{
    bool ok = netsim_sim_run(e->sim, NETSIM_TIME_MAX, NULL);
    ns_assert(ok);
    ns_assert(!link_n_flying(&e->link->a2b));
}
