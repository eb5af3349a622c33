/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/tcp_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

void tcp_check_host(struct net *net)
{
    uint32_t n = 0;
    struct pool_place at;
    for (const struct tcp_sock *tp = tcp_first(net->tcp, &at); tp; tp = tcp_next(&at), n++) {
        const char *wrong = tcp_check_sock(tp);
        if (!wrong) continue;
        uint32_t base = tp->snd_una - (uint32_t) tp->snd_offset; /* first byte of the stream */
        fail_msg("%s: socket %u, %.9f s, %s\n  state %u ca %u pending %u una %u nxt %u write %u wnd %u cwnd %u ssthresh %u "
                 "packets %u sacked %u lost %u retrans %u unread %u rcv_wnd %u",
                 net->node.name, tp->sk.serial, (double) net->sim->now / (double) NETSIM_S, wrong, tp->sk.state, tp->ca_state, tp->pending,
                 tp->snd_una - base, tp->snd_nxt - base, tp->write_seq - base, tp->snd_wnd, tp->snd_cwnd,
                 tp->snd_ssthresh, tp->packets_out, tp->sacked_out, tp->lost_out, tp->retrans_out,
                 tp->rcv_nxt - tp->copied_seq, tp->rcv_wnd);
    }
    assert_int_equal(n, net->tcp->socks.live);
}

bool tcp_check_run(NetsimSim *sim, netsim_time until, struct net *const *nets, unsigned n)
{
    struct sched *q = &sim->sched;
    do {
        GError *error = NULL;
        netsim_time next = sim->now;
        if (q->n_foreground && !sim->wake_head) {
            uint32_t i = sched_pop(q, until); /* look at the time of the next event, and put it back */
            if (!i) {
                netsim_sim_run(sim, until, NULL);
                return false;
            }
            next = q->nodes[i].at;
            q->nodes[i].at = EVENT_IDLE;
            sched_arm(q, i, next);
        }
        if (!netsim_sim_run(sim, next, &error)) fail_msg("%s", error->message);
        for (unsigned k = 0; k < n; k++) tcp_check_host(nets[k]);
    } while (q->n_foreground);
    return true;
}

void tcp_check_empty(struct net *net, unsigned n_listeners)
{
    const struct tcp_net *tn = net->tcp;
    assert_int_equal(tn->socks.live, n_listeners);
    assert_int_equal(tn->skbs.live, 0);
    assert_int_equal(tn->rcv_skbs.live, 0);
    assert_int_equal(tn->requests.live, 0);
    assert_int_equal(tn->timewaits.live, 0);
    assert_int_equal(tn->n_orphans, 0);
    assert_int_equal(tn->n_timewait, 0);
    assert_int_equal(tn->ehash.n_used, 0);
    assert_int_equal(tn->buckets.live, tn->n_buckets);
    assert_int_equal(tn->n_buckets, n_listeners);
}
