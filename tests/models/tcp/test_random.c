/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_random.c - two hosts, a bad wire, applications without habits: whatever happens, every byte arrives once and in order, both
 * ends finish, packets are conserved, and the books of tcp_check.h are right after every event.
 *
 *     test_random            the seeds of an ordinary test run
 *     test_random A B        seeds A to B; CAPTURE=FOLDER in the environment: with captures of both ends
 */
#include "tests/support/light.h"
#include "tests/support/tcp_check.h"

#include <netsim/net.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

/* splitmix64 (Steele, Lea, Flood 2014): not the simulator's own generator. */
static uint64_t mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15ull;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
    x = (x ^ x >> 27) * 0x94d049bb133111ebull;
    return x ^ x >> 31;
}

struct dice {
    uint64_t state;
};

static uint32_t below(struct dice *d, uint32_t n)
{
    d->state += 0x9e3779b97f4a7c15ull;
    return n ? (uint32_t) ((mix(d->state) >> 32) * n >> 32) : 0;
}

static bool one_in(struct dice *d, uint32_t n)
{
    return !below(d, n);
}

/* Small numbers as likely as large ones. */
static uint32_t any_size(struct dice *d, unsigned max_bits)
{
    return below(d, 1u << below(d, max_bits + 1)) + 1;
}

/* ---- content: a byte is known by its stream and its place; some blocks have none ---- */

enum { BLOCK = 3000, MAX_IO = 70000 };

static bool is_blank(uint64_t stream, uint64_t block)
{
    return mix(stream * 31 + block) % 3 == 0;
}

static uint8_t content(uint64_t stream, uint64_t at)
{
    return is_blank(stream, at / BLOCK) ? 0 : (uint8_t) mix(stream ^ at >> 3 << 20) >> (at & 7);
}

/* ---- one end of the connection ---- */

enum manners { SHUTDOWN_WHEN_SENT, SHUTDOWN_AFTER_PEER, CLOSE_AT_ONCE };

struct end_config {
    uint64_t seed, stream;
    bool is_server;
    uint32_t n_send, n_expect, write_bits, read_bits, pause_one_in;
    enum manners manners;
    uint32_t rcvbuf, sndbuf, maxseg;
    bool nodelay, cork, tiny_more;
};

struct end {
    struct end_config c;
    struct dice dice;
    NetsimSocket *listener, *s;
    uint32_t sent, received;
    bool is_shut, has_eof, is_closed, writer_rests, reader_rests;
    int err;
};

static const NetsimAddress server_address = { IP4(10, 0, 0, 2), 80 };
static const NetsimAddress client_address = { IP4(10, 0, 0, 1), 40000 };

static void set_options(struct end *e, NetsimSocket *s)
{
    if (e->c.rcvbuf) assert_int_equal(netsim_setsockopt(s, "rcvbuf", e->c.rcvbuf), 0);
    if (e->c.sndbuf) assert_int_equal(netsim_setsockopt(s, "sndbuf", e->c.sndbuf), 0);
    if (e->c.maxseg) assert_int_equal(netsim_setsockopt(s, "maxseg", e->c.maxseg), 0);
    if (e->c.nodelay) assert_int_equal(netsim_setsockopt(s, "nodelay", 1), 0);
    if (e->c.cork) assert_int_equal(netsim_setsockopt(s, "cork", 1), 0);
}

static void write_some(struct end *e)
{
    static uint8_t buffer[MAX_IO];
    while (!e->writer_rests && e->sent < e->c.n_send) {
        uint32_t block = e->sent / BLOCK, n = ns_min(any_size(&e->dice, e->c.write_bits), e->c.n_send - e->sent);
        bool blank = is_blank(e->c.stream, block);
        if (blank) n = ns_min(n, (block + 1) * BLOCK - e->sent);
        for (uint32_t i = 0; !blank && i < n; i++) buffer[i] = content(e->c.stream, e->sent + i);
        unsigned flags = e->c.tiny_more && one_in(&e->dice, 4) && e->sent + n < e->c.n_send ? NETSIM_MSG_MORE : 0;
        int64_t r = netsim_send(e->s, blank ? NULL : buffer, n, flags);
        if (r == -EAGAIN) return;
        if (r < 0) {
            e->err = (int) -r;
            return;
        }
        assert_in_range(r, 1, n);
        e->sent += (uint32_t) r;
        if (one_in(&e->dice, e->c.pause_one_in)) e->writer_rests = true;
    }
}

