/* SPDX-License-Identifier: GPL-3.0-or-later */
/* capture.c - reading captures: pcap and pcapng, plain or compressed with gzip. */
#include "validate/trace/capture.h"

#include <gio/gio.h>
#include <netsim/sim.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>

/* A small file must not be able to fill the memory. */
#define MAX_CAPTURE_BYTES ((gsize) 1 << 30)

static gboolean damaged(const char *name, const char *why, GError **error)
{
    g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_SYNTAX, "%s: %s", name, why);
    return FALSE;
}

/* ---- gzip ---- */

static GByteArray *gunzip(const char *name, const void *data, gsize length, GError **error)
{
    g_autoptr(GInputStream) packed = g_memory_input_stream_new_from_data(data, (gssize) length, NULL);
    g_autoptr(GZlibDecompressor) zlib = g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP);
    g_autoptr(GInputStream) stream = g_converter_input_stream_new(packed, G_CONVERTER(zlib));
    g_autoptr(GByteArray) out = g_byte_array_new();
    guint8 chunk[16384];
    for (;;) {
        g_autoptr(GError) why = NULL;
        gssize n = g_input_stream_read(stream, chunk, sizeof chunk, NULL, &why);
        if (n < 0) {
            g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_SYNTAX, "%s: not a whole gzip file: %s", name, why->message);
            return NULL;
        }
        if (n == 0) return g_steal_pointer(&out);
        g_byte_array_append(out, chunk, (guint) n);
        if (out->len > MAX_CAPTURE_BYTES) {
            damaged(name, "more than 1 GiB when unpacked", error);
            return NULL;
        }
    }
}

/* ---- packets ---- */

static int64_t nanoseconds(const struct timeval *at)
{
    int64_t s = CLAMP(at->tv_sec, 0, INT64_C(9000000000)); /* a damaged file may say anything */
    return s * 1000000000 + CLAMP(at->tv_usec, 0, 999999999); /* tv_usec counts nanoseconds here */
}

static bool read_packets(struct capture *capture, const char *name, pcap_t *pcap, GError **error)
{
    struct pcap_pkthdr *header;
    const u_char *bytes;
    int result;
    while ((result = pcap_next_ex(pcap, &header, &bytes)) == 1) {
        int64_t at_ns = nanoseconds(&header->ts);
        if (capture->packets->len == 0) capture->first_ns = at_ns;
        struct capture_packet packet = {
            .at_ns = at_ns - capture->first_ns,
            .offset = capture->bytes->len,
            .n_captured = header->caplen,
            .n_wire = header->len,
        };
        if ((gsize) packet.offset + packet.n_captured > MAX_CAPTURE_BYTES) return damaged(name, "more than 1 GiB of packets", error);
        g_byte_array_append(capture->bytes, bytes, packet.n_captured);
        g_array_append_val(capture->packets, packet);
    }
    return result == PCAP_ERROR_BREAK || damaged(name, pcap_geterr(pcap), error);
}

static struct capture *parse_plain(const char *name, void *data, gsize length, GError **error)
{
    char why[PCAP_ERRBUF_SIZE] = "empty file";
    FILE *file = length ? fmemopen(data, length, "rb") : NULL;
    pcap_t *pcap = file ? pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, why) : NULL;
    if (!pcap) {
        if (file) fclose(file);
        damaged(name, why, error);
        return NULL;
    }
    struct capture *capture = g_new0(struct capture, 1);
    capture->link_type = pcap_datalink(pcap) == DLT_RAW ? 101 : pcap_datalink(pcap);
    capture->bytes = g_byte_array_new();
    capture->packets = g_array_new(FALSE, FALSE, sizeof(struct capture_packet));
    bool good = read_packets(capture, name, pcap, error);
    pcap_close(pcap); /* closes the file, too */
    if (good) return capture;
    capture_free(capture);
    return NULL;
}

struct capture *capture_parse(const char *name, const void *data, gsize length, GError **error)
{
    static const guint8 gzip_magic[2] = { 0x1f, 0x8b };
    g_autoptr(GByteArray) plain = NULL;
    if (length >= sizeof gzip_magic && memcmp(data, gzip_magic, sizeof gzip_magic) == 0) {
        plain = gunzip(name, data, length, error);
        if (!plain) return NULL;
        return parse_plain(name, plain->data, plain->len, error);
    }
    return parse_plain(name, (void *) data, length, error); /* opened for reading only */
}

struct capture *capture_read(const char *path, GError **error)
{
    g_autofree char *data = NULL;
    gsize length;
    g_autoptr(GError) why = NULL;
    if (!g_file_get_contents(path, &data, &length, &why)) {
        g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_IO, "%s", why->message);
        return NULL;
    }
    return capture_parse(path, data, length, error);
}

void capture_free(struct capture *capture)
{
    if (!capture) return;
    g_byte_array_unref(capture->bytes);
    g_array_unref(capture->packets);
    g_free(capture);
}

struct capture *capture_find(const char *folder, const char *stem, GError **error)
{
    static const char *const suffixes[] = { ".pcap.gz", ".pcap", ".pcapng.gz", ".pcapng" };
    for (unsigned i = 0; i < G_N_ELEMENTS(suffixes); i++) {
        g_autofree char *file = g_strconcat(stem, suffixes[i], NULL);
        g_autofree char *path = g_build_filename(folder, file, NULL);
        if (g_file_test(path, G_FILE_TEST_EXISTS)) return capture_read(path, error);
    }
    g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_IO, "%s: no capture %s.pcap.gz (or .pcap, .pcapng, .pcapng.gz)", folder, stem);
    return NULL;
}
