/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/netdev/capture.h"

#include "models/wire/eth.h"
#include <glib/gstdio.h>
#include <netsim/packet.h>
#include <signal.h>
#include <sys/resource.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

/* Two devices with a wire between them; what arrives is noted and consumed. */
static struct world {
    struct sim *sim;
    struct net net[2];
    struct netdev *dev[2];
    gchar *folder, *path;
    unsigned n_received, n_raw;
} w;

static void ip4_rcv(struct netdev *dev, struct pkt *p)
{
    w.n_received++;
    if (p->kind == PKT_RAW) pkt_drop(dev->net->sim, &dev->drops, p, p->raw_why);
    else pkt_consume(dev->net->sim, p);
}

static void addr_each(struct netdev *dev, void (*func)(uint32_t addr, unsigned plen, void *data), void *data)
{
    func(dev->net == &w.net[0] ? 0x0a000001 : 0x0a000002, 24, data);
}

static const struct netdev_upper upper = { .ip4_rcv = ip4_rcv, .arp_rcv = ip4_rcv, .addr_each = addr_each };

static NetsimDeviceStats stats_of(const NetsimDevice *device)
{
    NetsimDeviceStats stats;
    netsim_device_stats(device, &stats);
    return stats;
}

static int open_world(bool raw_ip)
{
    static const char *const names[] = { "client", "server" };
    w = (struct world){ .sim = netsim_sim_new(NULL), .folder = g_dir_make_tmp("netsim-XXXXXX", NULL) };
    w.path = g_build_filename(w.folder, "a.pcapng", NULL);
    for (int i = 0; i < 2; i++) {
        node_init(&w.net[i].node, w.sim, names[i]);
        w.net[i].sim = w.sim;
        w.net[i].upper = &upper;
        w.dev[i] = netdev_new(&w.net[i], "eth0");
        netsim_device_set_raw_ip(w.dev[i], raw_ip);
    }
    NetsimLinkConfig config = { .rate_bps = 12000000, .delay = NETSIM_MS, .queue_pkts = 2 };
    return netsim_link_new(w.dev[0], w.dev[1], &config, NULL, NULL) ? 0 : -1;
}

static int setup(void **state)
{
    (void) state;
    return open_world(false);
}

static int setup_raw(void **state)
{
    (void) state;
    return open_world(true);
}

static void close_sim(void)
{
    netsim_sim_free(w.sim);
    for (int i = 0; i < 2 && w.sim; i++) {
        netdev_free(w.dev[i]);
        node_clear(&w.net[i].node);
    }
    w.sim = NULL;
}

static int teardown(void **state)
{
    (void) state;
    close_sim();
    g_unlink(w.path);
    int rc = g_rmdir(w.folder); /* fails if something was left there */
    g_free(w.path);
    g_free(w.folder);
    return rc;
}

static struct pkt *new_datagram(uint32_t payload)
{
    struct pkt *p = pkt_new(w.sim);
    p->kind = PKT_IP4, p->proto = PROTO_UDP, p->ttl = 64, p->flags = PKT_DF;
    p->saddr = 0x0a000001, p->daddr = 0x0a000002, p->sport = 1000, p->dport = 2000;
    p->hdr_len = 28, p->len = 28 + payload;
    return p;
}

static void send_datagrams(unsigned n, uint32_t payload)
{
    while (n--) netdev_xmit(w.dev[0], new_datagram(payload), w.dev[1]->mac);
}

static bool run(GError **error)
{
    return netsim_sim_run(w.sim, NETSIM_TIME_MAX, error);
}

/* What Wireshark says of the file; NULL: it is not installed. */
static gchar *tshark(const char *fields)
{
    gchar *out = NULL, *quoted = g_shell_quote(w.path), **names = g_strsplit(fields, " ", -1), *e = g_strjoinv(" -e ", names);
    gchar *line = g_strdup_printf("tshark -r %s -o ip.check_checksum:TRUE -o udp.check_checksum:TRUE -o tcp.check_checksum:TRUE "
                                  "-T fields -E separator='|' -e %s", quoted, e);
    gchar *program = g_find_program_in_path("tshark");
    if (program) assert_true(g_spawn_command_line_sync(line, &out, NULL, NULL, NULL));
    g_free(program);
    g_free(line);
    g_free(e);
    g_strfreev(names);
    g_free(quoted);
    return out;
}

static void assert_tshark_says(const char *fields, const char *want)
{
    gchar *out = tshark(fields);
    if (out) assert_string_equal(out, want);
    g_free(out);
}