static void read_some(struct end *e)
{
    static uint8_t buffer[MAX_IO];
    while (!e->reader_rests && !e->has_eof) {
        uint32_t n = any_size(&e->dice, e->c.read_bits);
        if (one_in(&e->dice, 8)) {
            int64_t seen = netsim_recv(e->s, buffer, n, NETSIM_MSG_PEEK);
            for (int64_t i = 0; i < seen; i++) assert_int_equal(buffer[i], content(e->c.stream ^ 1, e->received + (uint32_t) i));
        }
        int64_t r = netsim_recv(e->s, buffer, n, 0);
        if (r == -EAGAIN) return;
        if (r < 0) {
            e->err = (int) -r;
            return;
        }
        if (!r) e->has_eof = true;
        for (int64_t i = 0; i < r; i++)
            if (buffer[i] != content(e->c.stream ^ 1, e->received + (uint32_t) i))
                fail_msg("byte %" PRIu64 " is wrong", e->received + (uint64_t) i);
        e->received += (uint32_t) r;
        if (one_in(&e->dice, e->c.pause_one_in)) e->reader_rests = true;
    }
}

static void finish(struct end *e)
{
    bool all_sent = e->sent == e->c.n_send;
    if (!e->is_shut && all_sent && (e->c.manners != SHUTDOWN_AFTER_PEER || e->has_eof)) {
        e->is_shut = true;
        if (!e->has_eof && e->c.manners != CLOSE_AT_ONCE) assert_int_equal(netsim_shutdown(e->s, NETSIM_SHUT_WR), 0);
    }
    /* An orphan gives up a peer that does not read for minutes, so a well-behaved end stays until all is acknowledged. */
    bool is_acked = !netsim_sock_outq(e->s) || e->s->state == TCP_CLOSE;
    if (e->err || (e->is_shut && ((e->has_eof && is_acked) || e->c.manners == CLOSE_AT_ONCE))) {
        e->is_closed = true;
        netsim_close(e->s);
        if (e->listener) netsim_close(e->listener);
    }
}

static void go_on(NetsimProcess *process, struct end *e)
{
    if (!e->s || e->is_closed) return;
    if (!(netsim_poll(e->s) & (NETSIM_POLLIN | NETSIM_POLLOUT | NETSIM_POLLERR | NETSIM_POLLHUP))) return;
    write_some(e);
    if (!e->err) read_some(e);
    finish(e);
    if (!e->is_closed && (e->writer_rests || e->reader_rests || (e->is_shut && e->has_eof)))
        netsim_process_sleep(process, (netsim_time) any_size(&e->dice, 20) * NETSIM_US);
}

static void on_start(NetsimProcess *process, void *state, const void *config)
{
    struct end *e = state;
    e->c = *(const struct end_config *) config;
    e->dice.state = e->c.seed;
    NetsimSocket *s = netsim_socket(process, NETSIM_SOCK_STREAM);
    set_options(e, s);
    assert_int_equal(netsim_bind(s, e->c.is_server ? server_address : client_address), 0);
    if (e->c.is_server) {
        e->listener = s;
        assert_int_equal(netsim_listen(s, 8), 0);
    } else {
        e->s = s;
        assert_int_equal(netsim_connect(s, server_address), -EINPROGRESS);
    }
}

static void on_ready(NetsimProcess *process, void *state, NetsimSocket *s, unsigned events)
{
    struct end *e = state;
    (void) events;
    if (s == e->listener && !e->s) {
        if (!netsim_accept(s, &e->s, NULL)) set_options(e, e->s);
    }
    go_on(process, e);
}

static void on_timer(NetsimProcess *process, void *state)
{
    struct end *e = state;
    e->writer_rests = e->reader_rests = false;
    go_on(process, e);
}

static const NetsimApp app = { .name = "end", .state_size = sizeof(struct end), .config_size = sizeof(struct end_config),
                               .start = on_start, .ready = on_ready, .timer = on_timer };

/* ---- one scenario ---- */

