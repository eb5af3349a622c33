/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pool.h - free lists of equal objects: taking and giving back costs a few nanoseconds and never fails after set-up.
 *
 * Memory comes in chunks and returns to the system only with the pool.  Objects are aligned to 64 bytes when their
 * size is a multiple of 64, else to 8.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

struct pool {
    void *free;      /* linked through the first word of each free object */
    uint64_t live;   /* objects taken and not given back */
    uint32_t size;   /* bytes an object */
    uint32_t n_chunk; /* objects in the next chunk: doubles up to 64 KiB of objects */
    char *fresh, *end; /* of the newest chunk: objects that were never taken */
    struct pool_chunk *chunks; /* newest first */
    const char *name;
};

/* Where a walk over a pool's objects is. */
struct pool_place {
    const struct pool_chunk *chunk;
    char *at, *end;
    uint32_t size;
};

void pool_init(struct pool *p, const char *name, size_t size);
/** Gives all memory back, whether objects are live or not. */
void pool_free(struct pool *p);
/** The free list is empty: put a fresh object on it. */
void pool_grow(struct pool *p);

/** Walk over all objects that were ever taken, in the order of their places; those given back have lost their first word only. */
struct pool_place pool_begin(const struct pool *p);
/** NULL: it was the last. */
void *pool_next(struct pool_place *at);

/** An object with undefined content. */
static inline void *pool_get(struct pool *p)
{
    if (__builtin_expect(!p->free, 0)) pool_grow(p);
    void *x = p->free;
    p->free = *(void **) x;
    p->live++;
    return x;
}

static inline void pool_put(struct pool *p, void *x)
{
    *(void **) x = p->free;
    p->free = x;
    p->live--;
}
