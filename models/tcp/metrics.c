/* SPDX-License-Identifier: GPL-3.0-or-later */
/* metrics.c - what connections have learnt of the way to a peer, for later ones (net/ipv4/tcp_metrics.c; before 3.6 the route
 * cache and the peers' storage). */
#include "models/tcp/metrics.h"

enum {
    SLOTS_START = 16, SLOTS_MAX = 16384, /* tcp_net_metrics_init() with 128 MiB or more */
    RECLAIM_DEPTH = 5,
    METRICS_TIMEOUT_S = 3600,
    TCP_PAWS_MSL_S = 60, TCP_PAWS_WINDOW = 1,
};

struct tcp_metrics_table {
    struct tcp_metrics **slots;
    uint32_t n_slots, n_used;
};

static uint32_t slot_of(const struct tcp_metrics_table *t, uint32_t saddr, uint32_t daddr)
{
    uint64_t x = ((uint64_t) saddr << 32 | daddr) * 0x9e3779b97f4a7c15ull;
    return (uint32_t) (x >> 48) & (t->n_slots - 1);
}

static uint32_t now_s(const struct tcp_net *tn)
{
    return (uint32_t) (tcp_net_clock_us(tn->net) / 1000000);
}

/* tcpm_suck_dst(): as if nothing were known. */
static void forget(struct tcp_net *tn, struct tcp_metrics *m)
{
    m->stamp = net_jiffies(tn->net);
    m->rtt_us = m->rttvar_us = m->ssthresh = m->cwnd = m->reordering = 0;
}

static struct tcp_metrics *find(struct tcp_net *tn, uint32_t saddr, uint32_t daddr)
{
    const struct tcp_metrics_table *t = tn->metrics;
    if (!t) return NULL;
    struct tcp_metrics *m = t->slots[slot_of(t, saddr, daddr)];
    while (m && (m->saddr != saddr || m->daddr != daddr)) m = m->next;
    if (m && net_jiffies(tn->net) - m->stamp > METRICS_TIMEOUT_S * (uint32_t) tn->net->wheel.hz) forget(tn, m);
    return m;
}

static void grow(struct tcp_metrics_table *t)
{
    struct tcp_metrics_table larger = { .n_slots = t->n_slots ? t->n_slots * 2 : SLOTS_START, .n_used = t->n_used };
    larger.slots = g_new0(struct tcp_metrics *, larger.n_slots);
    for (uint32_t i = 0; i < t->n_slots; i++)
        for (struct tcp_metrics *m = t->slots[i], *next; m; m = next) {
            next = m->next;
            struct tcp_metrics **slot = &larger.slots[slot_of(&larger, m->saddr, m->daddr)];
            m->next = *slot;
            *slot = m;
        }
    g_free(t->slots);
    *t = larger;
}

/* A chain that has grown too long gives its oldest. @return NULL: it has not */
static struct tcp_metrics *reclaim(const struct tcp_metrics_table *t, struct tcp_metrics *chain)
{
    unsigned depth = 0;
    struct tcp_metrics *oldest = chain;
    for (struct tcp_metrics *m = chain; m; m = m->next, depth++)
        if ((int32_t) (m->stamp - oldest->stamp) < 0) oldest = m;
    return t->n_slots == SLOTS_MAX && depth > RECLAIM_DEPTH ? oldest : NULL;
}

/* tcp_get_metrics(), tcpm_new() */
static struct tcp_metrics *find_or_make(struct tcp_net *tn, uint32_t saddr, uint32_t daddr)
{
    struct tcp_metrics *m = find(tn, saddr, daddr);
    if (m) return m;
    if (!tn->metrics) tn->metrics = g_new0(struct tcp_metrics_table, 1);
    struct tcp_metrics_table *t = tn->metrics;
    if (t->n_used >= t->n_slots && t->n_slots < SLOTS_MAX) grow(t);
    struct tcp_metrics **slot = &t->slots[slot_of(t, saddr, daddr)];
    m = reclaim(t, *slot);
    if (!m) {
        m = pool_get(&tn->metrics_pool);
        *m = (struct tcp_metrics){ .next = *slot };
        *slot = m;
        t->n_used++;
    }
    m->saddr = saddr;
    m->daddr = daddr;
    m->ts = m->ts_stamp = 0;
    forget(tn, m);
    return m;
}