static NetsimLinkConfig any_wire(struct dice *d)
{
    static const uint64_t rates[] = { 0, 1000000, 10000000, 100000000, 1000000000 };
    NetsimLinkConfig c = { .rate_bps = rates[below(d, 5)], .delay = (netsim_time) any_size(d, 16) * NETSIM_US };
    if (one_in(d, 2)) c.queue_pkts = any_size(d, 7);
    if (one_in(d, 2)) c.loss = below(d, 100) / 1000.0;
    if (one_in(d, 4)) c.duplicate = below(d, 100) / 1000.0;
    if (one_in(d, 4)) c.corrupt = below(d, 50) / 1000.0, c.corrupt_payload = one_in(d, 2);
    if (one_in(d, 4)) c.reorder = below(d, 200) / 1000.0, c.reorder_delay = (netsim_time) any_size(d, 16) * NETSIM_US;
    if (one_in(d, 4)) c.jitter = (netsim_time) any_size(d, 15) * NETSIM_US;
    if (one_in(d, 8)) c.ce = below(d, 300) / 1000.0;
    return c;
}

static void any_knobs(struct dice *d, struct tcp_knobs *k)
{
    if (one_in(d, 4)) k->sack = 0;
    if (one_in(d, 4)) k->timestamps = 0;
    if (one_in(d, 4)) k->window_scaling = 0;
    if (one_in(d, 6)) k->dsack = 0;
    if (one_in(d, 6)) k->frto = 0;
    if (one_in(d, 6)) k->recovery = 0;
    if (one_in(d, 6)) k->early_retrans = 0;
    if (one_in(d, 6)) k->retrans_collapse = 0;
    if (one_in(d, 6)) k->shrink_window = 1;
    if (one_in(d, 6)) k->moderate_rcvbuf = 0;
    if (one_in(d, 6)) k->thin_linear_timeouts = 1;
    if (one_in(d, 6)) k->tso_win_divisor = 0;
    if (one_in(d, 6)) k->slow_start_after_idle = 0;
    if (one_in(d, 3)) k->ecn = 1;
    static const char *const algorithms[] = { "cubic", "cubic", "reno", "bbr", "dctcp" };
    g_strlcpy(k->congestion_control, algorithms[below(d, G_N_ELEMENTS(algorithms))], sizeof k->congestion_control);
    if (one_in(d, 6)) k->rmem[2] = k->rmem[1];
    if (one_in(d, 6)) k->notsent_lowat = any_size(d, 16);
}

static struct end_config any_end(struct dice *d, uint64_t seed, bool is_server)
{
    struct end_config c = { .seed = mix(seed * 2 + is_server), .stream = seed << 1 | is_server, .is_server = is_server };
    c.n_send = one_in(d, 6) ? 0 : one_in(d, 3) ? any_size(d, 18) : below(d, 300000);
    c.write_bits = below(d, 17);
    c.read_bits = below(d, 17);
    if (c.write_bits < 6) c.n_send = ns_min(c.n_send, 20000u);
    c.pause_one_in = one_in(d, 2) ? UINT32_MAX : any_size(d, 8);
    c.manners = below(d, 2);
    if (one_in(d, 4)) c.rcvbuf = any_size(d, 17);
    if (one_in(d, 4)) c.sndbuf = any_size(d, 17);
    if (one_in(d, 6)) c.maxseg = 88 + below(d, 1400);
    c.nodelay = one_in(d, 3);
    c.cork = one_in(d, 6);
    c.tiny_more = one_in(d, 4);
    return c;
}

/* Sequence numbers of the connection soon wrap. */
static void isn_near_wrap(struct dice *d, struct net *net, NetsimAddress local, NetsimAddress remote)
{
    uint32_t clock = (uint32_t) (tcp_net_clock_us(net) * 1000 >> 6);
    do net->tcp->secret[0] = mix(d->state++);
    while ((uint32_t) tcp_secret_hash(net->tcp, local.addr, remote.addr, (uint32_t) local.port << 16 | remote.port) + clock < 0u - 100000u);
}

static void capture(struct netdev *dev)
{
    const char *folder = getenv("CAPTURE");
    if (!folder) return;
    g_autofree char *path = g_strdup_printf("%s/%s.pcapng", folder, dev->net->node.name);
    assert_true(netsim_capture(dev, path, NULL));
}

static void nothing(NetsimSim *sim, NetsimEvent event, void *data)
{
    (void) sim, (void) event, (void) data;
}

static unsigned n_given_up;

