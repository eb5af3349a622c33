/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/wire/pcapng.h"

#include "models/wire/emit.h"
#include <glib/gstdio.h>
#include <signal.h>
#include <sys/resource.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static gchar *folder, *path;

static int setup(void **state)
{
    (void) state;
    folder = g_dir_make_tmp("netsim-XXXXXX", NULL);
    path = g_build_filename(folder, "a.pcapng", NULL);
    return 0;
}

static unsigned files_in_folder(void)
{
    unsigned n = 0;
    GDir *dir = g_dir_open(folder, 0, NULL);
    while (g_dir_read_name(dir)) n++;
    g_dir_close(dir);
    return n;
}

static int teardown(void **state)
{
    (void) state;
    g_unlink(path);
    int rc = g_rmdir(folder);
    g_free(path);
    g_free(folder);
    return rc;
}

static void write_packets(struct pcapng *f, unsigned n, uint32_t length)
{
    struct pcapng_interface interface = { .name = "eth0", .description = "server:eth0", .speed_bps = 10000000000,
                                          .link_type = LINKTYPE_RAW };
    pcapng_write_interface(f, &interface);
    pcapng_write_name(f, 0x0a000001, "client");
    pcapng_write_name(f, 0x0a000002, "server");
    pcapng_write_name(f, 0, NULL);
    struct pkt p = { .kind = PKT_IP4, .proto = PROTO_UDP, .ttl = 64, .saddr = 0x0a000001, .daddr = 0x0a000002, .len = length,
                     .hdr_len = 28, .gso_segs = 1 };
    uint8_t *bytes = g_malloc(emit_room(&p));
    emit(&p, NULL, bytes);
    for (unsigned i = 0; i < n; i++) {
        struct pcapng_packet packet = { .time_ns = (int64_t) i * 5000000001, .sent = i & 1, .bytes = bytes, .length = length,
                                        .comment = i == 2 ? "dropped: the link's queue is full" : NULL };
        pcapng_write_packet(f, &packet);
    }
    g_free(bytes);
}

static uint32_t word(const gchar *file, gsize at)
{
    uint32_t x;
    memcpy(&x, file + at, sizeof x);
    return GUINT32_FROM_LE(x);
}

/* draft-ietf-opsawg-pcapng s3.1: length at both ends, a multiple of 4. */
static void every_block_has_its_length_at_both_ends(void **state)
{
    (void) state;
    struct pcapng *f = pcapng_open(path, NULL);
    write_packets(f, 4, 29);
    assert_true(pcapng_close(f, NULL));
    gchar *file;
    gsize size, at = 0;
    assert_true(g_file_get_contents(path, &file, &size, NULL));
    static const uint32_t types[] = { 0x0a0d0d0a, 1, 4, 6, 6, 6, 6 };
    unsigned n = 0;
    for (; at < size; n++) {
        assert_in_range(n, 0, G_N_ELEMENTS(types) - 1);
        assert_int_equal(word(file, at), types[n]);
        uint32_t length = word(file, at + 4);
        assert_int_equal(length % 4, 0);
        assert_in_range(length, 12, size - at);
        assert_int_equal(word(file, at + length - 4), length);
        at += length;
    }
    assert_int_equal(n, G_N_ELEMENTS(types));
    assert_int_equal(at, size);
    g_free(file);
}

static void the_file_appears_when_it_is_complete(void **state)
{
    (void) state;
    struct pcapng *f = pcapng_open(path, NULL);
    write_packets(f, 1000, 1500);
    assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    assert_int_equal(files_in_folder(), 1);
    assert_true(pcapng_close(f, NULL));
    assert_true(g_file_test(path, G_FILE_TEST_EXISTS));
    assert_int_equal(files_in_folder(), 1);
}

static void a_capture_given_up_leaves_nothing(void **state)
{
    (void) state;
    struct pcapng *f = pcapng_open(path, NULL);
    write_packets(f, 1000, 1500);
    pcapng_abort(f);
    assert_int_equal(files_in_folder(), 0);
}

