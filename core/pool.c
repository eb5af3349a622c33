/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/pool.h"

#include "core/check.h"
#include <glib.h>
#include <stdlib.h>

/* A chunk's head, padded to a cache line. */
struct pool_chunk {
    struct pool_chunk *prev;
    char *end;
};
enum { CHUNK_HEAD = 64, CHUNK_BYTES = 65536 };

void pool_init(struct pool *p, const char *name, size_t size)
{
    ns_assert(size >= sizeof(void *));
    *p = (struct pool){ .size = (uint32_t) ((size + 7) & ~7ul), .n_chunk = 4, .name = name };
}

void pool_free(struct pool *p)
{
    for (struct pool_chunk *c = p->chunks, *prev; c; c = prev) {
        prev = c->prev;
        free(c);
    }
    p->chunks = p->free = NULL;
    p->fresh = p->end = NULL;
    p->live = 0;
}

/* A new chunk, none of whose objects has been touched: only memory that is used becomes resident. */
static void add_chunk(struct pool *p)
{
    size_t objects = (size_t) p->n_chunk * p->size;
    void *memory = NULL;
    if (posix_memalign(&memory, 64, CHUNK_HEAD + objects))
        g_error("netsim: out of memory for %s (%zu bytes)", p->name, CHUNK_HEAD + objects);
    struct pool_chunk *chunk = memory;
    p->fresh = (char *) memory + CHUNK_HEAD;
    p->end = p->fresh + objects;
    *chunk = (struct pool_chunk){ .prev = p->chunks, .end = p->end };
    p->chunks = chunk;
    if (objects * 2 <= CHUNK_BYTES) p->n_chunk *= 2;
}

void pool_grow(struct pool *p)
{
    if (p->fresh == p->end) add_chunk(p);
    p->free = p->fresh;
    p->fresh += p->size;
    *(void **) p->free = NULL;
}

struct pool_place pool_begin(const struct pool *p)
{
    const struct pool_chunk *c = p->chunks;
    return (struct pool_place){ .chunk = c, .at = c ? (char *) c + CHUNK_HEAD : NULL, .end = p->fresh, .size = p->size };
}

void *pool_next(struct pool_place *at)
{
    if (!at->chunk) return NULL;
    if (at->at == at->end) {
        at->chunk = at->chunk->prev;
        if (!at->chunk) return NULL;
        at->at = (char *) at->chunk + CHUNK_HEAD;
        at->end = at->chunk->end;
    }
    char *x = at->at;
    at->at += at->size;
    return x;
}
