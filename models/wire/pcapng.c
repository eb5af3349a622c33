/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/wire/pcapng.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <netsim/sim.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK_SECTION = 0x0a0d0d0a, BLOCK_INTERFACE = 1, BLOCK_NAMES = 4, BLOCK_PACKET = 6 };
enum {
    OPT_END = 0, OPT_COMMENT = 1,
    SHB_HARDWARE = 2, SHB_USERAPPL = 4,
    IF_NAME = 2, IF_DESCRIPTION = 3, IF_MACADDR = 6, IF_SPEED = 8, IF_TSRESOL = 9, IF_OS = 12,
    NRB_END = 0, NRB_IPV4 = 1,
    EPB_FLAGS = 2,
};
enum { EPB_INBOUND = 1, EPB_OUTBOUND = 2, EPB_CRC_ERROR = 1 << 24 };

struct pcapng {
    FILE *file;
    char *path;
    char *temporary;   /* NULL: written directly */
    int failed;        /* errno of the first write that failed; 0: none */
    GByteArray *block; /* the one that is being made */
    GByteArray *names; /* records of a name resolution block */
};

static void put_u16(GByteArray *to, uint16_t x)
{
    x = htole16(x);
    g_byte_array_append(to, (const guint8 *) &x, sizeof x);
}

static void put_u32(GByteArray *to, uint32_t x)
{
    x = htole32(x);
    g_byte_array_append(to, (const guint8 *) &x, sizeof x);
}

static void put_bytes(GByteArray *to, const void *bytes, size_t n)
{
    static const guint8 zeros[4];
    if (n) g_byte_array_append(to, bytes, (guint) n);
    g_byte_array_append(to, zeros, (guint) (-n & 3)); /* everything is padded to 32 bits */
}

static void put_option(GByteArray *to, uint16_t code, const void *value, size_t n)
{
    put_u16(to, code);
    put_u16(to, (uint16_t) n);
    put_bytes(to, value, n);
}

static void put_text(GByteArray *to, uint16_t code, const char *text)
{
    if (text) put_option(to, code, text, MIN(strlen(text), (size_t) UINT16_MAX));
}

static void block_begin(struct pcapng *f, uint32_t type)
{
    g_byte_array_set_size(f->block, 0);
    put_u32(f->block, type);
    put_u32(f->block, 0); /* its length, when it is known */
}

static void block_end(struct pcapng *f)
{
    uint32_t length = f->block->len + 4, le = htole32(length);
    put_u32(f->block, length);
    memcpy(f->block->data + 4, &le, sizeof le);
    if (f->failed) return;
    errno = 0;
    if (fwrite(f->block->data, 1, length, f->file) != length) f->failed = errno ? errno : EIO;
}

static void write_section(struct pcapng *f)
{
    gchar *application = g_strconcat("netsim ", netsim_version(), NULL);
    block_begin(f, BLOCK_SECTION);
    put_u32(f->block, 0x1a2b3c4d); /* byte order */
    put_u16(f->block, 1);
    put_u16(f->block, 0);
    put_u32(f->block, UINT32_MAX); /* length of the section: not given */
    put_u32(f->block, UINT32_MAX);
    put_text(f->block, SHB_HARDWARE, "simulated");
    put_text(f->block, SHB_USERAPPL, application);
    put_u32(f->block, OPT_END);
    block_end(f);
    g_free(application);
}

static bool set_error(const struct pcapng *f, int number, GError **error)
{
    g_set_error(error, NETSIM_ERROR, NETSIM_ERROR_IO, "cannot write %s: %s", f->path, g_strerror(number));
    return false;
}

static void pcapng_free(struct pcapng *f)
{
    g_byte_array_unref(f->block);
    g_byte_array_unref(f->names);
    g_free(f->temporary);
    g_free(f->path);
    g_free(f);
}

/* The file under its temporary name, as a new file of the user would be made. */
static int open_temporary(struct pcapng *f)
{
    f->temporary = g_strconcat(f->path, ".XXXXXX", NULL);
    return g_mkstemp_full(f->temporary, O_WRONLY | O_CLOEXEC, 0666);
}

