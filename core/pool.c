/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/pool.h"

#include "core/check.h"
#include <glib.h>
#include <stdlib.h>

/* A chunk starts with a pointer to the previous one, padded to a cache line. */
enum { CHUNK_HEAD = 64, CHUNK_BYTES = 65536 };

void pool_init(struct pool *p, const char *name, size_t size)
{
    ns_assert(size >= sizeof(void *));
    *p = (struct pool){ .size = (uint32_t) ((size + 7) & ~7ul), .n_chunk = 4, .name = name };
}

void pool_free(struct pool *p)
{
    for (void *c = p->chunks; c;) {
        void *prev = *(void **) c;
        free(c);
        c = prev;
    }
    p->chunks = p->free = NULL;
    p->fresh = p->end = NULL;
    p->live = 0;
}

/* A new chunk, none of whose objects has been touched: only memory that is used becomes resident. */
static void add_chunk(struct pool *p)
{
    size_t objects = (size_t) p->n_chunk * p->size;
    void *chunk = NULL;
    if (posix_memalign(&chunk, 64, CHUNK_HEAD + objects))
        g_error("netsim: out of memory for %s (%zu bytes)", p->name, CHUNK_HEAD + objects);
    *(void **) chunk = p->chunks;
    p->chunks = chunk;
    p->fresh = (char *) chunk + CHUNK_HEAD;
    p->end = p->fresh + objects;
    if (objects * 2 <= CHUNK_BYTES) p->n_chunk *= 2;
}

void pool_grow(struct pool *p)
{
    if (p->fresh == p->end) add_chunk(p);
    p->free = p->fresh;
    p->fresh += p->size;
    *(void **) p->free = NULL;
}