static void a_place_where_nobody_can_write_is_named(void **state)
{
    (void) state;
    GError *error = NULL;
    assert_null(pcapng_open("/nowhere/a.pcapng", &error));
    assert_true(g_error_matches(error, NETSIM_ERROR, NETSIM_ERROR_IO));
    assert_non_null(strstr(error->message, "/nowhere/a.pcapng"));
    assert_non_null(strstr(error->message, "No such file or directory"));
    g_clear_error(&error);
    assert_null(pcapng_open(folder, &error));
    assert_non_null(strstr(error->message, "Is a directory"));
    g_clear_error(&error);
}

static void a_full_device_is_an_error_at_the_latest_on_close(void **state)
{
    (void) state;
    GError *error = NULL;
    struct pcapng *f = pcapng_open("/dev/full", &error);
    if (!f) skip();
    write_packets(f, 1, 100);
    assert_false(pcapng_close(f, &error));
    assert_true(g_error_matches(error, NETSIM_ERROR, NETSIM_ERROR_IO));
    assert_non_null(strstr(error->message, "/dev/full"));
    assert_non_null(strstr(error->message, "No space left on device"));
    g_clear_error(&error);
}

static void a_file_that_grows_too_large_is_noticed_early_and_leaves_nothing(void **state)
{
    (void) state;
    struct rlimit before, small;
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    small = before;
    small.rlim_cur = 300000;
    struct pcapng *f = pcapng_open(path, NULL);
    setrlimit(RLIMIT_FSIZE, &small);
    write_packets(f, 1000, 1500);
    setrlimit(RLIMIT_FSIZE, &before);
    GError *error = NULL;
    assert_false(pcapng_check(f, &error));
    assert_non_null(strstr(error->message, "File too large"));
    g_clear_error(&error);
    assert_false(pcapng_close(f, &error)); /* there is room again, but a piece is missing */
    assert_non_null(strstr(error->message, "File too large"));
    g_clear_error(&error);
    assert_int_equal(files_in_folder(), 0);
}

/* Wireshark's own opinion. */
static void tshark_reads_every_field(void **state)
{
    (void) state;
    gchar *program = g_find_program_in_path("tshark");
    if (!program) skip();
    struct pcapng *f = pcapng_open(path, NULL);
    write_packets(f, 3, 60);
    assert_true(pcapng_close(f, NULL));
    gchar *argv[] = { program, "-r", path, "-N", "n", "-T", "fields", "-E", "separator=|", "-o", "ip.check_checksum:TRUE", "-o",
                      "udp.check_checksum:TRUE", "-e", "frame.time_epoch", "-e", "frame.interface_name", "-e",
                      "frame.packet_flags_direction", "-e", "frame.comment", "-e", "ip.src_host", "-e", "ip.checksum.status", "-e",
                      "udp.checksum.status", "-e", "_ws.malformed", NULL };
    gchar *out = NULL, *want = g_strconcat("0.000000000|eth0|0x00000001||client|1|1|\n"
                                           "5.000000001|eth0|0x00000002||client|1|1|\n"
                                           "10.000000002|eth0|0x00000001|dropped: the link's queue is full|client|1|1|\n", NULL);
    assert_true(g_spawn_sync(NULL, argv, NULL, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &out, NULL, NULL, NULL));
    assert_string_equal(out, want);
    g_free(want);
    g_free(out);
    g_free(program);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(every_block_has_its_length_at_both_ends),
        T(the_file_appears_when_it_is_complete),
        T(a_capture_given_up_leaves_nothing),
        T(a_place_where_nobody_can_write_is_named),
        T(a_full_device_is_an_error_at_the_latest_on_close),
        T(a_file_that_grows_too_large_is_noticed_early_and_leaves_nothing),
        T(tshark_reads_every_field),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
