/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pcapng.h - writes capture files (draft-ietf-opsawg-pcapng): one section, little endian, the same bytes on every machine.
 *
 *     Section Header | Interface Description | Name Resolution | Enhanced Packet | Enhanced Packet | ...
 *
 * The file is written under a temporary name beside its own and renamed when it is complete, so nobody ever finds half of one.
 * After a write has failed nothing more is written; pcapng_check() and pcapng_close() say why.
 */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct pcapng;

enum { LINKTYPE_ETHERNET = 1, LINKTYPE_RAW = 101 };

struct pcapng_interface {
    const char *name;        /* "eth0" */
    const char *description; /* "server:eth0" */
    const char *os;          /* NULL: not said */
    const uint8_t *mac;      /* 6 bytes; NULL: none */
    uint64_t speed_bps;      /* 0: not known */
    uint16_t link_type;
};

struct pcapng_packet {
    int64_t time_ns;
    bool sent;           /* else received */
    bool bad_fcs;
    const uint8_t *bytes;
    uint32_t length;
    const char *comment; /* NULL: none */
};

/**
 * Begin a file.  A @path that exists and is no ordinary file (a pipe, /dev/null) is written directly.
 * @return  freed by pcapng_close() or pcapng_abort(); NULL: NETSIM_ERROR_IO, which names @path
 */
struct pcapng *pcapng_open(const char *path, GError **error);

/** The interface of all packets; once, first. */
void pcapng_write_interface(struct pcapng *f, const struct pcapng_interface *interface);

/** Have addresses shown as names.  Call with each, then with @name NULL; nothing is written without any. */
void pcapng_write_name(struct pcapng *f, uint32_t address, const char *name);

/** @return  false: the file cannot be written, now or before */
bool pcapng_write_packet(struct pcapng *f, const struct pcapng_packet *packet);

/** Has everything been written so far?  If not: NETSIM_ERROR_IO. */
bool pcapng_check(const struct pcapng *f, GError **error);

/** Finish: the file appears under its name, or not at all.  Frees @f in any case. */
bool pcapng_close(struct pcapng *f, GError **error);

/** Forget the file; nothing of it stays.  Frees @f. */
void pcapng_abort(struct pcapng *f);

const char *pcapng_path(const struct pcapng *f);