struct pcapng *pcapng_open(const char *path, GError **error)
{
    struct pcapng *f = g_new0(struct pcapng, 1);
    f->path = g_strdup(path);
    f->block = g_byte_array_new();
    f->names = g_byte_array_new();
    struct stat st;
    bool exists = stat(path, &st) == 0;
    int fd;
    if (exists && S_ISDIR(st.st_mode)) {
        errno = EISDIR;
        fd = -1;
    } else if (exists && !S_ISREG(st.st_mode)) fd = g_open(path, O_WRONLY | O_CLOEXEC, 0);
    else fd = open_temporary(f);
    f->file = fd >= 0 ? fdopen(fd, "wb") : NULL;
    if (!f->file) {
        set_error(f, errno, error);
        pcapng_free(f);
        return NULL;
    }
    setvbuf(f->file, NULL, _IOFBF, 1 << 17);
    write_section(f);
    return f;
}

void pcapng_write_interface(struct pcapng *f, const struct pcapng_interface *interface)
{
    static const uint8_t nanoseconds = 9;
    uint64_t speed_bps = htole64(interface->speed_bps);
    block_begin(f, BLOCK_INTERFACE);
    put_u16(f->block, interface->link_type);
    put_u16(f->block, 0);
    put_u32(f->block, 0); /* snaplen: packets are never cut */
    put_text(f->block, IF_NAME, interface->name);
    put_text(f->block, IF_DESCRIPTION, interface->description);
    if (interface->mac) put_option(f->block, IF_MACADDR, interface->mac, 6);
    if (speed_bps) put_option(f->block, IF_SPEED, &speed_bps, sizeof speed_bps);
    put_option(f->block, IF_TSRESOL, &nanoseconds, sizeof nanoseconds);
    put_text(f->block, IF_OS, interface->os);
    put_u32(f->block, OPT_END);
    block_end(f);
}

void pcapng_write_name(struct pcapng *f, uint32_t address, const char *name)
{
    if (name) {
        size_t n = strlen(name) + 1;
        uint32_t be = htobe32(address);
        put_u16(f->names, NRB_IPV4);
        put_u16(f->names, (uint16_t) (sizeof be + n));
        g_byte_array_append(f->names, (const guint8 *) &be, sizeof be);
        put_bytes(f->names, name, n);
        return;
    }
    if (f->names->len) {
        block_begin(f, BLOCK_NAMES);
        g_byte_array_append(f->block, f->names->data, f->names->len);
        put_u32(f->block, NRB_END);
        block_end(f);
    }
    g_byte_array_set_size(f->names, 0);
}

bool pcapng_write_packet(struct pcapng *f, const struct pcapng_packet *packet)
{
    uint32_t flags = htole32((packet->sent ? EPB_OUTBOUND : EPB_INBOUND) | (packet->bad_fcs ? EPB_CRC_ERROR : 0));
    block_begin(f, BLOCK_PACKET);
    put_u32(f->block, 0); /* the only interface */
    put_u32(f->block, (uint32_t) ((uint64_t) packet->time_ns >> 32));
    put_u32(f->block, (uint32_t) packet->time_ns);
    put_u32(f->block, packet->length);
    put_u32(f->block, packet->length);
    put_bytes(f->block, packet->bytes, packet->length);
    put_option(f->block, EPB_FLAGS, &flags, sizeof flags);
    put_text(f->block, OPT_COMMENT, packet->comment);
    put_u32(f->block, OPT_END);
    block_end(f);
    return f->failed == 0;
}

bool pcapng_check(const struct pcapng *f, GError **error)
{
    return f->failed ? set_error(f, f->failed, error) : true;
}

bool pcapng_close(struct pcapng *f, GError **error)
{
    if (fflush(f->file) != 0 && !f->failed) f->failed = errno;
    if (fclose(f->file) != 0 && !f->failed) f->failed = errno;
    if (f->temporary && !f->failed && g_rename(f->temporary, f->path) != 0) f->failed = errno;
    if (f->temporary && f->failed) g_unlink(f->temporary);
    bool is_good = pcapng_check(f, error);
    pcapng_free(f);
    return is_good;
}

void pcapng_abort(struct pcapng *f)
{
    fclose(f->file);
    if (f->temporary) g_unlink(f->temporary);
    pcapng_free(f);
}

const char *pcapng_path(const struct pcapng *f)
{
    return f->path;
}
