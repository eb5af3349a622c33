/* SPDX-License-Identifier: GPL-3.0-or-later */
/* capture.h - reading captures: pcap and pcapng, plain or compressed with gzip. */
#pragma once
#include <glib.h>
#include <stdint.h>

struct capture_packet {
    int64_t at_ns;       /* since the first packet of the capture */
    uint32_t offset;     /* of its bytes in capture->bytes */
    uint32_t n_captured; /* bytes that the capture has of it */
    uint32_t n_wire;     /* bytes that it had */
};

struct capture {
    int link_type;       /* LINKTYPE_*: 101 raw IP, 1 Ethernet */
    int64_t first_ns;    /* time of the first packet, as the file has it */
    GByteArray *bytes;
    GArray *packets;     /* struct capture_packet */
};

/**
 * Read a whole capture.
 * @return  free with capture_free(); NULL: NETSIM_ERROR_IO (no file), NETSIM_ERROR_SYNTAX (not a capture, or damaged)
 */
struct capture *capture_read(const char *path, GError **error);

/** The same of the capture @stem in @folder, whichever suffix it has: .pcap, .pcapng, either with .gz. */
struct capture *capture_find(const char *folder, const char *stem, GError **error);

/** The same from memory; @name is for messages. */
struct capture *capture_parse(const char *name, const void *data, gsize length, GError **error);

void capture_free(struct capture *capture);
typedef struct capture Capture;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Capture, capture_free)
