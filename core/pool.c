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
    p->live = 0;
}

void pool_grow(struct pool *p)
{
    size_t bytes = CHUNK_HEAD + (size_t) p->n_chunk * p->size;
    void *chunk = NULL;
    if (posix_memalign(&chunk, 64, bytes)) g_error("netsim: out of memory for %s (%zu bytes)", p->name, bytes);
    *(void **) chunk = p->chunks;
    p->chunks = chunk;
    char *first = (char *) chunk + CHUNK_HEAD;
    for (uint32_t i = p->n_chunk; i--;) {
        void *x = first + (size_t) i * p->size;
        *(void **) x = p->free;
        p->free = x;
    }
    if ((size_t) p->n_chunk * 2 * p->size <= CHUNK_BYTES) p->n_chunk *= 2;
}
