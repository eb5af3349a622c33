/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "validate/trace/capture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <gio/gio.h>
#include <netsim/netsim.h>
#include <stdio.h>
#include <string.h>

#define RECORDED NETSIM_SOURCE_DIR "/validate/cases/iw/fetch4k-iw3/client-w0.pcap.gz"

/* The uncompressed bytes of a recorded capture. */
static GBytes *recorded(void)
{
    g_autoptr(GFile) file = g_file_new_for_path(RECORDED);
    g_autoptr(GInputStream) packed = G_INPUT_STREAM(g_file_read(file, NULL, NULL));
    g_autoptr(GZlibDecompressor) zlib = g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP);
    g_autoptr(GInputStream) stream = g_converter_input_stream_new(packed, G_CONVERTER(zlib));
    GBytes *bytes = g_input_stream_read_bytes(stream, 1 << 20, NULL, NULL);
    assert_non_null(bytes);
    return bytes;
}

static void refused(const void *data, gsize length, const char *because)
{
    g_autoptr(GError) error = NULL;
    assert_null(capture_parse("x.pcap", data, length, &error));
    assert_true(g_error_matches(error, NETSIM_ERROR, NETSIM_ERROR_SYNTAX));
    assert_true(g_str_has_prefix(error->message, "x.pcap: "));
    if (!strstr(error->message, because)) fail_msg("\"%s\" does not say \"%s\"", error->message, because);
}

static void a_recorded_capture_is_read_compressed_and_plain(void **state)
{
    (void) state;
    g_autoptr(GError) error = NULL;
    g_autoptr(Capture) packed = capture_read(RECORDED, &error);
    assert_null(error);
    assert_int_equal(packed->link_type, 101);
    assert_true(packed->packets->len > 10);
    const struct capture_packet *first = &g_array_index(packed->packets, struct capture_packet, 0);
    assert_int_equal(first->at_ns, 0);
    assert_int_equal(first->n_wire, 60); /* a SYN with all its options */
    assert_int_equal(packed->bytes->data[first->offset], 0x45);

    g_autoptr(GBytes) bytes = recorded();
    g_autoptr(Capture) plain = capture_parse("plain", g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), &error);
    assert_null(error);
    assert_int_equal(plain->packets->len, packed->packets->len);
    assert_int_equal(plain->bytes->len, packed->bytes->len);
    assert_memory_equal(plain->bytes->data, packed->bytes->data, plain->bytes->len);
    for (unsigned i = 0; i < plain->packets->len; i++)
        assert_int_equal(g_array_index(plain->packets, struct capture_packet, i).at_ns,
                         g_array_index(packed->packets, struct capture_packet, i).at_ns);
}

static void microseconds_become_nanoseconds(void **state)
{
    (void) state;
    const guint32 file[] = { 0xa1b2c3d4, 2 | 4 << 16, 0, 0, 65535, 101, 7, 999999, 1, 1, 0x45, 8, 1, 1, 1, 0x45 };
    guint8 bytes[24 + 2 * 17];
    memcpy(bytes, file, 41);
    memcpy(bytes + 41, &file[11], 17);
    g_autoptr(GError) error = NULL;
    g_autoptr(Capture) capture = capture_parse("us", bytes, sizeof bytes, &error);
    assert_null(error);
    assert_int_equal(capture->packets->len, 2);
    assert_int_equal(g_array_index(capture->packets, struct capture_packet, 1).at_ns, 2000);
}

static void a_capture_that_is_cut_anywhere_is_refused_or_shorter(void **state)
{
    (void) state;
    g_autoptr(GBytes) bytes = recorded();
    gsize length;
    const void *data = g_bytes_get_data(bytes, &length);
    unsigned whole = 0;
    for (gsize n = 1; n < length; n++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Capture) capture = capture_parse("cut", data, n, &error);
        assert_true((capture == NULL) == (error != NULL));
        if (capture) whole++;
    }
    g_autoptr(Capture) all = capture_parse("all", data, length, NULL);
    assert_int_equal(whole, all->packets->len); /* only a cut between two packets cannot be seen */
}

static void a_compressed_capture_that_is_cut_is_refused(void **state)
{
    (void) state;
    g_autofree char *data = NULL;
    gsize length;
    assert_true(g_file_get_contents(RECORDED, &data, &length, NULL));
    for (gsize n = 2; n < length; n += 13) {
        g_autoptr(GError) error = NULL;
        assert_null(capture_parse("cut.gz", data, n, &error));
        assert_true(g_error_matches(error, NETSIM_ERROR, NETSIM_ERROR_SYNTAX));
    }
    refused(data, length / 2, "not a whole gzip file");
}

static void what_is_no_capture_is_refused(void **state)
{
    (void) state;
    refused("", 0, "empty");
    refused("hello, world; this is a text", 28, "");
    refused("\x1f\x8bnonsense", 10, "gzip");
    g_autoptr(GError) error = NULL;
    assert_null(capture_read("/nonexistent/a.pcap", &error));
    assert_true(g_error_matches(error, NETSIM_ERROR, NETSIM_ERROR_IO));
}

/* What the simulator writes is read by another's library. */
static void a_simulated_capture_is_read_back(void **state)
{
    (void) state;
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = g_dir_make_tmp("netsim-test-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "a.pcapng", NULL);
    NetsimSim *sim = netsim_sim_new(NULL);
    NetsimHost *host = netsim_host_new(sim, "a", NULL, &error);
    NetsimDevice *device = netsim_host_nic(host, "w0", &error);
    netsim_device_set_raw_ip(device, true);
    assert_true(netsim_capture(device, path, &error));
    guint8 packet[30] = { 0x45, [3] = 30, [8] = 64, [9] = 17, [12] = 10, 0, 0, 2, 10, 0, 0, 1, 0, 7, 0, 9, 0, 10 };
    assert_true(netsim_device_inject(device, packet, sizeof packet, &error));
    assert_true(netsim_capture_close(sim, &error));
    netsim_sim_free(sim);

    g_autoptr(Capture) capture = capture_read(path, &error);
    assert_null(error);
    assert_int_equal(capture->link_type, 101);
    assert_int_equal(capture->packets->len, 1);
    assert_int_equal(g_array_index(capture->packets, struct capture_packet, 0).n_wire, sizeof packet);
    remove(path);
    remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_recorded_capture_is_read_compressed_and_plain),
        cmocka_unit_test(microseconds_become_nanoseconds),
        cmocka_unit_test(a_capture_that_is_cut_anywhere_is_refused_or_shorter),
        cmocka_unit_test(a_compressed_capture_that_is_cut_is_refused),
        cmocka_unit_test(what_is_no_capture_is_refused),
        cmocka_unit_test(a_simulated_capture_is_read_back),
    };
    return cmocka_run_group_tests_name("validate/capture", tests, NULL, NULL);
}