/* ---- at the end of a connection ---- */

static void update_rtt(struct tcp_metrics *m, const struct tcp_sock *tp)
{
    int32_t diff = (int32_t) (m->rtt_us - tp->srtt_us);
    if (diff <= 0) m->rtt_us = tp->srtt_us; /* too long is better than too short */
    else m->rtt_us -= (uint32_t) diff >> 3;
    uint32_t var = ns_max((diff < 0 ? (uint32_t) -diff : (uint32_t) diff) >> 1, tp->mdev_us);
    if (var >= m->rttvar_us) m->rttvar_us = var;
    else m->rttvar_us -= (m->rttvar_us - var) >> 2;
}

static void update_window(struct tcp_metrics *m, const struct tcp_sock *tp)
{
    const struct tcp_knobs *k = &tp->tn->knobs;
    bool saves_ssthresh = !k->no_ssthresh_metrics_save;
    if (tcp_in_initial_slowstart(tp)) { /* it never ended */
        if (saves_ssthresh && m->ssthresh && tp->snd_cwnd >> 1 > m->ssthresh) m->ssthresh = tp->snd_cwnd >> 1;
        m->cwnd = ns_max(m->cwnd, tp->snd_cwnd);
    } else if (!tcp_in_slow_start(tp) && tp->ca_state == TCP_CA_Open) { /* the window is what the path bears */
        if (saves_ssthresh) m->ssthresh = ns_max(tp->snd_cwnd >> 1, tp->snd_ssthresh);
        m->cwnd = (m->cwnd + tp->snd_cwnd) >> 1;
    } else { /* after a loss, before it has grown again */
        m->cwnd = (m->cwnd + tp->snd_ssthresh) >> 1;
        if (saves_ssthresh && m->ssthresh && tp->snd_ssthresh > m->ssthresh) m->ssthresh = tp->snd_ssthresh;
        if (m->reordering < tp->reordering && tp->reordering != (uint32_t) k->reordering) m->reordering = tp->reordering;
    }
}

void tcp_update_metrics(struct tcp_sock *tp)
{
    struct tcp_net *tn = tp->tn;
    if (tn->knobs.no_metrics_save || !tp->dst.route) return;
    if (tp->backoff || !tp->srtt_us) { /* nothing came back in time */
        struct tcp_metrics *m = find(tn, tp->sk.saddr, tp->sk.daddr);
        if (m) m->rtt_us = 0;
        return;
    }
    struct tcp_metrics *m = find_or_make(tn, tp->sk.saddr, tp->sk.daddr);
    update_rtt(m, tp);
    update_window(m, tp);
    m->stamp = net_jiffies(tn->net);
}

/* ---- at the beginning of one ---- */

/* Kernels before 3.10 went on from the old estimate. */
static void seed_estimator(struct tcp_sock *tp, const struct tcp_metrics *m)
{
    if (m->rtt_us > tp->srtt_us) {
        tp->srtt_us = m->rtt_us;
        tp->rtt_seq = tp->snd_nxt;
    }
    if (m->rttvar_us > tp->mdev_us) {
        uint32_t rto_min_us = (uint32_t) timer_jiffies_to_usecs(&tp->sk.net->wheel, tcp_rto_min(tp));
        tp->mdev_us = m->rttvar_us;
        tp->mdev_max_us = tp->rttvar_us = ns_max(tp->mdev_us, rto_min_us);
    }
    tcp_set_rto(tp);
}

/* RFC 6298 s5.7: no sample from the handshake. */
static void fall_back(struct tcp_sock *tp)
{
    tp->rttvar_us = tp->mdev_us = tp->mdev_max_us = 3000000;
    tp->rto = 3 * tcp_hz(tp);
}

