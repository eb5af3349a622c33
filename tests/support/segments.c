/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/segments.h"
#include "tests/support/light.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

/* One talk at a time: the peer's receive function has no argument for it. */
static struct talk *talk;

static void hear(struct netdev *dev, struct pkt *p)
{
    struct talk *t = talk;
    (void) dev;
    if (p->proto == PROTO_TCP) {
        if (p->tcp_flags & TCPHDR_SYN) {
            t->host_isn = p->seq;
            t->host_port = p->sport;
            t->peer_port = p->dport;
        }
        if (p->flags & PKT_HAS_TS) t->tsecr = p->tsval;
        struct segment s = { .at = t->sim->now, .seq = p->seq - t->host_isn, .ack = p->tcp_flags & TCPHDR_ACK ? p->ack - TALK_ISN : 0,
                             .len = pkt_payload_len(p), .window = p->window, .flags = p->tcp_flags, .n_sack = p->n_sack,
                             .mss = p->flags & PKT_HAS_MSS ? p->mss : 0 };
        g_array_append_val(t->heard, s);
    }
    pkt_consume(t->sim, p);
}

static const struct netdev_upper ear = { .ip4_rcv = hear, .dev_free = ip_dev_free /* of lo, which was made before */ };

void talk_open(struct talk *t, const char *kernel)
{
    *t = (struct talk){ .sim = netsim_sim_new(NULL), .host_port = TALK_PORT, .peer_port = 40000 };
    talk = t;
    t->net = light_host(t->sim, "host", kernel);
    t->dev = light_nic(t->net, "tun0", TALK_HOST, 24);
    struct net *peer = light_host(t->sim, "peer", NULL);
    peer->upper = &ear;
    struct netdev *far = netdev_new(peer, "tun0");
    netsim_device_set_raw_ip(t->dev, true);
    netsim_device_set_raw_ip(far, true);
    light_link(t->dev, far);
    t->process = light_process(t->net);
    t->heard = g_array_new(FALSE, FALSE, sizeof(struct segment));
}

void talk_close(struct talk *t)
{
    netsim_sim_free(t->sim);
    g_array_free(t->heard, TRUE);
    talk = NULL;
}

static void nothing(NetsimSim *sim, NetsimEvent event, void *data)
{
    (void) sim, (void) event, (void) data;
}

void talk_wait(struct talk *t, netsim_time duration)
{
    netsim_time until = t->sim->now + duration;
    NetsimEvent alarm = netsim_event_new(t->sim, nothing, NULL);
    netsim_event_at(t->sim, alarm, until);
    light_run(t->sim, until);
    netsim_event_free(t->sim, alarm);
}

struct pkt *talk_segment(struct talk *t, uint8_t flags, uint32_t seq, uint32_t ack, uint32_t len, uint16_t window)
{
    struct pkt *p = pkt_new(t->sim);
    p->kind = PKT_IP4;
    p->proto = PROTO_TCP;
    p->ttl = 64;
    p->saddr = TALK_PEER;
    p->daddr = TALK_HOST;
    p->sport = t->peer_port;
    p->dport = t->host_port;
    p->tcp_flags = flags;
    p->seq = TALK_ISN + seq;
    p->ack = flags & TCPHDR_ACK ? t->host_isn + ack : 0;
    p->window = window;
    p->hdr_len = 40;
    if (t->timestamps) {
        p->flags |= PKT_HAS_TS;
        p->tsval = 1000 + (uint32_t) (t->sim->now / NETSIM_MS);
        p->tsecr = t->tsecr;
        p->hdr_len += TCPOLEN_TSTAMP_ALIGNED;
    }
    p->len = p->hdr_len + len;
    return p;
}

void talk_deliver(struct talk *t, struct pkt *p)
{
    netdev_receive(t->dev, p, NULL);
    talk_wait(t, 10 * NETSIM_US);
}

void talk_say(struct talk *t, uint8_t flags, uint32_t seq, uint32_t ack, uint32_t len, uint16_t window)
{
    talk_deliver(t, talk_segment(t, flags, seq, ack, len, window));
}

void talk_syn(struct talk *t, bool sack)
{
    struct pkt *p = talk_segment(t, TCPHDR_SYN, 0, 0, 0, 65535);
    p->flags |= PKT_HAS_MSS | (sack ? PKT_SACK_OK : 0);
    p->mss = 1460;
    p->hdr_len = (uint16_t) (40 + tcp_syn_options_len(p));
    p->len = p->hdr_len;
    talk_deliver(t, p);
}

void talk_accept(struct talk *t, bool sack, uint16_t window)
{
    t->listener = netsim_socket(t->process, NETSIM_SOCK_STREAM);
    assert_int_equal(netsim_bind(t->listener, (NetsimAddress){ 0, TALK_PORT }), 0);
    assert_int_equal(netsim_listen(t->listener, 5), 0);
    talk_syn(t, sack);
    talk_say(t, TCPHDR_ACK, 1, 1, 0, window);
    assert_int_equal(netsim_accept(t->listener, &t->s, NULL), 0);
    talk_skip(t);
}

void talk_icmp(struct talk *t, uint8_t type, uint8_t code, uint32_t mtu, uint32_t seq)
{
    struct pkt *q = pkt_new(t->sim), *p = pkt_new(t->sim);
    q->kind = PKT_IP4;
    q->proto = PROTO_TCP;
    q->saddr = TALK_HOST;
    q->daddr = TALK_PEER;
    q->sport = t->host_port;
    q->dport = t->peer_port;
    q->seq = t->host_isn + seq;
    q->len = q->hdr_len = 40;
    p->kind = PKT_IP4;
    p->proto = PROTO_ICMP;
    p->ttl = 64;
    p->saddr = TALK_PEER;
    p->daddr = TALK_HOST;
    p->icmp_type = type;
    p->icmp_code = code;
    p->icmp_mtu = mtu;
    p->hdr_len = 28;
    p->len = p->hdr_len + 28;
    pkt_ext(p)->quoted = pkt_quote(q);
    pkt_consume(t->sim, q);
    talk_deliver(t, p);
}

const struct segment *talk_next(struct talk *t)
{
    return t->n_read < t->heard->len ? &g_array_index(t->heard, struct segment, t->n_read++) : NULL;
}

void talk_skip(struct talk *t)
{
    t->n_read = t->heard->len;
}