static void the_sender_sees_all_that_it_sent_and_why_the_wire_dropped_some(void **state)
{
    (void) state;
    assert_true(netsim_capture(w.dev[0], w.path, NULL));
    send_datagrams(4, 1472); /* one in service, two waiting */
    assert_true(run(NULL));
    assert_int_equal(w.n_received, 3);
    assert_true(netsim_capture_close(w.sim, NULL));
    assert_tshark_says("frame.time_epoch frame.interface_name frame.packet_flags_direction eth.src eth.dst udp.checksum.status "
                       "ip.checksum.status frame.comment _ws.malformed",
                       "0.000000000|eth0|0x00000002|02:00:00:01:00:01|02:00:00:02:00:01|1|1||\n"
                       "0.000000000|eth0|0x00000002|02:00:00:01:00:01|02:00:00:02:00:01|1|1||\n"
                       "0.000000000|eth0|0x00000002|02:00:00:01:00:01|02:00:00:02:00:01|1|1||\n"
                       "0.000000000|eth0|0x00000002|02:00:00:01:00:01|02:00:00:02:00:01|1|1|dropped: the link's queue is full|\n");
}

static void the_receiver_sees_what_arrives_when_it_arrives(void **state)
{
    (void) state;
    assert_true(netsim_capture(w.dev[1], w.path, NULL));
    send_datagrams(4, 1472);
    assert_true(run(NULL));
    assert_true(netsim_capture_close(w.sim, NULL));
    assert_tshark_says("frame.time_epoch frame.packet_flags_direction eth.src eth.dst ip.src_host ip.dst_host frame.len", /* 1 ms a packet */
                       "0.002000000|0x00000001|02:00:00:01:00:01|02:00:00:02:00:01|10.0.0.1|10.0.0.2|1514\n"
                       "0.003000000|0x00000001|02:00:00:01:00:01|02:00:00:02:00:01|10.0.0.1|10.0.0.2|1514\n"
                       "0.004000000|0x00000001|02:00:00:01:00:01|02:00:00:02:00:01|10.0.0.1|10.0.0.2|1514\n");
}

static void a_raw_ip_device_has_no_link_header_and_hosts_have_names(void **state)
{
    (void) state;
    assert_true(netsim_capture(w.dev[1], w.path, NULL));
    send_datagrams(1, 100);
    assert_true(run(NULL));
    assert_true(netsim_capture_close(w.sim, NULL));
    assert_tshark_says("frame.protocols frame.len ip.checksum.status", "raw:ip:udp:data|128|1\n");
    gchar *file;
    gsize size;
    assert_true(g_file_get_contents(w.path, &file, &size, NULL));
    assert_non_null(memmem(file, size, "\x0a\x00\x00\x01" "client", 11));
    assert_non_null(memmem(file, size, "\x0a\x00\x00\x02" "server", 11));
    assert_non_null(memmem(file, size, "server:eth0", 11));
    g_free(file);
}

static void the_file_is_complete_when_the_simulation_is_freed(void **state)
{
    (void) state;
    assert_true(netsim_capture(w.dev[0], w.path, NULL));
    send_datagrams(1, 100);
    assert_true(run(NULL));
    assert_false(g_file_test(w.path, G_FILE_TEST_EXISTS));
    close_sim();
    assert_tshark_says("frame.len", "142\n");
    assert_true(g_file_test(w.path, G_FILE_TEST_EXISTS));
}

static void a_capture_of_nothing_is_a_file_without_packets(void **state)
{
    (void) state;
    assert_true(netsim_capture(w.dev[0], w.path, NULL));
    assert_true(netsim_capture_close(w.sim, NULL));
    assert_tshark_says("frame.len", "");
    assert_true(netsim_capture_close(w.sim, NULL)); /* nothing left to do */
    assert_true(netsim_capture(w.dev[0], w.path, NULL)); /* and once more */
    send_datagrams(1, 100);
    assert_true(run(NULL));
    assert_true(netsim_capture_close(w.sim, NULL));
    assert_tshark_says("frame.len", "142\n");
}

static void two_devices_do_not_share_a_file(void **state)
{
    (void) state;
    GError *error = NULL;
    assert_true(netsim_capture(w.dev[0], w.path, NULL));
    assert_true(netsim_capture(w.dev[0], w.path, NULL)); /* as it is */
    assert_false(netsim_capture(w.dev[1], w.path, &error));
    assert_true(g_error_matches(error, NETSIM_ERROR, NETSIM_ERROR_STATE));
    assert_non_null(strstr(error->message, "client:eth0"));
    g_clear_error(&error);
    send_datagrams(1, 100);
    assert_true(run(NULL));
    close_sim();
    assert_tshark_says("frame.len", "142\n");
}