void tcp_init_metrics(struct tcp_sock *tp)
{
    struct tcp_net *tn = tp->tn;
    tp->snd_ssthresh = TCP_INFINITE_SSTHRESH; /* the handshake may have lowered it */
    struct tcp_metrics *m = find(tn, tp->sk.saddr, tp->sk.daddr);
    if (m && m->ssthresh && !tn->knobs.no_ssthresh_metrics_save) tp->snd_ssthresh = ns_min(m->ssthresh, tp->snd_cwnd_clamp);
    if (m && m->reordering) tp->reordering = m->reordering;
    bool is_old = tn->net->profile->version < 3010;
    if (m && m->rtt_us && is_old && tp->srtt_us) {
        seed_estimator(tp, m);
    } else if (m && m->rtt_us > tp->srtt_us && !is_old) { /* SYNs are small, data may take longer */
        uint32_t crtt = m->rtt_us / (8 * 1000000 / tcp_hz(tp));
        tp->rto = crtt + ns_max(2 * crtt, tcp_rto_min(tp));
    } else if (!tp->srtt_us) {
        fall_back(tp);
    }
}

bool tcp_peer_is_proven(struct tcp_net *tn, uint32_t saddr, uint32_t daddr)
{
    const struct tcp_metrics *m = find(tn, saddr, daddr);
    return m && (m->rtt_us || m->ts_stamp);
}

/* ---- the peers' clocks: tcp_tw_recycle (inet_peer's tcp_ts, up to 4.11) ---- */

void tcp_remember_stamp(struct tcp_net *tn, uint32_t saddr, uint32_t daddr, uint32_t ts, uint32_t ts_stamp)
{
    struct tcp_metrics *m = find_or_make(tn, saddr, daddr);
    bool is_newer = (int32_t) (m->ts - ts) <= 0, is_stale = m->ts_stamp + TCP_PAWS_MSL_S < now_s(tn) && m->ts_stamp <= ts_stamp;
    if (m->ts_stamp && !is_newer && !is_stale) return;
    m->ts = ts;
    m->ts_stamp = ts_stamp;
}

bool tcp_peer_stamp(struct tcp_net *tn, uint32_t saddr, uint32_t daddr, uint32_t *ts, uint32_t *ts_stamp)
{
    const struct tcp_metrics *m = find(tn, saddr, daddr);
    if (!m || !m->ts_stamp || now_s(tn) >= m->ts_stamp + TCP_PAWS_MSL_S) return false;
    *ts = m->ts;
    *ts_stamp = m->ts_stamp;
    return true;
}

bool tcp_peer_clock_is_behind(struct tcp_net *tn, uint32_t saddr, uint32_t daddr, uint32_t tsval)
{
    uint32_t ts, stamp;
    return tcp_peer_stamp(tn, saddr, daddr, &ts, &stamp) && (int32_t) (ts - tsval) > TCP_PAWS_WINDOW;
}

/* ---- all of them ---- */

static gint by_address(gconstpointer a, gconstpointer b)
{
    const struct tcp_metrics *x = *(struct tcp_metrics *const *) a, *y = *(struct tcp_metrics *const *) b;
    if (x->daddr != y->daddr) return x->daddr < y->daddr ? -1 : 1;
    return x->saddr < y->saddr ? -1 : x->saddr > y->saddr;
}

GPtrArray *tcp_metrics_list(struct tcp_net *tn)
{
    GPtrArray *list = g_ptr_array_new();
    const struct tcp_metrics_table *t = tn->metrics;
    for (uint32_t i = 0; t && i < t->n_slots; i++)
        for (struct tcp_metrics *m = t->slots[i]; m; m = m->next) g_ptr_array_add(list, m);
    g_ptr_array_sort(list, by_address);
    return list;
}

void tcp_metrics_delete(struct tcp_net *tn, struct tcp_metrics *m)
{
    struct tcp_metrics_table *t = tn->metrics;
    struct tcp_metrics **link = &t->slots[slot_of(t, m->saddr, m->daddr)];
    while (*link != m) link = &(*link)->next;
    *link = m->next;
    t->n_used--;
    pool_put(&tn->metrics_pool, m);
}

void tcp_metrics_free(struct tcp_net *tn)
{
    g_autoptr(GPtrArray) list = tcp_metrics_list(tn);
    for (guint i = 0; i < list->len; i++) tcp_metrics_delete(tn, list->pdata[i]);
    if (tn->metrics) g_free(tn->metrics->slots);
    g_free(tn->metrics);
    tn->metrics = NULL;
}
