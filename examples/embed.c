/* SPDX-License-Identifier: GPL-3.0-or-later */
/* embed.c - the library in a program of one's own: one fetch of 15 KiB over a 10 Mbit/s link, 50 ms there and back.
 *
 *     cc embed.c -o embed $(pkg-config --cflags --libs netsim) && ./embed
 *
 * Expected: an initial window of 10 segments fetches the page in about 150 ms, a round trip sooner than one of 3.
 * A process is a struct of callbacks over socket calls that never wait: what would block returns -EAGAIN, and the
 * ready callback tells when to try again.
 */
#include <netsim/netsim.h>
#include <stdio.h>

enum { PAGE_BYTES = 15 * 1024, REQUEST_BYTES = 100, PORT = 80 };
static const NetsimAddress server_address = { .addr = 0x0a000001, .port = PORT }; /* 10.0.0.1:80 */

/* ---- the server: answers every request with a page, then closes ---- */

struct server {
    NetsimSocket *listener;
};

static void server_start(NetsimProcess *process, void *state, const void *config)
{
    (void) config;
    struct server *s = state;
    s->listener = netsim_socket(process, NETSIM_SOCK_STREAM);
    netsim_bind(s->listener, (NetsimAddress){ .port = PORT });
    netsim_listen(s->listener, 128);
}

static void server_ready(NetsimProcess *process, void *state, NetsimSocket *socket, unsigned events)
{
    (void) process;
    (void) events;
    struct server *s = state;
    if (socket == s->listener) { /* connections to accept; each calls ready() when its request is there */
        NetsimSocket *connection;
        while (netsim_accept(s->listener, &connection, NULL) == 0) continue;
        return;
    }
    if (netsim_recv(socket, NULL, 65536, 0) <= 0) return;
    netsim_send(socket, NULL, PAGE_BYTES, 0); /* NULL: bytes without content; they fit into the send buffer */
    netsim_close(socket);
}

static const NetsimApp server_app = {
    .name = "httpd", .state_size = sizeof(struct server), .start = server_start, .ready = server_ready,
};

/* ---- the client: connects, asks, reads to the end of file ---- */

struct client {
    NetsimSocket *socket;
    bool has_asked;
    uint64_t bytes;
    netsim_time end; /* of the last byte; 0: not yet */
};

static void client_start(NetsimProcess *process, void *state, const void *config)
{
    (void) config;
    struct client *c = state;
    c->socket = netsim_socket(process, NETSIM_SOCK_STREAM);
    netsim_connect(c->socket, server_address);
}

static void client_ready(NetsimProcess *process, void *state, NetsimSocket *socket, unsigned events)
{
    struct client *c = state;
    if (!c->has_asked && (events & NETSIM_POLLOUT)) {
        c->has_asked = true;
        netsim_send(socket, NULL, REQUEST_BYTES, 0);
    }
    int64_t n;
    while ((n = netsim_recv(socket, NULL, 65536, 0)) > 0) c->bytes += (uint64_t) n;
    if (n != 0) return; /* -EAGAIN: there is more to come */
    c->end = netsim_sim_now(netsim_process_sim(process));
    netsim_process_exit(process);
}

static const NetsimApp client_app = {
    .name = "fetch", .state_size = sizeof(struct client), .start = client_start, .ready = client_ready,
};

/* ---- the network ---- */

/* @return  ms from connect() to the end of the page; negative: *error is set */
static double fetch_ms(unsigned initial_window, GError **error)
{
    g_autoptr(NetsimSim) sim = netsim_sim_new(&(NetsimSimConfig){ .seed = 1 });
    NetsimHost *server = netsim_host_new(sim, "server", "linux6.18", error);
    NetsimHost *client = netsim_host_new(sim, "client", "linux6.18", error);
    if (!server || !client) return -1;
    NetsimLinkConfig wire = {
        .rate_bps = 10000000, .delay = 25 * NETSIM_MS, .queue_pkts = 100,
    };
    NetsimDevice *a = netsim_host_nic(server, "eth0", error), *b = netsim_host_nic(client, "eth0", error);
    if (!a || !b) return -1;
    netsim_device_set_raw_ip(a, true); /* a line without Ethernet: no ARP, no overhead */
    netsim_device_set_raw_ip(b, true);
    if (!netsim_link_new(a, b, &wire, NULL, error)) return -1;

    g_autofree char *setup = g_strdup_printf("ip addr add 10.0.0.1/24 dev eth0\n"
                                             "ip route change 10.0.0.0/24 dev eth0 initcwnd %u\n", initial_window);
    if (!netsim_host_sh(server, setup, NULL, error)) return -1;
    if (!netsim_host_sh(client, "ip addr add 10.0.0.2/24 dev eth0", NULL, error)) return -1;

    netsim_spawn(server, NULL, &server_app, NULL);
    NetsimProcess *fetch = netsim_spawn(client, NULL, &client_app, NULL);
    if (!netsim_sim_run(sim, netsim_seconds(10), error)) return -1;

    const struct client *c = netsim_process_state(fetch); /* stays readable until the simulation is freed */
    printf("initial window %2u: %5" G_GUINT64_FORMAT " bytes in %6.1f ms, %" G_GUINT64_FORMAT " events\n", initial_window,
           c->bytes, netsim_to_seconds(c->end) * 1e3, netsim_sim_events(sim));
    return netsim_to_seconds(c->end) * 1e3;
}

int main(void)
{
    g_autoptr(GError) error = NULL;
    double old = fetch_ms(3, &error), new = old < 0 ? -1 : fetch_ms(10, &error);
    if (new < 0) {
        fprintf(stderr, "embed: %s\n", error->message);
        return 1;
    }
    printf("ten segments instead of three save %.1f ms\n", old - new);
    return 0;
}