static void a_device_is_captured_into_two_files(void **state)
{
    (void) state;
    gchar *second = g_strconcat(w.path, "2", NULL), *files[2];
    gsize size[2];
    assert_true(netsim_capture(w.dev[0], w.path, NULL));
    assert_true(netsim_capture(w.dev[0], second, NULL));
    send_datagrams(3, 100);
    assert_true(run(NULL));
    assert_true(netsim_capture_close(w.sim, NULL));
    assert_true(g_file_get_contents(w.path, &files[0], &size[0], NULL));
    assert_true(g_file_get_contents(second, &files[1], &size[1], NULL));
    assert_int_equal(size[0], size[1]);
    assert_memory_equal(files[0], files[1], size[0]);
    g_unlink(second);
    g_free(files[0]);
    g_free(files[1]);
    g_free(second);
}

static void a_disk_that_fills_up_ends_the_run_and_leaves_no_file(void **state)
{
    (void) state;
    struct rlimit before, small;
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    small = before;
    small.rlim_cur = 200000;
    assert_true(netsim_capture(w.dev[0], w.path, NULL));
    setrlimit(RLIMIT_FSIZE, &small);
    send_datagrams(400, 1472);
    setrlimit(RLIMIT_FSIZE, &before);
    GError *error = NULL;
    assert_false(run(&error));
    assert_true(g_error_matches(error, NETSIM_ERROR, NETSIM_ERROR_IO));
    assert_non_null(strstr(error->message, "capture of client:eth0: "));
    assert_non_null(strstr(error->message, w.path));
    assert_non_null(strstr(error->message, "File too large"));
    g_clear_error(&error);
    assert_null(w.dev[0]->capture);
    assert_false(g_file_test(w.path, G_FILE_TEST_EXISTS));
    assert_true(netsim_capture_close(w.sim, NULL)); /* was reported once */
}

static void a_full_disk_that_shows_on_close_is_reported_there(void **state)
{
    (void) state;
    GError *error = NULL;
    if (!netsim_capture(w.dev[0], "/dev/full", NULL)) skip();
    send_datagrams(1, 100);
    assert_true(run(NULL));
    assert_false(netsim_capture_close(w.sim, &error));
    assert_true(g_error_matches(error, NETSIM_ERROR, NETSIM_ERROR_IO));
    assert_non_null(strstr(error->message, "capture of client:eth0: cannot write /dev/full: No space left on device"));
    g_clear_error(&error);
}

/* ---- taps and injected frames ---- */

struct seen {
    unsigned n;
    bool sent;
    netsim_time when;
    size_t length;
    char comment[64];
};

static void note(NetsimDevice *device, bool sent, netsim_time when, const void *bytes, size_t length, const char *comment, void *data)
{
    struct seen *s = data;
    (void) device;
    (void) bytes;
    *s = (struct seen){ s->n + 1, sent, when, length, "" };
    if (comment) g_strlcpy(s->comment, comment, sizeof s->comment);
}

static void a_tap_sees_what_a_capture_sees(void **state)
{
    (void) state;
    struct seen out = { 0 }, in = { 0 };
    netsim_device_tap(w.dev[0], note, &out);
    netsim_device_tap(w.dev[1], note, &in);
    send_datagrams(4, 1472);
    assert_int_equal(out.n, 4);
    assert_true(out.sent);
    assert_int_equal(out.length, 1514);
    assert_string_equal(out.comment, "dropped: the link's queue is full");
    assert_true(run(NULL));
    assert_int_equal(in.n, 3);
    assert_false(in.sent);
    assert_int_equal(in.when, 4 * NETSIM_MS);
    netsim_device_tap(w.dev[0], NULL, NULL);
    send_datagrams(1, 100);
    assert_int_equal(out.n, 4);
    assert_true(run(NULL));
}

/* A small stack of its own: sends every frame back, with the addresses swapped. */
static void reflect(NetsimDevice *device, bool sent, netsim_time when, const void *bytes, size_t length, const char *comment, void *data)
{
    unsigned *n = data;
    (void) when;
    (void) comment;
    if (!sent) return;
    struct eth_hdr h;
    memcpy(&h, bytes, sizeof h);
    uint8_t *answer = g_memdup2(bytes, length);
    memcpy(answer, h.src, 6);
    memcpy(answer + 6, h.dst, 6);
    unsigned before = w.n_received;
    assert_true(netsim_device_inject(device, answer, length, NULL));
    assert_int_equal(w.n_received, before); /* not while the device is sending */
    (*n)++;
    g_free(answer);
}