static void run_scenario(uint64_t seed, enum manners manners_of_client)
{
    struct dice d = { mix(seed) };
    NetsimSim *sim = netsim_sim_new(&(NetsimSimConfig){ .seed = seed });
    unsigned n_kernels = g_strv_length((char **) (gpointer) netsim_kernel_names());
    struct net *nets[2];
    for (unsigned i = 0; i < 2; i++) {
        nets[i] = light_host(sim, i ? "server" : "client", one_in(&d, 2) ? NULL : netsim_kernel_names()[below(&d, n_kernels)]);
        any_knobs(&d, &nets[i]->tcp->knobs);
        if (manners_of_client != CLOSE_AT_ONCE) nets[i]->tcp->knobs.retries2 = 100; /* giving up has its own tests */
    }
    struct netdev *c0 = light_nic(nets[0], "eth0", client_address.addr, 24), *s0 = light_nic(nets[1], "eth0", server_address.addr, 24);
    c0->raw_ip = s0->raw_ip = true;
    NetsimLinkConfig there = any_wire(&d), back = any_wire(&d);
    assert_non_null(netsim_link_new(c0, s0, &there, &back, NULL));
    if (one_in(&d, 4)) isn_near_wrap(&d, nets[0], client_address, server_address);
    if (one_in(&d, 4)) isn_near_wrap(&d, nets[1], server_address, client_address);
    struct end_config c = any_end(&d, seed, false), s = any_end(&d, seed, true);
    if (c.manners == SHUTDOWN_AFTER_PEER) s.manners = SHUTDOWN_WHEN_SENT; /* else both wait for ever */
    if (manners_of_client == CLOSE_AT_ONCE) c.manners = CLOSE_AT_ONCE;
    NetsimProcess *ps = netsim_spawn((NetsimHost *) nets[1], NULL, &app, &s), *pc = netsim_spawn((NetsimHost *) nets[0], NULL, &app, &c);
    struct end *server = netsim_process_state(ps), *client = netsim_process_state(pc);
    capture(c0);
    capture(s0);
    bool is_over = tcp_check_run(sim, 6 * 3600 * NETSIM_S, nets, 2);
    netsim_capture_close(sim, NULL); /* before anything may fail */
    /* A peer whose window is shut and whose ACKs were all lost for four minutes is dead, whatever retries2 says. */
    bool gave_up = net_count(nets[0], SNMP_TCPEXT_TCPABORTONTIMEOUT) + net_count(nets[1], SNMP_TCPEXT_TCPABORTONTIMEOUT);
    n_given_up += gave_up;
    if (manners_of_client != CLOSE_AT_ONCE && !gave_up) {
        if (client->err || server->err) fail_msg("errors %d (client), %d (server)", client->err, server->err);
        if (!is_over || !client->is_closed || !server->is_closed)
            fail_msg("not over: client sent %u of %u, received %u, server sent %u of %u, received %u", client->sent, c.n_send,
                     client->received, server->sent, s.n_send, server->received);
        assert_int_equal(server->received, c.n_send);
        assert_int_equal(client->received, s.n_send);
    }
    assert_true(is_over);
    netsim_process_exit(ps); /* a server whose client vanished waits still */
    netsim_process_exit(pc);
    netsim_event_at(sim, netsim_event_new(sim, nothing, NULL), sim->now + 1200 * NETSIM_S);
    tcp_check_run(sim, NETSIM_TIME_MAX, nets, 2); /* TIME_WAIT passes */
    for (unsigned i = 0; i < 2; i++) tcp_check_empty(nets[i], 0);
    netsim_sim_free(sim);
}

static uint64_t first_seed = 1, last_seed = 200;

static uint64_t seed_in_work;

static void run_seeds(enum manners manners)
{
    for (uint64_t seed = first_seed; seed <= last_seed; seed++) {
        seed_in_work = seed;
        run_scenario(seed, manners);
    }
    seed_in_work = 0;
}

static int tell_seed(void **state)
{
    (void) state;
    if (seed_in_work) print_error("seed %" PRIu64 "\n", seed_in_work);
    seed_in_work = 0;
    return 0;
}

static void every_byte_arrives_once_and_in_order(void **state)
{
    (void) state;
    n_given_up = 0;
    run_seeds(SHUTDOWN_WHEN_SENT);
    assert_true(n_given_up <= (last_seed - first_seed) / 1000);
}

static void a_client_that_closes_early_leaves_nothing_behind(void **state)
{
    (void) state;
    run_seeds(CLOSE_AT_ONCE);
}

int main(int argc, char **argv)
{
    if (argc == 3) {
        first_seed = strtoull(argv[1], NULL, 10);
        last_seed = strtoull(argv[2], NULL, 10);
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(every_byte_arrives_once_and_in_order, tell_seed),
        cmocka_unit_test_teardown(a_client_that_closes_early_leaves_nothing_behind, tell_seed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
