/* SPDX-License-Identifier: GPL-3.0-or-later */
/* file.c - the files of a script: dd makes one, open() and sendfile() read it.  What is in it are zeros, as in all payloads. */
#include "validate/packetdrill/call.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

/* rm [-f] FILE... */
bool file_remove(struct runner *r, char **words)
{
    for (words++; *words; words++) g_hash_table_remove(r->files, *words);
    return true;
}

/* dd bs=1 count=5 if=/dev/zero of=FILE */
bool file_make(struct runner *r, char **words)
{
    int64_t block = 512, count = -1;
    const char *path = NULL;
    for (words++; *words; words++) {
        const char *equals = strchr(*words, '='), *value = equals ? equals + 1 : "";
        if (g_str_has_prefix(*words, "bs=")) block = g_ascii_strtoll(value, NULL, 10);
        else if (g_str_has_prefix(*words, "count=")) count = g_ascii_strtoll(value, NULL, 10);
        else if (g_str_has_prefix(*words, "of=")) path = value;
        else if (g_str_has_prefix(*words, "if=") && strcmp(value, "/dev/zero")) return runner_lack(r, "dd %s", *words);
    }
    if (!path || block <= 0 || count < 0 || block > INT32_MAX || count > INT32_MAX)
        return runner_lack(r, "dd without bs=, count= and of=");
    int64_t *size = g_new(int64_t, 1);
    *size = block * count;
    g_hash_table_replace(r->files, g_strdup(path), size);
    return true;
}

bool call_open(struct call *c)
{
    const struct expr *path = call_arg(c, 0);
    int64_t flags;
    if (!path || path->kind != EXPR_STRING) return runner_fail(c->runner, "open: \"FILE\" is expected");
    if (!call_number(c, 1, &flags)) return false;
    const int64_t *size = g_hash_table_lookup(c->runner->files, path->text);
    if ((flags & O_ACCMODE) != O_RDONLY) return runner_lack(c->runner, "open() for writing");
    if (!size) {
        c->result = -ENOENT;
        return true;
    }
    if (!call_new_fd(c, NULL, NULL)) return false;
    struct descriptor *d = c->runner->fds->pdata[c->runner->fds->len - 1];
    d->is_file = true;
    d->file_bytes = *size;
    return true;
}

/* sendfile(4, 5, [0], 5): from the offset, or from where the file stands, as a blocking write does. */
bool call_sendfile(struct call *c)
{
    int64_t number, offset, count;
    if (!call_number(c, 1, &number) || !call_number(c, 3, &count)) return false;
    struct descriptor *file = call_find_fd(c->runner, number);
    if (!file || !file->is_file) return runner_fail(c->runner, "sendfile: %" G_GINT64_FORMAT " is no open file", number);
    bool has_offset = !call_is_null(c, 2);
    if (!has_offset) offset = file->file_at;
    else if (!call_boxed(c, 2, &offset)) return false;
    if (offset < 0 || count < 0) {
        c->result = -EINVAL;
        return true;
    }
    int64_t left = offset < file->file_bytes ? file->file_bytes - offset : 0;
    call_send_all(c, count < left ? count : left, 0);
    if (!has_offset && c->result > 0) file->file_at += c->result;
    return true;
}