static void an_answer_injected_within_a_tap_is_received_after_the_sender_returned(void **state)
{
    (void) state;
    unsigned n = 0;
    netsim_device_tap(w.dev[0], reflect, &n);
    send_datagrams(2, 100);
    assert_int_equal(n, 2);
    assert_true(run(NULL)); /* conservation is checked there */
    assert_int_equal(w.n_received, 4);
}

static void an_answer_that_nobody_waits_for_any_more_is_freed(void **state)
{
    (void) state;
    unsigned n = 0;
    netsim_device_tap(w.dev[0], reflect, &n);
    send_datagrams(1, 100);
    assert_int_equal(n, 1);
}

static void what_cannot_be_read_is_dropped_with_its_reason(void **state)
{
    (void) state;
    uint8_t frame[60] = { 2, 0, 0, 1, 0, 1, 2, 0, 0, 2, 0, 1, 0x08, 0x00, 0x45 };
    memcpy(frame, w.dev[0]->mac, 6);
    assert_true(netsim_device_inject(w.dev[0], frame, sizeof frame, NULL)); /* total length 0: IPv4's business */
    assert_int_equal(w.n_received, 1);
    frame[12] = 0x88;
    assert_true(netsim_device_inject(w.dev[0], frame, sizeof frame, NULL));
    assert_true(netsim_device_inject(w.dev[0], frame, 9, NULL));
    assert_int_equal(w.n_received, 1);
    assert_int_equal(w.dev[0]->drops.counts->pkts[DROP_IP_CSUM], 1);
    assert_int_equal(w.dev[0]->drops.counts->pkts[DROP_UNHANDLED_PROTO], 1);
    assert_int_equal(w.dev[0]->drops.counts->pkts[DROP_DEV_HDR], 1);
    assert_int_equal(stats_of(w.dev[0]).rx_dropped, 2);
    GError *error = NULL;
    assert_false(netsim_device_inject(w.dev[0], frame, 0, &error));
    assert_true(g_error_matches(error, NETSIM_ERROR, NETSIM_ERROR_RANGE));
    g_clear_error(&error);
    assert_true(run(NULL));
}

static void an_injected_frame_is_captured_with_its_own_addresses(void **state)
{
    (void) state;
    uint8_t frame[14 + 28] = { 255, 255, 255, 255, 255, 255, 2, 9, 9, 9, 9, 9, 8, 6, 0, 1, 8, 0, 6, 4, 0, 1, 2, 9, 9, 9, 9, 9, 10, 0, 0, 9,
                               0, 0, 0, 0, 0, 0, 10, 0, 0, 1 };
    assert_true(netsim_capture(w.dev[0], w.path, NULL));
    assert_true(netsim_device_inject(w.dev[0], frame, sizeof frame, NULL));
    assert_int_equal(w.n_received, 1);
    assert_true(netsim_capture_close(w.sim, NULL));
    assert_tshark_says("eth.src eth.dst arp.src.proto_ipv4 arp.dst.proto_ipv4 _ws.malformed",
                       "02:09:09:09:09:09|ff:ff:ff:ff:ff:ff|10.0.0.9|10.0.0.1|\n");
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(the_sender_sees_all_that_it_sent_and_why_the_wire_dropped_some),
        T(the_receiver_sees_what_arrives_when_it_arrives),
        cmocka_unit_test_setup_teardown(a_raw_ip_device_has_no_link_header_and_hosts_have_names, setup_raw, teardown),
        T(the_file_is_complete_when_the_simulation_is_freed),
        T(a_capture_of_nothing_is_a_file_without_packets),
        T(two_devices_do_not_share_a_file),
        T(a_device_is_captured_into_two_files),
        T(a_disk_that_fills_up_ends_the_run_and_leaves_no_file),
        T(a_full_disk_that_shows_on_close_is_reported_there),
        T(a_tap_sees_what_a_capture_sees),
        T(an_answer_injected_within_a_tap_is_received_after_the_sender_returned),
        T(an_answer_that_nobody_waits_for_any_more_is_freed),
        T(what_cannot_be_read_is_dropped_with_its_reason),
        T(an_injected_frame_is_captured_with_its_own_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
